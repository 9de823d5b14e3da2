//! CloudFormation templates become resources with resolved values.
//!
//! [`read`] lowers a document and borrows nothing of it; [`Plan`] puts everything in order (nested stacks,
//! deployments, exports); then each tree of nested stacks is resolved in its worlds. Files and trees can be
//! worked on side by side.

mod declaration;
mod deployment;
mod documents;
mod draft;
pub mod expression;
mod kinds;
pub mod lower;
mod parameters;
mod plan;
mod resolve;
pub mod sam;
mod tree;
mod worlds;

use std::path::{Path, PathBuf};

use crate::document::{Document, Tree};
use crate::settings::Settings;
use crate::source::Sources;
use crate::value::Vocabulary;

use super::Resources;

pub use declaration::Declaration;
pub use expression::{Call, Expression, Form};
pub use lower::Lowering;
pub use plan::{Exported, Plan, Resolved, Stacks};

/// A file of templates, or one that says how templates belong together. Borrows nothing.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Templates(Vec<draft::Draft>),
    Manifest(deployment::Manifest),
}

/// Reads the templates of a document: every root that is one by its content. `None` if nothing in the file is
/// of CloudFormation.
#[must_use]
pub fn read(
    path: &Path,
    document: &Document,
    text: &str,
    settings: &Settings,
    vocabulary: &Vocabulary,
    sources: &Sources,
) -> Option<File> {
    let tree = Tree::new(document, text);
    let reading = draft::Reading { names: &vocabulary.names, sources, settings, path };
    if let Some(manifest) = tree.roots().next().and_then(|root| deployment::Manifest::read(path, root)) {
        return Some(File { path: path.to_owned(), content: Content::Manifest(manifest) });
    }
    let templates: Vec<_> = tree.roots().flat_map(|root| draft::Draft::read(reading, root)).collect();
    (!templates.is_empty()).then(|| File { path: path.to_owned(), content: Content::Templates(templates) })
}

impl File {
    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// True if there are templates in the file, and it does not only say how others belong together.
    #[must_use]
    pub fn has_templates(&self) -> bool {
        matches!(self.content, Content::Templates(_))
    }
}

/// Resolves what was read, one tree after another: [`Plan`] does the same in steps. The result does not depend on
/// the order of `files`.
#[must_use]
pub fn resolve(files: Vec<File>, settings: &Settings, vocabulary: &Vocabulary) -> Resources {
    let mut plan = Plan::new(files, settings, None, vocabulary);
    let trees = plan.take_trees();
    let exported = trees.iter().map(|tree| plan.exported(tree, vocabulary)).collect();
    plan.link(exported);
    let resolved = trees.into_iter().map(|tree| plan.resolve(tree, vocabulary)).collect();
    plan.merge(resolved)
}

#[cfg(test)]
mod tests;
