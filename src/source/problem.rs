//! What could not be read, or only in part.

use std::path::PathBuf;

use super::Span;

/// Something about reading the input, or about a limit of our own: never about the meaning of the
/// configuration in AWS (that is a finding).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem, for machines.
    pub kind: ProblemKind,
    /// The exact place, where there is one.
    pub span: Option<Span>,
    /// The file, where the problem has no place inside it.
    pub path: Option<PathBuf>,
    /// What is wrong: one line, lower case, no final period.
    pub message: String,
    /// What to do next: a full sentence.
    pub help: String,
}

/// The kinds of problems. The name in kebab-case is part of the output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// A path, pattern or file that could not be opened or read.
    Unreadable,
    /// Something on the way that leads to nothing to read: a symbolic link that leads in a circle, a pattern
    /// without a match. Nothing is lost.
    Skipped,
    /// Bytes that are not text in an encoding we read.
    Encoding,
    /// A file, document or value over a size limit.
    TooLarge,
    /// Text that its format does not allow; nothing (or not all) of it could be read.
    Syntax,
    /// Text that its format does not allow, and that was read all the same: nothing is lost.
    Lenient,
    /// The same key twice in one mapping.
    DuplicateKey,
    /// A template construct that AWS would refuse or that we cannot resolve.
    Template,
    /// An answer of the AWS API that does not say enough, or not what its place says.
    Answer,
    /// An answer of the AWS API of which nothing can be used.
    Unread,
    /// A budget of our own was reached; what is reported is true, but not complete.
    Budget,
    /// More combinations than are analysed, of a template's conditions or in a trust policy: everything was looked at, and what
    /// was not decided counts as possible.
    Combinations,
    /// A setting that has no effect or cannot be understood.
    Settings,
    /// A suppression that cannot be understood: what it was to suppress is reported.
    Suppression,
    /// Our own bug, caught.
    Internal,
}

impl ProblemKind {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Skipped => "skipped",
            Self::Encoding => "encoding",
            Self::TooLarge => "too-large",
            Self::Syntax => "syntax",
            Self::Lenient => "lenient",
            Self::DuplicateKey => "duplicate-key",
            Self::Template => "template",
            Self::Answer => "answer",
            Self::Unread => "unread",
            Self::Budget => "budget",
            Self::Combinations => "combinations",
            Self::Settings => "settings",
            Self::Suppression => "suppression",
            Self::Internal => "internal",
        }
    }

    /// True if something that was asked for was not done because of the problem: something of the input was not analysed, or
    /// not as it says.
    #[must_use]
    pub const fn loses(self) -> bool {
        matches!(
            self,
            Self::Unreadable
                | Self::Encoding
                | Self::TooLarge
                | Self::Syntax
                | Self::Unread
                | Self::Budget
                | Self::Suppression
                | Self::Internal
        )
    }
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn at(kind: ProblemKind, span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind, span: Some(span), path: None, message: message.into(), help: help.into() }
    }

    /// A problem of a whole file or pattern.
    #[must_use]
    pub fn of(
        kind: ProblemKind,
        path: impl Into<PathBuf>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { kind, span: None, path: Some(path.into()), message: message.into(), help: help.into() }
    }
}
