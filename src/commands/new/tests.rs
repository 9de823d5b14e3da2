use std::path::Path;

use crate::cli::ExitCode;
use crate::cli::testing::cli;
use crate::source::scratch::Scratch;

/// Begins a rule in a directory.
fn new_rule(id: &str, directory: &Path) -> (ExitCode, String, String) {
    let directory = directory.to_str().unwrap();
    let (code, out, err) = cli(&["new", "rule", id, "--no-config", "--directory", directory]);
    (code, out.replace(directory, "rules"), err.replace(directory, "rules"))
}

#[test]
fn a_new_rule_passes_its_own_tests() {
    let scratch = Scratch::new();
    let directory = scratch.path("rules");
    let (code, out, err) = new_rule("github-trusted", &directory);
    assert_eq!((code, err.as_str()), (ExitCode::Clean, ""));
    insta::assert_snapshot!(out, @"
    wrote rules/github-trusted.yaml

    next:
    - say in it what is to be found; the comments say how
    - fedlint test rules
    - have scans ask it: write `rules: { directories: [rules] }` into fedlint.yaml
    ");
    let (code, out, err) = cli(&["test", "--no-config", directory.to_str().unwrap()]);
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (ExitCode::Clean, "2 examples of 1 rule: all as they should be\n", "")
    );
}

#[test]
fn what_is_there_is_left_alone() {
    let scratch = Scratch::new();
    let file = scratch.write("rules/github-trusted.yaml", "mine\n");
    let (code, out, err) = new_rule("github-trusted", &scratch.path("rules"));
    assert_eq!((code, out.as_str()), (ExitCode::Failed, ""));
    assert_eq!(
        err,
        "error: rules/github-trusted.yaml is there already\nChoose another id, or change that file.\n"
    );
    assert_eq!(std::fs::metadata(file).unwrap().len(), 5);
}

#[test]
fn an_id_has_to_be_one() {
    let scratch = Scratch::new();
    for id in ["GitHubTrusted", "github_trusted", "github--trusted", "../github", "", "-x"] {
        let (code, _, err) = cli(&[
            "new",
            "rule",
            "--no-config",
            "--directory",
            scratch.path("rules").to_str().unwrap(),
            "--",
            id,
        ]);
        assert_eq!(code, ExitCode::Failed, "{id}");
        assert!(err.contains("is no id of a rule"), "{id}: {err}");
    }
    let (code, _, err) = new_rule("guest-role-missing", &scratch.path("rules"));
    assert_eq!(code, ExitCode::Failed);
    assert!(err.starts_with("error: fedlint has a rule `guest-role-missing` already\n"), "{err}");
    assert!(!scratch.path("rules").exists());
}

#[test]
fn the_directory_of_the_settings_is_taken() {
    let scratch = Scratch::new();
    let settings = scratch.write("fedlint.yaml", "rules: { directories: [own] }\n");
    std::fs::create_dir_all(scratch.path("own")).unwrap();
    let (code, out, err) = cli(&["new", "rule", "github-trusted", "--config", settings.to_str().unwrap()]);
    assert_eq!((code, err.as_str()), (ExitCode::Clean, ""));
    assert!(scratch.path("own/github-trusted.yaml").exists());
    assert!(!out.contains("have scans ask it"), "the settings name it: {out}");
}
