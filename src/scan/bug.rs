//! Our own bugs: a panic is caught, said to be ours, and costs as little as can be.

use std::any::Any;
use std::fmt::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::source::{Problem, ProblemKind};

/// What is done with a file, in this order.
pub(super) const READING: &str = "reading it";
pub(super) const RESOLVING: &str = "resolving what it refers to";
pub(super) const LINKING: &str = "making entities of it";
pub(super) const JUDGING: &str = "looking for what is wrong with it";

/// How often a scan is tried again with fewer files.
const TRIED: usize = 100;

/// Where the last panic was: not part of what it says.
static PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panics from being written to standard error, for the rest of the process: they are reported. Notes where each was.
pub fn hide_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!("{}:{}:{}", at.file(), at.line(), at.column()));
        *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
}

/// Does `work`.
///
/// # Errors
///
/// What a panic said, in one line, and where it was if that is noted.
pub fn caught<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|panic| reason(&*panic))
}

fn reason(panic: &(dyn Any + Send)) -> String {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given");
    let mut reason = said.lines().next().unwrap_or_default().to_owned();
    if let Some(place) = PLACE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = write!(reason, " ({place})");
    }
    reason
}

/// What to do about a bug of ours.
#[must_use]
pub fn help() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let repository = option_env!("CARGO_PKG_REPOSITORY").filter(|address| !address.is_empty());
    let place =
        repository.map_or_else(|| "to its authors".to_owned(), |address| format!("at {address}/issues"));
    format!(
        "Please report it {place}, with this message, the version (fedlint {version}), and the smallest part of the input \
         with which it still fails, names changed."
    )
}

/// The problem that a file is, for which a bug of ours keeps us from `stage`.
pub(super) fn of_file(path: &Path, stage: &str, reason: &str) -> Problem {
    let message = format!("fedlint has a bug: it failed on `{}` while {stage}: {reason}", path.display());
    let help = format!("Of this file nothing is reported, of all others everything is. {}", help());
    Problem::of(ProblemKind::Internal, path, message, help)
}

/// The same, where it is not known because of which file.
pub(super) fn of_all(stage: &str, reason: &str) -> Problem {
    let message = format!("fedlint has a bug: it failed while {stage}, of all files together: {reason}");
    let help = format!("Nothing is reported; try to scan fewer files at once. {}", help());
    Problem { kind: ProblemKind::Internal, span: None, path: None, message, help }
}

/// Why a scan failed: what was under way, and what the panic said.
pub(super) type Failure = (&'static str, String);

/// The files without which a scan does not fail, each with how it fails: as few as can be found. `fails` scans some of the files;
/// the last scan that does not fail has all the others.
pub(super) fn find<'f>(
    files: &'f [PathBuf],
    fails: &mut dyn FnMut(&[&PathBuf]) -> Option<Failure>,
) -> Vec<(&'f PathBuf, Option<Failure>)> {
    let mut kept: Vec<&PathBuf> = Vec::new();
    let mut culprits = Vec::new();
    if let [file] = files {
        return vec![(file, None)];
    }
    // All together fail, which is known.
    let (first, second) = files.split_at(files.len() / 2);
    let mut open: Vec<&[PathBuf]> = vec![second, first];
    let mut tried = 0;
    while let Some(candidates) = open.pop() {
        if candidates.is_empty() {
            continue;
        }
        let together: Vec<&PathBuf> = kept.iter().copied().chain(candidates).collect();
        tried += 1;
        match if tried > TRIED { Some(None) } else { fails(&together).map(Some) } {
            None => kept = together,
            Some(failure) if candidates.len() == 1 => culprits.push((&candidates[0], failure)),
            // It takes too long to find out more.
            Some(None) => culprits.extend(candidates.iter().map(|path| (path, None))),
            Some(Some(_)) => {
                let (first, second) = candidates.split_at(candidates.len() / 2);
                open.extend([second, first]);
            }
        }
    }
    culprits
}

/// Panics for tests, where a file is called so.
#[cfg(test)]
pub(super) fn provoke(stage: &str, paths: &[PathBuf]) {
    let is = |path: &PathBuf, name: &str| path.file_stem().is_some_and(|stem| stem == name);
    let stage = stage.replace(' ', "-");
    if let Some(path) = paths.iter().find(|path| is(path, &format!("fails-while-{stage}"))) {
        panic!("no entry `{}`\nin the table", path.display());
    }
    let both = ["one", "other"].map(|half| format!("{half}-half-of-{stage}"));
    assert!(!both.iter().all(|half| paths.iter().any(|path| is(path, half))), "both halves");
}

#[cfg(test)]
mod tests;
