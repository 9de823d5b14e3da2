//! What is to be scanned: paths, directories, patterns and `-` become a list of files.
//!
//! Files that are named are always read. Directories are searched as ripgrep searches them: what
//! `.gitignore` and `.ignore` leave out and hidden files are skipped, also outside of a git repository; so
//! are `node_modules` and `.git`. A directory that is named is searched even if an ignore file above it
//! leaves it out, and in the output of the AWS CDK (`cdk.out`) and in dumps of accounts no ignore file counts.
//!
//! Symbolic links: a link to a file or directory is followed if its target lies in the same repository
//! (without one: below the working directory or the searched directory); each file is read once, under its
//! own path where that is part of the search.

mod pattern;
mod walk;

use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHashMap;

use self::pattern::Pattern;
use self::walk::{Walk, Walked};
use super::read::{is_link_loop, unreadable};
use super::{Problem, ProblemKind};

/// How to search.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// What not to find in directories and by patterns.
    pub exclude: Exclude,
    /// How many threads may walk a directory; 0 and 1 mean none but the caller's.
    pub threads: usize,
}

/// Patterns in the syntax of `.gitignore`, each set relative to a directory.
#[derive(Clone, Debug, Default)]
pub struct Exclude {
    /// The directories, canonical, so that they can be compared.
    sets: Vec<(PathBuf, Gitignore)>,
}

/// What a scan is asked to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The files, each once, ordered by the bytes of their paths.
    pub files: Vec<Found>,
    /// True if standard input is asked for.
    pub stdin: bool,
    /// True if a directory or a pattern was searched: then finding nothing means something.
    pub searched: bool,
    /// What could not be searched.
    pub problems: Vec<Problem>,
}

/// A file that is to be scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its path: as it was named, or the directory as it was named and the way from there.
    pub path: PathBuf,
    /// True if it was named itself, not found by a search.
    pub named: bool,
}

impl Exclude {
    /// Patterns relative to `directory`.
    ///
    /// # Errors
    ///
    /// The index of the first pattern that is none, and what is wrong with it.
    pub fn new(directory: &Path, patterns: &[String]) -> Result<Self, (usize, String)> {
        let mut exclude = Self::default();
        exclude.add(directory, patterns)?;
        Ok(exclude)
    }

    /// Excludes also what `patterns` match, relative to `directory`.
    ///
    /// # Errors
    ///
    /// The index of the first pattern that is none, and what is wrong with it.
    pub fn add(&mut self, directory: &Path, patterns: &[String]) -> Result<(), (usize, String)> {
        if patterns.is_empty() {
            return Ok(());
        }
        let root = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        let mut builder = GitignoreBuilder::new("");
        for (index, pattern) in patterns.iter().enumerate() {
            builder.add_line(None, pattern).map_err(|error| (index, error.to_string()))?;
        }
        let matcher = builder.build().map_err(|error| (0, error.to_string()))?;
        self.sets.push((root, matcher));
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// True if the entry at the canonical path is excluded; what lies above it is not looked at.
    fn excludes(&self, canonical: &Path, is_directory: bool) -> bool {
        self.sets.iter().any(|(root, matcher)| {
            canonical
                .strip_prefix(root)
                .is_ok_and(|relative| matcher.matched(relative, is_directory).is_ignore())
        })
    }
}

/// Finds the files that `arguments` name: files, directories, glob patterns, `-` for standard input.
///
/// An argument that exists is a path, whatever characters it has; only then may it be a pattern.
#[must_use]
pub fn discover(arguments: &[PathBuf], search: &Search) -> Discovery {
    let mut finder =
        Finder { search, found: FxHashMap::default(), links: Vec::new(), discovery: Discovery::default() };
    for argument in arguments {
        finder.argument(argument);
    }
    finder.follow_links();
    let Finder { found, mut discovery, .. } = finder;
    discovery.files = found.into_values().collect();
    discovery.files.sort_by(|left, right| bytes_of(&left.path).cmp(bytes_of(&right.path)));
    discovery.problems.sort_by(|left, right| {
        let key = |problem: &Problem| problem.path.as_deref().map(|path| bytes_of(path).to_vec());
        key(left).cmp(&key(right))
    });
    discovery
}

/// The nearest file called `name` in `start` or a directory above it, not above the repository; relative if
/// it lies in the working directory.
#[must_use]
pub fn find_upward(start: &Path, name: &str) -> Option<PathBuf> {
    let start = absolute(start);
    for directory in start.ancestors() {
        let file = directory.join(name);
        if file.is_file() {
            return Some(shortest(&file));
        }
        if directory.join(".git").exists() {
            return None;
        }
    }
    None
}

/// The root of the repository that `start` is in: the nearest directory with a `.git`. Absolute.
#[must_use]
pub fn repository(start: &Path) -> Option<PathBuf> {
    absolute(start).ancestors().find(|directory| directory.join(".git").exists()).map(Path::to_owned)
}

/// `path` from the working directory, if it lies in it.
#[must_use]
pub fn shortest(path: &Path) -> PathBuf {
    let absolute = absolute(path);
    let inside = absolute.strip_prefix(self::absolute(Path::new(""))).map(Path::to_owned);
    inside.unwrap_or(absolute)
}

/// `path` from the root of the file system, without `.` and `..`. Links are not looked at.
#[must_use]
pub fn absolute(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            _ => plain.push(component),
        }
    }
    plain
}

/// True for the endings under which templates and dumps are found in directories.
fn is_candidate(path: &Path) -> bool {
    path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| {
        ["json", "jsonl", "ndjson", "yaml", "yml", "template"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

struct Finder<'s> {
    search: &'s Search,
    /// By canonical path, so that each file is there once. As text: component by component, paths are compared slowly.
    found: FxHashMap<OsString, Found>,
    /// Links that were met, with the search that met them.
    links: Vec<Link>,
    discovery: Discovery,
}

struct Link {
    path: PathBuf,
    /// The directory that was searched, canonical.
    root: PathBuf,
}

impl Finder<'_> {
    fn argument(&mut self, argument: &Path) {
        if argument.as_os_str() == "-" {
            self.discovery.stdin = true;
            return;
        }
        let path = without_current(argument);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                self.discovery.searched = true;
                self.directory(&path);
            }
            Ok(_) => {
                let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
                self.add(canonical, Found { path, named: true });
            }
            Err(error) => match Pattern::parse(&path) {
                Some(Ok(patterns)) => {
                    self.discovery.searched = true;
                    self.patterns(argument, &patterns);
                }
                Some(Err(problem)) => self.discovery.problems.push(problem),
                None => self.discovery.problems.push(unreadable(argument, &error)),
            },
        }
    }

    fn directory(&mut self, root: &Path) {
        let Some(canonical) = self.canonical(root) else { return };
        let mut walk = Walk::new(root, &canonical, self.search);
        if is_generated(&canonical) {
            walk.without_ignore_files();
        }
        let keep = |path: &Path, is_directory: bool| !is_directory && is_candidate(path);
        let mut walked = walk.run(&keep);
        if walked.found.is_empty() && walked.links.is_empty() {
            // Perhaps an ignore file further up leaves out the very directory that was asked for.
            walk.without_ignore_files_above();
            walked = walk.run(&keep);
        }
        self.take(root, &canonical, walked);
    }

    /// Adds what the alternatives of one pattern find.
    fn patterns(&mut self, argument: &Path, patterns: &[Pattern]) {
        let before = (self.found.len(), self.links.len());
        let mut matched = false;
        for pattern in patterns {
            let base = pattern.base();
            let Some(canonical) = base.canonicalize().ok().filter(|path| path.is_dir()) else { continue };
            let mut walk = Walk::new(base, &canonical, self.search);
            walk.most_depth(pattern.most_depth());
            if pattern.names_hidden() {
                walk.with_hidden();
            }
            if is_generated(&canonical) {
                walk.without_ignore_files();
            }
            let keep = |path: &Path, _: bool| pattern.matches(path);
            let mut walked = walk.run(&keep);
            if walked.found.is_empty() && walked.links.is_empty() {
                walk.without_ignore_files_above();
                walked = walk.run(&keep);
            }
            matched |= !walked.found.is_empty();
            let directories: Vec<PathBuf> = walked.directories.drain(..).collect();
            matched |= !directories.is_empty();
            self.take(base, &canonical, walked);
            for directory in directories {
                self.directory(&directory);
            }
        }
        if !matched && (self.found.len(), self.links.len()) == before {
            self.discovery.problems.push(Problem::of(
                ProblemKind::Skipped,
                argument,
                format!("the pattern `{}` matches no file", argument.display()),
                "Check the pattern: `*` stays inside one directory, `**` also goes deeper.",
            ));
        }
    }

    fn take(&mut self, root: &Path, canonical: &Path, walked: Walked) {
        for path in walked.found {
            let inside = path.strip_prefix(root).unwrap_or(&path);
            // The same file must have the same text here.
            let canonical = canonical.join(without_current(inside));
            self.add(canonical, Found { path: without_current(&path), named: false });
        }
        self.links.extend(walked.links.into_iter().map(|path| Link { path, root: canonical.to_owned() }));
        self.discovery.problems.extend(walked.problems);
    }

    /// Follows the links that were met, and those met behind them.
    fn follow_links(&mut self) {
        // INVARIANT: every directory that is searched because of a link is new, so that this ends.
        let mut searched: Vec<PathBuf> = Vec::new();
        while !self.links.is_empty() {
            let mut links = std::mem::take(&mut self.links);
            links.sort_by(|left, right| bytes_of(&left.path).cmp(bytes_of(&right.path)));
            for link in links {
                self.follow(link, &mut searched);
            }
        }
    }

    fn follow(&mut self, Link { path, root }: Link, searched: &mut Vec<PathBuf>) {
        let target = match path.canonicalize() {
            Ok(target) => target,
            Err(error) if is_link_loop(&error) => {
                let message = format!("`{}` is a symbolic link that leads in a circle", path.display());
                return self.skip(path, message, "Remove the link: it leads to no file.");
            }
            Err(_) if is_candidate(&path) => {
                let message = format!("`{}` is a symbolic link that leads nowhere", path.display());
                return self.skip(path, message, "Remove the link, or put its target in place.");
            }
            Err(_) => return,
        };
        let is_directory = target.is_dir();
        if !(is_directory || is_candidate(&path) || is_candidate(&target)) {
            return;
        }
        let above = path.parent().and_then(|parent| parent.canonicalize().ok()).unwrap_or_default();
        if is_directory && above.starts_with(&target) {
            let message = format!(
                "`{}` is a symbolic link back to a directory that it lies in; it is not followed",
                path.display()
            );
            return self.skip(path, message, "Nothing is lost: every file is read once.");
        }
        if !target.starts_with(home(&root)) {
            let message =
                format!("`{}` is a symbolic link out of the repository; it is not followed", path.display());
            return self.skip(path, message, "Name the link's target as a path to scan it, too.");
        }
        if !is_directory {
            if target.is_file() {
                self.add(target, Found { path: without_current(&path), named: false });
            }
            return;
        }
        // What lies in the searched directory is found there, or left out there.
        if target.starts_with(&root) || searched.iter().any(|known| target.starts_with(known)) {
            return;
        }
        searched.push(target);
        self.directory(&path);
    }

    fn skip(&mut self, path: PathBuf, message: String, help: &str) {
        self.discovery.problems.push(Problem::of(ProblemKind::Skipped, path, message, help));
    }

    fn canonical(&mut self, path: &Path) -> Option<PathBuf> {
        match path.canonicalize() {
            Ok(canonical) => Some(canonical),
            Err(error) => {
                self.discovery.problems.push(unreadable(path, &error));
                None
            }
        }
    }

    fn add(&mut self, canonical: PathBuf, new: Found) {
        match self.found.entry(canonical.into_os_string()) {
            // Named wins over found; else the first way to it stays.
            Entry::Occupied(mut known) if new.named && !known.get().named => {
                known.insert(new);
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => {
                place.insert(new);
            }
        }
    }
}

/// True for a directory that git usually ignores, and that whoever names it wants to be read all the same.
fn is_generated(canonical: &Path) -> bool {
    is_cdk_output(canonical) || is_dump(canonical)
}

/// True for a directory with the output of `cdk synth`, or inside of it. It holds a file `cdk.out` with the version of the
/// format.
fn is_cdk_output(canonical: &Path) -> bool {
    canonical.components().any(|component| component.as_os_str() == "cdk.out")
        || canonical.join("cdk.out").is_file()
}

/// True for a directory that `fedlint collect` wrote, and for that of one account in it.
fn is_dump(canonical: &Path) -> bool {
    const MANIFEST: &str = "fedlint-dump.json";
    let folders = fs::read_dir(canonical).into_iter().flatten().filter_map(Result::ok);
    canonical.join(MANIFEST).is_file()
        || folders
            .filter(|folder| folder.file_name().len() == "111122223333".len())
            .any(|folder| folder.path().join(MANIFEST).is_file())
}

/// The directory that links from inside `root` may lead to: the repository, else the working directory if
/// `root` lies in it, else `root`.
fn home(root: &Path) -> PathBuf {
    if let Some(repository) = root.ancestors().find(|directory| directory.join(".git").exists()) {
        return repository.to_owned();
    }
    Path::new(".")
        .canonicalize()
        .ok()
        .filter(|working| root.starts_with(working))
        .unwrap_or_else(|| root.to_owned())
}

/// The path without leading `./`, which says nothing.
fn without_current(path: &Path) -> PathBuf {
    let stripped: PathBuf =
        path.components().skip_while(|component| *component == Component::CurDir).collect();
    if stripped.as_os_str().is_empty() { path.to_owned() } else { stripped }
}

fn bytes_of(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

#[cfg(test)]
mod tests;
