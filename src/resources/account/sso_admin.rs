//! Identity Center.

use super::answer::{How, Lists, NOTHING, Reading, named, read_as, same};

const INSTANCE: &str = "AWS::SSO::Instance";
const SET: &str = "AWS::SSO::PermissionSet";
const ASSIGNMENT: &str = "AWS::SSO::Assignment";
const APPLICATION: &str = "AWS::SSO::Application";
const APPLICATION_ASSIGNMENT: &str = "AWS::SSO::ApplicationAssignment";
const ISSUER: &str = "AWS::SSO::TrustedTokenIssuer";

const SSO: Reading = Reading { service: "sso-admin", ..NOTHING };

const ASSIGNMENTS: Reading = Reading {
    at: "AccountAssignments",
    marks: &["AccountId", "PermissionSetArn", "PrincipalId"],
    kind: ASSIGNMENT,
    id: &["PermissionSetArn", "AccountId", "PrincipalId"],
    members: &[
        same("PermissionSetArn"),
        same("PrincipalType"),
        same("PrincipalId"),
        named("AccountId", "TargetId"),
    ],
    ..SSO
};
const APPLICATION_ASSIGNMENTS: Reading = Reading {
    at: "ApplicationAssignments",
    marks: &["ApplicationArn", "PrincipalId"],
    kind: APPLICATION_ASSIGNMENT,
    id: &["ApplicationArn", "PrincipalId"],
    members: &[same("ApplicationArn"), same("PrincipalType"), same("PrincipalId")],
    ..SSO
};
const PERMISSION_SETS: Reading =
    Reading { at: "PermissionSets", marks: &["."], kind: SET, id: &["."], arn: Some("."), ..SSO };

pub(super) const READINGS: &[Reading] = &[
    Reading {
        operation: "list-instances",
        at: "Instances",
        marks: &["InstanceArn", "IdentityStoreId"],
        kind: INSTANCE,
        id: &["InstanceArn"],
        arn: Some("InstanceArn"),
        account: Some("OwnerAccountId"),
        members: &[same("Name"), same("IdentityStoreId"), same("OwnerAccountId"), same("Status")],
        ..SSO
    },
    Reading {
        operation: "describe-instance",
        marks: &["InstanceArn", "IdentityStoreId", "OwnerAccountId"],
        kind: INSTANCE,
        id: &["InstanceArn"],
        arn: Some("InstanceArn"),
        account: Some("OwnerAccountId"),
        members: &[
            same("Name"),
            same("IdentityStoreId"),
            same("OwnerAccountId"),
            same("Status"),
            same("PermissionSetsEnabled"),
        ],
        ..SSO
    },
    // Of the instance that the request names.
    Reading { operation: "list-permission-sets", lists: Lists::AllOf(""), ..PERMISSION_SETS },
    Reading { operation: "list-permission-sets-provisioned-to-account", ..PERMISSION_SETS },
    Reading {
        operation: "describe-permission-set",
        at: "PermissionSet",
        marks: &["PermissionSetArn"],
        kind: SET,
        id: &["PermissionSetArn"],
        arn: Some("PermissionSetArn"),
        members: &[
            same("Name"),
            same("Description"),
            same("SessionDuration"),
            named("RelayState", "RelayStateType"),
        ],
        ..SSO
    },
    Reading {
        operation: "list-managed-policies-in-permission-set",
        marks: &["AttachedManagedPolicies"],
        kind: SET,
        members: &[named("AttachedManagedPolicies[].Arn", "ManagedPolicies")],
        ..SSO
    },
    Reading {
        operation: "list-customer-managed-policy-references-in-permission-set",
        marks: &["CustomerManagedPolicyReferences"],
        kind: SET,
        members: &[same("CustomerManagedPolicyReferences")],
        ..SSO
    },
    Reading {
        operation: "get-inline-policy-for-permission-set",
        marks: &["InlinePolicy"],
        kind: SET,
        members: &[read_as("InlinePolicy", "InlinePolicy", How::Document)],
        ..SSO
    },
    Reading {
        operation: "get-permissions-boundary-for-permission-set",
        marks: &["PermissionsBoundary"],
        kind: SET,
        members: &[same("PermissionsBoundary")],
        ..SSO
    },
    Reading {
        operation: "list-accounts-for-provisioned-permission-set",
        marks: &["AccountIds"],
        kind: SET,
        members: &[named("AccountIds", "ProvisionedAccounts")],
        ..SSO
    },
    Reading { operation: "list-account-assignments", ..ASSIGNMENTS },
    Reading { operation: "list-account-assignments-for-principal", ..ASSIGNMENTS },
    Reading {
        operation: "describe-instance-access-control-attribute-configuration",
        marks: &["InstanceAccessControlAttributeConfiguration"],
        kind: "AWS::SSO::InstanceAccessControlAttributeConfiguration",
        members: &[same("InstanceAccessControlAttributeConfiguration")],
        ..SSO
    },
    Reading {
        operation: "list-applications",
        at: "Applications",
        marks: &["ApplicationArn"],
        kind: APPLICATION,
        id: &["ApplicationArn"],
        arn: Some("ApplicationArn"),
        members: &[same("Name"), same("InstanceArn"), same("ApplicationProviderArn"), same("Status")],
        ..SSO
    },
    Reading {
        operation: "describe-application",
        marks: &["ApplicationArn", "InstanceArn"],
        kind: APPLICATION,
        id: &["ApplicationArn"],
        arn: Some("ApplicationArn"),
        members: &[same("Name"), same("InstanceArn"), same("ApplicationProviderArn"), same("Status")],
        ..SSO
    },
    Reading { operation: "list-application-assignments", ..APPLICATION_ASSIGNMENTS },
    Reading { operation: "list-application-assignments-for-principal", ..APPLICATION_ASSIGNMENTS },
    Reading {
        operation: "get-application-assignment-configuration",
        marks: &["AssignmentRequired"],
        kind: APPLICATION,
        members: &[same("AssignmentRequired")],
        ..SSO
    },
    Reading {
        operation: "list-application-grants",
        marks: &["Grants"],
        kind: APPLICATION,
        members: &[same("Grants")],
        ..SSO
    },
    Reading {
        operation: "list-application-authentication-methods",
        marks: &["AuthenticationMethods"],
        kind: APPLICATION,
        members: &[same("AuthenticationMethods")],
        ..SSO
    },
    Reading {
        operation: "list-trusted-token-issuers",
        at: "TrustedTokenIssuers",
        marks: &["TrustedTokenIssuerArn"],
        kind: ISSUER,
        id: &["TrustedTokenIssuerArn"],
        arn: Some("TrustedTokenIssuerArn"),
        members: &[same("Name")],
        ..SSO
    },
    Reading {
        operation: "describe-trusted-token-issuer",
        marks: &["TrustedTokenIssuerArn", "TrustedTokenIssuerConfiguration"],
        kind: ISSUER,
        id: &["TrustedTokenIssuerArn"],
        arn: Some("TrustedTokenIssuerArn"),
        members: &[
            same("Name"),
            named("TrustedTokenIssuerConfiguration.OidcJwtConfiguration.IssuerUrl", "IssuerUrl"),
            named(
                "TrustedTokenIssuerConfiguration.OidcJwtConfiguration.ClaimAttributePath",
                "ClaimAttributePath",
            ),
            named(
                "TrustedTokenIssuerConfiguration.OidcJwtConfiguration.IdentityStoreAttributePath",
                "IdentityStoreAttributePath",
            ),
        ],
        ..SSO
    },
];
