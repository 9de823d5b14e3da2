//! Texts to measure with: the corpus of real files where there is one, else what the project ships.

use std::path::{Path, PathBuf};

use fedlint::source::{SizeLimit, Sources, read_path};

/// Texts of one format.
pub(crate) struct Texts {
    /// The texts.
    pub(crate) texts: Vec<String>,
    /// The bytes of all of them.
    pub(crate) bytes: usize,
}

/// All texts with one of `extensions` that `usable` accepts, in the order of their paths.
pub(crate) fn texts(extensions: &[&str], usable: impl Fn(&str) -> bool) -> Texts {
    let folder =
        std::env::var_os("FEDLINT_CORPUS").map_or_else(|| PathBuf::from("../shared/corpus"), PathBuf::from);
    let folder = if folder.is_dir() { folder } else { PathBuf::from("testdata") };
    let mut paths = Vec::new();
    collect(&folder, extensions, &mut paths);
    paths.sort();
    let sources = Sources::default();
    let texts: Vec<String> = paths
        .iter()
        .filter_map(|path| sources.add_bytes(Some(path), read_path(path, SizeLimit::default()).ok()?).ok())
        .map(|(_, text)| text.to_string())
        .filter(|text| usable(text))
        .collect();
    let bytes = texts.iter().map(String::len).sum();
    Texts { texts, bytes }
}

/// JSON that `serde_json` reads.
pub(crate) fn json() -> Texts {
    texts(&["json"], |text| serde_json::from_str::<serde_json::Value>(text).is_ok())
}

/// YAML of one document that `serde_yaml` reads.
pub(crate) fn yaml() -> Texts {
    texts(&["yaml", "yml"], |text| serde_yaml::from_str::<serde_yaml::Value>(text).is_ok())
}

fn collect(folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, extensions, found);
        } else if path.extension().is_some_and(|end| extensions.iter().any(|known| end == *known)) {
            found.push(path);
        }
    }
}
