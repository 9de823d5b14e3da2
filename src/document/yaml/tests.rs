use std::fmt::Write as _;

use proptest::prelude::*;
use serde_yaml::Value;

use super::*;
use crate::document::json::tests::check_spans;
use crate::document::{NodeRef, Tree};
use crate::source::decoding::decode;
use crate::source::{Decoding, Origin, Sources};

fn source() -> SourceId {
    Sources::default().add_kept(Origin::Stdin, "".into())
}

/// Reads and checks what must hold for every text: spans, and values by the independent decoder.
fn read_text(text: &str) -> Read {
    let read = read(text, source(), &Limits::default());
    check_spans(&read.document, text);
    let tree = Tree::new(&read.document, text);
    for (index, node) in read.document.nodes.iter().enumerate() {
        if node.kind == Kind::Scalar {
            let decoded = decode(text, node.start..node.end, Decoding::YamlScalar).expect("a scalar");
            let value = tree.node(index as u32).expect("a node").scalar();
            assert_eq!(Some(decoded.text.as_str()), value, "{node:?} in {text:?}");
        }
    }
    for comment in &read.document.comments {
        assert!(text[comment.start as usize..].starts_with('#'));
    }
    read
}

/// One line for each node: indentation, tag, what stands under its span.
fn outline(text: &str) -> String {
    let read = read_text(text);
    assert_eq!(read.problems, [], "{text}");
    let mut lines = String::new();
    let mut ends = Vec::new();
    for (index, node) in read.document.nodes.iter().enumerate() {
        while ends.last().is_some_and(|&end| end <= index as u32) {
            ends.pop();
        }
        let tag = match node.tag {
            0 => String::new(),
            tag => format!("{} ", read.document.tags[usize::from(tag) - 1]),
        };
        let written = &text[node.start as usize..node.end as usize];
        writeln!(lines, "{:indent$}{tag}{written:?}", "", indent = 2 * ends.len())
            .expect("a String takes all");
        ends.push(node.next);
    }
    lines
}

fn check_outline(text: &str, expected: &[&str]) {
    let lines = outline(text);
    assert_eq!(lines.lines().collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn spans_follow_the_convention() {
    check_outline(
        "a: !Sub 'x'\nb:\n  - &y 1\n  - *y\n\n# end\n",
        &[
            r#""a: !Sub 'x'\nb:\n  - &y 1\n  - *y""#,
            r#"  "a""#,
            r#"  !Sub "'x'""#,
            r#"  "b""#,
            r#"  "1\n  - *y""#,
            r#"    "1""#,
            r#"    "*y""#,
        ],
    );
    check_outline(
        "a: !If\n  - {x: [1, y: z], w}\nb: !Tag\n  k: v\n",
        &[
            r#""a: !If\n  - {x: [1, y: z], w}\nb: !Tag\n  k: v""#,
            r#"  "a""#,
            r#"  !If "{x: [1, y: z], w}""#,
            r#"    "{x: [1, y: z], w}""#,
            r#"      "x""#,
            r#"      "[1, y: z]""#,
            r#"        "1""#,
            r#"        "y: z""#,
            r#"          "y""#,
            r#"          "z""#,
            r#"      "w""#,
            r#"      """#,
            r#"  "b""#,
            r#"  !Tag "k: v""#,
            r#"    "k""#,
            r#"    "v""#,
        ],
    );
}

#[test]
fn block_scalars_run_from_the_indicator_to_their_last_byte() {
    check_outline(
        "a: !Sub | # | >\n  text\n\n  more\n\nb: >-\n  x\n  y\n\n# no | more\nc: |+\n  z\n\nd: |\ne: |-\n   \n",
        &[
            r#""a: !Sub | # | >\n  text\n\n  more\n\nb: >-\n  x\n  y\n\n# no | more\nc: |+\n  z\n\nd: |\ne: |-""#,
            r#"  "a""#,
            r#"  !Sub "| # | >\n  text\n\n  more\n""#,
            r#"  "b""#,
            r#"  ">-\n  x\n  y""#,
            r#"  "c""#,
            r#"  "|+\n  z\n\n""#,
            r#"  "d""#,
            r#"  "|""#,
            r#"  "e""#,
            r#"  "|-""#,
        ],
    );
    check_outline(
        "- |2\n    x\n  # y\n- z\n",
        &[r#""|2\n    x\n  # y\n- z""#, r#"  "|2\n    x\n  # y\n""#, r#"  "z""#],
    );
}

#[test]
fn nothing_has_a_place_behind_its_colon() {
    let text = "a:\nb : # c\nc: !GetAZs\n- \n".replace("- \n", "");
    let read = read_text(&text);
    let tree = Tree::new(&read.document, &text);
    let root = tree.roots().next().expect("a document");
    let places: Vec<_> =
        root.entries().map(|(_, value)| (value.span().start, value.scalar(), value.is_null())).collect();
    assert_eq!(places, [(2, Some(""), true), (6, Some(""), true), (21, Some(""), false)]);
}

#[test]
fn scalars_stay_as_written() {
    let text = "[2012-10-17, 012345678901, 0x1F, yes, ~, 1e3, !!str 5, ! 6]";
    let read = read_text(text);
    assert_eq!(read.document.tags.len(), 0);
    let tree = Tree::new(&read.document, text);
    let items: Vec<_> =
        tree.roots().next().expect("a list").items().map(|item| item.scalar().expect("a scalar")).collect();
    assert_eq!(items, ["2012-10-17", "012345678901", "0x1F", "yes", "~", "1e3", "5", "6"]);
}

#[test]
fn documents_directives_and_comments() {
    let text = "%YAML 1.1\n%FOO bar | baz\n# one\n---\n|\n a\n...\n# two\n--- # three\nb: 1 # four\n---\n";
    let read = read_text(text);
    assert_eq!(read.problems, []);
    assert_eq!(read.document.roots.len(), 3);
    let comments: Vec<_> = read
        .document
        .comments
        .iter()
        .map(|comment| &text[comment.start as usize..comment.end as usize])
        .collect();
    assert_eq!(comments, ["# one", "# two", "# three", "# four"]);
    assert_eq!(read_text("# only a comment\n").document.roots.len(), 0);
    assert_eq!(read_text("").document.roots.len(), 0);
}

/// The entries of the map at `key` as `name=value`, in order.
fn entries(text: &str, key: &str) -> String {
    let read = read_text(text);
    let tree = Tree::new(&read.document, text);
    let (_, map) = tree.roots().next().expect("a document").get(key).expect("the key");
    let entries: Vec<String> = map
        .entries()
        .map(|(key, value)| format!("{}={}", key.scalar().unwrap_or("?"), value.scalar().unwrap_or("?")))
        .collect();
    entries.join(" ")
}

#[test]
fn merge_keys_add_what_is_not_there() {
    let text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {x: 5, <<: *a}\nd: {<<: [*b, *a], w: 6}\ne: &e {<<: *b, v: 7}\nf: {<<: *e, z: 8}\ng: {\"<<\": *a}\nh: {<<: *a, <<: *b}\ni: {<<: 5, j: *b}\n";
    assert_eq!(read_text(text).problems, []);
    assert_eq!(entries(text, "c"), "x=5 y=2");
    assert_eq!(entries(text, "d"), "w=6 y=3 z=4 x=1");
    assert_eq!(entries(text, "f"), "z=8 v=7 y=3");
    assert_eq!(entries(text, "g"), "<<=?");
    assert_eq!(entries(text, "h"), "y=3 z=4 x=1");
    assert_eq!(entries(text, "i"), "j=?");
}

#[test]
fn of_equal_keys_the_last_counts_and_is_reported() {
    let text = "a: {x: 1, 'x': 2, y: 3, x: 4}\n";
    let read = read_text(text);
    let problems: Vec<_> =
        read.problems.iter().map(|problem| (problem.kind, problem.span.map(|span| span.start))).collect();
    assert_eq!(problems, [(ProblemKind::DuplicateKey, Some(10)), (ProblemKind::DuplicateKey, Some(24))]);
    assert_eq!(entries(text, "a"), "y=3 x=4");
}

#[test]
fn an_alias_reads_as_what_it_stands_for() {
    let text = "a: &a [1]\nb: *a\n*a : k\n";
    let read = read_text(text);
    let tree = Tree::new(&read.document, text);
    let (_, b) = tree.roots().next().expect("a document").get("b").expect("b");
    assert_eq!((b.kind(), b.span().start), (Kind::List, 6));
    assert_eq!(b.items().count(), 1);
}

fn problems(text: &str) -> Vec<(ProblemKind, String)> {
    let read = read_text(text);
    for problem in &read.problems {
        assert!(problem.help.ends_with('.') && !problem.message.ends_with('.'), "{problem:?}");
        assert!(!problem.message.contains('\n') && problem.span.is_some(), "{problem:?}");
    }
    read.problems.into_iter().map(|problem| (problem.kind, problem.message)).collect()
}

#[test]
fn aliases_that_lead_nowhere_are_text() {
    let text = "Resource: *missing\nb: &b [*b]\nc: 1\n";
    let messages = [
        (ProblemKind::Syntax, "no anchor `&missing` stands before this alias".into()),
        (ProblemKind::Syntax, "this alias stands for a collection that it is itself part of".into()),
    ];
    assert_eq!(problems(text), messages);
    let read = read_text(text);
    let tree = Tree::new(&read.document, text);
    let root = tree.roots().next().expect("a document");
    assert_eq!(root.get("Resource").and_then(|(_, value)| value.scalar()), Some("*missing"));
    assert_eq!(root.entries().count(), 3);
}

#[test]
fn keeps_what_stands_before_an_error_and_the_next_documents() {
    let text = "a: 1\nb: [1, 2\nc: 3\n---\nd: 4\n";
    let read = read_text(text);
    assert_eq!(read.problems.len(), 1);
    let tree = Tree::new(&read.document, text);
    let roots: Vec<_> = tree.roots().collect();
    assert_eq!(roots.len(), 2);
    assert!(roots[0].get("a").is_some() && roots[0].get("b").is_some() && roots[1].get("d").is_some());
}

#[test]
fn says_what_is_wrong_and_what_to_do() {
    let cases = [
        ("a:\n\tb: 1\n", "the line is indented with a tab"),
        (
            "a: {{ .Values.x }}-y\n",
            "this is a template for a text generator (Jinja, Helm or the like), not YAML",
        ),
        (
            "a: 1\n{% if x %}\nb: 2\n",
            "this is a template for a text generator (Jinja, Helm or the like), not YAML",
        ),
        ("a: *\n", "not valid YAML: a value begins with a bare `*` or `&`"),
        ("a: b: c\n", "not valid YAML: a `:` that begins a value is not allowed here"),
        ("a: \"x\n", "not valid YAML: unclosed quote"),
        ("a: 'x' y\n", "not valid YAML: invalid trailing content after single-quoted scalar"),
        ("a: [1, 2\n", "not valid YAML: unclosed bracket '['"),
        ("a: @x\n", "not valid YAML: a value cannot begin with `@`"),
        ("a: 1\n b: 2\n", "not valid YAML: a `:` that begins a value is not allowed here"),
        ("- a\nb: 1\n", "not valid YAML: expected a `-` of the list"),
        ("a: \"\\q\"\n", "not valid YAML: found unknown escape character"),
        ("<<<<<<< HEAD\na: 1\n=======\n", "a merge conflict is left in the file"),
    ];
    let found: Vec<(&str, String)> = cases
        .iter()
        .map(|(text, _)| {
            (*text, problems(text).first().map_or_else(String::new, |problem| problem.1.clone()))
        })
        .collect();
    let expected: Vec<(&str, String)> =
        cases.iter().map(|(text, message)| (*text, (*message).into())).collect();
    assert_eq!(found, expected);
}

/// A carriage return ends a line, as in YAML 1.2, in libyaml and in PyYAML.
#[test]
fn a_carriage_return_is_a_line_break() {
    let read = |text: &str| {
        let read = read_text(text);
        assert!(read.problems.is_empty(), "{text:?}: {:?}", read.problems);
        value(Tree::new(&read.document, text).roots().next().expect("a document"))
    };
    for text in [
        "a: 1\nb: 2\n",
        "a: |\n  x\n  y\nb: 1\n",
        "a: >-\n  x\n  y\n\n  z\n",
        "a: 'x\n  y'\nb: x\n  y\n",
        "# c\na: 1 # d\nb: 2\n",
        "a:\n- 1\n- {b: c,\n   d: e}\n",
    ] {
        let expected = read(text);
        assert_eq!(read(&text.replace('\n', "\r")), expected, "{text:?}");
        assert_eq!(read(&text.replace('\n', "\r\n")), expected, "{text:?}");
    }
}

/// Where a tab is white space only it is read, also where libyaml and PyYAML refuse it, at the beginning of a line: nothing else can
/// be meant. Where it would be indentation, nobody reads it.
#[test]
fn a_tab_is_white_space_and_no_indentation() {
    for text in ["a:\t1\n", "-\t1\n", "\ta: 1\n", "\t\na: 1\n", "a: 1\n\t\n", "a: 1\n\t# c\nb: 2\n"] {
        assert!(problems(text).is_empty(), "{text:?}: {:?}", problems(text));
    }
    for text in ["a:\n\t- 1\n", "a: 1\n\tb: 2\n", "a: [\n\t1]\n", "a: {\n\tb: 1}\n", "a: x\n\ty\n"] {
        assert!(problems(text).iter().any(|(_, message)| message.contains("tab")), "{text:?}");
    }
}

#[test]
fn legal_texts_that_small_limits_would_refuse() {
    let key = "k".repeat(1500);
    assert_eq!(problems(&format!("a:\n  {key}: 1\n? \"{key}\"\n: 2\n")), []);
    let comments = "  # a comment\n".repeat(150);
    assert_eq!(problems(&format!("a:\n{comments}  b: 1\n{comments}c:\n{comments}  - 1\n")), []);
    assert_eq!(problems("a: b\r\nc: |\r\n  d\r\n  e\r\nf: 'g\r\n  h'\r\n"), []);
}

#[test]
fn hostile_texts_end_quickly_and_use_no_stack() {
    let deep_flow = "[".repeat(100_000);
    let deep_block = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>();
    let deep_dashes = "- ".repeat(100_000);
    let bomb = (1..12).fold("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, level| {
        let alias = format!("*a{},", level - 1).repeat(10);
        text + &format!("a{level}: &a{level} [{alias}]\n")
    });
    let chain = (1..5_000).fold("a0: &a0 [x]\n".to_owned(), |text, level| {
        text + &format!("a{level}: &a{level} [*a{}]\n", level - 1)
    });
    let check = move || {
        for text in [&deep_flow, &deep_block, &deep_dashes] {
            assert_eq!(problems(text)[0].0, ProblemKind::Budget);
        }
        let read = read_text(&bomb);
        assert_eq!(read.problems, []);
        let tree = Tree::new(&read.document, &bomb);
        assert!(tree.roots().map(count).sum::<usize>() > 100_000);
        assert!(tree.exhausted());
        // Chains of aliases nest no deeper than anything else.
        let read = read_text(&chain);
        assert!(read.problems.iter().all(|problem| problem.kind == ProblemKind::Budget));
        let tree = Tree::new(&read.document, &chain);
        assert!(tree.roots().map(count).sum::<usize>() > 5_000);
        assert!(!tree.exhausted());
    };
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(check).expect("a thread starts");
    thread.join().expect("a small stack is enough");
}

fn count(node: NodeRef<'_>) -> usize {
    1 + node.items().map(count).sum::<usize>()
        + node.entries().map(|(key, value)| count(key) + count(value)).sum::<usize>()
}

#[test]
fn the_number_of_nodes_is_bounded() {
    let read = read("a: [1, 2, 3]\n", source(), &Limits { nodes: 5, ..Limits::default() });
    assert_eq!(read.problems[0].kind, ProblemKind::Budget);
    assert_eq!(read.document.nodes.len(), 5);
}

/// The value that serde_yaml gives the same node: plain scalars are resolved by it, one at a time.
fn value(node: NodeRef<'_>) -> Value {
    match node.kind() {
        Kind::Map => Value::Mapping(node.entries().map(|(key, entry)| (value(key), value(entry))).collect()),
        Kind::List => Value::Sequence(node.items().map(value).collect()),
        _ if node.style() == Style::Plain && node.scalar().is_some_and(|text| !text.contains('\n')) => {
            serde_yaml::from_str(node.scalar().expect("a scalar")).expect("a plain scalar is YAML")
        }
        _ => node.scalar().expect("a scalar").into(),
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-c]{0,3}",
        "[^\\pC\u{2028}\u{2029}]{0,12}",
        "[ \n\ta:#'\"\\\\é😀\\-]{0,10}",
        "( {0,2}[a-z #]{0,6}\n{0,2}){0,5}"
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..6).prop_map(|entries| {
                Value::Mapping(entries.into_iter().map(|(key, entry)| (Value::from(key), entry)).collect())
            }),
        ]
    })
}

/// A block or quoted scalar under a key or in a list, in many shapes.
fn any_scalar_text() -> impl Strategy<Value = String> {
    let header = "[|>][+-]?( # c)?";
    let lines = prop::collection::vec("( {0,3}[a-z#:'\\-]{0,4}[ \t]{0,2})", 0..6);
    let break_text = prop_oneof![Just("\n"), Just("\r\n")];
    let block = (header, lines.clone(), break_text.clone(), any::<bool>()).prop_map(
        |(header, lines, line_break, end)| {
            let mut text = format!("k: {header}{line_break}");
            for line in lines {
                text += &format!("  {line}{line_break}");
            }
            if end { text + "z: 1" } else { text }
        },
    );
    let flow = (prop_oneof![Just("'"), Just("\""), Just("")], lines, break_text).prop_map(
        |(quote, lines, line_break)| {
            let inner = lines.join(&format!("{line_break}  ")).replace(['\'', '#', ':', '-'], "x");
            format!("k: {quote}{inner}{quote}{line_break}z: 1{line_break}")
        },
    );
    prop_oneof![block, flow]
}

proptest! {
    #[test]
    fn reads_what_serde_yaml_writes(value_written in any_value()) {
        let text = serde_yaml::to_string(&value_written).expect("a value can be written");
        // The one key that the view gives a meaning.
        prop_assume!(!text.contains("<<"));
        let read = read_text(&text);
        prop_assert_eq!(&read.problems, &[]);
        let tree = Tree::new(&read.document, &text);
        let expected: Value = serde_yaml::from_str(&text).expect("what it wrote");
        let ours = tree.roots().next().map_or(Value::Null, value);
        prop_assert_eq!(ours, expected, "{}", text);
    }

    #[test]
    fn agrees_with_serde_yaml_on_scalars(text in any_scalar_text()) {
        let read = read_text(&text);
        if let Ok(expected) = serde_yaml::from_str::<Value>(&text) && read.problems.is_empty() {
            let tree = Tree::new(&read.document, &text);
            let ours = tree.roots().next().map_or(Value::Null, value);
            prop_assert_eq!(ours, expected, "{}", text);
        }
    }

    #[test]
    fn changed_texts_do_no_harm(
        value in any_value(), place: prop::sample::Index, length in 0..4_usize, insert in "[|>&*!%{}\\[\\]:,#'\"\\-?+1-9 \t\r\n]{0,4}",
    ) {
        let mut text: Vec<char> = serde_yaml::to_string(&value).expect("a value can be written").chars().collect();
        let start = place.index(text.len() + 1);
        let end = (start + length).min(text.len());
        text.splice(start..end, insert.chars());
        read_text(&text.into_iter().collect::<String>());
    }

    #[test]
    fn random_texts_do_no_harm(text in "[|>&*!%{}\\[\\]:,#'\"\\-?+1-9ab \t\r\n]{0,40}") {
        read_text(&text);
    }
}
