//! Dated facts about AWS and the issuers of tokens, as data.

pub mod actions;
mod check;
mod columns;
pub mod condition_keys;
mod issuer;
mod issuers;
mod language;
pub mod look_alike;
pub mod managed_policies;
pub mod privileges;
pub mod sender;
pub mod service_sources;
pub mod vendors;

pub use issuer::{IssuerFile, Mistake, OneOrMore, Tenancy, Url};
pub use issuers::{Found, Issuers, SamlIdentity};

#[cfg(test)]
mod tests;
