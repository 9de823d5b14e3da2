//! What became of each file, for those who are told that too.

use std::path::PathBuf;

use super::look::Looked;
use crate::source::{Found, STDIN};

/// A file that a scan looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visited {
    /// The path, as it was given or found.
    pub path: PathBuf,
    /// What is in it.
    pub holds: Holds,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Something of ours.
    Ours,
    /// Nothing of ours.
    Nothing,
    /// Nothing of ours as it seems: nobody could parse it.
    Unparsed,
}

/// What became of the files that were found, and of standard input behind them.
pub(super) fn visited(found: Vec<Found>, looked: &[Looked]) -> Vec<Visited> {
    let paths = found.into_iter().map(|found| found.path).chain([PathBuf::from(STDIN)]);
    let visited = |(path, looked): (PathBuf, &Looked)| {
        let holds = match looked {
            Looked::Ours { .. } => Holds::Ours,
            Looked::Other => Holds::Nothing,
            Looked::Unparsed => Holds::Unparsed,
            Looked::Failed(_) => return None,
        };
        Some(Visited { path, holds })
    };
    paths.zip(looked).filter_map(visited).collect()
}
