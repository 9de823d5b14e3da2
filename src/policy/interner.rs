//! Policies by content.

use std::hash::BuildHasher;
use std::sync::{Arc, RwLock};

use rustc_hash::FxBuildHasher;

use super::places::Layouts;
use super::{Layout, Policy};
use crate::value::Table;

/// An interned policy of one scan: compared, never ordered or printed by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PolicyId(u32);

/// The distinct policies of a scan. Grows from several threads at once; entries never change.
#[derive(Debug, Default)]
pub struct Policies {
    entries: boxcar::Vec<Policy>,
    /// Policies by their hashes.
    known: RwLock<Table>,
    layouts: Layouts,
}

impl Policies {
    /// The id of `policy`.
    pub fn intern(&self, policy: Policy) -> PolicyId {
        let hash = (FxBuildHasher.hash_one(&policy) >> 32) as u32;
        let known = self.known.read().expect("no thread panics while it holds the lock");
        if let Some(id) = self.find(&known, hash, &policy) {
            return id;
        }
        drop(known);
        let mut known = self.known.write().expect("no thread panics while it holds the lock");
        if let Some(id) = self.find(&known, hash, &policy) {
            return id;
        }
        // A copy has no room to spare, which lists that were read item by item have.
        let index = self.entries.push(policy.clone());
        let number = u32::try_from(index).expect("a scan has fewer than 2^32 policies");
        known.insert(hash, number);
        PolicyId(number)
    }

    /// The one layout for all policies that are laid out like this.
    #[must_use]
    pub fn share(&self, layout: Layout) -> Arc<Layout> {
        self.layouts.share(layout)
    }

    /// The policy of an id.
    #[must_use]
    pub fn get(&self, id: PolicyId) -> &Policy {
        self.entries.get(id.0 as usize).expect("a PolicyId is only made by `intern`")
    }

    /// How many distinct policies there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.entries.count()
    }

    fn find(&self, known: &Table, hash: u32, policy: &Policy) -> Option<PolicyId> {
        known.find(hash, |number| self.get(PolicyId(number)) == policy).map(PolicyId)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Statement, Version};
    use super::*;
    use crate::value::Unknown;

    #[test]
    fn equal_policies_have_one_id_whoever_comes_first() {
        let policies = Policies::default();
        let of = |count: usize| Policy {
            version: Version::Absent,
            statements: vec![Statement::unknown(Unknown::List); count],
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..50).map(|count| policies.intern(of(count))).collect::<Vec<_>>());
            }
        });
        assert_eq!(policies.count(), 50);
        assert_eq!(policies.get(policies.intern(of(7))), &of(7));
    }
}
