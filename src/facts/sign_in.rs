//! A role that an identity pool gives to users who signed in, and whether anybody can become one.

mod doors;

use self::doors::PoolDoor;
use super::identity_pool::truth;
use super::lists::is;
use super::pool_role::{pool_name, pools};
use super::privileges::{ImpactWord, exposure, impact};
use super::role_giver::roles;
use super::role_mapping::{falls_back, stays_plain};
use super::trust::{Exposure, Reach, TrustedUserPool, Workshops, admits, trusted_user_pools};
use super::user_pool::{doors_to, members};
use super::{Common, Evidence, Fact, LevelOf, OneOf, fact, words};
use crate::analysis::{Analysis, Change};
use crate::finding::Certainty;
use crate::knowledge::sender::{Control, Piece, Values};
use crate::model::{
    Form, Found, IdentityPool, MappingRule, Role, RoleAttachment, RoleMapping, UserPoolClient,
};
use crate::source::Span;
use crate::value::{Bounds, Comparison, Field, Text, Worlds};

pub(super) use doors::{SOCIAL, Tokens, doors};

words! {
    /// How somebody whom nobody knows signs in.
    Door {
        /// He signs up to a user pool.
        SignUp = "sign-up",
        /// He signs in to a user pool with a provider at which everybody can have an account.
        UserPoolProvider = "user-pool-provider",
        /// He signs in with a social provider.
        Social = "social-provider",
        /// He has a token of an issuer that serves everybody.
        Issuer = "shared-issuer",
        /// He becomes a user of a user pool whose tokens the role itself takes.
        Token = "user-pool-token",
    }
}

fact! {
    /// One role that an identity pool gives to users who signed in, or that takes the tokens of a user pool itself, as far as
    /// what it allows is in view.
    SignIn = "sign-in" {
        /// The identity pool's logical id, or its id in a dump. None where the role itself takes the tokens.
        pool: Option<Text> = "pool",
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// True if anybody can sign in and gets the role.
        open: Bounds<bool> = "open",
        /// How. Nothing if nobody can whom the administrator does not know.
        door: OneOf<Door> = "door",
        /// What he signs in to: a user pool, a provider of one, a social provider, an issuer.
        provider: Option<Text> = "provider",
        /// What the role amounts to.
        impact: LevelOf<ImpactWord> = "impact",
        /// How far out those are who get the role by the door: anybody.
        reach: LevelOf<Reach> = "reach",
        /// What the role allows.
        exposure: LevelOf<Exposure> = "exposure",
    }
    evidence {
        /// What makes it possible that anybody signs in.
        "door",
        /// The statement or policy that grants what the role allows.
        "grant",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for attachment in &analysis.model.role_attachments {
        for (pool, certainty, worlds) in pools(analysis, attachment) {
            let Some(pool) = pool else { continue };
            let stable = analysis.stability(attachment.entity.id, Change::PoolRoles);
            let certainty = certainty.min(stable);
            let doors = doors(analysis, pool);
            let given = Given { analysis, attachment, pool, doors: &doors, certainty, worlds };
            given.by_default(take);
            given.by_rules(take);
        }
    }
    by_token(analysis, take);
}

/// Roles that take the tokens of a user pool themselves.
fn by_token(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for (role, trusted) in trusted_user_pools(analysis) {
        let TrustedUserPool { user_pool, clients, admits, place, cause } = trusted;
        let id = role.entity.id;
        if analysis.model.grants_of(id).is_empty() {
            continue;
        }
        let Some(worlds) = role.entity.worlds.and(&user_pool.entity.worlds) else { continue };
        let all = if clients.is_empty() {
            members::<UserPoolClient>(analysis, user_pool).iter().map(|client| client.item).collect()
        } else {
            clients
        };
        let open = all.iter().fold(Bounds::decided(false), |any, client| {
            any.or(doors_to(analysis, user_pool, Some(client)).open())
        });
        let granted = analysis.granted_at(id, analysis.privileges(id).worst);
        let at = user_pool.admin_creates_users_only.span().unwrap_or(user_pool.entity.span);
        let mut evidence = vec![Evidence { role: "door", span: at }];
        evidence.extend(granted.map(|span| Evidence { role: "grant", span }));
        take(&SignIn {
            common: Common {
                subject: id,
                place,
                certainty: analysis.stability(id, Change::Trust),
                worlds,
                evidence,
                cause,
                witness: None,
            },
            pool: None,
            role: Some(Text::literal(role.entity.logical_id)),
            open: open.and(admits),
            door: OneOf::only(Door::Token),
            provider: Some(Text::literal(user_pool.entity.logical_id)),
            impact: impact(analysis.privileges(id).impact),
            reach: LevelOf::only(Reach::Outermost),
            exposure: exposure(analysis, id),
        });
    }
}

/// Whether anybody can sign in to a pool with the logins of a provider, named as in a role mapping.
pub(super) fn open_with(analysis: &Analysis<'_>, pool: &IdentityPool, provider: &Text) -> Bounds<bool> {
    doors(analysis, pool)
        .iter()
        .filter(|door| {
            door.login
                .as_ref()
                .is_some_and(|login| login.compare(provider, analysis.vocabulary) == Comparison::Equal)
        })
        .fold(Bounds::decided(false), |any, door| any.or(door.open))
}

/// Whether anybody can sign in to a pool.
pub(super) fn open(analysis: &Analysis<'_>, pool: &IdentityPool) -> Bounds<bool> {
    doors(analysis, pool).iter().fold(Bounds::decided(false), |any, door| any.or(door.open))
}

/// How far out users are who anybody can become, or nobody can whom the administrator does not know.
pub(super) fn reach(open: Bounds<bool>) -> LevelOf<Reach> {
    match open.known() {
        Some(true) => LevelOf::only(Reach::Outermost),
        Some(false) => LevelOf::only(Reach::Middle),
        None => LevelOf::only(Reach::Middle).or(Reach::Outermost),
    }
}

/// What an attachment gives to users of one pool.
struct Given<'a> {
    analysis: &'a Analysis<'a>,
    attachment: &'a RoleAttachment,
    pool: &'a IdentityPool,
    doors: &'a [PoolDoor<'a>],
    certainty: Certainty,
    worlds: Worlds,
}

/// A door, and whether who comes in by it gets the role.
type Way<'a> = (&'a PoolDoor<'a>, Bounds<bool>);

impl Given<'_> {
    /// The role for users for whom there is no other.
    fn by_default(&self, take: &mut dyn FnMut(&dyn Fact)) {
        for attached in self.attachment.roles.known().into_iter().flat_map(|roles| &roles.value) {
            if !is(&attached.key.value, "authenticated", self.analysis.vocabulary).sure {
                continue;
            }
            let ways: Vec<Way<'_>> =
                self.doors.iter().map(|door| (door, door.open.and(self.falls_back(door)))).collect();
            let place = attached.role.span().unwrap_or(attached.key.span);
            self.give(&attached.role, place, &ways, take);
        }
    }

    /// The roles of rules that strangers fit. What users of a user pool write into their claims is another matter.
    fn by_rules(&self, take: &mut dyn FnMut(&dyn Fact)) {
        for mapping in self.attachment.mappings.known().into_iter().flat_map(|mappings| &mappings.value) {
            for rule in mapping.rules.known().into_iter().flat_map(|rules| &rules.value) {
                let Some(rule) = rule.known() else { continue };
                let ways: Vec<Way<'_>> = self
                    .doors
                    .iter()
                    .map(|door| {
                        (door, self.is_for(mapping, door).and(self.fits(&rule.value, door)).and(door.open))
                    })
                    .filter(|(_, reached)| reached.possible)
                    .collect();
                if !ways.is_empty() {
                    let place = rule.value.role.span().unwrap_or(rule.span);
                    self.give(&rule.value.role, place, &ways, take);
                }
            }
        }
    }

    /// Whether who comes in by a door, and for whom no role is meant, gets the role for all users.
    fn falls_back(&self, door: &PoolDoor<'_>) -> Bounds<bool> {
        let mappings = match &self.attachment.mappings {
            Field::Absent => return Bounds::decided(true),
            Field::Unknown(_) => return Bounds::UNDECIDED,
            Field::Known(mappings) => &mappings.value,
        };
        let mut given = Bounds::decided(true);
        for mapping in mappings {
            let falls_back = falls_back(self.analysis, mapping);
            given =
                given.and(self.is_for(mapping, door).not().or(falls_back.and(self.is_plain(mapping, door))));
        }
        // Where clients choose, they choose this one too.
        given.or(truth(&self.pool.classic_flow))
    }

    /// Whether a stranger stays without a role of his own.
    fn is_plain(&self, mapping: &RoleMapping, door: &PoolDoor<'_>) -> Bounds<bool> {
        match door.tokens {
            Tokens::UserPool(users) => stays_plain(self.analysis, mapping, users),
            Tokens::Social | Tokens::Issuer(..) => Bounds::decided(true),
        }
    }

    /// Whether a mapping is for the logins of a door.
    fn is_for(&self, mapping: &RoleMapping, door: &PoolDoor<'_>) -> Bounds<bool> {
        let provider = mapping.provider();
        let (Some(login), Some(provider)) = (&door.login, provider.known()) else { return Bounds::UNDECIDED };
        match login.compare(&provider.value, self.analysis.vocabulary) {
            Comparison::Equal => Bounds::decided(true),
            Comparison::Different => Bounds::decided(false),
            Comparison::Undecided => Bounds::UNDECIDED,
        }
    }

    /// Whether a stranger fits a rule because he chooses what the claim says.
    fn fits(&self, rule: &MappingRule, door: &PoolDoor<'_>) -> Bounds<bool> {
        let vocabulary = self.analysis.vocabulary;
        let Tokens::Issuer(host, sender) = &door.tokens else { return Bounds::decided(false) };
        let equals = rule.match_type.known().is_some_and(|known| is(&known.value, "Equals", vocabulary).sure);
        let literal = |field: &Field<Text>| field.as_literal(vocabulary).map(str::to_owned);
        let (true, Some(claim), Some(value)) = (equals, literal(&rule.claim), literal(&rule.value)) else {
            return Bounds::decided(false);
        };
        let key = format!("{host}:{claim}").to_ascii_lowercase();
        let mut fits = Bounds::decided(false);
        for kind in &sender.kinds {
            let Some(claim) = kind.claim(&key) else { continue };
            let Values::One(formats) = &claim.values else { continue };
            for format in formats {
                let [Piece::Variable(id) | Piece::Fresh(id)] = format.0.as_slice() else { continue };
                let variable = &sender.variables[usize::from(*id)];
                let possible = claim.presence.may_be_there()
                    && variable.control != Control::Issuer
                    && variable.language.may_contain(&value)
                    && !variable.except.contains(&value);
                let sure = possible && variable.control == Control::Requester && !kind.possible;
                fits = fits.or(Bounds { sure, possible });
            }
        }
        fits
    }

    /// The facts about a role at a place: for the surest door, and for others as far as that one is not there.
    fn give(&self, field: &Field<Text>, place: Span, ways: &[Way<'_>], take: &mut dyn FnMut(&dyn Fact)) {
        for (role, found) in roles(self.analysis, self.attachment.entity.id, field) {
            if self.analysis.model.grants_of(role.entity.id).is_empty() {
                continue;
            }
            let here = self.worlds.and(&found.worlds).and_then(|both| both.and(&role.entity.worlds));
            let Some(here) = here else { continue };
            let mut ways: Vec<Way<'_>> = ways.iter().filter(|(_, way)| way.possible).copied().collect();
            ways.sort_by_key(|(door, reached)| (!reached.sure, door.kind));
            let admitted = if ways.is_empty() { Bounds::decided(false) } else { self.admits(role) };
            let mut rest = Some(here);
            for (door, reached) in ways {
                let open = reached.and(admitted);
                let worlds = rest.as_ref().and_then(|rest| rest.and(&door.worlds));
                let (true, Some(worlds)) = (open.possible, worlds) else { continue };
                take(&self.fact(role, found, place, Some((door, open)), worlds.clone()));
                rest = rest.and_then(|rest| rest.without(&worlds));
            }
            if let Some(rest) = rest {
                take(&self.fact(role, found, place, None, rest));
            }
        }
    }

    fn admits(&self, role: &Role) -> Bounds<bool> {
        let admits =
            self.pool.entity.identifier(Form::Id).map_or(Bounds::UNDECIDED, |id| {
                admits(self.analysis, role, id, false, &Workshops::default())
            });
        let stable = self.analysis.stability(role.entity.id, Change::Trust) == Certainty::Proved;
        Bounds { sure: admits.sure && stable, possible: admits.possible }
    }

    fn fact(&self, role: &Role, found: &Found, place: Span, way: Option<Way<'_>>, worlds: Worlds) -> SignIn {
        let id = role.entity.id;
        let door = way.map(|(door, _)| door);
        let granted = self.analysis.granted_at(id, self.analysis.privileges(id).worst);
        let mut evidence = Vec::new();
        evidence.extend(door.map(|door| Evidence { role: "door", span: door.at }));
        evidence.extend(granted.map(|span| Evidence { role: "grant", span }));
        SignIn {
            common: Common {
                subject: self.attachment.entity.id,
                place,
                certainty: self.certainty.min(found.certainty()),
                worlds,
                evidence,
                cause: vec![Text::literal(role.entity.logical_id)],
                witness: None,
            },
            pool: pool_name(Some(self.pool), self.attachment),
            role: Some(Text::literal(role.entity.logical_id)),
            open: way.map_or(Bounds::decided(false), |(_, open)| open),
            door: door.map_or(OneOf::none(), |door| OneOf::only(door.kind)),
            provider: door.and_then(|door| door.name.clone()),
            impact: impact(self.analysis.privileges(id).impact),
            reach: LevelOf::only(Reach::Outermost),
            exposure: exposure(self.analysis, id),
        }
    }
}
