//! Where the parts of a policy are written.
//!
//! Very many policies are laid out alike: they differ in a name of the same length, or only in where they stand. So that
//! places are counted from the beginning of the document, and policies share them.

use std::sync::{Arc, RwLock};

use rustc_hash::FxHashSet;

use super::{Element, Fault, FaultKind, PolicyId, PolicyPath};
use crate::source::{SourceId, Span};
use crate::value::{Text, keep_once};

/// A policy where it is attached.
#[derive(Clone, Debug)]
pub struct Attached {
    /// What it means.
    pub policy: PolicyId,
    /// The document.
    document: Span,
    /// Where its parts are written.
    layout: Arc<Layout>,
}

/// Where the parts of a policy are written, counted from where its document begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    version: Option<Stretch>,
    id: Option<Stretch>,
    faults: Box<[Wrong]>,
    /// Sorted by path.
    parts: Box<[(PolicyPath, Stretch)]>,
    /// `Sid`s by statement.
    sids: Box<[Option<Text>]>,
}

/// A place within or beside a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Stretch {
    /// The source, if it is another than that of the document; then it is no distance.
    elsewhere: Option<SourceId>,
    /// How far behind the beginning of the document the place begins, wrapping around.
    start: u32,
    /// How far behind the beginning of the document the place ends, wrapping around.
    end: u32,
}

/// A [`Fault`] in a layout.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Wrong {
    kind: FaultKind,
    path: Option<PolicyPath>,
    place: Stretch,
    did_you_mean: Option<Box<str>>,
}

/// Where the parts of one occurrence of a policy are written.
#[derive(Clone, Copy, Debug)]
pub struct PolicyPlaces<'l> {
    /// The document.
    pub document: Span,
    layout: &'l Layout,
}

/// What a layout is made of, with places as they are.
pub(super) struct Draft {
    pub(super) version: Option<Span>,
    pub(super) id: Option<Span>,
    pub(super) faults: Vec<Fault>,
    /// In any order. Of a part that is written twice, the first counts.
    pub(super) parts: Vec<(PolicyPath, Span)>,
    pub(super) sids: Vec<Option<Text>>,
}

impl Draft {
    /// The layout of a document that is written at `document`.
    pub(super) fn finish(mut self, document: Span) -> Layout {
        let stretch = |span| Stretch::of(span, document);
        self.parts.sort_by_key(|&(path, _)| path);
        self.parts.dedup_by_key(|(path, _)| *path);
        let wrong = |fault: Fault| Wrong {
            kind: fault.kind,
            path: fault.path,
            place: stretch(fault.span),
            did_you_mean: fault.did_you_mean.map(String::into_boxed_str),
        };
        Layout {
            version: self.version.map(stretch),
            id: self.id.map(stretch),
            faults: self.faults.into_iter().map(wrong).collect(),
            parts: self.parts.into_iter().map(|(path, span)| (path, stretch(span))).collect(),
            sids: self.sids.into_boxed_slice(),
        }
    }
}

impl Stretch {
    fn of(span: Span, document: Span) -> Self {
        if span.source == document.source {
            let (start, end) =
                (span.start.wrapping_sub(document.start), span.end.wrapping_sub(document.start));
            Self { elsewhere: None, start, end }
        } else {
            Self { elsewhere: Some(span.source), start: span.start, end: span.end }
        }
    }

    const fn within(self, document: Span) -> Span {
        match self.elsewhere {
            None => Span::new(
                document.source,
                self.start.wrapping_add(document.start),
                self.end.wrapping_add(document.start),
            ),
            Some(source) => Span::new(source, self.start, self.end),
        }
    }
}

impl Layout {
    /// The places of an occurrence that is written at `document`.
    #[must_use]
    pub const fn at(&self, document: Span) -> PolicyPlaces<'_> {
        PolicyPlaces { document, layout: self }
    }
}

impl<'l> PolicyPlaces<'l> {
    /// Where a part is written; for a part that is not written, the closest that contains it.
    #[must_use]
    pub fn place(&self, path: PolicyPath) -> Span {
        let mut element = path.element;
        loop {
            if let Some(span) = self.exact(PolicyPath { element, ..path }) {
                return span;
            }
            match element.parent() {
                Some(parent) => element = parent,
                None => return self.document,
            }
        }
    }

    /// Where a part is written, if it is.
    #[must_use]
    pub fn exact(&self, path: PolicyPath) -> Option<Span> {
        let parts = &self.layout.parts;
        let index = parts.binary_search_by_key(&path, |&(path, _)| path).ok()?;
        Some(parts[index].1.within(self.document))
    }

    /// The value of `Version`.
    #[must_use]
    pub fn version(&self) -> Option<Span> {
        self.layout.version.map(|stretch| stretch.within(self.document))
    }

    /// The value of `Id`.
    #[must_use]
    pub fn id(&self) -> Option<Span> {
        self.layout.id.map(|stretch| stretch.within(self.document))
    }

    /// What the language does not allow, in order of writing.
    pub fn faults(&self) -> impl Iterator<Item = Fault> + 'l {
        let document = self.document;
        self.layout.faults.iter().map(move |wrong| Fault {
            kind: wrong.kind,
            path: wrong.path,
            span: wrong.place.within(document),
            did_you_mean: wrong.did_you_mean.as_deref().map(str::to_owned),
        })
    }

    /// The `Sid` of a statement.
    #[must_use]
    pub fn sid(&self, statement: u16) -> Option<&'l Text> {
        self.layout.sids.get(usize::from(statement))?.as_ref()
    }

    /// Every place, by path.
    pub fn all(&self) -> impl Iterator<Item = (PolicyPath, Span)> + 'l {
        let document = self.document;
        self.layout.parts.iter().map(move |&(path, stretch)| (path, stretch.within(document)))
    }
}

impl Element {
    /// What the element is a part of. `None` for the whole statement.
    #[must_use]
    pub const fn parent(self) -> Option<Self> {
        Some(match self {
            Self::Statement => return None,
            Self::Sid
            | Self::Effect
            | Self::Principals
            | Self::NotPrincipals
            | Self::Actions
            | Self::NotActions
            | Self::Resources
            | Self::NotResources
            | Self::Conditions => Self::Statement,
            Self::Principal(_) => Self::Principals,
            Self::NotPrincipal(_) => Self::NotPrincipals,
            Self::Action(_) => Self::Actions,
            Self::NotAction(_) => Self::NotActions,
            Self::Resource(_) => Self::Resources,
            Self::NotResource(_) => Self::NotResources,
            Self::Operator(_) => Self::Conditions,
            Self::Key(test) => Self::Operator(test),
            Self::Values(test) => Self::Key(test),
            Self::Test { test, .. } => Self::Values(test),
        })
    }
}

impl Attached {
    /// A policy whose document is written at `document` and is laid out so.
    #[must_use]
    pub const fn new(policy: PolicyId, document: Span, layout: Arc<Layout>) -> Self {
        Self { policy, document, layout }
    }

    /// Where the document is written.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.document
    }

    /// Where its parts are written.
    #[must_use]
    pub fn places(&self) -> PolicyPlaces<'_> {
        self.layout.at(self.document)
    }

    /// Where a part of it is written.
    #[must_use]
    pub fn place(&self, path: PolicyPath) -> Span {
        self.places().place(path)
    }
}

/// The distinct layouts of the policies of a scan.
#[derive(Debug, Default)]
pub(super) struct Layouts(RwLock<FxHashSet<Arc<Layout>>>);

impl Layouts {
    /// The one that is like `layout`.
    pub(super) fn share(&self, layout: Layout) -> Arc<Layout> {
        let known = self.0.read().expect("no thread panics while it holds the lock");
        if let Some(known) = known.get(&layout) {
            return Arc::clone(known);
        }
        drop(known);
        keep_once(&mut self.0.write().expect("no thread panics while it holds the lock"), layout)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Policies;
    use super::*;
    use crate::source::{Origin, Sources};

    fn sources() -> [SourceId; 2] {
        let sources = Sources::default();
        [0, 1].map(|_| sources.add_kept(Origin::Stdin, "".into()))
    }

    fn draft(source: SourceId, start: u32) -> Draft {
        let path = |element| PolicyPath::new(0, element);
        let span = |from: u32, to: u32| Span::new(source, start + from, start + to);
        Draft {
            version: Some(span(3, 5)),
            id: None,
            faults: vec![Fault {
                kind: FaultKind::MissingAction,
                path: Some(path(Element::Statement)),
                span: span(8, 20),
                did_you_mean: None,
            }],
            parts: vec![(path(Element::Effect), span(10, 12)), (path(Element::Statement), span(8, 20))],
            sids: vec![None],
        }
    }

    #[test]
    fn policies_that_are_laid_out_alike_share_their_layout_and_keep_their_places() {
        let policies = Policies::default();
        let [first, second] = sources();
        let [one, other] = [(first, 100), (second, 7)].map(|(source, start)| {
            let document = Span::new(source, start, start + 30);
            (document, policies.share(draft(source, start).finish(document)))
        });
        assert!(Arc::ptr_eq(&one.1, &other.1));
        for (document, layout) in [one, other] {
            let places = layout.at(document);
            let at =
                |from: u32, to: u32| Span::new(document.source, document.start + from, document.start + to);
            assert_eq!(places.version(), Some(at(3, 5)));
            assert_eq!(places.place(PolicyPath::new(0, Element::Effect)), at(10, 12));
            assert_eq!(places.place(PolicyPath::new(0, Element::Actions)), at(8, 20));
            assert_eq!(places.place(PolicyPath::new(1, Element::Effect)), document);
            assert_eq!(places.faults().map(|fault| fault.span).collect::<Vec<_>>(), [at(8, 20)]);
        }
    }

    #[test]
    fn a_place_in_another_source_stays_there() {
        let [own, other] = sources();
        let document = Span::new(own, 100, 130);
        let elsewhere = Span::new(other, 3, 9);
        // Also one that stands before the document.
        for span in [elsewhere, Span::new(own, 2, 4)] {
            assert_eq!(Stretch::of(span, document).within(document), span);
        }
    }
}
