//! Facts become findings: rules say which facts are a problem, how bad, and what to tell the reader.
//!
//! Built-in rules and users' rules are the same thing, read by the same loader ([`mod@file`]). The build script
//! compiles the built-in ones into a table, because parsing them at start-up would take longer than a scan may.

mod condition;
pub mod file;
mod judge;
mod own;
mod precedence;
mod schema;
mod selection;
mod severity;
pub mod suppress;

use std::borrow::Cow;

use crate::document;
use crate::finding::{Group, Severity};

pub use file::{FileError, Operand, Operator};
pub use judge::{Context, Judge};
pub use own::load;
pub use schema::{check, closest, rule_schema};
pub use selection::Selection;
pub use severity::{Scale, exposure_scale};

/// A text of a rule: of the table, or of a user's file.
pub type Str = Cow<'static, str>;

/// A list of a rule: of the table, or of a user's file.
pub type List<T> = Cow<'static, [T]>;

/// The built-in rules, by id.
pub static BUILT_IN: &[Rule] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// A rule. For the meaning of each part see [`file::RuleFile`]. What only its page says, such as the examples, is in its
/// text still.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The id.
    pub id: Str,
    /// What it finds, in a few words.
    pub title: Str,
    /// The group.
    pub group: Group,
    /// How bad it is.
    pub severity: RuleSeverity,
    /// The version that had it first.
    pub since: Str,
    /// True if it is only asked where the settings name it.
    pub off_by_default: bool,
    /// The kind of fact that it looks at.
    pub finds: Str,
    /// It fires if one of these holds in full.
    pub when: Alternatives,
    /// It does not fire if one of these holds in full.
    pub unless: Alternatives,
    /// The evidence whose place the finding gets.
    pub place: Option<Str>,
    /// The field whose word chooses a case.
    pub case_field: Option<Str>,
    /// The cases.
    pub cases: List<Case>,
    /// The options, with their defaults.
    pub options: List<(Str, Operand)>,
    /// Rules of which a finding on the same subject makes this one a note.
    pub yields_to: List<Str>,
    /// The sentence; a case may have its own.
    pub message: Option<Str>,
    /// A few words for each kind of evidence.
    pub labels: List<(Str, Str)>,
    /// The remedy of the fact that mends it.
    pub fix: Option<Str>,
    /// Why it matters.
    pub why: Str,
    /// What to write instead; a case may have its own.
    pub help: Option<Str>,
    /// Where the rule says too much or too little.
    pub known_limits: Option<Str>,
    /// Addresses.
    pub references: List<Str>,
    /// The text of its file.
    pub text: Str,
}

/// How bad what a rule finds is.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleSeverity {
    /// Always this level.
    Level(Severity),
    /// The shared scale of who reaches what.
    Exposure,
    /// The first case that holds.
    Cases(List<(Alternatives, Severity)>),
}

/// Conditions of which one must hold; each is a list of tests that must all hold.
pub type Alternatives = List<List<Test>>;

/// A test of one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The field.
    pub field: Str,
    /// The operator.
    pub operator: Operator,
    /// What the field is compared with.
    pub operands: List<Operand>,
}

/// What is different for one word of the case field.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The word.
    pub word: Str,
    /// The sentence.
    pub message: Option<Str>,
    /// What to write instead.
    pub help: Option<Str>,
}

impl Rule {
    /// The rule that the text of a file describes.
    ///
    /// # Errors
    ///
    /// The first thing in it that is not as it must be.
    pub fn parse(source: &str) -> Result<Self, FileError> {
        document::shallow(source).map_err(|message| FileError { at: String::new(), message })?;
        let file = file::parse(source)?;
        let wrong = |at: &str, message: String| FileError { at: at.to_owned(), message };
        let level = |name: &str| {
            Severity::ALL.into_iter().find(|level| level.name() == name).ok_or_else(|| {
                wrong("severity", format!("there is no level `{name}`; the levels are `info`, `low`, `medium`, `high` and `critical`"))
            })
        };
        let text = |text: &String| Cow::Owned(text.clone());
        let optional = |text: &Option<String>| text.clone().map(Cow::Owned);
        Ok(Self {
            id: text(&file.id),
            title: Cow::Owned(file.title().into_owned()),
            group: Group::ALL.into_iter().find(|group| group.name() == file.group).ok_or_else(|| {
                let names = Group::ALL.map(Group::name).join("`, `");
                wrong("group", format!("there is no group `{}`; the groups are `{names}`", file.group))
            })?,
            severity: match &file.severity {
                file::SeverityFile::Level(name) => RuleSeverity::Level(level(name)?),
                file::SeverityFile::Exposure => RuleSeverity::Exposure,
                file::SeverityFile::Cases(cases) => RuleSeverity::Cases(
                    cases
                        .iter()
                        .map(|(when, name)| Ok((alternatives(when), level(name)?)))
                        .collect::<Result<Vec<_>, FileError>>()?
                        .into(),
                ),
            },
            since: text(&file.since),
            off_by_default: file.off_by_default,
            finds: text(&file.finds),
            when: alternatives(&file.when),
            unless: alternatives(&file.unless),
            place: optional(&file.place),
            case_field: file.cases.as_ref().map(|cases| text(&cases.field)),
            cases: file
                .cases
                .iter()
                .flat_map(|cases| &cases.cases)
                .map(|case| Case {
                    word: text(&case.word),
                    message: optional(&case.message),
                    help: optional(&case.help),
                })
                .collect(),
            options: file.options.iter().map(|(name, option)| (text(name), option.default.clone())).collect(),
            yields_to: file.yields_to.iter().map(text).collect(),
            message: optional(&file.message),
            labels: file.labels.iter().map(|(role, label)| (text(role), text(label))).collect(),
            fix: optional(&file.fix),
            why: text(&file.why),
            help: optional(&file.help),
            known_limits: optional(&file.known_limits),
            references: file.references.iter().map(text).collect(),
            text: Cow::Owned(source.to_owned()),
        })
    }

    /// The file of the rule, read once more: with its examples and what its options mean.
    ///
    /// # Panics
    ///
    /// Never: the rule was read from the same text.
    #[must_use]
    pub fn file(&self) -> file::RuleFile {
        file::parse(&self.text).expect("what was read once can be read again")
    }

    /// The built-in rule of an id.
    #[must_use]
    pub fn built_in(id: &str) -> Option<&'static Self> {
        BUILT_IN.binary_search_by(|rule| rule.id.as_ref().cmp(id)).ok().map(|index| &BUILT_IN[index])
    }

    /// The mildest and the worst level that it can have.
    #[must_use]
    pub fn levels(&self) -> (Severity, Severity) {
        match &self.severity {
            RuleSeverity::Level(level) => (*level, *level),
            RuleSeverity::Exposure => (Severity::Info, Severity::Critical),
            RuleSeverity::Cases(cases) => {
                let levels = || cases.iter().map(|(_, level)| *level);
                (levels().min().unwrap_or(Severity::Info), levels().max().unwrap_or(Severity::Info))
            }
        }
    }
}

fn alternatives(file: &file::Alternatives) -> Alternatives {
    file.iter()
        .map(|tests| {
            tests
                .iter()
                .map(|test| Test {
                    field: Cow::Owned(test.field.clone()),
                    operator: test.operator,
                    operands: test.operands.clone().into(),
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests;
