//! Every fix that is offered for an example of a rule does what it is for: the finding is gone, nothing new is found, nothing
//! else in the file changes, and there is nothing left to be fixed. What each one writes is in `testdata/fixes.txt`.

mod support;

#[expect(dead_code, reason = "of the ways to rewrite, those of whole templates are used")]
#[path = "support/rewriting/mod.rs"]
mod rewriting;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use fedlint::finding::Fix;
use fedlint::fixes::unified;
use fedlint::scan::{Mending, Outcome, Texts, mend, scan_texts};
use fedlint::settings::Settings;
use support::examples;

/// Scans the files of an example, some of which were changed.
fn scan(files: &[(String, String)], texts: &Texts, settings: &Settings) -> Outcome {
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| {
            let after = texts.get(Path::new(name)).map_or(text.as_str(), |mended| &*mended.after);
            (name.as_str(), after)
        })
        .collect();
    scan_texts(&files, settings)
}

/// Makes fixes in the files of an example.
fn fixed(files: &[(String, String)], settings: &Settings, allowed: &dyn Fn(&Fix) -> bool) -> Mending {
    let first = scan(files, &Texts::new(), settings);
    mend(first, &|_, fix, _| allowed(fix), &mut |texts| scan(files, texts, settings))
}

fn fixes(files: &[(String, String)], settings: &Settings) -> Vec<(String, Fix)> {
    let outcome = scan(files, &Texts::new(), settings);
    let counting = outcome.findings.iter().filter(|finding| finding.counts());
    counting.filter_map(|finding| Some((finding.rule.to_string(), *finding.fix.clone()?))).collect()
}

#[test]
fn every_fix_of_the_examples_does_what_it_is_for() {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut text = String::new();
    let mut wrong = Vec::new();
    for rule in examples::rules() {
        for example in rule.bad.iter().chain(&rule.good) {
            let settings = examples::settings(example);
            for (of, fix) in fixes(&example.files, &settings) {
                let place = format!("{}: {}", rule.id, example.title);
                if of == rule.id {
                    let (safe, risky) = counts.entry(of.clone()).or_default();
                    *if fix.safe { safe } else { risky } += 1;
                    let safety = if fix.safe { "safe" } else { "unsafe" };
                    let _ = writeln!(text, "\n## {place}\n{} ({safety})\n", fix.title);
                }
                let is_it = |other: &Fix| {
                    (&other.title, &other.edits) == (&fix.title, &fix.edits) || other.title == fix.title
                };
                let mending = fixed(&example.files, &settings, &is_it);
                for mend in &mending.refused {
                    wrong.push(format!(
                        "{place}: {}: {}: {}",
                        mend.rule,
                        mend.title,
                        mend.why.as_deref().unwrap_or_default()
                    ));
                }
                for (path, mended) in &mending.texts {
                    let diff = unified(&path.to_string_lossy(), &mended.before, &mended.after);
                    let lines = diff.lines().skip(2).filter(|line| !line.starts_with("@@"));
                    if of == rule.id {
                        text.extend(lines.map(|line| format!("{line}\n")));
                    }
                }
            }
        }
    }
    let mut head = String::from(
        "The fixes that are offered for the examples of each rule, and what each one writes.\n\nrule: safe, unsafe\n",
    );
    for (rule, (safe, risky)) in &counts {
        let _ = writeln!(head, "{rule}: {safe}, {risky}");
    }
    check("testdata/fixes.txt", &format!("{head}{text}"));
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// Compares a file with what it should hold, or writes it if that is asked for.
fn check(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("FEDLINT_UPDATE").is_some() {
        std::fs::write(&path, expected).expect("the file can be written");
        return;
    }
    #[expect(clippy::disallowed_methods, reason = "a test reads what it compares")]
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == expected,
        "{name} is not fresh: FEDLINT_UPDATE=1 writes it; read the difference\n{}",
        unified(name, &text, expected)
    );
}

/// A way to write down a template. `None` if it cannot be written so.
type Form = fn(&str) -> Option<(&'static str, String)>;

/// Every form, with how many of the fixes of all examples there are at least in it: what is put together by functions has none.
const FORMS: &[(&str, Form, usize)] = &[
    ("Windows line breaks", |text| Some(("t.yaml", text.replace('\n', "\r\n"))), 20),
    ("odd indentation", |text| Some(("t.yaml", indented(text))), 20),
    ("a comment behind every line", commented, 20),
    ("long functions in YAML by indentation", |text| Some(("t.yaml", block(&rewriting::read(text)?, 0))), 20),
    ("YAML in brackets", |text| Some(("t.yaml", flow(&rewriting::read(text)?))), 20),
    ("JSON", |text| Some(("t.json", format!("{:#}\n", rewriting::read(text)?))), 20),
    ("JSON on one line", |text| Some(("t.json", rewriting::read(text)?.to_string())), 20),
    ("JSON with tabs", |text| Some(("t.json", tabbed(&rewriting::read(text)?))), 20),
    ("policies as text", |text| with_policies_as(text, rewriting::policies::as_text), 2),
    ("policies as text in Fn::Sub", |text| with_policies_as(text, rewriting::policies::as_sub), 5),
];

#[test]
fn fixes_are_the_same_in_every_form() {
    let rules = examples::rules();
    let examples = rules.iter().flat_map(|rule| rule.bad.iter().map(move |example| (rule, example)));
    let subjects: Vec<_> = examples
        .filter_map(|(rule, example)| {
            let [(_, text)] = example.files.as_slice() else { return None };
            let settings = examples::settings(example);
            let offered = fixes(&example.files, &settings);
            (!offered.is_empty())
                .then(|| (format!("{}: {}", rule.id, example.title), text, settings, offered))
        })
        .collect();
    let mut wrong = Vec::new();
    for (form, write, least) in FORMS {
        let mut made = 0;
        for (place, text, settings, offered) in &subjects {
            let Some((name, written)) = write(text) else { continue };
            let files = vec![(name.to_owned(), written.clone())];
            let place = format!("{form}: {place}");
            let now = fixes(&files, settings);
            // What moves would lose a comment.
            let moves = |title: &str| {
                form.contains("comment") && (title.contains("ForAnyValue") || title.starts_with("move "))
            };
            let names = |fixes: &[(String, Fix)]| -> Vec<String> {
                let fixes = fixes.iter().filter(|(_, fix)| !moves(&fix.title));
                let mut names: Vec<String> =
                    fixes.map(|(rule, fix)| format!("{rule}: {} {}", fix.title, fix.safe)).collect();
                names.sort();
                names
            };
            if !form.contains("text") && names(&now) != names(offered) {
                wrong.push(format!("{place}: {:?}, not {:?}", names(&now), names(offered)));
            }
            made += now.len();
            let mending = fixed(&files, settings, &|_| true);
            for mend in &mending.refused {
                wrong.push(format!("{place}: {}: {}", mend.title, mend.why.as_deref().unwrap_or_default()));
            }
            for mended in mending.texts.values() {
                let comments = |text: &str| -> Vec<String> {
                    text.lines()
                        .filter_map(|line| Some(line.rsplit_once(" # c")?.1.trim().to_owned()))
                        .collect()
                };
                let (before, after) = (comments(&mended.before), comments(&mended.after));
                // What is said of a value that goes goes with it.
                let gone = before.iter().filter(|comment| !after.contains(comment)).count();
                let removed = now.iter().filter(|(_, fix)| fix.title.starts_with("remove")).count();
                if gone > removed {
                    wrong.push(format!("{place}: {gone} comments are gone"));
                }
                if mended.before.contains("\r\n") && mended.after.replace("\r\n", "").contains('\n') {
                    wrong.push(format!("{place}: another line break"));
                }
            }
        }
        if made < *least {
            wrong.push(format!("{form}: only {made} fixes"));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// With one column more in all lines that have some.
fn indented(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix(' ') {
        Some(rest) => format!("  {rest}\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// With a comment of its own behind every line.
fn commented(text: &str) -> Option<(&'static str, String)> {
    let lines = text.lines().enumerate().map(|(index, line)| format!("{line} # c{index}\n"));
    let commented: String = lines.collect();
    // Behind a line of a text it would be a part of that.
    (rewriting::read(&commented) == rewriting::read(text)).then_some(("t.yaml", commented))
}

/// By indentation, with functions in their long form.
fn block(value: &serde_json::Value, depth: usize) -> String {
    use serde_json::Value;
    let blanks = "   ".repeat(depth);
    match value {
        Value::Object(entries) if !entries.is_empty() => entries
            .iter()
            .map(|(key, value)| match value {
                Value::Object(inner) if !inner.is_empty() => {
                    format!("{blanks}{key:?}:\n{}", block(value, depth + 1))
                }
                Value::Array(inner) if !inner.is_empty() => {
                    format!("{blanks}{key:?}:\n{}", block(value, depth + 1))
                }
                _ => format!("{blanks}{key:?}: {value}\n"),
            })
            .collect(),
        Value::Array(items) if !items.is_empty() => items
            .iter()
            .map(|item| {
                let item = block(item, depth + 1);
                format!("{blanks}-  {}", item.trim_start())
            })
            .collect(),
        _ => format!("{blanks}{value}\n"),
    }
}

/// In brackets, without quotes around keys that are words.
fn flow(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Object(entries) => {
            let key = |key: &str| match key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                true => key.to_owned(),
                false => format!("'{key}'"),
            };
            let entries: Vec<String> =
                entries.iter().map(|(name, value)| format!("{}: {}", key(name), flow(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        value => value.to_string(),
    }
}

fn tabbed(value: &serde_json::Value) -> String {
    let pretty = format!("{value:#}");
    let line = |line: &str| {
        let rest = line.trim_start_matches(' ');
        format!("{}{rest}\n", "\t".repeat((line.len() - rest.len()) / 2))
    };
    pretty.lines().map(line).collect()
}

fn with_policies_as(
    text: &str,
    change: fn(&mut serde_json::Value) -> usize,
) -> Option<(&'static str, String)> {
    let mut template = rewriting::read(text)?;
    (change(&mut template) > 0).then(|| ("t.json", format!("{template:#}\n")))
}
