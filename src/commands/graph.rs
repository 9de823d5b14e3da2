//! `fedlint graph`.

use std::io::{self, Write};

use super::prepare::{Prepared, prepare};
use super::progress::watched;
use crate::cli::{Environment, ExitCode, FindingOptions, GraphFormat, GraphOptions};
use crate::facts::Framed;
use crate::finding::Picture;
use crate::report::{self, graph};
use crate::scan::{Drawn, Summary, draw};
use crate::source::Sources;

/// Draws the trust graph, and says how the program ends. What could not be read goes to standard error, unless the format
/// has room for it.
pub(crate) fn run(options: GraphOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let terminal = environment.error_terminal(options.sources.color);
    let sources = Sources::default();
    let prepared = prepare(&options.sources, &FindingOptions::default(), &sources, environment);
    let mut drawn = match prepared {
        Ok(Prepared { settings, request, .. }) => {
            let draw = |request| draw(sources, request, &settings, &options.framing);
            watched(environment, request, false, draw)
        }
        Err(problems) => {
            let summary = Summary { refused: true, ..Summary::default() };
            Drawn { framed: None, problems, summary, sources }
        }
    };
    report::order_problems(&mut drawn.problems, &drawn.sources);
    let code = ExitCode::of_reading(&drawn.summary, &drawn.problems);
    let picture = match drawn.framed {
        Some(Framed::Picture(picture)) => Ok(picture),
        Some(Framed::Unknown(close)) => Err(close),
        None => Ok(Picture::default()),
    };
    if options.format != GraphFormat::Json || picture.is_err() {
        graph::write_problems(environment.err, &drawn.problems, &drawn.sources, &drawn.summary, &terminal)?;
    }
    let picture = match picture {
        Ok(picture) => picture,
        Err(close) => {
            graph::write_unknown(environment.err, &options.framing.around.unwrap_or_default(), &close)?;
            return Ok(ExitCode::Failed);
        }
    };
    let mut out = io::BufWriter::new(&mut *environment.out);
    match options.format {
        GraphFormat::Dot => graph::write_dot(&mut out, &picture)?,
        GraphFormat::Mermaid => graph::write_mermaid(&mut out, &picture)?,
        GraphFormat::Json => graph::write_json(&mut out, &picture, &drawn.problems, &drawn.sources)?,
    }
    out.flush()?;
    if picture.nodes.is_empty() && drawn.summary.files > 0 {
        writeln!(environment.err, "there is nothing to draw: nobody who was asked for gets a role")?;
    }
    Ok(code)
}
