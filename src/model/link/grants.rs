//! What gives permissions to roles, users and groups, from either side of the attachment.

use rustc_hash::FxHashSet;

use super::super::{
    Attachment, Entity, EntityId, Found, Grant, GrantedPolicy, List, ManagedPolicy, Model, PermissionSet,
    PolicyAttachment, ProvisionedRole, Reference, ReferencePlace, Target,
};
use super::Outside;
use crate::policy::Attached;
use crate::source::Span;
use crate::value::{Field, Text};

/// All grants, by holder; of each holder in the order inline, attached by the holder, attached by policies, and of a user
/// those of his groups last.
pub(super) fn grants(model: &Model) -> Vec<Grant> {
    // Room that is not used costs nothing, and growing leaves holes.
    let mut grants = Vec::with_capacity(3 * model.roles.len());
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
    for role in &model.provisioned_roles {
        of_permission_set(model, role, &mut grants);
    }
    unattached(model, &mut grants);
    // Stable: the order of attachments of one holder stays. Most often roles are all that there is, and in order.
    if !grants.is_sorted_by_key(|grant| grant.holder) {
        grants.sort_by_key(|grant| grant.holder);
    }
    let of_groups = of_groups(model, &grants);
    if !of_groups.is_empty() {
        grants.extend(of_groups);
        grants.sort_by_key(|grant| grant.holder);
    }
    grants
}

/// What a permission set gives in an account: its inline policy, policies that AWS manages, and those of the account.
fn of_permission_set(model: &Model, role: &ProvisionedRole, into: &mut Vec<Grant>) {
    let Some(set) = model.get::<PermissionSet>(role.permission_set) else { return };
    let grant = |span, sure, attachment, policy| Grant {
        holder: role.entity.id,
        worlds: role.entity.worlds.clone(),
        span,
        sure,
        attachment,
        policy,
    };
    if let Some(span) = set.inline_policy.span() {
        let policy = document(&set.inline_policy);
        let sure = matches!(policy, GrantedPolicy::Document(_)) && !role.names_other_account;
        into.push(grant(span, sure, PolicyAttachment::Inline, policy));
    }
    for arn in set.managed_policies.known().into_iter().flat_map(|list| &list.value) {
        let reference = arn.span().and_then(|span| model.reference_at(set.entity.id, span));
        for (policy, sure, _) in
            reference.map_or(Vec::new(), |reference| attached_by_holder(model, reference))
        {
            let span = arn.span().unwrap_or(set.entity.span);
            into.push(grant(span, sure, PolicyAttachment::ByHolder, policy));
        }
    }
    for named in &role.customer_policies {
        for found in &named.found {
            let Some(policy) = model.get::<ManagedPolicy>(found.entity) else { continue };
            let policy = document(&policy.document);
            let sure = found.sure && matches!(policy, GrantedPolicy::Document(_));
            let attachment = PolicyAttachment::ByName(found.entity);
            let worlds = found.worlds.clone();
            into.push(Grant { worlds, ..grant(named.span, sure, attachment, policy) });
        }
        if !named.is_found() {
            let policy = GrantedPolicy::NotInView(named.name.clone());
            into.push(grant(named.span, false, PolicyAttachment::ByHolder, policy));
        }
    }
    let unknown = unknown_parts(&set.managed_policies).chain(unknown_parts(&set.customer_policies));
    for span in unknown {
        into.push(grant(span, false, PolicyAttachment::ByHolder, GrantedPolicy::Unknown));
    }
    // One that is named without a name that is known.
    let customer = set.customer_policies.known().into_iter().flat_map(|list| &list.value);
    for policy in customer.filter_map(Field::known) {
        if let Field::Unknown(name) = &policy.value.name {
            into.push(grant(name.span, false, PolicyAttachment::ByHolder, GrantedPolicy::Unknown));
        }
    }
}

/// The places of what is not known of a list: the whole of it, or items.
fn unknown_parts<T>(list: &List<T>) -> impl Iterator<Item = Span> {
    let unknown = |item: &Field<T>| if let Field::Unknown(why) = item { Some(why.span) } else { None };
    let items = list.known().into_iter().flat_map(|items| &items.value).filter_map(unknown);
    let whole = if let Field::Unknown(why) = list { Some(why.span) } else { None };
    items.chain(whole)
}

/// What users have by their groups, whether they name the group or an addition puts them into it.
fn of_groups(model: &Model, grants: &[Grant]) -> Vec<Grant> {
    let mut found = Vec::new();
    let mut add = |user: &Found, group: &Found| {
        let Some(worlds) = user.worlds.and(&group.worlds) else { return };
        let from = grants.partition_point(|grant| grant.holder < group.entity);
        let of_group = grants[from..].iter().take_while(|grant| grant.holder == group.entity);
        found.extend(of_group.filter_map(|grant| {
            Some(Grant {
                holder: user.entity,
                worlds: worlds.and(&grant.worlds)?,
                sure: grant.sure && user.sure && group.sure,
                attachment: PolicyAttachment::ByGroup(group.entity),
                ..grant.clone()
            })
        }));
    };
    for user in &model.users {
        let itself = Found { entity: user.entity.id, sure: true, worlds: user.entity.worlds.clone() };
        for group in named(model, user.entity.id, ReferencePlace::UserGroup) {
            add(&itself, group);
        }
    }
    for addition in &model.group_additions {
        for group in named(model, addition.entity.id, ReferencePlace::UserGroup) {
            for user in named(model, addition.entity.id, ReferencePlace::GroupUser) {
                add(user, group);
            }
        }
    }
    found
}

/// What an entity names in a kind of place.
fn named(model: &Model, from: EntityId, place: ReferencePlace) -> impl Iterator<Item = &Found> {
    let references = model.references_of(from).iter().filter(move |reference| reference.place == place);
    references.flat_map(|reference| reference.target.found())
}

/// The managed policies that nothing in view refers to, and that refer to nobody.
fn unattached(model: &Model, into: &mut Vec<Grant>) {
    let named: FxHashSet<EntityId> =
        model.provisioned_roles.iter().flat_map(ProvisionedRole::found_policies).collect();
    for policy in &model.managed_policies {
        let id = policy.entity.id;
        let names_nobody = [&policy.roles, &policy.users, &policy.groups].into_iter().all(List::is_absent);
        if names_nobody && !named.contains(&id) && model.references_to(id).next().is_none() {
            into.push(Grant {
                holder: id,
                worlds: policy.entity.worlds.clone(),
                span: policy.entity.span,
                sure: true,
                attachment: PolicyAttachment::Unattached,
                policy: document(&policy.document),
            });
        }
    }
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
    for span in unknown_parts(managed) {
        into.push(grant(span, false, PolicyAttachment::ByHolder, GrantedPolicy::Unknown));
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
                let policy = model.get::<ManagedPolicy>(found.entity)?;
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
