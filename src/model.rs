//! Typed entities, each field with its place, and the references between them.
//!
//! A resource becomes one entity for each of its variants: facts never look at two worlds at once. A property
//! of a wrong shape is [`Field::Unknown`], never lost. References ([`Reference`]) are resolved across all files
//! of a scan, and say what they found: the entity, the right one in a wrong form, nothing, or something that
//! is not in view.

mod application;
mod build;
mod carrier;
mod consumer;
mod directory;
mod iam;
mod identifiers;
mod identity_center;
mod identity_pool;
mod link;
mod organisation;
mod provisioned_role;
mod read;
mod saml;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod user_pool;
mod workload;

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use self::read::Slot;
use crate::document::saml_metadata::Content;
use crate::policy::{Attached, Policies, Policy};
use crate::resources::{Deployment, Inventory, Template};
use crate::source::{Problem, Span};
use crate::value::{DeploymentId, Field, Name, TemplateId, Text, Worlds};

pub use application::{
    Application, ApplicationGrant, AuthenticationMethod, AuthorizedIssuer, TrustedTokenIssuer,
};
pub use build::{Builder, Part, build};
pub use carrier::Carrier;
pub use consumer::{ConsumedToken, ConsumerKind, TokenConsumer};
pub use directory::{Directory, DirectoryKind, DirectoryTrust};
pub use iam::{
    AccessKey, Attachment, Grant, GrantedPolicy, Group, GroupAddition, InlinePolicy, InstanceProfile,
    ManagedPolicy, OidcProvider, PolicyAttachment, Role, ServiceLinkedRole, User,
};
pub use identity_center::{
    AccessControlAttribute, AccessControlAttributes, ApplicationAssignment, Assignment,
    CustomerManagedPolicy, IdentityCenterInstance, PermissionSet, PermissionsBoundary, StoreGroup,
    StoreMembership, StoreUser,
};
pub use identity_pool::{
    AttachedRole, IdentityPool, LoginProvider, MappingRule, PrincipalTag, PrincipalTags, RoleAttachment,
    RoleMapping, UserPoolLogin,
};
pub use link::{Expected, Found, Missing, Outside, Reference, ReferencePlace, Target};
pub use organisation::{
    Account, DelegatedAdministrator, Organization, OrganizationPolicy, OrganizationRoot, OrganizationalUnit,
    PolicyType,
};
pub use provisioned_role::{Assigned, NamedPolicy, ProvisionedRole, RoleBoundary};
pub use saml::SamlProvider;
pub use user_pool::{
    ClientRegistration, SchemaAttribute, UserPool, UserPoolClient, UserPoolDomain, UserPoolGroup,
    UserPoolGroupMember, UserPoolIdentityProvider, UserPoolUser,
};
pub use workload::{AttributeMapping, PodIdentity, Profile, RevocationList, TrustAnchor};

/// A list property. Items are never [`Field::Absent`]; an unknown item stands for any number of items.
pub type List<T> = Field<Vec<Field<T>>>;

/// What every entity has.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its number.
    pub id: EntityId,
    /// The CloudFormation type, `AWS::IAM::Role`.
    pub resource_type: Name,
    /// The logical id; in a dump, the name or ARN.
    pub logical_id: Name,
    /// The deployment that it is part of.
    pub deployment: DeploymentId,
    /// The template that creates it: the scope of its logical id.
    pub template: TemplateId,
    /// Which of the resource's variants this is: the entities of one resource have equal kind, deployment, template
    /// and logical id, and are never in one world together.
    pub variant: u16,
    /// The logical id where it is written.
    pub span: Span,
    /// The properties.
    pub properties: Span,
    /// The worlds in which it exists with these contents.
    pub worlds: Worlds,
    /// `Metadata: aws:cdk:path`.
    pub cdk_path: Option<Name>,
    /// The SAM resource that makes this one.
    pub made_by: Option<Name>,
    /// True if a list of an account names it, and no answer tells of it.
    pub only_listed: bool,
    /// The texts by which others name it.
    pub identifiers: Identifiers,
    /// False if its properties could not be resolved at all: every field is unknown.
    pub readable: bool,
}

/// The texts by which others name an entity. Nearly all have two at most, and there may be very many entities.
pub type Identifiers = SmallVec<[Identifier; 2]>;

/// One text that names an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// Which of its identifiers this is.
    pub form: Form,
    /// The text.
    pub text: Text,
}

/// The identifiers that AWS has for things. What each means depends on the kind of entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// The ARN.
    Arn,
    /// The name.
    Name,
    /// The id by which its service names it: user pool id, identity pool id, client id, group id, account id.
    Id,
    /// IAM's id that is never used again, `AROA...`; a SAML provider's UUID.
    UniqueId,
    /// An issuer without scheme: `cognito-idp.REGION.amazonaws.com/POOL_ID`, `HOST/PATH` of an OIDC provider.
    ProviderName,
    /// An issuer with scheme.
    ProviderUrl,
    /// What `Ref` returns where that is several identifiers with a bar between them.
    Composite,
    /// An app client's secret.
    Secret,
    /// What EKS puts as `sts:ExternalId` when it assumes the target role of a pod identity association.
    ExternalId,
    /// An app client as the provider of a role mapping: the pool's provider name, a colon, the client id.
    Login,
    /// The domain of a user pool.
    Domain,
    /// The id of the identity store of an Identity Center instance.
    StoreId,
    /// The account root as a principal, `arn:aws:iam::ACCOUNT:root`.
    RootArn,
    /// The ARN of a policy that AWS manages. No entity has it.
    AwsManagedArn,
    /// Another attribute.
    Other,
}

impl Form {
    /// The name in output, in kebab-case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arn => "arn",
            Self::Name => "name",
            Self::Id => "id",
            Self::UniqueId => "unique-id",
            Self::ProviderName => "provider-name",
            Self::ProviderUrl => "provider-url",
            Self::Composite => "composite",
            Self::Secret => "secret",
            Self::ExternalId => "external-id",
            Self::Login => "login",
            Self::Domain => "domain",
            Self::StoreId => "store-id",
            Self::RootArn => "root-arn",
            Self::AwsManagedArn => "aws-managed-arn",
            Self::Other => "other",
        }
    }
}

impl Entity {
    /// The identifier of a form.
    #[must_use]
    pub fn identifier(&self, form: Form) -> Option<&Text> {
        self.identifiers.iter().find(|identifier| identifier.form == form).map(|identifier| &identifier.text)
    }

    /// The ARN, where it has one.
    #[must_use]
    pub fn arn(&self) -> Option<&Text> {
        self.identifier(Form::Arn)
    }

    /// The name, where it has one.
    #[must_use]
    pub fn name(&self) -> Option<&Text> {
        self.identifier(Form::Name)
    }

    /// True if both are variants of one resource. In an account a role and a user may have one name, so that the kind counts.
    #[must_use]
    pub fn same_resource(&self, other: &Self) -> bool {
        self.resource() == other.resource()
    }

    /// What the variants of one resource have in common, and nothing else has.
    #[must_use]
    pub const fn resource(&self) -> ResourceKey {
        (self.id.kind, self.deployment, self.template, self.logical_id)
    }
}

/// See [`Entity::resource`].
pub type ResourceKey = (EntityKind, DeploymentId, TemplateId, Name);

/// An entity: its kind, and its position among those of its kind. Positions follow the order of
/// [`crate::resources::Resources::resources`], so they are the same in every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId {
    /// The kind.
    pub kind: EntityKind,
    /// The index in the list of that kind.
    pub index: u32,
}

/// The kinds of entities: those that are read from resources, and those that others amount to.
macro_rules! entities {
    (read { $($read:tt)* } made { $($made:tt)* }) => {
        entities! { all { $($read)* $($made)* } }
        entities! { add { $($read)* } }
    };
    (add { $($(#[$about:meta])* $kind:ident, $field:ident, $name:literal;)* }) => {
        impl Model {
            /// Adds an entity that is read from its properties.
            fn add(&mut self, mut entity: Entity, properties: Slot<'_>) {
                match entity.id.kind {
                    $(EntityKind::$kind => {
                        entity.id.index = u32::try_from(self.$field.len())
                            .expect("a scan has fewer than 2^32 entities of a kind");
                        self.$field.push($kind::read(entity, properties));
                    })*
                    // Made when all of them are linked.
                    _ => {}
                }
            }
        }
    };
    (all { $($(#[$about:meta])* $kind:ident, $field:ident, $name:literal;)* }) => {
        /// The kinds of entities.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EntityKind {
            $($(#[$about])* $kind,)*
        }

        impl EntityKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The names of every kind, by position.
            pub const NAMES: &[&str] = &[$($name,)*];

            /// The name in output, in kebab-case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }

        /// All entities of a scan, and how they refer to each other.
        #[derive(Debug, Default)]
        pub struct Model {
            $($(#[$about])* pub $field: Vec<$kind>,)*
            /// The distinct policies.
            pub policies: Policies,
            /// Every reference, by entity and place in it.
            pub references: Vec<Reference>,
            /// What gives permissions to roles, users and groups, by holder.
            pub grants: Vec<Grant>,
            /// Templates and deployments, as far as facts need them.
            pub scope: Scope,
        }

        impl Model {
            /// What an entity has in common with all others.
            #[must_use]
            pub fn entity(&self, id: EntityId) -> &Entity {
                let index = id.index as usize;
                match id.kind { $(EntityKind::$kind => &self.$field[index].entity,)* }
            }

            /// All entities, by kind and index.
            pub fn entities(&self) -> impl Iterator<Item = &Entity> {
                std::iter::empty()$(.chain(self.$field.iter().map(|item| &item.entity)))*
            }
        }

        $(impl Kind for $kind {
            const KIND: EntityKind = EntityKind::$kind;

            fn entity(&self) -> &Entity {
                &self.entity
            }

            fn all(model: &Model) -> &[Self] {
                &model.$field
            }
        })*
    };
}

entities! {
    read {
        /// IAM SAML providers.
        SamlProvider, saml_providers, "saml-provider";
        /// IAM OIDC providers.
        OidcProvider, oidc_providers, "oidc-provider";
        /// IAM roles.
        Role, roles, "role";
        /// Service-linked roles.
        ServiceLinkedRole, service_linked_roles, "service-linked-role";
        /// IAM managed policies.
        ManagedPolicy, managed_policies, "managed-policy";
        /// Inline policies that are resources of their own.
        InlinePolicy, inline_policies, "inline-policy";
        /// IAM users.
        User, users, "user";
        /// Access keys of IAM users.
        AccessKey, access_keys, "access-key";
        /// IAM groups.
        Group, groups, "group";
        /// Additions of IAM users to a group.
        GroupAddition, group_additions, "group-addition";
        /// Instance profiles.
        InstanceProfile, instance_profiles, "instance-profile";
        /// Identity Center instances.
        IdentityCenterInstance, identity_center_instances, "identity-center-instance";
        /// Permission sets.
        PermissionSet, permission_sets, "permission-set";
        /// Account assignments of Identity Center.
        Assignment, assignments, "assignment";
        /// Attributes for access control of an Identity Center instance.
        AccessControlAttributes, access_control_attributes, "access-control-attributes";
        /// Identity Center applications.
        Application, applications, "application";
        /// Issuers outside whose tokens Identity Center exchanges.
        TrustedTokenIssuer, trusted_token_issuers, "trusted-token-issuer";
        /// Assignments to Identity Center applications.
        ApplicationAssignment, application_assignments, "application-assignment";
        /// Groups of an identity store.
        StoreGroup, store_groups, "identity-store-group";
        /// Users of an identity store.
        StoreUser, store_users, "identity-store-user";
        /// Memberships of an identity store.
        StoreMembership, store_memberships, "identity-store-membership";
        /// Cognito user pools.
        UserPool, user_pools, "user-pool";
        /// App clients of user pools.
        UserPoolClient, user_pool_clients, "user-pool-client";
        /// Identity providers of user pools.
        UserPoolIdentityProvider, user_pool_identity_providers, "user-pool-identity-provider";
        /// Groups of user pools.
        UserPoolGroup, user_pool_groups, "user-pool-group";
        /// Users of user pools.
        UserPoolUser, user_pool_users, "user-pool-user";
        /// Memberships of user-pool groups.
        UserPoolGroupMember, user_pool_group_members, "user-pool-group-member";
        /// Domains of user pools.
        UserPoolDomain, user_pool_domains, "user-pool-domain";
        /// Cognito identity pools.
        IdentityPool, identity_pools, "identity-pool";
        /// Role attachments of identity pools.
        RoleAttachment, role_attachments, "role-attachment";
        /// Principal tag maps of identity pools.
        PrincipalTags, principal_tags, "principal-tags";
        /// Roles Anywhere trust anchors.
        TrustAnchor, trust_anchors, "trust-anchor";
        /// Roles Anywhere profiles.
        Profile, profiles, "roles-anywhere-profile";
        /// Roles Anywhere revocation lists.
        RevocationList, revocation_lists, "revocation-list";
        /// EKS pod identity associations.
        PodIdentity, pod_identities, "pod-identity";
        /// Directories of Directory Service.
        Directory, directories, "directory";
        /// Trusts of directories in other domains.
        DirectoryTrust, directory_trusts, "directory-trust";
        /// Organisations.
        Organization, organizations, "organization";
        /// Accounts of an organisation.
        Account, accounts, "account";
        /// Organisational units.
        OrganizationalUnit, organizational_units, "organizational-unit";
        /// Accounts that administer a service for their organisation.
        DelegatedAdministrator, delegated_administrators, "delegated-administrator";
        /// Roots of organisations.
        OrganizationRoot, organization_roots, "organization-root";
        /// Policies of an organisation.
        OrganizationPolicy, organization_policies, "organization-policy";
        /// What accepts the tokens of user pools.
        TokenConsumer, token_consumers, "token-consumer";
        /// What runs with a role.
        Carrier, carriers, "role-carrier";
    }
    made {
        /// The roles that permission sets are in the accounts that they are assigned in.
        ProvisionedRole, provisioned_roles, "provisioned-role";
    }
}

/// A type of entities.
pub trait Kind: Sized {
    /// The kind.
    const KIND: EntityKind;

    /// What it has in common with all others.
    fn entity(&self) -> &Entity;

    /// All entities of this kind, by index.
    fn all(model: &Model) -> &[Self];
}

impl Model {
    /// The entity behind an id, if the id is of this kind.
    #[must_use]
    pub fn get<K: Kind>(&self, id: EntityId) -> Option<&K> {
        (id.kind == K::KIND).then(|| &K::all(self)[id.index as usize])
    }

    /// The references that an entity makes, by place.
    #[must_use]
    pub fn references_of(&self, id: EntityId) -> &[Reference] {
        let start = self.references.partition_point(|reference| reference.from < id);
        let end = self.references.partition_point(|reference| reference.from <= id);
        &self.references[start..end]
    }

    /// The references that lead to an entity.
    pub fn references_to(&self, id: EntityId) -> impl Iterator<Item = &Reference> {
        let indices = self.scope.incoming.get(&id).map(Vec::as_slice).unwrap_or_default();
        indices.iter().map(|&index| &self.references[index as usize])
    }

    /// The reference that stands at a place.
    #[must_use]
    pub fn reference_at(&self, from: EntityId, span: Span) -> Option<&Reference> {
        self.references_of(from).iter().find(|reference| reference.span == span)
    }

    /// What gives permissions to a role, user or group.
    #[must_use]
    pub fn grants_of(&self, holder: EntityId) -> &[Grant] {
        let start = self.grants.partition_point(|grant| grant.holder < holder);
        let end = self.grants.partition_point(|grant| grant.holder <= holder);
        &self.grants[start..end]
    }

    /// The deployment of an id.
    #[must_use]
    pub fn deployment(&self, id: DeploymentId) -> Option<&Deployment> {
        build::deployment(&self.scope.deployments, id)
    }

    /// The roles that a permission set is, by account.
    #[must_use]
    pub fn roles_of(&self, permission_set: EntityId) -> &[ProvisionedRole] {
        let roles = &self.provisioned_roles;
        let start = roles.partition_point(|role| role.permission_set < permission_set);
        let end = roles.partition_point(|role| role.permission_set <= permission_set);
        &roles[start..end]
    }

    /// What was not read of texts inside of entities, because it is more than we read.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        let documents = self.saml_providers.iter().filter_map(|provider| provider.document.known());
        documents.filter_map(|document| match &document.value.content {
            Content::Refused(problem) => Some(problem),
            _ => None,
        })
    }

    /// The policy of an attachment.
    #[must_use]
    pub fn policy(&self, attached: &Attached) -> &Policy {
        self.policies.get(attached.policy)
    }
}

/// What is known of the scan around the entities.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Deployments, by id.
    pub deployments: Vec<Deployment>,
    /// Templates, by id.
    pub templates: Vec<Template>,
    /// Of which kinds all things are in view, in accounts that were dumped.
    pub inventories: BTreeMap<DeploymentId, Vec<Inventory>>,
    /// Accounts in which things are only looked up.
    pub existing: FxHashSet<DeploymentId>,
    /// Live accounts: what is in them was taken by AWS.
    pub live: FxHashSet<DeploymentId>,
    /// For each entity, the positions of the references that lead to it, in order.
    incoming: FxHashMap<EntityId, Vec<u32>>,
}

impl Scope {
    /// A deployment by its id.
    #[must_use]
    pub fn deployment(&self, id: DeploymentId) -> Option<&Deployment> {
        build::deployment(&self.deployments, id)
    }

    /// True if things of this account are only looked up.
    #[must_use]
    pub fn is_existing(&self, deployment: DeploymentId) -> bool {
        self.existing.contains(&deployment)
    }
}
