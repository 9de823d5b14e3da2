//! X.509 certificates, as far as SAML metadata relies on them: how long they hold, and which key they are about.

use jiff::Timestamp;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier, UintRef};
use x509_cert::der::{Decode, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::Time;

use crate::source::base64;

/// Longer texts are no certificates, in bytes.
const LONGEST: usize = 256 * 1024;

/// What is to be known of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// From when it holds.
    pub not_before: Timestamp,
    /// Until when it holds.
    pub not_after: Timestamp,
    /// What its key is.
    pub key: Key,
    /// How large its key is; none if that cannot be said.
    pub bits: Option<u32>,
    /// True if it has an extension twice.
    pub repeats_extension: bool,
}

/// The kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// RSA.
    Rsa,
    /// DSA.
    Dsa,
    /// A point of an elliptic curve.
    Elliptic,
    /// Another one.
    Other,
}

/// Object identifiers of kinds of keys.
const KINDS: [(&str, Key); 4] = [
    ("1.2.840.113549.1.1.1", Key::Rsa),
    ("1.2.840.113549.1.1.10", Key::Rsa),
    ("1.2.840.10040.4.1", Key::Dsa),
    ("1.2.840.10045.2.1", Key::Elliptic),
];

/// Object identifiers of elliptic curves, and how large their keys are.
const CURVES: [(&str, u32); 6] = [
    ("1.2.840.10045.3.1.1", 192),
    ("1.3.132.0.33", 224),
    ("1.2.840.10045.3.1.7", 256),
    ("1.3.132.0.10", 256),
    ("1.3.132.0.34", 384),
    ("1.3.132.0.35", 521),
];

/// Reads the Base64 text of a certificate, with white space anywhere. `None` if it is none.
#[must_use]
pub fn read(text: &str) -> Option<Certificate> {
    if text.len() > LONGEST {
        return None;
    }
    let text: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    of_bytes(&base64::decode(&text)?)
}

/// Reads a certificate in DER.
fn of_bytes(bytes: &[u8]) -> Option<Certificate> {
    // What is read does not depend on the serial number being as it should.
    let certificate = CertificateInner::<Raw>::from_der(bytes).ok()?;
    let content = certificate.tbs_certificate();
    let key = content.subject_public_key_info();
    let kind =
        KINDS.into_iter().find(|(id, _)| is(&key.algorithm.oid, id)).map_or(Key::Other, |(_, kind)| kind);
    let mut extensions: Vec<_> =
        content.extensions().into_iter().flatten().map(|extension| extension.extn_id).collect();
    extensions.sort_unstable();
    Some(Certificate {
        not_before: instant(content.validity().not_before),
        not_after: instant(content.validity().not_after),
        key: kind,
        bits: bits(key, kind),
        repeats_extension: extensions.windows(2).any(|pair| pair[0] == pair[1]),
    })
}

/// The last instant stands for all that are later, such as the end of the year 9999 for "never".
fn instant(time: Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

fn bits(key: &SubjectPublicKeyInfoOwned, kind: Key) -> Option<u32> {
    match kind {
        // Modulus and exponent.
        Key::Rsa => first_integer(AnyRef::from_der(key.subject_public_key.as_bytes()?).ok()?),
        // The prime, and two more.
        Key::Dsa => first_integer(AnyRef::from(key.algorithm.parameters.as_ref()?)),
        Key::Elliptic => {
            let curve: ObjectIdentifier = key.algorithm.parameters.as_ref()?.decode_as().ok()?;
            CURVES.into_iter().find(|(id, _)| is(&curve, id)).map(|(_, bits)| bits)
        }
        Key::Other => None,
    }
}

/// How many bits the first number of a sequence has.
fn first_integer(sequence: AnyRef<'_>) -> Option<u32> {
    let mut reader = SliceReader::new(sequence.value()).ok()?;
    let integer = UintRef::decode(&mut reader).ok()?;
    let bytes = integer.as_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let first = bytes.get(zeros)?;
    u32::try_from((bytes.len() - zeros) * 8).ok().map(|bits| bits - first.leading_zeros())
}

fn is(id: &ObjectIdentifier, text: &str) -> bool {
    ObjectIdentifier::new(text).is_ok_and(|known| known == *id)
}

#[cfg(test)]
pub(in crate::document) mod tests;
