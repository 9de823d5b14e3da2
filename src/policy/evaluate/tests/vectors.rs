//! Whole policies with the answers that the documentation's rules give.

use super::*;

fn trusts(effect: &str, provider: &str, action: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect": "{effect}", "Principal": {{"Federated": "{provider}"}}, "Action": "{action}",
            "Condition": {condition}}}"#
    )
}

/// A login over SAML with these keys beside the audience.
fn saml(condition: &str, keys: &[(&str, ContextValue)]) -> Verdict {
    let mut keys = keys.to_vec();
    keys.push(("saml:aud", one("https://signin.aws.amazon.com/saml")));
    answer(
        &trusts("Allow", SAML, "sts:AssumeRoleWithSAML", condition),
        federated(SAML),
        "sts:AssumeRoleWithSAML",
        &keys,
    )
}

/// A login over an identity pool with this `amr`.
fn cognito(statements: &[String], amr: &[&str]) -> Verdict {
    let keys = [
        ("cognito-identity.amazonaws.com:aud", one("us-east-1:11111111-2222-3333-4444-555555555555")),
        ("cognito-identity.amazonaws.com:amr", many(amr)),
    ];
    answer(&statements.join(","), federated(COGNITO), "sts:AssumeRoleWithWebIdentity", &keys)
}

fn cognito_statement(effect: &str, operator: &str, amr: &str) -> String {
    let pinned = r#""StringEquals": {"cognito-identity.amazonaws.com:aud": "us-east-1:11111111-2222-3333-4444-555555555555"}"#;
    let condition = format!(r#"{{{pinned}, "{operator}": {{"cognito-identity.amazonaws.com:amr": {amr}}}}}"#);
    trusts(effect, COGNITO, "sts:AssumeRoleWithWebIdentity", &condition)
}

const USER: &[&str] = &["authenticated", "graph.facebook.com"];
const GUEST: &[&str] = &["unauthenticated"];

/// T24, T25: the key is absent when a federated caller asks.
#[test]
fn multi_factor_authentication_is_never_seen_of_a_federated_caller() {
    assert_eq!(saml(r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#, &[]), Verdict::NotAllowed);
    assert_eq!(saml(r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}"#, &[]), ALLOWED);
}

/// T34: what the Allow admits the Deny removes.
#[test]
fn a_deny_removes_the_only_subject_that_is_allowed() {
    let key = "token.actions.githubusercontent.com:sub";
    let action = "sts:AssumeRoleWithWebIdentity";
    let main = format!(r#"{{"StringEquals": {{"{key}": "repo:acme/app:ref:refs/heads/main"}}}}"#);
    let not_production = format!(r#"{{"StringNotLike": {{"{key}": "repo:acme/app:environment:prod"}}}}"#);
    let statements =
        [trusts("Allow", GITHUB, action, &main), trusts("Deny", GITHUB, action, &not_production)].join(",");
    let ask = |subject: &str| answer(&statements, federated(GITHUB), action, &[(key, one(subject))]);
    assert_eq!(ask("repo:acme/app:ref:refs/heads/main"), Verdict::Denied { statement: 1 });
    assert_eq!(ask("repo:acme/app:environment:prod"), Verdict::NotAllowed);
}

/// T42: a login's set always has the login's name as well.
#[test]
fn all_values_of_amr_are_never_one_word() {
    let statement = [cognito_statement("Allow", "ForAllValues:StringEquals", r#""authenticated""#)];
    assert_eq!(cognito(&statement, USER), Verdict::NotAllowed);
    assert_eq!(cognito(&statement, GUEST), Verdict::NotAllowed);
}

/// T43, T44: any value that differs, and any value that is.
#[test]
fn any_other_value_of_amr_is_there_for_every_user() {
    let allow = cognito_statement("Allow", "ForAnyValue:StringLike", r#""authenticated""#);
    let others = cognito_statement("Deny", "ForAnyValue:StringNotEquals", r#""authenticated""#);
    let guests = cognito_statement("Deny", "ForAnyValue:StringEquals", r#""unauthenticated""#);
    assert_eq!(cognito(&[allow.clone(), others], USER), Verdict::Denied { statement: 1 });
    assert_eq!(cognito(&[allow.clone(), guests.clone()], USER), ALLOWED);
    assert_eq!(cognito(&[allow, guests], GUEST), Verdict::Denied { statement: 1 });
}

/// T66: the common name is absent.
#[test]
fn a_variable_without_value_makes_negated_operators_hold() {
    let subject = [("saml:sub", one("ann"))];
    assert_eq!(saml(r#"{"StringNotEquals": {"saml:sub": "${!saml:commonName}"}}"#, &subject), ALLOWED);
    assert_eq!(
        saml(r#"{"StringEquals": {"saml:sub": "${!saml:commonName}"}}"#, &subject),
        Verdict::NotAllowed
    );
}

/// T67: the caller has no team.
#[test]
fn a_deny_holds_where_its_variable_has_no_value() {
    let mismatch =
        r#""Condition": {"StringNotEquals": {"aws:RequestTag/team": "${!aws:PrincipalTag/team}"}}"#;
    let statements =
        [allow(ALL_OF_THE_ACCOUNT), deny(&format!("{ALL_OF_THE_ACCOUNT}, {mismatch}"))].join(",");
    let ask = |keys: &[(&str, ContextValue)]| answer(&statements, role(), "sts:AssumeRole", keys);
    assert_eq!(ask(&[("aws:RequestTag/team", one("a"))]), Verdict::Denied { statement: 1 });
    assert_eq!(ask(&[]), Verdict::Denied { statement: 1 });
    assert_eq!(ask(&[("aws:RequestTag/team", one("a")), ("aws:PrincipalTag/team", one("a"))]), ALLOWED);
}

/// T68: a tag without content is no value.
#[test]
fn all_values_of_an_empty_tag_fit() {
    let condition = r#"{"ForAllValues:StringEquals": {"aws:RequestTag/team": ["a"]}}"#;
    assert_eq!(holds(condition, &[("aws:RequestTag/team", one(""))]), Ok(true));
    assert_eq!(holds(condition, &[("aws:RequestTag/team", one("b"))]), Ok(false));
}

/// T69.
#[test]
fn null_with_a_set_operator_does_not_look_at_the_key() {
    for keys in [vec![], vec![("saml:sub", one("ann"))]] {
        for value in ["true", "false"] {
            let test =
                |operator: &str| holds(&format!(r#"{{"{operator}": {{"saml:sub": "{value}"}}}}"#), &keys);
            assert_eq!(test("ForAllValues:Null"), Ok(true));
            assert_eq!(test("ForAnyValue:Null"), Ok(false));
            assert_eq!(test("NullIfExists"), Err(Doubt::Operator));
        }
    }
}

/// T70.
#[test]
fn no_values_at_all() {
    let any = [cognito_statement("Allow", "ForAnyValue:StringEquals", "[]")];
    let all = [cognito_statement("Allow", "ForAllValues:StringEquals", "[]")];
    for amr in [USER, GUEST] {
        assert_eq!(cognito(&any, amr), Verdict::NotAllowed);
        assert_eq!(cognito(&all, amr), Verdict::NotAllowed);
    }
    assert_eq!(
        saml(r#"{"StringEquals": {"saml:sub": []}}"#, &[("saml:sub", one("ann"))]),
        Verdict::Undecided { statement: 0, why: Doubt::EmptyValues }
    );
}
