//! The whole pipeline: from paths to findings.
//!
//! Parallelism lives only here. Files are read and structured side by side once there are more than a few;
//! what comes back is in the order of the files, so that nothing depends on the number of threads. A panic
//! inside one file, or later because of it, is caught, reported as our bug, and costs nobody else's findings ([`bug`]).

pub mod bug;
pub mod examples;
mod focus;
mod isolate;
mod listing;
mod look;
mod mend;
mod progress;
mod threads;
mod visited;

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use self::focus::Focus;
use self::isolate::{Failed, isolate};
use self::listing::{Listing, gather};
use self::look::{Context, Gathered, Looked, sort_out, sort_out_existing};
use self::threads::{in_order, on_threads, used_up_in_order};
use crate::analysis::Analysis;
use crate::document::Limits;
use crate::facts::{self, Fact, Framed, Framing, Query};
use crate::finding::{Certainty, Finding, Reach, Way};
use crate::fixes;
use crate::knowledge::Issuers;
use crate::model::{self, Builder, Model};
use crate::resources::{File, Resources, account, cloudformation};
use crate::rules::suppress::{self, Instruction};
use crate::rules::{self, Judge, Rule, Selection};
use crate::settings::Settings;
use crate::source::{self, Bytes, Exclude, Origin, Problem, ProblemKind, SizeLimit, Sources, Span};
use crate::value::Vocabulary;

pub use mend::{Mend, Mended, Mending, Texts, mend};
pub use progress::{Progress, Stage};
pub(crate) use threads::side_by_side;
pub use visited::{Holds, Visited};

/// What to scan, and how.
#[derive(Debug, Default)]
pub struct Request {
    /// Files, directories, glob patterns; `-` stands for [`Self::stdin`].
    pub paths: Vec<PathBuf>,
    /// Dumps of accounts that exist already: what templates refer to is looked up in them, and nothing is reported of them.
    pub with: Vec<PathBuf>,
    /// Files that are read beside, so that what refers to them finds it. Only what touches [`Self::paths`] is reported.
    pub context: Vec<PathBuf>,
    /// What standard input held, if it was read.
    pub stdin: Option<Bytes>,
    /// What searches leave out.
    pub exclude: Exclude,
    /// How many threads to use at most; 0 is one for each processor.
    pub threads: usize,
    /// The largest file that is read.
    pub limit: SizeLimit,
    /// How much of all files together is held, as far as they hold something of ours.
    pub total: TotalLimit,
    /// How much structure a file may have.
    pub limits: Limits,
    /// How many findings of one file are reported.
    pub findings: FindingLimit,
    /// True if it is to be listed what became of each file.
    pub list_files: bool,
    /// Where it is said how far the scan is.
    pub progress: Arc<Progress>,
}

/// How long all files together may be that hold something of ours, in bytes: more would not fit in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TotalLimit(pub u64);

impl TotalLimit {
    /// What is read unless something else is asked for: 16 GiB.
    pub const USUAL: u64 = 16 << 30;
}

impl Default for TotalLimit {
    fn default() -> Self {
        Self(Self::USUAL)
    }
}

/// How many findings of one file are reported: nobody reads more, and reports have to hold them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingLimit(pub usize);

impl FindingLimit {
    /// What is reported unless something else is asked for.
    pub const USUAL: usize = 100_000;
}

impl Default for FindingLimit {
    fn default() -> Self {
        Self(Self::USUAL)
    }
}

impl Request {
    /// True for a few short files, for which starting threads takes longer than reading them.
    #[must_use]
    pub fn is_small(&self) -> bool {
        // Directories and patterns may stand for many files, and a long file has many pieces.
        let is_short = |path: &PathBuf| {
            path.as_os_str() == "-"
                || path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= source::LONG)
        };
        self.paths.len() <= FEW
            && self.paths.iter().all(is_short)
            && self.with.is_empty()
            && self.context.is_empty()
    }
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
    /// What became of each file, in the order of their paths, if that was asked for.
    pub files: Vec<Visited>,
    /// The texts that all places lie in.
    pub sources: Sources,
    /// The rules that were known: the built-in ones and the user's own.
    pub rules: Cow<'static, [Rule]>,
    /// How many threads were worth using.
    pub threads: usize,
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
    /// Files that were only read beside those, and hold something of ours.
    pub beside: usize,
    /// IAM roles.
    pub roles: usize,
    /// Identity providers in IAM: SAML and OIDC.
    pub providers: usize,
    /// Cognito user pools and identity pools.
    pub pools: usize,
    /// Permission sets of IAM Identity Center.
    pub permission_sets: usize,
    /// Findings that the baseline has, of what was looked at, and that are not there any more.
    pub gone: usize,
    /// True if a directory, a pattern or standard input was among the paths: then finding nothing of ours
    /// means something.
    pub searched: bool,
    /// True if nothing was looked at at all, because the settings cannot be used.
    pub refused: bool,
}

/// The names of populations, innermost first.
pub const POPULATIONS: &[&str] = Query::POPULATIONS;

/// The names of what a role may be worth, mildest first.
pub const PRIVILEGES: &[&str] = Query::PRIVILEGES;

/// Below so many files, starting threads takes longer than reading them.
const FEW: usize = 8;

/// So many bytes are worth a thread, in however few files they are.
const SHARE: u64 = 1 << 18;

/// Scans what `request` names.
///
/// `sources` holds what was read already: the settings.
#[must_use]
pub fn scan(sources: Sources, request: Request, settings: &Settings) -> Outcome {
    let examined = examine(&sources, request, settings, judge);
    outcome(examined, sources)
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

/// What is asked of a scan besides its files.
struct Asked<'r> {
    rules: &'r [Rule],
    suppressions: Vec<Instruction>,
    /// True if more was looked at than files that were named.
    searched: bool,
    /// True if the whole directory of the settings was looked at.
    whole: bool,
    /// What is asked about, if more than that was looked at.
    focus: Option<&'r Focus>,
    /// How many findings of one file are reported.
    most: FindingLimit,
}

/// What came of looking at the files of a request.
struct Examined<R> {
    /// Nothing after a panic, which is a problem then.
    done: Option<R>,
    problems: Vec<Problem>,
    summary: Summary,
    files: Vec<Visited>,
    rules: Cow<'static, [Rule]>,
    /// How many threads were worth using.
    threads: usize,
}

/// Reads and links what `request` names, and does `work` with it.
fn examine<R: Send>(
    sources: &Sources,
    request: Request,
    settings: &Settings,
    work: impl Fn(&Analysis<'_>, Asked<'_>, &mut Vec<Problem>) -> R + Send,
) -> Examined<R> {
    let listing = Listing::new(request);
    on_threads(listing.threads(), || examine_here(sources, listing, settings, work))
}

fn examine_here<R>(
    sources: &Sources,
    mut listing: Listing,
    settings: &Settings,
    work: impl Fn(&Analysis<'_>, Asked<'_>, &mut Vec<Problem>) -> R,
) -> Examined<R> {
    let whole = listing.named.iter().any(|path| settings.root.starts_with(source::absolute(path)));
    let (rules, wrong) = rules::load(settings, sources);
    listing.load(sources);
    let mut scan = |skipped: &FxHashSet<PathBuf>| {
        let (issuers, more) = Issuers::load(settings, sources);
        let vocabulary = Vocabulary::default();
        let builder = Builder::new(sources, &vocabulary);
        let context = Context {
            sources,
            settings,
            vocabulary: &vocabulary,
            builder: &builder,
            limit: listing.limit,
            limits: listing.limits,
        };
        let mut summary = Summary { searched: listing.searched, ..Summary::default() };
        let mut problems = listing.problems.clone();
        let (files, gathered) = gather(&context, &listing, skipped, &mut summary, &mut problems);
        problems.extend(wrong.iter().cloned());
        problems.extend(more);
        let Gathered { parts, suppressions, visited, ours } = gathered;
        let stage = Cell::new(bug::RESOLVING);
        let focus = listing.focus.as_ref();
        let enter = |next| {
            stage.set(next);
            #[cfg(test)]
            bug::provoke(next, &ours);
        };
        let done = bug::caught(|| {
            listing.progress.link();
            enter(bug::RESOLVING);
            let mut resources = resolve(files, settings, &vocabulary);
            let mut problems = std::mem::take(&mut resources.problems);
            enter(bug::LINKING);
            let model = builder.build(parts, resources);
            summary.count(&model, |span| focus.is_none_or(|focus| focus.has(&sources.path(span.source))));
            let analysis = Analysis::new(&vocabulary, settings, sources, model, issuers);
            let searched = summary.searched || focus.is_some();
            let most = listing.findings;
            let asked = Asked { rules: &rules, suppressions, searched, whole, most, focus };
            listing.progress.judge();
            enter(bug::JUDGING);
            (work(&analysis, asked, &mut problems), problems)
        });
        match done {
            Ok((done, more)) => {
                problems.extend(more);
                Ok((done, problems, summary, visited))
            }
            Err(reason) => {
                Err(Box::new(Failed { stage: stage.get(), reason, ours, problems, summary, visited }))
            }
        }
    };
    let (done, problems, summary, files) = match scan(&FxHashSet::default()) {
        Ok((done, problems, summary, visited)) => (Some(done), problems, summary, visited),
        Err(failed) => isolate(*failed, &mut scan),
    };
    Examined { done, problems, summary, files, rules, threads: rayon::current_num_threads() }
}

/// The model of what `request` names.
#[must_use]
pub fn model_of(sources: &Sources, request: Request, settings: &Settings, vocabulary: &Vocabulary) -> Model {
    let mut listing = Listing::new(request);
    on_threads(listing.threads(), || {
        let builder = Builder::new(sources, vocabulary);
        let (limit, limits) = (listing.limit, listing.limits);
        let context = Context { sources, settings, vocabulary, builder: &builder, limit, limits };
        listing.load(sources);
        let skipped = FxHashSet::default();
        let (files, gathered) =
            gather(&context, &listing, &skipped, &mut Summary::default(), &mut Vec::new());
        builder.build(gathered.parts, resolve(files, settings, vocabulary))
    })
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
    outcome(examined, sources)
}

/// As [`scan_texts`], by these rules instead of those that the settings name.
#[must_use]
pub fn scan_texts_by(texts: &[(&str, &str)], settings: &Settings, rules: Cow<'static, [Rule]>) -> Outcome {
    let sources = Sources::default();
    let examined = examine_texts_by((rules, Vec::new()), &sources, texts, &[], settings, judge);
    outcome(examined, sources)
}

fn outcome(examined: Examined<(Vec<Finding>, Vec<Reach>)>, sources: Sources) -> Outcome {
    let Examined { done, problems, summary, files, rules, threads } = examined;
    let (findings, reaches) = done.unwrap_or_default();
    Outcome { findings, reaches, problems, summary, files, sources, rules, threads }
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
    work: impl FnOnce(&Analysis<'_>, Asked<'_>, &mut Vec<Problem>) -> R,
) -> Examined<R> {
    examine_texts_by(rules::load(settings, sources), sources, texts, with, settings, work)
}

fn examine_texts_by<R>(
    (rules, mut problems): (Cow<'static, [Rule]>, Vec<Problem>),
    sources: &Sources,
    texts: &[(&str, &str)],
    with: &[(&str, &str)],
    settings: &Settings,
    work: impl FnOnce(&Analysis<'_>, Asked<'_>, &mut Vec<Problem>) -> R,
) -> Examined<R> {
    let vocabulary = Vocabulary::default();
    let (issuers, wrong) = Issuers::load(settings, sources);
    problems.extend(wrong);
    let mut summary = Summary::default();
    let builder = Builder::new(sources, &vocabulary);
    let mut gathered = Gathered::default();
    let looked = look_at_texts(texts, settings, &vocabulary, &builder, sources);
    let mut files = sort_out(looked, &mut gathered, &mut summary, &mut problems);
    let looked = look_at_texts(with, settings, &vocabulary, &builder, sources);
    files.extend(sort_out_existing(looked, &mut gathered, &mut problems));
    let mut resources = resolve(files, settings, &vocabulary);
    problems.append(&mut resources.problems);
    let model = builder.build(gathered.parts, resources);
    summary.count(&model, |_| true);
    let analysis = Analysis::new(&vocabulary, settings, sources, model, issuers);
    let suppressions = gathered.suppressions;
    let (most, focus) = (FindingLimit::default(), None);
    let asked = Asked { rules: &rules, suppressions, searched: true, whole: true, most, focus };
    let done = Some(work(&analysis, asked, &mut problems));
    Examined { done, problems, summary, files: Vec::new(), rules, threads: 1 }
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
    problems.extend(given_up(analysis));
    problems.extend(cut(analysis));
    framed
}

fn find(analysis: &Analysis<'_>, query: &Query, problems: &mut Vec<Problem>) -> Vec<Way> {
    let ways = facts::ways(analysis, &mut Nobody).find(query);
    problems.extend(not_read(analysis));
    problems.extend(contradicted(analysis));
    problems.extend(given_up(analysis));
    problems.extend(cut(analysis));
    ways
}

/// The model of texts that are not in files.
#[must_use]
pub fn model_of_texts(texts: &[(&str, &str)], settings: &Settings, vocabulary: &Vocabulary) -> Model {
    let sources = Sources::default();
    let builder = Builder::new(&sources, vocabulary);
    let looked = look_at_texts(texts, settings, vocabulary, &builder, &sources);
    let mut gathered = Gathered::default();
    let files = sort_out(looked, &mut gathered, &mut Summary::default(), &mut Vec::new());
    builder.build(gathered.parts, resolve(files, settings, vocabulary))
}

fn look_at_texts(
    texts: &[(&str, &str)],
    settings: &Settings,
    vocabulary: &Vocabulary,
    builder: &Builder<'_>,
    sources: &Sources,
) -> Vec<Looked> {
    let (limit, limits) = (SizeLimit::default(), Limits::default());
    let context = Context { sources, settings, vocabulary, builder, limit, limits };
    let look = |&(path, text): &(&str, &str)| {
        let text: Arc<str> = text.into();
        let source = sources.add_kept(Origin::Memory(path.into()), Arc::clone(&text));
        context.look_at(Path::new(path), Ok(Some((source, text))))
    };
    texts.iter().map(look).collect()
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
    let trees = plan.take_trees();
    let exported = in_order(&trees, |tree| plan.exported(tree, vocabulary));
    plan.link(exported);
    let resolved = used_up_in_order(trees, |tree| plan.resolve(tree, vocabulary));
    let mut resources = plan.merge(resolved);
    if !dump.is_empty() {
        let start = account::Start::after(&resources);
        resources.append(dump.resolve(start, vocabulary));
    }
    resources
}

/// What the rules say of the facts, and who gets in.
fn judge(
    analysis: &Analysis<'_>,
    asked: Asked<'_>,
    problems: &mut Vec<Problem>,
) -> (Vec<Finding>, Vec<Reach>) {
    let Asked { rules, suppressions, searched, whole, most, focus } = asked;
    let (selection, unknown) = Selection::new(&analysis.settings.rules, rules);
    problems.extend(unknown);
    let mut court = Court { judge: Judge::new(rules, &selection), analysis };
    // The ways in are let go of before the findings are put together: there may be very many of both.
    let mut reaches = facts::each(analysis, &mut court).reaches();
    problems.extend(not_read(analysis));
    problems.extend(contradicted(analysis));
    problems.extend(given_up(analysis));
    problems.extend(cut(analysis));
    let mut findings = court.judge.finish(analysis);
    let scene = suppress::Scene {
        settings: analysis.settings,
        rules,
        selection: &selection,
        sources: analysis.sources,
        vocabulary: analysis.vocabulary,
        searched,
        whole,
    };
    problems.extend(suppress::apply(&mut findings, suppressions, &scene));
    if let Some(focus) = focus {
        focus.narrow(&mut findings, &mut reaches, analysis.sources);
    }
    problems.extend(too_many(&mut findings, most, analysis.sources));
    // Afterwards, so that what is suppressed of them is not said to be nothing. A note of another finding is no more certain
    // than that.
    let least =
        analysis.settings.min_certainty.as_ref().and_then(|written| Certainty::from_name(&written.text));
    findings.retain(|finding| Some(finding.certainty) >= least);
    fixes::write_out(&mut findings, analysis.sources, !analysis.settings.parameters.is_empty());
    (findings, reaches)
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

/// Lets go of findings where one file has more than anybody can read: those that are left are the worst.
fn too_many(
    findings: &mut Vec<Finding>,
    FindingLimit(most): FindingLimit,
    sources: &Sources,
) -> Vec<Problem> {
    if findings.len() <= most {
        return Vec::new();
    }
    let mut files: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        files.entry(sources.path(finding.span.source)).or_default().push(index);
    }
    let mut left_out = FxHashSet::default();
    let mut problems = Vec::new();
    for (path, mut all) in files.into_iter().filter(|(_, all)| all.len() > most) {
        let message = format!(
            "`{}` has {} findings, of which the worst {most} are reported",
            path.display(),
            all.len()
        );
        all.sort_by_key(|&index| Reverse(findings[index].severity));
        left_out.extend(all.drain(most..));
        let help = "Mend what is reported, or split the file: what is found in it is the same then.";
        problems.push(Problem::of(ProblemKind::Budget, path, message, help));
    }
    let mut index = 0;
    findings.retain(|_| {
        index += 1;
        !left_out.contains(&(index - 1))
    });
    problems
}

/// What policies were not decided, because that would take too long.
fn given_up(analysis: &Analysis<'_>) -> impl Iterator<Item = Problem> {
    analysis.given_up().into_iter().map(|span| {
        let message = "it would take too long to decide everything about this trust policy";
        let help = "What is not decided counts as possible. A policy with many statements, values or wildcards is \
                    decided when it has fewer; of a short one, please report it.";
        Problem::at(ProblemKind::Combinations, span, message, help)
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
    /// What is only looked up is not judged, nor what an account only names.
    fn take_with(judge: &mut Judge<'_>, fact: &dyn Fact, analysis: &Analysis<'_>) {
        let subject = fact.common().subject;
        if !analysis.is_existing(subject) && !analysis.entity(subject).only_listed {
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
    fn count(&mut self, model: &Model, is_asked: impl Fn(Span) -> bool + Copy) {
        // Variants of one resource are one.
        fn distinct<K: model::Kind>(model: &Model, is_asked: impl Fn(Span) -> bool) -> usize {
            let own = K::all(model).iter().map(K::entity).filter(|entity| entity.variant == 0);
            let own = own.filter(|entity| !model.scope.is_existing(entity.deployment));
            own.filter(|entity| is_asked(entity.span)).count()
        }
        self.roles = distinct::<model::Role>(model, is_asked);
        self.providers = distinct::<model::SamlProvider>(model, is_asked)
            + distinct::<model::OidcProvider>(model, is_asked);
        self.pools =
            distinct::<model::UserPool>(model, is_asked) + distinct::<model::IdentityPool>(model, is_asked);
        self.permission_sets = distinct::<model::PermissionSet>(model, is_asked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_stands_in_several_places_is_one_and_keeps_its_places() {
        let role = |name: &str, service: &str| {
            format!(
                r#"{{"RoleName": "{name}", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/{name}",
                "AssumeRolePolicyDocument": {{"Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": {{"Service": "{service}.amazonaws.com"}}}}]}},
                "RolePolicyList": [], "AttachedManagedPolicies": []}}"#
            )
        };
        let roles = [role("one", "ec2"), role("other", "lambda"), role("two", "ec2")].join(", ");
        let text = format!(r#"{{"RoleDetailList": [{roles}]}}"#);
        let vocabulary = Vocabulary::default();
        let model = model_of_texts(&[("details.json", &text)], &Settings::default(), &vocabulary);
        let trusts = model.roles.iter().map(|role| &role.trust.known().expect("it is written").value);
        let trusts: Vec<_> = trusts.collect();
        assert_eq!(trusts[0].policy, trusts[2].policy);
        assert_ne!(trusts[0].policy, trusts[1].policy);
        let path = crate::policy::PolicyPath::new(0, crate::policy::Element::Effect);
        let places: Vec<usize> = trusts.iter().map(|trust| trust.place(path).start as usize).collect();
        let written: Vec<usize> = text.match_indices(r#""Allow""#).map(|(at, _)| at).collect();
        assert_eq!(places, written);
    }
}
