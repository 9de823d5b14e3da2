//! The references that entities make.

use super::super::build::deployment;
use super::super::{Entity, List, Model, Role};
use super::ReferencePlace as Place;
use crate::policy::{
    Attached, Comparator, Effect, Element, Item, PolicyPath, Principal, PrincipalForm, PrincipalKey,
    Statement, strip_prefix,
};
use crate::source::Span;
use crate::value::{Field, Text, Unknown, Vocabulary};

/// A reference to be resolved.
pub(super) struct Wanted<'m> {
    pub(super) from: &'m Entity,
    pub(super) place: Place,
    /// `None` if what is written could not be resolved: it may still be known to lead nowhere.
    pub(super) text: Option<Text>,
    pub(super) span: Span,
    /// The user pool within which the name is meant, for things that have their names in a pool.
    pub(super) user_pool: Option<&'m Field<Text>>,
}

/// The references of some roles, by role and in the order of places.
pub(super) fn of_roles<'m>(
    model: &'m Model,
    roles: &'m [Role],
    vocabulary: &'m Vocabulary,
) -> Vec<Wanted<'m>> {
    let mut collector = Collector { vocabulary, wanted: Vec::new() };
    for role in roles {
        let from = &role.entity;
        if let Field::Known(trust) = &role.trust {
            collector.trust(model, from, &trust.value);
        }
        collector.texts(from, Place::ManagedPolicy, &role.managed_policies);
        collector.text(from, Place::Boundary, &role.boundary);
    }
    collector.wanted
}

/// The references of everything but roles, by entity and in the order of places.
pub(super) fn of_others<'m>(model: &'m Model, vocabulary: &'m Vocabulary) -> Vec<Wanted<'m>> {
    let mut collector = Collector { vocabulary, wanted: Vec::new() };
    for policy in &model.managed_policies {
        collector.holders(&policy.entity, &policy.roles, &policy.users, &policy.groups);
    }
    for policy in &model.inline_policies {
        collector.holders(&policy.entity, &policy.roles, &policy.users, &policy.groups);
    }
    for user in &model.users {
        collector.texts(&user.entity, Place::ManagedPolicy, &user.managed_policies);
        collector.text(&user.entity, Place::Boundary, &user.boundary);
        collector.texts(&user.entity, Place::UserGroup, &user.groups);
    }
    for group in &model.groups {
        collector.texts(&group.entity, Place::ManagedPolicy, &group.managed_policies);
    }
    for addition in &model.group_additions {
        collector.text(&addition.entity, Place::UserGroup, &addition.group);
        collector.texts(&addition.entity, Place::GroupUser, &addition.users);
    }
    for key in &model.access_keys {
        collector.text(&key.entity, Place::KeyUser, &key.user);
    }
    for profile in &model.instance_profiles {
        collector.texts(&profile.entity, Place::InstanceProfileRole, &profile.roles);
    }
    collector.identity_center(model);
    collector.user_pools(model);
    collector.identity_pools(model);
    collector.workloads(model);
    collector.consumers(model);
    let mut wanted = collector.wanted;
    // Stable: the order of places within an entity stays.
    wanted.sort_by_key(|wanted| wanted.from.id);
    wanted
}

struct Collector<'m> {
    vocabulary: &'m Vocabulary,
    wanted: Vec<Wanted<'m>>,
}

impl<'m> Collector<'m> {
    fn push(&mut self, from: &'m Entity, place: Place, text: Option<Text>, span: Span) {
        self.wanted.push(Wanted { from, place, text, span, user_pool: None });
    }

    fn text(&mut self, from: &'m Entity, place: Place, field: &Field<Text>) {
        match field {
            Field::Absent => {}
            Field::Known(text) => self.push(from, place, Some(text.value.clone()), text.span),
            Field::Unknown(unknown) => self.unknown(from, place, unknown.value, unknown.span),
        }
    }

    /// A value of a wrong shape is no reference; one that could not be resolved may still lead nowhere.
    fn unknown(&mut self, from: &'m Entity, place: Place, why: Unknown, span: Span) {
        // Roles may have a boundary that a list of them leaves out.
        let is_not_seen = why == Unknown::NotSeen && place == Place::Boundary;
        if is_not_seen || matches!(why, Unknown::Function(_) | Unknown::Symbol(_) | Unknown::List) {
            self.push(from, place, None, span);
        }
    }

    fn texts(&mut self, from: &'m Entity, place: Place, list: &List<Text>) {
        match list {
            Field::Absent => {}
            Field::Known(items) => items.value.iter().for_each(|item| self.text(from, place, item)),
            Field::Unknown(unknown) => self.unknown(from, place, unknown.value, unknown.span),
        }
    }

    fn in_pool(&mut self, from: &'m Entity, place: Place, field: &Field<Text>, pool: &'m Field<Text>) {
        let before = self.wanted.len();
        self.text(from, place, field);
        self.wanted[before..].iter_mut().for_each(|wanted| wanted.user_pool = Some(pool));
    }

    fn holders(&mut self, from: &'m Entity, roles: &List<Text>, users: &List<Text>, groups: &List<Text>) {
        self.texts(from, Place::PolicyRole, roles);
        self.texts(from, Place::PolicyUser, users);
        self.texts(from, Place::PolicyGroup, groups);
    }

    fn trust(&mut self, model: &'m Model, from: &'m Entity, trust: &Attached) {
        let policy = model.policy(trust);
        for (index, statement) in policy.statements.iter().enumerate() {
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            let path = |element| PolicyPath::new(index, element);
            for (number, principal) in statement.principals.only.iter().flatten().enumerate() {
                let number = u16::try_from(number).unwrap_or(u16::MAX);
                // A Deny may keep out what was deleted.
                let is_gone = statement.effect == Effect::Deny && principal.form == PrincipalForm::UniqueId;
                if is_gone || is_own_account(model, from, principal) {
                    continue;
                }
                self.principal(from, principal, trust.place(path(Element::Principal(number))));
            }
            // A Deny names what shall not come in: that need not exist.
            if statement.effect != Effect::Deny {
                self.conditions(from, trust, index, statement);
            }
        }
    }

    fn principal(&mut self, from: &'m Entity, principal: &Principal, span: Span) {
        let place = match principal.key {
            PrincipalKey::Federated => Place::TrustedProvider,
            PrincipalKey::Aws => Place::TrustedPrincipal,
            _ => return,
        };
        match &principal.value {
            _ if principal.form == PrincipalForm::Everyone => {}
            Item::Text(text) => self.push(from, place, Some(text.clone()), span),
            Item::Unknown(why) => self.unknown(from, place, *why, span),
        }
    }

    fn conditions(&mut self, from: &'m Entity, trust: &Attached, index: u16, statement: &Statement) {
        let anywhere = statement.principals.only.iter().flatten().any(|principal| {
            matches!(&principal.form, PrincipalForm::Service { host }
                if host.as_literal(self.vocabulary) == Some("rolesanywhere.amazonaws.com"))
        });
        for (test_number, test) in statement.conditions.iter().flatten().enumerate() {
            let Item::Text(key) = &test.key else { continue };
            let Some(place) = self.place_of_key(key, anywhere) else { continue };
            // What is excluded need not exist; other operators than these do not compare names.
            if !compares_names(test.operator.comparator) {
                continue;
            }
            let test_number = u16::try_from(test_number).unwrap_or(u16::MAX);
            for (number, value) in test.values.iter().enumerate() {
                let value_number = u16::try_from(number).unwrap_or(u16::MAX);
                let element = Element::Test { test: test_number, value: value_number };
                let span = trust.place(PolicyPath::new(index, element));
                match value {
                    Item::Text(text) if has_wildcard(text, self.vocabulary) => {}
                    Item::Text(text) => self.push(from, place, Some(text.clone()), span),
                    Item::Unknown(why) => self.unknown(from, place, *why, span),
                }
            }
        }
    }

    /// The place that a condition key's values are, for keys whose values name something.
    fn place_of_key(&self, key: &Text, anywhere: bool) -> Option<Place> {
        if let Some(literal) = key.as_literal(self.vocabulary) {
            let literal = literal.to_ascii_lowercase();
            if literal == "aws:sourcearn" {
                return anywhere.then_some(Place::TrustedAnchor);
            }
            let (prefix, claim) = literal.rsplit_once(':')?;
            if claim != "aud" {
                return None;
            }
            let cognito =
                crate::policy::BuiltInProvider::of(prefix).is_some_and(|provider| provider.is_cognito());
            return if cognito {
                Some(Place::TrustedIdentityPool)
            } else {
                prefix.contains("cognito-idp.").then_some(Place::TrustedClient)
            };
        }
        // `cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}:aud`
        let begins = |prefix: &str| strip_prefix(key, prefix, self.vocabulary).is_some();
        let ends = key.parts().last().is_some_and(|part| {
            matches!(part, crate::value::Part::Literal(name) if self.vocabulary.names.text(*name).ends_with(":aud"))
        });
        if !ends {
            None
        } else if begins("cognito-idp.") || begins("issuer-cognito-idp.") {
            Some(Place::TrustedClient)
        } else {
            // `cognito-identity.${AWS::URLSuffix}:aud`
            begins("cognito-identity.").then_some(Place::TrustedIdentityPool)
        }
    }

    fn identity_center(&mut self, model: &'m Model) {
        for set in &model.permission_sets {
            let from = &set.entity;
            self.text(from, Place::Instance, &set.instance);
            self.texts(from, Place::AwsManagedPolicy, &set.managed_policies);
            for policy in set.customer_policies.known().iter().flat_map(|list| &list.value) {
                if let Field::Known(policy) = policy {
                    self.text(from, Place::CustomerManagedPolicy, &policy.value.name);
                }
            }
            if let Field::Known(boundary) = &set.boundary {
                self.text(from, Place::AwsManagedPolicy, &boundary.value.managed_policy);
                if let Field::Known(policy) = &boundary.value.customer_policy {
                    self.text(from, Place::CustomerManagedPolicy, &policy.value.name);
                }
            }
        }
        for assignment in &model.assignments {
            let from = &assignment.entity;
            self.text(from, Place::Instance, &assignment.instance);
            self.text(from, Place::PermissionSet, &assignment.permission_set);
            self.store_principal(from, &assignment.principal_type, &assignment.principal);
            self.text(from, Place::TargetAccount, &assignment.target);
        }
        for attributes in &model.access_control_attributes {
            self.text(&attributes.entity, Place::Instance, &attributes.instance);
        }
        for application in &model.applications {
            let from = &application.entity;
            self.text(from, Place::Instance, &application.instance);
            let grants = application.grants.known().into_iter().flat_map(|grants| &grants.value);
            for grant in grants.filter_map(Field::known) {
                let issuers = grant.value.issuers.known().into_iter().flat_map(|issuers| &issuers.value);
                for issuer in issuers.filter_map(Field::known) {
                    self.text(from, Place::TokenIssuer, &issuer.value.issuer);
                }
            }
        }
        for issuer in &model.trusted_token_issuers {
            self.text(&issuer.entity, Place::Instance, &issuer.instance);
        }
        for trust in &model.directory_trusts {
            self.text(&trust.entity, Place::TrustingDirectory, &trust.directory);
        }
        for assignment in &model.application_assignments {
            self.text(&assignment.entity, Place::Application, &assignment.application);
            self.store_principal(&assignment.entity, &assignment.principal_type, &assignment.principal);
        }
        for group in &model.store_groups {
            self.text(&group.entity, Place::Store, &group.store);
        }
        for user in &model.store_users {
            self.text(&user.entity, Place::Store, &user.store);
        }
        for membership in &model.store_memberships {
            let from = &membership.entity;
            self.text(from, Place::Store, &membership.store);
            self.text(from, Place::StoreGroup, &membership.group);
            self.text(from, Place::StoreUser, &membership.user);
        }
    }

    fn store_principal(&mut self, from: &'m Entity, principal_type: &Field<Text>, principal: &Field<Text>) {
        let place = match principal_type.known().and_then(|text| text.value.as_literal(self.vocabulary)) {
            Some("GROUP") => Place::StoreGroup,
            Some("USER") => Place::StoreUser,
            _ => Place::StorePrincipal,
        };
        self.text(from, place, principal);
    }

    fn user_pools(&mut self, model: &'m Model) {
        for pool in &model.user_pools {
            self.text(&pool.entity, Place::SmsRole, &pool.sms_role);
        }
        for client in &model.user_pool_clients {
            let from = &client.entity;
            self.text(from, Place::UserPool, &client.user_pool);
            for name in client.identity_providers.known().iter().flat_map(|list| &list.value) {
                let literal = name.known().and_then(|text| text.value.as_literal(self.vocabulary));
                // The pool itself.
                if literal != Some("COGNITO") {
                    self.in_pool(from, Place::UserPoolIdentityProvider, name, &client.user_pool);
                }
            }
        }
        for provider in &model.user_pool_identity_providers {
            self.text(&provider.entity, Place::UserPool, &provider.user_pool);
        }
        for group in &model.user_pool_groups {
            self.text(&group.entity, Place::UserPool, &group.user_pool);
            self.text(&group.entity, Place::GroupRole, &group.role);
        }
        for user in &model.user_pool_users {
            self.text(&user.entity, Place::UserPool, &user.user_pool);
        }
        for member in &model.user_pool_group_members {
            self.text(&member.entity, Place::UserPool, &member.user_pool);
            self.in_pool(&member.entity, Place::UserPoolGroup, &member.group, &member.user_pool);
        }
        for domain in &model.user_pool_domains {
            self.text(&domain.entity, Place::UserPool, &domain.user_pool);
        }
    }

    fn identity_pools(&mut self, model: &'m Model) {
        for pool in &model.identity_pools {
            let from = &pool.entity;
            for login in pool.user_pools.known().iter().flat_map(|list| &list.value) {
                if let Field::Known(login) = login {
                    self.text(from, Place::LoginUserPool, &login.value.provider_name);
                    self.text(from, Place::LoginClient, &login.value.client);
                }
            }
            self.texts(from, Place::LoginOidcProvider, &pool.oidc_providers);
            self.texts(from, Place::LoginSamlProvider, &pool.saml_providers);
            self.text(from, Place::SyncRole, &pool.push_sync_role);
            self.text(from, Place::SyncRole, &pool.streams_role);
        }
        for attachment in &model.role_attachments {
            let from = &attachment.entity;
            self.text(from, Place::IdentityPool, &attachment.identity_pool);
            for role in attachment.roles.known().iter().flat_map(|roles| &roles.value) {
                self.text(from, Place::AttachedRole, &role.role);
            }
            for mapping in attachment.mappings.known().iter().flat_map(|mappings| &mappings.value) {
                self.text(from, Place::MappingProvider, &mapping.provider());
                for rule in mapping.rules.known().iter().flat_map(|rules| &rules.value) {
                    if let Field::Known(rule) = rule {
                        self.text(from, Place::MappedRole, &rule.value.role);
                    }
                }
            }
        }
        for tags in &model.principal_tags {
            self.text(&tags.entity, Place::IdentityPool, &tags.identity_pool);
            self.text(&tags.entity, Place::TagsProvider, &tags.provider);
        }
    }

    fn workloads(&mut self, model: &'m Model) {
        for profile in &model.profiles {
            self.texts(&profile.entity, Place::ProfileRole, &profile.roles);
            self.texts(&profile.entity, Place::ProfilePolicy, &profile.managed_policies);
        }
        for list in &model.revocation_lists {
            self.text(&list.entity, Place::TrustAnchor, &list.trust_anchor);
        }
        for pod in &model.pod_identities {
            self.text(&pod.entity, Place::PodRole, &pod.role);
            self.text(&pod.entity, Place::PodTargetRole, &pod.target_role);
        }
    }

    fn consumers(&mut self, model: &'m Model) {
        for consumer in &model.token_consumers {
            let from = &consumer.entity;
            for token in &consumer.accepts {
                self.texts(from, Place::ConsumedUserPool, &token.user_pool_arns);
                self.text(from, Place::UserPool, &token.user_pool_id);
                self.text(from, Place::ConsumedClient, &token.client);
                self.text(from, Place::ConsumedDomain, &token.user_pool_domain);
                let before = self.wanted.len();
                self.text(from, Place::ConsumedIssuer, &token.issuer);
                // The clients of an issuer that is no user pool are nothing of ours.
                let ours =
                    self.wanted[before..].iter().any(|wanted| names_user_pool(wanted, self.vocabulary));
                if ours {
                    self.texts(from, Place::ConsumedAudience, &token.audiences);
                }
            }
        }
    }
}

/// The account in which the role itself is: that is no reference to anything.
fn is_own_account(model: &Model, from: &Entity, principal: &Principal) -> bool {
    let PrincipalForm::Account { account } = &principal.form else { return false };
    deployment(&model.scope.deployments, from.deployment).is_some_and(|own| own.account == *account)
}

fn names_user_pool(wanted: &Wanted<'_>, vocabulary: &Vocabulary) -> bool {
    let Some(text) = &wanted.text else { return false };
    ["https://cognito-idp.", "https://issuer-cognito-idp."]
        .iter()
        .any(|prefix| strip_prefix(text, prefix, vocabulary).is_some())
}

const fn compares_names(comparator: Comparator) -> bool {
    matches!(
        comparator,
        Comparator::StringEquals
            | Comparator::StringEqualsIgnoreCase
            | Comparator::StringLike
            | Comparator::ArnEquals
            | Comparator::ArnLike
    )
}

/// A pattern names no single thing.
fn has_wildcard(text: &Text, vocabulary: &Vocabulary) -> bool {
    text.parts().iter().any(|part| {
        matches!(part, crate::value::Part::Literal(name) if vocabulary.names.text(*name).contains(['*', '?']))
    })
}
