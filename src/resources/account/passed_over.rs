//! Answers that are known by their content and of which nothing is read, with the reason.

use super::answer::{NOTHING, Reading};

/// An answer of which nothing is read.
#[derive(Debug)]
pub(crate) struct PassedOver {
    /// By what it is known; it has no kind and no members.
    pub(crate) answer: Reading,
    /// Why nothing is to be read.
    pub(crate) why: &'static str,
}

const fn answer(
    service: &'static str,
    operation: &'static str,
    at: &'static str,
    marks: &'static [&'static str],
    why: &'static str,
) -> PassedOver {
    PassedOver { answer: Reading { service, operation, at, marks, ..NOTHING }, why }
}

/// All of them.
pub(crate) static PASSED_OVER: &[PassedOver] = &[
    answer(
        "cognito-idp",
        "describe-risk-configuration",
        "RiskConfiguration",
        &[],
        "what happens at a risky sign-in lets nobody in; whether sign-ins are looked at says the pool",
    ),
    answer(
        "cognito-idp",
        "describe-resource-server",
        "ResourceServer",
        &["UserPoolId", "Identifier"],
        "which scopes a client may ask for says the client",
    ),
    answer(
        "cognito-idp",
        "list-resource-servers",
        "ResourceServers",
        &["UserPoolId", "Identifier"],
        "which scopes a client may ask for says the client",
    ),
    answer(
        "cognito-idp",
        "list-users",
        "Users",
        &["Username", "Enabled"],
        "users are people, and change nothing of what the pool allows",
    ),
    answer(
        "cognito-idp",
        "list-users-in-group",
        "Users",
        &["Username", "Enabled"],
        "users are people, and change nothing of what the group gives",
    ),
    answer(
        "ec2",
        "describe-regions",
        "Regions",
        &["RegionName"],
        "only `fedlint collect` needs to know them",
    ),
    answer(
        "eks",
        "describe-cluster",
        "cluster",
        &["arn", "name"],
        "the OIDC provider of a cluster and the roles that trust it name the issuer themselves",
    ),
    answer(
        "eks",
        "list-clusters",
        "clusters",
        &["."],
        "clusters matter by their pod identities and OIDC providers, which have answers of their own",
    ),
    answer(
        "organizations",
        "list-aws-service-access-for-organization",
        "EnabledServicePrincipals",
        &["ServicePrincipal"],
        "which account an instance of Identity Center is of says the instance, and who administers it the delegation",
    ),
    answer("sts", "get-caller-identity", "", &["UserId", "Account", "Arn"], "it is about whoever asks"),
];
