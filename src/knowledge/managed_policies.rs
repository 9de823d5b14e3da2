//! AWS managed policies: the current document of each, also of those that AWS does not list any longer.
//!
//! The data is `data/managed_policies.bin`, written by `tools/catalogue` and read where it lies; the statements of a
//! policy are put together when they are asked for. Most actions in it are numbers of the catalogue of actions
//! ([`super::actions`]), so that the two files belong together.

use std::fmt::Write as _;

use jiff::ToSpan;
use jiff::civil::Date;

use super::actions::{ActionId, ActionSet, Actions, Provenance};
use super::columns::{Columns, Strings};

static DATA: &[u8] = include_bytes!("data/managed_policies.bin");
const NAME: &[u8; 8] = b"fedlintP";

/// "There is none" in a column.
const NONE: u16 = 0xFFFF;
// Flags of a policy.
const RETIRED: u8 = 1;
const ONE_STATEMENT: u8 = 2;
// Flags of a statement.
const DENY: u8 = 1;
const NOT_ACTION: u8 = 2;
const NOT_RESOURCE: u8 = 4;
const ONE_ACTION: u8 = 8;
const ONE_RESOURCE: u8 = 16;
/// Set in the number of an action whose name begins in lower case in the document, other than in the catalogue.
const LOWER_CASE: u16 = 0x8000;

/// The policies. Opening them is free of work, and so is copying.
#[derive(Clone, Copy, Debug)]
pub struct ManagedPolicies {
    columns: Columns,
}

impl Default for ManagedPolicies {
    fn default() -> Self {
        Self { columns: Columns::open(DATA, NAME) }
    }
}

impl ManagedPolicies {
    /// The size of the data in bytes, without that of the actions.
    pub const BYTES: usize = DATA.len();

    /// Where the data is from.
    pub fn provenance(self) -> impl Iterator<Item = Provenance> {
        Provenance::read(self.columns.text(0))
    }

    /// How many policies there are.
    #[must_use]
    pub fn count(self) -> usize {
        self.names().len()
    }

    /// The policy of an ARN in any partition (`arn:aws:iam::aws:policy/service-role/AWSLambdaRole`), or of a name alone
    /// (`AWSLambdaRole`). Names are compared with their case, as IAM does with ARNs.
    #[must_use]
    pub fn find(self, arn_or_name: &str) -> Option<ManagedPolicy> {
        let (path, name) = match arn_or_name.strip_prefix("arn:") {
            Some(rest) => {
                let (_, path) = rest.split_once(":iam::aws:policy")?;
                let (path, name) = path.split_at(path.rfind('/')? + 1);
                (Some(path), name)
            }
            None => (None, arn_or_name),
        };
        let index = self.names().search(name.as_bytes(), |byte| byte).ok()?;
        let policy = ManagedPolicy { columns: self.columns, index };
        path.is_none_or(|path| policy.path() == path).then_some(policy)
    }

    /// All policies, by name.
    pub fn iter(self) -> impl Iterator<Item = ManagedPolicy> {
        (0..self.count()).map(move |index| ManagedPolicy { columns: self.columns, index })
    }

    fn names(self) -> Strings {
        self.columns.strings(1)
    }
}

/// One policy.
#[derive(Clone, Copy, Debug)]
pub struct ManagedPolicy {
    columns: Columns,
    index: usize,
}

impl ManagedPolicy {
    /// The name, such as `AWSLambdaRole`. No two policies have the same.
    #[must_use]
    pub fn name(self) -> String {
        self.columns.strings(1).at(self.index)
    }

    /// The path, with a slash at both ends: `/`, `/service-role/`.
    #[must_use]
    pub fn path(self) -> String {
        self.columns.strings(2).at(usize::from(self.byte(3)))
    }

    /// What the ARN ends in behind `policy`: `/service-role/AWSLambdaRole`.
    #[must_use]
    pub fn path_and_name(self) -> String {
        self.path() + &self.name()
    }

    /// The number of the version whose document this is: 3 for `v3`.
    #[must_use]
    pub fn version(self) -> u16 {
        self.columns.shorts(4).at(self.index)
    }

    /// The day of that version.
    #[must_use]
    pub fn updated(self) -> Date {
        let days = i64::from(self.columns.shorts(5).at(self.index));
        jiff::civil::date(1970, 1, 1).saturating_add(days.days())
    }

    /// True if AWS does not list the policy any longer. Who has it attached keeps it.
    #[must_use]
    pub fn retired(self) -> bool {
        self.byte(6) & RETIRED != 0
    }

    /// The statements in the order of the document.
    pub fn statements(self) -> impl Iterator<Item = ManagedStatement> {
        let starts = self.columns.shorts(7);
        let range = usize::from(starts.at(self.index))..usize::from(starts.at(self.index + 1));
        range.map(move |index| ManagedStatement { columns: self.columns, index })
    }

    /// The policy document in JSON: with sorted keys, without white space.
    #[must_use]
    pub fn document(self) -> String {
        let mut statements = String::new();
        for statement in self.statements() {
            separate(&mut statements, "");
            statement.write(&mut statements);
        }
        let (open, close) = if self.byte(6) & ONE_STATEMENT != 0 { ("", "") } else { ("[", "]") };
        format!("{{\"Statement\":{open}{statements}{close},\"Version\":\"2012-10-17\"}}")
    }

    fn byte(self, section: usize) -> u8 {
        self.columns.section(section).get(self.index).copied().unwrap_or_default()
    }
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patterns {
    /// True for `NotAction` and `NotResource`: what no pattern matches.
    pub negated: bool,
    /// The patterns as they are written.
    pub patterns: Vec<String>,
    /// True if the only pattern is not in a list.
    alone: bool,
}

/// One test of a statement's `Condition`. All tests of a statement have to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedCondition {
    /// The operator as it is written, such as `ForAnyValue:StringLike`.
    pub operator: String,
    /// The key as it is written.
    pub key: String,
    /// The values, of which one has to hold. A truth is `true` or `false`.
    pub values: Vec<String>,
    form: u8,
}

/// A statement of a policy.
#[derive(Clone, Copy, Debug)]
pub struct ManagedStatement {
    columns: Columns,
    index: usize,
}

impl ManagedStatement {
    /// The statement's name, if it has one.
    #[must_use]
    pub fn sid(self) -> Option<String> {
        let sid = self.short(9);
        (sid != NONE).then(|| self.columns.strings(13).at(usize::from(sid)))
    }

    /// True for `Allow`, false for `Deny`.
    #[must_use]
    pub fn allows(self) -> bool {
        self.flags() & DENY == 0
    }

    /// `Action` or `NotAction`.
    #[must_use]
    pub fn actions(self) -> Patterns {
        let actions = Actions::default();
        let pattern = |number| match action(number) {
            Ok(id) if number & LOWER_CASE == 0 => actions.name(id),
            Ok(id) => first_in_lower_case(actions.name(id)),
            Err(other) => self.columns.strings(14).at(other),
        };
        Patterns {
            negated: self.flags() & NOT_ACTION != 0,
            patterns: self.action_list().map(pattern).collect(),
            alone: self.flags() & ONE_ACTION != 0,
        }
    }

    /// The actions of the catalogue that `Action` or `NotAction` covers. What the catalogue does not know is not among
    /// them, although `*` and `NotAction` cover it.
    #[must_use]
    pub fn action_set(self) -> ActionSet {
        let actions = Actions::default();
        let mut set = ActionSet::none();
        for number in self.action_list() {
            match action(number) {
                Ok(id) => set.insert(id),
                Err(other) => set.union_with(&actions.matching(&self.columns.strings(14).at(other))),
            }
        }
        if self.flags() & NOT_ACTION != 0 { set.complement() } else { set }
    }

    fn action_list(self) -> impl Iterator<Item = u16> {
        self.columns.lists(16).at(usize::from(self.short(10))).iter()
    }

    /// `Resource` or `NotResource`.
    #[must_use]
    pub fn resources(self) -> Patterns {
        let strings = self.columns.strings(15);
        let list = self.columns.lists(17).at(usize::from(self.short(11)));
        Patterns {
            negated: self.flags() & NOT_RESOURCE != 0,
            patterns: list.iter().map(|number| strings.at(usize::from(number))).collect(),
            alone: self.flags() & ONE_RESOURCE != 0,
        }
    }

    /// True if the statement has a `Condition`.
    #[must_use]
    pub fn is_conditional(self) -> bool {
        self.short(12) != NONE
    }

    /// The tests of `Condition`, sorted by operator and key.
    pub fn conditions(self) -> impl Iterator<Item = ManagedCondition> {
        // The number for none is beyond the end of the table.
        let tests = self.columns.lists(18).at(usize::from(self.short(12)));
        tests.iter().map(move |test| self.condition(usize::from(test)))
    }

    fn condition(self, test: usize) -> ManagedCondition {
        let columns = self.columns;
        let byte = |section: usize| columns.section(section).get(test).copied().unwrap_or_default();
        let values = columns.strings(21);
        let list = columns.lists(22).at(usize::from(columns.shorts(25).at(test)));
        ManagedCondition {
            operator: columns.strings(19).at(usize::from(byte(23))),
            key: columns.strings(20).at(usize::from(columns.shorts(24).at(test))),
            values: list.iter().map(|value| values.at(usize::from(value))).collect(),
            form: byte(26),
        }
    }

    fn short(self, section: usize) -> u16 {
        self.columns.shorts(section).at(self.index)
    }

    fn flags(self) -> u8 {
        self.columns.section(8).get(self.index).copied().unwrap_or_default()
    }

    /// Writes the statement in JSON with sorted keys.
    fn write(self, out: &mut String) {
        let (actions, resources) = (self.actions(), self.resources());
        out.push('{');
        if !actions.negated {
            actions.write("Action", out);
        }
        if self.is_conditional() {
            separate(out, "\"Condition\":{");
            self.write_conditions(out);
            out.push('}');
        }
        separate(out, if self.allows() { "\"Effect\":\"Allow\"" } else { "\"Effect\":\"Deny\"" });
        if actions.negated {
            actions.write("NotAction", out);
        }
        resources.write(if resources.negated { "NotResource" } else { "Resource" }, out);
        if let Some(sid) = self.sid() {
            separate(out, "\"Sid\":");
            write_string(&sid, out);
        }
        out.push('}');
    }

    /// Writes the tests, those of one operator together.
    fn write_conditions(self, out: &mut String) {
        let mut before = None;
        for condition in self.conditions() {
            if before.as_ref() != Some(&condition.operator) {
                out.push_str(if before.is_some() { "}," } else { "" });
                write_string(&condition.operator, out);
                out.push_str(":{");
                before = Some(condition.operator.clone());
            }
            separate(out, "");
            write_string(&condition.key, out);
            out.push(':');
            condition.write_values(out);
        }
        out.push_str(if before.is_some() { "}" } else { "" });
    }
}

impl Patterns {
    fn write(&self, key: &str, out: &mut String) {
        separate(out, "");
        let _ = write!(out, "\"{key}\":");
        write_strings(&self.patterns, !self.alone, out);
    }
}

impl ManagedCondition {
    fn write_values(&self, out: &mut String) {
        match self.form {
            0 => write_strings(&self.values, false, out),
            1 => write_strings(&self.values, true, out),
            _ => out.push_str(self.values.first().map_or("false", String::as_str)),
        }
    }
}

/// The action of a number in a list, or else the number of a pattern.
fn action(number: u16) -> Result<ActionId, usize> {
    let number = usize::from(number & !LOWER_CASE);
    ActionId::new(number).ok_or_else(|| number - Actions::default().count())
}

/// `iam:PassRole` as `iam:passRole`.
fn first_in_lower_case(name: String) -> String {
    match name.split_once(':') {
        Some((service, name)) => {
            let (first, rest) = name.split_at(name.len().min(1));
            format!("{service}:{}{rest}", first.to_ascii_lowercase())
        }
        None => name,
    }
}

/// Writes a comma, unless something has been opened just before, and what follows.
fn separate(out: &mut String, next: &str) {
    if !out.is_empty() && !out.ends_with(['{', '[']) {
        out.push(',');
    }
    out.push_str(next);
}

fn write_strings(strings: &[String], in_a_list: bool, out: &mut String) {
    out.push_str(if in_a_list { "[" } else { "" });
    for (number, string) in strings.iter().enumerate() {
        out.push_str(if number > 0 { "," } else { "" });
        write_string(string, out);
    }
    out.push_str(if in_a_list { "]" } else { "" });
}

fn write_string(string: &str, out: &mut String) {
    let _ = write!(out, "{}", serde_json::Value::from(string));
}

#[cfg(test)]
mod tests;
