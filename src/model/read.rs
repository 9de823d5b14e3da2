//! Reads properties: each value with its place, and whatever is not of the right shape as unknown.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::List;
use super::saml::Documents;
use crate::document::saml_metadata::Document;
use crate::policy::{self, Attached, Layout, Policies, PolicyId};
use crate::resources::{Deployment, Value};
use crate::source::Span;
use crate::value::{Field, Located, Part, Symbol, Text, Unknown, Vocabulary};

/// What reading needs besides the value.
#[derive(Clone, Copy)]
pub(super) struct Context<'d> {
    pub(super) vocabulary: &'d Vocabulary,
    pub(super) policies: &'d Policies,
    pub(super) documents: &'d Documents<'d>,
    pub(super) deployment: &'d Deployment,
    pub(super) shared: &'d SharedPolicies,
}

/// Policies that were read of documents which stand in several places, by the addresses of the documents.
#[derive(Default)]
pub(super) struct SharedPolicies(RefCell<FxHashMap<usize, SharedPolicy>>);

struct SharedPolicy {
    /// Kept, so that no other document gets the address by which this one is known.
    _document: Arc<Located<Value>>,
    policy: PolicyId,
    layout: Arc<Layout>,
}

impl SharedPolicies {
    /// What `read` makes of a document, for the first time.
    fn once(
        &self,
        document: &Arc<Located<Value>>,
        read: impl FnOnce(&Located<Value>) -> (PolicyId, Arc<Layout>),
    ) -> (PolicyId, Arc<Layout>) {
        let mut known = self.0.borrow_mut();
        let shared = known.entry(Arc::as_ptr(document).addr()).or_insert_with(|| {
            let (policy, layout) = read(document);
            SharedPolicy { _document: Arc::clone(document), policy, layout }
        });
        (shared.policy, Arc::clone(&shared.layout))
    }
}

/// A value that may be there, not be there, or be hidden by something unknown around it.
#[derive(Clone, Copy)]
pub(super) struct Slot<'d> {
    context: Context<'d>,
    content: Content<'d>,
}

#[derive(Clone, Copy)]
enum Content<'d> {
    Absent,
    Value(&'d Located<Value>),
    Unknown(Located<Unknown>),
}

impl<'d> Slot<'d> {
    pub(super) const fn new(context: Context<'d>, value: &'d Located<Value>) -> Self {
        Self { context, content: Content::Value(value) }
    }

    const fn absent(context: Context<'d>) -> Self {
        Self { context, content: Content::Absent }
    }

    pub(super) const fn context(self) -> Context<'d> {
        self.context
    }

    /// Where the value is written, if it is.
    pub(super) const fn span(self) -> Option<Span> {
        match self.content {
            Content::Absent => None,
            Content::Value(value) => Some(value.span),
            Content::Unknown(unknown) => Some(unknown.span),
        }
    }

    /// The property `name` of a mapping.
    pub(super) fn get(self, name: &str) -> Self {
        let content = match self.content {
            Content::Value(value) => match &value.value {
                Value::Map(entries) => entries
                    .iter()
                    .rfind(|entry| entry.key.value.as_literal(self.context.vocabulary) == Some(name))
                    .map_or(Content::Absent, |entry| Content::Value(&entry.value)),
                other => Content::Unknown(Located::new(why_not(other, self.context), value.span)),
            },
            other => other,
        };
        Self { content, ..self }
    }

    /// The property at a path of names.
    pub(super) fn at(self, path: &[&str]) -> Self {
        path.iter().fold(self, |slot, name| slot.get(name))
    }

    /// Reads the value with `read`; `None` is a mismatch.
    fn field<T>(self, read: impl FnOnce(&'d Value) -> Option<T>) -> Field<T> {
        match self.content {
            Content::Absent => Field::Absent,
            Content::Unknown(unknown) => Field::Unknown(unknown),
            Content::Value(value) => match read(&value.value) {
                Some(read) => Field::Known(Located::new(read, value.span)),
                None => Field::Unknown(Located::new(why_not(&value.value, self.context), value.span)),
            },
        }
    }

    pub(super) fn text(self) -> Field<Text> {
        self.field(|value| if let Value::Text(text) = value { Some(text.clone()) } else { None })
    }

    /// A truth value: written as such or as text, in any case; CloudFormation reads YAML 1.1, in which `yes`
    /// and `on` are true.
    pub(super) fn boolean(self) -> Field<bool> {
        self.field(|value| {
            let literal = self.literal(value)?.to_ascii_lowercase();
            match literal.as_str() {
                "true" | "yes" | "on" => Some(true),
                "false" | "no" | "off" => Some(false),
                _ => None,
            }
        })
    }

    pub(super) fn integer(self) -> Field<i64> {
        self.field(|value| self.literal(value)?.parse().ok())
    }

    fn literal(self, value: &'d Value) -> Option<&'d str> {
        let Value::Text(text) = value else { return None };
        Some(text.as_literal(self.context.vocabulary)?.trim())
    }

    /// A list, or one item in its place.
    pub(super) fn list<T>(self, read: impl Fn(Self) -> Field<T>) -> List<T> {
        let item = |item: &'d Located<Value>| read(Self::new(self.context, item));
        match self.content {
            Content::Value(value) if self.is_one_text(&value.value) => match item(value) {
                known @ Field::Known(_) => Field::Known(Located::new(vec![known], value.span)),
                _ => Field::Unknown(Located::new(why_not(&value.value, self.context), value.span)),
            },
            _ => self.field(|value| {
                if let Value::List(items) = value { Some(items.iter().map(item).collect()) } else { None }
            }),
        }
    }

    /// True for a text that stands for one item: an attribute, import or function of which no more is known may
    /// also be a list.
    fn is_one_text(self, value: &Value) -> bool {
        let Value::Text(text) = value else { return false };
        text.as_symbol().is_none_or(|symbol| {
            let symbol = self.context.vocabulary.symbols.symbol(symbol);
            matches!(symbol, Symbol::Reference { .. } | Symbol::Parameter { .. } | Symbol::Pseudo(..))
        })
    }

    pub(super) fn texts(self) -> List<Text> {
        self.list(Self::text)
    }

    /// A list that holds at most the one text that is written as a scalar.
    pub(super) fn one_text(self) -> List<Text> {
        match self.text() {
            Field::Absent => Field::Absent,
            Field::Known(text) => {
                let span = text.span;
                Field::Known(Located::new(vec![Field::Known(text)], span))
            }
            Field::Unknown(unknown) => Field::Unknown(unknown),
        }
    }

    /// A mapping as one thing: read by `read`, which gets its properties.
    pub(super) fn object<T>(self, read: impl FnOnce(Self) -> T) -> Field<T> {
        self.field(|value| matches!(value, Value::Map(_)).then(|| read(self)))
    }

    /// A mapping with arbitrary keys, in order.
    pub(super) fn entries<T>(self, read: impl Fn(&'d Located<Text>, Self) -> T) -> Field<Vec<T>> {
        self.field(|value| {
            let Value::Map(entries) = value else { return None };
            Some(
                entries.iter().map(|entry| read(&entry.key, Self::new(self.context, &entry.value))).collect(),
            )
        })
    }

    /// A mapping from keys to texts, in order.
    pub(super) fn text_entries(self) -> Field<Vec<(Located<Text>, Field<Text>)>> {
        self.entries(|key, slot| (key.clone(), slot.text()))
    }

    /// A policy document. One of a wrong shape is read all the same: its faults say so.
    pub(super) fn document(self) -> Field<Attached> {
        match self.content {
            Content::Absent => Field::Absent,
            Content::Unknown(unknown) => Field::Unknown(unknown),
            Content::Value(value) => {
                let Context { policies, vocabulary, shared, .. } = self.context;
                let read = |document: &Located<Value>| {
                    let (policy, layout) = policy::parse(document, vocabulary);
                    (policies.intern(policy), policies.share(layout))
                };
                let (policy, layout) = match &value.value {
                    Value::Shared(document) => shared.once(document, read),
                    other => match why_not(other, self.context) {
                        Unknown::Mismatch => read(value),
                        why => return Field::Unknown(Located::new(why, value.span)),
                    },
                };
                Field::Known(Located::new(Attached::new(policy, value.span, layout), value.span))
            }
        }
    }

    /// SAML metadata, if all of it is written out.
    pub(super) fn saml_metadata(self) -> Field<Arc<Document>> {
        let Context { vocabulary, documents, .. } = self.context;
        let Some(host) = self.span() else { return Field::Absent };
        self.field(|value| {
            let Value::Text(text) = value else { return None };
            Some(documents.read(host, text, text.as_literal(vocabulary)?))
        })
    }

    /// The items of a list, to be read one by one.
    pub(super) fn items(self) -> Field<Vec<Self>> {
        self.field(|value| {
            let Value::List(items) = value else { return None };
            Some(items.iter().map(|item| Self::new(self.context, item)).collect())
        })
    }

    /// The text, if it is written and has no symbols.
    pub(super) fn literal_text(self) -> Option<&'d str> {
        let Content::Value(Located { value: Value::Text(text), .. }) = self.content else { return None };
        text.as_literal(self.context.vocabulary)
    }

    /// True if something around the value, or the value itself, is unknown.
    pub(super) const fn is_unknown(self) -> bool {
        matches!(self.content, Content::Unknown(_) | Content::Value(Located { value: Value::Unknown(_), .. }))
    }

    /// The property itself if it is written, else what `otherwise` reads.
    pub(super) fn or(self, otherwise: Self) -> Self {
        if matches!(self.content, Content::Absent) { otherwise } else { self }
    }

    /// Nothing: for properties that only some resource types have.
    pub(super) const fn nothing(self) -> Self {
        Self::absent(self.context)
    }
}

/// Why a value that was not read is not known: because it is unknown, because a symbol hides it, or because it
/// is of a wrong shape.
fn why_not(value: &Value, context: Context<'_>) -> Unknown {
    match value {
        Value::Unknown(why) => *why,
        Value::Text(text) if text.as_literal(context.vocabulary).is_none() => text
            .parts()
            .iter()
            .find_map(
                |part| if let Part::Symbol(symbol) = part { Some(Unknown::Symbol(*symbol)) } else { None },
            )
            .unwrap_or(Unknown::Mismatch),
        Value::Null | Value::Text(_) | Value::List(_) | Value::Map(_) | Value::Shared(_) => Unknown::Mismatch,
    }
}
