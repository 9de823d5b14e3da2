//! IAM Identity Center and its identity store.

use super::read::Slot;
use super::{Entity, Form, List};
use crate::policy::Attached;
use crate::value::{Field, Text};

/// `AWS::SSO::Instance`: an account instance if a template makes it; in an account also that of the organisation.
#[derive(Clone, Debug)]
pub struct IdentityCenterInstance {
    /// What every entity has.
    pub entity: Entity,
    /// `Name`.
    pub name: Field<Text>,
    /// `OwnerAccountId`: who has it. A template does not say it, and makes one of its own account.
    pub owner: Field<Text>,
    /// `Status`: `ACTIVE` or what it becomes.
    pub status: Field<Text>,
    /// `PermissionSetsEnabled`: false if it is for applications only.
    pub permission_sets: Field<bool>,
}

/// `AWS::SSO::PermissionSet`.
#[derive(Clone, Debug)]
pub struct PermissionSet {
    /// What every entity has.
    pub entity: Entity,
    /// `Name`.
    pub name: Field<Text>,
    /// `Description`.
    pub description: Field<Text>,
    /// `InstanceArn`.
    pub instance: Field<Text>,
    /// `InlinePolicy`.
    pub inline_policy: Field<Attached>,
    /// `ManagedPolicies`: ARNs of policies that AWS manages.
    pub managed_policies: List<Text>,
    /// `CustomerManagedPolicyReferences`.
    pub customer_policies: List<CustomerManagedPolicy>,
    /// `PermissionsBoundary`.
    pub boundary: Field<PermissionsBoundary>,
    /// `SessionDuration`: an ISO 8601 duration. One hour if absent.
    pub session_duration: Field<Text>,
    /// `RelayStateType`: where the user lands.
    pub relay_state: Field<Text>,
    /// `ProvisionedAccounts`: not a property; the accounts that have a role of it, as Identity Center tells.
    pub provisioned_accounts: List<Text>,
}

/// A managed policy that is looked up by name and path in each account.
#[derive(Clone, Debug)]
pub struct CustomerManagedPolicy {
    /// `Name`.
    pub name: Field<Text>,
    /// `Path`. `/` if absent.
    pub path: Field<Text>,
}

/// The boundary of a permission set: one of both is written.
#[derive(Clone, Debug)]
pub struct PermissionsBoundary {
    /// `ManagedPolicyArn`: of a policy that AWS manages.
    pub managed_policy: Field<Text>,
    /// `CustomerManagedPolicyReference`.
    pub customer_policy: Field<CustomerManagedPolicy>,
}

/// `AWS::SSO::Assignment`.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// What every entity has.
    pub entity: Entity,
    /// `InstanceArn`.
    pub instance: Field<Text>,
    /// `PermissionSetArn`.
    pub permission_set: Field<Text>,
    /// `PrincipalType`: `USER` or `GROUP`.
    pub principal_type: Field<Text>,
    /// `PrincipalId`.
    pub principal: Field<Text>,
    /// `TargetType`: `AWS_ACCOUNT`.
    pub target_type: Field<Text>,
    /// `TargetId`: an account id.
    pub target: Field<Text>,
}

/// `AWS::SSO::InstanceAccessControlAttributeConfiguration`.
#[derive(Clone, Debug)]
pub struct AccessControlAttributes {
    /// What every entity has.
    pub entity: Entity,
    /// `InstanceArn`.
    pub instance: Field<Text>,
    /// `AccessControlAttributes`, of the property itself or of the deprecated wrapper.
    pub attributes: List<AccessControlAttribute>,
}

/// A session tag and the user attributes that it is read from.
#[derive(Clone, Debug)]
pub struct AccessControlAttribute {
    /// `Key`: the tag.
    pub key: Field<Text>,
    /// `Value.Source`: `${path:enterprise.department}`.
    pub sources: List<Text>,
}

/// `AWS::SSO::ApplicationAssignment`.
#[derive(Clone, Debug)]
pub struct ApplicationAssignment {
    /// What every entity has.
    pub entity: Entity,
    /// `ApplicationArn`.
    pub application: Field<Text>,
    /// `PrincipalType`: `USER` or `GROUP`.
    pub principal_type: Field<Text>,
    /// `PrincipalId`.
    pub principal: Field<Text>,
}

/// `AWS::IdentityStore::Group`.
#[derive(Clone, Debug)]
pub struct StoreGroup {
    /// What every entity has.
    pub entity: Entity,
    /// `IdentityStoreId`.
    pub store: Field<Text>,
    /// `DisplayName`.
    pub display_name: Field<Text>,
}

/// `AWS::IdentityStore::User`.
#[derive(Clone, Debug)]
pub struct StoreUser {
    /// What every entity has.
    pub entity: Entity,
    /// `IdentityStoreId`.
    pub store: Field<Text>,
    /// `UserName`.
    pub user_name: Field<Text>,
    /// `DisplayName`.
    pub display_name: Field<Text>,
}

/// `AWS::IdentityStore::GroupMembership`.
#[derive(Clone, Debug)]
pub struct StoreMembership {
    /// What every entity has.
    pub entity: Entity,
    /// `IdentityStoreId`.
    pub store: Field<Text>,
    /// `GroupId`.
    pub group: Field<Text>,
    /// `MemberId.UserId`.
    pub user: Field<Text>,
}

impl IdentityCenterInstance {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        if let Field::Known(store) = properties.get("IdentityStoreId").text() {
            entity.identify(Form::StoreId, store.value);
        }
        Self {
            entity,
            name: properties.get("Name").text(),
            owner: properties.get("OwnerAccountId").text(),
            status: properties.get("Status").text(),
            permission_sets: properties.get("PermissionSetsEnabled").boolean(),
        }
    }
}

impl PermissionSet {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let name = properties.get("Name").text();
        if let Field::Known(name) = &name {
            entity.identify(Form::Name, name.value.clone());
        }
        let boundary = |boundary: Slot<'_>| PermissionsBoundary {
            managed_policy: boundary.get("ManagedPolicyArn").text(),
            customer_policy: boundary.get("CustomerManagedPolicyReference").object(customer_policy),
        };
        Self {
            entity,
            name,
            description: properties.get("Description").text(),
            instance: properties.get("InstanceArn").text(),
            inline_policy: properties.get("InlinePolicy").document(),
            managed_policies: properties.get("ManagedPolicies").texts(),
            customer_policies: properties
                .get("CustomerManagedPolicyReferences")
                .list(|reference| reference.object(customer_policy)),
            boundary: properties.get("PermissionsBoundary").object(boundary),
            session_duration: properties.get("SessionDuration").text(),
            relay_state: properties.get("RelayStateType").text(),
            provisioned_accounts: properties.get("ProvisionedAccounts").texts(),
        }
    }
}

fn customer_policy(reference: Slot<'_>) -> CustomerManagedPolicy {
    CustomerManagedPolicy { name: reference.get("Name").text(), path: reference.get("Path").text() }
}

impl Assignment {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self {
            entity,
            instance: properties.get("InstanceArn").text(),
            permission_set: properties.get("PermissionSetArn").text(),
            principal_type: properties.get("PrincipalType").text(),
            principal: properties.get("PrincipalId").text(),
            target_type: properties.get("TargetType").text(),
            target: properties.get("TargetId").text(),
        }
    }
}

impl AccessControlAttributes {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        const LIST: &str = "AccessControlAttributes";
        let deprecated = properties.at(&["InstanceAccessControlAttributeConfiguration", LIST]);
        let attribute = |attribute: Slot<'_>| AccessControlAttribute {
            key: attribute.get("Key").text(),
            sources: attribute.at(&["Value", "Source"]).texts(),
        };
        Self {
            entity,
            instance: properties.get("InstanceArn").text(),
            attributes: properties.get(LIST).or(deprecated).list(|item| item.object(attribute)),
        }
    }
}

impl ApplicationAssignment {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self {
            entity,
            application: properties.get("ApplicationArn").text(),
            principal_type: properties.get("PrincipalType").text(),
            principal: properties.get("PrincipalId").text(),
        }
    }
}

impl StoreGroup {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let display_name = properties.get("DisplayName").text();
        if let Field::Known(name) = &display_name {
            entity.identify(Form::Name, name.value.clone());
        }
        Self { entity, store: properties.get("IdentityStoreId").text(), display_name }
    }
}

impl StoreUser {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let user_name = properties.get("UserName").text();
        if let Field::Known(name) = &user_name {
            entity.identify(Form::Name, name.value.clone());
        }
        Self {
            entity,
            store: properties.get("IdentityStoreId").text(),
            user_name,
            display_name: properties.get("DisplayName").text(),
        }
    }
}

impl StoreMembership {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self {
            entity,
            store: properties.get("IdentityStoreId").text(),
            group: properties.get("GroupId").text(),
            user: properties.at(&["MemberId", "UserId"]).text(),
        }
    }
}
