//! The whole pipeline: from paths to findings.
//!
//! Parallelism lives only here. Files are read and structured side by side once there are more than a few;
//! what comes back is in the order of the files, so that nothing depends on the number of threads. A panic
//! inside one file is caught, reported as our bug, and costs nobody else's findings.

use std::any::Any;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::analysis::Analysis;
use crate::document::json::pieces::{Cutter, Piece};
use crate::document::{self, Format, Limits, Read};
use crate::facts::{self, Fact, Framed, Framing, Query};
use crate::finding::{Finding, Reach, Way};
use crate::knowledge::Issuers;
use crate::model::{self, Model};
use crate::resources::{self, File, Resources, account, cloudformation};
use crate::rules::{self, Judge, Rule, Selection};
use crate::settings::Settings;
use crate::source::{
    self, Blocks, Bytes, Exclude, Found, Origin, Problem, ProblemKind, STDIN, Search, SizeLimit, SourceId,
    Sources, Span,
};
use crate::value::Vocabulary;

/// What to scan, and how.
#[derive(Debug, Default)]
pub struct Request {
    /// Files, directories, glob patterns; `-` stands for [`Self::stdin`].
    pub paths: Vec<PathBuf>,
    /// Dumps of accounts that exist already: what templates refer to is looked up in them, and nothing is reported of them.
    pub with: Vec<PathBuf>,
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
    /// The findings, in the order in which they were made: the same for any number of threads.
    pub findings: Vec<Finding>,
    /// What each population outside gets, those who are furthest out first.
    pub reaches: Vec<Reach>,
    /// What could not be read, or only in part, in an order as fixed.
    pub problems: Vec<Problem>,
    /// How much was looked at.
    pub summary: Summary,
    /// The texts that all places lie in.
    pub sources: Sources,
    /// The rules that were known: the built-in ones and the user's own.
    pub rules: Cow<'static, [Rule]>,
}

/// What the ways of a scan are.
#[derive(Debug)]
pub struct Traced {
    /// The ways that were asked for: of those who are furthest out first; of each, what is proved to be worst first.
    pub ways: Vec<Way>,
    /// What could not be read, or only in part.
    pub problems: Vec<Problem>,
    /// How much was looked at.
    pub summary: Summary,
    /// The texts that all places lie in.
    pub sources: Sources,
}

/// The trust graph of a scan, as it is drawn.
#[derive(Debug)]
pub struct Drawn {
    /// The picture. None if the scan failed.
    pub framed: Option<Framed>,
    /// What could not be read, or only in part.
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
    /// True if nothing was looked at at all, because the settings cannot be used.
    pub refused: bool,
}

/// What became of one file.
#[derive(Debug)]
enum Looked {
    /// It holds something of ours.
    Ours {
        /// What is in it, without its text and structure; none if nothing of it can be used.
        file: Option<File>,
        /// What was wrong with it.
        problems: Vec<Problem>,
    },
    /// It holds nothing of ours.
    Other,
    /// It is not ours and could not be parsed.
    Unparsed,
    /// It could not be read.
    Failed(Problem),
}

/// What looking at one file needs.
struct Context<'s> {
    sources: &'s Sources,
    settings: &'s Settings,
    vocabulary: &'s Vocabulary,
    limit: SizeLimit,
}

/// The names of populations, innermost first.
pub const POPULATIONS: &[&str] = Query::POPULATIONS;

/// The names of what a role may be worth, mildest first.
pub const PRIVILEGES: &[&str] = Query::PRIVILEGES;

/// Below so many files, starting threads takes longer than reading them.
const FEW: usize = 8;

/// Files of more than so many bytes are read in pieces: no template is so long.
const LONG: u64 = 8 << 20;

/// How long a piece of a long file is, in bytes.
const PIECE: usize = 1 << 20;

/// How many pieces are looked at side by side, and held.
const PIECES: usize = 8;

/// The longest thing in a list of a long file, in bytes.
const LONGEST_PIECE: usize = 64 << 20;

/// Scans what `request` names.
///
/// `sources` holds what was read already: the settings.
#[must_use]
pub fn scan(sources: Sources, request: Request, settings: &Settings) -> Outcome {
    let examined = examine(&sources, request, settings, judge);
    let Examined { done, problems, summary, rules } = examined;
    let (findings, reaches) = done.unwrap_or_default();
    Outcome { findings, reaches, problems, summary, sources, rules }
}

/// Looks for ways in what `request` names: of populations, by their names in [`POPULATIONS`] (none for all those
/// outside), to roles that are worth one of [`PRIVILEGES`] at least. Other names are nobody's.
#[must_use]
pub fn trace(
    sources: Sources,
    request: Request,
    settings: &Settings,
    from: &[String],
    to: Option<&str>,
) -> Traced {
    let query = Query::named(from, to);
    let examined =
        examine(&sources, request, settings, |analysis, _, problems| find(analysis, &query, problems));
    let Examined { done, problems, summary, .. } = examined;
    Traced { ways: done.unwrap_or_default(), problems, summary, sources }
}

/// Draws the trust graph of what `request` names.
#[must_use]
pub fn draw(sources: Sources, request: Request, settings: &Settings, framing: &Framing) -> Drawn {
    let examined =
        examine(&sources, request, settings, |analysis, _, problems| picture(analysis, framing, problems));
    let Examined { done, problems, summary, .. } = examined;
    Drawn { framed: done, problems, summary, sources }
}

/// What came of looking at the files of a request.
struct Examined<R> {
    /// Nothing after a panic, which is a problem then.
    done: Option<R>,
    problems: Vec<Problem>,
    summary: Summary,
    rules: Cow<'static, [Rule]>,
}

/// Reads and links what `request` names, and does `work` with it.
fn examine<R: Send>(
    sources: &Sources,
    request: Request,
    settings: &Settings,
    work: impl FnOnce(&Analysis<'_>, &[Rule], &mut Vec<Problem>) -> R + Send,
) -> Examined<R> {
    // Directories and patterns may stand for many files.
    let is_one = |path: &PathBuf| path.as_os_str() == "-" || path.is_file();
    let few = request.paths.len() <= FEW && request.paths.iter().all(is_one) && request.with.is_empty();
    let threads = if few { 1 } else { thread_count(request.threads) };
    on_threads(threads, || examine_here(sources, request, settings, threads, work))
}

fn examine_here<R>(
    sources: &Sources,
    request: Request,
    settings: &Settings,
    threads: usize,
    work: impl FnOnce(&Analysis<'_>, &[Rule], &mut Vec<Problem>) -> R,
) -> Examined<R> {
    let search = Search { exclude: request.exclude, threads };
    let discovery = source::discover(&request.paths, &search);
    let mut with = source::discover(&request.with, &search);
    with.files.retain(|found| discovery.files.iter().all(|own| own.path != found.path));
    let mut summary = Summary { searched: discovery.searched || discovery.stdin, ..Summary::default() };
    let mut problems = discovery.problems;
    problems.append(&mut with.problems);
    let (rules, wrong) = rules::load(settings, sources);
    problems.extend(wrong);
    let (issuers, wrong) = Issuers::load(settings, sources);
    problems.extend(wrong);

    let vocabulary = Vocabulary::default();
    let context = Context { sources, settings, vocabulary: &vocabulary, limit: request.limit };
    let mut looked = in_order(&discovery.files, |found| guarded(&found.path, || context.look(found)));
    if let Some(bytes) = request.stdin {
        let path = Path::new(STDIN);
        looked.push(guarded(path, || context.look_at(path, sources.load_bytes(None, bytes))));
    }
    let mut files = sort_out(looked, &mut summary, &mut problems);
    let looked = in_order(&with.files, |found| guarded(&found.path, || context.look(found)));
    let existing = sort_out(looked, &mut Summary::default(), &mut problems);
    files.extend(existing.into_iter().filter_map(|file| file.existing(&mut problems)));
    let done = caught(Path::new(""), || {
        let mut resources = resolve(files, settings, &vocabulary);
        let mut problems = std::mem::take(&mut resources.problems);
        let analysis = analysis(resources, &vocabulary, settings, sources, issuers, &mut summary);
        (work(&analysis, &rules, &mut problems), problems)
    });
    let done = match done {
        Ok((done, more)) => {
            problems.extend(more);
            Some(done)
        }
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    Examined { done, problems, summary, rules }
}

/// Scans texts that are not in files, each under a path of its own.
#[must_use]
pub fn scan_texts(texts: &[(&str, &str)], settings: &Settings) -> Outcome {
    scan_texts_with(texts, &[], settings)
}

/// As [`scan_texts`], where things are looked up in the answers `with`, and nothing is reported of them.
#[must_use]
pub fn scan_texts_with(texts: &[(&str, &str)], with: &[(&str, &str)], settings: &Settings) -> Outcome {
    let sources = Sources::default();
    let examined = examine_texts(&sources, texts, with, settings, judge);
    let Examined { done, problems, summary, rules } = examined;
    let (findings, reaches) = done.unwrap_or_default();
    Outcome { findings, reaches, problems, summary, sources, rules }
}

/// As [`trace`], in texts that are not in files.
#[must_use]
pub fn trace_texts(texts: &[(&str, &str)], settings: &Settings, from: &[String], to: Option<&str>) -> Traced {
    let sources = Sources::default();
    let query = Query::named(from, to);
    let examined = examine_texts(&sources, texts, &[], settings, |analysis, _, problems| {
        find(analysis, &query, problems)
    });
    let Examined { done, problems, summary, .. } = examined;
    Traced { ways: done.unwrap_or_default(), problems, summary, sources }
}

/// As [`examine`], in texts that are not in files. A panic is not caught.
fn examine_texts<R>(
    sources: &Sources,
    texts: &[(&str, &str)],
    with: &[(&str, &str)],
    settings: &Settings,
    work: impl FnOnce(&Analysis<'_>, &[Rule], &mut Vec<Problem>) -> R,
) -> Examined<R> {
    let vocabulary = Vocabulary::default();
    let (rules, mut problems) = rules::load(settings, sources);
    let (issuers, wrong) = Issuers::load(settings, sources);
    problems.extend(wrong);
    let mut summary = Summary::default();
    let mut files =
        sort_out(look_at_texts(texts, settings, &vocabulary, sources), &mut summary, &mut problems);
    let looked = look_at_texts(with, settings, &vocabulary, sources);
    let existing = sort_out(looked, &mut Summary::default(), &mut problems);
    files.extend(existing.into_iter().filter_map(|file| file.existing(&mut problems)));
    let mut resources = resolve(files, settings, &vocabulary);
    problems.append(&mut resources.problems);
    let analysis = analysis(resources, &vocabulary, settings, sources, issuers, &mut summary);
    let done = Some(work(&analysis, &rules, &mut problems));
    Examined { done, problems, summary, rules }
}

/// As [`draw`], of texts that are not in files.
#[must_use]
pub fn draw_texts(texts: &[(&str, &str)], settings: &Settings, framing: &Framing) -> Drawn {
    let sources = Sources::default();
    let examined = examine_texts(&sources, texts, &[], settings, |analysis, _, problems| {
        picture(analysis, framing, problems)
    });
    let Examined { done, problems, summary, .. } = examined;
    Drawn { framed: done, problems, summary, sources }
}

fn picture(analysis: &Analysis<'_>, framing: &Framing, problems: &mut Vec<Problem>) -> Framed {
    let framed = facts::draw(&facts::ways(analysis, &mut Nobody), framing);
    problems.extend(contradicted(analysis));
    problems.extend(cut(analysis));
    framed
}

fn find(analysis: &Analysis<'_>, query: &Query, problems: &mut Vec<Problem>) -> Vec<Way> {
    let ways = facts::ways(analysis, &mut Nobody).find(query);
    problems.extend(not_read(analysis));
    problems.extend(contradicted(analysis));
    problems.extend(cut(analysis));
    ways
}

/// The model of texts that are not in files.
#[must_use]
pub fn model_of_texts(texts: &[(&str, &str)], settings: &Settings, vocabulary: &Vocabulary) -> Model {
    let sources = Sources::default();
    let looked = look_at_texts(texts, settings, vocabulary, &sources);
    let files = sort_out(looked, &mut Summary::default(), &mut Vec::new());
    model::build(resolve(files, settings, vocabulary), &sources, vocabulary)
}

fn look_at_texts(
    texts: &[(&str, &str)],
    settings: &Settings,
    vocabulary: &Vocabulary,
    sources: &Sources,
) -> Vec<Looked> {
    let context = Context { sources, settings, vocabulary, limit: SizeLimit::default() };
    let look = |&(path, text): &(&str, &str)| {
        let text: Arc<str> = text.into();
        let source = sources.add_kept(Origin::Memory(path.into()), Arc::clone(&text));
        context.look_at(Path::new(path), Ok(Some((source, text))))
    };
    texts.iter().map(look).collect()
}

/// What is ours, of all that was looked at.
fn sort_out(looked: Vec<Looked>, summary: &mut Summary, problems: &mut Vec<Problem>) -> Vec<File> {
    let mut files = Vec::new();
    for looked in looked {
        match looked {
            Looked::Ours { file, problems: more } => {
                // Files that only say how others belong together are not counted.
                summary.files += usize::from(file.as_ref().is_none_or(File::counts));
                problems.extend(more);
                files.extend(file);
            }
            Looked::Other => summary.other_files += 1,
            Looked::Unparsed => summary.unparsed_files += 1,
            Looked::Failed(problem) => problems.push(problem),
        }
    }
    files
}

/// Resolves what was read. Templates tree by tree: exports first, because other trees import them. Then accounts.
fn resolve(files: Vec<File>, settings: &Settings, vocabulary: &Vocabulary) -> Resources {
    let (mut templates, mut answers) = (Vec::new(), Vec::new());
    for file in files {
        match file {
            File::Templates(file) => templates.push(file),
            File::Answers(file) => answers.push(*file),
        }
    }
    let dump = account::Dump::new(answers);
    let into = dump.only_existing(vocabulary);
    let mut plan = cloudformation::Plan::new(templates, settings, into.as_ref(), vocabulary);
    dump.exports(vocabulary).into_iter().for_each(|export| plan.take(export));
    let trees: Vec<usize> = (0..plan.len()).collect();
    let exported = in_order(&trees, |&tree| plan.exported(tree, vocabulary));
    plan.link(exported);
    let resolved = in_order(&trees, |&tree| plan.resolve(tree, vocabulary));
    let mut resources = plan.merge(resolved);
    if !dump.is_empty() {
        let start = account::Start::after(&resources);
        resources.append(dump.resolve(start, vocabulary));
    }
    resources
}

/// Turns resources into what facts look at, and counts what was looked at.
fn analysis<'s>(
    resources: Resources,
    vocabulary: &'s Vocabulary,
    settings: &'s Settings,
    sources: &'s Sources,
    issuers: Issuers,
    summary: &mut Summary,
) -> Analysis<'s> {
    let model = model::build(resources, sources, vocabulary);
    summary.count(&model);
    Analysis::new(vocabulary, settings, sources, model, issuers)
}

/// What the rules say of the facts, and who gets in.
fn judge(analysis: &Analysis<'_>, rules: &[Rule], problems: &mut Vec<Problem>) -> (Vec<Finding>, Vec<Reach>) {
    let (selection, unknown) = Selection::new(&analysis.settings.rules, rules);
    problems.extend(unknown);
    let mut court = Court { judge: Judge::new(rules, &selection), analysis };
    let ways = facts::each(analysis, &mut court);
    let reaches = ways.reaches();
    problems.extend(not_read(analysis));
    problems.extend(contradicted(analysis));
    problems.extend(cut(analysis));
    (court.judge.finish(analysis), reaches)
}

/// What is more than we read, each place once.
fn not_read(analysis: &Analysis<'_>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for problem in analysis.model.problems() {
        if !problems.contains(problem) {
            problems.push(problem.clone());
        }
    }
    problems
}

/// What two ways to decide do not agree on.
fn contradicted(analysis: &Analysis<'_>) -> impl Iterator<Item = Problem> {
    analysis.contradictions().into_iter().map(|span| {
        let message = "two ways to decide this trust policy do not agree, which is a bug in fedlint";
        let help = "Please report it with this policy. What is said of it counts as possible only.";
        Problem::at(ProblemKind::Internal, span, message, help)
    })
}

/// That not all chains of roles were looked at.
fn cut(analysis: &Analysis<'_>) -> Option<Problem> {
    analysis.chains_are_cut().then(|| Problem {
        kind: ProblemKind::Budget,
        span: None,
        path: None,
        message: "there are more pairs of roles that may assume one another than are looked at".to_owned(),
        help: "Chains of roles that are reported are true, but there may be others: scan fewer accounts at once."
            .to_owned(),
    })
}

/// Has facts made side by side, each part with a judge of its own.
struct Court<'r, 'a> {
    judge: Judge<'r>,
    analysis: &'a Analysis<'a>,
}

impl Court<'_, '_> {
    /// What is only looked up is not judged.
    fn take_with(judge: &mut Judge<'_>, fact: &dyn Fact, analysis: &Analysis<'_>) {
        if !analysis.is_existing(fact.common().subject) {
            judge.take(fact, analysis);
        }
    }
}

impl facts::Taker for Court<'_, '_> {
    fn take(&mut self, fact: &dyn Fact) {
        Self::take_with(&mut self.judge, fact, self.analysis);
    }

    fn share(&mut self, parts: usize, work: &facts::Work<'_>) {
        let numbers: Vec<usize> = (0..parts).collect();
        let judged = in_order(&numbers, |&part| {
            let mut judge = self.judge.another();
            work(part, &mut |fact| Self::take_with(&mut judge, fact, self.analysis));
            judge
        });
        judged.into_iter().for_each(|judge| self.judge.append(judge));
    }
}

/// Has facts made side by side that nobody asks for.
struct Nobody;

impl facts::Taker for Nobody {
    fn take(&mut self, _: &dyn Fact) {}

    fn share(&mut self, parts: usize, work: &facts::Work<'_>) {
        let numbers: Vec<usize> = (0..parts).collect();
        in_order(&numbers, |&part| work(part, &mut |_| {}));
    }
}

impl Summary {
    fn count(&mut self, model: &Model) {
        // Variants of one resource are one.
        fn distinct<K: model::Kind>(model: &Model) -> usize {
            let own = K::all(model).iter().map(K::entity).filter(|entity| entity.variant == 0);
            own.filter(|entity| !model.scope.is_existing(entity.deployment)).count()
        }
        self.roles = distinct::<model::Role>(model);
        self.providers = distinct::<model::SamlProvider>(model) + distinct::<model::OidcProvider>(model);
        self.pools = distinct::<model::UserPool>(model) + distinct::<model::IdentityPool>(model);
        self.permission_sets = distinct::<model::PermissionSet>(model);
    }
}

impl Context<'_> {
    fn look(&self, found: &Found) -> Looked {
        if let Some(blocks) = self.sources.open_in_blocks(&found.path, LONG) {
            return self.look_in_pieces(&found.path, blocks);
        }
        // An answer may have nothing in it but that there is nothing.
        let loaded = if account::lies_in_a_dump(&found.path) {
            self.sources.load_whatever_it_holds(&found.path, self.limit).map(Some)
        } else {
            self.sources.load(&found.path, self.limit)
        };
        self.look_at(&found.path, loaded)
    }

    /// Looks at a long file of JSON: while some pieces are looked at, the next are read.
    fn look_in_pieces(&self, path: &Path, mut blocks: Blocks) -> Looked {
        let source = blocks.source();
        let mut cutter = Some(Cutter::new(PIECE));
        let (mut file, mut problems, mut any): (Option<account::File>, Vec<Problem>, bool) =
            (None, Vec::new(), false);
        let mut pieces = Vec::new();
        loop {
            let (next, looked) = rayon::join(
                || next_pieces(path, &mut blocks, &mut cutter),
                || in_order(&pieces, |piece| self.look_at_piece(path, source, piece)),
            );
            for (found, more) in looked {
                problems.extend(more);
                match (&mut file, found) {
                    (Some(file), Some(found)) => file.append(found),
                    (file @ None, found) => *file = found,
                    (Some(_), None) => {}
                }
            }
            any |= file.is_some();
            match next {
                Ok(next) if next.is_empty() => break,
                Ok(next) => pieces = next,
                Err(problem) => {
                    problems.push(problem);
                    break;
                }
            }
        }
        self.sources.close(blocks);
        if !any && !problems.iter().any(|problem| problem.kind == ProblemKind::Unreadable) {
            let lost = problems.iter().any(|problem| problem.kind.loses());
            return if lost { Looked::Unparsed } else { Looked::Other };
        }
        Looked::Ours { file: file.map(Box::new).map(File::Answers), problems }
    }

    fn look_at_piece(
        &self,
        path: &Path,
        source: SourceId,
        piece: &Piece,
    ) -> (Option<account::File>, Vec<Problem>) {
        let text = match std::str::from_utf8(&piece.bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = (error.valid_up_to() as u32).wrapping_add(piece.shift);
                let problem = Problem::at(
                    ProblemKind::Encoding,
                    Span::new(source, at, at),
                    "this is no text in UTF-8",
                    "Save the file as UTF-8; what stands near this place was not read.",
                );
                return (None, vec![problem]);
            }
        };
        let mut read = document::json::read(text, source, &Limits::default());
        read.move_by(piece.shift);
        let file = account::read(path, &read.document, text, self.settings, self.vocabulary, self.sources);
        (file, read.problems)
    }

    fn look_at(&self, path: &Path, loaded: Result<Option<(SourceId, Arc<str>)>, Problem>) -> Looked {
        let (source, text) = match loaded {
            Ok(Some(loaded)) => loaded,
            Ok(None) => return Looked::Other,
            Err(problem) => return Looked::Failed(problem),
        };
        let is_answer = account::lies_in_a_dump(path);
        let format = if is_answer { Format::Json } else { Format::guess(path, &text) };
        let mut read = document::read(&text, source, format, &Limits::default());
        let complete = read.complete();
        let is_template = complete || (is_recognisable(&text) && !is_generated_from(&text, &read));
        let file = resources::read(path, &read.document, &text, self.settings, self.vocabulary, self.sources);
        let file = file.filter(|file| is_template || matches!(file, File::Answers(_)));
        match file {
            None if is_answer && text.trim().is_empty() => {
                let message = format!("`{}` is empty", path.display());
                let help =
                    "It may have been cut off: ask AWS again. An answer that says nothing is written `{}`.";
                read.problems.push(Problem::of(ProblemKind::Answer, path, message, help));
            }
            None if complete => return Looked::Other,
            None if !is_template && !is_answer => return Looked::Unparsed,
            _ => {}
        }
        // A file that cannot be parsed counts: it is ours, and its problems say what is lost.
        Looked::Ours { file, problems: read.problems }
    }
}

/// The next pieces of a long file; none at its end.
fn next_pieces(path: &Path, blocks: &mut Blocks, cutter: &mut Option<Cutter>) -> Result<Vec<Piece>, Problem> {
    let mut pieces = Vec::new();
    while let Some(open) = cutter.as_mut().filter(|_| pieces.len() < PIECES) {
        let block = blocks.next_block()?;
        match block {
            Some(block) => open.push(block, &mut pieces),
            None => pieces.extend(cutter.take().and_then(Cutter::finish)),
        }
        if let Some(open) = cutter.as_ref().filter(|open| open.held() > LONGEST_PIECE)
            && !open.is_broken()
        {
            let message = format!(
                "`{}` has something in a list that is longer than {LONGEST_PIECE} bytes",
                path.display()
            );
            let help = "What stands before it was read. Split the file, or exclude it if it does not matter.";
            *cutter = None;
            return Err(Problem::of(ProblemKind::TooLarge, path, message, help));
        }
        if cutter.as_ref().is_some_and(|open| open.is_broken() && open.held() > 2 * PIECE) {
            // The reader says what is wrong there; nothing behind it would be read.
            pieces.extend(cutter.take().and_then(Cutter::finish));
        }
    }
    Ok(pieces)
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

/// Runs `work` where parallel iterators use `threads` threads. One means this very thread: none is started.
fn on_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
    if threads > 1 {
        // Where threads cannot be had, one is enough.
        if let Ok(pool) = builder.build() {
            return pool.install(work);
        }
        return on_threads(1, work);
    }
    // This thread becomes the only one of a pool. It stays so: a second scan on it finds it in place, which is
    // the one error that is possible here.
    let pool = builder.use_current_thread().build();
    let result = work();
    drop(pool);
    result
}

/// Applies `work` to all items, side by side if they are more than a few; results come in their order.
fn in_order<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if items.len() > FEW { items.par_iter().map(work).collect() } else { items.iter().map(work).collect() }
}

fn thread_count(asked: usize) -> usize {
    if asked == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { asked }
}

/// Does `work` for one file; a panic becomes a problem.
fn guarded(path: &Path, work: impl FnOnce() -> Looked) -> Looked {
    caught(path, work).unwrap_or_else(Looked::Failed)
}

/// Does `work`; a panic becomes a problem of the file at `path`, or of the whole scan if that is empty.
fn caught<R>(path: &Path, work: impl FnOnce() -> R) -> Result<R, Problem> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| bug(path, &*panic))
}

/// The problem that stands for a panic.
fn bug(path: &Path, panic: &(dyn Any + Send)) -> Problem {
    let reason = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given");
    let reason = reason.lines().next().unwrap_or_default();
    let help = "This is a bug in fedlint: please report it, with the smallest part of the input that still fails \
                and with what `fedlint --version` prints.";
    if path.as_os_str().is_empty() {
        let message = format!("fedlint failed after reading all files: {reason}");
        return Problem {
            kind: ProblemKind::Internal,
            span: None,
            path: None,
            message,
            help: help.to_owned(),
        };
    }
    let message = format!("fedlint failed on `{}`: {reason}", path.display());
    Problem::of(ProblemKind::Internal, path, message, help)
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
        for threads in [1, 2, 8, 1] {
            let doubled = on_threads(threads, || in_order(&items, |item| item * 2));
            assert_eq!(doubled, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_thread_is_the_one_that_is_there() {
        let own = std::thread::current().id();
        for _ in 0..2 {
            let items: Vec<usize> = (0..100).collect();
            let threads = on_threads(1, || in_order(&items, |_| std::thread::current().id()));
            assert!(threads.iter().all(|&thread| thread == own));
        }
    }
}
