//! Ways in through user pools that roles trust themselves, without an identity pool in between.

use smallvec::smallvec;

use super::{Entrance, Population, Step, StepKind};
use crate::analysis::{Analysis, Change};
use crate::facts::trust::{TrustedUserPool, trusted_user_pools};
use crate::facts::user_pool::{doors, doors_to};
use crate::finding::Certainty;
use crate::value::Text;

/// The ways in of those who become users by themselves. Of users whom an administrator lets in, the trust policy says.
pub(crate) fn through_user_pools(analysis: &Analysis<'_>) -> Vec<Entrance> {
    let mut entrances = Vec::new();
    for (role, trusted) in trusted_user_pools(analysis) {
        let id = role.entity.id;
        let is_stable = analysis.stability(id, Change::Trust) == Certainty::Proved;
        let TrustedUserPool { user_pool, clients, admits, place, .. } = trusted;
        let Some(worlds) = role.entity.worlds.and(&user_pool.entity.worlds) else { continue };
        let mut all: Vec<_> =
            clients.iter().map(|client| doors_to(analysis, user_pool, Some(client))).collect();
        if all.is_empty() {
            all.push(doors(analysis, user_pool));
        }
        for doors in all {
            let ways = [
                (Population::SelfRegistered, StepKind::SignsUp, doors.sign_up, None),
                (Population::AnyCustomer, StepKind::SignsInWith, doors.provider, doors.provider_at),
            ];
            for (population, kind, open, at) in ways {
                let open = open.and(admits);
                if !open.possible {
                    continue;
                }
                let at = at.or(user_pool.admin_creates_users_only.span());
                let at = at.unwrap_or(user_pool.entity.span);
                entrances.push(Entrance {
                    population,
                    sure: open.sure && is_stable,
                    role: id,
                    through: Some(Text::literal(user_pool.entity.logical_id)),
                    steps: smallvec![
                        Step { kind, entity: user_pool.entity.id, place: at },
                        Step { kind: StepKind::Trusts, entity: id, place },
                    ],
                    worlds: worlds.clone(),
                    limited: false,
                });
            }
        }
    }
    entrances
}
