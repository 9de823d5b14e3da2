//! Items of AWS Config: recorded configurations, from the API, snapshots, aggregators and queries.
//!
//! The four old types of IAM have the members of IAM's API with small letters at the beginning; later types follow
//! CloudFormation's schema. Which properties an item always has is not documented, so that one it lacks is unknown.

use super::answer::{How, NOTHING, Reading, named, read_as};
use super::clue::is_account;
use super::fragment::{Fragment, Source, Told};
use super::kinds;
use super::reader::{Reader, follow, scalar};
use crate::document::{Kind, NodeRef};
use crate::value::Name;

/// The members of an answer or snapshot that hold items.
const LISTS: &[&str] = &["configurationItems", "baseConfigurationItems", "BaseConfigurationItems"];

const OLD: &[Reading] = &[
    Reading {
        kind: "AWS::IAM::Role",
        members: &[
            named("roleName", "RoleName"),
            named("path", "Path"),
            read_as("assumeRolePolicyDocument", "AssumeRolePolicyDocument", How::Document),
            read_as("rolePolicyList", "Policies", How::Policies),
            named("attachedManagedPolicies[].policyArn", "ManagedPolicyArns"),
            named("permissionsBoundary.permissionsBoundaryArn", "PermissionsBoundary"),
            named("maxSessionDuration", "MaxSessionDuration"),
        ],
        ..NOTHING
    },
    Reading {
        kind: "AWS::IAM::User",
        members: &[
            named("userName", "UserName"),
            named("path", "Path"),
            read_as("userPolicyList", "Policies", How::Policies),
            named("groupList", "Groups"),
            named("attachedManagedPolicies[].policyArn", "ManagedPolicyArns"),
            named("permissionsBoundary.permissionsBoundaryArn", "PermissionsBoundary"),
        ],
        ..NOTHING
    },
    Reading {
        kind: "AWS::IAM::Group",
        members: &[
            named("groupName", "GroupName"),
            named("path", "Path"),
            read_as("groupPolicyList", "Policies", How::Policies),
            named("attachedManagedPolicies[].policyArn", "ManagedPolicyArns"),
        ],
        ..NOTHING
    },
    Reading {
        // Config's name of it.
        kind: "AWS::IAM::ManagedPolicy",
        members: &[
            named("policyName", "ManagedPolicyName"),
            named("path", "Path"),
            read_as("policyVersionList", "PolicyDocument", How::DefaultVersion),
        ],
        ..NOTHING
    },
];

/// Reads the items at `node`: one, or a list of them. False if there are none.
pub(super) fn read(reader: &mut Reader<'_>, node: NodeRef<'_>) -> bool {
    if let Some((_, list)) = LISTS.iter().find_map(|name| node.get(name)) {
        list.items().for_each(|item| {
            self::item(reader, item);
        });
        return true;
    }
    if let Some((_, results)) = node.get("Results").filter(|(_, results)| results.kind() == Kind::List) {
        let mut any = false;
        for result in results.items() {
            any |= reader.inside(result, item);
        }
        return any;
    }
    item(reader, node)
}

/// Reads one item. False if it is none.
fn item(reader: &mut Reader<'_>, item: NodeRef<'_>) -> bool {
    let (Some(resource_type), Some(configuration)) =
        (scalar(item, "resourceType"), follow(item, "configuration"))
    else {
        return false;
    };
    let deleted = scalar(item, "configurationItemStatus")
        .is_some_and(|status| status.contains("Deleted") || status.contains("NotRecorded"));
    let kind = match resource_type {
        "AWS::IAM::Policy" => "AWS::IAM::ManagedPolicy",
        other => other,
    };
    let kind = kinds::find(kind);
    if deleted || kind.name.is_empty() {
        return true;
    }
    let arn = scalar(item, "arn").or_else(|| scalar(item, "ARN")).filter(|arn| arn.starts_with("arn:"));
    let account =
        scalar(item, "accountId").or_else(|| scalar(item, "awsAccountId")).filter(|id| is_account(id));
    let region = scalar(item, "awsRegion").filter(|region| *region != "global");
    let id = match arn {
        Some(arn) if kind.name.starts_with("AWS::IAM::") => Some(kinds::id_of(arn)),
        _ => scalar(item, "resourceId").map(kinds::id_of),
    };
    let name =
        |reader: &Reader<'_>, text: Option<&str>| -> Option<Name> { text.map(|text| reader.name(text)) };
    let recorded = name(reader, scalar(item, "configurationItemCaptureTime"));
    let (id, account, region, arn) =
        (name(reader, id), name(reader, account), name(reader, region), name(reader, arn));
    let named_at = item.get("arn").or_else(|| item.get("ARN")).or_else(|| item.get("resourceId"));
    let span = named_at.map_or_else(|| item.span(), |(_, name)| name.span());
    let old = OLD.iter().find(|reading| reading.kind == kind.name);
    let (attributes, properties) = reader.inside(configuration, |reader, configuration| {
        if configuration.kind() != Kind::Map {
            return (Vec::new(), Vec::new());
        }
        match old {
            Some(reading) => {
                let attributes = reading.attributes.iter().filter_map(|(member, name)| {
                    Some((*name, reader.vocabulary.literal(scalar(configuration, member)?)))
                });
                let attributes = attributes.collect();
                let members = reading.members.iter();
                (
                    attributes,
                    members.filter_map(|member| reader.property(member, configuration, true)).collect(),
                )
            }
            None => {
                let entries = configuration.entries().filter(|(_, value)| !value.is_null());
                let properties = entries.map(|(key, value)| {
                    reader.entry(key.scalar().unwrap_or_default(), key.span(), reader.value(value, false))
                });
                (Vec::new(), properties.collect())
            }
        }
    });
    reader.fragments.push(Fragment {
        kind: kind.name,
        id,
        account,
        region,
        arn,
        span,
        whole: item.span(),
        attributes,
        properties,
        told: Told::OfWhatIsThere,
        recorded,
        source: Source::ConfigurationItem,
        requested: None,
    });
    true
}
