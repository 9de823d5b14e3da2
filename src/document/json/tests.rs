use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::document::{NodeRef, Tree};
use crate::source::{Origin, Sources};

fn source() -> SourceId {
    Sources::default().add_kept(Origin::Stdin, "".into())
}

fn read_text(text: &str) -> Read {
    read(text, source(), &Limits::default())
}

/// The value of a node as `serde_json` would have it.
fn value(node: NodeRef<'_>) -> Value {
    match node.kind() {
        Kind::Map => Value::Object(
            node.entries()
                .map(|(key, entry)| (key.scalar().expect("a string").into(), value(entry)))
                .collect(),
        ),
        Kind::List => Value::Array(node.items().map(value).collect()),
        _ if node.style() == Style::DoubleQuoted => node.scalar().into(),
        _ => serde_json::from_str(node.scalar().expect("a scalar")).expect("a JSON number or word"),
    }
}

fn values(text: &str, read: &Read) -> Vec<Value> {
    let tree = Tree::new(&read.document, text);
    tree.roots().map(value).collect()
}

/// Children lie inside parents, one behind the other, and every index leads somewhere.
pub(crate) fn check_spans(document: &Document, text: &str) {
    let nodes = &document.nodes;
    let mut next_root = 0;
    for &root in &document.roots {
        assert_eq!(root, next_root);
        next_root = nodes[root as usize].next;
    }
    assert_eq!(next_root as usize, nodes.len());
    for (index, node) in nodes.iter().enumerate() {
        assert!(node.start <= node.end, "{index} {node:?}");
        assert!(text.is_char_boundary(node.start as usize) && text.is_char_boundary(node.end as usize));
        let (mut child, mut at, mut count) = (index as u32 + 1, node.start, 0);
        while child < node.next {
            let inner = &nodes[child as usize];
            assert!(at <= inner.start && inner.end <= node.end, "{inner:?} in {node:?} after {at}: {text:?}");
            (child, at, count) = (inner.next, inner.end, count + 1);
        }
        assert_eq!(child, node.next);
        assert!(node.kind != Kind::Map || count % 2 == 0, "{index} {node:?} has a key without value");
    }
}

/// The text reads as `serde_json` reads it: the same verdict, the same value.
fn check_against_serde(text: &str) {
    let read = read_text(text);
    check_spans(&read.document, text);
    let ours = read.complete() && read.document.roots.len() == 1;
    let lenient = read.problems.iter().any(|problem| problem.kind == ProblemKind::Lenient);
    match serde_json::from_str::<Value>(text) {
        Ok(expected) => {
            assert!(ours, "serde_json reads {text:?}, we do not: {:?}", read.problems);
            assert_eq!(values(text, &read), [expected], "{text:?}");
        }
        // Numbers stay text here; serde_json has no place for the largest.
        Err(error) if error.to_string().contains("number out of range") => {}
        Err(error) => assert!(!ours || lenient, "serde_json refuses {text:?}: {error}"),
    }
}

fn check_problems(text: &str, expected: &[&str], kept: &str) {
    let read = read_text(text);
    check_spans(&read.document, text);
    let messages: Vec<String> = read
        .problems
        .iter()
        .map(|problem| {
            let span = problem.span.expect("a place");
            assert!(problem.help.ends_with('.') && !problem.message.ends_with('.'), "{problem:?}");
            format!("{}..{} {}: {}", span.start, span.end, problem.kind.name(), problem.message)
        })
        .collect();
    assert_eq!(messages, expected, "{text}");
    let all: Vec<String> = values(text, &read).iter().map(Value::to_string).collect();
    assert_eq!(all.join(" "), kept, "{text}");
}

#[test]
fn reads_values_with_their_places() {
    let text = r#" {"a": [1, "x\ny"], "b": null} "#;
    let read = read_text(text);
    assert_eq!(read.problems, []);
    let places: Vec<_> =
        read.document.nodes.iter().map(|node| &text[node.start as usize..node.end as usize]).collect();
    assert_eq!(
        places,
        [r#"{"a": [1, "x\ny"], "b": null}"#, r#""a""#, r#"[1, "x\ny"]"#, "1", r#""x\ny""#, r#""b""#, "null"]
    );
    assert_eq!(read.document.cooked, [(4, "x\ny".into())]);
}

#[test]
fn several_values_are_several_roots() {
    check_problems("{\"a\":1}\n{\"a\":2}\n", &[], r#"{"a":1} {"a":2}"#);
    check_problems("1 2[]{}\"x\"", &[], r#"1 2 [] {} "x""#);
    check_problems("", &[], "");
    check_problems(" \n", &[], "");
}

#[test]
fn comments_and_trailing_commas_are_read_and_reported_once() {
    check_problems(
        "// one\n{\"a\": [1, /* two */ 2,], \"b\": 3,} // three",
        &[
            "0..6 lenient: JSON does not allow comments",
            "28..29 lenient: JSON does not allow a comma before a closing bracket",
        ],
        r#"{"a":[1,2],"b":3}"#,
    );
    let read = read_text("// one\r\n[] /*two*/");
    let comments: Vec<_> = read.document.comments.iter().map(|span| (span.start, span.end)).collect();
    assert_eq!(comments, [(0, 6), (11, 18)]);
}

#[test]
fn the_last_of_equal_keys_counts() {
    check_problems(
        r#"{"a": 1, "b": {"c": 1, "\u0063": 2}, "a": 2}"#,
        &[
            "23..31 duplicate-key: key `c` is written more than once in this mapping",
            "37..40 duplicate-key: key `a` is written more than once in this mapping",
        ],
        r#"{"b":{"c":2},"a":2}"#,
    );
}

#[test]
fn keeps_what_stands_before_an_error() {
    let cases: &[(&str, &str, &str)] = &[
        (r#"{"a": [1, 2"#, "11..11 syntax: the text ends inside a collection", r#"{"a":[1]}"#),
        (r#"{"a": 1 "b": 2}"#, "8..9 syntax: expected `,` or `}`, found `\"`", r#"{"a":1}"#),
        (r#"[1 2]"#, "3..4 syntax: expected `,` or `]`, found `2`", "[1]"),
        (r#"{"a" 1}"#, "5..6 syntax: expected `:` after the key, found `1`", r#"{"a":""}"#),
        (r#"{"a": }"#, "6..7 syntax: expected a value, found `}`", r#"{"a":""}"#),
        (r#"{"a": [1}"#, "8..9 syntax: this bracket does not close the one that is open", r#"{"a":[1]}"#),
        (r#"{a: 1}"#, "1..2 syntax: expected a key in double quotes, found `a`", "{}"),
        (r#"{"a": tru}"#, "6..7 syntax: this is not a JSON value", r#"{"a":""}"#),
        (r#"[01]"#, "1..2 syntax: JSON does not allow a number of this form", "[]"),
        (r#"[1.]"#, "1..2 syntax: JSON does not allow a number of this form", "[]"),
        ("[\"a\n\"]", "1..2 syntax: the string is not closed on its line", "[]"),
        (r#"{"a": 1} x"#, "9..10 syntax: this is not a JSON value", r#"{"a":1}"#),
        (
            r#"{"a": 1},"#,
            "8..9 syntax: expected the end of the text or another value, found `,`",
            r#"{"a":1}"#,
        ),
        ("[] /* x", "3..4 syntax: the comment is not closed", "[]"),
        (
            "{\"a\": {{ x }}}",
            "7..8 syntax: this is a template for a text generator (Jinja, Helm or the like), not JSON",
            r#"{"a":{}}"#,
        ),
        ("{\n<<<<<<< HEAD\n", "2..3 syntax: a merge conflict is left in the file", "{}"),
        ("<html>", "0..1 syntax: expected a value, found `<`", ""),
    ];
    for (text, problem, kept) in cases {
        // A key without value has an empty one; the stand-in for it in this test is an empty string.
        let kept = kept.replace(r#""""#, "null");
        let read = read_text(text);
        check_spans(&read.document, text);
        let span = read.problems[0].span.expect("a place");
        let problem_text = format!("{}..{} syntax: {}", span.start, span.end, read.problems[0].message);
        assert_eq!(&problem_text, problem, "{text}");
        let tree = Tree::new(&read.document, text);
        let all: Vec<String> = tree.roots().map(|root| with_nulls(root).to_string()).collect();
        assert_eq!(all.join(" "), kept, "{text}");
    }
}

fn with_nulls(node: NodeRef<'_>) -> Value {
    match node.kind() {
        Kind::Map => {
            node.entries().map(|(key, entry)| (key.scalar().unwrap_or_default(), with_nulls(entry))).collect()
        }
        Kind::List => node.items().map(with_nulls).collect(),
        _ if node.is_null() => Value::Null,
        _ => value(node),
    }
}

#[test]
fn a_wrong_escape_loses_nothing_else() {
    check_problems(
        r#"["a\qb", "\ud800", "\ud83d\ude00", "\u12", 7]"#,
        &[
            "3..4 syntax: JSON does not know this escape",
            "10..16 syntax: half of a surrogate pair stands alone",
        ],
        r#"["a\\qb","�","😀","\\u12",7]"#,
    );
    check_problems(
        "[\"a\tb\"]",
        &["3..4 syntax: JSON does not allow a bare control character in a string"],
        r#"["a\tb"]"#,
    );
}

#[test]
fn references_stand_for_values_only_where_they_are_asked_for() {
    let text = r#"{"a": ${B}, "c": [${D.Arn}, 1]}"#;
    let with = read_with_references(text, source(), &Limits::default());
    assert_eq!(with.problems, []);
    check_spans(&with.document, text);
    let tree = Tree::new(&with.document, text);
    let (_, value) = tree.roots().next().expect("a map").get("a").expect("a key");
    assert_eq!((value.scalar(), value.style()), (Some("${B}"), Style::Plain));
    check_problems(r#"[1, ${B}]"#, &["4..5 syntax: expected a value, found `$`"], "[1]");
    for broken in ["[${B", "[$B]", "[${\"}\"]", "[${\n}]", "{${A}: 1}"] {
        assert!(!read_with_references(broken, source(), &Limits::default()).complete(), "{broken}");
    }
}

#[test]
fn depth_is_bounded_without_using_the_stack() {
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let check = move || {
        assert!(read_text(&deep(128)).complete());
        let read = read_text(&deep(129));
        assert_eq!(read.problems[0].kind, ProblemKind::Budget);
        assert_eq!(read.problems[0].message, "collections are nested more than 128 deep");
        assert_eq!(read.document.nodes.len(), 128);
        let hostile = "[{\"a\":".repeat(200_000);
        assert_eq!(read_text(&hostile).problems.len(), 1);
    };
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(check).expect("a thread starts");
    thread.join().expect("a small stack is enough");
}

#[test]
fn the_number_of_nodes_is_bounded() {
    let text = "[1,2,3,4]";
    let read = read(text, source(), &Limits { nodes: 3, ..Limits::default() });
    assert_eq!(read.problems[0].kind, ProblemKind::Budget);
    assert_eq!(values(text, &read), [serde_json::json!([1, 2])]);
}

#[test]
fn agrees_with_serde_json_on_odd_texts() {
    let texts = [
        "",
        "\u{feff}{}",
        "{}",
        "[]",
        "1",
        "-1",
        "-0",
        "-",
        "+1",
        "01",
        "1.0",
        "1.",
        ".1",
        "1e5",
        "1E+5",
        "1e",
        "1e999",
        "NaN",
        "Infinity",
        "null",
        "nul",
        "nullx",
        "true false",
        "truefalse",
        "\"\"",
        "\"",
        "\"\\",
        "\"\\\"",
        "\"\\u",
        "\"\\u00e9\"",
        "\"\\u00E9\"",
        "\"\\u00g9\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\\ud800\\ud800\"",
        "\"\u{7f}\"",
        "\"\u{1f}\"",
        "\"é\\é\"",
        "\"\0\"",
        "[,]",
        "[1,]",
        "{,}",
        "{\"a\":1,}",
        "{\"a\"}",
        "{1:1}",
        "[1}",
        "]",
        "}",
        ",",
        ":",
        "\u{c}[]",
        "\u{a0}[]",
        "\t\r\n []",
        "[]]",
        "{} {}",
        "/**/1",
        "'a'",
    ];
    for text in texts {
        check_against_serde(text);
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![Just(String::new()), "[a-c]", "\\PC{0,12}", "[\"\\\\\u{0}-\u{1f}/é😀]{0,8}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 12, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..12)
                .prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn reads_what_serde_json_writes(value in any_value(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.expect("a value can be written");
        let read = read_text(&text);
        prop_assert_eq!(&read.problems, &[]);
        check_against_serde(&text);
    }

    #[test]
    fn agrees_with_serde_json_on_changed_texts(
        value in any_value(), place: prop::sample::Index, length in 0..4_usize, insert in "[\\]\\[{}\",:\\\\/*0-9eEu.\\-tn \n]{0,3}",
    ) {
        let mut text: Vec<char> = serde_json::to_string_pretty(&value).expect("a value can be written").chars().collect();
        let start = place.index(text.len() + 1);
        let end = (start + length).min(text.len());
        text.splice(start..end, insert.chars());
        check_against_serde(&text.into_iter().collect::<String>());
    }

    #[test]
    fn agrees_with_serde_json_on_random_texts(text in "[\\]\\[{}\",:\\\\/*0-9eEu.\\-truefalsn \n\té]{0,40}") {
        check_against_serde(&text);
    }
}

#[test]
fn a_number_that_is_cut_off_is_no_other_number() {
    for text in ["[1, 23", "{\"a\": 23", "{\"a\": [1, -2.5e", "[0"] {
        let read = read_text(text);
        let tree = Tree::new(&read.document, text);
        let nodes = (0..read.document.nodes.len()).filter_map(|index| tree.node(index as u32));
        let last = text.rsplit(' ').next().expect("there is one").trim_start_matches('[');
        assert!(nodes.filter_map(NodeRef::scalar).all(|scalar| scalar != last), "{text}");
        assert!(!read.complete(), "{text}");
    }
    // A text may be a number.
    assert!(read_text("23").complete());
}
