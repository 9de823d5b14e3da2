//! How people and workloads outside get roles, ready to be shown.

use super::{Certainty, EntityName, Label};
use crate::source::Span;

/// One way from a population to a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Who gets the role, in kebab-case: `guest`, `any-customer`.
    pub population: &'static str,
    /// How sure every step is, and that the role is worth what is said.
    pub certainty: Certainty,
    /// In which worlds of the template, for people; absent if in all.
    pub when: Option<String>,
    /// The role at the end.
    pub role: EntityName,
    /// What it is worth.
    pub privilege: Privilege,
    /// The steps, from the first to the last.
    pub steps: Vec<Step>,
    /// Where the worst that the role allows is granted.
    pub granted: Option<Span>,
}

/// What somebody can do, in kebab-case: `narrow`, `administrator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Privilege {
    /// What is proved.
    pub proved: &'static str,
    /// What is possible.
    pub possible: &'static str,
    /// False if policies of the role are not in view: then there may be more.
    pub complete: bool,
}

/// One step of a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What happens, in kebab-case: `trusts`, `assumes`.
    pub kind: &'static str,
    /// What it leads to, or what lets it happen.
    pub entity: EntityName,
    /// For a role that is passed to a service: its host.
    pub service: Option<String>,
    /// Where it is written.
    pub places: Vec<Label>,
}

/// A population, and what it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Who, in kebab-case.
    pub population: &'static str,
    /// How many roles they may get.
    pub roles: usize,
    /// How many of these for sure.
    pub proved: usize,
    /// The worst that they can do.
    pub privilege: Privilege,
    /// The role with which they can do the worst that is proved, or if nothing is, the worst that is possible.
    pub role: EntityName,
    /// Where it is written.
    pub span: Span,
}
