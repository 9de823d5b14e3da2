//! A role mapping of an identity pool, and whether the pool takes the logins that it is for.

use super::claim_source::{default_role, mapped_user_pools, named_roles, role_name, sure_roles};
use super::lists::{has_key, is};
use super::pool_role::{pool_name, pools};
use super::privileges::{is_stronger, worst_exposure};
use super::sign_in::reach;
use super::user_pool::{doors, members};
use super::{Common, Evidence, Exposure, Fact, LevelOf, OneOf, Reach, WordSet, fact, words};
use crate::analysis::{Analysis, Change};
use crate::model::{
    EntityId, Form, IdentityPool, List, RoleAttachment, RoleMapping, Target, UserPool, UserPoolGroup,
    UserPoolLogin,
};
use crate::source::Span;
use crate::value::{Bounds, Comparison, Field, Located, Text, TextBuilder, Worlds};

words! {
    /// How a mapping finds the role.
    MappingType {
        /// The user's token names it.
        Token = "token",
        /// A rule over a claim names it.
        Rules = "rules",
        /// Cognito knows no such type.
        Invalid = "invalid",
    }
}

words! {
    /// Whether a pool takes the logins that a mapping is for.
    Listed {
        /// It does.
        Yes = "listed",
        /// It does not.
        No = "not-listed",
        /// It depends on what is not known, or the pool is not in view.
        Unknown = "unknown",
    }
}

words! {
    /// What users get whom a mapping gives no role of their own.
    Fallback {
        /// Nothing.
        Nothing = "nothing",
        /// The role that the pool has for users who signed in.
        Default = "default",
        /// That role, which is also that of the group that comes before all others.
        FirstGroup = "first-group",
        /// That role, which allows more than the role of some group or rule.
        Stronger = "stronger",
    }
}

fact! {
    /// One role mapping of an identity pool, for the logins of one provider.
    RoleMappingFact = "role-mapping" {
        /// The pool's logical id, or what the attachment names.
        pool: Option<Text> = "pool",
        /// The provider that the mapping is for, with the app client of a user pool.
        provider: Option<Text> = "provider",
        /// How the mapping finds the role.
        mapping_type: OneOf<MappingType> = "type",
        /// Whether the pool takes logins of this provider.
        listed: OneOf<Listed> = "provider.state",
        /// What users without a group get, where groups decide, or those who fit no rule. That a group comes before others
        /// says that its role is preferred, not that it allows more: `first-group` is never decided.
        fallback: OneOf<Fallback> = "fallback",
        /// The group that comes before all others.
        first_group: Option<Text> = "first-group",
        /// The logical id or ARN of the role for users who signed in.
        default_role: Option<Text> = "default-role",
        /// The logical id of a role that allows less than that one, and that a group or rule gives.
        weaker_role: Option<Text> = "weaker-role",
        /// How far out those are whom the mapping gives no role of their own.
        reach: LevelOf<Reach> = "reach",
        /// What the role for users who signed in allows. Of one that is not in view, the middle.
        exposure: LevelOf<Exposure> = "exposure",
    }
    evidence {
        /// What happens to users without a role of their own.
        "fallback",
        /// The role of the group that comes before all others.
        "first-group",
        /// The role that allows less, where a group or rule gives it.
        "weaker-role",
        /// The logins that the pool accepts.
        "logins",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for attachment in &analysis.model.role_attachments {
        for (pool, certainty, worlds) in pools(analysis, attachment) {
            for mapping in attachment.mappings.known().iter().flat_map(|mappings| &mappings.value) {
                let provider = mapping.provider();
                let logins = pool.and_then(logins_place);
                let (mut fallback, mut first) = fallback(analysis, attachment, mapping);
                let default = default_role(analysis, attachment).cloned();
                let default = default.map_or(Field::Absent, Field::Known);
                let weaker = if fallback == OneOf::only(Fallback::Nothing) {
                    None
                } else {
                    weaker(analysis, attachment, mapping, &default, &worlds)
                };
                if weaker.is_some() {
                    first = None;
                    let falls_back = fallback.words().0 & WordSet::only(Fallback::Nothing).0 == 0;
                    fallback = OneOf::only(Fallback::Stronger);
                    if !falls_back {
                        fallback = fallback.or(Fallback::Nothing);
                    }
                }
                let open = mapped_user_pools(analysis, attachment, mapping)
                    .iter()
                    .fold(Bounds::decided(false), |any, (pool, ..)| any.or(doors(analysis, pool).open()));
                let default_role = default_role_name(analysis, attachment);
                let mut evidence = Vec::new();
                let mut show =
                    |role, span: Option<Span>| evidence.extend(span.map(|span| Evidence { role, span }));
                show("logins", logins);
                show("fallback", mapping.ambiguous.span());
                show("first-group", first.and_then(|group| group.role.span()));
                show("weaker-role", weaker.map(|(_, span)| span));
                take(&RoleMappingFact {
                    common: Common {
                        subject: attachment.entity.id,
                        place: provider.span().unwrap_or(mapping.key.span),
                        certainty: certainty.min(analysis.stability(attachment.entity.id, Change::PoolRoles)),
                        worlds: worlds.clone(),
                        evidence,
                        cause: provider
                            .known()
                            .map(|known| known.value.clone())
                            .into_iter()
                            .chain(default_role.clone())
                            .collect(),
                        witness: None,
                    },
                    pool: pool_name(pool, attachment),
                    mapping_type: mapping_type(analysis, mapping),
                    listed: OneOf::only(match (pool, &provider) {
                        (Some(pool), Field::Known(known)) if is_provider(analysis, attachment, known) => {
                            Listed::of(listed(analysis, pool, &known.value))
                        }
                        _ => Listed::Unknown,
                    }),
                    provider: provider.known().map(|known| known.value.clone()),
                    fallback,
                    first_group: first.map(|group| Text::literal(group.entity.logical_id)),
                    weaker_role: weaker.map(|(role, _)| Text::literal(analysis.entity(role).logical_id)),
                    reach: reach(open),
                    exposure: worst_exposure(analysis, named_roles(analysis, attachment.entity.id, &default)),
                    default_role,
                });
            }
        }
    }
}

impl Listed {
    fn of(truth: Bounds<bool>) -> Self {
        match truth.known() {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }
}

fn default_role_name(analysis: &Analysis<'_>, attachment: &RoleAttachment) -> Option<Text> {
    let role = default_role(analysis, attachment)?.clone();
    role_name(analysis, attachment.entity.id, &Field::Known(role))
}

/// Whether users whom a mapping gives no role of their own get the role for all users.
pub(super) fn falls_back(analysis: &Analysis<'_>, mapping: &RoleMapping) -> Bounds<bool> {
    match &mapping.ambiguous {
        Field::Absent => Bounds::decided(false),
        Field::Unknown(_) => Bounds::UNDECIDED,
        Field::Known(known) => is(&known.value, "AuthenticatedRole", analysis.vocabulary),
    }
}

/// Whether somebody for whom a mapping has no role stays without one: code may give him a group, or a claim.
pub(super) fn stays_plain(analysis: &Analysis<'_>, mapping: &RoleMapping, users: &UserPool) -> Bounds<bool> {
    let mut code = vec!["PreTokenGeneration", "PreTokenGenerationConfig"];
    if mapping_type(analysis, mapping) != OneOf::only(MappingType::Rules) {
        code.push("PostConfirmation");
    }
    let changed = has_key(&users.triggers, &code, analysis.vocabulary).0;
    Bounds { sure: !changed.possible, possible: true }
}

/// What users get whom a mapping gives no role of their own, and the group that comes before all others.
fn fallback<'a>(
    analysis: &'a Analysis<'_>,
    attachment: &RoleAttachment,
    mapping: &RoleMapping,
) -> (OneOf<Fallback>, Option<&'a UserPoolGroup>) {
    let literal = mapping.ambiguous.known().map(|known| known.value.as_literal(analysis.vocabulary));
    let default = OneOf::only(Fallback::Default);
    match literal {
        Some(Some("AuthenticatedRole")) => {}
        Some(None) => return (default.or(Fallback::Nothing), None),
        _ => return (OneOf::only(Fallback::Nothing), None),
    }
    if mapping_type(analysis, mapping) != OneOf::only(MappingType::Token) {
        return (default, None);
    }
    let Some(role) = default_role(analysis, attachment) else { return (default, None) };
    let user_pools = mapped_user_pools(analysis, attachment, mapping);
    let first = user_pools.iter().find_map(|(pool, ..)| first_group(analysis, pool, attachment));
    match first {
        Some(first)
            if first.role.known().is_some_and(|known| {
                known.value.compare(&role.value, analysis.vocabulary) == Comparison::Equal
            }) =>
        {
            (default.or(Fallback::FirstGroup), Some(first))
        }
        _ => (default, None),
    }
}

/// A role of a group or rule that allows less than another role, and where it is given.
fn weaker(
    analysis: &Analysis<'_>,
    attachment: &RoleAttachment,
    mapping: &RoleMapping,
    than: &Field<Text>,
    worlds: &Worlds,
) -> Option<(EntityId, Span)> {
    let than = sure_roles(analysis, attachment.entity.id, than, worlds);
    let mut given: Vec<(EntityId, Span)> = Vec::new();
    let rules = mapping.rules.known().into_iter().flat_map(|rules| &rules.value);
    for rule in rules.filter_map(Field::known) {
        let span = rule.value.role.span().unwrap_or(rule.span);
        let roles = sure_roles(analysis, attachment.entity.id, &rule.value.role, worlds);
        given.extend(roles.into_iter().map(|role| (role, span)));
    }
    if mapping_type(analysis, mapping) == OneOf::only(MappingType::Token) {
        given.clear();
        for (pool, ..) in mapped_user_pools(analysis, attachment, mapping) {
            for group in members::<UserPoolGroup>(analysis, pool).into_iter().filter(|group| group.sure) {
                let span = group.item.role.span().unwrap_or(group.item.entity.span);
                let roles = sure_roles(analysis, group.item.entity.id, &group.item.role, worlds);
                given.extend(roles.into_iter().map(|role| (role, span)));
            }
        }
    }
    let is_weaker = |role| !than.is_empty() && than.iter().all(|&than| is_stronger(analysis, than, role));
    given.into_iter().find(|&(role, _)| is_weaker(role))
}

/// The group with a role that comes before all others of a pool, if another has another role and the order is known.
fn first_group<'a>(
    analysis: &'a Analysis<'_>,
    pool: &UserPool,
    attachment: &RoleAttachment,
) -> Option<&'a UserPoolGroup> {
    let worlds = &attachment.entity.worlds;
    let mut groups: Vec<(i64, &UserPoolGroup)> = Vec::new();
    for group in members::<UserPoolGroup>(analysis, pool) {
        let group = group.item;
        if group.role.is_absent() || group.entity.worlds.and(worlds).is_none() {
            continue;
        }
        let precedence = match &group.precedence {
            // Without one, a group comes after all others.
            Field::Absent => i64::MAX,
            Field::Known(known) => known.value,
            Field::Unknown(_) => return None,
        };
        groups.push((precedence, group));
    }
    let &(least, first) = groups.iter().min_by_key(|(precedence, _)| *precedence)?;
    let role = &first.role.known()?.value;
    let is_other = |group: &UserPoolGroup| {
        group
            .role
            .known()
            .is_some_and(|other| other.value.compare(role, analysis.vocabulary) != Comparison::Equal)
    };
    let others: Vec<i64> =
        groups.iter().filter(|(_, group)| is_other(group)).map(|(precedence, _)| *precedence).collect();
    (!others.is_empty() && others.iter().all(|&precedence| precedence > least)).then_some(first)
}

/// False if the provider of a mapping can be none, by its form: that is a fault of its own.
fn is_provider(analysis: &Analysis<'_>, attachment: &RoleAttachment, provider: &Located<Text>) -> bool {
    let reference = analysis.model.reference_at(attachment.entity.id, provider.span);
    !reference.is_some_and(|reference| matches!(reference.target, Target::WrongForm { .. }))
}

/// How a mapping finds the role.
pub(super) fn mapping_type(analysis: &Analysis<'_>, mapping: &RoleMapping) -> OneOf<MappingType> {
    match mapping.mapping_type.as_literal(analysis.vocabulary) {
        Some("Token") => OneOf::only(MappingType::Token),
        Some("Rules") => OneOf::only(MappingType::Rules),
        Some(_) => OneOf::only(MappingType::Invalid),
        None => OneOf::only(MappingType::Token).or(MappingType::Rules),
    }
}

fn logins_place(pool: &IdentityPool) -> Option<Span> {
    [
        pool.user_pools.span(),
        pool.login_providers.span(),
        pool.saml_providers.span(),
        pool.oidc_providers.span(),
        pool.developer_provider.span(),
    ]
    .into_iter()
    .find_map(|span| span)
}

/// Whether a pool takes the logins of a provider, named as in a role mapping.
fn listed(analysis: &Analysis<'_>, pool: &IdentityPool, provider: &Text) -> Bounds<bool> {
    let vocabulary = analysis.vocabulary;
    let same = |login: &Text| match login.compare(provider, vocabulary) {
        Comparison::Equal => Bounds::decided(true),
        Comparison::Different => Bounds::decided(false),
        Comparison::Undecided => Bounds::UNDECIDED,
    };
    let mut listed = Bounds::decided(false);
    match &pool.user_pools {
        Field::Absent => {}
        Field::Unknown(_) => return Bounds::UNDECIDED,
        Field::Known(logins) => {
            for login in &logins.value {
                let name = login.known().and_then(|login| login_name(analysis, pool, &login.value));
                let Some(name) = name else { return Bounds::UNDECIDED };
                listed = listed.or(same(&name));
            }
        }
    }
    match &pool.login_providers {
        Field::Absent => {}
        Field::Unknown(_) => return Bounds::UNDECIDED,
        Field::Known(logins) => {
            for login in &logins.value {
                listed = listed.or(same(&login.provider.value));
            }
        }
    }
    for arns in [&pool.oidc_providers, &pool.saml_providers] {
        listed = listed.or(any(arns, same));
    }
    match &pool.developer_provider {
        Field::Absent => listed,
        Field::Known(name) => listed.or(same(&name.value)),
        Field::Unknown(_) => Bounds::UNDECIDED,
    }
}

/// What role mappings call a login of a user pool: the pool's provider name, a colon, and the id of the client.
pub(super) fn login_name(
    analysis: &Analysis<'_>,
    pool: &IdentityPool,
    login: &UserPoolLogin,
) -> Option<Text> {
    let names = &analysis.vocabulary.names;
    let (name, client) = (login.provider_name.known()?, login.client.known()?);
    let mut text = TextBuilder::default();
    text.push_text(meant(analysis, pool, name), names);
    text.push_str(":");
    text.push_text(&client.value, names);
    Some(text.finish(names))
}

/// The provider name that a login means, also where it is written in another form: that is a fault of its own.
fn meant<'a>(analysis: &'a Analysis<'_>, pool: &IdentityPool, name: &'a Located<Text>) -> &'a Text {
    let reference = analysis.model.reference_at(pool.entity.id, name.span);
    match reference.map(|reference| &reference.target) {
        Some(Target::WrongForm { entity: Some(entity), .. }) => {
            analysis.entity(*entity).identifier(Form::ProviderName).unwrap_or(&name.value)
        }
        _ => &name.value,
    }
}

/// Whether some item of a list is so.
fn any(list: &List<Text>, is: impl Fn(&Text) -> Bounds<bool>) -> Bounds<bool> {
    match list {
        Field::Absent => Bounds::decided(false),
        Field::Unknown(_) => Bounds::UNDECIDED,
        Field::Known(items) => items.value.iter().fold(Bounds::decided(false), |all, item| {
            all.or(item.known().map_or(Bounds::UNDECIDED, |item| is(&item.value)))
        }),
    }
}
