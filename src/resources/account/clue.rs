//! What is known of an answer besides what it says: of which account and region it is, and what was asked.

use std::path::{Component, Path};

use super::answer::{Reading, is_service};
use crate::settings::Settings;
use crate::source::Decoding;
use crate::source::decoding::decode;

/// What was asked, of whom. Every part may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clue {
    /// Twelve digits.
    pub(crate) account: Option<String>,
    /// The region; none for services without.
    pub(crate) region: Option<String>,
    /// The service, as the AWS CLI spells it.
    pub(crate) service: Option<String>,
    /// The operation, as the AWS CLI spells it.
    pub(crate) operation: Option<String>,
    /// What the request named.
    pub(crate) key: Option<String>,
}

impl Clue {
    /// What the folders of `ACCOUNT/REGION/SERVICE/OPERATION.json` and `ACCOUNT/REGION/SERVICE/OPERATION/KEY.json` say. A
    /// path that is no such says nothing.
    pub(crate) fn of_path(path: &Path) -> Self {
        let mut names = path.components().rev().map_while(|component| match component {
            Component::Normal(name) => name.to_str(),
            _ => None,
        });
        let last = names.next().and_then(|name| name.strip_suffix(".json"));
        let names: Vec<&str> = names.take(4).collect();
        let (key, operation, rest) = match (last, names.as_slice()) {
            (Some(operation), [service, region, account, ..])
                if is_account(account) && is_service(service) =>
            {
                (None, operation, [*service, *region, *account])
            }
            (Some(key), [operation, service, region, account])
                if is_account(account) && is_service(service) =>
            {
                (Some(decoded(key)), *operation, [*service, *region, *account])
            }
            _ => return Self::default(),
        };
        let [service, region, account] = rest;
        Self {
            account: Some(account.to_owned()),
            region: Some(region.to_owned()).filter(|region| region != "global" && !is_global(service)),
            service: Some(service.to_owned()),
            operation: Some(operation.to_owned()),
            key,
        }
    }

    /// What the settings pin the file to.
    pub(crate) fn pinned(settings: &Settings, path: &Path) -> Self {
        let pinned = settings.deployment(path);
        Self {
            account: pinned.and_then(|pinned| pinned.account.as_ref()).map(ToString::to_string),
            region: pinned.and_then(|pinned| pinned.region.clone()),
            ..Self::default()
        }
    }

    /// True if it was this that was asked.
    pub(crate) fn asks(&self, reading: &Reading) -> bool {
        self.service.as_deref() == Some(reading.service)
            && self.operation.as_deref() == Some(reading.operation)
    }

    /// This one, with what it lacks taken from the other.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let part = |own: &Option<String>, other: &Option<String>| own.clone().or_else(|| other.clone());
        Self {
            account: part(&self.account, &other.account),
            region: part(&self.region, &other.region),
            service: part(&self.service, &other.service),
            operation: part(&self.operation, &other.operation),
            key: part(&self.key, &other.key),
        }
    }
}

/// True for twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// True for services that have no regions.
pub(crate) fn is_global(service: &str) -> bool {
    matches!(service, "iam" | "organizations")
}

/// A file name without percent-encoding.
fn decoded(name: &str) -> String {
    let length = u32::try_from(name.len()).unwrap_or_default();
    decode(name, 0..length, Decoding::Percent).map_or_else(|| name.to_owned(), |decoded| decoded.text)
}

/// The parts of an ARN that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WrittenArn<'t> {
    pub(crate) partition: &'t str,
    /// Empty for services without regions.
    pub(crate) region: &'t str,
    /// Empty where the ARN has none.
    pub(crate) account: &'t str,
    /// Everything behind the account.
    pub(crate) resource: &'t str,
}

impl<'t> WrittenArn<'t> {
    /// Reads an ARN.
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let (partition, _service) = (parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { partition, region, account, resource })
    }

    /// What names the thing within its account: the issuer of an OIDC provider, else what follows the last slash.
    pub(crate) fn id(self) -> &'t str {
        self.resource
            .strip_prefix("oidc-provider/")
            .unwrap_or_else(|| self.resource.rsplit('/').next().unwrap_or(self.resource))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clue(path: &str) -> [Option<String>; 5] {
        let Clue { account, region, service, operation, key } = Clue::of_path(Path::new(path));
        [account, region, service, operation, key]
    }

    #[test]
    fn folders_say_what_was_asked() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            clue("dump/111122223333/eu-west-1/iam/get-saml-provider/Okta.json"),
            [some("111122223333"), None, some("iam"), some("get-saml-provider"), some("Okta")]
        );
        assert_eq!(
            clue(
                "/x/111122223333/global/iam/get-saml-provider/arn%3Aaws%3Aiam%3A%3A111122223333%3Asaml-provider%2FOkta.json"
            )[4],
            some("arn:aws:iam::111122223333:saml-provider/Okta")
        );
        assert_eq!(
            clue("111122223333/global/iam/list-roles.json"),
            [some("111122223333"), None, some("iam"), some("list-roles"), None]
        );
        for other in
            ["iam/list-roles.json", "1/global/iam/list-roles.json", "111122223333/eu-west-1/s3/x.json", ""]
        {
            assert_eq!(clue(other), [const { None }; 5], "{other}");
        }
    }

    #[test]
    fn the_id_in_an_arn() {
        let id = |arn: &'static str| WrittenArn::parse(arn).map(WrittenArn::id);
        assert_eq!(id("arn:aws:iam::111122223333:role/a/b/deploy"), Some("deploy"));
        assert_eq!(id("arn:aws:iam::111122223333:oidc-provider/h.example/id/X"), Some("h.example/id/X"));
        assert_eq!(id("arn:aws:sso:::permissionSet/ssoins-1/ps-2"), Some("ps-2"));
        assert_eq!(id("arn:aws:sts::1:x:y:z"), Some("x:y:z"));
        assert_eq!(id("arn:aws:iam"), None);
    }
}
