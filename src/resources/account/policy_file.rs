//! A policy document in a file of its own.

use super::answer::{How, read_as};
use super::fragment::{Fragment, Source, Told};
use super::reader::{Reader, scalar};
use crate::document::{Kind, NodeRef};

/// True if `root` is a policy document.
pub(super) fn is_policy(root: NodeRef<'_>) -> bool {
    root.get("Statement").is_some() && statements(root).any(|statement| statement.get("Effect").is_some())
}

/// Reads a policy document: a trust policy or an identity policy. False for policies of other resources.
pub(super) fn read(reader: &mut Reader<'_>, root: NodeRef<'_>) -> bool {
    let has_principal = statements(root)
        .any(|statement| statement.get("Principal").is_some() || statement.get("NotPrincipal").is_some());
    let (kind, property) = if !has_principal {
        ("AWS::IAM::ManagedPolicy", "PolicyDocument")
    } else if statements(root).any(is_about_roles) {
        ("AWS::IAM::Role", "AssumeRolePolicyDocument")
    } else {
        return false;
    };
    let properties =
        reader.property(&read_as(".", property, How::Document), root, true).into_iter().collect();
    let span = root.get("Statement").map_or_else(|| root.span(), |(key, _)| key.span());
    reader.fragments.push(Fragment {
        kind,
        id: None,
        account: None,
        region: None,
        arn: None,
        span,
        whole: root.span(),
        attributes: Vec::new(),
        properties,
        told: Told::OfWhatIsThere,
        is_whole: false,
        gone: false,
        recorded: None,
        source: Source::PolicyFile,
        requested: None,
    });
    true
}

fn statements<'d>(root: NodeRef<'d>) -> impl Iterator<Item = NodeRef<'d>> {
    let statement = root.get("Statement").map(|(_, statement)| statement);
    let one = statement.filter(|statement| statement.kind() == Kind::Map);
    let several = statement.map(NodeRef::items).into_iter().flatten();
    one.into_iter().chain(several)
}

/// True for a statement that can only be in a trust policy.
fn is_about_roles(statement: NodeRef<'_>) -> bool {
    let federated = ["Principal", "NotPrincipal"]
        .iter()
        .filter_map(|name| statement.get(name))
        .any(|(_, principal)| principal.get("Federated").is_some());
    let actions = ["Action", "NotAction"].iter().filter_map(|name| statement.get(name));
    let is_sts = |action: Option<&str>| {
        action.and_then(|action| action.get(..4)).is_some_and(|start| start.eq_ignore_ascii_case("sts:"))
    };
    federated
        || actions.into_iter().any(|(_, actions)| {
            is_sts(scalar(actions, ".")) || actions.items().any(|action| is_sts(action.scalar()))
        })
}
