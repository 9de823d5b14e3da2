//! Whether a rule and the facts that it asks for fit each other.

use serde_json::{Map, Value, json};

use super::file::{self, FileError, Stretch};
use super::severity::{EXPOSURE, EXPOSURE_NAMES, REACH, REACH_NAMES};
use super::{Alternatives, Operand, Operator, Rule, RuleSeverity, Test};
use crate::facts::{FieldSchema, FieldType, Schema};
use crate::finding::{Group, Severity};

/// Everything that is wrong with a rule, given the kinds of facts and the ids of all rules.
#[must_use]
pub fn check(rule: &Rule, schemas: &[&Schema], ids: &[&str]) -> Vec<FileError> {
    let mut errors = Vec::new();
    let mut wrong = |at: String, message: String| errors.push(FileError { at, message });
    for id in rule.yields_to.iter() {
        if !ids.contains(&id.as_ref()) {
            wrong("yields-to".to_owned(), unknown("rule", id, ids.iter().copied()));
        }
    }
    let Some(schema) = schemas.iter().find(|schema| schema.kind == rule.finds) else {
        wrong(
            "finds".to_owned(),
            unknown("kind of fact", &rule.finds, schemas.iter().map(|schema| schema.kind)),
        );
        return errors;
    };
    if rule.severity == RuleSeverity::Exposure {
        for (name, words) in [(REACH, REACH_NAMES), (EXPOSURE, EXPOSURE_NAMES)] {
            if !schema.fields.iter().any(|field| field.name == name && field.holds == FieldType::Level(words))
            {
                let fact = schema.kind;
                wrong(
                    "severity".to_owned(),
                    format!("fact `{fact}` has no field `{name}`, which the scale reads"),
                );
            }
        }
    }
    let mut conditions = vec![("when", &rule.when), ("unless", &rule.unless)];
    if let RuleSeverity::Cases(cases) = &rule.severity {
        conditions.extend(cases.iter().map(|(when, _)| ("severity.cases", when)));
    }
    for (at, alternatives) in conditions {
        for test in alternatives.iter().flat_map(|tests| tests.iter()) {
            let at = format!("{at}.{}", test.field);
            match field(schema, &test.field) {
                Ok(field) => {
                    if let Err(message) = fits(rule, test, field) {
                        wrong(at, message);
                    }
                }
                Err(message) => wrong(at, message),
            }
        }
    }
    if let Some(name) = &rule.case_field {
        match field(schema, name).map(|field| field.holds) {
            Ok(FieldType::Word(words) | FieldType::Level(words)) => {
                for case in rule.cases.iter().filter(|case| !words.contains(&case.word.as_ref())) {
                    wrong(format!("cases.{}", case.word), unknown("word", &case.word, words.iter().copied()));
                }
                if rule.message.is_none() || rule.help.is_none() {
                    let reached = reached(&rule.when, name, words);
                    for word in
                        reached.iter().filter(|word| !rule.cases.iter().any(|case| case.word == **word))
                    {
                        wrong(
                            "cases".to_owned(),
                            format!("`{word}` has no case, and the rule no text of its own"),
                        );
                    }
                }
            }
            Ok(_) => wrong("cases.field".to_owned(), format!("`{name}` has no words to tell cases apart")),
            Err(message) => wrong("cases.field".to_owned(), message),
        }
    }
    for (at, text) in rule.texts() {
        for stretch in file::stretches(text) {
            if let Stretch::Field { name, .. } = stretch
                && name != "entity"
                && let Err(message) = field(schema, name)
            {
                wrong(at.clone(), message);
            }
        }
    }
    let roles = || schema.evidence.iter().map(|evidence| evidence.role);
    let used = rule
        .labels
        .iter()
        .map(|(role, _)| ("labels", role))
        .chain(rule.place.iter().map(|role| ("place", role)));
    for (at, role) in used {
        if !roles().any(|known| known == role) {
            wrong(at.to_owned(), unknown("evidence", role, roles()));
        }
    }
    if let Some(fix) = &rule.fix
        && !schema.remedies.iter().any(|remedy| remedy.name == fix)
    {
        let known = schema.remedies.iter().map(|remedy| remedy.name);
        wrong("fix".to_owned(), unknown("remedy", fix, known));
    }
    errors
}

/// The JSON Schema of rule files, with the fields of each kind of fact for completion in editors.
#[must_use]
pub fn rule_schema(schemas: &[&Schema]) -> Value {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let levels = json!({ "enum": Severity::ALL.map(Severity::name) });
    let conditions = |properties: &Map<String, Value>| {
        let one = json!({ "type": "object", "properties": properties, "additionalProperties": false });
        json!({ "oneOf": [one, { "type": "array", "items": one }] })
    };
    let kinds: Vec<Value> = schemas
        .iter()
        .map(|schema| {
            let fields: Map<String, Value> =
                schema.fields.iter().map(|field| (field.name.to_owned(), field_schema(field))).collect();
            let evidence: Map<String, Value> = schema
                .evidence
                .iter()
                .map(|evidence| {
                    (evidence.role.to_owned(), json!({ "type": "string", "description": evidence.about }))
                })
                .collect();
            let remedies: Vec<Value> = schema
                .remedies
                .iter()
                .map(|remedy| json!({ "const": remedy.name, "description": remedy.about }))
                .collect();
            let fix = if remedies.is_empty() { json!(false) } else { json!({ "oneOf": remedies }) };
            json!({
                "if": { "properties": { "finds": { "const": schema.kind } } },
                "then": {
                    "properties": {
                        "finds": { "description": schema.about },
                        "when": conditions(&fields),
                        "unless": conditions(&fields),
                        "fix": fix,
                        "place": { "enum": evidence.keys().collect::<Vec<_>>() },
                        "labels": { "type": "object", "properties": evidence, "additionalProperties": false },
                    }
                }
            })
        })
        .collect();
    let example = json!({
        "type": "object",
        "required": ["title"],
        "properties": { "title": text, "settings": text, "reports": { "type": "array" } },
        "additionalProperties": text,
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A rule of fedlint",
        "type": "object",
        "required": ["id", "group", "severity", "since", "finds", "why", "examples"],
        "additionalProperties": false,
        "properties": {
            "title": text,
            "id": { "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" },
            "group": { "enum": Group::ALL.map(Group::name) },
            "severity": { "oneOf": [
                levels,
                { "type": "object", "required": ["scale"], "properties": { "scale": { "const": "exposure" } } },
                { "type": "object", "required": ["cases"], "properties": { "cases": { "type": "array", "items": {
                    "type": "object", "required": ["is"], "properties": { "when": {}, "is": levels }
                } } } }
            ] },
            "since": text,
            "off-by-default": { "type": "boolean" },
            "finds": { "enum": schemas.iter().map(|schema| schema.kind).collect::<Vec<_>>() },
            "when": {}, "unless": {}, "place": text,
            "cases": { "type": "object", "required": ["field"] },
            "options": { "type": "object" },
            "yields-to": texts,
            "message": text,
            "labels": { "type": "object" },
            "fix": text,
            "why": text, "help": text, "known-limits": text,
            "references": texts,
            "examples": { "type": "object", "properties": {
                "bad": { "type": "array", "items": example },
                "good": { "type": "array", "items": example }
            } }
        },
        "allOf": kinds,
    })
}

/// The name that is closest to another one, if one is close.
pub fn closest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // Long names are like none of ours, and comparing them would take long.
    if name.len() > 100 {
        return None;
    }
    names
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, known)| *distance <= known.len().div_ceil(3))
        .min()
        .map(|(_, known)| known)
}

fn unknown<'n>(what: &str, name: &str, names: impl Iterator<Item = &'n str>) -> String {
    match closest(name, names) {
        Some(close) => format!("there is no {what} `{name}`; did you mean `{close}`?"),
        None => format!("there is no {what} `{name}`"),
    }
}

fn field<'s>(schema: &'s Schema, name: &str) -> Result<&'s FieldSchema, String> {
    schema.fields.iter().find(|field| field.name == name).ok_or_else(|| {
        unknown(
            &format!("field of fact `{}`", schema.kind),
            name,
            schema.fields.iter().map(|field| field.name),
        )
    })
}

/// Whether an operator and its operands fit a field.
fn fits(rule: &Rule, test: &Test, field: &FieldSchema) -> Result<(), String> {
    let operators: &[Operator] = match field.holds {
        FieldType::Boolean => &[Operator::Is],
        FieldType::Word(_) => &[Operator::Is, Operator::In],
        FieldType::Level(_) | FieldType::Number => {
            &[Operator::Is, Operator::In, Operator::Above, Operator::Below]
        }
        FieldType::Text => &[Operator::Is, Operator::In, Operator::Matches],
        FieldType::Texts => &[Operator::Includes, Operator::Within],
    };
    if !operators.contains(&test.operator) {
        let names: Vec<String> =
            operators.iter().map(|operator| format!("`{operator:?}`").to_lowercase()).collect();
        return Err(format!("takes {}", names.join(" or ")));
    }
    for operand in test.operands.iter() {
        let operand = match operand {
            Operand::Option(name) => match rule.options.iter().find(|(known, _)| known == name) {
                Some((_, default)) => default,
                None => {
                    return Err(unknown("option", name, rule.options.iter().map(|(name, _)| name.as_ref())));
                }
            },
            _ => operand,
        };
        match (field.holds, operand) {
            (FieldType::Boolean, Operand::Boolean(_))
            | (FieldType::Number, Operand::Number(_))
            | (FieldType::Text | FieldType::Texts, Operand::Text(_)) => {}
            (FieldType::Word(words) | FieldType::Level(words), Operand::Text(word)) => {
                if !words.contains(&word.as_ref()) {
                    return Err(unknown("word", word, words.iter().copied()));
                }
            }
            (FieldType::Boolean, _) => return Err("is `true` or `false`".to_owned()),
            (FieldType::Number, _) => return Err("is a number".to_owned()),
            (FieldType::Word(words) | FieldType::Level(words), _) => {
                return Err(format!("is one of `{}`", words.join("`, `")));
            }
            (FieldType::Text | FieldType::Texts, _) => return Err("is a text: put it into quotes".to_owned()),
        }
    }
    Ok(())
}

/// The words of a field that a condition lets through, as far as it tests the field.
fn reached<'w>(when: &Alternatives, field: &str, words: &[&'w str]) -> Vec<&'w str> {
    let lets_through = |tests: &[Test], word: &str| {
        tests.iter().filter(|test| test.field == field).all(|test| {
            !matches!(test.operator, Operator::Is | Operator::In)
                || test.operands.iter().any(|operand| matches!(operand, Operand::Text(text) if text == word))
        })
    };
    words
        .iter()
        .copied()
        .filter(|word| when.is_empty() || when.iter().any(|tests| lets_through(tests, word)))
        .collect()
}

fn field_schema(field: &FieldSchema) -> Value {
    let one = match field.holds {
        FieldType::Boolean => json!({ "type": "boolean" }),
        FieldType::Number => json!({ "type": ["integer", "string"] }),
        FieldType::Text | FieldType::Texts => json!({ "type": "string" }),
        FieldType::Word(words) | FieldType::Level(words) => json!({ "enum": words }),
    };
    json!({ "description": field.about, "anyOf": [one, { "type": "object" }] })
}

impl Rule {
    /// Every text in which fields can stand in braces, with the path to it.
    pub(super) fn texts(&self) -> Vec<(String, &str)> {
        let mut texts = Vec::new();
        texts.extend(self.message.as_deref().map(|text| ("message".to_owned(), text)));
        texts.extend(self.help.as_deref().map(|text| ("help".to_owned(), text)));
        texts.extend(self.labels.iter().map(|(role, text)| (format!("labels.{role}"), text.as_ref())));
        for case in self.cases.iter() {
            texts.extend(case.message.as_deref().map(|text| (format!("cases.{}.message", case.word), text)));
            texts.extend(case.help.as_deref().map(|text| (format!("cases.{}.help", case.word), text)));
        }
        texts
    }
}
