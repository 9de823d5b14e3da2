//! Rewrites of texts as functions that give the same text, and of functions as others.

use serde_json::{Value, json};

use super::{Declared, alternatives, function, generates, resources};

/// Calls `each` with every literal text among the properties of resources. Not of resources that SAM reads:
/// it does not take functions everywhere; nor of those that are files to fedlint (nested stacks).
fn each_literal(template: &mut Value, each: &mut dyn FnMut(&mut Value)) {
    fn walk(value: &mut Value, each: &mut dyn FnMut(&mut Value)) {
        alternatives(value, &mut |value| match value {
            Value::String(_) => each(value),
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, each)),
            Value::Object(_) => {
                for value in super::object(value).into_iter().flat_map(super::Object::values_mut) {
                    walk(value, each);
                }
            }
            _ => {}
        });
    }
    resources(template, &mut |resource| {
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        if kind.starts_with("AWS::Serverless::") || kind.starts_with("AWS::CloudFormation::") {
            return;
        }
        if let Some(properties) = resource.get_mut("Properties") {
            walk(properties, each);
        }
    });
}

/// Replaces every literal text.
fn literals(template: &mut Value, by: fn(&str) -> Value) -> usize {
    let mut changed = 0;
    each_literal(template, &mut |value| {
        if let Some(text) = value.as_str()
            && text.len() > 1
        {
            *value = by(text);
            changed += 1;
        }
    });
    changed
}

/// A text as `Fn::Sub` takes it: what looks like a variable is none.
pub(crate) fn escaped(text: &str) -> String {
    text.replace("${", "${!")
}

/// The text in two, but not inside of a policy variable: `Fn::Sub` takes `${!` up to the first `}`.
fn halves(text: &str) -> (&str, &str) {
    let is_inside = |left: &str| {
        left.ends_with('$') || left.rfind("${").is_some_and(|variable| !left[variable..].contains('}'))
    };
    let middle = (0..=text.len() / 2).rev().find(|&at| text.is_char_boundary(at) && !is_inside(&text[..at]));
    text.split_at(middle.unwrap_or_default())
}

/// A literal as `Fn::Sub` without variables.
pub(crate) fn literals_as_sub(template: &mut Value) -> usize {
    literals(template, |text| json!({ "Fn::Sub": escaped(text) }))
}

/// A literal as `Fn::Join` of two halves.
pub(crate) fn literals_as_join(template: &mut Value) -> usize {
    literals(template, |text| {
        let (left, right) = halves(text);
        json!({ "Fn::Join": ["", [left, right]] })
    })
}

/// A literal as `Fn::Sub` of which a half is a variable of its own.
pub(crate) fn literals_as_sub_with_variables(template: &mut Value) -> usize {
    literals(template, |text| {
        let (left, right) = halves(text);
        json!({ "Fn::Sub": [format!("{}${{Half}}", escaped(left)), { "Half": right }] })
    })
}

/// Calls `each` with every value of `Resources` and `Outputs`, functions after what is in them.
fn each_function(template: &mut Value, each: &mut dyn FnMut(&mut Value)) {
    fn walk(value: &mut Value, each: &mut dyn FnMut(&mut Value)) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, each)),
            Value::Object(entries) => entries.values_mut().for_each(|value| walk(value, each)),
            _ => {}
        }
        if function(value).is_some() {
            each(value);
        }
    }
    for section in ["Resources", "Outputs"] {
        if let Some(section) = template.get_mut(section) {
            walk(section, each);
        }
    }
}

/// `Ref` and `Fn::GetAtt` as the variable of a `Fn::Sub`.
pub(crate) fn references_as_sub(template: &mut Value) -> usize {
    if generates(template) {
        return 0;
    }
    let declared = Declared::of(template);
    let mut changed = 0;
    each_function(template, &mut |value| {
        let variable = match function(value) {
            Some(("Ref", Value::String(name))) if declared.is_text_name(name) => name.clone(),
            Some(("Fn::GetAtt", Value::Array(path))) => {
                let path: Option<Vec<&str>> = path.iter().map(Value::as_str).collect();
                let Some(path) = path else { return };
                path.join(".")
            }
            _ => return,
        };
        *value = json!({ "Fn::Sub": format!("${{{variable}}}") });
        changed += 1;
    });
    changed
}

/// The ARN of a role or provider of the template, put together from the account and its name.
pub(crate) fn arns_written_out(template: &mut Value) -> usize {
    let known = template["Resources"].clone();
    let arn = |name: &str| {
        let resource = known.get(name)?;
        // Without its resource the written ARN is that of something else, and `GetAtt` that of nothing.
        if resource.get("Condition").is_some() {
            return None;
        }
        let tail = match resource["Type"].as_str()? {
            "AWS::IAM::Role" => {
                let path = resource["Properties"].get("Path").map_or(Some("/"), Value::as_str)?;
                format!("role{}${{{name}}}", escaped(path))
            }
            "AWS::IAM::SAMLProvider" => {
                format!("saml-provider/{}", escaped(resource["Properties"]["Name"].as_str()?))
            }
            "AWS::IAM::OIDCProvider" => {
                let issuer = resource["Properties"]["Url"].as_str()?.strip_prefix("https://")?;
                format!("oidc-provider/{}", escaped(issuer))
            }
            _ => return None,
        };
        Some(json!({ "Fn::Sub": format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{tail}") }))
    };
    let is_provider = |name: &str| {
        known
            .get(name)
            .and_then(|resource| resource["Type"].as_str())
            .is_some_and(|kind| kind.ends_with("Provider"))
    };
    let mut changed = 0;
    each_function(template, &mut |value| {
        let arn = match function(value) {
            Some(("Fn::GetAtt", path)) if path[1] == "Arn" => path[0].as_str().and_then(arn),
            // `Ref` of a provider is its ARN, that of a role its name.
            Some(("Ref", Value::String(name))) if is_provider(name) => arn(name),
            _ => None,
        };
        if let Some(arn) = arn {
            *value = arn;
            changed += 1;
        }
    });
    changed
}
