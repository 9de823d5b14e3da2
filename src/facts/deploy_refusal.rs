//! What makes IAM refuse to store a role's trust policy.

mod length;

pub(in crate::facts) use length::least as least_length;

use super::{Common, Fact, OneOf, Words, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::knowledge::Tenancy;
use crate::model::Role;
use crate::policy::{
    Attached, BuiltInProvider, Effect, Element, Policy, PolicyPath, Principal, PrincipalForm, PrincipalKey,
    Statement, Test,
};
use crate::value::{Bounds, Field, Text};

words! {
    /// Why IAM refuses a trust policy.
    RefusalReason {
        /// `NotPrincipal`.
        NotPrincipal = "not-principal",
        /// `Resource` or `NotResource`.
        Resource = "resource",
        /// A Cognito identity pool may assume the role, and its id is not tested.
        CognitoWithoutAudience = "cognito-without-audience",
        /// An issuer that many customers share may assume the role, and the key that IAM asks for is not tested.
        SharedIssuerControl = "shared-issuer-control",
        /// `Principal: "*"`.
        BareWildcardPrincipal = "bare-wildcard-principal",
        /// More characters than IAM takes unless the account's quota was raised.
        OverDefaultQuota = "over-default-quota",
        /// More characters than IAM takes with any quota.
        TooLong = "too-long",
    }
}

fact! {
    /// One reason for which IAM refuses to store a role's trust policy, or may refuse it.
    DeployRefusal = "deploy-refusal" {
        /// Why.
        reason: OneOf<RefusalReason> = "reason",
        /// True if AWS's documentation says so; false if there is only some evidence for it.
        documented: Bounds<bool> = "documented",
        /// The condition key that IAM wants to see tested, if it is about one.
        key: Option<Text> = "key",
        /// Whose tokens they are, if it is about an issuer.
        service: Option<Text> = "service",
        /// The characters that IAM counts, if it is about their number; not fewer than this.
        length: Bounds<i64> = "length",
    }
    evidence {}
}

const WITH_WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

/// The characters of a trust policy that IAM takes unless the quota was raised, and those that it takes at most.
/// White space is not counted. Source: IAM User Guide, "IAM and AWS STS quotas".
const QUOTA: (i64, i64) = (2048, 4096);

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    // What stands in a live account was taken.
    let deployed = |role: &&Role| !analysis.model.scope.live.contains(&role.entity.deployment);
    for role in analysis.model.roles.iter().filter(deployed) {
        let Field::Known(trust) = &role.trust else { continue };
        let policy = analysis.model.policy(&trust.value);
        let mut refusals = Refusals { analysis, role, trust: &trust.value, policy, take };
        for (index, statement) in (0u16..).zip(&policy.statements) {
            // One that stands for any statements has none of the elements for sure.
            if !statement.is_unknown() {
                refusals.elements(index, statement);
                refusals.principals(index, statement);
            }
        }
        refusals.length();
    }
}

struct Refusals<'a, 't> {
    analysis: &'a Analysis<'a>,
    role: &'a Role,
    trust: &'a Attached,
    policy: &'a Policy,
    take: &'t mut dyn FnMut(&dyn Fact),
}

/// What else than its reason a refusal says.
#[derive(Default)]
struct Details {
    key: Option<Text>,
    service: Option<Text>,
    length: i64,
    /// Whom the statement speaks of, if it is about one principal.
    principal: Option<Text>,
}

impl Refusals<'_, '_> {
    /// Elements that have no place in a trust policy.
    fn elements(&mut self, index: u16, statement: &Statement) {
        use RefusalReason as Reason;
        let resources = &statement.resources;
        for (written, element, reason) in [
            (statement.principals.except.is_some(), Element::NotPrincipals, Reason::NotPrincipal),
            (resources.only.is_some(), Element::Resources, Reason::Resource),
            (resources.except.is_some(), Element::NotResources, Reason::Resource),
        ] {
            if written {
                self.give(Some((index, element)), reason, Certainty::Proved, Details::default());
            }
        }
    }

    fn principals(&mut self, index: u16, statement: &Statement) {
        let admits = statement.effect == Effect::Allow
            && statement.covers_action(WITH_WEB_IDENTITY, self.analysis.vocabulary).sure;
        for (position, principal) in (0u16..).zip(statement.principals.only.iter().flatten()) {
            let place = Some((index, Element::Principal(position)));
            match &principal.form {
                PrincipalForm::Everyone if principal.key == PrincipalKey::Bare => {
                    let reason = RefusalReason::BareWildcardPrincipal;
                    self.give(place, reason, Certainty::Possible, Details::default());
                }
                PrincipalForm::BuiltIn(provider) if admits && provider.is_cognito() => {
                    self.cognito(place, principal, statement);
                }
                PrincipalForm::OidcProvider { issuer, .. } if admits => {
                    self.shared_issuer(place, issuer);
                }
                _ => {}
            }
        }
    }

    fn cognito(&mut self, place: Option<(u16, Element)>, principal: &Principal, statement: &Statement) {
        let vocabulary = self.analysis.vocabulary;
        let hosts = BuiltInProvider::ALL.iter().filter(|provider| provider.is_cognito());
        let audience = |host: &str| format!("{host}:aud");
        // Where a symbol hides the partition, any of the names may be the one.
        let named = principal.value.text().and_then(|text| text.as_literal(vocabulary));
        let own: Vec<String> = hosts
            .clone()
            .map(|provider| provider.host())
            .filter(|host| named.is_none_or(|named| named == *host))
            .map(audience)
            .collect();
        let all: Vec<String> = hosts.map(|provider| audience(provider.host())).collect();
        if own.is_empty() || tests_one_of(statement, &own, self.analysis) {
            return;
        }
        // Whether IAM looks for the key in this very statement, or under this very name, is not documented.
        let elsewhere =
            self.policy.statements.iter().any(|statement| tests_one_of(statement, &all, self.analysis));
        let certainty = if elsewhere { Certainty::Possible } else { Certainty::Proved };
        let details = Details {
            key: own.first().map(|key| vocabulary.literal(key)),
            principal: principal.value.text().cloned(),
            ..Details::default()
        };
        self.give(place, RefusalReason::CognitoWithoutAudience, certainty, details);
    }

    fn shared_issuer(&mut self, place: Option<(u16, Element)>, issuer: &Text) {
        let vocabulary = self.analysis.vocabulary;
        let Some(written) = issuer.as_literal(vocabulary) else { return };
        let found = self.analysis.senders.issuers().find(written);
        let Some(found) = found.filter(|found| found.tenancy != Tenancy::Public) else { return };
        let keys: Vec<String> = match found.required_at_create {
            None => return,
            Some(key) if key.contains(':') => vec![key.to_owned()],
            // The issuer with and without a final slash is one: a key that does not fit is another fault.
            Some(claim) => {
                let without = written.strip_suffix('/').unwrap_or(written);
                vec![format!("{written}:{claim}"), format!("{without}:{claim}")]
            }
        };
        if self.policy.statements.iter().any(|statement| tests_one_of(statement, &keys, self.analysis)) {
            return;
        }
        let details = Details {
            key: keys.first().map(|key| vocabulary.literal(key)),
            service: Some(vocabulary.literal(&found.file.name)),
            ..Details::default()
        };
        self.give(place, RefusalReason::SharedIssuerControl, Certainty::Possible, details);
    }

    fn length(&mut self) {
        let length = length::least(self.policy, self.trust.places(), self.analysis.vocabulary);
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let (reason, certainty) = match length {
            _ if length > QUOTA.1 => (RefusalReason::TooLong, Certainty::Proved),
            _ if length > QUOTA.0 => (RefusalReason::OverDefaultQuota, Certainty::Possible),
            _ => return,
        };
        self.give(None, reason, certainty, Details { length, ..Details::default() });
    }

    fn give(
        &mut self,
        part: Option<(u16, Element)>,
        reason: RefusalReason,
        certainty: Certainty,
        details: Details,
    ) {
        let path = part.map(|(statement, element)| PolicyPath::new(statement, element));
        let place = path.map_or(self.trust.span(), |path| self.trust.place(path));
        let name = self.analysis.vocabulary.literal(RefusalReason::NAMES[reason.index() as usize]);
        (self.take)(&DeployRefusal {
            common: Common {
                subject: self.role.entity.id,
                place,
                // A function that may change the policy later comes too late.
                certainty,
                worlds: self.role.entity.worlds.clone(),
                evidence: Vec::new(),
                cause: std::iter::once(name).chain(details.key.clone()).chain(details.principal).collect(),
                witness: None,
            },
            reason: OneOf::only(reason),
            documented: Bounds::decided(certainty == Certainty::Proved),
            key: details.key,
            service: details.service,
            length: Bounds::decided(details.length),
        });
    }
}

/// Whether a statement tests one of these keys, or may do so: the name of a key may not be known.
fn tests_one_of(statement: &Statement, keys: &[String], analysis: &Analysis<'_>) -> bool {
    let is_one = |test: &Test| match test.literal_key(analysis.vocabulary) {
        Some(written) => keys.iter().any(|key| key.eq_ignore_ascii_case(written)),
        None => true,
    };
    statement.conditions.iter().flatten().any(is_one)
}
