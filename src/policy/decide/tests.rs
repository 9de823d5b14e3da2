//! The test vectors of the policy language, decided.

use super::*;
use crate::knowledge::sender::{Format, Piece, Presence, Values};
use crate::knowledge::{Issuers, SamlIdentity};
use crate::policy::parse;
use crate::policy::testing::Scene;

const GITHUB: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
const CORP: &str = "arn:aws:iam::111122223333:saml-provider/corp";
const COGNITO: &str = "cognito-identity.amazonaws.com";

/// Who asks.
enum From<'a> {
    Web(&'a str),
    Saml(&'a str),
    Aws,
    Service(&'a str),
}

struct Case {
    scene: Scene,
    policy: Policy,
    party: Party,
    sender: Sender,
}

impl Case {
    fn new(from: &From<'_>, policy: &str) -> Self {
        let mut scene = Scene::new();
        let value = scene.value(policy);
        let (policy, _) = parse(&value, &scene.vocabulary);
        let issuers = Issuers::default();
        let (party, sender) = match from {
            From::Web(provider) => {
                let issuer = provider.split_once("oidc-provider/").map_or(*provider, |(_, issuer)| issuer);
                let text = scene.text(provider);
                (Party::Federated(text), issuers.web_identity(issuer).expect("a built-in file").0)
            }
            From::Saml(provider) => {
                let (account, name) = ("111122223333", provider.rsplit_once('/').expect("an ARN").1);
                let text = scene.text(provider);
                (
                    Party::Federated(text),
                    issuers
                        .saml_provider(&SamlIdentity { account, name, partition: None, issuers: &[] })
                        .expect("a built-in file"),
                )
            }
            From::Aws => (Party::Aws, issuers.aws_principal().expect("a built-in file")),
            From::Service(host) => {
                let text = scene.text(host);
                (Party::Service(text), issuers.service(host, Some("111122223333")).expect("a built-in file"))
            }
        };
        Self { scene, policy, party, sender }
    }

    fn decide(&self, bound: Bound, wanted: &[(&str, &str)], kind: Option<&str>) -> Answer {
        let wanted: Vec<Wanted> = wanted
            .iter()
            .map(|(name, value)| {
                let variable = self.sender.variable(name).unwrap_or_else(|| panic!("no variable {name}"));
                Wanted::Exactly(variable, (*value).to_owned())
            })
            .collect();
        let kind = kind.map(|name| {
            self.sender.kinds.iter().position(|kind| kind.name == name).expect("a kind of this name")
        });
        let today = super::super::evaluate::compare::instant("2026-11-25");
        let question = Question {
            policy: &self.policy,
            party: &self.party,
            sender: &self.sender,
            bound,
            wanted: &wanted,
            kind,
            exchange: None,
            spread: &[],
            today,
            shown: None,
        };
        decide(&question, &self.scene.vocabulary)
    }

    /// `yes`, `no`, `maybe`, or `exhausted`.
    fn verdict(&self, wanted: &[(&str, &str)], kind: Option<&str>) -> &'static str {
        match self.decide(Bound::Possible, wanted, kind) {
            Answer::Refused => "no",
            Answer::Exhausted => "exhausted",
            Answer::Admitted(_) => match self.decide(Bound::Sure, wanted, kind) {
                Answer::Admitted(witness) => {
                    assert!(witness.confirmed, "the evaluator refuses {witness:?}");
                    "yes"
                }
                Answer::Refused => "maybe",
                Answer::Exhausted => "exhausted",
            },
        }
    }
}

fn policy(statements: &[String]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

fn allow(principal: &str, action: &str, condition: &str) -> String {
    format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":{action},"Condition":{condition}}}"#)
}

fn web(provider: &str, condition: &str) -> Case {
    let statement =
        allow(&format!(r#"{{"Federated":"{provider}"}}"#), r#""sts:AssumeRoleWithWebIdentity""#, condition);
    Case::new(&From::Web(provider), &policy(&[statement]))
}

/// GitHub with `aud` and one more operator.
fn github(more: &str) -> Case {
    let aud = r#""StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com""#;
    let condition = match more.strip_prefix("StringEquals ") {
        Some(more) => format!("{{{aud},{more}}}}}"),
        None if more.is_empty() => format!("{{{aud}}}}}"),
        None => format!("{{{aud}}},{more}}}"),
    };
    web(GITHUB, &condition.replace("SUB", "token.actions.githubusercontent.com:sub"))
}

fn saml(condition: &str) -> Case {
    let statement = allow(&format!(r#"{{"Federated":"{CORP}"}}"#), r#""sts:AssumeRoleWithSAML""#, condition);
    Case::new(&From::Saml(CORP), &policy(&[statement]))
}

fn cognito(condition: &str) -> Case {
    web(COGNITO, condition)
}

const STRANGER: &[(&str, &str)] =
    &[("owner", "attacker"), ("owner-id", "13371337"), ("repository-id", "133713371")];
const NAMESAKE: &[(&str, &str)] =
    &[("owner", "acme-evil"), ("owner-id", "13371337"), ("repository-id", "133713371")];
const ACME: &[(&str, &str)] = &[("owner", "acme")];

#[test]
fn github_subjects() {
    // The test beside the one of the audience; what a stranger, a namesake and the owner's repositories get.
    let cases = [
        ("T1", "", "yes", "yes", "yes"),
        ("T2", r#""StringLike":{"SUB":"repo:acme/*"}"#, "no", "no", "yes"),
        ("T3", r#""StringLike":{"SUB":"repo:acme*"}"#, "no", "yes", "yes"),
        ("T4", r#"StringEquals "SUB":"repo:acme/app:*""#, "no", "no", "no"),
        ("T5", r#"StringEquals "SUB":"repo:acme/app:ref:refs/heads/main""#, "no", "no", "yes"),
        ("T6", r#""StringLike":{"SUB":["repo:acme/app:environment:prod","repo:*"]}"#, "yes", "yes", "yes"),
        (
            "T8",
            r#""StringEqualsIfExists":{"token.actions.githubusercontent.com:repository_owner":"acme"}"#,
            "yes",
            "yes",
            "yes",
        ),
        (
            "T9",
            r#"StringEquals "token.actions.githubusercontent.com:repository_owner":"acme""#,
            "no",
            "no",
            "no",
        ),
        (
            "T10",
            r#"StringEquals "https://token.actions.githubusercontent.com:sub":"repo:acme/app:ref:refs/heads/main""#,
            "no",
            "no",
            "no",
        ),
        ("T36", r#""StringNotLike":{"SUB":"repo:evil/*"}"#, "yes", "yes", "yes"),
        ("T38", r#"StringEquals "SUB":"environment:prod""#, "yes", "yes", "yes"),
        ("T39", r#""StringLike":{"SUB":"ref:refs/heads/main:*"}"#, "yes", "yes", "yes"),
        (
            "T40",
            r#""StringLike":{"SUB":"job_workflow_ref:acme/wf/.github/workflows/d.yml@*"}"#,
            "yes",
            "yes",
            "yes",
        ),
        ("T41", r#"StringEquals "SUB":"repository_owner_id:1:environment:prod""#, "no", "no", "yes"),
        ("T57", r#""StringLike":{"SUB":"repo:acme-*/deploy:*"}"#, "no", "yes", "no"),
        ("T57", r#""StringLike":{"SUB":"*acme/app*"}"#, "yes", "yes", "yes"),
        ("T58", r#""StringLike":{"SUB":"repo:acme*/app:*"}"#, "no", "yes", "yes"),
        ("T59", r#""StringLike":{"SUB":"repo:acme@1/*"}"#, "no", "no", "yes"),
        (
            "T60",
            r#"StringEquals "token.actions.githubusercontent.com:iss":"https://token.actions.githubusercontent.com""#,
            "no",
            "no",
            "no",
        ),
        (
            "T61",
            r#"StringEquals "SUB":["repo:acme/app:*","repo:acme/app:ref:refs/heads/main"]"#,
            "no",
            "no",
            "yes",
        ),
        ("T62", r#""DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}"#, "no", "no", "no"),
        ("T63", r#""NumericLessThanEquals":{"sts:DurationSeconds":"3600"}"#, "no", "no", "no"),
        ("T31", r#"StringEquals "aws:PrincipalOrgID":"o-x""#, "no", "no", "no"),
        ("T31a", r#"StringEquals "aws:PrincipalAccount":"111122223333""#, "maybe", "maybe", "maybe"),
        (
            "T45",
            r#""StringLike":{"SUB":"repo:*","sts:RoleSessionName":"${!token.actions.githubusercontent.com:sub}"}"#,
            "no",
            "no",
            "no",
        ),
    ];
    for (name, test, stranger, namesake, owner) in cases {
        let case = github(test);
        let found = [STRANGER, NAMESAKE, ACME].map(|who| case.verdict(who, None));
        assert_eq!(found, [stranger, namesake, owner], "{name} {test}");
    }
}

#[test]
fn github_by_owner_id() {
    // T37
    let case = github(
        r#"StringEquals "token.actions.githubusercontent.com:repository_owner_id":"1234"},"StringLike":{"SUB":"repo:*:environment:prod""#,
    );
    assert_eq!(case.verdict(STRANGER, None), "no");
    assert_eq!(case.verdict(&[("owner-id", "1234")], None), "yes");
}

#[test]
fn github_without_pull_requests() {
    // T54
    let case = github(r#""StringLike":{"SUB":"repo:acme/app:*"},"StringNotLike":{"SUB":"*:pull_request"}"#);
    assert_eq!(case.verdict(ACME, Some("pull request")), "no");
    assert_eq!(case.verdict(ACME, Some("branch or tag")), "yes");
    assert_eq!(
        github(r#""StringLike":{"SUB":"repo:acme/app:*"}"#).verdict(ACME, Some("pull request")),
        "yes"
    );
}

#[test]
fn a_deny_that_removes_what_is_allowed() {
    // T34
    let aud =
        r#"{"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:acme/app:ref:refs/heads/main"}}"#;
    let principal = format!(r#"{{"Federated":"{GITHUB}"}}"#);
    let action = r#""sts:AssumeRoleWithWebIdentity""#;
    let deny = allow(
        &principal,
        action,
        r#"{"StringNotLike":{"token.actions.githubusercontent.com:sub":"repo:acme/app:environment:prod"}}"#,
    )
    .replace("Allow", "Deny");
    let case = Case::new(&From::Web(GITHUB), &policy(&[allow(&principal, action, aud), deny]));
    assert_eq!(case.verdict(&[], None), "no");
    // T53
    let perimeter =
        allow(r#"{"AWS":"*"}"#, r#""sts:*""#, r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-x"}}"#)
            .replace("Allow", "Deny");
    let case = Case::new(&From::Web(GITHUB), &policy(&[allow(&principal, action, aud), perimeter]));
    assert_eq!(case.verdict(&[], None), "maybe");
}

#[test]
fn cognito_identity_pools() {
    let aud = r#""StringEquals":{"cognito-identity.amazonaws.com:aud":"us-east-1:11111111-2222-3333-4444-555555555555"}"#;
    let cases = [
        ("T13", "{}".to_owned(), "yes", "yes"),
        ("T14", format!("{{{aud}}}"), "yes", "yes"),
        ("T15", format!(r#"{{{aud},"ForAnyValue:StringLike":{{"AMR":"authenticated"}}}}"#), "no", "yes"),
        ("T16", format!(r#"{{{aud},"StringLike":{{"AMR":"authenticated"}}}}"#), "maybe", "maybe"),
        (
            "T17",
            r#"{"StringEquals":{"cognito-identity.amazonaws.com:aud":"us-east-1_AbCdEf"}}"#.to_owned(),
            "no",
            "no",
        ),
        ("T42", format!(r#"{{{aud},"ForAllValues:StringEquals":{{"AMR":"authenticated"}}}}"#), "no", "no"),
        (
            "guests",
            format!(r#"{{{aud},"ForAllValues:StringLike":{{"AMR":"unauthenticated"}}}}"#),
            "yes",
            "no",
        ),
        ("both", format!(r#"{{{aud},"ForAnyValue:StringLike":{{"AMR":"*authenticated"}}}}"#), "yes", "yes"),
        ("T70", format!(r#"{{{aud},"ForAnyValue:StringEquals":{{"AMR":[]}}}}"#), "no", "no"),
        ("T70", format!(r#"{{{aud},"ForAllValues:StringEquals":{{"AMR":[]}}}}"#), "no", "no"),
        ("T70", r#"{"StringEquals":{"cognito-identity.amazonaws.com:sub":[]}}"#.to_owned(), "maybe", "maybe"),
    ];
    for (name, condition, guest, user) in cases {
        if condition == "{}" {
            continue;
        }
        let case = cognito(&condition.replace("AMR", "cognito-identity.amazonaws.com:amr"));
        let found = [Some("guest"), Some("signed-in user")].map(|kind| case.verdict(&[], kind));
        assert_eq!(found, [guest, user], "{name} {condition}");
    }
}

#[test]
fn cognito_deny_by_amr() {
    let principal = r#"{"Federated":"cognito-identity.amazonaws.com"}"#;
    let action = r#""sts:AssumeRoleWithWebIdentity""#;
    let amr = "cognito-identity.amazonaws.com:amr";
    let users =
        allow(principal, action, &format!(r#"{{"ForAnyValue:StringLike":{{"{amr}":"authenticated"}}}}"#));
    for (deny, expected) in [
        // T43: the name of the login is another value.
        (format!(r#"{{"ForAnyValue:StringNotEquals":{{"{amr}":"authenticated"}}}}"#), "no"),
        // T44
        (format!(r#"{{"ForAnyValue:StringEquals":{{"{amr}":"unauthenticated"}}}}"#), "yes"),
    ] {
        let deny = allow(principal, action, &deny).replace("Allow", "Deny");
        let case = Case::new(&From::Web(COGNITO), &policy(&[users.clone(), deny.clone()]));
        assert_eq!(case.verdict(&[], Some("signed-in user")), expected, "{deny}");
        assert_eq!(case.verdict(&[], Some("guest")), "no", "{deny}");
    }
}

#[test]
fn saml_providers() {
    let cases = [
        ("correct", r#"{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}"#, "yes"),
        ("T22", r#"{"StringEquals":{"SAML:aud":"urn:amazon:webservices"}}"#, "no"),
        ("T23", r#"{"StringLike":{"SAML:aud":"https://*.signin.aws.amazon.com/saml"}}"#, "yes"),
        ("T24", r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#, "no"),
        ("T25", r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}"#, "yes"),
        ("T65", r#"{"StringEquals":{"saml:doc":"111122223333/other"}}"#, "no"),
        ("T65", r#"{"StringEquals":{"saml:doc":"111122223333/corp"}}"#, "yes"),
        ("other key", r#"{"StringEquals":{"saml:groups":"admins"}}"#, "no"),
        ("set", r#"{"ForAnyValue:StringEquals":{"saml:edupersonaffiliation":"staff"}}"#, "yes"),
        ("T69", r#"{"ForAllValues:Null":{"saml:sub":"true"}}"#, "yes"),
        ("T69", r#"{"ForAnyValue:Null":{"saml:sub":"false"}}"#, "no"),
    ];
    for (name, condition, expected) in cases {
        assert_eq!(saml(condition).verdict(&[], None), expected, "{name} {condition}");
    }
}

#[test]
fn aws_principals() {
    let assume = r#""sts:AssumeRole""#;
    let root = r#"{"AWS":"arn:aws:iam::111122223333:root"}"#;
    let any = r#"{"AWS":"*"}"#;
    let own = &[("account", "111122223333")][..];
    let foreign = &[("account", "999988887777")][..];
    let member = &[("account", "999988887777"), ("organisation", "o-aaaaaaaaaa")][..];
    let cases = [
        ("T26", any, r#"{"StringLike":{"aws:PrincipalArn":"*"}}"#, foreign, "yes"),
        ("T27", any, r#"{"StringEquals":{"aws:PrincipalOrgID":"o-aaaaaaaaaa"}}"#, member, "yes"),
        ("T27", any, r#"{"StringEquals":{"aws:PrincipalOrgID":"o-bbbbbbbbbb"}}"#, member, "no"),
        (
            "T28",
            any,
            r#"{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/r"}}"#,
            foreign,
            "yes",
        ),
        ("T29", any, r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-bbbbbbbbbb"}}"#, foreign, "yes"),
        ("T46", root, r#"{"StringEquals":{"aws:PrincipalAccount":"444455556666"}}"#, &[], "no"),
        ("root", root, r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#, own, "yes"),
        ("root", root, r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#, own, "yes"),
        ("T48", root, r#"{"StringLike":{"sts:RoleSessionName":"${!aws:username}"}}"#, own, "yes"),
        (
            "T64",
            root,
            r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"},"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#,
            &[],
            "no",
        ),
        ("T78", any, r#"{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#, member, "yes"),
        (
            "T79",
            any,
            r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-aaaaaaaaaa/*"}}"#,
            member,
            "yes",
        ),
        (
            "T79",
            any,
            r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-bbbbbbbbbb/*"}}"#,
            member,
            "no",
        ),
        (
            "T82",
            root,
            r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:sts::111122223333:assumed-role/R/*"}}"#,
            &[],
            "no",
        ),
        (
            "role",
            root,
            r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/team/*"}}"#,
            own,
            "yes",
        ),
    ];
    for (name, principal, condition, who, expected) in cases {
        let case = Case::new(&From::Aws, &policy(&[allow(principal, assume, condition)]));
        assert_eq!(case.verdict(who, None), expected, "{name} {condition}");
    }
    let case = Case::new(
        &From::Aws,
        &policy(&[allow(root, assume, r#"{"StringLike":{"sts:RoleSessionName":"${!aws:username}"}}"#)]),
    );
    assert_eq!(case.verdict(&[], Some("role session")), "no", "T48: sessions have no user name");
}

#[test]
fn tag_keys_are_those_of_the_tags() {
    // T47
    let root = r#"{"AWS":"arn:aws:iam::111122223333:root"}"#;
    let both = r#"["sts:AssumeRole","sts:TagSession"]"#;
    for (keys, expected) in [("project", "no"), ("team", "yes")] {
        let condition = format!(
            r#"{{"Null":{{"aws:RequestTag/team":"false"}},"ForAllValues:StringEquals":{{"aws:TagKeys":["{keys}"]}}}}"#
        );
        let case = Case::new(&From::Aws, &policy(&[allow(root, both, &condition)]));
        assert_eq!(case.verdict(&[], None), expected, "{keys}");
    }
}

#[test]
fn services() {
    let assume = r#""sts:AssumeRole""#;
    let cases = [
        // T74
        (
            "codebuild.amazonaws.com",
            assume,
            r#"{"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}}"#,
            "yes",
        ),
        (
            "codebuild.amazonaws.com",
            assume,
            r#"{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}"#,
            "no",
        ),
        // T33a
        (
            "rolesanywhere.amazonaws.com",
            r#"["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]"#,
            r#"{"ArnEquals":{"aws:SourceArn":"arn:aws:rolesanywhere:us-east-1:111122223333:trust-anchor/0a1b2c3d-1111-2222-3333-444455556666"},"StringEquals":{"aws:PrincipalTag/x509Subject/CN":"app1"}}"#,
            "yes",
        ),
        // T33b
        (
            "rolesanywhere.amazonaws.com",
            assume,
            r#"{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#,
            "no",
        ),
        (
            "pods.eks.amazonaws.com",
            r#"["sts:AssumeRole","sts:TagSession"]"#,
            r#"{"StringEquals":{"aws:RequestTag/kubernetes-namespace":"prod"}}"#,
            "yes",
        ),
    ];
    for (host, action, condition, expected) in cases {
        let statement = allow(&format!(r#"{{"Service":"{host}"}}"#), action, condition);
        let case = Case::new(&From::Service(host), &policy(&[statement]));
        assert_eq!(case.verdict(&[], None), expected, "{host} {condition}");
    }
}

/// T99: what the role of an association sends when it assumes the target role.
#[test]
fn external_ids() {
    let sent = "0a1b2c3d4e";
    let own = "${AWS::EKS::PodIdentityAssociation Own.ExternalId}";
    let other = "${AWS::EKS::PodIdentityAssociation Other.ExternalId}";
    let cases = [
        (sent, sent, "yes"),
        (sent, "another", "no"),
        (sent, own, "maybe"),
        (own, own, "yes"),
        (own, other, "no"),
        (own, "another", "maybe"),
    ];
    for (sent, tested, expected) in cases {
        let condition = format!(r#"{{"StringEquals":{{"sts:ExternalId":"{tested}"}}}}"#);
        let root = r#"{"AWS":"arn:aws:iam::444455556666:root"}"#;
        let statement = allow(root, r#"["sts:AssumeRole","sts:TagSession"]"#, &condition);
        let mut case = Case::new(&From::Aws, &policy(&[statement]));
        let text = case.scene.text(sent).with_tokens(&case.scene.vocabulary).expect("few symbols");
        let session = case.sender.kinds.iter_mut().find(|kind| kind.name == "role session");
        let session = session.expect("roles have sessions");
        let mut ids = session.claims_mut(|claim| claim.key == "sts:externalid");
        let id = ids.next().expect("one can be sent");
        id.presence = Presence::Always;
        id.values = Values::One(vec![Format(vec![Piece::Literal(text)])]);
        drop(ids);
        let wanted = [("account", "444455556666")];
        assert_eq!(case.verdict(&wanted, Some("role session")), expected, "{sent} for {tested}");
    }
}

#[test]
fn a_parameter_is_no_stranger() {
    let case = github(r#""StringLike":{"SUB":"repo:${Owner}/app:environment:prod"}"#);
    let owner = case.sender.variable("owner").expect("GitHub has owners");
    let ask = |bound| {
        let question = Question {
            wanted: &[Wanted::Stranger(owner, "attacker-qx7".to_owned())],
            ..Question::new(&case.policy, &case.party, &case.sender, bound)
        };
        decide(&question, &case.scene.vocabulary)
    };
    assert_eq!(ask(Bound::Sure), Answer::Refused);
    assert_eq!(ask(Bound::Possible), Answer::Refused);
    assert_eq!(case.verdict(&[("owner", "acme")], None), "maybe");
    // Not every text can be an owner.
    assert_eq!(case.verdict(&[], None), "maybe");
}

/// Whoever a symbol leaves out, most others are let in; unless it may leave out all of them.
#[test]
fn who_is_left_out_is_one_of_many_strangers() {
    let of = |test: &str, wanted: &[(&str, &str)]| {
        let everybody = r#"{"AWS":"*"}"#;
        let case = Case::new(&From::Aws, &policy(&[allow(everybody, r#""sts:AssumeRole""#, test)]));
        let wanted: Vec<Wanted> = wanted
            .iter()
            .map(|(name, text)| {
                Wanted::Stranger(case.sender.variable(name).expect("a variable"), (*text).to_owned())
            })
            .collect();
        let question = Question {
            wanted: &wanted,
            ..Question::new(&case.policy, &case.party, &case.sender, Bound::Sure)
        };
        match decide(&question, &case.scene.vocabulary) {
            Answer::Admitted(witness) => witness.confirmed,
            Answer::Refused => false,
            Answer::Exhausted => panic!("it takes too long"),
        }
    };
    let own = "${AWS::AccountId}";
    let arn = "arn:aws:iam::${AWS::AccountId}";
    let cases = [
        (format!(r#"{{"StringNotEquals":{{"aws:PrincipalAccount":"{own}"}}}}"#), true),
        (format!(r#"{{"StringNotEqualsIfExists":{{"aws:PrincipalAccount":"{own}"}}}}"#), true),
        (format!(r#"{{"StringNotEqualsIgnoreCase":{{"aws:PrincipalAccount":"{own}"}}}}"#), true),
        (format!(r#"{{"StringNotLike":{{"aws:PrincipalAccount":"{own}"}}}}"#), true),
        (format!(r#"{{"ArnNotLike":{{"aws:PrincipalArn":"{arn}:*"}}}}"#), true),
        (format!(r#"{{"ArnNotEquals":{{"aws:PrincipalArn":"{arn}:root"}}}}"#), true),
        // A parameter that may be anything is one account all the same.
        (r#"{"StringNotEquals":{"aws:PrincipalAccount":"${Account}"}}"#.to_owned(), true),
        (r#"{"StringNotEquals":{"aws:PrincipalAccount":["${Account}","${Other}"]}}"#.to_owned(), true),
        // Whatever is put together of two may be this one.
        (r#"{"StringNotEquals":{"aws:PrincipalAccount":"${Account}${Other}"}}"#.to_owned(), false),
        // One account is no part of another.
        (format!(r#"{{"StringNotLike":{{"aws:PrincipalAccount":"*{own}*"}}}}"#), true),
        (r#"{"StringNotLike":{"aws:PrincipalAccount":"${Account}*"}}"#.to_owned(), false),
        // Which partition it is matters to all of them.
        (r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:${AWS::Partition}:*:*:*:*"}}"#.to_owned(), false),
        // Nobody knows that a stranger is meant.
        (format!(r#"{{"StringEquals":{{"aws:PrincipalAccount":"{own}"}}}}"#), false),
        (r#"{"StringNotEquals":{"aws:PrincipalAccount":"<unknown>"}}"#.to_owned(), false),
        // What is said of the account leaves open what is said of the user.
        (
            r#"{"StringNotEquals":{"aws:PrincipalType":["${First}","${Second}","${Third}"]}}"#.to_owned(),
            false,
        ),
    ];
    for (test, expected) in cases {
        for account in ["444455556666", "777788889999"] {
            assert_eq!(of(&test, &[("account", account)]), expected, "{account} by {test}");
        }
    }
    // Of few there may be none left.
    let test = r#"{"StringNotEquals":{"aws:PrincipalOrgID":"${Organisation}"}}"#;
    assert!(of(test, &[("organisation", "o-attacker000")]));
    let test = r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:${Partition}:*:*:*:*"}}"#;
    assert!(!of(test, &[("partition", "aws-cn")]));
}

#[test]
fn who_is_on_a_list_that_nobody_knows_is_no_stranger() {
    let of = |test: &str, wanted: fn(VariableId) -> Wanted| {
        let root = r#"{"AWS":"*"}"#;
        let case = Case::new(&From::Aws, &policy(&[allow(root, r#""sts:AssumeRole""#, test)]));
        let organisation = case.sender.variable("organisation").expect("accounts have organisations");
        let question = Question {
            wanted: &[wanted(organisation)],
            ..Question::new(&case.policy, &case.party, &case.sender, Bound::Possible)
        };
        decide(&question, &case.scene.vocabulary) != Answer::Refused
    };
    let stranger = |variable| Wanted::Stranger(variable, "o-attacker000".to_owned());
    let known = |variable| Wanted::Exactly(variable, "o-attacker000".to_owned());
    let cases = [
        (r#"{"StringEquals":{"aws:PrincipalOrgID":"<unknown>"}}"#, false),
        (r#"{"StringEquals":{"aws:PrincipalOrgID":["<unknown>","o-a1b2c3d4e5"]}}"#, false),
        (r#"{"StringEquals":{"aws:PrincipalOrgID":["<unknown>","o-attacker000"]}}"#, true),
        (r#"{"StringEqualsIgnoreCase":{"aws:PrincipalOrgID":"<unknown>"}}"#, false),
        // Of an account that is in none.
        (r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"<unknown>"}}"#, true),
        (r#"{"StringNotEquals":{"aws:PrincipalOrgID":"<unknown>"}}"#, true),
        // What is written for wildcards may hold some.
        (r#"{"StringLike":{"aws:PrincipalOrgID":"<unknown>"}}"#, true),
    ];
    for (test, expected) in cases {
        assert_eq!(of(test, stranger), expected, "a stranger by {test}");
        assert!(of(test, known), "somebody who is asked for by {test}");
        assert!(of(test, |_| Wanted::InPlace), "anybody by {test}");
    }
}

#[test]
fn a_parameter_may_be_a_whole_subject_or_arn() {
    assert_eq!(
        web(GITHUB, r#"{"StringEquals":{"token.actions.githubusercontent.com:sub":"${Subject}"}}"#)
            .verdict(&[], None),
        "maybe"
    );
    let root = r#"{"AWS":"arn:aws:iam::111122223333:root"}"#;
    let condition = r#"{"ArnEquals":{"aws:PrincipalArn":"${Arn}"}}"#;
    let case = Case::new(&From::Aws, &policy(&[allow(root, r#""sts:AssumeRole""#, condition)]));
    assert_eq!(case.verdict(&[], None), "maybe");
}

/// Roles of an account that a parameter names, who are named by the same parameter in a condition.
#[test]
fn a_role_of_an_account_that_a_parameter_names() {
    let of = |pattern: &str, wanted: &[(&str, &str)]| {
        let root = r#"{"AWS":"arn:${AWS::Partition}:iam::${Account}:root"}"#;
        let condition = format!(
            r#"{{"ArnEquals":{{"aws:PrincipalArn":"arn:${{AWS::Partition}}:iam::${{Account}}:role/{pattern}"}}}}"#
        );
        let case = Case::new(&From::Aws, &policy(&[allow(root, r#""sts:AssumeRole""#, &condition)]));
        let account = case.scene.text("${Account}").with_tokens(&case.scene.vocabulary).expect("few symbols");
        let variable = |name: &str| case.sender.variable(name).expect("a variable");
        let mut all = vec![Wanted::Exactly(variable("account"), account)];
        all.extend(wanted.iter().map(|(name, text)| Wanted::Stranger(variable(name), (*text).to_owned())));
        let question = |bound| Question {
            wanted: &all,
            ..Question::new(&case.policy, &case.party, &case.sender, bound)
        };
        let word = |bound| match decide(&question(bound), &case.scene.vocabulary) {
            Answer::Admitted(_) => "yes",
            Answer::Refused => "no",
            Answer::Exhausted => "exhausted",
        };
        (word(Bound::Possible), word(Bound::Sure))
    };
    let strangers =
        [("role", "somerole"), ("user", "somebody"), ("path", "path"), ("federated-user", "somebody")];
    let path = "adf/account-bootstrapping/jump-manager/";
    let role = format!("{path}adf-bootstrapping-jump-manager-role");
    // Whether a parameter is an account nobody knows.
    assert_eq!(of(&role, &[]), ("yes", "no"));
    assert_eq!(of(&role, &strangers), ("no", "no"));
    assert_eq!(of(&format!("{path}*"), &[]), ("yes", "no"));
}

/// Smallest inputs on which the decision once differed from the evaluator.
#[test]
fn what_enumeration_found() {
    let own = "token.actions.githubusercontent.com:sub";
    let cases = [
        ("both values of `Null`", r#""Null":{"SUB":["true","false"]}"#, "yes"),
        ("the key's own value", r#"StringEquals "SUB":"${!OWN}""#, "yes"),
    ];
    for (what, condition, expected) in cases {
        let condition = condition.replace("OWN", own);
        assert_eq!(github(&condition).verdict(&[], None), expected, "{what}");
    }
}

#[test]
fn a_subject_of_many_segments_may_be_sent() {
    let five =
        "repo:acme/app:ref:refs/heads/main:workflow:deploy:actor:octocat:repository_visibility:private";
    let of = |subject: &str| {
        web(
            GITHUB,
            &format!(r#"{{"StringEquals":{{"token.actions.githubusercontent.com:sub":"{subject}"}}}}"#),
        )
    };
    assert_eq!(of(five).verdict(ACME, None), "yes");
    assert_eq!(of(five).verdict(STRANGER, None), "no");
}

proptest::proptest! {
    #[test]
    fn tests_with_one_key_and_different_values_are_found(drafts in proptest::collection::vec((0..2_usize, 0..6_usize, 0..2_usize), 0..12)) {
        let vocabulary = Vocabulary::default();
        let text = |text: &str| Item::Text(vocabulary.literal(text));
        let tests: Vec<Test> = drafts
            .iter()
            .map(|&(operator, key, value)| Test {
                operator: Operator::plain([Comparator::StringEquals, Comparator::StringLike][operator]),
                key: if key == 5 { Item::Unknown(Unknown::List) } else { text(["a", "A", "b", "B", "c"][key]) },
                values: Box::new([text(["x", "y"][value])]),
            })
            .collect();
        let found = rivals(&tests, &vocabulary);
        for (index, test) in tests.iter().enumerate() {
            let one_by_one = tests.iter().enumerate().any(|(other, twin)| {
                let rivals = other != index && twin.operator == test.operator && twin.values != test.values;
                rivals && same_key(test, twin, &vocabulary)
            });
            let at_once = test
                .literal_key(&vocabulary)
                .is_some_and(|key| found.contains(&(test.operator, key.to_ascii_lowercase())));
            proptest::prop_assert_eq!(at_once, one_by_one);
        }
    }
}
