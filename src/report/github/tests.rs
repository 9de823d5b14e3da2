use proptest::prelude::*;

use super::*;
use crate::report::tests::{Case, NASTY, everything, finding, nasty};

fn written(case: &Case) -> String {
    let mut out = Vec::new();
    let root = Root::new(Path::new("/repository/stacks"), Path::new("/repository"));
    write(&mut out, &case.report(), &root).unwrap();
    String::from_utf8(out).unwrap()
}

/// A command as GitHub's runner reads it: name, properties, message.
type Command = (String, Vec<(String, String)>, String);

/// Reads a line as the runner does, which looks for a command at the start of each.
fn command(line: &str) -> Option<Command> {
    let unescaped = |text: &str, property: bool| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        let text = if property { text.replace("%3A", ":").replace("%2C", ",") } else { text };
        text.replace("%25", "%")
    };
    let rest = line.trim_start().strip_prefix("::")?;
    let (command, message) = rest.split_once("::")?;
    let (name, properties) = command.split_once(' ').unwrap_or((command, ""));
    let pairs = properties.trim().split(',').filter_map(|pair| pair.split_once('='));
    let pairs = pairs.map(|(key, value)| (key.to_owned(), unescaped(value, true))).collect();
    Some((name.to_owned(), pairs, unescaped(message, false)))
}

#[test]
fn the_worst_comes_first_and_the_counts_last() {
    insta::assert_snapshot!(written(&everything()), @"
    ::error file=stacks/none.yaml,title=problem%3A unreadable::`none.yaml` does not exist%0ACheck the path.
    ::error file=stacks/infra/my pool.yaml,line=2,endLine=2,col=3,endColumn=15,title=guest-access-enabled (critical%2C possible)::`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in%0Acertainty: possible, depends on something that the scan cannot see%0Awhen: `AllowGuests` is `true`%0Awitness: action = sts:AssumeRoleWithWebIdentity%0Anote: one assumption%0Ahelp: Do one of these:%0A%0A- set `Guests: false`%0A- remove it
    ::error file=stacks/infra/my pool.yaml,line=3,endLine=4,title=guest-access-enabled (high)::`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in%0Ahelp: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.
    ::warning file=/elsewhere/role.yaml,line=1,endLine=1,col=1,endColumn=5,title=guest-access-enabled (medium)::`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in%0Ahelp: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.
    ::warning file=/elsewhere/role.yaml,line=1,endLine=1,col=1,endColumn=5,title=guest-access-enabled (medium)::`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in%0Ahelp: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.
    ::notice file=/elsewhere/role.yaml,line=1,endLine=1,col=1,endColumn=5,title=guest-access-enabled (info)::`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in%0Ahelp: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.
    ::notice file=stacks/infra/my pool.yaml,line=2,endLine=2,col=3,endColumn=15,title=problem%3A lenient::a comma too many%0ARemove it.
    5 findings: 1 critical, 1 high, 2 medium, 1 info; 1 only possible; 1 more folded into these
    suppressed: 1 where they stand
    2 problems: not everything could be checked
    checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
    ");
}

#[test]
fn more_than_github_shows_is_said() {
    let mut case = Case::new();
    let file = case.file("a.yaml", "Pool: true\n");
    let found = finding(case.span(file, "true"));
    case.findings = vec![found.clone(); SHOWN];
    assert!(!written(&case).contains("GitHub shows"));
    case.findings.push(found);
    let text = written(&case);
    assert_eq!(text.lines().filter(|line| line.starts_with("::error ")).count(), SHOWN + 1);
    assert!(
        text.ends_with("GitHub shows the first 10 annotations of each level; all are in this log\n"),
        "{text}"
    );
}

#[test]
fn nothing_found_is_no_silence() {
    assert_eq!(
        written(&Case::new()),
        "no findings: checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets\n"
    );
}

#[test]
fn the_log_of_a_step_holds_no_commands_of_others() {
    let cases = [
        ("  ::error::x\n::add-mask::y", "  : :error::x\n: :add-mask::y"),
        ("a ::b and #[c] stay\n", "a ::b and #[c] stay\n"),
        ("12 | # ##[group]z\r::q", "12 | # ## [group]z\r: :q"),
    ];
    for (text, expected) in cases {
        assert_eq!(without_commands(text), expected);
    }
}

#[test]
fn a_patch_in_the_log_stays_as_it_is() {
    let harmless = " a: ::b\n+c: '::error::d'\n";
    assert_eq!(uninterpreted(harmless), harmless);
    let patch = " ::error::x\n+fedlint-1 # ##[group]y\n";
    assert_eq!(uninterpreted(patch), format!("::stop-commands::fedlint-2\n{patch}::fedlint-2::\n"));
}

proptest! {
    #[test]
    fn no_text_begins_commands_again(text in NASTY, more in "(::fedlint-[0-9]::\n?){0,3}") {
        let text = format!("{text}{more}");
        let log = uninterpreted(&text);
        match log.strip_prefix("::stop-commands::") {
            None => prop_assert_eq!(without_commands(&log), log),
            Some(rest) => {
                let (word, rest) = rest.split_once('\n').expect("a line");
                prop_assert!(rest.starts_with(&text), "{}", log);
                let lines = rest[text.len()..].trim_start();
                prop_assert_eq!(lines, format!("::{word}::\n"));
                prop_assert!(!text.contains(word));
            }
        }
    }

    #[test]
    fn no_text_is_a_command_of_its_own(text in NASTY) {
        let case = nasty(&text);
        let written = written(&case);
        let commands: Vec<Command> = written.split(['\n', '\r']).filter_map(command).collect();
        let names: Vec<&str> = commands.iter().map(|(name, ..)| name.as_str()).collect();
        prop_assert_eq!(names, ["error", "error", "notice"]);
        for (_, properties, _) in &commands {
            let known = ["file", "line", "endLine", "col", "endColumn", "title"];
            prop_assert!(properties.iter().all(|(key, _)| known.contains(&key.as_str())), "{properties:?}");
        }
        let (_, properties, message) = &commands[1];
        let expected = sanitised(&case.findings[0].message);
        prop_assert_eq!(message.lines().next(), Some(expected.as_ref()));
        prop_assert_eq!(&properties.last().unwrap().1, "guest-access-enabled (high)");
    }

    #[test]
    fn no_text_is_a_command_in_the_log(text in NASTY) {
        let log = without_commands(&text);
        prop_assert!(log.split(['\n', '\r']).all(|line| command(line).is_none() && !line.contains("##[")), "{log}");
    }
}
