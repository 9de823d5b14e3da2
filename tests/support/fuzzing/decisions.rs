//! Policies: their grammar, and the decision against the evaluator.

#[path = "../json_value.rs"]
mod json_value;

use std::path::PathBuf;
use std::sync::LazyLock;

use fedlint::knowledge::sender::Sender;
use fedlint::knowledge::{Issuers, SamlIdentity};
use fedlint::policy::{
    Answer, Bound, Caller, Context, ContextValue, Party, Policy, Question, Request, Verdict, Witness, decide,
    evaluate, parse,
};
use fedlint::source::{Origin, Sources, Span};
use fedlint::value::Vocabulary;
use serde_json::{Map, Value, json};

use super::{Choices, text};

const GITHUB: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
const COGNITO: &str = "cognito-identity.amazonaws.com";
const SAML: &str = "arn:aws:iam::111122223333:saml-provider/corp";

/// Those who ask: whom statements name, with what they can send.
static SENDERS: LazyLock<Vec<(Option<&str>, Sender)>> = LazyLock::new(|| {
    let issuers = Issuers::default();
    let saml = SamlIdentity { account: "111122223333", name: "corp", partition: Some("aws"), issuers: &[] };
    let web = |issuer: &str| issuers.web_identity(issuer).expect("a built-in file").0;
    vec![
        (Some(GITHUB), web("token.actions.githubusercontent.com")),
        (Some(COGNITO), web(COGNITO)),
        (Some(SAML), issuers.saml_provider(&saml).expect("a built-in file")),
        (None, issuers.aws_principal().expect("a built-in file")),
    ]
});

/// A policy of a JSON value.
fn policy_of(json: &Value, vocabulary: &Vocabulary) -> Policy {
    let source = Sources::default().add_kept(Origin::Memory(PathBuf::from("input")), "".into());
    parse(&json_value::value(json, Span::new(source, 0, 0), vocabulary), vocabulary).0
}

fn question<'q>(policy: &'q Policy, party: &'q Party, sender: &'q Sender, bound: Bound) -> Question<'q> {
    let (wanted, spread) = (&[][..], &[][..]);
    Question {
        policy,
        party,
        sender,
        bound,
        wanted,
        kind: None,
        exchange: None,
        spread,
        today: None,
        shown: None,
    }
}

fn party_of(name: Option<&str>, vocabulary: &Vocabulary) -> Party {
    name.map_or(Party::Aws, |provider| Party::Federated(vocabulary.literal(provider)))
}

/// What the evaluator says of a request, for all actions of the exchange.
fn allows(
    policy: &Policy,
    name: Option<&str>,
    sender: &Sender,
    of: &Witness,
    vocabulary: &Vocabulary,
) -> bool {
    let one = |key: &str| match of.context.get(key) {
        Some(ContextValue::One(value)) => value.clone(),
        _ => String::new(),
    };
    let caller = match name {
        Some(provider) => Caller::Federated(provider.to_owned()),
        None => {
            Caller::Aws { account: one("aws:PrincipalAccount"), arn: one("aws:PrincipalArn"), session: None }
        }
    };
    sender.exchanges[of.exchange].actions.iter().all(|action| {
        let request = Request { caller: caller.clone(), action: action.clone(), context: of.context.clone() };
        matches!(evaluate(policy, &request, vocabulary), Verdict::Allowed { .. })
    })
}

/// The same policy as something that denies everything besides.
fn with_denial(json: &Value) -> Option<Value> {
    let mut json = json.clone();
    let statements = json.as_object_mut()?.get_mut("Statement")?.as_array_mut()?;
    statements.push(json!({ "Effect": "Deny", "Principal": "*", "Action": "*" }));
    Some(json)
}

/// Any JSON as a policy: reading it twice is the same, nothing panics, and what also denies everything allows nothing.
pub(crate) fn policy(bytes: &[u8]) {
    let Ok(json) = serde_json::from_str::<Value>(&text(bytes)) else { return };
    let vocabulary = Vocabulary::default();
    let policy = policy_of(&json, &vocabulary);
    assert_eq!(policy, policy_of(&json, &vocabulary));
    let denied = with_denial(&json).map(|json| policy_of(&json, &vocabulary));
    for caller in [
        Caller::Federated(GITHUB.to_owned()),
        Caller::Service("lambda.amazonaws.com".to_owned()),
        Caller::Aws {
            account: "111122223333".to_owned(),
            arn: "arn:aws:iam::111122223333:role/Caller".to_owned(),
            session: Some("me".to_owned()),
        },
    ] {
        let mut context = Context::new();
        context
            .set("token.actions.githubusercontent.com:sub", ContextValue::One("repo:a/b:ref:c".to_owned()));
        context.set("aws:PrincipalTag/team", ContextValue::Many(vec!["a".to_owned(), String::new()]));
        for action in ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"] {
            let request =
                Request { caller: caller.clone(), action: action.to_owned(), context: context.clone() };
            let verdict = evaluate(&policy, &request, &vocabulary);
            assert_eq!(verdict, evaluate(&policy, &request, &vocabulary));
            if let Some(denied) = &denied {
                let verdict = evaluate(denied, &request, &vocabulary);
                assert!(!matches!(verdict, Verdict::Allowed { .. }), "{verdict:?}: {json}");
            }
        }
    }
    for (name, sender) in SENDERS.iter() {
        check_decisions(&json, &policy, *name, sender, &vocabulary);
    }
}

/// Asks for both bounds: what is sure is possible, and whoever is surely admitted is.
fn check_decisions(
    json: &Value,
    policy: &Policy,
    name: Option<&str>,
    sender: &Sender,
    vocabulary: &Vocabulary,
) -> [Answer; 2] {
    let party = party_of(name, vocabulary);
    let answers = [Bound::Sure, Bound::Possible]
        .map(|bound| decide(&question(policy, &party, sender, bound), vocabulary));
    if let [Answer::Admitted(sure), possible] = &answers {
        assert!(!matches!(possible, Answer::Refused), "sure, but not possible: {json}");
        assert!(sure.confirmed, "the evaluator does not agree: {sure:?} of {json}");
        assert!(allows(policy, name, sender, sure, vocabulary), "{sure:?} of {json}");
    }
    answers
}

/// A policy made of parts that mean something together. Requests that weaker policies admit are tried on it: if the evaluator
/// allows one, the decision must not say that there is none.
pub(crate) fn decision(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let (name, sender) = &SENDERS[choices.below(SENDERS.len())];
    let many = 1 + choices.below(4);
    let statements: Vec<Value> = (0..many).map(|_| statement(&mut choices, *name)).collect();
    let json = json!({ "Version": choices.pick(&["2012-10-17", "2008-10-17"]), "Statement": statements });
    let vocabulary = Vocabulary::default();
    let policy = policy_of(&json, &vocabulary);
    let [sure, possible] = check_decisions(&json, &policy, *name, sender, &vocabulary);
    let party = party_of(*name, &vocabulary);
    for weaker in weaker(&statements) {
        let json_of_it = json!({ "Version": json["Version"], "Statement": weaker });
        let other = policy_of(&json_of_it, &vocabulary);
        let answer = decide(&question(&other, &party, sender, Bound::Sure), &vocabulary);
        let Answer::Admitted(request) = answer else { continue };
        if allows(&policy, *name, sender, &request, &vocabulary) {
            assert!(!matches!(possible, Answer::Refused), "{request:?} is allowed by {json}");
            // Whether a request has a name of a user is not known, and nothing that asks for it is sure.
            let kind = &sender.kinds[request.kind];
            let undecided = kind.possible || sender.exchanges[request.exchange].possible;
            let surely = !undecided && !json.to_string().contains("${aws:");
            assert!(!surely || !matches!(sure, Answer::Refused), "{request:?} is allowed by {json}");
        }
    }
}

/// Policies that admit more, perhaps: without what denies, and with one statement that has fewer conditions.
fn weaker(statements: &[Value]) -> Vec<Vec<Value>> {
    let mut all = Vec::new();
    let allowing: Vec<Value> =
        statements.iter().filter(|statement| statement["Effect"] == "Allow").cloned().collect();
    for (index, one) in allowing.iter().enumerate() {
        all.push(vec![one.clone()]);
        let operators =
            one["Condition"].as_object().map_or_else(Vec::new, |all| all.keys().cloned().collect());
        for operator in operators {
            let mut fewer = allowing.clone();
            fewer[index]["Condition"].as_object_mut().expect("it has conditions").remove(&operator);
            all.push(fewer);
        }
    }
    // What is denied, allowed: requests that only just do not get in.
    let turned = statements.iter().map(|one| {
        let mut one = one.clone();
        one["Effect"] = "Allow".into();
        one
    });
    all.push(turned.collect());
    all.push(allowing);
    all
}

fn statement(choices: &mut Choices<'_>, name: Option<&str>) -> Value {
    let mut statement = Map::new();
    statement.insert("Effect".into(), choices.pick(&["Allow", "Allow", "Deny"]).into());
    let principal = match (choices.below(6), name) {
        (5, _) => json!("*"),
        (4, _) => json!({ "AWS": "*", "Federated": name }),
        (_, Some(provider)) => json!({ "Federated": provider }),
        (3, None) => json!({ "AWS": ["arn:aws:iam::111122223333:role/Caller", "444455556666"] }),
        (_, None) => json!({ "AWS": "111122223333" }),
    };
    statement.insert("Principal".into(), principal);
    let actions = [
        "sts:AssumeRoleWithWebIdentity",
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:TagSession",
        "sts:*",
        "sts:Assume*",
    ];
    let usual = match name {
        Some(SAML) => "sts:AssumeRoleWithSAML",
        Some(_) => "sts:AssumeRoleWithWebIdentity",
        None => "sts:AssumeRole",
    };
    let action = if choices.one_in(3) { choices.pick(&actions) } else { usual };
    statement.insert("Action".into(), action.into());
    let mut condition = Map::new();
    for _ in 0..choices.below(4) {
        let (operator, key, values) = test(choices, name);
        let tests = condition.entry(operator).or_insert_with(|| json!({}));
        tests.as_object_mut().expect("it is one").insert(key, values);
    }
    if !condition.is_empty() {
        statement.insert("Condition".into(), condition.into());
    }
    Value::Object(statement)
}

fn test(choices: &mut Choices<'_>, name: Option<&str>) -> (String, String, Value) {
    let own: &[&str] = match name {
        Some(GITHUB) => &[
            "token.actions.githubusercontent.com:sub",
            "token.actions.githubusercontent.com:aud",
            "token.actions.githubusercontent.com:repository",
            "token.actions.githubusercontent.com:actor",
        ],
        Some(COGNITO) => &[
            "cognito-identity.amazonaws.com:sub",
            "cognito-identity.amazonaws.com:aud",
            "cognito-identity.amazonaws.com:amr",
        ],
        Some(_) => &["SAML:aud", "SAML:sub", "SAML:iss", "SAML:sub_type", "SAML:edupersonaffiliation"],
        None => &["aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID", "sts:ExternalId"],
    };
    let shared = ["aws:SourceIp", "aws:RequestTag/team", "sts:RoleSessionName", "aws:CurrentTime"];
    let key = if choices.one_in(4) { choices.pick(&shared) } else { choices.pick(own) };
    let comparator = choices.pick(&[
        "StringEquals",
        "StringLike",
        "StringNotEquals",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "ArnLike",
        "ArnNotLike",
        "Null",
        "IpAddress",
        "NotIpAddress",
        "DateLessThan",
        "NumericLessThan",
        "Bool",
        "StringNotEqualsIgnoreCase",
    ]);
    let quantifier = choices.pick(&["", "", "", "ForAnyValue:", "ForAllValues:"]);
    let suffix = if comparator != "Null" && choices.one_in(5) { "IfExists" } else { "" };
    let values: Vec<Value> = (0..=choices.below(3)).map(|_| value(choices).into()).collect();
    (format!("{quantifier}{comparator}{suffix}"), key.to_owned(), values.into())
}

fn value(choices: &mut Choices<'_>) -> String {
    const PARTS: &[&str] = &[
        "*",
        "?",
        "repo:",
        "octo",
        "acme/",
        "app",
        ":ref:",
        "refs/heads/",
        "main",
        ":environment:",
        "prod",
        "sts.amazonaws.com",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:sts::111122223333:assumed-role/",
        "Caller",
        "111122223333",
        "444455556666",
        "https://signin.aws.amazon.com/saml",
        "us-east-1:11111111-2222-3333-4444-555555555555",
        "authenticated",
        "unauthenticated",
        "true",
        "false",
        "10.0.0.0/8",
        "2030-01-01T00:00:00Z",
        "${aws:username}",
        "${*}",
        "é",
        "A",
        "7",
        "",
    ];
    (0..=choices.below(4)).map(|_| choices.pick(PARTS)).collect()
}
