//! Rewrites of policy documents. Each says how many places it has changed.

use serde_json::{Value, json};

use super::functions::escaped;
use super::{Declared, Object, alternatives, function, object, resources};

/// Calls `each` with every policy document that is a mapping.
fn each_policy(template: &mut Value, each: &mut dyn FnMut(&mut Object)) {
    fn walk(value: &mut Value, each: &mut dyn FnMut(&mut Object)) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, each)),
            Value::Object(entries) if entries.contains_key("Statement") => each(entries),
            Value::Object(entries) => entries.values_mut().for_each(|value| walk(value, each)),
            _ => {}
        }
    }
    resources(template, &mut |resource| resource.values_mut().for_each(|value| walk(value, each)));
}

/// Calls `each` with every statement.
pub(super) fn each_statement(template: &mut Value, each: &mut dyn FnMut(&mut Object)) {
    each_policy(template, &mut |policy| {
        alternatives(&mut policy["Statement"], &mut |statements| match statements {
            Value::Array(items) => items
                .iter_mut()
                .for_each(|item| alternatives(item, &mut |one| object(one).into_iter().for_each(&mut *each))),
            one => object(one).into_iter().for_each(&mut *each),
        });
    });
}

/// Calls `each` with every value that may be one text or a list of them.
fn each_value(template: &mut Value, each: &mut dyn FnMut(&mut Value)) {
    each_statement(template, &mut |statement| {
        for (key, value) in statement.iter_mut() {
            match key.as_str() {
                "Action" | "NotAction" | "Resource" | "NotResource" => alternatives(value, each),
                "Principal" | "NotPrincipal" => alternatives(value, &mut |principals| {
                    let principals = object(principals).into_iter().flat_map(Object::values_mut);
                    principals.for_each(|value| alternatives(value, each));
                }),
                _ => {}
            }
        }
    });
    each_test(template, &mut |_, keys| keys.values_mut().for_each(|value| alternatives(value, each)));
}

/// Calls `each` with every condition operator and its keys.
pub(super) fn each_test(template: &mut Value, each: &mut dyn FnMut(&str, &mut Object)) {
    each_conditions(template, &mut |conditions| {
        for (operator, keys) in conditions.iter_mut() {
            if let Some(keys) = object(keys) {
                each(operator, keys);
            }
        }
    });
}

/// Calls `each` with every `Condition`.
pub(super) fn each_conditions(template: &mut Value, each: &mut dyn FnMut(&mut Object)) {
    each_statement(template, &mut |statement| {
        if let Some(conditions) = statement.get_mut("Condition").and_then(object) {
            each(conditions);
        }
    });
}

/// The items of a list, or the one value.
pub(super) fn items(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

// ---- One or many.

/// One text becomes a list of one; a statement too.
pub(crate) fn scalars_as_lists(template: &mut Value) -> usize {
    let declared = Declared::of(template);
    let mut changed = 0;
    let mut wrap = |value: &mut Value| {
        *value = json!([value.take()]);
        changed += 1;
    };
    each_value(template, &mut |value| {
        if declared.is_text(value) {
            wrap(value);
        }
    });
    each_policy(template, &mut |policy| {
        if object(&mut policy["Statement"]).is_some() {
            wrap(&mut policy["Statement"]);
        }
    });
    changed
}

/// A list of one text becomes the text; a statement too.
pub(crate) fn lists_as_scalars(template: &mut Value) -> usize {
    let declared = Declared::of(template);
    let mut changed = 0;
    let mut unwrap = |value: &mut Value, wanted: &dyn Fn(&Value) -> bool| {
        if let Some([one]) = value.as_array().map(Vec::as_slice)
            && wanted(one)
        {
            *value = one.clone();
            changed += 1;
        }
    };
    each_value(template, &mut |value| unwrap(value, &|one| declared.is_text(one)));
    each_policy(template, &mut |policy| {
        unwrap(&mut policy["Statement"], &|one| one.is_object() && function(one).is_none());
    });
    changed
}

// ---- Order.

fn reverse(value: &mut Value, lists: bool) -> usize {
    if function(value).is_some() {
        return 0;
    }
    match value {
        Value::Array(items) => {
            if lists {
                items.reverse();
            }
            let own = usize::from(lists && items.len() > 1);
            own + items.iter_mut().map(|item| reverse(item, lists)).sum::<usize>()
        }
        Value::Object(entries) => {
            if !lists {
                *entries = std::mem::take(entries).into_iter().rev().collect();
            }
            let own = usize::from(!lists && entries.len() > 1);
            own + entries.values_mut().map(|value| reverse(value, lists)).sum::<usize>()
        }
        _ => 0,
    }
}

/// The order of statements, actions, principals, values.
pub(crate) fn lists_reversed(template: &mut Value) -> usize {
    let mut changed = 0;
    each_policy(template, &mut |policy| {
        changed += policy.values_mut().map(|value| reverse(value, true)).sum::<usize>();
    });
    changed
}

/// The order of keys: of statements, kinds of principals, operators, condition keys.
pub(crate) fn keys_reversed(template: &mut Value) -> usize {
    let mut changed = 0;
    each_policy(template, &mut |policy| {
        let mut whole = Value::Object(std::mem::take(policy));
        changed += reverse(&mut whole, false);
        if let Value::Object(entries) = whole {
            *policy = entries;
        }
    });
    changed
}

// ---- Statements as unions.

/// Replaces each statement that is written out by `parts` of it, where those are several.
fn split(template: &mut Value, parts: fn(&Object) -> Vec<Object>) -> usize {
    let mut changed = 0;
    each_policy(template, &mut |policy| {
        if function(&policy["Statement"]).is_some() {
            return;
        }
        let mut all = Vec::new();
        for mut statement in items(&policy["Statement"]) {
            let parts = object(&mut statement).map(|statement| parts(statement)).unwrap_or_default();
            if parts.len() < 2 {
                all.push(statement);
                continue;
            }
            changed += 1;
            for (index, mut part) in parts.into_iter().enumerate() {
                // A `Sid` is given once.
                if let Some(Value::String(sid)) = part.get_mut("Sid") {
                    *sid = format!("{sid}{index}");
                }
                all.push(Value::Object(part));
            }
        }
        policy["Statement"] = Value::Array(all);
    });
    changed
}

fn with(statement: &Object, key: &str, value: Value) -> Object {
    let mut part = statement.clone();
    part[key] = value;
    part
}

/// One statement for each action.
pub(crate) fn split_by_action(template: &mut Value) -> usize {
    split(template, |statement| {
        let actions = statement.get("Action").and_then(Value::as_array);
        actions.into_iter().flatten().map(|action| with(statement, "Action", action.clone())).collect()
    })
}

/// One statement for each principal.
pub(crate) fn split_by_principal(template: &mut Value) -> usize {
    split(template, |statement| {
        let Some(principals) = statement.get("Principal").filter(|value| function(value).is_none()) else {
            return Vec::new();
        };
        let mut parts = Vec::new();
        for (kind, values) in principals.as_object().into_iter().flatten() {
            for value in items(values) {
                parts.push(with(statement, "Principal", json!({ kind: value })));
            }
        }
        parts
    })
}

/// Every statement said again.
pub(crate) fn said_twice(template: &mut Value) -> usize {
    split(template, |statement| vec![statement.clone(), statement.clone()])
}

/// Statements that differ in nothing but `Sid` and their actions become one.
pub(crate) fn merged(template: &mut Value) -> usize {
    let mut changed = 0;
    each_policy(template, &mut |policy| {
        let Some(statements) = policy["Statement"].as_array_mut() else { return };
        let rest = |statement: &Value| {
            let mut rest = statement.as_object().cloned().unwrap_or_default();
            rest.shift_remove("Sid");
            rest.shift_remove("Action").map(|_| rest)
        };
        let mut all: Vec<Value> = Vec::new();
        for statement in statements.drain(..) {
            let same =
                all.iter_mut().find(|before| rest(before).is_some() && rest(before) == rest(&statement));
            let Some(before) = same else {
                all.push(statement);
                continue;
            };
            let mut actions = items(&before["Action"]);
            for action in items(&statement["Action"]) {
                if !actions.contains(&action) {
                    actions.push(action);
                }
            }
            before["Action"] = Value::Array(actions);
            changed += 1;
        }
        *statements = all;
    });
    changed
}

/// `Principal: "*"` and `Principal: { AWS: "*" }` are the same.
pub(crate) fn everyone_in_the_other_form(template: &mut Value) -> usize {
    let mut changed = 0;
    each_statement(template, &mut |statement| {
        let Some(principal) = statement.get_mut("Principal") else { return };
        let other = if *principal == "*" {
            json!({ "AWS": "*" })
        } else if *principal == json!({ "AWS": "*" }) || *principal == json!({ "AWS": ["*"] }) {
            json!("*")
        } else {
            return;
        };
        *principal = other;
        changed += 1;
    });
    changed
}

// ---- Text.

/// Whether CloudFormation takes JSON text for the property `key` of a resource of type `kind`: it does for
/// properties of type `Json`. What SAM reads itself must be a mapping.
fn takes_text(kind: &str, key: &str) -> bool {
    match key {
        "AssumeRolePolicyDocument" | "PolicyDocument" => kind.starts_with("AWS::IAM::"),
        "InlinePolicy" => kind == "AWS::SSO::PermissionSet",
        _ => false,
    }
}

/// Replaces the policy documents that may be JSON text by what `write` makes of them, if it can.
fn texts(template: &mut Value, write: &dyn Fn(&Value) -> Option<Value>) -> usize {
    fn walk(value: &mut Value, kind: &str, write: &dyn Fn(&Value) -> Option<Value>) -> usize {
        match value {
            Value::Array(items) => items.iter_mut().map(|item| walk(item, kind, write)).sum(),
            Value::Object(entries) => entries
                .iter_mut()
                .map(|(key, value)| {
                    let is_policy = takes_text(kind, key) && value.get("Statement").is_some();
                    match is_policy.then(|| write(value)).flatten() {
                        Some(text) => {
                            *value = text;
                            1
                        }
                        None => walk(value, kind, write),
                    }
                })
                .sum(),
            _ => 0,
        }
    }
    let mut changed = 0;
    resources(template, &mut |resource| {
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(properties) = resource.get_mut("Properties") {
            changed += walk(properties, &kind, write);
        }
    });
    changed
}

/// Policy documents without functions as JSON text. (Of those with functions: [`as_sub`].)
pub(crate) fn as_text(template: &mut Value) -> usize {
    fn has_function(value: &Value) -> bool {
        function(value).is_some()
            || match value {
                Value::Array(items) => items.iter().any(has_function),
                Value::Object(entries) => entries.values().any(has_function),
                _ => false,
            }
    }
    texts(template, &|policy| (!has_function(policy)).then(|| Value::String(policy.to_string())))
}

/// Policy documents as JSON text in `Fn::Sub`, if all functions in them are what it takes as variables.
pub(crate) fn as_sub(template: &mut Value) -> usize {
    fn inlined(value: &Value, declared: &Declared) -> Option<Value> {
        Some(match function(value) {
            Some(("Ref", Value::String(name))) if declared.is_text_name(name) => {
                json!(format!("${{{name}}}"))
            }
            Some(("Fn::GetAtt", path)) => {
                json!(format!("${{{}.{}}}", path[0].as_str()?, path[1].as_str()?))
            }
            Some(("Fn::Sub", Value::String(text))) => json!(text),
            Some(_) => return None,
            None => match value {
                Value::String(text) => Value::String(escaped(text)),
                Value::Array(items) => {
                    items.iter().map(|item| inlined(item, declared)).collect::<Option<_>>()?
                }
                Value::Object(entries) => entries
                    .iter()
                    .map(|(key, value)| Some((escaped(key), inlined(value, declared)?)))
                    .collect::<Option<_>>()?,
                other => other.clone(),
            },
        })
    }
    let declared = Declared::of(template);
    texts(template, &|policy| Some(json!({ "Fn::Sub": inlined(policy, &declared)?.to_string() })))
}

/// Policy documents as `Fn::ToJsonString`, which needs a transform of CloudFormation's own.
pub(crate) fn as_json_string(template: &mut Value) -> usize {
    if template.get("Transform").is_some() {
        return 0;
    }
    let changed = texts(template, &|policy| Some(json!({ "Fn::ToJsonString": policy })));
    if changed > 0 {
        template["Transform"] = json!("AWS::LanguageExtensions");
    }
    changed
}
