//! A report is the same byte for byte, whoever makes it and wherever.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run of the program prints.
struct Run<'r> {
    arguments: Vec<&'r str>,
    folder: &'r Path,
    variables: Vec<(&'r str, &'r str)>,
}

impl Run<'_> {
    fn report(&self) -> String {
        let done = Command::new(env!("CARGO_BIN_EXE_fedlint"))
            .args(["scan", "--no-config", "--today", "2026-11-25"])
            .args(&self.arguments)
            .current_dir(self.folder)
            .envs(self.variables.iter().copied())
            .output()
            .expect("the program runs");
        assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("reports are text")
    }
}

#[test]
fn nothing_but_the_files_makes_a_difference() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let testdata = root.join("testdata");
    let folder = testdata.display().to_string();
    for format in ["json", "human", "sarif"] {
        let run = |arguments: &[&'static str], at: &Path, variables: &[(&'static str, &'static str)]| {
            let mut all = vec!["--format", format];
            all.extend(arguments);
            all.push(&folder);
            Run { arguments: all, folder: at, variables: variables.to_vec() }.report()
        };
        let report = run(&["--threads", "1"], root, &[]);
        assert!(report.len() > 10_000, "there is something to report");
        for threads in ["2", "8", "0"] {
            assert_eq!(run(&["--threads", threads], root, &[]), report, "{format}: {threads} threads");
        }
        for variable in [("LANG", "de_DE.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Pacific/Kiritimati")] {
            assert_eq!(run(&[], root, &[variable]), report, "{format}: {variable:?}");
        }
        // Paths are given from the root of the file system here.
        if format != "sarif" {
            assert_eq!(run(&[], &std::env::temp_dir(), &[]), report, "{format}: another working directory");
        }
    }
}

#[test]
fn the_order_of_files_makes_no_difference() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![root.join("testdata")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it can be listed") {
            let path = entry.expect("it can be listed").path();
            match path.extension().and_then(|end| end.to_str()) {
                _ if path.is_dir() => folders.push(path),
                Some("yaml" | "json" | "template") => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    let report = |files: &[PathBuf]| {
        let paths: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
        let mut arguments = vec!["--format", "json"];
        arguments.extend(paths.iter().map(String::as_str));
        Run { arguments, folder: root, variables: Vec::new() }.report()
    };
    let in_order = report(&files);
    files.reverse();
    assert_eq!(report(&files), in_order);
    let middle = files.len() / 2;
    files.rotate_left(middle);
    assert_eq!(report(&files), in_order);
}
