//! The arguments of `fedlint new`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::settings::SettingsOptions;

/// Write a file to begin with
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct NewOptions {
    #[command(subcommand)]
    pub(crate) what: New,
}

/// What can be begun.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub(crate) enum New {
    Rule(NewRuleOptions),
}

/// Write a rule of your own to begin with
///
/// The file has comments, an example that is reported and one that is not, and passes `fedlint test` as it is written.
/// A file that is there is left alone. docs/writing-rules.md says more.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct NewRuleOptions {
    /// The id: lower-case words with hyphens, such as `social-login-taken`
    ///
    /// Name what is wrong, so that "ignore ID" reads well.
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    /// The directory for the file [default: the first one that the settings name, or else `rules`]
    #[arg(long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) settings: SettingsOptions,
}
