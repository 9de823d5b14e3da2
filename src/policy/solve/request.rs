//! The request that was found.

use super::reading::Open;
use super::{Chosen, Instance, Model, Reads, Solver, Stretch};
use crate::knowledge::sender::{Format, Piece, Presence, Values, VariableId};
use crate::policy::automaton::Exhausted;

const REQUEST_TAG: &str = "aws:requesttag/";
pub(super) const TAG_KEYS: &str = "aws:tagkeys";

impl Solver<'_, '_> {
    /// The tags that demands name, and whether they are there.
    pub(super) fn tags(&self) -> Vec<(String, bool)> {
        let mut tags = Vec::new();
        for (group, chosen) in self.groups.iter().zip(&self.chosen) {
            if let (Some(tag), Some(chosen)) = (group.key.strip_prefix(REQUEST_TAG), chosen) {
                tags.push((tag.to_owned(), !matches!(chosen, Chosen::Missing)));
            }
        }
        tags
    }

    /// The request that was found last, with these keys besides those that were asked about, and these variables.
    pub(in crate::policy) fn model(
        &mut self,
        is_shown: impl Fn(&str) -> bool,
        is_named: impl Fn(VariableId) -> bool,
    ) -> Result<Model, Exhausted> {
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
            if !is_shown(&claim.key) || !self.exchange.may_have(&claim.key) {
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
        for (instance, id) in (0..self.sender.variables.len()).zip(0..) {
            let value = if is_named(id) { self.render(&[Stretch::Instance(instance)])? } else { None };
            variables.push(value.unwrap_or_default());
        }
        Ok(Model { context, variables })
    }

    /// Tags and the set of their keys say the same.
    pub(super) fn add_tags(
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
    pub(super) fn example(&mut self, format: &Format) -> Result<Option<String>, Exhausted> {
        // Where nothing is chosen, each piece is what it is.
        let mut value = Vec::with_capacity(format.0.len());
        for piece in &format.0 {
            value.push(match piece {
                Piece::Literal(text) => Stretch::Literal(text.clone()),
                Piece::Variable(variable) => Stretch::Instance(usize::from(*variable)),
                Piece::Fresh(variable) => {
                    self.instances.push(Instance::new(*variable));
                    Stretch::Instance(self.instances.len() - 1)
                }
                Piece::Segments { .. } => return self.first_example(format),
            });
        }
        self.render(&value)
    }

    /// As [`Self::example`], of a format of segments.
    fn first_example(&mut self, format: &Format) -> Result<Option<String>, Exhausted> {
        let reads = Reads::new();
        match self.branch(&mut Open::begin(&format.0, &reads), &reads)? {
            Some((stretches, _)) => self.render(&stretches),
            None => Ok(None),
        }
    }
}
