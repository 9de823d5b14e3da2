//! JSON inside strings: policy documents as text, `Fn::Sub` over them, percent-encoded as IAM returns them.
//!
//! The text becomes a source of its own, whose places lead back into the host. `${Name}` inside a string is
//! text like any other here: what it stands for is resolved later.

use std::sync::Arc;

use super::{Document, Format, Limits, NodeRef, Read, Style, json};
use crate::source::decoding::decode;
use crate::source::{Decoding, Piece, Problem, SourceId, Sources, Span};

/// JSON that stood inside a string.
#[derive(Debug)]
pub struct Embedded {
    /// Its structure; the document's source is that of the embedded text.
    pub document: Document,
    /// Its text.
    pub text: Arc<str>,
    /// What was wrong, with places inside the embedded text.
    pub problems: Vec<Problem>,
}

/// A fragment of a text that is put together, as `Fn::Join` does.
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'t> {
    /// The fragment's text: the value of a scalar, or what stands for a reference (`${AWS::AccountId}`).
    pub text: &'t str,
    /// Where it comes from.
    pub from: Span,
}

/// True if `value` may be JSON that is worth reading: it begins like a collection, percent-encoded or not.
#[must_use]
pub fn looks_like_json(value: &str) -> bool {
    let trimmed = value.trim_start();
    trimmed.starts_with(['{', '[']) || starts_percent_encoded(trimmed)
}

/// Reads JSON from the scalar `node`.
///
/// `None` if the node is no scalar, or its text does not begin as a JSON collection does; then nothing is
/// registered.
#[must_use]
pub fn read(sources: &Sources, node: NodeRef<'_>, limits: &Limits) -> Option<Embedded> {
    let value = node.scalar()?;
    if !looks_like_json(value) {
        return None;
    }
    let by = match (node.tree().document().format, node.style()) {
        (Format::Json, Style::DoubleQuoted) => Decoding::JsonString,
        _ => Decoding::YamlScalar,
    };
    if starts_percent_encoded(value.trim_start()) {
        let length = u32::try_from(value.len()).ok()?;
        let inner = decode(value, 0..length, Decoding::Percent)?.text;
        return register(inner.into(), limits, || {
            let outer = sources.add_decoded(node.span(), by);
            sources.add_decoded(Span::new(outer, 0, length), Decoding::Percent)
        });
    }
    register(value.into(), limits, || sources.add_decoded(node.span(), by))
}

/// Reads JSON from the fragments of a `Fn::Join`, in order. `None` as for [`read`].
#[must_use]
pub fn read_joined(sources: &Sources, fragments: &[Fragment<'_>], limits: &Limits) -> Option<Embedded> {
    let text: String = fragments.iter().map(|fragment| fragment.text).collect();
    if !text.trim_start().starts_with(['{', '[']) || u32::try_from(text.len()).is_err() {
        return None;
    }
    let pieces: Arc<[Piece]> = fragments
        .iter()
        .map(|fragment| Piece { length: fragment.text.len() as u32, from: fragment.from })
        .collect();
    let text: Arc<str> = text.into();
    register(Arc::clone(&text), limits, || sources.add_composed(pieces, text))
}

/// Reads `text`, and registers its source only if it is JSON: most strings that begin with `{` are not.
fn register(text: Arc<str>, limits: &Limits, add: impl FnOnce() -> SourceId) -> Option<Embedded> {
    let first = text.trim_start();
    // `{` or `[`, and then what JSON allows there: `{{resolve:...}}` and `[a-z]+` end here.
    let next = first.get(1..)?.trim_start().bytes().next();
    let plausible = match (first.as_bytes().first(), next) {
        (Some(b'{'), Some(b'"' | b'}' | b'/')) => true,
        (Some(b'['), Some(byte)) => {
            matches!(byte, b'{' | b'[' | b'"' | b']' | b'/' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
        }
        _ => false,
    };
    if !plausible {
        return None;
    }
    let source = add();
    let Read { document, problems } = json::read(&text, source, limits);
    Some(Embedded { document, text, problems })
}

fn starts_percent_encoded(text: &str) -> bool {
    text.get(..3).is_some_and(|start| matches!(start, "%7B" | "%7b" | "%5B" | "%5b"))
}
