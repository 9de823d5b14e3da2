//! Data files in columns, read where they lie: opening one decodes nothing. `tools/catalogue/columns.py` writes them
//! and documents the format.
//!
//! Nothing here panics: what lies beyond the end of a file reads as nothing, zero or empty. That no file of ours has
//! such a place is tested by the `check` of each table and by the tests of each file.

use std::cmp::Ordering;

/// A string table starts anew at every such string, so that no more than so many pieces are read for one string.
const BLOCK: usize = 16;

/// A file of sections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    ends: &'static [u8],
    data: &'static [u8],
}

impl Columns {
    /// The file `bytes`, which has to begin with `name`.
    pub(super) fn open(bytes: &'static [u8], name: &[u8; 8]) -> Self {
        let empty = Self { ends: &[], data: &[] };
        let Some(rest) = bytes.strip_prefix(name) else { return empty };
        let Some((count, rest)) = rest.split_first_chunk() else { return empty };
        let (ends, data) = split(rest, (u32::from_le_bytes(*count) as usize).saturating_mul(4));
        Self { ends, data }
    }

    /// A section; an empty one if there are not so many.
    pub(super) fn section(self, number: usize) -> &'static [u8] {
        let start = if number == 0 { 0 } else { integer(self.ends, number - 1) };
        self.data.get(start..integer(self.ends, number)).unwrap_or_default()
    }

    /// A section as text.
    pub(super) fn text(self, number: usize) -> &'static str {
        std::str::from_utf8(self.section(number)).unwrap_or_default()
    }

    /// A section of two-byte integers.
    pub(super) fn shorts(self, number: usize) -> Shorts {
        Shorts(self.section(number))
    }

    /// A string table.
    pub(super) fn strings(self, number: usize) -> Strings {
        let (count, rest) = split(self.section(number), 4);
        let count = integer(count, 0);
        let (blocks, data) = split(rest, count.div_ceil(BLOCK).saturating_mul(4));
        Strings { count, blocks, data }
    }

    /// A table of lists.
    pub(super) fn lists(self, number: usize) -> Lists {
        let (count, rest) = split(self.section(number), 4);
        let count = integer(count, 0);
        let (starts, items) = split(rest, count.saturating_add(1).saturating_mul(4));
        Lists { count, starts, items: Shorts(items) }
    }

    /// What is wrong with the ends of the sections.
    #[cfg(test)]
    pub(super) fn check(self, sections: usize) -> Result<(), String> {
        let ends: Vec<usize> = (0..self.ends.len() / 4).map(|number| integer(self.ends, number)).collect();
        if ends.len() != sections || !ends.is_sorted() || ends.last() != Some(&self.data.len()) {
            return Err(format!("sections end at {ends:?} of {}", self.data.len()));
        }
        Ok(())
    }
}

/// A column of two-byte integers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shorts(&'static [u8]);

impl Shorts {
    /// One of them; 0 beyond the end.
    pub(super) fn at(self, index: usize) -> u16 {
        let bytes = index.checked_mul(2).and_then(|start| self.0.get(start..)?.first_chunk());
        bytes.map_or(0, |bytes| u16::from_le_bytes(*bytes))
    }

    /// How many there are.
    pub(super) fn len(self) -> usize {
        self.0.len() / 2
    }

    /// How many `before` holds for, if it holds for the first ones and for no other.
    pub(super) fn partition_point(self, before: impl Fn(u16) -> bool) -> usize {
        self.0.as_chunks().0.partition_point(|bytes| before(u16::from_le_bytes(*bytes)))
    }

    /// All of them.
    pub(super) fn iter(self) -> impl DoubleEndedIterator<Item = u16> + ExactSizeIterator {
        self.0.as_chunks().0.iter().map(|bytes| u16::from_le_bytes(*bytes))
    }
}

/// A table of lists of two-byte integers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lists {
    count: usize,
    starts: &'static [u8],
    items: Shorts,
}

impl Lists {
    /// One of them; an empty one beyond the end.
    pub(super) fn at(self, index: usize) -> Shorts {
        if index >= self.count {
            return Shorts(&[]);
        }
        let [start, end] = [index, index + 1].map(|index| integer(self.starts, index).saturating_mul(2));
        Shorts(self.items.0.get(start..end).unwrap_or_default())
    }

    /// How many there are.
    pub(super) fn len(self) -> usize {
        self.count
    }

    /// What is wrong with the table: `limit` is above all items.
    #[cfg(test)]
    pub(super) fn check(self, limit: usize) -> Result<(), String> {
        let starts: Vec<usize> = (0..=self.count).map(|index| integer(self.starts, index)).collect();
        if self.starts.len() != starts.len() * 4 || !starts.is_sorted() || starts[0] != 0 {
            return Err("lists do not follow each other".to_owned());
        }
        if starts[self.count] != self.items.len() || !self.items.0.len().is_multiple_of(2) {
            return Err("lists do not end where the items end".to_owned());
        }
        match self.items.iter().find(|&item| usize::from(item) >= limit) {
            Some(item) => Err(format!("an item is {item}, not below {limit}")),
            None => Ok(()),
        }
    }
}

/// A table of strings, each stored as what differs from the one before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strings {
    count: usize,
    blocks: &'static [u8],
    data: &'static [u8],
}

impl Strings {
    /// How many there are.
    pub(super) fn len(self) -> usize {
        self.count
    }

    /// One of them; an empty one beyond the end.
    pub(super) fn at(self, index: usize) -> String {
        let mut text = Vec::new();
        if index < self.count {
            let mut rest = self.block(index / BLOCK);
            for _ in 0..=index % BLOCK {
                next(&mut rest, &mut text);
            }
        }
        String::from_utf8(text).unwrap_or_default()
    }

    /// Calls `each` with the strings of `range`, by number, in order.
    pub(super) fn each(self, range: std::ops::Range<usize>, mut each: impl FnMut(usize, &[u8])) {
        let mut text = Vec::new();
        let first = range.start / BLOCK * BLOCK;
        let mut rest = self.block(range.start / BLOCK);
        for index in first..range.end.min(self.count) {
            next(&mut rest, &mut text);
            if index >= range.start {
                each(index, &text);
            }
        }
    }

    /// The number of a string, or of the first that comes behind it where it is not there. `fold` makes bytes that are the same
    /// to the order of the table equal; `wanted` is folded.
    pub(super) fn search(self, wanted: &[u8], fold: impl Fn(u8) -> u8 + Copy) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.count.div_ceil(BLOCK));
        while low < high {
            let middle = usize::midpoint(low, high);
            // The first string of a block is there whole.
            match meet(first(self.block(middle)), wanted, fold).1 {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Ok(middle * BLOCK),
                Ordering::Greater => high = middle,
            }
        }
        // It is in the block before, behind the first string.
        let Some(block) = low.checked_sub(1) else { return Err(0) };
        let end = (low * BLOCK).min(self.count);
        let mut rest = self.block(block);
        // How many bytes `wanted` begins with that the string before begins with as well.
        let mut common = 0;
        for index in block * BLOCK..end {
            let (shared, own) = piece(&mut rest);
            // What shares more with the string before also comes before what is wanted.
            if shared > common {
                continue;
            }
            let (more, order) = meet(own, &wanted[shared..], fold);
            match order {
                Ordering::Less => common = shared + more,
                Ordering::Equal => return Ok(index),
                Ordering::Greater => return Err(index),
            }
        }
        Err(end)
    }

    /// The data from where a block starts.
    fn block(self, number: usize) -> &'static [u8] {
        self.data.get(integer(self.blocks, number)..).unwrap_or_default()
    }

    /// What is wrong with the table.
    #[cfg(test)]
    pub(super) fn check(self) -> Result<(), String> {
        let mut rest = self.data;
        let mut text = Vec::new();
        for index in 0..self.count {
            let place = self.data.len() - rest.len();
            if index % BLOCK == 0 && integer(self.blocks, index / BLOCK) != place {
                return Err(format!("string {index} is not at the start of its block"));
            }
            let (&[shared, length], behind) = rest.split_first_chunk().ok_or("strings are cut off")?;
            let room = if index % BLOCK == 0 { 0 } else { text.len() };
            if usize::from(shared) > room || usize::from(length) > behind.len() {
                return Err(format!("string {index} takes what is not there"));
            }
            next(&mut rest, &mut text);
            std::str::from_utf8(&text).map_err(|error| format!("string {index}: {error}"))?;
        }
        if rest.is_empty() { Ok(()) } else { Err("bytes behind the last string".to_owned()) }
    }
}

/// The first string of a block.
fn first(block: &'static [u8]) -> &'static [u8] {
    let Some((&[_, length], behind)) = block.split_first_chunk() else { return &[] };
    split(behind, usize::from(length)).0
}

/// Reads the next string of a table over the one before it.
fn next(rest: &mut &'static [u8], text: &mut Vec<u8>) {
    let (shared, own) = piece(rest);
    text.truncate(shared);
    text.extend_from_slice(own);
}

/// How many bytes the next string of a table shares with the one before it, and those behind.
fn piece(rest: &mut &'static [u8]) -> (usize, &'static [u8]) {
    let Some((&[shared, length], behind)) = rest.split_first_chunk() else { return (usize::MAX, &[]) };
    let (own, behind) = split(behind, usize::from(length));
    *rest = behind;
    (usize::from(shared), own)
}

/// With how many equal bytes a text and another begin, and how they compare; those of the text are folded.
fn meet(text: &[u8], folded: &[u8], fold: impl Fn(u8) -> u8) -> (usize, Ordering) {
    let same = text.iter().zip(folded).take_while(|(byte, other)| fold(**byte) == **other).count();
    let byte = text.get(same).copied().map(fold);
    (same, byte.cmp(&folded.get(same).copied()))
}

/// The first bytes and the others; fewer of them where there are not so many.
fn split(bytes: &'static [u8], middle: usize) -> (&'static [u8], &'static [u8]) {
    bytes.split_at(middle.min(bytes.len()))
}

/// The four-byte integer of this number; 0 beyond the end.
fn integer(bytes: &[u8], index: usize) -> usize {
    let bytes = index.checked_mul(4).and_then(|start| bytes.get(start..)?.first_chunk());
    bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    /// Every prefix of a real file, and the file with other bytes, is read without a panic.
    #[test]
    fn nothing_of_a_broken_file_panics() {
        let whole: &'static [u8] = include_bytes!("data/managed_policies.bin");
        let mut lengths: Vec<usize> = (0..200).collect();
        lengths.extend((1..60).map(|part| whole.len() / 60 * part));
        let mut files: Vec<&'static [u8]> = lengths.into_iter().map(|length| &whole[..length]).collect();
        let mut other = whole[..8].to_vec();
        other.extend([0xff; 400]);
        files.push(other.leak());
        for file in files {
            let columns = Columns::open(file, b"fedlintP");
            for section in 0..30 {
                let strings = columns.strings(section);
                let lists = columns.lists(section);
                for index in [0, 1, 15, 16, 17, 5000, 65535, usize::MAX] {
                    assert!(strings.at(index).len() <= 510);
                    assert!(lists.at(index).len() <= file.len());
                    assert!(columns.shorts(section).at(index) == 0 || index < file.len());
                }
                for known in ["", "AdministratorAccess", "~"] {
                    let place = strings.search(known.as_bytes(), |byte| byte).unwrap_or_else(|place| place);
                    assert!(place <= strings.len());
                    strings.each(place..place.saturating_add(20), |_, text| assert!(text.len() <= 510));
                }
            }
        }
        assert_eq!(Columns::open(whole, b"fedlintA").section(0), b"", "another file");
    }

    proptest! {
        /// What is looked for is most often near what is there.
        #[test]
        fn strings_are_found_as_in_a_list_of_them(
            at in any::<prop::sample::Index>(),
            kept in 0_usize..60,
            more in "[ -~]{0,2}",
        ) {
            static NAMES: LazyLock<(Strings, Vec<String>)> = LazyLock::new(|| {
                let columns = Columns::open(include_bytes!("data/actions.bin"), b"fedlintA");
                let strings = columns.strings(2);
                (strings, (0..strings.len()).map(|index| strings.at(index).to_ascii_lowercase()).collect())
            });
            let (strings, names) = &*NAMES;
            let mut wanted = names[at.index(names.len())].clone();
            wanted.truncate(kept);
            wanted.push_str(&more.to_ascii_lowercase());
            let found = strings.search(wanted.as_bytes(), |byte| byte.to_ascii_lowercase());
            prop_assert_eq!(found, names.binary_search(&wanted));
        }
    }
}
