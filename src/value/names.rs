//! Interned strings.

use std::hash::BuildHasher;
use std::sync::RwLock;

use rustc_hash::{FxBuildHasher, FxHashMap};

/// An interned string of one scan: compared, never ordered or printed by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name(u32);

/// The interner. Strings are never removed, so references into it live as long as it does.
#[derive(Debug)]
pub struct Names {
    strings: boxcar::Vec<Box<str>>,
    /// From hash to the names with that hash; sharded, so that threads rarely wait for each other.
    shards: [RwLock<FxHashMap<u64, Vec<Name>>>; Names::SHARDS],
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
        let mut map = shard.write().expect("no thread panics while it holds the lock");
        if let Some(name) = self.find(&map, hash, text) {
            return name;
        }
        let index = self.strings.push(text.into());
        let name = Name(u32::try_from(index).expect("a scan has fewer than 2^32 distinct strings"));
        map.entry(hash).or_default().push(name);
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

    fn find(&self, map: &FxHashMap<u64, Vec<Name>>, hash: u64, text: &str) -> Option<Name> {
        map.get(&hash)?.iter().copied().find(|&name| self.text(name) == text)
    }
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
