//! How many threads a run starts. The only test of its program: the numbers that threads get are those of the whole process.

mod support;

use support::cli::Folder;

const TEMPLATE: &str = r#"
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: { Effect: Allow, Principal: { AWS: "*" }, Action: sts:AssumeRole }
"#;

/// The number of a thread that is started for that. Each thread that was started before has another one.
fn next_number() -> u64 {
    let id = std::thread::spawn(|| std::thread::current().id()).join().expect("it only says its id");
    let text = format!("{id:?}");
    let digits = text.trim_start_matches("ThreadId(").trim_end_matches(')');
    digits.parse().expect("an id is shown as its number")
}

/// How many threads `work` starts.
fn started(work: impl FnOnce()) -> u64 {
    let before = next_number();
    work();
    next_number() - before - 1
}

#[test]
fn runs_on_one_file_start_no_threads() {
    let folder = Folder::new();
    folder.write("template.yaml", TEMPLATE);
    for arguments in [
        &["--version"] as &[&str],
        &["--help"],
        &["explain", "trust-anyone"],
        &["rules"],
        &["scan", "./template.yaml"],
        &["scan", "./template.yaml", "--format", "sarif", "--threads", "16"],
        &["scan", "./template.yaml", "--diff"],
        &["paths", "./template.yaml"],
        &["graph", "./template.yaml"],
    ] {
        assert_eq!(started(|| drop(folder.run(arguments))), 0, "{arguments:?}");
    }
    // A directory may be anything, but with one file in it there is nothing to share.
    assert_eq!(started(|| drop(folder.run(&["scan", ".", "--threads", "16"]))), 0);
    // So that the test can fail: where there is something to share, threads are started, but no more than have something to do.
    for number in 0..40 {
        folder.write(&format!("more/{number}.yaml"), TEMPLATE);
    }
    let threads = started(|| drop(folder.run(&["scan", ".", "--threads", "3"])));
    assert!(threads >= 3, "only {threads}");
    let threads = started(|| drop(folder.run(&["scan", ".", "--threads", "200"])));
    assert!((2..40).contains(&threads), "{threads}");
}
