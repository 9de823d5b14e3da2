//! Which templates belong together: nested stacks, deployments, exports.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::deployment::{self, Manifest};
use super::draft::{self, Draft};
use super::resolve::{Context, Resolver, Work, World};
use super::tree::{Exports, Scope, Tree};
use super::worlds::{self, Worlds};
use super::{Content, Expression, File, Form};
use crate::resources::{
    Dangling, Defined, Deployment, ExistingExport, Export, Parameter, Pinned, Resource, Resources, Template,
    Value, Variant,
};
use crate::settings::{ParameterValue, Settings};
use crate::source::{Problem, ProblemKind};
use crate::value::{Located, Name, Symbol, TemplateId, Text, Unknown, Vocabulary, WorldSet};

/// How deep stacks are nested at most.
const NESTING: usize = 16;

/// How many stacks one tree has at most.
const STACKS: usize = 512;

/// The templates of one scan, put in order: which trees of nested stacks they make, and where each is deployed.
///
/// Trees are independent of each other but for their exports, so that they can be resolved side by side:
/// [`Plan::exported`] for each, [`Plan::link`] once, [`Plan::resolve`] for each, [`Plan::merge`] once.
#[derive(Debug)]
pub struct Plan {
    trees: Vec<Stacks>,
    deployments: Vec<Deployment>,
    /// For each tree its deployment.
    deployed: Vec<usize>,
    problems: Vec<Vec<Problem>>,
    pinned: Vec<FxHashMap<Name, Value>>,
    /// The id of the first template of each tree; those of its stacks follow.
    first: Vec<u32>,
    exports: Exports,
}

/// A template with its nested stacks. With the last tree that uses a template, all that is held of it is let go of.
#[derive(Debug)]
pub struct Stacks {
    /// Which one of the plan.
    index: usize,
    nodes: Vec<Node>,
}

/// One use of a draft in a tree.
#[derive(Debug)]
struct Node {
    draft: Arc<Draft>,
    /// The parent's position in the tree, and the logical id of the stack there.
    parent: Option<(usize, Name)>,
    /// False if a stack below it is not in view.
    complete: bool,
}

/// What one tree exports: names, and values where they are the same in all worlds.
#[derive(Debug)]
pub struct Exported {
    tree: usize,
    all: Vec<(Text, Option<Value>)>,
}

/// What resolving one tree gives.
#[derive(Debug)]
pub struct Resolved {
    templates: Vec<Template>,
    resources: Vec<Resource>,
    problems: Vec<Problem>,
}

impl Plan {
    /// Puts `files` in order. Nothing depends on the order in which they come. What nothing else says the account of is
    /// deployed `into` that one.
    #[must_use]
    pub fn new(
        mut files: Vec<File>,
        settings: &Settings,
        into: Option<&Pinned>,
        vocabulary: &Vocabulary,
    ) -> Self {
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let mut drafts: Vec<Arc<Draft>> = Vec::new();
        let mut manifests: Vec<Manifest> = Vec::new();
        for file in files {
            match file.content {
                Content::Templates(templates) => drafts.extend(templates.into_iter().map(Arc::new)),
                Content::Manifest(manifest) => manifests.push(manifest),
            }
        }
        let mut plan = Self {
            trees: Vec::new(),
            deployments: Vec::new(),
            deployed: Vec::new(),
            problems: Vec::new(),
            pinned: Vec::new(),
            first: Vec::new(),
            exports: Exports::default(),
        };
        plan.find_trees(&drafts, vocabulary);
        let roots: Vec<&Path> = plan.trees.iter().map(|tree| tree.root().path.as_path()).collect();
        let (deployments, deployed) = deployment::deployments(&roots, &manifests, settings, into, vocabulary);
        plan.pinned = plan.trees.iter().map(|tree| pinned(tree.root(), settings, vocabulary)).collect();
        plan.deployments = deployments;
        plan.deployed = deployed;
        let mut next = 0;
        for tree in &plan.trees {
            plan.first.push(next);
            next += u32::try_from(tree.nodes.len()).expect("a tree has at most 512 stacks");
        }
        plan
    }

    /// Hands out the trees, in order, to be resolved one by one.
    pub fn take_trees(&mut self) -> Vec<Stacks> {
        std::mem::take(&mut self.trees)
    }

    /// What is to be known of a tree.
    fn tree<'a>(&'a self, stacks: &'a Stacks, vocabulary: &Vocabulary) -> Tree<'a> {
        let Stacks { index, ref nodes } = *stacks;
        let mut scopes: Vec<Scope<'_>> = Vec::with_capacity(nodes.len());
        for (position, node) in nodes.iter().enumerate() {
            let draft = &*node.draft;
            let mut arguments = FxHashMap::default();
            if let Some((parent, stack)) = node.parent {
                scopes[parent].children.insert(stack, position);
                let properties = &scopes[parent].draft.resources[&stack].properties;
                let passed = properties.get(&vocabulary.names, "Parameters").and_then(Expression::as_map);
                for (key, value) in passed.into_iter().flatten() {
                    arguments.insert(key.value, value);
                }
            }
            scopes.push(Scope {
                id: TemplateId(self.first[index] + position as u32),
                draft,
                parent: node.parent.map(|(parent, _)| parent),
                stack: node.parent.map(|(_, stack)| stack),
                arguments,
                children: FxHashMap::default(),
                complete: draft.complete && node.complete,
            });
        }
        Tree {
            scopes,
            deployment: &self.deployments[self.deployed[index]],
            pinned: self.pinned[index].clone(),
            problems: self.problems[index].clone(),
        }
    }

    fn find_trees(&mut self, drafts: &[Arc<Draft>], vocabulary: &Vocabulary) {
        let by_path: FxHashMap<PathBuf, usize> =
            drafts.iter().enumerate().map(|(index, draft)| (normalized(&draft.path), index)).collect();
        // For each draft, its stacks with the drafts that they use.
        let mut stacks: Vec<Vec<(Name, usize)>> = vec![Vec::new(); drafts.len()];
        let mut unseen = vec![false; drafts.len()];
        let mut used = vec![false; drafts.len()];
        for (index, draft) in drafts.iter().enumerate() {
            for (name, declaration) in &draft.resources {
                if vocabulary.names.text(declaration.kind) != "AWS::CloudFormation::Stack" {
                    continue;
                }
                let property = |name| declaration.properties.get(&vocabulary.names, name);
                // `Location` is what SAM calls it.
                let written =
                    property("TemplateURL").or_else(|| property("Location")).and_then(Expression::as_scalar);
                let local = declaration.asset_path.or(written).map(|name| vocabulary.names.text(name));
                let found = local.filter(|path| !path.contains("://")).and_then(|path| {
                    let directory = draft.path.parent().unwrap_or(Path::new(""));
                    by_path.get(&normalized(&directory.join(path))).copied()
                });
                match found {
                    Some(child) => {
                        stacks[index].push((*name, child));
                        used[child] |= child != index;
                    }
                    None => unseen[index] = true,
                }
            }
        }
        let mut visited = vec![false; drafts.len()];
        let in_order = (0..drafts.len()).filter(|&index| !used[index]).chain(0..drafts.len());
        for root in in_order.collect::<Vec<_>>() {
            if visited[root] {
                continue;
            }
            let mut problems = Vec::new();
            let node = |index: usize, parent| Node {
                draft: Arc::clone(&drafts[index]),
                parent,
                complete: !unseen[index],
            };
            let mut nodes = vec![node(root, None)];
            // For each node its draft.
            let mut indices = vec![root];
            let mut position = 0;
            while position < nodes.len() {
                let current = indices[position];
                visited[current] = true;
                for &(name, child) in &stacks[current] {
                    let ancestors: Vec<usize> = ancestors(&nodes, position);
                    let declaration = &drafts[current].resources[&name];
                    let over = ancestors.len() >= NESTING || nodes.len() >= STACKS;
                    if ancestors.iter().any(|&ancestor| indices[ancestor] == child) {
                        problems.push(Problem::at(
                            ProblemKind::Template,
                            declaration.span,
                            format!("the nested stack `{}` contains itself", vocabulary.names.text(name)),
                            "Break the circle of templates.",
                        ));
                        nodes[position].complete = false;
                    } else if over {
                        problems.push(Problem::at(
                            ProblemKind::Budget,
                            declaration.span,
                            format!(
                                "the nested stack `{}` is not read: there are too many inside each other",
                                vocabulary.names.text(name)
                            ),
                            "Scan the nested template by itself.",
                        ));
                        nodes[position].complete = false;
                    } else {
                        nodes.push(node(child, Some((position, name))));
                        indices.push(child);
                    }
                }
                position += 1;
            }
            self.trees.push(Stacks { index: self.trees.len(), nodes });
            self.problems.push(problems);
        }
    }

    /// What a tree exports.
    #[must_use]
    pub fn exported(&self, stacks: &Stacks, vocabulary: &Vocabulary) -> Exported {
        let mut all: Vec<(Text, Option<Value>)> = Vec::new();
        let exports = |draft: &Draft| draft.outputs.values().any(|output| output.export.is_some());
        if !stacks.nodes.iter().any(|node| exports(&node.draft)) {
            return Exported { tree: stacks.index, all };
        }
        let tree = self.tree(stacks, vocabulary);
        // What one of them takes from another import is not followed further.
        let none = Exports::default();
        let worlds = worlds::worlds(vocabulary, &tree, &none);
        let work = Work::default();
        let context = Context { vocabulary, tree: &tree, exports: &none, atoms: &worlds.atoms, work: &work };
        for scope in 0..tree.scopes.len() {
            for export in exports_of(context, &worlds, scope) {
                let (name, value) = (export.name.value, export.value.value);
                match all.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, known)) => {
                        if known.as_ref() != Some(&value) {
                            *known = None;
                        }
                    }
                    None => all.push((name, Some(value))),
                }
            }
        }
        Exported { tree: stacks.index, all }
    }

    /// Lets imports be answered by what the trees export.
    pub fn link(&mut self, exported: Vec<Exported>) {
        for Exported { tree, all } in exported {
            let deployment = &self.deployments[self.deployed[tree]];
            for (name, value) in all {
                self.exports.add(name, deployment, value);
            }
        }
    }

    /// Lets imports be answered by an export of a stack that exists.
    pub fn take(&mut self, export: ExistingExport) {
        let ExistingExport { name, value, account, region } = export;
        let known = |text: &Option<Text>, other: fn(&Deployment) -> &Text, deployment: &Deployment| {
            text.as_ref()
                .is_none_or(|text| text == other(deployment) || other(deployment).as_symbol().is_some())
        };
        for deployment in &self.deployments {
            if known(&account, |place| &place.account, deployment)
                && known(&region, |place| &place.region, deployment)
            {
                self.exports.add_existing(name.clone(), deployment, Value::Text(value.clone()));
            }
        }
    }

    /// Resolves a tree, and lets go of it.
    #[must_use]
    pub fn resolve(&self, stacks: Stacks, vocabulary: &Vocabulary) -> Resolved {
        let exports = &self.exports;
        let mut tree = self.tree(&stacks, vocabulary);
        let nodes = &stacks.nodes;
        let mut problems: Vec<Problem> = nodes
            .iter()
            .enumerate()
            // A template used twice says what is wrong with it once.
            .filter(|(position, node)| {
                nodes[..*position].iter().all(|other| !Arc::ptr_eq(&other.draft, &node.draft))
            })
            .flat_map(|(_, node)| node.draft.problems.iter().cloned())
            .collect();
        problems.append(&mut tree.problems);
        let worlds = worlds::worlds(vocabulary, &tree, exports);
        problems.extend(worlds.problems.iter().cloned());
        let work = Work::default();
        let context = Context { vocabulary, tree: &tree, exports, atoms: &worlds.atoms, work: &work };
        let mut templates = Vec::with_capacity(tree.scopes.len());
        let mut resources = Vec::new();
        for (position, scope) in tree.scopes.iter().enumerate() {
            let mut dangling = Vec::new();
            let mut declarations: Vec<_> = scope
                .draft
                .resources
                .values()
                .filter(|declaration| worlds::matters(vocabulary, declaration))
                .collect();
            // What SAM makes stands where it is caused.
            declarations.sort_by_key(|declaration| declaration.span.start);
            resources.reserve_exact(declarations.len());
            for declaration in declarations {
                let (variants, lost, more) = variants(context, &worlds, position, declaration.logical_id);
                dangling.extend(lost);
                problems.extend(more);
                resources.push(Resource {
                    logical_id: declaration.logical_id,
                    kind: declaration.kind,
                    template: scope.id,
                    root: tree.scopes[0].id,
                    deployment: tree.deployment.id,
                    span: declaration.span,
                    cdk_path: declaration.cdk_path,
                    made_by: declaration.made_by,
                    only_listed: false,
                    variants,
                });
            }
            templates.push(Template {
                id: scope.id,
                root: tree.scopes[0].id,
                parent: scope.parent.zip(scope.stack).map(|(parent, stack)| (tree.scopes[parent].id, stack)),
                deployment: tree.deployment.id,
                span: scope.draft.span,
                worlds: worlds.table.clone(),
                parameters: scope
                    .draft
                    .parameters
                    .values()
                    .map(|declared| parameter(vocabulary, scope, declared))
                    .collect(),
                defined: scope
                    .draft
                    .resources
                    .values()
                    .map(|declaration| Defined { logical_id: declaration.logical_id, kind: declaration.kind })
                    .collect(),
                exports: exports_of(context, &worlds, position),
                dangling,
                complete: scope.complete,
            });
        }
        Resolved { templates, resources, problems }
    }

    /// Puts resolved trees together, in the order of the plan.
    #[must_use]
    pub fn merge(self, resolved: Vec<Resolved>) -> Resources {
        let mut all = Resources { deployments: self.deployments, ..Resources::default() };
        all.templates.reserve_exact(resolved.iter().map(|tree| tree.templates.len()).sum());
        all.resources.reserve_exact(resolved.iter().map(|tree| tree.resources.len()).sum());
        for tree in resolved {
            all.templates.extend(tree.templates);
            all.resources.extend(tree.resources);
            all.problems.extend(tree.problems);
        }
        all
    }
}

impl Stacks {
    /// The template that contains the others.
    fn root(&self) -> &Draft {
        &self.nodes[0].draft
    }
}

fn parameter(
    vocabulary: &Vocabulary,
    scope: &Scope<'_>,
    declared: &super::parameters::Declared,
) -> Parameter {
    let symbol = Symbol::Parameter { template: scope.id, parameter: declared.name.value };
    Parameter {
        name: declared.name.value,
        span: declared.name.span,
        symbol: (!declared.list).then(|| vocabulary.symbols.intern(symbol, || declared.shape.clone())),
        default: declared.default,
    }
}

/// The path without `.` and `..`, as far as that can be done by name.
fn normalized(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

fn ancestors(nodes: &[Node], position: usize) -> Vec<usize> {
    let mut all = vec![position];
    let mut current = position;
    while let Some((parent, _)) = nodes[current].parent {
        all.push(parent);
        current = parent;
    }
    all
}

fn pinned(draft: &Draft, settings: &Settings, vocabulary: &Vocabulary) -> FxHashMap<Name, Value> {
    let mut all = FxHashMap::default();
    for (name, declared) in &draft.parameters {
        // What is not to be echoed must not turn up in what we say either.
        if declared.hidden {
            continue;
        }
        let Some(parameter) = settings.parameters.get(vocabulary.names.text(*name)) else { continue };
        let span = parameter.span.unwrap_or(declared.name.span);
        let text = |text: &str| Value::Text(vocabulary.literal(text));
        let value = match (&parameter.value, declared.list) {
            (ParameterValue::Text(value), false) => text(value),
            (ParameterValue::List(items), false) => text(&items.join(",")),
            (ParameterValue::Text(value), true) => {
                Value::List(draft::split(value).iter().map(|item| Located::new(text(item), span)).collect())
            }
            (ParameterValue::List(items), true) => {
                Value::List(items.iter().map(|item| Located::new(text(item), span)).collect())
            }
        };
        all.insert(*name, value);
    }
    all
}

/// Calls `resolve` once for each class of worlds that cannot be told apart by what it consulted.
fn by_class<'a, T>(
    context: Context<'a>,
    worlds: &'a Worlds,
    mut resolve: impl FnMut(&mut Resolver<'a>) -> T,
) -> Vec<(WorldSet, T, Resolver<'a>)> {
    let mut remaining = worlds.table.all().0;
    let mut classes = Vec::new();
    while remaining != 0 {
        let first = remaining.trailing_zeros() as usize;
        let mut resolver = Resolver::new(context, World::One(&worlds.choices[first]));
        let result = resolve(&mut resolver);
        let mut class = 0;
        for world in first..worlds.choices.len() {
            let agrees = || {
                let equal = |&atom: &u32| {
                    worlds.choices[world][atom as usize] == worlds.choices[first][atom as usize]
                };
                resolver.consulted.iter().all(equal)
            };
            if remaining >> world & 1 == 1 && agrees() {
                class |= 1 << world;
            }
        }
        remaining &= !class;
        classes.push((WorldSet(class), result, resolver));
    }
    classes
}

/// True if a resource or output under `condition` of the template `scope` exists.
fn exists(resolver: &mut Resolver<'_>, tree: &Tree<'_>, scope: usize, condition: Option<Name>) -> bool {
    let span = tree.scopes[scope].draft.span;
    if condition.is_some_and(|condition| !resolver.condition(scope, condition, span)) {
        return false;
    }
    match tree.scopes[scope].parent.zip(tree.scopes[scope].stack) {
        Some((parent, stack)) => {
            exists(resolver, tree, parent, tree.scopes[parent].draft.resources[&stack].condition)
        }
        None => true,
    }
}

fn variants(
    context: Context<'_>,
    worlds: &Worlds,
    scope: usize,
    name: Name,
) -> (Vec<Variant>, Vec<Dangling>, Vec<Problem>) {
    let tree = context.tree;
    let declaration = &tree.scopes[scope].draft.resources[&name];
    let classes = by_class(context, worlds, |resolver| {
        if !exists(resolver, tree, scope, declaration.condition) {
            return None;
        }
        let span = declaration.properties.span;
        let properties = match &declaration.properties.form {
            Form::Null => Located::new(Value::Map(Vec::new()), declaration.span),
            _ => resolver
                .value(scope, &declaration.properties)
                .unwrap_or_else(|| Located::new(Value::Map(Vec::new()), span)),
        };
        let properties = match properties.value {
            Value::Map(_) | Value::Unknown(_) => properties,
            _ => properties.map(|_| Value::Unknown(Unknown::Mismatch)),
        };
        // What only these need was reported where it stands.
        let lost = resolver.lost.len();
        let reference = resolver.resource_reference(scope, name, declaration.span);
        let arn = resolver.arn(scope, name, declaration.span);
        let external_id = resolver.external_id(scope, name, declaration.span);
        resolver.lost.truncate(lost);
        Some((properties, reference, arn, external_id))
    });
    let mut variants: Vec<Variant> = Vec::new();
    let mut dangling: Vec<Dangling> = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for (set, contents, resolver) in classes {
        for problem in resolver.problems {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        for lost in resolver.lost {
            let same = |known: &&mut Dangling| {
                known.span == lost.span && known.name == lost.name && known.why == lost.why
            };
            match dangling.iter_mut().find(same) {
                Some(known) => known.worlds.0 |= set.0,
                None => dangling.push(Dangling {
                    from: name,
                    name: lost.name,
                    did_you_mean: lost.did_you_mean,
                    span: lost.span,
                    worlds: set,
                    why: lost.why,
                }),
            }
        }
        let Some((properties, reference, arn, external_id)) = contents else { continue };
        let reference = Some(reference);
        let same = |known: &&mut Variant| {
            known.reference == reference && known.arn == arn && known.properties == properties
        };
        match variants.iter_mut().find(same) {
            Some(known) => known.worlds.0 |= set.0,
            None => variants.push(Variant {
                worlds: set,
                properties,
                reference,
                arn,
                external_id,
                attributes: Vec::new(),
            }),
        }
    }
    variants.sort_by_key(|variant| variant.worlds.0.trailing_zeros());
    // Nearly all have one.
    variants.shrink_to_fit();
    (variants, dangling, problems)
}

fn exports_of(context: Context<'_>, worlds: &Worlds, scope: usize) -> Vec<Export> {
    let mut exports: Vec<Export> = Vec::new();
    for output in context.tree.scopes[scope].draft.outputs.values() {
        let Some(name) = &output.export else { continue };
        let classes = by_class(context, worlds, |resolver| {
            if !exists(resolver, context.tree, scope, output.condition) {
                return None;
            }
            let name = Located::new(resolver.text(scope, name), name.span);
            Some((name, resolver.value(scope, &output.value)?))
        });
        for (set, contents, _) in classes {
            let Some((name, value)) = contents else { continue };
            match exports.iter_mut().find(|known| known.name == name && known.value == value) {
                Some(known) => known.worlds.0 |= set.0,
                None => exports.push(Export { name, value, worlds: set }),
            }
        }
    }
    exports
}
