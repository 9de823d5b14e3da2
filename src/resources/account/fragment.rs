//! What one answer tells of one thing.

use super::answer::{Reading, Requested};
use crate::resources::{Entry, Value};
use crate::source::Span;
use crate::value::{Name, Text, Vocabulary};

/// What one answer tells of one thing. What it does not say itself is filled in when all files are read.
#[derive(Debug)]
pub(crate) struct Fragment {
    /// The CloudFormation type.
    pub(crate) kind: &'static str,
    /// What names the thing in its account. None if only the request did.
    pub(crate) id: Option<Name>,
    /// The account, if the answer says it.
    pub(crate) account: Option<Name>,
    /// The region, if the answer says it.
    pub(crate) region: Option<Name>,
    /// The ARN, if the answer says it.
    pub(crate) arn: Option<Name>,
    /// What names the thing; else the thing.
    pub(crate) span: Span,
    /// All that the answer tells of it.
    pub(crate) whole: Span,
    /// What templates have by `Fn::GetAtt`, or by `Ref`.
    pub(crate) attributes: Vec<(&'static str, Text)>,
    /// What it tells.
    pub(crate) properties: Vec<Entry>,
    /// Of which properties it tells at all.
    pub(crate) told: Told,
    /// True if it tells all that matters, so that it need not wait for other answers.
    pub(crate) is_whole: bool,
    /// True if it tells that the thing is gone.
    pub(crate) gone: bool,
    /// When it was recorded, where the answer says it: of several, the last one counts.
    pub(crate) recorded: Option<Name>,
    /// The answer, for messages.
    pub(crate) source: Source,
    /// What it does not tell because the request said it.
    pub(crate) requested: Option<Requested>,
}

impl Fragment {
    /// A property that is a text.
    pub(crate) fn text(&self, name: &str, vocabulary: &Vocabulary) -> Option<&Text> {
        let mut entries = self.properties.iter();
        let entry = entries.find(|entry| entry.key.value.as_literal(vocabulary) == Some(name))?;
        if let Value::Text(text) = &entry.value.value { Some(text) } else { None }
    }

    /// That a thing of which `other` tells has nothing of what an entry of the table reads.
    pub(crate) fn of_nothing(reading: &'static Reading, other: &Self) -> Self {
        Self {
            kind: reading.kind,
            id: None,
            account: None,
            region: None,
            arn: None,
            span: other.span,
            whole: other.whole,
            attributes: Vec::new(),
            properties: Vec::new(),
            told: Told::ByReading(reading),
            is_whole: false,
            gone: false,
            recorded: None,
            source: Source::Answer(reading.service, reading.operation),
            requested: None,
        }
    }
}

/// Of which properties an answer tells, be it that they are not there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Told {
    /// Of those that this entry of the table reads.
    ByReading(&'static Reading),
    /// Of none for sure: the answer is cut off.
    InPart,
    /// Of those that are there.
    OfWhatIsThere,
}

/// Which answer a fragment is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// An answer of the API.
    Answer(&'static str, &'static str),
    /// An item of AWS Config.
    ConfigurationItem,
    /// A policy document in a file of its own.
    PolicyFile,
}

/// That an answer names all things of a kind.
#[derive(Debug)]
pub(crate) struct Listed {
    /// The entry of the table.
    pub(crate) reading: &'static Reading,
    /// The thing of which it lists all, if the answer says it.
    pub(crate) of: Option<Name>,
    /// The account, if the answer says it.
    pub(crate) account: Option<Name>,
    /// The region, if the answer says it.
    pub(crate) region: Option<Name>,
}
