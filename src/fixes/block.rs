//! Edits of YAML's collections by indentation.

use super::edit::Part;
use super::page::Page;
use super::scalar::Hand;
use super::{Stretch, flow};
use crate::document::{Kind, Style};
use crate::finding::{Branch, Entries};

/// How much deeper a map in a map is, where nothing shows it.
const STEP: usize = 2;

/// Further entries at the end of a map.
pub(super) fn merge(page: &Page, map: u32, entries: &Entries) -> Option<Vec<Stretch>> {
    let start = page.node(map).start as usize;
    let indentation = column(page, start)?;
    let hand = Hand::of(page, map);
    let step = step(page, map);
    let mut lines = Vec::new();
    let pattern = pattern(page, map);
    for (key, branch) in entries {
        match (branch, pattern) {
            (Branch::Map(inner), Some(like)) => {
                let like_hand = Hand::of(page, like);
                let start = format!("{}{}:", " ".repeat(indentation), hand.key(key));
                if page.node(like).style == Style::Flow {
                    let inside = flow::inline(page, inner, like_hand.in_flow())?;
                    lines.push(format!("{start} {}", like_hand.braces(&inside)));
                } else {
                    lines.push(start);
                    write(inner, like_hand, indentation + step, step, &mut lines)?;
                }
            }
            _ => write(&vec![(key.clone(), branch.clone())], hand, indentation, step, &mut lines)?,
        }
    }
    append(page, map, &lines)
}

/// The map in a map that further ones are written like, if it has nothing but maps.
fn pattern(page: &Page, map: u32) -> Option<u32> {
    let values: Vec<u32> = page.entries(map).iter().map(|&(_, value)| value).collect();
    let last = *values.last()?;
    let is_map = |&value: &u32| page.node(value).kind == Kind::Map && page.node(value).tag == 0;
    let is_whole = page.node(last).style == Style::Block || !page.written(last).contains('\n');
    (values.iter().all(is_map) && is_whole).then_some(last)
}

/// Further items at the end of a list.
pub(super) fn append_items(page: &Page, list: u32, items: &[String]) -> Option<Vec<Stretch>> {
    let children = page.children(list);
    let last = *children.last()?;
    let start = page.outer_start(last)?;
    let before = page.before(start);
    let dash = before.rfind('-')?;
    let gap = before.get(dash + 1..)?;
    // Another dash before it is that of another list.
    let indentation = before.get(..dash).filter(|blanks| blanks.bytes().all(|byte| byte == b' '))?.len();
    let lines: Vec<String> =
        items.iter().map(|item| format!("{}-{gap}{item}", " ".repeat(indentation))).collect();
    append(page, list, &lines)
}

/// An item or an entry goes with its lines, and with the line break before them.
pub(super) fn remove(page: &Page, part: &Part, mark: &str) -> Option<Vec<Stretch>> {
    // Nothing but its dash stands before it.
    if page.before(part.start).trim() != mark {
        return None;
    }
    let end = last_line_end(page, part.last)?;
    // What is said of an entry, which goes because it stands elsewhere from now on, is not to be lost.
    if mark.is_empty()
        && page.document.comments.iter().any(|comment| (part.start..end).contains(&(comment.start as usize)))
    {
        return None;
    }
    let before = page.text.get(..page.line_start(part.start))?.strip_suffix('\n')?;
    let from = before.strip_suffix('\r').unwrap_or(before).len();
    Some(vec![(from..end, String::new())])
}

/// Lines behind a collection.
fn append(page: &Page, collection: u32, lines: &[String]) -> Option<Vec<Stretch>> {
    let at = last_line_end(page, collection)?;
    let added: String = lines.iter().map(|line| format!("{}{line}", page.line_end)).collect();
    Some(vec![(at..at, added)])
}

/// The end of the last line of a node, behind a comment there.
fn last_line_end(page: &Page, node: u32) -> Option<usize> {
    let end = page.node(node).end as usize;
    let text = page.text.get(..end)?;
    // A block scalar ends behind the line break of its last line, and the line break says how the value ends.
    let ends_in_block = {
        let last = (node..page.node(node).next).last()?;
        matches!(page.node(last).style, Style::Literal | Style::Folded)
    };
    if ends_in_block {
        return match text.strip_suffix('\n') {
            Some(text) => Some(text.strip_suffix('\r').unwrap_or(text).len()),
            // One more line break would be part of the value.
            None if end == page.text.len() => None,
            None => Some(end),
        };
    }
    let line_end = page.line_end(end);
    let rest = page.text.get(end..line_end)?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let is_comment = || page.comment_at(end + blanks).is_some();
    (blanks == rest.len() || is_comment()).then_some(line_end)
}

fn write(
    entries: &Entries,
    hand: Hand,
    indentation: usize,
    step: usize,
    lines: &mut Vec<String>,
) -> Option<()> {
    for (key, branch) in entries {
        let start = format!("{}{}:", " ".repeat(indentation), hand.key(key));
        match branch {
            Branch::Leaf(value) => lines.push(format!("{start} {}", hand.value(value)?)),
            Branch::Map(entries) => {
                lines.push(start);
                write(entries, hand, indentation + step, step, lines)?;
            }
        }
    }
    Some(())
}

/// The column of what begins a line, or an item of a list. `None` if something else stands before it.
fn column(page: &Page, offset: usize) -> Option<usize> {
    column_of(page.before(offset))
}

fn column_of(before: &str) -> Option<usize> {
    before.bytes().all(|byte| byte == b' ' || byte == b'-').then_some(before.len())
}

/// How much deeper maps are in maps: in this one, or else in those around it.
fn step(page: &Page, map: u32) -> usize {
    let deeper = |outer: u32, inner: u32| {
        let (outer, inner) =
            (column(page, page.node(outer).start as usize)?, column(page, page.node(inner).start as usize)?);
        inner.checked_sub(outer).filter(|&step| step > 0)
    };
    let is_block_map = |node: u32| page.node(node).kind == Kind::Map && page.node(node).style == Style::Block;
    let mut at = Some(map);
    while let Some(node) = at {
        if is_block_map(node) {
            let inner =
                page.entries(node).into_iter().map(|(_, value)| value).find(|&value| is_block_map(value));
            if let Some(step) = inner.and_then(|inner| deeper(node, inner)) {
                return step;
            }
        }
        at = page.parent(node);
    }
    STEP
}
