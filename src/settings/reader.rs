//! Reads typed values out of a document and collects every complaint, with its place.

use crate::document::{Kind, NodeRef, Tree};
use crate::source::{Problem, ProblemKind, Span};

use super::{AccountId, Written};

/// Reads typed values; what cannot be read is `None` and a problem.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
}

impl Reader {
    pub(super) fn problem(&mut self, node: NodeRef<'_>, message: String, help: impl Into<String>) {
        self.problems.push(Problem::at(ProblemKind::Settings, node.span(), message, help));
    }

    /// Complains if not all that aliases stand for was read.
    pub(super) fn check_aliases(&mut self, tree: &Tree<'_>) {
        if tree.exhausted() {
            self.problems.push(Problem {
                kind: ProblemKind::Budget,
                span: tree
                    .document()
                    .nodes
                    .first()
                    .map(|node| Span::new(tree.source(), node.start, node.end)),
                path: None,
                message: "the file is not read whole: its aliases stand for too many values".to_owned(),
                help: "Write the values out where they are used.".to_owned(),
            });
        }
    }

    /// Complains that `node` is not `expected`, a noun with its article.
    pub(super) fn expected(&mut self, node: NodeRef<'_>, name: &str, expected: &str, help: &str) {
        let message = format!("{} is {}, not {expected}", quoted(name), describe(node));
        self.problem(node, message, help);
    }

    /// Complains about a name that is not one of `known`.
    pub(super) fn unknown(&mut self, node: NodeRef<'_>, what: &str, name: &str, known: &[&str]) {
        let message = format!("unknown {what} {}", quoted(name));
        let help = match closest(name, known) {
            Some(close) => format!("Did you mean `{close}`?"),
            None => format!("Known are: {}.", known.join(", ")),
        };
        self.problem(node, message, help);
    }

    /// The entries of a mapping, keys as text. Nothing written at all is an empty mapping.
    pub(super) fn entries<'d>(
        &mut self,
        node: NodeRef<'d>,
        name: &str,
        help: &str,
    ) -> Vec<(&'d str, NodeRef<'d>, NodeRef<'d>)> {
        if node.is_null() {
            return Vec::new();
        }
        if node.kind() != Kind::Map {
            self.expected(node, name, "a mapping", help);
            return Vec::new();
        }
        let mut entries = Vec::new();
        for (key, value) in node.entries() {
            match key.scalar() {
                Some(text) => entries.push((text, key, value)),
                None => self.expected(key, "key", "a text", "Write a name before the colon."),
            }
        }
        entries
    }

    /// The items of a list. Nothing written at all is an empty list.
    pub(super) fn items<'d>(&mut self, node: NodeRef<'d>, name: &str, help: &str) -> Vec<NodeRef<'d>> {
        if node.is_null() {
            return Vec::new();
        }
        if node.kind() != Kind::List {
            self.expected(node, name, "a list", help);
            return Vec::new();
        }
        node.items().collect()
    }

    /// A text, number or boolean as it is written.
    pub(super) fn text<'d>(&mut self, node: NodeRef<'d>, name: &str, help: &str) -> Option<&'d str> {
        match node.scalar() {
            Some(text) if !node.is_null() => Some(text),
            _ => {
                self.expected(node, name, "a text", help);
                None
            }
        }
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, node: NodeRef<'_>, name: &str, help: &str) -> Vec<Written> {
        let items = self.items(node, name, help);
        items.into_iter().filter_map(|item| self.written(item, name, help)).collect()
    }

    /// A text with its place.
    pub(super) fn written(&mut self, node: NodeRef<'_>, name: &str, help: &str) -> Option<Written> {
        let text = self.text(node, name, help)?.to_owned();
        Some(Written { text, span: Some(node.span()) })
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        node: NodeRef<'_>,
        name: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let known: Vec<&str> = choices.iter().map(|(known, _)| *known).collect();
        let text = self.text(node, name, &format!("Known are: {}.", known.join(", ")))?;
        let found = choices.iter().find(|(known, _)| *known == text).map(|(_, value)| *value);
        if found.is_none() {
            self.unknown(node, &format!("value for `{name}`:"), text, &known);
        }
        found
    }

    /// The id of an account. Digits without quotes are taken as they are written, leading zeros included.
    pub(super) fn account(&mut self, node: NodeRef<'_>, name: &str) -> Option<AccountId> {
        let text = self.text(node, name, "Write the 12 digits of the account, best in quotes.")?;
        let account = AccountId::new(text);
        if account.is_none() {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            let only_digits = digits == text.chars().count();
            let help = if only_digits && digits < 12 {
                "An account id has 12 digits. If a program dropped leading zeros, write them, in quotes."
            } else if digits == 12 && text.chars().all(|part| part.is_ascii_digit() || "- ".contains(part)) {
                "Write the 12 digits without dashes."
            } else {
                "Write the 12 digits of the account, best in quotes."
            };
            let message = if only_digits && digits > 0 {
                format!("{} is no account id: it has {digits} digits, not 12", quoted(text))
            } else {
                format!("{} is no account id", quoted(text))
            };
            self.problem(node, message, help);
        }
        account
    }
}

/// Text of the user as it may stand in a message.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let short: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    let more = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    format!("`{short}{more}`").replace("\\'", "'").replace("\\\"", "\"")
}

/// The known name that somebody who wrote `name` most likely meant.
fn closest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    // The length is the user's: long names are like none of ours, and comparing them would take long.
    if name.len() > 64 {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    known
        .iter()
        .map(|&candidate| (strsim::damerau_levenshtein(&plain(name), candidate), candidate))
        .filter(|&(distance, candidate)| distance <= candidate.len().div_ceil(3))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

fn describe(node: NodeRef<'_>) -> &'static str {
    match node.kind() {
        Kind::Map => "a mapping",
        Kind::List => "a list",
        Kind::Scalar | Kind::Alias if node.is_null() => "empty",
        Kind::Scalar | Kind::Alias => "a text",
    }
}
