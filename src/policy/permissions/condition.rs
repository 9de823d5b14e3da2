//! What the conditions of a statement are worth to a session: whether it can meet them.

use super::resource::Scope;
use crate::policy::evaluate::compare::instant;
use crate::policy::{Comparator, Item, Test};
use crate::value::{Bounds, Vocabulary};

/// Whether a session can meet conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meets {
    /// There are none.
    Always,
    /// If it wants to; nor does it have to.
    ByChoice,
    /// For some resources, which the conditions choose.
    ForSome,
    /// What is in the request is not known here.
    Undecided,
    /// Never.
    Never,
}

/// What the value of a key depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The caller, or when and from where it calls: the permission is there for somebody who waits for that.
    Caller,
    /// The resource.
    Resource,
    /// When the request is made.
    Time,
    /// Something that is not known here.
    Other,
}

/// Keys whose value the caller chooses, with the request or by where and when it makes it, or that the account itself has:
/// they say where or how, not what.
const CALLER: &[&str] = &[
    "aws:referer",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:securetransport",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcevpcarn",
    "aws:tagkeys",
    "aws:useragent",
    "aws:vpcsourceip",
    "kms:viaservice",
    "s3:delimiter",
    "s3:max-keys",
    "s3:prefix",
    "s3:resourceaccount",
    "s3:signatureversion",
    "s3:tlsversion",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
];

/// Beginnings of such keys.
const CALLER_PREFIXES: &[&str] = &["aws:requesttag/", "s3:requestobjecttag/"];

/// Beginnings of keys whose value the resource has.
const RESOURCE_PREFIXES: &[&str] = &[
    "aws:resourcetag/",
    "iam:resourcetag/",
    "ssm:resourcetag/",
    "ec2:resourcetag/",
    "s3:existingobjecttag/",
    "secretsmanager:resourcetag/",
];

impl Meets {
    /// What conditions are worth. `now` is in nanoseconds since 1970 UTC.
    pub(super) fn of(conditions: Option<&[Test]>, now: Option<i128>, vocabulary: &Vocabulary) -> Self {
        match conditions {
            None => Self::Always,
            // What an empty condition means is not documented.
            Some([]) => Self::Undecided,
            Some(tests) => {
                tests.iter().map(|test| Self::of_test(test, now, vocabulary)).max().unwrap_or(Self::Always)
            }
        }
    }

    fn of_test(test: &Test, now: Option<i128>, vocabulary: &Vocabulary) -> Self {
        let Some(key) = test.literal_key(vocabulary) else { return Self::Undecided };
        let key = key.to_ascii_lowercase();
        let unknown = matches!(test.operator.comparator, Comparator::Unknown | Comparator::Invalid);
        if unknown || test.values.is_empty() {
            return Self::Undecided;
        }
        if let Some(services) = passed_to(test, vocabulary) {
            // The statement keeps the services.
            return if services.is_empty() { Self::Undecided } else { Self::ByChoice };
        }
        match origin(&key) {
            Origin::Caller => Self::ByChoice,
            Origin::Resource => Self::ForSome,
            Origin::Time => time(test, now, vocabulary),
            Origin::Other => Self::Undecided,
        }
    }

    /// Whether an Allow statement with these conditions gives what a question is about.
    pub(super) const fn gives(self, scope: Scope<'_>) -> Bounds<bool> {
        match (self, scope) {
            (Self::Always | Self::ByChoice, _) => Bounds { sure: true, possible: true },
            (Self::ForSome, Scope::Everything) | (Self::Never, _) => Bounds { sure: false, possible: false },
            (Self::ForSome | Self::Undecided, _) => Bounds::UNDECIDED,
        }
    }

    /// Whether a Deny statement with these conditions takes what a question is about, whatever the session does.
    pub(super) const fn takes(self, scope: Scope<'_>) -> Bounds<bool> {
        match (self, scope) {
            (Self::Always, _) => Bounds { sure: true, possible: true },
            (Self::Undecided, _) | (Self::ForSome, Scope::One(_)) => Bounds::UNDECIDED,
            (Self::ByChoice | Self::ForSome | Self::Never, _) => Bounds { sure: false, possible: false },
        }
    }
}

fn origin(key: &str) -> Origin {
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| key.starts_with(prefix));
    if CALLER.contains(&key) || begins(CALLER_PREFIXES) {
        Origin::Caller
    } else if begins(RESOURCE_PREFIXES) {
        Origin::Resource
    } else if matches!(key, "aws:currenttime" | "aws:epochtime") {
        Origin::Time
    } else {
        Origin::Other
    }
}

/// A time that is past is never met again; every other one is met by who waits, or comes soon enough.
fn time(test: &Test, now: Option<i128>, vocabulary: &Vocabulary) -> Meets {
    let Some(now) = now else { return Meets::Undecided };
    let before =
        matches!(test.operator.comparator, Comparator::DateLessThan | Comparator::DateLessThanEquals);
    let times: Option<Vec<i128>> =
        test.values.iter().map(|value| instant(value.text()?.as_literal(vocabulary)?)).collect();
    match times {
        Some(times) if before && times.iter().all(|time| *time < now) => Meets::Never,
        Some(_) => Meets::ByChoice,
        None => Meets::Undecided,
    }
}

/// The services that a test of `iam:PassedToService` lets roles be passed to, as patterns. `None` of any other test.
pub(super) fn passed_to(test: &Test, vocabulary: &Vocabulary) -> Option<Vec<String>> {
    if !test.key_is("iam:PassedToService", vocabulary) {
        return None;
    }
    let is_positive = matches!(
        test.operator.comparator,
        Comparator::StringEquals | Comparator::StringEqualsIgnoreCase | Comparator::StringLike
    );
    let literal = |value: &Item| Some(value.text()?.as_literal(vocabulary)?.to_ascii_lowercase());
    let services: Option<Vec<String>> = test.values.iter().map(literal).collect();
    Some(services.filter(|_| is_positive).unwrap_or_default())
}
