//! Roles that identity pools hand out: by their attachments, by rules of role mappings, and for groups of user pools.

use rustc_hash::FxHashSet;

use super::{Caller, Giver, GiverKind, Outcome, roles};
use crate::analysis::{Analysis, Change};
use crate::facts::Fact;
use crate::facts::identity_pool::truth;
use crate::facts::pool_role::{pool_name, pools};
use crate::facts::pool_use::fed_pools;
use crate::facts::trust::Workshops;
use crate::finding::Certainty;
use crate::model::{
    EntityId, Form, IdentityPool, PrincipalTags, Role, RoleAttachment, RoleMapping, Target, UserPoolGroup,
};
use crate::policy::{BuiltInProvider, Party, PrincipalForm, Wanted};
use crate::source::Span;
use crate::value::{Field, Text, Worlds};

pub(super) fn each<'a>(
    analysis: &'a Analysis<'a>,
    workshops: &Workshops<'a>,
    take: &mut dyn FnMut(&dyn Fact),
) {
    for attachment in &analysis.model.role_attachments {
        for (pool, certainty, worlds) in pools(analysis, attachment) {
            // What a pool that is not in view asks for is known too: its id stands in the attachment.
            let id = match (pool, attachment.identity_pool.known()) {
                (Some(pool), _) => pool.entity.identifier(Form::Id).cloned(),
                (None, Some(known)) => Some(known.value.clone()),
                (None, None) => None,
            };
            let Some(id) = id else { continue };
            let handed = Handed { analysis, attachment, pool, id, certainty, worlds, workshops };
            // Roles that users who signed in get: said once, wherever else they get them.
            let mut seen = FxHashSet::default();
            handed.attached(&mut seen, take);
            handed.mapped(&mut seen, take);
        }
    }
    for group in &analysis.model.user_pool_groups {
        of_group(analysis, group, workshops, take);
    }
}

/// What an attachment hands out for one pool.
struct Handed<'a, 'w> {
    analysis: &'a Analysis<'a>,
    attachment: &'a RoleAttachment,
    pool: Option<&'a IdentityPool>,
    id: Text,
    certainty: Certainty,
    worlds: Worlds,
    workshops: &'w Workshops<'a>,
}

impl Handed<'_, '_> {
    fn giver(&self, kind: GiverKind, place: Span) -> Giver<'_> {
        Giver {
            analysis: self.analysis,
            subject: self.attachment.entity.id,
            kind,
            name: pool_name(self.pool, self.attachment),
            place,
            certainty: self
                .certainty
                .min(self.analysis.stability(self.attachment.entity.id, Change::PoolRoles)),
            worlds: self.worlds.clone(),
        }
    }

    fn attached(&self, seen: &mut FxHashSet<EntityId>, take: &mut dyn FnMut(&dyn Fact)) {
        let from = self.attachment.entity.id;
        for attached in self.attachment.roles.known().into_iter().flat_map(|roles| &roles.value) {
            let kind = match attached.key.value.as_literal(self.analysis.vocabulary) {
                Some("unauthenticated") if self.may_have_guests() => GiverKind::PoolGuests,
                Some("authenticated") if self.may_have_users() => GiverKind::PoolUsers,
                _ => continue,
            };
            let place = attached.role.span().unwrap_or(attached.key.span);
            for (role, found) in roles(self.analysis, from, &attached.role) {
                let tags =
                    if kind == GiverKind::PoolUsers { self.tags(|tags| self.falls_back(tags)) } else { None };
                let guest = kind == GiverKind::PoolGuests;
                let outcome = ask(self.analysis, role, &self.id, guest, tags.is_some(), self.workshops);
                if kind == GiverKind::PoolUsers {
                    seen.insert(role.entity.id);
                }
                let place_of = tags.map(|tags| tags.entity.span);
                self.giver(kind, place).give(role, found, &outcome, place_of, take);
            }
        }
    }

    fn mapped(&self, seen: &mut FxHashSet<EntityId>, take: &mut dyn FnMut(&dyn Fact)) {
        let from = self.attachment.entity.id;
        for mapping in self.attachment.mappings.known().into_iter().flat_map(|mappings| &mappings.value) {
            let rules = mapping.rules.known().into_iter().flat_map(|rules| &rules.value);
            for rule in rules.filter_map(|rule| rule.known()) {
                for (role, found) in roles(self.analysis, from, &rule.value.role) {
                    let tags = self.tags(|tags| is_for(self.analysis, mapping, tags));
                    let outcome = ask(self.analysis, role, &self.id, false, tags.is_some(), self.workshops);
                    // With session tags, a role may be good for one way and not for another.
                    if !seen.insert(role.entity.id) && !matches!(outcome, Outcome::Without { .. }) {
                        continue;
                    }
                    let place = rule.value.role.span().unwrap_or(rule.span);
                    let place_of = tags.map(|tags| tags.entity.span);
                    self.giver(GiverKind::MappingRule, place).give(role, found, &outcome, place_of, take);
                }
            }
        }
    }

    /// False for a pool that lets no guests in: what is attached for them has no effect.
    fn may_have_guests(&self) -> bool {
        self.pool.is_none_or(|pool| truth(&pool.guests).possible)
    }

    /// False for a pool that takes no logins.
    fn may_have_users(&self) -> bool {
        self.pool.is_none_or(|pool| {
            !(pool.user_pools.is_absent()
                && pool.login_providers.is_absent()
                && pool.oidc_providers.is_absent()
                && pool.saml_providers.is_absent()
                && pool.developer_provider.is_absent())
        })
    }

    /// Whether users of the logins that have these tags get the attached role for users: those for whom there is no
    /// role mapping, and those whose mapping says so.
    fn falls_back(&self, tags: &PrincipalTags) -> bool {
        match &self.attachment.mappings {
            Field::Absent => true,
            Field::Unknown(_) => false,
            Field::Known(mappings) => {
                mappings.value.iter().filter(|mapping| is_for(self.analysis, mapping, tags)).all(|mapping| {
                    let ambiguous = mapping.ambiguous.known();
                    ambiguous.is_some_and(|known| {
                        known.value.as_literal(self.analysis.vocabulary) == Some("AuthenticatedRole")
                    })
                })
            }
        }
    }

    /// The session tags of some login of the pool.
    fn tags(&self, is: impl Fn(&PrincipalTags) -> bool) -> Option<&PrincipalTags> {
        let pool = self.pool?;
        self.analysis.model.principal_tags.iter().find(|tags| {
            adds_tags(tags)
                && is_of(self.analysis, tags, pool)
                // Only where both are in all worlds of the attachment it is certain that they meet.
                && self.worlds.without(&tags.entity.worlds).is_none()
                && is(tags)
        })
    }
}

/// The roles of a group, which reach its members through identity pools.
fn of_group<'a>(
    analysis: &'a Analysis<'a>,
    group: &UserPoolGroup,
    workshops: &Workshops<'a>,
    take: &mut dyn FnMut(&dyn Fact),
) {
    let Some(place) = group.role.span() else { return };
    let Some(fed) = fed_pools(analysis, group) else { return };
    let pools: Vec<&IdentityPool> =
        fed.iter().filter_map(|&id| analysis.model.get::<IdentityPool>(id)).collect();
    // A group that no pool in view takes has no effect, as far as can be seen, and is a fault of its own.
    if pools.is_empty() {
        return;
    }
    let provider = user_pool_provider(analysis, group);
    for (role, found) in roles(analysis, group.entity.id, &group.role) {
        let mut needed_for = None;
        let outcomes: Vec<Outcome> = pools
            .iter()
            .filter_map(|pool| {
                let tags = analysis.model.principal_tags.iter().find(|tags| {
                    adds_tags(tags)
                        && is_of(analysis, tags, pool)
                        && group.entity.worlds.without(&tags.entity.worlds).is_none()
                        && tags.provider.known().map(|known| &known.value) == provider
                });
                needed_for = needed_for.or(tags.map(|tags| tags.entity.span));
                let id = pool.entity.identifier(Form::Id)?;
                Some(ask(analysis, role, id, false, tags.is_some(), workshops))
            })
            .collect();
        let giver = Giver {
            analysis,
            subject: group.entity.id,
            kind: GiverKind::Group,
            name: Some(Text::literal(group.entity.logical_id)),
            place,
            certainty: Certainty::Proved,
            worlds: group.entity.worlds.clone(),
        };
        giver.give(role, found, &Outcome::best(outcomes), needed_for, take);
    }
}

/// The name by which identity pools know the user pool of a group.
fn user_pool_provider<'a>(analysis: &'a Analysis<'_>, group: &UserPoolGroup) -> Option<&'a Text> {
    let reference =
        group.user_pool.span().and_then(|span| analysis.model.reference_at(group.entity.id, span))?;
    let Target::Found(found) = &reference.target else { return None };
    analysis.entity(found.first()?.entity).identifier(Form::ProviderName)
}

/// Whether a map of principal tags adds any tag to sessions.
fn adds_tags(tags: &PrincipalTags) -> bool {
    truth(&tags.use_defaults).sure || tags.tags.known().is_some_and(|known| !known.value.is_empty())
}

/// Whether a map of principal tags is this pool's for sure.
fn is_of(analysis: &Analysis<'_>, tags: &PrincipalTags, pool: &IdentityPool) -> bool {
    let span = tags.identity_pool.span();
    let reference = span.and_then(|span| analysis.model.reference_at(tags.entity.id, span));
    reference.is_some_and(|reference| {
        reference.target.found().iter().any(|found| found.sure && found.entity == pool.entity.id)
    })
}

/// Whether a role mapping is for the logins of the provider that a map of principal tags is for. The mapping of a user
/// pool names one of its clients besides.
fn is_for(analysis: &Analysis<'_>, mapping: &RoleMapping, tags: &PrincipalTags) -> bool {
    let text =
        |field: Field<Text>| field.known().and_then(|known| known.value.with_tokens(analysis.vocabulary));
    let (Some(mapped), Some(tagged)) = (text(mapping.provider()), text(tags.provider.clone())) else {
        return false;
    };
    mapped.strip_prefix(tagged.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// What comes of it if an identity pool asks for a role for guests, or for users.
fn ask<'a>(
    analysis: &'a Analysis<'a>,
    role: &Role,
    pool: &Text,
    guest: bool,
    tagged: bool,
    workshops: &Workshops<'a>,
) -> Outcome {
    let Some(pool) = pool.with_tokens(analysis.vocabulary) else { return Outcome::Assumable };
    // What each name sends is made when it is asked about: most often, the first is let in.
    let outcomes = issuers(analysis, role).into_iter().filter_map(|issuer| {
        let (sender, id, _) = analysis.senders.web_identity(&issuer.with_tokens(analysis.vocabulary)?);
        if id != "cognito-identity-pool" {
            return None;
        }
        let Some(variable) = sender.variable("pool") else { return Some(Outcome::Assumable) };
        let wanted = vec![Wanted::Exactly(variable, pool.clone())];
        let kind = sender.kinds.iter().position(|kind| kind.guest == guest);
        let caller = Caller::new(analysis, Party::Federated(issuer), sender, wanted, kind).among(workshops);
        let with_tags = |exchange: &crate::knowledge::sender::Exchange| {
            exchange.actions.iter().any(|action| action == "sts:TagSession")
        };
        // The exchanges with fewest actions stand first.
        let exchange = caller.sender.exchanges.iter().position(|exchange| with_tags(exchange) == tagged);
        Some(exchange.map_or(Outcome::Assumable, |exchange| caller.asks(role, exchange)))
    });
    Outcome::best(outcomes)
}

/// The names by which providers that every account has may go in a role's trust policy, those of identity pools among them.
fn issuers(analysis: &Analysis<'_>, role: &Role) -> Vec<Text> {
    let mut issuers: Vec<Text> = Vec::new();
    let mut add = |issuer: Text| {
        if !issuers.contains(&issuer) {
            issuers.push(issuer);
        }
    };
    if let Field::Known(trust) = &role.trust {
        for statement in &analysis.model.policy(&trust.value).statements {
            for principal in statement.principals.only.iter().flatten() {
                if let (PrincipalForm::BuiltIn(_), Some(text)) = (&principal.form, principal.value.text()) {
                    add(text.clone());
                }
            }
        }
    }
    // Also where the role names none of them: a principal may not be known.
    for provider in BuiltInProvider::ALL.iter().filter(|provider| provider.is_cognito()) {
        add(analysis.vocabulary.literal(provider.host()));
    }
    issuers
}
