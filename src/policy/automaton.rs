//! Reads abstract strings by the states of a [`Language`], determined as far as they are needed.

use std::hash::{BuildHasher, Hash};

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::language::{Language, Node};
use crate::value::{Repeat, Shape, Step, SymbolId, Vocabulary};

/// How a symbol in a string is read where the language does not name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Reading {
    /// As whatever it may turn out to be, all at once: "accepted" holds in every case.
    Every,
    /// As something that it may turn out to be: "accepted" holds in some case.
    Some,
    /// Not at all: symbols stand only where the language names them.
    Named,
}

/// What a set of states costs that was not met before: it is looked for, and kept.
const NEW_SET: usize = 8;

/// What a decision may still spend. Every loop that input drives takes from it.
#[derive(Debug)]
pub(super) struct Budget(u32);

/// A decision took more steps than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted;

impl Budget {
    pub(super) const fn new(steps: u32) -> Self {
        Self(steps)
    }

    /// The steps that are left.
    pub(super) const fn left(&self) -> u32 {
        self.0
    }

    pub(super) fn take(&mut self, steps: usize) -> Result<(), Exhausted> {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        match self.0.checked_sub(steps) {
            Some(rest) => {
                self.0 = rest;
                Ok(())
            }
            None => {
                self.0 = 0;
                Err(Exhausted)
            }
        }
    }
}

type States = SmallVec<[u32; 6]>;

/// States that the language may be in.
struct Set {
    nodes: States,
    /// Whether nothing was read yet, or only symbols that may be empty.
    is_blank: bool,
    accepts: bool,
    /// Whether whatever comes is accepted.
    accepts_all: bool,
    leads: Leads,
}

/// Characters that lead on from a state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leads {
    /// Those of ASCII, by bit.
    ascii: u128,
    /// Whether some beyond ASCII may do so.
    beyond: bool,
}

impl Leads {
    /// Every character.
    pub(super) const ALL: Self = Self { ascii: u128::MAX, beyond: true };

    /// No character.
    const NONE: Self = Self { ascii: 0, beyond: false };

    /// Those that are in both.
    pub(super) const fn and(self, other: Self) -> Self {
        Self { ascii: self.ascii & other.ascii, beyond: self.beyond && other.beyond }
    }

    /// The only one that leads on of these characters of ASCII, if none beyond it may.
    pub(super) const fn only_of(self, ascii: u128) -> Option<char> {
        let open = self.ascii & ascii;
        if self.beyond || !open.is_power_of_two() {
            return None;
        }
        Some(open.trailing_zeros() as u8 as char)
    }

    /// Whether a character may be one of them. Symbols always may.
    pub(super) fn have(self, character: char) -> bool {
        let code = u32::from(character);
        if code < 128 { self.ascii >> code & 1 == 1 } else { self.beyond || SymbolId::is_token(character) }
    }
}

/// Where a character leads that was not read yet.
const UNKNOWN: u32 = u32::MAX;

/// A language whose sets of states get numbers when they are met.
pub(super) struct Automaton<'v> {
    vocabulary: &'v Vocabulary,
    language: Language,
    reading: Reading,
    sets: Vec<Set>,
    /// From hash to the sets with that hash.
    known: FxHashMap<u64, SmallVec<[u32; 1]>>,
    /// Where the characters between two cuts lead: by state, then by the stretch between cuts.
    moves: Vec<u32>,
    /// Where symbols lead.
    symbol_moves: FxHashMap<(u32, u32), u32>,
    /// The stretch between cuts of each ASCII character.
    classes: [u8; 128],
    /// The characters at which the language begins to read differently, sorted; those of ASCII also by bit.
    cuts: Vec<u32>,
    ascii_cuts: u128,
    /// The symbols that the language names, sorted.
    named: SmallVec<[u32; 2]>,
    seen: Vec<bool>,
    /// Whether the empty string is accepted, whatever the language says.
    empty: Option<bool>,
    /// Whether the language is one text.
    pub(super) is_of_one_text: bool,
    /// Whether a state reads for a symbol's unknown string: then it matters which symbol is read, and not only its shape.
    tells_symbols_apart: bool,
    /// Where symbols of a shape lead, by state, and what it took to find out.
    shape_moves: FxHashMap<u32, Vec<(Shape, u32, States)>>,
}

impl<'v> Automaton<'v> {
    pub(super) fn new(language: Language, reading: Reading, vocabulary: &'v Vocabulary) -> Self {
        let (mut cuts, mut named) = (Vec::new(), SmallVec::new());
        for node in &language.nodes {
            if let Some((characters, _)) = &node.reads {
                characters.cuts(&mut cuts);
                named.extend(characters.symbol());
            }
        }
        named.sort_unstable();
        named.dedup();
        cuts.sort_unstable();
        cuts.dedup();
        let mut classes = [0; 128];
        let mut class = 0;
        for (character, slot) in (0_u32..).zip(&mut classes) {
            class += usize::from(cuts.get(class) == Some(&character));
            *slot = u8::try_from(class).unwrap_or(u8::MAX);
        }
        let ascii_cuts = cuts.iter().filter(|&&cut| cut < 128).fold(0, |all, cut| all | 1 << cut);
        let seen = vec![false; language.nodes.len()];
        let tells_symbols_apart = language.nodes.iter().any(|node| node.stands_for.is_some());
        let mut automaton = Self {
            vocabulary,
            language,
            reading,
            sets: Vec::new(),
            known: FxHashMap::default(),
            moves: Vec::new(),
            symbol_moves: FxHashMap::default(),
            classes,
            cuts,
            ascii_cuts,
            named,
            seen,
            empty: None,
            is_of_one_text: false,
            tells_symbols_apart,
            shape_moves: FxHashMap::default(),
        };
        let start = automaton.language.start;
        automaton.set(SmallVec::from_slice(&[start]), false);
        automaton
    }

    /// The same, but for the empty string, which is accepted or not as is said here.
    pub(super) fn with_empty(mut self, accepted: bool) -> Self {
        self.empty = Some(accepted);
        // No other state may be the one before anything is read.
        self.known.clear();
        self.sets[Self::START as usize].is_blank = true;
        self
    }

    /// The state before anything is read.
    pub(super) const START: u32 = 0;

    /// The state behind one more character.
    #[inline]
    pub(super) fn next(&mut self, state: u32, character: u32, budget: &mut Budget) -> Result<u32, Exhausted> {
        // Most were read before.
        if let Some(&class) = self.classes.get(character as usize) {
            let known = self.moves[state as usize * (self.cuts.len() + 1) + usize::from(class)];
            if known != UNKNOWN {
                return Ok(known);
            }
        }
        self.read_on(state, character, budget)
    }

    fn read_on(&mut self, state: u32, character: u32, budget: &mut Budget) -> Result<u32, Exhausted> {
        if char::from_u32(character).is_some_and(SymbolId::is_token) {
            if let Some(&known) = self.symbol_moves.get(&(state, character)) {
                return Ok(known);
            }
            let from = self.sets[state as usize].nodes.clone();
            budget.take(1 + from.len())?;
            let targets = match self.vocabulary.symbols.of_token(character) {
                Some(symbol) => self.read_symbol(state, &from, symbol, character, budget)?,
                None => self.read_character(&from, character),
            };
            let is_blank = self.sets[state as usize].is_blank && self.may_be_empty(character);
            let next = self.set(targets, is_blank);
            self.symbol_moves.insert((state, character), next);
            return Ok(next);
        }
        let class = match self.classes.get(character as usize) {
            Some(&class) => usize::from(class),
            None => self.cuts.partition_point(|&cut| cut <= character),
        };
        let at = state as usize * (self.cuts.len() + 1) + class;
        let known = self.moves[at];
        if known != UNKNOWN {
            return Ok(known);
        }
        let from = self.sets[state as usize].nodes.clone();
        budget.take(1 + from.len())?;
        let targets = self.read_character(&from, character);
        let sets = self.sets.len();
        let next = self.set(targets, false);
        self.moves[at] = next;
        if self.sets.len() > sets {
            budget.take(NEW_SET)?;
        }
        Ok(next)
    }

    /// Whether a symbol counts for the empty string too, where something else is said of that: what is accepted for some
    /// of what it may be, or is refused for some, must not hold for the others alone.
    fn may_be_empty(&self, token: u32) -> bool {
        let counts = match self.reading {
            Reading::Some => self.empty == Some(true),
            Reading::Every => self.empty == Some(false),
            Reading::Named => false,
        };
        let symbol = self.vocabulary.symbols.of_token(token).filter(|_| counts);
        symbol.is_some_and(|symbol| self.vocabulary.symbols.shape(symbol).least_length() == 0)
    }

    fn read_character(&self, from: &[u32], character: u32) -> States {
        let read = |&node: &u32| match &self.language.nodes[node as usize].reads {
            Some((characters, next)) if characters.contains(character) => Some(*next),
            _ => None,
        };
        from.iter().filter_map(read).collect()
    }

    /// The state behind a string.
    pub(super) fn read(&mut self, from: u32, text: &str, budget: &mut Budget) -> Result<u32, Exhausted> {
        text.chars().try_fold(from, |state, character| self.next(state, u32::from(character), budget))
    }

    /// Whether what was read up to this state is in the language.
    pub(super) fn accepts(&self, state: u32) -> bool {
        match self.empty {
            Some(accepted) if self.sets[state as usize].is_blank => accepted,
            _ => self.sets[state as usize].accepts,
        }
    }

    /// Whether nothing that begins with what was read up to this state is accepted, or with `truth` false, refused.
    pub(super) fn is_lost(&self, state: u32, truth: bool) -> bool {
        let set = &self.sets[state as usize];
        let whatever_comes = if truth { set.nodes.is_empty() } else { set.accepts_all };
        // Of the empty string something else may be said.
        whatever_comes && !set.is_blank
    }

    /// The characters, but for symbols, that lead on to where not all is lost.
    pub(super) fn leads(&self, state: u32) -> Leads {
        self.sets[state as usize].leads
    }

    /// Some strings of the language, as they were written.
    pub(super) fn texts(&self) -> &[String] {
        &self.language.texts
    }

    /// The characters at which the language begins to read differently, sorted.
    pub(super) fn cuts(&self) -> &[u32] {
        &self.cuts
    }

    /// Those of ASCII, by bit.
    pub(super) const fn ascii_cuts(&self) -> u128 {
        self.ascii_cuts
    }

    /// The symbols that the language names, sorted.
    pub(super) fn named(&self) -> &[u32] {
        &self.named
    }

    /// The number of a set of states, closed under what is reached without reading.
    fn set(&mut self, mut open: States, is_blank: bool) -> u32 {
        let mut states = States::new();
        let mut accepts = false;
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut self.seen[node as usize], true) {
                continue;
            }
            let Node { reads, also, accepts: end, .. } = &self.language.nodes[node as usize];
            accepts |= end;
            open.extend(also.iter().copied());
            // States that only lead to others say nothing of their own, but must be unmarked again.
            if reads.is_some() || *end || !also.is_empty() {
                states.push(node);
            }
        }
        for &node in &states {
            self.seen[node as usize] = false;
        }
        // What was marked and is not kept has no way on.
        states.retain(|node| {
            let Node { reads, accepts, .. } = &self.language.nodes[*node as usize];
            reads.is_some() || *accepts
        });
        states.sort_unstable();
        let hash = FxBuildHasher.hash_one(Slice(&states));
        let known = self.known.entry(hash).or_default();
        let is_same = |&&id: &&u32| {
            let set = &self.sets[id as usize];
            set.is_blank == is_blank && set.nodes == states
        };
        if let Some(&id) = known.iter().find(is_same) {
            return id;
        }
        let id = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        known.push(id);
        let (mut leads, mut accepts_all) = (Leads::NONE, false);
        for &node in &states {
            if let Some((characters, next)) = &self.language.nodes[node as usize].reads {
                leads.ascii |= characters.ascii();
                leads.beyond |= characters.has_others();
                accepts_all |= *next == node && characters.is_all() && self.may_end(node);
            }
        }
        self.sets.push(Set { nodes: states, is_blank, accepts, accepts_all, leads });
        self.moves.resize(self.sets.len() * (self.cuts.len() + 1), UNKNOWN);
        id
    }

    /// Whether a string of the language ends where a state is.
    fn may_end(&self, node: u32) -> bool {
        let Node { accepts, also, .. } = &self.language.nodes[node as usize];
        *accepts || also.iter().any(|&next| self.language.nodes[next as usize].accepts)
    }

    fn read_symbol(
        &mut self,
        state: u32,
        from: &[u32],
        symbol: SymbolId,
        token: u32,
        budget: &mut Budget,
    ) -> Result<States, Exhausted> {
        let mut targets = States::new();
        for &node in from {
            if let Some((characters, next)) = &self.language.nodes[node as usize].reads
                && characters.is_only(token)
            {
                targets.push(*next);
            }
        }
        if self.reading == Reading::Named {
            return Ok(targets);
        }
        let shape = self.vocabulary.symbols.shape(symbol);
        let mut known = self.shape_moves.get(&state).into_iter().flatten();
        if let Some((_, steps, found)) = known.find(|(known, ..)| known == shape) {
            budget.take(*steps as usize)?;
            targets.extend(found.iter().copied());
            return Ok(targets);
        }
        let before = budget.left();
        let found = match self.reading {
            Reading::Some => self.read_some(from, shape, symbol, budget)?,
            Reading::Every | Reading::Named => self.read_every(from, shape, budget)?,
        };
        if !self.tells_symbols_apart || self.reading == Reading::Every {
            let steps = before - budget.left();
            let made = (shape.clone(), steps, SmallVec::from_slice(&found));
            self.shape_moves.entry(state).or_default().push(made);
        }
        targets.extend(found);
        Ok(targets)
    }

    /// Where some string of a shape leads.
    fn read_some(
        &self,
        from: &[u32],
        shape: &Shape,
        symbol: SymbolId,
        budget: &mut Budget,
    ) -> Result<Vec<u32>, Exhausted> {
        let mut targets = Vec::new();
        for sequence in shape.sequences() {
            let mut seen = Seen::new(sequence.len() + 1, self.language.nodes.len());
            let mut open: Vec<(usize, u32)> = from.iter().map(|&node| (0, node)).collect();
            while let Some((at, node)) = open.pop() {
                if !seen.insert(at, node) {
                    continue;
                }
                budget.take(1)?;
                let Node { reads, also, stands_for, .. } = &self.language.nodes[node as usize];
                // Two resources of one kind never have the same identity.
                if stands_for.is_some_and(|other| self.vocabulary.symbols.are_apart(other, symbol)) {
                    continue;
                }
                open.extend(also.iter().map(|&next| (at, next)));
                let Some(step) = sequence.get(at) else {
                    targets.push(node);
                    continue;
                };
                if step.repeat != Repeat::Once {
                    open.push((at + 1, node));
                }
                if let Some((characters, next)) = reads
                    && characters.meets_class(step.class)
                {
                    open.push((if step.repeat == Repeat::AnyNumber { at } else { at + 1 }, *next));
                }
            }
        }
        targets.sort_unstable();
        targets.dedup();
        Ok(targets)
    }

    /// Where every string of a shape leads (not always all of these places).
    fn read_every(&self, from: &[u32], shape: &Shape, budget: &mut Budget) -> Result<Vec<u32>, Exhausted> {
        let mut common: Option<FxHashSet<u32>> = None;
        for sequence in shape.sequences() {
            let found = self.read_whole_sequence(from, sequence, budget)?;
            common = Some(match common {
                None => found,
                Some(before) => before.intersection(&found).copied().collect(),
            });
        }
        let mut targets: Vec<u32> = common.unwrap_or_default().into_iter().collect();
        targets.sort_unstable();
        Ok(targets)
    }

    fn read_whole_sequence(
        &self,
        from: &[u32],
        sequence: &[Step],
        budget: &mut Budget,
    ) -> Result<FxHashSet<u32>, Exhausted> {
        let mut found = FxHashSet::default();
        let mut seen = Seen::new(sequence.len() + 1, self.language.nodes.len());
        let mut open: Vec<(usize, u32)> = from.iter().map(|&node| (0, node)).collect();
        while let Some((at, node)) = open.pop() {
            if !seen.insert(at, node) {
                continue;
            }
            budget.take(1)?;
            let Node { reads, also, .. } = &self.language.nodes[node as usize];
            open.extend(also.iter().map(|&next| (at, next)));
            let Some(step) = sequence.get(at) else {
                found.insert(node);
                continue;
            };
            let Some((characters, next)) = reads else { continue };
            if !characters.covers_class(step.class) {
                continue;
            }
            // A loop takes any number; a single character may only stand for a single one.
            let loops = next == &node;
            if loops
                || step.repeat == Repeat::Once
                || (step.repeat == Repeat::AtMostOnce && also.contains(next))
            {
                open.push((at + 1, *next));
            }
        }
        Ok(found)
    }
}

/// Which nodes were met at which steps of a sequence.
struct Seen {
    /// A row of words for each step; none as long as nothing was met there.
    rows: Vec<Vec<u64>>,
    words: usize,
}

impl Seen {
    fn new(steps: usize, nodes: usize) -> Self {
        Self { rows: vec![Vec::new(); steps], words: nodes.div_ceil(64) }
    }

    /// Remembers a node; false if it was met already.
    fn insert(&mut self, step: usize, node: u32) -> bool {
        let row = &mut self.rows[step];
        if row.is_empty() {
            row.resize(self.words, 0);
        }
        let (word, bit) = (node as usize / 64, 1 << (node % 64));
        let is_new = row[word] & bit == 0;
        row[word] |= bit;
        is_new
    }
}

/// A slice that hashes like itself, whatever holds it.
#[derive(Hash)]
struct Slice<'s>(&'s [u32]);
