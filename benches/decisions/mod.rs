//! Trust policies with those who ask, to decide: usual ones, and ones that are made to take long.

#[path = "../../tests/support/json_value.rs"]
mod json_value;

use std::path::PathBuf;

use fedlint::knowledge::sender::Sender;
use fedlint::knowledge::{Issuers, SamlIdentity};
use fedlint::policy::{Answer, Bound, Party, Policy, Question, decide, parse};
use fedlint::source::{Origin, Sources, Span};
use fedlint::value::Vocabulary;
use json_value::value;
use serde_json::json;

/// A policy, and who asks.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    policy: Policy,
    party: Party,
    sender: Sender,
    vocabulary: Vocabulary,
}

const GITHUB: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
const SUB: &str = "token.actions.githubusercontent.com:sub";
const AUD: &str = "token.actions.githubusercontent.com:aud";
const COGNITO: &str = "cognito-identity.amazonaws.com";
const SAML: &str = "arn:aws:iam::111122223333:saml-provider/corp";
const CORPORATE: SamlIdentity<'_> =
    SamlIdentity { account: "111122223333", name: "corp", partition: Some("aws"), issuers: &[] };

impl Case {
    fn new(name: &'static str, from: Option<&str>, statements: &serde_json::Value) -> Self {
        let vocabulary = Vocabulary::default();
        let at =
            Span::new(Sources::default().add_kept(Origin::Memory(PathBuf::from("bench")), "".into()), 0, 0);
        let document = json!({ "Version": "2012-10-17", "Statement": statements });
        let (policy, _) = parse(&value(&document, at, &vocabulary), &vocabulary);
        let issuers = Issuers::default();
        let sender = match from {
            None => issuers.aws_principal(),
            Some(SAML) => issuers.saml_provider(&CORPORATE),
            Some(provider) => {
                let issuer = provider.split_once("oidc-provider/").map_or(provider, |(_, issuer)| issuer);
                issuers.web_identity(issuer).map(|(sender, _)| sender)
            }
        };
        let party = from.map_or(Party::Aws, |provider| Party::Federated(vocabulary.literal(provider)));
        Self { name, policy, party, sender: sender.expect("a built-in file"), vocabulary }
    }

    /// The whole decision, with all that is made ready for it.
    pub(crate) fn decide(&self, bound: Bound) -> Answer {
        let question = Question::new(&self.policy, &self.party, &self.sender, bound);
        decide(&question, &self.vocabulary)
    }
}

/// A policy of GitHub with two statements, as people write it.
fn github() -> Case {
    let statement = |subject: &str| {
        web(GITHUB, &json!({ "StringEquals": { AUD: "sts.amazonaws.com" }, "StringLike": { SUB: subject } }))
    };
    let statements =
        json!([statement("repo:acme/app:ref:refs/heads/main"), statement("repo:acme/*:environment:prod"),]);
    Case::new("GitHub, two statements", Some(GITHUB), &statements)
}

/// What people write.
pub(crate) fn usual() -> Vec<Case> {
    let pool = "us-east-1:11111111-2222-3333-4444-555555555555";
    let cognito = json!({
        "StringEquals": { format!("{COGNITO}:aud"): pool },
        "ForAnyValue:StringLike": { format!("{COGNITO}:amr"): "authenticated" },
    });
    let saml = statement(
        &json!({ "Federated": SAML }),
        "sts:AssumeRoleWithSAML",
        &json!({ "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml" } }),
    );
    let root = json!({
        "Effect": "Allow",
        "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
        "Action": "sts:AssumeRole",
    });
    vec![
        github(),
        Case::new("Cognito, audience and login", Some(COGNITO), &json!([web(COGNITO, &cognito)])),
        Case::new("SAML", Some(SAML), &json!([saml])),
        Case::new("an AWS account", None, &json!([root])),
    ]
}

/// What takes as long as it can.
pub(crate) fn hostile() -> Vec<Case> {
    let like = |values: serde_json::Value| json!({ "StringLike": { SUB: values } });
    let allow = web(GITHUB, &like(json!("*")));
    let deny = |number: usize| {
        let mut deny = web(GITHUB, &like(json!(format!("*{number}?*:*{}", number % 7))));
        deny["Effect"] = json!("Deny");
        deny
    };
    let denials: Vec<_> = [allow.clone()].into_iter().chain((0..50).map(deny)).collect();
    let tests = |number: usize| {
        let tests = (0..30).map(|test| {
            let operator = if test % 2 == 0 { "StringLike" } else { "StringNotLike" };
            let set = ["", "ForAnyValue:", "ForAllValues:"][test / 2 % 3];
            let suffix = if test / 6 % 2 == 0 { "" } else { "IfExists" };
            let key = if test < 12 { SUB } else { AUD };
            (
                format!("{set}{operator}{suffix}"),
                json!({ key: [format!("*{number}*{test}?"), format!("?*{test}")] }),
            )
        });
        web(GITHUB, &serde_json::Value::Object(tests.collect()))
    };
    let many: Vec<_> = (0..30).map(tests).collect();
    let blow_up = format!("*a{}", "?".repeat(20));
    let long = "a?*".repeat(1_365) + "b";
    vec![
        Case::new("a pattern that doubles", Some(GITHUB), &json!([web(GITHUB, &like(json!(blow_up)))])),
        Case::new("fifty denials", Some(GITHUB), &json!(denials)),
        Case::new("a value of 4,096 characters", Some(GITHUB), &json!([web(GITHUB, &like(json!(long)))])),
        Case::new("thirty statements with many tests", Some(GITHUB), &json!(many)),
    ]
}

fn web(provider: &str, condition: &serde_json::Value) -> serde_json::Value {
    statement(&json!({ "Federated": provider }), "sts:AssumeRoleWithWebIdentity", condition)
}

fn statement(
    principal: &serde_json::Value,
    action: &str,
    condition: &serde_json::Value,
) -> serde_json::Value {
    json!({ "Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition })
}
