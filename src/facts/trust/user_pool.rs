//! Roles that trust a user pool itself, registered as a provider, without an identity pool in between.

use super::view::{Ask, Kind, views};
use crate::analysis::Analysis;
use crate::model::{Form, ReferencePlace, Role, UserPool, UserPoolClient};
use crate::source::Span;
use crate::value::{Bounds, Comparison, Text};

/// A user pool in view whose tokens a role's trust policy admits, whoever of its users has them.
pub(in crate::facts) struct TrustedUserPool<'a> {
    pub user_pool: &'a UserPool,
    /// The clients whose tokens are meant; all of the pool if there are none.
    pub clients: Vec<&'a UserPoolClient>,
    /// Whether any user gets the role.
    pub admits: Bounds<bool>,
    /// Where the policy names the provider.
    pub place: Span,
    /// What tells this trust from others of the role.
    pub cause: Vec<Text>,
}

/// The user pools in view that a role trusts directly.
pub(in crate::facts) fn trusted_user_pools<'a>(
    analysis: &'a Analysis<'a>,
    role: &'a Role,
) -> Vec<TrustedUserPool<'a>> {
    let model = &analysis.model;
    let mut trusted = Vec::new();
    if model.user_pools.is_empty() {
        return trusted;
    }
    let clients: Vec<&UserPoolClient> = model
        .references_of(role.entity.id)
        .iter()
        .filter(|reference| reference.place == ReferencePlace::TrustedClient)
        .flat_map(|reference| reference.target.found())
        .filter_map(|found| model.get(found.entity))
        .collect();
    for view in &views(analysis, role) {
        let Kind::WebIdentity { issuer, .. } = &view.kind else { continue };
        let is_issuer = |pool: &&UserPool| {
            let names = pool.entity.identifiers.iter().filter(|name| name.form == Form::ProviderName);
            names.into_iter().any(|name| issuer.compare(&name.text, analysis.vocabulary) == Comparison::Equal)
        };
        for user_pool in model.user_pools.iter().filter(is_issuer) {
            let users: Vec<_> = view.sender.variable("user").into_iter().collect();
            let admitted = view.anybody(&users, &Ask::default());
            trusted.push(TrustedUserPool {
                user_pool,
                clients: clients.clone(),
                admits: Bounds { sure: admitted.sure.is_some(), possible: admitted.possible.is_some() },
                place: view.trust.place(view.path),
                cause: view.common().cause,
            });
        }
    }
    trusted
}
