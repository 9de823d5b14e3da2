//! A second opinion on what policies allow: random policies of a role and requests beside the recorded answers of another
//! implementation of IAM's evaluation, `@cloud-copilot/iam-simulate`.
//!
//! The other one answers single requests; ours says what a session can get by what it chooses, and what it may get by
//! what is not known. So what is compared is what ours claims: what is not possible is allowed in no request, and what is
//! sure is allowed in one of those that the session could make. Where policies have neither conditions nor variables
//! nothing is left open, and the answers are the same. `READINGS` and `docs/second-opinion.md` are as for trust policies.

mod support;

#[path = "support/random_permissions.rs"]
mod random_permissions;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use fedlint::knowledge::actions::Actions;
use fedlint::policy::{InForce, PermissionPolicy, PermissionQuestion, Permissions, Target};
use fedlint::value::{Bounds, Vocabulary};
use random_permissions::{Case, Document};
use support::{Figures, seeds};

const SEEDS: &str = include_str!("../testdata/second_opinion/permissions/seeds");
const VERDICTS: &str = include_str!("../testdata/second_opinion/permissions/verdicts");

/// 2026-11-25 in nanoseconds.
const NOW: i128 = 1_795_564_800_000_000_000;

/// What the other implementation reads otherwise: a name, how many of the cases differ for it, and what it reads.
type Reading = (&'static str, usize, fn(&mut Case));

/// In order: a case counts for the first after which the answers fit.
const READINGS: &[Reading] = &[
    ("old-version", 2, old_version),
    ("short-arn-in-not-resource", 70, short_arn_in_not_resource),
    ("open-variable-in-not-resource", 13, open_variable_in_not_resource),
    ("wildcard-in-the-resource-type", 40, wildcard_in_the_resource_type),
    ("wildcard-across-colons", 24, wildcard_across_colons),
];

/// What the other implementation says of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Answers {
    /// The request as it is made is allowed.
    made: bool,
    /// One that the session could make is allowed.
    some: bool,
}

#[test]
fn claims_about_permissions_hold_by_another_implementation_or_the_difference_is_explained() {
    let (first, count) = seeds(SEEDS);
    let recorded = recorded();
    assert_eq!(recorded.len(), count.next_multiple_of(2), "run scripts/second_opinion/run");
    let vocabulary = Vocabulary::default();
    let mut explained: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut agreed, mut decided, mut allowed) = (0, 0, 0);
    let mut unexplained = String::new();
    for (index, theirs) in recorded.iter().copied().enumerate().take(count) {
        let seed = first + u64::try_from(index).expect("small");
        let mut case = Case::new(seed);
        let ours = answer(&case, &vocabulary);
        decided += usize::from(ours.known().is_some());
        allowed += usize::from(theirs.some);
        if fits(&case, ours, theirs) {
            agreed += 1;
            continue;
        }
        let reading = READINGS.iter().find(|(_, _, read)| {
            read(&mut case);
            fits(&case, answer(&case, &vocabulary), theirs)
        });
        match reading {
            Some((name, _, _)) => *explained.entry(name).or_default() += 1,
            None => {
                let case = Case::new(seed);
                let policies: Vec<_> = case.documents().map(Document::json).collect();
                let (action, resource, passed_to) = (case.action, case.resource, case.passed_to);
                let _ = writeln!(
                    unexplained,
                    "seed {seed}: {ours:?}, not {theirs:?}: {action} on {resource} {passed_to:?}, boundary {}, \
                     made {:?}\n{}\n",
                    case.boundary.is_some(),
                    case.context,
                    serde_json::json!(policies),
                );
            }
        }
    }
    let differences: usize = explained.values().sum();
    let mut figures = Figures::default();
    figures.add(
        "permissions, second opinion: claims that hold or explained",
        format!("{agreed} + {differences} of {count}"),
        "all of 5000 or more",
        agreed + differences == count && count >= 5_000,
    );
    figures.add(
        "permissions, second opinion: decided either way",
        format!("{} %", decided * 100 / count),
        "at least 75 %",
        decided * 100 >= count * 75,
    );
    figures.finish(&unexplained);
    let expected: BTreeMap<_, _> =
        READINGS.iter().filter(|(_, count, _)| *count > 0).map(|&(name, count, _)| (name, count)).collect();
    assert_eq!(explained, expected, "counts of the differences; docs/second-opinion.md has them too");
    assert!((count / 5..=count * 4 / 5).contains(&allowed), "both answers are tried: {allowed}");
}

#[test]
fn every_reading_of_permissions_is_documented_with_its_count() {
    let document = include_str!("../docs/second-opinion.md");
    for (name, count, _) in READINGS {
        assert!(document.contains(&format!("| `{name}` | {count} |")), "{name}: {count}");
    }
}

#[test]
#[ignore = "prints the cases for scripts/second_opinion/run"]
fn prints_the_cases() {
    let (first, count) = seeds(SEEDS);
    for seed in first..first + u64::try_from(count).expect("small") {
        #[expect(clippy::print_stdout, reason = "a script reads it, with --nocapture")]
        {
            println!("\ncase\t{}", Case::new(seed).line());
        }
    }
}

fn recorded() -> Vec<Answers> {
    VERDICTS
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .flat_map(|digit| [digit >> 2, digit & 3])
        .map(|bits| Answers { made: bits & 2 != 0, some: bits & 1 != 0 })
        .collect()
}

/// Whether what we claim is true by the other answers.
fn fits(case: &Case, ours: Bounds<bool>, theirs: Answers) -> bool {
    let nothing_open = case.documents().flat_map(|document| &document.statements).all(|statement| {
        statement.tests.is_empty() && !statement.resources.iter().any(|text| text.contains("${"))
    });
    let is_true = (ours.possible || !(theirs.made || theirs.some)) && (!ours.sure || theirs.some);
    is_true && (!nothing_open || ours.known() == Some(theirs.some))
}

fn answer(case: &Case, vocabulary: &Vocabulary) -> Bounds<bool> {
    let in_force = |document: &Document| {
        let policy = PermissionPolicy::new(&document.parsed(vocabulary), Some(NOW), vocabulary);
        InForce { policy: Arc::new(policy), sure: true }
    };
    let grants = case.policies.iter().map(in_force).collect();
    let limits = case.boundary.iter().map(|boundary| vec![in_force(boundary)]).collect();
    let resource = vocabulary.literal(case.resource);
    let question = PermissionQuestion {
        action: Actions::default().find(case.action).expect("an action of the catalogue"),
        target: Target::Resource(&resource),
        passed_to: case.passed_to,
    };
    Permissions::new(grants, limits).allows(&question, vocabulary)
}

/// Variables have a meaning in every version.
fn old_version(case: &mut Case) {
    case.documents_mut().for_each(|document| document.version = Some("2012-10-17"));
}

/// A statement is about nothing if one of its `NotResource`s has too few parts to be an ARN.
fn short_arn_in_not_resource(case: &mut Case) {
    silence(case, |text, _| text != "*" && text.split(':').count() < 6);
}

/// Likewise, if one of the resource's service has a variable without value in it.
fn open_variable_in_not_resource(case: &mut Case) {
    silence(case, |text, case| {
        let service = |arn: &str| arn.split(':').nth(2).map(str::to_owned);
        let is_open = |key: &str| text.contains(&format!("${{{key}}}")) && case.context.get(key).is_none();
        (is_open("aws:username") || is_open("aws:PrincipalTag/team"))
            && service(text) == service(case.resource)
    });
}

/// Has statements be about nothing in which some `NotResource` is of a kind.
fn silence(case: &mut Case, is: fn(&str, &Case) -> bool) {
    let whole = case.clone();
    for statement in case.documents_mut().flat_map(|document| &mut document.statements) {
        if statement.resource_element == "NotResource"
            && statement.resources.iter().any(|text| is(text, &whole))
        {
            (statement.action_element, statement.actions) = ("Action", vec!["iam:NoSuchAction"]);
        }
    }
}

fn each_resource(case: &mut Case, read: fn(&mut String)) {
    for statement in case.documents_mut().flat_map(|document| &mut document.statements) {
        statement.resources.iter_mut().for_each(read);
    }
}

/// What stands before the first `/` or `:` of the resource is compared as it is spelled.
fn wildcard_in_the_resource_type(case: &mut Case) {
    each_resource(case, |text| {
        if *text == "arn:aws:iam::*:*/x" {
            "arn:aws:iam::*:${*}/x".clone_into(text);
        }
    });
}

/// A wildcard stands for nothing with a colon, but in the last part; parts that are missing are `*`.
fn wildcard_across_colons(case: &mut Case) {
    each_resource(case, |text| {
        if *text == "arn:aws:iam::*role/x" {
            "arn:aws:iam::${*}role/x:*".clone_into(text);
        }
    });
}
