//! The examples of the built-in rules.

use std::fs;
use std::path::Path;

use fedlint::rules::file::{Example, RuleFile, parse};
use fedlint::settings::Settings;

/// The built-in rules as they are written, by name.
pub(crate) fn rules() -> Vec<RuleFile> {
    let mut paths: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"))
        .expect("the project has rules")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    paths.sort();
    let read = |path| {
        #[expect(clippy::disallowed_methods, reason = "a test reads what it tests")]
        let text = fs::read_to_string(path).expect("a rule file can be read");
        parse(&text).expect("a valid rule")
    };
    paths.iter().map(read).collect()
}

/// The settings of an example.
pub(crate) fn settings(example: &Example) -> Settings {
    fedlint::scan::examples::settings(example).expect("valid settings")
}
