//! Changes of documents that are made up, in styles that are made up.

use proptest::prelude::*;

use super::{changed, merge, reference};
use crate::document::{self, Format, Kind, Limits, NodeRef, Tree};
use crate::finding::{Branch, Change, Fix, How, Value, entry};
use crate::fixes::Desk;
use crate::source::{Origin, Sources, Span};
use rustc_hash::FxHashMap;

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
            2 => merge(&["a", "b"], super::text("c")),
            3 => How::Rename("x".to_owned()),
            _ => How::Replace(reference("A", None)),
        };
        let change = Change { at: Span::new(source, start, start + length), how };
        let mut desk = Desk { sources: &sources, pages: FxHashMap::default() };
        let _ = desk.write(Fix::new(String::new(), true, vec![change]));
    }
}
