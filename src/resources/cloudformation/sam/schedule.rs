//! The event `ScheduleV2`: EventBridge Scheduler invokes its target with a role of its own.

use super::events::Event;
use super::role::Draft;
use super::{Macro, Sink, statements};
use crate::resources::cloudformation::expression::Expression;

/// Makes the role of a schedule, unless the event brings one. `kind` and `target` say what is invoked.
pub(super) fn expand(
    owner: &Macro<'_>,
    event: &Event<'_>,
    kind: &str,
    target: &Expression,
    sink: &mut Sink<'_>,
) {
    let tree = sink.tree;
    if event.property(tree, "RoleArn").is_some() {
        return;
    }
    let id = format!("{}{}", owner.logical_id, event.name);
    let mut role = Draft::new(tree, format!("{id}Role"), event.span, "scheduler.amazonaws.com");
    role.inline.extend(statements::send_to(tree, event.span, kind, &id, target));
    if let Some(queue) = event.property(tree, "DeadLetterConfig") {
        let arn = match tree.property(queue, "Arn") {
            Some(arn) => arn.clone(),
            None => {
                let named = tree.text_of(queue, "QueueLogicalId");
                let queue_id = named.map_or_else(|| format!("{id}Queue"), str::to_owned);
                tree.attribute(queue.span, &queue_id, "Arn")
            }
        };
        role.inline.extend(statements::send_to(tree, queue.span, "SQS", &id, &arn));
    }
    role.boundary = event.property(tree, "PermissionsBoundary").cloned();
    if let Some(tags) = owner.propagated_tags(tree) {
        role.tag(&tags);
    }
    role.finish(owner.logical_id, owner.condition, sink);
}
