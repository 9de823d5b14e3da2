//! Text becomes structure: one spanned arena for JSON and YAML. SAML metadata becomes typed entities with places.
//!
//! Knows nothing of AWS. Scalars are kept as written: `2012-10-17` and `012345678901` stay text, and each
//! field decides later how it reads them. Never fails whole: what can be read is there, the rest is a
//! [`Problem`].

pub mod certificate;
mod comments;
pub mod embedded;
pub mod json;
mod keys;
pub mod saml_metadata;
mod view;
pub mod yaml;

use std::path::Path;

use rustc_hash::FxHashMap;

use self::keys::Keys;
use crate::source::{Origin, Problem, ProblemKind, SourceId, Sources, Span};

pub use view::{Entries, Items, NodeRef, Tree};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A string, number, boolean or null, as written.
    Scalar,
    /// A mapping: its children are keys and values in turn.
    Map,
    /// A sequence.
    List,
    /// A YAML alias; the span covers `*name`.
    Alias,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Style {
    /// A scalar without quotes: also JSON's numbers, `true`, `false` and `null`.
    Plain,
    /// `'...'`
    SingleQuoted,
    /// `"..."`, YAML or JSON.
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection by indentation.
    Block,
    /// A collection in brackets.
    Flow,
}

/// One node of the arena: 16 bytes, in pre-order. A map's key stands right before its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// First byte in the source.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Index of the node after this one's subtree.
    pub next: u32,
    /// What it is.
    pub kind: Kind,
    /// How it is written.
    pub style: Style,
    /// Index into [`Document::tags`] plus one; 0 is no tag.
    pub tag: u16,
}

/// The structure of one text; several YAML documents or JSON values are several roots.
///
/// Holds ranges of the text, not the text: [`Tree`] brings both together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The source that all spans are in.
    pub source: SourceId,
    /// What has to be added to a place of the text that was read to get the place in the source, wrapping around: that text
    /// may be a piece of it. 0 otherwise.
    pub shift: u32,
    /// What the text is written in; decides how the text of a scalar is decoded.
    pub format: Format,
    /// All nodes.
    pub nodes: Vec<Node>,
    /// Index of the first node of each root.
    pub roots: Vec<u32>,
    /// Values of the scalars whose text is not their value (escapes, folding), by node index, ascending.
    pub cooked: Vec<(u32, Box<str>)>,
    /// YAML tags as written (`!Sub`), without those of the core schema.
    pub tags: Vec<Box<str>>,
    /// For each alias node: the node that its anchor marks.
    pub anchors: FxHashMap<u32, u32>,
    /// Comments, from their first mark (`#`, or in JSON `//` and `/*`) to the end of their text, in order.
    pub comments: Vec<Span>,
    /// Key nodes that a later key of the same map overrides, ascending.
    pub shadowed: Vec<u32>,
    /// Collections that an error left open, innermost first: they may have more in them.
    pub unclosed: Vec<u32>,
}

impl Document {
    /// A document without content.
    #[must_use]
    pub fn empty(source: SourceId, format: Format) -> Self {
        Self {
            source,
            shift: 0,
            format,
            nodes: Vec::new(),
            roots: Vec::new(),
            cooked: Vec::new(),
            tags: Vec::new(),
            anchors: FxHashMap::default(),
            comments: Vec::new(),
            shadowed: Vec::new(),
            unclosed: Vec::new(),
        }
    }

    /// The text that a scalar of `text`, which the document was read from, stands for. `None` for other nodes.
    #[must_use]
    pub fn scalar<'d>(&'d self, text: &'d str, index: u32) -> Option<&'d str> {
        let node = self.nodes.get(index as usize)?;
        (node.kind == Kind::Scalar).then(|| view::scalar_text(self, text, index))
    }

    /// Bytes that the arena takes in memory: nodes, cooked values and side tables.
    #[must_use]
    pub fn size(&self) -> usize {
        self.nodes.len() * size_of::<Node>()
            + self.roots.len() * size_of::<u32>()
            + self.cooked.iter().map(|(_, text)| size_of::<(u32, Box<str>)>() + text.len()).sum::<usize>()
            + self.tags.iter().map(|tag| size_of::<Box<str>>() + tag.len()).sum::<usize>()
            + self.anchors.len() * size_of::<(u32, u32)>()
            + self.comments.len() * size_of::<Span>()
            + self.shadowed.len() * size_of::<u32>()
    }
}

/// How much of a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How deep collections may be nested, with aliases followed.
    pub depth: u32,
    /// How many nodes one document may have.
    pub nodes: u32,
}

impl Limits {
    /// How deep collections may be nested unless something else is asked for.
    pub const DEPTH: u32 = 128;
    /// How many nodes one document may have unless something else is asked for.
    pub const NODES: u32 = 20_000_000;
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: Self::DEPTH, nodes: Self::NODES }
    }
}

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON, also several values one after another or one a line.
    Json,
    /// YAML, which includes nearly all of JSON.
    Yaml,
}

impl Format {
    /// What a file is written in, by the name's ending where that decides, else by its first byte:
    /// CloudFormation does not look at names, so that `.json` and `.template` may be either.
    #[must_use]
    pub fn guess(path: &Path, text: &str) -> Self {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let named = |name: &str| extension.eq_ignore_ascii_case(name);
        let first = first_byte(text);
        if named("yaml") || named("yml") {
            return Self::Yaml;
        }
        match first {
            Some(b'{' | b'[') => Self::Json,
            // Comments and bare values are JSON only where the name says so.
            Some(b'/' | b'"') | None if named("json") || named("jsonl") || named("ndjson") => Self::Json,
            _ => Self::Yaml,
        }
    }
}

/// What a reader returns: as much structure as there is, and what was wrong.
#[derive(Clone, Debug)]
pub struct Read {
    /// The structure. Has no roots if nothing could be read.
    pub document: Document,
    /// What was wrong, in order.
    pub problems: Vec<Problem>,
}

impl Read {
    /// True if nothing of the text was lost on the way.
    #[must_use]
    pub fn complete(&self) -> bool {
        !self.problems.iter().any(|problem| problem.kind.loses())
    }

    /// Says that the text is a piece of its source, `shift` bytes behind its beginning.
    pub fn move_by(&mut self, shift: u32) {
        self.document.shift = shift;
        let spans = self.problems.iter_mut().filter_map(|problem| problem.span.as_mut());
        for span in spans.chain(&mut self.document.comments) {
            span.start = span.start.wrapping_add(shift);
            span.end = span.end.wrapping_add(shift);
        }
    }

    /// Says that the text is that of `source`: whether it is worth one may only show when it is read.
    fn move_to(&mut self, source: SourceId) {
        self.document.source = source;
        let spans = self.problems.iter_mut().filter_map(|problem| problem.span.as_mut());
        for span in spans.chain(&mut self.document.comments) {
            span.source = source;
        }
    }
}

/// Reads `text`.
///
/// What begins like JSON is read as JSON first, whatever `format` says, and as YAML if it turns out to be
/// a flow collection of YAML.
#[must_use]
pub fn read(text: &str, source: SourceId, format: Format, limits: &Limits) -> Read {
    if !matches!(first_byte(text), Some(b'{' | b'[')) {
        return match format {
            Format::Json => json::read(text, source, limits),
            Format::Yaml => yaml::read(text, source, limits),
        };
    }
    let mut as_json = json::read(text, source, limits);
    if as_json.complete() {
        if format == Format::Yaml && as_json.document.comments.is_empty() {
            // A comma before a bracket is legal YAML. `//` is not a comment there: it would be read as text.
            as_json.problems.retain(|problem| problem.kind != ProblemKind::Lenient);
        }
        return as_json;
    }
    let as_yaml = yaml::read(text, source, limits);
    // If neither reads whole, its own format explains best what is wrong with a text.
    if as_yaml.complete() || format == Format::Yaml { as_yaml } else { as_json }
}

/// How deep collections may be nested in what [`shallow`] lets through: rules and issuers need seven levels.
const SHALLOW: u32 = 32;

/// Looks at the text of a YAML file before a reader gets it that fills a type of its own and goes down as deep as the text
/// does, for which a small stack would be too small.
///
/// # Errors
///
/// What is wrong with it and where, if it is nested too deep or no YAML.
pub fn shallow(text: &str) -> Result<(), String> {
    let sources = Sources::default();
    let source = sources.add_kept(Origin::Stdin, text.into());
    let read = yaml::read(text, source, &Limits { depth: SHALLOW, ..Limits::default() });
    match read.problems.into_iter().find(|problem| problem.kind.loses()) {
        Some(Problem { message, span: Some(span), .. }) => {
            let start = sources.place(span).start;
            Err(format!("{message}, at line {}, column {}", start.line, start.column))
        }
        Some(Problem { message, .. }) => Err(message),
        None => Ok(()),
    }
}

/// How many duplicate keys of one document are reported one by one.
const DUPLICATES: usize = 50;

/// Marks the keys that are overridden and reports those that override them; sorts the problems.
fn report_duplicates(document: &mut Document, text: &str, keys: &Keys, problems: &mut Vec<Problem>) {
    let mut duplicates = keys.duplicates.clone();
    duplicates.sort_unstable_by_key(|&(_, later)| later);
    for &(_, later) in duplicates.iter().take(DUPLICATES) {
        let node = &document.nodes[later as usize];
        let name = quoted(view::scalar_text(document, text, later));
        let others = duplicates.len() - DUPLICATES.min(duplicates.len());
        let message = if others > 0 && later == duplicates[DUPLICATES - 1].1 {
            format!("key {name} is written more than once in this mapping, as are {others} others after it")
        } else {
            format!("key {name} is written more than once in this mapping")
        };
        problems.push(Problem::at(
            ProblemKind::DuplicateKey,
            Span::new(document.source, node.start, node.end),
            message,
            "Only the last value counts. Remove or rename one of the keys.",
        ));
    }
    document.shadowed = duplicates.into_iter().map(|(earlier, _)| earlier).collect();
    document.shadowed.sort_unstable();
    problems.sort_by_key(|problem| problem.span.map(|span| span.start));
}

/// Text of the input as it may stand in a message: in backticks, on one line, not too long.
fn quoted(text: &str) -> String {
    format!("`{}`", shortened(text, 60))
}

/// Text of the input as it may stand in a message: on one line, at most so many characters long.
fn shortened(text: &str, longest: usize) -> String {
    let mut shortened = String::new();
    for (position, character) in text.chars().enumerate() {
        if position == longest {
            shortened.push('…');
            break;
        }
        if character.is_control() {
            shortened.extend(character.escape_default())
        } else {
            shortened.push(character)
        }
    }
    shortened
}

fn first_byte(text: &str) -> Option<u8> {
    text.bytes().find(|byte| !byte.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Origin, Sources};

    #[test]
    fn guesses_by_name_then_by_the_first_byte() {
        let cases = [
            ("a.yaml", "{\"a\": 1}", Format::Yaml),
            ("a.YML", "a: 1", Format::Yaml),
            ("a.json", " {}", Format::Json),
            ("a.json", "// x\n{}", Format::Json),
            ("a.json", "AWSTemplateFormatVersion: x", Format::Yaml),
            ("a.template", "\n{}", Format::Json),
            ("a.template", "Resources:", Format::Yaml),
            ("template", "[]", Format::Json),
            ("-", "", Format::Yaml),
            ("a.json", "", Format::Json),
        ];
        for (path, text, expected) in cases {
            assert_eq!(Format::guess(Path::new(path), text), expected, "{path} {text:?}");
        }
    }

    fn check(format: Format, text: &str, read_as: Format, problems: &[ProblemKind]) {
        let source = Sources::default().add_kept(Origin::Stdin, "".into());
        let result = read(text, source, format, &Limits::default());
        assert_eq!(result.document.format, read_as, "{text}");
        let kinds: Vec<_> = result.problems.iter().map(|problem| problem.kind).collect();
        assert_eq!(kinds, problems, "{text}");
    }

    #[test]
    fn what_begins_like_json_is_json_if_it_can_be() {
        check(Format::Yaml, "{\"a\": 1}", Format::Json, &[]);
        check(Format::Yaml, "{a: 1}", Format::Yaml, &[]);
        check(Format::Json, "{a: 1}", Format::Yaml, &[]);
        check(Format::Yaml, "a: 1", Format::Yaml, &[]);
        check(Format::Json, "\"a\"", Format::Json, &[]);
        // YAML allows the comma, JSON does not.
        check(Format::Yaml, "{\"a\": 1,}", Format::Json, &[]);
        check(Format::Json, "{\"a\": 1,}", Format::Json, &[ProblemKind::Lenient]);
        check(Format::Yaml, "{\"a\": 1 // x\n}", Format::Json, &[ProblemKind::Lenient]);
        check(Format::Json, "{\"a\": 1", Format::Json, &[ProblemKind::Syntax]);
        check(Format::Yaml, "{a: 1", Format::Yaml, &[ProblemKind::Syntax]);
    }

    #[test]
    fn nodes_are_small() {
        assert_eq!(size_of::<Node>(), 16);
    }

    #[test]
    fn text_of_the_input_is_quoted_on_one_line() {
        assert_eq!(quoted("a\nb\u{1b}"), "`a\\nb\\u{1b}`");
        assert_eq!(quoted(&"x".repeat(99)), format!("`{}…`", "x".repeat(60)));
    }
}
