//! IAM Identity Center and its identity store.

use super::answer::{How, Lists, NOTHING, Reading, read_as, same};

const PERMISSION_SET: &str = "AWS::SSO::PermissionSet";

pub(super) const READINGS: &[Reading] = &[
    Reading {
        service: "sso-admin",
        operation: "list-permission-sets",
        at: "PermissionSets",
        marks: &["."],
        kind: PERMISSION_SET,
        id: &["."],
        arn: Some("."),
        // Of the instance that the request names.
        lists: Lists::AllOf(""),
        ..NOTHING
    },
    Reading {
        service: "sso-admin",
        operation: "describe-permission-set",
        at: "PermissionSet",
        marks: &["PermissionSetArn"],
        kind: PERMISSION_SET,
        id: &["PermissionSetArn"],
        arn: Some("PermissionSetArn"),
        members: &[same("Name"), same("Description"), same("SessionDuration")],
        ..NOTHING
    },
    Reading {
        service: "sso-admin",
        operation: "get-inline-policy-for-permission-set",
        marks: &["InlinePolicy"],
        kind: PERMISSION_SET,
        members: &[read_as("InlinePolicy", "InlinePolicy", How::Document)],
        ..NOTHING
    },
];
