use super::*;
use crate::source::scratch::Scratch;

/// What a search of `arguments` (relative to the scratch folder) finds, a `!` before named files, and the
/// problems as kind and path.
#[track_caller]
fn check(scratch: &Scratch, arguments: &[&str], files: &[&str], problems: &[(ProblemKind, &str)]) {
    for threads in [0, 2] {
        let search = Search { threads, ..Search::default() };
        check_search(scratch, &search, arguments, files, problems);
    }
}

#[track_caller]
fn check_search(
    scratch: &Scratch,
    search: &Search,
    arguments: &[&str],
    files: &[&str],
    problems: &[(ProblemKind, &str)],
) {
    let arguments: Vec<PathBuf> = arguments.iter().map(|argument| scratch.path(argument)).collect();
    let discovery = discover(&arguments, search);
    let shown: Vec<String> = discovery
        .files
        .iter()
        .map(|found| format!("{}{}", if found.named { "!" } else { "" }, scratch.relative(&found.path)))
        .collect();
    assert_eq!(shown, files, "{arguments:?}");
    let seen: Vec<(ProblemKind, String)> = discovery
        .problems
        .iter()
        .map(|problem| (problem.kind, scratch.relative(problem.path.as_ref().unwrap())))
        .collect();
    let expected: Vec<(ProblemKind, String)> =
        problems.iter().map(|&(kind, path)| (kind, path.to_owned())).collect();
    assert_eq!(seen, expected, "{:?}", discovery.problems);
}

#[test]
fn a_directory_is_searched_by_ending_in_a_fixed_order() {
    let scratch = Scratch::new();
    for path in [
        "b.json",
        "a/z.YAML",
        "a/y.template",
        "a-b.yml",
        "l.jsonl",
        "n.ndjson",
        "c.txt",
        "d.yaml.j2",
        ".hidden.yaml",
    ] {
        scratch.write(path, "");
    }
    for path in ["node_modules/p/a.json", ".git/config.json", ".github/w.yaml"] {
        scratch.write(path, "");
    }
    check(&scratch, &["."], &["a-b.yml", "a/y.template", "a/z.YAML", "b.json", "l.jsonl", "n.ndjson"], &[]);
}

#[test]
fn named_files_are_always_read() {
    let scratch = Scratch::new();
    scratch.write(".gitignore", "*.yaml\n");
    scratch.write("a.yaml", "");
    scratch.write("b.txt", "");
    scratch.write(".hidden", "");
    scratch.write("c.json", "");
    check(&scratch, &["."], &["c.json"], &[]);
    check(
        &scratch,
        &["b.txt", ".", "a.yaml", ".hidden", "c.json", "c.json"],
        &["!.hidden", "!a.yaml", "!b.txt", "!c.json"],
        &[],
    );
}

#[test]
fn ignore_files_count_without_a_repository() {
    let scratch = Scratch::new();
    scratch.write(".gitignore", "build/\n!build/keep.yaml\n");
    scratch.write("sub/.ignore", "b.yaml\n");
    for path in ["build/a.yaml", "sub/a.yaml", "sub/b.yaml"] {
        scratch.write(path, "");
    }
    check(&scratch, &["."], &["sub/a.yaml"], &[]);
    check(&scratch, &["sub"], &["sub/a.yaml"], &[]);
    // Named, although ignored.
    check(&scratch, &["build"], &["build/a.yaml"], &[]);
}

#[test]
fn a_directory_whose_contents_are_ignored_above_is_searched_when_named() {
    let scratch = Scratch::new();
    scratch.write(".gitignore", "generated/*\n");
    scratch.write("generated/a.yaml", "");
    scratch.write("b.yaml", "");
    check(&scratch, &["."], &["b.yaml"], &[]);
    check(&scratch, &["generated"], &["generated/a.yaml"], &[]);
    check(&scratch, &["generated/*.yaml"], &["generated/a.yaml"], &[]);
}

#[test]
fn in_dumps_no_ignore_file_counts() {
    let scratch = Scratch::new();
    scratch.write("dump/.gitignore", "*\n");
    scratch.write("dump/111122223333/fedlint-dump.json", "");
    scratch.write("dump/111122223333/global/iam/list-roles.json", "");
    scratch.write("other/.gitignore", "*\n");
    scratch.write("other/a.json", "");
    scratch.write("other/b.yaml", "");
    let files = ["dump/111122223333/fedlint-dump.json", "dump/111122223333/global/iam/list-roles.json"];
    check(&scratch, &["dump"], &files, &[]);
    check(&scratch, &["dump/111122223333"], &files, &[]);
    // Found by a search further up, they are left out.
    check(&scratch, &["."], &[], &[]);
}

#[test]
fn in_cdk_output_no_ignore_file_counts() {
    let scratch = Scratch::new();
    scratch.write(".gitignore", "cdk.out\n*.template.json\n");
    scratch.write("cdk.out/.gitignore", "*\n");
    scratch.write("cdk.out/manifest.json", "");
    scratch.write("cdk.out/App.template.json", "");
    scratch.write("cdk.out/assembly-Prod/Prod.template.json", "");
    scratch.write("out/cdk.out", "{\"version\":\"48\"}");
    scratch.write("out/App.template.json", "");
    check(&scratch, &["."], &[], &[]);
    check(
        &scratch,
        &["cdk.out", "out"],
        &[
            "cdk.out/App.template.json",
            "cdk.out/assembly-Prod/Prod.template.json",
            "cdk.out/manifest.json",
            "out/App.template.json",
        ],
        &[],
    );
    check(&scratch, &["cdk.out/*.json"], &["cdk.out/App.template.json", "cdk.out/manifest.json"], &[]);
}

#[test]
fn patterns_match_as_a_shell_does() {
    let scratch = Scratch::new();
    for path in ["a.yaml", "a.yml", "b.txt", "sub/c.yaml", "sub/deep/d.yaml", ".x/e.yaml", "w[1].yaml"] {
        scratch.write(path, "");
    }
    scratch.write("node_modules/f.yaml", "");
    check(&scratch, &["*.yaml"], &["a.yaml", "w[1].yaml"], &[]);
    check(&scratch, &["*.{yaml,yml,txt}"], &["a.yaml", "a.yml", "b.txt", "w[1].yaml"], &[]);
    check(&scratch, &["**/*.yaml"], &["a.yaml", "sub/c.yaml", "sub/deep/d.yaml", "w[1].yaml"], &[]);
    check(&scratch, &["sub/**/d.yaml"], &["sub/deep/d.yaml"], &[]);
    check(&scratch, &["s*/c.yaml"], &["sub/c.yaml"], &[]);
    check(&scratch, &[".x/*"], &[".x/e.yaml"], &[]);
    check(&scratch, &[".?/*.yaml"], &[".x/e.yaml"], &[]);
    // A directory that matches is searched.
    check(&scratch, &["su*"], &["sub/c.yaml", "sub/deep/d.yaml"], &[]);
    // What exists is a path, not a pattern.
    check(&scratch, &["w[1].yaml"], &["!w[1].yaml"], &[]);
}

#[test]
fn what_is_not_there_is_said() {
    let scratch = Scratch::new();
    scratch.write("a.yaml", "");
    check(&scratch, &["a.yaml", "b.yaml"], &["!a.yaml"], &[(ProblemKind::Unreadable, "b.yaml")]);
    check(&scratch, &["a.yaml", "*.json"], &["!a.yaml"], &[(ProblemKind::Skipped, "*.json")]);
    check(&scratch, &["a.yaml", "x/*.json"], &["!a.yaml"], &[(ProblemKind::Skipped, "x/*.json")]);
    check(&scratch, &["a.yaml", "[.json"], &["!a.yaml"], &[(ProblemKind::Unreadable, "[.json")]);
    let nothing = discover(&[scratch.path("b.yaml")], &Search::default());
    assert!(!nothing.searched);
    assert!(discover(&[scratch.path(".")], &Search::default()).searched);
    assert!(discover(&[scratch.path("*.json")], &Search::default()).searched);
    assert!(discover(&[PathBuf::from("-")], &Search::default()).stdin);
}

#[test]
fn exclusion_is_for_searches() {
    let scratch = Scratch::new();
    for path in ["a.yaml", "tests/b.yaml", "sub/tests/c.yaml", "sub/d.test.yaml", "sub/keep.test.yaml"] {
        scratch.write(path, "");
    }
    let patterns = ["/tests/", "*.test.yaml", "!keep.test.yaml"].map(str::to_owned);
    let exclude = Exclude::new(&scratch.path("."), &patterns).unwrap();
    let search = Search { exclude, threads: 0 };
    check_search(&scratch, &search, &["."], &["a.yaml", "sub/keep.test.yaml", "sub/tests/c.yaml"], &[]);
    check_search(
        &scratch,
        &search,
        &["sub", "tests/b.yaml"],
        &["sub/keep.test.yaml", "sub/tests/c.yaml", "!tests/b.yaml"],
        &[],
    );
}

#[test]
fn an_exclusion_that_is_no_pattern_is_refused() {
    let (index, message) = Exclude::new(Path::new("."), &["a".to_owned(), "{a".to_owned()]).unwrap_err();
    assert_eq!(index, 1);
    assert!(message.contains("{a"), "{message}");
}

#[cfg(unix)]
mod links {
    use super::*;

    #[test]
    fn each_file_is_read_once_under_its_own_path() {
        let scratch = Scratch::new();
        scratch.write("z/a.yaml", "");
        scratch.link("a-link", "z");
        scratch.link("b-link.yaml", "z/a.yaml");
        check(&scratch, &["."], &["z/a.yaml"], &[]);
        // Searched through the link, if that is how it was named.
        check(&scratch, &["a-link"], &["a-link/a.yaml"], &[]);
        check(&scratch, &["b-link.yaml", "."], &["!b-link.yaml"], &[]);
    }

    #[test]
    fn loops_are_noticed_and_the_search_goes_on() {
        let scratch = Scratch::new();
        scratch.write("sub/a.yaml", "");
        scratch.link("sub/up", "..");
        scratch.link("self.yaml", "self.yaml");
        scratch.link("one", "two");
        scratch.link("two", "one");
        check(
            &scratch,
            &["."],
            &["sub/a.yaml"],
            &[
                (ProblemKind::Skipped, "one"),
                (ProblemKind::Skipped, "self.yaml"),
                (ProblemKind::Skipped, "sub/up"),
                (ProblemKind::Skipped, "two"),
            ],
        );
        check(&scratch, &["self.yaml"], &[], &[(ProblemKind::Unreadable, "self.yaml")]);
        check(&scratch, &["sub/**/*.yaml"], &["sub/a.yaml"], &[(ProblemKind::Skipped, "sub/up")]);
    }

    #[test]
    fn links_are_followed_inside_the_repository_only() {
        let scratch = Scratch::new();
        scratch.write("outside/o.yaml", "");
        scratch.write("repository/.git/HEAD", "");
        scratch.write("repository/shared/s.yaml", "");
        scratch.write("repository/infra/i.yaml", "");
        scratch.link("repository/infra/shared", "../shared");
        scratch.link("repository/infra/again", "../shared");
        scratch.link("repository/infra/one.yaml", "../shared/s.yaml");
        scratch.link("repository/infra/out", "../../outside");
        scratch.link("repository/infra/out.yaml", "../../outside/o.yaml");
        scratch.link("repository/infra/gone.yaml", "nowhere.yaml");
        scratch.link("repository/infra/gone", "nowhere");
        check(
            &scratch,
            &["repository/infra"],
            &["repository/infra/again/s.yaml", "repository/infra/i.yaml"],
            &[
                (ProblemKind::Skipped, "repository/infra/gone.yaml"),
                (ProblemKind::Skipped, "repository/infra/out"),
                (ProblemKind::Skipped, "repository/infra/out.yaml"),
            ],
        );
        check(
            &scratch,
            &["repository/infra", "repository/shared"],
            &["repository/infra/i.yaml", "repository/shared/s.yaml"],
            &[
                (ProblemKind::Skipped, "repository/infra/gone.yaml"),
                (ProblemKind::Skipped, "repository/infra/out"),
                (ProblemKind::Skipped, "repository/infra/out.yaml"),
            ],
        );
    }

    #[test]
    fn many_links_between_directories_cost_nothing() {
        let scratch = Scratch::new();
        let names: Vec<String> = (0..12).map(|number| format!("d{number:02}")).collect();
        for from in &names {
            scratch.write(&format!("{from}/a.yaml"), "");
            for to in &names {
                scratch.link(&format!("{from}/to-{to}"), format!("../{to}"));
            }
        }
        let discovery = discover(&[scratch.path(".")], &Search::default());
        assert_eq!(discovery.files.len(), names.len());
        // A link from a directory to itself is a loop.
        assert_eq!(discovery.problems.len(), names.len());
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn a_directory_that_may_not_be_read_is_said() {
        use std::fs::{Permissions, set_permissions};
        use std::os::unix::fs::PermissionsExt;

        let scratch = Scratch::new();
        scratch.write("a.yaml", "");
        scratch.write("locked/b.yaml", "");
        let locked = scratch.path("locked");
        set_permissions(&locked, Permissions::from_mode(0o000)).unwrap();
        if fs::read_dir(&locked).is_ok() {
            eprintln!("skipped: this user may read everything");
        } else {
            check(&scratch, &["."], &["a.yaml"], &[(ProblemKind::Unreadable, "locked")]);
        }
        set_permissions(&locked, Permissions::from_mode(0o700)).unwrap();
    }

    #[test]
    fn sockets_and_pipes_in_directories_are_not_opened() {
        let scratch = Scratch::new();
        let _listener = std::os::unix::net::UnixListener::bind(scratch.path("s.yaml")).unwrap();
        check(&scratch, &["."], &[], &[]);
    }
}
