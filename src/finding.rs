//! What a rule says about a fact, ready to be shown: the only thing that reports see.

mod fix;
mod picture;
mod way;

use std::sync::Arc;

use crate::source::Span;

pub use fix::{Branch, Change, Edit, Entries, Fix, How, Value, entry};
pub use picture::{Likeness, Picture, PictureEdge, PictureNode, Standing};
pub use way::{Privilege, Reach, Step, Way};

/// A rule's verdict on one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule.
    pub rule: Arc<str>,
    /// Group of the rule: how certain and how opinionated it is.
    pub group: Group,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub certainty: Certainty,
    /// In which worlds of the template, for people; absent if in all.
    pub when: Option<String>,
    /// The sentence that stands alone: one line, lower case, no final period.
    pub message: String,
    /// What it is about.
    pub entity: EntityName,
    /// The place.
    pub span: Span,
    /// True if what stands there must not be shown.
    pub conceals: bool,
    /// Further places that explain, each with a few words.
    pub labels: Vec<Label>,
    /// Further sentences: what was assumed, what was folded in.
    pub notes: Vec<String>,
    /// One concrete request that would be let in, a line for each part.
    pub witness: Option<Vec<(String, String)>>,
    /// What to write instead: most often what others of the same rule say.
    pub help: Arc<str>,
    /// What can be written instead by machine, if that is known.
    pub fix: Option<Box<Fix>>,
    /// The fingerprint of the finding that this one is folded into.
    pub folded_into: Option<String>,
    /// Why it is not to be acted on, if somebody said so.
    pub suppressed: Option<Suppression>,
    /// Stable identity: rule, entity and the content that caused it; no positions.
    pub fingerprint: String,
}

impl Finding {
    /// True if it is shown to people, and fails a scan: neither a note of another one nor suppressed.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.folded_into.is_none() && self.suppressed.is_none()
    }
}

/// That a finding is known and not to be acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Who said so.
    pub by: SuppressedBy,
    /// Why, if it was said.
    pub reason: Option<String>,
}

/// Where a suppression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressedBy {
    /// In the file itself: a comment, or the metadata of a resource.
    File,
    /// In the settings.
    Settings,
    /// In the baseline.
    Baseline,
}

impl SuppressedBy {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Settings => "settings",
            Self::Baseline => "baseline",
        }
    }
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityName {
    /// The kind of entity in kebab-case: `role`, `identity-pool`.
    pub kind: &'static str,
    /// Logical id in a template; name or ARN in an account dump.
    pub name: String,
    /// The ARN, where it is known without symbols.
    pub arn: Option<String>,
    /// The construct path of the AWS CDK, where the template has it.
    pub cdk_path: Option<String>,
    /// Where its name is written.
    pub span: Option<Span>,
}

/// A kebab-case word as it stands in a sentence: `saml-provider` is a SAML provider.
#[must_use]
pub fn in_words(word: &str) -> String {
    let mut out = String::new();
    for part in word.split('-') {
        if !out.is_empty() {
            out.push(' ');
        }
        match part {
            "saml" | "oidc" | "iam" | "aws" => out.push_str(&part.to_uppercase()),
            _ => out.push_str(part),
        }
    }
    out
}

/// A place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words, lower case.
    pub text: Arc<str>,
}

/// What a group of rules promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// An exchange that somebody set up can never succeed.
    BrokenTrust,
    /// Others can make the exchange, or the role allows too much.
    OverBroad,
    /// What somebody who signs in nowhere can do.
    GuestAccess,
    /// Works as written, and invites mistakes.
    Hygiene,
    /// A better way to do it.
    Advice,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never fails a build by default.
    Info,
    /// Should be cleaned up.
    Low,
    /// Should be fixed.
    Medium,
    /// Fix now.
    High,
    /// Drop everything.
    Critical,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// Depends on something that the scan cannot see.
    Possible,
    /// Follows from what was scanned.
    Proved,
}

impl Group {
    /// Every group, in order.
    pub const ALL: [Self; 5] =
        [Self::BrokenTrust, Self::OverBroad, Self::GuestAccess, Self::Hygiene, Self::Advice];

    /// The name in rule files and output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BrokenTrust => "broken-trust",
            Self::OverBroad => "over-broad",
            Self::GuestAccess => "guest-access",
            Self::Hygiene => "hygiene",
            Self::Advice => "advice",
        }
    }
}

impl Severity {
    /// Every level, mildest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name in rule files and output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl Certainty {
    /// The one with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Possible, Self::Proved].into_iter().find(|certainty| certainty.name() == name)
    }

    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Possible => "possible",
        }
    }
}
