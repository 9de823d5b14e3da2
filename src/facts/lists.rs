//! What lists and mappings of texts say, as far as they are known.

use crate::model::List;
use crate::source::Span;
use crate::value::{Bounds, Field, Located, Text, Vocabulary};

/// Whether a text is this literal.
pub(super) fn is(text: &Text, literal: &str, vocabulary: &Vocabulary) -> Bounds<bool> {
    match text.as_literal(vocabulary) {
        Some(known) => Bounds::decided(known == literal),
        None => Bounds { sure: false, possible: text.shape(vocabulary).may_contain(literal) },
    }
}

/// Whether a list has one of these literals, and the place of the first that it has.
pub(super) fn includes(
    list: &List<Text>,
    literals: &[&str],
    vocabulary: &Vocabulary,
) -> (Bounds<bool>, Option<Span>) {
    match list {
        Field::Absent => (Bounds::decided(false), None),
        Field::Unknown(unknown) => (Bounds::UNDECIDED, Some(unknown.span)),
        Field::Known(items) => {
            let mut all = (Bounds::decided(false), None);
            for item in &items.value {
                let one = match item {
                    Field::Known(item) => literals.iter().fold(Bounds::decided(false), |any, literal| {
                        any.or(is(&item.value, literal, vocabulary))
                    }),
                    _ => Bounds::UNDECIDED,
                };
                if (one.sure && !all.0.sure) || (one.possible && all.1.is_none()) {
                    all.1 = item.span();
                }
                all.0 = all.0.or(one);
            }
            all
        }
    }
}

/// Whether a mapping has one of these keys, and where.
pub(super) fn has_key(
    entries: &Field<Vec<(Located<Text>, Field<Text>)>>,
    keys: &[&str],
    vocabulary: &Vocabulary,
) -> (Bounds<bool>, Option<Span>) {
    match entries {
        Field::Absent => (Bounds::decided(false), None),
        Field::Unknown(unknown) => (Bounds::UNDECIDED, Some(unknown.span)),
        Field::Known(entries) => {
            let mut all = (Bounds::decided(false), None);
            for (key, _) in &entries.value {
                for wanted in keys {
                    let one = is(&key.value, wanted, vocabulary);
                    if one.possible && all.1.is_none() {
                        all.1 = Some(key.span);
                    }
                    all.0 = all.0.or(one);
                }
            }
            all
        }
    }
}
