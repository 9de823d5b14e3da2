//! What is said about the answers of an account beside them: when and where they were asked for, and what was not seen.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::layout::{Folder, MANIFEST};

/// The version of the layout.
const VERSION: u32 = 1;

/// A manifest as it lies in the folder of an account.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    /// The version of the layout.
    pub fedlint_dump: u32,
    /// The account.
    pub account: String,
    /// The partition that it is in.
    pub partition: String,
    /// When the oldest answer was asked for.
    pub collected: String,
    /// The regions that were asked.
    pub regions: Vec<String>,
    /// False while a run is under way, or was interrupted.
    pub finished: bool,
    /// What was asked for, or would have been, without an answer.
    pub not_seen: Vec<NotSeen>,
    /// What files are whose names do not say it.
    pub files: BTreeMap<String, Identity>,
}

/// What an answer describes.
#[derive(Clone, Debug, Deserialize, Hash, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Identity {
    /// The region, or `global`.
    pub region: String,
    /// The service, as the AWS CLI spells it.
    pub service: String,
    /// The operation, as the AWS CLI spells it.
    pub operation: String,
    /// What the request named.
    pub key: Option<String>,
}

/// A call without an answer.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotSeen {
    /// What it would have described.
    #[serde(flatten)]
    pub identity: Identity,
    /// Why there is none.
    pub why: Why,
    /// What the AWS CLI said.
    pub message: String,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The caller may not ask.
    Denied,
    /// It went wrong.
    Failed,
    /// AWS refused it for too many requests, again and again.
    Throttled,
    /// The region does not have the service: there is nothing to see.
    Unavailable,
    /// It was not asked.
    NotAsked,
    /// There is none: AWS answered that what was asked for does not exist.
    None,
}

impl Why {
    /// The name in manifests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::NotAsked => "not-asked",
            Self::None => "none",
        }
    }
}

impl Manifest {
    /// The manifest of a run that begins.
    pub(super) fn new(account: &str, partition: &str, collected: &str) -> Self {
        Self {
            fedlint_dump: VERSION,
            account: account.to_owned(),
            partition: partition.to_owned(),
            collected: collected.to_owned(),
            regions: Vec::new(),
            finished: false,
            not_seen: Vec::new(),
            files: BTreeMap::new(),
        }
    }

    /// The manifest that a run before left, if it is one of this version.
    pub(super) fn read(folder: &Folder, account: &str) -> Option<Self> {
        let file = folder.open(&Path::new(account).join(MANIFEST)).ok()?;
        let manifest: Self = serde_json::from_reader(io::BufReader::new(file)).ok()?;
        (manifest.fedlint_dump == VERSION && manifest.account == account).then_some(manifest)
    }

    /// Writes it, in an order that does not depend on which answer was there first.
    pub(super) fn write(&mut self, folder: &Folder) -> io::Result<()> {
        self.not_seen.sort();
        self.not_seen.dedup();
        folder.write(&Path::new(&self.account).join(MANIFEST), |file| {
            let mut out = io::BufWriter::new(file);
            serde_json::to_writer_pretty(&mut out, self)?;
            out.write_all(b"\n")?;
            out.flush()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_that_of_the_documentation() {
        let mut manifest = Manifest::new("111122223333", "aws", "2026-11-26T15:49:00Z");
        manifest.regions = vec!["eu-west-1".to_owned()];
        let identity = Identity {
            region: "eu-west-1".to_owned(),
            service: "cognito-idp".to_owned(),
            operation: "list-user-pools".to_owned(),
            key: None,
        };
        manifest.not_seen.push(NotSeen {
            identity: identity.clone(),
            why: Why::NotAsked,
            message: "no".to_owned(),
        });
        manifest.files.insert("eu-west-1/x.json".to_owned(), identity);
        let expected = serde_json::json!({
            "fedlint-dump": 1,
            "account": "111122223333",
            "partition": "aws",
            "collected": "2026-11-26T15:49:00Z",
            "regions": ["eu-west-1"],
            "finished": false,
            "not-seen": [{
                "region": "eu-west-1", "service": "cognito-idp", "operation": "list-user-pools", "key": null,
                "why": "not-asked", "message": "no",
            }],
            "files": { "eu-west-1/x.json": {
                "region": "eu-west-1", "service": "cognito-idp", "operation": "list-user-pools", "key": null,
            } },
        });
        assert_eq!(serde_json::to_value(&manifest).unwrap(), expected);
        for why in [Why::Denied, Why::Failed, Why::Throttled, Why::Unavailable, Why::NotAsked, Why::None] {
            assert_eq!(serde_json::to_value(why).unwrap(), why.name());
        }
    }
}
