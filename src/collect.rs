//! Live accounts as files: runs the AWS CLI that is installed, read-only, and keeps each answer as a file that a scan reads.
//!
//! fedlint itself opens no connection, and no code for that is linked. [`calls()`] is the one table of what is asked;
//! `docs/dumps.md` describes the folder that comes out.

mod access;
mod account;
mod calls;
mod client;
mod failure;
mod layout;
mod manifest;
mod mask;
mod policy;
mod task;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use self::access::Access;
use self::account::Account;
use self::client::{Client, Question};
use self::failure::{Failure, shorten};
use self::layout::Folder;

pub use calls::{After, Call, Scope, calls};
pub use layout::file_name;
pub use manifest::{Identity, Manifest, NotSeen, Why};
pub use mask::REMOVED;
pub use policy::{listing, policy};

/// The region that is asked about what has no region, where none is configured.
const FALLBACK_REGION: &str = "us-east-1";

/// What is to be collected, and how.
pub struct Request<'r> {
    /// The folder for the answers.
    pub output: PathBuf,
    /// True for all accounts of the organisation.
    pub organization: bool,
    /// Only these accounts; none for the one of the credentials, and the organisation if that is asked for.
    pub accounts: Vec<String>,
    /// The role that is assumed in other accounts.
    pub role_name: String,
    /// Only these regions; none for all that the account has enabled.
    pub regions: Vec<String>,
    /// A profile of the AWS CLI.
    pub profile: Option<String>,
    /// Another address than AWS's.
    pub endpoint_url: Option<String>,
    /// How many calls are made at the same time.
    pub jobs: usize,
    /// True to ask again for what is there already.
    pub refresh: bool,
    /// The AWS CLI.
    pub program: OsString,
    /// The region that the environment says.
    pub region: Option<String>,
    /// Variables for the AWS CLI besides those of this process.
    pub variables: Vec<(&'static str, &'static str)>,
    /// When this is.
    pub now: Timestamp,
    /// Waits before another try.
    pub pause: &'r (dyn Fn(Duration) + Sync),
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'p> {
    /// The account.
    pub account: &'p str,
    /// Which one it is, from 1, and of how many.
    pub number: (usize, usize),
    /// Answers of this account that are there.
    pub answers: usize,
    /// Calls of this account that are still to be made, as far as that is known.
    pub left: usize,
}

/// What a run has done.
#[derive(Debug, Default)]
pub struct Collected {
    /// By account, in the order in which they were asked.
    pub accounts: Vec<Gathered>,
    /// What kept accounts from being known at all.
    pub warnings: Vec<String>,
}

/// What there is of an account.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The account.
    pub account: String,
    /// Answers that are new.
    pub written: usize,
    /// Answers that were there already.
    pub kept: usize,
    /// What there is no answer to.
    pub not_seen: Vec<NotSeen>,
    /// Why the account could not be kept at all.
    pub failed: Option<String>,
}

/// Why nothing was collected.
#[derive(Debug)]
pub struct Refused {
    /// What is wrong: one line, lower case, no final period.
    pub message: String,
    /// What to do next: a full sentence.
    pub help: String,
}

/// What all accounts of a run have in common.
struct Run<'r> {
    request: &'r Request<'r>,
    client: Client<'r>,
    folder: Folder,
    /// Where calls about what has no region go to.
    home: String,
    /// Set once the credentials that the run was started with are too old: all else would fail too.
    expired: AtomicBool,
}

/// Collects what `request` says. One account, region or call that fails stops no other.
///
/// # Errors
///
/// Why nothing can be collected: no AWS CLI, no credentials, no folder.
pub fn collect(request: &Request<'_>, report: &mut dyn FnMut(Progress<'_>)) -> Result<Collected, Refused> {
    let client = Client {
        program: request.program.clone(),
        profile: request.profile.clone(),
        endpoint_url: request.endpoint_url.clone(),
        variables: request.variables.clone(),
        pause: request.pause,
    };
    let named = request.regions.first().or(request.region.as_ref()).cloned();
    let home = named.or_else(|| client.configured_region()).unwrap_or_else(|| FALLBACK_REGION.to_owned());
    let (caller, partition) = caller(&client, &home)?;
    let folder = Folder::create(&request.output).map_err(|error| Refused {
        message: format!("the folder `{}` cannot be made: {error}", request.output.display()),
        help: "Name another folder with `--output`.".to_owned(),
    })?;
    let run = Run { request, client, folder, home, expired: AtomicBool::new(false) };
    let mut collected = Collected::default();
    let mut accounts = request.accounts.clone();
    if accounts.is_empty() {
        accounts.push(caller.clone());
    }
    let mut next = 0;
    while let Some(id) = accounts.get(next).cloned() {
        next += 1;
        let access = if id == caller {
            Access::Own
        } else {
            Access::role(format!("arn:{partition}:iam::{id}:role/{}", request.role_name))
        };
        let account = Account { run: &run, id, partition: &partition, access };
        let total = accounts.len();
        let gathered =
            account.collect(&mut |progress| report(Progress { number: (next, total), ..progress }));
        collected.accounts.push(gathered);
        if request.organization && request.accounts.is_empty() && next == 1 {
            match account.listed_accounts() {
                Ok(listed) => accounts.extend(listed.into_iter().filter(|id| *id != caller)),
                Err(message) => collected.warnings.push(message),
            }
        }
    }
    Ok(collected)
}

/// The account and the partition of the credentials.
fn caller(client: &Client<'_>, home: &str) -> Result<(String, String), Refused> {
    let question = Question {
        service: "sts",
        operation: "get-caller-identity",
        region: home,
        request: &Map::new(),
        page: None,
        none: &[],
    };
    let answer = client.ask_value(&question, None).map_err(|failure| refused(&failure))?;
    let text = |member: &str| answer.get(member).and_then(Value::as_str).unwrap_or_default();
    let account = text("Account");
    if !is_account(account) {
        return Err(Refused {
            message: format!("the AWS CLI says that this is account `{}`", shorten(account)),
            help: "Check what `aws sts get-caller-identity` prints.".to_owned(),
        });
    }
    let partition = text("Arn").split(':').nth(1).filter(|name| is_word(name)).unwrap_or("aws");
    Ok((account.to_owned(), partition.to_owned()))
}

fn refused(failure: &Failure) -> Refused {
    if failure.code.as_deref() == Some(client::NOT_INSTALLED) {
        return Refused {
            message: "the AWS CLI is not installed: there is no `aws` on the path".to_owned(),
            help: "Install it, version 1 or 2: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
                .to_owned(),
        };
    }
    Refused {
        message: format!("the AWS CLI has no credentials that work: {}", failure.message),
        help: "Sign in as you do for the AWS CLI, or name a profile with `--profile`; `aws sts get-caller-identity` says whether that works."
            .to_owned(),
    }
}

/// True for the number of an account.
fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// True for what a region or a partition may be called: nothing that means something in a path.
fn is_word(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
