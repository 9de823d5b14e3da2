//! Questions with standard names have the answers that they have with their own: of senders as they are, and names that are
//! like what senders say.

use serde_json::{Map, Value, json};

use super::*;
use crate::knowledge::Issuers;
use crate::knowledge::sender::Sender;

/// Names, and what might be taken for one.
const WORDS: &[&str] = &[
    "billing",
    "search-2",
    "acme",
    "Acme",
    "acme-",
    "docs.example",
    "repo_1",
    "main",
    "environment",
    "aws",
    "attacker",
    "x",
    "7",
    "1337",
    "0042",
    "444455556666",
    "111122223333",
    "standard-90000",
    "standarda",
    "STANDARD",
];

/// A sender, who asks, its principals and keys, and patterns of values, with `W` in the place of words.
struct Real {
    sender: Sender,
    party: fn(&Scene) -> Party,
    action: &'static str,
    principals: &'static [&'static str],
    keys: &'static [(&'static str, &'static [&'static str])],
}

const PROVIDERS: &[&str] = &[
    r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/i"}"#,
    r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/i"}"#,
    r#"{"Federated":["arn:aws:iam::900000000000:oidc-provider/i","arn:aws:iam::111122223333:oidc-provider/i"]}"#,
    r#"{"Federated":["arn:aws:iam::111122223333:oidc-provider/j","arn:aws:iam::111122223333:oidc-provider/i"]}"#,
];

fn real() -> Vec<Real> {
    let issuers = Issuers::default();
    let token = |issuer: &str| issuers.web_identity(issuer).expect("built-in files are right").0;
    let provider = |scene: &Scene| Party::Federated(scene.text("arn:aws:iam::111122223333:oidc-provider/i"));
    let web = "sts:AssumeRoleWithWebIdentity";
    vec![
        Real {
            sender: token("token.actions.githubusercontent.com"),
            party: provider,
            action: web,
            principals: PROVIDERS,
            keys: &[
                (
                    "token.actions.githubusercontent.com:sub",
                    &[
                        "repo:W/W:*",
                        "repo:W/W:ref:refs/heads/W",
                        "repo:W/W:environment:W",
                        "repo:W@W/W@W:pull_request",
                        "repo:W/W:ref:refs/tags/v*",
                        "repo:W*",
                        "repo:W/*",
                        "*/W:*",
                        "W",
                        "repo:W/?:*",
                        "*",
                    ],
                ),
                (
                    "token.actions.githubusercontent.com:aud",
                    &["sts.amazonaws.com", "W", "https://github.com/W", "*W"],
                ),
                ("token.actions.githubusercontent.com:repository", &["W/W", "W/*", "*"]),
                ("token.actions.githubusercontent.com:repository_owner_id", &["W"]),
                ("token.actions.githubusercontent.com:environment", &["W", "W*"]),
                (
                    "token.actions.githubusercontent.com:job_workflow_ref",
                    &["W/W/.github/workflows/W@refs/heads/W"],
                ),
            ],
        },
        Real {
            sender: token("gitlab.com"),
            party: provider,
            action: web,
            principals: PROVIDERS,
            keys: &[
                (
                    "gitlab.com:sub",
                    &[
                        "project_path:W/W:ref_type:branch:ref:W",
                        "project_path:W/W:*",
                        "project_path:W/*:ref_type:tag:ref:*",
                        "project_path:W/W/W:*",
                    ],
                ),
                ("gitlab.com:user_login", &["W"]),
                ("gitlab.com:namespace_id", &["W"]),
            ],
        },
        Real {
            sender: token("issuer.example/path"),
            party: provider,
            action: web,
            principals: PROVIDERS,
            keys: &[
                ("issuer.example/path:sub", &["W", "W:W", "system:serviceaccount:W:W", "W:*", "W*"]),
                ("issuer.example/path:aud", &["W", "sts.amazonaws.com", "https://W/W"]),
                ("issuer.example/path:email", &["W@W", "*@W"]),
            ],
        },
        Real {
            sender: issuers.aws_principal().expect("the built-in file is right"),
            party: |_| Party::Aws,
            action: "sts:AssumeRole",
            principals: &[
                r#"{"AWS":"W"}"#,
                r#"{"AWS":"arn:aws:iam::444455556666:root"}"#,
                r#"{"AWS":"arn:aws:iam::111122223333:role/W"}"#,
                r#"{"AWS":["arn:aws:iam::444455556666:user/W","111122223333"]}"#,
                r#"{"AWS":"*"}"#,
                r#"{"AWS":"arn:aws:sts::444455556666:assumed-role/W/W"}"#,
            ],
            keys: &[
                ("sts:ExternalId", &["W", "W/W", "W*"]),
                ("aws:PrincipalAccount", &["W", "*"]),
                (
                    "aws:PrincipalArn",
                    &["arn:aws:iam::444455556666:role/W", "arn:aws:iam::*:role/W/W*", "arn:*:iam::W:*"],
                ),
                ("aws:PrincipalOrgID", &["W", "o-W"]),
            ],
        },
    ]
}

/// A policy with `W` in the place of words, and what is wished for: a variable by its place, how, and a text.
type Drafted = (Vec<DraftedStatement>, Vec<(usize, u8, usize)>, Vec<usize>);

/// Whether it allows, its principal, and its tests: operator, key, values.
type DraftedStatement = (bool, usize, Vec<(usize, usize, Vec<usize>)>);

fn drafted() -> BoxedStrategy<Drafted> {
    let test = (0..16_usize, 0..16_usize, prop::collection::vec(0..16_usize, 1..3));
    let statement = (prop::bool::weighted(0.75), 0..16_usize, prop::collection::vec(test, 0..4));
    let wish = (0..64_usize, 0..4_u8, 0..64_usize);
    let few = 0..WORDS.len().min(6);
    let words = prop_oneof![prop::collection::vec(few, 1..24), prop::collection::vec(0..WORDS.len(), 1..24),];
    (prop::collection::vec(statement, 1..3), prop::collection::vec(wish, 0..3), words).boxed()
}

const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringLike",
    "StringLike",
    "StringEquals",
    "StringNotEquals",
    "StringNotLike",
    "ArnLike",
];

/// The policy of a draft as JSON.
fn written(real: &Real, (statements, _, words): &Drafted) -> Value {
    let mut words = words.iter().cycle();
    let mut fill = |text: &str| -> String {
        text.split('W').enumerate().fold(String::new(), |all, (index, stretch)| match index {
            0 => stretch.to_owned(),
            _ => all + WORDS[*words.next().expect("there is one")] + stretch,
        })
    };
    let statement = |(allows, principal, tests): &DraftedStatement| {
        let principal = fill(real.principals[principal % real.principals.len()]);
        let principal: Value = serde_json::from_str(&principal).expect("principals are JSON");
        let mut conditions = Map::new();
        for (operator, key, values) in tests {
            let (key, patterns) = real.keys[key % real.keys.len()];
            let values: Vec<String> =
                values.iter().map(|value| fill(patterns[value % patterns.len()])).collect();
            let of = conditions.entry(OPERATORS[operator % OPERATORS.len()]).or_insert_with(|| json!({}));
            of.as_object_mut().expect("it is one").insert(key.to_owned(), json!(values));
        }
        let effect = if *allows { "Allow" } else { "Deny" };
        let mut statement = json!({"Effect": effect, "Principal": principal, "Action": real.action});
        if !conditions.is_empty() {
            statement["Condition"] = Value::Object(conditions);
        }
        statement
    };
    let statements: Vec<Value> = statements.iter().map(statement).collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn wishes(sender: &Sender, drafted: &Drafted) -> Vec<Wanted> {
    let told: Vec<VariableId> =
        sender.tenant.iter().chain(&sender.project).chain(&sender.run).copied().collect();
    let wish = |&(variable, how, word): &(usize, u8, usize)| {
        let variable = told[variable % told.len()];
        let samples = &sender.variables[usize::from(variable)].samples;
        let word = match word % 3 {
            0 => samples[word % samples.len()].clone(),
            _ => WORDS[word % WORDS.len()].to_owned(),
        };
        match how {
            0 => Wanted::Exactly(variable, word),
            1 => Wanted::Stranger(variable, word),
            2 => Wanted::NoneOf(variable, vec![word, "billing".to_owned()]),
            _ => Wanted::InPlace,
        }
    };
    drafted.1.iter().map(wish).collect()
}

/// Whether something must not be said, or something else may be said instead.
fn leaves_a_choice(policy: &Policy, wanted: &[Wanted]) -> bool {
    let is_open = |test: &Test| test.operator.comparator.is_negated() || test.values.len() > 1;
    let leaves_a_choice = |statement: &Statement| {
        statement.effect != Effect::Allow || statement.conditions.iter().flatten().any(is_open)
    };
    policy.statements.iter().any(leaves_a_choice)
        || wanted.iter().any(|wanted| matches!(wanted, Wanted::NoneOf(..)))
}

/// Whether a witness, and each value that its variables are said to have, is admitted by the policy with its own names.
fn is_such(witness: &Witness, question: &Question<'_>, vocabulary: &Vocabulary, confirmed: bool) -> bool {
    let is_wanted = |variable: VariableId, text: &str| {
        question.wanted.iter().all(|wanted| match wanted {
            Wanted::Exactly(of, exactly) | Wanted::Stranger(of, exactly) => {
                *of != variable || exactly == text
            }
            Wanted::NoneOf(of, texts) => *of != variable || !texts.iter().any(|known| known == text),
            Wanted::InPlace => true,
        })
    };
    let variables = (0..).zip(&witness.variables);
    let exactly = |variable, text: &String| {
        let more = [Wanted::Exactly(variable, text.clone())];
        let wanted: Vec<Wanted> = question.wanted.iter().cloned().chain(more).collect();
        let question = Question {
            wanted: &wanted,
            kind: Some(witness.kind),
            exchange: Some(witness.exchange),
            ..*question
        };
        decide(&question, vocabulary) != Answer::Refused
    };
    let mut spreads = question.spread.iter().zip(&witness.spread);
    variables.clone().all(|(variable, text)| is_wanted(variable, text))
        && question
            .spread
            .iter()
            .all(|variable| exactly(*variable, &witness.variables[usize::from(*variable)]))
        && spreads.all(|(variable, spread)| match spread {
            Spread::Few(texts) => {
                texts.iter().all(|text| is_wanted(*variable, text) && exactly(*variable, text))
            }
            Spread::Many => true,
        })
        && witness.confirmed == confirmed
        && (!confirmed || is_allowed(witness, question, vocabulary))
}

/// Whether the evaluator allows a request.
fn is_allowed(witness: &Witness, question: &Question<'_>, vocabulary: &Vocabulary) -> bool {
    let one = |key: &str| match witness.context.get(key) {
        Some(ContextValue::One(value)) => value.clone(),
        _ => String::new(),
    };
    let caller = match question.party {
        Party::Federated(provider) => {
            Caller::Federated(provider.with_tokens(vocabulary).expect("it is known"))
        }
        _ => {
            Caller::Aws { account: one("aws:principalaccount"), arn: one("aws:principalarn"), session: None }
        }
    };
    question.sender.exchanges[witness.exchange].actions.iter().all(|action| {
        let (caller, context) = (caller.clone(), witness.context.clone());
        let request = Request { caller, action: action.clone(), context };
        matches!(evaluate(question.policy, &request, vocabulary), Verdict::Allowed { .. })
    })
}

#[test]
fn with_standard_names_the_answers_are_the_same() {
    let (mut cases, renamed) = (0, std::cell::Cell::new(0));
    for real in &real() {
        let spread: Vec<VariableId> =
            real.sender.tenant.iter().chain(&real.sender.project).copied().collect();
        cases += run(300, &drafted(), |drafted| {
            let mut scene = Scene::new();
            let value = scene.convert(&written(real, &drafted), String::new());
            let (policy, _) = parse(&value, &scene.vocabulary);
            let (party, wanted) = ((real.party)(&scene), wishes(&real.sender, &drafted));
            let question = Question {
                wanted: &wanted,
                spread: &spread,
                ..Question::new(&policy, &party, &real.sender, Bound::Possible)
            };
            let mut workshop = Workshop::about(&real.sender);
            let certain = Certain::of(&mut workshop, &question, &scene.vocabulary);
            let has_names = certain.as_ref().is_some_and(|certain| certain.standard().is_some());
            renamed.set(renamed.get() + u32::from(has_names));
            for bound in [Bound::Possible, Bound::Sure] {
                let question = Question { bound, ..question.clone() };
                let own = decide(&question, &scene.vocabulary);
                if own == Answer::Exhausted {
                    continue;
                }
                let found = decide_in(&mut workshop, &question, &scene.vocabulary);
                let agree = match (&found, &own) {
                    // Which of many requests is the witness may depend on how a name begins that it must not have, and on
                    // which of several is the shortest.
                    (Answer::Admitted(found), Answer::Admitted(own)) if leaves_a_choice(&policy, &wanted) => {
                        found == own || is_such(found, &question, &scene.vocabulary, own.confirmed)
                    }
                    _ => found == own,
                };
                if !agree {
                    return Err(format!("{bound:?}: {found:?}\nwith its own names {own:?}\n{wanted:?}"));
                }
                let admits = admits_in(&mut workshop, &question, &scene.vocabulary);
                if admits != Some(matches!(own, Answer::Admitted(_))) {
                    return Err(format!("{bound:?}: {admits:?}, with its own names {own:?}"));
                }
            }
            Ok(())
        });
    }
    figure("questions with standard names: policies", renamed.get(), 400);
    assert!(cases > 0);
}

#[test]
fn policies_that_say_the_same_of_other_names_are_decided_once() {
    let github = &real()[0];
    let decided = |subjects: [&str; 2]| {
        let mut scene = Scene::new();
        let policies = subjects.map(|subject| {
            let statement = json!({
                "Effect": "Allow",
                "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/i"},
                "Action": github.action,
                "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": subject}},
            });
            let value =
                scene.convert(&json!({"Version": "2012-10-17", "Statement": statement}), String::new());
            parse(&value, &scene.vocabulary).0
        });
        let party = (github.party)(&scene);
        let mut workshop = Workshop::about(&github.sender);
        for policy in &policies {
            let question = Question::new(policy, &party, &github.sender, Bound::Possible);
            let answer = decide_in(&mut workshop, &question, &scene.vocabulary);
            assert!(matches!(answer, Answer::Admitted(_)), "{answer:?}");
        }
        workshop.answers.count()
    };
    let of_billing = "repo:octo-org/billing:ref:refs/heads/main";
    for (other, count, why) in [
        ("repo:octo-org/search:ref:refs/heads/main", 1, "another name"),
        ("repo:monalisa-labs/billing:ref:refs/heads/main", 1, "another owner"),
        (
            "repo:octo-org/search:ref:refs/heads/release",
            2,
            "`main` is a sample, so `release` is no name like it",
        ),
        ("repo:octo-org/billing:ref:refs/tags/main", 2, "`heads` is what GitHub says"),
        ("repo:octo-org/environment:ref:refs/heads/main", 2, "so is `environment`"),
        ("repo:octo-org/Billing:ref:refs/heads/main", 2, "the languages of other claims tell capitals apart"),
        ("repo:octo-org/billing-2:ref:refs/heads/main", 2, "and digits"),
        ("repo:octo-org/billing:ref:refs/heads/main*", 2, "more is admitted"),
        ("repo:octo-org/octo-org:ref:refs/heads/main", 2, "the same name twice"),
    ] {
        assert_eq!(decided([of_billing, other]), count, "{other}: {why}");
    }
    // A name of which a part may stand before the wildcard is none.
    let beside = ["repo:octo-org/billing:*g", "repo:octo-org/search:*g"];
    assert_eq!(decided(beside), 2, "{beside:?}");
}
