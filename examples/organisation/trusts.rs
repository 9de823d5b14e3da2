//! Trust policies, with the own account as `${AWS::AccountId}`.

use super::names;
use super::random::Random;
use super::template::{Value, map, policy, text};

/// The accounts of companies that assume roles for many customers.
const VENDOR: &str = "464622532012";

/// One allow statement.
fn allow(principal: (&str, Value), action: &str, conditions: Vec<(&str, Vec<(String, Value)>)>) -> Value {
    let mut statement =
        vec![("Effect", text("Allow")), ("Principal", map([principal])), ("Action", text(action))];
    if !conditions.is_empty() {
        statement
            .push(("Condition", map(conditions.into_iter().map(|(operator, tests)| (operator, map(tests))))));
    }
    policy(vec![map(statement)])
}

fn service(host: &str) -> Value {
    allow(("Service", text(host)), "sts:AssumeRole", Vec::new())
}

/// An AWS principal.
fn aws(principal: String, conditions: Vec<(&str, Vec<(String, Value)>)>) -> Value {
    allow(("AWS", text(principal)), "sts:AssumeRole", conditions)
}

/// An OIDC provider of the own account.
fn oidc(issuer: &str, tests: Vec<(&'static str, &str, String)>) -> Value {
    let mut conditions: Vec<(&str, Vec<(String, Value)>)> = Vec::new();
    for (operator, claim, value) in tests {
        let test = (format!("{issuer}:{claim}"), text(value));
        match conditions.iter_mut().find(|(known, _)| *known == operator) {
            Some((_, tests)) => tests.push(test),
            None => conditions.push((operator, vec![test])),
        }
    }
    let arn = format!("arn:aws:iam::${{AWS::AccountId}}:oidc-provider/{issuer}");
    allow(("Federated", text(arn)), "sts:AssumeRoleWithWebIdentity", conditions)
}

/// Trust policies that many roles of all accounts have, and how often.
pub(crate) fn common() -> Vec<(usize, Value)> {
    let services = [
        (34, "lambda"),
        (14, "ec2"),
        (14, "ecs-tasks"),
        (4, "states"),
        (3, "events"),
        (5, "codebuild"),
        (2, "codepipeline"),
        (2, "cloudformation"),
        (2, "apigateway"),
        (3, "glue"),
        (2, "firehose"),
        (2, "monitoring.rds"),
        (1, "vpc-flow-logs"),
        (1, "config"),
        (1, "backup"),
        (1, "ssm"),
        (2, "scheduler"),
        (1, "pipes"),
        (1, "sagemaker"),
    ];
    let mut all: Vec<(usize, Value)> =
        services.map(|(weight, name)| (weight, service(&format!("{name}.amazonaws.com")))).into();
    all.push((5, aws("arn:aws:iam::${AWS::AccountId}:root".to_owned(), Vec::new())));
    // The account with the tools of all.
    all.push((2, aws(format!("arn:aws:iam::{}:root", names::account(0)), Vec::new())));
    let external_id = vec![("sts:ExternalId".to_owned(), text("4f1c6c6e-2f0a-4bfb-9c7e-3f3df1f2a9b1"))];
    all.push((1, aws(format!("arn:aws:iam::{VENDOR}:root"), vec![("StringEquals", external_id)])));
    let audience = vec![("SAML:aud".to_owned(), text("https://signin.aws.amazon.com/saml"))];
    let corporate = text("arn:aws:iam::${AWS::AccountId}:saml-provider/corporate");
    all.push((
        3,
        allow(("Federated", corporate), "sts:AssumeRoleWithSAML", vec![("StringEquals", audience)]),
    ));
    all
}

/// Workflows of a repository. Serial numbers keep trust policies apart.
pub(crate) fn github(serial: usize, random: &mut Random) -> Value {
    let repository = format!("repo:example/{}-{serial}", names::system(serial));
    let issuer = "token.actions.githubusercontent.com";
    let (operator, subject) = match random.below(10) {
        0..4 => ("StringLike", format!("{repository}:*")),
        4..7 => ("StringEquals", format!("{repository}:ref:refs/heads/main")),
        7..9 => ("StringEquals", format!("{repository}:environment:production")),
        _ => ("StringLike", format!("{repository}:ref:refs/tags/v*")),
    };
    oidc(issuer, vec![("StringEquals", "aud", "sts.amazonaws.com".to_owned()), (operator, "sub", subject)])
}

/// A service account of a Kubernetes cluster.
pub(crate) fn kubernetes(account: usize, serial: usize, random: &mut Random) -> Value {
    let issuer = names::cluster(account, random.below(3));
    let subject = format!("system:serviceaccount:{}:{}-{serial}", names::team(serial), names::system(serial));
    oidc(
        &issuer,
        vec![("StringEquals", "aud", "sts.amazonaws.com".to_owned()), ("StringEquals", "sub", subject)],
    )
}

/// Pipelines of a project.
pub(crate) fn gitlab(serial: usize) -> Value {
    let subject = format!(
        "project_path:{}/{}-{serial}:ref_type:branch:ref:main",
        names::team(serial),
        names::system(serial)
    );
    oidc(
        "gitlab.example.com",
        vec![
            ("StringEquals", "aud", "https://gitlab.example.com".to_owned()),
            ("StringEquals", "sub", subject),
        ],
    )
}

/// A role of the own account.
pub(crate) fn own_role(account: usize, index: usize) -> Value {
    aws(format!("arn:aws:iam::${{AWS::AccountId}}:role/{}", names::role(account, index)), Vec::new())
}

/// A role of whichever account.
pub(crate) fn other_role(account: usize, index: usize) -> Value {
    aws(names::role_arn(account, index), Vec::new())
}

/// Those of the own account that a condition leaves.
pub(crate) fn some_own_roles(serial: usize) -> Value {
    let pattern = format!("arn:aws:iam::${{AWS::AccountId}}:role/{}-{serial}-*", names::system(serial));
    let tests = vec![("aws:PrincipalArn".to_owned(), text(pattern))];
    aws("arn:aws:iam::${AWS::AccountId}:root".to_owned(), vec![("ArnLike", tests)])
}

/// A vendor, or the account of somebody else, with an external id.
pub(crate) fn external(serial: usize, random: &mut Random) -> Value {
    let account =
        if random.below(2) == 0 { VENDOR.to_owned() } else { format!("{:012}", 910_000_000_000 + serial) };
    let test = ("sts:ExternalId".to_owned(), text(format!("{:08x}-{serial:06}", random.next() >> 32)));
    aws(format!("arn:aws:iam::{account}:root"), vec![("StringEquals", vec![test])])
}

/// A service, for one resource.
pub(crate) fn for_resource(serial: usize, random: &mut Random) -> Value {
    let (host, resource) = *random.one_of(&[
        ("events.amazonaws.com", "events:eu-west-1:${AWS::AccountId}:rule/"),
        ("scheduler.amazonaws.com", "scheduler:eu-west-1:${AWS::AccountId}:schedule-group/"),
        ("states.amazonaws.com", "states:eu-west-1:${AWS::AccountId}:stateMachine:"),
    ]);
    let source = format!("arn:aws:{resource}{}-{serial}", names::system(serial));
    let account = vec![("aws:SourceAccount".to_owned(), text("${AWS::AccountId}"))];
    let arn = vec![("aws:SourceArn".to_owned(), text(source))];
    allow(("Service", text(host)), "sts:AssumeRole", vec![("StringEquals", account), ("ArnLike", arn)])
}

/// Who signs in at an identity pool, or does not.
pub(crate) fn cognito(pool: &str, guests: bool) -> Value {
    let host = "cognito-identity.amazonaws.com";
    let who = if guests { "unauthenticated" } else { "authenticated" };
    let pool = vec![(format!("{host}:aud"), Value::Ref(pool.to_owned()))];
    let state = vec![(format!("{host}:amr"), text(who))];
    allow(
        ("Federated", text(host)),
        "sts:AssumeRoleWithWebIdentity",
        vec![("StringEquals", pool), ("ForAnyValue:StringLike", state)],
    )
}
