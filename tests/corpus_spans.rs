//! The span oracle, over real files: what stands under a scalar's span, decoded by code that shares nothing
//! with the readers, is the scalar's value; children lie inside their parents; places in embedded JSON lead
//! back to bytes that say the same.

mod support;

use std::path::Path;
use std::sync::Arc;

use fedlint::document::{Document, Format, Kind, Limits, NodeRef, Style, Tree, embedded, read};
use fedlint::source::decoding::decode;
use fedlint::source::{Decoding, Origin, SizeLimit, Sources, Span, read_path};
use support::{Figures, corpus, files};

#[test]
fn the_text_under_a_span_is_the_value() {
    let Some(folder) = corpus() else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.sort();
    let (mut scalars, mut documents, mut embeddings, mut broken) = (0, 0, 0, Vec::new());
    for path in &paths {
        let bytes = read_path(path, SizeLimit::default()).expect("the corpus can be read");
        let sources = Sources::default();
        let Ok((source, text)) = sources.add_bytes(Some(path), bytes) else { continue };
        let result = read(&text, source, Format::guess(path, &text), &Limits::default());
        if !result.complete() {
            broken.push(format!("{}: {:?}", path.display(), result.problems));
        }
        documents += 1;
        check_document(&result.document, &text, path);
        let tree = Tree::new(&result.document, &text);
        for index in 0..result.document.nodes.len() {
            let node = tree.node(index as u32).expect("an index of the arena");
            scalars += usize::from(node.kind() == Kind::Scalar);
            embeddings += check_embedded(&sources, node, path, 0);
        }
    }
    // What does not hold has failed the test by now.
    let mut figures = Figures::default();
    figures.add("span oracle: documents", documents, "more than 1000", documents > 1000);
    figures.add(
        "span oracle: scalars whose text decodes to their value",
        format!("{scalars} / {scalars}"),
        "all, over 100000",
        scalars > 100_000,
    );
    figures.add(
        "span oracle: embedded documents that lead back",
        format!("{embeddings} / {embeddings}"),
        "all, over 10",
        embeddings > 10,
    );
    figures.add("span oracle: files not read whole", broken.len(), "fewer than 20", broken.len() < 20);
    figures.finish(&broken.join("\n"));
}

/// Files that were cut off, or that something was put into, still give a sound arena.
#[test]
fn damaged_files_hold_to_the_same_rules() {
    let Some(folder) = corpus() else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.sort();
    let damage = ["", "\"", "\t", "{", "]", "- ", "|\n", ": ", "*x", "\\", "#", "\n---\n", "\r", "'", "&a "];
    for (number, path) in paths.iter().enumerate() {
        let sources = Sources::default();
        let bytes = read_path(path, SizeLimit::default()).expect("the corpus can be read");
        let Ok((source, text)) = sources.add_bytes(Some(path), bytes) else { continue };
        for round in 0..3 {
            // Places that look random and are the same in every run.
            let at = (number * 7_919 + round * 104_729) % text.len().max(1);
            let at = (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or_default();
            let insert = damage[(number + round) % damage.len()];
            let rest = if insert.is_empty() { "" } else { &text[at..] };
            let damaged = format!("{}{insert}{rest}", &text[..at]);
            let result = read(&damaged, source, Format::guess(path, &damaged), &Limits::default());
            check_document(&result.document, &damaged, path);
            for problem in &result.problems {
                assert!(problem.span.is_some_and(|span| span.end as usize <= damaged.len()), "{problem:?}");
                assert!(problem.help.ends_with('.') && !problem.message.contains('\n'), "{problem:?}");
            }
        }
    }
}

/// Every scalar decodes to its value; every child lies inside its parent, behind its sibling.
fn check_document(document: &Document, text: &str, path: &Path) {
    let tree = Tree::new(document, text);
    for (index, node) in document.nodes.iter().enumerate() {
        let place = || format!("{}: node {index} {node:?}", path.display());
        let (mut child, mut at) = (index as u32 + 1, node.start);
        while child < node.next {
            let inner = &document.nodes[child as usize];
            assert!(at <= inner.start && inner.end <= node.end, "{} holds {inner:?} after {at}", place());
            (child, at) = (inner.next, inner.end);
        }
        if node.kind != Kind::Scalar {
            continue;
        }
        let by = match (document.format, node.style) {
            (Format::Json, Style::DoubleQuoted) => Decoding::JsonString,
            _ => Decoding::YamlScalar,
        };
        let decoded =
            decode(text, node.start..node.end, by).unwrap_or_else(|| panic!("{} is no scalar", place()));
        let value = tree.node(index as u32).and_then(NodeRef::scalar).expect("a scalar has a text");
        assert_eq!(decoded.text, value, "{}", place());
    }
}

/// Counts JSON inside strings, and checks that its places lead back to the file.
fn check_embedded(sources: &Sources, node: NodeRef<'_>, path: &Path, depth: usize) -> usize {
    let Some(inner) = embedded::read(sources, node, &Limits::default()) else { return 0 };
    check_document(&inner.document, &inner.text, path);
    assert_eq!(sources.text(inner.document.source).as_deref(), Some(&*inner.text), "{}", path.display());
    let tree = Tree::new(&inner.document, &inner.text);
    let outermost = sources.host_span(node.span());
    let mut count = 1;
    for (index, scalar) in inner.document.nodes.iter().enumerate() {
        let child = tree.node(index as u32).expect("an index of the arena");
        let place = sources.host_span(child.span());
        assert!(outermost.start <= place.start && place.end <= outermost.end, "{}", path.display());
        let host = sources.text(place.source).expect("the file's text is kept");
        let written = &host[place.start as usize..place.end as usize];
        let inside = child.span();
        let simple = &inner.text[inside.start as usize..inside.end as usize];
        if scalar.kind == Kind::Scalar && depth == 0 && !written.contains('\\') {
            assert_eq!(written, simple, "{}", path.display());
        }
        if scalar.kind == Kind::Scalar {
            // Names survive every level of escaping.
            let letters =
                |text: &str| text.chars().filter(|character| character.is_alphanumeric()).collect::<String>();
            if !simple.contains('\\') && !simple.contains('%') {
                assert_eq!(letters(written), letters(simple), "{}", path.display());
            }
            count += check_embedded(sources, child, path, depth + 1);
        }
    }
    count
}

#[test]
fn places_lead_back_through_three_levels() {
    // Percent-encoded JSON in a JSON string in a folded YAML scalar.
    let policy = "%7B%22Effect%22%3A%22Allow%22%7D";
    let text: Arc<str> = format!("outer: >-\n  {{\"inner\":\n  \"{policy}\"}}\n").into();
    let sources = Sources::default();
    let source = sources.add_kept(Origin::Memory("a.yaml".into()), Arc::clone(&text));
    let document = read(&text, source, Format::Yaml, &Limits::default()).document;
    let tree = Tree::new(&document, &text);
    let root = tree.roots().next().expect("a document");
    let (_, scalar) = root.get("outer").expect("a key");
    let first = embedded::read(&sources, scalar, &Limits::default()).expect("JSON");
    let first_tree = Tree::new(&first.document, &first.text);
    let (_, scalar) = first_tree.roots().next().expect("a value").get("inner").expect("a key");
    let second = embedded::read(&sources, scalar, &Limits::default()).expect("percent-encoded JSON");
    assert_eq!(&*second.text, "{\"Effect\":\"Allow\"}");
    let second_tree = Tree::new(&second.document, &second.text);
    let (key, value) = second_tree.roots().next().expect("a value").get("Effect").expect("a key");
    let written = |span: Span| {
        let place = sources.host_span(span);
        assert_eq!(place.source, source);
        text[place.start as usize..place.end as usize].to_owned()
    };
    assert_eq!(written(key.span()), "%22Effect%22");
    assert_eq!(written(value.span()), "%22Allow%22");
}
