//! `--format sarif`: SARIF 2.1.0, for code scanning services and editors.
//!
//! Follows the specification by OASIS, and where it leaves room, what GitHub code scanning reads
//! (<https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>).
//! Folded findings are left out: these services would show them beside the finding that says them already.
//! Lines of files are not quoted, so that no secret gets into the log.

mod log;
pub(super) mod uri;

use std::io::{self, Write};
use std::path::Path;

use super::machine::write_json;
use super::plain::in_full;
use super::text::sanitised;
use super::{Report, Root, RuleInformation, rule_page};
use crate::finding::{Finding, Fix, Severity, SuppressedBy, Suppression};
use crate::source::{Problem, SourceId, Sources, Span};

use log::{
    ArtifactChange, ArtifactLocation, CodeFlow, Configuration, Driver, FixObject, FlowLocation,
    InsertedContent, Invocation, Location, Log, Message, MultiformatMessage, Notification,
    PartialFingerprints, PhysicalLocation, Region, Replacement, Reporting, ResultProperties, Rule,
    RuleProperties, Run, SarifResult, SourceRoot, SourceRoots, SuppressionObject, SuppressionProperties,
    ThreadFlow, Tool,
};

/// Writes the report.
///
/// `rules` are all that were run. URIs are relative to `root`.
///
/// # Errors
///
/// Those of `out`.
pub fn write(
    out: &mut dyn Write,
    report: &Report<'_>,
    rules: &[RuleInformation<'_>],
    root: &Root,
) -> io::Result<()> {
    let context = Context { sources: report.sources, root };
    let shown = report.findings.iter().filter(|finding| finding.folded_into.is_none());
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "fedlint",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: rules.iter().map(rule).collect(),
            },
        },
        invocations: [Invocation {
            execution_successful: !report.summary.refused
                && !report.problems.iter().any(|problem| problem.kind.loses()),
            tool_execution_notifications: report
                .problems
                .iter()
                .map(|problem| context.notification(problem))
                .collect(),
        }],
        original_uri_base_ids: SourceRoots {
            source_root: SourceRoot {
                description: Message::new(
                    "The root of the repository, or else the folder that fedlint was run in.",
                ),
            },
        },
        column_kind: "unicodeCodePoints",
        results: shown.map(|finding| context.result(finding, rules)).collect(),
    };
    write_json(
        out,
        &Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] },
    )
}

struct Context<'r> {
    sources: &'r Sources,
    root: &'r Root,
}

fn rule<'r>(information: &'r RuleInformation<'r>) -> Rule<'r> {
    let mut markdown = format!("{}\n\n{}", information.why.trim(), information.help.trim());
    if !information.references.is_empty() {
        markdown += "\n\nReferences:\n";
        for reference in &information.references {
            markdown += &format!("\n- <{reference}>");
        }
    }
    Rule {
        id: information.id,
        short_description: Message::new(information.title),
        full_description: Message::new(information.why.trim()),
        help: MultiformatMessage { text: markdown.clone(), markdown },
        help_uri: rule_page(information.id),
        default_configuration: Configuration { level: level(information.severity) },
        properties: RuleProperties {
            group: information.group.name(),
            tags: ["security", information.group.name()],
            security_severity: security_severity(information.severity),
        },
    }
}

fn suppression(suppression: &Suppression) -> SuppressionObject<'static> {
    SuppressionObject {
        kind: if suppression.by == SuppressedBy::File { "inSource" } else { "external" },
        status: "accepted",
        justification: suppression.reason.as_deref().map(|reason| sanitised(reason).into_owned()),
        properties: SuppressionProperties { by: suppression.by.name() },
    }
}

/// SARIF knows three levels.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A number in the range that GitHub shows as the severity of the same name; it knows none below low.
const fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("3.0"),
        Severity::Info => None,
    }
}

impl Context<'_> {
    fn result<'r>(&self, finding: &'r Finding, rules: &[RuleInformation<'_>]) -> SarifResult<'r> {
        let related: Vec<Location> = finding
            .labels
            .iter()
            .enumerate()
            .map(|(index, label)| Location {
                id: Some(index + 1),
                message: Some(Message::quoted(&label.text)),
                ..self.location(label.span)
            })
            .collect();
        SarifResult {
            rule_id: &finding.rule,
            rule_index: rules.iter().position(|rule| *rule.id == *finding.rule),
            level: level(finding.severity),
            message: Message::quoted(&in_full(finding)),
            locations: [self.location(finding.span)],
            code_flows: self.code_flows(finding),
            related_locations: related,
            partial_fingerprints: PartialFingerprints { fedlint: &finding.fingerprint },
            suppressions: finding.suppressed.iter().map(suppression).collect(),
            fixes: finding.fix.as_ref().and_then(|fix| self.fix(fix)).into_iter().collect(),
            properties: ResultProperties {
                severity: finding.severity.name(),
                certainty: finding.certainty.name(),
                entity_kind: finding.entity.kind,
                entity_name: &finding.entity.name,
                when: finding.when.as_deref(),
            },
        }
    }

    /// `None` if the files have changed: another place would be overwritten.
    fn fix(&self, fix: &Fix) -> Option<FixObject> {
        let mut changes: Vec<(SourceId, ArtifactChange)> = Vec::new();
        for edit in &fix.edits {
            let location = self.location(edit.span).physical_location;
            let replacement = Replacement {
                deleted_region: location.region?,
                inserted_content: InsertedContent { text: edit.text.clone() },
            };
            match changes.iter_mut().find(|(source, _)| *source == edit.span.source) {
                Some((_, change)) => change.replacements.push(replacement),
                None => {
                    let artifact_location = location.artifact_location;
                    let replacements = vec![replacement];
                    changes.push((edit.span.source, ArtifactChange { artifact_location, replacements }));
                }
            }
        }
        let artifact_changes = changes.into_iter().map(|(_, change)| change).collect();
        Some(FixObject { description: Message::quoted(&fix.title), artifact_changes })
    }

    /// Where several places explain a finding, they are the steps that lead to it.
    fn code_flows(&self, finding: &Finding) -> Vec<CodeFlow> {
        if finding.labels.len() < 2 {
            return Vec::new();
        }
        let step = |span: Span, text: &str| FlowLocation {
            location: Location { message: Some(Message::quoted(text)), ..self.location(span) },
        };
        let mut locations: Vec<FlowLocation> =
            finding.labels.iter().map(|label| step(label.span, &label.text)).collect();
        locations.push(step(finding.span, &finding.message));
        vec![CodeFlow { thread_flows: [ThreadFlow { locations }] }]
    }

    fn location(&self, span: Span) -> Location {
        let place = self.sources.place(span);
        // Numbers that may be off are worse than none.
        let region = place.certain.then_some(Region {
            start_line: place.start.line,
            start_column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
        });
        self.in_file(&place.path, region)
    }

    fn in_file(&self, path: &Path, region: Option<Region>) -> Location {
        let (uri, uri_base_id) = uri::of(&self.root.path(path));
        Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation { uri, uri_base_id },
                region,
            },
            message: None,
        }
    }

    fn notification(&self, problem: &Problem) -> Notification {
        let location = match (problem.span, &problem.path) {
            (Some(span), _) => Some(self.location(span)),
            (None, Some(path)) => Some(self.in_file(path, None)),
            (None, None) => None,
        };
        Notification {
            descriptor: Reporting { id: problem.kind.name() },
            level: if problem.kind.loses() { "error" } else { "warning" },
            message: Message::quoted(&format!(
                "{}\n{}",
                sanitised(&problem.message),
                sanitised(&problem.help)
            )),
            locations: location.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests;
