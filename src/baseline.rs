//! What is known: findings that fail no scan until somebody has the time for them, kept in a file beside the settings.
//!
//! A finding is known if one of the same rule, entity and cause was there, and was not milder. Nothing in that depends on
//! where in its file it stands, nor on what else is in there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::finding::{Certainty, Finding, Severity, SuppressedBy, Suppression};
use crate::rules::suppress;
use crate::settings::Settings;
use crate::source::{self, Problem, ProblemKind, SizeLimit, Sources};

/// The name of the file.
pub const FILE_NAME: &str = "fedlint-baseline.json";

/// The number of the form of the file.
const SCHEMA: u32 = 1;

/// What is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// By fingerprint: one finding may be there with several severities, each under other conditions.
    entries: BTreeMap<String, BTreeSet<Entry>>,
}

/// A finding that is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file, as [`Settings::relative`] has it.
    pub path: String,
    /// The rule.
    pub rule: String,
    /// The name of the entity.
    pub entity: String,
    /// How bad it was.
    pub severity: String,
    /// How sure it was.
    pub certainty: String,
    /// What was said, for people.
    pub message: String,
    /// Its identity.
    pub fingerprint: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    findings: Vec<Entry>,
}

impl Baseline {
    /// Of these findings, those that nothing else suppresses.
    #[must_use]
    pub fn of(findings: &[Finding], sources: &Sources, settings: &Settings) -> Self {
        // Suppressions are to be put right, not to be forgotten. Notes are known by themselves: they stand alone where what they
        // are notes of is gone.
        let own = findings.iter().filter(|finding| finding.entity.kind != "suppression");
        let own = own.filter(|finding| {
            finding.suppressed.as_ref().is_none_or(|suppression| suppression.by == SuppressedBy::Baseline)
        });
        let entry = |finding: &Finding| Entry {
            path: settings.relative(&sources.path(sources.host_span(finding.span).source)),
            rule: finding.rule.to_string(),
            entity: finding.entity.name.clone(),
            severity: finding.severity.name().to_owned(),
            certainty: finding.certainty.name().to_owned(),
            message: finding.message.clone(),
            fingerprint: finding.fingerprint.clone(),
        };
        own.map(entry).collect()
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn load(path: &Path, sources: &Sources) -> Result<Self, Problem> {
        let help = "Have `fedlint baseline write` make a new one, or name another with `--baseline`.";
        let bytes = source::read_path(path, SizeLimit::default())
            .map_err(|problem| Problem { help: help.to_owned(), ..problem })?;
        let (_, text) = sources.add_bytes(Some(path), bytes)?;
        let wrong = |message: String| Problem::of(ProblemKind::Settings, path, message, help);
        let file: File =
            serde_json::from_str(&text).map_err(|error| wrong(format!("this is no baseline: {error}")))?;
        if file.schema != SCHEMA {
            return Err(wrong(format!(
                "this baseline is of form {}, and only {SCHEMA} is known to this fedlint",
                file.schema
            )));
        }
        Ok(file.findings.into_iter().collect())
    }

    /// The text of the file: one line a finding, by path, so that changes are easy to read and to merge.
    #[must_use]
    pub fn text(&self) -> String {
        let mut entries: Vec<&Entry> = self.iter().collect();
        entries.sort();
        let lines: Vec<String> = entries.iter().map(|entry| format!("    {}", line(entry))).collect();
        let findings =
            if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", lines.join(",\n")) };
        format!("{{\n  \"schema\": {SCHEMA},\n  \"findings\": {findings}\n}}\n")
    }

    /// Marks what is known of `findings`.
    pub fn apply(&self, findings: &mut [Finding]) {
        let mark = |finding: &mut Finding| {
            let mut known = self.entries.get(&finding.fingerprint).into_iter().flatten();
            if known.any(|entry| entry.covers(finding)) {
                finding.suppressed = Some(Suppression { by: SuppressedBy::Baseline, reason: None });
            }
        };
        findings.iter_mut().filter(|finding| finding.counts()).for_each(mark);
        suppress::unfold(findings, mark);
    }

    /// What this has and `found` has not, of the files that were looked at: those for which `looked` says so of their path.
    pub fn gone<'b>(
        &'b self,
        found: &'b Self,
        looked: impl Fn(&Entry) -> bool + 'b,
    ) -> impl Iterator<Item = &'b Entry> {
        self.iter().filter(move |entry| !found.has(entry) && looked(entry))
    }

    /// Takes out what is gone.
    pub fn prune(&mut self, found: &Self, looked: impl Fn(&Entry) -> bool) {
        self.entries.retain(|_, entries| {
            entries.retain(|entry| found.has(entry) || !looked(entry));
            !entries.is_empty()
        });
    }

    /// Takes in what was found. Returns how much of that is new, or worse than it was.
    pub fn add(&mut self, found: Self) -> usize {
        let mut new = 0;
        for (fingerprint, entries) in found.entries {
            let known = self.entries.insert(fingerprint, entries.clone()).unwrap_or_default();
            let is_new = |entry: &&Entry| !known.iter().any(|known| known.is_as_bad_as(entry));
            new += entries.iter().filter(is_new).count();
        }
        new
    }

    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().flatten()
    }

    /// How many findings are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// True if none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn has(&self, entry: &Entry) -> bool {
        self.entries.contains_key(&entry.fingerprint)
    }
}

impl FromIterator<Entry> for Baseline {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut baseline = Self::default();
        for entry in entries {
            baseline.entries.entry(entry.fingerprint.clone()).or_default().insert(entry);
        }
        baseline
    }
}

impl Entry {
    /// True if the file is not there any more.
    #[must_use]
    pub fn is_nowhere(&self, settings: &Settings) -> bool {
        !settings.base.join(&self.path).exists()
    }

    /// True if it was proved.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.certainty == Certainty::Proved.name()
    }

    /// True if a finding of the same identity is no worse than this one was.
    fn covers(&self, finding: &Finding) -> bool {
        let (severity, certainty) = self.rank();
        // What was only possible and is proved now is news, whatever else.
        *self.rule == *finding.rule
            && self.entity == finding.entity.name
            && severity >= Some(finding.severity)
            && certainty >= Some(finding.certainty)
    }

    fn is_as_bad_as(&self, other: &Self) -> bool {
        let ((severity, certainty), (other_severity, other_certainty)) = (self.rank(), other.rank());
        severity >= other_severity && certainty >= other_certainty
    }

    /// Nothing, if somebody wrote what is no such word.
    fn rank(&self) -> (Option<Severity>, Option<Certainty>) {
        let severity = Severity::ALL.into_iter().find(|level| level.name() == self.severity);
        (severity, Certainty::from_name(&self.certainty))
    }
}

/// An entry as JSON in one line, in ASCII: names come from scanned files.
fn line(entry: &Entry) -> String {
    let json = serde_json::to_string(entry).expect("texts can be written");
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() && character != '\u{7f}' {
            out.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                out += &format!("\\u{unit:04x}");
            }
        }
    }
    out
}
