//! What the AWS CLI answers about an account: the details of its roles and policies, its providers and its pools.
//!
//! The folders are those of `fedlint collect`. What the stacks do not say stands in no answer either: the metadata of the SAML
//! provider may not be read.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::account::{self, Role};
use super::template::{Value, map, text, texts};
use super::{names, permissions};

const REGION: &str = "eu-west-1";

/// The management account of the organisation: the one with the tools of all.
const MANAGEMENT: usize = 0;

/// What was written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) files: usize,
    pub(crate) bytes: u64,
}

/// Writes the answers about account `number` among `count` below `folder`.
pub(crate) fn write(folder: &Path, number: usize, count: usize, roles: &[Role]) -> std::io::Result<Written> {
    let account = names::account(number);
    let mut answers = Answers { folder: folder.join(&account), account, written: Written::default() };
    answers.details(number, roles)?;
    answers.providers(number)?;
    answers.pools(roles)?;
    answers.organisation(number, count)?;
    let manifest = format!(
        r#"{{
  "fedlint-dump": 1,
  "account": "{}",
  "partition": "aws",
  "collected": "2026-11-25T06:00:00Z",
  "regions": ["{REGION}"],
  "finished": true,
  "not-seen": [
    {{ "region": "global", "service": "iam", "operation": "get-saml-provider",
      "key": "{}", "why": "denied", "message": "AccessDenied" }}
  ]
}}
"#,
        answers.account,
        answers.arn("saml-provider/corporate")
    );
    answers.file("fedlint-dump.json", |out| out.write_all(manifest.as_bytes()))?;
    Ok(answers.written)
}

/// The folder of an account.
struct Answers {
    folder: PathBuf,
    account: String,
    written: Written,
}

impl Answers {
    /// Writes a file.
    fn file(
        &mut self,
        path: &str,
        write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
        let mut out = BufWriter::new(File::create(&path)?);
        write(&mut out)?;
        self.written.files += 1;
        self.written.bytes += out.into_inner().map_err(|error| error.into_error())?.metadata()?.len();
        Ok(())
    }

    /// Writes an answer.
    fn answer(&mut self, path: &str, answer: &Value) -> std::io::Result<()> {
        let text = answer.answer(&self.account, 0);
        self.file(path, |out| writeln!(out, "{text}"))
    }

    /// The ARN of something of IAM.
    fn arn(&self, of: &str) -> String {
        format!("arn:aws:iam::{}:{of}", self.account)
    }

    /// Roles and policies.
    fn details(&mut self, number: usize, roles: &[Role]) -> std::io::Result<()> {
        let boundary = permissions::boundary();
        let policies = account::managed_policies(roles, &boundary);
        let serial = |at: usize| number * 10_000 + at;
        self.lists(
            "global/iam/get-account-authorization-details.json",
            &[
                ("UserDetailList", Vec::new()),
                ("GroupDetailList", Vec::new()),
                ("RoleDetailList", (0..).zip(roles).map(|(at, role)| self.role(serial(at), role)).collect()),
                (
                    "Policies",
                    (0..).zip(policies).map(|(at, policy)| self.policy(serial(at), policy)).collect(),
                ),
            ],
        )?;
        let roles = (0..).zip(roles).map(|(at, role)| self.listed(serial(at), role)).collect();
        self.lists("global/iam/list-roles.json", &[("Roles", roles)])
    }

    /// Writes lists, one item after another, as there are many.
    fn lists(&mut self, path: &str, lists: &[(&str, Vec<Value>)]) -> std::io::Result<()> {
        let account = self.account.clone();
        self.file(path, |out| {
            for (at, (list, items)) in lists.iter().enumerate() {
                write!(out, "{}\n    \"{list}\": [", if at > 0 { "," } else { "{" })?;
                for (at, item) in items.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    write!(out, "{comma}\n        {}", item.answer(&account, 2))?;
                }
                write!(out, "{}", if items.is_empty() { "]" } else { "\n    ]" })?;
            }
            writeln!(out, "\n}}")
        })
    }

    /// What all answers say of a role.
    fn named(&self, serial: usize, role: &Role) -> Vec<(&'static str, Value)> {
        vec![
            ("Path", text("/")),
            ("RoleName", text(role.name.as_str())),
            ("RoleId", text(format!("AROA{serial:017}"))),
            ("Arn", text(self.arn(&format!("role/{}", role.name)))),
            ("CreateDate", text(format!("2024-03-01T09:{:02}:00+00:00", serial % 60))),
            ("AssumeRolePolicyDocument", role.trust.clone()),
        ]
    }

    /// A role in `list-roles`. As no stack says how long sessions last, it is an hour.
    fn listed(&self, serial: usize, role: &Role) -> Value {
        let mut listed = self.named(serial, role);
        listed.push(("MaxSessionDuration", Value::Number(3600)));
        map(listed)
    }

    fn role(&self, serial: usize, role: &Role) -> Value {
        let inline =
            role.permissions.inline.iter().map(|(name, document)| {
                map([("PolicyName", text(*name)), ("PolicyDocument", document.clone())])
            });
        let attached = |arn: String| {
            let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
            map([("PolicyName", text(name)), ("PolicyArn", text(arn))])
        };
        let aws = role.permissions.aws.iter().map(|name| format!("arn:aws:iam::aws:policy/{name}"));
        let own = role.permissions.managed.iter().map(|(name, _)| self.arn(&format!("policy/{name}")));
        let tag = |key: &str, value: &str| map([("Key", text(key)), ("Value", text(value))]);
        let mut details = self.named(serial, role);
        details.extend([
            ("InstanceProfileList", Value::List(Vec::new())),
            ("RolePolicyList", Value::List(inline.collect())),
            ("AttachedManagedPolicies", Value::List(aws.chain(own).map(attached).collect())),
        ]);
        if role.permissions.bounded {
            let arn = self.arn(&format!("policy/{}", permissions::BOUNDARY));
            details.push((
                "PermissionsBoundary",
                map([("PermissionsBoundaryType", text("Policy")), ("PermissionsBoundaryArn", text(arn))]),
            ));
        }
        details
            .push(("Tags", Value::List(vec![tag("team", role.name.split('-').next().unwrap_or_default())])));
        let used = text(format!("2026-11-{:02}T09:00:00+00:00", serial % 25 + 1));
        details.push(("RoleLastUsed", map([("LastUsedDate", used), ("Region", text(REGION))])));
        map(details)
    }

    fn policy(&self, serial: usize, (name, document): (&str, &Value)) -> Value {
        let created = || text("2024-03-01T09:00:00+00:00");
        let version = map([
            ("Document", document.clone()),
            ("VersionId", text("v1")),
            ("IsDefaultVersion", Value::Truth(true)),
            ("CreateDate", created()),
        ]);
        map([
            ("PolicyName", text(name)),
            ("PolicyId", text(format!("ANPA{serial:017}"))),
            ("Arn", text(self.arn(&format!("policy/{name}")))),
            ("Path", text("/")),
            ("DefaultVersionId", text("v1")),
            ("IsAttachable", Value::Truth(true)),
            ("CreateDate", created()),
            ("UpdateDate", created()),
            ("PolicyVersionList", Value::List(vec![version])),
        ])
    }

    fn providers(&mut self, number: usize) -> std::io::Result<()> {
        let mut arns = Vec::new();
        for (issuer, audience) in account::issuers(number) {
            let arn = self.arn(&format!("oidc-provider/{issuer}"));
            let provider = map([
                ("Url", text(issuer)),
                ("ClientIDList", texts([audience])),
                ("ThumbprintList", Value::List(Vec::new())),
                ("CreateDate", text("2024-03-01T09:00:00+00:00")),
            ]);
            self.answer(&format!("global/iam/get-open-id-connect-provider/{}.json", key(&arn)), &provider)?;
            arns.push(map([("Arn", text(arn))]));
        }
        let list = map([("OpenIDConnectProviderList", Value::List(arns))]);
        self.answer("global/iam/list-open-id-connect-providers.json", &list)?;
        let corporate = map([("Arn", text(self.arn("saml-provider/corporate")))]);
        let list = map([("SAMLProviderList", Value::List(vec![corporate]))]);
        self.answer("global/iam/list-saml-providers.json", &list)
    }

    fn pools(&mut self, roles: &[Role]) -> std::io::Result<()> {
        let (mut users, mut identities) = (Vec::new(), Vec::new());
        for (pool, roles) in account::pools(roles) {
            let (user_pool, client) =
                (names::user_pool(pool, &self.account), names::client(pool, &self.account));
            let identity_pool = names::identity_pool(pool, &self.account);
            let named = |id: &str| vec![("Id", text(id)), ("Name", text(pool))];
            users.push(map(named(&user_pool)));
            let mut described = named(&user_pool);
            let administrators = map([("AllowAdminCreateUserOnly", Value::Truth(true))]);
            let arn = format!("arn:aws:cognito-idp:{REGION}:{}:userpool/{user_pool}", self.account);
            described.extend([("AdminCreateUserConfig", administrators), ("Arn", text(arn))]);
            let cognito = format!("{REGION}/cognito-idp");
            self.answer(
                &format!("{cognito}/describe-user-pool/{}.json", key(&user_pool)),
                &map([("UserPool", map(described))]),
            )?;
            let short = || {
                let ids = [("ClientId", &client), ("UserPoolId", &user_pool)];
                ids.map(|(name, id)| (name, text(id.as_str())))
                    .into_iter()
                    .chain([("ClientName", text(pool))])
            };
            self.answer(
                &format!("{cognito}/list-user-pool-clients/{}.json", key(&user_pool)),
                &map([("UserPoolClients", Value::List(vec![map(short())]))]),
            )?;
            let flows = ("AllowedOAuthFlowsUserPoolClient", Value::Truth(false));
            self.answer(
                &format!("{cognito}/describe-user-pool-client/{}_{}.json", key(&user_pool), key(&client)),
                &map([("UserPoolClient", map(short().chain([flows])))]),
            )?;
            let login = map([
                ("ProviderName", text(format!("cognito-idp.{REGION}.amazonaws.com/{user_pool}"))),
                ("ClientId", text(client.as_str())),
                ("ServerSideTokenCheck", Value::Truth(true)),
            ]);
            let ids = || [("IdentityPoolId", text(identity_pool.as_str())), ("IdentityPoolName", text(pool))];
            identities.push(map(ids()));
            let guests = Value::Truth(pool == account::WITH_GUESTS);
            let described = ids().into_iter().chain([
                ("AllowUnauthenticatedIdentities", guests),
                ("CognitoIdentityProviders", Value::List(vec![login])),
            ]);
            let cognito = format!("{REGION}/cognito-identity");
            let file = key(&identity_pool);
            self.answer(&format!("{cognito}/describe-identity-pool/{file}.json"), &map(described))?;
            let given = account::given(pool, roles)
                .map(|(who, role)| (who, text(self.arn(&format!("role/{}", role.name)))));
            let [id, _] = ids();
            self.answer(
                &format!("{cognito}/get-identity-pool-roles/{file}.json"),
                &map([id, ("Roles", map(given))]),
            )?;
        }
        let list = map([("UserPools", Value::List(users))]);
        self.answer(&format!("{REGION}/cognito-idp/list-user-pools.json"), &list)?;
        let list = map([("IdentityPools", Value::List(identities))]);
        self.answer(&format!("{REGION}/cognito-identity/list-identity-pools.json"), &list)
    }

    fn organisation(&mut self, number: usize, count: usize) -> std::io::Result<()> {
        let management = names::account(MANAGEMENT);
        let arn = |of: &str| format!("arn:aws:organizations::{management}:{of}");
        let organisation = map([
            ("Id", text("o-example12345")),
            ("Arn", text(arn("organization/o-example12345"))),
            ("FeatureSet", text("ALL")),
            ("MasterAccountArn", text(arn(&format!("account/o-example12345/{management}")))),
            ("MasterAccountId", text(management.as_str())),
        ]);
        let describe = "global/organizations/describe-organization.json";
        self.answer(describe, &map([("Organization", organisation)]))?;
        if number != MANAGEMENT {
            return Ok(());
        }
        let accounts = (0..count).map(|number| {
            let id = names::account(number);
            map([
                ("Id", text(id.as_str())),
                ("Arn", text(arn(&format!("account/o-example12345/{id}")))),
                ("Name", text(format!("{}-{number}", names::team(number)))),
                ("Status", text("ACTIVE")),
                ("JoinedMethod", text("CREATED")),
            ])
        });
        let list = map([("Accounts", Value::List(accounts.collect()))]);
        self.answer("global/organizations/list-accounts.json", &list)
    }
}

/// What a request named, as the name of a file.
fn key(of: &str) -> String {
    let mut key = String::new();
    for byte in of.bytes() {
        if byte.is_ascii_alphanumeric() || b"._@+=-".contains(&byte) {
            key.push(char::from(byte));
        } else {
            key.push_str(&format!("%{byte:02X}"));
        }
    }
    key
}
