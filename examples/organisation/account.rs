//! The roles of one account, and its stacks.

use std::collections::BTreeMap;

use super::permissions::{self, BOUNDARY, Permissions};
use super::random::Random;
use super::template::{Value, map, resource, template, text, texts};
use super::{names, trusts};

/// The roles of an account.
pub(crate) const ROLES: usize = 1000;

/// The trust policies that an account brings in that no other has.
pub(crate) const NEW_TRUSTS: usize = ROLES / 5;

/// The sets of permissions that an account brings in that no other has.
pub(crate) const NEW_PERMISSIONS: usize = ROLES * 3 / 10;

/// The roles of an account that may assume every role.
pub(crate) const ASSUMING_ALL: usize = ROLES / 20;

/// The roles with a denial, and as many with a boundary.
pub(crate) const LIMITED: usize = ROLES / 100;

/// The hops of the chains that begin in each account.
pub(crate) const CHAINS: [usize; 4] = [2, 3, 4, 5];

/// The members of chains in each account: one for each place in a chain.
const MEMBERS: usize = 18;

/// The identity pools of each account.
const POOLS: [&str; 2] = [WITH_GUESTS, "Partners"];

/// The identity pool that lets guests in.
pub(crate) const WITH_GUESTS: &str = "Customers";

/// The roles that identity pools hand out: two each.
const OF_POOLS: usize = 4;

/// A role.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    /// Its name, which no other role has.
    pub(crate) name: String,
    /// Its trust policy.
    pub(crate) trust: Value,
    /// The trust policy as a text, equal for those that are equal but for the own account.
    pub(crate) trust_key: String,
    /// What it may do.
    pub(crate) permissions: Permissions,
}

/// Where a place in a chain is: the number of the chain, how many hops before it, and its index in its account.
fn places() -> impl Iterator<Item = (usize, usize, usize)> {
    let first = |chain: usize| CHAINS[..chain].iter().map(|hops| hops + 1).sum::<usize>();
    (0..CHAINS.len())
        .flat_map(move |chain| (0..=CHAINS[chain]).map(move |hop| (chain, hop, first(chain) + hop)))
}

/// The roles of account `number` among `count`.
pub(crate) fn roles(number: usize, count: usize, random: &mut Random) -> Vec<Role> {
    let first = number == 0;
    let mut trusts: Vec<Value> = Vec::new();
    let mut permissions: Vec<Permissions> = Vec::new();
    let serial = |index: usize| number * 10_000 + index;
    let ends = permissions::chain_ends(serial(0));
    for (chain, hop, index) in places() {
        trusts.push(match hop {
            0 => trusts::github(serial(index), random),
            _ => trusts::other_role((number + count - 1) % count, index - 1),
        });
        permissions.push(if hop == CHAINS[chain] {
            ends[chain].clone()
        } else {
            permissions::next_role(names::role_arn((number + 1) % count, index + 1))
        });
    }
    for pool in POOLS {
        trusts.extend([false, true].map(|guests| trusts::cognito(pool, guests)));
    }
    let common_trusts = trusts::common();
    // What all accounts have is new in the first one.
    let wanted = NEW_TRUSTS - if first { common_trusts.len() } else { 0 };
    let own: Vec<Value> =
        (trusts.len()..wanted).map(|at| new_trust(number, serial(at), at, random)).collect();
    trusts.extend(own.iter().cloned());
    if first {
        trusts.extend(common_trusts.iter().map(|(_, trust)| trust.clone()));
    }
    let weighted = weighted(common_trusts);
    while trusts.len() < ROLES {
        let one = if random.below(100) < 85 { random.one_of(&weighted) } else { random.one_of(&own) };
        trusts.push(one.clone());
    }
    permissions.extend(other_permissions(number, first, random));
    // What belongs together stays so; all else meets as it comes.
    random.shuffle(&mut trusts[MEMBERS + OF_POOLS..]);
    random.shuffle(&mut permissions[MEMBERS..]);
    let role = |(index, (trust, permissions)): (usize, (Value, Permissions))| {
        // Each account has pools of its own.
        let of_pool = (MEMBERS..MEMBERS + OF_POOLS).contains(&index);
        let pools_of = if of_pool { names::account(number) } else { String::new() };
        let trust_key = trust.yaml() + &pools_of;
        Role { name: names::role(number, index), trust, trust_key, permissions }
    };
    trusts.into_iter().zip(permissions).enumerate().map(role).collect()
}

/// A trust policy that nobody else has.
fn new_trust(account: usize, serial: usize, at: usize, random: &mut Random) -> Value {
    match at % 18 {
        0..6 => trusts::github(serial, random),
        6..11 => trusts::kubernetes(account, serial, random),
        11 | 12 => trusts::own_role(account, at),
        13 | 14 => trusts::external(serial, random),
        15 => trusts::gitlab(serial),
        16 => trusts::for_resource(serial, random),
        _ => trusts::some_own_roles(serial),
    }
}

/// The permissions of all but the members of chains.
fn other_permissions(number: usize, first: bool, random: &mut Random) -> Vec<Permissions> {
    let serial = |index: usize| number * 10_000 + index;
    let common = permissions::common();
    let assuming = permissions::assuming_all();
    // New besides: all of the chains but for the three ends that all accounts have.
    let mut wanted = NEW_PERMISSIONS - (MEMBERS - 3);
    let mut all = Vec::new();
    if first {
        // Two of the ends are not among those of many roles.
        wanted -= common.len() + assuming.len() + 2;
        all.extend(common.iter().map(|(_, permissions)| permissions.clone()));
        all.extend(assuming.iter().cloned());
    }
    let mut own = Vec::new();
    for at in MEMBERS..MEMBERS + wanted {
        let plain = || permissions::workload(number, serial(at), &mut random.clone());
        let one = match at - MEMBERS {
            0..15 => permissions::assuming_all_and(serial(at)),
            15..20 => plain().with_denial(),
            20..25 => plain().with_boundary(),
            _ => plain(),
        };
        random.next();
        if at >= MEMBERS + 25 {
            own.push(one.clone());
        }
        all.push(one);
    }
    let assumes_all = all.iter().filter(|one| one.assumes_all).count();
    all.extend((assumes_all..ASSUMING_ALL).map(|_| random.one_of(&assuming).clone()));
    for which in [|one: &Permissions| one.denies, |one: &Permissions| one.bounded] {
        let known: Vec<Permissions> = all.iter().filter(|one| which(one)).cloned().collect();
        all.extend((known.len()..LIMITED).map(|at| known[at % known.len()].clone()));
    }
    let weighted = weighted(common);
    while all.len() < ROLES - MEMBERS {
        let one = if random.below(100) < 75 { random.one_of(&weighted) } else { random.one_of(&own) };
        all.push(one.clone());
    }
    all
}

/// Each item as often as its weight says.
fn weighted<T: Clone>(items: Vec<(usize, T)>) -> Vec<T> {
    items.into_iter().flat_map(|(weight, item)| std::iter::repeat_n(item, weight)).collect()
}

/// The issuers that account `number` trusts, with the audience of each.
pub(crate) fn issuers(number: usize) -> Vec<(String, &'static str)> {
    let mut all = vec![
        ("token.actions.githubusercontent.com".to_owned(), "sts.amazonaws.com"),
        ("gitlab.example.com".to_owned(), "https://gitlab.example.com"),
    ];
    all.extend((0..3).map(|cluster| (names::cluster(number, cluster), "sts.amazonaws.com")));
    all
}

/// The identity pools of an account with the roles made for them.
pub(crate) fn pools(roles: &[Role]) -> impl Iterator<Item = (&'static str, &[Role])> {
    POOLS.into_iter().zip(roles[MEMBERS..MEMBERS + OF_POOLS].chunks(2))
}

/// Which of its roles a pool hands out, and to whom.
pub(crate) fn given<'r>(pool: &str, roles: &'r [Role]) -> impl Iterator<Item = (&'static str, &'r Role)> {
    let count = if pool == WITH_GUESTS { 2 } else { 1 };
    ["authenticated", "unauthenticated"].into_iter().zip(roles).take(count)
}

/// The managed policies of an account, by name.
pub(crate) fn managed_policies<'r>(roles: &'r [Role], boundary: &'r Value) -> BTreeMap<&'r str, &'r Value> {
    let own = roles.iter().filter_map(|role| role.permissions.managed.as_ref());
    own.map(|(name, document)| (name.as_str(), document)).chain([(BOUNDARY, boundary)]).collect()
}

/// The templates of an account, by name of their file.
pub(crate) fn stacks(number: usize, roles: &[Role], random: &mut Random) -> Vec<(String, String)> {
    let (base, others) = roles.split_at(MEMBERS + OF_POOLS);
    let members = &base[..MEMBERS];
    let mut all = vec![("base.yaml".to_owned(), base_stack(number, roles).yaml())];
    let mut others: Vec<&Role> = members.iter().chain(others).collect();
    random.shuffle(&mut others);
    let mut rest = others.as_slice();
    while !rest.is_empty() {
        let size = 100 + random.below(151);
        let (stack, left) = rest.split_at(size.min(rest.len()));
        rest = left;
        let at = all.len();
        // Every third is the output of the CDK.
        if at % 3 == 0 {
            all.push((format!("workload-{at}.template.json"), workload_stack(number, stack, true).json()));
        } else {
            all.push((format!("workload-{at}.yaml"), workload_stack(number, stack, false).yaml()));
        }
    }
    all
}

fn workload_stack(number: usize, roles: &[&Role], apart: bool) -> Value {
    let mut resources = Vec::new();
    for role in roles {
        add(role, apart, &mut resources);
    }
    template(&format!("Workloads of {}", names::team(number)), resources)
}

/// A role as a resource; with its inline policies as resources of their own if they are to be `apart`.
fn add(role: &Role, apart: bool, resources: &mut Vec<(String, Value)>) {
    let id = names::logical_id(&role.name);
    let own = |name: &str| text(format!("arn:aws:iam::${{AWS::AccountId}}:policy/{name}"));
    let mut properties =
        vec![("RoleName", text(role.name.as_str())), ("AssumeRolePolicyDocument", role.trust.clone())];
    let aws = role.permissions.aws.iter().map(|name| text(format!("arn:aws:iam::aws:policy/{name}")));
    let managed: Vec<Value> = aws.chain(role.permissions.managed.iter().map(|(name, _)| own(name))).collect();
    if !managed.is_empty() {
        properties.push(("ManagedPolicyArns", Value::List(managed)));
    }
    if role.permissions.bounded {
        properties.push(("PermissionsBoundary", own(BOUNDARY)));
    }
    let inline = role.permissions.inline.iter().enumerate();
    if !apart && !role.permissions.inline.is_empty() {
        let policies = inline.clone().map(|(_, (name, document))| {
            map([("PolicyName", text(*name)), ("PolicyDocument", document.clone())])
        });
        properties.push(("Policies", Value::List(policies.collect())));
    }
    let tags = map([("Key", text("team")), ("Value", text(role.name.split('-').next().unwrap_or_default()))]);
    properties.push(("Tags", Value::List(vec![tags])));
    resources.push((id.clone(), resource("AWS::IAM::Role", properties)));
    if apart {
        for (at, (name, document)) in inline {
            let properties = vec![
                ("PolicyName", text(*name)),
                ("PolicyDocument", document.clone()),
                ("Roles", Value::List(vec![Value::Ref(id.clone())])),
            ];
            resources.push((format!("{id}Policy{at}"), resource("AWS::IAM::Policy", properties)));
        }
    }
}

/// Providers, pools with their roles, and policies that several stacks use.
fn base_stack(number: usize, roles: &[Role]) -> Value {
    let ids = ["GitHub", "GitLab", "Cluster0", "Cluster1", "Cluster2"];
    let mut resources = Vec::new();
    for (id, (issuer, audience)) in ids.into_iter().zip(issuers(number)) {
        let url = text(format!("https://{issuer}"));
        let properties = vec![("Url", url), ("ClientIdList", texts([audience]))];
        resources.push((id.to_owned(), resource("AWS::IAM::OIDCProvider", properties)));
    }
    let metadata = text("{{resolve:ssm:/corporate/metadata}}");
    let saml = vec![("Name", text("corporate")), ("SamlMetadataDocument", metadata)];
    resources.push(("Corporate".to_owned(), resource("AWS::IAM::SAMLProvider", saml)));
    for (pool, roles) in pools(roles) {
        pool_with(pool, roles, &mut resources);
    }
    for role in pools(roles).flat_map(|(_, roles)| roles) {
        add(role, false, &mut resources);
    }
    let boundary = permissions::boundary();
    for (name, document) in managed_policies(roles, &boundary) {
        let properties = vec![("ManagedPolicyName", text(name)), ("PolicyDocument", document.clone())];
        resources.push((names::logical_id(name), resource("AWS::IAM::ManagedPolicy", properties)));
    }
    template(&format!("Base of account {}", names::account(number)), resources)
}

/// An identity pool behind a user pool, and the roles that it hands out.
fn pool_with(pool: &str, roles: &[Role], resources: &mut Vec<(String, Value)>) {
    let administrators = map([("AllowAdminCreateUserOnly", Value::Truth(true))]);
    let users = vec![("AdminCreateUserConfig", administrators)];
    resources.push((format!("{pool}Users"), resource("AWS::Cognito::UserPool", users)));
    let client = vec![("UserPoolId", Value::Ref(format!("{pool}Users")))];
    resources.push((format!("{pool}Client"), resource("AWS::Cognito::UserPoolClient", client)));
    let login = map([
        ("ClientId", Value::Ref(format!("{pool}Client"))),
        ("ProviderName", Value::Attribute(format!("{pool}Users"), "ProviderName")),
        ("ServerSideTokenCheck", Value::Truth(true)),
    ]);
    let properties = vec![
        ("AllowUnauthenticatedIdentities", Value::Truth(pool == WITH_GUESTS)),
        ("CognitoIdentityProviders", Value::List(vec![login])),
    ];
    resources.push((pool.to_owned(), resource("AWS::Cognito::IdentityPool", properties)));
    let arn = |role: &Role| Value::Attribute(names::logical_id(&role.name), "Arn");
    let given = given(pool, roles).map(|(who, role)| (who, arn(role)));
    let attachment = vec![("IdentityPoolId", Value::Ref(pool.to_owned())), ("Roles", map(given))];
    resources
        .push((format!("{pool}Roles"), resource("AWS::Cognito::IdentityPoolRoleAttachment", attachment)));
}
