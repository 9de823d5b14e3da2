//! A change of a part becomes stretches of its text.

use super::page::Page;
use super::scalar::Hand;
use super::{Stretch, block, flow};
use crate::document::{Kind, Style};
use crate::finding::{Branch, Change, Entries, How, Value};

/// The stretches of the text in which the change is made. `None` if it cannot be made there without touching more.
pub(super) fn stretches(page: &Page, change: &Change) -> Option<Vec<Stretch>> {
    let find = |fits: &dyn Fn(Kind) -> bool| {
        let node = page.find(change.at, |node| fits(node.kind))?;
        // What an alias stands for is written for several places.
        (!page.is_shared(node)).then_some(node)
    };
    match &change.how {
        How::Replace(value) => {
            let node = page.find_innermost(change.at).filter(|&node| !page.is_shared(node))?;
            replace(page, node, value)
        }
        How::Rename(name) => rename(page, find(&|kind| kind == Kind::Scalar)?, name),
        How::Keep => is_bare(page, page.find_innermost(change.at)?).then(Vec::new),
        How::Remove => remove(page, part_at(page, change)?),
        How::Add(values) => add(page, find(&|_| true)?, values),
        How::Merge(entries) => merge(page, find(&|kind| kind == Kind::Map)?, entries),
    }
}

/// The item of a list, or the key of a map, that stands there. A block list with one item begins and ends with it.
fn part_at(page: &Page, change: &Change) -> Option<u32> {
    let mut node = page.find(change.at, |_| true)?;
    while page.node(node).kind == Kind::List
        && page.node(node).style == Style::Block
        && page.children(node).len() == 1
    {
        node += 1;
    }
    (!page.is_shared(node)).then_some(node)
}

fn range(page: &Page, node: u32) -> std::ops::Range<usize> {
    page.node(node).start as usize..page.node(node).end as usize
}

/// Whether a map is a function of CloudFormation, whose value has entries of its own.
fn is_function(page: &Page, map: u32) -> bool {
    match page.entries(map)[..] {
        [(key, _)] => page.value(key).is_some_and(|key| {
            key == "Ref" || key.starts_with("Fn::") || key == "Condition" && page.node(map).tag != 0
        }),
        _ => false,
    }
}

/// Whether a text is written out there on its own.
fn is_bare(page: &Page, node: u32) -> bool {
    let of = page.node(node);
    of.kind == Kind::Scalar
        && of.tag == 0
        && of.start < of.end
        && matches!(of.style, Style::Plain | Style::SingleQuoted | Style::DoubleQuoted)
}

fn replace(page: &Page, node: u32, value: &Value) -> Option<Vec<Stretch>> {
    let of = *page.node(node);
    let parent = page.parent(node)?;
    let hand = Hand::of(page, parent);
    let is_bare = is_bare(page, node);
    match value {
        // Only what is written out is replaced: a value from elsewhere is not to be cut off from it.
        Value::Text(text) => is_bare.then(|| vec![(range(page, node), hand.text(text, of.style))]),
        Value::Boolean(truth) => is_bare.then(|| {
            let written = truth.to_string();
            let written = if of.style == Style::Plain { written } else { hand.text(&written, of.style) };
            vec![(range(page, node), written)]
        }),
        Value::Reference { .. } => {
            let is_reference = match of.kind {
                Kind::Scalar => matches!(page.tag(node), None | Some("!Ref" | "!GetAtt")),
                Kind::List => page.tag(node) == Some("!GetAtt"),
                Kind::Map => is_plain_reference(page, node),
                Kind::Alias => false,
            };
            if !is_reference
                || !matches!(
                    of.style,
                    Style::Plain | Style::SingleQuoted | Style::DoubleQuoted | Style::Flow | Style::Block
                )
            {
                return None;
            }
            if let Some(stretch) = other_attribute(page, node, value) {
                return Some(vec![stretch]);
            }
            if of.kind != Kind::Scalar && of.tag == 0 && of.style == Style::Block {
                return block_reference(page, node, value);
            }
            let start = page.outer_start(node)?;
            // An anchor would go with the value.
            if page.text.get(start..of.start as usize)?.contains('&') {
                return None;
            }
            Some(vec![(start..of.end as usize, hand.value(value)?)])
        }
    }
}

/// Whether a map is `Ref` or `Fn::GetAtt`.
fn is_plain_reference(page: &Page, map: u32) -> bool {
    matches!(page.entries(map)[..], [(key, _)] if matches!(page.value(key), Some("Ref" | "Fn::GetAtt")))
}

/// In a list of a logical id and an attribute, only the attribute is another one.
fn other_attribute(page: &Page, node: u32, value: &Value) -> Option<Stretch> {
    let Value::Reference { logical_id, attribute: Some(attribute) } = value else { return None };
    let list = match page.node(node).kind {
        Kind::Map => page.entries(node).iter().find(|&&(key, _)| page.value(key) == Some("Fn::GetAtt"))?.1,
        _ => node,
    };
    let [first, second] = page.children(list)[..] else { return None };
    let bare = |item: u32| page.node(item).kind == Kind::Scalar && page.node(item).tag == 0;
    if page.node(list).kind != Kind::List
        || !bare(first)
        || !bare(second)
        || page.value(first) != Some(logical_id)
    {
        return None;
    }
    let written = Hand::of(page, list).text(attribute, page.node(second).style);
    Some((range(page, second), written))
}

/// `Ref: X` or `Fn::GetAtt: ...` on a line of its own, written in the same way.
fn block_reference(page: &Page, map: u32, value: &Value) -> Option<Vec<Stretch>> {
    let Value::Reference { logical_id, attribute } = value else { return None };
    let [(_, old)] = page.entries(map)[..] else { return None };
    let whole = range(page, map);
    if page.tag(old).is_some() || page.text.get(whole.clone())?.contains('\n') {
        return None;
    }
    let written = match attribute {
        None => format!("Ref: {logical_id}"),
        Some(attribute) if page.node(old).kind == Kind::Scalar && page.written(map).starts_with("Fn::") => {
            format!("Fn::GetAtt: {logical_id}.{attribute}")
        }
        Some(attribute) => format!("Fn::GetAtt: [{logical_id}, {attribute}]"),
    };
    Some(vec![(whole, written)])
}

fn rename(page: &Page, node: u32, name: &str) -> Option<Vec<Stretch>> {
    let of = page.node(node);
    let parent = page.parent(node)?;
    let entries = page.entries(parent);
    let is_key = entries.iter().any(|&(key, _)| key == node);
    let is_taken =
        entries.iter().any(|&(key, _)| page.value(key).is_some_and(|key| key.eq_ignore_ascii_case(name)));
    (is_key && !is_taken && of.tag == 0)
        .then(|| vec![(range(page, node), Hand::of(page, parent).text(name, of.style))])
}

fn remove(page: &Page, node: u32) -> Option<Vec<Stretch>> {
    let parent = page.parent(node)?;
    let is_map = page.node(parent).kind == Kind::Map;
    let children = page.children(parent);
    let mut parts = children.chunks_exact(if is_map { 2 } else { 1 });
    let position = parts.position(|part| part[0] == node)?;
    if children.len() < 2 * if is_map { 2 } else { 1 } {
        return None;
    }
    let nth = |position: usize| children.chunks_exact(if is_map { 2 } else { 1 }).nth(position);
    // Only its neighbours are looked at: a list may be long, and much may be taken out of it.
    let part = |nodes: &[u32]| {
        let (first, last) = (*nodes.first()?, *nodes.last()?);
        let start = if is_map { page.node(first).start as usize } else { page.outer_start(first)? };
        Some(Part { start, last })
    };
    let own = part(nth(position)?)?;
    match page.node(parent).style {
        Style::Flow => {
            let before = position.checked_sub(1).and_then(nth).and_then(<[u32]>::last);
            let before = before.map(|&last| page.node(last).end as usize);
            let next = match nth(position + 1) {
                Some(next) => Some(part(next)?.start),
                None => None,
            };
            flow::remove(page, &own, before, next)
        }
        _ => block::remove(page, &own, if is_map { "" } else { "-" }),
    }
}

/// An item of a list, or an entry of a map.
pub(super) struct Part {
    /// Where it begins, with its tag.
    pub start: usize,
    /// Its last node that is no part of another one.
    pub last: u32,
}

fn add(page: &Page, node: u32, values: &[Value]) -> Option<Vec<Stretch>> {
    let of = *page.node(node);
    if of.kind == Kind::List && of.tag == 0 && !page.children(node).is_empty() {
        let hand = Hand::of(page, node);
        let written: Option<Vec<String>> = values.iter().map(|value| hand.value(value)).collect();
        return match of.style {
            Style::Flow => flow::insert(page, node, &written?, hand),
            _ => block::append_items(page, node, &written?),
        };
    }
    // One value: brackets around it make a list that has it as its first.
    let is_single = of.kind == Kind::Scalar && of.start < of.end;
    if !is_single || !matches!(of.style, Style::Plain | Style::SingleQuoted | Style::DoubleQuoted) {
        return None;
    }
    let parent = page.parent(node)?;
    let hand = Hand::of(page, parent).in_flow().with_value_style(of.style);
    let start = page.outer_start(node)?;
    let is_one_line = !page.text.get(start..of.end as usize)?.contains('\n');
    let tag_or_none = page.text.get(start..of.start as usize)?;
    if page.node(parent).kind != Kind::Map || !is_one_line || tag_or_none.contains('&') {
        return None;
    }
    let mut after = String::new();
    for value in values {
        after += hand.comma();
        after += &hand.value(value)?;
    }
    after.push(']');
    let end = of.end as usize;
    // What may stand without quotes on a line may not in brackets.
    let old = page.value(node)?;
    let kept = hand.text(old, of.style);
    if of.tag == 0 && kept != page.written(node) && of.style == Style::Plain {
        return Some(vec![(start..end, format!("[{kept}{after}"))]);
    }
    Some(vec![(start..start, "[".to_owned()), (end..end, after)])
}

/// Further entries of a map, and of those in it.
fn merge(page: &Page, map: u32, entries: &Entries) -> Option<Vec<Stretch>> {
    let mut stretches = Vec::new();
    let mut new: Entries = Vec::new();
    if is_function(page, map) || page.node(map).tag != 0 {
        return None;
    }
    let written = page.entries(map);
    for (key, branch) in entries {
        let here = written
            .iter()
            .find(|&&(known, _)| page.value(known).is_some_and(|known| known.eq_ignore_ascii_case(key)));
        match (here, branch) {
            (None, _) => new.push((key.clone(), branch.clone())),
            (Some(&(_, value)), Branch::Map(inner))
                if page.node(value).kind == Kind::Map && !page.is_shared(value) =>
            {
                stretches.extend(merge(page, value, inner)?);
            }
            // It says something else already.
            (Some(_), _) => return None,
        }
    }
    if !new.is_empty() {
        stretches.extend(match page.node(map).style {
            Style::Flow => flow::merge(page, map, &new)?,
            _ => block::merge(page, map, &new)?,
        });
    }
    Some(stretches)
}
