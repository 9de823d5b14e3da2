//! Cuts a long JSON text into pieces that can be read one by one, each a whole text of its own.
//!
//! A cut is made between the items of a list that lies at most three collections deep, or between two values of the text.
//! What is open there is opened again at the beginning of the next piece, with the keys under which it stands: whoever
//! reads pieces sees the text with its long lists in several parts. The bytes of the text are looked at once, and no
//! more of them is held than one piece.

/// How deep a list may lie between whose items is cut.
const DEPTH: usize = 3;

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    /// JSON: what was open before, the bytes of the piece, and what is open after it closed.
    pub bytes: Vec<u8>,
    /// How many bytes at the beginning open again what was open.
    pub added: u32,
    /// What has to be added to a place in the piece to get the place in the text, wrapping around.
    pub shift: u32,
}

/// What is open.
#[derive(Clone, Debug)]
struct Open {
    map: bool,
    /// The key under which it stands, with its quotes; empty in lists.
    key: Vec<u8>,
}

/// Cuts a text that comes in blocks.
#[derive(Debug)]
pub struct Cutter {
    /// From how many bytes on a piece is long enough.
    target: usize,
    /// What has been read, of which what stands before `begin` has been given out.
    pending: Vec<u8>,
    begin: usize,
    /// Where in the text that is.
    start: u64,
    /// How much of `pending` has been looked at.
    looked: usize,
    open: Vec<Open>,
    /// What was open there.
    open_before: Vec<u8>,
    state: State,
    /// The last string, as a range of `pending`: it may be a key.
    string: (usize, usize),
    key: Vec<u8>,
    /// False once brackets do not fit: the rest is not cut any more.
    sound: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Between,
    String,
    Escape,
}

impl Cutter {
    /// Cuts into pieces of `target` bytes or a little more.
    #[must_use]
    pub fn new(target: usize) -> Self {
        Self {
            target,
            pending: Vec::new(),
            begin: 0,
            start: 0,
            looked: 0,
            open: Vec::new(),
            open_before: Vec::new(),
            state: State::Between,
            string: (0, 0),
            key: Vec::new(),
            sound: true,
        }
    }

    /// How many bytes are held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.pending.len() - self.begin
    }

    /// True if brackets did not fit, so that reading on is of no use.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        !self.sound
    }

    /// Takes the next block of the text, and gives out the pieces that are whole.
    pub fn push(&mut self, block: &[u8], pieces: &mut Vec<Piece>) {
        self.pending.drain(..self.begin);
        self.looked -= self.begin;
        self.string = (self.string.0 - self.begin, self.string.1 - self.begin);
        self.begin = 0;
        self.pending.extend_from_slice(block);
        while self.sound
            && let Some(cut) = self.find_cut()
        {
            pieces.push(self.cut(cut));
        }
    }

    /// Gives out the rest, as it is: if something is still open, the text was cut off.
    #[must_use]
    pub fn finish(mut self) -> Option<Piece> {
        let rest = &self.pending[self.begin..];
        let is_empty = rest.iter().all(|byte| byte.is_ascii_whitespace() || *byte == b',');
        if is_empty && self.open.is_empty() && self.state == State::Between {
            return None;
        }
        let (added, shift) = self.place();
        let mut bytes = std::mem::take(&mut self.open_before);
        bytes.extend_from_slice(rest);
        Some(Piece { bytes, added, shift })
    }

    /// Looks on, up to the next place where to cut; all of `pending` if there is none.
    fn find_cut(&mut self) -> Option<usize> {
        let mut at = self.looked;
        while let Some(&byte) = self.pending.get(at) {
            at += 1;
            match self.state {
                State::Escape => self.state = State::String,
                State::String => match byte {
                    b'"' => {
                        self.string.1 = at;
                        self.state = State::Between;
                    }
                    b'\\' => self.state = State::Escape,
                    _ => at = super::end_of_run(&self.pending, at),
                },
                State::Between => match byte {
                    b'"' => {
                        self.string.0 = at - 1;
                        self.state = State::String;
                    }
                    b':' if self.open.len() <= DEPTH => {
                        self.key.clear();
                        self.key.extend_from_slice(&self.pending[self.string.0..self.string.1]);
                    }
                    b'{' | b'[' => {
                        let in_map = self.open.last().is_some_and(|open| open.map);
                        let key =
                            if in_map && self.open.len() <= DEPTH { self.key.clone() } else { Vec::new() };
                        self.open.push(Open { map: byte == b'{', key });
                    }
                    b'}' | b']' => {
                        let closed = self.open.pop();
                        if closed.is_none_or(|open| open.map != (byte == b'}')) {
                            self.sound = false;
                            self.looked = at;
                            return None;
                        }
                        // Between two values of the text.
                        if self.open.is_empty() && at - self.begin >= self.target {
                            self.looked = at;
                            return Some(at);
                        }
                    }
                    b',' => {
                        let in_list =
                            self.open.len() <= DEPTH && self.open.last().is_some_and(|open| !open.map);
                        if in_list && at - self.begin >= self.target {
                            self.looked = at;
                            return Some(at);
                        }
                    }
                    b'\n' => at = super::end_of_spaces(&self.pending, at),
                    _ => {}
                },
            }
        }
        self.looked = at;
        None
    }

    /// Cuts behind the byte before `at`, which is a comma or the end of a value.
    fn cut(&mut self, at: usize) -> Piece {
        let (added, shift) = self.place();
        let own = &self.pending[self.begin..at];
        let own = own.strip_suffix(b",").unwrap_or(own);
        let mut bytes = Vec::with_capacity(self.open_before.len() + own.len() + self.open.len());
        bytes.append(&mut self.open_before);
        bytes.extend_from_slice(own);
        bytes.extend(self.open.iter().rev().map(|open| if open.map { b'}' } else { b']' }));
        for open in &self.open {
            if !open.key.is_empty() {
                self.open_before.extend_from_slice(&open.key);
                self.open_before.push(b':');
            }
            self.open_before.push(if open.map { b'{' } else { b'[' });
        }
        self.start += (at - self.begin) as u64;
        self.begin = at;
        self.looked = at;
        self.string = (at, at);
        Piece { bytes, added, shift }
    }

    /// How much is added, and how places have to be shifted.
    fn place(&self) -> (u32, u32) {
        // Places are 32 bits wide everywhere; texts are not longer.
        let added = self.open_before.len() as u32;
        (added, (self.start as u32).wrapping_sub(added))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::json::read;
    use crate::document::{Limits, NodeRef, Tree};
    use crate::source::{Origin, SourceId, Sources};

    fn pieces(text: &[u8], block: usize, target: usize) -> Vec<Piece> {
        let mut cutter = Cutter::new(target);
        let mut pieces = Vec::new();
        text.chunks(block.max(1)).for_each(|block| cutter.push(block, &mut pieces));
        pieces.extend(cutter.finish());
        pieces
    }

    fn texts(text: &str, target: usize) -> Vec<String> {
        let text_of = |piece: Piece| String::from_utf8(piece.bytes).unwrap();
        pieces(text.as_bytes(), 3, target).into_iter().map(text_of).collect()
    }

    #[test]
    fn lists_are_cut_between_their_items() {
        assert_eq!(
            texts(r#"{"a": [1, {"b": [2, 3]}, 4], "c": 5}"#, 1),
            [r#"{"a": [1]}"#, r#"{"a":[ {"b": [2, 3]}]}"#, r#"{"a":[ 4], "c": 5}"#,]
        );
        assert_eq!(texts(r#"{"a": 1} {"a": 2}"#, 1), [r#"{"a": 1}"#, r#" {"a": 2}"#]);
        assert_eq!(texts(r#"[1, "], [", 2]"#, 1), ["[1]", r#"[ "], ["]"#, "[ 2]"]);
        assert_eq!(texts("[1, 2]", 100), ["[1, 2]"]);
        // What is deep stays together.
        assert_eq!(texts("[[[[1, 2], 3], 4], 5]", 1).len(), 4);
        // What is wrong stays as it is.
        assert_eq!(texts("[1, 2}, 3]", 1), ["[1]", "[ 2}, 3]"]);
        assert_eq!(texts("[1, [2", 1), ["[1]", "[ [2"]);
        assert_eq!(texts("", 1), [""; 0]);
    }

    /// The scalars of a text with their places, and nothing that is added at the beginning of pieces.
    fn scalars(text: &str, source: SourceId, shift: u32, added: u32) -> Vec<(u32, String)> {
        let read = read(text, source, &Limits::default());
        assert_eq!(read.problems, [], "{text}");
        let tree = Tree::new(&read.document, text);
        let mut all = Vec::new();
        let nodes = (0..read.document.nodes.len()).filter_map(|index| tree.node(index as u32));
        for node in nodes.filter(|node: &NodeRef<'_>| node.span().start >= added) {
            if let Some(scalar) = node.scalar() {
                all.push((node.span().start.wrapping_add(shift), scalar.to_owned()));
            }
        }
        all
    }

    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "[0-9]{1,3}".prop_map(|digits| format!("1{digits}")),
            "[a-z{}\\[\\],: ]{0,6}".prop_map(|text| format!("\"{text}\"")),
            Just("\"a\\\\\\\"b\"".to_owned()),
            Just("null".to_owned()),
        ];
        leaf.prop_recursive(6, 60, 5, |inner| {
            let list = prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[{}]", items.join(", ")));
            let map = prop::collection::vec(inner, 0..5).prop_map(|items| {
                let entries: Vec<String> =
                    items.iter().enumerate().map(|(index, item)| format!("\"k{index}\": {item}")).collect();
                format!("{{\n  {}\n}}", entries.join(",\n  "))
            });
            prop_oneof![list, map]
        })
    }

    proptest! {
        #[test]
        fn pieces_have_all_that_the_text_has_at_the_same_places(
            texts in prop::collection::vec(json(), 1..4), block in 1usize..40, target in 1usize..60
        ) {
            let text = texts.join("\n");
            let source = Sources::default().add_kept(Origin::Stdin, "".into());
            let whole = scalars(&text, source, 0, 0);
            let mut found = Vec::new();
            for piece in pieces(text.as_bytes(), block, target) {
                let own = String::from_utf8(piece.bytes).unwrap();
                found.extend(scalars(&own, source, piece.shift, piece.added));
            }
            prop_assert_eq!(found, whole);
        }
    }
}
