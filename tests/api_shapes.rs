//! Every member of an answer that is read exists in the API: a misspelt one would be absent for ever.

use std::collections::{BTreeMap, BTreeSet};

use fedlint::collect::calls;
use fedlint::resources::account::{asked, passed_over};

/// The fields of answers by service and operation, without the signs of lists.
fn shapes() -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    let text = include_str!("../testdata/api_shapes.json");
    let mut all: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).expect("valid JSON");
    all.remove("from").expect("it says what it is made of");
    let all: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        serde_json::from_value(all.into()).expect("fields by service and operation");
    let plain = |fields: Vec<String>| fields.iter().map(|field| field.replace("[]", "")).collect();
    let operations = |operations: BTreeMap<String, Vec<String>>| {
        operations.into_iter().map(|(operation, fields)| (operation, plain(fields))).collect()
    };
    all.into_iter().map(|(service, of)| (service, operations(of))).collect()
}

#[test]
fn every_member_that_is_asked_for_exists() {
    let shapes = shapes();
    let mut wrong = Vec::new();
    let mut count = 0;
    for asked in asked() {
        count += 1;
        let Some(fields) = shapes.get(asked.service).and_then(|of| of.get(asked.operation)) else {
            wrong.push(format!(
                "{} {}: no shape is recorded; add it in tools/shapes",
                asked.service, asked.operation
            ));
            continue;
        };
        let path = asked.path;
        let is_it = |field: &String| {
            field.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '{']))
        };
        if !fields.iter().any(is_it) {
            wrong.push(format!("{} {}: there is no {path}", asked.service, asked.operation));
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count > 300, "only {count}");
}

/// What accounts answer that is about federation, by service: the calls that dumps may have.
const ANSWERS: &[(&str, &str)] = &[
    (
        "iam",
        "get-account-authorization-details list-roles get-role list-role-policies get-role-policy list-attached-role-policies
        get-policy get-policy-version list-saml-providers get-saml-provider list-open-id-connect-providers
        get-open-id-connect-provider list-instance-profiles",
    ),
    (
        "organizations",
        "describe-organization list-accounts list-roots list-organizational-units-for-parent list-parents
        list-delegated-administrators list-delegated-services-for-account list-aws-service-access-for-organization
        describe-policy list-targets-for-policy",
    ),
    (
        "sso-admin",
        "list-instances describe-instance list-permission-sets describe-permission-set
        list-managed-policies-in-permission-set list-customer-managed-policy-references-in-permission-set
        get-inline-policy-for-permission-set get-permissions-boundary-for-permission-set list-account-assignments
        list-account-assignments-for-principal list-accounts-for-provisioned-permission-set list-applications
        describe-application list-application-assignments get-application-assignment-configuration list-application-grants
        list-application-authentication-methods list-trusted-token-issuers describe-trusted-token-issuer
        describe-instance-access-control-attribute-configuration",
    ),
    ("identitystore", "list-groups list-users list-group-memberships"),
    (
        "cognito-identity",
        "list-identity-pools describe-identity-pool get-identity-pool-roles get-principal-tag-attribute-map",
    ),
    (
        "cognito-idp",
        "list-user-pools describe-user-pool get-user-pool-mfa-config list-user-pool-clients describe-user-pool-client
        list-groups get-group list-identity-providers describe-identity-provider describe-risk-configuration
        list-resource-servers describe-user-pool-domain",
    ),
    ("rolesanywhere", "list-trust-anchors list-profiles list-crls"),
    ("eks", "describe-cluster list-pod-identity-associations describe-pod-identity-association"),
    ("ds", "describe-directories describe-trusts"),
];

#[test]
fn every_answer_is_read_or_passed_over_for_a_reason() {
    let read: BTreeSet<(&str, &str)> = asked().iter().map(|asked| (asked.service, asked.operation)).collect();
    let passed: BTreeSet<(&str, &str)> =
        passed_over().map(|(service, operation, _)| (service, operation)).collect();
    assert!(passed_over().all(|(.., why)| why.len() > 20), "each has a reason");
    let collected = calls().map(|call| (call.service, call.operation));
    let listed = ANSWERS.iter().flat_map(|(service, operations)| {
        operations.split_whitespace().map(move |operation| (*service, operation))
    });
    let unknown: BTreeSet<(&str, &str)> =
        collected.chain(listed).filter(|call| !read.contains(call) && !passed.contains(call)).collect();
    assert!(unknown.is_empty(), "nobody knows {unknown:?}");
}
