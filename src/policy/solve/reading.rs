//! Values that are read as demanded: what that demands of the variables in them.

use smallvec::{SmallVec, smallvec};

use super::{Asked, Instance, Reads, Solver, Stretch};
use crate::knowledge::sender::{Format, Piece};
use crate::policy::automaton::{Automaton, Exhausted};
use crate::policy::walk::{self, Part};
use crate::value::{Class, FIRST_TOKEN, Shape, SymbolId};

impl Solver<'_, '_> {
    /// The next way in which a format's values are read as demanded: what it is made of, and what is demanded of
    /// the variables in it.
    pub(super) fn branch(
        &mut self,
        open: &mut Vec<Open>,
        reads: &Reads,
    ) -> Result<Option<Branch>, Exhausted> {
        while let Some(mut now) = open.pop() {
            self.budget.take(1 + reads.len())?;
            if now.pieces.is_empty() {
                let accepted = reads.iter().zip(&now.at).all(|(&(automaton, truth), &state)| {
                    self.workshop.automata[automaton].accepts(state) == truth
                });
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
                    self.instances.push(Instance::new(variable));
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
        let automaton = self.shape(&Shape::class(characters, 0, None), self.wide(true));
        let parts = [Part::whole(reads.clone()), Part::whole(smallvec![(automaton, true)])];
        Ok(walk::shortest(&parts, &mut self.workshop.automata, &mut self.budget)?.is_some())
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

    pub(super) fn read_instance(
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
        let symbols = self.symbols();
        let ends = walk::ends(&part, base, &symbols, &mut self.workshop.automata, &mut self.budget)?;
        for end in ends.into_iter().rev() {
            // What is written behind it tells most of the places apart where it may end.
            if let Some(Piece::Literal(text)) = now.pieces.first()
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
            next.at = end;
            open.push(next);
        }
        Ok(())
    }

    /// The symbols that any automaton names.
    fn symbols(&self) -> Vec<char> {
        let mut symbols = Vec::new();
        for &automaton in &self.used {
            let cuts = self.workshop.automata[automaton].cuts();
            for pair in cuts[cuts.partition_point(|&cut| cut < FIRST_TOKEN)..].windows(2) {
                if pair[0] + 1 == pair[1] {
                    symbols.extend(char::from_u32(pair[0]).filter(|&symbol| SymbolId::is_token(symbol)));
                }
            }
        }
        symbols.sort_unstable();
        symbols.dedup();
        symbols
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
pub(super) struct Open {
    pieces: Vec<Piece>,
    at: SmallVec<[u32; 4]>,
    made: Vec<Stretch>,
    parts: Vec<(usize, Part)>,
}

/// What a value is made of, and what is demanded of the variables in it.
pub(super) type Branch = (Vec<Stretch>, Vec<(usize, Part)>);

impl Open {
    pub(super) fn begin(pieces: &[Piece], reads: &Reads) -> Vec<Self> {
        let at = reads.iter().map(|_| Automaton::START).collect();
        vec![Self { pieces: pieces.to_vec(), at, made: Vec::new(), parts: Vec::new() }]
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
