//! Every rule's examples: a bad one makes exactly the findings that it lists, a good one none (but findings of
//! level info of other rules, if it lists them).

mod support;

use std::path::Path;

use fedlint::document::{self, Format, Kind, Limits, NodeRef, Tree};
use fedlint::rules::file::{Example, Report};
use fedlint::source::{Origin, Sources};
use support::{Seen, examples, scan_with};

#[test]
fn examples_report_what_they_list_and_nothing_else() {
    let mut wrong = Vec::new();
    for rule in examples::rules() {
        for (kind, examples) in [("bad", &rule.bad), ("good", &rule.good)] {
            for example in examples {
                let place = format!("{}, {kind} example `{}`", rule.id, example.title);
                wrong.extend(
                    compare(example, kind == "good").into_iter().map(|what| format!("{place}: {what}")),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// What of an example is not as it lists.
fn compare(example: &Example, good: bool) -> Vec<String> {
    let settings = examples::settings(example);
    let files: Vec<(&str, &str)> =
        example.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let outcome = scan_with(&files, &settings);
    let mut wrong: Vec<String> =
        outcome.problems.iter().map(|problem| format!("problem: {problem}")).collect();
    let mut left = outcome.findings;
    for report in &example.reports {
        let (name, text) = match &report.file {
            Some(file) => {
                *files.iter().find(|(name, _)| name == file).expect("a report names a file of the example")
            }
            None => files[0],
        };
        let Some(places) = places(name, text, &report.at) else {
            wrong.push(format!("there is no `{}` in {name}", report.at));
            continue;
        };
        let is_at =
            |seen: &Seen| seen.path == name && places.iter().any(|place| place.contains(&seen.offset));
        match left.iter().position(|seen| seen.rule == report.rule && is_at(seen)) {
            Some(index) => wrong.extend(differences(report, &left.remove(index), good)),
            None => {
                let elsewhere: Vec<String> = left
                    .iter()
                    .filter(|seen| seen.rule == report.rule)
                    .map(|seen| format!("{}:{}:{} `{}`", seen.path, seen.line, seen.column, seen.text))
                    .collect();
                wrong.push(format!("missing {} at {}; found it at {elsewhere:?}", report.rule, report.at));
            }
        }
    }
    wrong.extend(left.iter().map(|seen| {
        format!(
            "noisy: {} {} at {}:{}:{}: {}",
            seen.rule, seen.certainty, seen.path, seen.line, seen.column, seen.message
        )
    }));
    wrong
}

fn differences(report: &Report, seen: &Seen, good: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut differ = |what: &str, expected: &Option<String>, is: &str| {
        if let Some(expected) = expected
            && expected != is
        {
            wrong.push(format!("{} at {}: {what} is {is}, not {expected}", report.rule, report.at));
        }
    };
    differ("severity", &report.severity, seen.severity);
    differ("certainty", &report.certainty, seen.certainty);
    differ("when", &report.when, seen.when.as_deref().unwrap_or_default());
    if good && seen.severity != "info" {
        wrong.push(format!(
            "{} at {}: a good example has no finding of level {}",
            report.rule, report.at, seen.severity
        ));
    }
    wrong
}

/// The ranges of the key and of the value at a path: a finding may point at either. Keys may have dots in them;
/// the longest that fits is taken. A path may lead on into JSON text.
fn places(name: &str, text: &str, path: &str) -> Option<Vec<std::ops::RangeInclusive<usize>>> {
    let sources = Sources::default();
    let source = sources.add_kept(Origin::Memory(name.into()), text.into());
    let read = document::read(text, source, Format::guess(Path::new(name), text), &Limits::default());
    let tree = Tree::new(&read.document, text);
    let root = tree.roots().next()?;
    descend(&sources, root, None, path)
}

fn descend(
    sources: &Sources,
    node: NodeRef<'_>,
    key: Option<NodeRef<'_>>,
    path: &str,
) -> Option<Vec<std::ops::RangeInclusive<usize>>> {
    let range = |node: NodeRef<'_>| {
        let span = sources.host_span(node.span());
        span.start as usize..=span.end as usize
    };
    if path.is_empty() {
        return Some(key.into_iter().chain([node]).map(range).collect());
    }
    match node.kind() {
        Kind::Map => {
            // Intrinsic functions around what is meant are passed through.
            let fits = |key: &str| {
                path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            let best = node
                .entries()
                .filter(|(key, _)| key.scalar().is_some_and(fits))
                .max_by_key(|(key, _)| key.scalar().map_or(0, str::len));
            match best {
                Some((key, value)) => {
                    let rest = &path[key.scalar()?.len()..];
                    descend(sources, value, Some(key), rest.strip_prefix('.').unwrap_or(rest))
                }
                None => {
                    let (_, value) = node.entries().find(|(key, _)| key.scalar() == Some("Fn::Sub"))?;
                    descend(sources, value, key, path)
                }
            }
        }
        Kind::List => {
            let (index, rest) = path.split_once('.').unwrap_or((path, ""));
            descend(sources, node.items().nth(index.parse().ok()?)?, None, rest)
        }
        _ => {
            let embedded = document::embedded::read(sources, node, &Limits::default())?;
            let tree = Tree::new(&embedded.document, &embedded.text);
            let root = tree.roots().next()?;
            descend(sources, root, None, path)
        }
    }
}
