//! A template as it is written: its sections, lowered as far as they matter here.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use indexmap::map::Entry;
use rustc_hash::FxHashMap;

use super::expression::{SubPart, sub_parts};
use super::parameters::Declared;
use super::{Call, Declaration, Expression, Form, Lowering, deployment, documents, kinds, sam};
use crate::document::{Format, Kind, NodeRef};
use crate::settings::{ParameterValue, Settings};
use crate::source::{Problem, ProblemKind, Sources, Span};
use crate::value::{Located, Name, Names};

/// A template with everything that resolving needs; borrows nothing of its document.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) path: PathBuf,
    pub(crate) span: Span,
    pub(crate) parameters: IndexMap<Name, Declared>,
    /// By name, first key and second key.
    pub(crate) mappings: FxHashMap<Name, Mapping>,
    pub(crate) conditions: IndexMap<Name, Expression>,
    pub(crate) resources: IndexMap<Name, Declaration>,
    pub(crate) outputs: IndexMap<Name, Output>,
    /// Logical ids that SAM or a module makes and the template refers to, with their types; with an empty one
    /// where the type is not known.
    pub(crate) made: FxHashMap<Name, Name>,
    /// True for files of the Serverless Framework, whose own variables stand beside those of `Fn::Sub`.
    pub(crate) serverless: bool,
    pub(crate) complete: bool,
    pub(crate) problems: Vec<Problem>,
}

/// One entry of `Mappings`.
pub(crate) type Mapping = IndexMap<Name, IndexMap<Name, Expression>>;

/// One entry of `Outputs`.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) condition: Option<Name>,
    pub(crate) value: Expression,
    pub(crate) export: Option<Expression>,
}

/// What reading drafts needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) names: &'a Names,
    pub(crate) sources: &'a Sources,
    pub(crate) settings: &'a Settings,
    pub(crate) path: &'a Path,
}

/// The sections of a template, if `root` is one.
struct Template<'d> {
    /// The node with `Resources` in it.
    sections: NodeRef<'d>,
    resources: NodeRef<'d>,
    serverless: bool,
}

/// The templates at `root`, by its content; file names say nothing.
fn recognize(root: NodeRef<'_>) -> Vec<Template<'_>> {
    if root.kind() != Kind::Map {
        return Vec::new();
    }
    if let Some(resources) = resources_of(root) {
        let marked = root.get("AWSTemplateFormatVersion").is_some() || root.get("Transform").is_some();
        let typed = |(_, resource): (NodeRef<'_>, NodeRef<'_>)| {
            let kind = resource.get("Type").and_then(|(_, kind)| kind.scalar());
            kind.is_some_and(|kind| kind.contains("::"))
        };
        let loops = |(key, _): (NodeRef<'_>, NodeRef<'_>)| {
            key.scalar().is_some_and(|key| key.starts_with("Fn::ForEach::"))
        };
        let ours = marked || resources.entries().any(|entry| typed(entry) || loops(entry));
        let template = Template { sections: root, resources, serverless: false };
        return ours.then_some(template).into_iter().collect();
    }
    // The Serverless Framework: a template below `resources`, or several that it merges.
    if root.get("service").is_none() || root.get("provider").is_none() {
        return Vec::new();
    }
    let Some((_, sections)) = root.get("resources") else { return Vec::new() };
    let own = (sections.kind() == Kind::Map).then_some(sections);
    own.into_iter()
        .chain(sections.items())
        .filter_map(|sections| {
            Some(Template { sections, resources: resources_of(sections)?, serverless: true })
        })
        .collect()
}

fn resources_of(sections: NodeRef<'_>) -> Option<NodeRef<'_>> {
    sections.get("Resources").map(|(_, node)| node).filter(|node| node.kind() == Kind::Map)
}

impl Draft {
    /// The templates at `root`: none, or one, or in a file of the Serverless Framework several.
    pub(crate) fn read(reading: Reading<'_>, root: NodeRef<'_>) -> Vec<Self> {
        recognize(root).into_iter().map(|template| Self::of(reading, root, template)).collect()
    }

    fn of(reading: Reading<'_>, root: NodeRef<'_>, template: Template<'_>) -> Self {
        let Template { sections, resources, serverless } = template;
        let Reading { names, settings, .. } = reading;
        let mut lowering = Lowering::new(names);
        lowering.serverless = serverless;
        let mut draft = Self {
            path: reading.path.to_owned(),
            span: root.span(),
            parameters: IndexMap::default(),
            mappings: FxHashMap::default(),
            conditions: IndexMap::default(),
            resources: IndexMap::default(),
            outputs: IndexMap::default(),
            made: FxHashMap::default(),
            serverless,
            complete: true,
            problems: Vec::new(),
        };
        if serverless {
            draft.complete = false;
            draft.problems.push(Problem::at(
                ProblemKind::Template,
                root.span(),
                "of this Serverless Framework file only `resources.Resources` is read",
                "Run `serverless package` and scan the template in `.serverless`, which has everything.",
            ));
        }
        if let Some((_, parameters)) = sections.get("Parameters") {
            for (key, value) in parameters.entries() {
                let Some(text) = key.scalar() else { continue };
                let name = Located::new(names.intern(text), key.span());
                let declared = Declared::read(names, name, value);
                if declared.list {
                    let pinned = settings.parameters.get(text).map(|parameter| match &parameter.value {
                        ParameterValue::List(items) => items.clone(),
                        ParameterValue::Text(text) => split(text),
                    });
                    let default = || Some(split(names.text(declared.default?.value)));
                    if let Some(items) = pinned.or_else(default) {
                        lowering.lists.insert(name.value, items);
                    }
                }
                draft.parameters.insert(name.value, declared);
            }
        }
        draft.read_macros(sections);
        if let Some((_, conditions)) = sections.get("Conditions") {
            let all = &mut draft.conditions;
            lowering.entries(conditions, &mut |lowering, key, value| {
                all.insert(key.value, lowering.lower(value));
            });
        }
        let by = match root.tree().document().format {
            Format::Json => crate::source::Decoding::JsonString,
            Format::Yaml => crate::source::Decoding::YamlScalar,
        };
        let mut embedding =
            documents::Embedding { names, sources: reading.sources, by, problems: Vec::new() };
        let sam = uses_sam(resources);
        let all = &mut draft.resources;
        let mut bodies: Vec<(Located<Name>, Expression)> = Vec::new();
        lowering.entries(resources, &mut |lowering, key, value| {
            if names.text(key.value) == "Fn::Transform" {
                lowering.complete = false;
            } else if value.kind() == Kind::Map {
                let declaration = if sam {
                    let body = lowering.lower(value);
                    let declaration = of_body(names, key, &body);
                    bodies.push((key, body));
                    declaration
                } else {
                    of_node(names, lowering, key, value)
                };
                all.insert(key.value, declaration);
            }
        });
        if let Some((_, outputs)) = sections.get("Outputs") {
            let all = &mut draft.outputs;
            lowering.entries(outputs, &mut |lowering, key, value| {
                let Some((_, content)) = value.get("Value") else { return };
                let export = value.get("Export").and_then(|(_, export)| export.get("Name"));
                let output = Output {
                    condition: value.get("Condition").and_then(|(_, name)| lowering.text(name)),
                    value: lowering.lower(content),
                    export: export.map(|(_, name)| lowering.lower(name)),
                };
                all.insert(key.value, output);
            });
        }
        if sam {
            let globals = sections.get("Globals").map(|(_, globals)| lowering.lower(globals));
            draft.expand(reading, &bodies, globals.as_ref());
        }
        draft.expect_modules(names);
        for declaration in draft.resources.values_mut() {
            if let Some(known) = kinds::find(names.text(declaration.kind)) {
                keep_wanted(names, known, &mut declaration.properties);
                for path in known.documents {
                    documents::embed(&mut embedding, &mut declaration.properties, path);
                }
            }
        }
        if lowering.uses_mappings
            && let Some((_, mappings)) = sections.get("Mappings")
        {
            draft.read_mappings(&mut lowering, mappings);
        }
        draft.complete &= lowering.complete;
        draft.problems.append(&mut lowering.problems);
        draft.problems.append(&mut embedding.problems);
        draft.parameters.shrink_to_fit();
        draft.conditions.shrink_to_fit();
        draft.resources.shrink_to_fit();
        draft.outputs.shrink_to_fit();
        if root.tree().exhausted() {
            draft.complete = false;
            draft.problems.push(Problem::at(
                ProblemKind::Budget,
                root.span(),
                "the template is not read whole: its aliases stand for too many values",
                "Write the values out where they are used, or use fewer aliases inside aliases.",
            ));
        }
        draft
    }

    /// Macros of the whole template: those of AWS are followed or change nothing here, others may add anything.
    fn read_macros(&mut self, sections: NodeRef<'_>) {
        let transform = sections.get("Transform").map(|(_, transform)| transform);
        let nodes = transform.into_iter().flat_map(|node| {
            let own = (node.kind() != Kind::List).then_some(node);
            own.into_iter().chain(node.items())
        });
        for node in nodes {
            let name = node.scalar().or_else(|| node.get("Name").and_then(|(_, name)| name.scalar()));
            let followed = name.is_some_and(|name| {
                name.starts_with("AWS::Serverless-")
                    || matches!(
                        name,
                        "AWS::LanguageExtensions" | "AWS::SecretsManager-2020-07-23" | "AWS::SecretsManager-2024-09-16"
                    )
                    // The hooks of CodeDeploy make nothing that matters.
                    || name == "AWS::CodeDeployBlueGreen"
            });
            if !followed {
                self.complete = false;
            }
        }
        if sections.get("Fn::Transform").is_some() {
            self.complete = false;
        }
    }

    /// Adds what SAM makes.
    fn expand(
        &mut self,
        reading: Reading<'_>,
        bodies: &[(Located<Name>, Expression)],
        globals: Option<&Expression>,
    ) {
        let names = reading.names;
        let region = reading.settings.deployment(reading.path).and_then(|place| place.region.as_deref());
        let declared =
            bodies.iter().filter_map(|(logical_id, body)| sam::Declared::of(names, *logical_id, body));
        let partition = region.map(deployment::partition_of);
        let expansion = sam::expand(names, declared, globals, partition);
        for (name, meaning) in expansion.conditions {
            self.conditions.entry(name).or_insert(meaning);
        }
        for made in expansion.declarations {
            match self.resources.entry(made.logical_id) {
                Entry::Vacant(entry) => {
                    entry.insert(made);
                }
                // What takes the place of the SAM resource. What the template itself defines stays.
                Entry::Occupied(mut entry) if made.made_by.is_none() => {
                    let cdk_path = entry.get().cdk_path;
                    entry.insert(Declaration { cdk_path, ..made });
                }
                Entry::Occupied(_) => {}
            }
        }
        if !expansion.complete {
            self.complete = false;
            self.problems.push(Problem::at(
                ProblemKind::Budget,
                self.span,
                "not all that SAM makes of the template is read: `Globals` and policies are too large together",
                "Split the template.",
            ));
        }
        for name in self.not_defined(names) {
            if let Some(kind) = expansion.logical_ids.kind_of(names.text(name)) {
                self.made.insert(name, names.intern(kind));
            }
        }
    }

    /// What a module makes is not in view. Its resources are named by the logical id of the module with theirs
    /// behind it, with a dot between or without.
    fn expect_modules(&mut self, names: &Names) {
        let is_module = |declaration: &&Declaration| names.text(declaration.kind).ends_with("::MODULE");
        let modules: Vec<&str> = self
            .resources
            .values()
            .filter(is_module)
            .map(|declaration| names.text(declaration.logical_id))
            .collect();
        if modules.is_empty() {
            return;
        }
        self.complete = false;
        for name in self.not_defined(names) {
            if modules.iter().any(|module| names.text(name).starts_with(module)) {
                self.made.insert(name, names.intern(""));
            }
        }
    }

    /// The logical ids that are referred to and that no resource of the template has.
    fn not_defined(&self, names: &Names) -> Vec<Name> {
        let mut unknown: Vec<Name> = Vec::new();
        let expressions = self.resources.values().map(|declaration| &declaration.properties);
        let outputs =
            self.outputs.values().flat_map(|output| [&output.value].into_iter().chain(&output.export));
        for expression in expressions.chain(outputs) {
            expression.walk(&mut |expression| referenced(names, expression, &mut unknown));
        }
        unknown.retain(|name| !self.resources.contains_key(name));
        unknown
    }

    fn read_mappings(&mut self, lowering: &mut Lowering<'_>, mappings: NodeRef<'_>) {
        let all = &mut self.mappings;
        let mut transformed = false;
        lowering.entries(mappings, &mut |lowering, map, first_level| {
            let mut mapping = Mapping::default();
            lowering.entries(first_level, &mut |lowering, first, second_level| {
                let mut inner = IndexMap::new();
                lowering.entries(second_level, &mut |lowering, second, value| {
                    inner.insert(second.value, lowering.lower(value));
                });
                transformed |= lowering.name_is(first.value, "Fn::Transform");
                mapping.insert(first.value, inner);
            });
            all.insert(map.value, mapping);
        });
        self.complete &= !transformed;
    }
}

/// True if a resource of the template is one of SAM: then all of it must be looked at.
fn uses_sam(resources: NodeRef<'_>) -> bool {
    resources.entries().any(|(_, resource)| {
        let kind = resource.get("Type").and_then(|(_, kind)| kind.scalar());
        kind.is_some_and(|kind| kind.starts_with("AWS::Serverless::"))
    })
}

/// The resource under `key`. Of one whose type is of no interest, only what others see of it is read.
fn of_node(names: &Names, lowering: &mut Lowering<'_>, key: Located<Name>, node: NodeRef<'_>) -> Declaration {
    // Without a type, or with one that is no text, it is still there for `Ref`.
    let kind = node.get("Type").and_then(|(_, kind)| lowering.text(kind)).unwrap_or_else(|| names.intern(""));
    let condition = node.get("Condition").and_then(|(_, name)| lowering.text(name));
    let mut declaration = bare(key, kind, condition);
    let Some(known) = kinds::find(names.text(kind)) else { return declaration };
    if let Some((_, metadata)) = node.get("Metadata") {
        let text = |key: &str| metadata.get(key).and_then(|(_, value)| lowering.text(value));
        declaration.cdk_path = text("aws:cdk:path");
        declaration.asset_path = text("aws:asset:path");
    }
    if let Some((_, properties)) = node.get("Properties") {
        declaration.properties = lowering.lower_wanted(properties, &|property| known.wants(property));
    }
    declaration
}

/// As [`of_node`], for a resource that is lowered already.
fn of_body(names: &Names, key: Located<Name>, body: &Expression) -> Declaration {
    let text =
        |expression: &Expression, key: &str| expression.get(names, key).and_then(Expression::as_scalar);
    let written = text(body, "Type").map_or("", |kind| names.text(kind));
    // What others see of a resource of SAM is what it becomes.
    let becomes = sam::becomes(written);
    let mut declaration = bare(key, names.intern(becomes), text(body, "Condition"));
    if kinds::find(becomes).is_none() {
        return declaration;
    }
    if let Some(metadata) = body.get(names, "Metadata") {
        declaration.cdk_path = text(metadata, "aws:cdk:path");
        declaration.asset_path = text(metadata, "aws:asset:path");
    }
    if let Some(properties) = body.get(names, "Properties") {
        declaration.properties = properties.clone();
    }
    declaration
}

/// Drops properties that are of no interest.
fn keep_wanted(names: &Names, known: &kinds::Kind, properties: &mut Expression) {
    if let Form::Map(entries) = &mut properties.form {
        entries.retain(|(name, _)| known.wants(names.text(name.value)));
    }
}

fn bare(key: Located<Name>, kind: Name, condition: Option<Name>) -> Declaration {
    Declaration {
        logical_id: key.value,
        span: key.span,
        kind,
        condition,
        properties: Expression { form: Form::Null, span: key.span },
        cdk_path: None,
        asset_path: None,
        made_by: None,
    }
}

/// Adds the logical ids that `expression` itself names, also in the forms of SAM (`Api.Stage`).
fn referenced(names: &Names, expression: &Expression, out: &mut Vec<Name>) {
    match expression.as_call() {
        Some(Call::Ref(name)) => out.push(*name),
        Some(Call::GetAtt { resource, attribute }) => {
            out.push(*resource);
            if let Some(attribute) = attribute.as_scalar() {
                let attribute = names.text(attribute);
                let first = attribute.split('.').next().unwrap_or(attribute);
                out.push(names.intern(&format!("{}.{first}", names.text(*resource))));
            }
        }
        Some(Call::Sub { template, .. }) => {
            for part in sub_parts(names.text(template.value)) {
                let SubPart::Variable(name) = part else { continue };
                // `Api.Stage` may be all of the name, or its beginning.
                for (end, _) in name.match_indices('.').chain([(name.len(), "")]) {
                    out.push(names.intern(&name[..end]));
                }
            }
        }
        _ => {}
    }
}

/// The items of a list that is written as a text.
pub(crate) fn split(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { text.split(',').map(|item| item.trim().to_owned()).collect() }
}
