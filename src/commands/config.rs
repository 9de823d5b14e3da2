//! `fedlint config`.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::choose::Origin;
use super::prepare::{Prepared, prepare};
use crate::cli::{ConfigOptions, Environment, ExitCode, FailOn};
use crate::report::{human, without_secrets};
use crate::settings::{Accounts, Parameter, ParameterValue, Settings, Written};
use crate::source::{self, Sources};
use crate::value::MASK;

/// Prints the settings that a scan would use, as a settings file, with where each is from.
pub(crate) fn run(options: ConfigOptions, environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let terminal = environment.error_terminal(options.sources.color);
    let sources = Sources::default();
    let prepared = match prepare(&options.sources, &options.findings, &sources, environment) {
        Ok(prepared) => prepared,
        Err(problems) => {
            human::write_problems(environment.err, &problems, &sources, &terminal)?;
            environment.err.flush()?;
            return Ok(ExitCode::Failed);
        }
    };
    let out = &mut environment.out;
    match &prepared.file {
        Some(file) => writeln!(out, "# settings file: {}", file.display())?,
        None => writeln!(out, "# no settings file")?,
    }
    let entries: Vec<(String, String)> = entries(&prepared)
        .into_iter()
        .map(|(name, value)| (format!("{name}: {value}"), origin(name, &prepared).describe(&sources)))
        .collect();
    // Long lines go on; their comments stand where they end.
    let width = entries.iter().map(|(line, _)| line.chars().count()).filter(|&width| width <= 40).max();
    for (line, origin) in entries {
        writeln!(out, "{line:width$}  # {origin}", width = width.unwrap_or_default())?;
    }
    out.flush()?;
    Ok(ExitCode::Clean)
}

/// Where a setting is from.
fn origin(name: &str, prepared: &Prepared) -> Origin {
    let chosen = prepared.origins.iter().find(|(known, _)| *known == name).map(|(_, origin)| *origin);
    let written = || prepared.settings.entry(name).map_or(Origin::Default, |span| Origin::File(Some(span)));
    chosen.unwrap_or_else(written)
}

/// All settings by name, with their values in JSON, which YAML takes as they are.
fn entries(prepared: &Prepared) -> Vec<(&'static str, Value)> {
    let Settings {
        accounts,
        organisations,
        deployments,
        parameters,
        own_issuers,
        issuer_directories,
        expected_issuers,
        identity_source,
        today,
        exclude,
        min_certainty,
        rules,
        suppressions,
        ..
    } = &prepared.settings;
    let fail_on = match prepared.fail_on {
        FailOn::Severity(severity) => severity.name(),
        FailOn::Never => "never",
    };
    let deployment = |deployment: &crate::settings::Deployment| {
        let place = json!({
            "account": deployment.account.as_ref().map(ToString::to_string),
            "region": deployment.region,
        });
        (deployment.pattern().to_owned(), without_null(place))
    };
    let severity = |(rule, level): (&String, &Written)| (rule.clone(), json!(level.text));
    let option = |(rule, options): (&String, &std::collections::BTreeMap<String, Vec<Written>>)| {
        let values = options.iter().map(|(name, values)| match values.as_slice() {
            [one] => (name.clone(), json!(one.text)),
            many => (name.clone(), texts(many)),
        });
        (rule.clone(), Value::Object(values.collect()))
    };
    let suppression = |one: &crate::settings::SettingsSuppression| {
        let pattern =
            |pattern: &Option<globset::GlobMatcher>| pattern.as_ref().map(|one| one.glob().glob().to_owned());
        without_null(json!({
            "rules": texts(&one.rules),
            "path": pattern(&one.path),
            "entity": pattern(&one.entity),
            "statement": pattern(&one.statement),
            "reason": one.reason,
            "until": one.until.map(|date| date.to_string()),
        }))
    };
    let baseline = prepared.baseline.as_ref().map(|file| source::shortest(file).display().to_string());
    vec![
        ("accounts", accounts_value(accounts)),
        ("organisations", texts(organisations)),
        ("deployments", Value::Object(deployments.iter().map(deployment).collect())),
        ("parameters", Value::Object(parameters.iter().map(parameter).collect())),
        (
            "issuers",
            json!({
                "own": texts(own_issuers),
                "expected": texts(expected_issuers),
                "directories": texts(issuer_directories),
            }),
        ),
        ("identity-source", json!(identity_source.map(crate::settings::IdentitySource::name))),
        ("today", json!(today.map(|date| date.to_string()))),
        ("exclude", texts(exclude)),
        ("fail-on", json!(fail_on)),
        ("min-certainty", json!(min_certainty.as_ref().map(|written| written.text.as_str()))),
        ("baseline", json!(baseline)),
        (
            "rules",
            json!({
                "select": texts(&rules.select),
                "ignore": texts(&rules.ignore),
                "severity": Value::Object(rules.severity.iter().map(severity).collect()),
                "options": Value::Object(rules.options.iter().map(option).collect()),
                "directories": texts(&rules.directories),
            }),
        ),
        ("suppressions", Value::Array(suppressions.iter().map(suppression).collect())),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_null())
    .collect()
}

fn accounts_value(accounts: &Accounts) -> Value {
    let ids = |ids: &[crate::settings::AccountId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    without_null(json!({
        "management": accounts.management.as_ref().map(ToString::to_string),
        "own": ids(&accounts.own),
        "trusted": ids(&accounts.trusted),
        "vendors": ids(&accounts.vendors),
    }))
}

fn parameter((name, parameter): (&String, &Parameter)) -> (String, Value) {
    let value = match &parameter.value {
        ParameterValue::Text(text) => json!(text),
        ParameterValue::List(list) => json!(list),
    };
    // Parameter files have passwords too.
    let line = format!("{name}: {value}");
    let value = if without_secrets(&line) == line { value } else { json!(MASK) };
    (name.clone(), value)
}

fn texts(written: &[Written]) -> Value {
    Value::Array(written.iter().map(|written| json!(written.text)).collect())
}

/// An object without the members that say nothing.
fn without_null(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect())
        }
        other => other,
    }
}
