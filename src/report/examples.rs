//! What came of running the examples of rules, for people.

use std::io::{self, Write};

use super::human::{Options, Screen};
use super::summary::counted;
use super::text::{sanitised, wrapped};
use crate::scan::examples::Failure;

/// A rule whose examples were run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// The rule.
    pub rule: String,
    /// How many bad and good examples it has.
    pub examples: (usize, usize),
    /// Those that are not as they say.
    pub failures: Vec<Failure>,
}

impl Tested {
    /// True if the rule is not right, or nothing shows that it is.
    #[must_use]
    pub const fn failed(&self) -> bool {
        !self.failures.is_empty() || self.examples.0 == 0
    }
}

/// Writes what is wrong, rule by rule, and how much was run.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, tested: &[Tested], options: &Options) -> io::Result<()> {
    /// Differences stand below the title of the example.
    const INDENTATION: usize = 4;
    let screen = Screen::new(*options);
    for rule in tested.iter().filter(|rule| rule.failed()) {
        writeln!(out, "{}", screen.bold(&sanitised(&rule.rule)))?;
        if rule.examples.0 == 0 {
            writeln!(out, "  has no bad example: nothing shows that it finds anything")?;
        }
        for failure in &rule.failures {
            writeln!(out, "  {} example: {}", failure.kind, sanitised(&failure.title))?;
            for difference in &failure.differences {
                for (index, line) in difference.to_string().lines().enumerate() {
                    let deeper = INDENTATION + if index == 0 { 0 } else { 2 };
                    let lines = wrapped(&sanitised(line), screen.width().saturating_sub(deeper + 2));
                    for (position, line) in lines.iter().enumerate() {
                        let hanging = if position == 0 { 0 } else { 2 };
                        writeln!(out, "{:1$}{line}", "", deeper + hanging)?;
                    }
                }
            }
        }
        writeln!(out)?;
    }
    let examples: usize = tested.iter().map(|rule| rule.examples.0 + rule.examples.1).sum();
    if tested.is_empty() {
        return writeln!(out, "nothing was tested: there is no rule file");
    }
    let failed = tested.iter().filter(|rule| rule.failed()).count();
    let ran = format!("{} of {}", counted(examples, "example"), counted(tested.len(), "rule"));
    if failed == 0 {
        writeln!(out, "{ran}: all as they should be")
    } else {
        writeln!(out, "{ran}: {} failed", counted(failed, "rule"))
    }
}
