//! `--format markdown`: a comment on a pull request, or the summary of a job.
//!
//! GitHub-flavoured Markdown, which GitLab shows the same. Counts first, then the findings by file, each with what to do
//! about it folded away. Comments and summaries have a greatest length: what does not fit is left out, the mildest
//! findings first, and a line says how many. How names are quoted, says `quoted`.

mod quoted;

use std::cmp::Reverse;
use std::io::{self, Write};
use std::path::Path;

use self::quoted::{code, line_of, prose, text};
use super::paths::{privilege, whom};
use super::sarif::uri::encoded;
use super::summary::{checked_line, counted, summary};
use super::{Counts, Report, Root, lines_of, rule_page};
use crate::finding::{Certainty, Finding, Reach, Severity, in_words};
use crate::source::{Place, Problem, STDIN};

/// How long the text may be, and where the files can be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The greatest length in bytes.
    pub most: usize,
    /// Where the files of the repository are shown.
    pub files: Option<Files>,
}

impl Options {
    /// What fits into a comment on GitHub, which has 65,536 characters, with some room for words of others.
    pub const COMMENT: usize = 65_000;
    /// What fits into the summary of a job on GitHub, which has one MiB.
    pub const SUMMARY: usize = 1 << 20;
}

impl Default for Options {
    fn default() -> Self {
        Self { most: Self::COMMENT, files: None }
    }
}

/// Where the files of a repository are shown, at one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    address: String,
    /// What stands between the first and the last line.
    to_line: &'static str,
}

impl Files {
    /// On GitHub: the server, the repository as `owner/name`, the commit.
    #[must_use]
    pub fn on_github(server: &str, repository: &str, commit: &str) -> Option<Self> {
        Self::at(format!("{server}/{repository}/blob/{commit}/"), "-L")
    }

    /// On GitLab: the address of the project, the commit.
    #[must_use]
    pub fn on_gitlab(project: &str, commit: &str) -> Option<Self> {
        Self::at(format!("{project}/-/blob/{commit}/"), "-")
    }

    /// Nothing, if that is no plain address.
    fn at(address: String, to_line: &'static str) -> Option<Self> {
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:%@".contains(&byte);
        let whole = rest.bytes().all(plain) && !rest.trim_end_matches('/').contains("//");
        whole.then_some(Self { address, to_line })
    }

    fn link(&self, path: &Path, lines: Option<(u32, u32)>) -> String {
        // Parentheses would end the link.
        let path = encoded(path).replace('(', "%28").replace(')', "%29");
        let mut link = format!("{}{path}", self.address);
        match lines {
            Some((first, last)) if first == last => link += &format!("#L{first}"),
            Some((first, last)) => link += &format!("#L{first}{}{last}", self.to_line),
            None => {}
        }
        link
    }
}

/// Writes the report.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report<'_>, root: &Root, options: &Options) -> io::Result<()> {
    let writer = Writer { report, root, options };
    let head = writer.head();
    let mut budget = Budget { left: options.most.saturating_sub(head.len() + Budget::FOR_LINES) };
    let problems = writer.problems(&mut budget);
    let reaches = writer.reaches(&mut budget);
    let (findings, left_out) = writer.findings(&mut budget);
    out.write_all(head.as_bytes())?;
    out.write_all(problems.as_bytes())?;
    out.write_all(findings.as_bytes())?;
    if left_out > 0 {
        let are = if left_out == 1 { "finding is" } else { "findings are" };
        writeln!(out, "\n**{left_out} more {are} left out: there is no room for more here.**")?;
    }
    out.write_all(reaches.as_bytes())
}

/// How much there is room for.
struct Budget {
    left: usize,
}

impl Budget {
    /// What headings and lines about what is left out take.
    const FOR_LINES: usize = 1000;

    /// True if there was room for `length` bytes, which now are taken.
    const fn take(&mut self, length: usize) -> bool {
        let fits = length <= self.left;
        if fits {
            self.left -= length;
        }
        fits
    }
}

struct Writer<'r> {
    report: &'r Report<'r>,
    root: &'r Root,
    options: &'r Options,
}

impl Writer<'_> {
    /// The heading and the counts.
    fn head(&self) -> String {
        let report = self.report;
        let counts = Counts::of(report.findings);
        let lost = !self.report.problems_by_loss().0.is_empty();
        let found = match counts.shown() {
            _ if report.summary.refused => "nothing was scanned".to_owned(),
            0 if report.summary.files == 0 => "nothing was checked".to_owned(),
            0 if lost => "no findings, but not everything could be checked".to_owned(),
            0 => "no findings".to_owned(),
            count if lost => {
                format!("{}, and not everything could be checked", counted(count, "finding"))
            }
            count => counted(count, "finding"),
        };
        let mut head = format!("### fedlint: {found}\n\n");
        if counts.shown() > 0 {
            let row = |cell: &dyn Fn(Severity) -> String| {
                let cells: Vec<String> = Severity::ALL.into_iter().rev().map(cell).collect();
                format!("| {} |\n", cells.join(" | "))
            };
            head += &row(&|severity| severity.name().to_owned());
            head += &row(&|_| "---:".to_owned());
            head += &row(&|severity| counts.of_severity(severity).to_string());
            head += "\n";
        }
        let mut lines = summary(report);
        if counts.shown() > 0 {
            // The table says it already, but for what stands behind.
            let more = lines.remove(0);
            if let Some((_, more)) = more.split_once("; ") {
                lines.insert(0, more.to_owned());
            }
        } else if report.summary.files > 0
            && let Some(last) = lines.last_mut()
        {
            *last = checked_line(report.summary, false);
        }
        lines.iter().for_each(|line| head += &format!("- {line}\n"));
        head
    }

    fn problems(&self, budget: &mut Budget) -> String {
        let (lost, other) = self.report.problems_by_loss();
        let mut written = String::new();
        let mut left_out = 0;
        for (problem, loses) in
            lost.into_iter().map(|one| (one, true)).chain(other.into_iter().map(|one| (one, false)))
        {
            let line = self.problem(problem, loses);
            // Findings need room as well.
            if written.len() + line.len() < self.options.most / 4 && budget.take(line.len()) {
                written += &line;
            } else {
                left_out += 1;
            }
        }
        if left_out > 0 {
            written += &format!("- and {left_out} more\n");
        }
        if written.is_empty() { written } else { format!("\n#### Problems\n\n{written}") }
    }

    fn problem(&self, problem: &Problem, loses: bool) -> String {
        let place = match self.report.file_of(problem) {
            Some((path, place)) => {
                let shown = code(&self.root.shown(&path));
                format!(" in {shown}{}", place.map_or_else(String::new, |place| self.lines(&place)))
            }
            None => String::new(),
        };
        let kind =
            if loses { format!("**{}**", problem.kind.name()) } else { problem.kind.name().to_owned() };
        format!("- {kind}{place}: {}. {}\n", text(&problem.message), text(&problem.help))
    }

    /// Who outside can get in.
    fn reaches(&self, budget: &mut Budget) -> String {
        let mut written = String::new();
        for reach in self.report.reaches {
            let line = reach_line(reach);
            if budget.take(line.len()) {
                written += &line;
            }
        }
        if written.is_empty() { written } else { format!("\n#### Who can get in\n\n{written}") }
    }

    /// Findings by file, and how many are left out: the mildest of those that there is no room for.
    fn findings(&self, budget: &mut Budget) -> (String, usize) {
        let mut shown: Vec<(usize, &Finding)> = self.report.shown().enumerate().collect();
        shown.sort_by_key(|(_, finding)| Reverse(finding.severity));
        let mut chosen: Vec<(usize, String, String)> = Vec::new();
        let mut headings: Vec<String> = Vec::new();
        let mut left_out = 0;
        for (index, finding) in shown {
            // Too little for any: what is not shown need not be made.
            if budget.left < 200 {
                left_out += 1;
                continue;
            }
            let place = self.report.sources.place(finding.span);
            let heading = self.heading(&place);
            let block = self.finding(finding, &place);
            let more = if headings.contains(&heading) { 0 } else { heading.len() };
            if budget.take(block.len() + more) {
                if more > 0 {
                    headings.push(heading.clone());
                }
                chosen.push((index, heading, block));
            } else {
                left_out += 1;
            }
        }
        chosen.sort_by_key(|(index, ..)| *index);
        let mut written = String::new();
        let mut file = None;
        for (_, heading, block) in &chosen {
            if file != Some(heading) {
                written += heading;
                file = Some(heading);
            }
            written += block;
        }
        (written, left_out)
    }

    fn heading(&self, place: &Place) -> String {
        let name = code(&self.root.shown(&place.path));
        match self.link(place, None) {
            Some(link) => format!("\n#### [{name}]({link})\n"),
            None => format!("\n#### {name}\n"),
        }
    }

    /// ", line 4", as a link if there is somewhere to lead to. Nothing if that may be off.
    fn lines(&self, place: &Place) -> String {
        if !place.certain {
            return String::new();
        }
        let (first, last) = lines_of(place);
        let name = if first == last { format!("line {first}") } else { format!("lines {first} to {last}") };
        match self.link(place, Some((first, last))) {
            Some(link) => format!(", [{name}]({link})"),
            None => format!(", {name}"),
        }
    }

    fn link(&self, place: &Place, lines: Option<(u32, u32)>) -> Option<String> {
        let path = self.root.path(&place.path);
        let is_there = path.is_relative() && path != Path::new(STDIN);
        self.options.files.as_ref().filter(|_| is_there).map(|files| files.link(&path, lines))
    }

    fn finding(&self, finding: &Finding, place: &Place) -> String {
        let rule = code(&finding.rule);
        let rule = match rule_page(&finding.rule) {
            Some(page) => format!("[{rule}]({page})"),
            None => rule,
        };
        let mut block = format!("\n- **{}** {rule}", finding.severity.name());
        if finding.certainty == Certainty::Possible {
            block += " (possible)";
        }
        block += &format!("{}: {}", self.lines(place), text(&finding.message));
        if let Some(when) = &finding.when {
            block += &format!(", when {}", text(when.strip_prefix("when ").unwrap_or(when)));
        }
        block += "\n\n  <details><summary>What to do</summary>\n\n";
        block += &prose(&finding.help, "  ");
        block.push('\n');
        let entity = &finding.entity;
        let mut facts = vec![format!("{} {}", in_words(entity.kind), code(&entity.name))];
        if let Some(arn) = entity.arn.as_ref().filter(|arn| **arn != entity.name) {
            facts.push(code(arn));
        }
        if let Some(path) = &entity.cdk_path {
            facts.push(format!("construct {}", code(path)));
        }
        let mut lines = vec![facts.join(", ")];
        if let Some(witness) = &finding.witness {
            let parts: Vec<String> =
                witness.iter().map(|(key, value)| format!("{} is {}", code(key), code(value))).collect();
            lines.push(format!("gets in: {}", parts.join(", ")));
        }
        for label in &finding.labels {
            let place = self.report.sources.place(label.span);
            let path = code(&self.root.shown(&place.path));
            lines.push(format!("{}: {path}{}", line_of(&label.text), self.lines(&place)));
        }
        lines.extend(finding.notes.iter().map(|note| line_of(note)));
        for line in lines {
            block += &format!("  - {line}\n");
        }
        block + "\n  </details>\n"
    }
}

fn reach_line(reach: &Reach) -> String {
    let mut roles = counted(reach.roles, "role");
    if reach.proved < reach.roles {
        roles += &format!(", {} only possibly", reach.roles - reach.proved);
    }
    let what = privilege(&reach.privilege);
    format!("- {}: {what} as {}; {roles}\n", whom(reach.population), code(&reach.role.name))
}

#[cfg(test)]
mod tests;
