//! CloudFormation templates as YAML and as JSON, and what they deploy as the AWS CLI prints it.

use std::fmt::Write as _;

use super::names;

/// A value in a template.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A string, number or truth as it stands.
    Text(String),
    /// `true` or `false`.
    Truth(bool),
    /// A number.
    Number(u32),
    /// A list.
    List(Vec<Self>),
    /// A mapping.
    Map(Vec<(String, Self)>),
    /// A reference to a resource.
    Ref(String),
    /// An attribute of a resource.
    Attribute(String, &'static str),
    /// A text in which `${...}` is replaced.
    Sub(String),
}

/// A string.
pub(crate) fn text(text: impl Into<String>) -> Value {
    let text = text.into();
    if text.contains("${AWS::") { Value::Sub(text) } else { Value::Text(text) }
}

/// A list of strings.
pub(crate) fn texts<T: Into<String>>(items: impl IntoIterator<Item = T>) -> Value {
    Value::List(items.into_iter().map(text).collect())
}

/// A mapping.
pub(crate) fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

/// A policy of these statements.
pub(crate) fn policy(statements: Vec<Value>) -> Value {
    map([("Version", text("2012-10-17")), ("Statement", Value::List(statements))])
}

/// A template of these resources, by logical id.
pub(crate) fn template(description: &str, resources: Vec<(String, Value)>) -> Value {
    map([
        ("AWSTemplateFormatVersion", text("2010-09-09")),
        ("Description", text(description)),
        ("Resources", Value::Map(resources)),
    ])
}

/// A resource.
pub(crate) fn resource(kind: &str, properties: Vec<(&str, Value)>) -> Value {
    map([("Type", text(kind)), ("Properties", map(properties))])
}

impl Value {
    /// As people write it.
    pub(crate) fn yaml(&self) -> String {
        let mut out = String::new();
        self.block(0, &mut out);
        out
    }

    /// As the CDK writes it.
    pub(crate) fn json(&self) -> String {
        let mut out = String::new();
        self.object(0, &mut out);
        out.push('\n');
        out
    }

    /// As the AWS CLI prints what is deployed to `account`, `depth` levels in.
    pub(crate) fn answer(&self, account: &str, depth: usize) -> String {
        let mut out = String::new();
        self.printed(account, depth, &mut out);
        out
    }

    fn printed(&self, account: &str, depth: usize, out: &mut String) {
        let line = |depth: usize, out: &mut String| {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', 4 * depth));
        };
        match self {
            Self::Truth(_) | Self::Number(_) => out.push_str(&self.scalar()),
            Self::Text(text) | Self::Sub(text) => {
                out.push_str(&string(&text.replace("${AWS::AccountId}", account)));
            }
            Self::Ref(pool) => out.push_str(&string(&names::identity_pool(pool, account))),
            Self::Attribute(..) => unreachable!("an answer refers to nothing"),
            Self::List(_) | Self::Map(_) if self.is_empty() => {
                out.push_str(if matches!(self, Self::List(_)) { "[]" } else { "{}" });
            }
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    line(depth + 1, out);
                    item.printed(account, depth + 1, out);
                }
                line(depth, out);
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    line(depth + 1, out);
                    out.push_str(&string(&key.replace("${AWS::AccountId}", account)));
                    out.push_str(": ");
                    value.printed(account, depth + 1, out);
                }
                line(depth, out);
                out.push('}');
            }
        }
    }

    fn scalar(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Truth(truth) => truth.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Ref(id) => format!("!Ref {id}"),
            Self::Attribute(id, name) => format!("!GetAtt {id}.{name}"),
            Self::Sub(text) => format!("!Sub {}", quoted(text)),
            Self::List(_) | Self::Map(_) => unreachable!("a collection is no scalar"),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
            _ => false,
        }
    }

    fn block(&self, depth: usize, out: &mut String) {
        match self {
            Self::Map(entries) => {
                for (at, (key, value)) in entries.iter().enumerate() {
                    // The first one stands behind the dash of a list, or at the start of a line.
                    if at > 0 {
                        out.extend(std::iter::repeat_n(' ', depth * 2));
                    }
                    out.push_str(&quoted(key));
                    out.push(':');
                    value.after(depth, out);
                }
            }
            _ => self.after(depth, out),
        }
    }

    /// A value behind its key.
    fn after(&self, depth: usize, out: &mut String) {
        match self {
            Self::List(items) if !items.is_empty() => {
                out.push('\n');
                for item in items {
                    out.extend(std::iter::repeat_n(' ', (depth + 1) * 2));
                    out.push_str("- ");
                    match item {
                        Self::Map(_) => item.block(depth + 2, out),
                        _ => {
                            out.push_str(&item.scalar());
                            out.push('\n');
                        }
                    }
                }
            }
            Self::Map(entries) if !entries.is_empty() => {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', (depth + 1) * 2));
                self.block(depth + 1, out);
            }
            _ if self.is_empty() => {
                out.push_str(if matches!(self, Self::List(_)) { " []\n" } else { " {}\n" })
            }
            _ => {
                out.push(' ');
                out.push_str(&self.scalar());
                out.push('\n');
            }
        }
    }

    fn object(&self, depth: usize, out: &mut String) {
        let function = |name: &str, value: &str, out: &mut String| {
            let _ = write!(out, "{{ \"{name}\": {value} }}");
        };
        let line = |depth: usize, out: &mut String| {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', depth));
        };
        match self {
            Self::Text(text) => out.push_str(&string(text)),
            Self::Truth(_) | Self::Number(_) => out.push_str(&self.scalar()),
            Self::Ref(id) => function("Ref", &string(id), out),
            Self::Attribute(id, name) => {
                function("Fn::GetAtt", &format!("[{}, {}]", string(id), string(name)), out);
            }
            Self::Sub(text) => function("Fn::Sub", &string(text), out),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    line(depth + 1, out);
                    item.object(depth + 1, out);
                }
                line(depth, out);
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    line(depth + 1, out);
                    out.push_str(&string(key));
                    out.push_str(": ");
                    value.object(depth + 1, out);
                }
                line(depth, out);
                out.push('}');
            }
        }
    }
}

/// A string in YAML, quoted where it must be.
fn quoted(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./:@".contains(letter))
        && !text.ends_with(':')
        && !["true", "false", "yes", "no", "null", "on", "off"].contains(&text);
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

/// A string in JSON.
fn string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
