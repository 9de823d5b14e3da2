//! What is linked into the program: nothing that opens a connection, and nothing unsafe of our own.

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

/// The crates that are linked into the program on this platform: their names, and the folders with their code.
fn linked() -> Vec<(String, PathBuf)> {
    let version = stdout("rustc", &["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
    let arguments = ["metadata", "--format-version", "1", "--offline", "--filter-platform", &host];
    let metadata: Value = serde_json::from_str(&stdout(env!("CARGO"), &arguments)).unwrap();
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

#[test]
fn our_own_code_is_safe() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    assert!(manifest.contains("\n[lints.rust]\nunsafe_code = \"forbid\"\n"), "the manifest forbids it");
}
