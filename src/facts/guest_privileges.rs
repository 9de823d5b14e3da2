//! What guests of an identity pool can do: the role that they get, within what Cognito leaves of it.

use super::claim_source::role_name;
use super::identity_pool::{for_guests, shares_role, truth};
use super::pool_role::pools;
use super::privileges::{ImpactWord, impact, of_impact};
use super::role_giver::roles;
use super::trust::{Exposure, Reach};
use super::{Common, Evidence, Fact, LevelOf, fact};
use crate::analysis::{Analysis, Change, Impact};
use crate::finding::Certainty;
use crate::knowledge::actions::{ActionId, Actions};
use crate::model::{AttachedRole, EntityId, Found, IdentityPool, RoleAttachment};
use crate::value::{Bounds, Text, Worlds};

/// The most services that are named.
const SHOWN: usize = 8;

fact! {
    /// One role that guests of an identity pool get, with what is left of it. Of a role without policies in view nothing is
    /// said of its impact, and its exposure is the middle.
    GuestPrivileges = "guest-privileges" {
        /// The pool's logical id, or its id in a dump.
        pool: Option<Text> = "pool",
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// What guests can do with it.
        impact: LevelOf<ImpactWord> = "impact",
        /// What the whole role amounts to.
        whole: LevelOf<ImpactWord> = "role.impact",
        /// True if users who signed in get the same role, as far as that is written.
        shared: Bounds<bool> = "shared",
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
                let guests = Guests { analysis, pool, attachment, attached, certainty };
                let mut rest = Some(worlds.clone());
                for (role, found) in roles(analysis, attachment.entity.id, &attached.role) {
                    if analysis.model.grants_of(role.entity.id).is_empty() {
                        continue;
                    }
                    if let Some(worlds) = worlds.and(&found.worlds) {
                        rest = rest.and_then(|rest| rest.without(&worlds));
                        take(&guests.fact(Some(found), worlds));
                    }
                }
                if let Some(rest) = rest {
                    take(&guests.fact(None, rest));
                }
            }
        }
    }
}

/// What an attachment names for guests of one pool.
struct Guests<'a> {
    analysis: &'a Analysis<'a>,
    pool: &'a IdentityPool,
    attachment: &'a RoleAttachment,
    attached: &'a AttachedRole,
    certainty: Certainty,
}

impl Guests<'_> {
    /// The fact about a role, which may have no policies in view.
    fn fact(&self, found: Option<&Found>, worlds: Worlds) -> GuestPrivileges {
        let Self { analysis, pool, attachment, attached, certainty } = self;
        let role = found.map(|found| found.entity);
        let limited = truth(&pool.classic_flow).not();
        let guests = if truth(&pool.guests).sure { Certainty::Proved } else { Certainty::Possible };
        let stable = analysis.stability(pool.entity.id, Change::PoolRoles);
        let found = found.map_or(Certainty::Proved, Found::certainty);
        let in_view = role.map_or(Certainty::Proved, |role| analysis.privileges(role).certainty());
        let left = role.map(|role| left(analysis, pool, role));
        let granted = role.and_then(|role| analysis.granted_at(role, left.and_then(|(_, worst)| worst)));
        let mut evidence = Vec::new();
        evidence.extend(pool.guests.span().map(|span| Evidence { role: "guests", span }));
        evidence.extend(granted.map(|span| Evidence { role: "grant", span }));
        let services = role.map_or_else(Vec::new, |role| services(analysis, role, limited));
        GuestPrivileges {
            common: Common {
                subject: pool.entity.id,
                place: attached.role.span().unwrap_or(attached.key.span),
                certainty: (*certainty).min(found).min(stable).min(guests).min(in_view),
                worlds,
                evidence,
                cause: Vec::new(),
                witness: None,
            },
            pool: Some(Text::literal(pool.entity.logical_id)),
            role: role_name(analysis, attachment.entity.id, &attached.role),
            impact: left.map_or(LevelOf::none(), |(left, _)| impact(left)),
            whole: role.map_or(LevelOf::none(), |role| impact(analysis.privileges(role).impact)),
            shared: Bounds::decided(shares_role(analysis, attachment)),
            limited,
            reach: LevelOf::only(Reach::Outermost),
            exposure: LevelOf::only(left.map_or(Exposure::Broad, |(left, _)| of_impact(left.sure))),
            services: services.iter().map(|name| analysis.vocabulary.literal(name)).collect(),
        }
    }
}

/// The first services that guests can use for sure.
fn services(analysis: &Analysis<'_>, role: EntityId, limited: Bounds<bool>) -> Vec<String> {
    let holder = analysis.holder(role);
    let whole = &holder.permissions;
    let left = if limited.possible { whole.within(analysis.guest_limit()) } else { whole.clone() };
    let vocabulary = analysis.vocabulary;
    // What a denial takes away everywhere is not seen by the first alone.
    let actions = left.beyond_own(vocabulary).sure.intersection(&left.somewhere(vocabulary).sure);
    let mut services: Vec<String> = Vec::new();
    for action in actions.iter() {
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

/// What guests can do with a role, and an action without which that would be milder. With the classic flow, the whole
/// role is theirs.
pub(super) fn left(
    analysis: &Analysis<'_>,
    pool: &IdentityPool,
    role: EntityId,
) -> (Bounds<Impact>, Option<ActionId>) {
    let least = || analysis.left_to_guests(role);
    let whole = analysis.privileges(role);
    match truth(&pool.classic_flow).known() {
        Some(false) => {
            let least = least();
            (least.impact, least.worst)
        }
        Some(true) => (whole.impact, whole.worst),
        None => {
            let least = least();
            let impact = Bounds { sure: least.impact.sure, possible: whole.impact.possible };
            (impact, least.worst.or(whole.worst))
        }
    }
}
