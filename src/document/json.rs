//! JSON text into the arena: strict, without recursion, fast.
//!
//! Accepts and rejects what `serde_json` does, apart from two things that people write all the time and
//! that lose nothing: comments and trailing commas are read, with a [`ProblemKind::Lenient`] problem each.
//! Numbers stay text, so that none is out of range.

pub mod pieces;

use super::keys::Keys;
use super::{Document, Format, Kind, Limits, Node, Read, Style, quoted};
use crate::source::{Problem, ProblemKind, SourceId, Span};

/// Reads one or several JSON values, one after another or one a line: each is a root.
///
/// Never fails whole: after an error the collections that are open are closed where the text ended to make
/// sense, and a problem says where that is. A string with a wrong escape is kept as well as it can be, and
/// reading goes on.
#[must_use]
pub fn read(text: &str, source: SourceId, limits: &Limits) -> Read {
    read_with(text, source, limits, false)
}

/// Reads JSON that `Fn::Sub` still has to work on: a bare `${Name}` where a value may stand is a plain scalar.
#[must_use]
pub fn read_with_references(text: &str, source: SourceId, limits: &Limits) -> Read {
    read_with(text, source, limits, true)
}

fn read_with(text: &str, source: SourceId, limits: &Limits, references: bool) -> Read {
    let mut reader = Reader::new(text, source, limits);
    reader.references = references;
    if u32::try_from(text.len()).is_err() {
        reader.problem(Fault::TooLarge, 0, 0);
        return reader.finish();
    }
    if let Err((fault, at)) = reader.run() {
        let at = at.min(text.len());
        let fault = reader.likely_cause(at).unwrap_or(fault);
        let end = text[at..].chars().next().map_or(at, |character| at + character.len_utf8());
        reader.problem(fault, at, end);
    }
    reader.finish()
}

/// What can be wrong with a JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Comment,
    TrailingComma,
    TooLarge,
    TooDeep,
    TooManyNodes,
    ExpectedValue,
    ExpectedKey,
    ExpectedColon,
    ExpectedCommaOrBrace,
    ExpectedCommaOrBracket,
    MismatchedBracket,
    UnexpectedEnd,
    UnclosedString,
    UnclosedComment,
    ControlCharacter,
    Escape,
    Surrogate,
    Number,
    Literal,
    AfterValue,
    Generator,
    Conflict,
}

impl Fault {
    const COUNT: usize = Self::Conflict as usize + 1;

    fn kind(self) -> ProblemKind {
        match self {
            Self::Comment | Self::TrailingComma => ProblemKind::Lenient,
            Self::TooDeep | Self::TooManyNodes => ProblemKind::Budget,
            Self::TooLarge => ProblemKind::TooLarge,
            _ => ProblemKind::Syntax,
        }
    }

    fn message(self, found: Option<char>, limits: &Limits) -> String {
        let expected = |what: &str| match found {
            Some(character) => format!("expected {what}, found {}", quoted(&character.to_string())),
            None => format!("expected {what}, but the text ends here"),
        };
        match self {
            Self::Comment => "JSON does not allow comments".into(),
            Self::TrailingComma => "JSON does not allow a comma before a closing bracket".into(),
            Self::TooLarge => "the text is larger than 4 GiB".into(),
            Self::TooDeep => format!("collections are nested more than {} deep", limits.depth),
            Self::TooManyNodes => format!("the document has more than {} values", limits.nodes),
            Self::ExpectedValue => expected("a value"),
            Self::ExpectedKey => expected("a key in double quotes"),
            Self::ExpectedColon => expected("`:` after the key"),
            Self::ExpectedCommaOrBrace => expected("`,` or `}`"),
            Self::ExpectedCommaOrBracket => expected("`,` or `]`"),
            Self::MismatchedBracket => "this bracket does not close the one that is open".into(),
            Self::UnexpectedEnd => "the text ends inside a collection".into(),
            Self::UnclosedString => "the string is not closed on its line".into(),
            Self::UnclosedComment => "the comment is not closed".into(),
            Self::ControlCharacter => "JSON does not allow a bare control character in a string".into(),
            Self::Escape => "JSON does not know this escape".into(),
            Self::Surrogate => "half of a surrogate pair stands alone".into(),
            Self::Number => "JSON does not allow a number of this form".into(),
            Self::Literal => "this is not a JSON value".into(),
            Self::AfterValue => expected("the end of the text or another value"),
            Self::Generator => {
                "this is a template for a text generator (Jinja, Helm or the like), not JSON".into()
            }
            Self::Conflict => "a merge conflict is left in the file".into(),
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Comment => "AWS refuses comments in JSON; remove them or write the file as YAML.",
            Self::TrailingComma => "Remove the comma: AWS refuses it.",
            Self::TooLarge => "Split the file into smaller ones.",
            Self::TooDeep => "Only what stands before this place was read. Flatten the structure.",
            Self::TooManyNodes => "Only what stands before this place was read. Split the file.",
            Self::ExpectedValue => {
                "Write a string in double quotes, a number, `true`, `false`, `null`, `{` or `[`."
            }
            Self::ExpectedKey => "Put the key into double quotes, or remove what stands here.",
            Self::ExpectedColon => "Write `:` between the key and its value.",
            Self::ExpectedCommaOrBrace | Self::ExpectedCommaOrBracket => {
                "Add the missing comma or close the collection; only what stands before this place was read."
            }
            Self::MismatchedBracket => "Close the inner collection first; only what stands before was read.",
            Self::UnexpectedEnd => "The file may have been cut off: close what is open, or fetch it again.",
            Self::UnclosedString => "Close the string with `\"`; write a line break inside it as `\\n`.",
            Self::UnclosedComment => {
                "Close the comment with `*/`, or better remove it: JSON has no comments."
            }
            Self::ControlCharacter => {
                "Write a tab as `\\t` and any other as `\\u` with four hexadecimal digits."
            }
            Self::Escape => {
                "Write a backslash that belongs to the text as `\\\\`; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX."
            }
            Self::Surrogate => "Write both halves as two `\\u` escapes, or write the character itself.",
            Self::Number => {
                "Remove leading zeros and signs, give digits on both sides of the point, or quote it."
            }
            Self::Literal => {
                "Put text into double quotes; known without quotes are `true`, `false` and `null`."
            }
            Self::AfterValue => "Remove what stands behind the value, or check the brackets before it.",
            Self::Generator => {
                "Scan what the generator makes of it; only what stands before this place was read."
            }
            Self::Conflict => "Resolve the conflict and remove its marks.",
        }
    }
}

/// An error that ends the reading, and where.
type Stop = (Fault, usize);

struct Open {
    node: u32,
    keys: u32,
    map: bool,
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    document: Document,
    open: Vec<Open>,
    keys: Keys,
    limits: Limits,
    /// `${Name}` may stand for a value.
    references: bool,
    problems: Vec<Problem>,
    reported: [bool; Fault::COUNT],
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, source: SourceId, limits: &Limits) -> Self {
        let mut document = Document::empty(source, Format::Json);
        // About what templates need; a denser text makes the vector grow.
        document.nodes.reserve(text.len() / 24 + 8);
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            document,
            open: Vec::new(),
            keys: Keys::default(),
            limits: *limits,
            references: false,
            problems: Vec::new(),
            reported: [false; Fault::COUNT],
        }
    }

    fn run(&mut self) -> Result<(), Stop> {
        self.skip_space()?;
        if self.at == self.bytes.len() {
            return Ok(());
        }
        self.root();
        loop {
            // At a value.
            match self.peek() {
                Some(b'"') => self.string()?,
                Some(b'{') => {
                    self.open(true)?;
                    self.skip_space()?;
                    if self.peek() != Some(b'}') {
                        self.key()?;
                        continue;
                    }
                    self.close();
                }
                Some(b'[') => {
                    self.open(false)?;
                    self.skip_space()?;
                    if self.peek() != Some(b']') {
                        continue;
                    }
                    self.close();
                }
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.literal("true")?,
                Some(b'f') => self.literal("false")?,
                Some(b'n') => self.literal("null")?,
                Some(b'$') if self.references => self.reference()?,
                Some(byte) if byte.is_ascii_alphabetic() => return Err((Fault::Literal, self.at)),
                None if !self.open.is_empty() => return Err((Fault::UnexpectedEnd, self.at)),
                _ => return Err((Fault::ExpectedValue, self.at)),
            }
            if !self.after_value()? {
                return Ok(());
            }
        }
    }

    /// Goes to the next value; false at the end of the text.
    fn after_value(&mut self) -> Result<bool, Stop> {
        loop {
            self.skip_space()?;
            let Some(open) = self.open.last() else {
                if self.at == self.bytes.len() {
                    return Ok(false);
                }
                if !matches!(self.bytes[self.at], b'{' | b'[' | b'"')
                    && !self.bytes[self.at - 1].is_ascii_whitespace()
                {
                    return Err((Fault::AfterValue, self.at));
                }
                self.root();
                return Ok(true);
            };
            let map = open.map;
            match self.peek() {
                Some(b',') => {
                    let comma = self.at;
                    self.at += 1;
                    self.skip_space()?;
                    let closing = if map { b'}' } else { b']' };
                    if self.peek() == Some(closing) {
                        self.problem(Fault::TrailingComma, comma, comma + 1);
                        self.close();
                        continue;
                    }
                    if map {
                        self.key()?;
                    }
                    return Ok(true);
                }
                Some(b'}') if map => self.close(),
                Some(b']') if !map => self.close(),
                Some(b'}' | b']') => return Err((Fault::MismatchedBracket, self.at)),
                None => return Err((Fault::UnexpectedEnd, self.at)),
                _ if map => return Err((Fault::ExpectedCommaOrBrace, self.at)),
                _ => return Err((Fault::ExpectedCommaOrBracket, self.at)),
            }
        }
    }

    /// Reads a key and its colon, up to its value.
    fn key(&mut self) -> Result<(), Stop> {
        if self.peek() != Some(b'"') {
            let fault = if self.at < self.bytes.len() { Fault::ExpectedKey } else { Fault::UnexpectedEnd };
            return Err((fault, self.at));
        }
        let node = self.next_node();
        let cooked = self.document.cooked.len();
        self.string()?;
        let text = match self.document.cooked.get(cooked) {
            Some((_, text)) => text.as_bytes(),
            None => {
                let Node { start, end, .. } = self.document.nodes[node as usize];
                &self.bytes[start as usize + 1..end as usize - 1]
            }
        };
        self.keys.push(text, node);
        self.skip_space()?;
        if self.peek() != Some(b':') {
            return Err((Fault::ExpectedColon, self.at));
        }
        self.at += 1;
        self.skip_space()
    }

    fn string(&mut self) -> Result<(), Stop> {
        let start = self.at;
        let mut at = start + 1;
        let mut plain = true;
        loop {
            at = end_of_run(self.bytes, at);
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    plain = false;
                    // Whatever is escaped cannot end the string.
                    at += 2;
                }
                Some(b'\n' | b'\r') | None => return Err((Fault::UnclosedString, start)),
                Some(_) => {
                    self.problem(Fault::ControlCharacter, at, at + 1);
                    at += 1;
                }
            }
        }
        self.at = at + 1;
        if !plain {
            let value = self.unescape(start + 1, at);
            let node = self.next_node();
            self.document.cooked.push((node, value.into_boxed_str()));
        }
        self.scalar(start, Style::DoubleQuoted)
    }

    /// Resolves the escapes of `start..end`. What is wrong is reported and kept as written.
    fn unescape(&mut self, start: usize, end: usize) -> String {
        let mut value = String::with_capacity(end - start);
        let mut at = start;
        while let Some(length) = memchr::memchr(b'\\', &self.bytes[at..end]) {
            let escape = at + length;
            value.push_str(&self.text[at..escape]);
            at = escape + 2;
            let character = match self.bytes[escape + 1] {
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                byte @ (b'"' | b'\\' | b'/') => char::from(byte),
                b'u' => match self.code_unit(escape, end) {
                    None => {
                        self.problem(Fault::Escape, escape, escape + 2);
                        value.push('\\');
                        'u'
                    }
                    Some(unit) => {
                        at = escape + 6;
                        let low = || self.code_unit(at, end).filter(|low| (0xdc00..0xe000).contains(low));
                        if let Some(character) = char::from_u32(unit) {
                            character
                        } else if let Some(low) = (unit < 0xdc00).then(low).flatten() {
                            at += 6;
                            let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                        } else {
                            self.problem(Fault::Surrogate, escape, escape + 6);
                            char::REPLACEMENT_CHARACTER
                        }
                    }
                },
                _ => {
                    self.problem(Fault::Escape, escape, escape + 1);
                    // The character may be longer than a byte: it is copied with what follows.
                    at = escape + 1;
                    '\\'
                }
            };
            value.push(character);
        }
        value.push_str(&self.text[at..end]);
        value
    }

    /// The number of the `\uXXXX` at `at`, if it is one.
    fn code_unit(&self, at: usize, end: usize) -> Option<u32> {
        let escape = self.bytes.get(at..at + 6).filter(|_| at + 6 <= end)?;
        if !escape.starts_with(b"\\u") {
            return None;
        }
        let mut unit = 0;
        for &byte in &escape[2..] {
            unit = unit << 4 | char::from(byte).to_digit(16)?;
        }
        Some(unit)
    }

    fn number(&mut self) -> Result<(), Stop> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(start)?,
            _ => return Err((Fault::Number, start)),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits(start)?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits(start)?;
        }
        if self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'))
        {
            return Err((Fault::Number, start));
        }
        // Where a collection is cut off, more digits may have stood there.
        if self.at == self.bytes.len() && !self.open.is_empty() {
            return Err((Fault::UnexpectedEnd, self.at));
        }
        self.scalar(start, Style::Plain)
    }

    fn digits(&mut self, number: usize) -> Result<(), Stop> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err((Fault::Number, number)) } else { Ok(()) }
    }

    fn literal(&mut self, word: &str) -> Result<(), Stop> {
        let start = self.at;
        let end = start + word.len();
        let follows = self.bytes.get(end).copied().unwrap_or(b' ');
        if self.bytes.get(start..end) != Some(word.as_bytes())
            || follows.is_ascii_alphanumeric()
            || follows == b'_'
        {
            return Err((Fault::Literal, start));
        }
        self.at = end;
        self.scalar(start, Style::Plain)
    }

    /// What an error at `at` comes from, where the text shows it.
    fn likely_cause(&self, at: usize) -> Option<Fault> {
        let rest = &self.bytes[at..];
        let before = at.checked_sub(1).map(|before| self.bytes[before]);
        if before == Some(b'{') && matches!(rest.first(), Some(b'{' | b'%')) {
            return Some(Fault::Generator);
        }
        let marks: [&[u8]; 3] = [b"<<<<<<<", b"=======", b">>>>>>>"];
        marks.iter().any(|mark| rest.starts_with(mark)).then_some(Fault::Conflict)
    }

    /// `${Name}`, on one line and without quotes.
    fn reference(&mut self) -> Result<(), Stop> {
        let start = self.at;
        let rest = &self.bytes[start..];
        let end = rest.iter().position(|byte| b"}\"\n".contains(byte)).filter(|&end| rest[end] == b'}');
        match end {
            Some(end) if rest.starts_with(b"${") => self.at = start + end + 1,
            _ => return Err((Fault::ExpectedValue, start)),
        }
        self.scalar(start, Style::Plain)
    }

    fn root(&mut self) {
        let node = self.next_node();
        self.document.roots.push(node);
    }

    fn scalar(&mut self, start: usize, style: Style) -> Result<(), Stop> {
        let next = self.next_node() + 1;
        if next > self.limits.nodes {
            return Err((Fault::TooManyNodes, start));
        }
        self.document.nodes.push(Node {
            start: offset(start),
            end: offset(self.at),
            next,
            kind: Kind::Scalar,
            style,
            tag: 0,
        });
        Ok(())
    }

    fn open(&mut self, map: bool) -> Result<(), Stop> {
        let node = self.next_node();
        if self.open.len() >= self.limits.depth as usize {
            return Err((Fault::TooDeep, self.at));
        }
        if node >= self.limits.nodes {
            return Err((Fault::TooManyNodes, self.at));
        }
        let kind = if map { Kind::Map } else { Kind::List };
        let start = offset(self.at);
        self.document.nodes.push(Node { start, end: start, next: 0, kind, style: Style::Flow, tag: 0 });
        self.open.push(Open { node, keys: self.keys.open(), map });
        self.at += 1;
        Ok(())
    }

    /// Closes the innermost collection with the bracket at the current place.
    fn close(&mut self) {
        self.at += 1;
        self.close_at(self.at);
    }

    fn close_at(&mut self, end: usize) {
        let Some(Open { node, keys, map }) = self.open.pop() else { return };
        let next = self.next_node();
        let closed = &mut self.document.nodes[node as usize];
        closed.next = next;
        closed.end = offset(end);
        if map {
            let (document, text) = (&self.document, self.text);
            self.keys.close(keys, |key| super::view::scalar_text(document, text, key));
        }
    }

    fn next_node(&self) -> u32 {
        // INVARIANT: there are no more nodes than bytes, and those fit.
        self.document.nodes.len() as u32
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) -> Result<(), Stop> {
        // Most often there is no space, one space, or a line break and the indentation of the next line.
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'\n') => self.at = end_of_spaces(self.bytes, self.at + 1),
                Some(b'/') => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    #[cold]
    fn comment(&mut self) -> Result<(), Stop> {
        let start = self.at;
        let rest = &self.bytes[start..];
        let length = if rest.starts_with(b"//") {
            let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            rest[..line].strip_suffix(b"\r").map_or(line, <[u8]>::len)
        } else if rest.starts_with(b"/*") {
            match memchr::memmem::find(&rest[2..], b"*/") {
                Some(length) => length + 4,
                None => return Err((Fault::UnclosedComment, start)),
            }
        } else {
            return Err((Fault::ExpectedValue, start));
        };
        self.at = start + length;
        let span = self.span(start, self.at);
        self.document.comments.push(span);
        self.problem(Fault::Comment, start, self.at);
        Ok(())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.document.source, offset(start), offset(end))
    }

    /// Reports the first fault of a kind: a file full of comments has one problem, not a thousand.
    #[cold]
    fn problem(&mut self, fault: Fault, start: usize, end: usize) {
        if std::mem::replace(&mut self.reported[fault as usize], true) {
            return;
        }
        let end = if self.text.is_char_boundary(end) { end } else { start };
        let found = self.text.get(start..).and_then(|rest| rest.chars().next());
        let message = fault.message(found, &self.limits);
        let span = self.span(start, end);
        self.problems.push(Problem::at(fault.kind(), span, message, fault.help()));
    }

    fn finish(mut self) -> Read {
        // Only after an error is anything open. A key that got no value has "nothing" as its value.
        self.document.unclosed = self.open.iter().rev().map(|open| open.node).collect();
        while let Some(&Open { node, map, .. }) = self.open.last() {
            let (children, end) = self.children(node);
            if map && children % 2 == 1 {
                self.at = end;
                // Past the limit there is no room for it; then the view leaves the key out.
                let _ = self.scalar(end, Style::Plain);
            }
            self.close_at(end);
        }
        let nodes = &mut self.document.nodes;
        if nodes.capacity() > nodes.len() + nodes.len() / 4 {
            nodes.shrink_to_fit();
        }
        // A value that could not be read leaves no root.
        let count = self.next_node();
        self.document.roots.retain(|&root| root < count);
        super::report_duplicates(&mut self.document, self.text, &self.keys, &mut self.problems);
        Read { document: self.document, problems: self.problems }
    }

    /// How many children the open collection `node` has, all of them closed, and where the last one ends.
    fn children(&self, node: u32) -> (usize, usize) {
        let nodes = &self.document.nodes;
        let (mut count, mut end) = (0, nodes[node as usize].start + 1);
        let mut child = node + 1;
        while let Some(Node { next, end: child_end, .. }) = nodes.get(child as usize) {
            (count, end, child) = (count + 1, *child_end, *next);
        }
        (count, end as usize)
    }
}

/// The text has less than 4 GiB; `read` has checked it.
fn offset(at: usize) -> u32 {
    at as u32
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES << 7;
const SPACES: u64 = ONES * b' ' as u64;

/// The first byte from `at` on that is a quote, a backslash or a control character. Eight bytes at a time.
#[inline]
fn end_of_run(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * b'"' as u64);
        let backslash = word ^ (ONES * b'\\' as u64);
        // A borrow can only run upwards, so the lowest byte that is marked is right.
        let found = (quote.wrapping_sub(ONES) & !quote
            | backslash.wrapping_sub(ONES) & !backslash
            | word.wrapping_sub(SPACES) & !word)
            & HIGH;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|&byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        at += 1;
    }
    at
}

/// The first byte from `at` on that is not a space.
#[inline]
fn end_of_spaces(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let other = u64::from_le_bytes(*chunk) ^ SPACES;
        if other != 0 {
            return at + (other.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at) == Some(&b' ') {
        at += 1;
    }
    at
}

#[cfg(test)]
pub(crate) mod tests;
