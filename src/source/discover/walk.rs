//! Walks one directory, without following links.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::{Exclude, Search, bytes_of};
use crate::source::Problem;
use crate::source::read::unreadable;

/// More threads than this wait for one another, as ripgrep has found out.
const MOST_THREADS: usize = 12;

/// A walk to be done.
pub(super) struct Walk<'s> {
    root: PathBuf,
    canonical: PathBuf,
    search: &'s Search,
    ignore_files: bool,
    ignore_files_above: bool,
    hidden: bool,
    most_depth: Option<usize>,
}

/// What a walk finds, each ordered by the bytes of the paths.
#[derive(Default)]
pub(super) struct Walked {
    /// Regular files that were to be kept.
    pub(super) found: Vec<PathBuf>,
    /// Directories that were to be kept.
    pub(super) directories: Vec<PathBuf>,
    /// Symbolic links, whatever they lead to.
    pub(super) links: Vec<PathBuf>,
    /// What could not be read.
    pub(super) problems: Vec<Problem>,
}

/// Decides what to keep: path, and whether it is a directory.
pub(super) type Keep<'k> = dyn Fn(&Path, bool) -> bool + Sync + 'k;

impl<'s> Walk<'s> {
    pub(super) fn new(root: &Path, canonical: &Path, search: &'s Search) -> Self {
        Self {
            root: root.to_owned(),
            canonical: canonical.to_owned(),
            search,
            ignore_files: true,
            ignore_files_above: true,
            hidden: false,
            most_depth: None,
        }
    }

    /// Finds also what ignore files leave out.
    pub(super) fn without_ignore_files(&mut self) {
        self.ignore_files = false;
    }

    /// Finds also what ignore files above the root leave out.
    pub(super) fn without_ignore_files_above(&mut self) {
        self.ignore_files_above = false;
    }

    /// Finds hidden files, too.
    pub(super) fn with_hidden(&mut self) {
        self.hidden = true;
    }

    /// Looks at most so many levels below the root; what lies directly in it is the first.
    pub(super) fn most_depth(&mut self, most: Option<usize>) {
        self.most_depth = most;
    }

    pub(super) fn run(&self, keep: &Keep<'_>) -> Walked {
        let builder = self.builder();
        let mut walked = Walked::default();
        if self.search.threads > 1 && self.has_directories() {
            let all = Mutex::new(&mut walked);
            builder.build_parallel().run(|| {
                Box::new(|entry| {
                    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                    all.take(entry, &self.root, keep);
                    WalkState::Continue
                })
            });
        } else {
            for entry in builder.build() {
                walked.take(entry, &self.root, keep);
            }
        }
        let by_bytes = |left: &PathBuf, right: &PathBuf| bytes_of(left).cmp(bytes_of(right));
        walked.found.sort_by(by_bytes);
        walked.directories.sort_by(by_bytes);
        walked.links.sort_by(by_bytes);
        walked
    }

    /// True if walking the root is more than listing it, so that threads pay for their start.
    fn has_directories(&self) -> bool {
        let is_walked = |entry: fs::DirEntry| {
            let hidden = !self.hidden && bytes_of(Path::new(&entry.file_name())).starts_with(b".");
            !hidden && entry.file_type().is_ok_and(|file_type| file_type.is_dir())
        };
        fs::read_dir(&self.root).is_ok_and(|entries| entries.flatten().any(is_walked))
    }

    fn builder(&self) -> WalkBuilder {
        let mut builder = WalkBuilder::new(&self.root);
        builder
            .standard_filters(self.ignore_files)
            .parents(self.ignore_files && self.ignore_files_above)
            .hidden(!self.hidden)
            .require_git(false)
            .follow_links(false)
            .threads(self.search.threads.min(MOST_THREADS))
            .max_depth(self.most_depth);
        let exclude = (!self.search.exclude.is_empty()).then(|| self.search.exclude.clone());
        let (root, canonical) = (self.root.clone(), self.canonical.clone());
        builder.filter_entry(move |entry| {
            entry.depth() == 0
                || !(is_skipped(entry)
                    || exclude.as_ref().is_some_and(|exclude| excluded(entry, exclude, &root, &canonical)))
        });
        builder
    }
}

impl Walked {
    fn take(&mut self, entry: Result<DirEntry, ignore::Error>, root: &Path, keep: &Keep<'_>) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return self.problems.push(problem(root, error)),
        };
        // Only the root itself can be a link that is followed, or standard input, which has no type.
        let Some(file_type) = entry.file_type().filter(|_| entry.depth() > 0) else { return };
        let path = entry.path();
        if file_type.is_symlink() {
            self.links.push(entry.into_path());
        } else if file_type.is_dir() {
            if keep(path, true) {
                self.directories.push(entry.into_path());
            }
        } else if file_type.is_file() && keep(path, false) {
            self.found.push(entry.into_path());
        }
    }
}

/// Directories that hold other people's files.
fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    (name == "node_modules" || name == ".git") && entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn excluded(entry: &DirEntry, exclude: &Exclude, root: &Path, canonical: &Path) -> bool {
    let inside = entry.path().strip_prefix(root).unwrap_or(entry.path());
    let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
    exclude.excludes(&canonical.join(inside), is_directory)
}

fn problem(root: &Path, error: ignore::Error) -> Problem {
    let path = path_of(&error).unwrap_or(root).to_owned();
    match error.into_io_error() {
        Some(error) => unreadable(&path, &error),
        None => unreadable(&path, &std::io::Error::other("it cannot be searched")),
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    let mut error = error;
    loop {
        match error {
            ignore::Error::WithPath { path, .. } => return Some(path),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error = err,
            _ => return None,
        }
    }
}
