//! What gives permissions to roles, users and groups, from either side of the attachment.

use super::super::{
    Attachment, Entity, EntityId, Grant, GrantedPolicy, List, Model, PolicyAttachment, Reference,
    ReferencePlace, Target,
};
use super::Outside;
use crate::policy::Attached;
use crate::value::{Field, Text};

/// All grants, by holder; of each holder in the order inline, attached by the holder, attached by policies.
pub(super) fn grants(model: &Model) -> Vec<Grant> {
    let mut grants = Vec::new();
    for role in &model.roles {
        of_holder(model, &role.entity, &role.policies, &role.managed_policies, &mut grants);
    }
    for user in &model.users {
        of_holder(model, &user.entity, &user.policies, &user.managed_policies, &mut grants);
    }
    for group in &model.groups {
        of_holder(model, &group.entity, &group.policies, &group.managed_policies, &mut grants);
    }
    for policy in &model.managed_policies {
        of_policy(model, policy.entity.id, &policy.document, PolicyAttachment::ByPolicy, &mut grants);
    }
    for policy in &model.inline_policies {
        of_policy(model, policy.entity.id, &policy.document, PolicyAttachment::Separate, &mut grants);
    }
    // Stable: the order of attachments of one holder stays.
    grants.sort_by_key(|grant| grant.holder);
    grants
}

fn of_holder(
    model: &Model,
    holder: &Entity,
    inline: &List<Attachment>,
    managed: &List<Text>,
    into: &mut Vec<Grant>,
) {
    let grant = |span, sure, attachment, policy| Grant {
        holder: holder.id,
        worlds: holder.worlds.clone(),
        span,
        sure,
        attachment,
        policy,
    };
    match inline {
        Field::Absent => {}
        Field::Known(items) => {
            for item in &items.value {
                let (span, policy) = match item {
                    Field::Known(item) => (item.span, document(&item.value.document)),
                    Field::Unknown(unknown) => (unknown.span, GrantedPolicy::Unknown),
                    Field::Absent => continue,
                };
                let sure = matches!(policy, GrantedPolicy::Document(_));
                into.push(grant(span, sure, PolicyAttachment::Inline, policy));
            }
        }
        Field::Unknown(unknown) => {
            into.push(grant(unknown.span, false, PolicyAttachment::Inline, GrantedPolicy::Unknown));
        }
    }
    let references = model.references_of(holder.id).iter();
    for reference in references.filter(|reference| reference.place == ReferencePlace::ManagedPolicy) {
        for (policy, sure, worlds) in attached_by_holder(model, reference) {
            into.push(Grant { worlds, ..grant(reference.span, sure, PolicyAttachment::ByHolder, policy) });
        }
    }
    let unknown_items = managed.known().into_iter().flat_map(|items| &items.value);
    let unknown =
        unknown_items.filter_map(|item| if let Field::Unknown(why) = item { Some(why) } else { None });
    let whole = if let Field::Unknown(why) = managed { Some(why) } else { None };
    for why in unknown.chain(whole) {
        into.push(grant(why.span, false, PolicyAttachment::ByHolder, GrantedPolicy::Unknown));
    }
}

fn attached_by_holder(
    model: &Model,
    reference: &Reference,
) -> Vec<(GrantedPolicy, bool, crate::value::Worlds)> {
    let text = || reference.text.clone();
    let one = |policy, sure| vec![(policy, sure, reference.worlds.clone())];
    match &reference.target {
        Target::Found(found) => found
            .iter()
            .filter_map(|found| {
                let policy = model.get::<super::super::ManagedPolicy>(found.entity)?;
                let granted = document(&policy.document);
                let sure = found.sure && matches!(granted, GrantedPolicy::Document(_));
                Some((granted, sure, found.worlds.clone()))
            })
            .collect(),
        Target::Outside(Outside::Aws) => one(GrantedPolicy::AwsManaged(text()), true),
        Target::Outside(_) => one(GrantedPolicy::NotInView(text()), true),
        // An unresolved item is an unknown item, and comes from the list.
        Target::Unknown if reference.text.parts().is_empty() => Vec::new(),
        Target::Unknown => one(GrantedPolicy::NotInView(text()), false),
        // Nothing is attached: the deployment fails.
        Target::WrongForm { .. } | Target::Missing(_) => Vec::new(),
    }
}

fn of_policy(
    model: &Model,
    policy: EntityId,
    written: &Field<Attached>,
    attachment: fn(EntityId) -> PolicyAttachment,
    into: &mut Vec<Grant>,
) {
    let places = [ReferencePlace::PolicyRole, ReferencePlace::PolicyUser, ReferencePlace::PolicyGroup];
    for reference in model.references_of(policy).iter().filter(|reference| places.contains(&reference.place))
    {
        for found in reference.target.found() {
            let granted = document(written);
            into.push(Grant {
                holder: found.entity,
                worlds: found.worlds.clone(),
                span: reference.span,
                sure: found.sure && matches!(granted, GrantedPolicy::Document(_)),
                attachment: attachment(policy),
                policy: granted,
            });
        }
    }
}

fn document(written: &Field<Attached>) -> GrantedPolicy {
    match written {
        Field::Known(attached) => GrantedPolicy::Document(attached.value.clone()),
        Field::Absent | Field::Unknown(_) => GrantedPolicy::Unknown,
    }
}
