//! The worlds of a template: every combination of parameter values that its conditions tell apart.

mod describe;

use smallvec::SmallVec;

use super::{Name, TemplateId};

/// A set of worlds of one template: bit `n` is world `n` of its [`WorldTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorldSet(pub u64);

/// One parameter as far as conditions look at it: it equals one of these literals, or none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atom {
    /// The parameter; `AWS::Region` and `AWS::Partition` are parameters too.
    pub parameter: Name,
    /// The literals that conditions compare it with, or all allowed values.
    pub literals: Vec<Name>,
    /// True if it may also be something else.
    pub open: bool,
}

/// The worlds of a template, at most [`WorldTable::MOST`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldTable {
    /// The parameters that matter, in order of declaration.
    pub atoms: Vec<Atom>,
    /// For each world, for each atom: index of the literal, or `literals.len()` for "none of those".
    pub worlds: Vec<Box<[u8]>>,
    /// The world of the parameters' defaults, if all that matter have one.
    pub default: Option<u8>,
    /// False if there are more worlds than the table holds.
    pub exhaustive: bool,
}

impl WorldTable {
    /// The most worlds that a template is analysed in.
    pub const MOST: usize = 64;

    /// The table of a template without conditions.
    #[must_use]
    pub fn single() -> Self {
        Self { atoms: Vec::new(), worlds: vec![Box::from([])], default: Some(0), exhaustive: true }
    }

    /// The set of all worlds.
    #[must_use]
    pub fn all(&self) -> WorldSet {
        WorldSet(u64::MAX >> (Self::MOST - self.worlds.len().clamp(1, Self::MOST)))
    }
}

/// The worlds in which something holds, for each template that it depends on. A template that is not named
/// is not restricted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Worlds(SmallVec<[(TemplateId, WorldSet); 1]>);

impl Worlds {
    /// The worlds `set` of one template.
    #[must_use]
    pub fn of(template: TemplateId, set: WorldSet) -> Self {
        Self(SmallVec::from_buf([(template, set)]))
    }

    /// What holds in both: sets of one template are intersected, others kept side by side.
    /// `None` if nothing does.
    #[must_use]
    pub fn and(&self, other: &Self) -> Option<Self> {
        let mut sets = self.0.clone();
        for &(template, set) in &other.0 {
            match sets.iter_mut().find(|(known, _)| *known == template) {
                Some((_, known)) => {
                    known.0 &= set.0;
                    if known.0 == 0 {
                        return None;
                    }
                }
                None => sets.push((template, set)),
            }
        }
        sets.sort_unstable();
        Some(Self(sets))
    }

    /// The worlds that are not in `other`; `None` if there are none. Where both depend on several templates,
    /// the difference is no product: then all of these are kept, which is too many and never too few.
    #[must_use]
    pub fn without(&self, other: &Self) -> Option<Self> {
        let [(template, removed)] = other.0.as_slice() else { return Some(self.clone()) };
        let mut sets = self.0.clone();
        let Some((_, kept)) = sets.iter_mut().find(|(known, _)| known == template) else {
            return Some(self.clone());
        };
        kept.0 &= !removed.0;
        (kept.0 != 0).then_some(Self(sets))
    }

    /// The worlds of both, if that can be said: if they depend on one and the same template.
    #[must_use]
    pub fn or(&self, other: &Self) -> Option<Self> {
        match (self.0.as_slice(), other.0.as_slice()) {
            ([(template, set)], [(same, more)]) if template == same => {
                Some(Self::of(*template, WorldSet(set.0 | more.0)))
            }
            _ if self == other => Some(self.clone()),
            _ => None,
        }
    }

    /// The set for each template, by template.
    #[must_use]
    pub fn sets(&self) -> &[(TemplateId, WorldSet)] {
        &self.0
    }
}
