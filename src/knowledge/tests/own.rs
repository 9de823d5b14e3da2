//! Files of one's own are read from the directories that the settings name, and say what is wrong with them.

use super::find;
use crate::knowledge::Issuers;
use crate::knowledge::issuers::parse;
use crate::settings::Settings;
use crate::source::{Sources, scratch::Scratch};

const OWN: &str = "id: gitlab-example
name: our GitLab
checked: 2026-11-25
sources: [https://docs.gitlab.com/ci/secrets/id_token_authentication/]
issuers: [{ url: gitlab.example.com }, { url: '{name}.gitlab.example.com' }]
variables:
  name: { of: '[a-z]+' }
  group: { of: '[a-z]+', control: issuer, samples: [acme] }
  rest: { of: '.+' }
claims: { sub: 'project_path:{group}/{rest}' }
kinds: [{ name: job }]
";

#[test]
fn a_file_of_ones_own_comes_first() {
    let mut gitlab = parse(&OWN.replace("gitlab.example.com }, {", "gitlab.com }, {")).unwrap();
    gitlab.id = "mine".to_owned();
    let issuers = Issuers::with(vec![gitlab]);
    assert_eq!(find(&issuers, "gitlab.com").file.id, "mine");
    assert_eq!(find(&issuers, "a.gitlab.example.com").given(), [("name", "a")]);
    assert_eq!(find(&issuers, "scalr.io").file.id, "scalr");
    // What AWS requires stays.
    assert_eq!(find(&issuers, "gitlab.com").required_at_create, Some("sub"));
    assert_eq!(find(&issuers, "a.gitlab.example.com").required_at_create, None);
    assert_eq!(issuers.by_id("mine").unwrap().name, "our GitLab");
    assert_eq!(issuers.by_id("gitlab").unwrap().name, "GitLab.com");
    assert!(issuers.by_id("nobody").is_none());
}

#[test]
fn a_wrong_file_says_what_is_wrong() {
    let cases = [
        (
            "checked: 2026-11-25",
            "checked: today",
            "`checked`: `today` is not a date of the form `2026-11-25`",
        ),
        (
            "{ url: gitlab",
            "{ url: https://gitlab",
            "the URL `https://gitlab.example.com` is to be without `https://` and without `/` at the end",
        ),
        (
            "issuers: [{ url: gitlab.example.com }, { url: '{name}.gitlab.example.com' }]",
            "issuers: [{ url: '{nobody}.example.com' }]",
            "the URL `{nobody}.example.com` has no variable `nobody` to fill in",
        ),
        ("samples: [acme]", "samples: [ACME]", "variable `group`: the sample `ACME` is not what `of` allows"),
        ("of: '.+'", "of: '[.+'", "variable `rest`: `[.+` does not close a class"),
        (
            "{group}/{rest}",
            "{group}/{nobody}",
            "`project_path:{group}/{nobody}` has no variable `nobody` to use",
        ),
        ("{group}/{rest}", "{group}", "variable `rest` is in no claim and no URL"),
        ("kinds: [{ name: job }]", "kinds: []", "`kinds` is empty"),
        (
            "id: gitlab-example",
            "id: GitLab",
            "`id: GitLab` is not made of lower-case letters, digits and `-`",
        ),
    ];
    for (right, wrong, message) in cases {
        assert!(OWN.contains(right), "{right}");
        let mistake = parse(&OWN.replacen(right, wrong, 1)).expect_err(wrong);
        assert_eq!(mistake.to_string(), message);
    }
    let unknown = parse(&OWN.replace("kinds:", "kind:")).expect_err("an unknown name");
    assert!(unknown.to_string().contains("unknown field `kind`"), "{unknown}");
}

#[test]
fn files_are_read_from_the_directories_that_the_settings_name() {
    let scratch = Scratch::new();
    scratch.write("issuers/gitlab-example.yaml", OWN.as_bytes());
    scratch.write("issuers/other.yaml", OWN.as_bytes());
    scratch.write("issuers/wrong.yml", b"id: wrong\n");
    scratch.write("fedlint.yaml", b"issuers: { directories: [issuers] }\n");
    let sources = Sources::default();
    let settings = Settings::load(&sources, &scratch.path("fedlint.yaml")).unwrap();
    let (issuers, problems) = Issuers::load(&settings, &sources);
    assert_eq!(find(&issuers, "gitlab.example.com").file.id, "gitlab-example");
    let problems: Vec<String> = problems
        .iter()
        .map(|problem| {
            let name = problem.path.as_ref().unwrap().file_name().unwrap().to_str().unwrap();
            format!("{name}: {}", problem.message)
        })
        .collect();
    assert_eq!(
        problems,
        [
            "other.yaml: in the issuer file, `id: gitlab-example` is not the name of the file",
            "wrong.yml: in the issuer file, missing field `name`",
        ]
    );
    assert!(Issuers::load(&Settings::default(), &sources).1.is_empty());
}

#[test]
fn the_documented_example_is_right() {
    let page = include_str!("../../../docs/issuers.md");
    let example = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let file = parse(example).unwrap();
    let issuers = Issuers::with(vec![file]);
    let found = find(&issuers, "gitlab.example.com");
    let sender = found.file.sender(Some("gitlab.example.com"), &found.given(), &[]).unwrap();
    let subjects: Vec<bool> = sender.kinds.iter().map(|kind| kind.unreviewed).collect();
    assert_eq!(subjects, [false, true]);
}
