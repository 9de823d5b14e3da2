use proptest::prelude::*;

use super::AccessLevel::{List, PermissionsManagement, Read, Tagging, Write};
use super::*;

fn id(name: &str) -> ActionId {
    Actions::default().find(name).unwrap_or_else(|| panic!("{name} is in the catalogue"))
}

#[test]
fn every_place_of_the_file_is_within_it() {
    let actions = Actions::default();
    let columns = actions.columns;
    columns.check(15).unwrap();
    for strings in [2, 7, 10, 11] {
        columns.strings(strings).check().unwrap();
    }
    let (keys, key_lists) = (columns.strings(7).len(), columns.lists(8).len());
    let types = columns.shorts(12).len();
    columns.lists(8).check(keys).unwrap();
    let rows = columns.lists(9);
    for row in (0..rows.len()).map(|number| rows.at(number)) {
        assert_eq!(row.len() % 2, 0);
        assert!((0..row.len() / 2).all(|number| usize::from(row.at(2 * number) & !REQUIRED) < types));
        assert!((0..row.len() / 2).all(|number| usize::from(row.at(2 * number + 1)) < key_lists));
    }
    for (section, length, limit) in [
        (4, COUNT, key_lists),
        (5, COUNT, rows.len()),
        (6, columns.shorts(6).len(), COUNT),
        (12, types, columns.strings(10).len()),
        (13, types, columns.strings(11).len()),
        (14, types, key_lists),
    ] {
        let column = columns.shorts(section);
        assert_eq!(column.len(), length, "section {section}");
        assert!(column.iter().all(|value| usize::from(value) < limit), "section {section}");
    }
    assert_eq!((actions.names.len(), columns.section(3).len()), (COUNT, COUNT));
    assert!(columns.section(3).iter().all(|levels| *levels > 0 && *levels < 32));
}

#[test]
fn actions_are_sorted_and_found_in_any_case() {
    let actions = Actions::default();
    let names: Vec<String> = (0..COUNT).map(|number| actions.names.at(number)).collect();
    assert!(names.len() > 22_000);
    assert!(names.is_sorted_by(|one, next| one.to_lowercase() < next.to_lowercase()));
    for (number, name) in names.iter().enumerate() {
        assert_eq!(actions.find(name).map(ActionId::index), Some(number), "{name}");
    }
    assert_eq!(actions.name(id("IAM:passROLE")), "iam:PassRole");
    for unknown in ["", "iam", "iam:", "iam:PassRoles", "iam:*", "zzz:Zzz", "a", "sso:getrolecredentials"] {
        assert_eq!(actions.find(unknown), None, "{unknown}");
    }
}

#[test]
fn access_levels_are_those_of_the_reference_and_ours() {
    let actions = Actions::default();
    let cases: [(&str, &[AccessLevel]); 22] = [
        // What the calls return are credentials; the reference says Read of some and Write of others.
        ("cloud9:CreateEnvironmentToken", &[Read]),
        ("cognito-identity:GetCredentialsForIdentity", &[Read]),
        ("cognito-identity:GetOpenIdTokenForDeveloperIdentity", &[Read]),
        ("iam:CreateAccessKey", &[Write]),
        ("redshift:GetClusterCredentials", &[Write]),
        ("rds-db:connect", &[Write, PermissionsManagement]),
        ("sts:AssumeRole", &[Write]),
        ("sts:GetSessionToken", &[Read]),
        ("sts:TagSession", &[Write, Tagging]),
        // Data.
        ("s3:GetObject", &[Read]),
        ("s3:ListBucket", &[List]),
        ("secretsmanager:GetSecretValue", &[Read]),
        ("ssm:GetParametersByPath", &[Read]),
        // Permissions, as the reference says.
        ("iam:UpdateAssumeRolePolicy", &[Write, PermissionsManagement]),
        ("sso:AttachManagedPolicyToPermissionSet", &[Write, PermissionsManagement]),
        // Permissions, as we say: the reference says Write.
        ("iam:PassRole", &[Write, PermissionsManagement]),
        ("iam:UpdateSAMLProvider", &[Write, PermissionsManagement]),
        ("iam:CreateOpenIDConnectProvider", &[Write, PermissionsManagement]),
        ("cognito-identity:SetIdentityPoolRoles", &[Write, PermissionsManagement]),
        ("sso:CreateAccountAssignment", &[Write, PermissionsManagement]),
        ("sso:PutInlinePolicyToPermissionSet", &[Write, PermissionsManagement]),
        ("cognito-idp:AdminInitiateAuth", &[Write]),
    ];
    for (name, expected) in cases {
        let levels = actions.access(id(name));
        for level in [List, Read, Write, PermissionsManagement, Tagging] {
            assert_eq!(levels.contains(level), expected.contains(&level), "{name} {level:?}");
            assert_eq!(actions.with_access(level).contains(id(name)), expected.contains(&level), "{name}");
        }
    }
}

#[test]
fn a_service_is_reached_by_the_actions_whose_resources_its_arns_can_name() {
    let actions = Actions::default();
    let forms: Vec<String> = (0..actions.arn_form_count()).map(|number| actions.arn_form(number)).collect();
    let named = |form: &usize| forms[*form].split(':').nth(2).filter(|service| !service.contains(['$', '*']));
    let used: Vec<(ActionId, Vec<Option<&str>>)> = ActionSet::all()
        .iter()
        .map(|action| (action, actions.arn_forms(action).map(|form| named(&form)).collect()))
        .collect();
    assert_eq!(REACH.len(), 369);
    for service in (0..REACH.len()).map(reached_name) {
        let reaches = |named: &Option<&str>| named.is_none_or(|named| named == service);
        let reaching = used.iter().filter(|(_, named)| named.iter().any(reaches));
        let expected: ActionSet = reaching.map(|(action, _)| *action).collect();
        assert!(!expected.is_empty(), "{service}");
        assert!(actions.used_on_resources_of(service) == Some(&expected), "{service}");
    }
    assert_eq!(actions.used_on_resources_of("no-such-service"), None);
    let all_named = (0..forms.len()).filter_map(|form| named(&form));
    assert!(all_named.into_iter().all(|service| actions.used_on_resources_of(service).is_some()));
}

#[test]
fn resource_types_have_arns_and_keys() {
    let actions = Actions::default();
    let [role] = &actions.resource_types(id("iam:PassRole"))[..] else { panic!("one type") };
    assert_eq!((role.name.as_str(), role.required), ("role", true));
    assert_eq!(role.arn, "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}");
    assert!(role.condition_keys.contains(&"aws:ResourceTag/${TagKey}".to_owned()));
    // It covers every pool of the account, and nothing restricts it.
    assert_eq!(actions.resource_types(id("cognito-identity:SetIdentityPoolRoles")), []);
    assert_eq!(actions.condition_keys(id("cognito-identity:SetIdentityPoolRoles")), Vec::<String>::new());
}

#[test]
fn condition_keys_are_those_of_the_action_and_its_resources() {
    let actions = Actions::default();
    let has = |action: &str, key: &str| actions.condition_keys(id(action)).iter().any(|known| known == key);
    assert!(has("iam:PassRole", "iam:PassedToService"));
    assert!(has("iam:PassRole", "iam:AssociatedResourceArn"));
    assert!(has("iam:AttachRolePolicy", "iam:PolicyARN"));
    assert!(has("iam:UpdateAssumeRolePolicy", "iam:PermissionsBoundary"));
    assert!(!has("iam:UpdateSAMLProvider", "iam:PermissionsBoundary"));
    let passed: Vec<_> = (0..COUNT)
        .filter_map(ActionId::new)
        .filter(|action| actions.condition_keys(*action).iter().any(|key| key == "iam:PassedToService"))
        .map(|action| actions.name(action))
        .collect();
    assert_eq!(passed, ["iam:PassRole"]);
}

#[test]
fn services_are_ranges_that_cover_everything() {
    let actions = Actions::default();
    let mut seen = ActionSet::none();
    let mut names = Vec::new();
    for service in actions.services_within(&ActionSet::all()) {
        let own = service.actions();
        assert!(!own.is_empty() && !own.intersects(&seen), "{}", service.name());
        assert_eq!(own, actions.matching(&format!("{}:*", service.name())), "{}", service.name());
        seen.union_with(&own);
        names.push(service.name());
    }
    assert_eq!(seen, ActionSet::all());
    assert!(names.len() > 400);
    for service in ["iam", "sts", "sso", "s3", "s3express", "s3-object-lambda"] {
        assert!(names.iter().any(|name| name == service), "{service}");
    }
}

#[test]
fn a_service_is_within_a_set_that_has_all_its_actions() {
    let actions = Actions::default();
    let names = |set: &ActionSet| -> Vec<String> {
        actions.services_within(set).map(|service| service.name()).collect()
    };
    let mut set =
        actions.matching("s3:*").union(&actions.matching("iam:*")).union(&actions.matching("ec2:Run*"));
    assert_eq!(names(&set), ["iam", "s3"]);
    set.remove(id("iam:PassRole"));
    assert_eq!(names(&set), ["s3"]);
    assert_eq!(names(&ActionSet::none()), Vec::<String>::new());
}

#[test]
fn all_actions_of_a_service_are_exactly_its_range() {
    let actions = Actions::default();
    let iam = actions.matching("iam:*");
    let numbers: Vec<usize> = iam.iter().map(ActionId::index).collect();
    assert_eq!(numbers, (numbers[0]..numbers[0] + iam.len()).collect::<Vec<_>>(), "no gap");
    let named = |number: usize| actions.names.at(number).starts_with("iam:");
    assert_eq!((0..COUNT).filter(|number| named(*number)).collect::<Vec<_>>(), numbers);
    assert!(iam.contains(id("iam:PassRole")) && !iam.contains(id("sts:AssumeRole")));
}

#[test]
fn patterns_are_those_of_policies() {
    let actions = Actions::default();
    let names = |pattern: &str| -> Vec<String> {
        actions.matching(pattern).iter().map(|action| actions.name(action)).collect()
    };
    assert_eq!(actions.matching("*"), ActionSet::all());
    assert_eq!(actions.matching("*:*"), ActionSet::all());
    assert_eq!(names("iam:passrole"), ["iam:PassRole"]);
    assert_eq!(names("iam:Pass*"), ["iam:PassRole"]);
    assert_eq!(names("IAM:?pdateSAML*"), ["iam:UpdateSAMLProvider"]);
    assert_eq!(names("sts:AssumeRole?*ML"), ["sts:AssumeRoleWithSAML"]);
    for nothing in ["", "iam", "iam:", "iam:?", "iam:PassRol", "iam:PassRole?", "ïam:*", "zzz*"] {
        assert_eq!(names(nothing), Vec::<String>::new(), "{nothing}");
    }
}

/// Pieces of real names with wildcards between them, so that many patterns match something.
fn patterns() -> impl Strategy<Value = String> {
    let piece = (0..COUNT, 0usize..40, 0usize..12).prop_map(|(number, start, length)| {
        Actions::default().names.at(number).chars().skip(start).take(length).collect::<String>()
    });
    let start = (0..COUNT, 0usize..30)
        .prop_map(|(number, length)| Actions::default().names.at(number).chars().take(length).collect());
    let joint = prop_oneof![Just("*"), Just("?"), Just("**"), Just("?*"), Just("")];
    let rest = prop::collection::vec((joint, piece), 0..3);
    (
        prop_oneof![Just(String::new()), start],
        rest,
        prop_oneof![Just(""), Just("*"), Just("?")],
        any::<bool>(),
    )
        .prop_map(|(start, rest, end, upper)| {
            let pattern =
                rest.iter().fold(start, |pattern, (joint, piece)| format!("{pattern}{joint}{piece}")) + end;
            if upper { pattern.to_uppercase() } else { pattern }
        })
}

/// The definition, without any cleverness.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => matches(rest, text),
        (Some((b'*', rest)), Some((_, behind))) => matches(rest, text) || matches(pattern, behind),
        (Some((b'?', rest)), Some((_, behind))) => matches(rest, behind),
        (Some((one, rest)), Some((other, behind))) => {
            one.eq_ignore_ascii_case(other) && matches(rest, behind)
        }
        _ => false,
    }
}

fn sets() -> impl Strategy<Value = ActionSet> {
    let ranges = prop::collection::vec((0..COUNT + 100, 0..3000usize), 0..4);
    let single = prop::collection::vec(0..COUNT, 0..20);
    (ranges, single).prop_map(|(ranges, single)| {
        let mut set: ActionSet = single.into_iter().filter_map(ActionId::new).collect();
        ranges.into_iter().for_each(|(start, length)| set.insert_range(start..start + length));
        set
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_pattern_matches_what_comparing_every_name_says(pattern in patterns()) {
        let actions = Actions::default();
        let set = actions.matching(&pattern);
        let mut expected = ActionSet::none();
        actions.names.each(0..COUNT, |number, name| {
            if matches(pattern.as_bytes(), name) {
                expected.insert(ActionId::new(number).unwrap());
            }
        });
        prop_assert_eq!(set, expected);
    }

    #[test]
    fn sets_are_what_lists_of_their_members_say(one in sets(), other in sets()) {
        let all = || (0..COUNT).filter_map(ActionId::new);
        let check = |set: &ActionSet, member: &dyn Fn(ActionId) -> bool| {
            let expected: Vec<ActionId> = all().filter(|action| member(*action)).collect();
            assert_eq!(set.iter().collect::<Vec<_>>(), expected);
            assert_eq!((set.len(), set.is_empty()), (expected.len(), expected.is_empty()));
            assert_eq!(&expected.into_iter().collect::<ActionSet>(), set);
        };
        check(&one.union(&other), &|action| one.contains(action) || other.contains(action));
        check(&one.intersection(&other), &|action| one.contains(action) && other.contains(action));
        check(&one.difference(&other), &|action| one.contains(action) && !other.contains(action));
        check(&one.complement(), &|action| !one.contains(action));
        prop_assert_eq!(one.is_superset(&other), all().all(|action| one.contains(action) || !other.contains(action)));
        prop_assert_eq!(one.intersects(&other), !one.intersection(&other).is_empty());
        prop_assert_eq!(one.is_all(), all().all(|action| one.contains(action)));
        for number in (0..=COUNT).step_by(61) {
            let first = one.iter().find(|action| action.index() >= number);
            prop_assert_eq!(one.first_from(number), first);
        }
        let every = ActionSet::all();
        let services = Actions::default().services_within(&every);
        let whole: Vec<Service> = services.filter(|service| one.is_superset(&service.actions())).collect();
        prop_assert_eq!(Actions::default().services_within(&one).collect::<Vec<_>>(), whole);
        prop_assert!(one.union(&other).is_superset(&one));
    }
}

#[test]
fn ranges_are_filled_to_the_bit() {
    for (start, end) in
        [(0, 0), (0, 1), (0, 64), (1, 64), (63, 65), (64, 128), (5, 5), (9, 3), (0, COUNT + 9)]
    {
        let set = ActionSet::range(start..end);
        let expected: Vec<usize> = (start..end.min(COUNT)).collect();
        assert_eq!(set.iter().map(ActionId::index).collect::<Vec<_>>(), expected, "{start}..{end}");
    }
}
