//! The lines of a file that explain a finding, made fit to be shown.
//!
//! A renderer gets text of its own, not the file's: tabs are spaces, treacherous characters are visible
//! escapes, secrets are masked, long lines are cut around what is marked (one-line JSON has megabytes), and
//! the marks lead to the right places in that text. Work is in proportion to what is shown, never to the
//! length of the file.

use std::ops::Range;
use std::sync::Arc;

use super::secrets::{Secrets, secrets_in};
use super::shown_path;
use super::text::{columns, columns_of, is_plain, is_treacherous, sanitised, visible, wrapped};
use crate::source::{FileText, SourceId, Sources, Span};
use crate::value::MASK;

/// How an excerpt is laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Columns of the screen.
    pub(super) width: usize,
    /// What stands where a line was cut.
    pub(super) ellipsis: &'static str,
}

/// A place to be marked.
#[derive(Clone, Debug)]
pub(super) struct Place<'t> {
    pub(super) span: Span,
    /// What is said about it; may be empty.
    pub(super) text: &'t str,
    /// True for the place that the finding is about.
    pub(super) primary: bool,
}

/// Lines to be shown, and the marks in them.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    /// All blocks, one after another; every line ends with a line break.
    pub(super) text: String,
    /// Runs of lines that stand together, in the order in which they are shown.
    pub(super) blocks: Vec<Block>,
    /// In the order of their ranges; those on one line do not overlap.
    pub(super) marks: Vec<Mark>,
}

/// Consecutive lines of one file.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) path: String,
    /// Range in the excerpt's text.
    pub(super) range: Range<usize>,
    /// Number of the first line in the file, from 0.
    pub(super) first_line: usize,
}

/// A range of the excerpt's text with what is said about it.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) range: Range<usize>,
    /// Lines of the label; none if nothing is said.
    pub(super) text: Vec<String>,
    pub(super) primary: bool,
    /// Line in the file, from 0.
    pub(super) line: usize,
    /// Column in the file in characters, from 0.
    pub(super) column: usize,
}

/// What became of the places.
#[derive(Debug)]
pub(super) enum Shown {
    /// The lines of all places that can still be read.
    Lines(Excerpt),
    /// The file of the primary place changed since the scan: its lines would mislead.
    Changed,
    /// The file of the primary place cannot be read any more.
    Unreadable,
}

/// Lines shown before and after a marked one.
const CONTEXT: usize = 1;
/// Places with more lines are marked on their first line only.
const MOST_LINES: usize = 6;
/// Secrets of a block of so many bytes are looked for in all of it at once; in longer ones (one-line JSON has
/// megabytes) only in what is shown of each line.
const SHORT_BLOCK: usize = 16 << 10;
/// Columns that are shown of a line at most, whatever the screen.
const MOST_COLUMNS: usize = 400;
const TAB: usize = 4;
/// How much of a file is looked at before and behind what is shown of it, because a secret may begin or end there.
const SECRETS_AROUND: u32 = 16 << 10;

/// The excerpt for `places`, one of which is primary.
pub(super) fn excerpt(places: &[Place<'_>], sources: &Sources, secrets: &Secrets, layout: Layout) -> Shown {
    let mut wanted = Vec::new();
    let spans: Vec<Span> = places.iter().map(|place| sources.host_span(place.span)).collect();
    let of_primary = places.iter().position(|place| place.primary).map(|primary| spans[primary].source);
    for (place, &span) in places.iter().zip(&spans) {
        // Findings stand file by file: the next one is about that of this one, and what explains it anywhere.
        let text = if of_primary == Some(span.source) {
            sources.text_around(span, &spans, SECRETS_AROUND)
        } else {
            sources.text_beside(span, &spans, SECRETS_AROUND)
        };
        match text {
            Ok(file) if !file.changed => wanted.push(Wanted::new(place, span, file)),
            Ok(_) if place.primary => return Shown::Changed,
            Err(_) if place.primary => return Shown::Unreadable,
            Ok(_) | Err(_) => {}
        }
    }
    join_equal(&mut wanted);
    let primary = wanted.iter().find(|wanted| wanted.primary).map(|wanted| wanted.span.source);
    let mut files: Vec<SourceId> = primary.into_iter().collect();
    for source in wanted.iter().map(|wanted| wanted.span.source) {
        if !files.contains(&source) {
            files.push(source);
        }
    }
    let mut excerpt = Excerpt::default();
    for source in files {
        let mut of_file: Vec<&Wanted> = wanted.iter().filter(|wanted| wanted.span.source == source).collect();
        of_file.sort_by_key(|wanted| (wanted.span.start, wanted.span.end));
        let path = sanitised(&shown_path(&sources.path(source))).into_owned();
        // Of a long file there are several stretches, each with lines of its own.
        let stretches = of_file.chunk_by(|one, next| one.file.start == next.file.start);
        let mut blocks: Vec<(Range<usize>, &[&Wanted])> = stretches
            .flat_map(|stretch| blocks(stretch).into_iter().map(move |lines| (lines, stretch)))
            .collect();
        // What the finding is about comes first, what explains it after that.
        blocks.sort_by_key(|(lines, stretch)| {
            !stretch.iter().any(|wanted| wanted.primary && lines.contains(&wanted.lines.start))
        });
        for (lines, stretch) in blocks {
            let inside: Vec<&Wanted> =
                stretch.iter().copied().filter(|wanted| lines.contains(&wanted.lines.start)).collect();
            excerpt.add_block(path.clone(), lines, &inside, secrets, layout);
        }
    }
    Shown::Lines(excerpt)
}

/// A place with all that is needed to draw it.
struct Wanted {
    span: Span,
    file: Arc<FileText>,
    /// Indices of its lines in the text, as far as they are shown.
    lines: Range<usize>,
    /// Range in the text, as far as it is shown.
    range: Range<usize>,
    text: String,
    primary: bool,
    column: usize,
}

impl Wanted {
    fn new(place: &Place<'_>, span: Span, file: Arc<FileText>) -> Self {
        let text = &*file.text;
        let inside = |offset: u32| offset.saturating_sub(file.start) as usize;
        let start = text.floor_char_boundary(inside(span.start).min(text.len()));
        let end = text.ceil_char_boundary(inside(span.end).clamp(start, text.len()));
        // Line breaks at the end are not worth a line of their own.
        let end = start + text[start..end].trim_end_matches(['\n', '\r']).len();
        let line_of = |offset: usize| file.lines.line_at(u32::try_from(offset).unwrap_or(u32::MAX));
        let (first, last) = (line_of(start), line_of(end.max(start + 1) - 1).max(line_of(start)));
        let mut said = sanitised(place.text).into_owned();
        let (mut last_shown, mut end_shown) = (last, end);
        if last - first >= MOST_LINES {
            (last_shown, end_shown) = (first, content(&file, first).end.max(start));
            let place_said = format!("to line {}", last + 1 + file.first_line as usize);
            said = if said.is_empty() { place_said } else { format!("{said} ({place_said})") };
        }
        let (_, column) = file.lines.line_column(text, span.start.saturating_sub(file.start));
        Self {
            span,
            lines: first..last_shown + 1,
            range: start..end_shown,
            text: said,
            primary: place.primary,
            column: column as usize - 1,
            file,
        }
    }

    /// Range in the file, as far as it is shown.
    fn file_range(&self) -> Range<usize> {
        let start = self.file.start as usize;
        self.range.start + start..self.range.end + start
    }
}

/// Bytes of a line without its line break.
fn content(file: &FileText, line: usize) -> Range<usize> {
    let range = file.lines.line(line);
    let text = &file.text[range.clone()];
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    range.start..range.start + text.len()
}

/// Places that are the same become one that says both things.
fn join_equal(wanted: &mut Vec<Wanted>) {
    let mut kept: Vec<Wanted> = Vec::with_capacity(wanted.len());
    for place in wanted.drain(..) {
        let same = kept
            .iter_mut()
            .find(|other| other.span.source == place.span.source && other.file_range() == place.file_range());
        match same {
            Some(same) => {
                if !place.text.is_empty() && place.text != same.text {
                    let between = if same.text.is_empty() { "" } else { "\n" };
                    same.text = format!("{}{between}{}", same.text, place.text);
                }
                same.primary |= place.primary;
            }
            None => kept.push(place),
        }
    }
    *wanted = kept;
}

/// Lines to be shown of one file, with context; runs that touch are one.
fn blocks(places: &[&Wanted]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = places
        .iter()
        .map(|place| {
            let last = place.file.lines.len();
            place.lines.start.saturating_sub(CONTEXT)..(place.lines.end + CONTEXT).min(last)
        })
        .collect();
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            // A gap of one line costs as much as the header of a new block.
            Some(last) if range.start <= last.end + 1 => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    for range in &mut joined {
        // Empty lines at the edges say nothing.
        let empty = |line: usize| {
            let marked = places.iter().any(|place| place.lines.contains(&line));
            let Some(place) = places.first() else { return false };
            !marked
                && place.file.text[content(&place.file, line)]
                    .bytes()
                    .take(200)
                    .all(|byte| byte.is_ascii_whitespace())
        };
        while range.len() > 1 && empty(range.start) {
            range.start += 1;
        }
        while range.len() > 1 && empty(range.end - 1) {
            range.end -= 1;
        }
    }
    joined
}

impl Excerpt {
    fn add_block(
        &mut self,
        path: String,
        lines: Range<usize>,
        places: &[&Wanted],
        secrets: &Secrets,
        layout: Layout,
    ) {
        let Some((source, file)) = places.first().map(|place| (place.span.source, &place.file)) else {
            return;
        };
        let through = places.iter().filter(|place| place.lines.len() > 1).count();
        let first_line = file.first_line as usize;
        let gutter =
            (lines.end + first_line).to_string().len() + 4 + if through > 0 { through + 3 } else { 0 };
        let room = layout.width.saturating_sub(gutter).clamp(40, MOST_COLUMNS);
        let indentation = common_indentation(file, &lines);
        let bytes = file.lines.line(lines.start).start..file.lines.line(lines.end - 1).end;
        let secrets = secrets
            .within((source, file.start), &file.text, &bytes)
            .or_else(|| (bytes.len() <= SHORT_BLOCK).then(|| secrets_in(&file.text, bytes)));
        let start = self.text.len();
        let mut drawn: Vec<Drawn> = Vec::with_capacity(lines.len());
        for line in lines.clone() {
            let mut marked: Vec<&&Wanted> =
                places.iter().filter(|place| place.lines.contains(&line)).collect();
            marked.sort_by_key(|place| !place.primary);
            let focus: Vec<Range<usize>> = marked
                .iter()
                .map(|place| {
                    let content = content(file, line);
                    let inside = |offset: usize| offset.clamp(content.start, content.end);
                    inside(place.range.start)..inside(place.range.end)
                })
                .collect();
            let content = content(file, line);
            let content = (content.start + indentation).min(content.end)..content.end;
            let window = window(&file.text, content.clone(), &focus, room, columns(layout.ellipsis));
            let masked = match &secrets {
                Some(secrets) => secrets.as_slice(),
                None => &secrets_in(&file.text, window.clone()),
            };
            drawn.push(self.add_line(file, content, window, masked, layout.ellipsis));
        }
        let mut marks: Vec<Mark> = places
            .iter()
            .map(|place| {
                let first = drawn[place.lines.start - lines.start].start(place.range.start);
                let last = if place.range.is_empty() {
                    first
                } else {
                    drawn[place.lines.end - 1 - lines.start].end(place.range.end).max(first)
                };
                Mark {
                    range: first..last,
                    text: vec![place.text.clone()],
                    primary: place.primary,
                    line: place.lines.start + first_line,
                    column: place.column,
                }
            })
            .collect();
        marks.sort_by_key(|mark| (mark.range.start, mark.range.end));
        separate(&mut marks, &self.text);
        for mark in &mut marks {
            let before = self.text[..mark.range.start].rfind('\n').map_or(0, |position| position + 1);
            let middle = if self.text[mark.range.clone()].contains('\n') {
                0
            } else {
                columns(&self.text[before..mark.range.start]) + columns(&self.text[mark.range.clone()]) / 2
            };
            let room = layout.width.saturating_sub(gutter + middle + 5).max(20);
            mark.text.retain(|text| !text.is_empty());
            let text = mark.text.join("\n");
            mark.text = if text.is_empty() { Vec::new() } else { wrapped(&text, room) };
        }
        self.marks.extend(marks);
        self.blocks.push(Block { path, range: start..self.text.len(), first_line: lines.start + first_line });
    }

    /// Adds the `window` of one line, with what is `masked` of the file hidden.
    fn add_line(
        &mut self,
        file: &FileText,
        content: Range<usize>,
        window: Range<usize>,
        masked: &[Range<usize>],
        ellipsis: &str,
    ) -> Drawn {
        if window.start > content.start {
            self.text.push_str(ellipsis);
        }
        let is_masked = masked.iter().any(|range| range.start < window.end && window.start < range.end);
        let drawn = match &file.text[window.clone()] {
            plain if !is_masked && is_plain(plain) => {
                let shown = self.text.len();
                self.text.push_str(plain);
                Drawn::AsWritten { window: window.clone(), shown }
            }
            _ => self.add_characters(file, window.clone(), masked),
        };
        if window.end < content.end {
            self.text.push_str(ellipsis);
        }
        self.text.push('\n');
        drawn
    }

    /// Adds the `window` of one line, character by character.
    fn add_characters(&mut self, file: &FileText, window: Range<usize>, masked: &[Range<usize>]) -> Drawn {
        let mut characters = Vec::with_capacity(window.len());
        let mut column = 0;
        for (position, character) in file.text[window.clone()].char_indices() {
            let offset = window.start + position;
            let start = self.text.len();
            if let Some(range) = masked.iter().find(|range| range.contains(&offset)) {
                // Once for each line that the secret reaches into; indentation stays.
                let lead = file.text[window.start..offset].bytes().all(|byte| byte == b' ');
                if lead && character == ' ' {
                    self.text.push(' ');
                } else if lead || offset == range.start {
                    self.text.push_str(MASK);
                } else {
                    // All of the secret is where its mask is.
                    let start = start - MASK.len();
                    characters.push(Character { offset, shown: start..self.text.len() });
                    continue;
                }
                column += MASK.len();
            } else if character == '\t' {
                let spaces = TAB - column % TAB;
                self.text.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            } else if is_treacherous(character) {
                let escape = visible(character);
                column += escape.len();
                self.text.push_str(&escape);
            } else {
                column += columns_of(character);
                self.text.push(character);
            }
            characters.push(Character { offset, shown: start..self.text.len() });
        }
        Drawn::Characters { characters, end: self.text.len() }
    }
}

/// Where the characters of a line came to stand.
enum Drawn {
    /// Each a byte, as in the file.
    AsWritten {
        /// Range in the file.
        window: Range<usize>,
        /// Where it begins in the excerpt.
        shown: usize,
    },
    /// One by one.
    Characters {
        characters: Vec<Character>,
        /// End of the line in the excerpt.
        end: usize,
    },
}

struct Character {
    /// Offset in the file.
    offset: usize,
    /// Range in the excerpt.
    shown: Range<usize>,
}

impl Drawn {
    /// Where what begins at `offset` in the file begins in the excerpt.
    fn start(&self, offset: usize) -> usize {
        match self {
            Self::AsWritten { window, shown } => {
                shown + offset.clamp(window.start, window.end) - window.start
            }
            Self::Characters { characters, end } => {
                let index = characters.partition_point(|character| character.offset < offset);
                characters.get(index).map_or(*end, |character| character.shown.start)
            }
        }
    }

    /// Where what ends at `offset` in the file ends in the excerpt.
    fn end(&self, offset: usize) -> usize {
        let Self::Characters { characters, .. } = self else { return self.start(offset) };
        let index = characters.partition_point(|character| character.offset < offset);
        index.checked_sub(1).map_or_else(|| self.start(offset), |index| characters[index].shown.end)
    }
}

/// Spaces that all lines begin with, as far as they leave less than half a narrow screen.
fn common_indentation(file: &FileText, lines: &Range<usize>) -> usize {
    const KEPT: usize = 24;
    let common = lines
        .clone()
        .filter_map(|line| {
            let content = &file.text.as_bytes()[content(file, line)];
            let spaces = content.iter().take_while(|&&byte| byte == b' ').count();
            (spaces < content.len()).then_some(spaces)
        })
        .min()
        .unwrap_or_default();
    common.saturating_sub(KEPT)
}

/// The part of a line that is shown: all of it, or `room` columns around `focus`, whose first range is the
/// most important.
fn window(
    text: &str,
    line: Range<usize>,
    focus: &[Range<usize>],
    room: usize,
    ellipsis: usize,
) -> Range<usize> {
    if line.len() <= room && is_plain(&text[line.clone()]) {
        return line;
    }
    let fits = forward(text, line.clone(), room);
    if fits == line.end {
        return line;
    }
    let mut first = focus.iter().map(|range| range.start).min().unwrap_or(line.start).max(line.start);
    let mut last = focus.iter().map(|range| range.end).max().unwrap_or(line.start).max(first);
    let room = room - ellipsis;
    if last <= forward(text, line.clone(), room) {
        return line.start..forward(text, line, room);
    }
    let room = room - ellipsis;
    if let Some(most_important) = focus.first()
        && columns_between(text, first..last, room) == room
    {
        first = most_important.start.max(line.start);
        last = most_important.end.max(first);
    }
    // What is marked, with as much before it as leaves it whole, and not more than a third.
    let marked = columns_between(text, first..last, room);
    let lead = (room - marked).min(room / 3);
    let start = backward(text, line.start..first, lead);
    if start == line.start {
        return start..forward(text, start..line.end, room + ellipsis);
    }
    let end = forward(text, start..line.end, room);
    if end == line.end {
        // At the end of the line: the room behind it is better spent before.
        let start = backward(text, line.start..line.end, room + ellipsis).min(start);
        return start..line.end;
    }
    start..end
}

fn shown_columns(character: char, column: usize) -> usize {
    match character {
        '\t' => TAB - column % TAB,
        character if is_treacherous(character) => visible(character).len(),
        character => columns_of(character),
    }
}

/// The end of the longest prefix of `range` that takes at most `room` columns.
fn forward(text: &str, range: Range<usize>, room: usize) -> usize {
    let mut column = 0;
    for (position, character) in text[range.clone()].char_indices() {
        column += shown_columns(character, column);
        if column > room {
            return range.start + position;
        }
    }
    range.end
}

/// The start of the longest suffix of `range` that takes at most `room` columns.
fn backward(text: &str, range: Range<usize>, room: usize) -> usize {
    let mut column = 0;
    for (position, character) in text[range.clone()].char_indices().rev() {
        // A tab may turn out wider than it is counted here.
        column += if character == '\t' { TAB } else { shown_columns(character, 0) };
        if column > room {
            return range.start + position + character.len_utf8();
        }
    }
    range.start
}

/// Columns of `range`, counted up to `most`.
fn columns_between(text: &str, range: Range<usize>, most: usize) -> usize {
    let mut column = 0;
    for character in text[range].chars() {
        column += shown_columns(character, column);
        if column >= most {
            return most;
        }
    }
    column
}

/// Cuts marks on one line so that they do not overlap: of two, the shorter stays whole, and the longer one
/// keeps what stands before and behind it. What is said about a mark goes to its first piece; if nothing is
/// left of it, to the mark that covers it.
fn separate(marks: &mut Vec<Mark>, text: &str) {
    let (mut through, mut single): (Vec<Mark>, Vec<Mark>) =
        marks.drain(..).partition(|mark| text[mark.range.clone()].contains('\n'));
    single.sort_by_key(|mark| (mark.range.len(), mark.range.start));
    let mut placed: Vec<Mark> = Vec::with_capacity(single.len());
    for mark in single {
        let mut pieces = vec![mark.range.clone()];
        for other in &placed {
            pieces = pieces.into_iter().flat_map(|piece| without(piece, &other.range)).collect();
        }
        if pieces.is_empty()
            && let Some(cover) = placed.iter_mut().find(|other| mark.range.contains(&other.range.start))
        {
            cover.text.extend(mark.text);
            cover.primary |= mark.primary;
            continue;
        }
        for (index, range) in pieces.into_iter().enumerate() {
            let text = if index == 0 { mark.text.clone() } else { Vec::new() };
            placed.push(Mark { range, text, ..mark.clone() });
        }
    }
    marks.append(&mut through);
    marks.append(&mut placed);
    marks.sort_by_key(|mark| (mark.range.start, mark.range.end));
}

/// What `hole` leaves of `range`: nothing, one piece or two.
fn without(range: Range<usize>, hole: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let apart = range.is_empty() || hole.end <= range.start || range.end <= hole.start;
    let whole = apart.then(|| range.clone());
    let before = range.start..hole.start.min(range.end);
    let after = hole.end.max(range.start)..range.end;
    let parts = [before, after].into_iter().filter(move |part| !apart && !part.is_empty());
    whole.into_iter().chain(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SizeLimit;
    use crate::source::scratch::Scratch;

    #[test]
    fn an_excerpt_of_a_file_that_is_not_held_is_the_same() {
        let line = |number: usize| match number % 50 {
            0 => "\n".to_owned(),
            1 => format!(
                "{}\"SecretAccessKey\": \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"\n",
                " ".repeat(30)
            ),
            2 => format!("{}\"Description\": \"{}\"\n", " ".repeat(30), "\u{e9} long ".repeat(40)),
            _ => format!("{}\"Key{number}\": [{number}],\n", " ".repeat(28 + number % 5)),
        };
        let text: String = (0..6000).map(line).collect();
        let scratch = Scratch::new();
        let path = scratch.write("a.json", &text);
        let length = text.len() as u32;
        let sources = [Sources::default(), Sources::holding_at_most(0)];
        let mut number = 1u32;
        let mut next = |most: u32| {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (number >> 8) % most
        };
        for round in 0..200 {
            let near = next(length);
            let spans: Vec<(u32, u32)> = (0..1 + round % 5)
                .map(|at| {
                    let start = if at % 2 == 0 { near + next(800) } else { next(length) };
                    (start.min(length), (start + next(if at == 3 { 900 } else { 40 })).min(length))
                })
                .collect();
            let [held, not_held] = sources.each_ref().map(|sources| {
                let (source, _) =
                    sources.load_whatever_it_holds(&path, SizeLimit::default()).expect("it can be read");
                let places: Vec<Place<'_>> = spans
                    .iter()
                    .enumerate()
                    .map(|(at, &(start, end))| Place {
                        span: Span::new(source, start, end),
                        text: if at == 1 { "" } else { "this" },
                        primary: at == 0,
                    })
                    .collect();
                let layout = Layout { width: 100, ellipsis: "..." };
                format!("{:?}", excerpt(&places, sources, &Secrets::default(), layout))
            });
            assert_eq!(held, not_held, "{spans:?}");
        }
    }
}
