//! The arguments of `fedlint rules`.

use clap::{Args, ValueEnum};

use super::settings::SettingsOptions;

/// List all rules, and what the settings make of them
///
/// By group, with the severities that a finding of each can have. Rules of your own that the settings name are among
/// them. Rules that are not asked are listed too, and said to be so.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_long_help = EXIT_CODES)]
pub struct RulesOptions {
    /// List only these rules and groups [default: all]
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,

    /// List only rules that are asked, with these settings
    #[arg(long)]
    pub(crate) asked: bool,

    /// How to write them
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = RulesFormat::Text)]
    pub(crate) format: RulesFormat,

    #[command(flatten)]
    pub(crate) settings: SettingsOptions,
}

/// The formats of lists of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// For people
    Text,
    /// For programs; documented and versioned
    Json,
    /// Tables, for documents
    Markdown,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  2  there is no such rule or group, or the settings are not understood";
