//! What is known fails nothing, until it gets worse or something new comes.

mod support;

use fedlint::cli::ExitCode;
use support::cli::{Folder, Ran};

/// A role that another account may assume, called `name`.
fn role(name: &str, account: &str) -> String {
    format!(
        "  {name}:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Statement:\n\
         \x20         - Effect: Allow\n            Principal: {{ AWS: '{account}' }}\n            Action: sts:AssumeRole\n"
    )
}

fn template(resources: &[String]) -> String {
    format!("Resources:\n{}", resources.concat())
}

const PARTNER: &str = "444455556666";

/// A folder with two roles of which all findings are known.
fn known() -> Folder {
    let folder = Folder::new();
    folder.write("infra/roles.yaml", &template(&[role("First", PARTNER), role("Second", PARTNER)]));
    let ran = folder.run(&["baseline", "write", "."]);
    assert_eq!((ran.code, ran.out.as_str()), (ExitCode::Clean, "fedlint-baseline.json: 2 findings known\n"));
    folder
}

fn scan(folder: &Folder) -> Ran {
    folder.run(&["scan", ".", "--format", "json"])
}

/// The findings that are not known.
fn new_findings(folder: &Folder) -> Vec<String> {
    scan(folder).findings().into_iter().filter(|finding| !finding.contains("suppressed")).collect()
}

#[test]
fn what_is_known_is_counted_and_fails_nothing() {
    let folder = known();
    let ran = folder.run(&["scan", "."]);
    assert_eq!(ran.code, ExitCode::Clean);
    assert!(ran.out.contains("suppressed: 2 in the baseline\n"), "{}", ran.out);
    assert_eq!(folder.run(&["scan", ".", "--no-baseline"]).code, ExitCode::Findings);
    // From a folder further down, and with a file by name, it is the same.
    assert_eq!(folder.run(&["scan", "infra"]).code, ExitCode::Clean);
    assert_eq!(folder.run(&["scan", "infra/roles.yaml"]).code, ExitCode::Clean);
}

#[test]
fn the_file_says_what_is_known_a_line_each() {
    let text = known().read("fedlint-baseline.json");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        (lines.len(), lines[0], lines[1], lines[2]),
        (7, "{", "  \"schema\": 1,", "  \"findings\": [")
    );
    let start = "    {\"path\":\"infra/roles.yaml\",\"rule\":\"cross-account-without-external-id\",\"entity\":\"First\",\
                 \"severity\":\"low\",\"certainty\":\"possible\",\"message\":";
    assert!(lines[3].starts_with(start), "{}", lines[3]);
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
}

#[test]
fn other_places_and_other_things_make_no_difference() {
    let folder = known();
    // In another order, further down, with another resource, and written in another way.
    let moved = template(&[
        "\n  # moved\n".to_owned(),
        role("Third", "111122223333"),
        role("Second", PARTNER),
        role("First", PARTNER),
    ]);
    folder.write(
        "infra/roles.yaml",
        &moved.replace(
            "Principal: { AWS: '444455556666' }",
            "Principal:\n              AWS:\n                - \"444455556666\"",
        ),
    );
    let found = new_findings(&folder);
    assert!(found.iter().all(|finding| finding.contains("yaml:10")), "only of the new one: {found:?}");
}

#[test]
fn a_new_finding_fails() {
    let folder = known();
    folder.write("infra/more.yaml", &template(&[role("First", PARTNER)]));
    assert_eq!(new_findings(&folder), ["cross-account-without-external-id infra/more.yaml:8"]);
    assert_eq!(scan(&folder).code, ExitCode::Findings);
}

#[test]
fn another_cause_is_a_new_finding() {
    let folder = known();
    folder.write("infra/roles.yaml", &template(&[role("First", "777788889999"), role("Second", PARTNER)]));
    assert_eq!(new_findings(&folder), ["cross-account-without-external-id infra/roles.yaml:8"]);
}

#[test]
fn what_is_let_in_besides_is_a_new_finding() {
    let folder = Folder::new();
    let subjects = |subjects: &str| {
        let trust = format!(
            "Resources:\n  Build:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Statement:\n\
             \x20         - Effect: Allow\n            Action: sts:AssumeRoleWithWebIdentity\n            Principal:\n              \
             Federated: arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com\n            Condition:\n              \
             StringEquals: {{ 'token.actions.githubusercontent.com:aud': sts.amazonaws.com }}\n              \
             StringLike: {{ 'token.actions.githubusercontent.com:sub': {subjects} }}\n"
        );
        folder.write("build.yaml", &trust);
    };
    let any_ref =
        |folder: &Folder| new_findings(folder).iter().any(|finding| finding.starts_with("oidc-any-ref"));
    subjects("['repo:org/shop:*']");
    assert!(any_ref(&folder));
    folder.run(&["baseline", "write", "."]);
    assert!(!any_ref(&folder));
    subjects("'repo:org/shop:*'");
    assert!(!any_ref(&folder), "the same in other words");
    subjects("['repo:org/shop:*', 'repo:evil/x:*']");
    assert!(any_ref(&folder));
    subjects("'repo:evil/x:*'");
    assert!(any_ref(&folder));
}

#[test]
fn notes_of_what_is_suppressed_stand_alone() {
    let folder = Folder::new();
    let shop = include_str!("../testdata/shop/template.yaml");
    folder.write("shop.yaml", shop);
    let open =
        |folder: &Folder, rule: &str| new_findings(folder).iter().any(|finding| finding.starts_with(rule));
    assert!(open(&folder, "guest-classic-flow"));
    folder.write("fedlint.yaml", "suppressions: [{ rules: [guest-classic-flow], reason: x }]\n");
    let classic = "identity-pool-classic-flow";
    assert!(
        !open(&folder, "guest-classic-flow") && open(&folder, classic),
        "who knows of one does not know of the other"
    );
    folder.write(
        "fedlint.yaml",
        &format!("suppressions: [{{ rules: [guest-classic-flow, {classic}], reason: x }}]\n"),
    );
    assert!(!open(&folder, classic));
    folder.write("fedlint.yaml", "rules: { severity: { guest-classic-flow: info } }\n");
    assert!(
        open(&folder, "guest-access-enabled shop.yaml:38"),
        "what was made milder hides nothing that is worse"
    );
}

#[test]
fn what_was_not_asked_is_not_gone() {
    let folder = known();
    for arguments in [
        &["baseline", "prune", ".", "--select", "broken-trust"][..],
        &["baseline", "prune", ".", "--min-certainty", "proved"],
        &["baseline", "prune", "other"],
    ] {
        folder.write("other/more.yaml", &template(&[role("Third", "111122223333")]));
        folder.run(arguments);
        let infra = folder.run(&["scan", "infra", "--format", "json"]).findings();
        assert!(infra.iter().all(|finding| finding.contains("suppressed")), "{arguments:?}: {infra:?}");
    }
    // What is left out of a search is not gone, nor is anything where there is nothing to check.
    folder.write(".ignore", "infra/\n");
    folder.run(&["baseline", "update", "."]);
    folder.write(".ignore", "infra/\nother/\n");
    let ran = folder.run(&["baseline", "write", "."]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (ExitCode::Nothing, "nothing was written, because there is nothing to check\n")
    );
}

#[test]
fn what_gets_worse_comes_back() {
    let folder = known();
    let first = "cross-account-without-external-id infra/roles.yaml:8";
    let second = "cross-account-without-external-id infra/roles.yaml:16";
    let text = folder.read("fedlint-baseline.json");
    let with = |old: &str, new: &str| {
        folder.write("fedlint-baseline.json", &text.replace(old, new));
        new_findings(&folder)
    };
    assert_eq!(with("\"low\"", "\"high\""), Vec::<String>::new(), "it was worse");
    assert_eq!(with("\"low\"", "\"info\""), [first, second], "it was milder");
    assert_eq!(with("\"possible\"", "\"proved\""), Vec::<String>::new(), "it was sure");
    assert_eq!(with("\"low\"", "\"bad\""), [first, second], "nobody knows how bad it was");
}

#[test]
fn what_is_worse_under_other_conditions_is_known_with_all_of_them() {
    let folder = Folder::new();
    folder.write("shop.yaml", include_str!("../testdata/shop/template.yaml"));
    assert_eq!(folder.run(&["baseline", "write", "."]).code, ExitCode::Clean);
    assert_eq!(new_findings(&folder), Vec::<String>::new());
}

#[test]
fn update_adds_what_is_new_and_takes_out_what_is_gone() {
    let folder = known();
    folder.write("infra/roles.yaml", &template(&[role("First", PARTNER), role("Third", PARTNER)]));
    let ran = folder.run(&["baseline", "update", "."]);
    assert_eq!(ran.out, "fedlint-baseline.json: 2 findings known; 1 new, 1 gone\n");
    assert_eq!(new_findings(&folder), Vec::<String>::new());
}

#[test]
fn a_scan_says_how_much_is_gone() {
    let folder = known();
    folder.write("infra/roles.yaml", &template(&[role("First", PARTNER)]));
    let gone = |arguments: &[&str]| folder.run(arguments).out.contains("gone from the baseline: 1;");
    assert!(gone(&["scan", "."]) && gone(&["scan", "infra/roles.yaml"]));
    assert!(!gone(&["scan", ".", "--select", "hygiene"]), "it was not asked for");
    assert!(gone(&["scan", ".", "--select", "over-broad"]), "it was");
    let variable = folder.run_with(&["scan", "."], &[("FEDLINT_SELECT", "hygiene")]).out;
    assert!(!variable.contains("gone"), "nor there: {variable}");
    folder.write("other/more.yaml", &template(&[role("First", PARTNER)]));
    assert!(!gone(&["scan", "other"]), "it was not looked for there");
}

#[test]
fn prune_takes_out_what_is_gone_and_adds_nothing() {
    let folder = known();
    folder.write("infra/roles.yaml", &template(&[role("First", PARTNER), role("Third", PARTNER)]));
    let ran = folder.run(&["baseline", "prune", "."]);
    assert_eq!(ran.out, "fedlint-baseline.json: 1 finding known; 1 gone\n");
    assert_eq!(new_findings(&folder), ["cross-account-without-external-id infra/roles.yaml:16"]);
}

#[test]
fn what_is_not_scanned_is_not_gone() {
    let folder = known();
    folder.write("other/more.yaml", &template(&[role("Fourth", PARTNER)]));
    assert_eq!(
        folder.run(&["baseline", "update", "other"]).out,
        "fedlint-baseline.json: 3 findings known; 1 new, 0 gone\n"
    );
    // What is suppressed otherwise is not known by it.
    folder.write("fedlint.yaml", "suppressions: [{ rules: [over-broad], path: other/*, reason: x }]\n");
    assert_eq!(
        folder.run(&["baseline", "update", "."]).out,
        "fedlint-baseline.json: 2 findings known; 0 new, 1 gone\n"
    );
}

#[test]
fn nothing_is_written_if_not_all_can_be_read() {
    let folder = known();
    let before = folder.read("fedlint-baseline.json");
    folder.write("infra/broken.yaml", "Resources:\n  Broken: [Type: AWS::IAM::Role\n");
    let ran = folder.run(&["baseline", "update", "."]);
    assert_eq!(ran.code, ExitCode::Failed);
    assert!(
        ran.err.ends_with("nothing was written, because not everything could be checked\n"),
        "{}",
        ran.err
    );
    assert_eq!(folder.read("fedlint-baseline.json"), before);
}

#[test]
fn a_file_that_is_no_baseline_is_an_error() {
    let folder = known();
    for (text, said) in [
        ("", "this is no baseline: EOF while parsing a value at line 1 column 0"),
        (
            "{\"schema\": 2, \"findings\": []}",
            "this baseline is of form 2, and only 1 is known to this fedlint",
        ),
        ("{\"schema\": 1}", "this is no baseline: missing field `findings` at line 1 column 13"),
    ] {
        folder.write("fedlint-baseline.json", text);
        let ran = scan(&folder);
        assert_eq!((ran.code, ran.problems()), (ExitCode::Failed, vec![said.to_owned()]));
        assert_eq!(folder.run(&["baseline", "prune", "."]).code, ExitCode::Failed);
    }
    let ran = folder.run(&["scan", ".", "--baseline", "./none.json", "--format", "json"]);
    assert_eq!((ran.code, ran.problems()), (ExitCode::Failed, vec!["`none.json` does not exist".to_owned()]));
}

#[cfg(unix)]
#[test]
fn a_baseline_is_written_whole_with_its_permissions_and_never_through_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let template = "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: '*', Action: sts:AssumeRole}}\n";
    let folder = Folder::new();
    folder.write("a.yaml", template);
    assert_eq!(folder.run(&["baseline", "write", "."]).code, ExitCode::Clean);
    let path = folder.path("fedlint-baseline.json");
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("they can be set");
    folder.write("b.yaml", &template.replace("Role:\n", "Other:\n"));
    assert_eq!(folder.run(&["baseline", "update", "."]).code, ExitCode::Clean);
    assert_eq!(mode(&path), 0o640);
    // What another one is behind stays as it is.
    let known = folder.read("fedlint-baseline.json");
    folder.write("outside.json", &known);
    std::fs::remove_file(&path).expect("it can be removed");
    symlink(folder.path("outside.json"), &path).expect("a link");
    folder.write("c.yaml", &template.replace("Role:\n", "Third:\n"));
    let ran = folder.run(&["baseline", "update", "."]);
    assert_eq!(ran.code, ExitCode::Failed);
    assert!(ran.err.contains("it is a link, which is not followed"), "{}", ran.err);
    assert_eq!(folder.read("outside.json"), known);
    let left = std::fs::read_dir(folder.path(".")).expect("a folder").count();
    assert_eq!(left, 6, "nothing else stays behind");
}

#[test]
fn of_several_updates_at_a_time_none_is_lost() {
    for is_there in [true, false] {
        let folder = known();
        if !is_there {
            std::fs::remove_file(folder.path("fedlint-baseline.json")).expect("it is there");
            std::fs::remove_dir_all(folder.path("infra")).expect("it is there");
        }
        let parts: Vec<String> = (0..5).map(|part| format!("part{part}")).collect();
        for part in &parts {
            folder.write(&format!("{part}/roles.yaml"), &template(&[role(part, PARTNER)]));
        }
        let folder = &folder;
        std::thread::scope(|scope| {
            for part in &parts {
                scope.spawn(move || {
                    loop {
                        let ran = folder.run(&["baseline", "update", part]);
                        if ran.code == ExitCode::Clean {
                            break;
                        }
                        // Who was too late says so, has changed nothing, and does it again.
                        assert!(ran.err.contains(" cannot be written: "), "{}", ran.err);
                    }
                });
            }
        });
        assert_eq!(new_findings(folder), Vec::<String>::new());
        let left = std::fs::read_dir(folder.path(".")).expect("a folder").count();
        assert_eq!(left, 2 + parts.len() + usize::from(is_there), "nothing else stays behind");
    }
}
