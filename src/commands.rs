//! What the program does: one file for each subcommand, and one for `--version --verbose`.

pub(crate) mod baseline;
mod catalogue;
mod choose;
pub(crate) mod collect;
pub(crate) mod config;
pub(crate) mod explain;
pub(crate) mod graph;
pub(crate) mod init;
pub(crate) mod log;
pub(crate) mod new;
pub(crate) mod paths;
mod prepare;
mod progress;
pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod schema;
pub(crate) mod test;
pub(crate) mod version;
