//! Things by their hashes, where the things themselves are kept elsewhere.

use hashbrown::HashTable;

/// Numbers of things, by the hashes of these: a few bytes each, where a map would hold its keys.
#[derive(Debug, Default)]
pub(crate) struct Table(HashTable<Entry>);

/// A number, with half of the hash of what it stands for.
#[derive(Debug)]
struct Entry {
    hash: u32,
    number: u32,
}

impl Table {
    /// The number with this hash of which `is` says that it is the one.
    pub(crate) fn find(&self, hash: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        let found = self.0.find(spread(hash), |entry| entry.hash == hash && is(entry.number))?;
        Some(found.number)
    }

    /// Adds a number that is not there.
    pub(crate) fn insert(&mut self, hash: u32, number: u32) {
        self.0.insert_unique(spread(hash), Entry { hash, number }, |entry| spread(entry.hash));
    }
}

/// A hash that is the same whether the thing is looked at or not.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
