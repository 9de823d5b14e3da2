//! The shape of the project: which module may use which, and where each outside crate is at home.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads the sources of its own crate"
)]

use std::fs;

use std::path::{Path, PathBuf};

/// The modules in the order in which data flows. A module uses only those of its own group and above.
const ORDER: &[&[&str]] = &[
    &["source"],
    &["document"],
    &["settings"],
    &["value", "finding"],
    &["knowledge"],
    &["resources"],
    &["policy"],
    &["model"],
    &["graph"],
    &["analysis"],
    &["facts"],
    &["rules"],
    &["fixes"],
    &["scan", "baseline"],
    &["report"],
    &["collect"],
    &["cli", "commands"],
    &["main", "lib"],
];

/// Outside crates that only some places may name: the name in code, and paths under `src/`.
const HOMES: &[(&str, &[&str])] = &[
    ("aho_corasick", &["source"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("glob", &["source"]),
    ("granit_parser", &["document/yaml"]),
    ("hashbrown", &["value"]),
    ("ignore", &["source"]),
    ("miette", &["report/human"]),
    ("mimalloc", &["main"]),
    ("petgraph", &["graph"]),
    ("rayon", &["resources", "scan"]),
    ("roxmltree", &["document/saml_metadata"]),
    ("schemars", &["report", "rules", "settings"]),
    ("serde_yaml", &["knowledge", "rules", "settings"]),
    ("x509_cert", &["document/certificate"]),
];

#[test]
fn modules_use_only_what_comes_before_them() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        let module = module_of(&path);
        let Some(own) = rank(&module) else {
            wrong.push(format!("{path}: module `{module}` is not in the table of this test"));
            continue;
        };
        // A module at the top reaches its neighbours through `super`, past this test.
        if !path.contains('/') && code.lines().any(|line| line.starts_with("use super::")) {
            wrong.push(format!("{path}: uses `super`, which is the crate itself: write `crate`"));
        }
        for used in crate_uses(&code) {
            match rank(&used) {
                Some(rank) if rank <= own => {}
                Some(_) => wrong.push(format!("{path}: `{module}` must not use `{used}`")),
                None => wrong.push(format!("{path}: `crate::{used}` is not in the table of this test")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn outside_crates_stay_at_home() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        // Tests may ask whom they like for a second opinion.
        if path.ends_with("/tests.rs") || path.contains("/tests/") {
            continue;
        }
        let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (name, homes) in HOMES {
            let at_home = homes.iter().any(|home| {
                path.strip_prefix(home).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
            });
            if !at_home && names_crate(code, name) {
                wrong.push(format!("{path}: `{name}` is at home in {homes:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_with_children_are_files_beside_their_folder() {
    let found: Vec<String> =
        sources().into_iter().map(|(path, _)| path).filter(|path| path.ends_with("mod.rs")).collect();
    assert!(found.is_empty(), "write `foo.rs` beside `foo/`: {found:?}");
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    // Put together here, so that this file does not name them either.
    let places = [["/work", "/main"], ["/work", "/shared"], ["/tmp", "/w/"], ["/ro", "ot/"], ["/ho", "me/"]]
        .map(|parts| parts.concat());
    let mut wrong = Vec::new();
    for path in files(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        let Ok(bytes) = fs::read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        for place in &places {
            if text.contains(place.as_str()) {
                wrong.push(format!("{} mentions {place}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_checks_see_what_they_look_for() {
    let code = without_comments(
        "//! See `crate::report`.\nuse crate::{document::Tree, value::{Name, Text}};\nlet x = crate::scan::y; // crate::cli\nuse ignore::Walk;\n",
    );
    assert_eq!(crate_uses(&code), ["document", "value", "scan"]);
    assert!(names_crate(&code, "ignore"));
    assert!(!names_crate("self.ignore(true); crate::ignore::x; my_ignore::x", "ignore"));
    assert_eq!(module_of("source/discover/walk.rs"), "source");
    assert_eq!(module_of("scan.rs"), "scan");
}

/// All files under `src/` as path from there, with `/`, and code without comments.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    for path in files(&root) {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            sources.push((name, without_comments(&fs::read_to_string(&path).unwrap())));
        }
    }
    assert!(sources.len() > 10, "the sources are found");
    sources
}

/// All files below `directory` in order, without what git and cargo make.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap();
        if name == "target" || name == ".git" || name == "node_modules" {
            continue;
        }
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn module_of(path: &str) -> String {
    let first = path.split('/').next().unwrap_or_default();
    first.strip_suffix(".rs").unwrap_or(first).to_owned()
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|group| group.contains(&module))
}

/// Drops everything behind `//`, also in doc comments. Text in quotes that holds `//` is cut, which hides no
/// path of a module.
fn without_comments(code: &str) -> String {
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The modules that stand behind `crate::`, in order, each once.
fn crate_uses(code: &str) -> Vec<String> {
    let mut used: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !name.is_empty() && !used.iter().any(|known| known == name) {
            used.push(name.to_owned());
        }
    };
    for (position, _) in code.match_indices("crate::") {
        // `pub(crate)` has no path behind it, and `$crate` is the same crate.
        let rest = &code[position + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            group_members(group).for_each(&mut add);
        } else {
            add(identifier(rest));
        }
    }
    used
}

/// The first names of the members of a `{...}` group, whose opening brace is dropped.
fn group_members(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let mut starts = vec![0];
    for (position, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => starts.push(position + 1),
            _ => {}
        }
    }
    starts.into_iter().map(|start| identifier(group[start..].trim_start()))
}

fn identifier(text: &str) -> &str {
    let end = text.find(|part: char| !(part.is_alphanumeric() || part == '_')).unwrap_or(text.len());
    &text[..end]
}

/// True if `code` has a path that starts with the crate `name`.
fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(position, _)| {
        let before = code[..position].chars().next_back().unwrap_or(' ');
        let after = &code[position + name.len()..];
        !(before.is_alphanumeric() || before == '_' || before == ':') && after.starts_with("::")
    })
}
