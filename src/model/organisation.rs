//! Organisations: their accounts, units and policies.

use super::identifiers::{Piece, concat};
use super::read::{Context, Slot};
use super::{Entity, Form, List};
use crate::policy::Attached;
use crate::value::{Field, Text};

/// `AWS::Organizations::Organization`.
#[derive(Clone, Debug)]
pub struct Organization {
    /// What every entity has.
    pub entity: Entity,
    /// `Id`. A template does not say it.
    pub organization: Field<Text>,
    /// `ManagementAccountId`. A template does not say it, and makes the account that it is deployed into the one.
    pub management: Field<Text>,
    /// `FeatureSet`: `ALL` or `CONSOLIDATED_BILLING`. `ALL` if absent.
    pub features: Field<Text>,
}

/// `AWS::Organizations::DelegatedAdministrator`: not a resource type; what Organizations tells of one.
#[derive(Clone, Debug)]
pub struct DelegatedAdministrator {
    /// What every entity has.
    pub entity: Entity,
    /// `AccountId`.
    pub account: Field<Text>,
    /// `ServicePrincipals`: the services that it administers.
    pub services: List<Text>,
}

/// `AWS::Organizations::Root`: not a resource type; what Organizations tells of what stands above all accounts.
#[derive(Clone, Debug)]
pub struct OrganizationRoot {
    /// What every entity has.
    pub entity: Entity,
    /// `PolicyTypes`: those in use. Policies of other types limit nobody, whatever they are attached to.
    pub policy_types: List<PolicyType>,
}

/// A type of policies that an organisation uses.
#[derive(Clone, Debug)]
pub struct PolicyType {
    /// `Type`: `SERVICE_CONTROL_POLICY`, `RESOURCE_CONTROL_POLICY`, others.
    pub policy_type: Field<Text>,
    /// `Status`: `ENABLED`, `PENDING_ENABLE`, `PENDING_DISABLE`.
    pub status: Field<Text>,
}

/// `AWS::Organizations::Account`.
#[derive(Clone, Debug)]
pub struct Account {
    /// What every entity has.
    pub entity: Entity,
    /// `AccountName`.
    pub name: Field<Text>,
    /// `ParentIds`.
    pub parents: List<Text>,
    /// `RoleName`: a role with which the management account administers it. `OrganizationAccountAccessRole` if
    /// absent.
    pub access_role: Field<Text>,
}

/// `AWS::Organizations::OrganizationalUnit`.
#[derive(Clone, Debug)]
pub struct OrganizationalUnit {
    /// What every entity has.
    pub entity: Entity,
    /// `Name`.
    pub name: Field<Text>,
    /// `ParentId`.
    pub parent: Field<Text>,
}

/// `AWS::Organizations::Policy`.
#[derive(Clone, Debug)]
pub struct OrganizationPolicy {
    /// What every entity has.
    pub entity: Entity,
    /// `Name`.
    pub name: Field<Text>,
    /// `Type`: `SERVICE_CONTROL_POLICY`, `RESOURCE_CONTROL_POLICY`, others.
    pub policy_type: Field<Text>,
    /// `Content`, of the two types that are written in the policy language; else absent.
    pub content: Field<Attached>,
    /// `TargetIds`.
    pub targets: List<Text>,
}

impl Organization {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let organization = properties.get("Id").text();
        if let Field::Known(id) = &organization {
            entity.identify(Form::Id, id.value.clone());
        }
        Self {
            entity,
            organization,
            management: properties.get("ManagementAccountId").text(),
            features: properties.get("FeatureSet").text(),
        }
    }
}

impl DelegatedAdministrator {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self {
            entity,
            account: properties.get("AccountId").text(),
            services: properties.get("ServicePrincipals").texts(),
        }
    }
}

impl OrganizationRoot {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        let policy_type = |item: Slot<'_>| {
            item.object(|item| PolicyType {
                policy_type: item.get("Type").text(),
                status: item.get("Status").text(),
            })
        };
        Self { entity, policy_types: properties.get("PolicyTypes").list(policy_type) }
    }
}

impl Account {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let Context { vocabulary, deployment, .. } = properties.context();
        if let Some(id) = entity.identifier(Form::Id).cloned() {
            let pieces = [
                Piece::Literal("arn:"),
                Piece::Text(&deployment.partition),
                Piece::Literal(":iam::"),
                Piece::Text(&id),
                Piece::Literal(":root"),
            ];
            entity.identify(Form::RootArn, concat(vocabulary, &pieces));
        }
        Self {
            entity,
            name: properties.get("AccountName").text(),
            parents: properties.get("ParentIds").texts(),
            access_role: properties.get("RoleName").text(),
        }
    }
}

impl OrganizationalUnit {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self { entity, name: properties.get("Name").text(), parent: properties.get("ParentId").text() }
    }
}

impl OrganizationPolicy {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        let policy_type = properties.get("Type").text();
        let content = properties.get("Content");
        let literal =
            policy_type.known().and_then(|text| text.value.as_literal(properties.context().vocabulary));
        let in_policy_language = match literal {
            Some(literal) => matches!(literal, "SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY"),
            None => true,
        };
        Self {
            entity,
            name: properties.get("Name").text(),
            policy_type,
            content: if in_policy_language { content } else { content.nothing() }.document(),
            targets: properties.get("TargetIds").texts(),
        }
    }
}
