//! `fedlint scan`.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::cli::{ColorChoice, Configuration, Environment, ExitCode, FailOn, OutputFormat, ScanOptions};
use crate::report::{self, Report, RuleInformation, human, json, sarif};
use crate::rules::{self, BUILT_IN, Rule, Selection};
use crate::scan::{Outcome, Request, Summary, scan};
use crate::settings::{FILE_NAME, Settings, Written};
use crate::source::{self, Bytes, Exclude, Problem, ProblemKind, SizeLimit, Sources};

/// Scans, writes the report, and says how the program ends.
pub(crate) fn run(options: ScanOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let (format, color) = (options.format, options.color);
    let (outcome, code) = execute(options, environment.stdin, environment.today);
    let color = match color {
        ColorChoice::Auto => environment.colors,
        ColorChoice::Always => true,
        ColorChoice::Never => false,
    };
    let width = environment.width.unwrap_or(80);
    let terminal = human::Options { width, color, unicode: environment.unicode };
    let report = Report::from(&outcome);
    let mut out = io::BufWriter::new(&mut *environment.out);
    match format {
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
fn execute(options: ScanOptions, stdin: &mut dyn Read, today: Date) -> (Outcome, ExitCode) {
    let sources = Sources::default();
    let (mut outcome, fail_on) = match prepare(&options, &sources, stdin, today) {
        Ok(Prepared { settings, exclude, fail_on, stdin }) => {
            let request = Request {
                paths: options.paths,
                stdin,
                exclude,
                threads: options.threads,
                limit: SizeLimit::default(),
            };
            (scan(sources, request, &settings), fail_on)
        }
        Err(problems) => {
            // With other settings than those that were meant, every answer may differ.
            let summary = Summary { refused: true, ..Summary::default() };
            let rules = BUILT_IN.into();
            (Outcome { findings: Vec::new(), problems, summary, sources, rules }, FailOn::default())
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

/// All that has to be right before anything is scanned.
struct Prepared {
    settings: Settings,
    exclude: Exclude,
    fail_on: FailOn,
    stdin: Option<Bytes>,
}

fn prepare(
    options: &ScanOptions,
    sources: &Sources,
    stdin: &mut dyn Read,
    today: Date,
) -> Result<Prepared, Vec<Problem>> {
    let file = match &options.configuration {
        Configuration::File(path) => Some(path.clone()),
        Configuration::None => None,
        Configuration::Find => source::find_upward(start(&options.paths), FILE_NAME),
    };
    let mut settings = match file {
        Some(file) => Settings::load(sources, &file)?,
        None => Settings::new(Path::new("")),
    };
    for file in &options.parameters {
        settings.add_parameters(sources, file)?;
    }
    settings.today = options.today.or(settings.today).or(Some(today));
    let fail_on = match options.fail_on {
        Some(fail_on) => fail_on,
        None => settings.fail_on.as_ref().map_or(Ok(FailOn::default()), read_fail_on)?,
    };
    let (rules, mut wrong) = rules::load(&settings, sources);
    wrong.extend(Selection::new(&settings.rules, &rules).1);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let exclude = excludes(options, &settings)?;
    let stdin = if options.paths.iter().any(|path| path.as_os_str() == "-") {
        let bytes = source::read_stdin(stdin, SizeLimit::default());
        Some(bytes.map_err(|problem| vec![problem])?)
    } else {
        None
    };
    Ok(Prepared { settings, exclude, fail_on, stdin })
}

/// The directory from which settings are looked for.
fn start(paths: &[PathBuf]) -> &Path {
    let first = paths.iter().map(PathBuf::as_path).find(|path| path.as_os_str() != "-");
    first.unwrap_or(Path::new(""))
}

fn read_fail_on(written: &Written) -> Result<FailOn, Vec<Problem>> {
    FailOn::from_name(&written.text).ok_or_else(|| {
        let known = FailOn::NAMES.join(", ");
        let message = format!("unknown severity `{}`", written.text.escape_debug());
        let mut problem =
            Problem::of(ProblemKind::Settings, FILE_NAME, message, format!("Known are: {known}."));
        problem.span = written.span;
        vec![problem]
    })
}

fn excludes(options: &ScanOptions, settings: &Settings) -> Result<Exclude, Vec<Problem>> {
    let refused = |patterns: &[String], (index, message): (usize, String)| {
        let pattern = patterns.get(index).map(String::as_str).unwrap_or_default();
        let help = "Patterns are written as in `.gitignore`.";
        vec![Problem::of(ProblemKind::Settings, pattern, message, help)]
    };
    let own: Vec<String> = settings.exclude.iter().map(|written| written.text.clone()).collect();
    let mut exclude = Exclude::new(&settings.root, &own).map_err(|error| refused(&own, error))?;
    exclude.add(Path::new("."), &options.exclude).map_err(|error| refused(&options.exclude, error))?;
    Ok(exclude)
}

#[cfg(test)]
mod tests;
