//! Whether a trusted principal can get in at all, statement by statement, and what keeps it out if not.

use super::view::{Ask, Kind, View};
use super::{new_claim, saml};
use crate::facts::{Common, Evidence, Fact, OneOf, fact, remedy, words};
use crate::finding::{Change, Fix, How, Value, entry};
use crate::knowledge::sender::{Format, Piece, Presence, Values};
use crate::policy::{
    Answer, Bound, Clause, Comparator, Effect, Element, Item, Operator, Policy, PolicyPath, Quantifier,
    Statement, Test, Version,
};
use crate::value::{Bounds, Text};

words! {
    /// Whether a statement lets its principal in.
    Outcome {
        /// It does, or may.
        Admits = "admits",
        /// It never does.
        Never = "never",
    }
}

words! {
    /// What keeps the principal out.
    Killer {
        /// Nothing does, as far as can be said.
        Nothing = "nothing",
        /// A value with `*` or `?` under an operator that takes them as they are.
        LiteralWildcard = "literal-wildcard",
        /// A key that begins with another issuer than that of the principal.
        WrongPrefix = "wrong-prefix",
        /// A key that only requests with AWS credentials have.
        NeedsCredentials = "needs-credentials",
        /// A key that no request of the principal has.
        NeverThere = "never-there",
        /// An audience that no token or assertion can have.
        Audience = "audience",
        /// Values that the key never has.
        Value = "value",
        /// Values other than the one that the key always has.
        FixedValue = "fixed-value",
        /// A key with several values under an operator without `ForAnyValue` or `ForAllValues`.
        MultiValued = "multi-valued",
        /// Tests that each may hold, but never together.
        Contradiction = "contradiction",
        /// A Deny statement.
        Denied = "denied",
        /// A time that is over.
        Expired = "expired",
        /// The policy allows nothing to anybody.
        Closed = "closed",
    }
}

fact! {
    /// One statement of a role's trust policy that allows something, for one of its principals: whether it can ever let it in.
    TrustOutcome = "trust-outcome" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// The principal.
        principal: Option<Text> = "principal",
        /// Whether the statement lets it in.
        outcome: OneOf<Outcome> = "outcome",
        /// What keeps it out.
        killer: OneOf<Killer> = "killer",
        /// The condition key that does.
        key: Option<Text> = "key",
        /// The value that does.
        value: Option<Text> = "value",
        /// The value that the key always has, if there is one.
        actual: Option<Text> = "actual",
        /// True if no other statement lets the principal in either.
        alone: Bounds<bool> = "alone",
    }
    evidence {
        /// The Deny statement.
        "deny",
        /// The principal.
        "principal",
        /// Who makes the assertions, by the provider's metadata.
        "entity-id",
    }
    remedies {
        /// The operator or the value of the test becomes one that requests can meet, where that is known.
        right_test: "right-test",
    }
}

pub(super) fn each(view: &View<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let policy = view.policy;
    let denies = policy.statements.iter().any(|statement| statement.effect != Effect::Allow);
    for (index, statement) in (0u16..).zip(&policy.statements) {
        let names = |statement: &Statement| {
            statement
                .principals
                .only
                .iter()
                .flatten()
                .any(|principal| principal.value == view.principal.value)
        };
        if statement.effect != Effect::Allow || !names(statement) {
            continue;
        }
        let tested = statement.conditions.as_ref().is_some_and(|tests| !tests.is_empty());
        if !tested && !denies {
            continue;
        }
        let found = view.once("outcome", usize::from(index), || decided(view, index, statement));
        take(&found.fact(view));
    }
}

/// The fact of a role whose policy allows nothing.
pub(super) fn closed(
    analysis: &crate::analysis::Analysis<'_>,
    role: &crate::model::Role,
    take: &mut dyn FnMut(&dyn Fact),
) {
    let crate::value::Field::Known(trust) = &role.trust else { return };
    let statements = &analysis.model.policy(&trust.value).statements;
    if statements.is_empty() || statements.iter().any(|statement| statement.effect != Effect::Deny) {
        return;
    }
    let place = trust.value.place(PolicyPath::new(0, Element::Effect));
    take(&TrustOutcome {
        common: Common {
            subject: role.entity.id,
            place,
            certainty: analysis.stability(role.entity.id, crate::analysis::Change::Trust),
            worlds: role.entity.worlds.clone(),
            evidence: Vec::new(),
            cause: Vec::new(),
            witness: None,
        },
        role: Some(Text::literal(role.entity.logical_id)),
        principal: None,
        outcome: OneOf::only(Outcome::Never),
        killer: OneOf::only(Killer::Closed),
        key: None,
        value: None,
        actual: None,
        alone: Bounds::decided(true),
        right_test: None,
    });
}

/// What is found out about one statement, with places by what stands there.
struct Decided {
    outcome: OneOf<Outcome>,
    killer: OneOf<Killer>,
    key: Option<Text>,
    value: Option<Text>,
    actual: Option<Text>,
    alone: Bounds<bool>,
    /// What keeps the principal out, besides the principal itself.
    place: Option<PolicyPath>,
    /// The Deny statement.
    deny: Option<PolicyPath>,
}

impl Decided {
    fn fact(&self, view: &View<'_>) -> TrustOutcome {
        let mut common = view.common();
        if let Some(place) = self.place {
            common.evidence = match self.killer == OneOf::only(Killer::Contradiction) {
                true => Vec::new(),
                false => vec![Evidence { role: "principal", span: common.place }],
            };
            common.place = view.trust.place(place);
        }
        common.evidence.extend(self.deny.map(|deny| Evidence { role: "deny", span: view.trust.place(deny) }));
        let is_issuer = |key: &Text| {
            key.as_literal(view.analysis.vocabulary).is_some_and(|key| key.eq_ignore_ascii_case("saml:iss"))
        };
        if self.actual.is_some() && self.key.as_ref().is_some_and(is_issuer) {
            let span = saml::entity_id(view);
            common.evidence.extend(span.map(|span| Evidence { role: "entity-id", span }));
        }
        common.cause.extend(self.key.iter().chain(&self.value).cloned());
        TrustOutcome {
            common,
            role: view.role_name(),
            principal: view.principal.value.text().cloned(),
            outcome: self.outcome,
            killer: self.killer,
            key: self.key.clone(),
            value: self.value.clone(),
            actual: self.actual.clone(),
            alone: self.alone,
            right_test: self.right_test(view),
        }
    }

    /// The test as it is meant.
    fn right_test(&self, view: &View<'_>) -> Option<Fix> {
        let path = self.place?;
        let vocabulary = view.analysis.vocabulary;
        let (Element::Test { test, .. } | Element::Key(test)) = path.element else { return None };
        let tests = view.policy.statements.get(usize::from(path.statement))?.conditions.as_deref()?;
        let own = tests.get(usize::from(test))?;
        let place = |element| view.trust.places().exact(PolicyPath::new(path.statement, element));
        let at = place(Element::Operator(test))?;
        // Keys under one operator are tests of their own.
        let mut beside = (0u16..)
            .zip(tests)
            .filter(|(index, _)| *index != test && place(Element::Operator(*index)) == Some(at));
        let rename = |operator: Operator| {
            let name = operator.name()?;
            let change = Change { at, how: How::Rename(name.clone()) };
            Some((format!("write `{name}` instead of `{}`", own.operator.name()?), change))
        };
        if self.killer == OneOf::only(Killer::LiteralWildcard) {
            let is_exact = own.operator.comparator == Comparator::StringEquals;
            if !is_exact
                || beside.any(|(_, other)| other.values.iter().any(|value| has_wildcard(value, view)))
            {
                return None;
            }
            let operator = Operator { comparator: Comparator::StringLike, ..own.operator };
            let mut policy = view.policy.clone();
            let statement = policy.statements.get_mut(usize::from(path.statement))?;
            statement.conditions.as_mut()?.get_mut(usize::from(test))?.operator = operator;
            // A pattern that lets in more than named ones is not what anybody asked for.
            if !super::oidc::names_all(view, &policy) {
                return None;
            }
            let (title, change) = rename(operator)?;
            // Nobody gets in today, and then whoever fits.
            return remedy::risky(title, Some(change));
        }
        if self.killer == OneOf::only(Killer::MultiValued) {
            let operator = Operator { quantifier: Some(Quantifier::ForAnyValue), ..own.operator };
            let (title, change) = rename(operator)?;
            if beside.next().is_none() {
                return remedy::safe(title, Some(change));
            }
            // The other keys keep theirs.
            let [value] = &*own.values else { return None };
            let value = Value::Text(remedy::literal(value, vocabulary)?.to_owned());
            let entries = entry(&[&operator.name()?, own.literal_key(vocabulary)?], value);
            let (from, to) = (place(Element::Key(test))?, place(Element::Conditions)?);
            let changes =
                vec![Change { at: from, how: How::Remove }, Change { at: to, how: How::Merge(entries) }];
            return Some(Fix::new(title, true, changes));
        }
        if self.killer == OneOf::only(Killer::WrongPrefix) {
            let (_, name) = own.literal_key(vocabulary)?.rsplit_once(':')?;
            let issuer = match &view.kind {
                Kind::Saml => "SAML".to_owned(),
                _ => remedy::issuer(view.principal, vocabulary)?,
            };
            let key = format!("{issuer}:{name}");
            let change = Change { at: place(Element::Key(test))?, how: How::Rename(key.clone()) };
            return remedy::safe(format!("test `{key}`"), Some(change));
        }
        if self.killer == OneOf::only(Killer::Audience) && matches!(view.kind, Kind::Saml) {
            let endpoint = remedy::sign_in_endpoint(view.principal, vocabulary)?;
            let [Item::Text(_)] = &*own.values else { return None };
            let change =
                remedy::replace(place(Element::Test { test, value: 0 })?, Value::Text(endpoint.to_owned()));
            return remedy::safe(format!("test for `{endpoint}`"), Some(change));
        }
        let actual = self.actual.as_ref()?.as_literal(vocabulary)?;
        let [Item::Text(_)] = &*own.values else { return None };
        let at = place(Element::Test { test, value: 0 })?;
        let change = remedy::replace(at, Value::Text(actual.to_owned()));
        remedy::risky(format!("write `{actual}`, which it always is"), Some(change))
    }
}

fn decided(view: &View<'_>, index: u16, statement: &Statement) -> Decided {
    let denies = || view.policy.statements.iter().filter(|statement| statement.effect != Effect::Allow);
    let alone = with(view, std::iter::once(&any_action(statement)).chain(denies()));
    let mut fact = Decided {
        outcome: OneOf::only(Outcome::Admits),
        killer: OneOf::only(Killer::Nothing),
        key: None,
        value: None,
        actual: None,
        alone: Bounds::decided(false),
        place: None,
        deny: None,
    };
    // A claim that is not known yet may be what a subject names.
    let may_be_new =
        |policy: &Policy| new_claim::believed(view, policy).is_some_and(|policy| !refused(view, &policy));
    match view.may_admit(&Ask { policy: Some(&alone), ..Ask::default() }) {
        Some(false) if may_be_new(&alone) => {
            fact.outcome = OneOf::only(Outcome::Admits).or(Outcome::Never);
        }
        Some(false) => fact.outcome = OneOf::only(Outcome::Never),
        None => return fact,
        Some(true) => {
            // What is admitted perhaps is not looked into, but for an operator that is never meant.
            if let Some(test) = multi_valued(view, statement)
                && matches!(decide(view, &alone, Bound::Sure), Answer::Refused)
            {
                fact.outcome = OneOf::only(Outcome::Admits).or(Outcome::Never);
                fact.alone = Bounds::UNDECIDED;
                show(&mut fact, index, statement, &Found::of(Killer::MultiValued, test));
            }
            return fact;
        }
    }
    fact.alone = view.ask(&Ask::default()).admitted.not();
    fact.alone.sure = fact.alone.sure && !may_be_new(view.policy);
    if let Some(found) = killer(view, statement) {
        show(&mut fact, index, statement, &found);
        if found.killer == Killer::FixedValue {
            fact.actual = fact.key.as_ref().and_then(|key| fixed_value(view, key));
        }
        return fact;
    }
    let deny = (0u16..).zip(&view.policy.statements).find(|(_, deny)| {
        deny.effect != Effect::Allow
            && refused(view, &with(view, [&any_action(statement), *deny].into_iter()))
    });
    let together = refused(view, &with(view, std::iter::once(&any_action(statement))));
    if together {
        fact.killer = OneOf::only(Killer::Contradiction);
        fact.place = Some(PolicyPath::new(index, Element::Conditions));
    } else {
        fact.killer = OneOf::only(Killer::Denied);
        fact.deny = deny.map(|(deny, _)| PolicyPath::new(deny, Element::Effect));
    }
    fact
}

/// A test that keeps a principal out, and the value that is to be shown of it.
struct Found {
    killer: Killer,
    test: usize,
    value: Option<usize>,
}

impl Found {
    const fn of(killer: Killer, test: usize) -> Self {
        Self { killer, test, value: None }
    }
}

fn show(fact: &mut Decided, index: u16, statement: &Statement, found: &Found) {
    let Some(test) = statement.conditions.as_ref().and_then(|tests| tests.get(found.test)) else { return };
    let number = |index: usize| u16::try_from(index).unwrap_or(u16::MAX);
    let element = match found.value {
        Some(value) => Element::Test { test: number(found.test), value: number(value) },
        None => Element::Key(number(found.test)),
    };
    fact.killer = OneOf::only(found.killer);
    fact.key = test.key.text().cloned();
    fact.value = test.values.get(found.value.unwrap_or(0)).and_then(Item::text).cloned();
    fact.place = Some(PolicyPath::new(index, element));
}

/// The one test that keeps the principal out, if it is one.
fn killer(view: &View<'_>, statement: &Statement) -> Option<Found> {
    let tests = statement.conditions.as_deref().unwrap_or_default();
    let alone = |test: &Test| {
        any_action(&Statement { conditions: Some(Box::new([test.clone()])), ..statement.clone() })
    };
    let kills = |test: &Test| refused(view, &with(view, std::iter::once(&alone(test))));
    let index = tests.iter().position(kills)?;
    let test = &tests[index];
    if is_expired(view, &with(view, std::iter::once(&alone(test)))) {
        return Some(Found { value: Some(0), ..Found::of(Killer::Expired, index) });
    }
    let vocabulary = view.analysis.vocabulary;
    let key = test.literal_key(vocabulary)?.to_ascii_lowercase();
    if !may_be_there(view, &key) {
        let federated = matches!(view.kind, Kind::Saml | Kind::WebIdentity { .. });
        let name = key.rsplit_once(':').map_or("", |(_, name)| name);
        let own = prefix(view).is_some_and(|prefix| may_be_there(view, &format!("{prefix}:{name}")));
        let killer = if own && !key.starts_with("aws:") && !key.starts_with("sts:") {
            Killer::WrongPrefix
        } else if federated && (key.starts_with("aws:") || key == "sts:externalid") {
            Killer::NeedsCredentials
        } else {
            Killer::NeverThere
        };
        return Some(Found::of(killer, index));
    }
    let value = (!test.values.is_empty()).then_some(0);
    let like = match test.operator.comparator {
        Comparator::StringEquals | Comparator::StringEqualsIgnoreCase => Some(Comparator::StringLike),
        _ => None,
    };
    if let Some(comparator) = like
        && let Some(wild) = test.values.iter().position(|value| has_wildcard(value, view))
    {
        let mut pattern = test.clone();
        pattern.operator.comparator = comparator;
        if !kills(&pattern) {
            return Some(Found { value: Some(wild), ..Found::of(Killer::LiteralWildcard, index) });
        }
    }
    let killer = match test.key.text().and_then(|key| fixed_value(view, key)) {
        _ if key.ends_with(":aud") => Killer::Audience,
        Some(_) => Killer::FixedValue,
        None => Killer::Value,
    };
    Some(Found { value, ..Found::of(killer, index) })
}

/// The value that a key has in every request of a principal, as far as it is there.
fn fixed_value(view: &View<'_>, key: &Text) -> Option<Text> {
    let vocabulary = view.analysis.vocabulary;
    let key = key.as_literal(vocabulary)?.to_ascii_lowercase();
    let mut values =
        view.sender.kinds.iter().filter_map(|kind| kind.claim(&key)).map(|claim| match &claim.values {
            Values::One(formats) => match &formats[..] {
                [Format(pieces)] => match &pieces[..] {
                    [Piece::Literal(value)] => Some(value),
                    _ => None,
                },
                _ => None,
            },
            Values::Many { .. } => None,
        });
    let first = values.next()??;
    values.all(|value| value == Some(first)).then(|| vocabulary.literal(&vocabulary.without_tokens(first)))
}

/// A test without set operator on a key that has several values.
fn multi_valued(view: &View<'_>, statement: &Statement) -> Option<usize> {
    let tests = statement.conditions.as_deref().unwrap_or_default();
    let is_set = |key: &str| {
        let claims = view.sender.kinds.iter().filter_map(|kind| kind.claim(key));
        claims
            .into_iter()
            .any(|claim| claim.presence != Presence::Never && matches!(claim.values, Values::Many { .. }))
    };
    let index = tests.iter().position(|test| {
        test.operator.quantifier.is_none()
            && test.operator.comparator != Comparator::Null
            && !test.operator.comparator.is_negated()
            && test.literal_key(view.analysis.vocabulary).is_some_and(|key| is_set(&key.to_ascii_lowercase()))
    })?;
    // It is the operator if nothing else is in the way.
    let mut fixed = statement.clone();
    fixed.conditions.as_mut()?[index].operator.quantifier = Some(Quantifier::ForAnyValue);
    let policy = with(view, std::iter::once(&any_action(&fixed)));
    matches!(decide(view, &policy, Bound::Sure), Answer::Admitted(_)).then_some(index)
}

/// What stands before the names of the issuer's own claims.
fn prefix(view: &View<'_>) -> Option<String> {
    match &view.kind {
        Kind::WebIdentity { issuer, .. } => {
            Some(issuer.with_tokens(view.analysis.vocabulary)?.to_ascii_lowercase())
        }
        Kind::Saml => Some("saml".to_owned()),
        Kind::Aws | Kind::Service { .. } => None,
    }
}

fn may_be_there(view: &View<'_>, key: &str) -> bool {
    let there = |kind: &crate::knowledge::sender::Kind| {
        kind.claim(key).is_some_and(|claim| claim.presence.may_be_there())
    };
    view.sender.kinds.iter().any(there)
}

fn has_wildcard(value: &Item, view: &View<'_>) -> bool {
    value.text().is_some_and(|text| text.display(view.analysis.vocabulary).contains(['*', '?']))
}

/// The statement with every action: whether the action fits is a question of its own.
fn any_action(statement: &Statement) -> Statement {
    Statement { actions: Clause { only: None, except: Some(Box::default()) }, ..statement.clone() }
}

fn with<'s>(view: &View<'_>, statements: impl Iterator<Item = &'s Statement>) -> Policy {
    let version: Version = view.policy.version.clone();
    Policy { version, statements: statements.cloned().collect() }
}

fn decide(view: &View<'_>, policy: &Policy, bound: Bound) -> Answer {
    view.decide(&Ask { policy: Some(policy), ..Ask::default() }, bound)
}

fn refused(view: &View<'_>, policy: &Policy) -> bool {
    view.refuses(&Ask { policy: Some(policy), ..Ask::default() })
}

/// Whether only the time is in the way.
fn is_expired(view: &View<'_>, policy: &Policy) -> bool {
    let ask = Ask { policy: Some(policy), at_any_time: true, ..Ask::default() };
    view.analysis.now().is_some() && matches!(view.decide(&ask, Bound::Possible), Answer::Admitted(_))
}
