//! `fedlint test`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::catalogue::{refuse, settings};
use super::log::write_for_people;
use crate::cli::{Environment, ExitCode, TestOptions};
use crate::report::examples::{Tested, write};
use crate::rules::{self, BUILT_IN};
use crate::scan::examples::{Bench, failures};
use crate::settings::{Settings, Written};
use crate::source::{self, Sources};

/// Runs the examples of the rules in directories, and says which are not as they say.
pub(crate) fn run(options: &TestOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let sources = Sources::default();
    let own = match settings(&options.settings, &sources, environment) {
        Ok(settings) => settings,
        Err(problems) => return refuse(&problems, &sources, &options.settings, environment),
    };
    let directories = directories(options, &own);
    if directories.is_empty() {
        writeln!(
            environment.err,
            "there is nothing to test: no directory with rule files is named\nName one, or write `rules: {{ directories: [rules] \
             }}` into the settings."
        )?;
        return Ok(ExitCode::Nothing);
    }
    let mut settings = Settings::new(Path::new(""));
    settings.rules.directories = directories
        .iter()
        .map(|directory| Written { text: directory.to_string_lossy().into_owned(), span: None })
        .collect();
    // Of the settings only the directories count: examples say what they need.
    let (rules, problems) = rules::load(&settings, &sources);
    let own = &rules[BUILT_IN.len()..];
    let strict = |id: &str| own.iter().any(|rule| rule.id == id);
    let bench = Bench { rules: &rules, strict: &strict };
    let tested: Vec<Tested> = own
        .iter()
        .map(|rule| {
            let file = rule.file();
            let examples = (file.bad.len(), file.good.len());
            Tested { rule: rule.id.to_string(), examples, failures: failures(&file, &bench) }
        })
        .collect();
    if !problems.is_empty() {
        refuse(&problems, &sources, &options.settings, environment)?;
    }
    let terminal = environment.terminal(options.settings.color);
    let mut out = io::BufWriter::new(&mut *environment.out);
    if problems.is_empty() || !tested.is_empty() {
        write_for_people(&mut out, environment.variable, |out| write(out, &tested, &terminal))?;
    }
    out.flush()?;
    Ok(match (problems.is_empty(), tested.is_empty(), tested.iter().any(Tested::failed)) {
        (false, _, _) => ExitCode::Failed,
        (true, true, _) => ExitCode::Nothing,
        (true, false, true) => ExitCode::Findings,
        (true, false, false) => ExitCode::Clean,
    })
}

/// The directories that are named, else those of the settings.
fn directories(options: &TestOptions, own: &Settings) -> Vec<PathBuf> {
    if options.directories.is_empty() {
        own.rules.directories.iter().map(|written| own.root.join(&written.text)).collect()
    } else {
        options.directories.iter().map(|directory| source::absolute(directory)).collect()
    }
}

#[cfg(test)]
mod tests;
