//! What a condition key is: whether AWS has it, who puts it into requests, and in which it is.

use super::bench::Bench;
use super::{KeyPresence, KeySource, KeyStatus};
use crate::facts::trust::view::{Kind, View};
use crate::knowledge::condition_keys::{self, CLAIMS_OF_EVERY_ISSUER, Known};
use crate::knowledge::sender::Presence;
use crate::policy::Test;
use crate::value::{Text, Vocabulary};

/// What a condition key is.
pub(super) struct Standing {
    /// The key in lower case, if it has no symbols.
    pub(super) literal: Option<String>,
    pub(super) status: KeyStatus,
    pub(super) source: KeySource,
    pub(super) presence: KeyPresence,
    /// The key that is meant, if AWS does not have this one.
    pub(super) meant: Option<String>,
}

/// The key of a test in lower case, if it has no symbols.
pub(super) fn literal(test: &Test, vocabulary: &Vocabulary) -> Option<String> {
    test.literal_key(vocabulary).map(str::to_ascii_lowercase)
}

impl Standing {
    /// What a key is in the requests of those on the benches.
    pub(super) fn of(key: &Text, benches: &[Bench<'_, '_>], vocabulary: &Vocabulary) -> Self {
        let Some(written) = key.as_literal(vocabulary) else {
            return Self {
                literal: None,
                status: KeyStatus::NotSaid,
                source: KeySource::Request,
                presence: KeyPresence::Undecided,
                meant: None,
            };
        };
        let literal = written.to_ascii_lowercase();
        let is_claim = |bench: &Bench<'_, '_>| claim(&bench.view.kind, &literal, vocabulary).is_some();
        let source = if benches.iter().any(is_claim) { KeySource::Token } else { KeySource::Request };
        let (status, meant) = match condition_keys::known(written) {
            Known::Yes => (KeyStatus::Exists, None),
            Known::No { meant } => (KeyStatus::DoesNotExist, meant),
            Known::OtherPrefix => claim_status(written, benches, vocabulary),
        };
        let status = if meant.is_some() { KeyStatus::Misspelled } else { status };
        let presence = presence(&literal, benches);
        Self { literal: Some(literal), status, source, presence, meant }
    }
}

/// Whether a key, in lower case, is a claim of the tokens or assertions of a principal.
pub(super) fn is_claim(view: &View<'_>, key: &str, vocabulary: &Vocabulary) -> bool {
    claim(&view.kind, key, vocabulary).is_some()
}

/// The claim's part of a key, if it is one of the tokens or assertions of such a principal.
fn claim<'k>(kind: &Kind, key: &'k str, vocabulary: &Vocabulary) -> Option<&'k str> {
    match kind {
        Kind::Saml => key.strip_prefix("saml:"),
        Kind::WebIdentity { issuer, .. } => {
            let issuer = issuer.as_literal(vocabulary)?;
            let (begins, rest) = key.split_at_checked(issuer.len())?;
            rest.strip_prefix(':').filter(|_| begins.eq_ignore_ascii_case(issuer))
        }
        Kind::Aws | Kind::Service { .. } => None,
    }
}

/// Whether AWS makes a key of a claim, for issuers of whose claims that is known.
fn claim_status(
    written: &str,
    benches: &[Bench<'_, '_>],
    vocabulary: &Vocabulary,
) -> (KeyStatus, Option<String>) {
    let key = written.to_ascii_lowercase();
    let known = benches.iter().find_map(|bench| match &bench.view.kind {
        Kind::WebIdentity { id, .. } if id != "unknown" => {
            Some((bench, claim(&bench.view.kind, &key, vocabulary)?))
        }
        _ => None,
    });
    let Some((bench, name)) = known else { return (KeyStatus::NotSaid, None) };
    let prefix = &written[..written.len() - name.len()];
    let own = bench.view.sender.kinds.iter().flat_map(|kind| &kind.claims);
    let own = own.filter_map(|other| claim(&bench.view.kind, &other.key, vocabulary));
    let mut names: Vec<&str> = own.chain(CLAIMS_OF_EVERY_ISSUER.iter().copied()).collect();
    names.sort_unstable();
    names.dedup();
    if names.contains(&name) {
        return (KeyStatus::Exists, None);
    }
    let meant = condition_keys::meant(name, names.into_iter());
    (KeyStatus::DoesNotExist, meant.map(|meant| format!("{prefix}{meant}")))
}

/// Whether a key is in the requests of those on the benches.
fn presence(key: &str, benches: &[Bench<'_, '_>]) -> KeyPresence {
    let each = benches.iter().flat_map(|bench| bench.presences(key));
    let together = |left: KeyPresence, right: KeyPresence| match (left, right) {
        (left, right) if left == right => left,
        (KeyPresence::Undecided, _) | (_, KeyPresence::Undecided) => KeyPresence::Undecided,
        _ => KeyPresence::Sometimes,
    };
    let word = |presence| match presence {
        Presence::Always => KeyPresence::Always,
        Presence::Sometimes => KeyPresence::Sometimes,
        Presence::Never => KeyPresence::Never,
        Presence::Undecided => KeyPresence::Undecided,
    };
    each.map(word).reduce(together).unwrap_or(KeyPresence::Undecided)
}
