//! `fedlint explain`.

use std::io::{self, Write};

use super::catalogue::{Catalogue, refuse};
use super::log::write_for_people;
use crate::cli::{Environment, ExitCode, ExplainOptions};
use crate::finding::Group;
use crate::report::reference::{self, Entry, Examples};
use crate::rules::{Rule, closest};
use crate::source::Sources;

/// Writes the page of a rule.
pub(crate) fn run(options: &ExplainOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let sources = Sources::default();
    let catalogue = match Catalogue::load(&options.settings, &sources, environment) {
        Ok(catalogue) => catalogue,
        Err(problems) => return refuse(&problems, &sources, &options.settings, environment),
    };
    let Some(rule) = catalogue.rules.iter().find(|rule| rule.id == options.id) else {
        return unknown(&options.id, &catalogue.rules, environment);
    };
    let examples = if options.examples { Examples::All } else { Examples::One };
    let terminal = environment.terminal(options.settings.color);
    let mut out = io::BufWriter::new(&mut *environment.out);
    let entry = Entry { rule, selection: &catalogue.selection };
    write_for_people(&mut out, environment.variable, |out| {
        reference::write_page(out, entry, examples, &terminal)
    })?;
    out.flush()?;
    Ok(ExitCode::Clean)
}

fn unknown(id: &str, rules: &[Rule], environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let err = &mut environment.err;
    if Group::ALL.iter().any(|group| group.name() == id) {
        writeln!(err, "error: `{id}` is a group of rules: `fedlint rules {id}` lists them")?;
        return Ok(ExitCode::Failed);
    }
    writeln!(err, "error: there is no rule `{}`", id.escape_debug())?;
    match closest(id, rules.iter().map(|rule| rule.id.as_ref())) {
        Some(close) => writeln!(err, "Did you mean `{close}`?")?,
        None => writeln!(err, "`fedlint rules` lists all rules.")?,
    }
    Ok(ExitCode::Failed)
}
