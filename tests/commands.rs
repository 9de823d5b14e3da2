//! Every `fedlint` command in the documents is run, in a folder like a reader's.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is no command of fedlint's, and what runs it instead.
const OTHERS: &[(&str, &str)] = &[
    ("cargo run --release -- scan testdata/shop", "another test of the documents runs what it does"),
    ("cargo test", "this is it"),
    ("cargo install --path .", "CI: scripts/packages"),
    ("aws ", "CI: scripts/accounts, by way of `fedlint collect`"),
];

#[test]
fn commands_in_documents_do_what_they_say() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (document, text) in documents() {
        // The commands of one block are run one after another in one place.
        let mut folder: Option<(usize, Reader)> = None;
        for (number, command) in commands(&text) {
            if folder.as_ref().is_none_or(|(block, _)| *block != number) {
                folder = Some((number, Reader::new()));
            }
            let (_, reader) = folder.as_ref().expect("it was just made");
            if !command.starts_with("fedlint") {
                let known = OTHERS.iter().any(|(other, _)| command.starts_with(other));
                if !known {
                    wrong.push(format!("{document}: `{command}`: nobody knows whether it works"));
                }
                continue;
            }
            count += 1;
            // What further programs make of it is not ours.
            let own = command.split(" | ").next().unwrap_or_default();
            let path = format!("{}:{}", reader.program.parent().expect("a folder").display(), env!("PATH"));
            let done = Command::new("sh")
                .args(["-c", own])
                .current_dir(&reader.path)
                .env("PATH", path)
                .env_remove("FEDLINT_CONFIG")
                .output()
                .expect("there is a shell");
            // 0 and 1 are what scans end with that could do what they were asked for.
            if !matches!(done.status.code(), Some(0 | 1)) {
                let said = String::from_utf8_lossy(&done.stderr).into_owned();
                let shown = String::from_utf8_lossy(&done.stdout).into_owned();
                wrong.push(format!("{document}: `{command}` ends with {}\n{said}{shown}", done.status));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    assert!(count >= 10, "only {count} commands were found");
}

/// The documents for users, with their paths.
fn documents() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![root.join("README.md")];
    let pages = fs::read_dir(root.join("docs")).expect("there are documents");
    paths.extend(pages.map(|entry| entry.expect("it can be listed").path()));
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    let read = |path: PathBuf| {
        #[expect(clippy::disallowed_methods, reason = "a test reads what it tests")]
        let text = fs::read_to_string(&path).expect("it is text");
        (path.strip_prefix(root).expect("it is in the project").display().to_string(), text)
    };
    paths.into_iter().map(read).collect()
}

/// The commands in blocks of shell that are not said to be not run, each with the number of its block: those that go on in the
/// next line in one.
fn commands(text: &str) -> Vec<(usize, String)> {
    let mut commands = Vec::new();
    let mut before = "";
    let mut number = 0;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "```sh" {
            let skipped = before.starts_with("<!-- not run:");
            let block: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
            let joined = block.join("\n").replace("\\\n", " ");
            let own = joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            if !skipped {
                number += 1;
                commands.extend(own.map(|command| (number, command.to_owned())));
            }
        }
        if !line.trim().is_empty() {
            before = line.trim();
        }
    }
    commands
}

/// A folder like that of somebody who reads the documents.
struct Reader {
    path: PathBuf,
    program: PathBuf,
}

impl Reader {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("fedlint-reader-{}-{number}", std::process::id()));
        let write = |name: &str, text: &str| {
            let file = path.join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
            fs::write(file, text).expect("it can be written");
        };
        let template = include_str!("../testdata/shop/template.yaml");
        // A repository of its own, so that nothing above it counts.
        write(".git/HEAD", "ref: refs/heads/main\n");
        for name in ["template.yaml", "infra/template.yaml", "stacks/prod/shop.yaml"] {
            write(name, &template.replace("Deployment:", "DeployRole:"));
        }
        write(
            "cdk.out/Shop.template.json",
            r#"{"Resources": {"Users": {"Type": "AWS::Cognito::UserPool"}}}"#,
        );
        write("parameters.json", r#"{"Stage": "prod"}"#);
        let roles = r#"{"Roles": [{"RoleName": "deploy", "Arn": "arn:aws:iam::111122223333:role/deploy", "Path": "/",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}]}"#;
        write("fedlint-dump/111122223333/global/iam/list-roles.json", roles);
        Self { path, program: PathBuf::from(env!("CARGO_BIN_EXE_fedlint")) }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // A folder that stays behind harms no other test.
        let _ = fs::remove_dir_all(&self.path);
    }
}
