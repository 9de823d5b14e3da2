//! Who reaches what, and how: ways from each population to each role, as `fedlint paths` shows them.

mod support;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use fedlint::finding::Way;
use fedlint::scan::trace_texts;
use fedlint::settings::Settings;
use fedlint::source::Sources;
use support::cli::Folder;

/// Each way in a line: `population -> Role: privilege certainty, step, step`.
fn ways_with(files: &[(&str, &str)], settings: &Settings, from: &[&str], to: Option<&str>) -> Vec<String> {
    let from: Vec<String> = from.iter().map(|&name| name.to_owned()).collect();
    let traced = trace_texts(files, settings, &from, to);
    assert!(traced.problems.is_empty(), "{:?}", traced.problems);
    traced.ways.iter().map(in_a_line).collect()
}

fn ways(template: &str, from: &[&str], to: Option<&str>) -> Vec<String> {
    ways_with(&[("template.yaml", template)], &Settings::default(), from, to)
}

fn in_a_line(way: &Way) -> String {
    let privilege = match (way.privilege.proved, way.privilege.possible) {
        (proved, possible) if proved == possible => proved.to_owned(),
        (proved, possible) => format!("{proved} to {possible}"),
    };
    let steps: Vec<String> =
        way.steps.iter().map(|step| format!("{} {}", step.kind, step.entity.name)).collect();
    let (role, certainty) = (&way.role.name, way.certainty.name());
    format!("{} -> {role}: {privilege} {certainty}, {}", way.population, steps.join(", "))
}

/// A role that trusts an identity pool `Pool`, for guests or for users.
fn of_pool(name: &str, amr: &str, policy: &str) -> String {
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
              "ForAnyValue:StringLike": {{ "cognito-identity.amazonaws.com:amr": {amr} }}
{policy}"#
    )
}

/// The policies of a role: one statement.
fn allowing(action: &str, resource: &str) -> String {
    format!(
        r#"      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {{ Effect: Allow, Action: {action}, Resource: {resource} }}
"#
    )
}

const ADMINISTRATOR: &str = "      ManagedPolicyArns: [\"arn:aws:iam::aws:policy/AdministratorAccess\"]\n";

/// A user pool with a client, and an identity pool that takes its logins.
fn pools(user_pool: &str, identity_pool: &str) -> String {
    format!(
        r#"
  Users:
    Type: AWS::Cognito::UserPool
    Properties: {{ {user_pool} }}
  Web:
    Type: AWS::Cognito::UserPoolClient
    Properties: {{ UserPoolId: !Ref Users }}
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      {identity_pool}
      CognitoIdentityProviders:
        - {{ ProviderName: !GetAtt Users.ProviderName, ClientId: !Ref Web }}
"#
    )
}

fn attachment(roles: &str, mapping: &str) -> String {
    format!(
        r#"
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles: {{ {roles} }}
{mapping}"#
    )
}

const OPEN: &str = "AutoVerifiedAttributes: [email]";
const CLOSED: &str = "AdminCreateUserConfig: { AllowAdminCreateUserOnly: true }";

#[test]
fn guests_have_what_cognito_leaves_of_their_role() {
    let template = format!(
        "Resources:{}{}{}",
        pools(CLOSED, "AllowUnauthenticatedIdentities: true"),
        attachment("unauthenticated: !GetAtt Visitor.Arn", ""),
        of_pool("Visitor", "unauthenticated", ADMINISTRATOR),
    );
    let guests = ways(&template, &["guest"], None);
    // What is left of everything is still more than a public client needs, but no way to assume another role.
    assert_eq!(guests.len(), 1, "{guests:#?}");
    let left = guests[0].strip_prefix("guest -> Visitor: ").unwrap();
    assert!(!left.starts_with("administrator") && !left.starts_with("escalation"), "{left}");
    assert!(left.ends_with("proved, enters-as-guest Pool, given-to-guests Visitor"), "{left}");
    // With the classic flow, all of it is theirs.
    let classic = template.replace(
        "AllowUnauthenticatedIdentities: true",
        "AllowUnauthenticatedIdentities: true\n      AllowClassicFlow: true",
    );
    assert_eq!(
        ways(&classic, &["guest"], None),
        ["guest -> Visitor: administrator proved, enters-as-guest Pool, given-to-guests Visitor"]
    );
}

#[test]
fn the_classic_flow_lets_guests_choose_what_nobody_gave_them() {
    let pools = pools(CLOSED, "AllowUnauthenticatedIdentities: true\n      AllowClassicFlow: true");
    let template = format!(
        "Resources:{pools}{}{}",
        of_pool("Forgotten", "unauthenticated", &allowing("s3:*", "\"*\"")),
        of_pool("Members", "authenticated", ADMINISTRATOR),
    );
    assert_eq!(
        ways(&template, &["guest", "user-pool-user"], None),
        [
            "guest -> Forgotten: write proved, enters-as-guest Pool, chosen Forgotten",
            "user-pool-user -> Members: administrator proved, signs-in Users, logs-in Pool, chosen Members",
        ]
    );
}

#[test]
fn whoever_signs_up_gets_the_role_for_users_and_no_group() {
    let mapping = r#"      RoleMappings:
        web:
          Type: Token
          AmbiguousRoleResolution: AuthenticatedRole
          IdentityProvider: !Sub "${Users.ProviderName}:${Web}"
"#;
    let template = |user_pool, mapping| {
        format!(
            "Resources:{}{}{}{}\n  Admins:\n    Type: AWS::Cognito::UserPoolGroup\n    Properties: {{ UserPoolId: \
             !Ref Users, RoleArn: !GetAtt Boss.Arn }}\n",
            pools(user_pool, ""),
            attachment("authenticated: !GetAtt User.Arn", mapping),
            of_pool("User", "authenticated", &allowing("s3:GetObject", "\"*\"")),
            of_pool("Boss", "authenticated", ADMINISTRATOR),
        )
    };
    assert_eq!(
        ways(&template(OPEN, mapping), &[], None),
        [
            "self-registered -> User: read proved, signs-up Users, logs-in Pool, given-to-users User",
            "user-pool-user -> Boss: administrator proved, signs-in Users, logs-in Pool, is-member Admins, \
             given-to-group Boss",
            "user-pool-user -> User: read proved, signs-in Users, logs-in Pool, given-to-users User",
        ]
    );
    // Nobody comes in by himself where administrators create all users.
    assert_eq!(ways(&template(CLOSED, mapping), &["self-registered", "any-customer"], None), [""; 0]);
    // Whoever is in no group gets nothing where the mapping says so.
    let denied = mapping.replace("AuthenticatedRole", "Deny");
    assert_eq!(ways(&template(OPEN, &denied), &["self-registered"], None), [""; 0]);
    // Code may give a group to whoever signs up, and so another role.
    let by_code = format!("{OPEN}, LambdaConfig: {{ PreTokenGeneration: !ImportValue groups }}");
    assert_eq!(
        ways(&template(&by_code, mapping), &["self-registered"], None),
        ["self-registered -> User: read possible, signs-up Users, logs-in Pool, given-to-users User"]
    );
    // Without a mapping, groups give nothing.
    assert_eq!(
        ways(&template(OPEN, ""), &["user-pool-user"], Some("administrator")),
        [""; 0],
        "the role of a group takes a mapping of type Token"
    );
}

#[test]
fn a_rule_is_for_those_who_choose_their_claim() {
    let template = |claim: &str| {
        format!(
            "Resources:{}{}{}",
            pools(
                &format!("{OPEN}, Schema: [{{ Name: team, AttributeDataType: String, Mutable: true }}]"),
                ""
            )
            .replace(
                "UserPoolId: !Ref Users }",
                "UserPoolId: !Ref Users, WriteAttributes: [email, \"custom:team\"] }"
            ),
            attachment(
                "",
                &format!(
                    r#"      RoleMappings:
        web:
          Type: Rules
          AmbiguousRoleResolution: Deny
          IdentityProvider: !Sub "${{Users.ProviderName}}:${{Web}}"
          RulesConfiguration:
            Rules:
              - {{ Claim: "{claim}", MatchType: Equals, Value: ops, RoleARN: !GetAtt Ops.Arn }}
"#
                )
            ),
            of_pool("Ops", "authenticated", ADMINISTRATOR),
        )
    };
    assert_eq!(
        ways(&template("custom:team"), &["self-registered"], None),
        ["self-registered -> Ops: administrator proved, signs-up Users, logs-in Pool, given-by-rule Ops"]
    );
    assert_eq!(ways(&template("cognito:groups"), &["self-registered"], None), [""; 0]);
    assert_eq!(
        ways(&template("cognito:groups"), &["user-pool-user"], None),
        ["user-pool-user -> Ops: administrator proved, signs-in Users, logs-in Pool, given-by-rule Ops"]
    );
}

/// T90
#[test]
fn a_login_with_a_shared_issuer_is_open_to_all_its_customers() {
    let template = format!(
        r#"Resources:
  GitHub:
    Type: AWS::IAM::OIDCProvider
    Properties: {{ Url: "https://token.actions.githubusercontent.com", ClientIdList: [sts.amazonaws.com] }}
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      OpenIdConnectProviderARNs: [!GetAtt GitHub.Arn]
{}{}"#,
        attachment("authenticated: !GetAtt User.Arn", ""),
        of_pool("User", "authenticated", &allowing("s3:GetObject", "\"*\"")),
    );
    assert_eq!(
        ways(&template, &[], None),
        ["any-customer -> User: read proved, logs-in Pool, given-to-users User"]
    );
}

#[test]
fn a_user_pool_that_a_role_trusts_itself_is_as_open_as_its_sign_up() {
    let template = |user_pool: &str| {
        format!(
            r#"Resources:
  Users:
    Type: AWS::Cognito::UserPool
    Properties: {{ {user_pool} }}
  Web:
    Type: AWS::Cognito::UserPoolClient
    Properties: {{ UserPoolId: !Ref Users, ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH] }}
  Provider:
    Type: AWS::IAM::OIDCProvider
    Properties:
      Url: !GetAtt Users.ProviderURL
      ClientIdList: [!Ref Web]
  Api:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{ Federated: !GetAtt Provider.Arn }}
            Action: sts:AssumeRoleWithWebIdentity
{}"#,
            allowing("s3:GetObject", "\"*\"")
        )
    };
    let own = ways(&template(OPEN), &["self-registered"], None);
    assert!(own.len() == 1 && own[0].starts_with("self-registered -> Api: read "), "{own:?}");
    assert!(own[0].ends_with(", signs-up Users, trusts Api"), "{own:?}");
    assert_eq!(ways(&template(CLOSED), &["self-registered"], None), [""; 0]);
}

#[test]
fn what_a_saml_assertion_names_is_only_possible() {
    let template = format!(
        r#"Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      SamlProviderARNs: ["arn:aws:iam::111122223333:saml-provider/corp"]
{}"#,
        of_pool("User", "authenticated", &allowing("s3:GetObject", "\"*\"")),
    );
    assert_eq!(
        ways(&template, &[], None),
        ["saml-user -> User: read possible, logs-in Pool, given-by-assertion User"]
    );
}

/// A role that trusts every repository of GitHub.
const ENTRY: &str = r#"
  Entry:
    Type: AWS::IAM::Role
    Properties:
      RoleName: entry
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: { "token.actions.githubusercontent.com:aud": sts.amazonaws.com }
"#;

#[test]
fn a_role_that_is_passed_to_a_service_is_got() {
    let template = |resource: &str, means: &str| {
        format!(
            r#"Resources:{ENTRY}      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {{ Effect: Allow, Action: "iam:PassRole", Resource: {resource} }}
              - {{ Effect: Allow, Action: {means}, Resource: "*" }}
  Worker:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {{ Effect: Allow, Principal: {{ Service: lambda.amazonaws.com }}, Action: sts:AssumeRole }}
{}"#,
            allowing("secretsmanager:GetSecretValue", "\"*\"")
        )
    };
    let to_worker = |resource: &str, means: &str| ways(&template(resource, means), &[], Some("secrets"));
    let functions = r#"["lambda:CreateFunction", "lambda:InvokeFunction"]"#;
    let passed = "any-customer -> Worker: secrets proved, trusts Entry, passed Worker";
    assert_eq!(to_worker("!GetAtt Worker.Arn", functions), [passed]);
    assert!(to_worker("\"*\"", functions).contains(&passed.to_owned()));
    assert_eq!(to_worker("!GetAtt Worker.Arn", "\"ec2:RunInstances\""), [""; 0], "no function is created");
    let elsewhere = "!Sub \"arn:${AWS::Partition}:iam::${AWS::AccountId}:role/other\"";
    assert_eq!(to_worker(elsewhere, functions), [""; 0], "another role is passed");
}

/// Three hops over two accounts: `entry` (ci) -> `build` (ci) -> `deploy` (prod) -> `boss` (prod).
fn two_accounts(build_trusts: &str) -> [(&'static str, String); 2] {
    let next = |to: &str| allowing("\"sts:AssumeRole\"", to);
    let ci = format!(
        r#"Resources:{ENTRY}{}
  Build:
    Type: AWS::IAM::Role
    Properties:
      RoleName: build
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{ AWS: "arn:aws:iam::111122223333:role/entry" }}
            Action: sts:AssumeRole
            {build_trusts}
{}"#,
        next("\"arn:aws:iam::111122223333:role/build\""),
        next("\"arn:aws:iam::444455556666:role/deploy\""),
    );
    let production = format!(
        r#"Resources:
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      RoleName: deploy
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {{ Effect: Allow, Principal: {{ AWS: "arn:aws:iam::111122223333:role/build" }}, Action: sts:AssumeRole }}
{}
  Boss:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {{ Effect: Allow, Principal: {{ AWS: !Ref AWS::AccountId }}, Action: sts:AssumeRole }}
{ADMINISTRATOR}"#,
        next("!GetAtt Boss.Arn"),
    );
    [("ci/template.yaml", ci), ("production/template.yaml", production)]
}

/// A folder, and settings that say which account each of its folders is deployed in.
static PINNED: LazyLock<(PathBuf, Settings)> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("paths");
    std::fs::create_dir_all(&folder).expect("a folder for tests can be made");
    let file = folder.join("fedlint.yaml");
    let pinned = "\
deployments:
  ci/**: { account: '111122223333', region: eu-west-1 }
  production/**: { account: '444455556666', region: eu-west-1 }
";
    std::fs::write(&file, pinned).expect("a file for tests can be written");
    let settings = Settings::load(&Sources::default(), &file).expect("the settings are right");
    (folder, settings)
});

/// Ways in templates of two accounts, by folder.
fn ways_of_accounts(files: &[(&str, String)], to: &str) -> Vec<String> {
    let (folder, settings) = &*PINNED;
    let files: Vec<(String, &str)> =
        files.iter().map(|(path, text)| (folder.join(path).display().to_string(), text.as_str())).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    ways_with(&files, settings, &[], Some(to))
}

fn to_boss(build_trusts: &str) -> Vec<String> {
    ways_of_accounts(&two_accounts(build_trusts), "administrator")
}

#[test]
fn who_may_assume_everything_gets_what_is_open_to_its_account() {
    let tools = |condition: &str, policy: &str| {
        let tools = format!(
            r#"Resources:
  Tools:
    Type: AWS::IAM::Role
    Properties:
      RoleName: tools
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{ AWS: "111122223333" }}
            Action: sts:AssumeRole
            {condition}
{ADMINISTRATOR}"#
        );
        let entry = format!("Resources:{ENTRY}{policy}");
        // The same account, and another.
        let own = [("ci/template.yaml", format!("{entry}{}", &tools["Resources:".len()..]))];
        let other = [("ci/template.yaml", entry), ("production/template.yaml", tools)];
        (ways_of_accounts(&own, "administrator"), ways_of_accounts(&other, "administrator"))
    };
    let everything = allowing("\"sts:AssumeRole\"", "\"*\"");
    let proved = vec!["any-customer -> Tools: administrator proved, trusts Entry, assumed Tools".to_owned()];
    let nothing = Vec::new();
    let both = |ways: &Vec<String>| (ways.clone(), ways.clone());
    assert_eq!(tools("", &everything), both(&proved));
    assert_eq!(tools("", &allowing("\"sts:AssumeRole\"", "\"arn:aws:iam::*:role/other\"")), both(&nothing));
    let pinned = |pattern: &str| {
        format!(
            "Condition: {{ ArnLike: {{ \"aws:PrincipalArn\": \"arn:aws:iam::111122223333:role/{pattern}\" }} }}"
        )
    };
    assert_eq!(tools(&pinned("ent*"), &everything), both(&proved));
    assert_eq!(tools(&pinned("deploy-*"), &everything), both(&nothing));
    assert_eq!(tools(&pinned("*ry"), &everything), both(&proved));
}

#[test]
fn three_hops_over_two_accounts() {
    assert_eq!(
        to_boss(""),
        [
            "any-customer -> Boss: administrator proved, trusts Entry, assumed Build, assumed Deploy, assumed Boss"
        ]
    );
    // A condition in the middle that no session of the role before meets.
    assert_eq!(
        to_boss(
            "Condition: { StringEquals: { \"aws:PrincipalArn\": \"arn:aws:iam::111122223333:role/else\" } }"
        ),
        [""; 0]
    );
    // One of which it is not known whether it does.
    assert_eq!(
        to_boss("Condition: { StringEquals: { \"aws:PrincipalOrgID\": o-abcdefghij } }"),
        [
            "any-customer -> Boss: administrator possible, trusts Entry, assumed Build, assumed Deploy, assumed Boss"
        ]
    );
}

#[test]
fn those_inside_are_shown_when_they_are_asked_for() {
    let template = format!(
        r#"Resources:
  Worker:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {{ Effect: Allow, Principal: {{ Service: lambda.amazonaws.com, AWS: !Ref AWS::AccountId }}, Action: sts:AssumeRole }}
{ADMINISTRATOR}"#
    );
    assert_eq!(ways(&template, &[], None), [""; 0]);
    assert_eq!(
        ways(&template, &["service", "own-account"], None),
        [
            "own-account -> Worker: administrator proved, trusts Worker",
            "service -> Worker: administrator proved, trusts Worker",
        ]
    );
}

#[test]
fn nothing_of_a_way_is_a_command_to_the_runner_that_reads_the_log() {
    let folder = Folder::new();
    let name = "'##[error]mine'";
    let template = format!("Resources:\n{}", of_pool(name, "unauthenticated", ""));
    let template = format!(
        "{template}  Pool:\n    Type: AWS::Cognito::IdentityPool\n    Properties: {{ AllowUnauthenticatedIdentities: true }}\n  Roles:\n    Type: AWS::Cognito::IdentityPoolRoleAttachment\n    Properties: {{ IdentityPoolId: !Ref Pool, Roles: {{ unauthenticated: !GetAtt '##[error]mine.Arn' }} }}\n"
    );
    folder.write("a.yaml", &template);
    let log = |variables: &[(&str, &str)]| folder.run_with(&["paths", "a.yaml"], variables).out;
    assert!(log(&[]).contains("##[error]mine"), "{}", log(&[]));
    let guarded = log(&[("GITHUB_ACTIONS", "true")]);
    assert!(guarded.contains("## [error]mine") && !guarded.contains("##["), "{guarded}");
}
