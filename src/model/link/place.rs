//! The places that refer to something, and what each takes.

use super::super::{EntityKind, Form};

/// A place that takes an identifier of something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReferencePlace {
    /// `Principal.Federated` of a role's trust.
    TrustedProvider,
    /// `Principal.AWS` of a role's trust.
    TrustedPrincipal,
    /// A value of `cognito-identity.amazonaws.com:aud` in a role's trust.
    TrustedIdentityPool,
    /// A value of `cognito-idp.REGION.amazonaws.com/POOL_ID:aud` in a role's trust.
    TrustedClient,
    /// A value of `aws:SourceArn` in a statement for Roles Anywhere.
    TrustedAnchor,
    /// `ManagedPolicyArns` of a role, user or group.
    ManagedPolicy,
    /// `PermissionsBoundary` of a role or user.
    Boundary,
    /// The role of `Roles` or `RoleName` of a policy.
    PolicyRole,
    /// The user of `Users` or `UserName` of a policy.
    PolicyUser,
    /// The group of `Groups` or `GroupName` of a policy.
    PolicyGroup,
    /// `Groups` of a user, `GroupName` of an addition of users.
    UserGroup,
    /// `Users` of an addition of users to a group.
    GroupUser,
    /// `UserName` of an access key.
    KeyUser,
    /// `Roles` of an instance profile.
    InstanceProfileRole,
    /// `InstanceArn` of everything in Identity Center.
    Instance,
    /// `IdentityStoreId` of everything in an identity store.
    Store,
    /// `PermissionSetArn` of an assignment.
    PermissionSet,
    /// `PrincipalId` where the type is `GROUP`; `GroupId` of a membership.
    StoreGroup,
    /// `PrincipalId` where the type is `USER`; `UserId` of a membership.
    StoreUser,
    /// `PrincipalId` where the type is not known.
    StorePrincipal,
    /// `TargetId` of an assignment.
    TargetAccount,
    /// `ManagedPolicies` and `ManagedPolicyArn` of a permission set.
    AwsManagedPolicy,
    /// Customer managed policies of a permission set, by name.
    CustomerManagedPolicy,
    /// `ApplicationArn` of an assignment to an application.
    Application,
    /// `TrustedTokenIssuerArn` of an application's grant.
    TokenIssuer,
    /// `DirectoryId` of a directory's trust.
    TrustingDirectory,
    /// `UserPoolId` of a client, group, provider, domain, user, or API.
    UserPool,
    /// `SupportedIdentityProviders` of a client.
    UserPoolIdentityProvider,
    /// `RoleArn` of a user-pool group.
    GroupRole,
    /// `GroupName` of a member of a user-pool group.
    UserPoolGroup,
    /// `SnsCallerArn` of a user pool.
    SmsRole,
    /// `ProviderName` of a user pool in an identity pool.
    LoginUserPool,
    /// `ClientId` of a user pool in an identity pool.
    LoginClient,
    /// `OpenIdConnectProviderARNs` of an identity pool.
    LoginOidcProvider,
    /// `SamlProviderARNs` of an identity pool.
    LoginSamlProvider,
    /// `IdentityPoolId` of a role attachment or of principal tags.
    IdentityPool,
    /// `Roles` of a role attachment.
    AttachedRole,
    /// The provider of a role mapping.
    MappingProvider,
    /// `RoleARN` of a rule of a role mapping.
    MappedRole,
    /// `IdentityProviderName` of principal tags.
    TagsProvider,
    /// `PushSync.RoleArn` and `CognitoStreams.RoleArn` of an identity pool.
    SyncRole,
    /// `RoleArns` of a Roles Anywhere profile.
    ProfileRole,
    /// `ManagedPolicyArns` of a Roles Anywhere profile.
    ProfilePolicy,
    /// `TrustAnchorArn` of a revocation list.
    TrustAnchor,
    /// `RoleArn` of a pod identity association.
    PodRole,
    /// `TargetRoleArn` of a pod identity association.
    PodTargetRole,
    /// A user pool's ARN of an authorizer or load balancer.
    ConsumedUserPool,
    /// `Issuer` of an authorizer, API or load balancer.
    ConsumedIssuer,
    /// `UserPoolClientId` of a load balancer.
    ConsumedClient,
    /// `Audience` of an authorizer whose issuer is a user pool.
    ConsumedAudience,
    /// `UserPoolDomain` of a load balancer.
    ConsumedDomain,
}

/// One kind of thing that a place takes, by one of its identifiers.
pub type Expected = (EntityKind, Form);

impl ReferencePlace {
    /// What the place takes; the first is what it is meant for.
    #[must_use]
    pub const fn expected(self) -> &'static [Expected] {
        use EntityKind as Kind;
        const ROLE: &[Expected] = &[(Kind::Role, Form::Arn)];
        const CLIENT: &[Expected] = &[(Kind::UserPoolClient, Form::Id)];
        const POLICY: &[Expected] = &[(Kind::ManagedPolicy, Form::Arn)];
        match self {
            Self::TrustedProvider => &[(Kind::SamlProvider, Form::Arn), (Kind::OidcProvider, Form::Arn)],
            Self::TrustedPrincipal => &[
                (Kind::Role, Form::Arn),
                (Kind::User, Form::Arn),
                (Kind::Account, Form::Id),
                (Kind::Account, Form::RootArn),
            ],
            Self::TrustedIdentityPool | Self::IdentityPool => &[(Kind::IdentityPool, Form::Id)],
            Self::TrustedClient | Self::LoginClient | Self::ConsumedClient | Self::ConsumedAudience => CLIENT,
            Self::TrustedAnchor | Self::TrustAnchor => &[(Kind::TrustAnchor, Form::Arn)],
            Self::ManagedPolicy | Self::Boundary | Self::ProfilePolicy => POLICY,
            Self::AwsManagedPolicy => &[(Kind::ManagedPolicy, Form::AwsManagedArn)],
            Self::PolicyRole | Self::InstanceProfileRole => &[(Kind::Role, Form::Name)],
            Self::PolicyUser | Self::GroupUser | Self::KeyUser => &[(Kind::User, Form::Name)],
            Self::PolicyGroup | Self::UserGroup => &[(Kind::Group, Form::Name)],
            Self::Instance => &[(Kind::IdentityCenterInstance, Form::Arn)],
            Self::Store => &[(Kind::IdentityCenterInstance, Form::StoreId)],
            Self::PermissionSet => &[(Kind::PermissionSet, Form::Arn)],
            Self::StoreGroup => &[(Kind::StoreGroup, Form::Id)],
            Self::StoreUser => &[(Kind::StoreUser, Form::Id)],
            Self::StorePrincipal => &[(Kind::StoreGroup, Form::Id), (Kind::StoreUser, Form::Id)],
            Self::TargetAccount => &[(Kind::Account, Form::Id)],
            Self::CustomerManagedPolicy => &[(Kind::ManagedPolicy, Form::Name)],
            Self::Application => &[(Kind::Application, Form::Arn)],
            Self::TokenIssuer => &[(Kind::TrustedTokenIssuer, Form::Arn)],
            Self::TrustingDirectory => &[(Kind::Directory, Form::Id)],
            Self::UserPool => &[(Kind::UserPool, Form::Id)],
            Self::UserPoolIdentityProvider => &[(Kind::UserPoolIdentityProvider, Form::Name)],
            Self::UserPoolGroup => &[(Kind::UserPoolGroup, Form::Name)],
            Self::GroupRole
            | Self::SmsRole
            | Self::AttachedRole
            | Self::MappedRole
            | Self::SyncRole
            | Self::ProfileRole
            | Self::PodRole
            | Self::PodTargetRole => ROLE,
            Self::LoginUserPool => &[(Kind::UserPool, Form::ProviderName)],
            Self::LoginOidcProvider => &[(Kind::OidcProvider, Form::Arn)],
            Self::LoginSamlProvider => &[(Kind::SamlProvider, Form::Arn)],
            Self::MappingProvider => &[
                (Kind::UserPoolClient, Form::Login),
                (Kind::OidcProvider, Form::Arn),
                (Kind::SamlProvider, Form::Arn),
            ],
            Self::TagsProvider => &[
                (Kind::UserPool, Form::ProviderName),
                (Kind::OidcProvider, Form::Arn),
                (Kind::SamlProvider, Form::Arn),
            ],
            Self::ConsumedUserPool => &[(Kind::UserPool, Form::Arn)],
            Self::ConsumedIssuer => &[(Kind::UserPool, Form::ProviderUrl)],
            Self::ConsumedDomain => &[(Kind::UserPoolDomain, Form::Domain)],
        }
    }

    /// The kind of thing that the place is meant for.
    #[must_use]
    pub const fn kind(self) -> EntityKind {
        self.expected()[0].0
    }
}
