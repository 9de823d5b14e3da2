//! `fedlint collect`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::thread;

use jiff::Timestamp;

use super::progress::Line;
use crate::cli::{CollectOptions, CollectPrint, Environment, ExitCode};
use crate::collect::{Collected, NotSeen, Progress, Refused, Request, Why, collect, listing, policy};
use crate::report::counted;

/// Lines about what was not seen; the manifests have all of it.
const MOST_LINES: usize = 12;

/// Collects, and says how the program ends.
pub(crate) fn run(options: CollectOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let role = options.organization.then_some(options.role_name.as_str());
    if let Some(print) = options.print {
        let out = &mut environment.out;
        match print {
            CollectPrint::Policy => writeln!(out, "{:#}", policy(role))?,
            CollectPrint::Calls => write!(out, "{}", listing(role))?,
        }
        out.flush()?;
        return Ok(ExitCode::Clean);
    }
    let paint = Paint { color: environment.error_terminal(options.color).color };
    let variable = environment.variable;
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let text = |name: &str| {
        variable(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty())
    };
    // More patience than usual, unless somebody has said how much.
    let patience = [("AWS_RETRY_MODE", "adaptive"), ("AWS_MAX_ATTEMPTS", "5")];
    let request = Request {
        output: options.output.clone(),
        organization: options.organization,
        accounts: options.accounts,
        role_name: options.role_name,
        regions: options.regions,
        profile: options.profile,
        endpoint_url: options.endpoint_url,
        jobs: options.jobs,
        refresh: options.refresh,
        program: "aws".into(),
        region: text("AWS_REGION").or_else(|| text("AWS_DEFAULT_REGION")),
        variables: patience.into_iter().filter(|(name, _)| !is_set(name)).collect(),
        now: Timestamp::now(),
        pause: &thread::sleep,
    };
    let mut line = Line::new(environment);
    let collected = collect(&request, &mut |progress| line.show(environment.err, &said(&progress)));
    line.clear(environment.err);
    let collected = match collected {
        Ok(collected) => collected,
        Err(Refused { message, help }) => {
            writeln!(environment.err, "{} {message}\n{help}", paint.bad("error:"))?;
            return Ok(ExitCode::Failed);
        }
    };
    let answers: usize = collected.accounts.iter().map(|account| account.written + account.kept).sum();
    write_summary(environment.err, &collected, &request, paint)?;
    environment.err.flush()?;
    Ok(if answers == 0 { ExitCode::Failed } else { ExitCode::Clean })
}

fn write_summary(
    err: &mut dyn Write,
    collected: &Collected,
    request: &Request<'_>,
    paint: Paint,
) -> io::Result<()> {
    let count = |count: fn(&crate::collect::Gathered) -> usize| -> usize {
        collected.accounts.iter().map(count).sum()
    };
    let (written, kept) = (count(|account| account.written), count(|account| account.kept));
    let accounts = counted(collected.accounts.len(), "account");
    let already = if kept > 0 { format!("; {kept} were there already") } else { String::new() };
    let folder = request.output.display();
    writeln!(err, "{folder}: {} of {accounts}{already}", counted(written + kept, "answer"))?;
    for warning in &collected.warnings {
        writeln!(err, "{} {warning}", paint.warning("warning:"))?;
    }
    for account in &collected.accounts {
        if let Some(failed) = &account.failed {
            writeln!(err, "{} account {} cannot be kept: {failed}", paint.bad("error:"), account.account)?;
        }
    }
    let not_seen = || {
        let each = collected
            .accounts
            .iter()
            .flat_map(|account| account.not_seen.iter().map(|one| (account.account.as_str(), one)));
        each.filter(|(_, one)| one.why != Why::None)
    };
    let total = not_seen().count();
    if total > 0 {
        writeln!(err, "{} {}", paint.warning("not seen:"), counted(total, "answer"))?;
        let lines = Lines::of(not_seen());
        for line in lines.0.iter().take(MOST_LINES) {
            writeln!(err, "  {line}")?;
        }
        if lines.0.len() > MOST_LINES {
            writeln!(err, "  and {} more kinds", lines.0.len() - MOST_LINES)?;
        }
        writeln!(
            err,
            "What was not seen is not held against anybody: findings that depend on it are only possible.\n\
             Run the same command again to ask for it once more; `fedlint-dump.json` of each account lists all of it."
        )?;
    }
    if written + kept > 0 {
        writeln!(err, "next: fedlint scan {folder}")?;
    }
    Ok(())
}

/// What was not seen, the same in several places as one line.
struct Lines(Vec<String>);

impl Lines {
    fn of<'n>(not_seen: impl Iterator<Item = (&'n str, &'n NotSeen)>) -> Self {
        type Places<'n> = (Vec<&'n str>, Vec<&'n str>, &'n str, usize);
        let mut kinds: BTreeMap<(Why, &str, &str), Places<'_>> = BTreeMap::new();
        for (account, one) in not_seen {
            let kind = (one.why, one.identity.service.as_str(), one.identity.operation.as_str());
            let (accounts, regions, _, count) =
                kinds.entry(kind).or_insert((Vec::new(), Vec::new(), &one.message, 0));
            *count += 1;
            add(accounts, account);
            add(regions, &one.identity.region);
        }
        let line = |((why, service, operation), (accounts, regions, message, count)): (_, Places<'_>)| {
            let why: Why = why;
            let (service, operation): (&str, &str) = (service, operation);
            let (accounts, regions) = (some(&accounts, "accounts"), some(&regions, "regions"));
            let times = if count > 1 { format!("{count} x, ") } else { String::new() };
            format!("{}: {service} {operation} ({times}{regions}, {accounts}): {message}", why.name())
        };
        Self(kinds.into_iter().map(line).collect())
    }
}

fn add<'n>(list: &mut Vec<&'n str>, one: &'n str) {
    if !list.contains(&one) {
        list.push(one);
    }
}

fn some(names: &[&str], many: &str) -> String {
    match names {
        [one] => (*one).to_owned(),
        _ => format!("{} {many}", names.len()),
    }
}

fn said(progress: &Progress<'_>) -> String {
    let Progress { account, number: (number, total), answers, left } = *progress;
    format!("account {account} ({number} of {total}): {}, {left} to ask", counted(answers, "answer"))
}

/// Colours for the first word of a message.
#[derive(Clone, Copy)]
struct Paint {
    color: bool,
}

impl Paint {
    fn bad(self, text: &str) -> String {
        self.with("1;31", text)
    }

    fn warning(self, text: &str) -> String {
        self.with("1;33", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
