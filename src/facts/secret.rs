//! Secrets that stand in a template as they are.

use super::{Common, Fact, OneOf, Words, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::model::Entity;
use crate::value::{Bounds, Field, Text};

words! {
    /// What a secret is good for.
    SecretKind {
        /// The secret of an app at an identity provider.
        ClientSecret = "client-secret",
        /// A private key.
        PrivateKey = "private-key",
        /// A user's password.
        Password = "password",
    }
}

fact! {
    /// One property that holds a secret. Its value is never shown.
    Secret = "secret" {
        /// What it is.
        kind: OneOf<SecretKind> = "kind",
        /// The logical id of what has it, or its name in a dump.
        name: Option<Text> = "name",
        /// True if it stands there as it is; false if it is a reference. Not sure of what looks like a placeholder.
        literal: Bounds<bool> = "literal",
    }
    evidence {}
}

/// What `fedlint collect` writes in place of a secret.
const REMOVED: &str = "(removed by fedlint)";

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for user in &analysis.model.users {
        of(analysis, &user.entity, SecretKind::Password, &user.password, take);
    }
    for provider in &analysis.model.saml_providers {
        of(analysis, &provider.entity, SecretKind::PrivateKey, &provider.private_key, take);
    }
    for provider in &analysis.model.user_pool_identity_providers {
        for (key, value) in provider.details.known().into_iter().flat_map(|details| &details.value) {
            let kind = match key.value.as_literal(analysis.vocabulary) {
                Some("client_secret") => SecretKind::ClientSecret,
                Some("private_key") => SecretKind::PrivateKey,
                _ => continue,
            };
            of(analysis, &provider.entity, kind, value, take);
        }
    }
}

fn of(
    analysis: &Analysis<'_>,
    entity: &Entity,
    kind: SecretKind,
    value: &Field<Text>,
    take: &mut dyn FnMut(&dyn Fact),
) {
    // What no answer of an account tells of stands nowhere.
    let Some(place) = value.span().filter(|_| !value.is_not_seen()) else { return };
    let literal = match value.known().map(|known| known.value.as_literal(analysis.vocabulary)) {
        Some(Some("" | REMOVED) | None) => Bounds::decided(false),
        Some(Some(text)) => Bounds { sure: !is_placeholder(text), possible: true },
        None => Bounds::UNDECIDED,
    };
    take(&Secret {
        common: Common {
            subject: entity.id,
            place,
            certainty: Certainty::Proved,
            worlds: entity.worlds.clone(),
            evidence: Vec::new(),
            // What it says is nobody's business: the place in the entity identifies it.
            cause: vec![analysis.vocabulary.literal(kind.name())],
            witness: None,
        },
        kind: OneOf::only(kind),
        name: Some(Text::literal(entity.logical_id)),
        literal,
    });
}

/// Parts of what people write where a secret is to be put in.
const PLACEHOLDERS: &[&str] = &[
    "<",
    "change",
    "dummy",
    "example",
    "fixme",
    "insert",
    "my-",
    "placeholder",
    "replace",
    "secret",
    "test",
    "todo",
    "xxx",
    "your",
];

fn is_placeholder(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut characters = text.chars();
    let first = characters.next();
    text.len() < 8
        || characters.all(|character| Some(character) == first)
        || PLACEHOLDERS.iter().any(|part| lower.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_look_like_what_people_write() {
        for text in [
            "changeme",
            "CHANGE_ME_PLEASE",
            "<client secret>",
            "********",
            "your-secret-here",
            "abc",
            "TODO-later",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["GOCSPX-4f3Qk1vbnq8wZ2p0", "b7d1c0ffee5599aa", "-----BEGIN PRIVATE KEY-----\nMIGH"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
