//! What a whole scan says of trust in issuers, and of statements of every kind: the acceptance vectors of the reference
//! that are about nothing else. Account 111122223333 is the role's own.

mod support;

use std::fmt::Write as _;

use support::scan;

/// What stands beside the role.
const BESIDE: &str = r#"
Parameters:
  Organisation: { Type: String, Default: "" }
  Repository: { Type: String, Default: "*" }
  Account: { Type: String }
  Forge: { Type: String, AllowedValues: [github, gitlab] }
Conditions:
  IsGitHub: !Equals [!Ref Forge, github]
  IsGitLab: !Equals [!Ref Forge, gitlab]
Resources:
  Login:
    Type: AWS::IAM::OIDCProvider
    Properties: { Url: https://login.example.com, ClientIdList: [shop] }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
"#;

/// Notes, and what is said of the provider that most of the roles do not use.
const IGNORED: &[&str] = &["github-subject-format", "unused-provider"];

const CLUSTER: &str = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE";

/// A name, statements, and what is found. `{oidc}` stands for the ARN of a provider up to its issuer, `{gh}` and `{eks}`
/// for issuers, `{web}` for the call with a token.
type Vector = (&'static str, &'static [&'static str], &'static [&'static str]);

const VECTORS: &[Vector] = &[
    (
        "T7 a repository that need not be sent, but always is",
        &[
            r#"Effect: Allow, Principal: { Federated: "{oidc}{gh}" }, Action: {web}, Condition: { StringEquals: { "{gh}:aud": sts.amazonaws.com }, "ForAllValues:StringLike": { "{gh}:repository": acme/app } }"#,
        ],
        &["oidc-any-ref proved", "rejected-at-deploy possible"],
    ),
    (
        "T7 a key that is misspelled",
        &[
            r#"Effect: Allow, Principal: { Federated: "{oidc}{gh}" }, Action: {web}, Condition: { StringEquals: { "{gh}:aud": sts.amazonaws.com }, "ForAllValues:StringLike": { "{gh}:repositry": acme/app } }"#,
        ],
        &["oidc-tenant-unpinned proved"],
    ),
    (
        "T12 any workspace of an organisation",
        &[
            r#"Effect: Allow, Principal: { Federated: "{oidc}app.terraform.io" }, Action: {web}, Condition: { StringEquals: { app.terraform.io:aud: aws.workload.identity }, StringLike: { app.terraform.io:sub: "organization:acme:project:*:workspace:*:run_phase:*" } }"#,
        ],
        &["oidc-whole-tenant proved"],
    ),
    (
        "T11 any project of gitlab.com",
        &[
            r#"Effect: Allow, Principal: { Federated: "{oidc}gitlab.com" }, Action: {web}, Condition: { StringEquals: { gitlab.com:aud: "https://gitlab.com" } }"#,
        ],
        &["oidc-tenant-unpinned proved"],
    ),
    (
        "T19 any service account of a cluster",
        &[
            r#"Effect: Allow, Principal: { Federated: "{oidc}{eks}" }, Action: {web}, Condition: { StringEquals: { "{eks}:aud": sts.amazonaws.com } }"#,
        ],
        &["eks-any-service-account proved"],
    ),
    (
        "T20 a service account of any namespace",
        &[
            r#"Effect: Allow, Principal: { Federated: "{oidc}{eks}" }, Action: {web}, Condition: { StringEquals: { "{eks}:aud": sts.amazonaws.com }, StringLike: { "{eks}:sub": "system:serviceaccount:*:app" } }"#,
        ],
        &["eks-any-service-account proved"],
    ),
    (
        "T32 a provider among AWS principals",
        &[r#"Effect: Allow, Principal: { AWS: "{oidc}login.example.com" }, Action: "sts:AssumeRole""#],
        &["principal-unresolvable proved"],
    ),
    (
        "a role of an account of a parameter",
        &[
            r#"Effect: Allow, Principal: { AWS: !Sub "arn:${AWS::Partition}:iam::${Account}:root" }, Action: "sts:AssumeRole", Condition: { ArnEquals: { aws:PrincipalArn: [!Sub "arn:${AWS::Partition}:iam::${Account}:role/build", !Sub "arn:${AWS::Partition}:iam::${Account}:role/build/inputs"] } }"#,
        ],
        &[],
    ),
    (
        "a role of an account of a parameter, by another operator",
        &[
            r#"Effect: Allow, Principal: { AWS: !Ref Account }, Action: "sts:AssumeRole", Condition: { StringLike: { aws:PrincipalArn: !Sub "arn:aws:iam::${Account}:role/build/*" }, StringEquals: { aws:PrincipalAccount: !Ref Account } }"#,
        ],
        &[],
    ),
    (
        "a role of an account that is not the one of the principal",
        &[
            r#"Effect: Allow, Principal: { AWS: "111122223333" }, Action: "sts:AssumeRole", Condition: { ArnEquals: { aws:PrincipalArn: "arn:aws:iam::444455556666:role/build" } }"#,
        ],
        &["trust-never-satisfied proved"],
    ),
    (
        "T35 two operators that both hold",
        &[
            r#"Effect: Allow, Principal: { Federated: "{oidc}{gh}" }, Action: {web}, Condition: { StringEquals: { "{gh}:aud": sts.amazonaws.com }, StringLike: { "{gh}:sub": "repo:acme/app:ref:refs/heads/main" } }"#,
        ],
        &[],
    ),
    (
        "T35 two operators that never hold together",
        &[
            r#"Effect: Allow, Principal: { Federated: "{oidc}{gh}" }, Action: {web}, Condition: { StringEquals: { "{gh}:sub": "repo:acme/app:pull_request" }, StringLike: { "{gh}:sub": "repo:acme/app:ref:*" } }"#,
        ],
        &["trust-never-satisfied proved"],
    ),
    (
        "T52 owner and repository of parameters",
        &[
            r#"Effect: Allow, Principal: { Federated: "{oidc}{gh}" }, Action: {web}, Condition: { StringEquals: { "{gh}:aud": sts.amazonaws.com }, StringLike: { "{gh}:sub": !Sub "repo:${Organisation}/${Repository}:*" } }"#,
        ],
        &[
            "oidc-any-ref possible when `Repository` is not `*`",
            "oidc-whole-tenant possible when `Repository` is `*`",
        ],
    ),
    (
        "T55 each forge with its own subject",
        &[
            r#"Effect: Allow, Principal: { Federated: !If [IsGitHub, "{oidc}{gh}", "{oidc}gitlab.com"] }, Action: {web}, Condition: { StringEquals: !If [IsGitLab, { gitlab.com:aud: "https://gitlab.com", gitlab.com:sub: "project_path:acme/app:ref_type:branch:ref:main" }, { "{gh}:aud": sts.amazonaws.com, "{gh}:sub": "repo:acme/app:ref:refs/heads/main" }] }"#,
        ],
        &[],
    ),
    (
        "T56 a denial that may be about tokens",
        &[
            r#"Effect: Allow, Principal: { Federated: "arn:aws:iam::111122223333:saml-provider/corp" }, Action: "sts:AssumeRoleWithSAML", Condition: { StringEquals: { "SAML:aud": "https://signin.aws.amazon.com/saml" } }"#,
            r#"Effect: Allow, Principal: { Federated: "{oidc}{gh}" }, Action: {web}, Condition: { StringEquals: { "{gh}:aud": sts.amazonaws.com, "{gh}:sub": "repo:acme/app:ref:refs/heads/main" } }"#,
            r#"Effect: Deny, Principal: "*", Action: "sts:AssumeRole*", Condition: { StringNotEquals: { "saml:aud": "https://signin.aws.amazon.com/saml" } }"#,
        ],
        &["rejected-at-deploy possible"],
    ),
    (
        "T71 whoever signs in to one application",
        &[
            r#"Effect: Allow, Principal: { Federated: accounts.google.com }, Action: {web}, Condition: { StringEquals: { accounts.google.com:aud: 1234567890-web.apps.googleusercontent.com } }"#,
        ],
        &[],
    ),
    (
        "T72 whoever has an account there",
        &[r#"Effect: Allow, Principal: { Federated: accounts.google.com }, Action: {web}"#],
        &["social-audience-unpinned proved"],
    ),
    (
        "T73 the provider checks the audience",
        &[
            r#"Effect: Allow, Principal: { Federated: !Ref Login }, Action: {web}, Condition: { StringEquals: { login.example.com:sub: 00u1 } }"#,
        ],
        &[],
    ),
    (
        "T84 everybody but one account",
        &[r#"Effect: Allow, NotPrincipal: { AWS: "111122223333" }, Action: "sts:AssumeRole""#],
        &["rejected-at-deploy proved"],
    ),
    (
        "T84 a resource",
        &[
            r#"Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: "sts:AssumeRole", Resource: "*""#,
        ],
        &["rejected-at-deploy proved"],
    ),
    (
        "T85 closed on purpose",
        &[r#"Effect: Deny, Principal: { AWS: "111122223333" }, Action: "sts:AssumeRole""#],
        &[],
    ),
];

#[test]
fn each_vector_gets_its_verdict() {
    let mut wrong = String::new();
    for &(name, statements, expected) in VECTORS {
        let mut template = BESIDE.to_owned();
        for statement in statements {
            let statement = statement
                .replace("{oidc}", "arn:aws:iam::111122223333:oidc-provider/")
                .replace("{web}", "\"sts:AssumeRoleWithWebIdentity\"")
                .replace("{gh}", "token.actions.githubusercontent.com")
                .replace("{eks}", CLUSTER);
            writeln!(template, "          - {{ {statement} }}").expect("a string takes all");
        }
        let outcome = scan(&[("template.yaml", &template)]);
        assert!(outcome.problems.is_empty(), "{name}: {:?} in{template}", outcome.problems);
        let mut found: Vec<String> = outcome
            .findings
            .iter()
            .filter(|finding| !IGNORED.contains(&finding.rule.as_str()))
            .map(support::Seen::in_a_line)
            .collect();
        found.sort();
        found.dedup();
        if found != expected {
            writeln!(wrong, "{name}: expected {expected:?}, found {found:?}").expect("a string takes all");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
