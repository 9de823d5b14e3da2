//! Of which kinds all things are in view.

use std::path::PathBuf;

use rustc_hash::FxHashMap;

use super::answer::{Lists, Reading, readings};
use super::clue::is_global;
use super::dump::Owner;
use super::fragment::Listed;
use super::kinds;
use super::manifest::{Manifest, NotSeen};
use crate::resources::{Inventory, Seen};
use crate::value::{DeploymentId, Vocabulary};

/// A list, and whose it is.
pub(super) struct Found {
    pub(super) owner: Owner,
    pub(super) region: Option<String>,
    pub(super) seen: Seen,
    pub(super) listed: Listed,
}

/// Of which kinds all things are in view, and of which not.
pub(super) fn inventories(
    listed: Vec<Found>,
    manifests: &[(PathBuf, Manifest)],
    deployments: &FxHashMap<Owner, DeploymentId>,
    vocabulary: &Vocabulary,
) -> Vec<Inventory> {
    let names = &vocabulary.names;
    let mut all: Vec<(&'static str, Inventory)> = Vec::new();
    let mut add = |operation: &'static str, inventory: Inventory| {
        let same = |(known, other): &&mut (&'static str, Inventory)| {
            *known == operation
                && (other.deployment, other.kind, other.region, other.of)
                    == (inventory.deployment, inventory.kind, inventory.region, inventory.of)
        };
        match all.iter_mut().find(same) {
            // Of an answer in several pieces, each has to be whole.
            Some((_, known)) => known.seen = known.seen.and(inventory.seen),
            None => all.push((operation, inventory)),
        }
    };
    for Found { owner, region, seen, listed } in listed {
        let Some(&deployment) = deployments.get(&owner) else { continue };
        let reading = listed.reading;
        // A list of one region of which nobody says which tells nothing of all the others.
        if region.is_none() && listed.of.is_none() && !is_global(reading.service) {
            continue;
        }
        add(
            reading.operation,
            Inventory {
                deployment,
                kind: names.intern(reading.kind),
                region: region.filter(|_| !is_global(reading.service)).map(|region| names.intern(&region)),
                of: listed.of,
                seen,
            },
        );
    }
    for (_, manifest) in manifests {
        let Some(account) = &manifest.account else { continue };
        let Some(&deployment) = deployments.get(&Owner::Account(account.clone())) else { continue };
        for NotSeen { clue, why } in &manifest.not_seen {
            let asked = |reading: &&Reading| {
                clue.service.as_deref() == Some(reading.service)
                    && clue.operation.as_deref() == Some(reading.operation)
                    && reading.lists != Lists::Nothing
            };
            for reading in readings().filter(asked) {
                add(
                    reading.operation,
                    Inventory {
                        deployment,
                        kind: names.intern(reading.kind),
                        region: clue.region.as_deref().map(|region| names.intern(region)),
                        of: clue.key.as_deref().map(|key| names.intern(kinds::id_of(key))),
                        seen: Seen::Not(names.intern(why)),
                    },
                );
            }
        }
    }
    all.into_iter().map(|(_, inventory)| inventory).collect()
}
