//! JSON inside strings: policy documents as text, `Fn::Sub` over them, percent-encoded as IAM returns them.
//!
//! The text becomes a source of its own, whose places lead back into the host. `${Name}` inside a string is
//! text like any other here, and a bare one is a plain scalar: what it stands for is resolved later.

use std::sync::Arc;

use super::{Document, Format, Kind, Limits, Node, NodeRef, Style, json};
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

impl Embedded {
    /// True if a bare `${Name}` stands for a value: a number, a truth, or a whole piece of JSON.
    #[must_use]
    pub fn has_reference(&self) -> bool {
        let is_reference = |node: &Node| {
            let start = node.start as usize;
            node.kind == Kind::Scalar && node.style == Style::Plain && self.text[start..].starts_with("${")
        };
        self.document.nodes.iter().any(is_reference)
    }

    /// True if the text is no JSON where a bare `${Name}` stands, or behind one: it may stand for a piece of the
    /// syntax, such as a comma or the rest of a list, and then nothing is known of what the text means.
    #[must_use]
    pub fn breaks_at_reference(&self) -> bool {
        let is_reference = |problem: &Problem| {
            let rest = problem.span.and_then(|span| self.text.get(span.start as usize..)).unwrap_or_default();
            // A number or a word may begin before it: `1${Zeros}`.
            let end =
                rest.find(|character: char| character.is_whitespace() || matches!(character, ',' | '"'));
            rest[..end.unwrap_or(rest.len())].contains("${")
        };
        let mut errors = self.problems.iter().filter(|problem| problem.kind.loses()).peekable();
        errors.peek().is_some() && (self.has_reference() || errors.any(is_reference))
    }
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
    let by = match (node.tree().document().format, node.style()) {
        (Format::Json, Style::DoubleQuoted) => Decoding::JsonString,
        _ => Decoding::YamlScalar,
    };
    read_value(sources, node.scalar()?, node.span(), by, limits)
}

/// Reads JSON from `value`, which is what `by` makes of the text at `host`. `None` as for [`read`].
#[must_use]
pub fn read_value(
    sources: &Sources,
    value: &str,
    host: Span,
    by: Decoding,
    limits: &Limits,
) -> Option<Embedded> {
    if !looks_like_json(value) {
        return None;
    }
    if starts_percent_encoded(value.trim_start()) {
        let length = u32::try_from(value.len()).ok()?;
        let inner = decode(value, 0..length, Decoding::Percent)?.text;
        return register(host.source, inner.into(), limits, || {
            let outer = sources.add_decoded(host, by);
            sources.add_decoded(Span::new(outer, 0, length), Decoding::Percent)
        });
    }
    register(host.source, value.into(), limits, || sources.add_decoded(host, by))
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
    let host = fragments.first()?.from.source;
    register(host, Arc::clone(&text), limits, || sources.add_composed(pieces, text))
}

/// Reads `text`, and registers its source only if it is JSON: most strings that begin with a bracket are not.
fn register(
    host: SourceId,
    text: Arc<str>,
    limits: &Limits,
    add: impl FnOnce() -> SourceId,
) -> Option<Embedded> {
    let first = text.trim_start();
    // `{{resolve:...}}` and the like end here.
    let next = first.get(1..)?.trim_start().bytes().next();
    if first.starts_with('{') && !matches!(next, Some(b'"' | b'}' | b'/')) {
        return None;
    }
    let mut read = json::read_with_references(&text, host, limits);
    // A pattern such as `[0-9]+` gives a list and an error; a policy with an error gives at least one entry.
    let has_entry = |document: &Document| {
        document
            .nodes
            .iter()
            .enumerate()
            .any(|(index, node)| node.kind == Kind::Map && node.next > index as u32 + 1)
    };
    if !read.complete() && !has_entry(&read.document) {
        return None;
    }
    read.move_to(add());
    Some(Embedded { document: read.document, text, problems: read.problems })
}

fn starts_percent_encoded(text: &str) -> bool {
    text.get(..3).is_some_and(|start| matches!(start, "%7B" | "%7b" | "%5B" | "%5b"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Tree, read as read_text};
    use crate::source::Origin;

    /// The first scalar of `host` that holds JSON, as its text and its places in the host.
    fn check(format: Format, host: &str, text: &str, places: &[&str]) {
        let sources = Sources::default();
        let source = sources.add_kept(Origin::Memory("host".into()), host.into());
        let result = read_text(host, source, format, &Limits::default());
        assert_eq!(result.problems, [], "{host}");
        let tree = Tree::new(&result.document, host);
        let nodes = (0..result.document.nodes.len() as u32).filter_map(|index| tree.node(index));
        let embedded =
            nodes.into_iter().find_map(|node| read(&sources, node, &Limits::default())).expect("JSON");
        assert_eq!(&*embedded.text, text, "{host}");
        assert_eq!(embedded.problems, [], "{host}");
        assert_eq!(sources.text(embedded.document.source).as_deref(), Some(text));
        let scalars = embedded.document.nodes.iter().filter(|node| node.kind == Kind::Scalar);
        let written: Vec<&str> = scalars
            .map(|node| {
                let place = sources.host_span(Span::new(embedded.document.source, node.start, node.end));
                &host[place.start as usize..place.end as usize]
            })
            .collect();
        assert_eq!(written, places, "{host}");
    }

    #[test]
    fn json_in_scalars_of_all_styles() {
        let text = r#"{"a": "${B}"}"#;
        check(Format::Yaml, "x: '{\"a\": \"${B}\"}'\n", text, &["\"a\"", "\"${B}\""]);
        check(Format::Yaml, r#"x: "{\"a\": \"${B}\"}""#, text, &[r#"\"a\""#, r#"\"${B}\""#]);
        check(Format::Json, r#"{"x": "{\"a\": \"\u0024{B}\"}"}"#, text, &[r#"\"a\""#, r#"\"\u0024{B}\""#]);
        check(Format::Yaml, "x: !Sub |-\n  {\"a\": \"${B}\"}\n", text, &["\"a\"", "\"${B}\""]);
        check(Format::Yaml, "x: >-\r\n  {\"a\":\r\n  \"${B}\"}\r\n", text, &["\"a\"", "\"${B}\""]);
        check(Format::Yaml, "x: |\n  {\n    \"a\": 1\n  }\n", "{\n  \"a\": 1\n}\n", &["\"a\"", "1"]);
    }

    #[test]
    fn percent_encoded_json() {
        check(
            Format::Json,
            r#"{"x": "%7B%22a%22%3A%5B%22%C3%A9%22%5D%7D"}"#,
            r#"{"a":["é"]}"#,
            &["%22a%22", "%22%C3%A9%22"],
        );
    }

    #[test]
    fn what_is_not_json_is_left_alone() {
        let host = "['', text, '{{resolve:ssm:x}}', '[a-z]+', '[0-9]+', '{', '[', '%7', '%7B', '{a: 1}', '${A}', '[$]', 5, {a: b}]";
        let sources = Sources::default();
        let source = sources.add_kept(Origin::Memory("host".into()), host.into());
        let result = read_text(host, source, Format::Yaml, &Limits::default());
        let tree = Tree::new(&result.document, host);
        for item in tree.roots().flat_map(NodeRef::items) {
            assert!(read(&sources, item, &Limits::default()).is_none(), "{item:?}");
        }
        // Nothing was registered on the way.
        let next = sources.add_kept(Origin::Stdin, "".into());
        assert_eq!(format!("{next:?}"), "SourceId(1)");
    }

    #[test]
    fn json_with_an_error_is_read_up_to_there() {
        let host = r#"'{"a": 1, b}'"#;
        let sources = Sources::default();
        let source = sources.add_kept(Origin::Memory("host".into()), host.into());
        let result = read_text(host, source, Format::Yaml, &Limits::default());
        let tree = Tree::new(&result.document, host);
        let node = tree.roots().next().expect("a scalar");
        let embedded = read(&sources, node, &Limits::default()).expect("JSON, in part");
        assert_eq!(embedded.document.nodes.len(), 3);
        let place = sources.host_span(embedded.problems[0].span.expect("a place"));
        assert_eq!(&host[place.start as usize..place.end as usize], "b");
    }

    #[test]
    fn fragments_are_joined() {
        let sources = Sources::default();
        let host = "{\"a\": \"X\"}";
        let source = sources.add_kept(Origin::Memory("host".into()), host.into());
        let from = |start, end| Span::new(source, start, end);
        let fragments = [
            Fragment { text: "{\"a\": \"", from: from(0, 7) },
            Fragment { text: "${X}", from: from(7, 8) },
            Fragment { text: "\"}", from: from(8, 10) },
        ];
        let joined = read_joined(&sources, &fragments, &Limits::default()).expect("JSON");
        let tree = Tree::new(&joined.document, &joined.text);
        let (_, value) = tree.roots().next().expect("a map").get("a").expect("a key");
        assert_eq!(value.scalar(), Some("${X}"));
        assert_eq!(sources.host_span(value.span()).source, source);
        assert!(read_joined(&sources, &fragments[1..], &Limits::default()).is_none());
        assert!(read_joined(&sources, &[], &Limits::default()).is_none());
    }
}
