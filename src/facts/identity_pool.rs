//! What one identity pool does for guests.

use super::{Common, Evidence, Fact, OneOf, fact, words};
use crate::analysis::{Analysis, Change};
use crate::finding::Certainty;
use crate::model::{Found, IdentityPool, ReferencePlace, RoleAttachment, Target};
use crate::value::{Bounds, Field, Text, Worlds};

words! {
    /// Whether a pool has a role for a kind of its users.
    RoleState {
        /// A role is attached.
        Attached = "attached",
        /// The pool's attachment has none.
        Missing = "missing",
    }
}

fact! {
    /// One Cognito identity pool, with what it does for guests.
    IdentityPoolFact = "identity-pool" {
        /// The pool's logical id, or its id in a dump.
        pool: Option<Text> = "pool",
        /// True if somebody who signs in nowhere gets credentials.
        guests: Bounds<bool> = "guests",
        /// True if clients may choose any role that admits the pool's token.
        classic_flow: Bounds<bool> = "classic-flow",
        /// Whether a role is attached for guests. Not decided if the pool's attachment is not in view.
        guest_role: OneOf<RoleState> = "guest-role",
    }
    evidence {
        /// Where guests are switched on or off.
        "guests",
        /// Where the classic flow is switched on or off.
        "classic-flow",
        /// The role that guests get, where it is attached.
        "guest-role",
        /// The roles of the pool.
        "attachment",
    }
}

/// Facts of every pool: one for each set of worlds in which its attachment is the same.
pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for pool in &analysis.model.identity_pools {
        let mut attachments = attachments(analysis, pool);
        // A pool has one attachment: one that is its own for sure leaves none to guess.
        if attachments.iter().any(|(_, found, _)| found.sure) {
            attachments.retain(|(_, found, _)| found.sure);
        }
        let mut rest = Some(pool.entity.worlds.clone());
        for &(attachment, found, worlds) in &attachments {
            take(&of(analysis, pool, Some((attachment, found)), worlds.clone()));
            if found.sure {
                rest = rest.and_then(|rest| rest.without(worlds));
            }
        }
        if let Some(rest) = rest
            && (attachments.is_empty() || attachments.iter().any(|(_, found, _)| found.sure))
        {
            take(&of(analysis, pool, None, rest));
        }
    }
}

/// The attachments of a pool.
pub(super) fn attachments<'a>(
    analysis: &'a Analysis<'_>,
    pool: &IdentityPool,
) -> Vec<(&'a RoleAttachment, &'a Found, &'a Worlds)> {
    let references = analysis.model.references_to(pool.entity.id);
    references
        .filter(|reference| reference.place == ReferencePlace::IdentityPool)
        .filter_map(|reference| {
            let attachment = analysis.model.get::<RoleAttachment>(reference.from)?;
            let Target::Found(found) = &reference.target else { return None };
            let found = found.iter().find(|found| found.entity == pool.entity.id)?;
            Some((attachment, found, &found.worlds))
        })
        .collect()
}

fn of(
    analysis: &Analysis<'_>,
    pool: &IdentityPool,
    attached: Option<(&RoleAttachment, &Found)>,
    worlds: Worlds,
) -> IdentityPoolFact {
    let (guest_role, role_span) = match attached {
        None => (OneOf::only(RoleState::Attached).or(RoleState::Missing), None),
        Some((attachment, _)) => guest_role(analysis, attachment),
    };
    // A function may attach what the template does not.
    let guest_role = match analysis.stability(pool.entity.id, Change::PoolRoles) {
        Certainty::Possible if guest_role == OneOf::only(RoleState::Missing) => {
            guest_role.or(RoleState::Attached)
        }
        _ => guest_role,
    };
    let mut evidence = Vec::new();
    let mut show = |role, span: Option<_>| evidence.extend(span.map(|span| Evidence { role, span }));
    show("guests", pool.guests.span());
    show("classic-flow", pool.classic_flow.span());
    show("guest-role", role_span);
    show("attachment", attached.and_then(|(attachment, _)| attachment.roles.span()));
    IdentityPoolFact {
        common: Common {
            subject: pool.entity.id,
            place: pool.guests.span().unwrap_or(pool.entity.span),
            certainty: attached.map_or(Certainty::Proved, |(_, found)| found.certainty()),
            worlds,
            evidence,
            cause: Vec::new(),
            witness: None,
        },
        pool: Some(Text::literal(pool.entity.logical_id)),
        guests: truth(&pool.guests),
        classic_flow: truth(&pool.classic_flow),
        guest_role,
    }
}

/// A switch that is off when it is not written.
pub(super) fn truth(field: &Field<bool>) -> Bounds<bool> {
    match field {
        Field::Absent => Bounds::decided(false),
        Field::Known(known) => Bounds::decided(known.value),
        Field::Unknown(_) => Bounds::UNDECIDED,
    }
}

fn guest_role(
    analysis: &Analysis<'_>,
    attachment: &RoleAttachment,
) -> (OneOf<RoleState>, Option<crate::source::Span>) {
    let either = || OneOf::only(RoleState::Attached).or(RoleState::Missing);
    match &attachment.roles {
        Field::Absent => (OneOf::only(RoleState::Missing), None),
        Field::Unknown(_) => (either(), None),
        Field::Known(roles) => {
            let mut unknown_key = false;
            for attached in &roles.value {
                match attached.key.value.as_literal(analysis.vocabulary) {
                    Some("unauthenticated") => {
                        let span = attached.role.span().unwrap_or(attached.key.span);
                        return (OneOf::only(RoleState::Attached), Some(span));
                    }
                    Some(_) => {}
                    None => unknown_key = true,
                }
            }
            (if unknown_key { either() } else { OneOf::only(RoleState::Missing) }, None)
        }
    }
}
