//! Templates that are many: conditions, allowed values, branches.

use super::*;

#[test]
fn a_condition_that_drops_a_condition_block() {
    check(
        "
Parameters: {Subject: {Type: String, Default: ''}}
Conditions: {HasSubject: !Not [!Equals [!Ref Subject, '']]}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Condition: !If [HasSubject, {StringEquals: {'x:sub': !Ref Subject}}, !Ref AWS::NoValue]
",
        &[(
            "Role/AssumeRolePolicyDocument/Statement/0",
            "when `Subject` is empty: {Effect: Allow}; when `Subject` is not empty: {Effect: Allow, Condition: {StringEquals: {x:sub: ${Subject}}}}",
        )],
    );
}

#[test]
fn allowed_values_that_switch_guests_on() {
    let template = "
Parameters: {AllowGuests: {Type: String, AllowedValues: ['true', 'false'], Default: 'false'}}
Resources:
  Pool: {Type: AWS::Cognito::IdentityPool, Properties: {AllowUnauthenticatedIdentities: !Ref AllowGuests}}
";
    check(
        template,
        &[(
            "Pool/AllowUnauthenticatedIdentities",
            "when `AllowGuests` is `true`: true; when `AllowGuests` is `false`: false",
        )],
    );
    let table = &scan(&[("t.yaml", template)]).resources.templates[0].worlds;
    assert_eq!(table.default, Some(1), "the default is the second world");
    assert_eq!(
        pinned(template, &[("AllowGuests", "true")]).show("Pool/AllowUnauthenticatedIdentities"),
        "true"
    );
}

#[test]
fn conditions_that_never_hold_together() {
    check(
        "
Parameters: {Stage: {Type: String}}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Dev: !Equals [dev, !Ref Stage]
  Both: !And [!Condition Prod, {Condition: Dev}]
  Either: !Or [!Condition Prod, !Condition Dev]
Resources:
  Never: {Type: AWS::IAM::Role, Condition: Both}
  Role: {Type: AWS::IAM::Role, Condition: Either, Properties: {Description: !If [Prod, !If [Dev, both, p], !If [Dev, d, none]]}}
  Name: {Type: AWS::IAM::Role, Properties: {Description: !Sub '${Stage}-x'}}
",
        &[
            ("Never/Description", ""),
            ("Role/Description", "when `Stage` is `prod`: p; when `Stage` is `dev`: d"),
            (
                "Name/Description",
                "when `Stage` is `prod`: prod-x; when `Stage` is `dev`: dev-x; when `Stage` is not `prod` or `dev`: ${Stage}-x",
            ),
        ],
    );
}

#[test]
fn a_whole_trust_document_in_a_branch() {
    check(
        "
Conditions: {China: !Equals [!Ref AWS::Partition, aws-cn]}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: !If [China, {Statement: [!Ref AWS::URLSuffix]}, {Statement: [b]}]
",
        &[(
            "Role/AssumeRolePolicyDocument/Statement/0",
            "when `AWS::Partition` is `aws-cn`: amazonaws.com.cn; when `AWS::Partition` is not `aws-cn`: b",
        )],
    );
}

#[test]
fn region_and_partition_fit_together() {
    let scene = scan(&[(
        "template.yaml",
        "
Conditions: {A: !Equals [!Ref AWS::Region, cn-north-1], B: !Equals [!Ref AWS::Partition, aws]}
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {Description: !If [A, !If [B, both, a], !If [B, b, none]]}}
",
    )]);
    assert!(!scene.show("Role/Description").contains("both"));
}

#[test]
fn comparisons_that_are_none_of_a_parameter() {
    check(
        "
Parameters:
  Names: {Type: CommaDelimitedList}
  A: {Type: String}
  B: {Type: String}
Conditions:
  NoNames: !Equals [!Join ['', !Ref Names], '']
  First: !Equals [!Select [0, !Ref Names], '*']
  Same: !Equals [!Ref A, !Ref B]
  Impossible: !Equals [!Sub 'x-${A}', 'y-1']
Resources:
  N: {Type: AWS::IAM::Role, Properties: {Description: !If [NoNames, a, b]}}
  F: {Type: AWS::IAM::Role, Properties: {Description: !If [First, a, b]}}
  S: {Type: AWS::IAM::Role, Properties: {Description: !If [Same, a, b]}}
  I: {Type: AWS::IAM::Role, Properties: {Description: !If [Impossible, a, b]}}
",
        &[
            (
                "N/Description",
                "when `${items joined by `` of ${Names}}` is empty: a; when `${items joined by `` of ${Names}}` is not empty: b",
            ),
            ("S/Description", "when `${A}` is `${B}`: a; when `${A}` is not `${B}`: b"),
            ("I/Description", "b"),
        ],
    );
}

#[test]
fn mappings_by_parameter() {
    check(
        "
Parameters: {Stage: {Type: String, AllowedValues: [dev, prod, test]}, Free: {Type: String}}
Mappings:
  M: {dev: {guests: 'true', same: s}, prod: {guests: 'false', same: s}, test: {guests: 'true', same: s}}
  R: {us-east-1: {account: '111111111111'}, eu-west-1: {account: '222222222222'}}
Conditions: {Guests: !Equals [!FindInMap [M, !Ref Stage, guests], 'true']}
Resources:
  Pool: {Type: AWS::Cognito::IdentityPool, Condition: Guests, Properties: {AllowUnauthenticatedIdentities: !FindInMap [M, !Ref Stage, guests]}}
  Role: {Type: AWS::IAM::Role, Properties: {Description: !FindInMap [R, !Ref AWS::Region, account]}}
",
        &[
            ("Pool/AllowUnauthenticatedIdentities", "when `Stage` is not `prod`: true"),
            (
                "Role/Description",
                "when `AWS::Region` is `us-east-1`: 111111111111; when `AWS::Region` is `eu-west-1`: 222222222222; when `AWS::Region` is not `us-east-1` or `eu-west-1`: ${value in map of R, ${AWS::Region}, account}",
            ),
        ],
    );
}

#[test]
fn seventy_independent_conditions() {
    let mut template = String::from("Parameters:\n");
    for index in 0..70 {
        template.push_str(&format!("  P{index}: {{Type: String, Default: 'no'}}\n"));
    }
    template.push_str("Conditions:\n");
    for index in 0..70 {
        template.push_str(&format!("  C{index}: !Equals [!Ref P{index}, 'yes']\n"));
    }
    template.push_str("Resources:\n");
    for index in 0..70 {
        template.push_str(&format!(
            "  R{index}: {{Type: AWS::IAM::Role, Properties: {{Description: !If [C{index}, a{index}, b{index}]}}}}\n"
        ));
    }
    // A branch inside a branch, and one in a resource that is not always there.
    template.push_str(
        "  Nested: {Type: AWS::IAM::Role, Properties: {Description: !If [C1, !If [C2, a, b], !If [C3, c, d]]}}
  Absent: {Type: AWS::IAM::Role, Condition: C4, Properties: {Description: !If [C5, a, b]}}\n",
    );
    let scene = scan(&[("template.yaml", &template)]);
    assert_eq!(scene.resource("Nested").variants.len(), 4);
    assert_eq!(scene.resource("Absent").variants.len(), 2);
    assert_eq!(
        scene.problems(),
        ["70 parameters and comparisons make more than 64 combinations: only some are analysed"]
    );
    let table = &scene.resources.templates[0].worlds;
    assert!(!table.exhaustive);
    assert!(table.worlds.len() <= WorldTable::MOST);
    assert!(table.default.is_some());
    for index in 0..70 {
        assert_eq!(scene.resource(&format!("R{index}")).variants.len(), 2, "both branches are seen");
    }
}

#[test]
fn only_what_federation_uses_makes_worlds() {
    let scene = scan(&[(
        "template.yaml",
        "
Parameters: {A: {Type: String, AllowedValues: [x, y]}, B: {Type: String}, C: {Type: String, AllowedValues: [only]}}
Conditions: {IsB: !Equals [!Ref B, b]}
Resources:
  Bucket: {Type: AWS::S3::Bucket, Condition: IsB, Properties: {BucketName: !Ref A}}
  Role: {Type: AWS::IAM::Role, Properties: {Description: !Ref C}}
",
    )]);
    assert_eq!(scene.resources.templates[0].worlds.worlds.len(), 1);
    assert_eq!(scene.show("Role/Description"), "only");
    assert_eq!(scene.resources.templates[0].parameters.len(), 3);
}

#[test]
fn a_resource_that_is_not_there_in_some_worlds() {
    let scene = scan(&[(
        "template.yaml",
        "
Parameters: {Make: {Type: String}}
Conditions: {Yes: !Equals [!Ref Make, 'yes']}
Resources:
  Pool: {Type: AWS::Cognito::UserPool, Condition: Yes}
  Role: {Type: AWS::IAM::Role, Properties: {Description: !Ref Pool}}
  Good: {Type: AWS::IAM::Role, Properties: {Description: !If [Yes, !Ref Pool, none]}}
",
    )]);
    assert_eq!(scene.dangling(), ["Role -> Pool (NotInTheseWorlds, when `Make` is not `yes`)"]);
}

use crate::value::WorldTable;

/// A condition over `P0`, `P1`, `P2`, `M` and the conditions before it.
fn condition(index: usize) -> impl Strategy<Value = String> {
    let literal = prop::sample::select(vec!["a", "b", "", "z"]);
    let side = prop::sample::select(vec![
        "!Ref P0",
        "!Ref P1",
        "!Ref P2",
        "!FindInMap [M, !Ref P0, k]",
        "!Sub '${P0}'",
        "!Select [0, [!Ref P1, x]]",
    ]);
    let equals = (side, literal).prop_map(|(side, literal)| format!("!Equals [{side}, '{literal}']"));
    let earlier = (0..index.max(1)).prop_map(move |earlier| {
        if index == 0 { "!Equals [a, a]".to_owned() } else { format!("!Condition C{earlier}") }
    });
    let leaf = prop_oneof![2 => equals, 1 => earlier];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| format!("!Not [{inner}]")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("!And [{}]", all.join(", "))),
            prop::collection::vec(inner, 2..4).prop_map(|all| format!("!Or [{}]", all.join(", "))),
        ]
    })
}

fn value() -> impl Strategy<Value = String> {
    let leaf =
        prop::sample::select(vec!["x", "y", "!Ref P0", "!Ref AWS::NoValue", "!FindInMap [M, !Ref P0, v]"]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            (0..3, inner.clone(), inner.clone())
                .prop_map(|(index, then, otherwise)| format!("!If [C{index}, {then}, {otherwise}]")),
            prop::collection::vec(inner, 0..3).prop_map(|items| format!("[{}]", items.join(", "))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// The world that an assignment of the parameters belongs to says what the template says with these
    /// parameters pinned.
    #[test]
    fn worlds_agree_with_pinned_parameters(
        first in condition(0), second in condition(1), third in condition(2), value in value(), exists in 0usize..3,
    ) {
        let template = format!("
Parameters: {{P0: {{Type: String, AllowedValues: [a, b, c]}}, P1: {{Type: String}}, P2: {{Type: String, Default: ''}}}}
Mappings: {{M: {{a: {{k: a, v: p}}, b: {{k: z, v: q}}, c: {{k: b, v: p}}}}}}
Conditions:
  C0: {first}
  C1: {second}
  C2: {third}
Resources:
  Role: {{Type: AWS::IAM::Role, Condition: C{exists}, Properties: {{Description: {value}}}}}
");
        let scene = scan(&[("t.yaml", &template)]);
        let resource = scene.resource("Role");
        let table = &scene.template(resource).worlds;
        prop_assert!(table.exhaustive);
        for p0 in ["a", "b", "c"] {
            for p1 in ["a", "b", "z", "other"] {
                for p2 in ["", "a", "b", "z", "other"] {
                    let assignment = [("P0", p0), ("P1", p1), ("P2", p2)];
                    let matches = |world: &[u8]| {
                        table.atoms.iter().zip(world).all(|(atom, &choice)| {
                            let name = scene.text(atom.parameter);
                            let (_, value) = assignment.iter().find(|(known, _)| *known == name).expect("an atom is a parameter");
                            let literal = atom.literals.iter().position(|&literal| scene.text(literal) == *value);
                            usize::from(choice) == literal.unwrap_or(atom.literals.len())
                        })
                    };
                    let world = table.worlds.iter().position(|world| matches(world)).expect("every assignment has a world");
                    let variant = resource.variants.iter().find(|variant| variant.worlds.0 >> world & 1 == 1);
                    let here = variant.map(|variant| scene.value(&variant.properties.value));
                    let fixed = pinned(&template, &assignment);
                    let there = fixed.resource("Role").variants.first().map(|variant| fixed.value(&variant.properties.value));
                    prop_assert_eq!(here, there, "{:?}\n{}", assignment, template);
                }
            }
        }
    }
}

use proptest::prelude::*;
