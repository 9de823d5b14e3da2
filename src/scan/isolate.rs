//! Tries a scan again without the files that make it panic.

use std::path::PathBuf;

use rustc_hash::FxHashSet;

use super::{Summary, Visited, bug};
use crate::source::Problem;

/// A scan that a panic ended after the files were read.
pub(super) struct Failed {
    /// What was under way.
    pub(super) stage: &'static str,
    /// What the panic said.
    pub(super) reason: String,
    /// The files that hold something of ours.
    pub(super) ours: Vec<PathBuf>,
    pub(super) problems: Vec<Problem>,
    pub(super) summary: Summary,
    pub(super) visited: Vec<Visited>,
}

/// What a scan gives: nothing after a panic.
pub(super) type Scanned<R> = (R, Vec<Problem>, Summary, Vec<Visited>);

/// Scans all files but these.
pub(super) type Scan<'s, R> = dyn FnMut(&FxHashSet<PathBuf>) -> Result<Scanned<R>, Box<Failed>> + 's;

/// Scans again without the files that make a scan panic, as far as they can be found.
pub(super) fn isolate<R>(
    first: Failed,
    scan: &mut Scan<'_, R>,
) -> (Option<R>, Vec<Problem>, Summary, Vec<Visited>) {
    let Failed { stage, reason, ours, problems, summary, visited } = first;
    let mut best = None;
    let mut bugs = Vec::new();
    let mut try_with = |kept: &[&PathBuf]| {
        let skipped = ours.iter().filter(|path| !kept.contains(path)).cloned().collect();
        match scan(&skipped) {
            Ok(done) => {
                best = Some(done);
                None
            }
            Err(failed) => Some((failed.stage, failed.reason)),
        }
    };
    let culprits = bug::find(&ours, &mut try_with);
    for (path, failure) in &culprits {
        let (stage, reason) = failure.as_ref().map_or((stage, &reason), |(stage, reason)| (*stage, reason));
        bugs.push(bug::of_file(path, stage, reason));
    }
    match best {
        Some((done, mut problems, mut summary, mut visited_again)) => {
            problems.append(&mut bugs);
            // They hold something of ours all the same.
            summary.files += culprits.len();
            let culprit = |visited: &Visited| culprits.iter().any(|(path, _)| *path == &visited.path);
            visited_again.extend(visited.into_iter().filter(culprit));
            visited_again.sort_by(|one, other| one.path.cmp(&other.path));
            (Some(done), problems, summary, visited_again)
        }
        None => {
            let mut problems = problems;
            if bugs.is_empty() {
                bugs.push(bug::of_all(stage, &reason));
            }
            problems.append(&mut bugs);
            (None, problems, summary, visited)
        }
    }
}
