//! Metadata as providers publish it, as people break it, and as nobody should have to read it.

use proptest::prelude::*;

use super::*;
use crate::document::certificate::Key;
use crate::document::certificate::tests::test_certificate;
use crate::source::{Origin, SourceId, Sources};

/// What reading a text came to, and its places in it.
struct Seen<'t> {
    text: &'t str,
    document: Document,
}

fn source() -> SourceId {
    Sources::default().add_kept(Origin::Stdin, "".into())
}

fn see(text: &str) -> Seen<'_> {
    let source = source();
    let place = |range: Range<usize>| Span::new(source, range.start as u32, range.end as u32);
    Seen { text, document: read(text, &place) }
}

impl<'t> Seen<'t> {
    fn at(&self, span: Span) -> &'t str {
        &self.text[span.start as usize..span.end as usize]
    }

    fn metadata(&self) -> &Metadata {
        self.document.metadata().unwrap_or_else(|| panic!("metadata: {:?}", self.document.content))
    }

    /// The place and the words about what is no XML.
    fn fault(&self) -> (&'t str, &str) {
        match &self.document.content {
            Content::NotXml { span, what, .. } => (self.at(*span), what),
            other => panic!("no XML: {other:?}"),
        }
    }
}

fn key(usage: &str, certificate: &str) -> String {
    format!(
        "<KeyDescriptor{usage}><KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'><X509Data>\n\
         <X509Certificate>\n  {certificate}\n</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
    )
}

fn provider(attributes: &str, inside: &str) -> String {
    format!(
        "<?xml version='1.0'?>\n<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' \
         entityID=\"https://idp.example.com/saml\"{attributes}>\n<IDPSSODescriptor WantAuthnRequestsSigned='true'>\n\
         {inside}<SingleSignOnService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect' \
         Location='https://idp.example.com/sso'/>\n</IDPSSODescriptor>\n</EntityDescriptor>\n"
    )
}

/// Metadata of an identity provider with two certificates.
fn good() -> String {
    let certificate = test_certificate("elliptic-2020-2040");
    let keys = key(" use=\"signing\"", certificate) + &key("", test_certificate("rsa2048-2020-2040"));
    provider(" validUntil='2030-06-01T12:00:00Z'", &keys)
}

#[test]
fn an_identity_provider_says_who_it_is_and_how_it_signs() {
    let text = good();
    let seen = see(&text);
    let [entity] = &seen.metadata().entities[..] else { panic!("one party") };
    assert_eq!(seen.at(entity.span), "<EntityDescriptor");
    let id = entity.id.as_ref().expect("an id");
    assert_eq!(
        (id.value.as_str(), seen.at(id.span)),
        ("https://idp.example.com/saml", "https://idp.example.com/saml")
    );
    let until = entity.valid_until.as_ref().expect("an end");
    assert_eq!(
        (until.value.to_string().as_str(), seen.at(until.span)),
        ("2030-06-01T12:00:00Z", "2030-06-01T12:00:00Z")
    );
    assert_eq!(entity.service_provider, None);
    let idp = entity.identity_provider.as_ref().expect("an identity provider");
    assert_eq!((seen.at(idp.span), idp.wants_signed_requests, idp.keys), ("<IDPSSODescriptor", true, 2));
    let [signing, both] = &idp.certificates[..] else { panic!("two certificates") };
    assert_eq!((signing.usage, both.usage), (Usage::Signing, Usage::Both));
    assert_eq!(seen.at(signing.span), &test_certificate("elliptic-2020-2040")[..SHOWN]);
    assert_eq!(both.certificate.map(|read| (read.key, read.bits)), Some((Key::Rsa, Some(2048))));
    let [endpoint] = &idp.sign_in[..] else { panic!("one endpoint") };
    assert_eq!(seen.at(endpoint.span), "https://idp.example.com/sso");
    assert_eq!(endpoint.value.binding, "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect");
    assert!(!endpoint.value.is_insecure());
}

/// Prefixes are names for namespaces, and only these count.
#[test]
fn prefixes_may_be_any() {
    let text = good().replace("<EntityDescriptor xmlns=", "<md:EntityDescriptor xmlns:md=");
    let text = ["EntityDescriptor", "IDPSSODescriptor", "KeyDescriptor", "SingleSignOnService"].iter().fold(
        text,
        |text, name| {
            text.replace(&format!("<{name}"), &format!("<md:{name}"))
                .replace(&format!("</{name}"), &format!("</md:{name}"))
        },
    );
    let seen = see(&text);
    assert_eq!(seen.at(seen.metadata().entities[0].span), "<md:EntityDescriptor");
    assert_eq!(seen.metadata().certificates().count(), 2);
}

#[test]
fn the_earliest_end_of_what_is_around_holds() {
    let ends = |outer: &str, own: &str, role: &str| {
        let text = format!(
            "<EntitiesDescriptor xmlns='{METADATA}'{outer}><EntitiesDescriptor><EntityDescriptor entityID='a'{own}>\
             <IDPSSODescriptor{role}/></EntityDescriptor></EntitiesDescriptor></EntitiesDescriptor>"
        );
        let seen = see(&text);
        seen.metadata().entities[0].valid_until.as_ref().map(|until| until.value.to_string())
    };
    let until = |day: u8| format!(" validUntil='2030-01-0{day}T00:00:00Z'");
    assert_eq!(ends("", "", ""), None);
    let first = Some("2030-01-01T00:00:00Z".to_owned());
    assert_eq!(ends(&until(1), &until(2), &until(3)), first);
    assert_eq!(ends(&until(3), &until(1), ""), first);
    assert_eq!(ends("", &until(2), &until(1)), first);
    assert_eq!(ends("", " validUntil='soon'", &until(1)), first);
}

#[test]
fn instants_are_those_of_xml_schema() {
    let read = |text| instant(text).map(|instant| instant.to_string());
    assert_eq!(read("2014-02-22T00:39:43Z").as_deref(), Some("2014-02-22T00:39:43Z"));
    assert_eq!(read("2014-02-22T00:39:43.5Z").as_deref(), Some("2014-02-22T00:39:43.5Z"));
    assert_eq!(read("2014-02-22T02:39:43+02:00").as_deref(), Some("2014-02-22T00:39:43Z"));
    assert_eq!(read("2014-02-22T00:39:43").as_deref(), Some("2014-02-22T00:39:43Z"));
    assert_eq!(read("PT48H"), None);
    assert_eq!(read(""), None);
}

#[test]
fn sides_and_parties_are_told_apart() {
    let text = format!(
        "<EntitiesDescriptor xmlns='{METADATA}'><!-- parties --><EntityDescriptor entityID='both'><SPSSODescriptor/>\
         <IDPSSODescriptor/></EntityDescriptor><EntityDescriptor entityID='service'><SPSSODescriptor a='b'/>\
         </EntityDescriptor><EntityDescriptor/></EntitiesDescriptor>"
    );
    let seen = see(&text);
    let sides: Vec<_> = seen
        .metadata()
        .entities
        .iter()
        .map(|entity| {
            let id = entity.id.as_ref().map(|id| id.value.as_str());
            (id, entity.identity_provider.is_some(), entity.service_provider.map(|span| seen.at(span)))
        })
        .collect();
    let service = Some("<SPSSODescriptor");
    assert_eq!(
        sides,
        [(Some("both"), true, service), (Some("service"), false, service), (None, false, None)]
    );
    assert_eq!(seen.metadata().identity_providers().count(), 1);
}

#[test]
fn certificates_that_cannot_be_read_are_there_all_the_same() {
    let keys = key("", "PLACEHOLDER") + &key("", "") + &key("", "<![CDATA[MIIB]]>") + "<KeyDescriptor/>";
    let text = provider("", &keys);
    let seen = see(&text);
    let idp = seen.metadata().entities[0].identity_provider.as_ref().expect("an identity provider");
    assert_eq!(idp.keys, 4);
    assert!(idp.certificates.iter().all(|known| known.certificate.is_none()));
    assert_eq!(seen.at(idp.certificates[0].span), "PLACEHOLDER");
}

#[test]
fn other_documents_are_named() {
    let other = |text: &str| match &see(text).document.content {
        Content::Other { root, only_namespace } => (root.value.clone(), *only_namespace),
        other => panic!("another document: {other:?}"),
    };
    assert_eq!(other("<html><body/></html>"), ("html".to_owned(), false));
    assert_eq!(other("<EntityDescriptor entityID='a'/>"), ("EntityDescriptor".to_owned(), true));
    assert_eq!(
        other("<EntityDescriptor2 xmlns='urn:oasis:names:tc:SAML:2.0:metadata'/>").0,
        "EntityDescriptor2"
    );
}

#[test]
fn what_is_no_xml_has_a_place_and_a_reason() {
    let cases = [
        ("", "", "the document does not have a root node"),
        ("PASTE METADATA HERE", "PASTE METADATA HERE", "unknown token"),
        ("<a>\n <b></c>\n</a>", "</c", "expected 'b' tag, not 'c'"),
        ("<a b=c/>", "c/", "expected a quote not 'c'"),
        ("<a>&b;</a>", "&b;", "unknown entity reference 'b'"),
        ("<a>\u{1}</a>", "\u{1}", "a non-XML character '\\u{1}' found"),
        ("<a>", "<a", "the root node was opened but never closed"),
    ];
    for (text, place, reason) in cases {
        let seen = see(text);
        let (at, what) = seen.fault();
        assert_eq!((at, what), (place, reason), "{text}");
    }
}

#[test]
fn a_byte_order_mark_is_seen_and_moves_the_places() {
    let text = format!("\u{feff}{}", good());
    let seen = see(&text);
    assert!(seen.document.byte_order_mark);
    assert_eq!(seen.at(seen.metadata().entities[0].span), "<EntityDescriptor");
    assert_eq!(seen.at(seen.document.beginning), "<?xml version='1.0'?");
}

#[test]
fn white_space_before_the_declaration_is_seen_and_no_matter_without_one() {
    let text = format!("\n  {}", good());
    let seen = see(&text);
    assert!(seen.document.space_before_declaration);
    assert_eq!(seen.at(seen.metadata().entities[0].span), "<EntityDescriptor");
    let text = text.replace("<?xml version='1.0'?>", "");
    assert!(!see(&text).document.space_before_declaration);
    assert!(!see(&good()).document.space_before_declaration);
}

#[test]
fn lengths_count_characters() {
    assert_eq!(see("é").document.characters, 1);
    let long = format!("<a>{}</a>", "b".repeat(CHARACTERS.end - 7));
    assert_eq!(see(&long).document.content, Content::TooLong);
    let longest = &long[1..];
    assert!(matches!(see(longest).document.content, Content::NotXml { .. }));
}

#[test]
fn hostile_text_is_refused_with_a_message() {
    let refused = |text: &str| match see(text).document.content {
        Content::Refused(problem) => problem.message,
        other => panic!("refused: {other:?}"),
    };
    let laughs = "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;&b;'>]><a>&c;</a>";
    assert!(refused(laughs).contains("document type"));
    assert!(refused("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>").contains("document type"));
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert!(refused(&deep).contains("levels"));
    assert!(
        refused(&format!("<a>{}</a>", "<b/>".repeat(budget::NODES as usize))).contains("elements and texts")
    );
    assert!(refused(&format!("<a {}/>", "b='' ".repeat(100_000))).contains("attributes"));
    assert!(refused(&format!("<a>{}</a>", "<b xmlns:c='d'/>".repeat(20_000))).contains("namespaces"));
}

proptest! {
    /// Whatever metadata is changed to, reading it comes to an end, and places are places of the text.
    #[test]
    fn changed_metadata_is_read_or_not(
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), 0_usize..40, prop::sample::select(vec![
                "", "<", ">", "&", "'", "\"", "/", "<!--", "<![CDATA[", "<?", "xmlns:a='b' ", "é", "\u{feff}", "&#65;",
            ])),
            1..6,
        ),
    ) {
        let mut text = good();
        for (at, length, with) in changes {
            let at = at.index(text.len());
            let at = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            let end = (at + length..=text.len()).find(|&end| text.is_char_boundary(end)).unwrap_or(text.len());
            text.replace_range(at..end.max(at), with);
        }
        let seen = see(&text);
        seen.at(seen.document.beginning);
        match &seen.document.content {
            Content::Metadata(metadata) => {
                for entity in &metadata.entities {
                    seen.at(entity.span);
                    entity.id.iter().for_each(|id| { seen.at(id.span); });
                }
                metadata.certificates().for_each(|known| { seen.at(known.span); });
            }
            Content::NotXml { span, .. } => { seen.at(*span); }
            Content::Other { root, .. } => { seen.at(root.span); }
            Content::TooLong | Content::Refused(_) => {}
        }
    }
}
