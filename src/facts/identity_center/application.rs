//! Applications of Identity Center: who may use them, and whose tokens they exchange.

use crate::analysis::Analysis;
use crate::facts::{Common, Evidence, Fact, OneOf, fact, words};
use crate::finding::Certainty;
use crate::model::{Application, ApplicationGrant, AuthorizedIssuer, TrustedTokenIssuer};
use crate::source::Span;
use crate::value::{Bounds, Field, Located, Text};

fact! {
    /// One application of Identity Center.
    ApplicationFact = "application" {
        /// Its name.
        application: Option<Text> = "application",
        /// True if it can be used at all.
        enabled: Bounds<bool> = "enabled",
        /// True if every user of the directory may use it, without being assigned. Only known of applications that were asked.
        open: Bounds<bool> = "open",
    }
    evidence {
        /// Where it is said whether users must be assigned.
        "assignment-required",
    }
}

words! {
    /// Why tokens are taken that nobody meant.
    OpenIssuer {
        /// They are not.
        Nothing = "nothing",
        /// Keys of the issuer are fetched without encryption: whoever is on the way signs tokens.
        PlainHttp = "plain-http",
        /// The application takes tokens of the issuer whomever they were issued for.
        AnyAudience = "any-audience",
    }
}

fact! {
    /// One issuer outside whose tokens Identity Center exchanges: by itself, and for each application that takes its tokens.
    TrustedTokens = "trusted-tokens" {
        /// The issuer: its name, or what names it.
        issuer: Option<Text> = "issuer",
        /// Its URL.
        url: Option<Text> = "issuer.url",
        /// The application that takes its tokens.
        application: Option<Text> = "application",
        /// Why tokens are taken that nobody meant.
        open: OneOf<OpenIssuer> = "open",
        /// True if tokens are exchanged at all.
        enabled: Bounds<bool> = "enabled",
    }
    evidence {
        /// The issuer.
        "issuer",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for application in &analysis.model.applications {
        take(&of(analysis, application));
        for grant in application.grants.known().into_iter().flat_map(|grants| &grants.value) {
            let Field::Known(grant) = grant else { continue };
            exchanged(analysis, application, &grant.value, take);
        }
    }
    for issuer in &analysis.model.trusted_token_issuers {
        take(&of_issuer(analysis, issuer));
    }
}

fn of(analysis: &Analysis<'_>, application: &Application) -> ApplicationFact {
    let entity = &application.entity;
    let required = application.assignment_required.span();
    ApplicationFact {
        common: Common {
            subject: entity.id,
            place: required.unwrap_or(entity.span),
            certainty: Certainty::Proved,
            worlds: entity.worlds.clone(),
            evidence: required
                .map(|span| Evidence { role: "assignment-required", span })
                .into_iter()
                .collect(),
            cause: Vec::new(),
            witness: None,
        },
        application: Some(name(application)),
        enabled: enabled(analysis, application),
        // Of an application that nobody has asked there is nothing to say.
        open: Bounds::decided(
            application.assignment_required.known().is_some_and(|required| !required.value),
        ),
    }
}

/// Whether an application can be used.
pub(in crate::facts) fn enabled(analysis: &Analysis<'_>, application: &Application) -> Bounds<bool> {
    match application.status.as_literal(analysis.vocabulary) {
        Some(status) => Bounds::decided(status != "DISABLED"),
        None if application.status.is_absent() => Bounds::decided(true),
        None => Bounds::UNDECIDED,
    }
}

/// The name, or the logical id.
pub(in crate::facts) fn name(application: &Application) -> Text {
    match application.name.known() {
        Some(name) => name.value.clone(),
        None => Text::literal(application.entity.logical_id),
    }
}

fn exchanged(
    analysis: &Analysis<'_>,
    application: &Application,
    grant: &ApplicationGrant,
    take: &mut dyn FnMut(&dyn Fact),
) {
    for authorized in grant.issuers.known().into_iter().flat_map(|issuers| &issuers.value) {
        if let Field::Known(authorized) = authorized {
            take(&of_grant(analysis, application, authorized));
        }
    }
}

fn of_grant(
    analysis: &Analysis<'_>,
    application: &Application,
    authorized: &Located<AuthorizedIssuer>,
) -> TrustedTokens {
    let entity = &application.entity;
    let AuthorizedIssuer { issuer: named, audiences } = &authorized.value;
    let reference = named.known().and_then(|named| analysis.model.reference_at(entity.id, named.span));
    let found = reference.and_then(|reference| reference.target.found().first());
    let issuer = found.and_then(|found| analysis.model.get::<TrustedTokenIssuer>(found.entity));
    let written = named.known().map(|named| named.value.clone());
    let open = OneOf::only(OpenIssuer::AnyAudience);
    let mut common = common(entity, authorized.span, issuer.map(|issuer| issuer.entity.span));
    common.cause = written.iter().cloned().collect();
    TrustedTokens {
        common,
        issuer: issuer.map(issuer_name).or(written),
        url: issuer.and_then(|issuer| issuer.url.known()).map(|url| url.value.clone()),
        application: Some(name(application)),
        open: match audiences {
            Field::Absent => open,
            Field::Known(audiences) if audiences.value.is_empty() => open,
            Field::Known(_) => OneOf::only(OpenIssuer::Nothing),
            Field::Unknown(_) => open.or(OpenIssuer::Nothing),
        },
        enabled: enabled(analysis, application),
    }
}

fn of_issuer(analysis: &Analysis<'_>, issuer: &TrustedTokenIssuer) -> TrustedTokens {
    let url = issuer.url.as_literal(analysis.vocabulary);
    let plain =
        url.is_some_and(|url| url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://")));
    TrustedTokens {
        common: common(&issuer.entity, issuer.url.span().unwrap_or(issuer.entity.span), None),
        issuer: Some(issuer_name(issuer)),
        url: issuer.url.known().map(|url| url.value.clone()),
        application: None,
        open: OneOf::only(if plain { OpenIssuer::PlainHttp } else { OpenIssuer::Nothing }),
        enabled: Bounds::decided(true),
    }
}

fn issuer_name(issuer: &TrustedTokenIssuer) -> Text {
    match issuer.name.known() {
        Some(name) => name.value.clone(),
        None => Text::literal(issuer.entity.logical_id),
    }
}

fn common(entity: &crate::model::Entity, place: Span, issuer: Option<Span>) -> Common {
    Common {
        subject: entity.id,
        place,
        certainty: Certainty::Proved,
        worlds: entity.worlds.clone(),
        evidence: issuer.map(|span| Evidence { role: "issuer", span }).into_iter().collect(),
        cause: Vec::new(),
        witness: None,
    }
}
