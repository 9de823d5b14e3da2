//! Ways in through identity pools: who may log in, and which roles the pool then hands out.

use super::{Entrance, Population, Step, StepKind};
use crate::analysis::{Analysis, Change};
use crate::facts::claim_source::{default_role, mapped_user_pools};
use crate::facts::identity_pool::{attachments, for_guests, truth};
use crate::facts::role_mapping::{MappingType, falls_back, mapping_type, stays_plain};
use crate::facts::sign_in::{self, Door, Tokens};
use crate::facts::trust::{Workshops, admits};
use crate::facts::user_pool::{members, writable};
use crate::finding::Certainty;
use crate::knowledge::Tenancy;
use crate::model::{
    EntityId, Form, IdentityPool, MappingRule, OidcProvider, ReferencePlace, Role, RoleAttachment,
    RoleMapping, Target, UserPool, UserPoolGroup,
};
use crate::source::Span;
use crate::value::{Bounds, Comparison, Field, Text, Worlds};

/// The ways in through the identity pools in view.
pub(crate) fn through_pools(analysis: &Analysis<'_>) -> Vec<Entrance> {
    let (mut entrances, workshops) = (Vec::new(), Workshops::default());
    for pool in &analysis.model.identity_pools {
        let Some(id) = pool.entity.identifier(Form::Id) else { continue };
        let mut ways = Pool { analysis, pool, id, entrances: &mut entrances, workshops: &workshops };
        let logins = ways.logins();
        for (attachment, found, worlds) in attachments(analysis, pool) {
            let sure = found.sure
                && analysis.stability(attachment.entity.id, Change::PoolRoles) == Certainty::Proved;
            let given = Given { attachment, sure, worlds };
            ways.guests(&given);
            for login in &logins {
                ways.users(&given, login);
            }
        }
        ways.chosen(&logins);
    }
    entrances
}

/// The ways through one identity pool.
struct Pool<'a, 'e> {
    analysis: &'a Analysis<'a>,
    pool: &'a IdentityPool,
    id: &'a Text,
    entrances: &'e mut Vec<Entrance>,
    workshops: &'e Workshops<'a>,
}

/// Some who may log in to the pool.
struct Login<'a> {
    population: Population,
    sure: bool,
    steps: Vec<Step>,
    worlds: Worlds,
    /// As role mappings name it.
    name: Option<Text>,
    of: Provider<'a>,
}

/// Whose logins they are.
#[derive(Clone, Copy)]
enum Provider<'a> {
    /// A user pool's.
    UserPool(&'a UserPool),
    /// Another provider's, or the own backend's.
    Other,
}

/// What an attachment gives.
struct Given<'a> {
    attachment: &'a RoleAttachment,
    sure: bool,
    worlds: &'a Worlds,
}

impl<'a> Pool<'a, '_> {
    fn entered(&self, kind: StepKind, place: Option<Span>) -> Step {
        let entity = &self.pool.entity;
        Step { kind, entity: entity.id, place: place.unwrap_or(entity.span) }
    }

    fn logins(&self) -> Vec<Login<'a>> {
        let mut logins = Vec::new();
        let entity = &self.pool.entity;
        for reference in self.analysis.model.references_of(entity.id) {
            let step = self.entered(StepKind::LogsIn, Some(reference.span));
            let login = |population, sure, worlds: &Worlds, of| Login {
                population,
                sure,
                steps: vec![step],
                worlds: worlds.clone(),
                name: Some(reference.text.clone()),
                of,
            };
            match (reference.place, &reference.target) {
                (ReferencePlace::LoginUserPool, Target::Found(found)) => {
                    for found in found {
                        let Some(users) = self.analysis.model.get::<UserPool>(found.entity) else { continue };
                        let of = Provider::UserPool(users);
                        let mut user = login(Population::UserPoolUser, found.sure, &found.worlds, of);
                        let (entity, place) = (users.entity.id, users.entity.span);
                        user.steps.insert(0, Step { kind: StepKind::SignsIn, entity, place });
                        logins.push(user);
                    }
                }
                (ReferencePlace::LoginUserPool, Target::Outside(_) | Target::Unknown) => {
                    logins.push(login(Population::UserPoolUser, true, &entity.worlds, Provider::Other));
                }
                (
                    ReferencePlace::LoginOidcProvider,
                    Target::Found(_) | Target::Outside(_) | Target::Unknown,
                ) if !self.serves_everybody(&reference.target, &reference.text) => {
                    logins.push(login(Population::WholeTenant, true, &entity.worlds, Provider::Other));
                }
                (
                    ReferencePlace::LoginSamlProvider,
                    Target::Found(_) | Target::Outside(_) | Target::Unknown,
                ) => {
                    logins.push(login(Population::SamlUser, true, &entity.worlds, Provider::Other));
                }
                _ => {}
            }
        }
        for door in sign_in::doors(self.analysis, self.pool) {
            let population = match door.kind {
                Door::SignUp | Door::Token => Population::SelfRegistered,
                Door::UserPoolProvider | Door::Social | Door::Issuer => Population::AnyCustomer,
            };
            let (of, first) = match door.tokens {
                Tokens::UserPool(users) => {
                    let is_sign_up = door.kind == Door::SignUp;
                    let kind = if is_sign_up { StepKind::SignsUp } else { StepKind::SignsInWith };
                    (Provider::UserPool(users), Some(Step { kind, entity: users.entity.id, place: door.at }))
                }
                Tokens::Social | Tokens::Issuer(..) => (Provider::Other, None),
            };
            let place = if first.is_some() { self.pool.user_pools.span() } else { Some(door.at) };
            logins.push(Login {
                population,
                sure: door.open.sure,
                steps: first.into_iter().chain([self.entered(StepKind::LogsIn, place)]).collect(),
                worlds: door.worlds,
                name: door.login,
                of,
            });
        }
        if let Some(backend) = self.pool.developer_provider.span() {
            logins.push(Login {
                population: Population::NamedIdentity,
                sure: true,
                steps: vec![self.entered(StepKind::LogsIn, Some(backend))],
                worlds: entity.worlds.clone(),
                name: None,
                of: Provider::Other,
            });
        }
        logins
    }

    /// Whether the issuer of an OIDC provider serves everybody: those who come in by that door are known already.
    fn serves_everybody(&self, target: &Target, arn: &Text) -> bool {
        let provider = target.found().first();
        let provider = provider.and_then(|found| self.analysis.model.get::<OidcProvider>(found.entity));
        let issuer = match provider {
            Some(provider) => {
                provider.issuer.as_ref().and_then(|issuer| issuer.as_literal(self.analysis.vocabulary))
            }
            None => arn.as_literal(self.analysis.vocabulary),
        };
        let issuer = issuer.map(|text| text.split_once(":oidc-provider/").map_or(text, |(_, issuer)| issuer));
        let found = issuer.and_then(|issuer| self.analysis.senders.issuers().find(issuer));
        found.is_some_and(|found| found.tenancy != Tenancy::Private)
    }

    /// The role for guests, of which Cognito leaves little where there is no classic flow.
    fn guests(&mut self, given: &Given<'_>) {
        let guests = truth(&self.pool.guests);
        if !guests.possible {
            return;
        }
        let classic = truth(&self.pool.classic_flow);
        let first = self.entered(StepKind::EntersAsGuest, self.pool.guests.span());
        for attached in for_guests(self.analysis, given.attachment) {
            let place = attached.role.span().unwrap_or(attached.key.span);
            let way = Handed {
                population: Population::Guest,
                sure: guests.sure && given.sure,
                steps: &[first],
                kind: StepKind::GivenToGuests,
                place,
                worlds: given.worlds,
                limited: true,
            };
            self.hand(given.attachment.entity.id, &attached.role, &way);
            if classic.possible {
                let way = Handed { sure: way.sure && classic.sure, limited: false, ..way };
                self.hand(given.attachment.entity.id, &attached.role, &way);
            }
        }
    }

    /// The roles for those who log in: by a rule, by a group, or the one for all.
    fn users(&mut self, given: &Given<'_>, login: &Login<'_>) {
        let Some(worlds) = given.worlds.and(&login.worlds) else { return };
        let attachment = given.attachment;
        let way = Handed {
            population: login.population,
            sure: login.sure && given.sure,
            steps: &login.steps,
            kind: StepKind::GivenToUsers,
            place: attachment.entity.span,
            worlds: &worlds,
            limited: false,
        };
        let default = default_role(self.analysis, attachment).cloned();
        let by_default = |pool: &mut Self, sure: bool| {
            if let Some(role) = default.clone() {
                let way = Handed { sure: way.sure && sure, place: role.span, ..way };
                pool.hand(attachment.entity.id, &Field::Known(role), &way);
            }
        };
        let Field::Known(mappings) = &attachment.mappings else {
            by_default(self, attachment.mappings.is_absent());
            return;
        };
        let mut unmapped = Bounds::decided(true);
        for mapping in &mappings.value {
            let is_for = self.is_for(attachment, mapping, login);
            if !is_for.possible {
                continue;
            }
            unmapped = unmapped.and(is_for.not());
            let way = Handed { sure: way.sure && is_for.sure, ..way };
            self.mapped(attachment, mapping, login, &way);
            let falls_back = falls_back(self.analysis, mapping);
            if falls_back.possible {
                by_default(self, is_for.sure && falls_back.sure && self.is_plain(mapping, login));
            }
        }
        if unmapped.possible {
            by_default(self, unmapped.sure);
        }
    }

    /// Whether somebody for whom a mapping has no role stays without one for sure.
    fn is_plain(&self, mapping: &RoleMapping, login: &Login<'_>) -> bool {
        match login.of {
            Provider::UserPool(users) => stays_plain(self.analysis, mapping, users).sure,
            Provider::Other => true,
        }
    }

    /// What a role mapping gives to those who log in.
    fn mapped(
        &mut self,
        attachment: &RoleAttachment,
        mapping: &RoleMapping,
        login: &Login<'_>,
        way: &Handed<'_>,
    ) {
        let kind = mapping_type(self.analysis, mapping).words().0;
        let way = &Handed { sure: way.sure && kind.count_ones() == 1, ..*way };
        let may_be = |word: MappingType| kind & (1 << (word as u32)) != 0;
        let rules: Vec<_> = mapping
            .rules
            .known()
            .into_iter()
            .flat_map(|rules| &rules.value)
            .filter_map(Field::known)
            .collect();
        for rule in rules.iter().filter(|_| may_be(MappingType::Rules)) {
            for (population, sure) in self.fitting(&rule.value, login) {
                let way = Handed {
                    population,
                    sure: way.sure && sure,
                    kind: StepKind::GivenByRule,
                    place: rule.value.role.span().unwrap_or(rule.span),
                    ..*way
                };
                self.hand(attachment.entity.id, &rule.value.role, &way);
            }
        }
        let Provider::UserPool(users) = login.of else { return };
        // Nobody gets into a group by himself.
        if !may_be(MappingType::Token) || login.population != Population::UserPoolUser {
            return;
        }
        for group in members::<UserPoolGroup>(self.analysis, users) {
            let Some(place) = group.item.role.span() else { continue };
            let Some(worlds) = way.worlds.and(&group.item.entity.worlds) else { continue };
            let is_member = Step {
                kind: StepKind::IsMember,
                entity: group.item.entity.id,
                place: group.item.entity.span,
            };
            let steps: Vec<Step> = way.steps.iter().copied().chain([is_member]).collect();
            let way = Handed {
                sure: way.sure && group.sure,
                steps: &steps,
                kind: StepKind::GivenToGroup,
                place,
                worlds: &worlds,
                ..*way
            };
            self.hand(group.item.entity.id, &group.item.role, &way);
        }
    }

    /// Who of those who log in fits a rule: those whom it means, and those who choose what their claim says.
    fn fitting(&self, rule: &MappingRule, login: &Login<'_>) -> Vec<(Population, bool)> {
        let literal = |field: &Field<Text>| field.as_literal(self.analysis.vocabulary);
        let is_any = literal(&rule.match_type) == Some("NotEqual");
        if is_any || matches!(login.population, Population::UserPoolUser | Population::SamlUser) {
            return vec![(login.population, true)];
        }
        let Provider::UserPool(users) = login.of else {
            // Of what an issuer says of its customers, some is what they choose.
            return vec![(Population::NamedIdentity, true), (login.population, false)];
        };
        let Some(claim) = literal(&rule.claim) else { return vec![(login.population, false)] };
        let chosen = writable(self.analysis, users, claim).any();
        if chosen.possible { vec![(login.population, chosen.sure)] } else { Vec::new() }
    }

    /// Whether a role mapping is for a login.
    fn is_for(&self, attachment: &RoleAttachment, mapping: &RoleMapping, login: &Login<'_>) -> Bounds<bool> {
        let vocabulary = self.analysis.vocabulary;
        match login.of {
            Provider::UserPool(users) => {
                let pools = mapped_user_pools(self.analysis, attachment, mapping);
                let of = |&(pool, ..): &(&UserPool, Certainty, Worlds)| pool.entity.id == users.entity.id;
                match pools.iter().find(|found| of(found)) {
                    Some((_, certainty, _)) => {
                        Bounds { sure: *certainty == Certainty::Proved, possible: true }
                    }
                    // Which client it names is not known.
                    None if pools.is_empty() && mapping.provider().known().is_none() => Bounds::UNDECIDED,
                    None => Bounds::decided(false),
                }
            }
            Provider::Other => match (mapping.provider().known(), &login.name) {
                (Some(provider), Some(name)) => match provider.value.compare(name, vocabulary) {
                    Comparison::Equal => Bounds::decided(true),
                    Comparison::Different => Bounds::decided(false),
                    Comparison::Undecided => Bounds::UNDECIDED,
                },
                (_, None) => Bounds::decided(false),
                (None, _) => Bounds::UNDECIDED,
            },
        }
    }

    /// With the classic flow, every role that admits the pool's token; with a login by SAML, perhaps what the assertion
    /// says.
    fn chosen(&mut self, logins: &[Login<'_>]) {
        let classic = truth(&self.pool.classic_flow);
        let guests = truth(&self.pool.guests).and(classic);
        let by_assertion = logins.iter().any(|login| login.population == Population::SamlUser);
        if !classic.possible && !by_assertion {
            return;
        }
        let mut roles: Vec<(&'a Role, bool, Worlds)> = Vec::new();
        for reference in self.analysis.model.references_to(self.pool.entity.id) {
            if reference.place != ReferencePlace::TrustedIdentityPool {
                continue;
            }
            let Some(role) = self.analysis.model.get::<Role>(reference.from) else { continue };
            if roles.iter().any(|(known, ..)| known.entity.id == role.entity.id) {
                continue;
            }
            let found = reference.target.found().iter().find(|found| found.entity == self.pool.entity.id);
            roles.extend(found.map(|found| (role, found.sure, found.worlds.clone())));
        }
        for (role, is_named, worlds) in roles {
            let place = self.pool.classic_flow.span().unwrap_or(role.entity.span);
            if guests.possible {
                let first = self.entered(StepKind::EntersAsGuest, self.pool.guests.span());
                let way = Handed {
                    population: Population::Guest,
                    sure: guests.sure && is_named,
                    steps: &[first],
                    kind: StepKind::Chosen,
                    place,
                    worlds: &worlds,
                    limited: false,
                };
                self.give(role, true, &worlds, &way);
            }
            for login in logins {
                let by_assertion = login.population == Population::SamlUser;
                let Some(worlds) = worlds.and(&login.worlds) else { continue };
                if classic.possible || by_assertion {
                    let way = Handed {
                        population: login.population,
                        sure: login.sure && classic.sure && is_named,
                        steps: &login.steps,
                        kind: if classic.possible { StepKind::Chosen } else { StepKind::GivenByAssertion },
                        place,
                        worlds: &worlds,
                        limited: false,
                    };
                    self.give(role, true, &worlds, &way);
                }
            }
        }
    }

    /// Hands out the roles that a field of an entity names.
    fn hand(&mut self, from: EntityId, field: &Field<Text>, way: &Handed<'_>) {
        let reference = field.span().and_then(|span| self.analysis.model.reference_at(from, span));
        for found in reference.into_iter().flat_map(|reference| reference.target.found()) {
            if let Some(role) = self.analysis.model.get::<Role>(found.entity) {
                self.give(role, found.sure, &found.worlds, way);
            }
        }
    }

    /// Hands out a role, if its trust policy admits the pool's token.
    fn give(&mut self, role: &'a Role, is_named: bool, worlds: &Worlds, way: &Handed<'_>) {
        let Some(worlds) = way.worlds.and(worlds).and_then(|worlds| worlds.and(&self.pool.entity.worlds))
        else {
            return;
        };
        let guest = way.population == Population::Guest;
        let admitted = admits(self.analysis, role, self.id, guest, self.workshops);
        if !admitted.possible {
            return;
        }
        let is_stable = self.analysis.stability(role.entity.id, Change::Trust) == Certainty::Proved
            && !self.analysis.may_be_refused(role.entity.id);
        let last = Step { kind: way.kind, entity: role.entity.id, place: way.place };
        self.entrances.push(Entrance {
            population: way.population,
            sure: way.sure && is_named && admitted.sure && is_stable,
            role: role.entity.id,
            through: Some(Text::literal(self.pool.entity.logical_id)),
            steps: way.steps.iter().copied().chain([last]).collect(),
            worlds,
            limited: way.limited,
        });
    }
}

/// How a role is handed out.
#[derive(Clone, Copy)]
struct Handed<'w> {
    population: Population,
    sure: bool,
    steps: &'w [Step],
    kind: StepKind,
    place: Span,
    worlds: &'w Worlds,
    limited: bool,
}
