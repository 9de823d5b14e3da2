//! Roles that a session passes to a service in which it then runs something: whose sessions get which other role by that.
//!
//! It takes the permission to pass the role to the service, the permissions to create and start something there, and a
//! trust policy that names the service. Roles are passed within an account only.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{End, Hop};
use crate::analysis::{Analysis, Holder};
use crate::knowledge::actions::{ActionId, Actions};
use crate::knowledge::privileges::{EscalationCategory, EscalationMethod, escalation_methods};
use crate::model::Role;
use crate::policy::{Effect, PermissionQuestion, Target};
use crate::value::{Bounds, Field, Text};

/// The action that a session needs to pass a role.
pub(super) const PASS: &str = "iam:PassRole";

/// A service of an account, to which some pass every role.
#[derive(Clone, Debug)]
pub(super) struct Passable {
    /// The service's host.
    pub service: &'static str,
    /// The roles of the account that trust it, and whether for sure.
    pub roles: Vec<Hop>,
}

/// A role that may pass every role of its account to a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct PassesAll {
    /// The position of the [`Passable`].
    pub to: usize,
    pub sure: bool,
}

/// Looks for who passes what.
pub(super) struct Passing<'a, 's> {
    analysis: &'a Analysis<'s>,
    pass: ActionId,
    /// The methods that pass a role, by service.
    methods: BTreeMap<&'static str, Vec<&'static EscalationMethod>>,
    /// The roles that trust a service, by account.
    trusting: FxHashMap<&'static str, FxHashMap<Text, Vec<Hop>>>,
    numbers: FxHashMap<(&'static str, Text), usize>,
    pub passable: Vec<Passable>,
}

/// A service that a holder may pass roles to.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct To {
    service: &'static str,
    /// Whether it may create and start something there.
    runs: Bounds<bool>,
    /// Whether it may pass every role.
    everywhere: Bounds<bool>,
}

/// What a role passes.
#[derive(Default)]
pub(super) struct Passed {
    /// Single roles.
    pub hops: Vec<Hop>,
    /// Every role of the account that trusts a service.
    pub all: Vec<PassesAll>,
}

impl<'a, 's> Passing<'a, 's> {
    pub(super) fn new(analysis: &'a Analysis<'s>) -> Option<Self> {
        let mut methods: BTreeMap<&'static str, Vec<&'static EscalationMethod>> = BTreeMap::new();
        for method in escalation_methods() {
            if method.category == EscalationCategory::NewPass && method.for_role_sessions {
                let service = method.passed_to;
                service.into_iter().for_each(|service| methods.entry(service).or_default().push(method));
            }
        }
        Some(Self {
            analysis,
            pass: Actions::default().find(PASS)?,
            methods,
            trusting: FxHashMap::default(),
            numbers: FxHashMap::default(),
            passable: Vec::new(),
        })
    }

    /// The roles that sessions of a role get by passing them.
    pub(super) fn of(&mut self, from: u32, end: &End<'_>, holder: &Holder) -> Passed {
        let mut passed = Passed::default();
        if !holder.permissions.mentions(self.pass) {
            return passed;
        }
        let services = holder.passes_to.get_or_init(|| self.services(holder));
        for &To { service, runs, everywhere } in services {
            let roles = self.trusting(service).get(&end.account).cloned().unwrap_or_default();
            if roles.is_empty() {
                continue;
            }
            if everywhere.possible && !holder.permissions.denies() {
                let sure = everywhere.sure && runs.sure;
                passed.all.push(PassesAll { to: self.number(service, &end.account, roles), sure });
                continue;
            }
            for hop in roles.into_iter().filter(|hop| hop.to != from) {
                let role = &self.analysis.model.roles[hop.to as usize].entity;
                let Some(arn) = role.arn() else { continue };
                let allowed = self.asks(holder, self.pass, Target::Resource(arn), Some(service)).and(runs);
                // That a name which is not known has what a pattern wants is no reason to say so.
                let is_named =
                    role.name().is_some_and(|name| name.as_literal(self.analysis.vocabulary).is_some());
                if allowed.sure || allowed.possible && is_named {
                    passed.hops.push(Hop { sure: allowed.sure && hop.sure, ..hop });
                }
            }
        }
        passed
    }

    /// The services that a holder may pass roles to and run something in.
    fn services(&self, holder: &Holder) -> Box<[To]> {
        let may_pass = |target, service| self.asks(holder, self.pass, target, service);
        let to = |&service: &&'static str| {
            if !may_pass(Target::Somewhere, Some(service)).possible {
                return None;
            }
            let runs = self.runs(holder, service);
            let everywhere = || may_pass(Target::Everywhere, Some(service));
            runs.possible.then(|| To { service, runs, everywhere: everywhere() })
        };
        match may_pass(Target::Somewhere, None).possible {
            true => self.methods.keys().filter_map(to).collect(),
            false => Box::default(),
        }
    }

    /// Whether a holder may create and start something in a service, by one of the methods.
    fn runs(&self, holder: &Holder, service: &str) -> Bounds<bool> {
        let mut any = Bounds::decided(false);
        for method in &self.methods[service] {
            for needs in method.needs {
                let means = needs.iter().filter(|&&action| action != self.pass);
                let all = means
                    .map(|&action| self.asks(holder, action, Target::Somewhere, None))
                    .fold(Bounds::decided(true), Bounds::<bool>::and);
                let known = !method.possible_only && !method.unverified;
                any = any.or(Bounds { sure: all.sure && known, possible: all.possible });
                if any.sure {
                    return any;
                }
            }
        }
        any
    }

    fn asks(
        &self,
        holder: &Holder,
        action: ActionId,
        target: Target<'_>,
        passed_to: Option<&str>,
    ) -> Bounds<bool> {
        holder.permissions.allows(&PermissionQuestion { action, target, passed_to }, self.analysis.vocabulary)
    }

    /// The roles that trust a service, by account, looked up once.
    fn trusting(&mut self, service: &'static str) -> &FxHashMap<Text, Vec<Hop>> {
        let analysis = self.analysis;
        self.trusting.entry(service).or_insert_with(|| {
            let mut trusting: FxHashMap<Text, Vec<Hop>> = FxHashMap::default();
            for role in analysis.graph.trusting_service(service, analysis.vocabulary) {
                let Some(end) = End::of(analysis, role.index) else { continue };
                let hop =
                    Hop { to: role.index, sure: trusts_freely(analysis, end.role), service: Some(service) };
                trusting.entry(end.account).or_default().push(hop);
            }
            trusting
        })
    }

    fn number(&mut self, service: &'static str, account: &Text, roles: Vec<Hop>) -> usize {
        let passable = &mut self.passable;
        *self.numbers.entry((service, account.clone())).or_insert_with(|| {
            passable.push(Passable { service, roles });
            passable.len() - 1
        })
    }
}

/// True if a trust policy asks for nothing but who somebody is.
fn trusts_freely(analysis: &Analysis<'_>, role: &Role) -> bool {
    let Field::Known(trust) = &role.trust else { return false };
    let statements = &analysis.model.policy(&trust.value).statements;
    statements.iter().all(|statement| statement.effect == Effect::Allow && statement.conditions.is_none())
}
