//! What an identity pool uses a role for.

use super::identity_pool::attachments;
use super::pool_role::pools;
use super::{OneOf, words};
use crate::analysis::{Analysis, Change};
use crate::finding::Certainty;
use crate::graph::{EdgeKind, Node};
use crate::model::{EntityId, IdentityPool, ReferencePlace, Role, RoleAttachment, Target, UserPoolGroup};
use crate::value::{Comparison, Field, Text};

words! {
    /// Whom an identity pool gives a role.
    PoolUse {
        /// Guests.
        Guest = "guest",
        /// Users who signed in.
        User = "user",
        /// Nobody.
        None = "none",
    }
}

/// An identity pool that a role's trust policy names.
#[derive(Clone, Copy)]
pub(super) enum NamedPool<'a> {
    /// One in view.
    InView(&'a IdentityPool),
    /// One that is not, by its id.
    Elsewhere(&'a Text),
}

/// What a pool uses a role for. Whoever gets it as a guest is named first: what is meant for guests is not wrong
/// if it lets them in.
pub(super) fn pool_use(analysis: &Analysis<'_>, pool: NamedPool<'_>, role: &Role) -> OneOf<PoolUse> {
    let mut seen = Seen::default();
    for reference in analysis.model.references_to(role.entity.id) {
        let sure = reference
            .target
            .found()
            .iter()
            .any(|found| found.entity == role.entity.id && found.certainty() == Certainty::Proved);
        match reference.place {
            ReferencePlace::AttachedRole | ReferencePlace::MappedRole => {
                let Some(attachment) = analysis.model.get::<RoleAttachment>(reference.from) else { continue };
                let word = attached_as(analysis, attachment, reference.place, reference.span);
                seen.add(word, is_of(analysis, attachment, pool), sure);
            }
            ReferencePlace::GroupRole => {
                let Some(group) = analysis.model.get::<UserPoolGroup>(reference.from) else { continue };
                seen.add(OneOf::only(PoolUse::User), feeds(analysis, group, pool), sure);
            }
            _ => {}
        }
    }
    match pool {
        NamedPool::InView(pool) => {
            let attachments = attachments(analysis, pool);
            seen.open |= attachments.is_empty()
                || analysis.stability(pool.entity.id, Change::PoolRoles) == Certainty::Possible
                || attachments.iter().any(|(attachment, ..)| has_unknown_role(analysis, attachment));
        }
        NamedPool::Elsewhere(_) => seen.open = true,
    }
    seen.word()
}

/// The uses that were seen.
#[derive(Default)]
struct Seen {
    guest: bool,
    user: bool,
    maybe_guest: bool,
    maybe_user: bool,
    /// True if there may be uses that are not in view.
    open: bool,
}

impl Seen {
    fn add(&mut self, word: OneOf<PoolUse>, of_pool: Comparison, sure: bool) {
        if of_pool == Comparison::Different {
            return;
        }
        let sure = sure && of_pool == Comparison::Equal;
        if word == OneOf::only(PoolUse::Guest) {
            self.guest |= sure;
            self.maybe_guest |= !sure;
        } else if word == OneOf::only(PoolUse::User) {
            self.user |= sure;
            self.maybe_user |= !sure;
        } else if word != OneOf::only(PoolUse::None) {
            self.maybe_guest = true;
            self.maybe_user = true;
        }
    }

    fn word(&self) -> OneOf<PoolUse> {
        if self.guest {
            return OneOf::only(PoolUse::Guest);
        }
        let mut word = OneOf::only(if self.user { PoolUse::User } else { PoolUse::None });
        // A pool has one attachment: one in view that names the role for its users leaves nothing open.
        if self.open && !self.user {
            word = word.or(PoolUse::Guest).or(PoolUse::User);
        }
        if self.maybe_guest {
            word = word.or(PoolUse::Guest);
        }
        if self.maybe_user {
            word = word.or(PoolUse::User);
        }
        word
    }
}

/// For whom an attachment names a role at a place.
fn attached_as(
    analysis: &Analysis<'_>,
    attachment: &RoleAttachment,
    place: ReferencePlace,
    span: crate::source::Span,
) -> OneOf<PoolUse> {
    if place == ReferencePlace::MappedRole {
        return OneOf::only(PoolUse::User);
    }
    let roles = attachment.roles.known().into_iter().flat_map(|roles| &roles.value);
    let mut here = roles.filter(|attached| attached.role.span() == Some(span));
    let Some(attached) = here.next() else { return OneOf::only(PoolUse::None) };
    match attached.key.value.as_literal(analysis.vocabulary) {
        Some("unauthenticated") => OneOf::only(PoolUse::Guest),
        Some("authenticated") => OneOf::only(PoolUse::User),
        Some(_) => OneOf::only(PoolUse::None),
        None => OneOf::only(PoolUse::Guest).or(PoolUse::User).or(PoolUse::None),
    }
}

/// Whether an attachment is this pool's.
fn is_of(analysis: &Analysis<'_>, attachment: &RoleAttachment, pool: NamedPool<'_>) -> Comparison {
    let of = pools(analysis, attachment);
    match pool {
        NamedPool::InView(pool) => {
            let mut comparison = Comparison::Different;
            for (known, certainty, _) in of {
                match known {
                    Some(known) if known.entity.id == pool.entity.id => {
                        if certainty == Certainty::Proved {
                            return Comparison::Equal;
                        }
                        comparison = Comparison::Undecided;
                    }
                    Some(_) => {}
                    None => comparison = Comparison::Undecided,
                }
            }
            comparison
        }
        NamedPool::Elsewhere(id) => match &attachment.identity_pool {
            Field::Known(known) => known.value.compare(id, analysis.vocabulary),
            Field::Unknown(_) => Comparison::Undecided,
            Field::Absent => Comparison::Different,
        },
    }
}

/// Whether a group's user pool is one of whose logins the pool takes.
fn feeds(analysis: &Analysis<'_>, group: &UserPoolGroup, pool: NamedPool<'_>) -> Comparison {
    let NamedPool::InView(pool) = pool else { return Comparison::Undecided };
    let fed = fed_pools(analysis, group);
    if fed.is_some_and(|fed| fed.contains(&pool.entity.id)) {
        Comparison::Equal
    } else {
        Comparison::Different
    }
}

/// The identity pools that take logins of a group's user pool. `None` if that is not in view.
pub(super) fn fed_pools(analysis: &Analysis<'_>, group: &UserPoolGroup) -> Option<Vec<EntityId>> {
    let reference =
        group.user_pool.span().and_then(|span| analysis.model.reference_at(group.entity.id, span));
    let Target::Found(user_pools) = &reference?.target else { return None };
    let mut pools: Vec<EntityId> = Vec::new();
    for user_pool in user_pools {
        let user_pool = Node::Entity(user_pool.entity);
        let logins = analysis.graph.leaving(&user_pool, EdgeKind::LogsIn);
        pools.extend(logins.filter_map(|(node, _)| node.entity()));
    }
    pools.sort_unstable();
    pools.dedup();
    Some(pools)
}

/// Whether an attachment names a role of which it is not known which it is.
fn has_unknown_role(analysis: &Analysis<'_>, attachment: &RoleAttachment) -> bool {
    let unknown = |field: &Field<Text>| {
        let reference = field.span().and_then(|span| analysis.model.reference_at(attachment.entity.id, span));
        !field.is_absent() && reference.is_none_or(|reference| matches!(reference.target, Target::Unknown))
    };
    match &attachment.roles {
        Field::Unknown(_) => true,
        Field::Absent => false,
        Field::Known(roles) => roles.value.iter().any(|attached| unknown(&attached.role)),
    }
}
