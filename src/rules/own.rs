//! Rules of one's own: files in the directories that the settings name, read by the loader of the built-in rules.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::{BUILT_IN, FileError, Rule, check};
use crate::facts::SCHEMAS;
use crate::settings::Settings;
use crate::source::{self, Problem, ProblemKind, Search, SizeLimit, Sources};

/// The built-in rules, and those of the directories that the settings name. What is wrong with one of these is a
/// problem, and the rule is left out.
#[must_use]
pub fn load(settings: &Settings, sources: &Sources) -> (Cow<'static, [Rule]>, Vec<Problem>) {
    let directories: Vec<PathBuf> =
        settings.rules.directories.iter().map(|written| settings.root.join(&written.text)).collect();
    if directories.is_empty() {
        return (Cow::Borrowed(BUILT_IN), Vec::new());
    }
    let discovery = source::discover(&directories, &Search::default());
    let mut problems = discovery.problems;
    let mut rules = BUILT_IN.to_vec();
    let is_rule = |path: &Path| path.extension().is_some_and(|end| end == "yaml" || end == "yml");
    for found in discovery.files.iter().filter(|found| is_rule(&found.path)) {
        match read(&found.path, &rules, sources) {
            Ok(rule) => rules.push(rule),
            Err(problem) => problems.push(problem),
        }
    }
    // A rule may yield to one that is read after it.
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_ref()).collect();
    let mut refused = Vec::new();
    for rule in &rules[BUILT_IN.len()..] {
        for error in check(rule, SCHEMAS, &ids) {
            problems.push(wrong(Path::new(rule.id.as_ref()), &error));
            refused.push(rule.id.clone());
        }
    }
    rules.retain(|rule| !refused.contains(&rule.id));
    (Cow::Owned(rules), problems)
}

fn read(path: &Path, known: &[Rule], sources: &Sources) -> Result<Rule, Problem> {
    let bytes = source::read_path(path, SizeLimit::default())?;
    let (_, text) = sources.add_bytes(Some(path), bytes)?;
    let rule = Rule::parse(&text).map_err(|error| wrong(path, &error))?;
    let at_id = |message: String| Err(wrong(path, &FileError { at: "id".to_owned(), message }));
    if path.file_stem().is_none_or(|stem| stem != rule.id.as_ref()) {
        return at_id(format!("`{}` is not the name of the file", rule.id));
    }
    if known.iter().any(|other| other.id == rule.id) {
        return at_id(format!("there is a rule `{}` already", rule.id));
    }
    Ok(rule)
}

fn wrong(path: &Path, error: &FileError) -> Problem {
    let message = format!("in the rule file, {error}");
    let help = "docs/writing-rules.md says what a rule file holds; editors complete it with what `fedlint schema rule` prints.";
    Problem::of(ProblemKind::Settings, path, message, help)
}
