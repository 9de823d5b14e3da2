//! fedlint: a static analyzer for AWS identity federation and trust configuration.
//!
//! Data flows one way, and each module uses only those to its left:
//!
//! ```text
//! source -> document -> settings -> value, knowledge -> resources -> policy -> model -> graph -> facts -> rules -> report
//! ```
//!
//! `ARCHITECTURE.md` says what each one turns into what.

pub mod analysis;
pub mod baseline;
pub mod cli;
pub mod collect;
mod commands;
pub mod document;
pub mod facts;
pub mod finding;
pub mod fixes;
pub mod graph;
pub mod knowledge;
pub mod model;
pub mod policy;
pub mod report;
pub mod resources;
pub mod rules;
pub mod scan;
pub mod settings;
pub mod source;
pub mod value;
