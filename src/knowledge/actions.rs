//! The catalogue of IAM actions: access levels, types of resources with the forms of their ARNs, condition keys.
//!
//! The data is AWS's service authorization reference as `data/actions.bin`, written by `tools/catalogue`; where its
//! access levels do not say what an action gives away, `tools/catalogue/overrides.json` does. [`Actions::provenance`]
//! dates it.
//!
//! An action that the catalogue does not know (a newer one, a private one, a misspelt one) has no number, and is matched
//! by no pattern. Who decides what a policy allows must therefore not take an empty set for "allows nothing" where
//! [`Actions::find`] knows no literal action, and must not take a catalogue's complement for all that `NotAction`
//! allows.

mod pattern;
mod set;

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::OnceLock;

pub use set::ActionSet;

use super::columns::{Columns, Lists, Shorts, Strings};

// For each service that ARNs name, in order, where its name ends among all names, and its ranges of actions among all ranges.
include!(concat!(env!("OUT_DIR"), "/reach.rs"));

static DATA: &[u8] = include_bytes!("data/actions.bin");
const NAME: &[u8; 8] = b"fedlintA";
/// How many actions there are: the first section.
const COUNT: usize = {
    let sections = integer(8);
    let count = integer(12 + 4 * sections);
    assert!(count > 0 && count <= 0x7FFF, "numbers of actions have 15 bits in `managed_policies.bin`");
    count
};

const fn integer(at: usize) -> usize {
    u32::from_le_bytes([DATA[at], DATA[at + 1], DATA[at + 2], DATA[at + 3]]) as usize
}

/// Set in a row of resources if one of this type has to be named.
const REQUIRED: u16 = 0x8000;

/// The number of an action: its place among all actions, sorted by name in lower case, so that a prefix is a range.
/// Other data files give an action another number; it is no name for reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionId(u16);

impl ActionId {
    /// The action of this number, if there are so many.
    #[must_use]
    pub fn new(number: usize) -> Option<Self> {
        if number < COUNT { u16::try_from(number).ok().map(Self) } else { None }
    }

    /// The action of this number, which a table of ours has: another one does not compile.
    pub(super) const fn at(number: u16) -> Self {
        assert!((number as usize) < COUNT, "the catalogue has fewer actions");
        Self(number)
    }

    /// The number.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What an action does to what it is used on, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessLevel {
    /// Lists resources, without their contents.
    List,
    /// Reads the contents of resources.
    Read,
    /// Creates, changes or deletes resources.
    Write,
    /// Grants or changes who may do what.
    PermissionsManagement,
    /// Changes the tags of resources.
    Tagging,
}

/// The access levels of an action. An action that manages permissions or tags has `Write` as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AccessLevels(u8);

impl AccessLevels {
    /// True if the level is among them.
    #[must_use]
    pub fn contains(self, level: AccessLevel) -> bool {
        self.0 >> level as u8 & 1 == 1
    }
}

/// A type of resource that an action can be restricted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// The name in the reference, such as `role`.
    pub name: String,
    /// The form of its ARNs, such as `arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}`.
    pub arn: String,
    /// True if the action needs a resource of this type.
    pub required: bool,
    /// The keys that a request for such a resource can have besides those of the action, in order, each once.
    pub condition_keys: Vec<String>,
}

/// A service, by the actions that it has: a range of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Service {
    start: u16,
    end: u16,
}

impl Service {
    /// The prefix of its actions, such as `iam`.
    #[must_use]
    pub fn name(self) -> String {
        let mut name = Actions::default().names.at(usize::from(self.start));
        name.truncate(name.find(':').unwrap_or_default());
        name
    }

    /// All its actions.
    #[must_use]
    pub fn actions(self) -> ActionSet {
        ActionSet::range(self.range())
    }

    /// The first of its actions.
    #[must_use]
    pub const fn first(self) -> ActionId {
        ActionId(self.start)
    }

    /// How many actions it has.
    #[must_use]
    pub fn count(self) -> usize {
        self.range().len()
    }

    fn range(self) -> Range<usize> {
        usize::from(self.start)..usize::from(self.end)
    }
}

/// A package from which a data file is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Where it is published: `npm` or `pypi`.
    pub registry: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The day of the data in it, such as `2026-09-26`.
    pub date: &'static str,
    /// Its licence.
    pub licence: &'static str,
}

impl Provenance {
    /// Reads the lines of a data file.
    pub(super) fn read(lines: &'static str) -> impl Iterator<Item = Self> {
        lines.lines().filter_map(|line| {
            let mut words = line.split('\t');
            let mut word = || words.next();
            Some(Self { registry: word()?, name: word()?, version: word()?, date: word()?, licence: word()? })
        })
    }
}

/// The catalogue. Opening it is free of work, and so is copying it.
#[derive(Clone, Copy, Debug)]
pub struct Actions {
    columns: Columns,
    names: Strings,
}

impl Default for Actions {
    fn default() -> Self {
        let columns = Columns::open(DATA, NAME);
        Self { columns, names: columns.strings(2) }
    }
}

impl Actions {
    /// The size of the data in bytes.
    pub const BYTES: usize = DATA.len();

    /// Where the data is from.
    pub fn provenance(self) -> impl Iterator<Item = Provenance> {
        Provenance::read(self.columns.text(1))
    }

    /// How many actions there are.
    #[must_use]
    pub const fn count(self) -> usize {
        COUNT
    }

    /// The name as AWS spells it, such as `iam:PassRole`.
    #[must_use]
    pub fn name(self, action: ActionId) -> String {
        self.names.at(action.index())
    }

    /// The action of a name in any case.
    #[must_use]
    pub fn find(self, name: &str) -> Option<ActionId> {
        let lower = name.to_ascii_lowercase();
        ActionId::new(self.search(lower.as_bytes()).ok()?)
    }

    /// The access levels of an action, ours included.
    #[must_use]
    pub fn access(self, action: ActionId) -> AccessLevels {
        AccessLevels(self.access_levels().get(action.index()).copied().unwrap_or_default())
    }

    /// All actions of an access level.
    #[must_use]
    pub fn with_access(self, level: AccessLevel) -> ActionSet {
        let levels = self.access_levels().iter().enumerate();
        levels
            .filter(|(_, levels)| AccessLevels(**levels).contains(level))
            .filter_map(|(number, _)| ActionId::new(number))
            .collect()
    }

    fn access_levels(self) -> &'static [u8] {
        self.columns.section(3)
    }

    /// The types of resources that an action can be restricted to. One that has none is only allowed by `Resource: "*"`.
    #[must_use]
    pub fn resource_types(self, action: ActionId) -> Vec<ResourceType> {
        let (names, arns) = (self.columns.strings(10), self.columns.strings(11));
        self.rows(action)
            .map(|(row, kind, keys)| ResourceType {
                name: names.at(self.type_column(12, kind)),
                arn: arns.at(self.type_column(13, kind)),
                required: row & REQUIRED != 0,
                condition_keys: self.key_names([keys, self.type_column(14, kind)]),
            })
            .collect()
    }

    /// The numbers of the forms of ARNs of the resources that an action can be used on ([`Self::arn_form`]); as in
    /// [`Self::resource_types`], without decoding anything.
    pub fn arn_forms(self, action: ActionId) -> impl Iterator<Item = usize> {
        self.rows(action).map(move |(_, kind, _)| self.type_column(13, kind))
    }

    /// The actions that are used on resources of a service, or on those of any; `None` if no ARN names the service.
    #[must_use]
    pub fn used_on_resources_of(self, service: &str) -> Option<&'static ActionSet> {
        static SETS: [OnceLock<ActionSet>; REACH.len()] = [const { OnceLock::new() }; REACH.len()];
        let (mut low, mut high) = (0, REACH.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match reached_name(middle).cmp(service) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Some(SETS[middle].get_or_init(|| reached(middle))),
            }
        }
        None
    }

    /// A number that actions have in common which are used on the same types of resources, with the same condition keys.
    #[must_use]
    pub fn resource_class(self, action: ActionId) -> usize {
        usize::from(self.columns.shorts(5).at(action.index()))
    }

    /// A form of ARNs, such as `arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}`.
    #[must_use]
    pub fn arn_form(self, number: usize) -> String {
        self.columns.strings(11).at(number)
    }

    /// How many forms of ARNs there are.
    #[must_use]
    pub fn arn_form_count(self) -> usize {
        self.columns.strings(11).len()
    }

    /// The condition keys of an action, those of its types of resources included; in order, each once. Keys that every
    /// request has are not among them, and parts that vary are written as in `aws:ResourceTag/${TagKey}`.
    #[must_use]
    pub fn condition_keys(self, action: ActionId) -> Vec<String> {
        let own = usize::from(self.columns.shorts(4).at(action.index()));
        let rows = self.rows(action).flat_map(|(_, kind, keys)| [keys, self.type_column(14, kind)]);
        self.key_names(std::iter::once(own).chain(rows))
    }

    /// The actions whose requests can have a condition key of this name, written in lower case; of a key that varies, up to
    /// what does: `aws:requesttag/`.
    #[must_use]
    pub fn with_condition_key(self, name: &str) -> ActionSet {
        let (names, lists) = (self.columns.strings(7), self.columns.lists(8));
        let is_named = |key: &String| {
            let key = key.to_ascii_lowercase();
            key == name || (name.ends_with('/') && key.starts_with(name))
        };
        let keys: Vec<bool> = (0..names.len()).map(|number| is_named(&names.at(number))).collect();
        // Many actions have the same keys, and are used on the same types of resources.
        let has: Vec<bool> = (0..lists.len())
            .map(|list| lists.at(list).iter().any(|key| keys.get(usize::from(key)) == Some(&true)))
            .collect();
        let has = |list: usize| has.get(list) == Some(&true);
        let class_has: Vec<bool> = (0..self.row_lists().len())
            .map(|class| {
                self.rows_of(class).any(|(_, kind, keys)| has(keys) || has(self.type_column(14, kind)))
            })
            .collect();
        let own = self.columns.shorts(4);
        (0..COUNT)
            .filter_map(ActionId::new)
            .filter(|&action| {
                has(usize::from(own.at(action.index())))
                    || class_has.get(self.resource_class(action)) == Some(&true)
            })
            .collect()
    }

    /// The rows of the table of actions: the row's first number, the type of resource, the list of keys.
    fn rows(self, action: ActionId) -> impl Iterator<Item = (u16, usize, usize)> {
        self.rows_of(self.resource_class(action))
    }

    /// The rows of the actions that are used on the same types of resources.
    fn rows_of(self, class: usize) -> impl Iterator<Item = (u16, usize, usize)> {
        let rows = self.row_lists().at(class);
        (0..rows.len() / 2).map(move |number| {
            let row = rows.at(2 * number);
            (row, usize::from(row & !REQUIRED), usize::from(rows.at(2 * number + 1)))
        })
    }

    fn row_lists(self) -> Lists {
        self.columns.lists(9)
    }

    fn type_column(self, section: usize, kind: usize) -> usize {
        usize::from(self.columns.shorts(section).at(kind))
    }

    /// The names in lists of keys.
    fn key_names(self, lists: impl IntoIterator<Item = usize>) -> Vec<String> {
        let (names, all) = (self.columns.strings(7), self.columns.lists(8));
        let mut keys: Vec<u16> = lists.into_iter().flat_map(|list| all.at(list).iter()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().map(|key| names.at(usize::from(key))).collect()
    }

    /// The services of which all actions are in a set, in order.
    pub fn services_within(self, actions: &ActionSet) -> impl Iterator<Item = Service> {
        // Most sets have actions of few services, and no others are looked at.
        let next = move |after: Option<Service>| {
            let start = after.map_or(0, |service| service.range().end);
            Some(self.service_of(actions.first_from(start)?))
        };
        let some = std::iter::successors(next(None), move |&service| next(Some(service)));
        some.filter(|service| actions.has_all(service.range()))
    }

    fn service_of(self, action: ActionId) -> Service {
        let starts = self.service_starts();
        let behind = starts.partition_point(|start| start <= action.0);
        let all = u16::try_from(COUNT).unwrap_or(u16::MAX);
        let end = if behind < starts.len() { starts.at(behind) } else { all };
        Service { start: starts.at(behind.saturating_sub(1)), end }
    }

    fn service_starts(self) -> Shorts {
        self.columns.shorts(6)
    }

    /// The actions that a pattern of a policy matches: `*` is any characters, `?` is one, the case does not matter.
    #[must_use]
    pub fn matching(self, pattern: &str) -> ActionSet {
        let mut set = ActionSet::none();
        self.add_matching(pattern, &mut set);
        set
    }

    /// Adds them to a set. What stands before the first `*` or `?` narrows the search to a range.
    pub fn add_matching(self, pattern: &str, set: &mut ActionSet) {
        let lower = pattern.to_ascii_lowercase();
        let lower = lower.as_bytes();
        let literal = lower.iter().position(|byte| matches!(byte, b'*' | b'?')).unwrap_or(lower.len());
        let (prefix, rest) = lower.split_at(literal);
        if rest.is_empty() {
            if let Some(action) = self.find(pattern) {
                set.insert(action);
            }
            return;
        }
        let range = self.starting_with(prefix);
        if rest.iter().all(|byte| *byte == b'*') {
            set.insert_range(range);
            return;
        }
        self.names.each(range, |number, name| {
            if name.get(prefix.len()..).is_some_and(|behind| pattern::matches(rest, behind)) {
                set.insert_range(number..number + 1);
            }
        });
    }

    /// The numbers of the actions whose names start with `prefix`, which is in lower case.
    fn starting_with(self, prefix: &[u8]) -> Range<usize> {
        let place = |text: &[u8]| self.search(text).unwrap_or_else(|place| place);
        // No name has such a byte in it.
        place(prefix)..place(&[prefix, &[u8::MAX]].concat())
    }

    /// The number of the action with this name, or of the first behind it. Names are sorted without regard to case, and `name`
    /// is in lower case.
    fn search(self, name: &[u8]) -> Result<usize, usize> {
        self.names.search(name, |byte| byte.to_ascii_lowercase())
    }
}

/// The name of a service in the table of reach.
fn reached_name(number: usize) -> &'static str {
    let start = number.checked_sub(1).map_or(0, |before| REACH[before].0);
    &REACH_NAMES[usize::from(start)..usize::from(REACH[number].0)]
}

/// The actions that are used on its resources.
fn reached(number: usize) -> ActionSet {
    let start = number.checked_sub(1).map_or(0, |before| REACH[before].1);
    let mut set = ActionSet::none();
    for &(start, end) in &REACH_RANGES[usize::from(start)..usize::from(REACH[number].1)] {
        set.insert_range(usize::from(start)..usize::from(end));
    }
    set
}

#[cfg(test)]
mod tests;
