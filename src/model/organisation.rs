//! Organisations and directories.

use super::identifiers::{Piece, concat};
use super::read::{Context, Slot};
use super::{Entity, Form, List};
use crate::policy::Attached;
use crate::value::{Field, Text};

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

/// `AWS::DirectoryService::MicrosoftAD` or `AWS::DirectoryService::SimpleAD`.
#[derive(Clone, Debug)]
pub struct Directory {
    /// What every entity has.
    pub entity: Entity,
    /// Which of both.
    pub directory: DirectoryKind,
    /// `Name`: the domain. (The password is not read.)
    pub name: Field<Text>,
    /// `Edition` of a Microsoft AD.
    pub edition: Field<Text>,
    /// `EnableSso`: single sign-on of Windows to Directory Service, not Identity Center.
    pub windows_single_sign_on: Field<bool>,
}

/// What a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DirectoryKind {
    /// AWS Managed Microsoft AD.
    MicrosoftAd,
    /// Simple AD: Identity Center cannot use it.
    SimpleAd,
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

impl Directory {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        let names = &properties.context().vocabulary.names;
        let simple = names.text(entity.resource_type) == "AWS::DirectoryService::SimpleAD";
        Self {
            entity,
            directory: if simple { DirectoryKind::SimpleAd } else { DirectoryKind::MicrosoftAd },
            name: properties.get("Name").text(),
            edition: properties.get("Edition").text(),
            windows_single_sign_on: properties.get("EnableSso").boolean(),
        }
    }
}
