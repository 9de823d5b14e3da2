//! Meaning, not form: the same stack written in other ways gives the same findings at corresponding places.

mod support;

use support::scan;

const SHORT: &str = r#"
Parameters:
  Stage: { Type: String, AllowedValues: [dev, prod] }
Conditions:
  IsProduction: !Equals [!Ref Stage, prod]
Resources:
  Users: { Type: AWS::Cognito::UserPool, Properties: { MfaConfiguration: "ON" } }
  Web:
    Type: AWS::Cognito::UserPoolClient
    Properties: { UserPoolId: !Ref Users, PreventUserExistenceErrors: ENABLED }
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: !If [IsProduction, false, true]
      CognitoIdentityProviders:
        - ProviderName: !GetAtt Users.ProviderURL
          ClientId: !Ref Web
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles:
        authenticated: !Ref User
        unauthenticated: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/guest"
  User:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: cognito-identity.amazonaws.com }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: { "cognito-identity.amazonaws.com:aud": !Ref Users }
              ForAnyValue:StringLike: { "cognito-identity.amazonaws.com:amr": authenticated }
"#;

const LONG: &str = r#"
Parameters:
  Stage: { Type: String, AllowedValues: [dev, prod] }
Conditions:
  IsProduction:
    Fn::Equals:
      - Ref: Stage
      - prod
Resources:
  Users: { Type: AWS::Cognito::UserPool, Properties: { MfaConfiguration: "ON" } }
  Web:
    Type: AWS::Cognito::UserPoolClient
    Properties: { UserPoolId: { Ref: Users }, PreventUserExistenceErrors: ENABLED }
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities:
        Fn::If: [IsProduction, "false", "true"]
      CognitoIdentityProviders:
        - ProviderName: { "Fn::GetAtt": [Users, ProviderURL] }
          ClientId: { Ref: Web }
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: { Ref: Pool }
      Roles:
        authenticated: { Ref: User }
        unauthenticated:
          Fn::Join: ["", ["arn:", {Ref: "AWS::Partition"}, ":iam::", {Ref: "AWS::AccountId"}, ":role/guest"]]
  User:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          Effect: Allow
          Principal: { Federated: [cognito-identity.amazonaws.com] }
          Action: [sts:AssumeRoleWithWebIdentity]
          Condition:
            StringEquals: { "cognito-identity.amazonaws.com:aud": [{Ref: Users}] }
            ForAnyValue:StringLike: { "cognito-identity.amazonaws.com:amr": [authenticated] }
"#;

const JSON: &str = r#"{
  "Parameters": {"Stage": {"Type": "String", "AllowedValues": ["dev", "prod"]}},
  "Conditions": {"IsProduction": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
  "Resources": {
    "Users": {"Type": "AWS::Cognito::UserPool", "Properties": {"MfaConfiguration": "ON"}},
    "Web": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": {"Ref": "Users"}, "PreventUserExistenceErrors": "ENABLED"}},
    "Pool": {
      "Type": "AWS::Cognito::IdentityPool",
      "Properties": {
        "AllowUnauthenticatedIdentities": {"Fn::If": ["IsProduction", false, true]},
        "CognitoIdentityProviders": [
          {"ProviderName": {"Fn::GetAtt": ["Users", "ProviderURL"]}, "ClientId": {"Ref": "Web"}}
        ]
      }
    },
    "Roles": {
      "Type": "AWS::Cognito::IdentityPoolRoleAttachment",
      "Properties": {
        "IdentityPoolId": {"Ref": "Pool"},
        "Roles": {
          "authenticated": {"Ref": "User"},
          "unauthenticated": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/guest"}
        }
      }
    },
    "User": {
      "Type": "AWS::IAM::Role",
      "Properties": {
        "AssumeRolePolicyDocument": {
          "Version": "2012-10-17",
          "Statement": [{
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
              "StringEquals": {"cognito-identity.amazonaws.com:aud": {"Ref": "Users"}},
              "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}
            }
          }]
        }
      }
    }
  }
}"#;

/// The trust policy as a string in the template, with `Fn::Sub` for the pool.
fn with_document_as_string() -> String {
    let start = SHORT.find("      AssumeRolePolicyDocument:").expect("the template has a role");
    format!(
        "{}      AssumeRolePolicyDocument: !Sub |\n        {}\n",
        &SHORT[..start],
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "${Users}"}, "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}}}"#,
    )
}

/// What each form says of the stack, without places: rule, certainty, entity, `when`.
fn verdicts(path: &str, text: &str) -> Vec<String> {
    let mut seen: Vec<String> = scan(&[(path, text)])
        .findings
        .iter()
        .map(|seen| format!("{} {} {}", seen.entity, seen.in_a_line(), seen.message))
        .collect();
    seen.sort();
    seen
}

/// The text at the place of the one finding of `rule` on `entity`.
fn place(path: &str, text: &str, rule: &str, entity: &str) -> String {
    let outcome = scan(&[(path, text)]);
    let found: Vec<_> =
        outcome.findings.iter().filter(|seen| seen.rule == rule && seen.entity == entity).collect();
    assert_eq!(found.len(), 1, "{rule} on {entity} in {path}: {:?}", outcome.findings);
    found[0].text.clone()
}

#[test]
fn every_form_of_the_stack_gives_the_same_verdicts() {
    let short = verdicts("short.yaml", SHORT);
    assert!(short.iter().any(|line| line.starts_with("User wrong-identifier proved")), "{short:#?}");
    assert!(short.iter().any(|line| line.starts_with("Roles wrong-identifier proved")), "{short:#?}");
    assert!(
        short.iter().any(|line| line.starts_with("Pool guest-access-enabled proved when `Stage` is `dev`")),
        "{short:#?}"
    );
    assert_eq!(verdicts("long.yaml", LONG), short);
    assert_eq!(verdicts("template.json", JSON), short);
    assert_eq!(verdicts("string.yaml", &with_document_as_string()), short);
}

#[test]
fn every_form_points_at_the_value_that_is_wrong() {
    let cases = [
        ("short.yaml", SHORT.to_owned(), "Users"),
        ("long.yaml", LONG.to_owned(), "{Ref: Users}"),
        ("template.json", JSON.to_owned(), r#"{"Ref": "Users"}"#),
        ("string.yaml", with_document_as_string(), r#""${Users}""#),
    ];
    for (path, text, expected) in cases {
        assert!(
            place(path, &text, "wrong-identifier", "User").contains(expected.trim_matches(['{', '}'])),
            "{path}"
        );
    }
}

/// Two stacks that nobody said are deployed together share names, not things.
#[test]
fn two_plain_templates_with_the_same_names_are_not_confused() {
    let alone = verdicts("a.yaml", SHORT);
    let other = SHORT.replace("ProviderURL", "ProviderName").replace("!Ref User\n", "!GetAtt User.Arn\n");
    let outcome = scan(&[("a.yaml", SHORT), ("b.yaml", &other)]);
    let of = |path: &str| {
        let mut seen: Vec<String> = outcome
            .findings
            .iter()
            .filter(|seen| seen.path == path)
            .map(|seen| format!("{} {} {}", seen.entity, seen.in_a_line(), seen.message))
            .collect();
        seen.sort();
        seen
    };
    assert_eq!(of("a.yaml"), alone);
    assert_eq!(of("b.yaml"), verdicts("b.yaml", &other));
}
