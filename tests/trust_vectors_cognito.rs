//! What a whole scan says of roles for Cognito identity pools, SAML providers and workloads: one case for each of the
//! trust policies that the project decides by hand.

mod support;

use support::scan;

/// The parts of a template, by the letters of a case.
fn parts(letters: &str) -> String {
    letters.split_whitespace().map(part).collect()
}

fn part(name: &str) -> &'static str {
    match name {
        // An identity pool with guests and the classic flow, with guests alone, without guests.
        "open-pool" => {
            "
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties: { AllowUnauthenticatedIdentities: true, AllowClassicFlow: true, DeveloperProviderName: login }"
        }
        "guest-pool" => {
            "
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties: { AllowUnauthenticatedIdentities: true, AllowClassicFlow: false, DeveloperProviderName: login }"
        }
        "user-pool" => {
            "
  UserPool:
    Type: AWS::Cognito::UserPool
    Properties: { UserPoolName: users }
  Client:
    Type: AWS::Cognito::UserPoolClient
    Properties: { UserPoolId: !Ref UserPool }"
        }
        // An identity pool for the users of a user pool.
        "pool" => {
            "
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      AllowClassicFlow: false
      CognitoIdentityProviders: [{ ProviderName: !GetAtt UserPool.ProviderName, ClientId: !Ref Client }]
  UserPool:
    Type: AWS::Cognito::UserPool
    Properties: { UserPoolName: users }
  Client:
    Type: AWS::Cognito::UserPoolClient
    Properties: { UserPoolId: !Ref UserPool }"
        }
        "other-pool" => {
            "
  OtherPool:
    Type: AWS::Cognito::IdentityPool
    Properties: { AllowUnauthenticatedIdentities: false, AllowClassicFlow: false, DeveloperProviderName: login }"
        }
        "for-users" => {
            "
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: { IdentityPoolId: !Ref Pool, Roles: { authenticated: !GetAtt Role.Arn } }"
        }
        "for-users-beside-guests" => {
            "
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles:
        authenticated: !GetAtt Role.Arn
        unauthenticated: arn:aws:iam::111122223333:role/guest"
        }
        "for-guests" => {
            "
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: { IdentityPoolId: !Ref Pool, Roles: { unauthenticated: !GetAtt Role.Arn } }"
        }
        "token-mapping" => {
            "
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles: { authenticated: arn:aws:iam::111122223333:role/user }
      RoleMappings:
        users:
          IdentityProvider: !Sub '${UserPool.ProviderName}:${Client}'
          Type: Token
          AmbiguousRoleResolution: AuthenticatedRole"
        }
        "group" => {
            "
  Group:
    Type: AWS::Cognito::UserPoolGroup
    Properties: { UserPoolId: !Ref UserPool, GroupName: staff, RoleArn: !GetAtt Role.Arn }"
        }
        "tags" => {
            "
  Tags:
    Type: AWS::Cognito::IdentityPoolPrincipalTag
    Properties:
      IdentityPoolId: !Ref Pool
      IdentityProviderName: !GetAtt UserPool.ProviderName
      UseDefaults: true"
        }
        "anchor" => {
            "
  Anchor:
    Type: AWS::RolesAnywhere::TrustAnchor
    Properties:
      Name: corporate
      Enabled: true
      Source: { SourceType: CERTIFICATE_BUNDLE, SourceData: { X509CertificateData: certificate } }"
        }
        "profile" => {
            "
  Profile:
    Type: AWS::RolesAnywhere::Profile
    Properties: { Name: servers, Enabled: true, RoleArns: [!GetAtt Role.Arn] }"
        }
        "other-profile" => {
            "
  Profile:
    Type: AWS::RolesAnywhere::Profile
    Properties: { Name: servers, Enabled: true, RoleArns: ['arn:aws:iam::111122223333:role/other'] }"
        }
        "association" => {
            "
  Association:
    Type: AWS::EKS::PodIdentityAssociation
    Properties: { ClusterName: main, Namespace: web, ServiceAccount: app, RoleArn: !GetAtt Role.Arn }"
        }
        "target" => {
            "
  Pods:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Service: pods.eks.amazonaws.com }
            Action: [sts:AssumeRole, sts:TagSession]
  Association:
    Type: AWS::EKS::PodIdentityAssociation
    Properties:
      ClusterName: main
      Namespace: web
      ServiceAccount: app
      RoleArn: !GetAtt Pods.Arn
      TargetRoleArn: !GetAtt Role.Arn
  OtherAssociation:
    Type: AWS::EKS::PodIdentityAssociation
    Properties: { ClusterName: main, Namespace: web, ServiceAccount: other, RoleArn: !GetAtt Pods.Arn }"
        }
        unknown => panic!("no part `{unknown}`"),
    }
}

const COGNITO: &str = "Federated: cognito-identity.amazonaws.com";
const SAML: &str = "Federated: 'arn:aws:iam::111122223333:saml-provider/corp'";
const CERTIFICATES: &str = "Service: rolesanywhere.amazonaws.com";
const INSTANCES: &str = "Service: ec2.amazonaws.com";

const WITH_TOKEN: &str = "sts:AssumeRoleWithWebIdentity";
const WITH_SAML: &str = "sts:AssumeRoleWithSAML";
const TOKEN_AND_TAGS: &str = "[sts:AssumeRoleWithWebIdentity, sts:TagSession]";
const CERTIFICATE_SESSION: &str = "[sts:AssumeRole, sts:TagSession, sts:SetSourceIdentity]";

/// A test of the pool.
const POOL: &str = "StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref Pool }";
/// A test of the pool, and of whether somebody signed in.
const USERS: &str = "StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref Pool }
              ForAnyValue:StringLike: { 'cognito-identity.amazonaws.com:amr': authenticated }";

/// A case: its name, the parts of the template besides the role, principal, action and conditions of the role's
/// statement, further statements, and what is found.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

#[test]
fn trust_policies_that_are_decided_by_hand() {
    let cases: &[Case] = &[
        ("T13 no condition", "", COGNITO, WITH_TOKEN, "", "", &["cognito-any-identity-pool proved"]),
        (
            "T13 no condition, beside a pool for everybody",
            "open-pool for-users-beside-guests",
            COGNITO,
            WITH_TOKEN,
            "",
            "",
            &["cognito-any-identity-pool proved", "guest-classic-flow proved"],
        ),
        (
            "T14 the pool alone is tested, and it is for everybody",
            "open-pool for-users-beside-guests",
            COGNITO,
            WITH_TOKEN,
            POOL,
            "",
            &["cognito-guests-admitted proved", "guest-classic-flow proved"],
        ),
        (
            "T14a the enhanced flow alone",
            "guest-pool for-users-beside-guests",
            COGNITO,
            WITH_TOKEN,
            POOL,
            "",
            &["cognito-guests-admitted proved", "guest-access-enabled proved"],
        ),
        (
            "T14b no guests",
            "pool for-users",
            COGNITO,
            WITH_TOKEN,
            POOL,
            "",
            &["cognito-guests-admitted proved"],
        ),
        (
            "T14c a pool that is not in view",
            "",
            COGNITO,
            WITH_TOKEN,
            "StringEquals: { 'cognito-identity.amazonaws.com:aud': 'us-east-1:12345678-1234-1234-1234-123456789012' }",
            "",
            &["cognito-guests-admitted possible"],
        ),
        ("T15 the pool and those who signed in", "pool for-users", COGNITO, WITH_TOKEN, USERS, "", &[]),
        (
            "T16 a list that is tested as a single value",
            "pool for-users",
            COGNITO,
            WITH_TOKEN,
            "StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref Pool, 'cognito-identity.amazonaws.com:amr': authenticated }",
            "",
            &["trust-never-satisfied possible"],
        ),
        (
            "T17 a user pool where an identity pool is meant",
            "pool for-users",
            COGNITO,
            WITH_TOKEN,
            "StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref UserPool }",
            "",
            &["role-not-assumable-by-giver proved", "wrong-identifier proved"],
        ),
        (
            "T17 an app client where an identity pool is meant",
            "user-pool",
            COGNITO,
            WITH_TOKEN,
            "StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref Client }",
            "",
            &["wrong-identifier proved"],
        ),
        (
            "T17a a parameter, which may be the pool",
            "pool for-users",
            COGNITO,
            WITH_TOKEN,
            "StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref Parameter }
              ForAnyValue:StringLike: { 'cognito-identity.amazonaws.com:amr': authenticated }",
            "",
            &[],
        ),
        (
            "T18 the role for users is attached for guests",
            "guest-pool for-guests",
            COGNITO,
            WITH_TOKEN,
            USERS,
            "",
            &["role-not-assumable-by-giver proved", "guest-access-enabled proved"],
        ),
        ("T21 the call for AWS principals", "", SAML, "sts:AssumeRole", "", "", &["action-principal-mismatch proved"]),
        (
            "T22 the audience restriction for the recipient",
            "",
            SAML,
            WITH_SAML,
            "StringEquals: { 'SAML:aud': 'urn:amazon:webservices' }",
            "",
            &["trust-never-satisfied proved"],
        ),
        (
            "T23 the endpoints of regions",
            "",
            SAML,
            WITH_SAML,
            "StringLike: { 'SAML:aud': 'https://*.signin.aws.amazon.com/saml' }",
            "",
            &[],
        ),
        (
            "T24 multi-factor authentication, which federated requests never have",
            "",
            SAML,
            WITH_SAML,
            "StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' }
              Bool: { 'aws:MultiFactorAuthPresent': 'true' }",
            "",
            &["trust-never-satisfied proved"],
        ),
        (
            "T25 multi-factor authentication if there is any",
            "",
            SAML,
            WITH_SAML,
            "StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' }
              BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' }",
            "",
            &["condition-restricts-nothing proved"],
        ),
        (
            "T33b certificates without the permission to tag and to name the source",
            "profile",
            CERTIFICATES,
            "sts:AssumeRole",
            "",
            "",
            &["exchange-refused proved"],
        ),
        (
            "T33a certificates of one trust anchor",
            "anchor profile",
            CERTIFICATES,
            CERTIFICATE_SESSION,
            "ArnEquals: { 'aws:SourceArn': !GetAtt Anchor.TrustAnchorArn }
              StringEquals: { 'aws:PrincipalTag/x509Subject/CN': app1 }",
            "",
            &[],
        ),
        (
            "T33c no profile lists the role",
            "anchor other-profile",
            CERTIFICATES,
            CERTIFICATE_SESSION,
            "ArnEquals: { 'aws:SourceArn': !GetAtt Anchor.TrustAnchorArn }
              StringEquals: { 'aws:PrincipalTag/x509Subject/CN': app1 }",
            "",
            &["roles-anywhere-unreachable possible"],
        ),
        (
            "T42 everything in `amr` must be a word that never stands alone",
            "pool for-users",
            COGNITO,
            WITH_TOKEN,
            "StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref Pool }
              ForAllValues:StringEquals: { 'cognito-identity.amazonaws.com:amr': authenticated }",
            "",
            &["role-not-assumable-by-giver proved", "trust-never-satisfied proved"],
        ),
        (
            "T43 a Deny that the name of a login satisfies",
            "pool for-users",
            COGNITO,
            WITH_TOKEN,
            USERS,
            "
          - Effect: Deny
            Principal: { Federated: cognito-identity.amazonaws.com }
            Action: sts:AssumeRoleWithWebIdentity
            Condition: { ForAnyValue:StringNotEquals: { 'cognito-identity.amazonaws.com:amr': authenticated } }",
            &["role-not-assumable-by-giver proved", "trust-never-satisfied proved"],
        ),
        (
            "T44 a Deny for guests",
            "pool for-users",
            COGNITO,
            WITH_TOKEN,
            USERS,
            "
          - Effect: Deny
            Principal: { Federated: cognito-identity.amazonaws.com }
            Action: sts:AssumeRoleWithWebIdentity
            Condition: { ForAnyValue:StringEquals: { 'cognito-identity.amazonaws.com:amr': unauthenticated } }",
            &[],
        ),
        (
            "T49 principal tags without the permission to tag",
            "pool for-users tags",
            COGNITO,
            WITH_TOKEN,
            USERS,
            "",
            &["exchange-refused proved"],
        ),
        ("T49 with the permission to tag", "pool for-users tags", COGNITO, TOKEN_AND_TAGS, USERS, "", &[]),
        (
            "T50 a Deny of everything but the call",
            "pool for-users tags",
            COGNITO,
            TOKEN_AND_TAGS,
            USERS,
            "
          - Effect: Deny
            Principal: { Federated: cognito-identity.amazonaws.com }
            NotAction: sts:AssumeRoleWithWebIdentity",
            &["exchange-refused proved"],
        ),
        (
            "T50 the same without principal tags",
            "pool for-users",
            COGNITO,
            TOKEN_AND_TAGS,
            USERS,
            "
          - Effect: Deny
            Principal: { Federated: cognito-identity.amazonaws.com }
            NotAction: sts:AssumeRoleWithWebIdentity",
            &[],
        ),
        (
            "T51 the permission to tag in another context",
            "pool for-users tags other-pool",
            COGNITO,
            WITH_TOKEN,
            USERS,
            "
          - Effect: Allow
            Principal: { Federated: cognito-identity.amazonaws.com }
            Action: sts:TagSession
            Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref OtherPool } }",
            &["exchange-refused proved"],
        ),
        (
            "T98 a profile that lists a role for instances",
            "profile",
            INSTANCES,
            "sts:AssumeRole",
            "",
            "",
            &["role-not-assumable-by-giver proved"],
        ),
        (
            "T98 an association with a role for instances",
            "association",
            INSTANCES,
            "sts:AssumeRole",
            "",
            "",
            &["role-not-assumable-by-giver proved"],
        ),
        (
            "T98 a group's role for the user pool",
            "pool token-mapping group",
            COGNITO,
            WITH_TOKEN,
            "StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref UserPool }
              ForAnyValue:StringLike: { 'cognito-identity.amazonaws.com:amr': authenticated }",
            "",
            &["role-not-assumable-by-giver proved", "wrong-identifier proved"],
        ),
        ("T98 a group's role for the identity pool", "pool token-mapping group", COGNITO, WITH_TOKEN, USERS, "", &[]),
        (
            // What the ids are is only known when they are deployed: they may be one.
            "T99 the external id of another association",
            "target",
            "AWS: !GetAtt Pods.Arn",
            "[sts:AssumeRole, sts:TagSession]",
            "StringEquals: { 'sts:ExternalId': !GetAtt OtherAssociation.ExternalId }",
            "",
            &[],
        ),
        (
            "T99 the external id of this association",
            "target",
            "AWS: !GetAtt Pods.Arn",
            "[sts:AssumeRole, sts:TagSession]",
            "StringEquals: { 'sts:ExternalId': !GetAtt Association.ExternalId }",
            "",
            &[],
        ),
        (
            "T99 a target that admits only a service",
            "target",
            "Service: lambda.amazonaws.com",
            "sts:AssumeRole",
            "",
            "",
            &["role-not-assumable-by-giver proved"],
        ),
    ];
    let mut wrong = Vec::new();
    for (name, letters, principal, action, conditions, more, expected) in cases {
        let condition = if conditions.is_empty() {
            String::new()
        } else {
            format!("\n            Condition:\n              {conditions}")
        };
        let template = format!(
            "Parameters:
  Parameter: {{ Type: String }}
Resources:{}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {{ {principal} }}
            Action: {action}{condition}{more}
",
            parts(letters)
        );
        let outcome = scan(&[("template.yaml", &template)]);
        let mut found: Vec<String> = outcome.findings.iter().map(support::Seen::in_a_line).collect();
        found.sort();
        let mut expected: Vec<String> = expected.iter().map(|&line| line.to_owned()).collect();
        expected.sort();
        if found != expected || !outcome.problems.is_empty() {
            wrong.push(format!("{name}: found {found:?}, expected {expected:?}; {:?}", outcome.problems));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
