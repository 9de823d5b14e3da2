//! `--format gitlab`: a Code Quality report, which GitLab shows in merge requests
//! (<https://docs.gitlab.com/ci/testing/code_quality/>).
//!
//! GitLab compares two reports by fingerprints. The format has no room for counts; what could not be read is an entry
//! like a finding, as a report without entries looks as if all were well.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::machine::write_json;
use super::plain::{in_short, of_problem};
use super::{Report, Root, lines_of};
use crate::finding::Severity;
use crate::source::stable_hash;

/// Writes the report.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report<'_>, root: &Root) -> io::Result<()> {
    let mut entries: Vec<Entry> = Vec::new();
    for problem in report.problems {
        let loses = report.summary.refused || problem.kind.loses();
        let (path, place) = report.file_of(problem).unzip();
        let path = path.map_or_else(|| ".".to_owned(), |path| root.shown(&path));
        let identity = [problem.kind.name(), &path, &problem.message].join("\n");
        entries.push(Entry {
            description: of_problem(problem),
            check_name: format!("problem-{}", problem.kind.name()),
            fingerprint: format!("{:016x}", stable_hash(identity.as_bytes())),
            severity: if loses { "blocker" } else { "info" },
            location: Location::new(path, place.flatten().map_or((1, 1), |place| lines_of(&place))),
        });
    }
    for finding in report.shown() {
        let place = report.sources.place(finding.span);
        let path: &Path = &place.path;
        entries.push(Entry {
            description: in_short(finding),
            check_name: finding.rule.to_string(),
            fingerprint: finding.fingerprint.clone(),
            severity: severity(finding.severity),
            location: Location::new(root.shown(path), lines_of(&place)),
        });
    }
    tell_apart(&mut entries);
    write_json(out, &entries)
}

/// Of entries with the same fingerprint, GitLab shows one.
fn tell_apart(entries: &mut [Entry]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        let count = seen.entry(entry.fingerprint.clone()).or_default();
        *count += 1;
        if *count > 1 {
            entry.fingerprint = format!("{}-{count}", entry.fingerprint);
        }
    }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

impl Location {
    const fn new(path: String, (begin, end): (u32, u32)) -> Self {
        Self { path, lines: Lines { begin, end } }
    }
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

#[cfg(test)]
mod tests;
