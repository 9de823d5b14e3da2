//! What the user tells us beyond the templates: whose accounts are whose, where templates are deployed, which
//! values parameters have, what to leave out.
//!
//! The settings file is `fedlint.yaml`. It is read through [`document`](crate::document), so that every
//! complaint has a place, and so that `012345678901` without quotes stays the account it is. A setting that
//! is not understood stops the scan: what it was meant to say could change every answer.

mod file;
mod parameters;
mod reader;
mod schema;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use globset::GlobMatcher;
use indexmap::IndexMap;
use jiff::civil::Date;

use crate::source::{self, Origin, Problem, SizeLimit, Sources, Span};

pub use schema::settings_schema;

/// The name of the settings file.
pub const FILE_NAME: &str = "fedlint.yaml";

/// Names that somebody may give it by mistake.
pub const OTHER_NAMES: &[&str] = &["fedlint.yml", ".fedlint.yaml", ".fedlint.yml"];

/// What the user tells us. The default is: nothing.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The directory that patterns are relative to: that of the settings file, else the working directory.
    /// Absolute.
    pub root: PathBuf,
    /// The root of the repository that [`Settings::root`] is in; that itself if it is in none. Absolute.
    pub base: PathBuf,
    /// Accounts by how far they are trusted.
    pub accounts: Accounts,
    /// Ids of the organisations (`o-...`) that are one's own.
    pub organisations: Vec<Written>,
    /// Where templates are deployed; the first that matches counts.
    pub deployments: Vec<Deployment>,
    /// Values of template parameters, by name.
    pub parameters: Parameters,
    /// Issuers of tokens that are one's own, without scheme and final slash: `gitlab.example.com`.
    pub own_issuers: Vec<Written>,
    /// Directories with files about issuers, relative to [`Settings::root`].
    pub issuer_directories: Vec<Written>,
    /// Issuers of tokens that roles may trust besides one's own, in the same form. Empty if everything may be.
    pub expected_issuers: Vec<Written>,
    /// Where Identity Center gets its users from; no API tells.
    pub identity_source: Option<IdentitySource>,
    /// Today's date. Without it, nothing that depends on the date is reported.
    pub today: Option<Date>,
    /// Files that searches leave out, in the syntax of `.gitignore`.
    pub exclude: Vec<Written>,
    /// The mildest severity that fails a scan, by name.
    pub fail_on: Option<Written>,
    /// How certain findings have to be, by name.
    pub min_certainty: Option<Written>,
    /// The file with findings that are known, relative to [`Settings::root`].
    pub baseline: Option<Written>,
    /// Which rules are asked, and how.
    pub rules: RuleSettings,
    /// Where the settings at the top of the file stand, by name.
    pub entries: BTreeMap<String, Span>,
    /// Which findings are not to be acted on.
    pub suppressions: Vec<SettingsSuppression>,
}

/// Findings that are not to be acted on. Those that fit everything that is said.
#[derive(Clone, Debug)]
pub struct SettingsSuppression {
    /// Ids of rules, and groups.
    pub rules: Vec<Written>,
    /// Matches paths of files, relative to [`Settings::root`].
    pub path: Option<GlobMatcher>,
    /// Matches names, ARNs and construct paths of entities.
    pub entity: Option<GlobMatcher>,
    /// Matches the `Sid` of the statement.
    pub statement: Option<GlobMatcher>,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// The entry in the settings file.
    pub span: Span,
}

/// Accounts by how far they are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// The one that manages one's organisation.
    pub management: Option<AccountId>,
    /// One's own.
    pub own: Vec<AccountId>,
    /// Of others, and trusted on purpose.
    pub trusted: Vec<AccountId>,
    /// Of vendors, whose service assumes roles for many customers.
    pub vendors: Vec<AccountId>,
}

/// The id of an AWS account: twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(Box<str>);

/// A text of the settings, with its place if it comes from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text.
    pub text: String,
    /// The place.
    pub span: Option<Span>,
}

/// Where the templates that a pattern matches are deployed.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Matches paths relative to [`Settings::root`].
    pattern: GlobMatcher,
    /// The account.
    pub account: Option<AccountId>,
    /// The region.
    pub region: Option<String>,
    /// The entry in the settings file.
    pub span: Option<Span>,
}

/// Values of template parameters, by name, in order.
pub type Parameters = IndexMap<String, Parameter>;

/// The value of a template parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The value.
    pub value: ParameterValue,
    /// The place.
    pub span: Option<Span>,
}

/// A value for a template parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterValue {
    /// A text, number or boolean, as written. May stand for a list if the parameter is one (`a,b`).
    Text(String),
    /// A list.
    List(Vec<String>),
}

/// Where Identity Center gets its users from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentitySource {
    /// Its own directory.
    IdentityCenter,
    /// An Active Directory.
    ActiveDirectory,
    /// A SAML identity provider.
    External,
}

/// Which rules are asked, and how. Ids and options are checked by the rules themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSettings {
    /// Rules or groups to ask; all if empty.
    pub select: Vec<Written>,
    /// Rules or groups not to ask.
    pub ignore: Vec<Written>,
    /// Severities by rule.
    pub severity: BTreeMap<String, Written>,
    /// Options by rule, then by option. A list option has several texts.
    pub options: BTreeMap<String, BTreeMap<String, Vec<Written>>>,
    /// Directories with rules of one's own, relative to [`Settings::root`].
    pub directories: Vec<Written>,
}

impl Settings {
    /// Settings that say nothing, for a scan from the directory `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        let root = source::absolute(root);
        Self { base: source::repository(&root).unwrap_or_else(|| root.clone()), root, ..Self::default() }
    }

    /// Settings that say nothing, for a scan of `start` from the working directory.
    #[must_use]
    pub fn without_file(start: &Path) -> Self {
        let settings = Self::new(Path::new(""));
        Self { base: source::repository(start).unwrap_or(settings.base), ..settings }
    }

    /// Where the setting `name` at the top of the file stands, if it does.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<Span> {
        self.entries.get(name).copied()
    }

    /// Reads the settings file at `path`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in order of place.
    pub fn load(sources: &Sources, path: &Path) -> Result<Self, Vec<Problem>> {
        let bytes = source::read_path(path, SizeLimit::default()).map_err(|problem| vec![problem])?;
        let (source, text) = sources.add_bytes(Some(path), bytes).map_err(|problem| vec![problem])?;
        let directory = path.parent().unwrap_or(Path::new(""));
        Self::complete(sources, file::read(&text, source, directory)?, directory)
    }

    /// The settings with the files that they name.
    fn complete(
        sources: &Sources,
        (mut settings, files): (Self, Vec<Written>),
        directory: &Path,
    ) -> Result<Self, Vec<Problem>> {
        // What is written in the settings file itself wins over the files that it names.
        let own = std::mem::take(&mut settings.parameters);
        for file in files {
            settings.add_parameters(sources, &directory.join(&file.text))?;
        }
        settings.parameters.extend(own);
        Ok(settings)
    }

    /// Reads the text of a settings file that lies in no directory: paths in it are relative to `directory`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in order of place.
    pub fn parse(sources: &Sources, text: &str, directory: &Path) -> Result<Self, Vec<Problem>> {
        let source = sources.add_kept(Origin::Memory(FILE_NAME.into()), text.into());
        Self::complete(sources, file::read(text, source, directory)?, directory)
    }

    /// Adds the parameters in the file at `path`, which win over those that are known.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file.
    pub fn add_parameters(&mut self, sources: &Sources, path: &Path) -> Result<(), Vec<Problem>> {
        self.parameters.extend(load_parameters(sources, path)?);
        Ok(())
    }

    /// A path as it is the same on every machine, with `/`: from the root of the repository, or from [`Settings::root`] where
    /// there is none. What lies elsewhere stays as it is.
    #[must_use]
    pub fn relative(&self, path: &Path) -> String {
        let absolute = source::absolute(path);
        // Settings that nobody made for a place have none.
        if self.root.as_os_str().is_empty() {
            return path.to_string_lossy().into_owned();
        }
        let inside = absolute.strip_prefix(&self.base).or_else(|_| absolute.strip_prefix(&self.root));
        let parts = inside.unwrap_or(path).components();
        parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    /// Where the template at `path` is deployed, if the settings say so: the first entry that matches.
    #[must_use]
    pub fn deployment(&self, path: &Path) -> Option<&Deployment> {
        let path = source::absolute(path);
        let path = path.strip_prefix(&self.root).ok()?;
        self.deployments.iter().find(|deployment| covers(&deployment.pattern, path))
    }
}

/// True if a pattern matches a path, or is the path of a directory that it lies in. Both are relative to [`Settings::root`].
#[must_use]
pub fn covers(pattern: &GlobMatcher, path: &Path) -> bool {
    let directory = pattern.glob().glob();
    pattern.is_match(path) || (!directory.is_empty() && path.starts_with(directory))
}

impl Deployment {
    /// The pattern as it was written.
    #[must_use]
    pub fn pattern(&self) -> &str {
        self.pattern.glob().glob()
    }
}

impl AccountId {
    /// The account with the id `text`; `None` if it is none.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| Self(text.into()))
    }

    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl IdentitySource {
    const ALL: [Self; 3] = [Self::IdentityCenter, Self::ActiveDirectory, Self::External];

    /// The name in the settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdentityCenter => "identity-center",
            Self::ActiveDirectory => "active-directory",
            Self::External => "external",
        }
    }
}

/// Reads a date as `2026-11-25`.
///
/// # Errors
///
/// What is wrong with it.
pub fn read_date(text: &str) -> Result<Date, String> {
    // Shorter forms that the parser also takes (`20261125`) would look like numbers.
    if text.len() == 10
        && let Ok(date) = text.parse()
    {
        return Ok(date);
    }
    Err(format!("`{}` is not a date of the form `2026-11-25`", text.escape_debug()))
}

fn load_parameters(sources: &Sources, path: &Path) -> Result<Parameters, Vec<Problem>> {
    let bytes = source::read_path(path, SizeLimit::default()).map_err(|problem| vec![problem])?;
    let (source, text) = sources.add_bytes(Some(path), bytes).map_err(|problem| vec![problem])?;
    parameters::read(&text, source, path)
}

#[cfg(test)]
mod tests;
