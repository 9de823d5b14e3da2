//! The metadata that a SAML provider is made of, and how assertions reach AWS.

use super::days::{day, days_until};
use super::{Common, Evidence, Fact, OneOf, fact, words};
use crate::analysis::{Analysis, Change};
use crate::document::saml_metadata::{
    CHARACTERS, Content, Document, Endpoint, Entity, KeyCertificate, Metadata, Placed,
};
use crate::model::SamlProvider;
use crate::source::Span;
use crate::value::{Bounds, Field, Text, Vocabulary};

words! {
    /// Why AWS does not take a text for metadata.
    MetadataFault {
        /// It takes it, as far as can be seen.
        None = "none",
        /// It begins with a byte order mark.
        ByteOrderMark = "byte-order-mark",
        /// It has more characters than AWS takes.
        TooLong = "too-long",
        /// It is no XML.
        NotXml = "not-xml",
        /// White space stands before its XML declaration.
        SpaceBeforeDeclaration = "space-before-declaration",
        /// It is an XML document of another kind.
        OtherDocument = "other-document",
        /// It has fewer characters than AWS takes.
        TooShort = "too-short",
        /// A certificate has an extension twice.
        RepeatedExtension = "repeated-extension",
        /// It does not say who the identity provider is.
        NoEntityId = "no-entity-id",
        /// It has no certificate that assertions can be checked with.
        NoCertificate = "no-certificate",
        /// A certificate cannot be read.
        UnreadableCertificate = "unreadable-certificate",
        /// It has more keys than AWS keeps.
        TooManyKeys = "too-many-keys",
    }
}

words! {
    /// Whose metadata it is.
    Side {
        /// That of an identity provider, who makes assertions.
        IdentityProvider = "identity-provider",
        /// That of a service provider, who takes them.
        ServiceProvider = "service-provider",
        /// That of neither.
        Neither = "neither",
    }
}

words! {
    /// Where an end lies, seen from today.
    Validity {
        /// It is over.
        Past = "past",
        /// It is to come.
        Ahead = "ahead",
    }
}

words! {
    /// Whether AWS takes assertions that are not encrypted.
    Encryption {
        /// It does.
        Allowed = "allowed",
        /// It does not.
        Required = "required",
    }
}

fact! {
    /// One SAML provider of IAM, with what its metadata says.
    SamlMetadata = "saml-metadata" {
        /// Why AWS does not take it. No word if what it says is not known.
        fault: OneOf<MetadataFault> = "fault",
        /// What is wrong, if it is no XML; the outermost element, if it is another document.
        reason: Option<Text> = "reason",
        /// How many characters it has.
        characters: Bounds<i64> = "characters",
        /// Whose metadata it is. No word if it is none.
        side: OneOf<Side> = "side",
        /// How many parties it speaks of.
        parties: Bounds<i64> = "parties",
        /// Who the identity provider is: `entityID`, which becomes `saml:iss`.
        entity_id: Option<Text> = "entity-id",
        /// Whether the metadata may still be used. No word if it has no end, or no date is known.
        validity: OneOf<Validity> = "validity",
        /// How many days are left until it may not be used any more; negative if that is past.
        valid_days: Bounds<i64> = "valid-days",
        /// Until when it may be used: `validUntil`.
        valid_until: Option<Text> = "valid-until",
        /// How many addresses to sign in at are reached without encryption.
        insecure_endpoints: Bounds<i64> = "insecure-endpoints",
        /// The first of them.
        endpoint: Option<Text> = "endpoint",
        /// Whether AWS takes assertions that are not encrypted.
        encryption: OneOf<Encryption> = "encryption",
        /// True if AWS has a private key to decrypt assertions with. One may be added from elsewhere.
        private_key: Bounds<bool> = "private-key",
    }
    evidence {
        /// What shows that AWS does not take it.
        "fault",
        /// Where the side begins that is described.
        "side",
        /// Until when it may be used.
        "valid-until",
        /// The first address without encryption.
        "endpoint",
        /// How assertions must be encrypted.
        "encryption",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for provider in &analysis.model.saml_providers {
        take(&of(provider, analysis));
    }
}

fn of(provider: &SamlProvider, analysis: &Analysis<'_>) -> SamlMetadata {
    let vocabulary = analysis.vocabulary;
    let entity = &provider.entity;
    let common = Common {
        subject: entity.id,
        place: provider.document.span().unwrap_or(entity.span),
        certainty: analysis.stability(entity.id, Change::SamlMetadata),
        worlds: entity.worlds.clone(),
        evidence: Vec::new(),
        cause: Vec::new(),
        witness: None,
    };
    let mut fact = SamlMetadata {
        common,
        fault: OneOf::none(),
        reason: None,
        characters: Bounds::decided(0),
        side: OneOf::none(),
        parties: Bounds::decided(0),
        entity_id: None,
        validity: OneOf::none(),
        valid_days: Bounds::decided(0),
        valid_until: None,
        insecure_endpoints: Bounds::decided(0),
        endpoint: None,
        encryption: encryption(&provider.encryption, vocabulary),
        // Whoever does not write a secret into a template adds it later.
        private_key: Bounds { possible: true, ..provider.gives_private_key },
    };
    fact.point("encryption", provider.encryption.span());
    if let Field::Known(document) = &provider.document {
        fact.document(&document.value, vocabulary);
    }
    if let Some(metadata) = provider.metadata() {
        fact.metadata(metadata, analysis);
    }
    // What AWS says of the end counts more than what it was made of.
    let told = provider.valid_until.known().and_then(|until| {
        Some(Placed { value: instant(until.value.as_literal(vocabulary)?)?, span: until.span })
    });
    if let Some(until) = told {
        fact.end(&until, analysis);
    }
    fact
}

impl SamlMetadata {
    fn point(&mut self, role: &'static str, span: Option<Span>) {
        self.common.evidence.extend(span.map(|span| Evidence { role, span }));
    }

    fn document(&mut self, document: &Document, vocabulary: &Vocabulary) {
        self.characters = Bounds::decided(i64::try_from(document.characters).unwrap_or(i64::MAX));
        if let Some((fault, span)) = fault(document) {
            self.fault = fault;
            self.point("fault", Some(span));
        }
        self.reason = match &document.content {
            Content::NotXml { what, .. } => Some(vocabulary.literal(what)),
            Content::Other { root, .. } => Some(vocabulary.literal(&root.value)),
            _ => None,
        };
    }

    /// Until when it may be used. What is said later counts.
    fn end(&mut self, until: &Placed<jiff::Timestamp>, analysis: &Analysis<'_>) {
        self.valid_until = Some(day(until.value, analysis.vocabulary));
        self.common.evidence.retain(|evidence| evidence.role != "valid-until");
        self.point("valid-until", Some(until.span));
        if let Some(days) = days_until(until.value, analysis) {
            self.valid_days = Bounds::decided(days);
            self.validity = OneOf::only(if days < 0 { Validity::Past } else { Validity::Ahead });
        }
    }

    fn metadata(&mut self, metadata: &Metadata, analysis: &Analysis<'_>) {
        let vocabulary = analysis.vocabulary;
        let first = metadata.identity_providers().next();
        let service = metadata.entities.iter().find_map(|entity| entity.service_provider);
        let (side, span) = match (first, service) {
            (Some((_, provider)), _) => (Side::IdentityProvider, Some(provider.span)),
            (None, Some(span)) => (Side::ServiceProvider, Some(span)),
            (None, None) => (Side::Neither, metadata.entities.first().map(|entity| entity.span)),
        };
        self.side = OneOf::only(side);
        self.point("side", span);
        self.parties = Bounds::decided(i64::try_from(metadata.entities.len()).unwrap_or(i64::MAX));
        let named = first.map(|(entity, _)| entity).or(metadata.entities.first());
        self.entity_id = named.and_then(|entity| Some(vocabulary.literal(&entity.id.as_ref()?.value)));
        if let Some(until) = last_end(metadata) {
            self.end(until, analysis);
        }
        let insecure: Vec<_> = insecure_endpoints(metadata).collect();
        self.insecure_endpoints = Bounds::decided(i64::try_from(insecure.len()).unwrap_or(i64::MAX));
        if let Some(endpoint) = insecure.first() {
            self.endpoint = Some(vocabulary.literal(&endpoint.value.location));
            self.point("endpoint", Some(endpoint.span));
        }
    }
}

/// A point in time as answers of AWS have it: in the form of ISO 8601, or as seconds.
fn instant(text: &str) -> Option<jiff::Timestamp> {
    let seconds = || {
        let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
        jiff::Timestamp::from_second(whole.parse().ok()?).ok()
    };
    text.parse().ok().or_else(seconds)
}

/// Why AWS does not take a text, and what shows it; `None` if what it says is not known.
fn fault(document: &Document) -> Option<(OneOf<MetadataFault>, Span)> {
    use MetadataFault as Fault;
    let sure = |fault| OneOf::only(fault);
    let possible = |fault| OneOf::only(Fault::None).or(fault);
    let is_short = document.characters < CHARACTERS.start;
    Some(match &document.content {
        Content::TooLong => (sure(Fault::TooLong), document.beginning),
        Content::Refused(_) => return None,
        // What is short and no metadata may be there to be replaced before anybody deploys it.
        Content::NotXml { span, begins_like_xml, .. } => {
            (if is_short || !begins_like_xml { possible(Fault::NotXml) } else { sure(Fault::NotXml) }, *span)
        }
        Content::Other { root, only_namespace } => {
            let is_sure = !is_short && !only_namespace;
            (if is_sure { sure(Fault::OtherDocument) } else { possible(Fault::OtherDocument) }, root.span)
        }
        Content::Metadata(_) if document.byte_order_mark => (sure(Fault::ByteOrderMark), document.beginning),
        Content::Metadata(_) if is_short => (sure(Fault::TooShort), document.beginning),
        Content::Metadata(_) if document.space_before_declaration => {
            (possible(Fault::SpaceBeforeDeclaration), document.beginning)
        }
        Content::Metadata(metadata) => match fault_inside(metadata) {
            Some((Fault::RepeatedExtension, span)) => (sure(Fault::RepeatedExtension), span),
            Some((fault, span)) => (possible(fault), span),
            None => (sure(Fault::None), document.beginning),
        },
    })
}

/// The most keys of a provider (IAM quotas).
const KEYS: usize = 10;

/// What is wrong inside of metadata of an identity provider. Only of a repeated extension AWS says itself that it is
/// refused.
fn fault_inside(metadata: &Metadata) -> Option<(MetadataFault, Span)> {
    use MetadataFault as Fault;
    let (entity, provider) = metadata.identity_providers().next()?;
    let certificates = || metadata.certificates();
    let repeats =
        |known: &&KeyCertificate| known.certificate.as_ref().is_some_and(|read| read.repeats_extension);
    if let Some(known) = certificates().find(repeats) {
        return Some((Fault::RepeatedExtension, known.span));
    }
    if entity.id.as_ref().is_none_or(|id| id.value.trim().is_empty()) {
        return Some((Fault::NoEntityId, entity.span));
    }
    if !certificates().any(|known| known.usage.signs()) {
        return Some((Fault::NoCertificate, provider.span));
    }
    if let Some(known) = certificates().find(|known| known.certificate.is_none()) {
        return Some((Fault::UnreadableCertificate, known.span));
    }
    let keys = metadata.identity_providers().map(|(_, provider)| provider.keys).sum::<usize>();
    (keys > KEYS).then_some((Fault::TooManyKeys, provider.span))
}

/// The end of the party that may be used longest: those of identity providers, if there are any.
fn last_end(metadata: &Metadata) -> Option<&Placed<jiff::Timestamp>> {
    let providers: Vec<&Entity> = metadata.identity_providers().map(|(entity, _)| entity).collect();
    let parties = if providers.is_empty() { metadata.entities.iter().collect() } else { providers };
    let ends: Option<Vec<_>> = parties.iter().map(|entity| entity.valid_until.as_ref()).collect();
    ends?.into_iter().max_by_key(|until| until.value)
}

fn insecure_endpoints(metadata: &Metadata) -> impl Iterator<Item = &Placed<Endpoint>> {
    let endpoints = metadata.identity_providers().flat_map(|(_, provider)| &provider.sign_in);
    endpoints.filter(|endpoint| endpoint.value.is_insecure())
}

/// Not encrypted is what AWS takes unless it is told otherwise.
fn encryption(written: &Field<Text>, vocabulary: &Vocabulary) -> OneOf<Encryption> {
    let either = OneOf::only(Encryption::Allowed).or(Encryption::Required);
    match written {
        Field::Absent => OneOf::only(Encryption::Allowed),
        Field::Known(mode) => match mode.value.as_literal(vocabulary) {
            Some("Required") => OneOf::only(Encryption::Required),
            Some(_) => OneOf::only(Encryption::Allowed),
            None => either,
        },
        Field::Unknown(_) => either,
    }
}
