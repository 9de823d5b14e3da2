//! Exit codes. They are part of what scripts rely on.

use super::FailOn;
use crate::scan::{Outcome, Summary};
use crate::source::Problem;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Everything that was asked for was done, and no finding reaches the threshold. Also if whoever reads
    /// the output closes the pipe.
    Clean = 0,
    /// There are findings at or above the threshold.
    Findings = 1,
    /// What was asked for could not be done, or not all of it: wrong usage or settings, a named file that
    /// cannot be opened, a template that cannot be parsed.
    Failed = 2,
    /// A directory, a pattern or standard input held nothing of ours. Named files that are not ours are fine:
    /// hooks name every file that changed.
    Nothing = 3,
}

impl ExitCode {
    /// How a scan with this outcome ends.
    #[must_use]
    pub fn of(outcome: &Outcome, fail_on: FailOn) -> Self {
        let fails = |finding: &crate::finding::Finding| finding.counts() && fail_on.fails(finding.severity);
        match Self::of_reading(&outcome.summary, &outcome.problems) {
            Self::Failed => Self::Failed,
            _ if outcome.findings.iter().any(fails) => Self::Findings,
            code => code,
        }
    }

    /// How it ends where nothing that is found fails.
    #[must_use]
    pub fn of_reading(summary: &Summary, problems: &[Problem]) -> Self {
        if summary.refused || problems.iter().any(|problem| problem.kind.loses()) {
            Self::Failed
        } else if summary.searched && summary.files == 0 {
            Self::Nothing
        } else {
            Self::Clean
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Certainty, EntityName, Finding, Group, Severity};
    use crate::rules::BUILT_IN;
    use crate::scan::Summary;
    use crate::source::{Origin, Problem, ProblemKind, Sources, Span};

    fn finding(sources: &Sources, severity: Severity, folded: bool) -> Finding {
        let source = sources.add_kept(Origin::Stdin, "".into());
        Finding {
            rule: "some-rule".into(),
            group: Group::OverBroad,
            severity,
            certainty: Certainty::Possible,
            when: None,
            message: "something is open".to_owned(),
            entity: EntityName {
                kind: "role",
                name: "Role".to_owned(),
                arn: None,
                cdk_path: None,
                span: None,
            },
            span: Span::new(source, 0, 0),
            conceals: false,
            labels: Vec::new(),
            notes: Vec::new(),
            witness: None,
            help: "Close it.".into(),
            fix: None,
            folded_into: folded.then(|| "0".to_owned()),
            suppressed: None,
            fingerprint: "1".to_owned(),
        }
    }

    #[test]
    fn codes_are_as_documented() {
        use ExitCode::{Clean, Failed, Findings, Nothing};
        use ProblemKind::{Answer, DuplicateKey, Internal, Skipped, Suppression, Syntax, Unread, Unreadable};
        use Severity::{Info, Low, Medium};
        let medium = FailOn::Severity(Medium);
        // Findings as severity and whether folded, problems, searched, files of ours, threshold.
        type Case<'c> = (&'c [(Severity, bool)], &'c [ProblemKind], bool, usize, FailOn, ExitCode);
        let cases: [Case<'_>; 19] = [
            (&[], &[], true, 1, FailOn::default(), Clean),
            (&[], &[], true, 0, FailOn::default(), Nothing),
            (&[], &[], false, 0, FailOn::default(), Clean),
            (&[(Low, false)], &[], true, 1, FailOn::default(), Findings),
            (&[(Info, false)], &[], true, 1, FailOn::default(), Clean),
            (&[(Info, false)], &[], true, 1, FailOn::Severity(Info), Findings),
            (&[(Low, false)], &[], true, 1, medium, Clean),
            (&[(Medium, false)], &[], true, 1, medium, Findings),
            (&[(Medium, true)], &[], true, 1, medium, Clean),
            (&[(Medium, false)], &[], true, 1, FailOn::Never, Clean),
            // What loses something beats findings and emptiness; what loses nothing changes nothing.
            (&[(Medium, false)], &[Syntax], true, 1, medium, Failed),
            (&[], &[Unreadable], true, 0, medium, Failed),
            (&[], &[Internal], false, 1, FailOn::Never, Failed),
            (&[], &[Unread], true, 1, medium, Failed),
            (&[], &[Answer], true, 1, medium, Clean),
            (&[], &[Suppression], true, 1, FailOn::Never, Failed),
            (&[(Medium, false)], &[DuplicateKey], true, 1, medium, Findings),
            (&[], &[Skipped], true, 0, medium, Nothing),
            (&[], &[Skipped], true, 1, medium, Clean),
        ];
        for (findings, problems, searched, files, fail_on, expected) in cases {
            let sources = Sources::default();
            let outcome = Outcome {
                findings: findings.iter().map(|&(level, folded)| finding(&sources, level, folded)).collect(),
                reaches: Vec::new(),
                problems: problems.iter().map(|&kind| Problem::of(kind, "a.yaml", "x", "X.")).collect(),
                summary: Summary { searched, files, ..Summary::default() },
                files: Vec::new(),
                sources,
                rules: BUILT_IN.into(),
                threads: 1,
            };
            let case = format!("{findings:?} {problems:?} {searched} {files} {fail_on:?}");
            assert_eq!(ExitCode::of(&outcome, fail_on), expected, "{case}");
        }
    }

    #[test]
    fn numbers_stay() {
        let codes = [ExitCode::Clean, ExitCode::Findings, ExitCode::Failed, ExitCode::Nothing];
        assert_eq!(codes.map(|code| code as u8), [0, 1, 2, 3]);
    }
}
