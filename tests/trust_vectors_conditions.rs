//! What single tests of trust policies do, over whole scans: statements as the reference of decisions lists them.

use fedlint::settings::Settings;

/// The rules that this is about. Findings of others are not looked at.
const RULES: &[&str] = &[
    "condition-value-never-matches",
    "condition-restricts-nothing",
    "forallvalues-on-allow",
    "ifexists-in-trust",
    "unknown-condition-key",
];

const GITHUB: &str =
    r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}"#;
const SAML: &str = r#"{"Federated": "arn:aws:iam::111122223333:saml-provider/corporate"}"#;
const POOL: &str = r#"{"Federated": "cognito-identity.amazonaws.com"}"#;
const CODEBUILD: &str = r#"{"Service": "codebuild.amazonaws.com"}"#;
const ACCOUNT: &str = r#"{"AWS": "444455556666"}"#;

/// What is said of the conditions of one statement that allows a call: rule, severity and certainty, sorted. A note is
/// folded into a finding that is the same root cause: who gets the role, or that nobody does.
fn said(principal: &str, action: &str, conditions: &str) -> Vec<String> {
    let conditions = conditions.replace("gh:", "token.actions.githubusercontent.com:");
    let conditions = conditions.replace("pool:", "cognito-identity.amazonaws.com:");
    let template = format!(
        r#"{{"Resources": {{"Role": {{"Type": "AWS::IAM::Role", "Properties": {{"AssumeRolePolicyDocument":
        {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {principal},
        "Action": "{action}", "Condition": {conditions}}}]}}}}}}}}}}"#
    );
    let outcome = fedlint::scan::scan_texts(&[("template.json", &template)], &Settings::default());
    assert!(outcome.problems.is_empty(), "{template}");
    let mut said: Vec<String> = Vec::new();
    for finding in outcome.findings.iter().filter(|finding| RULES.contains(&&*finding.rule)) {
        let folded = if finding.folded_into.is_some() { ", a note" } else { "" };
        let (severity, certainty) = (finding.severity.name(), finding.certainty.name());
        said.push(format!("{} {severity} {certainty}{folded}", finding.rule));
    }
    said.sort();
    said
}

fn check(principal: &str, action: &str, cases: &[(&str, &[&str])]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|&(conditions, expected)| {
            let said = said(principal, action, conditions);
            (said != expected).then(|| format!("{conditions}\n  expected {expected:?}\n  said {said:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn tokens_of_github() {
    let sub = r#""StringEquals": {"gh:sub": "repo:acme/app:ref:refs/heads/main"}"#;
    let with_sub = |test: &str| format!("{{{sub}, {test}}}");
    let environment = with_sub(r#""StringEqualsIfExists": {"gh:environment": "production"}"#);
    let owner = with_sub(r#""StringEqualsIfExists": {"gh:repository_owner": "acme"}"#);
    let everything = with_sub(r#""StringLike": {"gh:ref": "*"}"#);
    let there = with_sub(r#""Null": {"gh:actor": "false"}"#);
    let misspelled = with_sub(r#""ForAllValues:StringLike": {"gh:repo": "acme/app"}"#);
    let session = with_sub(r#""StringLike": {"sts:RoleSessionName": "ci-*"}"#);
    let set_null = with_sub(r#""ForAllValues:Null": {"gh:actor": "true"}"#);
    check(
        GITHUB,
        "sts:AssumeRoleWithWebIdentity",
        &[
            // A literal star beside a value that works.
            (
                r#"{"StringEquals": {"gh:aud": "sts.amazonaws.com", "gh:sub": ["repo:acme/app:*", "repo:acme/app:ref:refs/heads/main"]}}"#,
                &["condition-value-never-matches low proved"],
            ),
            // Nothing works: the role is broken, which another rule says, and of single values nothing.
            (r#"{"StringEquals": {"gh:sub": ["repo:acme/app:*", "repo:acme/web:*"]}}"#, &[]),
            // The repository is in every token, so that it is any run of the project that gets in.
            (
                r#"{"StringEquals": {"gh:aud": "sts.amazonaws.com"}, "ForAllValues:StringLike": {"gh:repository": "acme/app"}}"#,
                &["forallvalues-on-allow info proved, a note"],
            ),
            (
                r#"{"StringEquals": {"gh:aud": "sts.amazonaws.com"}, "StringEqualsIfExists": {"gh:repository_owner": "acme"}}"#,
                &[
                    "condition-restricts-nothing low proved, a note",
                    "unknown-condition-key low proved, a note",
                ],
            ),
            (
                r#"{"StringEquals": {"sts:RoleSessionName": "ci"}}"#,
                &["condition-restricts-nothing low proved, a note"],
            ),
            // Another test needs it too.
            (
                r#"{"StringEquals": {"gh:repository": "acme/app"}, "ForAllValues:StringLike": {"gh:repository": "acme/*"}}"#,
                &[],
            ),
            // A key that is never there: with a subject beside it, nobody else gets in, and it does nothing.
            (&owner, &["condition-restricts-nothing low proved", "unknown-condition-key low proved, a note"]),
            (
                &misspelled,
                &["condition-restricts-nothing low proved", "unknown-condition-key low proved, a note"],
            ),
            // Jobs without an environment have such a subject.
            (&environment, &["ifexists-in-trust low proved"]),
            (&everything, &["condition-restricts-nothing low proved"]),
            (&there, &["condition-restricts-nothing low proved"]),
            (&set_null, &["condition-restricts-nothing low proved"]),
            (&session, &[]),
        ],
    );
}

#[test]
fn assertions() {
    let with_audience = |test: &str| {
        format!(r#"{{"StringEquals": {{"SAML:aud": "https://signin.aws.amazon.com/saml"}}, {test}}}"#)
    };
    let mfa = with_audience(r#""BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}"#);
    let group = with_audience(r#""StringEqualsIfExists": {"saml:group": "staff"}"#);
    let affiliation = with_audience(r#""ForAllValues:StringLike": {"saml:edupersonaffiliation": ["staff"]}"#);
    let provider = with_audience(r#""StringEqualsIfExists": {"saml:doc": "111122223333/corporate"}"#);
    check(
        SAML,
        "sts:AssumeRoleWithSAML",
        &[
            (&mfa, &["condition-restricts-nothing low proved"]),
            (&group, &["condition-restricts-nothing low proved", "unknown-condition-key low proved, a note"]),
            (&affiliation, &["forallvalues-on-allow low proved"]),
            // It says what is so in any case.
            (&provider, &[]),
            (
                r#"{"StringEquals": {"SAML:aud": ["https://signin.aws.amazon.com/saml", "https://*.signin.aws.amazon.com/saml"]}}"#,
                &["condition-value-never-matches low proved"],
            ),
            (
                r#"{"StringEquals": {"SAML:aud": ["https://signin.aws.amazon.com/saml", "urn:amazon:webservices"]}}"#,
                &["condition-value-never-matches low proved"],
            ),
            (
                r#"{"StringLike": {"SAML:aud": ["https://*.signin.aws.amazon.com/saml", "https://signin.amazonaws.cn/saml"]}}"#,
                &[],
            ),
        ],
    );
}

#[test]
fn logins_of_identity_pools() {
    let with_pool = |test: &str| {
        format!(
            r#"{{"StringEquals": {{"pool:aud": "us-east-1:11111111-2222-3333-4444-555555555555"}}, {test}}}"#
        )
    };
    let null = with_pool(r#""ForAnyValue:Null": {"pool:amr": "true"}"#);
    let empty = with_pool(r#""ForAnyValue:StringEquals": {"pool:amr": []}"#);
    let all = with_pool(r#""ForAllValues:StringEquals": {"pool:amr": []}"#);
    // Every login has methods, so that with no values nobody gets in: the claim is there.
    let one = with_pool(r#""ForAnyValue:StringLike": {"pool:amr": ["authenticated", "signed-in?"]}"#);
    check(
        POOL,
        "sts:AssumeRoleWithWebIdentity",
        &[(&null, &[]), (&empty, &[]), (&all, &["forallvalues-on-allow info proved, a note"]), (&one, &[])],
    );
}

#[test]
fn services_and_accounts() {
    check(
        CODEBUILD,
        "sts:AssumeRole",
        &[
            (r#"{"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}}"#, &[]),
            (
                r#"{"ArnLike": {"aws:SourceArn": ["arn:aws:codebuild:*:111122223333:project/*", "arn:aws-cn:codebuild:*:111122223333:project/*"]}}"#,
                &[],
            ),
            (r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}"#, &[]),
        ],
    );
    check(
        ACCOUNT,
        "sts:AssumeRole",
        &[
            (r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}"#, &[]),
            (r#"{"StringEquals": {"sts:ExternalId": "0a1b2c3d"}}"#, &[]),
            (r#"{"StringLike": {"sts:RoleSessionName": "${aws:username}"}}"#, &[]),
            (r#"{"StringEquals": {"aws:PrincipalOrgId": "o-abcdefghij"}}"#, &[]),
            (
                r#"{"StringEquals": {"aws:PrincipalOrg": "o-abcdefghij"}}"#,
                &["unknown-condition-key low proved"],
            ),
            (
                r#"{"ArnEquals": {"aws:PrincipalArn": ["arn:aws:iam::444455556666:role/ci", "arn:aws:iam::444455556666:group/ci"]}}"#,
                &["condition-value-never-matches low proved"],
            ),
        ],
    );
}

#[test]
fn a_parameter_may_be_anything_but_what_stands_around_it_may_not() {
    let said = |value: &str| {
        let template = format!(
            r#"{{"Parameters": {{"Name": {{"Type": "String"}}}}, "Resources": {{"Role": {{"Type": "AWS::IAM::Role",
            "Properties": {{"AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
            "Principal": {GITHUB}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringEquals":
            {{"token.actions.githubusercontent.com:sub": ["repo:acme/app:ref:refs/heads/main",
            {{"Fn::Sub": "{value}"}}]}}}}}}]}}}}}}}}}}"#
        );
        let outcome = fedlint::scan::scan_texts(&[("template.json", &template)], &Settings::default());
        outcome.findings.iter().filter(|finding| RULES.contains(&&*finding.rule)).count()
    };
    for (value, findings) in [
        ("${Name}", 0),
        ("repo:${Name}:ref:refs/heads/main", 0),
        ("repo:acme/app:ref:${Name}", 0),
        ("repo:acme/${Name}:*", 1),
        ("acme/${Name}?", 1),
    ] {
        assert_eq!(said(value), findings, "{value}");
    }
}
