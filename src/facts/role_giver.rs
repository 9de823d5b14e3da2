//! What hands out roles, and whether the roles' trust policies admit it.
//!
//! The subject is the giver and not the role: the place to look at is where the role is handed out, and a role that
//! nobody can assume at all has a finding of its own.

mod pools;
mod workloads;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::trust::Workshops;
use super::{Common, Evidence, Fact, OneOf, Words, fact, remedy, words};
use crate::analysis::{Analysis, Change};
use crate::finding::Certainty;
use crate::knowledge::sender::Sender;
use crate::model::{EntityId, Found, Role, Target};
use crate::policy::{Bound, Effect, Item, Party, Policy, Question, Wanted, Workshop, admits_in};
use crate::source::Span;
use crate::value::{Bounds, Field, Text, Worlds};

words! {
    /// What hands out a role.
    GiverKind {
        /// An identity pool, to guests.
        PoolGuests = "identity-pool-guests",
        /// An identity pool, to users who signed in.
        PoolUsers = "identity-pool-users",
        /// A rule of a role mapping of an identity pool.
        MappingRule = "role-mapping-rule",
        /// A group of a user pool whose logins an identity pool takes.
        Group = "user-pool-group",
        /// A profile of IAM Roles Anywhere.
        RolesAnywhere = "roles-anywhere-profile",
        /// An association of EKS Pod Identity.
        PodIdentity = "pod-identity",
        /// The role of an association of EKS Pod Identity, as the way to another role.
        PodTarget = "pod-identity-target",
    }
}

words! {
    /// Why a role cannot be handed out.
    Refusal {
        /// It can.
        Nothing = "none",
        /// The role does not let the giver in.
        Trust = "trust",
        /// The role lets the giver in, but not with all that it asks for.
        Action = "action",
    }
}

fact! {
    /// One role that something hands out, and whether the role's trust policy admits that.
    RoleGiver = "role-giver" {
        /// What hands it out.
        kind: OneOf<GiverKind> = "giver.kind",
        /// Its name: of a pool, group or profile, or the service account of an association.
        giver: Option<Text> = "giver",
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// True if the role's trust policy admits it. In doubt it does.
        assumable: Bounds<bool> = "assumable",
        /// What refuses it.
        cause: OneOf<Refusal> = "cause",
        /// The actions that are refused although the giver is let in.
        refused: Vec<Text> = "refused-action",
    }
    evidence {
        /// The role's trust policy.
        "trust",
        /// What makes the refused action necessary.
        "needed-for",
    }
    remedies {
        /// The actions that are refused become actions of the statement that lets the giver in.
        allow_refused: "allow-refused",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    pools::each(analysis, &Workshops::default(), take);
    workloads::each(analysis, take);
}

/// Something that hands out roles, at one place.
struct Giver<'a> {
    analysis: &'a Analysis<'a>,
    subject: EntityId,
    kind: GiverKind,
    name: Option<Text>,
    place: Span,
    certainty: Certainty,
    worlds: Worlds,
}

/// Who asks for a role: the same caller may go by several names.
struct Caller<'a> {
    analysis: &'a Analysis<'a>,
    party: Party,
    sender: Arc<Sender>,
    wanted: Vec<Wanted>,
    kind: Option<usize>,
    /// What was made for earlier questions about the sender.
    workshop: Rc<RefCell<Workshop<'a>>>,
}

/// What came of a request for a role.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Assumable,
    /// The role does not let the caller in.
    Refused,
    /// It does, but without these actions.
    Without {
        actions: Vec<String>,
        /// The statement that would do if it allowed them too.
        statement: Option<u16>,
    },
}

impl Outcome {
    /// The outcome that is the most that callers get of whom any is the giver.
    fn best(outcomes: impl IntoIterator<Item = Self>) -> Self {
        let mut best = Self::Refused;
        for outcome in outcomes {
            match outcome {
                Self::Assumable => return outcome,
                Self::Without { .. } if best == Self::Refused => best = outcome,
                Self::Refused | Self::Without { .. } => {}
            }
        }
        best
    }
}

impl Giver<'_> {
    /// The fact about one role that is handed out.
    fn give(
        &self,
        role: &Role,
        found: &Found,
        outcome: &Outcome,
        needed_for: Option<Span>,
        take: &mut dyn FnMut(&dyn Fact),
    ) {
        let Some(worlds) = self.worlds.and(&found.worlds).and_then(|both| both.and(&role.entity.worlds))
        else {
            return;
        };
        let vocabulary = self.analysis.vocabulary;
        let refused: &[String] = match outcome {
            Outcome::Without { actions, .. } => actions,
            _ => &[],
        };
        let trust = role.trust.span().map(|span| Evidence { role: "trust", span });
        let needed_for = needed_for.filter(|_| !refused.is_empty());
        let needed_for = needed_for.map(|span| Evidence { role: "needed-for", span });
        let stability = self.analysis.stability(role.entity.id, Change::Trust);
        take(&RoleGiver {
            common: Common {
                subject: self.subject,
                place: self.place,
                certainty: self.certainty.min(found.certainty()).min(stability),
                worlds,
                evidence: trust.into_iter().chain(needed_for).collect(),
                cause: vec![
                    Text::literal(role.entity.logical_id),
                    vocabulary.literal(GiverKind::NAMES[self.kind as usize]),
                ],
                witness: None,
            },
            kind: OneOf::only(self.kind),
            giver: self.name.clone(),
            role: Some(Text::literal(role.entity.logical_id)),
            assumable: Bounds::decided(*outcome == Outcome::Assumable),
            cause: OneOf::only(match outcome {
                Outcome::Assumable => Refusal::Nothing,
                Outcome::Refused => Refusal::Trust,
                Outcome::Without { .. } => Refusal::Action,
            }),
            refused: refused.iter().map(|action| vocabulary.literal(action)).collect(),
            allow_refused: match (outcome, &role.trust) {
                (Outcome::Without { actions, statement: Some(statement) }, Field::Known(trust)) => {
                    let title = format!("allow `{}` too", actions.join("` and `"));
                    remedy::safe(title, remedy::add_actions(&trust.value, *statement, actions))
                }
                _ => None,
            },
        });
    }
}

impl<'a> Caller<'a> {
    fn new(
        analysis: &'a Analysis<'a>,
        party: Party,
        sender: Arc<Sender>,
        wanted: Vec<Wanted>,
        kind: Option<usize>,
    ) -> Self {
        let workshop = Rc::new(RefCell::new(Workshop::about(&sender)));
        Self { analysis, party, sender, wanted, kind, workshop }
    }

    /// The same, with what was made for others who send the same.
    fn among(self, workshops: &Workshops<'a>) -> Self {
        let workshop = workshops.about(&self.sender);
        Self { workshop, ..self }
    }

    /// Whether a role may admit the caller with an exchange of the sender. Only a refusal is ever certain.
    fn may(&self, role: &Role, sender: &Sender, exchange: usize) -> bool {
        let Field::Known(trust) = &role.trust else { return true };
        self.may_by(self.analysis.model.policy(&trust.value), sender, exchange)
    }

    /// The same, by another policy than the role's.
    fn may_by(&self, policy: &Policy, sender: &Sender, exchange: usize) -> bool {
        let question = Question {
            policy,
            party: &self.party,
            sender,
            bound: Bound::Possible,
            wanted: &self.wanted,
            kind: self.kind,
            exchange: Some(exchange),
            spread: &[],
            today: self.analysis.now(),
            shown: Some(&[]),
        };
        admits_in(&mut self.workshop.borrow_mut(), &question, self.analysis.vocabulary) != Some(false)
    }

    /// What comes of an exchange of the sender, the actions of which are all needed. The first is the call itself.
    fn asks(&self, role: &Role, exchange: usize) -> Outcome {
        if self.may(role, &self.sender, exchange) {
            return Outcome::Assumable;
        }
        let actions = &self.sender.exchanges[exchange].actions;
        let Some((call, others)) = actions.split_first() else { return Outcome::Refused };
        // The same request, for less.
        let mut sender = Sender::clone(&self.sender);
        let mut may = |actions: Vec<String>| {
            sender.exchanges[exchange].actions = actions;
            self.may(role, &sender, exchange)
        };
        if others.is_empty() || !may(vec![call.clone()]) {
            return Outcome::Refused;
        }
        let refused: Vec<String> =
            others.iter().filter(|&other| !may(vec![call.clone(), other.clone()])).cloned().collect();
        // Each alone is allowed, but not in one and the same context.
        let actions = if refused.is_empty() { others.to_vec() } else { refused };
        let statement = self.statement_for(role, exchange, &actions);
        Outcome::Without { actions, statement }
    }

    /// The first statement of a role's trust policy that would let the caller in with all that it asks for if it allowed
    /// these actions too.
    fn statement_for(&self, role: &Role, exchange: usize, actions: &[String]) -> Option<u16> {
        let Field::Known(trust) = &role.trust else { return None };
        let analysis = self.analysis;
        let policy = analysis.model.policy(&trust.value);
        (0u16..).zip(&policy.statements).map(|(index, _)| index).find(|&index| {
            let mut policy = policy.clone();
            let statement = &mut policy.statements[usize::from(index)];
            let Some(allowed) = statement.actions.only.as_mut().filter(|_| statement.effect == Effect::Allow)
            else {
                return false;
            };
            let names_call = |item: &Item| {
                let name = item.text().and_then(|text| text.as_literal(analysis.vocabulary));
                name.is_some_and(|name| name.to_ascii_lowercase().starts_with("sts:assumerole"))
            };
            if !allowed.iter().any(names_call) {
                return false;
            }
            let more = actions.iter().map(|action| Item::Text(analysis.vocabulary.literal(action)));
            *allowed = allowed.iter().cloned().chain(more).collect();
            self.may_by(&policy, &self.sender, exchange)
        })
    }
}

/// The roles that a field of an entity names, as far as they are in view.
pub(super) fn roles<'a>(
    analysis: &'a Analysis<'_>,
    from: EntityId,
    field: &Field<Text>,
) -> Vec<(&'a Role, &'a Found)> {
    let reference = field.span().and_then(|span| analysis.model.reference_at(from, span));
    let Some(Target::Found(found)) = reference.map(|reference| &reference.target) else { return Vec::new() };
    found.iter().filter_map(|found| Some((analysis.model.get::<Role>(found.entity)?, found))).collect()
}
