//! The arguments of `fedlint init`.

use std::path::PathBuf;

use clap::Args;

/// Set up a repository: settings, pre-commit, CI
///
/// Writes `fedlint.yaml` with comments, and prints what to add for pre-commit and for the CI systems that the
/// repository uses. Looks at names of files only, asks nothing, and leaves alone what is there.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct InitOptions {
    /// The root of the repository
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) directory: PathBuf,

    /// Write also the files for pre-commit and CI that are not there yet
    #[arg(long)]
    pub(crate) write: bool,
}
