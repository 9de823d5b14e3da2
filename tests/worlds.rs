//! Conditions make one template many: what is reported holds in the worlds that `when` names, and in no other.

mod support;

use support::{Seen, scan};

/// The findings of one template as `rule certainty [when]`, in order.
fn check(template: &str, expected: &[&str]) {
    let seen: Vec<String> =
        scan(&[("template.yaml", template)]).findings.iter().map(Seen::in_a_line).collect();
    assert_eq!(seen, expected, "{template}");
}

/// A condition drops the condition block that keeps guests out: the role is reported by what is left, in that
/// world only.
#[test]
fn a_condition_that_drops_a_security_relevant_block() {
    check(
        r#"
Parameters:
  Strict: { Type: String, AllowedValues: ["yes", "no"], Default: "yes" }
  Users: { Type: String }
Conditions:
  IsStrict: !Equals [!Ref Strict, "yes"]
Resources:
  Users2: { Type: AWS::Cognito::UserPool, Properties: { MfaConfiguration: "ON" } }
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
              StringEquals:
                cognito-identity.amazonaws.com:aud: !If [IsStrict, !Ref Users, !Ref Users2]
              ForAnyValue:StringLike: !If
                - IsStrict
                - cognito-identity.amazonaws.com:amr: authenticated
                - !Ref AWS::NoValue
"#,
        &["wrong-identifier proved when `Strict` is `no`"],
    );
}

#[test]
fn allowed_values_that_switch_guests_on() {
    check(
        r#"
Parameters:
  Guests: { Type: String, AllowedValues: ["true", "false"], Default: "false" }
Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: !Ref Guests
      DeveloperProviderName: login.example.com
"#,
        &[
            "guest-access-enabled proved when `Guests` is `true`",
            "guest-role-missing possible when `Guests` is `true`",
        ],
    );
}

/// A parameter is taken for a text without wildcards, but not if the template itself says otherwise: what is open as
/// it is shipped is open.
#[test]
fn a_default_with_a_wildcard() {
    let template = |parameter: &str, operator: &str| {
        format!(
            r#"
Parameters:
  Organisations: {parameter}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{ AWS: "*" }}
            Action: sts:AssumeRole
            Condition:
              {operator}: {{ aws:PrincipalOrgID: !Ref Organisations }}
"#
        )
    };
    let cases: &[(&str, &str, &[&str])] = &[
        (
            r#"{ Type: String, Default: "*" }"#,
            "StringLike",
            &["trust-any-principal proved when `Organisations` is `*`"],
        ),
        (
            r#"{ Type: String, AllowedValues: [o-a1b2c3d4e5, "o-*"] }"#,
            "StringLike",
            &["trust-any-principal proved when `Organisations` is `o-*`"],
        ),
        (
            r#"{ Type: CommaDelimitedList, Default: "o-a1b2c3d4e5,*" }"#,
            "StringLike",
            &[
                "trust-any-principal proved when `Organisations` is `o-a1b2c3d4e5,*`",
                "trust-any-principal possible when `Organisations` is not `o-a1b2c3d4e5,*`",
            ],
        ),
        // Here a wildcard is a character like others, which no id has.
        (
            r#"{ Type: String, Default: "*" }"#,
            "StringEquals",
            &["trust-never-satisfied proved when `Organisations` is `*`"],
        ),
        (r#"{ Type: String, Default: o-a1b2c3d4e5 }"#, "StringLike", &[]),
    ];
    for (parameter, operator, expected) in cases {
        check(&template(parameter, operator), expected);
    }
}

#[test]
fn two_conditions_on_one_parameter_that_never_both_hold() {
    check(
        r#"
Parameters:
  Stage: { Type: String }
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: !If [IsDev, true, false]
      AllowClassicFlow: !If [IsProd, true, false]
      DeveloperProviderName: login.example.com
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles:
        authenticated: arn:aws:iam::111122223333:role/user
        unauthenticated: !If [IsDev, "arn:aws:iam::111122223333:role/guest", !Ref "AWS::NoValue"]
"#,
        &[
            "guest-access-enabled proved when `Stage` is `dev`",
            "identity-pool-classic-flow proved when `Stage` is `prod`",
        ],
    );
}

#[test]
fn a_role_whose_whole_trust_is_an_if() {
    check(
        r#"
Parameters:
  Kind: { Type: String }
Conditions:
  IsSaml: !Equals [!Ref Kind, saml]
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: !If
        - IsSaml
        - Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: { Federated: !Sub "arn:aws:iam::${AWS::AccountId}:saml-provider/corporate" }
            Action: sts:AssumeRoleWithWebIdentity
        - Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
"#,
        &["action-principal-mismatch proved when `Kind` is `saml`"],
    );
}

/// A condition that asks for one region makes two texts of every name with a region in it, and one finding.
#[test]
fn a_region_that_a_condition_asks_for_does_not_double_findings() {
    check(
        r#"
Conditions:
  Home: !Equals [!Ref "AWS::Region", us-east-1]
Resources:
  Users: { Type: AWS::Cognito::UserPool, Properties: { MfaConfiguration: "ON" } }
  Web: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Users, PreventUserExistenceErrors: ENABLED } }
  Mobile: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Users, PreventUserExistenceErrors: ENABLED } }
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      IdentityPoolName: !If [Home, home, away]
      CognitoIdentityProviders: [{ ProviderName: !GetAtt Users.ProviderName, ClientId: !Ref Web, ServerSideTokenCheck: true }]
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles: { authenticated: arn:aws:iam::111122223333:role/user }
      RoleMappings:
        users:
          IdentityProvider: !Sub "${Users.ProviderName}:${Mobile}"
          Type: Token
          AmbiguousRoleResolution: Deny
"#,
        &["role-mapping-unknown-provider proved"],
    );
}

/// Values that are certainly different are faults of their own.
#[test]
fn two_allowed_values_that_are_both_wrong_are_two_findings() {
    check(
        r#"
Parameters:
  Role: { Type: String, AllowedValues: [reader, writer] }
Resources:
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: "us-east-1:11111111-2222-3333-4444-555555555555"
      Roles: { authenticated: !Ref Role }
"#,
        &[
            "wrong-identifier proved when `Role` is `reader`",
            "wrong-identifier proved when `Role` is `writer`",
        ],
    );
}

/// Past the budget nothing is lost: what holds as shipped stays proved, what needs another world is seen, and one
/// problem says that not every combination was looked at.
#[test]
fn seventy_independent_conditions() {
    let mut template = String::from("Parameters:\n");
    for index in 0..70 {
        template.push_str(&format!("  P{index}: {{ Type: String, Default: \"off\" }}\n"));
    }
    template.push_str("Conditions:\n");
    for index in 0..70 {
        template.push_str(&format!("  C{index}: !Equals [!Ref P{index}, \"on\"]\n"));
    }
    template.push_str("Resources:\n");
    for index in 0..70 {
        template.push_str(&format!(
            "  Pool{index}:
    Type: AWS::Cognito::IdentityPool
    Properties:
      DeveloperProviderName: login.example.com
      AllowUnauthenticatedIdentities: !If [C{index}, true, false]\n"
        ));
    }
    template.push_str(
        "  Always:
    Type: AWS::Cognito::IdentityPool
    Properties:
      DeveloperProviderName: login.example.com
      AllowUnauthenticatedIdentities: true\n",
    );
    let outcome = scan(&[("template.yaml", &template)]);
    let of = |rule: &str| outcome.findings.iter().filter(|seen| seen.rule == rule).collect::<Vec<_>>();
    let guests = of("guest-access-enabled");
    assert_eq!(guests.len(), 71, "every pool is seen in the world that switches its guests on");
    for seen in &guests {
        let expected = if seen.entity == "Always" { "proved" } else { "possible" };
        assert_eq!(seen.certainty, expected, "{}", seen.entity);
    }
    assert_eq!(outcome.problems.len(), 1, "{:?}", outcome.problems);
    assert!(outcome.problems[0].starts_with("combinations: "), "{:?}", outcome.problems);
}
