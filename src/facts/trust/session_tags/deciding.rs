//! The tags of principals on which the policies in view decide.

use crate::analysis::Analysis;
use crate::model::{
    EntityId, GrantedPolicy, ManagedPolicy, ProvisionedRole, ReferencePlace, Role, RoleBoundary,
};
use crate::policy::{
    Attached, Element, Item, Policy, PolicyPath, Principal, PrincipalForm, Statement, Version,
};
use crate::source::Span;
use crate::value::{Bounds, Comparison, Field, Part, SymbolId, Text, Vocabulary, Worlds};

/// A tag on which a policy decides that may be about a role's sessions.
#[derive(Clone, Debug)]
pub(super) struct Deciding {
    /// The tag's key.
    pub(super) key: String,
    /// Where the policy asks for it.
    pub(super) span: Span,
    /// Whether the policy is about the role for sure.
    pub(super) matters: Bounds<bool>,
    /// Where it is.
    pub(super) worlds: Worlds,
}

/// Tags on which policies decide that are not attached to the role: trust policies and those of an organisation.
#[derive(Debug, Default)]
pub(in crate::facts::trust) struct Elsewhere {
    tags: Vec<Tag>,
}

#[derive(Debug)]
struct Tag {
    key: String,
    span: Span,
    worlds: Worlds,
    /// Whom the statement is about; `None` for everybody in an organisation.
    principals: Option<Box<[Principal]>>,
    /// The role whose trust policy it is.
    role: Option<EntityId>,
}

impl Elsewhere {
    pub(in crate::facts::trust) fn new(analysis: &Analysis<'_>) -> Self {
        let model = &analysis.model;
        let mut tags = Vec::new();
        for role in &model.roles {
            let Field::Known(trust) = &role.trust else { continue };
            let statements = &model.policy(&trust.value).statements;
            for (key, span, statement) in asked(analysis, &trust.value) {
                tags.push(Tag {
                    key,
                    span,
                    worlds: role.entity.worlds.clone(),
                    principals: statements[usize::from(statement)].principals.only.clone(),
                    role: Some(role.entity.id),
                });
            }
        }
        for policy in &model.organization_policies {
            let Field::Known(content) = &policy.content else { continue };
            for (key, span, _) in asked(analysis, &content.value) {
                tags.push(Tag {
                    key,
                    span,
                    worlds: policy.entity.worlds.clone(),
                    principals: None,
                    role: None,
                });
            }
        }
        Self { tags }
    }

    /// Where the first of them decides by a tag.
    pub(super) fn first(&self, key: &str) -> Option<Span> {
        self.tags.iter().find(|tag| tag.key.eq_ignore_ascii_case(key)).map(|tag| tag.span)
    }

    /// Those that sessions of a role may come to.
    pub(super) fn of(&self, analysis: &Analysis<'_>, role: &Role) -> Vec<Deciding> {
        let account = analysis.model.scope.deployment(role.entity.deployment);
        let may_be_role = |principal: &Principal| match &principal.form {
            PrincipalForm::Everyone => true,
            PrincipalForm::Account { account: named } => account
                .is_some_and(|own| own.account.compare(named, analysis.vocabulary) != Comparison::Different),
            PrincipalForm::Role { .. } => role.entity.arn() == principal.value.text(),
            _ => false,
        };
        self.tags
            .iter()
            .filter(|tag| tag.role != Some(role.entity.id))
            .filter(|tag| tag.principals.as_ref().is_none_or(|of| of.iter().any(may_be_role)))
            .filter_map(|tag| {
                Some(Deciding {
                    key: tag.key.clone(),
                    span: tag.span,
                    matters: Bounds::UNDECIDED,
                    worlds: role.entity.worlds.and(&tag.worlds)?,
                })
            })
            .collect()
    }
}

/// Tags on which the permission policies of a role, or of a permission set in an account, decide.
pub(super) fn own(analysis: &Analysis<'_>, holder: EntityId) -> Vec<Deciding> {
    let model = &analysis.model;
    let entity = model.entity(holder);
    let mut found: Vec<Deciding> = Vec::new();
    let mut add = |attached: &Attached, sure: bool, worlds: &Worlds| {
        for (key, span, _) in asked(analysis, attached) {
            let Some(worlds) = entity.worlds.and(worlds) else { continue };
            let matters = Bounds { sure, possible: true };
            found.push(Deciding { key, span, matters, worlds });
        }
    };
    for grant in model.grants_of(holder) {
        if let GrantedPolicy::Document(attached) = &grant.policy {
            add(attached, grant.sure, &grant.worlds);
        }
    }
    let references = model.references_of(holder).iter();
    let named = references.filter(|reference| reference.place == ReferencePlace::Boundary);
    let named = named.flat_map(|reference| reference.target.found());
    let provisioned = match model.get::<ProvisionedRole>(holder).and_then(|role| role.boundary.as_ref()) {
        Some(RoleBoundary::Named(policy)) => policy.found.as_slice(),
        _ => &[],
    };
    for boundary in named.chain(provisioned) {
        let policy = model.get::<ManagedPolicy>(boundary.entity);
        if let Some(Field::Known(document)) = policy.map(|policy| &policy.document) {
            add(&document.value, boundary.sure, &boundary.worlds);
        }
    }
    // What is sure comes first.
    found.sort_by_key(|deciding| !deciding.matters.sure);
    found
}

/// The tags that a policy asks for: key, place and statement, in order.
fn asked(analysis: &Analysis<'_>, attached: &Attached) -> Vec<(String, Span, u16)> {
    let policy = analysis.model.policy(attached);
    let mut found = Vec::new();
    for (index, statement) in (0u16..).zip(&policy.statements) {
        let mut add = |keys: Vec<String>, element: Element| {
            for key in keys.into_iter().filter(|key| can_be_set(key)) {
                found.push((key, attached.place(PolicyPath::new(index, element)), index));
            }
        };
        in_statement(policy, statement, analysis.vocabulary, &mut add);
    }
    found
}

fn in_statement(
    policy: &Policy,
    statement: &Statement,
    vocabulary: &Vocabulary,
    add: &mut dyn FnMut(Vec<String>, Element),
) {
    let has_variables = matches!(policy.version, Version::V2012 | Version::Unknown);
    let variables = |item: &Item| match item.text() {
        Some(text) if has_variables => in_variables(text, vocabulary),
        _ => Vec::new(),
    };
    for (position, item) in (0..).zip(statement.resources.only.iter().flatten()) {
        add(variables(item), Element::Resource(position));
    }
    for (position, item) in (0..).zip(statement.resources.except.iter().flatten()) {
        add(variables(item), Element::NotResource(position));
    }
    for (position, test) in (0..).zip(statement.conditions.iter().flatten()) {
        let key = test.literal_key(vocabulary).and_then(|key| after_prefix(key).map(str::to_owned));
        add(key.into_iter().collect(), Element::Key(position));
        for (value, item) in (0..).zip(&test.values) {
            add(variables(item), Element::Test { test: position, value });
        }
    }
}

/// The keys of tags that a text names as policy variables.
fn in_variables(text: &Text, vocabulary: &Vocabulary) -> Vec<String> {
    let mut keys = Vec::new();
    for part in text.parts() {
        let Part::Literal(name) = part else { continue };
        for variable in vocabulary.names.text(*name).split("${").skip(1) {
            let Some((inside, _)) = variable.split_once('}') else { continue };
            // A default may follow: `${aws:PrincipalTag/team, 'none'}`.
            let inside = inside.split_once(',').map_or(inside, |(key, _)| key);
            keys.extend(after_prefix(inside.trim()).map(str::to_owned));
        }
    }
    keys
}

/// The tag's key in `aws:PrincipalTag/KEY`, whose case does not count.
fn after_prefix(key: &str) -> Option<&str> {
    const PREFIX: &str = "aws:PrincipalTag/";
    let (prefix, tag) = key.split_at_checked(PREFIX.len())?;
    (prefix.eq_ignore_ascii_case(PREFIX) && !tag.is_empty()).then_some(tag)
}

/// Whether anybody can set a tag: keys that begin with `aws:` are AWS's own.
fn can_be_set(key: &str) -> bool {
    let is_reserved = key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    !is_reserved && !key.chars().any(SymbolId::is_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_name_tags_in_any_case_and_with_defaults() {
        let vocabulary = Vocabulary::default();
        let of = |text: &str| in_variables(&vocabulary.literal(text), &vocabulary);
        let arn =
            "arn:aws:s3:::${aws:PrincipalTag/team}/${AWS:principaltag/Cost Center, 'none'}/${aws:username}";
        assert_eq!(of(arn), ["team", "Cost Center"]);
        assert_eq!(of("${aws:PrincipalTag/}"), [""; 0]);
        assert_eq!(of("${aws:PrincipalTag/open"), [""; 0]);
        assert_eq!(of("aws:PrincipalTag/team"), [""; 0]);
    }

    #[test]
    fn nobody_sets_tags_of_aws() {
        assert!(can_be_set("team"));
        assert!(!can_be_set("AWS:cloudformation:stack-name"));
    }
}
