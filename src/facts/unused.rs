//! What nothing uses.

use rustc_hash::FxHashSet;

use super::{Common, Fact, OneOf, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::graph::{EdgeKind, Node};
use crate::model::{Entity, EntityKind};
use crate::resources::Value;
use crate::value::TemplateId;

words! {
    /// The kinds of things that are looked at.
    UnusedKind {
        /// An IAM SAML provider.
        SamlProvider = "saml-provider",
        /// An IAM OIDC provider.
        OidcProvider = "oidc-provider",
    }
}

fact! {
    /// One thing that nothing in the scope uses, although the scope has what could use it.
    Unused = "unused" {
        /// What it is.
        kind: OneOf<UnusedKind> = "entity.kind",
    }
    evidence {}
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let (model, graph) = (&analysis.model, &analysis.graph);
    if model.saml_providers.is_empty() && model.oidc_providers.is_empty() {
        return;
    }
    let stacks = stacks_with_consumers(analysis);
    let providers = model.saml_providers.iter().map(|provider| &provider.entity);
    for entity in providers.chain(model.oidc_providers.iter().map(|provider| &provider.entity)) {
        if graph.is_unused(&Node::Entity(entity.id))
            && stacks.contains(&analysis.template(entity.template).root)
            && !is_exported(analysis, entity)
        {
            take(&Unused {
                common: Common {
                    subject: entity.id,
                    place: entity.span,
                    // Only a dump of a whole account would show that nothing uses it.
                    certainty: Certainty::Possible,
                    worlds: entity.worlds.clone(),
                    evidence: Vec::new(),
                    cause: Vec::new(),
                    witness: None,
                },
                kind: OneOf::only(match entity.id.kind {
                    EntityKind::SamlProvider => UnusedKind::SamlProvider,
                    _ => UnusedKind::OidcProvider,
                }),
            });
        }
    }
}

/// The stacks that have a role for federated principals, or an identity pool. A provider of another stack is made for
/// others, which need not be in view.
fn stacks_with_consumers(analysis: &Analysis<'_>) -> FxHashSet<TemplateId> {
    let stack = |entity: &Entity| analysis.template(entity.template).root;
    let is_provider = |node: &Node| match node {
        Node::BuiltIn(_) | Node::Provider(_) => true,
        Node::Entity(id) => matches!(id.kind, EntityKind::SamlProvider | EntityKind::OidcProvider),
        _ => false,
    };
    let federated =
        analysis.graph.edges().filter(|(from, _, edge)| edge.kind == EdgeKind::Trusts && is_provider(from));
    let roles = federated.filter_map(|(_, to, _)| to.entity()).map(|role| analysis.entity(role));
    let pools = analysis.model.identity_pools.iter().map(|pool| &pool.entity);
    roles.chain(pools).map(stack).collect()
}

/// True if the template exports an identifier of the entity: others then use what is not in view.
pub(super) fn is_exported(analysis: &Analysis<'_>, entity: &Entity) -> bool {
    analysis.template(entity.template).exports.iter().any(|export| match &export.value.value {
        Value::Text(text) => entity.identifiers.iter().any(|identifier| identifier.text == *text),
        _ => false,
    })
}
