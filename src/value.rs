//! The vocabulary of everything to the right: interned names, texts with symbols, worlds, bounds.
//!
//! A resolved string is a [`Text`]: literal parts and symbols in canonical form, so that two texts mean the
//! same exactly when they are equal. A [`Symbol`] is an unknown *string* with a language ([`Shape`]).

mod names;
mod secret;
mod shape;
mod symbols;
mod table;
mod text;
mod worlds;

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::source::Span;

pub use names::{Name, Names};
pub use secret::{MASK, ends_like_a_secret, is_one_of, is_open, is_secret_name};
pub use shape::{Class, Repeat, Shape, Step};
pub(crate) use symbols::FIRST_TOKEN;
pub use symbols::{DeploymentId, Pseudo, Symbol, SymbolId, Symbols, TemplateId};
pub(crate) use table::Table;
pub use text::{Comparison, Part, Text, TextBuilder};
pub use worlds::{Atom, WorldSet, WorldTable, Worlds};

/// Names and symbols of one scan. Shared by all threads; what it hands out stays valid as long as it lives.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Interned strings.
    pub names: Names,
    /// Interned symbols.
    pub symbols: Symbols,
}

impl Vocabulary {
    /// Interns `text` as a literal.
    #[must_use]
    pub fn literal(&self, text: &str) -> Text {
        if text.is_empty() { Text::default() } else { Text::literal(self.names.intern(text)) }
    }

    /// An abstract string for people: symbols in the notation of `Fn::Sub`.
    #[must_use]
    pub fn without_tokens(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for character in text.chars() {
            match self.symbols.of_token(u32::from(character)) {
                Some(symbol) => out.push_str(&Text::symbol(symbol).display(self)),
                None => out.push(character),
            }
        }
        out
    }
}

/// The member of a set that is equal to a value; the value itself becomes one if there is none.
pub(crate) fn keep_once<T: ?Sized + Eq + Hash, V: Borrow<T> + Into<Arc<T>>>(
    known: &mut FxHashSet<Arc<T>>,
    value: V,
) -> Arc<T> {
    if let Some(known) = known.get(value.borrow()) {
        return Arc::clone(known);
    }
    let value = value.into();
    known.insert(Arc::clone(&value));
    value
}

/// A value with its place.
#[derive(Clone, Copy, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

impl<T> Located<T> {
    /// `value`, written at `span`.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Located<U> {
        Located { value: change(self.value), span: self.span }
    }

    /// A borrowed value at the same place.
    pub const fn as_ref(&self) -> Located<&T> {
        Located { value: &self.value, span: self.span }
    }
}

/// Equality is that of the values: where they are written says nothing about what they mean.
impl<T: PartialEq> PartialEq for Located<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Located<T> {}

impl<T: Hash> Hash for Located<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

/// A property of an entity: not there, there and resolved, or there and not resolvable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field<T> {
    /// Not written (or `AWS::NoValue`).
    Absent,
    /// Written, and resolved. The value may still contain symbols.
    Known(Located<T>),
    /// Written, but what it is cannot be said.
    Unknown(Located<Unknown>),
}

/// Why a value is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unknown {
    /// A list whose items come from a parameter, an import or a split of one.
    List,
    /// An intrinsic function, macro or custom resource that is not resolved here.
    Function(Name),
    /// A text with this symbol in it, where only a literal can be read: a truth value, a number.
    Symbol(SymbolId),
    /// A value of a shape that the place does not allow, a text where a mapping must stand for example.
    Mismatch,
    /// A budget was reached (a problem says so).
    Budget,
    /// No answer of the account that is in view tells of it.
    NotSeen,
}

impl<T> Field<T> {
    /// The known value.
    pub const fn known(&self) -> Option<&Located<T>> {
        match self {
            Self::Known(located) => Some(located),
            Self::Absent | Self::Unknown(_) => None,
        }
    }

    /// True if nothing is written.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// True if no answer of the account that is in view tells of it.
    pub const fn is_not_seen(&self) -> bool {
        matches!(self, Self::Unknown(Located { value: Unknown::NotSeen, .. }))
    }

    /// Where the field is written.
    pub const fn span(&self) -> Option<Span> {
        match self {
            Self::Absent => None,
            Self::Known(located) => Some(located.span),
            Self::Unknown(located) => Some(located.span),
        }
    }
}

/// What holds for sure, and what is possible. Equal when decided.
///
/// For a truth, `sure` implies `possible`. For an ordered field, `sure` is the least that holds in every
/// case and `possible` the most that holds in any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bounds<T> {
    /// Holds whatever the unknowns are.
    pub sure: T,
    /// Holds for some value of the unknowns.
    pub possible: T,
}

impl<T: Clone> Bounds<T> {
    /// A decided value.
    pub fn decided(value: T) -> Self {
        Self { sure: value.clone(), possible: value }
    }
}

impl Bounds<bool> {
    /// Nothing is known.
    pub const UNDECIDED: Self = Self { sure: false, possible: true };

    /// The truth, if it is decided.
    #[must_use]
    pub const fn known(self) -> Option<bool> {
        if self.sure == self.possible { Some(self.sure) } else { None }
    }

    /// Kleene's negation.
    #[must_use]
    pub const fn not(self) -> Self {
        Self { sure: !self.possible, possible: !self.sure }
    }

    /// Kleene's conjunction.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { sure: self.sure && other.sure, possible: self.possible && other.possible }
    }

    /// Kleene's disjunction.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self { sure: self.sure || other.sure, possible: self.possible || other.possible }
    }
}
