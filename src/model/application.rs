//! Applications of Identity Center, and whose tokens they may exchange.

use super::read::Slot;
use super::{Entity, Form, List};
use crate::policy::Attached;
use crate::value::{Field, Text};

/// `AWS::SSO::Application`. Who may use it, what it exchanges and who asks for it no template says.
#[derive(Clone, Debug)]
pub struct Application {
    /// What every entity has.
    pub entity: Entity,
    /// `Name`.
    pub name: Field<Text>,
    /// `InstanceArn`.
    pub instance: Field<Text>,
    /// `ApplicationProviderArn`.
    pub provider: Field<Text>,
    /// `Status`: `ENABLED` or `DISABLED`.
    pub status: Field<Text>,
    /// `AssignmentRequired`: if false, every user of the directory may use it. True if absent.
    pub assignment_required: Field<bool>,
    /// `Grants`: what it exchanges for tokens.
    pub grants: List<ApplicationGrant>,
    /// `AuthenticationMethods`: who asks for tokens in its name.
    pub authentication_methods: List<AuthenticationMethod>,
}

/// One of an application's grants.
#[derive(Clone, Debug)]
pub struct ApplicationGrant {
    /// `GrantType`: `authorization_code`, `refresh_token`, `urn:ietf:params:oauth:grant-type:jwt-bearer`,
    /// `urn:ietf:params:oauth:grant-type:token-exchange`.
    pub grant_type: Field<Text>,
    /// `Grant.JwtBearer.AuthorizedTokenIssuers`: whose tokens it exchanges.
    pub issuers: List<AuthorizedIssuer>,
}

/// An issuer whose tokens an application exchanges.
#[derive(Clone, Debug)]
pub struct AuthorizedIssuer {
    /// `TrustedTokenIssuerArn`.
    pub issuer: Field<Text>,
    /// `AuthorizedAudiences`: for whom the tokens must have been issued.
    pub audiences: List<Text>,
}

/// One of the ways in which callers show that they are an application.
#[derive(Clone, Debug)]
pub struct AuthenticationMethod {
    /// `AuthenticationMethodType`: `IAM`.
    pub method: Field<Text>,
    /// `AuthenticationMethod.Iam.ActorPolicy`: which AWS principals are.
    pub actor_policy: Field<Attached>,
}

/// `AWS::SSO::TrustedTokenIssuer`: not a resource type; what Identity Center tells of one.
#[derive(Clone, Debug)]
pub struct TrustedTokenIssuer {
    /// What every entity has.
    pub entity: Entity,
    /// `Name`.
    pub name: Field<Text>,
    /// `InstanceArn`.
    pub instance: Field<Text>,
    /// `IssuerUrl`.
    pub url: Field<Text>,
    /// `ClaimAttributePath`: the claim that says who it is.
    pub claim: Field<Text>,
    /// `IdentityStoreAttributePath`: what that is compared with.
    pub attribute: Field<Text>,
}

impl Application {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self {
            entity,
            name: properties.get("Name").text(),
            instance: properties.get("InstanceArn").text(),
            provider: properties.get("ApplicationProviderArn").text(),
            status: properties.get("Status").text(),
            assignment_required: properties.get("AssignmentRequired").boolean(),
            grants: properties.get("Grants").list(|item| item.object(grant)),
            authentication_methods: properties
                .get("AuthenticationMethods")
                .list(|item| item.object(authentication_method)),
        }
    }
}

fn grant(grant: Slot<'_>) -> ApplicationGrant {
    let issuers = grant.at(&["Grant", "JwtBearer", "AuthorizedTokenIssuers"]);
    ApplicationGrant {
        grant_type: grant.get("GrantType").text(),
        issuers: issuers.list(|item| item.object(authorized_issuer)),
    }
}

fn authorized_issuer(issuer: Slot<'_>) -> AuthorizedIssuer {
    AuthorizedIssuer {
        issuer: issuer.get("TrustedTokenIssuerArn").text(),
        audiences: issuer.get("AuthorizedAudiences").texts(),
    }
}

fn authentication_method(method: Slot<'_>) -> AuthenticationMethod {
    AuthenticationMethod {
        method: method.get("AuthenticationMethodType").text(),
        actor_policy: method.at(&["AuthenticationMethod", "Iam", "ActorPolicy"]).document(),
    }
}

impl TrustedTokenIssuer {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let name = properties.get("Name").text();
        if let Field::Known(name) = &name {
            entity.identify(Form::Name, name.value.clone());
        }
        Self {
            entity,
            name,
            instance: properties.get("InstanceArn").text(),
            url: properties.get("IssuerUrl").text(),
            claim: properties.get("ClaimAttributePath").text(),
            attribute: properties.get("IdentityStoreAttributePath").text(),
        }
    }
}
