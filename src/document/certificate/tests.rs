//! Certificates of which the recipe in `testdata/saml` says what they are.

use proptest::prelude::*;

use super::*;

/// `2040-01-01`, and how large the key is.
fn check(name: &str, expected: (&str, &str, Key, Option<u32>)) {
    let certificate = read(test_certificate(name)).expect("a certificate");
    let day = |instant: Timestamp| instant.to_string().chars().take(10).collect::<String>();
    let (from, until) = (day(certificate.not_before), day(certificate.not_after));
    assert_eq!((from.as_str(), until.as_str(), certificate.key, certificate.bits), expected, "{name}");
    assert_eq!(certificate.repeats_extension, name.starts_with("twice"), "{name}");
}

/// The Base64 text of a certificate of `testdata/saml/certificates.txt`.
pub(in crate::document) fn test_certificate(name: &str) -> &'static str {
    let lines = include_str!("../../../testdata/saml/certificates.txt").lines();
    let mut found = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found.next().expect("a certificate of this name")
}

#[test]
fn dates_and_keys_are_read() {
    let (from, until) = ("2020-01-01", "2040-01-01");
    check("elliptic-2020-2040", (from, until, Key::Elliptic, Some(256)));
    check("elliptic-2016-2026", ("2016-12-10", "2026-12-10", Key::Elliptic, Some(256)));
    check("elliptic192-2020-2040", (from, until, Key::Elliptic, Some(192)));
    check("elliptic384-2020-2040", (from, until, Key::Elliptic, Some(384)));
    check("rsa512-2020-2040", (from, until, Key::Rsa, Some(512)));
    check("rsa1024-2020-2040", (from, until, Key::Rsa, Some(1024)));
    check("rsa2048-2020-2040", (from, until, Key::Rsa, Some(2048)));
    check("dsa1024-2020-2040", (from, until, Key::Dsa, Some(1024)));
    check("ed25519-2020-2040", (from, until, Key::Other, None));
    check("twice-2020-2040", (from, until, Key::Elliptic, Some(256)));
    // What never ends ends as late as can be said.
    check("elliptic-2020-9999", (from, "9999-12-30", Key::Elliptic, Some(256)));
}

#[test]
fn white_space_is_no_content_and_everything_else_is() {
    let whole = test_certificate("elliptic-2020-2040");
    let wrapped: String = whole.chars().flat_map(|next| [next, '\n', ' ']).collect();
    assert_eq!(read(&wrapped), read(whole));
    for text in ["", "PLACEHOLDER", "MIIB", &whole[..whole.len() - 8], &format!("{whole}AAAA"), "%", "é"] {
        assert_eq!(read(text), None, "{text}");
    }
    assert_eq!(read(&"A".repeat(LONGEST + 1)), None);
}

proptest! {
    /// Whatever bytes a certificate is changed to, reading them comes to an end.
    #[test]
    fn a_certificate_with_other_bytes_is_read_or_not(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        name in prop::sample::select(vec!["rsa1024-2020-2040", "dsa1024-2020-2040", "twice-2020-2040"]),
    ) {
        let mut bytes = base64::decode(test_certificate(name)).expect("Base64");
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = of_bytes(&bytes);
    }
}
