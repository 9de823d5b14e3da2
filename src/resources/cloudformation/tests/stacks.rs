//! Nested stacks, CDK folders, exports, other frameworks.

use super::*;

const CHILD: &str = "
Parameters: {Pool: {Type: String}, Stage: {Type: String, Default: none}}
Conditions: {Prod: !Equals [!Ref Stage, prod]}
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {Description: !Sub '${Pool}/${Stage}', Path: !If [Prod, /p/, !Ref AWS::NoValue]}}
Outputs:
  Arn: {Value: !GetAtt Role.Arn}
";

#[test]
fn a_tree_of_stacks_is_resolved_together() {
    let parent = "
Parameters: {Environment: {Type: String}}
Resources:
  Users: {Type: AWS::Cognito::UserPool}
  First: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./stacks/child.yaml, Parameters: {Pool: !Ref Users, Stage: !Ref Environment}}}
  Second: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: stacks/../stacks/child.yaml, Parameters: {Pool: literal}}}
  Group: {Type: AWS::Cognito::UserPoolGroup, Properties: {RoleArn: !GetAtt First.Outputs.Arn, Description: !GetAtt Second.Outputs.Missing}}
";
    let scene = scan(&[("infra/parent.yaml", parent), ("infra/stacks/child.yaml", CHILD)]);
    assert_eq!(scene.resources.templates.len(), 3, "a child used twice is two templates");
    assert_eq!(
        scene.show("Group/RoleArn"),
        "when `Environment` is `prod`: arn:${AWS::Partition}:iam::${AWS::AccountId}:role/p/${Role}; \
         when `Environment` is not `prod`: arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Role}"
    );
    let roles: Vec<_> = scene
        .resources
        .resources
        .iter()
        .filter(|resource| scene.text(resource.logical_id) == "Role")
        .map(|role| (role.template.0, role.root.0, scene.value(&role.variants[0].properties.value)))
        .collect();
    assert_eq!(
        roles,
        [
            (1, 0, "{Description: ${Users}/prod, Path: /p/}".to_owned()),
            (2, 0, "{Description: literal/none}".to_owned())
        ]
    );
    assert_eq!(scene.dangling(), ["Group -> Second.Outputs.Missing (NoSuchAttribute)"]);
    assert!(scene.resources.templates.iter().all(|template| template.complete));
    assert_eq!(scene.resources.deployments.len(), 1);
}

#[test]
fn a_stack_that_is_not_in_view() {
    let scene = scan(&[(
        "parent.yaml",
        "
Resources:
  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://s3.amazonaws.com/b/child.yaml'}}
  R: {Type: AWS::IAM::Role, Properties: {Description: !GetAtt S.Outputs.Arn}}
",
    )]);
    assert_eq!(scene.show("R/Description"), "${S.Outputs.Arn}");
    assert!(!scene.resources.templates[0].complete);
    assert!(scene.dangling().is_empty());
}

#[test]
fn stacks_in_circles() {
    let stack = |child: &str| {
        format!(
            "Resources: {{S: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {child}}}}}, R: {{Type: AWS::IAM::Role}}}}"
        )
    };
    let scene =
        scan(&[("a.yaml", &stack("b.yaml")), ("b.yaml", &stack("a.yaml")), ("c.yaml", &stack("c.yaml"))]);
    assert_eq!(
        scene.problems(),
        ["the nested stack `S` contains itself", "the nested stack `S` contains itself"]
    );
    assert_eq!(scene.resources.resources.len(), 6, "each template is there once, with its stack and role");
}

#[test]
fn exports_answer_imports() {
    let exporter = "
Resources:
  Role: {Type: AWS::IAM::Role}
  Users: {Type: AWS::Cognito::UserPool}
Outputs:
  Arn: {Value: !GetAtt Role.Arn, Export: {Name: role-arn}}
  Pool: {Value: !Ref Users, Export: {Name: !Sub '${AWS::StackName}-pool'}}
";
    let importer = "
Resources:
  Group: {Type: AWS::Cognito::UserPoolGroup, Properties: {RoleArn: !ImportValue role-arn, UserPoolId: !ImportValue other}}
";
    let scene = scan(&[("a.yaml", exporter), ("b.yaml", importer)]);
    assert_eq!(scene.show("Group/RoleArn"), scene.show("Role/!Arn"));
    assert_eq!(scene.show("Group/UserPoolId"), "${import other}");
    let group = &scene.resource("Group").variants[0].properties.value;
    let Value::Map(entries) = group else { panic!("a mapping") };
    assert_eq!(entries[0].value.value, Value::Text(scene.resource("Role").variants[0].arn.clone().unwrap()));
    assert_eq!(scene.resources.deployments.len(), 2);
    // Two that differ do not answer.
    let scene = scan(&[("a.yaml", exporter), ("b.yaml", importer), ("c.yaml", exporter)]);
    assert_eq!(scene.show("Group/RoleArn"), "${import role-arn}");
}

#[test]
fn a_folder_of_the_cdk_is_one_deployment() {
    let manifest = r#"{"version": "36.0.0", "artifacts": {
        "A": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1", "properties": {"templateFile": "A.template.json"}},
        "B": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1", "properties": {"templateFile": "B.template.json"}},
        "C": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region", "properties": {"templateFile": "C.template.json"}}}}"#;
    let a = r#"{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Metadata": {"aws:cdk:path": "A/Role/Resource"}},
        "Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}]]}, "Parameters": {"P": {"Ref": "Role"}}},
            "Metadata": {"aws:asset:path": "ANested.nested.template.json"}}},
        "Outputs": {"O": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}, "Export": {"Name": "A:Role"}}}}"#;
    let nested = r#"{"Parameters": {"P": {"Type": "String"}}, "Resources": {"Inner": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "P"}]}}}}"#;
    let b = r#"{"Resources": {"Group": {"Type": "AWS::Cognito::UserPoolGroup", "Properties": {"RoleArn": {"Fn::ImportValue": "A:Role"}}}}}"#;
    let c = r#"{"Resources": {"Other": {"Type": "AWS::IAM::Role"}}}"#;
    let scene = scan(&[
        ("cdk.out/manifest.json", manifest),
        ("cdk.out/A.template.json", a),
        ("cdk.out/ANested.nested.template.json", nested),
        ("cdk.out/B.template.json", b),
        ("cdk.out/C.template.json", c),
    ]);
    assert_eq!(scene.show("Role/!Arn"), "arn:aws:iam::111122223333:role/${Role}");
    assert_eq!(scene.show("Group/RoleArn"), "arn:aws:iam::111122223333:role/${Role}");
    assert_eq!(scene.show("Inner/Roles"), "[${Role}]");
    assert_eq!(scene.show("Other/!Arn"), "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Other}");
    assert_eq!(scene.resource("Role").deployment, scene.resource("Group").deployment);
    assert_eq!(scene.resource("Role").cdk_path.map(|name| scene.text(name)), Some("A/Role/Resource"));
    assert_eq!(scene.resources.deployments.len(), 2);
}

#[test]
fn several_templates_in_one_file_and_none() {
    let two = "Resources: {A: {Type: AWS::IAM::Role}}\n---\nResources: {B: {Type: AWS::IAM::Role}}\n---\nkind: Pod\n";
    let scene =
        scan(&[("two.yaml", two), ("pod.yaml", "Resources: {cpu: {limit: 1}}"), ("list.json", "[1, 2]")]);
    assert_eq!(scene.resources.templates.len(), 2);
    assert_ne!(scene.resource("A").template, scene.resource("B").template);
    assert_ne!(scene.resource("A").deployment, scene.resource("B").deployment);
}

#[test]
fn the_serverless_framework() {
    let template = "
service: chat
provider: {name: aws, stage: dev}
custom: {domain: x}
resources:
  Resources:
    Role:
      Type: AWS::IAM::Role
      Properties:
        RoleName: ${self:service}-${opt:stage, 'dev'}
        Description: !Sub '${self:custom.domain}.${AWS::Region}'
        Tags: ['a-${Other}']
";
    let scene = scan(&[("serverless.yml", template)]);
    assert_eq!(scene.show("Role/RoleName"), "{{self:service}}-{{opt:stage, 'dev'}}");
    assert_eq!(scene.show("Role/Description"), "{{self:custom.domain}}.${AWS::Region}");
    assert_eq!(scene.show("Role/Tags"), "[a-${Other}]");
    assert_eq!(scene.problems(), ["of this Serverless Framework file only `resources.Resources` is read"]);
    assert!(!scene.resources.templates[0].complete);
}

#[test]
fn the_serverless_framework_merges_templates() {
    let template = "
service: {name: chat}
provider: aws
resources:
  - Resources: {A: {Type: AWS::IAM::Role}}
  - ${file(other.yml)}
  - Resources: {B: {Type: AWS::IAM::Role, Properties: {Description: !GetAtt A.Arn}}}
";
    let scene = scan(&[("serverless.yml", template)]);
    assert_eq!(scene.resources.resources.len(), 2);
    assert!(scene.resources.templates.iter().all(|template| !template.complete));
}

#[test]
fn the_order_of_files_changes_nothing() {
    let files = [
        (
            "infra/parent.yaml",
            "Resources: {S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {Pool: x}}}}",
        ),
        ("infra/child.yaml", CHILD),
        ("a.yaml", "Resources: {R: {Type: AWS::IAM::Role, Properties: {Description: !ImportValue x}}}"),
        (
            "b.yaml",
            "Resources: {B: {Type: AWS::IAM::Role}}\nOutputs: {O: {Value: !Ref B, Export: {Name: x}}}",
        ),
    ];
    let shown = |files: &[(&str, &str)]| {
        let scene = scan(files);
        let show = |resource: &Resource| {
            let variant = scene.value(&resource.variants[0].properties.value);
            format!(
                "{} {:?} {:?} {variant}",
                scene.text(resource.logical_id),
                resource.template,
                resource.deployment
            )
        };
        scene.resources.resources.iter().map(show).collect::<Vec<_>>()
    };
    let expected = shown(&files);
    assert_eq!(expected.len(), 4);
    let mut turned = files;
    for _ in 0..files.len() {
        turned.rotate_left(1);
        assert_eq!(shown(&turned), expected);
    }
    turned.reverse();
    assert_eq!(shown(&turned), expected);
}

#[test]
fn one_stack_in_four_notations() {
    let short = "
Parameters: {Audience: {Type: String}}
Conditions: {Has: !Not [!Equals [!Ref Audience, '']]}
Resources:
  P: {Type: AWS::IAM::OIDCProvider, Properties: {Url: 'https://example.com', ClientIdList: [!Ref Audience]}}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: sts:AssumeRoleWithWebIdentity
            Principal: {Federated: !GetAtt P.Arn}
            Condition: !If [Has, {StringEquals: {'example.com:aud': !Ref Audience}}, !Ref AWS::NoValue]
";
    let long = "
Parameters: {Audience: {Type: String}}
Conditions: {Has: {'Fn::Not': [{'Fn::Equals': [{Ref: Audience}, '']}]}}
Resources:
  P: {Type: AWS::IAM::OIDCProvider, Properties: {Url: 'https://example.com', ClientIdList: [{Ref: Audience}]}}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: sts:AssumeRoleWithWebIdentity
            Principal: {Federated: {'Fn::GetAtt': [P, Arn]}}
            Condition: {'Fn::If': [Has, {StringEquals: {'example.com:aud': {Ref: Audience}}}, {Ref: 'AWS::NoValue'}]}
";
    let json = r#"{"Parameters": {"Audience": {"Type": "String"}},
  "Conditions": {"Has": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Audience"}, ""]}]}},
  "Resources": {
    "P": {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": "https://example.com", "ClientIdList": [{"Ref": "Audience"}]}},
    "R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": {"Fn::GetAtt": ["P", "Arn"]}},
       "Condition": {"Fn::If": ["Has", {"StringEquals": {"example.com:aud": {"Ref": "Audience"}}}, {"Ref": "AWS::NoValue"}]}}]}}}}}"#;
    let text = r#"
Parameters: {Audience: {Type: String}}
Conditions: {Has: !Not [!Equals [!Ref Audience, '']]}
Resources:
  P: {Type: AWS::IAM::OIDCProvider, Properties: {Url: 'https://example.com', ClientIdList: [!Ref Audience]}}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: !If
        - Has
        - !Sub '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "${P.Arn}"}, "Condition": {"StringEquals": {"example.com:aud": "${Audience}"}}}]}'
        - !Sub '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "${P.Arn}"}}]}'
"#;
    let shown = |text: &str| {
        let scene = scan(&[("template", text)]);
        assert_eq!(scene.problems(), [""; 0]);
        [scene.show("R"), scene.show("P"), scene.show("P/!Ref")]
    };
    let expected = shown(short);
    assert!(expected[0].starts_with("when `Audience` is empty: {"), "{}", expected[0]);
    for other in [long, json, text] {
        assert_eq!(shown(other), expected);
    }
}

#[test]
fn sam_makes_roles_and_other_things_that_can_be_named() {
    let scene = scan(&[(
        "template.yaml",
        "
Transform: AWS::Serverless-2016-10-31
Parameters: {Table: {Type: String}}
Globals: {Function: {Tracing: Active}}
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
      Policies: [{DynamoDBReadPolicy: {TableName: !Ref Table}}, '{}']
      Events: {Get: {Type: Api, Properties: {Path: /, Method: get}}}
  Role: {Type: AWS::IAM::Role, Properties: {Description: !GetAtt FunctionRole.Arn}}
  Other: {Type: AWS::IAM::Role, Properties: {Description: !Sub '${ServerlessRestApi} ${Function.Version} ${ServerlessRestApi.Stage} ${FunctionAliaslive}'}}
  Wrong: {Type: AWS::IAM::Role, Properties: {Description: !GetAtt FunctionRoel.Arn}}
",
    )]);
    assert_eq!(scene.show("Role/Description"), scene.show("FunctionRole/!Arn"));
    assert_eq!(scene.resource("FunctionRole").made_by.map(|name| scene.text(name)), Some("Function"));
    assert_eq!(
        scene.show("FunctionRole/AssumeRolePolicyDocument/Statement/0/Principal"),
        "{Service: [lambda.amazonaws.com]}"
    );
    assert_eq!(
        scene.show("Other/Description"),
        "${ServerlessRestApi} ${Function.Version} ${ServerlessRestApi.Stage} ${FunctionAliaslive}"
    );
    assert_eq!(scene.dangling(), ["Wrong -> FunctionRoel (NotDefined, FunctionRole?)"]);
    assert!(scene.resources.templates[0].complete);
}
