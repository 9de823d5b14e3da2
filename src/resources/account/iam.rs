//! IAM.

use super::answer::{How, Lists, Member, NOTHING, Reading, named, read_as, same};

const ROLE: &str = "AWS::IAM::Role";
const USER: &str = "AWS::IAM::User";
const GROUP: &str = "AWS::IAM::Group";
const POLICY: &str = "AWS::IAM::ManagedPolicy";
const SAML: &str = "AWS::IAM::SAMLProvider";
const OIDC: &str = "AWS::IAM::OIDCProvider";
const PROFILE: &str = "AWS::IAM::InstanceProfile";

const DETAILS: Reading = Reading {
    service: "iam",
    operation: "get-account-authorization-details",
    lists: Lists::AllIfAny,
    ..NOTHING
};

const TRUST: Member = read_as("AssumeRolePolicyDocument", "AssumeRolePolicyDocument", How::Document);
const BOUNDARY: Member = named("PermissionsBoundary.PermissionsBoundaryArn", "PermissionsBoundary");
const MANAGED: Member = named("AttachedManagedPolicies[].PolicyArn", "ManagedPolicyArns");
const ATTACHED: Member = named("AttachedPolicies[].PolicyArn", "ManagedPolicyArns");

const fn inline(from: &'static str) -> Member {
    read_as(from, "Policies", How::Policies)
}

pub(super) const READINGS: &[Reading] = &[
    Reading {
        at: "RoleDetailList",
        marks: &["RoleName"],
        kind: ROLE,
        id: &["RoleName"],
        arn: Some("Arn"),
        members: &[same("RoleName"), same("Path"), TRUST, inline("RolePolicyList"), MANAGED, BOUNDARY],
        ..DETAILS
    },
    Reading {
        at: "UserDetailList",
        marks: &["UserName"],
        kind: USER,
        id: &["UserName"],
        arn: Some("Arn"),
        members: &[
            same("UserName"),
            same("Path"),
            inline("UserPolicyList"),
            named("GroupList", "Groups"),
            MANAGED,
            BOUNDARY,
        ],
        ..DETAILS
    },
    Reading {
        at: "GroupDetailList",
        marks: &["GroupName"],
        kind: GROUP,
        id: &["GroupName"],
        arn: Some("Arn"),
        members: &[same("GroupName"), same("Path"), inline("GroupPolicyList"), MANAGED],
        ..DETAILS
    },
    Reading {
        at: "Policies",
        marks: &["PolicyVersionList"],
        kind: POLICY,
        id: &["PolicyName"],
        arn: Some("Arn"),
        members: &[
            named("PolicyName", "ManagedPolicyName"),
            same("Path"),
            read_as("PolicyVersionList", "PolicyDocument", How::DefaultVersion),
        ],
        ..DETAILS
    },
    Reading {
        service: "iam",
        operation: "list-roles",
        at: "Roles",
        marks: &["AssumeRolePolicyDocument"],
        kind: ROLE,
        id: &["RoleName"],
        arn: Some("Arn"),
        // The boundary is left out of this answer also where there is one.
        members: &[same("RoleName"), same("Path"), TRUST, same("MaxSessionDuration")],
        lists: Lists::All,
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "get-role",
        at: "Role",
        marks: &["AssumeRolePolicyDocument"],
        kind: ROLE,
        id: &["RoleName"],
        arn: Some("Arn"),
        members: &[same("RoleName"), same("Path"), TRUST, BOUNDARY, same("MaxSessionDuration")],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-role-policies",
        marks: &["PolicyNames"],
        kind: ROLE,
        members: &[inline("PolicyNames")],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "get-role-policy",
        marks: &["RoleName", "PolicyName", "PolicyDocument"],
        kind: ROLE,
        id: &["RoleName"],
        members: &[inline(".")],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-attached-role-policies",
        marks: &["AttachedPolicies"],
        kind: ROLE,
        members: &[ATTACHED],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-users",
        at: "Users",
        marks: &["UserName", "Arn"],
        kind: USER,
        id: &["UserName"],
        arn: Some("Arn"),
        members: &[same("UserName"), same("Path")],
        lists: Lists::All,
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "get-user",
        at: "User",
        marks: &["UserName", "Arn"],
        kind: USER,
        id: &["UserName"],
        arn: Some("Arn"),
        members: &[same("UserName"), same("Path"), BOUNDARY],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-user-policies",
        marks: &["PolicyNames"],
        kind: USER,
        members: &[inline("PolicyNames")],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "get-user-policy",
        marks: &["UserName", "PolicyName", "PolicyDocument"],
        kind: USER,
        id: &["UserName"],
        members: &[inline(".")],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-attached-user-policies",
        marks: &["AttachedPolicies"],
        kind: USER,
        members: &[ATTACHED],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-groups-for-user",
        marks: &["Groups"],
        kind: USER,
        members: &[named("Groups[].GroupName", "Groups")],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "get-login-profile",
        at: "LoginProfile",
        marks: &["UserName", "CreateDate"],
        kind: USER,
        id: &["UserName"],
        members: &[read_as("PasswordResetRequired", "LoginProfile", How::Presence)],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-access-keys",
        at: "AccessKeyMetadata",
        marks: &["AccessKeyId"],
        kind: "AWS::IAM::AccessKey",
        id: &["AccessKeyId"],
        members: &[same("UserName"), same("Status")],
        attributes: &[("AccessKeyId", "Ref")],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-groups",
        at: "Groups",
        marks: &["GroupName", "Arn"],
        without: &["UserPoolId"],
        kind: GROUP,
        id: &["GroupName"],
        arn: Some("Arn"),
        members: &[same("GroupName"), same("Path")],
        lists: Lists::All,
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "get-group",
        at: "Group",
        marks: &["GroupName", "Arn"],
        without: &["UserPoolId"],
        kind: GROUP,
        id: &["GroupName"],
        arn: Some("Arn"),
        members: &[same("GroupName"), same("Path")],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-group-policies",
        marks: &["PolicyNames"],
        kind: GROUP,
        members: &[inline("PolicyNames")],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "get-group-policy",
        marks: &["GroupName", "PolicyName", "PolicyDocument"],
        kind: GROUP,
        id: &["GroupName"],
        members: &[inline(".")],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-attached-group-policies",
        marks: &["AttachedPolicies"],
        kind: GROUP,
        members: &[ATTACHED],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-policies",
        at: "Policies",
        marks: &["PolicyName", "DefaultVersionId"],
        without: &["PolicyVersionList"],
        kind: POLICY,
        id: &["PolicyName"],
        arn: Some("Arn"),
        members: &[named("PolicyName", "ManagedPolicyName"), same("Path")],
        // Of policies that customers manage, if it is not filtered; which cannot be seen.
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "get-policy",
        at: "Policy",
        marks: &["PolicyName", "DefaultVersionId"],
        kind: POLICY,
        id: &["PolicyName"],
        arn: Some("Arn"),
        members: &[named("PolicyName", "ManagedPolicyName"), same("Path")],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "get-policy-version",
        marks: &["PolicyVersion"],
        kind: POLICY,
        members: &[read_as("PolicyVersion", "PolicyDocument", How::DefaultVersion)],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-saml-providers",
        at: "SAMLProviderList",
        marks: &["Arn"],
        kind: SAML,
        id: &["Arn"],
        arn: Some("Arn"),
        members: &[same("ValidUntil")],
        lists: Lists::All,
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "get-saml-provider",
        marks: &["SAMLMetadataDocument"],
        kind: SAML,
        members: &[
            named("SAMLMetadataDocument", "SamlMetadataDocument"),
            same("ValidUntil"),
            same("AssertionEncryptionMode"),
            // The keys themselves are in no answer, but that there are some.
            same("PrivateKeyList"),
        ],
        attributes: &[("SAMLProviderUUID", "SamlProviderUUID")],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-open-id-connect-providers",
        at: "OpenIDConnectProviderList",
        marks: &["Arn"],
        kind: OIDC,
        id: &["Arn"],
        arn: Some("Arn"),
        lists: Lists::All,
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "get-open-id-connect-provider",
        marks: &["Url", "ClientIDList|ThumbprintList"],
        kind: OIDC,
        id: &["Url"],
        members: &[
            read_as("Url", "Url", How::Issuer),
            named("ClientIDList", "ClientIdList"),
            same("ThumbprintList"),
        ],
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "list-instance-profiles",
        at: "InstanceProfiles",
        marks: &["InstanceProfileName"],
        kind: PROFILE,
        id: &["InstanceProfileName"],
        arn: Some("Arn"),
        members: &[same("InstanceProfileName"), same("Path"), named("Roles[].RoleName", "Roles")],
        attributes: &[("InstanceProfileName", "Ref")],
        lists: Lists::All,
        ..NOTHING
    },
    Reading {
        service: "iam",
        operation: "get-instance-profile",
        at: "InstanceProfile",
        marks: &["InstanceProfileName"],
        kind: PROFILE,
        id: &["InstanceProfileName"],
        arn: Some("Arn"),
        members: &[same("InstanceProfileName"), same("Path"), named("Roles[].RoleName", "Roles")],
        attributes: &[("InstanceProfileName", "Ref")],
        ..NOTHING
    },
];
