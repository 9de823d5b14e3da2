//! How people and programs come to AWS, where there is a better way: one fact for a whole scan or account.

use rustc_hash::FxHashMap;

use super::{Common, Evidence, Fact, OneOf, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::graph::{EdgeKind, Node};
use crate::model::{Entity, EntityId, ReferencePlace};
use crate::source::Span;
use crate::value::{Bounds, Text};

words! {
    /// A way to come to AWS.
    Choice {
        /// A SAML provider in IAM that roles trust, beside Identity Center.
        SamlProvider = "saml-provider",
        /// IAM users with passwords or access keys, beside federation.
        IamUsers = "iam-users",
    }
}

fact! {
    /// One way in which people or programs come to AWS beside a better one that the scan has: of SAML providers once for a scan, of
    /// IAM users once for an account.
    SignInChoice = "sign-in-choice" {
        /// The way.
        choice: OneOf<Choice> = "choice",
        /// How many such providers, or users with passwords or keys, there are.
        count: Bounds<i64> = "count",
        /// How many IAM users the account has, with and without them.
        users: Bounds<i64> = "users",
    }
    evidence {
        /// The better way: something of Identity Center or of an organisation, or a provider.
        "better",
        /// A role that trusts the provider.
        "role",
        /// What the user signs in with.
        "credential",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    saml_provider(analysis, take);
    iam_users(analysis, take);
}

/// A SAML provider for staff: roles trust it, and no identity pool takes its logins, which customers' are.
fn saml_provider(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let Some(better) = organisation(analysis) else { return };
    let role = |provider: EntityId| {
        let node = Node::Entity(provider);
        let takes_logins = analysis.graph.leaving(&node, EdgeKind::LogsIn).next().is_some();
        let mut roles = analysis.graph.leaving(&node, EdgeKind::Trusts).map(|(_, edge)| edge.span);
        if takes_logins { None } else { roles.next() }
    };
    let providers = analysis.model.saml_providers.iter();
    let mut staff: Vec<_> =
        providers.filter_map(|provider| Some((&provider.entity, role(provider.entity.id)?))).collect();
    staff.sort_by_key(|(entity, _)| (analysis.sources.path(entity.span.source), entity.span.start));
    let Some(&(first, role)) = staff.first() else { return };
    let evidence =
        vec![Evidence { role: "better", span: better.span }, Evidence { role: "role", span: role }];
    take(&fact(Choice::SamlProvider, first, evidence, staff.len(), 0));
}

/// Something that says that there is an organisation, in which staff signs in through Identity Center.
fn organisation<'a>(analysis: &'a Analysis<'_>) -> Option<&'a Entity> {
    let model = &analysis.model;
    let sets = model.permission_sets.iter().map(|set| &set.entity);
    let assignments = model.assignments.iter().map(|assignment| &assignment.entity);
    let instances = model.identity_center_instances.iter().map(|instance| &instance.entity);
    let accounts = model.accounts.iter().map(|account| &account.entity);
    let policies = model.organization_policies.iter().map(|policy| &policy.entity);
    sets.chain(assignments).chain(instances).chain(accounts).chain(policies).next()
}

/// The IAM users of an account.
struct Users<'a> {
    users: usize,
    /// Those who have a password or a key that is in view, and where.
    with_credentials: Vec<(&'a Entity, Span)>,
}

/// IAM users of an account who have a password or a key that is in view.
fn iam_users(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let model = &analysis.model;
    let providers = model.saml_providers.iter().map(|provider| &provider.entity);
    let providers = providers.chain(model.oidc_providers.iter().map(|provider| &provider.entity));
    let sets = model.permission_sets.iter().map(|set| &set.entity);
    let assignments = model.assignments.iter().map(|assignment| &assignment.entity);
    let Some(better) = sets.chain(assignments).chain(providers).next() else { return };
    let keys: FxHashMap<EntityId, Span> = model
        .references
        .iter()
        .filter(|reference| reference.place == ReferencePlace::KeyUser)
        .flat_map(|reference| {
            let span = model.entity(reference.from).span;
            reference.target.found().iter().map(move |found| (found.entity, span))
        })
        .collect();
    let deployments = &model.scope.deployments;
    let mut accounts: Vec<Users<'_>> = Vec::new();
    let mut known: FxHashMap<&Text, usize> = FxHashMap::default();
    for user in &model.users {
        let Some(home) = deployments.iter().find(|known| known.id == user.entity.deployment) else {
            continue;
        };
        let index = *known.entry(&home.account).or_insert_with(|| {
            accounts.push(Users { users: 0, with_credentials: Vec::new() });
            accounts.len() - 1
        });
        let of_account = &mut accounts[index];
        of_account.users += 1;
        let credential = user.password.or_else(|| keys.get(&user.entity.id).copied());
        of_account.with_credentials.extend(credential.map(|span| (&user.entity, span)));
    }
    for Users { users, with_credentials } in accounts {
        let Some(&(first, span)) = with_credentials.first() else { continue };
        let evidence =
            vec![Evidence { role: "credential", span }, Evidence { role: "better", span: better.span }];
        take(&fact(Choice::IamUsers, first, evidence, with_credentials.len(), users));
    }
}

fn fact(
    choice: Choice,
    entity: &Entity,
    evidence: Vec<Evidence>,
    count: usize,
    users: usize,
) -> SignInChoice {
    let number = |number: usize| Bounds::decided(i64::try_from(number).unwrap_or(i64::MAX));
    SignInChoice {
        common: Common {
            subject: entity.id,
            place: entity.span,
            certainty: Certainty::Proved,
            worlds: entity.worlds.clone(),
            evidence,
            cause: Vec::new(),
            witness: None,
        },
        choice: OneOf::only(choice),
        count: number(count),
        users: number(users),
    }
}
