//! What the control policies of an organisation leave to the accounts of a scan.
//!
//! A control policy limits the accounts that it is attached to, directly or through an organizational unit or the root;
//! the management account is never limited. Where it is not known what an account is in, as templates do not say it, a policy
//! of a unit limits the account only perhaps.

use std::sync::{Arc, OnceLock};

use super::Analysis;
use crate::model::{EntityId, Form, OrganizationPolicy};
use crate::policy::{Effect, InForce, PermissionPolicy, Policy};
use crate::resources::Deployment;
use crate::value::{Bounds, Field, Text};

/// The service control policies of a scan, and the resource control policies that are about assuming roles.
#[derive(Debug, Default)]
pub(super) struct Controls {
    services: OnceLock<Vec<Control>>,
    assumptions: OnceLock<Vec<Reach>>,
}

/// A service control policy.
#[derive(Debug)]
struct Control {
    reach: Reach,
    /// What it allows, and AWS's own policy that is attached beside it until somebody detaches it.
    allows: Vec<InForce>,
    /// What it denies.
    denies: Arc<PermissionPolicy>,
}

/// Whom a policy of an organisation limits.
#[derive(Debug)]
struct Reach {
    /// The policy.
    policy: EntityId,
    /// The type that is meant.
    policy_type: &'static str,
    /// True if it is of that type whatever the unknowns are.
    is_of_type: bool,
    /// What it is attached to: accounts, units, the root.
    targets: Vec<Text>,
    /// True if it has targets that are not known.
    others: bool,
}

const ASSUMPTIONS: [&str; 3] = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

impl Analysis<'_> {
    /// What service control policies limit a holder to.
    pub(super) fn control_limits(&self, id: EntityId) -> Vec<Vec<InForce>> {
        let controls = self.controls.services.get_or_init(|| self.service_controls());
        let limit = |control: &Control| {
            let applies = self.applies(&control.reach, id);
            applies.possible.then(|| {
                let denies = InForce { policy: Arc::clone(&control.denies), sure: applies.sure };
                control.allows.iter().cloned().chain([denies]).collect()
            })
        };
        controls.iter().filter_map(limit).collect()
    }

    /// Whether a resource control policy may refuse that a role is assumed.
    #[must_use]
    pub fn may_be_refused(&self, role: EntityId) -> bool {
        let policies = self.controls.assumptions.get_or_init(|| self.resource_controls());
        policies.iter().any(|reach| self.applies(reach, role).possible)
    }

    fn service_controls(&self) -> Vec<Control> {
        let policies = self.model.organization_policies.iter();
        let reaches =
            policies.filter_map(|policy| Some((policy, self.reach(policy, "SERVICE_CONTROL_POLICY")?)));
        reaches.map(|(policy, reach)| self.service_control(policy, reach)).collect()
    }

    fn service_control(&self, policy: &OrganizationPolicy, reach: Reach) -> Control {
        let everything = Policy::allowing(&[(&["*"], &["*"])], self.vocabulary);
        let content = match &policy.content {
            _ if self.allows_everything(policy) => Some(&everything),
            Field::Known(attached) => Some(self.model.policy(&attached.value)),
            Field::Absent | Field::Unknown(_) => None,
        };
        let part = |effect: Effect| {
            let statements = content.into_iter().flat_map(|content| &content.statements);
            let of = statements
                .filter(|statement| statement.effect == effect || statement.effect == Effect::Unknown);
            let version = content.map_or(crate::policy::Version::Unknown, |content| content.version.clone());
            Policy { version, statements: of.cloned().collect() }
        };
        let made = |policy: &Policy| Arc::new(PermissionPolicy::new(policy, self.now(), self.vocabulary));
        let (allows, denies) = (part(Effect::Allow), part(Effect::Deny));
        // Who only denies needs the other one. Beside a list of what is allowed it may have been detached.
        let sure = content.is_some() && allows.statements.is_empty();
        Control {
            reach,
            allows: vec![
                InForce { policy: made(&allows), sure: true },
                InForce { policy: made(&everything), sure },
            ],
            denies: made(&denies),
        }
    }

    /// True for AWS's own policies, which allow everything in every organisation.
    fn allows_everything(&self, policy: &OrganizationPolicy) -> bool {
        let id = policy.entity.identifier(Form::Id).and_then(|id| id.as_literal(self.vocabulary));
        matches!(id, Some("p-FullAWSAccess" | "p-RCPFullAWSAccess"))
    }

    /// The resource control policies that may deny that roles are assumed.
    fn resource_controls(&self) -> Vec<Reach> {
        let denies = |policy: &&OrganizationPolicy| {
            if self.allows_everything(policy) {
                return false;
            }
            let Field::Known(attached) = &policy.content else { return true };
            let mut statements = self.model.policy(&attached.value).statements.iter();
            statements.any(|statement| {
                matches!(statement.effect, Effect::Deny | Effect::Unknown)
                    && ASSUMPTIONS
                        .iter()
                        .any(|action| statement.covers_action(action, self.vocabulary).possible)
            })
        };
        let policies = self.model.organization_policies.iter().filter(denies);
        policies.filter_map(|policy| self.reach(policy, "RESOURCE_CONTROL_POLICY")).collect()
    }

    /// Whom a policy limits, if it may be of a type and has targets.
    fn reach(&self, policy: &OrganizationPolicy, name: &'static str) -> Option<Reach> {
        let literal = |text: &Text| text.as_literal(self.vocabulary).map(str::to_owned);
        let found = policy.policy_type.known().and_then(|text| literal(&text.value));
        if found.as_ref().is_some_and(|found| found != name) || matches!(policy.targets, Field::Absent) {
            return None;
        }
        let mut reach = Reach {
            policy: policy.entity.id,
            policy_type: name,
            is_of_type: found.is_some(),
            targets: Vec::new(),
            others: false,
        };
        match &policy.targets {
            Field::Known(targets) => {
                for target in &targets.value {
                    match target {
                        Field::Known(target) => reach.targets.push(target.value.clone()),
                        Field::Unknown(_) => reach.others = true,
                        Field::Absent => {}
                    }
                }
            }
            Field::Absent | Field::Unknown(_) => reach.others = true,
        }
        Some(reach)
    }

    /// Whether a policy of an organisation limits the account of an entity.
    fn applies(&self, reach: &Reach, id: EntityId) -> Bounds<bool> {
        let (entity, policy) = (self.entity(id), self.entity(reach.policy));
        let (own, home) = (&self.deployment(id).account, &self.deployment(reach.policy).account);
        let manages = self.is_management(own);
        if manages == Some(true) {
            return Bounds::decided(false);
        }
        let same = self.is_of_organisation_of(policy, own);
        if same == Some(false) {
            return Bounds::decided(false);
        }
        let used = self.uses_policies(policy, reach.policy_type);
        if !used.possible {
            return used;
        }
        let at_home = entity.deployment == policy.deployment || own == home;
        let others = Bounds { sure: false, possible: reach.others };
        let any = reach.targets.iter().fold(others, |any, target| any.or(self.is_below(own, target, same)));
        // Whoever has the policies of an organisation is most often its management account.
        let may_manage = at_home && manages.is_none();
        let sure =
            !may_manage && used.sure && reach.is_of_type && self.always(&entity.worlds, &policy.worlds);
        Bounds { sure: any.sure && sure, possible: any.possible }
    }

    fn deployment(&self, id: EntityId) -> &Deployment {
        &self.model.scope.deployments[self.entity(id).deployment.0 as usize]
    }
}
