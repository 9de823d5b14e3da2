//! What is demanded of one key: of its value, or of the values of a set.

use smallvec::smallvec;

use super::reading::Open;
use super::request::TAG_KEYS;
use super::{Asked, Chosen, Demand, Difference, Further, Reads, Solver, Stretch, Task};
use crate::knowledge::sender::{Format, Piece};
use crate::policy::Quantifier;
use crate::policy::automaton::Exhausted;
use crate::policy::language::{Builder, Symbols, Unit};
use crate::policy::predicate::{Asks, Bound, Link, Predicate};

impl Solver<'_, '_> {
    pub(super) fn one(
        &mut self,
        at: usize,
        formats: &[Format],
        tasks: &mut Vec<Task>,
    ) -> Result<bool, Exhausted> {
        let mut reads = Reads::new();
        let mut typed = Vec::new();
        // Values that must be those of other keys, or of their own language; in every combination.
        let mut linked: Vec<(Option<usize>, Vec<Link>)> = Vec::new();
        let mut differ = Vec::new();
        // An empty string is no value of its own there.
        let mut not_empty = false;
        for &Demand { predicate, truth } in &self.groups[at].demands {
            let Predicate { asks, negated, empty, .. } = &*self.predicates[predicate];
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
                        // Nothing differs from itself.
                        let is_own = |link: &Link| link.key == self.groups[at].key && !link.wildcards;
                        if !unless_empty && links.iter().any(is_own) {
                            return Ok(false);
                        }
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
    pub(super) fn combine(
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

    pub(super) fn formats(
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

    pub(super) fn many(
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
            let Predicate { asks, quantifier, negated, .. } = &*self.predicates[predicate];
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
    pub(super) fn assign(
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
        for index in 0..elements.len() {
            elements[index].1.push(demand);
            if self.assign(at, rest, elements, further, each, tasks)? {
                return Ok(true);
            }
            elements[index].1.pop();
        }
        if !further.formats.is_empty() {
            let read = further.read.iter().copied().chain([demand]).collect();
            elements.push((further.formats.to_vec(), read));
            if self.assign(at, rest, elements, further, each, tasks)? {
                return Ok(true);
            }
            elements.pop();
        }
        Ok(false)
    }

    pub(super) fn element(
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
}
