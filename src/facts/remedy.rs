//! What is to be written instead: changes of trust policies and of the resources around them.
//!
//! A remedy is offered where everything that it writes is known: from the scan itself, or because AWS says so. Whether the
//! place can be edited without touching others, and how that is written there, is found out later (`fixes`).

use crate::analysis::Analysis;
use crate::finding::{Branch, Change, Entries, Fix, How, Value};
use crate::model::{Entity, IdentityPool, ReferencePlace, Role, RoleAttachment};
use crate::policy::{
    Arn, Attached, Effect, Element, Item, Policy, PolicyPath, Principal, PrincipalForm, Statement,
};
use crate::source::Span;
use crate::value::{Text, Vocabulary};

use super::pool_role::pools;
use crate::finding::Certainty;

/// A test that a statement is to get.
pub(super) struct NewTest<'t> {
    pub operator: &'t str,
    pub key: String,
    pub value: Value,
}

/// Further tests in a statement.
pub(super) fn add_tests(trust: &Attached, statement: u16, tests: &[NewTest<'_>]) -> Option<Change> {
    let at = trust.places().exact(PolicyPath::new(statement, Element::Statement))?;
    let tests: Entries = tests
        .iter()
        .map(|test| {
            let own = vec![(test.key.clone(), Branch::Leaf(test.value.clone()))];
            (test.operator.to_owned(), Branch::Map(own))
        })
        .collect();
    Some(Change { at, how: How::Merge(vec![("Condition".to_owned(), Branch::Map(tests))]) })
}

/// The one statement that allows something to a principal, if it is about nobody else: a test in it is about nobody else.
pub(super) fn only_statement<'p>(policy: &'p Policy, principal: &Principal) -> Option<(u16, &'p Statement)> {
    let mut naming = (0u16..).zip(&policy.statements).filter(|(_, statement)| {
        let listed = statement.principals.only.as_deref().unwrap_or_default();
        let is_named = |other: &Principal| (other.key, &other.value) == (principal.key, &principal.value);
        statement.effect != Effect::Deny && listed.iter().any(is_named)
    });
    let (index, statement) = naming.next()?;
    let is_only = naming.next().is_none()
        && statement.effect == Effect::Allow
        && statement.principals.except.is_none()
        && statement.principals.only.as_ref().is_some_and(|listed| listed.len() == 1);
    is_only.then_some((index, statement))
}

/// Whether a statement tests a key, in whatever way.
pub(super) fn tests(statement: &Statement, key: &str, vocabulary: &Vocabulary) -> bool {
    statement
        .conditions
        .iter()
        .flatten()
        .any(|test| test.key.text().is_none() || test.key_is(key, vocabulary))
}

/// The endpoint at which users of a SAML provider sign in to its partition, unless they use that of a Region.
pub(super) fn sign_in_endpoint(provider: &Principal, vocabulary: &Vocabulary) -> Option<&'static str> {
    let partition = Arn::parse(provider.value.text()?, vocabulary)?.partition;
    Some(match partition.as_literal(vocabulary) {
        // Most are in this one, where nothing says otherwise.
        Some("aws") | None => "https://signin.aws.amazon.com/saml",
        Some("aws-cn") => "https://signin.amazonaws.cn/saml",
        Some("aws-us-gov") => "https://signin.amazonaws-us-gov.com/saml",
        Some(_) => return None,
    })
}

/// A test that SAML assertions are for an endpoint.
pub(super) fn audience_test(endpoint: &str) -> NewTest<'static> {
    NewTest { operator: "StringEquals", key: "SAML:aud".to_owned(), value: Value::Text(endpoint.to_owned()) }
}

/// What the condition keys of a web identity provider begin with. `None` if that is not known.
pub(super) fn issuer(provider: &Principal, vocabulary: &Vocabulary) -> Option<String> {
    let text = match &provider.form {
        PrincipalForm::OidcProvider { issuer, .. } => issuer,
        PrincipalForm::BuiltIn(_) => provider.value.text()?,
        _ => return None,
    };
    text.as_literal(vocabulary).map(ToOwned::to_owned)
}

/// The actions of a statement, with more.
pub(super) fn add_actions(trust: &Attached, statement: u16, actions: &[String]) -> Option<Change> {
    let at = trust.places().exact(PolicyPath::new(statement, Element::Actions))?;
    let values = actions.iter().map(|action| Value::Text(action.clone())).collect();
    Some(Change { at, how: How::Add(values) })
}

/// Another value at a place.
pub(super) fn replace(at: Span, value: Value) -> Change {
    Change { at, how: How::Replace(value) }
}

/// How a resource of the same template is named where one of its attributes, or what `Ref` gives, is wanted.
pub(super) fn reference(
    from: &Entity,
    to: &Entity,
    attribute: Option<&str>,
    vocabulary: &Vocabulary,
) -> Option<Value> {
    // Another template's logical ids mean nothing here; what SAM makes has none that is written.
    let is_here = from.template == to.template && to.made_by.is_none();
    let logical_id = vocabulary.names.text(to.logical_id).to_owned();
    is_here.then(|| Value::Reference { logical_id, attribute: attribute.map(ToOwned::to_owned) })
}

/// The text of an item, if all of it is known.
pub(super) fn literal<'v>(item: &'v Item, vocabulary: &'v Vocabulary) -> Option<&'v str> {
    item.text().and_then(|text: &Text| text.as_literal(vocabulary))
}

/// The one identity pool that gives a role to its users or guests, if all that give it are known.
pub(super) fn only_pool<'a>(analysis: &'a Analysis<'_>, role: &Role) -> Option<&'a IdentityPool> {
    let mut only: Option<&IdentityPool> = None;
    for reference in analysis.model.references_to(role.entity.id) {
        match reference.place {
            ReferencePlace::AttachedRole | ReferencePlace::MappedRole => {
                let attachment = analysis.model.get::<RoleAttachment>(reference.from)?;
                for (pool, certainty, worlds) in pools(analysis, attachment) {
                    let pool = pool.filter(|_| certainty == Certainty::Proved)?;
                    let always = role.entity.worlds.without(&worlds).is_none();
                    if !always || only.is_some_and(|known| known.entity.id != pool.entity.id) {
                        return None;
                    }
                    only = Some(pool);
                }
            }
            // Which pool gives it to the members of the group is not written in one place.
            ReferencePlace::GroupRole => return None,
            _ => {}
        }
    }
    only
}

/// A safe remedy.
pub(super) fn safe(title: String, change: Option<Change>) -> Option<Fix> {
    change.map(|change| Fix::new(title, true, vec![change]))
}

/// A remedy after which somebody may miss something.
pub(super) fn risky(title: String, change: Option<Change>) -> Option<Fix> {
    change.map(|change| Fix::new(title, false, vec![change]))
}
