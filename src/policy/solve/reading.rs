//! Values that are read as demanded: what that demands of the variables in them.

use std::rc::Rc;

use smallvec::{SmallVec, smallvec};

use super::{Asked, Instance, Reads, Solver, Stretch};
use crate::knowledge::sender::{Format, Piece, VariableId};
use crate::policy::automaton::{Automaton, Exhausted};
use crate::policy::walk::{self, Automata, Part};
use crate::value::{Class, Shape};

impl Solver<'_, '_> {
    /// The next way in which a format's values are read as demanded: what it is made of, and what is demanded of
    /// the variables in it.
    pub(super) fn branch<'f>(
        &mut self,
        open: &mut Vec<Open<'f>>,
        reads: &Reads,
    ) -> Result<Option<Branch>, Exhausted> {
        while let Some(mut now) = open.pop() {
            self.budget.take(1 + reads.len())?;
            let Some(next) = now.pieces.pop() else {
                let accepted = reads.iter().zip(&now.at).all(|(&(automaton, truth), &state)| {
                    self.workshop.automata[automaton].accepts(state) == truth
                });
                if accepted {
                    return Ok(Some((now.made, now.parts)));
                }
                continue;
            };
            match next {
                Next::Literal(text) => {
                    if self.read(&mut now.at, reads, text)? {
                        now.made.push(Stretch::Literal(text.to_owned()));
                        open.push(now);
                    }
                }
                Next::Variable(variable) => {
                    self.read_instance(usize::from(variable), now, reads, open)?;
                }
                Next::Fresh(variable) => {
                    self.instances.push(Instance::new(variable));
                    self.read_instance(self.instances.len() - 1, now, reads, open)?;
                }
                Next::Segments(segments) => self.read_segments(&segments, &now, reads, open)?,
            }
        }
        Ok(None)
    }

    /// Begins with each of the segments that are left.
    fn read_segments<'f>(
        &mut self,
        segments: &Segments<'f>,
        now: &Open<'f>,
        reads: &Reads,
        open: &mut Vec<Open<'f>>,
    ) -> Result<(), Exhausted> {
        let Segments { choices, left, separator, most } = segments;
        // Of very many ways none needs to be tried if what is demanded has other characters.
        if now.made.is_empty()
            && now.pieces.is_empty()
            && !self.may_be_of(self.alphabet(left.iter().map(|&at| &choices[at]), separator), reads)?
        {
            return Ok(());
        }
        for (index, &choice) in left.iter().enumerate().rev() {
            let choice = &choices[choice].0;
            // What it begins with tells most of them apart.
            if let Some(Piece::Literal(text)) = choice.first()
                && !self.read(&mut now.at.clone(), reads, text)?
            {
                continue;
            }
            let pieces = choice.iter().rev().map(Next::of);
            if *most > 1 && left.len() > 1 {
                let mut more = now.clone();
                let left = left.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, &left)| left);
                more.pieces.push(Next::Segments(Segments {
                    choices,
                    left: left.collect(),
                    separator,
                    most: most - 1,
                }));
                more.pieces.push(Next::Literal(separator));
                more.pieces.extend(pieces.clone());
                open.push(more);
            }
            let mut last = now.clone();
            last.pieces.extend(pieces);
            open.push(last);
        }
        Ok(())
    }

    /// The characters of values of these formats, with these characters between them.
    fn alphabet<'f>(&self, choices: impl Iterator<Item = &'f Format>, separator: &str) -> Class {
        let pieces = choices.flat_map(|choice| &choice.0);
        pieces.fold(Class::of(separator), |all, piece| match piece {
            Piece::Literal(text) => all.or(Class::of(text)),
            Piece::Variable(variable) | Piece::Fresh(variable) => {
                let steps = self.variable(*variable).language.sequences().iter().flatten();
                steps.fold(all, |all, step| all.or(step.class))
            }
            Piece::Segments { choices, separator, .. } => all.or(self.alphabet_of(choices, separator)),
        })
    }

    /// As [`Self::alphabet`], of segments in segments.
    fn alphabet_of(&self, choices: &[Format], separator: &str) -> Class {
        let choices: &mut dyn Iterator<Item = &Format> = &mut choices.iter();
        self.alphabet(choices, separator)
    }

    /// Whether some value of these characters is read as demanded.
    fn may_be_of(&mut self, characters: Class, reads: &Reads) -> Result<bool, Exhausted> {
        let automaton = self.shape(&Shape::class(characters, 0, None), self.wide(true));
        let key = (reads.clone(), automaton);
        if let Some(&known) = self.workshop.of_characters.get(&key) {
            self.budget.take(1)?;
            return Ok(known);
        }
        let parts = [Part::whole(reads.clone()), Part::whole(smallvec![(automaton, true)])];
        let found = walk::shortest(&parts, &mut self.workshop.automata, &mut self.budget)?.is_some();
        self.workshop.of_characters.insert(key, found);
        Ok(found)
    }

    /// As [`Self::branch`], all at once, for a value that is already made of instances.
    pub(super) fn stretches(
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
    pub(super) fn pieces(&self, whole: &[Stretch]) -> Vec<Piece> {
        whole
            .iter()
            .map(|stretch| match stretch {
                Stretch::Literal(text) => Piece::Literal(text.clone()),
                Stretch::Instance(instance) => Piece::Fresh(self.instances[*instance].variable),
            })
            .collect()
    }

    pub(super) fn read(&mut self, at: &mut [u32], reads: &Reads, text: &str) -> Result<bool, Exhausted> {
        for (state, &(automaton, truth)) in at.iter_mut().zip(reads) {
            *state = self.workshop.automata[automaton].read(*state, text, &mut self.budget)?;
            if self.workshop.automata[automaton].is_lost(*state, truth) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn read_instance<'f>(
        &mut self,
        instance: usize,
        mut now: Open<'f>,
        reads: &Reads,
        open: &mut Vec<Open<'f>>,
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
        let symbols = self.symbols();
        let mut bases: Automata = smallvec![(base, true)];
        // If it is wished to be one text, it is not read as all that it could be.
        for asked in &self.instances[instance].demands {
            if let Asked::Read(part) = asked
                && part.is_whole()
            {
                let is_one = |&&(automaton, truth): &&(usize, bool)| {
                    truth && self.workshop.automata[automaton].is_of_one_text
                };
                bases.extend(part.automata.iter().filter(is_one).copied());
            }
        }
        let ends = self.workshop.ends(&part, &bases, &symbols, &mut self.budget)?;
        for end in ends.iter().rev() {
            // What is written behind it tells most of the places apart where it may end.
            if let Some(Next::Literal(text)) = now.pieces.last()
                && !self.read(&mut end.clone(), reads, text)?
            {
                continue;
            }
            part.to = Some(end.clone());
            if !self.fits(instance, &part, &now.parts)? {
                continue;
            }
            let mut next = now.clone();
            next.parts.push((instance, part.clone()));
            next.at = end.clone();
            open.push(next);
        }
        Ok(())
    }

    /// The symbols that any automaton names.
    fn symbols(&mut self) -> Rc<[char]> {
        let (count, symbols) = &self.symbols;
        if *count == self.used.len() {
            return Rc::clone(symbols);
        }
        let mut symbols = symbols.to_vec();
        for &automaton in &self.used[*count..] {
            let named = self.workshop.automata[automaton].named();
            symbols.extend(named.iter().copied().filter_map(char::from_u32));
        }
        symbols.sort_unstable();
        symbols.dedup();
        self.symbols = (self.used.len(), symbols.into());
        Rc::clone(&self.symbols.1)
    }

    /// Whether a variable can be read so, as far as something else is demanded of it already.
    pub(super) fn fits(
        &mut self,
        instance: usize,
        part: &Part,
        others: &[(usize, Part)],
    ) -> Result<bool, Exhausted> {
        let demands = &self.instances[instance].demands;
        if demands.is_empty() && others.iter().all(|(other, _)| *other != instance) {
            return Ok(true);
        }
        let count = self.instances[instance].demands.len();
        let others = others.iter().filter(|(other, _)| *other == instance).map(|(_, part)| part);
        let asked = others.chain([part]).cloned().map(Asked::Read);
        self.instances[instance].demands.extend(asked);
        let found = self.find(instance);
        self.instances[instance].keep(count);
        Ok(found?.is_some())
    }
}

/// A value of which some pieces are not read yet.
#[derive(Clone)]
pub(super) struct Open<'f> {
    /// The next one last.
    pieces: Vec<Next<'f>>,
    at: SmallVec<[u32; 4]>,
    made: Vec<Stretch>,
    parts: Vec<(usize, Part)>,
}

/// A piece that is still to be read.
#[derive(Clone)]
enum Next<'f> {
    Literal(&'f str),
    Variable(VariableId),
    Fresh(VariableId),
    Segments(Segments<'f>),
}

/// Segments of which some were read already.
#[derive(Clone)]
struct Segments<'f> {
    choices: &'f [Format],
    /// The choices that were not read yet.
    left: Rc<[usize]>,
    separator: &'f str,
    most: u8,
}

impl<'f> Next<'f> {
    fn of(piece: &'f Piece) -> Self {
        match piece {
            Piece::Literal(text) => Self::Literal(text),
            Piece::Variable(variable) => Self::Variable(*variable),
            Piece::Fresh(variable) => Self::Fresh(*variable),
            Piece::Segments { choices, separator, most } => Self::Segments(Segments {
                choices,
                left: (0..choices.len()).collect(),
                separator,
                most: *most,
            }),
        }
    }
}

/// What a value is made of, and what is demanded of the variables in it.
pub(super) type Branch = (Vec<Stretch>, Vec<(usize, Part)>);

impl<'f> Open<'f> {
    pub(super) fn begin(pieces: &'f [Piece], reads: &Reads) -> Vec<Self> {
        let at = reads.iter().map(|_| Automaton::START).collect();
        let pieces = pieces.iter().rev().map(Next::of).collect();
        vec![Self { pieces, at, made: Vec::new(), parts: Vec::new() }]
    }
}

/// The variables of a value.
fn instances(value: &[Stretch]) -> Vec<usize> {
    let instance = |stretch: &Stretch| match stretch {
        Stretch::Instance(instance) => Some(*instance),
        Stretch::Literal(_) => None,
    };
    value.iter().filter_map(instance).collect()
}
