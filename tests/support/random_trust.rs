//! Random trust policies, each with a request: the same ones for the same seed.

#[path = "json_value.rs"]
mod json_value;
#[path = "random.rs"]
mod random;

use std::path::PathBuf;

use fedlint::policy::{Caller, Context, ContextValue, Operator, Policy, Request, parse};
use fedlint::source::{Origin, Sources, Span};
use fedlint::value::Vocabulary;
use json_value::value;
use random::Random;
use serde_json::{Map, json};

/// A policy and a request.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) version: Option<&'static str>,
    pub(crate) statements: Vec<Statement>,
    pub(crate) request: Request,
}

#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) effect: &'static str,
    /// `Principal` or `NotPrincipal`.
    pub(crate) principal_element: &'static str,
    /// Key and value. The key is empty for the bare `*`, which then stands alone.
    pub(crate) principals: Vec<(&'static str, String)>,
    /// `Action` or `NotAction`.
    pub(crate) action_element: &'static str,
    pub(crate) actions: Vec<&'static str>,
    /// No two on one key.
    pub(crate) tests: Vec<Test>,
}

#[derive(Clone, Debug)]
pub(crate) struct Test {
    pub(crate) operator: Operator,
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
}

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/Caller";
const USER: &str = "arn:aws:iam::111122223333:user/ann";
const SAML: &str = "arn:aws:iam::111122223333:saml-provider/corp";
const GITHUB: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
const COGNITO: &str = "cognito-identity.amazonaws.com";
const LAMBDA: &str = "lambda.amazonaws.com";

const PRINCIPALS: &[(&str, &str)] = &[
    ("", "*"),
    ("AWS", "*"),
    ("AWS", ACCOUNT),
    ("AWS", "arn:aws:iam::111122223333:root"),
    ("AWS", "444455556666"),
    ("AWS", ROLE),
    ("AWS", "arn:aws:iam::111122223333:role/Caller"),
    ("AWS", USER),
    ("AWS", "arn:aws:sts::111122223333:assumed-role/Caller/me"),
    ("AWS", "arn:aws:sts::111122223333:assumed-role/Caller/you"),
    ("AWS", SAML),
    ("Federated", SAML),
    ("Federated", GITHUB),
    ("Federated", COGNITO),
    ("Service", LAMBDA),
    ("Service", "ec2.amazonaws.com"),
];

const ACTIONS: &[&str] = &[
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:AssumeRole*",
    "STS:assumerole",
    "sts:*",
    "*",
    "sts:Assume????",
    "iam:*",
];

/// A condition key: its name, the family of its operators, what requests hold, and what policies write.
#[derive(Clone, Copy)]
struct Key {
    name: &'static str,
    family: Family,
    found: &'static [&'static str],
    written: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Text,
    /// Of several values.
    Set,
    Number,
    Time,
    Truth,
    Address,
    Arn,
    Bytes,
}

impl Family {
    const fn operators(self) -> &'static [&'static str] {
        match self {
            Self::Text | Self::Set => &[
                "StringEquals",
                "StringNotEquals",
                "StringEqualsIgnoreCase",
                "StringNotEqualsIgnoreCase",
                "StringLike",
                "StringNotLike",
            ],
            Self::Number => &[
                "NumericEquals",
                "NumericNotEquals",
                "NumericLessThan",
                "NumericLessThanEquals",
                "NumericGreaterThan",
                "NumericGreaterThanEquals",
            ],
            Self::Time => &[
                "DateEquals",
                "DateNotEquals",
                "DateLessThan",
                "DateLessThanEquals",
                "DateGreaterThan",
                "DateGreaterThanEquals",
            ],
            Self::Truth => &["Bool"],
            Self::Address => &["IpAddress", "NotIpAddress"],
            Self::Arn => &[
                "ArnEquals",
                "ArnNotEquals",
                "ArnLike",
                "ArnNotLike",
                "StringEquals",
                "StringLike",
                "StringNotLike",
            ],
            Self::Bytes => &["BinaryEquals"],
        }
    }
}

const NAMES: &[&str] = &["ann", "bob", "Ann", "team/ann", "a*"];
const NAME_PATTERNS: &[&str] = &[
    "ann",
    "bob",
    "ANN",
    "*",
    "a*",
    "?nn",
    "team/*",
    "",
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "team/${AWS:username}",
    "${aws:username, 'ann'}",
    "${aws:PrincipalTag/team, 'bob'}",
    "a${*}",
    "${?}nn",
    "${aws:TagKeys}",
];
const TIMES: &[&str] = &[
    "2026-01-01T00:00:00Z",
    "2026-01-01T01:30:00+01:30",
    "2026-01-01",
    "2026-06-30T12:00:00.500Z",
    "2026-06-30T12:00Z",
    "1767225600",
    "1782820800",
];

const KEYS: &[Key] = &[
    Key { name: "sts:RoleSessionName", family: Family::Text, found: NAMES, written: NAME_PATTERNS },
    Key { name: "aws:username", family: Family::Text, found: NAMES, written: NAME_PATTERNS },
    Key { name: "aws:PrincipalTag/team", family: Family::Text, found: NAMES, written: NAME_PATTERNS },
    Key {
        name: "aws:RequestTag/team",
        family: Family::Text,
        found: &["ann", "bob", "a*", ""],
        written: NAME_PATTERNS,
    },
    Key {
        name: "token.actions.githubusercontent.com:sub",
        family: Family::Text,
        found: &[
            "repo:acme/app:ref:refs/heads/main",
            "repo:acme/app:environment:prod",
            "repo:acme-evil/app:pull_request",
        ],
        written: &[
            "repo:acme/app:ref:refs/heads/main",
            "repo:acme/*",
            "repo:acme*",
            "repo:*:environment:prod",
            "repo:acme/app:*",
            "repo:acme/???:*",
        ],
    },
    Key {
        name: "saml:aud",
        family: Family::Text,
        found: &["https://signin.aws.amazon.com/saml", "https://us-east-1.signin.aws.amazon.com/saml"],
        written: &[
            "https://signin.aws.amazon.com/saml",
            "https://*.signin.aws.amazon.com/saml",
            "https://*signin.aws.amazon.com/saml",
        ],
    },
    Key {
        name: "cognito-identity.amazonaws.com:amr",
        family: Family::Set,
        found: &["authenticated", "unauthenticated", "graph.facebook.com"],
        written: &["authenticated", "unauthenticated", "*authenticated", "graph.*"],
    },
    Key {
        name: "aws:TagKeys",
        family: Family::Set,
        found: &["team", "project", "Team"],
        written: &["team", "project", "t*", "TEAM"],
    },
    Key {
        name: "aws:RequestTag/level",
        family: Family::Number,
        found: &["1", "2", "2.0", "2.5", "-3", "low"],
        written: &["1", "2", "2.00", "2.25", "-3", "low", "${aws:username}"],
    },
    Key { name: "aws:CurrentTime", family: Family::Time, found: TIMES, written: TIMES },
    Key { name: "aws:EpochTime", family: Family::Time, found: &["1767225600", "1782820800"], written: TIMES },
    Key {
        name: "aws:MultiFactorAuthPresent",
        family: Family::Truth,
        found: &["true", "false"],
        written: &["true", "false", "True", "yes"],
    },
    Key {
        name: "aws:SourceIp",
        family: Family::Address,
        found: &["203.0.113.7", "198.51.100.1", "2001:db8::7"],
        written: &[
            "203.0.113.0/24",
            "203.0.113.7",
            "203.0.113.99/25",
            "0.0.0.0/0",
            "2001:db8::/32",
            "2001:DB8::7",
            "2001:db8::7",
            "::/0",
            "203.0.113.*",
        ],
    },
    Key {
        name: "aws:PrincipalArn",
        family: Family::Arn,
        found: &[ROLE, USER, "somebody"],
        written: &[
            ROLE,
            USER,
            "arn:aws:iam::*:role/*",
            "arn:aws:iam::1*:user/${aws:username}",
            "arn:aws:iam::111122223333:*",
            "arn:aws:*:role/team/Caller",
            "arn:*:*:*:*:*",
            "*",
        ],
    },
    Key {
        name: "aws:RequestTag/digest",
        family: Family::Bytes,
        found: &["YQ==", "Yg=="],
        written: &["YQ==", "YQ", "Yg=="],
    },
];

impl Case {
    pub(crate) fn new(seed: u64) -> Self {
        let random = &mut Random::new(seed);
        let version = random.pick(&[
            Some("2012-10-17"),
            Some("2012-10-17"),
            Some("2012-10-17"),
            Some("2012-10-17"),
            Some("2008-10-17"),
            None,
        ]);
        let request = request(random);
        let statements = (0..=random.below(3)).map(|_| statement(random, &request)).collect();
        Self { version, statements, request }
    }

    /// The policy as JSON.
    pub(crate) fn policy(&self) -> serde_json::Value {
        let statements: Vec<_> = self.statements.iter().map(Statement::json).collect();
        match self.version {
            Some(version) => json!({ "Version": version, "Statement": statements }),
            None => json!({ "Statement": statements }),
        }
    }

    /// Policy and request in one line.
    pub(crate) fn line(&self) -> String {
        let context: Map<_, _> = self
            .request
            .context
            .iter()
            .map(|(key, value)| match value {
                ContextValue::One(value) => (key.to_owned(), json!(value)),
                ContextValue::Many(values) => (key.to_owned(), json!(values)),
            })
            .collect();
        let principal = match &self.request.caller {
            Caller::Aws { account, arn, session: Some(session) } => {
                let role = arn.rsplit_once('/').map_or("", |(_, role)| role);
                format!("arn:aws:sts::{account}:assumed-role/{role}/{session}")
            }
            Caller::Aws { arn, .. } => arn.clone(),
            Caller::Service(name) | Caller::Federated(name) => name.clone(),
        };
        let action = &self.request.action;
        json!({ "policy": self.policy(), "principal": principal, "action": action, "context": context })
            .to_string()
    }

    /// The policy as it is read.
    pub(crate) fn parsed(&self, vocabulary: &Vocabulary) -> Policy {
        let sources = Sources::default();
        let source = sources.add_kept(Origin::Memory(PathBuf::from("case")), "".into());
        let document = value(&self.policy(), Span::new(source, 0, 0), vocabulary);
        parse(&document, vocabulary).0
    }
}

impl Statement {
    fn json(&self) -> serde_json::Value {
        let mut keys: Map<String, serde_json::Value> = Map::new();
        let mut bare = None;
        for (key, value) in &self.principals {
            if key.is_empty() {
                bare = Some(json!(value));
            } else {
                push(&mut keys, key, json!(value));
            }
        }
        let principal = bare.unwrap_or(serde_json::Value::Object(keys));
        let mut out = Map::new();
        out.insert("Effect".to_owned(), json!(self.effect));
        out.insert(self.principal_element.to_owned(), principal);
        out.insert(self.action_element.to_owned(), json!(self.actions));
        let mut conditions: Map<String, serde_json::Value> = Map::new();
        for test in &self.tests {
            let operator = test.operator.name().expect("only AWS's operators are written");
            let keys = conditions.entry(operator).or_insert_with(|| json!({}));
            keys[&test.key] = json!(test.values);
        }
        if !conditions.is_empty() {
            out.insert("Condition".to_owned(), serde_json::Value::Object(conditions));
        }
        serde_json::Value::Object(out)
    }
}

fn push(keys: &mut Map<String, serde_json::Value>, key: &str, value: serde_json::Value) {
    let list = keys.entry(key).or_insert_with(|| json!([]));
    list.as_array_mut().expect("only lists are put there").push(value);
}

fn request(random: &mut Random) -> Request {
    let aws = |arn: &str, session: Option<&str>| Caller::Aws {
        account: ACCOUNT.to_owned(),
        arn: arn.to_owned(),
        session: session.map(str::to_owned),
    };
    let (caller, action) = match random.below(7) {
        0 => (aws(USER, None), "sts:AssumeRole"),
        1 => (aws(ROLE, None), "sts:AssumeRole"),
        2 => (aws(ROLE, Some("me")), "sts:AssumeRole"),
        3 => (Caller::Federated(SAML.to_owned()), "sts:AssumeRoleWithSAML"),
        4 => (Caller::Federated(GITHUB.to_owned()), "sts:AssumeRoleWithWebIdentity"),
        5 => (Caller::Federated(COGNITO.to_owned()), "sts:AssumeRoleWithWebIdentity"),
        _ => (Caller::Service(LAMBDA.to_owned()), "sts:AssumeRole"),
    };
    let action = if random.chance(15) { "sts:TagSession" } else { action };
    let mut context = Context::new();
    for key in KEYS {
        if random.chance(30) {
            continue;
        }
        let value = if key.family == Family::Set {
            let mut values: Vec<String> = Vec::new();
            for _ in 0..random.below(4) {
                let value = random.pick(key.found);
                if !values.iter().any(|known| known == value) {
                    values.push(value.to_owned());
                }
            }
            ContextValue::Many(values)
        } else {
            ContextValue::One(random.pick(key.found).to_owned())
        };
        context.set(key.name, value);
    }
    Request { caller, action: action.to_owned(), context }
}

fn statement(random: &mut Random, request: &Request) -> Statement {
    let effect = if random.chance(70) { "Allow" } else { "Deny" };
    let principal_element = if random.chance(95) { "Principal" } else { "NotPrincipal" };
    let mut principals: Vec<(&'static str, String)> = (0..=random.below(2))
        .map(|_| random.pick(PRINCIPALS))
        .map(|(key, value)| (key, value.to_owned()))
        .collect();
    if random.chance(65) {
        principals.push(match &request.caller {
            Caller::Aws { account, .. } => ("AWS", account.clone()),
            Caller::Service(host) => ("Service", host.clone()),
            Caller::Federated(provider) => ("Federated", provider.clone()),
        });
    }
    if let Some(bare) = principals.iter().position(|(key, _)| key.is_empty()) {
        principals = vec![principals.swap_remove(bare)];
    }
    let action_element = if random.chance(93) { "Action" } else { "NotAction" };
    let mut actions: Vec<&'static str> = (0..=random.below(2)).map(|_| random.pick(ACTIONS)).collect();
    if random.chance(60) {
        actions.push("sts:*");
    }
    let mut tests: Vec<Test> = Vec::new();
    for _ in 0..random.pick(&[0, 1, 1, 1, 2, 2, 3]) {
        let test = test(random);
        if !tests.iter().any(|known| known.key.eq_ignore_ascii_case(&test.key)) {
            tests.push(test);
        }
    }
    Statement { effect, principal_element, principals, action_element, actions, tests }
}

fn test(random: &mut Random) -> Test {
    let key = random.pick(KEYS);
    let mut name = String::new();
    let is_null = random.chance(8);
    if random.chance(if key.family == Family::Set { 75 } else { 20 }) {
        name.push_str(if random.chance(50) { "ForAnyValue:" } else { "ForAllValues:" });
    }
    name.push_str(if is_null { "Null" } else { random.pick(key.family.operators()) });
    if !is_null && random.chance(20) {
        name.push_str("IfExists");
    }
    let values = match random.below(20) {
        0 if !is_null => Vec::new(),
        _ if is_null => vec![random.pick(&["true", "false"]).to_owned()],
        count => (0..=count % 2).map(|_| random.pick(key.written).to_owned()).collect(),
    };
    let key = if random.chance(10) { key.name.to_ascii_uppercase() } else { key.name.to_owned() };
    Test { operator: Operator::parse(&name), key, values }
}
