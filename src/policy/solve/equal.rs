//! Keys whose values must be the same, or must differ.

use smallvec::smallvec;

use super::{Asked, Chosen, Difference, Reads, Solver, Stretch, Task, has_token};
use crate::knowledge::sender::Presence;
use crate::policy::automaton::Exhausted;
use crate::policy::language::{Builder, Symbols, Unit};
use crate::policy::predicate::{Bound, Link};
use crate::policy::walk::Part;

/// The two values of which one must be, or must not be, the other.
pub(super) enum Linked {
    Both(Vec<Stretch>, Vec<Stretch>),
    /// The other key is missing, and there is no default.
    WithoutValue,
    /// The key itself is missing.
    Absent,
    Undecided,
}

impl Solver<'_, '_> {
    /// The values of a key and of the one that a link names, if both are there.
    pub(super) fn linked(&self, at: usize, link: &Link) -> Linked {
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
    pub(super) fn resolve(&self, value: &[Stretch]) -> Vec<Stretch> {
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
    pub(super) fn same(&mut self, at: usize, link: &Link, tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
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
    pub(super) fn wildcards(&mut self, truth: bool) -> usize {
        let mut builder = Builder::new(self.vocabulary, Symbols::Themselves, false);
        for wildcard in ['*', '?'] {
            builder.alternative(&[Unit::Any, Unit::Character(wildcard), Unit::Any]);
        }
        self.add(builder.finish(), self.wide(truth))
    }

    /// Demands of a value that it has no wildcards. False if it must have some.
    pub(super) fn without_wildcards(&mut self, value: &[Stretch]) -> Result<bool, Exhausted> {
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
    pub(super) fn with_wildcards(
        &mut self,
        value: &[Stretch],
        tasks: &mut Vec<Task>,
    ) -> Result<bool, Exhausted> {
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
    pub(super) fn equate(
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
    pub(super) fn make(
        &mut self,
        value: &[Stretch],
        text: String,
        tasks: &mut Vec<Task>,
    ) -> Result<bool, Exhausted> {
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

    /// Sees to it that the values differ that must, from one of them on.
    pub(super) fn differ(&mut self, from: usize, tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
        self.budget.take(1)?;
        self.one_level_down(|solver| solver.differ_here(from, tasks))
    }

    fn differ_here(&mut self, from: usize, tasks: &mut Vec<Task>) -> Result<bool, Exhausted> {
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
    pub(super) fn make_empty(&mut self, value: &[Stretch]) -> Result<bool, Exhausted> {
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
    pub(super) fn part(
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
            let automaton = self.texts(&[text.to_string()], self.wide(false));
            self.instances[*instance].demands.push(Asked::Read(Part::whole(smallvec![(automaton, false)])));
            if self.is_satisfiable(*instance)? && self.differ(0, tasks)? {
                return Ok(true);
            }
            self.undo(&mark);
        }
        Ok(false)
    }
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
