//! Walks over several automata at once: whether they have a common string, which, and how many.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::automaton::{Automaton, Budget, Exhausted, Leads};
use crate::value::FIRST_TOKEN;

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
    let characters = representatives(all.automata.iter().map(|&(automaton, _)| automaton), automata);
    let mut seen: FxHashSet<SmallVec<[u32; 8]>> = FxHashSet::default();
    let mut states = vec![all.start.clone()];
    let mut from: Vec<Option<(usize, char)>> = vec![None];
    seen.insert(all.start.clone());
    let mut at = 0;
    while at < states.len() {
        let now = states[at].clone();
        if all.accepts(&now, automata) {
            let mut text = Vec::new();
            let mut here = at;
            while let Some((before, character)) = from[here] {
                text.push(character);
                here = before;
            }
            return Ok(Some(text.into_iter().rev().collect()));
        }
        let leads = all.leads(&now, characters.len(), automata, budget)?;
        for &(character, _) in characters.iter().filter(|(character, _)| leads.have(*character)) {
            let Some(next) = all.next(&now, character, automata, budget)? else { continue };
            if seen.insert(next.clone()) {
                states.push(next);
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
    let characters = representatives(all.automata.iter().map(|&(automaton, _)| automaton), automata);
    // All states, with the edges between them.
    let mut known: FxHashMap<SmallVec<[u32; 8]>, usize> = FxHashMap::default();
    let mut states = vec![all.start.clone()];
    let mut edges: Vec<Vec<(char, bool, usize)>> = Vec::new();
    known.insert(all.start.clone(), 0);
    while edges.len() < states.len() {
        let now = states[edges.len()].clone();
        let mut leads = Vec::new();
        let open = all.leads(&now, characters.len(), automata, budget)?;
        for &(character, single) in characters.iter().filter(|(character, _)| open.have(*character)) {
            let Some(next) = all.next(&now, character, automata, budget)? else { continue };
            let index = *known.entry(next.clone()).or_insert_with(|| {
                states.push(next);
                states.len() - 1
            });
            leads.push((character, single, index));
        }
        edges.push(leads);
    }
    // Those from which an end can be reached.
    let accepting: Vec<bool> = states.iter().map(|state| all.accepts(state, automata)).collect();
    let mut back: Vec<Vec<usize>> = vec![Vec::new(); states.len()];
    for (from, leads) in edges.iter().enumerate() {
        budget.take(leads.len())?;
        for &(_, _, to) in leads {
            back[to].push(from);
        }
    }
    let mut useful = accepting.clone();
    let mut open: VecDeque<usize> = (0..states.len()).filter(|&state| useful[state]).collect();
    while let Some(state) = open.pop_front() {
        for &before in &back[state] {
            if !std::mem::replace(&mut useful[before], true) {
                open.push_back(before);
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
        for &(character, single, to) in &edges[state] {
            if !useful[to] {
                continue;
            }
            if !single || length > states.len() || paths.len() > 64 * (limit + 1) {
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
    let mut characters = representatives(all.automata.iter().map(|&(automaton, _)| automaton), automata);
    for &symbol in symbols {
        if characters.iter().all(|&(character, _)| character != symbol) {
            characters.push((symbol, true));
        }
    }
    let mut seen: FxHashSet<SmallVec<[u32; 8]>> = FxHashSet::default();
    let mut states = vec![all.start.clone()];
    seen.insert(all.start.clone());
    let mut found: Vec<States> = Vec::new();
    let count = part.automata.len();
    let mut at = 0;
    while at < states.len() {
        let now = states[at].clone();
        if bases.iter().zip(&now[count..]).all(|(&(base, truth), &at)| automata[base].accepts(at) == truth) {
            let end: States = now[..count].iter().copied().collect();
            if !found.contains(&end) {
                found.push(end);
            }
        }
        let leads = all.leads(&now, characters.len(), automata, budget)?;
        for &(character, _) in characters.iter().filter(|(character, _)| leads.have(*character)) {
            let Some(next) = all.next(&now, character, automata, budget)? else { continue };
            if seen.insert(next.clone()) {
                states.push(next);
            }
        }
        at += 1;
    }
    Ok(found)
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

    /// `None` if no way leads on to where all must end.
    fn next(
        &self,
        states: &[u32],
        character: char,
        automata: &mut [Automaton<'_>],
        budget: &mut Budget,
    ) -> Result<Option<SmallVec<[u32; 8]>>, Exhausted> {
        let mut next = SmallVec::with_capacity(states.len());
        for (&(automaton, truth), &state) in self.automata.iter().zip(states) {
            let to = automata[automaton].next(state, u32::from(character), budget)?;
            if automata[automaton].is_lost(to, truth) {
                return Ok(None);
            }
            next.push(to);
        }
        Ok(Some(next))
    }
}

/// Characters in the order in which they make a text that looks like one.
const LIKELY: &str =
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./:@=+,;#~%&!()[]{}<>|^'\"`$ ?*\\";

/// One character of each class between which none of the automata tells, and whether it is the only one.
fn representatives(indices: impl Iterator<Item = usize>, automata: &[Automaton<'_>]) -> Vec<(char, bool)> {
    let mut cuts: Vec<u32> = vec![0, 128, FIRST_TOKEN];
    let mut seen = SmallVec::<[usize; 8]>::new();
    let mut named = SmallVec::<[u32; 8]>::new();
    for index in indices {
        if !seen.contains(&index) {
            cuts.extend_from_slice(automata[index].cuts());
            named.extend_from_slice(automata[index].named());
            seen.push(index);
        }
    }
    cuts.sort_unstable();
    cuts.dedup();
    // The likeliest ASCII character of each class.
    let mut likeliest: SmallVec<[u8; 32]> = SmallVec::from_elem(UNLIKELY, cuts.len());
    let mut class = 0;
    for (character, &rank) in (0_u32..).zip(&RANKS) {
        if cuts.get(class + 1) == Some(&character) {
            class += 1;
        }
        likeliest[class] = likeliest[class].min(rank);
    }
    let mut order: SmallVec<[(u8, usize, char); 32]> = SmallVec::new();
    for (index, &rank) in likeliest.iter().enumerate() {
        if let Some(&character) = LIKELY.as_bytes().get(usize::from(rank)) {
            order.push((rank, index, char::from(character)));
        }
    }
    order.sort_unstable();
    for (index, &cut) in cuts.iter().enumerate() {
        // Control characters are in no text that people see; symbols only where an automaton names one. (Between two that
        // are named there may be another one by itself.)
        let end = cuts.get(index + 1).copied().unwrap_or(LAST + 1);
        let beyond = cut >= 128 && (cut < FIRST_TOKEN || named.contains(&cut));
        if beyond && let Some(character) = (cut..end.min(cut + 0x900)).find_map(char::from_u32) {
            order.push((UNLIKELY, index, character));
        }
    }
    let single = |index: usize| cuts.get(index + 1).is_some_and(|&end| end - cuts[index] == 1);
    order.into_iter().map(|(_, index, character)| (character, single(index))).collect()
}

/// The rank of characters that are not likely.
const UNLIKELY: u8 = u8::MAX;

/// The place of each ASCII character in [`LIKELY`].
const RANKS: [u8; 128] = {
    let mut ranks = [UNLIKELY; 128];
    let likely = LIKELY.as_bytes();
    let mut rank = 0;
    while rank < likely.len() {
        ranks[likely[rank] as usize] = rank as u8;
        rank += 1;
    }
    ranks
};

/// The last character.
const LAST: u32 = 0x10_FFFF;
