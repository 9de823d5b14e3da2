//! Walks a document: aliases, merge keys and cooked values are resolved here, within a budget.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::{Document, Kind, Node, Style};
use crate::source::{SourceId, Span};

/// A document together with its text.
///
/// Aliases are followed when they are walked, never expanded in memory; `expansions` bounds how many nodes
/// may be reached through them, so that a few lines of nested aliases cannot keep us busy for ever. A walk
/// always ends: the reader makes no alias that leads into itself, and keeps the depth of the expanded tree
/// within [`Limits::depth`](super::Limits::depth).
#[derive(Debug)]
pub struct Tree<'d> {
    document: &'d Document,
    text: &'d str,
    expansions: Cell<u32>,
}

/// A node of a [`Tree`]. Aliases are already followed.
#[derive(Clone, Copy)]
pub struct NodeRef<'d> {
    tree: &'d Tree<'d>,
    index: u32,
    /// Reached through an alias: what lies below counts against the budget.
    aliased: bool,
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
        self.document.roots.iter().filter_map(|&index| self.follow(index, false))
    }

    /// The node with this index in the arena, an alias followed; `None` past the end of the arena.
    #[must_use]
    pub fn node(&'d self, index: u32) -> Option<NodeRef<'d>> {
        if (index as usize) < self.document.nodes.len() { self.follow(index, false) } else { None }
    }

    /// The arena that is walked.
    #[must_use]
    pub fn document(&self) -> &'d Document {
        self.document
    }

    /// The text that the document was read from.
    #[must_use]
    pub fn text(&self) -> &'d str {
        self.text
    }

    /// The source that all spans are in.
    #[must_use]
    pub fn source(&self) -> SourceId {
        self.document.source
    }

    /// True if the budget for aliases ran out: the walk has then left nodes out.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        self.expansions.get() == 0
    }

    /// The node at `index`, or what it is an alias of; `None` when the budget is spent.
    fn follow(&'d self, index: u32, aliased: bool) -> Option<NodeRef<'d>> {
        let nodes = &self.document.nodes;
        let (index, aliased) = if nodes[index as usize].kind == Kind::Alias {
            // YAML allows no anchor on an alias, so that one step is always enough.
            let &target = self.document.anchors.get(&index)?;
            (target, true)
        } else {
            (index, aliased)
        };
        if aliased && !self.charge() {
            return None;
        }
        Some(NodeRef { tree: self, index, aliased })
    }

    fn charge(&self) -> bool {
        // The last unit is never spent: `exhausted` means that somebody asked for more than there was.
        let left = self.expansions.get().saturating_sub(1);
        self.expansions.set(left);
        left > 0
    }
}

impl<'d> NodeRef<'d> {
    /// Where the node is written. For what an alias stands for, the place of the anchored node.
    #[must_use]
    pub fn span(self) -> Span {
        let (node, document) = (self.node(), self.tree.document);
        Span::new(
            document.source,
            node.start.wrapping_add(document.shift),
            node.end.wrapping_add(document.shift),
        )
    }

    /// The node as it is written.
    #[must_use]
    pub fn written(self) -> &'d str {
        &self.tree.text[self.range()]
    }

    /// Where the node is written in the text of its tree.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.node().start as usize..self.node().end as usize
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

    /// The YAML tag as written (`!Sub`); none for the tags of YAML itself (`!!str`).
    #[must_use]
    pub fn tag(self) -> Option<&'d str> {
        let position = usize::from(self.node().tag).checked_sub(1)?;
        self.tree.document.tags.get(position).map(AsRef::as_ref)
    }

    /// The text that a scalar stands for: quotes, escapes and folding are resolved, nothing else is.
    /// `null`, `true` and numbers come as written. `None` for collections.
    #[must_use]
    pub fn scalar(self) -> Option<&'d str> {
        let node = self.node();
        (node.kind == Kind::Scalar).then(|| scalar_text(self.tree.document, self.tree.text, self.index))
    }

    /// True for a scalar that means "nothing": unquoted `null`, `Null`, `NULL`, `~`, or no text at all.
    ///
    /// Without a tag only: `!Ref` with nothing behind it is a `Ref` of an empty name.
    #[must_use]
    pub fn is_null(self) -> bool {
        let node = self.node();
        node.style == Style::Plain
            && node.tag == 0
            && matches!(self.scalar(), Some("" | "~" | "null" | "Null" | "NULL"))
    }

    /// True for a collection that an error left open: there may be more in it.
    #[must_use]
    pub fn is_unclosed(self) -> bool {
        self.tree.document.unclosed.contains(&self.index)
    }

    /// The items of a list, in order; nothing for any other kind.
    #[must_use]
    pub fn items(self) -> Items<'d> {
        let end = if self.kind() == Kind::List { self.node().next } else { self.index + 1 };
        Items { tree: self.tree, next: self.index + 1, end, aliased: self.aliased }
    }

    /// The keys and values of a map; nothing for any other kind.
    ///
    /// Own keys come first, in order; of a key written twice only the last counts, as in PyYAML and
    /// CloudFormation (the reader has reported it). Then what YAML merge keys (`<<`) add: a key of the map
    /// itself wins over a merged one, and in a list of merged maps the earlier wins.
    #[must_use]
    pub fn entries(self) -> Entries<'d> {
        let end = if self.kind() == Kind::Map { self.node().next } else { self.index + 1 };
        Entries { map: self, next: self.index + 1, end, merges: SmallVec::new(), merged: None }
    }

    /// The entry of a map whose key reads `name`: the key and the value.
    #[must_use]
    pub fn get(self, name: &str) -> Option<(NodeRef<'d>, NodeRef<'d>)> {
        self.entries().find(|(key, _)| key.scalar() == Some(name))
    }

    /// The node's index in [`Document::nodes`].
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }

    /// The tree that the node is in.
    #[must_use]
    pub fn tree(self) -> &'d Tree<'d> {
        self.tree
    }

    fn node(self) -> &'d Node {
        &self.tree.document.nodes[self.index as usize]
    }

    /// True for the key `<<`, which YAML 1.1 gives a meaning only when it is not quoted.
    fn is_merge_key(self) -> bool {
        let node = self.node();
        node.kind == Kind::Scalar
            && node.style == Style::Plain
            && node.end - node.start == 2
            && self.scalar() == Some("<<")
    }
}

impl PartialEq for NodeRef<'_> {
    /// The same node of the same tree.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree.document, other.tree.document) && self.index == other.index
    }
}

impl Eq for NodeRef<'_> {}

impl fmt::Debug for NodeRef<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NodeRef")
            .field("index", &self.index)
            .field("kind", &self.kind())
            .field("tag", &self.tag())
            .field("scalar", &self.scalar())
            .finish_non_exhaustive()
    }
}

/// The items of a list. See [`NodeRef::items`].
#[derive(Clone, Debug)]
pub struct Items<'d> {
    tree: &'d Tree<'d>,
    next: u32,
    end: u32,
    aliased: bool,
}

impl<'d> Iterator for Items<'d> {
    type Item = NodeRef<'d>;

    fn next(&mut self) -> Option<NodeRef<'d>> {
        while self.next < self.end {
            let index = self.next;
            self.next = self.tree.document.nodes[index as usize].next;
            if let Some(item) = self.tree.follow(index, self.aliased) {
                return Some(item);
            }
        }
        None
    }
}

/// The entries of a map. See [`NodeRef::entries`].
#[derive(Clone, Debug)]
pub struct Entries<'d> {
    map: NodeRef<'d>,
    next: u32,
    end: u32,
    /// Values of the `<<` keys met so far.
    merges: SmallVec<[NodeRef<'d>; 1]>,
    /// What the merge keys add: made when the own keys are through.
    merged: Option<std::vec::IntoIter<(NodeRef<'d>, NodeRef<'d>)>>,
}

impl<'d> Iterator for Entries<'d> {
    type Item = (NodeRef<'d>, NodeRef<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(own) = self.next_own() {
            return Some(own);
        }
        if self.merges.is_empty() {
            return None;
        }
        if self.merged.is_none() {
            self.merged = Some(merged_entries(self.map, &self.merges).into_iter());
        }
        self.merged.as_mut()?.next()
    }
}

impl<'d> Entries<'d> {
    fn next_own(&mut self) -> Option<(NodeRef<'d>, NodeRef<'d>)> {
        let tree = self.map.tree;
        let document = tree.document;
        while self.next < self.end {
            let key = self.next;
            let value = document.nodes[key as usize].next;
            if value >= self.end {
                // INVARIANT: the readers give every key a value; a hand-made arena may not.
                self.next = self.end;
                return None;
            }
            self.next = document.nodes[value as usize].next;
            if document.shadowed.binary_search(&key).is_ok() {
                continue;
            }
            let aliased = self.map.aliased;
            let (Some(key), Some(value)) = (tree.follow(key, aliased), tree.follow(value, aliased)) else {
                continue;
            };
            if key.is_merge_key() {
                self.merges.push(value);
            } else {
                return Some((key, value));
            }
        }
        None
    }
}

/// What `merges` add to the own keys of `map`.
fn merged_entries<'d>(map: NodeRef<'d>, merges: &[NodeRef<'d>]) -> Vec<(NodeRef<'d>, NodeRef<'d>)> {
    let mut own = map.entries();
    let mut seen = FxHashSet::default();
    while let Some((key, _)) = own.next_own() {
        seen.extend(key.scalar());
    }
    let mut entries = Vec::new();
    // A second `<<` in one map wins over the first, as a second key does.
    for &merge in merges.iter().rev() {
        let maps: SmallVec<[NodeRef<'d>; 4]> = match merge.kind() {
            Kind::List => merge.items().collect(),
            _ => SmallVec::from_iter([merge]),
        };
        for map in maps {
            // What is not a map cannot be merged and adds nothing. Merge keys inside are resolved by this
            // call; the reader bounds how deep they nest.
            for (key, value) in map.entries() {
                if key.scalar().is_none_or(|name| seen.insert(name)) {
                    entries.push((key, value));
                }
            }
        }
    }
    entries
}

/// The text that the scalar at `index` stands for.
pub(super) fn scalar_text<'d>(document: &'d Document, text: &'d str, index: u32) -> &'d str {
    if let Ok(position) = document.cooked.binary_search_by_key(&index, |(node, _)| *node) {
        return &document.cooked[position].1;
    }
    let node = &document.nodes[index as usize];
    let (start, end) = (node.start as usize, node.end as usize);
    let range = match node.style {
        Style::SingleQuoted | Style::DoubleQuoted => start + 1..end.saturating_sub(1),
        _ => start..end,
    };
    // Only a text that is not the one the document was read from can fail here.
    text.get(range).unwrap_or_default()
}
