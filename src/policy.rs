//! The IAM policy language as a parsed, place-keeping form.
//!
//! A [`Policy`] is pure meaning: two policies that say the same in the same order are equal, wherever they are
//! written, so that what is decided about one is decided about all. Where each part of one occurrence is
//! written stands in its [`PolicyPlaces`], keyed by [`PolicyPath`]; what the language does not allow is a
//! [`Fault`] there, and never hides the rest. What cannot be resolved stays visible as unknown: a statement of
//! which nothing is known stands for any statements, so that nothing is proved over it.
//!
//! This module knows no entity. It is not serialised to text again.

mod action;
mod arn;
mod automaton;
mod decide;
pub(crate) mod evaluate;
mod faults;
mod grammar;
mod interner;
mod language;
mod managed;
mod operator;
mod permissions;
mod places;
mod predicate;
mod principal;
mod solve;
#[cfg(test)]
pub(crate) mod testing;
mod typed;
mod walk;
mod workshop;
mod written;

use crate::value::{Text, Unknown, Vocabulary};

pub use action::{matches_action, pattern_matches};
pub use arn::Arn;
pub(crate) use arn::{split_once, strip_prefix};
pub use decide::{Answer, Party, Question, Witness, admits_in, decide, decide_in, is_certain_in};
pub use evaluate::{Caller, Context, ContextValue, Doubt, Request, Verdict, evaluate};
pub use faults::{Fault, FaultKind};
pub use grammar::parse;
pub use interner::{Policies, PolicyId};
pub use operator::{Comparator, Operator, Quantifier};
pub use permissions::{
    Cap, GrantedBy, InForce, PermissionPolicy, PermissionQuestion, Permissions, Target, Worth,
};
pub use places::{Attached, Layout, PolicyPlaces};
pub use predicate::Bound;
pub use principal::{BuiltInProvider, Principal, PrincipalForm, PrincipalKey};
pub use solve::Wanted;
pub use walk::Spread;
pub use workshop::Workshop;

/// A policy document: what it means, without places, `Id` and `Sid`s.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The language version: with 2008-10-17, `${...}` is literal.
    pub version: Version,
    /// The statements, in order. Never fewer than are written.
    pub statements: Vec<Statement>,
}

/// The `Version` of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// Absent, which means the same as `2008-10-17`.
    Absent,
    /// `2008-10-17`: no policy variables.
    V2008,
    /// `2012-10-17`: policy variables.
    V2012,
    /// Something that IAM refuses. Decided as `2008-10-17`.
    Invalid,
    /// Not resolvable.
    Unknown,
}

/// A statement. One of which nothing is known ([`Statement::is_unknown`]) stands for any number of statements.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Statement {
    /// Allow or deny.
    pub effect: Effect,
    /// `Principal` and `NotPrincipal`.
    pub principals: Clause<Principal>,
    /// `Action` and `NotAction`: patterns.
    pub actions: Clause<Item>,
    /// `Resource` and `NotResource`: patterns.
    pub resources: Clause<Item>,
    /// `Condition`: all tests must hold. `None` if absent, `Some` of nothing if written and empty (what AWS
    /// makes of that is not documented).
    pub conditions: Option<Box<[Test]>>,
}

/// The `Effect` of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
    /// Absent, or something that IAM refuses: the policy cannot be stored.
    Invalid,
    /// Not resolvable: it may be either.
    Unknown,
}

/// An element and its negation. Both absent is for identity policies without principal and the like; both
/// written is a fault, and then both must hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Clause<T> {
    /// `Principal`, `Action`, `Resource`: any of these.
    pub only: Option<Box<[T]>>,
    /// `NotPrincipal`, `NotAction`, `NotResource`: none of these.
    pub except: Option<Box<[T]>>,
}

/// One value in a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// A text, which may have symbols in it.
    Text(Text),
    /// Any number of values of which nothing is known.
    Unknown(Unknown),
}

/// One operator on one key, with the values of which one must fit (with a negated operator: none).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Test {
    /// The operator with its modifiers.
    pub operator: Operator,
    /// The key as written: compared without regard to case ([`Test::key_is`]).
    pub key: Item,
    /// The values. Empty if an empty list is written.
    pub values: Box<[Item]>,
}

/// The name of a part of a policy: what decisions speak in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PolicyPath {
    /// The index in [`Policy::statements`].
    pub statement: u16,
    /// The part of the statement.
    pub element: Element,
}

/// A part of a statement. Numbers are indices in the lists of [`Statement`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Element {
    /// The whole statement.
    Statement,
    /// The value of `Sid`.
    Sid,
    /// The value of `Effect`.
    Effect,
    /// The whole value of `Principal`.
    Principals,
    /// One principal.
    Principal(u16),
    /// The whole value of `NotPrincipal`.
    NotPrincipals,
    /// One principal of `NotPrincipal`.
    NotPrincipal(u16),
    /// The whole value of `Action`.
    Actions,
    /// One action.
    Action(u16),
    /// The whole value of `NotAction`.
    NotActions,
    /// One action of `NotAction`.
    NotAction(u16),
    /// The whole value of `Resource`.
    Resources,
    /// One resource.
    Resource(u16),
    /// The whole value of `NotResource`.
    NotResources,
    /// One resource of `NotResource`.
    NotResource(u16),
    /// The whole value of `Condition`.
    Conditions,
    /// The operator of a test, as the key in which it is written.
    Operator(u16),
    /// The condition key of a test.
    Key(u16),
    /// All values of a test.
    Values(u16),
    /// One value of a test.
    Test {
        /// The index in [`Statement::conditions`].
        test: u16,
        /// The index in [`Test::values`].
        value: u16,
    },
}

impl Statement {
    /// A statement of which nothing is known: it stands for any number of any statements.
    #[must_use]
    pub fn unknown(why: Unknown) -> Self {
        let item = || Item::Unknown(why);
        let principal = Principal { key: PrincipalKey::Unknown, value: item(), form: PrincipalForm::Unknown };
        Self {
            effect: Effect::Unknown,
            principals: Clause { only: Some(Box::new([principal])), except: None },
            actions: Clause { only: Some(Box::new([item()])), except: None },
            resources: Clause { only: Some(Box::new([item()])), except: None },
            conditions: Some(Box::new([Test::unknown(why)])),
        }
    }

    /// Whether the statement is one of which nothing is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.effect == Effect::Unknown
            && matches!(
                (self.principals.only.as_deref(), self.actions.only.as_deref(), self.conditions.as_deref()),
                (
                    Some([Principal { key: PrincipalKey::Unknown, .. }]),
                    Some([Item::Unknown(_)]),
                    Some([Test { key: Item::Unknown(_), .. }])
                )
            )
    }
}

impl Test {
    /// Whether the test is on this key, without regard to case. False for a key with symbols.
    #[must_use]
    pub fn key_is(&self, key: &str, vocabulary: &Vocabulary) -> bool {
        self.literal_key(vocabulary).is_some_and(|written| written.eq_ignore_ascii_case(key))
    }

    /// The key as written, if it has no symbols.
    #[must_use]
    pub fn literal_key<'v>(&self, vocabulary: &'v Vocabulary) -> Option<&'v str> {
        self.key.text()?.as_literal(vocabulary)
    }

    /// A test of which nothing is known: it stands for any number of any tests.
    #[must_use]
    pub fn unknown(why: Unknown) -> Self {
        Self { operator: Operator::UNKNOWN, key: Item::Unknown(why), values: Box::new([Item::Unknown(why)]) }
    }
}

impl<T> Clause<T> {
    /// True if neither the element nor its negation is written.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        self.only.is_none() && self.except.is_none()
    }
}

impl<T> Default for Clause<T> {
    fn default() -> Self {
        Self { only: None, except: None }
    }
}

impl Item {
    /// The text, if it is one.
    #[must_use]
    pub const fn text(&self) -> Option<&Text> {
        match self {
            Self::Text(text) => Some(text),
            Self::Unknown(_) => None,
        }
    }
}

impl PolicyPath {
    /// A part of a statement.
    #[must_use]
    pub const fn new(statement: u16, element: Element) -> Self {
        Self { statement, element }
    }
}
