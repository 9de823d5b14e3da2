//! Entities by the texts that name them.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::super::{EntityId, EntityKind, Form, Model};
use crate::policy::Arn;
use crate::value::{Name, TemplateId, Text, Vocabulary};

/// An entity and one of its identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) entity: EntityId,
    pub(super) form: Form,
}

type Hits = SmallVec<[Hit; 1]>;

/// The variants of resources, by template and logical id.
type Variants = FxHashMap<(TemplateId, Name), SmallVec<[EntityId; 1]>>;

/// All ways to find an entity. Hits stand in the order of entities, so that results do not depend on hashing. What only
/// symbols and mistakes ask for is made when it is asked for: a scan of accounts has no symbols, and very many entities.
#[derive(Debug)]
pub(super) struct Index<'m> {
    model: &'m Model,
    vocabulary: &'m Vocabulary,
    by_text: FxHashMap<Text, Hits>,
    /// False if there is an ARN with a symbol in it.
    literal: bool,
    /// By everything behind the account in the ARN: what is left of it if accounts are not known.
    by_resource: OnceCell<FxHashMap<Text, Hits>>,
    /// By identifier without regard to case and trailing slash.
    by_folded: OnceCell<FxHashMap<String, Hits>>,
    by_logical_id: OnceCell<Variants>,
}

impl<'m> Index<'m> {
    pub(super) fn new(model: &'m Model, vocabulary: &'m Vocabulary) -> Self {
        let mut index = Self {
            model,
            vocabulary,
            by_text: FxHashMap::default(),
            literal: true,
            by_resource: OnceCell::new(),
            by_folded: OnceCell::new(),
            by_logical_id: OnceCell::new(),
        };
        for (text, hit) in identifiers(model) {
            index.literal &= hit.form != Form::Arn || text.as_literal(vocabulary).is_some();
            index.by_text.entry(text.clone()).or_default().push(hit);
        }
        index
    }

    /// Entities that have exactly this identifier.
    pub(super) fn exact(&self, text: &Text) -> &[Hit] {
        self.by_text.get(text).map(SmallVec::as_slice).unwrap_or_default()
    }

    /// Entities whose ARN ends in the same resource as this one, and may be the same.
    pub(super) fn resource(&self, text: &Text, arn: &Arn) -> &[Hit] {
        // Of two ARNs without symbols, no more than the same text is the same.
        if self.literal && text.as_literal(self.vocabulary).is_some() {
            return &[];
        }
        let by_resource = self.by_resource.get_or_init(|| {
            let mut by_resource: FxHashMap<Text, Hits> = FxHashMap::default();
            for (text, hit) in identifiers(self.model).filter(|(_, hit)| hit.form == Form::Arn) {
                if let Some(arn) = Arn::parse(text, self.vocabulary) {
                    by_resource.entry(arn.resource).or_default().push(hit);
                }
            }
            by_resource
        });
        by_resource.get(&arn.resource).map(SmallVec::as_slice).unwrap_or_default()
    }

    /// An entity of one of the expected kinds, whose identifier differs from the text only in case or in a
    /// trailing slash.
    pub(super) fn near(
        &self,
        text: &Text,
        expected: &[(EntityKind, Form)],
    ) -> impl Iterator<Item = EntityId> {
        let by_folded = self.by_folded.get_or_init(|| {
            let mut by_folded: FxHashMap<String, Hits> = FxHashMap::default();
            let named = |(_, hit): &(&Text, Hit)| matches!(hit.form, Form::Arn | Form::Name);
            for (text, hit) in identifiers(self.model).filter(named) {
                by_folded.entry(fold(text, self.vocabulary)).or_default().push(hit);
            }
            by_folded
        });
        let hits = by_folded.get(&fold(text, self.vocabulary)).map(SmallVec::as_slice).unwrap_or_default();
        hits.iter().filter(|hit| expected.contains(&(hit.entity.kind, hit.form))).map(|hit| hit.entity)
    }

    /// The variants of a resource.
    pub(super) fn variants(&self, template: TemplateId, logical_id: Name) -> &[EntityId] {
        let by_logical_id = self.by_logical_id.get_or_init(|| {
            let mut by_logical_id = Variants::default();
            for entity in self.model.entities() {
                by_logical_id.entry((entity.template, entity.logical_id)).or_default().push(entity.id);
            }
            by_logical_id
        });
        by_logical_id.get(&(template, logical_id)).map(SmallVec::as_slice).unwrap_or_default()
    }
}

/// Every identifier of every entity.
fn identifiers(model: &Model) -> impl Iterator<Item = (&Text, Hit)> {
    model.entities().flat_map(|entity| {
        let hit = |form| Hit { entity: entity.id, form };
        entity.identifiers.iter().map(move |identifier| (&identifier.text, hit(identifier.form)))
    })
}

/// The text for comparing without regard to case, trailing slash, and whether the partition is written out.
/// Other symbols stay what they are.
fn fold(text: &Text, vocabulary: &Vocabulary) -> String {
    let text = text.display(vocabulary).to_ascii_lowercase().replace("arn:${aws::partition}:", "arn:aws:");
    text.trim_end_matches('/').to_owned()
}
