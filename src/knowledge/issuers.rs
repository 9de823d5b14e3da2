//! The files about issuers and other senders: the built-in ones and those of one's own.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::issuer::{IssuerFile, Mistake, Tenancy, Url, fill};
use super::sender::Sender;
use crate::document;
use crate::settings::Settings;
use crate::source::{self, Problem, ProblemKind, Search, SizeLimit, Sources};
use crate::value::{Shape, SymbolId};

/// All that is known of issuers.
#[derive(Clone, Debug, Default)]
pub struct Issuers {
    own: Vec<IssuerFile>,
    /// The URLs of one's own files, the most specific first: the file's index, the URL's index in it.
    own_urls: Vec<(usize, usize)>,
}

/// An issuer that is known.
#[derive(Clone, Debug)]
pub struct Found<'i> {
    /// What is known of it.
    pub file: &'i IssuerFile,
    /// Whom its tokens may be about.
    pub tenancy: Tenancy,
    /// The claim that AWS requires a trust policy to test when a role is created or changed, or the whole key if it has
    /// a colon (`sts:RoleSessionName`). One's own file need not repeat what the built-in one says.
    pub required_at_create: Option<&'i str>,
    /// The variables that its URL says, with their texts.
    pub filled: Vec<(String, String)>,
}

/// A file that is built in. It is only read when it is asked for.
struct Embedded {
    id: &'static str,
    json: &'static str,
    read: OnceLock<Option<IssuerFile>>,
}

include!(concat!(env!("OUT_DIR"), "/knowledge.rs"));

impl Embedded {
    const fn new(id: &'static str, json: &'static str) -> Self {
        Self { id, json, read: OnceLock::new() }
    }

    /// The file. All of them can be read, as the tests see to.
    fn file(&'static self) -> Option<&'static IssuerFile> {
        self.read.get_or_init(|| serde_json::from_str(self.json).ok()).as_ref()
    }
}

impl Issuers {
    /// The built-in files, and those in the directories that the settings name. What is wrong with one of these
    /// is a problem, and the file is left out.
    #[must_use]
    pub fn load(settings: &Settings, sources: &Sources) -> (Self, Vec<Problem>) {
        let directories: Vec<PathBuf> =
            settings.issuer_directories.iter().map(|written| settings.root.join(&written.text)).collect();
        if directories.is_empty() {
            return (Self::default(), Vec::new());
        }
        let discovery = source::discover(&directories, &Search::default());
        let mut problems = discovery.problems;
        let mut files: Vec<IssuerFile> = Vec::new();
        let is_file = |path: &Path| path.extension().is_some_and(|end| end == "yaml" || end == "yml");
        for found in discovery.files.iter().filter(|found| is_file(&found.path)) {
            match read(&found.path, sources) {
                Ok(file) if files.iter().any(|other| other.id == file.id) => {
                    let mistake = Mistake(format!("there is a file with `id: {}` already", file.id));
                    problems.push(wrong(&found.path, &mistake));
                }
                Ok(file) => files.push(file),
                Err(problem) => problems.push(problem),
            }
        }
        (Self::with(files), problems)
    }

    /// The built-in files and `own`, which come first.
    #[must_use]
    pub fn with(own: Vec<IssuerFile>) -> Self {
        let mut own_urls: Vec<(usize, usize)> = own
            .iter()
            .enumerate()
            .flat_map(|(file, issuer)| (0..issuer.issuers.len()).map(move |url| (file, url)))
            .collect();
        own_urls.sort_by_key(|&(file, url)| specific(&own[file].issuers[url].url));
        Self { own, own_urls }
    }

    /// What is known of the issuer with this URL, which is without scheme: `gitlab.com`. A final `/` does not
    /// count. One's own files come before the built-in ones, specific URLs before those with variables.
    #[must_use]
    pub fn find(&self, host_and_path: &str) -> Option<Found<'_>> {
        let issuer = host_and_path.strip_suffix('/').unwrap_or(host_and_path);
        for &(file, url) in &self.own_urls {
            let file = &self.own[file];
            let url = &file.issuers[url];
            if let Some(filled) = fill(&url.url, issuer) {
                let mut found = Found::new(file, url, filled);
                let built_in = || Self::find_built_in(issuer)?.required_at_create;
                found.required_at_create = found.required_at_create.or_else(built_in);
                return Some(found);
            }
        }
        Self::find_built_in(issuer)
    }

    fn find_built_in(issuer: &str) -> Option<Found<'static>> {
        let (filled, file, url) =
            URLS.iter().find_map(|&(pattern, file, url)| Some((fill(pattern, issuer)?, file, url)))?;
        let file = FILES[file].file()?;
        Some(Found::new(file, file.issuers.get(url)?, filled))
    }

    /// The file of this id: of one's own, or built in, or one of the built-in ones about other senders than
    /// issuers (`aws-principal`).
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&IssuerFile> {
        let own = self.own.iter().find(|file| file.id == id);
        own.or_else(|| FILES.iter().find(|embedded| embedded.id == id)?.file())
    }

    /// What holders of tokens of an issuer can send, and whether other customers get tokens there too. The
    /// issuer is its URL without scheme; symbols by their tokens.
    ///
    /// # Errors
    ///
    /// One's own file about the issuer has a mistake.
    pub fn web_identity(&self, issuer: &str) -> Result<(Sender, Option<Found<'_>>), Mistake> {
        let common = ["web-identity", "federated-request", "request"].map(|id| self.by_id(id));
        let common: Vec<_> = common.into_iter().flatten().collect();
        let found = self.find(issuer);
        let file = found.as_ref().map(|found| found.file).or_else(|| self.by_id("unknown"));
        let given = found.as_ref().map(Found::given).unwrap_or_default();
        let mut sender = match file {
            Some(file) => file.sender(Some(issuer), &given, &common)?,
            None => Sender::default(),
        };
        if issuer.chars().any(SymbolId::is_token) {
            // Who it is may turn out to be somebody with other claims, and whose keys begin otherwise.
            sender.allow_unknown_keys();
        }
        Ok((sender, found))
    }

    /// What holders of assertions of a SAML provider can send.
    ///
    /// # Errors
    ///
    /// See [`Self::web_identity`].
    pub fn saml_provider(&self, provider: &SamlIdentity<'_>) -> Result<Sender, Mistake> {
        let mut given = vec![("account", provider.account), ("provider", provider.name)];
        if let [issuer] = provider.issuers {
            given.push(("issuer", issuer));
        }
        let mut sender = self.sender("saml-provider", &given, &["federated-request", "request"])?;
        let issuer = sender.variables.iter_mut().find(|variable| variable.name == "issuer");
        if let (Some(issuer), [_, _, ..]) = (issuer, provider.issuers) {
            let issuer = Arc::make_mut(issuer);
            issuer.language = Shape::one_of(provider.issuers.iter().map(String::as_str));
            issuer.samples = provider.issuers.to_vec();
        }
        // Where nothing is known of a partition's endpoints, all are taken to be possible.
        if sender.kinds.iter().any(|kind| Some(kind.name.as_str()) == provider.partition) {
            sender.kinds.retain(|kind| Some(kind.name.as_str()) == provider.partition);
        }
        Ok(sender)
    }

    /// What AWS principals can send.
    ///
    /// # Errors
    ///
    /// See [`Self::web_identity`].
    pub fn aws_principal(&self) -> Result<Sender, Mistake> {
        self.sender("aws-principal", &[], &["request"])
    }

    /// What a service can send to a role of this account.
    ///
    /// # Errors
    ///
    /// See [`Self::web_identity`].
    pub fn service(&self, host: &str, account: Option<&str>) -> Result<Sender, Mistake> {
        let file = service_file(host);
        let mut given = vec![("service", host)];
        given.extend(account.map(|account| ("account", account)));
        self.sender(file, &given, &["request"])
    }

    /// Whether what a service can send depends on the account of the role.
    #[must_use]
    pub fn service_knows_account(&self, host: &str) -> bool {
        self.by_id(service_file(host)).is_some_and(|file| file.given.iter().any(|given| given == "account"))
    }

    fn sender(&self, id: &str, given: &[(&str, &str)], common: &[&str]) -> Result<Sender, Mistake> {
        let common: Vec<_> = common.iter().filter_map(|id| self.by_id(id)).collect();
        match self.by_id(id) {
            Some(file) => file.sender(None, given, &common),
            None => Ok(Sender::default()),
        }
    }

    /// The URLs of the built-in issuers for which AWS requires a claim to be tested, in the order of the files.
    pub(super) fn required_urls() -> impl Iterator<Item = &'static str> {
        REQUIRED_URLS.iter().copied()
    }

    /// The ids of the built-in files.
    pub fn built_in() -> impl Iterator<Item = &'static str> {
        FILES.iter().map(|embedded| embedded.id)
    }
}

/// What is known of a SAML provider. Symbols stand by their tokens.
#[derive(Clone, Copy, Debug)]
pub struct SamlIdentity<'s> {
    /// The account that it is in.
    pub account: &'s str,
    /// Its name there.
    pub name: &'s str,
    /// The partition of the account.
    pub partition: Option<&'s str>,
    /// Who makes its assertions: one of these. None if that is not known.
    pub issuers: &'s [String],
}

impl<'i> Found<'i> {
    fn new(file: &'i IssuerFile, url: &'i Url, filled: Vec<(String, String)>) -> Self {
        let required_at_create = url.required_at_create.as_deref().or(file.required_at_create.as_deref());
        Self { file, tenancy: url.tenancy, required_at_create, filled }
    }

    /// [`Self::filled`] as [`IssuerFile::sender`] takes it.
    #[must_use]
    pub fn given(&self) -> Vec<(&str, &str)> {
        self.filled.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
    }
}

/// The file about what a service can send.
fn service_file(host: &str) -> &'static str {
    match host {
        "rolesanywhere.amazonaws.com" => "roles-anywhere",
        "pods.eks.amazonaws.com" => "pod-identity",
        _ => "service",
    }
}

/// Sorts URLs: fewer variables first, then more other characters. `build.rs` does the same for the table.
fn specific(url: &str) -> (usize, Reverse<usize>) {
    let literal = url.split('{').enumerate().map(|(index, part)| match index {
        0 => part.len(),
        _ => part.split_once('}').map_or(0, |(_, literal)| literal.len()),
    });
    (url.matches('{').count(), Reverse(literal.sum()))
}

fn read(path: &Path, sources: &Sources) -> Result<IssuerFile, Problem> {
    let bytes = source::read_path(path, SizeLimit::default())?;
    let (_, text) = sources.add_bytes(Some(path), bytes)?;
    let file = parse(&text).map_err(|mistake| wrong(path, &mistake))?;
    if path.file_stem().is_none_or(|stem| stem != file.id.as_str()) {
        return Err(wrong(path, &Mistake(format!("`id: {}` is not the name of the file", file.id))));
    }
    Ok(file)
}

/// Reads and checks a file of one's own.
pub(super) fn parse(text: &str) -> Result<IssuerFile, Mistake> {
    document::shallow(text).map_err(Mistake)?;
    let file: IssuerFile = serde_yaml::from_str(text).map_err(|error| Mistake(error.to_string()))?;
    file.check()?;
    if file.issuers.is_empty() {
        return Err(Mistake("`issuers` names no URL, so the file would never be used".to_owned()));
    }
    Ok(file)
}

fn wrong(path: &Path, mistake: &Mistake) -> Problem {
    let message = format!("in the issuer file, {mistake}");
    let help = "Correct the file; docs/issuers.md says what it holds.";
    Problem::of(ProblemKind::Settings, path, message, help)
}
