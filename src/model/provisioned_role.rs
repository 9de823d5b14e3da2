//! The roles that Identity Center makes of permission sets.

use super::{Entity, EntityId, Found};
use crate::source::Span;
use crate::value::Text;

/// What a permission set is in one account: the role `AWSReservedSSO_...` that Identity Center makes there. One that is
/// assigned nowhere in view is one role in an account that is not known.
#[derive(Clone, Debug)]
pub struct ProvisionedRole {
    /// What every entity has. Place, names and template are the permission set's, the deployment is into the account.
    pub entity: Entity,
    /// The permission set.
    pub permission_set: EntityId,
    /// The account, as assignments name it. `None` if it is not known.
    pub account: Option<Text>,
    /// The assignments that put it there; none if nothing in view assigns the permission set there.
    pub assigned: Vec<Assigned>,
    /// True if the inline policy names an account that need not be this one: that of the template, as `AWS::AccountId`.
    pub names_other_account: bool,
    /// `CustomerManagedPolicyReferences`, looked up in the account.
    pub customer_policies: Vec<NamedPolicy>,
    /// `PermissionsBoundary`, looked up in the account.
    pub boundary: Option<RoleBoundary>,
}

/// An assignment of a permission set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The assignment.
    pub assignment: EntityId,
    /// True if it is of this permission set for every value of the unknowns.
    pub sure: bool,
}

/// The boundary of a provisioned role.
#[derive(Clone, Debug)]
pub enum RoleBoundary {
    /// A policy that AWS manages: its ARN.
    AwsManaged(Text),
    /// A customer managed policy.
    Named(NamedPolicy),
    /// Something of which nothing is known.
    Unknown,
}

/// A customer managed policy that a permission set names, looked up in one account.
#[derive(Clone, Debug)]
pub struct NamedPolicy {
    /// The name.
    pub name: Text,
    /// The path; `None` if it is not known.
    pub path: Option<Text>,
    /// Where the name is written.
    pub span: Span,
    /// The policies of the account with this name and path.
    pub found: Vec<Found>,
    /// A policy of the account that differs in its path, or in upper and lower case.
    pub near: Option<EntityId>,
    /// True if the scan has templates that are known to be deployed into the account.
    pub account_in_view: bool,
}

impl ProvisionedRole {
    /// The customer managed policies that it may have, its boundary among them.
    pub fn found_policies(&self) -> impl Iterator<Item = EntityId> {
        self.named_policies().flat_map(|policy| policy.found.iter().map(|found| found.entity))
    }

    /// The customer managed policies that the permission set names, its boundary last.
    pub fn named_policies(&self) -> impl Iterator<Item = &NamedPolicy> {
        let boundary = match &self.boundary {
            Some(RoleBoundary::Named(policy)) => Some(policy),
            _ => None,
        };
        self.customer_policies.iter().chain(boundary)
    }
}

impl NamedPolicy {
    /// True if it is known which policy it is.
    #[must_use]
    pub fn is_found(&self) -> bool {
        !self.found.is_empty() && self.found.iter().all(|found| found.sure)
    }
}
