//! What the policies of a role, user, group or permission set allow together, made once for each.

use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::FxHashMap;

use super::chains::To;
use super::{Analysis, Privileges};
use crate::knowledge::managed_policies::ManagedPolicies;
use crate::knowledge::privileges::guest_scope;
use crate::model::{
    EntityId, EntityKind, Found, GrantedPolicy, ManagedPolicy, Outside, ProvisionedRole, ReferencePlace,
    RoleBoundary, Target,
};
use crate::policy::{Attached, InForce, PermissionPolicy, Permissions, Policy, PolicyId, Statement};
use crate::value::{Field, Part, Text};

/// So many holders are kept; then all are let go of, and those that are asked for again are made again: who is asked about is
/// most often near who was asked about before, and an organisation has very many. Tests keep hardly any.
const MOST_HOLDERS: usize = if cfg!(test) { 3 } else { 1 << 12 };

/// The permissions of the holders of a scan, as far as somebody has asked for them.
#[derive(Debug, Default)]
pub(super) struct Holders {
    documents: Mutex<FxHashMap<PolicyId, Arc<PermissionPolicy>>>,
    managed: Mutex<FxHashMap<String, Option<Arc<PermissionPolicy>>>>,
    holders: Mutex<FxHashMap<EntityId, Arc<Holder>>>,
    /// Those of one kind with equal policies are one.
    equal: Mutex<FxHashMap<(EntityKind, Policies), Arc<Holder>>>,
    guest_limit: OnceLock<InForce>,
}

/// The policies of a holder: those that grant, by number, then those of each limit. Of each the address of what was made
/// of it, which no other policy gets for as long as the holder is known by it, and whether it is in force for sure.
type Policies = Vec<(usize, usize, bool)>;

/// A holder of permissions, or several that have the same ones.
#[derive(Clone, Debug, Default)]
pub struct Holder {
    /// What its policies allow, as far as they are in view.
    pub permissions: Permissions,
    /// For each policy that grants, the number of the grant among those of the holder.
    pub grants: Vec<usize>,
    /// True if every policy is in view, or one of AWS's that is known.
    pub complete: bool,
    /// True if it has a boundary.
    pub bounded: bool,
    /// What its permissions amount to, where that depends on nothing else.
    pub(super) privileges: OnceLock<Arc<Privileges>>,
    /// Whether it is as good as an administrator, by itself and for sure.
    pub(super) strong: OnceLock<bool>,
    /// The services that it may pass roles to.
    pub(super) passes_to: OnceLock<Box<[To]>>,
}

impl Analysis<'_> {
    /// What the policies of a holder allow.
    #[must_use]
    pub fn holder(&self, id: EntityId) -> Arc<Holder> {
        let known = |holders: &FxHashMap<EntityId, Arc<Holder>>| holders.get(&id).map(Arc::clone);
        if let Some(known) =
            known(&self.holders.holders.lock().expect("no thread panics while it holds the lock"))
        {
            return known;
        }
        let (holder, policies) = self.make(id);
        let holder = {
            let mut equal = self.holders.equal.lock().expect("no thread panics while it holds the lock");
            Arc::clone(equal.entry((id.kind, policies)).or_insert_with(|| Arc::new(holder)))
        };
        let mut holders = self.holders.holders.lock().expect("no thread panics while it holds the lock");
        if holders.len() >= MOST_HOLDERS {
            *holders = FxHashMap::default();
            let (equal, documents) = (&self.holders.equal, &self.holders.documents);
            *equal.lock().expect("no thread panics while it holds the lock") = FxHashMap::default();
            *documents.lock().expect("no thread panics while it holds the lock") = FxHashMap::default();
        }
        holders.insert(id, Arc::clone(&holder));
        holder
    }

    /// What guests of an identity pool can use at most in the enhanced flow.
    #[must_use]
    pub fn guest_limit(&self) -> Vec<InForce> {
        let make = || {
            let statements: Vec<_> = guest_scope()
                .statements
                .iter()
                .map(|statement| (statement.patterns, statement.resources))
                .collect();
            let policy = Policy::allowing(&statements, self.vocabulary);
            InForce { policy: Arc::new(PermissionPolicy::new(&policy, None, self.vocabulary)), sure: true }
        };
        vec![self.holders.guest_limit.get_or_init(make).clone()]
    }

    fn make(&self, id: EntityId) -> (Holder, Policies) {
        let worlds = &self.entity(id).worlds;
        let mut holder = Holder { complete: true, ..Holder::default() };
        let mut policies = Policies::new();
        let address = |policy: &Arc<PermissionPolicy>| Arc::as_ptr(policy).addr();
        let mut grants = Vec::new();
        for (number, grant) in self.model.grants_of(id).iter().enumerate() {
            let Some(policy) = self.granted(&grant.policy) else {
                holder.complete = false;
                policies.push((number, 0, false));
                continue;
            };
            // What is only there in some of the holder's worlds is only possible.
            let sure = grant.sure && self.always(worlds, &grant.worlds);
            policies.push((number, address(&policy), sure));
            grants.push(InForce { policy, sure });
            holder.grants.push(number);
        }
        let mut limits: Vec<_> = self.boundary(id).into_iter().collect();
        holder.bounded = !limits.is_empty();
        limits.extend(self.control_limits(id));
        for (level, limit) in limits.iter().enumerate() {
            policies.push((usize::MAX - level, 0, holder.bounded));
            policies
                .extend(limit.iter().map(|limit| (usize::MAX - level, address(&limit.policy), limit.sure)));
        }
        holder.permissions = Permissions::new(grants, limits);
        (holder, policies)
    }

    fn granted(&self, policy: &GrantedPolicy) -> Option<Arc<PermissionPolicy>> {
        match policy {
            GrantedPolicy::Document(attached) if self.is_unknown(attached) => None,
            GrantedPolicy::Document(attached) => Some(self.document(attached.policy)),
            GrantedPolicy::AwsManaged(arn) => self.managed(arn),
            GrantedPolicy::NotInView(_) | GrantedPolicy::Unknown => None,
        }
    }

    /// Whether nothing at all is known of a policy.
    fn is_unknown(&self, attached: &Attached) -> bool {
        self.model.policy(attached).statements.iter().all(Statement::is_unknown)
    }

    fn document(&self, id: PolicyId) -> Arc<PermissionPolicy> {
        let lock = || self.holders.documents.lock().expect("no thread panics while it holds the lock");
        let known = lock().get(&id).map(Arc::clone);
        known.unwrap_or_else(|| {
            let made = PermissionPolicy::new(self.model.policies.get(id), self.now(), self.vocabulary);
            Arc::clone(lock().entry(id).or_insert_with(|| Arc::new(made)))
        })
    }

    /// The policy of AWS with this ARN, in whatever partition. `None` if the catalogue has none.
    fn managed(&self, arn: &Text) -> Option<Arc<PermissionPolicy>> {
        let Some(Part::Literal(name)) = arn.parts().last() else { return None };
        let (_, path) = self.vocabulary.names.text(*name).split_once(":iam::aws:policy/")?;
        let mut managed = self.holders.managed.lock().expect("no thread panics while it holds the lock");
        managed
            .entry(path.to_owned())
            .or_insert_with(|| {
                let policy = ManagedPolicies::default().find(&format!("arn:aws:iam::aws:policy/{path}"))?;
                let policy = Policy::managed(policy, self.vocabulary);
                Some(Arc::new(PermissionPolicy::new(&policy, self.now(), self.vocabulary)))
            })
            .clone()
    }

    /// The boundary of a holder. One that is not in view may allow all and nothing.
    fn boundary(&self, id: EntityId) -> Option<Vec<InForce>> {
        let (mut limit, is_known) = match self.model.get::<ProvisionedRole>(id) {
            Some(role) => self.provisioned_boundary(role)?,
            None => self.named_boundary(id)?,
        };
        if !is_known {
            let all = Policy::allowing(&[(&["*"], &["*"])], self.vocabulary);
            let policy = Arc::new(PermissionPolicy::new(&all, None, self.vocabulary));
            limit.push(InForce { policy, sure: false });
        }
        Some(limit)
    }

    /// The boundary that a role or user names by its ARN, and whether it is in view.
    fn named_boundary(&self, id: EntityId) -> Option<(Vec<InForce>, bool)> {
        let references = self.model.references_of(id);
        let reference = references.iter().find(|reference| reference.place == ReferencePlace::Boundary)?;
        let found: Vec<InForce> = match &reference.target {
            Target::Found(found) => found.iter().filter_map(|found| self.limit(found, found.sure)).collect(),
            Target::Outside(Outside::Aws) => self.managed_limit(&reference.text).into_iter().collect(),
            _ => Vec::new(),
        };
        let is_known = !found.is_empty();
        Some((found, is_known))
    }

    /// The boundary of a permission set in an account, and whether it is in view there.
    fn provisioned_boundary(&self, role: &ProvisionedRole) -> Option<(Vec<InForce>, bool)> {
        Some(match role.boundary.as_ref()? {
            RoleBoundary::AwsManaged(arn) => {
                let found = self.managed_limit(arn);
                let is_known = found.is_some();
                (found.into_iter().collect(), is_known)
            }
            RoleBoundary::Named(named) => {
                let sure = |found: &Found| found.sure && self.always(&role.entity.worlds, &found.worlds);
                let limits: Vec<InForce> =
                    named.found.iter().filter_map(|found| self.limit(found, sure(found))).collect();
                // One of variants is in force, whichever: none of them is for sure.
                let is_known = !limits.is_empty() && named.is_found() && limits.len() == named.found.len();
                (limits, is_known)
            }
            RoleBoundary::Unknown => (Vec::new(), false),
        })
    }

    /// A managed policy as a limit, if anything is known of it.
    fn limit(&self, found: &Found, sure: bool) -> Option<InForce> {
        let policy = self.model.get::<ManagedPolicy>(found.entity)?;
        let Field::Known(attached) = &policy.document else { return None };
        if self.is_unknown(&attached.value) {
            return None;
        }
        Some(InForce { policy: self.document(attached.value.policy), sure })
    }

    fn managed_limit(&self, arn: &Text) -> Option<InForce> {
        self.managed(arn).map(|policy| InForce { policy, sure: true })
    }
}
