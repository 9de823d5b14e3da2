//! Permission sets that somebody has twice in one account.

use std::collections::BTreeMap;

use super::{Recipient, people, recipient};
use crate::analysis::Analysis;
use crate::facts::{Common, Evidence, Fact, OneOf, fact, words};
use crate::finding::Certainty;
use crate::model::{Assignment, Entity, EntityId, EntityKind};
use crate::value::{Text, Worlds};

words! {
    /// How somebody has a permission set twice.
    Twice {
        /// Two assignments say the same.
        SamePrincipal = "same-principal",
        /// It is assigned to a user, and to a group in which he is.
        UserAndGroup = "user-and-group",
    }
}

fact! {
    /// One permission set that is assigned to the same principal in the same account by two assignments, or to a user and to a
    /// group of his.
    AssignedTwice = "assigned-twice" {
        /// The permission set: its logical id, or what the assignments name.
        permission_set: Option<Text> = "permission-set",
        /// The group or user: its logical id, or what the assignments name.
        principal: Option<Text> = "principal",
        /// The account, as the assignments name it.
        account: Option<Text> = "account",
        /// How it is assigned twice.
        how: OneOf<Twice> = "how",
        /// The group, if there is one.
        group: Option<Text> = "group",
    }
    evidence {
        /// The other assignment.
        "other",
        /// What makes the user a member of the group.
        "membership",
    }
}

/// An assignment of which all is known that matters.
struct Known<'a> {
    assignment: &'a Assignment,
    recipient: Recipient,
    certainty: Certainty,
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let mut by_access: BTreeMap<usize, Vec<Known<'_>>> = BTreeMap::new();
    let mut keys: rustc_hash::FxHashMap<(Recipient, Text), usize> = rustc_hash::FxHashMap::default();
    for assignment in &analysis.model.assignments {
        let Some((set, certainty)) = permission_set(analysis, assignment) else { continue };
        let Some(account) = assignment.target.known().map(|target| target.value.clone()) else { continue };
        let Some(recipient) = recipient(analysis, assignment) else { continue };
        let next = keys.len();
        let key = *keys.entry((set, account)).or_insert(next);
        by_access.entry(key).or_default().push(Known { assignment, recipient, certainty });
    }
    for assignments in by_access.values() {
        for (index, one) in assignments.iter().enumerate() {
            // Each beside the first that is the same: of many there is one finding less than assignments.
            let before = assignments[..index].iter().find(|other| is_same(analysis, one, other));
            if let Some(other) = before {
                pair(analysis, other, one, Twice::SamePrincipal, None, take);
            }
        }
        by_group(analysis, assignments, take);
    }
}

/// Users to whom it is assigned beside a group of theirs.
fn by_group(analysis: &Analysis<'_>, assignments: &[Known<'_>], take: &mut dyn FnMut(&dyn Fact)) {
    let kind = |known: &Known<'_>| match &known.recipient {
        Recipient::InView(id) => Some(id.kind),
        Recipient::Named(_) => None,
    };
    let groups = assignments.iter().filter(|known| kind(known) == Some(EntityKind::StoreGroup));
    for group in groups {
        let members = people(analysis, &group.recipient);
        for user in assignments.iter().filter(|known| kind(known) != Some(EntityKind::StoreGroup)) {
            if !members.contains(&user.recipient) {
                continue;
            }
            // Without a membership that is there for sure, he need not be in the group.
            if let Some(membership) = membership(analysis, user, group) {
                pair(analysis, user, group, Twice::UserAndGroup, Some(membership), take);
            }
        }
    }
}

/// What an assignment assigns: a permission set in view, or what it names.
fn permission_set(analysis: &Analysis<'_>, assignment: &Assignment) -> Option<(Recipient, Certainty)> {
    let named = assignment.permission_set.known()?;
    let reference = analysis.model.reference_at(assignment.entity.id, named.span)?;
    Some(match reference.target.found() {
        [found] => (Recipient::InView(found.entity), found.certainty()),
        _ => (Recipient::Named(named.value.clone()), Certainty::Proved),
    })
}

/// Whether two assignments are for the same principal in some world: what is a user in one is no group in the other.
fn is_same(analysis: &Analysis<'_>, one: &Known<'_>, other: &Known<'_>) -> bool {
    let kind = |known: &Known<'_>| known.assignment.principal_type.as_literal(analysis.vocabulary);
    one.recipient == other.recipient && kind(one) == kind(other) && together(one, other).is_some()
}

/// What makes a user a member of a group.
fn membership<'a>(analysis: &'a Analysis<'_>, user: &Known<'_>, group: &Known<'_>) -> Option<&'a Entity> {
    let Recipient::InView(group) = &group.recipient else { return None };
    let model = &analysis.model;
    let mut memberships =
        model.references_to(*group).filter(|reference| reference.from.kind == EntityKind::StoreMembership);
    let is_his = |id: EntityId| match &user.recipient {
        Recipient::InView(user) => model
            .references_of(id)
            .iter()
            .any(|reference| reference.target.entities().any(|one| one == *user)),
        Recipient::Named(text) => model.references_of(id).iter().any(|reference| reference.text == *text),
    };
    memberships.find(|reference| is_his(reference.from)).map(|found| analysis.entity(found.from))
}

fn pair(
    analysis: &Analysis<'_>,
    one: &Known<'_>,
    other: &Known<'_>,
    how: Twice,
    membership: Option<&Entity>,
    take: &mut dyn FnMut(&dyn Fact),
) {
    let Some(worlds) = together(one, other) else { return };
    let worlds = match membership {
        Some(membership) => worlds.and(&membership.worlds),
        None => Some(worlds),
    };
    let Some(worlds) = worlds else { return };
    let Some((set, _)) = permission_set(analysis, one.assignment) else { return };
    // A permission set is had twice, whichever assignment stands first.
    let subject = match &set {
        Recipient::InView(id) => *id,
        Recipient::Named(_) => one.assignment.entity.id,
    };
    let name = one.recipient.name(analysis);
    let account = one.assignment.target.known().map(|target| target.value.clone());
    let mut cause = vec![name.clone()];
    cause.extend(account.clone());
    let spans = [one.assignment.entity.span, other.assignment.entity.span];
    let group = (how == Twice::UserAndGroup).then(|| other.recipient.name(analysis));
    cause.extend(group.clone());
    take(&AssignedTwice {
        common: Common {
            subject,
            place: spans[0],
            certainty: one.certainty.min(other.certainty),
            worlds,
            evidence: [
                Some(("other", spans[1])),
                membership.map(|membership| ("membership", membership.span)),
            ]
            .into_iter()
            .flatten()
            .map(|(role, span)| Evidence { role, span })
            .collect(),
            cause,
            witness: None,
        },
        permission_set: Some(set.name(analysis)),
        principal: Some(name),
        account,
        how: OneOf::only(how),
        group,
    });
}

fn together(one: &Known<'_>, other: &Known<'_>) -> Option<Worlds> {
    one.assignment.entity.worlds.and(&other.assignment.entity.worlds)
}
