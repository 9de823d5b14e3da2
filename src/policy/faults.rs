//! What the policy language does not allow.

use super::PolicyPath;
use crate::source::Span;

/// One thing that the language does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// Of which part; `None` for the document itself.
    pub path: Option<PolicyPath>,
    /// Where.
    pub span: Span,
    /// What was probably meant.
    pub did_you_mean: Option<String>,
}

/// The kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// The document is no mapping.
    NotAPolicy,
    /// `Version` is neither of the two.
    UnknownVersion,
    /// An element that the language does not have.
    UnknownElement,
    /// A condition operator that AWS does not have.
    UnknownOperator,
    /// A key of `Principal` that AWS does not have.
    UnknownPrincipalKey,
    /// An element, operator, effect or principal key in wrong upper and lower case.
    WrongCase,
    /// A statement without `Effect`.
    MissingEffect,
    /// `Effect` is neither `Allow` nor `Deny`.
    InvalidEffect,
    /// No `Statement`.
    MissingStatement,
    /// Neither `Action` nor `NotAction`.
    MissingAction,
    /// A value of a wrong kind: a mapping where a text must stand, and the like.
    WrongType,
    /// An element together with its negation.
    BothPolarities,
    /// The same key twice, perhaps in different case.
    DuplicateKey,
    /// A list without items where one is needed.
    EmptyList,
    /// A `Condition` without operators, or an operator without keys.
    EmptyCondition,
    /// `Null...IfExists`.
    NullIfExists,
    /// An action without service prefix.
    ActionWithoutService,
    /// A principal without a key that is not `*`.
    BarePrincipal,
    /// More than the parser reads.
    TooLarge,
}
