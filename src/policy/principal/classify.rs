//! What a principal's text is.

use super::{BuiltInProvider, PrincipalForm, PrincipalKey};
use crate::policy::arn::{Arn, split_once, strip_prefix};
use crate::value::{Shape, Text, Vocabulary};

/// The form of a principal's text under its key.
pub(in crate::policy) fn classify(key: PrincipalKey, text: &Text, vocabulary: &Vocabulary) -> PrincipalForm {
    let literal = text.as_literal(vocabulary);
    if literal == Some("*") {
        return PrincipalForm::Everyone;
    }
    match key {
        PrincipalKey::Bare if literal.is_none() && text.shape(vocabulary).admits("*") => {
            PrincipalForm::Unknown
        }
        PrincipalKey::Bare | PrincipalKey::Invalid => PrincipalForm::Invalid,
        PrincipalKey::Service => PrincipalForm::Service { host: text.clone() },
        PrincipalKey::CanonicalUser => PrincipalForm::CanonicalUser,
        PrincipalKey::Aws => aws(text, vocabulary),
        PrincipalKey::Federated => federated(text, vocabulary),
        PrincipalKey::Unknown => PrincipalForm::Unknown,
    }
}

fn aws(text: &Text, vocabulary: &Vocabulary) -> PrincipalForm {
    if let Some(arn) = Arn::parse(text, vocabulary) {
        return aws_arn(&arn, vocabulary);
    }
    let shape = text.shape(vocabulary);
    let account = !shape.is_disjoint(&Shape::account_id());
    let unique_id = UNIQUE_ID_PREFIXES.iter().any(|prefix| !shape.is_disjoint(&Shape::unique_id(prefix)));
    let arn = may_begin_as_arn(&shape);
    match (account, unique_id, arn || shape.admits("*")) {
        (true, false, false) => PrincipalForm::Account { account: text.clone() },
        (false, true, false) => PrincipalForm::UniqueId,
        (false, false, false) => PrincipalForm::Invalid,
        // A literal that begins with `arn:` and has too few parts.
        _ if text.as_literal(vocabulary).is_some() => PrincipalForm::Invalid,
        _ => PrincipalForm::Unknown,
    }
}

/// Prefixes of IAM's unique ids [IAM User Guide, "IAM identifiers"].
const UNIQUE_ID_PREFIXES: &[&str] = &["AROA", "AIDA", "AGPA", "AIPA", "ANPA", "ANVA", "ASCA", "APKA"];

fn aws_arn(arn: &Arn, vocabulary: &Vocabulary) -> PrincipalForm {
    let account = arn.account.clone();
    let service = arn.service.as_literal(vocabulary);
    if service == Some("iam") {
        if arn.resource.as_literal(vocabulary) == Some("root") {
            return PrincipalForm::Account { account };
        }
        if let Some(name) = strip_prefix(&arn.resource, "role/", vocabulary) {
            return PrincipalForm::Role { account, name };
        }
        if let Some(name) = strip_prefix(&arn.resource, "user/", vocabulary) {
            return PrincipalForm::User { account, name };
        }
    }
    if service == Some("sts") {
        if let Some(rest) = strip_prefix(&arn.resource, "assumed-role/", vocabulary)
            && let Some((role, session)) = split_once(&rest, '/', vocabulary)
        {
            return PrincipalForm::Session { account, role, session };
        }
        if let Some(name) = strip_prefix(&arn.resource, "federated-user/", vocabulary) {
            return PrincipalForm::FederatedUser { account, name };
        }
    }
    undetermined(arn, vocabulary)
}

/// Unknown if a symbol hides service or kind of resource, else nothing that IAM takes.
fn undetermined(arn: &Arn, vocabulary: &Vocabulary) -> PrincipalForm {
    let begins_with_symbol = split_once(&arn.resource, '/', vocabulary).map_or_else(
        || arn.resource.as_literal(vocabulary).is_none(),
        |(kind, _)| kind.as_literal(vocabulary).is_none(),
    );
    if arn.service.as_literal(vocabulary).is_none() || begins_with_symbol {
        PrincipalForm::Unknown
    } else {
        PrincipalForm::Invalid
    }
}

fn federated(text: &Text, vocabulary: &Vocabulary) -> PrincipalForm {
    if let Some(arn) = Arn::parse(text, vocabulary) {
        if arn.service.as_literal(vocabulary) == Some("iam") {
            let account = arn.account.clone();
            if let Some(name) = strip_prefix(&arn.resource, "saml-provider/", vocabulary) {
                return PrincipalForm::SamlProvider { account, name };
            }
            if let Some(issuer) = strip_prefix(&arn.resource, "oidc-provider/", vocabulary) {
                return PrincipalForm::OidcProvider { account, issuer };
            }
        }
        return undetermined(&arn, vocabulary);
    }
    if let Some(literal) = text.as_literal(vocabulary) {
        return BuiltInProvider::of(literal).map_or(PrincipalForm::Invalid, PrincipalForm::BuiltIn);
    }
    let shape = text.shape(vocabulary);
    let mut hosts = BuiltInProvider::ALL.iter().copied().filter(|provider| shape.admits(provider.host()));
    match (hosts.next(), may_begin_as_arn(&shape)) {
        (None, false) => PrincipalForm::Invalid,
        // `cognito-identity.${AWS::URLSuffix}` in any partition.
        (Some(first), false) if first.is_cognito() && hosts.all(BuiltInProvider::is_cognito) => {
            PrincipalForm::BuiltIn(first)
        }
        _ => PrincipalForm::Unknown,
    }
}

fn may_begin_as_arn(shape: &Shape) -> bool {
    !shape.is_disjoint(&Shape::literal("arn:").then(&Shape::any()))
}
