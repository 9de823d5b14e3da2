//! What a comment is about: the entry or item that it stands behind, or above.

use std::ops::Range;

use super::{Document, Format, Kind, Style};
use crate::source::Span;

impl Document {
    /// The part of `text`, from which this was read, that `comment` is about: the outermost entries and items that start on
    /// its line, or, if nothing stands before it there, on the next line that has more than a comment. With all that is in
    /// them. Where none starts, as at a closing bracket, it is the line.
    #[must_use]
    pub fn subject(&self, comment: Span, text: &str) -> Span {
        let start = text.floor_char_boundary((comment.start as usize).min(text.len()));
        let own_line = line_at(text, start);
        let before = &text[own_line.start..start];
        let line = if before.trim().is_empty() || before.trim() == "-" {
            let next = self.after_comments(start, text);
            let line = line_at(text, next);
            // What is indented deeper than what follows belongs to what precedes it, and says nothing of what follows.
            let is_of_before =
                self.format == Format::Yaml && before.trim().is_empty() && before.len() > next - line.start;
            if is_of_before { own_line } else { line }
        } else {
            own_line
        };
        let mut found: Option<Range<usize>> = None;
        for &root in &self.roots {
            self.add_starting(root, &line, text, before.trim() == "-", &mut found);
        }
        let found = found.unwrap_or(line);
        Span::new(self.source, found.start as u32, found.end as u32)
    }

    /// The first place from `position` on that is neither space nor in a comment.
    fn after_comments(&self, mut position: usize, text: &str) -> usize {
        let first = self.comments.partition_point(|comment| (comment.start as usize) < position);
        for comment in &self.comments[first..] {
            let gap = text.get(position..comment.start as usize).unwrap_or_default();
            if !gap.trim().is_empty() {
                break;
            }
            position = (comment.end as usize).min(text.len());
        }
        let rest = text.get(position..).unwrap_or_default();
        position + (rest.len() - rest.trim_start().len())
    }

    /// Adds the outermost entries and items at or below a node that start in `line`, or behind the dash of which a comment stands.
    fn add_starting(
        &self,
        node: u32,
        line: &Range<usize>,
        text: &str,
        behind_dash: bool,
        found: &mut Option<Range<usize>>,
    ) {
        let mut add = |start: u32, end: u32| {
            let (start, end) = (start as usize, end as usize);
            let known = found.get_or_insert(start..end);
            *known = known.start.min(start)..known.end.max(end);
        };
        // Readers bound the depth, and each level is left behind.
        let mut current = Some(node);
        while let Some(index) = current.take() {
            let collection = self.nodes[index as usize];
            let step = match collection.kind {
                Kind::Map => 2,
                Kind::List => 1,
                Kind::Scalar | Kind::Alias => return,
            };
            let mut child = index + 1;
            while child < collection.next {
                let first = self.nodes[child as usize];
                let value = if step == 2 && first.next < collection.next { first.next } else { child };
                let last = self.nodes[value as usize];
                // An item that is a collection starts with its dash, which may stand in a line before.
                let starts_before = || {
                    let before = text.get(line.start..first.start as usize).unwrap_or_default();
                    let dashes = before.split_whitespace().filter(|word| *word == "-").count();
                    step == 1 && first.style == Style::Block && dashes < 1 + self.lists_from(child)
                };
                if line.contains(&(first.start as usize)) {
                    if !behind_dash && starts_before() {
                        current = Some(value);
                    } else {
                        add(first.start, last.end);
                    }
                } else if (first.start as usize) < line.start && line.start < last.end as usize {
                    current = Some(value);
                }
                child = last.next;
            }
        }
    }

    /// How many lists start where a node starts, each as the first item of the one before.
    fn lists_from(&self, node: u32) -> usize {
        let mut index = node;
        let mut count = 0;
        while self
            .nodes
            .get(index as usize)
            .is_some_and(|node| node.kind == Kind::List && node.next > index + 1)
        {
            count += 1;
            index += 1;
        }
        count
    }
}

/// The line around `position`, without its end.
fn line_at(text: &str, position: usize) -> Range<usize> {
    let start = text[..position].rfind('\n').map_or(0, |end| end + 1);
    let end = text[position..].find('\n').map_or(text.len(), |length| position + length);
    start..end
}

#[cfg(test)]
mod tests {
    use crate::document::{self, Format, Limits};
    use crate::source::{Origin, Sources};

    /// What each comment of a text is about.
    fn subjects(format: Format, text: &str) -> Vec<String> {
        let source = Sources::default().add_kept(Origin::Memory("a".into()), text.into());
        let document = document::read(text, source, format, &Limits::default()).document;
        let subjects = document.comments.iter().map(|&comment| document.subject(comment, text));
        subjects.map(|span| text[span.start as usize..span.end as usize].trim_end().to_owned()).collect()
    }

    fn subject(text: &str) -> String {
        let all = subjects(Format::Yaml, text);
        assert_eq!(all.len(), 1, "{all:?}");
        all.into_iter().next().unwrap()
    }

    #[test]
    fn behind_an_entry_it_is_about_the_entry_and_all_in_it() {
        assert_eq!(subject("a: 1\nb: 2 # here\nc: 3\n"), "b: 2");
        assert_eq!(subject("a:\n  b: # here\n    c: 1\n    d: 2\n  e: 3\n"), "b: # here\n    c: 1\n    d: 2");
        assert_eq!(subject("a:\n  b: {c: 1, d: 2} # here\n"), "b: {c: 1, d: 2}");
    }

    #[test]
    fn above_an_entry_it_is_about_that() {
        assert_eq!(subject("a: 1\n# here\nb:\n  c: 2\nd: 3\n"), "b:\n  c: 2");
        assert_eq!(subject("a: 1\n\n# here\n\n\nb: 2\n"), "b: 2");
        assert_eq!(subjects(Format::Yaml, "# one\n\n# two\na: 1\nb: 2\n"), ["a: 1", "a: 1"]);
    }

    #[test]
    fn an_item_is_one_even_if_the_list_starts_with_it() {
        assert_eq!(subject("a:\n  - b: 1 # here\n    c: 2\n  - b: 3\n"), "b: 1 # here\n    c: 2");
        assert_eq!(subject("a:\n  # here\n  - b: 1\n    c: 2\n  - b: 3\n"), "b: 1\n    c: 2");
        assert_eq!(subject("a:\n  - b: 1\n    # here\n    c: 2\n  - b: 3\n"), "c: 2");
        assert_eq!(subject("a:\n  - x\n  - y # here\n  - z\n"), "y");
    }

    #[test]
    fn what_is_indented_deeper_says_nothing_of_what_follows() {
        assert_eq!(subject("a:\n  - b: 1\n    # here\n  - c: 1\n"), "    # here");
        assert_eq!(subject("a:\n  b: 1\n  # here\n\nc: 1\n"), "  # here");
    }

    #[test]
    fn behind_a_dash_it_is_about_the_item() {
        assert_eq!(subject("a:\n  - # here\n    b: 1\n    c: 2\n  - d: 1\n"), "b: 1\n    c: 2");
        assert_eq!(subject("a:\n  - !If\n    - C # here\n    - {b: 1}\n"), "C");
        assert_eq!(subject("a:\n  - - b # here\n    - c\n"), "b # here\n    - c");
    }

    #[test]
    fn of_several_that_start_in_a_line_it_is_about_all() {
        assert_eq!(subject("a: {b: 1,\n  c: 2, d: 3, # here\n  e: 4}\n"), "c: 2, d: 3");
    }

    #[test]
    fn where_nothing_starts_it_is_about_the_line() {
        assert_eq!(subject("a: [\n  1,\n] # here\n"), "] # here");
        assert_eq!(subject("a: 1\n# here\n"), "");
        assert_eq!(subject("# here"), "# here");
    }

    #[test]
    fn in_json_it_is_the_same() {
        let text = "{\n  // one\n  \"a\": {\"b\": 1},\n  \"c\": 2, /* two */\n  /* three\n */ \"d\": 3\n}\n";
        assert_eq!(subjects(Format::Json, text), ["\"a\": {\"b\": 1}", "\"c\": 2", "\"d\": 3"]);
    }
}
