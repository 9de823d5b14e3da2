//! Who can assume a role: what its trust policy admits of what each trusted principal can send.

mod actor;
mod aws;
mod cognito;
mod condition;
mod github;
mod new_claim;
mod oidc;
mod outcome;
mod roles_anywhere;
mod saml;
mod service;
mod session_tags;
mod stranger;
mod user_pool;
mod view;

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::entrance::Entrance;
use super::{Evidence, Fact, PART, Take, Taker, in_parts_beside, words};
use crate::analysis::Analysis;
use crate::model::Role;
use crate::policy::{Element, PolicyId, PolicyPath};
use crate::value::Field;

pub(super) use actor::{ApplicationActor, each as each_actor};
pub(super) use aws::{PrincipalTrust, Relation, whose};
pub(super) use cognito::{CognitoTrust, admits};
pub(super) use condition::ConditionTest;
pub(super) use github::GithubSubject;
pub(super) use oidc::OidcTrust;
pub(super) use outcome::TrustOutcome;
pub(super) use roles_anywhere::RolesAnywhereTrust;
pub(super) use saml::SamlTrust;
pub(super) use service::ServiceTrust;
pub(super) use session_tags::{SessionTags, decides_at, decides_by, decides_elsewhere};
pub(super) use user_pool::{TrustedUserPool, trusted_user_pools};
pub(super) use view::Workshops;
use view::{Kind, Memo, View, views_with};

words! {
    /// Who can make an exchange, innermost first.
    Reach {
        /// Somebody in the own account, or an AWS service.
        Inner = "inner",
        /// A whole tenant, another account, a named tenant.
        Middle = "middle",
        /// Anybody, a guest, any customer of an issuer, somebody who registers himself.
        Outermost = "outermost",
    }
}

words! {
    /// What is reached, mildest first.
    Exposure {
        /// Own data, telemetry.
        OwnData = "own-data",
        /// A narrow set of actions.
        Narrow = "narrow",
        /// Read access to everything, or whole services.
        Broad = "broad",
        /// Secrets, or write access to everything.
        Deep = "deep",
        /// Administrator, escalation to it, or control over the federation itself.
        Full = "full",
    }
}

/// Hands over the facts about each role's trust policy, and returns who gets in by them: but for the users and guests of
/// identity pools in view, of whom the pools have a say too.
pub(super) fn each(analysis: &Analysis<'_>, taker: &mut dyn Taker) -> Vec<Entrance> {
    let elsewhere = session_tags::Elsewhere::new(analysis);
    let of_roles = |roles: &[Role], take: &mut Take<'_>| {
        let (mut memos, workshops) = (Memos::new(roles), Workshops::default());
        let mut entrances = Vec::new();
        for role in roles {
            let views = views_with(analysis, role, &workshops, memos.of(role).as_ref());
            of_role(analysis, role, &views, &elsewhere, take, &mut entrances);
        }
        entrances
    };
    // Chains of roles are made by one thread, and asked for as soon as these facts are there.
    let chains = || _ = analysis.chains();
    let parts = in_parts_beside(&analysis.model.roles, PART, taker, Some(&chains), of_roles);
    // There may be very many: each part is let go of as it is taken over, and others follow. Room that is not used costs
    // nothing.
    let count: usize = parts.iter().map(Vec::len).sum();
    let mut entrances = Vec::with_capacity(count + count / 4);
    parts.into_iter().for_each(|part| entrances.extend(part));
    entrances
}

fn of_role(
    analysis: &Analysis<'_>,
    role: &Role,
    views: &[View<'_>],
    elsewhere: &session_tags::Elsewhere,
    take: &mut dyn FnMut(&dyn Fact),
    entrances: &mut Vec<Entrance>,
) {
    for view in views {
        let populations = match view.kind {
            Kind::WebIdentity { .. } if view.is_identity_pool() => cognito::each(view, take),
            Kind::WebIdentity { .. } => vec![oidc::each(view, take)],
            Kind::Saml => vec![saml::each(view, take)],
            Kind::Aws => vec![aws::each(view, take)],
            Kind::Service { .. } => {
                roles_anywhere::each(view, take);
                vec![service::each(view, take)]
            }
        };
        entrances.extend(populations.into_iter().flat_map(|populations| view.entrances(populations)));
        outcome::each(view, take);
        github::each(view, take);
        session_tags::each(view, elsewhere, take);
    }
    condition::each(analysis, role, views, take);
    outcome::closed(analysis, role, take);
}

/// What was found out about trust policies that several roles have, for as long as there are more of them.
struct Memos {
    /// How many roles are still to come.
    left: FxHashMap<PolicyId, usize>,
    known: FxHashMap<PolicyId, Rc<Memo>>,
}

impl Memos {
    fn new(roles: &[Role]) -> Self {
        let mut left = FxHashMap::default();
        for id in roles.iter().filter_map(policy_id) {
            *left.entry(id).or_default() += 1;
        }
        Self { left, known: FxHashMap::default() }
    }

    /// What is known of the policy of a role, which is looked at once.
    fn of(&mut self, role: &Role) -> Option<Rc<Memo>> {
        let id = policy_id(role)?;
        let left = self.left.get_mut(&id)?;
        *left -= 1;
        match *left {
            0 => self.known.remove(&id),
            _ => Some(Rc::clone(self.known.entry(id).or_default())),
        }
    }
}

fn policy_id(role: &Role) -> Option<PolicyId> {
    match &role.trust {
        Field::Known(trust) => Some(trust.value.policy),
        _ => None,
    }
}

/// The conditions of the statement that names the principal.
fn conditions(view: &View<'_>) -> Vec<Evidence> {
    let path = PolicyPath::new(view.path.statement, Element::Conditions);
    view.trust.places().exact(path).map(|span| Evidence { role: "conditions", span }).into_iter().collect()
}
