//! `fedlint scan`.

mod output;

use std::io::{self, Write};

use self::output::Outputs;
use super::prepare::{Prepared, prepare};
use crate::baseline::Baseline;
use crate::cli::{Environment, ExitCode, FailOn, OutputFormat, ScanOptions};
use crate::report::{self, Report};
use crate::rules::BUILT_IN;
use crate::scan::{Outcome, Summary, scan};
use crate::source::{self, Sources};

/// Scans, writes the reports, and says how the program ends.
pub(crate) fn run(options: ScanOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    if let Some(path) = output::written_twice(&options.outputs) {
        writeln!(environment.err, "error: two reports cannot be written to `{}`", path.display())?;
        return Ok(ExitCode::Failed);
    }
    let terminal = environment.terminal(options.sources.color);
    let (outcome, fail_on) = execute(&options, environment);
    let mut code = ExitCode::of(&outcome, fail_on);
    let report = Report { fails_from: fail_on.least(), ..Report::from(&outcome) };
    let outputs = Outputs::new(report, &outcome.rules, &options, environment.variable);
    // First those that others wait for: whoever reads standard output may stop at any time.
    for file in &options.outputs {
        if let Err(error) = source::write_file(&file.path, &outputs.for_file(file)?) {
            writeln!(environment.err, "error: `{}` cannot be written: {error}", file.path.display())?;
            code = ExitCode::Failed;
        }
    }
    let mut out = io::BufWriter::new(&mut *environment.out);
    outputs.write(&mut out, options.format, &terminal)?;
    out.flush()?;
    Ok(code)
}

/// Scans, and says what fails.
fn execute(options: &ScanOptions, environment: &mut Environment<'_>) -> (Outcome, FailOn) {
    let sources = Sources::default();
    let prepared = prepare(&options.sources, &options.findings, &sources, environment).and_then(|prepared| {
        let known = prepared.baseline.as_ref().map(|path| Baseline::load(path, &sources));
        known.transpose().map(|known| (prepared, known)).map_err(|problem| vec![problem])
    });
    let (mut outcome, fail_on) = match prepared {
        Ok((Prepared { settings, mut request, fail_on, .. }, known)) => {
            request.list_files = options.writes(OutputFormat::Junit);
            let mut outcome = scan(sources, request, &settings);
            if let Some(known) = known {
                known.apply(&mut outcome.findings);
            }
            (outcome, fail_on)
        }
        Err(problems) => {
            let summary = Summary { refused: true, ..Summary::default() };
            let (findings, reaches, files) = (Vec::new(), Vec::new(), Vec::new());
            let rules = BUILT_IN.into();
            (Outcome { findings, reaches, problems, summary, files, sources, rules }, FailOn::default())
        }
    };
    report::order(&mut outcome.findings, &outcome.sources);
    report::order_problems(&mut outcome.problems, &outcome.sources);
    (outcome, fail_on)
}

impl ScanOptions {
    /// True if a report is written in `format`.
    fn writes(&self, format: OutputFormat) -> bool {
        self.format == format || self.outputs.iter().any(|file| file.format == format)
    }
}

#[cfg(test)]
mod tests;
