//! What accounts tell of their organisations: which of them manages it, which are members, and what stands above them.

#[path = "support/things.rs"]
mod things;

use fedlint::analysis::{Analysis, Impact};
use fedlint::knowledge::Issuers;
use fedlint::model;
use fedlint::settings::Settings;
use fedlint::source::Sources;
use fedlint::value::{Bounds, Vocabulary};
use serde_json::json;
use things::{Thing, resources};

const MANAGEMENT: &str = "999900001111";
const MEMBER: &str = "111122223333";
const ADMINISTRATOR: &str = "222233334444";
const STRANGER: &str = "444455556666";

/// Does something with what things amount to.
fn with<R>(things: &[Thing<'_>], work: impl FnOnce(&Analysis<'_>, &Vocabulary) -> R) -> R {
    let (vocabulary, sources, settings) = (Vocabulary::default(), Sources::default(), Settings::default());
    let model = model::build(resources(things, &sources, &vocabulary), &sources, &vocabulary);
    work(&Analysis::new(&vocabulary, &settings, &sources, model, Issuers::default()), &vocabulary)
}

fn organization(asked: &str, id: &str, management: &str) -> Thing<'static> {
    let [asked, id, management] = [asked, id, management].map(|text| &*text.to_owned().leak());
    Thing {
        account: asked,
        kind: "AWS::Organizations::Organization",
        name: id,
        arn: "",
        properties: json!({ "Id": id, "ManagementAccountId": management, "FeatureSet": "ALL" }),
    }
}

/// An account as the management account lists it.
fn account(id: &'static str, parent: &str) -> Thing<'static> {
    let mut properties = json!({ "AccountName": id });
    properties["ParentIds"] = json!([parent]);
    Thing {
        account: MANAGEMENT,
        kind: "AWS::Organizations::Account",
        name: id,
        arn: format!("arn:aws:organizations::{MANAGEMENT}:account/o-a1b2c3d4e5/{id}").leak(),
        properties,
    }
}

fn unit(id: &'static str, parent: &str) -> Thing<'static> {
    Thing {
        account: MANAGEMENT,
        kind: "AWS::Organizations::OrganizationalUnit",
        name: id,
        arn: format!("arn:aws:organizations::{MANAGEMENT}:ou/o-a1b2c3d4e5/{id}").leak(),
        properties: json!({ "Name": id, "ParentId": parent }),
    }
}

fn denial(account: &'static str, targets: &[&str]) -> Thing<'static> {
    Thing {
        account,
        kind: "AWS::Organizations::Policy",
        name: "p-1",
        arn: "",
        properties: json!({
            "Name": "nothing",
            "Type": "SERVICE_CONTROL_POLICY",
            "TargetIds": targets,
            "Content": { "Version": "2012-10-17", "Statement": { "Effect": "Deny", "Action": "*", "Resource": "*" } },
        }),
    }
}

fn role(account: &'static str) -> Thing<'static> {
    Thing {
        account,
        kind: "AWS::IAM::Role",
        name: "admin",
        arn: format!("arn:aws:iam::{account}:role/admin").leak(),
        properties: json!({
            "RoleName": "admin",
            "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [] },
            "Policies": [{
                "PolicyName": "all",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" },
                },
            }],
        }),
    }
}

/// What the role among things amounts to.
fn impact(things: &[Thing<'_>]) -> Bounds<Impact> {
    with(things, |analysis, _| analysis.privileges(analysis.model.roles[0].entity.id).impact)
}

const ALL: Bounds<Impact> = Bounds { sure: Impact::Administrator, possible: Impact::Administrator };
const NOTHING: Bounds<Impact> = Bounds { sure: Impact::Nothing, possible: Impact::Nothing };
const PERHAPS: Bounds<Impact> = Bounds { sure: Impact::Nothing, possible: Impact::Administrator };

#[test]
fn a_member_says_who_manages_its_organisation() {
    with(&[organization(MEMBER, "o-a1b2c3d4e5", MANAGEMENT)], |analysis, vocabulary| {
        let [management, member, stranger] = [MANAGEMENT, MEMBER, STRANGER].map(|id| vocabulary.literal(id));
        assert_eq!(analysis.is_management(&management), Some(true));
        assert_eq!(analysis.is_management(&member), Some(false));
        assert_eq!(analysis.is_management(&stranger), None, "it may be of another organisation");
        assert_eq!(analysis.same_organisation(&management, &member), Some(true));
        assert_eq!(analysis.same_organisation(&stranger, &member), None);
        assert_eq!(analysis.organisation_id(&member), Some("o-a1b2c3d4e5"));
        assert!(analysis.is_own_account(&management) && !analysis.is_own_account(&stranger));
    });
}

#[test]
fn listed_accounts_are_members_but_the_one_that_manages_them() {
    let things = [account(MANAGEMENT, "r-ab12"), account(MEMBER, "r-ab12")];
    with(&things, |analysis, vocabulary| {
        let kinds = [MANAGEMENT, MEMBER, STRANGER].map(|id| analysis.is_management(&vocabulary.literal(id)));
        assert_eq!(kinds, [Some(true), Some(false), None]);
    });
}

#[test]
fn organisations_stay_apart() {
    let things = [
        organization(MEMBER, "o-a1b2c3d4e5", MANAGEMENT),
        organization(STRANGER, "o-b1b2c3d4e5", ADMINISTRATOR),
    ];
    with(&things, |analysis, vocabulary| {
        let literal = |id| vocabulary.literal(id);
        let kinds =
            [MANAGEMENT, MEMBER, ADMINISTRATOR, STRANGER].map(|id| analysis.is_management(&literal(id)));
        assert_eq!(kinds, [Some(true), Some(false), Some(true), Some(false)]);
        assert_eq!(analysis.same_organisation(&literal(MEMBER), &literal(STRANGER)), Some(false));
        assert_eq!(analysis.management_of(&literal(STRANGER)), Some(&literal(ADMINISTRATOR)));
    });
    let [first, second] = things;
    let elsewhere = [first, second, denial(ADMINISTRATOR, &[MEMBER, "r-cd34"]), role(MEMBER)];
    assert_eq!(impact(&elsewhere), ALL, "the policy of another organisation limits nobody here");
}

#[test]
fn a_delegated_administrator_administers_its_services() {
    let delegated = |services: serde_json::Value| Thing {
        account: MANAGEMENT,
        kind: "AWS::Organizations::DelegatedAdministrator",
        name: ADMINISTRATOR,
        arn: "",
        properties: json!({ "AccountId": ADMINISTRATOR, "ServicePrincipals": services }),
    };
    let ask = |services: serde_json::Value| {
        let things = [account(MANAGEMENT, "r-ab12"), account(MEMBER, "r-ab12"), delegated(services)];
        with(&things, |analysis, vocabulary| {
            [ADMINISTRATOR, MEMBER, STRANGER]
                .map(|id| analysis.is_delegated(&vocabulary.literal(id), "sso.amazonaws.com"))
        })
    };
    assert_eq!(ask(json!(["sso.amazonaws.com"])), [Some(true), Some(false), None]);
    assert_eq!(ask(json!(["config.amazonaws.com"])), [Some(false), Some(false), None]);
    assert_eq!(ask(json!({ "not": "seen" })), [None, Some(false), None]);
}

#[test]
fn a_policy_of_a_unit_or_the_root_limits_what_is_known_to_be_below() {
    let below = |targets: &[&str]| {
        impact(&[
            account(MEMBER, "ou-ab12-workloads"),
            unit("ou-ab12-workloads", "ou-ab12-all00000"),
            unit("ou-ab12-all00000", "r-ab12"),
            denial(MANAGEMENT, targets),
            role(MEMBER),
        ])
    };
    assert_eq!(below(&["ou-ab12-workloads"]), NOTHING);
    assert_eq!(below(&["ou-ab12-all00000"]), NOTHING);
    assert_eq!(below(&["r-ab12"]), NOTHING);
    assert_eq!(below(&["ou-ab12-sandbox0"]), ALL);
    assert_eq!(below(&["444455556666", "ou-ab12-sandbox0"]), ALL);
}

#[test]
fn policies_of_a_type_that_is_not_in_use_limit_nobody() {
    let root = |types: serde_json::Value| Thing {
        account: MANAGEMENT,
        kind: "AWS::Organizations::Root",
        name: "r-ab12",
        arn: "arn:aws:organizations::999900001111:root/o-a1b2c3d4e5/r-ab12",
        properties: json!({ "PolicyTypes": types }),
    };
    let limited = |types: serde_json::Value| {
        impact(&[account(MEMBER, "r-ab12"), root(types), denial(MANAGEMENT, &["r-ab12"]), role(MEMBER)])
    };
    let in_use = |status: &str| json!([{ "Type": "SERVICE_CONTROL_POLICY", "Status": status }]);
    assert_eq!(limited(in_use("ENABLED")), NOTHING);
    assert_eq!(limited(in_use("PENDING_DISABLE")), PERHAPS);
    assert_eq!(limited(json!([])), ALL);
    assert_eq!(limited(json!([{ "Type": "TAG_POLICY", "Status": "ENABLED" }])), ALL);
    // Of what no answer tells nothing is held against the policy.
    assert_eq!(limited(json!("unknown")), NOTHING);
    assert_eq!(limited(json!([{ "Type": "SERVICE_CONTROL_POLICY" }])), PERHAPS);
}

#[test]
fn what_stands_above_an_account_may_not_be_known() {
    // The unit that it is in was not listed.
    let unlisted = |targets: &[&str]| {
        impact(&[account(MEMBER, "ou-ab12-workloads"), denial(MANAGEMENT, targets), role(MEMBER)])
    };
    assert_eq!(unlisted(&["ou-ab12-workloads"]), NOTHING);
    assert_eq!(unlisted(&["ou-ab12-all00000"]), PERHAPS);
    // Whatever it is in, it is below the one root of its organisation.
    assert_eq!(unlisted(&["r-ab12"]), NOTHING);
    let circle = [
        account(MEMBER, "ou-ab12-workloads"),
        unit("ou-ab12-workloads", "ou-ab12-all00000"),
        unit("ou-ab12-all00000", "ou-ab12-workloads"),
        denial(MANAGEMENT, &["ou-ab12-sandbox0"]),
        role(MEMBER),
    ];
    assert_eq!(impact(&circle), PERHAPS);
}

#[test]
fn the_management_account_is_not_limited_whoever_lists_it() {
    let things =
        [account(MANAGEMENT, "r-ab12"), denial(MANAGEMENT, &["r-ab12", MANAGEMENT]), role(MANAGEMENT)];
    assert_eq!(impact(&things), ALL);
}

#[test]
fn a_role_and_a_user_may_have_one_name() {
    let user = Thing {
        account: MEMBER,
        kind: "AWS::IAM::User",
        name: "admin",
        arn: "arn:aws:iam::111122223333:user/admin",
        properties: json!({ "UserName": "admin" }),
    };
    with(&[role(MEMBER), user], |analysis, _| {
        let (role, user) = (&analysis.model.roles[0].entity, &analysis.model.users[0].entity);
        assert!(!role.same_resource(user) && role.same_resource(role));
    });
}
