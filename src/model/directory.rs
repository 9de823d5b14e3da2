//! Directories of Directory Service.

use super::read::Slot;
use super::{Entity, Form};
use crate::value::{Field, Text};

/// `AWS::DirectoryService::MicrosoftAD`, `AWS::DirectoryService::SimpleAD`, or a connector to a directory of one's own.
#[derive(Clone, Debug)]
pub struct Directory {
    /// What every entity has.
    pub entity: Entity,
    /// Which of them.
    pub directory: DirectoryKind,
    /// `Name`: the domain. (The password is not read.)
    pub name: Field<Text>,
    /// `Edition` of a Microsoft AD.
    pub edition: Field<Text>,
    /// `EnableSso`: single sign-on of Windows to Directory Service, not Identity Center.
    pub windows_single_sign_on: Field<bool>,
    /// `Stage`: `Active` if it works. A template does not say it.
    pub stage: Field<Text>,
}

/// What a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DirectoryKind {
    /// AWS Managed Microsoft AD.
    MicrosoftAd,
    /// Simple AD: Identity Center cannot use it.
    SimpleAd,
    /// A connector to a directory of one's own.
    Connector,
}

/// `AWS::DirectoryService::Trust`: not a resource type; what Directory Service tells of one.
#[derive(Clone, Debug)]
pub struct DirectoryTrust {
    /// What every entity has.
    pub entity: Entity,
    /// `DirectoryId`.
    pub directory: Field<Text>,
    /// `RemoteDomainName`: the domain at the other end.
    pub remote_domain: Field<Text>,
    /// `TrustType`: `Forest` or `External`.
    pub trust_type: Field<Text>,
    /// `TrustDirection`: `One-Way: Outgoing`, `One-Way: Incoming` or `Two-Way`.
    pub direction: Field<Text>,
    /// `TrustState`: `Verified` if it works.
    pub state: Field<Text>,
    /// `TrustStateReason`.
    pub state_reason: Field<Text>,
    /// `SelectiveAuth`: `Enabled` or `Disabled`.
    pub selective: Field<Text>,
}

impl Directory {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        if let Field::Known(id) = properties.get("DirectoryId").text() {
            entity.identify(Form::Id, id.value);
        }
        let directory = match properties.context().vocabulary.names.text(entity.resource_type) {
            "AWS::DirectoryService::SimpleAD" => DirectoryKind::SimpleAd,
            "AWS::DirectoryService::ADConnector" => DirectoryKind::Connector,
            _ => DirectoryKind::MicrosoftAd,
        };
        Self {
            entity,
            directory,
            name: properties.get("Name").text(),
            edition: properties.get("Edition").text(),
            windows_single_sign_on: properties.get("EnableSso").boolean(),
            stage: properties.get("Stage").text(),
        }
    }
}

impl DirectoryTrust {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self {
            entity,
            directory: properties.get("DirectoryId").text(),
            remote_domain: properties.get("RemoteDomainName").text(),
            trust_type: properties.get("TrustType").text(),
            direction: properties.get("TrustDirection").text(),
            state: properties.get("TrustState").text(),
            state_reason: properties.get("TrustStateReason").text(),
            selective: properties.get("SelectiveAuth").text(),
        }
    }
}
