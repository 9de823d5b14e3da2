//! Ways from outside, over chains of roles, to one that is as good as the account.

use std::collections::BTreeMap;

use super::privileges::{ImpactWord, impact};
use super::trust::{Entrance, Exposure, Reach, entrance};
use super::{Common, Evidence, Fact, LevelOf, fact};
use crate::analysis::{Analysis, Chain, Impact};
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
        /// The principal that lets somebody outside into the first role.
        "entrance",
        /// A statement that lets sessions of the role before into the next.
        "trusts",
        /// A statement that allows the role before to assume the next.
        "allows",
        /// The statement or policy that makes the last role as good as the account.
        "grant",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let chains = analysis.chains();
    let is_full = |role, sure| is_full(analysis, role, sure);
    let ends = |role| is_full(role, true);
    let mut entrances: BTreeMap<EntityId, Entrance> = BTreeMap::new();
    for role in &analysis.model.roles {
        let id = role.entity.id;
        // Whoever gets everything at once needs no chain.
        if chains.lead_on(id) && !ends(id) {
            entrances.extend(entrance(analysis, role).map(|entrance| (id, entrance)));
        }
    }
    let mut best: BTreeMap<EntityId, (bool, Reach)> = BTreeMap::new();
    for sure in [true, false] {
        for reach in [Reach::Outermost, Reach::Middle, Reach::Inner] {
            let starts: Vec<EntityId> = entrances
                .iter()
                .filter(|(_, entrance)| entrance.reach == reach && (entrance.sure || !sure))
                .map(|(&id, _)| id)
                .collect();
            if starts.is_empty() {
                continue;
            }
            let mut found = chains.from(&starts, sure, &ends, analysis);
            found.sort_by_key(|chain| chain.roles.last().copied());
            for chain in found {
                let (Some(&first), Some(&last)) = (chain.roles.first(), chain.roles.last()) else { continue };
                // What is possible is said where nothing is proved that is as bad.
                let known = best.get(&last).is_some_and(|(_, known)| *known >= reach);
                if known || !is_full(last, sure) {
                    continue;
                }
                best.insert(last, (sure, reach));
                take(&path(analysis, &chain, &entrances[&first], sure));
            }
        }
    }
}

/// Whether a role is as good as the account, by itself: which further roles it may assume is for the chains to say.
fn is_full(analysis: &Analysis<'_>, role: EntityId, sure: bool) -> bool {
    let impact = analysis.privileges(role).impact;
    (if sure { impact.sure } else { impact.possible }) >= Impact::Takeover
}

fn path(analysis: &Analysis<'_>, chain: &Chain, entrance: &Entrance, sure: bool) -> PathFact {
    let name = |id: &EntityId| Text::literal(analysis.entity(*id).logical_id);
    let last = chain.roles[chain.roles.len() - 1];
    let privileges = analysis.privileges(last);
    let mut evidence = vec![Evidence { role: "entrance", span: entrance.place }];
    let mut place = analysis.entity(last).span;
    for pair in chain.roles.windows(2) {
        let Some(places) = analysis.hop_places(pair[0], pair[1]) else { continue };
        evidence.extend(places.allowed.map(|span| Evidence { role: "allows", span }));
        evidence.extend(places.trusted.map(|span| Evidence { role: "trusts", span }));
        place = places.trusted.unwrap_or(place);
    }
    let action = privileges.escalations.iter().map(|gain| gain.action).next();
    let action = action.or(privileges.takeovers.iter().map(|gain| gain.action).next());
    evidence.extend(analysis.granted_at(last, action).map(|span| Evidence { role: "grant", span }));
    let through: Vec<Text> = chain.roles.iter().map(name).collect();
    let shown: Vec<String> = through.iter().map(|name| name.display(analysis.vocabulary)).collect();
    PathFact {
        common: Common {
            subject: last,
            place,
            certainty: if sure { Certainty::Proved } else { Certainty::Possible },
            worlds: chain.worlds.clone(),
            evidence,
            // The last role first: what its policies allow is the other half of it.
            cause: vec![name(&last), name(&chain.roles[0])],
            witness: None,
        },
        role: Some(name(&last)),
        first_role: through.first().cloned(),
        principal: entrance.principal.clone(),
        chain: Some(analysis.vocabulary.literal(&shown.join(" -> "))),
        hops: Bounds::decided(i64::try_from(through.len()).unwrap_or(i64::MAX).saturating_sub(1)),
        through,
        privilege: impact(privileges.impact),
        reach: LevelOf::only(entrance.reach),
        exposure: LevelOf::only(Exposure::Full),
    }
}
