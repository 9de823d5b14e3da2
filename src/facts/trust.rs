//! Who can assume a role: what its trust policy admits of what each trusted principal can send.

mod aws;
mod cognito;
mod condition;
mod github;
mod new_claim;
mod oidc;
mod outcome;
mod outside;
mod roles_anywhere;
mod saml;
mod service;
mod session_tags;
mod stranger;
mod view;

use super::{Evidence, Fact, words};
use crate::analysis::Analysis;
use crate::policy::{Element, PolicyPath};

pub(super) use aws::{PrincipalTrust, Relation, whose};
pub(super) use cognito::{CognitoTrust, admits_users};
pub(super) use condition::ConditionTest;
pub(super) use github::GithubSubject;
pub(super) use oidc::OidcTrust;
pub(super) use outcome::TrustOutcome;
pub(super) use outside::{Entrance, entrance};
pub(super) use roles_anywhere::RolesAnywhereTrust;
pub(super) use saml::SamlTrust;
pub(super) use service::ServiceTrust;
pub(super) use session_tags::{SessionTags, decides_by};
use view::{View, views};

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

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let elsewhere = session_tags::Elsewhere::new(analysis);
    for role in &analysis.model.roles {
        let views = views(analysis, role);
        for view in &views {
            cognito::each(view, take);
            oidc::each(view, take);
            roles_anywhere::each(view, take);
            saml::each(view, take);
            outcome::each(view, take);
            github::each(view, take);
            aws::each(view, take);
            service::each(view, take);
            session_tags::each(view, &elsewhere, take);
        }
        condition::each(analysis, role, &views, take);
        outcome::closed(analysis, role, take);
    }
}

/// The conditions of the statement that names the principal.
fn conditions(view: &View<'_>) -> Vec<Evidence> {
    let path = PolicyPath::new(view.path.statement, Element::Conditions);
    view.trust.places.exact(path).map(|span| Evidence { role: "conditions", span }).into_iter().collect()
}
