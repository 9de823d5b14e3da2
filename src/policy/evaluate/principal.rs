//! Whether a principal covers a caller.

use super::{Caller, Doubt, Truth, all};
use crate::policy::{Principal, PrincipalForm, PrincipalKey};
use crate::value::{Text, Vocabulary};

/// Whether `principal` covers `caller`.
///
/// Of ARNs, the account and what stands behind it are compared: an account is in one partition, which a policy
/// often leaves to `AWS::Partition`.
pub(super) fn covers(principal: &Principal, caller: &Caller, vocabulary: &Vocabulary) -> Truth {
    let is = |text: &Text, found: &str| -> Truth {
        text.with_tokens(vocabulary).map(|text| text == found).ok_or(Doubt::Unknown)
    };
    // `kind` with its slash, and the name behind it.
    let named = |kind: &str, name: &Text, resource: &str| -> Truth {
        resource.strip_prefix(kind).map_or(Ok(false), |found| is(name, found))
    };
    match (&principal.form, caller) {
        (PrincipalForm::Everyone, _) => everyone(principal.key, caller),
        (PrincipalForm::Unknown, _) => unknown(principal.key, caller),
        (PrincipalForm::Account { account }, Caller::Aws { account: found, .. }) => is(account, found),
        (PrincipalForm::Role { account, name }, Caller::Aws { account: found, arn, .. }) => {
            all([is(account, found), named("role/", name, resource(arn))])
        }
        (PrincipalForm::User { account, name }, Caller::Aws { account: found, arn, .. }) => {
            all([is(account, found), named("user/", name, resource(arn))])
        }
        (PrincipalForm::FederatedUser { account, name }, Caller::Aws { account: found, arn, .. }) => {
            all([is(account, found), named("federated-user/", name, resource(arn))])
        }
        (
            PrincipalForm::Session { account, role, session },
            Caller::Aws { account: found, arn, session: Some(found_session) },
        ) => {
            // The ARN of a session has the role's name without its path.
            let role_name = resource(arn)
                .strip_prefix("role/")
                .map(|path| path.rsplit_once('/').map_or(path, |(_, name)| name));
            all([
                is(account, found),
                role_name.map_or(Ok(false), |found| is(role, found)),
                is(session, found_session),
            ])
        }
        (PrincipalForm::Service { host }, Caller::Service(found)) => is(host, found),
        (PrincipalForm::SamlProvider { account, name }, Caller::Federated(arn)) => {
            all([is(account, account_of(arn)), named("saml-provider/", name, resource(arn))])
        }
        (PrincipalForm::OidcProvider { account, issuer }, Caller::Federated(arn)) => {
            all([is(account, account_of(arn)), named("oidc-provider/", issuer, resource(arn))])
        }
        (PrincipalForm::BuiltIn(provider), Caller::Federated(host)) => Ok(provider.host() == host),
        _ => Ok(false),
    }
}

/// `*`. AWS's own policies exempt its services from a Deny for `*` by `aws:PrincipalIsAWSService`: it covers
/// them. Of callers without AWS credentials nothing is said.
fn everyone(key: PrincipalKey, caller: &Caller) -> Truth {
    match (key, caller) {
        (PrincipalKey::Bare | PrincipalKey::Aws, Caller::Federated(_)) => Err(Doubt::EveryoneAndFederated),
        (PrincipalKey::Bare | PrincipalKey::Aws, _)
        | (PrincipalKey::Service, Caller::Service(_))
        | (PrincipalKey::Federated, Caller::Federated(_)) => Ok(true),
        (PrincipalKey::Unknown, _) => Err(Doubt::Unknown),
        _ => Ok(false),
    }
}

/// Something that is not known, under a key that may say whom it cannot be.
fn unknown(key: PrincipalKey, caller: &Caller) -> Truth {
    match (key, caller) {
        (PrincipalKey::CanonicalUser | PrincipalKey::Invalid, _)
        | (PrincipalKey::Service, Caller::Aws { .. } | Caller::Federated(_))
        | (PrincipalKey::Federated, Caller::Aws { .. } | Caller::Service(_)) => Ok(false),
        _ => Err(Doubt::Unknown),
    }
}

/// The account field of an ARN.
fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

/// What stands behind the account in an ARN.
fn resource(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or_default()
}
