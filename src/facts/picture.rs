//! The trust graph as it is drawn: everybody's ways in, the chains of roles behind them, what the roles are worth, and what
//! trust policies and identity pools say that lets nobody in.

mod classes;
mod conditions;
mod draft;
mod frame;

use rustc_hash::FxHashSet;

use super::entrance::{Entrance, Step, StepKind};
use super::pool_role::pools;
use super::privileges::{ImpactWord, word};
use super::ways::{Query, Ways};
use crate::analysis::Analysis;
use crate::finding::{Picture, Standing};
use crate::graph::EdgeKind;
use crate::model::{EntityId, EntityKind, ReferencePlace, RoleAttachment, Target};
use crate::policy::{Effect, Element, PolicyPath, PrincipalForm};
use crate::source::Span;
use crate::value::{Field, Text};

use draft::{Draft, Key, Line};

/// Which part of the trust graph is to be drawn, and how closely.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Framing {
    /// Names of populations. None for all those outside and the users of Identity Center; around one thing, for everybody.
    pub from: Vec<String>,
    /// The name of what a role has to be worth.
    pub to: Option<String>,
    /// The name or ARN of what the picture is about.
    pub around: Option<String>,
    /// How many edges away from there, or from the populations, things may be.
    pub depth: Option<usize>,
    /// True if everything is to have a node of its own.
    pub every: bool,
}

/// What came of a wish for a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framed {
    /// The picture.
    Picture(Picture),
    /// Nothing in the graph has the name that it should be about. These have one that is close.
    Unknown(Vec<String>),
}

/// Draws the trust graph.
pub(crate) fn draw(ways: &Ways<'_>, framing: &Framing) -> Framed {
    let to = framing.to.as_deref();
    // Who asks about one thing wants to see all who get it.
    let query = match framing.around {
        Some(_) => Query::everybody(&framing.from, to),
        None => Query::with_staff(&framing.from, to),
    };
    let mut pen = Pen {
        ways,
        analysis: ways.analysis(),
        draft: Draft::default(),
        limited: FxHashSet::default(),
        whole: FxHashSet::default(),
    };
    pen.entrances(&query);
    pen.chains(&query);
    if framing.from.is_empty() {
        pen.closed_trust();
        pen.closed_gifts();
    }
    pen.worth();
    match frame::within(pen.draft, query.least(), framing) {
        Ok(draft) => Framed::Picture(classes::collapse(&draft, framing, pen.analysis)),
        Err(close) => Framed::Unknown(close),
    }
}

struct Pen<'w, 'a> {
    ways: &'w Ways<'a>,
    analysis: &'a Analysis<'a>,
    draft: Draft,
    /// The roles that somebody has only in part: what Cognito leaves of them to guests.
    limited: FxHashSet<EntityId>,
    /// The roles that somebody has.
    whole: FxHashSet<EntityId>,
}

impl Pen<'_, '_> {
    /// The ways in of those who are asked for.
    fn entrances(&mut self, query: &Query) {
        for &population in query.populations() {
            let start = self.node(&Key::Population(population));
            let own = self.ways.entrances().iter().filter(|entrance| entrance.population == population);
            for entrance in own {
                // What another role in view gets, chains say: it takes permissions too.
                if self.is_of_role(entrance) {
                    continue;
                }
                let standing = if entrance.sure { Standing::Proved } else { Standing::Possible };
                let mut before = start;
                if let Some(between) = self.between(entrance) {
                    self.draft.connect(before, between, Line::plain(standing));
                    before = between;
                }
                for step in &entrance.steps {
                    let next = self.node(&Key::Entity(step.entity));
                    let standing = if self.is_missing(step) { Standing::Never } else { standing };
                    let line = Line {
                        kind: Some(step.kind),
                        conditions: self.conditions(entrance, step),
                        place: Some(step.place),
                        ..Line::plain(standing)
                    };
                    self.draft.connect(before, next, line);
                    before = next;
                }
                let had = if entrance.limited { &mut self.limited } else { &mut self.whole };
                had.insert(entrance.role);
            }
        }
    }

    /// Whether an entrance is that of a role in view that a trust policy names.
    fn is_of_role(&self, entrance: &Entrance) -> bool {
        let first = entrance.steps.first().filter(|step| step.kind == StepKind::Trusts);
        first
            .and_then(|step| self.named_at(step.entity, step.place))
            .is_some_and(|id| id.kind == EntityKind::Role)
    }

    /// The entity in view that a place of another one names.
    fn named_at(&self, from: EntityId, place: Span) -> Option<EntityId> {
        Some(self.analysis.model.reference_at(from, place)?.target.found().first()?.entity)
    }

    /// What stands between those who come in and what they get first: a provider, an account, a service.
    fn between(&mut self, entrance: &Entrance) -> Option<usize> {
        let step = entrance.steps.first()?;
        let is_provider =
            |id: &EntityId| matches!(id.kind, EntityKind::SamlProvider | EntityKind::OidcProvider);
        if let Some(provider) = self.named_at(step.entity, step.place).filter(is_provider) {
            return Some(self.node(&Key::Entity(provider)));
        }
        if step.kind != StepKind::Trusts {
            return None;
        }
        let principal = entrance.through.as_ref()?;
        let form = conditions::form(self.analysis, step.entity, principal)?;
        Some(self.node(&named(form, principal)?))
    }

    /// Whether the provider that a step needs is not there, although it would have to be in view.
    fn is_missing(&self, step: &Step) -> bool {
        let reference = self.analysis.model.reference_at(step.entity, step.place);
        reference.is_some_and(|reference| {
            reference.place == ReferencePlace::TrustedProvider
                && matches!(reference.target, Target::Missing(_))
        })
    }

    fn conditions(&self, entrance: &Entrance, step: &Step) -> Vec<String> {
        match (step.kind, &entrance.through) {
            (StepKind::Trusts, Some(principal)) => {
                conditions::of_trust(self.analysis, step.entity, principal)
            }
            (StepKind::GivenByRule, _) => conditions::of_rule(self.analysis, step.place),
            _ => Vec::new(),
        }
    }

    /// The roles that are reached over other roles only.
    fn chains(&mut self, query: &Query) {
        for &population in query.populations() {
            for way in self.ways.of(population) {
                let standing = if way.sure { Standing::Proved } else { Standing::Possible };
                for pair in way.roles().windows(2) {
                    let (from, to) = (self.node(&Key::Entity(pair[0])), self.node(&Key::Entity(pair[1])));
                    self.whole.insert(pair[1]);
                    // Where a hop is written takes a while to find.
                    if self.draft.is_connected(from, to, standing) {
                        continue;
                    }
                    let places = self.analysis.hop_places(pair[0], pair[1]);
                    let service = places.and_then(|places| places.service);
                    let kind = if service.is_some() { StepKind::Passed } else { StepKind::Assumed };
                    let place = places.and_then(|places| places.allowed.or(places.trusted));
                    let line = Line { kind: Some(kind), service, place, ..Line::plain(standing) };
                    self.draft.connect(from, to, line);
                }
            }
        }
    }

    /// Providers that a role trusts in a way that lets nobody in.
    fn closed_trust(&mut self) {
        let trusted: FxHashSet<(EntityId, &Text)> = self
            .ways
            .entrances()
            .iter()
            .filter_map(|entrance| Some((entrance.role, entrance.through.as_ref()?)))
            .collect();
        for role in &self.analysis.model.roles {
            let Field::Known(trust) = &role.trust else { continue };
            let id = role.entity.id;
            for (index, statement) in (0u16..).zip(&self.analysis.model.policy(&trust.value).statements) {
                if statement.effect != Effect::Allow {
                    continue;
                }
                for (position, principal) in (0u16..).zip(statement.principals.only.iter().flatten()) {
                    let Some(text) = principal.value.text() else { continue };
                    if trusted.contains(&(id, text)) || !is_provider(&principal.form) {
                        continue;
                    }
                    let place = trust.value.place(PolicyPath::new(index, Element::Principal(position)));
                    let known = self.named_at(id, place).map(Key::Entity);
                    let Some(key) = known.or_else(|| named(&principal.form, text)) else { continue };
                    let (from, to) = (self.node(&key), self.node(&Key::Entity(id)));
                    let line = Line {
                        kind: Some(StepKind::Trusts),
                        conditions: conditions::of_trust(self.analysis, id, text),
                        place: Some(place),
                        ..Line::plain(Standing::Never)
                    };
                    self.draft.connect(from, to, line);
                }
            }
        }
    }

    /// Roles that an identity pool or a group gives, and that nobody gets from it.
    fn closed_gifts(&mut self) {
        let mut given: FxHashSet<(EntityId, EntityId)> = FxHashSet::default();
        for entrance in self.ways.entrances() {
            given.extend(entrance.steps.iter().map(|step| (step.entity, entrance.role)));
        }
        for (from, to, edge) in self.analysis.graph.edges() {
            let kind = match edge.kind {
                EdgeKind::GivesGuests => StepKind::GivenToGuests,
                EdgeKind::GivesUsers => StepKind::GivenToUsers,
                EdgeKind::GivesByRule => StepKind::GivenByRule,
                EdgeKind::NamesRole => StepKind::GivenToGroup,
                _ => continue,
            };
            let (Some(from), Some(role)) = (from.entity(), to.entity()) else { continue };
            for giver in self.givers(from) {
                if given.contains(&(giver, role)) {
                    continue;
                }
                let (from, to) = (self.node(&Key::Entity(giver)), self.node(&Key::Entity(role)));
                let line = Line { kind: Some(kind), place: Some(edge.span), ..Line::plain(Standing::Never) };
                self.draft.connect(from, to, line);
            }
        }
    }

    /// The identity pools of a role attachment; anything else gives by itself.
    fn givers(&self, from: EntityId) -> Vec<EntityId> {
        let Some(attachment) = self.analysis.model.get::<RoleAttachment>(from) else { return vec![from] };
        pools(self.analysis, attachment)
            .iter()
            .filter_map(|(pool, ..)| Some(pool.as_ref()?.entity.id))
            .collect()
    }

    /// What the roles are worth.
    fn worth(&mut self) {
        for node in 0..self.draft.nodes.len() {
            let is_role = |id: &EntityId| matches!(id.kind, EntityKind::Role | EntityKind::ProvisionedRole);
            let Some(role) = self.draft.nodes[node].entity.filter(is_role) else { continue };
            let is_part = self.limited.contains(&role) && !self.whole.contains(&role);
            let has = match is_part {
                true => self.analysis.left_to_guests(role),
                false => self.analysis.privileges(role),
            };
            let (sure, possible) = (word(has.impact.sure), word(has.impact.possible));
            self.draft.nodes[node].worth = Some((sure, possible, self.ways.is_in_view(role)));
            let place = if is_part { None } else { self.analysis.granted_at(role, has.worst) };
            for (impact, standing) in [(sure, Standing::Proved), (possible, Standing::Possible)] {
                if impact != ImpactWord::Nothing && (standing == Standing::Proved || sure != possible) {
                    let to = self.node(&Key::Privilege(impact));
                    let line = Line { place, ..Line::plain(standing) };
                    self.draft.connect(node, to, line);
                }
            }
        }
    }

    fn node(&mut self, key: &Key) -> usize {
        self.draft.node(key, self.analysis)
    }
}

/// The node of a principal that is no entity in view. None for everybody, who needs none.
fn named(form: &PrincipalForm, principal: &Text) -> Option<Key> {
    Some(match form {
        PrincipalForm::Everyone => return None,
        PrincipalForm::Account { account } => Key::Named("account", account.clone()),
        PrincipalForm::Service { host } => Key::Named("service", host.clone()),
        PrincipalForm::BuiltIn(provider) => Key::BuiltIn(*provider),
        PrincipalForm::SamlProvider { name, .. } => Key::Named("saml-provider", name.clone()),
        PrincipalForm::OidcProvider { issuer, .. } => Key::Named("oidc-provider", issuer.clone()),
        _ => Key::Named("principal", principal.clone()),
    })
}

/// True for providers, but for that of all identity pools: whom a pool lets in is said of what it gives.
const fn is_provider(form: &PrincipalForm) -> bool {
    match form {
        PrincipalForm::SamlProvider { .. } | PrincipalForm::OidcProvider { .. } => true,
        PrincipalForm::BuiltIn(provider) => !provider.is_cognito(),
        _ => false,
    }
}
