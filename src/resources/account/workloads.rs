//! IAM Roles Anywhere and EKS.

use super::answer::{How, Lists, NOTHING, Reading, named, read_as};

pub(super) const READINGS: &[Reading] = &[Reading {
    service: "rolesanywhere",
    operation: "list-trust-anchors",
    at: "trustAnchors",
    marks: &["trustAnchorArn"],
    kind: "AWS::RolesAnywhere::TrustAnchor",
    id: &["trustAnchorId"],
    arn: Some("trustAnchorArn"),
    members: &[
        named("name", "Name"),
        named("enabled", "Enabled"),
        read_as("source", "Source", How::Capitalised),
    ],
    lists: Lists::All,
    ..NOTHING
}];
