//! Edits of collections in brackets: JSON, and YAML in that style.

use super::Stretch;
use super::edit::Part;
use super::page::Page;
use super::scalar::Hand;
use crate::document::{Format, Kind};
use crate::finding::{Branch, Entries};

/// How entries are laid out.
#[derive(Clone, Copy)]
enum Layout<'p> {
    /// On one line.
    Line,
    /// Each on a line of its own, with these blanks before it, and so many more for each step.
    Lines { indentation: &'p str, step: &'p str },
}

/// Further entries at the end of a map.
pub(super) fn merge(page: &Page, map: u32, entries: &Entries) -> Option<Vec<Stretch>> {
    let hand = Hand::of(page, map);
    let layout = layout(page, map);
    let written: Option<Vec<String>> = entries.iter().map(|entry| write(page, entry, hand, layout)).collect();
    insert(page, map, &written?, hand)
}

/// Entries on one line, without braces.
pub(super) fn inline(page: &Page, entries: &Entries, hand: Hand) -> Option<String> {
    let written: Option<Vec<String>> =
        entries.iter().map(|entry| write(page, entry, hand, Layout::Line)).collect();
    Some(written?.join(hand.comma()))
}

/// Further entries or items at the end of a collection, as they are written.
pub(super) fn insert(page: &Page, collection: u32, written: &[String], hand: Hand) -> Option<Vec<Stretch>> {
    let children = page.children(collection);
    let open = page.node(collection).start as usize;
    let Some(&last) = children.last() else {
        // Whatever blanks there are stay.
        return Some(vec![(open + 1..open + 1, written.join(hand.comma()))]);
    };
    let end = page.node(last).end as usize;
    let Layout::Lines { indentation, .. } = layout(page, collection) else {
        let added: String = written.iter().map(|entry| format!("{}{entry}", hand.comma())).collect();
        return Some(vec![(end..end, added)]);
    };
    let line = |entry: &String| format!("{}{indentation}{entry}", page.line_end);
    let tail = Tail::of(page, end)?;
    if tail.comment_end.is_none() {
        let added: String = written.iter().map(|entry| format!(",{}", line(entry))).collect();
        return Some(vec![(end..end, added)]);
    }
    // What is said about the last one stays with it.
    let behind = tail.comment_end?;
    let mut added = written.iter().map(line).collect::<Vec<_>>().join(",");
    let mut stretches = Vec::new();
    match tail.comma {
        Some(_) => added.push(','),
        None => stretches.push((end..end, ",".to_owned())),
    }
    stretches.push((behind..behind, added));
    Some(stretches)
}

/// An item or an entry goes, with a comma. `before` is where the one before it ends, `next` where the next one begins.
pub(super) fn remove(
    page: &Page,
    part: &Part,
    before: Option<usize>,
    next: Option<usize>,
) -> Option<Vec<Stretch>> {
    let (start, end) = (part.start, page.node(part.last).end as usize);
    let tail = Tail::of(page, end)?;
    let behind = tail.comment_end.or(tail.comma.map(|comma| comma + 1)).unwrap_or(end);
    let line_end = page.line_end(behind);
    let is_alone = page.before(start).trim().is_empty() && page.text.get(behind..line_end)?.trim().is_empty();
    if is_alone && page.line_start(start) > 0 && line_end < page.text.len() {
        let above = page.text.get(..page.line_start(start))?.strip_suffix('\n')?;
        let from = above.strip_suffix('\r').unwrap_or(above).len();
        let mut stretches = vec![(from..line_end, String::new())];
        if next.is_none() && tail.comma.is_none() {
            // The comma of the one before it has nothing behind it any more.
            let comma = Tail::of(page, before?)?.comma?;
            stretches.insert(0, (comma..comma + 1, String::new()));
        }
        return Some(stretches);
    }
    if tail.comment_end.is_some() {
        return None;
    }
    let range = match next {
        Some(next) => start..next,
        None => before?..end,
    };
    let between = match next {
        Some(next) => page.text.get(end..next)?,
        None => page.text.get(before?..start)?,
    };
    // A comment between the two would be lost.
    between.chars().all(|one| one == ',' || one.is_whitespace()).then(|| vec![(range, String::new())])
}

/// What stands on a line behind an entry.
struct Tail {
    /// The comma.
    comma: Option<usize>,
    /// The end of a comment, which is the end of its line.
    comment_end: Option<usize>,
}

impl Tail {
    /// `None` if it is not clear what belongs to the entry.
    fn of(page: &Page, end: usize) -> Option<Self> {
        let line_end = page.line_end(end);
        let mut at = end;
        let mut comma = None;
        loop {
            let rest = page.text.get(at..line_end)?;
            at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
            if comma.is_none() && page.text.get(at..line_end)?.starts_with(',') {
                comma = Some(at);
                at += 1;
            } else {
                break;
            }
        }
        let comment_end = match page.comment_at(at) {
            None => None,
            // More behind a comment on the same line is too much.
            Some(comment) if page.text.get(comment.end as usize..line_end)?.trim().is_empty() => {
                Some(line_end)
            }
            Some(_) => return None,
        };
        // A comma on another line belongs to the entry too, and a comment before it to nobody for sure.
        if comma.is_none() && comment_end.is_some() {
            let next = page.text.get(line_end..)?.trim_start();
            if next.starts_with([',', '#', '/']) {
                return None;
            }
        }
        if comma.is_none() && comment_end.is_none() && page.text.get(at..line_end)?.is_empty() {
            let next = page.text.get(line_end..)?.trim_start();
            if next.starts_with(',') {
                return None;
            }
        }
        Some(Self { comma, comment_end })
    }
}

/// How the entries of a collection are laid out: as the last one is.
fn layout(page: &Page, collection: u32) -> Layout<'_> {
    let children = page.children(collection);
    let last = match page.node(collection).kind {
        Kind::Map => children.iter().rev().nth(1),
        _ => children.last(),
    };
    let Some(&last) = last else { return Layout::Line };
    let start = page.outer_start(last).unwrap_or(page.node(last).start as usize);
    let start = if page.node(collection).kind == Kind::Map { page.node(last).start as usize } else { start };
    let before = page.before(start);
    if !before.trim().is_empty() || page.line_start(start) <= page.node(collection).start as usize {
        return Layout::Line;
    }
    let outer = page.indentation(page.node(collection).start as usize);
    let step = before.strip_prefix(outer).filter(|step| !step.is_empty()).unwrap_or("  ");
    Layout::Lines { indentation: before, step }
}

fn write(page: &Page, (key, branch): &(String, Branch), hand: Hand, layout: Layout<'_>) -> Option<String> {
    let hand = hand.in_flow();
    let start = format!("{}{}", hand.key(key), hand.colon());
    match branch {
        Branch::Leaf(value) => Some(start + &hand.value(value)?),
        Branch::Map(entries) => match layout {
            Layout::Lines { indentation, step } if page.document.format == Format::Json => {
                let deeper = format!("{indentation}{step}");
                let inner = Layout::Lines { indentation: &deeper, step };
                let lines: Option<Vec<String>> = entries
                    .iter()
                    .map(|entry| {
                        Some(format!("{}{deeper}{}", page.line_end, write(page, entry, hand, inner)?))
                    })
                    .collect();
                Some(format!("{start}{{{}{}{indentation}}}", lines?.join(","), page.line_end))
            }
            _ => {
                let inside: Option<Vec<String>> =
                    entries.iter().map(|entry| write(page, entry, hand, Layout::Line)).collect();
                Some(start + &hand.braces(&inside?.join(hand.comma())))
            }
        },
    }
}
