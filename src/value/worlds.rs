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
    /// True if nobody is to be told the literals: the parameter is a secret.
    pub secret: bool,
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
pub struct Worlds(Sets);

/// The sets of worlds, by template. Nearly everything depends on one template, and there is very much of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
enum Sets {
    #[default]
    None,
    One(TemplateId, WorldSet),
    /// Two or more.
    #[expect(clippy::box_collection, reason = "a pointer to a slice takes two words by itself")]
    Several(Box<Vec<(TemplateId, WorldSet)>>),
}

impl Worlds {
    /// The worlds `set` of one template.
    #[must_use]
    pub const fn of(template: TemplateId, set: WorldSet) -> Self {
        Self(Sets::One(template, set))
    }

    /// What holds in both: sets of one template are intersected, others kept side by side.
    /// `None` if nothing does.
    #[must_use]
    pub fn and(&self, other: &Self) -> Option<Self> {
        let mut sets: SmallVec<[_; 2]> = self.sets().collect();
        for (template, set) in other.sets() {
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
        Some(Self(match sets.as_slice() {
            [] => Sets::None,
            [(template, set)] => Sets::One(*template, *set),
            _ => Sets::Several(Box::new(sets.to_vec())),
        }))
    }

    /// The worlds that are not in `other`; `None` if there are none. Where both depend on several templates,
    /// the difference is no product: then all of these are kept, which is too many and never too few.
    #[must_use]
    pub fn without(&self, other: &Self) -> Option<Self> {
        let Sets::One(template, removed) = other.0 else { return Some(self.clone()) };
        let mut rest = self.clone();
        let kept = match &mut rest.0 {
            Sets::One(known, kept) if *known == template => Some(kept),
            Sets::Several(sets) => {
                sets.iter_mut().find(|(known, _)| *known == template).map(|(_, kept)| kept)
            }
            _ => None,
        };
        let Some(kept) = kept else { return Some(rest) };
        kept.0 &= !removed.0;
        (kept.0 != 0).then_some(rest)
    }

    /// The worlds of both, if that can be said: if they depend on one and the same template.
    #[must_use]
    pub fn or(&self, other: &Self) -> Option<Self> {
        match (&self.0, &other.0) {
            (Sets::One(template, set), Sets::One(same, more)) if template == same => {
                Some(Self::of(*template, WorldSet(set.0 | more.0)))
            }
            _ if self == other => Some(self.clone()),
            _ => None,
        }
    }

    /// The set for each template, by template.
    pub fn sets(&self) -> impl Iterator<Item = (TemplateId, WorldSet)> + '_ {
        let (one, several) = match &self.0 {
            Sets::None => (None, [].as_slice()),
            Sets::One(template, set) => (Some((*template, *set)), [].as_slice()),
            Sets::Several(sets) => (None, sets.as_slice()),
        };
        one.into_iter().chain(several.iter().copied())
    }

    /// The set for a template. `None` if it is not restricted.
    #[must_use]
    pub fn of_template(&self, template: TemplateId) -> Option<WorldSet> {
        self.sets().find(|(known, _)| *known == template).map(|(_, set)| set)
    }

    /// The template and the set, if they depend on one template only.
    #[must_use]
    pub const fn single(&self) -> Option<(TemplateId, WorldSet)> {
        match self.0 {
            Sets::One(template, set) => Some((template, set)),
            Sets::None | Sets::Several(_) => None,
        }
    }
}
