//! What is generated into documents is what the program says. `FEDLINT_UPDATE=1` writes it instead of comparing.

use std::fs;
use std::path::Path;

use fedlint::collect::listing;
use fedlint::facts::SCHEMAS;
use fedlint::report::{Report, human, order};
use fedlint::rules::{BUILT_IN, rule_schema};
use fedlint::scan::{Request, scan};
use fedlint::settings::Settings;
use fedlint::source::Sources;

/// The findings of the run that the README shows.
const SHOWN: &[&str] = &["high  wrong-identifier", "high  action-principal-mismatch"];

fn text(path: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "a test reads what it tests")]
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the document is there")
}

/// Compares a document with what it should be, or writes it.
fn check(path: &str, expected: &str) {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its caller")]
    if std::env::var("FEDLINT_UPDATE").is_ok() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), expected)
            .expect("the document is written");
    }
    assert_eq!(text(path), expected, "{path} is stale: run `FEDLINT_UPDATE=1 cargo test --test documents`");
}

/// What the README's first command prints.
fn run() -> String {
    let request = Request { paths: vec!["testdata/shop".into()], ..Request::default() };
    let mut outcome = scan(Sources::default(), request, &Settings::default());
    order(&mut outcome.findings, &outcome.sources);
    let mut out = Vec::new();
    let options = human::Options { width: 80, color: false, unicode: true };
    human::write(&mut out, &Report::from(&outcome), &options).expect("memory takes everything");
    String::from_utf8(out).expect("reports are text")
}

#[test]
fn the_readme_shows_a_real_run_and_every_rule() {
    let run = run();
    let blocks: Vec<&str> = run.trim_end().split("\n\n").collect();
    let (first, last) = (blocks[0], blocks[blocks.len() - 1]);
    let finding =
        |header: &&str| *blocks.iter().find(|block| block.starts_with(header)).expect("it is found");
    let mut shown = vec![first];
    shown.extend(SHOWN.iter().map(finding));
    shown.extend(["...", blocks[blocks.len() - 2], last]);
    let mut rules = String::from("| rule | group | severity |\n| --- | --- | --- |\n");
    for rule in BUILT_IN {
        let (mildest, worst) = rule.levels();
        let severity = if mildest == worst {
            worst.name().to_owned()
        } else {
            format!("{} to {}", mildest.name(), worst.name())
        };
        let off = if rule.off_by_default { ", off by default" } else { "" };
        rules += &format!("| [{0}](rules/{0}.yaml) | {1} | {severity}{off} |\n", rule.id, rule.group.name());
    }
    let readme = text("README.md");
    let (before, rest) = readme.split_once("```text\n").expect("the README shows a run");
    let (_, rest) = rest.split_once("```\n").expect("the run has an end");
    let (middle, rest) = rest.split_once("<!-- rules -->\n").expect("the README lists the rules");
    let (_, after) = rest.split_once("\nThe text of each").expect("the list has an end");
    let run = shown.join("\n\n");
    check(
        "README.md",
        &format!("{before}```text\n{run}\n```\n{middle}<!-- rules -->\n\n{rules}\nThe text of each{after}"),
    );
}

#[test]
fn the_calls_of_collect_are_listed() {
    let document = text("docs/dumps.md");
    let (before, rest) = document.split_once("<!-- calls -->\n").expect("the document lists the calls");
    let (_, after) = rest.split_once("<!-- /calls -->\n").expect("the list has an end");
    let calls = listing(None);
    check(
        "docs/dumps.md",
        &format!("{before}<!-- calls -->\n\n```sh\n{calls}```\n\n<!-- /calls -->\n{after}"),
    );
}

#[test]
fn the_schema_of_rules_is_fresh_and_every_rule_is_valid_by_it() {
    let schema = rule_schema(SCHEMAS);
    let pretty = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    check("docs/rule.schema.json", &format!("{pretty}\n"));
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    for entry in
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).expect("the project has rules")
    {
        let path = entry.expect("the folder can be read").path();
        let rule = text(&path.to_string_lossy());
        let value: serde_json::Value = serde_yaml::from_str(&rule).expect("a rule is YAML");
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        let wrong: serde_json::Value =
            serde_yaml::from_str(&rule.replacen("\nwhen: {", "\nwhen: { misspelt: true,", 1)).expect("YAML");
        assert!(
            wrong == value || !validator.is_valid(&wrong),
            "{}: a misspelt field is noticed",
            path.display()
        );
    }
}

/// What people have written into their settings must stay what it was.
#[test]
fn every_rule_has_the_id_that_is_on_record() {
    let recorded = text("testdata/rule_ids.txt");
    let lines = || recorded.lines().filter(|line| !line.starts_with('#'));
    let ids: Vec<&str> = lines().filter(|line| !line.starts_with('-')).collect();
    let mut shipped: Vec<&str> = BUILT_IN.iter().map(|rule| rule.id.as_ref()).collect();
    shipped.sort_unstable();
    assert_eq!(shipped, ids, "record new ids in testdata/rule_ids.txt, and put a `-` before retired ones");
    for retired in lines().filter_map(|line| line.strip_prefix('-')) {
        assert!(!shipped.contains(&retired.trim()), "`{retired}` was the id of another rule");
    }
}
