//! `--quiet`: one line for each finding, as compilers write them, and the summary.
//!
//! `path:line:column: severity rule message`, so that editors find the place and `grep` the rest.

use std::io::{self, Write};

use super::Report;
use super::human::{Options, Screen};
use super::plain::{in_short, of_problem};
use super::shown_path;
use super::summary::summary;
use super::text::sanitised;
use crate::finding::Finding;
use crate::source::{Place, Problem, Sources};

/// Writes findings, then problems, then the summary. Lines are not wrapped.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report<'_>, options: &Options) -> io::Result<()> {
    let screen = Screen::new(*options);
    for finding in report.shown() {
        writeln!(out, "{}", of_finding(finding, report.sources, &screen))?;
    }
    for problem in report.problems {
        writeln!(out, "{}", of_a_problem(problem, report, &screen))?;
    }
    for line in summary(report) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// A finding on one line.
pub(super) fn of_finding(finding: &Finding, sources: &Sources, screen: &Screen) -> String {
    let place = screen.place(&named(&sources.place(finding.span)));
    let severity = screen.severity(finding.severity, finding.severity.name());
    format!("{place}: {severity} {} {}", finding.rule, in_short(finding))
}

fn of_a_problem(problem: &Problem, report: &Report<'_>, screen: &Screen) -> String {
    let kind = screen.loss(problem.kind.loses(), "problem");
    let text = format!("{kind} {} {}", problem.kind.name(), of_problem(problem));
    match report.file_of(problem) {
        Some((_, Some(place))) => format!("{}: {text}", screen.place(&named(&place))),
        Some((path, None)) => format!("{}: {text}", screen.place(&shown_path(&path))),
        None => text,
    }
}

/// A place as `path:line:column`; numbers that may be off are worse than none.
pub(super) fn named(place: &Place) -> String {
    let path = shown_path(&place.path);
    let path = sanitised(&path);
    if place.certain {
        format!("{path}:{}:{}", place.start.line, place.start.column)
    } else {
        path.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Certainty, Severity};
    use crate::report::tests::{Case, finding};
    use crate::source::ProblemKind;

    #[test]
    fn a_line_for_everything() {
        let mut case = Case::new();
        let file = case.file("infra/a.yaml", "Pool:\n  Guests: true\n");
        let found = finding(case.span(file, "true"));
        let mut possible = finding(case.span(file, "Guests"));
        possible.certainty = Certainty::Possible;
        possible.severity = Severity::Low;
        possible.when = Some("`Stage` is `dev`".to_owned());
        possible.message = "two\nlines \u{1b}[31m".to_owned();
        let folded = Finding { folded_into: Some("x".to_owned()), ..found.clone() };
        case.problems = vec![
            Problem::at(ProblemKind::Lenient, found.span, "a comma too many", "Remove it."),
            Problem::of(ProblemKind::Unreadable, "./b.yaml", "`b.yaml` does not exist", "Check the path."),
        ];
        case.findings = vec![found, possible, folded];
        let mut out = Vec::new();
        write(&mut out, &case.report(), &Options::default()).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
        infra/a.yaml:2:11: high guest-access-enabled `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
        infra/a.yaml:2:3: low guest-access-enabled two\nlines \u{1b}[31m (possible), when `Stage` is `dev`
        infra/a.yaml:2:11: problem lenient a comma too many. Remove it.
        b.yaml: problem unreadable `b.yaml` does not exist. Check the path.
        2 findings: 1 high, 1 low; 1 only possible; 1 more folded into these
        2 problems: not everything could be checked
        checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
        ");
        let mut out = Vec::new();
        write(&mut out, &case.report(), &Options { color: true, ..Options::default() }).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap().replace('\u{1b}', "<ESC>"), @r"
        <ESC>[36minfra/a.yaml:2:11<ESC>[0m: <ESC>[31;1mhigh<ESC>[0m guest-access-enabled `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
        <ESC>[36minfra/a.yaml:2:3<ESC>[0m: <ESC>[34;1mlow<ESC>[0m guest-access-enabled two\nlines \u{1b}[31m (possible), when `Stage` is `dev`
        <ESC>[36minfra/a.yaml:2:11<ESC>[0m: <ESC>[33;1mproblem<ESC>[0m lenient a comma too many. Remove it.
        <ESC>[36mb.yaml<ESC>[0m: <ESC>[31;1mproblem<ESC>[0m unreadable `b.yaml` does not exist. Check the path.
        2 findings: 1 high, 1 low; 1 only possible; 1 more folded into these
        2 problems: not everything could be checked
        checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
        ");
    }
}
