//! How bad it is to have a role: what its permissions amount to.

mod victims;

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Analysis, Holder};
use crate::finding::Certainty;
use crate::knowledge::actions::{AccessLevel, ActionId, ActionSet, Actions, Service};
use crate::knowledge::privileges::{
    DataKind, EscalationCategory, EscalationMethod, EscalationTarget, Takeover, data_actions,
    escalation_methods, takeovers, verified_data_actions,
};
use crate::model::{EntityId, EntityKind, GrantedPolicy, PolicyAttachment};
use crate::policy::{PermissionQuestion, Permissions, Target};
use crate::value::{Bounds, keep_once};

pub(super) use victims::Victims;

/// What permissions amount to, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Nothing.
    Nothing,
    /// What belongs to the caller's own identity in an identity pool.
    OwnData,
    /// What clients send and nobody reads.
    Telemetry,
    /// Some actions on some resources.
    Narrow,
    /// All of a service.
    WholeService,
    /// Reading data, whosever it is.
    Read,
    /// Writing data, whosever it is.
    Write,
    /// Reading secrets, whosever they are.
    Secrets,
    /// Becoming somebody else towards AWS, or changing who may.
    Takeover,
    /// Gaining more permissions.
    Escalation,
    /// Everything.
    Administrator,
}

/// A way to gain permissions that a holder has.
#[derive(Clone, Debug)]
pub struct Gain<M: 'static> {
    /// The way.
    pub method: &'static M,
    /// True if nothing that is not known can prevent it.
    pub sure: bool,
    /// The action that decides.
    pub action: ActionId,
    /// False if it uses something that already runs with a stronger role, and none is in view.
    pub victim_in_view: bool,
}

impl<M> PartialEq for Gain<M> {
    fn eq(&self, other: &Self) -> bool {
        let Self { method, sure, action, victim_in_view } = *self;
        std::ptr::eq(method, other.method)
            && (sure, action, victim_in_view) == (other.sure, other.action, other.victim_in_view)
    }
}

impl<M> Eq for Gain<M> {}

impl<M> Hash for Gain<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { method, sure, action, victim_in_view } = *self;
        (std::ptr::from_ref(method).addr(), sure, action, victim_in_view).hash(state);
    }
}

/// What the permissions of a holder amount to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Privileges {
    /// The worst that is sure, and the worst that is possible.
    pub impact: Bounds<Impact>,
    /// An action without which it would be milder: of what is sure, if anything is.
    pub worst: Option<ActionId>,
    /// Ways to gain permissions; none are listed of an administrator.
    pub escalations: Vec<Gain<EscalationMethod>>,
    /// Ways to take over the federation; none are listed of an administrator.
    pub takeovers: Vec<Gain<Takeover>>,
    /// The services of which all actions are allowed on all resources, for sure; none are listed of an administrator.
    pub whole_services: Vec<Service>,
    /// True if every policy is in view.
    pub complete: bool,
    /// True if it matters which role it is that has them.
    pub(super) personal: bool,
}

/// The privileges that were asked for, each kept once, whoever has it: most amount to the same.
#[derive(Debug, Default)]
pub(super) struct Known {
    distinct: Mutex<FxHashSet<Arc<Privileges>>>,
    /// Of roles, by number.
    roles: OnceLock<Box<[OnceLock<Arc<Privileges>>]>>,
    /// Of all others.
    others: Mutex<FxHashMap<EntityId, Arc<Privileges>>>,
}

impl Known {
    fn of(&self, holder: EntityId) -> Option<Arc<Privileges>> {
        if holder.kind == EntityKind::Role {
            return self.roles.get()?.get(holder.index as usize)?.get().cloned();
        }
        self.others.lock().expect("no thread panics while it holds the lock").get(&holder).cloned()
    }

    fn keep(&self, holder: EntityId, privileges: &Arc<Privileges>, roles: usize) {
        if holder.kind != EntityKind::Role {
            let mut others = self.others.lock().expect("no thread panics while it holds the lock");
            others.insert(holder, Arc::clone(privileges));
            return;
        }
        let roles = self.roles.get_or_init(|| (0..roles).map(|_| OnceLock::new()).collect());
        if let Some(role) = roles.get(holder.index as usize) {
            // Whoever asked at the same time found out the same.
            let _ = role.set(Arc::clone(privileges));
        }
    }

    fn once(&self, privileges: Privileges) -> Arc<Privileges> {
        keep_once(&mut self.distinct.lock().expect("no thread panics while it holds the lock"), privileges)
    }
}

/// A service with fewer actions than these is nothing to speak of.
const FEW_ACTIONS: usize = 4;

impl Privileges {
    /// How sure it is that they can be used: a policy that is not in view may deny what others allow.
    #[must_use]
    pub const fn certainty(&self) -> Certainty {
        if self.complete { Certainty::Proved } else { Certainty::Possible }
    }

    /// What they amount to for sure, whatever policies say that are not in view.
    #[must_use]
    pub const fn proved(&self) -> Impact {
        if self.complete { self.impact.sure } else { Impact::Nothing }
    }
}

impl Analysis<'_> {
    /// What the permissions of a role amount to.
    #[must_use]
    pub fn privileges(&self, role: EntityId) -> Arc<Privileges> {
        if let Some(known) = self.privileges.of(role) {
            return known;
        }
        let holder = self.holder(role);
        let privileges = match holder.privileges.get() {
            Some(known) => Arc::clone(known),
            None => {
                let privileges = self.privileges.once(self.assess(role, &holder, &holder.permissions));
                // Whoever has the same policies has the same privileges, but for those that have to do with itself.
                if !privileges.personal {
                    let _ = holder.privileges.set(Arc::clone(&privileges));
                }
                privileges
            }
        };
        self.privileges.keep(role, &privileges, self.model.roles.len());
        privileges
    }

    /// What permissions amount to in the hands of whoever has a role.
    #[must_use]
    pub fn assess(&self, role: EntityId, holder: &Holder, permissions: &Permissions) -> Privileges {
        let (weighed, is_personal) = self.weighed(role, permissions);
        let mut privileges = match weighed {
            Some(weighed) => {
                let mut privileges = self.assess_as_given(role, holder, &weighed);
                // What gains nothing can be done all the same.
                let some = permissions.somewhere(self.vocabulary);
                let least = |some: bool| if some { Impact::Narrow } else { Impact::Nothing };
                let impact = &mut privileges.impact;
                impact.sure = impact.sure.max(least(!some.sure.is_empty()));
                impact.possible = impact.possible.max(least(!some.possible.is_empty()));
                privileges
            }
            None => self.assess_as_given(role, holder, permissions),
        };
        privileges.personal |= is_personal;
        privileges
    }

    /// The same, where nothing is weighed any more.
    pub(super) fn assess_as_given(
        &self,
        role: EntityId,
        holder: &Holder,
        permissions: &Permissions,
    ) -> Privileges {
        let everywhere = permissions.everywhere(self.vocabulary);
        let mut privileges = Privileges {
            impact: Bounds { sure: Impact::Nothing, possible: Impact::Nothing },
            worst: None,
            escalations: Vec::new(),
            takeovers: Vec::new(),
            whole_services: Vec::new(),
            complete: holder.complete,
            personal: false,
        };
        let administrator = Bounds { sure: everywhere.sure.is_all(), possible: everywhere.possible.is_all() };
        if administrator.sure {
            privileges.impact = Bounds::decided(Impact::Administrator);
            privileges.worst = most_of_all();
            return privileges;
        }
        let somewhere = permissions.somewhere(self.vocabulary);
        let ask = Asker {
            analysis: self,
            owner: role,
            personal: Cell::new(false),
            holder,
            permissions,
            everywhere: &everywhere,
            somewhere: &somewhere.possible,
        };
        privileges.escalations =
            escalation_methods().iter().filter_map(|method| ask.escalation(method)).collect();
        privileges.takeovers = takeovers().iter().filter_map(|takeover| ask.takeover(takeover)).collect();
        privileges.personal = ask.personal.get();
        privileges.whole_services = whole_services(&everywhere.sure);
        let beyond_own = match permissions.gives_own() {
            true => &permissions.beyond_own(self.vocabulary),
            // Then it is all that is allowed somewhere.
            false => &somewhere,
        };
        let whole = |sure: bool| match &everywhere {
            // Most often all that is possible is sure.
            Bounds { sure: all, possible } if sure || all == possible => {
                privileges.whole_services.first().copied()
            }
            Bounds { possible, .. } => whole_services(possible).first().copied(),
        };
        let level = |sure: bool| {
            let (everywhere, beyond_own, somewhere) = if sure {
                (&everywhere.sure, &beyond_own.sure, &somewhere.sure)
            } else {
                (&everywhere.possible, &beyond_own.possible, &somewhere.possible)
            };
            let data = |kind| if sure { verified_data_actions(kind) } else { data_actions(kind) };
            // That these only send is our own reading, which excuses and never accuses.
            let more = beyond_own.intersection(somewhere).difference(data_actions(DataKind::Telemetry));
            let first = |set: &ActionSet| set.iter().next();
            let of = |kind| first(&everywhere.intersection(data(kind)));
            if !sure && administrator.possible {
                (Impact::Administrator, most_of_all())
            } else if let Some(gain) =
                privileges.escalations.iter().find(|gain| gain.sure || !sure && gain.victim_in_view)
            {
                (Impact::Escalation, Some(gain.action))
            } else if let Some(gain) = privileges.takeovers.iter().find(|gain| gain.sure || !sure) {
                (Impact::Takeover, Some(gain.action))
            } else if let Some(action) = of(DataKind::Secret) {
                (Impact::Secrets, Some(action))
            } else if let Some(action) = of(DataKind::Write) {
                (Impact::Write, Some(action))
            } else if let Some(action) = of(DataKind::Read) {
                (Impact::Read, Some(action))
            } else if let Some(service) = whole(sure) {
                (Impact::WholeService, Some(service.first()))
            } else if let Some(action) = first(&more) {
                (Impact::Narrow, Some(action))
            } else if let Some(action) = first(&beyond_own.intersection(somewhere)) {
                (Impact::Telemetry, Some(action))
            } else if let Some(action) = first(somewhere) {
                (Impact::OwnData, Some(action))
            } else {
                (Impact::Nothing, None)
            }
        };
        let (sure, possible) = (level(true), level(false));
        privileges.impact = Bounds { sure: sure.0, possible: possible.0 };
        privileges.worst = sure.1.or(possible.1);
        privileges
    }
}

/// An action that few have but administrators.
fn most_of_all() -> Option<ActionId> {
    Actions::default().find("iam:CreateUser")
}

/// The services of which all actions are in a set.
fn whole_services(actions: &ActionSet) -> Vec<Service> {
    let catalogue = Actions::default();
    // One that can only be read is nothing to be warned of.
    let writes = |service: &Service| {
        service.actions().iter().any(|action| catalogue.access(action).contains(AccessLevel::Write))
    };
    let whole = catalogue.services_within(actions);
    whole.filter(|service| service.count() >= FEW_ACTIONS && writes(service)).collect()
}

/// Asks for the ways to gain permissions.
struct Asker<'a, 's> {
    analysis: &'a Analysis<'s>,
    owner: EntityId,
    personal: Cell<bool>,
    holder: &'a Holder,
    permissions: &'a Permissions,
    everywhere: &'a Bounds<ActionSet>,
    /// What may be allowed on something.
    somewhere: &'a ActionSet,
}

impl Asker<'_, '_> {
    /// The role. What is found out by this is not true of others with the same policies.
    fn role(&self) -> EntityId {
        self.personal.set(true);
        self.owner
    }

    /// How the holder has a method, if it does.
    fn escalation(&self, method: &'static EscalationMethod) -> Option<Gain<EscalationMethod>> {
        let is_for_nothing = (method.only_with_denial && !self.permissions.denies())
            || (method.only_with_boundary && !self.holder.bounded);
        // Whom it can become by assuming a role alone, chains say.
        if !self.is_for(method) || is_for_nothing || method.left_to_chains {
            return None;
        }
        let mut best: Option<Gain<EscalationMethod>> = None;
        for needs in method.needs {
            if !needs.iter().all(|action| self.somewhere.contains(*action)) {
                continue;
            }
            let found = if method.category == EscalationCategory::Existing {
                self.abuses(method, needs)
            } else {
                self.gains(method, needs)
            };
            if let Some(found) = found
                && best
                    .as_ref()
                    .is_none_or(|best| (found.sure, found.victim_in_view) > (best.sure, best.victim_in_view))
            {
                best = Some(found);
            }
        }
        best
    }

    /// Whether a method is for holders of this kind. What whoever gets a policy elsewhere is, or is in, is not known.
    fn is_for(&self, method: &EscalationMethod) -> bool {
        match (self.owner.kind, method.category, method.target) {
            (EntityKind::Role, ..) => method.for_role_sessions,
            (EntityKind::User, EscalationCategory::SelfService, EscalationTarget::OwnRole) => false,
            (EntityKind::User, ..) => true,
            (EntityKind::Group, EscalationCategory::SelfService, target) => {
                matches!(target, EscalationTarget::Group | EscalationTarget::Policy)
            }
            (_, EscalationCategory::SelfService, target) => target == EscalationTarget::Policy,
            _ => method.for_role_sessions,
        }
    }

    /// How the holder has a method that needs nothing that runs already.
    fn gains(&self, method: &'static EscalationMethod, needs: &[ActionId]) -> Option<Gain<EscalationMethod>> {
        let mut has =
            needs.iter().map(|&action| self.has(method, action)).fold(Bounds::decided(true), Bounds::and);
        if method.category == EscalationCategory::Principal && !has.sure && self.changes(method, needs) {
            has = Bounds::decided(true);
        }
        let sure = has.sure && !method.possible_only && !method.unverified;
        has.possible.then_some(Gain { method, sure, action: *needs.first()?, victim_in_view: true })
    }

    /// Whether one action of a method is allowed on what makes it worth something.
    fn has(&self, method: &EscalationMethod, action: ActionId) -> Bounds<bool> {
        let everywhere = Bounds {
            sure: self.everywhere.sure.contains(action),
            possible: self.everywhere.possible.contains(action),
        };
        let name = Actions::default().name(action);
        // Where nothing is passed, something is used that already has a role, of which nothing is known.
        if method.category == EscalationCategory::NewPass && method.passed_to.is_none() {
            return Bounds::decided(false);
        }
        // What is created or called for it can be anything.
        let is_means = method.category == EscalationCategory::NewPass && name != "iam:PassRole";
        if is_means {
            return self.ask(action, Target::Somewhere, None);
        }
        if name == "iam:PassRole" {
            return self.passes(method, action);
        }
        match (method.category, method.target) {
            (EscalationCategory::SelfService, EscalationTarget::OwnRole) if name.starts_with("iam:") => {
                self.on_itself(action)
            }
            (EscalationCategory::SelfService, EscalationTarget::User) => self.on_itself(action),
            (EscalationCategory::SelfService, EscalationTarget::Group) => self.on_groups(action),
            (EscalationCategory::SelfService, EscalationTarget::Policy) => self.own_policies(action),
            // Whether there is somebody stronger to become is asked for besides.
            (EscalationCategory::Principal, _) if name.starts_with("iam:") => {
                let both = name == "iam:AttachRolePolicy"
                    || name == "iam:PutRolePolicy"
                    || name == "iam:UpdateAssumeRolePolicy";
                // Who can change both a role's policies and who may have it makes the stronger role.
                let pair = both && method.needs.iter().any(|needs| needs.len() > 1);
                Bounds { sure: everywhere.sure && pair, possible: everywhere.possible }
            }
            _ => everywhere,
        }
    }

    /// Whether an action is allowed on the holder itself.
    fn on_itself(&self, action: ActionId) -> Bounds<bool> {
        self.on(self.role(), action)
    }

    /// Whether an action is allowed on an entity.
    fn on(&self, entity: EntityId, action: ActionId) -> Bounds<bool> {
        let everywhere = Bounds {
            sure: self.everywhere.sure.contains(action),
            possible: self.everywhere.possible.contains(action),
        };
        let arn = self.analysis.entity(entity).arn();
        let one = arn.map_or(everywhere, |arn| self.ask(action, Target::Resource(arn), None));
        // That a name which is not known has what a pattern wants is no reason to say so.
        Bounds { sure: one.sure, possible: one.sure || (one.possible && everywhere.possible) }
    }

    /// Whether an action is allowed on a group that the holder is, or is in for sure.
    fn on_groups(&self, action: ActionId) -> Bounds<bool> {
        let mut any = Bounds { sure: false, possible: self.everywhere.possible.contains(action) };
        if self.owner.kind == EntityKind::Group {
            return any.or(self.on_itself(action));
        }
        for grant in self.analysis.model.grants_of(self.role()) {
            if let PolicyAttachment::ByGroup(group) = grant.attachment {
                let on = self.on(group, action);
                any = any.or(Bounds { sure: on.sure && grant.sure, possible: on.possible });
            }
        }
        any
    }

    /// Whether an action is allowed on a customer managed policy that the role itself has.
    fn own_policies(&self, action: ActionId) -> Bounds<bool> {
        let everywhere = self.everywhere.possible.contains(action);
        let mut any = Bounds { sure: false, possible: everywhere };
        for grant in self.analysis.model.grants_of(self.role()) {
            let GrantedPolicy::Document(_) = grant.policy else { continue };
            let policy = match grant.attachment {
                PolicyAttachment::ByPolicy(policy) | PolicyAttachment::ByName(policy) => Some(policy),
                PolicyAttachment::Unattached => Some(self.role()),
                PolicyAttachment::ByHolder => {
                    let reference = self.analysis.model.reference_at(self.role(), grant.span);
                    reference.and_then(|reference| reference.target.found().first()).map(|found| found.entity)
                }
                PolicyAttachment::Inline | PolicyAttachment::Separate(_) | PolicyAttachment::ByGroup(_) => {
                    None
                }
            };
            let Some(policy) = policy.filter(|policy| policy.kind == EntityKind::ManagedPolicy) else {
                continue;
            };
            if let Some(arn) = self.analysis.entity(policy).arn() {
                let allowed = self.ask(action, Target::Resource(arn), None);
                any = any.or(Bounds { sure: allowed.sure && grant.sure, possible: allowed.possible });
            }
        }
        any
    }

    fn takeover(&self, takeover: &'static Takeover) -> Option<Gain<Takeover>> {
        // Whether this is the account from which the organisation's access is managed is not known.
        let verified = !takeover.unverified && !takeover.organisation_only;
        for needs in takeover.needs {
            let possible = needs.iter().all(|action| self.everywhere.possible.contains(*action));
            if possible {
                let sure = verified && needs.iter().all(|action| self.everywhere.sure.contains(*action));
                return Some(Gain { method: takeover, sure, action: *needs.first()?, victim_in_view: true });
            }
        }
        None
    }

    fn ask(&self, action: ActionId, target: Target<'_>, passed_to: Option<&str>) -> Bounds<bool> {
        self.permissions.allows(&PermissionQuestion { action, target, passed_to }, self.analysis.vocabulary)
    }
}

impl Analysis<'_> {
    /// The statement that grants an action to a holder: the place of the statement, or of the attachment of a policy that
    /// AWS manages. One that grants it on everything comes before others.
    #[must_use]
    pub fn granted_at(&self, id: EntityId, action: Option<ActionId>) -> Option<crate::source::Span> {
        let action = action?;
        let ask = |target| self.granted_for(id, &PermissionQuestion { action, target, passed_to: None });
        ask(Target::Everywhere).or_else(|| ask(Target::Somewhere))
    }

    /// As [`Self::granted_at`], for a question.
    #[must_use]
    pub fn granted_for(
        &self,
        id: EntityId,
        question: &PermissionQuestion<'_>,
    ) -> Option<crate::source::Span> {
        let holder = self.holder(id);
        let (number, statement) = holder.permissions.granted_by(question, self.vocabulary)?;
        let grant = self.model.grants_of(id).get(*holder.grants.get(number)?)?;
        Some(match &grant.policy {
            GrantedPolicy::Document(attached) => {
                attached.place(crate::policy::PolicyPath::new(statement, crate::policy::Element::Statement))
            }
            _ => grant.span,
        })
    }
}
