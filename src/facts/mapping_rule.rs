//! A rule of a role mapping, and who else than those whom it means fits it.

use super::claim_source::{falls_back_to, mapped_user_pools, named_roles, role_name};
use super::lists::is;
use super::pool_role::{pool_name, pools};
use super::privileges::worst_exposure;
use super::sign_in::{SOCIAL, open_with, reach};
use super::user_pool::{CONTACTS, doors, may_write, members};
use super::{Common, Evidence, Exposure, Fact, LevelOf, OneOf, Reach, fact, words};
use crate::analysis::{Analysis, Change};
use crate::finding::Certainty;
use crate::model::{IdentityPool, MappingRule, RoleAttachment, RoleMapping, UserPool, UserPoolGroup};
use crate::source::Span;
use crate::value::{Bounds, Field, Located, Text, Worlds};

words! {
    /// How a rule compares a claim with its value.
    Match {
        /// They are equal.
        Equals = "equals",
        /// The claim has the value in it.
        Contains = "contains",
        /// The claim begins with the value.
        StartsWith = "starts-with",
        /// They are not equal.
        NotEqual = "not-equal",
        /// It depends on what is not known, or Cognito knows no such comparison.
        Unknown = "unknown",
    }
}

words! {
    /// By what others fit a rule than those whom it means.
    Fits {
        /// By nothing that is known.
        Nobody = "nobody",
        /// By being anybody else.
        Others = "others",
        /// By an address of their own that has the value in it.
        Address = "address",
        /// By a name that they choose when they sign up.
        Name = "name",
        /// By a group of another name that has the value in it.
        Group = "group",
    }
}

fact! {
    /// One rule of a role mapping of an identity pool.
    MappingRuleFact = "mapping-rule" {
        /// The identity pool's logical id, or what names it.
        pool: Option<Text> = "pool",
        /// The claim.
        claim: Option<Text> = "claim",
        /// How it is compared.
        comparison: OneOf<Match> = "match",
        /// The value.
        value: Option<Text> = "value",
        /// The role's logical id or ARN.
        role: Option<Text> = "role",
        /// By what others fit the rule, where they do not get the role anyway.
        fits: OneOf<Fits> = "fits",
        /// The other group that fits.
        group: Option<Text> = "group",
        /// True if anybody can become one of those whose claims are compared.
        open: Bounds<bool> = "open",
        /// How far out those are who fit besides.
        reach: LevelOf<Reach> = "reach",
        /// What the role allows. Of a role that is not in view, the middle.
        exposure: LevelOf<Exposure> = "exposure",
    }
    evidence {
        /// The comparison.
        "match",
        /// The other group that fits.
        "group",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for attachment in &analysis.model.role_attachments {
        let stable = analysis.stability(attachment.entity.id, Change::PoolRoles);
        for (pool, certainty, worlds) in pools(analysis, attachment) {
            let name = pool_name(pool, attachment);
            for mapping in attachment.mappings.known().into_iter().flat_map(|mappings| &mappings.value) {
                for (of, certain, when) in providers(analysis, attachment, mapping) {
                    let when = when.map_or(Some(worlds.clone()), |when| worlds.and(&when));
                    let Some(worlds) = when else { continue };
                    let whole = Mapping {
                        analysis,
                        attachment,
                        mapping,
                        pool: name.clone(),
                        identity_pool: pool,
                        of,
                        certainty: certainty.min(stable).min(certain),
                        worlds,
                    };
                    for rule in mapping.rules.known().into_iter().flat_map(|rules| &rules.value) {
                        rule.known().into_iter().for_each(|rule| whole.take(rule, take));
                    }
                }
            }
        }
    }
}

/// Whose claims a mapping compares.
#[derive(Clone, Copy)]
enum Provider<'a> {
    /// Those of users of a user pool.
    UserPool(&'a UserPool),
    /// Those of everybody at a social provider.
    Social,
    /// Those of people of whom nothing is known.
    Other,
}

fn providers<'a>(
    analysis: &'a Analysis<'_>,
    attachment: &RoleAttachment,
    mapping: &RoleMapping,
) -> Vec<(Provider<'a>, Certainty, Option<Worlds>)> {
    let user_pools = mapped_user_pools(analysis, attachment, mapping);
    if !user_pools.is_empty() {
        return user_pools
            .into_iter()
            .map(|(pool, certainty, worlds)| (Provider::UserPool(pool), certainty, Some(worlds)))
            .collect();
    }
    let provider = mapping.provider();
    let social = provider.known().is_some_and(|provider| {
        SOCIAL.iter().any(|social| is(&provider.value, social, analysis.vocabulary).sure)
    });
    vec![(if social { Provider::Social } else { Provider::Other }, Certainty::Proved, None)]
}

struct Mapping<'a> {
    analysis: &'a Analysis<'a>,
    attachment: &'a RoleAttachment,
    mapping: &'a RoleMapping,
    pool: Option<Text>,
    identity_pool: Option<&'a IdentityPool>,
    of: Provider<'a>,
    certainty: Certainty,
    worlds: Worlds,
}

impl Mapping<'_> {
    fn take(&self, rule: &Located<MappingRule>, take: &mut dyn FnMut(&dyn Fact)) {
        let (analysis, id) = (self.analysis, self.attachment.entity.id);
        let comparison = self.comparison(&rule.value);
        let (fits, group) = if falls_back_to(analysis, self.attachment, self.mapping, &rule.value) {
            (OneOf::only(Fits::Nobody), None)
        } else {
            self.fits(&rule.value, comparison)
        };
        let mut evidence = Vec::new();
        let mut show = |role, span: Option<Span>| evidence.extend(span.map(|span| Evidence { role, span }));
        show("match", rule.value.match_type.span());
        show("group", group.map(|group| group.entity.span));
        let open = match self.of {
            Provider::UserPool(pool) => doors(analysis, pool).open(),
            Provider::Social => Bounds::decided(true),
            Provider::Other => {
                let provider = self.mapping.provider();
                match (self.identity_pool, provider.known()) {
                    (Some(pool), Some(provider)) => open_with(analysis, pool, &provider.value),
                    _ => Bounds::decided(false),
                }
            }
        };
        let text = |field: &Field<Text>| field.known().map(|known| known.value.clone());
        let role = role_name(analysis, id, &rule.value.role);
        take(&MappingRuleFact {
            common: Common {
                subject: id,
                place: rule.span,
                certainty: self.certainty,
                worlds: self.worlds.clone(),
                evidence,
                cause: [text(&rule.value.claim), text(&rule.value.value), role.clone()]
                    .into_iter()
                    .flatten()
                    .collect(),
                witness: None,
            },
            pool: self.pool.clone(),
            claim: text(&rule.value.claim),
            comparison: OneOf::only(comparison),
            value: text(&rule.value.value),
            role,
            fits,
            group: group.and_then(|group| text(&group.name)),
            open,
            // Whom an administrator has put into a group he knows.
            reach: if fits == OneOf::only(Fits::Group) { LevelOf::only(Reach::Inner) } else { reach(open) },
            exposure: worst_exposure(analysis, named_roles(analysis, id, &rule.value.role)),
        });
    }

    fn comparison(&self, rule: &MappingRule) -> Match {
        match rule.match_type.as_literal(self.analysis.vocabulary) {
            Some("Equals") => Match::Equals,
            Some("Contains") => Match::Contains,
            Some("StartsWith") => Match::StartsWith,
            Some("NotEqual") => Match::NotEqual,
            _ => Match::Unknown,
        }
    }

    /// By what others fit a rule.
    fn fits(&self, rule: &MappingRule, comparison: Match) -> (OneOf<Fits>, Option<&UserPoolGroup>) {
        let nobody = (OneOf::only(Fits::Nobody), None);
        let literal = |field: &Field<Text>| field.as_literal(self.analysis.vocabulary);
        let Some(claim) = literal(&rule.claim) else { return nobody };
        match comparison {
            Match::Equals | Match::Unknown => nobody,
            // Of a claim with two values, one is as good as not the other.
            Match::NotEqual if claim.ends_with("_verified") => nobody,
            Match::NotEqual => (OneOf::only(Fits::Others), None),
            Match::Contains | Match::StartsWith => match (self.of, claim) {
                (Provider::UserPool(pool), "cognito:groups") => {
                    let group = literal(&rule.value).and_then(|value| self.group(pool, value, comparison));
                    group.map_or(nobody, |(group, sure)| {
                        let word = OneOf::only(Fits::Group);
                        (if sure { word } else { word.or(Fits::Nobody) }, Some(group))
                    })
                }
                (Provider::UserPool(pool), "cognito:username") if pool.username_attributes.is_absent() => {
                    (Self::word(Fits::Name, doors(self.analysis, pool).sign_up), None)
                }
                (Provider::UserPool(pool), contact) if CONTACTS.contains(&contact) => {
                    let own = doors(self.analysis, pool).open().or(may_write(self.analysis, pool, contact));
                    (Self::word(Fits::Address, own), None)
                }
                (Provider::Social, "email") => (OneOf::only(Fits::Address), None),
                _ => nobody,
            },
        }
    }

    fn word(word: Fits, truth: Bounds<bool>) -> OneOf<Fits> {
        match truth.known() {
            Some(true) => OneOf::only(word),
            Some(false) => OneOf::only(Fits::Nobody),
            None => OneOf::only(word).or(Fits::Nobody),
        }
    }

    /// Another group of a user pool that fits too, and whether it is there for sure.
    fn group(&self, pool: &UserPool, value: &str, comparison: Match) -> Option<(&UserPoolGroup, bool)> {
        let groups = members::<UserPoolGroup>(self.analysis, pool);
        groups.into_iter().find_map(|group| {
            let name = group.item.name.known()?.value.as_literal(self.analysis.vocabulary)?;
            let fits = match comparison {
                Match::StartsWith => name.starts_with(value),
                _ => name.contains(value),
            };
            let here = group.item.entity.worlds.and(&self.worlds).is_some();
            (fits && name != value && here).then_some((group.item, group.sure))
        })
    }
}
