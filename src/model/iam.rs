//! IAM: OIDC providers, roles, users, groups and what gives them permissions.

use super::identifiers::{Piece, iam_arn};
use super::read::{Context, Slot};
use super::{Entity, EntityId, Form, List};
use crate::policy::{Attached, strip_prefix};
use crate::source::Span;
use crate::value::{Field, Text, Worlds};

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
    /// Where `LoginProfile` is written: he has a password for the console.
    pub login_profile: Option<Span>,
    /// `LoginProfile.Password`: never print it.
    pub password: Field<Text>,
}

/// `AWS::IAM::AccessKey`: of an IAM user.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// What every entity has.
    pub entity: Entity,
    /// `UserName`.
    pub user: Field<Text>,
    /// `Status`: `Active` or `Inactive`.
    pub status: Field<Text>,
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

/// Something that gives permissions to a role, a permission set in an account, a user or a group, from whichever side it is attached. A managed policy that
/// nobody in view has gives to itself: to whoever gets it elsewhere.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The role, provisioned role, user or group; or a managed policy that nobody in view has.
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
    /// The holder names a managed policy in `ManagedPolicyArns`, or the permission set one that AWS manages.
    ByHolder,
    /// The permission set names a [`ManagedPolicy`] of the account.
    ByName(EntityId),
    /// A [`ManagedPolicy`] names the holder in `Roles`, `Users` or `Groups`.
    ByPolicy(EntityId),
    /// The user is in a [`Group`] that has it.
    ByGroup(EntityId),
    /// Nobody in view has the policy.
    Unattached,
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

impl OidcProvider {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let Context { vocabulary, deployment, .. } = properties.context();
        let url = properties.get("Url").text();
        let issuer = url.known().and_then(|url| strip_prefix(&url.value, "https://", vocabulary));
        if let Some(issuer) = &issuer {
            let resource = [Piece::Literal("oidc-provider/"), Piece::Text(issuer)];
            entity.identify(Form::Arn, iam_arn(deployment, &resource, vocabulary));
            entity.identify(Form::ProviderName, issuer.clone());
        }
        if let Field::Known(url) = &url {
            entity.identify(Form::ProviderUrl, url.value.clone());
        }
        // The custom resource of the AWS CDK spells the list's name in its own way.
        let client_ids = properties.get("ClientIdList").or(properties.get("ClientIDList"));
        Self {
            entity,
            url,
            issuer,
            client_ids: client_ids.texts(),
            thumbprints: properties.get("ThumbprintList").texts(),
        }
    }
}

impl Role {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let (name, path) = (properties.get("RoleName").text(), properties.get("Path").text());
        identify_by_path(&mut entity, "role", &name, &path, properties.context());
        Self {
            entity,
            name,
            path,
            trust: properties.get("AssumeRolePolicyDocument").document(),
            policies: inline_policies(properties),
            managed_policies: properties.get("ManagedPolicyArns").texts(),
            boundary: properties.get("PermissionsBoundary").text(),
            max_session: properties.get("MaxSessionDuration").integer(),
        }
    }
}

impl Role {
    /// Adds what another answer tells of a role of which its account's details were read first.
    pub(super) fn supplement(&mut self, max_session: Slot<'_>) {
        let max_session = max_session.integer();
        if self.max_session.is_not_seen() && !max_session.is_not_seen() {
            self.max_session = max_session;
        }
    }
}

impl ServiceLinkedRole {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self { entity, service: properties.get("AWSServiceName").text() }
    }
}

impl ManagedPolicy {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let (name, path) = (properties.get("ManagedPolicyName").text(), properties.get("Path").text());
        identify_by_path(&mut entity, "policy", &name, &path, properties.context());
        Self {
            entity,
            name,
            path,
            document: properties.get("PolicyDocument").document(),
            roles: properties.get("Roles").texts(),
            users: properties.get("Users").texts(),
            groups: properties.get("Groups").texts(),
        }
    }
}

impl InlinePolicy {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        let holders = |list: &str, one: &str| match properties.get(list).texts() {
            Field::Absent => properties.get(one).one_text(),
            written => written,
        };
        Self {
            entity,
            name: properties.get("PolicyName").text(),
            document: properties.get("PolicyDocument").document(),
            roles: holders("Roles", "RoleName"),
            users: holders("Users", "UserName"),
            groups: holders("Groups", "GroupName"),
        }
    }
}

impl User {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let (name, path) = (properties.get("UserName").text(), properties.get("Path").text());
        identify_by_path(&mut entity, "user", &name, &path, properties.context());
        Self {
            entity,
            name,
            path,
            groups: properties.get("Groups").texts(),
            policies: inline_policies(properties),
            managed_policies: properties.get("ManagedPolicyArns").texts(),
            boundary: properties.get("PermissionsBoundary").text(),
            login_profile: properties.get("LoginProfile").span(),
            password: properties.at(&["LoginProfile", "Password"]).text(),
        }
    }
}

impl User {
    /// Adds what another answer tells of a user of whom the account's details were read first.
    pub(super) fn supplement(&mut self, login_profile: Slot<'_>) {
        self.login_profile = self.login_profile.or(login_profile.span());
    }
}

impl AccessKey {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self { entity, user: properties.get("UserName").text(), status: properties.get("Status").text() }
    }
}

impl Group {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let (name, path) = (properties.get("GroupName").text(), properties.get("Path").text());
        identify_by_path(&mut entity, "group", &name, &path, properties.context());
        Self {
            entity,
            name,
            path,
            policies: inline_policies(properties),
            managed_policies: properties.get("ManagedPolicyArns").texts(),
        }
    }
}

impl GroupAddition {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self { entity, group: properties.get("GroupName").text(), users: properties.get("Users").texts() }
    }
}

impl InstanceProfile {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self { entity, roles: properties.get("Roles").texts() }
    }
}

fn inline_policies(properties: Slot<'_>) -> List<Attachment> {
    let read = |policy: Slot<'_>| Attachment {
        name: policy.get("PolicyName").text(),
        document: policy.get("PolicyDocument").document(),
    };
    properties.get("Policies").list(|policy| policy.object(read))
}

/// Names an IAM entity by its written name, and by the ARN that name and path make.
fn identify_by_path(
    entity: &mut Entity,
    kind: &str,
    name: &Field<Text>,
    path: &Field<Text>,
    context: Context<'_>,
) {
    let Field::Known(name) = name else { return };
    entity.identify(Form::Name, name.value.clone());
    let root = context.vocabulary.literal("/");
    let path = match path {
        Field::Absent => &root,
        Field::Known(path) => &path.value,
        Field::Unknown(_) => return,
    };
    let resource = [Piece::Literal(kind), Piece::Text(path), Piece::Text(&name.value)];
    entity.identify(Form::Arn, iam_arn(context.deployment, &resource, context.vocabulary));
}
