//! Organisations and directories.

use super::{Entity, List};
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
