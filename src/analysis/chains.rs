//! Role chains: whose sessions may assume which other role.
//!
//! It takes both sides: the trust policy of the one must admit sessions of the other, and the permissions of the other
//! must allow it. Only a role that is named itself, by a trust policy of its own account, needs no permission (IAM User
//! Guide, "IAM: Principal" and the reference of `AssumeRole`); what denies it, and a boundary, still count. What is
//! open to a whole account, and who may assume everything there, meet in a hub, so that the number of hops that are
//! kept grows with the roles and not with their pairs.
//!
//! A role that is passed to a service counts too: see [`passing`].

mod end;
mod passing;
mod search;
mod trust;

use rustc_hash::FxHashMap;

use self::end::{ByResource, End, Named, account_and_resource};
use self::passing::{Passable, PassesAll, Passing};
use self::trust::{Beginnings, Trusts};
use super::Analysis;
use crate::knowledge::actions::{ActionId, Actions};
use crate::model::{EntityId, GrantedPolicy};
use crate::policy::{Effect, Item, PermissionQuestion, PolicyId, Target};
use crate::source::Span;
use crate::value::{Bounds, Comparison, Text, Worlds};

pub(super) use self::passing::To;

pub use search::{Chain, Reached};

/// The action that a session needs to assume a role.
const ASSUME: &str = "sts:AssumeRole";

/// The most pairs of roles that are looked at. A pair takes about a microsecond.
const MOST_PAIRS: usize = 400_000;

/// The most pairs of which the trust policy is decided. A decision takes some twenty microseconds.
const MOST_DECISIONS: usize = 30_000;

/// Which role's sessions may assume which other role. Roles are numbered as in the model; nothing is kept of the very many that
/// lead nowhere.
#[derive(Debug, Default)]
pub struct Chains {
    /// How many roles there are.
    roles: usize,
    /// The hops that leave a role, in order.
    leaving: FxHashMap<u32, Vec<Hop>>,
    /// The accounts of which a role may assume all that is open to them.
    wide: FxHashMap<u32, Wide>,
    /// For each account, the roles that are open to all its roles that may assume them.
    open: Vec<Vec<Hop>>,
    /// The services to which a role may pass all that trusts them.
    passing: FxHashMap<u32, Vec<PassesAll>>,
    /// The services of accounts to which some may.
    passable: Vec<Passable>,
    /// True if not every pair was looked at.
    exhausted: bool,
}

/// One role's session gets another role.
#[derive(Clone, Copy, Debug)]
struct Hop {
    to: u32,
    sure: bool,
    /// The service that it passes it to; `None` if it assumes it.
    service: Option<&'static str>,
}

/// A role that may assume every role of its account.
#[derive(Clone, Copy, Debug)]
struct Wide {
    account: usize,
    sure: bool,
}

/// Where a hop is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HopPlaces {
    /// The service that the role is passed to; `None` if it is assumed.
    pub service: Option<&'static str>,
    /// The statement that trusts.
    pub trusted: Option<Span>,
    /// The statement that allows it, or the attachment of a policy that AWS manages. `None` where none is needed.
    pub allowed: Option<Span>,
}

impl Analysis<'_> {
    /// The chains of the roles of the scan, made once.
    #[must_use]
    pub fn chains(&self) -> &Chains {
        self.chains.get_or_init(|| Builder::new(self).map(Builder::build).unwrap_or_default())
    }

    /// True if chains were looked for, and not every pair of roles was looked at.
    #[must_use]
    pub fn chains_are_cut(&self) -> bool {
        self.chains.get().is_some_and(Chains::exhausted)
    }

    /// What two entities have in common of their worlds; one that exists in all worlds of its template restricts nothing.
    #[must_use]
    pub fn together(&self, known: &Worlds, more: &Worlds) -> Option<Worlds> {
        let both = known.and(more)?;
        let is_all = more.sets().all(|(template, set)| self.template(template).worlds.all() == set);
        let is_other = more.sets().all(|(template, _)| known.of_template(template).is_none());
        Some(if is_all && is_other { known.clone() } else { both })
    }

    /// Where it is written that sessions of a role get another.
    #[must_use]
    pub fn hop_places(&self, from: EntityId, to: EntityId) -> Option<HopPlaces> {
        let service = self.chains().passed_to(from.index, to.index);
        if service.is_some() {
            let passed = Target::Resource(self.entity(to).arn()?);
            let action = Actions::default().find(passing::PASS)?;
            let question = PermissionQuestion { action, target: passed, passed_to: service };
            let trusted = service.and_then(|service| self.graph.trusts_service(service, to, self.vocabulary));
            return Some(HopPlaces { service, trusted, allowed: self.granted_for(from, &question) });
        }
        let mut builder = Builder::new(self)?;
        let (from, to) = (End::of(self, from.index)?, End::of(self, to.index)?);
        let statement = builder.trusts.statement(&from, &to);
        let question =
            PermissionQuestion { action: builder.assume, target: Target::Resource(to.arn), passed_to: None };
        Some(HopPlaces {
            service: None,
            trusted: statement,
            allowed: self.granted_for(from.role.entity.id, &question),
        })
    }
}

/// Makes the chains.
struct Builder<'a, 's> {
    analysis: &'a Analysis<'s>,
    assume: ActionId,
    trusts: Trusts<'a, 's>,
}

impl<'a, 's> Builder<'a, 's> {
    fn new(analysis: &'a Analysis<'s>) -> Option<Self> {
        let assume = Actions::default().find(ASSUME)?;
        Some(Self { analysis, assume, trusts: Trusts::new(analysis) })
    }

    fn build(mut self) -> Chains {
        let analysis = self.analysis;
        let count = analysis.model.roles.len();
        let ends: Vec<Option<End<'a>>> =
            (0..count).map(|index| End::of(analysis, u32::try_from(index).ok()?)).collect();
        let numbers = || 0..u32::try_from(count).unwrap_or(u32::MAX);
        let mut chains = Chains { roles: count, ..Chains::default() };
        let mut passing = Passing::new(analysis);
        let mut passed = 0;
        let mut hubs: FxHashMap<&Text, usize> = FxHashMap::default();
        // The roles that trust an account, where more than that is asked for; and those that trust everybody.
        let mut trusting: FxHashMap<&Text, Vec<u32>> = FxHashMap::default();
        let mut inviting: Vec<u32> = Vec::new();
        let by_resource = ByResource::new(&ends);
        let ends = |index: u32| ends[index as usize].as_ref();
        for index in numbers() {
            let Some(end) = ends(index) else { continue };
            let number = hubs.len();
            hubs.entry(&end.account).or_insert(number);
        }
        chains.open = vec![Vec::new(); hubs.len()];
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        // How the ARNs begin of whom a role admits that it does not name, where it asks for that.
        let mut beginnings: FxHashMap<u32, Beginnings> = FxHashMap::default();
        for to in numbers() {
            let Some(end) = ends(to) else { continue };
            let Some(trusted) = self.trusts.of(end) else { continue };
            for name in &trusted.roles {
                pairs.extend(by_resource.get(name).map(|from| (from, to)));
            }
            let is_known = |account: &Text| account.as_literal(analysis.vocabulary).is_some();
            let mut open = |account: &Text, hub: usize| {
                // Patterns speak of the own account, whichever that is.
                let sure = *account == end.account || is_known(account) && is_known(&end.account);
                chains.open[hub].push(Hop { to, sure, service: None });
            };
            if trusted.is_open_to(&end.account) {
                open(&end.account, hubs[&end.account]);
            } else if trusted.everybody {
                trusting.entry(&end.account).or_default().push(to);
            }
            if trusted.everybody && !trusted.unconditional {
                inviting.push(to);
            }
            for account in &trusted.accounts {
                let Some((account, &hub)) = hubs.get_key_value(account) else { continue };
                if !trusted.unconditional {
                    trusting.entry(account).or_default().push(to);
                } else if *account != &end.account {
                    open(account, hub);
                }
            }
            beginnings.extend(trusted.beginnings.map(|some| (to, some)));
        }
        for from in numbers() {
            let Some(end) = ends(from) else { continue };
            let asks = |target| PermissionQuestion { action: self.assume, target, passed_to: None };
            if analysis.model.grants_of(end.role.entity.id).is_empty() {
                continue;
            }
            let holder = analysis.holder(end.role.entity.id);
            if let Some(passing) = &mut passing {
                let found = passing.of(from, end, &holder);
                passed += found.hops.len();
                if !found.hops.is_empty() {
                    chains.leaving.insert(from, found.hops);
                }
                if !found.all.is_empty() {
                    chains.passing.insert(from, found.all);
                }
            }
            let vocabulary = analysis.vocabulary;
            if !holder.permissions.mentions(self.assume)
                || !holder.permissions.allows(&asks(Target::Somewhere), vocabulary).possible
            {
                continue;
            }
            let everywhere = holder.permissions.allows(&asks(Target::Everywhere), vocabulary);
            let account = hubs[&end.account];
            let is_wide = everywhere.possible && !holder.permissions.denies();
            if is_wide {
                chains.wide.insert(from, Wide { account, sure: everywhere.sure });
            }
            if let Some(names) = self.named_targets(end.role.entity.id) {
                pairs.extend(names.iter().flat_map(|name| by_resource.get(name)).map(|to| (from, to)));
                continue;
            }
            let of_account = trusting.get(&end.account).into_iter().flatten().copied();
            let open = if is_wide { &[][..] } else { &chains.open[account] };
            let strangers = inviting.iter().copied();
            let others = of_account.chain(open.iter().map(|hop| hop.to)).chain(strangers);
            let may_admit = |to: &u32| beginnings.get(to).is_none_or(|some| some.admit(end.arn, vocabulary));
            pairs.extend(others.filter(may_admit).map(|to| (from, to)));
            if pairs.len() + passed > MOST_PAIRS {
                chains.exhausted = true;
                break;
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        for (from, to) in pairs {
            let (Some(one), Some(other)) = (ends(from), ends(to)) else { continue };
            let answer = self.may_assume(one, other);
            if answer.possible {
                let hop = Hop { to, sure: answer.sure, service: None };
                chains.leaving.entry(from).or_default().push(hop);
            }
        }
        chains.passable = passing.map(|passing| passing.passable).unwrap_or_default();
        chains.exhausted |= self.trusts.exhausted;
        chains
    }

    /// The roles that the policies of a holder let it assume, by `role/PATH/NAME`; `None` if some are not named one
    /// by one.
    fn named_targets(&self, holder: EntityId) -> Option<Vec<Named<'s>>> {
        let vocabulary = self.analysis.vocabulary;
        let mut names = Vec::new();
        for grant in self.analysis.model.grants_of(holder) {
            let document = match &grant.policy {
                GrantedPolicy::Document(attached) => self.analysis.model.policy(attached),
                GrantedPolicy::AwsManaged(_) => {
                    return None;
                }
                GrantedPolicy::NotInView(_) | GrantedPolicy::Unknown => continue,
            };
            for statement in &document.statements {
                let allows = matches!(statement.effect, Effect::Allow | Effect::Unknown);
                if !allows || !statement.covers_action(ASSUME, vocabulary).possible {
                    continue;
                }
                for item in statement.resources.only.as_ref()? {
                    let Item::Text(text) = item else { return None };
                    let (account, resource) = account_and_resource(text, vocabulary)?;
                    let is_pattern = resource.with_tokens(vocabulary)?.contains(['*', '?', '$']);
                    if is_pattern || account.as_literal(vocabulary) == Some("*") {
                        return None;
                    }
                    names.push(resource);
                }
            }
        }
        Some(names)
    }

    fn may_assume(&mut self, from: &End<'_>, to: &End<'_>) -> Bounds<bool> {
        let no = Bounds::decided(false);
        let analysis = self.analysis;
        let named = self.trusts.names(from, to);
        let is_same = from.role.entity.same_resource(&to.role.entity);
        // That an account trusts its own roles is not said of a role and itself.
        if (is_same && !named) || from.role.entity.worlds.and(&to.role.entity.worlds).is_none() {
            return no;
        }
        let holder = analysis.holder(from.role.entity.id);
        let question =
            PermissionQuestion { action: self.assume, target: Target::Resource(to.arn), passed_to: None };
        let account = from.account.compare(&to.account, analysis.vocabulary);
        let mut permitted = holder.permissions.allows(&question, analysis.vocabulary);
        // Patterns speak of the own account, whichever that is.
        let are_known = [from, to].iter().all(|end| end.account.as_literal(analysis.vocabulary).is_some());
        if account != Comparison::Equal && !are_known {
            permitted.sure = false;
        }
        if named && account != Comparison::Different {
            let left = holder.permissions.leaves(&question, analysis.vocabulary);
            permitted.possible |= left.possible;
            permitted.sure = left.sure && (permitted.sure || account == Comparison::Equal);
        }
        if permitted.possible { permitted.and(self.trusts.admits(from, to)) } else { no }
    }
}

/// The policies of which a decision was made, with the account that was asked about.
type Decided = FxHashMap<(PolicyId, Text), Bounds<bool>>;
