//! What policies leave to a holder whom the policy of a resource names.

use super::{Ask, PermissionQuestion, Permissions, Scope, Target, allowed, denied, one, scope};
use crate::value::{Bounds, Vocabulary};

impl Permissions {
    /// Whether an action on the resource with this ARN is left to the holder, where the policy of the resource itself
    /// names the holder and both are of one account: nothing needs to grant it then, but what denies it counts, and
    /// so does a boundary that does not allow it.
    #[must_use]
    pub fn leaves(&self, question: &PermissionQuestion<'_>, vocabulary: &Vocabulary) -> Bounds<bool> {
        debug_assert!(matches!(question.target, Target::Resource(_)), "a policy of a resource is about it");
        let one = one(question, vocabulary);
        let scope: Scope<'_> = scope(question, one.as_ref());
        self.chosen(Ask::new(question, vocabulary), |this, ask| {
            let mut answer = denied(&this.grants, &ask, scope).not();
            for limit in &this.limits {
                let allows = allowed(limit, |permission| permission.allow_on(&ask, scope));
                answer = answer.and(allows).and(denied(limit, &ask, scope).not());
            }
            answer
        })
    }
}
