//! Instructions to suppress findings, as they stand in files: comments, and the metadata of templates.

use jiff::civil::Date;

use super::{Instruction, Reach};
use crate::document::{Document, Kind, NodeRef, Tree};
use crate::settings::{Written, read_date};
use crate::source::{Problem, ProblemKind, Span};

/// What makes a comment an instruction.
const MARK: &str = "fedlint:";

/// The most instructions of one file.
const MOST: usize = 1000;

const HELP_COMMENT: &str =
    "Write `fedlint: ignore[rule-id] reason`, with `until=2027-01-31` before the reason if it is to end.";

const HELP_METADATA: &str =
    "Write `Metadata: {fedlint: {ignore: [{rule: rule-id, reason: why, until: 2027-01-31}]}}`.";

/// The instructions of a file, and what of them is not understood.
#[must_use]
pub fn read(document: &Document, text: &str) -> (Vec<Instruction>, Vec<Problem>) {
    let mut found = Found::default();
    // Hardly any file has one.
    if !text.contains("fedlint") {
        return (found.instructions, found.problems);
    }
    for &comment in &document.comments {
        found.comment(document, text, comment);
        if found.is_full(comment) {
            return (found.instructions, found.problems);
        }
    }
    let tree = Tree::new(document, text);
    for root in tree.roots() {
        found.metadata(root, root.span());
        let resources = root.get("Resources").map(|(_, resources)| resources);
        for (key, resource) in resources.into_iter().flat_map(NodeRef::entries) {
            let (start, end) = (key.span(), resource.span());
            found.metadata(resource, Span::new(start.source, start.start.min(end.start), end.end));
            if found.is_full(start) {
                return (found.instructions, found.problems);
            }
        }
    }
    (found.instructions, found.problems)
}

#[derive(Default)]
struct Found {
    instructions: Vec<Instruction>,
    problems: Vec<Problem>,
}

impl Found {
    fn wrong(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.problems.push(Problem::at(ProblemKind::Suppression, span, message, help));
    }

    /// True if no more are read; says so at `place`. Each of them is held against the whole file.
    fn is_full(&mut self, place: Span) -> bool {
        let is_full = self.instructions.len() + self.problems.len() >= MOST;
        if is_full {
            let message =
                format!("this file has {MOST} suppressions or more, and those from here on are not read");
            self.wrong(place, message, "Suppress in the settings what is to be suppressed all over a file.");
        }
        is_full
    }

    /// Takes in a comment, if it is for us.
    fn comment(&mut self, document: &Document, text: &str, comment: Span) {
        let written = text.get(comment.start as usize..comment.end as usize).unwrap_or_default();
        let inside = written.trim_start_matches(['#', '/', '*']).trim_end_matches("*/").trim();
        let Some(instruction) = inside.strip_prefix(MARK) else {
            let lower = inside.to_ascii_lowercase();
            if lower.contains("fedlint") && lower.contains("ignore[") {
                self.wrong(
                    comment,
                    "this comment is meant for fedlint, and does not begin as it should",
                    HELP_COMMENT,
                );
            }
            return;
        };
        let rest = match instruction.trim_start().strip_prefix("ignore") {
            Some(rest) => rest.trim_start(),
            None => {
                self.wrong(comment, "this comment asks fedlint for nothing that it knows", HELP_COMMENT);
                return;
            }
        };
        let Some((names, rest)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
            self.wrong(comment, "this comment does not say which rules are meant", HELP_COMMENT);
            return;
        };
        let names: Vec<Written> = names
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| Written { text: name.to_owned(), span: Some(comment) })
            .collect();
        if names.is_empty() {
            self.wrong(comment, "this comment does not say which rules are meant", HELP_COMMENT);
            return;
        }
        let rest = rest.trim();
        let (until, reason) = match rest.strip_prefix("until=") {
            Some(rest) => {
                let (date, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                match read_date(date) {
                    Ok(date) => (Some(date), reason),
                    Err(message) => {
                        self.wrong(comment, message, HELP_COMMENT);
                        return;
                    }
                }
            }
            None => (None, rest),
        };
        if reason.split_whitespace().any(|word| word.starts_with("until=") || word == "until:") {
            self.wrong(comment, "the last day stands behind the brackets, before the reason", HELP_COMMENT);
            return;
        }
        self.instructions.push(Instruction {
            names,
            reason: some_reason(reason),
            until,
            span: comment,
            reach: Reach::Range(document.subject(comment, text)),
        });
    }

    /// Takes in what the metadata of a template or resource says about `range`.
    fn metadata(&mut self, of: NodeRef<'_>, range: Span) {
        let fedlint = of.get("Metadata").and_then(|(_, metadata)| metadata.get("fedlint"));
        let Some((key, fedlint)) = fedlint else { return };
        if fedlint.kind() != Kind::Map {
            self.wrong(key.span(), "this metadata asks fedlint for nothing that it knows", HELP_METADATA);
        }
        for (key, value) in fedlint.entries() {
            match key.scalar() {
                Some("ignore") if value.kind() == Kind::List => {
                    value.items().for_each(|item| self.item(item, range));
                }
                Some("ignore") => self.wrong(value.span(), "`ignore` is not a list", HELP_METADATA),
                _ => self.wrong(
                    key.span(),
                    "this metadata asks fedlint for nothing that it knows",
                    HELP_METADATA,
                ),
            }
        }
    }

    fn item(&mut self, item: NodeRef<'_>, range: Span) {
        let (mut names, mut reason, mut until) = (Vec::new(), None, None);
        let mut clean = item.kind() == Kind::Map;
        for (key, value) in item.entries() {
            let understood = match (key.scalar(), value.scalar()) {
                (Some("rule"), Some(name)) => {
                    names.push(Written { text: name.to_owned(), span: Some(value.span()) });
                    true
                }
                (Some("rules"), None) => {
                    let before = names.len();
                    let written = |item: NodeRef<'_>| {
                        item.scalar().map(|name| Written { text: name.to_owned(), span: Some(item.span()) })
                    };
                    names.extend(value.items().filter_map(written));
                    names.len() > before
                }
                (Some("reason"), Some(text)) => {
                    reason = some_reason(text);
                    true
                }
                (Some("until"), Some(text)) => match read_date(text) {
                    Ok(date) => {
                        until = Some::<Date>(date);
                        true
                    }
                    Err(_) => false,
                },
                _ => false,
            };
            if !understood {
                clean = false;
                let name = key.scalar().unwrap_or_default().escape_debug().to_string();
                self.wrong(key.span(), format!("`{name}` of a suppression is not understood"), HELP_METADATA);
            }
        }
        if names.is_empty() && clean {
            self.wrong(item.span(), "this suppression does not say which rules are meant", HELP_METADATA);
        } else if item.kind() != Kind::Map {
            self.wrong(item.span(), "this suppression is not a mapping", HELP_METADATA);
        } else if clean {
            let reach = Reach::Range(range);
            self.instructions.push(Instruction { names, reason, until, span: item.span(), reach });
        }
    }
}

pub(super) fn some_reason(text: &str) -> Option<String> {
    // People write `-- reason` and `: reason` too.
    let text = text.trim().trim_start_matches(['-', ':', '\u{2013}', '\u{2014}']).trim_start();
    (!text.is_empty()).then(|| text.split_whitespace().collect::<Vec<_>>().join(" "))
}
