//! `fedlint schema`.

use std::io;

use crate::cli::{Environment, ExitCode, SchemaOf, SchemaOptions};
use crate::facts::SCHEMAS;
use crate::report::json;
use crate::rules::rule_schema;
use crate::settings::settings_schema;

/// Prints a JSON Schema.
pub(crate) fn run(options: &SchemaOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let schema = match options.of {
        SchemaOf::Config => settings_schema(),
        SchemaOf::Rule => rule_schema(SCHEMAS),
        SchemaOf::Output => json::output_schema(),
    };
    writeln!(environment.out, "{schema:#}")?;
    environment.out.flush()?;
    Ok(ExitCode::Clean)
}
