use super::*;
use crate::source::Origin;
use crate::source::scratch::Scratch;

/// Reads a settings file; complaints as `text at the place: message | help`.
fn read(text: &str) -> Result<Settings, Vec<String>> {
    let sources = Sources::default();
    let source = sources.add_kept(Origin::Memory(PathBuf::from(FILE_NAME)), text.into());
    file::read(text, source, Path::new(""))
        .map(|(settings, _)| settings)
        .map_err(|problems| show(&problems, text))
}

fn show(problems: &[Problem], text: &str) -> Vec<String> {
    let place = |problem: &Problem| {
        problem.span.map(|span| text[span.start as usize..span.end as usize].to_owned()).unwrap_or_default()
    };
    problems
        .iter()
        .map(|problem| format!("{}: {} | {}", place(problem), problem.message, problem.help))
        .collect()
}

/// Checks that a settings file is refused with one complaint.
#[track_caller]
fn refuses(text: &str, expected: &str) {
    let problems = read(text).expect_err(text);
    assert_eq!(problems, [expected], "{text}");
}

fn texts(written: &[Written]) -> Vec<&str> {
    written.iter().map(|written| written.text.as_str()).collect()
}

#[test]
fn reads_everything() {
    let settings = read(
        r#"
accounts:
  management: "999900001111"
  own: ["111122223333", 012345678901]
  trusted: [444455556666]
  vendors: ["777788889999"]
organisations: [o-a1b2c3d4e5]
deployments:
  "infra/prod/**": { account: "111122223333", region: eu-west-1 }
  "*.yaml": { region: us-gov-west-1 }
parameters:
  Owner: acme
  Port: 8080
  Enabled: true
  Empty: ""
  Subnets: [a, b]
issuers:
  own: [https://gitlab.example.com/, idp.example.com/tenant]
  expected: [https://gitlab.com]
  directories: [issuers]
identity-source: active-directory
today: 2026-11-25
exclude: [tests/, "!tests/keep.yaml"]
fail-on: medium
rules:
  select: [over-broad]
  ignore: [some-rule]
  severity: { other-rule: low }
  options: { other-rule: { days: 30, names: [a, b] } }
  directories: [rules]
"#,
    )
    .unwrap();
    let account = |text| AccountId::new(text).unwrap();
    assert_eq!(settings.accounts.management, Some(account("999900001111")));
    assert_eq!(settings.accounts.own, [account("111122223333"), account("012345678901")]);
    assert_eq!(settings.accounts.trusted, [account("444455556666")]);
    assert_eq!(settings.accounts.vendors, [account("777788889999")]);
    assert_eq!(texts(&settings.organisations), ["o-a1b2c3d4e5"]);
    let values: Vec<(&str, &ParameterValue)> =
        settings.parameters.iter().map(|(name, parameter)| (name.as_str(), &parameter.value)).collect();
    let text = |text: &str| ParameterValue::Text(text.to_owned());
    assert_eq!(
        values,
        [
            ("Owner", &text("acme")),
            ("Port", &text("8080")),
            ("Enabled", &text("true")),
            ("Empty", &text("")),
            ("Subnets", &ParameterValue::List(vec!["a".to_owned(), "b".to_owned()])),
        ]
    );
    assert_eq!(texts(&settings.own_issuers), ["gitlab.example.com", "idp.example.com/tenant"]);
    assert_eq!(texts(&settings.issuer_directories), ["issuers"]);
    assert_eq!(texts(&settings.expected_issuers), ["gitlab.com"]);
    assert_eq!(settings.identity_source, Some(IdentitySource::ActiveDirectory));
    assert_eq!(settings.today, Some(jiff::civil::date(2026, 11, 25)));
    assert_eq!(texts(&settings.exclude), ["tests/", "!tests/keep.yaml"]);
    assert_eq!(settings.fail_on.as_ref().unwrap().text, "medium");
    assert_eq!(texts(&settings.rules.select), ["over-broad"]);
    assert_eq!(texts(&settings.rules.ignore), ["some-rule"]);
    assert_eq!(settings.rules.severity["other-rule"].text, "low");
    assert_eq!(texts(&settings.rules.options["other-rule"]["days"]), ["30"]);
    assert_eq!(texts(&settings.rules.options["other-rule"]["names"]), ["a", "b"]);
    assert_eq!(texts(&settings.rules.directories), ["rules"]);
}

#[test]
fn the_documented_example_is_read_and_names_every_setting() {
    let page = include_str!("../../docs/settings.md");
    let example = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    read(example).unwrap();
    let validator = jsonschema::validator_for(&settings_schema()).expect("a valid schema");
    let value = serde_yaml::from_str(example).expect("YAML");
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    for name in file::TOP {
        assert!(example.contains(&format!("\n{name}:")), "{name} is not documented");
    }
}

/// Every level of the table of settings: where it stands, and what is there. Where a user gives the names, `a` stands
/// for one.
fn levels() -> Vec<(String, &'static [schema::Setting])> {
    fn descend(at: &str, takes: &schema::Takes, levels: &mut Vec<(String, &'static [schema::Setting])>) {
        match takes {
            schema::Takes::Settings(settings) => {
                levels.push((at.to_owned(), settings));
                for setting in *settings {
                    descend(
                        &at.replace("HERE", &format!("{{ {}: HERE }}", setting.name)),
                        &setting.takes,
                        levels,
                    );
                }
            }
            schema::Takes::Named(value) => descend(&at.replace("HERE", "{ a: HERE }"), value, levels),
            schema::Takes::List(item) => descend(&at.replace("HERE", "[HERE]"), item, levels),
            _ => {}
        }
    }
    let mut levels = Vec::new();
    descend("HERE", &schema::Takes::Settings(schema::SETTINGS), &mut levels);
    levels
}

#[test]
fn schema_and_reader_know_the_same_names() {
    let names: Vec<&str> = schema::SETTINGS.iter().map(|setting| setting.name).collect();
    assert_eq!(names, file::TOP);
    let validator = jsonschema::validator_for(&settings_schema()).expect("a valid schema");
    let is_valid = |text: &str| validator.is_valid(&serde_yaml::from_str(text).expect("YAML"));
    let unknown = |text: &str| match read(text) {
        Err(problems) => problems.iter().any(|problem| problem.contains("unknown setting")),
        Ok(_) => false,
    };
    for (at, settings) in levels() {
        for setting in settings {
            let text = at.replace("HERE", &format!("{{ {}: {} }}", setting.name, setting.takes.sample()));
            assert!(is_valid(&text), "the schema refuses {text}");
            assert!(!unknown(&text), "the reader does not know {text}");
            let misspelt =
                at.replace("HERE", &format!("{{ {}s: {} }}", setting.name, setting.takes.sample()));
            assert!(!is_valid(&misspelt), "the schema takes {misspelt}");
            assert!(unknown(&misspelt), "the reader takes {misspelt}");
        }
    }
}

/// What one of both takes, the other takes too.
#[test]
fn schema_and_reader_take_the_same_values() {
    let validator = jsonschema::validator_for(&settings_schema()).expect("a valid schema");
    let good = [
        "",
        "accounts:\nrules:\n",
        "accounts: { own: }",
        "accounts: { own: [111122223333, '012345678901'] }",
        "parameters: { A: [a, 1], B: true, C: '' }",
        "rules: { options: { some-rule: { days: 30, names: [a, b] } } }",
        "deployments: { 'infra/**': { region: us-gov-west-1 } }",
    ];
    let bad = [
        "[a]",
        "accounts: [a]",
        "accounts: { own: '111122223333' }",
        "accounts: { own: ['1234'] }",
        "organisations: [r-abcd]",
        "today: 25.11.2026",
        "identity-source: externel",
        "deployments: { '**': { region: europe } }",
        "parameters: { A: { b: c } }",
        "exclude: tests/",
        "rules: { ignore: some-rule }",
    ];
    for (texts, expected) in [(&good[..], true), (&bad[..], false)] {
        for text in texts {
            let value = serde_yaml::from_str(text).expect("YAML");
            assert_eq!(validator.is_valid(&value), expected, "the schema: {text}");
            assert_eq!(read(text).is_ok(), expected, "the reader: {text}");
        }
    }
}

#[test]
fn nothing_is_fine() {
    for text in ["", "# nothing yet\n", "accounts:\nrules:\n", "{}", "accounts: { own: }"] {
        let settings = read(text).unwrap();
        assert!(settings.accounts.own.is_empty() && settings.rules.select.is_empty(), "{text}");
    }
}

#[test]
fn unknown_names_are_refused_with_a_guess() {
    refuses("acounts: {}", "acounts: unknown setting `acounts` | Did you mean `accounts`?");
    refuses("accounts: { vendor: [] }", "vendor: unknown setting `vendor` | Did you mean `vendors`?");
    refuses(
        "Identity_Source: external",
        "Identity_Source: unknown setting `Identity_Source` | Did you mean `identity-source`?",
    );
    refuses(
        "organizations: []",
        "organizations: unknown setting `organizations` | Did you mean `organisations`?",
    );
    refuses(
        "accounts: { zzz: [] }",
        "zzz: unknown setting `zzz` | Known are: management, own, trusted, vendors.",
    );
    refuses(
        "identity-source: externel",
        "externel: unknown value for `identity-source`: `externel` | Did you mean `external`?",
    );
    refuses(
        "deployments: { '**': { acount: '1' } }",
        "acount: unknown setting `acount` | Did you mean `account`?",
    );
    refuses("rules: { option: {} }", "option: unknown setting `option` | Did you mean `options`?");
}

#[test]
fn wrong_types_say_what_is_expected() {
    let list = "Write lists of account ids: `accounts: {own: [\"111122223333\"], trusted: [], vendors: []}`.";
    refuses(
        "accounts: [a]",
        &format!("a: `accounts` is a list, not a mapping | {list}").replace("a: `", "[a]: `"),
    );
    refuses(
        "accounts: { own: '111122223333' }",
        &format!("'111122223333': `own` is a text, not a list | {list}"),
    );
    refuses(
        "fail-on: [low]",
        "[low]: `fail-on` is a list, not a text | Write a severity, for example `medium`.",
    );
    refuses("fail-on: ~", "~: `fail-on` is empty, not a text | Write a severity, for example `medium`.");
    refuses(
        "parameters: { A: }",
        ": `A` is empty, not a text | Write a text, a number, a boolean or a list of them; quote what is to be empty.",
    );
    refuses(
        "parameters: { A: { b: c } }",
        "{ b: c }: `A` is a mapping, not a list | Write a text, a number, a boolean or a list of them; quote what is to be empty.",
    );
}

/// Found by fuzzing.
#[test]
fn a_name_of_the_user_stays_on_its_line() {
    let text = "rules: {options: {role-long-session: {\"a\\nb\": }}}";
    let problems = read(text).unwrap_err();
    assert!(problems[0].starts_with(": `a\\nb` is empty, not a text | "), "{problems:?}");
}

#[test]
fn values_are_checked() {
    let digits = "An account id has 12 digits. If a program dropped leading zeros, write them, in quotes.";
    refuses(
        "accounts: { own: [12345678901] }",
        &format!("12345678901: `12345678901` is no account id: it has 11 digits, not 12 | {digits}"),
    );
    refuses(
        "accounts: { own: [1111-2222-3333] }",
        "1111-2222-3333: `1111-2222-3333` is no account id | Write the 12 digits without dashes.",
    );
    refuses(
        "accounts: { own: [me] }",
        "me: `me` is no account id | Write the 12 digits of the account, best in quotes.",
    );
    refuses(
        "organisations: [r-abcd]",
        "r-abcd: `r-abcd` is no id of an organisation | Write the ids of organisations: `organisations: [o-a1b2c3d4e5]`.",
    );
    refuses(
        "today: 20261125",
        "20261125: `20261125` is not a date of the form `2026-11-25` | Write a date as `2026-11-25`.",
    );
    refuses(
        "today: 2026-02-30",
        "2026-02-30: `2026-02-30` is not a date of the form `2026-11-25` | Write a date as `2026-11-25`.",
    );
    refuses(
        "deployments: { a: { region: europe } }",
        "europe: `europe` is no region | Write the region's code, for example `eu-west-1`.",
    );
    let problems = read("deployments: { '[a': {} }").unwrap_err();
    assert!(problems[0].starts_with("'[a': `[a` is not a pattern: "), "{problems:?}");
    let problems = read("exclude: ['{a']").unwrap_err();
    assert!(problems[0].starts_with("'{a': "), "{problems:?}");
    let problems = read("accounts: { own: ['111122223333'], trusted: ['111122223333'] }").unwrap_err();
    assert!(problems[0].contains("account `111122223333` is one's own and somebody else's"), "{problems:?}");
}

#[test]
fn every_complaint_is_made_at_once() {
    let problems = read("acounts: {}\ntoday: x\nfail-on: []\n").unwrap_err();
    assert_eq!(problems.len(), 3, "{problems:?}");
}

#[test]
fn text_that_is_no_yaml_is_refused() {
    assert!(read("accounts: [").is_err());
    assert!(read("today: 2026-11-25\ntoday: 2026-11-26\n").unwrap_err()[0].contains("more than once"));
    assert!(read("---\ntoday: 2026-11-25\n---\nfail-on: low\n").unwrap_err()[0].contains("second"));
    assert!(read("- a\n").unwrap_err()[0].contains("`settings file` is a list, not a mapping"));
}

#[test]
fn the_first_deployment_that_matches_counts() {
    let scratch = Scratch::new();
    let path = scratch.write(
        FILE_NAME,
        "deployments:\n  infra/prod/**: {account: '111122223333'}\n  infra/test: {account: '444455556666'}\n  \
         '**/*.yaml': {region: eu-west-1}\n",
    );
    let settings = Settings::load(&Sources::default(), &path).unwrap();
    let account = |path: &str| {
        settings
            .deployment(&scratch.path(path))
            .map(|deployment| deployment.account.as_ref().map(AccountId::as_str))
    };
    assert_eq!(account("infra/prod/a/b.yaml"), Some(Some("111122223333")));
    assert_eq!(account("infra/../infra/prod/b.yaml"), Some(Some("111122223333")));
    assert_eq!(
        account("infra/test/a/b.yaml"),
        Some(Some("444455556666")),
        "a directory is all that lies in it"
    );
    assert_eq!(account("infra/testing/b.yaml"), Some(None));
    assert_eq!(account("other/b.yaml"), Some(None));
    assert_eq!(account("other/b.json"), None);
    assert!(settings.deployment(Path::new("/somewhere/else.yaml")).is_none());
}

#[test]
fn parameter_files_come_in_many_forms() {
    let files = [
        r#"[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "ParameterValue": "x,y"},
            {"ParameterKey": "C", "UsePreviousValue": true}]"#,
        r#"{"Parameters": {"A": "1", "B": "x,y"}, "Tags": {"a": "b"}}"#,
        r#"{"A": "1", "B": "x,y"}"#,
        r#"{"A": 1, "B": "x,y"}"#,
        r#"["A=1", "B=x,y"]"#,
        "A: 1\nB: x,y\n",
        "Parameters:\n  A: '1'\n  B: x,y\n",
        "- ParameterKey: A\n  ParameterValue: 1\n- ParameterKey: B\n  ParameterValue: x,y\n",
    ];
    for text in files {
        let scratch = Scratch::new();
        let path = scratch.write("parameters.json", text);
        let mut settings = Settings::default();
        settings.add_parameters(&Sources::default(), &path).unwrap();
        let values: Vec<(&str, &ParameterValue)> =
            settings.parameters.iter().map(|(name, parameter)| (name.as_str(), &parameter.value)).collect();
        let value = |text: &str| ParameterValue::Text(text.to_owned());
        assert_eq!(values, [("A", &value("1")), ("B", &value("x,y"))], "{text}");
    }
}

#[test]
fn bad_parameter_files_are_refused() {
    let cases = [
        (r#"[{"ParameterValue": "1"}]"#, "an entry of the list has no `ParameterKey`"),
        (r#"[{"ParameterKey": "A"}]"#, "parameter `A` has no `ParameterValue`"),
        (r#"["A"]"#, "`A` is not of the form `Name=value`"),
        (r#"{"A": {"b": "c"}}"#, "`A` is a mapping, not a list"),
        (r#""A""#, "`parameters` is a text, not a mapping"),
        (r#"{"A": "1", "A": "2"}"#, "key `A` is written more than once in this mapping"),
    ];
    for (text, message) in cases {
        let scratch = Scratch::new();
        let path = scratch.write("parameters.json", text);
        let problems = Settings::default().add_parameters(&Sources::default(), &path).expect_err(text);
        assert_eq!(problems[0].message, message, "{text}");
        assert!(problems[0].span.is_some());
    }
    let missing =
        Settings::default().add_parameters(&Sources::default(), Path::new("/no/such.json")).unwrap_err();
    assert_eq!(missing[0].message, "`/no/such.json` does not exist");
}

#[test]
fn later_parameters_win() {
    let scratch = Scratch::new();
    scratch.write("a.json", r#"{"A": "file a", "B": "file a", "C": "file a"}"#);
    scratch.write("b.json", r#"{"B": "file b"}"#);
    let flag = scratch.write("flag.json", r#"{"C": "flag"}"#);
    let path = scratch.write(FILE_NAME, "parameter-files: [a.json, b.json]\nparameters: {A: own}\n");
    let sources = Sources::default();
    let mut settings = Settings::load(&sources, &path).unwrap();
    settings.add_parameters(&sources, &flag).unwrap();
    let value = |name: &str| match &settings.parameters[name].value {
        ParameterValue::Text(text) => text.clone(),
        ParameterValue::List(_) => unreachable!(),
    };
    assert_eq!([value("A"), value("B"), value("C")], ["own", "file b", "flag"]);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(
        words in proptest::collection::vec(
            "accounts|own|deployments|rules|options|parameters|today|exclude|issuers|identity-source|\\*\\*|             Parameters|ParameterKey|ParameterValue|111122223333|2026-11-25|a|[-:,\\[\\]{}'\"&* \n]|\n  |: ",
            0..40,
        )
    ) {
        let text = words.concat();
        let places = |problems: Vec<Problem>| {
            problems.iter().filter_map(|problem| problem.span).all(|span| text.get(span.start as usize..span.end as usize).is_some())
        };
        let source = || Sources::default().add_kept(Origin::Stdin, text.as_str().into());
        if let Err(problems) = file::read(&text, source(), Path::new("")) {
            proptest::prop_assert!(!problems.is_empty() && places(problems));
        }
        if let Err(problems) = parameters::read(&text, source(), Path::new("p.yaml")) {
            proptest::prop_assert!(!problems.is_empty() && places(problems));
        }
    }
}
