//! What can be written instead, so that a finding is gone: which parts of which files change, and into what.

use crate::source::Span;

/// A change of files after which a finding is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does: begins with a verb, lower case, one line, no final period.
    pub title: String,
    /// True if all that is meant to work goes on working, and nobody gets in who is not meant to.
    pub safe: bool,
    /// The parts that change, by their places.
    pub changes: Vec<Change>,
    /// The same as text of the files, in order; empty until the files were read again.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A fix that is not text yet.
    #[must_use]
    pub const fn new(title: String, safe: bool, changes: Vec<Change>) -> Self {
        Self { title, safe, changes, edits: Vec::new() }
    }
}

/// A change of one part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The part, from its first byte to its last.
    pub at: Span,
    /// What becomes of it.
    pub how: How,
}

/// What becomes of a part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// Another value in its place.
    Replace(Value),
    /// The key in its place, another one.
    Rename(String),
    /// The item goes, of a list with others; or the key with what it holds, of a map with others.
    Remove,
    /// Nothing, if it is written out there: what comes from elsewhere may be something else another time.
    Keep,
    /// Further values beside those of the list, or beside the one value that stands there without a list.
    Add(Vec<Value>),
    /// Further entries of the map, and of the maps in it.
    Merge(Entries),
}

/// Entries of a map: keys and what they hold, in order.
pub type Entries = Vec<(String, Branch)>;

/// What a key holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Branch {
    /// A value.
    Leaf(Value),
    /// Entries.
    Map(Entries),
}

/// A value that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A truth.
    Boolean(bool),
    /// What CloudFormation makes of `Ref`, or of `Fn::GetAtt` if an attribute is named.
    Reference {
        /// The logical id.
        logical_id: String,
        /// The attribute.
        attribute: Option<String>,
    },
}

/// A stretch of a file, and what stands there afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The stretch: empty where something is only added.
    pub span: Span,
    /// The text.
    pub text: String,
}

impl Edit {
    /// Whether two edits change the same or stand side by side, so that one is not to be made without looking at the other.
    #[must_use]
    pub fn touches(&self, other: &Self) -> bool {
        let (one, other) = (self.span, other.span);
        one.source == other.source && one.start <= other.end && other.start <= one.end
    }
}

/// The entry under a path of keys.
#[must_use]
pub fn entry(path: &[&str], value: Value) -> Entries {
    match path {
        [] => Vec::new(),
        [key] => vec![((*key).to_owned(), Branch::Leaf(value))],
        [key, rest @ ..] => vec![((*key).to_owned(), Branch::Map(entry(rest, value)))],
    }
}
