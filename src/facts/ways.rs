//! Who reaches what: from a population over a way in and chains of roles to every role.

mod shown;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entrance::{Entrance, Population};
pub(crate) use shown::Query;

use crate::analysis::{Analysis, Chain, Impact, Privileges, Reached};
use crate::model::EntityId;
use crate::value::Worlds;

/// The ways in of a scan.
#[derive(Debug)]
pub(crate) struct Ways<'a> {
    analysis: &'a Analysis<'a>,
    entrances: Vec<Entrance>,
}

/// The best way of a population to a role.
#[derive(Clone, Debug)]
pub(crate) struct Way<'w> {
    /// How it begins.
    pub entrance: &'w Entrance,
    /// The roles from the first to the last, if it is not the first that is meant.
    pub chain: Option<Chain>,
    /// False if a step depends on what is not known.
    pub sure: bool,
    /// The worlds in which all of it is there.
    pub worlds: Worlds,
}

impl Way<'_> {
    /// The role at the end.
    pub(crate) fn target(&self) -> EntityId {
        self.chain.as_ref().and_then(|chain| chain.roles.last()).copied().unwrap_or(self.entrance.role)
    }

    /// The roles from the first to the last.
    pub(crate) fn roles(&self) -> &[EntityId] {
        let first = std::slice::from_ref(&self.entrance.role);
        self.chain.as_ref().map_or(first, |chain| chain.roles.as_slice())
    }

    /// True if the session has no more than what Cognito leaves to guests.
    fn is_part(&self) -> bool {
        self.entrance.limited && self.chain.is_none()
    }

    fn end(&self) -> (EntityId, bool) {
        (self.target(), self.sure)
    }

    /// What the population can do at the end of it.
    pub(crate) fn privileges(&self, analysis: &Analysis<'_>) -> Arc<Privileges> {
        let target = self.target();
        if self.is_part() { analysis.left_to_guests(target) } else { analysis.privileges(target) }
    }
}

impl<'a> Ways<'a> {
    /// The ways in: `entrances` of trust policies, and those through identity pools in view.
    pub(super) fn new(analysis: &'a Analysis<'a>, mut entrances: Vec<Entrance>) -> Self {
        entrances.extend(super::entrance::through_pools(analysis));
        entrances.extend(super::entrance::through_user_pools(analysis));
        entrances.extend(super::entrance::through_identity_center(analysis));
        entrances.sort_by_key(|entrance| entrance.role);
        Self { analysis, entrances }
    }

    /// What was looked at.
    pub(crate) const fn analysis(&self) -> &'a Analysis<'a> {
        self.analysis
    }

    /// The ways in, by the roles that they lead to.
    pub(super) fn entrances(&self) -> &[Entrance] {
        &self.entrances
    }

    /// The best way of a population to each role that it reaches, in the order of the roles: a sure one before one that
    /// is only possible, then a short one. Nothing is said of what else an administrator reaches.
    pub(crate) fn of(&self, population: Population) -> Vec<Way<'_>> {
        let mut best: Best<'_> = BTreeMap::new();
        for sure in [true, false] {
            let enters = |entrance: &Entrance| entrance.population == population && (entrance.sure || !sure);
            for entrance in self.entrances.iter().filter(|entrance| enters(entrance)) {
                let way = Way { entrance, chain: None, sure, worlds: entrance.worlds.clone() };
                best.entry((entrance.role, way.is_part())).or_insert(way);
            }
            let first = |entrance: &Entrance| enters(entrance) && !entrance.limited;
            let Some(reached) = self.reached(&first, sure) else { continue };
            for role in reached.roles() {
                if !best.contains_key(&(role, false)) {
                    best.extend(self.way(&reached, role, &first, sure).map(|way| ((role, false), way)));
                }
            }
        }
        // What is left to guests is less than the whole role.
        let whole: Vec<(EntityId, bool)> = best.values().filter(|way| !way.is_part()).map(Way::end).collect();
        let is_less = |way: &Way<'_>| {
            let at = whole.binary_search_by_key(&way.target(), |(role, _)| *role);
            way.is_part() && at.is_ok_and(|at| whole[at].1 || !way.sure)
        };
        let is_ours = |way: &Way<'_>| way.roles().iter().any(|&role| !self.analysis.is_existing(role));
        best.into_values().filter(|way| !is_less(way) && is_ours(way)).collect()
    }

    /// The shortest ways over at least one role to others, from those ways in that are asked for, in the order of the roles.
    pub(super) fn chains(
        &self,
        first: &dyn Fn(&Entrance) -> bool,
        sure: bool,
        ends_at: &dyn Fn(EntityId) -> bool,
    ) -> Vec<Way<'_>> {
        let Some(reached) = self.reached(first, sure) else { return Vec::new() };
        let mut targets: Vec<EntityId> = reached.roles().filter(|&role| ends_at(role)).collect();
        targets.sort_unstable();
        targets.into_iter().filter_map(|role| self.way(&reached, role, first, sure)).collect()
    }

    fn reached(&self, first: &dyn Fn(&Entrance) -> bool, sure: bool) -> Option<Reached<'_>> {
        let chains = self.analysis.chains();
        let ends = |role| self.analysis.privileges(role).impact.sure >= Impact::Takeover;
        let mut starts: Vec<EntityId> = self
            .entrances
            .iter()
            .filter(|entrance| first(entrance))
            .map(|entrance| entrance.role)
            .filter(|&role| chains.lead_on(role))
            .collect();
        starts.dedup();
        // Whoever gets everything at once needs no chain.
        starts.retain(|&role| !ends(role));
        (!starts.is_empty()).then(|| chains.from(&starts, sure, &ends, self.analysis))
    }

    fn way(
        &self,
        reached: &Reached<'_>,
        role: EntityId,
        first: &dyn Fn(&Entrance) -> bool,
        sure: bool,
    ) -> Option<Way<'_>> {
        let chain = reached.chain(role)?;
        let start = *chain.roles.first()?;
        let from = self.entrances.partition_point(|entrance| entrance.role < start);
        let mut entrances = self.entrances[from..].iter().take_while(|entrance| entrance.role == start);
        let entrance = entrances.find(|entrance| first(entrance))?;
        let worlds = self.analysis.together(&chain.worlds, &entrance.worlds)?;
        Some(Way { entrance, chain: Some(chain), sure, worlds })
    }
}

/// The best ways to roles, and to what Cognito leaves of them to guests.
type Best<'w> = BTreeMap<(EntityId, bool), Way<'w>>;
