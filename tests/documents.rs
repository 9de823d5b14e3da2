//! What is generated into documents is what the program says. `FEDLINT_UPDATE=1` writes it instead of comparing.

use std::fs;
use std::path::Path;

use fedlint::cli::{self, Environment, FailOn};
use fedlint::collect::listing;
use fedlint::facts::{FieldType, SCHEMAS};
use fedlint::finding::{Group, Severity};
use fedlint::report::reference::{self, promise};
use fedlint::report::{Report, human, order};
use fedlint::rules::file::is_id;
use fedlint::rules::{BUILT_IN, Rule, rule_schema};
use fedlint::scan::{Request, scan};
use fedlint::settings::{Settings, settings_schema};
use fedlint::source::Sources;

/// The findings of the run that the README shows.
const SHOWN: &[&str] = &["high  wrong-identifier", "high  action-principal-mismatch"];

/// Rules that the README names for each group.
const EXAMPLES: &[(&str, &[&str])] = &[
    ("broken-trust", &["wrong-identifier", "trust-never-satisfied", "github-subject-format"]),
    (
        "over-broad",
        &["oidc-tenant-unpinned", "external-path-to-privilege", "cross-account-without-external-id"],
    ),
    ("guest-access", &["guest-broad-privileges", "guest-classic-flow", "cognito-guests-admitted"]),
    ("hygiene", &["secret-in-template", "role-long-session", "user-pool-client-insecure-callback"]),
    ("advice", &["prefer-identity-center", "social-login-without-user-pool", "iam-users-beside-federation"]),
];

fn text(path: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "a test reads what it tests")]
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the document is there")
}

/// True if documents are to be written.
fn updates() -> bool {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its caller")]
    std::env::var("FEDLINT_UPDATE").is_ok()
}

/// Compares a document with what it should be, or writes it.
fn check(path: &str, expected: &str) {
    if updates() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), expected)
            .expect("the document is written");
    }
    assert_eq!(text(path), expected, "{path} is stale: run `FEDLINT_UPDATE=1 cargo test --test documents`");
}

/// What the README's first command prints.
fn run() -> String {
    let request = Request { paths: vec!["testdata/shop".into()], ..Request::default() };
    let mut outcome = scan(Sources::default(), request, &Settings::default());
    order(&mut outcome.findings, &outcome.sources);
    let mut out = Vec::new();
    let options = human::Options { width: 80, color: false, unicode: true };
    human::write(&mut out, &Report::from(&outcome), &options).expect("memory takes everything");
    String::from_utf8(out).expect("reports are text")
}

#[test]
fn the_readme_shows_a_real_run_and_every_group() {
    let run = run();
    let blocks: Vec<&str> = run.trim_end().split("\n\n").collect();
    let (first, last) = (blocks[0], blocks[blocks.len() - 1]);
    let finding =
        |header: &&str| *blocks.iter().find(|block| block.starts_with(header)).expect("it is found");
    let mut shown = vec![first];
    shown.extend(SHOWN.iter().map(finding));
    shown.extend(["...", blocks[blocks.len() - 2], last]);
    let mut groups =
        String::from("| group | what its rules find | rules | for example |\n| --- | --- | --- | --- |\n");
    for (group, examples) in EXAMPLES {
        let group = Group::ALL.into_iter().find(|one| one.name() == *group).expect("there is such a group");
        let of = |rule: &&Rule| rule.group == group;
        let links = examples.iter().map(|id| {
            let rule = Rule::built_in(id).filter(of).unwrap_or_else(|| panic!("{id} is in the group"));
            format!("[{0}](docs/rules/{0}.md)", rule.id)
        });
        groups += &format!(
            "| [{0}](docs/rules/README.md#{0}) | {1} | {2} | {3} |\n",
            group.name(),
            promise(group),
            BUILT_IN.iter().filter(of).count(),
            links.collect::<Vec<_>>().join(", ")
        );
    }
    assert_eq!(EXAMPLES.len(), Group::ALL.len());
    let readme = text("README.md");
    let (before, rest) = readme.split_once("```text\n").expect("the README shows a run");
    let (_, rest) = rest.split_once("```\n").expect("the run has an end");
    let (middle, rest) = rest.split_once("<!-- rules -->\n").expect("the README lists the groups");
    let (_, after) = rest.split_once("<!-- /rules -->\n").expect("the list has an end");
    let run = shown.join("\n\n");
    check(
        "README.md",
        &format!("{before}```text\n{run}\n```\n{middle}<!-- rules -->\n\n{groups}\n<!-- /rules -->\n{after}"),
    );
}

/// What `fedlint` prints with these arguments.
fn printed(arguments: &str) -> String {
    let (mut stdin, mut out, mut err) = (std::io::empty(), Vec::new(), Vec::new());
    let environment = Environment::piped(&mut stdin, &mut out, &mut err, jiff::civil::date(2026, 11, 25));
    cli::run(std::iter::once("fedlint").chain(arguments.split(' ')), environment);
    assert!(err.is_empty(), "{arguments}: {}", String::from_utf8_lossy(&err));
    String::from_utf8(out).expect("reports are text")
}

/// Blocks behind `<!-- shown: ARGUMENTS -->` are what fedlint prints. A line `...` stands for any number of lines.
#[test]
fn what_is_shown_of_reports_is_what_is_printed() {
    let document = text("docs/output.md");
    let blocks: Vec<&str> = document.split("<!-- shown: ").skip(1).collect();
    assert_eq!(blocks.len(), 8);
    for block in blocks {
        let (arguments, rest) = block.split_once(" -->\n```").expect("a block follows");
        let (_, rest) = rest.split_once('\n').expect("it has a line");
        let (shown, _) = rest.split_once("\n```\n").expect("it has an end");
        let printed = printed(arguments);
        let lines: Vec<&str> = printed.trim_end().split('\n').collect();
        let mut at = 0;
        let mut anywhere = false;
        let pieces: Vec<Vec<&str>> =
            shown.split('\n').collect::<Vec<_>>().split(|line| *line == "...").map(<[_]>::to_vec).collect();
        for (number, piece) in pieces.iter().enumerate().filter(|(_, piece)| !piece.is_empty()) {
            anywhere |= number > 0;
            let found = lines[at..].windows(piece.len()).position(|window| window == piece);
            let found = found.filter(|&found| anywhere || found == 0);
            let found =
                found.unwrap_or_else(|| panic!("{arguments}: not printed there: {piece:#?}\n{printed}"));
            at += found + piece.len();
        }
        let ends = pieces.last().is_none_or(Vec::is_empty) || at == lines.len();
        assert!(ends, "{arguments}: more is printed behind it: {:#?}", &lines[at..]);
    }
}

#[test]
fn every_rule_has_a_page_and_every_page_a_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let updates = updates();
    if updates {
        fs::create_dir_all(root.join("docs/rules")).expect("the folder can be made");
    }
    for rule in BUILT_IN {
        check(&format!("docs/rules/{}.md", rule.id), &reference::document(rule));
    }
    check("docs/rules/README.md", &reference::index());
    for entry in fs::read_dir(root.join("docs/rules")).expect("there are pages") {
        let path = entry.expect("the folder can be read").path();
        let stem = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let known = stem == "README" || Rule::built_in(&stem).is_some();
        if !known && updates {
            fs::remove_file(&path).expect("a page without a rule can go");
        } else {
            assert!(known, "{}: there is no such rule", path.display());
        }
    }
}

#[test]
fn checks_of_other_tools_are_mapped_to_rules_that_exist() {
    let tools: serde_yaml::Value = serde_yaml::from_str(&text("testdata/check_ids.yaml")).expect("YAML");
    let list = |value: &serde_yaml::Value| value.as_sequence().cloned().expect("a list");
    let of = |value: &serde_yaml::Value, key: &str| -> String {
        value[key].as_str().unwrap_or_else(|| panic!("{key} is a text: {value:?}")).trim().to_owned()
    };
    let link = |id: &str| {
        assert!(Rule::built_in(id).is_some(), "there is no rule {id}");
        format!("[{id}](rules/{id}.md)")
    };
    let mut page = String::from(
        "<!-- Generated from testdata/check_ids.yaml. -->\n\n# Checks of other tools\n\nWhich rules look at what a check of \
         another tool looks at, what they decide differently, and what of theirs fedlint does not look at. Only checks about \
         trust, sign-in and the privileges that come of them are listed, and only those whose ids stand in the tool's own \
         source or manual.\n",
    );
    for tool in list(&tools) {
        page += &format!(
            "\n## {}\n\n{} [Source]({}).\n\n",
            of(&tool, "tool"),
            of(&tool, "about"),
            of(&tool, "source")
        );
        page += "| theirs | looks at | fedlint | what is different |\n| --- | --- | --- | --- |\n";
        for check in list(&tool["checks"]) {
            let ids = of(&check, "id");
            let is_code = |id: &str| !id.contains(' ');
            let ids: Vec<String> = ids
                .split(", ")
                .map(|id| if is_code(id) { format!("`{id}`") } else { id.to_owned() })
                .collect();
            let rules: Vec<String> =
                list(&check["rules"]).iter().map(|id| link(id.as_str().expect("an id"))).collect();
            let rules = if rules.is_empty() { "nothing".to_owned() } else { rules.join(", ") };
            // What looks like an id of a rule is one.
            let differs: Vec<String> = of(&check, "differs")
                .split('`')
                .enumerate()
                .map(|(index, part)| match index % 2 {
                    0 => part.to_owned(),
                    _ if part.contains('-') && is_id(part) => link(part),
                    _ => format!("`{part}`"),
                })
                .collect();
            let cells =
                [ids.join(", "), of(&check, "checks"), rules, differs.concat()].map(|text| cell(&text));
            page += &format!("| {} |\n", cells.join(" | "));
        }
    }
    check("docs/check-ids.md", &page);
}

#[test]
fn the_facts_are_listed() {
    let words = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>();
    let mut page = String::from(
        "<!-- Generated from src/facts. -->\n\n# Facts\n\nWhat rules choose from: `finds` names a kind of fact, `when` and \
         `unless` test its fields. [writing-rules.md](writing-rules.md) says how.\n",
    );
    for schema in SCHEMAS {
        page += &format!("\n## {}\n\n{}\n\n", schema.kind, schema.about.trim());
        page += "| field | holds | meaning |\n| --- | --- | --- |\n";
        for field in schema.fields {
            let holds = match field.holds {
                FieldType::Boolean => "`true` or `false`".to_owned(),
                FieldType::Word(known) => words(known).join(", "),
                FieldType::Level(known) => words(known).join(" < "),
                FieldType::Number => "a number".to_owned(),
                FieldType::Text => "a text".to_owned(),
                FieldType::Texts => "texts".to_owned(),
            };
            page += &format!("| `{}` | {} | {} |\n", field.name, cell(&holds), cell(field.about));
        }
        if !schema.evidence.is_empty() {
            page += "\nEvidence, for `place` and `labels`:\n\n";
            for evidence in schema.evidence {
                page += &format!("- `{}`: {}\n", evidence.role, evidence.about.trim());
            }
        }
        if !schema.remedies.is_empty() {
            page += "\nRemedies, for `fix`:\n\n";
            for remedy in schema.remedies {
                page += &format!("- `{}`: {}\n", remedy.name, remedy.about.trim());
            }
        }
    }
    check("docs/facts.md", &page);
}

/// A text in a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[test]
fn the_schema_of_settings_is_fresh_and_knows_every_severity() {
    let schema = settings_schema();
    let pretty = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    check("docs/settings.schema.json", &format!("{pretty}\n"));
    let severities = serde_json::json!(Severity::ALL.map(Severity::name));
    assert_eq!(schema["properties"]["fail-on"]["enum"], serde_json::json!(FailOn::NAMES));
    let rules = &schema["properties"]["rules"]["properties"];
    assert_eq!(rules["severity"]["additionalProperties"]["enum"], severities);
}

#[test]
fn every_setting_is_listed() {
    let document = text("docs/settings.md");
    let (before, rest) = document.split_once("<!-- settings -->\n").expect("the document lists the settings");
    let (_, after) = rest.split_once("<!-- /settings -->\n").expect("the list has an end");
    let mut rows = String::from("| setting | takes | |\n| --- | --- | --- |\n");
    list_settings("", &settings_schema(), &mut rows);
    check("docs/settings.md", &format!("{before}<!-- settings -->\n\n{rows}\n<!-- /settings -->\n{after}"));
}

/// Adds a row for each setting of a schema, those below it behind a dot.
fn list_settings(above: &str, schema: &serde_json::Value, rows: &mut String) {
    let named = schema["properties"].as_object().into_iter().flatten();
    for (name, setting) in named {
        let path = format!("{above}{name}");
        let about = setting["description"].as_str().expect("every setting says what it is for");
        rows.push_str(&format!("| `{path}` | {} | {about} |\n", taken(setting)));
        list_settings(&format!("{path}."), setting, rows);
        list_settings(&format!("{path}.NAME."), &setting["additionalProperties"], rows);
        list_settings(&format!("{path}[]."), &setting["items"], rows);
    }
}

/// What a setting takes, in a few words.
fn taken(setting: &serde_json::Value) -> String {
    if let Some(words) = setting["enum"].as_array() {
        let words: Vec<String> =
            words.iter().filter_map(|word| Some(format!("`{}`", word.as_str()?))).collect();
        return words.join(", ");
    }
    let types: Vec<&str> = match &setting["type"] {
        serde_json::Value::Array(types) => types.iter().filter_map(serde_json::Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let kind = types.into_iter().find(|kind| *kind != "null");
    match kind {
        Some("object") if setting["additionalProperties"].is_object() => {
            format!("NAME: {}", taken(&setting["additionalProperties"]))
        }
        Some("object") => "settings".to_owned(),
        Some("array") => format!("list: {}", taken(&setting["items"])),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some(_) => "text".to_owned(),
        // An account may be written as a number, and a value may be anything.
        None if setting["anyOf"][0]["pattern"] == "^[0-9]{12}$" => "account".to_owned(),
        None => "value".to_owned(),
    }
}

#[test]
fn the_fixes_of_rules_are_listed() {
    let document = text("docs/fixes.md");
    let (before, rest) = document.split_once("<!-- fixes -->\n").expect("the document lists the fixes");
    let (_, after) = rest.split_once("<!-- /fixes -->\n").expect("the list has an end");
    let mut table = String::from("| rule | remedy | what changes |\n| --- | --- | --- |\n");
    for rule in BUILT_IN {
        let Some(fix) = &rule.fix else { continue };
        let schema = SCHEMAS.iter().find(|schema| schema.kind == rule.finds).expect("a kind of fact");
        let remedy = schema.remedies.iter().find(|remedy| remedy.name == fix).expect("a remedy of the fact");
        assert!(
            after.contains(&format!("**`{fix}`**")),
            "docs/fixes.md does not say why `{fix}` is what it is"
        );
        table += &format!("| [{0}](rules/{0}.md) | `{fix}` | {1} |\n", rule.id, remedy.about);
    }
    check("docs/fixes.md", &format!("{before}<!-- fixes -->\n\n{table}\n<!-- /fixes -->\n{after}"));
}

#[test]
fn the_calls_of_collect_are_listed() {
    let document = text("docs/dumps.md");
    let (before, rest) = document.split_once("<!-- calls -->\n").expect("the document lists the calls");
    let (_, after) = rest.split_once("<!-- /calls -->\n").expect("the list has an end");
    let calls = listing(None);
    check(
        "docs/dumps.md",
        &format!("{before}<!-- calls -->\n\n```sh\n{calls}```\n\n<!-- /calls -->\n{after}"),
    );
}

#[test]
fn the_schema_of_rules_is_fresh_and_every_rule_is_valid_by_it() {
    let schema = rule_schema(SCHEMAS);
    let pretty = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    check("docs/rule.schema.json", &format!("{pretty}\n"));
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    for entry in
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).expect("the project has rules")
    {
        let path = entry.expect("the folder can be read").path();
        let rule = text(&path.to_string_lossy());
        let value: serde_json::Value = serde_yaml::from_str(&rule).expect("a rule is YAML");
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        let wrong: serde_json::Value =
            serde_yaml::from_str(&rule.replacen("\nwhen: {", "\nwhen: { misspelt: true,", 1)).expect("YAML");
        assert!(
            wrong == value || !validator.is_valid(&wrong),
            "{}: a misspelt field is noticed",
            path.display()
        );
    }
}

/// What people have written into their settings must stay what it was.
#[test]
fn every_rule_has_the_id_that_is_on_record() {
    let recorded = text("testdata/rule_ids.txt");
    let lines = || recorded.lines().filter(|line| !line.starts_with('#'));
    let ids: Vec<&str> = lines().filter(|line| !line.starts_with('-')).collect();
    let mut shipped: Vec<&str> = BUILT_IN.iter().map(|rule| rule.id.as_ref()).collect();
    shipped.sort_unstable();
    assert_eq!(shipped, ids, "record new ids in testdata/rule_ids.txt, and put a `-` before retired ones");
    for retired in lines().filter_map(|line| line.strip_prefix('-')) {
        assert!(!shipped.contains(&retired.trim()), "`{retired}` was the id of another rule");
    }
}
