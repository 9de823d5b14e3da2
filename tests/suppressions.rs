//! Findings that somebody knows of: what a comment, the metadata or an entry of the settings suppresses, and what is said of
//! these.

mod support;

use fedlint::cli::ExitCode;
use support::cli::Folder;

/// Two roles that another account may assume. Lines 3 to 10 are the first, its statement is lines 7 to 10.
const ROLES: &str = "\
Resources:
  # above
  First:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Sid: Partner # behind
            Effect: Allow
            Principal: { AWS: '444455556666' } # last
            Action: sts:AssumeRole
  Second:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { AWS: '444455556666' }
            Action: sts:AssumeRole
";

/// What is found in the two roles with one of their comments replaced.
fn with_comment(old: &str, new: &str) -> Vec<String> {
    let folder = Folder::new();
    folder.write("roles.yaml", &ROLES.replace(old, new));
    folder.run(&["scan", ".", "--format", "json"]).findings()
}

/// What is found in the two roles with these settings.
fn with_settings(settings: &str) -> Vec<String> {
    let folder = Folder::new();
    folder.write("infra/roles.yaml", ROLES);
    folder.write("fedlint.yaml", settings);
    let ran = folder.run(&["scan", ".", "--format", "json"]);
    assert_eq!(ran.problems(), Vec::<String>::new());
    ran.findings()
}

const FIRST: &str = "cross-account-without-external-id roles.yaml:10";
const SECOND: &str = "cross-account-without-external-id roles.yaml:18";
const SUPPRESSED: &str = "cross-account-without-external-id roles.yaml:10, suppressed by file";

#[test]
fn a_comment_suppresses_what_it_stands_on_or_above() {
    assert_eq!(with_comment("# above", "# nothing"), [FIRST, SECOND]);
    for (old, place) in [("# above", "the resource"), ("# behind", "the statement"), ("# last", "the line")] {
        let found =
            with_comment(old, "# fedlint: ignore[cross-account-without-external-id] they are all friends");
        assert_eq!(found, [SUPPRESSED, SECOND], "{place}");
    }
    let group = with_comment("# above", "# fedlint: ignore[over-broad] they are all friends");
    assert_eq!(group, [SUPPRESSED, SECOND]);
    let several = with_comment(
        "# above",
        "# fedlint: ignore[hygiene, cross-account-without-external-id] they are all friends",
    );
    assert_eq!(several, [SUPPRESSED, SECOND]);
}

#[test]
fn one_that_suppresses_nothing_is_reported() {
    let unused = "# fedlint: ignore[oidc-tenant-unpinned] they are all friends";
    assert_eq!(with_comment("# above", unused), ["suppression-unused roles.yaml:2", FIRST, SECOND]);
    // Where one file is named, what belongs to a finding may lie in another one.
    let folder = Folder::new();
    folder.write("roles.yaml", &ROLES.replace("# above", unused));
    assert_eq!(folder.run(&["scan", "roles.yaml", "--format", "json"]).findings(), [FIRST, SECOND]);
    // Of a rule that is not asked nothing is known.
    folder.write("fedlint.yaml", "rules: { ignore: [oidc-tenant-unpinned] }\n");
    assert_eq!(folder.run(&["scan", ".", "--format", "json"]).findings(), [FIRST, SECOND]);
}

#[test]
fn one_without_a_reason_is_reported_unless_that_is_wanted() {
    let bare = "# fedlint: ignore[cross-account-without-external-id]";
    assert_eq!(
        with_comment("# above", bare),
        ["suppression-without-reason roles.yaml:2", SUPPRESSED, SECOND]
    );
    let folder = Folder::new();
    folder.write("roles.yaml", &ROLES.replace("# above", bare));
    folder.write("fedlint.yaml", "rules: { ignore: [suppression-without-reason] }\n");
    assert_eq!(folder.run(&["scan", ".", "--format", "json"]).findings(), [SUPPRESSED, SECOND]);
}

#[test]
fn one_that_is_over_suppresses_nothing_and_is_reported() {
    let until =
        |date| format!("# fedlint: ignore[cross-account-without-external-id] until={date} until the move");
    assert_eq!(with_comment("# above", &until("2026-11-25")), [SUPPRESSED, SECOND]);
    assert_eq!(
        with_comment("# above", &until("2026-11-24")),
        ["suppression-expired roles.yaml:2", FIRST, SECOND]
    );
}

#[test]
fn one_that_is_not_understood_is_an_error() {
    let cases = [
        (
            "# fedlint: ignore[over-broad] agreed until=2020-02-20",
            "the last day stands behind the brackets, before the reason",
        ),
        (
            "# fedlint: ignore[cross-account-without-external] x",
            "there is no rule and no group `cross-account-without-external`",
        ),
        ("# fedlint: ignore they are friends", "this comment does not say which rules are meant"),
        ("# fedlint: ignore[] they are friends", "this comment does not say which rules are meant"),
        (
            "# noqa # fedlint ignore[over-broad] x",
            "this comment is meant for fedlint, and does not begin as it should",
        ),
        ("# fedlint: disable", "this comment asks fedlint for nothing that it knows"),
        (
            "# fedlint: ignore[cross-account-without-external-id] until=soon x",
            "`soon` is not a date of the form `2026-11-25`",
        ),
    ];
    for (comment, message) in cases {
        let folder = Folder::new();
        folder.write("roles.yaml", &ROLES.replace("# above", comment));
        let ran = folder.run(&["scan", ".", "--format", "json"]);
        assert_eq!(ran.problems(), [message], "{comment}");
        assert_eq!(ran.code, ExitCode::Failed, "{comment}");
        assert!(ran.findings().contains(&SECOND.to_owned()), "all else is reported");
    }
}

#[test]
fn of_very_many_the_rest_is_not_read() {
    let folder = Folder::new();
    let many = "# fedlint: ignore[cross-account-without-external-id] x\n  ".repeat(1001);
    folder.write("roles.yaml", &ROLES.replace("# above", &many));
    let ran = folder.run(&["scan", ".", "--format", "json"]);
    let said = "this file has 1000 suppressions or more, and those from here on are not read";
    assert_eq!((ran.code, ran.problems()), (ExitCode::Failed, vec![said.to_owned()]));
}

#[test]
fn metadata_suppresses_in_a_resource_or_a_whole_template() {
    let metadata = "{\"fedlint\": {\"ignore\": [{\"rules\": [\"cross-account-without-external-id\"], \"reason\": \"friends\"}]}}";
    let role = "\"Type\": \"AWS::IAM::Role\", \"Properties\": {\"AssumeRolePolicyDocument\": {\"Statement\": \
                [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"444455556666\"}, \"Action\": \"sts:AssumeRole\"}]}}";
    let found = |template: String| {
        let folder = Folder::new();
        folder.write("roles.json", &template);
        folder.run(&["scan", ".", "--format", "json"]).findings()
    };
    let own = format!(
        "{{\"Resources\": {{\n\"First\": {{\"Metadata\": {metadata}, {role}}},\n\"Second\": {{{role}}}}}}}"
    );
    let suppressed = "cross-account-without-external-id roles.json:2, suppressed by file";
    assert_eq!(found(own), [suppressed, "cross-account-without-external-id roles.json:3"]);
    let whole = format!("{{\"Metadata\": {metadata}, \"Resources\": {{\n\"First\": {{{role}}}}}}}");
    assert_eq!(found(whole), [suppressed]);
    let wrong = metadata.replace("reason", "because");
    let folder = Folder::new();
    folder.write(
        "roles.json",
        &format!("{{\"Resources\": {{\n\"First\": {{\"Metadata\": {wrong}, {role}}}}}}}"),
    );
    let ran = folder.run(&["scan", ".", "--format", "json"]);
    assert_eq!(ran.problems(), ["`because` of a suppression is not understood"]);
    assert_eq!(ran.findings(), ["cross-account-without-external-id roles.json:2"]);
}

#[test]
fn settings_suppress_by_rule_path_entity_and_statement() {
    let first = "cross-account-without-external-id infra/roles.yaml:10";
    let second = "cross-account-without-external-id infra/roles.yaml:18";
    let suppressed = |finding: &str| format!("{finding}, suppressed by settings");
    let entry = |rest: &str| {
        with_settings(&format!(
            "suppressions:\n- {{ rules: [cross-account-without-external-id], reason: friends{rest} }}\n"
        ))
    };
    assert_eq!(entry(""), [suppressed(first), suppressed(second)]);
    assert_eq!(entry(", path: 'infra/*.yaml'"), [suppressed(first), suppressed(second)]);
    for directory in ["infra", "infra/", "infra/roles.yaml"] {
        assert_eq!(entry(&format!(", path: {directory}")), [suppressed(first), suppressed(second)]);
    }
    assert_eq!(entry(", entity: First"), [suppressed(first), second.to_owned()]);
    assert_eq!(entry(", entity: 'F*'"), [suppressed(first), second.to_owned()]);
    assert_eq!(entry(", statement: Partner"), [suppressed(first), second.to_owned()]);
    assert_eq!(entry(", entity: First, statement: Partner"), [suppressed(first), second.to_owned()]);
    let unused = |line| format!("suppression-unused fedlint.yaml:{line}");
    for other in ["*.yaml", "infr", "roles.yaml"] {
        let found = entry(&format!(", path: '{other}'"));
        assert_eq!(found, [unused(2), first.to_owned(), second.to_owned()]);
    }
    assert_eq!(
        entry(", entity: Second, statement: Partner"),
        [unused(2), first.to_owned(), second.to_owned()]
    );
}

#[test]
fn what_is_left_out_is_not_said_to_be_nothing() {
    let settings =
        "suppressions: [{ rules: [cross-account-without-external-id], reason: x }]\nmin-certainty: proved\n";
    assert_eq!(with_settings(settings), Vec::<String>::new());
}

#[test]
fn of_settings_nothing_is_said_where_only_a_part_is_scanned() {
    let folder = Folder::new();
    folder.write(
        "fedlint.yaml",
        "suppressions: [{ rules: [cross-account-without-external-id], entity: Gone, reason: x }]\n",
    );
    folder.write("infra/roles.yaml", ROLES);
    let found = folder.run(&["scan", "infra", "--format", "json"]).findings();
    assert_eq!(
        found,
        [
            "cross-account-without-external-id infra/roles.yaml:10",
            "cross-account-without-external-id infra/roles.yaml:18"
        ]
    );
}

#[test]
fn what_is_suppressed_fails_nothing_and_is_counted() {
    let folder = Folder::new();
    folder.write("roles.yaml", ROLES);
    folder.write("fedlint.yaml", "suppressions: [{ rules: [over-broad], reason: an exercise }]\n");
    let ran = folder.run(&["scan", "."]);
    assert_eq!(ran.code, ExitCode::Clean);
    assert!(ran.out.contains("suppressed: 2 in the settings\n"), "{}", ran.out);
    assert!(!ran.out.contains("cross-account-without-external-id"), "{}", ran.out);
}

#[test]
fn a_report_is_not_written_over_what_was_read() {
    let folder = Folder::new();
    folder.write("roles.yaml", ROLES);
    folder.write("fedlint.yaml", "fail-on: never\n");
    for path in ["roles.yaml", "fedlint.yaml"] {
        let before = folder.read(path);
        let output = format!("json={}", folder.path(path).display());
        let ran = folder.run(&["scan", ".", "--output", &output]);
        let said = format!("error: `{path}` was read for this scan: write the report to another file\n");
        assert_eq!((ran.code, ran.err), (ExitCode::Failed, said));
        assert_eq!(folder.read(path), before);
    }
}
