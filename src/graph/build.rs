//! The edges that a model's references and fields make.

use super::{Edge, EdgeKind, Graph, Node, Population};
use crate::model::{EntityId, Found, Model, Reference, ReferencePlace, Target};
use crate::policy::{Effect, Element, PolicyPath, PrincipalForm};
use crate::value::{Field, Located, Text, Vocabulary, Worlds};

impl Graph {
    /// Builds the graph of a model.
    #[must_use]
    pub fn build(model: &Model, vocabulary: &Vocabulary) -> Self {
        let mut graph = Self::default();
        for reference in &model.references {
            graph.follow(reference);
        }
        graph.trusts(model);
        graph.guests(model, vocabulary);
        graph.assignments(model);
        graph.permission_sets(model, vocabulary);
        graph
    }

    /// Edges that are one reference each.
    fn follow(&mut self, reference: &Reference) {
        use ReferencePlace as Place;
        // True: from what is referred to, to what refers.
        let (kind, inwards) = match reference.place {
            Place::TrustedProvider => (EdgeKind::Trusts, true),
            Place::LoginUserPool | Place::LoginOidcProvider | Place::LoginSamlProvider => {
                (EdgeKind::LogsIn, true)
            }
            Place::MappedRole => (EdgeKind::GivesByRule, false),
            Place::GroupRole => (EdgeKind::NamesRole, false),
            _ => return,
        };
        let mut connect = |entity, sure, worlds: &Worlds| {
            let edge = Edge { kind, sure, worlds: worlds.clone(), span: reference.span };
            let (from, to) = (Node::Entity(reference.from), Node::Entity(entity));
            if inwards { self.connect(to, from, edge) } else { self.connect(from, to, edge) }
        };
        match &reference.target {
            Target::Found(found) => {
                found.iter().for_each(|found| connect(found.entity, found.sure, &found.worlds));
            }
            // Meant, but written in a way that does not work: what follows from the link is no fault of its own.
            Target::WrongForm { entity: Some(entity), .. }
                if reference.place.expected().iter().any(|(kind, _)| *kind == entity.kind) =>
            {
                connect(*entity, false, &reference.worlds);
            }
            _ => {}
        }
    }

    /// Principals of trust policies that are hubs. Providers in view are references.
    fn trusts(&mut self, model: &Model) {
        for role in &model.roles {
            let Field::Known(trust) = &role.trust else { continue };
            let policy = model.policy(&trust.value);
            for (index, statement) in policy.statements.iter().enumerate() {
                if statement.effect != Effect::Allow {
                    continue;
                }
                let principals = statement.principals.only.as_deref().unwrap_or_default();
                for (position, principal) in principals.iter().enumerate() {
                    let hub = match &principal.form {
                        PrincipalForm::Everyone => Node::Everyone,
                        PrincipalForm::Account { account } => Node::Account(account.clone()),
                        PrincipalForm::Service { host } => Node::Service(host.clone()),
                        PrincipalForm::BuiltIn(provider) => Node::BuiltIn(*provider),
                        PrincipalForm::SamlProvider { .. } | PrincipalForm::OidcProvider { .. } => {
                            let Some(text) = principal.value.text() else { continue };
                            Node::Provider(text.clone())
                        }
                        _ => continue,
                    };
                    let path = PolicyPath::new(saturating(index), Element::Principal(saturating(position)));
                    let edge = Edge {
                        kind: EdgeKind::Trusts,
                        sure: true,
                        worlds: role.entity.worlds.clone(),
                        span: trust.value.place(path),
                    };
                    self.connect(hub, Node::Entity(role.entity.id), edge);
                }
            }
        }
    }

    /// Guests and social users of identity pools, and the roles that the pools hand out.
    fn guests(&mut self, model: &Model, vocabulary: &Vocabulary) {
        for pool in &model.identity_pools {
            let node = Node::Entity(pool.entity.id);
            let worlds = &pool.entity.worlds;
            let guests = match &pool.guests {
                Field::Known(Located { value: true, span }) => Some((true, *span)),
                Field::Unknown(unknown) => Some((false, unknown.span)),
                _ => None,
            };
            if let Some((sure, span)) = guests {
                let edge = Edge { kind: EdgeKind::LogsIn, sure, worlds: worlds.clone(), span };
                self.connect(Node::Population(Population::Guest), node.clone(), edge);
            }
            for login in pool.login_providers.known().iter().flat_map(|logins| &logins.value) {
                let edge = Edge {
                    kind: EdgeKind::LogsIn,
                    sure: true,
                    worlds: worlds.clone(),
                    span: login.provider.span,
                };
                self.connect(Node::Population(Population::SocialUser), node.clone(), edge);
            }
        }
        for attachment in &model.role_attachments {
            let Some(pools) = found(model, attachment.entity.id, &attachment.identity_pool) else { continue };
            for attached in attachment.roles.known().iter().flat_map(|roles| &roles.value) {
                let kind = match attached.key.value.as_literal(vocabulary) {
                    Some("unauthenticated") => EdgeKind::GivesGuests,
                    Some("authenticated") => EdgeKind::GivesUsers,
                    _ => continue,
                };
                let Some(roles) = found(model, attachment.entity.id, &attached.role) else { continue };
                for pool in pools {
                    for role in roles {
                        let Some(worlds) = pool.worlds.and(&role.worlds) else { continue };
                        let span = attached.role.span().unwrap_or(attached.key.span);
                        let edge = Edge { kind, sure: pool.sure && role.sure, worlds, span };
                        self.connect(Node::Entity(pool.entity), Node::Entity(role.entity), edge);
                    }
                }
            }
        }
    }

    fn assignments(&mut self, model: &Model) {
        for assignment in &model.assignments {
            let id = assignment.entity.id;
            let principals = found(model, id, &assignment.principal);
            let sets = found(model, id, &assignment.permission_set);
            let (Some(principals), Some(sets)) = (principals, sets) else { continue };
            for principal in principals {
                for set in sets {
                    let Some(worlds) = principal.worlds.and(&set.worlds) else { continue };
                    let edge = Edge {
                        kind: EdgeKind::Assigned,
                        sure: principal.sure && set.sure,
                        worlds,
                        span: assignment.entity.span,
                    };
                    self.connect(Node::Entity(principal.entity), Node::Entity(set.entity), edge);
                }
            }
        }
    }
}

/// The entities that a field names.
fn found<'m>(model: &'m Model, from: EntityId, field: &Field<Text>) -> Option<&'m [Found]> {
    match &model.reference_at(from, field.span()?)?.target {
        Target::Found(found) => Some(found),
        _ => None,
    }
}

/// Policies have far fewer parts than `u16` counts; a longer one's last parts share a place.
fn saturating(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}
