//! What Identity Center refuses of a permission set.

use super::duration::seconds;
use crate::analysis::Analysis;
use crate::facts::deploy_refusal::least_length;
use crate::facts::{Common, Fact, OneOf, Words, fact, words};
use crate::finding::Certainty;
use crate::model::{List, PermissionSet};
use crate::source::Span;
use crate::value::{Bounds, Class, Field, Shape, Text, Vocabulary};

words! {
    /// Why a permission set is refused.
    SetFault {
        /// The name is empty, too long, or has characters that it must not have.
        Name = "name",
        /// The description is empty or too long.
        Description = "description",
        /// The relay state is too long.
        RelayState = "relay-state",
        /// The session duration is no duration.
        Duration = "duration",
        /// The session is shorter than it must be.
        TooShort = "session-too-short",
        /// The session is longer than it may be.
        TooLong = "session-too-long",
        /// The inline policy is too long.
        InlinePolicy = "inline-policy",
        /// There are more policies than it may have.
        TooManyPolicies = "too-many-policies",
        /// There are more policies than roles may have unless the quota of the target account was raised.
        OverDefaultQuota = "over-default-quota",
        /// The boundary is two policies.
        TwoBoundaries = "two-boundaries",
    }
}

fact! {
    /// One reason for which Identity Center refuses to make a permission set, or to provision it.
    PermissionSetFault = "permission-set-fault" {
        /// The permission set's logical id.
        permission_set: Option<Text> = "permission-set",
        /// Why.
        fault: OneOf<SetFault> = "fault",
        /// What is written, if it is a short text.
        written: Option<Text> = "written",
        /// How many there are, of characters or policies, if it is about their number; not fewer than this.
        count: Bounds<i64> = "count",
    }
    evidence {}
}

/// The least and the most characters of a name, and what they are: `[\w+=,.@-]`. Source: API of Identity Center, as are those below.
const NAME: (usize, usize) = (1, 32);
const NAME_CHARACTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-";
/// The most characters of a description and of a relay state.
const DESCRIPTION: usize = 700;
const RELAY_STATE: usize = 240;
/// The seconds of the shortest and the longest session.
const SESSION: (i64, i64) = (3600, 12 * 3600);
/// The most characters of an inline policy. (The user guide of 2022 said 10,240.)
const INLINE_POLICY: usize = 32_768;
/// The most policies of either kind, and those that a role may have of both unless its account's quota was raised.
const POLICIES: usize = 25;
const DEFAULT_QUOTA: usize = 10;

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let name = Shape::class(Class::of(NAME_CHARACTERS), NAME.0, Some(NAME.1));
    for set in &analysis.model.permission_sets {
        let mut faults = Faults { analysis, set, take };
        faults.name(&name);
        faults.text(SetFault::Description, &set.description, DESCRIPTION);
        faults.text(SetFault::RelayState, &set.relay_state, RELAY_STATE);
        faults.session();
        faults.inline_policy();
        faults.policies();
        faults.boundary();
    }
}

struct Faults<'a, 't> {
    analysis: &'a Analysis<'a>,
    set: &'a PermissionSet,
    take: &'t mut dyn FnMut(&dyn Fact),
}

impl Faults<'_, '_> {
    fn vocabulary(&self) -> &Vocabulary {
        self.analysis.vocabulary
    }

    fn name(&mut self, allowed: &Shape) {
        let Field::Known(name) = &self.set.name else { return };
        if name.value.shape(self.vocabulary()).is_disjoint(allowed) {
            self.give(SetFault::Name, name.span, Certainty::Proved, Some(name.value.clone()), 0);
        }
    }

    fn text(&mut self, fault: SetFault, field: &Field<Text>, most: usize) {
        let Field::Known(text) = field else { return };
        let least = text.value.shape(self.vocabulary()).least_length();
        if least > most || text.value.parts().is_empty() {
            self.give(fault, text.span, Certainty::Proved, None, least);
        }
    }

    fn session(&mut self) {
        let Field::Known(duration) = &self.set.session_duration else { return };
        let Some(literal) = duration.value.as_literal(self.vocabulary()) else { return };
        let fault = match seconds(literal) {
            None => SetFault::Duration,
            Some(seconds) if seconds < SESSION.0 => SetFault::TooShort,
            Some(seconds) if seconds > SESSION.1 => SetFault::TooLong,
            Some(_) => return,
        };
        self.give(fault, duration.span, Certainty::Proved, Some(duration.value.clone()), 0);
    }

    fn inline_policy(&mut self) {
        let Field::Known(attached) = &self.set.inline_policy else { return };
        let policy = self.analysis.model.policy(&attached.value);
        let least = least_length(policy, attached.value.places(), self.vocabulary());
        if least > INLINE_POLICY {
            self.give(SetFault::InlinePolicy, attached.span, Certainty::Proved, None, least);
        }
    }

    fn policies(&mut self) {
        let managed = items(&self.set.managed_policies);
        let customer = items(&self.set.customer_policies);
        let mut is_over = false;
        for (count, span) in [managed, customer].into_iter().flatten() {
            if count > POLICIES {
                is_over = true;
                self.give(SetFault::TooManyPolicies, span, Certainty::Proved, None, count);
            }
        }
        let count = [managed, customer].into_iter().flatten().map(|(count, _)| count).sum();
        if let Some((_, span)) = managed.or(customer)
            && count > DEFAULT_QUOTA
            && !is_over
        {
            self.give(SetFault::OverDefaultQuota, span, Certainty::Possible, None, count);
        }
    }

    fn boundary(&mut self) {
        let Field::Known(boundary) = &self.set.boundary else { return };
        let both = [boundary.value.managed_policy.is_absent(), boundary.value.customer_policy.is_absent()];
        if both == [false, false] {
            // What the API makes of both is not said in so many words.
            self.give(SetFault::TwoBoundaries, boundary.span, Certainty::Possible, None, 2);
        }
    }

    fn give(
        &mut self,
        fault: SetFault,
        place: Span,
        certainty: Certainty,
        written: Option<Text>,
        count: usize,
    ) {
        let entity = &self.set.entity;
        let cause = vec![self.vocabulary().literal(fault.name())];
        (self.take)(&PermissionSetFault {
            common: Common {
                subject: entity.id,
                place,
                certainty,
                worlds: entity.worlds.clone(),
                evidence: Vec::new(),
                cause,
                witness: None,
            },
            permission_set: Some(Text::literal(entity.logical_id)),
            fault: OneOf::only(fault),
            written,
            count: Bounds::decided(i64::try_from(count).unwrap_or(i64::MAX)),
        });
    }
}

/// How many items a list has that is known, and where it is. An item that is not known may be none.
fn items<T>(list: &List<T>) -> Option<(usize, Span)> {
    let known = list.known()?;
    let count = known.value.iter().filter(|item| item.known().is_some()).count();
    Some((count, known.span))
}
