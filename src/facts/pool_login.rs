//! A user pool whose logins an identity pool takes.

use super::identity_pool::truth;
use super::{Common, Fact, fact};
use crate::analysis::Analysis;
use crate::finding::Certainty;
use crate::value::{Bounds, Text};

fact! {
    /// One app client of a user pool whose logins an identity pool takes.
    PoolLogin = "pool-login" {
        /// The identity pool's logical id, or its id in a dump.
        pool: Option<Text> = "pool",
        /// True if the identity pool asks the user pool whether the token's owner has signed out or is gone.
        token_check: Bounds<bool> = "token-check",
    }
    evidence {}
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for pool in &analysis.model.identity_pools {
        for login in pool.user_pools.known().into_iter().flat_map(|logins| &logins.value) {
            let Some(login) = login.known() else { continue };
            let named = [&login.value.provider_name, &login.value.client];
            take(&PoolLogin {
                common: Common {
                    subject: pool.entity.id,
                    place: login.value.token_check.span().unwrap_or(login.span),
                    certainty: Certainty::Proved,
                    worlds: pool.entity.worlds.clone(),
                    evidence: Vec::new(),
                    cause: named
                        .into_iter()
                        .filter_map(|field| field.known().map(|known| known.value.clone()))
                        .collect(),
                    witness: None,
                },
                pool: Some(Text::literal(pool.entity.logical_id)),
                token_check: truth(&login.value.token_check),
            });
        }
    }
}
