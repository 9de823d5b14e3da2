//! `AWS::Serverless::StateMachine`: its role, and the roles of its events.

use super::role::Draft;
use super::tree::Tree;
use super::{Macro, Sink, events, policies, schedule, statements};
use crate::resources::cloudformation::expression::Expression;

/// Events that start a state machine with a role that SAM makes: the type, the service, and the property
/// that brings another role.
const EVENTS: &[(&str, &str, Option<&str>)] = &[
    ("Schedule", "events.amazonaws.com", Some("RoleArn")),
    ("CloudWatchEvent", "events.amazonaws.com", None),
    ("EventBridgeRule", "events.amazonaws.com", None),
    ("Api", "apigateway.amazonaws.com", None),
];

/// Makes the roles of a state machine.
pub(super) fn expand(machine: &Macro<'_>, sink: &mut Sink<'_>) {
    let tree = sink.tree;
    let properties = &machine.properties;
    let role = properties.get(tree, "Role").map_or_else(
        || tree.attribute(machine.span, &format!("{}Role", machine.logical_id), "Arn"),
        |role| role.into_owned(),
    );
    let name = properties.get(tree, "Name").map(|name| ("StateMachineName", name.into_owned()));
    sink.replace(machine, [("RoleArn", role)].into_iter().chain(name).collect());
    if properties.get(tree, "Role").is_none() {
        let role = execution_role(machine, sink);
        role.finish(machine.logical_id, machine.condition, sink);
    }
    let Some(events) = properties.get(tree, "Events") else { return };
    let target = started(tree, machine);
    for event in events::all(tree, &events) {
        if event.kind == "ScheduleV2" {
            schedule::expand(machine, &event, "StateMachine", &target, sink);
            continue;
        }
        let Some((_, service, own_role)) = EVENTS.iter().find(|(kind, ..)| *kind == event.kind) else {
            continue;
        };
        if own_role.is_some_and(|own| event.property(tree, own).is_some()) {
            continue;
        }
        let id = format!("{}{}Role", machine.logical_id, event.name);
        let mut role = Draft::new(tree, id.clone(), event.span, service);
        role.inline.extend(statements::send_to(tree, event.span, "StateMachine", &id, &target));
        role.boundary = properties.get(tree, "PermissionsBoundary").map(|boundary| boundary.into_owned());
        if let Some(tags) = machine.propagated_tags(tree) {
            role.tag(&tags);
        }
        role.finish(machine.logical_id, machine.condition, sink);
    }
}

fn execution_role<'n>(machine: &Macro<'_>, sink: &Sink<'n>) -> Draft<'n> {
    let tree = sink.tree;
    let properties = &machine.properties;
    let id = format!("{}Role", machine.logical_id);
    let mut role = Draft::new(tree, id, machine.span, "states.amazonaws.com");
    if let Some(written) = properties.get(tree, "Policies") {
        policies::read(&written, &mut role);
    }
    if let Some(tracing) = properties.get(tree, "Tracing")
        && tree.text_of(&tracing, "Enabled") == Some("true")
    {
        role.attach(tracing.span, sink.tracing_policy());
    }
    role.path = properties.get(tree, "RolePath").map(|path| path.into_owned());
    role.boundary = properties.get(tree, "PermissionsBoundary").map(|boundary| boundary.into_owned());
    match machine.propagated_tags(tree) {
        Some(tags) => role.tag(&tags),
        None => {
            role.mark("stateMachine:createdBy");
            if let Some(tags) = properties.get(tree, "Tags") {
                role.tag(&tags);
            }
        }
    }
    role
}

/// What events start: the alias where `UseAliasAsEventTarget` asks for it, else the state machine.
fn started(tree: Tree<'_>, machine: &Macro<'_>) -> Expression {
    let properties = &machine.properties;
    if properties.get(tree, "UseAliasAsEventTarget").is_some_and(|wanted| tree.is_true(&wanted))
        && let Some(alias) = properties.get(tree, "AutoPublishAlias")
    {
        return tree.reference(alias.span, &super::alias_id(tree, machine.logical_id, &alias));
    }
    tree.reference(machine.span, machine.logical_id)
}
