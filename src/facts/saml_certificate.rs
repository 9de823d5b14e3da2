//! The certificates in the metadata of SAML providers: whether AWS can check assertions with them.

use super::days::{day, days_until};
use super::saml_metadata::Validity;
use super::{Common, Evidence, Fact, OneOf, fact, words};
use crate::analysis::{Analysis, Change};
use crate::document::certificate::{Certificate, Key};
use crate::document::saml_metadata::{KeyCertificate, Usage};
use crate::model::SamlProvider;
use crate::value::{Bounds, Text, Vocabulary};

words! {
    /// What a key is for.
    KeyUse {
        /// The identity provider signs with it.
        Signing = "signing",
        /// Others encrypt for the identity provider with it.
        Encryption = "encryption",
        /// For both.
        Both = "both",
    }
}

words! {
    /// The kinds of keys.
    KeyKind {
        /// RSA.
        Rsa = "rsa",
        /// DSA.
        Dsa = "dsa",
        /// A point of an elliptic curve.
        Elliptic = "elliptic",
        /// Another one.
        Other = "other",
    }
}

words! {
    /// What a key is worth.
    Strength {
        /// It is so short that AWS refuses the metadata.
        Refused = "refused",
        /// It is shorter than it should be.
        Weak = "weak",
        /// It is long enough.
        Good = "good",
    }
}

fact! {
    /// One certificate in the metadata of a SAML provider, of the identity provider's side.
    SamlCertificate = "saml-certificate" {
        /// What its key is for.
        usage: OneOf<KeyUse> = "use",
        /// True if it can be read.
        readable: Bounds<bool> = "readable",
        /// Whether it still holds. No word if no date is known.
        validity: OneOf<Validity> = "validity",
        /// How many days it still holds; negative if it does not.
        valid_days: Bounds<i64> = "valid-days",
        /// Until when it holds.
        not_after: Option<Text> = "not-after",
        /// True if assertions may be signed with another key whose certificate holds longer.
        outlived: Bounds<bool> = "outlived",
        /// True if AWS takes assertions that are signed with the key, as far as time goes. Not known once the
        /// certificate does not hold any more.
        accepted: Bounds<bool> = "accepted",
        /// What its key is.
        key_kind: OneOf<KeyKind> = "key.kind",
        /// How many bits its key has.
        key_bits: Bounds<i64> = "key.bits",
        /// What its key is worth.
        key_strength: OneOf<Strength> = "key.strength",
    }
    evidence {
        /// Another certificate of a key that signs.
        "other-certificate",
    }
}

/// How many certificates of a provider are looked at. AWS keeps ten keys; that there are more is a finding of its own.
const CERTIFICATES: usize = 20;

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for provider in &analysis.model.saml_providers {
        let certificates = provider.metadata().into_iter().flat_map(|metadata| metadata.certificates());
        let certificates: Vec<_> = certificates.take(CERTIFICATES).collect();
        for (position, known) in certificates.iter().enumerate() {
            take(&of(provider, &certificates, position, known, analysis));
        }
    }
}

fn of(
    provider: &SamlProvider,
    all: &[&KeyCertificate],
    position: usize,
    known: &KeyCertificate,
    analysis: &Analysis<'_>,
) -> SamlCertificate {
    let vocabulary = analysis.vocabulary;
    let certificate = known.certificate.as_ref();
    let others = all.iter().enumerate().filter(|&(other, known)| other != position && known.usage.signs());
    let days = certificate.and_then(|certificate| days_until(certificate.not_after, analysis));
    let past = days.is_some_and(|days| days < 0);
    SamlCertificate {
        common: Common {
            subject: provider.entity.id,
            place: known.span,
            certainty: analysis.stability(provider.entity.id, Change::SamlMetadata),
            worlds: provider.entity.worlds.clone(),
            evidence: others
                .clone()
                .map(|(_, known)| Evidence { role: "other-certificate", span: known.span })
                .collect(),
            cause: certificate.map(|certificate| identity(certificate, vocabulary)).into_iter().collect(),
            witness: None,
        },
        usage: OneOf::only(match known.usage {
            Usage::Signing => KeyUse::Signing,
            Usage::Encryption => KeyUse::Encryption,
            Usage::Both => KeyUse::Both,
        }),
        readable: Bounds::decided(certificate.is_some()),
        validity: match days {
            Some(_) => OneOf::only(if past { Validity::Past } else { Validity::Ahead }),
            None => OneOf::none(),
        },
        valid_days: Bounds::decided(days.unwrap_or_default()),
        not_after: certificate.map(|certificate| day(certificate.not_after, vocabulary)),
        outlived: others.fold(Bounds::decided(false), |outlived, (other, known)| {
            outlived.or(outlives(known.certificate.as_ref(), other, certificate, position))
        }),
        accepted: Bounds { sure: !past, possible: true },
        key_kind: certificate.map_or(OneOf::none(), |certificate| OneOf::only(kind(certificate.key))),
        key_bits: Bounds::decided(certificate.and_then(|known| known.bits).map_or(0, i64::from)),
        key_strength: certificate.map_or(OneOf::none(), |certificate| strength(certificate, known.usage)),
    }
}

/// What tells a certificate from those before and after it.
fn identity(certificate: &Certificate, vocabulary: &Vocabulary) -> Text {
    vocabulary.literal(&format!("{} to {}", certificate.not_before, certificate.not_after))
}

/// Whether one certificate holds longer than another one; of two that hold equally long, the first in order does.
fn outlives(
    other: Option<&Certificate>,
    at: usize,
    certificate: Option<&Certificate>,
    position: usize,
) -> Bounds<bool> {
    let (Some(other), Some(certificate)) = (other, certificate) else { return Bounds::UNDECIDED };
    let later = other.not_after > certificate.not_after;
    Bounds::decided(later || (other.not_after == certificate.not_after && at < position))
}

const fn kind(key: Key) -> KeyKind {
    match key {
        Key::Rsa => KeyKind::Rsa,
        Key::Dsa => KeyKind::Dsa,
        Key::Elliptic => KeyKind::Elliptic,
        Key::Other => KeyKind::Other,
    }
}

/// AWS asks for 1,024 bits at least, of "the key" (IAM User Guide, SAML providers). With a key that only encrypts it
/// checks nothing.
fn strength(certificate: &Certificate, usage: Usage) -> OneOf<Strength> {
    let Some(bits) = certificate.bits else { return OneOf::none() };
    match certificate.key {
        Key::Rsa | Key::Dsa if bits < 1024 && usage.signs() => OneOf::only(Strength::Refused),
        Key::Rsa | Key::Dsa if bits < 1024 => OneOf::only(Strength::Refused).or(Strength::Good),
        Key::Rsa | Key::Dsa if bits < 2048 && usage.signs() => OneOf::only(Strength::Weak),
        Key::Elliptic if bits < 224 && usage.signs() => OneOf::only(Strength::Weak),
        _ => OneOf::only(Strength::Good),
    }
}
