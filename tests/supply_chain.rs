//! What is linked into the program: nothing that opens a connection, nothing unsafe of our own, and only what `deny.toml` allows.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test reads what it tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What code that opens connections has to name, in the standard library and in bindings to the system's.
const CONNECTIONS: &[&str] = &["TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs"];

/// Bindings to whole systems, which name what nothing calls.
const BINDINGS: &[&str] = &["libc", "linux-raw-sys", "rustix", "windows-sys"];

fn stdout(program: &str, arguments: &[&str]) -> String {
    let done =
        Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// What cargo knows of the packages for this platform, those for tests included.
fn metadata() -> Value {
    let version = stdout("rustc", &["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
    let arguments = ["metadata", "--format-version", "1", "--offline", "--filter-platform", &host];
    serde_json::from_str(&stdout(env!("CARGO"), &arguments)).unwrap()
}

/// The crates that are linked into the program on this platform: their names, and the folders with their code.
fn linked() -> Vec<(String, PathBuf)> {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let mut open = vec![metadata["resolve"]["root"].as_str().unwrap()];
    let mut seen: BTreeSet<&str> = open.iter().copied().collect();
    while let Some(id) = open.pop() {
        let node = nodes.iter().find(|node| node["id"] == id).unwrap();
        for dependency in node["deps"].as_array().unwrap() {
            let is_linked =
                dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null());
            let id = dependency["pkg"].as_str().unwrap();
            if is_linked && seen.insert(id) {
                open.push(id);
            }
        }
    }
    let packages = metadata["packages"].as_array().unwrap().iter();
    let own = packages.filter(|package| seen.contains(package["id"].as_str().unwrap()));
    own.map(|package| {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        (package["name"].as_str().unwrap().to_owned(), manifest.parent().unwrap().join("src"))
    })
    .collect()
}

/// The files of Rust code below `folder`.
fn code(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                files.push(path);
            }
        }
    }
    files
}

#[test]
fn nothing_that_is_linked_opens_a_connection() {
    let linked = linked();
    assert!(linked.len() > 20, "{linked:?}");
    let mut wrong = Vec::new();
    for (name, folder) in &linked {
        if BINDINGS.contains(&name.as_str()) {
            continue;
        }
        for file in code(folder) {
            let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
            // What is said in comments and what only tests do is not linked.
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in lines.filter(|line| CONNECTIONS.iter().any(|word| line.contains(word))) {
                wrong.push(format!("{name}: {}: {}", file.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The texts of the list `key` in a section of `deny.toml`: the one list of what may be linked, for `cargo deny` and for us.
fn listed(section: &str, key: &str) -> Vec<String> {
    let file = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml")).unwrap();
    let (_, rest) = file.split_once(&format!("[{section}]\n")).unwrap();
    let section = rest.split("\n[").next().unwrap();
    let (_, rest) = section.split_once(&format!("\n{key} = [")).unwrap_or_else(|| panic!("{key}: {section}"));
    let list = rest.split(']').next().unwrap();
    // Of tables, the name is what counts.
    let texts = list.lines().flat_map(|line| match line.split_once("name = ") {
        Some((_, name)) => vec![name],
        None => line.split(',').collect(),
    });
    let texts: Vec<String> = texts.filter_map(|text| Some(text.split('"').nth(1)?.to_owned())).collect();
    assert!(!texts.is_empty(), "{list}");
    texts
}

/// The packages of a `Cargo.lock`: name, source, and whether there is a checksum.
fn locked(path: &str) -> Vec<(String, Option<String>, bool)> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let packages: Vec<_> = text
        .split("[[package]]\n")
        .skip(1)
        .map(|package| {
            let value = |key: &str| {
                let mut lines = package.lines();
                lines.find_map(|line| {
                    Some(line.strip_prefix(&format!("{key} = \""))?.strip_suffix('"')?.to_owned())
                })
            };
            (value("name").unwrap(), value("source"), value("checksum").is_some())
        })
        .collect();
    assert!(packages.len() > 50, "{path}");
    packages
}

const LOCKS: [&str; 2] = ["Cargo.lock", "fuzz/Cargo.lock"];

#[test]
fn all_is_from_where_it_may_be() {
    let registries = listed("sources", "allow-registry");
    for (name, source, has_checksum) in LOCKS.into_iter().flat_map(locked) {
        // What has no source is a folder beside this one.
        let Some(source) = source else {
            assert!(name.starts_with("fedlint"), "{name} is from nowhere");
            continue;
        };
        let is_allowed = registries.iter().any(|registry| source == format!("registry+{registry}"));
        assert!(is_allowed && has_checksum, "{name} is from {source}");
    }
}

#[test]
fn nothing_is_there_that_is_banned() {
    let banned = listed("bans", "deny");
    for (name, ..) in LOCKS.into_iter().flat_map(locked) {
        assert!(!banned.contains(&name), "{name}");
    }
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(manifest)).unwrap();
        assert!(!text.contains("\"*\""), "{manifest}: a version stands for any");
        assert!(!text.contains("git = \""), "{manifest}: a crate from no registry");
    }
}

/// Whether one may choose among licences so that all that is asked for is allowed: an expression of SPDX.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    fn any(words: &mut &[&str], allowed: &[String]) -> bool {
        let mut holds = all(words, allowed);
        while let ["OR", rest @ ..] = *words {
            *words = rest;
            holds |= all(words, allowed);
        }
        holds
    }
    fn all(words: &mut &[&str], allowed: &[String]) -> bool {
        let mut holds = one(words, allowed);
        while let ["AND", rest @ ..] = *words {
            *words = rest;
            holds &= one(words, allowed);
        }
        holds
    }
    fn one(words: &mut &[&str], allowed: &[String]) -> bool {
        match *words {
            ["(", rest @ ..] => {
                *words = rest;
                let holds = any(words, allowed);
                *words = words.strip_prefix(&[")"]).expect("a bracket is closed");
                holds
            }
            [licence, "WITH", exception, rest @ ..] => {
                *words = rest;
                allowed.contains(&format!("{licence} WITH {exception}"))
            }
            [licence, rest @ ..] => {
                *words = rest;
                allowed.iter().any(|one| one == licence)
            }
            [] => false,
        }
    }
    // A stroke is an old way to write OR.
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut words = words.as_slice();
    any(&mut words, allowed) && words.is_empty()
}

#[test]
fn expressions_of_licences_are_read() {
    let allowed = ["MIT".to_owned(), "Zlib".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("MIT OR GPL-3.0-only", true),
        ("Apache-2.0/MIT", true),
        ("MIT AND GPL-3.0-only", false),
        ("GPL-3.0-only OR MIT AND Zlib", true),
        ("(GPL-3.0-only OR MIT) AND BSL-1.0", false),
        ("(GPL-3.0-only OR MIT) AND Zlib", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
    }
}

#[test]
fn licences_are_those_that_are_allowed() {
    let allowed = listed("licenses", "allow");
    let packages = metadata();
    let packages = packages["packages"].as_array().unwrap();
    assert!(packages.len() > 50);
    for package in packages {
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(is_allowed(licence, &allowed), "{}: {licence:?}", package["name"]);
    }
}

#[test]
fn our_own_code_is_safe() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    assert!(manifest.contains("\n[lints.rust]\nunsafe_code = \"forbid\"\n"), "the manifest forbids it");
}
