//! Words for what the YAML parser refuses.

use granit_parser::ErrorKind;

use super::{Reader, Stop, offset};
use crate::source::{Problem, ProblemKind, Span};

impl Reader<'_> {
    /// The problem that says why a document was left, and what to do about it.
    pub(super) fn explain(&self, stop: &Stop) -> Problem {
        match stop {
            Stop::TooDeep(at) => self.too_deep(*at),
            Stop::TooManyNodes(at) => Problem::at(
                ProblemKind::Budget,
                self.character(*at as usize),
                format!("the document has more than {} values", self.limits.nodes),
                "Only what stands before this place was read. Split the file.",
            ),
            Stop::Syntax(error) => {
                let at = error.marker().byte_offset().unwrap_or(self.last_end);
                if *error.kind() == ErrorKind::RecursionLimitExceeded {
                    return self.too_deep(offset(at));
                }
                let (message, help) = self.words(error.kind(), at);
                Problem::at(ProblemKind::Syntax, self.character(at), message, help)
            }
        }
    }

    fn too_deep(&self, at: u32) -> Problem {
        Problem::at(
            ProblemKind::Budget,
            self.character(at as usize),
            format!("collections are nested more than {} deep", self.limits.depth),
            "Only what stands before this place was read. Flatten the structure.",
        )
    }

    /// The place of the character at `at`.
    fn character(&self, at: usize) -> Span {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let length = self.text[at..].chars().next().map_or(0, char::len_utf8);
        Span::new(self.document.source, offset(at), offset(at + length))
    }

    fn words(&self, kind: &ErrorKind, at: usize) -> (String, String) {
        let line = self.line(at);
        if has_template_marks(line) || self.text.lines().any(is_template_line) {
            return (
                "this is a template for a text generator (Jinja, Helm or the like), not YAML".into(),
                "Scan what the generator makes of it; only what stands before this place was read.".into(),
            );
        }
        if self.text.lines().any(|line| line.starts_with("<<<<<<< ")) {
            return (
                "a merge conflict is left in the file".into(),
                "Resolve the conflict and remove its marks.".into(),
            );
        }
        let indentation = line.trim_start_matches([' ', '\t']);
        if line[..line.len() - indentation.len()].contains('\t') {
            return (
                "the line is indented with a tab".into(),
                "Indent with spaces: YAML does not allow tabs there. Only what stands before was read."
                    .into(),
            );
        }
        let help = match kind {
            ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
                "Close the quote; it begins at or before this place."
            }
            ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
            | ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator => "Add the missing comma, or close the bracket.",
            ErrorKind::MisplacedFlowCollectionEnd | ErrorKind::MismatchedFlowCollectionEnd { .. } => {
                "Check the brackets before this place."
            }
            ErrorKind::UnexpectedCharacter { character: '%' | '@' | '`' } => {
                "Put the value into quotes: no plain value begins with this character."
            }
            ErrorKind::UnknownQuotedScalarEscape
            | ErrorKind::InvalidQuotedScalarHexEscape
            | ErrorKind::InvalidUnicodeEscape => {
                "Write the backslash twice if it belongs to the text, or use single quotes."
            }
            ErrorKind::MissingAnchorOrAliasName => {
                "Put the value into quotes: a plain value cannot begin with `*` or `&`."
            }
            ErrorKind::MappingValueNotAllowed
            | ErrorKind::InvalidColonPlacement
            | ErrorKind::SimpleKeyExpected
            | ErrorKind::InvalidSimpleKey
            | ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::MappingKeyNotAllowed
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::BlockSequenceEntryNotAllowed
            | ErrorKind::InvalidIndentation => {
                "Check the indentation of this line and the one before; put values that contain `: ` into quotes."
            }
            ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
                "Put the whole value into one pair of quotes."
            }
            _ => "Correct the YAML at this place.",
        };
        (
            format!("not valid YAML: {}", self.reason(kind)),
            format!("{help} Only what stands before this place was read."),
        )
    }

    /// What the parser says, without its own account of what it was doing.
    fn reason(&self, kind: &ErrorKind) -> String {
        let text = match kind {
            ErrorKind::MissingAnchorOrAliasName => "a value begins with a bare `*` or `&`".into(),
            ErrorKind::MappingValueNotAllowed => "a `:` that begins a value is not allowed here".into(),
            ErrorKind::ExpectedBlockMappingKey => "expected a key of the mapping".into(),
            ErrorKind::ExpectedBlockSequenceEntry => "expected a `-` of the list".into(),
            ErrorKind::SimpleKeyExpected => "expected `:` after the key".into(),
            ErrorKind::UnexpectedCharacter { character } => {
                format!("a value cannot begin with {}", crate::document::quoted(&character.to_string()))
            }
            kind => kind.to_string(),
        };
        let text =
            text.strip_prefix("while ").and_then(|rest| Some(rest.split_once(", ")?.1)).unwrap_or(&text);
        text.trim_end_matches('.').replace('\n', " ")
    }

    /// The line that `at` is on.
    fn line(&self, at: usize) -> &str {
        let at = at.min(self.text.len());
        let start = memchr::memrchr(b'\n', &self.bytes[..at]).map_or(0, |line_break| line_break + 1);
        let end = memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.text.len(), |length| at + length);
        self.text.get(start..end).unwrap_or_default()
    }
}

/// True if the line holds marks of a text generator; `{{resolve:...}}` is CloudFormation's own.
fn has_template_marks(line: &str) -> bool {
    line.contains("{%") || line.match_indices("{{").any(|(at, _)| !line[at..].starts_with("{{resolve:"))
}

/// True if the line is an instruction to a text generator.
fn is_template_line(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("{%") || (line.starts_with("{{") && !line.starts_with("{{resolve:"))
}
