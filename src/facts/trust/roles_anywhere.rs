//! Whether IAM Roles Anywhere can give a role that trusts it.

use std::sync::Arc;

use super::view::{Ask, Kind, Sent, View};
use crate::facts::identity_pool::truth;
use crate::facts::{Evidence, Fact, OneOf, fact, words};
use crate::finding::Certainty;
use crate::knowledge::sender::{Claim, Format, Piece, Presence, Sender, Values};
use crate::model::{Profile, ReferencePlace, Target, TrustAnchor};
use crate::value::{Field, Text};

words! {
    /// Whether there is what gives the role.
    Way {
        /// There is, or may be.
        Open = "open",
        /// There is, but it is switched off.
        Disabled = "disabled",
        /// There is none in view, although there are others.
        Missing = "missing",
    }
}

fact! {
    /// One role that trusts IAM Roles Anywhere, and whether a profile and a trust anchor in view can give it.
    RolesAnywhereTrust = "roles-anywhere-trust" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// Whether a profile lists the role. In doubt one does.
        profile: OneOf<Way> = "profile",
        /// Whether the role admits a trust anchor. In doubt it does.
        anchor: OneOf<Way> = "anchor",
    }
    evidence {
        /// The profile that lists the role.
        "profile",
        /// The trust anchor that the role admits.
        "anchor",
    }
}

pub(super) fn each(view: &View<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let Kind::Service { host } = &view.kind else { return };
    let model = &view.analysis.model;
    if host.as_literal(view.analysis.vocabulary) != Some("rolesanywhere.amazonaws.com")
        || (model.profiles.is_empty() && model.trust_anchors.is_empty())
        // What admits nothing at all is a fault of its own.
        || !view.ask(&Ask::default()).admitted.possible
    {
        return;
    }
    let (profile, listing) = profile(view);
    let (anchor, admitted) = anchor(view);
    let mut common = view.common_of_entry();
    // A profile that is not in view may list the role. An anchor that is named is the one.
    if profile != Way::Open {
        common.certainty = Certainty::Possible;
    }
    let show = |role, span| Evidence { role, span };
    common.evidence.extend(listing.map(|profile| show("profile", profile.entity.span)));
    common.evidence.extend(admitted.map(|anchor| show("anchor", anchor.entity.span)));
    take(&RolesAnywhereTrust {
        common,
        role: view.role_name(),
        profile: OneOf::only(profile),
        anchor: OneOf::only(anchor),
    });
}

/// Whether a profile lists the role, with one that does and is switched off.
fn profile<'a>(view: &View<'a>) -> (Way, Option<&'a Profile>) {
    let model = &view.analysis.model;
    if model.profiles.is_empty() {
        return (Way::Open, None);
    }
    let mut disabled = None;
    for reference in model.references_to(view.role.entity.id) {
        if reference.place != ReferencePlace::ProfileRole {
            continue;
        }
        let Some(profile) = model.get::<Profile>(reference.from) else { continue };
        if is_disabled(&profile.enabled) {
            disabled = Some(profile);
        } else {
            return (Way::Open, None);
        }
    }
    // A list or an item that cannot be resolved may be, or have, the role.
    let unknown = model.profiles.iter().filter(|profile| !is_disabled(&profile.enabled)).any(|profile| {
        let items = match &profile.roles {
            Field::Known(items) => &items.value,
            Field::Unknown(_) => return true,
            Field::Absent => return false,
        };
        items.iter().any(|item| {
            let reference = item.span().and_then(|span| model.reference_at(profile.entity.id, span));
            item.known().is_none()
                || reference.is_none_or(|reference| matches!(reference.target, Target::Unknown))
        })
    });
    match disabled {
        _ if unknown => (Way::Open, None),
        Some(profile) => (Way::Disabled, Some(profile)),
        None => (Way::Missing, None),
    }
}

/// Whether the role admits a trust anchor: switched off only if one in view is named, and none else is admitted.
fn anchor<'a>(view: &View<'a>) -> (Way, Option<&'a TrustAnchor>) {
    let model = &view.analysis.model;
    let named: Vec<&TrustAnchor> = model
        .references_of(view.role.entity.id)
        .iter()
        .filter(|reference| reference.place == ReferencePlace::TrustedAnchor)
        .flat_map(|reference| reference.target.found())
        .filter(|found| found.sure)
        .filter_map(|found| model.get::<TrustAnchor>(found.entity))
        .collect();
    let Some(disabled) = named.iter().copied().find(|anchor| is_disabled(&anchor.enabled)) else {
        return (Way::Open, None);
    };
    if !named.iter().all(|anchor| is_disabled(&anchor.enabled)) || admits_other(view, &named) {
        return (Way::Open, None);
    }
    (Way::Disabled, Some(disabled))
}

/// Whether the role may admit an anchor that is none of these.
fn admits_other(view: &View<'_>, named: &[&TrustAnchor]) -> bool {
    use crate::policy::Wanted;
    // A variable of its own stands for the anchor's whole ARN: the parts of these ARNs are not known.
    let Some(anchor) = view.sender.variable("anchor") else { return true };
    let mut sender = Sender::clone(&view.sender);
    Arc::make_mut(&mut sender.variables[usize::from(anchor)]).language = crate::value::Shape::any();
    for kind in &mut sender.kinds {
        kind.claims.retain(|claim| claim.key != "aws:sourcearn");
        let values = Values::One(vec![Format(vec![Piece::Variable(anchor)])]);
        let claim = Claim { key: "aws:sourcearn".to_owned(), presence: Presence::Always, values };
        kind.claims.insert(0, Arc::new(claim));
    }
    let texts = named
        .iter()
        .filter_map(|anchor| anchor.entity.arn()?.with_tokens(view.analysis.vocabulary))
        .collect();
    let wanted = [Wanted::NoneOf(anchor, texts)];
    view.ask(&Ask { sender: Some(Sent::Once(&sender)), wanted: &wanted, ..Ask::default() }).admitted.possible
}

fn is_disabled(enabled: &Field<bool>) -> bool {
    // What is not written is not said to be off.
    !enabled.is_absent() && truth(enabled).known() == Some(false)
}
