//! Whether one kind of request can meet a list of demands on its context keys at once, and with which values.
//!
//! Demands are tests that must hold or must fail. Each is a demand on the value of one key, and values are made of
//! variables; so the demands become demands on variables, each decided by a walk over small automata. What has
//! alternatives (a key is there or not, a format or another, a value of a set or another) is tried in turn.

use smallvec::{SmallVec, smallvec};

use super::automaton::{Automaton, Budget, Exhausted, Reading};
use super::language::{Builder, Symbols};
use super::predicate::{Asks, Bound, Link, Predicate};
use super::walk::{self, Part, Spread};
use super::{Quantifier, evaluate::compare::instant};
use crate::knowledge::sender::{
    Claim, Control, Exchange, Format, Kind, Measure, Piece, Presence, Sender, Values, Variable, VariableId,
};
use crate::value::{Shape, Vocabulary};

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
    /// The value that it is instead, once it must be equal to that.
    same_as: Option<Vec<Stretch>>,
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
    Same { group: usize, link: Link, fits: bool },
}

type Reads = SmallVec<[(usize, bool); 4]>;

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
    /// A variable for keys of which nothing is known.
    anything: Variable,
    pub(super) automata: Vec<Automaton<'v>>,
    pub(super) predicates: Vec<Predicate>,
    /// In lower case, by predicate.
    pub(super) keys: Vec<String>,
    bases: Vec<Option<usize>>,
    exceptions: Vec<(VariableId, usize)>,
    instances: Vec<Instance>,
    groups: Vec<Group<'a>>,
    chosen: Vec<Option<Chosen>>,
    /// What a key's value must be read by, because another key's value must be the same; by group.
    equal: Vec<(usize, Reads)>,
    pub(super) budget: Budget,
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
        let anything = Variable {
            name: String::new(),
            language: Shape::any(),
            except: Vec::new(),
            measure: Measure::Text,
            control: Control::Requester,
            samples: vec!["value".to_owned()],
        };
        Self {
            vocabulary,
            sender,
            kind,
            exchange,
            bound,
            today,
            anything,
            automata: Vec::new(),
            predicates: Vec::new(),
            keys: Vec::new(),
            bases: vec![None; sender.variables.len() + 1],
            exceptions: Vec::new(),
            instances: Vec::new(),
            groups: Vec::new(),
            chosen: Vec::new(),
            equal: Vec::new(),
            budget: Budget::new(budget),
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
            None if key.chars().any(|character| walk::is_token(u32::from(character))) => {
                (None, Presence::Undecided)
            }
            // How IAM keeps a final slash of an issuer is not documented.
            None => match key.rsplit_once(':').map(|(prefix, name)| match prefix.strip_suffix('/') {
                Some(without) => format!("{without}:{name}"),
                None => format!("{prefix}/:{name}"),
            }) {
                Some(other) if self.kind.claim(&other).is_some_and(|claim| !claim.key.ends_with('*')) => {
                    (None, Presence::Undecided)
                }
                _ => (None, Presence::Never),
            },
        }
    }

    /// A request that meets the demands.
    pub(super) fn solve(
        &mut self,
        demands: &[Demand],
        wanted: &[Wanted],
    ) -> Result<Option<Model>, Exhausted> {
        if !self.begin(demands, wanted)? {
            return Ok(None);
        }
        let mut tasks: Vec<Task> = (0..self.groups.len()).rev().map(Task::Key).collect();
        if self.run(&mut tasks)? { self.model() } else { Ok(None) }
    }

    /// The values that a variable has in the requests that are like the one found last.
    pub(super) fn spread(&mut self, variable: VariableId, limit: usize) -> Result<Spread, Exhausted> {
        let parts = self.parts(usize::from(variable));
        walk::spread(&parts, &mut self.automata, limit, &mut self.budget)
    }

    fn begin(&mut self, demands: &[Demand], wanted: &[Wanted]) -> Result<bool, Exhausted> {
        self.instances.clear();
        for index in 0..self.sender.variables.len() {
            self.instances.push(Instance {
                variable: VariableId::try_from(index).unwrap_or(VariableId::MAX),
                demands: Vec::new(),
                same_as: None,
            });
        }
        for wanted in wanted {
            let possible = self.bound == Bound::Possible;
            let (variable, texts, truth, wide) = match wanted {
                Wanted::Exactly(variable, text) => (*variable, std::slice::from_ref(text), true, possible),
                Wanted::Stranger(variable, text) => (*variable, std::slice::from_ref(text), true, false),
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
        // Keys that must have the value of another before that one, whose values are then fewer.
        let has_links = |demand: &Demand| matches!(&self.predicates[demand.predicate].asks, Asks::Language { links, .. } if !links.is_empty());
        groups.sort_by_key(|group| !group.demands.iter().any(has_links));
        // What can be decided at once before what has many ways; sets last: which tags there are decides what
        // `aws:TagKeys` is.
        groups.sort_by_key(|group| match group.claim.map(|claim| &claim.values) {
            None => 0,
            Some(Values::One(formats)) => 1 + ways(formats),
            Some(Values::Many { .. }) => 200,
        });
        self.chosen = vec![None; groups.len()];
        self.equal.clear();
        self.groups = groups;
        Ok(true)
    }

    /// An automaton for exactly these texts: with `wide`, also for symbols that may turn out to be one of them.
    fn texts(&mut self, texts: &[String], wide: bool) -> usize {
        let mut builder = Builder::new(self.vocabulary, Symbols::Themselves, false);
        for text in texts {
            builder.exactly(text);
        }
        let reading = if wide { Reading::Some } else { Reading::Every };
        self.automata.push(Automaton::new(builder.finish(), reading, self.vocabulary));
        self.automata.len() - 1
    }

    /// Tries what is to be tried, the last first; true if all of it can be had at once.
    fn run(&mut self, tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        self.budget.take(1)?;
        let Some(task) = tasks.pop() else { return self.are_satisfiable() };
        let before = tasks.len();
        let found = match &task {
            Task::Key(group) => self.key(*group, tasks)?,
            Task::Element { group, formats, read } => self.element(*group, formats, read, tasks)?,
            Task::Same { group, link, fits } => self.same(*group, link, *fits, tasks)?,
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

    fn one(&mut self, at: usize, formats: &[Format], tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        let mut reads = Reads::new();
        let mut typed = Vec::new();
        // Values that must be those of other keys, or of their own language; in every combination.
        let mut linked: Vec<(Option<usize>, Vec<Link>)> = Vec::new();
        let mut differ = Vec::new();
        for &Demand { predicate, truth } in &self.groups[at].demands {
            let Predicate { asks, quantifier, negated, .. } = &self.predicates[predicate];
            match asks {
                Asks::Constant(constant) if *constant != truth => return Ok(false),
                Asks::Constant(_) => {}
                Asks::Missing(expected) => {
                    if is_missing(*quantifier, *expected) != truth {
                        return Ok(false);
                    }
                }
                Asks::Language { automaton, links, .. } if links.is_empty() => {
                    reads.push((*automaton, truth != *negated));
                }
                Asks::Language { automaton, has_values, links } => {
                    if truth == *negated {
                        // Neither in the language, nor any of the other keys' values.
                        reads.push((*automaton, false));
                        differ.extend(links.iter().map(|link| Task::Same {
                            group: at,
                            link: link.clone(),
                            fits: false,
                        }));
                    } else {
                        linked.push((has_values.then_some(*automaton), links.clone()));
                    }
                }
                Asks::Typed(_) => typed.push((predicate, truth != *negated)),
            }
        }
        for (group, shared) in &self.equal {
            if *group == at {
                reads.extend(shared.iter().copied());
            }
        }
        // Behind everything else, when it is known what the other keys are.
        let count = differ.len();
        tasks.splice(0..0, differ);
        let found = self.combine(at, formats, &mut reads, &typed, &linked, tasks)?;
        if !found {
            tasks.drain(..count);
        }
        Ok(found)
    }

    /// Tries each way in which a value can be one of its own language or that of another key.
    fn combine(
        &mut self,
        at: usize,
        formats: &[Format],
        reads: &mut Reads,
        typed: &[(usize, bool)],
        linked: &[(Option<usize>, Vec<Link>)],
        tasks: &mut Vec<Task>,
    ) -> Result<bool, Exhausted> {
        let Some(((automaton, links), rest)) = linked.split_first() else {
            return self.formats(at, formats, reads, typed, tasks);
        };
        if let Some(automaton) = automaton {
            reads.push((*automaton, true));
            if self.combine(at, formats, reads, typed, rest, tasks)? {
                return Ok(true);
            }
            reads.pop();
        }
        for link in links {
            // Behind everything else, when it is known what the other key is.
            tasks.insert(0, Task::Same { group: at, link: link.clone(), fits: true });
            let mark = self.equal.len();
            if let ([Format(pieces)], None) = (formats, &link.default)
                && let [Piece::Variable(variable) | Piece::Fresh(variable)] = pieces.as_slice()
                && let Some(other) = self.groups.iter().position(|group| group.key == link.key)
            {
                let base = self.base(*variable);
                let shared = reads.iter().copied().chain([(base, true)]).collect();
                self.equal.push((other, shared));
            }
            if self.combine(at, formats, reads, typed, rest, tasks)? {
                return Ok(true);
            }
            self.equal.truncate(mark);
            tasks.remove(0);
        }
        Ok(false)
    }

    fn formats(
        &mut self,
        at: usize,
        formats: &[Format],
        reads: &Reads,
        typed: &[(usize, bool)],
        tasks: &mut Vec<Task>,
    ) -> Result<bool, Exhausted> {
        for format in formats {
            let mut open = Open::begin(&format.0, reads);
            while let Some((stretches, parts)) = self.branch(&mut open, reads)? {
                let mark = self.mark();
                let mut possible = true;
                for (instance, part) in parts {
                    self.instances[instance].demands.push(Asked::Read(part));
                    possible = possible && self.is_satisfiable(instance)?;
                }
                match stretches.as_slice() {
                    [Stretch::Instance(instance)] => {
                        for &(predicate, fits) in typed {
                            self.instances[*instance].demands.push(Asked::Typed { predicate, fits });
                        }
                        possible = possible && (typed.is_empty() || self.is_satisfiable(*instance)?);
                    }
                    // Nobody compares a value of several stretches as a number.
                    _ => possible = possible && (typed.is_empty() || self.bound == Bound::Possible),
                }
                if possible {
                    self.chosen[at] = Some(Chosen::One(stretches));
                    if self.run(tasks)? {
                        return Ok(true);
                    }
                }
                self.undo(&mark);
            }
        }
        Ok(false)
    }

    fn many(
        &mut self,
        at: usize,
        required: &[Vec<Format>],
        others: &[Format],
        tasks: &mut Vec<Task>,
    ) -> Result<bool, Exhausted> {
        let mut each = Reads::new();
        let mut some = Vec::new();
        for &Demand { predicate, truth } in &self.groups[at].demands {
            let Predicate { asks, quantifier, negated, .. } = &self.predicates[predicate];
            let undecided = self.bound == Bound::Possible;
            match (asks, quantifier) {
                (Asks::Constant(constant), _) if *constant != truth => return Ok(false),
                (Asks::Constant(_), _) => {}
                (Asks::Missing(expected), _) if is_missing(*quantifier, *expected) != truth => {
                    return Ok(false);
                }
                (Asks::Missing(_), _) => {}
                (Asks::Language { automaton, links, .. }, Some(quantifier)) if links.is_empty() => {
                    let fits = truth != *negated;
                    match (quantifier, truth) {
                        (Quantifier::ForAllValues, true) | (Quantifier::ForAnyValue, false) => {
                            each.push((*automaton, fits));
                        }
                        _ => some.push((*automaton, fits)),
                    }
                }
                // Without set operator, what a test says of several values is not documented.
                _ if !undecided => return Ok(false),
                _ => {}
            }
        }
        let mut elements: Vec<(Vec<Format>, Reads)> =
            required.iter().map(|formats| (formats.clone(), Reads::new())).collect();
        if self.groups[at].key == TAG_KEYS {
            for (tag, there) in self.tags() {
                if there {
                    elements.push((vec![Format(vec![Piece::Literal(tag)])], Reads::new()));
                } else {
                    let automaton = self.texts(&[tag], self.bound == Bound::Sure);
                    each.push((automaton, false));
                }
            }
        }
        self.chosen[at] = Some(Chosen::Many(Vec::new()));
        self.assign(at, &some, &mut elements, others, &each, tasks)
    }

    /// Gives each demand that some value must meet a value that meets it.
    fn assign(
        &mut self,
        at: usize,
        some: &[(usize, bool)],
        elements: &mut Vec<(Vec<Format>, Reads)>,
        others: &[Format],
        each: &Reads,
        tasks: &mut Vec<Task>,
    ) -> Result<bool, Exhausted> {
        self.budget.take(1)?;
        let Some((&demand, rest)) = some.split_first() else {
            let before = tasks.len();
            for (formats, own) in elements.iter().rev() {
                let read = own.iter().chain(each).copied().collect();
                tasks.push(Task::Element { group: at, formats: formats.clone(), read });
            }
            let found = self.run(tasks)?;
            if !found {
                tasks.truncate(before);
            }
            return Ok(found);
        };
        if !others.is_empty() {
            elements.push((others.to_vec(), smallvec![demand]));
            if self.assign(at, rest, elements, others, each, tasks)? {
                return Ok(true);
            }
            elements.pop();
        }
        for index in 0..elements.len() {
            elements[index].1.push(demand);
            if self.assign(at, rest, elements, others, each, tasks)? {
                return Ok(true);
            }
            elements[index].1.pop();
        }
        Ok(false)
    }

    fn element(
        &mut self,
        at: usize,
        formats: &[Format],
        read: &Reads,
        tasks: &mut Vec<Task>,
    ) -> Result<bool, Exhausted> {
        for format in formats {
            let mut open = Open::begin(&format.0, read);
            while let Some((stretches, parts)) = self.branch(&mut open, read)? {
                let mark = self.mark();
                let mut possible = true;
                for (instance, part) in parts {
                    self.instances[instance].demands.push(Asked::Read(part));
                    possible = possible && self.is_satisfiable(instance)?;
                }
                if possible {
                    if let Some(Chosen::Many(values)) = &mut self.chosen[at] {
                        values.push(stretches);
                    }
                    if self.run(tasks)? {
                        return Ok(true);
                    }
                    if let Some(Chosen::Many(values)) = &mut self.chosen[at] {
                        values.pop();
                    }
                }
                self.undo(&mark);
            }
        }
        Ok(false)
    }

    /// One key's value is, or is not, that of another.
    fn same(&mut self, at: usize, link: &Link, fits: bool, tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        let Some(Chosen::One(value)) = self.chosen[at].clone() else { return self.run(tasks) };
        let other = self.groups.iter().position(|group| group.key == link.key);
        let undecided = self.bound == Bound::Possible;
        let other = match other.and_then(|other| self.chosen[other].clone()) {
            Some(Chosen::One(other)) => other,
            Some(Chosen::Missing) => match &link.default {
                Some(default) => vec![Stretch::Literal(default.clone())],
                // A variable without value fits nothing.
                None => return Ok(!fits && self.run(tasks)?),
            },
            // A set is no value of a variable; and a key that is tried later than this one is not known yet.
            Some(Chosen::Many(_)) | None => return Ok(undecided && self.run(tasks)?),
        };
        if !fits {
            return self.differ(&value, &other, tasks);
        }
        let (single, whole) = match (value.as_slice(), other.as_slice()) {
            ([Stretch::Instance(single)], _) => (*single, other),
            (_, [Stretch::Instance(single)]) => (*single, value),
            ([Stretch::Literal(left)], [Stretch::Literal(right)]) if left == right => return self.run(tasks),
            _ => return Ok(undecided && self.run(tasks)?),
        };
        if whole == [Stretch::Instance(single)] {
            return self.run(tasks);
        }
        // What is demanded of the single variable is now demanded of all that it is equal to.
        let mut reads: Reads = smallvec![(self.base(self.instances[single].variable), true)];
        let mut moved = Vec::new();
        for asked in &self.instances[single].demands {
            match asked {
                Asked::Read(part) if part.is_whole() => reads.extend(part.automata.iter().copied()),
                other => moved.push(other.clone()),
            }
        }
        if !moved.is_empty() && whole.len() != 1 {
            return Ok(undecided && self.run(tasks)?);
        }
        let pieces = self.pieces(&whole);
        for (_, parts) in self.stretches(&pieces, &whole, &reads)? {
            let mark = self.mark();
            let mut possible = true;
            if let [Stretch::Instance(instance)] = whole.as_slice() {
                self.instances[*instance].demands.extend(moved.iter().cloned());
            }
            for (instance, part) in parts {
                self.instances[instance].demands.push(Asked::Read(part));
                possible = possible && self.is_satisfiable(instance)?;
            }
            self.instances[single].same_as = Some(whole.clone());
            if possible && self.run(tasks)? {
                return Ok(true);
            }
            self.instances[single].same_as = None;
            self.undo(&mark);
        }
        Ok(false)
    }

    fn differ(
        &mut self,
        value: &[Stretch],
        other: &[Stretch],
        tasks: &mut Vec<Task>,
    ) -> Result<bool, Exhausted> {
        let (Some(left), Some(right)) = (self.render(value)?, self.render(other)?) else { return Ok(false) };
        if left != right {
            return self.run(tasks);
        }
        let single = value.iter().chain(other).find_map(|stretch| match stretch {
            Stretch::Instance(instance) if value.len() == 1 || other.len() == 1 => Some(*instance),
            _ => None,
        });
        let Some(single) = single else {
            return Ok(self.bound == Bound::Possible && value != other && self.run(tasks)?);
        };
        if value == other {
            return Ok(false);
        }
        // Another value for one of them.
        let mark = self.mark();
        let automaton = self.texts(&[left], self.bound == Bound::Sure);
        self.instances[single].demands.push(Asked::Read(Part::whole(smallvec![(automaton, false)])));
        if self.is_satisfiable(single)? && self.run(tasks)? {
            return Ok(true);
        }
        self.undo(&mark);
        Ok(false)
    }

    /// The next way in which a format's values are read as demanded: what it is made of, and what is demanded of
    /// the variables in it.
    fn branch(&mut self, open: &mut Vec<Open>, reads: &Reads) -> Result<Option<Branch>, Exhausted> {
        while let Some(mut now) = open.pop() {
            self.budget.take(1 + reads.len())?;
            if now.pieces.is_empty() {
                let accepted = reads
                    .iter()
                    .zip(&now.at)
                    .all(|(&(automaton, truth), &state)| self.automata[automaton].accepts(state) == truth);
                if accepted {
                    return Ok(Some((now.made, now.parts)));
                }
                continue;
            }
            match now.pieces.remove(0) {
                Piece::Literal(text) => {
                    if self.read(&mut now.at, reads, &text)? {
                        now.made.push(Stretch::Literal(text));
                        open.push(now);
                    }
                }
                Piece::Variable(variable) => {
                    self.read_instance(usize::from(variable), now, reads, open)?;
                }
                Piece::Fresh(variable) => {
                    self.instances.push(Instance { variable, demands: Vec::new(), same_as: None });
                    self.read_instance(self.instances.len() - 1, now, reads, open)?;
                }
                Piece::Segments { choices, separator, most } => {
                    for (index, choice) in choices.iter().enumerate().rev() {
                        let mut last = now.clone();
                        let mut pieces = choice.0.clone();
                        pieces.append(&mut last.pieces);
                        last.pieces = pieces;
                        if most > 1 && choices.len() > 1 {
                            let mut more = last.clone();
                            let mut rest = choices.clone();
                            rest.remove(index);
                            let tail = [
                                Piece::Literal(separator.clone()),
                                Piece::Segments {
                                    choices: rest,
                                    separator: separator.clone(),
                                    most: most - 1,
                                },
                            ];
                            more.pieces.splice(choice.0.len()..choice.0.len(), tail);
                            open.push(more);
                        }
                        open.push(last);
                    }
                }
            }
        }
        Ok(None)
    }

    /// As [`Self::branch`], all at once, for a value that is already made of instances.
    fn stretches(
        &mut self,
        pieces: &[Piece],
        whole: &[Stretch],
        reads: &Reads,
    ) -> Result<Vec<Branch>, Exhausted> {
        let instances: Vec<usize> = whole
            .iter()
            .filter_map(|stretch| match stretch {
                Stretch::Instance(instance) => Some(*instance),
                Stretch::Literal(_) => None,
            })
            .collect();
        let mut open = Open::begin(pieces, reads);
        let mut found = Vec::new();
        while let Some(branch) = self.branch(&mut open, reads)? {
            found.push(branch);
        }
        for (stretches, parts) in &mut found {
            let made: Vec<usize> = stretches
                .iter()
                .filter_map(|stretch| match stretch {
                    Stretch::Instance(instance) => Some(*instance),
                    Stretch::Literal(_) => None,
                })
                .collect();
            for (instance, _) in parts.iter_mut() {
                if let Some(index) = made.iter().position(|made| made == instance) {
                    *instance = instances[index];
                }
            }
        }
        Ok(found)
    }

    /// Pieces that read like a value.
    fn pieces(&self, whole: &[Stretch]) -> Vec<Piece> {
        whole
            .iter()
            .map(|stretch| match stretch {
                Stretch::Literal(text) => Piece::Literal(text.clone()),
                Stretch::Instance(instance) => Piece::Fresh(self.instances[*instance].variable),
            })
            .collect()
    }

    fn read(&mut self, at: &mut [u32], reads: &Reads, text: &str) -> Result<bool, Exhausted> {
        for (state, &(automaton, truth)) in at.iter_mut().zip(reads) {
            *state = self.automata[automaton].read(*state, text, &mut self.budget)?;
            if truth && self.automata[automaton].is_dead(*state) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn read_instance(
        &mut self,
        instance: usize,
        mut now: Open,
        reads: &Reads,
        open: &mut Vec<Open>,
    ) -> Result<(), Exhausted> {
        now.made.push(Stretch::Instance(instance));
        if reads.is_empty() {
            open.push(now);
            return Ok(());
        }
        let mut part = Part { automata: reads.clone(), from: now.at.clone(), to: None };
        if now.pieces.is_empty() {
            // Whatever is read to the end: no need to say in which state.
            if self.fits(instance, &part, &now.parts)? {
                now.parts.push((instance, part));
                now.at = SmallVec::new();
                open.push(now);
            }
            return Ok(());
        }
        let base = self.base(self.instances[instance].variable);
        let ends = walk::ends(&part, base, &mut self.automata, &mut self.budget)?;
        for end in ends.into_iter().rev() {
            part.to = Some(end.clone());
            if !self.fits(instance, &part, &now.parts)? {
                continue;
            }
            let mut next = now.clone();
            next.parts.push((instance, part.clone()));
            next.at = end;
            open.push(next);
        }
        Ok(())
    }

    /// Whether a variable can be read so, as far as something else is demanded of it already.
    fn fits(&mut self, instance: usize, part: &Part, others: &[(usize, Part)]) -> Result<bool, Exhausted> {
        let demands = &self.instances[instance].demands;
        if demands.is_empty() && others.iter().all(|(other, _)| *other != instance) {
            return Ok(true);
        }
        let mut parts = self.parts(instance);
        parts.extend(others.iter().filter(|(other, _)| *other == instance).map(|(_, part)| part.clone()));
        parts.push(part.clone());
        Ok(walk::shortest(&parts, &mut self.automata, &mut self.budget)?.is_some())
    }

    /// The automaton of a variable's language.
    fn base(&mut self, variable: VariableId) -> usize {
        let index = usize::from(variable);
        if let Some(known) = self.bases[index] {
            return known;
        }
        let mut builder = Builder::new(self.vocabulary, Symbols::Themselves, false);
        builder.shape(&self.variable(variable).language);
        let reading = if self.bound == Bound::Sure { Reading::Every } else { Reading::Some };
        self.automata.push(Automaton::new(builder.finish(), reading, self.vocabulary));
        let base = self.automata.len() - 1;
        self.bases[index] = Some(base);
        base
    }

    /// The automaton of the texts that a variable never is.
    fn exception(&mut self, variable: VariableId) -> usize {
        if let Some(&(_, known)) = self.exceptions.iter().find(|(known, _)| *known == variable) {
            return known;
        }
        let texts = self.variable(variable).except.clone();
        let automaton = self.texts(&texts, self.bound == Bound::Sure);
        self.exceptions.push((variable, automaton));
        automaton
    }

    fn anything_id(&self) -> VariableId {
        VariableId::try_from(self.sender.variables.len()).unwrap_or(VariableId::MAX)
    }

    fn variable(&self, variable: VariableId) -> &Variable {
        self.sender.variables.get(usize::from(variable)).unwrap_or(&self.anything)
    }

    fn parts(&mut self, instance: usize) -> Vec<Part> {
        let base = self.base(self.instances[instance].variable);
        let mut whole: Reads = smallvec![(base, true)];
        if !self.variable(self.instances[instance].variable).except.is_empty() {
            whole.push((self.exception(self.instances[instance].variable), false));
        }
        let mut parts = vec![Part::whole(whole)];
        parts.extend(self.instances[instance].demands.iter().filter_map(|asked| match asked {
            Asked::Read(part) => Some(part.clone()),
            Asked::Typed { .. } => None,
        }));
        parts
    }

    fn is_satisfiable(&mut self, instance: usize) -> Result<bool, Exhausted> {
        Ok(self.value(instance)?.is_some())
    }

    fn are_satisfiable(&mut self) -> Result<bool, Exhausted> {
        for instance in 0..self.instances.len() {
            if !self.instances[instance].demands.is_empty() && !self.is_satisfiable(instance)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A value that meets all demands on a variable: one that looks like a real one, else the shortest.
    fn value(&mut self, instance: usize) -> Result<Option<String>, Exhausted> {
        let variable = self.instances[instance].variable;
        let typed: Vec<(usize, bool)> = self.instances[instance]
            .demands
            .iter()
            .filter_map(|asked| match asked {
                Asked::Typed { predicate, fits } => Some((*predicate, *fits)),
                Asked::Read(_) => None,
            })
            .collect();
        let parts = self.parts(instance);
        let mut candidates = self.variable(variable).samples.clone();
        for &(predicate, _) in &typed {
            if let Asks::Typed(test) = &self.predicates[predicate].asks {
                test.candidates(&mut candidates);
            }
        }
        let is_time = self.variable(variable).measure == Measure::Time;
        if is_time && let Some(today) = self.today {
            candidates.push(super::typed::as_time(today));
        }
        for candidate in candidates {
            self.budget.take(1)?;
            if is_time && self.today.is_some_and(|today| instant(&candidate).is_none_or(|time| time < today))
            {
                continue;
            }
            let fits = typed.iter().all(|&(predicate, fits)| match &self.predicates[predicate].asks {
                Asks::Typed(test) => test.fits(&candidate) == fits,
                _ => true,
            });
            if fits && walk::reads(&parts, &candidate, &mut self.automata, &mut self.budget)? {
                return Ok(Some(candidate));
            }
        }
        if !typed.is_empty() {
            // Numbers and the like are decided by the candidates alone; together with patterns they are not.
            let patterns = parts.len() > 1 && self.bound == Bound::Possible;
            return Ok(patterns.then(String::new));
        }
        walk::shortest(&parts, &mut self.automata, &mut self.budget)
    }

    fn render(&mut self, stretches: &[Stretch]) -> Result<Option<String>, Exhausted> {
        let mut out = String::new();
        for stretch in stretches {
            match stretch {
                Stretch::Literal(text) => out.push_str(text),
                Stretch::Instance(instance) => {
                    let value = match self.instances[*instance].same_as.clone() {
                        Some(same) => self.render(&same)?,
                        None => self.value(*instance)?,
                    };
                    let Some(value) = value else { return Ok(None) };
                    out.push_str(&value);
                }
            }
        }
        Ok(Some(out))
    }

    /// The tags that demands name, and whether they are there.
    fn tags(&self) -> Vec<(String, bool)> {
        let mut tags = Vec::new();
        for (group, chosen) in self.groups.iter().zip(&self.chosen) {
            if let (Some(tag), Some(chosen)) = (group.key.strip_prefix(REQUEST_TAG), chosen) {
                tags.push((tag.to_owned(), !matches!(chosen, Chosen::Missing)));
            }
        }
        tags
    }

    /// The request that was found.
    fn model(&mut self) -> Result<Option<Model>, Exhausted> {
        let mut context = Vec::new();
        for index in 0..self.groups.len() {
            let key = self.groups[index].key.clone();
            match self.chosen[index].clone() {
                None | Some(Chosen::Missing) => {}
                Some(Chosen::One(value)) => {
                    if let Some(value) = self.render(&value)? {
                        context.push((key, Ok(value)));
                    }
                }
                Some(Chosen::Many(values)) => {
                    let mut rendered = Vec::new();
                    for value in values {
                        rendered.extend(self.render(&value)?);
                    }
                    rendered.dedup();
                    context.push((key, Err(rendered)));
                }
            }
        }
        let kind = self.kind;
        for claim in &kind.claims {
            let known = self.groups.iter().any(|group| group.key == claim.key);
            if known || claim.presence != Presence::Always || claim.key.ends_with('*') {
                continue;
            }
            if !self.exchange.may_have(&claim.key) {
                continue;
            }
            let mut values = Vec::new();
            let formats: Vec<&Format> = match &claim.values {
                Values::One(formats) => formats.first().into_iter().collect(),
                Values::Many { required, .. } => {
                    required.iter().filter_map(|formats| formats.first()).collect()
                }
            };
            for format in formats {
                if let Some((stretches, _)) =
                    self.branch(&mut Open::begin(&format.0, &Reads::new()), &Reads::new())?
                {
                    values.extend(self.render(&stretches)?);
                }
            }
            let value = match &claim.values {
                Values::One(_) => match values.pop() {
                    Some(value) => Ok(value),
                    None => continue,
                },
                Values::Many { .. } => Err(values),
            };
            context.push((claim.key.clone(), value));
        }
        self.add_tags(&mut context);
        let mut variables = Vec::new();
        for instance in 0..self.sender.variables.len() {
            variables.push(self.render(&[Stretch::Instance(instance)])?.unwrap_or_default());
        }
        Ok(Some(Model { context, variables }))
    }

    /// Tags and the set of their keys say the same.
    fn add_tags(&self, context: &mut Vec<(String, Result<String, Vec<String>>)>) {
        let mut keys: Vec<String> = Vec::new();
        for (key, _) in context.iter() {
            keys.extend(key.strip_prefix(REQUEST_TAG).map(str::to_owned));
        }
        let listed = context.iter().position(|(key, _)| key == TAG_KEYS);
        match listed {
            Some(index) => {
                let Err(listed) = &context[index].1 else { return };
                let missing: Vec<String> =
                    listed.iter().filter(|tag| !keys.contains(&tag.to_ascii_lowercase())).cloned().collect();
                context.extend(
                    missing.iter().map(|tag| (format!("{REQUEST_TAG}{tag}"), Ok("value".to_owned()))),
                );
            }
            None if keys.is_empty() => {}
            None => context.push((TAG_KEYS.to_owned(), Err(keys))),
        }
    }

    fn mark(&self) -> Mark {
        Mark(self.instances.iter().map(|instance| instance.demands.len()).collect())
    }

    fn undo(&mut self, mark: &Mark) {
        // Instances that came later stay: branches that are still to be tried may use them.
        for (index, instance) in self.instances.iter_mut().enumerate() {
            instance.demands.truncate(mark.0.get(index).copied().unwrap_or(0));
        }
    }
}

const REQUEST_TAG: &str = "aws:requesttag/";
const TAG_KEYS: &str = "aws:tagkeys";

/// How many demands each instance had.
struct Mark(Vec<usize>);

/// A value of which some pieces are not read yet.
#[derive(Clone)]
struct Open {
    pieces: Vec<Piece>,
    at: SmallVec<[u32; 4]>,
    made: Vec<Stretch>,
    parts: Vec<(usize, Part)>,
}

/// What a value is made of, and what is demanded of the variables in it.
type Branch = (Vec<Stretch>, Vec<(usize, Part)>);

impl Open {
    fn begin(pieces: &[Piece], reads: &Reads) -> Vec<Self> {
        let at = reads.iter().map(|_| Automaton::START).collect();
        vec![Self { pieces: pieces.to_vec(), at, made: Vec::new(), parts: Vec::new() }]
    }
}

/// How many ways there may be to read a value of these formats, roughly.
fn ways(formats: &[Format]) -> usize {
    let pieces = formats.iter().flat_map(|format| &format.0);
    pieces.map(|piece| if matches!(piece, Piece::Segments { .. }) { 100 } else { 1 }).sum::<usize>().min(150)
}

/// Whether `Null` holds for a key that is there.
const fn is_missing(quantifier: Option<Quantifier>, expected: bool) -> bool {
    match quantifier {
        Some(Quantifier::ForAllValues) => true,
        Some(Quantifier::ForAnyValue) => false,
        None => !expected,
    }
}
