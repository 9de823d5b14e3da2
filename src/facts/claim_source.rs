//! A claim of a user-pool token that decides a role or a session tag, and whether its owner chooses what it says.

use super::pool_role::{pool_name, pools};
use super::privileges::worst_exposure;
use super::sign_in::reach;
use super::trust::decides_by;
use super::user_pool::{doors, writable};
use super::{Common, Evidence, Exposure, Fact, LevelOf, OneOf, Reach, fact, words};
use crate::analysis::{Analysis, Change};
use crate::finding::Certainty;
use crate::model::{
    EntityId, IdentityPool, MappingRule, PrincipalTags, ReferencePlace, Role, RoleAttachment, RoleMapping,
    Target, UserPool, UserPoolClient,
};
use crate::source::Span;
use crate::value::{Bounds, Comparison, Field, Located, Text, Worlds};

words! {
    /// What a claim decides.
    UsedFor {
        /// A role.
        Role = "role",
        /// A session tag.
        Tag = "tag",
    }
}

words! {
    /// How a user chooses what a claim of his says.
    How {
        /// He changes the attribute.
        Change = "change",
        /// He signs up with it.
        SignUp = "sign-up",
        /// He does not.
        Not = "not",
    }
}

fact! {
    /// One claim of the tokens of a user pool that decides a role or a session tag in an identity pool.
    ClaimSource = "claim-source" {
        /// The identity pool's logical id, or what names it.
        pool: Option<Text> = "pool",
        /// The user pool's logical id.
        user_pool: Option<Text> = "user-pool",
        /// The claim.
        claim: Option<Text> = "claim",
        /// What it decides.
        used_for: OneOf<UsedFor> = "used-for",
        /// The role's logical id or ARN, or the tag's name.
        decides: Option<Text> = "decides",
        /// True if a user can choose what it says.
        writable: Bounds<bool> = "writable",
        /// How.
        how: OneOf<How> = "how",
        /// How far out those are who can.
        reach: LevelOf<Reach> = "reach",
        /// What the role allows, or the worst of those that decide by the tag. Of roles that are not in view, the middle.
        exposure: LevelOf<Exposure> = "exposure",
    }
    evidence {
        /// What a client of the user pool may write.
        "write-attributes",
        /// Where anybody becomes a user.
        "door",
    }
}

/// A claim of a user-pool token where a rule or a tag takes it.
#[derive(Clone, Debug)]
pub(super) struct ClaimUse<'a> {
    /// The attachment or the principal tags.
    pub subject: EntityId,
    /// The identity pool's name.
    pub pool: Option<Text>,
    /// The user pool whose tokens they are.
    pub user_pool: &'a UserPool,
    /// The claim.
    pub claim: Located<Text>,
    /// What it decides.
    pub used_for: UsedFor,
    /// The role or tag.
    pub decides: Option<Text>,
    /// The roles in view that are at stake: the one that a rule gives, or those that decide by the tag.
    pub roles: Vec<EntityId>,
    /// Whether it is certain whose token it is.
    pub certainty: Certainty,
    /// When.
    pub worlds: Worlds,
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for claim_use in uses(analysis) {
        take(&of(analysis, &claim_use));
    }
}

/// True if whoever fits no rule gets the role of this rule too: then it decides nothing.
pub(super) fn falls_back_to(
    analysis: &Analysis<'_>,
    attachment: &RoleAttachment,
    mapping: &RoleMapping,
    rule: &MappingRule,
) -> bool {
    let falls_back = mapping
        .ambiguous
        .known()
        .is_some_and(|known| known.value.as_literal(analysis.vocabulary) == Some("AuthenticatedRole"));
    let own = default_role(analysis, attachment);
    falls_back
        && own.zip(rule.role.known()).is_some_and(|(own, role)| {
            own.value.compare(&role.value, analysis.vocabulary) == Comparison::Equal
        })
}

/// The role that an attachment has for users who signed in.
pub(super) fn default_role<'a>(
    analysis: &Analysis<'_>,
    attachment: &'a RoleAttachment,
) -> Option<&'a Located<Text>> {
    let mut roles = attachment.roles.known()?.value.iter();
    let is_default = |key: &Text| key.as_literal(analysis.vocabulary) == Some("authenticated");
    roles.find(|attached| is_default(&attached.key.value))?.role.known()
}

/// Every claim that decides something, by the order of the entities that say so.
pub(super) fn uses<'a>(analysis: &'a Analysis<'_>) -> Vec<ClaimUse<'a>> {
    let mut uses = Vec::new();
    for attachment in &analysis.model.role_attachments {
        for (pool, certainty, worlds) in pools(analysis, attachment) {
            for mapping in attachment.mappings.known().into_iter().flat_map(|mappings| &mappings.value) {
                let certainty = certainty.min(analysis.stability(attachment.entity.id, Change::PoolRoles));
                in_mapping(analysis, attachment, pool, mapping, certainty, &worlds, &mut uses);
            }
        }
    }
    for tags in &analysis.model.principal_tags {
        let id = tags.entity.id;
        for (user_pool, certainty, worlds) in found::<UserPool>(analysis, id, tags.provider.span()) {
            for tag in tags.tags.known().into_iter().flat_map(|tags| &tags.value) {
                let Some(claim) = tag.claim.known() else { continue };
                uses.push(ClaimUse {
                    subject: id,
                    pool: identity_pool_name(analysis, id, &tags.identity_pool),
                    user_pool,
                    claim: claim.clone(),
                    used_for: UsedFor::Tag,
                    decides: Some(tag.tag.value.clone()),
                    roles: deciding(analysis, tags, tag.tag.value.as_literal(analysis.vocabulary)),
                    certainty,
                    worlds: worlds.clone(),
                });
            }
        }
    }
    uses
}

fn in_mapping<'a>(
    analysis: &'a Analysis<'_>,
    attachment: &RoleAttachment,
    pool: Option<&IdentityPool>,
    mapping: &RoleMapping,
    certainty: Certainty,
    worlds: &Worlds,
    uses: &mut Vec<ClaimUse<'a>>,
) {
    let id = attachment.entity.id;
    for (user_pool, sure, when) in mapped_user_pools(analysis, attachment, mapping) {
        let Some(worlds) = worlds.and(&when) else { continue };
        for rule in mapping.rules.known().into_iter().flat_map(|rules| &rules.value) {
            let Some(rule) = rule.known() else { continue };
            let Some(claim) = rule.value.claim.known() else { continue };
            if falls_back_to(analysis, attachment, mapping, &rule.value) {
                continue;
            }
            uses.push(ClaimUse {
                subject: id,
                pool: pool_name(pool, attachment),
                user_pool,
                claim: claim.clone(),
                used_for: UsedFor::Role,
                decides: role_name(analysis, id, &rule.value.role),
                roles: named_roles(analysis, id, &rule.value.role),
                certainty: certainty.min(sure),
                worlds: worlds.clone(),
            });
        }
    }
}

/// The user pools for whose users a role mapping is.
pub(super) fn mapped_user_pools<'a>(
    analysis: &'a Analysis<'_>,
    attachment: &RoleAttachment,
    mapping: &RoleMapping,
) -> Vec<(&'a UserPool, Certainty, Worlds)> {
    let provider = mapping.provider();
    let clients = found::<UserPoolClient>(analysis, attachment.entity.id, provider.span());
    let mut pools = Vec::new();
    for (client, sure, when) in clients {
        for (pool, is_of, with) in found::<UserPool>(analysis, client.entity.id, client.user_pool.span()) {
            let Some(worlds) = when.and(&with) else { continue };
            pools.push((pool, sure.min(is_of), worlds));
        }
    }
    pools
}

/// The entities of a kind that a place names.
pub(super) fn found<'a, T: crate::model::Kind>(
    analysis: &'a Analysis<'_>,
    from: EntityId,
    at: Option<Span>,
) -> Vec<(&'a T, Certainty, Worlds)> {
    let reference = at.and_then(|span| analysis.model.reference_at(from, span));
    let Some(Target::Found(found)) = reference.map(|reference| &reference.target) else { return Vec::new() };
    found
        .iter()
        .filter_map(|found| {
            Some((analysis.model.get::<T>(found.entity)?, found.certainty(), found.worlds.clone()))
        })
        .collect()
}

/// The roles in view that a place names.
pub(super) fn named_roles(analysis: &Analysis<'_>, from: EntityId, role: &Field<Text>) -> Vec<EntityId> {
    found::<Role>(analysis, from, role.span()).iter().map(|(role, ..)| role.entity.id).collect()
}

/// The roles in view that a place names for sure, and in all of these worlds.
pub(super) fn sure_roles(
    analysis: &Analysis<'_>,
    from: EntityId,
    role: &Field<Text>,
    worlds: &Worlds,
) -> Vec<EntityId> {
    found::<Role>(analysis, from, role.span())
        .into_iter()
        .filter(|(_, certainty, when)| *certainty == Certainty::Proved && analysis.covers(when, worlds))
        .map(|(role, ..)| role.entity.id)
        .collect()
}

/// The roles in view that an identity pool gives to users and whose policies decide by a tag.
fn deciding(analysis: &Analysis<'_>, tags: &PrincipalTags, tag: Option<&str>) -> Vec<EntityId> {
    let Some(tag) = tag else { return Vec::new() };
    let mut roles: Vec<EntityId> = Vec::new();
    for (pool, ..) in found::<IdentityPool>(analysis, tags.entity.id, tags.identity_pool.span()) {
        for reference in analysis.model.references_to(pool.entity.id) {
            let gives = match reference.place {
                // Whoever trusts the pool may be given by it.
                ReferencePlace::TrustedIdentityPool => vec![reference.from],
                ReferencePlace::IdentityPool => analysis
                    .model
                    .references_of(reference.from)
                    .iter()
                    .filter(|given| {
                        matches!(given.place, ReferencePlace::AttachedRole | ReferencePlace::MappedRole)
                    })
                    .flat_map(|given| given.target.found().iter().map(|found| found.entity))
                    .collect(),
                _ => continue,
            };
            roles.extend(gives);
        }
    }
    roles.sort_unstable();
    roles.dedup();
    roles.retain(|&role| decides_by(analysis, role, tag));
    roles
}

/// The logical id of the role that a place names, or what stands there.
pub(super) fn role_name(analysis: &Analysis<'_>, from: EntityId, role: &Field<Text>) -> Option<Text> {
    let roles = found::<Role>(analysis, from, role.span());
    match roles.first() {
        Some((role, ..)) => Some(Text::literal(role.entity.logical_id)),
        None => role.known().map(|known| known.value.clone()),
    }
}

/// The logical id of the identity pool that a place names, or what stands there.
fn identity_pool_name(analysis: &Analysis<'_>, from: EntityId, pool: &Field<Text>) -> Option<Text> {
    let references = analysis.model.references_of(from);
    let reference = references.iter().find(|reference| reference.place == ReferencePlace::IdentityPool)?;
    match reference.target.found().first() {
        Some(found) => Some(Text::literal(analysis.entity(found.entity).logical_id)),
        None => pool.known().map(|known| known.value.clone()),
    }
}

fn of(analysis: &Analysis<'_>, claim_use: &ClaimUse<'_>) -> ClaimSource {
    let literal = claim_use.claim.value.as_literal(analysis.vocabulary);
    let writable = literal.map(|claim| writable(analysis, claim_use.user_pool, claim));
    let doors = doors(analysis, claim_use.user_pool);
    let mut evidence = Vec::new();
    let mut show = |role, span: Option<Span>| evidence.extend(span.map(|span| Evidence { role, span }));
    show("write-attributes", writable.as_ref().and_then(|writable| writable.at));
    show("door", doors.provider_at.or(claim_use.user_pool.admin_creates_users_only.span()));
    let (truth, how) = match &writable {
        // What claim it is depends on what is not known: most often it is one for every deployment.
        None => (Bounds::decided(false), OneOf::only(How::Not)),
        Some(writable) => (
            writable.any(),
            if writable.by_change.sure || !writable.by_sign_up.sure && writable.by_change.possible {
                OneOf::only(How::Change)
            } else if writable.by_sign_up.possible {
                OneOf::only(How::SignUp)
            } else {
                OneOf::only(How::Not)
            },
        ),
    };
    let mut cause = vec![claim_use.claim.value.clone()];
    cause.extend(claim_use.decides.clone());
    ClaimSource {
        common: Common {
            subject: claim_use.subject,
            place: claim_use.claim.span,
            certainty: claim_use.certainty,
            worlds: claim_use.worlds.clone(),
            evidence,
            cause,
            witness: None,
        },
        pool: claim_use.pool.clone(),
        user_pool: Some(Text::literal(claim_use.user_pool.entity.logical_id)),
        claim: Some(claim_use.claim.value.clone()),
        used_for: OneOf::only(claim_use.used_for),
        decides: claim_use.decides.clone(),
        writable: truth,
        how,
        reach: reach(doors.open()),
        exposure: worst_exposure(analysis, claim_use.roles.iter().copied()),
    }
}
