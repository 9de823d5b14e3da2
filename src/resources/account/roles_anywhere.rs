//! Roles Anywhere. Its members begin with small letters.

use super::answer::{How, Lists, NOTHING, Reading, named, read_as};

const ROLES_ANYWHERE: Reading = Reading { service: "rolesanywhere", ..NOTHING };

const AN_ANCHOR: Reading = Reading {
    marks: &["trustAnchorArn", "trustAnchorId"],
    kind: "AWS::RolesAnywhere::TrustAnchor",
    id: &["trustAnchorId"],
    arn: Some("trustAnchorArn"),
    members: &[
        named("name", "Name"),
        named("enabled", "Enabled"),
        read_as("source", "Source", How::Capitalised),
    ],
    ..ROLES_ANYWHERE
};
const A_PROFILE: Reading = Reading {
    marks: &["profileArn", "profileId"],
    kind: "AWS::RolesAnywhere::Profile",
    id: &["profileId"],
    arn: Some("profileArn"),
    members: &[
        named("name", "Name"),
        named("enabled", "Enabled"),
        named("roleArns", "RoleArns"),
        named("managedPolicyArns", "ManagedPolicyArns"),
        read_as("sessionPolicy", "SessionPolicy", How::Document),
        named("durationSeconds", "DurationSeconds"),
        named("acceptRoleSessionName", "AcceptRoleSessionName"),
        read_as("attributeMappings", "AttributeMappings", How::Capitalised),
    ],
    ..ROLES_ANYWHERE
};
const A_LIST: Reading = Reading {
    marks: &["crlArn", "crlId"],
    kind: "AWS::RolesAnywhere::CRL",
    id: &["crlId"],
    arn: Some("crlArn"),
    members: &[named("name", "Name"), named("enabled", "Enabled"), named("trustAnchorArn", "TrustAnchorArn")],
    ..ROLES_ANYWHERE
};

pub(super) const READINGS: &[Reading] = &[
    Reading { operation: "list-trust-anchors", at: "trustAnchors", lists: Lists::All, ..AN_ANCHOR },
    Reading { operation: "get-trust-anchor", at: "trustAnchor", ..AN_ANCHOR },
    Reading { operation: "list-profiles", at: "profiles", lists: Lists::All, ..A_PROFILE },
    Reading { operation: "get-profile", at: "profile", ..A_PROFILE },
    Reading { operation: "list-crls", at: "crls", ..A_LIST },
    Reading { operation: "get-crl", at: "crl", ..A_LIST },
];
