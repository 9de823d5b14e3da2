//! What every subcommand does first: settings, standard input, what is left out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::choose::{Named, Origin, Variables, choose, said};
use crate::baseline;
use crate::cli::{Configuration, Environment, FailOn, FindingOptions, KnownFindings, SourceOptions};
use crate::document::Limits;
use crate::finding::Certainty;
use crate::knowledge::Issuers;
use crate::rules::{self, Selection, suppress};
use crate::scan::{FindingLimit, Request, TotalLimit};
use crate::settings::{self, Settings, Written, read_date};
use crate::source::{self, Exclude, Problem, ProblemKind, SizeLimit, Sources};

/// All that has to be right before anything is read.
pub(super) struct Prepared {
    pub(super) settings: Settings,
    pub(super) request: Request,
    /// The settings file, if there is one.
    pub(super) file: Option<PathBuf>,
    /// What fails a scan.
    pub(super) fail_on: FailOn,
    /// The file with what is known, if there is one.
    pub(super) baseline: Option<PathBuf>,
    /// Where the settings are from that can be said elsewhere too, by name.
    pub(super) origins: Vec<(&'static str, Origin)>,
}

const CONFIG: Named = Named { setting: "config", option: "--config", variable: "FEDLINT_CONFIG" };
const FAIL_ON: Named = Named { setting: "fail-on", option: "--fail-on", variable: "FEDLINT_FAIL_ON" };
const CERTAINTY: Named =
    Named { setting: "min-certainty", option: "--min-certainty", variable: "FEDLINT_MIN_CERTAINTY" };
const BASELINE: Named = Named { setting: "baseline", option: "--baseline", variable: "FEDLINT_BASELINE" };
const TODAY: Named = Named { setting: "today", option: "--today", variable: "FEDLINT_TODAY" };
const SELECT: Named = Named { setting: "select", option: "--select", variable: "FEDLINT_SELECT" };
const IGNORE: Named = Named { setting: "ignore", option: "--ignore", variable: "FEDLINT_IGNORE" };

/// Reads the settings and standard input, and says what is wrong with what was asked for.
///
/// # Errors
///
/// With other settings than those that were meant, every answer may differ: then nothing is to be read.
pub(super) fn prepare(
    options: &SourceOptions,
    findings: &FindingOptions,
    sources: &Sources,
    environment: &mut Environment<'_>,
) -> Result<Prepared, Vec<Problem>> {
    let variables = environment.variable;
    let one = |problem: Problem| vec![problem];
    let file = settings_file(&options.configuration, variables, start(&options.paths)).map_err(one)?;
    let mut settings = match &file {
        Some(file) => Settings::load(sources, file)?,
        None => Settings::without_file(start(&options.paths)),
    };
    for file in &options.parameters {
        settings.add_parameters(sources, file)?;
    }
    let mut origins = Vec::new();

    let date = settings.today.map(|date| Written { text: date.to_string(), span: settings.entry("today") });
    let read = |text: &str| read_date(text).ok();
    let help = "Write a date as `2026-11-25`.";
    let today = choose(&TODAY, options.today, variables, date.as_ref(), read, help).map_err(one)?;
    let (today, origin) = today.unwrap_or((environment.today, Origin::Clock));
    settings.today = Some(today);
    origins.push((TODAY.setting, origin));

    let help = format!("Known are: {}.", FailOn::NAMES.join(", "));
    let written = settings.fail_on.as_ref();
    let fail_on = choose(&FAIL_ON, findings.fail_on, variables, written, FailOn::from_name, &help);
    let (fail_on, origin) = fail_on.map_err(one)?.unwrap_or((FailOn::default(), Origin::Default));
    origins.push((FAIL_ON.setting, origin));

    let written = settings.min_certainty.as_ref();
    let help = "Known are: possible, proved.";
    let certainty =
        choose(&CERTAINTY, findings.min_certainty, variables, written, Certainty::from_name, help);
    let (certainty, origin) = certainty.map_err(one)?.unwrap_or((Certainty::Possible, Origin::Default));
    settings.min_certainty = Some(Written { text: certainty.name().to_owned(), span: None });
    origins.push((CERTAINTY.setting, origin));

    let (baseline, origin) = known(findings, &settings, file.is_some(), variables, start(&options.paths));
    origins.push((BASELINE.setting, origin));

    origins.push(("rules", choose_rules(findings, variables, &mut settings)));
    let (rules, mut wrong) = rules::load(&settings, sources);
    wrong.extend(Issuers::load(&settings, sources).1);
    let (selection, unknown) = Selection::new(&settings.rules, &rules);
    wrong.extend(unknown);
    wrong.extend(suppress::unknown_in(&settings, &rules));
    if wrong.is_empty() && !rules.iter().any(|rule| selection.has(rule)) {
        let message = "no rule is left to ask: what is selected is ignored";
        let help = "Select or ignore fewer rules; `fedlint config` prints what is in force.";
        wrong.push(Problem {
            kind: ProblemKind::Settings,
            span: None,
            path: None,
            message: message.into(),
            help: help.into(),
        });
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let exclude = excludes(options, &settings)?;
    let stdin = if options.paths.iter().any(|path| path.as_os_str() == "-") {
        let bytes = source::read_stdin(environment.stdin, SizeLimit::default());
        Some(bytes.map_err(one)?)
    } else {
        None
    };
    let request = Request {
        paths: options.paths.clone(),
        with: options.with.clone(),
        context: options.context.clone(),
        stdin,
        exclude,
        threads: options.threads,
        limit: SizeLimit::default(),
        total: TotalLimit::default(),
        limits: Limits::default(),
        findings: FindingLimit::default(),
        list_files: false,
        progress: Arc::default(),
    };
    Ok(Prepared { settings, request, file, fail_on, baseline, origins })
}

/// The settings file, if there is one, for what is at `start`.
///
/// # Errors
///
/// That a nearer one has a name that looks like one of settings, and is none.
pub(super) fn settings_file(
    configuration: &Configuration,
    variables: Variables<'_>,
    start: &Path,
) -> Result<Option<PathBuf>, Problem> {
    match configuration {
        Configuration::File(path) => return Ok(Some(path.clone())),
        Configuration::None => return Ok(None),
        Configuration::Find => {}
    }
    if let Some(path) = said(variables, CONFIG.variable) {
        return Ok(Some(path.into()));
    }
    let folder = |file: &Path| source::absolute(file).parent().map(Path::to_owned);
    let found = source::find_upward(start, settings::FILE_NAME);
    for name in settings::OTHER_NAMES {
        let other = source::find_upward(start, name);
        // One beside a file with the right name is somebody else's.
        let is_nearer = |other: &PathBuf| {
            found.as_ref().is_none_or(|found| {
                let (found, other) = (folder(found), folder(other));
                found != other && found.zip(other).is_some_and(|(found, other)| other.starts_with(found))
            })
        };
        if let Some(other) = other.filter(is_nearer) {
            let message = format!("settings are not read from a file called `{name}`");
            let help = format!(
                "Rename it to `{}`, or name it with `--config`; `--no-config` does without.",
                settings::FILE_NAME
            );
            return Err(Problem::of(ProblemKind::Settings, &other, message, help));
        }
    }
    Ok(found)
}

/// The directory from which settings are looked for.
fn start(paths: &[PathBuf]) -> &Path {
    let first = paths.iter().map(PathBuf::as_path).find(|path| path.as_os_str() != "-");
    first.unwrap_or(Path::new(""))
}

/// The file with what is known, and who says so.
fn known(
    findings: &FindingOptions,
    settings: &Settings,
    has_file: bool,
    variables: Variables<'_>,
    start: &Path,
) -> (Option<PathBuf>, Origin) {
    match &findings.known {
        KnownFindings::File(file) => return (Some(file.clone()), Origin::Option(BASELINE.option)),
        KnownFindings::None => return (None, Origin::Option("--no-baseline")),
        KnownFindings::Find => {}
    }
    if let Some(file) = said(variables, BASELINE.variable) {
        return (Some(file.into()), Origin::Variable(BASELINE.variable));
    }
    if let Some(written) = &settings.baseline {
        return (Some(settings.root.join(&written.text)), Origin::File(written.span));
    }
    // Beside the settings, wherever these lie; else above what is scanned.
    let beside = Some(settings.root.join(baseline::FILE_NAME)).filter(|path| has_file && path.is_file());
    match beside
        .map(|path| source::shortest(&path))
        .or_else(|| source::find_upward(start, baseline::FILE_NAME))
    {
        Some(file) => (Some(file), Origin::Found),
        None => (None, Origin::Default),
    }
}

/// Has the rules asked that options and variables name. Says what named them, besides the settings.
fn choose_rules(findings: &FindingOptions, variables: Variables<'_>, settings: &mut Settings) -> Origin {
    let written = |names: &[String]| -> Vec<Written> {
        names.iter().cloned().map(|text| Written { text, span: None }).collect()
    };
    let listed = |name: &'static str| -> Vec<String> {
        let text = said(variables, name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    };
    let choose = |option: &[String], named: &Named| {
        if option.is_empty() {
            let names = listed(named.variable);
            (!names.is_empty()).then_some((names, Origin::Variable(named.variable)))
        } else {
            Some((option.to_vec(), Origin::Option(named.option)))
        }
    };
    let mut origin = settings.entry("rules").map_or(Origin::Default, |span| Origin::File(Some(span)));
    if let Some((names, from)) = choose(&findings.select, &SELECT) {
        // Whoever names a rule now wants it, whatever was said before.
        settings.rules.ignore.retain(|ignored| !names.contains(&ignored.text));
        settings.rules.select = written(&names);
        origin = from;
    }
    if let Some((names, from)) = choose(&findings.ignore, &IGNORE) {
        settings.rules.ignore.extend(written(&names));
        origin = from;
    }
    origin
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
