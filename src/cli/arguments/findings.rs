//! The arguments that say which findings are wanted.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::cli::{FailOn, FindingOptions, KnownFindings};
use crate::finding::Certainty;

/// Which findings are wanted.
#[derive(Args, Debug)]
pub(super) struct FindingArguments {
    /// Ask only these rules or groups of rules
    ///
    /// In place of `rules: select` in the settings. May be repeated, or separated by commas. [env: FEDLINT_SELECT]
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,

    /// Do not ask these rules or groups of rules
    ///
    /// Besides those of `rules: ignore` in the settings. May be repeated, or separated by commas. [env: FEDLINT_IGNORE]
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,

    /// Fail on findings of this severity and worse [default: low]
    ///
    /// [env: FEDLINT_FAIL_ON]
    #[arg(long, value_name = "SEVERITY", value_parser = PossibleValuesParser::new(FailOn::NAMES))]
    fail_on: Option<String>,

    /// Leave out what is less certain [default: possible]
    ///
    /// `proved` leaves out what depends on something that the files do not say. [env: FEDLINT_MIN_CERTAINTY]
    #[arg(long, value_name = "CERTAINTY", value_parser = PossibleValuesParser::new(["possible", "proved"]))]
    min_certainty: Option<String>,

    /// Take the findings in this file for known
    ///
    /// They are not shown and fail nothing. Without it, the nearest `fedlint-baseline.json` in the directory of the first path
    /// or above is read, up to the root of the repository. `fedlint baseline` makes it. [env: FEDLINT_BASELINE]
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    baseline: Option<PathBuf>,

    /// Take no findings for known
    #[arg(long)]
    no_baseline: bool,
}

impl FindingArguments {
    /// The options as they are meant.
    pub(super) fn resolve(self) -> FindingOptions {
        let known = match (self.baseline, self.no_baseline) {
            (Some(file), _) => KnownFindings::File(file),
            (None, true) => KnownFindings::None,
            (None, false) => KnownFindings::Find,
        };
        FindingOptions {
            select: self.select,
            ignore: self.ignore,
            fail_on: self.fail_on.as_deref().and_then(FailOn::from_name),
            min_certainty: self.min_certainty.as_deref().and_then(Certainty::from_name),
            known,
        }
    }
}
