//! Says in which worlds something holds, in as few words as there are.

use super::{Atom, WorldSet, WorldTable};
use crate::value::{MASK, Names, is_open};

/// Some choices of each atom: all combinations of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Region(Vec<u128>);

impl WorldTable {
    /// The smallest description of `set`: "when `AllowGuests` is `true`", "when `Stage` is not `prod`",
    /// "unless `A` is `x` and `B` is `y`". `None` if it is every world, or none.
    ///
    /// The fewest alternatives, then the fewest parameters, then the fewest literals. Where worlds are left out
    /// of the table, what the description says of those means nothing.
    #[must_use]
    pub fn describe(&self, set: WorldSet, names: &Names) -> Option<String> {
        let set = set.0 & self.all().0;
        if set == 0 || set == self.all().0 {
            return None;
        }
        let cover = self.cover(set);
        if cover.len() > 1 {
            let rest = self.cover(self.all().0 & !set);
            if let [region] = rest.as_slice() {
                return Some(format!("unless {}", self.words(region, names)));
            }
        }
        let alternatives: Vec<String> = cover.iter().map(|region| self.words(region, names)).collect();
        Some(format!("when {}", alternatives.join(", or when ")))
    }

    /// The fewest regions that hold the worlds of `set` and no other world of the table.
    fn cover(&self, set: u64) -> Vec<Region> {
        let relevant = self.relevant(set);
        let mut candidates: Vec<(Region, u64)> = Vec::new();
        for order in orders(&relevant) {
            for world in (0..self.worlds.len()).filter(|world| set >> world & 1 == 1) {
                let region = self.widest(world, set, &order);
                if !candidates.iter().any(|(known, _)| *known == region) {
                    let covered = self.covered(&region);
                    candidates.push((region, covered));
                }
            }
        }
        candidates.sort_by_key(|(region, _)| self.cost(region));
        let best = fewest(&candidates, set);
        best.into_iter().map(|index| candidates[index].0.clone()).collect()
    }

    /// The atoms that `set` depends on; all, if leaving the others out would mix worlds up.
    fn relevant(&self, set: u64) -> Vec<usize> {
        let all: Vec<usize> = (0..self.atoms.len()).collect();
        let inside = |world: usize| set >> world & 1 == 1;
        let differ_only_in = |left: usize, right: usize, atom: usize| {
            all.iter()
                .all(|&other| (self.worlds[left][other] == self.worlds[right][other]) == (other != atom))
        };
        let count = self.worlds.len();
        let relevant: Vec<usize> = all
            .iter()
            .copied()
            .filter(|&atom| {
                (0..count).any(|left| {
                    (0..left).any(|right| inside(left) != inside(right) && differ_only_in(left, right, atom))
                })
            })
            .collect();
        let mixed = (0..count).any(|left| {
            (0..left).any(|right| {
                inside(left) != inside(right)
                    && relevant.iter().all(|&atom| self.worlds[left][atom] == self.worlds[right][atom])
            })
        });
        if mixed { all } else { relevant }
    }

    /// The widest region around `world` inside `set`, atom by atom.
    fn widest(&self, world: usize, set: u64, order: &[usize]) -> Region {
        let everything: Vec<u128> = self.atoms.iter().map(every_choice).collect();
        let mut region = everything.clone();
        for &atom in order {
            region[atom] = 1 << self.worlds[world][atom];
        }
        for &atom in order {
            // What stands outside, but would be inside were it not for this atom.
            let mut taken = 0;
            for (other, choices) in self.worlds.iter().enumerate() {
                let outside = set >> other & 1 == 0;
                let otherwise_inside = || {
                    choices
                        .iter()
                        .zip(&region)
                        .enumerate()
                        .all(|(index, (choice, allowed))| index == atom || allowed >> choice & 1 == 1)
                };
                if outside && otherwise_inside() {
                    taken |= 1u128 << choices[atom];
                }
            }
            region[atom] = everything[atom] & !taken;
        }
        Region(region)
    }

    fn covered(&self, region: &Region) -> u64 {
        let inside = |choices: &[u8]| {
            choices.iter().zip(&region.0).all(|(choice, allowed)| allowed >> choice & 1 == 1)
        };
        let worlds = self.worlds.iter().enumerate().filter(|(_, choices)| inside(choices));
        worlds.fold(0, |set, (world, _)| set | 1 << world)
    }

    /// Parameters and literals that describing the region takes.
    fn cost(&self, region: &Region) -> (usize, u32) {
        let named =
            self.atoms.iter().zip(&region.0).filter(|(atom, allowed)| **allowed != every_choice(atom));
        named.fold((0, 0), |(atoms, literals), (atom, &allowed)| {
            let (_, words) = wording(atom, allowed);
            (atoms + 1, literals + words.count_ones())
        })
    }

    fn words(&self, region: &Region, names: &Names) -> String {
        let mut parts = Vec::new();
        for (atom, &allowed) in self.atoms.iter().zip(&region.0) {
            if allowed == every_choice(atom) {
                continue;
            }
            let (positive, choices) = wording(atom, allowed);
            let literals: Vec<String> = atom
                .literals
                .iter()
                .enumerate()
                .filter(|(index, _)| choices >> index & 1 == 1)
                .map(|(_, &name)| match names.text(name) {
                    "" => "empty".to_owned(),
                    text if atom.secret && !is_open(text) => format!("`{MASK}`"),
                    text => format!("`{text}`"),
                })
                .collect();
            let verb = if positive { "is" } else { "is not" };
            parts.push(format!("`{}` {verb} {}", names.text(atom.parameter), literals.join(" or ")));
        }
        parts.join(" and ")
    }
}

/// Whether the choices are said by what they are (true) or by what they are not, and the literals to name.
fn wording(atom: &Atom, allowed: u128) -> (bool, u128) {
    let other = if atom.open { 1u128 << atom.literals.len() } else { 0 };
    let excluded = every_choice(atom) & !allowed;
    if allowed & other != 0 || excluded.count_ones() < allowed.count_ones() && excluded & other == 0 {
        (false, excluded)
    } else {
        (true, allowed)
    }
}

fn every_choice(atom: &Atom) -> u128 {
    let count = (atom.literals.len() + usize::from(atom.open)).clamp(1, 128);
    u128::MAX >> (128 - count)
}

/// Orders in which regions are widened: all for a few atoms, else each atom first and last once.
fn orders(atoms: &[usize]) -> Vec<Vec<usize>> {
    if atoms.len() > 4 {
        let mut orders = Vec::new();
        // Past a few atoms even these cost more than a short text is worth.
        for start in (0..atoms.len()).take(16) {
            let mut order = atoms.to_vec();
            order.rotate_left(start);
            orders.push(order.clone());
            order.reverse();
            orders.push(order);
        }
        return orders;
    }
    let mut orders = vec![Vec::new()];
    for &atom in atoms {
        orders = orders
            .iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |at| {
                    let mut next = order.clone();
                    next.insert(at, atom);
                    next
                })
            })
            .collect();
    }
    orders
}

/// The fewest candidates that together hold all of `set`; the first of equals. At most three are searched for
/// exactly.
fn fewest(candidates: &[(Region, u64)], set: u64) -> Vec<usize> {
    let holds = |index: usize| candidates[index].1;
    let count = candidates.len();
    if let Some(one) = (0..count).find(|&index| holds(index) == set) {
        return vec![one];
    }
    if count <= 400 {
        for second in 0..count {
            if let Some(first) = (0..second).find(|&first| holds(first) | holds(second) == set) {
                return vec![first, second];
            }
        }
    }
    if count <= 80 {
        for third in 0..count {
            for second in 0..third {
                let two = holds(second) | holds(third);
                if let Some(first) = (0..second).find(|&first| holds(first) | two == set) {
                    return vec![first, second, third];
                }
            }
        }
    }
    let mut chosen = Vec::new();
    let mut missing = set;
    while missing != 0 {
        let gain = |&index: &usize| ((holds(index) & missing).count_ones(), std::cmp::Reverse(index));
        let Some(next) = (0..count).max_by_key(gain).filter(|&index| holds(index) & missing != 0) else {
            break;
        };
        chosen.push(next);
        missing &= !holds(next);
    }
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(names: &Names, atoms: &[(&str, &[&str], bool)]) -> WorldTable {
        let atoms: Vec<Atom> = atoms
            .iter()
            .map(|(parameter, literals, open)| Atom {
                parameter: names.intern(parameter),
                literals: literals.iter().map(|literal| names.intern(literal)).collect(),
                open: *open,
                secret: parameter.contains("Password"),
            })
            .collect();
        let mut worlds: Vec<Vec<u8>> = vec![Vec::new()];
        for atom in &atoms {
            let choices = atom.literals.len() + usize::from(atom.open);
            worlds = worlds
                .iter()
                .flat_map(|world| {
                    (0..choices).map(move |choice| [world.as_slice(), &[choice as u8]].concat())
                })
                .collect();
        }
        let worlds = worlds.into_iter().map(Into::into).collect();
        WorldTable { atoms, worlds, default: None, exhaustive: true }
    }

    #[test]
    fn says_it_in_few_words() {
        let names = Names::default();
        let table = table(
            &names,
            &[
                ("Guests", &["true", "false"], false),
                ("Stage", &["prod", "dev"], true),
                ("Host", &[""], true),
                ("Password", &["", "hunter2"], true),
            ],
        );
        type Holds = fn(&[u8]) -> bool;
        let cases: &[(Holds, Option<&str>)] = &[
            (|_| true, None),
            (|_| false, None),
            (|w| w[0] == 0, Some("when `Guests` is `true`")),
            (|w| w[1] != 0, Some("when `Stage` is not `prod`")),
            (|w| w[1] == 2, Some("when `Stage` is not `prod` or `dev`")),
            (|w| w[1] != 2, Some("when `Stage` is `prod` or `dev`")),
            (|w| w[2] == 0, Some("when `Host` is empty")),
            (|w| w[3] == 0, Some("when `Password` is empty")),
            (|w| w[3] == 1, Some("when `Password` is `********`")),
            (|w| w[2] != 0 && w[0] == 1, Some("when `Guests` is `false` and `Host` is not empty")),
            (|w| !(w[2] != 0 && w[0] == 1), Some("unless `Guests` is `false` and `Host` is not empty")),
            (
                |w| (w[1] == 0 && w[0] == 0) || (w[1] == 1 && w[2] == 0),
                Some(
                    "when `Guests` is `true` and `Stage` is `prod`, or when `Stage` is `dev` and `Host` is empty",
                ),
            ),
        ];
        for (holds, expected) in cases {
            let set = table.worlds.iter().enumerate().filter(|(_, world)| holds(world));
            let set = WorldSet(set.fold(0, |set, (index, _)| set | 1 << index));
            assert_eq!(table.describe(set, &names).as_deref(), *expected);
        }
    }

    /// Every region of a small table, by the worlds that it holds.
    fn every_region(table: &WorldTable) -> Vec<u64> {
        let mut regions: Vec<Vec<u128>> = vec![Vec::new()];
        for atom in &table.atoms {
            let every = every_choice(atom);
            regions = regions
                .iter()
                .flat_map(|region| (1..=every).map(move |allowed| [region.as_slice(), &[allowed]].concat()))
                .collect();
        }
        regions.into_iter().map(|region| table.covered(&Region(region))).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn a_cover_is_right_and_the_smallest(bits in any::<u64>(), shape in 0usize..3) {
            let names = Names::default();
            let atoms: &[(&str, &[&str], bool)] = match shape {
                0 => &[("A", &["x", "y"], false), ("B", &["x"], true), ("C", &["x"], true)],
                1 => &[("A", &["x", "y"], true), ("B", &["x"], true)],
                _ => &[("A", &["x"], true), ("B", &["x"], true), ("C", &["x"], true), ("D", &["x"], true)],
            };
            let table = table(&names, atoms);
            let set = bits & table.all().0;
            prop_assume!(set != 0);
            let cover = table.cover(set);
            let held = cover.iter().fold(0, |held, region| held | table.covered(region));
            prop_assert_eq!(held, set, "the cover holds exactly the set");
            let regions: Vec<u64> = every_region(&table).into_iter().filter(|region| region & !set == 0).collect();
            if cover.len() > 1 {
                prop_assert!(!regions.contains(&set), "one region is not enough");
            }
            if cover.len() > 2 {
                let two = regions.iter().any(|left| regions.iter().any(|right| left | right == set));
                prop_assert!(!two, "two regions are not enough");
            }
        }
    }
}
