//! Sets of actions.

use std::fmt;
use std::ops::Range;

use super::{ActionId, COUNT};

const BITS: usize = u64::BITS as usize;
const WORDS: usize = COUNT.div_ceil(BITS);

/// A set of actions of the catalogue: a bit for each. What is not in the catalogue is in no set, and in no complement
/// of one either.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ActionSet {
    words: Box<[u64; WORDS]>,
}

impl ActionSet {
    /// No action.
    #[must_use]
    pub fn none() -> Self {
        Self { words: Box::new([0; WORDS]) }
    }

    /// Every action.
    #[must_use]
    pub fn all() -> Self {
        Self::range(0..COUNT)
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
            self.words[start / BITS] |= ones << (start % BITS);
            start = stop;
        }
    }

    /// Adds an action.
    pub fn insert(&mut self, action: ActionId) {
        let index = action.index();
        self.words[index / BITS] |= 1 << (index % BITS);
    }

    /// Takes an action out.
    pub fn remove(&mut self, action: ActionId) {
        let index = action.index();
        self.words[index / BITS] &= !(1 << (index % BITS));
    }

    /// True if the action is in the set.
    #[must_use]
    pub fn contains(&self, action: ActionId) -> bool {
        let index = action.index();
        self.words[index / BITS] >> (index % BITS) & 1 == 1
    }

    /// Adds all actions of another set.
    pub fn union_with(&mut self, other: &Self) {
        self.combine(other, |own, other| own | other);
    }

    /// Keeps the actions that another set has as well.
    pub fn intersect_with(&mut self, other: &Self) {
        self.combine(other, |own, other| own & other);
    }

    /// Drops all actions of another set.
    pub fn subtract(&mut self, other: &Self) {
        self.combine(other, |own, other| own & !other);
    }

    fn combine(&mut self, other: &Self, combine: impl Fn(u64, u64) -> u64) {
        for (own, &other) in self.words.iter_mut().zip(other.words.iter()) {
            *own = combine(*own, other);
        }
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
        self.words.iter().all(|&word| word == 0)
    }

    /// True if every action of the other set is in this one.
    #[must_use]
    pub fn is_superset(&self, other: &Self) -> bool {
        self.words.iter().zip(other.words.iter()).all(|(own, other)| other & !own == 0)
    }

    /// True if some action is in both sets.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        self.words.iter().zip(other.words.iter()).any(|(own, other)| own & other != 0)
    }

    /// How many actions are in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The actions in the order of the catalogue.
    pub fn iter(&self) -> impl Iterator<Item = ActionId> + '_ {
        self.words.iter().enumerate().flat_map(|(number, &word)| {
            // Each step drops the lowest bit.
            let rests = std::iter::successors(Some(word), |rest| Some(rest & rest.wrapping_sub(1)));
            rests
                .take_while(|&rest| rest != 0)
                .filter_map(move |rest| ActionId::new(number * BITS + rest.trailing_zeros() as usize))
        })
    }
}

impl FromIterator<ActionId> for ActionSet {
    fn from_iter<I: IntoIterator<Item = ActionId>>(actions: I) -> Self {
        let mut set = Self::none();
        actions.into_iter().for_each(|action| set.insert(action));
        set
    }
}

impl fmt::Debug for ActionSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}
