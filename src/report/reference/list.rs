//! Lists of rules.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::super::human::{self, Screen};
use super::super::machine;
use super::super::text::{sanitised, wrapped};
use super::{Entry, promise, shown};
use crate::finding::Group;

/// The groups that have rules here, with these.
fn groups<'e, 'r>(entries: &'e [Entry<'r>]) -> Vec<(Group, Vec<&'e Entry<'r>>)> {
    Group::ALL
        .into_iter()
        .map(|group| (group, entries.iter().filter(|entry| entry.rule.group == group).collect::<Vec<_>>()))
        .filter(|(_, entries)| !entries.is_empty())
        .collect()
}

/// Writes the rules for people, by group.
///
/// # Errors
///
/// Those of `out`.
pub fn write_text(out: &mut dyn Write, entries: &[Entry<'_>], options: &human::Options) -> io::Result<()> {
    /// What is said of a rule stands below its id.
    const INDENTATION: usize = 4;
    let screen = Screen::new(*options);
    for (group, entries) in groups(entries) {
        writeln!(out, "{}: {}\n", screen.bold(group.name()), promise(group))?;
        for entry in entries {
            let mut words = vec![entry.severity()];
            words.extend(entry.standing().map(str::to_owned));
            if !entry.is_built_in() {
                words.push("your own".to_owned());
            }
            writeln!(out, "  {}  {}", screen.bold(&sanitised(&entry.rule.id)), words.join(", "))?;
            let title = sanitised(&entry.rule.title);
            for line in wrapped(&title, screen.width().saturating_sub(INDENTATION)) {
                writeln!(out, "{:INDENTATION$}{line}", "")?;
            }
        }
        writeln!(out)?;
    }
    let asked = entries.iter().filter(|entry| entry.is_asked()).count();
    let all = entries.len();
    let rules = if all == 1 { "rule" } else { "rules" };
    writeln!(out, "{all} {rules}, {asked} of them asked; `fedlint explain ID` shows the page of one")
}

/// The rules as Markdown: a table for each group.
pub(super) fn markdown(entries: &[Entry<'_>], link: &dyn Fn(&str) -> String) -> String {
    let mut text = String::new();
    for (group, entries) in groups(entries) {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = write!(
            text,
            "## {}\n\n{}{}.\n\n| rule | finds | severity |\n| --- | --- | --- |\n",
            group.name(),
            promise(group)[..1].to_uppercase(),
            &promise(group)[1..]
        );
        for entry in entries {
            let rule = entry.rule;
            let standing = entry.standing().map_or_else(String::new, |standing| format!(", {standing}"));
            let _ = writeln!(
                text,
                "| {} | {} | {}{standing} |",
                link(&rule.id),
                rule.title.replace('|', "\\|"),
                entry.severity()
            );
        }
    }
    text
}

/// Writes the rules for programs.
///
/// # Errors
///
/// Those of `out`.
pub fn write_json(out: &mut dyn Write, entries: &[Entry<'_>]) -> io::Result<()> {
    let rules = entries.iter().map(RuleOutput::of).collect();
    machine::write_json(out, &Output { schema: SCHEMA, rules })
}

/// The JSON Schema of the output.
#[must_use]
pub fn output_schema() -> serde_json::Value {
    machine::schema::<Output<'static>>()
}

/// The number of the schema.
const SCHEMA: u32 = 1;

#[derive(Serialize, JsonSchema)]
struct Output<'r> {
    /// The number of this schema: 1.
    schema: u32,
    /// The rules, by id.
    rules: Vec<RuleOutput<'r>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct RuleOutput<'r> {
    id: &'r str,
    title: &'r str,
    group: &'static str,
    /// The mildest and the worst severity that a finding of it has, with the settings.
    severity: Levels,
    /// False for a rule that is only asked where the settings name it.
    on_by_default: bool,
    /// True if it is asked, with the settings.
    asked: bool,
    /// True if it comes with fedlint.
    built_in: bool,
    since: &'r str,
    why: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_limits: Option<&'r str>,
    /// The remedy by which `--fix` mends what it finds.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'r str>,
    /// The options with the values that they have, with the settings.
    options: BTreeMap<&'r str, String>,
    references: Vec<&'r str>,
}

#[derive(Serialize, JsonSchema)]
struct Levels {
    mildest: &'static str,
    worst: &'static str,
}

impl<'r> RuleOutput<'r> {
    fn of(entry: &'r Entry<'_>) -> Self {
        let rule = entry.rule;
        let (mildest, worst) =
            entry.selection.severity(rule).map_or_else(|| rule.levels(), |level| (level, level));
        Self {
            id: &rule.id,
            title: &rule.title,
            group: rule.group.name(),
            severity: Levels { mildest: mildest.name(), worst: worst.name() },
            on_by_default: !rule.off_by_default,
            asked: entry.is_asked(),
            built_in: entry.is_built_in(),
            since: &rule.since,
            why: &rule.why,
            help: rule.help.as_deref(),
            known_limits: rule.known_limits.as_deref(),
            fix: rule.fix.as_deref(),
            options: entry
                .selection
                .options(rule)
                .iter()
                .map(|(name, value)| (name.as_ref(), shown(value)))
                .collect(),
            references: rule.references.iter().map(AsRef::as_ref).collect(),
        }
    }
}
