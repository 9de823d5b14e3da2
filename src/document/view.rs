//! Walks a document: aliases, merge keys and cooked values are resolved here, within a budget.

use std::cell::Cell;

use super::{Document, Kind, Node, Style};
use crate::source::Span;

/// A document together with its text.
///
/// Aliases are followed when they are walked, never expanded in memory; `expansions` bounds how many nodes
/// may be reached through them, so that a few lines of nested aliases cannot keep us busy for ever.
#[derive(Debug)]
pub struct Tree<'d> {
    document: &'d Document,
    text: &'d str,
    expansions: Cell<u32>,
}

/// A node of a [`Tree`]. Aliases are already followed.
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'d> {
    tree: &'d Tree<'d>,
    index: u32,
}

impl<'d> Tree<'d> {
    /// How many nodes may be reached through aliases.
    pub const EXPANSIONS: u32 = 1_000_000;

    /// Joins a document with the text it was read from.
    #[must_use]
    pub fn new(document: &'d Document, text: &'d str) -> Self {
        Self { document, text, expansions: Cell::new(Self::EXPANSIONS) }
    }

    /// The roots: one for each document of the text.
    pub fn roots(&'d self) -> impl Iterator<Item = NodeRef<'d>> {
        self.document.roots.iter().map(|&index| NodeRef { tree: self, index })
    }

    /// True if the budget for aliases ran out: the walk has then left nodes out.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        self.expansions.get() == 0
    }
}

impl<'d> NodeRef<'d> {
    /// Where the node is written. For what an alias stands for, the place of the anchored node.
    #[must_use]
    pub fn span(self) -> Span {
        let node = self.node();
        Span::new(self.tree.document.source, node.start, node.end)
    }

    /// What the node is; never [`Kind::Alias`].
    #[must_use]
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// How the node is written.
    #[must_use]
    pub fn style(self) -> Style {
        self.node().style
    }

    fn node(self) -> &'d Node {
        &self.tree.document.nodes[self.index as usize]
    }
}
