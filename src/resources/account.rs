//! Answers of the AWS API become resources: what a live account says about itself, as the AWS CLI prints it.
//!
//! [`read`] finds answers by their content, and borrows nothing of the document. What one answer tells of a thing
//! is a fragment; [`Dump`] puts the fragments of all files together: each gets an account, those of one thing
//! become one resource in CloudFormation's vocabulary. A property of which no answer tells is unknown, not absent.
//!
//! Which members of which answer are read stands in tables, one file for each service.
//! Source: botocore's service models.

mod answer;
mod cloudformation;
mod clue;
mod cognito_identity;
mod cognito_idp;
mod config;
mod directory_service;
mod dump;
mod eks;
mod fragment;
mod iam;
mod identity_store;
mod inventory;
mod kinds;
mod manifest;
mod merge;
mod organizations;
mod passed_over;
mod policy_file;
mod reader;
mod roles_anywhere;
mod sso_admin;
#[cfg(test)]
mod tests;
mod thing;
mod whole;

use std::path::{Path, PathBuf};

use crate::document::{Document, Tree};
use crate::settings::Settings;
use crate::source::{self, Problem, Sources};
use crate::value::Vocabulary;

use self::clue::Clue;
use self::fragment::{Fragment, Listed};
use self::manifest::Manifest;
use self::whole::{Taken, TakenFrom};

pub use answer::{Asked, asked, passed_over};
pub use dump::{Dump, Start};
pub use kinds::supplemented;
pub use whole::{KnownWhole, Whole};

/// A file of answers, or the manifest of a dump. Borrows nothing.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    /// What the folders say of it.
    clue: Clue,
    /// What the settings say of it.
    pinned: Clue,
    fragments: Vec<Fragment>,
    /// Things that were taken out.
    taken: Vec<Taken>,
    taken_from: Vec<TakenFrom>,
    listed: Vec<Listed>,
    /// True if an answer in it says that there is more, or if not all of the file was read.
    cut: bool,
    /// True if things are only looked up in it.
    existing: bool,
    manifest: Option<Manifest>,
    problems: Vec<Problem>,
}

/// Reads the answers of a document: every root that is one by its content. `None` if nothing in the file is one.
#[must_use]
pub fn read(
    path: &Path,
    document: &Document,
    text: &str,
    settings: &Settings,
    vocabulary: &Vocabulary,
    sources: &Sources,
) -> Option<File> {
    // Answers are JSON, which has no aliases that could stand for more than is there.
    let tree = Tree::new(document, text);
    let mut reader = reader::Reader::new(path, vocabulary, sources);
    tree.roots().for_each(|root| reader.root(root));
    reader.finish(path, settings)
}

/// True if the folders that a file lies in say that it is an answer.
#[must_use]
pub fn lies_in_a_dump(path: &Path) -> bool {
    let Some(name) = path.file_name().filter(|name| name.as_encoded_bytes().ends_with(b".json")) else {
        return false;
    };
    name == "fedlint-dump.json" || Clue::of_path(&source::absolute(path)).service.is_some()
}

impl File {
    /// Says that things are only looked up in it.
    pub fn set_existing(&mut self) {
        self.existing = true;
    }

    /// Says that something of the file was not read: no list in it is known to be whole.
    pub fn set_cut(&mut self) {
        self.cut = true;
    }

    /// Adds what the next piece of the same file holds.
    pub fn append(&mut self, mut next: Self) {
        self.fragments.append(&mut next.fragments);
        self.listed.append(&mut next.listed);
        self.taken.append(&mut next.taken);
        for of in next.taken_from {
            if !self.taken_from.iter().any(|known| known.account == of.account) {
                self.taken_from.push(of);
            }
        }
        self.problems.append(&mut next.problems);
        self.cut |= next.cut;
    }

    /// True if there are answers in the file, and it does not only say where others are from.
    #[must_use]
    pub fn has_answers(&self) -> bool {
        self.manifest.is_none()
    }
}
