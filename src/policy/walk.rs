//! Walks over several automata at once: whether they have a common string, which, and how many.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use super::automaton::{Automaton, Budget, Exhausted, Leads};
use crate::value::{FIRST_TOKEN, SymbolId, Table};

/// Automata that read one stretch of a value together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Part {
    pub(super) automata: Automata,
    /// Their states before the stretch.
    pub(super) from: States,
    /// Their states behind it; `None` if the stretch ends the value.
    pub(super) to: Option<States>,
}

/// The indices of automata, and whether they must accept the whole value or must not.
pub(super) type Automata = SmallVec<[(usize, bool); 4]>;

/// A state of each of some automata.
pub(super) type States = SmallVec<[u32; 4]>;

/// How many strings there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spread {
    /// These, and no others.
    Few(Vec<String>),
    /// More than were asked for.
    Many,
}

impl Part {
    /// Automata that read a value from beginning to end.
    pub(super) fn whole(automata: Automata) -> Self {
        let from = automata.iter().map(|_| Automaton::START).collect();
        Self { automata, from, to: None }
    }

    /// Whether the stretch is the whole value.
    pub(super) fn is_whole(&self) -> bool {
        self.to.is_none() && self.from.iter().all(|&state| state == Automaton::START)
    }
}

/// Whether all parts read a text as they must.
pub(super) fn reads(
    parts: &[Part],
    text: &str,
    automata: &mut [Automaton<'_>],
    budget: &mut Budget,
) -> Result<bool, Exhausted> {
    for part in parts {
        for (index, &(automaton, truth)) in part.automata.iter().enumerate() {
            let end = automata[automaton].read(part.from[index], text, budget)?;
            let fits = match &part.to {
                Some(to) => end == to[index],
                None => automata[automaton].accepts(end) == truth,
            };
            if !fits {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// The shortest string that all parts read as they must.
pub(super) fn shortest(
    parts: &[Part],
    automata: &mut [Automaton<'_>],
    budget: &mut Budget,
) -> Result<Option<String>, Exhausted> {
    let all = Joint::new(parts);
    let characters = Characters::of(&all, automata);
    let mut met = Met::new(&all.start);
    let mut from: Vec<Option<(usize, char)>> = vec![None];
    let mut next = JointState::new();
    let mut at = 0;
    while at < met.count {
        if all.accepts(met.state(at), automata) {
            let mut text = Vec::new();
            let mut here = at;
            while let Some((before, character)) = from[here] {
                text.push(character);
                here = before;
            }
            return Ok(Some(text.into_iter().rev().collect()));
        }
        let leads = all.leads(met.state(at), characters.all.len(), automata, budget)?;
        for &(character, _) in characters.that_may(leads).iter().filter(|(of, _)| leads.have(*of)) {
            if all.next(met.state(at), character, automata, budget, &mut next)? && met.number(&next).1 {
                from.push(Some((at, character)));
            }
        }
        at += 1;
    }
    Ok(None)
}

/// The strings that all parts read as they must, if there are at most `limit`.
pub(super) fn spread(
    parts: &[Part],
    automata: &mut [Automaton<'_>],
    limit: usize,
    budget: &mut Budget,
) -> Result<Spread, Exhausted> {
    let all = Joint::new(parts);
    let characters = Characters::of(&all, automata);
    // All states, with the edges between them, and where those of each state begin.
    let mut met = Met::new(&all.start);
    let mut edges: Vec<(char, bool, usize)> = Vec::new();
    let mut starts = vec![0];
    // Each state that an edge leads to, with the one that it comes from.
    let mut back: Vec<(usize, usize)> = Vec::new();
    let mut next = JointState::new();
    let mut at = 0;
    while at < met.count {
        let leads = all.leads(met.state(at), characters.all.len(), automata, budget)?;
        for &(character, single) in characters.that_may(leads).iter().filter(|(of, _)| leads.have(*of)) {
            if all.next(met.state(at), character, automata, budget, &mut next)? {
                let (to, _) = met.number(&next);
                edges.push((character, single, to));
                back.push((to, at));
            }
        }
        starts.push(edges.len());
        at += 1;
    }
    // Those from which an end can be reached.
    let accepting: Vec<bool> = (0..met.count).map(|state| all.accepts(met.state(state), automata)).collect();
    budget.take(back.len())?;
    back.sort_unstable();
    let mut useful = accepting.clone();
    let mut open: Vec<usize> = (0..met.count).filter(|&state| useful[state]).collect();
    while let Some(state) = open.pop() {
        let first = back.partition_point(|&(to, _)| to < state);
        for &(_, before) in back[first..].iter().take_while(|&&(to, _)| to == state) {
            if !std::mem::replace(&mut useful[before], true) {
                open.push(before);
            }
        }
    }
    let mut texts = Vec::new();
    if !useful[0] {
        return Ok(Spread::Few(texts));
    }
    // A path longer than there are states goes round in a circle: there is no end of strings.
    let mut paths = vec![(0, String::new(), 0)];
    while let Some((state, text, length)) = paths.pop() {
        budget.take(1)?;
        if accepting[state] {
            if texts.len() == limit {
                return Ok(Spread::Many);
            }
            texts.push(text.clone());
        }
        for &(character, single, to) in &edges[starts[state]..starts[state + 1]] {
            if !useful[to] {
                continue;
            }
            if !single || length > met.count || paths.len() > 64 * (limit + 1) {
                return Ok(Spread::Many);
            }
            let mut longer = text.clone();
            longer.push(character);
            paths.push((to, longer, length + 1));
        }
    }
    texts.sort();
    Ok(Spread::Few(texts))
}

/// The states in which a part's automata may be behind a string of the languages of `bases`, or behind one of these
/// symbols: none of the automata needs to name one that stands where another demand has it.
pub(super) fn ends(
    part: &Part,
    bases: &Automata,
    symbols: &[char],
    automata: &mut [Automaton<'_>],
    budget: &mut Budget,
) -> Result<Vec<States>, Exhausted> {
    let parts = [part.clone(), Part::whole(bases.clone())];
    let all = Joint::new(&parts);
    let mut characters = Characters::of(&all, automata);
    symbols.iter().for_each(|&symbol| characters.add(symbol));
    let mut met = Met::new(&all.start);
    let mut found: Vec<States> = Vec::new();
    let mut next = JointState::new();
    let count = part.automata.len();
    let mut at = 0;
    while at < met.count {
        let now = met.state(at);
        if bases.iter().zip(&now[count..]).all(|(&(base, truth), &at)| automata[base].accepts(at) == truth) {
            let end = &now[..count];
            if !found.iter().any(|known| known[..] == *end) {
                found.push(States::from_slice(end));
            }
        }
        let leads = all.leads(now, characters.all.len(), automata, budget)?;
        for &(character, _) in characters.that_may(leads).iter().filter(|(of, _)| leads.have(*of)) {
            if all.next(met.state(at), character, automata, budget, &mut next)? {
                met.number(&next);
            }
        }
        at += 1;
    }
    Ok(found)
}

/// A state of each of the automata of a [`Joint`].
type JointState = SmallVec<[u32; 8]>;

/// The joint states that were met so far, by numbers in the order in which that was.
struct Met {
    /// How many states make one.
    width: usize,
    count: usize,
    states: Vec<u32>,
    numbers: Table,
}

impl Met {
    fn new(start: &[u32]) -> Self {
        // Most walks are as long as a name.
        let states = Vec::with_capacity(16 * start.len());
        let mut met = Self { width: start.len(), count: 0, states, numbers: Table::default() };
        met.number(start);
        met
    }

    fn state(&self, number: usize) -> &[u32] {
        &self.states[number * self.width..][..self.width]
    }

    /// The number of a joint state, and whether it is a new one.
    fn number(&mut self, state: &[u32]) -> (usize, bool) {
        // The upper half is the better one.
        let hash = (FxBuildHasher.hash_one(state) >> 32) as u32;
        let known = self.numbers.find(hash, |known| self.state(known as usize) == state);
        if let Some(known) = known {
            return (known as usize, false);
        }
        let number = self.count;
        self.numbers.insert(hash, u32::try_from(number).expect("a walk has a budget"));
        self.states.extend_from_slice(state);
        self.count += 1;
        (number, true)
    }
}

/// All automata of several parts.
struct Joint {
    automata: SmallVec<[(usize, bool); 8]>,
    start: SmallVec<[u32; 8]>,
    /// The state in which an automaton must end, where it is not the end of the value.
    ends: SmallVec<[Option<u32>; 8]>,
}

impl Joint {
    fn new(parts: &[Part]) -> Self {
        let mut all = Self { automata: SmallVec::new(), start: SmallVec::new(), ends: SmallVec::new() };
        for part in parts {
            all.automata.extend(part.automata.iter().copied());
            all.start.extend(part.from.iter().copied());
            all.ends.extend((0..part.automata.len()).map(|index| part.to.as_ref().map(|to| to[index])));
        }
        all
    }

    fn accepts(&self, states: &[u32], automata: &[Automaton<'_>]) -> bool {
        self.automata.iter().zip(&self.ends).zip(states).all(|((&(automaton, truth), end), &state)| match end
        {
            Some(end) => state == *end,
            None => automata[automaton].accepts(state) == truth,
        })
    }

    /// The characters that lead on in all automata that must accept, of so many that are asked for.
    fn leads(
        &self,
        states: &[u32],
        characters: usize,
        automata: &[Automaton<'_>],
        budget: &mut Budget,
    ) -> Result<Leads, Exhausted> {
        // Also what is read a second time takes time, the more the more automata read together: states are looked up, which
        // takes as long as some of the steps by which they were made.
        budget.take(characters * (3 + states.len() / 4))?;
        let accepting = self.automata.iter().zip(states).filter(|((_, truth), _)| *truth);
        Ok(accepting
            .fold(Leads::ALL, |all, (&(automaton, _), &state)| all.and(automata[automaton].leads(state))))
    }

    /// The joint state behind one more character. False if no way leads on from there to where all must end.
    fn next(
        &self,
        states: &[u32],
        character: char,
        automata: &mut [Automaton<'_>],
        budget: &mut Budget,
        next: &mut JointState,
    ) -> Result<bool, Exhausted> {
        next.clear();
        for (&(automaton, truth), &state) in self.automata.iter().zip(states) {
            let automaton = &mut automata[automaton];
            let to = automaton.next(state, u32::from(character), budget)?;
            if automaton.is_lost(to, truth) {
                return Ok(false);
            }
            next.push(to);
        }
        Ok(true)
    }
}

/// Characters in the order in which they make a text that looks like one.
const LIKELY: &str =
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./:@=+,;#~%&!()[]{}<>|^'\"`$ ?*\\";

/// One character of each class between which none of some automata tells.
struct Characters {
    /// In the order in which they are tried, and whether each is the only one of its class.
    all: SmallVec<[(char, bool); 32]>,
    /// Those of ASCII, by bit.
    ascii: u128,
    /// Whether symbols are among them.
    has_symbols: bool,
}

impl Characters {
    fn of(joint: &Joint, automata: &[Automaton<'_>]) -> Self {
        // Where a class begins: in ASCII by bit, then beyond it.
        let mut ascii = 1_u128;
        let mut beyond = SmallVec::<[u32; 16]>::from_slice(&[128, FIRST_TOKEN]);
        let mut named = SmallVec::<[u32; 8]>::new();
        let mut seen = SmallVec::<[usize; 8]>::new();
        for &(index, _) in &joint.automata {
            if !seen.contains(&index) {
                ascii |= automata[index].ascii_cuts();
                let cuts = automata[index].cuts();
                beyond.extend_from_slice(&cuts[cuts.partition_point(|&cut| cut < 128)..]);
                named.extend_from_slice(automata[index].named());
                seen.push(index);
            }
        }
        let mut characters = Self { all: SmallVec::new(), ascii: 0, has_symbols: false };
        // The likeliest ASCII character of each class.
        let halves = [ascii as u64, (ascii >> 64) as u64];
        let mut known = [false; 128];
        for &character in LIKELY.as_bytes() {
            let half = usize::from(character / 64);
            let start = match halves[half] & (u64::MAX >> (63 - character % 64)) {
                0 => 63 - halves[0].leading_zeros(),
                up_to => 64 * u32::from(character / 64) + 63 - up_to.leading_zeros(),
            };
            if !std::mem::replace(&mut known[start as usize], true) {
                // Where the next class begins.
                let end = (ascii & !(u128::MAX >> (127 - character))).trailing_zeros();
                characters.ascii |= 1 << character;
                characters.all.push((char::from(character), end - start == 1));
            }
        }
        beyond.sort_unstable();
        beyond.dedup();
        for (index, &cut) in beyond.iter().enumerate() {
            // Control characters are in no text that people see; symbols only where an automaton names one. (Between two that
            // are named there may be another one by itself.)
            let end = beyond.get(index + 1).copied().unwrap_or(LAST + 1);
            let is_seen = cut < FIRST_TOKEN || named.contains(&cut);
            if is_seen && let Some(character) = (cut..end.min(cut + 0x900)).find_map(char::from_u32) {
                characters.has_symbols |= SymbolId::is_token(character);
                characters.all.push((character, end - cut == 1 && cut != LAST));
            }
        }
        characters
    }

    /// Adds a symbol, if it is not one of them.
    fn add(&mut self, symbol: char) {
        if self.all.iter().all(|&(character, _)| character != symbol) {
            self.has_symbols |= SymbolId::is_token(symbol);
            self.all.push((symbol, true));
        }
    }

    /// Some of them, among which are all that may lead on.
    fn that_may(&self, leads: Leads) -> &[(char, bool)] {
        // In the middle of a text that is written down it is one.
        match leads.only_of(self.ascii) {
            Some(only) if !self.has_symbols => {
                let index = self.all.iter().position(|&(character, _)| character == only);
                index.map_or(&[], |index| &self.all[index..=index])
            }
            _ => &self.all,
        }
    }
}

/// The last character.
const LAST: u32 = 0x10_FFFF;
