//! `AWS::Serverless::GraphQLApi`: the API with its authorizers, the role for its log and those of its data
//! sources.

use super::connectors::{self, End, Link};
use super::role::Draft;
use super::tree::{self, Tree};
use super::{Macro, Sink};
use crate::resources::cloudformation::expression::Expression;

const APP_SYNC: &str = "appsync.amazonaws.com";

/// Kinds of data sources that get a role: the key in `DataSources`, the suffix of the made data source, the
/// suffix of the connector, the type at the other end.
const DATA_SOURCES: &[(&str, &str, &str, &str)] = &[
    ("DynamoDb", "DynamoDBDataSource", "ToTableConnector", "AWS::DynamoDB::Table"),
    ("Lambda", "LambdaDataSource", "ToLambdaConnector", "AWS::Lambda::Function"),
];

/// SAM's names for the kinds of authorizer, and AppSync's.
const AUTHORIZERS: &[(&str, &str)] = &[
    ("UserPool", "UserPoolConfig"),
    ("OpenIDConnect", "OpenIDConnectConfig"),
    ("LambdaAuthorizer", "LambdaAuthorizerConfig"),
];

/// Makes the API and the roles.
pub(super) fn expand(api: &Macro<'_>, sink: &mut Sink<'_>) {
    let tree = sink.tree;
    let auth = api.properties.get(tree, "Auth");
    sink.replace(api, graphql_api(tree, api, auth.as_deref()));
    log_role(api, sink);
    let Some(sources) = api.properties.get(tree, "DataSources") else { return };
    for &(section, suffix, connector, kind) in DATA_SOURCES {
        for (name, source) in tree.map_of(&sources, section) {
            if tree.property(source, "ServiceRoleArn").is_some() {
                continue;
            }
            let id = format!("{}{name}{suffix}", api.logical_id);
            let role = Draft::new(tree, format!("{id}Role"), source.span, APP_SYNC);
            let role_name = tree.reference(source.span, &role.logical_id);
            role.finish(api.logical_id, api.condition, sink);
            let link = Link {
                logical_id: format!("{id}{connector}"),
                made_by: api.logical_id,
                span: source.span,
                condition: None,
                permissions: permissions(tree, section, source),
            };
            let from = End {
                kind: "AWS::AppSync::DataSource".to_owned(),
                arn: Some(tree.attribute(source.span, &id, "DataSourceArn")),
                role: Some(role_name),
                ..End::default()
            };
            let to = End { kind: kind.to_owned(), arn: destination(tree, section, source), ..End::default() };
            connectors::policy(&link, &from, &to, None, sink);
        }
    }
}

fn graphql_api(
    tree: Tree<'_>,
    api: &Macro<'_>,
    auth: Option<&Expression>,
) -> Vec<(&'static str, Expression)> {
    let name = api.properties.get(tree, "Name");
    let name = name.map_or_else(|| tree.text(api.span, api.logical_id), |name| name.into_owned());
    let mut properties = vec![("Name", name)];
    let Some(auth) = auth else { return properties };
    properties.extend(provider(tree, auth));
    if let Some(additional) = tree.property(auth, "Additional").and_then(Expression::as_list) {
        let providers = additional.iter().map(|auth| tree.map(auth.span, provider(tree, auth))).collect();
        properties.push(("AdditionalAuthenticationProviders", tree::list(auth.span, providers)));
    }
    properties
}

fn provider(tree: Tree<'_>, auth: &Expression) -> Vec<(&'static str, Expression)> {
    let kind = tree.property(auth, "Type").map(|kind| ("AuthenticationType", kind.clone()));
    let config =
        AUTHORIZERS.iter().filter_map(|(written, made)| Some((*made, tree.property(auth, written)?.clone())));
    kind.into_iter().chain(config).collect()
}

/// The role that writes the log: made unless logging is off or brings a role.
fn log_role(api: &Macro<'_>, sink: &mut Sink<'_>) {
    let tree = sink.tree;
    if let Some(logging) = api.properties.get(tree, "Logging") {
        let off = tree.literal(&logging) == Some("false");
        if off || tree.property(&logging, "CloudWatchLogsRoleArn").is_some() {
            return;
        }
    }
    let id = format!("{}CloudWatchRole", api.logical_id);
    let mut role = Draft::new(tree, id, api.span, APP_SYNC);
    role.attach(api.span, "service-role/AWSAppSyncPushToCloudWatchLogs");
    role.finish(api.logical_id, api.condition, sink);
}

fn permissions(tree: Tree<'_>, section: &str, source: &Expression) -> Vec<String> {
    let written =
        tree.property(source, "Permissions").and_then(Expression::as_list).filter(|_| section == "DynamoDb");
    match written {
        Some(items) => items.iter().filter_map(|item| tree.literal(item)).map(str::to_owned).collect(),
        None if section == "DynamoDb" => vec!["Read".to_owned(), "Write".to_owned()],
        None => vec!["Write".to_owned()],
    }
}

/// The ARN of what a data source reads.
fn destination(tree: Tree<'_>, section: &str, source: &Expression) -> Option<Expression> {
    if section == "Lambda" {
        return tree.property(source, "FunctionArn").cloned();
    }
    if let Some(arn) = tree.property(source, "TableArn") {
        return Some(arn.clone());
    }
    let table = tree.property(source, "TableName")?.clone();
    let region = tree.property(source, "Region").cloned();
    let region = region.unwrap_or_else(|| tree.reference(source.span, "AWS::Region"));
    let pattern = "arn:${AWS::Partition}:dynamodb:${Region}:${AWS::AccountId}:table/${Table}";
    Some(tree.sub_with(source.span, pattern, vec![("Region", region), ("Table", table)]))
}
