//! `fedlint new`.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::catalogue::{refuse, settings};
use crate::cli::{Environment, ExitCode, New, NewOptions, NewRuleOptions};
use crate::rules::Rule;
use crate::rules::file::is_id;
use crate::settings::Settings;
use crate::source::{self, Sources};

/// A rule with everything that it needs. `RULE_ID` is its id.
const TEMPLATE: &str = include_str!("new/rule.yaml");

/// Writes a file to begin with.
pub(crate) fn run(options: &NewOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    match &options.what {
        New::Rule(options) => rule(options, environment),
    }
}

fn rule(options: &NewRuleOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let sources = Sources::default();
    let own = match settings(&options.settings, &sources, environment) {
        Ok(settings) => settings,
        Err(problems) => return refuse(&problems, &sources, &options.settings, environment),
    };
    let id = &options.id;
    let mut wrong = |message: String, help: &str| -> io::Result<ExitCode> {
        writeln!(environment.err, "error: {message}\n{help}")?;
        Ok(ExitCode::Failed)
    };
    if !is_id(id) {
        return wrong(
            format!("`{}` is no id of a rule", id.escape_debug()),
            "Write lower-case words and digits with hyphens between them, such as `social-login-taken`.",
        );
    }
    if Rule::built_in(id).is_some() {
        return wrong(
            format!("fedlint has a rule `{id}` already"),
            &format!("`fedlint explain {id}` shows it. Choose another id."),
        );
    }
    let directory = directory(options, &own);
    let path = directory.join(format!("{id}.yaml"));
    let shown = path.display().to_string();
    match source::write_new_file(&path, TEMPLATE.replace("RULE_ID", id).as_bytes()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return wrong(format!("{shown} is there already"), "Choose another id, or change that file.");
        }
        Err(error) => return wrong(format!("{shown} cannot be written: {error}"), "Nothing was changed."),
    }
    let out = &mut environment.out;
    writeln!(out, "wrote {shown}\n\nnext:")?;
    writeln!(out, "- say in it what is to be found; the comments say how")?;
    writeln!(out, "- fedlint test {}", directory.display())?;
    if !is_named(&directory, &own) {
        writeln!(
            out,
            "- have scans ask it: write `rules: {{ directories: [{}] }}` into fedlint.yaml",
            directory.display()
        )?;
    }
    out.flush()?;
    Ok(ExitCode::Clean)
}

/// Where the file goes.
fn directory(options: &NewRuleOptions, own: &Settings) -> PathBuf {
    match (&options.directory, own.rules.directories.first()) {
        (Some(directory), _) => directory.clone(),
        (None, Some(written)) => {
            let directory = own.root.join(&written.text);
            // As somebody in the working directory would name it.
            let here = source::absolute(Path::new(""));
            directory.strip_prefix(&here).map(Path::to_path_buf).unwrap_or(directory)
        }
        (None, None) => PathBuf::from("rules"),
    }
}

/// True if the settings name the directory.
fn is_named(directory: &Path, own: &Settings) -> bool {
    let directory = source::absolute(directory);
    own.rules.directories.iter().any(|written| source::absolute(&own.root.join(&written.text)) == directory)
}

#[cfg(test)]
mod tests;
