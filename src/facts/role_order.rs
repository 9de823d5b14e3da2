//! A role of a role mapping that others come before: that is no boundary, as clients ask for any role that is theirs.

use super::claim_source::{found, mapped_user_pools};
use super::lists::is;
use super::pool_role::{pool_name, pools};
use super::privileges::{ImpactWord, impact, is_stronger};
use super::role_mapping::{MappingType, mapping_type};
use super::user_pool::members;
use super::{Common, Evidence, Fact, LevelOf, OneOf, WordSet, fact, words};
use crate::analysis::{Analysis, Change};
use crate::finding::Certainty;
use crate::model::{EntityId, MappingRule, Role, RoleAttachment, RoleMapping, UserPoolGroup};
use crate::source::Span;
use crate::value::{Bounds, Comparison, Field, Text, Worlds};

words! {
    /// What has an order.
    OrderedBy {
        /// The rules of a mapping.
        Rules = "rules",
        /// The groups of a user pool, by precedence.
        Groups = "groups",
    }
}

fact! {
    /// One role that a role mapping gives by a rule or for a group, where what its roles allow is in view.
    RoleOrder = "role-order" {
        /// The identity pool's logical id, or what the attachment names.
        pool: Option<Text> = "pool",
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// What has an order.
        by: OneOf<OrderedBy> = "by",
        /// True if a role that allows less comes before it, for users who may have both.
        behind: Bounds<bool> = "behind",
        /// The logical id of that role.
        weaker: Option<Text> = "weaker",
        /// What the role amounts to.
        impact: LevelOf<ImpactWord> = "impact",
    }
    evidence {
        /// Where the role that allows less is given.
        "weaker",
        /// The statement or policy that grants what the role allows.
        "grant",
    }
}

/// A role that a mapping gives, in the order of rules or groups.
struct Given<'a> {
    role: EntityId,
    span: Span,
    sure: bool,
    worlds: Worlds,
    rank: Rank<'a>,
}

/// What decides which of two roles comes first.
#[derive(Clone, Copy)]
enum Rank<'a> {
    /// The position of a rule.
    Rule(usize, &'a MappingRule),
    /// The precedence of a group: the lowest comes first, and none is worst. Nothing if it is not known.
    Group(Option<i64>),
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for attachment in &analysis.model.role_attachments {
        let stable = analysis.stability(attachment.entity.id, Change::PoolRoles);
        for (pool, certainty, worlds) in pools(analysis, attachment) {
            for mapping in attachment.mappings.known().into_iter().flat_map(|mappings| &mappings.value) {
                let types = mapping_type(analysis, mapping).words();
                for (kind, by) in
                    [(MappingType::Rules, OrderedBy::Rules), (MappingType::Token, OrderedBy::Groups)]
                {
                    if types.0 & WordSet::only(kind).0 == 0 {
                        continue;
                    }
                    let given = match by {
                        OrderedBy::Rules => by_rules(analysis, attachment, mapping),
                        OrderedBy::Groups => by_groups(analysis, attachment, mapping),
                    };
                    let decided =
                        if types.decided().is_some() { Certainty::Proved } else { Certainty::Possible };
                    let order = Order {
                        analysis,
                        attachment,
                        pool: pool_name(pool, attachment),
                        by,
                        certainty: certainty.min(stable).min(decided),
                        worlds: worlds.clone(),
                    };
                    given.iter().for_each(|one| order.take(one, &given, take));
                }
            }
        }
    }
}

/// The roles in view that a place names.
fn add<'a>(
    analysis: &Analysis<'_>,
    from: EntityId,
    field: &Field<Text>,
    (sure, when): (bool, Option<&Worlds>),
    rank: Rank<'a>,
    into: &mut Vec<Given<'a>>,
) {
    for (role, certainty, worlds) in found::<Role>(analysis, from, field.span()) {
        let worlds = when.map_or(Some(worlds.clone()), |when| worlds.and(when));
        let (Some(worlds), Some(span)) = (worlds, field.span()) else { continue };
        let sure = sure && certainty == Certainty::Proved;
        into.push(Given { role: role.entity.id, span, sure, worlds, rank });
    }
}

fn by_rules<'a>(
    analysis: &Analysis<'_>,
    attachment: &RoleAttachment,
    mapping: &'a RoleMapping,
) -> Vec<Given<'a>> {
    let mut given = Vec::new();
    let rules = mapping.rules.known().into_iter().flat_map(|rules| &rules.value).enumerate();
    for (number, rule) in rules.filter_map(|(number, rule)| Some((number, rule.known()?))) {
        let rank = Rank::Rule(number, &rule.value);
        add(analysis, attachment.entity.id, &rule.value.role, (true, None), rank, &mut given);
    }
    given
}

fn by_groups<'a>(
    analysis: &Analysis<'_>,
    attachment: &RoleAttachment,
    mapping: &RoleMapping,
) -> Vec<Given<'a>> {
    let mut given = Vec::new();
    for (pool, certainty, worlds) in mapped_user_pools(analysis, attachment, mapping) {
        for group in members::<UserPoolGroup>(analysis, pool) {
            let rank = Rank::Group(match &group.item.precedence {
                Field::Absent => Some(i64::MAX),
                Field::Known(known) => Some(known.value),
                Field::Unknown(_) => None,
            });
            let sure = group.sure && certainty == Certainty::Proved;
            let id = group.item.entity.id;
            add(analysis, id, &group.item.role, (sure, Some(&worlds)), rank, &mut given);
        }
    }
    given
}

/// The roles of one mapping, and where they are given.
struct Order<'a> {
    analysis: &'a Analysis<'a>,
    attachment: &'a RoleAttachment,
    pool: Option<Text>,
    by: OrderedBy,
    certainty: Certainty,
    worlds: Worlds,
}

impl Order<'_> {
    /// The fact about one of the roles: that a weaker one comes before it, and else that none does.
    fn take(&self, one: &Given<'_>, all: &[Given<'_>], take: &mut dyn FnMut(&dyn Fact)) {
        let analysis = self.analysis;
        let Some(here) = self.worlds.and(&one.worlds) else { return };
        if analysis.model.grants_of(one.role).is_empty() {
            return;
        }
        let mut best: Option<(&Given<'_>, Bounds<bool>, Worlds)> = None;
        for other in all {
            let (Some(worlds), true) = (here.and(&other.worlds), is_stronger(analysis, one.role, other.role))
            else {
                continue;
            };
            let both = Bounds { sure: one.sure && other.sure, possible: true };
            let behind = self.behind(one, other).and(both);
            if behind.possible && best.as_ref().is_none_or(|(_, known, _)| behind.sure && !known.sure) {
                best = Some((other, behind, worlds));
            }
        }
        let weaker = best.as_ref().map(|(weaker, ..)| *weaker);
        let name = |id| Text::literal(analysis.entity(id).logical_id);
        let granted = analysis.granted_at(one.role, analysis.privileges(one.role).worst);
        let mut evidence = Vec::new();
        evidence.extend(weaker.map(|weaker| Evidence { role: "weaker", span: weaker.span }));
        evidence.extend(granted.map(|span| Evidence { role: "grant", span }));
        take(&RoleOrder {
            common: Common {
                subject: self.attachment.entity.id,
                place: one.span,
                certainty: self.certainty,
                worlds: best.as_ref().map_or(here, |(.., worlds)| worlds.clone()),
                evidence,
                cause: vec![name(one.role)],
                witness: None,
            },
            pool: self.pool.clone(),
            role: Some(name(one.role)),
            by: OneOf::only(self.by),
            behind: best.as_ref().map_or(Bounds::decided(false), |(_, behind, _)| *behind),
            weaker: weaker.map(|weaker| name(weaker.role)),
            impact: impact(analysis.privileges(one.role).impact),
        });
    }

    /// Whether another role comes before one, for users who may have both.
    fn behind(&self, one: &Given<'_>, other: &Given<'_>) -> Bounds<bool> {
        match (one.rank, other.rank) {
            (Rank::Rule(own, rule), Rank::Rule(before, earlier)) => {
                Bounds::decided(before < own).and(self.may_fit_both(rule, earlier))
            }
            (Rank::Group(Some(own)), Rank::Group(Some(before))) => Bounds::decided(before < own),
            (Rank::Group(_), Rank::Group(_)) => Bounds::UNDECIDED,
            _ => Bounds::decided(false),
        }
    }

    /// Whether somebody may fit two rules.
    fn may_fit_both(&self, one: &MappingRule, other: &MappingRule) -> Bounds<bool> {
        let vocabulary = self.analysis.vocabulary;
        let (Some(claim), Some(of_other)) = (one.claim.known(), other.claim.known()) else {
            return Bounds::UNDECIDED;
        };
        match claim.value.compare(&of_other.value, vocabulary) {
            // What one claim says has nothing to do with another.
            Comparison::Different => return Bounds::decided(true),
            Comparison::Undecided => return Bounds::UNDECIDED,
            Comparison::Equal => {}
        }
        // Users are in several groups.
        if is(&claim.value, "cognito:groups", vocabulary).sure {
            return Bounds::decided(true);
        }
        let literal = |field: &Field<Text>| field.as_literal(vocabulary).map(str::to_owned);
        let read = |rule: &MappingRule| Some((literal(&rule.match_type)?, literal(&rule.value)?));
        let (Some(one), Some(other)) = (read(one), read(other)) else { return Bounds::UNDECIDED };
        let fit = |(equal, value): &(String, String), (comparison, of): &(String, String)| {
            (equal == "Equals").then(|| match comparison.as_str() {
                "Equals" => value == of,
                "NotEqual" => value != of,
                "StartsWith" => value.starts_with(of),
                "Contains" => value.contains(of),
                _ => false,
            })
        };
        Bounds::decided(fit(&one, &other).or_else(|| fit(&other, &one)).unwrap_or_else(|| {
            // Two beginnings are one only if one of them begins with the other.
            let (start, of_other) = (&one, &other);
            start.0 != "StartsWith"
                || of_other.0 != "StartsWith"
                || start.1.starts_with(&of_other.1)
                || of_other.1.starts_with(&start.1)
        }))
    }
}
