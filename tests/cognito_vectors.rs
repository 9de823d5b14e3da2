//! What a whole scan says of Cognito set-ups: one case for each that the project decides by hand, as far as the
//! decision needs no privileges, and for open doors with them.

mod support;

use support::{Seen, scan};

/// A user pool with a client, an identity pool that takes its logins, and what else there is. `{...}` are filled.
fn template(users: &str, client: &str, rules: &str, more: &str) -> String {
    format!(
        r#"
Resources:
  Users:
    Type: AWS::Cognito::UserPool
    Properties: {{ MfaConfiguration: "ON", {users} }}
  Web:
    Type: AWS::Cognito::UserPoolClient
    Properties: {{ UserPoolId: !Ref Users, PreventUserExistenceErrors: ENABLED, {client} }}
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      AllowClassicFlow: false
      CognitoIdentityProviders:
        - {{ ProviderName: !GetAtt Users.ProviderName, ClientId: !Ref Web, ServerSideTokenCheck: true }}
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles: {{ authenticated: "arn:aws:iam::111122223333:role/user" }}
      RoleMappings:
        web:
          IdentityProvider: !Sub "${{Users.ProviderName}}:${{Web}}"
          Type: Rules
          AmbiguousRoleResolution: Deny
          RulesConfiguration:
            Rules: [{rules}]
{more}"#
    )
}

/// A rule of the mapping.
fn rule(claim: &str, comparison: &str, value: &str, role: &str) -> String {
    format!(
        "{{ Claim: '{claim}', MatchType: {comparison}, Value: '{value}', RoleARN: 'arn:aws:iam::111122223333:role/{role}' }}"
    )
}

/// The findings as `rule severity certainty`, by name.
fn check(template: &str, expected: &[&str]) {
    let outcome = scan(&[("template.yaml", template)]);
    assert_eq!(outcome.problems, [""; 0], "{template}");
    let line = |seen: &Seen| format!("{} {} {}", seen.rule, seen.severity, seen.certainty);
    let mut seen: Vec<String> = outcome.findings.iter().map(line).collect();
    seen.sort_unstable();
    assert_eq!(seen, expected, "{template}");
}

/// A claim with a role, written by administrators only: the base of the cases below.
#[test]
fn what_only_administrators_write_decides_safely() {
    let users = "AdminCreateUserConfig: { AllowAdminCreateUserOnly: true }, \
                 Schema: [{ Name: team, AttributeDataType: String, Mutable: true }]";
    let rules = rule("custom:team", "Equals", "ops", "admin");
    check(&template(users, "WriteAttributes: [name]", &rules, ""), &[]);
    // The prefix of developers' attributes, and those that Cognito itself writes.
    let rules = [
        rule("dev:custom:team", "Equals", "ops", "admin"),
        rule("cognito:groups", "Contains", "ops", "admin"),
        rule("phone_number_verified", "Equals", "true", "admin"),
    ];
    check(&template(users, "WriteAttributes: ['custom:team']", &rules.join(", "), ""), &[]);
}

/// T86: the order of rules is no boundary. Whoever writes his team and has an address with the word in it may take
/// either role.
#[test]
fn rules_behind_an_earlier_match_are_judged_too() {
    let users = "AdminCreateUserConfig: { AllowAdminCreateUserOnly: true }, AutoVerifiedAttributes: [email], \
                 UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: [email] }, \
                 Schema: [{ Name: team, AttributeDataType: String, Mutable: true }]";
    let rules = [rule("email", "Contains", "corp", "reader"), rule("custom:team", "Equals", "ops", "admin")]
        .join(", ");
    let found = ["role-mapping-loose-match medium proved", "role-mapping-writable-claim medium proved"];
    check(&template(users, "WriteAttributes: [email, 'custom:team']", &rules, ""), &found);
}

/// T87: of a member of both groups, the token names both roles. That he may take the other is no finding where it is not known
/// what the roles allow. T88: who is in no group gets the default role.
#[test]
fn groups_and_the_role_of_those_without() {
    let template = |default: &str| {
        format!(
            r#"
Resources:
  Users: {{ Type: AWS::Cognito::UserPool, Properties: {{ MfaConfiguration: "ON", AutoVerifiedAttributes: [email] }} }}
  Web: {{ Type: AWS::Cognito::UserPoolClient, Properties: {{ UserPoolId: !Ref Users, PreventUserExistenceErrors: ENABLED }} }}
  Admins:
    Type: AWS::Cognito::UserPoolGroup
    Properties: {{ UserPoolId: !Ref Users, RoleArn: "arn:aws:iam::111122223333:role/admin", Precedence: 0 }}
  Readers:
    Type: AWS::Cognito::UserPoolGroup
    Properties: {{ UserPoolId: !Ref Users, RoleArn: "arn:aws:iam::111122223333:role/reader", Precedence: 10 }}
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      CognitoIdentityProviders:
        - {{ ProviderName: !GetAtt Users.ProviderName, ClientId: !Ref Web, ServerSideTokenCheck: true }}
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles: {{ authenticated: "arn:aws:iam::111122223333:role/{default}" }}
      RoleMappings:
        web:
          IdentityProvider: !Sub "${{Users.ProviderName}}:${{Web}}"
          Type: Token
          AmbiguousRoleResolution: AuthenticatedRole
"#
        )
    };
    check(&template("reader"), &[]);
    check(&template("admin"), &["role-mapping-privileged-fallback high possible"]);
}

/// T89: a pool whose only logins are SAML needs no roles: the assertion brings them.
#[test]
fn a_pool_for_saml_alone_needs_no_roles() {
    check(
        r#"
Resources:
  Corp:
    Type: AWS::IAM::SAMLProvider
    Properties: { SamlMetadataDocument: !Sub "{{resolve:ssm:metadata}}" }
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties: { AllowUnauthenticatedIdentities: false, SamlProviderARNs: [!Ref Corp] }
"#,
        &[],
    );
}

const GOOGLE: &str = r#"
  Google:
    Type: AWS::Cognito::UserPoolIdentityProvider
    Properties:
      UserPoolId: !Ref Users
      ProviderName: Google
      ProviderType: Google
      ProviderDetails: { client_id: 1.apps.googleusercontent.com, authorize_scopes: email }
      AttributeMapping: { email: email }
"#;

/// T91: the first sign-in with Google makes a user, also where only administrators create users; code may refuse it.
#[test]
fn a_social_provider_is_an_open_door() {
    let users = "AdminCreateUserConfig: { AllowAdminCreateUserOnly: true }";
    let client = "SupportedIdentityProviders: [COGNITO, Google], AllowedOAuthFlowsUserPoolClient: true, \
                  WriteAttributes: [nickname]";
    let rules = rule("nickname", "Equals", "ops", "admin");
    // The severity is that of anybody, not of users whom administrators created.
    let open = ["role-mapping-writable-claim high proved"];
    check(&template(users, client, &rules, GOOGLE), &open);
    let only_local = "SupportedIdentityProviders: [COGNITO], WriteAttributes: [nickname]";
    check(&template(users, only_local, &rules, GOOGLE), &["role-mapping-writable-claim medium proved"]);
    let gated = format!(
        "{users}, LambdaConfig: {{ PreSignUp: 'arn:aws:lambda:us-east-1:111122223333:function:gate' }}"
    );
    let loose = rule("email", "Contains", "@example.com", "admin");
    let not_local = "SupportedIdentityProviders: [Google], AllowedOAuthFlowsUserPoolClient: true, WriteAttributes: [name]";
    check(&template(users, not_local, &loose, GOOGLE), &["role-mapping-loose-match high proved"]);
    check(&template(&gated, not_local, &loose, GOOGLE), &["role-mapping-loose-match high possible"]);
}

/// T92: an attribute that cannot be changed can still be set by whoever signs up.
#[test]
fn what_cannot_be_changed_is_chosen_at_sign_up() {
    let schema = "Schema: [{ Name: role, AttributeDataType: String, Mutable: false }]";
    let client = "WriteAttributes: ['custom:role']";
    let rules = rule("custom:role", "Equals", "admin", "admin");
    let open = format!("AutoVerifiedAttributes: [email], {schema}");
    check(&template(&open, client, &rules, ""), &["role-mapping-writable-claim high proved"]);
    // Nobody confirms those who sign up but an administrator or code, and nobody else may sign up.
    check(&template(schema, client, &rules, ""), &["role-mapping-writable-claim high possible"]);
    let closed = format!("AdminCreateUserConfig: {{ AllowAdminCreateUserOnly: true }}, {schema}");
    check(&template(&closed, client, &rules, ""), &[]);
    // A secret is meant for a server, which may set it.
    let secret = format!("GenerateSecret: true, {client}");
    check(&template(&open, &secret, &rules, ""), &["role-mapping-writable-claim high possible"]);
}

/// T86 and T87 with what the roles allow: one that allows more is there for whoever fits its rule or is in its group, though
/// another comes first.
#[test]
fn what_comes_first_keeps_nothing_back() {
    let role = |name: &str, action: &str| {
        format!(
            r#"
  {name}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{ Federated: cognito-identity.amazonaws.com }}
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: {{ "cognito-identity.amazonaws.com:aud": !Ref Pool }}
              ForAnyValue:StringLike: {{ "cognito-identity.amazonaws.com:amr": authenticated }}
      Policies:
        - PolicyName: app
          PolicyDocument: {{ Version: "2012-10-17", Statement: [{{ Effect: Allow, Action: "{action}", Resource: "*" }}] }}"#
        )
    };
    let roles = format!("{}{}", role("Reader", "s3:GetObject"), role("Admin", "*"));
    let users = "AdminCreateUserConfig: { AllowAdminCreateUserOnly: true }, \
                 Schema: [{ Name: team, AttributeDataType: String, Mutable: true }, \
                 { Name: unit, AttributeDataType: String, Mutable: true }]";
    let rule = |claim: &str, value: &str, role: &str| {
        format!("{{ Claim: '{claim}', MatchType: Equals, Value: {value}, RoleARN: !GetAtt {role}.Arn }}")
    };
    let rules = |first: &str, second: &str| {
        template(users, "WriteAttributes: [name]", &format!("{first}, {second}"), &roles)
    };
    let (reader, admin) = (rule("custom:unit", "sales", "Reader"), rule("custom:team", "ops", "Admin"));
    let found = ["administrator-privileges high proved", "role-mapping-order-bypassed low proved"];
    check(&rules(&reader, &admin), &found);
    // It is his anyway; and nobody has two values of one claim.
    check(&rules(&admin, &reader), &found[..1]);
    check(&rules(&rule("custom:team", "sales", "Reader"), &admin), &found[..1]);
    let groups = |admins: i64, readers: i64| {
        let group = |name: &str, precedence: i64, role: &str| {
            format!(
                "\n  {name}: {{ Type: AWS::Cognito::UserPoolGroup, Properties: {{ UserPoolId: !Ref Users, \
                 RoleArn: !GetAtt {role}.Arn, Precedence: {precedence} }} }}"
            )
        };
        let more =
            format!("{roles}{}{}", group("Admins", admins, "Admin"), group("Readers", readers, "Reader"));
        template(users, "WriteAttributes: [name]", "", &more)
            .replace("Type: Rules", "Type: Token")
            .replace("          RulesConfiguration:\n            Rules: []\n", "")
    };
    check(&groups(10, 0), &found);
    check(&groups(0, 10), &found[..1]);
}

/// An identity pool with these logins, whose users all get one role, unless a mapping says otherwise.
fn front(resources: &str, logins: &str, mapping: &str, action: &str) -> String {
    format!(
        r#"
Resources:
{resources}
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties: {{ AllowUnauthenticatedIdentities: false, AllowClassicFlow: false, {logins} }}
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: {{ IdentityPoolId: !Ref Pool, Roles: {{ authenticated: !GetAtt User.Arn }}, {mapping} }}
  User:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{ Federated: cognito-identity.amazonaws.com }}
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: {{ "cognito-identity.amazonaws.com:aud": !Ref Pool }}
              ForAnyValue:StringLike: {{ "cognito-identity.amazonaws.com:amr": authenticated }}
      Policies:
        - PolicyName: app
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{{ Effect: Allow, Action: "{action}", Resource: "*" }}]
"#
    )
}

/// T90: an identity pool cannot ask for a subject, so that every repository on GitHub signs in.
#[test]
fn an_issuer_that_serves_everybody_is_an_open_door() {
    let provider = |url: &str, clients: &str| {
        format!(
            "  Issuer: {{ Type: AWS::IAM::OIDCProvider, Properties: {{ Url: 'https://{url}', ClientIdList: [{clients}] }} }}"
        )
    };
    let github = provider("token.actions.githubusercontent.com", "sts.amazonaws.com");
    let login = "OpenIdConnectProviderARNs: [!Ref Issuer]";
    check(&front(&github, login, "", "s3:GetObject"), &["open-sign-in-privileges high proved"]);
    // What the role allows decides how bad it is.
    let worst = ["administrator-privileges high proved", "open-sign-in-privileges critical proved"];
    check(&front(&github, login, "", "*"), &worst);
    check(&front(&github, login, "", "mobileanalytics:PutEvents"), &[]);
    // Whom nobody can ask to be, and what nobody is known to have a token for.
    check(&front(&provider("login.example.com", "app"), login, "", "s3:GetObject"), &[]);
    let github = provider("token.actions.githubusercontent.com", "");
    check(&front(&github, login, "", "s3:GetObject"), &["open-sign-in-privileges high possible"]);
}

/// T88 with what the role allows: who has just signed up is in no group, and gets the role for all.
#[test]
fn who_signs_up_gets_the_role_of_those_without_a_group() {
    let users = |more: &str, client: &str| {
        format!(
            "  Users: {{ Type: AWS::Cognito::UserPool, Properties: {{ MfaConfiguration: 'ON', AutoVerifiedAttributes: [email], {more} }} }}\n  \
             Web: {{ Type: AWS::Cognito::UserPoolClient, Properties: {{ UserPoolId: !Ref Users, PreventUserExistenceErrors: ENABLED, {client} }} }}"
        )
    };
    let login = "CognitoIdentityProviders: [{ ProviderName: !GetAtt Users.ProviderName, ClientId: !Ref Web, ServerSideTokenCheck: true }]";
    let mapping = |otherwise: &str| {
        format!(
            "RoleMappings: {{ web: {{ IdentityProvider: !Sub '${{Users.ProviderName}}:${{Web}}', Type: Token, \
             AmbiguousRoleResolution: {otherwise} }} }}"
        )
    };
    let falls_back = mapping("AuthenticatedRole");
    let open = |users: &str, mapping: &str| front(users, login, mapping, "s3:GetObject");
    check(&open(&users("", ""), &falls_back), &["open-sign-in-privileges high proved"]);
    check(&open(&users("", ""), &mapping("Deny")), &[]);
    // Code may refuse them, or put them into a group at once.
    for trigger in ["PreSignUp", "PostConfirmation", "PreTokenGeneration", "PreAuthentication"] {
        let gated = users(
            &format!("LambdaConfig: {{ {trigger}: 'arn:aws:lambda:us-east-1:111122223333:function:f' }}"),
            "",
        );
        check(&open(&gated, &falls_back), &["open-sign-in-privileges high possible"]);
    }
    // A secret is meant for a server; and administrators may be the only ones to create users.
    check(&open(&users("", "GenerateSecret: true"), &falls_back), &["open-sign-in-privileges high possible"]);
    let closed = users("AdminCreateUserConfig: { AllowAdminCreateUserOnly: true }", "");
    check(&open(&closed, &falls_back), &[]);
    // T91: but Google creates them too.
    let google = format!(
        "{}{GOOGLE}",
        users(
            "AdminCreateUserConfig: { AllowAdminCreateUserOnly: true }",
            "SupportedIdentityProviders: [Google], AllowedOAuthFlowsUserPoolClient: true",
        )
    );
    check(&open(&google, &falls_back), &["open-sign-in-privileges high proved"]);
}

/// T93 and T94: a role's name in place of its ARN, and a URL in place of a provider's name.
#[test]
fn identifiers_of_the_wrong_kind() {
    check(
        r#"
Resources:
  Users: { Type: AWS::Cognito::UserPool, Properties: { MfaConfiguration: "ON" } }
  Web: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Users, PreventUserExistenceErrors: ENABLED } }
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      CognitoIdentityProviders:
        - { ProviderName: !GetAtt Users.ProviderURL, ClientId: !Ref Web, ServerSideTokenCheck: true }
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: { IdentityPoolId: !Ref Pool, Roles: { authenticated: !Ref Role } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: cognito-identity.amazonaws.com }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: { "cognito-identity.amazonaws.com:aud": !Ref Pool }
              ForAnyValue:StringLike: { "cognito-identity.amazonaws.com:amr": authenticated }
"#,
        &["wrong-identifier high proved", "wrong-identifier high proved"],
    );
}

/// T100: an authorizer for one pool's tokens and another pool's client refuses every call. T101: a load balancer that
/// checks no further claim takes the tokens of every client.
#[test]
fn consumers_of_tokens() {
    check(
        r#"
Resources:
  Users: { Type: AWS::Cognito::UserPool, Properties: { MfaConfiguration: "ON" } }
  Web: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Users, PreventUserExistenceErrors: ENABLED } }
  Readers: { Type: AWS::Cognito::UserPool, Properties: { MfaConfiguration: "ON" } }
  Tablet: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Readers, PreventUserExistenceErrors: ENABLED } }
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: api, ProtocolType: HTTP } }
  Authorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: users
      AuthorizerType: JWT
      IdentitySource: ["$request.header.Authorization"]
      JwtConfiguration: { Issuer: !GetAtt Users.ProviderURL, Audience: [!Ref Tablet] }
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/front/50dc6c495c0c9188
      DefaultActions:
        - Type: jwt-validation
          Order: 1
          JwtValidationConfig:
            Issuer: !GetAtt Users.ProviderURL
            JwksEndpoint: !Sub "${Users.ProviderURL}/.well-known/jwks.json"
"#,
        &["jwt-authorizer-any-client info proved", "jwt-authorizer-mismatch medium proved"],
    );
}

#[test]
fn guests_use_no_service_of_which_all_is_denied() {
    let services = |denied: &str| {
        let template = format!(
            r#"
Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties: {{ AllowUnauthenticatedIdentities: true }}
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles: {{ unauthenticated: !GetAtt Guest.Arn }}
  Guest:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{ Federated: cognito-identity.amazonaws.com }}
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: {{ "cognito-identity.amazonaws.com:aud": !Ref Pool }}
              "ForAnyValue:StringLike": {{ "cognito-identity.amazonaws.com:amr": unauthenticated }}
      Policies:
        - PolicyName: data
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {{ Effect: Allow, Action: ["dynamodb:GetItem", "s3:GetObject"], Resource: "*" }}
              - {{ Effect: Deny, Action: "s3:*", Resource: "{denied}" }}
"#
        );
        let outcome = scan(&[("template.yaml", &template)]);
        assert_eq!(outcome.problems, [""; 0], "{template}");
        let broad = outcome.findings.iter().find(|seen| seen.rule == "guest-broad-privileges");
        let message = broad.expect("guests read data").message.clone();
        message.split(" by role").next().unwrap_or_default().to_owned()
    };
    assert_eq!(services("arn:aws:s3:::other/*"), "somebody who signs in nowhere can use `dynamodb`, `s3`");
    assert_eq!(services("*"), "somebody who signs in nowhere can use `dynamodb`");
}
