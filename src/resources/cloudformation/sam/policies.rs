//! The property `Policies` of functions and state machines: names or ARNs of managed policies, policy
//! documents, and SAM policy templates.

use std::sync::OnceLock;

use serde_json::Value as Json;

use super::role::Draft;
use super::tree::{self, Tree};
use super::{managed, statements};
use crate::resources::cloudformation::expression::Expression;

/// Policy templates as data; `tools/sam/extract.py` writes it.
const TEMPLATES: &str = include_str!("policy_templates.json");

/// Adds what `policies` says to `role`.
pub(super) fn read(policies: &Expression, role: &mut Draft<'_>) {
    let tree = role.tree;
    let entries = policies.as_list().unwrap_or(std::slice::from_ref(policies));
    for (index, entry) in entries.iter().enumerate() {
        // The number counts all entries, those that become no inline policy too.
        let name = format!("{}Policy{index}", role.logical_id);
        role.managed.extend(select(tree, entry, &|leaf| (!is_inline(leaf)).then(|| managed_arn(tree, leaf))));
        role.inline.extend(select(tree, entry, &|leaf| {
            is_inline(leaf).then(|| statements::inline_policy(tree, leaf.span, &name, document(tree, leaf)))
        }));
    }
}

/// What `pick` makes of the branches of an entry, `AWS::NoValue` where it makes nothing of one; `None` if
/// it makes nothing of any.
fn select(
    tree: Tree<'_>,
    entry: &Expression,
    pick: &dyn Fn(&Expression) -> Option<Expression>,
) -> Option<Expression> {
    if tree.is_no_value(entry) {
        return None;
    }
    let Some((condition, then, otherwise)) = tree::as_if(entry) else { return pick(entry) };
    match (select(tree, then, pick), select(tree, otherwise, pick)) {
        (None, None) => None,
        (then, otherwise) => {
            let or_nothing = |branch: Option<Expression>| branch.unwrap_or_else(|| tree.no_value(entry.span));
            Some(tree::either(entry.span, condition, or_nothing(then), or_nothing(otherwise)))
        }
    }
}

/// True for what is written as a map: a document or a policy template. Everything else names a policy.
fn is_inline(entry: &Expression) -> bool {
    entry.as_map().is_some()
}

/// Names of AWS managed policies become ARNs; ARNs, intrinsic functions and unknown names stay.
fn managed_arn(tree: Tree<'_>, entry: &Expression) -> Expression {
    match tree.literal(entry).and_then(managed::path) {
        Some(path) => managed::arn(tree, entry.span, path),
        None => entry.clone(),
    }
}

/// The document that an entry stands for. What is neither a document nor a policy template that SAM knows,
/// with all its parameters, stays as it is: SAM refuses it.
fn document(tree: Tree<'_>, entry: &Expression) -> Expression {
    let mut entries = tree.entries(entry);
    let template = match (entries.next(), entries.next()) {
        (Some((name, parameters)), None) if name != "Statement" => {
            expand_template(tree, entry, name, parameters)
        }
        _ => None,
    };
    template.unwrap_or_else(|| entry.clone())
}

fn expand_template(
    tree: Tree<'_>,
    entry: &Expression,
    name: &str,
    parameters: &Expression,
) -> Option<Expression> {
    let template = templates().get(name)?;
    let has = |parameter: &Json| {
        parameter.as_str().is_some_and(|parameter| tree.property(parameters, parameter).is_some())
    };
    // About as many nodes as the largest templates have.
    if !tree.charge(64) {
        return None;
    }
    if parameters.as_map().is_none() || !template["parameters"].as_array()?.iter().all(has) {
        return None;
    }
    let replace = |name: &str| tree.property(parameters, name).cloned();
    let statements = tree.data(&template["statement"], entry.span, &replace);
    Some(tree.map(entry.span, vec![("Statement", statements)]))
}

fn templates() -> &'static Json {
    static PARSED: OnceLock<Json> = OnceLock::new();
    &PARSED.get_or_init(|| {
        serde_json::from_str::<Json>(TEMPLATES).expect("the embedded file is JSON: a test reads it")
    })["templates"]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_template_has_statements_and_parameters() {
        let templates = templates().as_object().expect("a map by name");
        assert!(templates.len() > 80, "{}", templates.len());
        for (name, template) in templates {
            assert!(template["parameters"].is_array(), "{name}");
            assert!(!template["statement"].as_array().expect("a list").is_empty(), "{name}");
        }
    }
}
