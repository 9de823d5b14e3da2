//! Declares kinds of facts: a struct, and its schema for rules, written once.

use std::marker::PhantomData;

use super::{FieldType, FieldValue, WordSet, Words};
use crate::value::{Bounds, Text};

/// A Rust type that a field can have.
pub trait Holds {
    /// What the field may hold, for rules.
    const TYPE: FieldType;

    /// What it holds.
    fn value(&self) -> FieldValue;
}

/// One of the words of an enum, as far as it is decided: a set of those that it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OneOf<W>(WordSet, PhantomData<W>);

impl<W: Words> OneOf<W> {
    /// Exactly this word.
    #[must_use]
    pub fn only(word: W) -> Self {
        Self(WordSet::only(word), PhantomData)
    }

    /// This word too.
    #[must_use]
    pub fn or(self, word: W) -> Self {
        Self(self.0.or(word), PhantomData)
    }

    /// The words that it may be.
    #[must_use]
    pub const fn words(self) -> WordSet {
        self.0
    }

    /// No word: the field does not apply.
    #[must_use]
    pub const fn none() -> Self {
        Self(WordSet(0), PhantomData)
    }
}

impl<W: Words> Holds for OneOf<W> {
    const TYPE: FieldType = FieldType::Word(W::NAMES);

    fn value(&self) -> FieldValue {
        FieldValue::Word(self.0)
    }
}

/// One of the words of an ordered enum, mildest first, as far as it is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelOf<W>(WordSet, PhantomData<W>);

impl<W: Words> LevelOf<W> {
    /// Exactly this level.
    #[must_use]
    pub fn only(level: W) -> Self {
        Self(WordSet::only(level), PhantomData)
    }

    /// No level: the field does not apply.
    #[must_use]
    pub const fn none() -> Self {
        Self(WordSet(0), PhantomData)
    }

    /// This level too.
    #[must_use]
    pub fn or(self, level: W) -> Self {
        Self(self.0.or(level), PhantomData)
    }
}

impl<W: Words> Holds for LevelOf<W> {
    const TYPE: FieldType = FieldType::Level(W::NAMES);

    fn value(&self) -> FieldValue {
        FieldValue::Word(self.0)
    }
}

impl Holds for Bounds<bool> {
    const TYPE: FieldType = FieldType::Boolean;

    fn value(&self) -> FieldValue {
        FieldValue::Boolean(*self)
    }
}

impl Holds for Bounds<i64> {
    const TYPE: FieldType = FieldType::Number;

    fn value(&self) -> FieldValue {
        FieldValue::Number(*self)
    }
}

impl Holds for Option<Text> {
    const TYPE: FieldType = FieldType::Text;

    fn value(&self) -> FieldValue {
        FieldValue::Text(self.clone())
    }
}

impl Holds for Vec<Text> {
    const TYPE: FieldType = FieldType::Texts;

    fn value(&self) -> FieldValue {
        FieldValue::Texts(self.clone())
    }
}

/// Declares a kind of fact. Its doc comment and those of its fields are what rules are told about them.
macro_rules! fact {
    (
        $(#[doc = $about:literal])+
        $name:ident = $kind:literal {
            $($(#[doc = $field_about:literal])+ $field:ident: $type:ty = $field_name:literal,)*
        }
        evidence { $($(#[doc = $evidence_about:literal])+ $role:literal,)* }
        $(remedies { $($(#[doc = $remedy_about:literal])+ $remedy_field:ident: $remedy:literal,)* })?
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug)]
        pub(crate) struct $name {
            /// What every fact has.
            pub common: $crate::facts::Common,
            $($(#[doc = $field_about])+ pub $field: $type,)*
            $($($(#[doc = $remedy_about])+ pub $remedy_field: Option<$crate::finding::Fix>,)*)?
        }

        impl $name {
            /// What rules can ask.
            pub(crate) const SCHEMA: $crate::facts::Schema = $crate::facts::Schema {
                kind: $kind,
                about: concat!($($about),+).trim_ascii(),
                fields: &[$($crate::facts::FieldSchema {
                    name: $field_name,
                    holds: <$type as $crate::facts::Holds>::TYPE,
                    about: concat!($($field_about),+).trim_ascii(),
                },)*],
                evidence: &[$($crate::facts::EvidenceSchema {
                    role: $role,
                    about: concat!($($evidence_about),+).trim_ascii(),
                },)*],
                remedies: &[$($($crate::facts::RemedySchema {
                    name: $remedy,
                    about: concat!($($remedy_about),+).trim_ascii(),
                },)*)?],
            };

            const FIELDS: &[fn(&Self) -> $crate::facts::FieldValue] =
                &[$(|fact| $crate::facts::Holds::value(&fact.$field),)*];
        }

        impl $crate::facts::Fact for $name {
            fn schema(&self) -> &'static $crate::facts::Schema {
                &Self::SCHEMA
            }

            fn common(&self) -> &$crate::facts::Common {
                &self.common
            }

            fn field(&self, field: $crate::facts::FieldId) -> $crate::facts::FieldValue {
                Self::FIELDS[usize::from(field.0)](self)
            }
            $(
                fn remedy(&self, name: &str) -> Option<&$crate::finding::Fix> {
                    match name {
                        $($remedy => self.$remedy_field.as_ref(),)*
                        _ => None,
                    }
                }
            )?
        }
    };
}

pub(crate) use fact;
