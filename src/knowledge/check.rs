//! What a file about an issuer must hold beyond its form.

use std::collections::BTreeSet;

use super::issuer::{ClaimFile, IssuerFile, Mistake};
use super::language;
use crate::settings::read_date;

impl IssuerFile {
    /// Checks what the form alone does not say: that variables exist and are used, that samples are in their
    /// languages, that URLs can be found.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), Mistake> {
        let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.id.is_empty() || !self.id.bytes().all(kebab) {
            return wrong(format!("`id: {}` is not made of lower-case letters, digits and `-`", self.id));
        }
        if let Err(message) = read_date(&self.checked) {
            return wrong(format!("`checked`: {message}"));
        }
        if self.sources.is_empty() {
            return wrong("`sources` is empty".to_owned());
        }
        if self.kinds.is_empty() {
            return wrong("`kinds` is empty".to_owned());
        }
        let mut used = BTreeSet::new();
        for url in &self.issuers {
            self.check_url(&url.url)?;
            used.extend(names(&url.url));
        }
        for (variable, file) in &self.variables {
            let mut admitted = vec![false; file.samples.len()];
            for text in file.of.texts() {
                let shape = language::parse(text)
                    .map_err(|problem| Mistake(format!("variable `{variable}`: {problem}")))?;
                for (sample, admitted) in file.samples.iter().zip(&mut admitted) {
                    *admitted |= shape.admits(sample);
                }
            }
            if let Some((sample, _)) = file.samples.iter().zip(admitted).find(|(_, admitted)| !admitted) {
                return wrong(format!(
                    "variable `{variable}`: the sample `{sample}` is not what `of` allows"
                ));
            }
        }
        let given: Vec<(&str, &str)> = self.given.iter().map(|name| (name.as_str(), "")).collect();
        self.sender(Some("issuer.example.com"), &given, &[])?;
        for claim in self.kinds.iter().flat_map(|kind| kind.claims.values()).chain(self.claims.values()) {
            used.extend(formats(claim).iter().flat_map(|format| names(format)));
        }
        match self.variables.keys().find(|name| !used.contains(name.as_str())) {
            Some(unused) => wrong(format!("variable `{unused}` is in no claim and no URL")),
            None => Ok(()),
        }
    }

    fn check_url(&self, url: &str) -> Result<(), Mistake> {
        if url.contains("://") || url.ends_with('/') || url.is_empty() {
            return wrong(format!("the URL `{url}` is to be without `https://` and without `/` at the end"));
        }
        match names(url).find(|name| !self.variables.contains_key(*name)) {
            Some(unknown) => wrong(format!("the URL `{url}` has no variable `{unknown}` to fill in")),
            None => Ok(()),
        }
    }
}

fn wrong<T>(message: String) -> Result<T, Mistake> {
    Err(Mistake(message))
}

/// The names of variables in a format or URL, which closes its braces.
fn names(format: &str) -> impl Iterator<Item = &str> {
    format.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0))
}

/// The formats of a claim.
fn formats(claim: &ClaimFile) -> Vec<&String> {
    match claim {
        ClaimFile::Never(()) => Vec::new(),
        ClaimFile::One(formats) => formats.texts().iter().collect(),
        ClaimFile::Many(many) => {
            many.required.iter().flat_map(|formats| formats.texts()).chain(&many.others).collect()
        }
        ClaimFile::Segments(segments) => segments.segments.iter().collect(),
    }
}
