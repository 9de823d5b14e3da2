//! Policy documents that are written as text: JSON in a string, in `Fn::Sub`, put together by `Fn::Join`.
//!
//! The text is read as a source of its own, and becomes an expression like any other: each string in it, keys
//! too, is a `Fn::Sub` over what the text refers to.

use super::expression::{SubPart, sub_parts};
use super::{Call, Expression, Form};
use crate::document::embedded::{self, Embedded, Fragment};
use crate::document::{Kind, Limits, NodeRef, Style, Tree};
use crate::source::{Decoding, Problem, Sources, Span};
use crate::value::{Located, Name, Names};

/// What reading documents inside texts needs.
#[derive(Debug)]
pub(crate) struct Embedding<'a> {
    pub(crate) names: &'a Names,
    pub(crate) sources: &'a Sources,
    /// How the strings of the template are decoded.
    pub(crate) by: Decoding,
    pub(crate) problems: Vec<Problem>,
}

/// How deep texts inside texts are read.
const NESTING: u32 = 3;

/// Reads the text at `path` inside `expression` as a document, if there is a text.
pub(crate) fn embed(embedding: &mut Embedding<'_>, expression: &mut Expression, path: &[&str]) {
    if let Form::Call(call) = &mut expression.form
        && let Call::If { then, otherwise, .. } = &mut **call
    {
        embed(embedding, then, path);
        embed(embedding, otherwise, path);
        return;
    }
    match path.split_first() {
        None => {
            if let Some(document) = embedding.document(expression, embedding.by, 0) {
                *expression = document;
            }
        }
        Some((&"*", rest)) => match &mut expression.form {
            Form::List(items) => items.iter_mut().for_each(|item| embed(embedding, item, rest)),
            // A single item where a list is expected.
            Form::Map(_) => embed(embedding, expression, rest),
            _ => {}
        },
        Some((key, rest)) => {
            if let Form::Map(entries) = &mut expression.form {
                let names = embedding.names;
                for (_, value) in entries.iter_mut().filter(|(name, _)| names.text(name.value) == *key) {
                    embed(embedding, value, rest);
                }
            }
        }
    }
}

impl Embedding<'_> {
    /// The document that `expression` is the text of.
    fn document(&mut self, expression: &Expression, by: Decoding, nesting: u32) -> Option<Expression> {
        if nesting >= NESTING {
            return None;
        }
        let limits = Limits::default();
        match &expression.form {
            Form::Scalar(text) => {
                let text = self.names.text(*text);
                let embedded = embedded::read_value(self.sources, text, expression.span, by, &limits)?;
                Some(self.expression(embedded, None, expression.span))
            }
            Form::Call(call) => match &**call {
                Call::Sub { template, variables } => {
                    let text = self.names.text(template.value);
                    let open = embedded::read_value(self.sources, text, template.span, by, &limits);
                    // Variables stay variables, each with its place, unless one holds a piece of the syntax.
                    let embedded = match open {
                        Some(open) if open.problems.is_empty() && !open.has_reference() => open,
                        open => self.filled(template, variables, &limits).or(open)?,
                    };
                    Some(self.expression(embedded, Some(variables), expression.span))
                }
                Call::Join { .. } => {
                    let mut joined =
                        Joined { names: self.names, fragments: Vec::new(), variables: Vec::new() };
                    joined.push(expression, true)?;
                    let fragments: Vec<_> = joined
                        .fragments
                        .iter()
                        .map(|(text, from)| Fragment { text: text.as_str(), from: *from })
                        .collect();
                    let embedded = embedded::read_joined(self.sources, &fragments, &limits)?;
                    Some(self.expression(embedded, Some(&joined.variables), expression.span))
                }
                Call::ToJsonString(inner) => match inner.form {
                    Form::Map(_) | Form::List(_) => Some(inner.clone()),
                    _ => self.document(inner, by, nesting + 1),
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// The document in the text of `Fn::Sub` with the variables that are texts put in. `None` if none is.
    fn filled(
        &self,
        template: &Located<Name>,
        variables: &[(Name, Expression)],
        limits: &Limits,
    ) -> Option<Embedded> {
        let mut fragments = Vec::new();
        let mut any = false;
        for part in sub_parts(self.names.text(template.value)) {
            fragments.push(match part {
                SubPart::Literal(text) => (text.to_owned(), template.span),
                SubPart::Escaped(text) => (format!("${{!{text}}}"), template.span),
                SubPart::Variable(name) => {
                    let value = variables.iter().find(|(known, _)| self.names.text(*known) == name);
                    match value.and_then(|(_, value)| Some((value.as_scalar()?, value.span))) {
                        Some((text, span)) => {
                            any = true;
                            // What looks like a variable in a value of one is text.
                            (self.names.text(text).replace("${", "${!"), span)
                        }
                        None => (format!("${{{name}}}"), template.span),
                    }
                }
            });
        }
        let fragments: Vec<_> =
            fragments.iter().map(|(text, from)| Fragment { text: text.as_str(), from: *from }).collect();
        if any { embedded::read_joined(self.sources, &fragments, limits) } else { None }
    }

    /// The expression of a document that was text; with `variables`, its strings are those of `Fn::Sub`.
    ///
    /// A variable that stands for a value may be a piece of JSON of any kind, so that nothing is known of it. One that
    /// stands where only syntax may be leaves nothing known of the whole.
    fn expression(
        &mut self,
        embedded: Embedded,
        variables: Option<&Vec<(Name, Expression)>>,
        host: Span,
    ) -> Expression {
        if variables.is_some() && embedded.breaks_at_reference() {
            return Expression::unknown(self.names, "text", host);
        }
        self.problems.extend(embedded.problems);
        let tree = Tree::new(&embedded.document, &embedded.text);
        let root = tree.roots().next();
        let Some(root) = root else { return Expression::unknown(self.names, "text", host) };
        self.node(root, variables)
    }

    fn node(&self, node: NodeRef<'_>, variables: Option<&Vec<(Name, Expression)>>) -> Expression {
        let span = node.span();
        let form = match node.kind() {
            _ if node.is_null() => Form::Null,
            Kind::List => Form::List(node.items().map(|item| self.node(item, variables)).collect()),
            Kind::Map => {
                // INVARIANT: the reader bounds the depth.
                let entries: Vec<_> = node
                    .entries()
                    .map(|(key, value)| (self.text(key, variables), self.node(value, variables)))
                    .collect();
                if entries.iter().all(|(key, _)| key.as_scalar().is_some()) {
                    let plain = |(key, value): (Expression, Expression)| {
                        Some((Located::new(key.as_scalar()?, key.span), value))
                    };
                    Form::Map(entries.into_iter().filter_map(plain).collect())
                } else {
                    Form::Computed(entries)
                }
            }
            _ if variables.is_some() && is_open(node) => {
                return Expression::unknown(self.names, "text", span);
            }
            _ => return self.text(node, variables),
        };
        Expression { form, span }
    }

    fn text(&self, node: NodeRef<'_>, variables: Option<&Vec<(Name, Expression)>>) -> Expression {
        let text = node.scalar().unwrap_or_default();
        let span = node.span();
        match variables {
            Some(variables) if text.contains("${") => {
                let used =
                    |name: Name| sub_parts(text).any(|part| part == SubPart::Variable(self.names.text(name)));
                let variables = variables.iter().filter(|(name, _)| used(*name)).cloned().collect();
                Expression::sub(self.names, text, variables, span)
            }
            _ => Expression::scalar(self.names, text, span),
        }
    }
}

/// True for a variable without quotes that may stand for any piece of JSON. What AWS fills in is a text or a number.
fn is_open(node: NodeRef<'_>) -> bool {
    let is_variable = |part| matches!(part, SubPart::Variable(name) if !name.starts_with("AWS::"));
    node.style() == Style::Plain && sub_parts(node.scalar().unwrap_or_default()).any(is_variable)
}

/// The fragments of a text that is put together.
struct Joined<'a> {
    names: &'a Names,
    fragments: Vec<(String, Span)>,
    variables: Vec<(Name, Expression)>,
}

impl Joined<'_> {
    /// Appends `expression`; `None` if it cannot be part of a document.
    fn push(&mut self, expression: &Expression, outermost: bool) -> Option<()> {
        let span = expression.span;
        match &expression.form {
            // What looks like a variable is none: it is text for a `Fn::Sub` from here on.
            Form::Scalar(text) => self.fragments.push((self.names.text(*text).replace("${", "${!"), span)),
            Form::Call(call) => match &**call {
                Call::Join { delimiter, items } => {
                    let delimiter_text = self.names.text(delimiter.as_scalar()?);
                    let items = match items.as_list() {
                        Some(items) => items,
                        None if outermost => return None,
                        None => {
                            self.push_variable(expression);
                            return Some(());
                        }
                    };
                    for (index, item) in items.iter().enumerate() {
                        if index > 0 && !delimiter_text.is_empty() {
                            self.fragments.push((delimiter_text.replace("${", "${!"), delimiter.span));
                        }
                        self.push(item, false)?;
                    }
                }
                Call::Ref(name) => {
                    let name = self.names.text(*name);
                    self.fragments.push((format!("${{{name}}}"), span));
                }
                Call::GetAtt { resource, attribute } if attribute.as_scalar().is_some() => {
                    let attribute = self.names.text(attribute.as_scalar()?);
                    let resource = self.names.text(*resource);
                    self.fragments.push((format!("${{{resource}.{attribute}}}"), span));
                }
                Call::Sub { template, variables } if variables.is_empty() => {
                    self.fragments.push((self.names.text(template.value).to_owned(), template.span));
                }
                _ => self.push_variable(expression),
            },
            _ => return None,
        }
        Some(())
    }

    fn push_variable(&mut self, expression: &Expression) {
        let name = format!("{}", self.variables.len() + 1);
        self.fragments.push((format!("${{{name}}}"), expression.span));
        self.variables.push((self.names.intern(&name), expression.clone()));
    }
}
