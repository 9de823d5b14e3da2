//! The command line, run in this process on files of a test's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use fedlint::cli::{Environment, ExitCode, run};
use serde_json::Value;

/// A folder with files, removed at the end.
pub(crate) struct Folder(PathBuf);

/// What the program did.
pub(crate) struct Ran {
    pub(crate) code: ExitCode,
    /// Standard output, with paths as seen from the folder.
    pub(crate) out: String,
    /// The same for standard error.
    pub(crate) err: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("fedlint-cli-{}-{number}", std::process::id()));
        // A `.git` keeps settings further up from being found.
        fs::create_dir_all(folder.join(".git")).expect("a folder for the test");
        Self(folder.canonicalize().expect("it is there"))
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    #[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("it can be read")
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        if path == "." { self.0.clone() } else { self.0.join(path) }
    }

    /// Runs `fedlint` with `arguments`; those that name something in the folder, or start with `./`, mean that.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    /// As [`Self::run`], with variables of the environment.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let (mut stdin, mut out, mut err) = (std::io::empty(), Vec::new(), Vec::new());
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| self.meant(value).into())
        };
        let piped = Environment::piped(&mut stdin, &mut out, &mut err, jiff::civil::date(2026, 11, 25));
        let environment = Environment { variable: &variable, ..piped };
        let arguments = arguments.iter().map(|argument| self.meant(argument));
        let code = run(std::iter::once("fedlint".to_owned()).chain(arguments), environment);
        let text = |bytes: Vec<u8>| self.seen(&String::from_utf8(bytes).expect("output is text"));
        Ran { code, out: text(out), err: text(err) }
    }

    fn meant(&self, argument: &str) -> String {
        let own = argument == "." || argument.starts_with("./") || self.0.join(argument).exists();
        let plain = argument.strip_prefix("./").unwrap_or(argument);
        if own && !argument.is_empty() { self.path(plain).display().to_string() } else { argument.to_owned() }
    }

    fn seen(&self, text: &str) -> String {
        let folder = self.0.display().to_string();
        text.replace(&format!("{folder}/"), "").replace(&folder, ".")
    }
}

impl Ran {
    /// The report, of which the format is JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }

    /// What a report says of findings that are no notes: `rule path:line`, and by whom it is suppressed.
    pub(crate) fn findings(&self) -> Vec<String> {
        let report = self.json();
        let findings = report["findings"].as_array().expect("a report lists findings").iter();
        let own = findings.filter(|finding| finding.get("folded-into").is_none());
        own.map(|finding| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let place = &finding["location"];
            let by = finding["suppressed"]["by"].as_str();
            let by = by.map_or_else(String::new, |by| format!(", suppressed by {by}"));
            format!("{} {}:{}{by}", text(&finding["rule"]), text(&place["path"]), place["start"]["line"])
        })
        .collect()
    }

    /// What a report says of problems.
    pub(crate) fn problems(&self) -> Vec<String> {
        let report = self.json();
        let problems = report["problems"].as_array().expect("a report lists problems").iter();
        problems.map(|problem| problem["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays behind harms no other test.
        let _ = fs::remove_dir_all(Path::new(&self.0));
    }
}
