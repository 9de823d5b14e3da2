//! The scale that rules about exposure share: who reaches what.

use crate::facts::Words;
pub(super) use crate::facts::{Exposure, Reach};
use crate::finding::Severity;

/// The field of a fact that says who, in the words of [`REACH_NAMES`].
pub(super) const REACH: &str = "reach";

/// The field of a fact that says what, in the words of [`EXPOSURE_NAMES`].
pub(super) const EXPOSURE: &str = "exposure";

/// Every reach, in order.
pub(super) const REACHES: &[Reach] = &[Reach::Inner, Reach::Middle, Reach::Outermost];

/// Every exposure, in order.
pub(super) const EXPOSURES: &[Exposure] =
    &[Exposure::OwnData, Exposure::Narrow, Exposure::Broad, Exposure::Deep, Exposure::Full];

/// The words of the field that says who.
pub(super) const REACH_NAMES: &[&str] = Reach::NAMES;

/// The words of the field that says what.
pub(super) const EXPOSURE_NAMES: &[&str] = Exposure::NAMES;

/// How bad it is that somebody out there reaches this.
#[must_use]
pub(super) const fn exposure(who: Reach, what: Exposure) -> Severity {
    match (who, what) {
        (Reach::Outermost, Exposure::Full | Exposure::Deep) => Severity::Critical,
        (Reach::Outermost, Exposure::Broad) | (Reach::Middle, Exposure::Full) => Severity::High,
        (Reach::Outermost, Exposure::Narrow)
        | (Reach::Middle, Exposure::Deep | Exposure::Broad)
        | (Reach::Inner, Exposure::Full) => Severity::Medium,
        (Reach::Outermost, Exposure::OwnData)
        | (Reach::Middle, Exposure::Narrow)
        | (Reach::Inner, Exposure::Deep | Exposure::Broad) => Severity::Low,
        (Reach::Middle, Exposure::OwnData) | (Reach::Inner, Exposure::Narrow | Exposure::OwnData) => {
            Severity::Info
        }
    }
}

/// The scale in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Who, those who are furthest in first.
    pub who: &'static [&'static str],
    /// What, the least first, and for each of `who` how bad it is that he reaches it.
    pub what: Vec<(&'static str, Vec<Severity>)>,
}

/// The scale in the words of the fields.
#[must_use]
pub fn exposure_scale() -> Scale {
    let levels = |&what: &Exposure| REACHES.iter().map(|&who| exposure(who, what)).collect();
    let what = EXPOSURE_NAMES.iter().copied().zip(EXPOSURES.iter().map(levels)).collect();
    Scale { who: REACH_NAMES, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_of_the_scale() {
        assert_eq!(exposure(Reach::Outermost, Exposure::Full), Severity::Critical);
        assert_eq!(exposure(Reach::Inner, Exposure::Narrow), Severity::Info);
    }

    #[test]
    fn a_wider_population_or_a_stronger_role_is_never_milder() {
        for &who in REACHES {
            assert!(EXPOSURES.is_sorted_by_key(|&what| exposure(who, what)));
        }
        for &what in EXPOSURES {
            assert!(REACHES.is_sorted_by_key(|&who| exposure(who, what)));
        }
    }
}
