//! The arguments of `fedlint test`.

use std::path::PathBuf;

use clap::Args;

use super::settings::SettingsOptions;

/// Run the examples of your own rules
///
/// Every rule file in the directories: a bad example must make exactly the findings of your rules that it lists under
/// `reports`, a good one none. Findings of built-in rules may be listed and need not be. docs/writing-rules.md says
/// what a rule file holds; `fedlint new rule ID` writes one to begin with.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_long_help = EXIT_CODES)]
pub struct TestOptions {
    /// Directories with rule files [default: those that the settings name]
    #[arg(value_name = "DIR")]
    pub(crate) directories: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) settings: SettingsOptions,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  every example is as it says
  1  some are not, or a rule has none
  2  a rule file or the settings are not understood
  3  there is no rule file";
