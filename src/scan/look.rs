//! Looks at one file: finds what of it is ours, and lets go of its text.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Summary, Visited, in_order};
use crate::document::json::pieces::{Cutter, Piece};
use crate::document::{self, Format, Limits, Read};
use crate::model::{Builder, Part};
use crate::resources::{self, File, account};
use crate::rules::suppress::{self, Instruction};
use crate::settings::Settings;
use crate::source::{self, Blocks, Found, LONG, Problem, ProblemKind, SizeLimit, SourceId, Sources, Span};
use crate::value::Vocabulary;

/// What became of one file.
#[derive(Debug)]
pub(super) enum Looked {
    /// It holds something of ours.
    Ours {
        /// What is in it, without its text and structure; none if nothing of it can be used.
        file: Option<File>,
        /// Entities that are made already: of accounts, of which there may be very many.
        parts: Vec<Part>,
        /// What is not to be acted on in it.
        suppressions: Vec<Instruction>,
        /// What was wrong with it.
        problems: Vec<Problem>,
        /// How long it is, in bytes.
        bytes: u64,
    },
    /// It holds nothing of ours.
    Other,
    /// It is not ours and could not be parsed.
    Unparsed,
    /// It could not be read.
    Failed(Problem),
}

/// What looking at one file needs.
pub(super) struct Context<'s> {
    pub(super) sources: &'s Sources,
    pub(super) settings: &'s Settings,
    pub(super) vocabulary: &'s Vocabulary,
    pub(super) builder: &'s Builder<'s>,
    pub(super) limit: SizeLimit,
    pub(super) limits: Limits,
}

/// How long a piece of a long file is, in bytes.
const PIECE: usize = 1 << 17;

/// How many pieces are looked at side by side, and held: more than are looked at one after another.
const PIECES: usize = 2 * super::FEW;

/// The longest thing in a list of a long file, in bytes.
const LONGEST_PIECE: usize = 64 << 20;

/// What of files is there before they are all read.
#[derive(Default)]
pub(super) struct Gathered {
    /// Entities that are made already.
    pub(super) parts: Vec<Part>,
    /// What is not to be acted on.
    pub(super) suppressions: Vec<Instruction>,
    /// What became of each file, if that is wanted.
    pub(super) visited: Vec<Visited>,
    /// The files that hold something of ours.
    pub(super) ours: Vec<PathBuf>,
}

impl Gathered {
    /// Notes which of these files hold something of ours.
    pub(super) fn note_ours(&mut self, paths: &[&Path], looked: &[Looked]) {
        let pairs = paths.iter().zip(looked);
        let ours = pairs.filter(|(_, looked)| matches!(looked, Looked::Ours { .. }));
        self.ours.extend(ours.map(|(path, _)| path.to_path_buf()));
    }
}

/// What is ours, of all that was looked at.
pub(super) fn sort_out(
    looked: Vec<Looked>,
    gathered: &mut Gathered,
    summary: &mut Summary,
    problems: &mut Vec<Problem>,
) -> Vec<File> {
    let mut files = Vec::new();
    for looked in looked {
        match looked {
            Looked::Ours { file, parts, suppressions, problems: more, .. } => {
                // Files that only say how others belong together are not counted.
                summary.files += usize::from(file.as_ref().is_none_or(File::counts));
                problems.extend(more);
                gathered.parts.extend(parts);
                gathered.suppressions.extend(suppressions);
                files.extend(file);
            }
            Looked::Other => summary.other_files += 1,
            Looked::Unparsed => summary.unparsed_files += 1,
            Looked::Failed(problem) => problems.push(problem),
        }
    }
    files
}

/// As [`sort_out`], of what things are only looked up in: it is not counted.
pub(super) fn sort_out_existing(
    looked: Vec<Looked>,
    gathered: &mut Gathered,
    problems: &mut Vec<Problem>,
) -> Vec<File> {
    // Nothing is reported of them, so that nothing is to be suppressed.
    let mut own = Gathered::default();
    let files = sort_out(looked, &mut own, &mut Summary::default(), problems);
    gathered.parts.append(&mut own.parts);
    files.into_iter().filter_map(|file| file.existing(problems)).collect()
}

impl Context<'_> {
    pub(super) fn look(&self, found: &Found) -> Looked {
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
        let mut file: Option<account::File> = None;
        let (mut parts, mut problems) = (Vec::new(), Vec::new());
        let bytes = path.metadata().map_or(0, |metadata| metadata.len());
        let mut pieces = Vec::new();
        loop {
            let (next, looked) = rayon::join(
                || next_pieces(path, &mut blocks, &mut cutter, LONGEST_PIECE),
                || in_order(&pieces, |piece| self.look_at_piece(path, source, piece)),
            );
            for (found, made, more) in looked {
                Part::join(&mut parts, made);
                problems.extend(more);
                match (&mut file, found) {
                    (Some(file), Some(found)) => file.append(found),
                    (file @ None, found) => *file = found,
                    (Some(_), None) => {}
                }
            }
            let (next, wrong) = next;
            problems.extend(wrong);
            if next.is_empty() {
                break;
            }
            pieces = next;
        }
        self.sources.close(blocks);
        // That something is too long in it does not say what it is.
        let too_large = |problem: &Problem| problem.kind == ProblemKind::TooLarge;
        if file.is_none()
            && let Some(at) = problems.iter().position(too_large)
            && (account::lies_in_a_dump(path) || source::file_matters(path))
        {
            return Looked::Failed(problems.swap_remove(at));
        }
        if file.is_none() && !problems.iter().any(|problem| problem.kind == ProblemKind::Unreadable) {
            return if nothing_is_lost(&problems) { Looked::Other } else { Looked::Unparsed };
        }
        if let Some(file) = file.as_mut().filter(|_| !nothing_is_lost(&problems)) {
            file.set_cut();
        }
        let file = file.map(Box::new).map(File::Answers);
        Looked::Ours { file, parts, suppressions: Vec::new(), problems, bytes }
    }

    /// What of a file has to wait for other files, and the entities that have not.
    fn divided(&self, file: Option<File>) -> (Option<File>, Vec<Part>) {
        match file {
            Some(File::Answers(mut file)) => {
                let parts = self.parts(&mut file);
                (Some(File::Answers(file)), parts)
            }
            other => (other, Vec::new()),
        }
    }

    /// The entities of things that need not wait for other files: they are taken out.
    fn parts(&self, file: &mut account::File) -> Vec<Part> {
        file.take_whole(self.vocabulary).iter().map(|whole| self.builder.part(whole)).collect()
    }

    fn look_at_piece(
        &self,
        path: &Path,
        source: SourceId,
        piece: &Piece,
    ) -> (Option<account::File>, Vec<Part>, Vec<Problem>) {
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
                return (None, Vec::new(), vec![problem]);
            }
        };
        let mut read = document::json::read(text, source, &self.limits);
        read.move_by(piece.shift);
        let mut file =
            account::read(path, &read.document, text, self.settings, self.vocabulary, self.sources);
        let parts = file.as_mut().map(|file| self.parts(file)).unwrap_or_default();
        (file, parts, read.problems)
    }

    pub(super) fn look_at(
        &self,
        path: &Path,
        loaded: Result<Option<(SourceId, Arc<str>)>, Problem>,
    ) -> Looked {
        let (source, text) = match loaded {
            Ok(Some(loaded)) => loaded,
            Ok(None) => return Looked::Other,
            Err(problem) => return Looked::Failed(problem),
        };
        let is_answer = account::lies_in_a_dump(path);
        let format = if is_answer { Format::Json } else { Format::guess(path, &text) };
        let mut read = document::read(&text, source, format, &self.limits);
        let complete = read.complete();
        let is_template = complete || (is_recognisable(&text) && !is_generated_from(&text, &read));
        let file = resources::read(path, &read.document, &text, self.settings, self.vocabulary, self.sources);
        let mut file = file.filter(|file| is_template || matches!(file, File::Answers(_)));
        if let Some(File::Answers(file)) = file.as_mut().filter(|_| !nothing_is_lost(&read.problems)) {
            file.set_cut();
        }
        match file {
            None if is_answer && text.trim().is_empty() => {
                let message = format!("`{}` is empty", path.display());
                let help =
                    "It may have been cut off: ask AWS again. An answer that says nothing is written `{}`.";
                read.problems.push(Problem::of(ProblemKind::Syntax, path, message, help));
            }
            None if complete => return Looked::Other,
            None if !is_template && !is_answer => return Looked::Unparsed,
            _ => {}
        }
        let (file, parts) = self.divided(file);
        // A file that cannot be parsed counts: it is ours, and its problems say what is lost.
        let (suppressions, wrong) = suppress::read(&read.document, &text);
        read.problems.extend(wrong);
        Looked::Ours { file, parts, suppressions, problems: read.problems, bytes: text.len() as u64 }
    }
}

/// True if all of a text was read. A key that is there twice has only one of its values: what the other one was is lost, too.
fn nothing_is_lost(problems: &[Problem]) -> bool {
    !problems.iter().any(|problem| problem.kind.loses() || problem.kind == ProblemKind::DuplicateKey)
}

/// The next pieces of a long file; none at its end. And what is wrong behind them, where nothing more is read.
fn next_pieces(
    path: &Path,
    blocks: &mut Blocks,
    cutter: &mut Option<Cutter>,
    longest: usize,
) -> (Vec<Piece>, Option<Problem>) {
    let mut pieces = Vec::new();
    while let Some(open) = cutter.as_mut().filter(|_| pieces.len() < PIECES) {
        let block = match blocks.next_block() {
            Ok(block) => block,
            // What was read before is there all the same.
            Err(problem) => {
                *cutter = None;
                return (pieces, Some(problem));
            }
        };
        match block {
            Some(block) => open.push(block, &mut pieces),
            None => pieces.extend(cutter.take().and_then(Cutter::finish)),
        }
        if let Some(open) = cutter.as_ref().filter(|open| open.held() > longest)
            && !open.is_broken()
        {
            let message =
                format!("`{}` has something in a list that is longer than {longest} bytes", path.display());
            let help =
                "What stands well before it was read. Split the file, or exclude it if it does not matter.";
            *cutter = None;
            return (pieces, Some(Problem::of(ProblemKind::TooLarge, path, message, help)));
        }
        if cutter.as_ref().is_some_and(|open| open.is_broken() && open.held() > 2 * PIECE) {
            // The reader says what is wrong there; nothing behind it would be read.
            pieces.extend(cutter.take().and_then(Cutter::finish));
        }
    }
    (pieces, None)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::scratch::Scratch;

    #[test]
    fn what_stands_before_something_too_long_is_read() {
        let scratch = Scratch::new();
        let filler = " ".repeat(3 << 20);
        let text = format!(
            "{{\"Roles\": [{{\"RoleName\": \"first\"}}, {{\"RoleName\": \"second\", {filler}\"x\": 1}}]}}"
        );
        let path = scratch.write("roles.json", text);
        let sources = Sources::default();
        let mut blocks = sources.open_in_blocks(&path, 0).expect("it is long enough");
        let mut cutter = Some(Cutter::new(16));
        let mut read = String::new();
        let problem = loop {
            let (pieces, problem) = next_pieces(&path, &mut blocks, &mut cutter, 2 << 20);
            pieces.iter().for_each(|piece| read += &String::from_utf8_lossy(&piece.bytes));
            if let Some(problem) = problem {
                break problem;
            }
            assert!(!pieces.is_empty(), "the end is never reached");
        };
        assert!(
            problem.message.ends_with("in a list that is longer than 2097152 bytes"),
            "{}",
            problem.message
        );
        assert!(read.contains("first") && !read.contains("second"), "{}", read.len());
        let (pieces, problem) = next_pieces(&path, &mut blocks, &mut cutter, 2 << 20);
        assert!(pieces.is_empty() && problem.is_none(), "nothing behind it is read");
    }
}
