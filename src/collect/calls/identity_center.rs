//! Identity Center and its directory.

use super::{After, Call, REGIONAL, each};

const SSO: Call = Call { service: "sso-admin", ..REGIONAL };
const IDENTITY_STORE: Call = Call { service: "identitystore", ..REGIONAL };

/// An instance is administered in its primary region; others may have a copy.
const INSTANCE: After = After {
    call: "sso-admin list-instances",
    each: "Instances",
    only: None,
    home: Some("PrimaryRegion"),
    take: &[("InstanceArn", "InstanceArn"), ("IdentityStoreId", "IdentityStoreId")],
};
const INSTANCES: &[After] = &[INSTANCE];
const PERMISSION_SETS: &[After] =
    &[each("sso-admin list-permission-sets", "PermissionSets", &[("", "PermissionSetArn")])];
const APPLICATIONS: &[After] =
    &[each("sso-admin list-applications", "Applications", &[("ApplicationArn", "ApplicationArn")])];

/// A call about an instance.
const OF_INSTANCE: Call = Call { asks: &["InstanceArn"], key: &["InstanceArn"], after: INSTANCES, ..SSO };

/// A call about a permission set.
const OF_PERMISSION_SET: Call = Call {
    asks: &["InstanceArn", "PermissionSetArn"],
    key: &["PermissionSetArn"],
    after: PERMISSION_SETS,
    ..SSO
};

/// A call about an application.
const OF_APPLICATION: Call =
    Call { asks: &["ApplicationArn"], key: &["ApplicationArn"], after: APPLICATIONS, ..SSO };

pub(super) const CALLS: &[Call] = &[
    Call {
        operation: "list-instances",
        actions: &["sso:ListInstances"],
        about: "the instances of Identity Center",
        ..SSO
    },
    Call {
        operation: "describe-instance",
        actions: &["sso:DescribeInstance"],
        about: "whose an instance is, and of which kind",
        ..OF_INSTANCE
    },
    Call {
        operation: "describe-instance-access-control-attribute-configuration",
        actions: &["sso:DescribeInstanceAccessControlAttributeConfiguration"],
        about: "which attributes of users become tags of sessions",
        ..OF_INSTANCE
    },
    Call {
        operation: "list-trusted-token-issuers",
        actions: &["sso:ListTrustedTokenIssuers"],
        about: "whose tokens an instance takes",
        ..OF_INSTANCE
    },
    Call {
        operation: "describe-trusted-token-issuer",
        asks: &["TrustedTokenIssuerArn"],
        key: &["TrustedTokenIssuerArn"],
        after: &[each(
            "sso-admin list-trusted-token-issuers",
            "TrustedTokenIssuers",
            &[("TrustedTokenIssuerArn", "TrustedTokenIssuerArn")],
        )],
        actions: &["sso:DescribeTrustedTokenIssuer"],
        about: "how users are found for such tokens",
        ..SSO
    },
    Call {
        operation: "list-permission-sets",
        actions: &["sso:ListPermissionSets"],
        about: "which permission sets there are",
        ..OF_INSTANCE
    },
    Call {
        operation: "describe-permission-set",
        actions: &["sso:DescribePermissionSet"],
        about: "the name and session length of a permission set",
        ..OF_PERMISSION_SET
    },
    Call {
        operation: "list-managed-policies-in-permission-set",
        actions: &["sso:ListManagedPoliciesInPermissionSet"],
        about: "what a permission set allows by managed policies",
        ..OF_PERMISSION_SET
    },
    Call {
        operation: "list-customer-managed-policy-references-in-permission-set",
        actions: &["sso:ListCustomerManagedPolicyReferencesInPermissionSet"],
        about: "what it allows by policies of each account",
        ..OF_PERMISSION_SET
    },
    Call {
        operation: "get-inline-policy-for-permission-set",
        actions: &["sso:GetInlinePolicyForPermissionSet"],
        about: "what it allows by its own policy",
        ..OF_PERMISSION_SET
    },
    Call {
        operation: "get-permissions-boundary-for-permission-set",
        actions: &["sso:GetPermissionsBoundaryForPermissionSet"],
        about: "what it allows at most",
        ..OF_PERMISSION_SET
    },
    Call {
        operation: "list-accounts-for-provisioned-permission-set",
        actions: &["sso:ListAccountsForProvisionedPermissionSet"],
        about: "the accounts that it is assigned in",
        ..OF_PERMISSION_SET
    },
    Call {
        operation: "list-account-assignments",
        asks: &["InstanceArn", "AccountId", "PermissionSetArn"],
        key: &["AccountId", "PermissionSetArn"],
        after: &[each(
            "sso-admin list-accounts-for-provisioned-permission-set",
            "AccountIds",
            &[("", "AccountId")],
        )],
        actions: &["sso:ListAccountAssignments"],
        about: "who gets it in an account",
        ..SSO
    },
    Call {
        operation: "list-applications",
        actions: &["sso:ListApplications"],
        about: "which applications users can sign in to",
        ..OF_INSTANCE
    },
    Call {
        operation: "describe-application",
        actions: &["sso:DescribeApplication"],
        about: "of which kind an application is",
        ..OF_APPLICATION
    },
    Call {
        operation: "list-application-assignments",
        actions: &["sso:ListApplicationAssignments"],
        about: "who can sign in to it",
        ..OF_APPLICATION
    },
    Call {
        operation: "get-application-assignment-configuration",
        actions: &["sso:GetApplicationAssignmentConfiguration"],
        about: "whether everybody can",
        ..OF_APPLICATION
    },
    Call {
        operation: "list-application-grants",
        actions: &["sso:ListApplicationGrants"],
        about: "what it can exchange for tokens",
        ..OF_APPLICATION
    },
    Call {
        operation: "list-application-authentication-methods",
        actions: &["sso:ListApplicationAuthenticationMethods"],
        about: "who may act as the application",
        ..OF_APPLICATION
    },
    Call {
        operation: "list-groups",
        asks: &["IdentityStoreId"],
        key: &["IdentityStoreId"],
        after: INSTANCES,
        actions: &["identitystore:ListGroups"],
        about: "the groups of the directory",
        ..IDENTITY_STORE
    },
    Call {
        operation: "list-users",
        asks: &["IdentityStoreId"],
        key: &["IdentityStoreId"],
        after: INSTANCES,
        actions: &["identitystore:ListUsers"],
        removed: &[
            "Users.Name",
            "Users.DisplayName",
            "Users.NickName",
            "Users.ProfileUrl",
            "Users.Emails",
            "Users.Addresses",
            "Users.PhoneNumbers",
            "Users.Title",
            "Users.PreferredLanguage",
            "Users.Locale",
            "Users.Timezone",
            "Users.Photos",
            "Users.Website",
            "Users.Birthdate",
            "Users.Extensions",
        ],
        about: "the users of the directory",
        ..IDENTITY_STORE
    },
    Call {
        operation: "list-group-memberships",
        asks: &["IdentityStoreId", "GroupId"],
        key: &["GroupId"],
        after: &[
            After {
                only: Some(("PrincipalType", "GROUP")),
                ..each("sso-admin list-account-assignments", "AccountAssignments", GROUP)
            },
            After {
                only: Some(("PrincipalType", "GROUP")),
                ..each("sso-admin list-application-assignments", "ApplicationAssignments", GROUP)
            },
        ],
        actions: &["identitystore:ListGroupMemberships"],
        about: "who is in a group that has access",
        ..IDENTITY_STORE
    },
];

const GROUP: &[(&str, &str)] = &[("PrincipalId", "GroupId")];
