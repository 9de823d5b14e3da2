//! Use of an Identity Center instance by something that only an organization instance has.

use super::{Common, Evidence, Fact, OneOf, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::model::{Entity, EntityId, IdentityCenterInstance, Target};
use crate::value::{Field, Symbol, Text};

words! {
    /// The kinds of Identity Center instances.
    InstanceKind {
        /// The one of the organization: permission sets and account assignments exist only there.
        Organization = "organization",
        /// One of a single account, for applications.
        Account = "account",
    }
}

fact! {
    /// One permission set or account assignment, and the kind of the Identity Center instance that it names.
    InstanceUse = "instance-use" {
        /// The instance, as it is named.
        instance: Option<Text> = "instance",
        /// The kind of the instance. `AWS::SSO::Instance` makes an account instance; of one that is not in view the kind is
        /// not known.
        kind: OneOf<InstanceKind> = "instance.kind",
    }
    evidence {
        /// The instance, where it is made.
        "instance",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for set in &analysis.model.permission_sets {
        of(analysis, &set.entity, &set.instance, take);
    }
    for assignment in &analysis.model.assignments {
        of(analysis, &assignment.entity, &assignment.instance, take);
    }
}

fn of(analysis: &Analysis<'_>, entity: &Entity, field: &Field<Text>, take: &mut dyn FnMut(&dyn Fact)) {
    let Some(place) = field.span() else { return };
    let fact = |kind, certainty, worlds, instance: Option<EntityId>| InstanceUse {
        common: Common {
            subject: entity.id,
            place,
            certainty,
            worlds,
            evidence: instance
                .map(|id| Evidence { role: "instance", span: analysis.entity(id).span })
                .into_iter()
                .collect(),
            cause: Vec::new(),
            witness: None,
        },
        instance: match instance {
            Some(id) => Some(Text::literal(analysis.entity(id).logical_id)),
            None => field.known().map(|known| known.value.clone()),
        },
        kind,
    };
    match analysis.model.reference_at(entity.id, place).map(|reference| &reference.target) {
        Some(Target::Found(found)) => {
            // Where the kind is not sure because the link is not, the fact says so.
            for found in found {
                let kind = kind_of(analysis, found.entity);
                take(&fact(kind, found.certainty(), found.worlds.clone(), Some(found.entity)));
            }
        }
        // Names one that templates make, though not by its ARN.
        Some(Target::WrongForm { entity: Some(id), .. }) => {
            let kind = kind_of(analysis, *id);
            take(&fact(kind, Certainty::Proved, entity.worlds.clone(), Some(*id)));
        }
        // `Ref` of one that the template makes: whatever form that has, it names an account instance.
        _ => match made_here(analysis, entity, field) {
            Some(id) => {
                let kind = kind_of(analysis, id);
                take(&fact(kind, Certainty::Proved, entity.worlds.clone(), Some(id)));
            }
            // An instance that is not in view: nothing says that it is an account instance.
            None => {
                let kind = OneOf::only(InstanceKind::Organization);
                take(&fact(kind, Certainty::Possible, entity.worlds.clone(), None));
            }
        },
    }
}

/// What an instance is. One that an account tells of has permission sets, unless it says that it has none.
fn kind_of(analysis: &Analysis<'_>, id: EntityId) -> OneOf<InstanceKind> {
    let instance = analysis.model.get::<IdentityCenterInstance>(id);
    let is_account = instance.is_none_or(|instance| match &instance.permission_sets {
        Field::Known(enabled) => !enabled.value,
        // A template does not say whose it is.
        Field::Absent | Field::Unknown(_) => instance.owner.is_absent(),
    });
    OneOf::only(if is_account { InstanceKind::Account } else { InstanceKind::Organization })
}

/// The instance of the entity's own template that a field is a symbol of.
fn made_here(analysis: &Analysis<'_>, entity: &Entity, field: &Field<Text>) -> Option<EntityId> {
    let symbol = analysis.vocabulary.symbols.symbol(field.known()?.value.as_symbol()?);
    let (Symbol::Reference { template, resource, .. } | Symbol::Attribute { template, resource, .. }) =
        symbol
    else {
        return None;
    };
    let instances = analysis.model.identity_center_instances.iter().map(|instance| &instance.entity);
    let named = |instance: &&Entity| instance.template == *template && instance.logical_id == *resource;
    instances
        .filter(named)
        .find(|instance| instance.worlds.and(&entity.worlds).is_some())
        .map(|instance| instance.id)
}
