//! What one more rule costs: at the start of a scan, and for each fact of the kind that it looks at.
//!
//! Rules that find nothing in a template are asked many times over, and the time without any is taken off: what is left is the
//! rules' own. What a finding costs is not a cost of the rule.

mod stack;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::Instant;

use fedlint::facts::SCHEMAS;
use fedlint::rules::{BUILT_IN, Rule};
use fedlint::scan::scan_texts_by;
use fedlint::settings::Settings;

/// How often each rule is there, so that the difference is larger than what times differ by.
const COPIES: usize = 10;

const TURNS: usize = 15;

fn main() {
    let text = stack::template(100_000);
    let everything = scan(&text, BUILT_IN);
    let silent: Vec<Rule> =
        BUILT_IN.iter().filter(|rule| !everything.contains_key(rule.id.as_ref())).cloned().collect();
    let facts = facts(&text);
    let candidates: usize =
        silent.iter().filter_map(|rule| facts.get(rule.finds.as_ref())).sum::<usize>() * COPIES;
    assert!(candidates > 10_000, "only {candidates} candidates say nothing");
    let silent = copies(&silent);
    let nanoseconds = more(&text, silent) / candidates as f64;
    print("a rule, for each candidate fact, ns", nanoseconds, 100.0);
    let all = copies(BUILT_IN);
    let nanoseconds = more("Resources: {}", all) / all.len() as f64;
    print("a rule, at the start of a scan, ns", nanoseconds, 1000.0);
}

/// The findings of a scan by rule.
fn scan(text: &str, rules: &'static [Rule]) -> BTreeMap<String, usize> {
    let outcome =
        scan_texts_by(&[("stack.yaml", text)], &Settings::default(), Cow::Borrowed(black_box(rules)));
    let mut found = BTreeMap::new();
    for finding in &outcome.findings {
        *found.entry(finding.rule.to_string()).or_default() += 1;
    }
    found
}

/// How many facts of each kind there are: as many as a rule finds that is only about the kind.
fn facts(text: &str) -> BTreeMap<&'static str, usize> {
    let kinds: BTreeSet<&str> = SCHEMAS.iter().map(|schema| schema.kind).collect();
    let model = BUILT_IN.iter().find(|rule| rule.options.is_empty()).expect("there is one");
    let count = |kind: &'static str| {
        let rule = Rule {
            finds: kind.into(),
            severity: fedlint::rules::RuleSeverity::Level(fedlint::finding::Severity::Low),
            when: Cow::Borrowed(&[]),
            unless: Cow::Borrowed(&[]),
            place: None,
            case_field: None,
            cases: Cow::Borrowed(&[]),
            yields_to: Cow::Borrowed(&[]),
            message: Some("there is one".into()),
            labels: Cow::Borrowed(&[]),
            fix: None,
            help: Some("None.".into()),
            ..model.clone()
        };
        (kind, scan(text, Vec::leak(vec![rule])).values().sum())
    };
    kinds.into_iter().map(count).collect()
}

fn copies(rules: &[Rule]) -> &'static [Rule] {
    Vec::leak((0..COPIES).flat_map(|_| rules.iter().cloned()).collect())
}

/// How many nanoseconds more a scan takes with these rules than without any: the median of turns.
fn more(text: &str, rules: &'static [Rule]) -> f64 {
    let time = |rules| {
        let start = Instant::now();
        black_box(scan(text, rules));
        start.elapsed().as_nanos() as f64
    };
    let mut differences: Vec<f64> = (0..TURNS).map(|_| time(rules) - time(&[])).collect();
    differences.sort_by(f64::total_cmp);
    differences[TURNS / 2]
}

#[expect(clippy::print_stdout, reason = "printing is what this is for")]
fn print(name: &str, figure: f64, most: f64) {
    println!("figure\t{name}\t{figure:.1}\tat most {most}\t{}", if figure <= most { "yes" } else { "no" });
}
