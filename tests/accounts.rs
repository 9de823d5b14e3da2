//! Live accounts, as their answers say: the same findings as in templates, and what is proved where all was seen.

mod support;

use fedlint::settings::Settings;
use support::scan_with;

const IAM: &str = "111122223333/global/iam";

/// Findings as `rule certainty text`, then problems.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let outcome = scan_with(files, &Settings::default());
    let line = |seen: support::Seen| format!("{} {} `{}`", seen.rule, seen.certainty, seen.text);
    let problems = outcome.problems.into_iter().map(|problem| format!("problem: {problem}"));
    outcome.findings.into_iter().map(line).chain(problems).collect()
}

fn role(provider: &str) -> String {
    let trust = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "{provider}"}},
            "Action": "sts:AssumeRoleWithSAML",
            "Condition": {{"StringEquals": {{"SAML:aud": "https://signin.aws.amazon.com/saml"}}}}}}]}}"#
    );
    format!(
        r#"{{"RoleDetailList": [{{"Path": "/", "RoleName": "staff", "Arn": "arn:aws:iam::111122223333:role/staff",
            "AssumeRolePolicyDocument": {trust}, "RolePolicyList": [],
            "AttachedManagedPolicies": [{{"PolicyName": "ViewOnlyAccess",
                "PolicyArn": "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"}}]}}]}}"#
    )
}

#[test]
fn what_a_complete_list_does_not_have_does_not_exist() {
    let details = format!("{IAM}/get-account-authorization-details.json");
    let role = role("arn:aws:iam::111122223333:saml-provider/Okta");
    let list = format!("{IAM}/list-saml-providers.json");
    let with = |providers: &str| findings(&[(&details, &role), (&list, providers)]);
    let missing = "provider-not-found proved `\"arn:aws:iam::111122223333:saml-provider/Okta\"`";
    assert_eq!(with(r#"{"SAMLProviderList": []}"#), [missing]);
    assert_eq!(
        with(r#"{"SAMLProviderList": [{"Arn": "arn:aws:iam::111122223333:saml-provider/Okta"}]}"#),
        [""; 0]
    );
    // Without a list, or with one that is cut off, nobody knows.
    assert_eq!(findings(&[(&details, &role)]), [""; 0]);
    assert_eq!(with(r#"{"SAMLProviderList": [], "NextToken": "more"}"#), [""; 0]);
}

#[test]
fn nothing_is_held_against_what_was_not_seen() {
    let arn = |resource: &str| format!("arn:aws:iam::111122223333:{resource}");
    let named = |name: &str, resource: &str| {
        format!(r#"{{"{name}": "x", "Path": "/", "Arn": "{}", "DefaultVersionId": "v1"}}"#, arn(resource))
    };
    let files = [
        ("saml.json", format!(r#"{{"SAMLProviderList": [{{"Arn": "{}"}}]}}"#, arn("saml-provider/x"))),
        (
            "oidc.json",
            format!(
                r#"{{"OpenIDConnectProviderList": [{{"Arn": "{}"}}]}}"#,
                arn("oidc-provider/token.actions.githubusercontent.com")
            ),
        ),
        ("users.json", format!(r#"{{"Users": [{}]}}"#, named("UserName", "user/x"))),
        ("groups.json", format!(r#"{{"Groups": [{}]}}"#, named("GroupName", "group/x"))),
        ("policies.json", format!(r#"{{"Policies": [{}]}}"#, named("PolicyName", "policy/x"))),
        (
            "roles.json",
            format!(
                r#"{{"Role": {{"RoleName": "x", "Path": "/", "Arn": "{}", "AssumeRolePolicyDocument": {{
                    "Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": {{"Service": "ec2.amazonaws.com"}}}}]}}}}}}"#,
                arn("role/x")
            ),
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    assert_eq!(findings(&files), [""; 0]);
}

#[test]
fn a_place_in_an_encoded_policy_is_found() {
    let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22%2A%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";
    let text = format!(
        r#"{{"Role": {{"RoleName": "open", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/open",
            "AssumeRolePolicyDocument": "{trust}"}}}}"#
    );
    assert_eq!(findings(&[("role.json", &text)]), ["trust-any-principal proved `%22%2A%22`"]);
}

#[test]
fn what_is_cut_off_is_said_and_the_rest_is_read() {
    let whole = role("arn:aws:iam::111122223333:saml-provider/Okta");
    let list = format!("{IAM}/list-saml-providers.json");
    let cut = whole.rfind("\"RolePolicyList\"").expect("it is there");
    let found = findings(&[("details.json", &whole[..cut]), (&list, r#"{"SAMLProviderList": []}"#)]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("provider-not-found proved"), "{found:?}");
    assert!(found[1].contains("the text ends inside a collection"), "{found:?}");
    for (text, message) in [("", "empty"), ("not JSON", "value"), ("{\"a\": ", "ends")] {
        let path = format!("{IAM}/get-account-authorization-details.json");
        let found = findings(&[(&path, text)]);
        assert!(found.first().is_some_and(|problem| problem.contains(message)), "{text}: {found:?}");
    }
}
