//! The examples of rules, run: whether each makes exactly the findings that it lists.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;

use super::{Outcome, scan_texts_by};
use crate::document::{self, Format, Kind, Limits, NodeRef, Tree};
use crate::finding::{Finding, Severity};
use crate::rules::Rule;
use crate::rules::file::{Example, Report, RuleFile};
use crate::settings::Settings;
use crate::source::{Origin, Problem, Sources};

/// The rules by which examples are judged.
pub struct Bench<'b> {
    /// All rules that are asked.
    pub rules: &'b Cow<'static, [Rule]>,
    /// Those of which an example must list every finding. Of others it may.
    pub strict: &'b dyn Fn(&str) -> bool,
}

/// An example that is not as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `bad` or `good`.
    pub kind: &'static str,
    /// Its title.
    pub title: String,
    /// What is different.
    pub differences: Vec<Difference>,
}

/// What of an example is not as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Its files or settings cannot be read, or only in part.
    Problem(String),
    /// A bad example does not list the rule, or a good one does.
    Itself(&'static str),
    /// It lists a finding at a place that it does not have.
    NoPlace {
        /// The path as it is listed.
        at: String,
        /// The file.
        file: String,
    },
    /// What it lists was not found.
    Missing {
        /// The rule.
        rule: String,
        /// The path as it is listed.
        at: String,
        /// Where the same rule found something that the example does not list, and what became of findings at the
        /// place that are not shown.
        instead: Vec<String>,
    },
    /// What it lists was found, and is different.
    Differs {
        /// The rule.
        rule: String,
        /// The path as it is listed.
        at: String,
        /// What is different: `severity`, `certainty`, `when`.
        what: &'static str,
        /// As it is listed.
        expected: String,
        /// As it was found.
        found: String,
    },
    /// What was found is not listed.
    Unlisted {
        /// The rule, and how sure it is.
        finding: String,
        /// File, line, column.
        place: String,
        /// The path to it, as an example would list it.
        at: String,
        /// The message.
        message: String,
    },
    /// A good example lists a finding that fails a scan.
    NotGood {
        /// The rule.
        rule: String,
        /// The severity.
        severity: &'static str,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(problem) => write!(formatter, "cannot be read: {problem}"),
            Self::Itself("bad") => write!(formatter, "lists no finding of the rule itself under `reports`"),
            Self::Itself(_) => write!(formatter, "lists a finding of the rule itself under `reports`"),
            Self::NoPlace { at, file } => write!(formatter, "there is no `{at}` in {file}"),
            Self::Missing { rule, at, instead } => {
                write!(formatter, "expected: {rule}\nat {at}\nfound there: nothing")?;
                instead.iter().try_for_each(|other| write!(formatter, "\n{other}"))
            }
            Self::Differs { rule, at, what, expected, found } => {
                write!(formatter, "expected {what}: {expected}\nfound: {found}\nof {rule}\nat {at}")
            }
            Self::Unlisted { finding, place, at, message } => {
                write!(formatter, "not listed: {finding}\nat {at} ({place})\n{message}")
            }
            Self::NotGood { rule, severity } => {
                write!(formatter, "{rule} is {severity}: a good example has findings of level info only")
            }
        }
    }
}

/// The examples of a rule that are not as they say.
#[must_use]
pub fn failures(rule: &RuleFile, bench: &Bench<'_>) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (kind, examples) in [("bad", &rule.bad), ("good", &rule.good)] {
        for example in examples {
            let mut differences = Vec::new();
            let lists_itself = example.reports.iter().any(|report| report.rule == rule.id);
            if lists_itself != (kind == "bad") {
                differences.push(Difference::Itself(kind));
            }
            differences.extend(compare(example, kind == "good", bench));
            if !differences.is_empty() {
                failures.push(Failure { kind, title: example.title.clone(), differences });
            }
        }
    }
    failures
}

/// The settings of an example. Patterns in them are relative to the working directory, as its files are.
///
/// # Errors
///
/// Everything that is wrong with them.
pub fn settings(example: &Example) -> Result<Settings, Vec<Problem>> {
    let sources = Sources::default();
    match &example.settings {
        Some(text) => Settings::parse(&sources, text, Path::new("")),
        None => Ok(Settings::new(Path::new(""))),
    }
}

/// What of an example is not as it lists.
fn compare(example: &Example, good: bool, bench: &Bench<'_>) -> Vec<Difference> {
    let said =
        |problem: &Problem| Difference::Problem(format!("{}: {}", problem.kind.name(), problem.message));
    let settings = match settings(example) {
        Ok(settings) => settings,
        Err(problems) => return problems.iter().map(said).collect(),
    };
    let files: Vec<(&str, &str)> =
        example.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let outcome = scan_texts_by(&files, &settings, bench.rules.clone());
    let mut differences: Vec<Difference> = outcome.problems.iter().map(said).collect();
    let (mut left, hidden): (Vec<&Finding>, Vec<&Finding>) =
        outcome.findings.iter().partition(|finding| finding.counts());
    for report in &example.reports {
        let file =
            report.file.as_deref().or_else(|| files.first().map(|(name, _)| *name)).unwrap_or_default();
        let text = files.iter().find(|(name, _)| *name == file).map_or("", |(_, text)| text);
        let Some(places) = places(file, text, &report.at) else {
            differences.push(Difference::NoPlace { at: report.at.clone(), file: file.to_owned() });
            continue;
        };
        let is_at = |finding: &&Finding| {
            let place = outcome.sources.place(finding.span);
            let start = place.start.offset as usize;
            *finding.rule == *report.rule
                && place.path == Path::new(file)
                && places.iter().any(|place| place.contains(&start))
        };
        match left.iter().position(is_at) {
            Some(index) => differences.extend(differ(report, left.remove(index), good)),
            None => {
                // Those of strict rules are said to be not listed anyway.
                let elsewhere = left
                    .iter()
                    .filter(|finding| *finding.rule == *report.rule && !(bench.strict)(&finding.rule));
                let elsewhere = elsewhere.map(|finding| {
                    let (path, place) = (path(&outcome, finding, &files), place(&outcome, finding));
                    format!("found elsewhere: at {path} ({place})")
                });
                let mut instead: Vec<String> = elsewhere.collect();
                instead.extend(hidden.iter().copied().filter(is_at).map(|finding| hiding(&outcome, finding)));
                let (rule, at) = (report.rule.clone(), report.at.clone());
                differences.push(Difference::Missing { rule, at, instead });
            }
        }
    }
    left.retain(|finding| (bench.strict)(&finding.rule));
    differences.extend(left.iter().map(|finding| Difference::Unlisted {
        finding: format!("{} ({}, {})", finding.rule, finding.severity.name(), finding.certainty.name()),
        place: place(&outcome, finding),
        at: path(&outcome, finding, &files),
        message: finding.message.clone(),
    }));
    differences
}

/// Why a finding is not shown.
fn hiding(outcome: &Outcome, finding: &Finding) -> String {
    let stronger = finding
        .folded_into
        .as_ref()
        .and_then(|fingerprint| outcome.findings.iter().find(|other| other.fingerprint == *fingerprint));
    match stronger {
        Some(stronger) => format!("it was folded into a finding of {}, to which it yields", stronger.rule),
        None => "it is suppressed".to_owned(),
    }
}

fn differ(report: &Report, finding: &Finding, good: bool) -> Vec<Difference> {
    let when = finding.when.as_deref().unwrap_or("always");
    let found = [
        ("severity", &report.severity, finding.severity.name()),
        ("certainty", &report.certainty, finding.certainty.name()),
        ("when", &report.when, when),
    ];
    let mut differences: Vec<Difference> = found
        .into_iter()
        .filter_map(|(what, expected, found)| {
            let expected = expected.as_ref().filter(|expected| *expected != found)?.clone();
            let (rule, at, found) = (report.rule.clone(), report.at.clone(), found.to_owned());
            Some(Difference::Differs { rule, at, what, expected, found })
        })
        .collect();
    if good && finding.severity != Severity::Info {
        let severity = finding.severity.name();
        differences.push(Difference::NotGood { rule: report.rule.clone(), severity });
    }
    differences
}

/// `template.yaml:3:5`
fn place(outcome: &Outcome, finding: &Finding) -> String {
    let place = outcome.sources.place(finding.span);
    format!("{}:{}:{}", place.path.display(), place.start.line, place.start.column)
}

/// The path to what a finding points at, as an example would list it.
fn path(outcome: &Outcome, finding: &Finding, files: &[(&str, &str)]) -> String {
    let place = outcome.sources.place(finding.span);
    let offset = place.start.offset as usize;
    let file = files.iter().find(|(name, _)| place.path == Path::new(name));
    let Some((name, text)) = file else { return String::new() };
    let sources = Sources::default();
    let source = sources.add_kept(Origin::Memory((*name).into()), (*text).into());
    let read = document::read(text, source, Format::guess(Path::new(name), text), &Limits::default());
    let tree = Tree::new(&read.document, text);
    let mut path = Vec::new();
    let mut node = tree.roots().next();
    while let Some(current) = node.take() {
        let here = |node: NodeRef<'_>| {
            let span = sources.host_span(node.span());
            (span.start as usize..span.end as usize).contains(&offset)
        };
        match current.kind() {
            Kind::Map => {
                if let Some((key, value)) = current.entries().find(|(key, value)| here(*key) || here(*value))
                {
                    path.push(key.scalar().unwrap_or_default().to_owned());
                    node = (!here(key)).then_some(value);
                }
            }
            Kind::List => {
                if let Some((index, item)) = current.items().enumerate().find(|(_, item)| here(*item)) {
                    path.push(index.to_string());
                    node = Some(item);
                }
            }
            Kind::Scalar | Kind::Alias => {}
        }
    }
    path.join(".")
}

/// The ranges of the key and of the value at a path: a finding may point at either. Keys may have dots in them;
/// the longest that fits is taken. A path may lead on into JSON text.
fn places(name: &str, text: &str, path: &str) -> Option<Vec<RangeInclusive<usize>>> {
    let sources = Sources::default();
    let source = sources.add_kept(Origin::Memory(name.into()), text.into());
    let read = document::read(text, source, Format::guess(Path::new(name), text), &Limits::default());
    let tree = Tree::new(&read.document, text);
    let root = tree.roots().next()?;
    descend(&sources, root, None, path)
}

fn descend(
    sources: &Sources,
    node: NodeRef<'_>,
    key: Option<NodeRef<'_>>,
    path: &str,
) -> Option<Vec<RangeInclusive<usize>>> {
    let range = |node: NodeRef<'_>| {
        let span = sources.host_span(node.span());
        span.start as usize..=span.end as usize
    };
    if path.is_empty() {
        return Some(key.into_iter().chain([node]).map(range).collect());
    }
    match node.kind() {
        Kind::Map => {
            let fits = |key: &str| {
                path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            let best = node
                .entries()
                .filter(|(key, _)| key.scalar().is_some_and(fits))
                .max_by_key(|(key, _)| key.scalar().map_or(0, str::len));
            match best {
                Some((key, value)) => {
                    let rest = &path[key.scalar()?.len()..];
                    descend(sources, value, Some(key), rest.strip_prefix('.').unwrap_or(rest))
                }
                // Intrinsic functions around what is meant are passed through.
                None => {
                    let (_, value) = node.entries().find(|(key, _)| key.scalar() == Some("Fn::Sub"))?;
                    descend(sources, value, key, path)
                }
            }
        }
        Kind::List => {
            let (index, rest) = path.split_once('.').unwrap_or((path, ""));
            descend(sources, node.items().nth(index.parse().ok()?)?, None, rest)
        }
        Kind::Scalar | Kind::Alias => {
            let embedded = document::embedded::read(sources, node, &Limits::default())?;
            let tree = Tree::new(&embedded.document, &embedded.text);
            let root = tree.roots().next()?;
            descend(sources, root, None, path)
        }
    }
}
