//! Suppressions of findings. They are found where findings are suppressed, by `rules`.

use super::{OneOf, fact, words};
use crate::value::Text;

words! {
    /// What is to be said of a suppression.
    SuppressionState {
        /// Its last day is over: the findings are back.
        Expired = "expired",
        /// It suppresses nothing.
        Unused = "unused",
        /// It does not say why.
        WithoutReason = "without-reason",
    }
}

fact! {
    /// One suppression, in a comment, in metadata or in the settings, of which something is to be said.
    SuppressionFact = "suppression" {
        /// What is to be said of it.
        state: OneOf<SuppressionState> = "state",
        /// The rules and groups that it names.
        names: Vec<Text> = "names",
        /// Its last day, if it has one.
        until: Option<Text> = "until",
    }
    evidence {}
}
