//! `AWS::Serverless::Connector` and the attribute `Connectors`: policies that let one resource use another.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value as Json;

use super::tree::{self, Tree};
use super::{Macro, Place, Resources, Sink, logical_ids, statements};
use crate::resources::cloudformation::expression::Expression;
use crate::source::Span;

/// Connector profiles as data; `tools/sam/extract.py` writes it.
const PROFILES: &str = include_str!("connectors.json");

/// A connector, apart from its ends.
pub(super) struct Link<'t> {
    pub(super) logical_id: String,
    pub(super) made_by: &'t str,
    pub(super) span: Span,
    pub(super) condition: Option<&'t str>,
    pub(super) permissions: Vec<String>,
}

/// One end of a connector: what is known of a resource.
#[derive(Default)]
pub(super) struct End {
    /// The CloudFormation type.
    pub(super) kind: String,
    pub(super) arn: Option<Expression>,
    /// The *name* of its role.
    pub(super) role: Option<Expression>,
    pub(super) name: Option<Expression>,
    pub(super) resource_id: Option<Expression>,
    pub(super) qualifier: Option<Expression>,
}

/// Makes the policies of a connector resource.
pub(super) fn expand(connector: &Macro<'_>, resources: &Resources<'_>, sink: &mut Sink<'_>) {
    let tree = sink.tree;
    let properties = &connector.properties;
    let (Some(source), Some(destination)) =
        (properties.get(tree, "Source"), properties.get(tree, "Destination"))
    else {
        return;
    };
    let link = Link {
        logical_id: connector.logical_id.to_owned(),
        made_by: connector.logical_id,
        span: connector.span,
        condition: connector.condition,
        permissions: permissions(tree, properties.get(tree, "Permissions").as_deref()),
    };
    connect(&link, Ok(&source), &destination, resources, sink);
}

/// Makes the policies of the connectors that stand in the attribute `Connectors` of a resource.
pub(super) fn expand_embedded(owner: &Macro<'_>, resources: &Resources<'_>, sink: &mut Sink<'_>) {
    let tree = sink.tree;
    for (name, connector) in owner.connectors.into_iter().flat_map(|map| tree.entries(map)) {
        let Some(properties) = tree.property(connector, "Properties") else { continue };
        let Some(destination) = tree.property(properties, "Destination") else { continue };
        let link = Link {
            logical_id: format!("{}{name}", owner.logical_id),
            made_by: owner.logical_id,
            span: connector.span,
            condition: tree.text_of(connector, "Condition"),
            permissions: permissions(tree, tree.property(properties, "Permissions")),
        };
        let source = tree.property(properties, "SourceReference");
        connect(&link, Err((owner.logical_id, source)), destination, resources, sink);
    }
}

/// How one end knows the other.
#[derive(Clone, Copy)]
struct Other<'s> {
    id: Option<&'s str>,
    arn: Option<&'s Expression>,
}

/// The source of a connector: as it is written, or the resource around an embedded one.
type Source<'s> = Result<&'s Expression, (&'s str, Option<&'s Expression>)>;

fn connect(
    link: &Link<'_>,
    source: Source<'_>,
    destination: &Expression,
    resources: &Resources<'_>,
    sink: &mut Sink<'_>,
) {
    let tree = sink.tree;
    let source_as_other = match source {
        Ok(written) => Other { id: tree.text_of(written, "Id"), arn: tree.property(written, "Arn") },
        Err((owner, _)) => Other { id: Some(owner), arn: None },
    };
    let several = destination.as_list();
    for (index, destination) in several.unwrap_or(std::slice::from_ref(destination)).iter().enumerate() {
        let number = several.map(|_| index);
        let other = Other { id: tree.text_of(destination, "Id"), arn: tree.property(destination, "Arn") };
        let from = match source {
            Ok(written) => end(tree, written, other, resources),
            Err((owner, written)) => by_id(tree, owner, written, link.span, other, resources),
        };
        let to = end(tree, destination, source_as_other, resources);
        if let (Some(from), Some(to)) = (from, to) {
            policy(link, &from, &to, number, sink);
        }
    }
}

/// Makes the policy that lets `from` use `to`, if the profile of both types ends in one for a role; `number`
/// counts the destinations of a connector with several.
pub(super) fn policy(link: &Link<'_>, from: &End, to: &End, number: Option<usize>, sink: &mut Sink<'_>) {
    let suffix = number.map_or_else(String::new, |number| format!("Destination{number}"));
    if let Some(properties) = properties(sink.tree, link, from, to) {
        let id = format!("{}Policy{suffix}", link.logical_id);
        let place = Place { span: link.span, condition: link.condition };
        sink.push(link.made_by, "AWS::IAM::ManagedPolicy", &id, place, properties);
    }
}

fn properties(tree: Tree<'_>, link: &Link<'_>, from: &End, to: &End) -> Option<Expression> {
    // About as many nodes as the largest profiles have.
    if !tree.charge(64) {
        return None;
    }
    let profile = &data()["profiles"][from.kind.as_str()][to.kind.as_str()];
    if profile["type"].as_str()? != "AWS_IAM_ROLE_MANAGED_POLICY" {
        return None;
    }
    let of_source = profile["role-of-source"].as_bool().unwrap_or(false);
    let role = if of_source { from } else { to }.role.clone()?;
    let span = link.span;
    let values = |name: &str| {
        let (end, name) = name.split_once('.')?;
        let end = if end == "Source" { from } else { to };
        match name {
            "Arn" => end.arn.clone(),
            "Name" => end.name.clone(),
            "ResourceId" => end.resource_id.clone(),
            "Qualifier" => end.qualifier.clone(),
            _ => None,
        }
    };
    let wanted: BTreeSet<&str> = link.permissions.iter().map(String::as_str).collect();
    let mut statements = Vec::new();
    for (category, written) in profile["access"].as_object()? {
        if wanted.contains(category.as_str()) {
            for statement in written.as_array()? {
                statements.push(fill(tree, statement, span, &values)?);
            }
        }
    }
    if statements.is_empty() {
        return None;
    }
    let document = statements::document(tree, span, statements);
    Some(tree.map(span, vec![("PolicyDocument", document), ("Roles", tree::list(span, vec![role]))]))
}

fn permissions(tree: Tree<'_>, written: Option<&Expression>) -> Vec<String> {
    let items = written.and_then(Expression::as_list).unwrap_or_default();
    items.iter().filter_map(|item| tree.literal(item)).map(str::to_owned).collect()
}

/// An end as it is written: by the logical id of a resource, or by its type and what is needed of it.
fn end(tree: Tree<'_>, written: &Expression, other: Other<'_>, resources: &Resources<'_>) -> Option<End> {
    if let Some(id) = tree.text_of(written, "Id") {
        return by_id(tree, id, Some(written), written.span, other, resources);
    }
    let kind = tree.text_of(written, "Type")?;
    let property = |name: &str| tree.property(written, name).cloned();
    Some(End {
        kind: logical_ids::becomes(kind).to_owned(),
        arn: property("Arn"),
        role: property("RoleName"),
        name: property("Name"),
        resource_id: property("ResourceId"),
        qualifier: property("Qualifier"),
    })
}

fn by_id(
    tree: Tree<'_>,
    id: &str,
    written: Option<&Expression>,
    span: Span,
    other: Other<'_>,
    resources: &Resources<'_>,
) -> Option<End> {
    let resource = resources.find(id)?;
    let kind = logical_ids::becomes(resource.kind);
    let known = &data()["resources"][kind];
    let output = |name: &str| {
        let value = &known["Outputs"][name];
        if value.is_null() { None } else { fill(tree, value, span, &|_| Some(tree.text(span, id))) }
    };
    let written = |name: &str| written.and_then(|written| tree.property(written, name)).cloned();
    Some(End {
        kind: kind.to_owned(),
        arn: output("Arn"),
        role: role_of(tree, resource, other, span),
        name: output("Name"),
        resource_id: output("Id"),
        qualifier: written("Qualifier").or_else(|| output("Qualifier")),
    })
}

/// The property of a type that says which role its resources act with. Of a rule, each target has its own.
pub(super) fn role_property(kind: &str) -> Option<&'static str> {
    if kind == "AWS::Events::Rule" {
        return Some("Targets");
    }
    data()["resources"][kind]["Inputs"]["Role"].as_str()
}

/// The name of the role that a resource of the template acts with.
fn role_of(tree: Tree<'_>, resource: &Macro<'_>, other: Other<'_>, span: Span) -> Option<Expression> {
    let of_property = |name: &str| {
        let role = resource.properties.get(tree, name)?;
        Some(tree.reference(span, tree.referenced(&role)?))
    };
    match resource.kind {
        "AWS::Serverless::Function" | "AWS::Serverless::StateMachine" => {
            match resource.properties.get(tree, "Role") {
                Some(_) => of_property("Role"),
                None => Some(tree.reference(span, &format!("{}Role", resource.logical_id))),
            }
        }
        "AWS::Events::Rule" => {
            let targets = resource.properties.get(tree, "Targets")?;
            // A rule has at most five targets.
            let target = targets.as_list()?.iter().take(100).find(|target| {
                tree.property(target, "Arn").is_some_and(|arn| {
                    Some(arn) == other.arn || other.id.is_some() && tree.referenced(arn) == other.id
                })
            })?;
            Some(tree.reference(span, tree.referenced(tree.property(target, "RoleArn")?)?))
        }
        kind => of_property(role_property(kind)?),
    }
}

/// A value of the data with `%{...}` filled in; `None` if something that it needs is not known.
fn fill(
    tree: Tree<'_>,
    value: &Json,
    span: Span,
    values: &dyn Fn(&str) -> Option<Expression>,
) -> Option<Expression> {
    match value {
        Json::String(text) => fill_text(tree, text, span, values),
        Json::Array(items) => {
            let items: Option<Vec<Expression>> =
                items.iter().map(|item| fill(tree, item, span, values)).collect();
            Some(tree::list(span, items?))
        }
        Json::Object(entries) => {
            let entries: Option<Vec<(&str, Expression)>> = entries
                .iter()
                .map(|(key, value)| Some((key.as_str(), fill(tree, value, span, values)?)))
                .collect();
            Some(tree.map_or_function(span, entries?))
        }
        other => Some(tree.text(span, &other.to_string())),
    }
}

fn fill_text(
    tree: Tree<'_>,
    text: &str,
    span: Span,
    values: &dyn Fn(&str) -> Option<Expression>,
) -> Option<Expression> {
    if let Some(name) = text.strip_prefix("%{").and_then(|rest| rest.strip_suffix('}'))
        && !name.contains('}')
    {
        return values(name);
    }
    let mut pieces = text.split("%{");
    let mut template = pieces.next().unwrap_or_default().to_owned();
    let mut variables = Vec::new();
    for piece in pieces {
        let (name, rest) = piece.split_once('}')?;
        let variable: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        template.push_str(&format!("${{{variable}}}{rest}"));
        variables.push((variable, values(name)?));
    }
    if !template.contains("${") {
        return Some(tree.text(span, text));
    }
    let variables = variables.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    Some(tree.sub_with(span, &template, variables))
}

fn data() -> &'static Json {
    static PARSED: OnceLock<Json> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(PROFILES).expect("the embedded file is JSON: a test reads it"))
}
