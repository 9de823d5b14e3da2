//! What people write for fedlint itself: settings and rules.

use std::borrow::Cow;
use std::path::Path;

use fedlint::report::human;
use fedlint::report::reference::{self, Entry, Examples};
use fedlint::rules::{Rule, Selection, file};
use fedlint::scan::scan_texts_by;
use fedlint::settings::Settings;
use fedlint::source::Sources;

use super::scans::check_outcome;
use super::{check_problem, text};

/// A template in which nearly every kind of fact is made.
const TEMPLATE: &str = include_str!("../../../testdata/shop/template.yaml");

/// Settings: what is wrong with them lies somewhere, and what can be read judges a template.
pub(crate) fn settings(bytes: &[u8]) {
    let text = text(bytes);
    let sources = Sources::default();
    match Settings::parse(&sources, &text, Path::new("")) {
        Ok(settings) => {
            let outcome = fedlint::scan::scan_texts(&[("template.yaml", TEMPLATE)], &settings);
            // The settings are of other sources.
            for problem in &outcome.problems {
                assert!(problem.help.ends_with(['.', '?']), "{problem:?}");
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "what is refused has a reason");
            problems.iter().for_each(|problem| check_problem(problem, &sources));
        }
    }
}

/// Rules: one that is read is read again from its text, has a page, and judges a template.
pub(crate) fn rule_file(bytes: &[u8]) {
    let text = text(bytes);
    let rule = match Rule::parse(&text) {
        Ok(rule) => rule,
        Err(error) => {
            assert!(!error.message.is_empty());
            return;
        }
    };
    assert_eq!(rule.text, text);
    let again = file::parse(&text).expect("it was read");
    assert_eq!(format!("{again:?}"), format!("{:?}", rule.file()));
    let mut page = Vec::new();
    let entry = Entry { rule: &rule, selection: &Selection::default() };
    reference::write_page(&mut page, entry, Examples::All, &human::Options::default()).expect("memory");
    let page = String::from_utf8(page).expect("pages are text");
    assert!(!page.contains(['\u{1b}', '\u{202e}', '\u{85}', '\u{7}']), "{page:?}");
    let rules: Cow<'static, [Rule]> = Cow::Owned(vec![rule]);
    let texts = [("template.yaml", TEMPLATE)];
    let outcome = scan_texts_by(&texts, &Settings::default(), rules);
    check_outcome(&outcome, &texts);
}
