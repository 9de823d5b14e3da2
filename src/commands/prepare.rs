//! What every subcommand does first: settings, standard input, what is left out.

use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::cli::{Configuration, FailOn, SourceOptions};
use crate::rules::{self, Selection};
use crate::scan::Request;
use crate::settings::{FILE_NAME, Settings, Written};
use crate::source::{self, Exclude, Problem, ProblemKind, SizeLimit, Sources};

/// All that has to be right before anything is read.
pub(super) struct Prepared {
    pub settings: Settings,
    pub request: Request,
    /// What fails a scan.
    pub fail_on: FailOn,
}

/// Reads the settings and standard input, and says what is wrong with what was asked for.
///
/// # Errors
///
/// With other settings than those that were meant, every answer may differ: then nothing is to be read.
pub(super) fn prepare(
    options: &SourceOptions,
    fail_on: Option<FailOn>,
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
    let fail_on = match fail_on {
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
    let request = Request {
        paths: options.paths.clone(),
        with: options.with.clone(),
        stdin,
        exclude,
        threads: options.threads,
        limit: SizeLimit::default(),
    };
    Ok(Prepared { settings, request, fail_on })
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

fn excludes(options: &SourceOptions, settings: &Settings) -> Result<Exclude, Vec<Problem>> {
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
