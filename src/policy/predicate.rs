//! What one condition test asks of one context key, for the decision.

use super::automaton::{Automaton, Reading};
use super::language::{Builder, Symbols, Unit};
use super::typed::Typed;
use super::written::{Spelling, Written, may_be_arn};
use super::{Comparator, Item, Quantifier, Test, Version};
use crate::value::Vocabulary;

/// Which of two answers is computed. Where nothing is unknown they are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// What holds whatever the unknowns turn out to be.
    Sure,
    /// What holds for some of what the unknowns may turn out to be.
    Possible,
}

/// A test, made ready.
pub(super) struct Predicate {
    /// What it asks.
    pub(super) asks: Asks,
    /// The set operator.
    pub(super) quantifier: Option<Quantifier>,
    /// True if the value must fit none of those written.
    pub(super) negated: bool,
    /// True if a missing key satisfies the test in any case.
    pub(super) if_exists: bool,
}

/// What a test asks.
pub(super) enum Asks {
    /// Always this: a test that nothing decides, taken for true or false as is careful.
    Constant(bool),
    /// That the key is missing (true), or that it is there.
    Missing(bool),
    /// That a value is in a language, or is the value of another key.
    Language {
        /// The index of the automaton.
        automaton: usize,
        /// False if no string is in the language.
        has_values: bool,
        /// Other keys whose value fits too.
        links: Vec<Link>,
    },
    /// That a value compares with others as a number, time, address or truth.
    Typed(Typed),
}

/// Another key whose value a test compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The key in lower case.
    pub(super) key: String,
    /// What is compared with if the key is missing.
    pub(super) default: Option<String>,
}

impl Predicate {
    /// Makes a test ready.
    ///
    /// With `wide`, the test may be taken for true where it is not decided, else for false. With `themselves`,
    /// symbols of the values are only read as themselves, and nowhere else: nothing is lost by that where the key's
    /// value is free to be them, and is asked for symbols by no other test.
    pub(super) fn new<'v>(
        test: &Test,
        version: &Version,
        wide: bool,
        themselves: bool,
        automata: &mut Vec<Automaton<'v>>,
        vocabulary: &'v Vocabulary,
    ) -> Self {
        let comparator = test.operator.comparator;
        let negated = comparator.is_negated();
        let mut predicate = Self {
            asks: Asks::Constant(wide),
            quantifier: test.operator.quantifier,
            negated,
            if_exists: test.operator.if_exists,
        };
        // Whether more values than those that are known may be taken for fitting.
        let wide_values = wide != negated;
        if comparator == Comparator::Null {
            predicate.asks = null(test, wide, vocabulary);
        } else if test.values.is_empty() && test.operator.quantifier.is_none() && !test.operator.if_exists {
            // An empty list for a plain operator: AWS's own check says both true and false.
        } else if let Some(spelling) = Spelling::of(comparator, version) {
            let symbols = if wide_values && !themselves { Symbols::AnyString } else { Symbols::Themselves };
            let ignore_case = matches!(
                comparator,
                Comparator::StringEqualsIgnoreCase | Comparator::StringNotEqualsIgnoreCase
            );
            let mut builder = Builder::new(vocabulary, symbols, ignore_case);
            let mut links = Vec::new();
            let mut has_values = false;
            for value in &test.values {
                let written = match value {
                    // In a policy without known version, `${` may be two characters or a variable.
                    Item::Text(text)
                        if *version == Version::Unknown && text.display(vocabulary).contains("${") =>
                    {
                        Written::Mixed
                    }
                    Item::Text(text) => spelling.read(text, vocabulary),
                    Item::Unknown(_) => Written::Mixed,
                };
                match written {
                    Written::Units(units) if !spelling.arn || may_be_arn(&units) => {
                        builder.alternative(&units);
                        has_values = true;
                    }
                    // What is no ARN fits none; of patterns shorter than one nothing is said.
                    Written::Units(units) if !units.iter().any(is_wildcard) => {}
                    Written::Key { key, default } => links.push(Link { key, default }),
                    Written::Units(_) | Written::Mixed => {
                        if wide_values {
                            builder.alternative(&[Unit::Any]);
                            has_values = true;
                        }
                    }
                }
            }
            // For `ForAllValues`, an empty string is no value.
            if test.operator.quantifier == Some(Quantifier::ForAllValues) && !negated {
                builder.alternative(&[]);
            }
            let reading = match (wide_values, themselves) {
                (true, true) => Reading::Named,
                (true, false) => Reading::Some,
                (false, _) => Reading::Every,
            };
            automata.push(Automaton::new(builder.finish(), reading, vocabulary));
            predicate.asks = Asks::Language { automaton: automata.len() - 1, has_values, links };
        } else if let Some(typed) = Typed::new(test, wide_values, vocabulary) {
            predicate.asks = Asks::Typed(typed);
        }
        predicate
    }

    /// Whether the test holds if the key is missing. `None` if that is not decided.
    pub(super) fn when_missing(&self) -> bool {
        match self.asks {
            Asks::Constant(truth) => truth,
            Asks::Missing(expected) => match self.quantifier {
                Some(Quantifier::ForAllValues) => true,
                Some(Quantifier::ForAnyValue) => false,
                None => expected,
            },
            Asks::Language { .. } | Asks::Typed(_) => {
                self.if_exists
                    || match self.quantifier {
                        Some(Quantifier::ForAllValues) => true,
                        Some(Quantifier::ForAnyValue) => false,
                        None => self.negated,
                    }
            }
        }
    }
}

fn is_wildcard(unit: &Unit) -> bool {
    matches!(unit, Unit::Any | Unit::One | Unit::AnyInSegment | Unit::OneInSegment)
}

/// `Null`: true if the key must be missing.
fn null(test: &Test, wide: bool, vocabulary: &Vocabulary) -> Asks {
    let truth = |item: &Item| match item.text()?.as_literal(vocabulary)? {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    };
    match test.values.as_slice() {
        _ if test.operator.if_exists => Asks::Constant(wide),
        [one] => truth(one).map_or(Asks::Constant(wide), Asks::Missing),
        // Both values together are always true; everything else is not decided.
        [one, other] if truth(one).zip(truth(other)).is_some_and(|(one, other)| one != other) => {
            Asks::Constant(true)
        }
        _ => Asks::Constant(wide),
    }
}
