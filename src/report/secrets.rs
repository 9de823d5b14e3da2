//! Literal secrets that stand in lines to be quoted: they are found by the name of their key or by their
//! form, and never shown.
//!
//! Works on raw text, not on the document tree: a secret has to stay hidden also where a file cannot be
//! parsed, and in text inside text at any depth of escaping. References (`!Ref`, `{{resolve:...}}`) are no
//! secrets and stay readable.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::source::SourceId;
use crate::value::{ends_like_a_secret, is_one_of, is_open, is_secret_name};

/// Keys that hold the value of the thing they stand in: a parameter's default.
const INNER_KEYS: &[&str] = &["default", "value"];

/// How tokens of well-known issuers begin: up to a `-` or `_`.
const PREFIXES: &[&str] = &[
    "GOCSPX-",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "sk_live_",
];

/// Bytes before the shown text that are searched for a key or a header that it belongs to.
const LOOK_BACK: usize = 8 << 10;

/// Bytes before and after the shown text that are searched for parameters whose value is not to be echoed.
const AROUND: usize = 256 << 10;

/// Bytes before the end of a private key without beginning that are held to be of it.
const LONGEST_KEY: usize = 32 << 10;

/// The secrets of the files that a report quotes from. A short file is looked through once, however often it is quoted from.
#[derive(Debug, Default)]
pub(super) struct Secrets(Mutex<Vec<(Key, Found)>>);

/// A text: the file, where in it the text begins, and how long it is.
type Key = (SourceId, u32, usize);

/// All secrets of a text, in order.
type Found = Arc<[Range<usize>]>;

impl Secrets {
    /// Files that are looked through whole have no more bytes.
    const SHORT: usize = 256 << 10;
    /// A report goes from file to file, so that a few are enough.
    const MOST: usize = 4;

    /// The ranges of a text within, or reaching into, `shown` that hold secrets, if the text is short. It begins at a byte of a file.
    pub(super) fn within(
        &self,
        (file, start): (SourceId, u32),
        text: &str,
        shown: &Range<usize>,
    ) -> Option<Vec<Range<usize>>> {
        if text.len() > Self::SHORT {
            return None;
        }
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (file, start, text.len());
        let found = lock().iter().find(|(other, _)| *other == key).map(|(_, found)| Arc::clone(found));
        let found = found.unwrap_or_else(|| {
            let found: Found = secrets_in(text, 0..text.len()).into();
            let mut known = lock();
            known.truncate(Self::MOST - 1);
            known.insert(0, (key, Arc::clone(&found)));
            found
        });
        let inside = found.iter().filter(|range| range.start < shown.end && shown.start < range.end);
        Some(inside.cloned().collect())
    }
}

/// The ranges of `text` within, or reaching into, `shown` that hold secrets: ascending, not overlapping.
pub(super) fn secrets_in(text: &str, shown: Range<usize>) -> Vec<Range<usize>> {
    let start = text.floor_char_boundary(shown.start.saturating_sub(LOOK_BACK));
    let end = text.ceil_char_boundary(shown.end.saturating_add(64).min(text.len()));
    let region = &text[start..end];
    let mut found = Vec::new();
    private_keys(region, &mut found);
    known_tokens(region, &mut found);
    let parameters = Parameters { text, shown: shown.clone(), hidden: OnceCell::new() };
    for position in memchr::memchr2_iter(b':', b'=', region.as_bytes()) {
        found.extend(keyed_secrets(region, position, &parameters));
    }
    compared_secrets(region, &parameters, &mut found);
    found.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found.into_iter().filter(|range| !range.is_empty()) {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
        .into_iter()
        .map(|range| range.start + start..range.end + start)
        .filter(|range| range.start < shown.end && shown.start < range.end)
        .collect()
}

/// PEM blocks with a private key: all between the first and the last line.
fn private_keys(region: &str, found: &mut Vec<Range<usize>>) {
    const LABEL: &str = "PRIVATE KEY-----";
    let mut open: Option<usize> = None;
    let mut any = false;
    let mut from = 0;
    let label = memchr::memmem::Finder::new(LABEL);
    while let Some(position) = label.find(&region.as_bytes()[from..]).map(|position| position + from) {
        from = position + LABEL.len();
        let line = &region[region.floor_char_boundary(position.saturating_sub(40))..position];
        match (line.rfind("-----BEGIN"), line.rfind("-----END")) {
            (Some(begin), end) if end.is_none_or(|end| begin > end) => open = open.or(Some(from)),
            (_, Some(end)) => {
                let end = position - (line.len() - end);
                // The block began before the region, or what begins it is not spelt as it should be.
                let before = end.saturating_sub(LONGEST_KEY);
                let start = open.take().unwrap_or(if any { end } else { before });
                found.push(start..end);
            }
            _ => {}
        }
        any = true;
    }
    if let Some(start) = open {
        found.push(start..region.len());
    }
}

fn known_tokens(region: &str, found: &mut Vec<Range<usize>>) {
    let bytes = region.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    // All of them end with one of these, which are rare.
    for end in memchr::memchr2_iter(b'-', b'_', bytes).map(|position| position + 1) {
        if end < 3 || !may_end_a_prefix([bytes[end - 3], bytes[end - 2]]) {
            continue;
        }
        for prefix in PREFIXES.iter().filter(|prefix| bytes[..end].ends_with(prefix.as_bytes())) {
            let position = end - prefix.len();
            if position > 0 && is_word(bytes[position - 1]) {
                continue;
            }
            let length = bytes[position..].iter().take_while(|&&byte| is_word(byte)).count();
            if length >= prefix.len() + 12 {
                found.push(position..position + length);
            }
        }
    }
}

/// Whether some prefix has these bytes before its last one: hardly a word in a policy ends so.
fn may_end_a_prefix(bytes: [u8; 2]) -> bool {
    PREFIXES.iter().any(|prefix| {
        let [.., first, second, _] = prefix.as_bytes() else { return true };
        [*first, *second] == bytes
    })
}

/// The parameters of a template, as far as they can be told from its text.
struct Parameters<'t> {
    text: &'t str,
    shown: Range<usize>,
    /// Those that have `NoEcho: true`, once somebody asks.
    hidden: OnceCell<Vec<&'t str>>,
}

impl<'t> Parameters<'t> {
    fn is_secret(&self, name: &str) -> bool {
        is_secret_name(name) || self.hidden.get_or_init(|| self.not_echoed()).contains(&name)
    }

    fn not_echoed(&self) -> Vec<&'t str> {
        let start = self.text.floor_char_boundary(self.shown.start.saturating_sub(AROUND));
        let end = self.text.ceil_char_boundary(self.shown.end.saturating_add(AROUND).min(self.text.len()));
        let region = &self.text[start..end];
        let mut names = Vec::new();
        for key in memchr::memmem::find_iter(region.as_bytes(), "NoEcho") {
            let value = region[key + "NoEcho".len()..].trim_start_matches([' ', ':', '"', '\'', '\\']);
            if value.get(..4).is_some_and(|value| value.eq_ignore_ascii_case("true"))
                && let Some(name) = owner(region, key)
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }
}

/// Literals that a condition compares with a secret: those of `Equals` of which the other side names one.
fn compared_secrets(region: &str, parameters: &Parameters<'_>, found: &mut Vec<Range<usize>>) {
    for position in memchr::memmem::find_iter(region.as_bytes(), "Equals") {
        let operands = operands(region, position + "Equals".len());
        let is_secret: Vec<bool> = operands
            .iter()
            .map(|operand| names(&region[operand.clone()]).any(|name| parameters.is_secret(name)))
            .collect();
        if is_secret.contains(&true) {
            let literals = operands.iter().zip(is_secret).filter(|(_, is_secret)| !is_secret);
            found.extend(literals.filter_map(|(operand, _)| plain(region, operand.clone())));
        }
    }
}

/// The names that an expression refers to: `Ref`, and what stands in `${...}`.
fn names(expression: &str) -> impl Iterator<Item = &str> {
    let word = |rest: &'_ str| rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let referred = expression.match_indices("Ref").filter_map(move |(at, _)| {
        let rest = expression[at + 3..].trim_start_matches([' ', ':', '"', '\'', '\\', '\n']);
        rest.get(..word(rest))
    });
    let inside = expression.match_indices("${").filter_map(move |(at, _)| {
        let rest = &expression[at + 2..];
        rest.get(..word(rest))
    });
    referred.chain(inside)
}

/// The items of the list that begins at `start`, in brackets or one below the other; at most a few.
fn operands(region: &str, start: usize) -> Vec<Range<usize>> {
    const MOST: usize = 2 << 10;
    let end = region.floor_char_boundary((start + MOST).min(region.len()));
    let bytes = &region.as_bytes()[..end];
    let open = skip(region, start, |byte| matches!(byte, b'"' | b'\'' | b'\\' | b':' | b' ' | b'\t'));
    let open = if bytes.get(open) == Some(&b'[') {
        open
    } else {
        skip(region, open, |byte| byte.is_ascii_whitespace())
    };
    match bytes.get(open) {
        Some(b'[') => in_brackets(bytes, open + 1),
        Some(b'-') => below_one_another(region, open, end),
        _ => Vec::new(),
    }
}

fn in_brackets(bytes: &[u8], start: usize) -> Vec<Range<usize>> {
    let mut items = Vec::new();
    let (mut depth, mut from, mut quote) = (0, start, None);
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match (quote, byte) {
            (Some(open), byte) if open == *byte && bytes[at - 1] != b'\\' => quote = None,
            (Some(_), _) => {}
            // In text inside text the quotes have a backslash each, and nothing is told apart by them.
            (None, b'"' | b'\'') if bytes[at - 1] != b'\\' => quote = Some(*byte),
            (None, b'[' | b'{') => depth += 1,
            (None, b']' | b'}') if depth > 0 => depth -= 1,
            (None, b',') if depth == 0 => {
                items.push(from..at);
                from = at + 1;
            }
            (None, b']' | b'}') => {
                items.push(from..at);
                return items;
            }
            _ => {}
        }
    }
    items.push(from..bytes.len());
    items
}

fn below_one_another(region: &str, first: usize, end: usize) -> Vec<Range<usize>> {
    let line_start = region[..first].rfind('\n').map_or(0, |position| position + 1);
    let indentation = first - line_start;
    let mut items: Vec<Range<usize>> = Vec::new();
    let mut at = line_start;
    for line in region[line_start..end].split_inclusive('\n') {
        let spaces = line.len() - line.trim_ascii_start().len();
        let is_item = spaces == indentation && line[spaces..].starts_with('-');
        if !line.trim_ascii().is_empty() {
            if is_item {
                items.push(at + spaces + 1..at + line.len());
            } else if spaces <= indentation {
                break;
            } else if let Some(last) = items.last_mut() {
                last.end = at + line.len();
            }
        }
        at += line.len();
    }
    items
}

/// What an expression is if it is a text: without white space, quotes, and the tags that leave it one.
fn plain(region: &str, operand: Range<usize>) -> Option<Range<usize>> {
    let mut text = region[operand.clone()].trim_ascii_start();
    for tag in ["!Sub ", "!!str "] {
        text = text.strip_prefix(tag).map_or(text, str::trim_ascii_start);
    }
    if text.starts_with(['!', '{', '[', '*', '&']) {
        return None;
    }
    let start = operand.end - text.len();
    let range = match text.trim_start_matches('\\').as_bytes().first() {
        Some(b'"' | b'\'') => literal(region, start, false, false)?,
        _ => {
            let end = text.find(" #").unwrap_or(text.len());
            start..start + text[..end].trim_ascii_end().len()
        }
    };
    let range = range.start..range.end.min(operand.end.max(range.start));
    (!is_open(&region[range.clone()])).then_some(range)
}

/// The secrets that are the value of the key before the `:` or `=` at `separator`.
fn keyed_secrets(region: &str, separator: usize, parameters: &Parameters<'_>) -> Vec<Range<usize>> {
    if !may_be_secret(region, separator) {
        return Vec::new();
    }
    let Some(key) = key_before(region, separator) else { return Vec::new() };
    let secret = is_secret_name(&region[key.clone()])
        || is_inner_key(&region[key.clone()])
            && owner(region, key.start).is_some_and(|name| parameters.is_secret(name));
    if secret { value_after(region, separator, key) } else { Vec::new() }
}

/// False if the last two letters of the key before `separator` say already that its value is no secret: most do.
fn may_be_secret(region: &str, separator: usize) -> bool {
    let mut key = region.as_bytes()[..separator].iter().rev();
    let Some(last) = key.find(|byte| !matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'\\')) else {
        return false;
    };
    let Some(before) = key.next() else { return true };
    if !last.is_ascii_alphanumeric() || !before.is_ascii_alphanumeric() {
        return true;
    }
    ends_like_a_key([before.to_ascii_lowercase(), last.to_ascii_lowercase()])
}

/// Whether some key that is asked about ends with these letters.
const fn ends_like_a_key(letters: [u8; 2]) -> bool {
    ends_like_a_secret(letters) || matches!(&letters, b"lt" | b"ue")
}

/// The word before `separator`, without its quotes.
fn key_before(region: &str, separator: usize) -> Option<Range<usize>> {
    let before = region[..separator].trim_end_matches([' ', '\t']);
    let end = before.trim_end_matches(['"', '\'', '\\']).len();
    let start = region[..end]
        .bytes()
        .rposition(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')))
        .map_or(0, |position| position + 1);
    (start < end).then_some(start..end)
}

fn is_inner_key(key: &str) -> bool {
    is_one_of(key, INNER_KEYS)
}

/// The key of the mapping that holds the key at `key`.
fn owner(region: &str, key: usize) -> Option<&str> {
    let bytes = region.as_bytes();
    // In brackets: the key before the bracket that is open.
    let mut depth = 0;
    for position in (key.saturating_sub(1 << 10)..key).rev() {
        match bytes[position] {
            b'}' => depth += 1,
            b'{' if depth == 0 => {
                let separator = region[..position].trim_ascii_end().strip_suffix(':')?.len();
                return key_before(region, separator).map(|key| &region[key]);
            }
            b'{' => depth -= 1,
            _ => {}
        }
    }
    // By indentation: the last line before that is indented less.
    let line_start = region[..key].rfind('\n').map_or(0, |position| position + 1);
    let indentation = key - line_start;
    region[..line_start].lines().rev().take(50).find_map(|line| {
        let content = line.trim_ascii();
        let less = line.len() - line.trim_ascii_start().len() < indentation;
        (less && !content.is_empty() && !content.starts_with('#')).then(|| {
            content.strip_suffix(':').and_then(|line| key_before(line, line.len()).map(|key| &line[key]))
        })
    })?
}

/// The literal value behind the separator, if it is one.
fn value_after(region: &str, separator: usize, key: Range<usize>) -> Vec<Range<usize>> {
    let assigned = region.as_bytes()[separator] == b'=';
    let quoted_key = region[key.end..separator].contains(['"', '\'']);
    let spaced = region.as_bytes().get(separator + 1).is_none_or(u8::is_ascii_whitespace);
    if !assigned && !quoted_key && !spaced {
        // A colon inside a word: no key of YAML.
        return Vec::new();
    }
    let mut start = skip(region, separator + 1, |byte| matches!(byte, b' ' | b'\t'));
    loop {
        let token = || skip(region, start, |byte| !byte.is_ascii_whitespace());
        let blank = |end: usize| skip(region, end, |byte| matches!(byte, b' ' | b'\t'));
        match region.as_bytes().get(start) {
            Some(b'&') if !assigned => start = blank(token()),
            Some(b'!') if !assigned && !quoted_key => {
                let end = token();
                // The other functions take names and lists, not the value itself.
                if !matches!(&region[start..end], "!Sub" | "!!str") {
                    return Vec::new();
                }
                start = blank(end);
            }
            _ => break,
        }
    }
    match region.as_bytes().get(start) {
        None | Some(b'{' | b'[' | b'*') => Vec::new(),
        Some(b'|' | b'>') if !assigned && !quoted_key => deeper_lines(region, start, key.start, false),
        Some(b'\n' | b'\r' | b'#') if !assigned && !quoted_key => {
            deeper_lines(region, start, key.start, true)
        }
        _ => {
            let start =
                if quoted_key { skip(region, start, |byte| byte.is_ascii_whitespace()) } else { start };
            literal(region, start, assigned, quoted_key)
                .filter(|range| !is_open(&region[range.clone()]))
                .into_iter()
                .collect()
        }
    }
}

/// The value that begins at `start`, without its quotes.
fn literal(region: &str, start: usize, assigned: bool, quoted_key: bool) -> Option<Range<usize>> {
    let bytes = region.as_bytes();
    let quote_at = skip(region, start, |byte| byte == b'\\');
    let escapes = quote_at - start;
    if let Some(&quote @ (b'"' | b'\'')) = bytes.get(quote_at) {
        let content = quote_at + 1;
        let end = memchr::memchr_iter(quote, &bytes[content..])
            .map(|position| content + position)
            .find(|&position| {
                let before = bytes[content..position].iter().rev().take_while(|&&byte| byte == b'\\').count();
                match quote {
                    b'"' if escapes == 0 => before.is_multiple_of(2),
                    b'"' => before <= escapes,
                    // Twice is the quote itself.
                    _ => {
                        bytes.get(position + 1) != Some(&quote)
                            && quotes_before(bytes, content, position, quote).is_multiple_of(2)
                    }
                }
            })
            .unwrap_or(bytes.len());
        let end = content + region[content..end].trim_end_matches('\\').len();
        return Some(content..end);
    }
    let line =
        &region[start..][..memchr::memchr2(b'\n', b'\r', &bytes[start..]).unwrap_or(bytes.len() - start)];
    let ends: &[char] = match (assigned, quoted_key) {
        (true, _) => &[' ', '\t', '&', ';', ',', '"', '\'', '\\', ')', '}'],
        (false, true) => &[',', '}', ']', ' '],
        (false, false) => &[],
    };
    let end = line.find(ends).unwrap_or(line.len());
    let end = line[..end].find(" #").unwrap_or(end);
    Some(start..start + line[..end].trim_ascii_end().len())
}

/// How many of `quote` stand right before `position`, not counting what lies before `start`.
fn quotes_before(bytes: &[u8], start: usize, position: usize, quote: u8) -> usize {
    bytes[start..position].iter().rev().take_while(|&&byte| byte == quote).count()
}

/// The lines after the one at `start` that are indented deeper than the key: the content of a block scalar,
/// or of a plain one (then nothing if they hold keys or items).
fn deeper_lines(region: &str, start: usize, key: usize, plain: bool) -> Vec<Range<usize>> {
    let line_start = region[..key].rfind('\n').map_or(0, |position| position + 1);
    let key_line = &region[line_start..key];
    let indentation = key_line.len() - key_line.trim_start_matches([' ', '-']).len();
    let mut found = Vec::new();
    let mut at = start;
    for line in region[start..].split_inclusive('\n') {
        let content = line.trim_ascii();
        let spaces = line.len() - line.trim_ascii_start().len();
        if at > start && !content.is_empty() {
            if spaces <= indentation {
                break;
            }
            let structured = content.contains(": ")
                || content.ends_with(':')
                || content.starts_with(['-', '!', '{', '[', '*', '#']);
            if plain && structured {
                return Vec::new();
            }
            if !is_open(content.trim_matches(['"', '\''])) {
                found.push(at + spaces..at + spaces + content.len());
            }
        }
        at += line.len();
    }
    found
}

fn skip(region: &str, from: usize, accepts: impl Fn(u8) -> bool) -> usize {
    from + region.as_bytes()[from..].iter().take_while(|&&byte| accepts(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::MASK;

    /// `text` with what is found replaced by stars.
    fn masked(text: &str) -> String {
        let mut shown = text.to_owned();
        for range in secrets_in(text, 0..text.len()).into_iter().rev() {
            shown.replace_range(range, MASK);
        }
        shown
    }

    #[test]
    fn all_keys_end_like_keys() {
        for key in INNER_KEYS {
            let end = key.as_bytes().last_chunk().expect("two letters");
            assert!(ends_like_a_key(*end), "{key}");
        }
        for prefix in PREFIXES {
            assert!(prefix.ends_with(['-', '_']), "{prefix}");
        }
    }

    #[test]
    fn secrets_are_masked() {
        let cases = [
            ("client_secret: abc-123 # from Google", "client_secret: ******** # from Google"),
            ("ClientSecret: 'it''s'", "ClientSecret: '********'"),
            ("  \"ClientSecret\": \"a\\\"b\",", "  \"ClientSecret\": \"********\","),
            ("\"client_secret\" :\n  \"abc\"", "\"client_secret\" :\n  \"********\""),
            ("{ MasterUserPassword: \"hunter22\" }", "{ MasterUserPassword: \"********\" }"),
            ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "AWS_SECRET_ACCESS_KEY=********"),
            ("aws_secret_access_key = wJalr", "aws_secret_access_key = ********"),
            (
                "a: \"{\\\"client_secret\\\": \\\"abc\\\", \\\"x\\\": 1}\"",
                "a: \"{\\\"client_secret\\\": \\\"********\\\", \\\"x\\\": 1}\"",
            ),
            ("ClientSecret: !Sub abc", "ClientSecret: !Sub ********"),
            ("ClientSecret: &shared abc", "ClientSecret: &shared ********"),
            ("Secret: |\n  one\n  two\nNext: x", "Secret: |\n  ********\n  ********\nNext: x"),
            ("- Password:\n    abc\n  Other: x", "- Password:\n    ********\n  Other: x"),
            (
                "GoogleSecret: x\nGoogleClientSecret:\n  Type: String\n  Default: abc\nOther:\n  Default: abc",
                "GoogleSecret: x\nGoogleClientSecret:\n  Type: String\n  Default: ********\nOther:\n  Default: abc",
            ),
            (
                "\"DbPassword\": {\"Type\": \"String\", \"Default\": \"abc\"}",
                "\"DbPassword\": {\"Type\": \"String\", \"Default\": \"********\"}",
            ),
            ("Note: GOCSPX-abcdefghijklmnop is it", "Note: ******** is it"),
            ("Url: https://x/?client_secret=abc&y=1", "Url: https://x/?client_secret=********&y=1"),
            (
                "K: |\n  -----BEGIN RSA PRIVATE KEY-----\n  MIIE\n  -----END RSA PRIVATE KEY-----\nNext: x",
                "K: |\n  -----BEGIN RSA PRIVATE KEY-----********-----END RSA PRIVATE KEY-----\nNext: x",
            ),
            ("password: \"never closed", "password: \"********"),
            ("C: !Equals [!Ref DbPassword, hunter2]", "C: !Equals [!Ref DbPassword, ********]"),
            ("C: !Equals ['a, b', !Ref DbPassword] # x", "C: !Equals ['********', !Ref DbPassword] # x"),
            (
                "C: !Not [!Equals [!Sub 'x${DbPassword}', !Sub a]]",
                "C: !Not [!Equals [!Sub 'x${DbPassword}', !Sub ********]]",
            ),
            (
                "C:\n  Fn::Equals:\n  - Ref: Password\n  - hunter2 # x\nD: x",
                "C:\n  Fn::Equals:\n  - Ref: Password\n  - ******** # x\nD: x",
            ),
            (
                "C: !Equals\n  - 'it''s'\n  - !Ref\n    Password\nD: x",
                "C: !Equals\n  - '********'\n  - !Ref\n    Password\nD: x",
            ),
            (
                "{\"Fn::Equals\": [{\"Ref\": \"Password\"}, \"hun\\\"ter2\"]}",
                "{\"Fn::Equals\": [{\"Ref\": \"Password\"}, \"********\"]}",
            ),
            (
                "Pin: {Type: String, NoEcho: 'true', Default: abcdef}\nC: !Equals [!Ref Pin, abcdef]",
                "Pin: {Type: String, NoEcho: 'true', Default: ********\nC: !Equals [!Ref Pin, ********]",
            ),
            (
                "Pin:\n  Type: String\n  NoEcho: true\n  Default: abcdef\nNot:\n  NoEcho: false\n  Default: x",
                "Pin:\n  Type: String\n  NoEcho: true\n  Default: ********\nNot:\n  NoEcho: false\n  Default: x",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn what_is_no_secret_stays_readable() {
        let cases = [
            "ClientSecret: !Ref Parameter",
            "ClientSecret: '{{resolve:secretsmanager:google:SecretString:secret}}'",
            "ClientSecret: !Sub ${Parameter}",
            "ClientSecret:\n  Ref: Parameter",
            "ClientSecret: { Ref: Parameter }",
            "\"ClientSecret\": {\"Ref\": \"Parameter\"}",
            "\"GenerateSecret\": true",
            "GenerateSecret: true",
            "RequirePassword: false",
            "SecretArn: arn:aws:secretsmanager:eu-west-1:111122223333:secret:x",
            "PasswordPolicy:\n  MinimumLength: 8",
            "Action: secretsmanager:GetSecretValue",
            "ClientSecret: *shared",
            "Default: abc",
            "C: !Equals [!Ref DbPassword, '']",
            "C: !Equals [!Ref DbPassword, !Ref OtherPassword]",
            "C: !Equals [!Ref Stage, prod]",
            "C: !Equals\n  - !Ref Stage\n  - prod\nD: !Ref Password",
            "Pin: {Type: String, NoEcho: 'false', Default: abcdef}",
            "StringEquals: {aws:username: [Password, x]}",
            "token.actions.githubusercontent.com:aud: sts.amazonaws.com",
            "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
        ];
        for text in cases {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn a_short_file_is_looked_through_once() {
        let sources = crate::source::Sources::default();
        let text = format!("ClientSecret: abc\n{}Password: hunter22\nOther: x\n", "Line: y\n".repeat(2_000));
        let file = sources.add_kept(crate::source::Origin::Stdin, text.as_str().into());
        let secrets = Secrets::default();
        let password = text.find("Password").unwrap();
        for shown in [0..40, 9_000..9_100, password..password + 10, password..text.len(), 0..text.len()] {
            assert_eq!(
                secrets.within((file, 0), &text, &shown),
                Some(secrets_in(&text, shown.clone())),
                "{shown:?}"
            );
        }
        assert_eq!(secrets.0.lock().unwrap().len(), 1);
        let long = "Line: y\n".repeat(40_000);
        assert_eq!(
            secrets.within((file, 0), &long, &(0..40)),
            None,
            "what is long is looked through in parts"
        );
    }

    #[test]
    fn a_header_before_the_shown_lines_counts() {
        let text = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\nlast\n-----END PRIVATE KEY-----\nx",
            "line\n".repeat(20)
        );
        let at = text.find("last").unwrap();
        let found = secrets_in(&text, at..at + 4);
        assert!(found.iter().any(|range| range.start <= at && at + 4 <= range.end), "{found:?}");
    }

    proptest::proptest! {
        #[test]
        fn never_fails(text in "[a:= \n\"'\\\\{}\\-!&|>#\u{e9}]{0,8}(client_secret|Password|Default|Equals|!Equals \\[!Ref Password, )?[a:= \n\"'\\\\{}!&|>#\u{e9}]{0,12}", start in 0usize..30, length in 0usize..30) {
            let start = text.floor_char_boundary(start);
            let end = text.floor_char_boundary(start + length);
            for range in secrets_in(&text, start..end) {
                proptest::prop_assert!(text.get(range).is_some());
            }
        }
    }
}
