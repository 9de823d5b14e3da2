//! The documentation's sentences, one by one.

mod conditions;
mod operators;
mod principals;
mod vectors;

use super::*;
use crate::policy::{parse, testing::Scene};

const ROLE: &str = "arn:aws:iam::111122223333:role/Caller";
const SAML: &str = "arn:aws:iam::111122223333:saml-provider/corp";
const GITHUB: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
const COGNITO: &str = "cognito-identity.amazonaws.com";

const ALLOWED: Verdict = Verdict::Allowed { statement: 0 };

fn one(value: &str) -> ContextValue {
    ContextValue::One(value.to_owned())
}

fn many(values: &[&str]) -> ContextValue {
    ContextValue::Many(values.iter().map(|&value| value.to_owned()).collect())
}

fn context(keys: &[(&str, ContextValue)]) -> Context {
    let mut context = Context::new();
    for (key, value) in keys {
        context.set(key, value.clone());
    }
    context
}

fn role() -> Caller {
    Caller::Aws { account: "111122223333".to_owned(), arn: ROLE.to_owned(), session: None }
}

fn federated(provider: &str) -> Caller {
    Caller::Federated(provider.to_owned())
}

/// The answer to `action` of `caller` under a policy with these statements.
fn answer(statements: &str, caller: Caller, action: &str, keys: &[(&str, ContextValue)]) -> Verdict {
    let mut scene = Scene::new();
    let json = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    answer_in(&mut scene, &json, &Request { caller, action: action.to_owned(), context: context(keys) })
}

fn answer_in(scene: &mut Scene, json: &str, request: &Request) -> Verdict {
    let document = scene.value(json);
    let (policy, _) = parse(&document, &scene.vocabulary);
    evaluate(&policy, request, &scene.vocabulary)
}

/// Whether a condition block holds.
fn holds(condition: &str, keys: &[(&str, ContextValue)]) -> Truth {
    holds_in("2012-10-17", condition, keys)
}

fn holds_in(version: &str, condition: &str, keys: &[(&str, ContextValue)]) -> Truth {
    let json = format!(
        r#"{{"Version": "{version}", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "111122223333"}},
            "Action": "sts:AssumeRole", "Condition": {condition}}}]}}"#
    );
    let request = Request { caller: role(), action: "sts:AssumeRole".to_owned(), context: context(keys) };
    match answer_in(&mut Scene::new(), &json, &request) {
        Verdict::Allowed { statement: 0 } => Ok(true),
        Verdict::NotAllowed => Ok(false),
        Verdict::Undecided { statement: 0, why } => Err(why),
        other => panic!("a policy of one Allow answered {other:?}"),
    }
}

fn allow(rest: &str) -> String {
    format!(r#"{{"Effect": "Allow", "Action": "sts:AssumeRole", {rest}}}"#)
}

fn deny(rest: &str) -> String {
    format!(r#"{{"Effect": "Deny", "Action": "sts:AssumeRole", {rest}}}"#)
}

const ALL_OF_THE_ACCOUNT: &str = r#""Principal": {"AWS": "111122223333"}"#;

#[test]
fn what_no_statement_allows_is_not_allowed() {
    let ask = |statements: &str| answer(statements, role(), "sts:AssumeRole", &[]);
    assert_eq!(ask(""), Verdict::NotAllowed);
    assert_eq!(ask(&allow(r#""Principal": {"AWS": "444455556666"}"#)), Verdict::NotAllowed);
    assert_eq!(ask(&allow(ALL_OF_THE_ACCOUNT)), ALLOWED);
    assert_eq!(ask(&deny(ALL_OF_THE_ACCOUNT)), Verdict::Denied { statement: 0 });
    let invalid = r#"{"Effect": "allow it", "Action": "*", "Principal": "*"}"#;
    assert_eq!(ask(invalid), Verdict::NotAllowed, "an effect that is none does nothing");
}

#[test]
fn a_deny_wins_wherever_it_stands() {
    let ask = |statements: &[String]| answer(&statements.join(","), role(), "sts:AssumeRole", &[]);
    let (yes, no) = (allow(ALL_OF_THE_ACCOUNT), deny(ALL_OF_THE_ACCOUNT));
    let other = allow(r#""Principal": {"AWS": "444455556666"}"#);
    assert_eq!(ask(&[yes.clone(), no.clone()]), Verdict::Denied { statement: 1 });
    assert_eq!(ask(&[no, yes.clone()]), Verdict::Denied { statement: 0 });
    assert_eq!(ask(&[other, yes]), Verdict::Allowed { statement: 1 });
}

#[test]
fn what_may_apply_leaves_open_only_what_depends_on_it() {
    let ask = |statements: &[&str]| answer(&statements.join(","), role(), "sts:AssumeRole", &[]);
    let undecided = |statement| Verdict::Undecided { statement, why: Doubt::Unknown };
    let (yes, no) = (&*allow(ALL_OF_THE_ACCOUNT), &*deny(ALL_OF_THE_ACCOUNT));
    let (perhaps, perhaps_not) =
        (&*allow(r#""Principal": {"AWS": "<unknown>"}"#), &*deny(r#""Principal": {"AWS": "<unknown>"}"#));
    assert_eq!(ask(&[perhaps]), undecided(0));
    assert_eq!(ask(&[perhaps, yes]), Verdict::Allowed { statement: 1 });
    assert_eq!(ask(&[perhaps, no]), Verdict::Denied { statement: 1 });
    assert_eq!(ask(&[yes, perhaps_not]), undecided(1), "the Deny decides");
    assert_eq!(ask(&[perhaps_not]), Verdict::NotAllowed, "with or without the Deny");
    assert_eq!(ask(&[perhaps_not, no]), Verdict::Denied { statement: 1 });
}

#[test]
fn a_statement_of_which_nothing_is_known_may_do_anything() {
    let ask = |statements: &[&str]| answer(&statements.join(","), role(), "sts:AssumeRole", &[]);
    let unknown = r#""<unknown>""#;
    let undecided = |statement| Verdict::Undecided { statement, why: Doubt::Unknown };
    let (yes, no) = (&*allow(ALL_OF_THE_ACCOUNT), &*deny(ALL_OF_THE_ACCOUNT));
    assert_eq!(ask(&[unknown]), undecided(0));
    assert_eq!(ask(&[unknown, yes]), undecided(0));
    assert_eq!(ask(&[unknown, no]), Verdict::Denied { statement: 1 });
    let effect =
        r#"{"Effect": "<unknown>", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}}"#;
    assert_eq!(ask(&[effect]), undecided(0));
    assert_eq!(
        ask(&[&effect.replace("111122223333", "444455556666"), yes]),
        Verdict::Allowed { statement: 1 }
    );
}

#[test]
fn actions_are_patterns_and_have_a_negation() {
    let ask = |element: &str, action: &str| {
        let statement = format!(r#"{{"Effect": "Allow", {ALL_OF_THE_ACCOUNT} {element}}}"#);
        answer(&statement, role(), action, &[])
    };
    assert_eq!(ask(r#", "Action": "STS:assume*""#, "sts:AssumeRole"), ALLOWED);
    assert_eq!(ask(r#", "Action": ["sts:AssumeRole"]"#, "sts:TagSession"), Verdict::NotAllowed);
    assert_eq!(ask(r#", "NotAction": "sts:AssumeRole""#, "sts:TagSession"), ALLOWED);
    assert_eq!(ask(r#", "NotAction": "sts:AssumeRole""#, "sts:AssumeRole"), Verdict::NotAllowed);
    let undecided = |why| Verdict::Undecided { statement: 0, why };
    assert_eq!(ask(r#", "Action": "${Action}""#, "sts:AssumeRole"), undecided(Doubt::Unknown));
    assert_eq!(ask("", "sts:AssumeRole"), undecided(Doubt::NoAction));
}

#[test]
fn resources_say_nothing_in_a_trust_policy() {
    let statement = allow(&format!(r#"{ALL_OF_THE_ACCOUNT}, "Resource": "arn:aws:s3:::bucket""#));
    assert_eq!(answer(&statement, role(), "sts:AssumeRole", &[]), ALLOWED);
}

#[test]
fn keys_of_a_context_have_no_case() {
    let mut context = Context::new();
    context.set("aws:PrincipalTag/Team", one("a"));
    assert_eq!(context.get("AWS:principaltag/TEAM"), Some(&one("a")));
    context.set("aws:principaltag/team", one("b"));
    assert_eq!(context.iter().collect::<Vec<_>>(), [("aws:principaltag/team", &one("b"))]);
}
