//! `fedlint scan`.

mod fix;
mod output;

use std::io::{self, Write};
use std::path::PathBuf;

use self::output::Outputs;
use super::baseline::Looked;
use super::prepare::{Prepared, prepare};
use super::progress::watched;
use crate::baseline::Baseline;
use crate::cli::{Environment, ExitCode, FailOn, Fixing, OutputFormat, ScanOptions, Verbosity};
use crate::report::{self, Report};
use crate::rules::BUILT_IN;
use crate::scan::{Outcome, Summary, scan};
use crate::settings::Settings;
use crate::source::{self, Problem, ProblemKind, STDIN, Sources};

/// Scans, writes the reports, and says how the program ends.
pub(crate) fn run(options: ScanOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    if let Some(path) = output::written_twice(&options.outputs) {
        writeln!(environment.err, "error: two reports cannot be written to `{}`", path.display())?;
        return Ok(ExitCode::Failed);
    }
    let terminal = environment.terminal(options.sources.color);
    let Scanned { mut outcome, mut fail_on, settings } = execute(&options, Sources::default(), environment);
    let mut code = ExitCode::of(&outcome, fail_on);
    if options.fixing != Fixing::Nothing {
        let wide = fix::wide(&options);
        if let Some(wide) = &wide {
            outcome = execute(wide, Sources::default(), environment).outcome;
        }
        let all = wide.as_ref().unwrap_or(&options);
        let mut mending =
            fix::make(&options, outcome, &mut |sources| execute(all, sources, environment).outcome);
        if options.fixing == Fixing::Show {
            let reader = fix::Reader::of(environment.width.is_some(), environment.variable);
            fix::write_diff(&mut *environment.out, &mending.texts, reader)?;
            fix::write_summary(&mut *environment.err, &mending, options.fixing)?;
            environment.out.flush()?;
            return Ok(code);
        }
        let problems = fix::write(&mut mending);
        fix::write_summary(&mut *environment.err, &mending, options.fixing)?;
        if wide.is_none() && mending.texts.is_empty() {
            outcome = mending.outcome;
        } else {
            // What is left is what the files say now.
            Scanned { outcome, fail_on, .. } = execute(&options, Sources::default(), environment);
        }
        code = if problems.is_empty() { ExitCode::of(&outcome, fail_on) } else { ExitCode::Failed };
        outcome.problems.extend(problems);
    }
    let report = Report { fails_from: fail_on.least(), ..Report::from(&outcome) };
    let outputs = Outputs::new(report, &outcome.rules, &options, settings, environment.variable);
    // First those that others wait for: whoever reads standard output may stop at any time.
    for file in &options.outputs {
        if outcome.sources.has_file(&file.path) {
            let path = file.path.display();
            writeln!(
                environment.err,
                "error: `{path}` was read for this scan: write the report to another file"
            )?;
            code = ExitCode::Failed;
            continue;
        }
        if let Err(error) = source::write_file(&file.path, &outputs.for_file(file)?) {
            writeln!(environment.err, "error: `{}` cannot be written: {error}", file.path.display())?;
            code = ExitCode::Failed;
        }
    }
    let mut out = io::BufWriter::new(&mut *environment.out);
    let written = outputs.write_out(&mut out, options.format, &terminal, environment.variable);
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        // Whoever closes the pipe has seen enough, which makes nothing better.
        _ => Ok(code),
    }
}

/// What came of a scan.
struct Scanned {
    outcome: Outcome,
    /// What fails it.
    fail_on: FailOn,
    /// The settings file, if there was one.
    settings: Option<PathBuf>,
}

/// Scans.
fn execute(options: &ScanOptions, sources: Sources, environment: &mut Environment<'_>) -> Scanned {
    let prepared = match not_to_be_fixed(options) {
        Some(problem) => Err(vec![problem]),
        None => prepare(&options.sources, &options.findings, &sources, environment),
    };
    let prepared = prepared.and_then(|prepared| {
        let known = prepared.baseline.as_ref().map(|path| Baseline::load(path, &sources));
        known.transpose().map(|known| (prepared, known)).map_err(|problem| vec![problem])
    });
    let (mut outcome, fail_on, settings) = match prepared {
        Ok((Prepared { settings, mut request, file, fail_on, .. }, known)) => {
            let verbose = options.verbosity == Verbosity::Verbose && options.writes(OutputFormat::Human);
            request.list_files = verbose
                || known.is_some()
                || options.writes(OutputFormat::Junit)
                || options.fixing != Fixing::Nothing;
            let quiet = options.verbosity == Verbosity::Quiet;
            let mut outcome =
                watched(environment, request, quiet, |request| scan(sources, request, &settings));
            if let Some(known) = known {
                known.apply(&mut outcome.findings);
                outcome.summary.gone = gone(&known, &outcome, &settings);
            }
            (outcome, fail_on, file)
        }
        Err(problems) => {
            let summary = Summary { refused: true, ..Summary::default() };
            let (findings, reaches, files) = (Vec::new(), Vec::new(), Vec::new());
            let rules = BUILT_IN.into();
            let outcome = Outcome { findings, reaches, problems, summary, files, sources, rules, threads: 1 };
            (outcome, FailOn::default(), None)
        }
    };
    report::order(&mut outcome.findings, &outcome.sources);
    report::order_problems(&mut outcome.problems, &outcome.sources);
    Scanned { outcome, fail_on, settings }
}

/// How many of the known findings are not there any more. None, as far as is known, where not everything could be read.
fn gone(known: &Baseline, outcome: &Outcome, settings: &Settings) -> usize {
    if outcome.problems.iter().any(|problem| problem.kind.loses()) {
        return 0;
    }
    let found = Baseline::of(&outcome.findings, &outcome.sources, settings);
    let looked = Looked::new(outcome, settings);
    known.gone(&found, |entry| looked.has_asked_for(entry)).count()
}

/// That standard input is to be fixed, which is no file.
fn not_to_be_fixed(options: &ScanOptions) -> Option<Problem> {
    let is_stdin = options.sources.paths.iter().any(|path| path.as_os_str() == "-");
    (is_stdin && options.fixing != Fixing::Nothing).then(|| {
        let message = "standard input cannot be fixed: it is no file".to_owned();
        let help = "Name the file, or leave out `--fix` and `--diff`.";
        Problem::of(ProblemKind::Settings, STDIN, message, help)
    })
}

impl ScanOptions {
    /// True if a report is written in `format`.
    fn writes(&self, format: OutputFormat) -> bool {
        self.format == format || self.outputs.iter().any(|file| file.format == format)
    }
}

#[cfg(test)]
mod bugs;
#[cfg(test)]
mod tests;
