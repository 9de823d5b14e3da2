//! The page of a rule, as Markdown.

use std::fmt::Write;

use super::severity::cases_of_severity;
use super::{Entry, Examples, levels, promise, shown};
use crate::facts::SCHEMAS;
use crate::rules::file::{Example, RuleFile, Stretch, stretches};
use crate::rules::{Rule, RuleSeverity};

/// The page of a rule.
pub(super) fn page(entry: Entry<'_>, examples: Examples) -> String {
    let rule = entry.rule;
    let file = rule.file();
    let mut page = format!("# {}\n\n{}\n\n", rule.id, sentence(&rule.title));
    page += &facts(entry);
    section(&mut page, "What it reports", &messages(rule));
    section(&mut page, "Why it matters", rule.why.trim_end());
    section(&mut page, "What to do", &helps(rule));
    if let RuleSeverity::Cases(cases) = &rule.severity {
        section(&mut page, "How bad it is", &cases_of_severity(cases));
    }
    if !file.options.is_empty() {
        section(&mut page, "Options", &options(entry, &file));
    }
    if let Some(limits) = &rule.known_limits {
        section(&mut page, "Known limits", limits.trim_end());
    }
    for (heading, others, list) in
        [("Reported", "Also reported", &file.bad), ("Not reported", "Not reported either", &file.good)]
    {
        let count = if examples == Examples::All { list.len() } else { list.len().min(1) };
        for one in &list[..count] {
            section(&mut page, &format!("{heading}: {}", one.title), &example(one, &rule.id));
        }
        if count < list.len() {
            let titles: Vec<String> = list[count..].iter().map(|one| format!("- {}", one.title)).collect();
            let _ = write!(page, "\n{others}:\n\n{}\n", titles.join("\n"));
        }
    }
    if !rule.references.is_empty() {
        let lines: Vec<String> = rule.references.iter().map(|address| format!("- {address}")).collect();
        section(&mut page, "References", &lines.join("\n"));
    }
    page
}

/// True if a page with one example of each kind does not show all of them.
pub(super) fn has_more(file: &RuleFile) -> bool {
    file.bad.len() > 1 || file.good.len() > 1
}

fn section(page: &mut String, heading: &str, text: &str) {
    let level = if heading.contains("eported: ") { "###" } else { "##" };
    let _ = write!(page, "\n{level} {heading}\n\n{text}\n");
}

/// Group, severity, whether it is asked.
fn facts(entry: Entry<'_>) -> String {
    let rule = entry.rule;
    let group = rule.group;
    let mut lines = vec![format!("- group: `{}`, {}", group.name(), promise(group))];
    let own = levels(rule);
    let scale =
        if rule.severity == RuleSeverity::Exposure { ", by who gets in and what he reaches" } else { "" };
    lines.push(match entry.selection.severity(rule) {
        Some(level) => format!("- severity: {}, by the settings; without them {own}{scale}", level.name()),
        None => format!("- severity: {own}{scale}"),
    });
    let asked = match entry.standing() {
        None => "asked by default".to_owned(),
        Some("off by default") => {
            format!(
                "off by default; `rules: {{ severity: {{ {}: {} }} }}` in the settings adds it",
                rule.id,
                rule.levels().1.name()
            )
        }
        Some(other) => other.to_owned(),
    };
    lines.push(format!("- {asked}"));
    lines.push(if entry.is_built_in() {
        format!("- since version {}", rule.since)
    } else {
        "- a rule of your own".to_owned()
    });
    if let Some(remedy) = remedy(rule) {
        lines.push(format!("- can be fixed with `fedlint scan --fix`: {}", remedy.trim_end_matches('.')));
    }
    if !rule.yields_to.is_empty() {
        let ids: Vec<String> = rule.yields_to.iter().map(|id| format!("`{id}`")).collect();
        lines.push(format!("- a note only, where one of these finds the same: {}", ids.join(", ")));
    }
    if let Some(name) = &rule.fix {
        let schema = SCHEMAS.iter().find(|schema| schema.kind == rule.finds);
        let remedies = schema.map_or(&[][..], |schema| schema.remedies);
        let remedy = remedies.iter().find(|remedy| remedy.name == name);
        lines.extend(remedy.map(|remedy| format!("- fix, where it is known: {}", remedy.about)));
    }
    lines.join("\n") + "\n"
}

/// What `--fix` changes.
fn remedy(rule: &Rule) -> Option<&'static str> {
    let schema = SCHEMAS.iter().find(|schema| schema.kind == rule.finds)?;
    let remedy = schema.remedies.iter().find(|remedy| rule.fix.as_deref() == Some(remedy.name))?;
    Some(remedy.about.trim())
}

fn messages(rule: &Rule) -> String {
    let cases: Vec<String> = rule
        .cases
        .iter()
        .filter_map(|case| Some(format!("- `{}`: {}", case.word, template(case.message.as_ref()?))))
        .collect();
    match &rule.message {
        Some(message) if cases.is_empty() => sentence(&template(message)),
        Some(message) => format!("{}\n\n{}", sentence(&template(message)), cases.join("\n")),
        None => cases.join("\n"),
    }
}

fn helps(rule: &Rule) -> String {
    let cases: Vec<String> = rule
        .cases
        .iter()
        .filter_map(|case| Some(format!("- `{}`: {}", case.word, in_a_line(&template(case.help.as_ref()?)))))
        .collect();
    let help = rule.help.as_ref().map(|help| template(help.trim_end()));
    match help {
        Some(help) if cases.is_empty() => help,
        Some(help) => format!("{}\n- otherwise: {}", cases.join("\n"), in_a_line(&help)),
        None => cases.join("\n"),
    }
}

/// The text with its fields as they are called, and without their articles.
fn template(text: &str) -> String {
    stretches(text)
        .map(|stretch| match stretch {
            Stretch::Plain(text) => text.to_owned(),
            Stretch::Field { name, .. } => format!("{{{name}}}"),
        })
        .collect()
}

fn options(entry: Entry<'_>, file: &RuleFile) -> String {
    let mut lines = Vec::new();
    let mut setting = Vec::new();
    for (name, option) in &file.options {
        let default = shown(&option.default);
        let now = entry.selection.options(entry.rule).iter().find(|(known, _)| known == name);
        let now = now.map(|(_, value)| shown(value)).filter(|now| *now != default);
        let now = now.map_or_else(String::new, |now| format!(", `{now}` by the settings"));
        lines.push(format!("- `{name}` (`{default}` by default{now}): {}", option.about));
        setting.push(format!("{name}: {default}"));
    }
    format!(
        "{}\n\n```yaml\nrules:\n  options: {{ {}: {{ {} }} }}\n```",
        lines.join("\n"),
        entry.rule.id,
        setting.join(", ")
    )
}

/// The files of an example, and where in them the rule reports something.
fn example(example: &Example, rule: &str) -> String {
    let mut text = String::new();
    let settings = example.settings.iter().map(|text| ("fedlint.yaml", text.as_str()));
    let files: Vec<(&str, &str)> =
        settings.chain(example.files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).collect();
    for (name, content) in &files {
        if files.len() > 1 || *name != "template.yaml" {
            let _ = write!(text, "`{name}`:\n\n");
        }
        let language = name.rsplit_once('.').map_or("", |(_, end)| end);
        let fence = "`".repeat(longest_run(content).max(2) + 1);
        let _ = write!(text, "{fence}{language}\n{}\n{fence}\n\n", content.trim_end());
    }
    let mut others: Vec<String> = Vec::new();
    for report in &example.reports {
        if report.rule == rule {
            let file = report.file.iter().map(|file| format!(" of `{file}`")).collect::<String>();
            let details: Vec<&str> = [&report.severity, &report.certainty, &report.when]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect();
            let details =
                if details.is_empty() { String::new() } else { format!(", {}", details.join(", ")) };
            let _ = writeln!(text, "- reported at `{}`{file}{details}", report.at);
        } else if !others.contains(&report.rule) {
            others.push(report.rule.clone());
        }
    }
    if !others.is_empty() {
        let _ = writeln!(
            text,
            "- other rules report something too: {}",
            others.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
        );
    }
    text.trim_end().to_owned()
}

/// The longest run of backticks in a text.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

/// A title or message as a sentence.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", characters.as_str())
}

fn in_a_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
