//! Whatever an input drives has a limit, and says when it is reached: each limit is reached here through the command line, or
//! through the library where the usual limit is far off. `docs/reliability.md` lists them all.

#[path = "support/json_value.rs"]
mod json_value;
mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::thread;

use fedlint::cli::ExitCode;
use fedlint::document::Limits;
use fedlint::scan::{FindingLimit, Outcome, Request, TotalLimit, scan};
use fedlint::settings::Settings;
use fedlint::source::Sources;
use support::cli::Folder;

const HEAD: &str = "AWSTemplateFormatVersion: 2010-09-09\n";

/// A role, its trust policy written in one line.
fn role(name: &str, trust: &str) -> String {
    format!("  {name}:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {trust}\n")
}

const OPEN: &str = "{Statement: {Effect: Allow, Principal: '*', Action: sts:AssumeRole}}";

/// A template whose one role has a description.
fn described(before: &str, description: &str) -> String {
    format!("{HEAD}{before}Resources:\n{}      Description: {description}\n", role("Role", OPEN))
}

/// Scans files by their names; the problems, each as `kind: message`, and the exit code.
fn problems(files: &[(&str, &str)], more: &[&str]) -> (Vec<String>, ExitCode) {
    let folder = Folder::new();
    files.iter().for_each(|(name, text)| folder.write(name, text));
    let ran = folder.run(&[&["scan", "--format", "json", "."], more].concat());
    let report = ran.json();
    let problems = report["problems"].as_array().expect("a list").iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    (problems.map(|one| format!("{}: {}", text(&one["kind"]), text(&one["message"]))).collect(), ran.code)
}

/// A file of which one limit is reached, which is said once, and fails the scan.
#[track_caller]
fn reaches(name: &str, text: &str, expected: &str) {
    let (problems, code) = problems(&[(name, text)], &["--no-config"]);
    let found = problems.iter().filter(|problem| problem.contains(expected)).count();
    assert_eq!((found, code), (1, ExitCode::Failed), "{expected}: {problems:?}");
}

/// Scans with limits of its own.
fn with_limits(files: &[(&str, &str)], set: impl FnOnce(&mut Request)) -> (Vec<String>, Outcome) {
    let folder = Folder::new();
    files.iter().for_each(|(name, text)| folder.write(name, text));
    let mut request = Request { paths: vec![folder.path(".")], threads: 1, ..Request::default() };
    set(&mut request);
    let outcome = scan(Sources::default(), request, &Settings::default());
    let here = format!("{}/", folder.path(".").display());
    let messages = outcome.problems.iter().map(|problem| problem.message.replace(&here, "")).collect();
    (messages, outcome)
}

#[test]
fn size_of_a_file() {
    let folder = Folder::new();
    folder.write("a.yaml", "Type: AWS::IAM::Role\n");
    let file = fs::File::options().write(true).open(folder.path("a.yaml")).expect("it is there");
    // It takes no room.
    file.set_len(257 << 20).expect("a long file");
    let ran = folder.run(&["scan", "--format", "json", "--no-config", "."]);
    let message = "`a.yaml` has 269484032 bytes, more than the 268435456 that are read";
    assert_eq!((ran.problems(), ran.code), (vec![message.to_owned()], ExitCode::Failed));
}

#[test]
fn size_of_all_files() {
    let text = format!("{HEAD}Resources:\n{}", role("Role", OPEN));
    let files = [("a.yaml", &*text), ("b.yaml", &*text), ("c.txt", "nothing of ours"), ("d.yaml", &*text)];
    let most = text.len() as u64 * 2;
    let (messages, outcome) = with_limits(&files, |request| request.total = TotalLimit(most));
    let message = format!("`d.yaml` is not read: with it, the files of the scan have more than {most} bytes");
    assert_eq!(messages, [message]);
    assert_eq!(outcome.summary.files, 2);
    assert!(outcome.problems[0].kind.loses());
}

#[test]
fn length_of_an_item_of_a_long_answer() {
    let item = |name: &str, filler: &str| {
        format!(
            "{{\"RoleName\": \"{name}\", \"Path\": \"/\", \"RoleId\": \"AROA{name}\", \"Arn\": \"arn:aws:iam::111122223333:role/{name}\", \"Description\": \"{filler}\"}}"
        )
    };
    let (short, long) = (item("a", ""), item("b", &"x".repeat(65 << 20)));
    let text = format!("{{\"Roles\": [{short}, {long}]}}");
    let (problems, code) = problems(&[("111122223333/global/iam/list-roles.json", &text)], &["--no-config"]);
    let message = "has something in a list that is longer than 67108864 bytes";
    assert!(problems.iter().any(|problem| problem.contains(message)), "{problems:?}");
    assert_eq!(code, ExitCode::Failed);
}

#[test]
fn depth() {
    let nested = |depth: usize| format!("{}x{}", "[".repeat(depth), "]".repeat(depth));
    let message = "collections are nested more than 128 deep";
    reaches("a.yaml", &described("", &nested(130)), message);
    let json = format!(
        "{{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"Metadata\": {}1{}, \"Resources\": {{\"Role\": {{\"Type\": \"AWS::IAM::Role\"}}}}}}",
        "[".repeat(130),
        "]".repeat(130)
    );
    reaches("a.json", &json, message);
    let chain: String = (1..140).map(|level| format!("  a{level}: &a{level} [*a{}]\n", level - 1)).collect();
    let text = format!("{HEAD}Metadata:\n  a0: &a0 [x]\n{chain}Resources:\n{}", role("Role", OPEN));
    let (problems, code) = problems(&[("a.yaml", &text)], &["--no-config"]);
    assert!(
        problems.iter().any(|problem| problem.contains("with aliases followed, collections are nested")),
        "{problems:?}"
    );
    assert_eq!(code, ExitCode::Failed);
}

/// Whoever uses the library may have more read than is resolved.
#[test]
fn depth_of_expressions() {
    let limits = Limits { depth: 200, ..Limits::default() };
    let lists = |depth: usize| format!("{}x{}", "[".repeat(depth), "]".repeat(depth));
    // A tag is no level of its own, a loop is two.
    let maps = |depth: usize| format!("{}x{}", "!Transform {a: ".repeat(depth), "}".repeat(depth));
    let round = |depth: usize| {
        let loops = "{'Fn::ForEach::L': [X, [a], ".repeat(depth);
        let transform = "Transform: AWS::LanguageExtensions\n";
        let ends = "]}".repeat(depth);
        format!(
            "{HEAD}{transform}Resources:\n{}      Description: {loops}{{a: b}}{ends}\n",
            role("Role", OPEN)
        )
    };
    for (text, is_too_deep) in [
        (described("", &lists(126)), false),
        (described("", &lists(127)), true),
        (described("", &maps(126)), false),
        (described("", &maps(127)), true),
        (round(62), false),
        (round(63), true),
    ] {
        let (messages, outcome) = with_limits(&[("a.yaml", &text)], |request| request.limits = limits);
        let message = "the template is not read further here: its values are nested more than 128 deep";
        let found = outcome.problems.iter().find(|problem| problem.message == message);
        assert_eq!(found.is_some(), is_too_deep, "{text}: {messages:?}");
        assert!(found.is_none_or(|problem| problem.kind.loses()));
    }
}

#[test]
fn number_of_values() {
    let text = format!("{HEAD}Resources:\n{}", role("Role", OPEN));
    let json = r#"{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {}}}}"#;
    let limits = Limits { nodes: 8, ..Limits::default() };
    let (messages, _) =
        with_limits(&[("a.yaml", &text), ("b.json", json)], |request| request.limits = limits);
    assert_eq!(messages, ["the document has more than 8 values"; 2]);
}

/// Nine aliases in nine, ten times.
fn bomb(merge: &str) -> String {
    let mut text = String::from("Metadata:\n  a0: &a0 {x: y}\n");
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        let _ = match merge {
            "" => writeln!(text, "  a{level}: &a{level} [{aliases}]"),
            merge => writeln!(text, "  a{level}: &a{level} {{{merge}: [{aliases}], k{level}: 1}}"),
        };
    }
    text
}

#[test]
fn aliases() {
    let message = "budget: the template is not read whole: its aliases stand for too many values";
    let text = format!("{HEAD}{}Resources:\n{}      Tags: *a9\n", bomb(""), role("Role", OPEN));
    reaches("a.yaml", &text, message);
}

#[test]
fn merge_keys() {
    let message = "budget: the template is not read whole: its aliases stand for too many values";
    let text = format!("{HEAD}{}Resources:\n{}      Tags: *a9\n", bomb("<<"), role("Role", OPEN));
    reaches("a.yaml", &text, message);
}

#[test]
fn aliases_of_settings_and_parameters() {
    let template = format!("{HEAD}Resources:\n{}", role("Role", OPEN));
    let message = "budget: the file is not read whole: its aliases stand for too many values";
    let settings = bomb("<<").replace("Metadata:", "x:") + "parameters: *a9\n";
    let (problems_of_it, code) = problems(&[("a.yaml", &template), ("fedlint.yaml", &settings)], &[]);
    assert!(problems_of_it.iter().any(|problem| problem == message), "{problems_of_it:?}");
    assert_eq!(code, ExitCode::Failed);
    let parameters = bomb("<<").replace("Metadata:", "x:") + "Parameters: *a9\n";
    let files = [("a.yaml", &*template), ("p.yaml", &*parameters)];
    let (problems_of_it, code) = problems(&files, &["--no-config", "--parameters", "p.yaml"]);
    assert!(problems_of_it.iter().any(|problem| problem == message), "{problems_of_it:?}");
    assert_eq!(code, ExitCode::Failed);
}

#[test]
fn tags() {
    let mut text = String::from("Metadata:\n");
    (0..65_540).for_each(|tag| {
        let _ = writeln!(text, "  - !t{tag} x");
    });
    let text = format!("{HEAD}Resources:\n{}{text}", role("Role", OPEN));
    reaches("a.yaml", &text, "the text uses more than 65,535 different tags");
}

#[test]
fn loops() {
    let items: Vec<String> = (0..100).map(|item| format!("i{item}")).collect();
    let mut template = String::new();
    for level in 0..4 {
        let _ = write!(template, "{{'Fn::ForEach::L{level}': [X{level}, [{}], ", items.join(", "));
    }
    template += "{'R${X0}${X1}${X2}${X3}': {Type: AWS::IAM::Role}}";
    template += &"]}".repeat(4);
    let text = format!("{HEAD}Transform: AWS::LanguageExtensions\nResources: {template}\n");
    reaches("a.yaml", &text, "loops that go round more than 20,000 times");
}

#[test]
fn values_that_loops_make() {
    let items: Vec<String> = (0..2_000).map(|item| format!("i{item}")).collect();
    let tags = vec!["{Key: a, Value: b}"; 300].join(", ");
    let text = format!(
        "{HEAD}Transform: AWS::LanguageExtensions\nResources: {{'Fn::ForEach::L': [X, [{}], {{'R${{X}}': {{Type: AWS::IAM::Role, Properties: {{Tags: [{tags}]}}}}}}]}}\n",
        items.join(", ")
    );
    reaches("a.yaml", &text, "more than 1,000,000 values");
}

#[test]
fn references_to_references() {
    let mut outputs = String::new();
    for index in 0..250 {
        let _ = writeln!(
            outputs,
            "  J{index}: {{Type: Custom::AWSCDKCfnJson, Properties: {{Value: !GetAtt [J{}, Value]}}}}",
            index + 1
        );
    }
    outputs += "  J250: {Type: Custom::AWSCDKCfnJson, Properties: {Value: x}}\n";
    let text =
        format!("{HEAD}Resources:\n{outputs}{}      Description: !GetAtt [J0, Value]\n", role("Role", OPEN));
    reaches("a.yaml", &text, "some values are not resolved: references are nested too deep");
}

#[test]
fn values_in_values() {
    let text = described("Mappings: {M: {a: {b: !FindInMap [M, a, b]}}}\n", "!FindInMap [M, a, b]");
    reaches("a.yaml", &text, "some values are not resolved: values are nested too deep");
}

#[test]
fn length_of_a_text() {
    let mut inner = String::from("'xxxxxxxxxxxxxxxx'");
    for _ in 0..40 {
        inner = format!("{{'Fn::Sub': ['${{a}}${{a}}', {{a: {inner}}}]}}");
    }
    reaches("a.yaml", &described("", &inner), "some values are not resolved: a text is longer than 1 MB");
}

#[test]
fn length_of_all_texts() {
    let before = format!("Parameters: {{P: {{Type: String, Default: {}}}}}\n", "x".repeat(4000));
    let mut text = format!("{HEAD}{before}Resources:\n");
    for index in 0..180 {
        let long = format!("r{index}{}", "${P}".repeat(200));
        text += &role(&format!("Role{index}"), OPEN);
        let _ = writeln!(text, "      Description: !Sub '{long}'");
    }
    let folder = Folder::new();
    folder.write("a.yaml", &text);
    folder.write("p.yaml", &format!("P: {}\n", "x".repeat(4000)));
    let ran = folder.run(&["scan", "--format", "json", "--no-config", "--parameters", "p.yaml", "a.yaml"]);
    let problems = ran.problems();
    let message = "some values are not resolved: texts are longer than 128 MB together";
    assert!(problems.iter().any(|problem| problem == message), "{problems:?}");
    assert_eq!(ran.code, ExitCode::Failed);
}

#[test]
fn steps_of_a_stack() {
    let list = vec!["''"; 20_000].join(", ");
    let before = format!("Mappings: {{M: {{a: {{b: [{list}]}}}}}}\n");
    // A list that a mapping holds is made again each time. Nothing of it stays.
    let joined = vec!["!Join ['', !FindInMap [M, a, b]]"; 1_001].join(", ");
    let text = described(&before, &format!("!Join ['', [{joined}]]"));
    reaches("a.yaml", &text, "some values are not resolved: the template has too many values");
}

#[test]
fn what_sam_makes() {
    let tags: String = (0..2_000).map(|number| format!("      t{number}: x\n")).collect();
    let mut text = format!(
        "Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function:\n    Tags:\n{tags}Resources:\n"
    );
    for index in 0..1_000 {
        let _ =
            writeln!(text, "  F{index}: {{Type: AWS::Serverless::Function, Properties: {{Tags: {{a: b}}}}}}");
    }
    reaches("a.yaml", &text, "not all that SAM makes of the template is read");
}

#[test]
fn nested_stacks() {
    let stack = |name: &str, child: &str| {
        format!("  {name}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: ./{child}}}}}\n")
    };
    let names: Vec<String> = (0..20).map(|level| format!("{level:02}.yaml")).collect();
    let mut files = Vec::new();
    for (level, name) in names.iter().enumerate() {
        let child = names.get(level + 1).map(|child| stack("Child", child)).unwrap_or_default();
        files.push((name.as_str(), format!("{HEAD}Resources:\n{}{child}", role("Role", OPEN))));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let (found, code) = problems(&files, &["--no-config"]);
    let message = "budget: the nested stack `Child` is not read: there are too many inside each other";
    assert_eq!((found.iter().filter(|problem| *problem == message).count(), code), (1, ExitCode::Failed));
    let many: String = (0..600).map(|number| stack(&format!("S{number}"), "b.yaml")).collect();
    let parent = format!("{HEAD}Resources:\n{many}");
    let child = format!("{HEAD}Resources:\n{}", role("Role", OPEN));
    let (found, code) = problems(&[("a.yaml", &parent), ("b.yaml", &child)], &["--no-config"]);
    assert!(
        found.iter().all(|problem| problem.contains("there are too many inside each other")),
        "{found:?}"
    );
    assert_eq!((found.len(), code), (600 - 511, ExitCode::Failed));
}

#[test]
fn combinations_of_conditions() {
    let names: Vec<String> = (0..7).map(|number| format!("P{number}")).collect();
    let mut text = format!("{HEAD}Parameters:\n");
    names.iter().for_each(|name| text += &format!("  {name}: {{Type: String, AllowedValues: ['a', 'b']}}\n"));
    text += "Conditions:\n";
    names.iter().for_each(|name| text += &format!("  C{name}: !Equals [!Ref {name}, a]\n"));
    text += "Resources:\n";
    for name in &names {
        text += &role(&format!("R{name}"), OPEN);
        let _ = writeln!(text, "    Condition: C{name}");
    }
    let (found, code) = problems(&[("a.yaml", &text)], &["--no-config"]);
    let message =
        "combinations: 7 parameters and comparisons make more than 64 combinations: only some are analysed";
    // Everything was looked at: it is no failure.
    assert_eq!((found, code), (vec![message.to_owned()], ExitCode::Findings));
}

#[test]
fn statements_values_and_tests_of_a_policy() {
    let statement = "{Effect: Allow, Principal: {AWS: '111122223333'}, Action: 'sts:AssumeRole'}";
    let values = |text: &str| vec![text; 10_001].join(", ");
    let tests: String = (0..10_001).map(|key| format!("'aws:PrincipalTag/k{key}': v, ")).collect();
    for policy in [
        format!("{{Version: 2012-10-17, Statement: [{}]}}", values(statement)),
        format!(
            "{{Version: 2012-10-17, Statement: [{{Effect: Allow, Principal: {{AWS: '111122223333'}}, Action: [{}]}}]}}",
            values("'sts:AssumeRole'")
        ),
        format!(
            "{{Version: 2012-10-17, Statement: [{{Effect: Allow, Principal: {{AWS: '111122223333'}}, Action: 'sts:AssumeRole', Condition: {{StringEquals: {{{tests}}}}}}}]}}"
        ),
    ] {
        let folder = Folder::new();
        folder.write("a.yaml", &format!("{HEAD}Resources:\n{}", role("Role", &policy)));
        let ran = folder.run(&["scan", "--format", "json", "--no-config", "."]);
        let report = ran.json();
        let message = "the trust policy of role `Role` is longer than any that AWS takes";
        let findings = report["findings"].as_array().expect("a list");
        assert!(findings.iter().any(|finding| finding["message"] == message), "{}", ran.out.len());
    }
}

#[test]
fn time_for_the_decision_of_a_policy() {
    let sub = "token.actions.githubusercontent.com:sub";
    let provider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    let statement = |effect: &str, pattern: &str| {
        format!(
            "{{Effect: {effect}, Principal: {{Federated: '{provider}'}}, Action: 'sts:AssumeRoleWithWebIdentity', Condition: {{StringLike: {{'{sub}': '{pattern}'}}}}}}"
        )
    };
    let denials: Vec<String> =
        (0..50).map(|number| statement("Deny", &format!("*{number}?*:*{}", number % 7))).collect();
    let policy = format!(
        "{{Version: 2012-10-17, Statement: [{}, {}]}}",
        statement("Allow", &format!("*a{}", "?".repeat(20))),
        denials.join(", ")
    );
    let (found, code) =
        problems(&[("a.yaml", &format!("{HEAD}Resources:\n{}", role("Role", &policy)))], &["--no-config"]);
    let message =
        "combinations: it would take too long to decide everything about this trust policy".to_owned();
    assert!(found.contains(&message), "{found:?}");
    assert_eq!(code, ExitCode::Findings, "what is not decided is possible");
}

#[test]
fn pairs_of_roles() {
    let mut text = format!("{HEAD}Resources:\n");
    let trust = "&trust {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {AWS: !Ref AWS::AccountId}, Action: 'sts:AssumeRole'}]}";
    let policies = "&policies [{PolicyName: p, PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: 'sts:AssumeRole', Resource: '*'}, {Effect: Deny, Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::*:role/x'}]}}]";
    for number in 0..660 {
        text += &role(&format!("R{number}"), if number == 0 { trust } else { "*trust" });
        let _ = writeln!(text, "      Policies: {}", if number == 0 { policies } else { "*policies" });
    }
    reaches(
        "a.yaml",
        &text,
        "budget: there are more pairs of roles that may assume one another than are looked at",
    );
}

#[test]
fn suppressions() {
    let comments: String = (0..1_100).map(|_| "# fedlint: ignore[unused-role] because\n").collect();
    let text = format!("{HEAD}{comments}Resources:\n{}", role("Role", OPEN));
    let (found, code) = problems(&[("a.yaml", &text)], &["--no-config"]);
    let message = "this file has 1000 suppressions or more, and those from here on are not read";
    assert_eq!(found.iter().filter(|problem| problem.contains(message)).count(), 1, "{found:?}");
    assert_eq!(code, ExitCode::Failed);
}

#[test]
fn findings_of_a_file() {
    let roles: String = (0..20).map(|number| role(&format!("R{number}"), OPEN)).collect();
    let text = format!("{HEAD}Resources:\n{roles}");
    let (_, all) = with_limits(&[("a.yaml", &text), ("b.yaml", &text)], |_| {});
    let (messages, outcome) = with_limits(&[("a.yaml", &text), ("b.yaml", &text)], |request| {
        request.findings = FindingLimit(15);
    });
    let of_each = all.findings.len() / 2;
    let message = |file: &str| format!("`{file}` has {of_each} findings, of which the worst 15 are reported");
    assert_eq!(messages, [message("a.yaml"), message("b.yaml")]);
    assert_eq!(outcome.findings.len(), 30);
    let mildest = outcome.findings.iter().map(|finding| finding.severity).min();
    let mut levels: Vec<_> = all.findings.iter().map(|finding| finding.severity).collect();
    levels.sort();
    assert_eq!(mildest, levels.get(levels.len() - 30).copied(), "the worst stay");
}

#[test]
fn alternatives_of_a_pattern() {
    let folder = Folder::new();
    folder.write("a.yaml", &format!("{HEAD}Resources:\n{}", role("Role", OPEN)));
    let pattern = "{a,b}".repeat(9);
    let ran = folder.run(&["scan", "--format", "json", "--no-config", &pattern]);
    let problems = ran.problems();
    assert!(
        problems.iter().any(|problem| problem.contains("has more than 256 alternatives")),
        "{problems:?} {}",
        ran.err
    );
    assert_eq!(ran.code, ExitCode::Failed);
}

/// A template with a SAML provider of this metadata.
fn provider(metadata: &str) -> String {
    format!(
        "{HEAD}Resources:\n  Provider:\n    Type: AWS::IAM::SAMLProvider\n    Properties:\n      SamlMetadataDocument: {}\n",
        serde_json::Value::from(metadata)
    )
}

fn descriptor(inner: &str) -> String {
    format!(
        "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://a.example\">{inner}</EntityDescriptor>"
    )
}

#[test]
fn metadata() {
    let deep = format!("{}{}", "<a>".repeat(70), "</a>".repeat(70));
    let attributes: String = (0..300).map(|number| format!(" a{number}=\"\"")).collect();
    let namespaces: String = (0..10_100).map(|number| format!("<a xmlns:n{number}=\"u\"/>")).collect();
    for (inner, what) in [
        (deep, "64 levels of elements"),
        ("<a/>".repeat(200_001), "200000 elements and texts"),
        (format!("<a{attributes}/>"), "256 attributes in one element"),
        (namespaces, "10000 declarations of namespaces"),
    ] {
        let message = format!("the metadata has more than {what} and is not read");
        reaches("a.yaml", &provider(&descriptor(&inner)), &message);
    }
    let text = format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{}", descriptor("&b;"));
    reaches("a.yaml", &provider(&text), "the metadata has a document type");
}

#[test]
fn certificates() {
    let certificate = format!(
        "<IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><KeyDescriptor use=\"signing\"><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></KeyDescriptor></IDPSSODescriptor>",
        "MIIB".repeat(70_000)
    );
    let folder = Folder::new();
    folder.write("a.yaml", &provider(&descriptor(&certificate)));
    let ran = folder.run(&["scan", "--format", "json", "--no-config", "."]);
    assert!(ran.out.contains("saml-metadata-unreadable"), "{}", ran.out);
}

#[test]
fn rule_files() {
    let aliases = |level: usize| vec![format!("*a{}", level - 1); 9].join(", ");
    let levels: String = (1..10).map(|level| format!("a{level}: &a{level} [{}]\n", aliases(level))).collect();
    let deep = format!("id: x\ntitle: {}{}\n", "[".repeat(40), "]".repeat(40));
    let too_deep = "in the rule file, collections are nested more than 32 deep, at line 2, column 41";
    for (rule, message) in [(format!("a0: &a0 [x]\n{levels}"), "in the rule file, "), (deep, too_deep)] {
        let folder = Folder::new();
        folder.write("a.yaml", &format!("{HEAD}Resources:\n{}", role("Role", OPEN)));
        folder.write("fedlint.yaml", "rules: {directories: [own]}\n");
        folder.write("own/x.yaml", &rule);
        let ran = folder.run(&["scan", "--format", "json", "."]);
        assert_eq!(ran.code, ExitCode::Failed, "{}", ran.out);
        assert!(ran.problems().iter().any(|problem| problem.starts_with(message)), "{:?}", ran.problems());
    }
}

#[test]
fn issuer_files() {
    let folder = Folder::new();
    folder.write("a.yaml", &format!("{HEAD}Resources:\n{}", role("Role", OPEN)));
    folder.write("fedlint.yaml", "issuers: {directories: [issuers]}\n");
    folder.write("issuers/own.yaml", &format!("id: own\nname: {}{}\n", "[".repeat(40), "]".repeat(40)));
    let ran = folder.run(&["scan", "--format", "json", "."]);
    let message = "in the issuer file, collections are nested more than 32 deep, at line 2, column 40";
    assert_eq!((ran.problems(), ran.code), (vec![message.to_owned()], ExitCode::Failed));
}

/// Does `work` on a thread with a stack of so many bytes: more would end the process.
fn on_a_stack<R: Send + 'static>(bytes: usize, work: impl FnOnce() -> R + Send + 'static) -> R {
    let thread = thread::Builder::new().stack_size(bytes).spawn(work).expect("a thread starts");
    thread.join().expect("the stack is enough")
}

/// Scans on a small stack. Threads that nobody gave another one have 2 MB.
fn on_a_small_stack(files: Vec<(&'static str, String)>) -> Vec<String> {
    let work = move || {
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let outcome = fedlint::scan::scan_texts(&files, &Settings::default());
        outcome.problems.iter().map(|problem| problem.message.clone()).collect()
    };
    on_a_stack(256 << 10, work)
}

#[test]
fn the_deepest_input_needs_a_small_stack_only() {
    let around = |open: &str, close: &str, depth: usize, inside: &str| {
        format!("{}{inside}{}", open.repeat(depth), close.repeat(depth))
    };
    let lists = around("[", "]", 120, "x");
    let embedded = format!("'{{\"Statement\": {}}}'", around("[", "]", 126, "1"));
    let twice = serde_json::Value::from(format!(
        "{{\"a\": {}}}",
        serde_json::Value::from(&embedded[1..embedded.len() - 1])
    ));
    let inputs: Vec<(&str, String)> = vec![
        ("lists in YAML", described("", &lists)),
        ("maps in YAML", described("", &around("{a: ", "}", 123, "x"))),
        (
            "lists in JSON",
            format!(
                "{{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"Resources\": {{\"R\": {{\"Type\": \"AWS::IAM::Role\", \"Properties\": {{\"Tags\": {}}}}}}}}}",
                around("[", "]", 120, "1")
            ),
        ),
        ("JSON in a text", format!("{HEAD}Resources:\n{}", role("Role", &embedded))),
        ("JSON in a text in a text", format!("{HEAD}Resources:\n{}", role("Role", &twice.to_string()))),
        ("statements", format!("{HEAD}Resources:\n{}", role("Role", &format!("{{Statement: {lists}}}")))),
        (
            "principals",
            format!(
                "{HEAD}Resources:\n{}",
                role(
                    "Role",
                    &format!(
                        "{{Statement: {{Effect: Allow, Principal: {{AWS: {}}}, Action: a}}}}",
                        around("[", "]", 110, "'*'")
                    )
                )
            ),
        ),
        ("texts put together", described("", &around("!Join ['', [", "]]", 58, "x"))),
        ("texts with variables", described("", &around("{'Fn::Sub': ['${a}', {a: ", "}]}", 38, "x"))),
        (
            "conditions",
            described(
                &format!("Conditions: {{C: {}}}\n", around("!Not [", "]", 120, "!Equals [a, b]")),
                "!If [C, a, b]",
            ),
        ),
        (
            "branches",
            described(
                "Conditions: {C: !Equals [!Ref AWS::Region, a]}\n",
                &around("!If [C, a, ", "]", 118, "x"),
            ),
        ),
        (
            "loops",
            format!(
                "{HEAD}Transform: AWS::LanguageExtensions\nResources: {}\n",
                around("{'Fn::ForEach::L': [X, [a], ", "]}", 58, "{R: {Type: AWS::IAM::Role}}")
            ),
        ),
        ("values as JSON", described("", &around("!ToJsonString [", "]", 122, "x"))),
        ("items of lists", described("", &around("!Select [0, [", "]]", 61, "x"))),
        ("keys of maps", described("", &around("!FindInMap [a, b, ", "]", 122, "x"))),
        (
            "maps that lead to themselves",
            described("Mappings: {M: {a: {b: !FindInMap [M, a, b]}}}\n", "!FindInMap [M, a, b]"),
        ),
        ("XML", provider(&descriptor(&around("<a>", "</a>", 62, "x")))),
    ];
    for (what, text) in inputs {
        let name = if text.starts_with('{') { "a.json" } else { "a.yaml" };
        let problems = on_a_small_stack(vec![(name, text)]);
        assert!(!problems.iter().any(|problem| problem.contains("bug")), "{what}: {problems:?}");
    }
    // Chains of references and of conditions that are as long as any, and as many stacks inside each other as are read.
    let conditions: String =
        (0..250).map(|index| format!("  C{index}: !Not [!Condition C{}]\n", index + 1)).collect();
    let conditions = format!("Conditions:\n{conditions}  C250: !Equals [!Ref AWS::Region, a]\n");
    on_a_small_stack(vec![("a.yaml", described(&conditions, "!If [C0, a, b]"))]);
    let chain: String = (0..300)
        .map(|index| {
            format!(
                "  J{index}: {{Type: Custom::AWSCDKCfnJson, Properties: {{Value: !GetAtt [J{}, Value]}}}}\n",
                index + 1
            )
        })
        .collect();
    on_a_small_stack(vec![(
        "a.yaml",
        format!("{HEAD}Resources:\n{chain}{}      Description: !GetAtt [J0, Value]\n", role("Role", OPEN)),
    )]);
    let stacks = [
        "00.yaml", "01.yaml", "02.yaml", "03.yaml", "04.yaml", "05.yaml", "06.yaml", "07.yaml", "08.yaml",
        "09.yaml", "10.yaml", "11.yaml", "12.yaml", "13.yaml", "14.yaml", "15.yaml",
    ];
    let files = stacks.iter().enumerate().map(|(level, name)| {
        let text = format!(
            "{HEAD}Parameters: {{P: {{Type: String}}}}\nResources:\n{}      Description: !Sub 'x${{P}}${{Child.Outputs.O}}'\n  Child: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: ./{:02}.yaml, Parameters: {{P: !Sub 'y${{P}}'}}}}}}\nOutputs: {{O: {{Value: !Sub '${{P}}${{Child.Outputs.O}}'}}}}\n",
            role("Role", OPEN),
            level + 1
        );
        (*name, text)
    });
    on_a_small_stack(files.collect());
}

#[test]
fn readers_need_a_small_stack_only() {
    use fedlint::document::{Format, Tree, certificate, embedded, json, read, saml_metadata, yaml};
    use fedlint::source::{Origin, Span};

    let small = 256 << 10;
    let nested =
        |open: &str, close: &str, depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    // As deep as is read, and far deeper.
    for depth in [120, 128, 5_000] {
        let texts = [
            nested("[", "]", depth),
            nested("{\"a\": ", "}", depth),
            nested("{a: ", "}", depth),
            nested("- ", "", depth),
            (0..depth).map(|level| format!("{}a:\n", " ".repeat(level))).collect(),
        ];
        for text in texts {
            on_a_stack(small, move || {
                let sources = Sources::default();
                let source = sources.add_kept(Origin::Stdin, text.as_str().into());
                let limits = Limits::default();
                let _ = (json::read(&text, source, &limits), yaml::read(&text, source, &limits));
                let host = serde_json::Value::from(text).to_string();
                let source = sources.add_kept(Origin::Stdin, host.as_str().into());
                let outer = read(&host, source, Format::Json, &limits);
                let tree = Tree::new(&outer.document, &host);
                tree.roots().for_each(|root| drop(embedded::read(&sources, root, &limits)));
            });
        }
        let settings = format!("exclude: {}\n", nested("[", "]", depth));
        on_a_stack(small, move || {
            assert!(Settings::parse(&Sources::default(), &settings, Path::new("")).is_err());
        });
        // And as deep as yaml_serde is given.
        for depth in [30, depth] {
            let rule = format!("id: {}\n", nested("[", "]", depth));
            on_a_stack(small, move || assert!(fedlint::rules::Rule::parse(&rule).is_err()));
        }
        let xml = descriptor(&format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth)));
        on_a_stack(small, move || {
            let source = Sources::default().add_kept(Origin::Stdin, "".into());
            saml_metadata::read(&xml, &|range| Span::new(source, range.start as u32, range.end as u32))
        });
    }
    // Sequences in sequences, as far as a certificate may be long.
    let der: String = "MIAw".repeat(60_000);
    on_a_stack(small, move || assert!(certificate::read(&der).is_none()));
}

#[test]
fn policies_need_a_small_stack_only() {
    let nested = |open: &str, close: &str| format!("{}\"*\"{}", open.repeat(120), close.repeat(120));
    for policy in [
        nested("[", "]"),
        format!("{{\"Statement\": {}}}", nested("[", "]")),
        format!(
            "{{\"Statement\": {{\"Effect\": \"Allow\", \"Principal\": {{\"AWS\": {}}}}}}}",
            nested("[", "]")
        ),
        format!("{{\"Statement\": {{\"Condition\": {}}}}}", nested("{\"a\": ", "}")),
    ] {
        let json: serde_json::Value = serde_json::from_str(&policy).expect("JSON");
        on_a_stack(256 << 10, move || {
            let vocabulary = fedlint::value::Vocabulary::default();
            let source = Sources::default().add_kept(fedlint::source::Origin::Stdin, "".into());
            let at = fedlint::source::Span::new(source, 0, 0);
            let (policy, _) = fedlint::policy::parse(&json_value::value(&json, at, &vocabulary), &vocabulary);
            assert!(policy.statements.len() <= 1);
        });
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads the sources of its own crate")]
fn source(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the constants of a name are in a file: products, shifts and plain numbers.
fn constants(code: &str, name: &str) -> Vec<u64> {
    let number = |text: &str| text.trim().replace('_', "").parse::<u64>().expect("a number");
    let found = code.lines().filter_map(|line| line.split_once(&format!("const {name}: ")));
    let values = found.map(|(_, rest)| {
        let value = rest.split_once('=').and_then(|(_, value)| value.split(';').next()).expect("a value");
        match (value.split_once("<<"), value.split_once('*')) {
            (Some((value, shift)), _) => number(value) << number(shift),
            (_, Some((one, other))) => number(one) * number(other),
            _ => number(value),
        }
    });
    values.collect()
}

#[test]
fn the_table_is_that_of_the_code() {
    let text = source("docs/reliability.md");
    let own = source("tests/budgets.rs");
    let mut rows = 0;
    for row in text.lines().filter(|line| line.contains("| `src/")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [what, most, constant, said, tests] = cells[..] else { panic!("{row}") };
        let (file, name) = constant.split_once(' ').expect("a file and a name");
        let (file, name) = (file.trim_matches('`'), name.trim_matches('`'));
        let most: u64 = most.replace(',', "").parse().expect("a number");
        let values = constants(&source(file), name);
        assert!(values.contains(&most), "{what}: {file} {name} is {values:?}, not {most}");
        for test in tests.split(", ") {
            let test = test.trim_matches('`');
            assert!(own.contains(&format!("#[test]\nfn {test}() {{")), "{what}: there is no test `{test}`");
        }
        // The words of the message stand in a test that reaches the limit, or are those of a finding.
        let is_finding = said.starts_with("a finding of ");
        assert!(is_finding || own.contains(said), "{what}: no test expects `{said}`");
        rows += 1;
    }
    assert!(rows > 25, "{rows}");
}

/// Numbers in the code that are no limits of what an input may drive, by what they are.
const OTHER_NUMBERS: &[(&str, &[&str])] = &[
    (
        "past it, what is said of a thing is possible where it might have been proved, or some of it is not asked",
        &[
            "analysis/caps.rs MOST",
            "analysis/organisations.rs MOST_LEVELS",
            "facts/oidc_provider.rs COMPARED",
            "facts/saml_certificate.rs CERTIFICATES",
            "model/link/resolve.rs MOST_POSSIBLE",
            "policy/decide.rs LARGE",
            "policy/decide.rs LISTED",
            "policy/language.rs TEXTS",
            "policy/permissions/choice.rs MOST",
            "policy/solve.rs QUICK",
            "policy/solve/values.rs FEW",
            "resources/account/reader.rs WRAPPED",
            "resources/cloudformation/documents.rs NESTING",
            "resources/cloudformation/worlds.rs MOST",
            "value/shape.rs ALTERNATIVES",
            "value/shape.rs STEPS",
        ],
    ),
    (
        "how often something is tried; what was not tried stays a finding, or a message",
        &[
            "document/yaml.rs BROKEN_ALIASES",
            "document/yaml.rs BROKEN_DOCUMENTS",
            "fixes.rs LONGEST",
            "fixes.rs TRIED",
            "scan/bug.rs TRIED",
            "scan/mend.rs SCANS",
        ],
    ),
    (
        "what `collect` asks and keeps: what it did not is in the manifest",
        &[
            "collect/account.rs MOST_CALLS",
            "collect/calls/iam.rs MOST_USERS",
            "collect/client.rs MOST_BROKEN",
            "collect/client.rs MOST_STDERR",
            "collect/client.rs MOST_THROTTLED",
            "collect/failure.rs LONGEST_MESSAGE",
            "collect/layout.rs LONGEST_KEY",
            "collect/task.rs LONGEST_VALUE",
        ],
    ),
    (
        "what AWS takes, which facts are about",
        &[
            "facts/identity_center/set_fault.rs DEFAULT_QUOTA",
            "facts/identity_center/set_fault.rs DESCRIPTION",
            "facts/identity_center/set_fault.rs INLINE_POLICY",
            "facts/identity_center/set_fault.rs POLICIES",
            "facts/identity_center/set_fault.rs RELAY_STATE",
            "facts/mapping_fault.rs LONGEST_VALUE",
            "facts/mapping_fault.rs MOST_RULES",
            "facts/oidc_provider.rs LONGEST",
            "facts/saml_metadata.rs KEYS",
            "resources/cloudformation/sam/logical_ids.rs LENGTH",
        ],
    ),
    (
        "how much is named, drawn or quoted: the rest is counted, or stands elsewhere",
        &[
            "analysis.rs MOST",
            "analysis/privileges.rs FEW_ACTIONS",
            "document.rs DUPLICATES",
            "document/saml_metadata.rs LONGEST",
            "document/saml_metadata.rs SHOWN",
            "facts/guest_privileges.rs SHOWN",
            "facts/identity_center/access.rs NAMED",
            "facts/identity_center/named_policy.rs NAMED",
            "facts/picture/classes.rs FOLLOWED",
            "facts/picture/classes.rs NAMED",
            "facts/picture/classes.rs READABLE",
            "facts/picture/classes.rs ROUNDS",
            "facts/picture/frame.rs AROUND",
            "facts/picture/frame.rs PROPOSED",
            "facts/role_cycle.rs SHOWN",
            "facts/trust/view.rs LISTED",
            "fixes/diff.rs CONTEXT",
            "rules/judge.rs MANY",
            "rules/judge.rs SOME",
            "settings/reader.rs LONGEST",
            "source/long.rs LONGEST_LINE",
            "source/long.rs LONGEST_STRETCH",
        ],
    ),
    (
        "how work is divided and kept, whatever comes of it",
        &[
            "document/json/pieces.rs DEPTH",
            "document/keys.rs FEW",
            "analysis/permissions.rs MOST_HOLDERS",
            "facts.rs PART",
            "facts.rs PART_OF_WAYS",
            "facts/trust/view.rs VARIANTS",
            "model/link.rs ROLES",
            "policy/automaton.rs NEW_SET",
            "policy/decide.rs FEW",
            "policy/decide/alike.rs MOST",
            "policy/decide/alike.rs MOST_SYMBOLS",
            "policy/decide/alike.rs MOST_WORDS",
            "policy/decide/certain.rs KEPT",
            "policy/decide/standard.rs LEAST",
            "policy/decide/standard.rs MOST",
            "policy/decide/standard.rs MOST_STEPS",
            "policy/decide/standard.rs MOST_WORDS",
            "policy/workshop.rs MOST_AUTOMATA",
            "scan.rs FEW",
            "scan.rs SHARE",
            "scan/listing.rs AT_ONCE",
            "scan/look.rs PIECE",
            "scan/look.rs PIECES",
            "scan/threads.rs HELD",
            "scan/threads.rs PART",
            "source/discover/walk.rs MOST_THREADS",
            "source/long.rs LONG",
            "source/long.rs LONG_BESIDE",
            "source/long.rs PAGE",
            "source/prefilter.rs LONGEST",
            "source/prefilter.rs PIECE",
            "source/read.rs BLOCK",
            "source/read.rs MOST",
            "source/read.rs MOST_BYTES",
            "value/names.rs SHARDS",
        ],
    ),
    (
        "parts of a form",
        &[
            "baseline.rs SCHEMA",
            "collect/manifest.rs VERSION",
            "document/json.rs COUNT",
            "document/json.rs HIGH",
            "document/json.rs SPACES",
            "fixes/block.rs STEP",
            "policy/automaton.rs START",
            "value/secret.rs MOST",
        ],
    ),
];

/// The numbers that have a name in the code, `FILE NAME`, without those of what is printed and of embedded data.
fn numbers() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the code") {
            let path = entry.expect("an entry").path();
            let file = path.strip_prefix(&root).expect("below it").to_string_lossy().replace('\\', "/");
            let is_left_out = ["tests", "report", "commands", "knowledge", "main.rs", "tests.rs"]
                .iter()
                .any(|left_out| file.split('/').any(|part| part == *left_out));
            if is_left_out {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            for line in source(&format!("src/{file}")).lines() {
                let Some((before, rest)) = line.split_once("const ") else { continue };
                let before = before.trim();
                let Some((name, value)) = rest.split_once(": ") else { continue };
                let Some((kind, value)) = value.split_once(" = ") else { continue };
                let is_number = ["u8", "u16", "u32", "u64", "usize"].contains(&kind)
                    && value.contains(|character: char| character.is_ascii_digit())
                    && !value.contains("0x")
                    && !matches!(value, "u8::MAX;" | "u16::MAX;" | "u32::MAX;" | "u64::MAX;");
                if is_number && (before.is_empty() || before.starts_with("pub")) {
                    found.insert(format!("{file} {name}"));
                }
            }
        }
    }
    found
}

#[test]
fn every_limit_stands_in_the_table() {
    let table = source("docs/reliability.md");
    let in_table = |number: &str| {
        let (file, name) = number.split_once(' ').expect("a file and a name");
        table.contains(&format!("| `src/{file}` `{name}` |"))
    };
    let other: BTreeSet<&str> = OTHER_NUMBERS.iter().flat_map(|(_, numbers)| *numbers).copied().collect();
    let numbers = numbers();
    let unknown: Vec<&String> =
        numbers.iter().filter(|number| !in_table(number) && !other.contains(number.as_str())).collect();
    assert!(
        unknown.is_empty(),
        "a row in the table of docs/reliability.md, or what they are in OTHER_NUMBERS: {unknown:#?}"
    );
    let gone: Vec<&&str> = other.iter().filter(|number| !numbers.contains(**number)).collect();
    assert!(gone.is_empty(), "they are in the code no more: {gone:#?}");
}
