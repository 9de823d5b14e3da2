//! What is asked of rules without scanning anything: the rules, and what the settings say of them.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use super::prepare::{Prepared, prepare, settings_file};
use crate::cli::{Environment, ExitCode, FindingOptions, SettingsOptions};
use crate::report::human;
use crate::rules::{self, Rule, Selection};
use crate::settings::Settings;
use crate::source::{Problem, Sources};

/// The rules, and how they would be asked.
pub(super) struct Catalogue {
    pub(super) rules: Cow<'static, [Rule]>,
    pub(super) selection: Selection,
}

impl Catalogue {
    /// Reads the settings and the rules that they name, as a scan of the working directory would.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub(super) fn load(
        options: &SettingsOptions,
        sources: &Sources,
        environment: &mut Environment<'_>,
    ) -> Result<Self, Vec<Problem>> {
        let Prepared { settings, .. } =
            prepare(&options.sources(), &FindingOptions::default(), sources, environment)?;
        let (rules, mut wrong) = rules::load(&settings, sources);
        let (selection, more) = Selection::new(&settings.rules, &rules);
        wrong.extend(more);
        if wrong.is_empty() { Ok(Self { rules, selection }) } else { Err(wrong) }
    }
}

/// The settings file for the working directory, whatever its rules are like.
///
/// # Errors
///
/// Everything that is wrong with it.
pub(super) fn settings(
    options: &SettingsOptions,
    sources: &Sources,
    environment: &Environment<'_>,
) -> Result<Settings, Vec<Problem>> {
    let file = settings_file(&options.configuration(), environment.variable, Path::new(""))
        .map_err(|problem| vec![problem])?;
    file.map_or_else(|| Ok(Settings::new(Path::new(""))), |file| Settings::load(sources, &file))
}

/// Says on standard error what is wrong with settings or rules.
pub(super) fn refuse(
    problems: &[Problem],
    sources: &Sources,
    options: &SettingsOptions,
    environment: &mut Environment<'_>,
) -> io::Result<ExitCode> {
    let terminal = environment.error_terminal(options.color);
    human::write_problems(environment.err, problems, sources, &terminal)?;
    Ok(ExitCode::Failed)
}
