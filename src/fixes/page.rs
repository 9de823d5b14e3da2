//! A text that is edited, with its structure.

use std::sync::Arc;

use crate::document::{self, Document, Format, Kind, Limits, Node, Style, Tree, json};
use crate::source::{Decoding, SourceId, Span};

/// No node.
const NONE: u32 = u32::MAX;

/// A text with its structure.
pub(super) struct Page {
    pub text: Arc<str>,
    pub document: Document,
    /// The collection that each node is in.
    parents: Vec<u32>,
    /// What a line ends with.
    pub line_end: &'static str,
    /// Where the text stands, if it stands inside another one.
    pub host: Option<Host>,
}

/// The scalar that a text stands in.
pub(super) struct Host {
    pub text: Arc<str>,
    pub span: Span,
    pub by: Decoding,
    pub style: Style,
    /// Whether CloudFormation puts values in place of `${...}` in it.
    pub substitutes: bool,
}

impl Page {
    /// A template, or a policy of its own, of which all can be read.
    pub(super) fn template(text: Arc<str>, source: SourceId, format: Format) -> Option<Self> {
        let read = document::read(&text, source, format, &Limits::default());
        if !read.complete() {
            return None;
        }
        let tree = Tree::new(&read.document, &text);
        // What an account answered is a copy: changing it changes nothing.
        let is_template =
            tree.roots().any(|root| ["Resources", "Statement"].iter().any(|key| root.get(key).is_some()));
        if is_template { Some(Self::new(Arc::clone(&text), read.document, None)) } else { None }
    }

    /// A policy in a scalar.
    pub(super) fn inside(
        text: Arc<str>,
        source: SourceId,
        host: Span,
        by: Decoding,
        outer: &Self,
    ) -> Option<Self> {
        // Text in text in text is written by nobody by hand.
        if outer.host.is_some() || by == Decoding::Percent {
            return None;
        }
        let node = outer.find(host, |node| node.kind == Kind::Scalar)?;
        if outer.is_shared(node) {
            return None;
        }
        let read = json::read_with_references(&text, source, &Limits::default());
        if !read.complete() {
            return None;
        }
        let host = Host {
            text: Arc::clone(&outer.text),
            span: host,
            by,
            style: outer.node(node).style,
            substitutes: outer.is_substituted(node),
        };
        Some(Self::new(text, read.document, Some(host)))
    }

    fn new(text: Arc<str>, document: Document, host: Option<Host>) -> Self {
        let mut parents = vec![NONE; document.nodes.len()];
        let mut open: Vec<u32> = Vec::new();
        for (index, node) in (0u32..).zip(&document.nodes) {
            while open.last().is_some_and(|&last| document.nodes[last as usize].next <= index) {
                open.pop();
            }
            parents[index as usize] = open.last().copied().unwrap_or(NONE);
            if matches!(node.kind, Kind::Map | Kind::List) {
                open.push(index);
            }
        }
        let line_end = match text.find('\n') {
            Some(at) if text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        };
        Self { text, document, parents, line_end, host }
    }

    pub(super) fn node(&self, index: u32) -> &Node {
        &self.document.nodes[index as usize]
    }

    /// The text of a node, without tag and anchor.
    pub(super) fn written(&self, index: u32) -> &str {
        let node = self.node(index);
        self.text.get(node.start as usize..node.end as usize).unwrap_or_default()
    }

    /// The text that a scalar stands for.
    pub(super) fn value(&self, index: u32) -> Option<&str> {
        self.document.scalar(&self.text, index)
    }

    /// The tag of a node.
    pub(super) fn tag(&self, index: u32) -> Option<&str> {
        let position = usize::from(self.node(index).tag).checked_sub(1)?;
        self.document.tags.get(position).map(AsRef::as_ref)
    }

    pub(super) fn parent(&self, index: u32) -> Option<u32> {
        self.parents.get(index as usize).copied().filter(|&parent| parent != NONE)
    }

    /// The nodes right below a collection: of a map, keys and values in turn.
    pub(super) fn children(&self, index: u32) -> Vec<u32> {
        let end = self.node(index).next;
        let mut children = Vec::new();
        let mut next = index + 1;
        while next < end {
            children.push(next);
            next = self.node(next).next;
        }
        children
    }

    /// The keys and values of a map, as written.
    pub(super) fn entries(&self, index: u32) -> Vec<(u32, u32)> {
        if self.node(index).kind != Kind::Map {
            return Vec::new();
        }
        self.children(index).chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    }

    /// The outermost node that is written exactly there, of those that fit.
    pub(super) fn find(&self, span: Span, fits: impl Fn(&Node) -> bool) -> Option<u32> {
        let nodes = &self.document.nodes;
        // A collection never begins behind what is in it.
        let first = nodes.partition_point(|node| node.start < span.start);
        let at = nodes[first..]
            .iter()
            .take_while(|node| node.start == span.start)
            .position(|node| node.end == span.end && fits(node))?;
        u32::try_from(first + at).ok()
    }

    /// The innermost node that is written exactly there: a block list with one item begins and ends with it.
    pub(super) fn find_innermost(&self, span: Span) -> Option<u32> {
        let mut node = self.find(span, |_| true)?;
        while self.nodes_meet(node, node + 1) {
            node += 1;
        }
        Some(node)
    }

    fn nodes_meet(&self, outer: u32, inner: u32) -> bool {
        let nodes = &self.document.nodes;
        let place = |index: u32| nodes.get(index as usize).map(|node| (node.start, node.end));
        place(outer) == place(inner) && inner < self.node(outer).next
    }

    /// Whether an alias stands for a node, or for one around it: then it is written once for several places.
    pub(super) fn is_shared(&self, index: u32) -> bool {
        self.node(index).kind == Kind::Alias
            || self.document.anchors.values().any(|&target| target <= index && index < self.node(target).next)
    }

    /// Whether a scalar is what `Fn::Sub` takes, or the first of it.
    fn is_substituted(&self, index: u32) -> bool {
        let mut index = index;
        loop {
            if self.tag(index) == Some("!Sub") {
                return true;
            }
            let Some(parent) = self.parent(index) else { return false };
            match self.node(parent).kind {
                Kind::List if self.children(parent).first() == Some(&index) => index = parent,
                Kind::Map => {
                    return self
                        .entries(parent)
                        .iter()
                        .any(|&(key, value)| value == index && self.value(key) == Some("Fn::Sub"));
                }
                _ => return false,
            }
        }
    }

    /// Where a node begins, with its tag and anchor: behind the mark before it.
    pub(super) fn outer_start(&self, index: u32) -> Option<usize> {
        let start = self.node(index).start as usize;
        let parent = self.parent(index)?;
        let from = match self.node(parent).kind {
            Kind::Map => {
                let (key, _) = self.entries(parent).into_iter().find(|&(_, value)| value == index)?;
                let key_end = self.node(key).end as usize;
                let colon = self.text.get(key_end..start)?.find(':')?;
                key_end + colon + 1
            }
            _ => {
                let children = self.children(parent);
                let position = children.iter().position(|&child| child == index)?;
                let before = match position.checked_sub(1) {
                    Some(before) => self.node(children[before]).end as usize,
                    None if self.node(parent).style == Style::Flow => self.node(parent).start as usize,
                    // The dash of the first item is before the list.
                    None => return self.behind_dash(start),
                };
                let between = self.text.get(before..start)?;
                let mark = match self.node(parent).style {
                    Style::Flow => between.find(['[', ','])?,
                    _ => return self.behind_dash(start),
                };
                before + mark + 1
            }
        };
        let mut at = from;
        loop {
            let between = self.text.get(at..start)?;
            at += between.len() - between.trim_start().len();
            match self.comment_at(at) {
                Some(comment) => at = comment.end as usize,
                None => return Some(at),
            }
        }
    }

    /// Where the content of an item of a block list begins, of which a part begins at `start`.
    fn behind_dash(&self, start: usize) -> Option<usize> {
        let line_start = self.line_start(start);
        let before = self.text.get(line_start..start)?;
        let dash = before.rfind("- ")?;
        let between = before.get(dash + 1..)?;
        Some(line_start + dash + 1 + (between.len() - between.trim_start().len()))
    }

    /// Where the line begins that holds a byte.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        self.text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1)
    }

    /// Where the line ends that holds a byte, before its line break.
    pub(super) fn line_end(&self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        offset + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// What stands before a byte on its line.
    pub(super) fn before(&self, offset: usize) -> &str {
        self.text.get(self.line_start(offset)..offset).unwrap_or_default()
    }

    /// The blanks that the line of a byte begins with.
    pub(super) fn indentation(&self, offset: usize) -> &str {
        let line = self.text.get(self.line_start(offset)..self.line_end(offset)).unwrap_or_default();
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// Whether a comment begins at a byte.
    pub(super) fn comment_at(&self, offset: usize) -> Option<&Span> {
        let comments = &self.document.comments;
        let at = comments.binary_search_by_key(&offset, |comment| comment.start as usize).ok()?;
        comments.get(at)
    }
}
