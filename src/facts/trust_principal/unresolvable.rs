//! Principals of which IAM can make nothing.

use rustc_hash::FxHashSet;

use super::super::{OneOf, words};
use super::{Principal, PrincipalForm, PrincipalKey};
use crate::analysis::Analysis;
use crate::model::{Reference, Role, Target};
use crate::policy::{Arn, BuiltInProvider, strip_prefix};
use crate::source::Span;
use crate::value::{Part, Text, Vocabulary};

words! {
    /// Why IAM can make nothing of a principal.
    Unresolvable {
        /// It can.
        No = "no",
        /// It is the unique id of a user or role: all that is left of one that was deleted.
        UniqueId = "unique-id",
        /// There is a wildcard in a part of it.
        Wildcard = "wildcard",
        /// A provider stands where AWS principals do.
        ProviderAsAws = "provider-as-aws",
        /// A service stands where AWS principals do.
        ServiceAsAws = "service-as-aws",
        /// It is an issuer, or another host, where the ARN of its provider belongs.
        BareIssuer = "bare-issuer",
        /// It is a canonical user id, which only resource policies of S3 take.
        CanonicalUser = "canonical-user",
        /// It is none of the forms that a principal has.
        Invalid = "invalid",
    }
}

/// What is wrong with a principal. What stands under no key, or under one that does not exist, is a fault of the
/// policy's language, and what names a thing by another of its identifiers is a wrong reference: not told here.
pub(super) fn of(
    principal: &Principal,
    place: Span,
    named_otherwise: &FxHashSet<Span>,
    vocabulary: &Vocabulary,
) -> OneOf<Unresolvable> {
    let (
        Some(text),
        PrincipalKey::Aws | PrincipalKey::Federated | PrincipalKey::Service | PrincipalKey::CanonicalUser,
    ) = (principal.value.text(), principal.key)
    else {
        return OneOf::only(Unresolvable::No);
    };
    let literal = text.as_literal(vocabulary);
    // The empty text is a placeholder for a value that is still to come.
    if text.parts().is_empty() || principal.form == PrincipalForm::Everyone {
        return OneOf::only(Unresolvable::No);
    }
    if has_wildcard(text, vocabulary) {
        return OneOf::only(Unresolvable::Wildcard);
    }
    match principal.form {
        PrincipalForm::CanonicalUser => OneOf::only(Unresolvable::CanonicalUser),
        // IAM also takes the id of a principal that exists.
        PrincipalForm::UniqueId
            if literal.is_some_and(|literal| literal.starts_with("AIDA") || literal.starts_with("AROA")) =>
        {
            OneOf::only(Unresolvable::No).or(Unresolvable::UniqueId)
        }
        PrincipalForm::Invalid if principal.key == PrincipalKey::Aws && is_provider(text, vocabulary) => {
            OneOf::only(Unresolvable::ProviderAsAws)
        }
        PrincipalForm::Invalid if principal.key == PrincipalKey::Aws && literal.is_some_and(is_service) => {
            OneOf::only(Unresolvable::ServiceAsAws)
        }
        PrincipalForm::Invalid
            if principal.key == PrincipalKey::Federated && literal.is_some_and(looks_like_issuer) =>
        {
            OneOf::only(Unresolvable::BareIssuer)
        }
        PrincipalForm::Invalid if !named_otherwise.contains(&place) => OneOf::only(Unresolvable::Invalid),
        _ => OneOf::only(Unresolvable::No),
    }
}

/// The places in a role at which something is named by another of its identifiers than the one that belongs there.
pub(super) fn named_otherwise(analysis: &Analysis<'_>, role: &Role) -> FxHashSet<Span> {
    let references = analysis.model.references_of(role.entity.id).iter();
    let is_wrong = |reference: &&Reference| {
        matches!(
            reference.target,
            Target::WrongForm { got: Some(_), .. } | Target::WrongForm { entity: Some(_), .. }
        )
    };
    references.filter(is_wrong).map(|reference| reference.span).collect()
}

/// A wildcard that is written: a parameter has none.
fn has_wildcard(text: &Text, vocabulary: &Vocabulary) -> bool {
    text.parts()
        .iter()
        .any(|part| matches!(part, Part::Literal(name) if vocabulary.names.text(*name).contains(['*', '?'])))
}

fn is_provider(text: &Text, vocabulary: &Vocabulary) -> bool {
    if let Some(literal) = text.as_literal(vocabulary)
        && BuiltInProvider::of(literal).is_some()
    {
        return true;
    }
    Arn::parse(text, vocabulary).is_some_and(|arn| {
        arn.service.as_literal(vocabulary) == Some("iam")
            && ["saml-provider/", "oidc-provider/"]
                .iter()
                .any(|kind| strip_prefix(&arn.resource, kind, vocabulary).is_some())
    })
}

fn is_service(literal: &str) -> bool {
    let name = literal.strip_suffix(".cn").unwrap_or(literal);
    name.strip_suffix(".amazonaws.com").is_some_and(|service| !service.contains(['/', ':']))
}

/// A host with dots in it, perhaps with a path. (With a scheme, it is a provider's URL, and with a user pool, the
/// pool's name: wrong references.)
fn looks_like_issuer(literal: &str) -> bool {
    let host = literal.split('/').next().unwrap_or_default();
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_user_pool = ["cognito-idp.", "issuer-cognito-idp."].iter().any(|pool| host.starts_with(pool));
    !is_user_pool && host.contains('.') && host.split('.').all(is_label)
}
