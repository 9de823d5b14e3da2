//! A permission set as a whole.

use super::duration::seconds;
use crate::analysis::{Analysis, Change, Impact};
use crate::facts::privileges::{ImpactWord, Worst, impact, names_unknown_actions};
use crate::facts::unused::is_exported;
use crate::facts::{Common, Evidence, Fact, LevelOf, OneOf, fact, words};
use crate::finding::Certainty;
use crate::model::{PermissionSet, ProvisionedRole, ReferencePlace, Target};
use crate::value::{Bounds, Field, Text};

words! {
    /// What a permission set gives.
    Contents {
        /// Something, or what is not known.
        Permissions = "permissions",
        /// Nothing: it has policies, which together allow no action.
        NoPermissions = "no-permissions",
        /// Nothing: it has no policy.
        NoPolicies = "no-policies",
    }
}

fact! {
    /// One permission set.
    PermissionSetFact = "permission-set" {
        /// Its logical id.
        permission_set: Option<Text> = "permission-set",
        /// What it gives. One without permissions has none in all accounts that it is assigned in.
        contents: OneOf<Contents> = "contents",
        /// True if something in view assigns it, or may.
        assigned: Bounds<bool> = "assigned",
        /// True if the scan has assignments, and none of them can be of it. Never sure: there may be more.
        left_out: Bounds<bool> = "left-out",
        /// What it amounts to where it amounts to most.
        impact: LevelOf<ImpactWord> = "impact",
        /// An account where it is as much as that.
        account: Option<Text> = "account",
        /// True if such an account is known.
        has_account: Bounds<bool> = "has-account",
        /// For how many hours at most one session of it lasts: hours that have begun count.
        session_hours: Bounds<i64> = "session-hours",
    }
    evidence {
        /// The statement or policy that grants what it amounts to.
        "grant",
        /// Where it is said how long a session lasts.
        "session",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let scope = Scope::new(analysis);
    for set in &analysis.model.permission_sets {
        take(&of(analysis, &scope, set));
    }
}

/// What the scan has of assignments.
struct Scope {
    /// True if it has some.
    assigns: bool,
    /// True if one of them may be of any permission set.
    assigns_any: bool,
}

impl Scope {
    fn new(analysis: &Analysis<'_>) -> Self {
        let model = &analysis.model;
        let mut names = model
            .assignments
            .iter()
            .flat_map(|assignment| model.references_of(assignment.entity.id))
            .filter(|reference| reference.place == ReferencePlace::PermissionSet);
        Self {
            assigns: !model.assignments.is_empty(),
            assigns_any: names.any(|reference| reference.target == Target::Unknown),
        }
    }
}

fn of(analysis: &Analysis<'_>, scope: &Scope, set: &PermissionSet) -> PermissionSetFact {
    let roles = analysis.model.roles_of(set.entity.id);
    let is_assigned = roles.iter().any(|role| !role.assigned.is_empty());
    let amounts = |role: &&ProvisionedRole| {
        let impact = analysis.privileges(role.entity.id).impact;
        (impact.sure, impact.possible)
    };
    let mut worst: Option<&ProvisionedRole> = None;
    for role in roles {
        // The first of equals.
        if worst.is_none_or(|worst| amounts(&role) > amounts(&worst)) {
            worst = Some(role);
        }
    }
    let has_policies = worst.is_some_and(|role| !analysis.model.grants_of(role.entity.id).is_empty());
    let privileges = worst.map(|role| analysis.privileges(role.entity.id));
    let granted = worst.zip(privileges.as_ref()).filter(|_| has_policies);
    let granted = granted.and_then(|(role, found)| Worst::of(analysis, role.entity.id, found).granted);
    let is_nothing = |role: &ProvisionedRole| {
        let privileges = analysis.privileges(role.entity.id);
        privileges.complete && privileges.impact.possible == Impact::Nothing
    };
    // What is written and names no policy by mistake is there all the same: another rule says so.
    let is_written = set.managed_policies.known().is_some_and(|policies| !policies.value.is_empty());
    let contents = if !has_policies && is_written {
        Contents::Permissions
    } else if !has_policies {
        Contents::NoPolicies
    } else if roles.iter().all(is_nothing) {
        Contents::NoPermissions
    } else {
        Contents::Permissions
    };
    // Where it has a role, somebody got it.
    let is_provisioned = roles.iter().any(|role| role.account.is_some());
    let may_be_assigned =
        is_assigned || is_provisioned || scope.assigns_any || is_exported(analysis, &set.entity);
    let account = worst.and_then(|role| role.account.clone());
    let evidence = granted.map(|span| Evidence { role: "grant", span }).into_iter();
    let session = set.session_duration.span().map(|span| Evidence { role: "session", span });
    PermissionSetFact {
        common: Common {
            subject: set.entity.id,
            place: set.entity.span,
            certainty: Certainty::Proved,
            worlds: set.entity.worlds.clone(),
            evidence: evidence.chain(session).collect(),
            cause: Vec::new(),
            witness: None,
        },
        permission_set: Some(Text::literal(set.entity.logical_id)),
        // What a macro adds may be a policy.
        contents: match contents {
            Contents::NoPolicies if !analysis.template(set.entity.template).complete => {
                OneOf::only(contents).or(Contents::Permissions)
            }
            // A function may write a policy, and what AWS added since is not known.
            Contents::NoPolicies | Contents::NoPermissions
                if analysis.stability(set.entity.id, Change::PermissionSetPolicy) == Certainty::Possible
                    || roles.iter().any(|role| names_unknown_actions(analysis, role.entity.id)) =>
            {
                OneOf::only(contents).or(Contents::Permissions)
            }
            contents => OneOf::only(contents),
        },
        assigned: Bounds { sure: is_assigned, possible: may_be_assigned },
        left_out: Bounds { sure: false, possible: scope.assigns && !may_be_assigned },
        impact: impact(privileges.map_or(Bounds::decided(Impact::Nothing), |found| found.impact)),
        has_account: Bounds::decided(account.is_some()),
        account,
        session_hours: session_hours(analysis, set),
    }
}

/// Hours that a session lasts. What is no duration is not stored.
fn session_hours(analysis: &Analysis<'_>, set: &PermissionSet) -> Bounds<i64> {
    const HOUR: i64 = 3600;
    let literal = match &set.session_duration {
        Field::Absent => return Bounds::decided(1),
        Field::Known(text) => text.value.as_literal(analysis.vocabulary),
        Field::Unknown(_) => None,
    };
    match literal.map(seconds) {
        // Nor is one that is too long.
        Some(Some(seconds)) if seconds > 12 * HOUR => Bounds::decided(1),
        Some(Some(seconds)) => Bounds::decided(seconds.saturating_add(HOUR - 1).div_euclid(HOUR)),
        Some(None) => Bounds::decided(1),
        // From one to twelve.
        None => Bounds { sure: 1, possible: 12 },
    }
}
