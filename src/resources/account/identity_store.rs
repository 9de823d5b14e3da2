//! The identity store of Identity Center.

use super::answer::{Lists, NOTHING, Reading, same};

const GROUP: &str = "AWS::IdentityStore::Group";
const USER: &str = "AWS::IdentityStore::User";

const STORE: Reading = Reading { service: "identitystore", ..NOTHING };

const A_GROUP: Reading = Reading {
    marks: &["GroupId", "IdentityStoreId"],
    without: &["MembershipId"],
    kind: GROUP,
    id: &["GroupId"],
    members: &[same("DisplayName"), same("IdentityStoreId")],
    attributes: &[("GroupId", "GroupId")],
    ..STORE
};
const A_USER: Reading = Reading {
    marks: &["UserId", "IdentityStoreId"],
    kind: USER,
    id: &["UserId"],
    members: &[same("UserName"), same("DisplayName"), same("IdentityStoreId")],
    attributes: &[("UserId", "UserId")],
    ..STORE
};
const A_MEMBERSHIP: Reading = Reading {
    marks: &["MembershipId", "GroupId", "MemberId"],
    kind: "AWS::IdentityStore::GroupMembership",
    id: &["MembershipId"],
    members: &[same("IdentityStoreId"), same("GroupId"), same("MemberId")],
    ..STORE
};

pub(super) const READINGS: &[Reading] = &[
    Reading { operation: "list-groups", at: "Groups", lists: Lists::AllOf(""), ..A_GROUP },
    Reading { operation: "describe-group", ..A_GROUP },
    Reading { operation: "list-users", at: "Users", lists: Lists::AllOf(""), ..A_USER },
    Reading { operation: "describe-user", ..A_USER },
    Reading { operation: "list-group-memberships", at: "GroupMemberships", ..A_MEMBERSHIP },
    Reading { operation: "list-group-memberships-for-member", at: "GroupMemberships", ..A_MEMBERSHIP },
    Reading { operation: "describe-group-membership", ..A_MEMBERSHIP },
];
