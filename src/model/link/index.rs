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

/// All ways to find an entity. Hits stand in the order of entities, so that results do not depend on hashing.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_text: FxHashMap<Text, Hits>,
    /// By everything behind the account in the ARN: what is left of it if accounts are not known.
    by_resource: FxHashMap<Text, Hits>,
    /// By identifier without regard to case and trailing slash. Made when it is asked for: most scans have nothing that is
    /// close to what it should be.
    by_folded: OnceCell<FxHashMap<String, Hits>>,
    by_logical_id: FxHashMap<(TemplateId, Name), SmallVec<[EntityId; 1]>>,
}

impl Index {
    pub(super) fn new(model: &Model, vocabulary: &Vocabulary) -> Self {
        let mut index = Self::default();
        for entity in model.entities() {
            let key = (entity.template, entity.logical_id);
            index.by_logical_id.entry(key).or_default().push(entity.id);
            for identifier in &entity.identifiers {
                let hit = Hit { entity: entity.id, form: identifier.form };
                index.by_text.entry(identifier.text.clone()).or_default().push(hit);
                if identifier.form == Form::Arn
                    && let Some(arn) = Arn::parse(&identifier.text, vocabulary)
                {
                    index.by_resource.entry(arn.resource).or_default().push(hit);
                }
            }
        }
        index
    }

    /// Entities that have exactly this identifier.
    pub(super) fn exact(&self, text: &Text) -> &[Hit] {
        self.by_text.get(text).map(SmallVec::as_slice).unwrap_or_default()
    }

    /// Entities whose ARN ends in the same resource.
    pub(super) fn resource(&self, resource: &Text) -> &[Hit] {
        self.by_resource.get(resource).map(SmallVec::as_slice).unwrap_or_default()
    }

    /// An entity of one of the expected kinds, whose identifier differs from the text only in case or in a
    /// trailing slash.
    pub(super) fn near(
        &self,
        text: &Text,
        expected: &[(EntityKind, Form)],
        model: &Model,
        vocabulary: &Vocabulary,
    ) -> impl Iterator<Item = EntityId> {
        let by_folded = self.by_folded.get_or_init(|| folded(model, vocabulary));
        let hits = by_folded.get(&fold(text, vocabulary)).map(SmallVec::as_slice).unwrap_or_default();
        hits.iter().filter(|hit| expected.contains(&(hit.entity.kind, hit.form))).map(|hit| hit.entity)
    }

    /// The variants of a resource.
    pub(super) fn variants(&self, template: TemplateId, logical_id: Name) -> &[EntityId] {
        self.by_logical_id.get(&(template, logical_id)).map(SmallVec::as_slice).unwrap_or_default()
    }
}

/// Entities by their folded names and ARNs.
fn folded(model: &Model, vocabulary: &Vocabulary) -> FxHashMap<String, Hits> {
    let mut by_folded: FxHashMap<String, Hits> = FxHashMap::default();
    for entity in model.entities() {
        for identifier in &entity.identifiers {
            if matches!(identifier.form, Form::Arn | Form::Name) {
                let hit = Hit { entity: entity.id, form: identifier.form };
                by_folded.entry(fold(&identifier.text, vocabulary)).or_default().push(hit);
            }
        }
    }
    by_folded
}

/// The text for comparing without regard to case, trailing slash, and whether the partition is written out.
/// Other symbols stay what they are.
fn fold(text: &Text, vocabulary: &Vocabulary) -> String {
    let text = text.display(vocabulary).to_ascii_lowercase().replace("arn:${aws::partition}:", "arn:aws:");
    text.trim_end_matches('/').to_owned()
}
