//! What guests of an identity pool can do: the role that they get, within what Cognito leaves of it.

use super::identity_pool::{for_guests, truth};
use super::pool_role::pools;
use super::privileges::{ImpactWord, impact, of_impact};
use super::trust::{Exposure, Reach};
use super::{Common, Evidence, Fact, LevelOf, fact};
use crate::analysis::{Analysis, Change, Impact};
use crate::finding::Certainty;
use crate::knowledge::actions::Actions;
use crate::model::{AttachedRole, EntityId, Found, IdentityPool, RoleAttachment};
use crate::value::{Bounds, Text, Worlds};

/// The most services that are named.
const SHOWN: usize = 8;

fact! {
    /// One role that guests of an identity pool get, with what is left of it.
    GuestPrivileges = "guest-privileges" {
        /// The pool's logical id, or its id in a dump.
        pool: Option<Text> = "pool",
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// What guests can do with it.
        impact: LevelOf<ImpactWord> = "impact",
        /// What the whole role amounts to.
        whole: LevelOf<ImpactWord> = "role.impact",
        /// True if Cognito limits guests to a few services.
        limited: Bounds<bool> = "limited",
        /// Who they are: anybody.
        reach: LevelOf<Reach> = "reach",
        /// What they reach.
        exposure: LevelOf<Exposure> = "exposure",
        /// Some of the actions, by service.
        services: Vec<Text> = "services",
    }
    evidence {
        /// Where guests are switched on.
        "guests",
        /// The statement or policy that grants it.
        "grant",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for attachment in &analysis.model.role_attachments {
        for (pool, certainty, worlds) in pools(analysis, attachment) {
            let Some(pool) = pool.filter(|pool| truth(&pool.guests).possible) else { continue };
            for attached in for_guests(analysis, attachment) {
                for found in named(analysis, attachment, attached) {
                    if let Some(worlds) = worlds.and(&found.worlds) {
                        take(&of(analysis, pool, attached, found, (certainty, worlds)));
                    }
                }
            }
        }
    }
}

/// The roles in view that an attachment names in one place, as far as something grants them anything.
fn named<'a>(
    analysis: &'a Analysis<'_>,
    attachment: &RoleAttachment,
    attached: &AttachedRole,
) -> impl Iterator<Item = &'a Found> {
    let reference =
        attached.role.span().and_then(|span| analysis.model.reference_at(attachment.entity.id, span));
    let found = reference.into_iter().flat_map(|reference| reference.target.found());
    found.filter(|found| !analysis.model.grants_of(found.entity).is_empty())
}

fn of(
    analysis: &Analysis<'_>,
    pool: &IdentityPool,
    attached: &AttachedRole,
    found: &Found,
    (certainty, worlds): (Certainty, Worlds),
) -> GuestPrivileges {
    let role = found.entity;
    let limited = truth(&pool.classic_flow).not();
    let guests = if truth(&pool.guests).sure { Certainty::Proved } else { Certainty::Possible };
    let stable = analysis.stability(pool.entity.id, Change::PoolRoles);
    let left = left(analysis, pool, role);
    let granted = analysis.granted_at(role, None);
    let mut evidence = Vec::new();
    evidence.extend(pool.guests.span().map(|span| Evidence { role: "guests", span }));
    evidence.extend(granted.map(|span| Evidence { role: "grant", span }));
    let services = services(analysis, role, limited);
    GuestPrivileges {
        common: Common {
            subject: pool.entity.id,
            place: attached.role.span().unwrap_or(attached.key.span),
            certainty: certainty.min(found.certainty()).min(stable).min(guests),
            worlds,
            evidence,
            cause: Vec::new(),
            witness: None,
        },
        pool: Some(Text::literal(pool.entity.logical_id)),
        role: Some(Text::literal(analysis.entity(role).logical_id)),
        impact: impact(left),
        whole: impact(analysis.privileges(role).impact),
        limited,
        reach: LevelOf::only(Reach::Outermost),
        exposure: LevelOf::only(of_impact(left.sure)),
        services: services.iter().map(|name| analysis.vocabulary.literal(name)).collect(),
    }
}

/// The first services that guests can use for sure.
fn services(analysis: &Analysis<'_>, role: EntityId, limited: Bounds<bool>) -> Vec<String> {
    let holder = analysis.holder(role);
    let whole = &holder.permissions;
    let actions =
        if limited.possible { whole.within(analysis.guest_limit()) } else { whole.clone() }.beyond_own();
    let mut services: Vec<String> = Vec::new();
    for action in actions.sure.iter() {
        let name = Actions::default().name(action);
        let service = name.split(':').next().unwrap_or_default();
        if services.last().is_none_or(|last| last != service) {
            services.push(service.to_owned());
        }
        if services.len() == SHOWN {
            break;
        }
    }
    services
}

/// What guests can do with a role. With the classic flow, the whole role is theirs.
pub(super) fn left(analysis: &Analysis<'_>, pool: &IdentityPool, role: EntityId) -> Bounds<Impact> {
    let holder = analysis.holder(role);
    let least = || analysis.assess(role, &holder, &holder.permissions.within(analysis.guest_limit())).impact;
    let whole = analysis.privileges(role).impact;
    match truth(&pool.classic_flow).known() {
        Some(false) => least(),
        Some(true) => whole,
        None => Bounds { sure: least().sure, possible: whole.possible },
    }
}
