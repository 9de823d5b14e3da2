//! Which Cognito identity pools can hand out a role, and to whom of their users.

use super::view::{Ask, Judged, View, Width, Workshops, views_with};
use super::{Exposure, Reach};
use crate::analysis::Analysis;
use crate::facts::entrance::Population;
use crate::facts::identity_pool::truth;
use crate::facts::pool_use::{NamedPool, PoolUse, pool_use};
use crate::facts::remedy::{self, NewTest};
use crate::facts::{Common, Fact, LevelOf, OneOf, fact, words};
use crate::finding::{Fix, Value};
use crate::knowledge::sender::VariableId;
use crate::model::{IdentityPool, ReferencePlace, Role, Target};
use crate::policy::{Comparator, Effect, Policy, Quantifier, Wanted, Witness};
use crate::value::{Bounds, Comparison, Text, Vocabulary, Worlds};

words! {
    /// Whether a role is confined to identity pools that it names.
    Audience {
        /// Any pool's tokens are admitted, as far as the trust policy says.
        Any = "any",
        /// Only those of named pools.
        Pinned = "pinned",
    }
}

fact! {
    /// One identity pool whose tokens a role's trust policy admits, or that it admits those of any pool.
    CognitoTrust = "cognito-trust" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// The pool's logical id if it is in view, else its id; absent if any pool is admitted.
        pool: Option<Text> = "pool",
        /// Whether the role is confined to named pools.
        audience: OneOf<Audience> = "audience",
        /// True if somebody who signed in nowhere is admitted with the pool's token.
        guests: Bounds<bool> = "guests",
        /// True if users who signed in are admitted with the pool's token.
        users: Bounds<bool> = "users",
        /// True if the pool is in view.
        pool_known: Bounds<bool> = "pool.known",
        /// True if the pool lets guests in.
        pool_guests_on: Bounds<bool> = "pool.guests-on",
        /// True if the pool's users may choose any role that admits them.
        pool_classic_flow: Bounds<bool> = "pool.classic-flow",
        /// True if the pool is in another account than the role.
        pool_elsewhere: Bounds<bool> = "pool.other-account",
        /// Whom the pool gives the role, by its attachment, role mappings and the groups of its user pools.
        used_as: OneOf<PoolUse> = "used-as",
        /// True if the role trusts several named pools.
        shared: Bounds<bool> = "shared",
        /// True if the same deployment has a pool with guests and the classic flow.
        open_pool: Bounds<bool> = "open-pool",
        /// The id of a pool that is let in, for example.
        example: Option<Text> = "example",
        /// How far out those are who get the role.
        reach: LevelOf<Reach> = "reach",
        /// What the role allows.
        exposure: LevelOf<Exposure> = "exposure",
    }
    evidence {
        /// The conditions of the statement.
        "conditions",
        /// Where the pool, or a pool of the deployment, switches guests on or off.
        "guests",
        /// Where that pool switches the classic flow on or off.
        "classic-flow",
    }
    remedies {
        /// The statement asks for the one identity pool that gives the role, and whether somebody signed in, as that pool gives it.
        test_pool: "test-pool",
        /// The statement asks that somebody signed in, where the pool gives the role to nobody else.
        test_sign_in: "test-sign-in",
    }
}

/// Hands over the facts, and returns who gets in through pools that are not in view.
pub(super) fn each(view: &View<'_>, take: &mut dyn FnMut(&dyn Fact)) -> Vec<Bounds<Population>> {
    let Some(variable) = view.sender.variable("pool") else { return Vec::new() };
    let mut populations = Vec::new();
    let mut take = |fact: &CognitoTrust| {
        populations.extend(fact.populations());
        take(fact);
    };
    let take = &mut take;
    let trust = Trust { view, variable };
    let width = view.width(&[variable], &Ask::default());
    match (&width.possible.0, &width.sure.0) {
        (Width::Any | Width::Alike, Width::Any | Width::Alike) => trust.any(width.sure.1.as_deref(), take),
        // What is not known confines the role to pools that are not known.
        (Width::None | Width::Any | Width::Alike, _) => {}
        (Width::Few(few), _) => {
            let mut pools: Vec<&String> = few.iter().map(|(_, pool)| pool).collect();
            pools.sort();
            pools.dedup();
            for pool in &pools {
                trust.named(pool, pools.len() > 1, take);
            }
        }
    }
    populations
}

impl CognitoTrust {
    /// Who gets in, if the pool is not in view: whoever makes or uses one in the account, users and guests.
    fn populations(&self) -> Vec<Bounds<Population>> {
        if self.pool_known.sure {
            return Vec::new();
        }
        let entering = |admitted: Bounds<bool>, population| Bounds {
            sure: if admitted.sure { population } else { Population::Nobody },
            possible: if admitted.possible { population } else { Population::Nobody },
        };
        let users = if self.pool.is_none() { Population::OwnAccount } else { Population::UserPoolUser };
        // Whether a pool that is not in view has guests is not known.
        let guests = self.guests.and(if self.pool.is_none() { self.open_pool } else { Bounds::UNDECIDED });
        vec![entering(self.users, users), entering(guests, Population::Guest)]
    }
}

/// Whether a role's trust policy admits the tokens that an identity pool gives to guests, or to users who signed in.
pub(in crate::facts) fn admits<'a>(
    analysis: &'a Analysis<'a>,
    role: &'a Role,
    pool: &Text,
    guest: bool,
    workshops: &Workshops<'a>,
) -> Bounds<bool> {
    let Some(id) = pool.with_tokens(analysis.vocabulary) else { return Bounds::UNDECIDED };
    analysis.admits_tokens(role.entity.id, pool, guest, || {
        let mut admits = Bounds::decided(false);
        for view in &views_with(analysis, role, workshops, None) {
            let variable = view.sender.variable("pool").filter(|_| view.is_identity_pool());
            let Some(variable) = variable else { continue };
            let wanted = [Wanted::Exactly(variable, id.clone())];
            admits = admits.or(Trust { view, variable }.ask(guest, &wanted).admitted);
        }
        admits
    })
}

/// A view of Cognito, with the variable that stands for the pool.
struct Trust<'v, 'a> {
    view: &'v View<'a>,
    variable: VariableId,
}

/// What is known of an admitted pool.
struct Pool<'a> {
    /// `None` for any pool.
    named: Option<NamedPool<'a>>,
    worlds: Worlds,
}

impl Trust<'_, '_> {
    /// Any pool's tokens are admitted.
    fn any(&self, witness: Option<&Witness>, take: &mut dyn FnMut(&CognitoTrust)) {
        let audience = OneOf::only(Audience::Any);
        let worlds = self.view.role.entity.worlds.clone();
        self.give(&Pool { named: None, worlds }, audience, false, &[], witness, take);
    }

    /// A pool that the trust policy names by this text, with symbols by their tokens.
    fn named(&self, pool: &str, shared: bool, take: &mut dyn FnMut(&CognitoTrust)) {
        let analysis = self.view.analysis;
        let wanted = [Wanted::Exactly(self.variable, pool.to_owned())];
        let audience = OneOf::only(Audience::Pinned);
        let references = analysis.model.references_of(self.view.role.entity.id);
        let reference = references.iter().find(|reference| {
            reference.place == ReferencePlace::TrustedIdentityPool
                && reference.text.with_tokens(analysis.vocabulary).as_deref() == Some(pool)
        });
        let mut rest = Some(self.view.role.entity.worlds.clone());
        if let Some(Target::Found(found)) = reference.map(|reference| &reference.target) {
            for found in found {
                let Some(of) = analysis.model.get::<IdentityPool>(found.entity) else { continue };
                let Some(worlds) = found.worlds.and(&self.view.role.entity.worlds) else { continue };
                rest = rest.and_then(|rest| rest.without(&worlds));
                // One that it only may be tells nothing for sure.
                if found.sure {
                    let of = Pool { named: Some(NamedPool::InView(of)), worlds };
                    self.give(&of, audience, shared, &wanted, None, take);
                } else {
                    let text = reference.map(|reference| &reference.text);
                    let named = text.map(NamedPool::Elsewhere);
                    self.give(&Pool { named, worlds }, audience, shared, &wanted, None, take);
                }
            }
        }
        if let Some(worlds) = rest {
            let text = match reference {
                Some(reference) => reference.text.clone(),
                None => analysis.vocabulary.literal(&analysis.vocabulary.without_tokens(pool)),
            };
            let of = Pool { named: Some(NamedPool::Elsewhere(&text)), worlds };
            self.give(&of, audience, shared, &wanted, None, take);
        }
    }

    fn give(
        &self,
        pool: &Pool<'_>,
        audience: OneOf<Audience>,
        shared: bool,
        wanted: &[Wanted],
        witness: Option<&Witness>,
        take: &mut dyn FnMut(&CognitoTrust),
    ) {
        let view = self.view;
        let vocabulary = view.analysis.vocabulary;
        let guests = self.ask(true, wanted);
        let users = self.ask(false, wanted);
        let in_view = match pool.named {
            Some(NamedPool::InView(pool)) => Some(pool),
            _ => None,
        };
        let (open_pool, door) = match pool.named {
            None => self.open_pool(&pool.worlds),
            Some(_) => (Bounds::decided(false), None),
        };
        let guests_on = in_view.map_or(Bounds::UNDECIDED, |pool| truth(&pool.guests));
        let classic_flow = in_view.map_or(Bounds::UNDECIDED, |pool| truth(&pool.classic_flow));
        let witness = witness.or(guests.witness.as_deref()).or(users.witness.as_deref());
        let mut common = view.common_of_entry();
        common.worlds = pool.worlds.clone();
        common.evidence = super::conditions(view);
        if let Some(shown) = in_view.or(door) {
            common.evidence.extend(switches(shown));
        }
        common.witness = witness.map(|witness| view.shown(witness));
        let name = match pool.named {
            Some(NamedPool::InView(pool)) => Some(Text::literal(pool.entity.logical_id)),
            Some(NamedPool::Elsewhere(id)) => Some(id.clone()),
            None => None,
        };
        common.cause.extend(name.clone());
        let anybody = match pool.named {
            None => open_pool,
            Some(_) => guests_on.and(classic_flow).and(guests.admitted),
        };
        let used_as = match pool.named {
            Some(pool) => pool_use(view.analysis, pool, view.role),
            None => OneOf::none(),
        };
        let is_for_users = used_as == OneOf::only(PoolUse::User) && !shared && guests.admitted.possible;
        take(&CognitoTrust {
            test_pool: if pool.named.is_none() { self.test_pool() } else { None },
            test_sign_in: if is_for_users { self.test_sign_in() } else { None },
            common: Common { ..common },
            role: view.role_name(),
            pool: name,
            audience,
            guests: guests.admitted,
            users: users.admitted,
            pool_known: Bounds::decided(in_view.is_some()),
            pool_guests_on: guests_on,
            pool_classic_flow: classic_flow,
            pool_elsewhere: self.elsewhere(in_view),
            used_as,
            shared: Bounds::decided(shared),
            open_pool,
            example: witness.map(|witness| {
                let value = &witness.variables[usize::from(self.variable)];
                vocabulary.literal(&vocabulary.without_tokens(value))
            }),
            reach: match anybody.known() {
                Some(true) => LevelOf::only(Reach::Outermost),
                _ => LevelOf::only(Reach::Inner),
            },
            exposure: self.view.exposure(),
        });
    }

    /// The test whose token it is, and whether its holder signed in.
    fn test_pool(&self) -> Option<Fix> {
        let view = self.view;
        let (index, statement) = remedy::only_statement(view.policy, view.principal)?;
        let pool = remedy::only_pool(view.analysis, view.role)?;
        let vocabulary = view.analysis.vocabulary;
        let id = remedy::reference(&view.role.entity, &pool.entity, None, vocabulary)?;
        let host = view.principal.value.text()?.as_literal(vocabulary)?;
        let mut tests = vec![NewTest { operator: "StringEquals", key: format!("{host}:aud"), value: id }];
        let mut title = format!(
            "test `{host}:aud` for identity pool `{}`",
            vocabulary.names.text(pool.entity.logical_id)
        );
        let used_as = pool_use(view.analysis, NamedPool::InView(pool), view.role);
        let wanted = [(PoolUse::Guest, "unauthenticated"), (PoolUse::User, "authenticated")]
            .into_iter()
            .find(|(word, _)| used_as == OneOf::only(*word));
        if let Some((_, value)) = wanted
            && !remedy::tests(statement, &format!("{host}:amr"), vocabulary)
        {
            tests.push(sign_in_test(host, value));
            title += &format!(", and `{host}:amr` for `{value}`");
        }
        remedy::safe(title, remedy::add_tests(view.trust, index, &tests))
    }

    /// The test whether somebody signed in.
    fn test_sign_in(&self) -> Option<Fix> {
        let view = self.view;
        let (index, statement) = remedy::only_statement(view.policy, view.principal)?;
        let vocabulary = view.analysis.vocabulary;
        let host = view.principal.value.text()?.as_literal(vocabulary)?;
        if remedy::tests(statement, &format!("{host}:amr"), vocabulary) {
            return None;
        }
        let change = remedy::add_tests(view.trust, index, &[sign_in_test(host, "authenticated")]);
        remedy::safe(format!("test `{host}:amr` for `authenticated`"), change)
    }

    /// Whether guests, or users who signed in, are admitted.
    fn ask(&self, guest: bool, wanted: &[Wanted]) -> Judged {
        let kind = self.view.sender.kinds.iter().position(|kind| kind.guest == guest);
        let judged = self.view.ask(&Ask { wanted, kind, ..Ask::default() });
        if judged.admitted.known().is_some() {
            return judged;
        }
        // What an operator without set operator does with `amr` is not documented, but at the most what it would do
        // with one for any value: it decides nothing that this refuses.
        let policy = for_any_value(self.view.policy, self.view.analysis.vocabulary);
        let widest = self.view.ask(&Ask { wanted, kind, policy: Some(&policy), ..Ask::default() });
        if widest.admitted.possible { judged } else { widest }
    }

    /// Whether the role's deployment has a pool with guests and the classic flow; with one that is, or may be, so.
    fn open_pool(&self, worlds: &Worlds) -> (Bounds<bool>, Option<&IdentityPool>) {
        let mut open = Bounds::decided(false);
        let mut shown = None;
        for pool in &self.view.analysis.model.identity_pools {
            if pool.entity.deployment != self.view.role.entity.deployment
                || pool.entity.worlds.and(worlds).is_none()
            {
                continue;
            }
            let both = truth(&pool.guests).and(truth(&pool.classic_flow));
            // Where the pool is not in all worlds in which the role is, it is not there for sure.
            let there = Bounds { sure: worlds.without(&pool.entity.worlds).is_none(), possible: true };
            let both = both.and(there);
            if both.sure || (both.possible && shown.is_none()) {
                shown = Some(pool);
            }
            open = open.or(both);
        }
        (open, shown)
    }

    /// Whether a pool is in another account than the role.
    fn elsewhere(&self, pool: Option<&IdentityPool>) -> Bounds<bool> {
        let analysis = self.view.analysis;
        let Some(pool) = pool else { return Bounds::UNDECIDED };
        let (own, other) = (self.view.role.entity.deployment, pool.entity.deployment);
        if own == other {
            return Bounds::decided(false);
        }
        let account = |id| analysis.model.scope.deployment(id).map(|known| &known.account);
        match (account(own), account(other)) {
            (Some(own), Some(other)) => match own.compare(other, analysis.vocabulary) {
                Comparison::Equal => Bounds::decided(false),
                Comparison::Different => Bounds::decided(true),
                Comparison::Undecided => Bounds::UNDECIDED,
            },
            _ => Bounds::UNDECIDED,
        }
    }
}

/// The policy with `ForAnyValue` before positive operators without set operator that allow something on `amr`.
fn for_any_value(policy: &Policy, vocabulary: &Vocabulary) -> Policy {
    let mut policy = policy.clone();
    let allows = policy.statements.iter_mut().filter(|statement| statement.effect == Effect::Allow);
    for test in allows.filter_map(|statement| statement.conditions.as_mut()).flatten() {
        let is_amr =
            test.literal_key(vocabulary).is_some_and(|key| key.to_ascii_lowercase().ends_with(":amr"));
        let comparator = test.operator.comparator;
        let is_string = matches!(
            comparator,
            Comparator::StringEquals | Comparator::StringEqualsIgnoreCase | Comparator::StringLike
        );
        if is_amr && is_string && test.operator.quantifier.is_none() {
            test.operator.quantifier = Some(Quantifier::ForAnyValue);
        }
    }
    policy
}

/// A test of `amr`, as AWS's own examples write it.
fn sign_in_test(host: &str, value: &str) -> NewTest<'static> {
    NewTest {
        operator: "ForAnyValue:StringLike",
        key: format!("{host}:amr"),
        value: Value::Text(value.to_owned()),
    }
}

/// Where a pool switches guests and the classic flow on or off.
fn switches(pool: &IdentityPool) -> impl Iterator<Item = crate::facts::Evidence> {
    let guests = pool.guests.span().map(|span| crate::facts::Evidence { role: "guests", span });
    let flow = pool.classic_flow.span().map(|span| crate::facts::Evidence { role: "classic-flow", span });
    guests.into_iter().chain(flow)
}
