//! As a user runs it: what is right is silent, what is wrong is said with its place.

use crate::cli::ExitCode;
use crate::cli::testing::cli;
use crate::source::scratch::Scratch;

const RULE: &str = r#"id: social-login-taken
group: hygiene
severity: low
since: 1.0.0
finds: identity-pool
when: { social-logins: { above: 0 } }
place: social-logins
message: "identity pool `{pool}` takes logins of a social provider"
why: It is not done here.
help: Remove `SupportedLoginProviders`.
examples:
  bad:
    - title: one provider
      template.yaml: |
        Resources:
          Pool:
            Type: AWS::Cognito::IdentityPool
            Properties:
              AllowUnauthenticatedIdentities: true
              SupportedLoginProviders: { accounts.google.com: 1.apps.googleusercontent.com }
      reports:
        - { rule: social-login-taken, at: Resources.Pool.Properties.SupportedLoginProviders, certainty: proved }
  good:
    - title: none
      template.yaml: |
        Resources:
          Pool:
            Type: AWS::Cognito::IdentityPool
            Properties: { AllowUnauthenticatedIdentities: false, DeveloperProviderName: login.example.com }
"#;

/// Runs the examples of a rule.
fn test(rule: &str) -> (ExitCode, String, String) {
    let scratch = Scratch::new();
    scratch.write("rules/social-login-taken.yaml", rule);
    let directory = scratch.path("rules");
    let (code, out, err) = cli(&["test", "--no-config", directory.to_str().unwrap()]);
    (code, out, err.replace(directory.to_str().unwrap(), "rules"))
}

#[test]
fn what_is_as_it_says_is_one_line() {
    // The pool of the bad example has no role for guests, which a built-in rule says and the example need not.
    let (code, out, err) = test(RULE);
    assert_eq!((code, err.as_str()), (ExitCode::Clean, ""), "{out}");
    assert_eq!(out, "2 examples of 1 rule: all as they should be\n");
}

#[test]
fn what_is_not_as_it_says_is_shown_with_its_place() {
    let wrong = RULE
        .replace("Properties.SupportedLoginProviders,", "Properties.AllowUnauthenticatedIdentities,")
        .replace(
            "Properties: { AllowUnauthenticatedIdentities: false,",
            "Properties: { SupportedLoginProviders: { graph.facebook.com: \"7346241598935552\" },",
        );
    let (code, out, err) = test(&wrong);
    assert_eq!((code, err.as_str()), (ExitCode::Findings, ""));
    insta::assert_snapshot!(out, @"
    social-login-taken
      bad example: one provider
        expected: social-login-taken
          at Resources.Pool.Properties.AllowUnauthenticatedIdentities
          found there: nothing
        not listed: social-login-taken (low, proved)
          at Resources.Pool.Properties.SupportedLoginProviders
            (template.yaml:6:32)
          identity pool `Pool` takes logins of a social provider
      good example: none
        not listed: social-login-taken (low, proved)
          at Resources.Pool.Properties.SupportedLoginProviders
            (template.yaml:4:44)
          identity pool `Pool` takes logins of a social provider

    2 examples of 1 rule: 1 rule failed
    ");
    let (code, out, _) = test(&RULE.replace("certainty: proved", "certainty: possible, severity: high"));
    assert_eq!(code, ExitCode::Findings);
    insta::assert_snapshot!(out, @"
    social-login-taken
      bad example: one provider
        expected severity: high
          found: low
          of social-login-taken
          at Resources.Pool.Properties.SupportedLoginProviders
        expected certainty: possible
          found: proved
          of social-login-taken
          at Resources.Pool.Properties.SupportedLoginProviders

    2 examples of 1 rule: 1 rule failed
    ");
}

#[test]
fn an_example_has_to_be_about_its_rule() {
    let cases = [
        (RULE.replace("      reports:\n        - { rule: social-login-taken,", "      reports:\n        - { rule: guest-role-missing,"), "lists no finding of the rule itself under `reports`"),
        (RULE.replace("at: Resources.Pool.Properties.SupportedLoginProviders", "at: Resources.Pol"), "there is no `Resources.Pol` in template.yaml"),
        (RULE.split("examples:").next().unwrap().to_owned() + "examples: {}\n", "has no bad example"),
        (RULE.replace("      template.yaml: |\n        Resources:\n          Pool:\n            Type: AWS::Cognito::IdentityPool\n            Properties:\n", "      settings: |\n        acounts: {}\n      template.yaml: |\n        Resources:\n          Pool:\n            Type: AWS::Cognito::IdentityPool\n            Properties:\n"), "cannot be read: settings: unknown setting `acounts`"),
        (RULE.replace("message:", "yields-to: [social-login-without-user-pool, guest-role-missing]\nmessage:").replace("place: social-logins\n", ""), "expected: social-login-taken\n"),
    ];
    for (rule, expected) in cases {
        let (code, out, err) = test(&rule);
        assert_eq!((code, err.as_str()), (ExitCode::Findings, ""), "{expected}: {out}");
        assert!(out.contains(expected), "{expected}: {out}");
        assert!(out.contains("1 rule failed"), "{out}");
    }
}

#[test]
fn a_rule_that_is_not_understood_fails() {
    let (code, out, err) = test(&RULE.replace("social-logins:", "social-logns:"));
    assert_eq!((code, out.as_str()), (ExitCode::Failed, ""));
    assert!(err.contains("did you mean `social-logins`?"), "{err}");
}

#[test]
fn nothing_to_test_is_said() {
    let scratch = Scratch::new();
    scratch.write("rules/readme.txt", "");
    scratch.write(".git/HEAD", "");
    let (code, out, _) = cli(&["test", "--no-config", scratch.path("rules").to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (ExitCode::Nothing, "nothing was tested: there is no rule file\n"));
    let (code, out, err) = cli(&["test", "--no-config"]);
    assert_eq!((code, out.as_str()), (ExitCode::Nothing, ""));
    assert!(err.starts_with("there is nothing to test: "), "{err}");
    let (code, _, err) = cli(&["test", "--no-config", scratch.path("no-such").to_str().unwrap()]);
    assert_eq!(code, ExitCode::Failed);
    assert!(err.contains("does not exist"), "{err}");
}

#[test]
fn the_directories_of_the_settings_are_tested() {
    let scratch = Scratch::new();
    scratch.write("own/social-login-taken.yaml", RULE);
    let settings = scratch.write("fedlint.yaml", "rules: { directories: [own] }\n");
    let (code, out, err) = cli(&["test", "--config", settings.to_str().unwrap()]);
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (ExitCode::Clean, "2 examples of 1 rule: all as they should be\n", "")
    );
}
