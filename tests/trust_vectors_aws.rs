//! What a scan says of trust in AWS principals and services: the acceptance vectors of the reference, and what goes
//! wrong easily. Account 111122223333 is the role's own, 444455556666 a vendor's, 777788889999 somebody's.

mod support;

use std::fmt::Write as _;
use std::fs;

use fedlint::settings::Settings;
use fedlint::source::Sources;

/// The rules that these vectors are about.
const RULES: &[&str] = &[
    "cross-account-without-external-id",
    "roles-anywhere-any-anchor",
    "service-without-source",
    "session-tags-unrestricted",
    "trust-any-principal",
];

const ASSUME: &str = "sts:AssumeRole";
const ANYWHERE: &str = "[sts:AssumeRole, sts:TagSession, sts:SetSourceIdentity]";
const EVERYONE: &str = r#"{ AWS: "*" }"#;
const OWN: &str = "{ AWS: arn:aws:iam::111122223333:root }";
const VENDOR: &str = "{ AWS: arn:aws:iam::444455556666:root }";
const FOREIGN: &str = r#"{ AWS: "777788889999" }"#;

/// Name, principal, action, condition, what is found.
type Vector = (&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

const EVERYBODY: &[Vector] = &[
    ("T26 everybody", EVERYONE, ASSUME, "{}", &["trust-any-principal proved high"]),
    ("T27 an organisation", EVERYONE, ASSUME, "{ StringEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }", &[]),
    (
        "T28 everybody but one role",
        EVERYONE,
        ASSUME,
        r#"{ ArnNotEquals: { aws:PrincipalArn: "arn:aws:iam::111122223333:role/x" } }"#,
        &["trust-any-principal proved high"],
    ),
    (
        "T29 an organisation, and who is in none",
        EVERYONE,
        ASSUME,
        "{ StringEqualsIfExists: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }",
        &["trust-any-principal proved high"],
    ),
    (
        "T78 any organisation",
        EVERYONE,
        ASSUME,
        r#"{ StringLike: { aws:PrincipalOrgID: "o-*" } }"#,
        &["trust-any-principal proved high"],
    ),
    (
        "T79 paths of an organisation",
        EVERYONE,
        ASSUME,
        r#"{ "ForAnyValue:StringLike": { aws:PrincipalOrgPaths: "o-a1b2c3d4e5/*" } }"#,
        &[],
    ),
    (
        "an organisation of a parameter",
        EVERYONE,
        ASSUME,
        "{ StringEquals: { aws:PrincipalOrgID: !Ref Organisation } }",
        &[],
    ),
    ("an account", EVERYONE, ASSUME, r#"{ StringEquals: { aws:PrincipalAccount: "777788889999" } }"#, &[]),
    (
        "the own account",
        EVERYONE,
        ASSUME,
        "{ StringEquals: { aws:PrincipalAccount: !Ref AWS::AccountId } }",
        &[],
    ),
    (
        "everybody but the own account",
        EVERYONE,
        ASSUME,
        "{ StringNotEquals: { aws:PrincipalAccount: !Ref AWS::AccountId } }",
        &["trust-any-principal proved high"],
    ),
    (
        "everybody but those of an account that a parameter names",
        EVERYONE,
        ASSUME,
        "{ StringNotEquals: { aws:PrincipalAccount: !Ref Organisation } }",
        &["trust-any-principal proved high"],
    ),
    (
        "nobody, if a parameter is empty",
        EVERYONE,
        ASSUME,
        r#"{ StringNotLike: { aws:PrincipalAccount: !Sub "${Organisation}*" } }"#,
        &["trust-any-principal possible high"],
    ),
    (
        "a role",
        EVERYONE,
        ASSUME,
        r#"{ ArnLike: { aws:PrincipalArn: "arn:aws:iam::777788889999:role/deploy-*" } }"#,
        &[],
    ),
    (
        "a role of that name in any account",
        EVERYONE,
        ASSUME,
        r#"{ ArnLike: { aws:PrincipalArn: "arn:aws:iam::*:role/deploy" } }"#,
        &["trust-any-principal proved high"],
    ),
    (
        "any ARN",
        EVERYONE,
        ASSUME,
        r#"{ StringLike: { aws:PrincipalArn: "*" } }"#,
        &["trust-any-principal proved high"],
    ),
    (
        "a session name, which the caller chooses",
        EVERYONE,
        ASSUME,
        "{ StringEquals: { sts:RoleSessionName: deploy } }",
        &["trust-any-principal proved high"],
    ),
    ("a network", EVERYONE, ASSUME, "{ IpAddress: { aws:SourceIp: 8.8.8.0/24 } }", &[]),
    ("an endpoint", EVERYONE, ASSUME, "{ StringEquals: { aws:SourceVpce: vpce-1a2b3c4d } }", &[]),
    (
        "an external id that stands there",
        EVERYONE,
        ASSUME,
        "{ StringEquals: { sts:ExternalId: 5f0c2d7e } }",
        &["trust-any-principal proved medium"],
    ),
    ("a bare star", r#""*""#, ASSUME, "{}", &["trust-any-principal proved high"]),
    ("an action that is not theirs", EVERYONE, "sts:AssumeRoleWithSAML", "{}", &[]),
];

const ACCOUNTS: &[Vector] = &[
    ("T30 a vendor", VENDOR, ASSUME, "{}", &["cross-account-without-external-id proved high"]),
    (
        "T30 a vendor whose page names the account",
        r#"{ AWS: "464622532012" }"#,
        ASSUME,
        "{}",
        &["cross-account-without-external-id proved high"],
    ),
    ("a vendor with an external id", VENDOR, ASSUME, "{ StringEquals: { sts:ExternalId: 5f0c2d7e } }", &[]),
    (
        "a vendor with one of a parameter",
        VENDOR,
        ASSUME,
        "{ StringEquals: { sts:ExternalId: !Ref Organisation } }",
        &[],
    ),
    (
        "a vendor with one, if there is one",
        VENDOR,
        ASSUME,
        "{ StringEqualsIfExists: { sts:ExternalId: 5f0c2d7e } }",
        &["cross-account-without-external-id proved high"],
    ),
    (
        "T81 the own account as external id",
        VENDOR,
        ASSUME,
        r#"{ StringEquals: { sts:ExternalId: "111122223333" } }"#,
        &["cross-account-without-external-id proved high"],
    ),
    (
        "any external id",
        VENDOR,
        ASSUME,
        r#"{ StringLike: { sts:ExternalId: "*" } }"#,
        &["cross-account-without-external-id proved high"],
    ),
    ("a vendor's role", "{ AWS: arn:aws:iam::444455556666:role/monitor }", ASSUME, "{}", &[]),
    (
        "a vendor's role by condition",
        VENDOR,
        ASSUME,
        r#"{ ArnEquals: { aws:PrincipalArn: "arn:aws:iam::444455556666:role/monitor" } }"#,
        &[],
    ),
    ("MFA", VENDOR, ASSUME, r#"{ Bool: { aws:MultiFactorAuthPresent: "true" } }"#, &[]),
    (
        "MFA, if it is said",
        VENDOR,
        ASSUME,
        r#"{ BoolIfExists: { aws:MultiFactorAuthPresent: "true" } }"#,
        &["cross-account-without-external-id proved high"],
    ),
    ("somebody", FOREIGN, ASSUME, "{}", &["cross-account-without-external-id proved low"]),
    (
        "somebody of an organisation",
        FOREIGN,
        ASSUME,
        "{ StringEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }",
        &[],
    ),
    ("somebody with a tag", FOREIGN, ASSUME, "{ StringEquals: { aws:PrincipalTag/team: deploy } }", &[]),
    ("T80 the account of a parameter", "{ AWS: !Ref Hub }", ASSUME, "{}", &[]),
    ("the own account", OWN, ASSUME, "{}", &[]),
    (
        "T46 the own account, which is another",
        OWN,
        ASSUME,
        r#"{ StringEquals: { aws:PrincipalAccount: "444455556666" } }"#,
        &[],
    ),
    (
        "T48 users under their own names",
        OWN,
        ASSUME,
        r#"{ StringLike: { sts:RoleSessionName: "${aws:username}" } }"#,
        &[],
    ),
    (
        "T77 an account beside a SAML provider",
        "{ AWS: arn:aws:iam::111122223333:root, Federated: arn:aws:iam::111122223333:saml-provider/corp }",
        r#""sts:AssumeRole*""#,
        "{}",
        &[],
    ),
    (
        "T82 the ARN of a session",
        OWN,
        ASSUME,
        r#"{ ArnLike: { aws:PrincipalArn: "arn:aws:sts::111122223333:assumed-role/R/*" } }"#,
        &[],
    ),
];

const SERVICES: &[Vector] = &[
    (
        "a schedule",
        "{ Service: scheduler.amazonaws.com }",
        ASSUME,
        "{}",
        &["service-without-source proved low"],
    ),
    (
        "a schedule of the own account",
        "{ Service: scheduler.amazonaws.com }",
        ASSUME,
        "{ StringEquals: { aws:SourceAccount: !Ref AWS::AccountId } }",
        &[],
    ),
    (
        "a schedule by ARN",
        "{ Service: scheduler.amazonaws.com }",
        ASSUME,
        r#"{ ArnLike: { aws:SourceArn: !Sub "arn:aws:scheduler:*:${AWS::AccountId}:schedule-group/*" } }"#,
        &[],
    ),
    (
        "a schedule of any account by ARN",
        "{ Service: scheduler.amazonaws.com }",
        ASSUME,
        r#"{ ArnLike: { aws:SourceArn: "arn:aws:scheduler:*:*:schedule-group/*" } }"#,
        &["service-without-source proved low"],
    ),
    (
        "a flow log",
        "{ Service: [lambda.amazonaws.com, vpc-flow-logs.amazonaws.com] }",
        ASSUME,
        "{}",
        &["service-without-source proved low"],
    ),
    ("a function", "{ Service: lambda.amazonaws.com }", ASSUME, "{}", &[]),
    (
        "T74 an account, if it is said",
        "{ Service: codebuild.amazonaws.com }",
        ASSUME,
        r#"{ StringEqualsIfExists: { aws:SourceAccount: "111122223333" } }"#,
        &[],
    ),
    (
        "an account, if it is said, by a service that says it",
        "{ Service: scheduler.amazonaws.com }",
        ASSUME,
        r#"{ StringEqualsIfExists: { aws:SourceAccount: "111122223333" } }"#,
        &[],
    ),
    (
        "T75 a user pool's messages",
        "{ Service: cognito-idp.amazonaws.com }",
        ASSUME,
        "{ StringEquals: { sts:ExternalId: x1 } }",
        &[],
    ),
    (
        "T33 any certificate",
        "{ Service: rolesanywhere.amazonaws.com }",
        ANYWHERE,
        "{}",
        &["roles-anywhere-any-anchor proved low"],
    ),
    (
        "T33 any certificate of the own account",
        "{ Service: rolesanywhere.amazonaws.com }",
        ANYWHERE,
        r#"{ StringEquals: { aws:SourceAccount: "111122223333" } }"#,
        &["roles-anywhere-any-anchor proved low"],
    ),
    (
        "T33 any anchor by pattern",
        "{ Service: rolesanywhere.amazonaws.com }",
        ANYWHERE,
        r#"{ ArnLike: { aws:SourceArn: "arn:aws:rolesanywhere:*:111122223333:trust-anchor/*" } }"#,
        &["roles-anywhere-any-anchor proved low"],
    ),
    (
        "T33a an anchor and a subject",
        "{ Service: rolesanywhere.amazonaws.com }",
        ANYWHERE,
        r#"{ ArnEquals: { aws:SourceArn: "arn:aws:rolesanywhere:us-east-1:111122223333:trust-anchor/0a1b2c3d-5555-6666-7777-888899990000" },
             StringEquals: { aws:PrincipalTag/x509Subject/CN: app1 } }"#,
        &[],
    ),
    (
        "a subject alone",
        "{ Service: rolesanywhere.amazonaws.com }",
        ANYWHERE,
        "{ StringEquals: { aws:PrincipalTag/x509Subject/OU: servers } }",
        &[],
    ),
    (
        "any subject",
        "{ Service: rolesanywhere.amazonaws.com }",
        ANYWHERE,
        r#"{ StringLike: { aws:PrincipalTag/x509Subject/CN: "*" } }"#,
        &["roles-anywhere-any-anchor proved low"],
    ),
    (
        "T76 a service beside a SAML provider",
        "{ Service: lambda.amazonaws.com, Federated: arn:aws:iam::111122223333:saml-provider/corp }",
        "[sts:AssumeRole, sts:AssumeRoleWithSAML]",
        r#"{ StringEquals: { "SAML:aud": "https://signin.aws.amazon.com/saml" } }"#,
        &[],
    ),
];

#[test]
fn everybody_is_only_reported_where_strangers_get_in() {
    check(EVERYBODY);
}

#[test]
fn accounts_of_others_are_reported_where_nothing_tells_customers_apart() {
    check(ACCOUNTS);
}

#[test]
fn services_are_reported_where_they_could_act_for_strangers() {
    check(SERVICES);
}

fn check(vectors: &[Vector]) {
    let settings = settings();
    let mut wrong = String::new();
    for &(name, principal, action, condition, expected) in vectors {
        let statement = format!(
            "- {{ Effect: Allow, Principal: {principal}, Action: {action}, Condition: {condition} }}"
        );
        let found = found(&template(&statement), &settings);
        if found != expected {
            writeln!(wrong, "{name}: expected {expected:?}, found {found:?}").expect("a string takes all");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn template(statement: &str) -> String {
    let statement = statement.replace(", Condition: {}", "");
    format!(
        "Parameters:\n  Hub: {{ Type: String }}\n  Organisation: {{ Type: String }}\nResources:\n  Role:\n    Type: \
         AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Version: \"2012-10-17\"\n        \
         Statement:\n          {statement}\n"
    )
}

fn found(template: &str, settings: &Settings) -> Vec<String> {
    let outcome = support::scan_with(&[("template.yaml", template)], settings);
    assert!(outcome.problems.is_empty(), "{:?} in\n{template}", outcome.problems);
    let mut found: Vec<String> = outcome
        .findings
        .iter()
        .filter(|finding| RULES.contains(&finding.rule.as_str()))
        .map(|finding| format!("{} {} {}", finding.rule, finding.certainty, finding.severity))
        .collect();
    found.sort();
    found
}

/// Where the template is deployed, and who is a vendor.
fn settings() -> Settings {
    let folder = std::env::temp_dir().join(format!(
        "fedlint-trust-vectors-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    fs::create_dir_all(&folder).expect("a folder for the settings");
    let path = folder.join("fedlint.yaml");
    let text = "accounts: { vendors: [\"444455556666\"] }\n\
                deployments: { \"**\": { account: \"111122223333\" } }\n";
    fs::write(&path, text).expect("the settings can be written");
    let mut settings = Settings::load(&Sources::default(), &path).expect("valid settings");
    settings.root = std::env::current_dir().expect("there is a working directory");
    fs::remove_dir_all(folder).expect("the folder can be removed");
    settings
}
