//! The whole pipeline: from paths to findings.
//!
//! Parallelism lives only here. Files are read and structured side by side once there are more than a few;
//! what comes back is in the order of the files, so that nothing depends on the number of threads. A panic
//! inside one file is caught, reported as our bug, and costs nobody else's findings.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::document::{self, Format, Kind, Limits, Read, Tree};
use crate::finding::Finding;
use crate::settings::Settings;
use crate::source::{
    self, Bytes, Exclude, Found, Problem, ProblemKind, STDIN, Search, SizeLimit, SourceId, Sources,
};

/// What to scan, and how.
#[derive(Debug, Default)]
pub struct Request {
    /// Files, directories, glob patterns; `-` stands for [`Self::stdin`].
    pub paths: Vec<PathBuf>,
    /// What standard input held, if it was read.
    pub stdin: Option<Bytes>,
    /// What searches leave out.
    pub exclude: Exclude,
    /// How many threads to use at most; 0 is one for each processor.
    pub threads: usize,
    /// The largest file that is read.
    pub limit: SizeLimit,
}

/// What a scan found.
#[derive(Debug)]
pub struct Outcome {
    /// The findings, by place and rule.
    pub findings: Vec<Finding>,
    /// What could not be read, or only in part, by place.
    pub problems: Vec<Problem>,
    /// How much was looked at.
    pub summary: Summary,
    /// The texts that all places lie in.
    pub sources: Sources,
}

/// How much a scan looked at, so that silence is never mistaken for success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files (and standard input) that hold something of ours.
    pub files: usize,
    /// Files that were looked at and hold nothing of ours.
    pub other_files: usize,
    /// Files that are not ours and that nobody could parse (Helm charts, Jinja templates).
    pub unparsed_files: usize,
    /// IAM roles.
    pub roles: usize,
    /// Identity providers in IAM: SAML and OIDC.
    pub providers: usize,
    /// Cognito user pools and identity pools.
    pub pools: usize,
    /// Permission sets of IAM Identity Center.
    pub permission_sets: usize,
    /// True if a directory, a pattern or standard input was among the paths: then finding nothing of ours
    /// means something.
    pub searched: bool,
}

/// A file (or standard input) that may be ours, with its structure.
#[derive(Debug)]
pub struct Input {
    /// The path under which it was found.
    pub path: PathBuf,
    /// Its source.
    pub source: SourceId,
    /// Its text.
    pub text: Arc<str>,
    /// Its structure, as far as it could be read, and what was wrong.
    pub read: Read,
}

/// What became of one file.
#[derive(Debug)]
enum Looked {
    /// It may be ours.
    Ours(Box<Input>),
    /// It holds nothing of ours.
    Other,
    /// It is not ours and could not be parsed.
    Unparsed,
    /// It could not be read.
    Failed(Problem),
}

/// Below so many files, starting threads takes longer than reading them.
const FEW: usize = 8;

/// Scans what `request` names.
///
/// `sources` holds what was read already: the settings.
#[must_use]
pub fn scan(sources: Sources, request: Request, settings: &Settings) -> Outcome {
    let several = request.paths.len() > FEW || request.paths.iter().any(|path| path.is_dir());
    let threads = if several { thread_count(request.threads) } else { 1 };
    let search = Search { exclude: request.exclude, threads };
    let discovery = source::discover(&request.paths, &search);
    let mut summary = Summary { searched: discovery.searched || discovery.stdin, ..Summary::default() };
    let mut problems = discovery.problems;

    let mut looked = in_order(&discovery.files, threads, |found| {
        guarded(&found.path, || look(&sources, found, request.limit))
    });
    if let Some(bytes) = request.stdin {
        looked
            .push(guarded(Path::new(STDIN), || look_at(&sources, None, || sources.load_bytes(None, bytes))));
    }
    let mut inputs = Vec::new();
    for looked in looked {
        match looked {
            Looked::Ours(mut input) => {
                summary.files += 1;
                problems.append(&mut input.read.problems);
                inputs.push(*input);
            }
            Looked::Other => summary.other_files += 1,
            Looked::Unparsed => summary.unparsed_files += 1,
            Looked::Failed(problem) => problems.push(problem),
        }
    }
    let findings = analyse(inputs, settings, &sources, &mut summary, &mut problems);
    Outcome { findings, problems, summary, sources }
}

/// Turns structure into findings.
fn analyse(
    _inputs: Vec<Input>,
    _settings: &Settings,
    _sources: &Sources,
    _summary: &mut Summary,
    _problems: &mut Vec<Problem>,
) -> Vec<Finding> {
    Vec::new()
}

fn look(sources: &Sources, found: &Found, limit: SizeLimit) -> Looked {
    look_at(sources, Some(&found.path), || sources.load(&found.path, limit))
}

fn look_at(
    _sources: &Sources,
    path: Option<&Path>,
    load: impl FnOnce() -> Result<Option<(SourceId, Arc<str>)>, Problem>,
) -> Looked {
    let (source, text) = match load() {
        Ok(Some(loaded)) => loaded,
        Ok(None) => return Looked::Other,
        Err(problem) => return Looked::Failed(problem),
    };
    let path = path.unwrap_or(Path::new(STDIN));
    let read = document::read(&text, source, Format::guess(path, &text), &Limits::default());
    if !read.complete() && (!is_recognisable(&text) || is_generated_from(&text, &read)) {
        return Looked::Unparsed;
    }
    if read.complete() && !has_resources(&read, &text) {
        return Looked::Other;
    }
    Looked::Ours(Box::new(Input { path: path.to_owned(), source, text, read }))
}

/// True if a document of the file is shaped as a CloudFormation template.
fn has_resources(read: &Read, text: &str) -> bool {
    let tree = Tree::new(&read.document, text);
    tree.roots().any(|root| root.get("Resources").is_some_and(|(_, resources)| resources.kind() == Kind::Map))
}

/// True if a text that cannot be parsed was certainly meant as a template.
fn is_recognisable(text: &str) -> bool {
    text.contains("AWSTemplateFormatVersion")
        || text.contains("AWS::Serverless-2016-10-31")
        || (text.contains("AWS::") && (text.contains("\"Resources\"") || text.contains("Resources:")))
}

/// True if a text cannot be parsed because it is the input of Jinja, Helm or the like: where parsing fails,
/// there is a mark of theirs.
fn is_generated_from(text: &str, read: &Read) -> bool {
    let failed = read.problems.iter().filter(|problem| problem.kind == ProblemKind::Syntax);
    failed.filter_map(|problem| problem.span).any(|span| {
        let position = text.floor_char_boundary((span.start as usize).min(text.len()));
        let start = text[..position].rfind('\n').map_or(0, |end| end + 1);
        // Often the parser notices only on the next line.
        let before = text[..start.saturating_sub(1)].rfind('\n').map_or(0, |end| end + 1);
        let end = text[position..].find('\n').map_or(text.len(), |length| position + length);
        let lines = &text[before..end];
        lines.contains("{%") || lines.replace("{{resolve:", "").contains("{{")
    })
}

/// Applies `work` to all items, on up to `threads` threads; results come in the order of the items.
fn in_order<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if threads > 1 && items.len() > FEW {
        // Where threads cannot be had, one is enough.
        if let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
            return pool.install(|| items.par_iter().map(work).collect());
        }
    }
    items.iter().map(work).collect()
}

fn thread_count(asked: usize) -> usize {
    if asked == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { asked }
}

/// Does `work` for one file; a panic becomes a problem.
fn guarded(path: &Path, work: impl FnOnce() -> Looked) -> Looked {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Looked::Failed(bug(path, &*panic)))
}

/// The problem that stands for a panic.
fn bug(path: &Path, panic: &(dyn Any + Send)) -> Problem {
    let reason = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given");
    let reason = reason.lines().next().unwrap_or_default();
    Problem::of(
        ProblemKind::Internal,
        path,
        format!("fedlint failed on `{}`: {reason}", path.display()),
        "This is a bug in fedlint: please report it, with the smallest part of the file that still fails and \
         with what `fedlint --version` prints.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_problem_of_its_file() {
        let looked = guarded(Path::new("a.yaml"), || panic!("index out of bounds\nmore"));
        let Looked::Failed(problem) = looked else { panic!("{looked:?}") };
        assert_eq!(problem.kind, ProblemKind::Internal);
        assert_eq!(problem.message, "fedlint failed on `a.yaml`: index out of bounds");
        assert!(problem.kind.loses());
    }

    #[test]
    fn results_come_in_order() {
        let items: Vec<usize> = (0..1000).collect();
        for threads in [1, 2, 8] {
            assert_eq!(
                in_order(&items, threads, |item| item * 2),
                items.iter().map(|i| i * 2).collect::<Vec<_>>()
            );
        }
    }
}
