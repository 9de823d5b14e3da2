//! Functions, attributes, documents inside texts, odd syntax.

use super::*;

const PREAMBLE: &str = "
Parameters:
  Name: {Type: String}
  Names: {Type: CommaDelimitedList}
  Account: {Type: String, AllowedPattern: '\\d{12}'}
Mappings:
  M: {a: {x: '1', y: [p, q]}, b: {x: '2', y: [r]}}
";

#[test]
fn functions_of_texts_and_lists() {
    let cases = [
        ("plain", "plain"),
        ("!Ref Name", "${Name}"),
        ("{Ref: Name}", "${Name}"),
        ("!Ref Names", "unknown list"),
        ("!Ref AWS::Region", "${AWS::Region}"),
        ("!Ref AWS::NoValue", "absent"),
        ("!Sub 'a-${Name}-${AWS::AccountId}'", "a-${Name}-${AWS::AccountId}"),
        ("!Sub ['${x}.${Name}', {x: !Ref AWS::URLSuffix}]", "amazonaws.com.${Name}"),
        ("{'Fn::Sub': '${!Literal} ${Name}'}", "${Literal} ${Name}"),
        ("!Sub '${R}'", "${R}"),
        ("!Sub '${R.Arn}'", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${R}"),
        ("!Join ['-', [a, !Ref Name, b]]", "a-${Name}-b"),
        ("!Join ['', [a, !Ref AWS::NoValue, b]]", "ab"),
        ("!Join [',', !Ref Names]", "${Names}"),
        ("!Split ['/', 'a/b']", "[a, b]"),
        ("!Split [',', !Ref Name]", "unknown list"),
        ("!Select [1, !Split ['/', !Sub 'x/${AWS::Region}/z']]", "${AWS::Region}"),
        ("!Select [0, !Split ['/', !Sub 'x/${Name}/z']]", "x"),
        ("!Select ['1', [a, b]]", "b"),
        ("!Select [2, [a, b]]", "mismatch"),
        ("!Select [0, !Ref Names]", "${item 0 of ${Names}}"),
        ("!FindInMap [M, a, x]", "1"),
        ("!FindInMap [M, c, x, {DefaultValue: z}]", "z"),
        ("!FindInMap [M, a, y]", "[p, q]"),
        ("!FindInMap [M, c, x]", "unknown Fn::FindInMap"),
        ("!ImportValue other", "${import other}"),
        ("{'Fn::ImportValue': !Sub '${Name}-x'}", "${import ${Name}-x}"),
        ("!Base64 abc", "${base64 of abc}"),
        ("!GetAZs ''", "unknown list"),
        ("!Cidr [a, 1, 2]", "unknown list"),
        ("{'Fn::Length': [a, b, c]}", "3"),
        ("{'Fn::ToJsonString': {a: !Ref Name, b: ['\"']}}", "{\"a\":\"${Name}\",\"b\":[\"\\\"\"]}"),
        ("{'Fn::Transform': {Name: X}}", "unknown Fn::Transform"),
        ("'{{resolve:ssm:/a/b:1}}'", "{{resolve:ssm:/a/b:1}}"),
        ("!Sub 'x-{{resolve:ssm:/${Name}/b}}-y'", "x-{{resolve:ssm:/${Name}/b}}-y"),
        ("!GetAtt R.RoleId", "${R.RoleId}"),
        ("!GetAtt [R, Arn]", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${R}"),
        ("{'Fn::GetAtt': R.RoleId}", "${R.RoleId}"),
        ("{'Fn::GetAtt': [R, RoleId]}", "${R.RoleId}"),
        ("null", "null"),
        ("2012-10-17", "2012-10-17"),
        ("012345678901", "012345678901"),
        ("!Sub '${Open'", "${Open"),
    ];
    for (expression, expected) in cases {
        let scene = described(PREAMBLE, expression);
        assert_eq!(scene.show("R/Description"), expected, "{expression}");
        assert_eq!(scene.resources.problems, [], "{expression}");
    }
}

#[test]
fn malformed_functions_are_unknown_and_said() {
    let cases = [
        ("!Join [a]", "`Fn::Join` cannot be read: it takes a delimiter and a list"),
        ("!Join a", "`Fn::Join` cannot be read: it takes a delimiter and a list"),
        ("!GetAtt R", "`Fn::GetAtt` cannot be read: it takes a logical id and an attribute"),
        ("!Sub {a: b}", "`Fn::Sub` cannot be read: it takes a text, or a text and a mapping of variables"),
        ("!If [a, b]", "`Fn::If` cannot be read: it takes a condition and two values"),
        ("{Ref: [a]}", "`Ref` cannot be read: it takes one name"),
        ("!Select [0]", "`Fn::Select` cannot be read: it takes an index and a list"),
        ("!FindInMap [M, a]", "`Fn::FindInMap` cannot be read: it takes the name of a mapping and two keys"),
    ];
    for (expression, expected) in cases {
        let scene = described(PREAMBLE, expression);
        assert_eq!(scene.problems(), [expected], "{expression}");
        assert!(scene.show("R/Description").starts_with("unknown "), "{expression}");
    }
}

#[test]
fn attributes_expand_to_what_aws_documents() {
    check(
        "
Resources:
  Users: {Type: AWS::Cognito::UserPool, Properties: {UserPoolName: !GetAtt Users.ProviderName}}
  Named: {Type: AWS::IAM::Role, Properties: {RoleName: fixed, Path: /team/, Description: !GetAtt Named.Arn}}
  Policy: {Type: AWS::IAM::ManagedPolicy, Properties: {Description: !Ref Policy}}
  Cluster: {Type: AWS::EKS::Cluster, Properties: {Version: '1'}}
  Oidc: {Type: AWS::IAM::OIDCProvider, Properties: {Url: !GetAtt Cluster.OpenIdConnectIssuerUrl}}
  GitHub: {Type: AWS::IAM::OIDCProvider, Properties: {Url: 'https://token.actions.githubusercontent.com'}}
  Saml: {Type: AWS::IAM::SAMLProvider, Properties: {SamlMetadataDocument: x}}
  Corporate: {Type: AWS::IAM::SAMLProvider, Properties: {Name: corp}}
  Set: {Type: AWS::SSO::PermissionSet, Properties: {InstanceArn: 'arn:aws:sso:::instance/ssoins-1234567890abcdef'}}
  Anchor: {Type: AWS::RolesAnywhere::TrustAnchor, Properties: {Name: x}}
  Group: {Type: AWS::IdentityStore::Group, Properties: {Description: !GetAtt Group.GroupId}}
  Custom: {Type: Custom::AWSCDKOpenIdConnectProvider, Properties: {Url: 'https://example.com/id'}}
  Bucket: {Type: AWS::S3::Bucket}
  R: {Type: AWS::IAM::Role, Properties: {Description: !Sub '${Bucket} ${Bucket.Arn} ${Users.ProviderURL} ${Users.Arn}'}}
",
        &[
            ("Users/!Ref", "${Users}"),
            ("Users/UserPoolName", "cognito-idp.${AWS::Region}.amazonaws.com/${Users}"),
            ("Named/!Ref", "fixed"),
            ("Named/!Arn", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/team/fixed"),
            ("Named/Description", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/team/fixed"),
            ("Policy/Description", "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/${Policy}"),
            (
                "Oidc/!Ref",
                "arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/oidc.eks.${AWS::Region}.amazonaws.com/id/${Cluster.OidcId}",
            ),
            (
                "GitHub/!Arn",
                "arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com",
            ),
            ("Saml/!Ref", "arn:${AWS::Partition}:iam::${AWS::AccountId}:saml-provider/${Saml}"),
            ("Corporate/!Ref", "arn:${AWS::Partition}:iam::${AWS::AccountId}:saml-provider/corp"),
            ("Set/!Arn", "arn:${AWS::Partition}:sso:::permissionSet/ssoins-1234567890abcdef/${Set}"),
            ("Set/!Ref", "${Set.Ref}"),
            ("Anchor/!Ref", "${Anchor}"),
            ("Group/Description", "${Group}"),
            ("Custom/!Ref", "arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/example.com/id"),
            (
                "R/Description",
                "${Bucket} ${Bucket.Arn} https://cognito-idp.${AWS::Region}.amazonaws.com/${Users} arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/${Users}",
            ),
        ],
    );
}

#[test]
fn an_attribute_and_its_text_are_one_value() {
    let scene = scan(&[(
        "template.yaml",
        "
Resources:
  Role: {Type: AWS::IAM::Role}
  A: {Type: AWS::IAM::Role, Properties: {Description: !GetAtt Role.Arn}}
  B: {Type: AWS::IAM::Role, Properties: {Description: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Role}'}}
  C: {Type: AWS::IAM::Role, Properties: {Description: !Join [':', [arn, !Ref AWS::Partition, iam, '', !Ref AWS::AccountId, !Sub 'role/${Role}']]}}
",
    )]);
    let value = |name: &str| scene.resource(name).variants[0].properties.clone();
    assert_eq!(value("A"), value("B"));
    assert_eq!(value("A"), value("C"));
}

#[test]
fn documents_in_texts_are_read() {
    let expected = "{Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Federated: arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/example.com}, Condition: {StringEquals: {example.com:aud: ${Audience}}}}]}";
    let before = "
Parameters: {Audience: {Type: String}, Host: {Type: String, AllowedValues: [example.com]}}
Resources:
  P: {Type: AWS::IAM::OIDCProvider, Properties: {Url: 'https://example.com'}}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
";
    let documents = [
        "{Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Federated: !Ref P}, Condition: {StringEquals: {'example.com:aud': !Ref Audience}}}]}",
        "!Sub '{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Federated\": \"${P}\"}, \"Condition\": {\"StringEquals\": {\"${Host}:aud\": \"${Audience}\"}}}]}'",
        "!Sub ['{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Federated\": \"${p}\"}, \"Condition\": {\"StringEquals\": {\"${h}:aud\": \"${Audience}\"}}}]}', {p: !GetAtt P.Arn, h: !Ref Host}]",
        "!Join ['', ['{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Federated\": \"', !Ref P, '\"}, \"Condition\": {\"StringEquals\": {\"', !Select [1, !Split ['//', 'https://example.com']], ':aud\": \"', !Ref Audience, '\"}}}]}']]",
        "{'Fn::ToJsonString': {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Federated: !Ref P}, Condition: {StringEquals: {'example.com:aud': !Ref Audience}}}]}}",
        "|\n            {\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Federated\": \"arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/example.com\"}, \"Condition\": {\"StringEquals\": {\"example.com:aud\": \"${Audience}\"}}}]}",
    ];
    for document in documents {
        check(&format!("{before}        {document}\n"), &[("R/AssumeRolePolicyDocument", expected)]);
    }
}

#[test]
fn policy_variables_in_texts_stay() {
    check(
        "
Resources:
  A:
    Type: AWS::IAM::Policy
    Properties:
      PolicyDocument: '{\"Statement\": [{\"Resource\": \"home/${aws:username}\"}]}'
  B:
    Type: AWS::IAM::Policy
    Properties:
      PolicyDocument: !Sub '{\"Statement\": [{\"Resource\": \"home/${!aws:username}\"}]}'
  C:
    Type: AWS::IAM::Policy
    Properties:
      PolicyDocument: !Join ['', ['{\"Statement\": [{\"Resource\": \"home/${aws:username}\"', '}]}']]
",
        &[
            ("A/PolicyDocument/Statement/0/Resource", "home/${aws:username}"),
            ("B/PolicyDocument/Statement/0/Resource", "home/${aws:username}"),
            ("C/PolicyDocument/Statement/0/Resource", "home/${aws:username}"),
        ],
    );
}

#[test]
fn variables_of_texts_may_hold_pieces_of_the_syntax() {
    check(
        "
Resources:
  A:
    Type: AWS::IAM::Policy
    Properties:
      PolicyDocument: !Sub ['{\"Statement\": ${Rest}', {Rest: '[{\"Resource\": \"home/${aws:username}\"}]}'}]
  B:
    Type: AWS::IAM::Policy
    Properties:
      PolicyDocument: !Sub ['{\"Statement\": [{\"Resource\": \"${!a}/${Ends}', {Ends: 'b\"}]}'}]
  C:
    Type: AWS::IAM::Policy
    Properties:
      PolicyDocument: !Sub ['{\"Statement\": ${Whole}}', {Whole: '[{\"Resource\": \"c\"}]'}]
",
        &[
            ("A/PolicyDocument/Statement/0/Resource", "home/${aws:username}"),
            ("B/PolicyDocument/Statement/0/Resource", "${a}/b"),
            ("C/PolicyDocument/Statement/0/Resource", "c"),
        ],
    );
}

#[test]
fn nothing_is_known_of_a_text_of_which_a_parameter_may_hold_a_piece_of_the_syntax() {
    for (text, path, expected) in [
        // Between values, in the place of a key, behind the beginning of a number, at the end.
        (r#"{"Statement": [{"Effect": "Allow"} ${Piece}]}"#, "", "unknown text"),
        (r#"{"Statement": {"Effect": "Allow" ${Piece}}}"#, "", "unknown text"),
        (r#"{"Version": "2012-10-17", ${Piece}}"#, "", "unknown text"),
        (r#"{"Statement": {"Effect": "Allow", "Condition": {"Null": 1${Piece}}}}"#, "", "unknown text"),
        (r#"{"Statement": [${Piece} {"Effect": "Allow"}]}"#, "", "unknown text"),
        (r#"{"Statement": ${Piece}"#, "", "unknown text"),
        // A value: whatever is around it is known.
        (r#"{"Statement": {"Principal": ${Piece}}}"#, "/Statement/Principal", "unknown text"),
        (r#"{"Statement": [${Piece}, {"Effect": "Allow"}]}"#, "/Statement/1/Effect", "Allow"),
        // The inside of a string, and what is a number for sure.
        (r#"{"Statement": {"Principal": "${Piece}"}}"#, "/Statement/Principal", "${Piece}"),
        (r#"{"Statement": {"Principal": ${AWS::AccountId}}}"#, "/Statement/Principal", "${AWS::AccountId}"),
    ] {
        let (before, after) = text.split_once("${Piece}").unwrap_or((text, ""));
        let literal = |text: &str| format!("'{text}'");
        let joined = format!("[{}, !Ref Piece, {}]", literal(before), literal(after));
        let mut ways = vec![
            format!("!Sub '{text}'"),
            format!("!Sub ['{}', {{Other: !Ref Piece}}]", text.replace("${Piece}", "${Other}")),
        ];
        if text.contains("${Piece}") {
            ways.push(format!("!Join ['', {joined}]"));
        }
        for way in ways {
            let template = format!(
                "
Parameters:
  Piece: {{Type: String}}
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {way}
"
            );
            let scene = scan(&[("template.yaml", &template)]);
            assert_eq!(scene.show(&format!("R/AssumeRolePolicyDocument{path}")), expected, "{way}");
            assert!(scene.problems().is_empty(), "{way}");
        }
    }
}

#[test]
fn the_json_of_the_cdk_is_followed() {
    check(
        "
Resources:
  Cluster: {Type: Custom::AWSCDK-EKS-Cluster}
  Json:
    Type: Custom::AWSCDKCfnJson
    Properties:
      ServiceToken: x
      Value: {'Fn::Join': ['', ['{\"', !GetAtt Cluster.OpenIdConnectIssuer, ':sub\":\"system:serviceaccount:a:b\"}']]}
  Role:
    Type: AWS::IAM::Role
    Metadata: {'aws:cdk:path': Stack/Role/Resource}
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Condition: {StringEquals: !GetAtt [Json, Value]}}]}
",
        &[(
            "Role/AssumeRolePolicyDocument/Statement/0/Condition/StringEquals",
            "{oidc.eks.${AWS::Region}.amazonaws.com/id/${Cluster.OidcId}:sub: system:serviceaccount:a:b}",
        )],
    );
}

#[test]
fn references_that_lead_nowhere() {
    let scene = scan(&[(
        "template.yaml",
        "
Parameters: {Audience: {Type: String}}
Conditions: {Never: !Equals [a, b]}
Resources:
  Users: {Type: AWS::Cognito::UserPool}
  Gone: {Type: AWS::Cognito::UserPool, Condition: Never}
  Role: {Type: AWS::IAM::Role, Properties: {Description: [!Ref Usres, !GetAtt Users.ProviderNam, !GetAtt Other.Arn, !Sub '${audience} ${aws:x}', !Ref Gone, !Ref Audience, !If [Nope, a, b]]}}
  Bad: {Type: AWS::IAM::Role, Condition: Missing}
",
    )]);
    assert_eq!(
        scene.dangling(),
        [
            "Role -> Usres (NotDefined, Users?)",
            "Role -> Users.ProviderNam (NoSuchAttribute, Users.ProviderName?)",
            "Role -> Other (NotDefined)",
            "Role -> audience (NotDefined, Audience?)",
            "Role -> aws:x (NotDefined)",
            "Role -> Gone (NotInTheseWorlds)",
            "Role -> Nope (NotDefined)",
            "Bad -> Missing (NotDefined)",
        ]
    );
    assert!(scene.resources.templates[0].complete);
}

#[test]
fn loops_are_unrolled() {
    let scene = scan(&[(
        "template.yaml",
        "
Transform: AWS::LanguageExtensions
Parameters: {Teams: {Type: CommaDelimitedList, Default: 'red,blue'}, Open: {Type: CommaDelimitedList}}
Conditions:
  'Fn::ForEach::Conditions': [C, [Yes], {'Is${C}': !Equals [a, a]}]
Resources:
  'Fn::ForEach::Roles':
    - Team
    - !Ref Teams
    - 'Role${Team}':
        Type: AWS::IAM::Role
        Condition: IsYes
        Properties:
          RoleName: !Sub 'role-${Team}-${AWS::Region}'
          Description: !Ref Team
          Tags: !GetAtt [!Sub 'Role${Team}', Arn]
  'Fn::ForEach::Nested':
    - A
    - [x.1, y]
    - 'Fn::ForEach::Inner':
        - B
        - [p, q]
        - 'N&{A}${B}': {Type: AWS::IAM::Role, Properties: {Description: '${A}-${B}'}}
  'Fn::ForEach::Unknown': [X, !Ref Open, {'U${X}': {Type: AWS::IAM::Role}}]
",
    )]);
    let names: Vec<&str> =
        scene.resources.resources.iter().map(|resource| scene.text(resource.logical_id)).collect();
    assert_eq!(names, ["Rolered", "Roleblue", "Nx1p", "Nx1q", "Nyp", "Nyq"]);
    assert_eq!(scene.show("Roleblue/RoleName"), "role-blue-${AWS::Region}");
    assert_eq!(scene.show("Roleblue/Description"), "blue");
    assert_eq!(scene.show("Nx1q/Description"), "x.1-q");
    assert!(!scene.resources.templates[0].complete, "what the unknown list makes is not seen");
}

/// The language extensions take functions where a logical id stands.
#[test]
fn logical_ids_put_together_in_loops() {
    let scene = scan(&[(
        "template.yaml",
        "
Transform: AWS::LanguageExtensions
Resources:
  'Fn::ForEach::Teams':
    - Team
    - [Red, Blue]
    - 'Role${Team}': {Type: AWS::IAM::Role}
      'Group${Team}':
        Type: AWS::Cognito::UserPoolGroup
        Properties:
          RoleArn: !GetAtt [!Sub 'Role${Team}', Arn]
          GroupName: {Ref: {'Fn::Join': ['', [Role, !Ref Team]]}}
",
    )]);
    assert_eq!(
        scene.show("GroupBlue/RoleArn"),
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${RoleBlue}"
    );
    assert_eq!(scene.show("GroupBlue/GroupName"), "${RoleBlue}");
    assert!(scene.problems().is_empty());
}

#[test]
fn what_a_module_makes_is_not_missing() {
    let scene = scan(&[(
        "template.yaml",
        "
Resources:
  Net: {Type: 'Acme::Team::Network::MODULE'}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Description: [!Ref Net.Role, !GetAtt Net.Role.Arn, !GetAtt NetRole.Arn, !Sub '${NetRole} ${Net.Role}', !Ref Other]
",
    )]);
    assert_eq!(scene.dangling(), ["Role -> Other (NotDefined)"]);
    assert!(!scene.resources.templates[0].complete);
}

#[test]
fn what_really_occurs() {
    check(
        "
Conditions: {Yes: !Equals [a, a], No: !Equals [a, b]}
Resources:
  Untyped: {Properties: {a: b}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - !If [Yes, {Effect: Allow, Principal: !If [No, x, {AWS: 123456789012}]}, !Ref AWS::NoValue]
          - !If [No, {Effect: Allow}, !Ref AWS::NoValue]
          - Effect: !If [Yes, Deny, Allow]
            Condition: !If [Yes, {Bool: {'aws:x': true}}, !Ref AWS::NoValue]
          - Effect: Allow
            Condition: !If [No, {Bool: {'aws:x': true}}, !Ref AWS::NoValue]
  Whole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: !If [Yes, '{\"Statement\": []}', {Statement: [x]}]
",
        &[
            ("Role/AssumeRolePolicyDocument/Version", "2012-10-17"),
            (
                "Role/AssumeRolePolicyDocument/Statement",
                "[{Effect: Allow, Principal: {AWS: 123456789012}}, {Effect: Deny, Condition: {Bool: {aws:x: true}}}, {Effect: Allow}]",
            ),
            ("Whole/AssumeRolePolicyDocument", "{Statement: []}"),
        ],
    );
}

#[test]
fn places_lead_to_the_exact_text() {
    let template = r#"
Conditions: {C: !Equals [!Ref AWS::Region, a]}
Resources:
  P: {Type: AWS::IAM::OIDCProvider, Properties: {Url: 'https://example.com'}}
  A: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Principal: !If [C, here, there]}]}}}
  B: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: !Sub '{"Statement": [{"Principal": "${P}"}]}'}}
  C: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {'Fn::Sub': "{\"Statement\": [{\"Principal\": \"${P}\"}]}"}}}
  D: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: !Sub ['{"Statement": [{"Principal": "${X}"}]}', {X: !Ref P}]}}
  E: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: !Join ['', ['{"Statement": [{"Principal": "', !Ref P, '"}]}']]}}
"#;
    let scene = scan(&[("template.yaml", template)]);
    let cases = [
        ("A", "here"),
        ("B", r#""${P}""#),
        ("C", r#"\"${P}\""#),
        ("D", r#""${X}""#),
        // Put together from several places: the string with what is in it.
        ("E", r#""', !Ref P, '""#),
    ];
    for (name, expected) in cases {
        let properties = &scene.resource(name).variants[0].properties;
        let step = |value: &Located<Value>| match &value.value {
            Value::Map(entries) => entries[0].value.clone(),
            Value::List(items) => items[0].clone(),
            other => panic!("nothing inside {other:?}"),
        };
        let principal = step(&step(&step(&step(properties))));
        let span = scene.sources.host_span(principal.span);
        assert_eq!(&template[span.start as usize..span.end as usize], expected, "{name}");
    }
}
