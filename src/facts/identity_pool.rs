//! What one identity pool does for guests.

use super::guest_privileges::left;
use super::privileges::{ImpactWord, impact, worst_exposure};
use super::sign_in::{open, reach};
use super::trust::{Exposure, Reach, Workshops, admits};
use super::{Common, Evidence, Fact, LevelOf, OneOf, fact, remedy, words};
use crate::analysis::{Analysis, Change};
use crate::finding::{Certainty, Value};
use crate::model::{
    AttachedRole, EntityId, Form, Found, IdentityPool, ReferencePlace, Role, RoleAttachment, Target,
};
use crate::value::{Bounds, Comparison, Field, Text, Worlds};

words! {
    /// Whether a pool has a role for a kind of its users.
    RoleState {
        /// A role is attached.
        Attached = "attached",
        /// The pool's attachment has none.
        Missing = "missing",
    }
}

words! {
    /// From where users who signed in have a role.
    UserRole {
        /// One is attached for them.
        Attached = "attached",
        /// Role mappings give one.
        Mapped = "mapped",
        /// Their SAML assertions may name one: the pool takes no other logins.
        Asserted = "asserted",
        /// From nowhere.
        Missing = "missing",
    }
}

words! {
    /// Which roles users who signed in may have by choosing.
    Choice {
        /// None that is known, but the one that they get anyway.
        Own = "own",
        /// Others too.
        Others = "others",
    }
}

fact! {
    /// One Cognito identity pool, with what it does for guests and for users who signed in.
    IdentityPoolFact = "identity-pool" {
        /// The pool's logical id, or its id in a dump.
        pool: Option<Text> = "pool",
        /// True if somebody who signs in nowhere gets credentials.
        guests: Bounds<bool> = "guests",
        /// True if clients may choose any role that admits the pool's token.
        classic_flow: Bounds<bool> = "classic-flow",
        /// Whether a role is attached for guests. Not decided if the pool's attachment is not in view.
        guest_role: OneOf<RoleState> = "guest-role",
        /// From where users who signed in have a role. Not decided if the pool's attachment is not in view.
        user_role: OneOf<UserRole> = "user-role",
        /// True if an attachment of roles to the pool is in view.
        attached: Bounds<bool> = "attachment-in-view",
        /// True if the pool takes any logins.
        logins: Bounds<bool> = "logins",
        /// How many social providers it takes logins of directly.
        social_logins: Bounds<i64> = "social-logins",
        /// Which roles users may have by choosing, if the classic flow lets them choose.
        choice: OneOf<Choice> = "choice",
        /// Those roles, but for the ones that are attached: the ones whose trust policy names the pool and admits its users.
        choosable: Vec<Text> = "choosable",
        /// How far out those are who may choose.
        reach: LevelOf<Reach> = "reach",
        /// What the worst of the roles allows that users may have by choosing; nothing if there is none.
        exposure: LevelOf<Exposure> = "exposure",
        /// What the worst role allows that guests may have by choosing: of those that are attached for them, and those whose
        /// trust policy names the pool and admits its guests. One that is not in view counts as broad.
        guest_exposure: LevelOf<Exposure> = "guest-exposure",
        /// What guests can do with the role that they get. Nothing is said of a role that is not in view.
        guest_impact: LevelOf<ImpactWord> = "guest-impact",
    }
    evidence {
        /// Where guests are switched on or off.
        "guests",
        /// Where the classic flow is switched on or off.
        "classic-flow",
        /// The role that guests get, where it is attached.
        "guest-role",
        /// The roles of the pool.
        "attachment",
        /// A role that users may choose.
        "choosable",
        /// The social providers whose logins the pool takes.
        "social-logins",
    }
    remedies {
        /// Guests are switched off, where no role is there for them and none admits them.
        no_guests: "switch-off-guests",
        /// The classic flow is switched off, where no role in view is there to be chosen.
        no_classic_flow: "switch-off-classic-flow",
    }
}

/// Facts of every pool: one for each set of worlds in which its attachment is the same.
pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    // Of a pool that was only listed there is nothing to say: whether guests get in every description of one tells.
    let described = analysis.model.identity_pools.iter().filter(|pool| !pool.guests.is_not_seen());
    for pool in described {
        let mut attachments = attachments(analysis, pool);
        // A pool has one attachment: one that is its own for sure leaves none to guess.
        if attachments.iter().any(|(_, found, _)| found.sure) {
            attachments.retain(|(_, found, _)| found.sure);
        }
        let mut rest = Some(pool.entity.worlds.clone());
        for &(attachment, found, worlds) in &attachments {
            take(&of(analysis, pool, Some((attachment, found)), worlds.clone()));
            if found.sure {
                rest = rest.and_then(|rest| rest.without(worlds));
            }
        }
        if let Some(rest) = rest
            && (attachments.is_empty() || attachments.iter().any(|(_, found, _)| found.sure))
        {
            take(&of(analysis, pool, None, rest));
        }
    }
}

/// The attachments of a pool.
pub(super) fn attachments<'a>(
    analysis: &'a Analysis<'_>,
    pool: &IdentityPool,
) -> Vec<(&'a RoleAttachment, &'a Found, &'a Worlds)> {
    let references = analysis.model.references_to(pool.entity.id);
    references
        .filter(|reference| reference.place == ReferencePlace::IdentityPool)
        .filter_map(|reference| {
            let attachment = analysis.model.get::<RoleAttachment>(reference.from)?;
            let Target::Found(found) = &reference.target else { return None };
            let found = found.iter().find(|found| found.entity == pool.entity.id)?;
            Some((attachment, found, &found.worlds))
        })
        .collect()
}

fn of(
    analysis: &Analysis<'_>,
    pool: &IdentityPool,
    attached: Option<(&RoleAttachment, &Found)>,
    worlds: Worlds,
) -> IdentityPoolFact {
    let (guest_role, role_span) = match attached {
        None => (OneOf::only(RoleState::Attached).or(RoleState::Missing), None),
        Some((attachment, _)) => role_for(analysis, attachment, "unauthenticated"),
    };
    // A function may attach what the template does not.
    let guest_role = match analysis.stability(pool.entity.id, Change::PoolRoles) {
        Certainty::Possible if guest_role == OneOf::only(RoleState::Missing) => {
            guest_role.or(RoleState::Attached)
        }
        _ => guest_role,
    };
    let of_guests = choosable(analysis, pool, attached.map(|(attachment, _)| attachment), true);
    let choosable = if truth(&pool.classic_flow).possible {
        choosable(analysis, pool, attached.map(|(attachment, _)| attachment), false)
    } else {
        Vec::new()
    };
    let mut evidence = Vec::new();
    let mut show = |role, span: Option<_>| evidence.extend(span.map(|span| Evidence { role, span }));
    show("guests", pool.guests.span());
    show("classic-flow", pool.classic_flow.span());
    show("guest-role", role_span);
    show("attachment", attached.and_then(|(attachment, _)| attachment.roles.span()));
    for role in &choosable {
        show("choosable", Some(role.entity.span));
    }
    show("social-logins", pool.login_providers.span());
    let switch = |field: &Field<bool>, what: &str| {
        let at = field.known().filter(|known| known.value)?.span;
        remedy::risky(format!("switch off {what}"), Some(remedy::replace(at, Value::Boolean(false))))
    };
    let no_guests = if guest_role == OneOf::only(RoleState::Missing) && of_guests.is_empty() {
        switch(&pool.guests, "guests, who get no role")
    } else {
        None
    };
    let is_known = attached.is_some_and(|(attachment, _)| attached_roles(analysis, attachment).is_some());
    let no_classic_flow = if is_known && choosable.is_empty() && of_guests.is_empty() {
        switch(&pool.classic_flow, "the classic flow, for which no role here is meant")
    } else {
        None
    };
    IdentityPoolFact {
        no_guests,
        no_classic_flow,
        common: Common {
            subject: pool.entity.id,
            place: pool.guests.span().unwrap_or(pool.entity.span),
            certainty: attached.map_or(Certainty::Proved, |(_, found)| found.certainty()),
            worlds,
            evidence,
            cause: Vec::new(),
            witness: None,
        },
        pool: Some(Text::literal(pool.entity.logical_id)),
        guests: truth(&pool.guests),
        classic_flow: truth(&pool.classic_flow),
        guest_role,
        user_role: user_role(analysis, pool, attached.map(|(attachment, _)| attachment)),
        // Roles of which no answer tells are not in view.
        attached: Bounds::decided(attached.is_some_and(|(attachment, _)| !attachment.roles.is_not_seen())),
        logins: match analysis.stability(pool.entity.id, Change::PoolLogins) {
            Certainty::Proved => logins(pool),
            // A function may add some.
            Certainty::Possible => Bounds { possible: true, ..logins(pool) },
        },
        social_logins: social_logins(analysis, pool),
        choice: OneOf::only(if choosable.is_empty() { Choice::Own } else { Choice::Others }),
        choosable: choosable.iter().map(|role| Text::literal(role.entity.logical_id)).collect(),
        // Nobody chooses where there is nothing to choose.
        reach: if choosable.is_empty() { LevelOf::only(Reach::Inner) } else { reach(open(analysis, pool)) },
        exposure: if choosable.is_empty() {
            LevelOf::only(Exposure::OwnData)
        } else {
            worst_exposure(analysis, choosable.iter().map(|role| role.entity.id))
        },
        guest_exposure: guest_exposure(analysis, pool, attached.map(|(attachment, _)| attachment)),
        guest_impact: attached
            .and_then(|(attachment, _)| given_to_guests(analysis, attachment))
            .map_or(LevelOf::none(), |role| impact(left(analysis, pool, role).0)),
    }
}

/// True if an attachment names one role for guests and for users. Of roles that are not known it is not said.
pub(super) fn shares_role(analysis: &Analysis<'_>, attachment: &RoleAttachment) -> bool {
    let role = |key| {
        let mut roles = attachment.roles.known()?.value.iter();
        roles.find(|attached| attached.key.value.as_literal(analysis.vocabulary) == Some(key))?.role.known()
    };
    let (guests, users) = (role("unauthenticated"), role("authenticated"));
    guests.zip(users).is_some_and(|(guests, users)| {
        guests.value.compare(&users.value, analysis.vocabulary) == Comparison::Equal
    })
}

/// Whether the pool takes any logins. A list that is not known has some, unless no answer of an account tells of it.
fn logins(pool: &IdentityPool) -> Bounds<bool> {
    let sure = (has(&pool.saml_providers) && !pool.saml_providers.is_not_seen())
        || (has(&pool.user_pools) && !pool.user_pools.is_not_seen())
        || (has(&pool.login_providers) && !pool.login_providers.is_not_seen())
        || (has(&pool.oidc_providers) && !pool.oidc_providers.is_not_seen())
        || !(pool.developer_provider.is_absent() || pool.developer_provider.is_not_seen());
    Bounds { sure, possible: has(&pool.saml_providers) || has_others(pool) }
}

/// Whether the pool takes other logins than by SAML.
fn has_others(pool: &IdentityPool) -> bool {
    has(&pool.user_pools)
        || has(&pool.login_providers)
        || has(&pool.oidc_providers)
        || !pool.developer_provider.is_absent()
}

fn has<T>(list: &Field<Vec<T>>) -> bool {
    list.known().map_or(!list.is_absent(), |list| !list.value.is_empty())
}

/// From where users who signed in have a role.
fn user_role(
    analysis: &Analysis<'_>,
    pool: &IdentityPool,
    attachment: Option<&RoleAttachment>,
) -> OneOf<UserRole> {
    let either = OneOf::only(UserRole::Attached).or(UserRole::Missing);
    let (attached, mapped) = match attachment {
        None => (either, false),
        Some(attachment) => {
            let (role, _) = role_for(analysis, attachment, "authenticated");
            let attached = match role.words() {
                words if words == OneOf::only(RoleState::Attached).words() => OneOf::only(UserRole::Attached),
                words if words == OneOf::only(RoleState::Missing).words() => OneOf::only(UserRole::Missing),
                _ => either,
            };
            (attached, has(&attachment.mappings))
        }
    };
    if attached == OneOf::only(UserRole::Attached) {
        attached
    } else if truth(&pool.classic_flow).possible {
        // Clients may choose a role that nothing attaches: perhaps one that is not in view.
        if choosable(analysis, pool, attachment, false).is_empty() {
            either
        } else {
            OneOf::only(UserRole::Attached)
        }
    } else if mapped {
        OneOf::only(UserRole::Mapped)
    } else if has(&pool.saml_providers) && !has_others(pool) {
        OneOf::only(UserRole::Asserted)
    } else if analysis.stability(pool.entity.id, Change::PoolRoles) == Certainty::Possible {
        // A function may attach what the template does not.
        either
    } else {
        attached
    }
}

/// How many social providers the pool takes logins of directly: each is a key of its own.
fn social_logins(analysis: &Analysis<'_>, pool: &IdentityPool) -> Bounds<i64> {
    let Some(known) = pool.login_providers.known() else { return Bounds::decided(0) };
    let sure = known.value.iter().filter(|login| {
        login.provider.value.as_literal(analysis.vocabulary).is_some() && !login.application.is_absent()
    });
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Bounds { sure: count(sure.count()), possible: count(known.value.len()) }
}

/// What the worst role allows that guests may choose in the classic flow.
fn guest_exposure(
    analysis: &Analysis<'_>,
    pool: &IdentityPool,
    attachment: Option<&RoleAttachment>,
) -> LevelOf<Exposure> {
    let given = attachment.and_then(|attachment| for_guests(analysis, attachment).next()?.role.span());
    let given = given.and_then(|span| analysis.model.reference_at(attachment?.entity.id, span));
    let given = given.into_iter().flat_map(|reference| reference.target.entities());
    let chosen = choosable(analysis, pool, attachment, true).into_iter().map(|role| role.entity.id);
    worst_exposure(analysis, given.chain(chosen))
}

/// The roles that guests or users of a pool may choose for sure besides those that are attached. None if it is not known
/// which those are.
fn choosable<'a>(
    analysis: &'a Analysis<'_>,
    pool: &IdentityPool,
    attachment: Option<&RoleAttachment>,
    guest: bool,
) -> Vec<&'a Role> {
    let attached = attachment.and_then(|attachment| attached_roles(analysis, attachment));
    let (Some(attached), Some(id)) = (attached, pool.entity.identifier(Form::Id)) else { return Vec::new() };
    let (mut roles, workshops): (Vec<&Role>, _) = (Vec::new(), Workshops::default());
    for reference in analysis.model.references_to(pool.entity.id) {
        let Some(role) = analysis.model.get::<Role>(reference.from) else { continue };
        let sure = reference.target.found().iter().any(|found| {
            found.entity == pool.entity.id
                && found.sure
                && pool.entity.worlds.without(&found.worlds).is_none()
        });
        let seen =
            attached.contains(&role.entity.id) || roles.iter().any(|known| known.entity.id == role.entity.id);
        if sure
            && !seen
            && reference.place == ReferencePlace::TrustedIdentityPool
            && admits(analysis, role, id, guest, &workshops).sure
        {
            roles.push(role);
        }
    }
    roles
}

/// The roles in view that an attachment names for guests and for users. `None` if it is not known which they are.
fn attached_roles(analysis: &Analysis<'_>, attachment: &RoleAttachment) -> Option<Vec<EntityId>> {
    let listed = match &attachment.roles {
        Field::Absent => return Some(Vec::new()),
        Field::Unknown(_) => return None,
        Field::Known(roles) => &roles.value,
    };
    let mut attached = Vec::new();
    for role in listed {
        let reference = analysis.model.reference_at(attachment.entity.id, role.role.span()?)?;
        if matches!(reference.target, Target::Unknown) {
            return None;
        }
        attached.extend(reference.target.entities());
    }
    Some(attached)
}

/// What an attachment names for guests.
pub(super) fn for_guests<'a>(
    analysis: &'a Analysis<'_>,
    attachment: &'a RoleAttachment,
) -> impl Iterator<Item = &'a AttachedRole> {
    let roles = attachment.roles.known().into_iter().flat_map(|roles| &roles.value);
    roles.filter(|role| role.key.value.as_literal(analysis.vocabulary) == Some("unauthenticated"))
}

/// The role that guests get, if it is in view with what it allows.
fn given_to_guests(analysis: &Analysis<'_>, attachment: &RoleAttachment) -> Option<EntityId> {
    let span = for_guests(analysis, attachment).next()?.role.span()?;
    let [found] = analysis.model.reference_at(attachment.entity.id, span)?.target.found() else {
        return None;
    };
    (!analysis.model.grants_of(found.entity).is_empty()).then_some(found.entity)
}

/// A switch that is off when it is not written.
pub(super) fn truth(field: &Field<bool>) -> Bounds<bool> {
    match field {
        Field::Absent => Bounds::decided(false),
        Field::Known(known) => Bounds::decided(known.value),
        Field::Unknown(_) => Bounds::UNDECIDED,
    }
}

/// Whether an attachment has a role under a key, and where.
fn role_for(
    analysis: &Analysis<'_>,
    attachment: &RoleAttachment,
    wanted: &str,
) -> (OneOf<RoleState>, Option<crate::source::Span>) {
    let either = || OneOf::only(RoleState::Attached).or(RoleState::Missing);
    match &attachment.roles {
        Field::Absent => (OneOf::only(RoleState::Missing), None),
        Field::Unknown(_) => (either(), None),
        Field::Known(roles) => {
            let mut unknown_key = false;
            for attached in &roles.value {
                match attached.key.value.as_literal(analysis.vocabulary) {
                    Some(key) if key == wanted => {
                        let span = attached.role.span().unwrap_or(attached.key.span);
                        return (OneOf::only(RoleState::Attached), Some(span));
                    }
                    Some(_) => {}
                    None => unknown_key = true,
                }
            }
            (if unknown_key { either() } else { OneOf::only(RoleState::Missing) }, None)
        }
    }
}
