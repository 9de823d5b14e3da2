//! Of which kinds all things are in view.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::answer::{Lists, Reading, readings};
use super::clue::is_global;
use super::dump::Owner;
use super::fragment::Listed;
use super::kinds;
use super::manifest::{Manifests, NotSeen};
use crate::resources::{Inventory, Seen};
use crate::value::{DeploymentId, Vocabulary};

/// A list, and whose it is.
pub(super) struct Found {
    /// The file that it is in, by number.
    pub(super) file: usize,
    pub(super) owner: Owner,
    pub(super) region: Option<String>,
    pub(super) seen: Seen,
    pub(super) listed: Listed,
}

/// An account of which a list is there whole in two files: they are of two dumps.
pub(super) struct Twice {
    pub(super) owner: Owner,
    /// The later file, by number.
    pub(super) file: usize,
}

/// Of which kinds all things are in view, and of which not; and whether an account is there more than once.
pub(super) fn inventories(
    listed: Vec<Found>,
    manifests: &Manifests,
    deployments: &FxHashMap<Owner, DeploymentId>,
    vocabulary: &Vocabulary,
) -> (Vec<Inventory>, Option<Twice>) {
    let names = &vocabulary.names;
    let mut all: Vec<Inventory> = Vec::new();
    let mut known: FxHashMap<_, usize> = FxHashMap::default();
    let mut add = |operation: &'static str, inventory: Inventory| {
        let key = (operation, inventory.deployment, inventory.kind, inventory.region, inventory.of);
        match known.entry(key) {
            // Of an answer in several pieces, each has to be whole.
            Entry::Occupied(position) => {
                let earlier = &mut all[*position.get()];
                earlier.seen = earlier.seen.and(inventory.seen);
            }
            Entry::Vacant(vacant) => {
                vacant.insert(all.len());
                all.push(inventory);
            }
        }
    };
    let mut twice: Option<Twice> = None;
    let mut files: FxHashMap<_, usize> = FxHashMap::default();
    for Found { file, owner, region, seen, listed } in listed {
        let Some(&deployment) = deployments.get(&owner) else { continue };
        let reading = listed.reading;
        let is_of_account = matches!(reading.lists, Lists::All | Lists::AllIfAny);
        if is_of_account && seen == Seen::All && matches!(owner, Owner::Account(_)) {
            let key = (reading.operation, reading.kind, deployment, region.clone());
            if *files.entry(key).or_insert(file) != file {
                twice.get_or_insert(Twice { owner: owner.clone(), file });
            }
        }
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
    for manifest in manifests.iter() {
        let Some(account) = &manifest.account else { continue };
        let Some(&deployment) = deployments.get(&Owner::Account(account.clone())) else { continue };
        for NotSeen { clue, why } in &manifest.not_seen {
            let lists = |reading: &&Reading| clue.asks(reading) && reading.lists != Lists::Nothing;
            for reading in readings().filter(lists) {
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
    (all, twice)
}
