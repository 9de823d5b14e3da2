//! `fedlint init`.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::cli::{Environment, ExitCode, InitOptions};
use crate::settings::FILE_NAME;
use crate::source;

/// The beginning of the settings.
const SETTINGS: &str = include_str!("init/fedlint.yaml");
/// The whole file for pre-commit; without its first line, what goes into one that is there.
const PRE_COMMIT: &str = include_str!("init/pre-commit.yaml");
/// A workflow of its own.
const GITHUB: &str = include_str!("init/github.yaml");
/// A job among others.
const GITLAB: &str = include_str!("init/gitlab.yaml");

const PRE_COMMIT_PATH: &str = ".pre-commit-config.yaml";
const GITHUB_PATH: &str = ".github/workflows/fedlint.yaml";
const GITLAB_PATH: &str = ".gitlab-ci.yml";

/// Directories that often hold templates which nobody deploys.
const TESTS: [&str; 6] = ["test", "tests", "testdata", "fixtures", "examples", "spec"];

/// Sets up a repository, and says what was done and what is left to do.
pub(crate) fn run(options: &InitOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let root = options.directory.as_path();
    if !root.is_dir() {
        writeln!(environment.err, "error: {} is no directory", root.display())?;
        return Ok(ExitCode::Failed);
    }
    let seen = Seen::of(root);
    let mut said = Said { done: String::new(), left: String::new(), failed: false };
    said.file(root, FILE_NAME, &settings(&seen));
    if seen.pre_commit || !options.write {
        said.snippet("pre-commit, with fedlint installed", PRE_COMMIT_PATH, PRE_COMMIT, seen.pre_commit);
    } else {
        said.file(root, PRE_COMMIT_PATH, PRE_COMMIT);
    }
    if seen.github {
        if options.write || root.join(GITHUB_PATH).exists() {
            said.file(root, GITHUB_PATH, GITHUB);
        } else {
            said.snippet("GitHub Actions", GITHUB_PATH, GITHUB, false);
        }
    }
    if seen.gitlab {
        said.snippet("GitLab CI", GITLAB_PATH, GITLAB, true);
    }
    let out = &mut environment.out;
    write!(out, "{}", said.done)?;
    write!(out, "{}", said.left)?;
    writeln!(out, "\nnext:")?;
    let arguments = match (root == Path::new("."), seen.cdk_out) {
        (true, true) => " . cdk.out".to_owned(),
        (true, false) => String::new(),
        (false, true) => format!(" {0} {0}/cdk.out", root.display()),
        (false, false) => format!(" {}", root.display()),
    };
    writeln!(out, "- fedlint scan{arguments}")?;
    if seen.cdk && !seen.cdk_out {
        writeln!(out, "- cdk synth && fedlint scan cdk.out")?;
    }
    writeln!(out, "- say in {FILE_NAME} which accounts are yours: its comments show how")?;
    out.flush()?;
    Ok(if said.failed { ExitCode::Failed } else { ExitCode::Clean })
}

/// What the names of files say of a repository.
struct Seen {
    github: bool,
    gitlab: bool,
    pre_commit: bool,
    cdk: bool,
    cdk_out: bool,
    /// Of [`TESTS`].
    tests: Vec<&'static str>,
    /// A folder of `fedlint collect`.
    dump: bool,
}

impl Seen {
    fn of(root: &Path) -> Self {
        let is_there = |name: &str| root.join(name).exists();
        Self {
            github: root.join(".github").is_dir(),
            gitlab: is_there(GITLAB_PATH),
            pre_commit: is_there(PRE_COMMIT_PATH),
            cdk: is_there("cdk.json"),
            cdk_out: root.join("cdk.out").is_dir(),
            tests: TESTS.into_iter().filter(|name| root.join(name).is_dir()).collect(),
            dump: root.join("fedlint-dump").is_dir(),
        }
    }
}

/// The settings, with what could be found out.
fn settings(seen: &Seen) -> String {
    let mut exclude: Vec<String> = seen.tests.iter().map(|name| format!("{name}/")).collect();
    if seen.dump {
        // What accounts answered is scanned for itself.
        exclude.insert(0, "fedlint-dump/".to_owned());
    }
    let line = match (seen.dump, exclude.is_empty()) {
        (true, _) => "exclude: [fedlint-dump/]".to_owned(),
        (false, true) => "# exclude: [tests/]".to_owned(),
        (false, false) => format!("# exclude: [{}]", exclude.join(", ")),
    };
    SETTINGS.replace("# EXCLUDE", &line)
}

/// What was done and what is left to do, in words.
struct Said {
    done: String,
    left: String,
    failed: bool,
}

impl Said {
    /// Writes a file that is not there yet.
    fn file(&mut self, root: &Path, name: &str, text: &str) {
        let path = root.join(name);
        let shown = if root == Path::new(".") { name.to_owned() } else { path.display().to_string() };
        self.done += &match source::write_new_file(&path, text.as_bytes()) {
            Ok(()) => format!("wrote {shown}\n"),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                format!("left {shown} alone, which is there already\n")
            }
            Err(error) => {
                self.failed = true;
                format!("could not write {shown}: {error}\n")
            }
        };
    }

    /// Shows what somebody may add.
    fn snippet(&mut self, what: &str, path: &str, text: &str, is_there: bool) {
        let verb = if is_there { "add to" } else { "write to" };
        // A file that is there has the key at the top already.
        let text = match text.strip_prefix("repos:\n") {
            Some(rest) if is_there => rest,
            _ => text,
        };
        self.left += &format!("\nfor {what}, {verb} {path}:\n\n");
        for line in text.lines() {
            let spaces = if line.is_empty() { 0 } else { 4 };
            self.left += &format!("{:spaces$}{line}\n", "");
        }
    }
}

#[cfg(test)]
mod tests;
