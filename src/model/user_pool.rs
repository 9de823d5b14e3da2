//! Cognito user pools.

use super::{Entity, List};
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
}

/// An entry of `Schema`.
#[derive(Clone, Debug)]
pub struct SchemaAttribute {
    /// `Name`: custom attributes without `custom:`.
    pub name: Field<Text>,
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
