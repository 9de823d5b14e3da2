//! Whom of a SAML provider's users a role admits, and at which sign-in endpoints.

use super::view::{Ask, Judged, View, Width};
use crate::facts::entrance::Population;
use crate::facts::{Common, Fact, OneOf, fact, words};
use crate::knowledge::sender::{Format, Piece, Sender, Values};
use crate::policy::Wanted;
use crate::value::{Bounds, Text};

words! {
    /// Whether a role asks for what endpoint an assertion is meant.
    Recipient {
        /// It does: assertions for some endpoints are refused.
        Tested = "tested",
        /// Those for any endpoint of any partition are admitted.
        Any = "any",
    }
}

fact! {
    /// One SAML provider that a role trusts, and what the role asks of its assertions.
    SamlTrust = "saml-trust" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// The provider's ARN.
        provider: Option<Text> = "provider",
        /// Whether assertions are refused that are meant for another sign-in endpoint.
        audience: OneOf<Recipient> = "audience",
        /// True if only named users, or those whom a pattern fits, are admitted.
        subject_pinned: Bounds<bool> = "subject-pinned",
    }
    evidence {
        /// The conditions of the statement.
        "conditions",
    }
}

/// The kinds of requests of which each has endpoints that no other has: of partitions where everybody can be.
const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

/// Hands over the fact, if anybody gets in, and returns who does.
pub(super) fn each(view: &View<'_>, take: &mut dyn FnMut(&dyn Fact)) -> Bounds<Population> {
    let found = view.once("assertions", 0, || found(view));
    let Some(Found { audience, subject_pinned, any }) = &*found else {
        return Bounds::decided(Population::Nobody);
    };
    let mut common = view.common_of_entry();
    common.evidence = super::conditions(view);
    common.witness = any.witness.as_deref().map(|witness| view.shown(witness));
    take(&SamlTrust {
        common: Common { ..common },
        role: view.role_name(),
        provider: view.principal.value.text().cloned(),
        audience: OneOf::only(*audience),
        subject_pinned: *subject_pinned,
    });
    let sure = if any.admitted.sure { Population::SamlUser } else { Population::Nobody };
    Bounds { sure, possible: Population::SamlUser }
}

/// What is found out about one view.
struct Found {
    audience: Recipient,
    subject_pinned: Bounds<bool>,
    /// Somebody who is let in.
    any: Judged,
}

/// `None` if nobody is admitted.
fn found(view: &View<'_>) -> Option<Found> {
    let any = view.ask(&Ask::default());
    if !any.admitted.possible {
        return None;
    }
    // What a role admits of endpoints that have nothing in common, it admits of all.
    let sender = regional(&view.sender);
    let region = sender.variable("region").map(|region| Wanted::Stranger(region, "xx-nowhere-9".to_owned()));
    let wanted: Vec<Wanted> = region.into_iter().collect();
    let mut everywhere = Bounds::decided(true);
    for name in PARTITIONS {
        let kind = view.sender.kinds.iter().position(|kind| kind.name == name);
        let ask = Ask { kind, wanted: &wanted, sender: Some(&sender), ..Ask::default() };
        everywhere = everywhere.and(view.ask(&ask).admitted);
        if !everywhere.sure {
            break;
        }
    }
    // A text that is not known confines the role to the endpoints that it will turn out to be.
    let audience = if everywhere.sure { Recipient::Any } else { Recipient::Tested };
    let subjects: Vec<_> = view.sender.variable("subject").into_iter().collect();
    let width = view.width(&subjects, &Ask::default());
    let pinned = |width: &Width| *width != Width::Any;
    let subject_pinned = Bounds { sure: pinned(&width.possible.0), possible: pinned(&width.sure.0) };
    Some(Found { audience, subject_pinned, any })
}

/// The sender with endpoints of Regions only: a policy that lists some endpoints lists none of a Region that nobody has.
fn regional(sender: &Sender) -> Sender {
    let mut sender = sender.clone();
    let region = sender.variable("region");
    let has_region = |format: &Format| {
        format.0.iter().any(|piece| matches!(piece, Piece::Variable(variable) if Some(*variable) == region))
    };
    for claim in sender.kinds.iter_mut().flat_map(|kind| &mut kind.claims) {
        if let Values::One(formats) = &mut claim.values
            && claim.key == "saml:aud"
        {
            formats.retain(has_region);
        }
    }
    sender
}
