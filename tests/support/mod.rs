//! Scans texts as files and gives back what was found, in plain words.

#![allow(dead_code, reason = "every test file uses a part of it")]

pub(crate) mod cli;
pub(crate) mod examples;

use std::fmt::Display;
use std::path::{Path, PathBuf};

use fedlint::finding::Finding;
use fedlint::settings::Settings;

/// What a scan found.
pub(crate) struct Outcome {
    pub(crate) findings: Vec<Seen>,
    pub(crate) problems: Vec<String>,
}

/// A finding as a test reads it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// The byte in the file.
    pub(crate) offset: usize,
    /// What stands at the place.
    pub(crate) text: String,
    pub(crate) rule: String,
    pub(crate) certainty: &'static str,
    pub(crate) severity: &'static str,
    pub(crate) when: Option<String>,
    pub(crate) entity: String,
    pub(crate) message: String,
}

impl Seen {
    /// `rule certainty when`.
    pub(crate) fn in_a_line(&self) -> String {
        let when = self.when.as_ref().map_or(String::new(), |when| format!(" {when}"));
        format!("{} {}{when}", self.rule, self.certainty)
    }
}

/// Scans `files` (path and text) with default settings; findings that are folded into others are left out.
pub(crate) fn scan(files: &[(&str, &str)]) -> Outcome {
    scan_with(files, &Settings::default())
}

/// Scans `files` with settings.
pub(crate) fn scan_with(files: &[(&str, &str)], settings: &Settings) -> Outcome {
    let outcome = fedlint::scan::scan_texts(files, settings);
    let see = |finding: &Finding| {
        let place = outcome.sources.place(finding.span);
        let path = place.path.to_string_lossy().into_owned();
        let text = files.iter().find(|(name, _)| *name == path).map_or("", |(_, text)| text);
        Seen {
            line: place.start.line,
            column: place.start.column,
            offset: place.start.offset as usize,
            text: text[place.start.offset as usize..place.end.offset as usize].to_owned(),
            path,
            rule: finding.rule.to_string(),
            certainty: finding.certainty.name(),
            severity: finding.severity.name(),
            when: finding.when.clone(),
            entity: finding.entity.name.clone(),
            message: finding.message.clone(),
        }
    };
    Outcome {
        findings: outcome.findings.iter().filter(|finding| finding.counts()).map(see).collect(),
        problems: outcome
            .problems
            .iter()
            .map(|problem| format!("{}: {}", problem.kind.name(), problem.message))
            .collect(),
    }
}

/// The first seed of cases that were recorded, and how many there are, from the file that says so.
pub(crate) fn seeds(text: &str) -> (u64, usize) {
    let number = |name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).expect("the file has both");
        line.trim().parse().expect("a number")
    };
    (number("first"), usize::try_from(number("count")).expect("small"))
}

/// The folder of real files, if it is there; else says why nothing is tested.
pub(crate) fn corpus() -> Option<PathBuf> {
    let folder =
        std::env::var_os("FEDLINT_CORPUS").map_or_else(|| PathBuf::from("../shared/corpus"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    #[expect(clippy::print_stderr, reason = "says why nothing was tested")]
    {
        eprintln!("skipped: there is no corpus at {}; set FEDLINT_CORPUS", folder.display());
    }
    None
}

/// Adds every file of `folder`, at any depth, whose name ends like that of a template.
pub(crate) fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the corpus can be listed") {
        let path = entry.expect("the corpus can be listed").path();
        if path.is_dir() {
            files(&path, found);
        } else if path
            .extension()
            .is_some_and(|end| ["json", "yaml", "yml", "template"].iter().any(|known| end == *known))
        {
            found.push(path);
        }
    }
}

/// Measures beside their goals, printed for `scripts/figures`.
#[derive(Default)]
pub(crate) struct Figures {
    missed: Vec<String>,
}

impl Figures {
    /// Prints one measure.
    pub(crate) fn add(&mut self, name: &str, figure: impl Display, goal: impl Display, pass: bool) {
        if !pass {
            self.missed.push(format!("{name}: {figure}, goal {goal}"));
        }
        #[expect(clippy::print_stdout, reason = "scripts read it, with --nocapture")]
        {
            println!("figure\t{name}\t{figure}\t{goal}\t{}", if pass { "yes" } else { "no" });
        }
    }

    /// Fails if a goal was missed; `details` say what is behind that.
    pub(crate) fn finish(self, details: &str) {
        assert!(self.missed.is_empty(), "{}\n{details}", self.missed.join("\n"));
    }
}
