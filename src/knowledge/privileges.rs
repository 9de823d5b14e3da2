//! What actions give: ways to gain more permissions than were given, ways to take over the federation, access to data,
//! secrets and credentials, and what guests of an identity pool can use at most.
//!
//! The facts are `data/privileges/*.yaml`, each with its day and its sources, and tables when the program starts (`table`). What no
//! source says but us is `unverified`: it makes nothing *proved*. Actions are those of the embedded catalogue.

#[cfg(test)]
mod table;

use std::sync::LazyLock;

use jiff::civil::{Date, date};

use super::actions::{ActionId, ActionSet, Actions};

include!(concat!(env!("OUT_DIR"), "/privileges.rs"));

/// How a method gains permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EscalationCategory {
    /// It changes one's own permissions.
    SelfService,
    /// It takes over another role or user.
    Principal,
    /// It passes a role to something that it creates or changes.
    NewPass,
    /// It abuses something that carries a role already: nothing is gained unless that role is stronger.
    Existing,
}

/// What the action that decides acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EscalationTarget {
    /// The session's own role.
    OwnRole,
    /// Any role.
    Role,
    /// A user.
    User,
    /// A group.
    Group,
    /// A customer managed policy.
    Policy,
    /// A resource that carries a role: a function, an instance, a stack.
    Carrier,
}

/// One way to gain more permissions than were given.
#[derive(Clone, Debug)]
pub struct EscalationMethod {
    /// Stable name: that of pathfinding.cloud (`lambda-001`), or ours where it has none (`lambda-layer`).
    pub id: &'static str,
    /// How it gains permissions.
    pub category: EscalationCategory,
    /// Alternatives. All actions of one of them are needed.
    pub needs: &'static [&'static [ActionId]],
    /// The service that a passed role must trust, the value of `iam:PassedToService`: `lambda.amazonaws.com`.
    pub passed_to: Option<&'static str>,
    /// Why [`Self::passed_to`] is empty although something is created that has a role.
    pub nothing_passed: Option<&'static str>,
    /// The service that the role must trust of what it abuses, where something is abused that has a role already.
    pub victim_trusts: Option<&'static str>,
    /// What the action that decides acts on.
    pub target: EscalationTarget,
    /// False if only IAM users can use it, also as members of groups.
    pub for_role_sessions: bool,
    /// True if it depends on what templates do not show: at most possible.
    pub possible_only: bool,
    /// True if it gains something only where a permissions boundary exists.
    pub only_with_boundary: bool,
    /// True if it gains something only where something is denied.
    pub only_with_denial: bool,
    /// True if it is one step of a chain of roles: what it gains, the roles in view say.
    pub left_to_chains: bool,
    /// True if no source says all of it: at most possible.
    pub unverified: bool,
    /// What somebody does who uses it, as the end of a sentence: "creates a function with a stronger role and calls it".
    pub title: &'static str,
}

/// One way to take over the federation itself: to become somebody else towards AWS, or to change who may.
#[derive(Clone, Debug)]
pub struct Takeover {
    /// Stable name: `saml-provider-metadata`.
    pub id: &'static str,
    /// Alternatives. All actions of one of them are needed.
    pub needs: &'static [&'static [ActionId]],
    /// True if it works only in the management account of an organization or in one that it has delegated to.
    pub organisation_only: bool,
    /// True if no source says it: at most possible.
    pub unverified: bool,
    /// What somebody does who uses it, as the end of a sentence: "replaces a SAML provider's metadata".
    pub title: &'static str,
}

/// What an action gives access to. No action has two kinds: the later one here counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataKind {
    /// What public clients are meant to do: to report on themselves, and to keep data of their own.
    Telemetry,
    /// Reads data, or shares copies of it.
    Read,
    /// Writes, replaces or deletes stored data: only the usual actions, not every one that writes.
    Write,
    /// Reads secrets, or decrypts.
    Secret,
    /// Returns or makes credentials.
    Credentials,
}

/// What one action gives access to.
#[derive(Clone, Debug)]
pub struct DataAction {
    /// The action.
    pub action: ActionId,
    /// What it is that is read, written or reported: "items of tables".
    pub reason: &'static str,
    /// Who says so; `None` if it is unverified.
    pub source: Option<&'static str>,
    /// True if no source says it.
    pub unverified: bool,
}

/// What guests of an identity pool can use at most in the enhanced flow, whatever their role allows: one of the
/// statements has to allow it. There is no such bound in the classic flow.
#[derive(Clone, Debug)]
pub struct GuestScope {
    /// The day on which it was last compared with its sources.
    pub checked: Date,
    /// Where it comes from.
    pub sources: &'static [&'static str],
    /// What it allows: the statements of the two session policies. None of them has a condition.
    pub statements: &'static [GuestStatement],
}

/// A part of what guests can use at most.
#[derive(Clone, Debug)]
pub struct GuestStatement {
    /// Stable name: `inline`, `managed`.
    pub id: &'static str,
    /// The name for people.
    pub name: &'static str,
    /// The patterns as AWS writes them (`s3:*`), for actions that the catalogue does not know.
    pub patterns: &'static [&'static str],
    /// The resources, as in a policy.
    pub resources: &'static [&'static str],
}

impl GuestScope {
    /// All actions that some statement allows.
    #[must_use]
    pub fn actions(&self) -> ActionSet {
        let patterns = self.statements.iter().flat_map(|statement| statement.patterns);
        patterns.fold(ActionSet::none(), |all, pattern| all.union(&Actions::default().matching(pattern)))
    }
}

/// All known ways to gain permissions.
#[must_use]
pub const fn escalation_methods() -> &'static [EscalationMethod] {
    METHODS
}

/// All known ways to take over the federation.
#[must_use]
pub const fn takeovers() -> &'static [Takeover] {
    TAKEOVERS
}

/// The actions of a kind, the unverified ones included.
#[must_use]
pub fn data_actions(kind: DataKind) -> &'static ActionSet {
    static SETS: LazyLock<Vec<(DataKind, ActionSet)>> = LazyLock::new(|| sets(|_| true));
    of_kind(&SETS, kind)
}

/// The actions of a kind of which a source says so.
#[must_use]
pub fn verified_data_actions(kind: DataKind) -> &'static ActionSet {
    static SETS: LazyLock<Vec<(DataKind, ActionSet)>> = LazyLock::new(|| sets(|entry| !entry.unverified));
    of_kind(&SETS, kind)
}

/// The actions of a kind, each with what it gives and who says so.
#[must_use]
pub fn data_entries(kind: DataKind) -> &'static [DataAction] {
    DATA.iter().find(|(known, _)| *known == kind).map(|(_, entries)| *entries).unwrap_or_default()
}

/// What guests of an identity pool can use at most in the enhanced flow.
#[must_use]
pub const fn guest_scope() -> &'static GuestScope {
    &GUEST_SCOPE
}

fn sets(keep: impl Fn(&DataAction) -> bool) -> Vec<(DataKind, ActionSet)> {
    let of = |entries: &[DataAction]| {
        entries.iter().filter(|entry| keep(entry)).map(|entry| entry.action).collect()
    };
    DATA.iter().map(|(kind, entries)| (*kind, of(entries))).collect()
}

fn of_kind(sets: &'static [(DataKind, ActionSet)], kind: DataKind) -> &'static ActionSet {
    static NOTHING: LazyLock<ActionSet> = LazyLock::new(ActionSet::none);
    sets.iter().find(|(known, _)| *known == kind).map_or(&NOTHING, |(_, set)| set)
}

#[cfg(test)]
mod tests;
