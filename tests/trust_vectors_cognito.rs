//! What a whole scan says of roles for Cognito identity pools, SAML providers and workloads: one case for each of the
//! trust policies that the project decides by hand.

mod support;

use std::fmt::Write as _;

use support::scan;

/// What may stand in a template beside the role, by the name of the part.
const PARTS: &str = include_str!("support/trust_parts.yaml");

const COGNITO: &str = "Federated: cognito-identity.amazonaws.com";
const SAML: &str = "Federated: 'arn:aws:iam::111122223333:saml-provider/corp'";
const CERTIFICATES: &str = "Service: rolesanywhere.amazonaws.com";
const INSTANCES: &str = "Service: ec2.amazonaws.com";
const PODS: &str = "AWS: !GetAtt Pods.Arn";

const ASSUME: &str = "sts:AssumeRole";
const WITH_TOKEN: &str = "sts:AssumeRoleWithWebIdentity";
const WITH_SAML: &str = "sts:AssumeRoleWithSAML";
const TOKEN_AND_TAGS: &str = "[sts:AssumeRoleWithWebIdentity, sts:TagSession]";
const ASSUME_AND_TAG: &str = "[sts:AssumeRole, sts:TagSession]";
const CERTIFICATE_SESSION: &str = "[sts:AssumeRole, sts:TagSession, sts:SetSourceIdentity]";

const CALL: &str = "Action: sts:AssumeRoleWithWebIdentity";
const ALL_BUT_CALL: &str = "NotAction: sts:AssumeRoleWithWebIdentity";

/// A test of the pool.
const POOL: &str = "StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref Pool }";
/// The same of the user pool, which is never meant.
const USER_POOL: &str = "StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref UserPool }";
/// A test of whether somebody signed in.
const SIGNED_IN: &str = "ForAnyValue:StringLike: { 'cognito-identity.amazonaws.com:amr': authenticated }";
/// Both.
const USERS: &[&str] = &[POOL, SIGNED_IN];
/// The same with an operator for one value, beside the pool.
const POOL_AND_ONE_VALUE: &str = "StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref Pool, \
     'cognito-identity.amazonaws.com:amr': authenticated }";
/// A test of a pool that is in no template.
const ELSEWHERE: &str = "StringEquals: { 'cognito-identity.amazonaws.com:aud': \
     'us-east-1:12345678-1234-1234-1234-123456789012' }";

const CONSOLE: &str = "StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' }";
const ANCHOR: &str = "ArnEquals: { 'aws:SourceArn': !GetAtt Anchor.TrustAnchorArn }";
const COMMON_NAME: &str = "StringEquals: { 'aws:PrincipalTag/x509Subject/CN': app1 }";

/// A template with a role, and what is found in it.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    /// The parts of the template besides the role.
    parts: &'static str,
    /// Who is allowed what by the role's first statement, under which conditions.
    principal: &'static str,
    action: &'static str,
    tests: &'static [&'static str],
    /// What else the trust policy says of the principal: effect, actions and test of a second statement.
    second: Option<(&'static str, &'static str, &'static str)>,
}

/// A role without conditions, alone in its template.
const fn role(name: &'static str, principal: &'static str, action: &'static str) -> Case {
    Case { name, parts: "", principal, action, tests: &[], second: None }
}

const fn cognito(name: &'static str) -> Case {
    role(name, COGNITO, WITH_TOKEN)
}

const fn saml(name: &'static str) -> Case {
    role(name, SAML, WITH_SAML)
}

impl Case {
    const fn beside(self, parts: &'static str) -> Self {
        Self { parts, ..self }
    }

    const fn may(self, action: &'static str) -> Self {
        Self { action, ..self }
    }

    const fn if_all(self, tests: &'static [&'static str]) -> Self {
        Self { tests, ..self }
    }

    const fn and(self, effect: &'static str, actions: &'static str, test: &'static str) -> Self {
        Self { second: Some((effect, actions, test)), ..self }
    }

    const fn finds(self, findings: &'static [&'static str]) -> (Self, &'static [&'static str]) {
        (self, findings)
    }

    fn template(&self) -> String {
        let part = |name: &str| {
            let (_, rest) = PARTS.split_once(&format!("\n{name}:\n")).expect("there is such a part");
            rest.lines().take_while(|line| line.starts_with(' ')).map(|line| format!("{line}\n")).collect()
        };
        let parts: String = self.parts.split_whitespace().map(part).collect::<Vec<String>>().concat();
        let Self { principal, action, .. } = self;
        let mut template = format!(
            "Parameters:
  Parameter: {{ Type: String }}
Resources:
{parts}  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {{ {principal} }}
            Action: {action}
"
        );
        if !self.tests.is_empty() {
            template.push_str("            Condition:\n");
        }
        for test in self.tests {
            let _ = writeln!(template, "              {test}");
        }
        if let Some((effect, actions, test)) = self.second {
            let condition = if test.is_empty() { "" } else { "\n            Condition:\n              " };
            let _ = writeln!(
                template,
                "          - Effect: {effect}
            Principal: {{ {principal} }}
            {actions}{condition}{test}"
            );
        }
        template
    }
}

fn check(cases: &[(Case, &[&str])]) {
    let mut wrong = Vec::new();
    for (case, expected) in cases {
        let outcome = scan(&[("template.yaml", &case.template())]);
        let mut found: Vec<String> = outcome.findings.iter().map(support::Seen::in_a_line).collect();
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        if found != expected || !outcome.problems.is_empty() {
            let Case { name, .. } = case;
            wrong.push(format!("{name}: found {found:?}, expected {expected:?}; {:?}", outcome.problems));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn roles_for_identity_pools() {
    check(&[
        cognito("T13 no condition").finds(&["cognito-any-identity-pool proved"]),
        cognito("T13 no condition, beside a pool for everybody")
            .beside("open-pool for-users-beside-guests")
            .finds(&["cognito-any-identity-pool proved", "guest-classic-flow proved"]),
        cognito("T14 the pool alone is tested, and it is for everybody")
            .beside("open-pool for-users-beside-guests")
            .if_all(&[POOL])
            .finds(&["cognito-guests-admitted proved", "guest-classic-flow proved"]),
        cognito("T14a the enhanced flow alone")
            .beside("guest-pool for-users-beside-guests")
            .if_all(&[POOL])
            .finds(&["cognito-guests-admitted proved", "guest-access-enabled proved"]),
        cognito("T14b no guests")
            .beside("pool for-users")
            .if_all(&[POOL])
            .finds(&["cognito-guests-admitted proved"]),
        cognito("T14c a pool that is not in view")
            .if_all(&[ELSEWHERE])
            .finds(&["cognito-guests-admitted possible"]),
        cognito("T15 the pool and those who signed in").beside("pool for-users").if_all(USERS).finds(&[]),
        cognito("T16 a list that is tested as a single value")
            .beside("pool for-users")
            .if_all(&[POOL_AND_ONE_VALUE])
            .finds(&["trust-never-satisfied possible"]),
        cognito("T17 a user pool where an identity pool is meant")
            .beside("pool for-users")
            .if_all(&[USER_POOL])
            .finds(&["role-not-assumable-by-giver proved", "wrong-identifier proved"]),
        cognito("T17 an app client where an identity pool is meant")
            .beside("user-pool")
            .if_all(&["StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref Client }"])
            .finds(&["wrong-identifier proved"]),
        cognito("T17a a parameter, which may be the pool")
            .beside("pool for-users")
            .if_all(&["StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref Parameter }", SIGNED_IN])
            .finds(&[]),
        cognito("T18 the role for users is attached for guests")
            .beside("guest-pool for-guests")
            .if_all(USERS)
            .finds(&[
                "authenticated-role-missing proved",
                "role-not-assumable-by-giver proved",
                "guest-access-enabled proved",
            ]),
        cognito("T42 everything in `amr` must be a word that never stands alone")
            .beside("pool for-users")
            .if_all(&[
                POOL,
                "ForAllValues:StringEquals: { 'cognito-identity.amazonaws.com:amr': authenticated }",
            ])
            .finds(&["role-not-assumable-by-giver proved", "trust-never-satisfied proved"]),
        cognito("T43 a Deny that the name of a login satisfies")
            .beside("pool for-users")
            .if_all(USERS)
            .and(
                "Deny",
                CALL,
                "ForAnyValue:StringNotEquals: { 'cognito-identity.amazonaws.com:amr': authenticated }",
            )
            .finds(&["role-not-assumable-by-giver proved", "trust-never-satisfied proved"]),
        cognito("T44 a Deny for guests")
            .beside("pool for-users")
            .if_all(USERS)
            .and(
                "Deny",
                CALL,
                "ForAnyValue:StringEquals: { 'cognito-identity.amazonaws.com:amr': unauthenticated }",
            )
            .finds(&[]),
        cognito("T49 principal tags without the permission to tag")
            .beside("pool for-users tags")
            .if_all(USERS)
            .finds(&["exchange-refused proved"]),
        cognito("T49 with the permission to tag")
            .may(TOKEN_AND_TAGS)
            .beside("pool for-users tags")
            .if_all(USERS)
            .finds(&[]),
        cognito("T50 a Deny of everything but the call")
            .may(TOKEN_AND_TAGS)
            .beside("pool for-users tags")
            .if_all(USERS)
            .and("Deny", ALL_BUT_CALL, "")
            .finds(&["exchange-refused proved"]),
        cognito("T50 the same without principal tags")
            .may(TOKEN_AND_TAGS)
            .beside("pool for-users")
            .if_all(USERS)
            .and("Deny", ALL_BUT_CALL, "")
            .finds(&[]),
        cognito("T51 the permission to tag in another context")
            .beside("pool for-users tags other-pool")
            .if_all(USERS)
            .and(
                "Allow",
                "Action: sts:TagSession",
                "StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref OtherPool }",
            )
            .finds(&["exchange-refused proved"]),
    ]);
}

#[test]
fn roles_for_saml_providers() {
    check(&[
        saml("T21 the call for AWS principals").may(ASSUME).finds(&["action-principal-mismatch proved"]),
        saml("T22 the audience restriction for the recipient")
            .if_all(&["StringEquals: { 'SAML:aud': 'urn:amazon:webservices' }"])
            .finds(&["trust-never-satisfied proved"]),
        saml("T23 the endpoints of regions")
            .if_all(&["StringLike: { 'SAML:aud': 'https://*.signin.aws.amazon.com/saml' }"])
            .finds(&[]),
        saml("T24 multi-factor authentication, which federated requests never have")
            .if_all(&[CONSOLE, "Bool: { 'aws:MultiFactorAuthPresent': 'true' }"])
            .finds(&["trust-never-satisfied proved"]),
        saml("T25 multi-factor authentication if there is any")
            .if_all(&[CONSOLE, "BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' }"])
            .finds(&["condition-restricts-nothing proved"]),
    ]);
}

#[test]
fn roles_for_certificates() {
    check(&[
        role("T33b certificates without the permission to tag and to name the source", CERTIFICATES, ASSUME)
            .beside("profile")
            .finds(&["exchange-refused proved"]),
        role("T33a certificates of one trust anchor", CERTIFICATES, CERTIFICATE_SESSION)
            .beside("anchor profile")
            .if_all(&[ANCHOR, COMMON_NAME])
            .finds(&[]),
        role("T33c no profile lists the role", CERTIFICATES, CERTIFICATE_SESSION)
            .beside("anchor other-profile")
            .if_all(&[ANCHOR, COMMON_NAME])
            .finds(&["roles-anywhere-unreachable possible"]),
    ]);
}

#[test]
fn roles_that_something_gives_out() {
    check(&[
        role("T98 a profile that lists a role for instances", INSTANCES, ASSUME)
            .beside("profile")
            .finds(&["role-not-assumable-by-giver proved"]),
        role("T98 an association with a role for instances", INSTANCES, ASSUME)
            .beside("association")
            .finds(&["role-not-assumable-by-giver proved"]),
        cognito("T98 a group's role for the user pool")
            .beside("pool token-mapping group")
            .if_all(&[USER_POOL, SIGNED_IN])
            .finds(&["role-not-assumable-by-giver proved", "wrong-identifier proved"]),
        cognito("T98 a group's role for the identity pool")
            .beside("pool token-mapping group")
            .if_all(USERS)
            .finds(&[]),
        role("T99 the external id of another association", PODS, ASSUME_AND_TAG)
            .beside("target")
            .if_all(&["StringEquals: { 'sts:ExternalId': !GetAtt OtherAssociation.ExternalId }"])
            .finds(&["role-not-assumable-by-giver proved"]),
        role("T99 the external ids of both associations", PODS, ASSUME_AND_TAG)
            .beside("target")
            .if_all(&["StringEquals: { 'sts:ExternalId': [!GetAtt OtherAssociation.ExternalId, \
                 !GetAtt Association.ExternalId] }"])
            .finds(&[]),
        // What the id is is only known when it is deployed: it may be this one.
        role("T99 a written external id", PODS, ASSUME_AND_TAG)
            .beside("target")
            .if_all(&["StringEquals: { 'sts:ExternalId': 0a1b2c3d }"])
            .finds(&[]),
        role("T99 the external id of this association", PODS, ASSUME_AND_TAG)
            .beside("target")
            .if_all(&["StringEquals: { 'sts:ExternalId': !GetAtt Association.ExternalId }"])
            .finds(&[]),
        role("T99 a target that admits only a service", "Service: lambda.amazonaws.com", ASSUME)
            .beside("target")
            .finds(&["role-not-assumable-by-giver proved"]),
    ]);
}
