//! What policies allow, of all actions at once.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::resource::{Resources, Scope};
use super::statement::{Permission, join, nothing};
use super::{InForce, PermissionPolicy, PermissionQuestion, Permissions, Target};
use crate::knowledge::actions::{ActionId, ActionSet, Actions};
use crate::value::{Bounds, Vocabulary};

/// On what the actions of a set are allowed.
#[derive(Clone, Copy, Debug)]
enum Which {
    Everywhere,
    Somewhere,
    /// As `Somewhere`, but for what is the caller's own.
    BeyondOwn,
}

/// What a policy allows, and what it denies.
#[derive(Clone, Debug)]
pub(super) struct Sets {
    allow: Bounds<ActionSet>,
    deny: Bounds<ActionSet>,
}

impl PermissionPolicy {
    fn sets(&self, which: Which, vocabulary: &Vocabulary) -> &Sets {
        let (cell, scope, beyond_own) = match which {
            Which::Everywhere => (&self.everywhere, Scope::Everything, false),
            Which::Somewhere => (&self.somewhere, Scope::Within(None), false),
            Which::BeyondOwn => (&self.beyond_own, Scope::Within(None), true),
        };
        cell.get_or_init(|| {
            let mut sets = Sets { allow: nothing(), deny: nothing() };
            for statement in &self.statements {
                let (allow, deny) = (statement.allow, statement.deny);
                if allow.possible && !(beyond_own && statement.is_own) {
                    let gives = allow.and(statement.conditions.gives(scope, None, vocabulary));
                    let part = statement.set(gives, |action| statement.resources.allow(action, scope));
                    join(&mut sets.allow, &part);
                }
                if deny.possible {
                    let takes = deny.and(statement.conditions.takes(scope, None, vocabulary));
                    let part = statement.set(takes, |action| statement.resources.deny(action, scope));
                    join(&mut sets.deny, &part);
                }
            }
            sets
        })
    }
}

impl Permissions {
    /// The actions that are allowed everywhere.
    #[must_use]
    pub fn everywhere(&self, vocabulary: &Vocabulary) -> Bounds<ActionSet> {
        let mut all = self.of_all(Which::Everywhere, Which::Everywhere, vocabulary);
        self.ask_each(&mut all, &self.by_choice(), Target::Everywhere, vocabulary);
        all
    }

    /// The actions that are allowed somewhere.
    #[must_use]
    pub fn somewhere(&self, vocabulary: &Vocabulary) -> Bounds<ActionSet> {
        let mut all = self.of_all(Which::Somewhere, Which::Somewhere, vocabulary);
        let concerned = self.by_choice().union(&self.by_resource());
        self.ask_each(&mut all, &concerned, Target::Somewhere, vocabulary);
        all
    }

    /// The actions that are allowed somewhere by a statement that is not about what belongs to the caller's own identity in
    /// an identity pool. (A denial of some of what a statement names is not seen.)
    #[must_use]
    pub fn beyond_own(&self, vocabulary: &Vocabulary) -> Bounds<ActionSet> {
        let mut all = self.of_all(Which::BeyondOwn, Which::Somewhere, vocabulary);
        self.ask_each(&mut all, &self.by_choice(), Target::Somewhere, vocabulary);
        all
    }

    /// Whether a statement may allow something that belongs to the caller's own identity in an identity pool.
    #[must_use]
    pub fn gives_own(&self) -> bool {
        let mut statements = self.grants.iter().flat_map(|grant| &grant.policy.statements);
        statements.any(|statement| statement.is_own && statement.allow.possible)
    }

    /// Corrects sets by the answers to single questions, one for all actions that have equal answers.
    fn ask_each(
        &self,
        all: &mut Bounds<ActionSet>,
        concerned: &ActionSet,
        target: Target<'_>,
        vocabulary: &Vocabulary,
    ) {
        let concerned = concerned.intersection(&all.possible);
        if concerned.is_empty() {
            return;
        }
        let apart = self.told_apart(&concerned);
        let mut answers: FxHashMap<(SmallVec<[u64; 2]>, usize), Bounds<bool>> = FxHashMap::default();
        for action in concerned.iter() {
            let word = |sets: &[&ActionSet]| {
                sets.iter().fold(0, |bits, set| bits << 1 | u64::from(set.contains(action)))
            };
            let class = apart.chunks(64).map(word).collect();
            let answer = *answers.entry((class, resource_class(action))).or_insert_with(|| {
                self.allows(&PermissionQuestion { action, target, passed_to: None }, vocabulary)
            });
            if !answer.possible {
                all.possible.remove(action);
            }
            if !answer.sure {
                all.sure.remove(action);
            }
        }
    }

    fn of_all(&self, grants: Which, limits: Which, vocabulary: &Vocabulary) -> Bounds<ActionSet> {
        let mut all = together(&self.grants, grants, vocabulary);
        for limit in &self.limits {
            let limit = together(limit, limits, vocabulary);
            all.sure.intersect_with(&limit.sure);
            all.possible.intersect_with(&limit.possible);
        }
        all
    }

    /// The actions of which a set does not say whether they are allowed: where statements name resources, and one policy
    /// limits another or something is denied.
    fn by_resource(&self) -> ActionSet {
        let mut concerned = ActionSet::none();
        let limited = !self.limits.is_empty();
        for statement in self.statements().filter(|statement| statement.resources != Resources::All) {
            if limited || statement.deny.possible {
                // Where all that it names is out of reach, it says nothing.
                let reach = statement.resources.reach();
                let actions = &statement.actions.possible;
                concerned
                    .union_with(reach.map(|reach| reach.intersection(actions)).as_ref().unwrap_or(actions));
            }
        }
        concerned
    }

    /// Likewise: where statements want something of what the session chooses, which may not be the same.
    fn by_choice(&self) -> ActionSet {
        let mut concerned = ActionSet::none();
        for statement in self.statements().filter(|statement| statement.conditions.choice.is_some()) {
            concerned.union_with(&statement.actions.possible);
        }
        concerned
    }

    /// The sets by which statements tell some actions apart: those that are in the same of them are asked about once.
    fn told_apart(&self, actions: &ActionSet) -> Vec<&ActionSet> {
        let mut sets: Vec<&ActionSet> = Vec::new();
        for statement in self.statements() {
            let keys = statement.conditions.choice.iter().flat_map(|choice| &choice.keys);
            sets.extend(keys.filter_map(|key| key.carriers.as_deref()));
            sets.extend(statement.conditions.limited.iter().map(|limited| &*limited.carriers));
            sets.push(&statement.actions.sure);
            if statement.actions.possible != statement.actions.sure {
                sets.push(&statement.actions.possible);
            }
        }
        sets.retain(|set| set.intersects(actions) && !set.is_superset(actions));
        sets
    }
}

/// A number that an action has in common with those that are used on the same types of resources.
fn resource_class(action: ActionId) -> usize {
    Actions::default().resource_class(action)
}

impl Permission {
    /// Whether it allows all actions on all resources, on no condition.
    fn is_everything(&self) -> bool {
        self.allow.sure
            && !self.is_own
            && self.resources == Resources::All
            && self.conditions.is_nothing()
            && self.actions.sure.is_all()
    }

    /// The actions of the statement for which something holds that depends on nothing but their types of resources.
    fn set(&self, whole: Bounds<bool>, test: impl Fn(ActionId) -> Bounds<bool>) -> Bounds<ActionSet> {
        let mut set = self.set_of_all(whole, test);
        for limited in &self.conditions.limited {
            // Of those that have the key, it is not known what it holds.
            set.sure.subtract(&limited.carriers);
            if !limited.otherwise.sure {
                set.sure.intersect_with(&limited.carriers);
            }
            if !limited.otherwise.possible {
                set.possible.intersect_with(&limited.carriers);
            }
        }
        set
    }

    /// As [`Self::set`], as if requests for all actions met the conditions that only some actions have.
    fn set_of_all(&self, whole: Bounds<bool>, test: impl Fn(ActionId) -> Bounds<bool>) -> Bounds<ActionSet> {
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
        let mut answers: FxHashMap<usize, Bounds<bool>> = FxHashMap::default();
        let reach = self.resources.reach();
        let within = reach.map(|reach| reach.intersection(&self.actions.possible));
        for action in within.as_ref().unwrap_or(&self.actions.possible).iter() {
            let on = *answers.entry(resource_class(action)).or_insert_with(|| test(action).and(whole));
            if on.possible {
                set.possible.insert(action);
            }
            if on.sure && self.actions.sure.contains(action) {
                set.sure.insert(action);
            }
        }
        set
    }
}

/// What policies allow together: one of them must allow it, and none deny it.
fn together(policies: &[InForce], which: Which, vocabulary: &Vocabulary) -> Bounds<ActionSet> {
    // Beside a policy that allows everything only denials count.
    let statements = || policies.iter().flat_map(|policy| &policy.policy.statements);
    let everything =
        |policy: &InForce| policy.sure && policy.policy.statements.iter().any(Permission::is_everything);
    if !statements().any(|statement| statement.deny.possible) && policies.iter().any(everything) {
        return Bounds { sure: ActionSet::all(), possible: ActionSet::all() };
    }
    let (mut allow, mut deny) = (nothing(), nothing());
    for InForce { policy, sure } in policies {
        let of = policy.sets(which, vocabulary);
        for (into, part) in [(&mut allow, &of.allow), (&mut deny, &of.deny)] {
            into.possible.union_with(&part.possible);
            if *sure {
                into.sure.union_with(&part.sure);
            }
        }
    }
    allow.sure.subtract(&deny.possible);
    allow.possible.subtract(&deny.sure);
    allow
}
