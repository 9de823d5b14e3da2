//! The arguments of `fedlint baseline`.

use clap::{Args, Subcommand};

use super::findings::FindingArguments;
use super::sources::SourceArguments;
use crate::cli::{BaselineAction, BaselineOptions};

/// Take what is found now for known, so that only new findings fail
///
/// Keeps findings in `fedlint-baseline.json`, beside the settings or at the root of the repository. A finding is known by its
/// rule, what it is about and what causes it, wherever it stands; if it gets worse it is reported again.
#[derive(Args, Debug)]
pub(in crate::cli) struct BaselineArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write what is found, in place of all that is known
    Write(Box<What>),
    /// Add what is new, and take out what is gone
    ///
    /// What lies outside of the paths that are scanned is left as it is.
    Update(Box<What>),
    /// Take out what is gone, and add nothing
    ///
    /// What lies outside of the paths that are scanned is left as it is.
    Prune(Box<What>),
}

#[derive(Args, Debug)]
struct What {
    #[command(flatten)]
    findings: FindingArguments,

    #[command(flatten)]
    sources: SourceArguments,
}

impl BaselineArguments {
    /// The options as they are meant.
    pub(in crate::cli) fn resolve(self) -> BaselineOptions {
        let (action, what) = match self.action {
            Action::Write(what) => (BaselineAction::Write, what),
            Action::Update(what) => (BaselineAction::Update, what),
            Action::Prune(what) => (BaselineAction::Prune, what),
        };
        BaselineOptions { action, findings: what.findings.resolve(), sources: what.sources.resolve() }
    }
}
