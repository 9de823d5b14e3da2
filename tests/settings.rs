//! What is said in several places: options win over variables, variables over the settings file, and that over what is built in.

mod support;

use fedlint::cli::ExitCode;
use support::cli::{Folder, Ran};

const ROLE: &str = "\
Parameters:
  Account: { Type: String, Default: '444455556666' }
Resources:
  Partner:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { AWS: '444455556666' }
            Action: sts:AssumeRole
  Unused:
    Type: AWS::IAM::SAMLProvider
    Properties: { Name: old }
";

fn folder(settings: &str) -> Folder {
    let folder = Folder::new();
    folder.write("role.yaml", ROLE);
    folder.write("fedlint.yaml", settings);
    folder
}

fn rules(ran: &Ran) -> Vec<String> {
    ran.findings().iter().map(|finding| finding.split(' ').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn an_option_wins_over_a_variable_and_that_over_the_file() {
    let folder = folder("fail-on: critical\n");
    let code = |options: &[&str], variables: &[(&str, &str)]| {
        folder.run_with(&[&["scan", "."], options].concat(), variables).code
    };
    assert_eq!(code(&["--no-config"], &[]), ExitCode::Findings, "low is built in");
    assert_eq!(code(&[], &[]), ExitCode::Clean);
    assert_eq!(code(&[], &[("FEDLINT_FAIL_ON", "info")]), ExitCode::Findings);
    assert_eq!(code(&[], &[("FEDLINT_FAIL_ON", "")]), ExitCode::Clean, "empty is not set");
    assert_eq!(code(&["--fail-on", "never"], &[("FEDLINT_FAIL_ON", "info")]), ExitCode::Clean);
}

#[test]
fn rules_can_be_named_everywhere() {
    let folder = folder("rules: { ignore: [cross-account-without-external-id] }\n");
    let found = |options: &[&str], variables: &[(&str, &str)]| {
        rules(&folder.run_with(&[&["scan", ".", "--format", "json"], options].concat(), variables))
    };
    let own = found(&[], &[]);
    assert!(!own.contains(&"cross-account-without-external-id".to_owned()), "{own:?}");
    let only = ["cross-account-without-external-id"];
    assert_eq!(found(&["--select", "cross-account-without-external-id"], &[]), only);
    assert_eq!(found(&[], &[("FEDLINT_SELECT", "cross-account-without-external-id")]), only);
    assert_eq!(found(&["--select", "hygiene,over-broad"], &[]), found(&["--select", "hygiene"], &[]));
    let none: [String; 0] = [];
    assert_eq!(found(&["--ignore", "hygiene", "--ignore", "advice,broken-trust"], &[]), none);
    let ran = folder.run(&["scan", ".", "--select", "advice", "--ignore", "advice", "--format", "json"]);
    let said = "no rule is left to ask: what is selected is ignored";
    assert_eq!((ran.code, ran.problems()), (ExitCode::Failed, vec![said.to_owned()]));
    let ran = folder.run(&["scan", ".", "--ignore", "hygine", "--format", "json"]);
    assert_eq!(
        (ran.code, ran.problems()),
        (ExitCode::Failed, vec!["there is no rule and no group `hygine`".to_owned()])
    );
}

#[test]
fn what_is_not_certain_enough_is_left_out() {
    let settings = folder("min-certainty: proved\n");
    let possible = |ran: &Ran| ran.out.contains("\"certainty\": \"possible\"");
    assert!(possible(&settings.run(&["scan", ".", "--no-config", "--format", "json"])));
    assert!(!possible(&settings.run(&["scan", ".", "--format", "json"])));
    assert!(possible(&settings.run(&["scan", ".", "--min-certainty", "possible", "--format", "json"])));
}

#[test]
fn what_is_no_value_is_refused_where_it_stands() {
    let folder = folder("min-certainty: sure\n");
    let ran = folder.run(&["scan", "."]);
    assert_eq!(ran.code, ExitCode::Failed);
    assert!(ran.out.contains("`sure` is no value for `min-certainty`"), "{}", ran.out);
    assert!(ran.out.contains("fedlint.yaml:1:16"), "{}", ran.out);
    let ran = folder.run_with(&["scan", ".", "--no-config"], &[("FEDLINT_TODAY", "tomorrow")]);
    assert_eq!(ran.code, ExitCode::Failed);
    assert!(
        ran.out.contains("`tomorrow` is no value for `today`") && ran.out.contains("FEDLINT_TODAY"),
        "{}",
        ran.out
    );
}

#[test]
fn the_settings_that_are_used_can_be_seen() {
    let settings = "\
accounts: { own: ['111122223333'] }
fail-on: medium
rules:
  ignore: [hygiene]
";
    let folder = folder(settings);
    folder.write("fedlint-baseline.json", "{\"schema\": 1, \"findings\": []}");
    let ran = folder.run_with(&["config", ".", "--ignore", "advice"], &[("FEDLINT_MIN_CERTAINTY", "proved")]);
    assert_eq!(ran.code, ExitCode::Clean);
    insta::assert_snapshot!(ran.out, @r#"
    # settings file: fedlint.yaml
    accounts: {"own":["111122223333"],"trusted":[],"vendors":[]}  # fedlint.yaml:1
    organisations: []        # default
    deployments: {}          # default
    parameters: {}           # default
    issuers: {"own":[],"expected":[],"directories":[]}  # default
    today: "2026-11-25"      # clock
    exclude: []              # default
    fail-on: "medium"        # fedlint.yaml:2
    min-certainty: "proved"  # variable FEDLINT_MIN_CERTAINTY
    baseline: "fedlint-baseline.json"  # found
    rules: {"select":[],"ignore":["hygiene","advice"],"severity":{},"options":{},"directories":[]}  # option --ignore
    suppressions: []         # default
    "#);
    // It is a settings file itself.
    folder.write("fedlint.yaml", &ran.out.replace("today: \"2026-11-25\"", "today: 2026-11-25"));
    let again = folder.run(&["config", "."]);
    assert_eq!(again.code, ExitCode::Clean, "{}", again.err);
    let values = |text: &str| -> Vec<String> {
        text.lines()
            .skip(1)
            .map(|line| line.split("  #").next().unwrap_or_default().trim().to_owned())
            .collect()
    };
    assert_eq!(values(&again.out), values(&ran.out));
}

#[test]
fn settings_under_a_wrong_name_are_not_overlooked() {
    let folder = Folder::new();
    folder.write("infra/role.yaml", ROLE);
    folder.write("infra/.fedlint.yml", "fail-on: critical\n");
    let ran = |arguments: &[&str]| folder.run(&[&["scan", "infra"], arguments].concat());
    let refused = ran(&["--format", "json"]);
    assert_eq!(refused.code, ExitCode::Failed);
    assert_eq!(refused.problems(), ["settings are not read from a file called `.fedlint.yml`"]);
    assert_eq!(ran(&["--config", "infra/.fedlint.yml"]).code, ExitCode::Clean);
    assert_eq!(ran(&["--no-config"]).code, ExitCode::Findings);
    // One further away does not help, one beside it does.
    folder.write("fedlint.yaml", "fail-on: high\n");
    assert_eq!(ran(&[]).code, ExitCode::Failed);
    folder.write("infra/fedlint.yaml", "fail-on: critical\n");
    assert_eq!(ran(&[]).code, ExitCode::Clean);
}
