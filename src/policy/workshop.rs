//! Automata that several questions have in common, each made once.
//!
//! What is asked about one trust policy is asked of the same tests again and again, for every kind of request, and the
//! policies of roles that trust the same principal have much in common. An automaton also remembers the states in which it was.

use std::hash::{BuildHasher, Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::automaton::{Automaton, Budget, Exhausted};
use super::decide::{Answers, Looked, Standards};
use super::predicate::{Bound, Predicate};
use super::walk::{self, Automata, Part, States};
use super::{Test, Version};
use crate::knowledge::sender::{Sender, Variable};
use crate::value::{Shape, Vocabulary};

/// The automata after which a workshop is full.
const MOST_AUTOMATA: usize = 256;

/// Things that are found by what they were made of, which is compared where it stands: by its hash.
type ByHash<T> = FxHashMap<u64, Vec<T>>;

/// What was made for earlier questions.
#[derive(Default)]
pub struct Workshop<'v> {
    pub(super) automata: Vec<Automaton<'v>>,
    predicates: ByHash<Made>,
    pub(super) shapes: FxHashMap<(Shape, bool), usize>,
    /// Automata of texts, and whether they are wide.
    texts: ByHash<(Vec<String>, bool, usize)>,
    /// Automata of the languages of variables, and whether they are wide. The variables are kept, so that no others have
    /// their addresses.
    bases: FxHashMap<(usize, bool), (Arc<Variable>, usize)>,
    /// Whether values of some characters, which an automaton reads, can be read as demanded.
    pub(super) of_characters: FxHashMap<(Automata, usize), bool>,
    /// The address of the sender that most questions are about.
    sender: Option<usize>,
    /// Whether no request of that sender meets one demand, whatever else is demanded.
    pub(super) refuted: FxHashMap<Refutation, bool>,
    /// Where stretches may end: see [`walk::ends`].
    ends: ByHash<Ends>,
    /// Values of variables of which the same was demanded.
    values: ByHash<Value>,
    /// Answers to questions about that sender.
    pub(super) answers: Answers,
    /// Policies that were asked about, the latest first.
    pub(super) looked: Vec<Rc<Looked>>,
    /// What was found out about names that it sends.
    pub(super) standards: Standards,
    /// Keys of that sender, and whether all that may be asked of them is known.
    known_keys: FxHashMap<String, bool>,
}

/// The states in which the automata of a part may be behind a string of the languages of `bases`, or behind a symbol.
struct Ends {
    part: Part,
    bases: Automata,
    symbols: Vec<char>,
    ends: Rc<[States]>,
}

/// The value of a variable that is read as demanded; none if it has none.
struct Value {
    /// It is kept, so that no other one has its address.
    variable: Arc<Variable>,
    bound: Bound,
    demands: Vec<Part>,
    value: Option<Rc<str>>,
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
    strangers: Vec<String>,
    predicate: Rc<Predicate>,
}

impl<'v> Workshop<'v> {
    /// A workshop for questions most of which are about one sender, which must be there for longer than it.
    #[must_use]
    pub fn about(sender: &Sender) -> Self {
        Self { sender: Some(std::ptr::from_ref(sender).addr()), ..Self::default() }
    }

    /// Makes room if very much was made: what is known of questions is kept for longer than what was made for them.
    pub fn make_room(&mut self) {
        if self.automata.len() > MOST_AUTOMATA || self.answers.is_full() {
            let known = std::mem::take(self);
            self.sender = known.sender;
            self.standards = known.standards;
            self.known_keys = known.known_keys;
            self.looked = known.looked;
            if !known.answers.is_full() {
                self.answers = known.answers;
            }
        }
    }

    /// Whether it is for questions about this sender.
    pub(super) fn is_about(&self, sender: &Sender) -> bool {
        self.sender == Some(std::ptr::from_ref(sender).addr())
    }

    /// Whether all that may be asked of a key of the workshop's sender is known, which `find` finds out.
    pub(super) fn has_known_values(
        &mut self,
        sender: &Sender,
        key: &str,
        find: impl FnOnce(&Sender, &str) -> bool,
    ) -> bool {
        if let Some(&known) = self.known_keys.get(key) {
            return known;
        }
        let found = find(sender, key);
        self.known_keys.insert(key.to_owned(), found);
        found
    }

    /// A test made ready: see [`Predicate::new`].
    pub(super) fn predicate(
        &mut self,
        test: &Test,
        version: &Version,
        wide: bool,
        themselves: bool,
        strangers: &[String],
        vocabulary: &'v Vocabulary,
    ) -> Rc<Predicate> {
        let made = self.predicates.entry(FxBuildHasher.hash_one(test)).or_default();
        let is_same = |made: &&Made| {
            (made.wide, made.themselves) == (wide, themselves)
                && made.test == *test
                && made.version == *version
                && made.strangers == *strangers
        };
        if let Some(known) = made.iter().find(is_same) {
            return Rc::clone(&known.predicate);
        }
        let automata = &mut self.automata;
        let predicate = Predicate::new(test, version, wide, themselves, strangers, automata, vocabulary);
        let predicate = Rc::new(predicate);
        made.push(Made {
            test: test.clone(),
            version: version.clone(),
            wide,
            themselves,
            strangers: strangers.to_vec(),
            predicate: Rc::clone(&predicate),
        });
        predicate
    }

    /// See [`walk::ends`].
    pub(super) fn ends(
        &mut self,
        part: &Part,
        bases: &Automata,
        symbols: &[char],
        budget: &mut Budget,
    ) -> Result<Rc<[States]>, Exhausted> {
        let hash = FxBuildHasher.hash_one((part, bases, symbols));
        let is_same =
            |known: &&Ends| known.bases == *bases && known.symbols == symbols && known.part == *part;
        if let Some(known) = self.ends.get(&hash).into_iter().flatten().find(is_same) {
            budget.take(1)?;
            return Ok(Rc::clone(&known.ends));
        }
        let ends: Rc<[States]> = walk::ends(part, bases, symbols, &mut self.automata, budget)?.into();
        let made = Ends {
            part: part.clone(),
            bases: bases.clone(),
            symbols: symbols.to_vec(),
            ends: Rc::clone(&ends),
        };
        self.ends.entry(hash).or_default().push(made);
        Ok(ends)
    }

    /// The value of a variable that is read as these parts demand, if that was looked for already; its hash otherwise.
    pub(super) fn value<'p, P: Iterator<Item = &'p Part>>(
        &self,
        variable: &Arc<Variable>,
        bound: Bound,
        demands: impl Fn() -> P,
    ) -> Result<Option<Rc<str>>, u64> {
        let mut hasher = FxBuildHasher.build_hasher();
        (Arc::as_ptr(variable).addr(), bound).hash(&mut hasher);
        demands().for_each(|part| part.hash(&mut hasher));
        let hash = hasher.finish();
        let is_same = |known: &&Value| {
            Arc::ptr_eq(&known.variable, variable)
                && known.bound == bound
                && known.demands.iter().eq(demands())
        };
        let known = self.values.get(&hash).into_iter().flatten().find(is_same);
        known.map(|known| known.value.clone()).ok_or(hash)
    }

    /// Keeps what was looked for.
    pub(super) fn keep_value(
        &mut self,
        hash: u64,
        variable: &Arc<Variable>,
        bound: Bound,
        demands: Vec<Part>,
        value: Option<Rc<str>>,
    ) {
        let made = Value { variable: Arc::clone(variable), bound, demands, value };
        self.values.entry(hash).or_default().push(made);
    }

    /// The automaton of these texts.
    pub(super) fn known_texts(&self, texts: &[String], wide: bool) -> Option<usize> {
        let hash = FxBuildHasher.hash_one((texts, wide));
        let mut known = self.texts.get(&hash).into_iter().flatten();
        known.find(|known| known.1 == wide && known.0 == texts).map(|known| known.2)
    }

    /// Keeps the automaton of these texts.
    pub(super) fn keep_texts(&mut self, texts: &[String], wide: bool, automaton: usize) {
        let hash = FxBuildHasher.hash_one((texts, wide));
        self.texts.entry(hash).or_default().push((texts.to_vec(), wide, automaton));
    }

    /// The automaton of the language of a variable.
    pub(super) fn known_base(&self, variable: &Arc<Variable>, wide: bool) -> Option<usize> {
        self.bases.get(&(Arc::as_ptr(variable).addr(), wide)).map(|known| known.1)
    }

    /// Keeps the automaton of the language of a variable.
    pub(super) fn keep_base(&mut self, variable: &Arc<Variable>, wide: bool, automaton: usize) {
        self.bases.insert((Arc::as_ptr(variable).addr(), wide), (Arc::clone(variable), automaton));
    }
}
