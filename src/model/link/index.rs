//! Entities by the texts that name them.

use std::cell::OnceCell;
use std::hash::{BuildHasher, Hash};

use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;

use super::super::{Entity, EntityId, EntityKind, Form, Identifier, Model};
use crate::policy::Arn;
use crate::value::{Name, TemplateId, Text, Vocabulary};

/// An entity and one of its identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) entity: EntityId,
    pub(super) form: Form,
}

/// Those that have one identifier in common.
pub(super) type Hits = SmallVec<[Hit; 2]>;

/// The variants of resources, by template and logical id.
type Variants = FxHashMap<(TemplateId, Name), SmallVec<[EntityId; 1]>>;

/// All ways to find an entity. Hits stand in the order of entities, so that results do not depend on hashing. What only
/// symbols and mistakes ask for is made when it is asked for: a scan of accounts has no symbols, and very many entities.
#[derive(Debug)]
pub(super) struct Index<'m> {
    model: &'m Model,
    vocabulary: &'m Vocabulary,
    by_text: Sorted,
    /// False if there is an ARN with a symbol in it.
    literal: bool,
    /// By everything behind the account in the ARN: what is left of it if accounts are not known.
    by_resource: OnceCell<FxHashMap<Text, Hits>>,
    /// By identifier without regard to case and trailing slash; for each kind.
    by_folded: Vec<OnceCell<Sorted>>,
    by_logical_id: OnceCell<Variants>,
}

/// Identifiers by hash: a table that holds the texts would take several times as much memory.
#[derive(Debug)]
struct Sorted(Vec<Entry>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    hash: u32,
    entity: EntityId,
    /// Which of the identifiers of the entity.
    position: u16,
}

impl Sorted {
    /// The identifiers of entities that are `of` interest, by what `key` makes of them.
    fn new<'m, K: Hash>(
        entities: impl Iterator<Item = &'m Entity>,
        of: impl Fn(&Identifier) -> bool,
        key: impl Fn(&'m Text) -> K,
    ) -> Self {
        let mut entries = Vec::new();
        for entity in entities {
            for (position, identifier) in (0..).zip(&entity.identifiers) {
                if of(identifier) {
                    entries.push(Entry { hash: hash(&key(&identifier.text)), entity: entity.id, position });
                }
            }
        }
        entries.sort_unstable();
        Self(entries)
    }

    /// Those whose text `is` the one of the hash.
    fn find(&self, hash: u32, model: &Model, is: impl Fn(&Text) -> bool) -> Hits {
        let start = self.0.partition_point(|entry| entry.hash < hash);
        let same = self.0[start..].iter().take_while(|entry| entry.hash == hash);
        let hit = |entry: &Entry| {
            let identifier = &model.entity(entry.entity).identifiers[usize::from(entry.position)];
            is(&identifier.text).then_some(Hit { entity: entry.entity, form: identifier.form })
        };
        same.filter_map(hit).collect()
    }
}

/// The upper half of a hash.
fn hash(key: &impl Hash) -> u32 {
    (FxBuildHasher.hash_one(key) >> u32::BITS) as u32
}

impl<'m> Index<'m> {
    pub(super) fn new(model: &'m Model, vocabulary: &'m Vocabulary) -> Self {
        let is_literal = |identifier: &Identifier| {
            identifier.form != Form::Arn || identifier.text.as_literal(vocabulary).is_some()
        };
        Self {
            model,
            vocabulary,
            by_text: Sorted::new(model.entities(), |_| true, |text| text),
            literal: model.entities().flat_map(|entity| &entity.identifiers).all(is_literal),
            by_resource: OnceCell::new(),
            by_folded: EntityKind::ALL.iter().map(|_| OnceCell::new()).collect(),
            by_logical_id: OnceCell::new(),
        }
    }

    /// Entities that have exactly this identifier.
    pub(super) fn exact(&self, text: &Text) -> Hits {
        self.by_text.find(hash(text), self.model, |known| known == text)
    }

    /// Entities whose ARN ends in the same resource as this one, and may be the same.
    pub(super) fn resource(&self, text: &Text, arn: &Arn) -> &[Hit] {
        // Of two ARNs without symbols, no more than the same text is the same.
        if self.literal && text.as_literal(self.vocabulary).is_some() {
            return &[];
        }
        let by_resource = self.by_resource.get_or_init(|| {
            let mut by_resource: FxHashMap<Text, Hits> = FxHashMap::default();
            for entity in self.model.entities() {
                for identifier in entity.identifiers.iter().filter(|known| known.form == Form::Arn) {
                    if let Some(arn) = Arn::parse(&identifier.text, self.vocabulary) {
                        let hit = Hit { entity: entity.id, form: Form::Arn };
                        by_resource.entry(arn.resource).or_default().push(hit);
                    }
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
        let fold = |text: &Text| fold(text, self.vocabulary);
        let folded = fold(text);
        let mut kinds: SmallVec<[EntityKind; 4]> = expected.iter().map(|(kind, _)| *kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let mut hits = Hits::new();
        for kind in kinds {
            let by_folded = self.by_folded[kind as usize].get_or_init(|| {
                let own = self.model.entities().filter(|entity| entity.id.kind == kind);
                Sorted::new(own, |identifier| matches!(identifier.form, Form::Arn | Form::Name), fold)
            });
            hits.extend(by_folded.find(hash(&folded), self.model, |known| fold(known) == folded));
        }
        hits.retain(|hit| expected.contains(&(hit.entity.kind, hit.form)));
        hits.into_iter().map(|hit| hit.entity)
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

/// The text for comparing without regard to case, trailing slash, and whether the partition is written out.
/// Other symbols stay what they are.
fn fold(text: &Text, vocabulary: &Vocabulary) -> String {
    let text = text.display(vocabulary).to_ascii_lowercase().replace("arn:${aws::partition}:", "arn:aws:");
    text.trim_end_matches('/').to_owned()
}
