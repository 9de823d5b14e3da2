//! Text from scanned files on its way to a screen: nothing in it may act on the terminal, or look like
//! something else than it is.

use std::borrow::Cow;
use std::fmt::Write;

/// True for characters that act on a terminal, reorder what stands around them, or cannot be seen.
///
/// Control characters (C0, DEL, C1), bidirectional controls (UAX 9), zero-width characters, line and
/// paragraph separators, byte-order mark, tag characters.
pub(super) const fn is_treacherous(character: char) -> bool {
    matches!(
        character,
        '\u{0}'..='\u{1F}'
            | '\u{7F}'..='\u{9F}'
            | '\u{AD}'
            | '\u{61C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

/// True for printable ASCII alone: nothing of it is treacherous, and every byte takes a column. Most text is that.
pub(super) fn is_plain(text: &str) -> bool {
    // To the end, so that many bytes are looked at at once.
    text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
}

/// The visible escape for a character that [`is_treacherous`]: `\n`, `\u{1b}`.
pub(super) fn visible(character: char) -> String {
    character.escape_default().to_string()
}

/// One line of text in which every treacherous character is written as a visible escape.
pub(super) fn sanitised(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.contains(is_treacherous) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_treacherous(character) {
            // Writing to a string does not fail.
            let _ = write!(clean, "{}", character.escape_default());
        } else {
            clean.push(character);
        }
    }
    Cow::Owned(clean)
}

/// Columns that a character takes on a terminal. Never too few for text without combining marks.
pub(super) const fn columns_of(character: char) -> usize {
    match character {
        '\u{300}'..='\u{36F}' | '\u{FE00}'..='\u{FE0F}' => 0,
        '\u{1100}'..='\u{115F}'
        | '\u{231A}'..='\u{231B}'
        | '\u{23E9}'..='\u{23F3}'
        | '\u{25FD}'..='\u{25FE}'
        | '\u{2614}'..='\u{2615}'
        | '\u{2648}'..='\u{2653}'
        | '\u{26A1}'..='\u{26FD}'
        | '\u{2705}'..='\u{27BF}'
        | '\u{2B1B}'..='\u{2B55}'
        | '\u{2E80}'..='\u{A4CF}'
        | '\u{A960}'..='\u{A97F}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FE10}'..='\u{FE19}'
        | '\u{FE30}'..='\u{FE6F}'
        | '\u{FF00}'..='\u{FF60}'
        | '\u{FFE0}'..='\u{FFE6}'
        | '\u{16FE0}'..='\u{18D08}'
        | '\u{1B000}'..='\u{1B2FB}'
        | '\u{1F004}'..='\u{1FAFF}'
        | '\u{20000}'..='\u{3FFFD}' => 2,
        _ => 1,
    }
}

/// Columns that `text` takes on a terminal.
pub(super) fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(columns_of).sum() }
}

/// Breaks `text` between words into lines of at most `width` columns. Line breaks of the text stay. Always at
/// least one line.
///
/// A longer word stays whole: an ARN that is broken cannot be copied.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::with_capacity(paragraph.len().min(width));
        let mut used = 0;
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let columns = columns(word);
            if used > 0 && used + 1 + columns > width {
                lines.push(std::mem::replace(&mut line, String::with_capacity(width)));
                used = 0;
            }
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += columns;
        }
        lines.push(line);
    }
    lines
}

/// Markdown as lines of at most `width` columns: paragraphs are filled, items and code keep their lines.
pub(super) fn prose(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    let mut indentation = 0;
    let mut code = false;
    let flush = |lines: &mut Vec<String>, paragraph: &mut String, indentation: usize| {
        if paragraph.is_empty() {
            return;
        }
        for (index, line) in
            wrapped(&std::mem::take(paragraph), width.saturating_sub(indentation)).into_iter().enumerate()
        {
            lines.push(if index == 0 { line } else { " ".repeat(indentation) + &line });
        }
    };
    for line in text.trim_end().lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            flush(&mut lines, &mut paragraph, indentation);
            code = !code;
        } else if code || line.starts_with("    ") {
            flush(&mut lines, &mut paragraph, indentation);
            let spaces = if code { 2 } else { 0 };
            lines.push(format!("{:spaces$}{}", "", sanitised(line)));
        } else if trimmed.is_empty() {
            flush(&mut lines, &mut paragraph, indentation);
            lines.push(String::new());
        } else {
            let item = trimmed.starts_with("- ");
            if item {
                flush(&mut lines, &mut paragraph, indentation);
            }
            if paragraph.is_empty() {
                indentation = if item { 2 } else { 0 };
            } else {
                paragraph.push(' ');
            }
            paragraph += &sanitised(trimmed);
        }
    }
    flush(&mut lines, &mut paragraph, indentation);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_becomes_visible() {
        let cases = [
            ("plain `text`, d\u{e9}j\u{e0} vu \u{1F600}", "plain `text`, d\u{e9}j\u{e0} vu \u{1F600}"),
            ("a\u{1b}[31mred\u{7}", "a\\u{1b}[31mred\\u{7}"),
            ("two\r\nlines\tand", "two\\r\\nlines\\tand"),
            ("user\u{202e}nimda\u{2069}", "user\\u{202e}nimda\\u{2069}"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("c1\u{9b}31m", "c1\\u{9b}31m"),
        ];
        for (text, expected) in cases {
            assert_eq!(sanitised(text), expected);
        }
    }

    #[test]
    fn lines_break_between_words() {
        let cases: [(&str, usize, &[&str]); 7] = [
            ("", 10, &[""]),
            ("one two three", 7, &["one two", "three"]),
            ("one two three", 80, &["one two three"]),
            ("a bcdefghij klm", 4, &["a", "bcdefghij", "klm"]),
            ("first\nsecond", 80, &["first", "second"]),
            ("\u{4e2d}\u{6587} \u{5b57}", 6, &["\u{4e2d}\u{6587}", "\u{5b57}"]),
            ("\u{4e2d}", 1, &["\u{4e2d}"]),
        ];
        for (text, width, expected) in cases {
            assert_eq!(wrapped(text, width), expected, "{text:?} at {width}");
        }
    }
}
