//! The settings file.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use super::reader::{Reader, quoted};
use super::{
    AccountId, Deployment, IdentitySource, Parameter, ParameterValue, Settings, SettingsSuppression, Written,
    parameters, read_date,
};
use crate::document::{self, Format, Limits, NodeRef, Tree};
use crate::source::{Exclude, Problem, SourceId};

/// The names at the top of the file.
pub(super) const TOP: &[&str] = &[
    "accounts",
    "organisations",
    "deployments",
    "parameters",
    "parameter-files",
    "issuers",
    "identity-source",
    "today",
    "exclude",
    "fail-on",
    "min-certainty",
    "baseline",
    "rules",
    "suppressions",
];

/// Reads the text of a settings file that lies in `directory`: the settings, and the parameter files that
/// it names.
pub(super) fn read(
    text: &str,
    source: SourceId,
    directory: &Path,
) -> Result<(Settings, Vec<Written>), Vec<Problem>> {
    let read = document::read(text, source, Format::Yaml, &Limits::default());
    if !read.problems.is_empty() {
        // Also those that lose nothing: of two entries with one name, only one would count.
        return Err(read.problems);
    }
    let tree = Tree::new(&read.document, text);
    let mut reader = Reader::default();
    let mut settings = Settings::new(directory);
    let mut files = Vec::new();
    let mut roots = tree.roots();
    if let Some(root) = roots.next() {
        top(&mut reader, root, &mut settings, &mut files);
    }
    reader.check_aliases(&tree);
    if let Some(second) = roots.next() {
        reader.problem(
            second,
            "a settings file has one document, this is a second one".to_owned(),
            "Remove the line `---`, or the rest of the file.",
        );
    }
    if reader.problems.is_empty() { Ok((settings, files)) } else { Err(reader.problems) }
}

fn top(reader: &mut Reader, root: NodeRef<'_>, settings: &mut Settings, files: &mut Vec<Written>) {
    let help = "Write settings as `name: value`, for example `accounts: {own: [\"111122223333\"]}`.";
    for (name, key, value) in reader.entries(root, "settings file", help) {
        settings.entries.insert(name.to_owned(), key.span());
        match name {
            "accounts" => accounts(reader, value, settings),
            "organisations" => {
                let help = "Write the ids of organisations: `organisations: [o-a1b2c3d4e5]`.";
                settings.organisations = organisations(reader, value, help);
            }
            "deployments" => settings.deployments = deployments(reader, value),
            "parameters" => settings.parameters = parameters::plain(reader, value),
            "parameter-files" => {
                *files = reader.texts(value, name, "Write paths relative to this file, as a list.");
            }
            "issuers" => issuers(reader, value, settings),
            "identity-source" => {
                let choices = IdentitySource::ALL.map(|source| (source.name(), source));
                settings.identity_source = reader.choice(value, name, &choices);
            }
            "today" => {
                let help = "Write a date as `2026-11-25`.";
                match reader.text(value, name, help).map(read_date) {
                    Some(Ok(date)) => settings.today = Some(date),
                    Some(Err(message)) => reader.problem(value, message, help),
                    None => {}
                }
            }
            "exclude" => settings.exclude = excludes(reader, value),
            "fail-on" => {
                // A severity, which is the rules' business.
                settings.fail_on = reader.written(value, name, "Write a severity, for example `medium`.");
            }
            // So is this.
            "min-certainty" => {
                settings.min_certainty = reader.written(value, name, "Write `possible` or `proved`.")
            }
            "baseline" => {
                settings.baseline = reader.written(value, name, "Write a path relative to this file.")
            }
            "rules" => rules(reader, value, settings),
            "suppressions" => settings.suppressions = suppressions(reader, value),
            _ => reader.unknown(key, "setting", name, TOP),
        }
    }
}

fn accounts(reader: &mut Reader, node: NodeRef<'_>, settings: &mut Settings) {
    let help = "Write lists of account ids: `accounts: {own: [\"111122223333\"], trusted: [], vendors: []}`.";
    for (name, key, value) in reader.entries(node, "accounts", help) {
        let list = match name {
            "management" => {
                settings.accounts.management = reader.account(value, name);
                continue;
            }
            "own" => &mut settings.accounts.own,
            "trusted" => &mut settings.accounts.trusted,
            "vendors" => &mut settings.accounts.vendors,
            _ => {
                reader.unknown(key, "setting", name, &["management", "own", "trusted", "vendors"]);
                continue;
            }
        };
        let items = reader.items(value, name, help);
        list.extend(items.into_iter().filter_map(|item| reader.account(item, name)));
    }
    let accounts = &settings.accounts;
    let twice = |account: &&AccountId| accounts.own.contains(account);
    if let Some(account) = accounts.trusted.iter().chain(&accounts.vendors).find(twice) {
        let message = format!("account `{account}` is one's own and somebody else's at the same time");
        reader.problem(node, message, "Leave the account in one of the lists.");
    }
}

fn organisations(reader: &mut Reader, node: NodeRef<'_>, help: &str) -> Vec<Written> {
    let mut organisations = Vec::new();
    for item in reader.items(node, "organisations", help) {
        let Some(written) = reader.written(item, "organisations", help) else { continue };
        // As the Organizations API has it: `o-` and 10 to 32 lower-case letters or digits.
        let valid = written.text.strip_prefix("o-").is_some_and(|rest| {
            (10..=32).contains(&rest.len())
                && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        if valid {
            organisations.push(written);
        } else {
            reader.problem(item, format!("{} is no id of an organisation", quoted(&written.text)), help);
        }
    }
    organisations
}

fn deployments(reader: &mut Reader, node: NodeRef<'_>) -> Vec<Deployment> {
    let help = "Write `deployments: {\"infra/prod/**\": {account: \"111122223333\", region: eu-west-1}}`.";
    let mut deployments = Vec::new();
    for (pattern, key, value) in reader.entries(node, "deployments", help) {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        let pattern = match glob {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => {
                let message = format!("{} is not a pattern: {}", quoted(pattern), error.kind());
                reader.problem(key, message, help);
                continue;
            }
        };
        let mut deployment = Deployment { pattern, account: None, region: None, span: Some(key.span()) };
        for (name, key, value) in reader.entries(value, "deployment", help) {
            match name {
                "account" => deployment.account = reader.account(value, name),
                "region" => deployment.region = region(reader, value),
                _ => reader.unknown(key, "setting", name, &["account", "region"]),
            }
        }
        deployments.push(deployment);
    }
    deployments
}

fn region(reader: &mut Reader, node: NodeRef<'_>) -> Option<String> {
    let help = "Write the region's code, for example `eu-west-1`.";
    let text = reader.text(node, "region", help)?;
    let mut parts = text.split('-').rev();
    let number = parts.next().is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let words = parts.clone().count() >= 2
        && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()));
    if !(number && words) {
        reader.problem(node, format!("{} is no region", quoted(text)), help);
        return None;
    }
    Some(text.to_owned())
}

fn issuers(reader: &mut Reader, node: NodeRef<'_>, settings: &mut Settings) {
    let help = "Write `issuers: {own: [https://gitlab.example.com], expected: [https://gitlab.com], directories: [issuers]}`.";
    for (name, key, value) in reader.entries(node, "issuers", help) {
        let list = match name {
            "own" => &mut settings.own_issuers,
            "expected" => &mut settings.expected_issuers,
            "directories" => {
                settings.issuer_directories = reader.texts(value, name, help);
                continue;
            }
            _ => {
                reader.unknown(key, "setting", name, &["own", "expected", "directories"]);
                continue;
            }
        };
        for mut written in reader.texts(value, name, help) {
            let url = written.text.strip_prefix("https://").unwrap_or(&written.text);
            written.text = url.trim_end_matches('/').to_owned();
            list.push(written);
        }
    }
}

fn excludes(reader: &mut Reader, node: NodeRef<'_>) -> Vec<Written> {
    let help =
        "Write patterns as in `.gitignore`, relative to this file: `exclude: [tests/, \"*.bak.yaml\"]`.";
    let mut excludes = Vec::new();
    for item in reader.items(node, "exclude", help) {
        let Some(written) = reader.written(item, "exclude", help) else { continue };
        match Exclude::new(Path::new(""), std::slice::from_ref(&written.text)) {
            Ok(_) => excludes.push(written),
            Err((_, message)) => reader.problem(item, message, help),
        }
    }
    excludes
}

fn rules(reader: &mut Reader, node: NodeRef<'_>, settings: &mut Settings) {
    let help =
        "Write `rules: {ignore: [rule-id], severity: {rule-id: low}, options: {rule-id: {days: 30}}}`.";
    let rules = &mut settings.rules;
    for (name, key, value) in reader.entries(node, "rules", help) {
        match name {
            "select" => rules.select = reader.texts(value, name, help),
            "ignore" => rules.ignore = reader.texts(value, name, help),
            "directories" => rules.directories = reader.texts(value, name, help),
            "severity" => {
                for (rule, _, value) in reader.entries(value, name, help) {
                    if let Some(written) = reader.written(value, rule, help) {
                        rules.severity.insert(rule.to_owned(), written);
                    }
                }
            }
            "options" => {
                for (rule, _, value) in reader.entries(value, name, help) {
                    let options = rules.options.entry(rule.to_owned()).or_default();
                    for (option, _, value) in reader.entries(value, rule, help) {
                        let texts = match value.scalar() {
                            Some(_) => reader.written(value, option, help).into_iter().collect(),
                            None => reader.texts(value, option, help),
                        };
                        options.insert(option.to_owned(), texts);
                    }
                }
            }
            _ => {
                let known = ["select", "ignore", "severity", "options", "directories"];
                reader.unknown(key, "setting", name, &known);
            }
        }
    }
}

fn suppressions(reader: &mut Reader, node: NodeRef<'_>) -> Vec<SettingsSuppression> {
    let help = "Write `suppressions: [{rules: [rule-id], path: \"legacy/**\", entity: LegacyRole, statement: Partner, reason: why, until: 2027-01-31}]`.";
    let mut suppressions = Vec::new();
    for item in reader.items(node, "suppressions", help) {
        let mut suppression = SettingsSuppression {
            rules: Vec::new(),
            path: None,
            entity: None,
            statement: None,
            reason: None,
            until: None,
            span: item.span(),
        };
        for (name, key, value) in reader.entries(item, "suppression", help) {
            match name {
                "rules" => suppression.rules = reader.texts(value, name, help),
                "path" => suppression.path = pattern(reader, value, name, true),
                "entity" => suppression.entity = pattern(reader, value, name, false),
                "statement" => suppression.statement = pattern(reader, value, name, false),
                "reason" => suppression.reason = reader.text(value, name, help).map(str::to_owned),
                "until" => match reader.text(value, name, help).map(read_date) {
                    Some(Ok(date)) => suppression.until = Some(date),
                    Some(Err(message)) => reader.problem(value, message, help),
                    None => {}
                },
                _ => {
                    let known = ["rules", "path", "entity", "statement", "reason", "until"];
                    reader.unknown(key, "setting", name, &known);
                }
            }
        }
        if suppression.rules.is_empty() {
            let message = "this suppression does not say which rules are meant".to_owned();
            reader.problem(item, message, help);
        }
        suppressions.push(suppression);
    }
    suppressions
}

/// A pattern with `*`, which stays inside one directory if `of_paths`.
fn pattern(reader: &mut Reader, node: NodeRef<'_>, name: &str, of_paths: bool) -> Option<GlobMatcher> {
    let help = "Write a pattern in which `*` stands for any text, in quotes.";
    let text = reader.text(node, name, help)?;
    match GlobBuilder::new(text).literal_separator(of_paths).build() {
        Ok(glob) => Some(glob.compile_matcher()),
        Err(error) => {
            reader.problem(node, format!("{} is not a pattern: {}", quoted(text), error.kind()), help);
            None
        }
    }
}

/// A parameter's value as it is written in YAML or JSON.
pub(super) fn parameter(reader: &mut Reader, name: &str, node: NodeRef<'_>) -> Option<Parameter> {
    let help = "Write a text, a number, a boolean or a list of them; quote what is to be empty.";
    let value = match node.scalar() {
        Some(_) => ParameterValue::Text(reader.text(node, name, help)?.to_owned()),
        None => {
            let texts = reader.texts(node, name, help);
            if node.kind() != document::Kind::List {
                return None;
            }
            ParameterValue::List(texts.into_iter().map(|written| written.text).collect())
        }
    };
    Some(Parameter { value, span: Some(node.span()) })
}
