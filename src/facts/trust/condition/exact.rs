//! Operators that are there for patterns, where no value is one, and the exact operators that say the same.

use super::About;
use crate::facts::remedy;
use crate::finding::{Branch, Change, Entries, Fix, How, Value};
use crate::model::Role;
use crate::policy::{Comparator, Element, Operator, PolicyPath, Test};
use crate::value::{Field, Vocabulary};

/// The operator that compares literally, with the same modifiers. Those for ARNs read wildcards all the same.
fn exact(operator: Operator) -> Option<Operator> {
    let comparator = match operator.comparator {
        Comparator::StringLike => Comparator::StringEquals,
        Comparator::StringNotLike => Comparator::StringNotEquals,
        _ => return None,
    };
    Some(Operator { comparator, ..operator })
}

/// Whether all values are known, and none has a wildcard or a policy variable.
fn is_literal(test: &Test, vocabulary: &Vocabulary) -> bool {
    let is_literal = |text: &str| !text.contains(['*', '?']) && !text.contains("${");
    !test.values.is_empty()
        && test.values.iter().all(|value| remedy::literal(value, vocabulary).is_some_and(is_literal))
}

/// Whether a key is how somebody signed in to an identity pool, in any partition: AWS's own examples test it with an operator
/// for patterns.
fn is_way_of_sign_in(test: &Test, vocabulary: &Vocabulary) -> bool {
    let parts = test.literal_key(vocabulary).and_then(|key| key.rsplit_once(':'));
    parts.is_some_and(|(issuer, claim)| {
        let issuer = issuer.to_ascii_lowercase();
        claim.eq_ignore_ascii_case("amr") && issuer.starts_with("cognito-identity")
    })
}

impl About<'_, '_> {
    /// Whether an operator for patterns has none, whatever values parameters have.
    pub(super) fn is_for_no_pattern(&self, position: u16, test: &Test) -> bool {
        let vocabulary = self.analysis.vocabulary;
        exact(test.operator).is_some()
            && is_literal(test, vocabulary)
            && !is_way_of_sign_in(test, vocabulary)
            && !self.values_are_given()
            && self.variants().all(|variant| self.is_literal_in(variant, position))
    }

    /// Whether values of parameters are given from outside: with others, what is literal may be a pattern.
    fn values_are_given(&self) -> bool {
        let template = self.analysis.template(self.role.entity.template);
        let by_parent = template.parent.is_some() && !template.parameters.is_empty();
        by_parent || !self.analysis.settings.parameters.is_empty()
    }

    /// What the role is under different conditions.
    fn variants(&self) -> impl Iterator<Item = &Role> {
        let entity = &self.role.entity;
        let first = (entity.id.index as usize).saturating_sub(usize::from(entity.variant));
        let from_first = self.analysis.model.roles.iter().skip(first);
        from_first.take_while(|variant| variant.entity.same_resource(entity))
    }

    /// Whether a variant of the role has literal values where a test is written, or has something else there.
    fn is_literal_in(&self, variant: &Role, position: u16) -> bool {
        let own = self.first.trust.places();
        let Field::Known(trust) = &variant.trust else { return false };
        let places = trust.value.places();
        // What is put together is a text of its own in each.
        if places.document.source != own.document.source {
            return false;
        }
        let at = own.exact(PolicyPath::new(self.index, Element::Key(position)));
        let mut here =
            places.all().filter(|&(path, span)| matches!(path.element, Element::Key(_)) && Some(span) == at);
        let policy = self.analysis.model.policy(&trust.value);
        here.all(|(path, _)| {
            let Element::Key(test) = path.element else { return false };
            let statement = policy.statements.get(usize::from(path.statement));
            let tests = statement.and_then(|statement| statement.conditions.as_deref());
            let test = tests.and_then(|tests| tests.get(usize::from(test)));
            test.is_some_and(|test| is_literal(test, self.analysis.vocabulary))
        })
    }

    /// The exact operator in place of the one for patterns; beside patterns, or where the statement has the exact one
    /// already, the keys go there.
    pub(super) fn exact_operator(&self, position: u16, test: &Test) -> Option<Fix> {
        let operator = exact(test.operator)?;
        let name = operator.name()?;
        let tests = self.statement.conditions.as_deref()?;
        let place = |element| self.first.trust.places().exact(PolicyPath::new(self.index, element));
        let at = place(Element::Operator(position))?;
        // Keys under one operator are tests of their own.
        let together: Vec<(u16, &Test)> =
            (0..).zip(tests).filter(|(index, _)| place(Element::Operator(*index)) == Some(at)).collect();
        let all_literal = together.iter().all(|(index, test)| self.is_for_no_pattern(*index, test));
        let changed = if all_literal { together } else { vec![(position, test)] };
        let mut changes = Vec::new();
        for (test, of) in &changed {
            for (value, _) in (0..).zip(&of.values) {
                changes.push(Change { at: place(Element::Test { test: *test, value })?, how: How::Keep });
            }
        }
        if all_literal && !tests.iter().any(|other| other.operator == operator) {
            changes.push(Change { at, how: How::Rename(name.clone()) });
            let title = format!("write `{name}` instead of `{}`", test.operator.name()?);
            return Some(Fix::new(title, true, changes));
        }
        let entries: Option<Entries> =
            changed.iter().map(|(_, test)| entry(test, self.analysis.vocabulary)).collect();
        let gone = if all_literal { at } else { place(Element::Key(position))? };
        changes.push(Change { at: gone, how: How::Remove });
        let entries = vec![(name.clone(), Branch::Map(entries?))];
        changes.push(Change { at: place(Element::Conditions)?, how: How::Merge(entries) });
        let keys: Vec<String> = changed
            .iter()
            .filter_map(|(_, test)| Some(format!("`{}`", test.literal_key(self.analysis.vocabulary)?)))
            .collect();
        Some(Fix::new(format!("move {} to `{name}`", keys.join(" and ")), true, changes))
    }
}

/// A key with its one value.
fn entry(test: &Test, vocabulary: &Vocabulary) -> Option<(String, Branch)> {
    let [value] = &*test.values else { return None };
    let value = Value::Text(remedy::literal(value, vocabulary)?.to_owned());
    Some((test.literal_key(vocabulary)?.to_owned(), Branch::Leaf(value)))
}
