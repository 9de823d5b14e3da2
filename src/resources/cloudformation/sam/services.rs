//! SAM types whose role depends on one property alone, and the role of CodeDeploy.

use super::role::Draft;
use super::tree::{self, Tree};
use super::{Macro, Sink, logical_ids, statements};
use crate::resources::cloudformation::expression::{Call, Expression};
use crate::value::Name;

/// A type that gets a role unless a property brings one.
struct Service {
    kind: &'static str,
    own_role: &'static str,
    suffix: &'static str,
    managed: Option<&'static str>,
    /// The property that must be true for `Tags` to reach the role.
    tags_if: Option<&'static str>,
}

const SERVICES: &[Service] = &[
    Service {
        kind: "AWS::Serverless::CapacityProvider",
        own_role: "OperatorRole",
        suffix: "OperatorRole",
        managed: Some("AWSLambdaManagedEC2ResourceOperator"),
        tags_if: Some("PropagateTags"),
    },
    Service {
        kind: "AWS::Serverless::NetworkConnector",
        own_role: "OperatorRole",
        suffix: "OperatorRole",
        managed: Some("AWSLambdaNetworkConnectorOperatorPolicy"),
        tags_if: Some("PropagateTags"),
    },
    Service {
        kind: "AWS::Serverless::WebFunction",
        own_role: "ExecutionRoleArn",
        suffix: "Role",
        managed: Some("service-role/AWSLambdaBasicExecutionRole"),
        tags_if: None,
    },
    Service {
        kind: "AWS::Serverless::MicrovmImage",
        own_role: "BuildRoleArn",
        suffix: "BuildRole",
        managed: None,
        tags_if: Some("PropagateTags"),
    },
];

/// Makes what takes the place of a SAM resource, and its role if it is one of [`SERVICES`].
pub(super) fn expand(resource: &Macro<'_>, sink: &mut Sink<'_>) {
    let tree = sink.tree;
    if logical_ids::becomes(resource.kind) == resource.kind {
        return;
    }
    sink.replace(resource, passed(tree, resource));
    let Some(service) = SERVICES.iter().find(|service| service.kind == resource.kind) else { return };
    if resource.properties.get(tree, service.own_role).is_some() {
        return;
    }
    let id = format!("{}{}", resource.logical_id, service.suffix);
    let mut role = Draft::new(tree, id, resource.span, "lambda.amazonaws.com");
    match service.managed {
        Some(path) => role.attach(resource.span, path),
        None => role.inline.extend(image_build(tree, resource)),
    }
    role.mark("lambda:createdBy");
    let tags = match service.tags_if {
        Some(_) => resource.propagated_tags(tree),
        None => resource.properties.get(tree, "Tags"),
    };
    if let Some(tags) = tags {
        role.tag(&tags);
    }
    role.finish(resource.logical_id, resource.condition, sink);
}

/// Properties that a type passes on, under their new name.
const PASSED: &[(&str, &str, &str)] = &[
    ("AWS::Serverless::Application", "Location", "TemplateURL"),
    ("AWS::Serverless::Application", "Parameters", "Parameters"),
    ("AWS::Serverless::SimpleTable", "TableName", "TableName"),
];

fn passed(tree: Tree<'_>, resource: &Macro<'_>) -> Vec<(&'static str, Expression)> {
    let of_kind = PASSED.iter().filter(|(kind, ..)| *kind == resource.kind);
    of_kind
        .filter_map(|(_, written, made)| Some((*made, resource.properties.get(tree, written)?.into_owned())))
        .collect()
}

/// To read the code of an image and to write its logs.
fn image_build(tree: Tree<'_>, resource: &Macro<'_>) -> Option<Expression> {
    let code = resource.properties.get(tree, "CodeUri")?;
    let span = code.span;
    let bucket = match tree.literal(&code) {
        Some(uri) => tree.text(span, uri.strip_prefix("s3://")?.split('/').next()?),
        None => {
            let pieces = tree.split(span, "/", code.into_owned());
            tree.select(span, 2, pieces)
        }
    };
    let objects = tree.sub_with(span, "arn:${AWS::Partition}:s3:::${Bucket}/*", vec![("Bucket", bucket)]);
    let logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
    let statements = vec![
        statements::allow(tree, span, &["s3:GetObject"], objects),
        statements::allow(tree, resource.span, &logs, tree.text(resource.span, "*")),
    ];
    let document = statements::document(tree, resource.span, statements);
    Some(statements::inline_policy(tree, resource.span, "MicrovmImageBuildPolicy", document))
}

/// Makes the role with which CodeDeploy shifts traffic, if a function has a `DeploymentPreference` that is
/// on and brings no role.
pub(super) fn code_deploy(resources: &[Macro<'_>], sink: &mut Sink<'_>) {
    let tree = sink.tree;
    let mut first: Option<&Macro<'_>> = None;
    let mut conditions: Vec<Name> = Vec::new();
    let mut unconditional = false;
    let mut tags = Vec::new();
    for function in resources.iter().filter(|resource| resource.kind == "AWS::Serverless::Function") {
        let Some(preference) = function.properties.get(tree, "DeploymentPreference") else { continue };
        let enabled = switch(function, &preference, "Enabled", true, sink);
        if enabled == Switch::Off {
            continue;
        }
        tags.extend(function.propagated_tags(tree));
        if tree.property(&preference, "Role").is_some() {
            continue;
        }
        first = first.or(Some(function));
        let passed = switch(function, &preference, "PassthroughCondition", false, sink);
        let inherited = match (function.condition.map(|condition| tree.name(condition)), passed) {
            (None, _) | (_, Switch::Off) => None,
            (Some(condition), Switch::On) => Some(condition),
            (Some(condition), Switch::If(passed)) => {
                let either = [sink.not(function.span, passed), condition];
                let name = format!("{}.PassedCondition", function.logical_id);
                Some(sink.any_of(function.span, &name, &either))
            }
        };
        let switched = if let Switch::If(condition) = enabled { Some(condition) } else { None };
        let all: Vec<Name> = inherited.into_iter().chain(switched).collect();
        match all.as_slice() {
            [] => unconditional = true,
            [one] => conditions.push(*one),
            several => {
                let name = format!("{}.DeploymentPreference", function.logical_id);
                conditions.push(sink.all_of(function.span, &name, several));
            }
        }
    }
    let Some(function) = first else { return };
    let condition = if unconditional {
        None
    } else {
        Some(sink.any_of(function.span, "ServerlessCodeDeployCondition", &conditions))
    };
    let id = "CodeDeployServiceRole".to_owned();
    let mut role = Draft::new(tree, id, function.span, "codedeploy.amazonaws.com");
    role.attach(function.span, "service-role/AWSCodeDeployRoleForLambda");
    for tags in tags {
        role.tag(&tags);
    }
    role.finish(function.logical_id, condition.map(|name| tree.names.text(name)), sink);
}

/// A property that turns something on or off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Switch {
    On,
    Off,
    /// On where this condition holds.
    If(Name),
}

/// Reads a switch of a deployment preference. SAM looks at the value of parameters and mappings here, and
/// takes everything else for "on".
fn switch(
    function: &Macro<'_>,
    preference: &Expression,
    property: &str,
    unwritten: bool,
    sink: &mut Sink<'_>,
) -> Switch {
    let tree = sink.tree;
    let Some(written) = tree.property(preference, property) else {
        return if unwritten { Switch::On } else { Switch::Off };
    };
    if let Some(text) = tree.literal(written) {
        return if text.eq_ignore_ascii_case("false") { Switch::Off } else { Switch::On };
    }
    if !matches!(written.as_call(), Some(Call::Ref(_) | Call::FindInMap { .. })) {
        return Switch::On;
    }
    let span = written.span;
    let is = |text: &str| tree::equals(span, written.clone(), tree.text(span, text));
    let off = Expression::call(Call::Or(vec![is("false"), is("False")]), span);
    let name = format!("{}.{property}Off", function.logical_id);
    let off = sink.condition(&name, off);
    Switch::If(sink.not(span, off))
}
