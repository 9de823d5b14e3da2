//! Rule examples, told by accounts: what their templates say is written as answers of the API, which get the same verdict.

mod support;

#[path = "dumps/world.rs"]
mod world;
#[path = "dumps/writer.rs"]
mod writer;

use std::collections::BTreeMap;

use fedlint::rules::file::Example;
use support::{Seen, examples, scan_with};
use world::World;

/// Examples that get another verdict as answers: rule, title, why.
const EXCEPT: &[(&str, &str, &str)] = &[
    ("duplicate-assignment", "the same group twice", "an account has each assignment once"),
    (
        "external-path-to-privilege",
        "three hops over two files, of which it is not known that they are deployed to one account",
        "here it is known",
    ),
    ("oidc-provider-invalid", "the scheme is left out", "AWS keeps issuers without it"),
    ("permission-set-unassigned", "the template exports it", "accounts export no permission sets"),
    (
        "provider-in-other-partition",
        "nobody says in which partition the template is deployed",
        "an account is in a partition",
    ),
    (
        "rejected-at-deploy",
        "in China, with a key of another partition",
        "the account is in the other partition",
    ),
];

/// Rules about how something is written down, which accounts do not say.
const TEMPLATES_ONLY: &[(&str, &str)] = &[
    ("rejected-at-deploy", "what stands in an account was taken"),
    ("secret-in-template", "no answer has passwords and keys, but for what is removed from it"),
];

#[test]
fn what_accounts_tell_gets_the_verdict_of_the_template() {
    let mut wrong = Vec::new();
    let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
    let mut excepted = Vec::new();
    let mut count = 0;
    for rule in examples::rules() {
        for example in rule.bad.iter().chain(&rule.good) {
            let known = |(id, title, _): &&(&str, &str, &str)| *id == rule.id && *title == example.title;
            match compare(example) {
                Err(reason) => *left_out.entry(reason).or_default() += 1,
                Ok(difference) if difference.is_empty() => count += 1,
                Ok(difference) => match EXCEPT.iter().find(known) {
                    Some(except) => excepted.push(*except),
                    None => {
                        wrong.push(format!("{}, `{}`:\n{}", rule.id, example.title, difference.join("\n")))
                    }
                },
            }
        }
    }
    for except in EXCEPT.iter().filter(|except| !excepted.contains(except)) {
        wrong.push(format!("not needed any more: {except:?}"));
    }
    #[expect(clippy::print_stdout, reason = "says how much was tested, with --nocapture")]
    {
        println!("{count} examples get the same verdict");
        left_out.iter().for_each(|(reason, number)| println!("{number:4} left out: {reason}"));
    }
    assert!(wrong.is_empty(), "\n{} of {count}\n{}\n", wrong.len(), wrong.join("\n\n"));
    assert!(count >= 100, "only {count}");
}

/// How the verdicts differ. An error is the reason for which the example has no answers.
fn compare(example: &Example) -> Result<Vec<String>, String> {
    let settings = examples::settings(example);
    let files: Vec<(&str, &str)> =
        example.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    if files.iter().any(|(name, _)| name.ends_with(".json") && name.contains('/')) {
        return Err("is a dump".to_owned());
    }
    if files.iter().any(|(_, text)| text.contains("fedlint:")) {
        return Err("suppresses something, which only templates can".to_owned());
    }
    let world = World::of(&files, &settings)?;
    let answers = writer::write(&world)?;
    let as_files: Vec<(&str, &str)> =
        answers.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let line = |rule: &str, entity: &str| format!("{rule} of {entity}");
    let is_told = |seen: &&Seen| TEMPLATES_ONLY.iter().all(|(rule, _)| *rule != seen.rule);
    let mut expected: Vec<String> = scan_with(&files, &settings)
        .findings
        .iter()
        .filter(is_told)
        .map(|seen| line(&seen.rule, &answers.name(&seen.entity)))
        .collect();
    let outcome = scan_with(&as_files, &settings);
    let mut found: Vec<String> =
        outcome.findings.iter().filter(is_told).map(|seen| line(&seen.rule, &seen.entity)).collect();
    expected.sort();
    expected.dedup();
    found.sort();
    found.dedup();
    let missing =
        expected.iter().filter(|line| !found.contains(line)).map(|line| format!("  missing {line}"));
    let more = found.iter().filter(|line| !expected.contains(line)).map(|line| format!("  noisy {line}"));
    let problems = outcome.problems.iter().map(|problem| format!("  problem {problem}"));
    Ok(missing.chain(more).chain(problems).collect())
}
