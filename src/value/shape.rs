//! The language of an unknown string, and whether two languages meet.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

/// A set of characters: ASCII by bit, everything else together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Class {
    /// As bytes, which need no alignment: there are very many classes in shapes.
    ascii: [u8; 16],
    other: bool,
}

impl Class {
    /// Every character.
    pub const ANY: Self = Self::new(u128::MAX, true);

    const fn new(ascii: u128, other: bool) -> Self {
        Self { ascii: ascii.to_ne_bytes(), other }
    }

    /// The characters of `characters`.
    #[must_use]
    pub const fn of(characters: &str) -> Self {
        let (mut ascii, mut other) = (0u128, false);
        let bytes = characters.as_bytes();
        let mut index = 0;
        while index < bytes.len() {
            if bytes[index] < 128 {
                ascii |= 1 << bytes[index];
            } else {
                other = true;
            }
            index += 1;
        }
        Self::new(ascii, other)
    }

    /// Both sets together.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self::new(self.ascii() | other.ascii(), self.other || other.other)
    }

    /// This set without the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self::new(self.ascii() & !other.ascii(), self.other && !other.other)
    }

    /// The ASCII characters of the set, by bit.
    #[must_use]
    pub const fn ascii(self) -> u128 {
        u128::from_ne_bytes(self.ascii)
    }

    /// True if the characters beyond ASCII are in the set.
    #[must_use]
    pub const fn has_others(self) -> bool {
        self.other
    }

    /// True if a character is in the set.
    #[must_use]
    pub fn contains(self, character: char) -> bool {
        let code = u32::from(character);
        if code < 128 { self.ascii() >> code & 1 == 1 } else { self.other }
    }

    /// True if some character is in both.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.ascii() & other.ascii() != 0 || (self.other && other.other)
    }
}

const DIGITS: Class = Class::of("0123456789");
const HEX: Class = Class::of("0123456789abcdef");
const LOWER: Class = Class::of("abcdefghijklmnopqrstuvwxyz");
const UPPER: Class = Class::of("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
const ALPHANUMERIC: Class = DIGITS.or(LOWER).or(UPPER);
/// `[\w+=,.@-]`, of which IAM makes names.
const NAME: Class = ALPHANUMERIC.or(Class::of("_+=,.@-"));

/// A language: a union of sequences. Over-approximated where it would grow too large, so that "disjoint" is
/// always true and "not disjoint" may be too careful.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shape(Arc<[Sequence]>);

/// Steps, one after the other.
type Sequence = Box<[Step]>;

/// A shape that is made once for the whole program: each of thousands of templates has it several times.
macro_rules! once {
    ($make:expr) => {{
        static MADE: LazyLock<Shape> = LazyLock::new(|| $make);
        MADE.clone()
    }};
}

/// A character of a class: exactly one, at most one, or any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The characters.
    pub class: Class,
    /// How many of them.
    pub repeat: Repeat,
}

/// How many characters of a class there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// One.
    Once,
    /// One or none.
    AtMostOnce,
    /// Any number.
    AnyNumber,
}

impl Shape {
    /// More alternatives than this become "anything".
    const ALTERNATIVES: usize = 64;
    /// Longer sequences than this become "anything".
    const STEPS: usize = 4096;

    /// Only the empty string.
    #[must_use]
    pub fn empty_string() -> Self {
        once!(Shape(Arc::from([Sequence::default()])))
    }

    /// Every string.
    #[must_use]
    pub fn any() -> Self {
        once!(Shape::class(Class::ANY, 0, None))
    }

    /// Every non-empty string without wildcard: what a parameter is assumed to hold.
    #[must_use]
    pub fn parameter() -> Self {
        once!(Shape::class(Class::ANY.without(Class::of("*?")), 1, None))
    }

    /// Exactly `text`.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self(Arc::from([Self::spelled(text)]))
    }

    /// One of `texts`.
    #[must_use]
    pub fn one_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut all: Vec<Sequence> = Vec::new();
        for text in texts {
            if all.len() < Self::ALTERNATIVES {
                all.push(Self::spelled(text));
            } else {
                all = Self::any().0.to_vec();
            }
        }
        if all.is_empty() { Self::any() } else { Self(all.into()) }
    }

    fn spelled(text: &str) -> Sequence {
        let step = |character: char| Step {
            class: Class::of(character.encode_utf8(&mut [0; 4])),
            repeat: Repeat::Once,
        };
        text.chars().map(step).collect()
    }

    /// From `least` to `most` characters of a class.
    #[must_use]
    pub fn class(class: Class, least: usize, most: Option<usize>) -> Self {
        let mut sequence = vec![Step { class, repeat: Repeat::Once }; least.min(Self::STEPS)];
        match most {
            Some(most) if most <= Self::STEPS => {
                sequence.resize(most.max(least), Step { class, repeat: Repeat::AtMostOnce });
            }
            _ => sequence.push(Step { class, repeat: Repeat::AnyNumber }),
        }
        Self(Arc::from([sequence.into_boxed_slice()]))
    }

    /// This language followed by another.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        if self.0.len() * next.0.len() > Self::ALTERNATIVES {
            return Self::any();
        }
        let mut sequences = Vec::new();
        for first in self.0.iter() {
            for second in next.0.iter() {
                if first.len() + second.len() > Self::STEPS {
                    return Self::any();
                }
                sequences.push([&**first, &**second].concat().into_boxed_slice());
            }
        }
        Self(sequences.into())
    }

    /// This language or another.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        if self.0.len() + other.0.len() > Self::ALTERNATIVES {
            return Self::any();
        }
        Self(self.0.iter().chain(other.0.iter()).cloned().collect())
    }

    /// The sequences of which the language is the union.
    #[must_use]
    pub fn sequences(&self) -> &[Box<[Step]>] {
        &self.0
    }

    /// True if no string is in both languages.
    #[must_use]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.0.iter().all(|left| other.0.iter().all(|right| !meet(left, right)))
    }

    /// True if a string of the language may have `text` in it.
    #[must_use]
    pub fn may_contain(&self, text: &str) -> bool {
        !self.is_disjoint(&Self::any().then(&Self::literal(text)).then(&Self::any()))
    }

    /// The length in characters of the shortest string of the language (never too long: an over-approximated
    /// language has shorter strings).
    #[must_use]
    pub fn least_length(&self) -> usize {
        let least = |sequence: &Sequence| sequence.iter().filter(|step| step.repeat == Repeat::Once).count();
        self.0.iter().map(least).min().unwrap_or_default()
    }

    /// True if `text` is in the language (or the language is over-approximated so far that it is).
    #[must_use]
    pub fn admits(&self, text: &str) -> bool {
        self.0.iter().any(|sequence| reads(sequence, text))
    }

    /// An account id: twelve digits.
    #[must_use]
    pub fn account_id() -> Self {
        once!(Shape::class(DIGITS, 12, Some(12)))
    }

    /// A region name: `us-east-1`, `us-gov-west-1`, `us-iso-east-1`.
    #[must_use]
    pub fn region() -> Self {
        once!({
            let word = || Shape::class(LOWER, 1, Some(12));
            let dash = Shape::literal("-");
            let end = Shape::class(DIGITS, 1, Some(2));
            let two = word().then(&dash).then(&word()).then(&dash).then(&end);
            let three = word().then(&dash).then(&two);
            two.or(&three)
        })
    }

    /// A partition, from the reference's table.
    #[must_use]
    pub fn partition() -> Self {
        once!(Shape::one_of([
            "aws",
            "aws-cn",
            "aws-us-gov",
            "aws-iso",
            "aws-iso-b",
            "aws-iso-e",
            "aws-iso-f",
            "aws-eusc",
        ]))
    }

    /// The domain of a partition's endpoints.
    #[must_use]
    pub fn url_suffix() -> Self {
        once!(Shape::class(LOWER.or(DIGITS).or(Class::of("-.")), 3, Some(64)))
    }

    /// A name that AWS or IAM accepts or generates: one to 128 of `[\w+=,.@-]`.
    #[must_use]
    pub fn name() -> Self {
        once!(Shape::class(NAME, 1, Some(128)))
    }

    /// What a request can carry as its external id: two characters or more (AWS STS API reference, AssumeRole,
    /// `ExternalId`: 2 to 1,224 of `[\w+=,.@:\/-]`).
    #[must_use]
    pub fn external_id() -> Self {
        once!(Shape::class(NAME.or(Class::of(":/")), 2, None))
    }

    /// A Cognito user pool id: `REGION_` and letters and digits.
    #[must_use]
    pub fn user_pool_id() -> Self {
        once!(Shape::region().then(&Shape::literal("_")).then(&Shape::class(ALPHANUMERIC, 1, Some(32))))
    }

    /// A Cognito identity pool id, or an identity id: `REGION:GUID`.
    #[must_use]
    pub fn identity_pool_id() -> Self {
        once!(Shape::region().then(&Shape::literal(":")).then(&Shape::guid()))
    }

    /// An app client id: `[\w+]+`, in practice 26 letters and digits. Neither `:` nor `-`.
    #[must_use]
    pub fn app_client_id() -> Self {
        once!(Shape::class(ALPHANUMERIC.or(Class::of("_+")), 1, Some(128)))
    }

    /// A GUID: 8-4-4-4-12 hexadecimal digits.
    #[must_use]
    pub fn guid() -> Self {
        once!(Shape::guid_of(HEX))
    }

    /// A GUID in upper or lower case, as identity stores take it.
    #[must_use]
    pub fn guid_in_any_case() -> Self {
        once!(Shape::guid_of(HEX.or(Class::of("ABCDEF"))))
    }

    fn guid_of(digits: Class) -> Self {
        let dash = Self::literal("-");
        [4, 4, 4, 12].into_iter().fold(Self::class(digits, 8, Some(8)), |shape, count| {
            shape.then(&dash).then(&Self::class(digits, count, Some(count)))
        })
    }

    /// A unique id of IAM: a four-letter prefix (`AROA`, `AIDA`, ...) and letters and digits.
    #[must_use]
    pub fn unique_id(prefix: &str) -> Self {
        Self::literal(prefix).then(&Self::class(UPPER.or(DIGITS), 12, Some(124)))
    }
}

/// True if a text is in a sequence: a walk with all positions at once that may have been reached.
fn reads(sequence: &[Step], text: &str) -> bool {
    if sequence.len() < u128::BITS as usize {
        reads_short(sequence, text)
    } else {
        reads_long(sequence, text)
    }
}

/// The same for a sequence of which each position has a bit: before the step of that number.
fn reads_short(sequence: &[Step], text: &str) -> bool {
    // The steps of each class, those that may be left out, and those of any number.
    let mut classes: SmallVec<[(Class, u128); 8]> = SmallVec::new();
    let (mut optional, mut lasting) = (0, 0);
    for (at, step) in sequence.iter().enumerate() {
        let bit = 1 << at;
        match classes.iter_mut().rev().find(|(class, _)| *class == step.class) {
            Some((_, steps)) => *steps |= bit,
            None => classes.push((step.class, bit)),
        }
        optional |= if step.repeat == Repeat::Once { 0 } else { bit };
        lasting |= if step.repeat == Repeat::AnyNumber { bit } else { 0 };
    }
    let leave_out = |mut reached: u128| {
        loop {
            let further = reached | (reached & optional) << 1;
            if further == reached {
                return reached;
            }
            reached = further;
        }
    };
    let mut reached = leave_out(1);
    for character in text.chars() {
        let of_class = classes.iter().filter(|(class, _)| class.contains(character));
        let read = reached & of_class.fold(0, |all, (_, steps)| all | steps);
        if read == 0 {
            return false;
        }
        reached = leave_out(read & lasting | (read & !lasting) << 1);
    }
    reached >> sequence.len() & 1 == 1
}

fn reads_long(sequence: &[Step], text: &str) -> bool {
    // Position `at` is before the step of that number.
    let mut reached: SmallVec<[bool; 64]> = SmallVec::from_elem(false, sequence.len() + 1);
    reached[0] = true;
    let leave_out = |reached: &mut [bool]| {
        for (at, step) in sequence.iter().enumerate() {
            reached[at + 1] |= reached[at] && step.repeat != Repeat::Once;
        }
    };
    leave_out(&mut reached);
    for character in text.chars() {
        let mut any = false;
        // From the last on: what is reached with this character is not read from again.
        reached[sequence.len()] = false;
        for (at, step) in sequence.iter().enumerate().rev() {
            if std::mem::take(&mut reached[at]) && step.class.contains(character) {
                any = true;
                reached[if step.repeat == Repeat::AnyNumber { at } else { at + 1 }] = true;
            }
        }
        if !any {
            return false;
        }
        leave_out(&mut reached);
    }
    reached[sequence.len()]
}

/// True if some string is in both sequences: a walk over pairs of positions, exact for sequences.
fn meet(left: &[Step], right: &[Step]) -> bool {
    let mut seen = FxHashSet::default();
    let mut queue = VecDeque::from([(0, 0)]);
    while let Some((i, j)) = queue.pop_front() {
        if !seen.insert((i, j)) {
            continue;
        }
        if i == left.len() && j == right.len() {
            return true;
        }
        // A step that may be left out is left out.
        if left.get(i).is_some_and(|step| step.repeat != Repeat::Once) {
            queue.push_back((i + 1, j));
        }
        if right.get(j).is_some_and(|step| step.repeat != Repeat::Once) {
            queue.push_back((i, j + 1));
        }
        // Both take one common character.
        if let (Some(a), Some(b)) = (left.get(i), right.get(j))
            && a.class.meets(b.class)
        {
            let after = |step: &Step, at: usize| if step.repeat == Repeat::AnyNumber { at } else { at + 1 };
            queue.push_back((after(a, i), after(b, j)));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn admits_what_aws_writes() {
        let cases = [
            (Shape::account_id(), "123456789012", true),
            (Shape::account_id(), "1234-5678-9012", false),
            (Shape::region(), "us-gov-west-1", true),
            (Shape::region(), "us-east-1", true),
            (Shape::region(), "useast1", false),
            (Shape::user_pool_id(), "us-east-1_AbC123xyz", true),
            (Shape::user_pool_id(), "us-east-1:11111111-2222-3333-4444-555555555555", false),
            (Shape::identity_pool_id(), "us-east-1:11111111-2222-3333-4444-555555555555", true),
            (Shape::parameter(), "", false),
            (Shape::parameter(), "a*", false),
            (Shape::unique_id("AROA"), "AROAEXAMPLEID12345", true),
            (Shape::unique_id("AROA"), "my-role", false),
        ];
        for (shape, text, expected) in cases {
            assert_eq!(shape.admits(text), expected, "{text}");
        }
    }

    #[test]
    fn what_thousands_of_templates_have_takes_no_room_for_each() {
        let usual =
            [Shape::any, Shape::parameter, Shape::account_id, Shape::region, Shape::partition, Shape::name];
        for make in usual {
            assert!(Arc::ptr_eq(&make().0, &make().0), "{:?}", make());
        }
        assert_eq!(size_of::<Step>(), 18);
    }

    #[test]
    fn forms_of_different_identifiers_are_disjoint() {
        assert!(Shape::user_pool_id().is_disjoint(&Shape::identity_pool_id()));
        assert!(Shape::app_client_id().is_disjoint(&Shape::identity_pool_id()));
        assert!(Shape::app_client_id().is_disjoint(&Shape::user_pool_id()));
        let arn = Shape::literal("arn:").then(&Shape::any());
        assert!(Shape::name().is_disjoint(&arn), "a role's name has no colon");
        assert!(!Shape::parameter().is_disjoint(&arn));
    }

    /// A small regular expression and the shape of the same language.
    fn language() -> impl Strategy<Value = (String, Shape)> {
        let step = (prop::sample::select(vec!["a", "b", "ab"]), 0usize..3, prop::option::of(0usize..3));
        prop::collection::vec(step, 0..4).prop_map(|steps| {
            let mut pattern = String::from("^");
            let mut shape = Shape::empty_string();
            for (characters, least, extra) in steps {
                let most = extra.map(|extra| least + extra);
                let bound = most.map_or(String::new(), |most| most.to_string());
                pattern.push_str(&format!("[{characters}]{{{least},{bound}}}"));
                shape = shape.then(&Shape::class(Class::of(characters), least, most));
            }
            pattern.push('$');
            (pattern, shape)
        })
    }

    proptest! {
        /// The walk agrees with enumeration. Three steps that force at most two characters each, on both
        /// sides, have a common string of at most eight characters or none at all.
        #[test]
        fn disjoint_means_no_common_string((left, left_shape) in language(), (right, right_shape) in language()) {
            use regex_automata::{Input, dfa::{Automaton, dense::DFA}};
            let left = DFA::new(&left).expect("a valid pattern");
            let right = DFA::new(&right).expect("a valid pattern");
            let accepts = |dfa: &DFA<Vec<u32>>, text: &str| dfa.try_search_fwd(&Input::new(text)).expect("no quit bytes").is_some();
            let mut common = false;
            for length in 0..=10u32 {
                for bits in 0..(1u32 << length) {
                    let text: String = (0..length).map(|index| if bits >> index & 1 == 1 { 'a' } else { 'b' }).collect();
                    prop_assert_eq!(left_shape.admits(&text), accepts(&left, &text), "{}", text);
                    let long = left_shape.sequences().iter().any(|sequence| reads_long(sequence, &text));
                    prop_assert_eq!(long, accepts(&left, &text), "{}, by the way for long ones", text);
                    if accepts(&left, &text) && accepts(&right, &text) { common = true; }
                }
                if common { break; }
            }
            prop_assert_eq!(left_shape.is_disjoint(&right_shape), !common);
        }
    }
}
