//! Organizations.

use super::answer::{How, Member, NOTHING, Reading, Requested, named, read_as, same};

const ACCOUNT: &str = "AWS::Organizations::Account";
const UNIT: &str = "AWS::Organizations::OrganizationalUnit";
const POLICY: &str = "AWS::Organizations::Policy";
const ROOT: &str = "AWS::Organizations::Root";
const DELEGATED: &str = "AWS::Organizations::DelegatedAdministrator";

const ORGANIZATIONS: Reading = Reading { service: "organizations", ..NOTHING };
/// The path says what an account is in, where the answer has it: older versions of the API do not.
const ACCOUNT_MEMBERS: &[Member] =
    &[named("Name", "AccountName"), read_as("Paths", "ParentIds", How::Enclosing)];
const UNIT_MEMBERS: &[Member] = &[same("Name"), read_as("Path", "ParentId", How::Enclosing)];
const SUMMARY: &[Member] = &[same("Name"), same("Type")];

pub(super) const READINGS: &[Reading] = &[
    Reading {
        operation: "describe-organization",
        at: "Organization",
        marks: &["Id", "FeatureSet"],
        kind: "AWS::Organizations::Organization",
        id: &["Id"],
        // The account that was asked is what matters, and not the one in the ARN: it is of this organisation.
        members: &[same("Id"), named("MasterAccountId", "ManagementAccountId"), same("FeatureSet")],
        ..ORGANIZATIONS
    },
    Reading {
        operation: "list-accounts",
        at: "Accounts",
        marks: &["Id", "Arn"],
        kind: ACCOUNT,
        id: &["Id"],
        arn: Some("Arn"),
        members: ACCOUNT_MEMBERS,
        ..ORGANIZATIONS
    },
    Reading {
        operation: "list-accounts-for-parent",
        at: "Accounts",
        marks: &["Id", "Arn"],
        kind: ACCOUNT,
        id: &["Id"],
        arn: Some("Arn"),
        members: ACCOUNT_MEMBERS,
        requested: Some(Requested::Item("ParentIds")),
        ..ORGANIZATIONS
    },
    Reading {
        operation: "describe-account",
        at: "Account",
        marks: &["Id", "Arn"],
        kind: ACCOUNT,
        id: &["Id"],
        arn: Some("Arn"),
        members: ACCOUNT_MEMBERS,
        ..ORGANIZATIONS
    },
    Reading {
        operation: "list-roots",
        at: "Roots",
        marks: &["Id", "Arn", "PolicyTypes"],
        kind: ROOT,
        id: &["Id"],
        arn: Some("Arn"),
        members: &[same("PolicyTypes")],
        ..ORGANIZATIONS
    },
    Reading {
        operation: "list-organizational-units-for-parent",
        at: "OrganizationalUnits",
        marks: &["Id", "Arn"],
        kind: UNIT,
        id: &["Id"],
        arn: Some("Arn"),
        members: UNIT_MEMBERS,
        requested: Some(Requested::Text("ParentId")),
        ..ORGANIZATIONS
    },
    Reading {
        operation: "describe-organizational-unit",
        at: "OrganizationalUnit",
        marks: &["Id", "Arn"],
        kind: UNIT,
        id: &["Id"],
        arn: Some("Arn"),
        members: UNIT_MEMBERS,
        ..ORGANIZATIONS
    },
    // Of an account or of a unit: which of both the request says.
    Reading {
        operation: "list-parents",
        marks: &["Parents"],
        kind: ACCOUNT,
        members: &[named("Parents[].Id", "ParentIds")],
        ..ORGANIZATIONS
    },
    Reading {
        operation: "list-parents",
        marks: &["Parents"],
        kind: UNIT,
        members: &[read_as("Parents[].Id", "ParentId", How::First)],
        ..ORGANIZATIONS
    },
    Reading {
        operation: "list-policies",
        at: "Policies",
        marks: &["Id", "Type", "AwsManaged"],
        kind: POLICY,
        id: &["Id"],
        arn: Some("Arn"),
        members: SUMMARY,
        ..ORGANIZATIONS
    },
    Reading {
        operation: "list-policies-for-target",
        at: "Policies",
        marks: &["Id", "Type", "AwsManaged"],
        kind: POLICY,
        id: &["Id"],
        arn: Some("Arn"),
        members: SUMMARY,
        requested: Some(Requested::SomeItem("TargetIds")),
        ..ORGANIZATIONS
    },
    Reading {
        operation: "describe-policy",
        at: "Policy",
        marks: &["PolicySummary"],
        kind: POLICY,
        id: &["PolicySummary.Id"],
        arn: Some("PolicySummary.Arn"),
        members: &[
            named("PolicySummary.Name", "Name"),
            named("PolicySummary.Type", "Type"),
            read_as("Content", "Content", How::Document),
        ],
        ..ORGANIZATIONS
    },
    Reading {
        operation: "list-targets-for-policy",
        marks: &["Targets"],
        kind: POLICY,
        members: &[named("Targets[].TargetId", "TargetIds")],
        ..ORGANIZATIONS
    },
    Reading {
        operation: "list-delegated-administrators",
        at: "DelegatedAdministrators",
        marks: &["Id", "Arn"],
        kind: DELEGATED,
        id: &["Id"],
        arn: Some("Arn"),
        members: &[named("Id", "AccountId")],
        ..ORGANIZATIONS
    },
    Reading {
        operation: "list-delegated-services-for-account",
        marks: &["DelegatedServices"],
        kind: DELEGATED,
        members: &[named("DelegatedServices[].ServicePrincipal", "ServicePrincipals")],
        ..ORGANIZATIONS
    },
];
