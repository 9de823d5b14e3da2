//! Services that accept tokens of user pools (and of other issuers) directly.

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
    /// Where it is configured.
    pub span: Span,
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
