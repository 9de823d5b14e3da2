//! Senders so small that all of their requests can be listed, one by one.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::knowledge::sender::{
    Claim, Control, Exchange, Format, Kind, Measure, Piece, Presence, Sender, Values, Variable, VariableId,
};
use crate::policy::evaluate::compare::instant;
use crate::policy::{Caller, Context, ContextValue};
use crate::value::Shape;

/// Today, in these tests.
pub(super) const TODAY: &str = "2026-11-25";

/// A sender with all of its requests, and the words that policies about it are made of.
pub(super) struct Small {
    pub(super) name: &'static str,
    pub(super) sender: Sender,
    pub(super) from: From,
    pub(super) requests: Vec<Sent>,
    /// Keys for tests.
    pub(super) keys: &'static [&'static str],
    /// Values for tests.
    pub(super) values: &'static [&'static str],
    pub(super) principals: &'static [&'static str],
    pub(super) actions: &'static [&'static str],
    pub(super) operators: &'static [&'static str],
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Federated(&'static str),
    Aws,
}

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) kind: usize,
    pub(super) exchange: usize,
    /// The values of the variables; `None` where nothing is made of one.
    pub(super) variables: Vec<Option<String>>,
    /// What it may look like, as far as the sources of the sender do not say.
    pub(super) contexts: Vec<Context>,
}

pub(super) const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/x.example";

impl Small {
    pub(super) fn all() -> Vec<Self> {
        vec![token(), sets(), aws(), typed(), pairs(), segments()]
    }

    pub(super) fn caller(&self, context: &Context) -> Caller {
        let one = |key: &str| match context.get(key) {
            Some(ContextValue::One(value)) => value.clone(),
            _ => String::new(),
        };
        match self.from {
            From::Federated(provider) => Caller::Federated(provider.to_owned()),
            From::Aws => Caller::Aws {
                account: one("aws:principalaccount"),
                arn: one("aws:principalarn"),
                session: None,
            },
        }
    }
}

const STRINGS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
];

fn token() -> Small {
    let sender = Sender {
        variables: vec![
            variable("a", &["", "a", "b"]),
            Arc::new(Variable {
                except: vec!["bb".to_owned()],
                ..Variable::clone(&variable("b", &["", "a", "b", "ab", "ba", "bb"]))
            }),
            variable("e", &["a", "B", "a:b"]),
        ],
        kinds: vec![
            kind(&[
                ("x:sub", Presence::Always, one(&["{a}:{b}"])),
                ("x:ref", Presence::Always, one(&["{b}"])),
                ("x:env", Presence::Sometimes, one(&["{e}"])),
                ("x:never", Presence::Never, one(&["{e}"])),
            ]),
            kind(&[
                ("x:sub", Presence::Always, one(&["e:{e}", "{+b}{a}"])),
                ("x:env", Presence::Always, one(&["{e}"])),
            ]),
        ],
        exchanges: vec![exchange(&["sts:AssumeRoleWithWebIdentity"], &[])],
        ..Sender::default()
    };
    small(
        "token",
        sender,
        From::Federated(PROVIDER),
        &["x:sub", "x:sub", "x:ref", "x:env", "X:Env", "x:never", "x:other"],
        &[
            "",
            "a",
            "b",
            "B",
            "ab",
            "a:b",
            "A:b",
            "e:a",
            "*",
            "?",
            "??",
            "a*",
            "*b",
            "?:?",
            "*:*",
            "e:*",
            "a:?b",
            "${x:ref}",
            "${x:env}",
            "${x:sub}",
            "${x:never}",
            "${x:ref}b",
            "a:${x:ref}",
            "${*}",
            "a${?}",
            "${x:env, 'a'}",
            "${x:never, 'b'}",
        ],
        WEB,
        WEB_ACTIONS,
        STRINGS,
    )
}

const WEB: &[&str] = &[
    r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/x.example"}"#,
    r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/x.example"}"#,
    r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/x.example"}"#,
    r#"{"Federated":["arn:aws:iam::111122223333:oidc-provider/y.example","x.example"]}"#,
    r#"{"Federated":"*"}"#,
    r#"{"AWS":"*"}"#,
    r#"{"AWS":"111122223333"}"#,
];

const WEB_ACTIONS: &[&str] = &["sts:AssumeRoleWithWebIdentity", "sts:*", "sts:TagSession", "sts:assumerole*"];

fn sets() -> Small {
    let sender = Sender {
        variables: vec![
            variable("p", &["a", "b"]),
            variable("q", &["", "a"]),
            variable("g", &["a", "b", "c"]),
        ],
        kinds: vec![
            kind(&[
                (
                    "x:amr",
                    Presence::Always,
                    Values::Many {
                        required: vec![formats(&["auth"]), formats(&["{p}", "{p}:{q}"])],
                        others: formats(&["{p}:x:{q}"]),
                    },
                ),
                (
                    "x:groups",
                    Presence::Sometimes,
                    Values::Many { required: Vec::new(), others: formats(&["{+g}"]) },
                ),
                ("x:sub", Presence::Always, one(&["{p}"])),
            ]),
            Kind {
                guest: true,
                ..kind(&[(
                    "x:amr",
                    Presence::Always,
                    Values::Many { required: vec![formats(&["guest"])], others: Vec::new() },
                )])
            },
        ],
        exchanges: vec![exchange(&["sts:AssumeRoleWithWebIdentity"], &[])],
        ..Sender::default()
    };
    small(
        "sets",
        sender,
        From::Federated(PROVIDER),
        &["x:amr", "x:amr", "x:groups", "x:groups", "x:sub"],
        &[
            "",
            "a",
            "b",
            "c",
            "auth",
            "guest",
            "a:x:",
            "a:x:*",
            "b:*",
            "*",
            "?",
            "??",
            "*a",
            "a:a",
            "${x:sub}",
            "${x:groups}",
            "AUTH",
        ],
        WEB,
        WEB_ACTIONS,
        STRINGS,
    )
}

fn aws() -> Small {
    let sender = Sender {
        variables: vec![
            variable("account", &["111122223333", "444455556666"]),
            variable("role", &["a", "p/b"]),
            variable("tag", &["team", "Team", "x"]),
            variable("value", &["a", "b"]),
        ],
        kinds: vec![kind(&[
            ("aws:principalaccount", Presence::Always, one(&["{account}"])),
            ("aws:principalarn", Presence::Always, one(&["arn:aws:iam::{account}:role/{role}"])),
            ("aws:requesttag/*", Presence::Sometimes, one(&["{+value}"])),
            (
                "aws:tagkeys",
                Presence::Sometimes,
                Values::Many { required: Vec::new(), others: formats(&["{+tag}"]) },
            ),
            ("sts:rolesessionname", Presence::Always, one(&["{+value}"])),
        ])],
        exchanges: vec![
            exchange(&["sts:AssumeRole"], &["aws:requesttag/*", "aws:tagkeys"]),
            exchange(&["sts:AssumeRole", "sts:TagSession"], &[]),
        ],
        ..Sender::default()
    };
    small(
        "aws",
        sender,
        From::Aws,
        &[
            "aws:PrincipalAccount",
            "aws:PrincipalArn",
            "aws:RequestTag/team",
            "aws:RequestTag/Team",
            "aws:RequestTag/x",
            "aws:TagKeys",
            "aws:TagKeys",
            "sts:RoleSessionName",
        ],
        &[
            "",
            "a",
            "b",
            "team",
            "Team",
            "TEAM",
            "x",
            "*",
            "?",
            "t*",
            "111122223333",
            "444455556666",
            "arn:aws:iam::111122223333:role/a",
            "arn:aws:iam::*:role/p/*",
            "arn:aws:iam::*",
            "*:role/a",
            "arn:*:iam::?11122223333:role/*b",
            "arn:aws:iam:*:role/a",
            "${aws:RequestTag/team}",
            "${sts:RoleSessionName}",
        ],
        &[
            r#"{"AWS":"*"}"#,
            r#"{"AWS":"*"}"#,
            r#""*""#,
            r#"{"AWS":"111122223333"}"#,
            r#"{"AWS":"arn:aws:iam::444455556666:root"}"#,
            r#"{"AWS":["arn:aws:iam::111122223333:role/a","444455556666"]}"#,
            r#"{"AWS":"arn:aws:iam::111122223333:role/p/b"}"#,
            r#"{"Federated":"*"}"#,
            r#"{"Service":"ec2.amazonaws.com"}"#,
        ],
        &["sts:AssumeRole", "sts:*", "sts:*", "sts:TagSession", "sts:A*"],
        &[
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringNotLike",
            "StringEqualsIgnoreCase",
            "ArnLike",
            "ArnEquals",
            "ArnNotLike",
            "ArnNotEquals",
        ],
    )
}

fn typed() -> Small {
    let sender = Sender {
        variables: vec![
            variable("number", &["1", "2", "2.5", "3"]),
            Arc::new(Variable {
                measure: Measure::Time,
                ..Variable::clone(&variable(
                    "time",
                    &["2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", "2027-01-01T00:00:00Z"],
                ))
            }),
            variable("address", &["10.0.0.1", "10.0.1.1", "2001:db8::1"]),
            variable("truth", &["true", "false"]),
        ],
        kinds: vec![kind(&[
            ("x:number", Presence::Sometimes, one(&["{number}"])),
            ("aws:currenttime", Presence::Always, one(&["{time}"])),
            ("aws:sourceip", Presence::Sometimes, one(&["{address}"])),
            ("x:truth", Presence::Sometimes, one(&["{truth}"])),
        ])],
        exchanges: vec![exchange(&["sts:AssumeRoleWithWebIdentity"], &[])],
        ..Sender::default()
    };
    small(
        "typed",
        sender,
        From::Federated(PROVIDER),
        &["x:number", "x:number", "aws:CurrentTime", "aws:SourceIp", "x:truth"],
        &[
            "1",
            "2",
            "3",
            "2.2",
            "-1",
            "2026-11-25",
            "2027-01-01",
            "2026-12-01T00:00:00Z",
            "2030-01-01",
            "10.0.0.0/24",
            "10.0.0.0/16",
            "10.0.1.1",
            "0.0.0.0/0",
            "::/0",
            "2001:db8::/32",
            "true",
            "false",
            "True",
            "x",
            "*",
        ],
        WEB,
        WEB_ACTIONS,
        &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
            "Bool",
            "IpAddress",
            "NotIpAddress",
            "StringEquals",
            "StringNotLike",
        ],
    )
}

fn pairs() -> Small {
    let sender = Sender {
        variables: vec![variable("v", &["a", "b"]), variable("o", &["a", "b"])],
        kinds: vec![
            kind(&[
                ("x:ip", Presence::Sometimes, one(&["{+v}"])),
                ("x:endpoint", Presence::Sometimes, one(&["{v}"])),
                ("x:org", Presence::Sometimes, one(&["{o}"])),
                (
                    "x:paths",
                    Presence::Sometimes,
                    Values::Many { required: vec![formats(&["{o}/", "{o}/x"])], others: Vec::new() },
                ),
                ("x:maybe", Presence::Undecided, one(&["{+v}"])),
            ]),
            Kind { possible: true, ..kind(&[("x:ip", Presence::Always, one(&["c"]))]) },
        ],
        exchanges: vec![
            exchange(&["sts:AssumeRoleWithWebIdentity"], &[]),
            Exchange {
                possible: true,
                ..exchange(&["sts:AssumeRoleWithWebIdentity", "sts:TagSession"], &["x:org", "x:paths"])
            },
        ],
        exactly_one: vec![["x:ip".to_owned(), "x:endpoint".to_owned()]],
        together: vec![["x:org".to_owned(), "x:paths".to_owned()]],
        ..Sender::default()
    };
    small(
        "pairs",
        sender,
        From::Federated(PROVIDER),
        &["x:ip", "x:endpoint", "x:org", "x:paths", "x:maybe"],
        &["", "a", "b", "c", "*", "?", "a/", "a/*", "b/x", "${x:org}", "${x:endpoint}", "${x:maybe}"],
        WEB,
        WEB_ACTIONS,
        STRINGS,
    )
}

fn segments() -> Small {
    let choices = vec![format("a={v}"), format("b={w}"), format("c")];
    let pieces = vec![
        Piece::Literal("s/".to_owned()),
        Piece::Segments { choices, separator: ":".to_owned(), most: 2 },
    ];
    let sender = Sender {
        variables: vec![variable("v", &["", "a", "ab"]), variable("w", &["a", "b"])],
        kinds: vec![kind(&[
            ("x:sub", Presence::Always, Values::One(vec![Format(pieces)])),
            ("x:v", Presence::Always, one(&["{v}"])),
            ("x:w", Presence::Sometimes, one(&["{w}"])),
        ])],
        exchanges: vec![exchange(&["sts:AssumeRoleWithWebIdentity"], &[])],
        ..Sender::default()
    };
    small(
        "segments",
        sender,
        From::Federated(PROVIDER),
        &["x:sub", "x:sub", "x:v", "x:w"],
        &[
            "",
            "a",
            "b",
            "ab",
            "s/c",
            "s/*",
            "s/a=*",
            "*:c",
            "*:b=a",
            "s/a=a:b=?",
            "s/?=a:*",
            "*",
            "?",
            "s/c:a=${*}",
            "${x:v}",
            "${x:w}",
            "*a=ab*",
            "*b=b*",
            "S/C",
        ],
        WEB,
        WEB_ACTIONS,
        STRINGS,
    )
}

#[expect(clippy::too_many_arguments, reason = "a row of a table")]
fn small(
    name: &'static str,
    sender: Sender,
    from: From,
    keys: &'static [&'static str],
    values: &'static [&'static str],
    principals: &'static [&'static str],
    actions: &'static [&'static str],
    operators: &'static [&'static str],
) -> Small {
    let requests = requests(&sender);
    Small { name, sender, from, requests, keys, values, principals, actions, operators }
}

fn variable(name: &str, texts: &[&str]) -> Arc<Variable> {
    Arc::new(Variable {
        name: name.to_owned(),
        language: Shape::one_of(texts.iter().copied()),
        except: Vec::new(),
        measure: Measure::Text,
        control: Control::Requester,
        samples: texts.iter().map(|&text| text.to_owned()).collect(),
    })
}

fn kind(claims: &[(&str, Presence, Values)]) -> Kind {
    let claim = |(key, presence, values): &(&str, Presence, Values)| Claim {
        key: (*key).to_owned(),
        presence: *presence,
        values: values.clone(),
    };
    Kind { claims: claims.iter().map(claim).map(Arc::new).collect(), ..Kind::default() }
}

fn exchange(actions: &[&str], without: &[&str]) -> Exchange {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Exchange { actions: owned(actions), without: owned(without), ..Exchange::default() }
}

fn one(written: &[&str]) -> Values {
    Values::One(formats(written))
}

fn formats(written: &[&str]) -> Vec<Format> {
    written.iter().map(|text| format(text)).collect()
}

/// Names of variables, in the order in which all senders here declare them.
const NAMES: &[&[&str]] = &[
    &["a", "p", "account", "number", "v"],
    &["b", "q", "role", "time", "o", "w"],
    &["e", "g", "tag", "address"],
    &["value", "truth"],
];

/// `{name}` is a variable, `{+name}` another string of its language.
fn format(written: &str) -> Format {
    let mut pieces = Vec::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').expect("a closed brace");
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.to_owned()));
        }
        let bare = name.trim_start_matches('+');
        let index = NAMES.iter().position(|names| names.contains(&bare)).expect("a known name");
        let id = VariableId::try_from(index).expect("few variables");
        pieces.push(if bare == name { Piece::Variable(id) } else { Piece::Fresh(id) });
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Format(pieces)
}

/// All requests of a sender, whose languages must be those of their samples.
fn requests(sender: &Sender) -> Vec<Sent> {
    let today = instant(TODAY);
    let languages: Vec<Vec<String>> = sender
        .variables
        .iter()
        .map(|variable| {
            let is_past = |text: &String| variable.measure == Measure::Time && instant(text) < today;
            let kept = |text: &&String| !variable.except.contains(text) && !is_past(text);
            variable.samples.iter().filter(kept).cloned().collect()
        })
        .collect();
    let mut found = Vec::new();
    for (kind_index, kind) in sender.kinds.iter().enumerate() {
        for (exchange_index, exchange) in sender.exchanges.iter().enumerate() {
            for variables in assignments(kind, &languages) {
                let requests =
                    Requests { sender, kind, exchange, variables: &variables, languages: &languages };
                for contexts in requests.all() {
                    found.push(Sent {
                        kind: kind_index,
                        exchange: exchange_index,
                        variables: variables.clone(),
                        contexts,
                    });
                }
            }
        }
    }
    assert!(found.len() < 3_000, "{} requests are too many", found.len());
    found
}

/// All values of the variables that a kind's claims are made of.
fn assignments(kind: &Kind, languages: &[Vec<String>]) -> Vec<Vec<Option<String>>> {
    fn used(format: &Format, into: &mut BTreeSet<usize>) {
        for piece in &format.0 {
            match piece {
                Piece::Variable(variable) => {
                    into.insert(usize::from(*variable));
                }
                Piece::Segments { choices, .. } => choices.iter().for_each(|choice| used(choice, into)),
                Piece::Literal(_) | Piece::Fresh(_) => {}
            }
        }
    }
    let mut variables = BTreeSet::new();
    for claim in &kind.claims {
        match &claim.values {
            Values::One(formats) => formats.iter().for_each(|format| used(format, &mut variables)),
            Values::Many { required, others } => {
                required.iter().flatten().chain(others).for_each(|format| used(format, &mut variables));
            }
        }
    }
    let mut all = vec![vec![None; languages.len()]];
    for variable in variables {
        all = product(&all, &languages[variable], |assignment, text| {
            let mut assignment = assignment.clone();
            assignment[variable] = Some(text.clone());
            assignment
        });
    }
    all
}

fn product<L, R, T>(left: &[L], right: &[R], with: impl Fn(&L, &R) -> T) -> Vec<T> {
    left.iter().flat_map(|left| right.iter().map(|right| with(left, right)).collect::<Vec<_>>()).collect()
}

struct Requests<'a> {
    sender: &'a Sender,
    kind: &'a Kind,
    exchange: &'a Exchange,
    variables: &'a [Option<String>],
    languages: &'a [Vec<String>],
}

const TAG: &str = "aws:requesttag/";

impl Requests<'_> {
    fn all(&self) -> Vec<Vec<Context>> {
        let mut all = vec![vec![Context::new()]];
        for claim in &self.kind.claims {
            if !self.exchange.may_have(&claim.key) || claim.key.starts_with(TAG) {
                continue;
            }
            let mut options: Vec<Option<ContextValue>> =
                self.values(&claim.values).into_iter().map(Some).collect();
            match claim.presence {
                Presence::Always => {}
                Presence::Sometimes | Presence::Undecided => options.push(None),
                Presence::Never => options = vec![None],
            }
            let with = |context: &Context, option: &Option<ContextValue>| {
                let mut context = context.clone();
                if let Some(value) = option {
                    context.set(&claim.key, value.clone());
                }
                context
            };
            all = if claim.presence == Presence::Undecided {
                all.iter().map(|contexts| product(contexts, &options, with)).collect()
            } else {
                product(&all, &options, |contexts, option| {
                    contexts.iter().map(|context| with(context, option)).collect()
                })
            };
        }
        all.iter()
            .flat_map(|contexts| self.with_tags(contexts))
            .filter(|contexts| self.agree(contexts))
            .collect()
    }

    /// There are tags of exactly the keys that `aws:TagKeys` lists, whose names differ in more than case.
    fn with_tags(&self, contexts: &[Context]) -> Vec<Vec<Context>> {
        let Some(claim) = self.kind.claims.iter().find(|claim| claim.key.starts_with(TAG)) else {
            return vec![contexts.to_vec()];
        };
        let keys = match contexts[0].get("aws:tagkeys") {
            Some(ContextValue::Many(keys)) => keys.clone(),
            _ => return vec![contexts.to_vec()],
        };
        let distinct: BTreeSet<String> = keys.iter().map(|key| key.to_lowercase()).collect();
        if keys.is_empty() || distinct.len() != keys.len() {
            return Vec::new();
        }
        let mut all = vec![contexts.to_vec()];
        for key in keys {
            all = product(&all, &self.values(&claim.values), |contexts, value| {
                let with = |context: &Context| {
                    let mut context = context.clone();
                    context.set(&format!("{TAG}{key}"), value.clone());
                    context
                };
                contexts.iter().map(with).collect()
            });
        }
        all
    }

    fn agree(&self, contexts: &[Context]) -> bool {
        let count = |pair: &[String; 2]| pair.iter().filter(|key| contexts[0].get(key).is_some()).count();
        // Pairs are of keys that requests of the exchange can have at all.
        let counts = |pair: &&[String; 2]| pair.iter().all(|key| self.kind.claim(key).is_some());
        self.sender.exactly_one.iter().filter(counts).all(|pair| count(pair) == 1)
            && self.sender.together.iter().filter(counts).all(|pair| count(pair) != 1)
    }

    fn values(&self, values: &Values) -> Vec<ContextValue> {
        match values {
            Values::One(formats) => self.texts(formats).into_iter().map(ContextValue::One).collect(),
            Values::Many { required, others } => {
                let mut sets = BTreeSet::from([BTreeSet::new()]);
                let add = |sets: &BTreeSet<BTreeSet<String>>, text: &String| -> Vec<BTreeSet<String>> {
                    sets.iter().map(|set| set.iter().chain([text]).cloned().collect()).collect()
                };
                for formats in required {
                    sets = self.texts(formats).iter().flat_map(|text| add(&sets, text)).collect();
                }
                for text in self.texts(others) {
                    let more = add(&sets, &text);
                    sets.extend(more);
                }
                sets.into_iter().map(|set| ContextValue::Many(set.into_iter().collect())).collect()
            }
        }
    }

    fn texts(&self, formats: &[Format]) -> BTreeSet<String> {
        formats.iter().flat_map(|format| self.format(format)).collect()
    }

    fn format(&self, format: &Format) -> Vec<String> {
        let mut all = vec![String::new()];
        for piece in &format.0 {
            let next = match piece {
                Piece::Literal(text) => vec![text.clone()],
                Piece::Variable(variable) => {
                    vec![self.variables[usize::from(*variable)].clone().expect("a used variable")]
                }
                Piece::Fresh(variable) => self.languages[usize::from(*variable)].clone(),
                Piece::Segments { choices, separator, most } => self.segments(choices, separator, *most),
            };
            all = product(&all, &next, |before, next| format!("{before}{next}"));
        }
        all
    }

    fn segments(&self, choices: &[Format], separator: &str, most: u8) -> Vec<String> {
        let mut all = Vec::new();
        for (index, choice) in choices.iter().enumerate() {
            let rest: Vec<Format> = choices
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index)
                .map(|(_, format)| format.clone())
                .collect();
            let first = self.format(choice);
            all.extend(first.iter().cloned());
            if most > 1 {
                let behind = self.segments(&rest, separator, most - 1);
                all.extend(product(&first, &behind, |first, behind| format!("{first}{separator}{behind}")));
            }
        }
        all
    }
}
