//! The ways in which somebody whom nobody knows signs in to an identity pool.

use std::sync::Arc;

use super::Door;
use crate::analysis::Analysis;
use crate::facts::claim_source::found;
use crate::facts::lists::is;
use crate::facts::role_mapping::login_name;
use crate::facts::user_pool::{Doors, doors_to};
use crate::finding::Certainty;
use crate::knowledge::Tenancy;
use crate::knowledge::sender::{Control, Sender};
use crate::model::{
    IdentityPool, List, LoginProvider, OidcProvider, Target, UserPool, UserPoolClient, UserPoolLogin,
};
use crate::policy::{Arn, strip_prefix};
use crate::source::Span;
use crate::value::{Bounds, Field, Located, Text, Worlds};

/// A way into the logged-in side of an identity pool that anybody may have.
#[derive(Clone, Debug)]
pub(in crate::facts) struct PoolDoor<'a> {
    pub kind: Door,
    /// Whether it is open.
    pub open: Bounds<bool>,
    /// What it is the door of: a user pool's or provider's logical id, or the host of a provider.
    pub name: Option<Text>,
    /// The login as role mappings name it.
    pub login: Option<Text>,
    /// Where it is written.
    pub at: Span,
    /// When it is there.
    pub worlds: Worlds,
    /// Whose tokens they are.
    pub tokens: Tokens<'a>,
}

/// Whose tokens a pool takes.
#[derive(Clone, Debug)]
pub(in crate::facts) enum Tokens<'a> {
    /// Those of a user pool.
    UserPool(&'a UserPool),
    /// Those of a social provider.
    Social,
    /// Those of an issuer, by its host and path.
    Issuer(String, Arc<Sender>),
}

/// The social providers whose logins identity pools take. Every user there has an address.
pub(in crate::facts) const SOCIAL: &[&str] =
    &["accounts.google.com", "graph.facebook.com", "www.amazon.com", "appleid.apple.com"];

/// The doors of a pool that may be open.
pub(in crate::facts) fn doors<'a>(analysis: &'a Analysis<'_>, pool: &IdentityPool) -> Vec<PoolDoor<'a>> {
    let mut doors = Vec::new();
    for login in pool.user_pools.known().into_iter().flat_map(|logins| &logins.value) {
        login.known().into_iter().for_each(|login| of_user_pools(analysis, pool, &login.value, &mut doors));
    }
    for login in pool.login_providers.known().into_iter().flat_map(|logins| &logins.value) {
        doors.extend(social(analysis, pool, login));
    }
    for provider in pool.oidc_providers.known().into_iter().flat_map(|providers| &providers.value) {
        provider.known().into_iter().for_each(|provider| of_issuer(analysis, pool, provider, &mut doors));
    }
    doors.retain(|door| door.open.possible);
    doors
}

/// The doors of the user pools that a login names. Of one that is not in view nothing is said.
fn of_user_pools<'a>(
    analysis: &'a Analysis<'_>,
    pool: &IdentityPool,
    login: &UserPoolLogin,
    into: &mut Vec<PoolDoor<'a>>,
) {
    let id = pool.entity.id;
    let clients = found::<UserPoolClient>(analysis, id, login.client.span());
    for (user_pool, certainty, worlds) in found::<UserPool>(analysis, id, login.provider_name.span()) {
        let client = clients.iter().find(|(_, _, when)| worlds.without(when).is_none());
        let Doors { sign_up, provider, provider_at, provider_name } =
            doors_to(analysis, user_pool, client.map(|(client, ..)| *client));
        let certainty = certainty.min(client.map_or(Certainty::Possible, |(_, certainty, _)| *certainty));
        let mut add = |kind, open: Bounds<bool>, name, at: Option<Span>| {
            into.push(PoolDoor {
                kind,
                open: Bounds { sure: open.sure && certainty == Certainty::Proved, ..open },
                name: Some(Text::literal(name)),
                login: login_name(analysis, pool, login),
                at: at.unwrap_or(user_pool.entity.span),
                worlds: worlds.clone(),
                tokens: Tokens::UserPool(user_pool),
            });
        };
        add(Door::SignUp, sign_up, user_pool.entity.logical_id, user_pool.admin_creates_users_only.span());
        add(
            Door::UserPoolProvider,
            provider,
            provider_name.unwrap_or(user_pool.entity.logical_id),
            provider_at,
        );
    }
}

/// The door of a social provider, at which everybody can have an account.
fn social<'a>(
    analysis: &'a Analysis<'_>,
    pool: &IdentityPool,
    login: &LoginProvider,
) -> Option<PoolDoor<'a>> {
    let known = SOCIAL.iter().any(|host| is(&login.provider.value, host, analysis.vocabulary).sure);
    // An empty text is a placeholder for an application that is still to come.
    let application = login.application.known()?;
    let open = match application.value.as_literal(analysis.vocabulary) {
        Some(literal) => Bounds::decided(known && !literal.is_empty()),
        None => Bounds { sure: false, possible: known },
    };
    Some(PoolDoor {
        kind: Door::Social,
        open,
        name: Some(login.provider.value.clone()),
        login: Some(login.provider.value.clone()),
        at: login.provider.span,
        worlds: pool.entity.worlds.clone(),
        tokens: Tokens::Social,
    })
}

/// The door of an issuer that serves everybody.
fn of_issuer<'a>(
    analysis: &'a Analysis<'_>,
    pool: &IdentityPool,
    provider: &Located<Text>,
    into: &mut Vec<PoolDoor<'a>>,
) {
    let mut add = |issuer: &Text, clients: Option<&List<Text>>, sure: bool, worlds: &Worlds| {
        let Some(host) = issuer.as_literal(analysis.vocabulary) else { return };
        let (sender, id, tenancy) = analysis.senders.web_identity(host);
        let open = is_open(analysis, &sender, &id, tenancy, clients);
        into.push(PoolDoor {
            kind: Door::Issuer,
            open: Bounds { sure: open.sure && sure, ..open },
            name: Some(issuer.clone()),
            login: Some(provider.value.clone()),
            at: provider.span,
            worlds: worlds.clone(),
            tokens: Tokens::Issuer(host.to_owned(), sender),
        });
    };
    let reference = analysis.model.reference_at(pool.entity.id, provider.span);
    if let Some(Target::Found(found)) = reference.map(|reference| &reference.target) {
        for found in found {
            let provider = analysis.model.get::<OidcProvider>(found.entity);
            if let Some((provider, issuer)) = provider.and_then(|known| Some((known, known.issuer.as_ref()?)))
            {
                add(issuer, Some(&provider.client_ids), found.sure, &found.worlds);
            }
        }
        return;
    }
    let arn = Arn::parse(&provider.value, analysis.vocabulary);
    let issuer = arn.and_then(|arn| strip_prefix(&arn.resource, "oidc-provider/", analysis.vocabulary));
    if let Some(issuer) = issuer {
        add(&issuer, None, false, &pool.entity.worlds);
    }
}

/// Whether anybody gets a token of an issuer that a provider with these client ids takes.
fn is_open(
    analysis: &Analysis<'_>,
    sender: &Sender,
    id: &str,
    tenancy: Tenancy,
    clients: Option<&List<Text>>,
) -> Bounds<bool> {
    // Tokens of identity pools say nothing of who signed in to them.
    if tenancy == Tenancy::Private || id == "cognito-identity-pool" {
        return Bounds::decided(false);
    }
    let clients = match clients {
        Some(Field::Known(clients)) => clients.value.as_slice(),
        _ => &[],
    };
    let names_one =
        clients.iter().any(|client| client.known().is_some_and(|client| is_text(analysis, &client.value)));
    let chosen = sender
        .variable("audience")
        .is_some_and(|audience| sender.variables[usize::from(audience)].control == Control::Requester);
    // Everybody signs in to an application; what another token is for, whoever asks for it says.
    Bounds { sure: names_one && (tenancy == Tenancy::Public || chosen), possible: true }
}

fn is_text(analysis: &Analysis<'_>, text: &Text) -> bool {
    text.as_literal(analysis.vocabulary).is_some_and(|literal| !literal.is_empty())
}
