//! Long files, of which a report shows a few lines: those are read again, not the whole.
//!
//! What is shown is the same as if all of the file were held. A file for which that cannot be said, because of its encoding
//! or because a line of it is very long, is read whole.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rustc_hash::FxHashMap;

use super::decoding::{Decoded, decode};
use super::encoding::Encoding;
use super::lines::LineTable;
use super::read::{BLOCK, FileText, Fingerprint};
use super::{Decoding, Origin, Problem, SourceId, Sources, Span};

/// Files of more than so many bytes are read in pieces, and again in stretches: no template is so long.
pub(crate) const LONG: u64 = 8 << 20;

/// Files of more than so many bytes are read again in stretches where a few lines of them explain what stands in another
/// file. Templates are shorter (1 MB is the most that CloudFormation takes), so that what hides their secrets is in view.
const LONG_BESIDE: u64 = 1 << 20;

/// After so many bytes it is noted how many lines there were.
const PAGE: usize = 4 << 10;

/// The longest line of a file that is read in stretches, in bytes.
const LONGEST_LINE: usize = 64 << 10;

/// How much is read at once of a long file at most, in bytes.
const LONGEST_STRETCH: u32 = 8 << 20;

/// The files of which it was found out whether they are read in stretches.
#[derive(Debug, Default)]
pub(super) struct LongFiles {
    known: Mutex<FxHashMap<SourceId, Known>>,
    last: Mutex<Option<Stretch>>,
}

/// What is known of a file.
#[derive(Debug, Default)]
struct Known {
    /// How long it was when it was asked about first, in bytes.
    length: u64,
    /// Once it was looked through: what stretches of it are read by, if they can be.
    opened: Option<Option<Arc<LongFile>>>,
}

/// What was read last: where, and what stands there.
type Stretch = (SourceId, Range<u32>, Arc<FileText>);

/// A file of which stretches are read.
#[derive(Debug)]
struct LongFile {
    path: PathBuf,
    /// What was said of the file when it was looked through.
    modified: Option<SystemTime>,
    length: u32,
    /// How many line breaks there are before each page.
    breaks: Vec<u32>,
    /// The length of the longest line, in bytes.
    longest: u32,
    changed: bool,
}

impl LongFile {
    /// Looks through a file. `None` if it is to be read whole.
    fn open(path: &Path, fingerprint_before: u64) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let modified = file.metadata().ok()?.modified().ok();
        let mut fingerprint = Fingerprint::default();
        let (mut breaks, mut count) = (Vec::new(), 0);
        let (mut length, mut longest) = (0, 0);
        let mut block = Vec::with_capacity(BLOCK);
        // The beginning of the line that the next block goes on with.
        let mut line: Vec<u8> = Vec::new();
        loop {
            block.clear();
            (&mut file).take(BLOCK as u64).read_to_end(&mut block).ok()?;
            if block.is_empty() {
                break;
            }
            fingerprint.add(&block);
            let is_marked = length == 0 && Encoding::of(&block) != Encoding::Utf8;
            if is_marked || memchr::memchr(0, &block).is_some() {
                return None;
            }
            for page in block.chunks(PAGE) {
                breaks.push(count);
                count += u32::try_from(memchr::memchr_iter(b'\n', page).count()).ok()?;
            }
            length += block.len();
            let mut at = 0;
            for end in memchr::memchr_iter(b'\n', &block).map(|position| position + 1) {
                longest = longest.max(end - at + if at == 0 { line.len() } else { 0 });
                at = end;
            }
            // What stands before the first line break belongs to the line that is open.
            let first = memchr::memchr(b'\n', &block).map_or(0, |position| position + 1);
            if first > 0 {
                line.extend_from_slice(&block[..first]);
                std::str::from_utf8(&line).ok()?;
                line.clear();
                std::str::from_utf8(&block[first..at]).ok()?;
            }
            line.extend_from_slice(&block[at..]);
            if longest.max(line.len()) > LONGEST_LINE {
                return None;
            }
        }
        std::str::from_utf8(&line).ok()?;
        Some(Self {
            path: path.to_owned(),
            modified,
            length: u32::try_from(length).ok()?,
            breaks,
            longest: u32::try_from(longest.max(line.len())).ok()?,
            changed: fingerprint.finish() != fingerprint_before,
        })
    }

    /// Where to read for what stands in `range`, and up to `margin` bytes and a few lines around it.
    fn around(&self, range: Range<u32>, margin: u32) -> Range<u32> {
        let margin = margin.saturating_add(2 * self.longest);
        let from = range.start.min(self.length).saturating_sub(margin);
        from..range.end.max(range.start).saturating_add(margin).min(self.length)
    }

    /// The lines of `range`. `None` if they cannot be read, or are not those that were there.
    fn lines_of(&self, range: Range<u32>) -> Option<FileText> {
        let page = range.start.saturating_sub(self.longest) as usize / PAGE;
        let start = page * PAGE;
        let end = (range.end as usize + self.longest as usize).min(self.length as usize);
        let mut bytes = vec![0; end.saturating_sub(start)];
        let mut file = File::open(&self.path).ok()?;
        let about = file.metadata().ok()?;
        if about.len() != u64::from(self.length) || about.modified().ok() != self.modified {
            return None;
        }
        file.seek(SeekFrom::Start(start as u64)).ok()?;
        file.read_exact(&mut bytes).ok()?;
        if end < self.length as usize {
            bytes.truncate(memchr::memrchr(b'\n', &bytes)? + 1);
        }
        // Up to here it is a part of a line, or the beginning of the file.
        let part = if start == 0 { 0 } else { memchr::memchr(b'\n', &bytes)? + 1 };
        bytes.drain(..part);
        let text = String::from_utf8(bytes).ok()?;
        Some(FileText {
            lines: LineTable::new(&text),
            text: Arc::from(text),
            encoding: Encoding::Utf8,
            changed: self.changed,
            start: u32::try_from(start + part).ok()?,
            first_line: self.breaks.get(page).copied().unwrap_or_default() + u32::from(part > 0),
        })
    }
}

impl Sources {
    /// The text of a file where `span` is, with at least `margin` bytes around it, or all of it. For spans of one file
    /// among `all` that are near each other, it is one and the same.
    ///
    /// # Errors
    ///
    /// A problem if the file cannot be read any more.
    pub fn text_around(&self, span: Span, all: &[Span], margin: u32) -> Result<Arc<FileText>, Problem> {
        self.text_of(span, all, margin, self.most)
    }

    /// As [`Self::text_around`], in a file of which little else is going to be asked for.
    ///
    /// # Errors
    ///
    /// A problem if the file cannot be read any more.
    pub fn text_beside(&self, span: Span, all: &[Span], margin: u32) -> Result<Arc<FileText>, Problem> {
        if let Some(known) = self.recent.get(span.source) {
            return Ok(known);
        }
        self.text_of(span, all, margin, self.most.min(LONG_BESIDE))
    }

    /// The text of a file where `span` is, or all of it if it has at most so many bytes.
    fn text_of(&self, span: Span, all: &[Span], margin: u32, most: u64) -> Result<Arc<FileText>, Problem> {
        let stretch = self.long_file(span.source, most).and_then(|file| {
            let near = 2 * margin.saturating_add(4 * file.longest);
            let mut ranges: Vec<Range<u32>> = all
                .iter()
                .filter(|other| other.source == span.source)
                .map(|other| other.start..other.end.max(other.start))
                .collect();
            ranges.sort_unstable_by_key(|range| (range.start, range.end));
            let mut around = span.start..span.end.max(span.start);
            let mut joined: Option<Range<u32>> = None;
            for range in ranges {
                joined = Some(match joined {
                    Some(known) if range.start <= known.end.saturating_add(near) => {
                        known.start..known.end.max(range.end)
                    }
                    _ => range,
                });
                if let Some(joined) = joined.as_ref().filter(|joined| {
                    joined.start <= span.start && span.start <= joined.end && span.end <= joined.end
                }) {
                    around = joined.clone();
                }
            }
            (around.len() <= LONGEST_STRETCH as usize)
                .then(|| self.stretch(span.source, &file, around, margin))
                .flatten()
        });
        stretch.map_or_else(|| self.file_text(span.source), Ok)
    }

    /// The text that stands at `host`, decoded; and at which byte that begins from which its map counts.
    pub(super) fn decode_at(&self, host: Span, by: Decoding) -> Option<(Decoded, u32)> {
        // The indentation of a block scalar depends on what stands before it.
        if by != Decoding::YamlScalar
            && host.end.saturating_sub(host.start) <= LONGEST_STRETCH
            && let Some(file) = self.long_file(host.source, self.most)
            && let Some(text) = self.stretch(host.source, &file, host.start..host.end, 0)
        {
            let range = host.start.checked_sub(text.start)?..host.end.checked_sub(text.start)?;
            return Some((decode(&text.text, range, by)?, text.start));
        }
        Some((decode(&self.text(host.source)?, host.start..host.end, by)?, 0))
    }

    fn stretch(
        &self,
        source: SourceId,
        file: &LongFile,
        range: Range<u32>,
        margin: u32,
    ) -> Option<Arc<FileText>> {
        let range = file.around(range, margin);
        let last = || self.long.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, _, text)) = last().as_ref().filter(|(of, read, _)| *of == source && *read == range) {
            return Some(Arc::clone(text));
        }
        let text = Arc::new(file.lines_of(range.clone())?);
        *last() = Some((source, range, Arc::clone(&text)));
        Some(text)
    }

    /// The file `source`, if it is one that is read in stretches because it has more than so many bytes.
    fn long_file(&self, source: SourceId, most: u64) -> Option<Arc<LongFile>> {
        let entry = self.entry(source);
        let Origin::File(path) = &entry.origin else { return None };
        let mut known = self.long.known.lock().unwrap_or_else(PoisonError::into_inner);
        let file = known.entry(source).or_insert_with(|| {
            let about = path.metadata().ok().filter(|about| about.is_file());
            Known { length: about.map_or(0, |about| about.len()), ..Known::default() }
        });
        if file.length <= most {
            return None;
        }
        let before = entry.fingerprint.load(Ordering::Relaxed);
        file.opened.get_or_insert_with(|| LongFile::open(path, before).map(Arc::new)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SizeLimit;
    use crate::source::scratch::Scratch;

    /// The file `text` as one that is held, and as one that is not.
    fn both(scratch: &Scratch, text: &str) -> [(Sources, SourceId); 2] {
        let path = scratch.write("a.json", text);
        [Sources::default(), Sources::holding_at_most(0)].map(|sources| {
            let loaded = sources.load_whatever_it_holds(&path, SizeLimit::default());
            let (source, _) = loaded.expect("it can be read");
            (sources, source)
        })
    }

    fn lines(count: usize, end: &str) -> String {
        let line = |number: usize| {
            format!("{}\"{number}\": \"\u{e9}{}\"", " ".repeat(number % 7), "x\\n".repeat(number % 13))
        };
        (0..count).map(line).collect::<Vec<_>>().join(end)
    }

    #[test]
    fn places_are_those_of_the_whole_file() {
        for text in [
            lines(4000, "\n"),
            lines(4000, "\r\n") + "\r\n",
            lines(100, "\n"),
            String::new(),
            "\n".repeat(10_000),
        ] {
            let scratch = Scratch::new();
            let [(held, source), (not_held, other)] = both(&scratch, &text);
            let length = text.len() as u32;
            assert!(
                not_held.long_file(other, 0).is_some() != text.is_empty()
                    && held.long_file(source, LONG).is_none()
            );
            let starts = (0..length).step_by(97).chain([length.saturating_sub(1), length, length + 5]);
            for start in starts {
                for more in [0, 1, 60, 9000] {
                    let place =
                        |sources: &Sources, source| sources.place(Span::new(source, start, start + more));
                    assert_eq!(place(&held, source), place(&not_held, other), "{start} {more}");
                }
            }
        }
    }

    #[test]
    fn texts_inside_of_a_file_that_is_not_held_lead_back_into_it() {
        let scratch = Scratch::new();
        let text = lines(4000, "\n");
        let [(held, source), (not_held, other)] = both(&scratch, &text);
        let at = text.find("\"\u{e9}x\\nx\\n\"").expect("it is there") as u32 + 50_000;
        let at = at + text[at as usize..].find(": \"").expect("another one") as u32 + 2;
        let end = at + 1 + text[at as usize + 1..].find('"').expect("its end") as u32 + 1;
        let inside = |sources: &Sources, source| {
            let inner = sources.add_decoded(Span::new(source, at, end), Decoding::JsonString);
            let span = sources.host_span(Span::new(inner, 2, 4));
            (sources.text(inner), span.start, span.end)
        };
        let (known, found) = (inside(&held, source), inside(&not_held, other));
        assert!(known.0.is_some() && known.1 > at && known.2 < end);
        assert_eq!(known, found);
    }

    #[test]
    fn what_cannot_be_told_of_lines_is_read_whole() {
        let marked = format!("\u{feff}{}", lines(100, "\n"));
        let nul = format!("{}\0", lines(100, "\n"));
        for text in [format!("a\n{}\n", "x".repeat(LONGEST_LINE)), "x".repeat(2 * BLOCK), marked, nul] {
            let scratch = Scratch::new();
            let path = scratch.write("a.json", &text);
            assert!(LongFile::open(&path, 0).is_none(), "{}", &text[..5]);
        }
        let scratch = Scratch::new();
        let path = scratch
            .write("a.json", [lines(20_000, "\n").as_bytes(), b"\xe9", lines(9, "\n").as_bytes()].concat());
        assert!(LongFile::open(&path, 0).is_none());
        let file =
            LongFile::open(&scratch.write("b.json", lines(100_000, "\n")), 0).expect("it has short lines");
        assert!(file.length as usize > 2 * BLOCK && file.changed);
    }

    #[test]
    fn of_a_long_file_that_only_explains_some_lines_are_read() {
        let scratch = Scratch::new();
        let text = lines(50_000, "\n");
        assert!(text.len() as u64 > LONG_BESIDE && (text.len() as u64) < LONG);
        let path = scratch.write("a.json", &text);
        let sources = Sources::default();
        let loaded = sources.load_whatever_it_holds(&path, SizeLimit::default());
        let (source, _) = loaded.expect("it can be read");
        let span = Span::new(source, 700_000, 700_020);
        let beside = sources.text_beside(span, &[span], 100).expect("it is there");
        let start = beside.start as usize;
        assert!(beside.text.len() < 10_000 && start < 700_000);
        assert_eq!(text[start..start + beside.text.len()], *beside.text);
        let lines_before = beside.lines.line_at(span.start - beside.start) + beside.first_line as usize;
        let place = sources.place(span);
        assert_eq!(place.start.line as usize, lines_before + 1);
        // All of it is there now, and is not read again.
        let whole = sources.text_around(span, &[], 0).expect("it is there");
        assert_eq!((whole.start, &*whole.text), (0, &*text));
        assert!(Arc::ptr_eq(&whole, &sources.text_beside(span, &[], 0).expect("it is there")));
    }

    #[test]
    fn a_change_is_noticed() {
        let scratch = Scratch::new();
        let [_, (sources, source)] = both(&scratch, &lines(4000, "\n"));
        assert!(!sources.text_around(Span::new(source, 0, 1), &[], 0).expect("it is there").changed);
        let [_, (sources, source)] = both(&scratch, &lines(4000, "\n"));
        assert!(sources.place(Span::new(source, 0, 1)).certain);
        scratch.write("a.json", lines(4001, "\n"));
        assert!(!sources.place(Span::new(source, 40_000, 40_001)).certain);
    }
}
