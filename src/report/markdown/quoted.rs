//! Text in Markdown that stays text: what names hold makes no markup, no link, no mention and no reference.
//!
//! Names stand in code spans, in which all is literal. What is between them is escaped: GitHub and GitLab look for
//! `@name`, `#1` and the like after the Markdown is done, where an escape is gone; only code is left alone, so that the sign
//! itself becomes code.

use crate::report::text::sanitised;

/// A code span that shows `text`.
pub(super) fn code(text: &str) -> String {
    let text = sanitised(text);
    if text.is_empty() {
        return "(no name)".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // Spaces at both ends are taken off again, and keep backticks apart.
    let is_spaced = text.starts_with(' ') && text.ends_with(' ') && text.trim() != "";
    let space = if text.starts_with('`') || text.ends_with('`') || is_spaced { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A sentence in which names stand between backticks.
pub(super) fn text(text: &str) -> String {
    let text = sanitised(text);
    let ticks = text.matches('`').count();
    if ticks % 2 == 1 || longest_run(&text) > 1 {
        // It cannot be told where names begin.
        return code(&text);
    }
    let parts = text.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { code(part) } else { escaped(part) }).collect()
}

/// Markdown of a rule, in which names were put: paragraphs, lists and blocks of code, each line after `indentation`.
pub(super) fn prose(help: &str, indentation: &str) -> String {
    let mut out = String::new();
    let mut lines = help.trim().lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        let block: Vec<&str> = if trimmed.starts_with("```") {
            lines.by_ref().take_while(|line| !line.trim().starts_with("```")).collect()
        } else if let Some(first) = line.strip_prefix("    ") {
            let mut block = vec![first];
            while let Some(next) = lines.peek().and_then(|next| next.strip_prefix("    ")) {
                block.push(next);
                lines.next();
            }
            block
        } else {
            match trimmed.strip_prefix("- ") {
                Some(item) => out += &format!("{indentation}- {}\n", line_of(item)),
                None if trimmed.is_empty() => out.push('\n'),
                None => out += &format!("{indentation}{}\n", line_of(trimmed)),
            }
            continue;
        };
        let block: Vec<_> = block.into_iter().map(sanitised).collect();
        let longest = block.iter().map(|line| longest_run(line)).max().unwrap_or_default();
        let fence = "`".repeat(longest.max(2) + 1);
        out += &format!("{indentation}{fence}\n");
        for line in block {
            out += &format!("{indentation}{line}\n");
        }
        out += &format!("{indentation}{fence}\n");
    }
    out
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Text without backticks, in which nothing means anything.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut characters = text.chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        let next = characters.peek();
        let refers = matches!(character, '@' | '#' | '!' | '~' | '%' | '$' | '&' | '^')
            && next.is_some_and(|next| !next.is_whitespace());
        if refers {
            out += &code(&character.to_string());
        } else if is_markup(character)
            || character == ':' && next.is_some_and(|next| !next.is_whitespace())
            || character == '.' && before == Some('w')
        {
            out.push('\\');
            out.push(character);
        } else {
            out.push(character);
        }
        before = Some(character.to_ascii_lowercase());
    }
    out
}

/// True for what Markdown, in the form of GitHub or GitLab, may take for something else than itself within a line.
const fn is_markup(character: char) -> bool {
    matches!(
        character,
        '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '#' | '&' | '$' | '^' | '@' | '!' | '{' | '}'
    )
}

/// A sentence, as [`text`] has it, at the start of a line, where it is no list, heading or rule.
pub(super) fn line_of(sentence: &str) -> String {
    let line = text(sentence.trim());
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let behind = line.get(digits..digits + 1);
    if line.starts_with(['-', '+', '=']) {
        format!("\\{line}")
    } else if digits > 0 && matches!(behind, Some("." | ")")) {
        format!("{}\\{}", &line[..digits], &line[digits..])
    } else {
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_code() {
        let cases = [
            ("Role", "`Role`"),
            ("", "(no name)"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("a``b```c", "````a``b```c````"),
            (" a ", "`  a  `"),
            ("two\nlines\u{202e}", "`two\\nlines\\u{202e}`"),
            ("<b>|@team", "`<b>|@team`"),
        ];
        for (name, expected) in cases {
            assert_eq!(code(name), expected);
        }
    }

    #[test]
    fn what_is_between_names_means_nothing() {
        let cases = [
            ("role `A` is open", "role `A` is open"),
            ("`a` and b` and `c`", "`` `a` and b` and `c` ``"),
            ("*x* _y_ [z](u) <i>", "\\*x\\* \\_y\\_ \\[z\\](u) \\<i\\>"),
            ("ask @team in #12", "ask `@`team in `#`12"),
            ("see https://example.com, www.example.com", "see https\\://example.com, www\\.example.com"),
            ("50 % of it", "50 % of it"),
        ];
        for (sentence, expected) in cases {
            assert_eq!(text(sentence), expected);
        }
    }

    #[test]
    fn help_keeps_its_lines() {
        let help = "Write one of these:\n\n- `a`\n- b\n\n```yaml\nKey: [\"```\"]\n```\n# not a heading\n1. nor a list\n    code\n";
        insta::assert_snapshot!(prose(help, "  "), @r#"
        Write one of these:

        - `a`
        - b

        ````
        Key: ["```"]
        ````
        \# not a heading
        1\. nor a list
        ```
        code
        ```
        "#);
    }
}
