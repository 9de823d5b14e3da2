//! Reads files: once for the scan, and again for the report.

use std::fs::File;
use std::hash::Hasher;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHasher;

use super::encoding::{self, Encoding, NotText};
use super::lines::{LineTable, STDIN};
use super::prefilter::{matters, stream_matters};
use super::{Origin, Problem, ProblemKind, SourceId, Sources};

/// The largest text that is read whole, in bytes.
///
/// Offsets are 32 bits wide, so that 4 GiB is the end in any case; the default is far below, because text
/// and structure have to fit in memory. CloudFormation itself takes templates up to 1 MB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeLimit(u64);

impl SizeLimit {
    /// What is read unless something else is asked for: 256 MiB.
    pub const USUAL: u64 = 256 << 20;

    /// At most `bytes`, and in no case more than offsets can name.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        // UTF-16 can take half as much room again in UTF-8, and a mark is counted in places.
        const MOST: u64 = (u32::MAX as u64 - 16) / 3 * 2;
        Self(if bytes < MOST { bytes } else { MOST })
    }
}

impl Default for SizeLimit {
    /// [`Self::USUAL`].
    fn default() -> Self {
        Self::new(Self::USUAL)
    }
}

/// The bytes of a file or of standard input.
#[derive(Debug)]
pub struct Bytes {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// False for pipes and devices: what they hold can be read once.
    pub again: bool,
}

/// The text of a source as it is now, or some of its lines.
#[derive(Debug)]
pub struct FileText {
    /// The text, without a byte-order mark.
    pub text: Arc<str>,
    /// At which byte of the source the text begins: a line begins there.
    pub start: u32,
    /// The number of the first line in the source, from 0.
    pub first_line: u32,
    /// Its lines, of which the first is number 0.
    pub lines: LineTable,
    /// How the file writes it.
    pub encoding: Encoding,
    /// True if the file's bytes are not those that were scanned: spans do not fit any more.
    pub changed: bool,
}

/// Texts that were read again, those asked for last at the end. A report goes from file to file, so that a few are enough.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<Vec<(SourceId, Arc<FileText>)>>);

impl Recent {
    const MOST: usize = 4;
    /// Texts are let go, those that nobody has asked for the longest first, while all together are larger than this, in bytes.
    const MOST_BYTES: usize = 64 << 20;

    pub(super) fn get(&self, source: SourceId) -> Option<Arc<FileText>> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = entries.iter().position(|(known, _)| *known == source)?;
        entries[found..].rotate_left(1);
        entries.last().map(|(_, file)| Arc::clone(file))
    }

    fn put(&self, source: SourceId, file: &Arc<FileText>) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push((source, Arc::clone(file)));
        let bytes = |entries: &[(SourceId, Arc<FileText>)]| -> usize {
            entries.iter().map(|(_, file)| file.text.len()).sum()
        };
        while entries.len() > 1 && (entries.len() > Self::MOST || bytes(&entries) > Self::MOST_BYTES) {
            entries.remove(0);
        }
    }
}

/// How much of a file is read at once where it is read in blocks, in bytes.
pub(super) const BLOCK: usize = 1 << 20;

/// Fast hash of `bytes`, to notice a change between scan and report. Not stable across versions.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> u64 {
    let mut fingerprint = Fingerprint::default();
    bytes.chunks(BLOCK).for_each(|block| fingerprint.add(block));
    fingerprint.finish()
}

/// The fingerprint of a file that is read block by block: all of them but the last are [`BLOCK`] bytes long.
#[derive(Default)]
pub(super) struct Fingerprint {
    hasher: FxHasher,
    length: usize,
}

impl Fingerprint {
    pub(super) fn add(&mut self, block: &[u8]) {
        self.hasher.write(block);
        self.length += block.len();
    }

    pub(super) fn finish(mut self) -> u64 {
        self.hasher.write_usize(self.length);
        self.hasher.finish()
    }
}

/// A file that is read block by block, because it is too large to be held.
pub struct Blocks {
    path: PathBuf,
    file: File,
    buffer: Vec<u8>,
    source: SourceId,
    fingerprint: Fingerprint,
}

impl Blocks {
    /// The source that the file is.
    #[must_use]
    pub const fn source(&self) -> SourceId {
        self.source
    }

    /// The next block, of which only the last is shorter than the others; `None` at the end.
    ///
    /// # Errors
    ///
    /// A problem if it cannot be read.
    pub fn next_block(&mut self) -> Result<Option<&[u8]>, Problem> {
        self.buffer.clear();
        let read = (&mut self.file).take(BLOCK as u64).read_to_end(&mut self.buffer);
        read.map_err(|error| unreadable(&self.path, &error))?;
        if self.buffer.is_empty() {
            return Ok(None);
        }
        self.fingerprint.add(&self.buffer);
        Ok(Some(&self.buffer))
    }
}

/// Reads the file at `path`; also a pipe or a device, up to the limit.
///
/// # Errors
///
/// A problem that says why it cannot be read, or that it is larger than `limit`.
pub fn read_path(path: &Path, limit: SizeLimit) -> Result<Bytes, Problem> {
    let unreadable = |error: &io::Error| unreadable(path, error);
    let mut file = File::open(path).map_err(|error| unreadable(&error))?;
    let metadata = file.metadata().map_err(|error| unreadable(&error))?;
    if metadata.is_file() && metadata.len() > limit.0 {
        return Err(too_large(path, Some(metadata.len()), limit));
    }
    let capacity = usize::try_from(metadata.len()).unwrap_or_default();
    let bytes = read_to_limit(&mut file, capacity, limit)
        .map_err(|error| unreadable(&error))?
        .ok_or_else(|| too_large(path, None, limit))?;
    Ok(Bytes { bytes, again: metadata.is_file() })
}

/// True if what a file holds may matter; false if it cannot be read.
#[must_use]
pub fn file_matters(path: &Path) -> bool {
    File::open(path).is_ok_and(|mut file| stream_matters(&mut file))
}

/// Reads standard input, or whatever `reader` stands in for it.
///
/// # Errors
///
/// A problem that says why it cannot be read, or that it is larger than `limit`.
pub fn read_stdin(reader: &mut dyn Read, limit: SizeLimit) -> Result<Bytes, Problem> {
    let path = Path::new(STDIN);
    let bytes = read_to_limit(reader, 0, limit)
        .map_err(|error| unreadable(path, &error))?
        .ok_or_else(|| too_large(path, None, limit))?;
    Ok(Bytes { bytes, again: false })
}

impl Sources {
    /// Opens the file at `path` to be read block by block, if it is one of JSON in UTF-8 that is longer than `longest` bytes
    /// and no longer than places can name.
    #[must_use]
    pub fn open_in_blocks(&self, path: &Path, longest: u64) -> Option<Blocks> {
        let is_yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
        let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        if is_yaml
            || self.instead.contains_key(path)
            || metadata.len() <= longest
            || metadata.len() > u64::from(u32::MAX) - 16
        {
            return None;
        }
        let mut start = Vec::new();
        File::open(path).ok()?.take(64).read_to_end(&mut start).ok()?;
        let first = start.iter().find(|byte| !byte.is_ascii_whitespace())?;
        if !matches!(first, b'{' | b'[') {
            return None;
        }
        let file = File::open(path).ok()?;
        let source = self.add_file(path.to_owned(), 0);
        let buffer = Vec::with_capacity(BLOCK);
        Some(Blocks { path: path.to_owned(), file, buffer, source, fingerprint: Fingerprint::default() })
    }

    /// Says that all blocks were read.
    pub fn close(&self, blocks: Blocks) {
        let fingerprint = &self.entry(blocks.source).fingerprint;
        fingerprint.store(blocks.fingerprint.finish(), Ordering::Relaxed);
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// A problem if it cannot be read, is too large, or is no text.
    pub fn load_whatever_it_holds(
        &self,
        path: &Path,
        limit: SizeLimit,
    ) -> Result<(SourceId, Arc<str>), Problem> {
        self.add_bytes(Some(path), self.read(path, limit)?)
    }

    /// Reads the file at `path`, unless its bytes show that it cannot matter: then `None`.
    ///
    /// # Errors
    ///
    /// A problem if it cannot be read, is too large, or is no text. A file that cannot matter is never too
    /// large and may hold any bytes.
    pub fn load(&self, path: &Path, limit: SizeLimit) -> Result<Option<(SourceId, Arc<str>)>, Problem> {
        match self.read(path, limit) {
            Ok(bytes) => self.load_bytes(Some(path), bytes),
            Err(problem) if problem.kind == ProblemKind::TooLarge => {
                // Devices and pipes cannot be looked through a second time.
                let regular = |file: &File| file.metadata().is_ok_and(|metadata| metadata.is_file());
                let file = File::open(path).ok().filter(regular);
                if file.is_some_and(|mut file| !stream_matters(&mut file)) { Ok(None) } else { Err(problem) }
            }
            Err(problem) => Err(problem),
        }
    }

    /// The bytes of a file, or what is read in its place.
    fn read(&self, path: &Path, limit: SizeLimit) -> Result<Bytes, Problem> {
        match self.instead.get(path) {
            Some(bytes) => Ok(Bytes { bytes: bytes.to_vec(), again: false }),
            None => read_path(path, limit),
        }
    }

    /// As [`Self::load`], for bytes that are read already: of standard input if there is no path.
    ///
    /// # Errors
    ///
    /// A problem if the bytes are no text.
    pub fn load_bytes(
        &self,
        path: Option<&Path>,
        bytes: Bytes,
    ) -> Result<Option<(SourceId, Arc<str>)>, Problem> {
        if matters(&bytes.bytes) { self.add_bytes(path, bytes).map(Some) } else { Ok(None) }
    }

    /// Registers what was read from `path` (standard input for `None`) and returns its text.
    ///
    /// # Errors
    ///
    /// A problem that names the first byte that is not text.
    pub fn add_bytes(&self, path: Option<&Path>, bytes: Bytes) -> Result<(SourceId, Arc<str>), Problem> {
        let fingerprint = fingerprint(&bytes.bytes);
        let shown = path.unwrap_or_else(|| Path::new(STDIN));
        let (text, _) = encoding::decode(bytes.bytes).map_err(|error| not_text(shown, error))?;
        let text: Arc<str> = Arc::from(text);
        let source = match path {
            Some(path) if bytes.again => self.add_file(path.to_owned(), fingerprint),
            Some(path) => self.add_kept(Origin::Memory(path.to_owned()), Arc::clone(&text)),
            None => self.add_kept(Origin::Stdin, Arc::clone(&text)),
        };
        Ok((source, text))
    }

    /// The text of a file, of standard input or of text handed in: read again where it was not kept.
    ///
    /// # Errors
    ///
    /// A problem if the file cannot be read any more.
    pub fn file_text(&self, source: SourceId) -> Result<Arc<FileText>, Problem> {
        if let Some(known) = self.recent.get(source) {
            return Ok(known);
        }
        let entry = self.entry(source);
        let file = match (&entry.kept, &entry.origin) {
            (Some(text), _) => {
                let lines = LineTable::new(text);
                FileText {
                    text: Arc::clone(text),
                    start: 0,
                    first_line: 0,
                    lines,
                    encoding: Encoding::Utf8,
                    changed: false,
                }
            }
            (None, Origin::File(path)) => read_again(path, entry.fingerprint.load(Ordering::Relaxed))?,
            (None, origin) => {
                let message = format!("the text of {origin:?} cannot be read as a file");
                let help = "This is a bug in fedlint: please report it.";
                return Err(Problem::of(ProblemKind::Internal, PathBuf::new(), message, help));
            }
        };
        let file = Arc::new(file);
        self.recent.put(source, &file);
        Ok(file)
    }
}

fn read_again(path: &Path, fingerprint_before: u64) -> Result<FileText, Problem> {
    let Bytes { bytes, .. } = read_path(path, SizeLimit::new(u64::MAX))?;
    let changed = fingerprint(&bytes) != fingerprint_before;
    let (text, encoding) = encoding::decode(bytes).map_err(|error| not_text(path, error))?;
    let lines = LineTable::new(&text);
    Ok(FileText { text: Arc::from(text), start: 0, first_line: 0, lines, encoding, changed })
}

/// All of `reader`, or `None` if there is more than `limit` allows.
fn read_to_limit(
    reader: &mut dyn Read,
    capacity: usize,
    SizeLimit(limit): SizeLimit,
) -> io::Result<Option<Vec<u8>>> {
    // One byte more than the file has, so that its end is seen without growing the buffer.
    let mut bytes = Vec::with_capacity(capacity.saturating_add(1));
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// A problem for a path that cannot be opened or read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let shown = path.display();
    let (message, help) = match error.kind() {
        io::ErrorKind::NotFound => (
            format!("`{shown}` does not exist"),
            "Check the path; patterns have to be quoted if the shell is not to expand them.",
        ),
        io::ErrorKind::PermissionDenied => (
            format!("`{shown}` cannot be read: permission denied"),
            "Run fedlint as a user who may read it, or exclude it.",
        ),
        io::ErrorKind::IsADirectory => {
            (format!("`{shown}` is a directory"), "Name it as a path to scan what is in it.")
        }
        _ if is_link_loop(error) => (
            format!("`{shown}` is a symbolic link that leads in a circle"),
            "Remove the link, or exclude it.",
        ),
        _ => (
            format!("`{shown}` cannot be read: {}", plain_message(error)),
            "Try to open it with another program; exclude it if it is not meant to be read.",
        ),
    };
    Problem::of(ProblemKind::Unreadable, path, message, help)
}

/// True for the error of a symbolic link that leads to itself (ELOOP), for which stable Rust has no kind.
pub(super) fn is_link_loop(error: &io::Error) -> bool {
    format!("{:?}", error.kind()) == "FilesystemLoop"
}

/// What the system says, without the number behind it.
fn plain_message(error: &io::Error) -> String {
    let message = error.to_string();
    let end = message.find(" (os error").unwrap_or(message.len());
    let mut characters = message[..end].chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => "unknown error".to_owned(),
    }
}

/// A problem for a file that is larger than is read.
pub(super) fn too_large(path: &Path, length: Option<u64>, SizeLimit(limit): SizeLimit) -> Problem {
    let shown = path.display();
    let message = match length {
        Some(length) => format!("`{shown}` has {length} bytes, more than the {limit} that are read"),
        None => format!("`{shown}` has more than the {limit} bytes that are read"),
    };
    Problem::of(ProblemKind::TooLarge, path, message, "Split the file, or exclude it if it does not matter.")
}

/// A problem for a file that is not text.
pub(super) fn not_text(path: &Path, error: NotText) -> Problem {
    Problem::of(ProblemKind::Encoding, path, error.message, error.help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::source::scratch::Scratch;

    const TEMPLATE: &str = "Resources:\n  Role:\n    Type: AWS::IAM::Role\n";

    fn load(path: &Path, limit: SizeLimit) -> Result<Option<String>, (ProblemKind, String)> {
        match Sources::default().load(path, limit) {
            Ok(loaded) => Ok(loaded.map(|(_, text)| text.to_string())),
            Err(problem) => {
                assert_eq!(problem.path.as_deref(), Some(path));
                assert!(problem.help.ends_with('.'), "{}", problem.help);
                let folder = format!("{}/", path.parent().unwrap().display());
                Err((problem.kind, problem.message.replace(&folder, "")))
            }
        }
    }

    #[test]
    fn reads_only_what_may_matter() {
        let scratch = Scratch::new();
        type Case = (&'static [u8], Result<Option<&'static str>, ProblemKind>);
        let cases: [Case; 5] = [
            (TEMPLATE.as_bytes(), Ok(Some(TEMPLATE))),
            (b"Type: AWS::S3::Bucket", Ok(None)),
            (b"", Ok(None)),
            (b"# caf\xE9\nType: AWS::S3::Bucket", Ok(None)),
            (b"# caf\xE9\nType: AWS::IAM::Role", Err(ProblemKind::Encoding)),
        ];
        for (bytes, expected) in cases {
            let path = scratch.write("a.yaml", bytes);
            let loaded = load(&path, SizeLimit::default()).map_err(|(kind, _)| kind);
            assert_eq!(loaded.as_ref().map(Option::as_deref), expected.as_ref().map(|text| *text));
        }
    }

    #[test]
    fn large_files_are_refused_if_they_matter() {
        let scratch = Scratch::new();
        let matters = scratch.write("a.yaml", TEMPLATE);
        assert_eq!(
            load(&matters, SizeLimit::new(20)),
            Err((ProblemKind::TooLarge, "`a.yaml` has 44 bytes, more than the 20 that are read".to_owned()))
        );
        let other = scratch.write("b.yaml", "Type: AWS::S3::Bucket");
        assert_eq!(load(&other, SizeLimit::new(20)), Ok(None));
        // Past what offsets can name, whatever the limit is set to.
        let huge = scratch.sparse("c.yaml", 5 << 30);
        let error = read_path(&huge, SizeLimit::new(u64::MAX)).unwrap_err();
        assert_eq!(error.kind, ProblemKind::TooLarge);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let scratch = Scratch::new();
        let cases = [
            (scratch.path("none.yaml"), "`none.yaml` does not exist"),
            (scratch.write("sub/a.yaml", "").parent().unwrap().to_owned(), "`sub` is a directory"),
        ];
        for (path, message) in cases {
            let expected = (ProblemKind::Unreadable, message.to_owned());
            assert_eq!(load(&path, SizeLimit::default()), Err(expected));
        }
    }

    #[cfg(unix)]
    #[test]
    fn devices_without_end_are_refused() {
        let error = read_path(Path::new("/dev/zero"), SizeLimit::new(1000)).unwrap_err();
        assert_eq!(error.message, "`/dev/zero` has more than the 1000 bytes that are read");
    }

    #[test]
    fn the_report_notices_that_a_file_changed() {
        let scratch = Scratch::new();
        let path = scratch.write("a.yaml", TEMPLATE);
        let sources = Sources::default();
        let (source, _) = sources.load(&path, SizeLimit::default()).unwrap().unwrap();
        let span = Span::new(source, 13, 17);
        scratch.write("a.yaml", format!("# more\n{TEMPLATE}"));
        let place = sources.place(span);
        assert_eq!((place.path.as_path(), place.certain), (path.as_path(), false));
    }

    #[test]
    fn a_file_that_is_gone_still_has_a_place() {
        let scratch = Scratch::new();
        let path = scratch.write("a.yaml", TEMPLATE);
        let sources = Sources::default();
        let (source, _) = sources.load(&path, SizeLimit::default()).unwrap().unwrap();
        std::fs::remove_file(&path).unwrap();
        let place = sources.place(Span::new(source, 13, 17));
        assert_eq!((place.path.as_path(), place.start.line, place.certain), (path.as_path(), 1, false));
    }

    #[test]
    fn places_count_the_bytes_of_the_file() {
        let scratch = Scratch::new();
        let wide: Vec<u8> =
            std::iter::once(0xFEFF).chain(TEMPLATE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let marked = [b"\xEF\xBB\xBF", TEMPLATE.as_bytes()].concat();
        for (bytes, offset) in [(TEMPLATE.as_bytes().to_vec(), 13), (marked, 16), (wide, 28)] {
            let path = scratch.write("a.yaml", bytes);
            let sources = Sources::default();
            let (source, text) = sources.load(&path, SizeLimit::default()).unwrap().unwrap();
            assert_eq!(&text[13..17], "Role");
            let place = sources.place(Span::new(source, 13, 17));
            assert_eq!((place.start.line, place.start.column, place.start.offset), (2, 3, offset));
        }
    }

    #[test]
    fn texts_read_again_are_kept_for_a_while() {
        let scratch = Scratch::new();
        let sources = Sources::default();
        let ids: Vec<SourceId> = (0..10)
            .map(|number| {
                let path = scratch.write(&format!("{number}.yaml"), TEMPLATE);
                sources.load(&path, SizeLimit::default()).unwrap().unwrap().0
            })
            .collect();
        for &id in &ids {
            assert!(Arc::ptr_eq(&sources.file_text(id).unwrap(), &sources.file_text(id).unwrap()));
        }
        assert_eq!(sources.recent.0.lock().unwrap().len(), Recent::MOST);
        // The file that findings are about stays, whatever explains them.
        let (first, others) = ids.split_first().unwrap();
        let known = sources.file_text(*first).unwrap();
        for &other in others {
            sources.file_text(other).unwrap();
            assert!(Arc::ptr_eq(&sources.file_text(*first).unwrap(), &known));
        }
    }
}
