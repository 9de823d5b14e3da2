//! Findings that somebody knows of and does not want to act on.
//!
//! What is suppressed stays in the outcome and says so: nothing is lost without a trace. A suppression that has no reason,
//! is over, or suppresses nothing is a finding itself.

mod written;

use std::collections::HashMap;

use jiff::civil::Date;

use super::{Context, Judge, Rule, Selection, selection};
use crate::analysis::Coverage;
use crate::document::{self, Format, Kind, Limits, NodeRef, Tree};
use crate::facts::{Common, OneOf, SuppressionFact, SuppressionState};
use crate::finding::{Certainty, EntityName, Finding, SuppressedBy, Suppression};
use crate::model::{EntityId, EntityKind};
use crate::settings::{self, Settings, SettingsSuppression, Written};
use crate::source::{self, Problem, ProblemKind, SourceId, Sources, Span};
use crate::value::{Vocabulary, Worlds};

pub use written::read;

/// An instruction to suppress findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Ids of rules, and groups.
    pub names: Vec<Written>,
    /// Why, if it says so.
    pub reason: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where it stands.
    pub span: Span,
    /// Which findings it is about.
    pub reach: Reach,
}

/// Which findings an instruction is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those that are about something in this range of the file, or point there.
    Range(Span),
    /// Those that fit what the settings say: the number of the entry.
    Entry(usize),
}

/// What instructions are held against.
#[derive(Clone, Copy)]
pub struct Scene<'s> {
    /// The settings.
    pub settings: &'s Settings,
    /// All rules that there are.
    pub rules: &'s [Rule],
    /// Those that were asked.
    pub selection: &'s Selection,
    /// The texts that places lie in.
    pub sources: &'s Sources,
    /// Names.
    pub vocabulary: &'s Vocabulary,
    /// True if more was looked at than files that were named: what was not found in a file is not there.
    pub searched: bool,
    /// True if the whole directory of the settings was looked at.
    pub whole: bool,
}

/// Marks the findings that `instructions` and the settings are about, and adds findings about these themselves. Returns what of
/// them cannot be understood.
#[must_use]
pub fn apply(findings: &mut Vec<Finding>, instructions: Vec<Instruction>, scene: &Scene<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let in_settings = scene.settings.suppressions.iter().enumerate().map(|(number, entry)| Instruction {
        names: entry.rules.clone(),
        reason: entry.reason.as_deref().and_then(written::some_reason),
        until: entry.until,
        span: entry.span,
        reach: Reach::Entry(number),
    });
    let instructions: Vec<Instruction> = instructions.into_iter().chain(in_settings).collect();
    if instructions.is_empty() {
        return problems;
    }
    for instruction in instructions.iter().filter(|instruction| matches!(instruction.reach, Reach::Range(_)))
    {
        problems.extend(unknown(&instruction.names, scene.rules, ProblemKind::Suppression));
    }
    let used = mark(findings, &instructions, scene);
    let mut judge = Judge::new(scene.rules, scene.selection);
    for (instruction, used) in instructions.iter().zip(used) {
        if let Some(state) = state(instruction, used, scene) {
            state_fact(instruction, state, scene, &mut judge);
        }
    }
    findings.extend(judge.finish(&scene.context(None, String::new())));
    problems
}

/// What is wrong with the names of rules in the settings.
#[must_use]
pub fn unknown_in(settings: &Settings, rules: &[Rule]) -> Vec<Problem> {
    let entries = settings.suppressions.iter();
    entries.flat_map(|entry| unknown(&entry.rules, rules, ProblemKind::Settings)).collect()
}

fn unknown(names: &[Written], rules: &[Rule], kind: ProblemKind) -> Vec<Problem> {
    let wrong = names.iter().filter(|name| !selection::is_known(&name.text, rules));
    wrong
        .map(|name| {
            let message = format!("there is no rule and no group `{}`", name.text.escape_debug());
            let help = selection::close(&name.text, rules);
            Problem { kind, span: name.span, path: None, message, help }
        })
        .collect()
}

/// Marks what the instructions are about; says which of them found something, or would have if they were not over.
fn mark(findings: &mut [Finding], instructions: &[Instruction], scene: &Scene<'_>) -> Vec<bool> {
    let mut used = vec![false; instructions.len()];
    let mut statements = Statements::default();
    let mut mark = |finding: &mut Finding| {
        let named: Vec<usize> = (0..instructions.len())
            .filter(|&number| instructions[number].names.iter().any(|name| is_named(&name.text, finding)))
            .collect();
        if named.is_empty() {
            return;
        }
        let place = scene.sources.host_span(finding.span);
        let entity = finding.entity.span.map(|span| scene.sources.host_span(span));
        for number in named {
            let instruction = &instructions[number];
            let is_about = match &instruction.reach {
                Reach::Range(range) => {
                    contains(*range, place) || entity.is_some_and(|span| contains(*range, span))
                }
                Reach::Entry(entry) => {
                    fits(&scene.settings.suppressions[*entry], finding, place, scene, &mut statements)
                }
            };
            if !is_about {
                continue;
            }
            used[number] = true;
            if !is_over(instruction, scene) && finding.suppressed.is_none() {
                let by = match instruction.reach {
                    Reach::Range(_) => SuppressedBy::File,
                    Reach::Entry(_) => SuppressedBy::Settings,
                };
                finding.suppressed = Some(Suppression { by, reason: instruction.reason.clone() });
            }
        }
    };
    findings.iter_mut().filter(|finding| finding.folded_into.is_none()).for_each(&mut mark);
    unfold(findings, mark);
    used
}

/// Has notes of findings that are suppressed stand alone, unless they are suppressed already or `mark` suppresses them too:
/// who knows of the one does not know of the other.
pub fn unfold(findings: &mut [Finding], mut mark: impl FnMut(&mut Finding)) {
    // One finding may be there several times, under different conditions.
    let mut suppressed: HashMap<String, bool> = HashMap::new();
    for finding in findings.iter().filter(|finding| finding.folded_into.is_none()) {
        let all = suppressed.entry(finding.fingerprint.clone()).or_insert(true);
        *all &= finding.suppressed.is_some();
    }
    for finding in findings {
        if finding.folded_into.as_ref().is_some_and(|stronger| suppressed.get(stronger) == Some(&true)) {
            if finding.suppressed.is_none() {
                mark(finding);
            }
            if finding.suppressed.is_none() {
                finding.folded_into = None;
            }
        }
    }
}

fn is_named(name: &str, finding: &Finding) -> bool {
    *name == *finding.rule || name == finding.group.name()
}

fn contains(range: Span, place: Span) -> bool {
    range.source == place.source && range.start <= place.start && place.start < range.end.max(range.start + 1)
}

fn is_over(instruction: &Instruction, scene: &Scene<'_>) -> bool {
    instruction.until.zip(scene.settings.today).is_some_and(|(until, today)| until < today)
}

/// True if an entry of the settings is about a finding.
fn fits(
    entry: &SettingsSuppression,
    finding: &Finding,
    place: Span,
    scene: &Scene<'_>,
    statements: &mut Statements,
) -> bool {
    let name = &finding.entity;
    let names =
        || [Some(name.name.as_str()), name.arn.as_deref(), name.cdk_path.as_deref()].into_iter().flatten();
    entry.path.as_ref().is_none_or(|pattern| {
        let path = source::absolute(&scene.sources.path(place.source));
        settings::covers(pattern, path.strip_prefix(&scene.settings.root).unwrap_or(&path))
    }) && entry.entity.as_ref().is_none_or(|pattern| names().any(|name| pattern.is_match(name)))
        && entry.statement.as_ref().is_none_or(|pattern| {
            statements.around(finding.span, scene.sources).is_some_and(|name| pattern.is_match(name))
        })
}

/// What is to be said of an instruction.
fn state(instruction: &Instruction, used: bool, scene: &Scene<'_>) -> Option<SuppressionState> {
    if is_over(instruction, scene) {
        return Some(SuppressionState::Expired);
    }
    // Nothing is said of rules that were not asked, nor where only a part was looked at.
    let asked = |name: &Written| {
        scene.rules.iter().any(|rule| {
            (*rule.id == *name.text || rule.group.name() == name.text) && scene.selection.has(rule)
        })
    };
    if !used {
        let looked = match instruction.reach {
            Reach::Range(_) => scene.searched,
            Reach::Entry(_) => scene.whole,
        };
        return (looked && instruction.names.iter().all(asked)).then_some(SuppressionState::Unused);
    }
    instruction.reason.is_none().then_some(SuppressionState::WithoutReason)
}

fn state_fact(instruction: &Instruction, state: SuppressionState, scene: &Scene<'_>, judge: &mut Judge<'_>) {
    let literal = |text: &str| scene.vocabulary.literal(text);
    let names: Vec<_> = instruction.names.iter().map(|name| literal(&name.text)).collect();
    let name = instruction.names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(", ");
    let context = scene.context(Some(instruction.span), name);
    let fact = SuppressionFact {
        common: Common {
            subject: NOBODY,
            place: instruction.span,
            certainty: Certainty::Proved,
            worlds: Worlds::default(),
            evidence: Vec::new(),
            cause: names.clone(),
            witness: None,
        },
        state: OneOf::only(state),
        names,
        until: instruction.until.map(|date| literal(&date.to_string())),
    };
    judge.take(&fact, &context);
}

/// Suppressions are no entities; nothing is looked up by this.
const NOBODY: EntityId = EntityId { kind: EntityKind::Role, index: u32::MAX };

impl<'s> Scene<'s> {
    fn context(&'s self, at: Option<Span>, name: String) -> Of<'s> {
        Of { scene: self, at, name }
    }
}

/// What findings about one suppression need to know.
struct Of<'s> {
    scene: &'s Scene<'s>,
    at: Option<Span>,
    name: String,
}

impl Context for Of<'_> {
    fn vocabulary(&self) -> &Vocabulary {
        self.scene.vocabulary
    }

    fn name(&self, _: EntityId) -> EntityName {
        EntityName { kind: "suppression", name: self.name.clone(), arn: None, cdk_path: None, span: self.at }
    }

    fn when(&self, _: &Worlds) -> Option<String> {
        None
    }

    fn coverage(&self, _: &Worlds) -> Coverage {
        Coverage::Full
    }

    fn is_written(&self, _: EntityId) -> bool {
        true
    }

    fn not_seen(&self, _: EntityId) -> Option<String> {
        None
    }

    fn file(&self, _: EntityId) -> String {
        let Scene { settings, sources, .. } = self.scene;
        self.at.map_or_else(String::new, |span| settings.relative(&sources.path(span.source)))
    }
}

/// The names of the statements around places: files are read again for them, each once.
#[derive(Default)]
struct Statements {
    read: HashMap<SourceId, Vec<(Span, String)>>,
}

impl Statements {
    /// The `Sid` of the innermost statement around a place.
    fn around(&mut self, place: Span, sources: &Sources) -> Option<&str> {
        let known = self.read.entry(place.source).or_insert_with(|| named_statements(place.source, sources));
        let around = known.iter().filter(|(span, _)| span.start <= place.start && place.start < span.end);
        around.max_by_key(|(span, _)| span.start).map(|(_, name)| name.as_str())
    }
}

fn named_statements(source: SourceId, sources: &Sources) -> Vec<(Span, String)> {
    let Some(text) = sources.text(source) else { return Vec::new() };
    let format = Format::guess(&sources.path(source), &text);
    let read = document::read(&text, source, format, &Limits::default());
    let tree = Tree::new(&read.document, &text);
    let nodes = (0..read.document.nodes.len() as u32).filter_map(|index| tree.node(index));
    let statement = |node: NodeRef<'_>| {
        (node.kind() == Kind::Map).then_some(())?;
        node.get("Effect")?;
        Some((node.span(), node.get("Sid")?.1.scalar()?.to_owned()))
    };
    nodes.filter_map(statement).collect()
}
