//! Languages of strings, as the values of conditions and the claims of tokens write them.
//!
//! Strings are *abstract*: a symbol in them is one character of its own ([`SymbolId::token`]), which stands for
//! the same unknown string wherever it occurs. A language is a small automaton whose edges read one character;
//! what a token may turn out to be is known to the automaton that reads it (`automaton.rs`).

use smallvec::{SmallVec, smallvec};

use crate::value::{Class, FIRST_TOKEN, Repeat, Shape, Step, SymbolId, Vocabulary};

/// A set of characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Characters {
    /// ASCII, by bit.
    ascii: u128,
    /// Sorted, disjoint, inclusive ranges beyond ASCII.
    beyond: SmallVec<[(u32, u32); 1]>,
}

/// The last character.
const LAST: u32 = 0x10_FFFF;

impl Characters {
    /// Every character, tokens included.
    pub(super) fn all() -> Self {
        Self { ascii: u128::MAX, beyond: smallvec![(128, LAST)] }
    }

    /// Every character that is no token.
    pub(super) fn single() -> Self {
        Self { ascii: u128::MAX, beyond: smallvec![(128, FIRST_TOKEN - 1)] }
    }

    /// One character.
    pub(super) fn one(character: char) -> Self {
        let code = u32::from(character);
        if code < 128 {
            Self { ascii: 1 << code, beyond: SmallVec::new() }
        } else {
            Self { ascii: 0, beyond: smallvec![(code, code)] }
        }
    }

    /// One character in any case.
    fn ignoring_case(character: char) -> Self {
        let mut set = Self::one(character);
        for other in character.to_lowercase().chain(character.to_uppercase()) {
            set.add(u32::from(other), u32::from(other));
        }
        set
    }

    /// The characters of this set, those of ASCII in any case.
    fn in_any_case(mut self) -> Self {
        const UPPER: u128 = ((1 << 26) - 1) << b'A';
        const LOWER: u128 = ((1 << 26) - 1) << b'a';
        let between = b'a' - b'A';
        self.ascii |= (self.ascii & UPPER) << between | (self.ascii & LOWER) >> between;
        self
    }

    /// The characters of a class of shapes.
    pub(super) fn of(class: Class) -> Self {
        let beyond = if class.has_others() { smallvec![(128, FIRST_TOKEN - 1)] } else { SmallVec::new() };
        Self { ascii: class.ascii(), beyond }
    }

    /// This set without one character.
    pub(super) fn without(mut self, character: char) -> Self {
        let code = u32::from(character);
        if code < 128 {
            self.ascii &= !(1 << code);
        } else {
            let split = |&(low, high): &(u32, u32)| {
                let below = (low < code).then(|| (low, high.min(code - 1)));
                let above = (high > code).then(|| (low.max(code + 1), high));
                if code < low || code > high { [Some((low, high)), None] } else { [below, above] }
            };
            self.beyond = self.beyond.iter().flat_map(split).flatten().collect();
        }
        self
    }

    fn add(&mut self, low: u32, high: u32) {
        if high < 128 {
            for code in low..=high {
                self.ascii |= 1 << code;
            }
            return;
        }
        if !self.beyond.iter().any(|&(from, to)| from <= low && high <= to) {
            self.beyond.push((low, high));
            self.beyond.sort_unstable();
        }
    }

    /// The ASCII characters of the set, by bit.
    pub(super) const fn ascii(&self) -> u128 {
        self.ascii
    }

    /// Whether some character beyond ASCII is in the set.
    pub(super) fn has_others(&self) -> bool {
        !self.beyond.is_empty()
    }

    /// Whether a character is in the set.
    pub(super) fn contains(&self, character: u32) -> bool {
        if character < 128 {
            self.ascii >> character & 1 == 1
        } else {
            self.beyond.iter().any(|&(low, high)| (low..=high).contains(&character))
        }
    }

    /// Whether all characters are in the set.
    pub(super) fn is_all(&self) -> bool {
        *self == Self::all()
    }

    /// Whether this character is the only one.
    pub(super) fn is_only(&self, character: u32) -> bool {
        self.ascii == 0 && self.beyond.as_slice() == [(character, character)]
    }

    /// The symbol that the set is, if it is one.
    pub(super) fn symbol(&self) -> Option<u32> {
        match *self.beyond.as_slice() {
            [(low, high)] if low == high && self.ascii == 0 => {
                char::from_u32(low).is_some_and(SymbolId::is_token).then_some(low)
            }
            _ => None,
        }
    }

    /// Whether a character of a class may be in the set.
    pub(super) fn meets_class(&self, class: Class) -> bool {
        self.ascii & class.ascii() != 0
            || (class.has_others() && self.beyond.iter().any(|&(low, _)| low < FIRST_TOKEN))
    }

    /// Whether every character of a class is in the set.
    pub(super) fn covers_class(&self, class: Class) -> bool {
        class.ascii() & !self.ascii == 0
            && (!class.has_others()
                || self.beyond.iter().any(|&(low, high)| low == 128 && high >= FIRST_TOKEN - 1))
    }

    /// Adds the characters at which membership changes, in no order.
    pub(super) fn cuts(&self, into: &mut Vec<u32>) {
        let flips = self.ascii ^ (self.ascii << 1);
        let mut rest = flips;
        while rest != 0 {
            into.push(rest.trailing_zeros());
            rest &= rest - 1;
        }
        for &(low, high) in &self.beyond {
            into.extend([low, high + 1]);
        }
        // Where ASCII ends, whatever is behind may differ.
        if self.ascii >> 127 == 1 || !self.beyond.is_empty() {
            into.push(128);
        }
    }
}

/// A state of a [`Language`].
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The characters that lead on, and where to.
    pub(super) reads: Option<(Characters, u32)>,
    /// States that are reached without reading.
    pub(super) also: SmallVec<[u32; 2]>,
    /// True at the end of a string of the language.
    pub(super) accepts: bool,
    /// The symbol for whose unknown string the state reads.
    pub(super) stands_for: Option<SymbolId>,
}

/// A language of abstract strings.
#[derive(Clone, Debug)]
pub(super) struct Language {
    /// The states.
    pub(super) nodes: Vec<Node>,
    /// Where every string begins.
    pub(super) start: u32,
    /// Some of its strings, as they were written.
    pub(super) texts: Vec<String>,
}

/// The most strings of a language that are kept as they were written.
const TEXTS: usize = 8;

/// What one stretch of a written value reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// This character.
    Character(char),
    /// This symbol's string.
    Symbol(SymbolId),
    /// Any one character.
    One,
    /// Any characters.
    Any,
    /// Any one character but a colon.
    OneInSegment,
    /// Any characters but a colon.
    AnyInSegment,
}

/// How the symbols of a language are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Symbols {
    /// A symbol is only itself.
    Themselves,
    /// A symbol is itself, or any string that it may turn out to be.
    AnyString,
}

/// Puts languages together.
pub(super) struct Builder<'v> {
    vocabulary: &'v Vocabulary,
    symbols: Symbols,
    ignore_case: bool,
    nodes: Vec<Node>,
    texts: Vec<String>,
    /// What no symbol turns out to be, and whether wildcards are read in what symbols are.
    strangers: (Vec<String>, bool),
}

impl<'v> Builder<'v> {
    pub(super) fn new(vocabulary: &'v Vocabulary, symbols: Symbols, ignore_case: bool) -> Self {
        let (nodes, texts, strangers) = (Vec::new(), Vec::new(), (Vec::new(), false));
        let mut builder = Self { vocabulary, symbols, ignore_case, nodes, texts, strangers };
        builder.node();
        builder
    }

    /// The same, where no symbol turns out to be one of some texts. With `wildcards`, one that may have some in it can still
    /// stand for them.
    pub(super) fn with_strangers(mut self, texts: &[String], wildcards: bool) -> Self {
        self.strangers = (texts.to_vec(), wildcards);
        self
    }

    /// Adds the strings that these units read.
    pub(super) fn alternative(&mut self, units: &[Unit]) {
        let character = |unit: &Unit| match unit {
            Unit::Character(character) => Some(*character),
            _ => None,
        };
        if self.texts.len() < TEXTS
            && let Some(text) = units.iter().map(character).collect()
        {
            self.texts.push(text);
        }
        let mut at = self.branch();
        for unit in units {
            at = match *unit {
                Unit::Character(character) if self.ignore_case => {
                    self.read(at, Characters::ignoring_case(character))
                }
                Unit::Character(character) => self.read(at, Characters::one(character)),
                Unit::Symbol(symbol) => self.symbol(at, symbol),
                Unit::One => self.read(at, Characters::single()),
                Unit::Any => self.repeat(at, Characters::all()),
                Unit::OneInSegment => self.read(at, Characters::single().without(':')),
                Unit::AnyInSegment => self.repeat(at, Characters::all().without(':')),
            };
        }
        self.nodes[at as usize].accepts = true;
    }

    /// Adds one abstract string.
    pub(super) fn exactly(&mut self, text: &str) {
        if self.texts.len() < TEXTS {
            self.texts.push(text.to_owned());
        }
        let mut at = self.branch();
        for character in text.chars() {
            at = self.read(at, Characters::one(character));
        }
        self.nodes[at as usize].accepts = true;
    }

    /// Adds the strings that are no ARN: they do not begin with `arn:`, or have fewer than six parts.
    pub(super) fn no_arn(&mut self) {
        let mut at = self.branch();
        for character in "arn:".chars() {
            // It ends here, or goes on with another character.
            self.nodes[at as usize].accepts = true;
            let other = self.node();
            self.nodes[at as usize].also.push(other);
            let behind = self.read(other, Characters::all().without(character));
            let end = self.repeat(behind, Characters::all());
            self.nodes[end as usize].accepts = true;
            at = self.read(at, Characters::one(character));
        }
        for part in 1..5 {
            at = self.repeat(at, Characters::all().without(':'));
            self.nodes[at as usize].accepts = true;
            if part < 4 {
                at = self.read(at, Characters::one(':'));
            }
        }
    }

    /// Adds the strings of a shape.
    pub(super) fn shape(&mut self, shape: &Shape) {
        let at = self.branch();
        for end in self.sequences_from(at, shape.sequences(), None) {
            self.nodes[end as usize].accepts = true;
        }
    }

    pub(super) fn finish(self) -> Language {
        Language { nodes: self.nodes, start: 0, texts: self.texts }
    }

    fn node(&mut self) -> u32 {
        self.nodes.push(Node { reads: None, also: SmallVec::new(), accepts: false, stands_for: None });
        u32::try_from(self.nodes.len() - 1).expect("a language is smaller than the text it is read from")
    }

    fn branch(&mut self) -> u32 {
        let node = self.node();
        self.nodes[0].also.push(node);
        node
    }

    fn read(&mut self, at: u32, characters: Characters) -> u32 {
        let next = self.node();
        self.nodes[at as usize].reads = Some((characters, next));
        next
    }

    fn repeat(&mut self, at: u32, characters: Characters) -> u32 {
        // A state of its own to loop in: `at` may be shared with another branch.
        let (inside, next) = (self.node(), self.node());
        self.nodes[at as usize].also.push(inside);
        self.nodes[inside as usize].reads = Some((characters, inside));
        self.nodes[inside as usize].also.push(next);
        next
    }

    fn symbol(&mut self, at: u32, symbol: SymbolId) -> u32 {
        let end = self.node();
        match symbol.token() {
            Some(token) if self.symbols == Symbols::Themselves => {
                let itself = self.node();
                self.nodes[at as usize].also.push(itself);
                self.nodes[itself as usize].reads = Some((Characters::one(token), end));
            }
            // A value that is the symbol itself is among those that it may be.
            _ => {
                let shape = self.vocabulary.symbols.shape(symbol).clone();
                let sequences = self.without_strangers(&shape);
                for last in self.sequences_from(at, &sequences, Some(symbol)) {
                    self.nodes[last as usize].also.push(end);
                }
            }
        }
        end
    }

    /// The sequences of a symbol's shape, but for what it does not turn out to be.
    fn without_strangers(&self, shape: &Shape) -> Vec<Vec<Step>> {
        let (strangers, wildcards) = &self.strangers;
        let mut sequences: Vec<Vec<Step>> = shape.sequences().iter().map(|steps| steps.to_vec()).collect();
        if *wildcards && ["*", "?"].into_iter().any(|wildcard| shape.may_contain(wildcard)) {
            return sequences;
        }
        for stranger in strangers.iter().filter(|stranger| stranger.is_ascii()) {
            let others = |sequence: &Vec<Step>| self.without_stranger(sequence, stranger);
            sequences = sequences.iter().flat_map(others).collect();
        }
        sequences
    }

    /// Sequences for all strings of one but a text: each begins like the text and goes on otherwise, or ends before it does.
    fn without_stranger(&self, sequence: &[Step], stranger: &str) -> Vec<Vec<Step>> {
        let same = |character: char| {
            let (lower, upper) = (character.to_ascii_lowercase(), character.to_ascii_uppercase());
            let same = if self.ignore_case { [lower, upper] } else { [character; 2] };
            Class::of(same.iter().collect::<String>().as_str())
        };
        // Where a sequence may be, and where it may be without reading on.
        let with_skipped = |places: &[usize]| {
            let mut all = places.to_vec();
            for (at, step) in sequence.iter().enumerate() {
                if all.contains(&at) && step.repeat != Repeat::Once && !all.contains(&(at + 1)) {
                    all.push(at + 1);
                }
            }
            all.sort_unstable();
            all
        };
        let behind = |at: usize| if sequence[at].repeat == Repeat::AnyNumber { at } else { at + 1 };
        let (mut found, mut begun) = (Vec::new(), Vec::new());
        let mut places = with_skipped(&[0]);
        let mut rest = stranger.chars();
        loop {
            let next = rest.next().map(same);
            let mut ahead = Vec::new();
            for &at in &places {
                let Some(step) = sequence.get(at) else {
                    if next.is_some() {
                        found.push(begun.clone());
                    }
                    continue;
                };
                let other = next.map_or(step.class, |next| step.class.without(next));
                if other.ascii() != 0 || other.has_others() {
                    let once = Step { class: other, repeat: Repeat::Once };
                    found.push([begun.as_slice(), &[once], &sequence[behind(at)..]].concat());
                }
                if next.is_some_and(|next| step.class.meets(next)) {
                    ahead.extend(Some(behind(at)).filter(|behind| !ahead.contains(behind)));
                }
            }
            let Some(next) = next.filter(|_| !ahead.is_empty()) else { return found };
            begun.push(Step { class: next, repeat: Repeat::Once });
            places = with_skipped(&ahead);
        }
    }

    /// Adds the strings of sequences behind `at`; gives the ends.
    fn sequences_from(
        &mut self,
        at: u32,
        sequences: &[impl AsRef<[Step]>],
        stands_for: Option<SymbolId>,
    ) -> Vec<u32> {
        let mut ends = Vec::new();
        for sequence in sequences {
            let mut here = self.node();
            self.nodes[at as usize].also.push(here);
            for step in sequence.as_ref() {
                self.nodes[here as usize].stands_for = stands_for;
                let mut characters = Characters::of(step.class);
                if self.ignore_case {
                    characters = characters.in_any_case();
                }
                here = match step.repeat {
                    Repeat::Once => self.read(here, characters),
                    Repeat::AtMostOnce => {
                        let next = self.read(here, characters);
                        self.nodes[here as usize].also.push(next);
                        next
                    }
                    Repeat::AnyNumber => {
                        let next = self.repeat(here, characters);
                        self.nodes[next as usize - 1].stands_for = stands_for;
                        next
                    }
                };
            }
            ends.push(here);
        }
        ends
    }
}
