//! The arguments of `fedlint schema`.

use clap::{Args, ValueEnum};

/// Print a JSON Schema: of the settings, of rules, of the output
///
/// Editors complete and check files with them. Many find the schema of a YAML file by a comment at its top:
/// `yaml-language-server: $schema=FILE`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct SchemaOptions {
    /// Of what
    #[arg(value_name = "WHAT", value_enum)]
    pub(crate) of: SchemaOf,
}

/// What there is a JSON Schema of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The settings, `fedlint.yaml`
    Config,
    /// A rule file
    Rule,
    /// What `fedlint scan --format json` writes
    Output,
}
