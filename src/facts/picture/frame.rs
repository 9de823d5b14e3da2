//! The part of a graph that is asked for.

use std::collections::VecDeque;

use super::Framing;
use super::draft::Draft;
use crate::facts::privileges::ImpactWord;
use crate::finding::Standing;

/// How far around something is drawn if nobody says: as far as to see who gets it, and for what.
const AROUND: usize = 2;

/// The most names that are proposed for one that is not there.
const PROPOSED: usize = 3;

/// The nodes that are asked for, with the edges between them. If nothing has the name that the picture is to be about: names
/// that are close.
pub(super) fn within(draft: Draft, least: ImpactWord, framing: &Framing) -> Result<Draft, Vec<String>> {
    let mut kept = vec![true; draft.nodes.len()];
    let edges = draft.edges.iter().map(|edge| (edge.from, edge.to));
    if least > ImpactWord::Nothing {
        keep(&mut kept, &leading_to(&draft, least));
    }
    if let Some(name) = &framing.around {
        let centre: Vec<usize> =
            (0..draft.nodes.len()).filter(|&node| is_called(&draft, node, name)).collect();
        if centre.is_empty() {
            return Err(close(&draft, name));
        }
        let depth = framing.depth.unwrap_or(AROUND);
        let after = spread(draft.nodes.len(), edges.clone(), &centre, depth);
        let before = spread(draft.nodes.len(), edges.map(|(from, to)| (to, from)), &centre, depth);
        let around: Vec<bool> = after.iter().zip(&before).map(|(&after, &before)| after || before).collect();
        keep(&mut kept, &around);
    } else if let Some(depth) = framing.depth {
        let mut is_target = vec![false; draft.nodes.len()];
        draft.edges.iter().for_each(|edge| is_target[edge.to] = true);
        let starts: Vec<usize> = (0..draft.nodes.len()).filter(|&node| !is_target[node]).collect();
        keep(&mut kept, &spread(draft.nodes.len(), edges, &starts, depth));
    }
    let draft = draft.only(&kept);
    // What nothing leads to or from says nothing, unless it was asked for.
    let mut joined = vec![framing.around.is_some(); draft.nodes.len()];
    for edge in &draft.edges {
        (joined[edge.from], joined[edge.to]) = (true, true);
    }
    Ok(draft.only(&joined))
}

fn keep(kept: &mut [bool], more: &[bool]) {
    kept.iter_mut().zip(more).for_each(|(kept, &more)| *kept &= more);
}

/// The nodes from which somebody gets to what is worth so much.
fn leading_to(draft: &Draft, least: ImpactWord) -> Vec<bool> {
    let is_worth = |&node: &usize| {
        let node = &draft.nodes[node];
        // A role of which nothing is in view may be worth anything.
        let role = node.worth.is_some_and(|(_, possible, is_in_view)| possible >= least || !is_in_view);
        role || node.privilege.is_some_and(|impact| impact >= least)
    };
    let ends: Vec<usize> = (0..draft.nodes.len()).filter(is_worth).collect();
    let open = draft.edges.iter().filter(|edge| edge.line.standing != Standing::Never);
    spread(draft.nodes.len(), open.map(|edge| (edge.to, edge.from)), &ends, usize::MAX)
}

/// The nodes that are so many edges away or less, over edges by the nodes that they join.
fn spread(
    nodes: usize,
    edges: impl Iterator<Item = (usize, usize)>,
    starts: &[usize],
    depth: usize,
) -> Vec<bool> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (from, to) in edges {
        next[from].push(to);
    }
    let mut seen = vec![false; nodes];
    let mut queue: VecDeque<(usize, usize)> = starts.iter().map(|&start| (start, 0)).collect();
    starts.iter().for_each(|&start| seen[start] = true);
    while let Some((node, distance)) = queue.pop_front() {
        if distance == depth {
            continue;
        }
        for &to in &next[node] {
            if !std::mem::replace(&mut seen[to], true) {
                queue.push_back((to, distance + 1));
            }
        }
    }
    seen
}

fn is_called(draft: &Draft, node: usize, name: &str) -> bool {
    let node = &draft.nodes[node];
    node.name == name || node.also.iter().any(|also| also == name)
}

fn close(draft: &Draft, name: &str) -> Vec<String> {
    let plain = |name: &str| name.to_lowercase();
    let mut close: Vec<(usize, &str)> = draft
        .nodes
        .iter()
        .flat_map(|node| std::iter::once(&node.name).chain(&node.also))
        .map(|known| (strsim::damerau_levenshtein(&plain(known), &plain(name)), known.as_str()))
        .filter(|(distance, known)| distance * 3 <= known.chars().count().max(3))
        .collect();
    close.sort_unstable();
    close.dedup();
    close.into_iter().take(PROPOSED).map(|(_, known)| known.to_owned()).collect()
}
