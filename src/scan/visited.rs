//! What became of each file, for those who are told that too.

use std::path::{Path, PathBuf};

use super::look::Looked;

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

/// What became of files.
pub(super) fn visited(paths: &[&Path], looked: &[Looked]) -> Vec<Visited> {
    let visited = |(path, looked): (&&Path, &Looked)| {
        let holds = match looked {
            Looked::Ours { .. } => Holds::Ours,
            Looked::Other => Holds::Nothing,
            Looked::Unparsed => Holds::Unparsed,
            Looked::Failed(_) => return None,
        };
        Some(Visited { path: path.to_path_buf(), holds })
    };
    paths.iter().zip(looked).filter_map(visited).collect()
}
