//! Makes entities of resources.

use rustc_hash::{FxHashMap, FxHashSet};

use super::identifiers::{attribute_form, kind_of, reference_form};
use super::link::link;
use super::read::{Context, SharedPolicies, Slot};
use super::saml::Documents;
use super::{Entity, EntityId, EntityKind, Form, Identifiers, Model};
use crate::policy::Policies;
use crate::resources::account::Whole;
use crate::resources::{Deployment, Resource, Resources, Value, Variant};
use crate::source::Sources;
use crate::value::{DeploymentId, Name, TemplateId, Text, Vocabulary, WorldTable, Worlds};

/// Makes the entities of a scan and links them. The problems of `resources` are not looked at. `sources` holds the texts
/// that their places lie in.
#[must_use]
pub fn build(resources: Resources, sources: &Sources, vocabulary: &Vocabulary) -> Model {
    Builder::new(sources, vocabulary).build(Vec::new(), resources)
}

/// Makes entities, also of things that come before the others and are too many to be held as resources.
#[derive(Debug)]
pub struct Builder<'s> {
    sources: &'s Sources,
    vocabulary: &'s Vocabulary,
    policies: Policies,
}

/// Entities of one account that are made already.
#[derive(Debug)]
pub struct Part {
    account: Name,
    model: Model,
}

impl<'s> Builder<'s> {
    /// One that has made nothing.
    #[must_use]
    pub fn new(sources: &'s Sources, vocabulary: &'s Vocabulary) -> Self {
        Self { sources, vocabulary, policies: Policies::default() }
    }

    /// Makes entities of things of one account. Several threads may do so at once.
    #[must_use]
    pub fn part(&self, whole: &Whole) -> Part {
        let mut model = Model::default();
        let (documents, shared) = (Documents::new(self.sources), SharedPolicies::default());
        for resource in &whole.resources {
            self.add(&mut model, resource, &whole.place, &documents, &shared);
        }
        Part { account: whole.account, model }
    }

    /// Makes entities of all the others, and links all of them.
    #[must_use]
    pub fn build(self, parts: Vec<Part>, mut resources: Resources) -> Model {
        let superseded = superseded(&resources);
        let mut model = Model::default();
        self.adopt(&mut model, parts, &resources, &superseded);
        let (documents, shared) = (Documents::new(self.sources), SharedPolicies::default());
        // Each is let go of when its entities are made.
        for (position, resource) in std::mem::take(&mut resources.resources).into_iter().enumerate() {
            // A resource of a deployment that nobody lists cannot be placed; the loaders do not make any.
            let deployment = deployment(&resources.deployments, resource.deployment);
            if let Some(deployment) = deployment.filter(|_| !superseded.resources.contains(&position)) {
                self.add(&mut model, &resource, deployment, &documents, &shared);
            }
        }
        self.supplement(&mut model, &resources);
        model.policies = self.policies;
        model.scope.deployments = resources.deployments;
        model.scope.templates = resources.templates;
        for inventory in resources.inventories {
            model.scope.inventories.entry(inventory.deployment).or_default().push(inventory);
        }
        model.scope.existing = superseded.existing;
        model.scope.live = resources.accounts.iter().map(|(_, deployment, _)| *deployment).collect();
        link(&mut model, self.vocabulary);
        model
    }

    fn add(
        &self,
        model: &mut Model,
        resource: &Resource,
        deployment: &Deployment,
        documents: &Documents<'_>,
        shared: &SharedPolicies,
    ) {
        let vocabulary = self.vocabulary;
        let Some(kind) = kind_of(vocabulary.names.text(resource.kind)) else { return };
        let context = Context { vocabulary, policies: &self.policies, documents, deployment, shared };
        for (index, variant) in resource.variants.iter().enumerate() {
            let entity = entity(kind, index, resource, variant, vocabulary);
            model.add(entity, Slot::new(context, &variant.properties));
        }
    }

    /// Takes over the entities of parts, in order: of one that was told of twice, the first.
    fn adopt(&self, model: &mut Model, parts: Vec<Part>, resources: &Resources, superseded: &Superseded) {
        let accounts: FxHashMap<Name, (DeploymentId, TemplateId)> = resources
            .accounts
            .iter()
            .map(|&(account, deployment, template)| (account, (deployment, template)))
            .collect();
        let mut known: FxHashSet<(EntityKind, DeploymentId, Name)> = FxHashSet::default();
        let worlds = WorldTable::single().all();
        let mut place = |entity: &mut Entity, account: Name, position: usize| {
            let Some(&(deployment, template)) = accounts.get(&account) else { return false };
            let kind = entity.id.kind;
            entity.id = EntityId { kind, index: u32::try_from(position).unwrap_or(u32::MAX) };
            (entity.deployment, entity.template) = (deployment, template);
            entity.worlds = Worlds::of(template, worlds);
            let is_old =
                || entity.arn().is_some_and(|arn| superseded.has(deployment, entity.resource_type, arn));
            known.insert((kind, deployment, entity.logical_id)) && !is_old()
        };
        macro_rules! adopt {
            ($($field:ident),*) => {
                // That of one account is taken over as it is; that of several is put together without growing.
                if parts.len() > 1 {
                    $(model.$field.reserve_exact(parts.iter().map(|part| part.model.$field.len()).sum());)*
                }
                for Part { account, model: mut made } in parts {
                    $({
                        let mut position = model.$field.len();
                        made.$field.retain_mut(|one| {
                            let is_new = place(&mut one.entity, account, position);
                            position += usize::from(is_new);
                            is_new
                        });
                        join(&mut model.$field, made.$field);
                    })*
                }
            };
        }
        of_parts!(adopt);
    }

    /// Adds what further answers tell of entities that were made before.
    fn supplement(&self, model: &mut Model, resources: &Resources) {
        if resources.more.is_empty() {
            return;
        }
        let roles = model.roles.iter().map(|role| &role.entity);
        let users = model.users.iter().map(|user| &user.entity);
        let by_id: FxHashMap<_, usize> =
            roles.chain(users).map(|entity| (entity.resource(), entity.id.index as usize)).collect();
        let (documents, shared) = (Documents::new(self.sources), SharedPolicies::default());
        for told in &resources.more {
            let kind = kind_of(self.vocabulary.names.text(told.kind));
            let deployment = deployment(&resources.deployments, told.deployment);
            let (Some(kind), Some(deployment)) = (kind, deployment) else { continue };
            let key = (kind, told.deployment, told.template, told.logical_id);
            let Some(&position) = by_id.get(&key) else { continue };
            let context = Context {
                vocabulary: self.vocabulary,
                policies: &self.policies,
                documents: &documents,
                deployment,
                shared: &shared,
            };
            let property = Slot::new(context, &told.property);
            match kind {
                EntityKind::Role => model.roles[position].supplement(property),
                EntityKind::User => model.users[position].supplement(property),
                _ => {}
            }
        }
    }
}

/// Entities that come in parts: what details of an account tell of.
macro_rules! of_parts {
    ($work:ident) => {
        $work!(roles, service_linked_roles, managed_policies, users, groups)
    };
}
use of_parts;

/// Puts `more` behind what is known, which stays where it is: there may be very much of it.
fn join<T>(known: &mut Vec<T>, mut more: Vec<T>) {
    if known.capacity() == 0 { *known = more } else { known.append(&mut more) }
}

impl Part {
    /// Puts the parts `next` behind those that are known, as one if they are of the same account.
    pub fn join(known: &mut Vec<Self>, next: impl IntoIterator<Item = Self>) {
        for part in next {
            match known.last_mut().filter(|last| last.account == part.account) {
                Some(last) => last.append(part.model),
                None => known.push(part),
            }
        }
    }

    fn append(&mut self, next: Model) {
        macro_rules! append {
            ($($field:ident),*) => {
                $(join(&mut self.model.$field, next.$field);)*
            };
        }
        of_parts!(append);
    }
}

/// Of what is only looked up, what a template of the scan is about: it will be as the template says.
struct Superseded {
    existing: FxHashSet<DeploymentId>,
    /// The type and ARN of what templates make.
    made: FxHashSet<(Name, Text)>,
    /// Positions of resources.
    resources: FxHashSet<usize>,
}

impl Superseded {
    fn has(&self, deployment: DeploymentId, resource_type: Name, arn: &Text) -> bool {
        self.existing.contains(&deployment) && self.made.contains(&(resource_type, arn.clone()))
    }
}

fn superseded(resources: &Resources) -> Superseded {
    let existing: FxHashSet<DeploymentId> = resources.existing.iter().copied().collect();
    let mut found = Superseded { existing, made: FxHashSet::default(), resources: FxHashSet::default() };
    if found.existing.is_empty() {
        return found;
    }
    let is_existing = |resource: &Resource| found.existing.contains(&resource.deployment);
    let (old, new): (Vec<_>, Vec<_>) =
        resources.resources.iter().enumerate().partition(|(_, resource)| is_existing(resource));
    let arns = |resource: &Resource| -> Vec<Text> {
        resource.variants.iter().filter_map(|variant| variant.arn.clone()).collect()
    };
    for (_, resource) in new {
        found.made.extend(arns(resource).into_iter().map(|arn| (resource.kind, arn)));
    }
    for (position, resource) in old {
        if arns(resource).iter().any(|arn| found.has(resource.deployment, resource.kind, arn)) {
            found.resources.insert(position);
        }
    }
    found
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
        only_listed: resource.only_listed,
        identifiers: Identifiers::new(),
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
