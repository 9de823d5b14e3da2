//! What must hold of any input: each function here takes bytes, makes an input of them, and panics if something does not
//! hold. `cargo test` asks with a few thousand inputs (`tests/hostile.rs`), `fuzz/` with as many as there is time for.

#![allow(dead_code, reason = "each fuzz target uses a part of it")]

mod decisions;
mod documents;
mod files;
mod scans;

pub(crate) use decisions::{decision, policy};
pub(crate) use documents::{certificate, embedded, json, saml_metadata, yaml};
pub(crate) use files::{rule_file, settings};
pub(crate) use scans::{answer, fixes, template};

use std::borrow::Cow;

use fedlint::document::{Document, Kind};
use fedlint::source::{Problem, Sources, Span};

/// A function that takes bytes and panics if something does not hold.
pub(crate) type Target = fn(&[u8]);

/// All of them, by the names of the fuzz targets.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("json", json),
    ("yaml", yaml),
    ("embedded", embedded),
    ("template", template),
    ("answer", answer),
    ("policy", policy),
    ("decision", decision),
    ("saml_metadata", saml_metadata),
    ("certificate", certificate),
    ("settings", settings),
    ("rule_file", rule_file),
    ("fixes", fixes),
];

/// Bytes as text: what is no UTF-8 is replaced, so that no input is lost.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Choices, made by bytes one after another; the first of each once there are no more.
struct Choices<'b>(std::slice::Iter<'b, u8>);

impl<'b> Choices<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self(bytes.iter())
    }

    fn below(&mut self, end: usize) -> usize {
        self.0.next().map_or(0, |byte| usize::from(*byte) % end)
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == many - 1
    }
}

/// A span of a source lies in its text, between two characters each.
fn check_span(span: Span, sources: &Sources) {
    let text = sources.text(span.source).expect("the text of a source is there");
    let inside = text.get(span.start as usize..span.end as usize);
    assert!(inside.is_some(), "{span:?} is no place in {text:?}");
}

/// A problem says something, and lies where something is.
fn check_problem(problem: &Problem, sources: &Sources) {
    assert!(!problem.message.is_empty() && !problem.message.contains('\n'), "{problem:?}");
    assert!(problem.help.ends_with(['.', '?']), "{problem:?}");
    if let Some(span) = problem.span {
        check_span(span, sources);
        check_span(sources.host_span(span), sources);
    }
}

/// The arena of a text is one: in pre-order, each node in its parent and in the text, maps in pairs.
fn check_document(document: &Document, text: &str) {
    let nodes = &document.nodes;
    let mut open: Vec<(usize, &fedlint::document::Node)> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        assert!(text.get(node.start as usize..node.end as usize).is_some(), "{node:?} in {text:?}");
        assert!(node.next as usize > index && node.next as usize <= nodes.len(), "{index}: {node:?}");
        open.retain(|(_, parent)| parent.next as usize > index);
        if let Some((_, parent)) = open.last() {
            assert!(node.next <= parent.next, "{index}: {node:?} in {parent:?}");
            assert!(node.start >= parent.start && node.end <= parent.end, "{index}: {node:?} in {parent:?}");
        }
        match node.kind {
            Kind::Map | Kind::List => open.push((index, node)),
            Kind::Scalar => assert_eq!(node.next as usize, index + 1),
            Kind::Alias => {
                assert_eq!(node.next as usize, index + 1);
                if let Some(&target) = document.anchors.get(&(index as u32)) {
                    assert!((target as usize) < index, "an alias stands behind its anchor");
                }
            }
        }
        if node.kind == Kind::Map {
            let (mut child, mut children) = (index as u32 + 1, 0);
            while child < node.next {
                child = nodes[child as usize].next;
                children += 1;
            }
            assert_eq!(children % 2, 0, "{index}: {node:?} in {text:?}");
        }
        assert!(usize::from(node.tag) <= document.tags.len());
    }
    assert!(document.roots.is_sorted());
    assert!(document.roots.iter().all(|root| (*root as usize) < nodes.len()));
    assert!(document.cooked.is_sorted_by(|one, other| one.0 < other.0));
    assert!(document.shadowed.is_sorted());
    for comment in &document.comments {
        let at = comment.start as usize..comment.end as usize;
        let written = text.get(at).unwrap_or_else(|| panic!("{comment:?} in {text:?}"));
        assert!(written.starts_with(['#', '/']), "{written:?} in {text:?}");
    }
}
