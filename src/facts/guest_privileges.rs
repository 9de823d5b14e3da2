//! What guests of an identity pool can do: the role that they get, within what Cognito leaves of it.

use super::identity_pool::truth;
use super::pool_role::pools;
use super::privileges::{ImpactWord, impact, of_impact};
use super::trust::{Exposure, Reach};
use super::{Common, Evidence, Fact, LevelOf, fact};
use crate::analysis::{Analysis, Change, Impact};
use crate::model::{EntityId, IdentityPool};
use crate::value::{Bounds, Text};

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
            let Some(pool) = pool else { continue };
            let guests = truth(&pool.guests);
            if !guests.possible {
                continue;
            }
            for attached in attachment.roles.known().iter().flat_map(|roles| &roles.value) {
                if attached.key.value.as_literal(analysis.vocabulary) != Some("unauthenticated") {
                    continue;
                }
                let reference = attached
                    .role
                    .span()
                    .and_then(|span| analysis.model.reference_at(attachment.entity.id, span));
                for found in reference.iter().flat_map(|reference| reference.target.found()) {
                    let role = found.entity;
                    if analysis.model.grants_of(role).is_empty() {
                        continue;
                    }
                    let Some(worlds) = worlds.and(&found.worlds) else { continue };
                    let limited = truth(&pool.classic_flow).not();
                    let holder = analysis.holder(role);
                    let within = holder.permissions.within(analysis.guest_limit());
                    let whole = analysis.privileges(role).impact;
                    let left = left(analysis, pool, role);
                    let mut services: Vec<String> = Vec::new();
                    let permissions = if limited.possible { &within } else { &holder.permissions };
                    for action in permissions.beyond_own().sure.iter() {
                        let name = crate::knowledge::actions::Actions::default().name(action);
                        let service = name.split(':').next().unwrap_or_default().to_owned();
                        if services.last() != Some(&service) {
                            services.push(service);
                        }
                    }
                    let granted = analysis.granted_at(role, None);
                    let mut evidence: Vec<Evidence> = Vec::new();
                    evidence.extend(pool.guests.span().map(|span| Evidence { role: "guests", span }));
                    evidence.extend(granted.map(|span| Evidence { role: "grant", span }));
                    let stable = analysis.stability(pool.entity.id, Change::PoolRoles);
                    take(&GuestPrivileges {
                        common: Common {
                            subject: pool.entity.id,
                            place: attached.role.span().unwrap_or(attached.key.span),
                            certainty: certainty.min(found.certainty()).min(stable).min(if guests.sure {
                                stable
                            } else {
                                crate::finding::Certainty::Possible
                            }),
                            worlds,
                            evidence,
                            cause: Vec::new(),
                            witness: None,
                        },
                        pool: Some(Text::literal(pool.entity.logical_id)),
                        role: Some(Text::literal(analysis.entity(role).logical_id)),
                        impact: impact(left),
                        whole: impact(whole),
                        limited,
                        reach: LevelOf::only(Reach::Outermost),
                        exposure: LevelOf::only(of_impact(left.sure)),
                        services: services
                            .iter()
                            .take(8)
                            .map(|name| analysis.vocabulary.literal(name))
                            .collect(),
                    });
                }
            }
        }
    }
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
