//! Whoever may write a policy that a permission set names edits the permission set in that account.

use rustc_hash::FxHashMap;

use crate::analysis::{Analysis, Impact};
use crate::facts::identity_center::account;
use crate::knowledge::actions::{ActionId, Actions};
use crate::model::{EntityId, ProvisionedRole};
use crate::policy::{PermissionQuestion, Target};
use crate::source::Span;
use crate::value::Text;

/// What writes a managed policy anew.
const WRITES: &str = "iam:CreatePolicyVersion";

/// The roles that may write some managed policy, by account. An administrator can do that anyway.
#[derive(Default)]
pub(super) struct Editors<'a> {
    writes: Option<ActionId>,
    by_account: FxHashMap<&'a Text, Vec<EntityId>>,
}

impl<'a> Editors<'a> {
    pub(super) fn new(analysis: &'a Analysis<'_>) -> Self {
        let names = |role: &ProvisionedRole| policies(role).next().is_some();
        let Some(writes) = Actions::default().find(WRITES) else { return Self::default() };
        let mut editors = Self { writes: Some(writes), by_account: FxHashMap::default() };
        if !analysis.model.provisioned_roles.iter().any(names) {
            return editors;
        }
        for role in &analysis.model.roles {
            let id = role.entity.id;
            if let Some(account) = account(analysis, id)
                && analysis.holder(id).permissions.mentions(writes)
                && analysis.privileges(id).impact.possible < Impact::Administrator
            {
                editors.by_account.entry(account).or_default().push(id);
            }
        }
        editors
    }

    /// Who may write a policy of a permission set in these accounts: the role, and where it is allowed.
    pub(super) fn of(
        &self,
        analysis: &Analysis<'_>,
        roles: &[&ProvisionedRole],
    ) -> Vec<(Text, Option<Span>)> {
        let mut found: Vec<(Text, Option<Span>)> = Vec::new();
        let Some(action) = self.writes else { return found };
        for role in roles {
            let here = role.account.as_ref().and_then(|account| self.by_account.get(account));
            for policy in policies(role) {
                let Some(arn) = analysis.entity(policy).arn() else { continue };
                let question = PermissionQuestion { action, target: Target::Resource(arn), passed_to: None };
                for &editor in here.into_iter().flatten() {
                    let name = Text::literal(analysis.entity(editor).logical_id);
                    let is_known = found.iter().any(|(known, _)| *known == name);
                    let permissions = &analysis.holder(editor).permissions;
                    if !is_known && permissions.allows(&question, analysis.vocabulary).sure {
                        found.push((name, analysis.granted_for(editor, &question)));
                    }
                }
            }
        }
        found
    }
}

/// The customer managed policies of a permission set in an account that are known, its boundary among them.
fn policies(role: &ProvisionedRole) -> impl Iterator<Item = EntityId> {
    let known = role.named_policies().filter(|policy| policy.is_found());
    known.flat_map(|policy| policy.found.iter().map(|found| found.entity))
}
