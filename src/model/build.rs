//! Makes entities of resources.

use rustc_hash::FxHashSet;

use super::identifiers::{attribute_form, kind_of, reference_form};
use super::link::link;
use super::read::{Context, Slot};
use super::saml::Documents;
use super::{Entity, EntityId, EntityKind, Form, Model};
use crate::policy::Policies;
use crate::resources::{Deployment, Resource, Resources, Value, Variant};
use crate::source::Sources;
use crate::value::{DeploymentId, Name, Text, Vocabulary, Worlds};

/// Makes the entities of a scan and links them. The problems of `resources` are not looked at. `sources` holds the texts
/// that their places lie in.
#[must_use]
pub fn build(resources: Resources, sources: &Sources, vocabulary: &Vocabulary) -> Model {
    let Resources { deployments, templates, resources, inventories, existing, problems: _ } = resources;
    let mut model = Model::default();
    let (policies, documents) = (Policies::default(), Documents::new(sources));
    let superseded = superseded(&resources, &existing);
    for (position, resource) in resources.iter().enumerate() {
        if superseded.contains(&position) {
            continue;
        }
        let kind = kind_of(vocabulary.names.text(resource.kind));
        // A resource of a deployment that nobody lists cannot be placed; the loaders do not make any.
        let deployment = deployment(&deployments, resource.deployment);
        if let (Some(kind), Some(deployment)) = (kind, deployment) {
            let context = Context { vocabulary, policies: &policies, documents: &documents, deployment };
            for (index, variant) in resource.variants.iter().enumerate() {
                let entity = entity(kind, index, resource, variant, vocabulary);
                model.add(entity, Slot::new(context, &variant.properties));
            }
        }
    }
    model.policies = policies;
    model.scope.deployments = deployments;
    model.scope.templates = templates;
    model.scope.inventories = inventories;
    model.scope.existing = existing;
    link(&mut model, vocabulary);
    model
}

/// Of what is only looked up, what a template of the scan is about: it will be as the template says.
fn superseded(resources: &[Resource], existing: &[DeploymentId]) -> FxHashSet<usize> {
    if existing.is_empty() {
        return FxHashSet::default();
    }
    let is_existing = |resource: &Resource| existing.contains(&resource.deployment);
    let arns = |resource: &'_ Resource| -> Vec<(Name, Text)> {
        resource.variants.iter().filter_map(|variant| Some((resource.kind, variant.arn.clone()?))).collect()
    };
    let made: FxHashSet<(Name, Text)> =
        resources.iter().filter(|resource| !is_existing(resource)).flat_map(arns).collect();
    let old = resources.iter().enumerate().filter(|(_, resource)| is_existing(resource));
    old.filter(|(_, resource)| arns(resource).iter().any(|arn| made.contains(arn)))
        .map(|(position, _)| position)
        .collect()
}

pub(super) fn deployment(deployments: &[Deployment], id: DeploymentId) -> Option<&Deployment> {
    // They stand by id; whoever hands in others is served all the same.
    let by_position = usize::try_from(id.0).ok().and_then(|index| deployments.get(index));
    by_position
        .filter(|deployment| deployment.id == id)
        .or_else(|| deployments.iter().find(|deployment| deployment.id == id))
}

fn entity(
    kind: EntityKind,
    index: usize,
    resource: &Resource,
    variant: &Variant,
    vocabulary: &Vocabulary,
) -> Entity {
    let mut entity = Entity {
        // The index is given when it is added.
        id: EntityId { kind, index: 0 },
        resource_type: resource.kind,
        logical_id: resource.logical_id,
        deployment: resource.deployment,
        template: resource.template,
        variant: u16::try_from(index).unwrap_or(u16::MAX),
        span: resource.span,
        properties: variant.properties.span,
        worlds: Worlds::of(resource.root, variant.worlds),
        cdk_path: resource.cdk_path,
        made_by: resource.made_by,
        identifiers: Vec::new(),
        readable: matches!(variant.properties.value, Value::Map(_)),
    };
    if let (Some(reference), Some(form)) = (&variant.reference, reference_form(kind)) {
        entity.identify(form, reference.clone());
    }
    if let Some(arn) = &variant.arn {
        entity.identify(Form::Arn, arn.clone());
    }
    if let Some(id) = &variant.external_id {
        entity.identify(Form::ExternalId, id.clone());
    }
    for (name, text) in &variant.attributes {
        let form = attribute_form(kind, vocabulary.names.text(*name));
        if form != Form::Other {
            entity.identify(form, text.clone());
        }
    }
    entity
}
