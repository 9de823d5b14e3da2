//! Writes what is deployed as the answers of the API that an account gives.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::world::{Thing, World, hash};

/// The files of a dump.
pub(crate) struct Answers {
    pub(crate) files: Vec<(String, String)>,
    /// What resources are called there, by logical id.
    names: BTreeMap<String, String>,
}

impl Answers {
    /// What a thing of a template is called; one in an account has that behind it.
    pub(crate) fn name(&self, entity: &str) -> String {
        let (name, rest) = match entity.split_once(" in ") {
            Some((name, rest)) => (name, format!(" in {rest}")),
            None => (entity, String::new()),
        };
        format!("{}{rest}", self.names.get(name).map_or(name, String::as_str))
    }
}

/// The answers of all accounts of a world. An error is the reason for which it has none.
pub(crate) fn write(world: &World) -> Result<Answers, String> {
    let mut writer = Writer { world, answers: BTreeMap::new(), names: BTreeMap::new() };
    for thing in &world.things {
        let name = writer.thing(thing)?;
        if writer.names.insert(thing.logical_id.clone(), name).is_some() {
            return Err("two templates with one logical id".to_owned());
        }
    }
    let files = writer.answers.iter().map(|(path, answer)| (path.clone(), answer.to_string()));
    Ok(Answers { files: files.collect(), names: writer.names })
}

struct Writer<'w> {
    world: &'w World,
    answers: BTreeMap<String, Json>,
    names: BTreeMap<String, String>,
}

impl Writer<'_> {
    /// Adds to the list of an answer. There is more, as there may be beside a template.
    fn add(&mut self, thing: &Thing, operation: &str, key: &str, list: &str, item: Json) {
        let answer = self.answer(thing, operation, key);
        answer["NextToken"] = json!("more");
        let items = answer.as_object_mut().expect("an answer is an object").entry(list).or_insert(json!([]));
        items.as_array_mut().expect("a list").push(item);
    }

    fn answer(&mut self, thing: &Thing, operation: &str, key: &str) -> &mut Json {
        let service = operation.split('/').next().unwrap_or_default();
        let region = if matches!(service, "iam" | "organizations") { "global" } else { &thing.region };
        let key = if key.is_empty() { String::new() } else { format!("/{}", encoded(key)) };
        let path = format!("{}/{region}/{operation}{key}.json", thing.account);
        self.answers.entry(path).or_insert(json!({}))
    }

    fn set(&mut self, thing: &Thing, operation: &str, key: &str, answer: Json) {
        *self.answer(thing, operation, key) = answer;
    }

    /// Writes a thing, and says what it is called.
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn thing(&mut self, thing: &Thing) -> Result<String, String> {
        let kind = thing.kind.strip_prefix("AWS::").unwrap_or(&thing.kind);
        let arn = thing.arn.clone().unwrap_or_default();
        Ok(match kind {
            "IAM::Role" => self.role(thing, arn)?,
            "IAM::User" => self.user(thing, arn)?,
            "IAM::Group" => self.group(thing, arn)?,
            "IAM::ManagedPolicy" => {
                let name = thing.text("ManagedPolicyName").map_or_else(|| last(&arn), str::to_owned);
                let version = json!({ "IsDefaultVersion": true, "Document": thing.get("PolicyDocument") });
                let item = json!({ "PolicyName": name, "Arn": arn, "Path": thing.text("Path").unwrap_or("/"),
                    "PolicyVersionList": [version] });
                self.add(thing, DETAILS, "", "Policies", item);
                name
            }
            // Told by those who have it.
            "IAM::Policy"
            | "IAM::RolePolicy"
            | "IAM::UserPolicy"
            | "IAM::GroupPolicy"
            | "IAM::UserToGroupAddition" => thing.logical_id.clone(),
            "IAM::SAMLProvider" => {
                self.add(thing, "iam/list-saml-providers", "", "SAMLProviderList", json!({ "Arn": arn }));
                let keys = thing.get("AddPrivateKey").as_str().map(|_| json!([{ "KeyId": "k" }]));
                let answer = without_nulls(
                    json!({ "SAMLMetadataDocument": thing.get("SamlMetadataDocument"),
                    "AssertionEncryptionMode": thing.get("AssertionEncryptionMode"), "PrivateKeyList": keys }),
                );
                // A template that leaves out what AWS wants is about something else.
                if thing.properties.get("SamlMetadataDocument").is_some() {
                    self.set(thing, "iam/get-saml-provider", &arn, answer);
                }
                last(&arn)
            }
            "IAM::OIDCProvider" => {
                let list = "OpenIDConnectProviderList";
                self.add(thing, "iam/list-open-id-connect-providers", "", list, json!({ "Arn": arn }));
                let url = thing.text("Url").ok_or("a provider without an issuer")?;
                let url = url.strip_prefix("https://").unwrap_or(url);
                self.set(
                    thing,
                    "iam/get-open-id-connect-provider",
                    &arn,
                    json!({ "Url": url, "ClientIDList": listed(thing, "ClientIdList"),
                        "ThumbprintList": listed(thing, "ThumbprintList") }),
                );
                url.to_owned()
            }
            "IAM::InstanceProfile" => {
                let roles = listed(thing, "Roles");
                let roles: Vec<Json> = items(&roles).map(|name| json!({ "RoleName": name })).collect();
                let item =
                    json!({ "InstanceProfileName": thing.id, "Arn": arn, "Path": "/", "Roles": roles });
                self.add(thing, "iam/list-instance-profiles", "", "InstanceProfiles", item);
                thing.id.clone()
            }
            "SSO::PermissionSet" => self.permission_set(thing, &arn)?,
            "SSO::Assignment" => {
                let [set, account, principal] = ["PermissionSetArn", "TargetId", "PrincipalId"]
                    .map(|name| thing.text(name).unwrap_or_default().to_owned());
                let item = json!({ "AccountId": account, "PermissionSetArn": set,
                    "PrincipalType": thing.get("PrincipalType"), "PrincipalId": principal });
                let key = format!("{account}_{set}");
                self.add(thing, "sso-admin/list-account-assignments", &key, "AccountAssignments", item);
                format!("{}/{account}/{principal}", last(&set))
            }
            "SSO::Application" => {
                let item = without_nulls(json!({ "ApplicationArn": arn, "Name": thing.get("Name"),
                    "InstanceArn": thing.get("InstanceArn"), "Status": thing.text("Status").unwrap_or("ENABLED") }));
                self.add(thing, "sso-admin/list-applications", "", "Applications", item);
                thing.text("Name").unwrap_or_default().to_owned()
            }
            "IdentityStore::Group" | "IdentityStore::User" => {
                let store = thing.get("IdentityStoreId");
                let key = store.as_str().unwrap_or_default().to_owned();
                if kind.ends_with("Group") {
                    let item = json!({ "GroupId": thing.identity, "DisplayName": thing.get("DisplayName"), "IdentityStoreId": store });
                    self.add(thing, "identitystore/list-groups", &key, "Groups", item);
                    thing.text("DisplayName").unwrap_or_default().to_owned()
                } else {
                    let item = json!({ "UserId": thing.identity, "UserName": thing.get("UserName"), "IdentityStoreId": store });
                    self.add(thing, "identitystore/list-users", &key, "Users", item);
                    thing.text("UserName").unwrap_or_default().to_owned()
                }
            }
            "IdentityStore::GroupMembership" => {
                let id = format!("{:016x}", hash(&thing.logical_id));
                let item = json!({ "MembershipId": id, "GroupId": thing.get("GroupId"), "MemberId": thing.get("MemberId"),
                    "IdentityStoreId": thing.get("IdentityStoreId") });
                let key = thing.text("GroupId").unwrap_or_default().to_owned();
                self.add(thing, "identitystore/list-group-memberships", &key, "GroupMemberships", item);
                id
            }
            "SSO::InstanceAccessControlAttributeConfiguration" => {
                let instance = thing.text("InstanceArn").unwrap_or_default().to_owned();
                let attributes = match thing.get("AccessControlAttributes") {
                    Json::Null => thing.get("InstanceAccessControlAttributeConfiguration"),
                    attributes => json!({ "AccessControlAttributes": attributes }),
                };
                self.set(
                    thing,
                    "sso-admin/describe-instance-access-control-attribute-configuration",
                    &instance,
                    json!({ "InstanceAccessControlAttributeConfiguration": attributes }),
                );
                last(&instance)
            }
            "Cognito::UserPool" => self.user_pool(thing, &arn),
            "Cognito::UserPoolClient" => {
                let pool = thing.text("UserPoolId").unwrap_or_default().to_owned();
                let mut item = thing.properties.clone();
                let generated = thing.get("GenerateSecret") == json!(true);
                let object = item.as_object_mut().ok_or("properties that are none")?;
                object.remove("GenerateSecret");
                object.insert("ClientId".to_owned(), json!(thing.id));
                if generated {
                    object.insert("ClientSecret".to_owned(), json!("(removed by fedlint)"));
                }
                let key = format!("{pool}_{}", thing.id);
                self.set(
                    thing,
                    "cognito-idp/describe-user-pool-client",
                    &key,
                    json!({ "UserPoolClient": item }),
                );
                thing.text("ClientName").unwrap_or(&thing.id).to_owned()
            }
            "Cognito::UserPoolGroup" => {
                let pool = thing.text("UserPoolId").unwrap_or_default().to_owned();
                let mut item = thing.properties.clone();
                item["GroupName"] = json!(thing.id);
                self.add(thing, "cognito-idp/list-groups", &pool, "Groups", item);
                thing.id.clone()
            }
            "Cognito::UserPoolIdentityProvider" => {
                let pool = thing.text("UserPoolId").unwrap_or_default().to_owned();
                let key = format!("{pool}_{}", thing.id);
                let item = json!({ "IdentityProvider": thing.properties });
                self.set(thing, "cognito-idp/describe-identity-provider", &key, item);
                thing.text("ProviderName").unwrap_or_default().to_owned()
            }
            "Cognito::UserPoolDomain" => {
                let domain = thing.text("Domain").unwrap_or_default().to_owned();
                let mut item = thing.properties.clone();
                item["AWSAccountId"] = json!(thing.account);
                self.set(
                    thing,
                    "cognito-idp/describe-user-pool-domain",
                    &domain,
                    json!({ "DomainDescription": item }),
                );
                domain
            }
            "Cognito::IdentityPool" => {
                let mut item = thing.properties.clone();
                item["IdentityPoolId"] = json!(thing.id);
                let name = thing.text("IdentityPoolName").unwrap_or(&thing.logical_id).to_owned();
                item["IdentityPoolName"] = json!(name);
                self.set(thing, "cognito-identity/describe-identity-pool", &thing.id, item);
                name
            }
            "Cognito::IdentityPoolRoleAttachment" => {
                let pool = thing.text("IdentityPoolId").unwrap_or_default().to_owned();
                let mut item = thing.properties.clone();
                if let Some(mappings) = item.get("RoleMappings").and_then(Json::as_object) {
                    let by_provider = mappings.iter().map(|(key, mapping)| {
                        let mut mapping = mapping.clone();
                        let named =
                            mapping.as_object_mut().and_then(|mapping| mapping.remove("IdentityProvider"));
                        let key =
                            named.and_then(|named| named.as_str().map(str::to_owned)).unwrap_or(key.clone());
                        (key, mapping)
                    });
                    item["RoleMappings"] = Json::Object(by_provider.collect());
                }
                self.set(thing, "cognito-identity/get-identity-pool-roles", &pool, item);
                pool
            }
            "Cognito::IdentityPoolPrincipalTag" => {
                let [pool, provider] = ["IdentityPoolId", "IdentityProviderName"]
                    .map(|name| thing.text(name).unwrap_or_default().to_owned());
                let operation = "cognito-identity/get-principal-tag-attribute-map";
                self.set(thing, operation, &format!("{pool}_{provider}"), thing.properties.clone());
                format!("{pool}/{}", last_of(&provider))
            }
            "RolesAnywhere::TrustAnchor" | "RolesAnywhere::Profile" | "RolesAnywhere::CRL" => {
                let (operation, list, id) = match kind {
                    "RolesAnywhere::TrustAnchor" => ("list-trust-anchors", "trustAnchors", "trustAnchor"),
                    "RolesAnywhere::Profile" => ("list-profiles", "profiles", "profile"),
                    _ => ("list-crls", "crls", "crl"),
                };
                let mut item = uncapitalised(&thing.properties);
                item[format!("{id}Id")] = json!(thing.id);
                item[format!("{id}Arn")] = json!(arn);
                if arn.is_empty() {
                    item[format!("{id}Arn")] = json!("arn:aws:rolesanywhere:eu-west-1:111122223333:crl/x");
                }
                self.add(thing, &format!("rolesanywhere/{operation}"), "", list, item);
                match kind {
                    "RolesAnywhere::CRL" => thing.id.clone(),
                    _ => thing.text("Name").unwrap_or_default().to_owned(),
                }
            }
            "Organizations::Account" => {
                let arn =
                    format!("arn:aws:organizations::{}:account/o-a1b2c3d4e5/{}", thing.account, thing.id);
                let item = json!({ "Id": thing.id, "Arn": arn, "Name": thing.get("AccountName") });
                self.add(thing, "organizations/list-accounts", "", "Accounts", item);
                thing.text("AccountName").unwrap_or_default().to_owned()
            }
            "Organizations::Policy" => {
                let arn =
                    format!("arn:aws:organizations::{}:policy/o-a1b2c3d4e5/x/{}", thing.account, thing.id);
                let summary = json!({ "Id": thing.id, "Arn": arn, "Name": thing.get("Name"), "Type": thing.get("Type") });
                let policy = json!({ "Policy": { "PolicySummary": summary, "Content": thing.get("Content").to_string() } });
                self.set(thing, "organizations/describe-policy", &thing.id, policy);
                let targets = listed(thing, "TargetIds");
                let targets: Vec<Json> = items(&targets).map(|id| json!({ "TargetId": id })).collect();
                self.set(
                    thing,
                    "organizations/list-targets-for-policy",
                    &thing.id,
                    json!({ "Targets": targets }),
                );
                thing.text("Name").unwrap_or_default().to_owned()
            }
            "DirectoryService::MicrosoftAD" | "DirectoryService::SimpleAD" => {
                let item = without_nulls(
                    json!({ "DirectoryId": thing.id, "Name": thing.get("Name"), "Stage": "Active",
                    "Type": kind.rsplit("::").next(), "Edition": thing.get("Edition") }),
                );
                self.add(thing, "ds/describe-directories", "", "DirectoryDescriptions", item);
                thing.text("Name").unwrap_or_default().to_owned()
            }
            "EKS::PodIdentityAssociation" => {
                let mut item = uncapitalised(&thing.properties);
                let id = format!("a-{:016x}", hash(&thing.logical_id));
                item["associationId"] = json!(id);
                item["associationArn"] = json!(format!(
                    "arn:aws:eks:{}:{}:podidentityassociation/x/{id}",
                    thing.region, thing.account
                ));
                let key = format!("x_{id}");
                self.set(
                    thing,
                    "eks/describe-pod-identity-association",
                    &key,
                    json!({ "association": item }),
                );
                id
            }
            _ => return Err(format!("no answer tells of {}", thing.kind)),
        })
    }

    fn role(&mut self, thing: &Thing, arn: String) -> Result<String, String> {
        let inline = self.inline(thing, "Roles", "RoleName");
        let attached = self.attached(thing, "Roles");
        let boundary = thing.text("PermissionsBoundary").map(|arn| json!({ "PermissionsBoundaryArn": arn }));
        let path = thing.text("Path").unwrap_or("/");
        let item = without_nulls(
            json!({ "RoleName": thing.id, "Path": path, "Arn": arn, "RoleId": format!("AROA{:016X}", hash(&thing.id)),
            "AssumeRolePolicyDocument": thing.get("AssumeRolePolicyDocument"), "RolePolicyList": inline,
            "AttachedManagedPolicies": attached, "PermissionsBoundary": boundary }),
        );
        if !thing.get("AssumeRolePolicyDocument").is_object() {
            return Err("a trust policy that is none".to_owned());
        }
        let mut got = item.clone();
        got["MaxSessionDuration"] = match thing.get("MaxSessionDuration") {
            Json::Null => json!(3600),
            written => written,
        };
        self.set(thing, "iam/get-role", &thing.id, json!({ "Role": got }));
        self.add(thing, DETAILS, "", "RoleDetailList", item);
        Ok(thing.id.clone())
    }

    fn user(&mut self, thing: &Thing, arn: String) -> Result<String, String> {
        let inline = self.inline(thing, "Users", "UserName");
        let attached = self.attached(thing, "Users");
        let mut groups: Vec<Json> = items(&listed(thing, "Groups")).cloned().collect();
        let additions =
            self.world.things.iter().filter(|other| other.kind == "AWS::IAM::UserToGroupAddition");
        let mine =
            additions.filter(|other| items(&listed(other, "Users")).any(|user| *user == json!(thing.id)));
        groups.extend(mine.map(|addition| addition.get("GroupName")));
        let boundary = thing.text("PermissionsBoundary").map(|arn| json!({ "PermissionsBoundaryArn": arn }));
        let item = without_nulls(
            json!({ "UserName": thing.id, "Path": thing.text("Path").unwrap_or("/"), "Arn": arn,
            "UserPolicyList": inline, "AttachedManagedPolicies": attached, "GroupList": groups,
            "PermissionsBoundary": boundary }),
        );
        self.add(thing, DETAILS, "", "UserDetailList", item);
        if thing.properties.get("LoginProfile").is_some() {
            let profile =
                json!({ "UserName": thing.id, "CreateDate": "2026-01-01", "PasswordResetRequired": false });
            self.set(thing, "iam/get-login-profile", &thing.id, json!({ "LoginProfile": profile }));
        }
        Ok(thing.id.clone())
    }

    fn group(&mut self, thing: &Thing, arn: String) -> Result<String, String> {
        let inline = self.inline(thing, "Groups", "GroupName");
        let attached = self.attached(thing, "Groups");
        let item = json!({ "GroupName": thing.id, "Path": thing.text("Path").unwrap_or("/"), "Arn": arn,
            "GroupPolicyList": inline, "AttachedManagedPolicies": attached });
        self.add(thing, DETAILS, "", "GroupDetailList", item);
        Ok(thing.id.clone())
    }

    /// The inline policies of somebody: his own, and those that are resources.
    fn inline(&self, thing: &Thing, list: &str, one: &str) -> Vec<Json> {
        let mut all: Vec<Json> = items(&listed(thing, "Policies")).cloned().collect();
        for other in &self.world.things {
            let is_inline = matches!(
                other.kind.as_str(),
                "AWS::IAM::Policy"
                    | "AWS::IAM::RolePolicy"
                    | "AWS::IAM::UserPolicy"
                    | "AWS::IAM::GroupPolicy"
            );
            let names = listed(other, list);
            let has =
                items(&names).any(|name| *name == json!(thing.id)) || other.text(one) == Some(&thing.id);
            if is_inline && has && other.account == thing.account {
                all.push(json!({ "PolicyName": other.text("PolicyName").unwrap_or(&other.id),
                    "PolicyDocument": other.get("PolicyDocument") }));
            }
        }
        all
    }

    /// The managed policies of somebody, attached from either side.
    fn attached(&self, thing: &Thing, list: &str) -> Vec<Json> {
        let own = listed(thing, "ManagedPolicyArns");
        let mut arns: Vec<String> = items(&own).filter_map(Json::as_str).map(str::to_owned).collect();
        for other in self.world.things.iter().filter(|other| other.kind == "AWS::IAM::ManagedPolicy") {
            if items(&listed(other, list)).any(|name| *name == json!(thing.id)) {
                arns.extend(other.arn.clone());
            }
        }
        arns.iter().map(|arn| json!({ "PolicyName": last(arn), "PolicyArn": arn })).collect()
    }

    fn permission_set(&mut self, thing: &Thing, arn: &str) -> Result<String, String> {
        let instance = thing.text("InstanceArn").unwrap_or_default().to_owned();
        let name = thing.text("Name").unwrap_or_default().to_owned();
        self.add(thing, "sso-admin/list-permission-sets", &instance, "PermissionSets", json!(arn));
        let described = without_nulls(
            json!({ "Name": name, "PermissionSetArn": arn, "Description": thing.get("Description"),
            "SessionDuration": thing.get("SessionDuration"), "RelayState": thing.get("RelayStateType") }),
        );
        self.set(thing, "sso-admin/describe-permission-set", arn, json!({ "PermissionSet": described }));
        let managed = listed(thing, "ManagedPolicies");
        let managed: Vec<Json> = items(&managed).map(|arn| json!({ "Arn": arn })).collect();
        self.set(
            thing,
            "sso-admin/list-managed-policies-in-permission-set",
            arn,
            json!({ "AttachedManagedPolicies": managed }),
        );
        let references = listed(thing, "CustomerManagedPolicyReferences");
        self.set(
            thing,
            "sso-admin/list-customer-managed-policy-references-in-permission-set",
            arn,
            json!({ "CustomerManagedPolicyReferences": references }),
        );
        let inline = match thing.get("InlinePolicy") {
            Json::Null => String::new(),
            policy => policy.to_string(),
        };
        self.set(
            thing,
            "sso-admin/get-inline-policy-for-permission-set",
            arn,
            json!({ "InlinePolicy": inline }),
        );
        match thing.get("PermissionsBoundary") {
            Json::Null => {
                let question = json!({ "service": "sso-admin", "region": thing.region, "key": arn, "why": "none",
                    "operation": "get-permissions-boundary-for-permission-set" });
                let path = format!("{}/fedlint-dump.json", thing.account);
                let manifest = self.answers.entry(path).or_insert(
                    json!({ "fedlint-dump": 1, "account": thing.account, "finished": true, "not-seen": [] }),
                );
                manifest["not-seen"].as_array_mut().expect("a list").push(question);
            }
            boundary => self.set(
                thing,
                "sso-admin/get-permissions-boundary-for-permission-set",
                arn,
                json!({ "PermissionsBoundary": boundary }),
            ),
        }
        Ok(name)
    }

    fn user_pool(&mut self, thing: &Thing, arn: &str) -> String {
        let mut pool = thing.properties.clone();
        let name = thing.text("UserPoolName").unwrap_or(&thing.logical_id).to_owned();
        pool["Id"] = json!(thing.id);
        pool["Arn"] = json!(arn);
        pool["Name"] = json!(name);
        if let Some(schema) = pool.get("Schema").cloned() {
            const STANDARD: &[&str] =
                &["email", "phone_number", "name", "given_name", "family_name", "profile", "website"];
            let prefixed = items(&schema).map(|attribute| {
                let mut attribute = attribute.clone();
                let name = attribute["Name"].as_str().unwrap_or_default().to_owned();
                if !STANDARD.contains(&name.as_str()) {
                    attribute["Name"] = json!(format!("custom:{name}"));
                }
                attribute
            });
            pool["SchemaAttributes"] = Json::Array(prefixed.collect());
        }
        self.set(thing, "cognito-idp/describe-user-pool", &thing.id, json!({ "UserPool": pool }));
        name
    }
}

const DETAILS: &str = "iam/get-account-authorization-details";

/// A list property; one text is a list of itself.
fn listed(thing: &Thing, name: &str) -> Json {
    match thing.get(name) {
        Json::Null => json!([]),
        list @ Json::Array(_) => list,
        one => json!([one]),
    }
}

fn items(list: &Json) -> impl Iterator<Item = &Json> {
    list.as_array().into_iter().flatten()
}

fn without_nulls(mut value: Json) -> Json {
    if let Some(object) = value.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    value
}

/// Names begin with small letters in some services.
fn uncapitalised(value: &Json) -> Json {
    match value {
        Json::Object(entries) => {
            let entry = |(name, value): (&String, &Json)| {
                let mut characters = name.chars();
                let first = characters.next().into_iter().flat_map(char::to_lowercase);
                (first.chain(characters).collect::<String>(), uncapitalised(value))
            };
            Json::Object(entries.iter().map(entry).collect())
        }
        Json::Array(items) => items.iter().map(uncapitalised).collect(),
        other => other.clone(),
    }
}

fn last(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or(arn).to_owned()
}

/// What names something in its account.
fn last_of(text: &str) -> String {
    if text.starts_with("arn:") { last(text) } else { text.to_owned() }
}

/// A key as it stands in the name of a file.
fn encoded(key: &str) -> String {
    let mut out = String::new();
    for byte in key.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'@' | b'+' | b'=' | b'-' => {
                out.push(char::from(byte))
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
