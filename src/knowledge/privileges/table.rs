//! The files of `data/privileges` as they are written, and the code of the tables that are made of them. `build.rs` makes it when the
//! crate is built, so that nothing here imports anything of the crate.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

/// The number of the action with a name, in any case.
pub(crate) type Find<'f> = &'f dyn Fn(&str) -> Option<usize>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EscalationFile {
    #[serde(rename = "checked")]
    _checked: String,
    #[serde(rename = "sources")]
    _sources: Vec<String>,
    methods: Vec<Method>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Method {
    id: String,
    category: String,
    needs: Vec<Vec<String>>,
    #[serde(default)]
    passed_to: Option<String>,
    #[serde(default)]
    nothing_passed: Option<String>,
    #[serde(default)]
    victim_trusts: Option<String>,
    target: String,
    #[serde(default = "yes")]
    for_role_sessions: bool,
    #[serde(default)]
    possible_only: bool,
    #[serde(default)]
    only_with_boundary: bool,
    #[serde(default)]
    only_with_denial: bool,
    #[serde(default)]
    left_to_chains: bool,
    #[serde(default)]
    unverified: bool,
    title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TakeoverFile {
    #[serde(rename = "checked")]
    _checked: String,
    #[serde(rename = "sources")]
    _sources: Vec<String>,
    takeovers: Vec<Takeover>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Takeover {
    id: String,
    needs: Vec<Vec<String>>,
    #[serde(default)]
    organisation_only: bool,
    #[serde(default)]
    unverified: bool,
    title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DataFile {
    #[serde(rename = "checked")]
    _checked: String,
    #[serde(rename = "sources")]
    _sources: Vec<String>,
    kinds: BTreeMap<String, Vec<DataAction>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DataAction {
    action: String,
    reason: String,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    unverified: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GuestScope {
    checked: String,
    sources: Vec<String>,
    statements: Vec<GuestStatement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GuestStatement {
    id: String,
    name: String,
    actions: Vec<String>,
    resources: Vec<String>,
}

const fn yes() -> bool {
    true
}

/// The table of `escalation.yaml`.
pub(crate) fn escalation(yaml: &str, find: Find<'_>) -> Result<String, String> {
    let file: EscalationFile = read(yaml)?;
    let mut code = String::from("static METHODS: &[EscalationMethod] = &[\n");
    for method in &file.methods {
        let category =
            if method.category == "self" { "SelfService".to_owned() } else { variant(&method.category) };
        let _ = writeln!(
            code,
            "EscalationMethod {{ id: {:?}, category: EscalationCategory::{category}, needs: {}, passed_to: {:?}, nothing_passed: {:?}, \
             victim_trusts: {:?}, target: EscalationTarget::{}, for_role_sessions: {}, possible_only: {}, only_with_boundary: {}, \
             only_with_denial: {}, left_to_chains: {}, unverified: {}, title: {:?} }},",
            method.id,
            alternatives(&method.needs, find)?,
            method.passed_to,
            method.nothing_passed,
            method.victim_trusts,
            variant(&method.target),
            method.for_role_sessions,
            method.possible_only,
            method.only_with_boundary,
            method.only_with_denial,
            method.left_to_chains,
            method.unverified,
            method.title,
        );
    }
    Ok(code + "];\n")
}

/// The table of `takeovers.yaml`.
pub(crate) fn takeovers(yaml: &str, find: Find<'_>) -> Result<String, String> {
    let file: TakeoverFile = read(yaml)?;
    let mut code = String::from("static TAKEOVERS: &[Takeover] = &[\n");
    for Takeover { id, needs, organisation_only, unverified, title } in &file.takeovers {
        let needs = alternatives(needs, find)?;
        let _ = writeln!(
            code,
            "Takeover {{ id: {id:?}, needs: {needs}, organisation_only: {organisation_only}, unverified: {unverified}, title: {title:?} }},"
        );
    }
    Ok(code + "];\n")
}

/// The table of `data.yaml`.
pub(crate) fn data(yaml: &str, find: Find<'_>) -> Result<String, String> {
    let file: DataFile = read(yaml)?;
    let mut code = String::from("static DATA: &[(DataKind, &[DataAction])] = &[\n");
    for (kind, entries) in &file.kinds {
        let _ = writeln!(code, "(DataKind::{}, &[", variant(kind));
        for DataAction { action, reason, source, unverified } in entries {
            let action = number(action, find)?;
            let _ = writeln!(
                code,
                "DataAction {{ action: {action}, reason: {reason:?}, source: {source:?}, unverified: {unverified} }},"
            );
        }
        code += "]),\n";
    }
    Ok(code + "];\n")
}

/// The table of `guest_scope.yaml`.
pub(crate) fn guest_scope(yaml: &str) -> Result<String, String> {
    let GuestScope { checked, sources, statements } = read(yaml)?;
    // Without leading zeros, as numbers in code have none.
    let parts: Vec<&str> = checked.split('-').map(|part| part.trim_start_matches('0')).collect();
    let mut code = format!(
        "static GUEST_SCOPE: GuestScope = GuestScope {{ checked: date({}), sources: &{sources:?}, statements: &[\n",
        parts.join(", ")
    );
    for GuestStatement { id, name, actions, resources } in statements {
        let _ = writeln!(
            code,
            "GuestStatement {{ id: {id:?}, name: {name:?}, patterns: &{actions:?}, resources: &{resources:?} }},"
        );
    }
    Ok(code + "] };\n")
}

fn read<T: serde::de::DeserializeOwned>(yaml: &str) -> Result<T, String> {
    serde_yaml::from_str(yaml).map_err(|error| error.to_string())
}

/// The code of alternatives, each a list of actions.
fn alternatives(needs: &[Vec<String>], find: Find<'_>) -> Result<String, String> {
    let set = |set: &Vec<String>| {
        let numbers: Result<Vec<String>, String> = set.iter().map(|name| number(name, find)).collect();
        numbers.map(|numbers| format!("&[{}]", numbers.join(", ")))
    };
    let sets: Vec<String> = needs.iter().map(set).collect::<Result<_, _>>()?;
    Ok(format!("&[{}]", sets.join(", ")))
}

/// The code of an action. One that is left out would widen what needs it, so that an unknown one spoils the file.
fn number(name: &str, find: Find<'_>) -> Result<String, String> {
    let number = find(name).ok_or_else(|| format!("the catalogue has no action `{name}`"))?;
    Ok(format!("ActionId::at({number})"))
}

/// The variant of an enum whose names are kebab-case of its variants. One that does not exist fails to compile.
pub(crate) fn variant(name: &str) -> String {
    let word =
        |word: &str| word.get(..1).unwrap_or_default().to_uppercase() + word.get(1..).unwrap_or_default();
    name.split('-').map(word).collect()
}
