//! What policies allow, by example.

mod properties;

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::*;
use crate::knowledge::actions::Actions;
use crate::policy::parse;
use crate::policy::testing::Scene;

/// The policies of a holder, as JSON; with `limits`, each of those must allow too.
struct Holder {
    scene: Scene,
    permissions: Permissions,
}

impl Holder {
    fn new(grants: &[Json], limits: &[Json]) -> Self {
        let mut scene = Scene::new();
        let mut in_force = |document: &Json| {
            let value = scene.convert(document, String::new());
            let (policy, _) = parse(&value, &scene.vocabulary);
            let policy = Arc::new(PermissionPolicy::new(&policy, Some(NOW), &scene.vocabulary));
            InForce { policy, sure: true }
        };
        let grants = grants.iter().map(&mut in_force).collect();
        let limits = limits.iter().map(|limit| vec![in_force(limit)]).collect();
        Self { scene, permissions: Permissions::new(grants, limits) }
    }

    fn ask(&self, name: &str, target: Target<'_>) -> Option<bool> {
        let question = PermissionQuestion { action: action(name), target, passed_to: None };
        self.permissions.allows(&question, &self.scene.vocabulary).known()
    }

    fn everywhere(&self, name: &str) -> Option<bool> {
        let asked = self.ask(name, Target::Everywhere);
        let sets = self.permissions.everywhere(&self.scene.vocabulary);
        let action = action(name);
        let of_sets =
            Bounds { sure: sets.sure.contains(action), possible: sets.possible.contains(action) }.known();
        assert_eq!(asked, of_sets, "the set of all actions says otherwise of {name}");
        asked
    }

    fn somewhere(&self, name: &str) -> Option<bool> {
        let asked = self.ask(name, Target::Somewhere);
        let sets = self.permissions.somewhere(&self.scene.vocabulary);
        let action = action(name);
        let of_sets =
            Bounds { sure: sets.sure.contains(action), possible: sets.possible.contains(action) }.known();
        assert_eq!(asked, of_sets, "the set of all actions says otherwise of {name}");
        asked
    }

    fn on(&self, name: &str, arn: &str) -> Option<bool> {
        self.ask(name, Target::Resource(&self.scene.text(arn)))
    }
}

/// 2026-11-25 in nanoseconds.
const NOW: i128 = 1_795_564_800_000_000_000;

fn action(name: &str) -> ActionId {
    Actions::default().find(name).expect("an action of the catalogue")
}

fn policy(statements: Json) -> Json {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn allow(action: Json, resource: Json) -> Json {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

fn deny(action: Json, resource: Json) -> Json {
    json!({ "Effect": "Deny", "Action": action, "Resource": resource })
}

fn under(mut statement: Json, condition: Json) -> Json {
    statement["Condition"] = condition;
    statement
}

#[test]
fn all_roles_are_everything_that_a_role_action_can_be_used_on() {
    for roles in [
        "arn:aws:iam::*:role/*",
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*",
        "arn:*:iam::*:*",
        "*",
    ] {
        let holder = Holder::new(&[policy(json!([allow(json!("iam:PutRolePolicy"), json!(roles))]))], &[]);
        assert_eq!(holder.everywhere("iam:PutRolePolicy"), Some(true), "{roles}");
    }
    for roles in ["arn:aws:iam::*:role/app-*", "arn:aws:iam::*:user/*", "arn:aws:s3:::*"] {
        let holder = Holder::new(&[policy(json!([allow(json!("iam:PutRolePolicy"), json!(roles))]))], &[]);
        assert_eq!(holder.everywhere("iam:PutRolePolicy"), Some(false), "{roles}");
    }
    // Whether it is one's own account is not known.
    let roles = json!("arn:aws:iam::111122223333:role/*");
    let holder = Holder::new(&[policy(json!([allow(json!("iam:PutRolePolicy"), roles)]))], &[]);
    assert_eq!(holder.everywhere("iam:PutRolePolicy"), None);
}

#[test]
fn an_account_may_be_written_in_part() {
    let holder = Holder::new(
        &[policy(json!([allow(json!("iam:PassRole"), json!("arn:aws:iam::1111*:role/x"))]))],
        &[],
    );
    assert_eq!(holder.on("iam:PassRole", "arn:aws:iam::111122223333:role/x"), Some(true));
    assert_eq!(holder.on("iam:PassRole", "arn:aws:iam::211122223333:role/x"), Some(false));
    assert_eq!(holder.on("iam:PassRole", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/x"), None);
    let boundary = policy(json!([allow(json!("iam:*"), json!("arn:aws:iam::111122223333:role/*"))]));
    let all = policy(json!([allow(json!("iam:PassRole"), json!("arn:aws:iam::1111*:role/*"))]));
    assert_eq!(Holder::new(&[all], &[boundary]).somewhere("iam:PassRole"), Some(true));
}

#[test]
fn an_action_without_resources_is_only_allowed_by_a_star() {
    let of = |resource: &str| Holder::new(&[policy(json!([allow(json!("iam:*"), json!(resource))]))], &[]);
    assert_eq!(of("arn:aws:iam::*:role/*").somewhere("iam:ListRoles"), Some(false));
    assert_eq!(of("*").somewhere("iam:ListRoles"), Some(true));
}

#[test]
fn a_resource_of_another_service_gives_nothing() {
    let holder =
        Holder::new(&[policy(json!([allow(json!("s3:*"), json!("arn:aws:dynamodb:*:*:table/x"))]))], &[]);
    assert_eq!(holder.somewhere("s3:GetObject"), Some(false));
}

#[test]
fn what_is_denied_on_some_resources_is_still_allowed_on_the_others() {
    let documents = [policy(json!([
        allow(json!("s3:GetObject"), json!("*")),
        deny(json!("s3:*"), json!(["arn:aws:s3:::secret", "arn:aws:s3:::secret/*"])),
    ]))];
    let holder = Holder::new(&documents, &[]);
    assert_eq!(holder.everywhere("s3:GetObject"), Some(true));
    assert_eq!(holder.on("s3:GetObject", "arn:aws:s3:::secret/x"), Some(false));
    assert_eq!(holder.on("s3:GetObject", "arn:aws:s3:::other/x"), Some(true));
}

#[test]
fn what_is_denied_but_for_some_resources_is_left_on_those() {
    let mut all_but = deny(json!("s3:*"), json!("*"));
    all_but["NotResource"] = json!(["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"]);
    all_but.as_object_mut().expect("an object").remove("Resource");
    let holder = Holder::new(&[policy(json!([allow(json!("*"), json!("*")), all_but]))], &[]);
    assert_eq!(holder.everywhere("s3:GetObject"), Some(false));
    assert_eq!(holder.somewhere("s3:GetObject"), Some(true));
    assert_eq!(holder.on("s3:GetObject", "arn:aws:s3:::mine/x"), Some(true));
    assert_eq!(holder.on("s3:GetObject", "arn:aws:s3:::other/x"), Some(false));
    assert_eq!(holder.everywhere("iam:CreateUser"), Some(true));
}

#[test]
fn a_denial_of_all_that_a_statement_names_leaves_nothing() {
    let documents = [policy(json!([
        allow(json!("s3:GetObject"), json!("arn:aws:s3:::a/*")),
        deny(json!("s3:Get*"), json!("arn:aws:s3:::a*")),
    ]))];
    assert_eq!(Holder::new(&documents, &[]).somewhere("s3:GetObject"), Some(false));
}

#[test]
fn a_boundary_must_allow_the_same_resource() {
    let grants = [policy(json!([allow(json!("s3:*"), json!("arn:aws:s3:::a/*"))]))];
    let other = policy(json!([allow(json!("s3:*"), json!("arn:aws:s3:::b/*"))]));
    let part = policy(json!([allow(json!("s3:GetObject"), json!("arn:aws:s3:::a/public/*"))]));
    assert_eq!(Holder::new(&grants, &[other]).somewhere("s3:GetObject"), Some(false));
    let holder = Holder::new(&grants, &[part]);
    assert_eq!(holder.somewhere("s3:GetObject"), Some(true));
    assert_eq!(holder.somewhere("s3:PutObject"), Some(false));
    assert_eq!(holder.on("s3:GetObject", "arn:aws:s3:::a/private/x"), Some(false));
}

#[test]
fn a_boundary_limits_even_an_administrator() {
    let all = policy(json!([allow(json!("*"), json!("*"))]));
    let mut no_roles = allow(json!(null), json!("*"));
    no_roles["NotAction"] = json!(["iam:*"]);
    no_roles.as_object_mut().expect("an object").remove("Action");
    let holder = Holder::new(std::slice::from_ref(&all), &[policy(json!([no_roles]))]);
    assert_eq!(holder.everywhere("iam:CreateUser"), Some(false));
    assert_eq!(holder.everywhere("s3:GetObject"), Some(true));
    // A boundary gives nothing.
    let reads = policy(json!([allow(json!("s3:GetObject"), json!("*"))]));
    assert_eq!(Holder::new(&[reads], &[all]).everywhere("s3:PutObject"), Some(false));
}

#[test]
fn a_denial_in_a_boundary_counts_like_any_other() {
    let all = || policy(json!([allow(json!("*"), json!("*"))]));
    let boundary = policy(json!([
        allow(json!("*"), json!("*")),
        deny(json!("s3:*"), json!(["arn:aws:s3:::secret", "arn:aws:s3:::secret/*"])),
        deny(json!("iam:*"), json!("*")),
    ]));
    let holder = Holder::new(&[all()], &[boundary]);
    assert_eq!(holder.on("s3:GetObject", "arn:aws:s3:::secret/x"), Some(false));
    assert_eq!(holder.somewhere("s3:GetObject"), Some(true));
    assert_eq!(holder.somewhere("iam:CreateUser"), Some(false));
}

#[test]
fn a_denial_on_named_roles_leaves_the_others() {
    let roles = json!(["arn:aws:iam::*:role/admin", "arn:aws:iam::*:role/org/*"]);
    let holder = Holder::new(
        &[policy(json!([allow(json!("iam:*"), json!("*")), deny(json!("iam:PassRole"), roles)]))],
        &[],
    );
    for (role, allowed) in [("admin", false), ("org/x", false), ("org", true), ("admin2", true)] {
        let arn = format!("arn:aws:iam::111122223333:role/{role}");
        assert_eq!(holder.on("iam:PassRole", &arn), Some(allowed), "{role}");
    }
    assert_eq!(holder.somewhere("iam:PassRole"), Some(true));
    let role = "arn:aws:iam::111122223333:role/admin";
    assert_eq!(holder.on("iam:PutRolePolicy", role), Some(true), "only what is denied is");
}

#[test]
fn who_is_named_by_a_resource_keeps_what_is_neither_denied_nor_beyond_the_boundary() {
    const ROLE: &str = "arn:aws:iam::111122223333:role/x";
    let leaves = |grants: &[Json], limits: &[Json]| {
        let holder = Holder::new(grants, limits);
        let role = holder.scene.text(ROLE);
        let question = PermissionQuestion {
            action: action("sts:AssumeRole"),
            target: Target::Resource(&role),
            passed_to: None,
        };
        holder.permissions.leaves(&question, &holder.scene.vocabulary).known()
    };
    let one = |statement: Json| policy(json!([statement]));
    let other = json!("arn:aws:iam::111122223333:role/y");
    assert_eq!(leaves(&[], &[]), Some(true), "nothing needs to grant it");
    assert_eq!(leaves(&[one(deny(json!("sts:*"), json!("*")))], &[]), Some(false));
    assert_eq!(leaves(&[one(deny(json!("sts:AssumeRole"), json!(ROLE)))], &[]), Some(false));
    assert_eq!(leaves(&[one(deny(json!("sts:AssumeRole"), other.clone()))], &[]), Some(true));
    assert_eq!(leaves(&[], &[one(allow(json!("s3:*"), json!("*")))]), Some(false));
    assert_eq!(leaves(&[], &[one(allow(json!("sts:AssumeRole"), other))]), Some(false));
    assert_eq!(leaves(&[], &[one(allow(json!("sts:*"), json!("arn:aws:iam::*:role/*")))]), Some(true));
    let tagged = json!({ "StringEquals": { "aws:PrincipalTag/team": "a" } });
    assert_eq!(leaves(&[one(under(deny(json!("sts:*"), json!("*")), tagged))], &[]), None);
}

#[test]
fn conditions_are_worth_what_the_session_can_make_of_them() {
    let of = |condition: Json| {
        Holder::new(&[policy(json!([under(allow(json!("s3:GetObject"), json!("*")), condition)]))], &[])
            .everywhere("s3:GetObject")
    };
    assert_eq!(of(json!({ "StringEquals": { "aws:RequestedRegion": "eu-west-1" } })), Some(true));
    assert_eq!(of(json!({ "Bool": { "aws:SecureTransport": "true" } })), Some(true));
    assert_eq!(of(json!({ "StringEquals": { "aws:ResourceTag/team": "a" } })), Some(false));
    assert_eq!(of(json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } })), None);
    assert_eq!(of(json!({ "StringEquals": { "aws:PrincipalTag/team": "a" } })), None);
    assert_eq!(of(json!({ "DateLessThan": { "aws:CurrentTime": "2020-01-01T00:00:00Z" } })), Some(false));
    assert_eq!(of(json!({ "DateLessThan": { "aws:CurrentTime": "2030-01-01T00:00:00Z" } })), Some(true));
}

#[test]
fn one_choice_must_do_for_all_policies() {
    let region = |operator: &str, region: &str| json!({ operator: { "aws:RequestedRegion": region } });
    let read = |condition: Json| under(allow(json!("s3:GetObject"), json!("*")), condition);
    let both = |grant: Json, limit: Json| {
        Holder::new(&[policy(json!([read(grant)]))], &[policy(json!([read(limit)]))])
            .everywhere("s3:GetObject")
    };
    let eu = || region("StringEquals", "eu-west-1");
    assert_eq!(both(eu(), region("StringLike", "eu-*")), Some(true));
    assert_eq!(both(eu(), region("StringEquals", "us-east-1")), None);
    let other = under(deny(json!("s3:*"), json!("*")), region("StringNotEquals", "us-east-1"));
    let denied = Holder::new(&[policy(json!([read(eu()), other]))], &[]);
    assert_eq!(denied.everywhere("s3:GetObject"), None);
    assert_eq!(denied.somewhere("s3:GetObject"), None);
}

#[test]
fn what_no_request_can_hold_is_never_met() {
    let of = |condition: Json| {
        Holder::new(&[policy(json!([under(allow(json!("*"), json!("*")), condition)]))], &[])
    };
    let no_region = of(json!({ "Null": { "aws:RequestedRegion": "true" } }));
    assert_eq!(no_region.everywhere("s3:GetObject"), Some(false));
    let wildcard = of(json!({ "StringEquals": { "aws:RequestedRegion": "eu-*" } }));
    assert_eq!(wildcard.everywhere("s3:GetObject"), Some(false));
    // Requests for an object carry no tags.
    let tags = of(json!({ "StringEquals": { "aws:RequestTag/team": "a" } }));
    assert_eq!(tags.everywhere("s3:GetObject"), None);
    assert_eq!(tags.everywhere("iam:CreateRole"), Some(true));
    let passed = of(json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } }));
    assert_eq!(passed.everywhere("s3:GetObject"), Some(false));
    assert_eq!(passed.everywhere("iam:PassRole"), None);
}

#[test]
fn what_a_service_does_for_the_session_is_no_request_of_its_own() {
    let of = |effect: &str, condition: Json| {
        let mut statement = under(allow(json!("iam:CreateRole"), json!("*")), condition);
        statement["Effect"] = json!(effect);
        let all =
            if effect == "Deny" { vec![allow(json!("*"), json!("*")), statement] } else { vec![statement] };
        Holder::new(&[policy(json!(all))], &[]).everywhere("iam:CreateRole")
    };
    let via = |operator: &str| json!({ operator: { "aws:CalledVia": "cloudformation.amazonaws.com" } });
    let service = |truth: &str| json!({ "Bool": { "aws:ViaAWSService": truth } });
    assert_eq!(of("Allow", via("ForAnyValue:StringEquals")), None);
    assert_eq!(of("Allow", service("true")), None);
    assert_eq!(of("Allow", service("false")), Some(true));
    assert_eq!(of("Deny", service("true")), Some(true));
    assert_eq!(of("Deny", service("false")), None);
}

#[test]
fn a_denial_that_spares_what_is_marked_leaves_not_everything() {
    let unless =
        under(deny(json!("s3:*"), json!("*")), json!({ "StringNotEquals": { "aws:ResourceTag/team": "a" } }));
    let holder = Holder::new(&[policy(json!([allow(json!("*"), json!("*")), unless]))], &[]);
    assert_eq!(holder.everywhere("s3:GetObject"), Some(false));
    assert_eq!(holder.somewhere("s3:GetObject"), None);
}

#[test]
fn a_denial_that_can_be_avoided_takes_nothing() {
    let of = |condition: Json| {
        let denial = under(deny(json!("*"), json!("*")), condition);
        Holder::new(&[policy(json!([allow(json!("*"), json!("*")), denial]))], &[]).everywhere("s3:GetObject")
    };
    assert_eq!(of(json!({ "StringNotEquals": { "aws:RequestedRegion": ["eu-west-1"] } })), Some(true));
    assert_eq!(of(json!({ "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } })), None);
}

#[test]
fn roles_are_passed_to_the_services_that_a_statement_names() {
    let statement = under(
        allow(json!("iam:PassRole"), json!("*")),
        json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } }),
    );
    let holder = Holder::new(&[policy(json!([statement]))], &[]);
    let passes = |service: Option<&str>| {
        let question = PermissionQuestion {
            action: action("iam:PassRole"),
            target: Target::Everywhere,
            passed_to: service,
        };
        holder.permissions.allows(&question, &holder.scene.vocabulary).known()
    };
    assert_eq!(passes(Some("lambda.amazonaws.com")), Some(true));
    assert_eq!(passes(Some("ec2.amazonaws.com")), Some(false));
    assert_eq!(passes(None), None);
}

#[test]
fn not_action_allows_all_others() {
    let mut statement = allow(json!(null), json!("*"));
    statement["NotAction"] = json!(["iam:*", "organizations:*"]);
    statement.as_object_mut().expect("an object").remove("Action");
    let holder = Holder::new(&[policy(json!([statement]))], &[]);
    assert_eq!(holder.everywhere("iam:CreateUser"), Some(false));
    assert_eq!(holder.everywhere("s3:GetObject"), Some(true));
}

#[test]
fn a_symbol_is_one_resource_and_may_be_another() {
    let holder =
        Holder::new(&[policy(json!([allow(json!("s3:GetObject"), json!("arn:aws:s3:::${Bucket}/*"))]))], &[]);
    assert_eq!(holder.somewhere("s3:GetObject"), Some(true));
    assert_eq!(holder.on("s3:GetObject", "arn:aws:s3:::${Bucket}/x"), Some(true));
    assert_eq!(holder.on("s3:GetObject", "arn:aws:s3:::other/x"), None);
}

/// The statement that allows all but some resources leaves nothing of what the boundary allows, and what another statement allows of
/// that is denied.
#[test]
fn what_one_statement_allows_is_not_what_another_leaves() {
    let all_but = |resources: &str| json!({ "Effect": "Allow", "Action": "*", "NotResource": resources });
    let boundary = policy(json!([allow(json!("*"), json!("arn:aws:s3:::*"))]));
    let grants = |more: Json| {
        let elsewhere = all_but("arn:aws:s3:::*");
        let own = allow(json!("*"), json!("arn:aws:s3:::a/*"));
        policy(json!([elsewhere, own, more]))
    };
    let denied =
        Holder::new(&[grants(deny(json!("*"), json!("arn:aws:s3:::?/*")))], std::slice::from_ref(&boundary));
    assert_eq!(denied.somewhere("s3:PutObject"), Some(false));
    let partly = Holder::new(&[grants(deny(json!("*"), json!("arn:aws:s3:::a/b")))], &[boundary]);
    assert_eq!(partly.somewhere("s3:PutObject"), Some(true));
}

/// Each leaves objects of some kind, and together they leave none.
#[test]
fn what_several_statements_leave_out_together_may_be_everything() {
    let (buckets, access_points) = ("arn:aws:s3:::*", "arn:aws:s3:*:*:accesspoint/*");
    let all_but =
        |resources: &str| policy(json!([{ "Effect": "Allow", "Action": "*", "NotResource": resources }]));
    let all = allow(json!("*"), json!("*"));
    let denies = |resources: &str| deny(json!("s3:*"), json!(resources));
    for holder in [
        Holder::new(&[all_but(buckets)], &[all_but(access_points)]),
        Holder::new(&[all_but(buckets), policy(json!([denies(access_points)]))], &[]),
        Holder::new(&[policy(json!([all.clone(), denies(buckets), denies(access_points)]))], &[]),
    ] {
        assert_ne!(holder.somewhere("s3:PutObject"), Some(true));
    }
    let holder = Holder::new(&[policy(json!([all, denies(buckets)]))], &[]);
    assert_eq!(holder.somewhere("s3:PutObject"), Some(true));
}
