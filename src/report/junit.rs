//! `--format junit`: XML as test runners write it, which Jenkins, GitLab and Azure Pipelines show as tests.
//!
//! A suite for each file. A finding that fails the scan is a failed test, one below the threshold a skipped one, what could
//! not be read an error, and a file without findings a test that passed. Services tell tests apart by `classname` and
//! `name`, so that both are the same from run to run and no two are equal.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use super::plain::{entity, in_full, in_short, of_problem};
use super::summary::summary;
use super::text::sanitised;
use super::{Report, Root, lines_of};
use crate::finding::Finding;
use crate::scan::Holds;
use crate::source::Problem;

/// The suite about the scan as a whole.
const WHOLE: &str = "fedlint";

/// Writes the report.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report<'_>, root: &Root) -> io::Result<()> {
    let mut suites = vec![Suite::of_scan(report)];
    let mut files: BTreeMap<String, Suite> = BTreeMap::new();
    for problem in report.problems {
        match report.file_of(problem) {
            Some((path, place)) => {
                let line = place.map(|place| lines_of(&place).0);
                suite(&mut files, root.shown(&path)).add_problem(problem, line, report);
            }
            None => suites[0].add_problem(problem, None, report),
        }
    }
    for finding in report.shown() {
        let place = report.sources.place(finding.span);
        let line = place.certain.then_some(place.start.line);
        suite(&mut files, root.shown(&place.path)).add_finding(finding, line, report);
    }
    for file in report.files.iter().filter(|file| file.holds == Holds::Ours) {
        let suite = suite(&mut files, root.shown(&file.path));
        if suite.tests.is_empty() {
            suite.add("no findings".to_owned(), None, Result::Passed);
        }
    }
    suites.extend(files.into_values());
    let total = |count: fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"fedlint\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\">",
        total(|suite| suite.tests.len()),
        total(|suite| suite.count(|result| matches!(result, Result::Failed { .. }))),
        total(|suite| suite.count(|result| matches!(result, Result::Broken { .. }))),
        total(|suite| suite.count(|result| matches!(result, Result::Skipped { .. }))),
    )?;
    for suite in &suites {
        suite.write(out)?;
    }
    writeln!(out, "</testsuites>")
}

fn suite(files: &mut BTreeMap<String, Suite>, path: String) -> &mut Suite {
    files.entry(path.clone()).or_insert_with(|| Suite::new(path))
}

/// What is said of one file.
struct Suite {
    name: String,
    tests: Vec<Test>,
    /// How many tests have a name.
    names: HashMap<String, usize>,
    /// Lines that are no test.
    said: Vec<String>,
}

struct Test {
    name: String,
    line: Option<u32>,
    result: Result,
}

enum Result {
    Passed,
    Skipped { message: String },
    Failed { kind: &'static str, message: String, text: String },
    Broken { kind: &'static str, message: String, text: String },
}

impl Suite {
    fn new(name: String) -> Self {
        Self { name, tests: Vec::new(), names: HashMap::new(), said: Vec::new() }
    }

    /// One test that says what was looked at, so that a report is never empty.
    fn of_scan(report: &Report<'_>) -> Self {
        let said = summary(report);
        let message = said.join("; ");
        let result = if report.summary.refused {
            Result::Broken { kind: "settings", message, text: said.join("\n") }
        } else if report.summary.files == 0 {
            Result::Skipped { message }
        } else {
            Result::Passed
        };
        let mut suite = Self { said, ..Self::new(WHOLE.to_owned()) };
        suite.add("scan".to_owned(), None, result);
        suite
    }

    fn add(&mut self, name: String, line: Option<u32>, result: Result) {
        let number = self.names.entry(name.clone()).or_default();
        *number += 1;
        let name = if *number > 1 { format!("{name} #{number}") } else { name };
        self.tests.push(Test { name, line, result });
    }

    fn add_finding(&mut self, finding: &Finding, line: Option<u32>, report: &Report<'_>) {
        let kind = finding.severity.name();
        let message = in_short(finding);
        let result = if report.fails(finding.severity) {
            Result::Failed { kind, message, text: in_full(finding) }
        } else {
            Result::Skipped { message: format!("{kind}: {message}") }
        };
        self.add(format!("{}: {}", finding.rule, entity(finding)), line, result);
    }

    fn add_problem(&mut self, problem: &Problem, line: Option<u32>, report: &Report<'_>) {
        let kind = problem.kind.name();
        if !problem.kind.loses() && !report.summary.refused {
            let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            self.said.push(format!("problem: {kind}: {place}{}", of_problem(problem)));
            return;
        }
        let message = sanitised(&problem.message).into_owned();
        let result = Result::Broken { kind, message, text: of_problem(problem) };
        self.add(format!("problem: {kind}"), line, result);
    }

    fn count(&self, which: fn(&Result) -> bool) -> usize {
        self.tests.iter().filter(|test| which(&test.result)).count()
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let name = attribute(&sanitised(&self.name));
        writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\">",
            self.tests.len(),
            self.count(|result| matches!(result, Result::Failed { .. })),
            self.count(|result| matches!(result, Result::Broken { .. })),
            self.count(|result| matches!(result, Result::Skipped { .. })),
        )?;
        for test in &self.tests {
            write!(out, "    <testcase classname=\"{name}\" name=\"{}\"", attribute(&test.name))?;
            if self.name != WHOLE {
                write!(out, " file=\"{name}\"")?;
            }
            if let Some(line) = test.line {
                write!(out, " line=\"{line}\"")?;
            }
            write!(out, " time=\"0\"")?;
            match &test.result {
                Result::Passed => writeln!(out, "/>")?,
                Result::Skipped { message } => {
                    writeln!(out, ">\n      <skipped message=\"{}\"/>\n    </testcase>", attribute(message))?;
                }
                Result::Failed { kind, message, text } => {
                    write_element(out, "failure", kind, message, text)?;
                }
                Result::Broken { kind, message, text } => write_element(out, "error", kind, message, text)?,
            }
        }
        if !self.said.is_empty() {
            writeln!(out, "    <system-out>{}</system-out>", content(&self.said.join("\n")))?;
        }
        writeln!(out, "  </testsuite>")
    }
}

fn write_element(out: &mut dyn Write, name: &str, kind: &str, message: &str, text: &str) -> io::Result<()> {
    let (message, text) = (attribute(message), content(text));
    writeln!(out, ">\n      <{name} type=\"{kind}\" message=\"{message}\">{text}</{name}>\n    </testcase>")
}

/// Text between double quotes.
fn attribute(text: &str) -> String {
    // A line break would be read as a space.
    content(text).replace('"', "&quot;").replace('\n', "&#10;")
}

/// Text between tags. What XML 1.0 has no way to write becomes a visible escape.
fn content(text: &str) -> String {
    let mut content = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => content += "&amp;",
            '<' => content += "&lt;",
            '>' => content += "&gt;",
            '\n' => content.push(character),
            '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' => {
                content.extend(character.escape_default());
            }
            _ => content.push(character),
        }
    }
    content
}

#[cfg(test)]
mod tests;
