//! Ways into a role from outside of AWS's roles: who gets in, by its trust policy or through an identity pool.

mod identity_center;
mod pools;
mod user_pools;

use smallvec::SmallVec;

use super::trust::Reach;
use super::words;
use crate::model::EntityId;
use crate::source::Span;
use crate::value::{Bounds, Text, Worlds};

pub(super) use identity_center::through_identity_center;
pub(super) use pools::through_pools;
pub(super) use user_pools::through_user_pools;

words! {
    /// People or workloads by how far out they are, innermost first.
    Population {
        /// Nobody.
        Nobody = "nobody",
        /// An AWS service, for whoever runs something there.
        Service = "service",
        /// Users of Identity Center to whom a permission set is assigned.
        IdentityCenterUser = "identity-center-user",
        /// Principals of the own account.
        OwnAccount = "own-account",
        /// Runs or subjects of an OIDC issuer whom a condition names.
        NamedIdentity = "named-identity",
        /// Users of a SAML provider.
        SamlUser = "saml-user",
        /// Users of a user pool whom its administrators let in.
        UserPoolUser = "user-pool-user",
        /// A project of a tenant of an OIDC issuer.
        NamedTenant = "named-tenant",
        /// Principals of another account.
        OtherAccount = "other-account",
        /// Everybody of a tenant of an OIDC issuer.
        WholeTenant = "whole-tenant",
        /// Whoever registers himself.
        SelfRegistered = "self-registered",
        /// Any customer of an issuer that serves everybody.
        AnyCustomer = "any-customer",
        /// Somebody who signs in nowhere.
        Guest = "guest",
        /// Any AWS principal.
        Anyone = "anyone",
    }
}

impl Population {
    /// True for those who are neither of the own account or organisation nor an AWS service.
    pub(crate) fn is_outside(self) -> bool {
        self > Self::OwnAccount
    }

    /// The place on the scale of severities.
    pub(crate) const fn reach(self) -> Reach {
        match self {
            Self::Nobody
            | Self::Service
            | Self::IdentityCenterUser
            | Self::OwnAccount
            | Self::NamedIdentity
            | Self::SamlUser
            | Self::UserPoolUser => Reach::Inner,
            Self::NamedTenant | Self::OtherAccount | Self::WholeTenant => Reach::Middle,
            Self::SelfRegistered | Self::AnyCustomer | Self::Guest | Self::Anyone => Reach::Outermost,
        }
    }
}

/// A way into a role from somewhere else than another role.
#[derive(Clone, Debug)]
pub(crate) struct Entrance {
    /// Who gets in.
    pub population: Population,
    /// False if that depends on what is not known.
    pub sure: bool,
    /// The role, or what a permission set is in an account.
    pub role: EntityId,
    /// What lets them in, as it is written: the principal, or the name of the identity pool.
    pub through: Option<Text>,
    /// How, one after another: most often a role's trust policy says it alone.
    pub steps: SmallVec<[Step; 1]>,
    /// The worlds in which it is there.
    pub worlds: Worlds,
    /// True if the session has no more than what Cognito leaves to guests.
    pub limited: bool,
}

/// One step of a way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// What happens.
    pub kind: StepKind,
    /// What is got by it: a role, or what leads to one.
    pub entity: EntityId,
    /// Where it is written.
    pub place: Span,
}

words! {
    /// What happens in a step.
    StepKind {
        /// A role's trust policy lets somebody in.
        Trusts = "trusts",
        /// Anybody signs up with a user pool.
        SignsUp = "signs-up",
        /// Anybody becomes a user of a user pool by signing in with a provider of it.
        SignsInWith = "signs-in-with",
        /// A user of a user pool signs in.
        SignsIn = "signs-in",
        /// An identity pool takes a login.
        LogsIn = "logs-in",
        /// An identity pool lets guests in.
        EntersAsGuest = "enters-as-guest",
        /// The user is a member of a group.
        IsMember = "is-member",
        /// The identity pool gives the role to guests.
        GivenToGuests = "given-to-guests",
        /// The identity pool gives the role to users who signed in.
        GivenToUsers = "given-to-users",
        /// A rule of a role mapping gives the role.
        GivenByRule = "given-by-rule",
        /// The token of a group's member names the role.
        GivenToGroup = "given-to-group",
        /// The assertion of a SAML provider names the role.
        GivenByAssertion = "given-by-assertion",
        /// The permission set is assigned to the user or a group of his.
        Assigned = "assigned",
        /// The classic flow lets the user choose the role.
        Chosen = "chosen",
        /// A session of the role before assumes this one.
        Assumed = "assumed",
        /// A session of the role before passes this one to a service, and runs something there.
        Passed = "passed",
    }
}

impl Entrance {
    /// The ways in of those who get in for sure, and of those who perhaps do.
    pub(crate) fn of(populations: Bounds<Population>, entrance: &Self) -> Vec<Self> {
        let mut found = Vec::new();
        let mut add = |population, sure| {
            if population != Population::Nobody {
                found.push(Self { population, sure: sure && entrance.sure, ..entrance.clone() });
            }
        };
        add(populations.sure, true);
        if populations.possible != populations.sure {
            add(populations.possible, false);
        }
        found
    }
}
