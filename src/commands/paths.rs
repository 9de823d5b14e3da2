//! `fedlint paths`.

use std::io::{self, Write};

use super::log;
use super::prepare::{Prepared, prepare};
use super::progress::watched;
use crate::cli::{Environment, ExitCode, FindingOptions, PathsFormat, PathsOptions};
use crate::report::{self, paths};
use crate::scan::{Summary, Traced, trace};
use crate::source::Sources;

/// Looks for ways, writes them, and says how the program ends.
pub(crate) fn run(options: PathsOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let terminal = environment.terminal(options.sources.color);
    let sources = Sources::default();
    let prepared = prepare(&options.sources, &FindingOptions::default(), &sources, environment);
    let mut traced = match prepared {
        Ok(Prepared { settings, request, .. }) => {
            let trace = |request| trace(sources, request, &settings, &options.from, options.to.as_deref());
            watched(environment, request, false, trace)
        }
        Err(problems) => {
            let summary = Summary { refused: true, ..Summary::default() };
            Traced { ways: Vec::new(), problems, summary, sources }
        }
    };
    report::order_problems(&mut traced.problems, &traced.sources);
    let mut out = io::BufWriter::new(&mut *environment.out);
    match options.format {
        PathsFormat::Text => {
            let write = |out: &mut dyn Write| paths::write_text(out, &traced, &terminal);
            log::write_for_people(&mut out, environment.variable, write)?;
        }
        PathsFormat::Json => paths::write_json(&mut out, &traced)?,
    }
    out.flush()?;
    Ok(ExitCode::of_reading(&traced.summary, &traced.problems))
}
