//! What the program does: one file for each subcommand, and one for `--version --verbose`.

pub(crate) mod baseline;
mod choose;
pub(crate) mod collect;
pub(crate) mod config;
pub(crate) mod graph;
pub(crate) mod paths;
mod prepare;
pub(crate) mod scan;
pub(crate) mod version;
