//! What changes become in documents of every style, and that nothing else changes.

mod random;

use super::*;
use crate::document::{Kind, Limits, NodeRef, Tree};
use crate::finding::{How, Value, entry};
use crate::source::Origin;

/// A text with a change made at the node under a path of keys and indices; `None` if that is not offered.
fn changed(name: &str, text: &str, path: &[&str], how: How) -> Option<String> {
    changed_at(name, text, &|sources, root| span_at(sources, root, path), how)
}

fn changed_at(
    name: &str,
    text: &str,
    find: &dyn Fn(&Sources, NodeRef<'_>) -> Span,
    how: How,
) -> Option<String> {
    let sources = Sources::default();
    let source = sources.add_kept(Origin::Memory(name.into()), text.into());
    let format = Format::guess(name.as_ref(), text);
    let read = document::read(text, source, format, &Limits::default());
    assert!(read.complete(), "{text}\n{:?}", read.problems);
    let tree = Tree::new(&read.document, text);
    let at = find(&sources, tree.roots().next().expect("a document"));
    let mut desk = Desk { sources: &sources, pages: FxHashMap::default() };
    let fix = desk.write(Fix::new("change it".to_owned(), true, vec![Change { at, how }]))?;
    apply(text, &fix.edits.iter().collect::<Vec<_>>())
}

/// The place of a node; `^` before the last name is that of its key. A path leads on into JSON in a scalar.
fn span_at(sources: &Sources, node: NodeRef<'_>, path: &[&str]) -> Span {
    let Some((first, rest)) = path.split_first() else { return node.span() };
    if let (Some(key), true) = (first.strip_prefix('^'), rest.is_empty()) {
        return node.get(key).expect("a key").0.span();
    }
    let next = match node.kind() {
        Kind::Map => node.get(first).unwrap_or_else(|| panic!("a key {first}")).1,
        Kind::List => node.items().nth(first.parse().expect("a number")).expect("an item"),
        _ => {
            let inside = document::embedded::read(sources, node, &Limits::default()).expect("JSON");
            let tree = Tree::new(&inside.document, &inside.text);
            let root = tree.roots().next().expect("a document");
            return span_at(sources, root, path);
        }
    };
    span_at(sources, next, rest)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn merge(path: &[&str], value: Value) -> How {
    How::Merge(entry(path, value))
}

fn reference(logical_id: &str, attribute: Option<&str>) -> Value {
    Value::Reference { logical_id: logical_id.to_owned(), attribute: attribute.map(ToOwned::to_owned) }
}

/// The lines that differ, as in a diff.
#[track_caller]
fn check(name: &str, before: &str, path: &[&str], how: How, lines: &[&str]) {
    let after = changed(name, before, path, how).unwrap_or_else(|| panic!("it can be written: {before}"));
    let diff = unified(name, before, &after);
    let differing: Vec<&str> = diff
        .lines()
        .skip(2)
        .filter(|line| line.starts_with(['+', '-']))
        .map(|line| line.trim_end_matches('\r'))
        .collect();
    assert_eq!(differing, lines, "{after}");
    assert_eq!(before.contains("\r\n"), after.contains("\r\n"));
    assert!(!before.contains("\r\n") || !after.replace("\r\n", "").contains('\n'), "{after:?}");
    assert_eq!(before.ends_with('\n'), after.ends_with('\n'));
}

const STATEMENT: &[&str] = &["Resources", "S"];
const TEST: &[&str] = &["Condition", "StringEquals", "SAML:aud"];

#[test]
fn entries_are_written_as_their_neighbours_are() {
    let yaml = |text: &str, lines: &[&str]| {
        check("a.yaml", text, STATEMENT, merge(TEST, self::text("https://x/saml")), lines);
    };
    // By indentation, with that of the maps around it.
    let block = "Resources:\n    S:\n        Effect: Allow # why\n        Principal:\n            AWS: a\n";
    let lines =
        ["+        Condition:", "+            StringEquals:", "+                SAML:aud: https://x/saml"];
    yaml(block, &lines);
    // In the line breaks of the file, and with its last line as it is.
    yaml(&block.replace('\n', "\r\n"), &lines);
    yaml(block.trim_end(), &["-            AWS: a", "+            AWS: a", lines[0], lines[1], lines[2]]);
    // In its quotes.
    yaml(
        "Resources:\n  S:\n    'Effect': 'Allow'\n# behind\n",
        &["+    'Condition':", "+      'StringEquals':", "+        'SAML:aud': 'https://x/saml'"],
    );
    // Beside another test of the same operator, in front of what comes after it.
    yaml(
        "Resources:\n  S:\n    Condition:\n      StringEquals:\n        \"a:b\": \"c\" # d\n    # e\n    Effect: Allow\n",
        &["+        \"SAML:aud\": \"https://x/saml\""],
    );
    // In brackets where the others are.
    yaml(
        "Resources:\n  S:\n    Condition:\n      Bool: { a: 'true' }\n",
        &["+      StringEquals: { SAML:aud: 'https://x/saml' }"],
    );
    yaml(
        "Resources: {S: {Effect: Allow, Action: x}}\n",
        &[
            "-Resources: {S: {Effect: Allow, Action: x}}",
            "+Resources: {S: {Effect: Allow, Action: x, Condition: {StringEquals: {SAML:aud: https://x/saml}}}}",
        ],
    );
    // Behind a block of text.
    yaml(
        "Resources:\n  S:\n    Text: |\n      a\n\n    # b\n",
        &["+    Condition:", "+      StringEquals:", "+        SAML:aud: https://x/saml"],
    );
    // In an item of a list.
    check(
        "a.yaml",
        "Resources:\n- a: 1\n  b: 2\n- c: 3\n",
        &["Resources", "0"],
        merge(&["d"], text("e")),
        &["+  d: e"],
    );
}

#[test]
fn entries_are_written_in_json() {
    let json = |text: &str, lines: &[&str]| {
        check("a.json", text, STATEMENT, merge(TEST, self::text("x")), lines);
    };
    json(
        "{\n\t\"Resources\": {\n\t\t\"S\": {\n\t\t\t\"Effect\": \"Allow\"\n\t\t}\n\t}\n}\n",
        &[
            "-\t\t\t\"Effect\": \"Allow\"",
            "+\t\t\t\"Effect\": \"Allow\",",
            "+\t\t\t\"Condition\": {",
            "+\t\t\t\t\"StringEquals\": {",
            "+\t\t\t\t\t\"SAML:aud\": \"x\"",
            "+\t\t\t\t}",
            "+\t\t\t}",
        ],
    );
    json(
        "{\"Resources\":{\"S\":{\"Effect\":\"Allow\"}}}",
        &[
            "-{\"Resources\":{\"S\":{\"Effect\":\"Allow\"}}}",
            "+{\"Resources\":{\"S\":{\"Effect\":\"Allow\",\"Condition\":{\"StringEquals\":{\"SAML:aud\":\"x\"}}}}}",
        ],
    );
    json(
        "{ \"Resources\": { \"S\": {} } }\r\n",
        &[
            "-{ \"Resources\": { \"S\": {} } }",
            "+{ \"Resources\": { \"S\": {\"Condition\": { \"StringEquals\": { \"SAML:aud\": \"x\" } }} } }",
        ],
    );
    check(
        "a.json",
        "{\n  \"Resources\": {\n    \"S\": { \"a\": \"b\" }\n  }\n}\n",
        STATEMENT,
        merge(&["c"], reference("Role", Some("Arn"))),
        &[
            "-    \"S\": { \"a\": \"b\" }",
            "+    \"S\": { \"a\": \"b\", \"c\": { \"Fn::GetAtt\": [\"Role\", \"Arn\"] } }",
        ],
    );
}

#[test]
fn what_says_something_else_already_is_not_overwritten() {
    let refused = |text: &str| {
        assert_eq!(changed("a.yaml", text, STATEMENT, merge(TEST, self::text("x"))), None, "{text}");
    };
    refused("Resources:\n  S:\n    Condition:\n      StringEquals: { saml:aud: y }\n");
    refused("Resources:\n  S:\n    Condition: !If [A, {}, {}]\n");
    refused("Resources:\n  S:\n    Condition:\n      Fn::If: [A, {}, {}]\n");
    refused("Resources:\n  S:\n    Condition:\n");
    // Two places that are written once.
    refused("Resources:\n  S: &s\n    a: b\n  T: *s\n");
    refused("Resources:\n  S:\n    Condition: &c\n      a: {}\n  T:\n    Condition: *c\n");
    // What no template is, no fix changes.
    let answer = "{\"Role\": {\"S\": {\"a\": \"b\"}}}";
    assert_eq!(changed("a.json", answer, &["Role", "S"], merge(TEST, text("x"))), None);
    assert_eq!(
        changed("cdk.out/a.json", "{\"Resources\": {\"S\": {\"a\": \"b\"}}}", STATEMENT, merge(TEST, text("x"))),
        Some("{\"Resources\": {\"S\": {\"a\": \"b\", \"Condition\": {\"StringEquals\": {\"SAML:aud\": \"x\"}}}}}".to_owned()),
        "only files lie in a folder",
    );
}

#[test]
fn a_value_becomes_one_of_a_list() {
    let add = || How::Add(vec![text("sts:TagSession")]);
    let yaml = |text: &str, lines: &[&str]| check("a.yaml", text, &["Resources", "Action"], add(), lines);
    yaml(
        "Resources:\n  Action: sts:AssumeRole # why\n",
        &["-  Action: sts:AssumeRole # why", "+  Action: [sts:AssumeRole, sts:TagSession] # why"],
    );
    yaml(
        "Resources:\n  Action: 'sts:AssumeRole'\n",
        &["-  Action: 'sts:AssumeRole'", "+  Action: ['sts:AssumeRole', 'sts:TagSession']"],
    );
    yaml(
        "Resources:\n  Action: !Sub \"sts:${A}\"\n",
        &["-  Action: !Sub \"sts:${A}\"", "+  Action: [!Sub \"sts:${A}\", \"sts:TagSession\"]"],
    );
    // A comma that is a part of it.
    yaml("Resources:\n  Action: a,b\n", &["-  Action: a,b", "+  Action: ['a,b', sts:TagSession]"]);
    // Lists of every style.
    yaml(
        "Resources:\n  Action:\n  -   a # 1\n  # 2\n  -   'b' # 3\n  # 4\n  Other: x\n",
        &["+  -   'sts:TagSession'"],
    );
    yaml("Resources:\n  Action: [\n    a,\n    b, # 1\n  ]\n", &["+    sts:TagSession,"]);
    yaml(
        "Resources:\n  Action: [\n    a,\n    b # 1\n  ]\n",
        &["-    b # 1", "+    b, # 1", "+    sts:TagSession"],
    );
    check(
        "a.json",
        "{\"Resources\": {\"Action\": \"a\"}}",
        &["Resources", "Action"],
        add(),
        &[
            "-{\"Resources\": {\"Action\": \"a\"}}",
            "+{\"Resources\": {\"Action\": [\"a\", \"sts:TagSession\"]}}",
        ],
    );
    check(
        "a.json",
        "{\"Resources\": {\"Action\": [\n  \"a\",\n  \"b\"\n]}}",
        &["Resources", "Action"],
        add(),
        &["-  \"b\"", "+  \"b\",", "+  \"sts:TagSession\""],
    );
}

#[test]
fn items_and_entries_go_with_their_lines() {
    let yaml = |text: &str, path: &[&str], lines: &[&str]| check("a.yaml", text, path, How::Remove, lines);
    let list = "Resources:\n  L:\n    - a # 1\n    # 2\n    - b\n    - !Sub c\n  M: x\n";
    yaml(list, &["Resources", "L", "0"], &["-    - a # 1"]);
    yaml(list, &["Resources", "L", "2"], &["-    - !Sub c"]);
    yaml("Resources: [a, b,c]", &["Resources", "1"], &["-Resources: [a, b,c]", "+Resources: [a, c]"]);
    yaml("Resources: [a, b , c]", &["Resources", "2"], &["-Resources: [a, b , c]", "+Resources: [a, b]"]);
    yaml("Resources: [\n  a,\n  b, # 1\n  c\n]\n", &["Resources", "1"], &["-  b, # 1"]);
    yaml("Resources: [\n  a, # 1\n  b\n]\n", &["Resources", "1"], &["-  a, # 1", "-  b", "+  a # 1"]);
    yaml("Resources:\n  a: 1\n  b: 2\n  c: 3 # x\n", &["Resources", "^b"], &["-  b: 2"]);
    // An entry goes because it moves, and what is said of it does not.
    assert_eq!(
        changed("a.yaml", "Resources:\n  a: 1\n  b: 2 # x\n", &["Resources", "^b"], How::Remove),
        None
    );
    check(
        "a.json",
        "{\"Resources\": {\n  \"a\": 1,\n  \"b\": [\n    2\n  ]\n}}",
        &["Resources", "^b"],
        How::Remove,
        &["-  \"a\": 1,", "-  \"b\": [", "-    2", "-  ]", "+  \"a\": 1"],
    );
    // The last one is not removed: an empty list is something else.
    assert_eq!(changed("a.yaml", "Resources: [a]", &["Resources", "0"], How::Remove), None);
    assert_eq!(
        changed("a.yaml", "Resources:\n- a: 1\n  b: 2\n", &["Resources", "0", "^a"], How::Remove),
        None
    );
}

#[test]
fn values_and_keys_are_replaced_as_they_were_written() {
    let replace = |name: &str, text: &str, value: Value, lines: &[&str]| {
        check(name, text, &["Resources", "A"], How::Replace(value), lines);
    };
    replace("a.yaml", "Resources:\n  A: \"x\" # y\n", text("b"), &["-  A: \"x\" # y", "+  A: \"b\" # y"]);
    replace("a.yaml", "Resources:\n  A: true\n", Value::Boolean(false), &["-  A: true", "+  A: false"]);
    replace("a.yaml", "Resources:\n  A: 'true'\n", Value::Boolean(false), &["-  A: 'true'", "+  A: 'false'"]);
    let arn = || reference("Role", Some("Arn"));
    replace("a.yaml", "Resources:\n  A: !Ref Role\n", arn(), &["-  A: !Ref Role", "+  A: !GetAtt Role.Arn"]);
    replace(
        "a.yaml",
        "Resources:\n  A: !GetAtt [Role, RoleId]\n",
        arn(),
        &["-  A: !GetAtt [Role, RoleId]", "+  A: !GetAtt [Role, Arn]"],
    );
    replace(
        "a.yaml",
        "Resources:\n  A:\n    Ref: Role\n",
        arn(),
        &["-    Ref: Role", "+    Fn::GetAtt: [Role, Arn]"],
    );
    replace(
        "a.yaml",
        "Resources:\n  A:\n    Fn::GetAtt: Role.RoleId\n",
        arn(),
        &["-    Fn::GetAtt: Role.RoleId", "+    Fn::GetAtt: Role.Arn"],
    );
    replace(
        "a.yaml",
        "Resources:\n  A: role-name\n",
        reference("Role", None),
        &["-  A: role-name", "+  A: !Ref Role"],
    );
    replace(
        "a.json",
        "{\"Resources\": {\"A\": {\"Ref\": \"Role\"}}}",
        arn(),
        &[
            "-{\"Resources\": {\"A\": {\"Ref\": \"Role\"}}}",
            "+{\"Resources\": {\"A\": {\"Fn::GetAtt\": [\"Role\", \"Arn\"]}}}",
        ],
    );
    for written in ["!Sub x", "!Ref Parameter", "|\n    x", "[x]", "&a x"] {
        let yaml = format!("Resources:\n  A: {written}\n  B: *a\n");
        let yaml = if written == "&a x" { yaml } else { yaml.replace("  B: *a\n", "") };
        assert_eq!(changed("a.yaml", &yaml, &["Resources", "A"], How::Replace(text("b"))), None, "{written}");
    }
    let rename =
        |text: &str, name: &str| changed("a.yaml", text, &["Resources", "^A"], How::Rename(name.to_owned()));
    assert_eq!(rename("Resources:\n  'A': {}\n", "B:c").as_deref(), Some("Resources:\n  'B:c': {}\n"));
    assert_eq!(rename("Resources:\n  A: {}\n  b: {}\n", "B"), None);
}

#[test]
fn json_in_text_is_edited_through_its_host() {
    let how = || merge(&["Condition", "Bool", "b"], text("it's"));
    let path = ["Resources", "P", "S"];
    // A block of text.
    check(
        "a.yaml",
        "Resources:\n  P: |\n    {\n      \"S\": {\n        \"a\": 1\n      }\n    }\n",
        &path,
        how(),
        &[
            "-        \"a\": 1",
            "+        \"a\": 1,",
            "+        \"Condition\": {",
            "+          \"Bool\": {",
            "+            \"b\": \"it's\"",
            "+          }",
            "+        }",
        ],
    );
    // Quotes of both kinds.
    check(
        "a.yaml",
        "Resources:\n  P: '{\"S\": {\"a\": 1}}'\n",
        &path,
        how(),
        &[
            "-  P: '{\"S\": {\"a\": 1}}'",
            "+  P: '{\"S\": {\"a\": 1, \"Condition\": {\"Bool\": {\"b\": \"it''s\"}}}}'",
        ],
    );
    check(
        "a.json",
        r#"{"Resources": {"P": "{\"S\": {\"a\": 1}}"}}"#,
        &path,
        how(),
        &[
            r#"-{"Resources": {"P": "{\"S\": {\"a\": 1}}"}}"#,
            r#"+{"Resources": {"P": "{\"S\": {\"a\": 1, \"Condition\": {\"Bool\": {\"b\": \"it's\"}}}}"}}"#,
        ],
    );
    // A reference can only be written where it is put in.
    let with_reference = |text: &str| changed("a.yaml", text, &path, merge(&["b"], reference("Pool", None)));
    assert_eq!(with_reference("Resources:\n  P: '{\"S\": {\"a\": 1}}'\n"), None);
    assert_eq!(
        with_reference("Resources:\n  P: !Sub '{\"S\": {\"a\": 1}}'\n").as_deref(),
        Some("Resources:\n  P: !Sub '{\"S\": {\"a\": 1, \"b\": \"${Pool}\"}}'\n")
    );
    let in_list = ["Resources", "P", "Fn::Sub", "0", "S"];
    let text = "Resources:\n  P: { 'Fn::Sub': ['{\"S\": {\"a\": 1}}', {}] }\n";
    assert_eq!(
        changed("a.yaml", text, &in_list, merge(&["b"], reference("Pool", None))).as_deref(),
        Some("Resources:\n  P: { 'Fn::Sub': ['{\"S\": {\"a\": 1, \"b\": \"${Pool}\"}}', {}] }\n")
    );
}

#[test]
fn a_change_may_want_that_a_value_is_written_out() {
    let kept = |text: &str| {
        let sources = Sources::default();
        let source = sources.add_kept(Origin::Memory("a.yaml".into()), text.into());
        let read = document::read(text, source, Format::Yaml, &Limits::default());
        let tree = Tree::new(&read.document, text);
        let root = tree.roots().next().expect("a document");
        let at = |path: &[&str]| span_at(&sources, root, path);
        let changes = vec![
            Change { at: at(&["Resources", "Like", "sub"]), how: How::Keep },
            Change { at: at(&["Resources", "^Like"]), how: How::Rename("Equals".to_owned()) },
        ];
        let mut desk = Desk { sources: &sources, pages: FxHashMap::default() };
        let fix = desk.write(Fix::new("change it".to_owned(), true, changes))?;
        apply(text, &fix.edits.iter().collect::<Vec<_>>())
    };
    let of = |value: &str| format!("Resources:\n  A: &a x\n  Like: {{ sub: {value} }}\n");
    for written in ["'x'", "*a"] {
        assert_eq!(kept(&of(written)), Some(of(written).replace("Like", "Equals")));
    }
    for elsewhere in ["!Ref A", "{ Ref: A }", "!FindInMap [A, b, c]", "!Sub x"] {
        assert_eq!(kept(&of(elsewhere)), None, "{elsewhere}");
    }
}
