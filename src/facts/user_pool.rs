//! How people become users of a user pool and sign in to it, and what that is worth.

mod attribute;
mod doors;
mod registration;

use rustc_hash::FxHashMap;

use super::claim_source::{ClaimUse, UsedFor, uses};
use super::identity_pool::truth;
use super::lists::{includes, is};
use super::{Common, Evidence, Fact, OneOf, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::graph::{EdgeKind, Node};
use crate::model::{EntityId, Form, Kind, OidcProvider, ReferencePlace, TokenConsumer, UserPool};
use crate::source::Span;
use crate::value::{Bounds, Field, Text};

pub(super) use attribute::{Sent, may_hold, may_write, sent, writable};
pub(super) use doors::{Doors, doors, doors_to, everybody};

words! {
    /// Whether a second factor is asked for.
    Mfa {
        /// Never.
        Off = "off",
        /// Of users who set one up.
        Optional = "optional",
        /// Of everybody.
        On = "on",
        /// It depends on what is not known.
        Unknown = "unknown",
    }
}

words! {
    /// What a sign-in is worth.
    LeadsTo {
        /// Nothing that is in view.
        Nothing = "nothing",
        /// A service takes the tokens.
        Services = "services",
        /// An identity pool or a role takes the tokens: they are worth AWS credentials.
        Credentials = "credentials",
    }
}

words! {
    /// What an address of a user decides that he may change without proof that it is his.
    Decides {
        /// Nothing: or every change is proved first.
        Nothing = "nothing",
        /// As whom he signs in.
        Alias = "alias",
        /// A session tag.
        Tag = "tag",
        /// The role that he gets.
        Role = "role",
    }
}

fact! {
    /// One user pool.
    UserPoolFact = "user-pool" {
        /// The pool's logical id, or its id in a dump.
        pool: Option<Text> = "pool",
        /// True if anybody may sign up himself.
        sign_up: Bounds<bool> = "sign-up",
        /// True if anybody may become a user: by signing up, or by his first sign-in with a provider that has everybody
        /// as its customer.
        open: Bounds<bool> = "open",
        /// Whether a second factor is asked for.
        mfa: OneOf<Mfa> = "mfa",
        /// True if short or simple passwords are taken.
        weak_password: Bounds<bool> = "password.weak",
        /// What a sign-in is worth.
        leads_to: OneOf<LeadsTo> = "leads-to",
        /// What the e-mail address or phone number decides that a user may change without proof that it is his.
        unverified: OneOf<Decides> = "unverified-contact.decides",
        /// Which of both.
        contact: Option<Text> = "unverified-contact",
        /// True if anybody may register app clients. Only known where the pool itself was asked.
        open_registration: Bounds<bool> = "open-registration",
        /// True if such clients get tokens for themselves, without any user.
        machine_tokens: Bounds<bool> = "open-registration.machine-tokens",
    }
    evidence {
        /// Where the second factor is switched on or off.
        "mfa",
        /// The rules for passwords.
        "password",
        /// Where the tokens are taken.
        "leads-to",
        /// Where it is decided by the address or number.
        "decides",
        /// Which changes are proved first.
        "verification",
        /// Where registration is opened.
        "registration",
    }
}

/// Facts of every user pool.
pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    if analysis.model.user_pools.is_empty() {
        return;
    }
    let all_uses = uses(analysis);
    let mut uses: FxHashMap<EntityId, Vec<&ClaimUse<'_>>> = FxHashMap::default();
    for claim in &all_uses {
        uses.entry(claim.user_pool.entity.id).or_default().push(claim);
    }
    let mut registered: FxHashMap<&Text, Vec<&OidcProvider>> = FxHashMap::default();
    for provider in &analysis.model.oidc_providers {
        if let Some(issuer) = &provider.issuer {
            registered.entry(issuer).or_default().push(provider);
        }
    }
    for pool in &analysis.model.user_pools {
        let names = pool.entity.identifiers.iter().filter(|name| name.form == Form::ProviderName);
        let mut providers: Vec<_> =
            names.filter_map(|name| registered.get(&name.text)).flatten().copied().collect();
        providers.sort_by_key(|provider| provider.entity.id);
        providers.dedup_by_key(|provider| provider.entity.id);
        let uses = uses.get(&pool.entity.id).map_or(&[][..], Vec::as_slice);
        take(&of(analysis, pool, &providers, uses));
    }
}

/// The fact of a pool, which is registered as these providers, and of whose claims these uses are made.
fn of(
    analysis: &Analysis<'_>,
    pool: &UserPool,
    providers: &[&OidcProvider],
    uses: &[&ClaimUse<'_>],
) -> UserPoolFact {
    let doors = doors(analysis, pool);
    let (leads_to, leads_at) = leads_to(analysis, pool, providers);
    let unverified = unverified(analysis, pool, uses);
    let mut evidence = Vec::new();
    let mut show = |role, span: Option<Span>| evidence.extend(span.map(|span| Evidence { role, span }));
    show("mfa", pool.mfa.span());
    show("password", pool.password_length.span());
    show("leads-to", leads_at);
    show("decides", unverified.decided_at);
    show("verification", pool.verified_before_update.span());
    let registration = registration::of(analysis, pool);
    show("registration", registration.place);
    UserPoolFact {
        common: Common {
            subject: pool.entity.id,
            place: pool.entity.span,
            certainty: Certainty::Proved,
            worlds: pool.entity.worlds.clone(),
            evidence,
            cause: Vec::new(),
            witness: None,
        },
        pool: Some(Text::literal(pool.entity.logical_id)),
        sign_up: doors.sign_up,
        open: doors.open(),
        mfa: mfa(analysis, pool),
        weak_password: weak_password(pool),
        leads_to,
        unverified: unverified.decides,
        contact: unverified.contact.map(|name| analysis.vocabulary.literal(name)),
        open_registration: registration.open,
        machine_tokens: registration.machine_tokens,
    }
}

/// Something that belongs to a pool.
pub(super) struct Member<'a, T> {
    /// What it is.
    pub item: &'a T,
    /// True if it is the pool's for sure, wherever the pool is.
    pub sure: bool,
}

impl<T> Member<'_, T> {
    /// Whether it is there.
    pub(super) const fn there(&self) -> Bounds<bool> {
        Bounds { sure: self.sure, possible: true }
    }
}

/// The clients, groups, providers or domains of a pool.
pub(super) fn members<'a, T: Kind>(analysis: &'a Analysis<'_>, pool: &UserPool) -> Vec<Member<'a, T>> {
    let model = &analysis.model;
    model
        .references_to(pool.entity.id)
        .filter(|reference| reference.place == ReferencePlace::UserPool)
        .filter_map(|reference| {
            let item = model.get::<T>(reference.from)?;
            let found = reference.target.found().iter().find(|found| found.entity == pool.entity.id)?;
            let everywhere = pool.entity.worlds.without(&found.worlds).is_none();
            Some(Member { item, sure: found.sure && everywhere })
        })
        .collect()
}

fn mfa(analysis: &Analysis<'_>, pool: &UserPool) -> OneOf<Mfa> {
    match &pool.mfa {
        Field::Absent => OneOf::only(Mfa::Off),
        Field::Unknown(_) => OneOf::only(Mfa::Unknown),
        Field::Known(known) => match known.value.as_literal(analysis.vocabulary) {
            Some("ON") => OneOf::only(Mfa::On),
            Some("OPTIONAL") => OneOf::only(Mfa::Optional),
            Some("OFF") => OneOf::only(Mfa::Off),
            // Cognito refuses other words.
            _ => OneOf::only(Mfa::Unknown),
        },
    }
}

/// The length below which a password is weak whatever is in it: what Cognito asks for by default.
const SHORT: i64 = 8;
/// The length from which on it may be simple.
const LONG: i64 = 12;

/// Whether short passwords are taken, or ones of one kind of characters that are not long. Without a policy, Cognito's own
/// rules hold.
fn weak_password(pool: &UserPool) -> Bounds<bool> {
    let kinds =
        [&pool.password_lowercase, &pool.password_uppercase, &pool.password_numbers, &pool.password_symbols];
    if pool.password_length.is_absent() && kinds.iter().all(|kind| kind.is_absent()) {
        return Bounds::decided(false);
    }
    let length = match &pool.password_length {
        Field::Absent => Bounds::decided(SHORT),
        Field::Known(known) => Bounds::decided(known.value),
        // A parameter is taken to be sensible.
        Field::Unknown(_) => return Bounds::decided(false),
    };
    let asked = kinds.iter().map(|kind| truth(kind));
    let least = asked.clone().filter(|kind| kind.sure).count();
    let most = asked.filter(|kind| kind.possible).count();
    let simple = Bounds { sure: most < 2, possible: least < 2 };
    Bounds::decided(length.sure < SHORT).or(Bounds::decided(length.sure < LONG).and(simple))
}

/// What takes the tokens of the pool, and where.
fn leads_to(
    analysis: &Analysis<'_>,
    pool: &UserPool,
    providers: &[&OidcProvider],
) -> (OneOf<LeadsTo>, Option<Span>) {
    let everywhere = |worlds| pool.entity.worlds.without(worlds).is_none();
    let mut credentials = (Bounds::decided(false), None);
    let node = Node::Entity(pool.entity.id);
    for (_, edge) in analysis.graph.leaving(&node, EdgeKind::LogsIn) {
        credentials.0 =
            credentials.0.or(Bounds { sure: edge.sure && everywhere(&edge.worlds), possible: true });
        credentials.1 = credentials.1.or(Some(edge.span));
    }
    // A pool that is registered as a provider of its own, in the trust of a role.
    for provider in providers {
        let node = Node::Entity(provider.entity.id);
        for (_, edge) in analysis.graph.leaving(&node, EdgeKind::Trusts) {
            let sure = edge.sure && everywhere(&edge.worlds);
            credentials.0 = credentials.0.or(Bounds { sure, possible: true });
            credentials.1 = credentials.1.or(Some(edge.span));
        }
    }
    let mut services = (Bounds::decided(false), None);
    for reference in analysis.model.references_to(pool.entity.id) {
        if analysis.model.get::<TokenConsumer>(reference.from).is_none() {
            continue;
        }
        let mut found = reference.target.found().iter().filter(|found| found.entity == pool.entity.id);
        let sure = found.any(|found| found.sure && everywhere(&found.worlds));
        services.0 = services.0.or(Bounds { sure, possible: true });
        services.1 = services.1.or(Some(reference.span));
    }
    let mut word = if credentials.0.sure {
        return (OneOf::only(LeadsTo::Credentials), credentials.1);
    } else if services.0.sure {
        OneOf::only(LeadsTo::Services)
    } else {
        OneOf::only(LeadsTo::Nothing)
    };
    if services.0.possible {
        word = word.or(LeadsTo::Services);
    }
    if credentials.0.possible {
        word = word.or(LeadsTo::Credentials);
    }
    (word, credentials.1.or(services.1))
}

/// What an address decides that a user may change without proof.
struct Unverified {
    decides: OneOf<Decides>,
    contact: Option<&'static str>,
    decided_at: Option<Span>,
}

/// The attributes that name an address of the user.
pub(super) const CONTACTS: [&str; 2] = ["email", "phone_number"];

fn unverified(analysis: &Analysis<'_>, pool: &UserPool, uses: &[&ClaimUse<'_>]) -> Unverified {
    let mut worst = Unverified { decides: OneOf::only(Decides::Nothing), contact: None, decided_at: None };
    let mut rank = 0;
    for contact in CONTACTS {
        // That it decides a role or tag is one thing, that it can be changed another.
        let changes = attribute::unproved_change(analysis, pool, contact);
        if !changes.possible {
            continue;
        }
        let mut consider = |decides: Decides, sure: bool, at: Option<Span>| {
            if decides as u8 > rank {
                rank = decides as u8;
                let word = OneOf::only(decides);
                worst = Unverified {
                    decides: if sure && changes.sure { word } else { word.or(Decides::Nothing) },
                    contact: Some(contact),
                    decided_at: at,
                };
            }
        };
        for claim in uses {
            if !is(&claim.claim.value, contact, analysis.vocabulary).sure {
                continue;
            }
            let decides = match claim.used_for {
                UsedFor::Role => Decides::Role,
                UsedFor::Tag => Decides::Tag,
            };
            consider(decides, claim.certainty == Certainty::Proved, Some(claim.claim.span));
        }
        for names in [&pool.alias_attributes, &pool.username_attributes] {
            let (named, at) = includes(names, &[contact], analysis.vocabulary);
            if named.sure {
                consider(Decides::Alias, true, at);
            }
        }
    }
    worst
}
