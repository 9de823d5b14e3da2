//! AWS SAM: what `AWS::Serverless::*` resources become.
//!
//! Only what matters for federation and trust is made: roles with their trust and permissions, policies of
//! connectors, authorizers that trust tokens. Everything else that SAM makes is known by its logical id
//! ([`LogicalIds`]), so that references to it are not taken for errors.
//!
//! What a SAM template says is turned into expressions of CloudFormation, before anything is resolved:
//! parameters, conditions and worlds then hold for made resources as for written ones. Where SAM itself looks
//! at the value of a parameter (`Tracing`, `Enabled` of a deployment preference), a condition is made that
//! asks the same; its name holds a dot, which no name in a template can.
//!
//! Sources: AWS SAM developer guide ("Generated CloudFormation resources", "Policy templates", "Globals");
//! the data in `sam/*.json` and `sam/*.txt` from the package `aws-sam-translator`; agreement with that
//! package's own test templates is tested (`tests/sam_oracle.rs`).

mod authorizers;
mod connectors;
mod events;
mod function;
mod globals;
mod graphql;
mod logical_ids;
mod managed;
mod policies;
mod role;
mod schedule;
mod services;
mod state_machine;
mod statements;
mod tree;

use std::borrow::Cow;
use std::cell::Cell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Declaration;
use super::expression::{Call, Expression};
use crate::source::Span;
use crate::value::{Located, Name, Names};

use globals::Properties;
use tree::Tree;

pub use logical_ids::{LogicalIds, becomes};

/// A resource as a template declares it, of any type: connectors join resources of all types.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'t> {
    /// The logical id, and where it is written.
    pub logical_id: Located<Name>,
    /// The type.
    pub kind: Name,
    /// `Condition`
    pub condition: Option<Name>,
    /// `Properties`; of types that are not SAM's those suffice that [`reads`] names.
    pub properties: Option<&'t Expression>,
    /// The attribute `IgnoreGlobals`.
    pub ignore_globals: Option<&'t Expression>,
    /// The attribute `Connectors`.
    pub connectors: Option<&'t Expression>,
}

impl<'t> Declared<'t> {
    /// The resource whose whole map, with `Type`, `Properties` and so on, is `body`; `None` without a type.
    #[must_use]
    pub fn of(names: &Names, logical_id: Located<Name>, body: &'t Expression) -> Option<Self> {
        Some(Self {
            logical_id,
            kind: body.get(names, "Type")?.as_scalar()?,
            condition: body.get(names, "Condition").and_then(Expression::as_scalar),
            properties: body.get(names, "Properties"),
            ignore_globals: body.get(names, "IgnoreGlobals"),
            connectors: body.get(names, "Connectors"),
        })
    }
}

/// What SAM makes of a template. Borrows nothing of it.
#[derive(Debug)]
pub struct Expansion {
    /// The resources, in the order of what they are made for: first what takes the place of the SAM resource,
    /// under its logical id, then what is made beside it. A logical id with a slash (`Api/Authorizer`) is that
    /// of something for which SAM makes no resource of its own. The place is the exact cause inside the SAM
    /// resource, or its logical id. `made_by` is the SAM resource; nothing for what takes its place.
    pub declarations: Vec<Declaration>,
    /// Conditions that made resources name and the template does not define.
    pub conditions: Vec<(Name, Expression)>,
    /// The logical ids that SAM makes, also those of resources that are not made here.
    pub logical_ids: LogicalIds,
    /// False if the budget of nodes made by copying `Globals` and from policy templates was reached: some
    /// properties and policies are then as they are written.
    pub complete: bool,
}

/// Makes what SAM makes of these resources. `globals` is the section `Globals`; `partition` the partition that
/// the template is deployed to, where that is known: in all but `aws`, SAM takes another policy for tracing.
#[must_use]
pub fn expand<'t>(
    names: &'t Names,
    resources: impl IntoIterator<Item = Declared<'t>>,
    globals: Option<&'t Expression>,
    partition: Option<&str>,
) -> Expansion {
    let budget = Cell::new(tree::NODES);
    let tree = Tree { names, budget: &budget };
    let resources = Resources::new(names, tree, resources, globals);
    let all = &resources.all;
    let mut sink = Sink {
        tree,
        partition: partition.unwrap_or("aws").to_owned(),
        declarations: Vec::new(),
        conditions: Vec::new(),
        named: FxHashSet::default(),
        destinations: FxHashMap::default(),
    };
    for resource in all {
        if authorizers::is_implicit(tree, resource.logical_id, all) {
            continue;
        }
        match resource.kind {
            "AWS::Serverless::Function" => function::expand(resource, &mut sink),
            "AWS::Serverless::StateMachine" => state_machine::expand(resource, &mut sink),
            "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => authorizers::expand(resource, &mut sink),
            "AWS::Serverless::GraphQLApi" => graphql::expand(resource, &mut sink),
            "AWS::Serverless::Connector" => connectors::expand(resource, &resources, &mut sink),
            _ => services::expand(resource, &mut sink),
        }
        connectors::expand_embedded(resource, &resources, &mut sink);
    }
    authorizers::expand_implicit(all, globals, &mut sink);
    services::code_deploy(all, &mut sink);
    Expansion {
        logical_ids: LogicalIds::new(tree, all),
        declarations: sink.declarations,
        conditions: sink.conditions,
        complete: budget.get() > 0,
    }
}

/// True if the property of this type says what a connector gives a role, or which role it is.
#[must_use]
pub fn reads(kind: &str, property: &str) -> bool {
    kind.starts_with("AWS::Serverless::") || connectors::role_property(kind) == Some(property)
}

/// A resource of the template, as this module sees it.
#[derive(Debug)]
struct Macro<'t> {
    logical_id: &'t str,
    span: Span,
    kind: &'t str,
    condition: Option<&'t str>,
    connectors: Option<&'t Expression>,
    properties: Properties<'t>,
}

/// All resources of a template.
#[derive(Debug)]
struct Resources<'t> {
    all: Vec<Macro<'t>>,
    by_id: FxHashMap<&'t str, usize>,
}

impl<'t> Resources<'t> {
    fn new(
        names: &'t Names,
        tree: Tree<'_>,
        declared: impl IntoIterator<Item = Declared<'t>>,
        globals: Option<&'t Expression>,
    ) -> Self {
        let text = |name: Name| names.text(name);
        let all: Vec<Macro<'t>> = declared
            .into_iter()
            .map(|declared| Macro {
                logical_id: text(declared.logical_id.value),
                span: declared.logical_id.span,
                kind: text(declared.kind),
                condition: declared.condition.map(text),
                connectors: declared.connectors,
                properties: Properties::new(tree, &declared, globals),
            })
            .collect();
        let by_id = all.iter().enumerate().map(|(index, resource)| (resource.logical_id, index)).collect();
        Self { all, by_id }
    }

    fn find(&self, logical_id: &str) -> Option<&Macro<'t>> {
        self.by_id.get(logical_id).map(|&index| &self.all[index])
    }
}

impl<'t> Macro<'t> {
    /// The tags that `PropagateTags` passes on to everything made.
    fn propagated_tags(&self, tree: Tree<'_>) -> Option<Cow<'t, Expression>> {
        let tags = self.properties.get(tree, "Tags")?;
        let passed = self.properties.get(tree, "PropagateTags").is_some_and(|passed| tree.is_true(&passed));
        (passed && tags.as_map().is_some_and(|tags| !tags.is_empty())).then_some(tags)
    }
}

/// Takes what is made.
struct Sink<'n> {
    tree: Tree<'n>,
    partition: String,
    declarations: Vec<Declaration>,
    conditions: Vec<(Name, Expression)>,
    /// The names of the conditions.
    named: FxHashSet<Name>,
    /// Destinations by their place, with the function that made a queue or topic for them: one that stands
    /// in `Globals` is made once, for the first function.
    destinations: FxHashMap<Span, String>,
}

impl Sink<'_> {
    /// Adds what takes the place of `resource`, with these properties of it.
    fn replace(&mut self, resource: &Macro<'_>, properties: Vec<(&str, Expression)>) {
        let place = Place { span: resource.span, condition: resource.condition };
        let properties = self.tree.map(resource.span, properties);
        let id = resource.logical_id;
        self.push(id, becomes(resource.kind), id, place, properties);
    }

    /// Adds a resource of type `kind` for `owner`.
    fn push(&mut self, owner: &str, kind: &str, logical_id: &str, place: Place<'_>, properties: Expression) {
        let tree = self.tree;
        self.declarations.push(Declaration {
            logical_id: tree.name(logical_id),
            span: place.span,
            kind: tree.name(kind),
            condition: place.condition.map(|condition| tree.name(condition)),
            properties,
            cdk_path: None,
            asset_path: None,
            made_by: (owner != logical_id).then(|| tree.name(owner)),
        });
    }

    /// The path of the managed policy that lets a role write traces.
    fn tracing_policy(&self) -> &'static str {
        if self.partition == "aws" { "AWSXrayWriteOnlyAccess" } else { "AWSXRayDaemonWriteAccess" }
    }

    /// A condition of this name, made once.
    fn condition(&mut self, name: &str, meaning: Expression) -> Name {
        let name = self.tree.name(name);
        if self.named.insert(name) {
            self.conditions.push((name, meaning));
        }
        name
    }

    /// The condition that holds where `condition` does not.
    fn not(&mut self, span: Span, condition: Name) -> Name {
        let name = format!("NOT.{}", self.tree.names.text(condition));
        let meaning = Expression::call(Call::Not(Expression::call(Call::Condition(condition), span)), span);
        self.condition(&name, meaning)
    }

    /// The condition that holds where all of these do.
    fn all_of(&mut self, span: Span, name: &str, conditions: &[Name]) -> Name {
        let conditions = self.references(span, conditions);
        self.condition(name, Expression::call(Call::And(conditions), span))
    }

    /// The condition that holds where one of these does: the condition itself, if it is only one.
    fn any_of(&mut self, span: Span, name: &str, conditions: &[Name]) -> Name {
        if let [first, rest @ ..] = conditions
            && rest.iter().all(|other| other == first)
        {
            return *first;
        }
        let conditions = self.references(span, conditions);
        self.condition(name, Expression::call(Call::Or(conditions), span))
    }

    fn references(&self, span: Span, conditions: &[Name]) -> Vec<Expression> {
        conditions.iter().map(|&condition| Expression::call(Call::Condition(condition), span)).collect()
    }
}

/// Where and when a resource is made.
#[derive(Clone, Copy)]
struct Place<'p> {
    span: Span,
    condition: Option<&'p str>,
}

/// The logical id of the alias that `AutoPublishAlias` asks for. SAM writes the name behind that of the
/// resource; for a name that is not known here, the form that stands for the alias in templates.
fn alias_id(tree: Tree<'_>, owner: &str, alias: &Expression) -> String {
    match tree.literal(alias) {
        Some(name) => format!("{owner}Alias{}", name.replace('-', "D").replace('_', "U")),
        None => format!("{owner}.Alias"),
    }
}

#[cfg(test)]
mod tests;
