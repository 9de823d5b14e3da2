//! Resources of several accounts, made of JSON without any file around them.

#[path = "json_value.rs"]
mod json_value;

use std::path::PathBuf;
use std::sync::Arc;

use fedlint::resources::{Deployment, Resource, Resources, Template, Variant};
use fedlint::source::{Origin, Sources, Span};
use fedlint::value::{DeploymentId, TemplateId, Vocabulary, WorldTable};

/// A thing of an account.
pub(crate) struct Thing<'t> {
    /// The account.
    pub(crate) account: &'t str,
    /// The type.
    pub(crate) kind: &'t str,
    /// The name, or the id by which others name it.
    pub(crate) name: &'t str,
    /// The ARN, or nothing.
    pub(crate) arn: &'t str,
    /// The properties, with the names that they have in templates.
    pub(crate) properties: serde_json::Value,
}

/// The resources of things, each at a place of its own.
pub(crate) fn resources(things: &[Thing<'_>], sources: &Sources, vocabulary: &Vocabulary) -> Resources {
    let text: Arc<str> = " ".repeat(things.len()).into();
    let source = sources.add_kept(Origin::Memory(PathBuf::from("things")), text);
    let mut made = Resources::default();
    let mut accounts: Vec<&str> = things.iter().map(|thing| thing.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    for (number, account) in (0..).zip(&accounts) {
        made.deployments.push(Deployment {
            id: DeploymentId(number),
            account: vocabulary.literal(account),
            region: vocabulary.literal("eu-west-1"),
            partition: vocabulary.literal("aws"),
        });
        made.templates.push(Template {
            id: TemplateId(number),
            root: TemplateId(number),
            parent: None,
            deployment: DeploymentId(number),
            span: Span { source, start: 0, end: 0 },
            worlds: WorldTable::single(),
            parameters: Vec::new(),
            defined: Vec::new(),
            exports: Vec::new(),
            dangling: Vec::new(),
            complete: true,
        });
    }
    for (at, thing) in (0..).zip(things) {
        let span = Span { source, start: at, end: at + 1 };
        let number =
            accounts.iter().position(|account| *account == thing.account).expect("every account is there");
        let number = u32::try_from(number).expect("a few accounts");
        let optional = |text: &str| (!text.is_empty()).then(|| vocabulary.literal(text));
        made.resources.push(Resource {
            logical_id: vocabulary.names.intern(thing.name),
            kind: vocabulary.names.intern(thing.kind),
            template: TemplateId(number),
            root: TemplateId(number),
            deployment: DeploymentId(number),
            span,
            cdk_path: None,
            made_by: None,
            only_listed: false,
            variants: vec![Variant {
                worlds: WorldTable::single().all(),
                properties: json_value::value(&thing.properties, span, vocabulary),
                reference: optional(thing.name),
                arn: optional(thing.arn),
                external_id: None,
                attributes: Vec::new(),
            }],
        });
    }
    made
}
