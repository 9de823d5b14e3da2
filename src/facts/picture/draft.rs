//! The graph before it is cut to what is asked for and to what a person can read.

use rustc_hash::FxHashMap;

use crate::analysis::Analysis;
use crate::facts::Words;
use crate::facts::entrance::{Population, StepKind};
use crate::facts::privileges::ImpactWord;
use crate::finding::Standing;
use crate::model::{EntityId, EntityKind, OidcProvider, ProvisionedRole};
use crate::policy::BuiltInProvider;
use crate::source::Span;
use crate::value::{DeploymentId, Name, TemplateId, Text};

/// Nodes and edges in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    known: FxHashMap<Identity, usize>,
    lines: FxHashMap<(usize, usize, Option<StepKind>), usize>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Population(Population),
    Entity(EntityId),
    BuiltIn(BuiltInProvider),
    /// What trust policies name that is not in view: the kind of it, and its name.
    Named(&'static str, Text),
    Privilege(ImpactWord),
}

/// What tells nodes apart. Variants of one resource are one.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Identity {
    Resource(EntityKind, DeploymentId, TemplateId, Name),
    Other(Key),
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub kind: &'static str,
    pub name: String,
    /// Other names under which it can be asked for.
    pub also: Vec<String>,
    pub entity: Option<EntityId>,
    pub population: Option<Population>,
    pub privilege: Option<ImpactWord>,
    /// What the role is worth for sure and perhaps, and whether all of it is in view.
    pub worth: Option<(ImpactWord, ImpactWord, bool)>,
}

#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    pub line: Line,
}

/// What is said along an edge.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub kind: Option<StepKind>,
    pub standing: Standing,
    pub conditions: Vec<String>,
    pub service: Option<&'static str>,
    pub place: Option<Span>,
}

impl Line {
    /// An edge of which there is nothing more to say.
    pub(super) const fn plain(standing: Standing) -> Self {
        Self { kind: None, standing, conditions: Vec::new(), service: None, place: None }
    }
}

impl Draft {
    /// The node of a key, made if it is new.
    pub(super) fn node(&mut self, key: &Key, analysis: &Analysis<'_>) -> usize {
        let identity = match key {
            Key::Entity(id) => {
                let entity = analysis.entity(*id);
                Identity::Resource(id.kind, entity.deployment, entity.template, entity.logical_id)
            }
            other => Identity::Other(other.clone()),
        };
        let next = self.nodes.len();
        let position = *self.known.entry(identity).or_insert(next);
        if position == next {
            self.nodes.push(Node::of(key, analysis));
        }
        position
    }

    /// Adds an edge. Of edges of one kind between the same nodes the surest stays.
    pub(super) fn connect(&mut self, from: usize, to: usize, line: Line) {
        let next = self.edges.len();
        let position = *self.lines.entry((from, to, line.kind)).or_insert(next);
        match self.edges.get_mut(position) {
            None => self.edges.push(Edge { from, to, line }),
            Some(known) if line.standing < known.line.standing => known.line = line,
            Some(_) => {}
        }
    }

    /// Whether one role leads to another already, as surely as that.
    pub(super) fn is_connected(&self, from: usize, to: usize, standing: Standing) -> bool {
        [StepKind::Assumed, StepKind::Passed].into_iter().any(|kind| {
            let known = self.lines.get(&(from, to, Some(kind)));
            known.is_some_and(|&position| self.edges[position].line.standing <= standing)
        })
    }

    /// The same graph with some of its nodes.
    pub(super) fn only(self, kept: &[bool]) -> Self {
        let mut positions = vec![None; self.nodes.len()];
        let mut only = Self::default();
        for (position, node) in self.nodes.into_iter().enumerate() {
            if kept[position] {
                positions[position] = Some(only.nodes.len());
                only.nodes.push(node);
            }
        }
        let edges = self.edges.into_iter().filter_map(|edge| {
            Some(Edge { from: positions[edge.from]?, to: positions[edge.to]?, line: edge.line })
        });
        only.edges = edges.collect();
        only
    }
}

impl Node {
    fn of(key: &Key, analysis: &Analysis<'_>) -> Self {
        let mut node = Self {
            kind: "principal",
            name: String::new(),
            also: Vec::new(),
            entity: None,
            population: None,
            privilege: None,
            worth: None,
        };
        match key {
            Key::Population(population) => {
                (node.kind, node.name) = ("population", population.name().to_owned());
                node.population = Some(*population);
            }
            Key::Privilege(impact) => {
                (node.kind, node.name) = ("privilege", impact.name().to_owned());
                node.privilege = Some(*impact);
            }
            Key::BuiltIn(provider) => {
                (node.kind, node.name) = ("web-identity-provider", provider.host().to_owned());
            }
            Key::Named(kind, name) => {
                (node.kind, node.name) = (kind, name.display(analysis.vocabulary));
            }
            Key::Entity(id) => {
                let entity = analysis.entity(*id);
                let name = analysis.name(*id);
                node.kind = name.kind;
                node.entity = Some(*id);
                node.also = name.arn.into_iter().collect();
                if let Some(role) = analysis.model.get::<ProvisionedRole>(*id) {
                    let set = analysis.name(role.permission_set);
                    node.also.extend([set.name].into_iter().chain(set.arn));
                }
                node.also.extend(entity.name().map(|name| name.display(analysis.vocabulary)));
                node.name = name.name;
                // A provider is known by its issuer.
                let provider = analysis.model.get::<OidcProvider>(*id);
                if let Some(issuer) = provider.and_then(|provider| provider.issuer.as_ref()) {
                    let issuer = issuer.display(analysis.vocabulary);
                    node.also.push(std::mem::replace(&mut node.name, issuer));
                }
            }
        }
        node
    }
}
