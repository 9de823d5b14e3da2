//! The values of variables.

use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use smallvec::smallvec;

use super::equal::Linked;
use super::{Asked, Difference, Instance, Reads, Solver, Stretch, has_token};
use crate::knowledge::sender::{Control, Measure, Variable, VariableId};
use crate::policy::automaton::Exhausted;
use crate::policy::evaluate::compare::instant;
use crate::policy::predicate::{Asks, Bound};
use crate::policy::typed::as_time;
use crate::policy::walk::{self, Part, Spread};
use crate::value::Shape;

/// The variable of keys of which nothing is known.
static ANYTHING: LazyLock<Arc<Variable>> = LazyLock::new(|| {
    Arc::new(Variable {
        name: String::new(),
        language: Shape::any(),
        except: Vec::new(),
        measure: Measure::Text,
        control: Control::Requester,
        samples: vec!["value".to_owned()],
    })
});

/// The most values of a variable that are tried one by one.
const FEW: usize = 16;

impl<'a> Solver<'a, '_> {
    /// The values that a variable has in the requests that are like the one found last.
    pub(in crate::policy) fn spread(
        &mut self,
        variable: VariableId,
        limit: usize,
    ) -> Result<Spread, Exhausted> {
        let instance = match self.resolve(&[Stretch::Instance(usize::from(variable))]).as_slice() {
            [Stretch::Instance(instance)] => *instance,
            [Stretch::Literal(text)] => return Ok(Spread::Few(vec![text.clone()])),
            _ => return Ok(Spread::Many),
        };
        let parts = self.parts(instance);
        let mut texts = match walk::spread(&parts, &mut self.workshop.automata, limit, &mut self.budget)? {
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
    pub(super) fn with(
        &mut self,
        value: &[Stretch],
        instance: usize,
        text: &str,
    ) -> Result<String, Exhausted> {
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
    pub(super) fn fits_measures(&self, instance: usize, text: &str) -> bool {
        let is_time = self.variable(self.instances[instance].variable).measure == Measure::Time;
        // What a symbol turns out to be is not known.
        let is_typed = |asked: &Asked| matches!(asked, Asked::Typed { .. });
        let is_measured =
            (is_time && self.today.is_some()) || self.instances[instance].demands.iter().any(is_typed);
        if is_measured && has_token(text) {
            return self.bound == Bound::Possible;
        }
        let is_past = || self.today.is_some_and(|today| instant(text).is_none_or(|time| time < today));
        !(is_time && is_past())
            && self.instances[instance].demands.iter().all(|asked| match asked {
                Asked::Typed { predicate, fits } => self.fits_typed(*predicate, text) == *fits,
                Asked::Read(_) => true,
            })
    }

    pub(super) fn fits_typed(&self, predicate: usize, text: &str) -> bool {
        match &self.predicates[predicate].asks {
            Asks::Typed(test) => test.fits(text),
            _ => true,
        }
    }

    /// The automaton of a variable's language.
    pub(super) fn base(&mut self, variable: VariableId) -> usize {
        let index = usize::from(variable);
        if let Some(known) = self.bases[index] {
            return known;
        }
        let (of, wide) = (self.variable_arc(variable), self.wide(true));
        let base = match self.workshop.known_base(of, wide) {
            Some(known) => {
                self.used.push(known);
                known
            }
            None => {
                let made = self.shape(&of.language, wide);
                self.workshop.keep_base(of, wide, made);
                made
            }
        };
        self.bases[index] = Some(base);
        base
    }

    /// The automaton of the texts that a variable never is.
    pub(super) fn exception(&mut self, variable: VariableId) -> usize {
        if let Some(&(_, known)) = self.exceptions.iter().find(|(known, _)| *known == variable) {
            return known;
        }
        let texts = self.variable(variable).except.clone();
        let automaton = self.texts(&texts, self.wide(false));
        self.exceptions.push((variable, automaton));
        automaton
    }

    pub(super) fn anything_id(&self) -> VariableId {
        VariableId::try_from(self.sender.variables.len()).unwrap_or(VariableId::MAX)
    }

    pub(super) fn variable(&self, variable: VariableId) -> &'a Variable {
        self.variable_arc(variable)
    }

    fn variable_arc(&self, variable: VariableId) -> &'a Arc<Variable> {
        self.sender.variables.get(usize::from(variable)).unwrap_or(&ANYTHING)
    }

    pub(super) fn parts(&mut self, instance: usize) -> Vec<Part> {
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
    pub(super) fn demand(&mut self, parts: Vec<(usize, Part)>) -> Result<bool, Exhausted> {
        let mut possible = true;
        for (instance, part) in parts {
            self.instances[instance].demands.push(Asked::Read(part));
            possible = possible && self.is_satisfiable(instance)?;
        }
        Ok(possible)
    }

    pub(super) fn is_satisfiable(&mut self, instance: usize) -> Result<bool, Exhausted> {
        Ok(self.value(instance)?.is_some())
    }

    pub(super) fn are_satisfiable(&mut self) -> Result<bool, Exhausted> {
        for instance in 0..self.instances.len() {
            if !self.instances[instance].demands.is_empty() && !self.is_satisfiable(instance)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A value that meets all demands on a variable: one that looks like a real one, else the shortest.
    pub(super) fn value(&mut self, instance: usize) -> Result<Option<Rc<str>>, Exhausted> {
        let count = self.instances[instance].demands.len();
        match &self.instances[instance].known {
            Some((of, value)) if *of == count => return Ok(value.clone()),
            _ => {}
        }
        let value = self.find(instance)?;
        self.instances[instance].known = Some((count, value.clone()));
        Ok(value)
    }

    /// As [`Self::value`], whatever is known of the variable already.
    pub(super) fn find(&mut self, instance: usize) -> Result<Option<Rc<str>>, Exhausted> {
        let Instance { variable, demands, .. } = &self.instances[instance];
        let variable = self.variable_arc(*variable);
        let is_typed = demands.iter().any(|asked| matches!(asked, Asked::Typed { .. }));
        // What is a time also depends on today.
        if demands.is_empty() || is_typed || variable.measure == Measure::Time {
            return Ok(self.look_for(instance)?.map(Rc::from));
        }
        let parts = || {
            demands.iter().filter_map(|asked| match asked {
                Asked::Read(part) => Some(part),
                Asked::Typed { .. } => None,
            })
        };
        match self.workshop.value(variable, self.bound, parts) {
            Ok(known) => {
                self.budget.take(1)?;
                Ok(known)
            }
            Err(hash) => {
                let demands = parts().cloned().collect();
                let value: Option<Rc<str>> = self.look_for(instance)?.map(Rc::from);
                self.workshop.keep_value(hash, variable, self.bound, demands, value.clone());
                Ok(value)
            }
        }
    }

    fn look_for(&mut self, instance: usize) -> Result<Option<String>, Exhausted> {
        let id = self.instances[instance].variable;
        let variable = self.variable(id);
        let is_time = variable.measure == Measure::Time;
        if self.instances[instance].demands.is_empty() && !is_time {
            // Samples are in the language.
            if let Some(sample) = variable.samples.iter().find(|sample| !variable.except.contains(sample)) {
                return Ok(Some(sample.clone()));
            }
        }
        for sample in &variable.samples {
            if self.is_value(instance, sample, true)? {
                return Ok(Some(sample.clone()));
            }
        }
        // What is written in the policy, then what is beside the numbers and times there.
        let mut candidates = Vec::new();
        let mut is_typed = false;
        for asked in &self.instances[instance].demands {
            match asked {
                Asked::Typed { predicate, .. } => {
                    is_typed = true;
                    if let Asks::Typed(test) = &self.predicates[*predicate].asks {
                        test.candidates(&mut candidates);
                    }
                }
                Asked::Read(part) if part.is_whole() => {
                    let wanted = part.automata.iter().filter(|(_, truth)| *truth);
                    candidates.extend(
                        wanted.flat_map(|&(automaton, _)| self.workshop.automata[automaton].texts().to_vec()),
                    );
                }
                Asked::Read(_) => {}
            }
        }
        if is_time && let Some(today) = self.today {
            candidates.push(as_time(today));
        }
        for candidate in candidates {
            if self.is_value(instance, &candidate, false)? {
                return Ok(Some(candidate));
            }
        }
        let parts = self.parts(instance);
        if is_typed || (is_time && self.today.is_some()) {
            // Numbers and the like are decided by the candidates alone; together with patterns they are only
            // if there are few values.
            if parts.len() == 1 {
                return Ok(None);
            }
            return Ok(match walk::spread(&parts, &mut self.workshop.automata, FEW, &mut self.budget)? {
                Spread::Few(texts) => texts.into_iter().find(|text| self.fits_measures(instance, text)),
                Spread::Many => (self.bound == Bound::Possible).then(String::new),
            });
        }
        walk::shortest(&parts, &mut self.workshop.automata, &mut self.budget)
    }

    /// Whether a text, which may be one of its samples, meets all demands on a variable.
    fn is_value(&mut self, instance: usize, text: &str, is_sample: bool) -> Result<bool, Exhausted> {
        self.budget.take(1 + text.len() / 8)?;
        if !self.fits_measures(instance, text) {
            return Ok(false);
        }
        if has_token(text) {
            let parts = self.parts(instance);
            return walk::reads(&parts, text, &mut self.workshop.automata, &mut self.budget);
        }
        let variable = self.variable(self.instances[instance].variable);
        if variable.except.iter().any(|except| except == text) {
            return Ok(false);
        }
        for asked in &self.instances[instance].demands {
            if let Asked::Read(part) = asked
                && !walk::reads(
                    std::slice::from_ref(part),
                    text,
                    &mut self.workshop.automata,
                    &mut self.budget,
                )?
            {
                return Ok(false);
            }
        }
        // Without symbols, no automaton is needed for the variable's own language. It comes last: it has many steps.
        Ok(is_sample || variable.language.admits(text))
    }

    pub(super) fn render(&mut self, stretches: &[Stretch]) -> Result<Option<String>, Exhausted> {
        let mut out = String::new();
        for stretch in stretches {
            match stretch {
                Stretch::Literal(text) => out.push_str(text),
                Stretch::Instance(instance) => {
                    if let Some(same) = self.instances[*instance].same_as.clone() {
                        let Some(value) = self.render(&same)? else { return Ok(None) };
                        out.push_str(&value);
                    } else {
                        let Some(value) = self.value(*instance)? else { return Ok(None) };
                        out.push_str(&value);
                    }
                }
            }
        }
        Ok(Some(out))
    }
}
