//! Pod identities of EKS. Its members begin with small letters.

use super::answer::{How, NOTHING, Reading, named, read_as};

const ASSOCIATION: &str = "AWS::EKS::PodIdentityAssociation";

const EKS: Reading = Reading { service: "eks", ..NOTHING };

pub(super) const READINGS: &[Reading] = &[
    Reading {
        operation: "list-pod-identity-associations",
        at: "associations",
        marks: &["associationArn", "associationId"],
        kind: ASSOCIATION,
        id: &["associationId"],
        arn: Some("associationArn"),
        members: &[
            named("clusterName", "ClusterName"),
            named("namespace", "Namespace"),
            named("serviceAccount", "ServiceAccount"),
        ],
        ..EKS
    },
    Reading {
        operation: "describe-pod-identity-association",
        at: "association",
        marks: &["associationArn", "associationId"],
        kind: ASSOCIATION,
        id: &["associationId"],
        arn: Some("associationArn"),
        members: &[
            named("clusterName", "ClusterName"),
            named("namespace", "Namespace"),
            named("serviceAccount", "ServiceAccount"),
            named("roleArn", "RoleArn"),
            named("targetRoleArn", "TargetRoleArn"),
            named("disableSessionTags", "DisableSessionTags"),
            read_as("policy", "Policy", How::Document),
        ],
        attributes: &[("externalId", "ExternalId")],
        ..EKS
    },
];
