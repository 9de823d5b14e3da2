//! `fedlint baseline`.

use std::collections::HashSet;
use std::io::{self, Write};

use super::prepare::{Prepared, prepare};
use crate::baseline::{Baseline, Entry, FILE_NAME};
use crate::cli::{BaselineAction, BaselineOptions, Environment, ExitCode};
use crate::report::{counted, human, order_problems};
use crate::rules::Selection;
use crate::scan::{Outcome, Summary, scan};
use crate::settings::Settings;
use crate::source::{self, Problem, SizeLimit, Sources};

/// Scans, and changes what is known.
pub(crate) fn run(options: BaselineOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let terminal = environment.error_terminal(options.sources.color);
    let sources = Sources::default();
    let prepared = match prepare(&options.sources, &options.findings, &sources, environment) {
        Ok(prepared) => prepared,
        Err(problems) => return refused(environment, &problems, &sources, &terminal),
    };
    let Prepared { settings, mut request, file, baseline, .. } = prepared;
    request.list_files = true;
    // Beside the settings, or where the repository begins.
    let path = baseline.unwrap_or_else(|| {
        let folder = if file.is_some() { &settings.root } else { &settings.base };
        source::shortest(&folder.join(FILE_NAME))
    });
    // Whoever changes it meanwhile does not lose that.
    let old = match options.action {
        BaselineAction::Write => None,
        BaselineAction::Update | BaselineAction::Prune => {
            source::read_path(&path, SizeLimit::default()).ok().map(|read| read.bytes)
        }
    };
    let before = match (options.action, path.exists()) {
        (BaselineAction::Write, _) | (BaselineAction::Update, false) => Ok(Baseline::default()),
        _ => Baseline::load(&path, &sources),
    };
    let before = match before {
        Ok(before) => before,
        Err(problem) => return refused(environment, &[problem], &sources, &terminal),
    };
    let mut outcome = scan(sources, request, &settings);
    order_problems(&mut outcome.problems, &outcome.sources);
    let code = ExitCode::of_reading(&outcome.summary, &outcome.problems);
    human::write_problems(environment.err, &outcome.problems, &outcome.sources, &terminal)?;
    // What was not looked at is not gone.
    let why = match code {
        ExitCode::Failed => Some("not everything could be checked"),
        ExitCode::Nothing => Some("there is nothing to check"),
        ExitCode::Clean | ExitCode::Findings => None,
    };
    if let Some(why) = why {
        writeln!(environment.err, "nothing was written, because {why}")?;
        return Ok(code);
    }
    let found = Baseline::of(&outcome.findings, &outcome.sources, &settings);
    let mut known = before.clone();
    let looked = Looked::new(&outcome, &settings);
    let asked = |entry: &Entry| looked.has_asked_for(entry);
    let gone = before.gone(&found, asked).count();
    known.prune(&found, asked);
    let new = if options.action == BaselineAction::Prune { 0 } else { known.add(found) };
    let shown = path.display();
    let text = known.text();
    let written = match old {
        Some(old) => source::rewrite(&path, &old, text.as_bytes()),
        None if options.action == BaselineAction::Write => source::write_file(&path, text.as_bytes()),
        None => source::write_new_file(&path, text.as_bytes()),
    };
    if let Err(error) = written {
        writeln!(environment.err, "error: `{shown}` cannot be written: {error}")?;
        return Ok(ExitCode::Failed);
    }
    let total = counted(known.len(), "finding");
    let out = &mut environment.out;
    match options.action {
        BaselineAction::Write => writeln!(out, "{shown}: {total} known")?,
        BaselineAction::Update => writeln!(out, "{shown}: {total} known; {new} new, {gone} gone")?,
        BaselineAction::Prune => writeln!(out, "{shown}: {total} known; {gone} gone")?,
    }
    out.flush()?;
    Ok(code)
}

/// What a scan has looked for, and where: what it has not looked for is not gone.
pub(super) struct Looked<'s> {
    outcome: &'s Outcome,
    settings: &'s Settings,
    selection: Selection,
    only_proved: bool,
    files: HashSet<String>,
}

impl<'s> Looked<'s> {
    /// What `outcome`, of a scan that lists its files, comes from.
    pub(super) fn new(outcome: &'s Outcome, settings: &'s Settings) -> Self {
        let files = outcome.files.iter().map(|visited| settings.relative(&visited.path)).collect();
        let (selection, _) = Selection::new(&settings.rules, &outcome.rules);
        let only_proved = settings.min_certainty.as_ref().is_some_and(|least| least.text == "proved");
        Self { outcome, settings, selection, only_proved, files }
    }

    /// True if a finding would have been found if it were there.
    pub(super) fn has_asked_for(&self, entry: &Entry) -> bool {
        let rule = self.outcome.rules.iter().find(|rule| *rule.id == *entry.rule);
        rule.is_none_or(|rule| self.selection.has(rule))
            && (entry.is_proved() || !self.only_proved)
            && (self.files.contains(&entry.path) || entry.is_nowhere(self.settings))
    }
}

/// Says why nothing is done.
fn refused(
    environment: &mut Environment<'_>,
    problems: &[Problem],
    sources: &Sources,
    terminal: &human::Options,
) -> io::Result<ExitCode> {
    human::write_problems(environment.err, problems, sources, terminal)?;
    environment.err.flush()?;
    Ok(ExitCode::of_reading(&Summary { refused: true, ..Summary::default() }, problems))
}
