//! What of a role mapping can never have an effect, or is refused.

use rustc_hash::FxHashSet;

use super::claim_source::mapped_user_pools;
use super::pool_role::{pool_name, pools};
use super::role_mapping::{MappingType, mapping_type};
use super::sign_in::SOCIAL;
use super::user_pool::{Sent, may_hold, sent};
use super::{Common, Fact, OneOf, Words, fact, words};
use crate::analysis::{Analysis, Change};
use crate::finding::Certainty;
use crate::model::{IdentityPool, MappingRule, RoleAttachment, RoleMapping, UserPool};
use crate::source::Span;
use crate::value::{Field, Located, Text, Worlds};

/// The most rules for one provider, says the reference of `SetIdentityPoolRoles`; its shape allows more.
const MOST_RULES: usize = 25;

/// The most characters of a value that a claim is compared with.
const LONGEST_VALUE: usize = 128;

words! {
    /// What is wrong with a mapping or a rule of it.
    Fault {
        /// Nothing that is known.
        Nothing = "nothing",
        /// It is to go by rules and has none.
        NoRules = "no-rules",
        /// It does not say what happens to users who fit nothing.
        NoResolution = "no-resolution",
        /// It is to go by the roles in the token, which only tokens of user pools name.
        TokenWithoutRoles = "token-without-roles",
        /// A rule looks at a claim that the tokens do not have.
        UnknownClaim = "unknown-claim",
        /// A rule compares with a value that the claim cannot have.
        ImpossibleValue = "impossible-value",
        /// A rule is there twice.
        Duplicate = "duplicate",
        /// There are more rules than Cognito takes.
        TooMany = "too-many",
    }
}

fact! {
    /// One role mapping of an identity pool, or one rule of it, and what of it can never have an effect.
    MappingFault = "mapping-fault" {
        /// The identity pool's logical id, or what names it.
        pool: Option<Text> = "pool",
        /// The provider that the mapping is for.
        provider: Option<Text> = "provider",
        /// What is wrong.
        fault: OneOf<Fault> = "fault",
        /// The claim of the rule.
        claim: Option<Text> = "claim",
        /// The value of the rule.
        value: Option<Text> = "value",
    }
    evidence {}
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for attachment in &analysis.model.role_attachments {
        let stable = analysis.stability(attachment.entity.id, Change::PoolRoles);
        for (pool, certainty, worlds) in pools(analysis, attachment) {
            for mapping in attachment.mappings.known().into_iter().flat_map(|mappings| &mappings.value) {
                let of = Mapping {
                    analysis,
                    attachment,
                    mapping,
                    pool,
                    certainty: certainty.min(stable),
                    worlds: worlds.clone(),
                };
                of.whole(take);
                of.rules(take);
            }
        }
    }
}

struct Mapping<'a> {
    analysis: &'a Analysis<'a>,
    attachment: &'a RoleAttachment,
    mapping: &'a RoleMapping,
    pool: Option<&'a IdentityPool>,
    certainty: Certainty,
    worlds: Worlds,
}

impl Mapping<'_> {
    /// What is wrong with the mapping as a whole.
    fn whole(&self, take: &mut dyn FnMut(&dyn Fact)) {
        let mapping = self.mapping;
        let kind = mapping_type(self.analysis, mapping);
        let (by_token, by_rules) =
            (kind == OneOf::only(MappingType::Token), kind == OneOf::only(MappingType::Rules));
        let has_rules =
            mapping.rules.known().map_or(!mapping.rules.is_absent(), |rules| !rules.value.is_empty());
        let place = mapping.mapping_type.span().unwrap_or(mapping.key.span);
        let mut fine = true;
        let mut say = |fault: Fault, certainty: Certainty| {
            fine = false;
            take(&self.fact(fault, certainty, place, None));
        };
        if by_rules && !has_rules {
            say(Fault::NoRules, Certainty::Proved);
        }
        if mapping.ambiguous.is_absent() && (by_token || by_rules) {
            say(Fault::NoResolution, Certainty::Proved);
        }
        if by_token && self.has_no_roles() {
            // That only user pools name roles is what the documentation does not say in so many words.
            say(Fault::TokenWithoutRoles, Certainty::Possible);
        }
        if fine {
            take(&self.fact(Fault::Nothing, Certainty::Proved, place, None));
        }
    }

    /// True if the provider is none that puts roles into its tokens.
    fn has_no_roles(&self) -> bool {
        let provider = self.mapping.provider();
        let Some(name) = provider.as_literal(self.analysis.vocabulary) else {
            return false;
        };
        let is_arn = name.contains(":saml-provider/")
            || name.contains(":oidc-provider/") && !name.contains("cognito-idp");
        SOCIAL.contains(&name) || is_arn
    }

    /// What is wrong with single rules.
    fn rules(&self, take: &mut dyn FnMut(&dyn Fact)) {
        let Some(rules) = self.mapping.rules.known() else { return };
        let user_pools = mapped_user_pools(self.analysis, self.attachment, self.mapping);
        let mut seen = FxHashSet::default();
        for (position, rule) in rules.value.iter().enumerate() {
            let Some(rule) = rule.known() else { continue };
            let text = |field: &Field<Text>| field.known().map(|known| known.value.clone());
            let parts =
                [&rule.value.claim, &rule.value.match_type, &rule.value.value, &rule.value.role].map(text);
            let is_new = parts.iter().any(Option::is_none) || seen.insert(parts);
            let (fault, certainty) = match is_new {
                true => self.of_rule(&rule.value, &user_pools),
                false => (Fault::Duplicate, Certainty::Proved),
            };
            take(&self.fact(fault, certainty, rule.span, Some(rule)));
            if position == MOST_RULES {
                // Its shape takes more than the text of the reference says.
                take(&self.fact(Fault::TooMany, Certainty::Possible, rule.span, Some(rule)));
            }
        }
    }

    fn of_rule(
        &self,
        rule: &MappingRule,
        user_pools: &[(&UserPool, Certainty, Worlds)],
    ) -> (Fault, Certainty) {
        let literal = |field: &Field<Text>| field.as_literal(self.analysis.vocabulary);
        let value = literal(&rule.value);
        if value.as_ref().is_some_and(|value| value.is_empty() || value.chars().count() > LONGEST_VALUE) {
            return (Fault::ImpossibleValue, Certainty::Proved);
        }
        let nothing = (Fault::Nothing, Certainty::Proved);
        // Of other providers it is not known what they send.
        let [(pool, certainty, worlds)] = user_pools else { return nothing };
        let is_everywhere = self.analysis.covers(worlds, &self.worlds);
        let attributes = self.analysis.stability(pool.entity.id, Change::UserAttributes);
        let certainty = if is_everywhere { certainty.min(&attributes) } else { &Certainty::Possible };
        let certainty = *certainty;
        let Some(claim) = literal(&rule.claim) else { return nothing };
        match sent(self.analysis, pool, claim) {
            Sent::Never => return (Fault::UnknownClaim, certainty),
            Sent::Unheard => return (Fault::UnknownClaim, Certainty::Possible),
            Sent::Perhaps => {}
        }
        let is_equal = literal(&rule.match_type) == Some("Equals");
        match value.filter(|_| is_equal) {
            Some(value) if !may_hold(self.analysis, pool, claim, value) => {
                (Fault::ImpossibleValue, certainty)
            }
            _ => nothing,
        }
    }

    fn fact(
        &self,
        fault: Fault,
        certainty: Certainty,
        place: Span,
        rule: Option<&Located<MappingRule>>,
    ) -> MappingFault {
        let provider = self.mapping.provider().known().map(|known| known.value.clone());
        let text = |field: &Field<Text>| field.known().map(|known| known.value.clone());
        let claim = rule.and_then(|rule| text(&rule.value.claim));
        let value = rule.and_then(|rule| text(&rule.value.value));
        let role = rule.and_then(|rule| text(&rule.value.role));
        MappingFault {
            common: Common {
                subject: self.attachment.entity.id,
                place,
                certainty: self.certainty.min(certainty),
                worlds: self.worlds.clone(),
                evidence: Vec::new(),
                cause: [
                    Some(self.analysis.vocabulary.literal(fault.name())),
                    provider.clone(),
                    claim.clone(),
                    value.clone(),
                    role,
                ]
                .into_iter()
                .flatten()
                .collect(),
                witness: None,
            },
            pool: pool_name(self.pool, self.attachment),
            provider,
            fault: OneOf::only(fault),
            claim,
            value,
        }
    }
}
