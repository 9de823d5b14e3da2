//! A report is the same byte for byte, whoever makes it and wherever.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The formats of reports.
const FORMATS: [&str; 7] = ["human", "json", "sarif", "github", "gitlab", "junit", "markdown"];

/// A run of the program, which writes every format.
struct Run<'r> {
    arguments: Vec<&'r str>,
    folder: &'r Path,
    variables: Vec<(&'r str, &'r str)>,
}

impl Run<'_> {
    /// The reports, one after another.
    fn report(&self) -> String {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("fedlint-reports-{}-{number}", std::process::id()));
        let files = FORMATS.map(|format| folder.join(format));
        let outputs = FORMATS.iter().zip(&files).map(|(format, file)| format!("{format}={}", file.display()));
        let done = Command::new(env!("CARGO_BIN_EXE_fedlint"))
            .args(["scan", "--no-config", "--today", "2026-11-25"])
            .args(&self.arguments)
            .args(outputs.flat_map(|output| ["--output".to_owned(), output]))
            .current_dir(self.folder)
            .envs(self.variables.iter().copied())
            .output()
            .expect("the program runs");
        assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
        let mut reports = String::from_utf8(done.stdout).expect("reports are text");
        for file in files {
            #[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
            let report = fs::read_to_string(&file).expect("it was written");
            assert!(report.len() > 5000, "there is something to report: {}", file.display());
            reports += &report;
        }
        // A folder that stays behind harms no other test.
        let _ = fs::remove_dir_all(folder);
        reports
    }
}

#[test]
fn nothing_but_the_files_makes_a_difference() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let testdata = root.join("testdata");
    let folder = testdata.display().to_string();
    let run = |arguments: &[&'static str], at: &Path, variables: &[(&'static str, &'static str)]| {
        let mut all = arguments.to_vec();
        all.push(&folder);
        Run { arguments: all, folder: at, variables: variables.to_vec() }.report()
    };
    let report = run(&["--threads", "1"], root, &[]);
    for threads in ["2", "8", "0"] {
        assert_eq!(run(&["--threads", threads], root, &[]), report, "{threads} threads");
    }
    for variable in [("LANG", "de_DE.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Pacific/Kiritimati")] {
        assert_eq!(run(&[], root, &[variable]), report, "{variable:?}");
    }
    // Paths of some formats start at the root of the repository; without one, at the working directory.
    if root.join(".git").exists() {
        assert_eq!(run(&[], &std::env::temp_dir(), &[]), report, "another working directory");
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
