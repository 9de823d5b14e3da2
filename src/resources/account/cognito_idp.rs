//! User pools.

use super::answer::{How, Lists, NOTHING, Reading, Requested, named, read_as, same};

const POOL: &str = "AWS::Cognito::UserPool";
const CLIENT: &str = "AWS::Cognito::UserPoolClient";
const PROVIDER: &str = "AWS::Cognito::UserPoolIdentityProvider";
const DOMAIN: &str = "AWS::Cognito::UserPoolDomain";

const COGNITO: Reading = Reading { service: "cognito-idp", ..NOTHING };

const A_GROUP: Reading = Reading {
    marks: &["GroupName", "UserPoolId"],
    kind: "AWS::Cognito::UserPoolGroup",
    id: &["UserPoolId", "GroupName"],
    members: &[same("UserPoolId"), same("GroupName"), same("RoleArn"), same("Precedence")],
    attributes: &[("GroupName", "Ref")],
    ..COGNITO
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        operation: "list-user-pools",
        at: "UserPools",
        marks: &["Id", "Name"],
        kind: POOL,
        id: &["Id"],
        members: &[named("Name", "UserPoolName")],
        lists: Lists::All,
        ..COGNITO
    },
    Reading {
        operation: "describe-user-pool",
        at: "UserPool",
        marks: &["Id", "Name"],
        kind: POOL,
        id: &["Id"],
        arn: Some("Arn"),
        members: &[
            named("Name", "UserPoolName"),
            same("AdminCreateUserConfig"),
            same("AutoVerifiedAttributes"),
            same("AliasAttributes"),
            same("UsernameAttributes"),
            same("UserAttributeUpdateSettings"),
            same("MfaConfiguration"),
            same("Policies"),
            same("UserPoolAddOns"),
            same("UserPoolTier"),
            same("AccountRecoverySetting"),
            same("DeletionProtection"),
            same("UsernameConfiguration"),
            same("IssuerConfiguration"),
            read_as("SchemaAttributes", "Schema", How::Attributes),
            same("LambdaConfig"),
            same("SmsConfiguration"),
            same("DcrConfiguration"),
        ],
        ..COGNITO
    },
    Reading {
        operation: "describe-user-pool",
        at: "UserPool",
        marks: &["Id", "Domain"],
        kind: DOMAIN,
        id: &["Domain"],
        members: &[named("Id", "UserPoolId"), same("Domain")],
        ..COGNITO
    },
    Reading {
        operation: "describe-user-pool",
        at: "UserPool",
        marks: &["Id", "CustomDomain"],
        kind: DOMAIN,
        id: &["CustomDomain"],
        members: &[named("Id", "UserPoolId"), named("CustomDomain", "Domain")],
        ..COGNITO
    },
    Reading {
        operation: "get-user-pool-mfa-config",
        marks: &["MfaConfiguration"],
        kind: POOL,
        members: &[same("MfaConfiguration")],
        ..COGNITO
    },
    Reading {
        operation: "list-user-pool-clients",
        at: "UserPoolClients",
        marks: &["ClientId", "UserPoolId"],
        kind: CLIENT,
        id: &["ClientId"],
        members: &[same("UserPoolId"), same("ClientName")],
        ..COGNITO
    },
    Reading {
        operation: "describe-user-pool-client",
        at: "UserPoolClient",
        marks: &["ClientId", "UserPoolId"],
        kind: CLIENT,
        id: &["ClientId"],
        members: &[
            same("UserPoolId"),
            same("ClientName"),
            read_as("ClientSecret", "GenerateSecret", How::There),
            same("ExplicitAuthFlows"),
            same("AllowedOAuthFlowsUserPoolClient"),
            same("AllowedOAuthFlows"),
            same("AllowedOAuthScopes"),
            same("CallbackURLs"),
            same("LogoutURLs"),
            same("DefaultRedirectURI"),
            same("SupportedIdentityProviders"),
            same("PreventUserExistenceErrors"),
            same("ReadAttributes"),
            same("WriteAttributes"),
            same("AccessTokenValidity"),
            same("IdTokenValidity"),
            same("RefreshTokenValidity"),
            same("TokenValidityUnits"),
            same("EnableTokenRevocation"),
        ],
        ..COGNITO
    },
    Reading { operation: "list-groups", at: "Groups", ..A_GROUP },
    Reading { operation: "get-group", at: "Group", ..A_GROUP },
    Reading { operation: "admin-list-groups-for-user", at: "Groups", ..A_GROUP },
    Reading {
        operation: "list-identity-providers",
        at: "Providers",
        marks: &["ProviderName", "ProviderType"],
        kind: PROVIDER,
        id: &["ProviderName"],
        members: &[same("ProviderName"), same("ProviderType")],
        attributes: &[("ProviderName", "Ref")],
        requested: Some(Requested::Within("UserPoolId")),
        ..COGNITO
    },
    Reading {
        operation: "describe-identity-provider",
        at: "IdentityProvider",
        marks: &["UserPoolId", "ProviderName"],
        kind: PROVIDER,
        id: &["UserPoolId", "ProviderName"],
        members: &[
            same("UserPoolId"),
            same("ProviderName"),
            same("ProviderType"),
            same("ProviderDetails"),
            same("AttributeMapping"),
            same("IdpIdentifiers"),
        ],
        attributes: &[("ProviderName", "Ref")],
        ..COGNITO
    },
    Reading {
        operation: "describe-user-pool-domain",
        at: "DomainDescription",
        marks: &["Domain", "UserPoolId"],
        kind: DOMAIN,
        id: &["Domain"],
        account: Some("AWSAccountId"),
        members: &[same("UserPoolId"), same("Domain"), same("CustomDomainConfig")],
        ..COGNITO
    },
];
