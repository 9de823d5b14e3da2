//! Patterns of resources: which ARNs they match, compared with one ARN, with a form of ARNs, or with one another.

use std::borrow::{Borrow, Cow};
use std::sync::{LazyLock, OnceLock};

use smallvec::SmallVec;

use crate::knowledge::actions::{ActionId, ActionSet, Actions};
use crate::policy::{Clause, Item, Version};
use crate::value::{Bounds, Part, Pseudo, Symbol, SymbolId, Text, Vocabulary};

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
    fn of(digits: &[u32]) -> Self {
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

/// A pattern of ARNs, as one value of `Resource` writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    units: Vec<Unit>,
    /// True if the caller's identity in a Cognito identity pool stands in it.
    pub(super) own: bool,
    /// True if some digits of the account are written, and not all.
    spelled: bool,
}

/// What `Resource` or `NotResource` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resources {
    /// Whatever there is.
    All,
    /// What one of these patterns matches. Without patterns: nothing that is known.
    Only(Vec<Pattern>),
    /// What none of these patterns matches.
    Except(Vec<Pattern>),
    /// Not resolvable, or neither or both are written.
    Unknown,
}

/// The resources that a question is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope<'s> {
    /// Every resource that the action can be used on.
    Everything,
    /// Some resource among those that a pattern matches; some at all without pattern.
    Within(Option<&'s Pattern>),
    /// The resource with this ARN.
    One(&'s Pattern),
}

impl Resources {
    pub(super) fn read(clause: &Clause<Item>, version: &Version, vocabulary: &Vocabulary) -> Self {
        let read = |items: &[Item]| {
            items
                .iter()
                .map(|item| item.text().map(|text| Pattern::read(text, version, vocabulary)))
                .collect::<Option<Vec<Pattern>>>()
        };
        match (&clause.only, &clause.except) {
            // An unknown value beside known ones: those are still there.
            (Some(only), None) => {
                let known: Vec<Pattern> = only
                    .iter()
                    .filter_map(Item::text)
                    .map(|text| Pattern::read(text, version, vocabulary))
                    .collect();
                if known.iter().any(Pattern::is_everything) {
                    Self::All
                } else if known.len() < only.len() {
                    Self::Unknown
                } else {
                    Self::Only(known)
                }
            }
            (None, Some(except)) => match read(except) {
                Some(patterns) if patterns.is_empty() => Self::All,
                Some(patterns) if patterns.iter().any(Pattern::is_everything) => Self::Only(Vec::new()),
                Some(patterns) => Self::Except(patterns),
                None => Self::Unknown,
            },
            _ => Self::Unknown,
        }
    }

    /// The patterns, where there are only these.
    pub(super) fn patterns(&self) -> Option<&[Pattern]> {
        if let Self::Only(patterns) = self { Some(patterns) } else { None }
    }

    /// All patterns that are written.
    pub(super) fn named(&self) -> &[Pattern] {
        match self {
            Self::Only(patterns) | Self::Except(patterns) => patterns,
            Self::All | Self::Unknown => &[],
        }
    }

    /// The actions that are used on resources of the services that the patterns name; `None` if that may be any.
    pub(super) fn reach(&self) -> Option<ActionSet> {
        let mut reach = ActionSet::none();
        for pattern in self.patterns()? {
            reach.union_with(Actions::default().used_on_resources_of(&pattern.service()?)?);
        }
        Some(reach)
    }

    /// Whether an action that is allowed on these resources is so on what a question is about.
    pub(super) fn allow(&self, action: ActionId, scope: Scope<'_>) -> Bounds<bool> {
        match (self, scope) {
            (Self::All, _) => Bounds::decided(true),
            (Self::Unknown, _) => Bounds::UNDECIDED,
            (Self::Only(patterns), Scope::Everything) => cover_all_types(patterns, action),
            (Self::Only(patterns), Scope::Within(within)) => {
                any(patterns, |pattern| pattern.meets(action, within))
            }
            (Self::Only(patterns), Scope::One(arn)) => any(patterns, |pattern| pattern.covers(&arn.units)),
            // All but some is as good as everything only if nothing of it is left out.
            (Self::Except(patterns), Scope::Everything) => {
                any(patterns, |pattern| pattern.meets(action, None)).not()
            }
            (Self::Except(patterns), Scope::Within(None)) => cover_all_types(patterns, action).not(),
            (Self::Except(patterns), Scope::One(one)) => {
                any(patterns, |pattern| pattern.covers(&one.units)).not()
            }
            // What is left of the pattern, if it is left out in part, may be of no type that the action is used on.
            (Self::Except(patterns), Scope::Within(Some(within))) => Bounds {
                sure: !any(patterns, |pattern| pattern.meets(action, Some(within))).possible,
                possible: !any(patterns, |pattern| pattern.covers(&within.units)).sure
                    && !cover_all_types(patterns, action).sure,
            },
        }
    }

    /// Whether an action that is denied on these resources is denied on all that a question is about.
    pub(super) fn deny(&self, action: ActionId, scope: Scope<'_>) -> Bounds<bool> {
        match (self, scope) {
            (Self::All, _) => Bounds::decided(true),
            (Self::Unknown, _) => Bounds::UNDECIDED,
            (Self::Only(patterns), Scope::Everything | Scope::Within(None)) => {
                cover_all_types(patterns, action)
            }
            (Self::Only(patterns), Scope::One(one)) => any(patterns, |pattern| pattern.covers(&one.units)),
            (Self::Only(patterns), Scope::Within(Some(within))) => {
                any(patterns, |pattern| pattern.covers(&within.units)).or(cover_all_types(patterns, action))
            }
            // Everything but some: what is left is not everything any more.
            (Self::Except(_), Scope::Everything) => Bounds::decided(true),
            (Self::Except(patterns), Scope::Within(within)) => {
                any(patterns, |pattern| pattern.meets(action, within)).not()
            }
            (Self::Except(patterns), Scope::One(arn)) => {
                any(patterns, |pattern| pattern.covers(&arn.units)).not()
            }
        }
    }
}

fn any<P: Borrow<Pattern>>(patterns: &[P], test: impl Fn(&Pattern) -> Bounds<bool>) -> Bounds<bool> {
    patterns
        .iter()
        .map(<P as Borrow<Pattern>>::borrow)
        .map(test)
        .fold(Bounds::decided(false), Bounds::<bool>::or)
}

/// Whether patterns match every ARN of every type of resource that an action can be used on. An action without types
/// of resources is only allowed by `*`.
pub(super) fn cover_all_types<P: Borrow<Pattern>>(patterns: &[P], action: ActionId) -> Bounds<bool> {
    let mut all = None;
    for form in forms(action) {
        let covers = any(patterns, |pattern| pattern.covers(form));
        all = Some(all.map_or(covers, |all: Bounds<bool>| all.and(covers)));
        if !covers.possible {
            break;
        }
    }
    all.unwrap_or(Bounds::decided(false))
}

/// The forms of the ARNs that an action can be used on.
fn forms(action: ActionId) -> impl Iterator<Item = &'static [Unit]> {
    static FORMS: LazyLock<Vec<OnceLock<Vec<Unit>>>> =
        LazyLock::new(|| (0..Actions::default().arn_form_count()).map(|_| OnceLock::new()).collect());
    let actions = Actions::default();
    actions.arn_forms(action).filter_map(move |number| {
        Some(FORMS.get(number)?.get_or_init(|| form(&actions.arn_form(number))).as_slice())
    })
}

/// The ARNs of a type of resource, such as `arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}`.
fn form(arn: &str) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut rest = arn;
    while let Some((before, behind)) = rest.split_once("${") {
        units.extend(
            before
                .chars()
                .map(|character| if character == '*' { Unit::Any } else { Unit::Character(character) }),
        );
        let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
        units.push(match name {
            "Partition" => Unit::OwnPartition,
            "Account" => Unit::OwnAccount,
            _ => Unit::Any,
        });
        rest = after;
    }
    units.extend(
        rest.chars().map(|character| if character == '*' { Unit::Any } else { Unit::Character(character) }),
    );
    units
}

impl Pattern {
    /// Reads a value of `Resource`.
    pub(super) fn read(text: &Text, version: &Version, vocabulary: &Vocabulary) -> Self {
        let variables = matches!(version, Version::V2012 | Version::Unknown);
        let mut pattern = Self { units: Vec::new(), own: false, spelled: false };
        for part in text.parts() {
            match *part {
                Part::Literal(name) => pattern.push(vocabulary.names.text(name), variables),
                Part::Symbol(symbol) => pattern.units.push(match vocabulary.symbols.symbol(symbol) {
                    Symbol::Pseudo(_, Pseudo::AccountId) => Unit::OwnAccount,
                    Symbol::Pseudo(_, Pseudo::Partition) => Unit::OwnPartition,
                    _ => Unit::Symbol(symbol),
                }),
            }
        }
        pattern.name_partition();
        pattern.name_account();
        pattern.units.shrink_to_fit();
        pattern
    }

    fn push(&mut self, literal: &str, variables: bool) {
        let mut rest = literal;
        while let Some(character) = rest.chars().next() {
            if variables
                && let Some((inside, behind)) = rest.strip_prefix("${").and_then(|text| text.split_once('}'))
            {
                match inside {
                    "*" | "?" | "$" => self.units.extend(inside.chars().map(Unit::Character)),
                    _ => {
                        self.own |= is_own_identity(inside);
                        self.units.push(Unit::Some);
                    }
                }
                rest = behind;
                continue;
            }
            rest = &rest[character.len_utf8()..];
            match character {
                '*' if self.units.last() == Some(&Unit::Any) => {}
                '*' => self.units.push(Unit::Any),
                '?' => self.units.push(Unit::One),
                other => self.units.push(Unit::Character(other)),
            }
        }
    }

    /// The partition of an ARN is that of the caller: in another one, the ARN matches nothing that the caller reaches.
    fn name_partition(&mut self) {
        for prefix in ["arn:aws-us-gov:", "arn:aws-cn:", "arn:aws:"] {
            let begins =
                self.units.iter().copied().take(prefix.len()).eq(prefix.chars().map(Unit::Character));
            if begins {
                self.units.splice(4..prefix.len() - 1, [Unit::OwnPartition]);
                return;
            }
        }
    }

    /// The account of an ARN is one unit, so that it can be compared with the caller's own.
    fn name_account(&mut self) {
        let colons = self.units.iter().enumerate().filter(|(_, unit)| **unit == Unit::Character(':'));
        let Some(start) = colons.map(|(at, _)| at + 1).nth(3) else { return };
        let digit = |unit: &Unit| match unit {
            Unit::Character(character) => character.to_digit(10),
            _ => None,
        };
        let digits: Option<Vec<u32>> = self.units[start..].iter().take(12).map(digit).collect();
        let ends = self.units.get(start + 12) == Some(&Unit::Character(':'));
        if let Some(digits) = digits.filter(|digits| digits.len() == 12 && ends) {
            self.units.splice(start..start + 12, [Unit::Account(AccountNumber::of(&digits))]);
        } else {
            let field = self.units[start..].iter().take_while(|unit| **unit != Unit::Character(':'));
            self.spelled = field.into_iter().any(|unit| digit(unit).is_some());
        }
    }

    /// The service of the ARNs, if it is written out.
    fn service(&self) -> Option<String> {
        let mut parts = self.units.split(|unit| *unit == Unit::Character(':'));
        let is_arn = parts.next()? == ['a', 'r', 'n'].map(Unit::Character);
        let character = |unit: &Unit| match unit {
            Unit::Character(character) => Some(*character),
            _ => None,
        };
        // The partition may have anything in it, but what matches a colon.
        let partition = parts.next()?;
        let is_one = partition == [Unit::OwnPartition];
        parts.next().filter(|_| is_arn && is_one && parts.next().is_some())?.iter().map(character).collect()
    }

    /// Whether it matches every ARN, whatever it is.
    pub(super) fn is_everything(&self) -> bool {
        let everything = |text: &[Unit]| self.units == text;
        let arn = [
            Unit::Character('a'),
            Unit::Character('r'),
            Unit::Character('n'),
            Unit::Character(':'),
            Unit::Any,
        ];
        everything(&[Unit::Any]) || everything(&arn)
    }

    /// Whether every ARN that `other` stands for is matched.
    fn covers(&self, other: &[Unit]) -> Bounds<bool> {
        let other = &*spell(self.spelled, other);
        Bounds { sure: covers(&self.units, other, false), possible: covers(&self.units, other, true) }
    }

    /// Whether every ARN that the other pattern matches is matched for sure.
    pub(super) fn covers_pattern(&self, other: &Self) -> bool {
        covers(&self.units, &spell(self.spelled, &other.units), false)
    }

    /// Whether some resource that an action can be used on is matched, and matched by the other pattern too.
    pub(super) fn meets(&self, action: ActionId, within: Option<&Self>) -> Bounds<bool> {
        if self.is_everything() {
            return Bounds::decided(true);
        }
        let both = |within: &Self| {
            let spelled = self.spelled || within.spelled;
            meets(&spell(spelled, &self.units), &spell(spelled, &within.units))
        };
        let possible = within.is_none_or(both)
            && forms(action).any(|form| {
                meets(&self.units, form) && within.is_none_or(|within| meets(&within.units, form))
            });
        let sure = possible
            && within.is_none_or(|within| self.covers(&within.units).sure || within.covers(&self.units).sure);
        Bounds { sure, possible }
    }
}

/// Whole accounts as their digits, so that they can be compared with a pattern that writes some of these.
fn spell(spelled: bool, units: &[Unit]) -> Cow<'_, [Unit]> {
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

/// True of variables whose value is the caller's own identity in an identity pool.
fn is_own_identity(variable: &str) -> bool {
    let key = variable.split(',').next().unwrap_or_default().trim();
    key.to_ascii_lowercase().starts_with("cognito-identity") && key.to_ascii_lowercase().ends_with(":sub")
}

impl Unit {
    /// Whether it is a text of which nothing is known.
    const fn is_open(self) -> bool {
        matches!(self, Self::Symbol(_) | Self::Some)
    }

    /// Whether it matches whatever `other` is.
    fn covers(self, other: Self, perhaps: bool) -> bool {
        match (self, other) {
            (Self::One, Self::Character(_) | Self::One) => true,
            (Self::OwnAccount, Self::Account(_)) | (Self::Account(_), Self::OwnAccount) => perhaps,
            (Self::Any, _) | (_, Self::Any | Self::Some) | (Self::Some, _) => false,
            (left, right) => left == right,
        }
    }
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

/// Whether a pattern matches all that `other` stands for, for sure or, if `perhaps`, for some value of what is open.
fn covers(pattern: &[Unit], other: &[Unit], perhaps: bool) -> bool {
    let Some((pattern, other)) = peeled(pattern, other) else { return false };
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

/// Whether some text is matched by both patterns, for some value of what is open.
fn meets(left: &[Unit], right: &[Unit]) -> bool {
    let Some((left, right)) = peeled(left, right) else { return false };
    let is_wide = |unit: Unit| unit == Unit::Any || unit.is_open();
    let reads_digit = |unit: Unit, other: Unit| {
        unit == Unit::OwnAccount && matches!(other, Unit::Character(character) if character.is_ascii_digit())
    };
    leads_to_end(left, right, |unit, other| match (unit, other) {
        (Some(unit), Some(other)) => {
            let wide = is_wide(unit) || is_wide(other);
            let (digits, digits_other) = (reads_digit(unit, other), reads_digit(other, unit));
            Ways {
                both: digits || digits_other || unit.covers(other, true) || other.covers(unit, true),
                own: wide || digits_other,
                other: wide || digits,
            }
        }
        (unit, other) => {
            Ways { own: unit.is_some_and(is_wide), other: other.is_some_and(is_wide), ..Ways::NONE }
        }
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
        let of = |text: &str| form(text);
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
