//! Permission sets that trust policies name by the roles that Identity Center makes of them.
//!
//! Such a role is called `AWSReservedSSO_NAME_HASH`, behind the path `/aws-reserved/sso.amazonaws.com/` and perhaps a region.
//! The hash is known to nobody before it is made, so that trust policies name the role when it is there already, or test
//! `aws:PrincipalArn` for a pattern.

use super::{Edge, EdgeKind, Graph, Node};
use crate::model::{Model, PermissionSet, Role};
use crate::policy::{
    Arn, Comparator, Effect, Element, Item, Policy, PolicyPath, PrincipalForm, pattern_matches, strip_prefix,
};
use crate::source::Span;
use crate::value::{Comparison, Field, Text, Vocabulary};

impl Graph {
    /// From permission sets to the roles that trust them by name.
    pub(super) fn permission_sets(&mut self, model: &Model, vocabulary: &Vocabulary) {
        if model.permission_sets.is_empty() {
            return;
        }
        for role in &model.roles {
            let Field::Known(trust) = &role.trust else { continue };
            let policy = model.policy(&trust.value);
            for named in named(policy, vocabulary) {
                let span = trust.value.place(named.at);
                for set in &model.permission_sets {
                    self.trust(model, vocabulary, role, set, &named, span);
                }
            }
        }
    }

    fn trust(
        &mut self,
        model: &Model,
        vocabulary: &Vocabulary,
        role: &Role,
        set: &PermissionSet,
        named: &Named,
        span: Span,
    ) {
        let literal = set.name.known().and_then(|name| name.value.as_literal(vocabulary));
        let Some(worlds) = role.entity.worlds.and(&set.entity.worlds) else { return };
        if !literal.is_some_and(|name| pattern_matches(&named.set, name)) {
            return;
        }
        let in_account = model.roles_of(set.entity.id).iter().map(|one| match &one.account {
            Some(account) if named.account.as_literal(vocabulary) != Some("*") => {
                account.compare(&named.account, vocabulary)
            }
            _ => Comparison::Undecided,
        });
        let in_account: Vec<Comparison> = in_account.collect();
        if in_account.iter().all(|compared| *compared == Comparison::Different) {
            return;
        }
        let edge = Edge {
            kind: EdgeKind::Trusts,
            sure: named.is_principal && in_account.contains(&Comparison::Equal),
            worlds,
            span,
        };
        self.connect(Node::Entity(set.entity.id), Node::Entity(role.entity.id), edge);
    }
}

/// A permission set that a trust policy names.
struct Named {
    /// The name, or a pattern of it.
    set: String,
    account: Text,
    /// True if its role is the principal, false if a condition asks for it.
    is_principal: bool,
    at: PolicyPath,
}

fn named(policy: &Policy, vocabulary: &Vocabulary) -> Vec<Named> {
    let mut found = Vec::new();
    let statements = (0u16..).zip(&policy.statements);
    for (index, statement) in statements.filter(|(_, statement)| statement.effect == Effect::Allow) {
        for (position, principal) in (0u16..).zip(statement.principals.only.iter().flatten()) {
            let PrincipalForm::Role { account, name } = &principal.form else { continue };
            if let Some(set) = permission_set(name, vocabulary) {
                let at = PolicyPath::new(index, Element::Principal(position));
                found.push(Named { set, account: account.clone(), is_principal: true, at });
            }
        }
        for (position, test) in (0u16..).zip(statement.conditions.iter().flatten()) {
            let is_principal_arn =
                test.literal_key(vocabulary).is_some_and(|key| key.eq_ignore_ascii_case("aws:PrincipalArn"));
            if !is_principal_arn || !compares(test.operator.comparator) {
                continue;
            }
            for (value, item) in (0u16..).zip(&test.values) {
                let Item::Text(text) = item else { continue };
                let Some(arn) = Arn::parse(text, vocabulary) else { continue };
                let name = strip_prefix(&arn.resource, "role/", vocabulary);
                if let Some(set) = name.and_then(|name| permission_set(&name, vocabulary)) {
                    let at = PolicyPath::new(index, Element::Test { test: position, value });
                    found.push(Named { set, account: arn.account, is_principal: false, at });
                }
            }
        }
    }
    found
}

const fn compares(comparator: Comparator) -> bool {
    matches!(
        comparator,
        Comparator::StringEquals | Comparator::StringLike | Comparator::ArnEquals | Comparator::ArnLike
    )
}

/// The name of a permission set in the path and name of its role, or a pattern of them.
fn permission_set(name: &Text, vocabulary: &Vocabulary) -> Option<String> {
    let name = name.with_tokens(vocabulary)?;
    let rest = name.strip_prefix("aws-reserved/sso.amazonaws.com/")?;
    let (_, rest) = rest.split_once("AWSReservedSSO_")?;
    // The hash has no underscore in it.
    let (set, _) = rest.rsplit_once('_')?;
    (!set.is_empty()).then(|| set.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_permission_sets_stand_in_names_of_roles() {
        let vocabulary = Vocabulary::default();
        let of = |text: &str| permission_set(&vocabulary.literal(text), &vocabulary);
        let path = "aws-reserved/sso.amazonaws.com/";
        for (name, expected) in [
            ("AWSReservedSSO_Admin_0123456789abcdef", Some("Admin")),
            ("eu-west-1/AWSReservedSSO_Team_Admin_0123456789abcdef", Some("Team_Admin")),
            ("*AWSReservedSSO_Admin_*", Some("Admin")),
            ("*/AWSReservedSSO_Adm*_*", Some("Adm*")),
            ("AWSReservedSSO_Admin", None),
            ("AWSReservedSSO__0123456789abcdef", None),
            ("AWSServiceRoleForSSO", None),
        ] {
            assert_eq!(of(&format!("{path}{name}")).as_deref(), expected, "{name}");
        }
        assert_eq!(of("AWSReservedSSO_Admin_0123456789abcdef"), None);
    }
}
