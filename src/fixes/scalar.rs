//! How keys and values are written: as their neighbours are.

use super::page::Page;
use crate::document::{Format, Kind, Style};
use crate::finding::Value;

/// A way of writing, taken from what stands around the place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hand {
    format: Format,
    key: Style,
    value: Style,
    /// Whether brackets are around.
    in_flow: bool,
    /// How CloudFormation's references are written.
    references: References,
    /// What stands between key and value in brackets: with or without a blank behind the colon.
    spaced: bool,
    /// Whether blanks stand inside of braces.
    padded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum References {
    /// `!Ref`
    Tag,
    /// `{"Ref": ...}`
    Map,
    /// `${...}`
    Inside,
    /// Not at all.
    Never,
}

impl Hand {
    /// The hand of the entries or items of a collection, or of those around it if it has none of its own.
    pub(super) fn of(page: &Page, collection: u32) -> Self {
        let in_flow = page.node(collection).style == Style::Flow || page.document.format == Format::Json;
        let references = match &page.host {
            Some(host) if host.substitutes => References::Inside,
            Some(_) => References::Never,
            None if page.document.format == Format::Json => References::Map,
            None => References::Tag,
        };
        Self {
            format: page.document.format,
            key: nearest(page, collection, key_style).unwrap_or(Style::Plain),
            value: nearest(page, collection, value_style).unwrap_or(Style::Plain),
            in_flow,
            references,
            spaced: is_spaced(page, collection),
            padded: nearest(page, collection, is_padded).unwrap_or(false),
        }
    }

    /// The same within brackets.
    pub(super) const fn in_flow(self) -> Self {
        Self { in_flow: true, ..self }
    }

    /// The same with another style of values.
    pub(super) const fn with_value_style(self, value: Style) -> Self {
        Self { value, ..self }
    }

    /// What stands between key and value in brackets.
    pub(super) const fn colon(self) -> &'static str {
        if self.spaced { ": " } else { ":" }
    }

    /// What stands between items in brackets.
    pub(super) const fn comma(self) -> &'static str {
        if self.spaced { ", " } else { "," }
    }

    /// A map in braces of what is written already.
    pub(super) fn braces(self, inside: &str) -> String {
        if self.padded { format!("{{ {inside} }}") } else { format!("{{{inside}}}") }
    }

    /// A key.
    pub(super) fn key(self, text: &str) -> String {
        self.text(text, self.key)
    }

    /// A value. `None` if there is no way to write it here.
    pub(super) fn value(self, value: &Value) -> Option<String> {
        match value {
            Value::Text(text) => {
                // It would be read as the value of something.
                let is_safe = self.references != References::Inside || !text.contains("${");
                is_safe.then(|| self.text(text, self.value))
            }
            Value::Boolean(truth) => Some(truth.to_string()),
            Value::Reference { logical_id, attribute } => {
                let is_name = |name: &str| {
                    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
                };
                if !is_name(logical_id) || !attribute.as_deref().is_none_or(is_name) {
                    return None;
                }
                self.reference(logical_id, attribute.as_deref())
            }
        }
    }

    fn reference(self, logical_id: &str, attribute: Option<&str>) -> Option<String> {
        Some(match (self.references, attribute) {
            (References::Tag, None) => format!("!Ref {logical_id}"),
            (References::Tag, Some(attribute)) => format!("!GetAtt {logical_id}.{attribute}"),
            (References::Map, None) => self.braces(&format!("\"Ref\"{}\"{logical_id}\"", self.colon())),
            (References::Map, Some(attribute)) => self.braces(&format!(
                "\"Fn::GetAtt\"{}[\"{logical_id}\"{}\"{attribute}\"]",
                self.colon(),
                self.comma()
            )),
            (References::Inside, None) => format!("\"${{{logical_id}}}\""),
            (References::Inside, Some(attribute)) => format!("\"${{{logical_id}.{attribute}}}\""),
            (References::Never, _) => return None,
        })
    }

    /// A text in a style, or in another one where that cannot hold it.
    pub(super) fn text(self, text: &str, style: Style) -> String {
        if self.format == Format::Json || text.chars().any(char::is_control) {
            return double_quoted(text);
        }
        match style {
            Style::DoubleQuoted => double_quoted(text),
            Style::Plain if is_plain(text, self.in_flow) => text.to_owned(),
            _ => format!("'{}'", text.replace('\'', "''")),
        }
    }
}

/// A text in double quotes, by the rules of JSON, which are YAML's too.
fn double_quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether a text without quotes reads as itself, wherever it stands and by whatever version of YAML.
fn is_plain(text: &str, in_flow: bool) -> bool {
    let first = text.chars().next();
    let is_word = |first: char| first.is_ascii_alphabetic() || first == '/';
    let reads_as_other = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    first.is_some_and(is_word)
        && !reads_as_other
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !(in_flow && (text.contains(['[', ']', '{', '}', ',']) || ends_a_key(text)))
}

/// Whether something behind a colon would make it one of a map in brackets.
fn ends_a_key(text: &str) -> bool {
    text.split(':')
        .skip(1)
        .any(|rest| !rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '/'))
}

/// What is found for a collection, or for the closest around it.
fn nearest<T>(page: &Page, collection: u32, find: impl Fn(&Page, u32) -> Option<T>) -> Option<T> {
    let mut at = Some(collection);
    while let Some(index) = at {
        if let Some(found) = find(page, index) {
            return Some(found);
        }
        at = page.parent(index);
    }
    None
}

/// The quotes of the last key.
fn key_style(page: &Page, map: u32) -> Option<Style> {
    page.entries(map).last().map(|&(key, _)| page.node(key).style)
}

/// The quotes of the last text. What is a number or a truth says nothing, and neither does a block.
fn value_style(page: &Page, collection: u32) -> Option<Style> {
    let values: Vec<u32> = match page.node(collection).kind {
        Kind::Map => page.entries(collection).iter().map(|&(_, value)| value).collect(),
        _ => page.children(collection),
    };
    let says = |&value: &u32| {
        let node = page.node(value);
        let style = matches!(node.style, Style::SingleQuoted | Style::DoubleQuoted)
            || (node.style == Style::Plain && is_plain(page.written(value), false));
        (node.kind == Kind::Scalar && node.tag == 0 && style).then_some(node.style)
    };
    values.iter().rev().find_map(says)
}

/// Whether blanks stand inside of the braces of a map, or of one in it.
fn is_padded(page: &Page, collection: u32) -> Option<bool> {
    let inside = page.entries(collection).into_iter().rev().map(|(_, value)| value);
    let mut maps = std::iter::once(collection).chain(inside).filter(|&node| {
        page.node(node).kind == Kind::Map
            && page.node(node).style == Style::Flow
            && page.node(node).next > node + 1
            && !page.written(node).contains('\n')
    });
    maps.next().map(|map| page.written(map).starts_with("{ "))
}

/// Whether a blank stands behind colons and commas in brackets.
fn is_spaced(page: &Page, collection: u32) -> bool {
    let colon = |page: &Page, map: u32| {
        let (key, value) = *page.entries(map).last()?;
        let between = page.text.get(page.node(key).end as usize..page.node(value).start as usize)?;
        let (_, behind) = between.split_once(':')?;
        Some(behind.starts_with([' ', '\n', '\r']))
    };
    nearest(page, collection, colon).unwrap_or(true)
}
