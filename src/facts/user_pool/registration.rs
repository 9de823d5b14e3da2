//! Whether anybody may register app clients of a user pool.

use super::members;
use crate::analysis::Analysis;
use crate::facts::identity_pool::truth;
use crate::facts::lists::includes;
use crate::model::{UserPool, UserPoolDomain};
use crate::source::Span;
use crate::value::{Bounds, Field};

/// What somebody may register without a token.
pub(super) struct Registration {
    /// True if anybody may register.
    pub(super) open: Bounds<bool>,
    /// True if that gives tokens without any user.
    pub(super) machine_tokens: Bounds<bool>,
    /// Where it is opened.
    pub(super) place: Option<Span>,
}

pub(super) fn of(analysis: &Analysis<'_>, pool: &UserPool) -> Registration {
    let closed = Bounds::decided(false);
    // Of a pool that was not asked there is nothing to say.
    let Some(registration) = pool.registration.known().map(|known| &known.value) else {
        return Registration { open: closed, machine_tokens: closed, place: None };
    };
    let vocabulary = analysis.vocabulary;
    let enabled = match registration.status.as_literal(vocabulary) {
        Some(status) => Bounds::decided(status == "Enabled"),
        None if registration.status.is_absent() => Bounds::decided(true),
        None => Bounds::UNDECIDED,
    };
    let grants = match &registration.open_grants {
        Field::Absent => Bounds::decided(true),
        Field::Known(grants) => Bounds::decided(!grants.value.is_empty()),
        Field::Unknown(_) => Bounds::UNDECIDED,
    };
    // Clients are registered at an address of the pool's domain: one may be there that is not in view.
    let reachable = members::<UserPoolDomain>(analysis, pool)
        .iter()
        .fold(Bounds::UNDECIDED, |any, domain| any.or(domain.there()));
    let open = truth(&registration.open).and(enabled).and(grants).and(reachable);
    let (machine, _) = includes(&registration.open_grants, &["client_credentials"], vocabulary);
    Registration {
        open,
        machine_tokens: open.and(machine),
        place: registration.open.span().or_else(|| pool.registration.span()),
    }
}
