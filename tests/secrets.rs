//! Literal secrets are found, and stand in no output: of each kind, in each place, by every command.

mod support;

use support::cli::Folder;

/// Texts that are secrets, each somewhere else in the template.
const SECRETS: [&str; 9] = [
    "GOCSPX-Qw7eRt9yUi1oPaSd",
    "MIGTAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBHkwdwIBAQQg",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7",
    "correct-horse-battery-staple",
    "hunter2-of-the-parameter",
    "one-more-Secret-in-JSON",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "only-compared-with-1",
    "only-compared-with-2",
];

/// Secrets beside what is found, and where fixes are made.
const TEMPLATE: &str = r#"AWSTemplateFormatVersion: 2010-09-09
Parameters:
  UserPassword: {Type: String, Default: hunter2-of-the-parameter}
  AppPassword: {Type: String}
  DoorCode:
    Type: String
    NoEcho: true
Conditions:
  IsUsual: !Equals [!Ref AppPassword, only-compared-with-1]
  IsOpen: !Equals [only-compared-with-2, !Ref DoorCode]
  Later: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  Users:
    Type: AWS::Cognito::UserPool
    Properties: {MfaConfiguration: "OFF"}
  Google:
    Type: AWS::Cognito::UserPoolIdentityProvider
    Properties:
      UserPoolId: !Ref Users
      ProviderName: Google
      ProviderType: Google
      ProviderDetails:
        client_id: 1.apps.googleusercontent.com
        client_secret: GOCSPX-Qw7eRt9yUi1oPaSd
        authorize_scopes: openid
  Apple:
    Type: AWS::Cognito::UserPoolIdentityProvider
    Properties:
      UserPoolId: !Ref Users
      ProviderName: SignInWithApple
      ProviderType: SignInWithApple
      ProviderDetails:
        client_id: com.example.app
        team_id: A1B2C3D4E5
        key_id: F6G7H8I9J0
        private_key: |
          -----BEGIN PRIVATE KEY-----
          MIGTAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBHkwdwIBAQQg
          -----END PRIVATE KEY-----
        authorize_scopes: email
  Corporate:
    Type: AWS::IAM::SAMLProvider
    Properties:
      SamlMetadataDocument: "<x/>"
      AddPrivateKey: "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n"
  Person:
    Type: AWS::IAM::User
    Properties:
      LoginProfile: {Password: correct-horse-battery-staple}
  Other:
    Type: AWS::IAM::User
    Properties:
      LoginProfile: {Password: !Ref UserPassword}
  Role:
    Type: AWS::IAM::Role
    Properties:
      # client_secret: one-more-Secret-in-JSON
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: {Federated: !Sub "arn:aws:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com"}
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: {token.actions.githubusercontent.com:aud: sts.amazonaws.com}
              StringLike: {token.actions.githubusercontent.com:sub: "repo:acme/app:ref:refs/heads/main"}
      Description: token ghp_0123456789abcdefghijABCDEFGHIJ012345
  Compared:
    Type: AWS::Cognito::IdentityPool
    Condition: IsUsual
    Properties: {AllowUnauthenticatedIdentities: true}
  ComparedToo:
    Type: AWS::Cognito::IdentityPool
    Properties: {AllowUnauthenticatedIdentities: !If [IsOpen, true, false]}
  Wild:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "client_secret": "one-more-Secret-in-JSON"}]}'
"#;

/// The same on one line of JSON, where a key and its value have the same line as all others.
fn in_json() -> String {
    let private = "-----BEGIN PRIVATE KEY-----\nMIGTAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBHkwdwIBAQQg\n-----END PRIVATE KEY-----\n";
    serde_json::json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Users": { "Type": "AWS::Cognito::UserPool", "Properties": { "MfaConfiguration": "OFF" } },
            "Google": {
                "Type": "AWS::Cognito::UserPoolIdentityProvider",
                "Properties": {
                    "UserPoolId": { "Ref": "Users" }, "ProviderName": "Google", "ProviderType": "Google",
                    "ProviderDetails": { "client_id": "1", "client_secret": SECRETS[0], "private_key": private },
                },
            },
            "Person": { "Type": "AWS::IAM::User", "Properties": { "LoginProfile": { "Password": SECRETS[3] } } },
            "Pattern": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [{
                            "Effect": "Allow",
                            "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" },
                            "Action": "sts:AssumeRoleWithWebIdentity",
                            "Condition": {
                                "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
                                "StringLike": { "token.actions.githubusercontent.com:sub": "repo:acme/app:ref:refs/heads/main" },
                            },
                        }],
                    },
                },
            },
            "Wild": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole" }],
                    },
                    "Description": SECRETS[6],
                },
            },
        },
    })
    .to_string()
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("a.yaml", TEMPLATE);
    folder.write("b.json", &in_json());
    folder.write("p.yaml", "UserPassword: hunter2-of-the-parameter\n");
    folder
}

#[track_caller]
fn check(output: &str, what: &str) {
    for secret in SECRETS {
        assert!(!output.contains(secret), "{what} shows {secret}\n{output}");
    }
}

#[test]
fn each_kind_of_secret_is_found() {
    let folder = folder();
    let ran = folder.run(&["scan", "--format", "json", "--no-config", "."]);
    let report = ran.json();
    let found = report["findings"].as_array().expect("a list").iter();
    let mut messages: Vec<String> = found
        .filter(|finding| finding["rule"] == "secret-in-template")
        .map(|finding| finding["message"].as_str().unwrap_or_default().to_owned())
        .collect();
    messages.sort();
    messages.dedup();
    assert_eq!(
        messages,
        [
            "a private key of `Apple` stands in the template",
            "a private key of `Corporate` stands in the template",
            "a private key of `Google` stands in the template",
            "the client secret of `Google` stands in the template",
            "the password of `Person` stands in the template",
        ]
    );
}

#[test]
fn what_a_secret_is_compared_with_is_said_without_it() {
    let folder = folder();
    let ran = folder.run(&["scan", "--format", "json", "--no-config", "a.yaml"]);
    for parameter in ["AppPassword", "DoorCode"] {
        assert!(ran.out.contains(&format!("when `{parameter}` is `********`")), "{parameter}: {}", ran.out);
    }
}

#[test]
fn no_report_shows_a_secret() {
    let folder = folder();
    for format in ["human", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
        for more in [&[][..], &["--verbose"], &["--quiet"], &["--parameters", "p.yaml"]] {
            let ran = folder.run(&[&["scan", "--no-config", "--format", format, "."], more].concat());
            assert!(ran.out.len() > 300, "{format} {more:?}: {} {}", ran.out, ran.err);
            check(&ran.out, &format!("{format} {more:?}"));
            check(&ran.err, &format!("{format} {more:?}"));
        }
        let output = format!("{format}={}", folder.path("report").display());
        folder.run(&["scan", "--no-config", "--output", &output, "a.yaml", "b.json"]);
        check(&folder.read("report"), format);
    }
}

#[test]
fn nothing_else_shows_a_secret() {
    let folder = folder();
    folder.write(
        "fedlint.yaml",
        "parameters: {UserPassword: hunter2-of-the-parameter, Color: blue}\nbaseline: known.json\n",
    );
    for arguments in [
        &["paths", "."][..],
        &["paths", "--format", "json", "."],
        &["graph", "."],
        &["graph", "--format", "mermaid", "."],
        &["graph", "--format", "json", "."],
        &["config", "."],
        &["explain", "secret-in-template"],
        &["baseline", "write", "."],
        &["scan", "."],
    ] {
        let ran = folder.run(arguments);
        assert!(!ran.out.is_empty() || !ran.err.is_empty(), "{arguments:?}");
        check(&(ran.out + &ran.err), &format!("{arguments:?}"));
    }
    assert!(folder.run(&["config", "."]).out.contains("blue"), "what is no secret stays");
    check(&folder.read("known.json"), "the baseline");
}

#[test]
fn fixes_and_their_diff_show_no_secret() {
    let folder = folder();
    folder.write("fedlint.yaml", "rules: {severity: {pattern-operator-without-pattern: info}}\n");
    let ran = folder.run(&["scan", "--diff", "."]);
    assert!(
        ran.out.contains("\n+") && ran.out.contains("@@"),
        "there is something to fix: {} {}",
        ran.out,
        ran.err
    );
    assert!(ran.out.contains("a.yaml") && ran.out.contains("b.json"), "{}", ran.out);
    check(&(ran.out + &ran.err), "--diff");
    let ran = folder.run(&["scan", "--fix", "."]);
    check(&(ran.out + &ran.err), "--fix");
    // What is written keeps them: a fix changes what it says.
    let fixed = folder.read("a.yaml");
    assert!(fixed != TEMPLATE);
    assert!(SECRETS.iter().all(|secret| fixed.contains(secret)), "{fixed}");
}
