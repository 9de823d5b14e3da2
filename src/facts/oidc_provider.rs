//! OIDC providers of IAM that AWS refuses, or that no token can be from.

use rustc_hash::FxHashMap;

use super::{Common, Evidence, Fact, OneOf, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::model::{Entity, OidcProvider};
use crate::value::{Field, Located, Part, TemplateId, Text, Vocabulary, Worlds};

words! {
    /// What is wrong with a provider.
    ProviderFault {
        /// Nothing, as far as can be seen.
        None = "none",
        /// The URL does not begin with `https://`.
        NotHttps = "not-https",
        /// The URL has a query.
        Query = "query",
        /// The URL has a fragment.
        Fragment = "fragment",
        /// The URL names a port.
        Port = "port",
        /// The URL has more characters than AWS takes.
        TooLong = "too-long",
        /// Another provider of the stack has the same URL.
        Duplicate = "duplicate",
    }
}

fact! {
    /// One OIDC provider of IAM.
    OidcProviderFact = "oidc-provider" {
        /// The issuer's URL, as it is written.
        url: Option<Text> = "url",
        /// What is wrong with it.
        fault: OneOf<ProviderFault> = "fault",
        /// The logical id of the provider that has the same URL.
        other: Option<Text> = "other",
    }
    evidence {
        /// The provider that has the same URL.
        "other",
    }
}

/// How many providers with one URL each of them is compared with.
const COMPARED: usize = 64;

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let stack = |provider: &OidcProvider| analysis.template(provider.entity.template).root;
    let mut same: FxHashMap<(TemplateId, &Text), Vec<&OidcProvider>> = FxHashMap::default();
    for provider in &analysis.model.oidc_providers {
        if let Field::Known(url) = &provider.url {
            same.entry((stack(provider), &url.value)).or_default().push(provider);
        }
    }
    for provider in &analysis.model.oidc_providers {
        if let Field::Known(url) = &provider.url {
            take(&of(provider, url, &same[&(stack(provider), &url.value)], analysis));
        }
    }
}

fn of(
    provider: &OidcProvider,
    url: &Located<Text>,
    same: &[&OidcProvider],
    analysis: &Analysis<'_>,
) -> OidcProviderFact {
    let entity = &provider.entity;
    // What a custom resource makes of its properties is up to its code.
    let is_native = |of: &Entity| analysis.vocabulary.names.text(of.resource_type).starts_with("AWS::");
    let mut fact = OidcProviderFact {
        common: Common {
            subject: entity.id,
            place: url.span,
            certainty: if is_native(entity) { Certainty::Proved } else { Certainty::Possible },
            worlds: entity.worlds.clone(),
            evidence: Vec::new(),
            cause: Vec::new(),
            witness: None,
        },
        url: Some(url.value.clone()),
        fault: of_url(&url.value, analysis.vocabulary),
        other: None,
    };
    if fact.fault != OneOf::only(ProviderFault::None) {
        return fact;
    }
    let others: Vec<(&OidcProvider, Worlds)> =
        same.iter().take(COMPARED).filter_map(|&other| Some((other, together(other, provider)?))).collect();
    let Some((first, _)) = others.first() else { return fact };
    fact.fault = OneOf::only(ProviderFault::Duplicate);
    fact.other = Some(Text::literal(first.entity.logical_id));
    if !others.iter().any(|(other, _)| is_native(&other.entity)) {
        fact.common.certainty = Certainty::Possible;
    }
    let span = first.url.span().unwrap_or(first.entity.span);
    fact.common.evidence.push(Evidence { role: "other", span });
    let worlds = others.into_iter().map(|(_, worlds)| worlds);
    fact.common.worlds =
        worlds.reduce(|all, more| all.or(&more).unwrap_or(all)).unwrap_or(entity.worlds.clone());
    fact
}

/// The worlds in which two providers of one stack exist. Variants of one resource do so in none.
fn together(one: &OidcProvider, other: &OidcProvider) -> Option<Worlds> {
    if one.entity.same_resource(&other.entity) { None } else { one.entity.worlds.and(&other.entity.worlds) }
}

/// The most characters that a URL may have (IAM, `CreateOpenIDConnectProvider`).
const LONGEST: usize = 255;

/// What is wrong with a URL, as far as it is known. What stands for more than a name is nobody's mistake here.
fn of_url(url: &Text, vocabulary: &Vocabulary) -> OneOf<ProviderFault> {
    use ProviderFault as Fault;
    let literals = || {
        url.parts().iter().filter_map(|part| match part {
            Part::Literal(name) => Some(vocabulary.names.text(*name)),
            Part::Symbol(_) => None,
        })
    };
    let written = url.as_literal(vocabulary);
    let begins = match url.parts().first() {
        Some(Part::Literal(name)) => vocabulary.names.text(*name),
        Some(Part::Symbol(_)) => "https://",
        None => "",
    };
    // A literal beginning may be shorter than what it is compared with.
    let is_https = begins.starts_with("https://") || (written.is_none() && "https://".starts_with(begins));
    OneOf::only(if !is_https {
        Fault::NotHttps
    } else if literals().any(|part| part.contains('?')) {
        Fault::Query
    } else if literals().any(|part| part.contains('#')) {
        Fault::Fragment
    } else if written.is_some_and(has_port) {
        Fault::Port
    } else if literals().map(|part| part.chars().count()).sum::<usize>() > LONGEST {
        Fault::TooLong
    } else {
        Fault::None
    })
}

/// Whether a URL names a port behind its host.
fn has_port(url: &str) -> bool {
    let rest = url.strip_prefix("https://").unwrap_or(url);
    let authority = rest.split('/').next().unwrap_or_default();
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    port.is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_sure_is_a_fault_of_a_url() {
        use ProviderFault as Fault;
        let vocabulary = Vocabulary::default();
        let check = |url: &str, fault| {
            assert_eq!(of_url(&vocabulary.literal(url), &vocabulary), OneOf::only(fault), "{url}");
        };
        check("https://token.actions.githubusercontent.com", Fault::None);
        check("https://login.example.com/tenant:443/", Fault::None);
        check("https://login.example.com:", Fault::None);
        check("http://login.example.com", Fault::NotHttps);
        check("login.example.com", Fault::NotHttps);
        check("", Fault::NotHttps);
        check("https://login.example.com:8443/tenant", Fault::Port);
        check("https://[2001:db8::1]:8443", Fault::Port);
        check("https://[2001:db8::1]", Fault::None);
        check("https://login.example.com?tenant=a", Fault::Query);
        check("https://login.example.com/#a", Fault::Fragment);
        check(&format!("https://{}", "a".repeat(247)), Fault::None);
        check(&format!("https://{}", "a".repeat(248)), Fault::TooLong);
    }
}
