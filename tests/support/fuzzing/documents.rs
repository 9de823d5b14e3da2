//! Readers of text: JSON, YAML, JSON inside strings, SAML metadata, certificates.

use std::path::PathBuf;
use std::sync::Arc;

use fedlint::document::json::pieces::{Cutter, Piece};
use fedlint::document::saml_metadata::{self, Content, Placed};
use fedlint::document::{self, Document, Format, Kind, Limits, NodeRef, Read, Tree, embedded as inside};
use fedlint::source::{Origin, SourceId, Sources, Span};
use serde_json::Value;

use super::{Choices, check_document, check_problem, check_span, text};

/// How many values are walked at most: aliases may stand for very many.
const WALKED: usize = 20_000;

fn add(sources: &Sources, text: &str) -> SourceId {
    sources.add_kept(Origin::Memory(PathBuf::from("input")), Arc::from(text))
}

fn check_read(read: &Read, text: &str, sources: &Sources) {
    check_document(&read.document, text);
    read.problems.iter().for_each(|problem| check_problem(problem, sources));
}

/// Goes through all values, as whoever uses a document does.
fn walk(node: NodeRef<'_>, left: &mut usize) {
    *left = left.saturating_sub(1);
    if *left == 0 {
        return;
    }
    let (range, text) = (node.range(), node.tree().text());
    assert_eq!(text.get(range), Some(node.written()));
    assert_eq!(node.scalar().is_some(), node.kind() == Kind::Scalar);
    for item in node.items() {
        walk(item, left);
    }
    for (key, value) in node.entries() {
        walk(key, left);
        walk(value, left);
    }
}

fn walk_all(document: &Document, text: &str) {
    let tree = Tree::new(document, text);
    let mut left = WALKED;
    tree.roots().for_each(|root| walk(root, &mut left));
}

/// The value of a node of JSON, in the vocabulary of serde_json.
fn value(node: NodeRef<'_>) -> Value {
    match node.kind() {
        Kind::Map => node
            .entries()
            .map(|(key, entry)| (key.scalar().unwrap_or_default().to_owned(), value(entry)))
            .collect(),
        Kind::List => node.items().map(value).collect(),
        _ if node.style() == document::Style::Plain => {
            serde_json::from_str(node.written()).unwrap_or_else(|_| node.written().into())
        }
        _ => node.scalar().unwrap_or_default().into(),
    }
}

/// JSON: the arena is sound, reading twice is the same, and what serde_json reads is read the same.
pub(crate) fn json(bytes: &[u8]) {
    let text = text(bytes);
    let sources = Sources::default();
    let source = add(&sources, &text);
    let read = document::json::read(&text, source, &Limits::default());
    check_read(&read, &text, &sources);
    walk_all(&read.document, &text);
    let again = document::json::read(&text, source, &Limits::default());
    assert_eq!((&read.document, &read.problems), (&again.document, &again.problems));
    let lenient = read.problems.iter().any(|problem| problem.kind == fedlint::source::ProblemKind::Lenient);
    match serde_json::from_str::<Value>(&text) {
        Ok(expected) => {
            assert!(read.complete() && !lenient, "serde_json reads {text:?}: {:?}", read.problems);
            let tree = Tree::new(&read.document, &text);
            let values: Vec<Value> = tree.roots().map(value).collect();
            assert_eq!(values, [expected], "{text:?}");
        }
        Err(error) if error.to_string().contains("number out of range") => {}
        Err(error) => {
            let one = read.document.roots.len() == 1;
            assert!(!one || lenient || !read.complete(), "serde_json refuses {text:?}: {error}");
        }
    }
    let references = document::json::read_with_references(&text, source, &Limits::default());
    check_read(&references, &text, &sources);
    in_pieces(&text, source, &read);
}

/// A text that is cut into pieces has the scalars of the whole, at the same places.
fn in_pieces(text: &str, source: SourceId, whole: &Read) {
    let mut cutter = Cutter::new(1);
    let mut pieces = Vec::new();
    for block in text.as_bytes().chunks(7) {
        cutter.push(block, &mut pieces);
    }
    pieces.extend(cutter.finish());
    // What has comments is never long, and the cut does not know them.
    if !whole.problems.is_empty() || !whole.document.comments.is_empty() {
        return;
    }
    let mut found: Vec<(u32, u32)> = Vec::new();
    for Piece { bytes, added, shift } in &pieces {
        let piece = std::str::from_utf8(bytes).expect("characters are not cut");
        let read = document::json::read(piece, source, &Limits::default());
        assert!(read.complete(), "{piece:?} of {text:?}: {:?}", read.problems);
        let own = read.document.nodes.iter().filter(|node| node.kind == Kind::Scalar && node.start >= *added);
        found.extend(own.map(|node| (node.start.wrapping_add(*shift), node.end.wrapping_add(*shift))));
    }
    let scalars = whole.document.nodes.iter().filter(|node| node.kind == Kind::Scalar);
    let expected: Vec<(u32, u32)> = scalars.map(|node| (node.start, node.end)).collect();
    assert_eq!(found, expected, "{text:?} in pieces: {pieces:?}");
}

/// YAML: the arena is sound, and reading twice is the same, also as a file of which the name says nothing.
pub(crate) fn yaml(bytes: &[u8]) {
    let text = text(bytes);
    let sources = Sources::default();
    let source = add(&sources, &text);
    let read = document::yaml::read(&text, source, &Limits::default());
    check_read(&read, &text, &sources);
    walk_all(&read.document, &text);
    let again = document::yaml::read(&text, source, &Limits::default());
    assert_eq!((&read.document, &read.problems), (&again.document, &again.problems));
    for format in [Format::Json, Format::Yaml] {
        let read = document::read(&text, source, format, &Limits::default());
        check_read(&read, &text, &sources);
        for comment in &read.document.comments {
            let subject = read.document.subject(*comment, &text);
            check_span(subject, &sources);
        }
    }
}

/// JSON inside a scalar, written in one of several ways: it is the same JSON, and each of its places leads to one in the host.
pub(crate) fn embedded(bytes: &[u8]) {
    let Some((way, rest)) = bytes.split_first() else { return };
    let inner = text(rest);
    let (host, format) = match way % 5 {
        0 => (Value::from(&*inner).to_string(), Format::Json),
        1 => (format!("a: '{}'\n", inner.replace('\'', "''")), Format::Yaml),
        2 => (format!("a: {}\n", Value::from(&*inner)), Format::Yaml),
        3 => (format!("a: |\n  {}\n", inner.replace('\n', "\n  ")), Format::Yaml),
        _ => (Value::from(percent_encoded(&inner)).to_string(), Format::Json),
    };
    let sources = Sources::default();
    let source = add(&sources, &host);
    let read = document::read(&host, source, format, &Limits::default());
    let tree = Tree::new(&read.document, &host);
    let nodes = (0..read.document.nodes.len() as u32).filter_map(|index| tree.node(index));
    for node in nodes {
        if way % 5 == 0 {
            assert_eq!(node.scalar(), Some(&*inner));
        }
        let Some(embedded) = inside::read(&sources, node, &Limits::default()) else { continue };
        check_embedded(&embedded, &sources, source);
        if matches!(way % 5, 0 | 4) {
            assert_eq!(*embedded.text, *inner);
        }
    }
    joined(&inner, *way);
}

fn check_embedded(embedded: &inside::Embedded, sources: &Sources, host: SourceId) {
    let own = embedded.document.source;
    assert_eq!(sources.text(own).as_deref(), Some(&*embedded.text));
    check_document(&embedded.document, &embedded.text);
    embedded.problems.iter().for_each(|problem| check_problem(problem, sources));
    let _ = (embedded.has_reference(), embedded.breaks_at_reference());
    let mut last = 0;
    for node in &embedded.document.nodes {
        let place = sources.host_span(Span::new(own, node.start, node.end));
        assert_eq!(place.source, host);
        check_span(place, sources);
        assert!(place.start >= last, "places are in order");
        last = place.start;
    }
}

/// The same in fragments, as `Fn::Join` puts them together.
fn joined(inner: &str, way: u8) {
    let mut cut = inner.len() * usize::from(way) / 256;
    while !inner.is_char_boundary(cut) {
        cut -= 1;
    }
    let parts = [&inner[..cut], &inner[cut..]];
    let host = Value::from(parts.map(str::to_owned).to_vec()).to_string();
    let sources = Sources::default();
    let source = add(&sources, &host);
    let read = document::json::read(&host, source, &Limits::default());
    let tree = Tree::new(&read.document, &host);
    let items: Vec<NodeRef<'_>> = tree.roots().flat_map(NodeRef::items).collect();
    let fragments: Vec<inside::Fragment<'_>> = items
        .iter()
        .map(|item| inside::Fragment { text: item.scalar().unwrap_or_default(), from: item.span() })
        .collect();
    if let Some(embedded) = inside::read_joined(&sources, &fragments, &Limits::default()) {
        assert_eq!(&*embedded.text, inner);
        for node in &embedded.document.nodes {
            check_span(
                sources.host_span(Span::new(embedded.document.source, node.start, node.end)),
                &sources,
            );
        }
    }
}

/// As the API writes policies.
fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// SAML metadata: every place is one, and reading twice is the same.
pub(crate) fn saml_metadata(bytes: &[u8]) {
    let text = text(bytes);
    let sources = Sources::default();
    let source = add(&sources, &text);
    let read =
        || saml_metadata::read(&text, &|range| Span::new(source, range.start as u32, range.end as u32));
    let document = read();
    assert_eq!(document, read());
    assert_eq!(document.characters, text.chars().count());
    check_span(document.beginning, &sources);
    let check = |span: Span| check_span(span, &sources);
    match &document.content {
        Content::Metadata(metadata) => {
            for entity in &metadata.entities {
                check(entity.span);
                entity.id.iter().for_each(|Placed { span, .. }| check(*span));
                entity.valid_until.iter().for_each(|Placed { span, .. }| check(*span));
                entity.service_provider.iter().for_each(|span| check(*span));
                for provider in entity.identity_provider.iter() {
                    check(provider.span);
                    assert!(provider.certificates.iter().all(|one| one.span.start >= provider.span.start));
                    provider.certificates.iter().for_each(|certificate| check(certificate.span));
                    provider.sign_in.iter().for_each(|endpoint| check(endpoint.span));
                }
            }
        }
        Content::NotXml { span, .. } => check(*span),
        Content::Refused(problem) => check_problem(problem, &sources),
        Content::Other { root, .. } => check(root.span),
        Content::TooLong => {}
    }
}

/// Certificates: of bytes that no certificate authority wrote, as Base64 or as they are.
pub(crate) fn certificate(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let is_text = choices.one_in(4);
    let bytes = bytes.get(1..).unwrap_or_default();
    let text = if is_text { text(bytes).into_owned() } else { base64(bytes) };
    let read = document::certificate::read(&text);
    assert_eq!(read, document::certificate::read(&text));
    if let Some(certificate) = read {
        assert!(certificate.bits.is_none_or(|bits| (bits as usize) <= text.len() * 8), "{certificate:?}");
        let folded: String = text.chars().flat_map(|one| [one, '\n']).collect();
        assert_eq!(Some(certificate), document::certificate::read(&folded), "white space means nothing");
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number =
            three.iter().chain(&[0; 3][three.len()..]).fold(0, |all, byte| all << 8 | u32::from(*byte));
        for (index, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = DIGITS[(number >> shift & 63) as usize];
            text.push(if index <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}
