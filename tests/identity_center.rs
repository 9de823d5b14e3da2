//! Identity Center end to end: a permission set is judged by account, and what is said of it names everything that it takes
//! to check it. Vectors T95 to T97 of the reference, a three-account organisation, and second opinions on what decides.

mod support;

#[path = "support/random_permissions.rs"]
#[allow(dead_code, reason = "what it has for requests is not used here")]
mod random_permissions;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use fedlint::analysis::Analysis;
use fedlint::finding::{Finding, Way};
use fedlint::knowledge::Issuers;
use fedlint::knowledge::actions::ActionSet;
use fedlint::scan::{Outcome, Request, model_of_texts, trace};
use fedlint::settings::{IdentitySource, Settings};
use fedlint::source::{Sources, Span};
use fedlint::value::{Bounds, Vocabulary};
use random_permissions::random::Random;
use random_permissions::{Case, Document};
use serde_json::{Value, json};
use support::{Seen, scan, scan_with};

const INSTANCE: &str = "arn:aws:sso:::instance/ssoins-0123456789abcdef";

/// The organisation in `testdata`.
fn organisation() -> Outcome {
    let folder = Path::new("testdata/organisation");
    let settings = Settings::load(&Sources::default(), &folder.join("fedlint.yaml")).expect("valid settings");
    let request = Request { paths: vec![folder.to_owned()], ..Request::default() };
    fedlint::scan::scan(Sources::default(), request, &settings)
}

/// What stands at a place, in one line, and in which file.
fn text(outcome: &Outcome, span: Span) -> String {
    let place = outcome.sources.place(span);
    #[expect(clippy::disallowed_methods, reason = "a test reads what it tests")]
    let file = std::fs::read_to_string(&place.path).expect("the file can be read");
    let text = &file[place.start.offset as usize..place.end.offset as usize];
    let name = place.path.file_name().map(|name| name.to_string_lossy().into_owned());
    format!("{}: {}", name.unwrap_or_default(), text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A finding in a line each for its message, its place and its labels.
fn show(outcome: &Outcome, finding: &Finding) -> Vec<String> {
    let head = format!("{} {} {}", finding.severity.name(), finding.certainty.name(), finding.rule);
    let mut lines = vec![head, finding.message.clone(), format!("at {}", text(outcome, finding.span))];
    lines.extend(
        finding
            .labels
            .iter()
            .filter(|label| label.span != finding.span)
            .map(|label| format!("{}: {}", label.text, text(outcome, label.span))),
    );
    lines
}

/// Two permission sets in three accounts: the boundary of each account tames one of them, the other names a policy that every
/// account has of its own, but for one that has none. Each finding names permission set, account, principal and the statement
/// that grants.
#[test]
fn an_organisation_of_three_accounts() {
    let outcome = organisation();
    assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
    let mut shown: Vec<Vec<String>> = outcome
        .findings
        .iter()
        .filter(|finding| finding.counts())
        .map(|finding| show(&outcome, finding))
        .collect();
    shown.sort();
    let expected: &[&[&str]] = &[
        &[
            "high proved admin-in-management-account",
            "permission set `Operator` makes `Operators` as good as administrators of account `999900001111`, which manages \
             the organisation",
            "at management.yaml: Effect: Allow Action: ['iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy'] Resource: '*'",
            "this assigns it: management.yaml: OperatorsInManagement",
        ],
        &[
            "info possible permission-set-escalation",
            "permission set `Developer` lets `Developers` have more in account `444455556666` than it gives: it adds a \
             stronger role to a database instance",
            "at management.yaml: arn:aws:iam::aws:policy/AdministratorAccess",
            "this assigns it: management.yaml: DevelopersInSandbox",
        ],
        &[
            "low proved permission-set-admin",
            "permission set `Operator` lets `Operators` do everything in account `111122223333`",
            "at production.yaml: Effect: Allow Action: '*' Resource: '*'",
            "this assigns it: management.yaml: OperatorsInProduction",
            "whoever has this role may write a policy of the permission set in this account: production.yaml: Effect: Allow \
             Action: iam:CreatePolicyVersion Resource: !Sub arn:aws:iam::${AWS::AccountId}:policy/identity-center/*",
        ],
        &[
            "medium possible permission-set-policy-not-found",
            "permission set `Operator` names policy `operator`, which is not in account `444455556666`",
            "at management.yaml: operator",
            "this puts the permission set into the account: management.yaml: OperatorsInSandbox",
        ],
        &[
            "medium proved permission-set-long-session",
            "a session of permission set `Operator` lasts for 8 hours",
            "at management.yaml: PT8H",
            "this is what it is worth where it is worth most: production.yaml: Effect: Allow Action: '*' Resource: '*'",
        ],
    ];
    assert_eq!(shown, expected);
}

/// The users of Identity Center are nobody from outside, and are shown when somebody asks for them: what they are assigned, and the
/// role that trusts their permission set by name.
#[test]
fn what_users_of_identity_center_get() {
    let folder = Path::new("testdata/organisation");
    let settings = Settings::load(&Sources::default(), &folder.join("fedlint.yaml")).expect("valid settings");
    let request = || Request { paths: vec![folder.to_owned()], ..Request::default() };
    let from = ["identity-center-user".to_owned()];
    let traced = trace(Sources::default(), request(), &settings, &from, None);
    let line = |way: &Way| {
        let steps: Vec<_> =
            way.steps.iter().map(|step| format!("{} {}", step.kind, step.entity.name)).collect();
        let (privilege, certainty) = (way.privilege.proved, way.certainty.name());
        format!("{} ({privilege}, {certainty}): {}", way.role.name, steps.join(", "))
    };
    let ways: Vec<String> = traced.ways.iter().map(line).collect();
    assert_eq!(
        ways,
        [
            "Operator in 111122223333 (administrator, proved): is-member Operators, assigned Operator in 111122223333",
            "Operator in 999900001111 (escalation, proved): is-member Operators, assigned Operator in 999900001111",
            "Developer in 444455556666 (secrets, proved): is-member Developers, assigned Developer in 444455556666",
            "Developer in 111122223333 (narrow, proved): is-member Developers, assigned Developer in 111122223333",
            "Recovery (narrow, possible): is-member Operators, assigned Operator in 111122223333, trusts Recovery",
            "Operator in 444455556666 (nothing, proved): is-member Operators, assigned Operator in 444455556666",
        ]
    );
    let outside = trace(Sources::default(), request(), &settings, &[], None);
    assert!(outside.ways.is_empty(), "{:?}", outside.ways);
    assert!(organisation().reaches.is_empty());
}

/// Rule, severity and certainty of what is found.
fn found(template: &str, settings: &Settings) -> Vec<String> {
    let outcome = scan_with(&[("template.yaml", template)], settings);
    assert_eq!(outcome.problems, [""; 0], "{template}");
    let line = |seen: &Seen| format!("{} {} {}", seen.rule, seen.certainty, seen.text);
    let mut lines: Vec<String> = outcome.findings.iter().map(line).collect();
    lines.sort();
    lines
}

/// T95: composite ids.
#[test]
fn references_of_assignments_in_a_wrong_form() {
    let template = |set: &str, principal: &str| {
        format!(
            r#"
Resources:
  Reader:
    Type: AWS::SSO::PermissionSet
    Properties:
      InstanceArn: {INSTANCE}
      Name: Reader
      ManagedPolicies: [arn:aws:iam::aws:policy/job-function/ViewOnlyAccess]
  Staff:
    Type: AWS::IdentityStore::Group
    Properties: {{ IdentityStoreId: d-0123456789, DisplayName: Staff }}
  Reads:
    Type: AWS::SSO::Assignment
    Properties:
      InstanceArn: {INSTANCE}
      PermissionSetArn: {set}
      PrincipalType: GROUP
      PrincipalId: {principal}
      TargetType: AWS_ACCOUNT
      TargetId: "111122223333"
"#
        )
    };
    let settings = Settings::default();
    let right = template("!GetAtt Reader.PermissionSetArn", "!GetAtt Staff.GroupId");
    assert_eq!(found(&right, &settings), [""; 0]);
    let set = template("!Ref Reader", "!GetAtt Staff.GroupId");
    assert_eq!(found(&set, &settings), ["wrong-identifier proved Reader"]);
    let group = template("!GetAtt Reader.PermissionSetArn", "!Ref Staff");
    assert_eq!(found(&group, &settings), ["wrong-identifier proved Staff"]);
}

/// T96: an account instance has no permission sets.
#[test]
fn a_permission_set_on_an_instance_that_a_template_makes() {
    let template = r#"
Resources:
  Instance: { Type: AWS::SSO::Instance, Properties: { Name: team } }
  Reader:
    Type: AWS::SSO::PermissionSet
    Properties:
      InstanceArn: !GetAtt Instance.InstanceArn
      Name: Reader
      ManagedPolicies: [arn:aws:iam::aws:policy/job-function/ViewOnlyAccess]
"#;
    let expected = ["permission-set-on-account-instance proved Instance.InstanceArn"];
    assert_eq!(found(template, &Settings::default()), expected);
}

/// T97: Simple AD is broken if it is the source, and perhaps broken otherwise. (Trusts of directories have no form in templates.)
#[test]
fn a_simple_ad_as_the_identity_source() {
    let template = format!(
        r#"
Resources:
  Directory:
    Type: AWS::DirectoryService::SimpleAD
    Properties:
      Name: corp.example.com
      Size: Small
      Password: '{{{{resolve:secretsmanager:directory}}}}'
      VpcSettings: {{ VpcId: vpc-1a2b3c4d, SubnetIds: [subnet-1, subnet-2] }}
  Reader:
    Type: AWS::SSO::PermissionSet
    Properties:
      InstanceArn: {INSTANCE}
      Name: Reader
      ManagedPolicies: [arn:aws:iam::aws:policy/job-function/ViewOnlyAccess]
"#
    );
    let said = |source| found(&template, &Settings { identity_source: source, ..Settings::default() });
    assert_eq!(said(None), ["directory-not-usable possible Directory"]);
    assert_eq!(said(Some(IdentitySource::ActiveDirectory)), ["directory-not-usable proved Directory"]);
    assert_eq!(said(Some(IdentitySource::External)), [""; 0]);
    assert_eq!(said(Some(IdentitySource::IdentityCenter)), [""; 0]);
    // An on-premise directory comes through a connector, which has no form in templates.
    let managed = template.replace("SimpleAD", "MicrosoftAD").replace("      Size: Small\n", "");
    let active = Settings { identity_source: Some(IdentitySource::ActiveDirectory), ..Settings::default() };
    assert_eq!(found(&managed, &active), [""; 0]);
}

/// What a holder may do on everything, and on something.
type Allowed = (Bounds<ActionSet>, Bounds<ActionSet>);

/// A role with policies and a boundary, and a permission set that names the same ones in the same account.
fn twins(policies: &[Value], boundary: Option<&Value>, account: &Value) -> (Allowed, Allowed) {
    let mut resources = serde_json::Map::new();
    let mut named = |name: String, document: &Value| {
        let properties = json!({ "ManagedPolicyName": name, "Path": "/teams/", "PolicyDocument": document });
        resources.insert(name, json!({ "Type": "AWS::IAM::ManagedPolicy", "Properties": properties }));
    };
    for (index, document) in policies.iter().enumerate().skip(1) {
        named(format!("policy{index}"), document);
    }
    if let Some(boundary) = boundary {
        named("boundary".to_owned(), boundary);
    }
    let names: Vec<String> = (1..policies.len()).map(|index| format!("policy{index}")).collect();
    let mut role = json!({
        "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [] },
        "Policies": [{ "PolicyName": "inline", "PolicyDocument": policies[0] }],
        "ManagedPolicyArns": names.iter().map(|name| json!({ "Ref": name })).collect::<Vec<_>>(),
    });
    let by_name = |name: &str| json!({ "Name": name, "Path": "/teams/" });
    let mut set = json!({
        "InstanceArn": INSTANCE,
        "Name": "Set",
        "InlinePolicy": policies[0],
        "CustomerManagedPolicyReferences": names.iter().map(|name| by_name(name)).collect::<Vec<_>>(),
    });
    if boundary.is_some() {
        role["PermissionsBoundary"] = json!({ "Ref": "boundary" });
        set["PermissionsBoundary"] = json!({ "CustomerManagedPolicyReference": by_name("boundary") });
    }
    resources.insert("Role".to_owned(), json!({ "Type": "AWS::IAM::Role", "Properties": role }));
    resources.insert("Set".to_owned(), json!({ "Type": "AWS::SSO::PermissionSet", "Properties": set }));
    resources.insert(
        "Assigned".to_owned(),
        json!({ "Type": "AWS::SSO::Assignment", "Properties": {
            "InstanceArn": INSTANCE,
            "PermissionSetArn": { "Fn::GetAtt": ["Set", "PermissionSetArn"] },
            "PrincipalType": "GROUP",
            "PrincipalId": "906799a0-1b2c-4d5e-8f90-a1b2c3d4e5f6",
            "TargetType": "AWS_ACCOUNT",
            "TargetId": account,
        } }),
    );
    let template = json!({ "Resources": resources }).to_string();
    let (vocabulary, sources, settings) = (Vocabulary::default(), Sources::default(), Settings::default());
    let model = model_of_texts(&[("template.json", template.as_str())], &settings, &vocabulary);
    let (role, set) = (model.roles[0].entity.id, model.provisioned_roles[0].entity.id);
    let analysis = Analysis::new(&vocabulary, &settings, &sources, model, Issuers::default());
    let allowed = |holder| {
        let permissions = &analysis.holder(holder).permissions;
        (permissions.everywhere(&vocabulary), permissions.somewhere(&vocabulary))
    };
    (allowed(role), allowed(set))
}

#[test]
fn a_permission_set_allows_in_an_account_what_a_role_with_the_same_policies_does() {
    let mut bounded = 0;
    for seed in 0..200 {
        let case = Case::new(seed);
        let policies: Vec<Value> = case.policies.iter().map(Document::json).collect();
        let boundary = case.boundary.as_ref().map(Document::json);
        let here = json!({ "Ref": "AWS::AccountId" });
        let (role, set) = twins(&policies, boundary.as_ref(), &here);
        assert_eq!(role, set, "{}", case.line());
        // In an account that is not in view a boundary may be anything.
        let (_, elsewhere) = twins(&policies, boundary.as_ref(), &json!("444455556666"));
        if boundary.is_some() {
            bounded += 1;
            assert!(elsewhere.1.sure.is_empty(), "{}", case.line());
        }
        let denies = policies.iter().any(|policy| policy.to_string().contains("Deny"));
        if !denies {
            assert!(set.0.sure.is_superset(&elsewhere.0.sure), "{}", case.line());
        }
    }
    assert!(bounded > 50, "{bounded}");
}

/// Who is assigned what, at random, and whose members are whose.
struct Assigned {
    /// Group and user.
    members: BTreeSet<(usize, usize)>,
    /// Permission set, principal, account; some more than once.
    assignments: Vec<(usize, Principal, &'static str)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Principal {
    Group(usize),
    User(usize),
}

impl Principal {
    fn name(self) -> String {
        match self {
            Self::Group(number) => format!("Group{number}"),
            Self::User(number) => format!("User{number}"),
        }
    }
}

const SETS: usize = 2;
const GROUPS: usize = 3;
const USERS: usize = 3;
const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "777788889999"];

impl Assigned {
    fn new(seed: u64) -> Self {
        let random = &mut Random::new(seed);
        let members = (0..random.below(6)).map(|_| (random.below(GROUPS), random.below(USERS))).collect();
        let principal = |random: &mut Random| match random.chance(60) {
            true => Principal::Group(random.below(GROUPS)),
            false => Principal::User(random.below(USERS)),
        };
        let assignments = (0..random.below(8))
            .map(|_| (random.below(SETS), principal(random), random.pick(&ACCOUNTS)))
            .collect();
        Self { members, assignments }
    }

    fn template(&self) -> String {
        let mut out = "Resources:\n".to_owned();
        let store = "IdentityStoreId: d-0123456789";
        for set in 0..SETS {
            let _ = write!(
                out,
                "  Set{set}:\n    Type: AWS::SSO::PermissionSet\n    Properties:\n      InstanceArn: {INSTANCE}\n      \
                 Name: Set{set}\n      ManagedPolicies: [arn:aws:iam::aws:policy/AdministratorAccess]\n"
            );
        }
        for group in 0..GROUPS {
            let _ = writeln!(
                out,
                "  Group{group}: {{ Type: AWS::IdentityStore::Group, Properties: {{ {store}, DisplayName: g{group} }} }}"
            );
        }
        for user in 0..USERS {
            let _ = writeln!(
                out,
                "  User{user}: {{ Type: AWS::IdentityStore::User, Properties: {{ {store}, UserName: u{user} }} }}"
            );
        }
        for (group, user) in &self.members {
            let _ = writeln!(
                out,
                "  Member{group}{user}:\n    Type: AWS::IdentityStore::GroupMembership\n    Properties: {{ {store}, \
                 GroupId: !GetAtt Group{group}.GroupId, MemberId: {{ UserId: !GetAtt User{user}.UserId }} }}"
            );
        }
        for (number, (set, principal, account)) in self.assignments.iter().enumerate() {
            let (kind, attribute) = match principal {
                Principal::Group(_) => ("GROUP", "GroupId"),
                Principal::User(_) => ("USER", "UserId"),
            };
            let _ = writeln!(
                out,
                "  Assignment{number}:\n    Type: AWS::SSO::Assignment\n    Properties: {{ InstanceArn: \"{INSTANCE}\", \
                 PermissionSetArn: !GetAtt Set{set}.PermissionSetArn, PrincipalType: {kind}, PrincipalId: !GetAtt \
                 {}.{attribute}, TargetType: AWS_ACCOUNT, TargetId: \"{account}\" }}",
                principal.name()
            );
        }
        out
    }

    /// Who is as good as an administrator where, as a person would list it: for each permission set the accounts in which the same
    /// groups and users have it.
    fn access(&self) -> BTreeSet<String> {
        let mut lines = BTreeSet::new();
        for set in 0..SETS {
            let mut accounts: Vec<&str> = Vec::new();
            for (_, _, account) in self.assignments.iter().filter(|(of, _, _)| *of == set) {
                if !accounts.contains(account) {
                    accounts.push(account);
                }
            }
            let mut by_principals: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
            for account in accounts {
                let of = |(known, principal, target): &(usize, Principal, &str)| {
                    (*known == set && *target == account).then(|| principal.name())
                };
                let principals: BTreeSet<String> = self.assignments.iter().filter_map(of).collect();
                by_principals.entry(principals.into_iter().collect()).or_default().push(account);
            }
            if by_principals.is_empty() {
                lines.insert(format!(
                    "permission set `Set{set}` lets whoever gets it do everything in the account"
                ));
            }
            for (principals, accounts) in by_principals {
                let shown = principals.iter().take(4).cloned().collect::<Vec<_>>().join("`, `");
                let lets = format!("permission set `Set{set}` lets `{shown}` do everything in");
                lines.insert(match accounts.as_slice() {
                    [account] => format!("{lets} account `{account}`"),
                    several => format!("{lets} {} accounts: `{}`", several.len(), several.join("`, `")),
                });
            }
        }
        lines
    }

    /// Who has a permission set twice in an account.
    fn twice(&self) -> BTreeSet<String> {
        let mut lines = BTreeSet::new();
        for (number, (set, principal, account)) in self.assignments.iter().enumerate() {
            let begin = |name: &str| {
                format!("permission set `Set{set}` is assigned to {name} in account `{account}`")
            };
            if self.assignments[..number].contains(&(*set, *principal, account)) {
                lines.insert(format!("{} twice", begin(&format!("`{}`", principal.name()))));
            }
            let Principal::User(user) = *principal else { continue };
            for group in (0..GROUPS).filter(|group| self.members.contains(&(*group, user))) {
                if self.assignments.contains(&(*set, Principal::Group(group), account)) {
                    let begin = begin(&format!("user `User{user}`"));
                    lines.insert(format!("{begin}, who has it there by group `Group{group}` too"));
                }
            }
        }
        lines
    }
}

#[test]
fn assignments_are_expanded_as_by_hand() {
    let (mut twice, mut several) = (0, 0);
    for seed in 0..400 {
        let case = Assigned::new(seed);
        let template = case.template();
        let outcome = scan(&[("template.yaml", &template)]);
        let messages = |rule: &str| -> BTreeSet<String> {
            let of = outcome.findings.iter().filter(|seen| seen.rule == rule);
            of.map(|seen| seen.message.clone()).collect()
        };
        assert_eq!(messages("permission-set-admin"), case.access(), "{template}");
        assert_eq!(messages("duplicate-assignment"), case.twice(), "{template}");
        twice += case.twice().len();
        several += case.access().iter().filter(|line| line.contains(" accounts: ")).count();
    }
    assert!(twice > 100 && several > 20, "{twice} {several}");
}
