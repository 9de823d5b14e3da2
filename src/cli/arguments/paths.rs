//! The arguments of `fedlint paths`.

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use super::sources::{READING_EXIT_CODES, SourceArguments};
use crate::cli::PathsOptions;
use crate::scan::{POPULATIONS, PRIVILEGES};

/// Show who gets which role, and how
///
/// Follows every way in from outside, through providers, user pools, identity pools, their role mappings and
/// groups, over roles that may assume one another, to what the role at the end allows. Shows one way for each
/// population and role: the shortest of those that are proved, or else of those that are possible.
#[derive(Args, Debug)]
#[command(after_long_help = READING_EXIT_CODES)]
pub(in crate::cli) struct PathsArguments {
    /// Show ways of this population only [default: all outside the own account]
    ///
    /// May be repeated.
    #[arg(long, value_name = "POPULATION", value_parser = PossibleValuesParser::new(POPULATIONS))]
    from: Vec<String>,

    /// Show ways to roles that are worth this or more
    #[arg(long, value_name = "PRIVILEGE", value_parser = PossibleValuesParser::new(PRIVILEGES))]
    to: Option<String>,

    /// How to write them
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = PathsFormat::Text)]
    format: PathsFormat,

    #[command(flatten)]
    sources: SourceArguments,
}

/// The formats of ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PathsFormat {
    /// For people
    Text,
    /// For programs; documented and versioned
    Json,
}

impl PathsArguments {
    /// The options as they are meant.
    pub(in crate::cli) fn resolve(self) -> PathsOptions {
        PathsOptions { sources: self.sources.resolve(), format: self.format, from: self.from, to: self.to }
    }
}
