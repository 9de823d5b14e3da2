//! What the values of a condition test say: characters, wildcards, symbols, policy variables.

use super::language::Unit;
use super::{Comparator, Version};
use crate::value::{Part, SymbolId, Text, Vocabulary};

/// A value of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// The strings that it fits.
    Units(Vec<Unit>),
    /// The value of another key, and nothing else: `${aws:username}`, `${key, 'default'}`.
    Key { key: String, default: Option<String> },
    /// Something with the value of another key in it.
    Mixed,
}

/// How a comparator reads what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spelling {
    /// `*` and `?` are wildcards.
    pub(super) wildcards: bool,
    /// The value is an ARN, of which each part is read for itself.
    pub(super) arn: bool,
    /// `${...}` is the value of a key.
    pub(super) variables: bool,
}

impl Spelling {
    /// `None` for comparators that do not compare strings.
    pub(super) fn of(comparator: Comparator, version: &Version) -> Option<Self> {
        use Comparator as C;
        let (wildcards, arn) = match comparator {
            C::StringEquals
            | C::StringNotEquals
            | C::StringEqualsIgnoreCase
            | C::StringNotEqualsIgnoreCase
            | C::BinaryEquals => (false, false),
            C::StringLike | C::StringNotLike => (true, false),
            C::ArnEquals | C::ArnLike | C::ArnNotEquals | C::ArnNotLike => (true, true),
            _ => return None,
        };
        let variables = *version == Version::V2012 && comparator != C::BinaryEquals;
        Some(Self { wildcards, arn, variables })
    }

    /// Reads a value.
    pub(super) fn read(self, text: &Text, vocabulary: &Vocabulary) -> Written {
        let mut units = Vec::new();
        let mut colons = 0;
        for part in text.parts() {
            let name = match *part {
                Part::Symbol(symbol) => {
                    units.push(Unit::Symbol(symbol));
                    continue;
                }
                Part::Literal(name) => vocabulary.names.text(name),
            };
            let mut rest = name;
            while let Some(character) = rest.chars().next() {
                if self.variables && rest.starts_with("${") {
                    let Some((inside, behind)) = variable(rest) else { return Written::Mixed };
                    match inside {
                        "*" | "?" | "$" => units.push(Unit::Character(first(inside))),
                        _ if text.parts().len() == 1 && inside.len() + 3 == name.len() => return key(inside),
                        _ => return Written::Mixed,
                    }
                    rest = behind;
                    continue;
                }
                // A character that would be taken for a symbol: no request has it, and nothing is said of it.
                if SymbolId::is_token(character) {
                    return Written::Mixed;
                }
                rest = &rest[character.len_utf8()..];
                // The last of the six parts of an ARN may have colons in it.
                let in_segment = self.arn && colons < 5;
                units.push(match character {
                    '*' if self.wildcards && in_segment => Unit::AnyInSegment,
                    '?' if self.wildcards && in_segment => Unit::OneInSegment,
                    '*' if self.wildcards => Unit::Any,
                    '?' if self.wildcards => Unit::One,
                    other => Unit::Character(other),
                });
                colons += usize::from(character == ':');
            }
        }
        Written::Units(units)
    }
}

/// What stands between `${` and `}` at the beginning of a text, and what is behind.
fn variable(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("${")?.split_once('}')
}

fn first(text: &str) -> char {
    text.chars().next().unwrap_or_default()
}

/// Reads `key` or `key, 'default'`. What is not well formed is not decided.
fn key(inside: &str) -> Written {
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, default)) => {
            let quoted = default.trim().strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            let Some(default) = quoted.filter(|default| !default.contains('\'')) else {
                return Written::Mixed;
            };
            (key, Some(default.to_owned()))
        }
    };
    let key = key.trim();
    if key.is_empty() || key.contains(['$', '{', '\'']) || key.chars().any(SymbolId::is_token) {
        return Written::Mixed;
    }
    Written::Key { key: key.to_ascii_lowercase(), default }
}

/// What a value is where ARNs are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AsArn {
    /// The ARNs that it fits.
    Units(Vec<Unit>),
    /// As before, if its symbols make it an ARN.
    Perhaps(Vec<Unit>),
    /// It is none, and fits nothing.
    Never,
    /// It has too few parts, but wildcards that may stand for several: not documented.
    Undecided,
}

/// Whether a text without symbols is known to be an ARN, or a pattern of some.
pub(super) fn is_arn(text: &Text, vocabulary: &Vocabulary) -> bool {
    let literal = text.as_literal(vocabulary);
    literal.is_some_and(|text| {
        text.starts_with("arn:") && text.bytes().filter(|byte| *byte == b':').count() >= 5
    })
}

/// Reads units as an ARN: `arn` and five colons, or symbols that may be such.
pub(super) fn as_arn(units: Vec<Unit>, vocabulary: &Vocabulary) -> AsArn {
    let is_colon = |unit: &Unit| *unit == Unit::Character(':');
    let is_symbol = |unit: &Unit| matches!(unit, Unit::Symbol(_));
    let is_wildcard = |unit: &Unit| !matches!(unit, Unit::Character(_) | Unit::Symbol(_));
    // Which part a wildcard stands in depends on the colons before it.
    let may_have_colons = |unit: &Unit| match unit {
        Unit::Symbol(symbol) => vocabulary.symbols.shape(*symbol).may_contain(":"),
        _ => false,
    };
    if let Some(at) = units.iter().position(may_have_colons)
        && units[at..].iter().any(is_wildcard)
    {
        return AsArn::Undecided;
    }
    let has_symbols = units.iter().any(is_symbol);
    if units.iter().filter(|unit| is_colon(unit)).count() < 5 {
        return match (has_symbols, units.iter().any(is_wildcard)) {
            (_, true) => AsArn::Undecided,
            (true, false) => AsArn::Perhaps(units),
            (false, false) => AsArn::Never,
        };
    }
    let end = units.iter().position(is_colon).unwrap_or(units.len());
    if units[..end].iter().any(is_symbol) {
        return AsArn::Perhaps(units);
    }
    if !fits(&units[..end], "arn") {
        return AsArn::Never;
    }
    // What is compared is an ARN, whatever its first part may be by the pattern.
    AsArn::Units("arn".chars().map(Unit::Character).chain(units[end..].iter().copied()).collect())
}

/// Whether a text is what units without symbols say.
fn fits(units: &[Unit], text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    // Whether the units so far can have read this many characters.
    let mut reached = vec![false; characters.len() + 1];
    reached[0] = true;
    for unit in units {
        match unit {
            Unit::Any | Unit::AnyInSegment => {
                for at in 1..reached.len() {
                    reached[at] |= reached[at - 1];
                }
            }
            Unit::Character(_) | Unit::One | Unit::OneInSegment | Unit::Symbol(_) => {
                for at in (1..reached.len()).rev() {
                    let reads = match unit {
                        Unit::Character(character) => characters[at - 1] == *character,
                        Unit::Symbol(_) => false,
                        _ => true,
                    };
                    reached[at] = reached[at - 1] && reads;
                }
                reached[0] = false;
            }
        }
    }
    reached[characters.len()]
}
