//! The parts of an ARN with symbols in it.

use crate::value::{Part, Text, TextBuilder, Vocabulary};

/// An ARN: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
///
/// A symbol between two colons is taken for the whole of its field: that a parameter in the place of an account
/// id has further colons in it is possible, and never meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arn {
    /// The partition.
    pub partition: Text,
    /// The service.
    pub service: Text,
    /// The region, empty for global services.
    pub region: Text,
    /// The account id; empty, or `aws`, for what belongs to no account.
    pub account: Text,
    /// Everything behind, which may have colons in it.
    pub resource: Text,
}

impl Arn {
    /// Reads a text that begins with `arn:` and has all six parts.
    #[must_use]
    pub fn parse(text: &Text, vocabulary: &Vocabulary) -> Option<Self> {
        let (head, rest) = split_once(text, ':', vocabulary)?;
        if head.as_literal(vocabulary) != Some("arn") {
            return None;
        }
        let (partition, rest) = split_once(&rest, ':', vocabulary)?;
        let (service, rest) = split_once(&rest, ':', vocabulary)?;
        let (region, rest) = split_once(&rest, ':', vocabulary)?;
        let (account, resource) = split_once(&rest, ':', vocabulary)?;
        Some(Self { partition, service, region, account, resource })
    }
}

/// The text before and after the first `delimiter` that stands in a literal part.
pub(crate) fn split_once(text: &Text, delimiter: char, vocabulary: &Vocabulary) -> Option<(Text, Text)> {
    let names = &vocabulary.names;
    let mut before = TextBuilder::default();
    for (index, part) in text.parts().iter().enumerate() {
        match *part {
            Part::Symbol(symbol) => before.push_symbol(symbol, names),
            Part::Literal(name) => {
                let literal = names.text(name);
                let Some((head, tail)) = literal.split_once(delimiter) else {
                    before.push_str(literal);
                    continue;
                };
                before.push_str(head);
                let mut after = TextBuilder::default();
                after.push_str(tail);
                push_parts(&mut after, &text.parts()[index + 1..], vocabulary);
                return Some((before.finish(names), after.finish(names)));
            }
        }
    }
    None
}

/// The text behind `prefix`, if it begins with it as a literal.
pub(crate) fn strip_prefix(text: &Text, prefix: &str, vocabulary: &Vocabulary) -> Option<Text> {
    let [Part::Literal(first), rest @ ..] = text.parts() else { return None };
    let mut builder = TextBuilder::default();
    builder.push_str(vocabulary.names.text(*first).strip_prefix(prefix)?);
    push_parts(&mut builder, rest, vocabulary);
    Some(builder.finish(&vocabulary.names))
}

fn push_parts(builder: &mut TextBuilder, parts: &[Part], vocabulary: &Vocabulary) {
    for part in parts {
        match *part {
            Part::Literal(name) => builder.push_str(vocabulary.names.text(name)),
            Part::Symbol(symbol) => builder.push_symbol(symbol, &vocabulary.names),
        }
    }
}
