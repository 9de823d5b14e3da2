//! What the policy language does not allow, in one policy.

use super::{Common, Fact, OneOf, Words, fact, words};
use crate::analysis::{Analysis, Change};
use crate::finding::Certainty;
use crate::model::EntityId;
use crate::policy::{Attached, Element, Fault, FaultKind};
use crate::value::{Field, Text};

words! {
    /// What a policy is for.
    PolicyUse {
        /// It says who may assume a role.
        Trust = "trust",
        /// It says what somebody may do, or limits that.
        Permissions = "permissions",
    }
}

words! {
    /// What the language does not allow.
    PolicyFaultKind {
        /// The document is no mapping.
        NotAPolicy = "not-a-policy",
        /// `Version` is neither of the two.
        UnknownVersion = "unknown-version",
        /// An element that the language does not have.
        UnknownElement = "unknown-element",
        /// A condition operator that AWS does not have.
        UnknownOperator = "unknown-operator",
        /// A key of `Principal` that AWS does not have.
        UnknownPrincipalKey = "unknown-principal-key",
        /// A name in wrong upper and lower case.
        WrongCase = "wrong-case",
        /// A statement without `Effect`.
        MissingEffect = "missing-effect",
        /// `Effect` is neither `Allow` nor `Deny`.
        InvalidEffect = "invalid-effect",
        /// No `Statement`.
        MissingStatement = "missing-statement",
        /// Neither `Action` nor `NotAction`.
        MissingAction = "missing-action",
        /// A value of a wrong kind.
        WrongType = "wrong-type",
        /// An element together with its negation.
        BothPolarities = "both-polarities",
        /// The same key twice, perhaps in different case.
        DuplicateKey = "duplicate-key",
        /// A list without items.
        EmptyList = "empty-list",
        /// A `Condition` without operators, or an operator without keys.
        EmptyCondition = "empty-condition",
        /// `Null...IfExists`.
        NullIfExists = "null-if-exists",
        /// An action without service prefix.
        ActionWithoutService = "action-without-service",
        /// A principal without a key that is not `*`.
        BarePrincipal = "bare-principal",
        /// More than is read.
        TooLarge = "too-large",
    }
}

fact! {
    /// One thing in a policy that the policy language does not allow.
    PolicyFault = "policy-fault" {
        /// What it is.
        fault: OneOf<PolicyFaultKind> = "fault",
        /// What the policy is for.
        policy: OneOf<PolicyUse> = "policy",
        /// What was probably meant.
        did_you_mean: Option<Text> = "did-you-mean",
        /// What may stand there: what was probably meant, or else what usually does.
        instead: Vec<Text> = "instead",
    }
    evidence {}
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let model = &analysis.model;
    let mut faults = |subject: EntityId, policy: PolicyUse, document: &Field<Attached>| {
        if let Field::Known(attached) = document {
            let written: Vec<Fault> = attached.value.places().faults().collect();
            for fault in distinct(&written) {
                if policy == PolicyUse::Trust && is_refused_anyway(fault) {
                    continue;
                }
                take(&of(analysis, subject, policy, fault));
            }
        }
    };
    for role in &model.roles {
        faults(role.entity.id, PolicyUse::Trust, &role.trust);
    }
    let roles = model.roles.iter().map(|role| (role.entity.id, &role.policies));
    let users = model.users.iter().map(|user| (user.entity.id, &user.policies));
    let groups = model.groups.iter().map(|group| (group.entity.id, &group.policies));
    for (holder, policies) in roles.chain(users).chain(groups) {
        for attachment in policies.known().iter().flat_map(|list| &list.value) {
            if let Field::Known(attachment) = attachment {
                faults(holder, PolicyUse::Permissions, &attachment.value.document);
            }
        }
    }
    let managed = model.managed_policies.iter().map(|policy| (policy.entity.id, &policy.document));
    let inline = model.inline_policies.iter().map(|policy| (policy.entity.id, &policy.document));
    let sets = model.permission_sets.iter().map(|set| (set.entity.id, &set.inline_policy));
    let organisation = model.organization_policies.iter().map(|policy| (policy.entity.id, &policy.content));
    let profiles = model.profiles.iter().map(|profile| (profile.entity.id, &profile.session_policy));
    let pods = model.pod_identities.iter().map(|pod| (pod.entity.id, &pod.session_policy));
    for (subject, document) in
        managed.chain(inline).chain(sets).chain(organisation).chain(profiles).chain(pods)
    {
        faults(subject, PolicyUse::Permissions, document);
    }
}

/// The faults without those that only repeat another one at the same place: a key in wrong case that is also there
/// in right case is one mistake.
fn distinct(faults: &[Fault]) -> impl Iterator<Item = &Fault> {
    faults.iter().filter(|fault| {
        fault.kind != FaultKind::WrongCase
            || !faults.iter().any(|other| other.kind == FaultKind::DuplicateKey && other.span == fault.span)
    })
}

/// `NotPrincipal` and `NotResource` are refused in a trust policy, with or without the element that they negate: a fact
/// of its own says so.
fn is_refused_anyway(fault: &Fault) -> bool {
    let element = fault.path.map(|path| path.element);
    fault.kind == FaultKind::BothPolarities
        && matches!(element, Some(Element::NotPrincipals | Element::NotResources))
}

fn of(analysis: &Analysis<'_>, subject: EntityId, policy: PolicyUse, fault: &Fault) -> PolicyFault {
    let vocabulary = analysis.vocabulary;
    let kind = PolicyFaultKind::from(fault.kind);
    let did_you_mean = fault.did_you_mean.as_deref().map(|meant| vocabulary.literal(meant));
    let all = match (fault.kind, fault.path) {
        (FaultKind::UnknownElement, None) => DOCUMENT_ELEMENTS,
        (FaultKind::UnknownElement, Some(_)) => STATEMENT_ELEMENTS,
        (FaultKind::UnknownPrincipalKey, _) => PRINCIPAL_KEYS,
        (FaultKind::UnknownOperator, _) => USUAL_OPERATORS,
        (FaultKind::InvalidEffect, _) => EFFECTS,
        _ => &[],
    };
    let instead = match &did_you_mean {
        Some(meant) => vec![meant.clone()],
        None => all.iter().map(|name| vocabulary.literal(name)).collect(),
    };
    let certainty = match policy {
        PolicyUse::Trust => analysis.stability(subject, Change::Trust),
        PolicyUse::Permissions => Certainty::Proved,
    };
    let name = PolicyFaultKind::NAMES[kind.index() as usize];
    PolicyFault {
        common: Common {
            subject,
            place: fault.span,
            certainty,
            worlds: analysis.entity(subject).worlds.clone(),
            evidence: Vec::new(),
            cause: std::iter::once(vocabulary.literal(name)).chain(did_you_mean.clone()).collect(),
            witness: None,
        },
        fault: OneOf::only(kind),
        policy: OneOf::only(policy),
        did_you_mean,
        instead,
    }
}

const DOCUMENT_ELEMENTS: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: &[&str] = &["Sid", "Effect", "Principal", "Action", "NotAction", "Condition"];
const PRINCIPAL_KEYS: &[&str] = &["AWS", "Federated", "Service"];
const USUAL_OPERATORS: &[&str] = &["StringEquals", "StringLike"];
const EFFECTS: &[&str] = &["Allow", "Deny"];

impl From<FaultKind> for PolicyFaultKind {
    fn from(kind: FaultKind) -> Self {
        match kind {
            FaultKind::NotAPolicy => Self::NotAPolicy,
            FaultKind::UnknownVersion => Self::UnknownVersion,
            FaultKind::UnknownElement => Self::UnknownElement,
            FaultKind::UnknownOperator => Self::UnknownOperator,
            FaultKind::UnknownPrincipalKey => Self::UnknownPrincipalKey,
            FaultKind::WrongCase => Self::WrongCase,
            FaultKind::MissingEffect => Self::MissingEffect,
            FaultKind::InvalidEffect => Self::InvalidEffect,
            FaultKind::MissingStatement => Self::MissingStatement,
            FaultKind::MissingAction => Self::MissingAction,
            FaultKind::WrongType => Self::WrongType,
            FaultKind::BothPolarities => Self::BothPolarities,
            FaultKind::DuplicateKey => Self::DuplicateKey,
            FaultKind::EmptyList => Self::EmptyList,
            FaultKind::EmptyCondition => Self::EmptyCondition,
            FaultKind::NullIfExists => Self::NullIfExists,
            FaultKind::ActionWithoutService => Self::ActionWithoutService,
            FaultKind::BarePrincipal => Self::BarePrincipal,
            FaultKind::TooLarge => Self::TooLarge,
        }
    }
}
