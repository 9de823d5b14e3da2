//! Who is covered.

use super::*;

fn asks(statement: &str, caller: Caller) -> Verdict {
    answer(statement, caller, "sts:AssumeRole", &[])
}

fn covers(principal: &str, caller: Caller) -> Truth {
    match asks(&allow(&format!(r#""Principal": {principal}"#)), caller) {
        ALLOWED => Ok(true),
        Verdict::NotAllowed => Ok(false),
        Verdict::Undecided { why, .. } => Err(why),
        other => panic!("an Allow answered {other:?}"),
    }
}

fn aws(resource: &str) -> Caller {
    Caller::Aws {
        account: "111122223333".to_owned(),
        arn: format!("arn:aws:iam::111122223333:{resource}"),
        session: None,
    }
}

fn session(role: &str, name: &str) -> Caller {
    let Caller::Aws { account, arn, .. } = aws(role) else { unreachable!("`aws` makes AWS callers") };
    Caller::Aws { account, arn, session: Some(name.to_owned()) }
}

fn service(host: &str) -> Caller {
    Caller::Service(host.to_owned())
}

#[test]
fn an_account_covers_all_of_its_principals() {
    for principal in [r#"{"AWS": "111122223333"}"#, r#"{"AWS": "arn:aws:iam::111122223333:root"}"#] {
        assert_eq!(covers(principal, aws("root")), Ok(true));
        assert_eq!(covers(principal, aws("user/a/b")), Ok(true));
        assert_eq!(covers(principal, session("role/Caller", "me")), Ok(true));
        assert_eq!(covers(principal, service("lambda.amazonaws.com")), Ok(false));
        assert_eq!(covers(principal, federated(SAML)), Ok(false));
        assert_eq!(covers(&principal.replace("111122223333", "444455556666"), aws("root")), Ok(false));
    }
}

#[test]
fn a_role_or_user_covers_exactly_itself() {
    let role = r#"{"AWS": "arn:aws:iam::111122223333:role/team/Caller"}"#;
    assert_eq!(covers(role, aws("role/team/Caller")), Ok(true));
    assert_eq!(covers(role, session("role/team/Caller", "me")), Ok(true), "a session is the role's");
    assert_eq!(covers(role, aws("role/Caller")), Ok(false), "the path is a part of the name");
    assert_eq!(covers(role, aws("role/team/caller")), Ok(false), "names have case");
    assert_eq!(covers(role, aws("user/team/Caller")), Ok(false));
    assert_eq!(covers(role, aws("root")), Ok(false));
    assert_eq!(covers(r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#, aws("user/ann")), Ok(true));
    assert_eq!(covers(r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#, aws("role/ann")), Ok(false));
    let partial = r#"{"AWS": "arn:aws:iam::111122223333:role/*"}"#;
    assert_eq!(covers(partial, aws("role/Caller")), Ok(false), "a part of a name is no wildcard");
}

#[test]
fn a_session_is_the_role_by_name_and_the_sessions_name() {
    let principal = r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/Caller/me"}"#;
    assert_eq!(covers(principal, session("role/Caller", "me")), Ok(true));
    assert_eq!(covers(principal, session("role/team/Caller", "me")), Ok(true), "the ARN has no path");
    assert_eq!(covers(principal, session("role/Caller", "you")), Ok(false));
    assert_eq!(covers(principal, session("role/Other", "me")), Ok(false));
    assert_eq!(covers(principal, aws("role/Caller")), Ok(false), "no session");
    let user = Caller::Aws {
        account: "111122223333".to_owned(),
        arn: "arn:aws:sts::111122223333:federated-user/ann".to_owned(),
        session: None,
    };
    assert_eq!(covers(r#"{"AWS": "arn:aws:sts::111122223333:federated-user/ann"}"#, user), Ok(true));
}

#[test]
fn services_and_providers_are_covered_by_name() {
    assert_eq!(covers(r#"{"Service": "lambda.amazonaws.com"}"#, service("lambda.amazonaws.com")), Ok(true));
    assert_eq!(covers(r#"{"Service": "lambda.amazonaws.com"}"#, service("ec2.amazonaws.com")), Ok(false));
    for provider in [SAML, GITHUB, COGNITO] {
        let principal = format!(r#"{{"Federated": "{provider}"}}"#);
        assert_eq!(covers(&principal, federated(provider)), Ok(true));
        assert_eq!(covers(&principal, federated("accounts.google.com")), Ok(false));
        assert_eq!(covers(&principal, role()), Ok(false));
        let misplaced = format!(r#"{{"AWS": "{provider}"}}"#);
        assert_eq!(covers(&misplaced, federated(provider)), Ok(false), "a provider is no AWS principal");
    }
    let other_account = GITHUB.replace("111122223333", "444455556666");
    assert_eq!(covers(&format!(r#"{{"Federated": "{GITHUB}"}}"#), federated(&other_account)), Ok(false));
}

#[test]
fn several_principals_are_alternatives() {
    let principal = r#"{"AWS": ["444455556666", "111122223333"], "Service": "lambda.amazonaws.com"}"#;
    assert_eq!(covers(principal, role()), Ok(true));
    assert_eq!(covers(principal, service("lambda.amazonaws.com")), Ok(true));
    assert_eq!(covers(principal, federated(SAML)), Ok(false));
}

#[test]
fn whether_everyone_includes_callers_without_credentials_is_open() {
    let open = Err(Doubt::EveryoneAndFederated);
    for principal in [r#""*""#, r#"{"AWS": "*"}"#] {
        assert_eq!(covers(principal, role()), Ok(true));
        assert_eq!(covers(principal, service("lambda.amazonaws.com")), Ok(true));
        assert_eq!(covers(principal, federated(SAML)), open);
        let denies = format!(r#""Principal": {principal}"#);
        let both = [allow(&format!(r#""Principal": {{"Federated": "{SAML}"}}"#)), deny(&denies)].join(",");
        assert_eq!(
            asks(&both, federated(SAML)),
            Verdict::Undecided { statement: 1, why: Doubt::EveryoneAndFederated },
            "also in a Deny"
        );
    }
    assert_eq!(covers(r#"{"Federated": "*"}"#, federated(SAML)), Ok(true));
    assert_eq!(covers(r#"{"Federated": "*"}"#, role()), Ok(false));
    assert_eq!(covers(r#"{"Service": "*"}"#, service("lambda.amazonaws.com")), Ok(true));
    assert_eq!(covers(r#"{"Service": "*"}"#, role()), Ok(false));
}

#[test]
fn what_names_nobody_covers_nobody() {
    for principal in [
        r#"{"CanonicalUser": "0123"}"#,
        r#"{"AWS": "AROAABCDEFGHIJKLMNOPQ"}"#,
        r#"{"AWS": "arn:aws:iam::111122223333:group/a"}"#,
        r#"{"Federated": "example.com"}"#,
    ] {
        for caller in [role(), service("lambda.amazonaws.com"), federated("example.com")] {
            assert_eq!(covers(principal, caller), Ok(false), "{principal}");
        }
    }
    let nobody = r#"{"Effect": "Allow", "Action": "*"}"#;
    assert_eq!(asks(nobody, role()), Verdict::NotAllowed, "no principal at all");
}

#[test]
fn what_is_not_known_may_cover_those_whom_its_key_allows() {
    let unknown = Err(Doubt::Unknown);
    assert_eq!(covers(r#"{"AWS": "<unknown>"}"#, role()), unknown);
    assert_eq!(covers(r#"{"AWS": "${Hub}"}"#, role()), unknown);
    assert_eq!(covers(r#"{"Federated": "<unknown>"}"#, federated(SAML)), unknown);
    assert_eq!(covers(r#"{"Federated": "<unknown>"}"#, role()), Ok(false));
    assert_eq!(covers(r#"{"Service": "<unknown>"}"#, service("lambda.amazonaws.com")), unknown);
    assert_eq!(covers(r#"{"Service": "<unknown>"}"#, federated(SAML)), Ok(false));
    assert_eq!(covers(r#""<unknown>""#, role()), unknown);
}

#[test]
fn the_negation_covers_whom_it_does_not_name() {
    let except = |principal: &str, caller| asks(&allow(&format!(r#""NotPrincipal": {principal}"#)), caller);
    assert_eq!(except(r#"{"AWS": "444455556666"}"#, role()), ALLOWED);
    assert_eq!(except(r#"{"AWS": ["444455556666", "111122223333"]}"#, role()), Verdict::NotAllowed);
    assert_eq!(
        except(r#"{"AWS": "<unknown>"}"#, role()),
        Verdict::Undecided { statement: 0, why: Doubt::Unknown }
    );
    assert_eq!(except(r#"{"AWS": ["<unknown>", "111122223333"]}"#, role()), Verdict::NotAllowed);
}

#[test]
fn symbols_in_a_principal_are_those_of_the_request() {
    let mut scene = Scene::new();
    let account = scene.text("${AWS::AccountId}").with_tokens(&scene.vocabulary).expect("there are tokens");
    let json = format!(
        r#"{{"Statement": {}}}"#,
        allow(r#""Principal": {"AWS": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/Caller"}"#)
    );
    let mut ask = |account: &str| {
        let caller = Caller::Aws {
            account: account.to_owned(),
            arn: format!("arn:aws:iam::{account}:role/Caller"),
            session: None,
        };
        let request = Request { caller, action: "sts:AssumeRole".to_owned(), context: Context::new() };
        answer_in(&mut scene, &json, &request)
    };
    assert_eq!(ask(&account), ALLOWED, "an account is in one partition");
    assert_eq!(ask("111122223333"), Verdict::NotAllowed);
}
