//! Workloads outside IAM that get roles: Roles Anywhere and EKS Pod Identity.

use super::read::Slot;
use super::{Entity, List};
use crate::policy::Attached;
use crate::value::{Field, Text};

/// `AWS::RolesAnywhere::TrustAnchor`.
#[derive(Clone, Debug)]
pub struct TrustAnchor {
    /// What every entity has.
    pub entity: Entity,
    /// `Name`.
    pub name: Field<Text>,
    /// `Enabled`.
    pub enabled: Field<bool>,
    /// `Source.SourceType`: `AWS_ACM_PCA` or `CERTIFICATE_BUNDLE`.
    pub source_type: Field<Text>,
    /// `Source.SourceData.AcmPcaArn`.
    pub private_authority: Field<Text>,
    /// `Source.SourceData.X509CertificateData`: certificates in PEM.
    pub certificates: Field<Text>,
}

/// `AWS::RolesAnywhere::Profile`.
#[derive(Clone, Debug)]
pub struct Profile {
    /// What every entity has.
    pub entity: Entity,
    /// `Name`.
    pub name: Field<Text>,
    /// `Enabled`.
    pub enabled: Field<bool>,
    /// `RoleArns`.
    pub roles: List<Text>,
    /// `ManagedPolicyArns`: they limit the session.
    pub managed_policies: List<Text>,
    /// `SessionPolicy`: it limits the session.
    pub session_policy: Field<Attached>,
    /// `DurationSeconds`.
    pub duration: Field<i64>,
    /// `AcceptRoleSessionName`.
    pub accepts_session_name: Field<bool>,
    /// `AttributeMappings`.
    pub attribute_mappings: List<AttributeMapping>,
}

/// A certificate field whose parts become session tags.
#[derive(Clone, Debug)]
pub struct AttributeMapping {
    /// `CertificateField`: `x509Subject`, `x509Issuer`, `x509SAN`.
    pub field: Field<Text>,
    /// `MappingRules`: the specifiers.
    pub specifiers: List<Text>,
}

/// `AWS::RolesAnywhere::CRL`.
#[derive(Clone, Debug)]
pub struct RevocationList {
    /// What every entity has.
    pub entity: Entity,
    /// `Name`.
    pub name: Field<Text>,
    /// `Enabled`.
    pub enabled: Field<bool>,
    /// `TrustAnchorArn`.
    pub trust_anchor: Field<Text>,
}

/// `AWS::EKS::PodIdentityAssociation`.
#[derive(Clone, Debug)]
pub struct PodIdentity {
    /// What every entity has.
    pub entity: Entity,
    /// `ClusterName`.
    pub cluster: Field<Text>,
    /// `Namespace`.
    pub namespace: Field<Text>,
    /// `ServiceAccount`.
    pub service_account: Field<Text>,
    /// `RoleArn`.
    pub role: Field<Text>,
    /// `TargetRoleArn`: assumed by the first role.
    pub target_role: Field<Text>,
    /// `DisableSessionTags`.
    pub session_tags_disabled: Field<bool>,
    /// `Policy`: it limits the session.
    pub session_policy: Field<Attached>,
}

impl TrustAnchor {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        let source = properties.get("Source");
        Self {
            entity,
            name: properties.get("Name").text(),
            enabled: properties.get("Enabled").boolean(),
            source_type: source.get("SourceType").text(),
            private_authority: source.at(&["SourceData", "AcmPcaArn"]).text(),
            certificates: source.at(&["SourceData", "X509CertificateData"]).text(),
        }
    }
}

impl Profile {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        let mapping = |mapping: Slot<'_>| AttributeMapping {
            field: mapping.get("CertificateField").text(),
            specifiers: mapping.get("MappingRules").list(|rule| rule.get("Specifier").text()),
        };
        Self {
            entity,
            name: properties.get("Name").text(),
            enabled: properties.get("Enabled").boolean(),
            roles: properties.get("RoleArns").texts(),
            managed_policies: properties.get("ManagedPolicyArns").texts(),
            session_policy: properties.get("SessionPolicy").document(),
            duration: properties.get("DurationSeconds").integer(),
            accepts_session_name: properties.get("AcceptRoleSessionName").boolean(),
            attribute_mappings: properties.get("AttributeMappings").list(|item| item.object(mapping)),
        }
    }
}

impl RevocationList {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self {
            entity,
            name: properties.get("Name").text(),
            enabled: properties.get("Enabled").boolean(),
            trust_anchor: properties.get("TrustAnchorArn").text(),
        }
    }
}

impl PodIdentity {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        Self {
            entity,
            cluster: properties.get("ClusterName").text(),
            namespace: properties.get("Namespace").text(),
            service_account: properties.get("ServiceAccount").text(),
            role: properties.get("RoleArn").text(),
            target_role: properties.get("TargetRoleArn").text(),
            session_tags_disabled: properties.get("DisableSessionTags").boolean(),
            session_policy: properties.get("Policy").document(),
        }
    }
}
