//! What the single tests of a role's trust policy do: whether they restrict anybody, and which of their values can
//! never match.

mod bench;
mod exact;
mod key;

use std::cell::OnceCell;
use std::rc::Rc;

use super::new_claim;
use super::view::{Kind, View};
use crate::analysis::{self, Analysis};
use crate::facts::{Common, Evidence, Fact, OneOf, fact, remedy, words};
use crate::finding::{Change, Fix, How};
use crate::model::Role;
use crate::policy::{Comparator, Effect, Element, Item, Operator, PolicyPath, Quantifier, Statement, Test};
use crate::value::{Bounds, Text, Vocabulary};

use bench::{Bench, Opening};
use key::Standing;

words! {
    /// What a statement does.
    StatementEffect {
        /// It allows.
        Allow = "allow",
        /// It denies.
        Deny = "deny",
    }
}

words! {
    /// What of an operator decides about requests without the key, or with other values.
    Through {
        /// Nothing: a value must be there and fit.
        Plain = "plain",
        /// `ForAllValues:`
        ForAllValues = "for-all-values",
        /// `ForAnyValue:`
        ForAnyValue = "for-any-value",
        /// `...IfExists`
        IfExists = "if-exists",
        /// `Null`
        Null = "null",
        /// An operator that holds if no value fits.
        Negated = "negated",
    }
}

words! {
    /// Whether AWS has a condition key.
    KeyStatus {
        /// It has.
        Exists = "exists",
        /// It has others with the same prefix, and not this one.
        DoesNotExist = "does-not-exist",
        /// The same, and one of the others is close.
        Misspelled = "misspelled",
        /// The keys with this prefix are not known, or the key is not.
        NotSaid = "not-said",
    }
}

words! {
    /// Who puts a condition key into a request.
    KeySource {
        /// The token or assertion: a claim.
        Token = "token",
        /// AWS, or whoever calls.
        Request = "request",
    }
}

words! {
    /// Whether a condition key is in the requests of the principals of the statement.
    KeyPresence {
        /// In all of them.
        Always = "always",
        /// In some.
        Sometimes = "sometimes",
        /// In none.
        Never = "never",
        /// The sources do not say.
        Undecided = "undecided",
    }
}

words! {
    /// What a test does.
    Does {
        /// It keeps somebody out, or may do so.
        Restricts = "restricts",
        /// It holds because the key is never there.
        KeyMissing = "key-missing",
        /// The same with a key of an issuer that is not trusted here, beside a test that restricts those that are.
        OtherIssuer = "other-issuer",
        /// It holds whatever the value is.
        AnyValue = "any-value",
        /// It says what is so in any case: the value is always one of these.
        Fixed = "fixed",
        /// It is satisfied by whoever holds a token and asks for a value that fits.
        RequesterChooses = "requester-chooses",
    }
}

fact! {
    /// One test in the conditions of a role's trust policy, or one of several values of such a test, and what it does.
    ConditionTest = "condition-test" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// What the statement does.
        effect: OneOf<StatementEffect> = "effect",
        /// The operator with its modifiers.
        operator: Option<Text> = "operator",
        /// What of the operator decides about requests without the key, or with other values.
        through: OneOf<Through> = "through",
        /// The condition key as written.
        key: Option<Text> = "key",
        /// Whether AWS has the key.
        key_status: OneOf<KeyStatus> = "key.status",
        /// Who puts the key into a request.
        key_source: OneOf<KeySource> = "key.source",
        /// Whether the key is in the requests of those whom the statement names.
        key_presence: OneOf<KeyPresence> = "key.presence",
        /// The key that is meant, where AWS does not have this one and another is close.
        did_you_mean: Option<Text> = "did-you-mean",
        /// False if every request of those whom the statement allows something satisfies the test. True if one may not.
        restricts: Bounds<bool> = "restricts",
        /// What it does, or why it does nothing. Only for statements that allow something.
        cause: OneOf<Does> = "cause",
        /// Whether another test of the statement, or a statement that denies, restricts somebody otherwise than by what he chooses himself.
        others_restrict: Bounds<bool> = "others-restrict",
        /// Whether the modifier lets somebody in whose token does not have the claim.
        opens: Bounds<bool> = "opens",
        /// Whether something else in the policy keeps out whoever does not have the claim.
        needed_elsewhere: Bounds<bool> = "needed-elsewhere",
        /// The value, if the fact is about one of several.
        value: Option<Text> = "value",
        /// Whether the value is in no request of those whom the statement names. False if it may be in one.
        dead: Bounds<bool> = "dead",
        /// Whether another value of the test may be in a request.
        beside_others: Bounds<bool> = "beside-others",
        /// Whether the operator is one for patterns, and no value is one. False if one may be, and for `amr` of Cognito, which AWS itself tests so.
        for_no_pattern: Bounds<bool> = "for-no-pattern",
    }
    evidence {
        /// The first principal that the statement names.
        "principal",
        /// The operator of the test.
        "operator",
    }
    remedies {
        /// A value that no request has goes, where others remain.
        drop_value: "drop-value",
        /// The exact operator, which says the same, stands in place of one for patterns.
        exact_operator: "exact-operator",
    }
}

/// The tests of the conditions of a role's trust policy. The views are those of all its principals.
pub(super) fn each(
    analysis: &Analysis<'_>,
    role: &Role,
    views: &[View<'_>],
    take: &mut dyn FnMut(&dyn Fact),
) {
    let Some(first) = views.first() else { return };
    for (index, statement) in (0..).zip(&first.policy.statements) {
        let Some(tests) = statement.conditions.as_deref().filter(|tests| !tests.is_empty()) else { continue };
        let effect = match statement.effect {
            Effect::Allow => StatementEffect::Allow,
            Effect::Deny => StatementEffect::Deny,
            Effect::Invalid | Effect::Unknown => continue,
        };
        let (named, complete) = named(statement, views);
        let benches = OnceCell::new();
        let about =
            About { analysis, role, views, first, index, statement, effect, complete, named, benches };
        for (position, test) in (0..).zip(tests) {
            about.test(position, test, take);
        }
    }
}

/// The views that a statement names, and whether they are all that it names. Statements that deny are about all.
fn named<'v, 'a>(statement: &Statement, views: &'v [View<'a>]) -> (Vec<&'v View<'a>>, bool) {
    if statement.effect != Effect::Allow {
        return (views.iter().collect(), false);
    }
    let principals = statement.principals.only.as_deref().unwrap_or_default();
    let view = |principal: &crate::policy::Principal| {
        let is = |view: &&View<'_>| {
            (view.principal.key, &view.principal.value) == (principal.key, &principal.value)
        };
        views.iter().find(is)
    };
    let found: Vec<&View<'a>> = principals.iter().filter_map(view).collect();
    let complete = found.len() == principals.len() && statement.principals.except.is_none();
    (found, complete)
}

/// A statement, and what its facts have in common.
struct About<'v, 'a> {
    analysis: &'v Analysis<'v>,
    role: &'v Role,
    /// All that the role trusts.
    views: &'v [View<'a>],
    first: &'v View<'a>,
    index: u16,
    statement: &'v Statement,
    effect: StatementEffect,
    /// Whether all whom the statement names are on the benches.
    complete: bool,
    named: Vec<&'v View<'a>>,
    benches: OnceCell<Vec<Bench<'v, 'a>>>,
}

/// What is found out about one test, which is the same for every role with the same trust policy.
struct Told {
    standing: Standing,
    /// What the test does, if its statement allows something.
    judged: Option<Judged>,
}

/// What a test of a statement does that allows something.
struct Judged {
    restricts: Bounds<bool>,
    cause: OneOf<Does>,
    others_restrict: Bounds<bool>,
    opens: Bounds<bool>,
    needed_elsewhere: Bounds<bool>,
    witness: Option<Vec<(String, String)>>,
    /// Which values are in no request, where one must fit.
    dead: Vec<Bounds<bool>>,
}

impl<'v, 'a> About<'v, 'a> {
    fn benches(&self) -> &[Bench<'v, 'a>] {
        let bench = |view: &&'v View<'a>| Bench::new(view, self.statement, self.index);
        self.benches.get_or_init(|| self.named.iter().filter_map(bench).collect())
    }

    /// What is found out about a test.
    fn told(&self, position: u16, test: &Test, key: &Text) -> Rc<Told> {
        let tell = || {
            let standing = Standing::of(key, self.benches(), self.analysis.vocabulary);
            let judged = match &standing.literal {
                Some(key)
                    if self.effect == StatementEffect::Allow
                        && self.complete
                        && !self.benches().is_empty() =>
                {
                    Some(self.judge(position, test, key, &standing))
                }
                _ => None,
            };
            Told { standing, judged }
        };
        // What services send depends on the account.
        if self.views.iter().any(|view| matches!(view.kind, Kind::Service { .. })) {
            return Rc::new(tell());
        }
        let number = usize::from(self.index) << u16::BITS | usize::from(position);
        self.first.once("test", number, tell)
    }

    fn test(&self, position: u16, test: &Test, take: &mut dyn FnMut(&dyn Fact)) {
        let vocabulary = self.analysis.vocabulary;
        let Some(key) = test.key.text() else { return };
        let Some(operator) = test.operator.name() else { return };
        let told = self.told(position, test, key);
        let standing = &told.standing;
        let for_no_pattern = self.is_for_no_pattern(position, test);
        let mut fact = ConditionTest {
            common: self.common(position, test, &operator),
            role: self.first.role_name(),
            effect: OneOf::only(self.effect),
            operator: Some(vocabulary.literal(&operator)),
            through: OneOf::only(through(test.operator)),
            key: Some(key.clone()),
            key_status: OneOf::only(standing.status),
            key_source: OneOf::only(standing.source),
            key_presence: OneOf::only(standing.presence),
            did_you_mean: standing.meant.as_deref().map(|meant| vocabulary.literal(meant)),
            restricts: Bounds::decided(true),
            cause: OneOf::none(),
            others_restrict: Bounds::decided(true),
            opens: Bounds::decided(false),
            needed_elsewhere: Bounds::decided(true),
            value: None,
            dead: Bounds::decided(false),
            beside_others: Bounds::decided(false),
            for_no_pattern: Bounds::decided(for_no_pattern),
            drop_value: None,
            exact_operator: for_no_pattern.then(|| self.exact_operator(position, test)).flatten(),
        };
        let Some(judged) = &told.judged else {
            take(&fact);
            return;
        };
        fact.restricts = judged.restricts;
        fact.cause = judged.cause;
        fact.others_restrict = judged.others_restrict;
        fact.opens = judged.opens;
        fact.needed_elsewhere = judged.needed_elsewhere;
        fact.common.witness = judged.witness.clone();
        take(&fact);
        self.values(position, test, &fact, &judged.dead, take);
    }

    /// What a test of a statement that allows something does.
    fn judge(&self, position: u16, test: &Test, key: &str, standing: &Standing) -> Judged {
        let vocabulary = self.analysis.vocabulary;
        let mut does = self.does(test, key, standing.presence);
        let is_foreign = standing.status == KeyStatus::NotSaid && standing.source == KeySource::Request;
        if does == Does::KeyMissing && is_foreign && self.claims_restrict(vocabulary) {
            does = Does::OtherIssuer;
        }
        let mut fact = Judged {
            restricts: Bounds::decided(does == Does::Restricts),
            cause: OneOf::only(does),
            others_restrict: Bounds::decided(true),
            opens: Bounds::decided(false),
            needed_elsewhere: Bounds::decided(true),
            witness: None,
            dead: self.dead(test),
        };
        if does == Does::Restricts && standing.source == KeySource::Request {
            let chooses = |bench: &Bench<'_, '_>| bench.requester_chooses(test, key);
            if self.benches().iter().all(chooses) {
                fact.cause = OneOf::only(Does::RequesterChooses);
                fact.others_restrict = Bounds::decided(self.others_restrict(position, vocabulary));
            }
        }
        let Operator { quantifier, comparator, if_exists } = test.operator;
        let lenient = if_exists || quantifier == Some(Quantifier::ForAllValues);
        if lenient && comparator != Comparator::Null && standing.source == KeySource::Token {
            let own = self.benches().iter().filter(|bench| key::is_claim(bench.view, key, vocabulary));
            let opening = Opening::of(own, key);
            fact.opens = opening.opens;
            // For principals who have other claims, beside this one or in its place, the modifier is needed.
            let others = self.views.iter().any(|view| !key::is_claim(view, key, vocabulary));
            let covers_others = others || self.tests_other_issuer(vocabulary);
            let needed_for_others = covers_others && !opening.opens.possible;
            fact.needed_elsewhere = Bounds::decided(opening.needed_elsewhere || needed_for_others);
            fact.witness = opening.witness;
        }
        fact
    }

    /// What a test does to those whom the statement names.
    fn does(&self, test: &Test, key: &str, presence: KeyPresence) -> Does {
        if self.benches().iter().any(|bench| bench.restricts(test)) {
            Does::Restricts
        } else if self.benches().iter().all(|bench| bench.accepts_any_value(test, key)) {
            Does::AnyValue
        } else if presence == KeyPresence::Never {
            Does::KeyMissing
        } else {
            Does::Fixed
        }
    }

    /// Whether a test of the statement on a claim restricts somebody.
    fn claims_restrict(&self, vocabulary: &Vocabulary) -> bool {
        let restricts = |test: &Test| {
            let Some(key) = key::literal(test, vocabulary) else { return false };
            self.benches()
                .iter()
                .any(|bench| key::is_claim(bench.view, &key, vocabulary) && bench.restricts(test))
        };
        self.statement.conditions.iter().flatten().any(restricts)
    }

    /// Whether a test of the statement is on a key of an issuer that it does not trust: one template for several.
    fn tests_other_issuer(&self, vocabulary: &Vocabulary) -> bool {
        let is_other = |test: &Test| {
            let Some(key) = test.key.text() else { return false };
            let standing = Standing::of(key, self.benches(), vocabulary);
            (standing.status, standing.source, standing.presence)
                == (KeyStatus::NotSaid, KeySource::Request, KeyPresence::Never)
        };
        self.statement.conditions.iter().flatten().any(is_other)
    }

    /// Whether something else than a test restricts somebody, otherwise than by what he chooses himself.
    fn others_restrict(&self, position: u16, vocabulary: &Vocabulary) -> bool {
        let denies = |statement: &Statement| statement.effect != Effect::Allow;
        let tests = self.statement.conditions.as_deref().unwrap_or_default();
        let others = tests.iter().enumerate().filter(|(other, _)| *other != usize::from(position));
        let restricts = |test: &Test| {
            let Some(key) = key::literal(test, vocabulary) else { return true };
            self.benches().iter().any(|bench| bench.restricts(test) && !bench.requester_chooses(test, &key))
        };
        self.first.policy.statements.iter().any(denies) || others.into_iter().any(|(_, test)| restricts(test))
    }

    /// Which values of a test are in no request, if it has several of which one must fit.
    fn dead(&self, test: &Test) -> Vec<Bounds<bool>> {
        let comparator = test.operator.comparator;
        if test.values.len() < 2 || comparator.is_negated() || comparator == Comparator::Null {
            return Vec::new();
        }
        let is_dead = |value: &Item| self.benches().iter().all(|bench| bench.is_dead(test, value));
        // A claim that is not known yet may be what a subject names.
        let may_be_new = |value: &Item| {
            let mut believed =
                self.views.iter().filter_map(|view| new_claim::believed_value(view, test, value));
            believed.any(|value| !is_dead(&value))
        };
        let dead = |value: &Item| match is_dead(value) {
            true => Bounds { sure: !may_be_new(value), possible: true },
            false => Bounds::decided(false),
        };
        test.values.iter().map(dead).collect()
    }

    /// The values of a test of which one must fit.
    fn values(
        &self,
        position: u16,
        test: &Test,
        whole: &ConditionTest,
        dead: &[Bounds<bool>],
        take: &mut dyn FnMut(&dyn Fact),
    ) {
        let alive = dead.contains(&Bounds::decided(false));
        for ((index, value), &dead) in (0..).zip(&test.values).zip(dead) {
            let Some(text) = value.text() else { continue };
            let mut fact = whole.clone();
            let path = PolicyPath::new(self.index, Element::Test { test: position, value: index });
            fact.common.place = self.first.trust.place(path);
            fact.common.witness = None;
            fact.common.cause.push(text.clone());
            // What the whole test does, is said of the whole test.
            fact.restricts = Bounds::decided(true);
            fact.cause = OneOf::none();
            fact.opens = Bounds::decided(false);
            fact.needed_elsewhere = Bounds::decided(true);
            fact.key_status = OneOf::only(KeyStatus::NotSaid);
            fact.value = Some(text.clone());
            fact.dead = dead;
            fact.beside_others = Bounds::decided(alive);
            fact.for_no_pattern = Bounds::decided(false);
            fact.exact_operator = None;
            if alive && dead.sure {
                fact.drop_value = self.drop_value(path, test, text);
            }
            take(&fact);
        }
    }

    /// The list of values without one of them. What looks like a pattern and is compared as it is was meant to be one.
    fn drop_value(&self, path: PolicyPath, test: &Test, value: &Text) -> Option<Fix> {
        let value = value.as_literal(self.analysis.vocabulary)?;
        let takes_patterns = matches!(
            test.operator.comparator,
            Comparator::StringLike | Comparator::ArnLike | Comparator::ArnEquals
        );
        if !takes_patterns && value.contains(['*', '?']) {
            return None;
        }
        let at = self.first.trust.places().exact(path)?;
        remedy::safe(format!("remove `{value}`, which never matches"), Some(Change { at, how: How::Remove }))
    }

    fn common(&self, position: u16, test: &Test, operator: &str) -> Common {
        let places = self.first.trust.places();
        let at = |element| PolicyPath::new(self.index, element);
        // The principals, by which findings about whom they let in are found, and what the test is.
        let principals = self.statement.principals.only.iter().flatten();
        let mut cause: Vec<Text> = principals.filter_map(|named| named.value.text().cloned()).collect();
        cause.extend(test.key.text().cloned());
        cause.push(self.analysis.vocabulary.literal(operator));
        let mut evidence = Vec::new();
        let mut show = |role, element| {
            evidence.extend(places.exact(at(element)).map(|span| Evidence { role, span }));
        };
        show("operator", Element::Operator(position));
        show("principal", Element::Principal(0));
        Common {
            subject: self.role.entity.id,
            place: places.place(at(Element::Key(position))),
            certainty: self.analysis.stability(self.role.entity.id, analysis::Change::Trust),
            worlds: self.role.entity.worlds.clone(),
            evidence,
            cause,
            witness: None,
        }
    }
}

fn through(operator: Operator) -> Through {
    match (operator.comparator, operator.quantifier) {
        (Comparator::Null, _) => Through::Null,
        (_, Some(Quantifier::ForAllValues)) => Through::ForAllValues,
        (_, Some(Quantifier::ForAnyValue)) => Through::ForAnyValue,
        (_, None) if operator.if_exists => Through::IfExists,
        (comparator, None) if comparator.is_negated() => Through::Negated,
        (_, None) => Through::Plain,
    }
}
