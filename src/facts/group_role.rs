//! The role of a user-pool group, and whether any identity pool can hand it out.

use super::identity_pool::truth;
use super::pool_role::pools;
use super::role_mapping::{MappingType, mapping_type};
use super::{Common, Evidence, Fact, OneOf, Words, fact};
use crate::analysis::{Analysis, Change};
use crate::finding::Certainty;
use crate::graph::{EdgeKind, Node};
use crate::model::{EntityId, IdentityPool, Target, UserPoolGroup};
use crate::value::{Bounds, Field, Text};

fact! {
    /// One user-pool group with a role, where the scope has identity pools.
    GroupRole = "group-role" {
        /// The group's logical id, or its name in a dump.
        group: Option<Text> = "group",
        /// True if some identity pool can hand the role out: by a mapping of type `Token`, or because its
        /// classic flow lets users choose.
        reachable: Bounds<bool> = "reachable",
    }
    evidence {
        /// An identity pool that takes the user pool's logins.
        "identity-pool",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let model = &analysis.model;
    if model.identity_pools.is_empty() && model.role_attachments.is_empty() {
        return;
    }
    for group in &model.user_pool_groups {
        let Some(place) = group.role.span() else { continue };
        let (reachable, pools) = reachable(analysis, group);
        take(&GroupRole {
            common: Common {
                subject: group.entity.id,
                place,
                certainty: analysis.stability(group.entity.id, Change::PoolRoles),
                worlds: group.entity.worlds.clone(),
                evidence: pools
                    .iter()
                    .map(|&pool| Evidence { role: "identity-pool", span: analysis.entity(pool).span })
                    .collect(),
                cause: Vec::new(),
            },
            group: Some(Text::literal(group.entity.logical_id)),
            reachable,
        });
    }
}

/// Whether the role of a group can be had, and the identity pools that take its user pool's logins.
fn reachable(analysis: &Analysis<'_>, group: &UserPoolGroup) -> (Bounds<bool>, Vec<EntityId>) {
    let model = &analysis.model;
    let reference = group.user_pool.span().and_then(|span| model.reference_at(group.entity.id, span));
    let user_pools: Vec<EntityId> = match reference.map(|reference| &reference.target) {
        Some(Target::Found(found)) => found.iter().map(|found| found.entity).collect(),
        // A user pool that is not in view may feed pools that are not either.
        _ => return (Bounds::UNDECIDED, Vec::new()),
    };
    let mut identity_pools: Vec<(EntityId, bool)> = Vec::new();
    for user_pool in user_pools {
        for (node, edge) in analysis.graph.leaving(&Node::Entity(user_pool), EdgeKind::LogsIn) {
            if let Node::Entity(id) = node {
                identity_pools.push((*id, edge.sure));
            }
        }
    }
    identity_pools.sort_unstable();
    identity_pools.dedup();
    let mut result = Bounds::decided(false);
    for &(id, sure) in &identity_pools {
        let Some(pool) = model.get::<IdentityPool>(id) else { continue };
        let mut gives = truth(&pool.classic_flow).or(maps_by_token(analysis, pool));
        gives.sure &= sure;
        result = result.or(gives);
    }
    // An identity pool with a login that cannot be resolved may be fed by this user pool.
    if model.identity_pools.iter().any(|pool| has_unknown_login(analysis, pool)) {
        result.possible = true;
    }
    (result, identity_pools.into_iter().map(|(id, _)| id).collect())
}

/// Whether some role mapping of the pool is of type `Token`.
fn maps_by_token(analysis: &Analysis<'_>, pool: &IdentityPool) -> Bounds<bool> {
    let mut result = Bounds::decided(false);
    let mut seen = false;
    for attachment in &analysis.model.role_attachments {
        let of_pool = pools(analysis, attachment)
            .into_iter()
            .find(|(found, ..)| found.is_none_or(|found| found.entity.id == pool.entity.id));
        let Some((found, certainty, _)) = of_pool else { continue };
        // An attachment for a pool that cannot be resolved may be for this one.
        let sure = found.is_some() && certainty == Certainty::Proved;
        seen |= sure;
        let mut maps = match &attachment.mappings {
            Field::Absent => Bounds::decided(false),
            Field::Unknown(_) => Bounds::UNDECIDED,
            Field::Known(mappings) => mappings.value.iter().fold(Bounds::decided(false), |all, mapping| {
                all.or(is_token(mapping_type(analysis, mapping)))
            }),
        };
        maps.sure &= sure;
        result = result.or(maps);
    }
    if !seen {
        // The attachment of the pool may be made elsewhere.
        result.possible = true;
    }
    result
}

fn is_token(mapping_type: OneOf<MappingType>) -> Bounds<bool> {
    let words = mapping_type.words();
    let token = 1 << MappingType::Token.index();
    Bounds { sure: words.0 == token, possible: words.0 & token != 0 }
}

fn has_unknown_login(analysis: &Analysis<'_>, pool: &IdentityPool) -> bool {
    match &pool.user_pools {
        Field::Absent => false,
        Field::Unknown(_) => true,
        Field::Known(logins) => logins.value.iter().any(|login| {
            let Some(login) = login.known() else { return true };
            let reference = login
                .value
                .provider_name
                .span()
                .and_then(|span| analysis.model.reference_at(pool.entity.id, span));
            // What is in the wrong form names nobody, and is a fault of its own.
            !reference.is_some_and(|reference| {
                matches!(reference.target, Target::Found(_) | Target::WrongForm { .. })
            })
        }),
    }
}
