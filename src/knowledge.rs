//! Dated facts about AWS and the issuers of tokens, as data.

pub mod required_claims;
