//! The one world of an example: its resources with all texts as they are when it is deployed.

use std::path::Path;

use fedlint::document::{self, Format, Limits};
use fedlint::resources::{Resource, Resources, Value, cloudformation};
use fedlint::settings::Settings;
use fedlint::source::{Origin, Sources};
use fedlint::value::{DeploymentId, Part, Pseudo, Symbol, TemplateId, Text, Vocabulary};
use serde_json::{Value as Json, json};

/// Resources with literal properties.
pub(crate) struct World {
    pub(crate) things: Vec<Thing>,
}

/// A resource as it is deployed.
pub(crate) struct Thing {
    pub(crate) kind: String,
    pub(crate) logical_id: String,
    /// What `Ref` gives: its name or id.
    pub(crate) id: String,
    /// What AWS calls it if it has no name.
    pub(crate) identity: String,
    pub(crate) arn: Option<String>,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) properties: Json,
}

impl Thing {
    /// A property as a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.properties.get(name)?.as_str()
    }

    /// A property, or nothing.
    pub(crate) fn get(&self, name: &str) -> Json {
        self.properties.get(name).cloned().unwrap_or(Json::Null)
    }
}

impl World {
    pub(crate) fn of(files: &[(&str, &str)], settings: &Settings) -> Result<Self, String> {
        let (sources, vocabulary) = (Sources::default(), Vocabulary::default());
        let mut read = Vec::new();
        for (path, text) in files {
            let source = sources.add_kept(Origin::Memory(path.into()), (*text).into());
            let path = Path::new(path);
            let document =
                document::read(text, source, Format::guess(path, text), &Limits::default()).document;
            read.extend(cloudformation::read(path, &document, text, settings, &vocabulary, &sources));
        }
        let resources = cloudformation::resolve(read, settings, &vocabulary);
        if resources.templates.iter().any(|template| template.worlds.worlds.len() > 1) {
            return Err("several worlds".to_owned());
        }
        if resources.templates.iter().any(|template| !template.dangling.is_empty()) {
            return Err("names what is not there".to_owned());
        }
        // Where nobody says into which account a template is deployed: that of a provider which it names, if there is one.
        let named = files.iter().find_map(|(_, text)| {
            let before =
                ["saml-provider/", "oidc-provider/"].into_iter().find_map(|name| text.split_once(name))?.0;
            let account = before.strip_suffix(':')?.rsplit(':').next()?;
            (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
        });
        let account = named.unwrap_or("700000000000");
        let deployed = Deployed { resources: &resources, account, vocabulary: &vocabulary };
        let things = resources.resources.iter().map(|resource| deployed.thing(resource));
        Ok(Self { things: things.collect::<Result<_, _>>()? })
    }
}

struct Deployed<'r> {
    resources: &'r Resources,
    /// Of what nobody says where it is.
    account: &'r str,
    vocabulary: &'r Vocabulary,
}

impl Deployed<'_> {
    fn thing(&self, resource: &Resource) -> Result<Thing, String> {
        let [variant] = resource.variants.as_slice() else { return Err("several worlds".to_owned()) };
        let names = &self.vocabulary.names;
        let text = |text: Option<&Text>| text.map(|text| self.text(text)).transpose();
        let kind = names.text(resource.kind).to_owned();
        let reference = text(variant.reference.as_ref())?;
        let arn = text(variant.arn.as_ref())?;
        let (account, region) = self.place(resource.deployment);
        let identity = self.id(resource.template, names.text(resource.logical_id), &kind);
        Ok(Thing {
            id: reference.unwrap_or_else(|| identity.clone()),
            identity,
            logical_id: names.text(resource.logical_id).to_owned(),
            kind,
            arn,
            account,
            region,
            properties: self.value(&variant.properties.value)?,
        })
    }

    fn place(&self, id: DeploymentId) -> (String, String) {
        let number = id.0 as usize;
        let deployment = &self.resources.deployments[number];
        let literal = |text: &Text| text.as_literal(self.vocabulary).map(str::to_owned);
        let account = literal(&deployment.account).unwrap_or_else(|| self.account.to_owned());
        (account, literal(&deployment.region).unwrap_or_else(|| "eu-west-1".to_owned()))
    }

    fn value(&self, value: &Value) -> Result<Json, String> {
        Ok(match value {
            Value::Null => Json::Null,
            Value::Text(text) => match self.text(text)?.as_str() {
                "true" => json!(true),
                "false" => json!(false),
                text => json!(text),
            },
            Value::List(items) => {
                items.iter().map(|item| self.value(&item.value)).collect::<Result<Vec<_>, _>>()?.into()
            }
            Value::Map(entries) => {
                let entry = |entry: &fedlint::resources::Entry| {
                    Ok::<_, String>((self.text(&entry.key.value)?, self.value(&entry.value.value)?))
                };
                Json::Object(entries.iter().map(entry).collect::<Result<_, _>>()?)
            }
            Value::Shared(document) => self.value(&document.value)?,
            Value::Unknown(_) => return Err("a value that is not known".to_owned()),
        })
    }

    fn text(&self, text: &Text) -> Result<String, String> {
        let mut out = String::new();
        for part in text.parts() {
            match *part {
                Part::Literal(name) => out.push_str(self.vocabulary.names.text(name)),
                Part::Symbol(symbol) => out.push_str(&self.symbol(self.vocabulary.symbols.symbol(symbol))?),
            }
        }
        Ok(out)
    }

    fn symbol(&self, symbol: &Symbol) -> Result<String, String> {
        let names = &self.vocabulary.names;
        match symbol {
            Symbol::Reference { template, resource, kind } => {
                Ok(self.id(*template, names.text(*resource), names.text(*kind)))
            }
            Symbol::Attribute { template, resource, kind, attribute, .. } => {
                let (kind, attribute) = (names.text(*kind), names.text(*attribute));
                let number = hash(&format!("{} {} {attribute}", template.0, names.text(*resource)));
                Ok(match attribute {
                    "RoleId" => format!("AROA{:016X}", number),
                    "IdentityStoreId" => format!("d-{:010x}", number >> 24),
                    "ApplicationArn" => format!(
                        "arn:aws:sso::111122223333:application/ssoins-0123456789abcdef/apl-{number:016x}"
                    ),
                    "ExternalId" => format!("aws/eks/{number:016x}"),
                    "Ref" => format!("{number:016x}|x"),
                    "DistributionDomainName" | "CloudFrontDistribution" => {
                        "d111111abcdef8.cloudfront.net".to_owned()
                    }
                    _ => return Err(format!("an attribute that is not known: {kind}.{attribute}")),
                })
            }
            Symbol::Pseudo(deployment, pseudo) => {
                let (account, region) = self.place(*deployment);
                Ok(match pseudo {
                    Pseudo::AccountId => account,
                    Pseudo::Region => region,
                    Pseudo::Partition if region.starts_with("cn-") => "aws-cn".to_owned(),
                    Pseudo::Partition if region.starts_with("us-gov-") => "aws-us-gov".to_owned(),
                    Pseudo::Partition => "aws".to_owned(),
                    Pseudo::UrlSuffix if region.starts_with("cn-") => "amazonaws.com.cn".to_owned(),
                    Pseudo::UrlSuffix => "amazonaws.com".to_owned(),
                    Pseudo::StackName | Pseudo::StackId => "stack".to_owned(),
                })
            }
            Symbol::Stack(..) => Ok("stack".to_owned()),
            Symbol::Parameter { .. } => Err("a parameter".to_owned()),
            _ => Err("a text that is not known".to_owned()),
        }
    }

    /// What AWS calls a resource that has no name.
    fn id(&self, template: TemplateId, logical_id: &str, kind: &str) -> String {
        let number = hash(&format!("{} {logical_id}", template.0));
        let deployment = self.resources.templates[template.0 as usize].deployment;
        let (_, region) = self.place(deployment);
        let guid = || {
            let (low, high) = (number & 0xffff_ffff, number >> 32);
            format!("{low:08x}-1b2c-4d5e-8f90-{high:08x}a1b2")
        };
        match kind {
            "AWS::Cognito::UserPool" => format!("{region}_{:09X}", number & 0xf_ffff_ffff),
            "AWS::Cognito::IdentityPool" => format!("{region}:{}", guid()),
            "AWS::Cognito::UserPoolClient" => format!("{number:016x}0123456789"),
            "AWS::SSO::PermissionSet" => format!("ps-{number:016x}"),
            "AWS::SSO::Instance" => format!("ssoins-{number:016x}"),
            "AWS::IdentityStore::Group"
            | "AWS::IdentityStore::User"
            | "AWS::RolesAnywhere::TrustAnchor"
            | "AWS::RolesAnywhere::Profile"
            | "AWS::RolesAnywhere::CRL" => guid(),
            "AWS::DirectoryService::MicrosoftAD" | "AWS::DirectoryService::SimpleAD" => {
                format!("d-{:010x}", number >> 24)
            }
            "AWS::Organizations::Account" => format!("{:012}", 500_000_000_000 + number % 99_999_999_999),
            "AWS::Organizations::OrganizationalUnit" => format!("ou-ab12-{:08x}", number & 0xffff_ffff),
            "AWS::Organizations::Policy" => format!("p-{:08x}", number & 0xffff_ffff),
            "AWS::Organizations::Organization" => "o-a1b2c3d4e5".to_owned(),
            _ => format!("{logical_id}-{}", template.0),
        }
    }
}

/// A number that a text always has.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
