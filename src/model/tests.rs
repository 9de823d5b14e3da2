use proptest::prelude::*;

use super::testing::{Scene, scan};
use super::*;
use crate::value::Unknown;

fn one(resource: &str) -> Scene {
    let indented = resource.trim().replace('\n', "\n    ");
    scan(&[(
        "template.yaml",
        &format!("Parameters:\n  P: {{ Type: String }}\nResources:\n  X:\n    {indented}\n"),
    )])
}

/// A field for people: `absent`, the value, or `unknown` and why.
fn say<T: std::fmt::Debug>(field: &Field<T>) -> String {
    match field {
        Field::Absent => "absent".to_owned(),
        Field::Known(value) => format!("{:?}", value.value),
        Field::Unknown(why) => match why.value {
            Unknown::Symbol(_) => "unknown symbol".to_owned(),
            other => format!("unknown {other:?}"),
        },
    }
}

#[test]
fn truth_values_are_read_as_cloudformation_coerces_them() {
    let cases = [
        ("true", "true"),
        ("'true'", "true"),
        ("True", "true"),
        ("yes", "true"),
        ("false", "false"),
        ("'False'", "false"),
        ("!Ref P", "unknown symbol"),
        ("maybe", "unknown Mismatch"),
        ("[true]", "unknown Mismatch"),
        ("{ a: b }", "unknown Mismatch"),
        ("!Ref AWS::NoValue", "absent"),
    ];
    for (written, expected) in cases {
        let scene = one(&format!(
            "Type: AWS::Cognito::IdentityPool\nProperties: {{ AllowUnauthenticatedIdentities: {written} }}"
        ));
        assert_eq!(say(&scene.model.identity_pools[0].guests), expected, "{written}");
    }
}

#[test]
fn numbers_are_read_from_text() {
    for (written, expected) in
        [("3600", "3600"), ("'7200'", "7200"), ("an hour", "unknown Mismatch"), ("!Ref P", "unknown symbol")]
    {
        let scene = one(&format!(
            "Type: AWS::IAM::Role\nProperties: {{ MaxSessionDuration: {written}, AssumeRolePolicyDocument: {{}} }}"
        ));
        assert_eq!(say(&scene.model.roles[0].max_session), expected, "{written}");
    }
}

#[test]
fn what_is_inside_something_unknown_is_unknown() {
    let scene =
        one("Type: AWS::Cognito::UserPool\nProperties: { Policies: !Ref P, AdminCreateUserConfig: none }");
    let pool = &scene.model.user_pools[0];
    assert_eq!(say(&pool.password_length), "unknown symbol");
    assert_eq!(say(&pool.first_factors), "unknown symbol");
    assert_eq!(say(&pool.admin_creates_users_only), "unknown Mismatch");
    assert_eq!(say(&pool.mfa), "absent");
}

#[test]
fn lists_keep_items_that_are_not_known() {
    let scene = one(
        "Type: AWS::IAM::Role\nProperties: { AssumeRolePolicyDocument: {}, ManagedPolicyArns: [a, [b]] }",
    );
    let policies = scene.model.roles[0].managed_policies.known().expect("a list");
    assert!(matches!(policies.value[..], [Field::Known(_), Field::Unknown(_)]));
    let scene =
        one("Type: AWS::IAM::Role\nProperties: { AssumeRolePolicyDocument: {}, ManagedPolicyArns: a }");
    let policies = scene.model.roles[0].managed_policies.known().expect("one item in the place of a list");
    assert!(matches!(policies.value[..], [Field::Known(_)]));
}

#[test]
fn a_trust_of_a_wrong_shape_is_read_with_its_faults() {
    let trust = |written: &str| {
        let scene =
            one(&format!("Type: AWS::IAM::Role\nProperties: {{ AssumeRolePolicyDocument: {written} }}"));
        match &scene.model.roles[0].trust {
            Field::Known(attached) => {
                let policy = scene.model.policy(&attached.value);
                format!(
                    "{} statements, {} faults",
                    policy.statements.len(),
                    attached.value.places().faults().count()
                )
            }
            other => say(other),
        }
    };
    assert_eq!(trust("{ Statement: { Effect: Allow, Action: '*' } }"), "1 statements, 0 faults");
    assert_eq!(trust("[]"), "1 statements, 1 faults");
    assert_eq!(trust("!Ref P"), "unknown symbol");
    assert_eq!(
        trust("'{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\"}]}'"),
        "1 statements, 0 faults"
    );
}

#[test]
fn the_custom_resource_of_the_cdk_is_an_oidc_provider() {
    let scene = one(
        "Type: Custom::AWSCDKOpenIdConnectProvider\nProperties: { Url: 'https://gitlab.com', ClientIDList: [sts.amazonaws.com] }",
    );
    let provider = &scene.model.oidc_providers[0];
    assert_eq!(provider.issuer, Some(scene.vocabulary.literal("gitlab.com")));
    let arn = provider.entity.arn().expect("its ARN").display(&scene.vocabulary);
    assert_eq!(arn, "arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/gitlab.com");
    assert_eq!(provider.client_ids.known().map(|list| list.value.len()), Some(1));
}

#[test]
fn attributes_for_access_control_are_read_from_either_property() {
    let list = "[{ Key: team, Value: { Source: ['${path:enterprise.department}'] } }]";
    for written in [
        format!("AccessControlAttributes: {list}"),
        format!("InstanceAccessControlAttributeConfiguration: {{ AccessControlAttributes: {list} }}"),
    ] {
        let scene = one(&format!(
            "Type: AWS::SSO::InstanceAccessControlAttributeConfiguration\nProperties: {{ {written} }}"
        ));
        let attributes = &scene.model.access_control_attributes[0].attributes;
        assert_eq!(attributes.known().map(|list| list.value.len()), Some(1), "{written}");
    }
}

#[test]
fn triggers_are_listed_by_name() {
    let scene = one(
        "Type: AWS::Cognito::UserPool\nProperties: { LambdaConfig: { PreSignUp: a, KMSKeyID: k, PreTokenGenerationConfig: { LambdaArn: b, LambdaVersion: V2_0 } } }",
    );
    let triggers = scene.model.user_pools[0].triggers.known().expect("triggers");
    let text = |text: &Text| text.display(&scene.vocabulary);
    let shown: Vec<String> = triggers
        .value
        .iter()
        .map(|(name, function)| {
            let function = function.known().map_or("?".to_owned(), |function| text(&function.value));
            format!("{} {function}", text(&name.value))
        })
        .collect();
    assert_eq!(shown, ["PreSignUp a", "PreTokenGenerationConfig b"]);
}

#[test]
fn a_consumer_that_is_not_known_may_accept_more() {
    let api = |written: &str| {
        let scene = one(&format!("Type: AWS::AppSync::GraphQLApi\nProperties: {{ Name: n, {written} }}"));
        let consumer = &scene.model.token_consumers[0];
        (consumer.accepts.len(), consumer.partial)
    };
    assert_eq!(api("AuthenticationType: API_KEY"), (0, false));
    assert_eq!(
        api("AuthenticationType: AMAZON_COGNITO_USER_POOLS, UserPoolConfig: { UserPoolId: p }"),
        (1, false)
    );
    assert_eq!(api("AuthenticationType: AMAZON_COGNITO_USER_POOLS"), (1, false));
    assert_eq!(api("AuthenticationType: !Ref P"), (0, true));
    assert_eq!(
        api(
            "AuthenticationType: API_KEY, AdditionalAuthenticationProviders: [{ AuthenticationType: OPENID_CONNECT, OpenIDConnectConfig: { Issuer: i } }]"
        ),
        (1, false)
    );
    assert_eq!(api("AuthenticationType: API_KEY, AdditionalAuthenticationProviders: !Ref P"), (0, true));
}

#[test]
fn each_variant_is_an_entity_of_its_own() {
    let template = r#"
Parameters:
  Guests: { Type: String, AllowedValues: ["on", "off"] }
Conditions:
  Open: !Equals [!Ref Guests, "on"]
Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties: { AllowUnauthenticatedIdentities: !If [Open, true, false] }
"#;
    let scene = scan(&[("template.yaml", template)]);
    let [first, second] = scene.model.identity_pools.as_slice() else { panic!("two variants") };
    assert!(first.entity.same_resource(&second.entity));
    assert_eq!(first.entity.worlds.and(&second.entity.worlds), None);
    assert_eq!((say(&first.guests), say(&second.guests)), ("true".to_owned(), "false".to_owned()));
    assert_eq!(second.entity.id, EntityId { kind: EntityKind::IdentityPool, index: 1 });
    assert_eq!(scene.model.get::<IdentityPool>(second.entity.id).map(|pool| pool.entity.variant), Some(1));
    assert!(scene.model.get::<Role>(second.entity.id).is_none());
}

#[test]
fn references_are_found_from_both_ends() {
    let template = r#"
Resources:
  Pool: { Type: AWS::Cognito::UserPool, Properties: {} }
  Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Pool } }
  Group: { Type: AWS::Cognito::UserPoolGroup, Properties: { UserPoolId: !Ref Pool } }
"#;
    let scene = scan(&[("template.yaml", template)]);
    let pool = scene.model.user_pools[0].entity.id;
    let from: Vec<&str> =
        scene.model.references_to(pool).map(|reference| scene.name(reference.from)).collect();
    assert_eq!(from, ["Client", "Group"]);
    let client = &scene.model.user_pool_clients[0];
    let written = client.user_pool.span().expect("it is written");
    let reference = scene.model.reference_at(client.entity.id, written).expect("a reference stands there");
    assert_eq!(reference.target.found()[0].entity, pool);
}

#[test]
fn kinds_have_names_of_their_own() {
    let mut names: Vec<&str> = EntityKind::ALL.iter().map(|kind| kind.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), EntityKind::ALL.len());
}

/// Every type with properties of any shape.
fn any_resource() -> impl Strategy<Value = serde_json::Value> {
    let types = vec![
        "AWS::IAM::Role",
        "AWS::IAM::Policy",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::OIDCProvider",
        "AWS::SSO::PermissionSet",
        "AWS::SSO::Assignment",
        "AWS::Cognito::UserPool",
        "AWS::Cognito::UserPoolClient",
        "AWS::Cognito::IdentityPool",
        "AWS::Cognito::IdentityPoolRoleAttachment",
        "AWS::RolesAnywhere::Profile",
        "AWS::Organizations::Policy",
        "AWS::AppSync::GraphQLApi",
        "AWS::ElasticLoadBalancingV2::Listener",
    ];
    let names: Vec<String> = include_str!("../../testdata/cloudformation-properties.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    let leaf = prop_oneof![
        Just(serde_json::json!("text")),
        Just(serde_json::json!(true)),
        Just(serde_json::json!({ "Ref": "X" })),
        Just(serde_json::json!({ "Ref": "P" })),
        Just(serde_json::json!({ "Fn::GetAtt": ["X", "Arn"] })),
        Just(serde_json::json!({ "Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/${X}" })),
    ];
    let value = leaf.prop_recursive(4, 48, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::vec((prop::sample::select(names.clone()), inner), 0..6)
                .prop_map(|entries| entries.into_iter().collect::<serde_json::Value>()),
        ]
    });
    (prop::sample::select(types), value)
        .prop_map(|(kind, properties)| serde_json::json!({ "Type": kind, "Properties": properties }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn every_resource_becomes_an_entity_whatever_its_properties(first in any_resource(), second in any_resource()) {
        let template = serde_json::json!({
            "Parameters": { "P": { "Type": "String" } },
            "Resources": { "X": first, "Y": second },
        });
        let scene = scan(&[("template.json", &template.to_string())]);
        let read = scene.model.entities().filter(|entity| entity.id.kind != EntityKind::ProvisionedRole);
        prop_assert_eq!(read.count(), 2);
        for reference in &scene.model.references {
            prop_assert!(scene.model.references_of(reference.from).iter().any(|own| own.span == reference.span));
        }
    }
}

/// A misspelt property would be absent for ever.
#[test]
fn only_properties_that_exist_are_read() {
    let mut known: Vec<&str> = include_str!("../../testdata/cloudformation-properties.txt").lines().collect();
    // What no template says has the names of the API, but for these.
    known.extend(["ManagementAccountId", "ProvisionedAccounts", "ServicePrincipals"]);
    let fields = include_str!("../../testdata/api_shapes.json");
    known.extend(fields.split(|character: char| !character.is_ascii_alphanumeric()));
    let sources = [
        include_str!("application.rs"),
        include_str!("consumer.rs"),
        include_str!("directory.rs"),
        include_str!("iam.rs"),
        include_str!("identity_center.rs"),
        include_str!("identity_pool.rs"),
        include_str!("organisation.rs"),
        include_str!("user_pool.rs"),
        include_str!("workload.rs"),
    ];
    let mut count = 0;
    for source in sources {
        for call in [".get(\"", ".at(&[\""] {
            for after in source.split(call).skip(1) {
                let arguments = after.split([']', ')']).next().unwrap_or_default();
                for name in
                    arguments.split(['"', ',', ' ']).filter(|word| !word.is_empty() && *word != "LIST")
                {
                    assert!(known.contains(&name), "`{name}` is no property");
                    count += 1;
                }
            }
        }
    }
    assert!(count > 150, "{count}");
}
