//! A finding as plain text, for formats that have one field for all that is said of it.

use crate::finding::{Certainty, Finding, in_words};
use crate::source::Problem;

use super::text::sanitised;

/// The message with all that a reader of it alone needs, a line for each part. Nothing in it acts on a terminal.
pub(super) fn in_full(finding: &Finding) -> String {
    let mut text = sanitised(&finding.message).into_owned();
    if finding.certainty == Certainty::Possible {
        text += "\ncertainty: possible, depends on something that the scan cannot see";
    }
    if let Some(when) = &finding.when {
        text += &format!("\nwhen: {}", sanitised(when.strip_prefix("when ").unwrap_or(when)));
    }
    if let Some(witness) = &finding.witness {
        let parts: Vec<String> =
            witness.iter().map(|(key, value)| format!("{} = {}", sanitised(key), sanitised(value))).collect();
        text += &format!("\nwitness: {}", parts.join(", "));
    }
    for note in &finding.notes {
        text += &format!("\nnote: {}", sanitised(note));
    }
    let help: Vec<_> = finding.help.trim().lines().map(sanitised).collect();
    text += &format!("\nhelp: {}", help.join("\n"));
    text
}

/// The message on one line, for lists.
pub(super) fn in_short(finding: &Finding) -> String {
    let mut text = sanitised(&finding.message).into_owned();
    if finding.certainty == Certainty::Possible {
        text += " (possible)";
    }
    if let Some(when) = &finding.when {
        text += &format!(", when {}", sanitised(when.strip_prefix("when ").unwrap_or(when)));
    }
    text
}

/// What a finding is about: "role `Deploy`".
pub(super) fn entity(finding: &Finding) -> String {
    format!("{} `{}`", in_words(finding.entity.kind), sanitised(&finding.entity.name))
}

/// A problem on one line.
pub(super) fn of_problem(problem: &Problem) -> String {
    format!("{}. {}", sanitised(&problem.message), sanitised(&problem.help))
}
