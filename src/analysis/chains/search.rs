//! The best chains from some roles, and the roles that go round in circles.

use std::collections::VecDeque;

use super::passing::PassesAll;
use super::{Chains, Hop, Wide};
use crate::analysis::Analysis;
use crate::model::{EntityId, EntityKind};
use crate::value::Worlds;

/// Roles of which the sessions of each may assume the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The roles, two at least.
    pub roles: Vec<EntityId>,
    /// The worlds in which all of them exist.
    pub worlds: Worlds,
}

const fn id(index: u32) -> EntityId {
    EntityId { kind: EntityKind::Role, index }
}

impl Chains {
    /// True if some pairs were not looked at.
    #[must_use]
    pub const fn exhausted(&self) -> bool {
        self.exhausted
    }

    /// Whether sessions of a role may assume any other. What permission sets may assume is not looked at.
    #[must_use]
    pub fn lead_on(&self, role: EntityId) -> bool {
        if role.kind != EntityKind::Role {
            return false;
        }
        let index = role.index;
        self.leaving.contains_key(&index)
            || self.passing.contains_key(&index)
            || self.wide.get(&index).is_some_and(|wide| !self.open[wide.account].is_empty())
    }

    /// The hops that leave a role, in order.
    fn leaving(&self, role: u32) -> &[Hop] {
        self.leaving.get(&role).map_or(&[], Vec::as_slice)
    }

    /// The services to which a role may pass all that trusts them.
    fn passing(&self, role: u32) -> &[PassesAll] {
        self.passing.get(&role).map_or(&[], Vec::as_slice)
    }

    /// The service to which a role has to be passed by another, to get it.
    pub(super) fn passed_to(&self, from: u32, to: u32) -> Option<&'static str> {
        let hops = self.leaving(from).iter().filter(|hop| hop.to == to);
        let is_open = |wide: &Wide| self.open[wide.account].iter().any(|hop| hop.to == to);
        if hops.clone().any(|hop| hop.service.is_none()) || self.wide.get(&from).is_some_and(is_open) {
            return None;
        }
        let passing = self.passing(from).iter().map(|passes| &self.passable[passes.to]);
        let mut all = passing.filter(|passable| passable.roles.iter().any(|hop| hop.to == to));
        hops.clone().find_map(|hop| hop.service).or_else(|| all.next().map(|passable| passable.service))
    }

    /// A shortest chain to each role that one of these roles leads to, of hops that are sure or of any. Chains end at
    /// roles where `ends` says so. Each role and hop is looked at once.
    #[must_use]
    pub fn from<'c>(
        &'c self,
        starts: &[EntityId],
        sure: bool,
        ends: &dyn Fn(EntityId) -> bool,
        analysis: &'c Analysis<'c>,
    ) -> Reached<'c> {
        let mut search = Reached {
            chains: self,
            analysis,
            sure,
            came_from: vec![None; self.roles],
            first: vec![None; self.roles],
            waiting: self.open.clone(),
            passable: self.passable.iter().map(|passable| passable.roles.clone()).collect(),
            queue: VecDeque::new(),
            reached: Vec::new(),
        };
        for start in starts {
            search.first[start.index as usize] = Some(start.index);
            search.queue.push_back(start.index);
        }
        while let Some(role) = search.queue.pop_front() {
            if !ends(id(role)) {
                search.expand(role);
            }
        }
        search
    }

    /// Groups of roles of which each may assume the next for sure, each in order: two at least, or one that leads to itself.
    /// Some are left out.
    #[must_use]
    pub fn circles(&self, without: &dyn Fn(EntityId) -> bool) -> Vec<Vec<EntityId>> {
        let mut circles: Vec<Vec<EntityId>> = Vec::new();
        let roles = self.roles;
        for component in components(roles + self.open.len(), &|node| self.sure_neighbours(node, without)) {
            let mut members: Vec<u32> = component
                .into_iter()
                .filter(|&node| node < roles)
                .filter_map(|node| u32::try_from(node).ok())
                .collect();
            members.sort_unstable();
            let is_loop = match members.as_slice() {
                [] => false,
                [only] => self.sure_neighbours(*only as usize, without).contains(&(*only as usize)),
                _ => true,
            };
            if is_loop {
                circles.push(members.into_iter().map(id).collect());
            }
        }
        circles.sort_unstable();
        circles
    }

    /// The nodes that follow one for sure: roles by number, and behind them the hubs of accounts.
    fn sure_neighbours(&self, node: usize, without: &dyn Fn(EntityId) -> bool) -> Vec<usize> {
        let roles = self.roles;
        match node.checked_sub(roles) {
            Some(account) => {
                self.open[account].iter().filter(|hop| hop.sure).map(|hop| hop.to as usize).collect()
            }
            None => {
                let number = u32::try_from(node).unwrap_or(u32::MAX);
                if !self.lead_on(id(number)) || without(id(number)) {
                    return Vec::new();
                }
                let assumed = self.leaving(number).iter().filter(|hop| hop.sure && hop.service.is_none());
                let hops = assumed.map(|hop| hop.to as usize);
                let hub = self.wide.get(&number).filter(|wide| wide.sure).map(|wide| roles + wide.account);
                hops.chain(hub).collect()
            }
        }
    }
}

/// The roles that some roles lead to.
#[derive(Debug)]
pub struct Reached<'c> {
    chains: &'c Chains,
    analysis: &'c Analysis<'c>,
    sure: bool,
    came_from: Vec<Option<u32>>,
    /// The role that a chain starts with.
    first: Vec<Option<u32>>,
    /// The roles that are open to accounts, as long as nobody led to them.
    waiting: Vec<Vec<Hop>>,
    /// The same for roles that are passed to a service.
    passable: Vec<Vec<Hop>>,
    queue: VecDeque<u32>,
    reached: Vec<u32>,
}

impl Reached<'_> {
    /// The roles, nearest first; those to start from are among them only if another one leads there.
    pub fn roles(&self) -> impl Iterator<Item = EntityId> {
        self.reached.iter().map(|&role| id(role))
    }

    /// The chain to one of them; `None` if its roles never exist together.
    #[must_use]
    pub fn chain(&self, role: EntityId) -> Option<Chain> {
        self.chain_to(role.index)
    }

    fn expand(&mut self, role: u32) {
        for hop in self.chains.leaving(role) {
            if hop.sure || !self.sure {
                self.reach(role, hop.to);
            }
        }
        for &PassesAll { to: service, sure } in self.chains.passing(role) {
            if sure || !self.sure {
                let waiting = std::mem::take(&mut self.passable[service]);
                let is_left = |hop: &Hop| self.sure && !hop.sure || !self.reach(role, hop.to);
                self.passable[service] = waiting.into_iter().filter(is_left).collect();
            }
        }
        let Some(&wide) = self.chains.wide.get(&role) else { return };
        if wide.sure || !self.sure {
            let waiting = std::mem::take(&mut self.waiting[wide.account]);
            let is_left = |hop: &Hop| self.sure && !hop.sure || !self.reach(role, hop.to);
            self.waiting[wide.account] = waiting.into_iter().filter(is_left).collect();
        }
    }

    /// True if nobody else needs to lead there.
    fn reach(&mut self, from: u32, to: u32) -> bool {
        let model = &self.analysis.model;
        let (one, other) = (model.entity(id(from)), model.entity(id(to)));
        if self.came_from[to as usize].is_some() {
            return true;
        }
        let first = self.first[from as usize];
        if one.same_resource(other) || first == Some(to) || one.worlds.and(&other.worlds).is_none() {
            return false;
        }
        self.came_from[to as usize] = Some(from);
        self.reached.push(to);
        // A start leads on by itself.
        if self.first[to as usize].is_none() {
            self.first[to as usize] = first;
            self.queue.push_back(to);
        }
        true
    }

    fn chain_to(&self, last: u32) -> Option<Chain> {
        let mut roles = vec![id(last)];
        let mut worlds = self.analysis.model.entity(id(last)).worlds.clone();
        let mut at = self.came_from[last as usize]?;
        loop {
            worlds = self.analysis.together(&worlds, &self.analysis.model.entity(id(at)).worlds)?;
            roles.push(id(at));
            if self.first[at as usize] == Some(at) {
                break;
            }
            at = self.came_from[at as usize]?;
        }
        roles.reverse();
        Some(Chain { roles, worlds })
    }
}

/// The strongly connected components of a directed graph, by Tarjan's algorithm without recursion. Nodes that do not lead
/// back to themselves are no component.
fn components(count: usize, neighbours: &dyn Fn(usize) -> Vec<usize>) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let mut order = vec![UNSEEN; count];
    let mut low = vec![UNSEEN; count];
    let mut on_stack = vec![false; count];
    let (mut stack, mut found) = (Vec::new(), Vec::new());
    let mut next = 0;
    for root in 0..count {
        if order[root] != UNSEEN {
            continue;
        }
        let mut work: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut enter = Some(root);
        loop {
            if let Some(node) = enter.take() {
                order[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
                on_stack[node] = true;
                work.push((node, neighbours(node)));
            }
            let Some((node, rest)) = work.last_mut() else { break };
            let node = *node;
            if let Some(neighbour) = rest.pop() {
                if order[neighbour] == UNSEEN {
                    enter = Some(neighbour);
                } else if on_stack[neighbour] {
                    low[node] = low[node].min(order[neighbour]);
                }
                continue;
            }
            work.pop();
            if let Some((parent, _)) = work.last() {
                low[*parent] = low[*parent].min(low[node]);
            }
            if low[node] == order[node] {
                // Most nodes are alone.
                if stack.last() == Some(&node) {
                    stack.pop();
                    on_stack[node] = false;
                    if neighbours(node).contains(&node) {
                        found.push(vec![node]);
                    }
                    continue;
                }
                let mut component = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    component.push(member);
                    if member == node {
                        break;
                    }
                }
                found.push(component);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn nodes_that_lead_to_one_another_are_a_component() {
        let edges: [&[usize]; 6] = [&[1], &[2], &[0, 3], &[4], &[], &[5]];
        let mut found = components(6, &|node| edges[node].to_vec());
        for component in &mut found {
            component.sort_unstable();
        }
        found.sort();
        assert_eq!(found, [vec![0, 1, 2], vec![5]]);
    }
}
