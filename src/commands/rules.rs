//! `fedlint rules`.

use std::io::{self, Write};

use super::catalogue::{Catalogue, refuse};
use crate::cli::{Environment, ExitCode, RulesFormat, RulesOptions};
use crate::finding::Group;
use crate::report::reference::{self, Entry};
use crate::rules::closest;
use crate::source::Sources;

/// Lists rules.
pub(crate) fn run(options: &RulesOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let sources = Sources::default();
    let catalogue = match Catalogue::load(&options.settings, &sources, environment) {
        Ok(catalogue) => catalogue,
        Err(problems) => return refuse(&problems, &sources, &options.settings, environment),
    };
    let known = || {
        let ids = catalogue.rules.iter().map(|rule| rule.id.as_ref());
        ids.chain(Group::ALL.map(Group::name))
    };
    if let Some(name) = options.names.iter().find(|name| !known().any(|known| known == *name)) {
        let err = &mut environment.err;
        writeln!(err, "error: there is no rule and no group `{}`", name.escape_debug())?;
        if let Some(close) = closest(name, known()) {
            writeln!(err, "Did you mean `{close}`?")?;
        }
        return Ok(ExitCode::Failed);
    }
    let selection = &catalogue.selection;
    let mut entries: Vec<Entry<'_>> = catalogue
        .rules
        .iter()
        .filter(|rule| {
            let named = |name: &String| *name == rule.id || name == rule.group.name();
            options.names.is_empty() || options.names.iter().any(named)
        })
        .filter(|rule| !options.asked || selection.has(rule))
        .map(|rule| Entry { rule, selection })
        .collect();
    entries.sort_by(|left, right| left.rule.id.cmp(&right.rule.id));
    let terminal = environment.terminal(options.settings.color);
    let mut out = io::BufWriter::new(&mut *environment.out);
    match options.format {
        RulesFormat::Text => reference::write_text(&mut out, &entries, &terminal)?,
        RulesFormat::Json => reference::write_json(&mut out, &entries)?,
        RulesFormat::Markdown => reference::write_list_markdown(&mut out, &entries)?,
    }
    out.flush()?;
    Ok(ExitCode::Clean)
}
