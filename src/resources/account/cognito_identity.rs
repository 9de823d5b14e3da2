//! Identity pools.

use super::answer::{Lists, NOTHING, Reading, same};

const POOL: &str = "AWS::Cognito::IdentityPool";

const COGNITO: Reading = Reading { service: "cognito-identity", ..NOTHING };

pub(super) const READINGS: &[Reading] = &[
    Reading {
        operation: "list-identity-pools",
        at: "IdentityPools",
        marks: &["IdentityPoolId"],
        kind: POOL,
        id: &["IdentityPoolId"],
        members: &[same("IdentityPoolName")],
        lists: Lists::All,
        ..COGNITO
    },
    Reading {
        operation: "describe-identity-pool",
        marks: &["IdentityPoolId", "AllowUnauthenticatedIdentities"],
        kind: POOL,
        id: &["IdentityPoolId"],
        members: &[
            same("IdentityPoolName"),
            same("AllowUnauthenticatedIdentities"),
            same("AllowClassicFlow"),
            same("SupportedLoginProviders"),
            same("DeveloperProviderName"),
            same("OpenIdConnectProviderARNs"),
            same("CognitoIdentityProviders"),
            same("SamlProviderARNs"),
        ],
        ..COGNITO
    },
    Reading {
        operation: "get-identity-pool-roles",
        // A pool without roles has nothing but its id.
        marks: &["IdentityPoolId"],
        without: &[
            "IdentityPoolName",
            "AllowUnauthenticatedIdentities",
            "IdentityProviderName",
            "Identities",
        ],
        kind: "AWS::Cognito::IdentityPoolRoleAttachment",
        id: &["IdentityPoolId"],
        members: &[same("IdentityPoolId"), same("Roles"), same("RoleMappings")],
        ..COGNITO
    },
    Reading {
        operation: "get-principal-tag-attribute-map",
        marks: &["IdentityPoolId", "IdentityProviderName"],
        kind: "AWS::Cognito::IdentityPoolPrincipalTag",
        id: &["IdentityPoolId", "IdentityProviderName"],
        members: &[
            same("IdentityPoolId"),
            same("IdentityProviderName"),
            same("UseDefaults"),
            same("PrincipalTags"),
        ],
        ..COGNITO
    },
];
