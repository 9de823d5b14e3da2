//! What is true, with evidence, certainty and worlds; one file per kind of fact. Formats no text.
//!
//! A fact is about one subject, and has fields that rules ask for. Facts exist for the good cases too: what is
//! a problem is the rules' business. A field that is not decided says what it may be; conditions of rules are
//! evaluated by Kleene's logic over that, so that nobody who writes a rule ever sees an unknown.

mod assignment;
mod claim_source;
mod days;
mod declare;
mod deploy_refusal;
mod entrance;
mod group_role;
mod guest_privileges;
mod identity_center;
mod identity_pool;
mod instance_use;
mod lists;
mod mapping_fault;
mod mapping_rule;
mod oidc_provider;
mod path;
mod picture;
mod policy_fault;
mod pool_login;
mod pool_role;
mod pool_use;
mod privileges;
mod provider_mapping;
mod reference;
mod remedy;
mod role_cycle;
mod role_giver;
mod role_mapping;
mod role_order;
mod saml_certificate;
mod saml_metadata;
mod secret;
mod sign_in;
mod sign_in_choice;
mod suppression;
mod token_consumer;
mod trust;
mod trust_principal;
mod trust_statement;
mod unused;
mod user_pool;
mod user_pool_client;
mod ways;
mod words;

use std::sync::OnceLock;

use crate::analysis::Analysis;
use crate::finding::{Certainty, Fix};
use crate::model::EntityId;
use crate::source::Span;
use crate::value::{Bounds, Text, Worlds};

pub use declare::{Holds, LevelOf, OneOf};
pub use picture::{Framed, Framing};
pub use words::Words;

pub(crate) use declare::fact;
pub(crate) use picture::draw;
pub(crate) use suppression::{SuppressionFact, SuppressionState};
pub(crate) use trust::{Exposure, Reach};
pub(crate) use ways::{Query, Ways};
pub(crate) use words::words;

/// Every kind of fact, by name.
pub const SCHEMAS: &[&Schema] = &[
    &assignment::AssignmentFact::SCHEMA,
    &identity_center::AccessControlAttributeFact::SCHEMA,
    &identity_center::AccountAccess::SCHEMA,
    &identity_center::ApplicationFact::SCHEMA,
    &identity_center::AssignedTwice::SCHEMA,
    &identity_center::DirectoryFact::SCHEMA,
    &identity_center::DirectoryTrustFact::SCHEMA,
    &identity_center::PermissionSetFact::SCHEMA,
    &identity_center::PermissionSetFault::SCHEMA,
    &identity_center::PermissionSetPolicy::SCHEMA,
    &identity_center::TrustedTokens::SCHEMA,
    &claim_source::ClaimSource::SCHEMA,
    &deploy_refusal::DeployRefusal::SCHEMA,
    &group_role::GroupRole::SCHEMA,
    &guest_privileges::GuestPrivileges::SCHEMA,
    &identity_pool::IdentityPoolFact::SCHEMA,
    &instance_use::InstanceUse::SCHEMA,
    &mapping_fault::MappingFault::SCHEMA,
    &mapping_rule::MappingRuleFact::SCHEMA,
    &oidc_provider::OidcProviderFact::SCHEMA,
    &path::PathFact::SCHEMA,
    &policy_fault::PolicyFault::SCHEMA,
    &pool_login::PoolLogin::SCHEMA,
    &pool_role::PoolRole::SCHEMA,
    &privileges::PrivilegesFact::SCHEMA,
    &provider_mapping::ProviderMapping::SCHEMA,
    &reference::ReferenceFact::SCHEMA,
    &role_cycle::RoleCycle::SCHEMA,
    &role_giver::RoleGiver::SCHEMA,
    &role_mapping::RoleMappingFact::SCHEMA,
    &role_order::RoleOrder::SCHEMA,
    &saml_certificate::SamlCertificate::SCHEMA,
    &saml_metadata::SamlMetadata::SCHEMA,
    &secret::Secret::SCHEMA,
    &sign_in::SignIn::SCHEMA,
    &sign_in_choice::SignInChoice::SCHEMA,
    &SuppressionFact::SCHEMA,
    &token_consumer::TokenConsumerFact::SCHEMA,
    &trust::ApplicationActor::SCHEMA,
    &trust::CognitoTrust::SCHEMA,
    &trust::GithubSubject::SCHEMA,
    &trust::ConditionTest::SCHEMA,
    &trust::OidcTrust::SCHEMA,
    &trust::PrincipalTrust::SCHEMA,
    &trust::RolesAnywhereTrust::SCHEMA,
    &trust::SamlTrust::SCHEMA,
    &trust::ServiceTrust::SCHEMA,
    &trust::SessionTags::SCHEMA,
    &trust::TrustOutcome::SCHEMA,
    &trust_principal::TrustPrincipal::SCHEMA,
    &trust_statement::TrustStatement::SCHEMA,
    &unused::Unused::SCHEMA,
    &user_pool::UserPoolFact::SCHEMA,
    &user_pool_client::UserPoolClientFact::SCHEMA,
];

/// What is handed facts.
pub(crate) type Take<'t> = dyn FnMut(&dyn Fact) + 't;

/// Work in parts, which hand over facts.
pub(crate) type Work<'w> = dyn Fn(usize, &mut Take<'_>) + Sync + 'w;

/// Takes facts, and has work done that makes them.
pub(crate) trait Taker {
    /// Takes a fact.
    fn take(&mut self, fact: &dyn Fact);

    /// Has so many parts of the work done, perhaps side by side. Their facts are taken in the order of the parts.
    fn share(&mut self, parts: usize, work: &Work<'_>);
}

/// Hands every fact of a scan to `taker`: they are not kept. Returns who reaches what.
pub(crate) fn each<'a>(analysis: &'a Analysis<'a>, taker: &mut dyn Taker) -> Ways<'a> {
    let ways = ways(analysis, taker);
    privileges::each(analysis, taker);
    path::each(&ways, taker);
    reference::each(analysis, taker);
    trust_principal::each(analysis, taker);
    trust_statement::each(analysis, taker);
    let take = &mut |fact: &dyn Fact| taker.take(fact);
    assignment::each(analysis, take);
    claim_source::each(analysis, take);
    deploy_refusal::each(analysis, take);
    group_role::each(analysis, take);
    guest_privileges::each(analysis, take);
    identity_center::each(analysis, take);
    identity_pool::each(analysis, take);
    instance_use::each(analysis, take);
    mapping_fault::each(analysis, take);
    mapping_rule::each(analysis, take);
    oidc_provider::each(analysis, take);
    policy_fault::each(analysis, take);
    pool_login::each(analysis, take);
    pool_role::each(analysis, take);
    provider_mapping::each(analysis, take);
    role_cycle::each(analysis, take);
    role_giver::each(analysis, take);
    role_mapping::each(analysis, take);
    role_order::each(analysis, take);
    saml_certificate::each(analysis, take);
    saml_metadata::each(analysis, take);
    secret::each(analysis, take);
    sign_in::each(analysis, take);
    sign_in_choice::each(analysis, take);
    token_consumer::each(analysis, take);
    trust::each_actor(analysis, take);
    unused::each(analysis, take);
    user_pool::each(analysis, take);
    user_pool_client::each(analysis, take);
    ways
}

/// Who reaches what, with the facts about trust policies.
pub(crate) fn ways<'a>(analysis: &'a Analysis<'a>, taker: &mut dyn Taker) -> Ways<'a> {
    Ways::new(analysis, trust::each(analysis, taker))
}

/// The most entities of which the facts are made in one go; fewer of ways that lead from role to role, which take longer.
const PART: usize = 512;
const PART_OF_WAYS: usize = 16;

/// Has facts made of all these entities, by parts, and gives what came of each part.
fn in_parts<T: Sync, R: Send + Sync>(
    all: &[T],
    taker: &mut dyn Taker,
    each: impl Fn(&[T], &mut Take<'_>) -> R + Sync,
) -> Vec<R> {
    in_parts_beside(all, PART, taker, None, each)
}

/// As [`in_parts`], of so many at most. Beside them, if they are several, `work` is done that takes one thread long, and that
/// others would have to wait for later.
fn in_parts_beside<T: Sync, R: Send + Sync>(
    all: &[T],
    most: usize,
    taker: &mut dyn Taker,
    work: Option<&(dyn Fn() + Sync)>,
    each: impl Fn(&[T], &mut Take<'_>) -> R + Sync,
) -> Vec<R> {
    let parts: Vec<(&[T], OnceLock<R>)> = all.chunks(most).map(|part| (part, OnceLock::new())).collect();
    let work = work.filter(|_| parts.len() > 1);
    taker.share(work.iter().len() + parts.len(), &|part, take| match (part, work) {
        (0, Some(work)) => work(),
        _ => {
            let (some, made) = &parts[part - work.iter().len()];
            made.get_or_init(|| each(some, take));
        }
    });
    parts.into_iter().filter_map(|(_, made)| made.into_inner()).collect()
}

/// The kind of a fact: its name, and what rules can ask it.
#[derive(Debug)]
pub struct Schema {
    /// The name in rule files, kebab-case.
    pub kind: &'static str,
    /// What one such fact is about, in a sentence.
    pub about: &'static str,
    /// Its fields, in the order of their [`FieldId`]s.
    pub fields: &'static [FieldSchema],
    /// The evidence that it may have.
    pub evidence: &'static [EvidenceSchema],
    /// What can be written instead, as far as that may be known.
    pub remedies: &'static [RemedySchema],
}

/// A field of a kind of fact.
#[derive(Debug)]
pub struct FieldSchema {
    /// The name in rule files; `role.name` for what belongs to a part of the subject.
    pub name: &'static str,
    /// What it may hold.
    pub holds: FieldType,
    /// What it says, in a sentence.
    pub about: &'static str,
}

/// What a field may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// True or false.
    Boolean,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, mildest first: `above` and `below` compare them.
    Level(&'static [&'static str]),
    /// An integer.
    Number,
    /// A text.
    Text,
    /// Several texts.
    Texts,
}

/// A place that a fact can point at besides its own.
#[derive(Debug)]
pub struct EvidenceSchema {
    /// The role that the place plays, kebab-case.
    pub role: &'static str,
    /// What stands there, in a sentence.
    pub about: &'static str,
}

/// A change of the files that a fact may know, after which it holds no more.
#[derive(Debug)]
pub struct RemedySchema {
    /// The name, kebab-case.
    pub name: &'static str,
    /// What is changed, in a sentence.
    pub about: &'static str,
}

/// A field of a fact: its position in [`Schema::fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldId(pub u16);

/// What a field of one fact holds, as far as it is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// A truth.
    Boolean(Bounds<bool>),
    /// The words that it may be: bit `n` stands for word `n` of the schema. One bit is a decided word; no bit
    /// means that there is none.
    Word(WordSet),
    /// The least and the most that it may be.
    Number(Bounds<i64>),
    /// A text; absent if there is none, or none can be said.
    Text(Option<Text>),
    /// Texts, in order.
    Texts(Vec<Text>),
}

/// A set of the words of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WordSet(pub u64);

/// A further place that shows the fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The role that the place plays: one of the schema's.
    pub role: &'static str,
    /// The place.
    pub span: Span,
}

/// What every fact has.
#[derive(Clone, Debug)]
pub struct Common {
    /// What it is about.
    pub subject: EntityId,
    /// The place that shows it best.
    pub place: Span,
    /// Whether the fact itself follows from the scan. (A field that is not decided says so itself.)
    pub certainty: Certainty,
    /// The worlds in which it holds.
    pub worlds: Worlds,
    /// Further places, in order of importance.
    pub evidence: Vec<Evidence>,
    /// What tells this fact from others of its kind and subject, and what caused it: the same after
    /// reformatting and reordering. Together with the subject it identifies a finding.
    pub cause: Vec<Text>,
    /// A request that shows it: context keys and their values, for people.
    pub witness: Option<Vec<(String, String)>>,
}

/// One fact.
pub trait Fact {
    /// The kind of the fact.
    fn schema(&self) -> &'static Schema;

    /// What every fact has.
    fn common(&self) -> &Common;

    /// What a field holds. Costly fields are computed here.
    fn field(&self, field: FieldId) -> FieldValue;

    /// What is to be changed so that the fact holds no more, if that is known. None if the fact has no such remedy.
    fn remedy(&self, _name: &str) -> Option<&Fix> {
        None
    }
}

impl Schema {
    /// The field of a name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldId> {
        let index = self.fields.iter().position(|field| field.name == name)?;
        u16::try_from(index).ok().map(FieldId)
    }
}

impl WordSet {
    /// Exactly this word.
    #[must_use]
    pub fn only(word: impl Words) -> Self {
        Self(1 << word.index())
    }

    /// This word, or one of the other set.
    #[must_use]
    pub fn or(self, word: impl Words) -> Self {
        Self(self.0 | 1 << word.index())
    }

    /// The position of the word, if it is decided.
    #[must_use]
    pub const fn decided(self) -> Option<u32> {
        if self.0.count_ones() == 1 { Some(self.0.trailing_zeros()) } else { None }
    }
}
