//! Services that accept tokens of user pools (and of other issuers) directly.

use super::read::Slot;
use super::{Entity, List};
use crate::source::Span;
use crate::value::{Field, Text};

/// An authorizer, API or load balancer rule that accepts tokens.
#[derive(Clone, Debug)]
pub struct TokenConsumer {
    /// What every entity has.
    pub entity: Entity,
    /// What it is.
    pub kind: ConsumerKind,
    /// What it accepts, in order. Empty if it accepts no tokens (an API with keys).
    pub accepts: Vec<ConsumedToken>,
    /// True if a part of it could not be resolved: it may accept more.
    pub partial: bool,
}

/// The kinds of token consumers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConsumerKind {
    /// `AWS::ApiGateway::Authorizer`.
    RestAuthorizer,
    /// `AWS::ApiGatewayV2::Authorizer`.
    HttpAuthorizer,
    /// `AWS::AppSync::GraphQLApi`.
    GraphqlApi,
    /// `AWS::ElasticLoadBalancingV2::Listener`.
    Listener,
    /// `AWS::ElasticLoadBalancingV2::ListenerRule`.
    ListenerRule,
}

/// One kind of token that is accepted.
#[derive(Clone, Debug)]
pub struct ConsumedToken {
    /// Where it is configured; absent if the settings that belong to its type are missing.
    pub span: Option<Span>,
    /// `ProviderARNs` of a REST authorizer (several are alternatives), or `UserPoolArn` of a load balancer.
    pub user_pool_arns: List<Text>,
    /// `UserPoolId` of AppSync.
    pub user_pool_id: Field<Text>,
    /// `UserPoolDomain` of a load balancer.
    pub user_pool_domain: Field<Text>,
    /// `UserPoolClientId` of a load balancer.
    pub client: Field<Text>,
    /// `Issuer`.
    pub issuer: Field<Text>,
    /// `Audience` of an HTTP authorizer, `ClientId` of `authenticate-oidc`: one must fit.
    pub audiences: List<Text>,
    /// A regular expression on the client: `IdentityValidationExpression`, `AppIdClientRegex`, `ClientId` of
    /// AppSync's OpenID Connect.
    pub client_expression: Field<Text>,
    /// Names of `AdditionalClaims` that `jwt-validation` checks.
    pub checked_claims: List<Text>,
    /// `OnUnauthenticatedRequest` of a load balancer: `authenticate`, `allow` or `deny`.
    pub on_unauthenticated: Field<Text>,
}

impl TokenConsumer {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        let names = &properties.context().vocabulary.names;
        let mut accepts = Accepts { tokens: Vec::new(), partial: !entity.readable };
        let kind = match names.text(entity.resource_type) {
            "AWS::ApiGateway::Authorizer" => {
                accepts.rest_authorizer(properties);
                ConsumerKind::RestAuthorizer
            }
            "AWS::ApiGatewayV2::Authorizer" => {
                accepts.http_authorizer(properties);
                ConsumerKind::HttpAuthorizer
            }
            "AWS::AppSync::GraphQLApi" => {
                accepts.graphql(properties);
                let additional = properties.get("AdditionalAuthenticationProviders");
                accepts.each(additional, Accepts::graphql);
                ConsumerKind::GraphqlApi
            }
            "AWS::ElasticLoadBalancingV2::ListenerRule" => {
                accepts.each(properties.get("Actions"), Accepts::action);
                ConsumerKind::ListenerRule
            }
            _ => {
                accepts.each(properties.get("DefaultActions"), Accepts::action);
                ConsumerKind::Listener
            }
        };
        Self { entity, kind, accepts: accepts.tokens, partial: accepts.partial }
    }
}

struct Accepts {
    tokens: Vec<ConsumedToken>,
    partial: bool,
}

impl Accepts {
    /// Reads each item of a list.
    fn each(&mut self, list: Slot<'_>, read: fn(&mut Self, Slot<'_>)) {
        match list.items() {
            Field::Absent => {}
            Field::Known(items) => items.value.into_iter().for_each(|item| read(self, item)),
            Field::Unknown(_) => self.partial = true,
        }
    }

    /// The text of a property that decides what is accepted. Whatever is not known may accept more.
    fn kind<'d>(&mut self, slot: Slot<'d>, name: &str) -> Option<&'d str> {
        let Some(literal) = slot.get(name).literal_text() else {
            self.partial |= slot.get(name).span().is_some() || slot.is_unknown();
            return None;
        };
        Some(literal)
    }

    fn rest_authorizer(&mut self, properties: Slot<'_>) {
        if self.kind(properties, "Type") == Some("COGNITO_USER_POOLS") {
            self.tokens.push(ConsumedToken {
                user_pool_arns: properties.get("ProviderARNs").texts(),
                client_expression: properties.get("IdentityValidationExpression").text(),
                ..ConsumedToken::at(properties)
            });
        }
    }

    fn http_authorizer(&mut self, properties: Slot<'_>) {
        if self.kind(properties, "AuthorizerType").is_some_and(|kind| kind.eq_ignore_ascii_case("JWT")) {
            let jwt = properties.get("JwtConfiguration");
            self.tokens.push(ConsumedToken {
                issuer: jwt.get("Issuer").text(),
                audiences: jwt.get("Audience").texts(),
                ..ConsumedToken::at(jwt)
            });
        }
    }

    fn graphql(&mut self, properties: Slot<'_>) {
        match self.kind(properties, "AuthenticationType") {
            Some("AMAZON_COGNITO_USER_POOLS") => {
                let pool = properties.get("UserPoolConfig");
                self.tokens.push(ConsumedToken {
                    user_pool_id: pool.get("UserPoolId").text(),
                    client_expression: pool.get("AppIdClientRegex").text(),
                    ..ConsumedToken::at(pool)
                });
            }
            Some("OPENID_CONNECT") => {
                let open_id = properties.get("OpenIDConnectConfig");
                self.tokens.push(ConsumedToken {
                    issuer: open_id.get("Issuer").text(),
                    client_expression: open_id.get("ClientId").text(),
                    ..ConsumedToken::at(open_id)
                });
            }
            _ => {}
        }
    }

    fn action(&mut self, action: Slot<'_>) {
        match self.kind(action, "Type") {
            Some("authenticate-cognito") => {
                let cognito = action.get("AuthenticateCognitoConfig");
                self.tokens.push(ConsumedToken {
                    user_pool_arns: cognito.get("UserPoolArn").one_text(),
                    user_pool_domain: cognito.get("UserPoolDomain").text(),
                    client: cognito.get("UserPoolClientId").text(),
                    on_unauthenticated: cognito.get("OnUnauthenticatedRequest").text(),
                    ..ConsumedToken::at(cognito)
                });
            }
            Some("authenticate-oidc") => {
                let open_id = action.get("AuthenticateOidcConfig");
                self.tokens.push(ConsumedToken {
                    issuer: open_id.get("Issuer").text(),
                    audiences: open_id.get("ClientId").one_text(),
                    on_unauthenticated: open_id.get("OnUnauthenticatedRequest").text(),
                    ..ConsumedToken::at(open_id)
                });
            }
            Some("jwt-validation") => {
                let jwt = action.get("JwtValidationConfig");
                self.tokens.push(ConsumedToken {
                    issuer: jwt.get("Issuer").text(),
                    checked_claims: jwt.get("AdditionalClaims").list(|claim| claim.get("Name").text()),
                    ..ConsumedToken::at(jwt)
                });
            }
            _ => {}
        }
    }
}

impl ConsumedToken {
    /// Nothing yet, configured where `slot` is written.
    fn at(slot: Slot<'_>) -> Self {
        Self {
            span: slot.span(),
            user_pool_arns: Field::Absent,
            user_pool_id: Field::Absent,
            user_pool_domain: Field::Absent,
            client: Field::Absent,
            issuer: Field::Absent,
            audiences: Field::Absent,
            client_expression: Field::Absent,
            checked_claims: Field::Absent,
            on_unauthenticated: Field::Absent,
        }
    }
}
