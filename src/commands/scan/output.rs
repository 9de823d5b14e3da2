//! The reports of one scan: each format gets the same one.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::{OutputFile, OutputFormat, ScanOptions, Verbosity};
use crate::commands::{log, version};
use crate::report::{
    Report, Root, RuleInformation, concise, github, gitlab, human, json, junit, markdown, sarif, verbose,
};
use crate::rules::Rule;
use crate::source;

/// The columns of a report for people in a file.
const COLUMNS: usize = 100;

/// What reports are made of.
pub(super) struct Outputs<'r> {
    report: Report<'r>,
    rules: &'r [Rule],
    root: Root,
    verbosity: Verbosity,
    settings: Option<PathBuf>,
    files: Option<markdown::Files>,
    /// Where GitHub takes the summary of a job from.
    job_summary: Option<PathBuf>,
}

impl<'r> Outputs<'r> {
    pub(super) fn new(
        report: Report<'r>,
        rules: &'r [Rule],
        options: &ScanOptions,
        settings: Option<PathBuf>,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Self {
        let first = options.sources.paths.iter().map(PathBuf::as_path).find(|path| path.as_os_str() != "-");
        let text = |name: &str| variable(name)?.into_string().ok();
        let on_github = || {
            let [server, repository, commit] =
                ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA"].map(text);
            markdown::Files::on_github(&server?, &repository?, &commit?)
        };
        let on_gitlab = || markdown::Files::on_gitlab(&text("CI_PROJECT_URL")?, &text("CI_COMMIT_SHA")?);
        Self {
            report,
            rules,
            verbosity: options.verbosity,
            settings,
            root: Root::find(&source::absolute(Path::new("")), first),
            files: on_github().or_else(on_gitlab),
            job_summary: variable("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from),
        }
    }

    /// What is to be in a file.
    pub(super) fn for_file(&self, file: &OutputFile) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        if file.format == OutputFormat::Markdown && self.job_summary.as_ref() == Some(&file.path) {
            self.write_markdown(&mut text, markdown::Options::SUMMARY)?;
        } else {
            let terminal = human::Options { width: COLUMNS, color: false, unicode: true };
            self.write(&mut text, file.format, &terminal)?;
        }
        Ok(text)
    }

    /// Writes the report to standard output, where the runner of a service may read along.
    pub(super) fn write_out(
        &self,
        out: &mut dyn Write,
        format: OutputFormat,
        terminal: &human::Options,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> io::Result<()> {
        match format {
            OutputFormat::Human => {
                log::write_for_people(out, variable, |out| self.write(out, format, terminal))
            }
            _ => self.write(out, format, terminal),
        }
    }

    /// Writes one report.
    fn write(&self, out: &mut dyn Write, format: OutputFormat, terminal: &human::Options) -> io::Result<()> {
        let (report, root) = (&self.report, &self.root);
        match format {
            OutputFormat::Human => self.write_for_people(out, terminal),
            OutputFormat::Json => json::write(out, report),
            OutputFormat::Sarif => {
                let help: Vec<String> = self.rules.iter().map(help_of).collect();
                let rules: Vec<_> = self
                    .rules
                    .iter()
                    .zip(&help)
                    .map(|(rule, help)| RuleInformation::of(rule, help))
                    .collect();
                sarif::write(out, report, &rules, root)
            }
            OutputFormat::Github => github::write(out, report, root),
            OutputFormat::Gitlab => gitlab::write(out, report, root),
            OutputFormat::Junit => junit::write(out, report, root),
            OutputFormat::Markdown => self.write_markdown(out, markdown::Options::COMMENT),
        }
    }

    fn write_for_people(&self, out: &mut dyn Write, terminal: &human::Options) -> io::Result<()> {
        match self.verbosity {
            Verbosity::Quiet => concise::write(out, &self.report, terminal),
            Verbosity::Usual => human::write(out, &self.report, terminal),
            Verbosity::Verbose => {
                let background =
                    verbose::Background { settings: self.settings.clone(), data: version::data() };
                verbose::write(out, &self.report, terminal, &background)
            }
        }
    }

    fn write_markdown(&self, out: &mut dyn Write, most: usize) -> io::Result<()> {
        let options = markdown::Options { most, files: self.files.clone() };
        markdown::write(out, &self.report, &self.root, &options)
    }
}

/// A file that two reports would be written to.
pub(super) fn written_twice(outputs: &[OutputFile]) -> Option<&Path> {
    let paths: Vec<PathBuf> = outputs.iter().map(|file| source::absolute(&file.path)).collect();
    let again = |&(index, path): &(usize, &PathBuf)| paths[..index].contains(path);
    paths.iter().enumerate().find(again).map(|(index, _)| outputs[index].path.as_path())
}

/// What a rule says to write instead, apart from any finding.
fn help_of(rule: &Rule) -> String {
    let own = rule.help.iter().map(|help| help.to_string());
    // What has fields in it speaks of one finding.
    let general = |help: &&Cow<'_, str>| !help.contains('{');
    let cases = rule.cases.iter().filter_map(|case| case.help.as_ref());
    let cases = cases.filter(general).map(|help| format!("- {help}"));
    own.chain(cases).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
