use serde_json::Value;

use super::*;
use crate::cli::{self, Environment, ExitCode};
use crate::source::scratch::Scratch;

const TEMPLATE: &str = "\
Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: true
";

/// Runs `fedlint scan` in an environment with these variables; exit code, standard output, standard error.
fn scan_in(variables: &[(&str, &str)], arguments: &[&str]) -> (ExitCode, String, String) {
    let (mut stdin, mut out, mut err) = (io::empty(), Vec::new(), Vec::new());
    let variable = |name: &str| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
    };
    let piped = Environment::piped(&mut stdin, &mut out, &mut err, jiff::civil::date(2026, 11, 25));
    let environment = Environment { colors: true, variable: &variable, ..piped };
    let code = cli::run([&["fedlint", "scan", "--no-config"], arguments].concat(), environment);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn scan(arguments: &[&str]) -> (ExitCode, String, String) {
    scan_in(&[], arguments)
}

#[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// A repository with one template in a folder, and its path.
fn repository() -> (Scratch, String) {
    let scratch = Scratch::new();
    scratch.write(".git/HEAD", "");
    let template = scratch.write("infra/a.yaml", TEMPLATE);
    (scratch, template.to_str().unwrap().to_owned())
}

#[test]
fn one_scan_writes_every_format() {
    let (scratch, template) = repository();
    let names = ["human", "json", "sarif", "github", "gitlab", "junit", "markdown"];
    let outputs: Vec<String> = names
        .iter()
        .map(|name| format!("{name}={}", scratch.path(&format!("reports/{name}")).display()))
        .collect();
    let mut arguments = vec![template.as_str(), "--color", "never"];
    for output in &outputs {
        arguments.extend(["--output", output]);
    }
    let (code, out, err) = scan(&arguments);
    assert_eq!((code, err.as_str()), (ExitCode::Findings, ""));
    for name in names {
        let written = text(&scratch.path(&format!("reports/{name}")));
        assert!(written.contains("guest-access-enabled"), "{name}: {written}");
        if name == "human" {
            // The same, but wider.
            assert_eq!(written.split_whitespace().next(), out.split_whitespace().next());
            assert!(written.lines().any(|line| line.chars().count() > 80), "{written}");
        } else {
            assert_eq!(written, scan(&["--format", name, &template]).1);
        }
    }
}

#[test]
fn a_file_has_no_colours() {
    let (scratch, template) = repository();
    let report = scratch.path("report.txt");
    let (_, out, _) = scan(&[&template, "--color", "always", "-o", &format!("human={}", report.display())]);
    assert!(out.contains('\u{1b}') && !text(&report).contains('\u{1b}'));
}

#[test]
fn paths_are_those_of_the_repository_wherever_it_is_scanned_from() {
    let (_scratch, template) = repository();
    let (_, out, _) = scan(&["--format", "sarif", &template]);
    let log: Value = serde_json::from_str(&out).unwrap();
    let location = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(location["uri"], "infra/a.yaml");
    let (_, out, _) = scan(&["--format", "gitlab", &template]);
    let entries: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(entries[0]["location"]["path"], "infra/a.yaml");
    let (_, out, _) = scan(&["--format", "github", &template]);
    assert!(out.contains("file=infra/a.yaml,line=5,"), "{out}");
}

#[test]
fn a_report_that_cannot_be_written_fails_and_costs_no_other() {
    let (scratch, template) = repository();
    let (inside, other) = (format!("{template}/report.json"), scratch.path("other.json"));
    let (code, out, err) = scan(&[
        &template,
        "-o",
        &format!("json={inside}"),
        "-o",
        &format!("json={}", other.display()),
        "--fail-on",
        "never",
    ]);
    assert_eq!(code, ExitCode::Failed);
    assert!(err.starts_with(&format!("error: `{inside}` cannot be written: ")), "{err}");
    assert!(out.contains("guest-access-enabled") && text(&other).contains("guest-access-enabled"));
}

#[test]
fn two_reports_do_not_go_to_one_file() {
    let (scratch, template) = repository();
    let path = scratch.path("a.json").display().to_string();
    let (code, out, err) = scan(&[&template, "-o", &format!("json={path}"), "-o", &format!("sarif={path}")]);
    assert_eq!((code, out.as_str()), (ExitCode::Failed, ""));
    assert_eq!(err, format!("error: two reports cannot be written to `{path}`\n"));
}

#[test]
fn what_could_not_be_read_looks_clean_in_no_format() {
    let (scratch, _) = repository();
    let broken = scratch.write("infra/broken.yaml", format!("{TEMPLATE}Outputs: [\n"));
    for (format, said) in [
        ("human", "not everything could be checked"),
        ("json", "\"loses\": true"),
        ("sarif", "\"executionSuccessful\": false"),
        ("github", "::error file=infra/broken.yaml,"),
        ("gitlab", "\"severity\": \"blocker\""),
        ("junit", "<error type=\"syntax\""),
        ("markdown", "not everything could be checked"),
    ] {
        let (code, out, _) = scan(&["--format", format, "--color", "never", broken.to_str().unwrap()]);
        assert_eq!(code, ExitCode::Failed);
        assert!(out.contains(said), "{format}: {out}");
    }
}

#[test]
fn a_summary_of_a_job_has_more_room_than_a_comment() {
    let (scratch, _) = repository();
    let mut template = String::from("Resources:\n");
    for number in 0..200 {
        template += &TEMPLATE.replace("Resources:\n", "").replace("  Pool:", &format!("  Pool{number}:"));
    }
    let template = scratch.write("a.yaml", template);
    let [summary, comment] =
        ["summary.md", "comment.md"].map(|name| scratch.path(name).display().to_string());
    let variables = [
        ("GITHUB_STEP_SUMMARY", summary.as_str()),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "example-org/shop"),
        ("GITHUB_SHA", "0a1b2c"),
    ];
    let (code, ..) = scan_in(
        &variables,
        &[
            template.to_str().unwrap(),
            "-o",
            &format!("markdown={summary}"),
            "-o",
            &format!("markdown={comment}"),
        ],
    );
    assert_eq!(code, ExitCode::Findings);
    let [summary, comment] = [summary, comment].map(|path| text(Path::new(&path)));
    assert!(comment.len() <= 65_536 && comment.contains("are left out"));
    assert!(summary.len() > 65_536 && !summary.contains("are left out"));
    assert!(summary.contains("](https://github.com/example-org/shop/blob/0a1b2c/"), "{summary:.2000}");
}

#[test]
fn an_output_names_its_format_and_its_file() {
    let cases = [
        ("json", "write the format and the file, such as `json=report.json`"),
        ("xml=a.xml", "`xml` is no format; known are human, json, sarif, github, gitlab, junit, markdown"),
        ("json=", "there is no file behind the `=`"),
        ("json=-", "what is written to standard output says `--format`"),
    ];
    for (output, expected) in cases {
        let (code, out, err) = scan(&["--output", output]);
        assert_eq!((code, out.as_str()), (ExitCode::Failed, ""));
        assert!(err.replace("\n", " ").contains(expected), "{err}");
    }
}

#[test]
fn quiet_is_a_line_for_each_finding_and_the_summary() {
    let (scratch, template) = repository();
    let (code, out, _) = scan(&["--quiet", "--color", "never", &template]);
    assert_eq!(code, ExitCode::Findings);
    insta::assert_snapshot!(out.replace(&template, "infra/a.yaml"), @"
    infra/a.yaml:5:39: medium guest-access-enabled anybody can get AWS credentials from identity pool `Pool` without signing in
    infra/a.yaml:5:39: medium guest-role-missing identity pool `Pool` lets guests in but has no role for them, so every guest gets an error (possible)
    2 findings: 2 medium; 1 only possible
    checked 1 file with 0 roles, 0 providers, 1 pool, 0 permission sets
    ");
    // Other formats say what they always say.
    let report = scratch.path("report.json");
    scan(&["-q", &template, "-o", &format!("json={}", report.display())]);
    assert_eq!(text(&report), scan(&["-f", "json", &template]).1);
}

#[test]
fn verbose_says_what_was_left_aside() {
    let (scratch, _) = repository();
    scratch.write(
        "infra/b.yaml",
        TEMPLATE.replace("Pool:\n", "Known: # fedlint: ignore[guest-access-enabled] a test\n"),
    );
    scratch.write("infra/package.json", "{}");
    scratch.write("infra/chart.yaml", "{{ if x }}\na: {{ b }\n");
    let folder = scratch.path("infra").display().to_string();
    let (_, out, _) = scan(&["--verbose", "--color", "never", &folder]);
    let aside = &out[out.find("suppressed:\n").expect("something is suppressed")..];
    insta::assert_snapshot!(aside.replace(&folder, "infra"), @"
    suppressed:
      medium  guest-access-enabled  infra/b.yaml:5:39
          anybody can get AWS credentials from identity pool `Known` without signing
          in
          where it stands: a test

    nothing to check in:
      infra/chart.yaml
      infra/package.json

    3 findings: 3 medium; 2 only possible
    suppressed: 1 where they stand
    checked 2 files with 0 roles, 0 providers, 2 pools, 0 permission sets; 2 other
    files had nothing to check
    settings: none
    data: 22091 IAM actions as of 2026-09-26; 1653 AWS managed policies as of
    2026-09-30
    ");
}

#[test]
fn quiet_and_verbose_exclude_each_other() {
    let (code, _, err) = scan(&["--quiet", "--verbose"]);
    assert_eq!(code, ExitCode::Failed);
    assert!(err.contains("cannot be used with"), "{err}");
}

#[test]
fn nothing_in_a_file_is_a_command_to_the_runner_that_reads_the_log() {
    let scratch = Scratch::new();
    let template = TEMPLATE.replace("true", "true # ##[error]mine").replace("  Pool:", "  '::error::x':");
    let template = scratch.write("a.yaml", template);
    let path = template.to_str().unwrap();
    let arguments = ["--color", "never", path];
    let (_, log, _) = scan_in(&[("GITHUB_ACTIONS", "true")], &arguments);
    assert!(log.contains("true # ## [error]mine") && !log.contains("##["), "{log}");
    assert!(scan(&arguments).1.contains("true # ##[error]mine"));
    let twice = ["--output", "json=##[x", "--output", "sarif=##[x", path];
    assert!(scan_in(&[("GITHUB_ACTIONS", "true")], &twice).2.ends_with("written to `## [x`\n"));
    assert!(scan(&twice).2.ends_with("written to `##[x`\n"));
    // A file is not read by the runner.
    let (report, copy) =
        (scratch.path("report.txt"), format!("human={}", scratch.path("report.txt").display()));
    scan_in(&[("GITHUB_ACTIONS", "true")], &["--color", "never", "--output", &copy, path]);
    assert!(text(&report).contains("true # ##[error]mine"));
}

#[test]
fn nothing_in_a_patch_is_a_command_to_the_runner() {
    let scratch = Scratch::new();
    let template = "\
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Federated: !Sub \"arn:aws:iam::${AWS::AccountId}:saml-provider/corporate\" }
            Action: sts:AssumeRole # ##[error]mine
            Condition:
              StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' }
";
    let arguments = |path: &str| ["--color".into(), "never".into(), "--diff".into(), path.to_owned()];
    let diff_of = |template: &str| {
        let path = scratch.write("a.yaml", template);
        let all = arguments(path.to_str().unwrap());
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        (scan_in(&[("GITHUB_ACTIONS", "true")], &all).1, scan(&all).1)
    };
    let (log, patch) = diff_of(template);
    assert!(patch.contains("\n-            Action: sts:AssumeRole # ##[error]mine\n"), "{patch}");
    assert_eq!(log, format!("::stop-commands::fedlint-1\n{patch}::fedlint-1::\n"));
    let (log, patch) = diff_of(&template.replace("##[error]mine", "mine"));
    assert!(patch.contains("mine") && log == patch, "{log}");
}
