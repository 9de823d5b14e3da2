use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::document::{self, Format, Limits};
use crate::resources::cloudformation::{Form, Lowering};
use crate::source::Sources;

/// A template with what SAM makes of it.
struct Scene {
    names: Names,
    text: String,
    root: Expression,
}

impl Scene {
    fn new(yaml: &str) -> Self {
        let sources = Sources::default();
        let bytes = crate::source::Bytes { bytes: yaml.as_bytes().to_vec(), again: false };
        let (source, text) = sources.add_bytes(Some(Path::new("t.yaml")), bytes).expect("text");
        let read = document::read(&text, source, Format::Yaml, &Limits::default());
        assert_eq!(read.problems, [], "{yaml}");
        let tree = document::Tree::new(&read.document, &text);
        let names = Names::default();
        let root = Lowering::new(&names).lower(tree.roots().next().expect("a document"));
        Self { names, text: text.to_string(), root }
    }

    fn expand(&self) -> Expansion {
        let resources =
            self.root.get(&self.names, "Resources").and_then(Expression::as_map).unwrap_or_default();
        let resources = resources.iter().filter_map(|(key, body)| Declared::of(&self.names, *key, body));
        expand(&self.names, resources, self.root.get(&self.names, "Globals"), None)
    }

    fn made(&self, logical_id: &str) -> Option<Declaration> {
        let expansion = self.expand();
        assert!(expansion.complete);
        let mut found =
            expansion.declarations.into_iter().filter(|made| self.names.text(made.logical_id) == logical_id);
        let first = found.next();
        assert!(found.next().is_none(), "{logical_id} is made twice");
        first
    }

    /// A property of a made resource, as text.
    fn property(&self, logical_id: &str, property: &str) -> String {
        let made = self.made(logical_id).unwrap_or_else(|| panic!("{logical_id} is made"));
        made.properties.get(&self.names, property).map_or_else(|| "-".to_owned(), |value| self.show(value))
    }

    fn under(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    fn show(&self, expression: &Expression) -> String {
        let list =
            |items: &[Expression]| items.iter().map(|item| self.show(item)).collect::<Vec<_>>().join(", ");
        match &expression.form {
            Form::Null => "null".to_owned(),
            Form::Scalar(name) => self.names.text(*name).to_owned(),
            Form::List(items) => format!("[{}]", list(items)),
            Form::Computed(entries) => {
                let entry = |(key, value): &(Expression, Expression)| {
                    format!("{}: {}", self.show(key), self.show(value))
                };
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            Form::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", self.names.text(key.value), self.show(value)))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            Form::Call(call) => match &**call {
                Call::Ref(name) => format!("${{{}}}", self.names.text(*name)),
                Call::GetAtt { resource, attribute } => {
                    format!("${{{}.{}}}", self.names.text(*resource), self.show(attribute))
                }
                Call::Sub { template, variables } => {
                    let variables: Vec<String> = variables
                        .iter()
                        .map(|(name, value)| format!("; {}={}", self.names.text(*name), self.show(value)))
                        .collect();
                    format!("sub({}{})", self.names.text(template.value), variables.concat())
                }
                Call::If { condition, then, otherwise } => {
                    format!(
                        "if({}, {}, {})",
                        self.names.text(*condition),
                        self.show(then),
                        self.show(otherwise)
                    )
                }
                Call::Join { delimiter, items } => {
                    format!("join({}, {})", self.show(delimiter), self.show(items))
                }
                other => format!("{other:?}"),
            },
        }
    }
}

fn function(properties: &str) -> Scene {
    let properties = properties.replace('\n', "\n      ");
    Scene::new(&format!(
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: a.b\n      {properties}\n"
    ))
}

const BASIC: &str = "sub(arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole)";

#[test]
fn a_function_gets_a_role_that_lambda_may_take() {
    let scene = function("Runtime: python3.13");
    let role = scene.made("FRole").expect("a role");
    assert_eq!(scene.names.text(role.kind), "AWS::IAM::Role");
    assert_eq!(scene.under(role.span), "F");
    assert_eq!(role.made_by.map(|name| scene.names.text(name)), Some("F"));
    assert_eq!(
        scene.property("FRole", "AssumeRolePolicyDocument"),
        "{Version: 2012-10-17, Statement: [{Effect: Allow, Action: [sts:AssumeRole], \
         Principal: {Service: [lambda.amazonaws.com]}}]}"
    );
    assert_eq!(scene.property("FRole", "ManagedPolicyArns"), format!("[{BASIC}]"));
    assert_eq!(scene.property("FRole", "Policies"), "-");
    assert_eq!(scene.property("FRole", "Tags"), "[{Key: lambda:createdBy, Value: SAM}]");
}

#[test]
fn a_role_that_the_template_brings_makes_none() {
    let check = |role: &str, expected: Option<Option<&str>>| {
        let scene = function(&format!("Role: {role}"));
        let made = scene.made("FRole");
        let condition = made.map(|made| made.condition.map(|name| scene.names.text(name).to_owned()));
        assert_eq!(condition.as_ref().map(Option::as_deref), expected, "{role}");
    };
    check("arn:aws:iam::123456789012:role/x", None);
    check("!GetAtt R.Arn", None);
    check("!If [C, !Ref A, !Ref B]", None);
    check("!If [C, !Ref AWS::NoValue, !Ref B]", Some(Some("C")));
    check("!If [C, !Ref A, !Ref AWS::NoValue]", Some(Some("NOT.C")));
    check("!If [C, !Ref AWS::NoValue, !Ref AWS::NoValue]", Some(None));
}

#[test]
fn a_written_trust_document_keeps_its_place() {
    let scene = function("AssumeRolePolicyDocument:\n  Statement: []");
    let role = scene.made("FRole").expect("a role");
    let trust = role.properties.get(&scene.names, "AssumeRolePolicyDocument").expect("a trust document");
    assert_eq!(scene.under(trust.span), "Statement: []");
}

#[test]
fn policies_are_names_arns_documents_and_templates() {
    let check = |policies: &str, managed: &str, inline: &str| {
        let scene = function(&format!("Policies: {policies}"));
        let arns = scene.property("FRole", "ManagedPolicyArns");
        let arns = arns
            .replace(BASIC, "")
            .replace("[, ", "[")
            .replace("sub(arn:${AWS::Partition}:iam::aws:policy/", "(");
        assert_eq!(arns, managed, "{policies}");
        let inline_written = scene.property("FRole", "Policies");
        assert_eq!(inline_written.replace("{PolicyName: FRole", "{"), inline, "{policies}");
    };
    check("ReadOnlyAccess", "[(ReadOnlyAccess)]", "-");
    check("[AWSLambdaRole]", "[(service-role/AWSLambdaRole)]", "-");
    check("[arn:aws:iam::aws:policy/X, !Ref P, Unknown]", "[arn:aws:iam::aws:policy/X, ${P}, Unknown]", "-");
    check("{Statement: [s]}", "[]", "[{Policy0, PolicyDocument: {Statement: [s]}}]");
    check(
        "[X, {Statement: [s]}, !If [C, {Statement: [t]}, !Ref AWS::NoValue]]",
        "[X]",
        "[{Policy1, PolicyDocument: {Statement: [s]}}, \
         if(C, {Policy2, PolicyDocument: {Statement: [t]}}, ${AWS::NoValue})]",
    );
    check("[!If [C, ReadOnlyAccess, !Ref P]]", "[if(C, (ReadOnlyAccess), ${P})]", "-");
    check(
        "[{SNSPublishMessagePolicy: {TopicName: !GetAtt T.TopicName}}]",
        "[]",
        "[{Policy0, PolicyDocument: {Statement: [{Action: [sns:Publish], Effect: Allow, Resource: \
         sub(arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${topicName}; topicName=${T.TopicName})}]}}]",
    );
    // SAM refuses a template without its parameters, and one that it does not know.
    check(
        "[{SNSPublishMessagePolicy: {}}]",
        "[]",
        "[{Policy0, PolicyDocument: {SNSPublishMessagePolicy: {}}}]",
    );
    check("[{NoSuchPolicy: {A: b}}]", "[]", "[{Policy0, PolicyDocument: {NoSuchPolicy: {A: b}}}]");
}

#[test]
fn a_statement_stands_where_its_cause_is_written() {
    let scene =
        function("Policies:\n- SNSPublishMessagePolicy: {TopicName: x}\n- Statement: [{Effect: Allow}]");
    let role = scene.made("FRole").expect("a role");
    let policies =
        role.properties.get(&scene.names, "Policies").and_then(Expression::as_list).expect("policies");
    let place = |policy: &Expression| {
        let document = policy.get(&scene.names, "PolicyDocument").expect("a document");
        let statement =
            document.get(&scene.names, "Statement").and_then(Expression::as_list).expect("statements");
        scene.under(statement[0].span).to_owned()
    };
    let places: Vec<String> = policies.iter().map(place).collect();
    assert_eq!(places, ["SNSPublishMessagePolicy: {TopicName: x}", "{Effect: Allow}"]);
}

#[test]
fn properties_of_a_function_attach_managed_policies() {
    let check = |properties: &str, expected: &str| {
        let scene = function(properties);
        let arns = scene.property("FRole", "ManagedPolicyArns");
        let arns = arns
            .replace("sub(arn:${AWS::Partition}:iam::aws:policy/", "(")
            .replace("service-role/AWSLambda", "");
        assert_eq!(arns, expected, "{properties}");
    };
    check("VpcConfig: {SubnetIds: [a]}", "[(BasicExecutionRole), (VPCAccessExecutionRole)]");
    check("Tracing: Active", "[(BasicExecutionRole), (AWSXrayWriteOnlyAccess)]");
    check("Tracing: Disabled", "[(BasicExecutionRole)]");
    check("DurableConfig: {ExecutionTimeout: 1}", "[(BasicDurableExecutionRolePolicy)]");
    check(
        "Tracing: !Ref Mode",
        "[(BasicExecutionRole), if(F.TracingDisabled, ${AWS::NoValue}, (AWSXrayWriteOnlyAccess))]",
    );
    check(
        "Events: {Q: {Type: SQS, Properties: {Queue: a}}}",
        "[(BasicExecutionRole), (SQSQueueExecutionRole)]",
    );
    check(
        "Events: {Q: {Type: SNS, Properties: {Topic: a, SqsSubscription: true}}}",
        "[(BasicExecutionRole), (SQSQueueExecutionRole)]",
    );
    check("Events: {Q: {Type: SNS, Properties: {Topic: a}}}", "[(BasicExecutionRole)]");
    check(
        "Events: {Q: {Type: SNS, Properties: {Topic: a, SqsSubscription: false}}}",
        "[(BasicExecutionRole)]",
    );
}

#[test]
fn globals_are_merged_unless_ignored() {
    let template = |attribute: &str, properties: &str| {
        Scene::new(&format!(
            "Globals:
  Function:
    PermissionsBoundary: global
    Tags: {{a: 1, b: 2}}
    VpcConfig: {{SubnetIds: [x]}}
Resources:
  F:
    Type: AWS::Serverless::Function
    {attribute}
    Properties: {properties}
"
        ))
    };
    let check = |attribute: &str, properties: &str, boundary: &str, tags: &str| {
        let scene = template(attribute, properties);
        assert_eq!(scene.property("FRole", "PermissionsBoundary"), boundary, "{attribute} {properties}");
        let marked = format!("[{{Key: lambda:createdBy, Value: SAM}}{tags}]");
        assert_eq!(scene.property("FRole", "Tags"), marked, "{attribute} {properties}");
    };
    let both = ", {Key: a, Value: 1}, {Key: b, Value: 2}";
    check("", "{}", "global", both);
    check("", "", "global", both);
    check("", "{PermissionsBoundary: own}", "own", both);
    check(
        "",
        "{Tags: {b: 3, c: 4}}",
        "global",
        ", {Key: a, Value: 1}, {Key: b, Value: 3}, {Key: c, Value: 4}",
    );
    check("IgnoreGlobals: '*'", "{Tags: {c: 4}}", "-", ", {Key: c, Value: 4}");
    check("IgnoreGlobals: [PermissionsBoundary]", "{}", "-", both);
}

#[test]
fn schedules_and_state_machines_have_roles_of_their_own() {
    let scene = Scene::new(
        "Resources:
  F:
    Type: AWS::Serverless::Function
    Condition: C
    Properties:
      AutoPublishAlias: my-live
      Events:
        S: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
        Own: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day), RoleArn: x}}
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      PermissionsBoundary: b
      Events:
        A: {Type: Api, Properties: {Path: /, Method: get}}
        E: {Type: EventBridgeRule, Properties: {Pattern: {}}}
        S: {Type: Schedule, Properties: {Schedule: rate(1 day), RoleArn: x}}
",
    );
    assert!(scene.made("FOwnRole").is_none() && scene.made("MSRole").is_none());
    let service = |role: &str| {
        let trust = scene.property(role, "AssumeRolePolicyDocument");
        trust
            .split("Service: [")
            .nth(1)
            .and_then(|rest| rest.split(']').next())
            .expect("a service")
            .to_owned()
    };
    let roles = ["FSRole", "MRole", "MARole", "MERole"].map(service);
    let services =
        ["scheduler", "states", "apigateway", "events"].map(|name| format!("{name}.amazonaws.com"));
    assert_eq!(roles, services);
    let schedule = scene.made("FSRole").expect("a role");
    assert_eq!(schedule.condition.map(|name| scene.names.text(name)), Some("C"));
    assert!(scene.property("FSRole", "Policies").contains("Resource: ${FAliasmyDlive}"));
    assert!(scene.property("MERole", "Policies").contains("Action: [states:StartExecution], Resource: ${M}"));
    assert_eq!(scene.property("MERole", "PermissionsBoundary"), "b");
}

#[test]
fn connectors_give_the_role_of_one_end_what_it_needs_of_the_other() {
    let scene = Scene::new(
        "Resources:
  F: {Type: AWS::Serverless::Function, Properties: {Handler: x}}
  T: {Type: AWS::DynamoDB::Table}
  Own: {Type: AWS::Serverless::Function, Properties: {Role: !GetAtt R.Arn}}
  Link:
    Type: AWS::Serverless::Connector
    Properties: {Source: {Id: F}, Destination: {Id: T}, Permissions: [Read]}
  Many:
    Type: AWS::Serverless::Connector
    Properties: {Source: {Id: Own}, Destination: [{Id: T}], Permissions: [Write]}
",
    );
    assert_eq!(scene.property("LinkPolicy", "Roles"), "[${FRole}]");
    assert!(scene.property("LinkPolicy", "PolicyDocument").contains(
        "dynamodb:PartiQLSelect], Resource: [${T.Arn}, sub(${DestinationArn}/index/*; DestinationArn=${T.Arn})]"
    ));
    assert_eq!(scene.property("ManyPolicyDestination0", "Roles"), "[${R}]");
}

#[test]
fn authorizers_that_trust_tokens_become_resources() {
    let scene = Scene::new(
        "Globals:
  Api:
    Auth:
      Authorizers:
        Pool: {UserPoolArn: !GetAtt U.Arn}
        Function: {FunctionArn: x}
Resources:
  U: {Type: AWS::Cognito::UserPool}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events: {A: {Type: Api, Properties: {Path: /, Method: get}}}
  H:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        Authorizers:
          Lower: {IdentitySource: $request.header.Authorization, JwtConfiguration: {issuer: i, audience: [a]}}
          Upper: {IdentitySource: s, JwtConfiguration: {Issuer: i, Audience: [a]}}
      DefinitionBody:
        components:
          securitySchemes:
            Written:
              x-amazon-apigateway-authorizer: {type: jwt, jwtConfiguration: {issuer: j}}
",
    );
    let pool = scene.made("ServerlessRestApi/Pool").expect("an authorizer");
    assert_eq!(scene.names.text(pool.kind), "AWS::ApiGateway::Authorizer");
    assert_eq!(
        scene.show(&pool.properties),
        "{RestApiId: ${ServerlessRestApi}, Type: COGNITO_USER_POOLS, Name: Pool, ProviderARNs: [${U.Arn}]}"
    );
    assert!(scene.made("ServerlessRestApi/Function").is_none());
    assert_eq!(scene.property("H/Lower", "JwtConfiguration"), "{Issuer: i, Audience: [a]}");
    assert_eq!(scene.property("H/Upper", "JwtConfiguration"), "{Issuer: i, Audience: [a]}");
    assert_eq!(scene.property("H/Lower", "IdentitySource"), "[$request.header.Authorization]");
    assert_eq!(scene.property("H/Written", "JwtConfiguration"), "{Issuer: j}");
}

#[test]
fn a_graphql_api_shows_its_user_pools() {
    let scene = Scene::new(
        "Resources:
  G:
    Type: AWS::Serverless::GraphQLApi
    Properties:
      Logging: false
      Auth:
        Type: AMAZON_COGNITO_USER_POOLS
        UserPool: {UserPoolId: !Ref U}
        Additional:
          - {Type: OPENID_CONNECT, OpenIDConnect: {Issuer: i}}
",
    );
    let api = scene.made("G").expect("the API");
    assert_eq!(scene.names.text(api.kind), "AWS::AppSync::GraphQLApi");
    assert_eq!(
        scene.show(&api.properties),
        "{Name: G, AuthenticationType: AMAZON_COGNITO_USER_POOLS, UserPoolConfig: {UserPoolId: ${U}}, \
         AdditionalAuthenticationProviders: \
         [{AuthenticationType: OPENID_CONNECT, OpenIDConnectConfig: {Issuer: i}}]}"
    );
    assert!(scene.made("GCloudWatchRole").is_none());
}

#[test]
fn the_deployment_role_follows_the_switches() {
    let check = |preference: &str, expected: Option<Option<&str>>| {
        let scene = function(&format!("AutoPublishAlias: live\nDeploymentPreference: {preference}"));
        let made = scene.made("CodeDeployServiceRole");
        let condition = made.map(|made| made.condition.map(|name| scene.names.text(name).to_owned()));
        assert_eq!(condition.as_ref().map(Option::as_deref), expected, "{preference}");
    };
    check("{Type: AllAtOnce}", Some(None));
    check("{Type: AllAtOnce, Enabled: false}", None);
    check("{Type: AllAtOnce, Role: x}", None);
    check("{Type: AllAtOnce, Enabled: !Ref On}", Some(Some("NOT.F.EnabledOff")));
    check("{Type: AllAtOnce, Enabled: !If [C, true, false]}", Some(None));
}

#[test]
fn made_logical_ids_are_known_and_others_are_not() {
    let scene = Scene::new(
        "Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Q: {Type: SQS, Properties: {Queue: a}}
        A: {Type: HttpApi}
  FExtra: {Type: AWS::SNS::Topic}
  L: {Type: AWS::Serverless::LayerVersion}
",
    );
    let ids = scene.expand().logical_ids;
    let check = |name: &str, expected: Option<&str>| assert_eq!(ids.kind_of(name), expected, "{name}");
    check("FRole", Some("AWS::IAM::Role"));
    check("F.Alias", Some("AWS::Lambda::Alias"));
    check("FAliaslive", Some("AWS::Lambda::Alias"));
    check("FVersion0123456789", Some("AWS::Lambda::Version"));
    check("FQ", Some("AWS::Lambda::EventSourceMapping"));
    check("L0a1b2c3d4e", Some("AWS::Lambda::LayerVersion"));
    check("ServerlessHttpApi", Some("AWS::ApiGatewayV2::Api"));
    check("ServerlessHttpApi.Stage", Some("AWS::ApiGatewayV2::Stage"));
    check("ServerlessRestApi", None);
    check("F", None);
    check("FExtra", None);
    check("FExtraRole", None);
    check("FRoles", None);
    check("Frole", None);
    check("F.Url", None);
    check("", None);
    check("äRole", None);
}

#[test]
fn a_large_globals_section_cannot_multiply() {
    let mut yaml = String::from("Globals:\n  Function:\n    Tags:\n");
    for index in 0..2000 {
        yaml.push_str(&format!("      t{index}: x\n"));
    }
    yaml.push_str("Resources:\n");
    for index in 0..1000 {
        yaml.push_str(&format!(
            "  F{index}: {{Type: AWS::Serverless::Function, Properties: {{Tags: {{a: b}}}}}}\n"
        ));
    }
    let scene = Scene::new(&yaml);
    let expansion = scene.expand();
    assert!(!expansion.complete);
    assert_eq!(expansion.declarations.len(), 2000);
}

#[test]
fn a_destination_in_globals_is_made_once() {
    let scene = Scene::new(
        "Globals:
  Function: {EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS}}}}
Resources:
  A: {Type: AWS::Serverless::Function}
  B: {Type: AWS::Serverless::Function}
",
    );
    for role in ["ARole", "BRole"] {
        let policies = scene.property(role, "Policies");
        assert!(policies.contains("Resource: ${AEventInvokeConfigOnFailureQueue.Arn}"), "{policies}");
    }
}

#[test]
fn what_takes_the_place_of_a_resource_names_its_role() {
    let check = |kind: &str, properties: &str, becomes: &str, expected: &str| {
        let scene = Scene::new(&format!(
            "Resources:\n  X: {{Type: AWS::Serverless::{kind}, Condition: C, Properties: {properties}}}"
        ));
        let made = scene.made("X").expect("it is replaced");
        assert_eq!(scene.names.text(made.kind), becomes, "{kind} {properties}");
        assert_eq!(made.condition.map(|name| scene.names.text(name)), Some("C"), "{kind} {properties}");
        assert_eq!(scene.show(&made.properties), expected, "{kind} {properties}");
    };
    check("Function", "{}", "AWS::Lambda::Function", "{Role: ${XRole.Arn}}");
    check("Function", "{Role: !GetAtt R.Arn}", "AWS::Lambda::Function", "{Role: ${R.Arn}}");
    check(
        "Function",
        "{Role: !If [D, !Ref AWS::NoValue, r], FunctionName: f}",
        "AWS::Lambda::Function",
        "{Role: if(D, ${XRole.Arn}, r), FunctionName: f}",
    );
    check("StateMachine", "{}", "AWS::StepFunctions::StateMachine", "{RoleArn: ${XRole.Arn}}");
    check("Api", "{StageName: s}", "AWS::ApiGateway::RestApi", "{}");
    check("SimpleTable", "", "AWS::DynamoDB::Table", "{}");
    check("Application", "{Location: ./a.yaml}", "AWS::CloudFormation::Stack", "{TemplateURL: ./a.yaml}");
}

/// Values as a careless author might put them under the keys that matter.
fn value() -> impl Strategy<Value = String> {
    let keys = prop::sample::select(vec![
        "Role",
        "Policies",
        "Events",
        "Type",
        "Properties",
        "Queue",
        "Tracing",
        "Tags",
        "DestinationConfig",
        "OnFailure",
        "Destination",
        "DeadLetterQueue",
        "TargetArn",
        "SourceAccessConfigurations",
        "URI",
        "Auth",
        "Authorizers",
        "UserPoolArn",
        "JwtConfiguration",
        "Source",
        "Id",
        "Permissions",
        "DataSources",
        "DynamoDb",
        "Lambda",
        "DeploymentPreference",
        "Enabled",
        "EventInvokeConfig",
        "Statement",
        "S3ReadPolicy",
        "BucketName",
        "SchemaRegistryConfig",
        "SchemaRegistryURI",
        "Ref",
        "Fn::If",
        "Fn::Sub",
        "Connectors",
    ]);
    let leaf = prop::sample::select(vec![
        "SQS",
        "ScheduleV2",
        "MQ",
        "Api",
        "true",
        "false",
        "~",
        "F",
        "G",
        "AWS::NoValue",
        "Read",
        "S3",
        "''",
        "AMAZON_COGNITO_USER_POOLS",
        "BASIC_AUTH",
        "arn:aws:glue:r:1:registry/x",
        "'${'",
        "[]",
        "{}",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec((keys.clone(), inner.clone()), 0..4).prop_map(|entries| {
                let mut seen = std::collections::BTreeSet::new();
                let entries: Vec<String> = entries
                    .into_iter()
                    .filter(|(key, _)| seen.insert(*key))
                    .map(|(key, value)| format!("'{key}': {value}"))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }),
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
        ]
    })
}

proptest! {
    /// Nothing that is written makes it panic, and what is made is known under its logical id.
    #[test]
    fn any_properties_are_read(
        kind in prop::sample::select(vec![
            "Function", "StateMachine", "Api", "HttpApi", "Connector", "GraphQLApi", "MicrovmImage", "WebFunction",
        ]),
        first in value(),
        second in value(),
        globals in value(),
    ) {
        let scene = Scene::new(&format!(
            "{{Globals: {{{kind}: {globals}}}, Resources: {{\
               F: {{Type: 'AWS::Serverless::{kind}', Properties: {first}, Connectors: {second}}}, \
               G: {{Type: 'AWS::Serverless::Function', Properties: {second}}}}}}}"
        ));
        let expansion = scene.expand();
        for made in &expansion.declarations {
            let id = scene.names.text(made.logical_id);
            let kind = scene.names.text(made.kind);
            if kind == "AWS::IAM::Role" {
                prop_assert_eq!(expansion.logical_ids.kind_of(id), Some(kind), "{}", id);
            }
        }
    }
}
