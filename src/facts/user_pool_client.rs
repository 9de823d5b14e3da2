//! How people sign in with one app client of a user pool.

use super::identity_pool::truth;
use super::lists::includes;
use super::{Common, Evidence, Fact, OneOf, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::model::UserPoolClient;
use crate::source::Span;
use crate::value::{Bounds, Field, Part, Text, Vocabulary};

words! {
    /// Whether a password leaves the device of its owner when he signs in.
    PasswordFlow {
        /// It does not: it is only proved to be known.
        None = "none",
        /// A server of the application gets it, and sends it to Cognito with credentials of its own.
        Server = "server",
        /// Whoever has the client's id may send one to Cognito.
        Anybody = "anybody",
    }
}

words! {
    /// The worst of the addresses to which tokens are sent, as far as they are written.
    Callback {
        /// Every one is of a kind that Cognito takes and that nobody else can listen to.
        Safe = "safe",
        /// One on the user's own machine beside one that is public.
        Localhost = "localhost",
        /// One with `*`, which Cognito takes literally.
        Wildcard = "wildcard",
        /// One without encryption.
        PlainHttp = "plain-http",
    }
}

fact! {
    /// One app client of a user pool.
    UserPoolClientFact = "user-pool-client" {
        /// The client's logical id, or its id in a dump.
        client: Option<Text> = "client",
        /// True if the OAuth flows of the client are switched on.
        oauth: Bounds<bool> = "oauth",
        /// True if its OAuth flows include the implicit grant.
        implicit: Bounds<bool> = "implicit",
        /// Whether a password leaves the device of its owner.
        password_flow: OneOf<PasswordFlow> = "password-flow",
        /// The worst of the addresses to which tokens are sent. An address that is not written here is taken to be
        /// safe.
        callback: OneOf<Callback> = "callback",
        /// That address.
        address: Option<Text> = "address",
        /// True if an answer tells whether somebody has an account.
        reveals_users: Bounds<bool> = "reveals-users",
    }
    evidence {
        /// The flow that sends passwords.
        "password-flow",
        /// The implicit grant among the flows.
        "implicit",
        /// The worst address.
        "callback",
        /// Where it is said what an answer tells.
        "reveals-users",
    }
}

/// The flows in which anybody who has the client's id sends a password.
const SENDS_PASSWORDS: &[&str] = &["ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"];
/// The flows in which a server does, with credentials of AWS.
const SERVER_SENDS_PASSWORDS: &[&str] = &["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"];

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for client in &analysis.model.user_pool_clients {
        take(&of(client, analysis.vocabulary));
    }
}

fn of(client: &UserPoolClient, vocabulary: &Vocabulary) -> UserPoolClientFact {
    let (implicit, implicit_at) = includes(&client.oauth_flows, &["implicit"], vocabulary);
    let (password_flow, password_at) = password_flow(client, vocabulary);
    let (callback, worst) = callback(client, vocabulary);
    let mut evidence = Vec::new();
    let mut show = |role, span: Option<Span>| evidence.extend(span.map(|span| Evidence { role, span }));
    show("password-flow", password_at);
    show("implicit", implicit_at);
    show("callback", worst.map(|(_, span)| span));
    show("reveals-users", client.prevent_user_existence_errors.span());
    UserPoolClientFact {
        common: Common {
            subject: client.entity.id,
            place: client.entity.span,
            certainty: Certainty::Proved,
            worlds: client.entity.worlds.clone(),
            evidence,
            cause: Vec::new(),
            witness: None,
        },
        client: Some(Text::literal(client.entity.logical_id)),
        oauth: truth(&client.oauth),
        implicit,
        password_flow,
        callback,
        address: worst.map(|(text, _)| text.clone()),
        reveals_users: reveals_users(client, vocabulary),
    }
}

fn password_flow(client: &UserPoolClient, vocabulary: &Vocabulary) -> (OneOf<PasswordFlow>, Option<Span>) {
    let (anybody, anybody_at) = includes(&client.auth_flows, SENDS_PASSWORDS, vocabulary);
    let (server, server_at) = includes(&client.auth_flows, SERVER_SENDS_PASSWORDS, vocabulary);
    if anybody.sure {
        return (OneOf::only(PasswordFlow::Anybody), anybody_at);
    }
    let mut flow = OneOf::only(if server.sure { PasswordFlow::Server } else { PasswordFlow::None });
    if server.possible {
        flow = flow.or(PasswordFlow::Server);
    }
    if anybody.possible {
        flow = flow.or(PasswordFlow::Anybody);
    }
    (flow, anybody_at.or(server_at))
}

/// The worst address to which tokens are sent.
fn callback<'c>(
    client: &'c UserPoolClient,
    vocabulary: &Vocabulary,
) -> (OneOf<Callback>, Option<(&'c Text, Span)>) {
    let listed = client.callback_urls.known().into_iter().flat_map(|list| &list.value);
    let addresses: Vec<_> = listed.chain([&client.default_redirect]).filter_map(Field::known).collect();
    let kinds: Vec<Address> =
        addresses.iter().map(|address| Address::of(&address.value, vocabulary)).collect();
    let first = |kind: Address| {
        let position = kinds.iter().position(|&known| known == kind)?;
        let address = addresses[position];
        Some((&address.value, address.span))
    };
    if let Some(shown) = first(Address::PlainHttp) {
        return (OneOf::only(Callback::PlainHttp), Some(shown));
    }
    if let Some(shown) = first(Address::Wildcard) {
        return (OneOf::only(Callback::Wildcard), Some(shown));
    }
    match first(Address::Localhost) {
        None => (OneOf::only(Callback::Safe), None),
        Some(shown) if first(Address::Public).is_some() => (OneOf::only(Callback::Localhost), Some(shown)),
        // Addresses beside it that are not written here are most likely public.
        Some(shown)
            if first(Address::Unknown).is_some()
                || addresses.len() < count(&client.callback_urls).unwrap_or(usize::MAX) =>
        {
            (OneOf::only(Callback::Localhost).or(Callback::Safe), Some(shown))
        }
        Some(_) => (OneOf::only(Callback::Safe), None),
    }
}

/// How many items a list has; `None` if that is not known.
fn count(list: &crate::model::List<Text>) -> Option<usize> {
    match list {
        Field::Absent => Some(0),
        Field::Known(items) => Some(items.value.len()),
        Field::Unknown(_) => None,
    }
}

/// What kind of address one is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Address {
    /// With encryption, on a host of the network.
    Public,
    /// On the user's own machine.
    Localhost,
    /// Without encryption, on another host.
    PlainHttp,
    /// With `*`.
    Wildcard,
    /// Of a scheme that an application registers.
    Application,
    /// Its beginning is not known.
    Unknown,
}

/// The hosts of the user's own machine, as Cognito knows them.
const OWN_MACHINE: &[&str] = &["localhost", "127.0.0.1", "[::1]"];

impl Address {
    fn of(text: &Text, vocabulary: &Vocabulary) -> Self {
        let literal = |part: &Part| match part {
            Part::Literal(name) => Some(vocabulary.names.text(*name)),
            Part::Symbol(_) => None,
        };
        if text.parts().iter().filter_map(literal).any(|part| part.contains('*')) {
            return Self::Wildcard;
        }
        let Some(first) = text.parts().first().and_then(literal) else { return Self::Unknown };
        let Some((scheme, rest)) = first.split_once("://") else {
            return if first.contains(':') { Self::Application } else { Self::Unknown };
        };
        let whole_host = text.parts().len() == 1 || rest.contains(['/', ':']);
        let local = OWN_MACHINE.iter().any(|host| {
            rest.strip_prefix(host).is_some_and(|tail| tail.is_empty() || tail.starts_with([':', '/', '?']))
        });
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" if local => Self::Localhost,
            "https" => Self::Public,
            "http" if whole_host => Self::PlainHttp,
            "http" => Self::Unknown,
            _ => Self::Application,
        }
    }
}

/// Whether an answer tells if somebody has an account. A client with which only programs sign in has no users.
fn reveals_users(client: &UserPoolClient, vocabulary: &Vocabulary) -> Bounds<bool> {
    if only_programs(client, vocabulary) {
        return Bounds::decided(false);
    }
    match &client.prevent_user_existence_errors {
        Field::Absent => Bounds::decided(true),
        Field::Known(known) => match known.value.as_literal(vocabulary) {
            Some(literal) => Bounds::decided(literal != "ENABLED"),
            None => Bounds::UNDECIDED,
        },
        Field::Unknown(_) => Bounds::UNDECIDED,
    }
}

/// True if the client's only flow is for programs: the grant cannot be combined with another.
fn only_programs(client: &UserPoolClient, vocabulary: &Vocabulary) -> bool {
    truth(&client.oauth).sure && includes(&client.oauth_flows, &["client_credentials"], vocabulary).0.sure
}
