//! A thing of an account, and the resource that it becomes.

use rustc_hash::FxHashMap;

use super::fragment::{Fragment, Told};
use super::kinds::{self, Reference};
use super::merge;
use crate::resources::{Deployment, Entry, Resource, Supplement, Value, Variant};
use crate::value::{Located, Name, TemplateId, Text, TextBuilder, Unknown, Vocabulary, WorldTable};

/// What tells the things of an owner apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) kind: &'static str,
    pub(super) region: Option<Name>,
    pub(super) id: Name,
}

/// A thing with all that tells of it.
pub(super) struct Thing {
    pub(super) key: Key,
    /// Shown to people.
    pub(super) label: Option<Name>,
    pub(super) region: Option<Name>,
    pub(super) fragments: Vec<Fragment>,
}

/// The kind of the thing that belongs to this one, if no answer tells of it.
pub(super) fn companion(
    thing: &Thing,
    known: &FxHashMap<Key, usize>,
) -> Option<(&'static str, &'static str)> {
    let (kind, property) = kinds::find(thing.key.kind).companion?;
    let key = Key { kind, ..thing.key.clone() };
    (!known.contains_key(&key)).then_some((kind, property))
}

/// A thing that is always there and of which no answer tells.
pub(super) fn unseen(
    kind: &'static str,
    property: &'static str,
    of: &Resource,
    vocabulary: &Vocabulary,
) -> Resource {
    let mut resource = of.clone();
    resource.kind = vocabulary.names.intern(kind);
    for variant in &mut resource.variants {
        let span = of.span;
        let mut properties = merge::nothing_seen(kind, span, vocabulary);
        properties.retain(|entry| entry.key.value.as_literal(vocabulary) != Some(property));
        if let Some(reference) = variant.reference.take() {
            let value = Located::new(Value::Text(reference), span);
            properties.push(Entry { key: Located::new(vocabulary.literal(property), span), value });
        }
        variant.properties = Located::new(Value::Map(properties), span);
        variant.attributes.clear();
        variant.arn = None;
    }
    resource
}

impl Thing {
    /// What is told of it besides what the details of its account tell.
    pub(super) fn supplement(
        self,
        place: &Deployment,
        template: TemplateId,
        vocabulary: &Vocabulary,
    ) -> Option<Supplement> {
        let name = kinds::supplemented(self.key.kind)?;
        let Resource { kind, logical_id, variants, .. } = self.resource(place, template, vocabulary)?;
        let Value::Map(properties) = variants.into_iter().next()?.properties.value else { return None };
        let mut told = properties.into_iter().filter(|entry| !is_not_seen(entry));
        let Entry { value, .. } = told.find(|entry| entry.key.value.as_literal(vocabulary) == Some(name))?;
        Some(Supplement { kind, template, deployment: place.id, logical_id, property: value })
    }

    /// The resource that it is; none for what AWS makes and keeps up.
    pub(super) fn resource(
        self,
        place: &Deployment,
        template: TemplateId,
        vocabulary: &Vocabulary,
    ) -> Option<Resource> {
        let Self { key, label, region, fragments } = self;
        let names = &vocabulary.names;
        let kind = kinds::find(key.kind);
        let listed = fragments.iter().all(is_of_a_list);
        let merged = merge::merge(fragments, vocabulary)?;
        let written = merged.arn.as_ref().and_then(|arn| arn.as_literal(vocabulary));
        let name = match kinds::made_by_aws(key.kind, written) {
            kinds::Maker::Customer => key.kind,
            kinds::Maker::Service => "AWS::IAM::ServiceLinkedRole",
            kinds::Maker::Aws => return None,
        };
        // What is called by its file has no identity that others could name.
        let named = label.is_none();
        let arn = merged.arn.clone().or_else(|| {
            let formula = kind.arn.filter(|_| named)?;
            let region = region.map_or_else(|| place.region.clone(), Text::literal);
            Some(fill(formula, place, &region, key.id, vocabulary))
        });
        let called = kind.label.and_then(|property| {
            let entry = merged
                .properties
                .iter()
                .find(|entry| entry.key.value.as_literal(vocabulary) == Some(property))?;
            let Value::Text(text) = &entry.value.value else { return None };
            text.as_literal(vocabulary).map(|text| names.intern(text))
        });
        let own = merged.attributes.iter().find(|(name, _)| *name == "Ref").map(|(_, text)| text.clone());
        let reference = own.or_else(|| match kind.reference {
            Reference::Id => named.then(|| Text::literal(key.id)),
            Reference::Arn => arn.clone(),
            Reference::Other => None,
        });
        let attributes = merged.attributes.into_iter().filter(|(name, _)| *name != "Ref");
        Some(Resource {
            logical_id: label.or(called).unwrap_or(key.id),
            kind: names.intern(name),
            template,
            root: template,
            deployment: place.id,
            span: merged.span,
            cdk_path: None,
            made_by: None,
            only_listed: listed && merged.properties.iter().any(is_not_seen),
            variants: vec![Variant {
                worlds: WorldTable::single().all(),
                properties: Located::new(Value::Map(merged.properties), merged.whole),
                reference,
                arn,
                external_id: None,
                attributes: attributes.map(|(name, text)| (names.intern(name), text)).collect(),
            }],
        })
    }
}

/// True for what a list of things tells of one of them, besides which there are answers about it. Lists of IAM tell more than
/// names.
fn is_of_a_list(fragment: &Fragment) -> bool {
    let Told::ByReading(reading) = fragment.told else { return false };
    let names_things = !reading.at.is_empty() && !reading.id.is_empty();
    names_things && reading.service != "iam" && reading.operation.starts_with("list-")
}

fn is_not_seen(entry: &Entry) -> bool {
    entry.value.value == Value::Unknown(Unknown::NotSeen)
}

/// An ARN by its formula.
fn fill(formula: &str, place: &Deployment, region: &Text, id: Name, vocabulary: &Vocabulary) -> Text {
    let mut builder = TextBuilder::default();
    let mut rest = formula;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, inner)| Some((before, inner.split_once('}')?)))
    {
        builder.push_str(before);
        match name {
            "partition" => builder.push_text(&place.partition, &vocabulary.names),
            "region" => builder.push_text(region, &vocabulary.names),
            "account" => builder.push_text(&place.account, &vocabulary.names),
            _ => builder.push_str(vocabulary.names.text(id)),
        }
        rest = after;
    }
    builder.push_str(rest);
    builder.finish(&vocabulary.names)
}
