//! References between entities: what each place expects, and what was found.

mod collect;
mod completeness;
mod grants;
mod index;
mod place;
mod provision;
mod resolve;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use self::collect::Wanted;
use super::identifiers::{Piece, concat, pool_provider_name};
use super::{EntityId, EntityKind, Form, Model};
use crate::finding::Certainty;
use crate::source::Span;
use crate::value::{Field, Name, Text, Vocabulary, Worlds};

pub use place::{Expected, ReferencePlace};

/// One value of an entity that names another thing.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The entity in which it stands.
    pub from: EntityId,
    /// In which of its places.
    pub place: ReferencePlace,
    /// What stands there. Empty if it could not be resolved.
    pub text: Text,
    /// Where.
    pub span: Span,
    /// The worlds in which it stands there.
    pub worlds: Worlds,
    /// What it names.
    pub target: Target,
}

/// What a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Entities in view: more than one only if they are never in one world together, or if none is sure; at
    /// most 64.
    Found(Vec<Found>),
    /// It can never be what the place takes.
    WrongForm {
        /// The entity that the text names in another form, if it is in view.
        entity: Option<EntityId>,
        /// What the text is: of which kind of thing which identifier. `None` if it is only known not to be of
        /// the form that the place takes.
        got: Option<(EntityKind, Form)>,
    },
    /// Nothing in view has this identifier, although it would have to be in view.
    Missing(Box<Missing>),
    /// It names something that is not in view, as far as can be seen rightly.
    Outside(Outside),
    /// What it names depends on what is not known.
    Unknown,
}

/// An entity that a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The entity.
    pub entity: EntityId,
    /// True if it is this one for every value of the unknowns.
    pub sure: bool,
    /// The worlds in which reference and entity exist.
    pub worlds: Worlds,
}

impl Found {
    /// How certain the link is.
    #[must_use]
    pub const fn certainty(&self) -> Certainty {
        if self.sure { Certainty::Proved } else { Certainty::Possible }
    }
}

/// Something that is named and not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// True if it is certain: the template itself would have to define it.
    pub sure: bool,
    /// The name that is not defined, if the reference is by logical id.
    pub name: Option<Name>,
    /// A close name that is defined.
    pub did_you_mean: Option<Name>,
    /// An entity in view whose identifier differs only in case, or only in a trailing slash.
    pub near: Option<EntityId>,
}

/// Why a thing is not in view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outside {
    /// AWS makes or manages it: managed policies, built-in providers, reserved roles.
    Aws,
    /// It is in another account.
    OtherAccount,
    /// It may be in this account, made by something that is not scanned.
    NotScanned,
    /// A thing outside AWS, or of a kind that is not modelled.
    Elsewhere,
}

/// Finds every reference of the entities and what it names, and from that what permissions everybody has.
pub(super) fn link(model: &mut Model, vocabulary: &Vocabulary) {
    name_logins(model, vocabulary);
    let references = references(model, vocabulary);
    for (position, reference) in references.iter().enumerate() {
        let position = u32::try_from(position).expect("a scan has fewer than 2^32 references");
        for entity in reference.target.entities() {
            model.scope.incoming.entry(entity).or_default().push(position);
        }
    }
    model.references = references;
    provision::provision(model, vocabulary);
    model.grants = grants::grants(model);
}

/// The roles whose references are looked for in one go: there may be very many, and what is looked for takes more room
/// than what is found.
const ROLES: usize = 1024;

/// Every reference, by entity and place in it.
fn references(model: &Model, vocabulary: &Vocabulary) -> Vec<Reference> {
    let index = index::Index::new(model, vocabulary);
    let resolver = resolve::Resolver::new(model, &index, vocabulary);
    // Room that is not used costs nothing, and growing leaves holes.
    let mut references = Vec::with_capacity(3 * model.roles.len());
    let mut resolve = |wanted: &[Wanted<'_>]| {
        references.extend(wanted.iter().flat_map(|wanted| resolver.references(wanted)));
    };
    let others = collect::of_others(model, vocabulary);
    let (before, behind) =
        others.split_at(others.partition_point(|wanted| wanted.from.id.kind < EntityKind::Role));
    resolve(before);
    for roles in model.roles.chunks(ROLES) {
        resolve(&collect::of_roles(model, roles, vocabulary));
    }
    resolve(behind);
    references
}

/// Gives each app client the names by which role mappings know it: they begin with that of its pool.
fn name_logins(model: &mut Model, vocabulary: &Vocabulary) {
    let mut providers: FxHashMap<Text, Vec<Text>> = FxHashMap::default();
    for pool in &model.user_pools {
        let names = |form| pool.entity.identifiers.iter().filter(move |identifier| identifier.form == form);
        for id in names(Form::Id) {
            let known = providers.entry(id.text.clone()).or_default();
            known.extend(names(Form::ProviderName).map(|identifier| identifier.text.clone()));
        }
    }
    for client in &mut model.user_pool_clients {
        let (Field::Known(pool), Some(id)) = (&client.user_pool, client.entity.identifier(Form::Id).cloned())
        else {
            continue;
        };
        let deployment = model.scope.deployment(client.entity.deployment);
        let guessed = || {
            // The pool is not in view; a client is in the region of its pool.
            let region = deployment.map(|deployment| &deployment.region)?;
            Some(pool_provider_name(&pool.value, false, region, vocabulary))
        };
        let known = providers.get(&pool.value).cloned().unwrap_or_else(|| guessed().into_iter().collect());
        for provider in known {
            let pieces = [Piece::Text(&provider), Piece::Literal(":"), Piece::Text(&id)];
            client.entity.identify(Form::Login, concat(vocabulary, &pieces));
        }
    }
}

impl Target {
    /// The entities that are found, also those in a wrong form.
    pub fn entities(&self) -> impl Iterator<Item = EntityId> {
        let (found, wrong) = match self {
            Self::Found(found) => (found.as_slice(), None),
            Self::WrongForm { entity, .. } => (&[][..], *entity),
            Self::Missing(_) | Self::Outside(_) | Self::Unknown => (&[][..], None),
        };
        found.iter().map(|found| found.entity).chain(wrong)
    }

    /// The entities that are found in the right form.
    #[must_use]
    pub fn found(&self) -> &[Found] {
        if let Self::Found(found) = self { found } else { &[] }
    }
}
