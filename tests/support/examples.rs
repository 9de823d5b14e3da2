//! The examples of the built-in rules.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use fedlint::rules::file::{Example, RuleFile, parse};
use fedlint::settings::Settings;
use fedlint::source::Sources;

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
    static FOLDERS: AtomicUsize = AtomicUsize::new(0);
    let Some(text) = &example.settings else { return Settings::default() };
    let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("fedlint-example-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the settings");
    let path = folder.join("fedlint.yaml");
    fs::write(&path, text).expect("the settings can be written");
    let mut settings = Settings::load(&Sources::default(), &path).expect("valid settings");
    // Patterns of paths are meant beside the files, which lie nowhere.
    settings.root = std::env::current_dir().expect("there is a working directory");
    fs::remove_dir_all(folder).expect("the folder can be removed");
    settings
}
