//! Whether one test of a `Condition` holds.

use super::compare::{self, Network};
use super::{Context, ContextValue, Doubt, Truth, any, not};
use crate::policy::action::Unit;
use crate::policy::{Comparator, Item, Operator, Quantifier, Test, Version};
use crate::source::base64;
use crate::value::{SymbolId, Vocabulary};

/// Whether the test holds.
pub(super) fn holds(test: &Test, version: &Version, context: &Context, vocabulary: &Vocabulary) -> Truth {
    let operator = test.operator;
    let key = test.key.text().and_then(|key| key.with_tokens(vocabulary)).ok_or(Doubt::Unknown)?;
    let scene = Scene { version, context, vocabulary, operator };
    let request = context.get(&key);
    match operator.comparator {
        Comparator::Unknown => Err(Doubt::Unknown),
        Comparator::Invalid => Err(Doubt::Operator),
        Comparator::Null => scene.null(&test.values, request),
        _ if test.values.is_empty() => without_values(operator, request),
        _ => {
            let truth = scene.compared(&test.values, request);
            // What is not known may be no values at all.
            let may_be_empty = test.values.iter().all(|value| matches!(value, Item::Unknown(_)));
            if may_be_empty && truth != without_values(operator, request) {
                return Err(Doubt::Unknown);
            }
            truth
        }
    }
}

/// A test with an empty list of values [IAM Access Analyzer policy checks].
fn without_values(operator: Operator, request: Option<&ContextValue>) -> Truth {
    match (operator.quantifier, operator.if_exists) {
        (Some(Quantifier::ForAnyValue), true) if request.is_none() => Err(Doubt::EmptyValues),
        (Some(Quantifier::ForAnyValue), _) => Ok(false),
        (Some(Quantifier::ForAllValues), _) => Ok(request.is_none_or(is_null)),
        (None, true) => Ok(request.is_none()),
        (None, false) => Err(Doubt::EmptyValues),
    }
}

/// True for what AWS calls a null data set, "such as an empty string".
fn is_null(request: &ContextValue) -> bool {
    values(request).iter().all(String::is_empty)
}

fn values(request: &ContextValue) -> &[String] {
    match request {
        ContextValue::One(value) => std::slice::from_ref(value),
        ContextValue::Many(values) => values,
    }
}

/// What a test is decided in.
struct Scene<'s> {
    version: &'s Version,
    context: &'s Context,
    vocabulary: &'s Vocabulary,
    operator: Operator,
}

impl Scene<'_> {
    /// `Null`: whether the key is missing.
    fn null(&self, written: &[Item], request: Option<&ContextValue>) -> Truth {
        if self.operator.if_exists {
            return Err(Doubt::Operator);
        }
        match self.operator.quantifier {
            Some(Quantifier::ForAllValues) => return Ok(true),
            Some(Quantifier::ForAnyValue) => return Ok(false),
            None => {}
        }
        if written.is_empty() {
            return Err(Doubt::EmptyValues);
        }
        let missing = match request {
            None => Ok(true),
            Some(ContextValue::Many(values)) if values.is_empty() => Err(Doubt::EmptySet),
            Some(_) => Ok(false),
        };
        let read = |item: &Item| compare::truth(&self.plain(item)?).ok_or(Doubt::Unreadable);
        let truths: Vec<Result<bool, Doubt>> = written.iter().map(read).collect();
        // Both values together are always true.
        if truths.contains(&Ok(true)) && truths.contains(&Ok(false)) {
            return Ok(true);
        }
        any(truths.into_iter().map(|truth| Ok(truth? == missing?)))
    }

    /// Every operator but `Null`, with at least one value.
    fn compared(&self, written: &[Item], request: Option<&ContextValue>) -> Truth {
        let Some(request) = request else {
            return Ok(match self.operator.quantifier {
                _ if self.operator.if_exists => true,
                Some(Quantifier::ForAllValues) => true,
                Some(Quantifier::ForAnyValue) => false,
                None => self.operator.comparator.is_negated(),
            });
        };
        match (self.operator.quantifier, request) {
            (None, ContextValue::One(found)) => self.one(written, found),
            (None, ContextValue::Many(_)) => Err(Doubt::MultiValued),
            (Some(Quantifier::ForAllValues), _) => {
                let found = values(request).iter().filter(|found| !found.is_empty());
                not(any(found.map(|found| not(self.one(written, found)))))
            }
            (Some(Quantifier::ForAnyValue), _) => {
                any(values(request).iter().map(|found| match self.one(written, found) {
                    Ok(true) if found.is_empty() => Err(Doubt::EmptyString),
                    truth => truth,
                }))
            }
        }
    }

    /// Whether one value of the request fits one of those written; with a negated operator, none of them.
    fn one(&self, written: &[Item], found: &str) -> Truth {
        let fits = any(written.iter().map(|item| self.fits(item, found)));
        if self.operator.comparator.is_negated() { not(fits) } else { fits }
    }

    /// Whether one value of the request fits one that is written, negation aside.
    fn fits(&self, written: &Item, found: &str) -> Truth {
        use Comparator as C;
        match self.operator.comparator {
            C::StringEquals | C::StringNotEquals => {
                Ok(self.units(written, false)?.is_some_and(|units| characters(&units) == found))
            }
            C::StringEqualsIgnoreCase | C::StringNotEqualsIgnoreCase => Ok(self
                .units(written, false)?
                .is_some_and(|units| characters(&units).eq_ignore_ascii_case(found))),
            C::StringLike | C::StringNotLike => {
                Ok(self.units(written, true)?.is_some_and(|units| compare::like(&units, found)))
            }
            C::ArnEquals | C::ArnLike | C::ArnNotEquals | C::ArnNotLike => {
                match self.units(written, true)? {
                    None => Ok(false),
                    Some(units) if compare::is_short_pattern(&units) => Err(Doubt::ShortArn),
                    Some(units) => compare::arn_like(&units, found).map_or_else(|| self.unlike(), Ok),
                }
            }
            C::NumericEquals
            | C::NumericNotEquals
            | C::NumericLessThan
            | C::NumericLessThanEquals
            | C::NumericGreaterThan
            | C::NumericGreaterThanEquals => self.read(written, found, compare::number, |written, found| {
                compare::ordered(self.operator.comparator, written, found)
            }),
            C::DateEquals
            | C::DateNotEquals
            | C::DateLessThan
            | C::DateLessThanEquals
            | C::DateGreaterThan
            | C::DateGreaterThanEquals => self.read(written, found, compare::instant, |written, found| {
                compare::ordered(self.operator.comparator, written, found)
            }),
            C::Bool => {
                let written = self.plain(written)?;
                match (compare::truth(&written), compare::truth(found)) {
                    (Some(written), Some(found)) => Ok(written == found),
                    _ => Err(Doubt::Unreadable),
                }
            }
            C::BinaryEquals => self.read(written, found, base64::decode, |written, found| written == found),
            C::IpAddress | C::NotIpAddress => {
                self.read(written, found, Network::parse, |written, found| written.contains(*found))
            }
            C::Null | C::Invalid | C::Unknown => Err(Doubt::Operator),
        }
    }

    /// Compares two values of a kind that has to be read first.
    fn read<T>(
        &self,
        written: &Item,
        found: &str,
        read: impl Fn(&str) -> Option<T>,
        fits: impl Fn(&T, &T) -> bool,
    ) -> Truth {
        let written = read(&self.plain(written)?).ok_or(Doubt::Unreadable)?;
        if found.chars().any(SymbolId::is_token) {
            return Err(Doubt::Symbol);
        }
        read(found).map_or_else(|| self.unlike(), |found| Ok(fits(&written, &found)))
    }

    /// The answer for values that are not of the operator's kind: they do not fit. Whether a negated operator
    /// then holds is not documented.
    fn unlike(&self) -> Truth {
        if self.operator.comparator.is_negated() { Err(Doubt::Unreadable) } else { Ok(false) }
    }

    /// A value in which neither variables nor symbols have a meaning.
    fn plain(&self, written: &Item) -> Result<String, Doubt> {
        let text = self.text(written)?;
        if text.chars().any(SymbolId::is_token) {
            return Err(Doubt::Symbol);
        }
        match self.version {
            Version::V2012 if text.contains("${") => Err(Doubt::Variable),
            Version::Unknown if text.contains("${") => Err(Doubt::Version),
            _ => Ok(text),
        }
    }

    fn text(&self, written: &Item) -> Result<String, Doubt> {
        written.text().and_then(|text| text.with_tokens(self.vocabulary)).ok_or(Doubt::Unknown)
    }

    /// A value with its variables filled in. `None` if one has no value: then nothing fits. With `wildcards`, `*`
    /// and `?` are any characters and any one.
    fn units(&self, written: &Item, wildcards: bool) -> Result<Option<Vec<Unit>>, Doubt> {
        let text = self.text(written)?;
        let mut rest = text.as_str();
        let mut units = Vec::new();
        match self.version {
            Version::V2012 => {
                while let Some((before, after)) = rest.split_once("${") {
                    let (inside, behind) = after.split_once('}').ok_or(Doubt::Variable)?;
                    units.extend(written_units(before, wildcards));
                    let Some(value) = self.variable(inside)? else { return Ok(None) };
                    if wildcards && !is_escape(inside) && value.contains(['*', '?']) {
                        return Err(Doubt::WildcardInVariable);
                    }
                    units.extend(value.chars().map(Unit::Character));
                    rest = behind;
                }
            }
            Version::Unknown if text.contains("${") => return Err(Doubt::Version),
            _ => {}
        }
        units.extend(written_units(rest, wildcards));
        Ok(Some(units))
    }

    /// What stands for `${inside}`: an escaped character, the key's value, or the default.
    fn variable<'a>(&'a self, inside: &'a str) -> Result<Option<&'a str>, Doubt> {
        if is_escape(inside) {
            return Ok(Some(inside));
        }
        let (key, default) = match inside.split_once(',') {
            None => (inside.trim(), None),
            Some((key, default)) => {
                let quoted = default.trim().strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
                (key.trim(), Some(quoted.filter(|text| !text.contains('\'')).ok_or(Doubt::Variable)?))
            }
        };
        if key.is_empty() || key.contains(['$', '{', '\'']) {
            return Err(Doubt::Variable);
        }
        match self.context.get(key) {
            Some(ContextValue::One(value)) => Ok(Some(value)),
            Some(ContextValue::Many(_)) => Err(Doubt::MultiValued),
            None => Ok(default),
        }
    }
}

/// `${*}`, `${?}` and `${$}` are the characters themselves.
fn is_escape(inside: &str) -> bool {
    matches!(inside, "*" | "?" | "$")
}

fn written_units(text: &str, wildcards: bool) -> impl Iterator<Item = Unit> {
    text.chars().map(move |character| match character {
        '*' if wildcards => Unit::Any,
        '?' if wildcards => Unit::One,
        other => Unit::Character(other),
    })
}

/// The text of units without wildcards.
fn characters(units: &[Unit]) -> String {
    units
        .iter()
        .filter_map(|unit| if let Unit::Character(character) = unit { Some(*character) } else { None })
        .collect()
}
