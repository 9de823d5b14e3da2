//! Items of AWS Config: recorded configurations, from the API, snapshots, aggregators and queries.
//!
//! The four old types of IAM have the members of IAM's API with small letters at the beginning; later types follow
//! CloudFormation's schema. Which properties an item always has is not documented, so that one it lacks is unknown.

use super::answer::{How, NOTHING, Reading, named, read_as};
use super::clue::{WrittenArn, is_account};
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
    let status = scalar(item, "configurationItemStatus");
    let gone = status.is_some_and(|status| status.contains("Deleted") || status.contains("NotRecorded"));
    // Of what is gone there is no configuration.
    let configuration = follow(item, "configuration").or_else(|| gone.then_some(item));
    let (Some(resource_type), Some(configuration)) = (scalar(item, "resourceType"), configuration) else {
        return false;
    };
    let kind = match resource_type {
        "AWS::IAM::Policy" => "AWS::IAM::ManagedPolicy",
        other => other,
    };
    let kind = kinds::find(kind);
    if kind.name.is_empty() {
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
    let (attributes, properties, own, told) = reader.inside(configuration, |reader, configuration| {
        if gone || configuration.kind() != Kind::Map {
            return (Vec::new(), Vec::new(), None, Told::OfWhatIsThere);
        }
        // What is cut off tells only of what is in it.
        let whole = !item.is_unclosed() && !configuration.is_unclosed();
        let told = if whole { Told::OfWhatIsThere } else { Told::InPart };
        // A query need not select the ARN beside the configuration.
        let own = scalar(configuration, "arn").or_else(|| scalar(configuration, "Arn"));
        let own = own.filter(|arn| arn.starts_with("arn:")).map(str::to_owned);
        match old {
            Some(reading) => {
                let attributes = reading.attributes.iter().filter_map(|(member, name)| {
                    Some((*name, reader.vocabulary.literal(scalar(configuration, member)?)))
                });
                let attributes = attributes.collect();
                let members = reading.members.iter();
                let properties = members.filter_map(|member| reader.property(member, configuration, whole));
                (attributes, properties.collect(), own, told)
            }
            None => {
                let entries = configuration.entries().filter(|(_, value)| !value.is_null());
                let properties = entries.map(|(key, value)| {
                    let name = key.scalar().unwrap_or_default();
                    reader.entry(name, key.span(), reader.value(value, false))
                });
                let mut properties: Vec<_> = properties.collect();
                // The issuer is recorded with its scheme or without.
                let issuer = read_as("Url", "Url", How::Issuer);
                if kind.name == "AWS::IAM::OIDCProvider"
                    && let Some(url) = reader.property(&issuer, configuration, whole)
                {
                    let written = properties.iter_mut().filter(|entry| entry.key.value == url.key.value);
                    written.for_each(|entry| *entry = url.clone());
                }
                (Vec::new(), properties, own, told)
            }
        }
    });
    let own_id = own.as_deref().filter(|_| kind.name.starts_with("AWS::IAM::")).map(kinds::id_of);
    let id = if arn.is_some() { id } else { own_id.map(|id| reader.name(id)).or(id) };
    let arn = arn.or_else(|| own.as_deref().map(|arn| reader.name(arn)));
    let account = account.or_else(|| {
        let written = WrittenArn::parse(own.as_deref()?)?;
        is_account(written.account).then(|| reader.name(written.account))
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
        told,
        is_whole: false,
        gone,
        recorded,
        source: Source::ConfigurationItem,
        requested: None,
    });
    true
}
