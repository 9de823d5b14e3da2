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

/// Rules that fire on more, with what reading their findings showed. The figures still say that the goal is missed.
const READ: &[(&str, &str, &str)] = &[
    (
        "real",
        "service-without-source",
        "two templates with the same construct, whose role for flow logs has no condition: as the rule says",
    ),
    (
        "speed",
        "wrong-identifier",
        "inputs of a translator's tests, with ARNs that are made up or lack a `$`: as the rule says",
    ),
];

/// What one rule says about a folder.
#[derive(Default)]
struct Said {
    findings: usize,
    /// Ordinary service roles with a finding that asks for something to be done.
    ordinary: usize,
    /// Whether every finding on such a role is advice, or of level info.
    exempt: bool,
    /// The findings on such roles, for whoever looks into them.
    places: Vec<String>,
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
        for finding in outcome.findings.iter().filter(|finding| finding.folded_into.is_none()) {
            let said = self
                .rules
                .entry(finding.rule.to_string())
                .or_insert_with(|| Said { exempt: true, ..Said::default() });
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
fn no_rule_fires_on_ordinary_service_roles() {
    let Some(corpus) = corpus() else { return };
    let mut figures = Figures::default();
    let mut missed = Vec::new();
    for name in ["real", "speed"] {
        let folder = Folder::read(&corpus.join(name));
        assert!(folder.ordinary > 0, "{name} has roles of AWS services");
        println!("{name}: {} roles, {} of them ordinary service roles", folder.roles, folder.ordinary);
        for (rule, said) in &folder.rules {
            for place in &said.places {
                println!("on an ordinary service role: {place}");
            }
            figures.add(
                &format!("findings per 100 roles, {name}: {rule}"),
                percent(said.findings, folder.roles),
                "to be read",
                true,
            );
            let read = READ.iter().find(|(folder, of, _)| (*folder, *of) == (name, rule.as_str()));
            let share = percent(said.ordinary, folder.ordinary);
            let goal = if said.exempt && !said.places.is_empty() {
                "none but advice and info".to_owned()
            } else {
                format!("at most {MOST_PERCENT} %")
            };
            figures.add(
                &format!("ordinary service roles with it, {name}: {rule}"),
                format!("{share} %"),
                goal,
                share <= MOST_PERCENT,
            );
            match read {
                Some((_, _, why)) => println!("read: {rule} in {name}: {why}"),
                None if share > MOST_PERCENT => missed.push(format!("{rule} in {name}: {share} %")),
                None => {}
            }
        }
    }
    assert!(missed.is_empty(), "nobody has read these findings, which are listed above: {missed:#?}");
}
