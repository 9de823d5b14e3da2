//! Identity pools and user pools.

use super::{After, Call, REGIONAL, each};

const IDENTITY: Call = Call { service: "cognito-identity", ..REGIONAL };
const USER_POOLS: Call = Call { service: "cognito-idp", ..REGIONAL };

/// A call about an identity pool.
const OF_IDENTITY_POOL: Call = Call {
    asks: &["IdentityPoolId"],
    key: &["IdentityPoolId"],
    after: &[each(
        "cognito-identity list-identity-pools",
        "IdentityPools",
        &[("IdentityPoolId", "IdentityPoolId")],
    )],
    ..IDENTITY
};

/// A call about a user pool.
const OF_USER_POOL: Call = Call {
    asks: &["UserPoolId"],
    key: &["UserPoolId"],
    after: &[each("cognito-idp list-user-pools", "UserPools", &[("Id", "UserPoolId")])],
    ..USER_POOLS
};

const DESCRIBED_POOL: &str = "cognito-identity describe-identity-pool";

/// The providers of an identity pool, each of which may have tags of its own.
const LOGINS: &[After] = &[
    each(DESCRIBED_POOL, "CognitoIdentityProviders", &[("ProviderName", "IdentityProviderName")]),
    each(DESCRIBED_POOL, "OpenIdConnectProviderARNs", &[("", "IdentityProviderName")]),
    each(DESCRIBED_POOL, "SamlProviderARNs", &[("", "IdentityProviderName")]),
    each(DESCRIBED_POOL, "SupportedLoginProviders{}", &[("", "IdentityProviderName")]),
];

pub(super) const CALLS: &[Call] = &[
    Call {
        operation: "list-identity-pools",
        page: Some("60"),
        actions: &["cognito-identity:ListIdentityPools"],
        about: "which identity pools there are",
        ..IDENTITY
    },
    Call {
        operation: "describe-identity-pool",
        actions: &["cognito-identity:DescribeIdentityPool"],
        about: "whose logins a pool takes, and whether guests get in",
        ..OF_IDENTITY_POOL
    },
    Call {
        operation: "get-identity-pool-roles",
        actions: &["cognito-identity:GetIdentityPoolRoles"],
        about: "which roles it gives to whom",
        ..OF_IDENTITY_POOL
    },
    Call {
        operation: "get-principal-tag-attribute-map",
        asks: &["IdentityPoolId", "IdentityProviderName"],
        key: &["IdentityPoolId", "IdentityProviderName"],
        after: LOGINS,
        actions: &["cognito-identity:GetPrincipalTagAttributeMap"],
        about: "which claims become tags of sessions",
        ..IDENTITY
    },
    Call {
        operation: "list-user-pools",
        page: Some("60"),
        actions: &["cognito-idp:ListUserPools"],
        about: "which user pools there are",
        ..USER_POOLS
    },
    Call {
        operation: "describe-user-pool",
        actions: &["cognito-idp:DescribeUserPool"],
        about: "who can sign up, and what users can change",
        ..OF_USER_POOL
    },
    Call {
        operation: "get-user-pool-mfa-config",
        actions: &["cognito-idp:GetUserPoolMfaConfig"],
        about: "which second factors it asks for",
        ..OF_USER_POOL
    },
    Call {
        operation: "describe-risk-configuration",
        actions: &["cognito-idp:DescribeRiskConfiguration"],
        none: &["UserPoolAddOnNotEnabledException"],
        about: "what it does about risky sign-ins",
        ..OF_USER_POOL
    },
    Call {
        operation: "list-user-pool-clients",
        actions: &["cognito-idp:ListUserPoolClients"],
        about: "which clients it has",
        ..OF_USER_POOL
    },
    Call {
        operation: "describe-user-pool-client",
        asks: &["UserPoolId", "ClientId"],
        key: &["UserPoolId", "ClientId"],
        after: &[each("cognito-idp list-user-pool-clients", "UserPoolClients", &[("ClientId", "ClientId")])],
        actions: &["cognito-idp:DescribeUserPoolClient"],
        removed: &["UserPoolClient.ClientSecret"],
        about: "how users sign in with a client, and what it may read and write",
        ..USER_POOLS
    },
    Call {
        operation: "list-groups",
        actions: &["cognito-idp:ListGroups"],
        about: "which roles its groups give",
        ..OF_USER_POOL
    },
    Call {
        operation: "list-identity-providers",
        actions: &["cognito-idp:ListIdentityProviders"],
        about: "who else signs users in",
        ..OF_USER_POOL
    },
    Call {
        operation: "describe-identity-provider",
        asks: &["UserPoolId", "ProviderName"],
        key: &["UserPoolId", "ProviderName"],
        after: &[each(
            "cognito-idp list-identity-providers",
            "Providers",
            &[("ProviderName", "ProviderName")],
        )],
        actions: &["cognito-idp:DescribeIdentityProvider"],
        removed: &[
            "IdentityProvider.ProviderDetails.*secret*",
            "IdentityProvider.ProviderDetails.*private*",
            "IdentityProvider.ProviderDetails.*password*",
        ],
        about: "which claims it takes from there",
        ..USER_POOLS
    },
    Call {
        operation: "list-resource-servers",
        actions: &["cognito-idp:ListResourceServers"],
        about: "which scopes it gives",
        ..OF_USER_POOL
    },
    Call {
        operation: "describe-user-pool-domain",
        asks: &["Domain"],
        key: &["Domain"],
        after: &[
            each("cognito-idp describe-user-pool", "UserPool.Domain", &[("", "Domain")]),
            each("cognito-idp describe-user-pool", "UserPool.CustomDomain", &[("", "Domain")]),
        ],
        actions: &["cognito-idp:DescribeUserPoolDomain"],
        about: "where its sign-in pages are",
        ..USER_POOLS
    },
];
