//! Dated facts about AWS and the issuers of tokens, as data.

pub mod look_alike;
pub mod required_claims;
