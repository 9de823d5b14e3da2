//! References between entities: what each place expects, and what was found.

mod place;

use super::{EntityId, EntityKind, Form};
use crate::source::Span;
use crate::value::{Name, Text, Worlds};

pub use place::{Expected, ReferencePlace};

/// One value of an entity that names another thing.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The entity in which it stands.
    pub from: EntityId,
    /// In which of its places.
    pub place: ReferencePlace,
    /// What stands there.
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
    /// Entities in view: more than one only if they are variants of one resource, or if none is sure.
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
    Missing(Missing),
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
