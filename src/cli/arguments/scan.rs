//! The arguments of `fedlint scan`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::findings::FindingArguments;
use super::sources::SourceArguments;
use crate::cli::{Fixing, ScanOptions, SourceOptions, Verbosity};

/// Scan templates and live accounts and report what is wrong
///
/// Reads CloudFormation in YAML and JSON, with SAM, nested stacks and the output of the AWS CDK; and what live accounts
/// answer to the AWS CLI, as `fedlint collect` keeps it or anybody else, with items of AWS Config. References are followed across all files of one scan, so that scanning a whole repository at once sees most.
#[derive(Args, Debug)]
#[command(after_long_help = EXIT_CODES)]
pub(in crate::cli) struct ScanArguments {
    /// How to write the report
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = OutputFormat::Human)]
    format: OutputFormat,

    /// Write the report to a file as well, in any format
    ///
    /// For example `--output sarif=fedlint.sarif`. May be repeated. A file is there whole or not at all, and folders are made
    /// as needed; one that cannot be written is an error. `human` has 100 columns and no colours there.
    #[arg(long, short, value_name = "FORMAT=PATH", value_parser = read_output)]
    output: Vec<OutputFile>,

    /// Write a line for each finding, without excerpts
    ///
    /// `path:line:column: severity rule message`, and the summary. For reports for people only; there is no line about what is
    /// under way either.
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,

    /// Say what was left aside, too
    ///
    /// What was suppressed and why, what is part of other findings, which files held nothing to check, which settings file was
    /// read, and of when the built-in data is. For reports for people only.
    #[arg(long, short)]
    verbose: bool,

    /// Read these files too, and report only what touches those that are named
    ///
    /// For hooks, which name the files that changed: with `--context .`, what these refer to elsewhere is found. May be repeated.
    #[arg(long, value_name = "PATH")]
    context: Vec<PathBuf>,

    #[command(flatten)]
    findings: FindingArguments,

    /// Fix in the files what can be fixed safely
    ///
    /// Everything else in them stays as it is: comments, order, quotes and indentation. Each fix is scanned before it is
    /// written, and is not made if the finding would stay or another one would come up. The report is about what is left.
    #[arg(long, group = "fixing")]
    fix: bool,

    /// With `--fix` or `--diff`: make unsafe fixes too
    ///
    /// Somebody may use what they take away, or get in who is not meant to; docs/fixes.md says which they are.
    #[arg(long, requires = "fixing")]
    unsafe_fixes: bool,

    /// Print what `--fix` would change, and change nothing
    ///
    /// A unified diff in place of the report, for people and for `git apply`. Exit codes are those of a scan without it.
    #[arg(long, group = "fixing", conflicts_with_all = ["output", "format"])]
    diff: bool,

    #[command(flatten)]
    sources: SourceArguments,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  no finding reaches the threshold of `--fail-on`
  1  there are such findings
  2  something could not be done: wrong usage, a named file that cannot be
     opened, a template that cannot be parsed
  3  a directory, a pattern or standard input holds nothing to check";

/// The formats of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people, with excerpts
    Human,
    /// For programs; documented and versioned
    Json,
    /// For code scanning services: SARIF 2.1.0
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// Code Quality of GitLab
    Gitlab,
    /// Test results, for Jenkins and others
    Junit,
    /// A comment on a pull request, or the summary of a job
    Markdown,
}

/// A report that is written to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// The format.
    pub format: OutputFormat,
    /// The file.
    pub path: PathBuf,
}

fn read_output(text: &str) -> Result<OutputFile, String> {
    let Some((name, path)) = text.split_once('=') else {
        return Err("write the format and the file, such as `json=report.json`".to_owned());
    };
    let format = OutputFormat::from_str(name, false).map_err(|_| {
        let known: Vec<String> = OutputFormat::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value)
            .map(|value| value.get_name().to_owned())
            .collect();
        format!("`{}` is no format; known are {}", name.escape_debug(), known.join(", "))
    })?;
    match path {
        "" => Err("there is no file behind the `=`".to_owned()),
        "-" => Err("what is written to standard output says `--format`".to_owned()),
        path => Ok(OutputFile { format, path: path.into() }),
    }
}

impl ScanArguments {
    /// The options as they are meant.
    pub(in crate::cli) fn resolve(self) -> ScanOptions {
        ScanOptions {
            sources: SourceOptions { context: self.context, ..self.sources.resolve() },
            findings: self.findings.resolve(),
            format: self.format,
            outputs: self.output,
            verbosity: match (self.quiet, self.verbose) {
                (true, _) => Verbosity::Quiet,
                (false, true) => Verbosity::Verbose,
                (false, false) => Verbosity::Usual,
            },
            fixing: match (self.fix, self.diff) {
                (true, _) => Fixing::Write,
                (false, true) => Fixing::Show,
                (false, false) => Fixing::Nothing,
            },
            unsafe_fixes: self.unsafe_fixes,
        }
    }
}
