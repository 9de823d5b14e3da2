//! `fedlint scan`.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use super::prepare::{Prepared, prepare};
use crate::baseline::Baseline;
use crate::cli::{Environment, ExitCode, FailOn, OutputFormat, ScanOptions};
use crate::report::{self, Report, RuleInformation, human, json, sarif};
use crate::rules::{BUILT_IN, Rule};
use crate::scan::{Outcome, Summary, scan};
use crate::source::{self, Sources};

/// Scans, writes the report, and says how the program ends.
pub(crate) fn run(options: ScanOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let terminal = environment.terminal(options.sources.color);
    let (outcome, code) = execute(&options, environment);
    let report = Report::from(&outcome);
    let mut out = io::BufWriter::new(&mut *environment.out);
    match options.format {
        OutputFormat::Human => human::write(&mut out, &report, &terminal)?,
        OutputFormat::Json => json::write(&mut out, &report)?,
        OutputFormat::Sarif => {
            let rules = &outcome.rules;
            let texts: Vec<Texts> = rules.iter().map(Texts::of).collect();
            let rules: Vec<_> = rules.iter().zip(&texts).map(|(rule, texts)| texts.about(rule)).collect();
            sarif::write(&mut out, &report, &rules, Some(&source::absolute(Path::new(""))))?;
        }
    }
    out.flush()?;
    Ok(code)
}

/// Scans, and says how the program ends.
fn execute(options: &ScanOptions, environment: &mut Environment<'_>) -> (Outcome, ExitCode) {
    let sources = Sources::default();
    let prepared = prepare(&options.sources, &options.findings, &sources, environment).and_then(|prepared| {
        let known = prepared.baseline.as_ref().map(|path| Baseline::load(path, &sources));
        known.transpose().map(|known| (prepared, known)).map_err(|problem| vec![problem])
    });
    let (mut outcome, fail_on) = match prepared {
        Ok((Prepared { settings, request, fail_on, .. }, known)) => {
            let mut outcome = scan(sources, request, &settings);
            if let Some(known) = known {
                known.apply(&mut outcome.findings);
            }
            (outcome, fail_on)
        }
        Err(problems) => {
            let summary = Summary { refused: true, ..Summary::default() };
            let (findings, reaches) = (Vec::new(), Vec::new());
            let rules = BUILT_IN.into();
            (Outcome { findings, reaches, problems, summary, sources, rules }, FailOn::default())
        }
    };
    report::order(&mut outcome.findings, &outcome.sources);
    report::order_problems(&mut outcome.problems, &outcome.sources);
    let code = ExitCode::of(&outcome, fail_on);
    (outcome, code)
}

/// What is said of a rule itself, apart from any finding.
struct Texts {
    title: String,
    help: String,
}

impl Texts {
    fn of(rule: &Rule) -> Self {
        // The first sentence of the prose stands alone; messages speak of one finding each.
        let title = rule.why.split_once(". ").map_or(rule.why.as_ref(), |(first, _)| first);
        let own = rule.help.iter().map(|help| help.to_string());
        // What has fields in it speaks of one finding.
        let general = |help: &&Cow<'_, str>| !help.contains('{');
        let cases = rule.cases.iter().filter_map(|case| case.help.as_ref());
        let cases = cases.filter(general).map(|help| format!("- {help}"));
        Self {
            title: title.trim_end_matches('.').split_whitespace().collect::<Vec<_>>().join(" "),
            help: own.chain(cases).collect::<Vec<_>>().join("\n"),
        }
    }

    fn about<'r>(&'r self, rule: &'r Rule) -> RuleInformation<'r> {
        RuleInformation {
            id: &rule.id,
            group: rule.group,
            severity: rule.levels().1,
            title: &self.title,
            why: &rule.why,
            help: &self.help,
            references: rule.references.iter().map(AsRef::as_ref).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
