//! The logical ids that SAM makes: those that a template may refer to although it does not define them.
//!
//! Source: AWS SAM developer guide, "Generated CloudFormation resources".

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::tree::Tree;
use super::{Macro, events};

/// CloudFormation types that SAM types become, under the same logical id.
const BECOMES: &[(&str, &str)] = &[
    ("AWS::Serverless::Function", "AWS::Lambda::Function"),
    ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"),
    ("AWS::Serverless::Api", "AWS::ApiGateway::RestApi"),
    ("AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Api"),
    ("AWS::Serverless::WebSocketApi", "AWS::ApiGatewayV2::Api"),
    ("AWS::Serverless::SimpleTable", "AWS::DynamoDB::Table"),
    ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"),
    ("AWS::Serverless::GraphQLApi", "AWS::AppSync::GraphQLApi"),
    ("AWS::Serverless::Application", "AWS::CloudFormation::Stack"),
    ("AWS::Serverless::CapacityProvider", "AWS::Lambda::CapacityProvider"),
    ("AWS::Serverless::NetworkConnector", "AWS::Lambda::NetworkConnector"),
    ("AWS::Serverless::WebFunction", "AWS::Lambda::WebFunction"),
    ("AWS::Serverless::MicrovmImage", "AWS::Lambda::MicrovmImage"),
];

/// The CloudFormation type that a type becomes: itself, unless it is one of SAM.
#[must_use]
pub fn becomes(kind: &str) -> &str {
    BECOMES.iter().find(|(sam, _)| *sam == kind).map_or(kind, |(_, becomes)| becomes)
}

/// What SAM makes of a resource: the form of the logical ids behind the resource's own, and their type.
///
/// In a form `#` stands for ten hexadecimal digits or nothing (a hash of properties), `*` for one or more
/// letters and digits; a dot begins what SAM replaces by the logical id itself (`Function.Alias`).
const FORMS: &[(&str, &[(&str, &str)])] = &[
    (
        "AWS::Serverless::Function",
        &[
            ("Role", "AWS::IAM::Role"),
            ("Version#", "AWS::Lambda::Version"),
            ("Alias*", "AWS::Lambda::Alias"),
            (".Version", "AWS::Lambda::Version"),
            (".Alias", "AWS::Lambda::Alias"),
            (".DestinationTopic", "AWS::SNS::Topic"),
            (".DestinationQueue", "AWS::SQS::Queue"),
            ("EventInvokeConfig", "AWS::Lambda::EventInvokeConfig"),
            ("EventInvokeConfigOnSuccessQueue", "AWS::SQS::Queue"),
            ("EventInvokeConfigOnFailureQueue", "AWS::SQS::Queue"),
            ("EventInvokeConfigOnSuccessTopic", "AWS::SNS::Topic"),
            ("EventInvokeConfigOnFailureTopic", "AWS::SNS::Topic"),
            ("Url", "AWS::Lambda::Url"),
            ("UrlPublicPermissions", "AWS::Lambda::Permission"),
            ("URLInvokeAllowPublicAccess", "AWS::Lambda::Permission"),
            ("DeploymentGroup", "AWS::CodeDeploy::DeploymentGroup"),
            ("CognitoPermission", "AWS::Lambda::Permission"),
        ],
    ),
    (
        "AWS::Serverless::StateMachine",
        &[
            ("Role", "AWS::IAM::Role"),
            ("Version", "AWS::StepFunctions::StateMachineVersion"),
            ("Alias*", "AWS::StepFunctions::StateMachineAlias"),
        ],
    ),
    (
        "AWS::Serverless::Api",
        &[
            ("Deployment#", "AWS::ApiGateway::Deployment"),
            ("*Stage", "AWS::ApiGateway::Stage"),
            ("Stage#", "AWS::ApiGateway::Stage"),
            ("BasePathMapping", "AWS::ApiGateway::BasePathMapping"),
            ("*BasePathMapping", "AWS::ApiGateway::BasePathMapping"),
            ("UsagePlan", "AWS::ApiGateway::UsagePlan"),
            ("ApiKey", "AWS::ApiGateway::ApiKey"),
            ("UsagePlanKey", "AWS::ApiGateway::UsagePlanKey"),
            ("*AuthorizerPermission", "AWS::Lambda::Permission"),
            (".Deployment", "AWS::ApiGateway::Deployment"),
            (".Stage", "AWS::ApiGateway::Stage"),
            (".DomainName", "AWS::ApiGateway::DomainName"),
            (".DomainNameV2", "AWS::ApiGateway::DomainNameV2"),
            (".UsagePlan", "AWS::ApiGateway::UsagePlan"),
            (".UsagePlanKey", "AWS::ApiGateway::UsagePlanKey"),
            (".ApiKey", "AWS::ApiGateway::ApiKey"),
        ],
    ),
    (
        "AWS::Serverless::HttpApi",
        &[
            ("*Stage", "AWS::ApiGatewayV2::Stage"),
            ("Stage#", "AWS::ApiGatewayV2::Stage"),
            ("ApiMapping", "AWS::ApiGatewayV2::ApiMapping"),
            ("*ApiMapping", "AWS::ApiGatewayV2::ApiMapping"),
            ("*AuthorizerPermission", "AWS::Lambda::Permission"),
            (".Stage", "AWS::ApiGatewayV2::Stage"),
            (".DomainName", "AWS::ApiGatewayV2::DomainName"),
        ],
    ),
    (
        "AWS::Serverless::WebSocketApi",
        &[
            ("ConnectAuthorizer", "AWS::ApiGatewayV2::Authorizer"),
            ("AuthorizerPermission", "AWS::Lambda::Permission"),
            ("*Route", "AWS::ApiGatewayV2::Route"),
            ("*Integration", "AWS::ApiGatewayV2::Integration"),
            ("*Permission", "AWS::Lambda::Permission"),
            ("*Stage", "AWS::ApiGatewayV2::Stage"),
            ("ApiMapping", "AWS::ApiGatewayV2::ApiMapping"),
            ("*ApiMapping", "AWS::ApiGatewayV2::ApiMapping"),
            (".Stage", "AWS::ApiGatewayV2::Stage"),
            (".DomainName", "AWS::ApiGatewayV2::DomainName"),
        ],
    ),
    ("AWS::Serverless::LayerVersion", &[("#", "AWS::Lambda::LayerVersion")]),
    (
        "AWS::Serverless::Connector",
        &[
            ("Policy", "AWS::IAM::ManagedPolicy"),
            ("PolicyDestination*", "AWS::IAM::ManagedPolicy"),
            ("TopicPolicy", "AWS::SNS::TopicPolicy"),
            ("TopicPolicyDestination*", "AWS::SNS::TopicPolicy"),
            ("QueuePolicy", "AWS::SQS::QueuePolicy"),
            ("QueuePolicyDestination*", "AWS::SQS::QueuePolicy"),
            ("ReadLambdaPermission", "AWS::Lambda::Permission"),
            ("WriteLambdaPermission", "AWS::Lambda::Permission"),
            ("ReadLambdaPermissionDestination*", "AWS::Lambda::Permission"),
            ("WriteLambdaPermissionDestination*", "AWS::Lambda::Permission"),
        ],
    ),
    (
        "AWS::Serverless::GraphQLApi",
        &[
            ("Schema", "AWS::AppSync::GraphQLSchema"),
            ("CloudWatchRole", "AWS::IAM::Role"),
            ("ApiCache", "AWS::AppSync::ApiCache"),
            ("DomainName", "AWS::AppSync::DomainName"),
            ("DomainNameApiAssociation", "AWS::AppSync::DomainNameApiAssociation"),
            ("NoneDataSource", "AWS::AppSync::DataSource"),
            ("*DynamoDBDataSource", "AWS::AppSync::DataSource"),
            ("*LambdaDataSource", "AWS::AppSync::DataSource"),
            ("*DataSourceRole", "AWS::IAM::Role"),
            ("*ConnectorPolicy", "AWS::IAM::ManagedPolicy"),
            ("*LambdaPermission", "AWS::Lambda::Permission"),
        ],
    ),
    ("AWS::Serverless::CapacityProvider", &[("OperatorRole", "AWS::IAM::Role")]),
    ("AWS::Serverless::NetworkConnector", &[("OperatorRole", "AWS::IAM::Role")]),
    ("AWS::Serverless::MicrovmImage", &[("BuildRole", "AWS::IAM::Role")]),
    (
        "AWS::Serverless::WebFunction",
        &[
            ("Role", "AWS::IAM::Role"),
            ("Revision", "AWS::Lambda::WebFunctionRevision"),
            ("Endpoint", "AWS::Lambda::WebFunctionEndpoint"),
        ],
    ),
];

/// What SAM makes of an event, behind the logical id of the resource and the name of the event.
const EVENT_FORMS: &[(&str, &str)] = &[
    ("Role", "AWS::IAM::Role"),
    ("Queue", "AWS::SQS::Queue"),
    ("QueuePolicy", "AWS::SQS::QueuePolicy"),
    ("EventSourceMapping", "AWS::Lambda::EventSourceMapping"),
    ("Permission*", "AWS::Lambda::Permission"),
    ("Permission", "AWS::Lambda::Permission"),
];

/// The types of what carries an event's name and nothing more.
const EVENT_KINDS: &[(&str, &str)] = &[
    ("Kinesis", "AWS::Lambda::EventSourceMapping"),
    ("DynamoDB", "AWS::Lambda::EventSourceMapping"),
    ("SQS", "AWS::Lambda::EventSourceMapping"),
    ("MSK", "AWS::Lambda::EventSourceMapping"),
    ("MQ", "AWS::Lambda::EventSourceMapping"),
    ("SelfManagedKafka", "AWS::Lambda::EventSourceMapping"),
    ("DocumentDB", "AWS::Lambda::EventSourceMapping"),
    ("SNS", "AWS::SNS::Subscription"),
    ("Schedule", "AWS::Events::Rule"),
    ("CloudWatchEvent", "AWS::Events::Rule"),
    ("EventBridgeRule", "AWS::Events::Rule"),
    ("ScheduleV2", "AWS::Scheduler::Schedule"),
    ("CloudWatchLogs", "AWS::Logs::SubscriptionFilter"),
    ("IoTRule", "AWS::IoT::TopicRule"),
];

/// What SAM makes of an event under a logical id that the event gives: the properties, the type.
const NAMED_BY_EVENTS: &[(&str, &str, &str)] = &[
    ("DeadLetterConfig", "QueueLogicalId", "AWS::SQS::Queue"),
    ("SqsSubscription", "QueuePolicyLogicalId", "AWS::SQS::QueuePolicy"),
];

/// What SAM makes once for a template: when it has a resource of this type, these ids.
const SHARED: &[(&str, &[(&str, &str)])] = &[
    (
        "AWS::Serverless::Function",
        &[
            ("ServerlessDeploymentApplication", "AWS::CodeDeploy::Application"),
            ("CodeDeployServiceRole", "AWS::IAM::Role"),
        ],
    ),
    ("AWS::Serverless::Api", APIS),
    ("AWS::Serverless::HttpApi", APIS),
    ("AWS::Serverless::WebSocketApi", APIS),
];

const APIS: &[(&str, &str)] = &[
    ("ServerlessUsagePlan", "AWS::ApiGateway::UsagePlan"),
    ("ServerlessUsagePlanKey", "AWS::ApiGateway::UsagePlanKey"),
    ("ServerlessApiKey", "AWS::ApiGateway::ApiKey"),
    ("ApiGatewayDomainName#", "AWS::ApiGateway::DomainName"),
    ("ApiGatewayDomainNameV2#", "AWS::ApiGatewayV2::DomainName"),
    ("RecordSetGroup#", "AWS::Route53::RecordSetGroup"),
    ("DomainNameAccessAssociation#", "AWS::ApiGateway::DomainNameAccessAssociation"),
];

/// APIs that SAM makes for events that name none: the event's type, the logical id, the SAM type.
const IMPLICIT_APIS: &[(&str, &str, &str)] = &[
    ("Api", "ServerlessRestApi", "AWS::Serverless::Api"),
    ("HttpApi", "ServerlessHttpApi", "AWS::Serverless::HttpApi"),
];

/// How long a logical id may be; CloudFormation allows 255 characters.
const LENGTH: usize = 1024;

/// The logical ids that SAM makes of one template: `FunctionRole`, `Function.Alias`, `ApiProdStage`, also those
/// with a hash, of which only the form is known.
#[derive(Debug, Default)]
pub struct LogicalIds {
    prefixes: FxHashMap<String, SmallVec<[Prefix; 1]>>,
    shared: Vec<&'static [(&'static str, &'static str)]>,
}

/// What begins with the logical id of a resource, or with that of something made for one.
#[derive(Clone, Copy, Debug)]
struct Prefix {
    /// The type of what bears exactly this logical id, if SAM makes it.
    itself: Option<&'static str>,
    /// What comes behind it.
    forms: &'static [(&'static str, &'static str)],
}

impl LogicalIds {
    pub(super) fn new(tree: Tree<'_>, resources: &[Macro<'_>]) -> Self {
        let mut ids = Self { prefixes: FxHashMap::default(), shared: Vec::new() };
        let mut seen = FxHashSet::default();
        for resource in resources {
            ids.add(resource.logical_id.to_owned(), None, table(FORMS, resource.kind));
            if seen.insert(resource.kind) {
                ids.shared
                    .extend(SHARED.iter().filter(|(kind, _)| *kind == resource.kind).map(|(_, ids)| *ids));
            }
            for (connector, _) in resource.connectors.into_iter().flat_map(|map| tree.entries(map)) {
                let id = format!("{}{connector}", resource.logical_id);
                ids.add(id, None, table(FORMS, "AWS::Serverless::Connector"));
            }
            match resource.kind {
                "AWS::Serverless::GraphQLApi" => ids.add_graphql(tree, resource),
                "AWS::Serverless::Function" | "AWS::Serverless::StateMachine" => {
                    ids.add_events(tree, resource)
                }
                _ => {}
            }
        }
        ids
    }

    /// The type of the resource that SAM makes under the logical id `name`; `None` if it makes none, or if
    /// the resource of the template bears that id itself.
    #[must_use]
    pub fn kind_of(&self, name: &str) -> Option<&'static str> {
        // The longest first: it says most.
        let ends = (1..=name.len().min(LENGTH)).rev().filter(|&end| name.is_char_boundary(end));
        for (before, behind) in ends.map(|end| name.split_at(end)) {
            for prefix in self.prefixes.get(before).into_iter().flatten() {
                let kind = if behind.is_empty() { prefix.itself } else { matching(behind, prefix.forms) };
                if kind.is_some() {
                    return kind;
                }
            }
        }
        self.shared.iter().find_map(|forms| matching(name, forms))
    }

    fn add(
        &mut self,
        id: String,
        itself: Option<&'static str>,
        forms: &'static [(&'static str, &'static str)],
    ) {
        self.prefixes.entry(id).or_default().push(Prefix { itself, forms });
    }

    fn add_events(&mut self, tree: Tree<'_>, resource: &Macro<'_>) {
        let Some(written) = resource.properties.get(tree, "Events") else { return };
        for event in events::all(tree, &written) {
            let kind = EVENT_KINDS.iter().find(|(kind, _)| *kind == event.kind).map(|(_, made)| *made);
            self.add(format!("{}{}", resource.logical_id, event.name), kind, EVENT_FORMS);
            for &(property, id, kind) in NAMED_BY_EVENTS {
                if let Some(written) = event.property(tree, property)
                    && let Some(id) = tree.text_of(written, id)
                {
                    self.add(id.to_owned(), Some(kind), &[]);
                }
            }
            for (kind, api, becomes) in IMPLICIT_APIS {
                if *kind == event.kind {
                    self.add((*api).to_owned(), Some(self::becomes(becomes)), table(FORMS, becomes));
                    self.shared.push(APIS);
                }
            }
        }
        self.shared.dedup();
    }

    /// Keys, functions and resolvers carry the names that the template gives them.
    fn add_graphql(&mut self, tree: Tree<'_>, api: &Macro<'_>) {
        let named =
            [("ApiKeys", "AWS::AppSync::ApiKey"), ("Functions", "AWS::AppSync::FunctionConfiguration")];
        for (property, kind) in named {
            let Some(written) = api.properties.get(tree, property) else { continue };
            for (name, _) in tree.entries(&written) {
                self.add(format!("{}{name}", api.logical_id), Some(kind), &[]);
            }
        }
        let Some(resolvers) = api.properties.get(tree, "Resolvers") else { return };
        for (kind, fields) in tree.entries(&resolvers) {
            for (field, _) in tree.entries(fields) {
                let id = format!("{}{kind}{field}", api.logical_id);
                self.add(id, Some("AWS::AppSync::Resolver"), &[]);
            }
        }
    }
}

fn table(
    tables: &'static [(&'static str, &'static [(&'static str, &'static str)])],
    kind: &str,
) -> &'static [(&'static str, &'static str)] {
    tables.iter().find(|(name, _)| *name == kind).map_or(&[], |(_, forms)| forms)
}

fn matching(text: &str, forms: &[(&str, &'static str)]) -> Option<&'static str> {
    forms.iter().find(|(form, _)| has_form(text, form)).map(|(_, kind)| *kind)
}

fn has_form(text: &str, form: &str) -> bool {
    if let Some((before, after)) = form.split_once('*') {
        let middle = text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        return middle.is_some_and(|middle| {
            !middle.is_empty() && middle.chars().all(|character| character.is_ascii_alphanumeric())
        });
    }
    if let Some(before) = form.strip_suffix('#') {
        return text.strip_prefix(before).is_some_and(|hash| {
            hash.is_empty() && !before.is_empty()
                || hash.len() == 10 && hash.chars().all(|character| character.is_ascii_hexdigit())
        });
    }
    text == form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_logical_ids() {
        let check = |text: &str, form: &str, expected: bool| {
            assert_eq!(has_form(text, form), expected, "{text} as {form}");
        };
        check("Role", "Role", true);
        check("Roles", "Role", false);
        check("Version0a1b2c3d4e", "Version#", true);
        check("Version", "Version#", true);
        check("Versionx", "Version#", false);
        check("0a1b2c3d4e", "#", true);
        check("", "#", false);
        check("Aliaslive", "Alias*", true);
        check("Alias", "Alias*", false);
        check("ProdStage", "*Stage", true);
        check("Stage", "*Stage", false);
        check("a-bStage", "*Stage", false);
    }
}
