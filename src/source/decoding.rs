//! From text inside a host text to the text that it stands for, and back: every byte of the decoded text
//! knows the bytes of the host that it came from.
//!
//! Written independently of the readers in `document`, so that each can be checked against the other: the
//! text under a scalar's span, decoded here, is the value that the reader gives it.

use std::ops::Range;

use super::Decoding;

/// Text that was decoded, and the way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// What the host's bytes stand for.
    pub text: String,
    /// Where each byte of `text` comes from.
    pub map: OffsetMap,
}

/// Leads from the bytes of a decoded text to those of its host. Takes memory only where the two differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetMap {
    /// Ascending by `decoded`; each run reaches to the next.
    runs: Vec<Run>,
    /// Where the decoded text ends in the host.
    end: u32,
    /// Length of the decoded text.
    length: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    decoded: u32,
    host: u32,
    /// How many bytes of the host the whole run stands for; [`VERBATIM`] if it is copied byte for byte.
    length: u32,
}

const VERBATIM: u32 = u32::MAX;

impl OffsetMap {
    /// The bytes of the host that `range` of the decoded text came from.
    ///
    /// A byte that an escape stands for leads to the whole escape. An empty range leads to an empty one.
    #[must_use]
    pub fn host_range(&self, range: Range<u32>) -> Range<u32> {
        let start = self.host_start(range.start);
        if range.end <= range.start {
            return start..start;
        }
        start..self.host_end(range.end.min(self.length)).max(start)
    }

    fn host_start(&self, offset: u32) -> u32 {
        if offset >= self.length {
            return self.end;
        }
        self.run(offset).map_or(self.end, |run| {
            if run.length == VERBATIM { run.host + (offset - run.decoded) } else { run.host }
        })
    }

    fn host_end(&self, end: u32) -> u32 {
        let Some(last) = end.checked_sub(1) else { return self.host_start(0) };
        self.run(last).map_or(self.end, |run| {
            if run.length == VERBATIM { run.host + (end - run.decoded) } else { run.host + run.length }
        })
    }

    fn run(&self, offset: u32) -> Option<&Run> {
        let position = self.runs.partition_point(|run| run.decoded <= offset);
        self.runs.get(position.checked_sub(1)?)
    }
}

/// Decodes `range` of `host`. `None` if the range is not one of the host, or not what `by` says.
///
/// The host is needed as a whole because the indentation of a block scalar may depend on what stands before it.
#[must_use]
pub fn decode(host: &str, range: Range<u32>, by: Decoding) -> Option<Decoded> {
    let range = range.start as usize..range.end as usize;
    let written = host.get(range.clone())?;
    let mut decoder =
        Decoder { host, at: range.start, end: range.end, text: String::new(), runs: Vec::new() };
    decoder.text.reserve(written.len());
    match by {
        Decoding::JsonString => decoder.json_string()?,
        Decoding::Percent => return decoder.percent(),
        Decoding::YamlScalar => match written.as_bytes().first() {
            None => {}
            Some(b'\'') => decoder.quoted(b'\'')?,
            Some(b'"') => decoder.quoted(b'"')?,
            Some(b'|') => decoder.block(false),
            Some(b'>') => decoder.block(true),
            Some(_) => decoder.plain(),
        },
    }
    Some(decoder.finish())
}

struct Decoder<'t> {
    host: &'t str,
    at: usize,
    end: usize,
    text: String,
    runs: Vec<Run>,
}

impl Decoder<'_> {
    /// The byte at the current place.
    fn peek(&self) -> Option<u8> {
        self.host.as_bytes()[..self.end].get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        &self.host.as_bytes()[self.at.min(self.end)..self.end]
    }

    /// Copies the next `length` bytes.
    fn copy(&mut self, length: usize) {
        if length == 0 {
            return;
        }
        self.verbatim(self.at);
        self.text.push_str(&self.host[self.at..self.at + length]);
        self.at += length;
    }

    /// Puts `text` in place of the next `length` bytes.
    fn replace(&mut self, text: char, length: usize) {
        self.replace_at(text, self.at..self.at + length);
        self.at += length;
    }

    fn replace_at(&mut self, text: char, host: Range<usize>) {
        if host.len() == 1
            && self.host.as_bytes()[host.start..].first().copied().map(char::from) == Some(text)
        {
            // Most line breaks of block scalars stand for themselves.
            self.verbatim(host.start);
        } else {
            let (decoded, length) = (self.text.len() as u32, host.len() as u32);
            self.runs.push(Run { decoded, host: host.start as u32, length });
        }
        self.text.push(text);
    }

    /// Says that what is added next stands at `host` as it is.
    fn verbatim(&mut self, host: usize) {
        let (decoded, host) = (self.text.len() as u32, host as u32);
        let continues = self.runs.last().is_some_and(|run| {
            run.length == VERBATIM && host.wrapping_sub(run.host) == decoded.wrapping_sub(run.decoded)
        });
        if !continues {
            self.runs.push(Run { decoded, host, length: VERBATIM });
        }
    }

    fn finish(self) -> Decoded {
        let length = self.text.len() as u32;
        let mut map = OffsetMap { runs: self.runs, end: self.at as u32, length };
        if length > 0 {
            map.end = map.host_end(length);
        }
        Decoded { text: self.text, map }
    }

    fn json_string(&mut self) -> Option<()> {
        self.enter_quotes(b'"')?;
        while let Some(byte) = self.peek() {
            if byte != b'\\' {
                self.copy_until(|byte| byte == b'\\');
                continue;
            }
            let simple = match self.rest().get(1) {
                Some(b'b') => '\u{8}',
                Some(b'f') => '\u{c}',
                Some(b'n') => '\n',
                Some(b'r') => '\r',
                Some(b't') => '\t',
                Some(&byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
                Some(b'u') => {
                    self.utf16_escape();
                    continue;
                }
                _ => {
                    self.copy(1);
                    continue;
                }
            };
            self.replace(simple, 2);
        }
        Some(())
    }

    /// `\uXXXX`, or two of them that make one character.
    fn utf16_escape(&mut self) {
        let unit = |bytes: &[u8]| {
            if bytes.starts_with(b"\\u") { hexadecimal(bytes.get(2..6)?) } else { None }
        };
        let rest = self.rest();
        let Some(first) = unit(rest) else {
            // Not an escape: the backslash is a backslash.
            self.copy(1);
            return;
        };
        if let Some(character) = char::from_u32(first) {
            return self.replace(character, 6);
        }
        let second = rest.get(6..).and_then(unit).unwrap_or_default();
        let pair = [first as u16, second as u16];
        match char::decode_utf16(pair).next() {
            Some(Ok(character)) => self.replace(character, 12),
            _ => self.replace(char::REPLACEMENT_CHARACTER, 6),
        }
    }

    /// Goes behind the opening quote and leaves the closing one out of the range.
    fn enter_quotes(&mut self, quote: u8) -> Option<()> {
        let rest = self.rest();
        if rest.len() < 2 || rest.first() != Some(&quote) || rest.last() != Some(&quote) {
            return None;
        }
        self.at += 1;
        self.end -= 1;
        Some(())
    }

    fn copy_until(&mut self, stops: impl Fn(u8) -> bool) {
        let length = self.rest().iter().position(|&byte| stops(byte)).unwrap_or(self.rest().len());
        self.copy(length);
    }

    fn plain(&mut self) {
        while self.peek().is_some() {
            if !self.fold() {
                let length = self.rest().iter().position(|&byte| is_space_or_break(byte));
                // A space inside a line is copied with what follows it.
                self.copy(length.unwrap_or(self.rest().len()).max(1));
            }
        }
    }

    fn quoted(&mut self, quote: u8) -> Option<()> {
        self.enter_quotes(quote)?;
        while let Some(byte) = self.peek() {
            if self.fold() {
                continue;
            }
            match (quote, byte) {
                (b'"', b'\\') => self.yaml_escape(),
                (b'\'', b'\'') => self.replace('\'', self.rest().len().min(2)),
                _ => {
                    let next = self.rest()[1..]
                        .iter()
                        .position(|&byte| is_space_or_break(byte) || byte == b'\\' || byte == b'\'');
                    self.copy(next.map_or(self.rest().len(), |next| next + 1));
                }
            }
        }
        Some(())
    }

    fn yaml_escape(&mut self) {
        let rest = self.rest();
        let simple = match rest.get(1) {
            Some(b'0') => '\0',
            Some(b'a') => '\u{7}',
            Some(b'b') => '\u{8}',
            Some(b't' | b'\t') => '\t',
            Some(b'n') => '\n',
            Some(b'v') => '\u{b}',
            Some(b'f') => '\u{c}',
            Some(b'r') => '\r',
            Some(b'e') => '\u{1b}',
            Some(&byte @ (b' ' | b'"' | b'/' | b'\\')) => char::from(byte),
            Some(b'N') => '\u{85}',
            Some(b'_') => '\u{a0}',
            Some(b'L') => '\u{2028}',
            Some(b'P') => '\u{2029}',
            Some(b'x') => return self.code_point(2),
            Some(b'U') => return self.code_point(8),
            Some(b'u') => return self.utf16_escape(),
            Some(b'\n' | b'\r') => {
                self.at += 1;
                self.at += break_length(self.rest());
                self.skip_spaces();
                // Empty lines after the joint are line breaks.
                while break_length(self.rest()) > 0 {
                    self.replace('\n', break_length(self.rest()));
                    self.skip_spaces();
                }
                return;
            }
            _ => return self.copy(1),
        };
        self.replace(simple, 2);
    }

    fn code_point(&mut self, digits: usize) {
        let code = self.rest().get(2..2 + digits).and_then(hexadecimal).and_then(char::from_u32);
        match code {
            Some(character) => self.replace(character, 2 + digits),
            None => self.copy(1),
        }
    }

    fn skip_spaces(&mut self) {
        while let Some(b' ' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Folds the line breaks that follow, with the space around them: one is a space, more are one less.
    /// False if none follow.
    fn fold(&mut self) -> bool {
        let start = self.at;
        self.skip_spaces();
        let first = self.at..self.at + break_length(self.rest());
        if first.is_empty() {
            self.at = start;
            return false;
        }
        self.at = first.end;
        self.skip_spaces();
        if break_length(self.rest()) == 0 {
            self.replace_at(' ', first);
        }
        while break_length(self.rest()) > 0 {
            self.replace('\n', break_length(self.rest()));
            self.skip_spaces();
        }
        true
    }

    /// A literal or folded block scalar.
    fn block(&mut self, folded: bool) {
        let start = self.at;
        self.at += 1;
        let (mut indicator, mut keep, mut strip) = (0, false, false);
        while let Some(byte @ (b'+' | b'-' | b'1'..=b'9')) = self.peek() {
            match byte {
                b'+' => keep = true,
                b'-' => strip = true,
                digit => indicator = usize::from(digit - b'0'),
            }
            self.at += 1;
        }
        // A comment may follow.
        let header = self.at;
        self.at += line_length(self.rest());
        if self.at == self.end {
            self.at = header;
            return;
        }
        self.at += break_length(self.rest());
        let indentation = if indicator > 0 {
            parent_indentation(self.host, start) + indicator
        } else {
            detected_indentation(self.rest())
        };

        // The break that ends the last line, and those of the empty lines after it.
        let mut line_break: Option<Range<usize>> = None;
        let mut empty: Vec<Range<usize>> = Vec::new();
        let mut last_is_spaced = false;
        let mut any = false;
        while self.at < self.end {
            let line = &self.rest()[..line_length(self.rest())];
            let spaces = line.iter().take_while(|&&byte| byte == b' ').count().min(indentation);
            let content = line.len() - spaces;
            let spaced = line.get(spaces).is_some_and(|byte| matches!(byte, b' ' | b'\t'));
            self.at += spaces;
            if content > 0 {
                if let Some(line_break) = line_break.take() {
                    if !folded || spaced || last_is_spaced {
                        self.replace_at('\n', line_break);
                    } else if empty.is_empty() {
                        self.replace_at(' ', line_break);
                    }
                }
                for line_break in empty.drain(..) {
                    self.replace_at('\n', line_break);
                }
                (last_is_spaced, any) = (spaced, true);
                self.copy(content);
            }
            let after = self.at..self.at + break_length(self.rest());
            self.at = after.end;
            if after.is_empty() {
                break;
            }
            if content > 0 { line_break = Some(after) } else { empty.push(after) }
        }
        if !strip && let Some(line_break) = line_break {
            self.replace_at('\n', line_break);
        }
        if keep {
            for line_break in empty {
                self.replace_at('\n', line_break);
            }
        }
        if !any && self.text.is_empty() {
            self.at = header;
        }
    }

    fn percent(mut self) -> Option<Decoded> {
        // Escapes are bytes, so that text is only made when all of them are there.
        let mut bytes = Vec::with_capacity(self.rest().len());
        while let Some(byte) = self.peek() {
            let escape = self.rest().get(1..3).filter(|_| byte == b'%').and_then(hexadecimal);
            let (byte, length) = match escape {
                Some(code) => (code as u8, 3),
                None => (byte, 1),
            };
            let continues = self.runs.last().is_some_and(|run| {
                length == 1
                    && run.length == VERBATIM
                    && (self.at as u32).wrapping_sub(run.host)
                        == (bytes.len() as u32).wrapping_sub(run.decoded)
            });
            if !continues {
                let length = if length == 1 { VERBATIM } else { length };
                self.runs.push(Run { decoded: bytes.len() as u32, host: self.at as u32, length });
            }
            bytes.push(byte);
            self.at += length as usize;
        }
        self.text = String::from_utf8(bytes).ok()?;
        Some(self.finish())
    }
}

fn is_space_or_break(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, &digit| Some(number << 4 | char::from(digit).to_digit(16)?))
}

fn line_length(bytes: &[u8]) -> usize {
    memchr::memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len())
}

/// Length of the line break that `bytes` begin with; 0 if they begin with none.
fn break_length(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// The indentation of a block scalar without indicator: that of its first line with content.
fn detected_indentation(mut content: &[u8]) -> usize {
    let mut widest = 0;
    while !content.is_empty() {
        let line = &content[..line_length(content)];
        let spaces = line.iter().take_while(|&&byte| byte == b' ').count();
        if spaces < line.len() {
            return spaces;
        }
        widest = widest.max(spaces);
        content = &content[line.len() + break_length(&content[line.len()..])..];
    }
    widest
}

/// The indentation of the collection that holds the block scalar at `start`: an indentation indicator counts
/// from there. Looks at the line that the scalar begins on, or at the last line before with a key or a dash.
fn parent_indentation(host: &str, start: usize) -> usize {
    let bytes = host.as_bytes();
    let mut end = start;
    loop {
        let line_start = memchr::memrchr2(b'\n', b'\r', &bytes[..end]).map_or(0, |at| at + 1);
        if let Some(column) = innermost_column(&bytes[line_start..end]) {
            return column;
        }
        if line_start == 0 {
            return 0;
        }
        end = line_start - 1;
    }
}

/// The column of the innermost collection that an item or key on this line belongs to.
fn innermost_column(line: &[u8]) -> Option<usize> {
    if line.starts_with(b"---") {
        return Some(0);
    }
    let (mut at, mut innermost) = (0, None);
    loop {
        at += line[at..].iter().take_while(|&&byte| byte == b' ').count();
        match line[at..] {
            [b'-' | b'?' | b':', b' ' | b'\t', ..] | [b'-' | b'?' | b':'] => {
                innermost = Some(at);
                at += 1;
            }
            _ => break,
        }
    }
    // Tags and anchors of the scalar itself are no key.
    let mut rest = &line[at..];
    while let [b'!' | b'&', ..] = rest {
        let token = rest.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        rest = rest[token..].trim_ascii_start();
    }
    if rest.trim_ascii().is_empty() || rest.starts_with(b"#") { innermost } else { Some(at) }
}

#[cfg(test)]
mod tests;
