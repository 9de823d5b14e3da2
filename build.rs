//! Compiles `rules/*.yaml` into a table, so that nothing is parsed when fedlint starts.

#[path = "src/rules/file.rs"]
#[expect(dead_code, unreachable_pub, reason = "the library's loader, of which the build script uses a part")]
mod file;

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use file::{Alternatives, Operand, RuleFile, SeverityFile};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules/file.rs");
    let mut paths: Vec<_> = fs::read_dir("rules")
        .expect("the project has a folder `rules`")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.sort();
    let mut table = String::from("&[\n");
    for path in paths {
        #[expect(clippy::disallowed_methods, reason = "`source` is not there yet when it is built")]
        let text = fs::read_to_string(&path).expect("a rule file can be read");
        match file::parse(&text) {
            Ok(rule) => {
                rule_code(&mut table, &rule);
                table.push_str(",\n");
            }
            Err(error) => {
                // One line for each mistake, without a backtrace.
                println!("cargo::error={}: {error}", path.display());
                return;
            }
        }
    }
    table.push_str("]\n");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("rules.rs"), table).expect("the output folder can be written");
}

fn rule_code(out: &mut String, rule: &RuleFile) {
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
        "Rule {{ id: {}, group: {}, severity: {severity}, since: {}, finds: {}, when: {}, unless: {}, place: {}, \
         case_field: {}, cases: {cases}, options: {}, yields_to: {}, message: {}, labels: {}, why: {}, help: {}, \
         known_limits: {}, references: {} }}",
        text(&rule.id),
        group_code(&rule.group),
        text(&rule.since),
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
