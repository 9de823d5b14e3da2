//! The files of a request, looked at side by side.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::focus::Focus;
use super::look::{Context, Gathered, Looked, sort_out, sort_out_existing};
use super::threads::{in_order, thread_count};
use super::visited::visited;
use super::{FEW, FindingLimit, Progress, Request, SHARE, Summary, TotalLimit, bug};
use crate::document::Limits;
use crate::resources::{File, account};
use crate::source::{self, Bytes, Found, Problem, ProblemKind, STDIN, Search, SizeLimit, SourceId, Sources};

/// What is to be read for a request.
pub(super) struct Listing {
    /// What is asked about.
    files: Vec<Found>,
    /// What is only read beside.
    beside: Vec<Found>,
    /// What things are only looked up in.
    with: Vec<Found>,
    /// What standard input holds, before and after it is loaded.
    stdin: Option<Bytes>,
    loaded: Option<Loaded>,
    /// What is asked about, if more than that is read.
    pub(super) focus: Option<Focus>,
    /// True if a directory, a pattern or standard input is asked for.
    pub(super) searched: bool,
    /// The paths that were named.
    pub(super) named: Vec<PathBuf>,
    /// How many threads may be started.
    most: usize,
    /// What could not be searched.
    pub(super) problems: Vec<Problem>,
    /// The largest file that is read.
    pub(super) limit: SizeLimit,
    pub(super) limits: Limits,
    total: TotalLimit,
    pub(super) findings: FindingLimit,
    list_files: bool,
    pub(super) progress: Arc<Progress>,
}

/// The text of a file or of standard input; none if it cannot matter.
type Loaded = Result<Option<(SourceId, Arc<str>)>, Problem>;

impl Listing {
    pub(super) fn new(request: Request) -> Self {
        let is_small = request.is_small();
        let most = if is_small { 1 } else { thread_count(request.threads) };
        let search = Search { exclude: request.exclude, threads: most };
        let mut asked = source::discover(&request.paths, &search);
        let has_others = !(request.context.is_empty() && request.with.is_empty());
        let focus = has_others.then(|| Focus::on(&asked.files));
        let mut problems = std::mem::take(&mut asked.problems);
        let mut others = |paths: &[PathBuf]| {
            let mut others = source::discover(paths, &search);
            others.files.retain(|found| focus.as_ref().is_none_or(|focus| !focus.has(&found.path)));
            problems.append(&mut others.problems);
            others.files
        };
        let (beside, with) = (others(&request.context), others(&request.with));
        request.progress.read_files(asked.files.len() + beside.len() + with.len());
        Self {
            files: asked.files,
            beside,
            with,
            stdin: request.stdin,
            loaded: None,
            focus: focus.filter(|_| !request.context.is_empty()),
            searched: asked.searched || asked.stdin,
            problems,
            named: request.paths.into_iter().chain(request.context).collect(),
            most,
            limit: request.limit,
            limits: request.limits,
            total: request.total,
            findings: request.findings,
            list_files: request.list_files,
            progress: request.progress,
        }
    }

    /// How many threads are worth starting: no more than have several files each, or a few hundred kilobytes.
    pub(super) fn threads(&self) -> usize {
        let all = || self.files.iter().chain(&self.beside).chain(&self.with);
        let count = all().count();
        if self.most == 1 || count >= self.most * FEW {
            return self.most;
        }
        let bytes: u64 = all().filter_map(|found| found.path.metadata().ok()).map(|about| about.len()).sum();
        let shares = count.div_ceil(FEW).max(usize::try_from(bytes / SHARE).unwrap_or(usize::MAX));
        self.most.min(shares.max(1))
    }

    /// Takes in the text of standard input.
    pub(super) fn load(&mut self, sources: &Sources) {
        self.loaded = self.stdin.take().map(|bytes| {
            let loaded = bug::caught(|| sources.load_bytes(None, bytes));
            loaded.unwrap_or_else(|reason| Err(bug::of_file(Path::new(STDIN), bug::READING, &reason)))
        });
    }
}

/// What the files of a request hold of ours, but for those that are skipped.
pub(super) fn gather(
    context: &Context<'_>,
    listing: &Listing,
    skipped: &FxHashSet<PathBuf>,
    summary: &mut Summary,
    problems: &mut Vec<Problem>,
) -> (Vec<File>, Gathered) {
    let look = |found: &&Found| {
        let looked = guarded(&found.path, || context.look(found));
        listing.progress.file_is_read();
        looked
    };
    let without = |files| -> Vec<&Found> { not_skipped(files, skipped) };
    let mut room = Room { total: listing.total.0, left: listing.total.0 };
    let mut whole = account::KnownWhole::default();
    let mut look_at_all = |files: &[&Found]| -> Vec<Looked> {
        // What is too much is let go of before too much more is read.
        let looked = files.chunks(AT_ONCE).flat_map(|files| {
            let mut looked = in_order(files, look);
            for (found, looked) in files.iter().zip(&mut looked) {
                room.take(&found.path, looked);
                if let Looked::Ours { file: Some(File::Answers(file)), .. } = looked {
                    whole.lighten(file, context.vocabulary);
                }
            }
            looked
        });
        looked.collect()
    };
    let mut gathered = Gathered::default();
    let files = without(&listing.files);
    let mut looked = look_at_all(&files);
    let mut paths: Vec<&Path> = files.iter().map(|found| found.path.as_path()).collect();
    let path = Path::new(STDIN);
    if let Some(loaded) = listing.loaded.as_ref().filter(|_| !skipped.contains(path)) {
        looked.push(guarded(path, || context.look_at(path, loaded.clone())));
        paths.push(path);
    }
    if listing.list_files {
        gathered.visited = visited(&paths, &looked);
    }
    gathered.note_ours(&paths, &looked);
    let mut files = sort_out(looked, &mut gathered, summary, problems);
    if listing.focus.is_some() {
        let beside = without(&listing.beside);
        let looked = look_at_all(&beside);
        gathered.note_ours(&beside.iter().map(|found| found.path.as_path()).collect::<Vec<_>>(), &looked);
        let (mut own, mut more) = (Summary::default(), Vec::new());
        files.extend(sort_out(looked, &mut gathered, &mut own, &mut more));
        summary.beside = own.files;
        problems.extend(Focus::beside(&more));
    }
    let with = without(&listing.with);
    let looked = look_at_all(&with);
    gathered.note_ours(&with.iter().map(|found| found.path.as_path()).collect::<Vec<_>>(), &looked);
    files.extend(sort_out_existing(looked, &mut gathered, problems));
    (files, gathered)
}

/// How many files are looked at side by side before it is counted how long they are, and they are made lighter.
const AT_ONCE: usize = 1024;

/// How much more is held of files.
struct Room {
    total: u64,
    left: u64,
}

impl Room {
    /// Lets go of a file for which there is none.
    fn take(&mut self, path: &Path, looked: &mut Looked) {
        let Looked::Ours { bytes, .. } = looked else { return };
        if let Some(left) = self.left.checked_sub(*bytes) {
            self.left = left;
            return;
        }
        let message = format!(
            "`{}` is not read: with it, the files of the scan have more than {} bytes",
            path.display(),
            self.total
        );
        *looked =
            Looked::Failed(Problem::of(ProblemKind::TooLarge, path, message, "Scan fewer files at once."));
    }
}

fn not_skipped<'f>(files: &'f [Found], skipped: &FxHashSet<PathBuf>) -> Vec<&'f Found> {
    files.iter().filter(|found| !skipped.contains(&found.path)).collect()
}

/// Does `work` for one file; a panic becomes a problem.
fn guarded(path: &Path, work: impl FnOnce() -> Looked) -> Looked {
    #[cfg(test)]
    let work = || {
        bug::provoke(bug::READING, &[path.to_path_buf()]);
        work()
    };
    bug::caught(work).unwrap_or_else(|reason| Looked::Failed(bug::of_file(path, bug::READING, &reason)))
}
