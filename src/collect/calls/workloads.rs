//! Workloads, directories and stacks: Roles Anywhere, EKS, Directory Service, CloudFormation.

use super::{After, Call, REGIONAL, each};

const ROLES_ANYWHERE: Call = Call { service: "rolesanywhere", ..REGIONAL };
const EKS: Call = Call { service: "eks", ..REGIONAL };
const DIRECTORIES: Call = Call { service: "ds", ..REGIONAL };
const STACKS: Call = Call { service: "cloudformation", ..REGIONAL };

const CLUSTERS: &[After] = &[each("eks list-clusters", "clusters", &[("", "name"), ("", "clusterName")])];

pub(super) const CALLS: &[Call] = &[
    Call {
        operation: "list-exports",
        actions: &["cloudformation:ListExports"],
        about: "what stacks export, for templates that import it",
        ..STACKS
    },
    Call {
        operation: "list-trust-anchors",
        actions: &["rolesanywhere:ListTrustAnchors"],
        about: "whose certificates are taken",
        ..ROLES_ANYWHERE
    },
    Call {
        operation: "list-profiles",
        actions: &["rolesanywhere:ListProfiles"],
        about: "which roles certificates get",
        ..ROLES_ANYWHERE
    },
    Call {
        operation: "list-crls",
        actions: &["rolesanywhere:ListCrls"],
        about: "which certificates are revoked",
        ..ROLES_ANYWHERE
    },
    Call {
        operation: "list-clusters",
        actions: &["eks:ListClusters"],
        about: "which clusters there are",
        ..EKS
    },
    Call {
        operation: "describe-cluster",
        asks: &["name"],
        key: &["name"],
        after: CLUSTERS,
        actions: &["eks:DescribeCluster"],
        about: "the issuer of a cluster",
        ..EKS
    },
    Call {
        operation: "list-pod-identity-associations",
        asks: &["clusterName"],
        key: &["clusterName"],
        after: CLUSTERS,
        actions: &["eks:ListPodIdentityAssociations"],
        about: "which service accounts get roles",
        ..EKS
    },
    Call {
        operation: "describe-pod-identity-association",
        asks: &["clusterName", "associationId"],
        key: &["clusterName", "associationId"],
        after: &[each(
            "eks list-pod-identity-associations",
            "associations",
            &[("associationId", "associationId")],
        )],
        actions: &["eks:DescribePodIdentityAssociation"],
        about: "which role such a service account gets",
        ..EKS
    },
    Call {
        operation: "describe-directories",
        actions: &["ds:DescribeDirectories"],
        removed: &[
            "DirectoryDescriptions.RadiusSettings.SharedSecret",
            "DirectoryDescriptions.OwnerDirectoryDescription.RadiusSettings.SharedSecret",
        ],
        about: "which directories there are",
        ..DIRECTORIES
    },
    Call {
        operation: "describe-trusts",
        asks: &["DirectoryId"],
        key: &["DirectoryId"],
        after: &[each("ds describe-directories", "DirectoryDescriptions", &[("DirectoryId", "DirectoryId")])],
        actions: &["ds:DescribeTrusts"],
        none: &["UnsupportedOperationException"],
        about: "which other domains a directory trusts",
        ..DIRECTORIES
    },
];
