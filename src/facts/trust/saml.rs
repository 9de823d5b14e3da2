//! Whom of a SAML provider's users a role admits, and at which sign-in endpoints.

use std::sync::Arc;

use super::view::{Ask, Judged, Sent, View, Width};
use crate::analysis::{Analysis, Change};
use crate::facts::entrance::Population;
use crate::facts::{Common, Fact, OneOf, fact, remedy, words};
use crate::finding::{Certainty, Fix};
use crate::knowledge::SamlIdentity;
use crate::knowledge::sender::{Claim, Format, Piece, Sender, Values};
use crate::model::{EntityId, SamlProvider};
use crate::policy::{Arn, PrincipalForm, Wanted};
use crate::source::Span;
use crate::value::{Bounds, Comparison, Text, TextBuilder};

words! {
    /// Whether a role asks for what endpoint an assertion is meant.
    Recipient {
        /// It does: assertions for some endpoints are refused.
        Tested = "tested",
        /// Those for any endpoint of any partition are admitted.
        Any = "any",
    }
}

fact! {
    /// One SAML provider that a role trusts, and what the role asks of its assertions.
    SamlTrust = "saml-trust" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// The provider's ARN.
        provider: Option<Text> = "provider",
        /// What an assertion must name in its `Role` attribute: the ARNs of the role and of the provider.
        role_attribute: Option<Text> = "role-attribute",
        /// True if both are of one account, without which no assertion may name them together.
        same_account: Bounds<bool> = "same-account",
        /// Whether assertions are refused that are meant for another sign-in endpoint.
        audience: OneOf<Recipient> = "audience",
        /// True if only named users, or those whom a pattern fits, are admitted.
        subject_pinned: Bounds<bool> = "subject-pinned",
    }
    evidence {
        /// The conditions of the statement.
        "conditions",
    }
    remedies {
        /// The statement asks that assertions are for the sign-in endpoint of the partition.
        test_audience: "test-audience",
    }
}

/// The kinds of requests of which each has endpoints that no other has: of partitions where everybody can be. For each,
/// the variable of its Regions, and a Region that nobody has.
const PARTITIONS: [(&str, &str, &str); 3] = [
    ("aws", "region", "xx-nowhere-9"),
    ("aws-cn", "china-region", "cn-nowhere-9"),
    ("aws-us-gov", "government-region", "us-gov-nowhere-9"),
];

/// Hands over the fact, if anybody gets in, and returns who does.
pub(super) fn each(view: &View<'_>, take: &mut dyn FnMut(&dyn Fact)) -> Bounds<Population> {
    let found = view.once("assertions", 0, || found(view));
    let Some(Found { audience, subject_pinned, any }) = &*found else {
        return Bounds::decided(Population::Nobody);
    };
    let mut common = view.common_of_entry();
    common.evidence = super::conditions(view);
    common.witness = any.witness.as_deref().map(|witness| view.shown(witness));
    take(&SamlTrust {
        common: Common { ..common },
        role: view.role_name(),
        provider: view.principal.value.text().cloned(),
        role_attribute: role_attribute(view),
        same_account: same_account(view),
        audience: OneOf::only(*audience),
        subject_pinned: *subject_pinned,
        test_audience: if *audience == Recipient::Any { test_audience(view) } else { None },
    });
    let sure = if any.admitted.sure { Population::SamlUser } else { Population::Nobody };
    Bounds { sure, possible: Population::SamlUser }
}

/// What is found out about one view.
struct Found {
    audience: Recipient,
    subject_pinned: Bounds<bool>,
    /// Somebody who is let in.
    any: Judged,
}

/// `None` if nobody is admitted.
fn found(view: &View<'_>) -> Option<Found> {
    let any = view.ask(&Ask::default());
    if !any.admitted.possible {
        return None;
    }
    // What a role admits of endpoints that have nothing in common, it admits of all.
    let sender = regional(&*anywhere(view)?);
    let mut everywhere = Bounds::decided(true);
    for (name, region, nowhere) in PARTITIONS {
        let region = sender.variable(region).map(|region| Wanted::Stranger(region, nowhere.to_owned()));
        let wanted: Vec<Wanted> = region.into_iter().collect();
        let kind = sender.kinds.iter().position(|kind| kind.name == name);
        let ask = Ask { kind, wanted: &wanted, sender: Some(Sent::Once(&sender)), ..Ask::default() };
        everywhere = everywhere.and(view.ask(&ask).admitted);
        if !everywhere.sure {
            break;
        }
    }
    // A text that is not known confines the role to the endpoints that it will turn out to be.
    let audience = if everywhere.sure { Recipient::Any } else { Recipient::Tested };
    let subjects: Vec<_> = view.sender.variable("subject").into_iter().collect();
    let width = view.width(&subjects, &Ask::default());
    let pinned = |width: &Width| *width != Width::Any;
    let subject_pinned = Bounds { sure: pinned(&width.possible.0), possible: pinned(&width.sure.0) };
    Some(Found { audience, subject_pinned, any })
}

/// The test of the endpoint at which people sign in to a partition. Some use those of Regions, which only they know.
fn test_audience(view: &View<'_>) -> Option<Fix> {
    let vocabulary = view.analysis.vocabulary;
    let endpoint = remedy::sign_in_endpoint(view.principal, vocabulary)?;
    let (index, statement) = remedy::only_statement(view.policy, view.principal)?;
    if remedy::tests(statement, "saml:aud", vocabulary) {
        return None;
    }
    let change = remedy::add_tests(view.trust, index, &[remedy::audience_test(endpoint)]);
    remedy::risky(format!("test `SAML:aud` for `{endpoint}`"), change)
}

/// The pair of ARNs that an assertion names in its `Role` attribute to get the role.
fn role_attribute(view: &View<'_>) -> Option<Text> {
    let role = view.role.entity.arn()?;
    let names = &view.analysis.vocabulary.names;
    let mut pair = TextBuilder::default();
    pair.push_text(role, names);
    pair.push_str(",");
    pair.push_text(view.principal.value.text()?, names);
    Some(pair.finish(names))
}

/// Where the metadata of the provider says who makes its assertions.
pub(super) fn entity_id(view: &View<'_>) -> Option<Span> {
    let model = &view.analysis.model;
    let found = model.reference_at(view.role.entity.id, view.trust.place(view.path))?.target.found();
    let metadata = model.get::<SamlProvider>(found.first()?.entity)?.metadata()?;
    let (party, _) = metadata.identity_providers().next()?;
    Some(party.id.as_ref()?.span)
}

fn same_account(view: &View<'_>) -> Bounds<bool> {
    let vocabulary = view.analysis.vocabulary;
    let account = |arn: &Text| Arn::parse(arn, vocabulary).map(|arn| arn.account);
    let (role, provider) = (view.role.entity.arn(), view.principal.value.text());
    let (Some(role), Some(provider)) = (role.and_then(account), provider.and_then(account)) else {
        return Bounds::UNDECIDED;
    };
    match role.compare(&provider, vocabulary) {
        Comparison::Equal => Bounds::decided(true),
        Comparison::Different => Bounds::decided(false),
        Comparison::Undecided => Bounds::UNDECIDED,
    }
}

/// A SAML provider that a role trusts.
pub(super) struct Provider<'a> {
    pub account: &'a Text,
    pub name: &'a Text,
    /// Its ARN.
    pub text: &'a Text,
    pub role: EntityId,
    /// Where the role names it.
    pub place: Span,
}

impl Provider<'_> {
    /// What its users send. Its ARN says for which partition's endpoints assertions must be, and its metadata by whom.
    /// `None` if it cannot be named.
    pub(super) fn sender(&self, analysis: &Analysis<'_>) -> Option<Arc<Sender>> {
        let partition = Arn::parse(self.text, analysis.vocabulary).map(|arn| arn.partition);
        self.sender_in(
            partition.as_ref().and_then(|partition| partition.as_literal(analysis.vocabulary)),
            analysis,
        )
    }

    fn sender_in(&self, partition: Option<&str>, analysis: &Analysis<'_>) -> Option<Arc<Sender>> {
        Some(analysis.senders.saml_provider(&SamlIdentity {
            account: &self.account.with_tokens(analysis.vocabulary)?,
            name: &self.name.with_tokens(analysis.vocabulary)?,
            partition,
            issuers: &self.issuers(analysis).unwrap_or_default(),
        }))
    }

    /// The identity providers of its metadata, by `entityID`; `None` if not all are known.
    fn issuers(&self, analysis: &Analysis<'_>) -> Option<Vec<String>> {
        let model = &analysis.model;
        let found = model.reference_at(self.role, self.place)?.target.found();
        let worlds = found
            .iter()
            .map(|found| found.worlds.clone())
            .reduce(|all, more| all.or(&more).unwrap_or(all))?;
        if !found.iter().all(|found| found.sure) || !analysis.covers(&worlds, &model.entity(self.role).worlds)
        {
            return None;
        }
        let mut issuers = Vec::new();
        for found in found {
            if analysis.stability(found.entity, Change::SamlMetadata) == Certainty::Possible {
                return None;
            }
            for (entity, _) in model.get::<SamlProvider>(found.entity)?.metadata()?.identity_providers() {
                let id = entity.id.as_ref()?.value.as_str();
                // Read as any other literal: in a sender, some characters stand for symbols.
                let id = analysis.vocabulary.literal(id).with_tokens(analysis.vocabulary)?;
                if id.is_empty() {
                    return None;
                }
                if !issuers.contains(&id) {
                    issuers.push(id);
                }
            }
        }
        (!issuers.is_empty()).then_some(issuers)
    }
}

/// What the provider's users would send if it could be in any partition: what is written for all of them is no mistake
/// in one. `None` for other principals.
pub(super) fn anywhere(view: &View<'_>) -> Option<Arc<Sender>> {
    let PrincipalForm::SamlProvider { account, name } = &view.principal.form else { return None };
    let (text, place) = (view.principal.value.text()?, view.trust.place(view.path));
    Provider { account, name, text, role: view.role.entity.id, place }.sender_in(None, view.analysis)
}

/// The sender with endpoints of Regions only: a policy that lists some endpoints lists none of a Region that nobody has.
fn regional(sender: &Sender) -> Sender {
    let mut sender = sender.clone();
    let regions = PARTITIONS.map(|(_, region, _)| sender.variable(region));
    let has_region = |format: &Format| {
        format
            .0
            .iter()
            .any(|piece| matches!(piece, Piece::Variable(variable) if regions.contains(&Some(*variable))))
    };
    let is_audience = |claim: &Claim| claim.key == "saml:aud";
    for claim in sender.kinds.iter_mut().flat_map(|kind| kind.claims_mut(is_audience)) {
        if let Values::One(formats) = &mut claim.values {
            formats.retain(has_region);
        }
    }
    sender
}
