//! The manifest of a dump: of which account it is, what was not seen, and where files are from that lie elsewhere.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::clue::{Clue, is_account};
use crate::document::NodeRef;
use crate::source::{Problem, ProblemKind};

/// The name by which a manifest is known.
const MARK: &str = "fedlint-dump";

/// A manifest.
#[derive(Debug)]
pub(crate) struct Manifest {
    /// The account of everything below its folder, unless something else is said.
    pub(crate) account: Option<String>,
    /// The partition.
    pub(crate) partition: Option<String>,
    /// What was asked for and not answered.
    pub(crate) not_seen: Vec<NotSeen>,
    /// Files, by path below the manifest's folder.
    pub(crate) files: Vec<(String, Clue)>,
}

/// A question without an answer.
#[derive(Debug)]
pub(crate) struct NotSeen {
    /// What was asked.
    pub(crate) clue: Clue,
    /// `denied`, `failed`, `throttled`, `unavailable`, `none`, `not-asked`.
    pub(crate) why: String,
}

/// The manifests of a scan, by the folders that they lie in.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    all: Vec<Manifest>,
    by_folder: FxHashMap<PathBuf, Vec<usize>>,
}

impl Manifests {
    /// Adds the manifest at `path`.
    pub(crate) fn add(&mut self, path: &Path, manifest: Manifest) {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        self.by_folder.entry(folder).or_default().push(self.all.len());
        self.all.push(manifest);
    }

    /// Every manifest, in the order in which they were added.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Manifest> {
        self.all.iter()
    }

    /// What manifests say of the file at `path`: the closest above it goes first.
    pub(crate) fn clue(&self, path: &Path) -> Clue {
        let mut clue = Clue::default();
        for folder in path.ancestors().skip(1) {
            let Some(here) = self.by_folder.get(folder) else { continue };
            let below = path.strip_prefix(folder).unwrap_or(path);
            for manifest in here.iter().map(|&position| &self.all[position]) {
                if let Some((_, named)) = manifest.files.iter().find(|(path, _)| Path::new(path) == below) {
                    clue = clue.or(named);
                }
                let whole = Clue { account: manifest.account.clone(), ..Clue::default() };
                clue = clue.or(&whole);
            }
        }
        clue
    }
}

impl NotSeen {
    /// False if there is nothing to be seen: the service is not in the region, or there is no such thing.
    fn matters(&self) -> bool {
        !matches!(self.why.as_str(), "unavailable" | "none")
    }

    fn question(&self) -> String {
        let word = |word: &Option<String>| word.clone().unwrap_or_default();
        format!("`aws {} {}`", word(&self.clue.service), word(&self.clue.operation))
    }
}

impl Manifest {
    /// The manifest at `root`, if it is one.
    pub(crate) fn read(root: NodeRef<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let (key, version) = root.get(MARK)?;
        if version.scalar() != Some("1") {
            problems.push(Problem::at(
                ProblemKind::Answer,
                key.span(),
                "this manifest is of a version that is not known here",
                "Write `\"fedlint-dump\": 1`, or use the version of fedlint that wrote it.",
            ));
        }
        let text = |node: NodeRef<'_>, name: &str| {
            let value = node.get(name)?.1;
            value.scalar().filter(|_| !value.is_null()).map(str::to_owned)
        };
        let clue = |node: NodeRef<'_>| Clue {
            account: text(node, "account"),
            region: text(node, "region").filter(|region| region != "global"),
            service: text(node, "service"),
            operation: text(node, "operation"),
            key: text(node, "key"),
        };
        let account = text(root, "account");
        if let (Some((_, node)), Some(account)) = (root.get("account"), &account)
            && !is_account(account)
        {
            problems.push(Problem::at(
                ProblemKind::Answer,
                node.span(),
                "this is not the id of an account",
                "Write its twelve digits, in quotes.",
            ));
        }
        let list = |name: &str| root.get(name).map(|(_, list)| list.items()).into_iter().flatten();
        let not_seen = list("not-seen").map(|item| NotSeen {
            clue: clue(item),
            why: text(item, "why").unwrap_or_else(|| "not-asked".to_owned()),
        });
        let not_seen: Vec<NotSeen> = not_seen.collect();
        let failed: Vec<&NotSeen> = not_seen.iter().filter(|item| item.matters()).collect();
        if let (Some((key, _)), Some(first)) = (root.get("not-seen"), failed.first()) {
            problems.push(Problem::at(
                ProblemKind::Answer,
                key.span(),
                format!(
                    "{} about account {} without an answer: {} ({}){}",
                    if failed.len() == 1 { "a question".to_owned() } else { format!("{} questions", failed.len()) },
                    account.as_deref().unwrap_or("(unknown)"),
                    first.question(),
                    first.why,
                    if failed.len() > 1 { ", and others" } else { "" },
                ),
                if failed.iter().any(|item| item.why == "denied") {
                    "What depends on them is said to be possible, or not at all. Give the permissions that `fedlint collect \
                     --policy` prints, and collect again."
                } else {
                    "What depends on them is said to be possible, or not at all. The manifest has what the AWS CLI said; \
                     collecting again asks them again."
                },
            ));
        }
        if let Some((key, finished)) = root.get("finished")
            && finished.scalar() == Some("false")
        {
            problems.push(Problem::at(
                ProblemKind::Answer,
                key.span(),
                format!(
                    "collecting from account {} was not finished",
                    account.as_deref().unwrap_or("(unknown)")
                ),
                "Run `fedlint collect` again: it asks only for what is missing.",
            ));
        }
        let files = root.get("files").map(|(_, files)| files.entries()).into_iter().flatten();
        let files = files.filter_map(|(path, file)| Some((path.scalar()?.to_owned(), clue(file))));
        Some(Self {
            account: account.filter(|account| is_account(account)),
            partition: text(root, "partition"),
            not_seen,
            files: files.collect(),
        })
    }
}
