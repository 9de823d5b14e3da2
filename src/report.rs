//! Findings for people and for machines.
//!
//! Every format gets the same [`Report`] and writes it to a stream; no format decides what is a finding, and
//! only [`human`] knows of terminals. All text that comes from scanned files is untrusted: each format says
//! how it quotes it.

pub mod concise;
pub mod examples;
mod excerpt;
pub mod github;
pub mod gitlab;
pub mod graph;
pub mod human;
pub mod json;
pub mod junit;
mod machine;
pub mod markdown;
pub mod paths;
mod plain;
pub mod reference;
mod root;
pub mod sarif;
mod secrets;
mod summary;
mod text;
pub mod verbose;

use std::cmp::Ordering;
use std::path::{Component, Path, PathBuf};

use crate::finding::{Certainty, Finding, Group, Reach, Severity, SuppressedBy};
use crate::rules::{BUILT_IN, Rule};
use crate::scan::{Outcome, Summary, Visited};
use crate::source::{Place, Problem, Sources, Span};
use crate::value::MASK;

pub use root::Root;
pub(crate) use summary::counted;

/// All that is said about one scan.
#[derive(Clone, Copy, Debug)]
pub struct Report<'s> {
    /// What was found, in the order of [`order`]; folded findings included.
    pub findings: &'s [Finding],
    /// What each population outside gets, those who are furthest out first.
    pub reaches: &'s [Reach],
    /// What could not be read, or only in part, in the order of [`order_problems`].
    pub problems: &'s [Problem],
    /// What the scan looked at.
    pub summary: &'s Summary,
    /// What became of each file that was looked at, if that was asked for.
    pub files: &'s [Visited],
    /// The mildest severity that fails the scan; none if nothing does.
    pub fails_from: Option<Severity>,
    /// The texts that places lie in.
    pub sources: &'s Sources,
    /// How many threads a long report is written by.
    pub threads: usize,
}

impl<'s> Report<'s> {
    /// The findings that people are shown: neither folded nor suppressed.
    fn shown(&self) -> impl Iterator<Item = &'s Finding> + use<'s> {
        self.findings.iter().filter(|finding| finding.counts())
    }

    /// True if a finding of `severity` fails the scan.
    fn fails(&self, severity: Severity) -> bool {
        self.fails_from.is_some_and(|least| severity >= least)
    }

    /// The problems because of which something was not looked at, and the others.
    fn problems_by_loss(&self) -> (Vec<&'s Problem>, Vec<&'s Problem>) {
        self.problems.iter().partition(|problem| problem.kind.loses() || self.summary.refused)
    }

    /// The file of a problem, and its lines if it has a place in it.
    fn file_of(&self, problem: &Problem) -> Option<(PathBuf, Option<Place>)> {
        match (problem.span, &problem.path) {
            (Some(span), _) => {
                let place = self.sources.place(span);
                Some((place.path.clone(), Some(place).filter(|place| place.certain)))
            }
            (None, path) => path.clone().map(|path| (path, None)),
        }
    }
}

/// The lines of a place, from 1, both included.
fn lines_of(place: &Place) -> (u32, u32) {
    let (first, last) = (place.start.line, place.end.line);
    // A range that ends before the first character of a line is not of that line.
    (first, if place.end.column == 1 && last > first { last - 1 } else { last })
}

/// The address of the page about a built-in rule, once the project has one.
fn rule_page(id: &str) -> Option<String> {
    let repository = option_env!("CARGO_PKG_REPOSITORY").filter(|address| !address.is_empty())?;
    let built_in = BUILT_IN.iter().any(|rule| *rule.id == *id);
    built_in.then(|| format!("{repository}/blob/main/docs/rules/{id}.md"))
}

impl<'s> From<&'s Outcome> for Report<'s> {
    fn from(outcome: &'s Outcome) -> Self {
        Self {
            findings: &outcome.findings,
            reaches: &outcome.reaches,
            problems: &outcome.problems,
            summary: &outcome.summary,
            files: &outcome.files,
            fails_from: None,
            sources: &outcome.sources,
            threads: outcome.threads,
        }
    }
}

/// What a report says about a rule itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInformation<'r> {
    /// The id in kebab-case.
    pub id: &'r str,
    /// What the rule promises.
    pub group: Group,
    /// The severity where no finding says otherwise.
    pub severity: Severity,
    /// The sentence about the pattern: one line, lower case, no final period.
    pub title: &'r str,
    /// Why it matters: Markdown.
    pub why: &'r str,
    /// What to write instead: Markdown.
    pub help: &'r str,
    /// Addresses of pages that say more.
    pub references: Vec<&'r str>,
}

impl<'r> RuleInformation<'r> {
    /// What is said of `rule`, with what to write instead where that is about no finding.
    #[must_use]
    pub fn of(rule: &'r Rule, help: &'r str) -> Self {
        Self {
            id: &rule.id,
            group: rule.group,
            severity: rule.levels().1,
            title: &rule.title,
            why: &rule.why,
            help,
            references: rule.references.iter().map(AsRef::as_ref).collect(),
        }
    }
}

/// One line of text that comes from scanned files, as it may be shown on a terminal.
pub(crate) fn shown_text(text: &str) -> std::borrow::Cow<'_, str> {
    text::sanitised(text)
}

/// The stretches of a text from scanned files that hold secrets: in order, none in another.
pub(crate) fn secret_stretches(text: &str) -> Vec<std::ops::Range<usize>> {
    secrets::secrets_in(text, 0..text.len())
}

/// A text with a mask where a secret stands.
pub(crate) fn without_secrets(text: &str) -> String {
    let mut shown = text.to_owned();
    for range in secret_stretches(text).into_iter().rev() {
        shown.replace_range(range, MASK);
    }
    shown
}

/// Findings by severity and kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many findings of each severity are shown, in the order of [`Severity::ALL`].
    pub by_severity: [usize; Severity::ALL.len()],
    /// How many of the findings shown are only possible.
    pub possible: usize,
    /// How many findings are folded into others; not counted above.
    pub folded: usize,
    /// How many findings are suppressed, by [`SuppressedBy`]; not counted above.
    pub suppressed: [usize; 3],
    /// How many of the findings shown have a safe fix.
    pub fixable: usize,
    /// How many have another one.
    pub fixable_unsafely: usize,
}

impl Counts {
    /// Counts `findings`.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            // What is folded into a suppressed finding is suppressed with it.
            if finding.folded_into.is_some() {
                counts.folded += 1;
                continue;
            }
            if let Some(suppression) = &finding.suppressed {
                counts.suppressed[suppression.by as usize] += 1;
                continue;
            }
            counts.by_severity[finding.severity as usize] += 1;
            counts.possible += usize::from(finding.certainty == Certainty::Possible);
            counts.fixable += usize::from(finding.fix.as_ref().is_some_and(|fix| fix.safe));
            counts.fixable_unsafely += usize::from(finding.fix.as_ref().is_some_and(|fix| !fix.safe));
        }
        counts
    }

    /// How many findings are shown.
    #[must_use]
    pub fn shown(&self) -> usize {
        self.by_severity.iter().sum()
    }

    /// How many findings are suppressed by `by`.
    #[must_use]
    pub const fn suppressed_by(&self, by: SuppressedBy) -> usize {
        self.suppressed[by as usize]
    }

    /// How many findings of `severity` are shown.
    #[must_use]
    pub const fn of_severity(&self, severity: Severity) -> usize {
        self.by_severity[severity as usize]
    }
}

/// Sorts findings by path, position and rule; what then is still equal, by what it says.
///
/// The order depends on nothing but the findings and the files, so that reports agree byte for byte whatever
/// the number of threads.
pub fn order(findings: &mut Vec<Finding>, sources: &Sources) {
    order_by_place(
        findings,
        sources,
        |finding| Position::At(finding.span),
        |left, right| {
            let key = |finding: &Finding| (finding.rule.to_string(), finding.entity.name.clone());
            key(left)
                .cmp(&key(right))
                .then_with(|| (&left.message, &left.fingerprint).cmp(&(&right.message, &right.fingerprint)))
        },
    );
}

/// Sorts problems by path, position and kind; what then is still equal, by what it says.
pub fn order_problems(problems: &mut Vec<Problem>, sources: &Sources) {
    order_by_place(
        problems,
        sources,
        |problem| match problem.span {
            Some(span) => Position::At(span),
            None => Position::File(problem.path.clone()),
        },
        |left, right| (left.kind, &left.message).cmp(&(right.kind, &right.message)),
    );
}

enum Position {
    At(Span),
    File(Option<PathBuf>),
}

fn order_by_place<T>(
    items: &mut Vec<T>,
    sources: &Sources,
    position: impl Fn(&T) -> Position,
    tie: impl Fn(&T, &T) -> Ordering,
) {
    struct Placed<T> {
        path: PathBuf,
        span: Option<Span>,
        item: T,
    }
    let mut placed: Vec<Placed<T>> = items
        .drain(..)
        .map(|item| match position(&item) {
            Position::At(span) => Placed { path: sources.path(span.source), span: Some(span), item },
            Position::File(path) => Placed { path: path.unwrap_or_default(), span: None, item },
        })
        .collect();
    // Positions inside text inside text are found by reading the file again: file by file, so that each is
    // read once.
    placed.sort_by(|left, right| left.path.cmp(&right.path));
    for placed in &mut placed {
        placed.span = placed.span.map(|span| sources.host_span(span));
    }
    placed.sort_by(|left, right| {
        let key = |placed: &Placed<T>| placed.span.map(|span| (span.start, span.end));
        left.path
            .cmp(&right.path)
            .then_with(|| key(left).cmp(&key(right)))
            .then_with(|| tie(&left.item, &right.item))
    });
    items.extend(placed.into_iter().map(|placed| placed.item));
}

/// The path as reports name it: as the user wrote it, with `/` between the parts and without `./` at the
/// start.
pub(crate) fn shown_path(path: &Path) -> String {
    let mut shown = String::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::RootDir => shown.push('/'),
            Component::Prefix(_) | Component::ParentDir | Component::Normal(_) => {
                if !shown.is_empty() && !shown.ends_with('/') {
                    shown.push('/');
                }
                shown.push_str(&component.as_os_str().to_string_lossy());
            }
        }
    }
    if shown.is_empty() { ".".to_owned() } else { shown }
}

#[cfg(test)]
mod tests;
