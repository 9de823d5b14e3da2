//! Interned strings.

use std::hash::BuildHasher;
use std::sync::RwLock;

use rustc_hash::FxBuildHasher;

use super::Table;

/// An interned string of one scan: compared, never ordered or printed by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name(u32);

/// The interner. Strings are never removed, so references into it live as long as it does.
#[derive(Debug)]
pub struct Names {
    strings: boxcar::Vec<Box<str>>,
    /// Names by the hashes of their strings; sharded, so that threads rarely wait for each other.
    shards: [RwLock<Table>; Names::SHARDS],
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
        let number = u32::try_from(index).expect("a scan has fewer than 2^32 distinct strings");
        table.insert(half(hash), number);
        Name(number)
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

    fn find(&self, table: &Table, hash: u64, text: &str) -> Option<Name> {
        table.find(half(hash), |number| self.text(Name(number)) == text).map(Name)
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
