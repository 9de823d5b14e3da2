//! What policies allow, of all actions at once.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::resource::{Resources, Scope};
use super::statement::{Permission, join, nothing};
use super::{InForce, PermissionPolicy, PermissionQuestion, Permissions, Target};
use crate::knowledge::actions::{ActionId, ActionSet, Actions};
use crate::value::{Bounds, Vocabulary};

/// What a policy allows, and what it denies.
#[derive(Clone, Debug)]
pub(super) struct Sets {
    allow: Bounds<ActionSet>,
    deny: Bounds<ActionSet>,
}

impl PermissionPolicy {
    fn sets<'s>(&'s self, cell: &'s OnceLock<Sets>, scope: Scope<'_>, beyond_own: bool) -> &'s Sets {
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
    }

    fn everywhere(&self) -> &Sets {
        self.sets(&self.everywhere, Scope::Everything, false)
    }

    fn somewhere(&self) -> &Sets {
        self.sets(&self.somewhere, Scope::Within(None), false)
    }

    fn beyond_own(&self) -> &Sets {
        self.sets(&self.beyond_own, Scope::Within(None), true)
    }
}

impl Permissions {
    /// The actions that are allowed everywhere.
    #[must_use]
    pub fn everywhere(&self) -> Bounds<ActionSet> {
        self.of_all(PermissionPolicy::everywhere, PermissionPolicy::everywhere)
    }

    /// The actions that are allowed somewhere.
    #[must_use]
    pub fn somewhere(&self, vocabulary: &Vocabulary) -> Bounds<ActionSet> {
        let mut all = self.of_all(PermissionPolicy::somewhere, PermissionPolicy::somewhere);
        // Sets say nothing of resources: what one policy allows on some, another may limit to others, or deny there.
        let concerned = self.by_resource().intersection(&all.possible);
        if concerned.is_empty() {
            return all;
        }
        let classes = self.classes();
        let mut answers: FxHashMap<(u32, usize), Bounds<bool>> = FxHashMap::default();
        for action in concerned.iter() {
            let class = (classes.get(action.index()).copied().unwrap_or_default(), resource_class(action));
            let answer = *answers.entry(class).or_insert_with(|| {
                let question = PermissionQuestion { action, target: Target::Somewhere, passed_to: None };
                self.allows(&question, vocabulary)
            });
            if !answer.possible {
                all.possible.remove(action);
            }
            if !answer.sure {
                all.sure.remove(action);
            }
        }
        all
    }

    /// The actions that are allowed somewhere by a statement that is not about what belongs to the caller's own identity in
    /// an identity pool. (A denial of some of what a statement names is not seen.)
    #[must_use]
    pub fn beyond_own(&self) -> Bounds<ActionSet> {
        self.of_all(PermissionPolicy::beyond_own, PermissionPolicy::somewhere)
    }

    fn of_all(
        &self,
        grants: fn(&PermissionPolicy) -> &Sets,
        limits: fn(&PermissionPolicy) -> &Sets,
    ) -> Bounds<ActionSet> {
        let mut all = together(&self.grants, grants);
        for limit in &self.limits {
            let limit = together(limit, limits);
            all.sure.intersect_with(&limit.sure);
            all.possible.intersect_with(&limit.possible);
        }
        all
    }

    fn statements(&self) -> impl Iterator<Item = &Permission> {
        self.levels().flatten().flat_map(|policy| &policy.policy.statements)
    }

    /// The actions of which a set does not say whether they are allowed: where statements name resources, and one policy
    /// limits another or something is denied.
    fn by_resource(&self) -> ActionSet {
        let mut concerned = ActionSet::none();
        let limited = !self.limits.is_empty();
        for statement in self.statements().filter(|statement| statement.resources != Resources::All) {
            if limited || statement.deny.possible {
                concerned.union_with(&statement.actions.possible);
            }
        }
        concerned
    }

    /// For each action a number that it has in common with those that the same statements are about.
    fn classes(&self) -> Vec<u32> {
        let all = ActionSet::all();
        let mut classes = vec![0; Actions::default().count()];
        let mut last = 0;
        let mut split = |set: &ActionSet| {
            // Those inside differ from those outside: it does not matter which of both get new numbers.
            let rest = set.complement();
            let fewer = if 2 * set.len() > all.len() { &rest } else { set };
            let mut numbers: FxHashMap<u32, u32> = FxHashMap::default();
            for action in fewer.iter() {
                if let Some(class) = classes.get_mut(action.index()) {
                    *class = *numbers.entry(*class).or_insert_with(|| {
                        last += 1;
                        last
                    });
                }
            }
        };
        for statement in self.statements() {
            split(&statement.actions.sure);
            if statement.actions.possible != statement.actions.sure {
                split(&statement.actions.possible);
            }
        }
        classes
    }
}

/// A number that an action has in common with those that are used on the same types of resources.
fn resource_class(action: ActionId) -> usize {
    Actions::default().resource_class(action)
}

impl Permission {
    /// The actions of the statement for which something holds that depends on nothing but their types of resources.
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
        let mut answers: FxHashMap<usize, Bounds<bool>> = FxHashMap::default();
        for action in self.actions.possible.iter() {
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
fn together(policies: &[InForce], sets: fn(&PermissionPolicy) -> &Sets) -> Bounds<ActionSet> {
    let (mut allow, mut deny) = (nothing(), nothing());
    for InForce { policy, sure } in policies {
        let of = sets(policy);
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
