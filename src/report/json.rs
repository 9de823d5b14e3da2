//! `--format json`: all that is known about each finding, in a form that other programs can rely on.
//!
//! `docs/json.md` documents every field, and a test compares it with the structs here. Within one schema
//! number fields are only added; names and meanings stay.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::machine::{self, write_json};
use super::paths::PopulationOutput;
use super::{Counts, Report, shown_path};
use crate::finding::{Edit, EntityName, Finding, Fix, Severity};
use crate::source::{Problem, Sources, Span};

/// The number of the schema.
pub const SCHEMA: u32 = 1;

/// Writes the report.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    write_json(out, &Output::of(report))
}

/// The JSON Schema of the output.
#[must_use]
pub fn output_schema() -> serde_json::Value {
    machine::schema::<Output<'static>>()
}

/// What fedlint found in one scan.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "fedlint output")]
struct Output<'r> {
    /// The number of this schema: 1.
    schema: u32,
    /// The program that wrote this.
    tool: Tool,
    /// What was found, ordered by path, position and rule.
    findings: Vec<FindingOutput<'r>>,
    /// Who outside gets roles: those who are furthest out first.
    populations: Vec<PopulationOutput<'r>>,
    /// What could not be read, or only in part; ordered by path and position.
    problems: Vec<ProblemOutput<'r>>,
    /// What was looked at, and how much was found.
    summary: Summary,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Tool {
    /// Always `fedlint`.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// One finding.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Finding")]
struct FindingOutput<'r> {
    /// Id of the rule.
    rule: &'r str,
    /// `broken-trust`, `over-broad`, `guest-access`, `hygiene` or `advice`.
    group: &'static str,
    /// `info`, `low`, `medium`, `high` or `critical`.
    severity: &'static str,
    /// `proved`, or `possible` if it depends on something that the scan cannot see.
    certainty: &'static str,
    /// One sentence that stands alone.
    message: &'r str,
    /// What it is about.
    entity: Entity<'r>,
    /// Where it stands.
    location: Location,
    /// Further places that explain it; for a path, its hops in order.
    labels: Vec<LabelOutput<'r>>,
    /// Under which parameter values of the template; absent if under all.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<&'r str>,
    /// One concrete request that would be let in.
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<Vec<WitnessPart<'r>>>,
    /// What was assumed, and what was folded into this finding.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'r [String],
    /// What to write instead.
    help: &'r str,
    /// What `--fix` writes instead, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixOutput<'r>>,
    /// Fingerprint of the stronger finding that says this too. People are not shown such findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    folded_into: Option<&'r str>,
    /// Why it is not to be acted on, where somebody said so. People are not shown such findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<SuppressionOutput<'r>>,
    /// Identity of the finding, the same for as long as its cause is: no positions in it.
    fingerprint: &'r str,
}

/// What can be written instead, so that the finding is gone.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Fix")]
struct FixOutput<'r> {
    /// What it does, in a few words.
    title: &'r str,
    /// True if `--fix` makes it; false if `--unsafe-fixes` has to be said too.
    safe: bool,
    /// What changes in the files, in order; all or nothing.
    edits: Vec<EditOutput<'r>>,
}

/// A range of a file that is written anew.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Edit")]
struct EditOutput<'r> {
    /// What is replaced: empty if something is only added.
    location: Location,
    /// What stands there afterwards.
    text: &'r str,
}

impl<'r> FixOutput<'r> {
    fn of(fix: &'r Fix, sources: &Sources) -> Self {
        let edit =
            |edit: &'r Edit| EditOutput { location: Location::of(edit.span, sources), text: &edit.text };
        Self { title: &fix.title, safe: fix.safe, edits: fix.edits.iter().map(edit).collect() }
    }
}

/// That a finding is known and not to be acted on.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Suppression")]
struct SuppressionOutput<'r> {
    /// Where that was said: `file`, `settings` or `baseline`.
    by: &'static str,
    /// Why, if it was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'r str>,
}

/// What a finding is about.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Entity<'r> {
    /// `role`, `identity-pool` and so on.
    kind: &'r str,
    /// Logical id in a template; name or ARN in an account dump.
    name: &'r str,
    /// The ARN, where all of it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<&'r str>,
    /// Construct path of the AWS CDK, where the template has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cdk_path: Option<&'r str>,
}

/// A range of a file. For text inside text, the range of the file that it comes from.
#[derive(Serialize, JsonSchema)]
pub(super) struct Location {
    /// The path as it was given or found, with `/`; `<stdin>` for standard input.
    path: String,
    /// The first character.
    start: Position,
    /// One past the last character.
    end: Position,
    /// True if the file could not be read again as it was scanned: the numbers may be off.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    changed: bool,
}

/// A position in a file.
#[derive(Serialize, JsonSchema)]
struct Position {
    /// The line, from 1.
    line: u32,
    /// The column, from 1, in Unicode scalar values.
    column: u32,
    /// The byte in the file, from 0.
    offset: u32,
}

/// A further place with what is said about it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Label")]
struct LabelOutput<'r> {
    /// A few words.
    text: &'r str,
    /// Where it stands; may be in another file.
    location: Location,
}

/// One part of a request.
#[derive(Serialize, JsonSchema)]
struct WitnessPart<'r> {
    /// `action`, `caller`, or a context key.
    key: &'r str,
    /// Its value.
    value: &'r str,
}

/// Something about reading the input, or a limit of fedlint's own.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct ProblemOutput<'r> {
    /// The kind: `unreadable`, `encoding`, `too-large`, `syntax`, `lenient`, `duplicate-key`, `template`,
    /// `answer`, `unread`, `budget`, `combinations`, `settings`, `suppression`, `skipped` or `internal`.
    kind: &'static str,
    /// True if something was not checked because of it.
    loses: bool,
    /// What is wrong.
    message: &'r str,
    /// What to do about it.
    help: &'r str,
    /// The file, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// The place in the file, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

/// How much was looked at and found.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Summary {
    /// What was looked at.
    checked: CheckedOutput,
    /// Findings by severity, mildest first; folded and suppressed ones are not counted.
    severities: Severities,
    /// How many of these are only possible.
    possible: usize,
    /// How many findings are folded into others.
    folded: usize,
    /// How many findings are suppressed.
    suppressed: usize,
    /// How many findings the baseline has that are not there any more.
    gone: usize,
    /// How many of those that are counted `--fix` would fix.
    fixable: usize,
    /// Problems by kind; kinds without problems are left out.
    problems: BTreeMap<&'static str, usize>,
}

/// What was looked at.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Checked")]
struct CheckedOutput {
    /// Files that hold something to check; 0 means that nothing was checked at all.
    files: usize,
    /// Files that were looked at and hold nothing to check.
    other_files: usize,
    /// Files found in a folder that could not be parsed and do not look like ours.
    unparsed_files: usize,
    /// Files that were only read beside those, and hold something to check.
    beside: usize,
    /// IAM roles.
    roles: usize,
    /// Identity providers in IAM.
    providers: usize,
    /// Cognito user pools and identity pools.
    pools: usize,
    /// Permission sets of IAM Identity Center.
    permission_sets: usize,
}

#[derive(Serialize, JsonSchema)]
struct Severities {
    info: usize,
    low: usize,
    medium: usize,
    high: usize,
    critical: usize,
}

impl<'r> Output<'r> {
    fn of(report: &Report<'r>) -> Self {
        Self {
            schema: SCHEMA,
            tool: Tool::THIS,
            findings: report
                .findings
                .iter()
                .map(|finding| FindingOutput::of(finding, report.sources))
                .collect(),
            populations: report
                .reaches
                .iter()
                .map(|reach| PopulationOutput::of(reach, report.sources))
                .collect(),
            problems: report
                .problems
                .iter()
                .map(|problem| ProblemOutput::of(problem, report.sources))
                .collect(),
            summary: Summary::of(report),
        }
    }
}

impl<'r> FindingOutput<'r> {
    fn of(finding: &'r Finding, sources: &Sources) -> Self {
        let part = |(key, value): &'r (String, String)| WitnessPart { key, value };
        Self {
            rule: &finding.rule,
            group: finding.group.name(),
            severity: finding.severity.name(),
            certainty: finding.certainty.name(),
            message: &finding.message,
            entity: Entity::of(&finding.entity),
            location: Location::of(finding.span, sources),
            labels: finding
                .labels
                .iter()
                .map(|label| LabelOutput { text: &label.text, location: Location::of(label.span, sources) })
                .collect(),
            when: finding.when.as_deref(),
            witness: finding.witness.as_ref().map(|parts| parts.iter().map(part).collect()),
            notes: &finding.notes,
            help: &finding.help,
            fix: finding.fix.as_ref().map(|fix| FixOutput::of(fix, sources)),
            folded_into: finding.folded_into.as_deref(),
            suppressed: finding.suppressed.as_ref().map(|suppression| SuppressionOutput {
                by: suppression.by.name(),
                reason: suppression.reason.as_deref(),
            }),
            fingerprint: &finding.fingerprint,
        }
    }
}

impl<'r> Entity<'r> {
    pub(super) fn of(name: &'r EntityName) -> Self {
        Self {
            kind: name.kind,
            name: &name.name,
            arn: name.arn.as_deref(),
            cdk_path: name.cdk_path.as_deref(),
        }
    }
}

impl Tool {
    /// This program.
    pub(super) const THIS: Self = Self { name: "fedlint", version: env!("CARGO_PKG_VERSION") };
}

impl<'r> ProblemOutput<'r> {
    pub(super) fn of(problem: &'r Problem, sources: &Sources) -> Self {
        let location = problem.span.map(|span| Location::of(span, sources));
        let path = location.as_ref().map(|location| location.path.clone());
        Self {
            kind: problem.kind.name(),
            loses: problem.kind.loses(),
            message: &problem.message,
            help: &problem.help,
            path: path.or_else(|| problem.path.as_deref().map(shown_path)),
            location,
        }
    }
}

impl Location {
    pub(super) fn of(span: Span, sources: &Sources) -> Self {
        let place = sources.place(span);
        let position = |position: crate::source::LineColumn| Position {
            line: position.line,
            column: position.column,
            offset: position.offset,
        };
        Self {
            path: shown_path(&place.path),
            start: position(place.start),
            end: position(place.end),
            changed: !place.certain,
        }
    }
}

impl Summary {
    fn of(report: &Report<'_>) -> Self {
        let counts = Counts::of(report.findings);
        let mut problems = BTreeMap::new();
        for problem in report.problems {
            *problems.entry(problem.kind.name()).or_default() += 1;
        }
        let checked = report.summary;
        Self {
            checked: CheckedOutput {
                files: checked.files,
                other_files: checked.other_files,
                unparsed_files: checked.unparsed_files,
                beside: checked.beside,
                roles: checked.roles,
                providers: checked.providers,
                pools: checked.pools,
                permission_sets: checked.permission_sets,
            },
            severities: Severities {
                info: counts.of_severity(Severity::Info),
                low: counts.of_severity(Severity::Low),
                medium: counts.of_severity(Severity::Medium),
                high: counts.of_severity(Severity::High),
                critical: counts.of_severity(Severity::Critical),
            },
            possible: counts.possible,
            folded: counts.folded,
            suppressed: counts.suppressed.iter().sum(),
            gone: report.summary.gone,
            fixable: counts.fixable,
            problems,
        }
    }
}

#[cfg(test)]
mod tests;
