//! What is asked, for people who have to allow it: the policy and the list of the calls.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::calls::{Call, calls};

/// The least that the caller has to be allowed. With `role_name`, also to assume that role in other accounts, which each
/// have to allow the rest to it.
#[must_use]
pub fn policy(role_name: Option<&str>) -> Value {
    let mut services: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for action in calls().flat_map(|call| call.actions).chain(&["sts:GetCallerIdentity"]) {
        let service = action.split(':').next().unwrap_or_default();
        services.entry(service).or_default().push(action);
    }
    let mut statements: Vec<Value> = services
        .into_iter()
        .map(|(service, mut actions)| {
            actions.sort_unstable();
            actions.dedup();
            let sid: String = service.split('-').map(capitalized).collect();
            json!({ "Sid": format!("Read{sid}"), "Effect": "Allow", "Action": actions, "Resource": "*" })
        })
        .collect();
    if let Some(role) = role_name {
        statements.push(json!({
            "Sid": "AssumeRoleInMembers",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": format!("arn:aws:iam::*:role/{role}"),
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The exact calls, one a line, with what each is for.
#[must_use]
pub fn listing(role_name: Option<&str>) -> String {
    let mut lines = vec!["aws sts get-caller-identity  # which account this is\n".to_owned()];
    if let Some(role) = role_name {
        let request = format!(
            "\"RoleArn\": \"arn:aws:iam::ACCOUNT:role/{role}\", \"RoleSessionName\": \"fedlint-collect\""
        );
        let about = "to ask in other accounts; the answer stays in memory";
        lines.push(format!("aws sts assume-role --cli-input-json '{{{request}}}'  # {about}\n"));
    }
    lines.extend(calls().map(|call| {
        let input = input(call);
        format!("aws {} {}{input}  # {}\n", call.service, call.operation, call.about)
    }));
    lines.concat()
}

/// The members of a request, with the name of each in place of a value that an earlier answer gives.
fn input(call: &Call) -> String {
    let given = call.given.iter().map(|(member, value)| format!("\"{member}\": \"{value}\""));
    let asked = call.asks.iter().map(|member| format!("\"{member}\": \"...\""));
    let members = given.chain(asked).collect::<Vec<_>>().join(", ");
    match call.page {
        Some(page) => format!(" --cli-input-json '{{{members}}}' --page-size {page}"),
        None if members.is_empty() => members,
        None => format!(" --cli-input-json '{{{members}}}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(policy: &Value) -> Vec<String> {
        let statements = policy["Statement"].as_array().unwrap();
        let texts = |value: &Value| match value {
            Value::Array(items) => items.iter().map(|item| item.as_str().unwrap().to_owned()).collect(),
            one => vec![one.as_str().unwrap().to_owned()],
        };
        statements.iter().flat_map(|statement| texts(&statement["Action"])).collect()
    }

    #[test]
    fn the_policy_allows_every_call_and_nothing_that_changes_something() {
        let own = actions(&policy(None));
        for call in calls() {
            assert!(call.actions.iter().all(|action| own.iter().any(|own| own == action)), "{}", call.name());
        }
        for action in &own {
            let (_, name) = action.split_once(':').unwrap();
            let reads = ["Get", "List", "Describe"].iter().any(|verb| name.starts_with(verb));
            assert!(reads && !name.contains('*'), "{action}");
        }
        let members = policy(Some("Audit"));
        let added: Vec<String> =
            actions(&members).into_iter().filter(|action| !own.contains(action)).collect();
        assert_eq!(added, ["sts:AssumeRole"]);
        let last = members["Statement"].as_array().unwrap().last().unwrap();
        assert_eq!(last["Resource"], "arn:aws:iam::*:role/Audit");
    }

    /// Names of statements may have letters and digits only, each once.
    #[test]
    fn statements_have_names() {
        let policy = policy(Some("Audit"));
        let names: Vec<&str> =
            policy["Statement"].as_array().unwrap().iter().map(|one| one["Sid"].as_str().unwrap()).collect();
        let mut different = names.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), names.len());
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric())), "{names:?}");
    }

    #[test]
    fn calls_are_listed_as_they_are_made() {
        let listing = listing(Some("Audit"));
        assert_eq!(listing.lines().count(), calls().count() + 2);
        assert!(listing.contains(
            "aws iam get-saml-provider --cli-input-json '{\"SAMLProviderArn\": \"...\"}'  # the metadata of a SAML provider, with its certificates\n"
        ));
        assert!(listing.contains("aws cognito-idp list-user-pools --cli-input-json '{}' --page-size 60  # "));
    }
}
