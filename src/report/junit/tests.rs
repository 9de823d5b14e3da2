use std::path::Path;

use proptest::prelude::*;
use roxmltree::{Document, Node};

use super::*;
use crate::finding::Severity;
use crate::report::tests::{Case, NASTY, everything, finding, nasty};
use crate::scan::{Summary, Visited};

fn written(case: &Case) -> String {
    written_of(&case.report())
}

fn written_of(report: &Report<'_>) -> String {
    let mut out = Vec::new();
    let root = Root::new(Path::new("/repository/stacks"), Path::new("/repository"));
    write(&mut out, report, &root).unwrap();
    String::from_utf8(out).unwrap()
}

/// What has gone wrong, and how, in the order in which it stands there.
fn results(xml: &str) -> Vec<String> {
    let document = Document::parse(xml).unwrap();
    let tests = document.descendants().filter(|node| node.has_tag_name("testcase"));
    let result = |test: Node<'_, '_>| {
        let how = test.first_element_child().map_or("passed", |child| child.tag_name().name()).to_owned();
        format!("{}: {}: {how}", test.attribute("classname").unwrap(), test.attribute("name").unwrap())
    };
    tests.map(result).collect()
}

#[test]
fn a_suite_for_each_file() {
    insta::assert_snapshot!(written(&everything()), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="fedlint" tests="7" failures="4" errors="1" skipped="1" time="0">
      <testsuite name="fedlint" tests="1" failures="0" errors="0" skipped="0" time="0">
        <testcase classname="fedlint" name="scan" time="0"/>
        <system-out>5 findings: 1 critical, 1 high, 2 medium, 1 info; 1 only possible; 1 more folded into these
    suppressed: 1 where they stand
    2 problems: not everything could be checked
    checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets</system-out>
      </testsuite>
      <testsuite name="/elsewhere/role.yaml" tests="3" failures="2" errors="0" skipped="1" time="0">
        <testcase classname="/elsewhere/role.yaml" name="guest-access-enabled: identity pool `Pool`" file="/elsewhere/role.yaml" line="1" time="0">
          <skipped message="info: `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in"/>
        </testcase>
        <testcase classname="/elsewhere/role.yaml" name="guest-access-enabled: identity pool `Pool` #2" file="/elsewhere/role.yaml" line="1" time="0">
          <failure type="medium" message="`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in">`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
    help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.</failure>
        </testcase>
        <testcase classname="/elsewhere/role.yaml" name="guest-access-enabled: identity pool `Pool` #3" file="/elsewhere/role.yaml" line="1" time="0">
          <failure type="medium" message="`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in">`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
    help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.</failure>
        </testcase>
      </testsuite>
      <testsuite name="stacks/infra/my pool.yaml" tests="2" failures="2" errors="0" skipped="0" time="0">
        <testcase classname="stacks/infra/my pool.yaml" name="guest-access-enabled: identity pool `Pool`" file="stacks/infra/my pool.yaml" line="2" time="0">
          <failure type="critical" message="`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in (possible), when `AllowGuests` is `true`">`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
    certainty: possible, depends on something that the scan cannot see
    when: `AllowGuests` is `true`
    witness: action = sts:AssumeRoleWithWebIdentity
    note: one assumption
    help: Do one of these:

    - set `Guests: false`
    - remove it</failure>
        </testcase>
        <testcase classname="stacks/infra/my pool.yaml" name="guest-access-enabled: identity pool `Pool` #2" file="stacks/infra/my pool.yaml" line="3" time="0">
          <failure type="high" message="`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in">`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
    help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.</failure>
        </testcase>
        <system-out>problem: lenient: line 2: a comma too many. Remove it.</system-out>
      </testsuite>
      <testsuite name="stacks/none.yaml" tests="1" failures="0" errors="1" skipped="0" time="0">
        <testcase classname="stacks/none.yaml" name="problem: unreadable" file="stacks/none.yaml" time="0">
          <error type="unreadable" message="`none.yaml` does not exist">`none.yaml` does not exist. Check the path.</error>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn a_file_without_findings_is_a_test_that_passed() {
    let mut case = Case::new();
    let file = case.file("b.yaml", "Pool: true\n");
    case.findings = vec![finding(case.span(file, "true"))];
    let visited = |path: &str, holds| Visited { path: path.into(), holds };
    case.files = vec![
        visited("a.yaml", Holds::Ours),
        visited("b.yaml", Holds::Ours),
        visited("c.yaml", Holds::Nothing),
        visited("d.yaml", Holds::Unparsed),
    ];
    assert_eq!(
        results(&written(&case)),
        [
            "fedlint: scan: passed",
            "stacks/a.yaml: no findings: passed",
            "stacks/b.yaml: guest-access-enabled: identity pool `Pool`: failure",
        ]
    );
}

#[test]
fn only_what_fails_the_scan_fails() {
    let mut case = Case::new();
    let file = case.file("a.yaml", "Pool: true\n");
    let found = finding(case.span(file, "true"));
    case.findings = Severity::ALL.map(|severity| Finding { severity, ..found.clone() }).to_vec();
    let skipped = |fails_from| {
        let report = Report { fails_from, ..case.report() };
        results(&written_of(&report)).iter().filter(|result| result.ends_with("skipped")).count()
    };
    assert_eq!(skipped(Some(Severity::Info)), 0);
    assert_eq!(skipped(Some(Severity::High)), 3);
    assert_eq!(skipped(None), 5);
}

#[test]
fn what_was_not_looked_at_is_no_success() {
    let mut case = Case::new();
    case.summary = Summary::default();
    assert_eq!(results(&written(&case)), ["fedlint: scan: skipped"]);
    case.summary.refused = true;
    assert_eq!(results(&written(&case)), ["fedlint: scan: error"]);
}

proptest! {
    #[test]
    fn every_text_is_read_back(text in NASTY) {
        let case = nasty(&text);
        let xml = written(&case);
        let document = Document::parse(&xml).unwrap();
        let kinds: Vec<&str> =
            document.descendants().filter(Node::is_element).map(|node| node.tag_name().name()).collect();
        let expected = [
            "testsuites", "testsuite", "testcase", "system-out",
            "testsuite", "testcase", "error", "testcase", "failure", "system-out",
        ];
        prop_assert_eq!(kinds, expected);
        let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
        let visible = |text: &str| text.replace('\u{fffe}', "\\u{fffe}");
        prop_assert_eq!(failure.attribute("message").unwrap(), visible(&in_short(&case.findings[0])));
        prop_assert_eq!(failure.text().unwrap(), visible(&in_full(&case.findings[0])));
    }
}
