//! One resource of all that several answers tell of one thing.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::answer::{How, Requested, readings};
use super::fragment::{Fragment, Told};
use crate::resources::{Entry, Value};
use crate::source::Span;
use crate::value::{Located, Text, Unknown, Vocabulary};

/// What the answers together tell of a thing.
pub(super) struct Merged {
    /// Its properties.
    pub(super) properties: Vec<Entry>,
    /// What templates have by `Fn::GetAtt` or by `Ref`.
    pub(super) attributes: Vec<(&'static str, Text)>,
    /// The ARN.
    pub(super) arn: Option<Text>,
    /// What names it.
    pub(super) span: Span,
    /// The first of what tells of it.
    pub(super) whole: Span,
}

/// Puts the fragments of one thing together, in order. None if the last that is known of it is that it is gone.
pub(super) fn merge(mut fragments: Vec<Fragment>, vocabulary: &Vocabulary) -> Option<Merged> {
    keep_latest(&mut fragments, vocabulary);
    fragments.retain(|fragment| !fragment.gone);
    let first = fragments.first()?;
    let kind = first.kind;
    let (span, whole) = (first.span, first.whole);
    let arn = fragments.iter().find_map(|fragment| fragment.arn).map(Text::literal);
    let told = told(&fragments, vocabulary);
    let mut properties: Vec<Entry> = Vec::new();
    let mut attributes: Vec<(&'static str, Text)> = Vec::new();
    for fragment in fragments {
        for (name, text) in fragment.attributes {
            if !attributes.iter().any(|(known, _)| *known == name) {
                attributes.push((name, text));
            }
        }
        for entry in fragment.properties {
            match properties.iter_mut().find(|known| known.key.value == entry.key.value) {
                Some(known) => join(&mut known.value.value, entry.value.value, vocabulary),
                None => properties.push(entry),
            }
        }
    }
    for name in all_of(kind) {
        let is_told = told.contains(name);
        let present =
            properties.iter_mut().find(|entry| entry.key.value.as_literal(vocabulary) == Some(*name));
        match present {
            Some(entry) => close(&mut entry.value, is_told, vocabulary),
            None if is_told => {}
            None => properties.push(not_seen(name, span, vocabulary)),
        }
    }
    Some(Merged { properties, attributes, arn, span, whole })
}

/// The properties of a thing of which no answer tells.
pub(super) fn nothing_seen(kind: &str, span: Span, vocabulary: &Vocabulary) -> Vec<Entry> {
    all_of(kind).iter().map(|name| not_seen(name, span, vocabulary)).collect()
}

fn not_seen(name: &str, span: Span, vocabulary: &Vocabulary) -> Entry {
    Entry {
        key: Located::new(vocabulary.literal(name), span),
        value: Located::new(Value::Unknown(Unknown::NotSeen), span),
    }
}

/// Of what was recorded several times, the last counts.
fn keep_latest(fragments: &mut Vec<Fragment>, vocabulary: &Vocabulary) {
    let time = |fragment: &Fragment| fragment.recorded.map(|name| vocabulary.names.text(name));
    // Times in the form of ISO 8601 or as numbers of one length: their order is that of their texts.
    let Some(latest) = fragments.iter().filter_map(time).max().map(str::to_owned) else { return };
    let mut found = false;
    fragments.retain(|fragment| match time(fragment) {
        None => true,
        Some(own) => own == latest && !std::mem::replace(&mut found, true),
    });
}

/// The properties of which it is told whether they are there.
fn told<'v>(fragments: &[Fragment], vocabulary: &'v Vocabulary) -> Vec<&'v str> {
    let mut told = Vec::new();
    for fragment in fragments {
        match fragment.told {
            Told::InPart => {}
            Told::OfWhatIsThere => {
                let names = fragment.properties.iter();
                told.extend(names.filter_map(|entry| entry.key.value.as_literal(vocabulary)));
            }
            Told::ByReading(reading) => {
                // One item of a list tells nothing of the others.
                let has = |name: &str| {
                    fragment
                        .properties
                        .iter()
                        .any(|entry| entry.key.value.as_literal(vocabulary) == Some(name))
                };
                let members = reading
                    .members
                    .iter()
                    .filter(|member| member.from != "." && (member.how != How::Enclosing || has(member.to)));
                told.extend(members.map(|member| member.to));
                if let Some(Requested::Text(name) | Requested::Item(name) | Requested::Within(name)) =
                    reading.requested
                {
                    told.push(name);
                }
            }
        }
    }
    told
}

/// All properties of a type of which some answer tells.
fn all_of(kind: &str) -> &'static [&'static str] {
    static ALL: LazyLock<FxHashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
        let mut all: FxHashMap<&'static str, Vec<&'static str>> = FxHashMap::default();
        for reading in readings() {
            let of = all.entry(reading.kind).or_default();
            // Of what is only there or not, silence is no doubt: hardly anybody asks.
            let read = reading.members.iter().filter(|member| member.how != How::Presence);
            let named = reading.requested.map(Requested::property);
            for name in read.map(|member| member.to).chain(named) {
                if !of.contains(&name) {
                    of.push(name);
                }
            }
        }
        all
    });
    ALL.get(kind).map(Vec::as_slice).unwrap_or_default()
}

/// Adds to a value what another answer tells of it.
fn join(known: &mut Value, more: Value, vocabulary: &Vocabulary) {
    match (known, more) {
        (Value::List(items), Value::List(more)) => {
            for item in more {
                let same = items.iter_mut().find(|known| {
                    known.value == item.value
                        || policy_name(&known.value, vocabulary)
                            .is_some_and(|name| policy_name(&item.value, vocabulary) == Some(name))
                });
                match same {
                    Some(known) => join(&mut known.value, item.value, vocabulary),
                    None => items.push(item),
                }
            }
        }
        (Value::Map(entries), Value::Map(more)) => {
            for entry in more {
                match entries.iter_mut().find(|known| known.key.value == entry.key.value) {
                    Some(known) => join(&mut known.value.value, entry.value.value, vocabulary),
                    None => entries.push(entry),
                }
            }
        }
        // The first answer counts, unless it tells nothing.
        (known @ (Value::Unknown(_) | Value::Null), more) => *known = more,
        _ => {}
    }
}

fn policy_name<'v>(value: &Value, vocabulary: &'v Vocabulary) -> Option<&'v str> {
    let Value::Map(entries) = value else { return None };
    let name = entries.iter().find(|entry| entry.key.value.as_literal(vocabulary) == Some("PolicyName"))?;
    match &name.value.value {
        Value::Text(text) => text.as_literal(vocabulary),
        _ => None,
    }
}

/// A list of which all is told has no items that were not seen; of another there may be more. A policy that is named
/// only has a document that was not seen.
fn close(value: &mut Located<Value>, told: bool, vocabulary: &Vocabulary) {
    let span = value.span;
    let Value::List(items) = &mut value.value else { return };
    items.retain(|item| item.value != Value::Unknown(Unknown::NotSeen));
    for item in items.iter_mut().filter(|item| policy_name(&item.value, vocabulary).is_some()) {
        let Value::Map(entries) = &mut item.value else { continue };
        let document = "PolicyDocument";
        if !entries.iter().any(|entry| entry.key.value.as_literal(vocabulary) == Some(document)) {
            entries.push(not_seen(document, item.span, vocabulary));
        }
    }
    if told {
        return;
    }
    // A list of which nothing is known is not one with something in it.
    match items.is_empty() {
        true => value.value = Value::Unknown(Unknown::NotSeen),
        false => items.push(Located::new(Value::Unknown(Unknown::NotSeen), span)),
    }
}
