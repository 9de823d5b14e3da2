//! The `fedlint` command: hands the process over to [`fedlint::cli`].

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anstream::AutoStream;
use anstream::stream::RawStream;
use fedlint::cli::{Environment, run};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mimalloc::MiMalloc;
use terminal_size::{Width, terminal_size_of};

/// Most of what a scan makes is small, and much of it is made by several threads at once.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Columns that are used of a wider terminal, unless `COLUMNS` says otherwise.
const WIDEST: usize = 120;

fn main() -> ExitCode {
    fedlint::scan::bug::hide_panics();
    let (stdout, mut stderr) = (io::stdout(), io::stderr());
    let environment = Environment {
        colors: wants_colors(&stdout),
        error_colors: wants_colors(&stderr),
        unicode: wants_unicode(),
        width: stdout.is_terminal().then(columns).flatten(),
        // In UTC, so that a scan says the same wherever it runs.
        today: Timestamp::now().to_zoned(TimeZone::UTC).date(),
        progress: stderr.is_terminal(),
        variable: &|name| std::env::var_os(name),
        stdin: &mut io::stdin().lock(),
        out: &mut stdout.lock(),
        err: &mut stderr,
    };
    run(std::env::args_os(), environment).into()
}

/// True for a terminal with colours, unless the environment speaks against it (`NO_COLOR`, `CLICOLOR=0`, `TERM=dumb`), and
/// for whatever it is if the environment says so (`FORCE_COLOR`, `CLICOLOR_FORCE`).
fn wants_colors(stream: &impl RawStream) -> bool {
    let value = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let forced = value("FORCE_COLOR").is_some_and(|value| value != "0" && value != "false");
    if forced && value("NO_COLOR").is_none() {
        return true;
    }
    AutoStream::choice(stream) != anstream::ColorChoice::Never
}

/// False if the locale says that text is ASCII. Containers and build machines often have none, and show UTF-8.
fn wants_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(std::env::var_os)
        .find(|value| !value.is_empty());
    locale.is_none_or(|locale| locale != "C" && locale != "POSIX")
}

/// The width of the terminal that standard output is. Lines that are longer than what is asked for here are hard to read.
fn columns() -> Option<usize> {
    let said = || std::env::var_os("COLUMNS")?.to_str()?.parse().ok();
    let found = || terminal_size_of(io::stdout()).map(|(Width(width), _)| usize::from(width).min(WIDEST));
    said().or_else(found)
}
