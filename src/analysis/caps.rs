//! What permissions are worth that are only there with a boundary or a policy that a statement names.
//!
//! Whoever may create roles only with a certain boundary gains nothing beyond it, as long as that boundary gives nothing
//! away itself and can neither be changed nor removed. Whoever may attach certain policies gains what these allow.

use std::cell::Cell;
use std::sync::Arc;

use super::{Analysis, Holder, Impact};
use crate::knowledge::actions::Actions;
use crate::knowledge::managed_policies::ManagedPolicies;
use crate::model::{EntityId, ManagedPolicy};
use crate::policy::pattern_matches;
use crate::policy::{Cap, InForce, PermissionPolicy, PermissionQuestion, Permissions, Policy, Target, Worth};
use crate::value::{Bounds, Field, Text};

/// How many policies of AWS's are looked at for one pattern.
const MOST: usize = 16;

/// What changes a managed policy.
const CHANGES: [&str; 2] = ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"];
/// What removes a boundary, whatever conditions it is under.
const REMOVALS: [&str; 2] = ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"];
/// What puts another boundary in the place of one.
const REPLACEMENTS: [&str; 2] = ["iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"];

impl Analysis<'_> {
    /// The permissions of a role as far as they give something beyond what statements name, `None` if they are no others;
    /// and whether there was anything to weigh, so that it may matter which role it is.
    pub(super) fn weighed(&self, role: EntityId, permissions: &Permissions) -> (Option<Permissions>, bool) {
        let is_asked = Cell::new(false);
        let weigh = |cap, values: &[&Text]| {
            is_asked.set(true);
            self.weigh(role, permissions, cap, values)
        };
        (permissions.weighed(self.vocabulary, weigh), is_asked.get())
    }

    fn weigh(&self, role: EntityId, permissions: &Permissions, cap: Cap, values: &[&Text]) -> Worth {
        match cap {
            Cap::Boundary => {
                let closed =
                    !values.is_empty() && values.iter().all(|value| self.is_closed(role, permissions, value));
                if closed { Worth::Nothing } else { Worth::Undecided }
            }
            Cap::Policy => values
                .iter()
                .map(|value| self.worth(role, permissions, value))
                .min()
                .unwrap_or(Worth::Undecided),
        }
    }

    /// Whether a boundary gives nothing away and cannot be got rid of by who has permissions.
    fn is_closed(&self, role: EntityId, permissions: &Permissions, arn: &Text) -> bool {
        let Some(boundary) = self.policy_of(arn) else { return false };
        // A statement that wants the boundary to be there puts no other in its place.
        !self.may(permissions, &CHANGES, Target::Resource(arn))
            && !self.may(permissions, &REMOVALS, Target::Somewhere)
            && !self.may(&self.without_caps(permissions), &REPLACEMENTS, Target::Somewhere)
            && !self.gives_away(role, boundary).possible
    }

    /// What it is worth to attach the managed policies with an ARN.
    fn worth(&self, role: EntityId, permissions: &Permissions, arn: &Text) -> Worth {
        let literal = arn.as_literal(self.vocabulary);
        if let Some((_, path)) = literal.and_then(|arn| arn.split_once(":iam::aws:policy/")) {
            let every = ManagedPolicies::default();
            let administrator = every.find("AdministratorAccess").into_iter();
            let all = administrator.chain(every.iter());
            let mut matching =
                all.filter(|policy| pattern_matches(path, policy.path_and_name().trim_start_matches('/')));
            let strong =
                |policy| self.gives_away(role, self.in_force(&Policy::managed(policy, self.vocabulary)));
            let worths = matching.by_ref().take(MOST).map(|policy| Worth::of(strong(policy))).min();
            // Those that were not looked at may give anything.
            let rest = matching.next().map(|_| Worth::Undecided);
            return worths.into_iter().chain(rest).min().unwrap_or(Worth::Undecided);
        }
        match self.policy_of(arn) {
            Some(policy) if !self.may(permissions, &CHANGES, Target::Resource(arn)) => {
                Worth::of(self.gives_away(role, policy))
            }
            _ => Worth::Undecided,
        }
    }

    /// Whether permissions that are all that somebody has give more than they should.
    fn gives_away(&self, role: EntityId, policy: InForce) -> Bounds<bool> {
        let permissions = Permissions::new(vec![policy], Vec::new());
        // A boundary that wants itself to be there gives nothing away by that.
        let permissions = self.without_caps(&permissions);
        let holder =
            Holder { permissions: permissions.clone(), complete: true, bounded: true, ..Holder::default() };
        let found = self.assess_as_given(role, &holder, &permissions);
        // Somebody stronger may be there whom it makes worth something.
        let perhaps = !found.escalations.is_empty() || !found.takeovers.is_empty();
        Bounds {
            sure: found.impact.sure >= Impact::Takeover,
            possible: found.impact.possible >= Impact::Takeover || perhaps,
        }
    }

    fn without_caps(&self, permissions: &Permissions) -> Permissions {
        let without = permissions.weighed(self.vocabulary, |cap, _| match cap {
            Cap::Boundary => Worth::Nothing,
            Cap::Policy => Worth::Undecided,
        });
        without.unwrap_or_else(|| permissions.clone())
    }

    fn may(&self, permissions: &Permissions, names: &[&str], target: Target<'_>) -> bool {
        let mut actions = names.iter().filter_map(|name| Actions::default().find(name));
        actions.any(|action| {
            permissions
                .allows(&PermissionQuestion { action, target, passed_to: None }, self.vocabulary)
                .possible
        })
    }

    /// The managed policy with an ARN, if it is in view and one of AWS's or one that no condition of a template leaves out.
    fn policy_of(&self, arn: &Text) -> Option<InForce> {
        let own = self.model.managed_policies.iter().find(|policy| policy.entity.arn() == Some(arn));
        let policy: &ManagedPolicy = match own {
            Some(policy) => policy,
            None => {
                let managed = ManagedPolicies::default().find(arn.as_literal(self.vocabulary)?)?;
                return Some(self.in_force(&Policy::managed(managed, self.vocabulary)));
            }
        };
        let Field::Known(attached) = &policy.document else { return None };
        Some(self.in_force(self.model.policy(&attached.value)))
    }

    fn in_force(&self, policy: &Policy) -> InForce {
        InForce { policy: Arc::new(PermissionPolicy::new(policy, self.now(), self.vocabulary)), sure: true }
    }
}
