//! What actions give: ways to gain more permissions than were given, ways to take over the federation, access to data,
//! secrets and credentials, and what guests of an identity pool can use at most.
//!
//! The facts are `data/privileges/*.yaml`, each with its day and its sources. What no source says but us is
//! `unverified`: it makes nothing *proved*. Actions are those of the embedded catalogue.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};

use super::actions::{ActionId, ActionSet, Actions};

include!(concat!(env!("OUT_DIR"), "/privileges.rs"));

/// How a method gains permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EscalationCategory {
    /// It changes one's own permissions.
    #[serde(rename = "self")]
    SelfService,
    /// It takes over another role or user.
    Principal,
    /// It passes a role to something that it creates or changes.
    NewPass,
    /// It abuses something that carries a role already: nothing is gained unless that role is stronger.
    Existing,
}

/// What the action that decides acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EscalationMethod {
    /// Stable name: that of pathfinding.cloud (`lambda-001`), or ours where it has none (`lambda-layer`).
    pub id: String,
    /// How it gains permissions.
    pub category: EscalationCategory,
    /// Alternatives. All actions of one of them are needed.
    #[serde(deserialize_with = "alternatives")]
    pub needs: Vec<Vec<ActionId>>,
    /// The service that a passed role must trust, the value of `iam:PassedToService`: `lambda.amazonaws.com`.
    #[serde(default)]
    pub passed_to: Option<String>,
    /// Why [`Self::passed_to`] is empty although something is created that has a role.
    #[serde(default)]
    pub nothing_passed: Option<String>,
    /// The service that the role must trust of what it abuses, where something is abused that has a role already.
    #[serde(default)]
    pub victim_trusts: Option<String>,
    /// What the action that decides acts on.
    pub target: EscalationTarget,
    /// False if only IAM users can use it, also as members of groups.
    #[serde(default = "yes")]
    pub for_role_sessions: bool,
    /// True if it depends on what templates do not show: at most possible.
    #[serde(default)]
    pub possible_only: bool,
    /// True if it gains something only where a permissions boundary exists.
    #[serde(default)]
    pub only_with_boundary: bool,
    /// True if it gains something only where something is denied.
    #[serde(default)]
    pub only_with_denial: bool,
    /// True if it is one step of a chain of roles: what it gains, the roles in view say.
    #[serde(default)]
    pub left_to_chains: bool,
    /// True if no source says all of it: at most possible.
    #[serde(default)]
    pub unverified: bool,
    /// What somebody does who uses it, as the end of a sentence: "creates a function with a stronger role and calls it".
    pub title: String,
}

/// One way to take over the federation itself: to become somebody else towards AWS, or to change who may.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Takeover {
    /// Stable name: `saml-provider-metadata`.
    pub id: String,
    /// Alternatives. All actions of one of them are needed.
    #[serde(deserialize_with = "alternatives")]
    pub needs: Vec<Vec<ActionId>>,
    /// True if it works only in the management account of an organization or in one that it has delegated to.
    #[serde(default)]
    pub organisation_only: bool,
    /// True if no source says it: at most possible.
    #[serde(default)]
    pub unverified: bool,
    /// What somebody does who uses it, as the end of a sentence: "replaces a SAML provider's metadata".
    pub title: String,
}

/// What an action gives access to. No action has two kinds: the later one here counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataAction {
    /// The action.
    #[serde(deserialize_with = "action")]
    pub action: ActionId,
    /// What it is that is read, written or reported: "items of tables".
    pub reason: String,
    /// Who says so; `None` if it is unverified.
    #[serde(default)]
    pub source: Option<String>,
    /// True if no source says it.
    #[serde(default)]
    pub unverified: bool,
}

/// What guests of an identity pool can use at most in the enhanced flow, whatever their role allows: one of the
/// statements has to allow it. There is no such bound in the classic flow.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GuestScope {
    /// The day on which it was last compared with its sources.
    #[serde(deserialize_with = "day")]
    pub checked: Date,
    /// Where it comes from.
    pub sources: Vec<String>,
    /// What it allows: the statements of the two session policies. None of them has a condition.
    pub statements: Vec<GuestStatement>,
}

/// A part of what guests can use at most.
#[derive(Clone, Debug)]
pub struct GuestStatement {
    /// Stable name: `inline`, `managed`.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// The patterns as AWS writes them (`s3:*`), for actions that the catalogue does not know.
    pub patterns: Vec<String>,
    /// The actions of the catalogue that the patterns match.
    pub actions: ActionSet,
    /// The resources, as in a policy.
    pub resources: Vec<String>,
}

impl GuestScope {
    /// All actions that some statement allows.
    #[must_use]
    pub fn actions(&self) -> ActionSet {
        self.statements.iter().fold(ActionSet::none(), |all, statement| all.union(&statement.actions))
    }
}

/// All known ways to gain permissions.
#[must_use]
pub fn escalation_methods() -> &'static [EscalationMethod] {
    static FILE: LazyLock<EscalationFile> = LazyLock::new(|| read(ESCALATION));
    &FILE.methods
}

/// All known ways to take over the federation.
#[must_use]
pub fn takeovers() -> &'static [Takeover] {
    static FILE: LazyLock<TakeoverFile> = LazyLock::new(|| read(TAKEOVERS));
    &FILE.takeovers
}

/// The actions of a kind, the unverified ones included.
#[must_use]
pub fn data_actions(kind: DataKind) -> &'static ActionSet {
    static SETS: LazyLock<BTreeMap<DataKind, ActionSet>> = LazyLock::new(|| sets(|_| true));
    SETS.get(&kind).unwrap_or(&NOTHING)
}

/// The actions of a kind of which a source says so.
#[must_use]
pub fn verified_data_actions(kind: DataKind) -> &'static ActionSet {
    static SETS: LazyLock<BTreeMap<DataKind, ActionSet>> = LazyLock::new(|| sets(|entry| !entry.unverified));
    SETS.get(&kind).unwrap_or(&NOTHING)
}

/// The actions of a kind, each with what it gives and who says so.
#[must_use]
pub fn data_entries(kind: DataKind) -> &'static [DataAction] {
    DATA_FILE.kinds.get(&kind).map(Vec::as_slice).unwrap_or_default()
}

/// What guests of an identity pool can use at most in the enhanced flow.
#[must_use]
pub fn guest_scope() -> &'static GuestScope {
    static FILE: LazyLock<GuestScope> = LazyLock::new(|| read(GUEST_SCOPE));
    &FILE
}

static NOTHING: LazyLock<ActionSet> = LazyLock::new(ActionSet::none);
static DATA_FILE: LazyLock<DataFile> = LazyLock::new(|| read(DATA));

fn sets(keep: impl Fn(&DataAction) -> bool) -> BTreeMap<DataKind, ActionSet> {
    let of = |entries: &[DataAction]| {
        entries.iter().filter(|entry| keep(entry)).map(|entry| entry.action).collect()
    };
    DATA_FILE.kinds.iter().map(|(kind, entries)| (*kind, of(entries))).collect()
}

/// A file. All of them can be read, as the tests see to.
fn read<T: DeserializeOwned + Default>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_default()
}

#[derive(Default, Deserialize)]
struct EscalationFile {
    methods: Vec<EscalationMethod>,
}

#[derive(Default, Deserialize)]
struct TakeoverFile {
    takeovers: Vec<Takeover>,
}

#[derive(Default, Deserialize)]
struct DataFile {
    kinds: BTreeMap<DataKind, Vec<DataAction>>,
}

impl<'de> Deserialize<'de> for GuestStatement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            id: String,
            name: String,
            actions: Vec<String>,
            resources: Vec<String>,
        }
        let Written { id, name, actions: patterns, resources } = Written::deserialize(deserializer)?;
        let matching = patterns.iter().map(|pattern| Actions::default().matching(pattern));
        let actions = matching.fold(ActionSet::none(), |all, set| all.union(&set));
        Ok(Self { id, name, patterns, actions, resources })
    }
}

fn yes() -> bool {
    true
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn action<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ActionId, D::Error> {
    find(&String::deserialize(deserializer)?)
}

fn alternatives<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<ActionId>>, D::Error> {
    let written = Vec::<Vec<String>>::deserialize(deserializer)?;
    written.iter().map(|set| set.iter().map(|name| find(name)).collect()).collect()
}

/// The action of a name. One that is left out would widen what needs it, so that an unknown one spoils the file.
fn find<E: Error>(name: &str) -> Result<ActionId, E> {
    let unknown = || E::custom(format_args!("the catalogue has no action `{name}`"));
    Actions::default().find(name).ok_or_else(unknown)
}

#[cfg(test)]
mod tests;
