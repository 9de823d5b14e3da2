//! Requests in which every variable is a sample, for finding out soon that something is admitted.

use super::{Demand, QUICK, Solver};
use crate::knowledge::sender::{Measure, Piece, Presence, Values, VariableId};
use crate::policy::automaton::{Automaton, Budget, Exhausted};
use crate::policy::predicate::Asks;

impl Solver<'_, '_> {
    /// Whether the request in which every variable is its best sample meets all demands. False also where that is not
    /// easily said. What it takes is not a part of what the decision may take: it must not be decided less often for it.
    pub(super) fn do_samples_meet(&mut self, demands: &[Demand]) -> bool {
        let budget = std::mem::replace(&mut self.budget, Budget::new(QUICK));
        let found = self.try_samples(demands);
        self.budget = budget;
        found == Ok(true)
    }

    fn try_samples(&mut self, demands: &[Demand]) -> Result<bool, Exhausted> {
        for &Demand { predicate, truth } in demands {
            let predicate_of = &self.predicates[predicate];
            let (automaton, fits) = match &predicate_of.asks {
                Asks::Constant(constant) if *constant == truth => continue,
                Asks::Language { automaton, links, .. }
                    if links.is_empty() && predicate_of.quantifier.is_none() =>
                {
                    (*automaton, truth != predicate_of.negated)
                }
                _ => return Ok(false),
            };
            let Some(value) = self.sample(&self.keys[predicate]) else { return Ok(false) };
            self.budget.take(1)?;
            let end = self.workshop.automata[automaton].read(Automaton::START, &value, &mut self.budget)?;
            if self.workshop.automata[automaton].accepts(end) != fits {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The value of a key that is in every request, by the first of its formats, with samples for variables.
    fn sample(&self, key: &str) -> Option<String> {
        let (Some(claim), Presence::Always) = self.claim(key) else { return None };
        let Values::One(formats) = &claim.values else { return None };
        let mut value = String::new();
        for piece in &formats.first()?.0 {
            match piece {
                Piece::Literal(text) => value.push_str(text),
                Piece::Variable(variable) | Piece::Fresh(variable) => {
                    value.push_str(self.sample_of(*variable)?);
                }
                Piece::Segments { .. } => return None,
            }
        }
        Some(value)
    }

    /// The best sample of a variable that is no time: of those, today decides. Samples are in the language.
    fn sample_of(&self, variable: VariableId) -> Option<&str> {
        let variable = self.variable(variable);
        let mut samples = variable.samples.iter().filter(|_| variable.measure == Measure::Text);
        samples.find(|sample| !variable.except.contains(sample)).map(String::as_str)
    }
}
