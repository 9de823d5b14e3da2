//! Automata that several questions have in common, each made once.
//!
//! What is asked about one trust policy is asked of the same tests again and again, for every kind of request. An
//! automaton also remembers the states in which it was.

use std::hash::BuildHasher;
use std::rc::Rc;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::automaton::Automaton;
use super::predicate::{Bound, Predicate};
use super::{Test, Version};
use crate::knowledge::sender::Sender;
use crate::value::{Shape, Vocabulary};

/// What was made for earlier questions.
#[derive(Default)]
pub struct Workshop<'v> {
    pub(super) automata: Vec<Automaton<'v>>,
    /// By hash of the test.
    predicates: FxHashMap<u64, Vec<Made>>,
    pub(super) shapes: FxHashMap<(Shape, bool), usize>,
    pub(super) texts: FxHashMap<(Vec<String>, bool), usize>,
    /// The address of the sender that most questions are about.
    sender: Option<usize>,
    /// Whether no request of that sender meets one demand, whatever else is demanded.
    pub(super) refuted: FxHashMap<Refutation, bool>,
}

/// A demand, and of which requests it is made: by the addresses of their kind, of the exchange and of what was made of
/// the test, which stay the same for as long as the sender is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Refutation {
    pub(super) kind: usize,
    pub(super) exchange: usize,
    pub(super) predicate: usize,
    pub(super) truth: bool,
    pub(super) bound: Bound,
    /// True if it is also made of times that are over.
    pub(super) at_any_time: bool,
}

/// A test that was made ready, and how it was to be read.
struct Made {
    test: Test,
    version: Version,
    wide: bool,
    themselves: bool,
    predicate: Rc<Predicate>,
}

impl<'v> Workshop<'v> {
    /// A workshop for questions most of which are about one sender, which must be there for longer than it.
    #[must_use]
    pub fn about(sender: &Sender) -> Self {
        Self { sender: Some(std::ptr::from_ref(sender).addr()), ..Self::default() }
    }

    /// Whether it is for questions about this sender.
    pub(super) fn is_about(&self, sender: &Sender) -> bool {
        self.sender == Some(std::ptr::from_ref(sender).addr())
    }

    /// A test made ready: see [`Predicate::new`].
    pub(super) fn predicate(
        &mut self,
        test: &Test,
        version: &Version,
        wide: bool,
        themselves: bool,
        vocabulary: &'v Vocabulary,
    ) -> Rc<Predicate> {
        let made = self.predicates.entry(FxBuildHasher.hash_one(test)).or_default();
        let is_same = |made: &&Made| {
            (made.wide, made.themselves) == (wide, themselves)
                && made.test == *test
                && made.version == *version
        };
        if let Some(known) = made.iter().find(is_same) {
            return Rc::clone(&known.predicate);
        }
        let predicate =
            Rc::new(Predicate::new(test, version, wide, themselves, &mut self.automata, vocabulary));
        made.push(Made {
            test: test.clone(),
            version: version.clone(),
            wide,
            themselves,
            predicate: Rc::clone(&predicate),
        });
        predicate
    }
}
