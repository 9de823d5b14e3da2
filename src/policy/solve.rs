//! Whether one kind of request can meet a list of demands on its context keys at once, and with which values.
//!
//! Demands are tests that must hold or must fail. Each is a demand on the value of one key, and values are made of
//! variables; so the demands become demands on variables, each decided by a walk over small automata. What has
//! alternatives (a key is there or not, a format or another, a value of a set or another) is tried in turn.

mod equal;
mod keys;
mod reading;
mod request;
mod samples;
mod values;

use std::rc::Rc;

use smallvec::{SmallVec, smallvec};

use self::request::TAG_KEYS;
use super::automaton::{Automaton, Budget, Exhausted, Reading};
use super::language::{Builder, Language, Symbols};
use super::predicate::{Asks, Bound, Link, Predicate};
use super::walk::Part;
use super::workshop::{Refutation, Workshop};
use super::{Test, Version};
use crate::knowledge::sender::{Claim, Exchange, Format, Kind, Piece, Presence, Sender, Values, VariableId};
use crate::value::{Shape, SymbolId, Vocabulary};

/// A test that must hold, or must fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Demand {
    /// The index of the predicate.
    pub(super) predicate: usize,
    /// Whether it must hold.
    pub(super) truth: bool,
}

/// What a variable is asked to be, besides what the policy demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This text.
    Exactly(VariableId, String),
    /// This text, which no symbol turns out to be.
    Stranger(VariableId, String),
    /// None of these texts.
    NoneOf(VariableId, Vec<String>),
    /// No variable, but the symbols of the policy: each stands for a whole variable or a part of one, as it is meant,
    /// and not for a longer stretch. (A stranger asks for that too.)
    InPlace,
}

/// Context keys and values of a request that meets the demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Model {
    /// Keys in lower case with their values; `Err` of several values.
    pub(super) context: Vec<(String, Result<String, Vec<String>>)>,
    /// The value of each variable of the sender.
    pub(super) variables: Vec<String>,
}

/// A stretch of a value in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stretch {
    Literal(String),
    Instance(usize),
}

/// A variable in use: one of the sender's, or another one of the same language.
struct Instance {
    variable: VariableId,
    demands: Vec<Asked>,
    /// The value that meets the first so many demands, or that there is none.
    known: Option<(usize, Option<Rc<str>>)>,
    /// The value that it is instead, once it must be equal to that.
    same_as: Option<Vec<Stretch>>,
}

impl Instance {
    fn new(variable: VariableId) -> Self {
        Self { variable, demands: Vec::new(), known: None, same_as: None }
    }

    /// Takes back all demands but the first.
    fn keep(&mut self, count: usize) {
        self.demands.truncate(count);
        if self.known.as_ref().is_some_and(|(of, _)| *of > count) {
            self.known = None;
        }
    }
}

/// A demand on a variable's value.
#[derive(Clone)]
enum Asked {
    /// Automata that read it.
    Read(Part),
    /// A comparison.
    Typed { predicate: usize, fits: bool },
}

/// What is decided of a key.
#[derive(Clone)]
enum Chosen {
    Missing,
    One(Vec<Stretch>),
    Many(Vec<Vec<Stretch>>),
}

/// Something that is still to be tried.
#[derive(Clone)]
enum Task {
    /// The demands on a key.
    Key(usize),
    /// One value of a set, whose automata must accept or refuse it.
    Element { group: usize, formats: Vec<Format>, read: Reads },
    /// One key has the value of another, or the default if that is missing.
    Same { group: usize, link: Link },
    /// From this one on, what must differ does.
    Differ(usize),
}

/// A key's value must not be that of another.
#[derive(Clone)]
struct Difference {
    group: usize,
    link: Link,
    /// Nor need it differ if it is empty.
    unless_empty: bool,
}

type Reads = SmallVec<[(usize, bool); 4]>;

/// Values that a set may have besides those that it must have.
struct Further<'f> {
    formats: &'f [Format],
    /// How each of them is read.
    read: Reads,
}

struct Group<'a> {
    key: String,
    claim: Option<&'a Claim>,
    presence: Presence,
    demands: Vec<Demand>,
}

/// Decides for one kind of request of a sender.
pub(super) struct Solver<'a, 'v> {
    vocabulary: &'v Vocabulary,
    sender: &'a Sender,
    kind: &'a Kind,
    exchange: &'a Exchange,
    bound: Bound,
    today: Option<i128>,
    pub(super) workshop: Workshop<'v>,
    /// The automata of the workshop that were needed here.
    used: Vec<usize>,
    /// The symbols that the first so many of them name.
    symbols: (usize, Rc<[char]>),
    pub(super) predicates: Vec<Rc<Predicate>>,
    /// In lower case, by predicate.
    pub(super) keys: Vec<String>,
    bases: Vec<Option<usize>>,
    exceptions: Vec<(VariableId, usize)>,
    instances: Vec<Instance>,
    groups: Vec<Group<'a>>,
    chosen: Vec<Option<Chosen>>,
    /// What a key's value must be read by, because another key's value must be the same; by group.
    equal: Vec<(usize, Reads)>,
    /// Keys whose value must not be that of another key.
    differ: Vec<Difference>,
    pub(super) budget: Budget,
    /// How many tasks are under way, each inside the one before.
    level: usize,
    /// Whether it does not matter by which request demands are met.
    pub(super) any_request: bool,
}

impl<'a, 'v> Solver<'a, 'v> {
    pub(super) fn new(
        vocabulary: &'v Vocabulary,
        sender: &'a Sender,
        kind: &'a Kind,
        exchange: &'a Exchange,
        bound: Bound,
        today: Option<i128>,
        budget: u32,
    ) -> Self {
        Self {
            vocabulary,
            sender,
            kind,
            exchange,
            bound,
            today,
            workshop: Workshop::default(),
            used: Vec::new(),
            symbols: (0, Rc::from([])),
            predicates: Vec::new(),
            keys: Vec::new(),
            bases: vec![None; sender.variables.len() + 1],
            exceptions: Vec::new(),
            instances: Vec::with_capacity(sender.variables.len() + 4),
            groups: Vec::new(),
            chosen: Vec::new(),
            equal: Vec::new(),
            differ: Vec::new(),
            budget: Budget::new(budget),
            level: 0,
            any_request: false,
        }
    }

    /// The claim of a key, as far as requests of this exchange have it.
    pub(super) fn claim(&self, key: &str) -> (Option<&'a Claim>, Presence) {
        if !self.exchange.may_have(key) {
            return (None, Presence::Never);
        }
        match self.kind.claim(key) {
            Some(claim) => (Some(claim), claim.presence),
            // A symbol in a key's name may make it any key.
            None if has_token(key) => (None, Presence::Undecided),
            None => match other_spelling(key) {
                Some(other) if self.kind.claim(&other).is_some_and(|claim| !claim.key.ends_with('*')) => {
                    (None, Presence::Undecided)
                }
                _ => (None, Presence::Never),
            },
        }
    }

    /// The keys that were asked about so far, each once.
    pub(super) fn asked_keys(&self, keys: &mut Vec<String>) {
        let linked = self.predicates.iter().filter_map(|predicate| match &predicate.asks {
            Asks::Language { links, .. } => Some(links),
            _ => None,
        });
        for key in self.keys.iter().chain(linked.flatten().map(|link| &link.key)) {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
    }

    /// Whether a request meets the demands: [`Self::model`] is one, then, unless any would do.
    pub(super) fn solve(&mut self, demands: &[Demand], wanted: &[Wanted]) -> Result<bool, Exhausted> {
        // With one kind of requests, a demand that none meets is met with at once.
        if self.sender.kinds.len() > 1 && self.workshop.is_about(self.sender) {
            let known = |&demand: &Demand| self.workshop.refuted.get(&self.refutation(demand)) == Some(&true);
            if demands.iter().any(known) {
                return Ok(false);
            }
            for &demand in demands {
                if self.is_refuted(demand) {
                    return Ok(false);
                }
            }
        }
        if self.any_request && wanted.is_empty() && self.do_samples_meet(demands) {
            self.budget.take(1)?;
            return Ok(true);
        }
        self.meet(demands, wanted)
    }

    fn refutation(&self, demand: Demand) -> Refutation {
        Refutation {
            kind: std::ptr::from_ref(self.kind).addr(),
            exchange: std::ptr::from_ref(self.exchange).addr(),
            predicate: Rc::as_ptr(&self.predicates[demand.predicate]).addr(),
            truth: demand.truth,
            bound: self.bound,
            at_any_time: self.today.is_none(),
        }
    }

    /// Whether no request of this kind meets a demand, as far as that is quickly found out.
    fn is_refuted(&mut self, demand: Demand) -> bool {
        let refutation = self.refutation(demand);
        if let Some(&known) = self.workshop.refuted.get(&refutation) {
            return known;
        }
        let is_met = self.do_samples_meet(&[demand]);
        let budget = std::mem::replace(&mut self.budget, Budget::new(QUICK));
        let is_refuted = !is_met && self.meet(&[demand], &[]) == Ok(false);
        self.budget = budget;
        self.workshop.refuted.insert(refutation, is_refuted);
        is_refuted
    }

    fn meet(&mut self, demands: &[Demand], wanted: &[Wanted]) -> Result<bool, Exhausted> {
        if !self.begin(demands, wanted)? {
            return Ok(false);
        }
        let mut tasks: Vec<Task> = (0..self.groups.len()).rev().map(Task::Key).collect();
        tasks.insert(0, Task::Differ(0));
        self.run(&mut tasks)
    }

    fn begin(&mut self, demands: &[Demand], wanted: &[Wanted]) -> Result<bool, Exhausted> {
        self.instances.clear();
        for index in 0..self.sender.variables.len() {
            self.instances.push(Instance::new(VariableId::try_from(index).unwrap_or(VariableId::MAX)));
        }
        for wanted in wanted {
            let possible = self.bound == Bound::Possible;
            let (variable, texts, truth, wide) = match wanted {
                Wanted::Exactly(variable, text) => (*variable, std::slice::from_ref(text), true, possible),
                Wanted::Stranger(variable, text) => (*variable, std::slice::from_ref(text), true, false),
                // None of no texts is nothing to ask for.
                Wanted::NoneOf(_, texts) if texts.is_empty() => continue,
                Wanted::NoneOf(variable, texts) => (*variable, texts.as_slice(), false, !possible),
                Wanted::InPlace => continue,
            };
            let automaton = self.texts(texts, wide);
            let part = Part::whole(smallvec![(automaton, truth)]);
            self.instances[usize::from(variable)].demands.push(Asked::Read(part));
            if !self.is_satisfiable(usize::from(variable))? {
                return Ok(false);
            }
        }
        self.groups.clear();
        let group = |groups: &mut Vec<Group<'a>>, solver: &Self, key: &str| -> usize {
            if let Some(known) = groups.iter().position(|group| group.key == key) {
                return known;
            }
            let (claim, presence) = solver.claim(key);
            groups.push(Group { key: key.to_owned(), claim, presence, demands: Vec::new() });
            groups.len() - 1
        };
        let mut groups = Vec::new();
        for &demand in demands {
            let at = group(&mut groups, self, &self.keys[demand.predicate]);
            if !groups[at].demands.contains(&demand) {
                groups[at].demands.push(demand);
            }
            if let Asks::Language { links, .. } = &self.predicates[demand.predicate].asks {
                for link in links {
                    group(&mut groups, self, &link.key);
                }
            }
        }
        // What can be decided at once before what has many ways; among equals, keys that must have the value of another
        // before that one, whose values are then fewer. Sets last: which tags there are decides what `aws:TagKeys` is.
        let has_links = |demand: &Demand| matches!(&self.predicates[demand.predicate].asks, Asks::Language { links, .. } if !links.is_empty());
        groups.sort_by_key(|group| {
            let ways = match group.claim.map(|claim| &claim.values) {
                None => 0,
                Some(Values::One(formats)) => 1 + ways(formats),
                Some(Values::Many { .. }) => 200,
            };
            (ways, !group.demands.iter().any(has_links))
        });
        self.chosen = vec![None; groups.len()];
        self.equal.clear();
        self.differ.clear();
        self.groups = groups;
        Ok(true)
    }

    /// An automaton for exactly these texts: with `wide`, also for symbols that may turn out to be one of them.
    fn texts(&mut self, texts: &[String], wide: bool) -> usize {
        if let Some(known) = self.workshop.known_texts(texts, wide) {
            self.used.push(known);
            return known;
        }
        let mut builder = Builder::new(self.vocabulary, Symbols::Themselves, false);
        for text in texts {
            builder.exactly(text);
        }
        let automaton = self.add(builder.finish(), wide);
        if texts.len() == 1 {
            self.workshop.automata[automaton].is_of_one_text = true;
        }
        self.workshop.keep_texts(texts, wide, automaton);
        automaton
    }

    /// An automaton for a shape: with `wide`, also for symbols that may turn out to be of it.
    fn shape(&mut self, shape: &Shape, wide: bool) -> usize {
        let key = (shape.clone(), wide);
        if let Some(&known) = self.workshop.shapes.get(&key) {
            self.used.push(known);
            return known;
        }
        let mut builder = Builder::new(self.vocabulary, Symbols::Themselves, false);
        builder.shape(shape);
        let automaton = self.add(builder.finish(), wide);
        self.workshop.shapes.insert(key, automaton);
        automaton
    }

    /// A test made ready: see [`Predicate::new`].
    pub(super) fn predicate(
        &mut self,
        test: &Test,
        version: &Version,
        wide: bool,
        themselves: bool,
        strangers: &[String],
    ) -> usize {
        let predicate = self.workshop.predicate(test, version, wide, themselves, strangers, self.vocabulary);
        if let Asks::Language { automaton, .. } = &predicate.asks {
            self.used.push(*automaton);
        }
        self.predicates.push(predicate);
        self.predicates.len() - 1
    }

    /// Whether an automaton that a value must be read by, or must not, reads more or less than what is known.
    fn wide(&self, truth: bool) -> bool {
        (self.bound == Bound::Possible) == truth
    }

    /// An automaton for a language: with `wide`, also for symbols that may turn out to be in it.
    fn add(&mut self, language: Language, wide: bool) -> usize {
        let reading = if wide { Reading::Some } else { Reading::Every };
        self.workshop.automata.push(Automaton::new(language, reading, self.vocabulary));
        self.used.push(self.workshop.automata.len() - 1);
        self.workshop.automata.len() - 1
    }

    /// Tries what is to be tried, the last first; true if all of it can be had at once.
    fn run(&mut self, tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        self.budget.take(1)?;
        self.one_level_down(|solver| solver.next(tasks))
    }

    /// Does `work` inside what is under way.
    fn one_level_down<R>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<R, Exhausted>,
    ) -> Result<R, Exhausted> {
        if self.level == LEVELS {
            return Err(Exhausted);
        }
        self.level += 1;
        let done = work(self);
        self.level -= 1;
        done
    }

    fn next(&mut self, tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        let Some(task) = tasks.pop() else { return self.are_satisfiable() };
        let before = tasks.len();
        let found = match &task {
            Task::Key(group) => self.key(*group, tasks)?,
            Task::Element { group, formats, read } => self.element(*group, formats, read, tasks)?,
            Task::Same { group, link } => self.same(*group, link, tasks)?,
            Task::Differ(from) => self.differ(*from, tasks)?,
        };
        if !found {
            if let Task::Key(group) = task {
                self.chosen[group] = None;
            }
            tasks.truncate(before);
            tasks.push(task);
        }
        Ok(found)
    }

    fn key(&mut self, at: usize, tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        let presence = self.groups[at].presence;
        if presence == Presence::Undecided && self.bound == Bound::Sure {
            // Whatever the key is, and whether it is there: only what does not look at it holds.
            let holds = self.groups[at].demands.iter().all(|demand| {
                matches!(self.predicates[demand.predicate].asks, Asks::Constant(truth) if truth == demand.truth)
            });
            self.chosen[at] = Some(Chosen::Missing);
            return Ok(holds && self.run(tasks)?);
        }
        if presence.may_be_there() && self.agrees(at, true) && self.present(at, tasks)? {
            return Ok(true);
        }
        if presence == Presence::Always || !self.agrees(at, false) {
            return Ok(false);
        }
        let holds = self.groups[at]
            .demands
            .iter()
            .all(|demand| self.predicates[demand.predicate].when_missing() == demand.truth);
        // The keys of the tags are there when there are tags.
        let tags = self.groups[at].key == TAG_KEYS && self.tags().iter().any(|(_, there)| *there);
        self.chosen[at] = Some(Chosen::Missing);
        Ok(holds && !tags && self.run(tasks)?)
    }

    /// Whether a key may be there, or not, beside the keys of which that is known already.
    fn agrees(&self, at: usize, there: bool) -> bool {
        let known = |key: &str| {
            let group = self.groups.iter().position(|group| group.key == key)?;
            self.chosen[group].as_ref().map(|chosen| !matches!(chosen, Chosen::Missing))
        };
        let key = self.groups[at].key.as_str();
        let fits = |pair: &[String; 2], together: bool| {
            let other = match pair {
                [first, second] if first == key => second,
                [first, second] if second == key => first,
                _ => return true,
            };
            known(other).is_none_or(|other| (other == there) == together)
        };
        self.sender.exactly_one.iter().all(|pair| fits(pair, false))
            && self.sender.together.iter().all(|pair| fits(pair, true))
    }

    fn present(&mut self, at: usize, tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        let free = Values::One(vec![Format(vec![Piece::Fresh(self.anything_id())])]);
        let values = match self.groups[at].claim {
            Some(claim) => &claim.values,
            None => &free,
        };
        match values {
            Values::One(formats) => self.one(at, formats, tasks),
            Values::Many { required, others } => self.many(at, required, others, tasks),
        }
    }

    fn mark(&self) -> Mark {
        Mark(self.instances.iter().map(|instance| instance.demands.len()).collect())
    }

    fn undo(&mut self, mark: &Mark) {
        // Instances that came later stay: branches that are still to be tried may use them.
        for (index, instance) in self.instances.iter_mut().enumerate() {
            instance.keep(mark.0.get(index).copied().unwrap_or(0));
        }
    }
}

/// How many keys and values a request may have about which something is demanded. A trust policy, which AWS takes up to a length of
/// 4,096 characters, has far fewer; each takes some room on the stack.
const LEVELS: usize = 128;

/// The steps after which one demand is not looked at any more by itself.
const QUICK: u32 = 5_000;

/// How many demands each instance had.
struct Mark(Vec<usize>);

/// A key as IAM may also keep it: how it keeps a final slash of an issuer is not documented.
pub(super) fn other_spelling(key: &str) -> Option<String> {
    let (prefix, name) = key.rsplit_once(':')?;
    Some(match prefix.strip_suffix('/') {
        Some(without) => format!("{without}:{name}"),
        None => format!("{prefix}/:{name}"),
    })
}

/// How many ways there may be to read a value of these formats, roughly.
fn ways(formats: &[Format]) -> usize {
    let pieces = formats.iter().flat_map(|format| &format.0);
    pieces.map(|piece| if matches!(piece, Piece::Segments { .. }) { 100 } else { 1 }).sum::<usize>().min(150)
}

/// Whether a symbol stands in a text.
pub(super) fn has_token(text: &str) -> bool {
    text.chars().any(SymbolId::is_token)
}
