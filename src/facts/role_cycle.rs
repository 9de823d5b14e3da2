//! Roles that can renew each other for ever.

use super::{Common, Evidence, Fact, fact};
use crate::analysis::{Analysis, Impact};
use crate::finding::Certainty;
use crate::value::{Bounds, Text};

fact! {
    /// Roles of which each can be got by the sessions of another one, all round.
    RoleCycle = "role-cycle" {
        /// The first of the roles.
        role: Option<Text> = "role",
        /// All of them.
        roles: Vec<Text> = "roles",
        /// How many they are.
        count: Bounds<i64> = "count",
    }
    evidence {
        /// The statements of the trust policies.
        "trusts",
    }
}

/// The most roles of which the places are shown.
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
        let roles: Vec<Text> =
            circle.iter().map(|role| Text::literal(analysis.entity(*role).logical_id)).collect();
        let mut evidence = Vec::new();
        for &role in circle.iter().take(SHOWN) {
            let trusted = circle.iter().take(SHOWN).find_map(|&other| {
                analysis.hop_places(other, role).filter(|_| other != role || circle.len() == 1)?.trusted
            });
            evidence.extend(trusted.map(|span| Evidence { role: "trusts", span }));
        }
        take(&RoleCycle {
            common: Common {
                subject: circle[0],
                place: evidence.first().map_or(analysis.entity(circle[0]).span, |evidence| evidence.span),
                certainty: Certainty::Proved,
                worlds,
                evidence,
                cause: roles.clone(),
                witness: None,
            },
            role: roles.first().cloned(),
            count: Bounds::decided(i64::try_from(roles.len()).unwrap_or(i64::MAX)),
            roles,
        });
    }
}
