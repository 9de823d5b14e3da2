//! Ways in of staff: permission sets that are assigned to them, and roles that trust those by name.

use super::{Entrance, Population, Step, StepKind};
use crate::analysis::Analysis;
use crate::facts::identity_center::{Recipient, account, recipient};
use crate::graph::{Edge, EdgeKind, Node};
use crate::knowledge::actions::Actions;
use crate::model::{Assigned, Assignment, EntityId, EntityKind, ProvisionedRole};
use crate::policy::{PermissionQuestion, Target};
use crate::value::Comparison;

/// The action that a session needs to assume a role.
const ASSUME: &str = "sts:AssumeRole";

/// The ways in of the users of Identity Center.
pub(crate) fn through_identity_center(analysis: &Analysis<'_>) -> Vec<Entrance> {
    let mut entrances = Vec::new();
    for role in &analysis.model.provisioned_roles {
        let trusting = trusting(analysis, role);
        for assigned in &role.assigned {
            let Some(entrance) = into(analysis, role, *assigned) else { continue };
            for &(id, edge) in &trusting {
                let worlds = entrance.worlds.and(&edge.worlds);
                let step = Step { kind: StepKind::Trusts, entity: id, place: edge.span };
                entrances.extend(worlds.map(|worlds| Entrance {
                    sure: false,
                    role: id,
                    steps: entrance.steps.iter().copied().chain([step]).collect(),
                    worlds,
                    ..entrance.clone()
                }));
            }
            entrances.push(entrance);
        }
    }
    entrances
}

/// How those to whom a permission set is assigned get it.
fn into(analysis: &Analysis<'_>, role: &ProvisionedRole, assigned: Assigned) -> Option<Entrance> {
    let assignment = analysis.model.get::<Assignment>(assigned.assignment)?;
    let group = match recipient(analysis, assignment) {
        Some(Recipient::InView(id)) if id.kind == EntityKind::StoreGroup => Some(id),
        _ => None,
    };
    let place = assignment.entity.span;
    let is_member = group.map(|entity| Step { kind: StepKind::IsMember, entity, place });
    let is_assigned = Step { kind: StepKind::Assigned, entity: role.entity.id, place };
    Some(Entrance {
        population: Population::IdentityCenterUser,
        sure: assigned.sure,
        role: role.entity.id,
        through: None,
        steps: is_member.into_iter().chain([is_assigned]).collect(),
        worlds: role.entity.worlds.and(&assignment.entity.worlds)?,
        limited: false,
    })
}

/// The roles that trust a permission set in an account by name, as far as it may assume them. Whether the role that is named is
/// still the permission set's, and what else a condition asks for, is not decided.
fn trusting<'a>(analysis: &'a Analysis<'_>, role: &ProvisionedRole) -> Vec<(EntityId, &'a Edge)> {
    let node = Node::Entity(role.permission_set);
    let leaving = analysis.graph.leaving(&node, EdgeKind::Trusts);
    let found = leaving.filter_map(|(target, edge)| Some((target.entity()?, edge)));
    found
        .filter(|(id, edge)| is_here(analysis, role, *id) && may_assume(analysis, role, *id, edge.sure))
        .collect()
}

/// Whether a role may be in the account of a permission set.
fn is_here(analysis: &Analysis<'_>, one: &ProvisionedRole, other: EntityId) -> bool {
    let accounts = account(analysis, one.entity.id).zip(account(analysis, other));
    accounts.is_none_or(|(one, other)| one.compare(other, analysis.vocabulary) != Comparison::Different)
}

/// Whether a permission set may assume a role. It needs no permission if its own role is the principal.
fn may_assume(analysis: &Analysis<'_>, from: &ProvisionedRole, to: EntityId, is_principal: bool) -> bool {
    let (Some(action), Some(arn)) = (Actions::default().find(ASSUME), analysis.entity(to).arn()) else {
        return true;
    };
    let question = PermissionQuestion { action, target: Target::Resource(arn), passed_to: None };
    let permissions = &analysis.holder(from.entity.id).permissions;
    let allows = permissions.allows(&question, analysis.vocabulary).possible;
    allows || is_principal && permissions.leaves(&question, analysis.vocabulary).possible
}
