//! What identity policies allow: over all actions of the catalogue, by resource, as far as policies go.
//!
//! A question names an action and resources. What is allowed *everywhere* is allowed on all resources but those that
//! some statement takes out by name; what is allowed *somewhere* is allowed on one at least. A condition is worth what
//! the session can make of it: one that it can meet by choice restricts nothing, one that depends on what is not known
//! here makes the answer only possible.
//!
//! Policies of resources are not looked at: they can add permissions, and those of keys can take them away.

mod condition;
mod resource;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use self::condition::{Meets, passed_to};
use self::resource::{Pattern, Resources, Scope};
use super::{Clause, Effect, Item, Policy, Statement, Version};
use crate::knowledge::actions::{ActionId, ActionSet, Actions};
use crate::value::{Bounds, Text, Vocabulary};

/// An identity policy, boundary or control policy, ready to be asked.
#[derive(Debug)]
pub struct PermissionPolicy {
    statements: Vec<Permission>,
    everywhere: OnceLock<Sets>,
    somewhere: OnceLock<Sets>,
    /// As `somewhere`, but for what is the caller's own.
    beyond_own: OnceLock<Sets>,
}

/// A statement of a policy.
#[derive(Clone, Debug)]
struct Permission {
    allow: Bounds<bool>,
    deny: Bounds<bool>,
    actions: Bounds<ActionSet>,
    resources: Resources,
    meets: Meets,
    /// The services that roles can be passed to, as patterns. `None`: to all.
    passed_to: Option<Vec<String>>,
    /// True if it is only about what belongs to the caller's own identity in an identity pool.
    is_own: bool,
}

/// What a policy allows, and what it denies.
#[derive(Clone, Debug)]
struct Sets {
    allow: Bounds<ActionSet>,
    deny: Bounds<ActionSet>,
}

/// A policy that counts for a holder, and whether it does whatever the unknowns are.
#[derive(Clone, Debug)]
pub struct InForce {
    /// The policy.
    pub policy: Arc<PermissionPolicy>,
    /// False if it depends on what is not known.
    pub sure: bool,
}

/// All policies of a holder together.
#[derive(Clone, Debug, Default)]
pub struct Permissions {
    grants: Vec<InForce>,
    /// A boundary, a session policy, a level of control policies: each must allow too.
    limits: Vec<Vec<InForce>>,
}

/// The resources that a question is about.
#[derive(Clone, Copy, Debug)]
pub enum Target<'t> {
    /// All that the action can be used on, but for what a statement takes out by name.
    Everywhere,
    /// One at least.
    Somewhere,
    /// The one with this ARN.
    Resource(&'t Text),
}

/// What is asked of the permissions of a holder.
#[derive(Clone, Copy, Debug)]
pub struct PermissionQuestion<'q> {
    /// The action.
    pub action: ActionId,
    /// On what.
    pub target: Target<'q>,
    /// For `iam:PassRole`: the service that the role is passed to.
    pub passed_to: Option<&'q str>,
}

/// Where a permission is written: the number of the policy among those that grant, and the statement in its policy.
pub type GrantedBy = (usize, u16);

impl PermissionPolicy {
    /// Reads a policy. `now` is in nanoseconds since 1970 UTC.
    #[must_use]
    pub fn new(policy: &Policy, now: Option<i128>, vocabulary: &Vocabulary) -> Self {
        let read = |statement| Permission::read(statement, &policy.version, now, vocabulary);
        Self {
            statements: policy.statements.iter().map(read).collect(),
            everywhere: OnceLock::new(),
            somewhere: OnceLock::new(),
            beyond_own: OnceLock::new(),
        }
    }

    /// Whether it names resources, rather than all.
    fn names_resources(&self) -> bool {
        self.statements.iter().any(|statement| statement.resources != Resources::All)
    }

    /// Whether it denies something on some resources only.
    fn takes_by_resource(&self) -> bool {
        self.statements
            .iter()
            .any(|statement| statement.deny.possible && statement.resources != Resources::All)
    }

    fn sets(&self, cell: &OnceLock<Sets>, scope: Scope<'_>, beyond_own: bool) -> Sets {
        cell.get_or_init(|| {
            let mut sets = Sets { allow: nothing(), deny: nothing() };
            for statement in &self.statements {
                let (allow, deny) = (statement.allow, statement.deny);
                if allow.possible && !(beyond_own && statement.is_own) {
                    let part = statement.set(allow.and(statement.meets.gives(scope)), |action| {
                        statement.resources.allow(action, scope)
                    });
                    join(&mut sets.allow, &part);
                }
                if deny.possible {
                    let part = statement.set(deny.and(statement.meets.takes(scope)), |action| {
                        statement.resources.deny(action, scope)
                    });
                    join(&mut sets.deny, &part);
                }
            }
            sets
        })
        .clone()
    }
}

/// Whether a statement is only about what belongs to the caller's own identity: by its resources, or by a condition on
/// what names a part of them.
fn is_own(statement: &Statement, version: &Version, vocabulary: &Vocabulary) -> bool {
    let is_own = |item: &Item| item.text().is_some_and(|text| Pattern::read(text, version, vocabulary).own);
    let all_own = |items: &[Item]| !items.is_empty() && items.iter().all(is_own);
    let names_a_part =
        |key: &str| matches!(key.to_ascii_lowercase().as_str(), "dynamodb:leadingkeys" | "s3:prefix");
    statement.resources.only.as_deref().is_some_and(all_own)
        || statement.conditions.iter().flatten().any(|test| {
            test.literal_key(vocabulary).is_some_and(names_a_part)
                && !test.operator.comparator.is_negated()
                && !test.operator.if_exists
                && all_own(&test.values)
        })
}

fn nothing() -> Bounds<ActionSet> {
    Bounds { sure: ActionSet::none(), possible: ActionSet::none() }
}

fn join(into: &mut Bounds<ActionSet>, part: &Bounds<ActionSet>) {
    into.sure.union_with(&part.sure);
    into.possible.union_with(&part.possible);
}

impl Permission {
    fn read(statement: &Statement, version: &Version, now: Option<i128>, vocabulary: &Vocabulary) -> Self {
        let truth = |sure, possible| Bounds { sure, possible };
        let (allow, deny) = match statement.effect {
            Effect::Allow => (truth(true, true), truth(false, false)),
            Effect::Deny => (truth(false, false), truth(true, true)),
            Effect::Unknown => (truth(false, true), truth(false, true)),
            Effect::Invalid => (truth(false, false), truth(false, false)),
        };
        let services = |tests: &Vec<_>| {
            let mut tests = tests.iter().filter_map(|test| passed_to(test, vocabulary));
            tests.next()
        };
        Self {
            allow,
            deny,
            actions: actions(&statement.actions, vocabulary),
            resources: Resources::read(&statement.resources, version, vocabulary),
            meets: Meets::of(statement.conditions.as_deref(), now, vocabulary),
            passed_to: statement.conditions.as_ref().and_then(services),
            is_own: is_own(statement, version, vocabulary),
        }
    }

    /// The actions of the statement for which something holds.
    fn set(&self, whole: Bounds<bool>, test: impl Fn(ActionId) -> Bounds<bool>) -> Bounds<ActionSet> {
        let mut set = nothing();
        if !whole.possible {
            return set;
        }
        let decided = match &self.resources {
            Resources::All => Some(Bounds::decided(true)),
            Resources::Unknown => Some(Bounds::UNDECIDED),
            Resources::Only(_) | Resources::Except(_) => None,
        };
        if let Some(on) = decided.map(|on| on.and(whole)) {
            if on.sure {
                set.sure = self.actions.sure.clone();
            }
            set.possible = self.actions.possible.clone();
            return set;
        }
        for action in self.actions.possible.iter() {
            let on = test(action).and(whole);
            if on.possible {
                set.possible.insert(action);
            }
            if on.sure && self.actions.sure.contains(action) {
                set.sure.insert(action);
            }
        }
        set
    }

    fn covers(&self, question: &PermissionQuestion<'_>) -> Bounds<bool> {
        let actions = Bounds {
            sure: self.actions.sure.contains(question.action),
            possible: self.actions.possible.contains(question.action),
        };
        let services = match (&self.passed_to, question.passed_to) {
            (Some(services), Some(service)) => {
                Bounds::decided(services.iter().any(|pattern| matches(pattern, service)))
            }
            (Some(_), None) => Bounds::UNDECIDED,
            (None, _) => Bounds::decided(true),
        };
        actions.and(services)
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    let item = |text: &str| text.chars().collect::<Vec<char>>();
    super::action::glob(&super::action::literal_units(pattern), &item(text))
}

/// The actions of `Action` and `NotAction`.
fn actions(clause: &Clause<Item>, vocabulary: &Vocabulary) -> Bounds<ActionSet> {
    let any = |items: &[Item]| {
        let mut set = nothing();
        for item in items {
            match item {
                Item::Text(text) => match text.as_literal(vocabulary) {
                    Some(pattern) => {
                        let matching = Actions::default().matching(pattern);
                        set.sure.union_with(&matching);
                        set.possible.union_with(&matching);
                    }
                    None => {
                        let pattern = super::action::widest_pattern(text, vocabulary);
                        set.possible.union_with(&Actions::default().matching(&pattern));
                    }
                },
                Item::Unknown(_) => set.possible = ActionSet::all(),
            }
        }
        set
    };
    let not =
        |set: Bounds<ActionSet>| Bounds { sure: set.possible.complement(), possible: set.sure.complement() };
    match (&clause.only, &clause.except) {
        (Some(only), None) => any(only),
        (None, Some(except)) => not(any(except)),
        _ => Bounds { sure: ActionSet::none(), possible: ActionSet::all() },
    }
}

impl Permissions {
    /// All policies of a holder: what grants, and what each must allow too.
    #[must_use]
    pub const fn new(grants: Vec<InForce>, limits: Vec<Vec<InForce>>) -> Self {
        Self { grants, limits }
    }

    /// The same within one more limit, such as a session policy.
    #[must_use]
    pub fn within(&self, limit: Vec<InForce>) -> Self {
        let mut limits = self.limits.clone();
        limits.push(limit);
        Self { grants: self.grants.clone(), limits }
    }

    /// True if something may be denied.
    #[must_use]
    pub fn denies(&self) -> bool {
        self.grants.iter().flat_map(|grant| &grant.policy.statements).any(|statement| statement.deny.possible)
    }

    /// True if nothing grants anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.grants.is_empty()
    }

    /// Whether an action is allowed.
    #[must_use]
    pub fn allows(&self, question: &PermissionQuestion<'_>, vocabulary: &Vocabulary) -> Bounds<bool> {
        let one = one(question, vocabulary);
        match scope(question, one.as_ref()) {
            Scope::Within(_) => self.somewhere_left(0, question, None),
            scope => {
                let mut answer = Bounds::decided(true);
                for policies in self.levels() {
                    let allowed = allowed(policies, |permission| permission.allow_on(question, scope));
                    answer = answer.and(allowed).and(denied(policies, question, scope).not());
                    if !answer.possible {
                        break;
                    }
                }
                answer
            }
        }
    }

    /// All that must allow: what grants, then each limit.
    fn levels(&self) -> impl Iterator<Item = &[InForce]> {
        std::iter::once(self.grants.as_slice()).chain(self.limits.iter().map(Vec::as_slice))
    }

    /// Whether an action is allowed on a resource that a pattern matches. Who denies it on all but some resources leaves
    /// only those: then each of them is asked for, from one such statement on.
    fn somewhere_left(
        &self,
        from: usize,
        question: &PermissionQuestion<'_>,
        within: Option<&Pattern>,
    ) -> Bounds<bool> {
        let leaves = |(policy, permission): (&InForce, &Permission)| {
            let Resources::Except(patterns) = &permission.resources else { return None };
            let covers = permission.deny.and(permission.covers(question));
            let takes = covers.and(permission.meets.takes(Scope::Within(within)));
            takes.possible.then(|| (takes.sure && policy.sure, patterns.clone()))
        };
        let all = self.levels().flatten();
        let permissions =
            all.flat_map(|policy| policy.policy.statements.iter().map(move |one| (policy, one)));
        let Some((sure, patterns)) = permissions.filter_map(leaves).nth(from) else {
            return self.somewhere_within(0, question, within);
        };
        let left = patterns
            .iter()
            .map(|pattern| {
                let fits = pattern.meets(question.action, within);
                let narrower = within.filter(|within| pattern.covers_pattern(within)).unwrap_or(pattern);
                match fits.possible {
                    true => fits.and(self.somewhere_left(from + 1, question, Some(narrower))),
                    false => fits,
                }
            })
            .fold(Bounds::decided(false), Bounds::<bool>::or);
        if sure {
            return left;
        }
        let otherwise = self.somewhere_left(from + 1, question, within);
        Bounds { sure: left.sure && otherwise.sure, possible: left.possible || otherwise.possible }
    }

    /// Whether an action is allowed by all levels from one on, on a resource that a pattern matches.
    fn somewhere_within(
        &self,
        level: usize,
        question: &PermissionQuestion<'_>,
        within: Option<&Pattern>,
    ) -> Bounds<bool> {
        let scope = Scope::Within(within);
        let Some(policies) = self.levels().nth(level) else {
            // What one level leaves, another may leave out.
            let all = self.levels().map(|policies| {
                let allowed = allowed(policies, |permission| permission.allow_on(question, scope));
                allowed.and(denied(policies, question, scope).not())
            });
            return all.fold(Bounds::decided(true), Bounds::<bool>::and);
        };
        allowed(policies, |permission| {
            let allows = permission.allow_on(question, scope);
            if !allows.possible {
                return allows;
            }
            let Some(patterns) = permission.resources.patterns() else {
                return allows.and(self.somewhere_within(level + 1, question, within));
            };
            // The narrower of the two patterns is what is left.
            patterns
                .iter()
                .map(|pattern| {
                    let fits = pattern.meets(question.action, within);
                    let narrower = within.filter(|within| pattern.covers_pattern(within)).unwrap_or(pattern);
                    match fits.possible {
                        true => fits.and(self.somewhere_within(level + 1, question, Some(narrower))),
                        false => fits,
                    }
                })
                .fold(Bounds::decided(false), Bounds::<bool>::or)
                .and(allows)
        })
    }

    /// The first statement that allows an action, a sure one before one that is only possible.
    #[must_use]
    pub fn granted_by(
        &self,
        question: &PermissionQuestion<'_>,
        vocabulary: &Vocabulary,
    ) -> Option<GrantedBy> {
        let one = one(question, vocabulary);
        let scope = scope(question, one.as_ref());
        let mut perhaps = None;
        for (at, grant) in self.grants.iter().enumerate() {
            for (number, statement) in grant.policy.statements.iter().enumerate() {
                let allows = statement.allow_on(question, scope);
                let found = (at, u16::try_from(number).unwrap_or(u16::MAX));
                if allows.sure && grant.sure {
                    return Some(found);
                }
                if allows.possible && perhaps.is_none() {
                    perhaps = Some(found);
                }
            }
        }
        perhaps
    }

    /// The actions that are allowed everywhere.
    #[must_use]
    pub fn everywhere(&self) -> Bounds<ActionSet> {
        self.of_all(|policy| policy.sets(&policy.everywhere, Scope::Everything, false))
    }

    /// The actions that are allowed somewhere.
    #[must_use]
    pub fn somewhere(&self, vocabulary: &Vocabulary) -> Bounds<ActionSet> {
        let mut all = self.of_all(|policy| policy.sets(&policy.somewhere, Scope::Within(None), false));
        // Sets say nothing of resources: what one policy allows on some, another may limit to others, or deny there.
        if self.levels().flatten().any(|policy| policy.policy.takes_by_resource())
            || !self.limits.is_empty()
                && self.levels().flatten().any(|policy| policy.policy.names_resources())
        {
            for action in all.possible.clone().iter() {
                let question = PermissionQuestion { action, target: Target::Somewhere, passed_to: None };
                let answer = self.allows(&question, vocabulary);
                if !answer.possible {
                    all.possible.remove(action);
                }
                if !answer.sure {
                    all.sure.remove(action);
                }
            }
        }
        all
    }

    /// The actions that are allowed somewhere by a statement that is not about what belongs to the caller's own identity in
    /// an identity pool. (A denial of some of what a statement names is not seen.)
    #[must_use]
    pub fn beyond_own(&self) -> Bounds<ActionSet> {
        let mut all =
            together(&self.grants, &|policy| policy.sets(&policy.beyond_own, Scope::Within(None), true));
        for limit in &self.limits {
            let limit = together(limit, &|policy| policy.sets(&policy.somewhere, Scope::Within(None), false));
            all.sure.intersect_with(&limit.sure);
            all.possible.intersect_with(&limit.possible);
        }
        all
    }

    fn of_all(&self, sets: impl Fn(&PermissionPolicy) -> Sets) -> Bounds<ActionSet> {
        let mut all = together(&self.grants, &sets);
        for limit in &self.limits {
            let limit = together(limit, &sets);
            all.sure.intersect_with(&limit.sure);
            all.possible.intersect_with(&limit.possible);
        }
        all
    }
}

/// Whether some statement of policies allows.
fn allowed(policies: &[InForce], allows: impl Fn(&Permission) -> Bounds<bool>) -> Bounds<bool> {
    let mut any = Bounds::decided(false);
    for InForce { policy, sure } in policies {
        let in_force = Bounds { sure: *sure, possible: true };
        for permission in policy.statements.iter().filter(|permission| permission.allow.possible) {
            any = any.or(allows(permission).and(in_force));
            if any.sure {
                return any;
            }
        }
    }
    any
}

/// Whether policies deny an action on all that a question is about.
fn denied(policies: &[InForce], question: &PermissionQuestion<'_>, scope: Scope<'_>) -> Bounds<bool> {
    let mut any = Bounds::decided(false);
    for InForce { policy, sure } in policies {
        let in_force = Bounds { sure: *sure, possible: true };
        for permission in policy.statements.iter().filter(|permission| permission.deny.possible) {
            any = any.or(permission.deny_on(question, scope).and(in_force));
        }
    }
    any
}

impl Permission {
    fn allow_on(&self, question: &PermissionQuestion<'_>, scope: Scope<'_>) -> Bounds<bool> {
        let covers = self.allow.and(self.covers(question)).and(self.meets.gives(scope));
        if covers.possible { covers.and(self.resources.allow(question.action, scope)) } else { covers }
    }

    fn deny_on(&self, question: &PermissionQuestion<'_>, scope: Scope<'_>) -> Bounds<bool> {
        let covers = self.deny.and(self.covers(question)).and(self.meets.takes(scope));
        if covers.possible { covers.and(self.resources.deny(question.action, scope)) } else { covers }
    }
}

fn one(question: &PermissionQuestion<'_>, vocabulary: &Vocabulary) -> Option<Pattern> {
    match question.target {
        Target::Resource(text) => Some(Pattern::read(text, &Version::V2008, vocabulary)),
        Target::Everywhere | Target::Somewhere => None,
    }
}

fn scope<'s>(question: &PermissionQuestion<'_>, one: Option<&'s Pattern>) -> Scope<'s> {
    match (question.target, one) {
        (Target::Everywhere, _) => Scope::Everything,
        (_, Some(one)) => Scope::One(one),
        _ => Scope::Within(None),
    }
}

/// What policies allow together: one of them must allow it, and none deny it.
fn together(policies: &[InForce], sets: &impl Fn(&PermissionPolicy) -> Sets) -> Bounds<ActionSet> {
    let (mut allow, mut deny) = (nothing(), nothing());
    for attachment in policies {
        let mut of = sets(&attachment.policy);
        if !attachment.sure {
            of.allow.sure = ActionSet::none();
            of.deny.sure = ActionSet::none();
        }
        join(&mut allow, &of.allow);
        join(&mut deny, &of.deny);
    }
    allow.sure.subtract(&deny.possible);
    allow.possible.subtract(&deny.sure);
    allow
}
