//! `fedlint scan --fix` and `--diff`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::cli::{FindingOptions, Fixing, ScanOptions};
use crate::commands::choose::Variables;
use crate::commands::log::is_read_by_a_runner;
use crate::finding::{Certainty, Finding, Fix, Group};
use crate::fixes::unified_without;
use crate::report::{github, secret_stretches, shown_path, shown_text};
use crate::scan::{Mend, Mended, Mending, Outcome, Texts, mend};
use crate::source::{Encoding, Problem, ProblemKind, SizeLimit, Sources, absolute, read_path, rewrite};
use crate::value::MASK;

/// Makes the fixes that are asked for, in memory.
pub(super) fn make(
    options: &ScanOptions,
    first: Outcome,
    scan: &mut dyn FnMut(Sources) -> Outcome,
) -> Mending {
    // What is only read besides is not changed.
    let named: FxHashSet<PathBuf> = first.files.iter().map(|visited| absolute(&visited.path)).collect();
    let allowed = |finding: &Finding, fix: &Fix, sources: &Sources| {
        let mut paths = fix.edits.iter().map(|edit| sources.path(edit.span.source));
        is_wanted(&options.findings, finding)
            && (fix.safe || options.unsafe_fixes)
            && (options.sources.context.is_empty() || paths.all(|path| named.contains(&absolute(&path))))
    };
    mend(first, &allowed, &mut |texts: &Texts| {
        let bytes = |mended: &Mended| Arc::<[u8]>::from(mended.after.as_bytes());
        let instead: FxHashMap<_, _> =
            texts.iter().map(|(path, mended)| (path.clone(), bytes(mended))).collect();
        scan(Sources::reading_instead(instead))
    })
}

/// The options with which all is found that a fix could bring up, also what is not to be reported in this run.
pub(super) fn wide(options: &ScanOptions) -> Option<ScanOptions> {
    let FindingOptions { select, min_certainty, .. } = &options.findings;
    if options.fixing == Fixing::Nothing || (select.is_empty() && min_certainty.is_none()) {
        return None;
    }
    // All groups, not none: then the variable and the settings would say what is looked for. Rules that are only asked where
    // they are named stay.
    let all = Group::ALL.iter().map(|group| group.name().to_owned());
    let findings = FindingOptions {
        select: if select.is_empty() { Vec::new() } else { all.chain(select.iter().cloned()).collect() },
        min_certainty: min_certainty.map(|_| Certainty::Possible),
        ..options.findings.clone()
    };
    Some(ScanOptions { findings, ..options.clone() })
}

/// Whether a finding would be reported in this run.
fn is_wanted(options: &FindingOptions, finding: &Finding) -> bool {
    let names = |name: &String| *name == *finding.rule || name == finding.group.name();
    (options.select.is_empty() || options.select.iter().any(names))
        && options.min_certainty.is_none_or(|least| finding.certainty >= least)
}

/// Writes the files that were changed, and takes those out of `mending` that could not be.
pub(super) fn write(mending: &mut Mending) -> Vec<Problem> {
    let mut problems = Vec::new();
    mending.texts.retain(|path, mended| match write_file(path, mended) {
        Ok(()) => true,
        Err(problem) => {
            problems.push(problem);
            false
        }
    });
    mending.fixed.retain(|mend| mending.texts.contains_key(&mend.path));
    problems
}

fn write_file(path: &Path, mended: &Mended) -> Result<(), Problem> {
    let old = read_path(path, SizeLimit::new(u64::MAX))?.bytes;
    let encoding = Encoding::of(&old);
    // Whoever has changed it meanwhile does not lose that.
    if encoding.encode(&mended.before) != old {
        return Err(not_written(path, "it has changed since it was read"));
    }
    rewrite(path, &old, &encoding.encode(&mended.after))
        .map_err(|error| not_written(path, &error.to_string()))
}

fn not_written(path: &Path, why: &str) -> Problem {
    let message = format!("`{}` was not fixed: {why}", path.display());
    Problem::of(ProblemKind::Unreadable, path, message, "Look at the file, and scan again.")
}

/// Who reads what would change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// A terminal, which obeys what a file of patches only holds.
    Terminal,
    /// The runner of GitHub Actions, perhaps: it obeys what is no part of a patch.
    Log,
    /// `patch`, or nobody.
    File,
}

impl Reader {
    pub(super) fn of(is_terminal: bool, variables: Variables<'_>) -> Self {
        if is_terminal {
            Self::Terminal
        } else if is_read_by_a_runner(variables) {
            Self::Log
        } else {
            Self::File
        }
    }
}

/// Writes what would change.
pub(super) fn write_diff(out: &mut dyn Write, texts: &Texts, reader: Reader) -> io::Result<()> {
    let diff_of = |(path, mended): (&PathBuf, &Mended)| {
        unified_without(&shown_path(path), &mended.before, &mended.after, &secret_stretches, MASK)
    };
    let diffs: Vec<String> = texts.iter().map(diff_of).collect();
    match reader {
        Reader::Terminal => {
            for line in diffs.iter().flat_map(|diff| diff.lines()) {
                writeln!(out, "{}", shown_text(line))?;
            }
            Ok(())
        }
        Reader::Log => out.write_all(github::uninterpreted(&diffs.concat()).as_bytes()),
        Reader::File => diffs.iter().try_for_each(|diff| out.write_all(diff.as_bytes())),
    }
}

/// Says what was fixed, or would be, and what not.
pub(super) fn write_summary(err: &mut dyn Write, mending: &Mending, fixing: Fixing) -> io::Result<()> {
    for Mend { rule, title, path, why, .. } in &mending.refused {
        let why = why.as_deref().unwrap_or_default();
        let line = format!("not fixed: {rule} in {}: {title}: {why}", shown_path(path));
        writeln!(err, "{}", shown_text(&line))?;
    }
    let counted = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let (findings, files) = (mending.fixed.len(), mending.texts.len());
    let would = if fixing == Fixing::Show { "would fix" } else { "fixed" };
    match findings {
        0 => writeln!(err, "{would} nothing"),
        _ => writeln!(err, "{would} {} in {}", counted(findings, "finding"), counted(files, "file")),
    }
}

#[cfg(test)]
mod tests;
