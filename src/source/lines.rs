//! Places for people: lines and columns.
//!
//! The convention: lines and columns count from 1. A line ends behind `\n` (the `\r` of `\r\n` is the last
//! character of its line). Columns count Unicode scalar values, so that a place agrees with what editors
//! show for text without combining marks. Offsets count the bytes of the file as it is on disk, a
//! byte-order mark included. The end of a range is exclusive, as in [`Span`].

use std::path::PathBuf;

use super::{FileText, Origin, Sources, Span};

/// The path that stands for standard input.
pub const STDIN: &str = "<stdin>";

/// A range of a file, or of standard input, as people and other tools name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The path under which the file was found; `<stdin>` for standard input.
    pub path: PathBuf,
    /// The first character.
    pub start: LineColumn,
    /// One past the last character.
    pub end: LineColumn,
    /// False if the file could not be read again as it was: the numbers may then be off.
    pub certain: bool,
}

/// A position. See the convention in the documentation of [`Place`]'s module: all but the offset from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: u32,
    /// The column in Unicode scalar values, from 1.
    pub column: u32,
    /// The byte in the file, from 0.
    pub offset: u32,
}

/// Where the lines of a text start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineTable {
    /// Offset of the first byte of each line; the first is 0.
    starts: Vec<u32>,
    length: u32,
    /// Columns are differences of offsets.
    ascii: bool,
}

impl LineTable {
    /// The table of `text`, which is shorter than 4 GiB (longer files are refused where they are read).
    #[must_use]
    pub fn new(text: &str) -> Self {
        let offset = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|position| offset(position + 1));
        Self {
            starts: std::iter::once(0).chain(breaks).collect(),
            length: offset(text.len()),
            ascii: text.is_ascii(),
        }
    }

    /// How many lines there are: one more than line breaks.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never true: an empty text has one empty line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Index, from 0, of the line that holds the byte at `offset`; the last line for offsets past the end.
    #[must_use]
    pub fn line_at(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// The bytes of the line with `index`, from 0, with its line break; empty past the last line.
    #[must_use]
    pub fn line(&self, index: usize) -> std::ops::Range<usize> {
        let start = self.starts.get(index).copied().unwrap_or(self.length);
        let end = self.starts.get(index.saturating_add(1)).copied().unwrap_or(self.length);
        start as usize..end as usize
    }

    /// Line and column, both from 1, of the byte at `offset` in `text`, which is the table's text.
    #[must_use]
    pub fn line_column(&self, text: &str, offset: u32) -> (u32, u32) {
        let offset = offset.min(self.length);
        let index = self.line_at(offset);
        let start = self.line(index).start;
        let end = text.floor_char_boundary(offset as usize).max(start);
        let before = if self.ascii { end - start } else { text[start..end].chars().count() };
        let from_one = |count: usize| u32::try_from(count).unwrap_or(u32::MAX - 1).saturating_add(1);
        (from_one(index), from_one(before))
    }
}

impl FileText {
    /// Where the byte at `offset` of the source stands.
    fn position(&self, offset: u32) -> LineColumn {
        let inside = offset.saturating_sub(self.start).min(self.lines.length);
        let (line, column) = self.lines.line_column(&self.text, inside);
        let in_file = self.encoding.offset_in_file(&self.text, inside as usize);
        let in_file = u32::try_from(in_file).unwrap_or(u32::MAX).saturating_add(self.start);
        LineColumn { line: line.saturating_add(self.first_line), column, offset: in_file }
    }
}

impl Sources {
    /// Where `span` stands in the file (or standard input) that holds it, through all layers of text inside
    /// text.
    ///
    /// The file is read again; if it changed since it was scanned, or cannot be read, the place says so.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        let span = self.host_span(span);
        let path = self.path(span.source);
        match self.text_around(span, &[], 0) {
            Ok(file) => Place {
                path,
                start: file.position(span.start),
                end: file.position(span.end.max(span.start)),
                certain: !file.changed,
            },
            Err(_) => {
                let at = |offset| LineColumn { line: 1, column: 1, offset };
                Place { path, start: at(span.start), end: at(span.end), certain: false }
            }
        }
    }

    /// The path of the file that holds `source`; `<stdin>` for standard input.
    #[must_use]
    pub fn path(&self, source: super::SourceId) -> PathBuf {
        let mut source = source;
        // Ends: a source is registered after those it stands in.
        loop {
            source = match self.origin(source) {
                Origin::File(path) | Origin::Memory(path) => return path.clone(),
                Origin::Stdin => return PathBuf::from(STDIN),
                Origin::Decoded { host, .. } => host.source,
                Origin::Composed(pieces) => match pieces.first() {
                    Some(piece) => piece.from.source,
                    None => return PathBuf::new(),
                },
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let text = "a: é😀b\r\n\nlast";
        let table = LineTable::new(text);
        let cases = [
            (0, (1, 1)),
            (3, (1, 4)),
            (5, (1, 5)),
            (9, (1, 6)),
            // The carriage return belongs to its line.
            (10, (1, 7)),
            (12, (2, 1)),
            (13, (3, 1)),
            (17, (3, 5)),
            (u32::MAX, (3, 5)),
        ];
        for (offset, expected) in cases {
            assert_eq!(table.line_column(text, offset), expected, "offset {offset}");
        }
        assert_eq!(table.len(), 3);
        assert_eq!(&text[table.line(1)], "\n");
        assert_eq!(&text[table.line(2)], "last");
        assert_eq!(&text[table.line(usize::MAX)], "");
    }

    proptest! {
        #[test]
        fn agrees_with_counting(text in "[ab\u{e9}\u{1F600}\r\n]{0,40}", offset in 0usize..100) {
            let offset = text.floor_char_boundary(offset.min(text.len()));
            let before = &text[..offset];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let (found_line, found_column) = LineTable::new(&text).line_column(&text, offset as u32);
            prop_assert_eq!((found_line as usize, found_column as usize), (line, column));
        }
    }

    #[test]
    fn places_in_kept_text() {
        let sources = Sources::default();
        let source = sources.add_kept(Origin::Stdin, Arc::from("a\nbcd\n"));
        let place = sources.place(Span::new(source, 3, 5));
        assert_eq!(place.path, PathBuf::from("<stdin>"));
        assert_eq!(place.start, LineColumn { line: 2, column: 2, offset: 3 });
        assert_eq!(place.end, LineColumn { line: 2, column: 4, offset: 5 });
        assert!(place.certain);
    }
}
