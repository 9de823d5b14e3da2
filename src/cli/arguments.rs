//! Options as they are typed. The texts here are the documentation that users see.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::{
    CollectOptions, CollectPrint, Configuration, FailOn, GraphOptions, PathsOptions, ScanOptions,
    SourceOptions,
};
use crate::facts::Framing;
use crate::scan::{POPULATIONS, PRIVILEGES};
use crate::settings::read_date;

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
}

/// Scan templates and live accounts and report what is wrong
///
/// Reads CloudFormation in YAML and JSON, with SAM, nested stacks and the output of the AWS CDK; and what live accounts
/// answer to the AWS CLI, as `fedlint collect` keeps it or anybody else, with items of AWS Config. References are followed across all files of one scan, so that scanning a whole repository at once sees most.
#[derive(Args, Debug)]
#[command(after_long_help = EXIT_CODES)]
pub(super) struct ScanArguments {
    /// How to write the report
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = OutputFormat::Human)]
    format: OutputFormat,

    /// Fail on findings of this severity and worse [default: low]
    #[arg(long, value_name = "SEVERITY", value_parser = PossibleValuesParser::new(FailOn::NAMES))]
    fail_on: Option<String>,

    #[command(flatten)]
    sources: SourceArguments,
}

/// Show who gets which role, and how
///
/// Follows every way in from outside, through providers, user pools, identity pools, their role mappings and
/// groups, over roles that may assume one another, to what the role at the end allows. Shows one way for each
/// population and role: the shortest of those that are proved, or else of those that are possible.
#[derive(Args, Debug)]
#[command(after_long_help = PATHS_EXIT_CODES)]
pub(super) struct PathsArguments {
    /// Show ways of this population only [default: all outside the own account]
    ///
    /// May be repeated.
    #[arg(long, value_name = "POPULATION", value_parser = PossibleValuesParser::new(POPULATIONS))]
    from: Vec<String>,

    /// Show ways to roles that are worth this or more
    #[arg(long, value_name = "PRIVILEGE", value_parser = PossibleValuesParser::new(PRIVILEGES))]
    to: Option<String>,

    /// How to write them
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = PathsFormat::Text)]
    format: PathsFormat,

    #[command(flatten)]
    sources: SourceArguments,
}

/// Draw who gets in, through what, and to which privileges
///
/// Writes the trust graph for Graphviz or Mermaid: people and workloads outside at the left, what they can do at
/// the right. What is equal is drawn once, so that the picture stays small enough to read. For example:
/// `fedlint graph infra | dot -Tsvg > trust.svg`.
#[derive(Args, Debug)]
#[command(after_long_help = PATHS_EXIT_CODES)]
pub(super) struct GraphArguments {
    /// How to write it
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = GraphFormat::Dot)]
    format: GraphFormat,

    /// Draw what is around this: a logical id, a name or an ARN
    ///
    /// Who gets it over two steps, AWS services and the own account among them, and what it leads to over two
    /// steps, unless `--depth` says otherwise.
    #[arg(long, value_name = "ENTITY")]
    around: Option<String>,

    /// Draw ways of this population only [default: all outside, and users of Identity Center]
    ///
    /// May be repeated.
    #[arg(long, value_name = "POPULATION", value_parser = PossibleValuesParser::new(POPULATIONS))]
    from: Vec<String>,

    /// Draw only what leads to roles that are worth this or more
    #[arg(long, value_name = "PRIVILEGE", value_parser = PossibleValuesParser::new(PRIVILEGES))]
    to: Option<String>,

    /// Draw only what is so many steps away or less
    #[arg(long, value_name = "N")]
    depth: Option<usize>,

    /// Give everything a node of its own
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    sources: SourceArguments,
}

/// Copy what live accounts answer into a folder, for a scan
///
/// Runs the AWS CLI that is installed, with its own credentials, and only to read. Each answer becomes a file
/// in the folder, without secrets; what may not be read is noted there as not seen. A run that was interrupted goes on
/// where it was. Afterwards: `fedlint scan fedlint-dump`. fedlint itself opens no connection.
#[derive(Args, Debug)]
#[command(after_long_help = COLLECT_EXIT_CODES)]
pub(super) struct CollectArguments {
    /// The folder for the answers
    #[arg(long, short, value_name = "DIR", default_value = "fedlint-dump")]
    output: PathBuf,

    /// Collect all active accounts of the organisation
    ///
    /// For the credentials of its management account, or of a delegated administrator. In each other account
    /// the role `--role-name` is assumed.
    #[arg(long)]
    organization: bool,

    /// The role to assume in other accounts
    #[arg(long, value_name = "NAME", default_value = "OrganizationAccountAccessRole", value_parser = read_role_name)]
    role_name: String,

    /// Collect only this account
    ///
    /// May be repeated. In an account that is not that of the credentials the role `--role-name` is assumed.
    #[arg(long = "account", value_name = "ID", value_parser = read_account)]
    accounts: Vec<String>,

    /// Ask only in this region [default: all that an account has enabled]
    ///
    /// May be repeated. Services without regions are asked anyway.
    #[arg(long = "region", value_name = "REGION", value_parser = read_region)]
    regions: Vec<String>,

    /// A profile of the AWS CLI
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// Ask at this address instead of AWS
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,

    /// How many calls to make at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,

    /// Ask again also for what is there already
    #[arg(long)]
    refresh: bool,

    /// Print the IAM policy that it needs, as JSON, and ask nothing
    #[arg(long, conflicts_with = "calls")]
    policy: bool,

    /// Print the calls that it makes, one a line, and ask nothing
    #[arg(long)]
    calls: bool,

    /// When to use colours
    ///
    /// `auto` uses them if the output is a terminal and the variable NO_COLOR is not set.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
}

/// What to read, and how.
#[derive(Args, Debug)]
struct SourceArguments {
    /// Files, directories or patterns; `-` for standard input
    ///
    /// Directories are searched for `.json`, `.yaml`, `.yml` and `.template`. What `.gitignore` and `.ignore`
    /// leave out is skipped, and so are hidden files and `node_modules`; in the output of the AWS CDK
    /// (`cdk.out`), once it is named, nothing is. Files that are named are always read. Patterns know `*`,
    /// `?`, `**`, `[...]` and `{a,b}`; quote them to keep the shell from expanding them.
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,

    /// Look up in this dump what templates refer to
    ///
    /// A dump of accounts as `fedlint collect` makes it. Roles, providers, pools and exports that exist there are known;
    /// nothing is reported of them. Templates of which nothing else says the account are taken to be deployed into the
    /// account of the dump, if it is one. May be repeated.
    #[arg(long, value_name = "DUMP")]
    with: Vec<PathBuf>,

    /// Read values of template parameters from a file
    ///
    /// Takes the forms of the AWS CLI (`[{"ParameterKey": ..., "ParameterValue": ...}]`), of CodePipeline
    /// (`{"Parameters": {...}}`) and plain `{"Name": "value"}`, in JSON or YAML. Without a value, every value
    /// that the template allows is considered. May be repeated; later files win.
    #[arg(long, short, value_name = "FILE")]
    parameters: Vec<PathBuf>,

    /// Read settings from this file
    ///
    /// Without it, the nearest `fedlint.yaml` in the directory of the first path or above is read, up to the
    /// root of the repository.
    #[arg(long, short, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,

    /// Read no settings
    #[arg(long)]
    no_config: bool,

    /// Leave files out of searches
    ///
    /// A pattern in the syntax of `.gitignore`, relative to the working directory. May be repeated. Files that
    /// are named themselves are read all the same.
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,

    /// Take this date for today's [example: 2026-11-25]
    ///
    /// Some findings depend on the date, for example expired certificates. A fixed date makes reports
    /// repeatable.
    #[arg(long, value_name = "DATE", value_parser = read_date)]
    today: Option<Date>,

    /// When to use colours
    ///
    /// `auto` uses them if the output is a terminal and the variable NO_COLOR is not set.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorChoice::Auto)]
    color: ColorChoice,

    /// How many threads to use; 0 is one for each processor
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1024))]
    threads: u16,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  no finding reaches the threshold of `--fail-on`
  1  there are such findings
  2  something could not be done: wrong usage, a named file that cannot be
     opened, a template that cannot be parsed
  3  a directory, a pattern or standard input holds nothing to check";

const PATHS_EXIT_CODES: &str = "\
Exit codes:
  0  done, whether there are ways or not
  2  something could not be done: wrong usage, a named file that cannot be
     opened, a template that cannot be parsed
  3  a directory, a pattern or standard input holds nothing to check";

const COLLECT_EXIT_CODES: &str = "\
Exit codes:
  0  done, also if some answers were not to be had
  2  nothing could be collected: wrong usage, no AWS CLI, no credentials";

/// The formats of ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PathsFormat {
    /// For people
    Text,
    /// For programs; documented and versioned
    Json,
}

/// The formats of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// For Graphviz
    Dot,
    /// For Mermaid, as in Markdown on GitHub and GitLab
    Mermaid,
    /// For programs; documented and versioned
    Json,
}

/// The formats of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people, with excerpts
    Human,
    /// For programs; documented and versioned
    Json,
    /// For code scanning services: SARIF 2.1.0
    Sarif,
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

impl ScanArguments {
    /// The options as they are meant.
    pub(super) fn resolve(self) -> ScanOptions {
        ScanOptions {
            sources: self.sources.resolve(),
            format: self.format,
            fail_on: self.fail_on.as_deref().and_then(FailOn::from_name),
        }
    }
}

impl PathsArguments {
    /// The options as they are meant.
    pub(super) fn resolve(self) -> PathsOptions {
        PathsOptions { sources: self.sources.resolve(), format: self.format, from: self.from, to: self.to }
    }
}

impl GraphArguments {
    /// The options as they are meant.
    pub(super) fn resolve(self) -> GraphOptions {
        let framing =
            Framing { from: self.from, to: self.to, around: self.around, depth: self.depth, every: self.all };
        GraphOptions { sources: self.sources.resolve(), format: self.format, framing }
    }
}

impl CollectArguments {
    /// The options as they are meant.
    pub(super) fn resolve(self) -> CollectOptions {
        let print = match (self.policy, self.calls) {
            (true, _) => Some(CollectPrint::Policy),
            (false, true) => Some(CollectPrint::Calls),
            (false, false) => None,
        };
        CollectOptions {
            output: self.output,
            organization: self.organization,
            role_name: self.role_name,
            accounts: self.accounts,
            regions: self.regions,
            profile: self.profile,
            endpoint_url: self.endpoint_url,
            jobs: usize::from(self.jobs),
            refresh: self.refresh,
            print,
            color: self.color,
        }
    }
}

fn read_account(text: &str) -> Result<String, String> {
    let digits = text.replace('-', "");
    if digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err("an account has twelve digits".to_owned())
    }
}

fn read_region(text: &str) -> Result<String, String> {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.len() <= 40
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(known)
    {
        Ok(text.to_owned())
    } else {
        Err("a region is called like `eu-west-1`".to_owned())
    }
}

fn read_role_name(text: &str) -> Result<String, String> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&byte);
    if (1..=512).contains(&text.len()) && text.bytes().all(known) {
        Ok(text.trim_start_matches('/').to_owned())
    } else {
        Err("write the name of the role, with its path if it has one, not its ARN".to_owned())
    }
}

impl SourceArguments {
    fn resolve(self) -> SourceOptions {
        let configuration = match (self.config, self.no_config) {
            (Some(file), _) => Configuration::File(file),
            (None, true) => Configuration::None,
            (None, false) => Configuration::Find,
        };
        SourceOptions {
            paths: self.paths,
            with: self.with,
            parameters: self.parameters,
            configuration,
            exclude: self.exclude,
            today: self.today,
            color: self.color,
            threads: usize::from(self.threads),
        }
    }
}
