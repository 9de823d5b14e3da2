//! Ways from outside, over chains of roles, to one that is as good as the account.

use std::collections::BTreeMap;

use super::entrance::{Entrance, Population};
use super::privileges::{ImpactWord, impact};
use super::trust::{Exposure, Reach};
use super::ways::{Way, Ways};
use super::{Common, Evidence, LevelOf, PART_OF_WAYS, Taker, fact, in_parts_beside};
use crate::analysis::{Analysis, Impact};
use crate::finding::Certainty;
use crate::model::EntityId;
use crate::value::{Bounds, Text};

fact! {
    /// The best way from outside to one role that is as good as the account, over at least one other role.
    PathFact = "path" {
        /// The role at the end: its logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// The role that somebody outside gets first.
        first_role: Option<Text> = "first-role",
        /// Who is let in there, as it is written.
        principal: Option<Text> = "principal",
        /// Who they are.
        population: LevelOf<Population> = "population",
        /// All roles from the first to the last.
        through: Vec<Text> = "through",
        /// The same in one text, with arrows.
        chain: Option<Text> = "chain",
        /// The number of steps from one role to the next.
        hops: Bounds<i64> = "hops",
        /// What the permissions of the role at the end amount to.
        privilege: LevelOf<ImpactWord> = "privilege",
        /// How far out those are who get the first role.
        reach: LevelOf<Reach> = "reach",
        /// What the role at the end allows.
        exposure: LevelOf<Exposure> = "exposure",
    }
    evidence {
        /// What lets somebody outside into the first role.
        "entrance",
        /// A statement that lets sessions of the role before into the next.
        "trusts",
        /// A statement that allows the role before to assume the next.
        "allows",
        /// The statement or policy that makes the last role as good as the account.
        "grant",
    }
}

pub(super) fn each(ways: &Ways<'_>, taker: &mut dyn Taker) {
    let analysis = ways.analysis();
    let mut found: Vec<(Way<'_>, Reach)> = Vec::new();
    let mut best: BTreeMap<EntityId, (bool, Reach)> = BTreeMap::new();
    for sure in [true, false] {
        for reach in [Reach::Outermost, Reach::Middle, Reach::Inner] {
            let first = |entrance: &Entrance| {
                let population = entrance.population;
                let is_asked = population.is_outside() && population.reach() == reach;
                is_asked && !entrance.limited && (entrance.sure || !sure)
            };
            let is_full = |role| is_full(analysis, role, sure);
            for way in ways.chains(&first, sure, &is_full) {
                // What is possible is said where nothing is proved that is as bad.
                let last = way.target();
                let known = best.get(&last).is_some_and(|(_, known)| *known >= reach);
                if !known {
                    best.insert(last, (sure, reach));
                    found.push((way, reach));
                }
            }
        }
    }
    in_parts_beside(&found, PART_OF_WAYS, taker, None, |some, take| {
        some.iter().for_each(|(way, reach)| take(&path(analysis, way, *reach)));
    });
}

/// Whether a role is as good as the account, by itself: which further roles it may assume is for the chains to say.
fn is_full(analysis: &Analysis<'_>, role: EntityId, sure: bool) -> bool {
    let impact = analysis.privileges(role).impact;
    (if sure { impact.sure } else { impact.possible }) >= Impact::Takeover
}

fn path(analysis: &Analysis<'_>, way: &Way<'_>, reach: Reach) -> PathFact {
    let name = |id: EntityId| Text::literal(analysis.entity(id).logical_id);
    let roles = way.roles();
    let (first, last) = (way.entrance.role, way.target());
    let privileges = analysis.privileges(last);
    let steps = way.entrance.steps.iter();
    let mut evidence: Vec<Evidence> =
        steps.map(|step| Evidence { role: "entrance", span: step.place }).collect();
    // Of a way that ends in what is only looked up, the last role before is what can be changed.
    let own = roles.iter().rev().copied().find(|&role| !analysis.is_existing(role)).unwrap_or(last);
    let mut place = analysis.entity(own).span;
    for pair in roles.windows(2) {
        let Some(places) = analysis.hop_places(pair[0], pair[1]) else { continue };
        evidence.extend(places.allowed.map(|span| Evidence { role: "allows", span }));
        evidence.extend(places.trusted.map(|span| Evidence { role: "trusts", span }));
        place = places.trusted.filter(|_| !analysis.is_existing(pair[1])).unwrap_or(place);
    }
    evidence.extend(analysis.granted_at(last, privileges.worst).map(|span| Evidence { role: "grant", span }));
    let through: Vec<Text> = roles.iter().map(|&role| name(role)).collect();
    let shown: Vec<String> = through.iter().map(|name| name.display(analysis.vocabulary)).collect();
    PathFact {
        common: Common {
            subject: own,
            place,
            certainty: if way.sure { privileges.certainty() } else { Certainty::Possible },
            worlds: way.worlds.clone(),
            evidence,
            // The last role first: what its policies allow is the other half of it.
            cause: vec![name(last), name(first)],
            witness: None,
        },
        role: Some(name(last)),
        first_role: Some(name(first)),
        principal: way.entrance.through.clone(),
        population: LevelOf::only(way.entrance.population),
        chain: Some(analysis.vocabulary.literal(&shown.join(" -> "))),
        hops: Bounds::decided(i64::try_from(through.len()).unwrap_or(i64::MAX).saturating_sub(1)),
        through,
        privilege: impact(privileges.impact),
        reach: LevelOf::only(reach),
        exposure: LevelOf::only(Exposure::Full),
    }
}
