//! Where text comes from, and how a place in it is named.
//!
//! The only module that reads files, and that knows how they are written. A source is a file, standard input, or text that stands inside
//! another source (a policy document in a JSON string). A [`Span`] is a byte range of one source; nothing
//! later than this module needs the text itself to speak about places.

pub mod base64;
pub mod decoding;
mod discover;
mod encoding;
mod lines;
mod long;
mod prefilter;
mod problem;
mod read;
mod rewrite;
#[cfg(test)]
pub(crate) mod scratch;
mod texts;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rustc_hash::FxHashMap;

pub use discover::{
    Discovery, Exclude, Found, Search, absolute, discover, find_upward, repository, shortest,
};
pub use encoding::{Encoding, NotText, decode};
pub use lines::{LineColumn, LineTable, Place, STDIN};
pub(crate) use long::LONG;
pub use prefilter::{matters, stream_matters};
pub use problem::{Problem, ProblemKind};
pub use read::{Blocks, Bytes, FileText, SizeLimit, file_matters, fingerprint, read_path, read_stdin};
pub use rewrite::rewrite;
pub use write::{PARTIAL, Partial, write_file, write_new_file};

/// One source of a scan. Numbers say nothing: they are compared, never ordered or printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceId(u32);

/// A byte range of one source, end exclusive.
///
/// The convention, for every reader: a scalar spans its quotes; a block scalar runs from its indicator to
/// the last byte of its content; a flow collection spans its brackets; a block collection runs from the
/// start of its first child to the end of its last. Tags and anchors lie outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The source that the range is in.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `source`.
    #[must_use]
    pub const fn new(source: SourceId, start: u32, end: u32) -> Self {
        Self { source, start, end }
    }
}

/// How text inside a host text is turned into the text it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decoding {
    /// A JSON string with its quotes: escapes are resolved.
    JsonString,
    /// A YAML scalar of any style, as it stands in the host.
    YamlScalar,
    /// Percent-encoding, as IAM returns policy documents. The host is an already decoded source.
    Percent,
}

/// Where a source's text comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A file, by the path under which it was found.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// Text handed in by a caller of the library, under a path of its choosing.
    Memory(PathBuf),
    /// Text inside another source.
    Decoded {
        /// The host's range that holds the text.
        host: Span,
        /// How to get from the host's bytes to the text.
        by: Decoding,
    },
    /// Text put together from several ranges of other sources, in order (`Fn::Join` of JSON fragments).
    Composed(Arc<[Piece]>),
}

/// A stretch of a composed text.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Length in the composed text, in bytes.
    pub length: u32,
    /// The scalar that the stretch was decoded from. All of the stretch leads to this place.
    pub from: Span,
}

/// All sources of a scan. Grows from several threads at once; entries never change.
///
/// Holds no text of files: what the report quotes is read again, and a file that changed meanwhile is noticed.
#[derive(Debug)]
pub struct Sources {
    entries: boxcar::Vec<Entry>,
    recent: read::Recent,
    long: long::LongFiles,
    /// Files of more than so many bytes are not held as a whole.
    most: u64,
    /// What is read in place of files.
    instead: FxHashMap<PathBuf, Arc<[u8]>>,
}

#[derive(Debug)]
struct Entry {
    origin: Origin,
    /// For files: fast hash of the bytes, to notice a change between scan and report.
    fingerprint: AtomicU64,
    /// Text that cannot be read again (standard input, memory, put together).
    kept: Option<Arc<str>>,
}

/// The hash FNV-1a, which is the same in every version and on every machine.
#[must_use]
pub fn stable_hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            entries: boxcar::Vec::default(),
            recent: read::Recent::default(),
            long: long::LongFiles::default(),
            most: LONG,
            instead: FxHashMap::default(),
        }
    }
}

impl Sources {
    /// Sources that hold no file of more than `most` bytes as a whole, if they can help it.
    #[cfg(test)]
    pub(crate) fn holding_at_most(most: u64) -> Self {
        Self { most, ..Self::default() }
    }

    /// Sources that read these bytes in place of files, by their paths.
    #[must_use]
    pub fn reading_instead(instead: FxHashMap<PathBuf, Arc<[u8]>>) -> Self {
        Self { instead, ..Self::default() }
    }

    /// True if the file at `path` is one of them.
    #[must_use]
    pub fn has_file(&self, path: &Path) -> bool {
        let path = absolute(path);
        let is_same = |origin: &Origin| matches!(origin, Origin::File(own) if absolute(own) == path);
        self.entries.iter().any(|(_, entry)| is_same(&entry.origin))
    }

    /// Registers a file whose bytes hash to `fingerprint`.
    pub fn add_file(&self, path: PathBuf, fingerprint: u64) -> SourceId {
        self.add(Entry { origin: Origin::File(path), fingerprint: fingerprint.into(), kept: None })
    }

    /// Registers text that is kept, because it cannot be read again.
    pub fn add_kept(&self, origin: Origin, text: Arc<str>) -> SourceId {
        self.add(Entry { origin, fingerprint: 0.into(), kept: Some(text) })
    }

    /// Registers text inside `host`.
    pub fn add_decoded(&self, host: Span, by: Decoding) -> SourceId {
        self.add(Entry { origin: Origin::Decoded { host, by }, fingerprint: 0.into(), kept: None })
    }

    /// Registers text put together from `pieces`. It is kept: what stands for a reference between the
    /// fragments is written nowhere.
    pub fn add_composed(&self, pieces: Arc<[Piece]>, text: Arc<str>) -> SourceId {
        self.add(Entry { origin: Origin::Composed(pieces), fingerprint: 0.into(), kept: Some(text) })
    }

    /// Where the text of `source` comes from.
    #[must_use]
    pub fn origin(&self, source: SourceId) -> &Origin {
        &self.entry(source).origin
    }

    fn add(&self, entry: Entry) -> SourceId {
        let index = self.entries.push(entry);
        SourceId(u32::try_from(index).expect("a scan has fewer than 2^32 sources"))
    }

    fn entry(&self, source: SourceId) -> &Entry {
        self.entries.get(source.0 as usize).expect("a SourceId is only made by `add`")
    }
}
