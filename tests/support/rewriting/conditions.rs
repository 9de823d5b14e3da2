//! Rewrites of condition operators by others that mean the same, and of the case of what has none. Each says how
//! many places it has changed. The case of operators is not among them: IAM refuses `stringequals`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::policies::{each_conditions, each_statement, each_test, items};
use super::{Declared, Object, alternatives};

/// Replaces the operator `from` by `to`, with the same modifiers, where `fits` says so of each of its keys. Not
/// where the key is already tested by the new operator.
fn operator(template: &mut Value, from: &str, to: &str, fits: &dyn Fn(&str, &Value) -> bool) -> usize {
    let mut changed = 0;
    each_conditions(template, &mut |conditions| {
        let mut all = Object::new();
        for (written, keys) in std::mem::take(conditions) {
            let bare = written.rsplit(':').next().unwrap_or_default();
            let other = if bare.strip_suffix("IfExists").unwrap_or(bare) == from {
                written.replace(from, to)
            } else {
                written.clone()
            };
            let Value::Object(keys) = keys else {
                all.insert(written, keys);
                continue;
            };
            for (key, value) in keys {
                let is_there = |operator: &str| {
                    all.get(operator).and_then(Value::as_object).is_some_and(|keys| keys.contains_key(&key))
                };
                let changes = other != written && fits(&key, &value) && !is_there(&other);
                let operator = if changes { &other } else { &written };
                changed += usize::from(changes);
                if let Value::Object(keys) = all.entry(operator).or_insert_with(|| json!({})) {
                    keys.insert(key, value);
                }
            }
        }
        *conditions = all;
    });
    changed
}

/// Equality with texts in which nothing is a wildcard, as likeness.
pub(crate) fn equal_as_like(template: &mut Value) -> usize {
    let declared = Declared::of(template);
    let is_plain = |_: &str, value: &Value| items(value).iter().all(|one| declared.is_plain(one));
    operator(template, "StringEquals", "StringLike", &is_plain)
        + operator(template, "StringNotEquals", "StringNotLike", &is_plain)
}

/// Likeness to texts in which nothing is a wildcard, as equality.
pub(crate) fn like_as_equal(template: &mut Value) -> usize {
    let declared = Declared::of(template);
    let is_plain = |_: &str, value: &Value| items(value).iter().all(|one| declared.is_plain(one));
    operator(template, "StringLike", "StringEquals", &is_plain)
        + operator(template, "StringNotLike", "StringNotEquals", &is_plain)
}

/// `ArnEquals` and `ArnLike` are two names of one operator.
pub(crate) fn arn_operator_swapped(template: &mut Value) -> usize {
    // By a name in between, so that what has just become one is not turned back.
    let marked = operator(template, "ArnEquals", "Between", &|_, _| true)
        + operator(template, "ArnNotEquals", "NotBetween", &|_, _| true);
    let others = operator(template, "ArnLike", "ArnEquals", &|_, _| true)
        + operator(template, "ArnNotLike", "ArnNotEquals", &|_, _| true);
    operator(template, "Between", "ArnLike", &|_, _| true);
    operator(template, "NotBetween", "ArnNotLike", &|_, _| true);
    marked + others
}

/// A positive test of a key with one value, as `ForAnyValue:`: both are false if the key is missing.
pub(crate) fn single_as_any(template: &mut Value) -> usize {
    let mut changed = 0;
    each_conditions(template, &mut |conditions| {
        let mut all = Object::new();
        for (written, keys) in std::mem::take(conditions) {
            let Value::Object(keys) = keys else {
                all.insert(written, keys);
                continue;
            };
            for (key, value) in keys {
                let single = key.ends_with(":aud") || key.ends_with(":sub");
                let changes = single && matches!(written.as_str(), "StringEquals" | "StringLike");
                let operator = if changes { format!("ForAnyValue:{written}") } else { written.clone() };
                changed += usize::from(changes);
                if let Value::Object(keys) = all.entry(operator).or_insert_with(|| json!({})) {
                    keys.insert(key, value);
                }
            }
        }
        *conditions = all;
    });
    changed
}

/// Writes every condition key in another case.
fn keys_in_case(template: &mut Value, case: fn(&str) -> String) -> usize {
    let mut changed = 0;
    each_test(template, &mut |_, keys| {
        // Two keys that differ in case alone would become one.
        let folded: BTreeSet<String> = keys.keys().map(|key| key.to_ascii_lowercase()).collect();
        if folded.len() < keys.len() {
            return;
        }
        *keys = std::mem::take(keys)
            .into_iter()
            .map(|(key, value)| {
                let written = if key.contains("${") { key.clone() } else { case(&key) };
                changed += usize::from(written != key);
                (written, value)
            })
            .collect();
    });
    changed
}

/// Letters in turn in upper and lower case.
fn mixed_case(text: &str) -> String {
    let letter = |(index, letter): (usize, char)| {
        if index % 2 == 0 { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    text.chars().enumerate().map(letter).collect()
}

/// Condition keys in lower case.
pub(crate) fn keys_in_lower_case(template: &mut Value) -> usize {
    keys_in_case(template, str::to_ascii_lowercase)
}

/// Condition keys in upper case.
pub(crate) fn keys_in_upper_case(template: &mut Value) -> usize {
    keys_in_case(template, str::to_ascii_uppercase)
}

/// Condition keys in mixed case.
pub(crate) fn keys_in_mixed_case(template: &mut Value) -> usize {
    keys_in_case(template, mixed_case)
}

/// Actions in another case: `sts:AssumeRole` as `StS:AsSuMeRoLe`.
pub(crate) fn actions_in_mixed_case(template: &mut Value) -> usize {
    let mut changed = 0;
    let mut write = |value: &mut Value| {
        if let Value::String(action) = value {
            let written = mixed_case(action);
            changed += usize::from(written != *action);
            *action = written;
        }
    };
    each_statement(template, &mut |statement| {
        for key in ["Action", "NotAction"] {
            let Some(value) = statement.get_mut(key) else { continue };
            alternatives(value, &mut |value| match value {
                Value::Array(items) => items.iter_mut().for_each(&mut write),
                one => write(one),
            });
        }
    });
    changed
}
