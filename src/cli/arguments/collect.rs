//! The arguments of `fedlint collect`.

use std::path::PathBuf;

use clap::Args;

use super::ColorChoice;
use crate::cli::{CollectOptions, CollectPrint};

/// Copy what live accounts answer into a folder, for a scan
///
/// Runs the AWS CLI that is installed, with its own credentials, and only to read. Each answer becomes a file
/// in the folder, without secrets; what may not be read is noted there as not seen. A run that was interrupted goes on
/// where it was. Afterwards: `fedlint scan fedlint-dump`. fedlint itself opens no connection.
#[derive(Args, Debug)]
#[command(after_long_help = EXIT_CODES)]
pub(in crate::cli) struct CollectArguments {
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
    /// `auto` uses them if the output is a terminal, or FORCE_COLOR is set, and NO_COLOR is not.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done, also if some answers were not to be had
  2  nothing could be collected: wrong usage, no AWS CLI, no credentials";

impl CollectArguments {
    /// The options as they are meant.
    pub(in crate::cli) fn resolve(self) -> CollectOptions {
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
