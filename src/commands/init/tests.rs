use std::path::Path;

use crate::cli::testing::cli;
use crate::cli::{ExitCode, parse};
use crate::settings::Settings;
use crate::source::Sources;
use crate::source::scratch::Scratch;

/// Sets up a folder; what was said, with the folder as `repository`.
fn init(scratch: &Scratch, more: &[&str]) -> String {
    let root = scratch.path(".");
    let root = root.to_str().unwrap();
    let (code, out, err) = cli(&[&["init", root], more].concat());
    assert_eq!((code, err.as_str()), (ExitCode::Clean, ""));
    out.replace(root, "repository")
}

fn read(path: &Path) -> String {
    #[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_repository_is_set_up() {
    let scratch = Scratch::new();
    scratch.write(".github/workflows/build.yaml", "");
    scratch.write(".gitlab-ci.yml", "build: {}\n");
    scratch.write("tests/template.yaml", "");
    let said = init(&scratch, &[]);
    insta::assert_snapshot!("init", said);
    let settings = read(&scratch.path("fedlint.yaml"));
    assert!(settings.contains("\n# exclude: [tests/]\n"), "{settings}");
    assert_eq!(read(&scratch.path(".gitlab-ci.yml")), "build: {}\n");
    assert!(
        !scratch.path(".pre-commit-config.yaml").exists()
            && !scratch.path(".github/workflows/fedlint.yaml").exists()
    );
}

/// Every setting that is commented out can be switched on as it stands.
#[test]
fn the_settings_are_right_with_and_without_their_comments() {
    let scratch = Scratch::new();
    init(&scratch, &[]);
    let path = scratch.path("fedlint.yaml");
    Settings::load(&Sources::default(), &path).expect("what is written is right");
    let text = read(&path);
    let is_setting = |line: &&str| {
        let rest = line.trim_start().trim_start_matches("# ");
        rest.contains(": ") && !rest.contains(". ") && !rest.ends_with('.') || rest.ends_with(':')
    };
    let all: String = text
        .lines()
        .map(|line| if is_setting(&line) { line.replacen("# ", "", 1) } else { line.to_owned() })
        .map(|line| line + "\n")
        .collect();
    let scratch = Scratch::new();
    let path = scratch.write("fedlint.yaml", &all);
    let settings =
        Settings::load(&Sources::default(), &path).unwrap_or_else(|problems| panic!("{problems:?}\n{all}"));
    assert!(settings.accounts.management.is_some() && !settings.deployments.is_empty(), "{all}");
    assert!(!settings.rules.directories.is_empty() && !settings.exclude.is_empty(), "{all}");
}

/// What is written runs fedlint with options that it has.
#[test]
fn the_commands_that_are_written_are_understood() {
    let mut count = 0;
    for text in [super::PRE_COMMIT, super::GITHUB, super::GITLAB] {
        for line in text.lines() {
            if let Some((_, rest)) = line.split_once("fedlint scan") {
                let arguments = ["fedlint", "scan"].into_iter().chain(rest.split_whitespace());
                parse(arguments, None).unwrap_or_else(|error| panic!("{line}: {error}"));
                count += 1;
            }
        }
    }
    assert_eq!(count, 3);
}

#[test]
fn nothing_is_written_over() {
    let scratch = Scratch::new();
    for path in ["fedlint.yaml", ".pre-commit-config.yaml", ".github/workflows/fedlint.yaml"] {
        scratch.write(path, "mine\n");
    }
    let said = init(&scratch, &["--write"]);
    for path in ["fedlint.yaml", ".pre-commit-config.yaml", ".github/workflows/fedlint.yaml"] {
        assert_eq!(read(&scratch.path(path)), "mine\n", "{path}: {said}");
    }
    assert!(said.contains("left repository/fedlint.yaml alone, which is there already\n"), "{said}");
    assert!(said.contains("add to .pre-commit-config.yaml:\n\n      - repo: local\n"), "{said}");
}

#[test]
fn what_is_not_there_is_written_if_it_is_wanted() {
    let scratch = Scratch::new();
    scratch.write(".github/CODEOWNERS", "");
    let said = init(&scratch, &["--write"]);
    for path in ["fedlint.yaml", ".pre-commit-config.yaml", ".github/workflows/fedlint.yaml"] {
        assert!(said.contains(&format!("wrote repository/{path}\n")), "{said}");
        let value: serde_yaml::Value = serde_yaml::from_str(&read(&scratch.path(path))).expect("YAML");
        assert!(value.is_mapping(), "{path}");
    }
}

#[test]
fn what_the_names_say_is_said() {
    let scratch = Scratch::new();
    scratch.write("cdk.json", "{}");
    assert!(init(&scratch, &[]).contains("- cdk synth && fedlint scan cdk.out\n"));
    let scratch = Scratch::new();
    scratch.write("cdk.json", "{}");
    scratch.write("cdk.out/manifest.json", "{}");
    scratch.write("fedlint-dump/fedlint-dump.json", "{}");
    let said = init(&scratch, &[]);
    assert!(said.contains("- fedlint scan repository repository/cdk.out\n"), "{said}");
    assert!(read(&scratch.path("fedlint.yaml")).contains("\nexclude: [fedlint-dump/]\n"));
}
