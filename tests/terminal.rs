//! The program as it is started: what it makes of its environment.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs the program on the example, with its output in pipes and these variables alone.
fn run(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fedlint"))
        .args(["scan", "--no-config", "testdata/shop"])
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

fn has_colors(output: &Output) -> bool {
    output.stdout.contains(&0x1b)
}

#[test]
fn colours_go_to_terminals_unless_somebody_says_otherwise() {
    /// Variables, arguments, whether there are colours.
    type Case<'c> = (&'c [(&'c str, &'c str)], &'c [&'c str], bool);
    let cases: [Case<'_>; 9] = [
        (&[], &[], false),
        (&[("FORCE_COLOR", "1")], &[], true),
        (&[("FORCE_COLOR", "0")], &[], false),
        (&[("FORCE_COLOR", "")], &[], false),
        (&[("CLICOLOR_FORCE", "1")], &[], true),
        (&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], &[], false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[], false),
        (&[("NO_COLOR", "1")], &["--color", "always"], true),
        (&[("FORCE_COLOR", "1")], &["--color", "never"], false),
    ];
    for (variables, arguments, expected) in cases {
        let output = run(variables, arguments);
        assert_eq!(has_colors(&output), expected, "{variables:?} {arguments:?}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn through_a_pipe_there_is_the_report_and_nothing_else() {
    let output = run(&[], &[]);
    assert!(output.stderr.is_empty());
    let text = String::from_utf8(output.stdout).expect("reports are text");
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|width| width <= 80), "{text}");
    assert_eq!(text, String::from_utf8(run(&[], &["--threads", "3"]).stdout).expect("reports are text"));
}

#[test]
fn an_old_locale_gets_no_drawn_lines() {
    let text = String::from_utf8(run(&[("LC_ALL", "C")], &[]).stdout).expect("reports are text");
    assert!(text.is_ascii(), "{text}");
}
