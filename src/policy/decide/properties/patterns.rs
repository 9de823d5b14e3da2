//! Automata against those of another implementation.

use regex_automata::dfa::{Automaton as _, dense};
use regex_automata::util::{primitives::StateID, start, syntax};

use super::*;
use crate::policy::automaton::{Automaton, Budget, Reading};
use crate::policy::language::{Builder, Symbols, Unit};
use crate::policy::walk;

const ALPHABET: &[u8] = b"ab:z";

/// A pattern, read by both.
struct Both<'v> {
    own: Automaton<'v>,
    other: dense::DFA<Vec<u32>>,
    start: StateID,
}

impl<'v> Both<'v> {
    /// Any of these patterns, in which `*` and `?` are wildcards, which do not reach over a colon in `segments`.
    fn new(patterns: &[String], segments: bool, vocabulary: &'v Vocabulary) -> Self {
        let mut builder = Builder::new(vocabulary, Symbols::Themselves, false);
        let mut written = Vec::new();
        let one = if segments { "[^:]" } else { "." };
        for pattern in patterns {
            let units: Vec<Unit> = pattern
                .chars()
                .map(|character| match character {
                    '*' if segments => Unit::AnyInSegment,
                    '?' if segments => Unit::OneInSegment,
                    '*' => Unit::Any,
                    '?' => Unit::One,
                    other => Unit::Character(other),
                })
                .collect();
            builder.alternative(&units);
            written.push(pattern.replace('?', one).replace('*', &format!("{one}*")));
        }
        let written =
            if written.is_empty() { "[a&&b]".to_owned() } else { format!("(?:{})", written.join("|")) };
        let other = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .match_kind(regex_automata::MatchKind::All)
                    .start_kind(regex_automata::dfa::StartKind::Anchored),
            )
            .syntax(syntax::Config::new().unicode(false).utf8(false).dot_matches_new_line(true))
            .thompson(regex_automata::nfa::thompson::Config::new().utf8(false))
            .build(&written)
            .expect("a pattern is a regular expression");
        let start = other
            .start_state(&start::Config::new().anchored(regex_automata::Anchored::Yes))
            .expect("a start");
        Self { own: Automaton::new(builder.finish(), Reading::Some, vocabulary), other, start }
    }
}

/// The length of the shortest string that all of them read or do not read, by the other implementation.
fn shortest(all: &[Both<'_>], truths: &[bool]) -> Option<usize> {
    let mut seen = FxHashMap::default();
    let mut level: Vec<Vec<StateID>> = vec![all.iter().map(|both| both.start).collect()];
    for length in 0.. {
        let mut next_level = Vec::new();
        for states in level {
            let accepts = all.iter().zip(&states).zip(truths).all(|((both, state), truth)| {
                both.other.is_match_state(both.other.next_eoi_state(*state)) == *truth
            });
            if accepts {
                return Some(length);
            }
            for &byte in ALPHABET {
                let next: Vec<StateID> = all
                    .iter()
                    .zip(&states)
                    .map(|(both, state)| both.other.next_state(*state, byte))
                    .collect();
                if seen.insert(next.clone(), ()).is_none() {
                    next_level.push(next);
                }
            }
        }
        if next_level.is_empty() {
            return None;
        }
        level = next_level;
    }
    None
}

fn check_patterns(patterns: &[(Vec<String>, bool, bool)]) -> Result<(), String> {
    let vocabulary = Vocabulary::default();
    let all: Vec<Both<'_>> =
        patterns.iter().map(|(patterns, segments, _)| Both::new(patterns, *segments, &vocabulary)).collect();
    let truths: Vec<bool> = patterns.iter().map(|(_, _, truth)| *truth).collect();
    let expected = shortest(&all, &truths);
    let mut own: Vec<Automaton<'_>> = all.into_iter().map(|both| both.own).collect();
    let parts = [walk::Part::whole(truths.iter().copied().enumerate().collect())];
    let mut budget = Budget::new(10_000_000);
    let found = walk::shortest(&parts, &mut own, &mut budget).map_err(|_| "takes too long".to_owned())?;
    if found.as_ref().map(String::len) != expected {
        return Err(format!("found {found:?}, expected one of length {expected:?}"));
    }
    if let Some(text) = found
        && !walk::reads(&parts, &text, &mut own, &mut budget).map_err(|_| "takes too long".to_owned())?
    {
        return Err(format!("{text:?} is not read"));
    }
    Ok(())
}

#[test]
fn automata_read_what_regular_expressions_read() {
    let pattern = prop::collection::vec(select(vec!["a", "b", ":", "*", "?", "ab"]), 0..6)
        .prop_map(|pieces| pieces.concat());
    let language = (prop::collection::vec(pattern, 0..3), any::<bool>(), any::<bool>());
    let cases = run(2_000, &prop::collection::vec(language, 1..4), |patterns| check_patterns(&patterns));
    figure("automata against regular expressions: intersections", cases, 2_000);
}
