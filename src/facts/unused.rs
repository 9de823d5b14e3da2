//! What nothing uses.

use super::{Common, Fact, OneOf, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::graph::{EdgeKind, Node};
use crate::model::{Entity, EntityKind};

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
    // Somebody else's stack may hold the roles: without any federated role or pool here, nothing can be said.
    if !has_consumers(analysis) {
        return;
    }
    let (model, graph) = (&analysis.model, &analysis.graph);
    let providers = model.saml_providers.iter().map(|provider| &provider.entity);
    for entity in providers.chain(model.oidc_providers.iter().map(|provider| &provider.entity)) {
        if graph.is_unused(&Node::Entity(entity.id)) && !named_elsewhere(analysis, entity) {
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

/// True if the scope has a role for federated principals, or an identity pool.
fn has_consumers(analysis: &Analysis<'_>) -> bool {
    !analysis.model.identity_pools.is_empty()
        || analysis.graph.any(|from, edge| {
            edge.kind == EdgeKind::Trusts
                && match from {
                    Node::BuiltIn(_) | Node::Provider(_) => true,
                    Node::Entity(id) => {
                        matches!(id.kind, EntityKind::SamlProvider | EntityKind::OidcProvider)
                    }
                    _ => false,
                }
        })
}

/// True if something in view names the entity in a way that is no edge: an export, a wrong form.
fn named_elsewhere(analysis: &Analysis<'_>, entity: &Entity) -> bool {
    let template = analysis.template(entity.template);
    let exported = template.exports.iter().any(|export| match &export.value.value {
        crate::resources::Value::Text(text) => {
            entity.identifiers.iter().any(|identifier| identifier.text == *text)
        }
        _ => false,
    });
    exported
        || analysis.model.references.iter().any(|reference| {
            matches!(&reference.target, crate::model::Target::WrongForm { entity: Some(named), .. }
                if *named == entity.id)
        })
}
