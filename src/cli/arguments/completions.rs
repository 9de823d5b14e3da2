//! The arguments of `fedlint completions`.

use clap::Args;
use clap_complete::Shell;

/// Print a script that completes commands and options in a shell
///
/// For example, in `~/.bashrc`: `source <(fedlint completions bash)`. For zsh, write it to a file `_fedlint` in a
/// directory of `$fpath`; for fish, to `~/.config/fish/completions/fedlint.fish`; for PowerShell, add the output to
/// `$PROFILE`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct CompletionsOptions {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub(crate) shell: Shell,
}
