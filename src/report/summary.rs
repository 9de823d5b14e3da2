//! The lines with which every report closes that has room for lines.

use super::{Counts, Report};
use crate::finding::{Severity, SuppressedBy};
use crate::scan::Summary;

/// What was found and what was looked at, in whole sentences.
pub(super) fn summary(report: &Report<'_>) -> Vec<String> {
    let counts = Counts::of(report.findings);
    let mut lines = Vec::new();
    if counts.shown() > 0 {
        let levels: Vec<String> = Severity::ALL
            .into_iter()
            .rev()
            .filter(|&severity| counts.of_severity(severity) > 0)
            .map(|severity| format!("{} {}", counts.of_severity(severity), severity.name()))
            .collect();
        let mut line = format!("{}: {}", counted(counts.shown(), "finding"), levels.join(", "));
        if counts.possible > 0 {
            line += &format!("; {} only possible", counts.possible);
        }
        if counts.folded > 0 {
            line += &format!("; {} more folded into these", counts.folded);
        }
        line += &match (counts.fixable, counts.fixable_unsafely) {
            (0, 0) => String::new(),
            (safe, 0) => format!("; {safe} fixable with `--fix`"),
            (0, others) => format!("; {others} fixable with `--fix --unsafe-fixes`"),
            (safe, others) => format!("; {safe} fixable with `--fix`, {others} more with `--unsafe-fixes`"),
        };
        lines.push(line);
    }
    let suppressed: Vec<String> = [SuppressedBy::File, SuppressedBy::Settings, SuppressedBy::Baseline]
        .into_iter()
        .map(|by| (by, counts.suppressed_by(by)))
        .filter(|&(_, count)| count > 0)
        .map(|(by, count)| match by {
            SuppressedBy::File => format!("{count} where they stand"),
            SuppressedBy::Settings => format!("{count} in the settings"),
            SuppressedBy::Baseline => format!("{count} in the baseline"),
        })
        .collect();
    if !suppressed.is_empty() {
        lines.push(format!("suppressed: {}", suppressed.join(", ")));
    }
    if report.summary.gone > 0 {
        let gone = report.summary.gone;
        lines.push(format!("gone from the baseline: {gone}; `fedlint baseline prune` takes them out"));
    }
    if !report.problems.is_empty() {
        let lost = report.problems.iter().filter(|problem| problem.kind.loses()).count();
        let consequence = match lost {
            _ if report.summary.refused => "nothing was scanned",
            0 => "nothing was lost by them",
            _ => "not everything could be checked",
        };
        lines.push(format!("{}: {consequence}", counted(report.problems.len(), "problem")));
    }
    let summary = report.summary;
    if summary.refused {
        return lines;
    }
    let looked = summary.files + summary.other_files + summary.unparsed_files;
    if looked == 0 && !report.problems.is_empty() {
        lines.push("nothing was checked".to_owned());
    } else {
        lines.push(checked_line(summary, counts.shown() == 0));
    }
    lines
}

/// How much was looked at, so that silence is never mistaken for success.
pub(super) fn checked_line(checked: &Summary, silent: bool) -> String {
    let looked = checked.other_files + checked.unparsed_files;
    if checked.files == 0 {
        return match looked {
            0 => "nothing to check: no files were found".to_owned(),
            1 => format!("nothing to check: the one file holds no {WHAT_WE_READ}"),
            _ => format!("nothing to check: none of {looked} files holds {WHAT_WE_READ}"),
        };
    }
    let mut aside = Vec::new();
    if checked.other_files > 0 {
        aside.push(format!("{} had nothing to check", counted(checked.other_files, "other file")));
    }
    if checked.unparsed_files > 0 {
        aside.push(format!(
            "{} could not be parsed and did not look like ours",
            counted(checked.unparsed_files, "file")
        ));
    }
    let things = [
        counted(checked.roles, "role"),
        counted(checked.providers, "provider"),
        counted(checked.pools, "pool"),
        counted(checked.permission_sets, "permission set"),
    ];
    if checked.beside > 0 {
        aside.push(format!("{} read beside", counted(checked.beside, "other file")));
    }
    let found = if silent { "no findings: " } else { "" };
    let mut line = format!("{found}checked {} with {}", counted(checked.files, "file"), things.join(", "));
    if !aside.is_empty() {
        line += &format!("; {}", aside.join(", "));
    }
    line
}

/// What makes a file ours, in a few words.
const WHAT_WE_READ: &str = "IAM, Cognito or Identity Center configuration";

/// `1 file`, `2 files`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
