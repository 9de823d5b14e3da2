//! What the conditions of a statement are worth to a session: whether it can meet them.

use std::sync::Arc;

use super::cap::Cap;
use super::choice::{self, Choice};
use super::resource::Scope;
use super::{Ask, carriers};
use crate::knowledge::actions::ActionSet;
use crate::policy::evaluate::{self, Context, ContextValue};
use crate::policy::{Comparator, Item, Operator, Quantifier, Test};
use crate::value::{Bounds, Text, Vocabulary};

/// The conditions of a statement, by who decides what their keys hold.
#[derive(Clone, Debug)]
pub(super) struct Conditions {
    /// Those that the session chooses.
    pub(super) choice: Option<Choice>,
    /// Those on keys that only requests for some actions have.
    pub(super) limited: Vec<Limited>,
    /// What the others are worth.
    others: Meets,
}

/// What conditions are worth on which the session has no influence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meets {
    /// There are none.
    Always,
    /// For all resources but some, which the conditions choose.
    ForMost,
    /// For some resources, which the conditions choose.
    ForSome,
    /// What is in the request is not known here.
    Undecided,
}

/// A condition on a key that only requests for some actions have.
#[derive(Clone, Debug)]
pub(super) struct Limited {
    test: Test,
    /// The actions whose requests have the key.
    pub(super) carriers: Arc<ActionSet>,
    /// Whether the condition holds for all others.
    pub(super) otherwise: Bounds<bool>,
}

const PASSED_TO: &str = "iam:passedtoservice";

/// Keys that only requests for some actions have, which the catalogue names.
const LIMITED: &[&str] = &[
    PASSED_TO,
    "iam:associatedresourcearn",
    "iam:awsservicename",
    "iam:permissionsboundary",
    "iam:policyarn",
];

/// Beginnings of keys whose value the resource has.
const RESOURCE_PREFIXES: &[&str] = &[
    "aws:resourcetag/",
    "iam:resourcetag/",
    "ssm:resourcetag/",
    "ec2:resourcetag/",
    "s3:existingobjecttag/",
    "secretsmanager:resourcetag/",
];

/// Keys that say whose the resource is, which is that of the holder's own account.
const ACCOUNT: &[&str] = &["aws:resourceaccount", "aws:resourceorgid", "s3:resourceaccount"];

impl Conditions {
    /// Reads conditions. `now` is in nanoseconds since 1970 UTC.
    pub(super) fn read(conditions: Option<&[Test]>, now: Option<i128>, vocabulary: &Vocabulary) -> Self {
        // What an empty condition means is not documented.
        let others =
            if conditions.is_some_and(<[Test]>::is_empty) { Meets::Undecided } else { Meets::Always };
        let mut read = Self { choice: None, limited: Vec::new(), others };
        let mut chosen = Vec::new();
        for test in conditions.unwrap_or_default() {
            let key = test.literal_key(vocabulary).map(str::to_ascii_lowercase);
            let unknown = matches!(test.operator.comparator, Comparator::Unknown | Comparator::Invalid);
            match key {
                Some(key) if LIMITED.contains(&key.as_str()) => read.limited.push(Limited {
                    otherwise: holds(test, &Context::new(), vocabulary),
                    carriers: carriers(&key),
                    test: test.clone(),
                }),
                Some(key) if !unknown && !test.values.is_empty() => {
                    if ACCOUNT.contains(&key.as_str()) {
                        continue;
                    }
                    if choice::is_chosen(&key, test, now, vocabulary) {
                        chosen.push((key, test.clone()));
                    } else {
                        read.others = read.others.max(Meets::of(&key, test, vocabulary));
                    }
                }
                _ => read.others = Meets::Undecided,
            }
        }
        read.choice = (!chosen.is_empty()).then(|| Choice::new(chosen, now, vocabulary));
        read
    }

    /// True if there are none.
    pub(super) fn is_nothing(&self) -> bool {
        self.choice.is_none() && self.limited.is_empty() && self.others == Meets::Always
    }

    /// Whether an Allow statement with these conditions gives what a question is about.
    pub(super) fn gives(
        &self,
        scope: Scope<'_>,
        context: Option<&Context>,
        vocabulary: &Vocabulary,
    ) -> Bounds<bool> {
        let others = match (self.others, scope) {
            (Meets::Always, _) => Bounds::decided(true),
            (Meets::ForSome, Scope::Everything) => Bounds::decided(false),
            (Meets::ForMost | Meets::ForSome | Meets::Undecided, _) => Bounds::UNDECIDED,
        };
        match (&self.choice, context) {
            (None, _) => others,
            (Some(choice), None) => others.and(Bounds::decided(choice.can_hold)),
            (Some(choice), Some(context)) => others.and(choice.holds(context, vocabulary)),
        }
    }

    /// Whether a Deny statement with these conditions takes what a question is about, whatever the session does.
    pub(super) fn takes(
        &self,
        scope: Scope<'_>,
        context: Option<&Context>,
        vocabulary: &Vocabulary,
    ) -> Bounds<bool> {
        let others = match (self.others, scope) {
            // What is left where most is taken is not everything any more.
            (Meets::Always, _) | (Meets::ForMost, Scope::Everything) => Bounds::decided(true),
            (Meets::ForSome, Scope::Everything | Scope::Within(_)) => Bounds::decided(false),
            (Meets::ForMost | Meets::ForSome | Meets::Undecided, _) => Bounds::UNDECIDED,
        };
        match (&self.choice, context) {
            (None, _) => others,
            (Some(choice), None) => others.and(Bounds::decided(!choice.can_fail)),
            (Some(choice), Some(context)) => others.and(choice.holds(context, vocabulary)),
        }
    }
}

impl Meets {
    fn of(key: &str, test: &Test, vocabulary: &Vocabulary) -> Self {
        if !RESOURCE_PREFIXES.iter().any(|prefix| key.starts_with(prefix)) {
            return Self::Undecided;
        }
        // Resources without the tag are those that nobody has marked.
        let unmarked = holds(test, &Context::new(), vocabulary);
        if unmarked.sure { Self::ForMost } else { Self::ForSome }
    }
}

impl Limited {
    /// What the condition wants to be named, with the values, if it wants nothing else.
    pub(super) fn cap(&self, vocabulary: &Vocabulary) -> Option<(Cap, Vec<&Text>)> {
        use Comparator as C;
        let Operator { comparator, quantifier, if_exists } = self.test.operator;
        let names = matches!(comparator, C::StringEquals | C::StringLike | C::ArnEquals | C::ArnLike)
            && !if_exists
            && quantifier != Some(Quantifier::ForAllValues);
        let cap = match self.test.literal_key(vocabulary)?.to_ascii_lowercase().as_str() {
            "iam:permissionsboundary" => Cap::Boundary,
            "iam:policyarn" => Cap::Policy,
            _ => return None,
        };
        let values = self.test.values.iter().map(Item::text).collect::<Option<Vec<_>>>()?;
        (names && !values.is_empty()).then_some((cap, values))
    }

    /// Whether the condition holds of a request.
    pub(super) fn holds(&self, ask: &Ask<'_>) -> Bounds<bool> {
        if !self.carriers.contains(ask.action) {
            return self.otherwise;
        }
        let literal = self
            .test
            .values
            .iter()
            .all(|value| value.text().is_some_and(|text| text.as_literal(ask.vocabulary).is_some()));
        match ask.passed_to {
            Some(service) if literal && self.test.key_is(PASSED_TO, ask.vocabulary) => {
                let mut context = Context::new();
                context.set(PASSED_TO, ContextValue::One(service.to_owned()));
                // Some services do not have the key.
                let truth = holds(&self.test, &context, ask.vocabulary);
                Bounds { sure: truth.sure, possible: truth.possible || self.otherwise.possible }
            }
            _ => Bounds::UNDECIDED,
        }
    }
}

/// Whether a test holds in a request; in doubt, it may.
pub(super) fn holds(test: &Test, context: &Context, vocabulary: &Vocabulary) -> Bounds<bool> {
    evaluate::holds(test, context, vocabulary).map_or(Bounds::UNDECIDED, Bounds::decided)
}
