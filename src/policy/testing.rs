//! Values for tests, written as JSON.

use std::path::PathBuf;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::resources::{Entry, Value};
use crate::source::{Origin, Sources, Span};
use crate::value::{
    DeploymentId, Located, Name, Pseudo, Shape, Symbol, TemplateId, Text, TextBuilder, Unknown, Vocabulary,
};

/// Makes [`Value`]s from JSON and remembers the JSON pointer of each span, so that tests speak of pointers.
///
/// In texts, `${Name}` is a parameter, `${AWS::AccountId}` and the like are pseudo parameters, and
/// `${Type Id}` is the identity of a resource with a shape by its type, `${Type Id.Attribute}` an attribute.
/// `${!name}` is the literal `${name}`, as in `Fn::Sub`. The text `<unknown>` is an unknown value. Keys end at the first `#`, so that a mapping can have two equal ones.
pub(crate) struct Scene {
    pub(crate) vocabulary: Vocabulary,
    pointers: Vec<String>,
    source: crate::source::SourceId,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let sources = Sources::default();
        let source = sources.add_kept(Origin::Memory(PathBuf::from("test")), "".into());
        Self { vocabulary: Vocabulary::default(), pointers: Vec::new(), source }
    }

    /// The value of a JSON text.
    pub(crate) fn value(&mut self, json: &str) -> Located<Value> {
        let json: serde_json::Value = serde_json::from_str(json).expect("tests write valid JSON");
        self.convert(&json, String::new())
    }

    /// The value of a JSON value, with pointers that begin with `at`.
    pub(crate) fn convert(&mut self, json: &serde_json::Value, at: String) -> Located<Value> {
        let span = self.span(at.clone());
        let value = match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Text(self.text(&value.to_string())),
            serde_json::Value::Number(value) => Value::Text(self.text(&value.to_string())),
            serde_json::Value::String(text) if text == "<unknown>" => Value::Unknown(Unknown::List),
            serde_json::Value::String(text) => Value::Text(self.text(text)),
            serde_json::Value::Array(items) => Value::List(
                items.iter().enumerate().map(|(n, item)| self.convert(item, format!("{at}/{n}"))).collect(),
            ),
            serde_json::Value::Object(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| {
                        let written = key.split('#').next().unwrap_or_default();
                        let key_span = self.span(format!("{at}/{key}@key"));
                        Entry {
                            key: Located::new(self.text(written), key_span),
                            value: self.convert(value, format!("{at}/{key}")),
                        }
                    })
                    .collect(),
            ),
        };
        Located::new(value, span)
    }

    /// The pointer of a span.
    pub(crate) fn pointer(&self, span: Span) -> &str {
        &self.pointers[span.start as usize]
    }

    pub(crate) fn name(&self, text: &str) -> Name {
        self.vocabulary.names.intern(text)
    }

    /// A text with symbols.
    pub(crate) fn text(&self, written: &str) -> Text {
        let names = &self.vocabulary.names;
        let mut builder = TextBuilder::default();
        let mut rest = written;
        while let Some((before, after)) = rest.split_once("${") {
            let (inside, behind) = after.split_once('}').expect("tests close their braces");
            builder.push_str(before);
            rest = behind;
            if let Some(literal) = inside.strip_prefix('!') {
                builder.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let (symbol, shape) = self.symbol(inside);
            builder.push_symbol(self.vocabulary.symbols.intern(symbol, || shape), names);
        }
        builder.push_str(rest);
        builder.finish(names)
    }

    fn symbol(&self, inside: &str) -> (Symbol, Shape) {
        let template = TemplateId(0);
        if let Some((kind, id)) = inside.split_once(' ') {
            let (resource, attribute) = id.split_once('.').map_or((id, None), |(id, name)| (id, Some(name)));
            // `Other!Id` is a resource of the second template.
            let (template, resource) =
                resource.strip_prefix("Other!").map_or((template, resource), |id| (TemplateId(1), id));
            let (resource, kind_name) = (self.name(resource), self.name(kind));
            return match attribute {
                None => (Symbol::Reference { template, resource, kind: kind_name }, identity_shape(kind)),
                Some(attribute) => (
                    Symbol::Attribute {
                        template,
                        resource,
                        kind: kind_name,
                        attribute: self.name(attribute),
                        unique: attribute == "ExternalId",
                    },
                    if attribute == "ExternalId" { Shape::external_id() } else { Shape::any() },
                ),
            };
        }
        let deployment = DeploymentId(0);
        match inside {
            "AWS::AccountId" => (Symbol::Pseudo(deployment, Pseudo::AccountId), Shape::account_id()),
            "AWS::Region" => (Symbol::Pseudo(deployment, Pseudo::Region), Shape::region()),
            "AWS::Partition" => (Symbol::Pseudo(deployment, Pseudo::Partition), Shape::partition()),
            "AWS::URLSuffix" => (Symbol::Pseudo(deployment, Pseudo::UrlSuffix), Shape::url_suffix()),
            parameter => {
                (Symbol::Parameter { template, parameter: self.name(parameter) }, Shape::parameter())
            }
        }
    }

    fn span(&mut self, pointer: String) -> Span {
        let index = u32::try_from(self.pointers.len()).expect("tests are small");
        self.pointers.push(pointer);
        Span::new(self.source, index, index)
    }
}

/// The language of what `Ref` returns.
fn identity_shape(kind: &str) -> Shape {
    match kind {
        "AWS::Cognito::UserPool" => Shape::user_pool_id(),
        "AWS::Cognito::IdentityPool" => Shape::identity_pool_id(),
        "AWS::Cognito::UserPoolClient" => Shape::app_client_id(),
        "AWS::Organizations::Account" => Shape::account_id(),
        "AWS::IdentityStore::Group" | "AWS::IdentityStore::User" | "AWS::RolesAnywhere::TrustAnchor" => {
            Shape::guid()
        }
        _ => Shape::name(),
    }
}

/// Runs a property on as many random inputs as `PROPTEST_CASES` says, the same ones each time. Gives their number.
#[expect(clippy::disallowed_methods, reason = "how many cases are run is no part of an analysis")]
pub(crate) fn run<S: Strategy>(
    cases: u32,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), String>,
) -> u32
where
    S::Value: Clone,
{
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(strategy, |input| property(input).map_err(TestCaseError::fail));
    match result {
        Ok(()) => cases,
        Err(TestError::Fail(why, input)) => panic!("{why}\n{input:#?}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

/// Prints one measure for `scripts/figures`.
#[expect(clippy::print_stdout, reason = "scripts read it, with --nocapture")]
pub(crate) fn figure(name: &str, count: u32, least: u32) {
    println!("figure\t{name}\t{count}\tat least {least}\t{}", if count >= least { "yes" } else { "no" });
}
