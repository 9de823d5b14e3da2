//! What facts look at: the model and the graph of a scan, and how to name what is in them.

mod caps;
mod chains;
mod control;
mod organisations;
mod permissions;
mod privileges;
mod senders;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::{Certainty, EntityName};
use crate::graph::Graph;
use crate::knowledge::Issuers;
use crate::knowledge::sender::Sender;
use crate::model::{Entity, EntityId, GrantedPolicy, Model, ProvisionedRole};
use crate::policy::Effect;
use crate::resources::{Seen, Template};
use crate::settings::Settings;
use crate::source::{Sources, Span};
use crate::value::{Bounds, DeploymentId, Name, TemplateId, Text, Vocabulary, WorldSet, Worlds};

pub use chains::{Chain, Chains, HopPlaces, Reached};
pub use permissions::Holder;
pub use privileges::{Gain, Impact, Privileges};
pub use senders::Senders;

/// A scan, read and linked.
#[derive(Debug)]
pub struct Analysis<'s> {
    /// Names and symbols.
    pub vocabulary: &'s Vocabulary,
    /// What the user tells us.
    pub settings: &'s Settings,
    /// The texts that all places lie in.
    pub sources: &'s Sources,
    /// The entities and their references.
    pub model: Model,
    /// The trust graph.
    pub graph: Graph,
    /// What principals can send.
    pub senders: Senders,
    /// Where a decision and the concrete evaluator did not agree.
    contradictions: Mutex<Vec<Span>>,
    /// Where a decision would take too long.
    given_up: Mutex<FxHashSet<Span>>,
    /// What functions may do in a deployment: custom resources do it while the stack is deployed.
    changes: FxHashSet<(DeploymentId, Change)>,
    /// What policies allow, as far as somebody has asked.
    holders: permissions::Holders,
    controls: control::Controls,
    organisations: OnceLock<organisations::Organisations>,
    privileges: privileges::Known,
    victims: privileges::Victims,
    chains: OnceLock<Chains>,
    /// What is left to guests of what roles allow, as far as somebody has asked.
    left_to_guests: Mutex<FxHashMap<EntityId, Arc<Privileges>>>,
    /// Which tokens of identity pools trust policies admit, as far as somebody has asked: by role, pool, and whether they
    /// are those of guests.
    pool_tokens: Mutex<FxHashMap<(EntityId, Text, bool), Bounds<bool>>>,
}

/// A change that undoes what a template says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// Of a role's trust policy.
    Trust,
    /// Of the roles and role mappings of an identity pool.
    PoolRoles,
    /// Of the metadata of a SAML provider.
    SamlMetadata,
    /// Of the inline policies of a role.
    RolePolicies,
    /// Of the managed policies of a role.
    RoleAttachments,
    /// Of the logins and guests of an identity pool.
    PoolLogins,
    /// Of the attributes that users of a user pool have.
    UserAttributes,
    /// Of the inline policy of a permission set.
    PermissionSetPolicy,
}

impl Change {
    const ALL: [Self; 8] = [
        Self::Trust,
        Self::PoolRoles,
        Self::SamlMetadata,
        Self::RolePolicies,
        Self::RoleAttachments,
        Self::PoolLogins,
        Self::UserAttributes,
        Self::PermissionSetPolicy,
    ];

    /// The action that makes the change.
    const fn action(self) -> &'static str {
        match self {
            Self::Trust => "iam:UpdateAssumeRolePolicy",
            Self::PoolRoles => "cognito-identity:SetIdentityPoolRoles",
            Self::SamlMetadata => "iam:UpdateSAMLProvider",
            Self::RolePolicies => "iam:PutRolePolicy",
            Self::RoleAttachments => "iam:AttachRolePolicy",
            Self::PoolLogins => "cognito-identity:UpdateIdentityPool",
            Self::UserAttributes => "cognito-idp:AddCustomAttributes",
            Self::PermissionSetPolicy => "sso:PutInlinePolicyToPermissionSet",
        }
    }
}

/// How much of what a template may become was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coverage {
    /// Every combination of its conditions.
    Full,
    /// Not every combination, but the one of the parameters' defaults.
    AsShipped,
    /// Some combinations, none of them that of the defaults.
    Partial,
}

impl<'s> Analysis<'s> {
    /// True if an entity is of an account in which things are only looked up.
    #[must_use]
    pub fn is_existing(&self, id: EntityId) -> bool {
        let scope = &self.model.scope;
        !scope.existing.is_empty() && scope.is_existing(self.entity(id).deployment)
    }

    /// Builds the graph of a model.
    #[must_use]
    pub fn new(
        vocabulary: &'s Vocabulary,
        settings: &'s Settings,
        sources: &'s Sources,
        model: Model,
        issuers: Issuers,
    ) -> Self {
        let graph = Graph::build(&model, vocabulary);
        let changes = changes(&model, &graph, vocabulary);
        Self {
            vocabulary,
            settings,
            sources,
            model,
            graph,
            senders: Senders::new(issuers),
            contradictions: Mutex::default(),
            given_up: Mutex::default(),
            changes,
            holders: permissions::Holders::default(),
            controls: control::Controls::default(),
            organisations: OnceLock::new(),
            privileges: privileges::Known::default(),
            victims: privileges::Victims::default(),
            chains: OnceLock::new(),
            left_to_guests: Mutex::default(),
            pool_tokens: Mutex::default(),
        }
    }

    /// Today, in nanoseconds since 1970 UTC, if the settings say it.
    #[must_use]
    pub fn now(&self) -> Option<i128> {
        let midnight = self.settings.today?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(midnight.timestamp().as_nanosecond())
    }

    /// What guests of an identity pool can do with a role in the enhanced flow.
    pub fn left_to_guests(&self, role: EntityId) -> Arc<Privileges> {
        let lock = || self.left_to_guests.lock().expect("no thread panics while it holds the lock");
        let known = lock().get(&role).map(Arc::clone);
        known.unwrap_or_else(|| {
            let holder = self.holder(role);
            let permissions = holder.permissions.within(self.guest_limit());
            let left = Arc::new(self.assess(role, &holder, &permissions));
            lock().insert(role, Arc::clone(&left));
            left
        })
    }

    /// Whether a role's trust policy admits the tokens that an identity pool gives to guests, or to users: found out once.
    pub fn admits_tokens(
        &self,
        role: EntityId,
        pool: &Text,
        guest: bool,
        find_out: impl FnOnce() -> Bounds<bool>,
    ) -> Bounds<bool> {
        let lock = || self.pool_tokens.lock().expect("no thread panics while it holds the lock");
        let key = (role, pool.clone(), guest);
        let known = lock().get(&key).copied();
        known.unwrap_or_else(|| {
            let admits = find_out();
            lock().insert(key, admits);
            admits
        })
    }

    /// What a service sends to a role.
    #[must_use]
    pub fn service(&self, host: &str, role: &Entity) -> Arc<Sender> {
        self.senders.service(host, || self.account_of(role))
    }

    /// The account that an entity is in; a symbol by its token.
    #[must_use]
    pub fn account_of(&self, entity: &Entity) -> Option<String> {
        let own = self.model.scope.deployment(entity.deployment)?;
        own.account.with_tokens(self.vocabulary)
    }

    /// Remembers that a decision is not what the concrete evaluator says.
    pub fn contradicted(&self, at: Span) {
        self.contradictions.lock().expect("no thread panics while it holds the lock").push(at);
    }

    /// Where a decision was not what the concrete evaluator says, in the order of files and places.
    #[must_use]
    pub fn contradictions(&self) -> Vec<Span> {
        let mut spans = self.contradictions.lock().expect("no thread panics while it holds the lock").clone();
        spans.sort_by_key(|span| (self.sources.path(span.source), span.start, span.end));
        spans
    }

    /// Remembers that a decision would take too long.
    pub fn give_up(&self, at: Span) {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner).insert(at);
    }

    /// Where a decision would take too long, in the order of files and places.
    #[must_use]
    pub fn given_up(&self) -> Vec<Span> {
        let given_up = self.given_up.lock().unwrap_or_else(PoisonError::into_inner);
        let mut spans: Vec<Span> = given_up.iter().copied().collect();
        spans.sort_by_key(|span| (self.sources.path(span.source), span.start, span.end));
        spans
    }

    /// What an entity has in common with all others.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &Entity {
        self.model.entity(id)
    }

    /// The template of an id.
    #[must_use]
    pub fn template(&self, id: TemplateId) -> &Template {
        &self.model.scope.templates[id.0 as usize]
    }

    /// How an entity is named in findings.
    #[must_use]
    pub fn name(&self, id: EntityId) -> EntityName {
        let entity = self.entity(id);
        let text = |name| self.vocabulary.names.text(name).to_owned();
        let provisioned = self.model.get::<ProvisionedRole>(id);
        EntityName {
            kind: provisioned.map_or(id.kind, |role| role.permission_set.kind).name(),
            // What a permission set is in one account and in another are two things.
            name: match provisioned.and_then(|role| role.account.as_ref()) {
                Some(account) => {
                    format!("{} in {}", text(entity.logical_id), account.display(self.vocabulary))
                }
                None => text(entity.logical_id),
            },
            arn: entity.arn().and_then(|arn| arn.as_literal(self.vocabulary)).map(str::to_owned),
            cdk_path: entity.cdk_path.map(text),
            span: Some(entity.span),
        }
    }

    /// How certain it can be that something stays as it is written: only possible if a function of the same
    /// deployment may change it.
    #[must_use]
    pub fn stability(&self, id: EntityId, change: Change) -> Certainty {
        let changes = self.changes.contains(&(self.entity(id).deployment, change));
        if changes { Certainty::Possible } else { Certainty::Proved }
    }

    /// How much of what a template may become the worlds in which something holds were looked for in.
    #[must_use]
    pub fn coverage(&self, worlds: &Worlds) -> Coverage {
        let coverage = |(template, set): (TemplateId, WorldSet)| {
            let table = &self.template(template).worlds;
            if table.exhaustive {
                Coverage::Full
            } else if table.default.is_some_and(|world| set.0 & (1 << world) != 0) {
                Coverage::AsShipped
            } else {
                Coverage::Partial
            }
        };
        worlds.sets().map(coverage).max().unwrap_or(Coverage::Full)
    }

    /// Whether something is there in all of some worlds, that of other templates included.
    #[must_use]
    pub fn covers(&self, there: &Worlds, worlds: &Worlds) -> bool {
        there.sets().all(|(template, set)| {
            let of = worlds.of_template(template);
            let all = of.unwrap_or_else(|| self.template(template).worlds.all());
            all.0 & !set.0 == 0
        })
    }

    /// What of an entity's service was not seen in its account, as a sentence. `None` if nothing is known to be missing.
    #[must_use]
    pub fn not_seen(&self, id: EntityId) -> Option<String> {
        /// How many kinds of things are named.
        const MOST: usize = 3;
        let scope = &self.model.scope;
        let Entity { deployment, resource_type, .. } = *self.entity(id);
        let names = &self.vocabulary.names;
        // Identity Center and its identity store are of one piece.
        let service = |resource_type: Name| {
            let name = names.text(resource_type).split("::").nth(1).unwrap_or_default();
            if name == "IdentityStore" { "SSO" } else { name }
        };
        let mut kinds: Vec<String> = Vec::new();
        let own = scope.inventories.get(&deployment)?.iter();
        for inventory in own.filter(|inventory| service(inventory.kind) == service(resource_type)) {
            let why = match inventory.seen {
                Seen::All => continue,
                Seen::CutOff => "cut off",
                Seen::Not(why) if matches!(names.text(why), "none" | "unavailable") => continue,
                Seen::Not(why) => names.text(why),
            };
            let kind = format!("{} ({why})", names.text(inventory.kind));
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let more = kinds.len().saturating_sub(MOST);
        kinds.truncate(MOST);
        let account = self.model.deployment(deployment)?.account.display(self.vocabulary);
        let others = if more == 0 { String::new() } else { format!(" and {more} more") };
        (!kinds.is_empty())
            .then(|| format!("of account {account}, not all was seen: {}{others}", kinds.join(", ")))
    }

    /// The path of the file that an entity is written in, with `/` on every platform.
    #[must_use]
    pub fn file(&self, id: EntityId) -> String {
        self.settings.relative(&self.sources.path(self.entity(id).span.source))
    }

    /// Whether all worlds of one are among those of another, whichever templates they depend on.
    #[must_use]
    pub fn always(&self, worlds: &Worlds, among: &Worlds) -> bool {
        among.sets().all(|(template, set)| {
            let own = worlds.of_template(template);
            let own = own.unwrap_or_else(|| self.template(template).worlds.all());
            own.0 & !set.0 == 0
        })
    }

    /// The smallest description of the worlds in which something holds; `None` if it holds in all.
    #[must_use]
    pub fn when(&self, worlds: &Worlds) -> Option<String> {
        let parts: Vec<String> = worlds
            .sets()
            .filter_map(|(template, set)| {
                self.template(template).worlds.describe(set, &self.vocabulary.names)
            })
            .collect();
        (!parts.is_empty()).then(|| parts.join(", and "))
    }
}

/// The changes that functions may make, by deployment.
fn changes(model: &Model, graph: &Graph, vocabulary: &Vocabulary) -> FxHashSet<(DeploymentId, Change)> {
    let mut changes = FxHashSet::default();
    for role in graph.trusting_service("lambda.amazonaws.com", vocabulary) {
        let deployment = model.entity(role).deployment;
        for grant in model.grants_of(role) {
            let GrantedPolicy::Document(attached) = &grant.policy else { continue };
            for statement in &model.policy(attached).statements {
                let may = |change: &Change| statement.covers_action(change.action(), vocabulary).possible;
                if statement.effect == Effect::Allow {
                    changes.extend(Change::ALL.into_iter().filter(may).map(|change| (deployment, change)));
                }
            }
        }
    }
    changes
}
