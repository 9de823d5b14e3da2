//! Who can become whom: the trust graph.
//!
//! Nodes are populations (sets of people outside AWS), entities of the model, and hubs: built-in providers,
//! services, accounts and "every principal", so that a trust in many is one edge to a hub. An edge says that
//! whoever has its source can get its target, and where that is written. Edges that depend on what is not known
//! are there too, and say so.

mod build;
mod reserved;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use rustc_hash::FxHashMap;

use crate::model::EntityId;
use crate::policy::BuiltInProvider;
use crate::source::Span;
use crate::value::{Text, Vocabulary, Worlds};

/// The trust graph of a scan. Nothing is ever removed from it.
#[derive(Debug, Default)]
pub struct Graph {
    edges: DiGraph<Node, Edge>,
    /// The nodes of entities, of which there may be very many.
    entities: FxHashMap<EntityId, NodeIndex>,
    /// All others.
    others: FxHashMap<Node, NodeIndex>,
}

/// A node of the graph.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// People or workloads outside AWS.
    Population(Population),
    /// An entity of the model.
    Entity(EntityId),
    /// A web identity provider that every account has.
    BuiltIn(BuiltInProvider),
    /// A provider that is named but not in view, by its ARN.
    Provider(Text),
    /// An AWS service, by host name.
    Service(Text),
    /// Every principal of an account.
    Account(Text),
    /// Every AWS principal.
    Everyone,
}

/// People or workloads outside AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Population {
    /// Somebody who signs in nowhere.
    Guest,
    /// Somebody who has an account at a social provider.
    SocialUser,
}

/// How the target of an edge is got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EdgeKind {
    /// A role's trust policy names the source as principal. (What its conditions then ask for is not decided.)
    Trusts,
    /// An identity pool takes the source's logins.
    LogsIn,
    /// An identity pool hands out the role to guests.
    GivesGuests,
    /// An identity pool hands out the role to users who signed in.
    GivesUsers,
    /// An identity pool hands out the role by a rule of a role mapping.
    GivesByRule,
    /// The source is a member of the target, or a user of it.
    MemberOf,
    /// The tokens of the group's members name the role.
    NamesRole,
    /// An assignment gives the permission set to the source.
    Assigned,
}

/// An edge of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// How the target is got.
    pub kind: EdgeKind,
    /// False if it depends on what is not known.
    pub sure: bool,
    /// The worlds in which it is there.
    pub worlds: Worlds,
    /// Where it is written.
    pub span: Span,
}

impl Node {
    /// The entity, if the node is one.
    #[must_use]
    pub const fn entity(&self) -> Option<EntityId> {
        if let Self::Entity(id) = self { Some(*id) } else { None }
    }
}

impl Graph {
    /// Edges of one kind that leave a node, with their targets.
    pub fn leaving(&self, node: &Node, kind: EdgeKind) -> impl Iterator<Item = (&Node, &Edge)> {
        self.around(node, Direction::Outgoing)
            .filter(move |edge| edge.weight().kind == kind)
            .map(|edge| (&self.edges[edge.target()], edge.weight()))
    }

    /// The roles that a service may assume, in order.
    #[must_use]
    pub fn trusting_service(&self, host: &str, vocabulary: &Vocabulary) -> Vec<EntityId> {
        let service = Node::Service(vocabulary.literal(host));
        let mut roles: Vec<EntityId> =
            self.leaving(&service, EdgeKind::Trusts).filter_map(|(node, _)| node.entity()).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// Where a role names a service that may assume it.
    #[must_use]
    pub fn trusts_service(&self, host: &str, role: EntityId, vocabulary: &Vocabulary) -> Option<Span> {
        let service = self.index(&Node::Service(vocabulary.literal(host)))?;
        // What leads to a role is short; what leaves a service may be every role of an organisation.
        self.around(&Node::Entity(role), Direction::Incoming)
            .find(|edge| edge.source() == service && edge.weight().kind == EdgeKind::Trusts)
            .map(|edge| edge.weight().span)
    }

    /// True if no edge leaves a node: nobody gets anything through it.
    #[must_use]
    pub fn is_unused(&self, node: &Node) -> bool {
        self.around(node, Direction::Outgoing).next().is_none()
    }

    /// Every edge, with the nodes that it leaves and leads to.
    pub fn edges(&self) -> impl Iterator<Item = (&Node, &Node, &Edge)> {
        self.edges
            .edge_references()
            .map(|edge| (&self.edges[edge.source()], &self.edges[edge.target()], edge.weight()))
    }

    fn around(
        &self,
        node: &Node,
        direction: Direction,
    ) -> impl Iterator<Item = petgraph::graph::EdgeReference<'_, Edge>> {
        self.index(node).into_iter().flat_map(move |index| self.edges.edges_directed(index, direction))
    }

    fn index(&self, node: &Node) -> Option<NodeIndex> {
        match node {
            Node::Entity(id) => self.entities.get(id),
            other => self.others.get(other),
        }
        .copied()
    }

    fn node(&mut self, node: Node) -> NodeIndex {
        let edges = &mut self.edges;
        match node {
            Node::Entity(id) => *self.entities.entry(id).or_insert_with(|| edges.add_node(node)),
            other => *self.others.entry(other.clone()).or_insert_with(|| edges.add_node(other)),
        }
    }

    fn connect(&mut self, from: Node, to: Node, edge: Edge) {
        let (from, to) = (self.node(from), self.node(to));
        self.edges.add_edge(from, to, edge);
    }
}
