//! SAML metadata: the XML document in which an identity provider says who it is, with which keys it signs, and where
//! it is reached.
//!
//! XML is known here only, and only through `roxmltree`. Text that would cost more than metadata does is not handed
//! to it (`budget`).

mod budget;
#[cfg(test)]
mod tests;

use std::ops::Range;

use jiff::{Timestamp, civil, tz::TimeZone};
use roxmltree::{Node, ParsingOptions, TextPos};

use super::certificate::{self, Certificate};
use super::shortened;
use crate::source::{Problem, Span};

/// The namespace of metadata.
const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";

/// The namespace of keys.
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// How many characters AWS takes (IAM, `CreateSAMLProvider`).
pub const CHARACTERS: Range<usize> = 1_000..10_000_001;

/// How much of a text is pointed at where it has no end of its own, in bytes.
const SHOWN: usize = 64;

/// How much of a text is quoted in a message, in characters.
const LONGEST: usize = 100;

/// A text that is handed in as SAML metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its length.
    pub characters: usize,
    /// True if it begins with a byte order mark.
    pub byte_order_mark: bool,
    /// True if white space stands before its XML declaration, which not every reader of XML takes.
    pub space_before_declaration: bool,
    /// The beginning of the text.
    pub beginning: Span,
    /// What it says.
    pub content: Content,
}

/// What a text says that is handed in as SAML metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// It is metadata.
    Metadata(Metadata),
    /// It is no XML.
    NotXml {
        /// Where that shows.
        span: Span,
        /// What is wrong there, in a few words.
        what: String,
        /// True if it looks as if it were to be XML.
        begins_like_xml: bool,
    },
    /// It is another XML document.
    Other {
        /// The outermost element.
        root: Placed<String>,
        /// True if only the namespace is not that of metadata.
        only_namespace: bool,
    },
    /// It is longer than AWS takes, and was not looked at.
    TooLong,
    /// A limit of ours was reached.
    Refused(Problem),
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

/// SAML metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The parties that it speaks of, in order.
    pub entities: Vec<Entity>,
}

/// A party: `EntityDescriptor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Where it begins.
    pub span: Span,
    /// `entityID`.
    pub id: Option<Placed<String>>,
    /// The earliest `validUntil` of the party, of its identity provider's side, and of what is around it.
    pub valid_until: Option<Placed<Timestamp>>,
    /// Its identity provider's side.
    pub identity_provider: Option<IdentityProvider>,
    /// Where its service provider's side begins.
    pub service_provider: Option<Span>,
}

/// `IDPSSODescriptor`; several of one party are taken together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityProvider {
    /// Where it begins.
    pub span: Span,
    /// `WantAuthnRequestsSigned`.
    pub wants_signed_requests: bool,
    /// How many keys it has.
    pub keys: usize,
    /// The certificates of its keys, in order.
    pub certificates: Vec<KeyCertificate>,
    /// `SingleSignOnService`, in order; the place is that of the location.
    pub sign_in: Vec<Placed<Endpoint>>,
}

/// A certificate of a `KeyDescriptor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCertificate {
    /// Where it begins.
    pub span: Span,
    /// What the key is for.
    pub usage: Usage,
    /// What it says; none if it cannot be read.
    pub certificate: Option<Certificate>,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// `use="signing"`.
    Signing,
    /// `use="encryption"`.
    Encryption,
    /// Nothing is written: for both.
    Both,
}

/// Where users are sent to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `Binding`: how they are sent.
    pub binding: String,
    /// `Location`: a URL.
    pub location: String,
}

impl Document {
    /// The metadata, if it is that.
    #[must_use]
    pub const fn metadata(&self) -> Option<&Metadata> {
        match &self.content {
            Content::Metadata(metadata) => Some(metadata),
            _ => None,
        }
    }
}

impl Metadata {
    /// The parties that have an identity provider's side, with it.
    pub fn identity_providers(&self) -> impl Iterator<Item = (&Entity, &IdentityProvider)> {
        self.entities.iter().filter_map(|entity| Some((entity, entity.identity_provider.as_ref()?)))
    }

    /// The certificates of all identity providers, in order.
    pub fn certificates(&self) -> impl Iterator<Item = &KeyCertificate> {
        self.identity_providers().flat_map(|(_, provider)| &provider.certificates)
    }
}

impl Usage {
    /// True if assertions may be signed with the key.
    #[must_use]
    pub const fn signs(self) -> bool {
        matches!(self, Self::Signing | Self::Both)
    }
}

impl Endpoint {
    /// True if the location is reached without encryption.
    #[must_use]
    pub fn is_insecure(&self) -> bool {
        self.location.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"))
    }
}

/// Reads a text. `place` says where its bytes are written.
#[must_use]
pub fn read(text: &str, place: &dyn Fn(Range<usize>) -> Span) -> Document {
    let marked = text.strip_prefix('\u{feff}').unwrap_or(text);
    let bare = marked.trim_start();
    let start = text.len() - bare.len();
    let place = |range: Range<usize>| place(range.start + start..range.end + start);
    let reader = Reader { text: bare, place: &place };
    let characters = text.chars().count();
    Document {
        characters,
        byte_order_mark: marked.len() < text.len(),
        space_before_declaration: bare.len() < marked.len() && bare.starts_with("<?xml"),
        beginning: reader.beginning(0),
        content: if characters < CHARACTERS.end { reader.content() } else { Content::TooLong },
    }
}

struct Reader<'t> {
    text: &'t str,
    place: &'t dyn Fn(Range<usize>) -> Span,
}

impl Reader<'_> {
    fn content(&self) -> Content {
        if let Some((at, excess)) = budget::excess(self.text) {
            return Content::Refused(excess.problem(self.beginning(at)));
        }
        // A document type is refused, and nothing stands for anything else that is not known to every XML reader.
        let options = ParsingOptions { allow_dtd: false, nodes_limit: budget::NODES, ..Default::default() };
        match roxmltree::Document::parse_with_options(self.text, options) {
            Ok(document) => self.document(document.root_element()),
            Err(roxmltree::Error::NodesLimitReached) => {
                Content::Refused(budget::Excess::Nodes.problem(self.beginning(0)))
            }
            Err(error) => Content::NotXml {
                span: self.beginning(self.offset(error.pos())),
                what: what(&error),
                begins_like_xml: self.text.starts_with('<'),
            },
        }
    }

    fn document(&self, root: Node<'_, '_>) -> Content {
        let is_metadata = matches!(root.tag_name().name(), "EntityDescriptor" | "EntitiesDescriptor");
        if !(is_metadata && root.tag_name().namespace() == Some(METADATA)) {
            let root =
                Placed { value: shortened(root.tag_name().name(), LONGEST), span: self.start_of(root) };
            return Content::Other { root, only_namespace: is_metadata };
        }
        let mut metadata = Metadata::default();
        self.entities(root, None, &mut metadata.entities);
        Content::Metadata(metadata)
    }

    /// The parties in an `EntityDescriptor` or `EntitiesDescriptor`.
    fn entities(&self, node: Node<'_, '_>, around: Option<&Placed<Timestamp>>, found: &mut Vec<Entity>) {
        let valid_until = earliest(around.cloned(), self.valid_until(node));
        if node.tag_name().name() == "EntityDescriptor" {
            found.push(self.entity(node, valid_until));
            return;
        }
        // INVARIANT: the budget bounds the depth.
        let inside = metadata_elements(node)
            .filter(|child| matches!(child.tag_name().name(), "EntityDescriptor" | "EntitiesDescriptor"));
        for child in inside {
            self.entities(child, valid_until.as_ref(), found);
        }
    }

    fn entity(&self, node: Node<'_, '_>, mut valid_until: Option<Placed<Timestamp>>) -> Entity {
        let mut identity_provider: Option<IdentityProvider> = None;
        let mut service_provider = None;
        for role in metadata_elements(node) {
            match role.tag_name().name() {
                "IDPSSODescriptor" => {
                    valid_until = earliest(valid_until, self.valid_until(role));
                    self.identity_provider(role, &mut identity_provider);
                }
                "SPSSODescriptor" if service_provider.is_none() => {
                    service_provider = Some(self.start_of(role));
                }
                _ => {}
            }
        }
        Entity {
            span: self.start_of(node),
            id: self.attribute(node, "entityID"),
            valid_until,
            identity_provider,
            service_provider,
        }
    }

    fn identity_provider(&self, node: Node<'_, '_>, known: &mut Option<IdentityProvider>) {
        let provider = known.get_or_insert_with(|| IdentityProvider {
            span: self.start_of(node),
            wants_signed_requests: false,
            keys: 0,
            certificates: Vec::new(),
            sign_in: Vec::new(),
        });
        let wants = node.attribute("WantAuthnRequestsSigned").map(str::trim);
        provider.wants_signed_requests |= matches!(wants, Some("true" | "1"));
        for child in metadata_elements(node) {
            match child.tag_name().name() {
                "KeyDescriptor" => {
                    provider.keys += 1;
                    provider.certificates.extend(self.certificates(child));
                }
                "SingleSignOnService" => {
                    if let Some(location) = self.attribute(child, "Location") {
                        let binding = child.attribute("Binding").unwrap_or_default().to_owned();
                        let endpoint = Endpoint { binding, location: location.value };
                        provider.sign_in.push(Placed { value: endpoint, span: location.span });
                    }
                }
                _ => {}
            }
        }
    }

    /// The certificates of a `KeyDescriptor`.
    fn certificates(&self, node: Node<'_, '_>) -> Vec<KeyCertificate> {
        let usage = match node.attribute("use").map(str::trim) {
            Some("signing") => Usage::Signing,
            Some("encryption") => Usage::Encryption,
            _ => Usage::Both,
        };
        let certificates =
            node.descendants().filter(|inside| inside.has_tag_name((SIGNATURE, "X509Certificate")));
        certificates
            .map(|element| {
                let text: String = element.children().filter_map(|child| child.text()).collect();
                let inside = element.first_child().map_or(element.range(), |child| child.range());
                let written = self.text.get(inside.clone()).unwrap_or_default();
                let begin = inside.start + (written.len() - written.trim_start().len());
                KeyCertificate { span: self.beginning(begin), usage, certificate: certificate::read(&text) }
            })
            .collect()
    }

    fn valid_until(&self, node: Node<'_, '_>) -> Option<Placed<Timestamp>> {
        let written = self.attribute(node, "validUntil")?;
        Some(Placed { value: instant(written.value.trim())?, span: written.span })
    }

    fn attribute(&self, node: Node<'_, '_>, name: &str) -> Option<Placed<String>> {
        let attribute = node.attribute_node(name)?;
        Some(Placed { value: attribute.value().to_owned(), span: (self.place)(attribute.range_value()) })
    }

    /// The beginning of an element's start tag.
    fn start_of(&self, node: Node<'_, '_>) -> Span {
        let start = node.range().start;
        let written = self.text.get(start..).unwrap_or_default();
        let ends = |next: char| next.is_ascii_whitespace() || matches!(next, '>' | '/');
        (self.place)(start..start + written.find(ends).unwrap_or(written.len()))
    }

    /// The text from `start` to the end of its line, or as much as is worth pointing at.
    fn beginning(&self, start: usize) -> Span {
        let rest = self.text.get(start..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        let ends = |&(at, next): &(usize, char)| at >= SHOWN || (at > 0 && matches!(next, '<' | '>'));
        let end = line.char_indices().find(ends).map_or(line.len(), |(at, _)| at);
        (self.place)(start..start + end)
    }

    /// The byte of a row and column, which count from one.
    fn offset(&self, at: TextPos) -> usize {
        let row = at.row.saturating_sub(1) as usize;
        let start: usize = self.text.split_inclusive('\n').take(row).map(str::len).sum();
        let line = self.text.get(start..).unwrap_or_default();
        let column = at.col.saturating_sub(1) as usize;
        start + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
    }
}

/// The elements inside another one that belong to metadata.
fn metadata_elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(|child| child.is_element() && child.tag_name().namespace() == Some(METADATA))
}

fn earliest<T: Ord>(one: Option<Placed<T>>, other: Option<Placed<T>>) -> Option<Placed<T>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.value < one.value { other } else { one }),
        (one, other) => one.or(other),
    }
}

/// A point in time as XML Schema writes it. Without a zone it is UTC, which SAML wants.
fn instant(text: &str) -> Option<Timestamp> {
    let zoned = text.parse::<Timestamp>().ok();
    zoned.or_else(|| Some(text.parse::<civil::DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()))
}

/// What an XML reader says, without its place, which is said otherwise.
fn what(error: &roxmltree::Error) -> String {
    let said = error.to_string();
    shortened(said.rsplit_once(" at ").map_or(said.as_str(), |(said, _)| said), LONGEST)
}
