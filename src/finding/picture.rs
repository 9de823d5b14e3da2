//! The trust graph as it is drawn for people: who gets in at the left, what they can do at the right.

use super::{EntityName, Privilege};
use crate::source::Span;

/// A trust graph, ready to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// The nodes, from those at the left to those at the right.
    pub nodes: Vec<PictureNode>,
    /// The edges, by the nodes that they leave and lead to.
    pub edges: Vec<PictureEdge>,
    /// How many entities are not drawn because there would be too many nodes.
    pub left_out: usize,
    /// What the nodes are alike in that stand for several entities.
    pub likeness: Likeness,
}

/// What the entities have in common that are drawn as one node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Likeness {
    /// Nothing: every entity has a node of its own.
    #[default]
    Single,
    /// Everything that the picture shows, conditions too.
    Equal,
    /// Everything that the picture shows but for conditions.
    ButConditions,
    /// What they are and are worth, and to some distance also that of their neighbours.
    Similar,
}

/// A node: people, an entity or several that are alike, or what somebody can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureNode {
    /// What it is, in kebab-case: `population`, `privilege`, `account`, `service`, `principal`, `web-identity-provider`,
    /// or the kind of an entity.
    pub kind: &'static str,
    /// The different names of what it stands for, in order: of populations and privileges as in ways, of OIDC providers
    /// their issuers. Never empty; not all, if there are many.
    pub names: Vec<String>,
    /// The entities that it stands for, in order; not all, if there are many.
    pub entities: Vec<EntityName>,
    /// How many things it stands for.
    pub count: usize,
    /// What the role or permission set is worth, if it is one.
    pub privilege: Option<Privilege>,
}

/// An edge: who has what it leaves gets what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureEdge {
    /// The position of the node that it leaves.
    pub from: usize,
    /// The position of the node that it leads to.
    pub to: usize,
    /// What happens, in kebab-case, as in the steps of a way. Empty where the nodes say it.
    pub kinds: Vec<&'static str>,
    /// Whether anybody gets there.
    pub standing: Standing,
    /// What is asked of them, in short, a text for each test.
    pub conditions: Vec<String>,
    /// How many different sets of conditions the edges have that are drawn as this one.
    pub variants: usize,
    /// The service that a role is passed to.
    pub service: Option<&'static str>,
    /// Where it is written; for one that stands for several, the first.
    pub place: Option<Span>,
}

/// Whether anybody gets from one node to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// For sure.
    Proved,
    /// Perhaps.
    Possible,
    /// Nobody does: what is written there is broken, or without effect.
    Never,
}

impl Standing {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Possible => "possible",
            Self::Never => "never",
        }
    }
}
