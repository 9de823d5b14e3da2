//! Roles that trust a user pool itself, registered as a provider, without an identity pool in between.

use rustc_hash::FxHashMap;

use super::view::{Ask, Kind, views};
use crate::analysis::Analysis;
use crate::model::{Form, ReferencePlace, Role, UserPool, UserPoolClient};
use crate::policy::PrincipalForm;
use crate::source::Span;
use crate::value::{Bounds, Field, Text};

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

/// The user pools in view that roles trust directly, in the order of the roles.
pub(in crate::facts) fn trusted_user_pools<'a>(
    analysis: &'a Analysis<'a>,
) -> Vec<(&'a Role, TrustedUserPool<'a>)> {
    let model = &analysis.model;
    let mut by_issuer: FxHashMap<&Text, Vec<&UserPool>> = FxHashMap::default();
    for pool in &model.user_pools {
        for name in pool.entity.identifiers.iter().filter(|name| name.form == Form::ProviderName) {
            by_issuer.entry(&name.text).or_default().push(pool);
        }
    }
    let mut trusted = Vec::new();
    if by_issuer.is_empty() {
        return trusted;
    }
    for role in model.roles.iter().filter(|role| names_one(analysis, role, &by_issuer)) {
        let clients: Vec<&UserPoolClient> = model
            .references_of(role.entity.id)
            .iter()
            .filter(|reference| reference.place == ReferencePlace::TrustedClient)
            .flat_map(|reference| reference.target.found())
            .filter_map(|found| model.get(found.entity))
            .collect();
        for view in &views(analysis, role) {
            let Kind::WebIdentity { issuer, .. } = &view.kind else { continue };
            for &user_pool in by_issuer.get(issuer).into_iter().flatten() {
                let users: Vec<_> = view.sender.variable("user").into_iter().collect();
                let admitted = view.anybody(&users, &Ask::default());
                let pool = TrustedUserPool {
                    user_pool,
                    clients: clients.clone(),
                    admits: Bounds { sure: admitted.sure.is_some(), possible: admitted.possible.is_some() },
                    place: view.trust.place(view.path),
                    cause: view.common().cause,
                };
                trusted.push((role, pool));
            }
        }
    }
    trusted
}

/// Whether a role's trust policy names one of some issuers: most do not, which is seen without asking anything of it.
fn names_one(analysis: &Analysis<'_>, role: &Role, issuers: &FxHashMap<&Text, Vec<&UserPool>>) -> bool {
    let Field::Known(trust) = &role.trust else { return false };
    let statements = &analysis.model.policy(&trust.value).statements;
    let mut principals = statements.iter().flat_map(|statement| statement.principals.only.iter().flatten());
    principals.any(|principal| match &principal.form {
        PrincipalForm::OidcProvider { issuer, .. } => issuers.contains_key(issuer),
        _ => false,
    })
}
