//! A role that an identity pool's attachment names.

use super::identity_pool::truth;
use super::{Common, Evidence, Fact, OneOf, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::model::{IdentityPool, RoleAttachment, Target};
use crate::value::{Bounds, Text, Worlds};

words! {
    /// Who gets the role.
    UsedAs {
        /// Guests: the key is `unauthenticated`.
        Guest = "guest",
        /// Users who signed in: the key is `authenticated`.
        User = "user",
        /// Nobody: Cognito knows no such key.
        Nothing = "nothing",
    }
}

words! {
    /// Whether a pool lets guests in.
    Guests {
        /// It does.
        On = "on",
        /// It does not.
        Off = "off",
        /// It depends on what is not known, or the pool is not in view.
        Unknown = "unknown",
    }
}

fact! {
    /// One role that a role attachment gives to an identity pool, by key of its `Roles`.
    PoolRole = "pool-role" {
        /// The pool's logical id, or what the attachment names.
        pool: Option<Text> = "pool",
        /// The key under which the role stands.
        key: Option<Text> = "key",
        /// Who gets the role.
        used_as: OneOf<UsedAs> = "used-as",
        /// Whether the pool lets guests in.
        guests: OneOf<Guests> = "pool.guests",
    }
    evidence {
        /// Where the pool switches guests on or off.
        "guests",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for attachment in &analysis.model.role_attachments {
        for (pool, certainty, worlds) in pools(analysis, attachment) {
            for attached in attachment.roles.known().iter().flat_map(|roles| &roles.value) {
                let evidence = pool.and_then(|pool| pool.guests.span());
                take(&PoolRole {
                    common: Common {
                        subject: attachment.entity.id,
                        place: attached.role.span().unwrap_or(attached.key.span),
                        certainty,
                        worlds: worlds.clone(),
                        evidence: evidence
                            .map(|span| Evidence { role: "guests", span })
                            .into_iter()
                            .collect(),
                        cause: vec![attached.key.value.clone()],
                        witness: None,
                    },
                    pool: pool_name(pool, attachment),
                    key: Some(attached.key.value.clone()),
                    used_as: used_as(analysis, &attached.key.value),
                    guests: OneOf::only(pool.map_or(Guests::Unknown, |pool| Guests::of(truth(&pool.guests)))),
                });
            }
        }
    }
}

/// The pools that an attachment is for, each with the worlds in which it is; `None` for one that is not in
/// view.
pub(super) fn pools<'a>(
    analysis: &'a Analysis<'_>,
    attachment: &RoleAttachment,
) -> Vec<(Option<&'a IdentityPool>, Certainty, Worlds)> {
    let entity = &attachment.entity;
    let reference =
        attachment.identity_pool.span().and_then(|span| analysis.model.reference_at(entity.id, span));
    match reference.map(|reference| &reference.target) {
        Some(Target::Found(found)) => found
            .iter()
            .filter_map(|found| {
                let pool = analysis.model.get::<IdentityPool>(found.entity)?;
                Some((Some(pool), found.certainty(), found.worlds.clone()))
            })
            .collect(),
        _ => vec![(None, Certainty::Proved, entity.worlds.clone())],
    }
}

/// The pool's logical id, or what the attachment names.
pub(super) fn pool_name(pool: Option<&IdentityPool>, attachment: &RoleAttachment) -> Option<Text> {
    match pool {
        Some(pool) => Some(Text::literal(pool.entity.logical_id)),
        None => attachment.identity_pool.known().map(|known| known.value.clone()),
    }
}

impl Guests {
    fn of(truth: Bounds<bool>) -> Self {
        match truth.known() {
            Some(true) => Self::On,
            Some(false) => Self::Off,
            None => Self::Unknown,
        }
    }
}

fn used_as(analysis: &Analysis<'_>, key: &Text) -> OneOf<UsedAs> {
    match key.as_literal(analysis.vocabulary) {
        Some("unauthenticated") => OneOf::only(UsedAs::Guest),
        Some("authenticated") => OneOf::only(UsedAs::User),
        Some(_) => OneOf::only(UsedAs::Nothing),
        None => OneOf::only(UsedAs::Guest).or(UsedAs::User).or(UsedAs::Nothing),
    }
}
