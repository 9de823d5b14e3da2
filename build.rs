//! Compiles `rules/*.yaml` and the files of `src/knowledge/data` into tables, so that nothing is parsed when
//! fedlint starts.

#[path = "src/knowledge/columns.rs"]
#[expect(dead_code, reason = "the library's reader of the catalogue, of which the build script uses a part")]
mod columns;
#[path = "src/rules/file.rs"]
#[expect(dead_code, unreachable_pub, reason = "the library's loader, of which the build script uses a part")]
mod file;
#[path = "src/knowledge/privileges/table.rs"]
mod table;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use columns::Columns;
use file::{Alternatives, Operand, RuleFile, SeverityFile};
use table::variant;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules/file.rs");
    println!("cargo::rerun-if-changed=src/knowledge/columns.rs");
    println!("cargo::rerun-if-changed=src/knowledge/data");
    println!("cargo::rerun-if-changed=src/knowledge/privileges/table.rs");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    for (name, code) in [
        ("rules.rs", rules()),
        ("knowledge.rs", knowledge()),
        ("privileges.rs", privileges()),
        ("reach.rs", Ok(reach())),
    ] {
        match code {
            Ok(code) => {
                fs::write(Path::new(&out).join(name), code).expect("the output folder can be written");
            }
            // One line for each mistake, without a backtrace.
            Err(error) => println!("cargo::error={error}"),
        }
    }
}

/// The YAML files of a folder with their texts, in order.
fn yaml_files(folder: &str) -> Vec<(PathBuf, String)> {
    // Git keeps no empty folder.
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        #[expect(clippy::disallowed_methods, reason = "`source` is not there yet when it is built")]
        let text = fs::read_to_string(&path).expect("a YAML file can be read");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

fn rules() -> Result<String, String> {
    let mut table = String::from("&[\n");
    for (path, text) in yaml_files("rules") {
        let rule = file::parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        rule_code(&mut table, &rule, &path);
        table.push_str(",\n");
    }
    table.push_str("]\n");
    Ok(table)
}

/// The files about issuers and other senders as JSON, a table of the issuers' URLs (the pattern, the index of its
/// file, its own index there), and those for which IAM wants to see a claim tested. Whether the files say something sensible is up to the tests.
fn knowledge() -> Result<String, String> {
    let mut files = Vec::new();
    let mut urls = Vec::new();
    let mut required = Vec::new();
    let folders = ["src/knowledge/data/issuers", "src/knowledge/data/senders"];
    for (index, (path, text)) in folders.iter().flat_map(|folder| yaml_files(folder)).enumerate() {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let value: serde_json::Value = serde_yaml::from_str(&text).map_err(|error| wrong(&error))?;
        let id = value["id"].as_str().unwrap_or_default();
        if path.file_stem().is_none_or(|stem| stem != id) {
            return Err(wrong(&format!("`id: {id}` is not the name of the file")));
        }
        files.push(format!("Embedded::new({id:?}, {:?})", value.to_string()));
        for (number, url) in value["issuers"].as_array().into_iter().flatten().enumerate() {
            let url = url["url"].as_str().ok_or_else(|| wrong(&"an issuer has no `url`"))?;
            urls.push((url.to_owned(), index, number));
        }
        let asks = |entry: &serde_json::Value| !entry["required-at-create"].is_null();
        let asked = value["issuers"].as_array().into_iter().flatten().filter(|url| asks(url) || asks(&value));
        required.extend(asked.filter_map(|url| Some(url["url"].as_str()?.to_owned())));
    }
    // Fewer variables first, then more other characters, as for the user's own files.
    urls.sort_by_key(|(url, ..)| {
        let names: usize = url.split('{').skip(1).filter_map(|rest| Some(rest.find('}')? + 2)).sum();
        (url.matches('{').count(), Reverse(url.len() - names), url.clone())
    });
    Ok(format!(
        "static FILES: [Embedded; {}] = [{}];\nconst URLS: &[(&str, usize, usize)] = &{urls:?};\n\
         const REQUIRED_URLS: &[&str] = &{required:?};\n",
        files.len(),
        files.join(",\n")
    ))
}

/// The files about what actions give as tables.
fn privileges() -> Result<String, String> {
    let numbers = action_numbers();
    let find = |name: &str| numbers.get(&name.to_ascii_lowercase()).copied();
    let mut code = String::new();
    for (path, text) in yaml_files("src/knowledge/data/privileges") {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let table = match &*name {
            "escalation" => table::escalation(&text, &find),
            "takeovers" => table::takeovers(&text, &find),
            "data" => table::data(&text, &find),
            "guest_scope" => table::guest_scope(&text),
            _ => Err("nothing is made of this file".to_owned()),
        };
        code += &table.map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(code)
}

/// The catalogue of actions: `src/knowledge/actions.rs` says what its sections are.
fn catalogue() -> Columns {
    Columns::open(include_bytes!("src/knowledge/data/actions.bin"), b"fedlintA")
}

/// For each service that ARNs name, the actions that are used on its resources, or on those of any: ranges of their numbers.
fn reach() -> String {
    let catalogue = catalogue();
    let mut services: Vec<Option<String>> = Vec::new();
    let forms = catalogue.strings(11);
    forms.each(0..forms.len(), |_, form| {
        let form = String::from_utf8_lossy(form);
        let service = form.split(':').nth(2).filter(|service| !service.contains(['$', '*']));
        services.push(service.map(str::to_owned));
    });
    let (classes, rows, form_of) = (catalogue.shorts(5), catalogue.lists(9), catalogue.shorts(13));
    // The types of resources are every other number, with a flag.
    let of_class = |class: u16| {
        let row = rows.at(usize::from(class));
        let kinds: Vec<u16> = row.iter().step_by(2).map(|kind| kind & 0x7fff).collect();
        kinds.into_iter().map(|kind| usize::from(form_of.at(usize::from(kind))))
    };
    let names: BTreeSet<&String> = services.iter().flatten().collect();
    let mut ranges: BTreeMap<&String, Vec<(usize, usize)>> =
        names.iter().map(|&name| (name, Vec::new())).collect();
    for (action, class) in classes.iter().enumerate() {
        let used: Vec<Option<&String>> = of_class(class).map(|form| services[form].as_ref()).collect();
        let of_any = used.contains(&None);
        let reached = if of_any { names.clone() } else { used.into_iter().flatten().collect() };
        for service in reached {
            let ranges = ranges.entry(service).or_default();
            match ranges.last_mut() {
                Some((_, end)) if *end == action => *end += 1,
                _ => ranges.push((action, action + 1)),
            }
        }
    }
    // Without pointers, which would have to be put right whenever the program starts.
    let (mut names, mut all, mut rows) = (String::new(), Vec::new(), Vec::new());
    for (service, ranges) in ranges {
        names += service;
        all.extend(ranges);
        rows.push((names.len(), all.len()));
    }
    format!(
        "static REACH_NAMES: &str = {names:?};\nstatic REACH_RANGES: [(u16, u16); {}] = {all:?};\nstatic REACH: [(u16, u16); {}] = {rows:?};\n",
        all.len(),
        rows.len()
    )
}

/// The numbers of the actions of the catalogue, by their names in lower case.
fn action_numbers() -> BTreeMap<String, usize> {
    let names = catalogue().strings(2);
    let mut numbers = BTreeMap::new();
    names.each(0..names.len(), |number, name| {
        numbers.insert(String::from_utf8_lossy(name).to_ascii_lowercase(), number);
    });
    numbers
}

fn rule_code(out: &mut String, rule: &RuleFile, path: &Path) {
    let path = env::current_dir().unwrap_or_default().join(path);
    let severity = match &rule.severity {
        SeverityFile::Level(level) => format!("RuleSeverity::Level({})", level_code(level)),
        SeverityFile::Exposure => "RuleSeverity::Exposure".to_owned(),
        SeverityFile::Cases(cases) => {
            let cases = list(
                cases.iter().map(|(when, level)| format!("({}, {})", alternatives(when), level_code(level))),
            );
            format!("RuleSeverity::Cases({cases})")
        }
    };
    let cases = list(rule.cases.iter().flat_map(|cases| &cases.cases).map(|case| {
        format!(
            "Case {{ word: {}, message: {}, help: {} }}",
            text(&case.word),
            optional(case.message.as_ref()),
            optional(case.help.as_ref())
        )
    }));
    let _ = write!(
        out,
        "Rule {{ id: {}, title: {}, group: {}, severity: {severity}, since: {}, off_by_default: {}, finds: {}, when: {}, unless: {}, place: {}, \
         case_field: {}, cases: {cases}, options: {}, yields_to: {}, message: {}, labels: {}, fix: {}, why: {}, help: {}, \
         known_limits: {}, references: {}, text: Cow::Borrowed(include_str!({path:?})) }}",
        text(&rule.id),
        text(&rule.title()),
        group_code(&rule.group),
        text(&rule.since),
        rule.off_by_default,
        text(&rule.finds),
        alternatives(&rule.when),
        alternatives(&rule.unless),
        optional(rule.place.as_ref()),
        optional(rule.cases.as_ref().map(|cases| &cases.field)),
        list(rule.options.iter().map(|(name, option)| format!(
            "({}, {})",
            text(name),
            operand(&option.default)
        ))),
        list(rule.yields_to.iter().map(|id| text(id))),
        optional(rule.message.as_ref()),
        list(rule.labels.iter().map(|(role, label)| format!("({}, {})", text(role), text(label)))),
        optional(rule.fix.as_ref()),
        text(&rule.why),
        optional(rule.help.as_ref()),
        optional(rule.known_limits.as_ref()),
        list(rule.references.iter().map(|address| text(address))),
    );
}

fn level_code(level: &str) -> String {
    format!("Severity::{}", variant(level))
}

fn group_code(group: &str) -> String {
    format!("Group::{}", variant(group))
}

fn alternatives(alternatives: &Alternatives) -> String {
    list(alternatives.iter().map(|tests| {
        list(tests.iter().map(|test| {
            let operands = list(test.operands.iter().map(operand));
            format!(
                "Test {{ field: {}, operator: Operator::{:?}, operands: {operands} }}",
                text(&test.field),
                test.operator
            )
        }))
    }))
}

fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Boolean(value) => format!("Operand::Boolean({value})"),
        Operand::Number(number) => format!("Operand::Number({number})"),
        Operand::Text(word) => format!("Operand::Text({})", text(word)),
        Operand::Option(name) => format!("Operand::Option({})", text(name)),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("Cow::Borrowed(&[{}])", items.collect::<Vec<_>>().join(", "))
}

fn text(text: &str) -> String {
    format!("Cow::Borrowed({text:?})")
}

fn optional(value: Option<&String>) -> String {
    value.map_or("None".to_owned(), |value| format!("Some({})", text(value)))
}
