//! Rules of one's own are read by the loader of the built-in ones, and say what is wrong with them.

mod support;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use fedlint::settings::Settings;
use fedlint::source::Sources;
use support::{Outcome, scan_with};

const RULE: &str = "id: social-login-taken
group: hygiene
severity: low
since: 1.0.0
finds: identity-pool
when: { social-logins: { above: 0 } }
message: \"identity pool `{pool}` takes logins of a social provider\"
why: It is not done here.
help: Remove `SupportedLoginProviders`.
references: [https://example.com]
examples: {}
";

const TEMPLATE: &str = "Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      SupportedLoginProviders: { accounts.google.com: 1.apps.googleusercontent.com }
";

/// Scans the template with a rule file of its own.
fn scan(name: &str, rule: &str) -> Outcome {
    static SCANS: AtomicUsize = AtomicUsize::new(0);
    let number = SCANS.fetch_add(1, Ordering::Relaxed);
    let folder: PathBuf = std::env::temp_dir().join(format!("fedlint-own-{}-{number}", std::process::id()));
    fs::create_dir_all(folder.join("rules")).expect("a folder for the rules");
    fs::write(folder.join("fedlint.yaml"), "rules: { directories: [rules] }\n")
        .expect("the settings are written");
    fs::write(folder.join(format!("rules/{name}.yaml")), rule).expect("the rule is written");
    let settings = Settings::load(&Sources::default(), &folder.join("fedlint.yaml")).expect("valid settings");
    let outcome = scan_with(&[("template.yaml", TEMPLATE)], &settings);
    fs::remove_dir_all(folder).expect("the folder can be removed");
    outcome
}

#[test]
fn a_rule_of_ones_own_reports_like_any_other() {
    let outcome = scan("social-login-taken", RULE);
    assert_eq!(outcome.problems, [""; 0]);
    let seen: Vec<&str> = outcome.findings.iter().map(|seen| seen.message.as_str()).collect();
    assert_eq!(seen, ["identity pool `Pool` takes logins of a social provider"]);
}

#[test]
fn a_wrong_rule_is_left_out_and_said() {
    let cases = [
        (
            "social-login-taken",
            RULE.replace("social-logins:", "social-logns:"),
            "did you mean `social-logins`?",
        ),
        ("other-name", RULE.to_owned(), "`social-login-taken` is not the name of the file"),
        (
            "guest-role-missing",
            RULE.replace("social-login-taken", "guest-role-missing"),
            "there is a rule `guest-role-missing` already",
        ),
        ("social-login-taken", RULE.replace("severity: low", "severity: lo"), "there is no level `lo`"),
        ("social-login-taken", "id: [".to_owned(), "in the rule file, "),
    ];
    for (name, rule, expected) in cases {
        let outcome = scan(name, &rule);
        assert!(outcome.findings.is_empty(), "{name}: {:?}", outcome.findings);
        assert!(
            outcome.problems.iter().any(|problem| problem.contains(expected)),
            "{name}: {:?}",
            outcome.problems
        );
    }
}
