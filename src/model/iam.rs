//! IAM: providers, roles, users, groups and what gives them permissions.

use super::{Entity, EntityId, List};
use crate::policy::Attached;
use crate::source::Span;
use crate::value::{Field, Text, Worlds};

/// `AWS::IAM::SAMLProvider`.
#[derive(Clone, Debug)]
pub struct SamlProvider {
    /// What every entity has.
    pub entity: Entity,
    /// `Name`. Generated if absent.
    pub name: Field<Text>,
    /// `SamlMetadataDocument`: the identity provider's metadata, as XML.
    pub metadata: Field<Text>,
    /// `AssertionEncryptionMode`: `Allowed` or `Required`.
    pub encryption: Field<Text>,
}

/// `AWS::IAM::OIDCProvider`, or `Custom::AWSCDKOpenIdConnectProvider`.
#[derive(Clone, Debug)]
pub struct OidcProvider {
    /// What every entity has.
    pub entity: Entity,
    /// `Url`: the issuer with scheme.
    pub url: Field<Text>,
    /// The URL without `https://`: the tail of the ARN and the prefix of condition keys. `None` if a symbol
    /// hides where the scheme ends.
    pub issuer: Option<Text>,
    /// `ClientIdList`: the accepted audiences.
    pub client_ids: List<Text>,
    /// `ThumbprintList`.
    pub thumbprints: List<Text>,
}

/// `AWS::IAM::Role`.
#[derive(Clone, Debug)]
pub struct Role {
    /// What every entity has.
    pub entity: Entity,
    /// `RoleName`. Generated if absent.
    pub name: Field<Text>,
    /// `Path`.
    pub path: Field<Text>,
    /// `AssumeRolePolicyDocument`.
    pub trust: Field<Attached>,
    /// `Policies`: inline policies. (All that gives permissions: [`super::Model::grants_of`].)
    pub policies: List<Attachment>,
    /// `ManagedPolicyArns`.
    pub managed_policies: List<Text>,
    /// `PermissionsBoundary`: the ARN of a managed policy.
    pub boundary: Field<Text>,
    /// `MaxSessionDuration` in seconds. 3,600 if absent.
    pub max_session: Field<i64>,
}

/// An entry of `Policies`: an inline policy.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// `PolicyName`.
    pub name: Field<Text>,
    /// `PolicyDocument`.
    pub document: Field<Attached>,
}

/// `AWS::IAM::ServiceLinkedRole`: its trust and permissions are the service's.
#[derive(Clone, Debug)]
pub struct ServiceLinkedRole {
    /// What every entity has.
    pub entity: Entity,
    /// `AWSServiceName`.
    pub service: Field<Text>,
}

/// `AWS::IAM::ManagedPolicy`.
#[derive(Clone, Debug)]
pub struct ManagedPolicy {
    /// What every entity has.
    pub entity: Entity,
    /// `ManagedPolicyName`. Generated if absent.
    pub name: Field<Text>,
    /// `Path`.
    pub path: Field<Text>,
    /// `PolicyDocument`.
    pub document: Field<Attached>,
    /// `Roles`, by name.
    pub roles: List<Text>,
    /// `Users`, by name.
    pub users: List<Text>,
    /// `Groups`, by name.
    pub groups: List<Text>,
}

/// `AWS::IAM::Policy`, `AWS::IAM::RolePolicy`, `AWS::IAM::UserPolicy`, `AWS::IAM::GroupPolicy`: an inline
/// policy written outside of its holder.
#[derive(Clone, Debug)]
pub struct InlinePolicy {
    /// What every entity has.
    pub entity: Entity,
    /// `PolicyName`.
    pub name: Field<Text>,
    /// `PolicyDocument`.
    pub document: Field<Attached>,
    /// `Roles`, or the one of `RoleName`; by name.
    pub roles: List<Text>,
    /// `Users`, or the one of `UserName`; by name.
    pub users: List<Text>,
    /// `Groups`, or the one of `GroupName`; by name.
    pub groups: List<Text>,
}

/// `AWS::IAM::User`.
#[derive(Clone, Debug)]
pub struct User {
    /// What every entity has.
    pub entity: Entity,
    /// `UserName`. Generated if absent.
    pub name: Field<Text>,
    /// `Path`.
    pub path: Field<Text>,
    /// `Groups`, by name.
    pub groups: List<Text>,
    /// `Policies`.
    pub policies: List<Attachment>,
    /// `ManagedPolicyArns`.
    pub managed_policies: List<Text>,
    /// `PermissionsBoundary`.
    pub boundary: Field<Text>,
    /// Where `LoginProfile` is written: the user can sign in to the console. The password is not read.
    pub login_profile: Option<Span>,
}

/// `AWS::IAM::Group`.
#[derive(Clone, Debug)]
pub struct Group {
    /// What every entity has.
    pub entity: Entity,
    /// `GroupName`. Generated if absent.
    pub name: Field<Text>,
    /// `Path`.
    pub path: Field<Text>,
    /// `Policies`.
    pub policies: List<Attachment>,
    /// `ManagedPolicyArns`.
    pub managed_policies: List<Text>,
}

/// `AWS::IAM::UserToGroupAddition`.
#[derive(Clone, Debug)]
pub struct GroupAddition {
    /// What every entity has.
    pub entity: Entity,
    /// `GroupName`.
    pub group: Field<Text>,
    /// `Users`, by name.
    pub users: List<Text>,
}

/// `AWS::IAM::InstanceProfile`.
#[derive(Clone, Debug)]
pub struct InstanceProfile {
    /// What every entity has.
    pub entity: Entity,
    /// `Roles`, by name; at most one.
    pub roles: List<Text>,
}

/// Something that gives permissions to a role, user or group, from whichever side it is attached.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The role, user or group.
    pub holder: EntityId,
    /// The worlds in which both exist and are attached.
    pub worlds: Worlds,
    /// Where the attachment is written: the reference, or the inline policy.
    pub span: Span,
    /// True if the attachment holds for every value of the unknowns.
    pub sure: bool,
    /// How it is attached.
    pub attachment: PolicyAttachment,
    /// What is attached.
    pub policy: GrantedPolicy,
}

/// How a policy is attached to its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyAttachment {
    /// Written in the holder's `Policies`.
    Inline,
    /// An [`InlinePolicy`] names the holder.
    Separate(EntityId),
    /// The holder names a managed policy in `ManagedPolicyArns`.
    ByHolder,
    /// A [`ManagedPolicy`] names the holder in `Roles`, `Users` or `Groups`.
    ByPolicy(EntityId),
}

/// A policy that is granted.
#[derive(Clone, Debug)]
pub enum GrantedPolicy {
    /// The document is in view.
    Document(Attached),
    /// A policy that AWS manages: its ARN.
    AwsManaged(Text),
    /// A policy that is not in view: its ARN, or what stands in its place.
    NotInView(Text),
    /// Any number of policies of which nothing is known.
    Unknown,
}
