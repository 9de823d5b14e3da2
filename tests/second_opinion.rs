//! A second opinion on the evaluator: random trust policies and requests beside the recorded answers of another
//! implementation of IAM's evaluation, `@cloud-copilot/iam-simulate`.
//!
//! Where the two differ, `READINGS` says what the other one reads instead, as a change of the policy or request; with
//! those changes the evaluator must give the other's answer, exactly, in every case. `docs/second-opinion.md` says
//! who is right, and why.

mod support;

#[path = "support/random_trust.rs"]
mod random_trust;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use fedlint::policy::{Caller, Comparator, Context, ContextValue, Operator, Quantifier, Verdict, evaluate};
use fedlint::value::Vocabulary;
use random_trust::{Case, Test};
use support::{Figures, seeds};

const SEEDS: &str = include_str!("../testdata/second_opinion/seeds");
const VERDICTS: &str = include_str!("../testdata/second_opinion/verdicts");

/// What the other implementation reads otherwise: a name, how many of the cases differ for it, and what it reads.
type Reading = (&'static str, usize, fn(&mut Case));

/// In order: a case counts for the first after which the answers are the same.
const READINGS: &[Reading] = &[
    ("everyone-and-federated", 250, everyone_and_federated),
    ("account-of-the-provider", 83, account_of_the_provider),
    ("provider-under-aws", 25, provider_under_aws),
    ("role-of-another-path", 15, role_of_another_path),
    ("null-with-set-operator", 87, null_with_set_operator),
    ("set-operator-missing", 135, set_operator_missing),
    ("null-of-an-empty-set", 3, null_of_an_empty_set),
    ("any-value-if-exists", 55, any_value_if_exists),
    ("empty-list", 216, empty_list),
    ("empty-string", 8, empty_string),
    ("old-version", 77, old_version),
    ("escape-without-wildcards", 11, escape_without_wildcards),
    ("variable-without-value", 111, variable_without_value),
    ("wildcard-in-variable", 15, wildcard_in_variable),
    ("not-readable", 217, not_readable),
    ("epoch", 186, epoch),
    ("addresses", 74, addresses),
    ("base64", 51, base64),
];

#[test]
fn requests_are_answered_as_by_another_implementation_or_the_difference_is_explained() {
    let (first, count) = seeds(SEEDS);
    let recorded: Vec<u8> = VERDICTS
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .flat_map(|digit| [digit >> 2, digit & 3])
        .map(|answer| u8::try_from(answer).expect("two bits"))
        .collect();
    assert_eq!(recorded.len(), count.next_multiple_of(2), "run scripts/second_opinion/run");
    let vocabulary = Vocabulary::default();
    let mut explained: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut agreed, mut unexplained, mut answers) = (0, String::new(), [0_usize; 3]);
    for (index, theirs) in recorded.iter().copied().enumerate().take(count) {
        let seed = first + u64::try_from(index).expect("small");
        let mut case = Case::new(seed);
        answers[usize::from(theirs)] += 1;
        if answer(&case, &vocabulary) == Some(theirs) {
            agreed += 1;
            continue;
        }
        let reading = READINGS.iter().find(|(_, _, read)| {
            read(&mut case);
            answer(&case, &vocabulary) == Some(theirs)
        });
        match reading {
            Some((name, _, _)) => *explained.entry(name).or_default() += 1,
            None => {
                let ours = evaluate_case(&Case::new(seed), &vocabulary);
                let _ =
                    writeln!(unexplained, "seed {seed}: {ours:?}, not {theirs}\n{}", Case::new(seed).line());
            }
        }
    }
    let differences: usize = explained.values().sum();
    let mut figures = Figures::default();
    figures.add(
        "second opinion: requests agreed or explained",
        format!("{agreed} + {differences} of {count}"),
        "all of 10000 or more",
        agreed + differences == count && count >= 10_000,
    );
    figures.finish(&unexplained);
    let expected: BTreeMap<_, _> = READINGS.iter().map(|&(name, count, _)| (name, count)).collect();
    assert_eq!(explained, expected, "counts of the differences; docs/second-opinion.md has them too");
    assert!(answers.iter().all(|&number| number > count / 20), "all answers are tried: {answers:?}");
}

/// Every reading also stands where all the others do: with all of them the answers are the same in all cases.
#[test]
fn the_readings_together_give_the_other_answers() {
    let (first, count) = seeds(SEEDS);
    let vocabulary = Vocabulary::default();
    let digits: Vec<u32> = VERDICTS.chars().filter_map(|digit| digit.to_digit(16)).collect();
    for index in 0..count {
        let seed = first + u64::try_from(index).expect("small");
        let mut case = Case::new(seed);
        for (_, _, read) in READINGS {
            read(&mut case);
        }
        let theirs = if index % 2 == 0 { digits[index / 2] >> 2 } else { digits[index / 2] & 3 };
        assert_eq!(answer(&case, &vocabulary).map(u32::from), Some(theirs), "seed {seed}\n{}", case.line());
    }
}

#[test]
fn every_reading_is_documented_with_its_count() {
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

fn evaluate_case(case: &Case, vocabulary: &Vocabulary) -> Verdict {
    evaluate(&case.parsed(vocabulary), &case.request, vocabulary)
}

/// The answer in the digits of the record; none if it is open.
fn answer(case: &Case, vocabulary: &Vocabulary) -> Option<u8> {
    match evaluate_case(case, vocabulary) {
        Verdict::NotAllowed => Some(0),
        Verdict::Allowed { .. } => Some(1),
        Verdict::Denied { .. } => Some(2),
        Verdict::Undecided { .. } => None,
    }
}

/// `*` covers a caller with a token or an assertion.
fn everyone_and_federated(case: &mut Case) {
    as_federated(case, |_, value, _| value == "*");
}

/// An account covers those who come through a provider in it.
fn account_of_the_provider(case: &mut Case) {
    as_federated(case, |key, value, caller| {
        let account = value.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root"));
        key == "AWS" && caller.split(':').nth(4) == Some(account.unwrap_or(value))
    });
}

/// A provider's ARN is read alike under `AWS` and `Federated`.
fn provider_under_aws(case: &mut Case) {
    as_federated(case, |key, value, caller| key == "AWS" && value == caller);
}

/// Names the caller's provider in place of the principals that are taken for it.
fn as_federated(case: &mut Case, is: fn(&str, &str, &str) -> bool) {
    let Caller::Federated(caller) = &case.request.caller else { return };
    for principal in case.statements.iter_mut().flat_map(|statement| &mut statement.principals) {
        if is(principal.0, &principal.1, caller) {
            *principal = ("Federated", caller.clone());
        }
    }
}

/// Of a session's role only the name counts, as its ARN has no path.
fn role_of_another_path(case: &mut Case) {
    let Caller::Aws { arn, session: Some(_), .. } = &case.request.caller else { return };
    let name =
        |arn: &str| arn.split_once(":role/").map(|(_, path)| path.rsplit('/').next().map(str::to_owned));
    for (key, value) in case.statements.iter_mut().flat_map(|statement| &mut statement.principals) {
        if *key == "AWS" && name(value).is_some() && name(value) == name(arn) {
            value.clone_from(arn);
        }
    }
}

/// Applies a reading to every test.
fn each(case: &mut Case, read: impl Fn(&mut Test, &Context)) {
    for test in case.statements.iter_mut().flat_map(|statement| &mut statement.tests) {
        read(test, &case.request.context);
    }
}

/// Puts a truth in the place of a test.
fn is_always(test: &mut Test, truth: bool) {
    let name = if truth { "ForAllValues:Null" } else { "ForAnyValue:Null" };
    test.operator = Operator::parse(name);
    test.values = vec!["true".to_owned()];
}

/// True for tests that have become a truth: no other reading looks at them.
fn is_constant(test: &Test) -> bool {
    test.operator.comparator == Comparator::Null && test.operator.quantifier.is_some()
}

fn is_string(comparator: Comparator) -> bool {
    matches!(
        comparator,
        Comparator::StringEquals
            | Comparator::StringNotEquals
            | Comparator::StringEqualsIgnoreCase
            | Comparator::StringNotEqualsIgnoreCase
            | Comparator::StringLike
            | Comparator::StringNotLike
    )
}

fn is_arn(comparator: Comparator) -> bool {
    matches!(
        comparator,
        Comparator::ArnEquals | Comparator::ArnLike | Comparator::ArnNotEquals | Comparator::ArnNotLike
    )
}

/// A multivalued key never fits an operator without a set operator.
fn set_operator_missing(case: &mut Case) {
    each(case, |test, context| {
        if test.operator.quantifier.is_none()
            && test.operator.comparator != Comparator::Null
            && matches!(context.get(&test.key), Some(ContextValue::Many(_)))
        {
            is_always(test, false);
        }
    });
}

/// The set operator of `Null` says nothing. Comes before all that make constants of tests.
fn null_with_set_operator(case: &mut Case) {
    each(case, |test, _| {
        if test.operator.comparator == Comparator::Null {
            test.operator.quantifier = None;
        }
    });
}

/// A key that is present and empty is not missing.
fn null_of_an_empty_set(case: &mut Case) {
    each(case, |test, context| {
        if test.operator.comparator == Comparator::Null
            && test.operator.quantifier.is_none()
            && context.get(&test.key) == Some(&ContextValue::Many(Vec::new()))
        {
            let truth = test.values.iter().any(|value| value == "false");
            is_always(test, truth);
        }
    });
}

/// `ForAnyValue` is false of a missing key, also with `IfExists`.
fn any_value_if_exists(case: &mut Case) {
    each(case, |test, context| {
        if test.operator.quantifier == Some(Quantifier::ForAnyValue)
            && test.operator.if_exists
            && context.get(&test.key).is_none()
        {
            is_always(test, false);
        }
    });
}

/// No value fits, and so a negated operator holds; each modifier does what it does to other lists.
fn empty_list(case: &mut Case) {
    each(case, |test, context| {
        if !test.values.is_empty() {
            return;
        }
        let negated = test.operator.comparator.is_negated();
        let truth = match (context.get(&test.key), test.operator.quantifier) {
            (None, Some(quantifier)) => quantifier == Quantifier::ForAllValues,
            (None, None) => negated || test.operator.if_exists,
            (Some(ContextValue::Many(values)), Some(quantifier)) if values.is_empty() => {
                quantifier == Quantifier::ForAllValues
            }
            (Some(_), _) => negated,
        };
        is_always(test, truth);
    });
}

/// The empty string is a value like any other.
fn empty_string(case: &mut Case) {
    each(case, |test, context| {
        if !is_constant(test) && context.get(&test.key) == Some(&ContextValue::One(String::new())) {
            test.operator.quantifier = None;
        }
    });
}

/// Variables have a meaning in every version.
fn old_version(case: &mut Case) {
    case.version = Some("2012-10-17");
}

/// The key of a variable, if the text has one: those of the random policies have at most one.
fn variable(text: &str) -> Option<(&str, Option<&str>, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (inside, behind) = rest.split_once('}')?;
    let (key, default) =
        inside.split_once(", ").map_or((inside, None), |(key, default)| (key, Some(default)));
    (!matches!(key, "*" | "?" | "$")).then_some((key, default, before, behind))
}

/// `${*}` and `${?}` are escapes only where wildcards are.
fn escape_without_wildcards(case: &mut Case) {
    each(case, |test, _| {
        use Comparator as C;
        if is_string(test.operator.comparator)
            && !matches!(test.operator.comparator, C::StringLike | C::StringNotLike)
        {
            for text in &mut test.values {
                *text = text.replace("${*}", "${$}{*}").replace("${?}", "${$}{?}");
            }
        }
    });
}

/// A value with a variable that has no single value makes a negated operator false.
fn variable_without_value(case: &mut Case) {
    each(case, |test, context| {
        let Some(found) = context.get(&test.key) else { return };
        let is_open = |text: &String| {
            variable(text).is_some_and(|(key, default, ..)| match context.get(key) {
                Some(ContextValue::One(_)) => false,
                Some(ContextValue::Many(_)) | None => default.is_none(),
            })
        };
        let (open, rest): (Vec<_>, Vec<_>) = test.values.iter().cloned().partition(is_open);
        if open.is_empty() || !(is_string(test.operator.comparator) || is_arn(test.operator.comparator)) {
            return;
        }
        if test.operator.comparator.is_negated() || rest.is_empty() {
            let is_empty = *found == ContextValue::Many(Vec::new());
            is_always(test, is_empty && test.operator.quantifier == Some(Quantifier::ForAllValues));
        } else {
            test.values = rest;
        }
    });
}

/// Wildcards in a variable's value are characters.
fn wildcard_in_variable(case: &mut Case) {
    each(case, |test, context| {
        for text in &mut test.values {
            if let Some((key, _, before, behind)) = variable(text)
                && let Some(ContextValue::One(value)) = context.get(key)
                && value.contains('*')
            {
                *text = format!("{before}{}{behind}", value.replace('*', "${*}"));
            }
        }
    });
}

/// What cannot be read fits nothing, and its negation does not hold either.
fn not_readable(case: &mut Case) {
    each(case, |test, context| {
        let Some(found) = context.get(&test.key) else { return };
        let ContextValue::One(found) = found else { return };
        let comparator = test.operator.comparator;
        let readable = |text: &str| match comparator {
            Comparator::Bool => ["true", "false"].iter().any(|truth| text.eq_ignore_ascii_case(truth)),
            Comparator::IpAddress | Comparator::NotIpAddress => !text.contains('*'),
            _ if is_arn(comparator) => text.split(':').count() >= 6,
            _ if is_string(comparator) => true,
            _ => text != "low" && !text.contains('$'),
        };
        if test.values.is_empty() || test.operator.comparator == Comparator::Null {
            return;
        }
        let (kept, dropped): (Vec<_>, Vec<_>) = test.values.iter().cloned().partition(|text| readable(text));
        if kept.is_empty() || !readable(found) || (comparator.is_negated() && !dropped.is_empty()) {
            is_always(test, false);
        } else {
            test.values = kept;
        }
    });
}

/// Whole numbers in dates are milliseconds, not seconds.
fn epoch(case: &mut Case) {
    let milliseconds = |text: &mut String| {
        if let Ok(number) = text.parse::<i64>() {
            *text = format!("{}.{:03}", number / 1000, number % 1000);
        }
    };
    each(case, |test, _| {
        let name = test.operator.name().unwrap_or_default();
        if name.contains("Date") {
            test.values.iter_mut().for_each(milliseconds);
        }
    });
    for key in ["aws:CurrentTime", "aws:EpochTime"] {
        if let Some(ContextValue::One(value)) = case.request.context.get(key) {
            let mut value = value.clone();
            milliseconds(&mut value);
            case.request.context.set(key, ContextValue::One(value));
        }
    }
}

/// A single address is compared as it is spelled, and one of the other family makes even the negation false; of an
/// IPv4 range with prefix 0, all bits count.
fn addresses(case: &mut Case) {
    each(case, |test, context| {
        let comparator = test.operator.comparator;
        if !matches!(comparator, Comparator::IpAddress | Comparator::NotIpAddress) {
            return;
        }
        let Some(ContextValue::One(found)) = context.get(&test.key) else { return };
        for text in &mut test.values {
            if let Some(address) = text.strip_suffix("/0")
                && text.contains('.')
            {
                *text = format!("{address}/32");
            }
        }
        let is_other_family =
            |text: &String| !text.contains('/') && text.contains(':') != found.contains(':');
        if comparator.is_negated() && test.values.iter().any(is_other_family) {
            is_always(test, false);
            return;
        }
        test.values.retain(|text| text.contains('/') || text == found);
        if test.values.is_empty() {
            is_always(test, comparator.is_negated());
        }
    });
}

/// Base64 is compared as it is spelled.
fn base64(case: &mut Case) {
    each(case, |test, context| {
        if test.operator.comparator == Comparator::BinaryEquals
            && let Some(ContextValue::One(found)) = context.get(&test.key)
        {
            let truth = test.values.contains(found);
            is_always(test, truth);
        }
    });
}
