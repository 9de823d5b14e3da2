//! Organisations: which accounts are of which, which of them manages it, and what stands above an account.
//!
//! Told by the settings, by what templates make (accounts are made in the management account only), and by what accounts say
//! of themselves: the ARNs of Organizations name the management account and the organisation. A scan may have several.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Analysis;
use crate::model::{Account, Entity, Form, List, Model, OrganizationRoot, PolicyType};
use crate::policy::Arn;
use crate::settings::Settings;
use crate::value::{Bounds, Comparison, Field, Text, Vocabulary};

/// The organisations of a scan.
#[derive(Debug, Default)]
pub(super) struct Organisations {
    known: Vec<Organisation>,
    /// The organisation of an account, by id.
    of: FxHashMap<Text, usize>,
    /// What stands above accounts and units, by id.
    parents: FxHashMap<Text, Parent>,
    /// Which types of policies an organisation uses, where its root says it.
    policy_types: FxHashMap<usize, Vec<(Text, Bounds<bool>)>>,
    /// Accounts that administer services, with what their organisation says of them.
    delegated: Vec<Delegated>,
    /// Accounts that templates make: none of them manages an organisation.
    made: FxHashSet<Text>,
    /// The accounts that belong to whoever scans.
    own: FxHashSet<Text>,
}

#[derive(Debug, Default)]
struct Organisation {
    id: Option<Text>,
    management: Option<Text>,
    /// True if an account that is not known to be of it is not its management account: the settings say which one that is, or
    /// a template that makes accounts does. Else accounts of other organisations may be in the scan too.
    declared: bool,
}

/// What an account or unit is in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Parent {
    /// A unit or the root.
    Known(Text),
    /// The root, of which the id is not written.
    Root,
    Unknown,
}

#[derive(Debug)]
struct Delegated {
    organisation: Option<usize>,
    account: Text,
    /// None if they are not known.
    services: Option<Vec<Text>>,
}

/// The most units that stand above one another. AWS has five, and a cycle none.
const MOST_LEVELS: usize = 16;

impl Organisations {
    fn new(analysis: &Analysis<'_>) -> Self {
        let Analysis { model, vocabulary, settings, .. } = analysis;
        let mut found = Self::default();
        found.settings(settings, vocabulary);
        for organization in &model.organizations {
            let entity = &organization.entity;
            let home = home(model, entity);
            let management = match &organization.management {
                Field::Known(account) => Some(account.value.clone()),
                // Who makes an organisation manages it.
                Field::Absent if is_always_there(analysis, entity) => home.cloned(),
                Field::Absent | Field::Unknown(_) => None,
            };
            let declared = organization.management.is_absent() && management.is_some();
            let index = found.organisation(known(&organization.organization), management, declared);
            if let Some(home) = home {
                found.of.insert(home.clone(), index);
            }
        }
        for account in &model.accounts {
            found.account(analysis, account);
        }
        for unit in &model.organizational_units {
            found.named(&unit.entity, vocabulary);
            let parent = match &unit.parent {
                Field::Known(parent) => Parent::Known(parent.value.clone()),
                Field::Absent | Field::Unknown(_) => Parent::Unknown,
            };
            found.above(&unit.entity, &parent);
        }
        for policy in &model.organization_policies {
            found.named(&policy.entity, vocabulary);
        }
        for root in &model.organization_roots {
            found.root(root, vocabulary);
        }
        for administrator in &model.delegated_administrators {
            let Field::Known(account) = &administrator.account else { continue };
            let organisation = found
                .named(&administrator.entity, vocabulary)
                .or_else(|| found.of.get(home(model, &administrator.entity)?).copied());
            if let Some(organisation) = organisation {
                found.of.insert(account.value.clone(), organisation);
            }
            let services = texts(&administrator.services);
            found.delegated.push(Delegated { organisation, account: account.value.clone(), services });
        }
        found.own = found.own_accounts(model);
        found
    }

    fn settings(&mut self, settings: &Settings, vocabulary: &Vocabulary) {
        if let Some(account) = &settings.accounts.management {
            let account = vocabulary.literal(account.as_str());
            let index = self.organisation(None, Some(account.clone()), true);
            self.of.insert(account, index);
        }
    }

    fn own_accounts(&self, model: &Model) -> FxHashSet<Text> {
        let deployed = model.scope.deployments.iter().map(|deployment| &deployment.account);
        let of_organisations = self.known.iter().filter_map(|known| known.management.as_ref());
        let delegated = self.delegated.iter().map(|known| &known.account);
        let made = model.accounts.iter().filter_map(|account| account.entity.identifier(Form::Id));
        deployed.chain(of_organisations).chain(delegated).chain(made).cloned().collect()
    }

    fn account(&mut self, analysis: &Analysis<'_>, account: &Account) {
        let entity = &account.entity;
        let named = self.named(entity, analysis.vocabulary);
        if named.is_none() {
            self.made.extend(entity.identifier(Form::Id).cloned());
        }
        let index = named.or_else(|| {
            // Where a condition decides whether accounts are made, it may be what tells the management account from others.
            let told = analysis.settings.accounts.management.is_some();
            let home =
                home(&analysis.model, entity).filter(|_| !told && is_always_there(analysis, entity))?;
            let index = self.organisation(None, Some(home.clone()), true);
            self.of.insert(home.clone(), index);
            Some(index)
        });
        if let (Some(index), Some(id)) = (index, entity.identifier(Form::Id)) {
            self.of.insert(id.clone(), index);
        }
        let parent = match &account.parents {
            Field::Absent => Parent::Root,
            Field::Known(parents) => match parents.value.as_slice() {
                [Field::Known(parent)] => Parent::Known(parent.value.clone()),
                _ => Parent::Unknown,
            },
            Field::Unknown(_) => Parent::Unknown,
        };
        self.above(entity, &parent);
    }

    /// Remembers which types of policies an organisation uses, if all are known.
    fn root(&mut self, root: &OrganizationRoot, vocabulary: &Vocabulary) {
        let Some(organisation) = self.named(&root.entity, vocabulary) else { return };
        let known = |types: &List<_>| -> Option<Vec<_>> {
            let one = |item: &Field<PolicyType>| {
                let item = &item.known()?.value;
                let policy_type = item.policy_type.known()?.value.clone();
                let status = item.status.known().and_then(|status| status.value.as_literal(vocabulary));
                let enabled = match status {
                    Some("ENABLED") => Bounds::decided(true),
                    // It is about to be, or not to be any more.
                    _ => Bounds::UNDECIDED,
                };
                Some((policy_type, enabled))
            };
            types.known()?.value.iter().map(one).collect()
        };
        if let Some(types) = known(&root.policy_types) {
            self.policy_types.entry(organisation).or_insert(types);
        }
    }

    /// Remembers what an account or unit is in. What is known counts more than what is not.
    fn above(&mut self, entity: &Entity, parent: &Parent) {
        for identifier in entity.identifiers.iter().filter(|identifier| identifier.form == Form::Id) {
            let known = self.parents.entry(identifier.text.clone()).or_insert(Parent::Unknown);
            if *known == Parent::Unknown {
                known.clone_from(parent);
            }
        }
    }

    /// The organisation that the ARN of something of Organizations names, `arn:aws:organizations::MANAGEMENT:account/ID/...`.
    fn named(&mut self, entity: &Entity, vocabulary: &Vocabulary) -> Option<usize> {
        let arn = Arn::parse(entity.arn()?, vocabulary)?;
        let management = arn.account.as_literal(vocabulary).filter(|account| is_account_id(account))?;
        let id = arn.resource.as_literal(vocabulary)?.split('/').nth(1).filter(|id| id.starts_with("o-"))?;
        Some(self.organisation(Some(vocabulary.literal(id)), Some(vocabulary.literal(management)), false))
    }

    /// The organisation with this id or management account, made if it is new.
    fn organisation(&mut self, id: Option<Text>, management: Option<Text>, declared: bool) -> usize {
        let same = |one: &Option<Text>, other: &Option<Text>| one.is_some() && one == other;
        let is_it = |known: &Organisation| {
            same(&known.id, &id)
                || (known.id.is_none() || id.is_none()) && same(&known.management, &management)
        };
        let index = self.known.iter().position(is_it).unwrap_or_else(|| {
            self.known.push(Organisation::default());
            self.known.len() - 1
        });
        let known = &mut self.known[index];
        known.id = known.id.take().or(id);
        known.management = known.management.take().or(management);
        known.declared |= declared;
        if let Some(management) = known.management.clone() {
            self.of.insert(management, index);
        }
        index
    }

    fn is_management(&self, account: &Text, vocabulary: &Vocabulary) -> Option<bool> {
        if self.made.contains(account) {
            return Some(false);
        }
        let of = self.of.get(account).and_then(|&index| self.known[index].management.as_ref());
        if let Some(management) = of {
            return match management.compare(account, vocabulary) {
                Comparison::Equal => Some(true),
                Comparison::Different => Some(false),
                Comparison::Undecided => None,
            };
        }
        self.known.iter().fold(None, |found, known| {
            let compared =
                known.management.as_ref().map(|management| management.compare(account, vocabulary));
            match compared {
                Some(Comparison::Equal) => Some(true),
                Some(Comparison::Different) if found.is_none() && known.declared => Some(false),
                _ => found,
            }
        })
    }

    /// What stands above an account or unit, and whether that is all.
    fn chain(&self, id: &Text, vocabulary: &Vocabulary) -> (Vec<Text>, bool) {
        let mut above: Vec<Text> = Vec::new();
        let mut at = id.clone();
        while above.len() < MOST_LEVELS {
            match self.parents.get(&at) {
                Some(Parent::Known(parent)) => {
                    above.push(parent.clone());
                    if is_root(parent, vocabulary) {
                        return (above, true);
                    }
                    at = parent.clone();
                }
                Some(Parent::Root) => return (above, true),
                Some(Parent::Unknown) | None => return (above, false),
            }
        }
        (above, false)
    }
}

impl Analysis<'_> {
    fn organisations(&self) -> &Organisations {
        self.organisations.get_or_init(|| Organisations::new(self))
    }

    /// Whether an account is the one that manages its organisation, if that is known.
    #[must_use]
    pub fn is_management(&self, account: &Text) -> Option<bool> {
        self.organisations().is_management(account, self.vocabulary)
    }

    /// Whether an account is of the organisation of another one, if that is known.
    #[must_use]
    pub fn same_organisation(&self, one: &Text, other: &Text) -> Option<bool> {
        let organisations = self.organisations();
        Some(organisations.of.get(one)? == organisations.of.get(other)?)
    }

    /// The account that manages the organisation of an account.
    #[must_use]
    pub fn management_of(&self, account: &Text) -> Option<&Text> {
        let organisations = self.organisations();
        organisations.known[*organisations.of.get(account)?].management.as_ref()
    }

    /// The id of the organisation of an account.
    #[must_use]
    pub fn organisation_id(&self, account: &Text) -> Option<&str> {
        let organisations = self.organisations();
        organisations.known[*organisations.of.get(account)?].id.as_ref()?.as_literal(self.vocabulary)
    }

    /// The ids of the organisations that are in view.
    #[must_use]
    pub fn organisation_ids(&self) -> Vec<&str> {
        let known = self.organisations().known.iter();
        known.filter_map(|known| known.id.as_ref()?.as_literal(self.vocabulary)).collect()
    }

    /// Whether an account belongs to whoever scans: something is deployed into it, or it is of an organisation in view.
    #[must_use]
    pub fn is_own_account(&self, account: &Text) -> bool {
        let organisations = self.organisations();
        organisations.own.contains(account) || organisations.of.contains_key(account)
    }

    /// Whether an account is one that templates make.
    #[must_use]
    pub fn is_made(&self, account: &Text) -> bool {
        self.organisations().made.contains(account)
    }

    /// Whether an account administers a service for its organisation, if that is known.
    #[must_use]
    pub fn is_delegated(&self, account: &Text, service: &str) -> Option<bool> {
        let organisations = self.organisations();
        let own = organisations.of.get(account)?;
        let mut of_own = organisations.delegated.iter().filter(|known| known.organisation == Some(*own));
        match of_own.clone().find(|known| known.account == *account) {
            Some(Delegated { services: Some(services), .. }) => {
                Some(services.iter().any(|known| known.as_literal(self.vocabulary) == Some(service)))
            }
            Some(Delegated { services: None, .. }) => None,
            // Whoever tells of one tells of all.
            None => of_own.next().map(|_| false),
        }
    }

    /// Whether an account is what a policy of an organisation is attached to, or below it. `same` says whether the account is of
    /// the organisation of the policy, if that is known.
    pub(super) fn is_below(&self, account: &Text, target: &Text, same: Option<bool>) -> Bounds<bool> {
        let literal = target.as_literal(self.vocabulary);
        let compared = |id: &Text| match target.compare(id, self.vocabulary) {
            Comparison::Equal => Bounds::decided(true),
            Comparison::Different => Bounds::decided(false),
            Comparison::Undecided => Bounds::UNDECIDED,
        };
        let itself = compared(account);
        // An account has nothing below it.
        if itself.sure || literal.is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_digit())) {
            return itself;
        }
        // Each has one root.
        if is_root(target, self.vocabulary) && same == Some(true) {
            return Bounds::decided(true);
        }
        let (above, complete) = self.organisations().chain(account, self.vocabulary);
        let found = above.iter().fold(itself, |found, unit| found.or(compared(unit)));
        // The root is above whatever is known to be all, though its id may not be written.
        let has_root = above.last().is_some_and(|last| is_root(last, self.vocabulary));
        let all = complete && (has_root || !is_root(target, self.vocabulary) && literal.is_some());
        if all { found } else { found.or(Bounds::UNDECIDED) }
    }

    /// Whether an account is of the organisation whose policy something is, if that is known.
    pub(super) fn is_of_organisation_of(&self, entity: &Entity, account: &Text) -> Option<bool> {
        Some(*self.organisations().of.get(account)? == self.organisation_of(entity)?)
    }

    /// Whether policies of a type limit anybody in the organisation whose policy something is. They do unless its root says
    /// that the type is not in use.
    pub(super) fn uses_policies(&self, entity: &Entity, policy_type: &str) -> Bounds<bool> {
        let organisations = self.organisations();
        let types = self.organisation_of(entity).and_then(|index| organisations.policy_types.get(&index));
        let Some(types) = types else { return Bounds::decided(true) };
        let is_it = |(known, _): &&(Text, _)| known.as_literal(self.vocabulary) == Some(policy_type);
        types.iter().find(is_it).map_or(Bounds::decided(false), |(_, enabled)| *enabled)
    }

    /// The organisation whose policy something is, if that is known.
    fn organisation_of(&self, entity: &Entity) -> Option<usize> {
        let organisations = self.organisations();
        let named = entity.arn().and_then(|arn| {
            let arn = Arn::parse(arn, self.vocabulary)?;
            organisations.of.get(&arn.account)
        });
        named.or_else(|| organisations.of.get(home(&self.model, entity)?)).copied()
    }
}

/// Whether something is there whatever conditions say.
fn is_always_there(analysis: &Analysis<'_>, entity: &Entity) -> bool {
    let mut sets = entity.worlds.sets();
    sets.all(|(template, set)| analysis.template(template).worlds.all() == set)
}

/// The account that something is in.
fn home<'m>(model: &'m Model, entity: &Entity) -> Option<&'m Text> {
    model.deployment(entity.deployment).map(|deployment| &deployment.account)
}

fn known(field: &Field<Text>) -> Option<Text> {
    field.known().map(|known| known.value.clone())
}

/// The items of a list, if all are known.
fn texts(list: &List<Text>) -> Option<Vec<Text>> {
    list.known()?.value.iter().map(|item| item.known().map(|item| item.value.clone())).collect()
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_root(id: &Text, vocabulary: &Vocabulary) -> bool {
    id.as_literal(vocabulary).is_some_and(|id| id.starts_with("r-"))
}
