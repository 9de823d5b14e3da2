//! Statements, policies and trust documents that SAM writes.

use super::tree::{self, Tree};
use crate::resources::cloudformation::expression::Expression;
use crate::source::Span;

/// `{Effect: Allow, Action: [actions], Resource: resource}`.
pub(super) fn allow(tree: Tree<'_>, span: Span, actions: &[&str], resource: Expression) -> Expression {
    let actions = actions.iter().map(|action| tree.text(span, action)).collect();
    tree.map(
        span,
        vec![
            ("Effect", tree.text(span, "Allow")),
            ("Action", tree::list(span, actions)),
            ("Resource", resource),
        ],
    )
}

/// A policy document of these statements.
pub(super) fn document(tree: Tree<'_>, span: Span, statements: Vec<Expression>) -> Expression {
    tree.map(
        span,
        vec![("Version", tree.text(span, "2012-10-17")), ("Statement", tree::list(span, statements))],
    )
}

/// An item of a role's `Policies`.
pub(super) fn inline_policy(tree: Tree<'_>, span: Span, name: &str, document: Expression) -> Expression {
    tree.map(span, vec![("PolicyName", tree.text(span, name)), ("PolicyDocument", document)])
}

/// A trust document that lets one AWS service take the role.
pub(super) fn trust(tree: Tree<'_>, span: Span, service: &str) -> Expression {
    let statement = tree.map(
        span,
        vec![
            ("Effect", tree.text(span, "Allow")),
            ("Action", tree::list(span, vec![tree.text(span, "sts:AssumeRole")])),
            (
                "Principal",
                tree.map(span, vec![("Service", tree::list(span, vec![tree.text(span, service)]))]),
            ),
        ],
    );
    document(tree, span, vec![statement])
}

/// Where something is sent: what may be done there, by the `Type` that the template names.
struct Destination {
    kind: &'static str,
    policy: &'static str,
    actions: &'static [&'static str],
    objects: Option<&'static [&'static str]>,
}

const DESTINATIONS: &[Destination] = &[
    Destination { kind: "SQS", policy: "SQSPolicy", actions: &["sqs:SendMessage"], objects: None },
    Destination { kind: "SNS", policy: "SNSPolicy", actions: &["sns:publish"], objects: None },
    Destination {
        kind: "EventBridge",
        policy: "EventBridgePolicy",
        actions: &["events:PutEvents"],
        objects: None,
    },
    Destination {
        kind: "Lambda",
        policy: "LambdaPolicy",
        actions: &["lambda:InvokeFunction"],
        objects: None,
    },
    Destination {
        kind: "StateMachine",
        policy: "StartExecutionPolicy",
        actions: &["states:StartExecution"],
        objects: None,
    },
    Destination {
        kind: "S3",
        policy: "S3Policy",
        actions: &["s3:ListBucket"],
        objects: Some(&["s3:PutObject"]),
    },
    Destination {
        kind: "S3Bucket",
        policy: "S3Policy",
        actions: &["s3:ListBucket"],
        objects: Some(&["s3:PutObject"]),
    },
];

/// The inline policy that lets a role send to `target`, named after `owner`. `None` for a kind of
/// destination that needs no policy.
pub(super) fn send_to(
    tree: Tree<'_>,
    span: Span,
    kind: &str,
    owner: &str,
    target: &Expression,
) -> Option<Expression> {
    let destination = DESTINATIONS.iter().find(|destination| destination.kind == kind)?;
    let mut statements = Vec::new();
    if let Some(actions) = destination.objects {
        let inside = tree.join(span, "/", vec![target.clone(), tree.text(span, "*")]);
        statements.push(allow(tree, span, actions, inside));
    }
    statements.push(allow(tree, span, destination.actions, target.clone()));
    let name = format!("{owner}{}", destination.policy);
    Some(inline_policy(tree, span, &name, document(tree, span, statements)))
}
