//! The organisation.

use super::{After, Call, GLOBAL, Scope, each};

/// Asked in every account: which organisation it is in.
const MEMBER: Call = Call { service: "organizations", ..GLOBAL };

/// Answered to the management account and to delegated administrators only.
const ORGANIZATION: Call = Call { scope: Scope::Organization, after: IN_ONE, ..MEMBER };

/// Where there is an organisation.
const IN_ONE: &[After] = &[each("organizations describe-organization", "Organization.Id", &[])];

/// The root, and every unit below.
const PARENTS: &[After] = &[
    each("organizations list-roots", "Roots", &[("Id", "ParentId")]),
    each("organizations list-organizational-units-for-parent", "OrganizationalUnits", &[("Id", "ParentId")]),
];

const POLICIES: &[After] = &[each("organizations list-policies", "Policies", &[("Id", "PolicyId")])];

pub(super) const CALLS: &[Call] = &[
    Call {
        operation: "describe-organization",
        actions: &["organizations:DescribeOrganization"],
        none: &["AWSOrganizationsNotInUseException"],
        removed: &["Organization.MasterAccountEmail"],
        about: "which organisation the account is in, and its management account",
        ..MEMBER
    },
    Call {
        operation: "list-accounts",
        actions: &["organizations:ListAccounts"],
        removed: &["Accounts.Email"],
        about: "the accounts of the organisation",
        ..ORGANIZATION
    },
    Call {
        operation: "list-roots",
        actions: &["organizations:ListRoots"],
        about: "the root of the organisation, and which kinds of policies it uses",
        ..ORGANIZATION
    },
    Call {
        operation: "list-organizational-units-for-parent",
        asks: &["ParentId"],
        key: &["ParentId"],
        after: PARENTS,
        actions: &["organizations:ListOrganizationalUnitsForParent"],
        about: "the units below the root or a unit",
        ..ORGANIZATION
    },
    Call {
        operation: "list-accounts-for-parent",
        asks: &["ParentId"],
        key: &["ParentId"],
        after: PARENTS,
        actions: &["organizations:ListAccountsForParent"],
        removed: &["Accounts.Email"],
        about: "the accounts in the root or a unit",
        ..ORGANIZATION
    },
    Call {
        operation: "list-policies",
        given: &[("Filter", "SERVICE_CONTROL_POLICY")],
        key: &["Filter"],
        actions: &["organizations:ListPolicies"],
        about: "which service control policies there are",
        ..ORGANIZATION
    },
    Call {
        operation: "list-policies",
        given: &[("Filter", "RESOURCE_CONTROL_POLICY")],
        key: &["Filter"],
        actions: &["organizations:ListPolicies"],
        about: "which resource control policies there are",
        ..ORGANIZATION
    },
    Call {
        operation: "describe-policy",
        asks: &["PolicyId"],
        key: &["PolicyId"],
        after: POLICIES,
        actions: &["organizations:DescribePolicy"],
        about: "what a control policy says",
        ..ORGANIZATION
    },
    Call {
        operation: "list-targets-for-policy",
        asks: &["PolicyId"],
        key: &["PolicyId"],
        after: POLICIES,
        actions: &["organizations:ListTargetsForPolicy"],
        about: "whom a control policy limits",
        ..ORGANIZATION
    },
    Call {
        operation: "list-delegated-administrators",
        actions: &["organizations:ListDelegatedAdministrators"],
        removed: &["DelegatedAdministrators.Email"],
        about: "which accounts administer services for the organisation",
        ..ORGANIZATION
    },
    Call {
        operation: "list-delegated-services-for-account",
        asks: &["AccountId"],
        key: &["AccountId"],
        after: &[each(
            "organizations list-delegated-administrators",
            "DelegatedAdministrators",
            &[("Id", "AccountId")],
        )],
        actions: &["organizations:ListDelegatedServicesForAccount"],
        about: "which services such an account administers",
        ..ORGANIZATION
    },
    Call {
        operation: "list-aws-service-access-for-organization",
        actions: &["organizations:ListAWSServiceAccessForOrganization"],
        about: "which services may act in all accounts, Identity Center among them",
        ..ORGANIZATION
    },
];
