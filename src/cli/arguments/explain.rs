//! The arguments of `fedlint explain`.

use clap::Args;

use super::settings::SettingsOptions;

/// Show what a rule finds, why it matters and what to do
///
/// The page of a rule: what it reports, how bad that is, what to write instead, its options and known limits, and an
/// example that is reported beside one that is not. Knows the rules of your own that the settings name, and shows
/// severities and options as the settings have them. The same pages are in docs/rules.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_long_help = EXIT_CODES)]
pub struct ExplainOptions {
    /// The id of the rule, as findings name it
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    /// Show all examples
    #[arg(long)]
    pub(crate) examples: bool,

    #[command(flatten)]
    pub(crate) settings: SettingsOptions,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  2  there is no such rule, or the settings are not understood";
