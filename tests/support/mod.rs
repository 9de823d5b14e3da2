//! Scans texts as files and gives back what was found, in plain words.

#![allow(dead_code, reason = "every test file uses a part of it")]

use fedlint::finding::Finding;
use fedlint::settings::Settings;

/// What a scan found.
pub(crate) struct Outcome {
    pub(crate) findings: Vec<Seen>,
    pub(crate) problems: Vec<String>,
}

/// A finding as a test reads it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// The byte in the file.
    pub(crate) offset: usize,
    /// What stands at the place.
    pub(crate) text: String,
    pub(crate) rule: String,
    pub(crate) certainty: &'static str,
    pub(crate) severity: &'static str,
    pub(crate) when: Option<String>,
    pub(crate) entity: String,
    pub(crate) message: String,
}

impl Seen {
    /// `rule certainty when`.
    pub(crate) fn in_a_line(&self) -> String {
        let when = self.when.as_ref().map_or(String::new(), |when| format!(" {when}"));
        format!("{} {}{when}", self.rule, self.certainty)
    }
}

/// Scans `files` (path and text) with default settings; findings that are folded into others are left out.
pub(crate) fn scan(files: &[(&str, &str)]) -> Outcome {
    scan_with(files, &Settings::default())
}

/// Scans `files` with settings.
pub(crate) fn scan_with(files: &[(&str, &str)], settings: &Settings) -> Outcome {
    let outcome = fedlint::scan::scan_texts(files, settings);
    let see = |finding: &Finding| {
        let place = outcome.sources.place(finding.span);
        let path = place.path.to_string_lossy().into_owned();
        let text = files.iter().find(|(name, _)| *name == path).map_or("", |(_, text)| text);
        Seen {
            line: place.start.line,
            column: place.start.column,
            offset: place.start.offset as usize,
            text: text[place.start.offset as usize..place.end.offset as usize].to_owned(),
            path,
            rule: finding.rule.to_string(),
            certainty: finding.certainty.name(),
            severity: finding.severity.name(),
            when: finding.when.clone(),
            entity: finding.entity.name.clone(),
            message: finding.message.clone(),
        }
    };
    Outcome {
        findings: outcome.findings.iter().filter(|finding| finding.folded_into.is_none()).map(see).collect(),
        problems: outcome
            .problems
            .iter()
            .map(|problem| format!("{}: {}", problem.kind.name(), problem.message))
            .collect(),
    }
}
