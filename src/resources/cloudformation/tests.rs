//! Templates and what they resolve to, as tables.

mod functions;
mod hostile;
mod stacks;
mod worlds;

use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::document::{self, Format, Limits};
use crate::resources::{Resource, Template, Value};
use crate::settings::{Parameter, ParameterValue};
use crate::source::{Origin, Problem};
use crate::value::{Located, Text, Unknown, WorldSet};

/// A scan of some templates.
pub(super) struct Scene {
    pub(super) vocabulary: Vocabulary,
    pub(super) sources: Sources,

    pub(super) resources: Resources,
}

/// Reads and resolves files in memory, given as `(path, text)`.
pub(super) fn scan(files: &[(&str, &str)]) -> Scene {
    scan_with(files, &Settings::default())
}

/// As [`scan`], with parameters pinned.
pub(super) fn pinned(template: &str, parameters: &[(&str, &str)]) -> Scene {
    let mut settings = Settings::default();
    for (name, value) in parameters {
        let value = ParameterValue::Text((*value).to_owned());
        settings.parameters.insert((*name).to_owned(), Parameter { value, span: None });
    }
    scan_with(&[("template.yaml", template)], &settings)
}

pub(super) fn scan_with(files: &[(&str, &str)], settings: &Settings) -> Scene {
    let vocabulary = Vocabulary::default();
    let sources = Sources::default();
    let mut read_files = Vec::new();
    for (path, text) in files {
        let path = PathBuf::from(path);
        let source = sources.add_kept(Origin::Memory(path.clone()), Arc::from(*text));
        let format = Format::guess(&path, text);
        let document = document::read(text, source, format, &Limits::default()).document;
        read_files.extend(read(&path, &document, text, settings, &vocabulary, &sources));
    }
    let resources = resolve(read_files, settings, &vocabulary);
    Scene { vocabulary, sources, resources }
}

impl Scene {
    pub(super) fn resource(&self, name: &str) -> &Resource {
        let found = self.resources.resources.iter().find(|resource| self.text(resource.logical_id) == name);
        found.unwrap_or_else(|| panic!("the templates make `{name}`"))
    }

    pub(super) fn text(&self, name: crate::value::Name) -> &str {
        self.vocabulary.names.text(name)
    }

    /// What stands at `path` (`Role/AssumeRolePolicyDocument/Statement/0`), with worlds if it is not the same
    /// in all: `when X is y: value; ...`. `Role/!Ref` and `Role/!Arn` are what others see.
    pub(super) fn show(&self, path: &str) -> String {
        let (name, path) = path.split_once('/').unwrap_or((path, ""));
        let resource = self.resource(name);
        let template = self.template(resource);
        let mut shown: Vec<(WorldSet, String)> = Vec::new();
        for variant in &resource.variants {
            let text = match path {
                "!Ref" => self.optional(variant.reference.as_ref()),
                "!Arn" => self.optional(variant.arn.as_ref()),
                _ => self.at(&variant.properties, path),
            };
            match shown.iter_mut().find(|(_, known)| *known == text) {
                Some((set, _)) => set.0 |= variant.worlds.0,
                None => shown.push((variant.worlds, text)),
            }
        }
        let parts: Vec<String> = shown
            .into_iter()
            .map(|(set, text)| match template.worlds.describe(set, &self.vocabulary.names) {
                None => text,
                Some(when) => format!("{when}: {text}"),
            })
            .collect();
        parts.join("; ")
    }

    pub(super) fn template(&self, resource: &Resource) -> &Template {
        self.resources
            .templates
            .iter()
            .find(|template| template.id == resource.root)
            .expect("every resource is part of a template")
    }

    fn optional(&self, text: Option<&Text>) -> String {
        text.map_or("none".to_owned(), |text| text.display(&self.vocabulary))
    }

    fn at(&self, value: &Located<Value>, path: &str) -> String {
        if path.is_empty() {
            return self.value(&value.value);
        }
        let (step, rest) = path.split_once('/').unwrap_or((path, ""));
        match &value.value {
            Value::Map(entries) => {
                let entry = entries.iter().find(|entry| entry.key.value.display(&self.vocabulary) == step);
                entry.map_or("absent".to_owned(), |entry| self.at(&entry.value, rest))
            }
            Value::List(items) => {
                let item = step.parse::<usize>().ok().and_then(|index| items.get(index));
                item.map_or("absent".to_owned(), |item| self.at(item, rest))
            }
            other => format!("{} (no {step})", self.value(other)),
        }
    }

    pub(super) fn value(&self, value: &Value) -> String {
        match value {
            Value::Null => "null".to_owned(),
            Value::Text(text) => text.display(&self.vocabulary),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.value(&item.value)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Map(entries) => {
                let entry = |entry: &crate::resources::Entry| {
                    let key = entry.key.value.display(&self.vocabulary);
                    format!("{key}: {}", self.value(&entry.value.value))
                };
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            Value::Shared(document) => self.value(&document.value),
            Value::Unknown(Unknown::List) => "unknown list".to_owned(),
            Value::Unknown(Unknown::Function(name)) => format!("unknown {}", self.text(*name)),
            Value::Unknown(Unknown::Symbol(_)) => "unknown symbol".to_owned(),
            Value::Unknown(Unknown::Mismatch) => "mismatch".to_owned(),
            Value::Unknown(Unknown::Budget) => "over budget".to_owned(),
            Value::Unknown(Unknown::NotSeen) => "not seen".to_owned(),
        }
    }

    /// The messages of the problems.
    pub(super) fn problems(&self) -> Vec<&str> {
        self.resources.problems.iter().map(|problem: &Problem| problem.message.as_str()).collect()
    }

    /// Dangling references: `from -> name (why)`, and what may be meant.
    pub(super) fn dangling(&self) -> Vec<String> {
        let mut all = Vec::new();
        for template in &self.resources.templates {
            for dangling in &template.dangling {
                let root = self.resources.templates.iter().find(|other| other.id == template.root);
                let table = &root.expect("the root is there").worlds;
                let when = table.describe(dangling.worlds, &self.vocabulary.names);
                all.push(format!(
                    "{} -> {} ({:?}{}{})",
                    self.text(dangling.from),
                    self.text(dangling.name),
                    dangling.why,
                    dangling.did_you_mean.map_or(String::new(), |name| format!(", {}?", self.text(name))),
                    when.map_or(String::new(), |when| format!(", {when}")),
                ));
            }
        }
        all
    }
}

/// Checks what stands at some paths of one template.
pub(super) fn check(template: &str, expected: &[(&str, &str)]) {
    let scene = scan(&[("template.yaml", template)]);
    for (path, value) in expected {
        assert_eq!(scene.show(path), *value, "{path}");
    }
}

/// A template with one role `R` whose `Description` is `expression`, and `before` in front of its resources.
pub(super) fn described(before: &str, expression: &str) -> Scene {
    let template = format!(
        "{before}\nResources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      Description: {expression}\n"
    );
    scan(&[("template.yaml", &template)])
}
