//! An attribute of users that a provider of their user pool sets, and that decides a role or a session tag.

use super::claim_source::{ClaimUse, UsedFor, uses};
use super::lists::is;
use super::privileges::worst_exposure;
use super::user_pool::{everybody, members};
use super::{Common, Evidence, Exposure, Fact, LevelOf, OneOf, Reach, fact};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::model::UserPoolIdentityProvider;
use crate::value::{Bounds, Text};

fact! {
    /// One attribute that an identity provider of a user pool sets, where it decides a role or a session tag.
    ProviderMapping = "provider-mapping" {
        /// The provider's logical id, or its name in a dump.
        provider: Option<Text> = "provider",
        /// The user pool's logical id.
        user_pool: Option<Text> = "user-pool",
        /// The attribute.
        attribute: Option<Text> = "attribute",
        /// The claim of the provider that it is set to.
        claim: Option<Text> = "claim",
        /// What it decides.
        used_for: OneOf<UsedFor> = "used-for",
        /// The role's logical id or ARN, or the tag's name.
        decides: Option<Text> = "decides",
        /// True if everybody can have an account at the provider.
        everybody: Bounds<bool> = "everybody",
        /// True if whoever has one chooses himself what the claim says.
        chosen: Bounds<bool> = "chosen",
        /// How far out those are who can.
        reach: LevelOf<Reach> = "reach",
        /// What the role allows, or the worst of those that decide by the tag. Of roles that are not in view, the middle.
        exposure: LevelOf<Exposure> = "exposure",
    }
    evidence {
        /// Where the attribute decides.
        "decides",
    }
}

/// What everybody writes into his own account at a provider.
const OWN_WORDS: &[&str] = &[
    "name",
    "given_name",
    "family_name",
    "first_name",
    "last_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "birthday",
    "locale",
    "zoneinfo",
    "postal_code",
];
/// What a provider itself says of an account.
const WORDS_OF_PROVIDER: &[&str] =
    &["sub", "id", "user_id", "email_verified", "phone_number_verified", "hd", "tid", "oid"];

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    if analysis.model.user_pool_identity_providers.is_empty() {
        return;
    }
    for claim_use in uses(analysis) {
        for provider in members::<UserPoolIdentityProvider>(analysis, claim_use.user_pool) {
            let mappings = provider.item.attribute_mapping.known();
            for (attribute, claim) in mappings.into_iter().flat_map(|mappings| &mappings.value) {
                let literal = claim_use.claim.value.as_literal(analysis.vocabulary);
                let same = literal.is_some_and(|name| is(&attribute.value, name, analysis.vocabulary).sure);
                let worlds = provider.item.entity.worlds.and(&claim_use.worlds);
                let (true, Some(worlds), Some(claim)) = (same, worlds, claim.known()) else { continue };
                let certainty = if provider.sure { claim_use.certainty } else { Certainty::Possible };
                let common = Common {
                    subject: provider.item.entity.id,
                    place: claim.span,
                    certainty,
                    worlds,
                    evidence: vec![Evidence { role: "decides", span: claim_use.claim.span }],
                    cause: [Some(attribute.value.clone()), claim_use.decides.clone()]
                        .into_iter()
                        .flatten()
                        .collect(),
                    witness: None,
                };
                take(&of(analysis, &claim_use, provider.item, &claim.value, common));
            }
        }
    }
}

fn of(
    analysis: &Analysis<'_>,
    claim_use: &ClaimUse<'_>,
    provider: &UserPoolIdentityProvider,
    claim: &Text,
    common: Common,
) -> ProviderMapping {
    let everybody = everybody(analysis, provider);
    ProviderMapping {
        common,
        provider: Some(Text::literal(provider.entity.logical_id)),
        user_pool: Some(Text::literal(claim_use.user_pool.entity.logical_id)),
        attribute: Some(claim_use.claim.value.clone()),
        claim: Some(claim.clone()),
        used_for: OneOf::only(claim_use.used_for),
        decides: claim_use.decides.clone(),
        everybody,
        chosen: chosen(analysis, provider, claim),
        reach: LevelOf::only(if everybody.sure { Reach::Outermost } else { Reach::Middle }),
        exposure: worst_exposure(analysis, claim_use.roles.iter().copied()),
    }
}

/// Whether whoever has an account chooses himself what a claim says. The addresses that social providers name are proved
/// to be his; what other providers of everybody name is not known.
fn chosen(analysis: &Analysis<'_>, provider: &UserPoolIdentityProvider, claim: &Text) -> Bounds<bool> {
    let Some(claim) = claim.as_literal(analysis.vocabulary) else { return Bounds::UNDECIDED };
    let open_id = provider
        .provider_type
        .known()
        .is_some_and(|known| is(&known.value, "OIDC", analysis.vocabulary).sure);
    if OWN_WORDS.contains(&claim) {
        Bounds::decided(true)
    } else if WORDS_OF_PROVIDER.contains(&claim) || !open_id {
        Bounds::decided(false)
    } else {
        Bounds::UNDECIDED
    }
}
