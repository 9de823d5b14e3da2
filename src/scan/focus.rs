//! What is reported where some files are asked about and others only read beside them.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use crate::finding::{Finding, Reach};
use crate::source::{self, Found, Problem, ProblemKind, STDIN, Sources, Span};

/// The files that are asked about.
#[derive(Debug)]
pub(super) struct Focus(FxHashSet<PathBuf>);

impl Focus {
    pub(super) fn on(files: &[Found]) -> Self {
        Self(files.iter().map(|found| source::absolute(&found.path)).collect())
    }

    /// True if the file at `path` is asked about. Standard input is.
    pub(super) fn has(&self, path: &Path) -> bool {
        path == Path::new(STDIN) || self.0.contains(&source::absolute(path))
    }

    /// Keeps what has a place in the files that are asked about, or is about something there, and what has a note that does.
    pub(super) fn narrow(&self, findings: &mut Vec<Finding>, reaches: &mut Vec<Reach>, sources: &Sources) {
        let is_in = |span: Span| self.has(&sources.path(span.source));
        let touches = |finding: &Finding| {
            is_in(finding.span)
                || finding.entity.span.is_some_and(is_in)
                || finding.labels.iter().any(|label| is_in(label.span))
        };
        let kept: FxHashSet<String> = findings
            .iter()
            .filter(|finding| touches(finding))
            .map(|finding| finding.folded_into.as_ref().unwrap_or(&finding.fingerprint).clone())
            .collect();
        // A note goes with the finding that it belongs to.
        findings
            .retain(|finding| kept.contains(finding.folded_into.as_ref().unwrap_or(&finding.fingerprint)));
        // Who gets in is about everything.
        reaches.clear();
    }

    /// What is said of what is wrong with files that are only read beside: once, and it fails nothing.
    pub(super) fn beside(problems: &[Problem]) -> Option<Problem> {
        let lost = problems.iter().filter(|problem| problem.kind.loses()).count();
        (lost > 0).then(|| Problem {
            kind: ProblemKind::Skipped,
            span: None,
            path: None,
            message: "of the files that are read beside, not everything can be read".to_owned(),
            help: "What is reported may be about something that is missing because of it: scan them to see what is wrong."
                .to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan_texts;
    use crate::settings::Settings;

    const TEMPLATE: &str = r#"{"Resources": {"Partner": {"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": {"Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole"}]}}}}}"#;

    #[test]
    fn what_has_a_note_in_a_named_file_is_reported_with_it() {
        let texts = [("a.json", TEMPLATE), ("b.json", TEMPLATE)];
        let outcome = scan_texts(&texts, &Settings::default());
        let path = |finding: &Finding| outcome.sources.path(finding.span.source);
        let of = |name: &str| outcome.findings.iter().find(|finding| path(finding) == Path::new(name));
        let (first, second) = (of("a.json").unwrap().clone(), of("b.json").unwrap().clone());
        let note = Finding { folded_into: Some(first.fingerprint.clone()), ..second };
        let narrowed = |named: &str| {
            let focus = Focus([source::absolute(Path::new(named))].into_iter().collect());
            let mut findings = vec![first.clone(), note.clone()];
            focus.narrow(&mut findings, &mut Vec::new(), &outcome.sources);
            findings.len()
        };
        assert_eq!(narrowed("b.json"), 2);
        assert_eq!(narrowed("a.json"), 2);
        assert_eq!(narrowed("c.json"), 0);
    }
}
