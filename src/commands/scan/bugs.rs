//! Bugs of ours, provoked: a file by the name of which tests have a stage fail ([`bug`](crate::scan::bug)).

use std::io::{self, Write};

use serde_json::Value;

use crate::cli::{Environment, ExitCode, run, testing::cli};
use crate::source::scratch::Scratch;

const OPEN: &str = "\
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: '*', Action: sts:AssumeRole}
";

/// Scans files that all have the same finding; the files that it is reported of, the problems, and standard error.
fn scan(names: &[&str], threads: &str) -> (ExitCode, Vec<String>, Vec<String>, String) {
    let scratch = Scratch::new();
    scratch.write(".git/HEAD", "");
    for name in names {
        scratch.write(name, OPEN);
    }
    let folder = scratch.path(".").display().to_string();
    let (code, out, err) = cli(&["scan", "--format", "json", "--no-config", "--threads", threads, &folder]);
    let report: Value = serde_json::from_str(&out).expect("a report");
    let list = |name: &str| report[name].as_array().expect("a list").clone();
    let name = |path: &Value| {
        let path = path.as_str().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default().to_owned()
    };
    let mut found: Vec<String> =
        list("findings").iter().map(|finding| name(&finding["location"]["path"])).collect();
    found.dedup();
    let problems = list("problems").into_iter().map(|problem| {
        assert_eq!(problem["kind"], "internal");
        assert!(problem["help"].as_str().is_some_and(|help| help.contains("Please report it")), "{problem}");
        problem["message"].as_str().unwrap_or_default().replace(&format!("{folder}/"), "")
    });
    (code, found, problems.collect(), err)
}

const STAGES: [&str; 4] = [
    "reading it",
    "resolving what it refers to",
    "making entities of it",
    "looking for what is wrong with it",
];

#[test]
fn a_file_that_makes_us_fail_costs_nobody_elses_findings() {
    for stage in STAGES {
        let culprit = format!("fails-while-{}.yaml", stage.replace(' ', "-"));
        for threads in ["1", "2"] {
            let all = ["a.yaml", "b.yaml", &culprit, "z.yaml"];
            let (code, found, problems, err) = scan(&all, threads);
            assert_eq!((code, &*err), (ExitCode::Failed, ""), "{stage}");
            assert_eq!(found, ["a.yaml", "b.yaml", "z.yaml"], "{stage}");
            let message =
                format!("fedlint has a bug: it failed on `{culprit}` while {stage}: no entry `{culprit}`");
            assert_eq!(problems, [message], "{stage}");
        }
        let (code, found, problems, _) = scan(&[&culprit], "1");
        assert_eq!((code, found.len(), problems.len()), (ExitCode::Failed, 0, 1), "{stage}");
    }
}

#[test]
fn several_bugs_at_once_are_all_said() {
    let culprits = STAGES.map(|stage| format!("fails-while-{}.yaml", stage.replace(' ', "-")));
    let mut names: Vec<String> = (0..30).map(|number| format!("{number:02}.yaml")).collect();
    names.extend(culprits);
    let (code, found, problems, _) = scan(&names.iter().map(String::as_str).collect::<Vec<_>>(), "2");
    assert_eq!((code, found.len(), problems.len()), (ExitCode::Failed, 30, 4), "{problems:?}");
}

#[test]
fn of_two_files_that_only_fail_together_one_is_reported() {
    for stage in &STAGES[1..] {
        let stage = stage.replace(' ', "-");
        let [one, other] = ["one", "other"].map(|half| format!("{half}-half-of-{stage}.yaml"));
        let (code, found, problems, _) = scan(&["a.yaml", &one, &other, "z.yaml"], "1");
        assert_eq!((code, problems.len()), (ExitCode::Failed, 1), "{problems:?}");
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(problems[0].ends_with("both halves"), "{problems:?}");
    }
}

/// A stream that has a bug.
struct Broken;

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        panic!("a report has a bug\u{1b}[31m");
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_bug_in_a_report_is_said_too() {
    for command in ["rules", "paths", "scan", "graph"] {
        let scratch = Scratch::new();
        let file = scratch.write("a.yaml", OPEN).display().to_string();
        let (mut stdin, mut out, mut err) = (io::empty(), Broken, Vec::new());
        let environment = Environment::piped(&mut stdin, &mut out, &mut err, jiff::civil::date(2026, 11, 25));
        let mut arguments = vec!["fedlint", command, "--no-config"];
        arguments.extend((command != "rules").then_some(&*file));
        assert_eq!(run(arguments, environment), ExitCode::Failed, "{command}");
        let err = String::from_utf8(err).expect("text");
        let begin = "error: fedlint has a bug: it failed: a report has a bug";
        assert!(err.starts_with(begin) && !err.contains('\u{1b}'), "{command}: {err}");
        assert!(err.contains("Please report it") && err.contains(env!("CARGO_PKG_VERSION")), "{err}");
    }
}
