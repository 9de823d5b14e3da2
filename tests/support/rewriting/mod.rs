//! Templates as values, the places in them that rewrites look at, and rewrites of whole templates.
//!
//! Templates are read and written by serde, not by fedlint: a mistake of fedlint's own reader cannot hide here.

use serde_json::{Map, Value, json};

pub(crate) mod conditions;
pub(crate) mod functions;
pub(crate) mod policies;

/// A mapping.
pub(crate) type Object = Map<String, Value>;

/// The template that `text` is, with functions in their long form; `None` if it is none, or has more than one
/// document.
pub(crate) fn read(text: &str) -> Option<Value> {
    let mut yaml: serde_yaml::Value = serde_yaml::from_str(text).ok()?;
    yaml.apply_merge().ok()?;
    let template = plain(yaml)?;
    template.get("Resources").is_some_and(Value::is_object).then_some(template)
}

/// A value without tags. `None` for what JSON cannot say.
fn plain(yaml: serde_yaml::Value) -> Option<Value> {
    use serde_yaml::Value as Yaml;
    Some(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(value),
        Yaml::Number(number) => serde_json::to_value(number).ok()?,
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(plain).collect::<Option<_>>()?),
        Yaml::Mapping(entries) => Value::Object(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let key = match plain(key)? {
                        Value::String(key) => key,
                        key @ (Value::Number(_) | Value::Bool(_)) => key.to_string(),
                        _ => return None,
                    };
                    Some((key, plain(value)?))
                })
                .collect::<Option<_>>()?,
        ),
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let function = match tag.trim_start_matches('!') {
                name @ ("Ref" | "Condition") => name.to_owned(),
                name => format!("Fn::{name}"),
            };
            let argument = match plain(tagged.value)? {
                Value::String(text) if function == "Fn::GetAtt" => {
                    let (resource, attribute) = text.split_once('.')?;
                    json!([resource, attribute])
                }
                argument => argument,
            };
            json!({ function: argument })
        }
    })
}

/// The name and the argument of a function.
pub(crate) fn function(value: &Value) -> Option<(&str, &Value)> {
    let entries = value.as_object()?;
    let (name, argument) = entries.iter().next()?;
    (entries.len() == 1 && (name == "Ref" || name.starts_with("Fn::"))).then_some((name, argument))
}

/// The entries of a mapping that is no function.
pub(crate) fn object(value: &mut Value) -> Option<&mut Object> {
    if function(value).is_some() { None } else { value.as_object_mut() }
}

/// Calls `each` with a value, or with the two values of `Fn::If`, however deep.
pub(crate) fn alternatives(value: &mut Value, each: &mut dyn FnMut(&mut Value)) {
    if function(value).is_some_and(|(name, _)| name == "Fn::If") {
        for branch in value["Fn::If"].as_array_mut().into_iter().flatten().skip(1) {
            alternatives(branch, each);
        }
    } else {
        each(value);
    }
}

/// What must be known of a template to say whether a value of it is one text.
pub(crate) struct Declared {
    lists: Vec<String>,
    resources: Vec<String>,
}

impl Declared {
    pub(crate) fn of(template: &Value) -> Self {
        let names = |section: &str, wanted: fn(&Value) -> bool| {
            let entries = template.get(section).and_then(Value::as_object);
            let entries = entries.into_iter().flatten().filter(|(_, value)| wanted(value));
            entries.map(|(name, _)| name.clone()).collect()
        };
        let is_list = |parameter: &Value| {
            parameter["Type"]
                .as_str()
                .is_some_and(|kind| kind.contains("List<") || kind == "CommaDelimitedList")
        };
        Self { lists: names("Parameters", is_list), resources: names("Resources", |_| true) }
    }

    /// True for a value that is one text whatever the parameters are.
    pub(crate) fn is_text(&self, value: &Value) -> bool {
        match function(value) {
            None => value.is_string(),
            Some(("Ref", name)) => name.as_str().is_some_and(|name| self.is_text_name(name)),
            Some((name, _)) => matches!(name, "Fn::Sub" | "Fn::Join" | "Fn::GetAtt"),
        }
    }

    /// True if `Ref` of this name is one text.
    pub(crate) fn is_text_name(&self, name: &str) -> bool {
        name != "AWS::NoValue"
            && name != "AWS::NotificationARNs"
            && !self.lists.iter().any(|list| list == name)
    }

    /// True for a text in which no part can be a wildcard or a policy variable.
    pub(crate) fn is_plain(&self, value: &Value) -> bool {
        match function(value) {
            None => value.as_str().is_some_and(|text| !text.contains(['*', '?', '$'])),
            Some(("Ref", name)) => self.resources.iter().any(|resource| name == resource),
            Some(("Fn::GetAtt", path)) => self.resources.iter().any(|resource| path[0] == *resource),
            Some(_) => false,
        }
    }
}

/// True if resources of the template come from elsewhere than `Resources`, or names from other names.
pub(crate) fn generates(template: &Value) -> bool {
    template.get("Transform").is_some() || template.to_string().contains("\"Fn::ForEach")
}

/// Calls `each` with every resource of the template.
pub(crate) fn resources(template: &mut Value, each: &mut dyn FnMut(&mut Object)) {
    let resources = template.get_mut("Resources").and_then(Value::as_object_mut);
    resources.into_iter().flat_map(Object::values_mut).filter_map(Value::as_object_mut).for_each(each);
}

// ---- Rewrites of whole templates. Each says how much it has changed.

/// The template itself: only the way it is written differs.
pub(crate) fn same(_: &mut Value) -> usize {
    1
}

/// The order of resources.
pub(crate) fn resources_reversed(template: &mut Value) -> usize {
    let Some(resources) = template["Resources"].as_object_mut() else { return 0 };
    *resources = std::mem::take(resources).into_iter().rev().collect();
    usize::from(resources.len() > 1)
}

/// The order of the keys of resources, of their properties, and of everything beside them.
pub(crate) fn template_keys_reversed(template: &mut Value) -> usize {
    fn reverse(value: &mut Value) -> usize {
        match value {
            Value::Array(items) => items.iter_mut().map(reverse).sum(),
            Value::Object(entries) => {
                *entries = std::mem::take(entries).into_iter().rev().collect();
                usize::from(entries.len() > 1) + entries.values_mut().map(reverse).sum::<usize>()
            }
            _ => 0,
        }
    }
    reverse(template)
}

/// What marks a new logical id.
const RENAMED: &str = "Renamed";

/// The logical ids: the new ones sort in the opposite order. Names that a transform makes out of others would
/// not follow.
pub(crate) fn ids_renamed(template: &mut Value) -> usize {
    if generates(template) {
        return 0;
    }
    let resources = template["Resources"].as_object().into_iter().flatten();
    let old: Vec<String> = resources.map(|(name, _)| name.clone()).collect();
    let mut sorted = old.clone();
    sorted.sort();
    let renamed = |name: &str| {
        let place = sorted.iter().position(|old| old == name)?;
        Some(format!("{RENAMED}{:03}{name}", sorted.len() - place))
    };
    rename(template, &renamed);
    let resources = template["Resources"].as_object_mut().map(std::mem::take).unwrap_or_default();
    template["Resources"] =
        resources.into_iter().map(|(name, resource)| (renamed(&name).unwrap_or(name), resource)).collect();
    old.len()
}

/// The logical id that an entity had before [`ids_renamed`].
pub(crate) fn former_id(entity: &str) -> &str {
    entity.strip_prefix(RENAMED).and_then(|rest| rest.get(3..)).unwrap_or(entity)
}

fn rename(value: &mut Value, renamed: &dyn Fn(&str) -> Option<String>) {
    let texts = |value: &mut Value| {
        let texts = match value {
            Value::Array(items) => items.iter_mut().collect(),
            one => vec![one],
        };
        for text in texts {
            if let Some(new) = text.as_str().and_then(renamed) {
                *text = Value::String(new);
            }
        }
    };
    let entries = match value {
        Value::Array(items) => return items.iter_mut().for_each(|item| rename(item, renamed)),
        Value::Object(entries) => entries,
        _ => return,
    };
    let is_function = entries.len() == 1;
    for (key, value) in entries.iter_mut() {
        match (key.as_str(), &mut *value) {
            ("Ref", name) if is_function => texts(name),
            ("DependsOn", names) => texts(names),
            ("Fn::GetAtt", Value::Array(path)) => path.iter_mut().take(1).for_each(texts),
            ("Fn::GetAtt", Value::String(path)) => {
                if let Some((name, rest)) = path.split_once('.')
                    && let Some(new) = renamed(name)
                {
                    *path = format!("{new}.{rest}");
                }
            }
            ("Fn::Sub", Value::String(text)) => *text = rename_in_text(text, renamed),
            ("Fn::Sub", Value::Array(parts)) => {
                let variables = parts.get(1).and_then(Value::as_object).cloned().unwrap_or_default();
                let free = |name: &str| if variables.contains_key(name) { None } else { renamed(name) };
                if let Some(Value::String(text)) = parts.first_mut() {
                    *text = rename_in_text(text, &free);
                }
                parts.iter_mut().skip(1).for_each(|part| rename(part, renamed));
            }
            _ => rename(value, renamed),
        }
    }
}

/// Renames what `Fn::Sub` refers to.
fn rename_in_text(text: &str, renamed: &dyn Fn(&str) -> Option<String>) -> String {
    let mut all = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let end = behind.find(['.', '}']).unwrap_or(behind.len());
        let (name, behind) = behind.split_at(end);
        all.extend([before, "${", &renamed(name.trim()).unwrap_or_else(|| name.to_owned())]);
        rest = behind;
    }
    all + rest
}
