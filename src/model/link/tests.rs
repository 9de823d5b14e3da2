//! Every row of the reference's table "Right entity, wrong identifier form", and scopes.

use super::super::testing::{scan, scan_with};
use super::ReferencePlace;

/// Things to refer to, in one template.
const THINGS: &str = r#"
Parameters:
  Param: { Type: String }
  PoolParam: { Type: String, AllowedPattern: "[a-z]+" }
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: { Statement: [] } }
  NamedRole:
    Type: AWS::IAM::Role
    Properties: { RoleName: named, Path: /team/, AssumeRolePolicyDocument: { Statement: [] } }
  ManagedPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: [] } }
  Saml:
    Type: AWS::IAM::SAMLProvider
    Properties: { Name: Corporate }
  Oidc:
    Type: AWS::IAM::OIDCProvider
    Properties: { Url: "https://token.actions.githubusercontent.com", ClientIdList: [sts.amazonaws.com] }
  UserPool: { Type: AWS::Cognito::UserPool, Properties: {} }
  Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref UserPool } }
  Domain: { Type: AWS::Cognito::UserPoolDomain, Properties: { Domain: login, UserPoolId: !Ref UserPool } }
  Pool: { Type: AWS::Cognito::IdentityPool, Properties: { AllowUnauthenticatedIdentities: false } }
  Set:
    Type: AWS::SSO::PermissionSet
    Properties: { InstanceArn: "arn:aws:sso:::instance/ssoins-0123456789abcdef", Name: Admin }
  Instance: { Type: AWS::SSO::Instance, Properties: { Name: own } }
  StoreGroup:
    Type: AWS::IdentityStore::Group
    Properties: { DisplayName: Admins, IdentityStoreId: d-0123456789 }
  StoreUser:
    Type: AWS::IdentityStore::User
    Properties: { UserName: ada, IdentityStoreId: d-0123456789 }
  Anchor:
    Type: AWS::RolesAnywhere::TrustAnchor
    Properties: { Name: anchor, Source: { SourceType: AWS_ACM_PCA, SourceData: { AcmPcaArn: x } } }
  Tenant: { Type: AWS::Organizations::Account, Properties: { AccountName: tenant, Email: a@example.com } }
"#;

/// For each value, what the reference at the place `From` of `resource` (with `{}` for the value) leads to.
fn check(resource: &str, cases: &[(&str, &str)]) {
    for (value, expected) in cases {
        let from = resource.replace("{}", value);
        let template = format!("{THINGS}  From:\n    {}\n", from.trim().replace('\n', "\n    "));
        let scene = scan(&[("template.yaml", &template)]);
        let references: Vec<String> = scene
            .model
            .references
            .iter()
            .filter(|reference| scene.name(reference.from) == "From")
            .map(|reference| scene.target(&reference.target))
            .collect();
        // The last place is the one in question; others stand before it.
        assert_eq!(
            references.last().map_or("no reference", String::as_str),
            *expected,
            "{value} in\n{resource}"
        );
    }
}

#[test]
fn role_arn() {
    let cases: &[(&str, &str)] = &[
        ("!GetAtt Role.Arn", "Role"),
        ("!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Role}'", "Role"),
        ("!GetAtt NamedRole.Arn", "NamedRole"),
        ("!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/team/named'", "NamedRole"),
        ("!Ref Role", "wrong form: role Name of Role"),
        ("!Ref NamedRole", "wrong form: role Name of NamedRole"),
        ("!Sub 'arn:aws:iam::111122223333:role/${Role}'", "Role?"),
        ("!GetAtt Role.RoleId", "wrong form: role UniqueId of Role"),
        ("!GetAtt Pool.Id", "wrong form: identity-pool Id of Pool"),
        // A placeholder.
        ("''", "unknown"),
        ("!Ref Param", "unknown"),
        ("!Sub 'arn:aws:iam::${AWS::AccountId}:role/${Param}'", "unknown"),
        ("!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/other'", "outside: NotScanned"),
        ("!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${NamedRole}'", "outside: NotScanned"),
        ("arn:aws:iam::111122223333:role/team/named", "NamedRole?"),
        ("arn:aws:iam::111122223333:role/other", "outside: NotScanned"),
        ("!GetAtt Rule.Arn", "missing Rule, Role?"),
        ("!Ref Rolle", "missing Rolle, Role?"),
        ("!ImportValue roles", "unknown"),
    ];
    check(
        "Type: AWS::Cognito::IdentityPoolRoleAttachment\nProperties: { IdentityPoolId: !Ref Pool, Roles: { authenticated: {} } }",
        &cases.iter().map(|(value, expected)| (*value, *expected)).collect::<Vec<_>>(),
    );
    for resource in [
        "Type: AWS::Cognito::UserPoolGroup\nProperties: { UserPoolId: !Ref UserPool, RoleArn: {} }",
        "Type: AWS::RolesAnywhere::Profile\nProperties: { Name: p, RoleArns: [{}] }",
        "Type: AWS::EKS::PodIdentityAssociation\nProperties: { RoleArn: {} }",
        "Type: AWS::EKS::PodIdentityAssociation\nProperties: { RoleArn: !Ref Param, TargetRoleArn: {} }",
        "Type: AWS::Cognito::IdentityPoolRoleAttachment\nProperties: { IdentityPoolId: !Ref Pool, RoleMappings: { a: { Type: Rules, IdentityProvider: !Ref Param, RulesConfiguration: { Rules: [{ Claim: c, MatchType: Equals, Value: v, RoleARN: {} }] } } } }",
    ] {
        check(
            resource,
            &[
                ("!GetAtt Role.Arn", "Role"),
                ("!Ref Role", "wrong form: role Name of Role"),
                ("admin", "wrong form: role Name"),
                ("!Ref Param", "unknown"),
            ],
        );
    }
}

#[test]
fn role_name() {
    for resource in [
        "Type: AWS::IAM::Policy\nProperties: { PolicyName: p, PolicyDocument: {}, Roles: [VALUE] }",
        "Type: AWS::IAM::ManagedPolicy\nProperties: { PolicyDocument: {}, Roles: [VALUE] }",
        "Type: AWS::IAM::RolePolicy\nProperties: { PolicyName: p, RoleName: VALUE }",
        "Type: AWS::IAM::InstanceProfile\nProperties: { Roles: [VALUE] }",
    ] {
        check(
            &resource.replace("{}", "{ }").replace("VALUE", "{}"),
            &[
                ("!Ref Role", "Role"),
                ("named", "NamedRole"),
                ("!Ref NamedRole", "NamedRole"),
                ("!GetAtt Role.Arn", "wrong form: role Arn of Role"),
                ("!Ref Param", "unknown"),
                ("elsewhere", "outside: NotScanned"),
                ("Named", "missing?, near NamedRole"),
            ],
        );
    }
}

#[test]
fn managed_policies() {
    check(
        "Type: AWS::IAM::Role\nProperties: { AssumeRolePolicyDocument: { Statement: [] }, ManagedPolicyArns: [{}] }",
        &[
            ("!Ref ManagedPolicy", "ManagedPolicy"),
            ("!GetAtt ManagedPolicy.PolicyArn", "ManagedPolicy"),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", "outside: Aws"),
            ("!Sub 'arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess'", "outside: Aws"),
            ("ReadOnlyAccess", "wrong form: managed-policy Name"),
            ("!Ref Param", "unknown"),
        ],
    );
    check(
        "Type: AWS::IAM::Role\nProperties: { AssumeRolePolicyDocument: { Statement: [] }, PermissionsBoundary: {} }",
        &[("!Ref ManagedPolicy", "ManagedPolicy"), ("boundary", "wrong form: managed-policy Name")],
    );
    let set = "Type: AWS::SSO::PermissionSet\nProperties: { InstanceArn: !Ref Param, Name: n, VALUE }";
    check(
        &set.replace("VALUE", "CustomerManagedPolicyReferences: [{ Name: {} }]"),
        &[
            ("Deploy", "outside: NotScanned"),
            ("!Ref ManagedPolicy", "wrong form: managed-policy Arn of ManagedPolicy"),
        ],
    );
    check(
        &set.replace("VALUE", "ManagedPolicies: [{}]"),
        &[
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", "outside: Aws"),
            ("!Ref ManagedPolicy", "wrong form: managed-policy Arn of ManagedPolicy"),
            ("arn:aws:iam::111122223333:policy/Deploy", "wrong form: managed-policy Arn"),
        ],
    );
}

/// A role that trusts `{}`.
fn trust(principal: &str, condition: &str) -> String {
    format!(
        "Type: AWS::IAM::Role\nProperties:\n  AssumeRolePolicyDocument:\n    Statement:\n      - Effect: Allow\n        \
         Action: sts:AssumeRoleWithWebIdentity\n        Principal: {principal}\n        Condition: {condition}"
    )
}

#[test]
fn provider_arn() {
    check(
        &trust("{ Federated: {} }", "{ Bool: { 'aws:SecureTransport': 'true' } }"),
        &[
            ("!Ref Saml", "Saml"),
            ("!GetAtt Saml.Arn", "Saml"),
            ("!Ref Oidc", "Oidc"),
            ("!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:saml-provider/Corporate'", "Saml"),
            ("!Sub 'arn:aws:iam::${AWS::AccountId}:saml-provider/Corporate'", "Saml?"),
            (
                "!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:saml-provider/corporate'",
                "missing?, near Saml",
            ),
            (
                "!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com'",
                "Oidc",
            ),
            (
                "!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com/'",
                "missing?, near Oidc",
            ),
            ("Corporate", "wrong form: saml-provider Name of Saml"),
            ("https://token.actions.githubusercontent.com", "wrong form: oidc-provider ProviderUrl of Oidc"),
            (
                "!Sub 'arn:aws:iam::${AWS::AccountId}:oidc-provider/https://idp.example.com'",
                "wrong form: something else",
            ),
            ("!Sub 'arn:aws:iam::${AWS::AccountId}:oidc-provider/${Param}'", "unknown"),
            ("https://idp.example.com", "wrong form: oidc-provider ProviderUrl"),
            ("!GetAtt Saml.SamlProviderUUID", "wrong form: saml-provider UniqueId of Saml"),
            ("cognito-identity.amazonaws.com", "outside: Aws"),
            ("accounts.google.com", "outside: Aws"),
            (
                "!Sub 'cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}'",
                "wrong form: user-pool ProviderName of UserPool",
            ),
            ("!GetAtt UserPool.ProviderName", "wrong form: user-pool ProviderName of UserPool"),
            ("!GetAtt UserPool.Arn", "wrong form: user-pool Arn of UserPool"),
            (
                "arn:aws:iam::111122223333:oidc-provider/cognito-identity.amazonaws.com",
                "wrong form: oidc-provider Arn",
            ),
            (
                "arn:aws:cognito-identity:eu-west-1:111122223333:identitypool/x",
                "wrong form: identity-pool Arn",
            ),
            ("!Ref Param", "unknown"),
            ("!GetAtt Corporate.Arn", "missing Corporate"),
        ],
    );
    let pool = "Type: AWS::Cognito::IdentityPool\nProperties: { AllowUnauthenticatedIdentities: false, VALUE: [{}] }";
    check(
        &pool.replace("VALUE", "SamlProviderARNs"),
        &[
            ("!Ref Saml", "Saml"),
            ("Corporate", "wrong form: saml-provider Name of Saml"),
            ("!Ref Oidc", "wrong form: oidc-provider Arn of Oidc"),
        ],
    );
    check(
        &pool.replace("VALUE", "OpenIdConnectProviderARNs"),
        &[
            ("!GetAtt Oidc.Arn", "Oidc"),
            ("https://token.actions.githubusercontent.com", "wrong form: oidc-provider ProviderUrl of Oidc"),
        ],
    );
}

#[test]
fn identity_pool_id() {
    let principal = "{ Federated: !Ref Param }";
    let aud = trust(principal, "{ StringEquals: { 'cognito-identity.amazonaws.com:aud': {} } }");
    check(
        &aud,
        &[
            ("!Ref Pool", "Pool"),
            ("!GetAtt Pool.Id", "Pool"),
            ("!Ref UserPool", "wrong form: user-pool Id of UserPool"),
            ("!Ref Client", "wrong form: user-pool-client Id of Client"),
            ("!GetAtt UserPool.Arn", "wrong form: user-pool Arn of UserPool"),
            (
                "!Sub 'arn:aws:cognito-identity:${AWS::Region}:${AWS::AccountId}:identitypool/${Pool}'",
                "wrong form: identity-pool Arn of Pool",
            ),
            ("!GetAtt Pool.Name", "wrong form: identity-pool Name of Pool"),
            ("eu-west-1_AbCdEf123", "wrong form: user-pool Id"),
            ("eu-west-1:01234567-89ab-cdef-0123-456789abcdef", "outside: NotScanned"),
            ("!Ref Param", "unknown"),
            ("!Ref PoolParam", "wrong form: something else"),
            ("'eu-west-1:*'", "unknown"),
            ("[!Ref Param, !Ref Pool]", "Pool"),
        ][..11],
    );
    check(
        "Type: AWS::Cognito::IdentityPoolRoleAttachment\nProperties: { IdentityPoolId: {} }",
        &[("!Ref Pool", "Pool"), ("!Ref UserPool", "wrong form: user-pool Id of UserPool")],
    );
}

#[test]
fn what_is_excluded_and_what_is_a_pattern_names_nothing() {
    for condition in [
        "{ StringNotEquals: { 'cognito-identity.amazonaws.com:aud': !Ref UserPool } }",
        "{ StringLike: { 'cognito-identity.amazonaws.com:aud': 'eu-west-1:*' } }",
        "{ Null: { 'cognito-identity.amazonaws.com:aud': 'false' } }",
    ] {
        check(&trust("{ Federated: !Ref Saml }", condition), &[("", "Saml")]);
    }
    check(
        &trust("{ Federated: !Ref Saml }", "{ StringEquals: { 'SAML:aud': x } }").replace("Allow", "Deny"),
        &[("", "Saml")],
    );
}

#[test]
fn client_id() {
    let aud = trust("{ Federated: !Ref Param }", "{ StringEquals: { '${KEY}': {} } }");
    let json = r#"Type: AWS::IAM::Role
Properties:
  AssumeRolePolicyDocument: !Sub
    - '{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "${Param}"}, "Condition": {"StringEquals": {"cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}:aud": "${Value}"}}}]}'
    - Value: {}"#;
    let cases = [
        ("!Ref Client", "Client"),
        ("!Ref UserPool", "wrong form: user-pool Id of UserPool"),
        ("!Ref Pool", "wrong form: identity-pool Id of Pool"),
        ("!Ref Param", "unknown"),
    ];
    check(json, &cases);
    check(&aud.replace("${KEY}", "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc:aud"), &cases);
    check(
        "Type: AWS::Cognito::IdentityPool\nProperties: { CognitoIdentityProviders: [{ ProviderName: !Ref Param, ClientId: {} }] }",
        &[
            ("!Ref Client", "Client"),
            ("!GetAtt Client.ClientId", "Client"),
            ("!Ref UserPool", "wrong form: user-pool Id of UserPool"),
            ("!GetAtt Client.Name", "wrong form: user-pool-client Name of Client"),
            ("!GetAtt Client.ClientSecret", "wrong form: user-pool-client Secret of Client"),
            ("3n4b5urk1ft4fl3mg5e62d9ado", "outside: NotScanned"),
        ],
    );
}

#[test]
fn user_pools() {
    check(
        "Type: AWS::Cognito::IdentityPool\nProperties: { CognitoIdentityProviders: [{ ProviderName: {} }] }",
        &[
            ("!GetAtt UserPool.ProviderName", "UserPool"),
            ("!Sub 'cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}'", "UserPool"),
            ("!Sub 'cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${UserPool}'", "UserPool"),
            ("!Sub 'cognito-idp.eu-west-1.amazonaws.com/${UserPool}'", "UserPool?"),
            ("!GetAtt UserPool.ProviderURL", "wrong form: user-pool ProviderUrl of UserPool"),
            ("!Ref UserPool", "wrong form: user-pool Id of UserPool"),
            ("!GetAtt UserPool.Arn", "wrong form: user-pool Arn of UserPool"),
            ("!Ref Param", "unknown"),
            ("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc", "outside: NotScanned"),
        ],
    );
    for kind in
        ["UserPoolClient", "UserPoolGroup", "UserPoolDomain", "UserPoolIdentityProvider", "UserPoolUser"]
    {
        check(
            &format!("Type: AWS::Cognito::{kind}\nProperties: {{ UserPoolId: {{}} }}"),
            &[
                ("!Ref UserPool", "UserPool"),
                ("!GetAtt UserPool.Arn", "wrong form: user-pool Arn of UserPool"),
                ("!GetAtt UserPool.ProviderName", "wrong form: user-pool ProviderName of UserPool"),
                ("!Ref Pool", "wrong form: identity-pool Id of Pool"),
            ],
        );
    }
    for resource in [
        "Type: AWS::ApiGateway::Authorizer\nProperties: { Type: COGNITO_USER_POOLS, ProviderARNs: [{}] }",
        "Type: AWS::ElasticLoadBalancingV2::Listener\nProperties: { DefaultActions: [{ Type: authenticate-cognito, AuthenticateCognitoConfig: { UserPoolArn: {} } }] }",
    ] {
        check(
            resource,
            &[
                ("!GetAtt UserPool.Arn", "UserPool"),
                ("!Ref UserPool", "wrong form: user-pool Id of UserPool"),
            ],
        );
    }
    check(
        "Type: AWS::ApiGatewayV2::Authorizer\nProperties: { AuthorizerType: JWT, JwtConfiguration: { Issuer: {} } }",
        &[
            ("!GetAtt UserPool.ProviderURL", "UserPool"),
            ("!Sub 'https://cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}'", "UserPool"),
            ("!GetAtt UserPool.ProviderName", "wrong form: user-pool ProviderName of UserPool"),
            ("!Ref UserPool", "wrong form: user-pool Id of UserPool"),
            ("https://login.example.com/", "outside: Elsewhere"),
        ],
    );
    check(
        "Type: AWS::ApiGatewayV2::Authorizer\nProperties: { AuthorizerType: JWT, JwtConfiguration: { Issuer: !GetAtt UserPool.ProviderURL, Audience: [{}] } }",
        &[
            ("!Ref Client", "Client"),
            ("!Ref UserPool", "wrong form: user-pool Id of UserPool"),
            // The audience of an access token that is bound to a resource is the resource.
            ("https://api.example.com", "outside: NotScanned"),
            ("api://default", "outside: NotScanned"),
        ],
    );
    check(
        "Type: AWS::ElasticLoadBalancingV2::ListenerRule\nProperties: { Actions: [{ Type: authenticate-cognito, AuthenticateCognitoConfig: { UserPoolDomain: {} } }] }",
        &[
            ("login", "Domain"),
            ("!Ref Domain", "Domain"),
            ("!Ref UserPool", "wrong form: user-pool Id of UserPool"),
            ("https://login.auth.eu-west-1.amazoncognito.com", "wrong form: oidc-provider ProviderUrl"),
        ],
    );
}

#[test]
fn role_mapping_keys() {
    let attachment = "Type: AWS::Cognito::IdentityPoolRoleAttachment\nProperties: { RoleMappings: { label: { Type: Token, IdentityProvider: {} } } }";
    check(
        attachment,
        &[
            ("!Sub '${UserPool.ProviderName}:${Client}'", "Client"),
            ("!Join [':', [!GetAtt UserPool.ProviderName, !Ref Client]]", "Client"),
            ("!Sub 'cognito-idp.eu-west-1.amazonaws.com/${UserPool}:${Client}'", "Client?"),
            ("!Ref Saml", "Saml"),
            ("!Ref Oidc", "Oidc"),
            ("accounts.google.com", "outside: Aws"),
            ("!GetAtt UserPool.ProviderName", "wrong form: user-pool ProviderName of UserPool"),
            ("!Sub '${UserPool.ProviderURL}:${Client}'", "wrong form: user-pool ProviderUrl of UserPool"),
            ("!Ref Param", "unknown"),
        ],
    );
}

#[test]
fn identity_center() {
    let assignment = "Type: AWS::SSO::Assignment\nProperties: { PrincipalType: GROUP, VALUE: {} }";
    check(
        &assignment.replace("VALUE", "PermissionSetArn"),
        &[
            ("!GetAtt Set.PermissionSetArn", "Set"),
            ("!Ref Set", "wrong form: permission-set Composite of Set"),
            ("!GetAtt Support.PermissionSetArn", "missing Support"),
            ("!Ref Param", "unknown"),
        ],
    );
    check(
        &assignment.replace("VALUE", "InstanceArn"),
        &[
            ("!GetAtt Instance.InstanceArn", "Instance"),
            ("!Ref Instance", "unknown"),
            ("arn:aws:sso:::instance/ssoins-0123456789abcdef", "outside: NotScanned"),
            ("ssoins-0123456789abcdef", "wrong form: something else"),
        ],
    );
    check(
        &assignment.replace("VALUE", "PrincipalId"),
        &[
            ("!GetAtt StoreGroup.GroupId", "StoreGroup"),
            ("!Ref StoreGroup", "wrong form: identity-store-group Composite of StoreGroup"),
            ("!GetAtt StoreUser.UserId", "wrong form: identity-store-user Id of StoreUser"),
            ("Admins", "wrong form: identity-store-group Name of StoreGroup"),
            ("906799a0-1b2c-4d5e-8f90-a1b2c3d4e5f6", "outside: NotScanned"),
            ("9067999999-906799a0-1b2c-4d5e-8f90-a1b2c3d4e5f6", "outside: NotScanned"),
        ],
    );
    check(
        &assignment.replace("VALUE", "PrincipalId").replace("GROUP", "USER"),
        &[
            ("!GetAtt StoreUser.UserId", "StoreUser"),
            ("!Ref StoreUser", "wrong form: identity-store-user Arn of StoreUser"),
        ],
    );
    check(
        &assignment.replace("VALUE", "TargetId"),
        &[
            ("!Ref Tenant", "Tenant"),
            ("'111122223333'", "outside: NotScanned"),
            ("!GetAtt Tenant.Arn", "wrong form: account Arn of Tenant"),
            ("ou-ab12-34567890", "wrong form: organizational-unit Id"),
            ("!Ref AWS::AccountId", "outside: NotScanned"),
        ],
    );
    check(
        "Type: AWS::IdentityStore::GroupMembership\nProperties: { GroupId: {} }",
        &[
            ("!GetAtt StoreGroup.GroupId", "StoreGroup"),
            ("!Ref StoreGroup", "wrong form: identity-store-group Composite of StoreGroup"),
            ("d-0123456789/906799a0-1b2c-4d5e-8f90-a1b2c3d4e5f6", "outside: NotScanned"),
        ][..2],
    );
}

/// What each permission set is in each account: `Set in ACCOUNT: policies` and boundary; possible ones end in a question mark.
fn provisioned(files: &[(&str, &str)], accounts: &[&str]) -> Vec<String> {
    use crate::model::{NamedPolicy, RoleBoundary};
    let scene = scan_with(files, |resources, vocabulary| {
        for (deployment, account) in resources.deployments.iter_mut().zip(accounts) {
            deployment.account = vocabulary.literal(account);
        }
    });
    let named = |policy: &NamedPolicy| {
        let found = policy
            .found
            .iter()
            .map(|found| format!("{}{}", scene.name(found.entity), if found.sure { "" } else { "?" }));
        let found: Vec<String> = found.collect();
        match (found.is_empty(), policy.near) {
            (false, _) => found.join(" or "),
            (true, Some(near)) => format!("near {}", scene.name(near)),
            (true, None) if policy.account_in_view => "missing".to_owned(),
            (true, None) => "unknown".to_owned(),
        }
    };
    let show = |role: &crate::model::ProvisionedRole| {
        let account = role.account.as_ref().map_or("?".to_owned(), |text| text.display(&scene.vocabulary));
        let policies: Vec<String> = role.customer_policies.iter().map(named).collect();
        let boundary = match &role.boundary {
            None => String::new(),
            Some(RoleBoundary::AwsManaged(_)) => " within AWS's".to_owned(),
            Some(RoleBoundary::Named(policy)) => format!(" within {}", named(policy)),
            Some(RoleBoundary::Unknown) => " within ?".to_owned(),
        };
        let (set, count) = (scene.name(role.permission_set), role.assigned.len());
        format!("{set} in {account} by {count}: {}{boundary}", policies.join(", "))
    };
    scene.model.provisioned_roles.iter().map(show).collect()
}

#[test]
fn permission_sets_name_policies_of_the_accounts_that_they_are_assigned_in() {
    let organisation = r#"
Parameters: { Target: { Type: String } }
Resources:
  Set:
    Type: AWS::SSO::PermissionSet
    Properties:
      Name: Set
      CustomerManagedPolicyReferences: [{ Name: team, Path: /a/ }]
      PermissionsBoundary: { CustomerManagedPolicyReference: { Name: boundary } }
  Unused: { Type: AWS::SSO::PermissionSet, Properties: { Name: Unused } }
  One: { Type: AWS::SSO::Assignment, Properties: { PermissionSetArn: !GetAtt Set.PermissionSetArn, TargetId: "222222222222" } }
  Other: { Type: AWS::SSO::Assignment, Properties: { PermissionSetArn: !GetAtt Set.PermissionSetArn, TargetId: "222222222222" } }
  Two: { Type: AWS::SSO::Assignment, Properties: { PermissionSetArn: !GetAtt Set.PermissionSetArn, TargetId: "333333333333" } }
  Far: { Type: AWS::SSO::Assignment, Properties: { PermissionSetArn: !GetAtt Set.PermissionSetArn, TargetId: "444444444444" } }
  Any: { Type: AWS::SSO::Assignment, Properties: { PermissionSetArn: !GetAtt Set.PermissionSetArn, TargetId: !Ref Target } }
"#;
    let policy = |id: &str, name: &str, path: &str| {
        format!(
            "Resources:\n  {id}:\n    Type: AWS::IAM::ManagedPolicy\n    Properties: {{ ManagedPolicyName: {name}, Path: {path}, \
             PolicyDocument: {{ Statement: [] }} }}\n"
        )
    };
    let (two, three) = (policy("Team", "team", "/a/"), policy("Almost", "Team", "/a/"));
    let boundary = policy("Boundary", "boundary", "/");
    let files = [
        ("1.yaml", organisation),
        ("2.yaml", two.as_str()),
        ("3.yaml", three.as_str()),
        // Deployed into whichever account.
        ("4.yaml", boundary.as_str()),
    ];
    assert_eq!(
        provisioned(&files, &["111111111111", "222222222222", "333333333333"]),
        [
            "Set in 222222222222 by 2: Team within Boundary?",
            "Set in 333333333333 by 1: near Almost within Boundary?",
            "Set in 444444444444 by 1: unknown within Boundary?",
            "Set in ${Target} by 1: Team? within Boundary?",
            "Unused in ? by 0: ",
        ]
    );
}

#[test]
fn trust_anchors() {
    check(
        "Type: AWS::RolesAnywhere::CRL\nProperties: { Name: c, CrlData: x, TrustAnchorArn: {} }",
        &[
            ("!GetAtt Anchor.TrustAnchorArn", "Anchor"),
            ("!Ref Anchor", "wrong form: trust-anchor Id of Anchor"),
        ],
    );
    let condition = "{ ArnEquals: { 'aws:SourceArn': {} } }";
    let anywhere = trust("{ Service: rolesanywhere.amazonaws.com }", condition);
    check(
        &anywhere,
        &[
            ("!GetAtt Anchor.TrustAnchorArn", "Anchor"),
            ("!Ref Anchor", "wrong form: trust-anchor Id of Anchor"),
        ],
    );
    check(&trust("{ Service: lambda.amazonaws.com }", condition), &[("!Ref Anchor", "no reference")]);
}

#[test]
fn principals() {
    check(
        &trust("{ AWS: {} }", "{ StringEquals: { 'sts:ExternalId': x } }"),
        &[
            ("!GetAtt Role.Arn", "Role"),
            ("!Ref Role", "wrong form: role Name of Role"),
            ("!GetAtt Role.RoleId", "wrong form: role UniqueId of Role"),
            ("!Ref Tenant", "Tenant"),
            ("!Sub 'arn:${AWS::Partition}:iam::${Tenant}:root'", "Tenant"),
            ("'111122223333'", "outside: NotScanned"),
            ("1111-2222-3333", "wrong form: account Other"),
            ("'11112222333'", "wrong form: account Other"),
            ("AROAEXAMPLEEXAMPLE123", "missing?"),
            ("!Sub 'arn:aws:sts::${AWS::AccountId}:assumed-role/named/session'", "NamedRole"),
            ("arn:aws:sts::111122223333:assumed-role/named/session", "NamedRole?"),
            ("'*'", "no reference"),
            ("!Sub 'arn:aws:iam::${AWS::AccountId}:root'", "no reference"),
            ("!Ref AWS::AccountId", "no reference"),
            ("!Ref Param", "unknown"),
            ("!Sub 'arn:aws:iam::${Param}:root'", "unknown"),
            (
                "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_0123456789abcdef",
                "outside: Aws",
            ),
        ],
    );
}

#[test]
fn names_mean_something_within_their_user_pool() {
    let template = r#"
Resources:
  A: { Type: AWS::Cognito::UserPool, Properties: {} }
  B: { Type: AWS::Cognito::UserPool, Properties: {} }
  AdminsA: { Type: AWS::Cognito::UserPoolGroup, Properties: { UserPoolId: !Ref A, GroupName: admins } }
  AdminsB: { Type: AWS::Cognito::UserPoolGroup, Properties: { UserPoolId: !Ref B, GroupName: admins } }
  Member:
    Type: AWS::Cognito::UserPoolUserToGroupAttachment
    Properties: { UserPoolId: !Ref B, GroupName: admins, Username: ada }
"#;
    let scene = scan(&[("template.yaml", template)]);
    assert!(scene.references().contains(&"Member UserPoolGroup admins -> AdminsB".to_owned()));
}

#[test]
fn a_name_that_one_user_pool_has_not_another_may_have() {
    let template = r#"
Resources:
  A: { Type: AWS::Cognito::UserPool, Properties: {} }
  B: { Type: AWS::Cognito::UserPool, Properties: {} }
  AdminsB: { Type: AWS::Cognito::UserPoolGroup, Properties: { UserPoolId: !Ref B, GroupName: admins } }
  InA:
    Type: AWS::Cognito::UserPoolUserToGroupAttachment
    Properties: { UserPoolId: !Ref A, GroupName: admins, Username: ada }
  InB:
    Type: AWS::Cognito::UserPoolUserToGroupAttachment
    Properties: { UserPoolId: !Ref B, GroupName: admins, Username: ada }
"#;
    for template in [template.to_owned(), template.replace("InA:", "Other:").replace("InB:", "InA:")] {
        let references = scan(&[("template.yaml", &template)]).references();
        let found: Vec<&String> =
            references.iter().filter(|reference| reference.contains(" UserPoolGroup ")).collect();
        let leads = |to: &str| found.iter().filter(|reference| reference.ends_with(to)).count();
        assert_eq!((found.len(), leads("-> AdminsB")), (2, 1), "{found:?}");
    }
}

const ROLE_AND_USE: &str = r#"
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: { RoleName: app, AssumeRolePolicyDocument: { Statement: [] } }
  Use:
    Type: AWS::IAM::Policy
    Properties: { PolicyName: p, PolicyDocument: { Statement: [] }, Roles: [app] }
"#;

const USE: &str = r#"
Resources:
  Use:
    Type: AWS::IAM::Policy
    Properties: { PolicyName: p, PolicyDocument: { Statement: [] }, Roles: [app] }
"#;

#[test]
fn plain_templates_with_equal_names_are_not_confused() {
    let scene = scan(&[("a.yaml", ROLE_AND_USE), ("b.yaml", ROLE_AND_USE), ("c.yaml", USE)]);
    let model = &scene.model;
    let targets: Vec<(u32, Vec<(u32, bool)>)> = model
        .references
        .iter()
        .map(|reference| {
            let template = |id| model.entity(id).template.0;
            let found = reference.target.found().iter();
            (template(reference.from), found.map(|found| (template(found.entity), found.sure)).collect())
        })
        .collect();
    assert_eq!(targets, [(0, vec![(0, true)]), (1, vec![(1, true)]), (2, vec![(0, false), (1, false)]),]);
}

#[test]
fn a_role_of_another_pinned_account_is_never_meant_by_name() {
    let scene = scan_with(&[("a.yaml", ROLE_AND_USE), ("c.yaml", USE)], |resources, vocabulary| {
        resources.deployments[0].account = vocabulary.literal("111111111111");
        resources.deployments[1].account = vocabulary.literal("222222222222");
    });
    assert_eq!(
        scene.references(),
        ["Use PolicyRole app -> Role", "Use PolicyRole app -> outside: NotScanned"]
    );
}

#[test]
fn a_resource_that_does_not_exist_in_these_worlds_is_missing_in_them() {
    let template = r#"
Parameters:
  Stage: { Type: String, AllowedValues: [dev, prod], Default: dev }
Conditions:
  Prod: !Equals [!Ref Stage, prod]
Resources:
  Role:
    Type: AWS::IAM::Role
    Condition: Prod
    Properties: { AssumeRolePolicyDocument: { Statement: [] } }
  UserPool: { Type: AWS::Cognito::UserPool, Properties: {} }
  Group:
    Type: AWS::Cognito::UserPoolGroup
    Properties: { UserPoolId: !Ref UserPool, RoleArn: !GetAtt Role.Arn }
"#;
    let scene = scan(&[("template.yaml", template)]);
    let found: Vec<(String, u64)> = scene
        .model
        .references
        .iter()
        .filter(|reference| reference.place == ReferencePlace::GroupRole)
        .map(|reference| {
            (scene.target(&reference.target), reference.worlds.single().expect("of one template").1.0)
        })
        .collect();
    // The worlds stand in the order of the allowed values.
    let expected = [("Role".to_owned(), 0b10), ("missing Role, near Role".to_owned(), 0b01)];
    assert_eq!(found, expected);
}

#[test]
fn grants_come_from_either_side() {
    let template = r#"
Parameters:
  Arn: { Type: String }
  Arns: { Type: CommaDelimitedList }
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [] }
      Policies: [{ PolicyName: inline, PolicyDocument: { Statement: [] } }]
      ManagedPolicyArns: [!Ref Managed, "arn:aws:iam::aws:policy/ReadOnlyAccess", !Ref Arn]
  Open:
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: { Statement: [] }, ManagedPolicyArns: !Ref Arns }
  Managed: { Type: AWS::IAM::ManagedPolicy, Properties: { PolicyDocument: { Statement: [] } } }
  Attached:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: [] }, Roles: [!Ref Role] }
  Separate:
    Type: AWS::IAM::Policy
    Properties: { PolicyName: s, PolicyDocument: { Statement: [] }, Roles: [!Ref Role] }
  One:
    Type: AWS::IAM::RolePolicy
    Properties: { PolicyName: s, PolicyDocument: { Statement: [] }, RoleName: !Ref Role }
"#;
    let scene = scan(&[("template.yaml", template)]);
    let show = |grant: &crate::model::Grant| {
        use crate::model::{GrantedPolicy, PolicyAttachment};
        let how = match grant.attachment {
            PolicyAttachment::Inline => "inline".to_owned(),
            PolicyAttachment::Separate(policy) => format!("separate {}", scene.name(policy)),
            PolicyAttachment::ByHolder => "by holder".to_owned(),
            PolicyAttachment::ByName(policy) => format!("by name {}", scene.name(policy)),
            PolicyAttachment::ByPolicy(policy) => format!("by {}", scene.name(policy)),
            PolicyAttachment::ByGroup(group) => format!("by group {}", scene.name(group)),
            PolicyAttachment::Unattached => "unattached".to_owned(),
        };
        let what = match &grant.policy {
            GrantedPolicy::Document(_) => "document".to_owned(),
            GrantedPolicy::AwsManaged(arn) => arn.display(&scene.vocabulary),
            GrantedPolicy::NotInView(arn) => format!("not in view {}", arn.display(&scene.vocabulary)),
            GrantedPolicy::Unknown => "unknown".to_owned(),
        };
        format!("{} {how}: {what}{}", scene.name(grant.holder), if grant.sure { "" } else { "?" })
    };
    assert_eq!(
        scene.model.grants.iter().map(show).collect::<Vec<_>>(),
        [
            "Role inline: document",
            "Role by holder: document",
            "Role by holder: arn:aws:iam::aws:policy/ReadOnlyAccess",
            "Role by holder: not in view ${Arn}?",
            "Role by Attached: document",
            "Role separate Separate: document",
            "Role separate One: document",
            "Open by holder: unknown?",
        ]
    );
}

#[test]
fn an_import_leads_to_what_is_exported() {
    let exporter = r#"
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [] } } }
Outputs:
  Arn: { Value: !GetAtt Role.Arn, Export: { Name: role-arn } }
  Name: { Value: !Ref Role, Export: { Name: role-name } }
"#;
    let importer = r#"
Resources:
  Right: { Type: AWS::RolesAnywhere::Profile, Properties: { Name: p, RoleArns: [!ImportValue role-arn] } }
  Wrong: { Type: AWS::RolesAnywhere::Profile, Properties: { Name: p, RoleArns: [!ImportValue role-name] } }
  Lost: { Type: AWS::RolesAnywhere::Profile, Properties: { Name: p, RoleArns: [!ImportValue other] } }
"#;
    let scene = scan(&[("a.yaml", exporter), ("b.yaml", importer)]);
    let targets: Vec<String> =
        scene.model.references.iter().map(|reference| scene.target(&reference.target)).collect();
    assert_eq!(targets, ["Role?", "wrong form: role Name of Role", "unknown"]);
}

#[test]
fn a_nested_stack_is_part_of_its_tree() {
    let root = r#"
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [] } } }
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ./child.yaml, Parameters: { RoleArn: !GetAtt Role.Arn, Name: !Ref Role } }
"#;
    let child = r#"
Parameters: { RoleArn: { Type: String }, Name: { Type: String } }
Resources:
  Right: { Type: AWS::RolesAnywhere::Profile, Properties: { Name: p, RoleArns: [!Ref RoleArn] } }
  Wrong: { Type: AWS::RolesAnywhere::Profile, Properties: { Name: p, RoleArns: [!Ref Name] } }
"#;
    let scene = scan(&[("root.yaml", root), ("child.yaml", child)]);
    let targets: Vec<String> =
        scene.model.references.iter().map(|reference| scene.target(&reference.target)).collect();
    assert_eq!(targets, ["Role", "wrong form: role Name of Role"]);
}
