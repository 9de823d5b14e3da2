//! Options as they are typed, by subcommand. The texts here are the documentation that users see.

mod baseline;
mod collect;
mod completions;
mod config;
mod explain;
mod findings;
mod graph;
mod init;
mod new;
mod paths;
mod rules;
mod scan;
mod schema;
mod settings;
mod sources;
mod test;

use clap::{Parser, Subcommand, ValueEnum};

use self::baseline::BaselineArguments;
use self::collect::CollectArguments;
use self::config::ConfigArguments;
use self::graph::GraphArguments;
use self::paths::PathsArguments;
use self::scan::ScanArguments;
use super::Options;

pub use self::completions::CompletionsOptions;
pub use self::explain::ExplainOptions;
pub use self::graph::GraphFormat;
pub use self::init::InitOptions;
pub(crate) use self::new::New;
pub use self::new::{NewOptions, NewRuleOptions};
pub use self::paths::PathsFormat;
pub use self::rules::{RulesFormat, RulesOptions};
pub use self::scan::{OutputFile, OutputFormat};
pub use self::schema::{SchemaOf, SchemaOptions};
pub use self::settings::SettingsOptions;
pub use self::test::TestOptions;

/// Find out who can get into your AWS accounts from outside
///
/// fedlint reads the configuration of identity federation in AWS (SAML and OIDC providers, role trust
/// policies, Cognito user and identity pools, IAM Identity Center) and reports trust that can never work,
/// trust that lets in others, and what guests can do. Scans need no network and no credentials.
#[derive(Debug, Parser)]
#[command(name = "fedlint", version, disable_help_subcommand = true, max_term_width = 100)]
// None of the options here goes with a subcommand.
#[command(override_usage = "fedlint <COMMAND>")]
pub(super) struct Arguments {
    /// With `--version`, print also which data is built in
    #[arg(long, display_order = 1000)]
    pub(super) verbose: bool,

    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Scan(Box<ScanArguments>),
    Paths(Box<PathsArguments>),
    Graph(Box<GraphArguments>),
    Collect(Box<CollectArguments>),
    Baseline(BaselineArguments),
    Config(Box<ConfigArguments>),
    Explain(ExplainOptions),
    Rules(RulesOptions),
    Test(TestOptions),
    New(NewOptions),
    Init(InitOptions),
    Schema(SchemaOptions),
    Completions(CompletionsOptions),
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// If the output is a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Command {
    /// What is to be done.
    pub(super) fn resolve(self) -> Options {
        match self {
            Self::Scan(scan) => Options::Scan(scan.resolve()),
            Self::Paths(paths) => Options::Paths(paths.resolve()),
            Self::Graph(graph) => Options::Graph(graph.resolve()),
            Self::Collect(collect) => Options::Collect(collect.resolve()),
            Self::Baseline(baseline) => Options::Baseline(baseline.resolve()),
            Self::Config(config) => Options::Config(config.resolve()),
            Self::Explain(options) => Options::Explain(options),
            Self::Rules(options) => Options::Rules(options),
            Self::Test(options) => Options::Test(options),
            Self::New(options) => Options::New(options),
            Self::Init(options) => Options::Init(options),
            Self::Schema(options) => Options::Schema(options),
            Self::Completions(options) => Options::Completions(options),
        }
    }
}
