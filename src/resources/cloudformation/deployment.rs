//! Deployments: what is certainly deployed into one account and region.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::document::NodeRef;
use crate::resources::{Deployment, Pinned};
use crate::settings::Settings;
use crate::value::{DeploymentId, Pseudo, Shape, Symbol, Text, Vocabulary};

/// The file `manifest.json` of a folder that the CDK wrote.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) directory: PathBuf,
    /// Template files with their environments, `aws://ACCOUNT/REGION`.
    pub(crate) stacks: Vec<(PathBuf, String)>,
}

impl Manifest {
    /// The manifest at `root`, if the file is one.
    pub(crate) fn read(path: &Path, root: NodeRef<'_>) -> Option<Self> {
        if path.file_name()? != "manifest.json" {
            return None;
        }
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        let (_, artifacts) = root.get("artifacts")?;
        root.get("version")?;
        let mut stacks = Vec::new();
        for (_, artifact) in artifacts.entries() {
            let text = |node: NodeRef<'_>, key: &str| node.get(key)?.1.scalar().map(str::to_owned);
            if text(artifact, "type").as_deref() != Some("aws:cloudformation:stack") {
                continue;
            }
            let Some((_, properties)) = artifact.get("properties") else { continue };
            let Some(file) = text(properties, "templateFile") else { continue };
            let environment = text(artifact, "environment").unwrap_or_default();
            stacks.push((directory.join(file), environment));
        }
        Some(Self { directory, stacks })
    }
}

/// What makes templates one deployment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// Pinned to an account and a region.
    Place(String, String),
    /// A CDK folder and an environment of it.
    Folder(PathBuf, String),
    /// A template of its own.
    Template(usize),
}

/// The deployments of all root templates, `paths`: for each its index in the list.
pub(crate) fn deployments(
    paths: &[&Path],
    manifests: &[Manifest],
    settings: &Settings,
    into: Option<&Pinned>,
    vocabulary: &Vocabulary,
) -> (Vec<Deployment>, Vec<usize>) {
    let environments: FxHashMap<&Path, (&Path, &str)> = manifests
        .iter()
        .flat_map(|manifest| {
            let directory = manifest.directory.as_path();
            manifest
                .stacks
                .iter()
                .map(move |(file, environment)| (file.as_path(), (directory, environment.as_str())))
        })
        .collect();
    let mut all = Vec::new();
    let mut known: FxHashMap<Key, usize> = FxHashMap::default();
    let mut of = Vec::with_capacity(paths.len());
    for (index, path) in paths.iter().enumerate() {
        let environment = environments.get(path);
        let (mut account, mut region) = environment.map_or((None, None), |(_, name)| read_environment(name));
        if let Some(pinned) = settings.deployment(path) {
            account = pinned.account.as_ref().map(ToString::to_string).or(account);
            region = pinned.region.clone().or(region);
        }
        let key = match (&account, &region, environment) {
            (Some(account), Some(region), _) => Key::Place(account.clone(), region.clone()),
            (_, _, Some((directory, environment))) => {
                Key::Folder((*directory).to_owned(), (*environment).to_owned())
            }
            _ => Key::Template(index),
        };
        of.push(*known.entry(key).or_insert_with(|| {
            let mut made = deployment(all.len(), account.as_deref(), region.as_deref(), vocabulary);
            if let Some(into) = into.filter(|_| account.is_none()) {
                made.account = vocabulary.literal(&into.account);
                if let Some(partition) = into.partition.as_deref().filter(|_| region.is_none()) {
                    made.partition = vocabulary.literal(partition);
                }
            }
            all.push(made);
            all.len() - 1
        }));
    }
    (all, of)
}

/// Account and region of `aws://ACCOUNT/REGION`.
fn read_environment(environment: &str) -> (Option<String>, Option<String>) {
    let Some((account, region)) = environment.strip_prefix("aws://").and_then(|rest| rest.split_once('/'))
    else {
        return (None, None);
    };
    let known = |text: &str| (!text.is_empty() && !text.starts_with("unknown-")).then(|| text.to_owned());
    (known(account), known(region))
}

fn deployment(
    index: usize,
    account: Option<&str>,
    region: Option<&str>,
    vocabulary: &Vocabulary,
) -> Deployment {
    let id = DeploymentId(u32::try_from(index).expect("a scan has fewer than 2^32 deployments"));
    let symbol = |pseudo, shape: fn() -> Shape| {
        Text::symbol(vocabulary.symbols.intern(Symbol::Pseudo(id, pseudo), shape))
    };
    Deployment {
        id,
        account: account.map_or_else(
            || symbol(Pseudo::AccountId, Shape::account_id),
            |account| vocabulary.literal(account),
        ),
        region: region
            .map_or_else(|| symbol(Pseudo::Region, Shape::region), |region| vocabulary.literal(region)),
        partition: region.map_or_else(
            || symbol(Pseudo::Partition, Shape::partition),
            |region| vocabulary.literal(partition_of(region)),
        ),
    }
}

/// The partition of a region.
pub(crate) fn partition_of(region: &str) -> &'static str {
    const PREFIXES: &[(&str, &str)] = &[
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-iso-", "aws-iso"),
        ("eusc-", "aws-eusc"),
    ];
    PREFIXES.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| *partition)
}

/// The domain of a partition's endpoints.
pub(crate) fn url_suffix(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        "aws-eusc" => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}
