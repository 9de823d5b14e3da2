//! The ways in which somebody whom nobody knows becomes a user of a user pool.

use super::attribute::OWN_SIGN_IN;
use super::{Member, members};
use crate::analysis::Analysis;
use crate::facts::identity_pool::truth;
use crate::facts::lists::{has_key, includes, is};
use crate::knowledge::Tenancy;
use crate::model::{UserPool, UserPoolClient, UserPoolIdentityProvider};
use crate::source::Span;
use crate::value::{Bounds, Field, Name};

/// What is known of the doors of a pool.
#[derive(Clone, Copy, Debug)]
pub(in crate::facts) struct Doors {
    /// Whether anybody may sign up himself, and confirm it himself.
    pub sign_up: Bounds<bool>,
    /// Whether anybody becomes a user by signing in with a provider that has everybody as its customer.
    pub provider: Bounds<bool>,
    /// Where such a provider is defined.
    pub provider_at: Option<Span>,
    /// Its logical id.
    pub provider_name: Option<Name>,
}

impl Doors {
    /// Whether any door is open.
    pub(in crate::facts) const fn open(&self) -> Bounds<bool> {
        self.sign_up.or(self.provider)
    }
}

/// The types of providers at which everybody can have an account.
const SOCIAL: &[&str] = &["Google", "Facebook", "LoginWithAmazon", "SignInWithApple"];

/// The doors of a pool.
pub(in crate::facts) fn doors(analysis: &Analysis<'_>, pool: &UserPool) -> Doors {
    let clients: Vec<Member<'_, UserPoolClient>> = members(analysis, pool);
    let sign_up = sign_up(analysis, pool, &clients);
    Doors { sign_up, ..by_provider(analysis, pool, &clients) }
}

/// The doors of a pool for whoever wants tokens of one of its clients; of one that is not in view, nothing is sure.
pub(in crate::facts) fn doors_to(
    analysis: &Analysis<'_>,
    pool: &UserPool,
    client: Option<&UserPoolClient>,
) -> Doors {
    let clients: Vec<Member<'_, UserPoolClient>> = members(analysis, pool);
    let is = |member: &&Member<'_, UserPoolClient>| {
        client.is_some_and(|client| client.entity.id == member.item.entity.id)
    };
    let Some(client) = clients.iter().find(is) else {
        let doors = doors(analysis, pool);
        let perhaps = |door: Bounds<bool>| Bounds { sure: false, ..door };
        return Doors { sign_up: perhaps(doors.sign_up), provider: perhaps(doors.provider), ..doors };
    };
    // Code may refuse whom it does not know.
    let refused = has_key(&pool.triggers, &["PreAuthentication"], analysis.vocabulary).0;
    let certain = Bounds { sure: !refused.possible, possible: true };
    let by_provider = by_provider(analysis, pool, &[Member { item: client.item, sure: client.sure }]);
    Doors {
        sign_up: sign_up(analysis, pool, &clients)
            .and(client.there())
            .and(signs_in(analysis, client.item))
            .and(certain),
        provider: by_provider.provider.and(open_client(client.item)).and(certain),
        ..by_provider
    }
}

/// Whether a user of the pool itself gets an identity token of a client.
fn signs_in(analysis: &Analysis<'_>, client: &UserPoolClient) -> Bounds<bool> {
    let vocabulary = analysis.vocabulary;
    let own = if client.auth_flows.is_absent() {
        Bounds::decided(true)
    } else {
        includes(&client.auth_flows, OWN_SIGN_IN, vocabulary).0
    };
    let hosted = truth(&client.oauth)
        .and(includes(&client.oauth_flows, &["code", "implicit"], vocabulary).0)
        .and(includes(&client.identity_providers, &["COGNITO"], vocabulary).0);
    // Otherwise a server signs him in, which may hand the token on.
    let by_himself = own.or(hosted).and(open_client(client));
    Bounds { sure: by_himself.sure, possible: true }
}

/// Whether anybody may sign up with one of the clients, and confirm it himself. The pool's own settings are asked
/// first, so that a closed pool is closed whatever its clients are.
fn sign_up(analysis: &Analysis<'_>, pool: &UserPool, clients: &[Member<'_, UserPoolClient>]) -> Bounds<bool> {
    let by_client = clients
        .iter()
        .fold(Bounds::decided(false), |any, client| any.or(client.there().and(open_client(client.item))));
    // Clients that are not in view may be there too.
    let by_client = Bounds { possible: true, ..by_client };
    may_sign_up(analysis, pool).and(by_client)
}

/// Whether the pool lets everybody sign up who has one of its clients.
pub(in crate::facts) fn may_sign_up(analysis: &Analysis<'_>, pool: &UserPool) -> Bounds<bool> {
    let vocabulary = analysis.vocabulary;
    let open = truth(&pool.admin_creates_users_only).not();
    // Code may reject what it is asked about.
    let gated = has_key(&pool.triggers, &["PreSignUp"], vocabulary).0;
    // Without a code by e-mail or text message, only an administrator or code can confirm the user.
    let confirms = includes(&pool.auto_verified_attributes, &["email", "phone_number"], vocabulary).0;
    let certain = gated.not().and(confirms);
    open.and(Bounds { sure: certain.sure, possible: true })
}

/// Whether anybody can use a client who has its id. One with a secret is meant for a server, which may ask more.
pub(in crate::facts) fn open_client(client: &UserPoolClient) -> Bounds<bool> {
    Bounds { sure: !truth(&client.secret).possible, possible: true }
}

/// Whether the first sign-in at a provider that has everybody as its customer makes a user: that is so also where
/// only administrators create users.
fn by_provider(analysis: &Analysis<'_>, pool: &UserPool, clients: &[Member<'_, UserPoolClient>]) -> Doors {
    let vocabulary = analysis.vocabulary;
    let gated = has_key(&pool.triggers, &["PreSignUp", "InboundFederation"], vocabulary).0;
    let closed = Bounds::decided(false);
    let mut any = Doors { sign_up: closed, provider: closed, provider_at: None, provider_name: None };
    for provider in members::<UserPoolIdentityProvider>(analysis, pool) {
        let everybody = everybody(analysis, provider.item);
        if !everybody.possible {
            continue;
        }
        let used = clients.iter().fold(Bounds::decided(false), |any, client| {
            // Other providers than the pool itself work by its pages only, which are there for clients with OAuth.
            let pages = Bounds { sure: truth(&client.item.oauth).sure, possible: true };
            any.or(client.there().and(takes(analysis, client.item, provider.item)).and(pages))
        });
        let certain = Bounds { sure: !gated.possible, possible: true };
        let open = everybody.and(provider.there()).and(used).and(certain);
        if open.possible && (any.provider_at.is_none() || open.sure && !any.provider.sure) {
            any.provider_at = Some(provider.item.entity.span);
            any.provider_name = Some(provider.item.entity.logical_id);
        }
        any.provider = any.provider.or(open);
    }
    any
}

/// Whether a client lets people sign in with a provider.
fn takes(
    analysis: &Analysis<'_>,
    client: &UserPoolClient,
    provider: &UserPoolIdentityProvider,
) -> Bounds<bool> {
    let vocabulary = analysis.vocabulary;
    let (Field::Known(listed), Some(name)) = (&client.identity_providers, provider.name.known()) else {
        return if client.identity_providers.is_absent() {
            Bounds::decided(false)
        } else {
            Bounds::UNDECIDED
        };
    };
    listed.value.iter().fold(Bounds::decided(false), |any, item| {
        any.or(match item.known() {
            None => Bounds::UNDECIDED,
            Some(item) => match item.value.compare(&name.value, vocabulary) {
                crate::value::Comparison::Equal => Bounds::decided(true),
                crate::value::Comparison::Different => Bounds::decided(false),
                crate::value::Comparison::Undecided => Bounds::UNDECIDED,
            },
        })
    })
}

/// Whether everybody can have an account at a provider.
pub(in crate::facts) fn everybody(
    analysis: &Analysis<'_>,
    provider: &UserPoolIdentityProvider,
) -> Bounds<bool> {
    let vocabulary = analysis.vocabulary;
    let Some(known) = provider.provider_type.known() else { return Bounds::decided(false) };
    let social = SOCIAL
        .iter()
        .fold(Bounds::decided(false), |any, social| any.or(is(&known.value, social, vocabulary)));
    if known.value.as_literal(vocabulary) != Some("OIDC") {
        // A parameter that may be every type says nothing: such templates are for a company's own provider.
        return Bounds { sure: social.sure, possible: social.sure };
    }
    let details = provider.details.known().into_iter().flat_map(|details| &details.value);
    let issuer = details
        .filter(|(key, _)| key.value.as_literal(vocabulary) == Some("oidc_issuer"))
        .find_map(|(_, value)| value.known()?.value.as_literal(vocabulary));
    let Some(issuer) = issuer.and_then(|issuer| issuer.strip_prefix("https://")) else {
        return Bounds::decided(false);
    };
    let found = analysis.senders.issuers().find(issuer.trim_end_matches('/'));
    Bounds::decided(found.is_some_and(|found| found.tenancy != Tenancy::Private))
}
