//! Rule examples, told by accounts: what their templates say is written as answers of the API, which get the same verdict.

mod support;

#[expect(dead_code, reason = "other tests use the rest of it")]
#[path = "support/random.rs"]
mod random;
#[path = "dumps/world.rs"]
mod world;
#[path = "dumps/writer.rs"]
mod writer;

use std::collections::BTreeMap;

use fedlint::finding::Finding;
use fedlint::rules::file::Example;
use fedlint::settings::Settings;
use random::Random;
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

/// At how many places each file is cut off.
const CUTS: usize = 1;

/// Rules whose findings are true by themselves, and are not made where another one says more: rule, which one says more.
const OTHERWISE_FOLDED: &[(&str, &str)] = &[
    ("administrator-privileges", "permission-set-admin: the policy is that of a permission set"),
    ("escalation-privileges", "permission-set-escalation: the policy is that of a permission set"),
    ("permission-set-admin", "admin-in-management-account"),
    ("role-mapping-unknown-provider", "wrong-identifier: the provider is written in a wrong form"),
    ("role-not-assumable-by-giver", "guest-role-unused"),
];

#[test]
fn nothing_is_proved_by_an_answer_that_is_cut_off() {
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut random = Random::new(6);
    for rule in examples::rules() {
        for example in rule.bad.iter().chain(&rule.good) {
            let Ok(answers) = answers(example) else { continue };
            // Something else in the account makes only possible there what is proved without it.
            if example.title.contains("a function") {
                continue;
            }
            let settings = examples::settings(example);
            // Lists that are whole, so that they prove that the rest does not exist.
            let whole: Vec<(String, String)> =
                answers.files.into_iter().map(|(path, text)| (path, without_more(&text))).collect();
            let known = proved(&whole, &settings, false);
            for position in 0..whole.len() {
                for _ in 0..CUTS {
                    let mut files = whole.clone();
                    let text = &mut files[position].1;
                    let at = text.floor_char_boundary(random.below(text.len()));
                    text.truncate(at);
                    let new = proved(&files, &settings, true);
                    count += 1;
                    let (path, text) = &files[position];
                    let is_known = |new: &&[String; 3]| {
                        known.iter().any(|known| is_same(new, known, path))
                            || OTHERWISE_FOLDED.iter().any(|(rule, ..)| *rule == new[0])
                    };
                    if let Some(line) = new.iter().find(|new| !is_known(new)) {
                        wrong.push(format!("{}, `{}`: {line:?}\n  {path}: {text}", rule.id, example.title));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{} of {count}\n{}\n", wrong.len(), wrong.join("\n"));
    assert!(count >= 500, "only {count}");
}

/// An answer that does not say that there is more.
fn without_more(text: &str) -> String {
    let mut answer: serde_json::Value = serde_json::from_str(text).expect("the writer writes JSON");
    if let Some(answer) = answer.as_object_mut() {
        answer.remove("NextToken");
    }
    answer.to_string()
}

/// What is proved: the rule, of which entity, and in which file. With what is folded into other findings, unless only what
/// `counts` is wanted.
fn proved(files: &[(String, String)], settings: &Settings, counts: bool) -> Vec<[String; 3]> {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let outcome = fedlint::scan::scan_texts(&files, settings);
    let proved = outcome.findings.iter().filter(|finding| finding.certainty.name() == "proved");
    let found = proved.filter(|finding| finding.counts() || !counts);
    let parts = |finding: &Finding| {
        let path = outcome.sources.place(finding.span).path.display().to_string();
        [finding.rule.to_string(), finding.entity.name.clone(), path]
    };
    found.map(parts).collect()
}

/// True for the same finding: what its thing is called, or where it is told of, may be in the part of the file `cut` that is
/// not there.
fn is_same([rule, entity, path]: &[String; 3], other: &[String; 3], cut: &str) -> bool {
    *rule == other[0] && (*entity == other[1] || *path == other[2] || cut == other[2])
}

/// The answers of an example. An error is the reason for which it has none.
fn answers(example: &Example) -> Result<writer::Answers, String> {
    let settings = examples::settings(example);
    let files: Vec<(&str, &str)> =
        example.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    if files.iter().any(|(name, _)| name.ends_with(".json") && name.contains('/')) {
        return Err("is a dump".to_owned());
    }
    if files.iter().any(|(_, text)| text.contains("fedlint:")) {
        return Err("suppresses something, which only templates can".to_owned());
    }
    writer::write(&World::of(&files, &settings)?)
}

/// How the verdicts differ. An error is the reason for which the example has no answers.
fn compare(example: &Example) -> Result<Vec<String>, String> {
    let settings = examples::settings(example);
    let files: Vec<(&str, &str)> =
        example.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let answers = answers(example)?;
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
