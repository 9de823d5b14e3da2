//! What nothing uses.

use super::{Common, Fact, OneOf, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::graph::{EdgeKind, Node};
use crate::model::{Entity, EntityKind};
use crate::resources::Value;

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
    let providers = model.saml_providers.iter().map(|provider| &provider.entity);
    for entity in providers.chain(model.oidc_providers.iter().map(|provider| &provider.entity)) {
        if graph.is_unused(&Node::Entity(entity.id))
            && has_consumers(analysis, entity)
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
                },
                kind: OneOf::only(match entity.id.kind {
                    EntityKind::SamlProvider => UnusedKind::SamlProvider,
                    _ => UnusedKind::OidcProvider,
                }),
            });
        }
    }
}

/// True if the provider's stack has a role for federated principals, or an identity pool. Where it has none, the
/// provider is made for other stacks, which need not be in view.
fn has_consumers(analysis: &Analysis<'_>, provider: &Entity) -> bool {
    let root = |entity: &Entity| analysis.template(entity.template).root;
    let of_stack = |entity: &Entity| root(entity) == root(provider);
    analysis.model.identity_pools.iter().any(|pool| of_stack(&pool.entity))
        || analysis.graph.any(|from, to, edge| {
            edge.kind == EdgeKind::Trusts
                && matches!(to, Node::Entity(role) if of_stack(analysis.entity(*role)))
                && match from {
                    Node::BuiltIn(_) | Node::Provider(_) => true,
                    Node::Entity(id) => {
                        matches!(id.kind, EntityKind::SamlProvider | EntityKind::OidcProvider)
                    }
                    _ => false,
                }
        })
}

/// True if the template exports an identifier of the entity: others then use what is not in view.
fn is_exported(analysis: &Analysis<'_>, entity: &Entity) -> bool {
    analysis.template(entity.template).exports.iter().any(|export| match &export.value.value {
        Value::Text(text) => entity.identifiers.iter().any(|identifier| identifier.text == *text),
        _ => false,
    })
}
