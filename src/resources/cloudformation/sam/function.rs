//! `AWS::Serverless::Function`: its role, and the roles of its schedules.

use super::role::Draft;
use super::tree::{self, Tree};
use super::{Macro, Sink, events, managed, policies, schedule, statements};
use crate::resources::cloudformation::expression::Expression;
use crate::source::Span;

/// What a dead letter queue or topic is sent, by its `Type`.
const DEAD_LETTERS: &[(&str, &str)] = &[("SQS", "sqs:SendMessage"), ("SNS", "sns:Publish")];

/// Events that go to a destination of their own, by the resource that SAM makes where none is named: the
/// suffix of its logical id, and the attribute that is its ARN.
const MADE_DESTINATIONS: &[(&str, &str, Option<&str>)] =
    &[("SQS", "Queue", Some("Arn")), ("SNS", "Topic", None)];

/// Makes the roles of a function.
pub(super) fn expand<'n>(function: &Macro<'n>, sink: &mut Sink<'n>) {
    replace(function, sink);
    if let Some(condition) = role_condition(function, sink) {
        let role = execution_role(function, sink);
        role.finish(function.logical_id, condition, sink);
    }
    let tree = sink.tree;
    let Some(events) = function.properties.get(tree, "Events") else { return };
    for event in events::all(tree, &events).filter(|event| event.kind == "ScheduleV2") {
        let target = alias_or_function(tree, function);
        schedule::expand(function, &event, "Lambda", &target, sink);
    }
}

/// The function as Lambda knows it: its name and its role.
fn replace(function: &Macro<'_>, sink: &mut Sink<'_>) {
    let tree = sink.tree;
    let made = |span| tree.attribute(span, &format!("{}Role", function.logical_id), "Arn");
    let role = match function.properties.get(tree, "Role") {
        None => made(function.span),
        Some(written) => match tree::as_if(&written) {
            Some((condition, then, otherwise)) => {
                let branch = |branch: &Expression| {
                    if tree.is_no_value(branch) { made(written.span) } else { branch.clone() }
                };
                tree::either(written.span, condition, branch(then), branch(otherwise))
            }
            None => written.into_owned(),
        },
    };
    let name = function.properties.get(tree, "FunctionName");
    let name = name.map(|name| ("FunctionName", name.into_owned()));
    sink.replace(function, [("Role", role)].into_iter().chain(name).collect());
}

/// Whether the function needs a role of its own, and the condition under which it is made.
fn role_condition<'n>(function: &Macro<'n>, sink: &mut Sink<'n>) -> Option<Option<&'n str>> {
    let tree = sink.tree;
    let own = function.condition;
    let Some(role) = function.properties.get(tree, "Role") else { return Some(own) };
    let (condition, then, otherwise) = tree::as_if(&role)?;
    match (tree.is_no_value(then), tree.is_no_value(otherwise)) {
        (true, true) => Some(own),
        (true, false) => Some(Some(tree.names.text(condition))),
        (false, true) => Some(Some(tree.names.text(sink.not(role.span, condition)))),
        (false, false) => None,
    }
}

fn execution_role<'n>(function: &Macro<'_>, sink: &mut Sink<'n>) -> Draft<'n> {
    let tree = sink.tree;
    let properties = &function.properties;
    let span = function.span;
    let id = format!("{}Role", function.logical_id);
    let mut role = Draft::new(tree, id, span, "lambda.amazonaws.com");
    if let Some(trust) = properties.get(tree, "AssumeRolePolicyDocument") {
        role.trust = trust.into_owned();
    }
    role.path = properties.get(tree, "RolePath").map(|path| path.into_owned());
    role.boundary = properties.get(tree, "PermissionsBoundary").map(|boundary| boundary.into_owned());
    match function.propagated_tags(tree) {
        // Tags that are passed on take the place of all others.
        Some(tags) => role.tag(&tags),
        None => {
            role.mark("lambda:createdBy");
            if let Some(tags) = properties.get(tree, "Tags") {
                role.tag(&tags);
            }
        }
    }
    role.attach(
        span,
        match properties.get(tree, "DurableConfig") {
            Some(_) => "service-role/AWSLambdaBasicDurableExecutionRolePolicy",
            None => "service-role/AWSLambdaBasicExecutionRole",
        },
    );
    if let Some(tracing) = properties.get(tree, "Tracing") {
        trace(function, &tracing, &mut role, sink);
    }
    if let Some(network) = properties.get(tree, "VpcConfig") {
        role.attach(network.span, "service-role/AWSLambdaVPCAccessExecutionRole");
    }
    if let Some(queue) = properties.get(tree, "DeadLetterQueue") {
        role.inline.extend(dead_letters(tree, &queue));
    }
    if let Some(config) = properties.get(tree, "EventInvokeConfig") {
        destinations(function.logical_id, &config, &mut role, sink);
    }
    if let Some(written) = properties.get(tree, "Policies") {
        policies::read(&written, &mut role);
    }
    if let Some(events) = properties.get(tree, "Events") {
        for event in events::all(tree, &events) {
            events::grant(&event, function.logical_id, &mut role);
        }
    }
    role
}

/// SAM looks at the value of a parameter here, at no other function.
fn trace(function: &Macro<'_>, tracing: &Expression, role: &mut Draft<'_>, sink: &mut Sink<'_>) {
    let tree = sink.tree;
    let span = tracing.span;
    let policy = managed::arn(tree, span, sink.tracing_policy());
    if tree.literal(tracing) == Some("Disabled") {
        return;
    }
    role.managed.push(if tree.referenced(tracing).is_some() {
        let disabled = tree::equals(span, tracing.clone(), tree.text(span, "Disabled"));
        let condition = sink.condition(&format!("{}.TracingDisabled", function.logical_id), disabled);
        tree::either(span, condition, tree.no_value(span), policy)
    } else {
        policy
    });
}

fn dead_letters(tree: Tree<'_>, queue: &Expression) -> Option<Expression> {
    let kind = tree.text_of(queue, "Type")?;
    let target = tree.property(queue, "TargetArn")?;
    let (_, action) = DEAD_LETTERS.iter().find(|(name, _)| *name == kind)?;
    let statement = statements::allow(tree, queue.span, &[action], target.clone());
    let document = statements::document(tree, queue.span, vec![statement]);
    Some(statements::inline_policy(tree, queue.span, "DeadLetterQueuePolicy", document))
}

/// The policies for the destinations of asynchronous invocations.
fn destinations(function: &str, config: &Expression, role: &mut Draft<'_>, sink: &mut Sink<'_>) {
    let tree = role.tree;
    let Some(config) = tree.property(config, "DestinationConfig") else { return };
    for outcome in ["OnSuccess", "OnFailure"] {
        let Some(destination) = tree.property(config, outcome) else { continue };
        let Some(kind) = tree.text_of(destination, "Type") else { continue };
        let owner = format!("{function}EventInvokeConfig{outcome}");
        let maker = sink.destinations.entry(destination.span).or_insert_with(|| owner.clone());
        let target = destination_arn(tree, maker, kind, destination);
        if let Some(target) = target {
            role.inline.extend(statements::send_to(tree, destination.span, kind, &owner, &target));
        }
    }
}

/// Where an outcome is sent. SAM makes a queue or topic where the template names none, also where it names
/// none in one branch of an `Fn::If`.
fn destination_arn(tree: Tree<'_>, owner: &str, kind: &str, destination: &Expression) -> Option<Expression> {
    let made = |span: Span| {
        let (_, suffix, attribute) = MADE_DESTINATIONS.iter().find(|(name, ..)| *name == kind)?;
        let id = format!("{owner}{suffix}");
        Some(match attribute {
            Some(attribute) => tree.attribute(span, &id, attribute),
            None => tree.reference(span, &id),
        })
    };
    let Some(written) = tree.property(destination, "Destination") else { return made(destination.span) };
    if let Some((condition, then, otherwise)) = tree::as_if(written)
        && tree.is_no_value(then) != tree.is_no_value(otherwise)
    {
        let branch = |branch: &Expression| {
            if tree.is_no_value(branch) { made(branch.span) } else { Some(branch.clone()) }
        };
        return Some(tree::either(written.span, condition, branch(then)?, branch(otherwise)?));
    }
    Some(written.clone())
}

/// What events invoke: the alias where one is published, else the function.
fn alias_or_function(tree: Tree<'_>, function: &Macro<'_>) -> Expression {
    match function.properties.get(tree, "AutoPublishAlias") {
        Some(alias) => tree.reference(alias.span, &super::alias_id(tree, function.logical_id, &alias)),
        None => tree.attribute(function.span, function.logical_id, "Arn"),
    }
}
