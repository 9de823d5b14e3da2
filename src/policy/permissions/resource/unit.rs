//! What patterns and forms of ARNs are made of, and how two rows of that compare: whether one matches all that the other
//! stands for, and whether some text is matched by both.
//!
//! Both are most often found out in one pass. Only where something reads as much as it likes of what is no wildcard (a text
//! that is not known, an account's digits) all ways are tried.

use std::borrow::Cow;
use std::cell::Cell;

use smallvec::SmallVec;

use crate::value::SymbolId;

/// A stretch of a pattern or of a form of ARNs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// This character.
    Character(char),
    /// This symbol's string: one unit, whatever its length.
    Symbol(SymbolId),
    /// The caller's own account.
    OwnAccount,
    /// The account with this number.
    Account(AccountNumber),
    /// The caller's own partition.
    OwnPartition,
    /// Some text that is not known here: a policy variable.
    Some,
    /// Any one character.
    One,
    /// Any characters, or none.
    Any,
}

/// An account id as a number, in so few bytes that a unit takes no more than a character would: there are very many units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AccountNumber([u8; 5]);

impl AccountNumber {
    /// That of twelve digits, each from 0 to 9.
    pub(super) fn of(digits: &[u32]) -> Self {
        let number = digits.iter().fold(0, |number: u64, &digit| number * 10 + u64::from(digit));
        let [_, _, _, bytes @ ..] = number.to_be_bytes();
        Self(bytes)
    }

    /// The twelve digits.
    fn digits(self) -> String {
        let number = self.0.iter().fold(0, |number: u64, &byte| number << 8 | u64::from(byte));
        format!("{number:012}")
    }
}

impl Unit {
    /// Whether it is a text of which nothing is known.
    const fn is_open(self) -> bool {
        matches!(self, Self::Symbol(_) | Self::Some)
    }

    /// Whether it may be any text at all.
    const fn is_wide(self) -> bool {
        matches!(self, Self::Any) || self.is_open()
    }

    /// Whether it may be an account of which `other` is a digit.
    const fn reads_digit(self, other: Self) -> bool {
        matches!((self, other), (Self::OwnAccount, Self::Character(digit)) if digit.is_ascii_digit())
    }

    /// Whether it matches whatever `other` is.
    #[inline]
    fn covers(self, other: Self, perhaps: bool) -> bool {
        match (self, other) {
            (Self::Character(left), Self::Character(right)) => left == right,
            (Self::One, Self::Character(_) | Self::One) => true,
            (Self::OwnAccount, Self::Account(_)) | (Self::Account(_), Self::OwnAccount) => perhaps,
            (Self::Any, _) | (_, Self::Any | Self::Some) | (Self::Some, _) => false,
            (left, right) => left == right,
        }
    }
}

/// Whether a pattern matches all that `other` stands for, for sure or, if `perhaps`, for some value of what is open.
pub(super) fn covers(pattern: &[Unit], other: &[Unit], perhaps: bool) -> bool {
    let Some((pattern, other)) = peeled(pattern, other) else { return false };
    let is_open = |units: &[Unit]| units.iter().any(|unit| unit.is_open());
    if perhaps && (is_open(pattern) || is_open(other)) {
        return covers_some_way(pattern, other, perhaps);
    }
    let is_any = |unit: &Unit| *unit == Unit::Any;
    let fits = |unit: &Unit, other: &Unit| unit.covers(*other, perhaps);
    let between = between(pattern, other, |unit, _| is_any(unit), fits, fits);
    between.is_some_and(|(pattern, other)| has_parts(other, pattern, is_any, fits))
}

/// Whether some text is matched by both patterns, for some value of what is open.
pub(super) fn meets(left: &[Unit], right: &[Unit]) -> bool {
    let Some((left, right)) = peeled(left, right) else { return false };
    let reads_digits = Cell::new(false);
    let fits = |unit: &Unit, other: &Unit| {
        let reads_digit = unit.reads_digit(*other) || other.reads_digit(*unit);
        reads_digits.set(reads_digits.get() || reads_digit);
        reads_digit || unit.covers(*other, true) || other.covers(*unit, true)
    };
    // Read backwards, an account does not say where its digits begin.
    let fits_backwards = |unit: &Unit, other: &Unit| {
        reads_digits.set(reads_digits.get() || [unit, other].contains(&&Unit::OwnAccount));
        fits(unit, other)
    };
    let is_wide = |unit: &Unit| unit.is_wide();
    let stops = |unit: &Unit, other: &Unit| is_wide(unit) || is_wide(other);
    let between = between(left, right, stops, fits, fits_backwards);
    let meet = between.is_some_and(|(left, right)| {
        match (left.iter().any(is_wide), right.iter().any(is_wide)) {
            // Between the wildcards of both there is room for all that either wants.
            (true, true) => true,
            (true, false) => has_parts(right, left, is_wide, fits),
            (false, _) => has_parts(left, right, is_wide, fits),
        }
    });
    if reads_digits.get() { meets_some_way(left, right) } else { meet }
}

/// What is left of two patterns without what both begin and end with; `None` if they begin or end with different characters.
/// That they do is the usual case, and what is left is most often short.
fn peeled<'u>(left: &'u [Unit], right: &'u [Unit]) -> Option<(&'u [Unit], &'u [Unit])> {
    let apart = |pair: (&Unit, &Unit)| match pair {
        (Unit::Character(left), Unit::Character(right)) => left != right,
        _ => false,
    };
    // What is one string wherever it stands, both must read at once.
    let same =
        |(left, right): &(&Unit, &Unit)| left == right && !matches!(left, Unit::Any | Unit::One | Unit::Some);
    let begin = left.iter().zip(right).take_while(same).count();
    let (left, right) = (&left[begin..], &right[begin..]);
    if left.first().zip(right.first()).is_some_and(apart) {
        return None;
    }
    let end = left.iter().rev().zip(right.iter().rev()).take_while(same).count();
    let (left, right) = (&left[..left.len() - end], &right[..right.len() - end]);
    (!left.last().zip(right.last()).is_some_and(apart)).then_some((left, right))
}

/// What is left of two rows between what both begin and end with; `None` if they do not begin and end with what fits.
/// Where it stops, there is a wildcard.
fn between<'u>(
    left: &'u [Unit],
    right: &'u [Unit],
    stops: impl Fn(&Unit, &Unit) -> bool,
    fits: impl Fn(&Unit, &Unit) -> bool,
    fits_backwards: impl Fn(&Unit, &Unit) -> bool,
) -> Option<(&'u [Unit], &'u [Unit])> {
    let narrow = |(unit, other): &(&Unit, &Unit)| !stops(unit, other);
    let mut begin = left.iter().zip(right).take_while(narrow);
    let begin = begin.try_fold(0, |count, (unit, other)| fits(unit, other).then_some(count + 1))?;
    let (left, right) = (&left[begin..], &right[begin..]);
    let mut end = left.iter().rev().zip(right.iter().rev()).take_while(narrow);
    let end = end.try_fold(0, |count, (unit, other)| fits_backwards(unit, other).then_some(count + 1))?;
    Some((&left[..left.len() - end], &right[..right.len() - end]))
}

/// Whether a row has what stands between the wildcards of a pattern, one after the other; the pattern begins and ends with
/// a wildcard, if both have anything.
fn has_parts(
    mut row: &[Unit],
    pattern: &[Unit],
    is_wildcard: impl Fn(&Unit) -> bool,
    fits: impl Fn(&Unit, &Unit) -> bool,
) -> bool {
    let begins = |row: &[Unit], part: &[Unit]| {
        part.iter().zip(row).all(|(unit, other)| fits(unit, other)) && part.len() <= row.len()
    };
    let mut parts = pattern.split(is_wildcard).filter(|part| !part.is_empty());
    // Where a part is found first, most is left for those behind.
    (row.is_empty() || !pattern.is_empty())
        && parts.all(|part| {
            let start = (0..row.len()).find(|&at| begins(&row[at..], part));
            row = start.map_or(row, |at| &row[at + part.len()..]);
            start.is_some()
        })
}

/// Whole accounts as their digits, so that they can be compared with a pattern that writes some of these.
pub(super) fn spell(spelled: bool, units: &[Unit]) -> Cow<'_, [Unit]> {
    if !spelled {
        return Cow::Borrowed(units);
    }
    let mut all = Vec::with_capacity(units.len() + 11);
    for unit in units {
        match unit {
            Unit::Account(number) => all.extend(number.digits().chars().map(Unit::Character)),
            // Which digits the own account has is not known.
            Unit::OwnAccount => all.push(Unit::Some),
            other => all.push(*other),
        }
    }
    Cow::Owned(all)
}

/// As [`covers`] of what is peeled, trying all ways to read both.
fn covers_some_way(pattern: &[Unit], other: &[Unit], perhaps: bool) -> bool {
    leads_to_end(pattern, other, |unit, next| {
        let is_open = |unit: Unit| perhaps && unit.is_open();
        let Some(unit) = unit else { return Ways { other: next.is_some_and(is_open), ..Ways::NONE } };
        let open = is_open(unit);
        let any = unit == Unit::Any || open;
        let Some(next) = next else { return Ways { own: any, ..Ways::NONE } };
        // What is open may be nothing, or have what the unit reads in it.
        let next_open = is_open(next);
        Ways {
            both: unit.covers(next, perhaps),
            own: any || next_open,
            // What is open is one text without wildcards: it does not match all that there may be.
            other: (any && !(open && next == Unit::Any)) || next_open,
        }
    })
}

/// As [`meets`] of what is peeled, trying all ways to read both.
fn meets_some_way(left: &[Unit], right: &[Unit]) -> bool {
    leads_to_end(left, right, |unit, other| match (unit, other) {
        (Some(unit), Some(other)) => {
            let wide = unit.is_wide() || other.is_wide();
            let (digits, digits_other) = (unit.reads_digit(other), other.reads_digit(unit));
            Ways {
                both: digits || digits_other || unit.covers(other, true) || other.covers(unit, true),
                own: wide || digits_other,
                other: wide || digits,
            }
        }
        (unit, other) => Ways {
            own: unit.is_some_and(Unit::is_wide),
            other: other.is_some_and(Unit::is_wide),
            ..Ways::NONE
        },
    })
}

/// How two patterns can be read on: past a unit of both, of the one, or of the other.
#[derive(Clone, Copy)]
struct Ways {
    both: bool,
    own: bool,
    other: bool,
}

impl Ways {
    const NONE: Self = Self { both: false, own: false, other: false };
}

/// Whether two patterns can be read to their ends. What fits is found at once most often, so that few places are looked at;
/// none is twice.
fn leads_to_end(one: &[Unit], other: &[Unit], ways: impl Fn(Option<Unit>, Option<Unit>) -> Ways) -> bool {
    let width = other.len() + 1;
    let mut seen: SmallVec<[u64; 16]> = SmallVec::from_elem(0, ((one.len() + 1) * width).div_ceil(64));
    let mut open: SmallVec<[(usize, usize); 32]> = SmallVec::new();
    let mut now = (0, 0);
    loop {
        let (at, other_at) = now;
        let place = at * width + other_at;
        let is_new = seen[place / 64] >> (place % 64) & 1 == 0;
        seen[place / 64] |= 1 << (place % 64);
        if is_new {
            if at == one.len() && other_at == other.len() {
                return true;
            }
            let ways = ways(one.get(at).copied(), other.get(other_at).copied());
            // The last is tried first.
            if ways.other {
                open.push((at, other_at + 1));
            }
            if ways.own {
                open.push((at + 1, other_at));
            }
            if ways.both {
                now = (at + 1, other_at + 1);
                continue;
            }
        }
        match open.pop() {
            Some(next) => now = next,
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::{Shape, Symbol, Vocabulary};

    /// Units of all kinds, few of each.
    fn all_units() -> impl Strategy<Value = Vec<Unit>> {
        let [account, another] = [[1; 12], [2; 12]].map(|digits| Unit::Account(AccountNumber::of(&digits)));
        let vocabulary = Vocabulary::default();
        let [symbol, other] = ["one", "other"].map(|name| {
            let symbol =
                Symbol::Derived { function: vocabulary.names.intern(name), arguments: Box::default() };
            Unit::Symbol(vocabulary.symbols.intern(symbol, Shape::any))
        });
        let character = prop::sample::select(vec!['a', 'b', '1', ':']).prop_map(Unit::Character);
        let single = [Unit::OwnAccount, Unit::OwnPartition, Unit::One, account, another];
        let wide = [Unit::Any, Unit::Any, Unit::Any, Unit::Some, symbol, other];
        let unit = prop_oneof![
            5 => character,
            2 => prop::sample::select(single.to_vec()),
            2 => prop::sample::select(wide.to_vec()),
        ];
        proptest::collection::vec(unit, 0..9)
    }

    fn units() -> impl Strategy<Value = Vec<Unit>> {
        let unit = prop_oneof![
            3 => Just(Unit::Character('a')),
            2 => Just(Unit::Character('b')),
            1 => Just(Unit::One),
            2 => Just(Unit::Any),
        ];
        proptest::collection::vec(unit, 0..6)
    }

    /// Whether a pattern matches a text, tried from the front.
    fn matches(pattern: &[Unit], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((Unit::Any, rest)), None) => matches(rest, text),
            (Some((Unit::Any, rest)), Some((_, behind))) => matches(rest, text) || matches(pattern, behind),
            (Some((Unit::One, rest)), Some((_, behind))) => matches(rest, behind),
            (Some((Unit::Character(one), rest)), Some((other, behind))) => {
                one == other && matches(rest, behind)
            }
            _ => false,
        }
    }

    /// All texts of so many letters or fewer.
    fn texts(longest: u32) -> Vec<Vec<char>> {
        let of = |length: u32| {
            (0..1_u32 << length).map(move |bits| {
                (0..length).map(|at| if bits >> at & 1 == 0 { 'a' } else { 'b' }).collect::<Vec<char>>()
            })
        };
        (0..=longest).flat_map(of).collect()
    }

    proptest! {
        /// The shortest text that two patterns of five units both match has no more letters than they have together.
        #[test]
        fn patterns_meet_where_some_text_is_matched_by_both(left in units(), right in units()) {
            let both = texts(10).iter().any(|text| matches(&left, text) && matches(&right, text));
            prop_assert_eq!(meets(&left, &right), both);
        }

        #[test]
        fn what_is_covered_is_matched(pattern in units(), other in units()) {
            if covers(&pattern, &other, false) {
                for text in texts(8) {
                    prop_assert!(!matches(&other, &text) || matches(&pattern, &text), "{:?}", text);
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn one_pass_finds_what_trying_all_ways_does(left in all_units(), right in all_units()) {
            let rest = peeled(&left, &right);
            let meets_some_way = rest.is_some_and(|(left, right)| meets_some_way(left, right));
            prop_assert_eq!(meets(&left, &right), meets_some_way);
            for perhaps in [false, true] {
                let covers_some_way =
                    rest.is_some_and(|(left, right)| covers_some_way(left, right, perhaps));
                prop_assert_eq!(covers(&left, &right, perhaps), covers_some_way);
            }
        }
    }

    #[test]
    fn accounts_are_kept_digit_by_digit_in_few_bytes() {
        for id in ["000000000000", "000000000042", "111122223333", "999999999999"] {
            let digits: Vec<u32> = id.chars().filter_map(|digit| digit.to_digit(10)).collect();
            assert_eq!(AccountNumber::of(&digits).digits(), id);
        }
        assert_eq!(size_of::<Unit>(), size_of::<u64>());
    }

    #[test]
    fn what_both_begin_and_end_with_is_left_out_and_nothing_else() {
        let of = |text: &str| super::super::form(text);
        let left = |one: &str, other: &str| {
            peeled(&of(one), &of(other)).map(|(one, other)| (one.len(), other.len()))
        };
        assert_eq!(
            left("arn:s3:::bucket/*", "arn:s3:::*/*"),
            Some((8, 3)),
            "wildcards stay, and what stands before them"
        );
        assert_eq!(left("arn:s3:::bucket", "arn:sqs:::bucket"), None);
        assert_eq!(left("arn:s3:::one", "arn:s3:::other"), None, "they end with different characters");
        assert_eq!(left("aa", "aaa"), Some((0, 1)));
    }
}
