//! `--fix` and `--diff` on files, as they are typed.

use std::path::Path;

use crate::cli::{self, Environment, ExitCode};
use crate::source::scratch::Scratch;
use crate::source::{Encoding, SizeLimit, read_path};

const TEMPLATE: &str = "\
# Who works here
Resources:
  Staff:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow   # those who sign in
            Principal: { Federated: !Sub \"arn:aws:iam::${AWS::AccountId}:saml-provider/corporate\" }
            Action: sts:AssumeRole # the call
            Condition:
              StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' }
";

/// What a run of the command line says: exit code, standard output, standard error.
fn run(folder: &Path, arguments: &[&str]) -> (ExitCode, String, String) {
    let (mut stdin, mut out, mut err) = (std::io::empty(), Vec::new(), Vec::new());
    let folder = folder.to_string_lossy().into_owned();
    let typed = ["fedlint", "scan", "--no-config"].iter().chain(arguments);
    let environment = Environment::piped(&mut stdin, &mut out, &mut err, jiff::civil::date(2026, 11, 25));
    let code = cli::run(typed.map(|one| one.replace("FOLDER", &folder)), environment);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text").replace(&folder, "FOLDER");
    (code, text(out), text(err))
}

fn text_of(path: &Path) -> String {
    String::from_utf8(read_path(path, SizeLimit::default()).unwrap().bytes).unwrap()
}

#[test]
fn a_file_is_fixed_and_nothing_else_in_it_changes() {
    let scratch = Scratch::new();
    let path = scratch.write("a.yaml", TEMPLATE);
    let folder = &scratch.path(".");
    let (code, report, _) = run(folder, &["FOLDER"]);
    assert_eq!(code, ExitCode::Findings);
    assert!(
        report.contains("fix: write `sts:AssumeRoleWithSAML` instead of `sts:AssumeRole` (`--fix`)"),
        "{report}"
    );
    assert!(report.contains("1 high; 1 fixable with `--fix`\n"), "{report}");
    // What would change is shown first.
    let (code, diff, said) = run(folder, &["--diff", "FOLDER"]);
    assert_eq!(code, ExitCode::Findings);
    insta::assert_snapshot!(diff, @r#"
    --- FOLDER/a.yaml
    +++ FOLDER/a.yaml
    @@ -7,6 +7,6 @@
             Statement:
               - Effect: Allow   # those who sign in
                 Principal: { Federated: !Sub "arn:aws:iam::${AWS::AccountId}:saml-provider/corporate" }
    -            Action: sts:AssumeRole # the call
    +            Action: sts:AssumeRoleWithSAML # the call
                 Condition:
                   StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' }
    "#);
    assert_eq!(said, "would fix 1 finding in 1 file\n");
    assert_eq!(text_of(&path), TEMPLATE);
    // Then it is done.
    let (code, report, said) = run(folder, &["--fix", "FOLDER"]);
    assert_eq!(code, ExitCode::Clean, "{report}");
    assert_eq!(said, "fixed 1 finding in 1 file\n");
    assert_eq!(text_of(&path), TEMPLATE.replace("sts:AssumeRole #", "sts:AssumeRoleWithSAML #"));
    // Once more is not too much.
    let (code, _, said) = run(folder, &["--fix", "FOLDER"]);
    assert_eq!((code, said.as_str()), (ExitCode::Clean, "fixed nothing\n"));
}

#[test]
fn encodings_and_line_breaks_stay() {
    let text = TEMPLATE.replace('\n', "\r\n");
    for encoding in [Encoding::Utf8WithMark, Encoding::Utf16LittleEndian, Encoding::Utf16BigEndian] {
        let scratch = Scratch::new();
        let path = scratch.write("a.yaml", encoding.encode(&text));
        let (code, ..) = run(&scratch.path("."), &["--fix", "FOLDER"]);
        assert_eq!(code, ExitCode::Clean, "{encoding:?}");
        let fixed = text.replace("sts:AssumeRole #", "sts:AssumeRoleWithSAML #");
        assert_eq!(
            read_path(&path, SizeLimit::default()).unwrap().bytes,
            encoding.encode(&fixed),
            "{encoding:?}"
        );
    }
}

#[test]
fn unsafe_fixes_are_made_if_they_are_asked_for() {
    let scratch = Scratch::new();
    let text = TEMPLATE.replace("sts:AssumeRole ", "sts:AssumeRoleWithSAML ");
    let text = text.split("            Condition:").next().unwrap();
    let path = scratch.write("a.yaml", text);
    let folder = &scratch.path(".");
    let (code, report, said) = run(folder, &["--fix", "FOLDER"]);
    assert_eq!((code, said.as_str()), (ExitCode::Findings, "fixed nothing\n"));
    assert!(report.contains("1 low; 1 fixable with `--fix --unsafe-fixes`\n"), "{report}");
    let (code, ..) = run(folder, &["--fix", "--unsafe-fixes", "FOLDER"]);
    assert_eq!(code, ExitCode::Clean);
    let added = "            Condition:\n              StringEquals:\n                SAML:aud: https://signin.aws.amazon.com/saml\n";
    assert_eq!(text_of(&path), format!("{text}{added}"));
    let (code, _, said) = run(folder, &["--unsafe-fixes", "FOLDER"]);
    assert_eq!(code, ExitCode::Failed, "it goes with one of the others: {said}");
}

#[test]
fn a_fix_that_would_open_something_is_taken_back() {
    let scratch = Scratch::new();
    let text = TEMPLATE
        .replace("saml-provider/corporate", "oidc-provider/token.actions.githubusercontent.com")
        .replace(
            "{ 'SAML:aud': 'https://signin.aws.amazon.com/saml' }",
            "{ 'token.actions.githubusercontent.com:aud': sts.amazonaws.com }",
        );
    let path = scratch.write("a.yaml", &text);
    let (code, _, said) = run(&scratch.path("."), &["--fix", "FOLDER"]);
    assert_eq!(code, ExitCode::Findings);
    insta::assert_snapshot!(said, @"
    not fixed: action-principal-mismatch in FOLDER/a.yaml: write `sts:AssumeRoleWithWebIdentity` instead of `sts:AssumeRole`: with it, `oidc-tenant-unpinned` would be found: any customer of GitHub Actions can assume role `Staff`
    fixed nothing
    ");
    assert_eq!(text_of(&path), text);
}

#[test]
fn several_findings_of_several_files_are_fixed_at_once() {
    let scratch = Scratch::new();
    scratch.write("a.yaml", TEMPLATE);
    scratch.write("sub/b.yaml", TEMPLATE.replace("Staff", "Others"));
    scratch.write("sub/c.yaml", "Resources: {}\n");
    let (code, _, said) = run(&scratch.path("."), &["--fix", "FOLDER"]);
    assert_eq!((code, said.as_str()), (ExitCode::Clean, "fixed 2 findings in 2 files\n"));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let path = scratch.write("a.yaml", TEMPLATE);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let (code, report, said) = run(&scratch.path("."), &["--fix", "FOLDER"]);
    assert_eq!((code, said.as_str()), (ExitCode::Failed, "fixed nothing\n"));
    assert!(report.contains("was not fixed: it is read-only"), "{report}");
    assert_eq!(text_of(&path), TEMPLATE);
}

#[test]
fn standard_input_is_not_fixed() {
    let scratch = Scratch::new();
    let (code, report, _) = run(&scratch.path("."), &["--fix", "-"]);
    assert_eq!(code, ExitCode::Failed);
    assert!(report.contains("standard input cannot be fixed"), "{report}");
}

#[test]
fn rules_that_are_not_asked_have_a_say_too() {
    let scratch = Scratch::new();
    let text = TEMPLATE
        .replace("saml-provider/corporate", "oidc-provider/token.actions.githubusercontent.com")
        .replace(
            "{ 'SAML:aud': 'https://signin.aws.amazon.com/saml' }",
            "{ 'token.actions.githubusercontent.com:aud': sts.amazonaws.com }",
        );
    let path = scratch.write("a.yaml", &text);
    let select = ["--fix", "--select", "action-principal-mismatch", "FOLDER"];
    let (_, report, said) = run(&scratch.path("."), &select);
    assert!(said.contains("with it, `oidc-tenant-unpinned` would be found"), "{said}");
    assert!(!report.contains("oidc-tenant-unpinned"), "{report}");
    assert_eq!(text_of(&path), text);
    // Another rule's fix is not made.
    scratch.write("a.yaml", TEMPLATE);
    let (_, _, said) = run(&scratch.path("."), &["--fix", "--select", "guest-role-missing", "FOLDER"]);
    assert_eq!(said, "fixed nothing\n");
}

#[test]
fn files_that_are_only_read_besides_stay_as_they_are() {
    let scratch = Scratch::new();
    let path = scratch.write("a.yaml", TEMPLATE);
    scratch.write("b.yaml", TEMPLATE.replace("Staff", "Others"));
    let (_, _, said) = run(&scratch.path("."), &["--fix", "--context", "FOLDER", "FOLDER/b.yaml"]);
    assert_eq!(said, "fixed 1 finding in 1 file\n");
    assert_eq!(text_of(&path), TEMPLATE);
}

#[test]
fn where_parameters_are_given_no_fix_is_safe() {
    let scratch = Scratch::new();
    let text = format!("Parameters:\n  Kind: {{ Type: String }}\n{TEMPLATE}");
    scratch.write("a.yaml", text);
    scratch.write("parameters.json", "{\"Kind\": \"x\"}");
    let given = ["--parameters", "FOLDER/parameters.json", "FOLDER/a.yaml"];
    let (_, report, _) = run(&scratch.path("."), &given);
    assert!(report.contains("(`--unsafe-fixes`)"), "{report}");
}

#[test]
fn what_is_under_a_condition_has_no_fix() {
    let scratch = Scratch::new();
    let action = "!If [IsSaml, sts:AssumeRole, 'sts:AssumeRoleWithSAML']";
    let text = TEMPLATE.replace("sts:AssumeRole #", &format!("{action} #"));
    let head = "Parameters:\n  Kind: { Type: String }\nConditions:\n  IsSaml: !Equals [!Ref Kind, saml]\n";
    scratch.write("a.yaml", format!("{head}{text}"));
    let (code, report, _) = run(&scratch.path("."), &["FOLDER"]);
    assert_eq!(code, ExitCode::Findings);
    assert!(report.contains("action-principal-mismatch") && !report.contains("fix:"), "{report}");
}

#[test]
fn copies_have_no_fix() {
    let scratch = Scratch::new();
    // The AWS CDK writes it again.
    scratch.write("cdk.out/a.yaml", TEMPLATE);
    // What an account answered.
    let answer = r#"{
        "Roles": [{
            "RoleName": "Staff", "Path": "/", "RoleId": "AROAEXAMPLE000000001",
            "Arn": "arn:aws:iam::111122223333:role/Staff", "CreateDate": "2026-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/corporate"},
                "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
            }]}
        }]
    }"#;
    scratch.write("list-roles.json", answer);
    for name in ["FOLDER/cdk.out/a.yaml", "FOLDER/list-roles.json"] {
        let (_, report, _) = run(&scratch.path("."), &[name]);
        assert!(report.contains("action-principal-mismatch") && !report.contains("fix:"), "{report}");
    }
}

/// Rules that are only asked where they are named are asked while it is found out what their fixes bring up, too.
#[test]
fn a_rule_that_is_off_by_default_is_fixed_where_it_is_named() {
    let scratch = Scratch::new();
    let text = TEMPLATE
        .replace("sts:AssumeRole ", "sts:AssumeRoleWithSAML ")
        .replace("StringEquals: {", "StringLike: {");
    let path = scratch.write("a.yaml", &text);
    let rule = "pattern-operator-without-pattern";
    let (code, report, said) = run(&scratch.path("."), &["--fix", "--select", rule, "FOLDER"]);
    assert_eq!((code, said.as_str()), (ExitCode::Clean, "fixed 1 finding in 1 file\n"), "{report}");
    assert_eq!(text_of(&path), text.replace("StringLike", "StringEquals"));
}

#[test]
fn only_named_files_are_fixed_and_a_pattern_names_files() {
    let scratch = Scratch::new();
    let named = scratch.write("infra/a.yaml", TEMPLATE);
    let other = scratch.write("other/a.yaml", TEMPLATE);
    let folder = &scratch.path(".");
    let (.., said) = run(folder, &["--fix", "--context", "FOLDER", "FOLDER/infra/*.yaml"]);
    assert_eq!(said, "fixed 1 finding in 1 file\n");
    assert_eq!(text_of(&named), TEMPLATE.replace("sts:AssumeRole #", "sts:AssumeRoleWithSAML #"));
    assert_eq!(text_of(&other), TEMPLATE);
}
