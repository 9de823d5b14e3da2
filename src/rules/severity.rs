//! The scale that rules about exposure share: who reaches what.

use crate::finding::Severity;

/// Who can make an exchange, innermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Somebody in the own account, or an AWS service.
    Inner,
    /// A whole tenant, another account, a named tenant.
    Middle,
    /// Anybody, a guest, any customer of an issuer, somebody who registers himself.
    Outermost,
}

/// What is reached, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exposure {
    /// Own data, telemetry.
    OwnData,
    /// A narrow set of actions.
    Narrow,
    /// Read access to everything, or whole services.
    Broad,
    /// Secrets, or write access to everything.
    Deep,
    /// Administrator, escalation to it, or control over the federation itself.
    Full,
}

/// The field of a fact that says who, in the words of [`Reach::NAMES`].
pub(super) const REACH: &str = "reach";

/// The field of a fact that says what, in the words of [`Exposure::NAMES`].
pub(super) const EXPOSURE: &str = "exposure";

impl Reach {
    /// Every one, in order.
    pub const ALL: &[Self] = &[Self::Inner, Self::Middle, Self::Outermost];

    /// The words of the field, in the same order.
    pub const NAMES: &[&str] = &["inner", "middle", "outermost"];
}

impl Exposure {
    /// Every one, in order.
    pub const ALL: &[Self] = &[Self::OwnData, Self::Narrow, Self::Broad, Self::Deep, Self::Full];

    /// The words of the field, in the same order.
    pub const NAMES: &[&str] = &["own-data", "narrow", "broad", "deep", "full"];
}

/// How bad it is that somebody out there reaches this.
#[must_use]
pub const fn exposure(who: Reach, what: Exposure) -> Severity {
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
        for &who in Reach::ALL {
            assert!(Exposure::ALL.is_sorted_by_key(|&what| exposure(who, what)));
        }
        for &what in Exposure::ALL {
            assert!(Reach::ALL.is_sorted_by_key(|&who| exposure(who, what)));
        }
    }
}
