//! What facts look at: the model and the graph of a scan, and how to name what is in them.

use crate::finding::EntityName;
use crate::graph::Graph;
use crate::model::{Entity, EntityId, Model};
use crate::resources::Template;
use crate::settings::Settings;
use crate::source::Sources;
use crate::value::{TemplateId, Vocabulary, WorldSet, Worlds};

/// A scan, read and linked.
#[derive(Debug)]
pub struct Analysis<'s> {
    /// Names and symbols.
    pub vocabulary: &'s Vocabulary,
    /// What the user tells us.
    pub settings: &'s Settings,
    /// The texts that all places lie in.
    pub sources: &'s Sources,
    /// The entities and their references.
    pub model: Model,
    /// The trust graph.
    pub graph: Graph,
}

/// How much of what a template may become was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coverage {
    /// Every combination of its conditions.
    Full,
    /// Not every combination, but the one of the parameters' defaults.
    AsShipped,
    /// Some combinations, none of them that of the defaults.
    Partial,
}

impl<'s> Analysis<'s> {
    /// Builds the graph of a model.
    #[must_use]
    pub fn new(
        vocabulary: &'s Vocabulary,
        settings: &'s Settings,
        sources: &'s Sources,
        model: Model,
    ) -> Self {
        let graph = Graph::build(&model, vocabulary);
        Self { vocabulary, settings, sources, model, graph }
    }

    /// What an entity has in common with all others.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &Entity {
        self.model.entity(id)
    }

    /// The template of an id.
    #[must_use]
    pub fn template(&self, id: TemplateId) -> &Template {
        &self.model.scope.templates[id.0 as usize]
    }

    /// How an entity is named in findings.
    #[must_use]
    pub fn name(&self, id: EntityId) -> EntityName {
        let entity = self.entity(id);
        let text = |name| self.vocabulary.names.text(name).to_owned();
        EntityName {
            kind: id.kind.name(),
            name: text(entity.logical_id),
            arn: entity.arn().and_then(|arn| arn.as_literal(self.vocabulary)).map(str::to_owned),
            cdk_path: entity.cdk_path.map(text),
        }
    }

    /// How much of what a template may become the worlds in which something holds were looked for in.
    #[must_use]
    pub fn coverage(&self, worlds: &Worlds) -> Coverage {
        let coverage = |&(template, set): &(TemplateId, WorldSet)| {
            let table = &self.template(template).worlds;
            if table.exhaustive {
                Coverage::Full
            } else if table.default.is_some_and(|world| set.0 & (1 << world) != 0) {
                Coverage::AsShipped
            } else {
                Coverage::Partial
            }
        };
        worlds.sets().iter().map(coverage).max().unwrap_or(Coverage::Full)
    }

    /// The path of the file that an entity is written in, with `/` on every platform.
    #[must_use]
    pub fn file(&self, id: EntityId) -> String {
        let path = self.sources.path(self.entity(id).span.source);
        path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    /// The smallest description of the worlds in which something holds; `None` if it holds in all.
    #[must_use]
    pub fn when(&self, worlds: &Worlds) -> Option<String> {
        let parts: Vec<String> = worlds
            .sets()
            .iter()
            .filter_map(|&(template, set)| {
                self.template(template).worlds.describe(set, &self.vocabulary.names)
            })
            .collect();
        (!parts.is_empty()).then(|| parts.join(", and "))
    }
}
