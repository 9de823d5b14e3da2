use std::collections::BTreeSet;

use super::super::actions::AccessLevel;
use super::super::managed_policies::ManagedPolicies;
use super::*;

fn method(id: &str) -> &'static EscalationMethod {
    escalation_methods().iter().find(|method| method.id == id).unwrap_or_else(|| panic!("no method `{id}`"))
}

fn takeover(id: &str) -> &'static Takeover {
    takeovers().iter().find(|takeover| takeover.id == id).unwrap_or_else(|| panic!("no takeover `{id}`"))
}

fn id(name: &str) -> ActionId {
    Actions::default().find(name).unwrap_or_else(|| panic!("no action `{name}`"))
}

/// Alternatives as they are written: `a + b | a + c`.
fn written(needs: &[&[ActionId]]) -> String {
    let set = |set: &&[ActionId]| {
        set.iter().map(|action| Actions::default().name(*action)).collect::<Vec<_>>().join(" + ")
    };
    needs.iter().map(set).collect::<Vec<_>>().join(" | ")
}

/// What a method needs, its category, its target and the service that a role is passed to.
fn summary(name: &str) -> String {
    let method = method(name);
    let passed = method.passed_to.unwrap_or("-");
    format!("{:?} {:?} {passed}: {}", method.category, method.target, written(method.needs))
}

const ESCALATION: &str = include_str!("../data/privileges/escalation.yaml");
const TAKEOVER: &str = include_str!("../data/privileges/takeovers.yaml");
const DATA_ACTIONS: &str = include_str!("../data/privileges/data.yaml");
const SCOPE: &str = include_str!("../data/privileges/guest_scope.yaml");

#[test]
fn every_file_can_be_read_and_is_dated() {
    for yaml in [ESCALATION, TAKEOVER, DATA_ACTIONS, SCOPE] {
        let file: serde_yaml::Value = serde_yaml::from_str(yaml).unwrap();
        let checked: Date = file["checked"].as_str().unwrap().parse().unwrap();
        assert!(checked >= date(2026, 11, 26), "{checked}");
        assert!(!file["sources"].as_sequence().unwrap().is_empty());
    }
    // With a reason if not, such as an action that the catalogue does not know.
    table::escalation(ESCALATION, &find).unwrap();
    table::takeovers(TAKEOVER, &find).unwrap();
    table::data(DATA_ACTIONS, &find).unwrap();
    table::guest_scope(SCOPE).unwrap();
}

fn find(name: &str) -> Option<usize> {
    Actions::default().find(name).map(ActionId::index)
}

#[test]
fn an_unknown_action_spoils_the_file() {
    let yaml = r#"{"checked": "2026-11-26", "sources": [], "methods": [{"id": "x", "category": "self",
                   "needs": [["iam:NoSuchAction"]], "target": "role", "title": "x"}]}"#;
    let error = table::escalation(yaml, &find).unwrap_err();
    assert!(error.starts_with("the catalogue has no action `iam:NoSuchAction`"), "{error}");
}

/// All texts of a file.
fn texts(value: &serde_yaml::Value, all: &mut Vec<String>) {
    match value {
        serde_yaml::Value::String(text) => all.push(text.clone()),
        serde_yaml::Value::Sequence(items) => items.iter().for_each(|item| texts(item, all)),
        serde_yaml::Value::Mapping(entries) => entries.values().for_each(|value| texts(value, all)),
        _ => {}
    }
}

#[test]
fn actions_are_spelt_as_aws_spells_them() {
    for yaml in [ESCALATION, TAKEOVER, DATA_ACTIONS] {
        let mut words = Vec::new();
        texts(&serde_yaml::from_str(yaml).unwrap(), &mut words);
        let names = words.iter().filter(|word| {
            word.split_once(':').is_some_and(|(service, name)| {
                !service.is_empty()
                    && !name.is_empty()
                    && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b':' || byte == b'-')
            })
        });
        let mut count = 0;
        for name in names {
            assert_eq!(&Actions::default().name(id(name)), name);
            count += 1;
        }
        assert!(count > 40, "only {count} names were looked at");
    }
}

#[test]
fn the_methods_are_complete() {
    // pathfinding.cloud's have numbers.
    let numbered = |method: &&EscalationMethod| method.id.rsplit('-').next().unwrap().parse::<u16>().is_ok();
    let (theirs, others): (Vec<_>, Vec<_>) = escalation_methods().iter().partition(numbered);
    assert_eq!(theirs.len(), 65);
    assert_eq!(others.len(), 21);
    let of = |category| theirs.iter().filter(|method| method.category == category).count();
    assert_eq!(of(EscalationCategory::SelfService), 8);
    assert_eq!(of(EscalationCategory::Principal), 14);
    assert_eq!(of(EscalationCategory::NewPass), 27);
    assert_eq!(of(EscalationCategory::Existing), 16);
}

#[test]
fn ids_and_titles_are_unique_and_needs_are_minimal() {
    let methods = escalation_methods().iter().map(|method| (&method.id, &method.title, &method.needs));
    let takeovers = takeovers().iter().map(|takeover| (&takeover.id, &takeover.title, &takeover.needs));
    let mut seen = BTreeSet::new();
    for (id, title, needs) in methods.chain(takeovers) {
        assert!(seen.insert(id) && seen.insert(title), "{id}: {title}");
        assert!(!title.ends_with('.') && title.starts_with(char::is_lowercase), "{title}");
        assert!(!needs.is_empty() && needs.iter().all(|set| !set.is_empty()), "{id}");
        let sets: Vec<ActionSet> = needs.iter().map(|set| set.iter().copied().collect()).collect();
        for (index, set) in sets.iter().enumerate() {
            assert_eq!(set.len(), needs[index].len(), "{id} names an action twice");
            let wider = sets.iter().enumerate().any(|(other, less)| other != index && set.is_superset(less));
            assert!(!wider, "{id}: an alternative asks for more than another one");
        }
    }
}

#[test]
fn a_role_is_passed_to_a_service_that_must_trust_it() {
    let pass_role = id("iam:PassRole");
    for method in escalation_methods() {
        let passes = method.needs.iter().all(|set| set.contains(&pass_role));
        assert!(passes || !method.needs.iter().any(|set| set.contains(&pass_role)), "{}", method.id);
        assert_eq!(method.passed_to.is_some() || method.id == "codestar-pass-role", passes, "{}", method.id);
        if method.category == EscalationCategory::NewPass {
            assert_eq!(method.passed_to.is_some(), method.nothing_passed.is_none(), "{}", method.id);
        } else {
            assert_eq!(method.nothing_passed, None, "{}", method.id);
        }
        let host = method.passed_to.unwrap_or("x.amazonaws.com");
        assert!(host.ends_with(".amazonaws.com"), "{host}");
    }
    let explained: Vec<&str> = escalation_methods()
        .iter()
        .filter(|method| method.nothing_passed.is_some())
        .map(|method| method.id)
        .collect();
    assert_eq!(explained, ["cloudformation-005", "codestar-pass-role"]);
}

#[test]
fn methods_say_what_they_need() {
    let expected = [
        (
            "apprunner-001",
            "NewPass Role tasks.apprunner.amazonaws.com: iam:PassRole + apprunner:CreateService",
        ),
        (
            "bedrock-001",
            "NewPass Role bedrock-agentcore.amazonaws.com: iam:PassRole + bedrock-agentcore:CreateCodeInterpreter + \
             bedrock-agentcore:StartCodeInterpreterSession + bedrock-agentcore:InvokeCodeInterpreter",
        ),
        (
            "cloudformation-005",
            "NewPass Carrier -: cloudformation:CreateChangeSet + cloudformation:ExecuteChangeSet",
        ),
        (
            "ec2-002",
            "Existing Carrier -: ec2:ModifyInstanceAttribute + ec2:StopInstances + ec2:StartInstances",
        ),
        (
            "ecs-005",
            "NewPass Role ecs-tasks.amazonaws.com: iam:PassRole + ecs:RegisterTaskDefinition + ecs:StartTask",
        ),
        ("iam-001", "SelfService Policy -: iam:CreatePolicyVersion"),
        ("iam-005", "SelfService OwnRole -: iam:PutRolePolicy"),
        ("iam-013", "SelfService Group -: iam:AddUserToGroup"),
        ("iam-018", "Principal User -: iam:PutUserPolicy + iam:CreateAccessKey"),
        (
            "lambda-001",
            "NewPass Role lambda.amazonaws.com: iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction",
        ),
        ("sts-001", "Principal Role -: sts:AssumeRole"),
        ("lambda-layer", "Existing Carrier -: lambda:UpdateFunctionConfiguration"),
        (
            "codebuild-update-project",
            "Existing Carrier -: codebuild:UpdateProject + codebuild:StartBuild | codebuild:UpdateProject + \
             codebuild:StartBuildBatch",
        ),
        (
            "create-role-with-policy",
            "Principal Role -: iam:CreateRole + iam:AttachRolePolicy | iam:CreateRole + iam:PutRolePolicy",
        ),
        (
            "cfn-update-pass-role",
            "NewPass Role cloudformation.amazonaws.com: iam:PassRole + cloudformation:UpdateStack",
        ),
        ("ecs-exec", "Existing Carrier -: ecs:ExecuteCommand + ecs:DescribeTasks"),
    ];
    for (name, summarised) in expected {
        assert_eq!(summary(name), summarised, "{name}");
    }
}

/// A role session has no user and is in no group, but it can take users over.
#[test]
fn what_only_users_can_do_is_marked() {
    let only_users: Vec<&str> = escalation_methods()
        .iter()
        .filter(|method| !method.for_role_sessions)
        .map(|method| method.id)
        .collect();
    assert_eq!(
        only_users,
        [
            "iam-007",
            "iam-008",
            "iam-010",
            "iam-011",
            "iam-013",
            "codestar-team-member",
            "boundary-removal-user",
            "deny-removal-user"
        ]
    );
    for id in ["iam-002", "iam-003", "iam-004", "iam-006", "iam-015", "iam-018"] {
        assert_eq!(method(id).target, EscalationTarget::User, "{id}");
    }
}

#[test]
fn what_is_never_proved_is_marked() {
    let marked = |is: fn(&EscalationMethod) -> bool| -> Vec<&str> {
        escalation_methods().iter().filter(|method| is(method)).map(|method| method.id).collect()
    };
    assert_eq!(
        marked(|method| method.possible_only),
        [
            "ec2instanceconnect-003",
            "ssm-001",
            "ssm-002",
            "sts-001",
            "set-default-policy-version",
            "ecs-exec",
            "codestar-pass-role",
            "codestar-team-member",
            "deny-removal",
            "deny-removal-user"
        ]
    );
    assert_eq!(
        marked(|method| method.unverified),
        [
            "cloudformation-004",
            "appstream-image-builder",
            "codestar-pass-role",
            "codestar-team-member",
            "rds-add-role"
        ]
    );
    assert_eq!(marked(|method| method.only_with_boundary), ["boundary-removal", "boundary-removal-user"]);
    assert_eq!(marked(|method| method.only_with_denial), ["deny-removal", "deny-removal-user"]);
    assert_eq!(marked(|method| method.left_to_chains), ["sts-001"]);
    // What runs with a role has one that the service must be let in by.
    let existing = marked(|method| method.category == EscalationCategory::Existing);
    assert_eq!(marked(|method| method.victim_trusts.is_some()), existing);
    let verified: Vec<&str> =
        takeovers().iter().filter(|takeover| !takeover.unverified).map(|takeover| takeover.id).collect();
    assert_eq!(verified, ["oidc-provider-new-trusted", "trust-policy"]);
}

#[test]
fn takeovers_say_what_they_need() {
    assert_eq!(written(takeover("saml-provider-metadata").needs), "iam:UpdateSAMLProvider");
    assert_eq!(
        written(takeover("identity-pool-roles").needs),
        "cognito-identity:SetIdentityPoolRoles + iam:PassRole"
    );
    assert_eq!(
        written(takeover("user-pool-group-role").needs),
        "cognito-idp:CreateGroup + iam:PassRole | cognito-idp:UpdateGroup + iam:PassRole"
    );
    // Only IAM Identity Center and root sessions are matters of the organization.
    for takeover in takeovers() {
        let needs = written(takeover.needs);
        let organisation = ["sso:", "identitystore:", "sts:AssumeRoot"].iter().any(|p| needs.starts_with(p));
        assert_eq!(takeover.organisation_only, organisation, "{}", takeover.id);
    }
}

#[test]
fn an_action_gives_one_kind_of_access() {
    use DataKind::{Credentials, Read, Secret, Telemetry, Write};
    let mut seen = ActionSet::none();
    for (kind, count) in [(Telemetry, 15), (Read, 22), (Write, 39), (Secret, 7), (Credentials, 42)] {
        let entries = data_entries(kind);
        assert_eq!(entries.len(), count, "{kind:?}");
        for entry in entries {
            let name = Actions::default().name(entry.action);
            assert!(!seen.contains(entry.action), "{name} is there twice");
            seen.insert(entry.action);
            assert_eq!(entry.source.is_none(), entry.unverified, "{name}");
            assert!(!entry.reason.is_empty(), "{name}");
            assert!(data_actions(kind).contains(entry.action), "{name}");
            assert_eq!(verified_data_actions(kind).contains(entry.action), !entry.unverified, "{name}");
        }
        assert_eq!(data_actions(kind).len(), count, "{kind:?}");
    }
}

#[test]
fn what_writes_has_that_access_level() {
    let writes = Actions::default().with_access(AccessLevel::Write);
    let others: Vec<_> = data_actions(DataKind::Write).difference(&writes).iter().collect();
    let names: Vec<String> = others.into_iter().map(|action| Actions::default().name(action)).collect();
    assert_eq!(names, Vec::<String>::new());
}

/// Those that cloudsplaining names, and no other.
#[test]
fn secrets_and_objects_are_what_a_source_says_is_read() {
    let names = |kind| -> Vec<String> {
        verified_data_actions(kind).iter().map(|action| Actions::default().name(action)).collect()
    };
    assert_eq!(names(DataKind::Read), ["s3:GetObject"]);
    assert_eq!(
        names(DataKind::Secret),
        ["secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    );
    assert!(data_actions(DataKind::Secret).contains(id("kms:Decrypt")));
    assert_eq!(names(DataKind::Telemetry), Vec::<String>::new());
}

#[test]
fn guests_can_use_what_the_session_policies_allow() {
    let scope = guest_scope();
    let ids: Vec<&str> = scope.statements.iter().map(|statement| statement.id).collect();
    assert_eq!(ids, ["inline", "managed"]);
    assert_eq!(scope.statements[0].patterns.len(), 32);
    assert_eq!(scope.statements[1].patterns.len(), 26);
    assert!(scope.statements.iter().all(|statement| statement.resources == ["*"]));
    let actions = scope.actions();
    for effective in ["s3:GetObject", "lambda:InvokeFunction", "cognito-idp:AdminCreateUser", "kms:Decrypt"] {
        assert!(actions.contains(id(effective)), "{effective}");
    }
    for inert in [
        "iam:PassRole",
        "sts:AssumeRole",
        "ec2:RunInstances",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
        "kms:CreateGrant",
        "bedrock:InvokeModel",
        "xray:PutTraceSegments",
    ] {
        assert!(!actions.contains(id(inert)), "{inert}");
    }
}

/// What is written here of the managed session policy is what the embedded policies say.
#[test]
fn the_managed_part_of_the_guests_scope_is_the_embedded_policy() {
    let policy = ManagedPolicies::default().find("AmazonCognitoUnAuthedIdentitiesSessionPolicy").unwrap();
    let statements: Vec<_> = policy.statements().collect();
    assert!(statements.iter().all(|statement| statement.allows() && !statement.is_conditional()));
    let embedded: BTreeSet<String> =
        statements.iter().flat_map(|statement| statement.actions().patterns).collect();
    let ours: BTreeSet<String> =
        guest_scope().statements[1].patterns.iter().map(|&pattern| pattern.to_owned()).collect();
    assert_eq!(ours, embedded);
    let resources: Vec<String> =
        statements.iter().flat_map(|statement| statement.resources().patterns).collect();
    assert!(resources.iter().all(|resource| resource == "*"), "{resources:?}");
}
