//! SAML providers, and the metadata that they are made of.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::identifiers::{Piece, iam_arn};
use super::read::{Context, Slot};
use super::{Entity, Form};
use crate::document::saml_metadata::{self, Document, Metadata};
use crate::source::{Sources, Span};
use crate::value::{Bounds, Field, Text};

/// `AWS::IAM::SAMLProvider`.
#[derive(Clone, Debug)]
pub struct SamlProvider {
    /// What every entity has.
    pub entity: Entity,
    /// `Name`. Generated if absent.
    pub name: Field<Text>,
    /// `SamlMetadataDocument`: the identity provider's metadata. Unknown if not all of it is written out.
    pub document: Field<Arc<Document>>,
    /// `ValidUntil`: not a property; until when AWS itself takes assertions of it.
    pub valid_until: Field<Text>,
    /// `AssertionEncryptionMode`: `Allowed` or `Required`.
    pub encryption: Field<Text>,
    /// `AddPrivateKey`: never print it.
    pub private_key: Field<Text>,
    /// Whether it is given a private key: `AddPrivateKey` or `PrivateKeyList`.
    pub gives_private_key: Bounds<bool>,
}

impl SamlProvider {
    pub(super) fn read(mut entity: Entity, properties: Slot<'_>) -> Self {
        let Context { vocabulary, deployment, .. } = properties.context();
        let name = properties.get("Name").text();
        if let Field::Known(name) = &name {
            let resource = [Piece::Literal("saml-provider/"), Piece::Text(&name.value)];
            entity.identify(Form::Arn, iam_arn(deployment, &resource, vocabulary));
            entity.identify(Form::Name, name.value.clone());
        }
        Self {
            entity,
            name,
            document: properties.get("SamlMetadataDocument").saml_metadata(),
            valid_until: properties.get("ValidUntil").text(),
            encryption: properties.get("AssertionEncryptionMode").text(),
            private_key: properties.get("AddPrivateKey").text(),
            gives_private_key: gives_private_key(properties),
        }
    }

    /// The metadata, if it could be read.
    #[must_use]
    pub fn metadata(&self) -> Option<&Metadata> {
        self.document.known()?.value.metadata()
    }
}

fn gives_private_key(properties: Slot<'_>) -> Bounds<bool> {
    let added = match properties.get("AddPrivateKey").text() {
        Field::Absent => Bounds::decided(false),
        Field::Known(_) => Bounds::decided(true),
        Field::Unknown(_) => Bounds::UNDECIDED,
    };
    let listed = match properties.get("PrivateKeyList").items() {
        Field::Absent => Bounds::decided(false),
        Field::Known(keys) => Bounds::decided(!keys.value.is_empty()),
        // That nobody was asked for its keys is not held against it.
        keys @ Field::Unknown(_) => Bounds { sure: keys.is_not_seen(), possible: true },
    };
    added.or(listed)
}

/// The metadata of a scan. Each text is read once, however many variants of a resource have it.
#[derive(Debug)]
pub(super) struct Documents<'s> {
    sources: &'s Sources,
    read: RefCell<FxHashMap<(Span, Text), Arc<Document>>>,
}

impl<'s> Documents<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self { sources, read: RefCell::default() }
    }

    /// The metadata `written`, which is the literal `text` at `host`.
    pub(super) fn read(&self, host: Span, written: &Text, text: &str) -> Arc<Document> {
        if let Some(known) = self.read.borrow().get(&(host, written.clone())) {
            return Arc::clone(known);
        }
        // What a function has put together is written nowhere as it is: then all of it leads to the function.
        let inside = self.sources.add_inside(host, text);
        let document = Arc::new(saml_metadata::read(text, &|range| match inside {
            Some(source) => Span::new(source, range.start as u32, range.end as u32),
            None => host,
        }));
        self.read.borrow_mut().insert((host, written.clone()), Arc::clone(&document));
        document
    }
}
