//! Roles that can renew each other for ever.

use super::{Common, Evidence, Fact, fact};
use crate::analysis::{Analysis, Impact};
use crate::finding::Certainty;
use crate::value::{Bounds, Text};

fact! {
    /// One role of several that lead to one another: each can be got by the sessions of another one, all round.
    RoleCycle = "role-cycle" {
        /// The role.
        role: Option<Text> = "role",
        /// The roles that lead back to it, itself the first.
        roles: Vec<Text> = "roles",
        /// How many they are.
        count: Bounds<i64> = "count",
    }
    evidence {
        /// The statement of its trust policy.
        "trusts",
    }
}

/// The most roles that are asked for the one that gets it.
const SHOWN: usize = 8;

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    // Who can do everything needs no circle.
    let without = |role| {
        !analysis.model.grants_of(role).is_empty()
            && analysis.privileges(role).impact.sure == Impact::Administrator
    };
    for circle in analysis.chains().circles(&without) {
        // Variants of one role are never there together.
        let mut worlds = analysis.entity(circle[0]).worlds.clone();
        let all = circle.iter().all(|role| match worlds.and(&analysis.entity(*role).worlds) {
            Some(both) => {
                worlds = both;
                true
            }
            None => false,
        });
        if !all {
            continue;
        }
        // Each of them is one to change.
        for (at, &role) in circle.iter().enumerate() {
            let others = circle[at..].iter().chain(&circle[..at]);
            let roles: Vec<Text> =
                others.map(|role| Text::literal(analysis.entity(*role).logical_id)).collect();
            let trusted = circle.iter().take(SHOWN).find_map(|&other| {
                analysis.hop_places(other, role).filter(|_| other != role || circle.len() == 1)?.trusted
            });
            take(&RoleCycle {
                common: Common {
                    subject: role,
                    place: trusted.unwrap_or(analysis.entity(role).span),
                    certainty: Certainty::Proved,
                    worlds: worlds.clone(),
                    evidence: trusted.map(|span| Evidence { role: "trusts", span }).into_iter().collect(),
                    cause: Vec::new(),
                    witness: None,
                },
                role: roles.first().cloned(),
                count: Bounds::decided(i64::try_from(roles.len()).unwrap_or(i64::MAX)),
                roles,
            });
        }
    }
}
