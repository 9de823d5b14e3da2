//! Whom a way to gain permissions is worth something on: roles and users that allow more, and what runs with such roles.

use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use rustc_hash::FxHashMap;

use super::{Asker, Gain};
use crate::analysis::Analysis;
use crate::knowledge::actions::{ActionId, ActionSet, Actions};
use crate::knowledge::privileges::{EscalationMethod, EscalationTarget};
use crate::model::{Carrier, Entity, EntityId, EntityKind, Role};
use crate::policy::{Effect, PrincipalForm, Target};
use crate::value::{Bounds, Comparison, DeploymentId, Text};

/// The victims of a scan, as far as somebody has asked for them.
#[derive(Debug, Default)]
pub(in crate::analysis) struct Victims {
    deployed: OnceLock<FxHashMap<DeploymentId, Deployed>>,
    strong: Mutex<FxHashMap<DeploymentId, Arc<Strong>>>,
}

/// What a deployment has.
#[derive(Debug, Default)]
struct Deployed {
    roles: Vec<EntityId>,
    users: Vec<EntityId>,
    carriers: Vec<EntityId>,
}

/// Who is as good as an administrator in a deployment.
#[derive(Debug, Default)]
struct Strong {
    roles: Vec<EntityId>,
    users: Vec<EntityId>,
    /// What runs with such a role, and the role.
    carriers: Vec<(EntityId, EntityId)>,
}

/// Who may do one of these everywhere gives himself everything.
static AS_GOOD: LazyLock<ActionSet> = LazyLock::new(|| {
    let names = ["iam:AttachRolePolicy", "iam:PutRolePolicy"];
    names.into_iter().filter_map(|name| Actions::default().find(name)).collect()
});

impl Analysis<'_> {
    fn deployed(&self, deployment: DeploymentId) -> Option<&Deployed> {
        let deployed = self.victims.deployed.get_or_init(|| {
            let mut all: FxHashMap<DeploymentId, Deployed> = FxHashMap::default();
            for role in &self.model.roles {
                all.entry(role.entity.deployment).or_default().roles.push(role.entity.id);
            }
            for user in &self.model.users {
                all.entry(user.entity.deployment).or_default().users.push(user.entity.id);
            }
            for carrier in &self.model.carriers {
                all.entry(carrier.entity.deployment).or_default().carriers.push(carrier.entity.id);
            }
            all
        });
        deployed.get(&deployment)
    }

    fn strong(&self, deployment: DeploymentId) -> Arc<Strong> {
        let known = |all: &FxHashMap<DeploymentId, Arc<Strong>>| all.get(&deployment).map(Arc::clone);
        if let Some(known) =
            known(&self.victims.strong.lock().expect("no thread panics while it holds the lock"))
        {
            return known;
        }
        let mut strong = Strong::default();
        if let Some(deployed) = self.deployed(deployment) {
            let of = |ids: &[EntityId]| ids.iter().copied().filter(|&id| self.is_strong(id)).collect();
            strong.roles = of(&deployed.roles);
            strong.users = of(&deployed.users);
            let with_role = |&carrier: &EntityId| Some((carrier, self.role_of(carrier, &strong.roles)?));
            strong.carriers = deployed.carriers.iter().filter_map(with_role).collect();
        }
        let strong = Arc::new(strong);
        let mut all = self.victims.strong.lock().expect("no thread panics while it holds the lock");
        all.insert(deployment, Arc::clone(&strong));
        strong
    }

    /// The deployments into the account of one, that one included.
    fn of_same_account(&self, deployment: DeploymentId) -> Vec<DeploymentId> {
        let all = &self.model.scope.deployments;
        let own = self.model.scope.deployment(deployment).map(|known| &known.account);
        let mut same: Vec<DeploymentId> =
            all.iter().filter(|known| Some(&known.account) == own).map(|known| known.id).collect();
        if same.is_empty() {
            same.push(deployment);
        }
        same
    }

    /// Whether a role's trust policy names a service.
    fn trusts(&self, role: EntityId, service: &str) -> bool {
        let trust = self.model.get::<Role>(role).and_then(|role| role.trust.known());
        let statements = trust.into_iter().flat_map(|trust| &self.model.policy(&trust.value).statements);
        statements
            .filter(|statement| statement.effect == Effect::Allow)
            .flat_map(|statement| statement.principals.only.iter().flatten())
            .any(|principal| {
                matches!(&principal.form, PrincipalForm::Service { host }
                    if host.as_literal(self.vocabulary) == Some(service))
            })
    }

    /// Whether a role or user is as good as an administrator, by itself and for sure.
    fn is_strong(&self, id: EntityId) -> bool {
        let holder = self.holder(id);
        *holder.strong.get_or_init(|| {
            let everywhere = holder.permissions.everywhere(self.vocabulary).sure;
            everywhere.is_all() || id.kind == EntityKind::Role && everywhere.intersects(&AS_GOOD)
        })
    }

    /// That of some roles with which a resource runs for sure.
    fn role_of(&self, carrier: EntityId, roles: &[EntityId]) -> Option<EntityId> {
        let carrier = self.model.get::<Carrier>(carrier)?;
        let equal = |left: Option<&Text>, right: &Text| {
            left.is_some_and(|left| left.compare(right, self.vocabulary) == Comparison::Equal)
        };
        if let Some(role) = carrier.role.known() {
            return roles.iter().copied().find(|&id| equal(self.entity(id).arn(), &role.value));
        }
        let named = carrier.profile.known()?;
        let mut profiles = self.model.instance_profiles.iter().filter(|profile| {
            profile.entity.deployment == carrier.entity.deployment
                && equal(profile.entity.name(), &named.value)
        });
        let references = self.model.references_of(profiles.next()?.entity.id);
        let found = references.iter().flat_map(|reference| reference.target.found());
        found.filter(|found| found.sure).map(|found| found.entity).find(|role| roles.contains(role))
    }
}

impl Asker<'_, '_> {
    /// How the holder uses something that already runs with a stronger role. Whether there is one is known of the own
    /// deployment; elsewhere in the account there may be.
    pub(super) fn abuses(
        &self,
        method: &'static EscalationMethod,
        needs: &[ActionId],
    ) -> Option<Gain<EscalationMethod>> {
        let action = *needs.first()?;
        let gain = |sure, in_view| Some(Gain { method, sure, action, victim_in_view: in_view });
        let everywhere = needs.iter().all(|action| self.everywhere.possible.contains(*action));
        let service = method.victim_trusts?;
        let is_sure = !method.possible_only && !method.unverified;
        let deployment = self.analysis.entity(self.role()).deployment;
        let strong = self.analysis.strong(deployment);
        let mut perhaps = false;
        if method.passed_to.is_some() {
            // Whatever runs there gets the role that is passed.
            let pass = needs.iter().find(|action| Actions::default().name(**action) == "iam:PassRole")?;
            let passes = self.passes(method, *pass);
            let others = needs.iter().filter(|action| *action != pass);
            let others: Vec<ActionId> = others.copied().collect();
            let deployed = self.analysis.deployed(deployment);
            for &carrier in deployed.into_iter().flat_map(|deployed| &deployed.carriers) {
                let allowed = self.on_carrier(service, carrier, &others).and(passes);
                if allowed.sure && is_sure {
                    return gain(true, true);
                }
                perhaps |= allowed.possible;
            }
            let somewhere = everywhere && passes.possible;
            return if perhaps || somewhere { gain(false, perhaps) } else { None };
        }
        for &(carrier, role) in &strong.carriers {
            if role == self.role() {
                continue;
            }
            let there = self.there(self.analysis.entity(role)).and(self.there(self.analysis.entity(carrier)));
            let allowed = self.on_carrier(service, carrier, needs).and(there);
            if allowed.sure && is_sure {
                return gain(true, true);
            }
            perhaps |= allowed.possible;
        }
        let may_carry =
            || strong.roles.iter().any(|role| *role != self.role() && self.analysis.trusts(*role, service));
        match (perhaps, everywhere) {
            (true, _) => gain(false, true),
            (false, true) => gain(false, may_carry()),
            (false, false) => None,
        }
    }

    /// Whether a role can be passed that is worth it: proved if one is in view. Roles are passed within an account.
    pub(super) fn passes(&self, method: &EscalationMethod, action: ActionId) -> Bounds<bool> {
        let Some(service) = method.passed_to else { return Bounds::decided(false) };
        let mut passes = self.ask(action, Target::Everywhere, Some(service));
        passes.sure = false;
        let own = self.analysis.entity(self.role()).deployment;
        for deployment in self.analysis.of_same_account(own) {
            for &victim in &self.analysis.strong(deployment).roles {
                if victim == self.role() || !self.analysis.trusts(victim, service) {
                    continue;
                }
                let entity = self.analysis.entity(victim);
                let Some(arn) = entity.arn() else { continue };
                let one = self.ask(action, Target::Resource(arn), Some(service)).and(self.there(entity));
                passes = passes.or(Bounds { sure: one.sure && deployment == own, possible: one.possible });
            }
        }
        passes
    }

    /// Whether all actions are allowed on a resource of this service. That a name which is not known has what a pattern
    /// wants is no reason to say so.
    fn on_carrier(&self, service: &str, carrier: EntityId, needs: &[ActionId]) -> Bounds<bool> {
        let Some(carrier) = self.analysis.model.get::<Carrier>(carrier) else {
            return Bounds::decided(false);
        };
        if carrier.service != Some(service) {
            return Bounds::decided(false);
        }
        let on = |action: &ActionId| match carrier.entity.arn() {
            Some(arn) => self.ask(*action, Target::Resource(arn), None),
            None => self.ask(*action, Target::Everywhere, None),
        };
        let on = needs.iter().map(on).fold(Bounds::decided(true), Bounds::and);
        let everywhere = needs.iter().all(|action| self.everywhere.possible.contains(*action));
        Bounds { sure: on.sure, possible: on.sure || (on.possible && everywhere) }
    }

    /// Whether somebody in the own deployment can surely be changed so that it is worth it: a role or user that allows
    /// more, or any where what it allows is changed too.
    pub(super) fn changes(&self, method: &EscalationMethod, needs: &[ActionId]) -> bool {
        let names = || needs.iter().map(|action| Actions::default().name(*action));
        // What is made anew is nobody's; whether a user has a password already is not known; and whom a role lets in that is
        // to be assumed its trust policy says.
        let is_known = |name: &str| {
            name.starts_with("iam:")
                && !name.ends_with("LoginProfile")
                && (name == "iam:CreateAccessKey" || !name.starts_with("iam:Create"))
        };
        if !names().all(|name| is_known(&name)) {
            return false;
        }
        let deployment = self.analysis.entity(self.role()).deployment;
        let strong = self.analysis.strong(deployment);
        let Some(deployed) = self.analysis.deployed(deployment) else { return false };
        let gives = names().any(|name| name.starts_with("iam:Attach") || name.starts_with("iam:Put"));
        let victims = match (method.target, gives) {
            (EscalationTarget::Role, false) => &strong.roles,
            (EscalationTarget::Role, true) => &deployed.roles,
            (EscalationTarget::User, false) => &strong.users,
            (EscalationTarget::User, true) => &deployed.users,
            _ => return false,
        };
        victims.iter().filter(|victim| **victim != self.role()).any(|&victim| {
            let entity = self.analysis.entity(victim);
            let Some(arn) = entity.arn() else { return false };
            let allows = |action: &ActionId| self.ask(*action, Target::Resource(arn), None).sure;
            // A boundary caps whatever is given.
            needs.iter().all(allows)
                && self.there(entity).sure
                && !(gives && self.analysis.holder(victim).bounded)
        })
    }

    /// Whether something is there wherever the holder is.
    fn there(&self, entity: &Entity) -> Bounds<bool> {
        let own = &self.analysis.entity(self.role()).worlds;
        let sure = self.analysis.covers(&entity.worlds, own);
        Bounds { sure, possible: own.and(&entity.worlds).is_some() }
    }
}
