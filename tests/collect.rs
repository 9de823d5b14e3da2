//! `fedlint collect` against an AWS CLI that is a script: what is kept, what is asked again, and what never reaches the disk.

#![cfg(unix)]
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test reads what was written")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fedlint::collect::{Collected, Manifest, REMOVED, Refused, Request, Why, collect};
use serde_json::{Value, json};

const OWN: &str = "111122223333";
const CALLER: &str =
    r#"{"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/me", "UserId": "x"}"#;

/// A folder with an `aws` that answers what a test tells it to, and `{}` to all else.
struct Cli {
    folder: PathBuf,
    cases: String,
    number: usize,
}

impl Cli {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("fedlint-collect-{}-{number}", std::process::id()));
        fs::create_dir_all(folder.join("bin")).unwrap();
        let folder = folder.canonicalize().unwrap();
        Self { folder, cases: String::new(), number: 0 }
    }

    /// Answers calls like `pattern`, in the language of `case`, where a call is `WHO REGION SERVICE OPERATION REQUEST`. The
    /// first pattern counts.
    fn on(mut self, pattern: &str, body: &str) -> Self {
        self.cases += &format!("  {pattern})\n{body}\n  ;;\n");
        self
    }

    /// Answers an operation of everybody.
    fn answer(mut self, operation: &str, answer: &str) -> Self {
        let file = self.keep(answer);
        self.on(&format!("*' {operation} '*"), &format!("cat '{file}'"))
    }

    /// Answers an operation where the request has `part`.
    fn answer_about(mut self, operation: &str, part: &str, answer: &str) -> Self {
        let file = self.keep(answer);
        self.on(&format!("*' {operation} '*'{part}'*"), &format!("cat '{file}'"))
    }

    fn fail(self, operation: &str, code: &str) -> Self {
        let body = format!("{}; exit 254", error(code));
        self.on(&format!("*' {operation} '*"), &body)
    }

    /// Fails so many times, then answers.
    fn fail_first(mut self, times: usize, operation: &str, failure: &str, answer: &str) -> Self {
        let file = self.keep(answer);
        let counter = self.path(&format!("counter-{}", self.number));
        let body = format!(
            "tries=$(cat '{counter}' 2>/dev/null || echo 0); tries=$((tries + 1)); echo $tries >'{counter}'\n\
             if [ $tries -le {times} ]; then {failure}; fi\ncat '{file}'",
            counter = counter.display()
        );
        self.on(&format!("*' {operation} '*"), &body)
    }

    fn keep(&mut self, answer: &str) -> String {
        self.number += 1;
        let file = self.path(&format!("answer-{}", self.number));
        fs::write(&file, answer).unwrap();
        file.display().to_string()
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Writes the script.
    fn install(&self) -> PathBuf {
        let script = format!(
            "#!/bin/sh\n\
             log='{log}'\n\
             {{ printf '<%s>' \"$@\"; echo; }} >>\"$log.arguments\"\n\
             service=$1 operation=$2 request= region= ; shift 2\n\
             while [ $# -gt 0 ]; do\n\
               case $1 in --cli-input-json) request=$2; shift ;; --region) region=$2; shift ;; esac\n\
               shift\n\
             done\n\
             who=${{AWS_ACCESS_KEY_ID:-own}}\n\
             call=\"$who $region $service $operation $request\"\n\
             printf '%s\\n' \"$call\" >>\"$log\"\n\
             case $call in\n{cases}\
               *' sts get-caller-identity '*) echo '{CALLER}' ;;\n\
               *' ec2 describe-regions '*) echo '{{\"Regions\": [{{\"RegionName\": \"eu-west-1\"}}]}}' ;;\n\
               *' configure get '*) exit 1 ;;\n\
               *) echo '{{}}' ;;\n\
             esac\n",
            log = self.path("log").display(),
            cases = self.cases,
        );
        let (text, program) = (self.path("aws.sh"), self.path("bin/aws"));
        fs::write(&text, script).unwrap();
        // A child of another test that has not started its program yet holds what this process has open for writing, and what is
        // open for writing cannot be run ("text file busy"). So that another process makes the file that is run.
        let installed = Command::new("install").args(["-m", "755"]).args([&text, &program]).status();
        assert!(installed.unwrap().success());
        program
    }

    /// Runs, with what a test changes; the pauses come back too.
    fn run(&self, change: impl FnOnce(&mut Request<'_>)) -> (Result<Collected, Refused>, Vec<Duration>) {
        let pauses = Mutex::new(Vec::new());
        let pause = |length| pauses.lock().unwrap().push(length);
        let mut request = Request {
            output: self.path("dump"),
            organization: false,
            accounts: Vec::new(),
            role_name: "Audit".to_owned(),
            regions: Vec::new(),
            profile: None,
            endpoint_url: None,
            jobs: 3,
            refresh: false,
            program: self.install().into(),
            region: Some("eu-west-1".to_owned()),
            // Whoever runs the tests may have credentials.
            variables: vec![("AWS_ACCESS_KEY_ID", "own")],
            now: "2026-11-26T15:49:00Z".parse().unwrap(),
            pause: &pause,
        };
        change(&mut request);
        let collected = collect(&request, &mut |_| {});
        drop(request);
        (collected, pauses.into_inner().unwrap())
    }

    fn collect(&self) -> Collected {
        self.run(|_| {}).0.unwrap()
    }

    /// The calls since the last time, each as the script sees it.
    fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("log")).unwrap_or_default();
        let _ = fs::remove_file(self.path("log"));
        text.lines().map(str::to_owned).collect()
    }

    /// How often an operation was called since the last time.
    fn count(&self, operation: &str) -> usize {
        self.calls().iter().filter(|call| call.contains(&format!(" {operation} "))).count()
    }

    fn manifest(&self, account: &str) -> Manifest {
        let text = fs::read_to_string(self.path("dump").join(account).join("fedlint-dump.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// What was not seen, as `WHY OPERATION KEY`.
    fn not_seen(&self, account: &str) -> Vec<String> {
        let said = |one: &fedlint::collect::NotSeen| {
            let key = one.identity.key.clone().unwrap_or_default();
            format!("{} {} {key}", one.why.name(), one.identity.operation).trim().to_owned()
        };
        self.manifest(account).not_seen.iter().map(said).collect()
    }

    fn answer_at(&self, path: &str) -> Value {
        let text = fs::read_to_string(self.path("dump").join(path)).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn has(&self, path: &str) -> bool {
        self.path("dump").join(path).exists()
    }

    /// All files of the folder with their texts.
    fn files(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.path("dump")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.path("dump")).unwrap().display().to_string();
                    found.insert(name, fs::read_to_string(&path).unwrap());
                }
            }
        }
        found
    }

    /// Runs the program itself, with this `aws` on the path.
    fn fedlint(&self, path: &str, arguments: &[&str]) -> Output {
        self.command(path, arguments).output().unwrap()
    }

    fn command(&self, path: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fedlint"));
        command
            .arg("collect")
            .args(arguments)
            .current_dir(&self.folder)
            .env("PATH", path)
            .env_remove("AWS_ACCESS_KEY_ID")
            .env_remove("AWS_REGION")
            .env_remove("AWS_RETRY_MODE")
            .env("AWS_DEFAULT_REGION", "eu-central-1");
        command
    }
}

impl Drop for Cli {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn error(code: &str) -> String {
    format!("echo 'An error occurred ({code}) when calling the X operation: text' >&2")
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn answers_lie_where_they_are_looked_for() {
    let arn = "arn:aws:iam::111122223333:saml-provider/Okta";
    let cli = Cli::new()
        .answer("iam list-saml-providers", &json!({ "SAMLProviderList": [{ "Arn": arn }] }).to_string())
        .answer("iam get-saml-provider", "{\n    \"SAMLMetadataDocument\": \"\u{e9}\"\n}\n")
        .answer("cognito-idp list-user-pools", r#"{"UserPools": [{"Id": "eu-west-1_A"}]}"#)
        .answer("cognito-idp list-user-pool-clients", r#"{"UserPoolClients": [{"ClientId": "c1"}]}"#);
    let collected = cli.collect();
    for path in [
        ".gitignore",
        "111122223333/global/iam/get-account-authorization-details.json",
        "111122223333/global/organizations/describe-organization.json",
        "111122223333/eu-west-1/cognito-idp/describe-user-pool/eu-west-1_A.json",
        "111122223333/eu-west-1/cognito-idp/describe-user-pool-client/eu-west-1_A_c1.json",
        "111122223333/eu-west-1/sso-admin/list-instances.json",
    ] {
        assert!(cli.has(path), "{path}");
    }
    // The CLI turns the pages itself, which it would not if the request said how long they are.
    let arguments = fs::read_to_string(cli.path("log.arguments")).unwrap();
    assert!(
        arguments.contains("<cognito-idp><list-user-pools><--cli-input-json><{}><--page-size><60><--region>")
    );
    // As the CLI prints it.
    let provider = "111122223333/global/iam/get-saml-provider/arn%3Aaws%3Aiam%3A%3A111122223333%3Asaml-provider%2FOkta.json";
    assert_eq!(cli.files()[provider], "{\n    \"SAMLMetadataDocument\": \"\u{e9}\"\n}\n");
    let manifest = cli.manifest(OWN);
    assert!(manifest.finished && manifest.not_seen.is_empty(), "{:?}", manifest.not_seen);
    assert_eq!(
        (manifest.partition.as_str(), manifest.regions.as_slice()),
        ("aws", &["eu-west-1".to_owned()][..])
    );
    assert_eq!(manifest.collected, "2026-11-26T15:49:00Z");
    let gathered = &collected.accounts[0];
    // Without the manifest and `.gitignore`.
    assert_eq!((gathered.written, gathered.kept), (cli.files().len() - 2, 0));
}

#[test]
fn what_is_there_is_not_asked_for_again() {
    let cli = Cli::new()
        .answer("iam list-users", r#"{"Users": [{"UserName": "ann"}]}"#)
        .fail("iam get-login-profile", "NoSuchEntity")
        .fail("ds describe-directories", "AccessDeniedException");
    cli.collect();
    assert!(cli.calls().len() > 15);
    assert_eq!(cli.not_seen(OWN), ["denied describe-directories", "none get-login-profile ann"]);
    let again = cli.collect();
    // Who it is, and what was denied.
    assert_eq!(
        cli.calls(),
        ["own eu-west-1 sts get-caller-identity ", "own eu-west-1 ds describe-directories "]
    );
    assert_eq!((again.accounts[0].written, cli.not_seen(OWN).len()), (0, 2));
    assert_eq!(cli.manifest(OWN).collected, "2026-11-26T15:49:00Z");
    cli.run(|request| request.refresh = true).0.unwrap();
    assert_eq!(cli.count("iam get-login-profile"), 1);
}

#[test]
fn an_interrupted_run_goes_on() {
    let cli = Cli::new().answer("cognito-idp list-user-pools", r#"{"UserPools": [{"Id": "eu-west-1_A"}]}"#);
    cli.collect();
    cli.calls();
    let folder = cli.path("dump/111122223333");
    fs::remove_file(folder.join("fedlint-dump.json")).unwrap();
    fs::remove_file(folder.join("global/iam/list-roles.json")).unwrap();
    fs::write(folder.join("global/iam/.partial-1-1"), "{\"Roles\": [").unwrap();
    fs::write(folder.join("eu-west-1/cognito-idp/describe-user-pool/eu-west-1_A.json"), "{\"UserPool\"")
        .unwrap();
    cli.collect();
    let mut calls = cli.calls();
    calls.sort();
    assert_eq!(
        calls,
        [
            "own eu-west-1 cognito-idp describe-user-pool {\"UserPoolId\":\"eu-west-1_A\"}",
            "own eu-west-1 iam list-roles ",
            "own eu-west-1 sts get-caller-identity ",
        ]
    );
    assert!(!cli.files().keys().any(|name| name.contains("partial")));
    assert!(cli.manifest(OWN).finished);
}

#[test]
fn throttled_calls_are_made_again_after_longer_and_longer_pauses() {
    let throttled = format!("{}; exit 254", error("ThrottlingException"));
    let cli = Cli::new()
        .fail_first(2, "iam list-roles", &throttled, r#"{"Roles": []}"#)
        .fail("eks list-clusters", "TooManyRequestsException");
    let (collected, mut pauses) = cli.run(|request| request.jobs = 1);
    collected.unwrap();
    assert!(cli.has("111122223333/global/iam/list-roles.json"));
    assert_eq!(cli.not_seen(OWN), ["throttled list-clusters"]);
    assert_eq!(cli.count("eks list-clusters"), 6);
    assert_eq!(pauses.len(), 2 + 5);
    let last = pauses.split_off(2);
    assert!(last.windows(2).all(|pair| pair[0] <= pair[1]), "{last:?}");
}

#[test]
fn what_is_denied_stops_nothing_else() {
    let cli = Cli::new()
        .fail("iam get-account-authorization-details", "AccessDenied")
        .fail("cognito-idp list-user-pools", "AccessDeniedException")
        .fail("sso-admin list-instances", "500")
        .on(
            "*' rolesanywhere list-crls '*",
            "echo 'aws: error: argument operation: Invalid choice' >&2; exit 252",
        )
        .on(
            "*' ds describe-directories '*",
            "echo 'Could not connect to the endpoint URL: \"https://ds.x/\"' >&2; exit 255",
        );
    let collected = cli.collect();
    assert_eq!(
        cli.not_seen(OWN),
        [
            "denied list-user-pools",
            "unavailable describe-directories",
            "failed list-crls",
            "failed list-instances",
            "denied get-account-authorization-details",
        ]
    );
    assert!(collected.accounts[0].written > 10);
    let manifest = cli.manifest(OWN);
    assert!(manifest.finished);
    assert_eq!(manifest.not_seen[0].message, "AccessDeniedException: text");
}

/// That nothing answers in a region does not mean that there is nothing.
#[test]
fn a_region_out_of_reach_is_not_one_without_services() {
    let cli = Cli::new().on(
        "'own us-east-1 '*",
        "echo 'Could not connect to the endpoint URL: \"https://x.us-east-1.amazonaws.com/\"' >&2; exit 255",
    );
    let both = |request: &mut Request<'_>| request.regions = vec!["eu-west-1".into(), "us-east-1".into()];
    cli.run(both).0.unwrap();
    let not_seen = cli.manifest(OWN).not_seen;
    assert!(!not_seen.is_empty() && not_seen.iter().all(|one| one.why == Why::Failed), "{not_seen:?}");
}

#[test]
fn what_is_not_whole_is_not_kept() {
    let cli = Cli::new()
        .fail_first(1, "iam list-roles", "printf '{\"Roles\": ['; exit 0", r#"{"Roles": []}"#)
        .on("*' iam list-users '*", "printf '{\"Users\": [{\"UserName\": \"a'")
        .on("*' eks list-clusters '*", "echo '{\"clusters\": []}'; echo 'it broke' >&2; exit 255")
        .on("*' ds describe-directories '*", "echo '{}'; echo '{}'")
        .on("*' iam list-saml-providers '*", ":");
    cli.collect();
    assert_eq!(
        cli.not_seen(OWN),
        ["failed describe-directories", "failed list-clusters", "failed list-users"]
    );
    assert_eq!(cli.answer_at("111122223333/global/iam/list-roles.json"), json!({ "Roles": [] }));
    // The CLI prints nothing for an answer without members.
    assert_eq!(cli.answer_at("111122223333/global/iam/list-saml-providers.json"), json!({}));
    assert!(!cli.has("111122223333/eu-west-1/eks/list-clusters.json"));
    assert!(!cli.files().keys().any(|name| name.contains("partial")));
}

#[test]
fn complaints_however_long_keep_nobody_waiting() {
    let flood = "head -c 3000000 /dev/zero | tr '\\0' 'w' >&2";
    let cli = Cli::new()
        .on("*' iam list-roles '*", &format!("{flood}; echo '{{\"Roles\": []}}'"))
        .on("*' iam list-users '*", &format!("{flood}; exit 1"));
    cli.collect();
    assert!(cli.has("111122223333/global/iam/list-roles.json"));
    assert!(cli.manifest(OWN).not_seen[0].message.len() < 400);
}

#[test]
fn secrets_never_reach_the_disk() {
    let cli = Cli::new()
        .answer("cognito-idp list-user-pools", r#"{"UserPools": [{"Id": "p"}]}"#)
        .answer("cognito-idp list-user-pool-clients", r#"{"UserPoolClients": [{"ClientId": "c"}]}"#)
        .answer(
            "cognito-idp describe-user-pool-client",
            r#"{"UserPoolClient": {"ClientId": "c", "ClientSecret": "HUSH-client"}}"#,
        )
        .answer("cognito-idp list-identity-providers", r#"{"Providers": [{"ProviderName": "Apple"}]}"#)
        .answer(
            "cognito-idp describe-identity-provider",
            r#"{"IdentityProvider": {"ProviderDetails": {"client_id": "i", "client_secret": "HUSH-secret",
                "private_key": "HUSH-key", "attributes_url": "https://a"}}}"#,
        )
        .answer(
            "ds describe-directories",
            r#"{"DirectoryDescriptions": [{"DirectoryId": "d", "RadiusSettings": {"SharedSecret": "HUSH-radius"},
                "OwnerDirectoryDescription": {"RadiusSettings": {"SharedSecret": "HUSH-owner"}}}]}"#,
        )
        .answer(
            "sso-admin list-instances",
            r#"{"Instances": [{"InstanceArn": "i", "IdentityStoreId": "s"}]}"#,
        )
        .answer(
            "identitystore list-users",
            r#"{"Users": [{"UserId": "u", "UserName": "ann", "Emails": [{"Value": "HUSH@example.com"}]}]}"#,
        )
        .answer("organizations describe-organization", r#"{"Organization": {"Id": "o-1"}}"#)
        .answer(
            "organizations list-accounts",
            r#"{"Accounts": [{"Id": "111122223333", "Email": "HUSH@example.com", "Status": "ACTIVE"}]}"#,
        );
    cli.collect();
    for (name, text) in cli.files() {
        assert!(!text.contains("HUSH"), "{name}: {text}");
    }
    let folder = "111122223333/eu-west-1";
    let client = cli.answer_at(&format!("{folder}/cognito-idp/describe-user-pool-client/p_c.json"));
    assert_eq!(client, json!({ "UserPoolClient": { "ClientId": "c", "ClientSecret": REMOVED } }));
    let provider = cli.answer_at(&format!("{folder}/cognito-idp/describe-identity-provider/p_Apple.json"));
    let details = json!({
        "client_id": "i", "client_secret": REMOVED, "private_key": REMOVED, "attributes_url": "https://a",
    });
    assert_eq!(provider["IdentityProvider"]["ProviderDetails"], details);
    let users = cli.answer_at(&format!("{folder}/identitystore/list-users/s.json"));
    assert_eq!(users["Users"][0]["UserName"], "ann");
    assert!(cli.files().keys().all(|name| !name.contains("describe-trusts") || name.contains("/d.json")));
}

#[test]
fn names_of_others_are_only_names() {
    let long = "x".repeat(900);
    let names = [
        "../../x",
        "-o",
        "--output=/x",
        "file:///etc/passwd",
        "https://x.example/",
        "a b'\"$(x)",
        "\u{e9}",
        &long,
    ];
    let users: Vec<Value> = names.iter().map(|name| json!({ "UserName": name })).collect();
    let cli = Cli::new().answer("iam list-users", &json!({ "Users": users }).to_string());
    cli.collect();
    let files = cli.files();
    let keys: Vec<&str> = files
        .keys()
        .filter_map(|name| name.strip_prefix("111122223333/global/iam/list-access-keys/"))
        .collect();
    assert_eq!(keys.len(), names.len());
    assert!(keys.iter().all(|key| !key.contains('/') && key.len() < 230), "{keys:?}");
    for key in [
        "..%2F..%2Fx",
        "-o",
        "--output=%2Fx",
        "file%3A%2F%2F%2Fetc%2Fpasswd",
        "a%20b%27%22%24%28x%29",
        "%C3%A9",
    ] {
        assert!(keys.contains(&format!("{key}.json").as_str()), "{key}: {keys:?}");
    }
    // What the cut name was is in the manifest.
    let manifest = cli.manifest(OWN);
    assert_eq!(manifest.files.len(), 2);
    for (path, identity) in &manifest.files {
        assert!(files.contains_key(&format!("{OWN}/{path}")), "{path}");
        assert_eq!(identity.key.as_deref(), Some(long.as_str()));
    }
    // Each is inside of one JSON text, never an argument.
    let arguments = fs::read_to_string(cli.path("log.arguments")).unwrap();
    assert!(names.iter().all(|name| !arguments.contains(&format!("<{name}>"))));
    assert!(
        arguments.contains(
            "<iam><list-access-keys><--cli-input-json><{\"UserName\":\"-o\"}><--region><eu-west-1>"
        )
    );
}

#[test]
fn links_in_the_folder_are_not_followed() {
    let cli = Cli::new();
    fs::create_dir_all(cli.path("dump/111122223333")).unwrap();
    fs::create_dir_all(cli.path("elsewhere")).unwrap();
    symlink(cli.path("elsewhere"), cli.path("dump/111122223333/global")).unwrap();
    cli.collect();
    assert_eq!(fs::read_dir(cli.path("elsewhere")).unwrap().count(), 0);
    assert!(cli.not_seen(OWN).contains(&"failed list-roles".to_owned()));
    let mode = |path: &str| fs::metadata(cli.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("dump/111122223333/eu-west-1"), 0o700);
    assert_eq!(mode("dump/111122223333/eu-west-1/eks/list-clusters.json"), 0o600);
}

const ACCOUNTS: &str = r#"{"Accounts": [
    {"Id": "111122223333", "Status": "ACTIVE"}, {"Id": "444455556666", "Status": "ACTIVE"},
    {"Id": "555566667777", "State": "SUSPENDED", "Status": "ACTIVE"}, {"Id": "777788889999", "State": "ACTIVE"},
    {"Id": "../../etc", "Status": "ACTIVE"}]}"#;

/// The management account of an organisation; the role of `444455556666` can be assumed.
fn organisation() -> Cli {
    Cli::new()
        .answer("organizations describe-organization", r#"{"Organization": {"Id": "o-1"}}"#)
        .answer("organizations list-accounts", ACCOUNTS)
        .answer_about(
            "sts assume-role",
            "444455556666:role/Audit",
            r#"{"Credentials": {"AccessKeyId": "MEMBER", "SecretAccessKey": "HUSH-secret", "SessionToken": "HUSH-token"}}"#,
        )
        .fail("sts assume-role", "AccessDenied")
}

#[test]
fn an_organisation_is_asked_account_by_account() {
    let cli =
        organisation().on("'own '*' iam list-users '*", "echo '{\"Users\": [{\"UserName\": \"own\"}]}'");
    let (collected, _) = cli.run(|request| request.organization = true);
    let collected = collected.unwrap();
    let accounts: Vec<&str> = collected.accounts.iter().map(|account| account.account.as_str()).collect();
    assert_eq!(accounts, [OWN, "444455556666", "777788889999"]);
    let calls = cli.calls();
    // Each account with its own credentials; what only the management account is told is asked there only.
    assert!(calls.contains(&"own eu-west-1 organizations list-roots ".to_owned()));
    assert!(calls.contains(&"MEMBER eu-west-1 iam list-roles ".to_owned()));
    assert!(calls.contains(&"MEMBER eu-west-1 organizations describe-organization ".to_owned()));
    assert!(!calls.contains(&"MEMBER eu-west-1 organizations list-roots ".to_owned()));
    assert_eq!(calls.iter().filter(|call| call.contains(" sts assume-role ")).count(), 2);
    assert!(!cli.has("444455556666/global/iam/list-access-keys/own.json"));
    // Nothing was seen of the third, and all of it is said.
    let not_seen = cli.manifest("777788889999").not_seen;
    assert!(not_seen.iter().all(|one| one.why == Why::Denied), "{not_seen:?}");
    assert!(not_seen.iter().any(|one| one.identity.operation == "get-account-authorization-details"));
    let message = "`arn:aws:iam::777788889999:role/Audit` cannot be assumed: AccessDenied: text";
    assert_eq!(not_seen[0].message, message);
    // The session's credentials are nowhere.
    let arguments = fs::read_to_string(cli.path("log.arguments")).unwrap();
    assert!(!arguments.contains("HUSH") && !arguments.contains("MEMBER"));
    assert!(cli.files().values().all(|text| !text.contains("HUSH") && !text.contains("MEMBER")));
    // A second run finds everything there, and assumes no role for it.
    cli.run(|request| request.organization = true).0.unwrap();
    let calls = cli.calls();
    assert!(calls.iter().all(|call| call.contains(" sts ")), "{calls:?}");
    assert!(!calls.iter().any(|call| call.contains("444455556666")), "{calls:?}");
}

#[test]
fn only_the_accounts_that_are_named_are_asked() {
    let cli = organisation();
    let (collected, _) = cli.run(|request| request.accounts = vec!["444455556666".to_owned()]);
    assert_eq!(collected.unwrap().accounts.len(), 1);
    assert!(cli.has("444455556666/global/iam/list-roles.json") && !cli.has(OWN));
}

#[test]
fn outside_of_an_organisation_the_own_account_is_all() {
    let cli = Cli::new().fail("organizations describe-organization", "AWSOrganizationsNotInUseException");
    let (collected, _) = cli.run(|request| request.organization = true);
    let collected = collected.unwrap();
    assert_eq!((collected.accounts.len(), collected.warnings.len()), (1, 1));
    assert_eq!(cli.not_seen(OWN), ["none describe-organization"]);
}

#[test]
fn credentials_that_get_too_old_are_replaced() {
    let cli = organisation();
    let expired = format!("{}; exit 254", error("ExpiredTokenException"));
    let cli = cli.fail_first(1, "eks list-clusters", &expired, r#"{"clusters": []}"#);
    let (collected, _) = cli.run(|request| request.accounts = vec!["444455556666".to_owned()]);
    assert!(collected.unwrap().accounts[0].not_seen.is_empty());
    assert_eq!(cli.count("sts assume-role"), 2);
    // One's own cannot be: nothing is asked in vain, and the next run goes on.
    let cli = Cli::new().fail("iam get-account-authorization-details", "ExpiredToken");
    cli.run(|request| request.jobs = 1).0.unwrap();
    assert!(cli.calls().len() < 6);
    assert!(!cli.manifest(OWN).finished);
    assert!(cli.not_seen(OWN).contains(&"not-asked list-roles".to_owned()));
}

#[test]
fn all_enabled_regions_are_asked_or_those_that_are_named() {
    let regions =
        r#"{"Regions": [{"RegionName": "us-east-1"}, {"RegionName": "eu-west-1"}, {"RegionName": "../x"}]}"#;
    let cli = Cli::new().answer("ec2 describe-regions", regions);
    cli.collect();
    assert_eq!(cli.manifest(OWN).regions, ["eu-west-1", "us-east-1"]);
    assert_eq!(cli.count("eks list-clusters"), 2);
    // What is known of the other region stays known.
    let one = |request: &mut Request<'_>| {
        request.regions = vec!["us-east-1".to_owned()];
        request.refresh = true;
    };
    cli.run(one).0.unwrap();
    assert_eq!(cli.count("eks list-clusters"), 1);
    assert_eq!(cli.manifest(OWN).regions, ["eu-west-1", "us-east-1"]);
    assert!(cli.has("111122223333/eu-west-1/eks/list-clusters.json"));
    let denied = Cli::new().fail("ec2 describe-regions", "UnauthorizedOperation");
    denied.collect();
    assert_eq!(denied.manifest(OWN).regions, ["eu-west-1"]);
    assert_eq!(denied.not_seen(OWN), ["denied describe-regions"]);
}

#[test]
fn what_is_gone_goes_when_it_is_asked_again() {
    let users = r#"{"Users": [{"UserName": "ann"}]}"#;
    let cli =
        Cli::new().fail_first(1, "iam list-users", &format!("echo '{users}'; exit 0"), r#"{"Users": []}"#);
    cli.collect();
    assert!(cli.has("111122223333/global/iam/list-access-keys/ann.json"));
    fs::write(cli.path("dump/111122223333/global/iam/mine.json"), "{}").unwrap();
    cli.run(|request| request.refresh = true).0.unwrap();
    assert!(!cli.has("111122223333/global/iam/list-access-keys/ann.json"));
    assert!(cli.has("111122223333/global/iam/list-users.json"));
    // What somebody else put there stays.
    assert!(cli.has("111122223333/global/iam/mine.json"));
}

#[test]
fn without_the_cli_or_credentials_nothing_is_collected() {
    let cli = Cli::new();
    let output = cli.fedlint("/nowhere", &[]);
    assert_eq!(output.status.code(), Some(2));
    let err = text_of(&output.stderr);
    assert!(
        err.starts_with("error: the AWS CLI is not installed: there is no `aws` on the path\nInstall it"),
        "{err}"
    );
    assert!(!cli.has(""));
    let cli = Cli::new().on(
        "*' sts get-caller-identity '*",
        "echo 'Unable to locate credentials. You can configure credentials by running \"aws configure\".' >&2; exit 253",
    );
    cli.install();
    let output = cli.fedlint(&search_path(&cli), &[]);
    assert_eq!(output.status.code(), Some(2));
    let err = text_of(&output.stderr);
    assert!(err.contains("no credentials that work: Unable to locate credentials."), "{err}");
    assert!(!cli.has(""));
}

fn search_path(cli: &Cli) -> String {
    format!("{}:/usr/bin:/bin", cli.path("bin").display())
}

#[test]
fn a_run_says_what_it_did_and_what_to_do_next() {
    let cli = Cli::new().fail("eks list-clusters", "AccessDeniedException");
    cli.install();
    let output = cli
        .fedlint(&search_path(&cli), &["--output", "dump", "--region", "eu-west-1", "--region", "us-east-1"]);
    assert_eq!((output.status.code(), text_of(&output.stdout).as_str()), (Some(0), ""));
    let err = text_of(&output.stderr);
    assert!(err.contains("answers of 1 account\nnot seen: 2 answers\n"), "{err}");
    assert!(err.contains(
        "  denied: eks list-clusters (2 x, 2 regions, 111122223333): AccessDeniedException: text\n"
    ));
    assert!(err.ends_with("next: fedlint scan dump\n"), "{err}");
    assert!(!err.contains('\u{1b}') && !err.contains('\r'), "no progress without a terminal: {err}");
    // The first region is that of what has none.
    assert!(cli.calls().contains(&"own eu-west-1 iam list-roles ".to_owned()));
}

#[test]
fn a_run_that_is_killed_leaves_what_is_whole_as_it_was() {
    let cli = Cli::new();
    let (slow, begun) = (cli.path("slow"), cli.path("begun"));
    let body = format!(
        "if [ -e '{}' ]; then printf '{{\"Roles\": ['; : >'{}'; exec sleep 2; fi\necho '{{\"Roles\": []}}'",
        slow.display(),
        begun.display()
    );
    let cli = cli.on("*' iam list-roles '*", &body);
    cli.install();
    let arguments = ["--output", "dump", "--region", "eu-west-1", "--refresh"];
    assert_eq!(cli.fedlint(&search_path(&cli), &arguments).status.code(), Some(0));
    let path = cli.path("dump/111122223333/global/iam/list-roles.json");
    let answer = fs::read_to_string(&path).unwrap();
    fs::write(&slow, "").unwrap();
    let mut run = cli.command(&search_path(&cli), &arguments).spawn().unwrap();
    while !begun.exists() {
        assert!(run.try_wait().unwrap().is_none(), "it waits for the answer");
        std::thread::sleep(Duration::from_millis(20));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), answer);
    // Whoever may read it by now may not read the next one, which takes the place of a link, too.
    fs::remove_file(&slow).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let linked = cli.path("dump/111122223333/global/iam/list-users.json");
    fs::rename(&linked, cli.path("elsewhere")).unwrap();
    symlink(cli.path("elsewhere"), &linked).unwrap();
    fs::write(cli.path("elsewhere"), "kept").unwrap();
    assert_eq!(cli.fedlint(&search_path(&cli), &arguments).status.code(), Some(0));
    assert_eq!(fs::read_to_string(&path).unwrap(), answer);
    for path in [&path, &linked] {
        let metadata = fs::symlink_metadata(path).unwrap();
        assert!(metadata.is_file() && metadata.permissions().mode() & 0o777 == 0o600, "{metadata:?}");
    }
    assert_eq!(fs::read_to_string(cli.path("elsewhere")).unwrap(), "kept");
    assert!(!cli.files().keys().any(|name| name.contains("partial")), "{:?}", cli.files().keys());
}

#[test]
fn policy_and_calls_are_printed_without_asking() {
    let cli = Cli::new();
    cli.install();
    let policy = cli.fedlint(&search_path(&cli), &["--policy", "--organization", "--role-name", "Audit"]);
    let document: Value = serde_json::from_slice(&policy.stdout).unwrap();
    assert_eq!(document["Version"], "2012-10-17");
    assert!(text_of(&policy.stdout).contains("arn:aws:iam::*:role/Audit"));
    let calls = cli.fedlint(&search_path(&cli), &["--calls"]);
    assert!(text_of(&calls.stdout).contains("aws iam list-roles  # "));
    assert!(policy.stderr.is_empty() && calls.stderr.is_empty() && cli.calls().is_empty());
    assert!(!Path::new(&cli.path("fedlint-dump")).exists());
}
