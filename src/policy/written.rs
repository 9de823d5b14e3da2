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
                if self.variables
                    && let Some((inside, behind)) = variable(rest)
                {
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

/// Reads `key` or `key, 'default'`.
fn key(inside: &str) -> Written {
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, default)) => {
            let default = default.trim();
            let quoted = default.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            (key, Some(quoted.unwrap_or(default).to_owned()))
        }
    };
    Written::Key { key: key.trim().to_ascii_lowercase(), default }
}

/// Whether units can be an ARN: five colons, or symbols that may have them.
pub(super) fn may_be_arn(units: &[Unit]) -> bool {
    let colons = units.iter().filter(|unit| **unit == Unit::Character(':')).count();
    colons >= 5 || units.iter().any(|unit| matches!(unit, Unit::Symbol(_)))
}
