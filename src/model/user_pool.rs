//! Cognito user pools.

use super::identifiers::{Piece, concat, pool_provider_name};
use super::read::{Context, Slot};
use super::{Entity, Form, List};
use crate::policy::Arn;
use crate::value::{Field, Located, Text};

/// `AWS::Cognito::UserPool`.
#[derive(Clone, Debug)]
pub struct UserPool {
    /// What every entity has.
    pub entity: Entity,
    /// `UserPoolName`.
    pub name: Field<Text>,
    /// `AdminCreateUserConfig.AllowAdminCreateUserOnly`: if false or absent, anybody can sign up.
    pub admin_creates_users_only: Field<bool>,
    /// `AutoVerifiedAttributes`.
    pub auto_verified_attributes: List<Text>,
    /// `AliasAttributes`.
    pub alias_attributes: List<Text>,
    /// `UsernameAttributes`.
    pub username_attributes: List<Text>,
    /// `UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate`.
    pub verified_before_update: List<Text>,
    /// `MfaConfiguration`: `OFF`, `OPTIONAL` or `ON`. `OFF` if absent.
    pub mfa: Field<Text>,
    /// `EnabledMfas`.
    pub enabled_mfas: List<Text>,
    /// `Policies.PasswordPolicy.MinimumLength`.
    pub password_length: Field<i64>,
    /// `Policies.PasswordPolicy.RequireLowercase`.
    pub password_lowercase: Field<bool>,
    /// `Policies.PasswordPolicy.RequireUppercase`.
    pub password_uppercase: Field<bool>,
    /// `Policies.PasswordPolicy.RequireNumbers`.
    pub password_numbers: Field<bool>,
    /// `Policies.PasswordPolicy.RequireSymbols`.
    pub password_symbols: Field<bool>,
    /// `Policies.PasswordPolicy.TemporaryPasswordValidityDays`.
    pub temporary_password_days: Field<i64>,
    /// `Policies.SignInPolicy.AllowedFirstAuthFactors`.
    pub first_factors: List<Text>,
    /// `UserPoolAddOns.AdvancedSecurityMode`: `OFF`, `AUDIT` or `ENFORCED`.
    pub threat_protection: Field<Text>,
    /// `UserPoolTier`: `LITE`, `ESSENTIALS` or `PLUS`. `ESSENTIALS` if absent.
    pub tier: Field<Text>,
    /// Names of `AccountRecoverySetting.RecoveryMechanisms`.
    pub recovery: List<Text>,
    /// `DeletionProtection`: `ACTIVE` or `INACTIVE`.
    pub deletion_protection: Field<Text>,
    /// `UsernameConfiguration.CaseSensitive`: true if absent.
    pub case_sensitive: Field<bool>,
    /// `IssuerConfiguration.Type`: `ORIGINAL` or `UPDATED`.
    pub issuer_type: Field<Text>,
    /// `Schema`: attributes of users beside the standard ones, or with changed settings.
    pub schema: List<SchemaAttribute>,
    /// `LambdaConfig`: each trigger that is set, by property name: `PreSignUp`, `PreTokenGeneration`. The value
    /// is the function's ARN (for triggers with settings, their `LambdaArn`).
    pub triggers: Field<Vec<(Located<Text>, Field<Text>)>>,
    /// `SmsConfiguration.SnsCallerArn`: the role with which Cognito sends messages.
    pub sms_role: Field<Text>,
    /// `SmsConfiguration.ExternalId`.
    pub sms_external_id: Field<Text>,
    /// `DcrConfiguration`: whether applications register themselves. No template says it.
    pub registration: Field<ClientRegistration>,
}

/// Dynamic registration of app clients: at an address of the pool's domain.
#[derive(Clone, Debug)]
pub struct ClientRegistration {
    /// `EnableStatus`: `Enabled` or `Disabled`. `Enabled` if absent.
    pub status: Field<Text>,
    /// `OpenDcrEnabled`: true if nobody needs a token for it.
    pub open: Field<bool>,
    /// `OpenDcrGrantTypes`: the grants that a client has who registers without a token. `code` if absent; none lets nobody
    /// register.
    pub open_grants: List<Text>,
}

/// An entry of `Schema`.
#[derive(Clone, Debug)]
pub struct SchemaAttribute {
    /// `Name`: custom attributes without `custom:`.
    pub name: Field<Text>,
    /// `AttributeDataType`: `String`, `Number`, `DateTime` or `Boolean`.
    pub data_type: Field<Text>,
    /// `Mutable`.
    pub mutable: Field<bool>,
    /// `Required`.
    pub required: Field<bool>,
    /// `DeveloperOnlyAttribute`: users cannot write it.
    pub developer_only: Field<bool>,
}

/// `AWS::Cognito::UserPoolClient`.
#[derive(Clone, Debug)]
pub struct UserPoolClient {
    /// What every entity has.
    pub entity: Entity,
    /// `UserPoolId`.
    pub user_pool: Field<Text>,
    /// `ClientName`.
    pub name: Field<Text>,
    /// `GenerateSecret`: false if absent.
    pub secret: Field<bool>,
    /// `ExplicitAuthFlows`.
    pub auth_flows: List<Text>,
    /// `AllowedOAuthFlowsUserPoolClient`: if false or absent, flows and scopes have no effect.
    pub oauth: Field<bool>,
    /// `AllowedOAuthFlows`: `code`, `implicit`, `client_credentials`.
    pub oauth_flows: List<Text>,
    /// `AllowedOAuthScopes`.
    pub oauth_scopes: List<Text>,
    /// `CallbackURLs`.
    pub callback_urls: List<Text>,
    /// `LogoutURLs`.
    pub logout_urls: List<Text>,
    /// `DefaultRedirectURI`.
    pub default_redirect: Field<Text>,
    /// `SupportedIdentityProviders`, by name; `COGNITO` is the pool itself.
    pub identity_providers: List<Text>,
    /// `PreventUserExistenceErrors`: `ENABLED` or `LEGACY`.
    pub prevent_user_existence_errors: Field<Text>,
    /// `ReadAttributes`.
    pub read_attributes: List<Text>,
    /// `WriteAttributes`.
    pub write_attributes: List<Text>,
    /// `AccessTokenValidity`, in `access_token_unit`.
    pub access_token_validity: Field<i64>,
    /// `TokenValidityUnits.AccessToken`: hours if absent.
    pub access_token_unit: Field<Text>,
    /// `IdTokenValidity`, in `id_token_unit`.
    pub id_token_validity: Field<i64>,
    /// `TokenValidityUnits.IdToken`: hours if absent.
    pub id_token_unit: Field<Text>,
    /// `RefreshTokenValidity`, in `refresh_token_unit`.
    pub refresh_token_validity: Field<i64>,
    /// `TokenValidityUnits.RefreshToken`: days if absent.
    pub refresh_token_unit: Field<Text>,
    /// `RefreshTokenRotation.Feature`: `ENABLED` or `DISABLED`.
    pub refresh_token_rotation: Field<Text>,
    /// `EnableTokenRevocation`: true for new clients.
    pub token_revocation: Field<bool>,
}

/// `AWS::Cognito::UserPoolIdentityProvider`.
#[derive(Clone, Debug)]
pub struct UserPoolIdentityProvider {
    /// What every entity has.
    pub entity: Entity,
    /// `UserPoolId`.
    pub user_pool: Field<Text>,
    /// `ProviderName`.
    pub name: Field<Text>,
    /// `ProviderType`: `SAML`, `OIDC`, `Google`, `Facebook`, `LoginWithAmazon`, `SignInWithApple`.
    pub provider_type: Field<Text>,
    /// `ProviderDetails`, in order. The value of `client_secret` and `private_key` is there too: never print it.
    pub details: Field<Vec<(Located<Text>, Field<Text>)>>,
    /// `AttributeMapping`: attribute of the pool, claim of the provider.
    pub attribute_mapping: Field<Vec<(Located<Text>, Field<Text>)>>,
    /// `IdpIdentifiers`.
    pub identifiers: List<Text>,
}

/// `AWS::Cognito::UserPoolGroup`.
#[derive(Clone, Debug)]
pub struct UserPoolGroup {
    /// What every entity has.
    pub entity: Entity,
    /// `UserPoolId`.
    pub user_pool: Field<Text>,
    /// `GroupName`.
    pub name: Field<Text>,
    /// `RoleArn`.
    pub role: Field<Text>,
    /// `Precedence`: the lowest decides; absent is worst.
    pub precedence: Field<i64>,
}

/// `AWS::Cognito::UserPoolUser`.
#[derive(Clone, Debug)]
pub struct UserPoolUser {
    /// What every entity has.
    pub entity: Entity,
    /// `UserPoolId`.
    pub user_pool: Field<Text>,
    /// `Username`.
    pub user_name: Field<Text>,
}

/// `AWS::Cognito::UserPoolUserToGroupAttachment`.
#[derive(Clone, Debug)]
pub struct UserPoolGroupMember {
    /// What every entity has.
    pub entity: Entity,
    /// `UserPoolId`.
    pub user_pool: Field<Text>,
    /// `GroupName`.
    pub group: Field<Text>,
    /// `Username`.
    pub user_name: Field<Text>,
}

/// `AWS::Cognito::UserPoolDomain`.
#[derive(Clone, Debug)]
pub struct UserPoolDomain {
    /// What every entity has.
    pub entity: Entity,
    /// `UserPoolId`.
    pub user_pool: Field<Text>,
    /// `Domain`: the prefix, or the whole domain where `custom` is set.
    pub domain: Field<Text>,
    /// `CustomDomainConfig.CertificateArn`: set for a domain of one's own.
    pub certificate: Field<Text>,
}

/// The properties of `LambdaConfig` that are no triggers.
const NO_TRIGGERS: &[&str] = &["KMSKeyID"];

impl UserPool {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let Context { vocabulary, deployment, .. } = properties.context();
        let issuer_type = properties.at(&["IssuerConfiguration", "Type"]).text();
        if let Some(id) = entity.identifier(Form::Id).cloned() {
            let arn = entity.arn().and_then(|arn| Arn::parse(arn, vocabulary));
            let region = arn.map_or_else(|| deployment.region.clone(), |arn| arn.region);
            let updated =
                issuer_type.known().and_then(|text| text.value.as_literal(vocabulary)) == Some("UPDATED");
            for updated in [false].into_iter().chain(updated.then_some(true)) {
                let name = pool_provider_name(&id, updated, &region, vocabulary);
                let url = concat(vocabulary, &[Piece::Literal("https://"), Piece::Text(&name)]);
                entity.identify(Form::ProviderName, name);
                entity.identify(Form::ProviderUrl, url);
            }
        }
        let name = properties.get("UserPoolName").text();
        if let Field::Known(name) = &name {
            entity.identify(Form::Name, name.value.clone());
        }
        let password = properties.at(&["Policies", "PasswordPolicy"]);
        let attribute = |attribute: Slot<'_>| SchemaAttribute {
            name: attribute.get("Name").text(),
            data_type: attribute.get("AttributeDataType").text(),
            mutable: attribute.get("Mutable").boolean(),
            required: attribute.get("Required").boolean(),
            developer_only: attribute.get("DeveloperOnlyAttribute").boolean(),
        };
        Self {
            entity,
            name,
            admin_creates_users_only: properties
                .at(&["AdminCreateUserConfig", "AllowAdminCreateUserOnly"])
                .boolean(),
            auto_verified_attributes: properties.get("AutoVerifiedAttributes").texts(),
            alias_attributes: properties.get("AliasAttributes").texts(),
            username_attributes: properties.get("UsernameAttributes").texts(),
            verified_before_update: properties
                .at(&["UserAttributeUpdateSettings", "AttributesRequireVerificationBeforeUpdate"])
                .texts(),
            mfa: properties.get("MfaConfiguration").text(),
            enabled_mfas: properties.get("EnabledMfas").texts(),
            password_length: password.get("MinimumLength").integer(),
            password_lowercase: password.get("RequireLowercase").boolean(),
            password_uppercase: password.get("RequireUppercase").boolean(),
            password_numbers: password.get("RequireNumbers").boolean(),
            password_symbols: password.get("RequireSymbols").boolean(),
            temporary_password_days: password.get("TemporaryPasswordValidityDays").integer(),
            first_factors: properties.at(&["Policies", "SignInPolicy", "AllowedFirstAuthFactors"]).texts(),
            threat_protection: properties.at(&["UserPoolAddOns", "AdvancedSecurityMode"]).text(),
            tier: properties.get("UserPoolTier").text(),
            recovery: properties
                .at(&["AccountRecoverySetting", "RecoveryMechanisms"])
                .list(|mechanism| mechanism.get("Name").text()),
            deletion_protection: properties.get("DeletionProtection").text(),
            case_sensitive: properties.at(&["UsernameConfiguration", "CaseSensitive"]).boolean(),
            issuer_type,
            schema: properties.get("Schema").list(|item| item.object(attribute)),
            triggers: triggers(properties),
            sms_role: properties.at(&["SmsConfiguration", "SnsCallerArn"]).text(),
            sms_external_id: properties.at(&["SmsConfiguration", "ExternalId"]).text(),
            registration: properties.get("DcrConfiguration").object(registration),
        }
    }
}

fn registration(registration: Slot<'_>) -> ClientRegistration {
    ClientRegistration {
        status: registration.get("EnableStatus").text(),
        open: registration.get("OpenDcrEnabled").boolean(),
        open_grants: registration.get("OpenDcrGrantTypes").texts(),
    }
}

fn triggers(properties: Slot<'_>) -> Field<Vec<(Located<Text>, Field<Text>)>> {
    let vocabulary = properties.context().vocabulary;
    let function = |slot: Slot<'_>| match slot.object(|settings| settings.get("LambdaArn").text()) {
        Field::Known(function) => function.value,
        _ => slot.text(),
    };
    let mut triggers = properties.get("LambdaConfig").entries(|key, slot| (key.clone(), function(slot)));
    if let Field::Known(triggers) = &mut triggers {
        triggers.value.retain(|(key, _)| {
            key.value.as_literal(vocabulary).is_none_or(|name| !NO_TRIGGERS.contains(&name))
        });
    }
    triggers
}

impl UserPoolClient {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let user_pool = properties.get("UserPoolId").text();
        let name = properties.get("ClientName").text();
        if let Field::Known(name) = &name {
            entity.identify(Form::Name, name.value.clone());
        }
        let units = properties.get("TokenValidityUnits");
        Self {
            entity,
            user_pool,
            name,
            secret: properties.get("GenerateSecret").boolean(),
            auth_flows: properties.get("ExplicitAuthFlows").texts(),
            oauth: properties.get("AllowedOAuthFlowsUserPoolClient").boolean(),
            oauth_flows: properties.get("AllowedOAuthFlows").texts(),
            oauth_scopes: properties.get("AllowedOAuthScopes").texts(),
            callback_urls: properties.get("CallbackURLs").texts(),
            logout_urls: properties.get("LogoutURLs").texts(),
            default_redirect: properties.get("DefaultRedirectURI").text(),
            identity_providers: properties.get("SupportedIdentityProviders").texts(),
            prevent_user_existence_errors: properties.get("PreventUserExistenceErrors").text(),
            read_attributes: properties.get("ReadAttributes").texts(),
            write_attributes: properties.get("WriteAttributes").texts(),
            access_token_validity: properties.get("AccessTokenValidity").integer(),
            access_token_unit: units.get("AccessToken").text(),
            id_token_validity: properties.get("IdTokenValidity").integer(),
            id_token_unit: units.get("IdToken").text(),
            refresh_token_validity: properties.get("RefreshTokenValidity").integer(),
            refresh_token_unit: units.get("RefreshToken").text(),
            refresh_token_rotation: properties.at(&["RefreshTokenRotation", "Feature"]).text(),
            token_revocation: properties.get("EnableTokenRevocation").boolean(),
        }
    }
}

impl UserPoolIdentityProvider {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let name = properties.get("ProviderName").text();
        if let Field::Known(name) = &name {
            entity.identify(Form::Name, name.value.clone());
        }
        Self {
            entity,
            user_pool: properties.get("UserPoolId").text(),
            name,
            provider_type: properties.get("ProviderType").text(),
            details: properties.get("ProviderDetails").text_entries(),
            attribute_mapping: properties.get("AttributeMapping").text_entries(),
            identifiers: properties.get("IdpIdentifiers").texts(),
        }
    }
}

impl UserPoolGroup {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let name = properties.get("GroupName").text();
        if let Field::Known(name) = &name {
            entity.identify(Form::Name, name.value.clone());
        }
        Self {
            entity,
            user_pool: properties.get("UserPoolId").text(),
            name,
            role: properties.get("RoleArn").text(),
            precedence: properties.get("Precedence").integer(),
        }
    }
}

impl UserPoolUser {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self {
            entity,
            user_pool: properties.get("UserPoolId").text(),
            user_name: properties.get("Username").text(),
        }
    }
}

impl UserPoolGroupMember {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self {
            entity,
            user_pool: properties.get("UserPoolId").text(),
            group: properties.get("GroupName").text(),
            user_name: properties.get("Username").text(),
        }
    }
}

impl UserPoolDomain {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let domain = properties.get("Domain").text();
        if let Field::Known(domain) = &domain {
            entity.identify(Form::Domain, domain.value.clone());
        }
        Self {
            entity,
            user_pool: properties.get("UserPoolId").text(),
            domain,
            certificate: properties.at(&["CustomDomainConfig", "CertificateArn"]).text(),
        }
    }
}
