//! What the tests of all formats share.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::finding::{EntityName, Label, Privilege, Suppression};
use crate::source::{Origin, ProblemKind, SourceId};

/// Texts in memory, and findings in them that are placed by what they quote.
pub(super) struct Case {
    pub(super) sources: Sources,
    pub(super) findings: Vec<Finding>,
    pub(super) reaches: Vec<Reach>,
    pub(super) problems: Vec<Problem>,
    pub(super) summary: Summary,
    pub(super) files: Vec<Visited>,
}

impl Case {
    pub(super) fn new() -> Self {
        let summary = Summary { files: 1, roles: 2, providers: 1, pools: 1, ..Summary::default() };
        let (findings, reaches, problems) = (Vec::new(), Vec::new(), Vec::new());
        Self { sources: Sources::default(), findings, reaches, problems, summary, files: Vec::new() }
    }

    pub(super) fn file(&self, path: &str, text: &str) -> SourceId {
        self.sources.add_kept(Origin::Memory(Path::new(path).to_owned()), Arc::from(text))
    }

    /// The first place in `source` that reads `quoted`.
    pub(super) fn span(&self, source: SourceId, quoted: &str) -> Span {
        let text = self.sources.text(source).expect("kept");
        let start = text.find(quoted).unwrap_or_else(|| panic!("`{quoted}` is not in the text"));
        Span::new(source, start as u32, (start + quoted.len()) as u32)
    }

    pub(super) fn report(&self) -> Report<'_> {
        Report {
            findings: &self.findings,
            reaches: &self.reaches,
            problems: &self.problems,
            summary: &self.summary,
            files: &self.files,
            fails_from: Some(Severity::Low),
            sources: &self.sources,
            threads: 1,
        }
    }
}

/// A finding with everything, others of each severity, one folded and one suppressed, and both kinds of problems.
pub(super) fn everything() -> Case {
    let mut case = Case::new();
    let file = case.file("infra/my pool.yaml", "Pool:\n  Guests: true\n  Classic:\n    true\n");
    let role = case.file("/elsewhere/role.yaml", "Role: x\n");
    let elsewhere = case.span(role, "Role");
    let plain = finding(case.span(file, "Classic:\n    true"));
    let mut full = finding(case.span(file, "Guests: true"));
    full.certainty = Certainty::Possible;
    full.severity = Severity::Critical;
    full.when = Some("`AllowGuests` is `true`".to_owned());
    full.entity.arn = Some("arn:aws:cognito-identity:eu-west-1:111122223333:identitypool/x".to_owned());
    full.entity.cdk_path = Some("Shop/Pool".to_owned());
    full.witness = Some(vec![("action".to_owned(), "sts:AssumeRoleWithWebIdentity".to_owned())]);
    full.notes = vec!["one assumption".to_owned()];
    full.labels = vec![label(elsewhere, "guests get this role")];
    full.help = "Do one of these:\n\n- set `Guests: false`\n- remove it".into();
    let of = |severity, fingerprint: &str| Finding {
        severity,
        fingerprint: fingerprint.to_owned(),
        ..finding(elsewhere)
    };
    let known = Suppression { by: SuppressedBy::File, reason: Some("a partner's".to_owned()) };
    case.problems = vec![
        Problem::at(ProblemKind::Lenient, full.span, "a comma too many", "Remove it."),
        Problem::of(ProblemKind::Unreadable, "none.yaml", "`none.yaml` does not exist", "Check the path."),
    ];
    case.reaches = vec![Reach {
        population: "guest",
        roles: 2,
        proved: 1,
        privilege: Privilege { proved: "own-data", possible: "read", complete: false },
        role: full.entity.clone(),
        span: full.span,
    }];
    case.findings = vec![
        full,
        plain.clone(),
        of(Severity::Info, "1"),
        of(Severity::Medium, "2"),
        of(Severity::Medium, "2"),
        Finding { folded_into: Some("2".to_owned()), ..plain.clone() },
        Finding { suppressed: Some(known), ..plain },
    ];
    case
}

/// A case in which `nasty` stands wherever a scan puts text of others.
pub(super) fn nasty(nasty: &str) -> Case {
    let mut case = Case::new();
    let path = format!("a/{}.yaml", nasty.replace(['/', '\0'], "_"));
    let file = case.file(&path, "Pool: true\n");
    let mut found = finding(case.span(file, "true"));
    found.message = format!("role `{nasty}` lets in `{nasty}`");
    found.when = Some(format!("`{nasty}` is `{nasty}`"));
    found.entity.name = nasty.to_owned();
    found.entity.arn = Some(format!("arn:{nasty}"));
    found.entity.cdk_path = Some(nasty.to_owned());
    found.witness = Some(vec![(nasty.to_owned(), nasty.to_owned())]);
    found.notes = vec![format!("also: `{nasty}`")];
    found.labels = vec![label(found.span, nasty)];
    // A rule has no empty lines where it names something.
    let line = format!("{}x", nasty.replace(['\n', '\r'], " ").trim());
    let start = line.trim_start_matches(['`', '\t', ' ']);
    found.help = format!("{start} or `{line}`:\n\n- {line}\n\n```\nKey: {line}\n```").into();
    case.problems = vec![
        Problem::of(ProblemKind::Unreadable, path, format!("`{nasty}` is wrong"), format!("See `{nasty}`.")),
        Problem::at(ProblemKind::Lenient, found.span, format!("`{nasty}`"), "See there."),
    ];
    case.reaches = vec![Reach {
        population: "guest",
        roles: 1,
        proved: 1,
        privilege: Privilege { proved: "read", possible: "read", complete: true },
        role: found.entity.clone(),
        span: found.span,
    }];
    case.findings = vec![found];
    case
}

/// Text that means something to one format or another.
pub(super) const NASTY: &str = "([a-z0-9`<>|@#\\[\\](){}*_:/%,;=\"'&!~$^.+\\\\ \n\r\t\u{0}\u{1b}\u{85}\u{202e}\u{2028}\u{fffe}\u{e9}-]|::error|%0A|\n::|]]>|-->|</details>|@a|```|https://x|www\\.x\\.y){0,12}";

/// The text of a file of the repository.
#[expect(clippy::disallowed_methods, reason = "tests compare with files that no scan reads")]
pub(super) fn checked_in(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A finding about guests at `span`; cases change what matters to them.
pub(super) fn finding(span: Span) -> Finding {
    Finding {
        rule: "guest-access-enabled".into(),
        group: Group::GuestAccess,
        severity: Severity::High,
        certainty: Certainty::Proved,
        when: None,
        message: "`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in".to_owned(),
        entity: EntityName { kind: "identity-pool", name: "Pool".to_owned(), arn: None, cdk_path: None, span: None },
        span,
        conceals: false,
        labels: Vec::new(),
        notes: Vec::new(),
        witness: None,
        help: "Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.".into(),
        fix: None,
        folded_into: None,
        suppressed: None,
        fingerprint: "0011223344556677".to_owned(),
    }
}

pub(super) fn label(span: Span, text: &str) -> Label {
    Label { span, text: text.into() }
}

#[test]
fn findings_are_ordered_by_path_position_and_rule() {
    let case = Case::new();
    let later = case.file("b.yaml", "one two");
    let first = case.file("a.yaml", "one two");
    let at = |source, start| Finding {
        message: format!("{start}"),
        ..finding(Span::new(source, start, start + 3))
    };
    let other = Finding { rule: "a-rule".into(), ..at(first, 4) };
    let expected = vec![at(first, 0), other, at(first, 4), at(later, 0), at(later, 4)];
    for seed in 0..20 {
        let mut shuffled = expected.clone();
        shuffled.rotate_left(seed % 5);
        shuffled.swap(0, seed % 3);
        order(&mut shuffled, &case.sources);
        assert_eq!(shuffled, expected);
    }
}

#[test]
fn problems_are_ordered_by_path_and_position() {
    let case = Case::new();
    let source = case.file("b.yaml", "one two");
    let at = |start| Problem::at(ProblemKind::Lenient, Span::new(source, start, start + 1), "x", "X.");
    let of = |path: &str| Problem::of(ProblemKind::Unreadable, path, "x", "X.");
    let expected = vec![of("a.yaml"), of("b.yaml"), at(0), at(4), of("c.yaml")];
    let mut reversed: Vec<Problem> = expected.iter().rev().cloned().collect();
    order_problems(&mut reversed, &case.sources);
    assert_eq!(reversed, expected);
}

#[test]
fn paths_are_shown_in_one_way() {
    let cases = [
        ("./infra/a.yaml", "infra/a.yaml"),
        ("infra//a.yaml", "infra/a.yaml"),
        ("../a.yaml", "../a.yaml"),
        ("/tmp/a.yaml", "/tmp/a.yaml"),
        ("<stdin>", "<stdin>"),
        (".", "."),
    ];
    for (path, shown) in cases {
        assert_eq!(shown_path(Path::new(path)), shown);
    }
}

#[test]
fn folded_and_suppressed_findings_are_counted_apart() {
    let case = Case::new();
    let source = case.file("a.yaml", "one two");
    let shown = finding(Span::new(source, 0, 3));
    let folded = Finding { folded_into: Some("x".to_owned()), ..shown.clone() };
    let possible = Finding { certainty: Certainty::Possible, severity: Severity::Low, ..shown.clone() };
    let suppression = Suppression { by: SuppressedBy::Baseline, reason: None };
    let known = Finding { suppressed: Some(suppression), ..shown.clone() };
    let counts = Counts::of(&[shown, folded, possible, known]);
    assert_eq!(
        (counts.shown(), counts.of_severity(Severity::High), counts.possible, counts.folded),
        (2, 1, 1, 1)
    );
    assert_eq!(counts.suppressed_by(SuppressedBy::Baseline), 1);
}
