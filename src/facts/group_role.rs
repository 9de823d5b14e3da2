//! The role of a user-pool group, and whether any identity pool can hand it out.

use super::identity_pool::{attachments, truth};
use super::pool_role::pools;
use super::role_mapping::{MappingType, mapping_type};
use super::{Common, Evidence, Fact, WordSet, fact};
use crate::analysis::{Analysis, Change};
use crate::finding::Certainty;
use crate::graph::{EdgeKind, Node};
use crate::model::{EntityId, IdentityPool, RoleAttachment, Target, UserPoolGroup};
use crate::value::{Bounds, Field, Text};

fact! {
    /// One user-pool group with a role, where the scope has identity pools.
    GroupRole = "group-role" {
        /// The group's logical id, or its name in a dump.
        group: Option<Text> = "group",
        /// True if some identity pool may hand the role out: by a mapping of type `Token`, or because its
        /// classic flow lets users choose. In doubt it may.
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
    // An identity pool with a login that cannot be resolved may be fed by any user pool, and an attachment that cannot
    // be resolved may be any pool's.
    let unknown_login = model.identity_pools.iter().any(|pool| has_unknown_login(analysis, pool));
    let unknown_attachment = model.role_attachments.iter().any(|attachment| {
        maps_by_token(analysis, attachment)
            && pools(analysis, attachment).iter().any(|(pool, ..)| pool.is_none())
    });
    for group in &model.user_pool_groups {
        let Some(place) = group.role.span() else { continue };
        let (gives, pools) = reachable(analysis, group, unknown_attachment);
        // A pool that is not in view may take the logins of any user pool.
        let reachable = gives || unknown_login || unknown_attachment;
        take(&GroupRole {
            common: Common {
                subject: group.entity.id,
                place,
                certainty: analysis
                    .stability(group.entity.id, Change::PoolRoles)
                    .min(flow_certainty(analysis, &pools)),
                worlds: group.entity.worlds.clone(),
                evidence: pools
                    .iter()
                    .map(|&pool| Evidence { role: "identity-pool", span: analysis.entity(pool).span })
                    .collect(),
                cause: Vec::new(),
                witness: None,
            },
            group: Some(Text::literal(group.entity.logical_id)),
            reachable: Bounds::decided(reachable),
        });
    }
}

/// Whether the role of a group may be had, and the identity pools that take its user pool's logins.
fn reachable(
    analysis: &Analysis<'_>,
    group: &UserPoolGroup,
    unknown_attachment: bool,
) -> (bool, Vec<EntityId>) {
    let model = &analysis.model;
    let reference = group.user_pool.span().and_then(|span| model.reference_at(group.entity.id, span));
    // A user pool that is not in view may feed pools that are not either.
    let Some(Target::Found(user_pools)) = reference.map(|reference| &reference.target) else {
        return (true, Vec::new());
    };
    let mut identity_pools: Vec<EntityId> = Vec::new();
    for user_pool in user_pools {
        let user_pool = Node::Entity(user_pool.entity);
        let logins = analysis.graph.leaving(&user_pool, EdgeKind::LogsIn);
        identity_pools.extend(logins.filter_map(|(node, _)| node.entity()));
    }
    identity_pools.sort_unstable();
    identity_pools.dedup();
    let gives = |&id: &EntityId| {
        model.get::<IdentityPool>(id).is_some_and(|pool| {
            unknown_attachment || truth(&pool.classic_flow).possible || may_map_by_token(analysis, pool)
        })
    };
    (identity_pools.iter().any(gives), identity_pools)
}

/// Whether it is certain that the pools have no classic flow: what pools that were made long ago do without the
/// switch is not documented.
fn flow_certainty(analysis: &Analysis<'_>, pools: &[EntityId]) -> Certainty {
    let says = |&id: &EntityId| {
        analysis.model.get::<IdentityPool>(id).is_some_and(|pool| pool.classic_flow.known().is_some())
    };
    if pools.iter().all(says) { Certainty::Proved } else { Certainty::Possible }
}

/// Whether some role mapping of the pool may be of type `Token`. Without an attachment in view, one may be made
/// elsewhere.
fn may_map_by_token(analysis: &Analysis<'_>, pool: &IdentityPool) -> bool {
    let attachments = attachments(analysis, pool);
    attachments.is_empty() || attachments.iter().any(|(attachment, ..)| maps_by_token(analysis, attachment))
}

/// Whether some role mapping of the attachment may be of type `Token`.
fn maps_by_token(analysis: &Analysis<'_>, attachment: &RoleAttachment) -> bool {
    match &attachment.mappings {
        Field::Absent => false,
        Field::Unknown(_) => true,
        Field::Known(mappings) => {
            let token = WordSet::only(MappingType::Token);
            mappings.value.iter().any(|mapping| mapping_type(analysis, mapping).words().0 & token.0 != 0)
        }
    }
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
