//! Which actions a statement covers.

use super::{Clause, Item, Statement};
use crate::value::{Bounds, Part, Text, Vocabulary};

impl Statement {
    /// Whether `Action` and `NotAction` cover a literal action (`sts:AssumeRole`), whatever the symbols in them
    /// turn out to be. A statement with neither covers nothing for sure.
    #[must_use]
    pub fn covers_action(&self, action: &str, vocabulary: &Vocabulary) -> Bounds<bool> {
        covers(&self.actions, action, vocabulary)
    }
}

/// Whether the patterns of a clause cover a literal action.
fn covers(clause: &Clause<Item>, action: &str, vocabulary: &Vocabulary) -> Bounds<bool> {
    let any = |items: &[Item]| {
        items
            .iter()
            .map(|item| matches_action(item, action, vocabulary))
            .fold(Bounds::decided(false), Bounds::<bool>::or)
    };
    match (&clause.only, &clause.except) {
        (None, None) => Bounds::UNDECIDED,
        (Some(only), None) => any(only),
        (None, Some(except)) => any(except).not(),
        (Some(only), Some(except)) => any(only).and(any(except).not()),
    }
}

/// Whether one pattern covers a literal action: without regard to case, `*` for any characters and `?` for one.
#[must_use]
pub fn matches_action(pattern: &Item, action: &str, vocabulary: &Vocabulary) -> Bounds<bool> {
    let Item::Text(pattern) = pattern else { return Bounds::UNDECIDED };
    match pattern.as_literal(vocabulary) {
        Some(literal) => Bounds::decided(pattern_matches(literal, action)),
        // What a symbol stands for may complete the action, or spoil it.
        None => Bounds { sure: false, possible: glob(&widest(pattern, vocabulary), &lower(action)) },
    }
}

/// Whether a literal text is what a pattern with `*` and `?` says, without regard to case.
#[must_use]
pub fn pattern_matches(pattern: &str, text: &str) -> bool {
    // Most have no wildcards at all.
    if !pattern.contains(['*', '?']) {
        return pattern.eq_ignore_ascii_case(text);
    }
    glob(&literal_units(pattern), &lower(text))
}

/// A part of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// The character itself.
    Character(char),
    /// `?`: any one character.
    One,
    /// `*`: any characters, or none.
    Any,
}

pub(super) fn literal_units(pattern: &str) -> Vec<Unit> {
    pattern
        .chars()
        .map(|character| match character {
            '*' => Unit::Any,
            '?' => Unit::One,
            other => Unit::Character(other.to_ascii_lowercase()),
        })
        .collect()
}

/// The pattern with `*` in the place of each symbol.
pub(super) fn widest_pattern(pattern: &Text, vocabulary: &Vocabulary) -> String {
    let part = |part: &Part| match *part {
        Part::Literal(name) => vocabulary.names.text(name).to_owned(),
        Part::Symbol(_) => "*".to_owned(),
    };
    pattern.parts().iter().map(part).collect()
}

/// The pattern with "anything" in the place of each symbol.
fn widest(pattern: &Text, vocabulary: &Vocabulary) -> Vec<Unit> {
    let mut units = Vec::new();
    for part in pattern.parts() {
        match *part {
            Part::Literal(name) => units.extend(literal_units(vocabulary.names.text(name))),
            Part::Symbol(_) => units.push(Unit::Any),
        }
    }
    units
}

fn lower(text: &str) -> Vec<char> {
    text.chars().map(|character| character.to_ascii_lowercase()).collect()
}

/// Whether a pattern is the whole text. Matches in time proportional to the product of the lengths: goes back to the last `*` only.
pub(super) fn glob(pattern: &[Unit], text: &[char]) -> bool {
    let (mut at, mut next) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while next < text.len() {
        match pattern.get(at) {
            Some(Unit::Any) => {
                retry = Some((at, next));
                at += 1;
            }
            Some(Unit::One) => (at, next) = (at + 1, next + 1),
            Some(&Unit::Character(character)) if character == text[next] => (at, next) = (at + 1, next + 1),
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    (at, next) = (star + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|unit| *unit == Unit::Any)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_cover_actions_as_iam_says() {
        let vocabulary = Vocabulary::default();
        let check = |pattern: &str, action: &str, expected: bool| {
            let item = Item::Text(vocabulary.literal(pattern));
            assert_eq!(
                matches_action(&item, action, &vocabulary),
                Bounds::decided(expected),
                "{pattern} {action}"
            );
        };
        check("*", "sts:AssumeRole", true);
        check("sts:*", "sts:AssumeRole", true);
        check("STS:assumerole", "sts:AssumeRole", true);
        check("sts:AssumeRole*", "sts:AssumeRoleWithSAML", true);
        check("sts:AssumeRole", "sts:AssumeRoleWithSAML", false);
        check("sts:AssumeRoleWith????", "sts:AssumeRoleWithSAML", true);
        check("sts:AssumeRoleWith???", "sts:AssumeRoleWithSAML", false);
        check("sts:*SAML", "sts:AssumeRoleWithSAML", true);
        check("iam:*", "sts:AssumeRole", false);
        check("", "sts:AssumeRole", false);
    }

    #[test]
    fn what_is_not_known_decides_nothing() {
        let vocabulary = Vocabulary::default();
        let unknown = Item::Unknown(crate::value::Unknown::List);
        let clause = |only: Option<Vec<Item>>, except: Option<Vec<Item>>| Clause {
            only: only.map(Into::into),
            except: except.map(Into::into),
        };
        let literal = |text: &str| Item::Text(vocabulary.literal(text));
        let check = |clause: &Clause<Item>, expected| {
            assert_eq!(covers(clause, "sts:AssumeRole", &vocabulary), expected);
        };
        check(&clause(Some(vec![unknown.clone()]), None), Bounds::UNDECIDED);
        check(&clause(Some(vec![unknown.clone(), literal("sts:*")]), None), Bounds::decided(true));
        check(&clause(None, Some(vec![unknown.clone(), literal("sts:*")])), Bounds::decided(false));
        check(&clause(None, Some(vec![literal("iam:*")])), Bounds::decided(true));
        check(&clause(None, Some(vec![unknown])), Bounds::UNDECIDED);
        check(&clause(None, None), Bounds::UNDECIDED);
    }

    /// The definition of a glob, by recursion.
    fn obviously(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => {
                obviously(rest, text) || (!text.is_empty() && obviously(pattern, &text[1..]))
            }
            (['?', rest @ ..], [_, tail @ ..]) => obviously(rest, tail),
            ([first, rest @ ..], [head, tail @ ..]) => first == head && obviously(rest, tail),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab*?]{0,6}", text in "[ab]{0,7}") {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(
                pattern_matches(&pattern, &text),
                obviously(&characters(&pattern), &characters(&text))
            );
        }
    }
}
