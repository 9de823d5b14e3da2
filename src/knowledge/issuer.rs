//! Files about who sends what to AWS, and what is made of them: [`Sender`]s.
//!
//! One dated YAML file for each issuer of tokens or other kind of principal; users add their own in the same
//! format (`docs/issuers.md`).

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;

use super::language;
use super::sender::{
    Claim, Control, Exchange, Format, Kind, Measure, Piece, Presence, Sender, Values, Variable, VariableId,
};
use crate::value::Shape;

/// A file about an issuer, as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IssuerFile {
    /// Stable name, kebab-case.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// The day on which the facts were last compared with their sources, `2026-11-25`.
    pub checked: String,
    /// Where the facts come from.
    pub sources: Vec<String>,
    /// The issuers' URLs without scheme.
    #[serde(default)]
    pub issuers: Vec<Url>,
    /// The condition key that AWS requires when a role is created or changed, as a claim's name; for all URLs
    /// that do not say it themselves.
    #[serde(default)]
    pub required_at_create: Option<String>,
    /// Variables by name.
    #[serde(default)]
    pub variables: BTreeMap<String, VariableFile>,
    /// Names of variables that are filled in by whoever asks: what the principal or the URL says.
    #[serde(default)]
    pub given: Vec<String>,
    /// Which variables tell tenants, projects and runs apart.
    #[serde(default)]
    pub identity: Identity,
    /// Claims that all kinds have, unless a kind says otherwise.
    #[serde(default)]
    pub claims: BTreeMap<String, ClaimFile>,
    /// See [`Sender::exactly_one`].
    #[serde(default)]
    pub exactly_one: Vec<[String; 2]>,
    /// See [`Sender::together`].
    #[serde(default)]
    pub together: Vec<[String; 2]>,
    /// The kinds of tokens.
    pub kinds: Vec<KindFile>,
    /// What a call needs, beyond the default for the kind of principal.
    #[serde(default)]
    pub exchanges: Vec<ExchangeFile>,
}

/// An issuer's URL.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Url {
    /// The host and path, without scheme; `{name}` stands for any text without `/` and fills the variable in.
    pub url: String,
    /// Whether unrelated customers get tokens from it.
    #[serde(default)]
    pub tenancy: Tenancy,
    /// See [`IssuerFile::required_at_create`], for this URL alone.
    #[serde(default)]
    pub required_at_create: Option<String>,
}

/// Whom an issuer's tokens may be about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tenancy {
    /// Any customer of the vendor: only a claim says which.
    Shared,
    /// One tenant, which the URL names.
    #[default]
    Private,
    /// Anybody who signs in: the users of an application.
    Public,
}

/// A variable, as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VariableFile {
    /// The strings that it may be: `[A-Za-z0-9-]+`, or several such.
    pub of: OneOrMore,
    /// Strings among these that it is never.
    #[serde(default)]
    pub except: Vec<String>,
    /// Who decides.
    #[serde(default)]
    pub control: ControlFile,
    /// `time` for points in time.
    #[serde(default)]
    pub measure: Option<String>,
    /// Values for examples.
    #[serde(default)]
    pub samples: Vec<String>,
}

/// Who decides what a variable is, as it is written.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlFile {
    /// See [`Control::Requester`].
    #[default]
    Requester,
    /// See [`Control::Tenant`].
    Tenant,
    /// See [`Control::Issuer`].
    Issuer,
}

/// Which variables tell apart whom.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Identity {
    /// See [`Sender::tenant`]. With one of them filled in, nothing tells tenants apart any more.
    #[serde(default)]
    pub tenant: Vec<String>,
    /// See [`Sender::project`].
    #[serde(default)]
    pub project: Vec<String>,
    /// See [`Sender::run`].
    #[serde(default)]
    pub run: Vec<String>,
}

/// A text or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

/// A claim, as it is written: under its name, which ends in `?` if not every token has it and in `??` if the
/// sources do not say. A name without `:` is a claim of the issuer; `null` says that there is none.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ClaimFile {
    /// It is never there.
    Never(()),
    /// Its formats.
    One(OneOrMore),
    /// Several values at once.
    Many(ManyFile),
    /// One or several of a name's own formats.
    Segments(SegmentsFile),
}

/// A claim of several values, as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ManyFile {
    /// See [`Values::Many::required`].
    #[serde(default)]
    pub required: Vec<OneOrMore>,
    /// See [`Values::Many::others`].
    #[serde(default)]
    pub others: Vec<String>,
}

/// A claim of segments in any order, as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SegmentsFile {
    /// See [`Piece::Segments`].
    pub segments: Vec<String>,
    /// See [`Piece::Segments`].
    pub separator: String,
    /// See [`Piece::Segments`].
    pub most: u8,
}

/// A kind of tokens, as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KindFile {
    /// See [`Kind::name`].
    pub name: String,
    /// See [`Kind::possible`].
    #[serde(default)]
    pub possible: bool,
    /// See [`Kind::unreviewed`].
    #[serde(default)]
    pub unreviewed: bool,
    /// See [`Kind::guest`].
    #[serde(default)]
    pub guest: bool,
    /// Its claims, before those of the file.
    #[serde(default)]
    pub claims: BTreeMap<String, ClaimFile>,
}

/// A call, as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExchangeFile {
    /// See [`Exchange::name`].
    #[serde(default)]
    pub name: String,
    /// See [`Exchange::actions`].
    pub actions: Vec<String>,
    /// See [`Exchange::without`].
    #[serde(default)]
    pub without: Vec<String>,
    /// See [`Exchange::possible`].
    #[serde(default)]
    pub possible: bool,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake(pub(super) String);

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Mistake {}

impl IssuerFile {
    /// The sender that the file describes.
    ///
    /// `prefix` stands before the names of the issuer's own claims (`token.actions.githubusercontent.com`);
    /// `given` are the texts of the variables of [`IssuerFile::given`] and of the URL, with symbols by their
    /// tokens. What `common` files say comes after all of the file's own, the first of them first. A variable that
    /// two files have is another one in each.
    ///
    /// # Errors
    ///
    /// The file uses a variable, a language or a key that it must not.
    pub fn sender(
        &self,
        prefix: Option<&str>,
        given: &[(&str, &str)],
        common: &[&Self],
    ) -> Result<Sender, Mistake> {
        let mut making = Making {
            sender: Sender { name: self.name.clone(), ..Sender::default() },
            given,
            scopes: Vec::new(),
        };
        let files = || std::iter::once(self).chain(common.iter().copied());
        for file in files() {
            making.variables(file)?;
            let pairs = |pairs: &[[String; 2]]| -> Vec<[String; 2]> {
                pairs.iter().map(|pair| pair.clone().map(|key| key.to_ascii_lowercase())).collect()
            };
            making.sender.exactly_one.extend(pairs(&file.exactly_one));
            making.sender.together.extend(pairs(&file.together));
        }
        // What is said of all kinds is one claim.
        let mut of_all = Vec::new();
        for (name, claim) in &self.claims {
            of_all.push(Arc::new(making.claim(name, claim, prefix, 0)?));
        }
        for (scope, common) in (1..).zip(common) {
            for (name, claim) in &common.claims {
                of_all.push(Arc::new(making.claim(name, claim, None, scope)?));
            }
        }
        for kind in &self.kinds {
            let mut claims = Vec::with_capacity(kind.claims.len() + of_all.len());
            for (name, claim) in &kind.claims {
                claims.push(Arc::new(making.claim(name, claim, prefix, 0)?));
            }
            claims.extend(of_all.iter().cloned());
            // Patterns come last, longest first: `aws:requesttag/*` before `aws:*`.
            claims.sort_by_key(|claim| (claim.key.ends_with('*'), std::cmp::Reverse(claim.key.len())));
            // A kind's own claim before the one of the file: the sort keeps their order.
            making.sender.kinds.push(Kind {
                name: kind.name.clone(),
                possible: kind.possible,
                unreviewed: kind.unreviewed,
                guest: kind.guest,
                claims,
            });
        }
        let exchanges = files().map(|file| &file.exchanges).find(|exchanges| !exchanges.is_empty());
        making.sender.exchanges = exchanges
            .into_iter()
            .flatten()
            .map(|exchange| Exchange {
                name: exchange.name.clone(),
                actions: exchange.actions.clone(),
                without: exchange.without.iter().map(|key| key.to_ascii_lowercase()).collect(),
                possible: exchange.possible,
            })
            .collect();
        making.sender.tenant = making.ids(&self.identity.tenant)?;
        making.sender.project = making.ids(&self.identity.project)?;
        if making.sender.tenant.len() < self.identity.tenant.len() {
            // Each of them alone names a tenant: with one filled in, there is only this one, and the others tell
            // apart what it has.
            for id in std::mem::take(&mut making.sender.tenant) {
                if !making.sender.project.contains(&id) {
                    making.sender.project.push(id);
                }
            }
        }
        making.sender.run = making.ids(&self.identity.run)?;
        Ok(making.sender)
    }

    /// Whether one of the file's URLs is this issuer, with the variables that it fills in.
    #[must_use]
    pub fn url(&self, issuer: &str) -> Option<(&Url, Vec<(String, String)>)> {
        self.issuers.iter().find_map(|url| Some((url, fill(&url.url, issuer)?)))
    }
}

/// The texts of a URL pattern's variables in a URL. Hosts are compared without regard to case, paths with.
pub(super) fn fill(pattern: &str, url: &str) -> Option<Vec<(String, String)>> {
    let mut filled = Vec::new();
    let (mut pattern, mut url) = (pattern, url);
    let mut in_path = false;
    loop {
        let (literal, rest) = pattern.split_once('{').unwrap_or((pattern, ""));
        let head = url.get(..literal.len())?;
        let host = if in_path { 0 } else { literal.find('/').unwrap_or(literal.len()) };
        if !head.get(..host)?.eq_ignore_ascii_case(&literal[..host]) || head[host..] != literal[host..] {
            return None;
        }
        in_path |= literal.contains('/');
        url = &url[literal.len()..];
        if rest.is_empty() {
            return url.is_empty().then_some(filled);
        }
        let (name, behind) = rest.split_once('}')?;
        let stop = behind.chars().next().filter(|next| *next != '{').unwrap_or('/');
        let end = url.find(['/', stop]).unwrap_or(url.len());
        if end == 0 {
            return None;
        }
        filled.push((name.to_owned(), url[..end].to_owned()));
        url = &url[end..];
        pattern = behind;
    }
}

struct Making<'g> {
    sender: Sender,
    given: &'g [(&'g str, &'g str)],
    /// For each file, where its variables are among the sender's.
    scopes: Vec<Range<usize>>,
}

impl Making<'_> {
    fn variables(&mut self, file: &IssuerFile) -> Result<(), Mistake> {
        let first = self.sender.variables.len();
        for (name, variable) in &file.variables {
            if self.given.iter().any(|(given, _)| given == name) {
                continue;
            }
            let language = variable
                .of
                .texts()
                .iter()
                .map(|text| language::parse(text))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|problem| Mistake(format!("variable `{name}`: {problem}")))?
                .into_iter()
                .reduce(|all, next| all.or(&next))
                .unwrap_or_else(Shape::any);
            self.sender.variables.push(Arc::new(Variable {
                name: name.clone(),
                language,
                except: variable.except.clone(),
                measure: match variable.measure.as_deref() {
                    Some("time") => Measure::Time,
                    None => Measure::Text,
                    Some(other) => {
                        return Err(Mistake(format!("variable `{name}`: unknown measure `{other}`")));
                    }
                },
                control: match variable.control {
                    ControlFile::Requester => Control::Requester,
                    ControlFile::Tenant => Control::Tenant,
                    ControlFile::Issuer => Control::Issuer,
                },
                samples: variable.samples.clone(),
            }));
        }
        self.scopes.push(first..self.sender.variables.len());
        Ok(())
    }

    /// The variable of a name in a file: its own, or that of the first file that has one.
    fn variable(&self, name: &str, scope: usize) -> Option<VariableId> {
        let own = self.scopes.get(scope).cloned().unwrap_or_default();
        let index = own.into_iter().find(|&index| self.sender.variables[index].name == name);
        index.map_or_else(|| self.sender.variable(name), |index| VariableId::try_from(index).ok())
    }

    /// The ids of variables; those that are filled in tell nobody apart any more.
    fn ids(&self, names: &[String]) -> Result<Vec<VariableId>, Mistake> {
        let mut ids = Vec::new();
        for name in names {
            match self.sender.variable(name) {
                Some(id) => ids.push(id),
                None if self.given.iter().any(|(given, _)| given == name) => {}
                None => return Err(Mistake(format!("there is no variable `{name}`"))),
            }
        }
        Ok(ids)
    }

    fn claim(
        &self,
        name: &str,
        claim: &ClaimFile,
        prefix: Option<&str>,
        scope: usize,
    ) -> Result<Claim, Mistake> {
        let (bare, presence) = match name.strip_suffix("??") {
            Some(bare) => (bare, Presence::Undecided),
            None => match name.strip_suffix('?') {
                Some(bare) => (bare, Presence::Sometimes),
                None => (name, Presence::Always),
            },
        };
        let key = match prefix {
            Some(prefix) if !bare.contains(':') => format!("{prefix}:{bare}"),
            _ => bare.to_owned(),
        }
        .to_ascii_lowercase();
        // Keys of a pattern, and values of a set, are independent of each other.
        let apart = key.ends_with('*') || matches!(claim, ClaimFile::Many(_));
        let formats = |texts: &[String]| {
            texts.iter().map(|text| self.format(text, apart, scope)).collect::<Result<Vec<_>, _>>()
        };
        let values = match claim {
            ClaimFile::Never(()) => {
                return Ok(Claim { key, presence: Presence::Never, values: Values::One(Vec::new()) });
            }
            ClaimFile::One(texts) => Values::One(formats(texts.texts())?),
            ClaimFile::Many(many) => Values::Many {
                required: many
                    .required
                    .iter()
                    .map(|texts| formats(texts.texts()))
                    .collect::<Result<_, _>>()?,
                others: formats(&many.others)?,
            },
            ClaimFile::Segments(segments) => Values::One(vec![Format(vec![Piece::Segments {
                choices: formats(&segments.segments)?,
                separator: segments.separator.clone(),
                most: segments.most,
            }])]),
        };
        Ok(Claim { key, presence, values })
    }

    /// Reads `repo:{owner}/{repository}`.
    fn format(&self, text: &str, apart: bool, scope: usize) -> Result<Format, Mistake> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) =
                after.split_once('}').ok_or_else(|| Mistake(format!("`{text}` does not close a brace")))?;
            literal.push_str(before);
            rest = behind;
            if let Some((_, given)) = self.given.iter().find(|(given, _)| *given == name) {
                literal.push_str(given);
                continue;
            }
            // In sets, `{=name}` is the variable of the whole request.
            let (name, apart) = match name.strip_prefix('=') {
                Some(name) => (name, false),
                None => (name, apart),
            };
            let id = self
                .variable(name, scope)
                .ok_or_else(|| Mistake(format!("`{text}` has no variable `{name}` to use")))?;
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(if apart { Piece::Fresh(id) } else { Piece::Variable(id) });
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Format(pieces))
    }
}

impl OneOrMore {
    /// The texts.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::More(texts) => texts,
        }
    }
}
