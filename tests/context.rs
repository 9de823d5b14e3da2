//! Where files are read beside those that are named: what these refer to is there, and only what touches them is reported.

mod support;

use fedlint::cli::ExitCode;
use support::cli::Folder;

const PROVIDER: &str = "\
Resources:
  GitHub:
    Type: AWS::IAM::OIDCProvider
    Properties:
      Url: https://token.actions.githubusercontent.com
      ClientIdList: [sts.amazonaws.com]
Outputs:
  Provider: { Value: !Ref GitHub, Export: { Name: github } }
";

const ROLE: &str = "\
Resources:
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Federated: !ImportValue github }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: { 'token.actions.githubusercontent.com:aud': sts.amazonaws.com }
";

const PARTNER: &str = "\
Resources:
  Partner:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - { Effect: Allow, Principal: { AWS: '444455556666' }, Action: sts:AssumeRole }
";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("provider.yaml", PROVIDER);
    folder.write("role.yaml", ROLE);
    folder.write("partner.yaml", PARTNER);
    folder
}

#[test]
fn what_a_named_file_refers_to_is_found_and_others_are_not_reported() {
    let folder = folder();
    let rules = |arguments: &[&str]| -> Vec<String> {
        let ran = folder.run(&[&["scan", "--format", "json"], arguments].concat());
        let mut rules: Vec<String> = ran.findings();
        rules.sort();
        rules
    };
    assert_eq!(rules(&["provider.yaml", "--context", "."]), Vec::<String>::new());
    assert_eq!(rules(&["role.yaml", "--context", "."]), ["oidc-tenant-unpinned role.yaml:9"]);
    assert_eq!(
        rules(&["partner.yaml", "--context", "."]),
        ["cross-account-without-external-id partner.yaml:7"]
    );
    let all = rules(&["."]);
    assert_eq!(all, ["cross-account-without-external-id partner.yaml:7", "oidc-tenant-unpinned role.yaml:9"]);
}

#[test]
fn it_is_said_how_much_was_looked_at() {
    let ran = folder().run(&["scan", "provider.yaml", "--context", "."]);
    assert_eq!(ran.code, ExitCode::Clean);
    let line = "no findings: checked 1 file with 0 roles, 1 provider, 0 pools, 0 permission\nsets; 2 other files read beside\n";
    assert_eq!(ran.out, line);
}

#[test]
fn what_is_wrong_with_other_files_fails_nothing() {
    let folder = folder();
    folder.write("broken.yaml", "Resources:\n  Broken: [Type: AWS::IAM::Role\n");
    let ran = folder.run(&["scan", "provider.yaml", "--context", ".", "--format", "json"]);
    assert_eq!(ran.code, ExitCode::Clean);
    assert_eq!(ran.problems(), ["of the files that are read beside, not everything can be read"]);
    assert_eq!(folder.run(&["scan", "broken.yaml", "--context", "."]).code, ExitCode::Failed);
}

#[test]
fn suppressions_in_named_files_are_looked_after() {
    let folder = folder();
    folder.write(
        "provider.yaml",
        &PROVIDER.replace("  GitHub:", "  # fedlint: ignore[unused-provider] old\n  GitHub:"),
    );
    let found = |path: &str| folder.run(&["scan", path, "--context", ".", "--format", "json"]).findings();
    assert_eq!(found("provider.yaml"), ["suppression-unused provider.yaml:2"]);
    assert_eq!(found("role.yaml"), ["oidc-tenant-unpinned role.yaml:9"]);
}
