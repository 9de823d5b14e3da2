//! What one condition test asks of one context key, for the decision.

use super::automaton::{Automaton, Reading};
use super::language::{Builder, Symbols, Unit};
use super::typed::Typed;
use super::written::{AsArn, Spelling, Written, as_arn};
use super::{Comparator, Item, Operator, Quantifier, Test, Version};
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
    /// Whether the empty string fits, where that does not depend on what is written.
    pub(super) empty: Option<bool>,
    /// Whether the test holds if the key is missing.
    missing: bool,
}

/// What a test asks.
pub(super) enum Asks {
    /// Always this: a test that nothing decides, taken for true or false as is careful.
    Constant(bool),
    /// That the key is missing (true), or that it is there.
    Missing(bool),
    /// That the key is missing, and no empty set either.
    Absent,
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
    /// True if wildcards are read in what is written: whether they are in the other key's value is not documented.
    pub(super) wildcards: bool,
}

impl Predicate {
    /// Makes a test ready.
    ///
    /// With `wide`, the test may be taken for true where it is not decided, else for false. With `themselves`,
    /// symbols of the values are only read as themselves, and nowhere else: nothing is lost by that where the key's
    /// value is free to be them, and is asked for symbols by no other test. Symbols turn out to be none of the `strangers`,
    /// where more values may be taken for fitting than those that are known.
    pub(super) fn new<'v>(
        test: &Test,
        version: &Version,
        wide: bool,
        themselves: bool,
        strangers: &[String],
        automata: &mut Vec<Automaton<'v>>,
        vocabulary: &'v Vocabulary,
    ) -> Self {
        let comparator = test.operator.comparator;
        let quantifier = test.operator.quantifier;
        let mut predicate = Self {
            asks: Asks::Constant(wide),
            quantifier,
            negated: comparator.is_negated(),
            empty: None,
            missing: when_missing(test, wide),
        };
        // Without any value, what is written is true of no value, negated or not.
        if test.values.is_empty() {
            predicate.negated = false;
        }
        let negated = predicate.negated;
        // Whether more values than those that are known may be taken for fitting.
        let wide_values = wide != negated;
        // An empty string is no value for `ForAllValues`; for `ForAnyValue` that is not documented.
        let empty = match quantifier {
            Some(Quantifier::ForAllValues) => Some(!negated),
            Some(Quantifier::ForAnyValue) if !wide => Some(negated),
            _ => None,
        };
        if test.key.text().is_none() || matches!(comparator, Comparator::Unknown | Comparator::Invalid) {
            // Nothing is known of it.
        } else if comparator == Comparator::Null {
            predicate.asks = null(test, wide, vocabulary);
        } else if test.values.is_empty() && quantifier.is_none() {
            // An empty list for a plain operator: AWS's own check says both true and false.
            if test.operator.if_exists {
                predicate.asks = Asks::Absent;
            }
        } else if let Some(spelling) = Spelling::of(comparator, version) {
            let symbols = if wide_values && !themselves { Symbols::AnyString } else { Symbols::Themselves };
            let ignore_case = matches!(
                comparator,
                Comparator::StringEqualsIgnoreCase | Comparator::StringNotEqualsIgnoreCase
            );
            let mut builder = Builder::new(vocabulary, symbols, ignore_case);
            if wide_values {
                builder = builder.with_strangers(strangers, spelling.wildcards);
            }
            let mut links = Vec::new();
            let mut has_values = false;
            let mut undecided = false;
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
                    Written::Units(units) if spelling.arn => match as_arn(units, vocabulary) {
                        AsArn::Units(units) => {
                            builder.alternative(&units);
                            has_values = true;
                        }
                        AsArn::Perhaps(units) if wide_values && !negated => {
                            builder.alternative(&units);
                            has_values = true;
                        }
                        AsArn::Perhaps(_) => undecided = true,
                        // Whether what is no ARN differs from one is not documented.
                        AsArn::Never => undecided |= negated,
                        AsArn::Undecided => undecided = true,
                    },
                    Written::Units(units) => {
                        builder.alternative(&units);
                        has_values = true;
                    }
                    // Equality of two keys; every other comparison of two is not decided.
                    Written::Key { key, default } if !spelling.arn && !ignore_case => {
                        links.push(Link { key, default, wildcards: spelling.wildcards });
                    }
                    Written::Key { .. } | Written::Mixed => undecided = true,
                }
            }
            if undecided && wide_values {
                builder.alternative(&[Unit::Any]);
                has_values = true;
            }
            // Nor is it of a request's value that is none.
            if spelling.arn && negated && wide_values {
                builder.no_arn();
                has_values = true;
            }
            let reading = match (wide_values, themselves) {
                (true, true) => Reading::Named,
                (true, false) => Reading::Some,
                (false, _) => Reading::Every,
            };
            let mut automaton = Automaton::new(builder.finish(), reading, vocabulary);
            if let Some(accepted) = empty {
                automaton = automaton.with_empty(accepted);
                has_values |= accepted;
            }
            automata.push(automaton);
            predicate.asks = Asks::Language { automaton: automata.len() - 1, has_values, links };
            predicate.empty = empty;
        } else if let Some(typed) = Typed::new(test, wide_values, empty, vocabulary) {
            predicate.asks = Asks::Typed(typed);
        }
        predicate
    }

    /// Whether the test holds if the key is missing.
    pub(super) fn when_missing(&self) -> bool {
        match self.asks {
            Asks::Constant(truth) => truth,
            Asks::Missing(expected) => expected,
            Asks::Absent => true,
            Asks::Language { .. } | Asks::Typed(_) => self.missing,
        }
    }
}

/// Whether a test that compares holds if the key is missing; `wide` where that is not decided.
fn when_missing(test: &Test, wide: bool) -> bool {
    let Operator { quantifier, comparator, if_exists } = test.operator;
    let with_values = if_exists
        || match quantifier {
            Some(Quantifier::ForAllValues) => true,
            Some(Quantifier::ForAnyValue) => false,
            None => comparator.is_negated(),
        };
    let without_values = match (quantifier, if_exists) {
        (Some(Quantifier::ForAnyValue), true) | (None, false) => None,
        (Some(Quantifier::ForAnyValue), false) => Some(false),
        (Some(Quantifier::ForAllValues), _) | (None, true) => Some(true),
    };
    // What is not known may be no values at all.
    let may_be_empty = test.values.iter().all(|value| matches!(value, Item::Unknown(_)));
    if test.values.is_empty() {
        without_values.unwrap_or(wide)
    } else if may_be_empty && without_values != Some(with_values) {
        wide
    } else {
        with_values
    }
}

/// `Null`: true if the key must be missing.
fn null(test: &Test, wide: bool, vocabulary: &Vocabulary) -> Asks {
    let truth = |item: &Item| match item.text()?.as_literal(vocabulary)? {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    };
    match test.operator.quantifier {
        _ if test.operator.if_exists => return Asks::Constant(wide),
        Some(Quantifier::ForAllValues) => return Asks::Constant(true),
        Some(Quantifier::ForAnyValue) => return Asks::Constant(false),
        None => {}
    }
    let truths: Vec<_> = test.values.iter().map(truth).collect();
    match (truths.contains(&Some(true)), truths.contains(&Some(false))) {
        // Both values together are always true.
        (true, true) => Asks::Constant(true),
        (missing, there) if missing != there && !truths.contains(&None) => Asks::Missing(missing),
        _ => Asks::Constant(wide),
    }
}
