//! Parameters: their types, and the languages that their constraints describe.

use crate::document::{Kind as NodeKind, NodeRef};
use crate::value::{Class, Located, Name, Names, Shape};

/// A parameter as a template declares it.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    pub(crate) name: Located<Name>,
    /// True if its value is a list.
    pub(crate) list: bool,
    /// The default as written; for a list its items, joined by commas. None where the default is not the
    /// value but the name of an SSM parameter that holds it.
    pub(crate) default: Option<Located<Name>>,
    /// `AllowedValues`. Empty if there are none.
    pub(crate) allowed: Vec<Name>,
    /// True if its value must not be shown: `NoEcho`.
    pub(crate) hidden: bool,
    /// The language of its value.
    pub(crate) shape: Shape,
    /// True if the language is only an assumption: the template does not constrain the value.
    assumed: bool,
}

impl Declared {
    /// The declaration under `name`.
    pub(crate) fn read(names: &Names, name: Located<Name>, node: NodeRef<'_>) -> Self {
        let text = |key: &str| node.get(key).and_then(|(_, value)| value.scalar());
        let kind = text("Type").unwrap_or("String");
        // The value stands in the parameter store; what the template says is where.
        let stored = kind.starts_with("AWS::SSM::Parameter::Value");
        let list = kind == "CommaDelimitedList" || kind.contains("List<");
        let allowed: Vec<Name> = match node.get("AllowedValues") {
            Some((_, values)) if !stored && !list => {
                values.items().filter_map(NodeRef::scalar).map(|value| names.intern(value)).collect()
            }
            _ => Vec::new(),
        };
        let default = node.get("Default").filter(|_| !stored).and_then(|(_, value)| {
            let text = match value.kind() {
                NodeKind::Scalar if value.is_null() => String::new(),
                NodeKind::List => value.items().filter_map(NodeRef::scalar).collect::<Vec<_>>().join(","),
                _ => value.scalar()?.to_owned(),
            };
            Some(Located::new(names.intern(&text), value.span()))
        });
        let pattern = text("AllowedPattern").and_then(pattern);
        let assumed =
            stored || list || (allowed.is_empty() && pattern.is_none() && text("MinLength").is_none());
        let number = |key: &str| text(key).and_then(|text| text.parse::<usize>().ok());
        let shape = if stored || list {
            Shape::parameter()
        } else if !allowed.is_empty() {
            Shape::one_of(allowed.iter().map(|&value| names.text(value)))
        } else if let Some(shape) = pattern {
            shape
        } else if kind == "Number" {
            Shape::class(Class::of("0123456789+-.eE"), 1, None)
        } else {
            // CloudFormation allows at most 4,096 characters.
            let least = number("MinLength").unwrap_or(1).clamp(1, 4096);
            let most = number("MaxLength").filter(|&most| most >= least && most < 4096);
            match (least, most) {
                (1, None) => Shape::parameter(),
                _ => Shape::class(Class::ANY.without(WILDCARDS), least, most),
            }
        };
        let hidden = text("NoEcho").is_some_and(|text| text.eq_ignore_ascii_case("true"));
        Self { name, list, default, allowed, hidden, shape, assumed }
    }

    /// True if the parameter may have this value.
    pub(crate) fn may_be(&self, names: &Names, literal: Name) -> bool {
        self.assumed
            || self.shape.admits(names.text(literal))
            || self.default.is_some_and(|default| default.value == literal)
    }
}

const WILDCARDS: Class = Class::of("*?");
const DIGITS: Class = Class::of("0123456789");
const WORD: Class = DIGITS
    .or(Class::of("abcdefghijklmnopqrstuvwxyz"))
    .or(Class::of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    .or(Class::of("_"));
const SPACE: Class = Class::of(" \t\n\r\u{b}\u{c}");

/// The language of a regular expression, `None` if it is not one of the simple ones. `.` and negated
/// classes are taken not to mean wildcards: a stated assumption, as for parameters without a pattern.
pub(crate) fn pattern(text: &str) -> Option<Shape> {
    let mut reader = Pattern { rest: text, depth: 0, work: 0 };
    let shape = reader.alternatives()?;
    reader.rest.is_empty().then_some(shape)
}

struct Pattern<'t> {
    rest: &'t str,
    depth: u32,
    work: usize,
}

impl Pattern<'_> {
    fn alternatives(&mut self) -> Option<Shape> {
        let mut all = self.sequence()?;
        while self.rest.starts_with('|') {
            self.rest = &self.rest[1..];
            all = all.or(&self.sequence()?);
        }
        Some(all)
    }

    fn sequence(&mut self) -> Option<Shape> {
        let mut shape = Shape::empty_string();
        while let Some(next) = self.rest.chars().next() {
            match next {
                '|' | ')' => break,
                // CloudFormation matches the whole value.
                '^' | '$' => self.rest = &self.rest[1..],
                _ => shape = shape.then(&self.item()?),
            }
            // The pieces of long patterns are copied with each step.
            self.work += 1;
            if self.work > 500 {
                return None;
            }
        }
        Some(shape)
    }

    fn item(&mut self) -> Option<Shape> {
        let first = self.take()?;
        let class = match first {
            '(' => {
                self.rest = self.rest.strip_prefix("?:").unwrap_or(self.rest);
                if self.rest.starts_with('?') || self.depth >= 16 {
                    return None;
                }
                self.depth += 1;
                let inner = self.alternatives()?;
                self.depth -= 1;
                if self.take()? != ')' {
                    return None;
                }
                let (least, most) = self.repeat()?;
                return match (least, most) {
                    (1, Some(1)) => Some(inner),
                    (0, Some(1)) => Some(Shape::empty_string().or(&inner)),
                    (least, Some(most)) if least == most && most <= 16 => {
                        Some((0..most).fold(Shape::empty_string(), |shape, _| shape.then(&inner)))
                    }
                    _ => None,
                };
            }
            '[' => self.class()?,
            '.' => Class::ANY.without(WILDCARDS),
            '\\' => match self.take()? {
                'd' => DIGITS,
                'w' => WORD,
                's' => SPACE,
                'D' => Class::ANY.without(DIGITS).without(WILDCARDS),
                'W' => Class::ANY.without(WORD).without(WILDCARDS),
                'S' => Class::ANY.without(SPACE).without(WILDCARDS),
                letter if letter.is_ascii_alphanumeric() => return None,
                other => single(other),
            },
            '*' | '+' | '?' | '{' => return None,
            other => single(other),
        };
        let (least, most) = self.repeat()?;
        (least <= 4096).then(|| Shape::class(class, least, most))
    }

    fn repeat(&mut self) -> Option<(usize, Option<usize>)> {
        let bounds = match self.rest.chars().next() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                let end = self.rest.find('}')?;
                let inner = &self.rest[1..end];
                let bounds = match inner.split_once(',') {
                    None => (inner.parse().ok()?, Some(inner.parse().ok()?)),
                    Some((least, "")) => (least.parse().ok()?, None),
                    Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
                };
                if bounds.1.is_some_and(|most| most < bounds.0) {
                    return None;
                }
                self.rest = &self.rest[end..];
                bounds
            }
            _ => return Some((1, Some(1))),
        };
        self.rest = &self.rest[1..];
        // Lazy and possessive forms match the same strings, when all of the value must match.
        if self.rest.starts_with(['?', '+']) {
            self.rest = &self.rest[1..];
        }
        Some(bounds)
    }

    fn class(&mut self) -> Option<Class> {
        let negated = self.rest.starts_with('^');
        if negated {
            self.rest = &self.rest[1..];
        }
        let mut class = Class::of("");
        let mut first = true;
        loop {
            let next = self.take()?;
            if next == ']' && !first {
                break;
            }
            first = false;
            let low = match next {
                '\\' => match self.take()? {
                    'd' => {
                        class = class.or(DIGITS);
                        continue;
                    }
                    'w' => {
                        class = class.or(WORD);
                        continue;
                    }
                    's' => {
                        class = class.or(SPACE);
                        continue;
                    }
                    letter if letter.is_ascii_alphanumeric() => return None,
                    other => other,
                },
                // Classes of POSIX, intersections.
                '[' | '&' if self.rest.starts_with([':', '&']) => return None,
                other => other,
            };
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                self.take();
                let high = match self.take()? {
                    '\\' => self.take()?,
                    other => other,
                };
                class = class.or(range(low, high)?);
            } else {
                class = class.or(single(low));
            }
        }
        Some(if negated { Class::ANY.without(class).without(WILDCARDS) } else { class })
    }

    fn take(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }
}

fn single(character: char) -> Class {
    Class::of(character.encode_utf8(&mut [0; 4]))
}

fn range(low: char, high: char) -> Option<Class> {
    if low > high {
        return None;
    }
    if !low.is_ascii() {
        return Some(single(low));
    }
    let mut class = (low..=high.min('\u{7f}')).fold(Class::of(""), |class, next| class.or(single(next)));
    if !high.is_ascii() {
        class = class.or(single(high));
    }
    Some(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_patterns_are_read_and_others_left() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            (r"^\d{12}$", &["123456789012"], &["12345678901", "a23456789012"]),
            ("[a-z][a-z0-9-]{0,3}", &["a", "ab-1"], &["", "A", "abcde", "1a"]),
            ("(dev|prod)-[0-9]+", &["dev-1", "prod-22"], &["dev-", "test-1"]),
            ("a?b*c+", &["c", "abbcc"], &["ab", "aac"]),
            (r"o-[a-z0-9]{10,32}", &["o-abcdefghij"], &["o-abc", "123456789012"]),
            (r"repo:[\w.-]+/[\w.-]+", &["repo:a/b.c"], &["repo:a", "repo:*/b"]),
            (".+", &["x"], &["", "a*"]),
            ("[^/]+", &["x"], &["a/b", "*"]),
            (r"(?:ab){2}", &["abab"], &["ab"]),
            (r"|https://.*", &["", "https://x"], &["http://x"]),
        ];
        for (text, inside, outside) in cases {
            let shape = pattern(text).unwrap_or_else(|| panic!("{text} is simple"));
            for value in *inside {
                assert!(shape.admits(value), "{text} admits {value}");
            }
            for value in *outside {
                assert!(!shape.admits(value), "{text} does not admit {value}");
            }
        }
        for text in [r"(a)\1", "(?=a)b", "a{2", "[a", "(a", "a)", "*a", "[[:alpha:]]", r"\bx"] {
            assert_eq!(pattern(text), None, "{text}");
        }
    }
}
