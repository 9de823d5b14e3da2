//! Cognito identity pools.

use super::read::Slot;
use super::{Entity, Form, List};
use crate::value::{Field, Located, Text};

/// `AWS::Cognito::IdentityPool`.
#[derive(Clone, Debug)]
pub struct IdentityPool {
    /// What every entity has.
    pub entity: Entity,
    /// `IdentityPoolName`.
    pub name: Field<Text>,
    /// `AllowUnauthenticatedIdentities`: guests get an identity.
    pub guests: Field<bool>,
    /// `AllowClassicFlow`: clients may choose any role that trusts the pool's token. False if absent.
    pub classic_flow: Field<bool>,
    /// `CognitoIdentityProviders`: user pools.
    pub user_pools: List<UserPoolLogin>,
    /// `SupportedLoginProviders`: social providers, with the id of the application there.
    pub login_providers: Field<Vec<LoginProvider>>,
    /// `OpenIdConnectProviderARNs`.
    pub oidc_providers: List<Text>,
    /// `SamlProviderARNs`.
    pub saml_providers: List<Text>,
    /// `DeveloperProviderName`: the login of an own backend.
    pub developer_provider: Field<Text>,
    /// `PushSync.RoleArn` (legacy).
    pub push_sync_role: Field<Text>,
    /// `CognitoStreams.RoleArn` (legacy).
    pub streams_role: Field<Text>,
}

/// An entry of `CognitoIdentityProviders`.
#[derive(Clone, Debug)]
pub struct UserPoolLogin {
    /// `ProviderName`: `cognito-idp.REGION.amazonaws.com/POOL_ID`.
    pub provider_name: Field<Text>,
    /// `ClientId`.
    pub client: Field<Text>,
    /// `ServerSideTokenCheck`: tokens of users who signed out or were deleted are refused. False if absent.
    pub token_check: Field<bool>,
}

/// An entry of `SupportedLoginProviders`.
#[derive(Clone, Debug)]
pub struct LoginProvider {
    /// The provider: `graph.facebook.com`, `accounts.google.com`, `www.amazon.com`, `appleid.apple.com`.
    pub provider: Located<Text>,
    /// The id of the application.
    pub application: Field<Text>,
}

/// `AWS::Cognito::IdentityPoolRoleAttachment`.
#[derive(Clone, Debug)]
pub struct RoleAttachment {
    /// What every entity has.
    pub entity: Entity,
    /// `IdentityPoolId`.
    pub identity_pool: Field<Text>,
    /// `Roles`.
    pub roles: Field<Vec<AttachedRole>>,
    /// `RoleMappings`.
    pub mappings: Field<Vec<RoleMapping>>,
}

/// An entry of `Roles`.
#[derive(Clone, Debug)]
pub struct AttachedRole {
    /// The key: Cognito knows `authenticated` and `unauthenticated`.
    pub key: Located<Text>,
    /// The role's ARN.
    pub role: Field<Text>,
}

/// An entry of `RoleMappings`.
#[derive(Clone, Debug)]
pub struct RoleMapping {
    /// The key: the provider, or any label where `identity_provider` is written.
    pub key: Located<Text>,
    /// `IdentityProvider`: the provider.
    pub identity_provider: Field<Text>,
    /// `Type`: `Token` or `Rules`.
    pub mapping_type: Field<Text>,
    /// `AmbiguousRoleResolution`: `AuthenticatedRole` or `Deny`.
    pub ambiguous: Field<Text>,
    /// `RulesConfiguration.Rules`.
    pub rules: List<MappingRule>,
}

impl RoleMapping {
    /// The provider: `IdentityProvider` if it is written, else the key.
    #[must_use]
    pub fn provider(&self) -> Field<Text> {
        match &self.identity_provider {
            Field::Absent => Field::Known(self.key.clone()),
            written => written.clone(),
        }
    }
}

/// A rule of a mapping of type `Rules`.
#[derive(Clone, Debug)]
pub struct MappingRule {
    /// `Claim`.
    pub claim: Field<Text>,
    /// `MatchType`: `Equals`, `Contains`, `StartsWith`, `NotEqual`.
    pub match_type: Field<Text>,
    /// `Value`.
    pub value: Field<Text>,
    /// `RoleARN`.
    pub role: Field<Text>,
}

/// `AWS::Cognito::IdentityPoolPrincipalTag`: the claims of one provider that become session tags.
#[derive(Clone, Debug)]
pub struct PrincipalTags {
    /// What every entity has.
    pub entity: Entity,
    /// `IdentityPoolId`.
    pub identity_pool: Field<Text>,
    /// `IdentityProviderName`.
    pub provider: Field<Text>,
    /// `UseDefaults`.
    pub use_defaults: Field<bool>,
    /// `PrincipalTags`.
    pub tags: Field<Vec<PrincipalTag>>,
}

/// An entry of `PrincipalTags`.
#[derive(Clone, Debug)]
pub struct PrincipalTag {
    /// The session tag.
    pub tag: Located<Text>,
    /// The claim.
    pub claim: Field<Text>,
}

impl IdentityPool {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let name = properties.get("IdentityPoolName").text();
        if let Field::Known(name) = &name {
            entity.identify(Form::Name, name.value.clone());
        }
        let login = |login: Slot<'_>| UserPoolLogin {
            provider_name: login.get("ProviderName").text(),
            client: login.get("ClientId").text(),
            token_check: login.get("ServerSideTokenCheck").boolean(),
        };
        Self {
            entity,
            name,
            guests: properties.get("AllowUnauthenticatedIdentities").boolean(),
            classic_flow: properties.get("AllowClassicFlow").boolean(),
            user_pools: properties.get("CognitoIdentityProviders").list(|item| item.object(login)),
            login_providers: properties
                .get("SupportedLoginProviders")
                .entries(|key, slot| LoginProvider { provider: key.clone(), application: slot.text() }),
            oidc_providers: properties.get("OpenIdConnectProviderARNs").texts(),
            saml_providers: properties.get("SamlProviderARNs").texts(),
            developer_provider: properties.get("DeveloperProviderName").text(),
            push_sync_role: properties.at(&["PushSync", "RoleArn"]).text(),
            streams_role: properties.at(&["CognitoStreams", "RoleArn"]).text(),
        }
    }
}

impl RoleAttachment {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        let rule = |rule: Slot<'_>| MappingRule {
            claim: rule.get("Claim").text(),
            match_type: rule.get("MatchType").text(),
            value: rule.get("Value").text(),
            role: rule.get("RoleARN").text(),
        };
        let mapping = |key: &Located<Text>, mapping: Slot<'_>| RoleMapping {
            key: key.clone(),
            identity_provider: mapping.get("IdentityProvider").text(),
            mapping_type: mapping.get("Type").text(),
            ambiguous: mapping.get("AmbiguousRoleResolution").text(),
            rules: mapping.at(&["RulesConfiguration", "Rules"]).list(|item| item.object(rule)),
        };
        Self {
            entity,
            identity_pool: properties.get("IdentityPoolId").text(),
            roles: properties
                .get("Roles")
                .entries(|key, slot| AttachedRole { key: key.clone(), role: slot.text() }),
            mappings: properties.get("RoleMappings").entries(mapping),
        }
    }
}

impl PrincipalTags {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self {
            entity,
            identity_pool: properties.get("IdentityPoolId").text(),
            provider: properties.get("IdentityProviderName").text(),
            use_defaults: properties.get("UseDefaults").boolean(),
            tags: properties
                .get("PrincipalTags")
                .entries(|key, slot| PrincipalTag { tag: key.clone(), claim: slot.text() }),
        }
    }
}
