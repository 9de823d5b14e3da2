//! Who a statement speaks of.

mod classify;

use super::Item;
use crate::value::Text;

pub(super) use classify::classify;

/// One principal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The key under which it stands.
    pub key: PrincipalKey,
    /// What is written.
    pub value: Item,
    /// What that is.
    pub form: PrincipalForm,
}

/// The keys of `Principal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalKey {
    /// None: `Principal: "*"`.
    Bare,
    /// `AWS`
    Aws,
    /// `Federated`
    Federated,
    /// `Service`
    Service,
    /// `CanonicalUser`
    CanonicalUser,
    /// A key that IAM does not know.
    Invalid,
    /// Not resolvable.
    Unknown,
}

/// What a principal is, by its text. Accounts, names and the like are texts: they may have symbols.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalForm {
    /// `*`, bare or under any key.
    Everyone,
    /// An account, as twelve digits or as the ARN of its root.
    Account {
        /// The account id.
        account: Text,
    },
    /// A role's ARN.
    Role {
        /// The account id.
        account: Text,
        /// Path and name, without leading slash.
        name: Text,
    },
    /// A user's ARN.
    User {
        /// The account id.
        account: Text,
        /// Path and name, without leading slash.
        name: Text,
    },
    /// One session of a role, by name.
    Session {
        /// The account id.
        account: Text,
        /// The role's name, without path.
        role: Text,
        /// The session's name.
        session: Text,
    },
    /// A session of `GetFederationToken`.
    FederatedUser {
        /// The account id.
        account: Text,
        /// Its name.
        name: Text,
    },
    /// IAM's id of a principal, `AIDA...` or `AROA...`: what is left of one that was deleted.
    UniqueId,
    /// A service, by host name.
    Service {
        /// `rolesanywhere.amazonaws.com`
        host: Text,
    },
    /// A SAML provider's ARN.
    SamlProvider {
        /// The account id.
        account: Text,
        /// The provider's name.
        name: Text,
    },
    /// An OIDC provider's ARN.
    OidcProvider {
        /// The account id.
        account: Text,
        /// The issuer without scheme.
        issuer: Text,
    },
    /// A provider that every account has.
    BuiltIn(BuiltInProvider),
    /// A canonical user id of S3.
    CanonicalUser,
    /// A literal or partly literal text that is none of these, and can be none of these.
    Invalid,
    /// A text that may be any of these.
    Unknown,
}

/// The web identity providers that every account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BuiltInProvider {
    /// `cognito-identity.amazonaws.com`
    Cognito,
    /// `cognito-identity-us-gov.amazonaws.com`
    CognitoGovWest,
    /// `cognito-identity.us-gov-east-1.amazonaws.com`
    CognitoGovEast,
    /// `cognito-identity.cn-north-1.amazonaws.com.cn`
    CognitoChina,
    /// `accounts.google.com`
    Google,
    /// `graph.facebook.com`
    Facebook,
    /// `www.amazon.com`
    Amazon,
}

impl BuiltInProvider {
    /// Every provider.
    pub const ALL: &[Self] = &[
        Self::Cognito,
        Self::CognitoGovWest,
        Self::CognitoGovEast,
        Self::CognitoChina,
        Self::Google,
        Self::Facebook,
        Self::Amazon,
    ];

    /// The name: principal, and prefix of its condition keys.
    #[must_use]
    pub const fn host(self) -> &'static str {
        match self {
            Self::Cognito => "cognito-identity.amazonaws.com",
            Self::CognitoGovWest => "cognito-identity-us-gov.amazonaws.com",
            Self::CognitoGovEast => "cognito-identity.us-gov-east-1.amazonaws.com",
            Self::CognitoChina => "cognito-identity.cn-north-1.amazonaws.com.cn",
            Self::Google => "accounts.google.com",
            Self::Facebook => "graph.facebook.com",
            Self::Amazon => "www.amazon.com",
        }
    }

    /// The provider of this name.
    #[must_use]
    pub fn of(host: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|provider| provider.host() == host)
    }

    /// True for Cognito identity pools, in any partition.
    #[must_use]
    pub const fn is_cognito(self) -> bool {
        matches!(self, Self::Cognito | Self::CognitoGovWest | Self::CognitoGovEast | Self::CognitoChina)
    }
}
