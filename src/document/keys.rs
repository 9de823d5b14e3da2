//! Finds keys that are written twice in one map, in one pass for any number of keys.

use rustc_hash::FxHasher;
use std::hash::Hasher;

/// The keys of the maps that are open at the moment, innermost last.
#[derive(Debug, Default)]
pub(super) struct Keys {
    seen: Vec<(u64, u32)>,
    /// Pairs of key nodes that read the same: the earlier, the later.
    pub(super) duplicates: Vec<(u32, u32)>,
}

/// Maps up to this many keys are compared pairwise, which is faster than sorting.
const FEW: usize = 8;

impl Keys {
    /// A mark to hand to [`Keys::close`] when the map that begins here ends.
    pub(super) fn open(&self) -> u32 {
        u32::try_from(self.seen.len()).expect("there are fewer keys than bytes of text")
    }

    /// Notes a key of the innermost map.
    pub(super) fn push(&mut self, text: &[u8], node: u32) {
        self.seen.push((hash(text), node));
    }

    /// Ends the map that began at `mark`; `text` gives the text of a key node.
    pub(super) fn close<'t>(&mut self, mark: u32, text: impl Fn(u32) -> &'t str) {
        let keys = &mut self.seen[mark as usize..];
        if keys.len() <= FEW {
            for (position, later) in keys.iter().enumerate().skip(1) {
                // The nearest one before, so that three equal keys make two pairs and not three.
                let same = keys[..position]
                    .iter()
                    .rev()
                    .find(|earlier| earlier.0 == later.0 && text(earlier.1) == text(later.1));
                self.duplicates.extend(same.map(|earlier| (earlier.1, later.1)));
            }
        } else {
            keys.sort_unstable();
            for group in keys.chunk_by_mut(|left, right| left.0 == right.0).filter(|group| group.len() > 1) {
                // Equal hashes can be made on purpose; sorting by the text keeps even those cheap.
                group.sort_unstable_by(|left, right| {
                    text(left.1).cmp(text(right.1)).then(left.1.cmp(&right.1))
                });
                for pair in group.windows(2).filter(|pair| text(pair[0].1) == text(pair[1].1)) {
                    self.duplicates.push((pair[0].1, pair[1].1));
                }
            }
        }
        self.seen.truncate(mark as usize);
    }
}

/// A fast hash; short keys, nearly all there are, take two loads and two multiplications.
fn hash(text: &[u8]) -> u64 {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let length = text.len() as u64;
    match text.len() {
        8..=16 => {
            let first = word(&text[..8]);
            let last = word(&text[text.len() - 8..]);
            (first.wrapping_mul(MIX) ^ last.rotate_left(29)).wrapping_mul(MIX) ^ length
        }
        1..8 => {
            let mut word = 0;
            for &byte in text {
                word = word << 8 | u64::from(byte);
            }
            (word ^ length << 56).wrapping_mul(MIX)
        }
        _ => {
            let mut hasher = FxHasher::default();
            hasher.write(text);
            hasher.finish()
        }
    }
}

fn word(bytes: &[u8]) -> u64 {
    bytes.first_chunk::<8>().map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &[&'static str], expected: &[(u32, u32)]) {
        let mut found = Keys::default();
        for (node, key) in keys.iter().enumerate() {
            found.push(key.as_bytes(), node as u32);
        }
        found.close(0, |node| keys[node as usize]);
        found.duplicates.sort_unstable();
        assert_eq!(found.duplicates, expected, "{keys:?}");
        assert!(found.seen.is_empty());
    }

    #[test]
    fn every_second_key_is_paired_with_the_one_before_it() {
        check(&["a", "b"], &[]);
        check(&["a", "b", "a"], &[(0, 2)]);
        check(&["a", "a", "a"], &[(0, 1), (1, 2)]);
        check(&["", "a", ""], &[(0, 2)]);
        let many =
            ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k3", "k3", "a longer key than sixteen"];
        check(&many, &[(3, 9), (9, 10)]);
    }
}
