//! An account assignment of Identity Center.

use super::{Common, Fact, OneOf, fact, words};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::model::{Assignment, Target};
use crate::value::{Field, Text};

words! {
    /// What an assignment gives a permission set to.
    PrincipalKind {
        /// A group.
        Group = "group",
        /// One user.
        User = "user",
    }
}

fact! {
    /// One assignment of a permission set to a principal in an account.
    AssignmentFact = "assignment" {
        /// The permission set: its logical id, or what the assignment names.
        permission_set: Option<Text> = "permission-set",
        /// What gets the permission set.
        principal_kind: OneOf<PrincipalKind> = "principal.kind",
        /// The principal's id, as the assignment names it.
        principal: Option<Text> = "principal",
        /// The account, as the assignment names it.
        account: Option<Text> = "account",
    }
    evidence {}
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let known = |field: &Field<Text>| field.known().map(|known| known.value.clone());
    for assignment in &analysis.model.assignments {
        take(&AssignmentFact {
            common: Common {
                subject: assignment.entity.id,
                place: assignment.principal_type.span().unwrap_or(assignment.entity.span),
                certainty: Certainty::Proved,
                worlds: assignment.entity.worlds.clone(),
                evidence: Vec::new(),
                cause: known(&assignment.principal).into_iter().collect(),
                witness: None,
            },
            permission_set: permission_set(analysis, assignment),
            principal_kind: principal_kind(analysis, assignment),
            principal: known(&assignment.principal),
            account: known(&assignment.target),
        });
    }
}

fn permission_set(analysis: &Analysis<'_>, assignment: &Assignment) -> Option<Text> {
    let named = assignment.permission_set.known()?;
    match &analysis.model.reference_at(assignment.entity.id, named.span)?.target {
        Target::Found(found) => Some(Text::literal(analysis.entity(found.first()?.entity).logical_id)),
        Target::WrongForm { entity: Some(entity), .. } => {
            Some(Text::literal(analysis.entity(*entity).logical_id))
        }
        Target::Missing(missing) if missing.name.is_some() => missing.name.map(Text::literal),
        _ => Some(named.value.clone()),
    }
}

fn principal_kind(analysis: &Analysis<'_>, assignment: &Assignment) -> OneOf<PrincipalKind> {
    match assignment.principal_type.as_literal(analysis.vocabulary) {
        Some("USER") => OneOf::only(PrincipalKind::User),
        Some("GROUP") => OneOf::only(PrincipalKind::Group),
        // AWS accepts nothing else.
        Some(_) => OneOf::none(),
        None if assignment.principal_type.is_absent() => OneOf::none(),
        None => OneOf::only(PrincipalKind::User).or(PrincipalKind::Group),
    }
}
