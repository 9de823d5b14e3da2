//! What the control policies of an organisation leave to the roles of its accounts, and to those who take them.

mod support;

use fedlint::analysis::{Analysis, Impact};
use fedlint::knowledge::Issuers;
use fedlint::scan::model_of_texts;
use fedlint::settings::Settings;
use fedlint::source::Sources;
use fedlint::value::{Bounds, Vocabulary};
use support::scan_with;

/// The account in which the policies of the organisation are made, and one in which roles are.
const ACCOUNTS: &str = r#"
deployments:
  organisation.yaml: { account: "999900001111" }
  roles.yaml: { account: "111122223333" }
"#;

const ADMINISTRATOR: &str = r#"
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: !Sub "arn:aws:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com" }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: { "token.actions.githubusercontent.com:aud": sts.amazonaws.com }
      Policies:
        - PolicyName: all
          PolicyDocument:
            Version: "2012-10-17"
            Statement: { Effect: Allow, Action: "*", Resource: "*" }
"#;

const DENY_ALL: &str = r#"{ Effect: Deny, Action: "*", Resource: "*" }"#;

fn settings(text: &str) -> Settings {
    static FOLDERS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = FOLDERS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("fedlint-control-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the settings");
    let path = folder.join("fedlint.yaml");
    std::fs::write(&path, text).expect("the settings can be written");
    let settings = Settings::load(&Sources::default(), &path).expect("valid settings");
    std::fs::remove_dir_all(folder).expect("the folder can be removed");
    settings
}

/// The two files beside the settings.
fn paths(settings: &Settings) -> [String; 2] {
    ["organisation.yaml", "roles.yaml"].map(|name| settings.root.join(name).to_string_lossy().into_owned())
}

/// A policy of an organisation with one statement.
fn policy(kind: &str, targets: &str, statement: &str) -> String {
    format!(
        r#"
Resources:
  Policy:
    Type: AWS::Organizations::Policy
    Properties:
      Name: policy
      Type: {kind}
      TargetIds: {targets}
      Content: {{ Version: "2012-10-17", Statement: [{statement}] }}
"#
    )
}

fn service(targets: &str, statement: &str) -> String {
    policy("SERVICE_CONTROL_POLICY", targets, statement)
}

/// What the permissions of the role amount to beside an organisation.
fn impact(organisation: &str, accounts: &str) -> Bounds<Impact> {
    let (vocabulary, sources, settings) = (Vocabulary::default(), Sources::default(), settings(accounts));
    let paths = paths(&settings);
    let model =
        model_of_texts(&[(&*paths[0], organisation), (&*paths[1], ADMINISTRATOR)], &settings, &vocabulary);
    let role = model.roles.first().expect("there is a role").entity.id;
    let analysis = Analysis::new(&vocabulary, &settings, &sources, model, Issuers::default());
    analysis.privileges(role).impact
}

const ALL: Bounds<Impact> = Bounds { sure: Impact::Administrator, possible: Impact::Administrator };
const NOTHING: Bounds<Impact> = Bounds { sure: Impact::Nothing, possible: Impact::Nothing };
const PERHAPS: Bounds<Impact> = Bounds { sure: Impact::Nothing, possible: Impact::Administrator };

#[test]
fn a_denial_that_is_attached_to_the_account_counts() {
    assert_eq!(impact(&service("[\"111122223333\"]", DENY_ALL), ACCOUNTS), NOTHING);
    let no_iam = r#"{ Effect: Deny, Action: ["iam:*", "sts:*"], Resource: "*" }"#;
    let limited = impact(&service("[\"111122223333\"]", no_iam), ACCOUNTS);
    assert!(limited.sure >= Impact::Read && limited.possible < Impact::Administrator, "{limited:?}");
}

#[test]
fn a_denial_that_is_attached_to_other_accounts_does_not() {
    assert_eq!(impact(&service("[\"444455556666\"]", DENY_ALL), ACCOUNTS), ALL);
    let unattached = service("[]", DENY_ALL);
    assert_eq!(impact(&unattached, ACCOUNTS), ALL);
    assert_eq!(impact(&unattached.replace("      TargetIds: []\n", ""), ACCOUNTS), ALL);
}

#[test]
fn whom_a_unit_or_the_root_has_is_not_known() {
    for targets in ["[ou-ab12-cd345678]", "[r-ab12]", "[!Ref Unit]", "!Ref Targets", "[!Ref Target]"] {
        assert_eq!(impact(&service(targets, DENY_ALL), ACCOUNTS), PERHAPS, "{targets}");
    }
}

#[test]
fn an_account_that_is_not_known_may_be_the_one() {
    let organisation_only = "deployments: { organisation.yaml: { account: \"999900001111\" } }";
    assert_eq!(impact(&service("[\"111122223333\"]", DENY_ALL), organisation_only), PERHAPS);
}

#[test]
fn a_list_of_what_is_allowed_stands_beside_the_policy_that_allows_everything() {
    let storage = r#"{ Effect: Allow, Action: "s3:*", Resource: "*" }"#;
    let limited = impact(&service("[\"111122223333\"]", storage), ACCOUNTS);
    assert!(limited.sure >= Impact::WholeService && limited.sure < Impact::Administrator, "{limited:?}");
    assert_eq!(limited.possible, Impact::Administrator);
    let everything = r#"{ Effect: Allow, Action: "*", Resource: "*" }"#;
    assert_eq!(impact(&service("[\"111122223333\"]", everything), ACCOUNTS), ALL);
    assert_eq!(impact(&service("[ou-ab12-cd345678]", everything), ACCOUNTS), ALL);
}

#[test]
fn the_management_account_is_not_limited() {
    let home = "deployments: { \"*.yaml\": { account: \"111122223333\" } }";
    let denies = service("[\"111122223333\"]", DENY_ALL);
    // It may be one to which the policies are delegated.
    assert_eq!(impact(&denies, home), PERHAPS);
    let account = "  Tenant: { Type: AWS::Organizations::Account, Properties: { AccountName: a, Email: a@example.com } }\n";
    assert_eq!(impact(&format!("{denies}{account}"), home), ALL);
    // The settings say which one it is.
    let told = |account: &str| format!("accounts: {{ management: \"{account}\" }}\n{home}");
    assert_eq!(impact(&denies, &told("111122223333")), ALL);
    assert_eq!(impact(&denies, &told("999900001111")), NOTHING);
}

#[test]
fn a_policy_that_is_there_in_some_worlds_only_is_only_possible() {
    let denies = service("[\"111122223333\"]", DENY_ALL)
        .replace("Resources:", "Parameters: { Strict: { Type: String } }\nConditions: { Strict: !Equals [!Ref Strict, \"yes\"] }\nResources:")
        .replace("    Properties:", "    Condition: Strict\n    Properties:");
    assert_eq!(impact(&denies, ACCOUNTS), PERHAPS);
}

#[test]
fn a_policy_that_is_not_known_may_deny_everything() {
    let unknown = r#"
Resources:
  Policy:
    Type: AWS::Organizations::Policy
    Properties: { Name: policy, Type: SERVICE_CONTROL_POLICY, TargetIds: ["111122223333"], Content: !Ref Content }
Parameters: { Content: { Type: String } }
"#;
    assert_eq!(impact(unknown, ACCOUNTS), PERHAPS);
}

#[test]
fn other_types_of_policies_limit_nobody() {
    assert_eq!(impact(&policy("TAG_POLICY", "[\"111122223333\"]", DENY_ALL), ACCOUNTS), ALL);
    assert_eq!(impact(&policy("RESOURCE_CONTROL_POLICY", "[\"111122223333\"]", DENY_ALL), ACCOUNTS), ALL);
}

/// How certain it is that every workflow of GitHub can take the role.
fn certainty(organisation: &str) -> Vec<&'static str> {
    let settings = settings(ACCOUNTS);
    let paths = paths(&settings);
    let files = [(&*paths[0], organisation), (&*paths[1], ADMINISTRATOR)];
    let found = scan_with(&files, &settings).findings;
    found.iter().filter(|seen| seen.rule == "oidc-tenant-unpinned").map(|seen| seen.certainty).collect()
}

/// Section 6.14: a resource control policy can close an open trust.
#[test]
fn a_resource_control_policy_may_refuse_that_a_role_is_assumed() {
    let denies = |action: &str, targets: &str| {
        let statement = format!(r#"{{ Effect: Deny, Principal: "*", Action: "{action}", Resource: "*" }}"#);
        policy("RESOURCE_CONTROL_POLICY", targets, &statement)
    };
    assert_eq!(certainty("Resources: {}"), ["proved"]);
    for action in ["sts:AssumeRoleWithWebIdentity", "sts:*", "*"] {
        assert_eq!(certainty(&denies(action, "[\"111122223333\"]")), ["possible"], "{action}");
    }
    assert_eq!(certainty(&denies("sts:*", "[r-ab12]")), ["possible"]);
    assert_eq!(certainty(&denies("s3:*", "[\"111122223333\"]")), ["proved"]);
    assert_eq!(certainty(&denies("sts:*", "[\"444455556666\"]")), ["proved"]);
}
