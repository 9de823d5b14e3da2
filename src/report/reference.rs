//! What is said about rules themselves: a page for each, and lists of them.
//!
//! A page is Markdown, and a terminal is shown the same text. What it says beyond the table of rules, such as the
//! examples, is read from the rule's file only now.

mod list;
mod page;
mod severity;

use std::io::{self, Write};

use super::human::{self, Screen};
use super::text::{prose, sanitised, wrapped};
use crate::finding::{Group, Severity};
use crate::rules::{BUILT_IN, Operand, Rule, Selection, exposure_scale};

pub use list::{output_schema, write_json, write_text};

/// A rule, and how the settings want it to be asked.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// What the settings say of rules.
    pub selection: &'r Selection,
}

impl Entry<'_> {
    /// True if the rule comes with fedlint.
    fn is_built_in(&self) -> bool {
        Rule::built_in(&self.rule.id).is_some()
    }

    /// True if it is asked.
    fn is_asked(&self) -> bool {
        self.selection.has(self.rule)
    }

    /// How bad what it finds is: `medium`, `info to high`.
    fn severity(&self) -> String {
        self.selection.severity(self.rule).map_or_else(|| levels(self.rule), |level| level.name().to_owned())
    }

    /// Whether it is asked, in words; nothing for a rule that is, and is by default.
    fn standing(&self) -> Option<&'static str> {
        match (self.is_asked(), self.rule.off_by_default) {
            (true, false) => None,
            (true, true) => Some("off by default, asked by the settings"),
            (false, true) => Some("off by default"),
            (false, false) => Some("not asked by the settings"),
        }
    }
}

/// The levels that a rule can have: `medium`, `info to high`.
fn levels(rule: &Rule) -> String {
    let (mildest, worst) = rule.levels();
    if mildest == worst { worst.name().to_owned() } else { format!("{} to {}", mildest.name(), worst.name()) }
}

/// How many examples a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Examples {
    /// One that is reported and one that is not; the others by their titles.
    One,
    /// All of them.
    All,
}

/// What a group of rules promises, in a few words.
#[must_use]
pub const fn promise(group: Group) -> &'static str {
    match group {
        Group::BrokenTrust => "an exchange that somebody set up can never succeed",
        Group::OverBroad => "others can get in, or the role allows too much",
        Group::GuestAccess => "what somebody can do who signs in nowhere",
        Group::Hygiene => "works as written, and invites mistakes",
        Group::Advice => "a better way to do it",
    }
}

/// Writes the page of a rule for a terminal.
///
/// # Errors
///
/// Those of `out`.
pub fn write_page(
    out: &mut dyn Write,
    entry: Entry<'_>,
    examples: Examples,
    options: &human::Options,
) -> io::Result<()> {
    let mut text = page::page(entry, examples);
    if examples == Examples::One && page::has_more(&entry.rule.file()) {
        text += &format!("\n`fedlint explain {} --examples` shows all examples.\n", entry.rule.id);
    }
    write_markdown(out, &text, options)
}

/// The page of a built-in rule as it stands in `docs/rules`.
#[must_use]
pub fn document(rule: &Rule) -> String {
    let entry = Entry { rule, selection: &Selection::default() };
    let text = page::page(entry, Examples::One);
    format!(
        "<!-- Generated from rules/{0}.yaml. -->\n\n{text}\n---\n\n[The rule as it is written](../../rules/{0}.yaml), with all \
         its examples. [All rules](README.md).\n",
        rule.id
    )
}

/// The page about all built-in rules as it stands in `docs/rules`.
#[must_use]
pub fn index() -> String {
    let selection = Selection::default();
    let entries: Vec<Entry<'_>> = BUILT_IN.iter().map(|rule| Entry { rule, selection: &selection }).collect();
    let list = list::markdown(&entries, &|id| format!("[{id}]({id}.md)"));
    let worst = Severity::ALL.into_iter().rev();
    let levels: Vec<String> = worst.map(|level| format!("`{}`", level.name())).collect();
    let scale = exposure_scale();
    let who: Vec<&str> = scale.who.iter().rev().copied().collect();
    let mut table = format!("| he reaches | {} |\n| ---{} |", who.join(" | "), " | ---".repeat(who.len()));
    for (what, levels) in scale.what.iter().rev() {
        let levels: Vec<&str> = levels.iter().rev().map(|level| level.name()).collect();
        table += &format!("\n| {what} | {} |", levels.join(" | "));
    }
    format!(
        "<!-- Generated from rules/. -->\n\n# Rules\n\n`fedlint explain ID` shows the page of a rule in the terminal, \
         `fedlint rules` this list with what your settings make of it. Rules of one's own are written in the same \
         form: [writing-rules.md](../writing-rules.md). What other \
         tools call the same is in [check-ids.md](../check-ids.md).\n\nSeverities are {}, from the worst. Many rules grade what they find by who \
         gets in and what he reaches:\n\n{table}\n\nOutermost are guests, whoever registers himself, and any customer of an issuer; in the middle a whole \
         tenant or another account; inner those of the own account and AWS services. Full is as good as the account, deep \
         is secrets or writing everything, broad is reading everything or whole services.\n\n{list}",
        levels.join(", ")
    )
}

/// The rules as Markdown, by group.
///
/// # Errors
///
/// Those of `out`.
pub fn write_list_markdown(out: &mut dyn Write, entries: &[Entry<'_>]) -> io::Result<()> {
    out.write_all(list::markdown(entries, &|id| format!("`{id}`")).as_bytes())
}

/// Markdown on a terminal: headings are bold, and what stands below them is filled and a little further in.
fn write_markdown(out: &mut dyn Write, text: &str, options: &human::Options) -> io::Result<()> {
    /// Longer lines are hard to read.
    const WIDEST: usize = 100;
    const INDENTATION: usize = 2;
    let screen = Screen::new(*options);
    let width = options.width.clamp(40, WIDEST) - INDENTATION;
    let mut lines: Vec<String> = Vec::new();
    let mut block = String::new();
    let mut code = false;
    let flush = |lines: &mut Vec<String>, block: &mut String| {
        let indented =
            |line: String| if line.is_empty() { line } else { format!("{:INDENTATION$}{line}", "") };
        lines.extend(prose(&std::mem::take(block), width).into_iter().map(indented));
    };
    for line in text.lines() {
        if line.starts_with("```") {
            code = !code;
        }
        let heading = line.trim_start_matches('#');
        if !code && heading.len() < line.len() && heading.starts_with(' ') {
            flush(&mut lines, &mut block);
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(wrapped(&sanitised(heading.trim()), width).iter().map(|line| screen.bold(line)));
            lines.push(String::new());
        } else if let Some(address) =
            line.strip_prefix("- ").filter(|rest| !code && rest.starts_with("https://"))
        {
            // Stays whole: an address that is broken cannot be followed.
            flush(&mut lines, &mut block);
            lines.push(format!("{:INDENTATION$}{}", "", screen.place(address)));
        } else {
            block += line;
            block.push('\n');
        }
    }
    flush(&mut lines, &mut block);
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// The value of an option as it is written in the settings.
fn shown(value: &Operand) -> String {
    match value {
        Operand::Boolean(value) => value.to_string(),
        Operand::Number(number) => number.to_string(),
        Operand::Text(text) | Operand::Option(text) => text.to_string(),
    }
}

#[cfg(test)]
mod tests;
