//! Models of templates, for tests.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Found, Model, Reference, Target, build};
use crate::document::{self, Format, Limits};
use crate::resources::{Resources, cloudformation};
use crate::settings::Settings;
use crate::source::{Origin, Sources};
use crate::value::Vocabulary;

/// A model and what it takes to read it.
pub(super) struct Scene {
    pub(super) vocabulary: Vocabulary,
    pub(super) model: Model,
}

/// The model of templates, given as `(path, text)`.
pub(super) fn scan(files: &[(&str, &str)]) -> Scene {
    scan_with(files, |_, _| {})
}

/// As [`scan`], with the resources changed before they become entities.
pub(super) fn scan_with(files: &[(&str, &str)], change: impl FnOnce(&mut Resources, &Vocabulary)) -> Scene {
    let (vocabulary, sources, settings) = (Vocabulary::default(), Sources::default(), Settings::default());
    let mut read = Vec::new();
    for (path, text) in files {
        let path = PathBuf::from(path);
        let source = sources.add_kept(Origin::Memory(path.clone()), Arc::from(*text));
        let format = Format::guess(&path, text);
        let document = document::read(text, source, format, &Limits::default()).document;
        read.extend(cloudformation::read(&path, &document, text, &settings, &vocabulary, &sources));
    }
    let mut resources = cloudformation::resolve(read, &settings, &vocabulary);
    change(&mut resources, &vocabulary);
    let model = build(resources, &sources, &vocabulary);
    Scene { vocabulary, model }
}

impl Scene {
    /// A reference as `From Place text -> target`.
    pub(super) fn show(&self, reference: &Reference) -> String {
        let from = self.name(reference.from);
        let text = reference.text.display(&self.vocabulary);
        format!("{from} {:?} {text} -> {}", reference.place, self.target(&reference.target))
    }

    /// The logical id of an entity.
    pub(super) fn name(&self, id: super::EntityId) -> &str {
        self.vocabulary.names.text(self.model.entity(id).logical_id)
    }

    /// Possible targets end in a question mark.
    pub(super) fn target(&self, target: &Target) -> String {
        match target {
            Target::Found(found) => {
                let one = |found: &Found| {
                    format!("{}{}", self.name(found.entity), if found.sure { "" } else { "?" })
                };
                found.iter().map(one).collect::<Vec<_>>().join(" or ")
            }
            Target::WrongForm { entity, got } => {
                let got = got
                    .map_or("something else".to_owned(), |(kind, form)| format!("{} {form:?}", kind.name()));
                let of = entity.map_or(String::new(), |entity| format!(" of {}", self.name(entity)));
                format!("wrong form: {got}{of}")
            }
            Target::Missing(missing) => {
                let name =
                    |name: Option<crate::value::Name>| name.map(|name| self.vocabulary.names.text(name));
                let named = name(missing.name).map_or(String::new(), |name| format!(" {name}"));
                let meant = name(missing.did_you_mean).map_or(String::new(), |name| format!(", {name}?"));
                let near = missing.near.map_or(String::new(), |near| format!(", near {}", self.name(near)));
                format!("missing{}{named}{meant}{near}", if missing.sure { "" } else { "?" })
            }
            Target::Outside(why) => format!("outside: {why:?}"),
            Target::Unknown => "unknown".to_owned(),
        }
    }

    /// All references, one per line.
    pub(super) fn references(&self) -> Vec<String> {
        self.model.references.iter().map(|reference| self.show(reference)).collect()
    }
}
