//! The arguments that say what is to be read, and how.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::ColorChoice;
use crate::cli::{Configuration, SourceOptions};
use crate::settings::read_date;

/// What to read, and how.
#[derive(Args, Debug)]
pub(super) struct SourceArguments {
    /// Files, directories or patterns; `-` for standard input
    ///
    /// Directories are searched for `.json`, `.yaml`, `.yml` and `.template`. What `.gitignore` and `.ignore`
    /// leave out is skipped, and so are hidden files and `node_modules`; in the output of the AWS CDK
    /// (`cdk.out`), once it is named, nothing is. Files that are named are always read. Patterns know `*`,
    /// `?`, `**`, `[...]` and `{a,b}`; quote them to keep the shell from expanding them.
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,

    /// Look up in this dump what templates refer to
    ///
    /// A dump of accounts as `fedlint collect` makes it. Roles, providers, pools and exports that exist there are known;
    /// nothing is reported of them. Templates of which nothing else says the account are taken to be deployed into the
    /// account of the dump, if it is one. May be repeated.
    #[arg(long, value_name = "DUMP")]
    with: Vec<PathBuf>,

    /// Read values of template parameters from a file
    ///
    /// Takes the forms of the AWS CLI (`[{"ParameterKey": ..., "ParameterValue": ...}]`), of CodePipeline
    /// (`{"Parameters": {...}}`) and plain `{"Name": "value"}`, in JSON or YAML. Without a value, every value
    /// that the template allows is considered. May be repeated; later files win.
    #[arg(long, short, value_name = "FILE")]
    parameters: Vec<PathBuf>,

    /// Read settings from this file
    ///
    /// Without it, the nearest `fedlint.yaml` in the directory of the first path or above is read, up to the
    /// root of the repository.
    #[arg(long, short, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,

    /// Read no settings
    #[arg(long)]
    no_config: bool,

    /// Leave files out of searches
    ///
    /// A pattern in the syntax of `.gitignore`, relative to the working directory. May be repeated. Files that
    /// are named themselves are read all the same.
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,

    /// Take this date for today's [example: 2026-11-25]
    ///
    /// Some findings depend on the date, for example expired certificates. A fixed date makes reports
    /// repeatable.
    #[arg(long, value_name = "DATE", value_parser = read_date)]
    today: Option<Date>,

    /// When to use colours
    ///
    /// `auto` uses them if the output is a terminal, or FORCE_COLOR is set, and NO_COLOR is not.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorChoice::Auto)]
    color: ColorChoice,

    /// How many threads to use; 0 is one for each processor
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1024))]
    threads: u16,
}

/// How what only reads and shows ends.
pub(super) const READING_EXIT_CODES: &str = "\
Exit codes:
  0  done, whether there are ways or not
  2  something could not be done: wrong usage, a named file that cannot be
     opened, a template that cannot be parsed
  3  a directory, a pattern or standard input holds nothing to check";

impl SourceArguments {
    /// The options as they are meant.
    pub(super) fn resolve(self) -> SourceOptions {
        let configuration = match (self.config, self.no_config) {
            (Some(file), _) => Configuration::File(file),
            (None, true) => Configuration::None,
            (None, false) => Configuration::Find,
        };
        SourceOptions {
            paths: self.paths,
            with: self.with,
            context: Vec::new(),
            parameters: self.parameters,
            configuration,
            exclude: self.exclude,
            today: self.today,
            color: self.color,
            threads: usize::from(self.threads),
        }
    }
}
