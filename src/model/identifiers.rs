//! The texts by which things are named: what `Ref` and `Fn::GetAtt` return, and names that AWS puts together.
//!
//! Source: CloudFormation's resource specifications and pages, as the AWS reference of the project lists them.

use super::{Entity, EntityKind, Form, Identifier};
use crate::resources::Deployment;
use crate::value::{Shape, Text, TextBuilder, Vocabulary};

/// The kind of entity that a resource type becomes. `None` for types that are not modelled.
pub(super) fn kind_of(resource_type: &str) -> Option<EntityKind> {
    use EntityKind as Kind;
    Some(match resource_type {
        "AWS::IAM::SAMLProvider" => Kind::SamlProvider,
        "AWS::IAM::OIDCProvider" | "Custom::AWSCDKOpenIdConnectProvider" => Kind::OidcProvider,
        "AWS::IAM::Role" => Kind::Role,
        "AWS::IAM::ServiceLinkedRole" => Kind::ServiceLinkedRole,
        "AWS::IAM::ManagedPolicy" => Kind::ManagedPolicy,
        "AWS::IAM::Policy" | "AWS::IAM::RolePolicy" | "AWS::IAM::UserPolicy" | "AWS::IAM::GroupPolicy" => {
            Kind::InlinePolicy
        }
        "AWS::IAM::User" => Kind::User,
        "AWS::IAM::AccessKey" => Kind::AccessKey,
        "AWS::IAM::Group" => Kind::Group,
        "AWS::IAM::UserToGroupAddition" => Kind::GroupAddition,
        "AWS::IAM::InstanceProfile" => Kind::InstanceProfile,
        "AWS::SSO::Instance" => Kind::IdentityCenterInstance,
        "AWS::SSO::PermissionSet" => Kind::PermissionSet,
        "AWS::SSO::Assignment" => Kind::Assignment,
        "AWS::SSO::InstanceAccessControlAttributeConfiguration" => Kind::AccessControlAttributes,
        "AWS::SSO::Application" => Kind::Application,
        "AWS::SSO::TrustedTokenIssuer" => Kind::TrustedTokenIssuer,
        "AWS::SSO::ApplicationAssignment" => Kind::ApplicationAssignment,
        "AWS::IdentityStore::Group" => Kind::StoreGroup,
        "AWS::IdentityStore::User" => Kind::StoreUser,
        "AWS::IdentityStore::GroupMembership" => Kind::StoreMembership,
        "AWS::Cognito::UserPool" => Kind::UserPool,
        "AWS::Cognito::UserPoolClient" => Kind::UserPoolClient,
        "AWS::Cognito::UserPoolIdentityProvider" => Kind::UserPoolIdentityProvider,
        "AWS::Cognito::UserPoolGroup" => Kind::UserPoolGroup,
        "AWS::Cognito::UserPoolUser" => Kind::UserPoolUser,
        "AWS::Cognito::UserPoolUserToGroupAttachment" => Kind::UserPoolGroupMember,
        "AWS::Cognito::UserPoolDomain" => Kind::UserPoolDomain,
        "AWS::Cognito::IdentityPool" => Kind::IdentityPool,
        "AWS::Cognito::IdentityPoolRoleAttachment" => Kind::RoleAttachment,
        "AWS::Cognito::IdentityPoolPrincipalTag" => Kind::PrincipalTags,
        "AWS::RolesAnywhere::TrustAnchor" => Kind::TrustAnchor,
        "AWS::RolesAnywhere::Profile" => Kind::Profile,
        "AWS::RolesAnywhere::CRL" => Kind::RevocationList,
        "AWS::EKS::PodIdentityAssociation" => Kind::PodIdentity,
        "AWS::DirectoryService::MicrosoftAD"
        | "AWS::DirectoryService::SimpleAD"
        | "AWS::DirectoryService::ADConnector" => Kind::Directory,
        "AWS::DirectoryService::Trust" => Kind::DirectoryTrust,
        "AWS::Organizations::Organization" => Kind::Organization,
        "AWS::Organizations::DelegatedAdministrator" => Kind::DelegatedAdministrator,
        "AWS::Organizations::Root" => Kind::OrganizationRoot,
        "AWS::Organizations::Account" => Kind::Account,
        "AWS::Organizations::OrganizationalUnit" => Kind::OrganizationalUnit,
        "AWS::Organizations::Policy" => Kind::OrganizationPolicy,
        "AWS::ApiGateway::Authorizer"
        | "AWS::ApiGatewayV2::Authorizer"
        | "AWS::AppSync::GraphQLApi"
        | "AWS::ElasticLoadBalancingV2::Listener"
        | "AWS::ElasticLoadBalancingV2::ListenerRule" => Kind::TokenConsumer,
        "AWS::Lambda::Function"
        | "AWS::EC2::Instance"
        | "AWS::ECS::TaskDefinition"
        | "AWS::CodeBuild::Project" => Kind::Carrier,
        _ => return None,
    })
}

/// What `Ref` returns. `None` where it names something else, or is not documented.
pub(super) const fn reference_form(kind: EntityKind) -> Option<Form> {
    use EntityKind as Kind;
    Some(match kind {
        Kind::SamlProvider
        | Kind::OidcProvider
        | Kind::ManagedPolicy
        | Kind::Application
        | Kind::StoreUser
        | Kind::PodIdentity => Form::Arn,
        Kind::Role
        | Kind::ServiceLinkedRole
        | Kind::InlinePolicy
        | Kind::User
        | Kind::Group
        | Kind::InstanceProfile
        | Kind::UserPoolIdentityProvider
        | Kind::UserPoolGroup
        | Kind::UserPoolUser => Form::Name,
        Kind::PermissionSet
        | Kind::Assignment
        | Kind::ApplicationAssignment
        | Kind::StoreGroup
        | Kind::StoreMembership => Form::Composite,
        Kind::UserPool
        | Kind::UserPoolClient
        | Kind::IdentityPool
        | Kind::TrustAnchor
        | Kind::Profile
        | Kind::RevocationList
        | Kind::Directory
        | Kind::AccessKey
        | Kind::Account
        | Kind::Organization
        | Kind::OrganizationalUnit
        | Kind::OrganizationPolicy => Form::Id,
        Kind::UserPoolDomain => Form::Domain,
        Kind::IdentityCenterInstance
        | Kind::TrustedTokenIssuer
        | Kind::DirectoryTrust
        | Kind::DelegatedAdministrator
        | Kind::OrganizationRoot
        | Kind::GroupAddition
        | Kind::AccessControlAttributes
        | Kind::UserPoolGroupMember
        | Kind::RoleAttachment
        | Kind::PrincipalTags
        | Kind::TokenConsumer
        | Kind::Carrier
        | Kind::ProvisionedRole => return None,
    })
}

/// What `Fn::GetAtt` returns.
pub(super) fn attribute_form(kind: EntityKind, attribute: &str) -> Form {
    use EntityKind as Kind;
    match (kind, attribute) {
        (_, "Arn")
        | (Kind::ManagedPolicy, "PolicyArn")
        | (Kind::IdentityCenterInstance, "InstanceArn")
        | (Kind::PermissionSet, "PermissionSetArn")
        | (Kind::Application, "ApplicationArn")
        | (Kind::TrustAnchor, "TrustAnchorArn")
        | (Kind::Profile, "ProfileArn")
        | (Kind::PodIdentity, "AssociationArn") => Form::Arn,
        (Kind::Role, "RoleId")
        | (Kind::SamlProvider, "SamlProviderUUID")
        | (Kind::ManagedPolicy, "PolicyId") => Form::UniqueId,
        (Kind::ServiceLinkedRole, "RoleName")
        | (Kind::IdentityPool, "Name" | "IdentityPoolName")
        | (Kind::UserPoolClient, "Name" | "ClientName") => Form::Name,
        (Kind::IdentityCenterInstance, "IdentityStoreId") => Form::StoreId,
        (Kind::StoreGroup, "GroupId")
        | (Kind::StoreUser, "UserId")
        | (
            Kind::IdentityPool | Kind::Organization | Kind::OrganizationalUnit | Kind::OrganizationPolicy,
            "Id",
        )
        | (Kind::UserPool, "UserPoolId")
        | (Kind::UserPoolClient, "ClientId")
        | (Kind::TrustAnchor, "TrustAnchorId")
        | (Kind::Profile, "ProfileId")
        | (Kind::RevocationList, "CrlId")
        | (Kind::Account, "AccountId")
        | (Kind::Directory, "DirectoryId") => Form::Id,
        (Kind::UserPool, "ProviderName") => Form::ProviderName,
        (Kind::UserPool, "ProviderURL") => Form::ProviderUrl,
        (Kind::UserPoolClient, "ClientSecret") => Form::Secret,
        (Kind::PodIdentity, "ExternalId") => Form::ExternalId,
        _ => Form::Other,
    }
}

/// What the identity of a resource is, where a template speaks of it by other means than `Ref`.
pub(super) const fn identity_form(kind: EntityKind) -> Form {
    use EntityKind as Kind;
    match kind {
        Kind::PermissionSet | Kind::IdentityCenterInstance => Form::Arn,
        Kind::StoreGroup | Kind::StoreUser => Form::Id,
        _ => match reference_form(kind) {
            Some(form) => form,
            None => Form::Other,
        },
    }
}

/// The language of an identifier, as wide as AWS documents it. `None` where nothing is documented.
pub(super) fn shape_of(kind: EntityKind, form: Form) -> Option<Shape> {
    use EntityKind as Kind;
    let iam = |resource: &str| arn_shape("iam", &Shape::account_id(), resource, &Shape::any());
    Some(match (kind, form) {
        (Kind::Role | Kind::ServiceLinkedRole, Form::Arn) => iam("role/"),
        (Kind::User, Form::Arn) => iam("user/"),
        (Kind::Group, Form::Arn) => iam("group/"),
        (Kind::InstanceProfile, Form::Arn) => iam("instance-profile/"),
        (Kind::SamlProvider, Form::Arn) => iam("saml-provider/"),
        // The issuer stands there without its scheme: a host, and perhaps a path.
        (Kind::OidcProvider, Form::Arn) => {
            let host = arn_shape("iam", &Shape::account_id(), "oidc-provider/", &without("/:"));
            host.or(&host.then(&Shape::literal("/")).then(&Shape::any()))
        }
        (Kind::ManagedPolicy, Form::Arn) => iam("policy/").or(&aws_managed_policy()),
        (Kind::ManagedPolicy, Form::AwsManagedArn) => aws_managed_policy(),
        (Kind::Account, Form::Id) => Shape::account_id(),
        (Kind::Account, Form::RootArn) => {
            let before = Shape::literal("arn:").then(&Shape::any()).then(&Shape::literal(":iam::"));
            before.then(&Shape::account_id()).then(&Shape::literal(":root"))
        }
        (Kind::Account | Kind::OrganizationalUnit, Form::Arn) => service_arn("organizations"),
        (Kind::OrganizationalUnit, Form::Id) => Shape::literal("ou-").then(&Shape::any()),
        (Kind::Role | Kind::User | Kind::Group | Kind::ManagedPolicy, Form::Name) => Shape::name(),
        (Kind::Role, Form::UniqueId) => Shape::unique_id("AROA"),
        (
            Kind::IdentityCenterInstance | Kind::PermissionSet | Kind::Application | Kind::TrustedTokenIssuer,
            Form::Arn,
        ) => service_arn("sso"),
        (Kind::PermissionSet | Kind::StoreGroup, Form::Composite) => {
            Shape::any().then(&Shape::literal("|")).then(&Shape::any())
        }
        (Kind::StoreGroup | Kind::StoreUser, Form::Id) => {
            // Ten hexadecimal digits and a dash before the GUID in older stores.
            Shape::guid_in_any_case()
                .or(&Shape::any().then(&Shape::literal("-")).then(&Shape::guid_in_any_case()))
        }
        (Kind::StoreUser, Form::Arn) => service_arn("identitystore"),
        (Kind::UserPool, Form::Id) => Shape::user_pool_id(),
        (Kind::UserPool, Form::Arn) => service_arn("cognito-idp"),
        (Kind::UserPool, Form::ProviderName) => provider_name(),
        (Kind::UserPool, Form::ProviderUrl) => Shape::literal("https://").then(&Shape::any()),
        (Kind::UserPoolClient, Form::Id) => Shape::app_client_id(),
        (Kind::UserPoolClient, Form::Login) => {
            provider_name().then(&Shape::literal(":")).then(&Shape::app_client_id())
        }
        (Kind::UserPoolDomain, Form::Domain) => without("/:_"),
        (Kind::IdentityPool, Form::Id) => Shape::identity_pool_id(),
        (Kind::IdentityPool, Form::Arn) => service_arn("cognito-identity"),
        (Kind::IdentityPool, Form::Name) => without(":"),
        (Kind::TrustAnchor | Kind::Profile, Form::Arn) => service_arn("rolesanywhere"),
        (Kind::TrustAnchor | Kind::Profile, Form::Id) => Shape::guid(),
        _ => return None,
    })
}

/// `arn:PARTITION:SERVICE::ACCOUNT:RESOURCE` and a name.
fn arn_shape(service: &str, account: &Shape, resource: &str, name: &Shape) -> Shape {
    // Any partition: a partition that is new must not become a wrong form.
    let partition = without(":");
    let before = Shape::literal("arn:").then(&partition).then(&Shape::literal(&format!(":{service}::")));
    before.then(account).then(&Shape::literal(&format!(":{resource}"))).then(name)
}

fn aws_managed_policy() -> Shape {
    arn_shape("iam", &Shape::literal("aws"), "policy/", &Shape::any())
}

fn service_arn(service: &str) -> Shape {
    Shape::literal("arn:")
        .then(&without(":"))
        .then(&Shape::literal(&format!(":{service}:")))
        .then(&Shape::any())
}

/// `cognito-idp.REGION.DOMAIN/POOL_ID`, or that of the newer kind of issuer.
fn provider_name() -> Shape {
    let host = Shape::literal("cognito-idp.").or(&Shape::literal("issuer-cognito-idp."));
    let domain = without("/:");
    host.then(&domain).then(&Shape::literal("/")).then(&Shape::user_pool_id())
}

fn without(characters: &str) -> Shape {
    use crate::value::Class;
    Shape::class(Class::ANY.without(Class::of(characters)), 1, None)
}

impl Entity {
    /// Adds a text that names the entity.
    pub(super) fn identify(&mut self, form: Form, text: Text) {
        let identifier = Identifier { form, text };
        if !identifier.text.parts().is_empty() && !self.identifiers.contains(&identifier) {
            self.identifiers.push(identifier);
        }
    }
}

/// Puts texts and literals together.
pub(super) fn concat<'p, 't: 'p>(
    vocabulary: &Vocabulary,
    pieces: impl IntoIterator<Item = &'p Piece<'t>>,
) -> Text {
    let mut builder = TextBuilder::default();
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => builder.push_str(literal),
            Piece::Text(text) => builder.push_text(text, &vocabulary.names),
        }
    }
    builder.finish(&vocabulary.names)
}

/// A part of a text that is put together.
pub(super) enum Piece<'t> {
    Literal(&'t str),
    Text(&'t Text),
}

/// The ARN of an IAM resource; `resource` ends in a slash or in a path.
pub(super) fn iam_arn(deployment: &Deployment, resource: &[Piece<'_>], vocabulary: &Vocabulary) -> Text {
    let head = [
        Piece::Literal("arn:"),
        Piece::Text(&deployment.partition),
        Piece::Literal(":iam::"),
        Piece::Text(&deployment.account),
        Piece::Literal(":"),
    ];
    concat(vocabulary, head.iter().chain(resource))
}

/// `cognito-idp.REGION.amazonaws.com/POOL_ID`, or that of an issuer of the newer type. The region of a literal
/// pool id is in the id; of another pool it is `region`.
pub(super) fn pool_provider_name(pool: &Text, updated: bool, region: &Text, vocabulary: &Vocabulary) -> Text {
    let written = pool.as_literal(vocabulary).and_then(|id| id.split_once('_')).map(|(region, _)| region);
    let region = written.map_or_else(|| region.clone(), |region| vocabulary.literal(region));
    concat(
        vocabulary,
        &[
            Piece::Literal(if updated { "issuer-cognito-idp." } else { "cognito-idp." }),
            Piece::Text(&region),
            Piece::Literal(if is_in_china(&region, vocabulary) {
                ".amazonaws.com.cn/"
            } else {
                ".amazonaws.com/"
            }),
            Piece::Text(pool),
        ],
    )
}

fn is_in_china(region: &Text, vocabulary: &Vocabulary) -> bool {
    region.as_literal(vocabulary).is_some_and(|region| region.starts_with("cn-"))
}
