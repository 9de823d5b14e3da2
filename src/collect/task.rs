//! One call to be made, with what its request says; and what an answer leads to.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::calls::{After, Call};
use super::layout::file_name;
use super::manifest::Identity;

/// The longest name or id that is asked about.
const LONGEST_VALUE: usize = 8 << 10;

/// A call with its request.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) call: &'static Call,
    /// The region, or `global`.
    pub(super) region: String,
    /// Members of the request, and what those before it were.
    known: Vec<(&'static str, String)>,
}

/// What an answer leads to.
#[derive(Debug, Default)]
pub(super) struct Next {
    pub(super) tasks: Vec<Task>,
    /// Calls that are not made, with why.
    pub(super) left_out: Vec<(Task, String)>,
}

impl Task {
    /// A call that nothing comes before.
    pub(super) fn new(call: &'static Call, region: &str) -> Self {
        Self { call, region: region.to_owned(), known: Vec::new() }
    }

    /// The members of the request.
    pub(super) fn request(&self) -> Map<String, Value> {
        let given = self.call.given.iter().map(|(member, value)| ((*member).to_owned(), Value::from(*value)));
        let asked =
            self.call.asks.iter().map(|member| ((*member).to_owned(), Value::from(self.value(member))));
        given.chain(asked).collect()
    }

    /// What the request names.
    pub(super) fn key(&self) -> Option<String> {
        if self.call.key.is_empty() {
            return None;
        }
        Some(self.call.key.iter().map(|member| self.value(member)).collect::<Vec<_>>().join("_"))
    }

    /// What the answer describes.
    pub(super) fn identity(&self) -> Identity {
        Identity {
            region: self.region.clone(),
            service: self.call.service.to_owned(),
            operation: self.call.operation.to_owned(),
            key: self.key(),
        }
    }

    /// Where the answer lies in the folder of the account, and whether its name says only a part of its key.
    pub(super) fn path(&self) -> (PathBuf, bool) {
        let folder = Path::new(&self.region).join(self.call.service);
        match self.key() {
            None => (folder.join(format!("{}.json", self.call.operation)), false),
            Some(key) => {
                let (name, cut) = file_name(&key);
                (folder.join(self.call.operation).join(format!("{name}.json")), cut)
            }
        }
    }

    /// What the answer to this call leads to. `regions` are those that are asked.
    pub(super) fn next(&self, answer: &Value, regions: &[String]) -> Next {
        let mut next = Next::default();
        for (call, after) in self.call.leads_to() {
            each_element(answer, after.each, &mut |element| {
                let Some(task) = self.follow(call, after, element) else { return };
                let home = after.home.and_then(|member| element.get(member)).and_then(Value::as_str);
                match home.filter(|home| *home != self.region) {
                    None => next.tasks.push(task),
                    Some(home) if regions.iter().any(|region| region == home) => {}
                    Some(home) => {
                        let why = format!("what it is about is in {home}, which was not asked");
                        next.left_out.push((task, why));
                    }
                }
            });
        }
        next
    }

    /// The call that an element of the answer leads to.
    fn follow(&self, call: &'static Call, after: &After, element: &Value) -> Option<Self> {
        if let Some((member, value)) = after.only
            && element.get(member).and_then(Value::as_str) != Some(value)
        {
            return None;
        }
        let mut known = self.known.clone();
        for (member, becomes) in after.take {
            let value = if member.is_empty() { element } else { element.get(member)? };
            let value = value.as_str().filter(|value| !value.is_empty() && value.len() <= LONGEST_VALUE)?;
            known.retain(|(name, _)| name != becomes);
            known.push((becomes, value.to_owned()));
        }
        Some(Self { call, region: self.region.clone(), known })
    }

    fn value(&self, member: &str) -> &str {
        let given = self.call.given.iter().find(|(name, _)| *name == member).map(|(_, value)| *value);
        let known = || self.known.iter().find(|(name, _)| *name == member).map(|(_, value)| value.as_str());
        given.or_else(known).unwrap_or_default()
    }
}

/// Hands out the elements at `path`: those of a list, a text itself, or behind `{}` the keys of an object.
fn each_element(answer: &Value, path: &str, each: &mut dyn FnMut(&Value)) {
    let (path, keys) = path.strip_suffix("{}").map_or((path, false), |path| (path, true));
    let Some(found) = path.split('.').try_fold(answer, |value, key| value.get(key)) else { return };
    match found {
        Value::Array(items) => items.iter().for_each(each),
        Value::Object(entries) if keys => entries.keys().for_each(|key| each(&Value::from(key.as_str()))),
        Value::String(text) if !text.is_empty() => each(found),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::calls::calls;
    use super::*;
    use serde_json::json;

    fn start(name: &str, region: &str) -> Task {
        Task::new(calls().find(|call| call.name() == name).unwrap(), region)
    }

    fn names(next: &Next) -> Vec<String> {
        let said = |task: &Task| format!("{} {}", task.call.operation, task.key().unwrap_or_default());
        next.tasks.iter().map(said).collect()
    }

    #[test]
    fn answers_lead_to_calls() {
        let pools = start("cognito-idp list-user-pools", "eu-west-1");
        assert_eq!(Value::Object(pools.request()), json!({}));
        let next = pools.next(&json!({ "UserPools": [{ "Id": "eu-west-1_A" }, { "Name": "no id" }] }), &[]);
        assert_eq!(
            names(&next),
            [
                "describe-user-pool eu-west-1_A",
                "get-user-pool-mfa-config eu-west-1_A",
                "describe-risk-configuration eu-west-1_A",
                "list-user-pool-clients eu-west-1_A",
                "list-groups eu-west-1_A",
                "list-identity-providers eu-west-1_A",
                "list-resource-servers eu-west-1_A",
            ]
        );
        let clients = next.tasks.iter().find(|task| task.call.operation == "list-user-pool-clients").unwrap();
        let client = &clients.next(&json!({ "UserPoolClients": [{ "ClientId": "c/1" }] }), &[]).tasks[0];
        assert_eq!(
            Value::Object(client.request()),
            json!({ "UserPoolId": "eu-west-1_A", "ClientId": "c/1" })
        );
        assert_eq!(
            client.path().0,
            Path::new("eu-west-1/cognito-idp/describe-user-pool-client/eu-west-1_A_c%2F1.json")
        );
        let pool = &next.tasks[0];
        let answer = json!({ "UserPool": { "Domain": "shop", "CustomDomain": "login.example.com" } });
        assert_eq!(
            names(&pool.next(&answer, &[])),
            ["describe-user-pool-domain shop", "describe-user-pool-domain login.example.com"]
        );
    }

    #[test]
    fn every_provider_of_a_pool_is_asked_about() {
        let pools = start("cognito-identity list-identity-pools", "eu-west-1");
        let next = pools.next(&json!({ "IdentityPools": [{ "IdentityPoolId": "eu-west-1:1" }] }), &[]);
        let answer = json!({
            "CognitoIdentityProviders": [{ "ProviderName": "cognito" }],
            "OpenIdConnectProviderARNs": ["oidc"],
            "SamlProviderARNs": ["saml"],
            "SupportedLoginProviders": { "accounts.google.com": "id" },
        });
        let found = names(&next.tasks[0].next(&answer, &[]));
        let expected = ["cognito", "oidc", "saml", "accounts.google.com"]
            .map(|name| format!("get-principal-tag-attribute-map eu-west-1:1_{name}"));
        assert_eq!(found, expected);
    }

    #[test]
    fn units_lead_to_units_and_groups_are_asked_once_they_have_access() {
        let roots = start("organizations list-roots", "global");
        let below = roots.next(&json!({ "Roots": [{ "Id": "r-1" }] }), &[]);
        let units = below.tasks[0].next(&json!({ "OrganizationalUnits": [{ "Id": "ou-1" }] }), &[]);
        assert_eq!(
            names(&units),
            ["list-organizational-units-for-parent ou-1", "list-accounts-for-parent ou-1"]
        );
        let assignments = start("sso-admin list-account-assignments", "eu-west-1");
        let answer = json!({ "AccountAssignments": [
            { "PrincipalType": "GROUP", "PrincipalId": "g" }, { "PrincipalType": "USER", "PrincipalId": "u" },
        ] });
        assert_eq!(names(&assignments.next(&answer, &[])), ["list-group-memberships g"]);
    }

    #[test]
    fn an_instance_is_asked_where_it_is_at_home() {
        let instances = start("sso-admin list-instances", "eu-west-1");
        let answer = json!({ "Instances": [
            { "InstanceArn": "i", "IdentityStoreId": "d", "PrimaryRegion": "us-east-1" },
        ] });
        let elsewhere = instances.next(&answer, &["eu-west-1".to_owned(), "us-east-1".to_owned()]);
        assert!(elsewhere.tasks.is_empty() && elsewhere.left_out.is_empty());
        let nowhere = instances.next(&answer, &["eu-west-1".to_owned()]);
        assert!(nowhere.tasks.is_empty() && !nowhere.left_out.is_empty());
        let here = start("sso-admin list-instances", "us-east-1").next(&answer, &[]);
        assert!(!here.tasks.is_empty() && here.left_out.is_empty());
    }

    #[test]
    fn names_that_are_no_names_lead_to_nothing() {
        let users = start("iam list-users", "global");
        for name in [json!(""), json!("x".repeat(LONGEST_VALUE + 1)), json!(7), json!(null), json!({})] {
            assert!(users.next(&json!({ "Users": [{ "UserName": name }, 1] }), &[]).tasks.is_empty());
        }
        assert!(users.next(&json!([]), &[]).tasks.is_empty());
    }
}
