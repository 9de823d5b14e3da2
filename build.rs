//! Compiles `rules/*.yaml` and the files of `src/knowledge/data` into tables, so that nothing is parsed when
//! fedlint starts.

#[path = "src/rules/file.rs"]
#[expect(dead_code, unreachable_pub, reason = "the library's loader, of which the build script uses a part")]
mod file;

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use file::{Alternatives, Operand, RuleFile, SeverityFile};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules/file.rs");
    println!("cargo::rerun-if-changed=src/knowledge/data");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    for (name, code) in
        [("rules.rs", rules()), ("knowledge.rs", knowledge()), ("privileges.rs", privileges())]
    {
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

/// The files about what actions give as JSON: a constant for each.
fn privileges() -> Result<String, String> {
    let mut code = String::new();
    for (path, text) in yaml_files("src/knowledge/data/privileges") {
        let value: serde_json::Value =
            serde_yaml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_uppercase();
        let _ = writeln!(code, "const {name}: &str = {:?};", value.to_string());
    }
    Ok(code)
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

/// The variant of an enum whose names are kebab-case of its variants. One that does not exist fails to compile.
fn variant(name: &str) -> String {
    name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
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
