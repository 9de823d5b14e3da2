//! Customer managed policies that a permission set names, in the accounts where it is assigned.

use crate::analysis::Analysis;
use crate::facts::{Common, Evidence, Fact, OneOf, fact, words};
use crate::finding::Certainty;
use crate::model::{EntityId, NamedPolicy, PermissionSet, RoleBoundary};
use crate::value::{Bounds, Text, Worlds};

words! {
    /// What a permission set names a policy for.
    NamedFor {
        /// It grants.
        Permissions = "permissions",
        /// It is the permissions boundary.
        Boundary = "boundary",
    }
}

words! {
    /// Whether an account has a policy.
    Presence {
        /// It has one of this name and path.
        Found = "found",
        /// Templates of the account are in view, and none of them has it; or it has another path there.
        Missing = "missing",
        /// Nothing tells.
        Unknown = "unknown",
    }
}

fact! {
    /// One customer managed policy that a permission set names, and what accounts have of it in which the permission set is assigned.
    PermissionSetPolicy = "permission-set-policy" {
        /// The permission set's logical id.
        permission_set: Option<Text> = "permission-set",
        /// The policy's name.
        policy: Option<Text> = "policy",
        /// Its path.
        path: Option<Text> = "path",
        /// What it is for.
        used_for: OneOf<NamedFor> = "used-for",
        /// Whether the accounts have it.
        state: OneOf<Presence> = "state",
        /// The accounts; of many, the first ones.
        accounts: Vec<Text> = "accounts",
        /// True if a policy of that name is there that differs in its path, or in upper and lower case.
        has_near: Bounds<bool> = "has-near",
    }
    evidence {
        /// Such a policy.
        "near",
        /// What assigns the permission set there.
        "assignment",
    }
}

/// How many accounts are named.
const NAMED: usize = 4;

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for set in &analysis.model.permission_sets {
        for looked_up in all(analysis, set) {
            take(&of(analysis, set, &looked_up));
        }
    }
}

/// What was found of one name in equal accounts.
struct LookedUp<'a> {
    named: &'a NamedPolicy,
    used_for: NamedFor,
    state: Presence,
    accounts: Vec<Text>,
    assignment: Option<EntityId>,
    certainty: Certainty,
    worlds: Worlds,
}

fn all<'a>(analysis: &'a Analysis<'_>, set: &PermissionSet) -> Vec<LookedUp<'a>> {
    let mut all: Vec<LookedUp<'a>> = Vec::new();
    for role in analysis.model.roles_of(set.entity.id) {
        let boundary = match &role.boundary {
            Some(RoleBoundary::Named(named)) => Some((named, NamedFor::Boundary)),
            _ => None,
        };
        let policies = role.customer_policies.iter().map(|named| (named, NamedFor::Permissions));
        for (named, used_for) in policies.chain(boundary) {
            let state = presence(named);
            let certainty = if named.is_found() { Certainty::Proved } else { Certainty::Possible };
            let same = all.iter_mut().find(|known| {
                known.named.span == named.span
                    && known.state == state
                    && known.named.near == named.near
                    && known.certainty == certainty
                    && known.worlds == role.entity.worlds
            });
            match same {
                Some(known) => known.accounts.extend(role.account.clone()),
                None => all.push(LookedUp {
                    named,
                    used_for,
                    state,
                    accounts: role.account.iter().cloned().collect(),
                    assignment: role.assigned.first().map(|assigned| assigned.assignment),
                    certainty,
                    worlds: role.entity.worlds.clone(),
                }),
            }
        }
    }
    all
}

fn presence(named: &NamedPolicy) -> Presence {
    if !named.found.is_empty() {
        Presence::Found
    } else if named.account_in_view || named.near.is_some() {
        Presence::Missing
    } else {
        Presence::Unknown
    }
}

fn of(analysis: &Analysis<'_>, set: &PermissionSet, looked_up: &LookedUp<'_>) -> PermissionSetPolicy {
    let named = looked_up.named;
    let near = named.near.filter(|_| looked_up.state == Presence::Missing);
    let show = |role, id: Option<EntityId>| id.map(|id| Evidence { role, span: analysis.entity(id).span });
    let evidence = show("near", near).into_iter().chain(show("assignment", looked_up.assignment));
    let mut cause = vec![named.name.clone()];
    cause.extend(looked_up.accounts.iter().cloned());
    PermissionSetPolicy {
        common: Common {
            subject: set.entity.id,
            place: named.span,
            certainty: looked_up.certainty,
            worlds: looked_up.worlds.clone(),
            evidence: evidence.collect(),
            cause,
            witness: None,
        },
        permission_set: Some(Text::literal(set.entity.logical_id)),
        policy: Some(named.name.clone()),
        path: named.path.clone(),
        used_for: OneOf::only(looked_up.used_for),
        state: OneOf::only(looked_up.state),
        accounts: looked_up.accounts.iter().take(NAMED).cloned().collect(),
        has_near: Bounds::decided(near.is_some()),
    }
}
