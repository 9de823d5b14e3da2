//! Sets of actions.

use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use super::{ActionId, COUNT};

const BITS: usize = u64::BITS as usize;
const WORDS: usize = COUNT.div_ceil(BITS);
const BLOCKS: usize = WORDS.div_ceil(BITS);

/// A set of actions of the catalogue: a bit for each. What is not in the catalogue is in no set, and in no complement
/// of one either.
///
/// Only words that are not zero are kept: a policy speaks of a few services, and actions of one service are neighbours.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct ActionSet {
    /// Which words are kept.
    kept: [u64; BLOCKS],
    words: Vec<u64>,
}

impl ActionSet {
    /// No action.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Every action.
    #[must_use]
    pub fn all() -> Self {
        // Asked for all the time: a copy is made faster than the set.
        static ALL: LazyLock<ActionSet> = LazyLock::new(|| ActionSet::range(0..COUNT));
        ALL.clone()
    }

    /// The actions of these numbers.
    pub(super) fn range(range: Range<usize>) -> Self {
        let mut set = Self::none();
        set.insert_range(range);
        set
    }

    /// Adds the actions of these numbers, a word at a time.
    pub(super) fn insert_range(&mut self, range: Range<usize>) {
        let end = range.end.min(COUNT);
        let mut start = range.start;
        while start < end {
            let stop = (start / BITS * BITS + BITS).min(end);
            let ones = u64::MAX >> (BITS - (stop - start));
            self.add(start / BITS, ones << (start % BITS));
            start = stop;
        }
    }

    /// Adds an action.
    pub fn insert(&mut self, action: ActionId) {
        let index = action.index();
        self.add(index / BITS, 1 << (index % BITS));
    }

    /// Adds some bits of a word.
    fn add(&mut self, number: usize, bits: u64) {
        let at = self.position(number);
        if self.keeps(number) {
            self.words[at] |= bits;
        } else {
            self.kept[number / BITS] |= 1 << (number % BITS);
            self.words.insert(at, bits);
        }
    }

    /// Takes an action out.
    pub fn remove(&mut self, action: ActionId) {
        let index = action.index();
        let number = index / BITS;
        if self.keeps(number) {
            let at = self.position(number);
            self.words[at] &= !(1 << (index % BITS));
            if self.words[at] == 0 {
                self.kept[number / BITS] &= !(1 << (number % BITS));
                self.words.remove(at);
            }
        }
    }

    /// True if the action is in the set.
    #[must_use]
    pub fn contains(&self, action: ActionId) -> bool {
        let index = action.index();
        let number = index / BITS;
        self.keeps(number) && self.words[self.position(number)] >> (index % BITS) & 1 == 1
    }

    /// Whether a word is kept.
    const fn keeps(&self, number: usize) -> bool {
        self.kept[number / BITS] >> (number % BITS) & 1 == 1
    }

    /// Where a word is kept, or would be.
    fn position(&self, number: usize) -> usize {
        let before = self.kept[..number / BITS].iter().map(|block| block.count_ones()).sum::<u32>();
        let beside = self.kept[number / BITS] & ((1 << (number % BITS)) - 1);
        (before + beside.count_ones()) as usize
    }

    /// Adds all actions of another set.
    pub fn union_with(&mut self, other: &Self) {
        if self.is_empty() {
            self.clone_from(other);
        } else if !other.is_empty() {
            self.combine(other, |own, other| own | other);
        }
    }

    /// Keeps the actions that another set has as well.
    pub fn intersect_with(&mut self, other: &Self) {
        self.combine(other, |own, other| own & other);
    }

    /// Drops all actions of another set.
    pub fn subtract(&mut self, other: &Self) {
        if !other.is_empty() {
            self.combine(other, |own, other| own & !other);
        }
    }

    /// `combine` makes nothing of two words that are zero.
    fn combine(&mut self, other: &Self, combine: impl Fn(u64, u64) -> u64) {
        let mut set = Self { words: Vec::with_capacity(self.words.len()), ..Self::none() };
        for (number, own, other) in self.beside(other) {
            let word = combine(own, other);
            if word != 0 {
                set.kept[number / BITS] |= 1 << (number % BITS);
                set.words.push(word);
            }
        }
        *self = set;
    }

    /// The number of each word that one of two sets keeps, with the word of both.
    fn beside<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = (usize, u64, u64)> + 's {
        let (mut own, mut others) = (self.words.iter(), other.words.iter());
        let blocks = self.kept.iter().zip(&other.kept).enumerate();
        let numbers = blocks.flat_map(|(block, (&left, &right))| {
            bits(left | right).map(move |bit| (block * BITS + bit, left >> bit & 1, right >> bit & 1))
        });
        numbers.map(move |(number, left, right)| {
            let word = |is_kept: u64, words: &mut std::slice::Iter<'_, u64>| match is_kept {
                0 => 0,
                _ => words.next().copied().unwrap_or_default(),
            };
            (number, word(left, &mut own), word(right, &mut others))
        })
    }

    /// The actions of either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut set = self.clone();
        set.union_with(other);
        set
    }

    /// The actions of both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut set = self.clone();
        set.intersect_with(other);
        set
    }

    /// The actions of this set that the other has not.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut set = self.clone();
        set.subtract(other);
        set
    }

    /// The actions of the catalogue that are not in the set.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self::all().difference(self)
    }

    /// True if no action is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// True if every action of the catalogue is in the set.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.words.len() == WORDS && self.len() == COUNT
    }

    /// True if every action of the other set is in this one.
    #[must_use]
    pub fn is_superset(&self, other: &Self) -> bool {
        // What has other words has other actions.
        self.kept.iter().zip(&other.kept).all(|(own, other)| other & !own == 0)
            && self.beside(other).all(|(_, own, other)| other & !own == 0)
    }

    /// The first action of this number or a higher one.
    pub(super) fn first_from(&self, number: usize) -> Option<ActionId> {
        let start = number / BITS;
        let kept = self.kept.iter().enumerate().skip(start / BITS);
        let words = kept.flat_map(|(block, &kept)| bits(kept).map(move |bit| block * BITS + bit));
        // Of the first word, what comes before does not count.
        words.filter(|&word| word >= start).find_map(|word| {
            let above = if word == start { u64::MAX << (number % BITS) } else { u64::MAX };
            let left = self.words[self.position(word)] & above;
            (left != 0).then(|| ActionId::new(word * BITS + left.trailing_zeros() as usize)).flatten()
        })
    }

    /// True if all actions of these numbers are in the set.
    pub(super) fn has_all(&self, range: Range<usize>) -> bool {
        let mut start = range.start;
        while start < range.end {
            let stop = (start / BITS * BITS + BITS).min(range.end);
            let ones = u64::MAX >> (BITS - (stop - start)) << (start % BITS);
            let number = start / BITS;
            if !self.keeps(number) || self.words[self.position(number)] & ones != ones {
                return false;
            }
            start = stop;
        }
        true
    }

    /// True if some action is in both sets.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        self.kept.iter().zip(&other.kept).any(|(own, other)| own & other != 0)
            && self.beside(other).any(|(_, own, other)| own & other != 0)
    }

    /// How many actions are in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The actions in the order of the catalogue.
    pub fn iter(&self) -> impl Iterator<Item = ActionId> + '_ {
        let numbers = self
            .kept
            .iter()
            .enumerate()
            .flat_map(|(block, &kept)| bits(kept).map(move |bit| block * BITS + bit));
        numbers
            .zip(&self.words)
            .flat_map(|(number, &word)| bits(word).filter_map(move |bit| ActionId::new(number * BITS + bit)))
    }
}

/// The positions of the bits of a word, the lowest first.
fn bits(word: u64) -> impl Iterator<Item = usize> {
    // Each step drops the lowest bit.
    let rests = std::iter::successors(Some(word), |rest| Some(rest & rest.wrapping_sub(1)));
    rests.take_while(|&rest| rest != 0).map(|rest| rest.trailing_zeros() as usize)
}

impl FromIterator<ActionId> for ActionSet {
    fn from_iter<I: IntoIterator<Item = ActionId>>(actions: I) -> Self {
        let mut set = Self::none();
        // Neighbours are put in together: most come in order.
        let (mut number, mut bits) = (0, 0);
        for action in actions {
            let index = action.index();
            if index / BITS != number && bits != 0 {
                set.add(number, bits);
                bits = 0;
            }
            number = index / BITS;
            bits |= 1 << (index % BITS);
        }
        if bits != 0 {
            set.add(number, bits);
        }
        set
    }
}

impl fmt::Debug for ActionSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}
