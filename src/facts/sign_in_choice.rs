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
        /// A SAML provider whose users are the public: a login of a social provider, or a directory of customers.
        PublicSamlProvider = "public-saml-provider",
        /// IAM users with passwords or access keys, beside federation.
        IamUsers = "iam-users",
    }
}

fact! {
    /// One way in which people or programs come to AWS although there is a better one: of SAML providers beside Identity Center once for
    /// a scan, of IAM users beside federation once for an account, of each SAML provider for the public.
    SignInChoice = "sign-in-choice" {
        /// The way.
        choice: OneOf<Choice> = "choice",
        /// How many such providers, or users with passwords or keys, there are.
        count: Bounds<i64> = "count",
        /// The host by which the provider is known for one whose users are the public.
        host: Option<Text> = "host",
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
    public_saml_providers(analysis, take);
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

/// Hosts of identity providers whose users are the public, themselves or with what is in front of them: social providers, and
/// directories of customers (Azure AD B2C, Entra External ID). A vendor's directory of a company is at another host.
const PUBLIC_HOSTS: &[&str] = &[
    "amazon.com",
    "appleid.apple.com",
    "b2clogin.com",
    "ciamlogin.com",
    "facebook.com",
    "login.live.com",
    "twitter.com",
];

/// SAML providers that roles trust and whose users are the public.
fn public_saml_providers(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for provider in &analysis.model.saml_providers {
        let node = Node::Entity(provider.entity.id);
        let role = analysis.graph.leaving(&node, EdgeKind::Trusts).map(|(_, edge)| edge.span).next();
        let entities = provider.metadata().into_iter().flat_map(|metadata| &metadata.entities);
        let mut hosts = entities.filter_map(|entity| {
            let id = entity.id.iter().map(|id| id.value.as_str());
            let sides = entity.identity_provider.iter();
            let endpoints = sides.flat_map(|side| &side.sign_in).map(|one| one.value.location.as_str());
            id.chain(endpoints).find_map(public_host)
        });
        let (Some(span), Some(host)) = (role, hosts.next()) else { continue };
        let evidence = vec![Evidence { role: "role", span }];
        let mut found = fact(Choice::PublicSamlProvider, &provider.entity, evidence, 1, 0);
        found.common.place = provider.document.span().unwrap_or(provider.entity.span);
        found.host = Some(analysis.vocabulary.literal(host));
        take(&found);
    }
}

/// The one of those hosts that a URL leads to.
fn public_host(url: &str) -> Option<&'static str> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let is_of = |known: &&&str| {
        host.strip_suffix(**known).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    PUBLIC_HOSTS.iter().find(is_of).copied()
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
    let federation: Vec<&Entity> = sets.chain(assignments).chain(providers).collect();
    if federation.is_empty() {
        return;
    }
    let keys: FxHashMap<EntityId, Span> = model
        .references
        .iter()
        .filter(|reference| reference.place == ReferencePlace::KeyUser)
        .flat_map(|reference| {
            let span = model.entity(reference.from).span;
            reference.target.found().iter().map(move |found| (found.entity, span))
        })
        .collect();
    let mut accounts: Vec<Users<'_>> = Vec::new();
    let mut known: FxHashMap<&Text, usize> = FxHashMap::default();
    for user in &model.users {
        let Some(home) = model.deployment(user.entity.deployment) else {
            continue;
        };
        let index = *known.entry(&home.account).or_insert_with(|| {
            accounts.push(Users { users: 0, with_credentials: Vec::new() });
            accounts.len() - 1
        });
        let of_account = &mut accounts[index];
        of_account.users += 1;
        let credential = user.login_profile.or_else(|| keys.get(&user.entity.id).copied());
        of_account.with_credentials.extend(credential.map(|span| (&user.entity, span)));
    }
    for Users { users, with_credentials } in accounts {
        // Both in one world: the first user who has something better there.
        let beside = |user: &Entity| {
            federation.iter().find_map(|better| Some((*better, user.worlds.and(&better.worlds)?)))
        };
        let found = with_credentials.iter().find_map(|&(user, span)| Some((user, span, beside(user)?)));
        let Some((first, span, (better, worlds))) = found else { continue };
        let evidence =
            vec![Evidence { role: "credential", span }, Evidence { role: "better", span: better.span }];
        let mut found = fact(Choice::IamUsers, first, evidence, with_credentials.len(), users);
        found.common.worlds = worlds;
        take(&found);
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
        host: None,
        count: number(count),
        users: number(users),
    }
}

#[cfg(test)]
mod tests {
    use super::public_host;

    #[test]
    fn the_public_is_known_by_host() {
        for (url, expected) in [
            ("https://tenant.b2clogin.com/tenant.onmicrosoft.com/B2C_1A_SAML", Some("b2clogin.com")),
            ("https://Tenant.CIAMLOGIN.com/", Some("ciamlogin.com")),
            ("https://www.facebook.com/saml", Some("facebook.com")),
            ("https://notfacebook.com/saml", None),
            // Directories of companies, of the same vendors.
            ("https://accounts.google.com/o/saml2?idpid=C01", None),
            ("https://sts.windows.net/0f2a/", None),
            ("https://login.microsoftonline.com/0f2a/saml2", None),
            ("urn:tenant.b2clogin.com", None),
            ("https://idp.example.com/?from=facebook.com", None),
        ] {
            assert_eq!(public_host(url), expected, "{url}");
        }
    }
}
