//! A service that takes tokens of a user pool, and from which of its app clients.

use super::lists::includes;
use super::user_pool::members;
use super::{Common, Evidence, Fact, OneOf, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::model::{
    ConsumedToken, ConsumerKind, EntityId, ReferencePlace, TokenConsumer, UserPool, UserPoolClient,
};
use crate::policy::strip_prefix;
use crate::source::Span;
use crate::value::{Bounds, Comparison, Field, Text};

words! {
    /// What takes tokens.
    Consumer {
        /// An authorizer of a REST API.
        RestAuthorizer = "REST API authorizer",
        /// An authorizer of an HTTP or WebSocket API.
        HttpAuthorizer = "HTTP API authorizer",
        /// A GraphQL API of AppSync.
        GraphqlApi = "GraphQL API",
        /// A listener of a load balancer.
        Listener = "load balancer listener",
        /// A rule of one.
        ListenerRule = "load balancer rule",
    }
}

words! {
    /// From which app clients of the user pool tokens are taken.
    Clients {
        /// From all of them.
        Any = "any",
        /// From those that are named.
        Named = "named",
        /// From those of other user pools only, which is from none.
        OtherPools = "other-pools",
    }
}

fact! {
    /// One kind of tokens that a service takes, if they are those of a user pool.
    TokenConsumerFact = "token-consumer" {
        /// The service's logical id.
        consumer: Option<Text> = "consumer",
        /// What it is.
        kind: OneOf<Consumer> = "kind",
        /// The user pool's logical id, or what names it.
        pool: Option<Text> = "user-pool",
        /// From which of its app clients tokens are taken.
        clients: OneOf<Clients> = "clients",
        /// The app client of another pool that is named.
        client: Option<Text> = "client",
        /// The user pool of that one.
        other_pool: Option<Text> = "client.user-pool",
        /// True if the user pool has more than one app client.
        several: Bounds<bool> = "several-clients",
    }
    evidence {
        /// The app client of another pool.
        "client",
        /// Another app client of the user pool.
        "further-client",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for consumer in &analysis.model.token_consumers {
        for token in &consumer.accepts {
            take_token(analysis, consumer, token, take);
        }
    }
}

/// The user pool whose tokens are taken.
struct Issuer<'a> {
    name: Text,
    /// The pool, if it is in view, and whether it is this one for sure.
    pool: Option<(&'a UserPool, Certainty)>,
}

fn take_token(
    analysis: &Analysis<'_>,
    consumer: &TokenConsumer,
    token: &ConsumedToken,
    take: &mut dyn FnMut(&dyn Fact),
) {
    let Some(issuer) = issuer(analysis, consumer, token) else { return };
    let (clients, foreign) = clients(analysis, consumer, token, &issuer);
    let further: Vec<_> = issuer
        .pool
        .iter()
        .flat_map(|(pool, _)| members::<UserPoolClient>(analysis, pool))
        .filter(|client| client.item.entity.worlds.and(&consumer.entity.worlds).is_some())
        .collect();
    let several =
        Bounds { sure: further.iter().filter(|client| client.sure).count() > 1, possible: further.len() > 1 };
    let mut evidence = Vec::new();
    let mut show = |role, span: Span| evidence.push(Evidence { role, span });
    if let Some(foreign) = &foreign {
        show("client", foreign.client.entity.span);
    } else if several.possible {
        further.iter().for_each(|client| show("further-client", client.item.entity.span));
    }
    let certainty = issuer.pool.map_or(Certainty::Proved, |(_, certainty)| certainty);
    take(&TokenConsumerFact {
        common: Common {
            subject: consumer.entity.id,
            place: foreign.as_ref().map(|foreign| foreign.at).or(token.span).unwrap_or(consumer.entity.span),
            certainty,
            worlds: consumer.entity.worlds.clone(),
            evidence,
            cause: vec![issuer.name.clone()],
            witness: None,
        },
        consumer: Some(Text::literal(consumer.entity.logical_id)),
        kind: OneOf::only(match consumer.kind {
            ConsumerKind::RestAuthorizer => Consumer::RestAuthorizer,
            ConsumerKind::HttpAuthorizer => Consumer::HttpAuthorizer,
            ConsumerKind::GraphqlApi => Consumer::GraphqlApi,
            ConsumerKind::Listener => Consumer::Listener,
            ConsumerKind::ListenerRule => Consumer::ListenerRule,
        }),
        pool: Some(issuer.name),
        clients,
        client: foreign.as_ref().map(|foreign| Text::literal(foreign.client.entity.logical_id)),
        other_pool: foreign.as_ref().map(|foreign| Text::literal(foreign.pool.entity.logical_id)),
        several,
    });
}

/// The user pool whose tokens are taken. `None` if they are of another issuer, of one that is not known, or of several.
fn issuer<'a>(
    analysis: &'a Analysis<'_>,
    consumer: &TokenConsumer,
    token: &ConsumedToken,
) -> Option<Issuer<'a>> {
    let arns = token.user_pool_arns.known().map(|arns| arns.value.as_slice());
    let arn = match arns {
        Some([Field::Known(arn), ..]) => Some(arn),
        _ => None,
    };
    // Of several pools it is not known whose client is named.
    let only_one = arns.is_none_or(|arns| arns.len() == 1);
    let named = arn.or(token.user_pool_id.known());
    let is_pool_url = |text: &Text| {
        ["https://cognito-idp.", "https://issuer-cognito-idp."]
            .iter()
            .any(|prefix| strip_prefix(text, prefix, analysis.vocabulary).is_some())
    };
    let named = named.or(token.issuer.known().filter(|issuer| is_pool_url(&issuer.value)))?;
    let reference = analysis.model.reference_at(consumer.entity.id, named.span)?;
    let found = reference.target.found().first().filter(|_| only_one);
    let pool =
        found.and_then(|found| Some((analysis.model.get::<UserPool>(found.entity)?, found.certainty())));
    Some(Issuer {
        name: pool.map_or_else(|| named.value.clone(), |(pool, _)| Text::literal(pool.entity.logical_id)),
        pool,
    })
}

/// An app client of another user pool.
struct Foreign<'a> {
    client: &'a UserPoolClient,
    pool: &'a UserPool,
    at: Span,
}

/// From which app clients tokens are taken.
fn clients<'a>(
    analysis: &'a Analysis<'_>,
    consumer: &TokenConsumer,
    token: &ConsumedToken,
    issuer: &Issuer<'_>,
) -> (OneOf<Clients>, Option<Foreign<'a>>) {
    let mut named: Vec<(&Text, Span)> = Vec::new();
    let listed = token.audiences.known().into_iter().flat_map(|list| &list.value);
    let mut all_known = token.audiences.is_absent() || token.audiences.known().is_some();
    for field in listed.chain([&token.client, &token.client_expression]) {
        match field {
            Field::Absent => {}
            Field::Known(known) => named.push((&known.value, known.span)),
            Field::Unknown(_) => all_known = false,
        }
    }
    if named.is_empty() && all_known {
        return (OneOf::only(Clients::Any).or_named(filter(analysis, consumer, token)), None);
    }
    let mut foreign = None;
    for (text, at) in named {
        let of = issuer.pool.and_then(|(pool, sure)| {
            (sure == Certainty::Proved).then(|| other_pool(analysis, consumer.entity.id, pool, text, at))?
        });
        match of {
            Some(of) => foreign = foreign.or(Some(of)),
            None => return (OneOf::only(Clients::Named), None),
        }
    }
    match foreign {
        Some(foreign) if all_known => (OneOf::only(Clients::OtherPools), Some(foreign)),
        _ => (OneOf::only(Clients::Named), None),
    }
}

impl OneOf<Clients> {
    fn or_named(self, named: Bounds<bool>) -> Self {
        match named.known() {
            Some(true) => Self::only(Clients::Named),
            Some(false) => self,
            None => self.or(Clients::Named),
        }
    }
}

/// Whether tokens are told apart by their client in another way than by naming it.
fn filter(analysis: &Analysis<'_>, consumer: &TokenConsumer, token: &ConsumedToken) -> Bounds<bool> {
    match consumer.kind {
        // A JWT authorizer without audience: whether it takes all is not documented.
        ConsumerKind::HttpAuthorizer => Bounds::UNDECIDED,
        ConsumerKind::Listener | ConsumerKind::ListenerRule => {
            includes(&token.checked_claims, &["aud", "client_id"], analysis.vocabulary).0
        }
        ConsumerKind::RestAuthorizer | ConsumerKind::GraphqlApi => Bounds::decided(false),
    }
}

/// The app client that a text names, if it is one of another user pool for sure.
fn other_pool<'a>(
    analysis: &'a Analysis<'_>,
    consumer: EntityId,
    pool: &UserPool,
    text: &Text,
    at: Span,
) -> Option<Foreign<'a>> {
    let model = &analysis.model;
    let reference = model.reference_at(consumer, at).filter(|reference| {
        matches!(reference.place, ReferencePlace::ConsumedAudience | ReferencePlace::ConsumedClient)
    });
    let client = match reference {
        Some(reference) => {
            let [found] = reference.target.found() else { return None };
            model.get::<UserPoolClient>(found.entity).filter(|_| found.sure)?
        }
        // A regular expression that is nothing but the id.
        None => model.user_pool_clients.iter().find(|client| {
            client
                .entity
                .identifier(crate::model::Form::Id)
                .is_some_and(|id| id.compare(text, analysis.vocabulary) == Comparison::Equal)
        })?,
    };
    let reference = model.reference_at(client.entity.id, client.user_pool.span()?)?;
    let [found] = reference.target.found() else { return None };
    let of = model.get::<UserPool>(found.entity).filter(|_| found.sure)?;
    let other = !of.entity.same_resource(&pool.entity);
    other.then_some(Foreign { client, pool: of, at })
}
