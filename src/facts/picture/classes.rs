//! What is alike is drawn once: as finely as a person can read it.
//!
//! Nodes are alike at first if they are of one kind and worth the same. Then, round after round, those are told apart
//! of which the neighbours are not alike. What the last round leaves together is equal as far as the picture shows;
//! if that is still too much to read, conditions are left aside, and then rounds taken back.

use std::cmp::Reverse;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Framing;
use super::draft::{Draft, Edge, Node};
use crate::analysis::Analysis;
use crate::facts::Words;
use crate::facts::entrance::{Population, StepKind};
use crate::facts::privileges::ImpactWord;
use crate::finding::{Likeness, Picture, PictureEdge, PictureNode, Privilege, Standing};
use crate::knowledge::Issuers;

/// The most nodes that a person can read at once.
const READABLE: usize = 60;

/// The most edges that a person can follow.
const FOLLOWED: usize = 90;

/// The most rounds. What differs only further away than that looks alike.
const ROUNDS: usize = 16;

/// The most entities that a node names that stands for several.
const NAMED: usize = 20;

/// The picture of a graph; with a node for everything, or with one for what is alike.
pub(super) fn collapse(draft: &Draft, framing: &Framing, analysis: &Analysis<'_>) -> Picture {
    // Where only what leads somewhere is drawn, every hop is on the way.
    let all_hops = framing.to.is_some();
    if framing.every {
        let class_of: Vec<u32> = (0..).take(draft.nodes.len()).collect();
        let all = Partition { classes: class_of.len(), class_of };
        return Cast { draft, of: &all, likeness: Likeness::Single, all_hops }.picture(usize::MAX, analysis);
    }
    let first = first(draft, analysis.senders.issuers());
    let conditions = numbered(draft.edges.iter().map(|edge| &edge.line.conditions));
    let (equal, _) = refined(draft, &first, &|edge| conditions[edge]);
    let likeness = if equal.classes == draft.nodes.len() { Likeness::Single } else { Likeness::Equal };
    let equal = Cast { draft, of: &equal, likeness, all_hops };
    if equal.is_readable() {
        return equal.picture(READABLE, analysis);
    }
    let (alike, rounds) = refined(draft, &first, &|_| 0);
    let alike = Cast { draft, of: &alike, likeness: Likeness::ButConditions, all_hops };
    if alike.is_readable() {
        return alike.picture(READABLE, analysis);
    }
    let similar = |of| Cast { draft, of, likeness: Likeness::Similar, all_hops };
    let readable = rounds.iter().rev().map(similar).find(Cast::is_readable);
    let coarse = coarse(draft, &first);
    readable.unwrap_or_else(|| similar(&coarse)).picture(READABLE, analysis)
}

/// Which nodes are alike.
struct Partition {
    class_of: Vec<u32>,
    classes: usize,
}

/// Nodes that are of one kind and worth the same.
fn first(draft: &Draft, issuers: &Issuers) -> Partition {
    let label = |node: &Node| {
        let issuer = matches!(node.kind, "oidc-provider" | "web-identity-provider")
            .then(|| issuers.find(&node.name).map(|found| found.file.id.clone()))
            .flatten();
        (node.kind, node.population, node.privilege, node.worth, issuer)
    };
    let class_of = numbered(draft.nodes.iter().map(label));
    Partition { classes: count(&class_of), class_of }
}

/// Roles of which the same is sure as well: what may be besides is left aside.
fn coarse(draft: &Draft, first: &Partition) -> Partition {
    let sure = |(node, class): (&Node, &u32)| match node.worth {
        Some((sure, ..)) => (node.kind, Some(sure), 0),
        None => (node.kind, None, *class),
    };
    let class_of = numbered(draft.nodes.iter().zip(&first.class_of).map(sure));
    Partition { classes: count(&class_of), class_of }
}

/// Tells nodes apart for as long as it makes a difference. Also what each round came to, from the first on.
fn refined(draft: &Draft, first: &Partition, of_edge: &dyn Fn(usize) -> u32) -> (Partition, Vec<Partition>) {
    let mut rounds = vec![Partition { class_of: first.class_of.clone(), classes: first.classes }];
    loop {
        let known = rounds.last().expect("there is a first round");
        let mut around: Vec<Vec<_>> = vec![Vec::new(); draft.nodes.len()];
        for (position, edge) in draft.edges.iter().enumerate() {
            let told = (edge.line.kind, edge.line.standing, edge.line.service, of_edge(position));
            around[edge.from].push((true, told, known.class_of[edge.to]));
            around[edge.to].push((false, told, known.class_of[edge.from]));
        }
        let told_apart = around.iter_mut().zip(&known.class_of).map(|(around, class)| {
            around.sort_unstable();
            around.dedup();
            (class, &*around)
        });
        let class_of = numbered(told_apart);
        let next = Partition { classes: count(&class_of), class_of };
        let is_last = next.classes == known.classes || rounds.len() > ROUNDS;
        rounds.push(next);
        if is_last {
            let last = rounds.pop().expect("one was pushed");
            return (last, rounds);
        }
    }
}

/// Equal things get equal numbers, in the order in which they come.
fn numbered<T: std::hash::Hash + Eq>(things: impl Iterator<Item = T>) -> Vec<u32> {
    let mut known: FxHashMap<T, u32> = FxHashMap::default();
    things
        .map(|thing| {
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            *known.entry(thing).or_insert(next)
        })
        .collect()
}

fn count(class_of: &[u32]) -> usize {
    class_of.iter().max().map_or(0, |&last| last as usize + 1)
}

/// A graph, and which of its nodes are drawn as one.
struct Cast<'d> {
    draft: &'d Draft,
    of: &'d Partition,
    likeness: Likeness,
    /// Whether all hops from role to role are drawn, also where roles are only similar.
    all_hops: bool,
}

impl Cast<'_> {
    /// Whether a person can read it.
    fn is_readable(&self) -> bool {
        if self.of.classes > READABLE {
            return false;
        }
        let told = self.told();
        let ends = |edge: &&Edge| (self.class(edge.from), self.class(edge.to), edge.line.standing);
        told.iter().map(ends).collect::<FxHashSet<_>>().len() <= FOLLOWED
    }

    fn class(&self, node: usize) -> usize {
        self.of.class_of[node] as usize
    }

    /// The edges that are drawn. Among roles that are only similar, those say little that do not lead to what is as good as
    /// everything, unless nothing else leads there.
    fn told(&self) -> Vec<&Edge> {
        let is_hop = |edge: &&Edge| {
            matches!(edge.line.kind, Some(StepKind::Assumed | StepKind::Passed))
                && self.likeness == Likeness::Similar
                && !self.all_hops
        };
        let entered: FxHashSet<usize> =
            self.draft.edges.iter().filter(|edge| !is_hop(edge)).map(|edge| self.class(edge.to)).collect();
        let says = |edge: &&Edge| {
            let sure = |node: usize| self.draft.nodes[node].worth.map(|(sure, ..)| sure);
            let (from, to) = (sure(edge.from), sure(edge.to));
            let is_worse = to > from && to >= Some(ImpactWord::Takeover);
            !is_hop(edge) || is_worse || !entered.contains(&self.class(edge.to))
        };
        self.draft.edges.iter().filter(says).collect()
    }

    fn picture(&self, most: usize, analysis: &Analysis<'_>) -> Picture {
        let mut members: Vec<Vec<&Node>> = vec![Vec::new(); self.of.classes];
        for (node, &class) in self.draft.nodes.iter().zip(&self.of.class_of) {
            members[class as usize].push(node);
        }
        let mut order: Vec<usize> = (0..self.of.classes).collect();
        order.sort_by_key(|&class| column(members[class][0]));
        let left_out = leave_out(&mut order, &members, most);
        let mut position = vec![None; self.of.classes];
        for (at, &class) in order.iter().enumerate() {
            position[class] = Some(at);
        }
        Picture {
            nodes: order.iter().map(|&class| node(&members[class], analysis)).collect(),
            edges: self.edges(&position),
            left_out,
            likeness: self.likeness,
        }
    }

    fn edges(&self, position: &[Option<usize>]) -> Vec<PictureEdge> {
        let mut known: FxHashMap<(usize, usize, Standing), usize> = FxHashMap::default();
        let mut all: Vec<(PictureEdge, Vec<&Vec<String>>)> = Vec::new();
        let at = |node: usize| position[self.class(node)];
        for Edge { from, to, line } in self.told() {
            let (Some(from), Some(to)) = (at(*from), at(*to)) else { continue };
            let next = all.len();
            let index = *known.entry((from, to, line.standing)).or_insert(next);
            if index == next {
                let edge = PictureEdge {
                    from,
                    to,
                    kinds: Vec::new(),
                    standing: line.standing,
                    conditions: line.conditions.clone(),
                    variants: 1,
                    service: line.service,
                    place: line.place,
                };
                all.push((edge, Vec::new()));
            }
            let (edge, conditions) = &mut all[index];
            let kind = line.kind.map(Words::name);
            edge.kinds.extend(kind.filter(|kind| !edge.kinds.contains(kind)));
            conditions.push(&line.conditions);
        }
        let mut edges: Vec<PictureEdge> = all
            .into_iter()
            .map(|(mut edge, mut conditions)| {
                conditions.sort_unstable();
                conditions.dedup();
                edge.variants = conditions.len();
                if conditions.len() > 1 {
                    edge.conditions.clear();
                }
                edge
            })
            .collect();
        edges.sort_by_key(|edge| (edge.from, edge.to, edge.standing));
        edges
    }
}

/// Leaves out what is worth least where there is more than can be read. Returns how many entities are gone.
fn leave_out(order: &mut Vec<usize>, members: &[Vec<&Node>], most: usize) -> usize {
    if order.len() <= most {
        return 0;
    }
    let worth = |class: usize| {
        let node = members[class][0];
        let is_end = node.population.is_some() || node.privilege.is_some();
        (is_end, node.worth.is_none(), node.worth)
    };
    let mut ranked = order.clone();
    ranked.sort_by_key(|&class| Reverse(worth(class)));
    let gone: Vec<usize> = ranked.split_off(most);
    order.retain(|class| !gone.contains(class));
    gone.into_iter().map(|class| members[class].len()).sum()
}

/// Where a node stands: its column from the left, and in that the farthest out and the worst first.
fn column(node: &Node) -> (u8, Reverse<Option<ImpactWord>>, Reverse<Option<Population>>) {
    let column = match node.kind {
        "population" => 0,
        "identity-pool" => 2,
        "user-pool-group" => 3,
        "permission-set" => 4,
        "role" => 5,
        "privilege" => 6,
        _ => 1,
    };
    (column, Reverse(node.privilege), Reverse(node.population))
}

/// The first different names.
fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut seen = FxHashSet::default();
    names.filter(|name| seen.insert(*name)).take(NAMED).map(str::to_owned).collect()
}

fn node(members: &[&Node], analysis: &Analysis<'_>) -> PictureNode {
    let first = members[0];
    PictureNode {
        kind: first.kind,
        names: distinct(members.iter().map(|node| node.name.as_str())),
        entities: members
            .iter()
            .take(NAMED)
            .filter_map(|node| node.entity)
            .map(|id| analysis.name(id))
            .collect(),
        count: members.len(),
        privilege: first.worth.map(|(sure, possible, complete)| {
            // What some of them may be worth besides, the edges say.
            let is_one = members.iter().all(|node| node.worth == first.worth);
            let (possible, complete) = if is_one { (possible, complete) } else { (sure, true) };
            Privilege { proved: sure.name(), possible: possible.name(), complete }
        }),
    }
}
