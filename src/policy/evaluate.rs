//! What IAM answers to one request under one trust policy.
//!
//! This is the reference: small, and written after AWS's documentation sentence by sentence, so that what is
//! decided about all requests at once can be held against it, and every printed witness is judged by it. Where
//! the documentation is silent the answer is [`Verdict::Undecided`], with the [`Doubt`].
//!
//! A text with symbols is compared as the string in which a character stands for each symbol
//! ([`SymbolId::token`](crate::value::SymbolId::token)); a request may contain the same characters.
//!
//! Sources: IAM User Guide, "Policy evaluation logic", "AWS JSON policy elements: Principal", "... Condition",
//! "... Condition operators", "Multivalued context keys", "Policy variables".

pub(crate) mod compare;
mod condition;
mod principal;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Clause, Effect, Policy, Statement, Test, Version};
use crate::value::Vocabulary;

/// One action that a caller asks for, as the trust policy sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// The action: `sts:AssumeRole`.
    pub action: String,
    /// What the condition keys hold.
    pub context: Context,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// An AWS principal.
    Aws {
        /// The account id.
        account: String,
        /// The ARN of the user, role or root; of the role, not of its session.
        arn: String,
        /// The session's name, if the caller is a session of a role.
        session: Option<String>,
    },
    /// A service, by its host: `lambda.amazonaws.com`.
    Service(String),
    /// Who holds a token or an assertion: the provider's ARN, or the host of one that every account has.
    Federated(String),
}

/// The condition keys of a request. Names are compared without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context(BTreeMap<String, ContextValue>);

/// What a condition key holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue {
    /// The value of a single-valued key.
    One(String),
    /// The values of a multivalued key, which may be present and empty.
    Many(Vec<String>),
}

/// What IAM answers, as far as the trust policy goes. Statements are indices in [`Policy::statements`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A statement allows it and none denies it.
    Allowed {
        /// The first that allows it.
        statement: u16,
    },
    /// A statement denies it.
    Denied {
        /// The first that denies it.
        statement: u16,
    },
    /// No statement allows it.
    NotAllowed,
    /// AWS's documentation, or what is known of the policy, does not settle it.
    Undecided {
        /// The first statement that may allow it or, if one surely does, that may deny it.
        statement: u16,
        /// Why.
        why: Doubt,
    },
}

/// Why something is not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A part of the policy could not be resolved, and it may be one that matters.
    Unknown,
    /// `*` as a principal: whether it covers callers who have no AWS credentials is not documented.
    EveryoneAndFederated,
    /// A statement without `Action`.
    NoAction,
    /// An operator that AWS does not have, or `Null` with `IfExists`.
    Operator,
    /// `Condition` is written and empty.
    EmptyCondition,
    /// An empty list of values, where AWS's own words do not agree.
    EmptyValues,
    /// One operator has the same key twice, with different results. Which counts is not documented.
    DuplicateKey,
    /// A multivalued key without a set operator, or as a policy variable.
    MultiValued,
    /// `Null` on a key that is present and has no values.
    EmptySet,
    /// `ForAnyValue` on a value that is the empty string, which AWS elsewhere takes for no value.
    EmptyString,
    /// A policy variable where AWS documents none, or one that is not well formed.
    Variable,
    /// A policy variable's value has `*` or `?`: whether they are wildcards is not documented.
    WildcardInVariable,
    /// What looks like a policy variable, in a policy whose version is not known.
    Version,
    /// A symbol where a number, time, truth, address or bytes must be read.
    Symbol,
    /// A value that is not what the operator compares.
    Unreadable,
    /// A pattern with wildcards and fewer than the six parts of an ARN, where ARNs are compared.
    ShortArn,
}

/// True, false, or in doubt: Kleene's three truths, of which the third says why.
type Truth = Result<bool, Doubt>;

impl Context {
    /// A context without keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a key its value, in place of what it has.
    pub fn set(&mut self, key: &str, value: ContextValue) {
        self.0.insert(key.to_ascii_lowercase(), value);
    }

    /// What a key holds. `None` if the request does not have it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&ContextValue> {
        self.0.get(&key.to_ascii_lowercase())
    }

    /// All keys, in lower case, with their values; by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

/// What IAM answers to `request` under `policy`: a Deny wins, else one Allow is needed.
#[must_use]
pub fn evaluate(policy: &Policy, request: &Request, vocabulary: &Vocabulary) -> Verdict {
    let (mut allow, mut deny): (Strongest, Strongest) = (None, None);
    for (index, statement) in policy.statements.iter().enumerate() {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        let applies = applies(policy, statement, request, vocabulary);
        match statement.effect {
            Effect::Allow => keep(&mut allow, index, applies),
            Effect::Deny => keep(&mut deny, index, applies),
            Effect::Invalid => {}
            Effect::Unknown if applies == Ok(false) => {}
            Effect::Unknown => {
                keep(&mut allow, index, Err(Doubt::Unknown));
                keep(&mut deny, index, Err(Doubt::Unknown));
            }
        }
    }
    match (allow, deny) {
        (_, Some((statement, None))) => Verdict::Denied { statement },
        (Some((_, None)), Some((statement, Some(why)))) => Verdict::Undecided { statement, why },
        (Some((statement, None)), None) => Verdict::Allowed { statement },
        (Some((statement, Some(why))), _) => Verdict::Undecided { statement, why },
        (None, _) => Verdict::NotAllowed,
    }
}

/// The first statement of an effect that surely applies, else the first that may, with the doubt.
type Strongest = Option<(u16, Option<Doubt>)>;

fn keep(strongest: &mut Strongest, statement: u16, applies: Truth) {
    match (applies, &strongest) {
        (Ok(true), None | Some((_, Some(_)))) => *strongest = Some((statement, None)),
        (Err(why), None) => *strongest = Some((statement, Some(why))),
        _ => {}
    }
}

/// Whether a statement's principals, actions and conditions all fit. `Resource` is refused in a trust policy,
/// and says nothing here.
fn applies(policy: &Policy, statement: &Statement, request: &Request, vocabulary: &Vocabulary) -> Truth {
    let conditions = match &statement.conditions {
        None => Ok(true),
        Some(tests) if tests.is_empty() => Err(Doubt::EmptyCondition),
        Some(tests) => conditions(policy, tests, &request.context, vocabulary),
    };
    all([
        principals(&statement.principals, &request.caller, vocabulary),
        action(statement, &request.action, vocabulary),
        conditions,
    ])
}

/// Whether the statement speaks of the caller. One with neither element speaks of nobody.
fn principals(clause: &Clause<super::Principal>, caller: &Caller, vocabulary: &Vocabulary) -> Truth {
    let covered = |list: &[super::Principal]| {
        any(list.iter().map(|principal| principal::covers(principal, caller, vocabulary)))
    };
    match (&clause.only, &clause.except) {
        (None, None) => Ok(false),
        (Some(only), None) => covered(only),
        (None, Some(except)) => not(covered(except)),
        (Some(only), Some(except)) => all([covered(only), not(covered(except))]),
    }
}

fn action(statement: &Statement, action: &str, vocabulary: &Vocabulary) -> Truth {
    let why = if statement.actions.is_absent() { Doubt::NoAction } else { Doubt::Unknown };
    statement.covers_action(action, vocabulary).known().ok_or(why)
}

/// Whether all tests hold. Where an operator has a key twice, IAM refuses the policy or keeps one of them.
fn conditions(policy: &Policy, tests: &[Test], context: &Context, vocabulary: &Vocabulary) -> Truth {
    let mut truths: Vec<Truth> = Vec::new();
    let mut seen = FxHashMap::default();
    for test in tests {
        let truth = condition::holds(test, &policy.version, context, vocabulary);
        let key = test.key.text().and_then(|key| key.with_tokens(vocabulary));
        let first =
            key.map(|key| *seen.entry((test.operator, key.to_ascii_lowercase())).or_insert(truths.len()));
        match first {
            Some(first) if first < truths.len() && truths[first] != truth => {
                truths[first] = Err(Doubt::DuplicateKey);
            }
            _ => truths.push(truth),
        }
    }
    all(truths)
}

/// Whether a test of a condition holds in a request; `None` in doubt. Variables have no meaning in it.
pub(super) fn holds(test: &Test, context: &Context, vocabulary: &Vocabulary) -> Option<bool> {
    condition::holds(test, &Version::V2008, context, vocabulary).ok()
}

fn not(truth: Truth) -> Truth {
    truth.map(|truth| !truth)
}

/// True if all are, false if one is not.
fn all(truths: impl IntoIterator<Item = Truth>) -> Truth {
    not(any(truths.into_iter().map(not)))
}

/// True if one is, false if none is.
fn any(truths: impl IntoIterator<Item = Truth>) -> Truth {
    let mut result = Ok(false);
    for truth in truths {
        match truth {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(_) => result = result.and(truth),
        }
    }
    result
}

#[cfg(test)]
mod tests;
