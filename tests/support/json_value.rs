//! Values of documents, written as JSON: for tests and benchmarks that parse policies.

use fedlint::resources::{Entry, Value};
use fedlint::source::Span;
use fedlint::value::{Located, Vocabulary};

/// The value of a JSON value, all of it at one place.
pub(crate) fn value(json: &serde_json::Value, at: Span, vocabulary: &Vocabulary) -> Located<Value> {
    let value = match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::String(text) => Value::Text(vocabulary.literal(text)),
        serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {
            Value::Text(vocabulary.literal(&json.to_string()))
        }
        serde_json::Value::Array(items) => {
            Value::List(items.iter().map(|item| value(item, at, vocabulary)).collect())
        }
        serde_json::Value::Object(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, item)| Entry {
                    key: Located::new(vocabulary.literal(key), at),
                    value: value(item, at, vocabulary),
                })
                .collect(),
        ),
    };
    Located::new(value, at)
}
