//! The arguments of `fedlint config`.

use clap::Args;

use super::findings::FindingArguments;
use super::sources::SourceArguments;
use crate::cli::ConfigOptions;

/// Print the settings that a scan would use, and where each is from
///
/// Options win over variables, variables over the settings file, and that over what is built in. What is printed is a valid
/// settings file.
#[derive(Args, Debug)]
pub(in crate::cli) struct ConfigArguments {
    #[command(flatten)]
    findings: FindingArguments,

    #[command(flatten)]
    sources: SourceArguments,
}

impl ConfigArguments {
    /// The options as they are meant.
    pub(in crate::cli) fn resolve(self) -> ConfigOptions {
        ConfigOptions { findings: self.findings.resolve(), sources: self.sources.resolve() }
    }
}
