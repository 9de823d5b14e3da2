//! How often each rule fires on real roles: one that fires on ordinary service roles is wrong, or is advice.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fedlint::finding::{Finding, Group, Severity};
use fedlint::model::{Model, Role};
use fedlint::policy::{Effect, PrincipalForm};
use fedlint::scan::{model_of_texts, scan_texts};
use fedlint::settings::Settings;
use fedlint::value::{Field, Vocabulary};
use support::{Figures, corpus, files};

/// What of all ordinary service roles a rule may fire on.
const MOST_PERCENT: f64 = 2.0;

/// What one rule says about a folder.
#[derive(Clone)]
struct Said {
    findings: usize,
    /// Ordinary service roles with a finding that asks for something to be done.
    ordinary: usize,
    /// Whether every finding on such a role is advice, or of level info.
    exempt: bool,
    /// The findings on such roles, for whoever looks into them.
    places: Vec<String>,
}

impl Default for Said {
    fn default() -> Self {
        Self { findings: 0, ordinary: 0, exempt: true, places: Vec::new() }
    }
}

/// The roles of a folder, and what the rules say about them. A template is looked at by itself, as its author does.
#[derive(Default)]
struct Folder {
    roles: usize,
    ordinary: usize,
    rules: BTreeMap<String, Said>,
}

impl Folder {
    fn read(folder: &Path) -> Self {
        let mut paths: Vec<PathBuf> = Vec::new();
        files(folder, &mut paths);
        paths.sort();
        let mut read = Self::default();
        for path in paths {
            #[expect(clippy::disallowed_methods, reason = "a test reads what it tests")]
            let bytes = fs::read(&path).expect("a file of the corpus can be read");
            // What is no text is measured elsewhere.
            if let Ok(text) = String::from_utf8(bytes) {
                read.add(&path.display().to_string(), &text);
            }
        }
        read
    }

    /// Counts another folder's roles and findings as well.
    fn extend(&mut self, other: &Self) {
        self.roles += other.roles;
        self.ordinary += other.ordinary;
        for (rule, more) in &other.rules {
            let said = self.rules.entry(rule.clone()).or_default();
            said.findings += more.findings;
            said.ordinary += more.ordinary;
            said.exempt &= more.exempt;
            said.places.extend(more.places.iter().cloned());
        }
    }

    fn add(&mut self, path: &str, text: &str) {
        let settings = Settings::default();
        let vocabulary = Vocabulary::default();
        let model = model_of_texts(&[(path, text)], &settings, &vocabulary);
        let name = |role: &Role| vocabulary.names.text(role.entity.logical_id).to_owned();
        // The variants of a role are one role.
        let roles: BTreeSet<String> = model.roles.iter().map(name).collect();
        let other: BTreeSet<String> =
            model.roles.iter().filter(|role| !is_ordinary(&model, role)).map(name).collect();
        let ordinary: BTreeSet<&String> = roles.difference(&other).collect();
        self.roles += roles.len();
        self.ordinary += ordinary.len();
        let outcome = scan_texts(&[(path, text)], &settings);
        let mut fired: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for finding in outcome.findings.iter().filter(|finding| finding.counts()) {
            let said = self.rules.entry(finding.rule.to_string()).or_default();
            said.findings += 1;
            if finding.entity.kind == "role" && ordinary.contains(&finding.entity.name) {
                let line = outcome.sources.place(finding.span).start.line;
                said.places.push(format!("{path}:{line} {} {}", finding.rule, finding.message));
                if asks_for_something(finding) {
                    said.exempt = false;
                    fired.entry(&finding.rule).or_default().insert(&finding.entity.name);
                }
            }
        }
        for (rule, roles) in fired {
            self.rules.entry(rule.to_owned()).or_default().ordinary += roles.len();
        }
    }
}

/// Whether a role is one that AWS services assume, and nobody else.
fn is_ordinary(model: &Model, role: &Role) -> bool {
    let Field::Known(trust) = &role.trust else { return false };
    let allows =
        model.policy(&trust.value).statements.iter().filter(|statement| statement.effect != Effect::Deny);
    let mut principals = allows.flat_map(|statement| statement.principals.only.iter().flatten()).peekable();
    principals.peek().is_some()
        && principals.all(|principal| matches!(principal.form, PrincipalForm::Service { .. }))
}

/// Whether somebody is told to change something.
fn asks_for_something(finding: &Finding) -> bool {
    finding.group != Group::Advice && finding.severity > Severity::Info
}

/// `part` of `whole` in percent, rounded to a tenth.
#[expect(clippy::cast_precision_loss, reason = "there are fewer roles than 2^52")]
fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 * 1000.0 / whole as f64).round() / 10.0 }
}

#[test]
#[expect(clippy::print_stdout, reason = "read by people, with --nocapture")]
#[expect(clippy::cast_precision_loss, reason = "there are fewer roles than 2^52")]
fn no_rule_fires_on_ordinary_service_roles() {
    let Some(corpus) = corpus() else { return };
    let mut figures = Figures::default();
    let mut missed = Vec::new();
    let mut all = Folder::default();
    for name in ["real", "speed"] {
        let folder = Folder::read(&corpus.join(name));
        assert!(folder.ordinary > 0, "{name} has roles of AWS services");
        println!("{name}: {} roles, {} of them ordinary service roles", folder.roles, folder.ordinary);
        for (rule, said) in &folder.rules {
            let (of_all, of_ordinary) =
                (percent(said.findings, folder.roles), percent(said.ordinary, folder.ordinary));
            println!("{name}: {rule}: {of_all} findings per 100 roles, {of_ordinary} of 100 ordinary ones");
        }
        all.extend(&folder);
    }
    for (rule, said) in &all.rules {
        for place in &said.places {
            println!("on an ordinary service role: {place}");
        }
        let per_hundred = percent(said.findings, all.roles);
        figures.add(&format!("findings per 100 roles: {rule}"), per_hundred, "to be read", true);
        let share = percent(said.ordinary, all.ordinary);
        let goal = if said.exempt && !said.places.is_empty() {
            "none but advice and info".to_owned()
        } else {
            format!("at most {MOST_PERCENT} %")
        };
        // Of the numbers themselves: 2.04 % is more than 2 %, however it is printed.
        let few = said.ordinary as f64 * 100.0 <= MOST_PERCENT * all.ordinary as f64;
        figures.add(&format!("ordinary service roles with it: {rule}"), format!("{share} %"), goal, few);
        if !few {
            missed.push(format!("{rule}: {} of {}", said.ordinary, all.ordinary));
        }
    }
    assert!(missed.is_empty(), "a rule fires on ordinary roles, which are listed above: {missed:#?}");
}
