//! Makes of each permission set the roles that it is in accounts, and looks up there what it names.
//!
//! A permission set names customer managed policies and a boundary by name and path: which policies those are every account
//! decides for itself. So that what a permission set allows is a question about one account.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::build::deployment;
use super::super::{
    Assigned, CustomerManagedPolicy, Entity, EntityId, EntityKind, Found, Identifiers, ManagedPolicy, Model,
    NamedPolicy, PermissionSet, ProvisionedRole, RoleBoundary, Target,
};
use super::resolve::MOST_POSSIBLE;
use crate::policy::Item;
use crate::resources::Deployment;
use crate::value::{
    Comparison, DeploymentId, Field, Located, Part, Pseudo, Shape, Symbol, Text, Vocabulary, Worlds,
};

/// The roles of all permission sets, in the order of permission sets and assignments.
pub(super) fn provision(model: &mut Model, vocabulary: &Vocabulary) {
    if model.permission_sets.is_empty() {
        return;
    }
    let mut accounts = Accounts::default();
    let places: Vec<Vec<Place>> = model.permission_sets.iter().map(|set| places(model, set)).collect();
    let of: Vec<Vec<DeploymentId>> = model
        .permission_sets
        .iter()
        .zip(&places)
        .map(|(set, places)| {
            places.iter().map(|place| accounts.deployment(model, &set.entity, place, vocabulary)).collect()
        })
        .collect();
    let lookup = Lookup::new(model, vocabulary);
    let mut roles = Vec::new();
    for (set, (places, deployments)) in model.permission_sets.iter().zip(places.into_iter().zip(of)) {
        for (place, deployment) in places.into_iter().zip(deployments) {
            roles.push(role(&lookup, set, place, deployment, roles.len()));
        }
    }
    model.scope.deployments.append(&mut accounts.made);
    model.provisioned_roles = roles;
}

/// Where a permission set is provisioned.
struct Place {
    account: Option<Text>,
    worlds: Worlds,
    assigned: Vec<Assigned>,
}

/// Where a permission set is assigned, or has a role though it is not seen who gets it; once without an account if that is
/// nowhere.
fn places(model: &Model, set: &PermissionSet) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for reference in model.references_to(set.entity.id) {
        let EntityId { kind: EntityKind::Assignment, index } = reference.from else { continue };
        let assignment = &model.assignments[index as usize];
        let (sure, worlds) = match &reference.target {
            Target::Found(found) => match found.iter().find(|found| found.entity == set.entity.id) {
                Some(found) => (found.sure, Some(found.worlds.clone())),
                None => continue,
            },
            // Meant, though written in a way that does not work.
            _ => (false, set.entity.worlds.and(&reference.worlds)),
        };
        let Some(worlds) = worlds else { continue };
        let account = assignment.target.known().map(|target| target.value.clone());
        let account = account.filter(|account| !account.parts().is_empty());
        let assigned = Assigned { assignment: assignment.entity.id, sure };
        let same = places.iter_mut().find_map(|place| {
            let all = (place.account == account).then(|| place.worlds.or(&worlds))??;
            Some((place, all))
        });
        match same {
            Some((place, all)) => {
                place.worlds = all;
                place.assigned.push(assigned);
            }
            None => places.push(Place { account, worlds, assigned: vec![assigned] }),
        }
    }
    let provisioned = set.provisioned_accounts.known().into_iter().flat_map(|list| &list.value);
    for account in provisioned.filter_map(Field::known) {
        let account = Some(account.value.clone());
        if !places.iter().any(|place| place.account == account) {
            places.push(Place { account, worlds: set.entity.worlds.clone(), assigned: Vec::new() });
        }
    }
    if places.is_empty() {
        let worlds = set.entity.worlds.clone();
        places.push(Place { account: None, worlds, assigned: Vec::new() });
    }
    places
}

/// Deployments into the accounts that assignments name: nothing of a template is deployed by them.
#[derive(Default)]
struct Accounts {
    known: FxHashMap<(Option<Text>, Text), DeploymentId>,
    made: Vec<Deployment>,
}

impl Accounts {
    fn deployment(
        &mut self,
        model: &Model,
        set: &Entity,
        place: &Place,
        vocabulary: &Vocabulary,
    ) -> DeploymentId {
        let Some(home) = deployment(&model.scope.deployments, set.deployment) else { return set.deployment };
        let next = model.scope.deployments.len() + self.made.len();
        let made = &mut self.made;
        *self.known.entry((place.account.clone(), home.partition.clone())).or_insert_with(|| {
            let id = DeploymentId(u32::try_from(next).expect("a scan has fewer than 2^32 deployments"));
            let unknown = || {
                let symbol = Symbol::Pseudo(id, Pseudo::AccountId);
                Text::symbol(vocabulary.symbols.intern(symbol, Shape::account_id))
            };
            let account = place.account.clone().unwrap_or_else(unknown);
            made.push(Deployment { id, account, ..home.clone() });
            id
        })
    }
}

fn role(
    lookup: &Lookup<'_>,
    set: &PermissionSet,
    place: Place,
    into: DeploymentId,
    index: usize,
) -> ProvisionedRole {
    let id = EntityId {
        kind: EntityKind::ProvisionedRole,
        index: u32::try_from(index).expect("a scan has fewer than 2^32 entities of a kind"),
    };
    let account = place.account.as_ref();
    let find = |policy: &Located<CustomerManagedPolicy>| {
        lookup.find(&policy.value, account, &place.worlds).map_or(RoleBoundary::Unknown, RoleBoundary::Named)
    };
    let boundary = match &set.boundary {
        Field::Absent => None,
        Field::Unknown(_) => Some(RoleBoundary::Unknown),
        Field::Known(boundary) => {
            let boundary = &boundary.value;
            Some(match (&boundary.managed_policy, &boundary.customer_policy) {
                (Field::Known(arn), Field::Absent) => RoleBoundary::AwsManaged(arn.value.clone()),
                (Field::Absent, Field::Known(policy)) => find(policy),
                _ => RoleBoundary::Unknown,
            })
        }
    };
    let named = set.customer_policies.known().into_iter().flat_map(|list| &list.value);
    let customer_policies = named
        .filter_map(Field::known)
        .filter_map(|policy| lookup.find(&policy.value, account, &place.worlds))
        .collect();
    let home = deployment(&lookup.model.scope.deployments, set.entity.deployment);
    let is_home = home.is_some_and(|home| account == Some(&home.account));
    ProvisionedRole {
        entity: Entity {
            id,
            deployment: into,
            worlds: place.worlds,
            identifiers: Identifiers::new(),
            ..set.entity.clone()
        },
        permission_set: set.entity.id,
        account: place.account,
        assigned: place.assigned,
        names_other_account: !is_home && lookup.names_own_account(set),
        customer_policies,
        boundary,
    }
}

/// Finds managed policies by name, path and account.
struct Lookup<'m> {
    model: &'m Model,
    vocabulary: &'m Vocabulary,
    /// By literal name in lower case.
    by_name: FxHashMap<String, Vec<&'m ManagedPolicy>>,
    /// Those of which the name has symbols in it.
    others: Vec<&'m ManagedPolicy>,
    /// The accounts that templates are deployed into.
    accounts: FxHashSet<&'m Text>,
}

impl<'m> Lookup<'m> {
    fn new(model: &'m Model, vocabulary: &'m Vocabulary) -> Self {
        let accounts = model.scope.deployments.iter().map(|known| &known.account).collect();
        let mut lookup =
            Self { model, vocabulary, by_name: FxHashMap::default(), others: Vec::new(), accounts };
        for policy in &model.managed_policies {
            let literal = policy.name.known().map(|name| name.value.as_literal(vocabulary));
            match (literal, &policy.name) {
                (Some(Some(name)), _) => {
                    lookup.by_name.entry(name.to_ascii_lowercase()).or_default().push(policy);
                }
                // A name that CloudFormation makes up is nobody's reference.
                (_, Field::Absent) => {}
                _ => lookup.others.push(policy),
            }
        }
        lookup
    }

    /// Looks up what a permission set names. `None` if it does not say what.
    fn find(
        &self,
        policy: &CustomerManagedPolicy,
        account: Option<&Text>,
        worlds: &Worlds,
    ) -> Option<NamedPolicy> {
        let name = policy.name.known()?;
        let path = self.path(&policy.path);
        let mut named = NamedPolicy {
            name: name.value.clone(),
            span: name.span,
            path,
            found: Vec::new(),
            near: None,
            account_in_view: account.is_some_and(|account| self.accounts.contains(account)),
        };
        for candidate in self.candidates(&name.value) {
            self.compare(candidate, account, worlds, &mut named);
        }
        // Of several that exist together, none is surely the one.
        let first = named.found.first().map(|found| self.model.entity(found.entity));
        let alike = first.is_none_or(|first| {
            named.found.iter().all(|found| self.model.entity(found.entity).same_resource(first))
        });
        if !alike {
            named.found.iter_mut().for_each(|found| found.sure = false);
        }
        Some(named)
    }

    /// The policies that may have a name.
    fn candidates<'l>(&'l self, name: &Text) -> Box<dyn Iterator<Item = &'m ManagedPolicy> + 'l> {
        match name.as_literal(self.vocabulary) {
            Some(literal) => {
                let known = self.by_name.get(&literal.to_ascii_lowercase()).into_iter().flatten();
                Box::new(known.chain(&self.others).copied())
            }
            None => Box::new(self.model.managed_policies.iter().filter(|policy| !policy.name.is_absent())),
        }
    }

    fn compare(
        &self,
        candidate: &ManagedPolicy,
        account: Option<&Text>,
        worlds: &Worlds,
        named: &mut NamedPolicy,
    ) {
        let home = deployment(&self.model.scope.deployments, candidate.entity.deployment);
        let in_account = match (home, account) {
            (Some(home), Some(account)) => home.account.compare(account, self.vocabulary),
            _ => Comparison::Undecided,
        };
        if in_account == Comparison::Different {
            return;
        }
        let has_name = match &candidate.name {
            Field::Known(name) => name.value.compare(&named.name, self.vocabulary),
            _ => Comparison::Undecided,
        };
        let has_path = match (self.path(&candidate.path), &named.path) {
            (Some(one), Some(other)) => one.compare(other, self.vocabulary),
            _ => Comparison::Undecided,
        };
        let parts = [in_account, has_name, has_path];
        if parts.contains(&Comparison::Different) {
            let is_alike = |name: &Located<Text>| {
                let one = name.value.as_literal(self.vocabulary);
                one.zip(named.name.as_literal(self.vocabulary))
                    .is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
            };
            if has_name == Comparison::Equal || candidate.name.known().is_some_and(is_alike) {
                named.near.get_or_insert(candidate.entity.id);
            }
            return;
        }
        let Some(both) = worlds.and(&candidate.entity.worlds) else { return };
        if named.found.len() < MOST_POSSIBLE {
            let sure = parts.iter().all(|part| *part == Comparison::Equal);
            named.found.push(Found { entity: candidate.entity.id, sure, worlds: both });
        }
    }

    /// Whether the inline policy has `AWS::AccountId` in a resource, which stands for the account of the template.
    fn names_own_account(&self, set: &PermissionSet) -> bool {
        let Field::Known(attached) = &set.inline_policy else { return false };
        let is_account = |part: &Part| {
            matches!(part, Part::Symbol(symbol)
                if matches!(self.vocabulary.symbols.symbol(*symbol), Symbol::Pseudo(_, Pseudo::AccountId)))
        };
        self.model.policy(&attached.value).statements.iter().any(|statement| {
            let resources = [&statement.resources.only, &statement.resources.except];
            let mut items = resources.into_iter().flatten().flatten().filter_map(Item::text);
            items.any(|text| text.parts().iter().any(is_account))
        })
    }

    /// A path; `/` if none is written, `None` if it is not known.
    fn path(&self, path: &Field<Text>) -> Option<Text> {
        match path {
            Field::Absent => Some(self.vocabulary.literal("/")),
            Field::Known(path) => Some(path.value.clone()),
            Field::Unknown(_) => None,
        }
    }
}
