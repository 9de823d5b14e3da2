//! Random policies of a role, each case with a request: the same ones for the same seed.

#[path = "json_value.rs"]
mod json_value;
#[path = "random.rs"]
pub(crate) mod random;

use std::path::PathBuf;

use fedlint::policy::{Context, ContextValue, Operator, Policy, parse};
use fedlint::source::{Origin, Sources, Span};
use fedlint::value::Vocabulary;
use json_value::value;
use random::Random;
use serde_json::{Map, Value, json};

/// The policies of a role, perhaps with a boundary, and a request of its session.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) policies: Vec<Document>,
    pub(crate) boundary: Option<Document>,
    pub(crate) action: &'static str,
    /// The ARN; `*` for actions without resources.
    pub(crate) resource: &'static str,
    pub(crate) passed_to: Option<&'static str>,
    /// The request as it is made.
    pub(crate) context: Context,
    /// All requests that the session could make as well: by what it chooses, as far as the policies look at it.
    pub(crate) choices: Vec<Context>,
}

#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) version: Option<&'static str>,
    pub(crate) statements: Vec<Statement>,
}

#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) effect: &'static str,
    /// `Action` or `NotAction`.
    pub(crate) action_element: &'static str,
    pub(crate) actions: Vec<&'static str>,
    /// `Resource` or `NotResource`.
    pub(crate) resource_element: &'static str,
    pub(crate) resources: Vec<String>,
    pub(crate) tests: Vec<Test>,
}

#[derive(Clone, Debug)]
pub(crate) struct Test {
    pub(crate) operator: Operator,
    pub(crate) key: &'static str,
    pub(crate) values: Vec<String>,
}

/// An action, the ARNs of what it is used on, and whether its requests can carry tags.
type Action = (&'static str, &'static [&'static str], bool);

const OBJECTS: &[&str] =
    &["arn:aws:s3:::a/b", "arn:aws:s3:::a/c", "arn:aws:s3:::c/d/b", "arn:aws:s3:::home/ann/x"];
const ROLES: &[&str] = &[
    "arn:aws:iam::111122223333:role/x",
    "arn:aws:iam::111122223333:role/xy",
    "arn:aws:iam::111122223333:role/team/x",
    "arn:aws:iam::444455556666:role/x",
];
const ACTIONS: &[Action] = &[
    ("s3:GetObject", OBJECTS, false),
    ("s3:PutObject", OBJECTS, false),
    ("s3:ListBucket", &["arn:aws:s3:::a", "arn:aws:s3:::c"], false),
    ("iam:PassRole", ROLES, false),
    ("iam:CreateRole", ROLES, true),
    ("sts:AssumeRole", ROLES, true),
    ("dynamodb:GetItem", &["arn:aws:dynamodb:eu-west-1:111122223333:table/x"], false),
    ("iam:ListRoles", &["*"], false),
];

const ACTION_PATTERNS: &[&str] = &[
    "*",
    "s3:*",
    "s3:Get*",
    "s3:?etObject",
    "S3:putobject",
    "s3:ListBucket",
    "iam:*",
    "iam:PassRole",
    "iam:Create*",
    "IAM:?assrole",
    "sts:Assume*",
    "sts:AssumeRole",
    "dynamodb:*",
    "iam:List*",
];

const RESOURCE_PATTERNS: &[&str] = &[
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::a",
    "arn:aws:s3:::a/*",
    "arn:aws:s3:::a/b",
    "arn:aws:s3:::*/b",
    "arn:aws:s3:::?/*",
    "arn:aws:s3:::a/?",
    "arn:aws:s3:::${aws:PrincipalTag/team}/*",
    "arn:aws:s3:::${aws:PrincipalTag/team, 'a'}/*",
    "arn:aws:s3:::home/${aws:username}/*",
    "arn:aws:s3:::a${*}b",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::*:role/x",
    "arn:aws:iam::111122223333:role/x*",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::1111*:role/*",
    "arn:aws:iam::444455556666:role/*",
    "arn:aws:iam::*:role/${aws:PrincipalTag/team}",
    "arn:aws:iam::*:*",
    "arn:aws:iam::*:*/x",
    "arn:aws:iam::*role/x",
    "arn:aws:iam:*",
    "arn:*:*:*:111122223333:*",
    "arn:aws:dynamodb:*:*:table/x",
    "arn:aws:dynamodb:eu-west-1:*",
];

/// A condition key: its name, its operators, what policies write, and what requests may hold.
#[derive(Clone, Copy)]
struct Key {
    name: &'static str,
    operators: &'static [&'static str],
    written: &'static [&'static str],
    found: &'static [Option<&'static str>],
    of: Of,
}

/// Who decides what a key holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The session, with each request.
    Session,
    /// As `Session`, where the action has the key.
    Tagging,
    /// Others: who made the session or the resource.
    Others,
    /// The service that makes a request in the session's name. The session's own requests hold the first value.
    Service,
    /// The service that a role is passed to.
    Passed,
}

const TEXT: &[&str] =
    &["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"];
const TRUTH: &[&str] = &["Bool"];
const TEAM: &[&str] = &["a", "b", "a*", "A"];
const TEAMS: &[Option<&str>] = &[None, Some("a"), Some("b"), Some("other")];

const KEYS: &[Key] = &[
    Key {
        name: "aws:RequestedRegion",
        operators: TEXT,
        written: &["eu-west-1", "us-east-1", "eu-*", "*"],
        found: &[Some("eu-west-1"), Some("us-east-1"), Some("ap-south-1")],
        of: Of::Session,
    },
    Key {
        name: "aws:SecureTransport",
        operators: TRUTH,
        written: &["true", "false"],
        found: &[Some("true"), Some("false")],
        of: Of::Session,
    },
    Key {
        name: "aws:SourceIp",
        operators: &["IpAddress", "NotIpAddress"],
        written: &["203.0.113.0/24", "198.51.100.0/24", "203.0.113.128/25"],
        found: &[None, Some("203.0.113.7"), Some("203.0.113.200"), Some("198.51.100.1"), Some("192.0.2.1")],
        of: Of::Session,
    },
    Key {
        name: "aws:CurrentTime",
        operators: &["DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"],
        written: &["2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "2035-01-01T00:00:00Z"],
        found: &[Some("2026-11-25T00:00:00Z"), Some("2032-01-01T00:00:00Z"), Some("2040-01-01T00:00:00Z")],
        of: Of::Session,
    },
    Key { name: "aws:RequestTag/team", operators: TEXT, written: TEAM, found: TEAMS, of: Of::Tagging },
    Key { name: "aws:PrincipalTag/team", operators: TEXT, written: TEAM, found: TEAMS, of: Of::Others },
    Key { name: "aws:ResourceTag/team", operators: TEXT, written: TEAM, found: TEAMS, of: Of::Others },
    Key {
        name: "aws:MultiFactorAuthPresent",
        operators: TRUTH,
        written: &["true", "false"],
        found: &[None, Some("true"), Some("false")],
        of: Of::Others,
    },
    Key {
        name: "aws:ViaAWSService",
        operators: TRUTH,
        written: &["true", "false"],
        found: &[Some("false"), Some("true")],
        of: Of::Service,
    },
    Key {
        name: "iam:PassedToService",
        operators: TEXT,
        written: &["lambda.amazonaws.com", "ec2.amazonaws.com", "*.amazonaws.com", "lambda.*"],
        found: &[Some("lambda.amazonaws.com"), Some("ec2.amazonaws.com")],
        of: Of::Passed,
    },
];

impl Case {
    pub(crate) fn new(seed: u64) -> Self {
        let random = &mut Random::new(seed);
        let (action, resources, tags) = random.pick(ACTIONS);
        let resource = random.pick(resources);
        // A third of the cases has no conditions: those are compared exactly.
        let conditions = random.chance(66);
        let policies: Vec<Document> =
            (0..=random.below(3)).map(|_| document(random, action, conditions)).collect();
        let boundary = random.chance(50).then(|| document(random, action, conditions));
        let mut case = Self {
            policies,
            boundary,
            action,
            resource,
            passed_to: None,
            context: Context::new(),
            choices: Vec::new(),
        };
        case.make_requests(random, tags);
        case
    }

    fn make_requests(&mut self, random: &mut Random, tags: bool) {
        let set = |context: &mut Context, key: &Key, value: Option<&str>| {
            if let Some(value) = value {
                context.set(key.name, ContextValue::One(value.to_owned()));
            }
        };
        let mut context = Context::new();
        let mut choices = vec![Context::new()];
        for key in KEYS {
            let value = random.pick(key.found);
            let passes = self.action == "iam:PassRole";
            match key.of {
                Of::Passed if !passes => {}
                Of::Passed | Of::Others => {
                    set(&mut context, key, value);
                    choices.iter_mut().for_each(|choice| set(choice, key, value));
                    if key.of == Of::Passed {
                        self.passed_to = value;
                    }
                }
                Of::Service => {
                    set(&mut context, key, value);
                    choices.iter_mut().for_each(|choice| set(choice, key, key.found[0]));
                }
                Of::Tagging if !tags => {}
                Of::Session | Of::Tagging => {
                    set(&mut context, key, value);
                    // What no policy looks at makes no difference.
                    let found = if self.looks_at(key.name) { key.found } else { &key.found[..1] };
                    let with = |choice: &Context| {
                        found
                            .iter()
                            .map(|value| {
                                let mut choice = choice.clone();
                                set(&mut choice, key, *value);
                                choice
                            })
                            .collect::<Vec<_>>()
                    };
                    choices = choices.iter().flat_map(with).collect();
                }
            }
        }
        (self.context, self.choices) = (context, choices);
    }

    pub(crate) fn documents(&self) -> impl Iterator<Item = &Document> {
        self.policies.iter().chain(&self.boundary)
    }

    pub(crate) fn documents_mut(&mut self) -> impl Iterator<Item = &mut Document> {
        self.policies.iter_mut().chain(&mut self.boundary)
    }

    fn looks_at(&self, key: &str) -> bool {
        let mut tests = self.documents().flat_map(|document| &document.statements).flat_map(|one| &one.tests);
        tests.any(|test| test.key == key)
    }

    /// Policies and requests in one line: first the request as it is made, then all that could be.
    pub(crate) fn line(&self) -> String {
        let contexts: Vec<Value> =
            std::iter::once(&self.context).chain(&self.choices).map(context_json).collect();
        json!({
            "policies": self.policies.iter().map(Document::json).collect::<Vec<_>>(),
            "boundary": self.boundary.as_ref().map(Document::json),
            "action": self.action,
            "resource": self.resource,
            "contexts": contexts,
        })
        .to_string()
    }
}

fn context_json(context: &Context) -> Value {
    let entry = |(key, value): (&str, &ContextValue)| match value {
        ContextValue::One(value) => (key.to_owned(), json!(value)),
        ContextValue::Many(values) => (key.to_owned(), json!(values)),
    };
    Value::Object(context.iter().map(entry).collect::<Map<_, _>>())
}

impl Document {
    /// The policy as JSON.
    pub(crate) fn json(&self) -> Value {
        let statements: Vec<_> = self.statements.iter().map(Statement::json).collect();
        match self.version {
            Some(version) => json!({ "Version": version, "Statement": statements }),
            None => json!({ "Statement": statements }),
        }
    }

    /// The policy as it is read.
    pub(crate) fn parsed(&self, vocabulary: &Vocabulary) -> Policy {
        let sources = Sources::default();
        let source = sources.add_kept(Origin::Memory(PathBuf::from("case")), "".into());
        let document = value(&self.json(), Span::new(source, 0, 0), vocabulary);
        parse(&document, vocabulary).0
    }
}

impl Statement {
    fn json(&self) -> Value {
        let mut out = Map::new();
        out.insert("Effect".to_owned(), json!(self.effect));
        out.insert(self.action_element.to_owned(), json!(self.actions));
        out.insert(self.resource_element.to_owned(), json!(self.resources));
        let mut conditions: Map<String, Value> = Map::new();
        for test in &self.tests {
            let operator = test.operator.name().expect("only AWS's operators are written");
            let keys = conditions.entry(operator).or_insert_with(|| json!({}));
            keys[test.key] = json!(test.values);
        }
        if !conditions.is_empty() {
            out.insert("Condition".to_owned(), Value::Object(conditions));
        }
        Value::Object(out)
    }
}

fn document(random: &mut Random, action: &'static str, conditions: bool) -> Document {
    let version =
        if random.chance(85) { Some("2012-10-17") } else { random.pick(&[Some("2008-10-17"), None]) };
    let statements = (0..=random.below(4)).map(|_| statement(random, action, conditions)).collect();
    Document { version, statements }
}

fn statement(random: &mut Random, action: &'static str, conditions: bool) -> Statement {
    let effect = if random.chance(75) { "Allow" } else { "Deny" };
    let action_element = if random.chance(85) { "Action" } else { "NotAction" };
    let resource_element = if random.chance(85) { "Resource" } else { "NotResource" };
    let mut actions: Vec<&'static str> =
        (0..=random.below(2)).map(|_| random.pick(ACTION_PATTERNS)).collect();
    // Else few statements would be about the request.
    if action_element == "Action" && random.chance(60) {
        actions.push(action);
    }
    let mut resources: Vec<String> =
        (0..=random.below(2)).map(|_| random.pick(RESOURCE_PATTERNS).to_owned()).collect();
    if resource_element == "Resource" && effect == "Allow" && random.chance(40) {
        resources.push("*".to_owned());
    }
    let mut tests: Vec<Test> = Vec::new();
    if conditions {
        for _ in 0..random.pick(&[0, 0, 1, 1, 1, 2]) {
            let test = test(random);
            let is_same = |known: &Test| known.key == test.key && known.operator == test.operator;
            if !tests.iter().any(is_same) {
                tests.push(test);
            }
        }
    }
    Statement { effect, action_element, actions, resource_element, resources, tests }
}

fn test(random: &mut Random) -> Test {
    let key = random.pick(KEYS);
    let is_null = random.chance(10);
    let mut name = if is_null { "Null" } else { random.pick(key.operators) }.to_owned();
    if !is_null && random.chance(20) {
        name.push_str("IfExists");
    }
    let mut values: Vec<String> = if is_null {
        vec![random.pick(&["true", "false"]).to_owned()]
    } else {
        (0..=random.below(2)).map(|_| random.pick(key.written).to_owned()).collect()
    };
    if key.of == Of::Tagging && !is_null && random.chance(10) {
        values = vec!["${aws:PrincipalTag/team}".to_owned()];
    }
    values.dedup();
    Test { operator: Operator::parse(&name), key: key.name, values }
}
