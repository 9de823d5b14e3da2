//! One statement of an identity policy: which actions it is about, on which resources, and what its conditions are worth.

use super::Ask;
use super::condition::Conditions;
use super::resource::{Resources, Scope, names_own_identity};
use crate::knowledge::actions::{ActionSet, Actions};
use crate::policy::action::widest_pattern;
use crate::policy::{Clause, Effect, Item, Statement, Version};
use crate::value::{Bounds, Vocabulary};

/// A statement of a policy.
#[derive(Clone, Debug)]
pub(super) struct Permission {
    pub(super) allow: Bounds<bool>,
    pub(super) deny: Bounds<bool>,
    pub(super) actions: Bounds<ActionSet>,
    pub(super) resources: Resources,
    pub(super) conditions: Conditions,
    /// True if it is only about what belongs to the caller's own identity in an identity pool.
    pub(super) is_own: bool,
}

impl Permission {
    pub(super) fn read(
        statement: &Statement,
        version: &Version,
        now: Option<i128>,
        vocabulary: &Vocabulary,
    ) -> Self {
        let truth = |sure, possible| Bounds { sure, possible };
        let (allow, deny) = match statement.effect {
            Effect::Allow => (truth(true, true), truth(false, false)),
            Effect::Deny => (truth(false, false), truth(true, true)),
            Effect::Unknown => (truth(false, true), truth(false, true)),
            Effect::Invalid => (truth(false, false), truth(false, false)),
        };
        Self {
            allow,
            deny,
            actions: actions(&statement.actions, vocabulary),
            resources: Resources::read(&statement.resources, version, vocabulary),
            conditions: Conditions::read(statement.conditions.as_deref(), now, vocabulary),
            is_own: is_own(statement, version, vocabulary),
        }
    }

    /// Whether the statement is about requests for an action, as far as that depends on nothing but the action.
    pub(super) fn covers(&self, ask: &Ask<'_>) -> Bounds<bool> {
        let actions = Bounds {
            sure: self.actions.sure.contains(ask.action),
            possible: self.actions.possible.contains(ask.action),
        };
        if !actions.possible {
            return actions;
        }
        self.conditions.limited.iter().map(|limited| limited.holds(ask)).fold(actions, Bounds::<bool>::and)
    }

    pub(super) fn allow_on(&self, ask: &Ask<'_>, scope: Scope<'_>) -> Bounds<bool> {
        let covers = self.allow.and(self.covers(ask));
        if !covers.possible {
            return covers;
        }
        let gives = covers.and(self.conditions.gives(scope, ask.context, ask.vocabulary));
        if gives.possible { gives.and(self.resources.allow(ask.action, scope)) } else { gives }
    }

    pub(super) fn deny_on(&self, ask: &Ask<'_>, scope: Scope<'_>) -> Bounds<bool> {
        let covers = self.deny.and(self.covers(ask));
        if !covers.possible {
            return covers;
        }
        let takes = covers.and(self.takes(ask, scope));
        if takes.possible { takes.and(self.resources.deny(ask.action, scope)) } else { takes }
    }

    pub(super) fn takes(&self, ask: &Ask<'_>, scope: Scope<'_>) -> Bounds<bool> {
        self.conditions.takes(scope, ask.context, ask.vocabulary)
    }
}

/// The actions of `Action` and `NotAction`.
fn actions(clause: &Clause<Item>, vocabulary: &Vocabulary) -> Bounds<ActionSet> {
    let any = |items: &[Item]| {
        let (mut sure, mut more) = (ActionSet::none(), ActionSet::none());
        for item in items {
            match item {
                Item::Text(text) => match text.as_literal(vocabulary) {
                    Some(pattern) => Actions::default().add_matching(pattern, &mut sure),
                    None => Actions::default().add_matching(&widest_pattern(text, vocabulary), &mut more),
                },
                Item::Unknown(_) => more = ActionSet::all(),
            }
        }
        let possible = sure.union(&more);
        Bounds { sure, possible }
    };
    let not =
        |set: Bounds<ActionSet>| Bounds { sure: set.possible.complement(), possible: set.sure.complement() };
    match (&clause.only, &clause.except) {
        (Some(only), None) => any(only),
        (None, Some(except)) => not(any(except)),
        _ => Bounds { sure: ActionSet::none(), possible: ActionSet::all() },
    }
}

/// Whether a statement is only about what belongs to the caller's own identity: by its resources, or by a condition on
/// what names a part of them.
fn is_own(statement: &Statement, version: &Version, vocabulary: &Vocabulary) -> bool {
    let is_own = |item: &Item| item.text().is_some_and(|text| names_own_identity(text, version, vocabulary));
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

pub(super) fn nothing() -> Bounds<ActionSet> {
    Bounds { sure: ActionSet::none(), possible: ActionSet::none() }
}

pub(super) fn join(into: &mut Bounds<ActionSet>, part: &Bounds<ActionSet>) {
    into.sure.union_with(&part.sure);
    into.possible.union_with(&part.possible);
}
