//! What a kind of principal can send: the context keys of its requests, and who decides what is in them.
//!
//! A [`Sender`] is a union of [`Kind`]s of requests. The claims of a kind are written as formats over variables
//! (`sub = repo:{owner}/{repository}:ref:{ref}`, `ref = {ref}`), so that claims that go together do so here too.

use std::sync::Arc;

use crate::value::Shape;

/// What one principal can send, with what is known of it filled in.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    /// For people: `GitHub Actions`.
    pub name: String,
    /// The variables of its formats. Shared like the claims.
    pub variables: Vec<Arc<Variable>>,
    /// The kinds of its requests.
    pub kinds: Vec<Kind>,
    /// What it may ask for.
    pub exchanges: Vec<Exchange>,
    /// Pairs of keys, in lower case, of which each request has exactly one.
    pub exactly_one: Vec<[String; 2]>,
    /// Pairs of keys, in lower case, of which each request has both or neither.
    pub together: Vec<[String; 2]>,
    /// The variables that tell tenants apart. Each of them alone names one.
    pub tenant: Vec<VariableId>,
    /// The variables that tell projects of one tenant apart. Each of them alone names one.
    pub project: Vec<VariableId>,
    /// The variables that tell the runs of one project apart.
    pub run: Vec<VariableId>,
}

/// An index in [`Sender::variables`].
pub type VariableId = u16;

/// An unknown text that one or several claims are made of.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name in formats.
    pub name: String,
    /// The strings that it may be.
    pub language: Shape,
    /// Strings of the language that it is never.
    pub except: Vec<String>,
    /// What the strings are compared as.
    pub measure: Measure,
    /// Who decides what it is.
    pub control: Control,
    /// Strings of the language that look like real ones, the best first.
    pub samples: Vec<String>,
}

/// What a value is compared as, where order matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Measure {
    /// A text.
    #[default]
    Text,
    /// A point in time, not before today.
    Time,
}

/// Who decides what a claim says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Control {
    /// Whoever makes the request.
    #[default]
    Requester,
    /// The administrator of the tenant that the token names.
    Tenant,
    /// The issuer: assigned to one tenant and no other.
    Issuer,
}

/// A kind of requests.
#[derive(Clone, Debug, Default)]
pub struct Kind {
    /// For people: `pull request`.
    pub name: String,
    /// True if it is not known for sure that there are such requests.
    pub possible: bool,
    /// True for runs of code that nobody has reviewed.
    pub unreviewed: bool,
    /// True for what somebody without any login sends.
    pub guest: bool,
    /// Its context keys. The first that fits a key counts. Shared, because many questions are asked about a sender that
    /// differs from another one in a claim or two.
    pub claims: Vec<Arc<Claim>>,
}

/// A context key and its values.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The key in lower case. With `*` at the end, every key that begins so, each with values of its own.
    pub key: String,
    /// Whether it is there.
    pub presence: Presence,
    /// What it is.
    pub values: Values,
}

/// Whether a key is in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// In every request.
    Always,
    /// In some.
    Sometimes,
    /// In none.
    Never,
    /// The sources do not say.
    Undecided,
}

/// The values of a key.
#[derive(Clone, Debug)]
pub enum Values {
    /// One, of one of these formats.
    One(Vec<Format>),
    /// Several.
    Many {
        /// For each of these, there is a value of one of its formats.
        required: Vec<Vec<Format>>,
        /// Further values are of these formats. None: there are no others.
        others: Vec<Format>,
    },
}

/// How a value is put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Format(pub Vec<Piece>);

/// A stretch of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These characters; symbols by their tokens.
    Literal(String),
    /// A variable, the same wherever it occurs in one request.
    Variable(VariableId),
    /// Any string of a variable's language, another one at each place.
    Fresh(VariableId),
    /// Several formats in any order.
    Segments {
        /// What there is to choose from, each at most once.
        choices: Vec<Format>,
        /// What stands between them.
        separator: String,
        /// The most that are chosen; at least one.
        most: u8,
    },
}

/// A call that takes several allowances.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// For people: `with session tags`. Empty for the plain one.
    pub name: String,
    /// The actions that must all be allowed in the same context.
    pub actions: Vec<String>,
    /// Keys that such a request does not have, in lower case; `*` at the end as in [`Claim::key`].
    pub without: Vec<String>,
    /// True if only some senders ask for it, and it is not known whether this one does.
    pub possible: bool,
}

impl Sender {
    /// The variable of a name.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<VariableId> {
        let index = self.variables.iter().position(|variable| variable.name == name)?;
        VariableId::try_from(index).ok()
    }
}

impl Sender {
    /// Lets every key that is not described be there, with any value, or not.
    pub fn allow_unknown_keys(&mut self) {
        let Ok(id) = VariableId::try_from(self.variables.len()) else { return };
        self.variables.push(Arc::new(Variable {
            name: "anything".to_owned(),
            language: Shape::any(),
            except: Vec::new(),
            measure: Measure::Text,
            control: Control::Requester,
            samples: vec!["value".to_owned()],
        }));
        for kind in &mut self.kinds {
            kind.claims.push(Arc::new(Claim {
                key: "*".to_owned(),
                presence: Presence::Undecided,
                values: Values::One(vec![Format(vec![Piece::Fresh(id)])]),
            }));
        }
    }
}

impl Kind {
    /// The claim of a key, which must be in lower case.
    #[must_use]
    pub fn claim(&self, key: &str) -> Option<&Claim> {
        self.claims.iter().find(|claim| fits(&claim.key, key)).map(|claim| &**claim)
    }
}

impl Kind {
    /// Whether a claim is put together as the tenant pleases.
    #[must_use]
    pub fn has_template(&self) -> bool {
        let is_template =
            |format: &Format| format.0.iter().any(|piece| matches!(piece, Piece::Segments { .. }));
        self.claims
            .iter()
            .any(|claim| matches!(&claim.values, Values::One(formats) if formats.iter().any(is_template)))
    }

    /// Whether a variable is a part of any of its claims.
    #[must_use]
    pub fn uses(&self, variable: VariableId) -> bool {
        self.claims.iter().any(|claim| claim.values.formats().any(|format| format.uses(variable)))
    }
}

impl Kind {
    /// Some of the claims, to be changed.
    pub fn claims_mut(&mut self, which: impl Fn(&Claim) -> bool) -> impl Iterator<Item = &mut Claim> {
        self.claims.iter_mut().filter(move |claim| which(claim)).map(Arc::make_mut)
    }
}

impl Values {
    /// Every format that a value may have.
    pub fn formats(&self) -> impl Iterator<Item = &Format> {
        let (one, required, others): (&[Format], &[Vec<Format>], &[Format]) = match self {
            Self::One(formats) => (formats, &[], &[]),
            Self::Many { required, others } => (&[], required, others),
        };
        one.iter().chain(required.iter().flatten()).chain(others)
    }
}

impl Format {
    /// Whether a variable is a part of it.
    #[must_use]
    pub fn uses(&self, variable: VariableId) -> bool {
        self.0.iter().any(|piece| match piece {
            Piece::Literal(_) => false,
            Piece::Variable(used) | Piece::Fresh(used) => *used == variable,
            Piece::Segments { choices, .. } => choices.iter().any(|choice| choice.uses(variable)),
        })
    }
}

impl Exchange {
    /// Whether its requests can have this key, which must be in lower case.
    #[must_use]
    pub fn may_have(&self, key: &str) -> bool {
        !self.without.iter().any(|pattern| fits(pattern, key))
    }
}

impl Presence {
    /// Whether the key may be there.
    #[must_use]
    pub const fn may_be_there(self) -> bool {
        !matches!(self, Self::Never)
    }
}

/// Whether a key is meant by a pattern that may end in `*`.
fn fits(pattern: &str, key: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => key.len() > prefix.len() && key.starts_with(prefix),
        None => pattern == key,
    }
}
