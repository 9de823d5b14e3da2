//! Whole scans: templates, answers of the API, fixes, and every report about them.

use std::path::Path;
use std::sync::LazyLock;

use fedlint::finding::{Edit, Finding};
use fedlint::report::{self, Report, Root, RuleInformation};
use fedlint::scan::{Outcome, Texts, mend, scan_texts};
use fedlint::settings::Settings;
use fedlint::source::ProblemKind;
use fedlint::{document, fixes as edits};

use super::{check_problem, check_span, text};

/// What separates the files of an input.
const NEXT_FILE: &str = "\n#####\n";

static SETTINGS: LazyLock<Settings> = LazyLock::new(Settings::default);

/// Places lie in the texts, our own bugs are none, and every report can be written.
pub(crate) fn check_outcome(outcome: &Outcome, texts: &[(&str, &str)]) {
    let sources = &outcome.sources;
    for problem in &outcome.problems {
        assert_ne!(problem.kind, ProblemKind::Internal, "{problem:?} in {texts:?}");
        check_problem(problem, sources);
    }
    for finding in &outcome.findings {
        check_span(sources.host_span(finding.span), sources);
        for label in &finding.labels {
            check_span(sources.host_span(label.span), sources);
        }
        assert!(!finding.message.is_empty() && !finding.fingerprint.is_empty());
        let all = [finding.message.as_str(), &*finding.help];
        assert!(all.iter().all(|text| !text.contains("{{")), "a rule is not filled in: {all:?}");
    }
    check_reports(outcome);
}

/// What machines read can be read, and what people read has nothing that a terminal acts on.
fn check_reports(outcome: &Outcome) {
    let report = Report::from(outcome);
    let root = Root::default();
    let mut bytes = Vec::new();
    let mut written = |write: &mut dyn FnMut(&mut Vec<u8>) -> std::io::Result<()>| {
        bytes.clear();
        write(&mut bytes).expect("memory can be written to");
        String::from_utf8(bytes.clone()).expect("reports are text")
    };
    let json = written(&mut |out| report::json::write(out, &report));
    serde_json::from_str::<serde_json::Value>(&json).expect("JSON");
    let gitlab = written(&mut |out| report::gitlab::write(out, &report, &root));
    serde_json::from_str::<serde_json::Value>(&gitlab).expect("JSON");
    let rules = outcome.rules.iter();
    let rules: Vec<_> =
        rules.map(|rule| RuleInformation::of(rule, rule.help.as_deref().unwrap_or_default())).collect();
    let sarif = written(&mut |out| report::sarif::write(out, &report, &rules, &root));
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("a list").iter();
    for result in results {
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let number = |key: &str| region[key].as_u64().unwrap_or(1);
        assert!(number("startLine") >= 1 && number("startColumn") >= 1, "{region}");
        assert!(number("endLine") >= number("startLine") || region["endLine"].is_null(), "{region}");
        assert!(result["ruleIndex"].is_u64(), "{result}");
    }
    let github = written(&mut |out| report::github::write(out, &report, &root));
    let junit = written(&mut |out| report::junit::write(out, &report, &root));
    roxmltree::Document::parse(&junit).expect("XML");
    let options = report::human::Options::default();
    let human = written(&mut |out| report::human::write(out, &report, &options));
    let concise = written(&mut |out| report::concise::write(out, &report, &options));
    let markdown = written(&mut |out| report::markdown::write(out, &report, &root, &Default::default()));
    for text in [&human, &concise, &github, &markdown] {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{85}', '\u{7}']), "{text:?}");
    }
}

/// What is the same in two scans of the same texts.
fn seen(outcome: &Outcome) -> (Vec<String>, Vec<String>) {
    let findings = outcome.findings.iter().map(|found| format!("{} {}", found.fingerprint, found.message));
    let problems = outcome.problems.iter().map(|problem| problem.message.clone());
    (findings.collect(), problems.collect())
}

fn check_scan(texts: &[(&str, &str)]) -> Outcome {
    let outcome = scan_texts(texts, &SETTINGS);
    check_outcome(&outcome, texts);
    assert_eq!(seen(&outcome), seen(&scan_texts(texts, &SETTINGS)), "twice the same");
    outcome
}

/// One or several templates.
pub(crate) fn template(bytes: &[u8]) {
    let text = text(bytes);
    let names = ["template.yaml", "child.yaml", "other.json"];
    let texts: Vec<(&str, &str)> = names.into_iter().zip(text.split(NEXT_FILE)).collect();
    check_scan(&texts);
}

/// Answers of the API, of one account.
pub(crate) fn answer(bytes: &[u8]) {
    let text = text(bytes);
    let names = [
        "111122223333/iam/get-account-authorization-details.json",
        "111122223333/eu-west-1/cognito-idp/describe-user-pool.json",
        "answers.json",
    ];
    let texts: Vec<(&str, &str)> = names.into_iter().zip(text.split(NEXT_FILE)).collect();
    check_scan(&texts);
}

/// A template of which fixes are made, one by one and all together.
pub(crate) fn fixes(bytes: &[u8]) {
    let text = text(bytes);
    let texts = [("template.yaml", &*text)];
    let outcome = scan_texts(&texts, &SETTINGS);
    for finding in outcome.findings.iter().filter(|finding| finding.counts()) {
        let Some(fix) = &finding.fix else { continue };
        check_fix(&outcome, finding, &fix.edits, &text);
    }
    let scan = |changed: &Texts| {
        let text = changed.get(Path::new("template.yaml")).map_or(&*text, |mended| &*mended.after);
        scan_texts(&[("template.yaml", text)], &SETTINGS)
    };
    let mending = mend(outcome, &|_, _, _| true, &mut |changed| scan(changed));
    // What is said to be found afterwards is what a scan of the texts finds.
    assert_eq!(seen(&mending.outcome), seen(&scan(&mending.texts)));
}

/// A fix lies in the text, its edits are apart, and what comes out can be read.
fn check_fix(outcome: &Outcome, finding: &Finding, all: &[Edit], text: &str) {
    assert!(!all.is_empty(), "{finding:?}");
    for pair in all.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "{pair:?}");
    }
    all.iter().for_each(|edit| check_span(edit.span, &outcome.sources));
    let after = edits::apply(text, &all.iter().collect::<Vec<_>>()).expect("the edits are apart");
    let read =
        document::read(&after, all[0].span.source, document::Format::Yaml, &document::Limits::default());
    assert!(read.complete(), "{}: {:?}\n{text}\n{after}", finding.rule, read.problems);
    // Around the edits all is as it was.
    let (first, last) = (all[0].span.start as usize, all[all.len() - 1].span.end as usize);
    assert!(after.starts_with(&text[..first]) && after.ends_with(&text[last..]), "{}", finding.rule);
}
