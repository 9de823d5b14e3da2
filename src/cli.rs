//! The command line: options as they are typed become options as they are meant. Pure: reads and writes
//! nothing but what it is given.

mod arguments;
mod exit;

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};
use jiff::civil::Date;

use self::arguments::Arguments;
use crate::commands;
use crate::commands::log::Log;
use crate::facts::Framing;
use crate::finding::{Certainty, Severity};
use crate::report::{human, shown_text};
use crate::scan::bug;

pub(crate) use arguments::New;
pub use arguments::{
    ColorChoice, CompletionsOptions, ExplainOptions, GraphFormat, InitOptions, NewOptions, NewRuleOptions,
    OutputFile, OutputFormat, PathsFormat, RulesFormat, RulesOptions, SchemaOf, SchemaOptions,
    SettingsOptions, TestOptions,
};
pub use exit::ExitCode;

/// What the process around the command line is like.
pub struct Environment<'e> {
    /// Standard input.
    pub stdin: &'e mut dyn Read,
    /// Standard output.
    pub out: &'e mut dyn Write,
    /// Standard error.
    pub err: &'e mut (dyn Write + Send),
    /// True if standard output is a terminal that understands colours.
    pub colors: bool,
    /// The same for standard error.
    pub error_colors: bool,
    /// True if output may hold characters outside ASCII.
    pub unicode: bool,
    /// The width of the terminal in columns, if it is one.
    pub width: Option<usize>,
    /// Today's date.
    pub today: Date,
    /// True if standard error is a terminal, which has a line for what is under way.
    pub progress: bool,
    /// The variables of the process.
    pub variable: &'e dyn Fn(&str) -> Option<OsString>,
}

impl<'e> Environment<'e> {
    /// A process of which nothing is a terminal, and that has no variables.
    pub fn piped(
        stdin: &'e mut dyn Read,
        out: &'e mut dyn Write,
        err: &'e mut (dyn Write + Send),
        today: Date,
    ) -> Self {
        Self {
            stdin,
            out,
            err,
            colors: false,
            error_colors: false,
            unicode: true,
            width: None,
            today,
            progress: false,
            variable: &|_| None,
        }
    }

    /// The terminal, with colours as they are wanted.
    pub(crate) fn terminal(&self, color: ColorChoice) -> human::Options {
        let color = match color {
            ColorChoice::Auto => self.colors,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        human::Options { width: self.width.unwrap_or(80), color, unicode: self.unicode }
    }

    /// The same for standard error.
    pub(crate) fn error_terminal(&self, color: ColorChoice) -> human::Options {
        let color = if color == ColorChoice::Auto { self.error_colors } else { color == ColorChoice::Always };
        human::Options { color, ..self.terminal(ColorChoice::Never) }
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Options {
    /// Scan.
    Scan(ScanOptions),
    /// Show who gets which role.
    Paths(PathsOptions),
    /// Draw the trust graph.
    Graph(GraphOptions),
    /// Copy what live accounts answer.
    Collect(CollectOptions),
    /// Take findings for known.
    Baseline(BaselineOptions),
    /// Print the settings.
    Config(ConfigOptions),
    /// Show the page of a rule.
    Explain(ExplainOptions),
    /// List the rules.
    Rules(RulesOptions),
    /// Run the examples of rules.
    Test(TestOptions),
    /// Write a file to begin with.
    New(NewOptions),
    /// Set up a repository.
    Init(InitOptions),
    /// Print a JSON Schema.
    Schema(SchemaOptions),
    /// Print a script for a shell.
    Completions(CompletionsOptions),
    /// Print the version, and where the data that is built in is from.
    Version,
}

/// A scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanOptions {
    /// What is to be scanned.
    pub sources: SourceOptions,
    /// Which findings are wanted.
    pub findings: FindingOptions,
    /// The output format.
    pub format: OutputFormat,
    /// Files that the report is written to as well.
    pub outputs: Vec<OutputFile>,
    /// How much a report for people says.
    pub verbosity: Verbosity,
    /// What is to be done about findings that can be fixed.
    pub fixing: Fixing,
    /// True to make fixes too after which something may fail.
    pub unsafe_fixes: bool,
}

/// How much a report for people says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// A line for each finding.
    Quiet,
    /// Findings with excerpts.
    #[default]
    Usual,
    /// Also what is left aside otherwise.
    Verbose,
}

/// What is to be done about findings that can be fixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fixing {
    /// They are reported.
    #[default]
    Nothing,
    /// The files are fixed.
    Write,
    /// What would change in the files is shown.
    Show,
}

/// Which findings are wanted. What is not said, variables, the settings, or what is built in say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingOptions {
    /// The rules and groups to ask.
    pub select: Vec<String>,
    /// The rules and groups not to ask.
    pub ignore: Vec<String>,
    /// What fails the scan.
    pub fail_on: Option<FailOn>,
    /// How certain they have to be.
    pub min_certainty: Option<Certainty>,
    /// Which are known.
    pub known: KnownFindings,
}

/// Where it stands what is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KnownFindings {
    /// In the file that the settings name, or else in the nearest one above the first path.
    #[default]
    Find,
    /// In this file.
    File(PathBuf),
    /// Nowhere.
    None,
}

/// A change to what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineOptions {
    /// What to do.
    pub action: BaselineAction,
    /// Which findings are wanted.
    pub findings: FindingOptions,
    /// What is to be scanned.
    pub sources: SourceOptions,
}

/// What to do with what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaselineAction {
    /// Replace it by what is found.
    Write,
    /// Add what is new, take out what is gone.
    Update,
    /// Take out what is gone.
    Prune,
}

/// The settings that a scan would use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigOptions {
    /// Which findings are wanted.
    pub findings: FindingOptions,
    /// What would be scanned.
    pub sources: SourceOptions,
}

/// A search for ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathsOptions {
    /// What is to be looked at.
    pub sources: SourceOptions,
    /// The output format.
    pub format: PathsFormat,
    /// Names of populations; none for all those outside.
    pub from: Vec<String>,
    /// The name of what the role at the end has to be worth.
    pub to: Option<String>,
}

/// A picture of the trust graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphOptions {
    /// What is to be looked at.
    pub sources: SourceOptions,
    /// The output format.
    pub format: GraphFormat,
    /// Which part of the graph, and how closely.
    pub framing: Framing,
}

/// What is to be collected of live accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectOptions {
    /// The folder for the answers.
    pub output: PathBuf,
    /// True for all accounts of the organisation.
    pub organization: bool,
    /// The role to assume in other accounts.
    pub role_name: String,
    /// Only these accounts.
    pub accounts: Vec<String>,
    /// Only these regions.
    pub regions: Vec<String>,
    /// A profile of the AWS CLI.
    pub profile: Option<String>,
    /// Another address than AWS's.
    pub endpoint_url: Option<String>,
    /// How many calls to make at the same time.
    pub jobs: usize,
    /// True to ask again for what is there.
    pub refresh: bool,
    /// What to print instead of asking.
    pub print: Option<CollectPrint>,
    /// Colours in messages.
    pub color: ColorChoice,
}

/// What `collect` can say about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectPrint {
    /// The policy that it needs.
    Policy,
    /// The calls that it makes.
    Calls,
}

/// What is to be read, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceOptions {
    /// Files, directories, patterns, `-`. Never empty.
    pub paths: Vec<PathBuf>,
    /// Dumps in which references are looked up.
    pub with: Vec<PathBuf>,
    /// What is read beside, without being reported about.
    pub context: Vec<PathBuf>,
    /// Files with parameter values; later ones win.
    pub parameters: Vec<PathBuf>,
    /// Where the settings are.
    pub configuration: Configuration,
    /// Patterns of files to leave out, relative to the working directory.
    pub exclude: Vec<String>,
    /// Today's date, if it is not to be that of the clock.
    pub today: Option<Date>,
    /// Colours in the output.
    pub color: ColorChoice,
    /// How many threads to use; 0 is one for each processor.
    pub threads: usize,
}

/// Where the settings are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Configuration {
    /// In the nearest settings file above the first path.
    Find,
    /// In this file.
    File(PathBuf),
    /// Nowhere.
    None,
}

/// What fails a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// A finding of this severity, or a worse one.
    Severity(Severity),
    /// No finding.
    Never,
}

impl FailOn {
    /// The names on the command line and in the settings.
    pub const NAMES: [&'static str; 6] = ["info", "low", "medium", "high", "critical", "never"];

    /// Reads one of [`Self::NAMES`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "never" {
            return Some(Self::Never);
        }
        Severity::ALL.into_iter().find(|severity| severity.name() == name).map(Self::Severity)
    }

    /// The mildest severity that fails the scan; none if nothing does.
    #[must_use]
    pub const fn least(self) -> Option<Severity> {
        match self {
            Self::Severity(least) => Some(least),
            Self::Never => None,
        }
    }

    /// True if a finding of `severity` fails the scan.
    #[must_use]
    pub fn fails(self, severity: Severity) -> bool {
        matches!(self, Self::Severity(least) if severity >= least)
    }
}

impl Default for FailOn {
    /// All but what is merely worth knowing.
    fn default() -> Self {
        Self::Severity(Severity::Low)
    }
}

/// Runs the command line with `arguments`, the first of which is the name of the program.
pub fn run<I>(arguments: I, environment: Environment<'_>) -> ExitCode
where
    I: IntoIterator,
    I::Item: Into<OsString> + Clone,
{
    let mut err = Log::new(environment.err, environment.variable);
    let mut environment = Environment {
        stdin: environment.stdin,
        out: environment.out,
        err: &mut err,
        colors: environment.colors,
        error_colors: environment.error_colors,
        unicode: environment.unicode,
        width: environment.width,
        today: environment.today,
        progress: environment.progress,
        variable: environment.variable,
    };
    let done = bug::caught(|| carry_out(parse(arguments, environment.width), &mut environment));
    match done {
        Ok(Ok(code)) => code,
        // Whoever reads the output has seen enough.
        Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::Clean,
        Ok(Err(error)) => {
            // If standard error cannot be written either, the exit code has to do.
            let _ = writeln!(environment.err, "error: the output cannot be written: {error}");
            ExitCode::Failed
        }
        Err(reason) => {
            let reason = shown_text(&reason);
            let _ =
                writeln!(environment.err, "error: fedlint has a bug: it failed: {reason}\n{}", bug::help());
            ExitCode::Failed
        }
    }
}

/// Does what was asked for.
fn carry_out(asked: Result<Options, clap::Error>, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    match asked {
        Ok(Options::Scan(options)) => commands::scan::run(options, environment),
        Ok(Options::Paths(options)) => commands::paths::run(options, environment),
        Ok(Options::Graph(options)) => commands::graph::run(options, environment),
        Ok(Options::Collect(options)) => commands::collect::run(options, environment),
        Ok(Options::Baseline(options)) => commands::baseline::run(options, environment),
        Ok(Options::Config(options)) => commands::config::run(options, environment),
        Ok(Options::Explain(options)) => commands::explain::run(&options, environment),
        Ok(Options::Rules(options)) => commands::rules::run(&options, environment),
        Ok(Options::Test(options)) => commands::test::run(&options, environment),
        Ok(Options::New(options)) => commands::new::run(&options, environment),
        Ok(Options::Init(options)) => commands::init::run(&options, environment),
        Ok(Options::Schema(options)) => commands::schema::run(&options, environment),
        Ok(Options::Completions(options)) => write_completions(&options, environment),
        Ok(Options::Version) => commands::version::run(environment),
        Err(error) => show(&error, environment),
    }
}

/// Reads `arguments`, the first of which is the name of the program.
///
/// # Errors
///
/// What is wrong with them; also requests for help and for the version, as clap has it.
pub fn parse<I>(arguments: I, width: Option<usize>) -> Result<Options, clap::Error>
where
    I: IntoIterator,
    I::Item: Into<OsString> + Clone,
{
    let mut command = Arguments::command().term_width(width.unwrap_or(80).clamp(40, 100));
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let matches = match command.try_get_matches_from_mut(&arguments) {
        // clap stops at `--version`, and reads nothing behind it.
        Err(error)
            if error.kind() == ErrorKind::DisplayVersion
                && arguments.iter().any(|one| one == "--verbose") =>
        {
            return Ok(Options::Version);
        }
        matches => matches?,
    };
    let arguments = Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    if arguments.verbose {
        let message = "the argument '--verbose' goes with '--version'";
        return Err(command.error(ErrorKind::ArgumentConflict, message));
    }
    Ok(arguments.command.resolve())
}

/// Writes the script that completes the command line in a shell.
fn write_completions(
    options: &CompletionsOptions,
    environment: &mut Environment<'_>,
) -> io::Result<ExitCode> {
    // Collected first: the generator panics where a stream fails.
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "fedlint", &mut script);
    environment.out.write_all(&script)?;
    environment.out.flush()?;
    Ok(ExitCode::Clean)
}

/// Shows clap's message: help and version are what was asked for, all else is an error.
fn show(error: &clap::Error, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let (stream, colors): (&mut dyn Write, bool) = if asked {
        (environment.out, environment.colors)
    } else {
        (environment.err, environment.error_colors)
    };
    let text = error.render();
    if colors {
        write!(stream, "{}", text.ansi())?
    } else {
        write!(stream, "{text}")?
    }
    stream.flush()?;
    Ok(if asked { ExitCode::Clean } else { ExitCode::Failed })
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
