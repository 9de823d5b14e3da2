//! `--verbose`: the report for people with all that it leaves aside otherwise, so that nobody has to wonder why
//! something is not in it.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::PathBuf;

use super::concise::named;
use super::human::{Options, Screen, write_body, write_end};
use super::text::{sanitised, wrapped};
use super::{Report, shown_path};
use crate::finding::{Finding, SuppressedBy, Suppression};
use crate::scan::Holds;

/// What a scan went by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Background {
    /// The settings file, if there was one.
    pub settings: Option<PathBuf>,
    /// What the data is that is built in, a line for each kind.
    pub data: Vec<String>,
}

/// Writes all that [`human`](super::human) writes, and before the summary what was suppressed and why, what is folded into
/// which other finding, which files held nothing, and what the scan went by.
///
/// # Errors
///
/// Those of `out`.
pub fn write(
    out: &mut dyn Write,
    report: &Report<'_>,
    options: &Options,
    background: &Background,
) -> io::Result<()> {
    let screen = Screen::new(*options);
    write_body(out, report, &screen)?;
    let aside = Aside { report, screen: &screen };
    aside.write_findings(out, "suppressed", |finding| finding.suppressed.as_ref().map(why))?;
    let by_fingerprint: HashMap<&str, &Finding> =
        report.findings.iter().map(|finding| (finding.fingerprint.as_str(), finding)).collect();
    aside.write_findings(out, "folded into others", |finding| {
        let into = by_fingerprint.get(finding.folded_into.as_deref()?)?;
        Some(format!("said by {} at {}", into.rule, named(&report.sources.place(into.span))))
    })?;
    aside.write_files(out, "nothing to check in", Holds::Nothing)?;
    aside.write_files(out, "not parsed, as they did not look like ours", Holds::Unparsed)?;
    write_end(out, report, &screen)?;
    let settings = background.settings.as_deref().map_or_else(|| "none".to_owned(), shown_path);
    writeln!(out, "settings: {}", sanitised(&settings))?;
    for line in wrapped(&format!("data: {}", background.data.join("; ")), screen.width()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn why(suppression: &Suppression) -> String {
    let place = match suppression.by {
        SuppressedBy::File => "where it stands",
        SuppressedBy::Settings => "in the settings",
        SuppressedBy::Baseline => "in the baseline",
    };
    match &suppression.reason {
        Some(reason) => format!("{place}: {reason}"),
        None => place.to_owned(),
    }
}

struct Aside<'r> {
    report: &'r Report<'r>,
    screen: &'r Screen,
}

impl Aside<'_> {
    /// Findings that are not shown, each with what `why` says of it. Those of which it says nothing are others.
    fn write_findings(
        &self,
        out: &mut dyn Write,
        title: &str,
        why: impl Fn(&Finding) -> Option<String>,
    ) -> io::Result<()> {
        let mut any = false;
        for (finding, why) in self.report.findings.iter().filter_map(|one| Some((one, why(one)?))) {
            if !any {
                writeln!(out, "{}", self.screen.bold(&format!("{title}:")))?;
                any = true;
            }
            let severity = self.screen.severity(finding.severity, finding.severity.name());
            let place = self.screen.place(&named(&self.report.sources.place(finding.span)));
            writeln!(out, "  {severity}  {}  {place}", finding.rule)?;
            for text in [&finding.message, &why] {
                for line in wrapped(&sanitised(text), self.screen.width() - 6) {
                    writeln!(out, "      {line}")?;
                }
            }
        }
        if any { writeln!(out) } else { Ok(()) }
    }

    fn write_files(&self, out: &mut dyn Write, title: &str, which: Holds) -> io::Result<()> {
        let files = || self.report.files.iter().filter(|file| file.holds == which);
        if files().next().is_none() {
            return Ok(());
        }
        writeln!(out, "{}", self.screen.bold(&format!("{title}:")))?;
        for file in files() {
            writeln!(out, "  {}", sanitised(&shown_path(&file.path)))?;
        }
        writeln!(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::report::tests::{Case, finding};
    use crate::scan::Visited;

    fn written(case: &Case, background: &Background) -> String {
        let mut out = Vec::new();
        write(&mut out, &case.report(), &Options::default(), background).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_left_aside_is_said() {
        let mut case = Case::new();
        let file = case.file("infra/a.yaml", "Pool:\n  Guests: true\n");
        let found = finding(case.span(file, "true"));
        let suppressed = |by, reason: Option<&str>| Finding {
            severity: Severity::Low,
            suppressed: Some(Suppression { by, reason: reason.map(ToOwned::to_owned) }),
            ..finding(case.span(file, "Pool"))
        };
        let folded = Finding {
            rule: "guest-role-unused".into(),
            message: "nothing uses\u{1b} it".to_owned(),
            folded_into: Some(found.fingerprint.clone()),
            fingerprint: "1".to_owned(),
            ..finding(case.span(file, "Guests"))
        };
        let findings = vec![
            suppressed(SuppressedBy::File, Some("the public site")),
            suppressed(SuppressedBy::Baseline, None),
            folded,
            found,
        ];
        let visited = |path: &str, holds| Visited { path: path.into(), holds };
        case.findings = findings;
        case.files = vec![
            visited("./charts/a.yaml", Holds::Unparsed),
            visited("infra/a.yaml", Holds::Ours),
            visited("package\n.json", Holds::Nothing),
        ];
        let background = Background {
            settings: Some("./fedlint.yaml".into()),
            data: vec!["3 IAM actions as of 2026-09-26".to_owned(), "2 policies as of 2026-09-30".to_owned()],
        };
        insta::assert_snapshot!(written(&case, &background), @r"
        infra/a.yaml

        high  guest-access-enabled
          × `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in
           ╭─[infra/a.yaml:2:11]
         1 │ Pool:
         2 │   Guests: true
           ·           ────
           ╰────
            entity: identity pool `Pool`
              help: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest
                    role nothing but what the public may do.

        suppressed:
          low  guest-access-enabled  infra/a.yaml:1:1
              `Pool` gives credentials of `GuestRole` to anybody who asks, without
              sign-in
              where it stands: the public site
          low  guest-access-enabled  infra/a.yaml:1:1
              `Pool` gives credentials of `GuestRole` to anybody who asks, without
              sign-in
              in the baseline

        folded into others:
          high  guest-role-unused  infra/a.yaml:2:3
              nothing uses\u{1b} it
              said by guest-access-enabled at infra/a.yaml:2:11

        nothing to check in:
          package\n.json

        not parsed, as they did not look like ours:
          charts/a.yaml

        1 finding: 1 high; 1 more folded into these
        suppressed: 1 where they stand, 1 in the baseline
        checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
        settings: fedlint.yaml
        data: 3 IAM actions as of 2026-09-26; 2 policies as of 2026-09-30
        ");
    }

    #[test]
    fn where_nothing_is_left_aside_nothing_is_said() {
        insta::assert_snapshot!(written(&Case::new(), &Background::default()), @"
        no findings: checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
        settings: none
        data:
        ");
    }
}
