//! AWS SAM: what `AWS::Serverless::*` resources become.
//!
//! Only what matters for federation and trust is made: roles with their trust and permissions, policies of
//! connectors, authorizers that trust tokens. Everything else that SAM makes is known by its logical id
//! ([`Serverless::kind_of`]), so that references to it are not taken for errors.
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
use std::cell::{Cell, OnceCell};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Declaration;
use super::expression::{Call, Expression};
use crate::source::Span;
use crate::value::{Located, Name, Names};

use globals::Properties;
use logical_ids::LogicalIds;
use tree::Tree;

pub use logical_ids::becomes;

/// A resource as a template declares it, of any type.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'t> {
    /// The logical id.
    pub logical_id: Located<Name>,
    /// The whole resource: the map with `Type`, `Properties` and so on.
    pub body: &'t Expression,
}

/// What SAM makes of a template.
#[derive(Clone, Debug, Default)]
pub struct Expansion {
    /// The resources, in the order of what they are made for. A logical id with a slash (`Api/Authorizer`)
    /// is that of something for which SAM makes no resource of its own. The place is the exact cause inside
    /// the SAM resource, or its logical id.
    pub declarations: Vec<Declaration>,
    /// Conditions that made resources name and the template does not define.
    pub conditions: Vec<(Name, Expression)>,
    /// False if the budget of nodes made by copying `Globals` and from policy templates was reached: some
    /// properties and policies are then as they are written.
    pub complete: bool,
}

/// The resources of a template that uses SAM.
#[derive(Debug)]
pub struct Serverless<'t> {
    names: &'t Names,
    resources: Resources<'t>,
    globals: Option<&'t Expression>,
    logical_ids: OnceCell<LogicalIds>,
}

/// All resources of a template.
#[derive(Debug)]
struct Resources<'t> {
    all: Vec<Macro<'t>>,
    by_id: FxHashMap<&'t str, usize>,
}

impl<'t> Resources<'t> {
    fn find(&self, logical_id: &str) -> Option<&Macro<'t>> {
        self.by_id.get(logical_id).map(|&index| &self.all[index])
    }
}

/// A resource of the template, as this module sees it.
#[derive(Debug)]
struct Macro<'t> {
    logical_id: &'t str,
    span: Span,
    kind: &'t str,
    condition: Option<&'t str>,
    body: &'t Expression,
    properties: Properties<'t>,
}

impl<'t> Macro<'t> {
    /// The tags that `PropagateTags` passes on to everything made.
    fn propagated_tags(&self, tree: Tree<'_>) -> Option<Cow<'t, Expression>> {
        let tags = self.properties.get(tree, "Tags")?;
        let passed = self.properties.get(tree, "PropagateTags").is_some_and(|passed| tree.is_true(&passed));
        (passed && tags.as_map().is_some_and(|tags| !tags.is_empty())).then_some(tags)
    }
}

impl<'t> Serverless<'t> {
    /// Reads the resources of a template: all of them, since connectors join resources of any type.
    /// `globals` is the section `Globals`.
    #[must_use]
    pub fn new(
        names: &'t Names,
        resources: impl IntoIterator<Item = Declared<'t>>,
        globals: Option<&'t Expression>,
    ) -> Self {
        let budget = Cell::new(0);
        let tree = Tree { names, budget: &budget };
        let all: Vec<Macro<'t>> = resources
            .into_iter()
            .filter_map(|declared| {
                let text = |key| declared.body.get(names, key)?.as_scalar().map(|text| names.text(text));
                let kind = text("Type")?;
                Some(Macro {
                    logical_id: names.text(declared.logical_id.value),
                    span: declared.logical_id.span,
                    kind,
                    condition: text("Condition"),
                    body: declared.body,
                    properties: Properties::new(tree, kind, declared.body, globals),
                })
            })
            .collect();
        let by_id = all.iter().enumerate().map(|(index, resource)| (resource.logical_id, index)).collect();
        Self { names, resources: Resources { all, by_id }, globals, logical_ids: OnceCell::new() }
    }

    /// Makes the resources. `partition` is the partition that the template is deployed to, where that is
    /// known: in all but `aws`, SAM takes another policy for tracing.
    #[must_use]
    pub fn expand(&self, partition: Option<&str>) -> Expansion {
        let budget = Cell::new(tree::NODES);
        let all = &self.resources.all;
        let mut sink = Sink {
            tree: Tree { names: self.names, budget: &budget },
            partition: partition.unwrap_or("aws").to_owned(),
            expansion: Expansion::default(),
            named: FxHashSet::default(),
        };
        for resource in all {
            if authorizers::is_implicit(sink.tree, resource.logical_id, all) {
                continue;
            }
            match resource.kind {
                "AWS::Serverless::Function" => function::expand(resource, &mut sink),
                "AWS::Serverless::StateMachine" => state_machine::expand(resource, &mut sink),
                "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => {
                    authorizers::expand(resource, &mut sink)
                }
                "AWS::Serverless::GraphQLApi" => graphql::expand(resource, &mut sink),
                "AWS::Serverless::Connector" => connectors::expand(resource, &self.resources, &mut sink),
                _ => services::expand(resource, &mut sink),
            }
            connectors::expand_embedded(resource, &self.resources, &mut sink);
        }
        authorizers::expand_implicit(all, self.globals, &mut sink);
        services::code_deploy(all, &mut sink);
        let mut expansion = sink.expansion;
        expansion.complete = budget.get() > 0;
        expansion
    }

    /// The CloudFormation type of the resource that SAM makes under the logical id `name`; `None` if it makes
    /// none. Also for the forms `Function.Alias` and `Api.Stage`, and for logical ids with a hash.
    #[must_use]
    pub fn kind_of(&self, name: &str) -> Option<&'static str> {
        let ids = self.logical_ids.get_or_init(|| {
            let budget = Cell::new(0);
            LogicalIds::new(Tree { names: self.names, budget: &budget }, &self.resources.all)
        });
        ids.kind_of(name)
    }
}

/// Takes what is made.
struct Sink<'n> {
    tree: Tree<'n>,
    partition: String,
    expansion: Expansion,
    /// The names of the conditions.
    named: FxHashSet<Name>,
}

impl Sink<'_> {
    /// Adds a resource of type `kind` for `owner`.
    fn push(&mut self, owner: &str, kind: &str, logical_id: &str, place: Place<'_>, properties: Expression) {
        let tree = self.tree;
        self.expansion.declarations.push(Declaration {
            logical_id: tree.name(logical_id),
            span: place.span,
            kind: tree.name(kind),
            condition: place.condition.map(|condition| tree.name(condition)),
            properties,
            cdk_path: None,
            asset_path: None,
            made_by: Some(tree.name(owner)),
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
            self.expansion.conditions.push((name, meaning));
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
