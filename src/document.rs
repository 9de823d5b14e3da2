//! Text becomes structure: one spanned arena for JSON and YAML.
//!
//! Knows nothing of AWS. Scalars are kept as written: `2012-10-17` and `012345678901` stay text, and each
//! field decides later how it reads them. Never fails whole: what can be read is there, the rest is a
//! [`Problem`].

mod view;

use rustc_hash::FxHashMap;

use crate::source::{Problem, SourceId, Span};

pub use view::{NodeRef, Tree};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A string, number, boolean or null, as written.
    Scalar,
    /// A mapping: its children are keys and values in turn.
    Map,
    /// A sequence.
    List,
    /// A YAML alias; the span covers `*name`.
    Alias,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Style {
    /// A scalar without quotes: also JSON's numbers, `true`, `false` and `null`.
    Plain,
    /// `'...'`
    SingleQuoted,
    /// `"..."`, YAML or JSON.
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection by indentation.
    Block,
    /// A collection in brackets.
    Flow,
}

/// One node of the arena: 16 bytes, in pre-order. A map's key stands right before its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// First byte in the source.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Index of the node after this one's subtree.
    pub next: u32,
    /// What it is.
    pub kind: Kind,
    /// How it is written.
    pub style: Style,
    /// Index into [`Document::tags`] plus one; 0 is no tag.
    pub tag: u16,
}

/// The structure of one text; several YAML documents or JSON values are several roots.
///
/// Holds ranges of the text, not the text: [`Tree`] brings both together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The source that all spans are in.
    pub source: SourceId,
    /// All nodes.
    pub nodes: Vec<Node>,
    /// Index of the first node of each root.
    pub roots: Vec<u32>,
    /// Values of the scalars whose text is not their value (escapes, folding), by node index, ascending.
    pub cooked: Vec<(u32, Box<str>)>,
    /// YAML tags as written (`!Sub`), without those of the core schema.
    pub tags: Vec<Box<str>>,
    /// For each alias node: the node that its anchor marks.
    pub anchors: FxHashMap<u32, u32>,
    /// Comments, from their `#` to the end of the line, in order.
    pub comments: Vec<Span>,
}

/// What a reader returns: as much structure as there is, and what was wrong.
#[derive(Clone, Debug)]
pub struct Read {
    /// The structure. Has no roots if nothing could be read.
    pub document: Document,
    /// What was wrong, in order.
    pub problems: Vec<Problem>,
}
