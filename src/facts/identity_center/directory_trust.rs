//! Trusts of directories in other domains, as far as Identity Center needs them.

use super::directory::{identity_source, of_identity_center};
use crate::analysis::Analysis;
use crate::facts::{Common, Evidence, Fact, OneOf, fact, words};
use crate::finding::Certainty;
use crate::model::{Directory, DirectoryTrust, Entity};
use crate::value::{Bounds, Text};

words! {
    /// Who trusts whom.
    Direction {
        /// Each the other.
        TwoWay = "two-way",
        /// The directory trusts the other domain, which does not trust it.
        Outgoing = "outgoing",
        /// The other domain trusts the directory, which does not trust it.
        Incoming = "incoming",
    }
}

words! {
    /// Whether a trust works.
    TrustState {
        /// It does, or it is being made or checked.
        Working = "working",
        /// It was not verified: most often only one side has set it up.
        Unverified = "unverified",
    }
}

fact! {
    /// One trust of a directory in another domain.
    DirectoryTrustFact = "directory-trust" {
        /// The directory: its name in the account, or its id.
        directory: Option<Text> = "directory",
        /// The other domain.
        domain: Option<Text> = "domain",
        /// Who trusts whom.
        direction: OneOf<Direction> = "direction",
        /// Whether it works.
        state: OneOf<TrustState> = "state",
        /// True if Identity Center gets its users from the directory. No API tells: sure only if the settings say that they
        /// come from an Active Directory and this is the only directory in view; false if they say otherwise, or the scan has
        /// nothing of Identity Center.
        identity_source: Bounds<bool> = "identity-source",
    }
    evidence {
        /// Something of Identity Center.
        "identity-center",
        /// The direction.
        "direction",
        /// The state.
        "state",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for trust in &analysis.model.directory_trusts {
        take(&of(analysis, trust));
    }
}

fn of(analysis: &Analysis<'_>, trust: &DirectoryTrust) -> DirectoryTrustFact {
    let named = trust.directory.known();
    let reference = named.and_then(|named| analysis.model.reference_at(trust.entity.id, named.span));
    let found = reference.and_then(|reference| reference.target.found().first());
    let directory = found.and_then(|found| analysis.model.get::<Directory>(found.entity));
    // One that is not in view is where its trust is.
    let entity: &Entity = directory.map_or(&trust.entity, |directory| &directory.entity);
    let center = of_identity_center(analysis, entity);
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut show = |role, span| evidence.extend(Option::map(span, |span| Evidence { role, span }));
    show("direction", trust.direction.span());
    show("state", trust.state.span());
    show("identity-center", center.map(|center| center.span));
    let known = |text: &crate::value::Field<Text>| text.known().map(|text| text.value.clone());
    DirectoryTrustFact {
        common: Common {
            subject: trust.entity.id,
            place: trust.entity.span,
            certainty: Certainty::Proved,
            worlds: trust.entity.worlds.clone(),
            evidence,
            cause: known(&trust.remote_domain).into_iter().collect(),
            witness: None,
        },
        directory: match directory {
            Some(directory) => Some(Text::literal(directory.entity.logical_id)),
            None => known(&trust.directory),
        },
        domain: known(&trust.remote_domain),
        direction: match trust.direction.as_literal(analysis.vocabulary) {
            Some("Two-Way") => OneOf::only(Direction::TwoWay),
            Some("One-Way: Outgoing") => OneOf::only(Direction::Outgoing),
            Some("One-Way: Incoming") => OneOf::only(Direction::Incoming),
            _ => OneOf::none(),
        },
        state: OneOf::only(match trust.state.as_literal(analysis.vocabulary) {
            Some("VerifyFailed" | "UpdateFailed" | "Failed") => TrustState::Unverified,
            _ => TrustState::Working,
        }),
        identity_source: match directory {
            Some(directory) => identity_source(analysis, &directory.entity),
            None => Bounds { sure: false, ..identity_source(analysis, entity) },
        },
    }
}
