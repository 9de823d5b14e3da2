//! The parts of an ARN with symbols in it.

use smallvec::SmallVec;

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
        let names = &vocabulary.names;
        let [Part::Literal(first), others @ ..] = text.parts() else { return None };
        let first = names.text(*first).strip_prefix("arn:")?;
        // Only the fields get names of their own, and not what is left behind each: there are very many ARNs.
        let mut fields: SmallVec<[Text; 4]> = SmallVec::new();
        let mut field = TextBuilder::default();
        let mut read = |mut literal: &str, field: &mut TextBuilder| {
            while fields.len() < 4
                && let Some((head, tail)) = literal.split_once(':')
            {
                field.push_str(head);
                fields.push(std::mem::take(field).finish(names));
                literal = tail;
            }
            field.push_str(literal);
        };
        read(first, &mut field);
        for part in others {
            match *part {
                Part::Literal(name) => read(names.text(name), &mut field),
                Part::Symbol(symbol) => field.push_symbol(symbol, names),
            }
        }
        let [partition, service, region, account] = fields.into_inner().ok()?;
        Some(Self { partition, service, region, account, resource: field.finish(names) })
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::{Shape, Symbol, TemplateId};

    /// The fields, one after the other.
    fn by_pieces(text: &Text, vocabulary: &Vocabulary) -> Option<Arn> {
        let (head, rest) = split_once(text, ':', vocabulary)?;
        if head.as_literal(vocabulary) != Some("arn") {
            return None;
        }
        let (partition, rest) = split_once(&rest, ':', vocabulary)?;
        let (service, rest) = split_once(&rest, ':', vocabulary)?;
        let (region, rest) = split_once(&rest, ':', vocabulary)?;
        let (account, resource) = split_once(&rest, ':', vocabulary)?;
        Some(Arn { partition, service, region, account, resource })
    }

    proptest! {
        #[test]
        fn an_arn_has_the_fields_between_its_colons(
            begins in any::<bool>(),
            pieces in proptest::collection::vec(prop_oneof!["[a:]{1,4}".prop_map(Some), Just(None)], 0..8),
        ) {
            let vocabulary = Vocabulary::default();
            let parameter = Symbol::Parameter { template: TemplateId(0), parameter: vocabulary.names.intern("Name") };
            let symbol = vocabulary.symbols.intern(parameter, Shape::parameter);
            let mut text = TextBuilder::default();
            text.push_str(if begins { "arn:" } else { "" });
            for piece in pieces {
                match piece {
                    Some(literal) => text.push_str(&literal),
                    None => text.push_symbol(symbol, &vocabulary.names),
                }
            }
            let text = text.finish(&vocabulary.names);
            prop_assert_eq!(Arn::parse(&text, &vocabulary), by_pieces(&text, &vocabulary));
        }
    }

    #[test]
    fn what_stands_behind_a_field_gets_no_name() {
        let vocabulary = Vocabulary::default();
        let text = vocabulary.literal("arn:aws:iam::111122223333:role/deploy");
        let arn = Arn::parse(&text, &vocabulary).expect("an ARN");
        assert_eq!(arn.resource, vocabulary.literal("role/deploy"));
        assert_eq!(vocabulary.names.lookup("111122223333:role/deploy"), None);
        assert_eq!(Arn::parse(&vocabulary.literal("https://example.com"), &vocabulary), None);
        assert_eq!(vocabulary.names.lookup("https"), None, "nor what is no ARN");
    }
}
