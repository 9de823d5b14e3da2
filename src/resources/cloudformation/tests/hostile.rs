//! Templates that want to keep us busy: each stops at a budget, with a message.

use proptest::prelude::*;

use super::*;

#[test]
fn circles_end() {
    let scene = scan(&[(
        "template.yaml",
        "
Parameters: {P: {Type: String, Default: !Ref P}}
Mappings: {M: {a: {b: !FindInMap [M, a, b]}}}
Conditions:
  A: !Condition B
  B: !Not [!Condition A]
  Self: !And [!Condition Self, !Condition Self]
Resources:
  Role: {Type: AWS::IAM::Role, Condition: A, Properties: {RoleName: !Ref Role}}
  Other: {Type: AWS::IAM::Role, Properties: {RoleName: !Sub '${Third}', Description: !If [Self, a, b]}}
  Third: {Type: AWS::IAM::Role, Properties: {RoleName: !GetAtt Other.Arn, Description: !FindInMap [M, a, b]}}
  Json: {Type: Custom::AWSCDKCfnJson, Properties: {Value: !GetAtt [Json, Value]}}
",
    )]);
    let problems = scene.problems().join("\n");
    for name in ["`A`", "`Self`", "`Other`"] {
        assert!(problems.contains(&format!("{name} refers to itself")), "{name}: {problems}");
    }
    assert!(problems.contains("some values are not resolved: values are nested too deep"), "{problems}");
}

#[test]
fn texts_do_not_grow_without_bound() {
    let mut inner = String::from("'xxxxxxxxxxxxxxxx'");
    for _ in 0..40 {
        inner = format!("{{'Fn::Sub': ['${{a}}${{a}}', {{a: {inner}}}]}}");
    }
    let scene = described("", &inner);
    assert_eq!(scene.problems(), ["some values are not resolved: a text is longer than 1 MB"]);
    let mut before = String::from("Conditions:\n  C0: !Equals [!Ref AWS::Region, a]\n");
    for index in 1..80 {
        let last = index - 1;
        before.push_str(&format!("  C{index}: !And [!Condition C{last}, !Condition C{last}]\n"));
    }
    let scene = described(&before, "!If [C79, a, b]");
    assert!(scene.problems().is_empty(), "conditions are decided once: {:?}", scene.problems());
}

#[test]
fn outputs_of_nested_stacks_do_not_multiply() {
    let mut child = String::from(
        "Resources: {R: {Type: AWS::IAM::Role}}\nParameters: {A: {Type: String}, B: {Type: String}}\nOutputs:\n  O: {Value: !If [C, !Sub '${A}', !Sub '${B}']}\n",
    );
    child.push_str("Conditions: {C: !Equals [!Ref A, !Ref B]}\n");
    let mut parent = String::from("Resources:\n");
    for index in 1..60 {
        let last = index - 1;
        parent.push_str(&format!(
            "  S{index}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: ./child.yaml, Parameters: {{A: !GetAtt S{last}.Outputs.O, B: !Sub 'x${{S{last}.Outputs.O}}'}}}}}}\n"
        ));
    }
    parent.push_str("  S0: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./child.yaml, Parameters: {A: !Ref AWS::Region, B: b}}}\n");
    parent.push_str("  Role: {Type: AWS::IAM::Role, Properties: {Description: !GetAtt S59.Outputs.O}}\n");
    let scene = scan(&[("parent.yaml", &parent), ("child.yaml", &child)]);
    assert!(!scene.resources.resources.is_empty());
}

#[test]
fn loops_do_not_multiply_without_bound() {
    let mut template = String::new();
    let items: Vec<String> = (0..100).map(|item| format!("i{item}")).collect();
    for level in 0..5 {
        template.push_str(&format!("{{'Fn::ForEach::L{level}': [X{level}, [{}], ", items.join(", ")));
    }
    template.push_str("{'R${X0}${X1}${X2}${X3}${X4}': {Type: AWS::IAM::Role}}");
    template.push_str(&"]}".repeat(5));
    let scene = scan(&[("template.yaml", &format!("Resources: {template}\n"))]);
    assert!(
        scene.problems().iter().any(|message| message.contains("loops that go round more than 20,000 times"))
    );
}

#[test]
fn deep_values_stop_where_the_reader_stops() {
    let deep = format!("{}x{}", "{a: ".repeat(120), "}".repeat(120));
    assert!(described("", &deep).problems().is_empty());
    let deep = format!("{}x{}", "!Join ['', [".repeat(120), "]]".repeat(120));
    described("", &deep);
    let deep = format!("{}x{}", "!Not [".repeat(120), "]".repeat(120));
    described(&format!("Conditions: {{C: {deep}}}"), "!If [C, a, b]");
}

/// Pieces of templates, put together without sense.
fn snippet() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "Ref",
        "Fn::GetAtt",
        "Fn::Sub",
        "Fn::Join",
        "Fn::Split",
        "Fn::Select",
        "Fn::If",
        "Fn::Equals",
        "Fn::And",
        "Fn::Not",
        "Condition",
        "Fn::FindInMap",
        "Fn::ImportValue",
        "Fn::Length",
        "Fn::ToJsonString",
        "Fn::ForEach::X",
        "Fn::Transform",
        "A",
        "B",
        "R",
        "AWS::NoValue",
        "AWS::Region",
        "A.Arn",
        "${A}",
        "${X}",
        "${R.Arn}",
        "{\\\"a\\\": \\\"${A}\\\"}",
        "{{resolve:ssm:x}}",
        "{{resolve:",
        "",
        "0",
        "a,b",
        "Outputs.X",
        "AllowedValues",
        "Default",
        "Type",
        "Properties",
        "PolicyDocument",
        "RoleName",
        "Url",
        "Path",
    ])
    .prop_map(|word| format!("\"{word}\""));
    word.prop_recursive(5, 40, 4, |inner| {
        let list =
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(",")));
        let key = prop::sample::select(vec![
            "Ref",
            "Fn::GetAtt",
            "Fn::Sub",
            "Fn::Join",
            "Fn::If",
            "Fn::Equals",
            "Fn::Or",
            "Fn::Select",
            "Fn::Split",
            "Fn::FindInMap",
            "Fn::ForEach::Y",
            "Condition",
            "AssumeRolePolicyDocument",
            "RoleName",
            "DefaultValue",
            "A",
            "R",
            "Fn::Transform",
            "Fn::ToJsonString",
        ]);
        let map = prop::collection::vec((key, inner), 0..4).prop_map(|entries| {
            let entries: Vec<String> =
                entries.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
            format!("{{{}}}", entries.join(","))
        });
        prop_oneof![list, map]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]
    #[test]
    fn nothing_makes_it_panic(parts in prop::collection::vec(snippet(), 9), kind in prop::sample::select(vec![
        "AWS::IAM::Role", "AWS::IAM::OIDCProvider", "AWS::CloudFormation::Stack", "Custom::AWSCDKCfnJson", "AWS::SSO::PermissionSet",
        "AWS::Serverless::Function",
    ])) {
        let template = format!(
            "{{\"Parameters\":{{\"A\":{},\"B\":{{\"Type\":\"CommaDelimitedList\",\"Default\":{}}}}},\"Mappings\":{{\"A\":{}}},\
             \"Conditions\":{{\"A\":{},\"B\":{}}},\"Resources\":{{\"R\":{{\"Type\":\"{kind}\",\"Condition\":\"A\",\"Properties\":{}}},\
             \"A\":{{\"Type\":\"AWS::IAM::Role\",\"Properties\":{{\"AssumeRolePolicyDocument\":{},\"Description\":{}}}}}}},\
             \"Outputs\":{{\"X\":{{\"Value\":{},\"Export\":{{\"Name\":\"A\"}}}}}}}}",
            parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6], parts[7], parts[8],
        );
        let first = scan(&[("template.json", &template)]);
        let second = scan(&[("template.json", &template)]);
        prop_assert_eq!(first.problems(), second.problems());
        for resource in &first.resources.resources {
            let mut seen = 0;
            for variant in &resource.variants {
                prop_assert_eq!(seen & variant.worlds.0, 0, "variants do not meet");
                seen |= variant.worlds.0;
            }
            prop_assert_eq!(seen & !first.template(resource).worlds.all().0, 0);
        }
    }
}
