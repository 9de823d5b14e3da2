//! Regions, IAM.

use super::{Call, GLOBAL, each};

/// More users than this with passwords and keys of their own: two calls for each would take hours.
const MOST_USERS: usize = 2_000;

const IAM: Call = Call { service: "iam", ..GLOBAL };

pub(super) const CALLS: &[Call] = &[
    Call {
        service: "ec2",
        operation: "describe-regions",
        actions: &["ec2:DescribeRegions"],
        about: "the regions of the account",
        ..GLOBAL
    },
    Call {
        operation: "get-account-authorization-details",
        actions: &["iam:GetAccountAuthorizationDetails"],
        about: "roles with their trust policies, users, groups, and what their policies allow",
        ..IAM
    },
    Call {
        operation: "list-roles",
        actions: &["iam:ListRoles"],
        about: "how long sessions of roles last",
        ..IAM
    },
    Call {
        operation: "list-instance-profiles",
        actions: &["iam:ListInstanceProfiles"],
        about: "the roles that instances get",
        ..IAM
    },
    Call {
        operation: "list-saml-providers",
        actions: &["iam:ListSAMLProviders"],
        about: "which SAML providers there are",
        ..IAM
    },
    Call {
        operation: "get-saml-provider",
        asks: &["SAMLProviderArn"],
        key: &["SAMLProviderArn"],
        after: &[each("iam list-saml-providers", "SAMLProviderList", &[("Arn", "SAMLProviderArn")])],
        actions: &["iam:GetSAMLProvider"],
        about: "the metadata of a SAML provider, with its certificates",
        ..IAM
    },
    Call {
        operation: "list-open-id-connect-providers",
        actions: &["iam:ListOpenIDConnectProviders"],
        about: "which OIDC providers there are",
        ..IAM
    },
    Call {
        operation: "get-open-id-connect-provider",
        asks: &["OpenIDConnectProviderArn"],
        key: &["OpenIDConnectProviderArn"],
        after: &[each(
            "iam list-open-id-connect-providers",
            "OpenIDConnectProviderList",
            &[("Arn", "OpenIDConnectProviderArn")],
        )],
        actions: &["iam:GetOpenIDConnectProvider"],
        about: "the issuer and the audiences of an OIDC provider",
        ..IAM
    },
    Call {
        operation: "list-users",
        actions: &["iam:ListUsers"],
        about: "which users there are beside federation",
        ..IAM
    },
    Call {
        operation: "list-access-keys",
        asks: &["UserName"],
        key: &["UserName"],
        after: &[each("iam list-users", "Users", &[("UserName", "UserName")])],
        actions: &["iam:ListAccessKeys"],
        most: MOST_USERS,
        about: "whether a user has keys that do not expire (not the keys)",
        ..IAM
    },
    Call {
        operation: "get-login-profile",
        asks: &["UserName"],
        key: &["UserName"],
        after: &[each("iam list-users", "Users", &[("UserName", "UserName")])],
        actions: &["iam:GetLoginProfile"],
        most: MOST_USERS,
        about: "whether a user has a password (not the password)",
        ..IAM
    },
];
