//! YAML text into the arena, from the events of `granit-parser`.
//!
//! Nothing is resolved here: plain scalars stay as written, aliases and merge keys stay where they are, tags
//! keep their spelling. Places are brought into the convention of [`Span`]: `granit-parser` lets block
//! collections run to the next token and begins block scalars behind their header.

mod problems;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, StructureStyle};
use rustc_hash::FxHashMap;

use super::keys::Keys;
use super::{Document, Format, Kind, Limits, Node, Read, Style, quoted};
use crate::source::{Problem, ProblemKind, SourceId, Span};

/// How many broken documents of one text are reported before reading stops.
const BROKEN_DOCUMENTS: usize = 20;

/// How many aliases that lead nowhere are reported for one text.
const BROKEN_ALIASES: usize = 20;

/// Reads the documents of a YAML text, each a root.
///
/// Never fails whole: of a document with an error everything before the error is kept, and reading goes on
/// at the next `---`. An alias that leads nowhere (or into itself) is kept as a plain scalar that reads as
/// it is written, with a problem.
#[must_use]
pub fn read(text: &str, source: SourceId, limits: &Limits) -> Read {
    let mut reader = Reader::new(text, source, limits);
    if u32::try_from(text.len()).is_err() {
        let span = Span::new(source, 0, 0);
        reader.problems.push(Problem::at(
            ProblemKind::TooLarge,
            span,
            "the text is larger than 4 GiB",
            "Split the file into smaller ones.",
        ));
        return reader.finish();
    }
    // Both defaults reject legal files. The look-ahead costs nothing but memory that the text itself takes;
    // it stays bounded so that many unclosed brackets cannot make the scanner look at all of the text again.
    let options = granit_parser::options! {
        max_buffered_comment_events: usize::MAX,
        simple_key_max_lookahead: 65_536,
        flow_nesting_limit: limits.depth as usize + 1,
        block_nesting_limit: limits.depth as usize + 1,
        // As libyaml and PyYAML do: a last line without line break gets none.
        block_scalar_eof_without_line_feed: true,
        emit_unresolved_aliases: true,
        max_directive_bytes: 65_536,
    };
    reader.run(Parser::new_from_str_with_options(text, options));
    reader.finish()
}

/// Why a document is left before its end.
enum Stop {
    Syntax(ScanError),
    TooDeep(u32),
    TooManyNodes(u32),
}

struct Open {
    node: u32,
    keys: u32,
    /// How many children there are so far.
    children: u32,
    /// How deep the deepest child is, aliases followed.
    height: u32,
    /// A block collection starts where its first child does, and is not known to start before.
    started: bool,
    anchor: usize,
}

/// What an anchor marks.
#[derive(Clone, Copy)]
struct Anchor {
    node: u32,
    height: u32,
    open: bool,
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    document: Document,
    open: Vec<Open>,
    keys: Keys,
    tags: FxHashMap<&'t str, u16>,
    anchors: FxHashMap<usize, Anchor>,
    /// Where the last scalar, alias, bracket or document mark ends.
    last_end: usize,
    limits: Limits,
    broken_aliases: usize,
    problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, source: SourceId, limits: &Limits) -> Self {
        let mut document = Document::empty(source, Format::Yaml);
        document.nodes.reserve(text.len().min(u32::MAX as usize) / 24 + 8);
        Self {
            text,
            bytes: text.as_bytes(),
            document,
            open: Vec::new(),
            keys: Keys::default(),
            tags: FxHashMap::default(),
            anchors: FxHashMap::default(),
            last_end: 0,
            limits: *limits,
            broken_aliases: 0,
            problems: Vec::new(),
        }
    }

    fn run(&mut self, mut parser: Parser<'t, StrInput<'t>>) {
        for _ in 0..BROKEN_DOCUMENTS {
            let Err(stop) = self.documents(&mut parser) else { return };
            let problem = self.explain(&stop);
            self.problems.push(problem);
            self.close_all();
            if !parser.proceed_next_document().unwrap_or(false) {
                return;
            }
        }
        // The documents that follow are lost without a problem of their own: the last one says so.
        if let Some(problem) = self.problems.last_mut() {
            problem.help.push_str(" What follows was not read, because too much of it is broken.");
        }
    }

    fn documents(&mut self, parser: &mut Parser<'t, StrInput<'t>>) -> Result<(), Stop> {
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(Stop::Syntax)?;
            let range = span.byte_range().unwrap_or(self.last_end..self.last_end);
            match event {
                Event::DocumentStart(explicit, _) => {
                    self.anchors.clear();
                    // Without `---` the place is that of a token to come.
                    if explicit {
                        self.last_end = self.last_end.max(range.end);
                    }
                }
                Event::Comment(..) => {
                    let comment = self.span(range.start, range.end);
                    self.document.comments.push(comment);
                }
                Event::Scalar(value, style, anchor, _) => {
                    let tag = self.tag(&span);
                    self.scalar(&value, style, range, tag, anchor)?;
                }
                Event::Alias(id) => self.alias(id, range)?,
                Event::UnresolvedAlias(name) => {
                    let name = quoted(&format!("&{name}"));
                    self.broken_alias(range, &format!("no anchor {name} stands before this alias"))?;
                }
                Event::SequenceStart(style, anchor, _) => {
                    let tag = self.tag(&span);
                    self.begin(Kind::List, style, range, tag, anchor)?;
                }
                Event::MappingStart(style, anchor, _) => {
                    let tag = self.tag(&span);
                    self.begin(Kind::Map, style, range, tag, anchor)?;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    // Only a bracket has a width; what ends by indentation ends with its last child.
                    if matches!(self.bytes.get(range.clone()), Some(b"}" | b"]")) {
                        self.last_end = range.end;
                    }
                    self.close();
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        range: std::ops::Range<usize>,
        tag: u16,
        anchor: usize,
    ) -> Result<(), Stop> {
        let (style, range) = match style {
            ScalarStyle::Plain if range.is_empty() => {
                let at = self.place_of_nothing(range.start);
                (Style::Plain, at..at)
            }
            ScalarStyle::Plain => (Style::Plain, range),
            ScalarStyle::SingleQuoted => (Style::SingleQuoted, range),
            ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, range),
            ScalarStyle::Literal => (Style::Literal, self.block_scalar(range.end, value)),
            ScalarStyle::Folded => (Style::Folded, self.block_scalar(range.end, value)),
        };
        let node = self.add(Kind::Scalar, style, range.clone(), tag)?;
        let written = match style {
            Style::Plain if range.is_empty() => Some(value),
            Style::Plain => self.text.get(range),
            Style::SingleQuoted | Style::DoubleQuoted => self.text.get(range.start + 1..range.end - 1),
            _ => None,
        };
        if written != Some(value) {
            self.document.cooked.push((node, value.into()));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor { node, height: 0, open: false });
        }
        // `<<` may be written several times; each adds what it merges.
        if self.is_key() && !(style == Style::Plain && value == "<<") {
            let key = super::view::scalar_text(&self.document, self.text, node);
            self.keys.push(key.as_bytes(), node);
        }
        self.child(0);
        Ok(())
    }

    fn alias(&mut self, id: usize, range: std::ops::Range<usize>) -> Result<(), Stop> {
        let Some(&Anchor { node: target, height, open }) = self.anchors.get(&id) else {
            return self.broken_alias(range, "no anchor stands before this alias");
        };
        if open {
            return self.broken_alias(range, "this alias stands for a collection that it is itself part of");
        }
        if self.open.len() + height as usize > self.limits.depth as usize {
            let message =
                format!("with aliases followed, collections are nested more than {} deep", self.limits.depth);
            self.problems.push(Problem::at(
                ProblemKind::Budget,
                self.span(range.start, range.end),
                message,
                "What the alias stands for was left out here. Flatten the structure.",
            ));
            self.plain(range)?;
            return Ok(());
        }
        let node = self.add(Kind::Alias, Style::Plain, range, 0)?;
        self.document.anchors.insert(node, target);
        self.child(height);
        Ok(())
    }

    /// An alias that cannot be followed: kept as the text that it is.
    fn broken_alias(&mut self, range: std::ops::Range<usize>, message: &str) -> Result<(), Stop> {
        self.broken_aliases += 1;
        if self.broken_aliases <= BROKEN_ALIASES {
            self.problems.push(Problem::at(
                ProblemKind::Syntax,
                self.span(range.start, range.end),
                message,
                "Quote the value if the `*` belongs to it, or define the anchor before it is used.",
            ));
        }
        self.plain(range)
    }

    fn plain(&mut self, range: std::ops::Range<usize>) -> Result<(), Stop> {
        self.add(Kind::Scalar, Style::Plain, range, 0)?;
        self.child(0);
        Ok(())
    }

    fn begin(
        &mut self,
        kind: Kind,
        style: StructureStyle,
        range: std::ops::Range<usize>,
        tag: u16,
        anchor: usize,
    ) -> Result<(), Stop> {
        if self.open.len() >= self.limits.depth as usize {
            return Err(Stop::TooDeep(offset(range.start)));
        }
        let style = match style {
            StructureStyle::Flow => Style::Flow,
            StructureStyle::Block => Style::Block,
        };
        // `[a: b]` holds a mapping without brackets: it starts with its first child, as a block does.
        let bracket = !range.is_empty();
        let node = if bracket {
            self.add(kind, style, range.clone(), tag)?
        } else {
            self.push(kind, style, range.clone(), tag)?
        };
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor { node, height: 0, open: true });
        }
        let keys = self.keys.open();
        self.open.push(Open { node, keys, children: 0, height: 0, started: bracket, anchor });
        Ok(())
    }

    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let next = self.next_node();
        let end = offset(self.last_end);
        let node = &mut self.document.nodes[open.node as usize];
        node.next = next;
        if open.started {
            node.end = end.max(node.start);
        } else {
            // Only after an error: nothing of it was read.
            (node.start, node.end) = (end, end);
        }
        if node.kind == Kind::Map {
            let (document, text) = (&self.document, self.text);
            self.keys.close(open.keys, |key| super::view::scalar_text(document, text, key));
        }
        let height = open.height + 1;
        if open.anchor != 0 {
            self.anchors.insert(open.anchor, Anchor { node: open.node, height, open: false });
        }
        self.child(height);
    }

    /// After an error: closes what is open, so that everything before the error counts.
    fn close_all(&mut self) {
        while let Some(open) = self.open.last() {
            let is_map = self.document.nodes[open.node as usize].kind == Kind::Map;
            if is_map && open.children % 2 == 1 {
                // The key's value could not be read: it has "nothing" as its value. Past the limit of nodes
                // there is no room for it; then the view leaves the key out.
                let at = self.place_of_nothing(self.last_end);
                let _ = self.plain(at..at);
            }
            self.close();
        }
    }

    /// Adds a node with a place of its own.
    fn add(
        &mut self,
        kind: Kind,
        style: Style,
        range: std::ops::Range<usize>,
        tag: u16,
    ) -> Result<u32, Stop> {
        let start = offset(range.start);
        for open in self.open.iter_mut().rev().take_while(|open| !open.started) {
            open.started = true;
            let node = &mut self.document.nodes[open.node as usize];
            (node.start, node.end) = (start, start);
        }
        self.last_end = range.end;
        self.push(kind, style, range, tag)
    }

    fn push(
        &mut self,
        kind: Kind,
        style: Style,
        range: std::ops::Range<usize>,
        tag: u16,
    ) -> Result<u32, Stop> {
        let node = self.next_node();
        if node >= self.limits.nodes {
            return Err(Stop::TooManyNodes(offset(range.start)));
        }
        if self.open.is_empty() {
            self.document.roots.push(node);
        }
        let (start, end) = (offset(range.start), offset(range.end));
        self.document.nodes.push(Node { start, end, next: node + 1, kind, style, tag });
        Ok(node)
    }

    /// Notes a finished child of the innermost collection.
    fn child(&mut self, height: u32) {
        if let Some(open) = self.open.last_mut() {
            open.children += 1;
            open.height = open.height.max(height);
        }
    }

    /// True if the node that was just added is a key of the innermost collection.
    fn is_key(&self) -> bool {
        self.open.last().is_some_and(|open| {
            open.children % 2 == 0 && self.document.nodes[open.node as usize].kind == Kind::Map
        })
    }

    fn next_node(&self) -> u32 {
        // INVARIANT: the limit on nodes is a u32.
        self.document.nodes.len() as u32
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.document.source, offset(start), offset(end))
    }

    /// The tag of a node as it is written; 0 for none and for those that say nothing beyond plain YAML.
    fn tag(&mut self, span: &granit_parser::Span) -> u16 {
        let Some(written) = span.tag_span().and_then(|span| self.text.get(span.byte_range()?)) else {
            return 0;
        };
        let suffix = written.strip_prefix("!!").or_else(|| {
            written.strip_prefix("!<tag:yaml.org,2002:").and_then(|verbatim| verbatim.strip_suffix('>'))
        });
        if written == "!" || matches!(suffix, Some("str" | "int" | "float" | "bool" | "null" | "map" | "seq"))
        {
            return 0;
        }
        if let Some(&known) = self.tags.get(written) {
            return known;
        }
        let Ok(tag) = u16::try_from(self.document.tags.len() + 1) else {
            if self.tags.insert("", 0).is_none() {
                self.problems.push(Problem::at(
                    ProblemKind::Budget,
                    self.span(
                        span.start.byte_offset().unwrap_or_default(),
                        span.end.byte_offset().unwrap_or_default(),
                    ),
                    "the text uses more than 65,535 different tags",
                    "The tags from this place on were left out.",
                ));
            }
            return 0;
        };
        self.document.tags.push(written.into());
        self.tags.insert(written, tag);
        tag
    }

    /// Where a scalar without text stands: behind the colon that it is the value of, if there is one.
    fn place_of_nothing(&self, at: usize) -> usize {
        let at = at.max(self.last_end);
        let Some(open) = self.open.last() else { return at };
        let is_value = open.children % 2 == 1;
        let in_flow = self.document.nodes[open.node as usize].style == Style::Flow;
        let rest = &self.bytes[at..];
        let colon = spaces(rest);
        // `:x` is no colon but a plain scalar to come.
        let ends = rest
            .get(colon + 1)
            .is_none_or(|byte| byte.is_ascii_whitespace() || (in_flow && b",]}".contains(byte)));
        if is_value && ends && rest.get(colon) == Some(&b':') { at + colon + 1 } else { at }
    }

    /// The place of a block scalar: from its indicator to the last byte that is part of its value.
    ///
    /// `limit` is where the next token begins at the latest.
    fn block_scalar(&self, limit: usize, value: &str) -> std::ops::Range<usize> {
        let start = self.block_indicator();
        let header = start
            + 1
            + self.bytes[start + 1..].iter().take_while(|byte| b"+-123456789".contains(byte)).count();
        let content =
            memchr::memchr2(b'\n', b'\r', &self.bytes[header..]).map_or(self.bytes.len(), |at| header + at);
        let limit = limit.clamp(content, self.bytes.len());
        let lines = Lines { bytes: &self.bytes[..limit], at: self.after_break(content) };
        let is_blank = |line: &[u8]| line.iter().all(|&byte| byte == b' ');
        let Some(first) = value.split('\n').find(|line| !is_blank(line.as_bytes())) else {
            // Only line breaks, or nothing at all.
            return if value.is_empty() { start..header } else { start..limit };
        };
        let Some((line, _)) = lines.clone().find(|(line, _)| !is_blank(line)) else { return start..limit };
        let indentation = spaces(line).saturating_sub(spaces(first.as_bytes()));
        let mut end = content;
        for (line, line_end) in lines {
            if line.len() > indentation && is_blank(&line[..indentation]) {
                end = line_end;
            } else if !is_blank(line) {
                break;
            }
        }
        // The line breaks behind the last line are content as far as they are in the value.
        for _ in value.bytes().rev().take_while(|&byte| byte == b'\n') {
            let behind_spaces = end + spaces(&self.bytes[end..limit]);
            let after = self.after_break(behind_spaces);
            if after > behind_spaces {
                end = after;
            }
        }
        start..end
    }

    /// The `|` or `>` of the block scalar that follows the last token: between both stand only indicators,
    /// tags, anchors, comments and space.
    fn block_indicator(&self) -> usize {
        let mut at = self.last_end;
        while let Some(&byte) = self.bytes.get(at) {
            let rest = &self.bytes[at..];
            at += match byte {
                b'|' | b'>' => return at,
                b'#' => memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()),
                b'!' | b'&' => rest.iter().take_while(|byte| !byte.is_ascii_whitespace()).count(),
                _ => 1,
            };
        }
        // INVARIANT: the parser has read the indicator. Should it not be there, the place is wrong, no more.
        self.bytes.len().saturating_sub(1)
    }

    /// The byte behind the line break at `at`; `at` itself if there is none.
    fn after_break(&self, at: usize) -> usize {
        match self.bytes.get(at) {
            Some(b'\r') if self.bytes.get(at + 1) == Some(&b'\n') => at + 2,
            Some(b'\r' | b'\n') => at + 1,
            _ => at,
        }
    }

    fn finish(mut self) -> Read {
        let nodes = &mut self.document.nodes;
        if nodes.capacity() > nodes.len() + nodes.len() / 4 {
            nodes.shrink_to_fit();
        }
        // The parser hands out the comment in the header of a block scalar after the scalar.
        self.document.comments.sort_unstable_by_key(|comment| comment.start);
        super::report_duplicates(&mut self.document, self.text, &self.keys, &mut self.problems);
        Read { document: self.document, problems: self.problems }
    }
}

/// Lines with where they end, without their breaks.
#[derive(Clone)]
struct Lines<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Iterator for Lines<'t> {
    type Item = (&'t [u8], usize);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let end = self.at + length;
        self.at = end + if rest[length..].starts_with(b"\r\n") { 2 } else { 1 };
        Some((&rest[..length], end))
    }
}

fn spaces(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| byte == b' ').count()
}

/// The text has less than 4 GiB; `read` has checked it.
fn offset(at: usize) -> u32 {
    at as u32
}

#[cfg(test)]
mod tests;
