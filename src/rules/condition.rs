//! Whether a fact meets a condition, by Kleene's logic: sure, possible, or neither.

use smallvec::SmallVec;

use super::{Alternatives, Operand, Operator, Test};
use crate::facts::{Fact, FieldType, FieldValue, Schema};
use crate::value::{Bounds, Text, Vocabulary};

/// What conditions are evaluated with.
pub(super) struct Scene<'s> {
    /// Names and symbols.
    pub vocabulary: &'s Vocabulary,
    /// The options of the rule, with the values that hold.
    pub options: &'s [(super::Str, Operand)],
}

/// Whether one of the alternatives holds. `empty` is the answer for no alternatives at all.
pub(super) fn holds(
    alternatives: &Alternatives,
    fact: &dyn Fact,
    scene: &Scene<'_>,
    empty: bool,
) -> Bounds<bool> {
    if alternatives.is_empty() {
        return Bounds::decided(empty);
    }
    alternatives.iter().fold(Bounds::decided(false), |any, tests| {
        any.or(tests.iter().fold(Bounds::decided(true), |all, test| {
            // What is refuted stays refuted: no need to compute further fields.
            if all.possible { all.and(meets(test, fact, scene)) } else { all }
        }))
    })
}

fn meets(test: &Test, fact: &dyn Fact, scene: &Scene<'_>) -> Bounds<bool> {
    let schema = fact.schema();
    // Rules are checked against the schema before they are used.
    let Some(field) = schema.field(&test.field) else { return Bounds::decided(false) };
    let operands: SmallVec<[&Operand; 4]> =
        test.operands.iter().map(|operand| scene.resolve(operand)).collect();
    let value = fact.field(field);
    match &value {
        FieldValue::Boolean(truth) => match operands[..] {
            [Operand::Boolean(true)] => *truth,
            [Operand::Boolean(false)] => truth.not(),
            _ => Bounds::decided(false),
        },
        FieldValue::Word(words) => {
            let names = names(schema, usize::from(field.0));
            let position = |operand: &Operand| match operand {
                Operand::Text(word) => names.iter().position(|name| name == word),
                _ => None,
            };
            // The set of words that meet the test.
            let meeting: u64 = match test.operator {
                Operator::Is | Operator::In => operands
                    .iter()
                    .filter_map(|operand| position(operand))
                    .fold(0, |all, index| all | 1 << index),
                Operator::Above => position(operands[0]).map_or(0, |limit| u64::MAX << limit << 1),
                Operator::Below => position(operands[0]).map_or(0, |limit| !(u64::MAX << limit)),
                Operator::Includes | Operator::Within | Operator::Matches => 0,
            };
            Bounds { sure: words.0 != 0 && words.0 & !meeting == 0, possible: words.0 & meeting != 0 }
        }
        FieldValue::Number(bounds) => {
            let compare = |operand: &Operand, number: i64| match operand {
                Operand::Number(other) => match test.operator {
                    Operator::Above => number > *other,
                    Operator::Below => number < *other,
                    _ => number == *other,
                },
                _ => false,
            };
            let any = |number| operands.iter().any(|operand| compare(operand, number));
            let (low, high) = (any(bounds.sure), any(bounds.possible));
            let decided = bounds.sure == bounds.possible;
            let inside = operands.iter().any(|operand| {
                matches!(operand, Operand::Number(other) if (bounds.sure..=bounds.possible).contains(other))
            });
            match test.operator {
                Operator::Above | Operator::Below => Bounds { sure: low && high, possible: low || high },
                _ => Bounds { sure: decided && low, possible: inside },
            }
        }
        FieldValue::Text(text) => {
            let Some(text) = text else { return Bounds::decided(false) };
            operands.iter().fold(Bounds::decided(false), |any, operand| {
                any.or(like(text, operand, test.operator, scene.vocabulary))
            })
        }
        FieldValue::Texts(texts) => {
            let one = |text: &Text, operand: &Operand| like(text, operand, Operator::Is, scene.vocabulary);
            match test.operator {
                Operator::Within => texts.iter().fold(Bounds::decided(true), |all, text| {
                    all.and(
                        operands
                            .iter()
                            .fold(Bounds::decided(false), |any, operand| any.or(one(text, operand))),
                    )
                }),
                _ => operands.iter().fold(Bounds::decided(true), |all, operand| {
                    all.and(texts.iter().fold(Bounds::decided(false), |any, text| any.or(one(text, operand))))
                }),
            }
        }
    }
}

/// The words of a field.
fn names(schema: &Schema, field: usize) -> &'static [&'static str] {
    match schema.fields[field].holds {
        FieldType::Word(names) | FieldType::Level(names) => names,
        _ => &[],
    }
}

/// Whether a text is an operand, or like a pattern. A text with symbols may be anything that its shape allows.
fn like(text: &Text, operand: &Operand, operator: Operator, vocabulary: &Vocabulary) -> Bounds<bool> {
    let Operand::Text(pattern) = operand else { return Bounds::decided(false) };
    match text.as_literal(vocabulary) {
        Some(literal) if operator == Operator::Matches => Bounds::decided(matches(pattern, literal)),
        Some(literal) => Bounds::decided(literal == pattern),
        None if operator == Operator::Matches => Bounds::UNDECIDED,
        None => Bounds { sure: false, possible: text.shape(vocabulary).admits(pattern) },
    }
}

/// Whether a whole text is like a pattern, where `*` stands for any characters and `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Where to go on if what follows the last star does not fit: one character later.
    let mut retry = None;
    let (mut at, mut position) = (0, 0);
    while position < text.len() {
        if pattern.get(at) == Some(&'*') {
            at += 1;
            retry = Some((at, position));
        } else if pattern.get(at).is_some_and(|&expected| expected == '?' || expected == text[position]) {
            at += 1;
            position += 1;
        } else if let Some((star, start)) = retry {
            retry = Some((star, start + 1));
            (at, position) = (star, start + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|&rest| rest == '*')
}

impl Scene<'_> {
    fn resolve<'o>(&'o self, operand: &'o Operand) -> &'o Operand {
        match operand {
            Operand::Option(name) => {
                self.options.iter().find(|(known, _)| known == name).map_or(operand, |(_, value)| value)
            }
            _ => operand,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_whole_texts() {
        let cases = [
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "abcd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*ab*ab", "ababab", true),
            ("", "a", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
