//! Meaning, not form: every example of every rule, written in other ways that mean the same, gets the same verdict.
//!
//! A verdict is what fedlint says without places and words: rule, severity, certainty, the worlds (`when`), the
//! file and the entity of each finding. Most rewrites must keep all findings ([`Equal::All`]). Rewrites that give a
//! statement other limits (one said twice, one split, two merged) may make two findings of one or one of two, as a
//! finding is made where the fault stands, and must keep the set ([`Equal::Set`]).

mod support;

#[path = "support/rewriting/mod.rs"]
mod rewriting;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use rayon::prelude::*;
use rewriting::{conditions, former_id, functions, policies};
use serde_json::{Value, json};
use support::{Figures, examples, scan_with};

/// Changes a template and says in how many places.
type Change = fn(&mut Value) -> usize;

/// What of two verdicts must be equal.
#[derive(Clone, Copy, PartialEq)]
enum Equal {
    /// Every finding, as often as it is made.
    All,
    /// What is found, however often.
    Set,
}

/// How a template is written down again.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Yaml,
    Json,
}

/// A way to write a template that means the same.
struct Rewrite {
    name: &'static str,
    change: Change,
    equal: Equal,
    form: Form,
    /// Severity and rule, or the rule alone, of findings about the very form that it changes: not compared.
    but: Option<&'static str>,
    /// How many examples it must change at least: so many do today, or nearly.
    least: usize,
}

const fn rewrite(name: &'static str, change: Change, equal: Equal, least: usize) -> Rewrite {
    Rewrite { name, change, equal, form: Form::Yaml, but: None, least }
}

const REWRITES: &[Rewrite] = &[
    rewrite("functions in their long form", rewriting::same, Equal::All, 72),
    Rewrite { form: Form::Json, ..rewrite("JSON", rewriting::same, Equal::All, 72) },
    rewrite("resources in the opposite order", rewriting::resources_reversed, Equal::All, 39),
    rewrite("keys of the template in the opposite order", rewriting::template_keys_reversed, Equal::All, 72),
    rewrite("other logical ids", rewriting::ids_renamed, Equal::All, 72),
    rewrite("scalars as lists", policies::scalars_as_lists, Equal::All, 32),
    rewrite("lists of one as scalars", policies::lists_as_scalars, Equal::All, 24),
    rewrite("lists in the opposite order", policies::lists_reversed, Equal::All, 9),
    rewrite("keys in the opposite order", policies::keys_reversed, Equal::All, 33),
    rewrite("a statement for each action", policies::split_by_action, Equal::Set, 4),
    Rewrite {
        // A call that one principal of a statement can use is of no use in the part of another.
        but: Some("low action-principal-mismatch"),
        ..rewrite("a statement for each principal", policies::split_by_principal, Equal::Set, 3)
    },
    rewrite("every statement twice", policies::said_twice, Equal::Set, 32),
    rewrite("statements merged", policies::merged, Equal::Set, 1),
    Rewrite {
        // IAM may refuse the bare form in a trust policy; apart from that both are everyone.
        but: Some("rejected-at-deploy"),
        ..rewrite("everyone in the other form", policies::everyone_in_the_other_form, Equal::All, 2)
    },
    rewrite("policies as text", policies::as_text, Equal::All, 12),
    rewrite("policies as text in Fn::Sub", policies::as_sub, Equal::All, 30),
    rewrite("policies as Fn::ToJsonString", policies::as_json_string, Equal::All, 32),
    rewrite("literals as Fn::Sub", functions::literals_as_sub, Equal::All, 68),
    rewrite("literals as Fn::Join", functions::literals_as_join, Equal::All, 68),
    rewrite("literals as Fn::Sub with variables", functions::literals_as_sub_with_variables, Equal::All, 68),
    rewrite("references as Fn::Sub", functions::references_as_sub, Equal::All, 44),
    rewrite("ARNs written out", functions::arns_written_out, Equal::All, 6),
    Rewrite {
        but: Some("pattern-operator-without-pattern"),
        ..rewrite("StringEquals as StringLike", conditions::equal_as_like, Equal::All, 18)
    },
    Rewrite {
        but: Some("pattern-operator-without-pattern"),
        ..rewrite("StringLike as StringEquals", conditions::like_as_equal, Equal::All, 7)
    },
    rewrite("ArnEquals and ArnLike swapped", conditions::arn_operator_swapped, Equal::All, 1),
    rewrite("one value as ForAnyValue", conditions::single_as_any, Equal::All, 18),
    rewrite("condition keys in lower case", conditions::keys_in_lower_case, Equal::All, 13),
    rewrite("condition keys in upper case", conditions::keys_in_upper_case, Equal::All, 22),
    rewrite("condition keys in mixed case", conditions::keys_in_mixed_case, Equal::All, 22),
    rewrite("actions in mixed case", conditions::actions_in_mixed_case, Equal::All, 31),
    Rewrite {
        form: Form::Json,
        // One of them is that of the operators.
        but: Some("pattern-operator-without-pattern"),
        ..rewrite("all at once", all_at_once, Equal::Set, 72)
    },
];

/// Examples that do not keep their verdict under a rewrite: rule, title, rewrite, and why that is right.
const EXCEPT: &[(&str, &str, &str, &str)] = &[
    (
        "rejected-at-deploy",
        "more text than the quota allows",
        "every statement twice",
        "the rule is about the length of the text, which is now past the quota that cannot be raised",
    ),
    (
        "roles-anywhere-any-anchor",
        "a list of trust anchors that the deployer fills in",
        "ArnEquals and ArnLike swapped",
        "of a list that nobody knows, the name of the operator says whether it is meant to hold wildcards",
    ),
    (
        "roles-anywhere-any-anchor",
        "the anchors of a list that may have a wildcard in it",
        "ArnEquals and ArnLike swapped",
        "of a list that nobody knows, the name of the operator says whether it is meant to hold wildcards",
    ),
];

/// Many rewrites one after another.
fn all_at_once(template: &mut Value) -> usize {
    let changes: [Change; 11] = [
        policies::split_by_action,
        conditions::equal_as_like,
        conditions::single_as_any,
        conditions::keys_in_upper_case,
        conditions::actions_in_mixed_case,
        policies::scalars_as_lists,
        policies::lists_reversed,
        policies::keys_reversed,
        rewriting::resources_reversed,
        functions::literals_as_join,
        rewriting::ids_renamed,
    ];
    changes.iter().map(|change| change(template)).sum()
}

/// Something to rewrite: files, and what they are examples of.
struct Subject {
    rule: String,
    title: String,
    files: Vec<(String, String)>,
    settings: fedlint::settings::Settings,
    /// The verdict on the files as they are.
    before: OnceLock<Verdict>,
}

/// A line for each finding, in order; and what could not be read.
type Verdict = (Vec<String>, Vec<String>);

/// The examples of all rules, and one that has what they may lack.
fn subjects() -> Vec<Subject> {
    let mut all = vec![Subject {
        rule: "none".to_owned(),
        title: "every part of the policy language".to_owned(),
        files: vec![("template.yaml".to_owned(), LANGUAGE.to_owned())],
        settings: Default::default(),
        before: OnceLock::new(),
    }];
    for rule in examples::rules() {
        for example in rule.bad.iter().chain(&rule.good) {
            all.push(Subject {
                rule: rule.id.clone(),
                title: example.title.clone(),
                files: example.files.clone(),
                settings: examples::settings(example),
                before: OnceLock::new(),
            });
        }
    }
    all
}

const LANGUAGE: &str = r#"
Parameters:
  Stage: { Type: String, AllowedValues: [dev, prod] }
  Services: { Type: CommaDelimitedList }
Conditions:
  IsProduction: !Equals [!Ref Stage, prod]
Resources:
  Corporate:
    Type: AWS::IAM::SAMLProvider
    Properties: { Name: corporate }
  GitHub:
    Type: AWS::IAM::OIDCProvider
    Properties: { Url: https://token.actions.githubusercontent.com, ClientIdList: [sts.amazonaws.com] }
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      RoleName: deploy
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: !Ref GitHub }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: { "token.actions.githubusercontent.com:aud": sts.amazonaws.com }
              StringLike: { "token.actions.githubusercontent.com:sub": "repo:example/*" }
  Broken:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Id: trust
        Statement:
          - Sid: Tag
            Effect: Allow
            Principal: { Federated: [!GetAtt Corporate.Arn] }
            Action: sts:TagSession
            Condition: { StringEquals: { "SAML:aud": "https://signin.aws.amazon.com/saml" } }
          - Sid: Enter
            Effect: Allow
            Principal: { Federated: [!GetAtt Corporate.Arn] }
            Action: [sts:AssumeRole]
            Condition: { StringEquals: { "SAML:aud": "https://signin.aws.amazon.com/saml" } }
          - Sid: Missing
            Effect: Allow
            Principal: { Federated: !GetAtt Other.Arn, Service: [ecs.amazonaws.com, !Ref "AWS::StackName"] }
            Action: [sts:AssumeRoleWithSAML, sts:SetSourceIdentity, sts:AssumeRole]
            Condition:
              StringEquals: { "SAML:aud": "https://signin.aws.amazon.com/saml", "saml:sub": [a, b] }
              StringNotLike: { "saml:iss": ["https://one.example.com", "https://two.example.com/*"] }
  Open:
    Type: AWS::IAM::Role
    Condition: IsProduction
    Properties:
      Path: /team/
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: "*"
            Action: sts:AssumeRole
            Condition:
              ArnLike: { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/ci-*" }
              ArnNotEquals: { "aws:PrincipalArn": !GetAtt Broken.Arn }
              StringEqualsIfExists: { "aws:PrincipalTag/Team": "${aws:RequestTag/Team}" }
              Bool: { "aws:MultiFactorAuthPresent": true }
              NumericLessThan: { "aws:MultiFactorAuthAge": 3600 }
          - Effect: Deny
            Principal: { AWS: "*", Service: !Ref Services }
            NotAction: sts:AssumeRole
          - Effect: Deny
            NotPrincipal: { AWS: [arn:aws:iam::111122223333:root, arn:aws:iam::444455556666:root] }
            Action: sts:TagSession
      Policies:
        - PolicyName: files
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              Effect: !If [IsProduction, Allow, Deny]
              Action: !If [IsProduction, ["s3:GetObject", "s3:List*"], "s3:*"]
              Resource: ["arn:aws:s3:::files/${aws:username}/*", "arn:aws:s3:::files"]
  Text:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com }
            Action: sts:AssumeRole
            Condition:
              StringEquals:
                token.actions.githubusercontent.com:aud: sts.amazonaws.com
                token.actions.githubusercontent.com:sub: repo:example/shop:ref:refs/heads/main
"#;

#[test]
fn rewritten_examples_get_the_same_verdict() {
    let subjects = subjects();
    let mut wrong = Vec::new();
    let mut excepted = BTreeSet::new();
    let mut figures = Figures::default();
    let (mut same, mut all) = (0, 0);
    for rewrite in REWRITES {
        let mut count = 0;
        let compared: Vec<_> = subjects
            .par_iter()
            .map(|subject| Some(compare(rewrite, subject, &rewritten(rewrite, &subject.files)?)))
            .collect();
        for (subject, compared) in subjects.iter().zip(compared) {
            let Some(compared) = compared else { continue };
            count += 1;
            let Err(difference) = compared else {
                same += 1;
                continue;
            };
            let except = |(rule, title, name, _): &&(&str, &str, &str, &str)| {
                *rule == subject.rule && *title == subject.title && *name == rewrite.name
            };
            if EXCEPT.iter().find(except).is_some_and(|except| excepted.insert(except)) {
                count -= 1;
                continue;
            }
            wrong.push(format!("{}, `{}`, {}:\n{difference}", subject.rule, subject.title, rewrite.name));
        }
        if count < rewrite.least {
            wrong.push(format!("{} changes only {count} examples", rewrite.name));
        }
        all += count;
        #[expect(clippy::print_stdout, reason = "says how much was tested, with --nocapture")]
        {
            println!("{count:4} examples: {}", rewrite.name);
        }
    }
    for except in EXCEPT.iter().filter(|except| !excepted.contains(except)) {
        wrong.push(format!("not needed any more: {except:?}"));
    }
    figures.add(
        "examples rewritten: same verdict",
        format!("{same} of {all}"),
        "all, 1,000 or more",
        same == all && all >= 1000 && wrong.is_empty(),
    );
    figures.finish(&wrong.join("\n\n"));
}

/// The files with every template among them rewritten; `None` if there is nothing to rewrite.
fn rewritten(rewrite: &Rewrite, files: &[(String, String)]) -> Option<Vec<(String, String)>> {
    let mut changed = 0;
    let rewritten = files
        .iter()
        .map(|(name, text)| {
            let Some(mut template) = rewriting::read(text) else { return (name.clone(), text.clone()) };
            changed += (rewrite.change)(&mut template);
            match rewrite.form {
                Form::Yaml => (name.clone(), serde_yaml::to_string(&template).expect("YAML can be written")),
                // The name stays where others may refer to it.
                Form::Json if files.len() > 1 => (name.clone(), template.to_string()),
                Form::Json => {
                    (name.replace(".yaml", ".json"), serde_json::to_string_pretty(&template).expect("JSON"))
                }
            }
        })
        .collect();
    (changed > 0).then_some(rewritten)
}

/// The verdict on `files`.
fn verdict(files: &[(String, String)], settings: &fedlint::settings::Settings) -> Verdict {
    let texts: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let outcome = scan_with(&texts, settings);
    let mut lines: Vec<String> = outcome
        .findings
        .iter()
        .map(|seen| {
            let file = files.iter().position(|(name, _)| *name == seen.path);
            let file = file.map_or_else(|| seen.path.clone(), |file| file.to_string());
            format!("file {file}, {}: {} {}", former_id(&seen.entity), seen.severity, seen.in_a_line())
        })
        .collect();
    lines.sort();
    (lines, outcome.problems)
}

/// How the verdict on the rewritten files differs.
fn compare(rewrite: &Rewrite, subject: &Subject, files: &[(String, String)]) -> Result<(), String> {
    let before = subject.before.get_or_init(|| verdict(&subject.files, &subject.settings));
    let (mut before, problems_before) = before.clone();
    let (mut after, problems_after) = verdict(files, &subject.settings);
    let is_compared = |line: &String| rewrite.but.is_none_or(|but| !line.contains(but));
    before.retain(is_compared);
    after.retain(is_compared);
    if rewrite.equal == Equal::Set {
        before.dedup();
        after.dedup();
    }
    if before == after && problems_before == problems_after {
        return Ok(());
    }
    let texts: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
    Err(format!(
        "  before: {before:#?} {problems_before:?}\n  after: {after:#?} {problems_after:?}\n{}",
        texts.join("---\n")
    ))
}

/// What a rewrite makes of the trust policy of a role.
fn rewritten_policy(change: Change, statement: &Value) -> Value {
    let properties = json!({ "AssumeRolePolicyDocument": { "Statement": statement } });
    let mut template =
        json!({ "Resources": { "Role": { "Type": "AWS::IAM::Role", "Properties": properties } } });
    change(&mut template);
    template["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"].take()
}

#[test]
fn rewrites_change_the_form() {
    let statement = json!({
        "Sid": "Enter",
        "Principal": { "AWS": ["1", "2"] },
        "Action": ["sts:A", "sts:B"],
        "Condition": { "StringEqualsIfExists": { "aws:key": "${aws:id}" }, "StringLike": { "x:sub": ["y"] } },
    });
    // The rewrite, where in the policy, and what is to stand there.
    let cases: [(Change, &str, Value); 17] = [
        (policies::scalars_as_lists, "/Statement/0/Action", json!(["sts:A", "sts:B"])),
        (
            policies::scalars_as_lists,
            "/Statement/0/Condition/StringEqualsIfExists/aws:key",
            json!(["${aws:id}"]),
        ),
        (policies::lists_as_scalars, "/Statement/Condition/StringLike/x:sub", json!("y")),
        (policies::lists_reversed, "/Statement/Principal/AWS", json!(["2", "1"])),
        (policies::split_by_action, "/Statement/1/Action", json!("sts:B")),
        (policies::split_by_action, "/Statement/1/Sid", json!("Enter1")),
        (policies::split_by_principal, "/Statement/0/Principal", json!({ "AWS": "1" })),
        (policies::said_twice, "/Statement/1/Action", json!(["sts:A", "sts:B"])),
        // A policy variable may not become a pattern.
        (conditions::equal_as_like, "/Statement/Condition/StringLike/x:sub", json!(["y"])),
        (conditions::equal_as_like, "/Statement/Condition/StringEqualsIfExists/aws:key", json!("${aws:id}")),
        (conditions::like_as_equal, "/Statement/Condition/StringEquals/x:sub", json!(["y"])),
        (conditions::single_as_any, "/Statement/Condition/ForAnyValue:StringLike/x:sub", json!(["y"])),
        (conditions::keys_in_mixed_case, "/Statement/Condition/StringLike/X:SuB", json!(["y"])),
        (conditions::actions_in_mixed_case, "/Statement/Action", json!(["StS:A", "StS:B"])),
        (
            functions::literals_as_sub,
            "/Statement/Condition/StringEqualsIfExists/aws:key",
            json!({ "Fn::Sub": "${!aws:id}" }),
        ),
        (functions::literals_as_join, "/Statement/Action/0", json!({ "Fn::Join": ["", ["st", "s:A"]] })),
        (
            functions::literals_as_sub_with_variables,
            "/Statement/Action/0",
            json!({ "Fn::Sub": ["st${Half}", { "Half": "s:A" }] }),
        ),
    ];
    for (change, place, expected) in cases {
        let policy = rewritten_policy(change, &statement);
        let found =
            policy.pointer(place).or_else(|| policy.pointer(&place.replace("/Statement", "/Statement/0")));
        assert_eq!(found, Some(&expected), "{place} of {policy:#}");
    }
    let parts = rewritten_policy(policies::split_by_action, &statement);
    assert_eq!(
        rewritten_policy(policies::merged, &parts["Statement"])["Statement"][0]["Action"],
        statement["Action"]
    );
    assert_eq!(rewritten_policy(policies::as_text, &json!([])), json!("{\"Statement\":[]}"));
}

#[test]
fn references_follow_the_new_logical_ids() {
    let mut template = json!({
        "Resources": { "A": {}, "B": { "DependsOn": "A", "Properties": {
            "Name": { "Ref": "A" },
            "Arn": { "Fn::GetAtt": ["A", "Arn"] },
            "Text": { "Fn::Sub": "${A}/${A.Arn}/${!A}/${AWS::Region}" },
            "Own": { "Fn::Sub": ["${A}", { "A": { "Ref": "B" } }] },
        } } },
    });
    rewriting::ids_renamed(&mut template);
    let expected = json!({
        "Resources": { "Renamed002A": {}, "Renamed001B": { "DependsOn": "Renamed002A", "Properties": {
            "Name": { "Ref": "Renamed002A" },
            "Arn": { "Fn::GetAtt": ["Renamed002A", "Arn"] },
            "Text": { "Fn::Sub": "${Renamed002A}/${Renamed002A.Arn}/${!A}/${AWS::Region}" },
            "Own": { "Fn::Sub": ["${A}", { "A": { "Ref": "Renamed001B" } }] },
        } } },
    });
    assert_eq!(template, expected);
    assert_eq!(former_id("Renamed002A"), "A");
}

/// The comparison is worth something only if it sees what does change the meaning.
#[test]
fn another_meaning_is_another_verdict() {
    let other_action: Change = |template| {
        let before = template.to_string();
        let after = before.replace("sts:AssumeRoleWithSAML", "sts:AssumeRole");
        *template = serde_json::from_str(&after).expect("JSON");
        usize::from(before != after)
    };
    let no_resource: Change = |template| {
        let resources = template["Resources"].as_object_mut().expect("resources");
        let last = resources.keys().next_back().cloned();
        last.and_then(|name| resources.shift_remove(&name)).map_or(0, |_| 1)
    };
    for (change, least) in [(other_action, 4), (no_resource, 30)] {
        let rewrite = rewrite("another meaning", change, Equal::All, 0);
        let differ = |subject: &&Subject| {
            rewritten(&rewrite, &subject.files)
                .is_some_and(|files| compare(&rewrite, subject, &files).is_err())
        };
        let count = subjects().iter().filter(differ).count();
        assert!(count >= least, "{count}");
    }
}
