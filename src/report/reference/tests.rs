use super::*;
use crate::settings::{RuleSettings, Written};

/// The page of a rule in a terminal.
fn shown(rule: &Rule, settings: &RuleSettings, examples: Examples) -> String {
    let (selection, problems) = Selection::new(settings, BUILT_IN);
    assert_eq!(problems, []);
    let mut out = Vec::new();
    let options = human::Options { width: 80, color: false, unicode: true };
    write_page(&mut out, Entry { rule, selection: &selection }, examples, &options)
        .expect("memory takes everything");
    String::from_utf8(out).expect("pages are text")
}

fn built_in(id: &str) -> &'static Rule {
    Rule::built_in(id).expect("it is built in")
}

#[test]
fn a_page_says_everything_about_a_rule() {
    insta::assert_snapshot!(
        "page",
        shown(built_in("guest-access-enabled"), &RuleSettings::default(), Examples::One)
    );
}

#[test]
fn every_page_has_all_of_its_sections() {
    for rule in BUILT_IN {
        let page = document(rule);
        let file = rule.file();
        for part in ["\n## What it reports\n", "\n## Why it matters\n", "\n## What to do\n"] {
            assert!(page.contains(part), "{}: {part}", rule.id);
        }
        for text in [Some(&rule.why), rule.known_limits.as_ref()].into_iter().flatten() {
            assert!(page.contains(text.trim_end()), "{}: {text}", rule.id);
        }
        for (name, option) in &file.options {
            assert!(
                page.contains(&format!("- `{name}` (")) && page.contains(&option.about),
                "{}: {name}",
                rule.id
            );
        }
        for example in file.bad.iter().chain(&file.good) {
            assert!(page.contains(&example.title), "{}: {}", rule.id, example.title);
        }
        let all = page::page(Entry { rule, selection: &Selection::default() }, Examples::All);
        for (name, text) in file.bad.iter().chain(&file.good).flat_map(|example| &example.files) {
            assert!(all.contains(text.trim_end()), "{}: {name}", rule.id);
        }
    }
}

/// Only what cannot be broken is wider than the terminal: code, addresses, paths.
#[test]
fn pages_fit_the_terminal() {
    for rule in BUILT_IN {
        for line in shown(rule, &RuleSettings::default(), Examples::All).lines() {
            let is_code = line.starts_with("    ");
            let has_long_word = line.split(' ').any(|word| word.len() > 40);
            assert!(line.chars().count() <= 80 || is_code || has_long_word, "{}: {line}", rule.id);
        }
    }
}

#[test]
fn a_page_says_what_the_settings_say() {
    let written = |text: &str| Written { text: text.to_owned(), span: None };
    let mut settings = RuleSettings::default();
    settings.severity.insert("saml-certificate-expired".to_owned(), written("high"));
    let days = [("days".to_owned(), vec![written("60")])].into_iter().collect();
    settings.options.insert("saml-certificate-expired".to_owned(), days);
    let page = shown(built_in("saml-certificate-expired"), &settings, Examples::One);
    assert!(page.contains("  - severity: high, by the settings; without them low to medium\n"), "{page}");
    assert!(page.contains("- `days` (`30` by default, `60` by the settings): "), "{page}");

    settings.ignore.push(written("saml-certificate-expired"));
    let page = shown(built_in("saml-certificate-expired"), &settings, Examples::One);
    assert!(page.contains("- not asked by the settings\n"), "{page}");
    let page = shown(built_in("github-names-not-ids"), &settings, Examples::One);
    assert!(page.contains("- off by default; "), "{page}");
}

/// What a rule's file says may be anybody's.
#[test]
fn nothing_of_a_rule_acts_on_the_terminal() {
    let text = "id: own-rule\ngroup: advice\nseverity: info\nsince: 0.1.0\nfinds: role\nmessage: it is \"\\e[31mthere\"\n\
                why: \"It\\e[2J matters.\"\nhelp: \"Shut\\a it.\"\nexamples: { bad: [{ title: \"a\\eb\", a.yaml: \"x: \\e[1m\" }] }\n";
    let rule = Rule::parse(text).expect("a valid rule");
    let page = shown(&rule, &RuleSettings::default(), Examples::All);
    assert!(!page.contains('\u{1b}') && !page.contains('\u{7}'), "{page:?}");
    assert!(page.contains("- a rule of your own\n"), "{page}");
}

#[test]
fn a_page_says_what_can_be_fixed() {
    for rule in BUILT_IN {
        let says = document(rule).contains("\n- can be fixed with `fedlint scan --fix`: ");
        assert_eq!(says, rule.fix.is_some(), "{}", rule.id);
    }
}

#[test]
fn severities_are_put_into_words() {
    let page = document(built_in("guest-access-enabled"));
    assert!(
        page.contains(
            "The first that fits:\n\n- info where `guest-impact` is `nothing`, `own-data` or `telemetry`\n- medium otherwise\n"
        ),
        "{page}"
    );
}

#[test]
fn lists_say_what_is_asked() {
    let written = |text: &str| Written { text: text.to_owned(), span: None };
    let settings = RuleSettings { ignore: vec![written("guest-access")], ..RuleSettings::default() };
    let (selection, _) = Selection::new(&settings, BUILT_IN);
    let ids = ["guest-role-unused", "unused-provider", "github-names-not-ids"];
    let entries: Vec<Entry<'_>> =
        ids.iter().map(|id| Entry { rule: built_in(id), selection: &selection }).collect();
    let mut out = Vec::new();
    let options = human::Options { width: 80, color: false, unicode: true };
    write_text(&mut out, &entries, &options).expect("memory takes everything");
    insta::assert_snapshot!(String::from_utf8(out).expect("text"), @"
    guest-access: what somebody can do who signs in nowhere

      guest-role-unused  info, not asked by the settings
        a role for guests of an identity pool that lets none in

    hygiene: works as written, and invites mistakes

      unused-provider  low
        an identity provider that nothing trusts

    advice: a better way to do it

      github-names-not-ids  info, off by default
        a GitHub repository known by its name, which others can have one day

    3 rules, 1 of them asked; `fedlint explain ID` shows the page of one
    ");
    let mut out = Vec::new();
    write_list_markdown(&mut out, &entries).expect("memory takes everything");
    insta::assert_snapshot!(String::from_utf8(out).expect("text"), @"
    ## guest-access

    What somebody can do who signs in nowhere.

    | rule | finds | severity |
    | --- | --- | --- |
    | `guest-role-unused` | a role for guests of an identity pool that lets none in | info, not asked by the settings |

    ## hygiene

    Works as written, and invites mistakes.

    | rule | finds | severity |
    | --- | --- | --- |
    | `unused-provider` | an identity provider that nothing trusts | low |

    ## advice

    A better way to do it.

    | rule | finds | severity |
    | --- | --- | --- |
    | `github-names-not-ids` | a GitHub repository known by its name, which others can have one day | info, off by default |
    ");
    let mut out = Vec::new();
    write_json(&mut out, &entries[1..2]).expect("memory takes everything");
    insta::assert_snapshot!(String::from_utf8(out).expect("text"), @r#"
    {
      "schema": 1,
      "rules": [
        {
          "id": "unused-provider",
          "title": "an identity provider that nothing trusts",
          "group": "hygiene",
          "severity": {
            "mildest": "low",
            "worst": "low"
          },
          "on-by-default": true,
          "asked": true,
          "built-in": true,
          "since": "0.1.0",
          "why": "No role and no identity pool of the scanned files accepts this provider. It does nothing today; whoever controls it gets in the day somebody writes a trust for it.",
          "help": "Remove the provider, or scan the files that use it together with this one.",
          "known-limits": "Roles outside the scanned files may trust the provider: the finding is only made where they contain federated roles or identity pools at all, and is only possible unless nothing of the template leaves it.",
          "options": {},
          "references": [
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers.html"
          ]
        }
      ]
    }
    "#);
}
