//! `--format github`: workflow commands, of which GitHub Actions makes annotations beside the lines of a pull request.
//!
//! One line a finding, in the form that GitHub's runner reads
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>). GitHub shows ten annotations of
//! each level of a step and drops the rest without a word, so that the worst come first, and the lines at the end, which
//! are no commands, say how many there are.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use super::plain::in_full;
use super::summary::summary;
use super::text::sanitised;
use super::{Report, Root, lines_of};
use crate::finding::{Certainty, Finding, Severity};
use crate::source::{Place, Problem, STDIN};

/// How many annotations of each level GitHub shows of one step.
const SHOWN: usize = 10;

/// Writes the report.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report<'_>, root: &Root) -> io::Result<()> {
    let (lost, other) = report.problems_by_loss();
    // Places are looked up in the order of the files, so that each is read once.
    let mut found: Vec<(Severity, String)> =
        report.shown().map(|finding| (finding.severity, of_finding(finding, report, root))).collect();
    found.sort_by_key(|(severity, _)| Reverse(*severity));
    for problem in &lost {
        out.write_all(of_problem(problem, "error", report, root).as_bytes())?;
    }
    for (_, line) in &found {
        out.write_all(line.as_bytes())?;
    }
    for problem in &other {
        out.write_all(of_problem(problem, "notice", report, root).as_bytes())?;
    }
    for line in summary(report) {
        writeln!(out, "{line}")?;
    }
    let of = |name: &str| found.iter().filter(|(severity, _)| level(*severity) == name).count();
    let counts = [of("error") + lost.len(), of("warning"), of("notice") + other.len()];
    if counts.iter().any(|&count| count > SHOWN) {
        writeln!(out, "GitHub shows the first {SHOWN} annotations of each level; all are in this log")?;
    }
    Ok(())
}

/// GitHub knows three levels.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

fn of_finding(finding: &Finding, report: &Report<'_>, root: &Root) -> String {
    let place = report.sources.place(finding.span);
    let possible = if finding.certainty == Certainty::Possible { ", possible" } else { "" };
    let title = format!("{} ({}{possible})", finding.rule, finding.severity.name());
    let path = place.path.clone();
    command(level(finding.severity), Some(&path), Some(place), root, &title, &in_full(finding))
}

fn of_problem(problem: &Problem, level: &str, report: &Report<'_>, root: &Root) -> String {
    let message = format!("{}\n{}", sanitised(&problem.message), sanitised(&problem.help));
    let (path, place) = report.file_of(problem).unzip();
    command(
        level,
        path.as_deref(),
        place.flatten(),
        root,
        &format!("problem: {}", problem.kind.name()),
        &message,
    )
}

/// The line of one command.
fn command(
    name: &str,
    path: Option<&Path>,
    place: Option<Place>,
    root: &Root,
    title: &str,
    message: &str,
) -> String {
    let mut line = format!("::{name} ");
    if let Some(path) = path.filter(|path| *path != Path::new(STDIN)) {
        let _ = write!(line, "file={},", property(&sanitised(&root.shown(path))));
        // Numbers that may be off are worse than none.
        if let Some(place) = place.filter(|place| place.certain) {
            let (first, last) = lines_of(&place);
            let _ = write!(line, "line={first},endLine={last},");
            // Of several lines, the runner refuses columns.
            if place.start.line == place.end.line {
                let _ = write!(line, "col={},endColumn={},", place.start.column, place.end.column);
            }
        }
    }
    let _ = writeln!(line, "title={}::{}", property(&sanitised(title)), data(message));
    line
}

/// A report for people as it can stand in the log of a step: the runner takes `::` at the start of a line for a command, and
/// `##[` anywhere, whoever wrote them.
#[must_use]
pub fn without_commands(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for line in text.split_inclusive(['\n', '\r']) {
        let start = line.len() - line.trim_start().len();
        let (space, rest) = line.split_at(start);
        harmless += space;
        match rest.strip_prefix("::") {
            Some(rest) => {
                harmless += ": :";
                harmless += rest;
            }
            None => harmless += rest,
        }
    }
    harmless.replace("##[", "## [")
}

/// A text that others have to read as it is, a patch for example, in the log of a step: around it the runner is told to look for
/// no commands, if there are any. What stands before and behind a patch does not matter to those who apply it.
#[must_use]
pub fn uninterpreted(text: &str) -> Cow<'_, str> {
    if without_commands(text) == text {
        return Cow::Borrowed(text);
    }
    // Until a word that the text does not have.
    let mut words = (1_u32..).map(|number| format!("fedlint-{number}"));
    let word = words.find(|word| !text.contains(word.as_str())).unwrap_or_default();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    Cow::Owned(format!("::stop-commands::{word}\n{text}{end}::{word}::\n"))
}

/// What follows the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
