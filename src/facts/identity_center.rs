//! Identity Center: who has which permission set in which account, and what that allows there.
//!
//! A permission set is judged by account: what it names by name and path every account decides for itself, and control
//! policies are not the same everywhere. Accounts in which it comes to the same for the same people are one fact.

mod access;
mod application;
mod attribute;
mod directory;
mod directory_trust;
mod duration;
mod named_policy;
mod permission_set;
mod set_fault;
mod twice;

pub(super) use access::AccountAccess;
pub(super) use application::{ApplicationFact, TrustedTokens, enabled, name};
pub(super) use attribute::AccessControlAttributeFact;
pub(super) use directory::DirectoryFact;
pub(super) use directory_trust::DirectoryTrustFact;
pub(super) use named_policy::PermissionSetPolicy;
pub(super) use permission_set::PermissionSetFact;
pub(super) use set_fault::PermissionSetFault;
pub(super) use twice::AssignedTwice;

use super::{Fact, OneOf, words};
use crate::analysis::Analysis;
use crate::model::{Assignment, EntityId, EntityKind, ReferencePlace, StoreMembership, Target};
use crate::value::{Comparison, DeploymentId, Text};

words! {
    /// What an account is in its organisation.
    AccountKind {
        /// The one that manages the organisation. Control policies do not limit it.
        Management = "management",
        /// One of its members, in which Identity Center is administered for all.
        DelegatedAdministrator = "delegated-administrator",
        /// One of its members.
        Member = "member",
        /// One of which nothing tells, or no more than that it does not manage the organisation.
        Unknown = "unknown",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    access::each(analysis, take);
    application::each(analysis, take);
    attribute::each(analysis, take);
    directory::each(analysis, take);
    directory_trust::each(analysis, take);
    named_policy::each(analysis, take);
    permission_set::each(analysis, take);
    set_fault::each(analysis, take);
    twice::each(analysis, take);
}

/// Who administers Identity Center for an organisation is registered for this service.
const IDENTITY_CENTER: &str = "sso.amazonaws.com";

/// What an account is, as whoever assigns permission sets in it sees it.
///
/// Permission sets and assignments are made in the management account, or in the one to which that is delegated, which must not
/// give anybody access to the management account (User Guide, "Delegated administration"). So that every other account is a
/// member, whichever of both it is.
pub(super) fn account_kind(
    analysis: &Analysis<'_>,
    home: DeploymentId,
    account: Option<&Text>,
) -> OneOf<AccountKind> {
    let Some(account) = account else { return OneOf::only(AccountKind::Unknown) };
    let vocabulary = analysis.vocabulary;
    let home = analysis.model.deployment(home).map(|home| &home.account);
    let at_home = home.map_or(Comparison::Undecided, |home| home.compare(account, vocabulary));
    // Whatever is assigned from an organisation is assigned in it.
    let management = home.and_then(|home| analysis.management_of(home));
    let manages =
        analysis.is_management(account).or_else(|| match management?.compare(account, vocabulary) {
            Comparison::Equal => Some(true),
            Comparison::Different => Some(false),
            Comparison::Undecided => None,
        });
    match (manages, at_home) {
        (Some(true), _) => OneOf::only(AccountKind::Management),
        (Some(false), Comparison::Equal) => OneOf::only(AccountKind::DelegatedAdministrator),
        _ if analysis.is_delegated(account, IDENTITY_CENTER) == Some(true) => {
            OneOf::only(AccountKind::DelegatedAdministrator)
        }
        _ if analysis.is_made(account) => OneOf::only(AccountKind::Member),
        (None, Comparison::Equal) => {
            OneOf::only(AccountKind::Management).or(AccountKind::DelegatedAdministrator)
        }
        (_, Comparison::Different) => OneOf::only(AccountKind::Member),
        (_, Comparison::Undecided) => OneOf::only(AccountKind::Unknown),
    }
}

/// The account that an entity is in, as far as it is known.
pub(super) fn account<'a>(analysis: &'a Analysis<'_>, id: EntityId) -> Option<&'a Text> {
    analysis.model.deployment(analysis.entity(id).deployment).map(|known| &known.account)
}

/// Whom an assignment is for: a group or user in view, or what the assignment names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Recipient {
    /// A group or user of the identity store.
    InView(EntityId),
    /// An id of one that is not in view.
    Named(Text),
}

impl Recipient {
    /// The logical id, or the id that the assignment names.
    pub(super) fn name(&self, analysis: &Analysis<'_>) -> Text {
        match self {
            Self::InView(id) => Text::literal(analysis.entity(*id).logical_id),
            Self::Named(text) => text.clone(),
        }
    }
}

/// Whom an assignment is for. `None` if what it names is not known at all.
pub(super) fn recipient(analysis: &Analysis<'_>, assignment: &Assignment) -> Option<Recipient> {
    let named = assignment.principal.known()?;
    let reference = analysis.model.reference_at(assignment.entity.id, named.span);
    let in_view = match reference.map(|reference| &reference.target) {
        Some(Target::Found(found)) if found.len() == 1 => found.first().map(|found| found.entity),
        Some(Target::WrongForm { entity, .. }) => *entity,
        _ => None,
    };
    Some(in_view.map_or_else(|| Recipient::Named(named.value.clone()), Recipient::InView))
}

/// The people who have what is assigned to somebody: a user himself, or the members of a group in view. Groups do not nest.
pub(super) fn people(analysis: &Analysis<'_>, recipient: &Recipient) -> Vec<Recipient> {
    let Recipient::InView(group) = recipient else { return Vec::new() };
    if group.kind != EntityKind::StoreGroup {
        return vec![recipient.clone()];
    }
    let model = &analysis.model;
    let memberships = model.references_to(*group).filter(|reference| {
        reference.place == ReferencePlace::StoreGroup && !reference.target.found().is_empty()
    });
    let member = |id: EntityId| {
        let user = &model.get::<StoreMembership>(id)?.user;
        let user = user.known()?;
        let found = model.reference_at(id, user.span).map(|reference| reference.target.found());
        Some(match found.and_then(|found| found.first()) {
            Some(found) => Recipient::InView(found.entity),
            None => Recipient::Named(user.value.clone()),
        })
    };
    let mut people: Vec<Recipient> = Vec::new();
    for person in memberships.filter_map(|reference| member(reference.from)) {
        if !people.contains(&person) {
            people.push(person);
        }
    }
    people
}
