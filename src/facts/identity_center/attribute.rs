//! Attributes for access control: session tags that are read from attributes of users.

use crate::analysis::Analysis;
use crate::facts::privileges::worst_exposure;
use crate::facts::trust::{decides_at, decides_elsewhere};
use crate::facts::{Common, Evidence, Exposure, Fact, LevelOf, OneOf, Reach, fact, words};
use crate::finding::Certainty;
use crate::model::{AccessControlAttribute, AccessControlAttributes, EntityId};
use crate::source::Span;
use crate::value::{Bounds, Located, Text};

words! {
    /// Who keeps an attribute of a user, most often.
    Keeper {
        /// The organisation: it says what somebody's work is.
        Organisation = "organisation",
        /// The person: it says how he is called and reached.
        Person = "person",
        /// Nothing tells.
        Unknown = "unknown",
    }
}

fact! {
    /// One attribute for access control of Identity Center: a session tag, and an attribute of users that it is read from.
    AccessControlAttributeFact = "access-control-attribute" {
        /// The tag.
        tag: Option<Text> = "tag",
        /// What it is read from, as it is written.
        source: Option<Text> = "source",
        /// Who keeps that, most often.
        keeper: OneOf<Keeper> = "keeper",
        /// True if users can edit it themselves. Never sure: that is up to the identity source.
        editable: Bounds<bool> = "editable",
        /// True if a policy in view decides by the tag.
        decides: Bounds<bool> = "decides",
        /// How far out those are who can edit it: staff.
        reach: LevelOf<Reach> = "reach",
        /// What the worst of the permission sets and roles allows of which the policies decide by the tag.
        exposure: LevelOf<Exposure> = "exposure",
    }
    evidence {
        /// Where a policy decides by the tag.
        "policy",
    }
}

/// Attributes of a user that say how he is called and reached, by the first part of their path in the schema of SCIM: those that
/// identity sources let people keep themselves, where they let them keep any.
const PERSONAL: &[&str] = &[
    "addresses",
    "displayName",
    "locale",
    "name",
    "nickName",
    "phoneNumbers",
    "preferredLanguage",
    "profileUrl",
    "timezone",
];

/// Attributes that say what somebody's work is, or that he signs in with.
const OF_ORGANISATION: &[&str] = &["emails", "enterprise", "externalId", "title", "userName", "userType"];

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for configuration in &analysis.model.access_control_attributes {
        let attributes = configuration.attributes.known().into_iter().flat_map(|list| &list.value);
        for attribute in attributes.filter_map(|attribute| attribute.known()) {
            let sources = attribute.value.sources.known().into_iter().flat_map(|list| &list.value);
            for source in sources.filter_map(|source| source.known()) {
                take(&of(analysis, configuration, &attribute.value, source));
            }
        }
    }
}

fn of(
    analysis: &Analysis<'_>,
    configuration: &AccessControlAttributes,
    attribute: &AccessControlAttribute,
    source: &Located<Text>,
) -> AccessControlAttributeFact {
    let tag = attribute.key.known().map(|key| key.value.clone());
    let literal = tag.as_ref().and_then(|tag| tag.as_literal(analysis.vocabulary));
    let (holders, place) = literal.map_or((Vec::new(), None), |tag| deciding(analysis, tag));
    let keeper = source.value.as_literal(analysis.vocabulary).map_or(Keeper::Unknown, keeper);
    AccessControlAttributeFact {
        common: Common {
            subject: configuration.entity.id,
            place: source.span,
            certainty: Certainty::Proved,
            worlds: configuration.entity.worlds.clone(),
            evidence: place.map(|span| Evidence { role: "policy", span }).into_iter().collect(),
            cause: tag.iter().cloned().chain([source.value.clone()]).collect(),
            witness: None,
        },
        tag,
        source: Some(source.value.clone()),
        keeper: OneOf::only(keeper),
        editable: Bounds { sure: false, possible: keeper != Keeper::Organisation },
        decides: Bounds::decided(place.is_some()),
        reach: LevelOf::only(Reach::Inner),
        exposure: worst_exposure(analysis, holders),
    }
}

/// The permission sets, in their accounts, and the roles of which the policies decide by a tag, and the first place where some policy
/// does.
fn deciding(analysis: &Analysis<'_>, tag: &str) -> (Vec<EntityId>, Option<Span>) {
    let model = &analysis.model;
    let sets = model.permission_sets.iter().flat_map(|set| analysis.model.roles_of(set.entity.id));
    let ids = sets.map(|role| role.entity.id).chain(model.roles.iter().map(|role| role.entity.id));
    let found = ids.filter_map(|id| Some((id, decides_at(analysis, id, tag)?)));
    let (holders, places): (Vec<EntityId>, Vec<Span>) = found.unzip();
    let place = places.first().copied().or_else(|| decides_elsewhere(analysis, tag));
    (holders, place)
}

/// Who keeps what a source such as `${path:enterprise.department}` names.
fn keeper(source: &str) -> Keeper {
    let path = source.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let path = path.and_then(|rest| rest.strip_prefix("path:"));
    let Some(path) = path else { return Keeper::Unknown };
    let first = path.split(['.', '[']).next().unwrap_or_default();
    let is_one_of = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(first));
    if is_one_of(PERSONAL) {
        Keeper::Person
    } else if is_one_of(OF_ORGANISATION) {
        Keeper::Organisation
    } else {
        Keeper::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_keeps_an_attribute() {
        for (source, expected) in [
            ("${path:enterprise.department}", Keeper::Organisation),
            ("${path:emails[primary eq true].value}", Keeper::Organisation),
            ("${path:displayName}", Keeper::Person),
            ("${path:name.givenName}", Keeper::Person),
            ("${path:addresses[type eq \"work\"].locality}", Keeper::Person),
            ("${path:phoneNumbers[primary eq true].value}", Keeper::Person),
            ("${path:shoeSize}", Keeper::Unknown),
            ("enterprise.department", Keeper::Unknown),
            ("", Keeper::Unknown),
        ] {
            assert_eq!(keeper(source), expected, "{source}");
        }
    }
}
