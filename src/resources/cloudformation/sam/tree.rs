//! How this module takes expressions apart and puts them together.

use std::cell::Cell;

use rustc_hash::FxHashMap;
use serde_json::Value as Json;

use crate::resources::cloudformation::expression::{Call, Expression, Form};
use crate::source::Span;
use crate::value::{Located, Name, Names};

/// Makes and reads expressions; holds what is needed for that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tree<'n> {
    pub(super) names: &'n Names,
    /// How many more nodes may be made by copying or from data. Everything else that is made is bounded by
    /// what is written.
    pub(super) budget: &'n Cell<u32>,
}

/// How many nodes may be made of one template by copying or from data: as many as it may have itself.
pub(super) const NODES: u32 = 1_000_000;

impl<'n> Tree<'n> {
    /// Takes `nodes` from the budget; false if that is more than there is left.
    pub(super) fn charge(self, nodes: u32) -> bool {
        let left = self.budget.get().checked_sub(nodes);
        self.budget.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Takes a copy of `expression` from the budget.
    pub(super) fn charge_copy(self, expression: &Expression) -> bool {
        let mut nodes = 0;
        expression.walk(&mut |_| nodes += 1);
        self.charge(nodes)
    }

    pub(super) fn name(self, text: &str) -> Name {
        self.names.intern(text)
    }

    pub(super) fn text(self, span: Span, text: &str) -> Expression {
        Expression::scalar(self.names, text, span)
    }

    pub(super) fn map(self, span: Span, entries: Vec<(&str, Expression)>) -> Expression {
        Expression::map(self.names, entries, span)
    }

    pub(super) fn reference(self, span: Span, id: &str) -> Expression {
        Expression::reference(self.names, id, span)
    }

    pub(super) fn attribute(self, span: Span, id: &str, attribute: &str) -> Expression {
        Expression::get_att(self.names, id, attribute, span)
    }

    pub(super) fn no_value(self, span: Span) -> Expression {
        Expression::no_value(self.names, span)
    }

    pub(super) fn join(self, span: Span, delimiter: &str, items: Vec<Expression>) -> Expression {
        Expression::join(self.names, delimiter, items, span)
    }

    pub(super) fn sub(self, span: Span, template: &str) -> Expression {
        Expression::sub(self.names, template, Vec::new(), span)
    }

    pub(super) fn sub_with(
        self,
        span: Span,
        template: &str,
        variables: Vec<(&str, Expression)>,
    ) -> Expression {
        let variables = variables.into_iter().map(|(name, value)| (self.name(name), value)).collect();
        Expression::sub(self.names, template, variables, span)
    }

    pub(super) fn split(self, span: Span, delimiter: &str, text: Expression) -> Expression {
        Expression::call(Call::Split { delimiter: self.text(span, delimiter), text }, span)
    }

    pub(super) fn select(self, span: Span, index: usize, items: Expression) -> Expression {
        Expression::call(Call::Select { index: self.text(span, &index.to_string()), items }, span)
    }

    /// The text of a scalar.
    pub(super) fn literal(self, expression: &Expression) -> Option<&'n str> {
        expression.as_scalar().map(|name| self.names.text(name))
    }

    /// The value of a key of a map; `None` where null is written.
    pub(super) fn property<'e>(self, expression: &'e Expression, key: &str) -> Option<&'e Expression> {
        expression.get(self.names, key).filter(|value| value.form != Form::Null)
    }

    /// The text under a key of a map.
    pub(super) fn text_of(self, expression: &Expression, key: &str) -> Option<&'n str> {
        self.literal(self.property(expression, key)?)
    }

    /// The list under a key of a map; empty where there is none.
    pub(super) fn list_of<'e>(self, expression: &'e Expression, key: &str) -> &'e [Expression] {
        self.property(expression, key).and_then(Expression::as_list).unwrap_or_default()
    }

    /// The map under a key of a map: keys and values, without those that are null.
    pub(super) fn map_of<'e>(
        self,
        expression: &'e Expression,
        key: &str,
    ) -> impl Iterator<Item = (&'n str, &'e Expression)> {
        self.property(expression, key).into_iter().flat_map(move |map| self.entries(map))
    }

    /// The keys and values of a map, without those that are null.
    pub(super) fn entries<'e>(
        self,
        expression: &'e Expression,
    ) -> impl Iterator<Item = (&'n str, &'e Expression)> {
        expression
            .as_map()
            .unwrap_or_default()
            .iter()
            .filter(|(_, value)| value.form != Form::Null)
            .map(move |(key, value)| (self.names.text(key.value), value))
    }

    pub(super) fn is_no_value(self, expression: &Expression) -> bool {
        expression.is_no_value(self.names)
    }

    /// True for `true` in the spellings of YAML 1.1, and for everything that is no scalar: SAM asks whether
    /// something is written.
    pub(super) fn is_true(self, expression: &Expression) -> bool {
        match self.literal(expression) {
            Some(text) => ["true", "yes", "on"].iter().any(|yes| text.eq_ignore_ascii_case(yes)),
            None => expression.form != Form::Null,
        }
    }

    /// The logical id in a `Ref` or `Fn::GetAtt`.
    pub(super) fn referenced(self, expression: &Expression) -> Option<&'n str> {
        match expression.as_call()? {
            Call::Ref(name) => Some(self.names.text(*name)),
            Call::GetAtt { resource, .. } => Some(self.names.text(*resource)),
            _ => None,
        }
    }

    /// The text of an `Fn::Sub`.
    pub(super) fn sub_template(self, expression: &Expression) -> Option<&'n str> {
        match expression.as_call()? {
            Call::Sub { template, .. } => Some(self.names.text(template.value)),
            _ => None,
        }
    }

    /// Embedded data as an expression. `reference` gives what replaces a `Ref`, if anything does.
    pub(super) fn data(
        self,
        value: &Json,
        span: Span,
        reference: &dyn Fn(&str) -> Option<Expression>,
    ) -> Expression {
        match value {
            Json::Null => Expression { form: Form::Null, span },
            Json::String(text) => self.text(span, text),
            Json::Array(items) => {
                list(span, items.iter().map(|item| self.data(item, span, reference)).collect())
            }
            Json::Object(entries) => {
                if let (1, Some(Json::String(name))) = (entries.len(), entries.get("Ref")) {
                    return reference(name).unwrap_or_else(|| self.reference(span, name));
                }
                let entries = entries
                    .iter()
                    .map(|(key, value)| (key.as_str(), self.data(value, span, reference)))
                    .collect();
                self.map_or_function(span, entries)
            }
            other => self.text(span, &other.to_string()),
        }
    }

    /// A map, or the intrinsic function that it stands for: those that the embedded data uses.
    pub(super) fn map_or_function(self, span: Span, mut entries: Vec<(&str, Expression)>) -> Expression {
        if let [(name, argument)] = entries.as_slice() {
            let function = match *name {
                "Ref" => self.literal(argument).map(|id| self.reference(span, id)),
                "Fn::GetAtt" => argument.as_list().and_then(|pair| match pair {
                    [id, attribute] => {
                        Some(self.attribute(span, self.literal(id)?, self.literal(attribute)?))
                    }
                    _ => None,
                }),
                "Fn::Sub" => self.sub_of(span, argument),
                _ => None,
            };
            if let Some(function) = function {
                return function;
            }
        }
        self.map(span, std::mem::take(&mut entries))
    }

    fn sub_of(self, span: Span, argument: &Expression) -> Option<Expression> {
        if let Some(template) = self.literal(argument) {
            return Some(self.sub(span, template));
        }
        let [template, variables] = argument.as_list()? else { return None };
        let variables = variables.as_map()?.iter().map(|(key, value)| (key.value, value.clone())).collect();
        Some(Expression::sub(self.names, self.literal(template)?, variables, span))
    }
}

pub(super) const fn list(span: Span, items: Vec<Expression>) -> Expression {
    Expression::list(items, span)
}

pub(super) fn either(span: Span, condition: Name, then: Expression, otherwise: Expression) -> Expression {
    Expression::branch(condition, then, otherwise, span)
}

pub(super) fn equals(span: Span, left: Expression, right: Expression) -> Expression {
    Expression::call(Call::Equals(left, right), span)
}

/// The parts of an `Fn::If`.
pub(super) fn as_if(expression: &Expression) -> Option<(Name, &Expression, &Expression)> {
    match expression.as_call()? {
        Call::If { condition, then, otherwise } => Some((*condition, then, otherwise)),
        _ => None,
    }
}

/// Both maps in one; `both` says what becomes of a key that both have. The place is that of `own`.
pub(super) fn merge_maps(
    global: &[(Located<Name>, Expression)],
    own: &[(Located<Name>, Expression)],
    span: Span,
    both: impl Fn(&Expression, &Expression) -> Expression,
) -> Expression {
    let mut entries = global.to_vec();
    let mut places: FxHashMap<Name, usize> =
        entries.iter().enumerate().map(|(place, (key, _))| (key.value, place)).collect();
    for (key, value) in own {
        match places.get(&key.value) {
            Some(&place) => entries[place] = (*key, both(&entries[place].1, value)),
            None => {
                places.insert(key.value, entries.len());
                entries.push((*key, value.clone()));
            }
        }
    }
    Expression { form: Form::Map(entries), span }
}
