//! Ways with the names of what they lead through, as reports show them.

use rustc_hash::FxHashMap;

use super::{Way, Ways};
use crate::analysis::{Analysis, Impact, Privileges};
use crate::facts::Words;
use crate::facts::entrance::{Population, StepKind};
use crate::facts::privileges::{ImpactWord, word};
use crate::finding::{self, Certainty, Label, Privilege, Reach, Step};
use crate::model::EntityId;
use crate::source::Span;
use crate::value::Worlds;

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// Whose ways, those who are furthest out first.
    from: Vec<Population>,
    /// The least that the role at the end has to be worth.
    to: ImpactWord,
}

impl Query {
    /// The names of populations, innermost first.
    pub(crate) const POPULATIONS: &[&str] = {
        let [_nobody, populations @ ..] = Population::NAMES else { panic!() };
        populations
    };
    /// The names of what a role may be worth, mildest first.
    pub(crate) const PRIVILEGES: &[&str] = ImpactWord::NAMES;

    /// Whose ways are asked for, those who are furthest out first.
    pub(in crate::facts) fn populations(&self) -> &[Population] {
        &self.from
    }

    /// The least that the role at the end has to be worth.
    pub(in crate::facts) const fn least(&self) -> ImpactWord {
        self.to
    }

    /// A query by names; others are nobody's. Without names, those outside.
    pub(crate) fn named(from: &[String], to: Option<&str>) -> Self {
        Self::of(from, to, Population::is_outside)
    }

    /// As [`Self::named`], but without names also the users of Identity Center.
    pub(crate) fn with_staff(from: &[String], to: Option<&str>) -> Self {
        Self::of(from, to, |population| {
            population.is_outside() || population == Population::IdentityCenterUser
        })
    }

    /// As [`Self::named`], but without names everybody.
    pub(crate) fn everybody(from: &[String], to: Option<&str>) -> Self {
        Self::of(from, to, |population| population != Population::Nobody)
    }

    fn of(from: &[String], to: Option<&str>, by_default: impl Fn(Population) -> bool) -> Self {
        let is_asked = |population: &Population| from.iter().any(|name| name == population.name());
        let everybody = from.is_empty();
        Self {
            from: Population::ALL
                .iter()
                .rev()
                .copied()
                .filter(|population| if everybody { by_default(*population) } else { is_asked(population) })
                .collect(),
            to: ImpactWord::ALL
                .iter()
                .copied()
                .find(|impact| Some(impact.name()) == to)
                .unwrap_or(ImpactWord::Nothing),
        }
    }
}

impl Ways<'_> {
    /// The ways that are asked for: of those who are furthest out first; of each, what is proved to be worst first.
    pub(crate) fn find(&self, query: &Query) -> Vec<finding::Way> {
        let least = |impact: Impact| word(impact) >= query.to;
        let mut found = Vec::new();
        for &population in &query.from {
            let ways = self.of(population).into_iter();
            let mut ways: Vec<_> = ways.map(|way| (way.privileges(self.analysis), way)).collect();
            // A role of which nothing is in view may be worth anything.
            ways.retain(|(has, way)| least(has.impact.possible) || !self.is_in_view(way.target()));
            ways.sort_by_key(|(has, way)| {
                let proved = if way.sure { has.proved() } else { Impact::Nothing };
                std::cmp::Reverse((proved, has.impact.possible, way.sure))
            });
            let mut shown = Shown::default();
            for (has, way) in &ways {
                shown.add(self.shown(way, has, least(has.proved())), way, self.analysis);
            }
            found.extend(shown.ways);
        }
        found
    }

    /// What each population outside gets, those who are furthest out first.
    pub(crate) fn reaches(&self) -> Vec<Reach> {
        let outside = Population::ALL.iter().rev().copied().filter(|population| population.is_outside());
        outside.filter_map(|population| self.reach(population)).collect()
    }

    fn reach(&self, population: Population) -> Option<Reach> {
        let ways = self.of(population);
        let mut best: Option<((Impact, Impact), &Way<'_>)> = None;
        let (mut possible, mut complete) = (Impact::Nothing, true);
        // Variants of one role are one.
        let mut roles: FxHashMap<_, bool> = FxHashMap::default();
        for way in &ways {
            let has = way.privileges(self.analysis);
            let impact = has.impact;
            let sure = if way.sure { has.proved() } else { Impact::Nothing };
            let role = self.analysis.entity(way.target());
            *roles.entry((role.deployment, role.template, role.logical_id)).or_default() |= way.sure;
            possible = possible.max(impact.possible);
            complete &= self.is_in_view(way.target());
            if best.as_ref().is_none_or(|(known, _)| (sure, impact.possible) > *known) {
                best = Some(((sure, impact.possible), way));
            }
        }
        let ((sure, _), way) = best?;
        let role = way.target();
        Some(Reach {
            population: population.name(),
            roles: roles.len(),
            proved: roles.values().filter(|&&sure| sure).count(),
            privilege: Privilege { proved: word(sure).name(), possible: word(possible).name(), complete },
            role: self.analysis.name(role),
            span: self.analysis.entity(role).span,
        })
    }

    /// Whether everything that grants something to a role is in view, and something is.
    pub(in crate::facts) fn is_in_view(&self, role: EntityId) -> bool {
        !self.analysis.model.grants_of(role).is_empty() && self.analysis.privileges(role).complete
    }

    fn shown(&self, way: &Way<'_>, has: &Privileges, is_worth: bool) -> finding::Way {
        let analysis = self.analysis;
        let role = way.target();
        let is_sure = way.sure && is_worth;
        let entering = way
            .entrance
            .steps
            .iter()
            .map(|step| self.step(step.kind, step.entity, &[("", Some(step.place))]));
        let pairs = way.roles().windows(2);
        let following = pairs.filter_map(|pair| Some((pair[1], analysis.hop_places(pair[0], pair[1])?)));
        let following = following.map(|(to, places)| {
            let kind = if places.service.is_some() { StepKind::Passed } else { StepKind::Assumed };
            let step = self.step(kind, to, &[("allowed", places.allowed), ("trusted", places.trusted)]);
            Step { service: places.service.map(str::to_owned), ..step }
        });
        finding::Way {
            population: way.entrance.population.name(),
            certainty: if is_sure { Certainty::Proved } else { Certainty::Possible },
            when: analysis.when(&way.worlds),
            role: analysis.name(role),
            privilege: Privilege {
                proved: word(has.proved()).name(),
                possible: word(has.impact.possible).name(),
                complete: self.is_in_view(role),
            },
            steps: entering.chain(following).collect(),
            granted: analysis.granted_at(role, has.worst),
        }
    }

    fn step(&self, kind: StepKind, entity: EntityId, places: &[(&str, Option<Span>)]) -> Step {
        let label = |&(text, span): &(&str, Option<Span>)| Some(Label { span: span?, text: text.into() });
        Step {
            kind: kind.name(),
            entity: self.analysis.name(entity),
            service: None,
            places: places.iter().filter_map(label).collect(),
        }
    }
}

/// Ways of one population. Those that differ in nothing but when they are there are one.
#[derive(Default)]
struct Shown {
    ways: Vec<finding::Way>,
    worlds: Vec<Worlds>,
    /// The positions of the ways to roles of a name.
    by_name: FxHashMap<String, Vec<usize>>,
}

impl Shown {
    fn add(&mut self, shown: finding::Way, way: &Way<'_>, analysis: &Analysis<'_>) {
        let known = self.by_name.entry(shown.role.name.clone()).or_default();
        for &at in &*known {
            let same = finding::Way { when: shown.when.clone(), ..self.ways[at].clone() } == shown;
            if let Some(both) = self.worlds[at].or(&way.worlds).filter(|_| same) {
                self.ways[at].when = analysis.when(&both);
                self.worlds[at] = both;
                return;
            }
        }
        known.push(self.ways.len());
        self.ways.push(shown);
        self.worlds.push(way.worlds.clone());
    }
}
