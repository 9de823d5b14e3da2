//! What changes become in documents of every style, and that nothing else changes.

use proptest::prelude::*;

use super::*;
use crate::document::{Kind, Limits, NodeRef, Tree};
use crate::finding::{Branch, How, Value, entry};
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

/// A document without a style.
#[derive(Clone, Debug, PartialEq)]
enum Plain {
    Text(String),
    List(Vec<Plain>),
    Map(Vec<(String, Plain)>),
}

fn plain() -> impl Strategy<Value = Plain> {
    let texts =
        ["x", "it's", "a: b", "sts:AssumeRole", "true", "x # y", "repo:a/b:*", "12", "\"", "é", "a, b"];
    let leaf = prop::sample::select(texts.to_vec()).prop_map(|text| Plain::Text(text.to_owned()));
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Plain::List),
            prop::collection::vec(inner, 1..4).prop_map(|values| {
                Plain::Map(
                    values
                        .into_iter()
                        .enumerate()
                        .map(|(index, value)| (format!("k{index}"), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// How a document is written.
#[derive(Clone, Debug)]
struct Manner {
    json: bool,
    indentation: usize,
    /// Choices, used one after the other.
    choices: Vec<u8>,
    windows: bool,
    last_break: bool,
}

fn manner() -> impl Strategy<Value = Manner> {
    (any::<bool>(), 1usize..5, prop::collection::vec(any::<u8>(), 40), any::<bool>(), any::<bool>()).prop_map(
        |(json, indentation, choices, windows, last_break)| Manner {
            json,
            indentation,
            choices,
            windows,
            last_break,
        },
    )
}

struct Scribe<'m> {
    manner: &'m Manner,
    at: usize,
    comments: usize,
}

impl Scribe<'_> {
    fn choice(&mut self) -> u8 {
        self.at += 1;
        self.manner.choices[self.at % self.manner.choices.len()]
    }

    fn document(&mut self, plain: &Plain) -> String {
        let root = Plain::Map(vec![("Resources".to_owned(), plain.clone())]);
        let mut text = if self.manner.json {
            self.json(&root, 0)
        } else {
            self.block(&root, 0).trim_start_matches('\n').to_owned()
        };
        if self.manner.last_break {
            text.push('\n');
        }
        if self.manner.windows { text.replace('\n', "\r\n") } else { text }
    }

    fn json(&mut self, plain: &Plain, depth: usize) -> String {
        let (open, close, parts) = match plain {
            Plain::Text(text) => return serde_json::Value::from(text.as_str()).to_string(),
            Plain::List(items) => {
                ('[', ']', items.iter().map(|item| self.json(item, depth + 1)).collect::<Vec<_>>())
            }
            Plain::Map(entries) => {
                let entry =
                    |(key, value): &(String, Plain)| format!("\"{key}\": {}", self.json(value, depth + 1));
                ('{', '}', entries.iter().map(entry).collect())
            }
        };
        if self.choice().is_multiple_of(3) {
            return format!("{open}{}{close}", parts.join(", "));
        }
        let blanks = |depth: usize| " ".repeat(depth * self.manner.indentation);
        let inside = parts.join(&format!(",\n{}", blanks(depth + 1)));
        format!("{open}\n{}{inside}\n{}{close}", blanks(depth + 1), blanks(depth))
    }

    fn scalar(&mut self, text: &str, in_flow: bool) -> String {
        let is_bare = text.chars().all(|one| one.is_ascii_alphabetic() || one == ':')
            && !(in_flow && text.contains(':'));
        match self.choice() % 3 {
            0 if is_bare => text.to_owned(),
            1 => serde_json::Value::from(text).to_string(),
            _ => format!("'{}'", text.replace('\'', "''")),
        }
    }

    fn flow(&mut self, plain: &Plain) -> String {
        match plain {
            Plain::Text(text) => self.scalar(text, true),
            Plain::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.flow(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Plain::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{key}: {}", self.flow(value))).collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }

    /// Behind a key or a dash.
    fn block(&mut self, plain: &Plain, column: usize) -> String {
        let blanks = " ".repeat(column);
        let is_flow = column > 0 && self.choice().is_multiple_of(4);
        match plain {
            Plain::Text(text) => format!(" {}{}", self.scalar(text, false), self.comment()),
            _ if is_flow => format!(" {}{}", self.flow(plain), self.comment()),
            Plain::List(items) => {
                let lines: Vec<String> = items
                    .iter()
                    .map(|item| {
                        // A collection begins on the line of its dash.
                        let item = self.block(item, column + 2);
                        format!("\n{blanks}- {}", item.trim_start_matches(['\n', ' ']))
                    })
                    .collect();
                lines.concat()
            }
            Plain::Map(entries) => {
                let deeper = column + self.manner.indentation;
                let lines: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("\n{blanks}{key}:{}", self.block(value, deeper)))
                    .collect();
                lines.concat()
            }
        }
    }

    fn comment(&mut self) -> String {
        self.comments += 1;
        if self.choice().is_multiple_of(3) { format!(" # c{}", self.comments) } else { String::new() }
    }
}

/// Every path of a document.
fn paths(plain: &Plain, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    found.push(path.clone());
    let parts: Vec<(String, &Plain)> = match plain {
        Plain::Text(_) => Vec::new(),
        Plain::List(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        Plain::Map(entries) => entries.iter().map(|(key, value)| (key.clone(), value)).collect(),
    };
    for (name, part) in parts {
        path.push(name);
        paths(part, path, found);
        path.pop();
    }
}

/// The part under a path.
fn part<'p>(plain: &'p mut Plain, path: &[String]) -> &'p mut Plain {
    let Some((first, rest)) = path.split_first() else { return plain };
    let next = match plain {
        Plain::List(items) => &mut items[first.parse::<usize>().expect("a number")],
        Plain::Map(entries) => &mut entries.iter_mut().find(|(key, _)| key == first).expect("a key").1,
        Plain::Text(_) => panic!("a collection"),
    };
    part(next, rest)
}

fn read_plain(node: NodeRef<'_>) -> Plain {
    match node.kind() {
        Kind::Map => Plain::Map(
            node.entries()
                .map(|(key, value)| (key.scalar().unwrap_or_default().to_owned(), read_plain(value)))
                .collect(),
        ),
        Kind::List => Plain::List(node.items().map(read_plain).collect()),
        _ => Plain::Text(node.scalar().unwrap_or_default().to_owned()),
    }
}

fn read_text(name: &str, text: &str) -> Plain {
    let source = Sources::default().add_kept(Origin::Stdin, "".into());
    let read = document::read(text, source, Format::guess(name.as_ref(), text), &Limits::default());
    assert!(read.complete(), "{text}\n{:?}", read.problems);
    let tree = Tree::new(&read.document, text);
    let root = tree.roots().next().expect("a document");
    read_plain(root.get("Resources").expect("the part that was written").1)
}

/// The comments of a text, in order.
fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.rsplit_once(" # c")).map(|(_, number)| number.trim_end()).collect()
}

proptest! {
    #[test]
    fn a_change_changes_what_it_is_for_and_nothing_else(
        document in plain(),
        manner in manner(),
        at in any::<prop::sample::Index>(),
        kind in 0u8..3,
    ) {
        let name = if manner.json { "a.json" } else { "a.yaml" };
        let text_before = Scribe { manner: &manner, at: 0, comments: 0 }.document(&document);
        prop_assert_eq!(&read_text(name, &text_before), &document, "{}", text_before);
        let mut found = Vec::new();
        paths(&document, &mut Vec::new(), &mut found);
        let path = found[at.index(found.len())].clone();
        let mut expected = document.clone();
        let new = "sts:TagSession".to_owned();
        let added = Plain::Text(new.clone());
        let own = part(&mut expected, &path);
        let how = match (&mut *own, kind) {
            (Plain::Map(entries), _) => {
                entries.push(("New".to_owned(), Plain::Map(vec![("b".to_owned(), added)])));
                How::Merge(vec![("New".to_owned(), Branch::Map(entry(&["b"], Value::Text(new))))])
            }
            // A list with nothing but a list begins and ends with it.
            (Plain::List(_), _) if path.last().is_some_and(|last| last == "0") => return Ok(()),
            (Plain::List(items), _) => {
                items.push(added);
                How::Add(vec![Value::Text(new)])
            }
            // One value of a list in a list is not made a list.
            (Plain::Text(_), 0) if path.last().is_none_or(|last| last.starts_with('k')) => {
                *own = Plain::List(vec![own.clone(), added]);
                How::Add(vec![Value::Text(new)])
            }
            (Plain::Text(_), 1) => {
                *own = added;
                How::Replace(Value::Text(new))
            }
            (Plain::Text(_), _) => {
                let Some((last, above)) = path.split_last() else { return Ok(()) };
                match part(&mut expected, above) {
                    Plain::List(items) if items.len() > 1 => {
                        items.remove(last.parse().expect("a number"));
                    }
                    _ => return Ok(()),
                }
                How::Remove
            }
        };
        let is_remove = how == How::Remove;
        let full: Vec<&str> = std::iter::once("Resources").chain(path.iter().map(String::as_str)).collect();
        match changed(name, &text_before, &full, how) {
            Some(after) => {
                prop_assert_eq!(read_text(name, &after), expected, "{}\n---\n{}", text_before, after);
                if !is_remove {
                    prop_assert_eq!(comments(&after), comments(&text_before), "{}", after);
                }
                prop_assert_eq!(after.ends_with('\n'), text_before.ends_with('\n'));
                let breaks = |text: &str| text.contains('\n') && !text.contains("\r\n");
                prop_assert!(!manner.windows || !breaks(&after.replace("\r\n", "")));
            }
            None => prop_assert!(!manner.json, "{:?} in {}", full, text_before),
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(Resources:|[a-b:\\-\\[\\]{},#'\"|>&*!~ \n\r\t]){0,30}", start in 0u32..40, length in 0u32..20, kind in 0u8..5) {
        let sources = Sources::default();
        let text = format!("Resources: x\n{text}");
        let source = sources.add_kept(Origin::Memory("a.yaml".into()), text.as_str().into());
        let how = match kind {
            0 => How::Remove,
            1 => How::Add(vec![Value::Boolean(true)]),
            2 => merge(&["a", "b"], self::text("c")),
            3 => How::Rename("x".to_owned()),
            _ => How::Replace(reference("A", None)),
        };
        let change = Change { at: Span::new(source, start, start + length), how };
        let mut desk = Desk { sources: &sources, pages: FxHashMap::default() };
        let _ = desk.write(Fix::new(String::new(), true, vec![change]));
    }
}
