use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::finding::{SuppressedBy, Suppression};
use crate::report::tests::{Case, finding, label};
use crate::scan::Summary;
use crate::source::scratch::Scratch;
use crate::source::{Decoding, ProblemKind, SizeLimit};

const POOL: &str = "\
Parameters:
  AllowGuests:
    Type: String
    AllowedValues: ['true', 'false']
Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: true
      AllowClassicFlow: true
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles:
        unauthenticated: !GetAtt GuestRole.Arn
";

fn rendered(case: &Case, options: Options) -> String {
    let mut out = Vec::new();
    write(&mut out, &case.report(), &options).unwrap();
    String::from_utf8(out).unwrap()
}

/// Without the summary, which tests of excerpts do not care about.
fn body(case: &Case, options: Options) -> String {
    let text = rendered(case, options);
    text[..text.find("\n\n1 finding: ").expect("one finding is summed up")].to_owned()
}

/// A finding at `quoted` in a file of its own.
fn at(path: &str, text: &str, quoted: &str) -> Case {
    let mut case = Case::new();
    let file = case.file(path, text);
    case.findings.push(finding(case.span(file, quoted)));
    case
}

fn several_labels() -> Case {
    let mut case = at("infra/template.yaml", POOL, "AllowUnauthenticatedIdentities: true");
    let source = case.findings[0].span.source;
    case.findings[0].labels = vec![
        label(
            case.span(source, "AllowClassicFlow: true"),
            "the classic flow gives credentials without scope-down",
        ),
        label(case.span(source, "!GetAtt GuestRole.Arn"), "guests get this role"),
    ];
    case
}

fn everything() -> Case {
    let mut case = several_labels();
    let found = &mut case.findings[0];
    found.certainty = Certainty::Possible;
    found.when = Some("`AllowGuests` is `true`".to_owned());
    found.entity.arn =
        Some("arn:aws:cognito-identity:eu-west-1:111122223333:identitypool/eu-west-1:6d1f".to_owned());
    found.entity.cdk_path = Some("Shop/Identity/Pool/Resource".to_owned());
    found.notes = vec!["also says what `guest-classic-flow` would say".to_owned()];
    found.witness = Some(vec![
        ("action".to_owned(), "sts:AssumeRoleWithWebIdentity".to_owned()),
        ("cognito-identity.amazonaws.com:aud".to_owned(), "eu-west-1:6d1f".to_owned()),
        ("cognito-identity.amazonaws.com:amr".to_owned(), "unauthenticated".to_owned()),
    ]);
    case
}

const PLAIN: Options = Options { width: 80, color: false, unicode: true };

#[test]
fn places_and_labels() {
    insta::assert_snapshot!(rendered(&several_labels(), PLAIN), @r"
    infra/template.yaml

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
        ╭─[infra/template.yaml:9:7]
      8 │     Properties:
      9 │       AllowUnauthenticatedIdentities: true
        ·       ────────────────────────────────────
     10 │       AllowClassicFlow: true
        ·       ───────────┬──────────
        ·                  ╰─┤ the classic flow gives credentials without
        ·                    │ scope-down
     11 │   Roles:
        ╰────
        ╭─[infra/template.yaml:16:26]
     15 │       Roles:
     16 │         unauthenticated: !GetAtt GuestRole.Arn
        ·                          ──────────┬──────────
        ·                                    ╰── guests get this role
        ╰────
        entity: identity pool `Pool`
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.

    1 finding: 1 high
    checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
    ");
}

#[test]
fn all_that_can_be_said_about_a_finding() {
    insta::assert_snapshot!(rendered(&everything(), PLAIN), @r"
    infra/template.yaml

    high  guest-access-enabled  (possible)
      ? `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
        ╭─[infra/template.yaml:9:7]
      8 │     Properties:
      9 │       AllowUnauthenticatedIdentities: true
        ·       ────────────────────────────────────
     10 │       AllowClassicFlow: true
        ·       ───────────┬──────────
        ·                  ╰─┤ the classic flow gives credentials without
        ·                    │ scope-down
     11 │   Roles:
        ╰────
        ╭─[infra/template.yaml:16:26]
     15 │       Roles:
     16 │         unauthenticated: !GetAtt GuestRole.Arn
        ·                          ──────────┬──────────
        ·                                    ╰── guests get this role
        ╰────
        entity: identity pool `Pool`
           arn: arn:aws:cognito-identity:eu-west-1:111122223333:identitypool/eu-west-1:6d1f
      cdk path: Shop/Identity/Pool/Resource
          when: `AllowGuests` is `true`
       witness: action                              sts:AssumeRoleWithWebIdentity
                cognito-identity.amazonaws.com:aud  eu-west-1:6d1f
                cognito-identity.amazonaws.com:amr  unauthenticated
          note: also says what `guest-classic-flow` would say
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.

    1 finding: 1 high; 1 only possible
    checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
    ");
}

#[test]
fn without_characters_outside_ascii() {
    let text = rendered(&everything(), Options { unicode: false, ..PLAIN });
    assert!(text.is_ascii());
    insta::assert_snapshot!(text, @r"
    infra/template.yaml

    high  guest-access-enabled  (possible)
      ? `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
        ,-[infra/template.yaml:9:7]
      8 |     Properties:
      9 |       AllowUnauthenticatedIdentities: true
        :       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     10 |       AllowClassicFlow: true
        :       ^^^^^^^^^^^|^^^^^^^^^^
        :                  `-| the classic flow gives credentials without
        :                    | scope-down
     11 |   Roles:
        `----
        ,-[infra/template.yaml:16:26]
     15 |       Roles:
     16 |         unauthenticated: !GetAtt GuestRole.Arn
        :                          ^^^^^^^^^^|^^^^^^^^^^
        :                                    `-- guests get this role
        `----
        entity: identity pool `Pool`
           arn: arn:aws:cognito-identity:eu-west-1:111122223333:identitypool/eu-west-1:6d1f
      cdk path: Shop/Identity/Pool/Resource
          when: `AllowGuests` is `true`
       witness: action                              sts:AssumeRoleWithWebIdentity
                cognito-identity.amazonaws.com:aud  eu-west-1:6d1f
                cognito-identity.amazonaws.com:amr  unauthenticated
          note: also says what `guest-classic-flow` would say
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.

    1 finding: 1 high; 1 only possible
    checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
    ");
}

#[test]
fn in_color() {
    let text = rendered(&everything(), Options { color: true, ..PLAIN });
    insta::assert_snapshot!(text.replace('\u{1b}', "^"), @r"
    ^[1minfra/template.yaml^[0m

    ^[31;1mhigh^[0m  guest-access-enabled  ^[1m(possible)^[0m
      ^[31;1m?^[0m ^[1m`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in^[0m
        ╭─[^[36minfra/template.yaml:9:7^[0m]
     ^[2m 8^[0m │     Properties:
     ^[2m 9^[0m │       AllowUnauthenticatedIdentities: true
        · ^[31;1m      ────────────────────────────────────^[0m
     ^[2m10^[0m │       AllowClassicFlow: true
        · ^[36m      ───────────┬──────────^[0m
        ·                  ^[36m╰─┤ ^[36mthe classic flow gives credentials without^[0m^[0m
        ·                  ^[36m  │ ^[36mscope-down^[0m^[0m
     ^[2m11^[0m │   Roles:
        ╰────
        ╭─[^[36minfra/template.yaml:16:26^[0m]
     ^[2m15^[0m │       Roles:
     ^[2m16^[0m │         unauthenticated: !GetAtt GuestRole.Arn
        · ^[36m                         ──────────┬──────────^[0m
        ·                                    ^[36m╰── ^[36mguests get this role^[0m^[0m
        ╰────
        ^[36mentity:^[0m identity pool `Pool`
           ^[36marn:^[0m arn:aws:cognito-identity:eu-west-1:111122223333:identitypool/eu-west-1:6d1f
      ^[36mcdk path:^[0m Shop/Identity/Pool/Resource
          ^[36mwhen:^[0m `AllowGuests` is `true`
       ^[36mwitness:^[0m action                              sts:AssumeRoleWithWebIdentity
                cognito-identity.amazonaws.com:aud  eu-west-1:6d1f
                cognito-identity.amazonaws.com:amr  unauthenticated
          ^[36mnote:^[0m also says what `guest-classic-flow` would say
          ^[36mhelp:^[0m Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.

    1 finding: 1 high; 1 only possible
    checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
    ");
}

#[test]
fn color_changes_nothing_but_color() {
    for case in [several_labels(), everything()] {
        let mut text = rendered(&case, Options { color: true, ..PLAIN });
        while let Some(start) = text.find('\u{1b}') {
            let end = start + text[start..].find('m').expect("only styles are set");
            text.replace_range(start..=end, "");
        }
        assert_eq!(text, rendered(&case, PLAIN));
    }
}

#[test]
fn on_a_narrow_screen() {
    insta::assert_snapshot!(rendered(&everything(), Options { width: 50, ..PLAIN }), @r"
    infra/template.yaml

    high  guest-access-enabled  (possible)
      ? `Pool` gives credentials of `GuestRole` to
      │ anybody who asks, without sign-in
        ╭─[infra/template.yaml:9:7]
      8 │     Properties:
      9 │       AllowUnauthenticatedIdentities: true
        ·       ────────────────────────────────────
     10 │       AllowClassicFlow: true
        ·       ───────────┬──────────
        ·                  ╰─┤ the classic flow gives
        ·                    │ credentials without
        ·                    │ scope-down
     11 │   Roles:
        ╰────
        ╭─[infra/template.yaml:16:26]
     15 │       Roles:
     16 │ …     unauthenticated: !GetAtt GuestRole.Arn
        ·                        ──────────┬──────────
        ·                                  ╰── guests get this role
        ╰────
        entity: identity pool `Pool`
           arn: arn:aws:cognito-identity:eu-west-1:111122223333:identitypool/eu-west-1:6d1f
      cdk path: Shop/Identity/Pool/Resource
          when: `AllowGuests` is `true`
       witness: action               sts:AssumeRoleWithWebIdentity
                cognito-identity.amazonaws.com:aud  eu-west-1:6d1f
                cognito-identity.amazonaws.com:amr  unauthenticated
          note: also says what `guest-classic-flow`
                would say
          help: Set `AllowUnauthenticatedIdentities`
                to `false`, or give the guest role
                nothing but what the public may do.

    1 finding: 1 high; 1 only possible
    checked 1 file with 2 roles, 1 provider, 1 pool, 0
    permission sets
    ");
}

#[test]
fn severities_look_different() {
    let mut case = at("a.yaml", "a: true\n", "true");
    case.findings = Severity::ALL
        .into_iter()
        .map(|severity| Finding { severity, help: "Change it.".into(), ..case.findings[0].clone() })
        .collect();
    case.findings[1].folded_into = Some("x".to_owned());
    case.findings[2].suppressed = Some(Suppression { by: SuppressedBy::File, reason: None });
    insta::assert_snapshot!(rendered(&case, PLAIN), @"
    a.yaml

    info  guest-access-enabled
      i `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
       ╭─[a.yaml:1:4]
     1 │ a: true
       ·    ────
       ╰────
        entity: identity pool `Pool`
          help: Change it.

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
       ╭─[a.yaml:1:4]
     1 │ a: true
       ·    ────
       ╰────
        entity: identity pool `Pool`
          help: Change it.

    critical  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
       ╭─[a.yaml:1:4]
     1 │ a: true
       ·    ────
       ╰────
        entity: identity pool `Pool`
          help: Change it.

    3 findings: 1 critical, 1 high, 1 info; 1 more folded into these
    suppressed: 1 where they stand
    checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
    ");
}

#[test]
fn files_are_grouped() {
    let mut case = at("a.yaml", "a: true\n", "true");
    let other = case.file("b.yaml", "a: true\n");
    let second = Finding { span: case.span(other, "a"), ..case.findings[0].clone() };
    case.findings.push(second);
    insta::assert_snapshot!(rendered(&case, PLAIN), @r"
    a.yaml

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
       ╭─[a.yaml:1:4]
     1 │ a: true
       ·    ────
       ╰────
        entity: identity pool `Pool`
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.

    b.yaml

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
       ╭─[b.yaml:1:1]
     1 │ a: true
       · ─
       ╰────
        entity: identity pool `Pool`
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.

    2 findings: 2 high
    checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
    ");
}

#[test]
fn a_policy_inside_a_json_string() {
    let policy = r#""{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\"}]}""#;
    let mut case = Case::new();
    let host = case.file("role.json", &format!("{{\n  \"Policy\": {policy}\n}}\n"));
    let inner = case.sources.add_decoded(case.span(host, policy), Decoding::JsonString);
    case.findings.push(finding(case.span(inner, "\"Principal\": \"*\"")));
    insta::assert_snapshot!(body(&case, PLAIN), @r#"
    role.json

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
       ╭─[role.json:2:55]
     1 │ {
     2 │   "Policy": "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\"…
       ·                                                       ────────────────────
     3 │ }
       ╰────
        entity: identity pool `Pool`
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.
    "#);
}

#[test]
fn a_policy_inside_a_block_scalar() {
    let policy = "|\n    {\n      \"Effect\": \"Allow\",\n      \"Principal\": \"*\"\n    }";
    let mut case = Case::new();
    let host = case.file("role.yaml", &format!("Policy: {policy}\nNext: 1\n"));
    let inner = case.sources.add_decoded(case.span(host, policy), Decoding::YamlScalar);
    case.findings.push(finding(case.span(inner, "\"Principal\": \"*\"")));
    insta::assert_snapshot!(body(&case, PLAIN), @r#"
    role.yaml

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
       ╭─[role.yaml:4:7]
     3 │       "Effect": "Allow",
     4 │       "Principal": "*"
       ·       ────────────────
     5 │     }
       ╰────
        entity: identity pool `Pool`
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.
    "#);
}

#[test]
fn a_place_in_another_file() {
    let mut case = at("z.yaml", POOL, "AllowUnauthenticatedIdentities: true");
    let other = case.file("a/roles.yaml", "Outputs:\n  Role:\n    Value: !GetAtt GuestRole.Arn\n");
    case.findings[0].labels = vec![label(case.span(other, "!GetAtt GuestRole.Arn"), "the role is made here")];
    insta::assert_snapshot!(body(&case, PLAIN), @r"
    z.yaml

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
        ╭─[z.yaml:9:7]
      8 │     Properties:
      9 │       AllowUnauthenticatedIdentities: true
        ·       ────────────────────────────────────
     10 │       AllowClassicFlow: true
        ╰────
       ╭─[a/roles.yaml:3:12]
     2 │   Role:
     3 │     Value: !GetAtt GuestRole.Arn
       ·            ──────────┬──────────
       ·                      ╰── the role is made here
       ╰────
        entity: identity pool `Pool`
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.
    ");
}

#[test]
fn places_inside_places() {
    let mut case = at("a.yaml", POOL, "AllowUnauthenticatedIdentities: true");
    let source = case.findings[0].span.source;
    let whole = case.findings[0].span;
    case.findings[0].labels =
        vec![label(case.span(source, "Unauthenticated"), "an inner place"), label(whole, "the same place")];
    insta::assert_snapshot!(body(&case, PLAIN), @r"
    a.yaml

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
        ╭─[a.yaml:9:7]
      8 │     Properties:
      9 │       AllowUnauthenticatedIdentities: true
        ·       ──┬─────────┬───────────────────────
        ·         │         ╰── an inner place
        ·         ╰── the same place
     10 │       AllowClassicFlow: true
        ╰────
        entity: identity pool `Pool`
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.
    ");
}

#[test]
fn places_of_several_lines() {
    let two = "AllowUnauthenticatedIdentities: true\n      AllowClassicFlow: true";
    let mut case = at("a.yaml", POOL, two);
    let source = case.findings[0].span.source;
    case.findings[0].labels = vec![label(case.span(source, "true\n      AllowClassic"), "from here")];
    case.findings[0].labels[0].span.end -= "\n      AllowClassic".len() as u32;
    insta::assert_snapshot!(body(&case, PLAIN), @r"
    a.yaml

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
        ╭─[a.yaml:9:7]
      8 │         Properties:
      9 │ ╭─▶       AllowUnauthenticatedIdentities: true
        · │                                         ──┬─
        · │                                           ╰── from here
     10 │ ╰─▶       AllowClassicFlow: true
     11 │       Roles:
        ╰────
        entity: identity pool `Pool`
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.
    ");
    // Too many to show.
    let whole = &POOL[POOL.find("Roles:").unwrap()..];
    insta::assert_snapshot!(body(&at("a.yaml", POOL, whole), PLAIN), @r"
    a.yaml

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
        ╭─[a.yaml:11:3]
     10 │           AllowClassicFlow: true
     11 │ ╭─▶   Roles:
     12 │ │       Type: AWS::Cognito::IdentityPoolRoleAttachment
     13 │ │       Properties:
     14 │ │         IdentityPoolId: !Ref Pool
     15 │ │         Roles:
     16 │ ╰─▶         unauthenticated: !GetAtt GuestRole.Arn
        ╰────
        entity: identity pool `Pool`
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.
    ");
}

/// The lines of the excerpt only.
fn lines(path: &str, text: &str, quoted: &str) -> String {
    let text = body(&at(path, text, quoted), PLAIN);
    let lines = text.lines().skip_while(|line| !line.contains("╭─")).take_while(|line| !line.contains("╰──"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn line_ends_tabs_and_wide_characters() {
    insta::assert_snapshot!(lines("crlf.yaml", "a: 1\r\nb: true\r\n\r\nc: 3\r\n", "b: true"), @r"
      ╭─[crlf.yaml:2:1]
    1 │ a: 1
    2 │ b: true
      · ───────
    ");
    insta::assert_snapshot!(lines("tabs.json", "{\n\t\"a\":\t{\n\t\t\"b\":\ttrue\n\t}\n}\n", "true"), @r#"
      ╭─[tabs.json:3:8]
    2 │     "a":    {
    3 │         "b":    true
      ·                 ────
    4 │     }
    "#);
    insta::assert_snapshot!(lines("wide.yaml", "名前: 東京 # 😀\nb: \"é東 true\"\n", "true"), @r#"
      ╭─[wide.yaml:2:8]
    1 │ 名前: 東京 # 😀
    2 │ b: "é東 true"
      ·         ────
    "#);
    insta::assert_snapshot!(lines("end.yaml", "a:\n  b", "b"), @r"
      ╭─[end.yaml:2:3]
    1 │ a:
    2 │   b
      ·   ─
    ");
    let mut case = at("nothing.yaml", "a:\nb: 1\n", "a:");
    case.findings[0].span.start = case.findings[0].span.end;
    insta::assert_snapshot!(body(&case, PLAIN), @r"
    nothing.yaml

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
       ╭─[nothing.yaml:1:3]
     1 │ a:
       ·   ▲
     2 │ b: 1
       ╰────
        entity: identity pool `Pool`
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.
    ");
}

/// A template of more than a megabyte on one line.
fn one_line() -> String {
    let filler = "\"Filler\":{\"Type\":\"AWS::S3::Bucket\"},".repeat(20_000);
    let pool = "\"Pool\":{\"Type\":\"AWS::Cognito::IdentityPool\",\"Properties\":{\"AllowUnauthenticatedIdentities\":true}}";
    format!("{{\"Resources\":{{{filler}{pool},{filler}\"Last\":{{}}}}}}")
}

#[test]
fn long_lines_are_cut_around_what_is_marked() {
    let text = one_line();
    insta::assert_snapshot!(lines("long.json", &text, "\"AllowUnauthenticatedIdentities\":true"), @r#"
      ╭─[long.json:1:720073]
    1 │ …tityPool","Properties":{"AllowUnauthenticatedIdentities":true}},"Filler":…
      ·                          ─────────────────────────────────────
    "#);
    insta::assert_snapshot!(lines("long.json", &text, "\"Resources\""), @r#"
      ╭─[long.json:1:2]
    1 │ {"Resources":{"Filler":{"Type":"AWS::S3::Bucket"},"Filler":{"Type":"AWS::S…
      ·  ───────────
    "#);
    insta::assert_snapshot!(lines("long.json", &text, "\"Last\""), @r#"
      ╭─[long.json:1:1440113]
    1 │ …{"Type":"AWS::S3::Bucket"},"Filler":{"Type":"AWS::S3::Bucket"},"Last":{}}}
      ·                                                                 ──────
    "#);
    // Longer than the screen.
    let from = text.find("\"Pool\"").unwrap();
    insta::assert_snapshot!(lines("long.json", &text, &text[from..from + 300]), @r#"
      ╭─[long.json:1:720015]
    1 │ …"Pool":{"Type":"AWS::Cognito::IdentityPool","Properties":{"AllowUnauthent…
      ·  ─────────────────────────────────────────────────────────────────────────
    "#);
}

#[test]
fn the_length_of_a_line_costs_nothing() {
    let fastest = |case: &Case| -> Duration {
        let once = || {
            let start = Instant::now();
            rendered(case, PLAIN);
            start.elapsed()
        };
        (0..50).map(|_| once()).min().expect("more than none")
    };
    let marked = "\"AllowUnauthenticatedIdentities\":true";
    let long = one_line();
    let middle = long.find("\"Pool\"").unwrap();
    let short = &long[middle - 9_000..middle + 9_000];
    let (short, long) = (fastest(&at("short.json", short, marked)), fastest(&at("long.json", &long, marked)));
    assert!(long < short * 3 + Duration::from_millis(1), "{long:?} against {short:?}");
}

#[test]
fn hostile_text_does_nothing() {
    let text = "a: \"x\u{202e}y\u{1b}]0;t\u{7}\"\nb: true # \u{1b}[2J\n";
    let mut case = at("ho\u{1b}[31mst.yaml", text, "true");
    let found = &mut case.findings[0];
    found.message = "`evil\u{1b}[2J\n\u{202e}name` is bad".to_owned();
    found.entity.name = "e\u{7}\nvil".to_owned();
    found.entity.cdk_path = Some("a\u{9b}b".to_owned());
    found.when = Some("`\u{1b}`".to_owned());
    found.witness = Some(vec![("k\u{1b}".to_owned(), "v\nw".to_owned())]);
    found.notes = vec!["n\u{200b}".to_owned()];
    found.help = "Look at `\u{1b}[2J`.".into();
    found.labels = vec![label(found.span, "l\u{1b}")];
    let text = rendered(&case, PLAIN);
    assert!(!text.contains(|found: char| found != '\n' && crate::report::text::is_treacherous(found)));
    insta::assert_snapshot!(text, @r#"
    ho\u{1b}[31mst.yaml

    high  guest-access-enabled
      × `evil\u{1b}[2J\n\u{202e}name` is bad
       ╭─[ho\u{1b}[31mst.yaml:2:4]
     1 │ a: "x\u{202e}y\u{1b}]0;t\u{7}"
     2 │ b: true # \u{1b}[2J
       ·    ──┬─
       ·      ╰── l\u{1b}
       ╰────
        entity: identity pool `e\u{7}\nvil`
      cdk path: a\u{9b}b
          when: `\u{1b}`
       witness: k\u{1b}  v\nw
          note: n\u{200b}
          help: Look at `\u{1b}[2J`.

    1 finding: 1 high
    checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
    "#);
}

#[test]
fn secrets_are_not_shown() {
    let text = "P:\n  client_id: abc\n  client_secret: GOCSPX-1234567890abcdef\n  x: y\n";
    insta::assert_snapshot!(lines("a.yaml", text, "client_secret: GOCSPX-1234567890abcdef"), @r"
      ╭─[a.yaml:3:3]
    2 │   client_id: abc
    3 │   client_secret: ********
      ·   ───────────────────────
    4 │   x: y
    ");
    insta::assert_snapshot!(lines("a.yaml", text, "1234"), @r"
      ╭─[a.yaml:3:25]
    2 │   client_id: abc
    3 │   client_secret: ********
      ·                  ────────
    4 │   x: y
    ");
    let text = "K: |\n  -----BEGIN PRIVATE KEY-----\n  AAAA\n  BBBB\n  -----END PRIVATE KEY-----\nb: true\n";
    insta::assert_snapshot!(lines("a.yaml", text, "BBBB"), @r"
      ╭─[a.yaml:4:3]
    3 │   ********
    4 │   ********
      ·   ────────
    5 │   -----END PRIVATE KEY-----
    ");
    insta::assert_snapshot!(lines("a.yaml", text, "b: true"), @r"
      ╭─[a.yaml:6:1]
    5 │   -----END PRIVATE KEY-----
    6 │ b: true
      · ───────
    ");
    let text = r#"{"Details": {"client_id": "abc", "client_secret": "hunter2", "scopes": "openid"}}"#;
    insta::assert_snapshot!(lines("a.json", text, "\"client_id\": \"abc\""), @r#"
      ╭─[a.json:1:14]
    1 │ {"Details": {"client_id": "abc", "client_secret": "********", "scopes": "op…
      ·              ──────────────────
    "#);
}

#[test]
fn problems_come_last() {
    let mut case = at("a.yaml", "a: true\nb: 2\na: 3\n", "true");
    let span = case.span(case.findings[0].span.source, "a");
    case.problems = vec![
        Problem::of(
            ProblemKind::Unreadable,
            "x/none.yaml",
            "`x/none.yaml` does not exist",
            "Check the path.",
        ),
        Problem::at(
            ProblemKind::DuplicateKey,
            span,
            "the key `a` stands here twice",
            "Remove one of them: the last one counts.",
        ),
    ];
    insta::assert_snapshot!(rendered(&case, PLAIN), @r"
    a.yaml

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
       ╭─[a.yaml:1:4]
     1 │ a: true
       ·    ────
     2 │ b: 2
       ╰────
        entity: identity pool `Pool`
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.

    problem  unreadable
      × `x/none.yaml` does not exist
        ╭─[x/none.yaml]
          help: Check the path.

    problem  duplicate-key
      ! the key `a` stands here twice
       ╭─[a.yaml:1:1]
     1 │ a: true
       · ─
     2 │ b: 2
       ╰────
          help: Remove one of them: the last one counts.

    1 finding: 1 high
    2 problems: not everything could be checked
    checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
    ");
}

#[test]
fn silence_says_what_was_checked() {
    let mut case = Case::new();
    insta::assert_snapshot!(rendered(&case, PLAIN), @r"no findings: checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets");
    case.summary = Summary {
        files: 12,
        other_files: 1,
        unparsed_files: 3,
        roles: 1,
        permission_sets: 1,
        ..case.summary
    };
    insta::assert_snapshot!(rendered(&case, PLAIN), @r"
    no findings: checked 12 files with 1 role, 1 provider, 1 pool, 1 permission set;
    1 other file had nothing to check, 3 files could not be parsed and did not look
    like ours
    ");
    case.summary = Summary { other_files: 41, unparsed_files: 1, ..Summary::default() };
    insta::assert_snapshot!(rendered(&case, PLAIN), @r"
    nothing to check: none of 42 files holds IAM, Cognito or Identity Center
    configuration
    ");
    case.summary = Summary::default();
    insta::assert_snapshot!(rendered(&case, PLAIN), @r"nothing to check: no files were found");
}

#[test]
fn a_file_that_changed_is_not_quoted() {
    let scratch = Scratch::new();
    let path = scratch.write("a.yaml", POOL);
    let mut case = Case::new();
    let (source, _) = case.sources.load(&path, SizeLimit::default()).unwrap().unwrap();
    case.findings.push(finding(Span::new(source, 3, 8)));
    scratch.write("a.yaml", "x");
    let folder = scratch.path(".").display().to_string();
    insta::assert_snapshot!(body(&case, PLAIN).replace(&folder, "FOLDER"), @r"
    FOLDER/a.yaml

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
        ╭─[FOLDER/a.yaml]
          note: the file has changed since it was scanned: scan again to see the
                lines
        entity: identity pool `Pool`
          help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                role nothing but what the public may do.
    ");
}

#[test]
fn help_keeps_lists_and_code() {
    let mut case = at("a.yaml", "a: true\n", "true");
    case.findings[0].help = "\
Pin the subject, so that only the branch\nof your own repository is let in:

```yaml
Condition:
  StringEquals:
    token.actions.githubusercontent.com:sub: repo:octo/shop:ref:refs/heads/main
```

- one item that is long enough to be wrapped onto a second line at eighty columns
- another
"
    .into();
    insta::assert_snapshot!(body(&case, PLAIN), @r"
    a.yaml

    high  guest-access-enabled
      × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
       ╭─[a.yaml:1:4]
     1 │ a: true
       ·    ────
       ╰────
        entity: identity pool `Pool`
          help: Pin the subject, so that only the branch of your own repository is
                let in:

                  Condition:
                    StringEquals:
                      token.actions.githubusercontent.com:sub: repo:octo/shop:ref:refs/heads/main

                - one item that is long enough to be wrapped onto a second line at
                  eighty columns
                - another
    ");
}

proptest! {
    /// Whatever is in a file and wherever findings point, something is drawn, on lines that fit, and nothing
    /// of it acts on the terminal.
    #[test]
    fn anything_can_be_shown(
        text in "([ab:\" \t{}-]|\r?\n|\u{e9}|\u{6771}|\u{1b}|\u{202e}|client_secret: x|[a-z]{60,90}){0,40}",
        spans in prop::collection::vec((0u32..400, 0u32..60, "[a-z ]{0,50}"), 1..5),
        width in 40usize..120,
    ) {
        let mut case = Case::new();
        let source = case.file("a.yaml", &text);
        let span = |(start, length): (u32, u32)| Span::new(source, start, start + length);
        let mut found = finding(span((spans[0].0, spans[0].1)));
        found.labels = spans[1..].iter().map(|(start, length, text)| label(span((*start, *length)), text)).collect();
        case.findings.push(found);
        let shown = rendered(&case, Options { width, ..PLAIN });
        for line in shown.lines() {
            prop_assert!(!line.contains(crate::report::text::is_treacherous), "{line:?}");
            if line.contains('│') && !line.contains('·') && !line.contains("****") {
                prop_assert!(columns(line) <= width.max(54), "{line:?} at {width}");
            }
        }
    }
}
