//! Interned strings.

use std::hash::BuildHasher;
use std::sync::RwLock;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// An interned string of one scan: compared, never ordered or printed by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name(u32);

/// The interner. Strings are never removed, so references into it live as long as it does.
#[derive(Debug)]
pub struct Names {
    strings: boxcar::Vec<Box<str>>,
    /// Names by the hashes of their strings; sharded, so that threads rarely wait for each other.
    shards: [RwLock<HashTable<Entry>>; Names::SHARDS],
}

/// A name, with the upper half of the hash of its string.
#[derive(Debug)]
struct Entry {
    hash: u32,
    name: Name,
}

impl Entry {
    /// A hash that is the same whether the string is looked at or not: the shards have used the bits that are left out.
    fn spread(&self) -> u64 {
        u64::from(self.hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

impl Names {
    const SHARDS: usize = 16;

    /// The name of `text`.
    pub fn intern(&self, text: &str) -> Name {
        let hash = FxBuildHasher.hash_one(text);
        // The high bits: the low ones choose the bucket inside the shard's map.
        let shard = &self.shards[(hash >> 60) as usize % Self::SHARDS];
        if let Some(name) =
            self.find(&shard.read().expect("no thread panics while it holds the lock"), hash, text)
        {
            return name;
        }
        let mut table = shard.write().expect("no thread panics while it holds the lock");
        if let Some(name) = self.find(&table, hash, text) {
            return name;
        }
        let index = self.strings.push(text.into());
        let name = Name(u32::try_from(index).expect("a scan has fewer than 2^32 distinct strings"));
        let entry = Entry { hash: half(hash), name };
        table.insert_unique(entry.spread(), entry, Entry::spread);
        name
    }

    /// The name of `text`, if it has been interned: what no input says needs no name.
    #[must_use]
    pub fn lookup(&self, text: &str) -> Option<Name> {
        let hash = FxBuildHasher.hash_one(text);
        let shard = &self.shards[(hash >> 60) as usize % Self::SHARDS];
        self.find(&shard.read().expect("no thread panics while it holds the lock"), hash, text)
    }

    /// The string of `name`.
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        self.strings.get(name.0 as usize).expect("a Name is only made by `intern`")
    }

    fn find(&self, table: &HashTable<Entry>, hash: u64, text: &str) -> Option<Name> {
        let sought = Entry { hash: half(hash), name: Name(0) };
        let found = table
            .find(sought.spread(), |entry| entry.hash == sought.hash && self.text(entry.name) == text)?;
        Some(found.name)
    }
}

/// The bits below those that choose the shard.
const fn half(hash: u64) -> u32 {
    (hash >> 28) as u32
}

impl Default for Names {
    fn default() -> Self {
        Self { strings: boxcar::Vec::new(), shards: std::array::from_fn(|_| RwLock::default()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_strings_have_one_name() {
        let names = Names::default();
        let first = names.intern("role");
        assert_eq!(first, names.intern("role"));
        assert_ne!(first, names.intern("Role"));
        assert_eq!(names.text(first), "role");
        assert_eq!(names.lookup("role"), Some(first));
        assert_eq!(names.lookup("never seen"), None);
    }
}
