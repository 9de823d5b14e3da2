//! Bad input of every kind: the right message, the right exit code, and nothing else lost.

use std::path::PathBuf;

use super::*;
use crate::cli::{ColorChoice, Configuration, FindingOptions, SourceOptions, Verbosity};
use crate::settings::FILE_NAME;
use crate::source::scratch::Scratch;

const TEMPLATE: &str = "\
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}
";

/// What a scan says: exit code, files of ours, other files, files that nobody could parse, and the problems
/// as `kind path: message`.
#[derive(Debug, PartialEq)]
struct Said {
    code: ExitCode,
    files: [usize; 3],
    problems: Vec<String>,
}

/// An empty folder. It is a repository, so that settings above it are somebody else's.
fn repository() -> Scratch {
    let scratch = Scratch::new();
    scratch.write(".git/HEAD", "");
    scratch
}

fn said(code: ExitCode, files: [usize; 3], problems: &[&str]) -> Said {
    Said { code, files, problems: problems.iter().map(|&problem| problem.to_owned()).collect() }
}

fn options(paths: Vec<PathBuf>) -> ScanOptions {
    let sources = SourceOptions {
        with: Vec::new(),
        context: Vec::new(),
        paths,
        parameters: Vec::new(),
        configuration: Configuration::Find,
        exclude: Vec::new(),
        today: None,
        color: ColorChoice::Never,
        threads: 1,
    };
    let findings = FindingOptions::default();
    let fixing = Fixing::Nothing;
    ScanOptions {
        sources,
        format: OutputFormat::Json,
        outputs: Vec::new(),
        verbosity: Verbosity::Usual,
        findings,
        fixing,
        unsafe_fixes: false,
    }
}

/// These options, with other sources.
fn reading(mut options: ScanOptions, change: impl FnOnce(&mut SourceOptions)) -> ScanOptions {
    change(&mut options.sources);
    options
}

fn scan_with(scratch: &Scratch, options: ScanOptions, mut stdin: &[u8]) -> Said {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut environment = Environment::piped(&mut stdin, &mut out, &mut err, jiff::civil::date(2026, 11, 25));
    let Scanned { outcome, fail_on, .. } = execute(&options, Sources::default(), &mut environment);
    let code = ExitCode::of(&outcome, fail_on);
    let mut problems = Vec::new();
    for problem in &outcome.problems {
        assert!(problem.help.ends_with(['.', '?']), "{problem:?}");
        let place = match (problem.span, &problem.path) {
            (Some(span), _) => {
                let place = outcome.sources.place(span);
                let path = scratch.relative(&place.path);
                format!("{path}:{}:{}", place.start.line, place.start.column)
            }
            (None, Some(path)) => scratch.relative(path),
            (None, None) => String::new(),
        };
        let message = problem.message.replace(&format!("{}/", scratch.path(".").display()), "");
        problems.push(format!("{} {place}: {message}", problem.kind.name()));
    }
    let summary = outcome.summary;
    Said { code, files: [summary.files, summary.other_files, summary.unparsed_files], problems }
}

fn scan_paths(scratch: &Scratch, paths: &[&str]) -> Said {
    let paths =
        paths.iter().map(|path| if *path == "-" { path.into() } else { scratch.path(path) }).collect();
    scan_with(scratch, options(paths), b"")
}

fn wide(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn every_encoding_that_is_promised_is_read() {
    let scratch = repository();
    scratch.write("plain.yaml", TEMPLATE);
    scratch.write("mark.yaml", [b"\xEF\xBB\xBF", TEMPLATE.as_bytes()].concat());
    scratch.write("little.yaml", wide(TEMPLATE, u16::to_le_bytes));
    scratch.write("big.yaml", wide(TEMPLATE, u16::to_be_bytes));
    scratch.write("crlf.yaml", TEMPLATE.replace('\n', "\r\n"));
    assert_eq!(scan_paths(&scratch, &["."]), said(ExitCode::Clean, [5, 0, 0], &[]));
}

#[test]
fn other_bytes_cost_only_their_file() {
    let scratch = repository();
    scratch.write("good.yaml", TEMPLATE);
    scratch.write("latin.yaml", [b"# caf\xE9\n", TEMPLATE.as_bytes()].concat());
    scratch.write("latin-other.yaml", b"# caf\xE9\nType: AWS::S3::Bucket\n");
    scratch.write("unmarked.yaml", &wide(TEMPLATE, u16::to_le_bytes)[2..]);
    scratch.write("cut.yaml", &wide(TEMPLATE, u16::to_le_bytes)[..291]);
    assert_eq!(
        scan_paths(&scratch, &["."]),
        said(
            ExitCode::Failed,
            [1, 1, 0],
            &[
                "encoding cut.yaml: the UTF-16 text ends in the middle of a character, at byte 290",
                "encoding latin.yaml: not UTF-8: 0xE9 at byte 5 (line 1), which would be `é` in Latin-1",
                "encoding unmarked.yaml: the text looks like UTF-16 without a byte-order mark: NUL at byte 1 \
                 (line 1)",
            ]
        )
    );
}

#[cfg(unix)]
#[test]
fn link_loops_lose_nothing() {
    let scratch = repository();
    scratch.write("sub/good.yaml", TEMPLATE);
    scratch.link("sub/up", "..");
    scratch.link("self.yaml", "self.yaml");
    let skipped = [
        "skipped self.yaml: `self.yaml` is a symbolic link that leads in a circle",
        "skipped sub/up: `sub/up` is a symbolic link back to a directory that it lies in; it is not followed",
    ];
    assert_eq!(scan_paths(&scratch, &["."]), said(ExitCode::Clean, [1, 0, 0], &skipped));
    // Named, it cannot be opened.
    assert_eq!(
        scan_paths(&scratch, &["self.yaml", "sub/good.yaml"]),
        said(
            ExitCode::Failed,
            [1, 0, 0],
            &["unreadable self.yaml: `self.yaml` is a symbolic link that leads in a circle"]
        )
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_opens_and_cannot_be_read_costs_only_itself() {
    let scratch = repository();
    scratch.write("good.yaml", TEMPLATE);
    // Reading the first page of a process fails for everybody, also for root.
    let paths = vec![scratch.path("good.yaml"), PathBuf::from("/proc/self/mem")];
    let result = scan_with(&scratch, options(paths), b"");
    assert_eq!(
        result,
        said(
            ExitCode::Failed,
            [1, 0, 0],
            &["unreadable /proc/self/mem: `/proc/self/mem` cannot be read: input/output error"]
        )
    );
}

#[cfg(unix)]
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn a_file_without_permission_costs_only_itself() {
    use std::fs::{File, Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let scratch = repository();
    scratch.write("good.yaml", TEMPLATE);
    let locked = scratch.write("locked.yaml", TEMPLATE);
    set_permissions(&locked, Permissions::from_mode(0o000)).unwrap();
    if File::open(&locked).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    assert_eq!(
        scan_paths(&scratch, &["."]),
        said(
            ExitCode::Failed,
            [1, 0, 0],
            &["unreadable locked.yaml: `locked.yaml` cannot be read: permission denied"]
        )
    );
}

#[test]
fn files_that_are_too_large_cost_only_themselves() {
    let scratch = repository();
    scratch.write("good.yaml", TEMPLATE);
    for (path, length) in [("large.yaml", 300 << 20), ("huge.yaml", 5 << 30)] {
        let path = scratch.write(path, TEMPLATE);
        std::fs::File::options().append(true).open(path).unwrap().set_len(length).unwrap();
    }
    assert_eq!(
        scan_paths(&scratch, &["."]),
        said(
            ExitCode::Failed,
            [1, 0, 0],
            &[
                "too-large huge.yaml: `huge.yaml` has 5368709120 bytes, more than the 268435456 that are read",
                "too-large large.yaml: `large.yaml` has 314572800 bytes, more than the 268435456 that are read",
            ]
        )
    );
}

#[test]
fn what_is_not_there_is_said() {
    let scratch = repository();
    scratch.write("good.yaml", TEMPLATE);
    assert_eq!(
        scan_paths(&scratch, &["good.yaml", "none.yaml"]),
        said(ExitCode::Failed, [1, 0, 0], &["unreadable none.yaml: `none.yaml` does not exist"])
    );
    assert_eq!(
        scan_paths(&scratch, &["good.yaml", "*.json"]),
        said(ExitCode::Clean, [1, 0, 0], &["skipped *.json: the pattern `*.json` matches no file"])
    );
}

#[test]
fn nothing_of_ours_is_never_success() {
    let scratch = repository();
    scratch.write("empty/readme.md", "");
    scratch.write("other/bucket.yaml", "Resources: {B: {Type: AWS::S3::Bucket}}");
    scratch.write("other/workflow.yaml", "on: push\n# sts:AssumeRoleWithWebIdentity\n");
    assert_eq!(scan_paths(&scratch, &["empty"]), said(ExitCode::Nothing, [0; 3], &[]));
    assert_eq!(scan_paths(&scratch, &["other"]), said(ExitCode::Nothing, [0, 2, 0], &[]));
    assert_eq!(scan_paths(&scratch, &["other/*.yaml"]), said(ExitCode::Nothing, [0, 2, 0], &[]));
    assert_eq!(
        scan_paths(&scratch, &["none/*.yaml"]),
        said(ExitCode::Nothing, [0; 3], &["skipped none/*.yaml: the pattern `none/*.yaml` matches no file"])
    );
    assert_eq!(scan_paths(&scratch, &["-"]), said(ExitCode::Nothing, [0, 1, 0], &[]));
    // Hooks name every file that changed.
    assert_eq!(
        scan_paths(&scratch, &["other/bucket.yaml", "empty/readme.md"]),
        said(ExitCode::Clean, [0, 2, 0], &[])
    );
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    let scratch = repository();
    let read = |stdin: &[u8]| scan_with(&scratch, options(vec!["-".into()]), stdin);
    assert_eq!(read(TEMPLATE.as_bytes()), said(ExitCode::Clean, [1, 0, 0], &[]));
    assert_eq!(read(&wide(TEMPLATE, u16::to_be_bytes)), said(ExitCode::Clean, [1, 0, 0], &[]));
    assert_eq!(read(b"a: b"), said(ExitCode::Nothing, [0, 1, 0], &[]));
    assert_eq!(
        read(b"# caf\xE9\nType: AWS::IAM::Role"),
        said(
            ExitCode::Failed,
            [0; 3],
            &["encoding <stdin>: not UTF-8: 0xE9 at byte 5 (line 1), which would be `é` in Latin-1"]
        )
    );
}

#[test]
fn a_template_that_does_not_parse_costs_only_itself() {
    let scratch = repository();
    scratch.write("good.yaml", TEMPLATE);
    scratch.write("broken.yaml", format!("{TEMPLATE}  Other: [\n"));
    scratch.write("broken.json", "{\"Resources\": {\"Role\": {\"Type\": \"AWS::IAM::Role\"}}");
    let result = scan_paths(&scratch, &["."]);
    assert_eq!((result.code, result.files[2]), (ExitCode::Failed, 0), "{result:?}");
    assert_eq!(result.problems.len(), 2, "{result:?}");
    assert!(result.problems[0].starts_with("syntax broken.json:1:"), "{result:?}");
    assert!(result.problems[1].starts_with("syntax broken.yaml:"), "{result:?}");
}

#[test]
fn what_other_programs_make_templates_from_is_counted() {
    let scratch = repository();
    scratch.write("good.yaml", TEMPLATE);
    // Helm: not ours at all.
    scratch.write(
        "chart/role.yaml",
        "{{- if .Values.role }}\nkind: Role\nmetadata: {{ .Values.name }}: x\n# sts:AssumeRole\n{{- end }}\n",
    );
    // Jinja: a template, once it is rendered.
    scratch.write("jinja.yaml", format!("{{% for name in names %}}\n{TEMPLATE}{{% endfor %}}\n"));
    assert_eq!(scan_paths(&scratch, &["."]), said(ExitCode::Clean, [1, 0, 2], &[]));
}

#[test]
fn a_duplicate_key_loses_nothing() {
    let scratch = repository();
    scratch.write("a.yaml", format!("{TEMPLATE}Description: a\nDescription: b\n"));
    assert_eq!(
        scan_paths(&scratch, &["."]),
        said(
            ExitCode::Clean,
            [1, 0, 0],
            &["duplicate-key a.yaml:9:1: key `Description` is written more than once in this mapping"]
        )
    );
}

#[test]
fn json_with_comments_and_trailing_commas_loses_nothing() {
    let scratch = repository();
    let trust =
        r#"{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}"#;
    let document = format!(r#"{{"AssumeRolePolicyDocument": {{"Statement": {trust}}}}}"#);
    let role = format!(r#"{{"Type": "AWS::IAM::Role", "Properties": {document}}}"#);
    scratch.write("a.json", format!("{{ // roles\n  \"Resources\": {{\"Role\": {role},}}\n}}\n"));
    let comma = "{  \"Resources\": {\"Role\": ".len() + role.len();
    assert_eq!(
        scan_paths(&scratch, &["."]),
        said(
            ExitCode::Clean,
            [1, 0, 0],
            &[
                "lenient a.json:1:3: JSON does not allow comments",
                &format!("lenient a.json:2:{comma}: JSON does not allow a comma before a closing bracket"),
            ]
        )
    );
}

#[test]
fn settings_that_are_not_understood_stop_the_scan() {
    let scratch = repository();
    scratch.write("infra/good.yaml", TEMPLATE);
    let settings = scratch.write(FILE_NAME, "acounts: {own: []}\n");
    let refused = said(ExitCode::Failed, [0; 3], &["settings fedlint.yaml:1:1: unknown setting `acounts`"]);
    assert_eq!(scan_paths(&scratch, &["infra"]), refused);
    assert_eq!(scan_paths(&scratch, &["infra/good.yaml"]), refused);
    let paths = || vec![scratch.path("infra")];
    let without = reading(options(paths()), |sources| sources.configuration = Configuration::None);
    assert_eq!(scan_with(&scratch, without, b"").code, ExitCode::Clean);
    // Settings above the repository are somebody else's.
    scratch.write("infra/.git/HEAD", "");
    assert_eq!(scan_paths(&scratch, &["infra"]).code, ExitCode::Clean);
    let with = reading(options(paths()), |sources| sources.configuration = Configuration::File(settings));
    assert_eq!(scan_with(&scratch, with, b""), refused);
    let missing = reading(options(paths()), |sources| {
        sources.configuration = Configuration::File(scratch.path("none.yaml"));
    });
    assert_eq!(
        scan_with(&scratch, missing, b""),
        said(ExitCode::Failed, [0; 3], &["unreadable none.yaml: `none.yaml` does not exist"])
    );
}

#[test]
fn settings_and_flags_are_both_heard() {
    let scratch = repository();
    for path in ["a.yaml", "b.yaml", "c.yaml"] {
        scratch.write(path, TEMPLATE);
    }
    scratch.write(FILE_NAME, "exclude: [a.yaml]\nfail-on: hihg\n");
    assert_eq!(
        scan_paths(&scratch, &["."]),
        said(ExitCode::Failed, [0; 3], &["settings fedlint.yaml:2:10: `hihg` is no value for `fail-on`"])
    );
    // A flag wins over the file, also over what is wrong in it.
    let never = FindingOptions { fail_on: Some(FailOn::Never), ..FindingOptions::default() };
    let flagged = ScanOptions { findings: never.clone(), ..options(vec![scratch.path(".")]) };
    assert_eq!(scan_with(&scratch, flagged, b""), said(ExitCode::Clean, [2, 1, 0], &[]));
    let parameters = scratch.write("p/parameters.json", "[{}]");
    let flagged = reading(options(vec![scratch.path(".")]), |sources| sources.parameters = vec![parameters]);
    let result = scan_with(&scratch, ScanOptions { findings: never, ..flagged }, b"");
    assert_eq!(result.code, ExitCode::Failed);
    assert!(result.problems[0].starts_with("settings p/parameters.json:1:2: "), "{result:?}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let scratch = repository();
    for number in 0..40 {
        let folder = number % 7;
        let text = match number % 4 {
            0 => TEMPLATE.as_bytes().to_vec(),
            1 => b"Type: AWS::S3::Bucket".to_vec(),
            2 => [TEMPLATE.as_bytes(), b"# \xE9"].concat(),
            _ => format!("{TEMPLATE}Description: a\nDescription: b\n").into_bytes(),
        };
        scratch.write(&format!("{folder}/{number}.yaml"), text);
    }
    let with = |threads| {
        scan_with(
            &scratch,
            reading(options(vec![scratch.path(".")]), |sources| sources.threads = threads),
            b"",
        )
    };
    let one = with(1);
    assert_eq!((one.files, one.problems.len()), ([20, 10, 0], 20));
    for threads in [2, 8, 0] {
        assert_eq!(with(threads), one, "{threads} threads");
    }
}
