//! Authorizers that trust the tokens of a user pool or another issuer.
//!
//! SAM writes them into the OpenAPI document of the API, never as resources. Here they become resources of
//! CloudFormation's types, so that everything to the right knows one form only. Their logical ids hold a
//! slash (`Api/Authorizer`), which those of a template cannot.

use super::tree::{self, Tree};
use super::{Macro, Place, Properties, Sink, events};
use crate::resources::cloudformation::expression::Expression;

/// The key under which an OpenAPI document describes an authorizer.
const EXTENSION: &str = "x-amazon-apigateway-authorizer";

/// APIs that SAM makes for events that name none: the event's type, the property that would name one, the
/// logical id of the API, the section of `Globals` that describes it, its SAM type.
const IMPLICIT: &[(&str, &str, &str, &str, &str)] = &[
    ("Api", "RestApiId", "ServerlessRestApi", "Api", "AWS::Serverless::Api"),
    ("HttpApi", "ApiId", "ServerlessHttpApi", "HttpApi", "AWS::Serverless::HttpApi"),
];

/// The API that authorizers belong to.
struct Api<'t> {
    logical_id: &'t str,
    kind: &'t str,
    condition: Option<&'t str>,
}

/// Makes the authorizers of an API of the template.
pub(super) fn expand(api: &Macro<'_>, sink: &mut Sink<'_>) {
    sink.replace(api, Vec::new());
    let owner = Api { logical_id: api.logical_id, kind: api.kind, condition: api.condition };
    let tree = sink.tree;
    if let Some(auth) = api.properties.get(tree, "Auth") {
        of_auth(&owner, &auth, sink);
    }
    if let Some(body) = api.properties.get(tree, "DefinitionBody") {
        of_definition(&owner, &body, sink);
    }
}

/// Makes the authorizers that `Globals` gives to the APIs that SAM makes on its own.
pub(super) fn expand_implicit<'t>(
    resources: &[Macro<'t>],
    globals: Option<&'t Expression>,
    sink: &mut Sink<'t>,
) {
    let tree = sink.tree;
    for &(event, names_api, logical_id, section, kind) in IMPLICIT {
        let auth = Properties::implicit(tree, section, globals).get(tree, "Auth");
        let Some(auth) = auth else { continue };
        let mut conditions = Vec::new();
        let mut unconditional = false;
        for caller in resources.iter().filter(|caller| uses_implicit(tree, caller, event, names_api)) {
            match caller.condition {
                Some(condition) => conditions.push(tree.name(condition)),
                None => unconditional = true,
            }
        }
        if !unconditional && conditions.is_empty() {
            continue;
        }
        let condition = if unconditional {
            None
        } else {
            Some(tree.names.text(sink.any_of(auth.span, &format!("{logical_id}Condition"), &conditions)))
        };
        of_auth(&Api { logical_id, kind, condition }, &auth, sink);
    }
}

/// True if SAM makes an API of its own under this logical id: what the template writes there is lost.
pub(super) fn is_implicit(tree: Tree<'_>, logical_id: &str, resources: &[Macro<'_>]) -> bool {
    IMPLICIT.iter().any(|(event, names_api, id, ..)| {
        *id == logical_id && resources.iter().any(|caller| uses_implicit(tree, caller, event, names_api))
    })
}

/// True if an event of `caller` is of the kind `event` and names no API.
fn uses_implicit(tree: Tree<'_>, caller: &Macro<'_>, event: &str, names_api: &str) -> bool {
    let calls = ["AWS::Serverless::Function", "AWS::Serverless::StateMachine"].contains(&caller.kind);
    calls
        && caller.properties.get(tree, "Events").is_some_and(|written| {
            events::all(tree, &written)
                .any(|found| found.kind == event && found.property(tree, names_api).is_none())
        })
}

/// The property `Auth`.
fn of_auth(api: &Api<'_>, auth: &Expression, sink: &mut Sink<'_>) {
    let tree = sink.tree;
    for (name, authorizer) in tree.map_of(auth, "Authorizers") {
        if api.kind == "AWS::Serverless::Api" {
            if let Some(pools) = tree.property(authorizer, "UserPoolArn") {
                let identity = tree.property(authorizer, "Identity");
                let expression =
                    identity.and_then(|identity| tree.property(identity, "ValidationExpression"));
                user_pools(api, name, authorizer, pools, expression, sink);
            }
        } else if let Some(configuration) = tree.property(authorizer, "JwtConfiguration") {
            let source = tree.property(authorizer, "IdentitySource");
            jwt(api, name, authorizer, configuration, source, sink);
        }
    }
}

/// Security schemes in an OpenAPI 2 or 3 document.
fn of_definition(api: &Api<'_>, body: &Expression, sink: &mut Sink<'_>) {
    let tree = sink.tree;
    let schemes = tree
        .property(body, "securityDefinitions")
        .or_else(|| tree.property(tree.property(body, "components")?, "securitySchemes"));
    for (name, scheme) in schemes.into_iter().flat_map(|map| tree.entries(map)) {
        let Some(authorizer) = tree.property(scheme, EXTENSION) else { continue };
        if let Some(pools) = tree.property(authorizer, "providerARNs") {
            let expression = tree.property(authorizer, "identityValidationExpression");
            user_pools(api, name, authorizer, pools, expression, sink);
        } else if let Some(configuration) = tree.property(authorizer, "jwtConfiguration") {
            let source = tree.property(authorizer, "identitySource");
            jwt(api, name, authorizer, configuration, source, sink);
        }
    }
}

fn user_pools(
    api: &Api<'_>,
    name: &str,
    authorizer: &Expression,
    pools: &Expression,
    expression: Option<&Expression>,
    sink: &mut Sink<'_>,
) {
    let tree = sink.tree;
    let span = authorizer.span;
    let arns = match pools.as_list() {
        Some(_) => pools.clone(),
        None => tree::list(pools.span, vec![pools.clone()]),
    };
    let mut properties = vec![
        ("RestApiId", tree.reference(span, api.logical_id)),
        ("Type", tree.text(span, "COGNITO_USER_POOLS")),
        ("Name", tree.text(span, name)),
        ("ProviderARNs", arns),
    ];
    properties.extend(expression.map(|expression| ("IdentityValidationExpression", expression.clone())));
    push(api, name, "AWS::ApiGateway::Authorizer", tree.map(span, properties), sink);
}

fn jwt(
    api: &Api<'_>,
    name: &str,
    authorizer: &Expression,
    configuration: &Expression,
    source: Option<&Expression>,
    sink: &mut Sink<'_>,
) {
    let tree = sink.tree;
    let span = authorizer.span;
    // OpenAPI writes `issuer` and `audience`; SAM takes both spellings.
    let configured = |wanted: &str| {
        tree.entries(configuration)
            .find(|(key, _)| key.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.clone())
    };
    let configured =
        ["Issuer", "Audience"].into_iter().filter_map(|key| Some((key, configured(key)?))).collect();
    let mut properties = vec![
        ("ApiId", tree.reference(span, api.logical_id)),
        ("AuthorizerType", tree.text(span, "JWT")),
        ("Name", tree.text(span, name)),
        ("JwtConfiguration", tree.map(configuration.span, configured)),
    ];
    if let Some(source) = source {
        let sources = match source.as_list() {
            Some(_) => source.clone(),
            None => tree::list(source.span, vec![source.clone()]),
        };
        properties.push(("IdentitySource", sources));
    }
    push(api, name, "AWS::ApiGatewayV2::Authorizer", tree.map(span, properties), sink);
}

fn push(api: &Api<'_>, name: &str, kind: &str, properties: Expression, sink: &mut Sink<'_>) {
    let id = format!("{}/{name}", api.logical_id);
    let place = Place { span: properties.span, condition: api.condition };
    sink.push(api.logical_id, kind, &id, place, properties);
}
