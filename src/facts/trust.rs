//! Who can assume a role: what its trust policy admits of what each trusted principal can send.

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

use super::entrance::Entrance;
use super::{Evidence, Fact, words};
use crate::analysis::Analysis;
use crate::model::Role;
use crate::policy::{Element, PolicyPath};

pub(super) use aws::{PrincipalTrust, Relation, whose};
pub(super) use cognito::{CognitoTrust, admits};
pub(super) use condition::ConditionTest;
pub(super) use github::GithubSubject;
pub(super) use oidc::OidcTrust;
pub(super) use outcome::TrustOutcome;
pub(super) use roles_anywhere::RolesAnywhereTrust;
pub(super) use saml::SamlTrust;
pub(super) use service::ServiceTrust;
pub(super) use session_tags::{SessionTags, decides_by};
pub(super) use user_pool::{TrustedUserPool, trusted_user_pools};
use view::{Kind, View, views};

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
pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) -> Vec<Entrance> {
    let elsewhere = session_tags::Elsewhere::new(analysis);
    let mut entrances = Vec::new();
    for role in &analysis.model.roles {
        of_role(analysis, role, &elsewhere, take, &mut entrances);
    }
    entrances
}

fn of_role(
    analysis: &Analysis<'_>,
    role: &Role,
    elsewhere: &session_tags::Elsewhere,
    take: &mut dyn FnMut(&dyn Fact),
    entrances: &mut Vec<Entrance>,
) {
    let views = views(analysis, role);
    for view in &views {
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
    condition::each(analysis, role, &views, take);
    outcome::closed(analysis, role, take);
}

/// The conditions of the statement that names the principal.
fn conditions(view: &View<'_>) -> Vec<Evidence> {
    let path = PolicyPath::new(view.path.statement, Element::Conditions);
    view.trust.places.exact(path).map(|span| Evidence { role: "conditions", span }).into_iter().collect()
}
