//! Random policies about a small sender.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::senders::Small;
use crate::knowledge::sender::{Claim, Kind, Presence, Values};

/// A policy to be, which shrinks well.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) version: &'static str,
    pub(super) statements: Vec<DraftStatement>,
}

#[derive(Clone, Debug)]
pub(super) struct DraftStatement {
    pub(super) effect: &'static str,
    pub(super) principal: &'static str,
    pub(super) not_principal: bool,
    pub(super) action: &'static str,
    pub(super) not_action: bool,
    pub(super) tests: Vec<DraftTest>,
}

#[derive(Clone, Debug)]
pub(super) struct DraftTest {
    pub(super) operator: String,
    pub(super) key: &'static str,
    pub(super) values: Vec<String>,
}

/// Values of `Null`.
const TRUTHS: &[&str] = &["true", "false"];

pub(super) fn drafts(small: &Small) -> BoxedStrategy<Draft> {
    let statement =
        (
            prop_oneof![3 => Just("Allow"), 1 => Just("Deny")],
            select(small.principals),
            prop::bool::weighted(0.05),
            select(small.actions),
            prop::bool::weighted(0.1),
            prop::collection::vec(tests(small), 0..4),
        )
            .prop_map(|(effect, principal, not_principal, action, not_action, tests)| {
                DraftStatement { effect, principal, not_principal, action, not_action, tests }
            });
    (prop_oneof![9 => Just("2012-10-17"), 1 => Just("2008-10-17")], prop::collection::vec(statement, 1..4))
        .prop_map(|(version, statements)| Draft { version, statements })
        .boxed()
}

fn tests(small: &Small) -> BoxedStrategy<DraftTest> {
    let values = prop_oneof![
        1 => Just(Vec::new()),
        30 => prop::collection::vec(select(small.values).prop_map(str::to_owned), 1..4),
    ];
    let set = || prop_oneof![4 => Just(""), 1 => Just("ForAnyValue:"), 1 => Just("ForAllValues:")];
    let compared = (set(), select(small.operators), prop::bool::weighted(0.2), select(small.keys), values)
        .prop_map(|(set, comparator, if_exists, key, values)| DraftTest {
            operator: format!("{set}{comparator}{}", if if_exists { "IfExists" } else { "" }),
            key,
            values,
        });
    let null =
        (set(), select(small.keys), prop::collection::vec(select(TRUTHS).prop_map(str::to_owned), 1..3))
            .prop_map(|(set, key, values)| DraftTest { operator: format!("{set}Null"), key, values });
    prop_oneof![8 => compared, 1 => null].boxed()
}

impl Draft {
    /// The policy, with these texts for `<P>` and `<Q>`, or with symbols.
    pub(super) fn json(&self, texts: Option<[&str; 2]>) -> Value {
        let fill = |text: &str| {
            // `${!` is `${`; without it, it is a symbol.
            let text = text.replace("${", "${!");
            let [first, second] = texts.unwrap_or(["${P}", "${Q}"]);
            text.replace("<P>", first).replace("<Q>", second)
        };
        let statements: Vec<Value> = self.statements.iter().map(|statement| statement.json(&fill)).collect();
        json!({ "Version": self.version, "Statement": statements })
    }

    /// Whether keys are compared with each other.
    pub(super) fn has_variables(&self) -> bool {
        let tests = self.statements.iter().flat_map(|statement| &statement.tests);
        tests.flat_map(|test| &test.values).any(|value| value.contains("${x") || value.contains("${aws"))
    }

    /// With some values replaced by ones with symbols.
    pub(super) fn with_symbols(mut self, picks: &[(usize, &'static str)]) -> Self {
        let tests = self.statements.iter_mut().flat_map(|statement| &mut statement.tests);
        let values: Vec<&mut String> = tests.flat_map(|test| &mut test.values).collect();
        let count = values.len();
        for (index, value) in values.into_iter().enumerate() {
            if let Some((_, text)) = picks.iter().find(|(pick, _)| pick % count == index) {
                *value = (*text).to_owned();
            }
        }
        self
    }
}

impl DraftStatement {
    fn json(&self, fill: &dyn Fn(&str) -> String) -> Value {
        let principal: Value = serde_json::from_str(self.principal).expect("principals are JSON");
        let mut statement = Map::new();
        statement.insert("Effect".to_owned(), self.effect.into());
        statement.insert(if self.not_principal { "NotPrincipal" } else { "Principal" }.to_owned(), principal);
        statement.insert(if self.not_action { "NotAction" } else { "Action" }.to_owned(), self.action.into());
        if !self.tests.is_empty() {
            // A mapping with equal keys is written with numbers behind `#`.
            let tests = self.tests.iter().enumerate().map(|(index, test)| {
                let values: Vec<String> = test.values.iter().map(|value| fill(value)).collect();
                (format!("{}#{index}", test.operator), json!({ test.key: values }))
            });
            statement.insert("Condition".to_owned(), Value::Object(tests.collect()));
        }
        Value::Object(statement)
    }
}

impl Draft {
    /// Whether something is not decided here that the evaluator decides for each request: the comparison of two
    /// keys in other ways than as wholes, a key twice under one operator, and keys that nobody knows.
    pub(super) fn is_open(&self, small: &Small) -> bool {
        self.statements.iter().any(|statement| {
            let tests = &statement.tests;
            let twice = |test: &DraftTest, other: &DraftTest| {
                test.operator == other.operator
                    && test.key.eq_ignore_ascii_case(other.key)
                    && test.values != other.values
            };
            tests.iter().any(|test| test.is_open(small) || tests.iter().any(|other| twice(test, other)))
        })
    }
}

impl DraftTest {
    fn is_open(&self, small: &Small) -> bool {
        let kinds = &small.sender.kinds;
        let claim = |kind: &Kind| kind.claim(&self.key.to_lowercase()).cloned();
        let claims: Vec<Claim> = kinds.iter().filter_map(claim).collect();
        let is_set = claims.iter().any(|claim| matches!(claim.values, Values::Many { .. }));
        let is_unknown = claims.iter().any(|claim| claim.presence == Presence::Undecided);
        let inexact = is_set || self.operator.contains("Arn") || self.operator.contains("IgnoreCase");
        let is_variable =
            |value: &String| value.starts_with("${") && value.find('}') == Some(value.len() - 1);
        let escapes = ["${*}", "${?}", "${$}"];
        is_unknown
            || self.values.iter().any(|value| {
                let mut plain = value.clone();
                escapes.iter().for_each(|escape| plain = plain.replace(escape, ""));
                plain.contains("${") && (inexact || !is_variable(value) || plain.contains("maybe"))
            })
    }
}
