//! Statements that give an action only with a boundary or a policy that they name.

use std::sync::Arc;

use super::statement::Permission;
use super::{InForce, PermissionPolicy, Permissions};
use crate::value::{Bounds, Text, Vocabulary};

/// What a statement wants to be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cap {
    /// The permissions boundary that a role or user has, or is to get: `iam:PermissionsBoundary`.
    Boundary,
    /// The managed policy that is attached: `iam:PolicyARN`.
    Policy,
}

/// What a permission is worth that is only there with what a statement names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    /// As much as without.
    Whole,
    /// Not known.
    Undecided,
    /// Nothing.
    Nothing,
}

impl Worth {
    /// That of something which may be worth as much as without.
    #[must_use]
    pub const fn of(strong: Bounds<bool>) -> Self {
        match strong {
            Bounds { sure: true, .. } => Self::Whole,
            Bounds { possible: true, .. } => Self::Undecided,
            Bounds { .. } => Self::Nothing,
        }
    }
}

impl Permissions {
    /// The same without those statements that are worth nothing, and with those as unconditional that are worth as much
    /// as without their conditions. `None` if that changes nothing. `weigh` is asked with the ARNs, as patterns.
    #[must_use]
    pub fn weighed(&self, vocabulary: &Vocabulary, weigh: impl Fn(Cap, &[&Text]) -> Worth) -> Option<Self> {
        let mut changed = false;
        let mut of_policy = |grant: &InForce| {
            let worths: Vec<Vec<Worth>> = grant
                .policy
                .statements
                .iter()
                .map(|statement| statement.worths(vocabulary, &weigh))
                .collect();
            if worths.iter().flatten().all(|worth| *worth == Worth::Undecided) {
                return grant.clone();
            }
            changed = true;
            let statements = grant.policy.statements.iter().zip(worths);
            let statements = statements.filter_map(|(statement, worths)| statement.clone().worth(&worths));
            InForce { policy: Arc::new(PermissionPolicy::of(statements.collect())), sure: grant.sure }
        };
        let grants = self.grants.iter().map(&mut of_policy).collect();
        changed.then(|| Self { grants, limits: self.limits.clone() })
    }
}

impl Permission {
    /// What the conditions of an Allow statement are worth that name a boundary or a policy.
    fn worths(&self, vocabulary: &Vocabulary, weigh: &impl Fn(Cap, &[&Text]) -> Worth) -> Vec<Worth> {
        let limited = self.conditions.limited.iter().map(|limited| match limited.cap(vocabulary) {
            Some((cap, values)) if self.allow.possible => weigh(cap, &values),
            _ => Worth::Undecided,
        });
        limited.collect()
    }

    /// The statement without conditions that change nothing, if it is worth something.
    fn worth(mut self, worths: &[Worth]) -> Option<Self> {
        if worths.contains(&Worth::Nothing) {
            return None;
        }
        let limited = std::mem::take(&mut self.conditions.limited);
        for (limited, worth) in limited.into_iter().zip(worths) {
            if *worth == Worth::Whole {
                // Requests without the key still do not meet the condition.
                self.actions.sure.intersect_with(&limited.carriers);
                self.actions.possible.intersect_with(&limited.carriers);
            } else {
                self.conditions.limited.push(limited);
            }
        }
        Some(self)
    }
}
