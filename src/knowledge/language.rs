//! Reads how data files write the strings that a variable may be: `[A-Za-z0-9-]{1,39}`.

use crate::value::{Class, Shape};

/// Reads a sequence of characters and classes, each followed by how often it occurs: `?`, `*`, `+`, `{n}`,
/// `{n,}`, `{n,m}`. Classes are `[...]` with ranges, `[^...]` for all others, and `.` for all; `\` before a
/// character takes it as it is.
pub(super) fn parse(text: &str) -> Result<Shape, String> {
    let mut shape = Shape::empty_string();
    let mut rest = text.chars().peekable();
    while let Some(first) = rest.next() {
        let class = match first {
            '[' => class(&mut rest).ok_or_else(|| format!("`{text}` does not close a class"))?,
            '.' => Class::ANY,
            '\\' => one(rest.next().ok_or_else(|| format!("`{text}` ends in a backslash"))?),
            other => one(other),
        };
        let (least, most) = match rest.peek() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{') => {
                let written: String = rest.by_ref().skip(1).take_while(|&next| next != '}').collect();
                let bounds =
                    bounds(&written).ok_or_else(|| format!("`{{{written}}}` is no number of times"))?;
                shape = shape.then(&Shape::class(class, bounds.0, bounds.1));
                continue;
            }
            _ => {
                shape = shape.then(&Shape::class(class, 1, Some(1)));
                continue;
            }
        };
        rest.next();
        shape = shape.then(&Shape::class(class, least, most));
    }
    Ok(shape)
}

fn one(character: char) -> Class {
    Class::of(character.encode_utf8(&mut [0; 4]))
}

fn bounds(written: &str) -> Option<(usize, Option<usize>)> {
    let (least, most) = match written.split_once(',') {
        None => (written, Some(written)),
        Some((least, "")) => (least, None),
        Some((least, most)) => (least, Some(most)),
    };
    let most = match most {
        Some(most) => Some(most.trim().parse().ok()?),
        None => None,
    };
    Some((least.trim().parse().ok()?, most))
}

fn class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<Class> {
    let negated = rest.next_if_eq(&'^').is_some();
    let mut class = Class::of("");
    loop {
        let first = match rest.next()? {
            ']' => break,
            '\\' => rest.next()?,
            other => other,
        };
        let mut ahead = rest.clone();
        let last = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) if last != ']' => {
                rest.next();
                rest.next()
            }
            _ => None,
        };
        for character in first..=last.unwrap_or(first) {
            class = class.or(one(character));
        }
    }
    Some(if negated { Class::ANY.without(class) } else { class })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_classes_and_how_often_they_occur() {
        let cases = [
            ("[a-c]+", "abc", true),
            ("[a-c]+", "", false),
            ("[^/]*", "a:b", true),
            ("[^/]*", "a/b", false),
            ("o-[a-z0-9]{3,4}", "o-ab1", true),
            ("o-[a-z0-9]{3,4}", "o-ab", false),
            ("x?y", "y", true),
            ("[\\]-]", "]", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("[0-9]{2}", "12", true),
            ("[0-9]{2,}", "1", false),
        ];
        for (language, text, expected) in cases {
            assert_eq!(parse(language).expect("valid").admits(text), expected, "{language} {text}");
        }
    }

    #[test]
    fn says_what_it_cannot_read() {
        for language in ["[a-", "a{x}", "a\\"] {
            parse(language).expect_err(language);
        }
    }
}
