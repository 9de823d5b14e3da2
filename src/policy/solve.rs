//! Whether one kind of request can meet a list of demands on its context keys at once, and with which values.
//!
//! Demands are tests that must hold or must fail. Each is a demand on the value of one key, and values are made of
//! variables; so the demands become demands on variables, each decided by a walk over small automata. What has
//! alternatives (a key is there or not, a format or another, a value of a set or another) is tried in turn.

use smallvec::{SmallVec, smallvec};

use super::automaton::{Automaton, Budget, Exhausted, Reading};
use super::language::{Builder, Language, Symbols, Unit};
use super::predicate::{Asks, Bound, Link, Predicate};
use super::walk::{self, Part, Spread};
use super::{Quantifier, evaluate::compare::instant};
use crate::knowledge::sender::{
    Claim, Control, Exchange, Format, Kind, Measure, Piece, Presence, Sender, Values, Variable, VariableId,
};
use crate::value::{Class, Shape, SymbolId, Vocabulary};

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
    /// Keys whose value must not be that of another key.
    differ: Vec<Difference>,
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
            differ: Vec::new(),
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
            None if has_token(key) => (None, Presence::Undecided),
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
        tasks.insert(0, Task::Differ(0));
        if self.run(&mut tasks)? { self.model() } else { Ok(None) }
    }

    /// The values that a variable has in the requests that are like the one found last.
    pub(super) fn spread(&mut self, variable: VariableId, limit: usize) -> Result<Spread, Exhausted> {
        let instance = match self.resolve(&[Stretch::Instance(usize::from(variable))]).as_slice() {
            [Stretch::Instance(instance)] => *instance,
            [Stretch::Literal(text)] => return Ok(Spread::Few(vec![text.clone()])),
            _ => return Ok(Spread::Many),
        };
        let parts = self.parts(instance);
        let mut texts = match walk::spread(&parts, &mut self.automata, limit, &mut self.budget)? {
            Spread::Few(texts) => texts,
            Spread::Many => return Ok(Spread::Many),
        };
        texts.retain(|text| self.fits_measures(instance, text));
        for Difference { group, link, unless_empty } in self.differ.clone() {
            let Linked::Both(value, other) = self.linked(group, &link) else { continue };
            let mut kept = Vec::new();
            for text in texts {
                let (left, right) =
                    (self.with(&value, instance, &text)?, self.with(&other, instance, &text)?);
                if left != right || (unless_empty && left.is_empty()) {
                    kept.push(text);
                }
            }
            texts = kept;
        }
        Ok(Spread::Few(texts))
    }

    /// What a value is if a variable in it is this text.
    fn with(&mut self, value: &[Stretch], instance: usize, text: &str) -> Result<String, Exhausted> {
        let mut out = String::new();
        for stretch in value {
            if *stretch == Stretch::Instance(instance) {
                out.push_str(text);
            } else {
                out.push_str(&self.render(std::slice::from_ref(stretch))?.unwrap_or_default());
            }
        }
        Ok(out)
    }

    /// Whether a text is what is demanded of a variable as a number, time and the like.
    fn fits_measures(&self, instance: usize, text: &str) -> bool {
        let is_time = self.variable(self.instances[instance].variable).measure == Measure::Time;
        let is_past = || self.today.is_some_and(|today| instant(text).is_none_or(|time| time < today));
        !(is_time && is_past())
            && self.instances[instance].demands.iter().all(|asked| match asked {
                Asked::Typed { predicate, fits } => self.fits_typed(*predicate, text) == *fits,
                Asked::Read(_) => true,
            })
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
        let mut builder = Builder::new(self.vocabulary, Symbols::Themselves, false);
        for text in texts {
            builder.exactly(text);
        }
        self.add(builder.finish(), wide)
    }

    /// Whether an automaton that a value must be read by, or must not, reads more or less than what is known.
    fn wide(&self, truth: bool) -> bool {
        (self.bound == Bound::Possible) == truth
    }

    /// An automaton for a language: with `wide`, also for symbols that may turn out to be in it.
    fn add(&mut self, language: Language, wide: bool) -> usize {
        let reading = if wide { Reading::Some } else { Reading::Every };
        self.automata.push(Automaton::new(language, reading, self.vocabulary));
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

    fn one(&mut self, at: usize, formats: &[Format], tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        let mut reads = Reads::new();
        let mut typed = Vec::new();
        // Values that must be those of other keys, or of their own language; in every combination.
        let mut linked: Vec<(Option<usize>, Vec<Link>)> = Vec::new();
        let mut differ = Vec::new();
        // An empty string is no value of its own there.
        let mut not_empty = false;
        for &Demand { predicate, truth } in &self.groups[at].demands {
            let Predicate { asks, negated, empty, .. } = &self.predicates[predicate];
            match asks {
                Asks::Constant(constant) if *constant != truth => return Ok(false),
                Asks::Constant(_) => {}
                // It is there.
                Asks::Missing(expected) if *expected == truth => return Ok(false),
                Asks::Absent if truth => return Ok(false),
                Asks::Missing(_) | Asks::Absent => {}
                Asks::Language { automaton, links, .. } if links.is_empty() => {
                    reads.push((*automaton, truth != *negated));
                }
                Asks::Language { automaton, has_values, links } => {
                    if truth == *negated {
                        // Neither in the language, nor any of the other keys' values.
                        reads.push((*automaton, false));
                        let unless_empty = *empty == Some(false);
                        differ.extend(links.iter().map(|link| Difference {
                            group: at,
                            link: link.clone(),
                            unless_empty,
                        }));
                    } else {
                        not_empty |= *empty == Some(false);
                        linked.push((has_values.then_some(*automaton), links.clone()));
                    }
                }
                Asks::Typed(_) => typed.push((predicate, truth != *negated)),
            }
        }
        if not_empty {
            reads.push((self.texts(&[String::new()], self.wide(false)), false));
        }
        for (group, shared) in &self.equal {
            if *group == at {
                reads.extend(shared.iter().copied());
            }
        }
        // Behind everything else, when it is known what the other keys are, and what they are equal to.
        let count = self.differ.len();
        self.differ.extend(differ);
        let found = self.combine(at, formats, &mut reads, &typed, &linked, tasks)?;
        if !found {
            self.differ.truncate(count);
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
            tasks.insert(1, Task::Same { group: at, link: link.clone() });
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
            tasks.remove(1);
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
                let mut possible = self.demand(parts)?;
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
        // Tags have keys; whether another set without values is there is not documented.
        let is_tags = self.groups[at].key == TAG_KEYS;
        let may_be_empty = required.is_empty() && !is_tags;
        let (mut must_be_empty, mut must_have_values) = (false, is_tags);
        for &Demand { predicate, truth } in &self.groups[at].demands {
            let Predicate { asks, quantifier, negated, .. } = &self.predicates[predicate];
            let undecided = self.bound == Bound::Possible;
            match (asks, quantifier) {
                (Asks::Constant(constant), _) if *constant != truth => return Ok(false),
                (Asks::Constant(_), _) => {}
                (Asks::Missing(expected), _) if *expected != truth => must_have_values |= !undecided,
                (Asks::Missing(_), _) if undecided && may_be_empty => must_be_empty = true,
                (Asks::Missing(_), _) => return Ok(false),
                (Asks::Absent, _) if truth => return Ok(false),
                (Asks::Absent, _) => {}
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
        let mut other_tags = Reads::new();
        if is_tags {
            for (tag, there) in self.tags() {
                let mut builder = Builder::new(self.vocabulary, Symbols::Themselves, true);
                builder.alternative(&tag.chars().map(Unit::Character).collect::<Vec<_>>());
                let language = builder.finish();
                if there {
                    elements.push((
                        others.to_vec(),
                        smallvec![(self.add(language.clone(), self.wide(true)), true)],
                    ));
                    other_tags.push((self.add(language, self.wide(false)), false));
                } else {
                    each.push((self.add(language, self.wide(false)), false));
                }
            }
        }
        self.chosen[at] = Some(Chosen::Many(Vec::new()));
        if must_be_empty {
            return Ok(some.is_empty() && self.run(tasks)?);
        }
        if must_have_values && elements.is_empty() && some.is_empty() {
            if others.is_empty() {
                return Ok(false);
            }
            elements.push((others.to_vec(), Reads::new()));
        }
        let further = Further { formats: others, read: other_tags };
        self.assign(at, &some, &mut elements, &further, &each, tasks)
    }

    /// Gives each demand that some value must meet a value that meets it.
    fn assign(
        &mut self,
        at: usize,
        some: &[(usize, bool)],
        elements: &mut Vec<(Vec<Format>, Reads)>,
        further: &Further<'_>,
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
        if !further.formats.is_empty() {
            let read = further.read.iter().copied().chain([demand]).collect();
            elements.push((further.formats.to_vec(), read));
            if self.assign(at, rest, elements, further, each, tasks)? {
                return Ok(true);
            }
            elements.pop();
        }
        for index in 0..elements.len() {
            elements[index].1.push(demand);
            if self.assign(at, rest, elements, further, each, tasks)? {
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
                if self.demand(parts)? {
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

    /// The values of a key and of the one that a link names, if both are there.
    fn linked(&self, at: usize, link: &Link) -> Linked {
        let Some(Chosen::One(value)) = &self.chosen[at] else { return Linked::Absent };
        let Some(other) = self.groups.iter().position(|group| group.key == link.key) else {
            return Linked::Undecided;
        };
        if self.groups[other].presence == Presence::Undecided && self.bound == Bound::Sure {
            return Linked::Undecided;
        }
        match &self.chosen[other] {
            Some(Chosen::One(other)) => Linked::Both(self.resolve(value), self.resolve(other)),
            Some(Chosen::Missing) => match &link.default {
                Some(default) => Linked::Both(self.resolve(value), vec![Stretch::Literal(default.clone())]),
                None => Linked::WithoutValue,
            },
            // A set is no value of a variable.
            Some(Chosen::Many(_)) | None => Linked::Undecided,
        }
    }

    /// A value in terms of the variables that are not equal to something else.
    fn resolve(&self, value: &[Stretch]) -> Vec<Stretch> {
        let mut resolved: Vec<Stretch> = Vec::new();
        for stretch in value {
            match stretch {
                Stretch::Literal(text) => resolved.push(Stretch::Literal(text.clone())),
                Stretch::Instance(instance) => match &self.instances[*instance].same_as {
                    Some(same) => resolved.extend(self.resolve(same)),
                    None => resolved.push(Stretch::Instance(*instance)),
                },
            }
        }
        resolved
    }

    /// One key's value is that of another.
    fn same(&mut self, at: usize, link: &Link, tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        let undecided = self.bound == Bound::Possible;
        let (value, other) = match self.linked(at, link) {
            Linked::Both(value, other) => (value, other),
            // A variable without value fits nothing.
            Linked::WithoutValue => return Ok(false),
            Linked::Undecided => return Ok(undecided && self.run(tasks)?),
            Linked::Absent => return self.run(tasks),
        };
        if !link.wildcards {
            return self.equate(value, other, tasks);
        }
        if !undecided {
            let mark = self.mark();
            let found = self.without_wildcards(&other)? && self.equate(value, other, tasks)?;
            if !found {
                self.undo(&mark);
            }
            return Ok(found);
        }
        Ok(self.equate(value, other.clone(), tasks)? || self.with_wildcards(&other, tasks)?)
    }

    /// The automaton of texts with a character that is a wildcard.
    fn wildcards(&mut self, truth: bool) -> usize {
        let mut builder = Builder::new(self.vocabulary, Symbols::Themselves, false);
        for wildcard in ['*', '?'] {
            builder.alternative(&[Unit::Any, Unit::Character(wildcard), Unit::Any]);
        }
        self.add(builder.finish(), self.wide(truth))
    }

    /// Demands of a value that it has no wildcards. False if it must have some.
    fn without_wildcards(&mut self, value: &[Stretch]) -> Result<bool, Exhausted> {
        let automaton = self.wildcards(false);
        for stretch in value {
            match stretch {
                Stretch::Literal(text) if text.contains(['*', '?']) => return Ok(false),
                Stretch::Literal(_) => {}
                Stretch::Instance(instance) => {
                    let part = Part::whole(smallvec![(automaton, false)]);
                    self.instances[*instance].demands.push(Asked::Read(part));
                    if !self.is_satisfiable(*instance)? {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    /// What a value with wildcards stands for is not documented: then anything may hold.
    fn with_wildcards(&mut self, value: &[Stretch], tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        let automaton = self.wildcards(true);
        for stretch in value {
            match stretch {
                Stretch::Literal(text) if text.contains(['*', '?']) => return self.run(tasks),
                Stretch::Literal(_) => {}
                Stretch::Instance(instance) => {
                    let mark = self.mark();
                    let part = Part::whole(smallvec![(automaton, true)]);
                    self.instances[*instance].demands.push(Asked::Read(part));
                    if self.is_satisfiable(*instance)? && self.run(tasks)? {
                        return Ok(true);
                    }
                    self.undo(&mark);
                }
            }
        }
        Ok(false)
    }

    /// Makes two values equal.
    fn equate(
        &mut self,
        value: Vec<Stretch>,
        other: Vec<Stretch>,
        tasks: &mut Vec<Task>,
    ) -> Result<bool, Exhausted> {
        let undecided = self.bound == Bound::Possible;
        if value == other {
            return self.run(tasks);
        }
        if let (Some(left), Some(right)) = (literal(&value), literal(&other)) {
            // What a symbol stands for may be the other text.
            let open = undecided && (has_token(&left) || has_token(&right));
            return Ok((left == right || open) && self.run(tasks)?);
        }
        for (text, whole) in [(literal(&value), &other), (literal(&other), &value)] {
            if let Some(text) = text {
                return self.make(whole, text, tasks);
            }
        }
        let (single, whole) = match (value.as_slice(), other.as_slice()) {
            ([Stretch::Instance(single)], _) => (*single, other),
            (_, [Stretch::Instance(single)]) => (*single, value),
            _ => return Ok(undecided && self.run(tasks)?),
        };
        // Something that it is a part of itself: the rest is empty.
        if whole.contains(&Stretch::Instance(single)) {
            let rest: Vec<Stretch> =
                whole.into_iter().filter(|stretch| *stretch != Stretch::Instance(single)).collect();
            let mark = self.mark();
            if self.make_empty(&rest)? && self.run(tasks)? {
                return Ok(true);
            }
            self.undo(&mark);
            return Ok(undecided && has_symbols(&rest) && self.run(tasks)?);
        }
        // What is demanded of the single variable is now demanded of all that it is equal to.
        let mut parts = self.parts(single).into_iter();
        let mut reads: Reads =
            parts.next().map(|part| part.automata.iter().copied().collect()).unwrap_or_default();
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
            if let [Stretch::Instance(instance)] = whole.as_slice() {
                self.instances[*instance].demands.extend(moved.iter().cloned());
            }
            let possible = self.demand(parts)?;
            self.instances[single].same_as = Some(whole.clone());
            if possible && self.run(tasks)? {
                return Ok(true);
            }
            self.instances[single].same_as = None;
            self.undo(&mark);
        }
        Ok(false)
    }

    /// Makes a value be this text.
    fn make(&mut self, value: &[Stretch], text: String, tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        let reads: Reads = smallvec![(self.texts(&[text], self.wide(true)), true)];
        let pieces = self.pieces(value);
        for (_, parts) in self.stretches(&pieces, value, &reads)? {
            let mark = self.mark();
            if self.demand(parts)? && self.run(tasks)? {
                return Ok(true);
            }
            self.undo(&mark);
        }
        Ok(false)
    }

    fn fits_typed(&self, predicate: usize, text: &str) -> bool {
        match &self.predicates[predicate].asks {
            Asks::Typed(test) => test.fits(text),
            _ => true,
        }
    }

    /// Sees to it that the values differ that must, from one of them on.
    fn differ(&mut self, from: usize, tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        self.budget.take(1)?;
        let Some(Difference { group, link, unless_empty }) = self.differ.get(from).cloned() else {
            return self.run(tasks);
        };
        let undecided = self.bound == Bound::Possible;
        let (value, other) = match self.linked(group, &link) {
            Linked::Both(value, other) => (value, other),
            Linked::WithoutValue | Linked::Absent => return self.differ(from + 1, tasks),
            Linked::Undecided => return Ok(undecided && self.differ(from + 1, tasks)?),
        };
        let mark = self.mark();
        let clear = !link.wildcards || undecided || self.without_wildcards(&other)?;
        if clear && self.part(from, &value, &other, tasks)? {
            return Ok(true);
        }
        self.undo(&mark);
        if unless_empty && self.make_empty(&value)? && self.differ(from + 1, tasks)? {
            return Ok(true);
        }
        self.undo(&mark);
        tasks.push(Task::Differ(from + 1));
        let found = link.wildcards && undecided && self.with_wildcards(&other, tasks)?;
        if !found {
            tasks.pop();
        }
        Ok(found)
    }

    /// Demands of a value that it is the empty string.
    fn make_empty(&mut self, value: &[Stretch]) -> Result<bool, Exhausted> {
        let automaton = self.texts(&[String::new()], self.wide(true));
        for stretch in value {
            match stretch {
                Stretch::Literal(text) if text.is_empty() => {}
                Stretch::Literal(_) => return Ok(false),
                Stretch::Instance(instance) => {
                    let part = Part::whole(smallvec![(automaton, true)]);
                    self.instances[*instance].demands.push(Asked::Read(part));
                    if !self.is_satisfiable(*instance)? {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    /// Makes two values different.
    fn part(
        &mut self,
        from: usize,
        value: &[Stretch],
        other: &[Stretch],
        tasks: &mut Vec<Task>,
    ) -> Result<bool, Exhausted> {
        if value == other {
            return Ok(false);
        }
        let (Some(left), Some(right)) = (self.render(value)?, self.render(other)?) else { return Ok(false) };
        if left != right {
            // What a symbol stands for may be the other text.
            let sure = !has_token(&left) && !has_token(&right);
            return Ok((sure || self.bound == Bound::Possible) && self.differ(from + 1, tasks)?);
        }
        // Another value for one of the variables; with that, what differed before may do so no longer.
        for stretch in value.iter().chain(other) {
            let Stretch::Instance(instance) = stretch else { continue };
            let Some(text) = self.value(*instance)? else { continue };
            let mark = self.mark();
            let automaton = self.texts(&[text], self.wide(false));
            self.instances[*instance].demands.push(Asked::Read(Part::whole(smallvec![(automaton, false)])));
            if self.is_satisfiable(*instance)? && self.differ(0, tasks)? {
                return Ok(true);
            }
            self.undo(&mark);
        }
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
                    // Of very many ways none needs to be tried if what is demanded has other characters.
                    if now.made.is_empty()
                        && now.pieces.is_empty()
                        && !self.may_be_of(self.alphabet(&choices, &separator), reads)?
                    {
                        continue;
                    }
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

    /// The characters of values of these formats, with these characters between them.
    fn alphabet(&self, choices: &[Format], separator: &str) -> Class {
        let pieces = choices.iter().flat_map(|choice| &choice.0);
        pieces.fold(Class::of(separator), |all, piece| match piece {
            Piece::Literal(text) => all.or(Class::of(text)),
            Piece::Variable(variable) | Piece::Fresh(variable) => {
                let steps = self.variable(*variable).language.sequences().iter().flatten();
                steps.fold(all, |all, step| all.or(step.class))
            }
            Piece::Segments { choices, separator, .. } => all.or(self.alphabet(choices, separator)),
        })
    }

    /// Whether some value of these characters is read as demanded.
    fn may_be_of(&mut self, characters: Class, reads: &Reads) -> Result<bool, Exhausted> {
        let mut builder = Builder::new(self.vocabulary, Symbols::Themselves, false);
        builder.shape(&Shape::class(characters, 0, None));
        let automaton = self.add(builder.finish(), self.wide(true));
        let parts = [Part::whole(reads.clone()), Part::whole(smallvec![(automaton, true)])];
        Ok(walk::shortest(&parts, &mut self.automata, &mut self.budget)?.is_some())
    }

    /// As [`Self::branch`], all at once, for a value that is already made of instances.
    fn stretches(
        &mut self,
        pieces: &[Piece],
        whole: &[Stretch],
        reads: &Reads,
    ) -> Result<Vec<Branch>, Exhausted> {
        let instances = instances(whole);
        let mut open = Open::begin(pieces, reads);
        let mut found = Vec::new();
        while let Some(branch) = self.branch(&mut open, reads)? {
            found.push(branch);
        }
        for (stretches, parts) in &mut found {
            let made = self::instances(stretches);
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
        let base = self.add(builder.finish(), self.wide(true));
        self.bases[index] = Some(base);
        base
    }

    /// The automaton of the texts that a variable never is.
    fn exception(&mut self, variable: VariableId) -> usize {
        if let Some(&(_, known)) = self.exceptions.iter().find(|(known, _)| *known == variable) {
            return known;
        }
        let texts = self.variable(variable).except.clone();
        let automaton = self.texts(&texts, self.wide(false));
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

    /// Demands that variables are read so. False if one of them cannot.
    fn demand(&mut self, parts: Vec<(usize, Part)>) -> Result<bool, Exhausted> {
        let mut possible = true;
        for (instance, part) in parts {
            self.instances[instance].demands.push(Asked::Read(part));
            possible = possible && self.is_satisfiable(instance)?;
        }
        Ok(possible)
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
        let typed: Vec<usize> = self.instances[instance]
            .demands
            .iter()
            .filter_map(|asked| match asked {
                Asked::Typed { predicate, .. } => Some(*predicate),
                Asked::Read(_) => None,
            })
            .collect();
        let parts = self.parts(instance);
        let mut candidates = self.variable(variable).samples.clone();
        for &predicate in &typed {
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
            if self.fits_measures(instance, &candidate)
                && walk::reads(&parts, &candidate, &mut self.automata, &mut self.budget)?
            {
                return Ok(Some(candidate));
            }
        }
        if !typed.is_empty() || (is_time && self.today.is_some()) {
            // Numbers and the like are decided by the candidates alone; together with patterns they are only
            // if there are few values.
            if parts.len() == 1 {
                return Ok(None);
            }
            return Ok(match walk::spread(&parts, &mut self.automata, FEW, &mut self.budget)? {
                Spread::Few(texts) => texts.into_iter().find(|text| self.fits_measures(instance, text)),
                Spread::Many => (self.bound == Bound::Possible).then(String::new),
            });
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
                    rendered.sort();
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
                values.extend(self.example(format)?);
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
        self.add_tags(&mut context)?;
        let mut variables = Vec::new();
        for instance in 0..self.sender.variables.len() {
            variables.push(self.render(&[Stretch::Instance(instance)])?.unwrap_or_default());
        }
        Ok(Some(Model { context, variables }))
    }

    /// Tags and the set of their keys say the same.
    fn add_tags(
        &mut self,
        context: &mut Vec<(String, Result<String, Vec<String>>)>,
    ) -> Result<(), Exhausted> {
        let mut keys: Vec<String> = Vec::new();
        for (key, _) in context.iter() {
            keys.extend(key.strip_prefix(REQUEST_TAG).map(str::to_owned));
        }
        let Some(index) = context.iter().position(|(key, _)| key == TAG_KEYS) else {
            if !keys.is_empty() {
                context.push((TAG_KEYS.to_owned(), Err(keys)));
            }
            return Ok(());
        };
        let Err(listed) = context[index].1.clone() else { return Ok(()) };
        for tag in listed.iter().map(|tag| tag.to_ascii_lowercase()).filter(|tag| !keys.contains(tag)) {
            let key = format!("{REQUEST_TAG}{tag}");
            let value = match self.claim(&key).0.map(|claim| &claim.values) {
                Some(Values::One(formats)) => match formats.first() {
                    Some(format) => self.example(format)?,
                    None => None,
                },
                _ => None,
            };
            context.push((key, Ok(value.unwrap_or_else(|| "value".to_owned()))));
        }
        Ok(())
    }

    /// A value of a format of which nothing is demanded.
    fn example(&mut self, format: &Format) -> Result<Option<String>, Exhausted> {
        let reads = Reads::new();
        match self.branch(&mut Open::begin(&format.0, &reads), &reads)? {
            Some((stretches, _)) => self.render(&stretches),
            None => Ok(None),
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

/// The most values of a variable that are tried one by one.
const FEW: usize = 16;

/// The two values of which one must be, or must not be, the other.
enum Linked {
    Both(Vec<Stretch>, Vec<Stretch>),
    /// The other key is missing, and there is no default.
    WithoutValue,
    /// The key itself is missing.
    Absent,
    Undecided,
}

/// The variables of a value.
fn instances(value: &[Stretch]) -> Vec<usize> {
    let instance = |stretch: &Stretch| match stretch {
        Stretch::Instance(instance) => Some(*instance),
        Stretch::Literal(_) => None,
    };
    value.iter().filter_map(instance).collect()
}

/// A value without variables.
fn literal(value: &[Stretch]) -> Option<String> {
    value
        .iter()
        .map(|stretch| match stretch {
            Stretch::Literal(text) => Some(text.as_str()),
            Stretch::Instance(_) => None,
        })
        .collect()
}

fn has_symbols(value: &[Stretch]) -> bool {
    value.iter().any(|stretch| matches!(stretch, Stretch::Literal(text) if has_token(text)))
}

fn has_token(text: &str) -> bool {
    text.chars().any(SymbolId::is_token)
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
