//! For whose resources an AWS service can assume a role, and with which certificates.

use std::sync::Arc;

use super::view::{Ask, Kind, Sent, View};
use super::{Exposure, Reach};
use crate::facts::entrance::Population;
use crate::facts::{Fact, LevelOf, OneOf, fact, words};
use crate::knowledge::sender::{Claim, Format, Piece, Presence, Sender, Values};
use crate::knowledge::service_sources::service_source;
use crate::policy::Witness;
use crate::value::{Bounds, Text};

words! {
    /// Whether the policy looks at the account of the resource that the service acts for.
    Source {
        /// It does: a resource of a foreign account does not get in.
        Tested = "tested",
        /// It does not.
        Untested = "untested",
        /// It is not known whether the service says which resource it acts for.
        Unknown = "unknown",
    }
}

words! {
    /// Whose certificates are let in by IAM Roles Anywhere.
    Certificates {
        /// None.
        Nobody = "nobody",
        /// Those of named trust anchors, or with named fields.
        Pinned = "pinned",
        /// Any of any trust anchor of the account.
        Any = "any",
    }
}

fact! {
    /// One AWS service that a role trusts.
    ServiceTrust = "service-trust" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// The service's host.
        service: Option<Text> = "service",
        /// Whether the account of the resource counts that the service acts for.
        source: OneOf<Source> = "source",
        /// The page of AWS that says that the service sends the resource and its account; absent if none is known.
        page: Option<Text> = "page",
        /// True if another resource of the template makes the role, and its trust policy is nobody's to write.
        generated: Bounds<bool> = "generated",
        /// Whose certificates are let in, for IAM Roles Anywhere.
        certificates: OneOf<Certificates> = "certificates",
        /// How far out those are who get the role.
        reach: LevelOf<Reach> = "reach",
        /// What the role allows.
        exposure: LevelOf<Exposure> = "exposure",
    }
    evidence {
        /// The conditions of the statement.
        "conditions",
    }
}

/// Hands over the fact, and returns who gets in. What conditions do to a service is not asked for.
pub(super) fn each(view: &View<'_>, take: &mut dyn FnMut(&dyn Fact)) -> Bounds<Population> {
    let Kind::Service { host } = &view.kind else { return Bounds::decided(Population::Nobody) };
    let vocabulary = view.analysis.vocabulary;
    let known = host.as_literal(vocabulary).and_then(service_source);
    let (source, source_witness) = match known {
        Some(_) => (*view.once("source", 0, || source(view))).clone(),
        None => (OneOf::only(Source::Unknown), None),
    };
    let anywhere = host.as_literal(vocabulary) == Some(ROLES_ANYWHERE);
    let (certificates, certificate) = if anywhere { certificates(view) } else { (OneOf::none(), None) };
    let mut common = view.common_of_entry();
    common.evidence = super::conditions(view);
    common.witness = source_witness.or(certificate).map(|witness| view.shown(&witness));
    take(&ServiceTrust {
        common,
        role: view.role_name(),
        service: Some(host.clone()),
        source,
        page: known.map(|known| vocabulary.literal(known.page)),
        generated: Bounds::decided(view.role.entity.made_by.is_some()),
        certificates,
        reach: LevelOf::only(Reach::Inner),
        exposure: view.exposure(),
    });
    let population = if anywhere { Population::NamedIdentity } else { Population::Service };
    let mut tests = view.policy.statements.iter().map(|statement| statement.conditions.is_none());
    let sure = if tests.all(|is_free| is_free) { population } else { Population::Nobody };
    Bounds { sure, possible: population }
}

/// Whether a resource of a foreign account gets in, if the service always says which resource it acts for.
fn source(view: &View<'_>) -> (OneOf<Source>, Option<Box<Witness>>) {
    let sender = view.variant(&view.sender, "named source", &[], named_source);
    let judged = view.admits_strangers(&["source-account", "organisation"], Sent::Shared(&sender));
    let words = match (judged.admitted.sure, judged.admitted.possible) {
        (true, _) => OneOf::only(Source::Untested),
        (false, true) => OneOf::only(Source::Untested).or(Source::Tested),
        (false, false) => OneOf::only(Source::Tested),
    };
    (words, judged.witness)
}

/// A service that always says which resource it acts for, by an ARN with an account.
fn named_source(sender: &Sender) -> Sender {
    let mut sender = sender.clone();
    sender.kinds.truncate(1);
    let is_source = |claim: &Claim| claim.key.starts_with("aws:source");
    for claim in sender.kinds.iter_mut().flat_map(|kind| kind.claims_mut(is_source)) {
        if claim.key == "aws:sourceaccount" {
            claim.presence = Presence::Always;
        }
        if claim.key == "aws:sourcearn" {
            claim.presence = Presence::Always;
            if let Values::One(formats) = &mut claim.values {
                formats.truncate(1);
            }
        }
    }
    sender
}

/// The service of IAM Roles Anywhere.
const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";

/// A sender of certificates that have the same in each field: which fields there are, whoever signs them decides.
fn with_equal_fields(sender: &Sender) -> Sender {
    let mut sender = sender.clone();
    let Some(name) = sender.variable("common-name") else { return sender };
    let is_field = |claim: &Claim| claim.key.starts_with("aws:principaltag/");
    for claim in sender.kinds.iter_mut().flat_map(|kind| kind.claims_mut(is_field)) {
        claim.values = Values::One(vec![Format(vec![Piece::Variable(name)])]);
    }
    sender
}

/// Whether a certificate gets in that nobody named, from an anchor that nobody named.
fn certificates(view: &View<'_>) -> (OneOf<Certificates>, Option<Box<Witness>>) {
    let any = view.ask(&Ask::default());
    if !any.admitted.possible {
        return (OneOf::only(Certificates::Nobody), None);
    }
    const STRANGERS: &[&str] = &["anchor", "common-name"];
    let equal_fields = |sender: &Arc<Sender>| view.variant(sender, "equal fields", &[], with_equal_fields);
    let strange = equal_fields(&view.sender);
    let mut judged = view.admits_strangers(STRANGERS, Sent::Shared(&strange));
    if judged.admitted.possible && !judged.admitted.sure {
        // Which account it is, the policy need not know to name an anchor: `!Ref Anchor` names all of it.
        let unknown = view.analysis.senders.service(ROLES_ANYWHERE, || None);
        let elsewhere = view.admits_strangers(STRANGERS, Sent::Shared(&equal_fields(&unknown)));
        judged.admitted = judged.admitted.and(elsewhere.admitted);
    }
    let narrow = if any.admitted.sure { Certificates::Pinned } else { Certificates::Nobody };
    match (judged.admitted.sure, judged.admitted.possible) {
        (true, _) => (OneOf::only(Certificates::Any), judged.witness),
        (false, true) => (OneOf::only(Certificates::Any).or(narrow), judged.witness),
        (false, false) => (OneOf::only(Certificates::Pinned).or(narrow), None),
    }
}
