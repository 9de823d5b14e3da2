//! What identity policies allow: over all actions of the catalogue, by resource, as far as policies go.
//!
//! A question names an action and resources. What is allowed *everywhere* is allowed on all resources but those that
//! some statement takes out by name; what is allowed *somewhere* is allowed on one at least. A condition is worth what
//! the session can make of it: one that it can meet by choice restricts nothing, one that depends on what is not known
//! here makes the answer only possible.
//!
//! Policies of resources are not looked at: they can add permissions, and those of keys can take them away.

mod cap;
mod choice;
mod condition;
mod refusal;
mod resource;
mod sets;
mod statement;
#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use rustc_hash::FxHashMap;

pub use self::cap::{Cap, Worth};
use self::resource::{Pattern, Resources, Scope};
use self::sets::Sets;
use self::statement::Permission;
use super::evaluate::Context;
use super::{Policy, Version};
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

/// A question as a statement is asked it.
#[derive(Clone, Copy, Debug)]
struct Ask<'q> {
    action: ActionId,
    passed_to: Option<&'q str>,
    /// What the session has chosen; `None` if that is what suits it best, separately for each statement.
    context: Option<&'q Context>,
    vocabulary: &'q Vocabulary,
}

impl<'q> Ask<'q> {
    const fn new(question: &PermissionQuestion<'q>, vocabulary: &'q Vocabulary) -> Self {
        Self { action: question.action, passed_to: question.passed_to, context: None, vocabulary }
    }
}

/// Where a permission is written: the number of the policy among those that grant, and the statement in its policy.
pub type GrantedBy = (usize, u16);

impl PermissionPolicy {
    /// Reads a policy. `now` is in nanoseconds since 1970 UTC.
    #[must_use]
    pub fn new(policy: &Policy, now: Option<i128>, vocabulary: &Vocabulary) -> Self {
        let read = |statement| Permission::read(statement, &policy.version, now, vocabulary);
        Self::of(policy.statements.iter().map(read).collect())
    }

    const fn of(statements: Vec<Permission>) -> Self {
        Self {
            statements,
            everywhere: OnceLock::new(),
            somewhere: OnceLock::new(),
            beyond_own: OnceLock::new(),
        }
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

    /// False if no statement allows an action, whatever else they say. Most are asked about actions that they do not have.
    #[must_use]
    pub fn mentions(&self, action: ActionId) -> bool {
        let mut statements = self.grants.iter().flat_map(|grant| &grant.policy.statements);
        statements.any(|statement| statement.allow.possible && statement.actions.possible.contains(action))
    }

    /// Whether an action is allowed.
    #[must_use]
    pub fn allows(&self, question: &PermissionQuestion<'_>, vocabulary: &Vocabulary) -> Bounds<bool> {
        if !self.mentions(question.action) {
            return Bounds::decided(false);
        }
        let one = one(question, vocabulary);
        let scope = scope(question, one.as_ref());
        self.chosen(Ask::new(question, vocabulary), |this, ask| this.answer(&ask, scope))
    }

    /// Whether an action is allowed by what the session has chosen.
    fn answer(&self, ask: &Ask<'_>, scope: Scope<'_>) -> Bounds<bool> {
        if let Scope::Within(_) = scope {
            return self.somewhere_left(0, ask, None);
        }
        let mut answer = Bounds::decided(true);
        for policies in self.levels() {
            let allowed = allowed(policies, |permission| permission.allow_on(ask, scope));
            answer = answer.and(allowed).and(denied(policies, ask, scope).not());
            if !answer.possible {
                break;
            }
        }
        answer
    }

    fn statements(&self) -> impl Iterator<Item = &Permission> {
        self.levels().flatten().flat_map(|policy| &policy.policy.statements)
    }

    /// All that must allow: what grants, then each limit.
    fn levels(&self) -> impl Iterator<Item = &[InForce]> {
        std::iter::once(self.grants.as_slice()).chain(self.limits.iter().map(Vec::as_slice))
    }

    /// Whether an action is allowed on a resource that a pattern matches. Who denies it on all but some resources leaves
    /// only those: then each of them is asked for, from one such statement on.
    fn somewhere_left(&self, from: usize, ask: &Ask<'_>, within: Option<&Pattern>) -> Bounds<bool> {
        let leaves = |(policy, permission): (&InForce, &Permission)| {
            let Resources::Except(patterns) = &permission.resources else { return None };
            let covers = permission.deny.and(permission.covers(ask));
            let takes = covers.and(permission.takes(ask, Scope::Within(within)));
            takes.possible.then(|| (takes.sure && policy.sure, patterns.clone()))
        };
        let all = self.levels().flatten();
        let permissions =
            all.flat_map(|policy| policy.policy.statements.iter().map(move |one| (policy, one)));
        let Some((sure, patterns)) = permissions.filter_map(leaves).nth(from) else {
            return self.somewhere_within(0, ask, within, None);
        };
        let left = patterns
            .iter()
            .map(|pattern| {
                let fits = pattern.meets(ask.action, within);
                let narrower = within.filter(|within| pattern.covers_pattern(within)).unwrap_or(pattern);
                match fits.possible {
                    true => fits.and(self.somewhere_left(from + 1, ask, Some(narrower))),
                    false => fits,
                }
            })
            .fold(Bounds::decided(false), Bounds::<bool>::or);
        if sure {
            return left;
        }
        let otherwise = self.somewhere_left(from + 1, ask, within);
        Bounds { sure: left.sure && otherwise.sure, possible: left.possible || otherwise.possible }
    }

    /// Whether an action is allowed by all levels from one on, on a resource that a pattern matches. Of the levels before, the
    /// statements that allow all but some resources are those of `by`.
    fn somewhere_within(
        &self,
        level: usize,
        ask: &Ask<'_>,
        within: Option<&Pattern>,
        by: Option<&AllBut<'_>>,
    ) -> Bounds<bool> {
        let scope = Scope::Within(within);
        let Some(policies) = self.levels().nth(level) else {
            return self.left_by_all(ask, within, by);
        };
        allowed(policies, |permission| {
            let allows = permission.allow_on(ask, scope);
            if !allows.possible {
                return allows;
            }
            let Some(patterns) = permission.resources.patterns() else {
                let all_but = AllBut { permission, before: by };
                let is_all = permission.resources == Resources::All;
                let by = if is_all { by } else { Some(&all_but) };
                return allows.and(self.somewhere_within(level + 1, ask, within, by));
            };
            // The narrower of the two patterns is what is left.
            patterns
                .iter()
                .map(|pattern| {
                    let fits = pattern.meets(ask.action, within);
                    let narrower = within.filter(|within| pattern.covers_pattern(within)).unwrap_or(pattern);
                    match fits.possible {
                        true => fits.and(self.somewhere_within(level + 1, ask, Some(narrower), by)),
                        false => fits,
                    }
                })
                .fold(Bounds::decided(false), Bounds::<bool>::or)
                .and(allows)
        })
    }

    /// Whether something is left of what a pattern matches by the statements that allow all but some of it, one of each level,
    /// and by all that deny. What one leaves, another may leave out.
    fn left_by_all(&self, ask: &Ask<'_>, within: Option<&Pattern>, by: Option<&AllBut<'_>>) -> Bounds<bool> {
        let scope = Scope::Within(within);
        let chosen = || std::iter::successors(by, |all_but| all_but.before).map(|all_but| all_but.permission);
        let by_level = self.levels().map(|policies| {
            let allowed = allowed(policies, |permission| permission.allow_on(ask, scope));
            allowed.and(denied(policies, ask, scope).not())
        });
        let by_each = chosen().map(|permission| permission.allow_on(ask, scope));
        let mut left = by_level.chain(by_each).fold(Bounds::decided(true), Bounds::<bool>::and);
        if within.is_none() && left.sure {
            // Each leaves something of some type, but all together may leave nothing.
            let denying = self.statements().filter(|permission| {
                permission.deny.and(permission.covers(ask)).and(permission.takes(ask, scope)).possible
            });
            let taken: Vec<&Pattern> =
                chosen().chain(denying).flat_map(|permission| permission.resources.named()).collect();
            left.sure = !resource::cover_all_types(&taken, ask.action).possible;
        }
        left
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
        let ask = Ask::new(question, vocabulary);
        let mut perhaps = None;
        for (at, grant) in self.grants.iter().enumerate() {
            for (number, statement) in grant.policy.statements.iter().enumerate() {
                let allows = statement.allow_on(&ask, scope);
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
}

/// A statement of one level that allows all but some resources, and those of the levels before.
#[derive(Clone, Copy)]
struct AllBut<'a> {
    permission: &'a Permission,
    before: Option<&'a AllBut<'a>>,
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
fn denied(policies: &[InForce], ask: &Ask<'_>, scope: Scope<'_>) -> Bounds<bool> {
    let mut any = Bounds::decided(false);
    for InForce { policy, sure } in policies {
        let in_force = Bounds { sure: *sure, possible: true };
        for permission in policy.statements.iter().filter(|permission| permission.deny.possible) {
            any = any.or(permission.deny_on(ask, scope).and(in_force));
        }
    }
    any
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

/// The actions whose requests can have a condition key, by the catalogue. The key is in lower case; of a key that varies,
/// only what stands before that counts.
fn carriers(key: &str) -> Arc<ActionSet> {
    static CARRIERS: LazyLock<Mutex<FxHashMap<String, Arc<ActionSet>>>> = LazyLock::new(Mutex::default);
    let key = key.find('/').map_or(key, |slash| &key[..=slash]);
    let mut carriers = CARRIERS.lock().expect("no thread panics while it holds the lock");
    if let Some(known) = carriers.get(key) {
        return Arc::clone(known);
    }
    let found = Arc::new(Actions::default().with_condition_key(key));
    carriers.insert(key.to_owned(), Arc::clone(&found));
    found
}
