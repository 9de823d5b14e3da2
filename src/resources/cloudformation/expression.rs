//! The expression language of templates: values with intrinsic functions, lowered from a document.
//!
//! An [`Expression`] borrows nothing: it can outlive its document, and can be made in code. The short tag
//! form, the long `Fn::X` form and mixed forms give the same expression. Nothing is resolved here.

use crate::source::Span;
use crate::value::{Located, Name, Names};

/// A value of a template with its place.
#[derive(Clone, Debug)]
pub struct Expression {
    /// What it is.
    pub form: Form,
    /// Where it is written.
    pub span: Span,
}

/// What an [`Expression`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Written as null.
    Null,
    /// A string, number or boolean, as written.
    Scalar(Name),
    /// A list.
    List(Vec<Expression>),
    /// A mapping, in order.
    Map(Vec<(Located<Name>, Expression)>),
    /// A mapping whose keys are expressions too: from JSON text with references in it.
    Computed(Vec<(Expression, Expression)>),
    /// An intrinsic function.
    Call(Box<Call>),
}

/// An intrinsic function with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// `Ref`
    Ref(Name),
    /// `Fn::GetAtt`; the attribute's name may itself be a `Ref` of a parameter.
    GetAtt {
        /// The logical id.
        resource: Name,
        /// The attribute, `Outputs.Arn` for example.
        attribute: Expression,
    },
    /// `Fn::Sub`
    Sub {
        /// The text with `${...}`, with its own place.
        template: Located<Name>,
        /// The variables of the long form.
        variables: Vec<(Name, Expression)>,
    },
    /// `Fn::Join`
    Join {
        /// What stands between the items.
        delimiter: Expression,
        /// A list, or something that gives one.
        items: Expression,
    },
    /// `Fn::Split`
    Split {
        /// What separates the items.
        delimiter: Expression,
        /// The text.
        text: Expression,
    },
    /// `Fn::Select`
    Select {
        /// Which item, from zero.
        index: Expression,
        /// A list, or something that gives one.
        items: Expression,
    },
    /// `Fn::If`
    If {
        /// The condition's name.
        condition: Name,
        /// The value where it is true.
        then: Expression,
        /// The value where it is false.
        otherwise: Expression,
    },
    /// `Fn::Equals`
    Equals(Expression, Expression),
    /// `Fn::And`
    And(Vec<Expression>),
    /// `Fn::Or`
    Or(Vec<Expression>),
    /// `Fn::Not`
    Not(Expression),
    /// `Condition`: the value of another condition.
    Condition(Name),
    /// `Fn::FindInMap`
    FindInMap {
        /// The mapping's name.
        map: Expression,
        /// The key at the first level.
        first: Expression,
        /// The key at the second level.
        second: Expression,
        /// `DefaultValue`, of the language extensions.
        default: Option<Expression>,
    },
    /// `Fn::ImportValue`
    ImportValue(Expression),
    /// `Fn::Base64`
    Base64(Expression),
    /// `Fn::Length`, of the language extensions.
    Length(Expression),
    /// `Fn::ToJsonString`, of the language extensions.
    ToJsonString(Expression),
    /// A function that is not resolved, or one whose arguments make no sense.
    Unknown {
        /// `Fn::Cidr`, for example.
        function: Name,
        /// True if the function gives a list.
        list: bool,
    },
}

/// Equality is that of what is written, wherever it stands.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form
    }
}

impl Eq for Expression {}

/// How expressions are made in code.
impl Expression {
    /// A string, number or boolean.
    #[must_use]
    pub fn scalar(names: &Names, text: &str, span: Span) -> Self {
        Self { form: Form::Scalar(names.intern(text)), span }
    }

    /// A list.
    #[must_use]
    pub const fn list(items: Vec<Self>, span: Span) -> Self {
        Self { form: Form::List(items), span }
    }

    /// A mapping whose keys stand at `span` too.
    #[must_use]
    pub fn map<'k>(names: &Names, entries: impl IntoIterator<Item = (&'k str, Self)>, span: Span) -> Self {
        let entry = |(key, value)| (Located::new(names.intern(key), span), value);
        Self { form: Form::Map(entries.into_iter().map(entry).collect()), span }
    }

    /// An intrinsic function.
    #[must_use]
    pub fn call(call: Call, span: Span) -> Self {
        Self { form: Form::Call(Box::new(call)), span }
    }

    /// `Ref`.
    #[must_use]
    pub fn reference(names: &Names, name: &str, span: Span) -> Self {
        Self::call(Call::Ref(names.intern(name)), span)
    }

    /// `Fn::GetAtt`.
    #[must_use]
    pub fn get_att(names: &Names, resource: &str, attribute: &str, span: Span) -> Self {
        let attribute = Self::scalar(names, attribute, span);
        Self::call(Call::GetAtt { resource: names.intern(resource), attribute }, span)
    }

    /// `Fn::Sub`, with variables or without.
    #[must_use]
    pub fn sub(names: &Names, template: &str, variables: Vec<(Name, Self)>, span: Span) -> Self {
        let template = Located::new(names.intern(template), span);
        Self::call(Call::Sub { template, variables }, span)
    }

    /// `Fn::Join`.
    #[must_use]
    pub fn join(names: &Names, delimiter: &str, items: Vec<Self>, span: Span) -> Self {
        let delimiter = Self::scalar(names, delimiter, span);
        Self::call(Call::Join { delimiter, items: Self::list(items, span) }, span)
    }

    /// `Fn::If`.
    #[must_use]
    pub fn branch(condition: Name, then: Self, otherwise: Self, span: Span) -> Self {
        Self::call(Call::If { condition, then, otherwise }, span)
    }

    /// `Ref: AWS::NoValue`: what it stands for is removed.
    #[must_use]
    pub fn no_value(names: &Names, span: Span) -> Self {
        Self::reference(names, "AWS::NoValue", span)
    }

    /// A value that is not resolved; `function` says why.
    #[must_use]
    pub fn unknown(names: &Names, function: &str, span: Span) -> Self {
        Self::call(Call::Unknown { function: names.intern(function), list: false }, span)
    }
}

/// How expressions are taken apart.
impl Expression {
    /// The text of a scalar.
    #[must_use]
    pub const fn as_scalar(&self) -> Option<Name> {
        match self.form {
            Form::Scalar(name) => Some(name),
            _ => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.form {
            Form::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a mapping.
    #[must_use]
    pub fn as_map(&self) -> Option<&[(Located<Name>, Self)]> {
        match &self.form {
            Form::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The intrinsic function.
    #[must_use]
    pub fn as_call(&self) -> Option<&Call> {
        match &self.form {
            Form::Call(call) => Some(call),
            _ => None,
        }
    }

    /// The value of an entry of a mapping. Of a key written twice the last counts.
    #[must_use]
    pub fn get(&self, names: &Names, key: &str) -> Option<&Self> {
        let key = names.lookup(key)?;
        self.as_map()?.iter().rev().find(|(name, _)| name.value == key).map(|(_, value)| value)
    }

    /// True for `Ref: AWS::NoValue`.
    #[must_use]
    pub fn is_no_value(&self, names: &Names) -> bool {
        matches!(self.as_call(), Some(Call::Ref(name)) if names.text(*name) == "AWS::NoValue")
    }

    /// Calls `visit` for the expression and everything inside it, outside first.
    pub fn walk<'e>(&'e self, visit: &mut impl FnMut(&'e Self)) {
        let mut open = vec![self];
        while let Some(expression) = open.pop() {
            visit(expression);
            let first = open.len();
            expression.push_children(&mut open);
            open[first..].reverse();
        }
    }

    /// Appends what stands directly inside.
    pub(crate) fn push_children<'e>(&'e self, out: &mut Vec<&'e Self>) {
        match &self.form {
            Form::Null | Form::Scalar(_) => {}
            Form::List(items) => out.extend(items),
            Form::Map(entries) => out.extend(entries.iter().map(|(_, value)| value)),
            Form::Computed(entries) => out.extend(entries.iter().flat_map(|(key, value)| [key, value])),
            Form::Call(call) => match &**call {
                Call::Ref(_) | Call::Condition(_) | Call::Unknown { .. } => {}
                Call::GetAtt { attribute: inner, .. }
                | Call::Not(inner)
                | Call::ImportValue(inner)
                | Call::Base64(inner)
                | Call::Length(inner)
                | Call::ToJsonString(inner) => out.push(inner),
                Call::Sub { variables, .. } => out.extend(variables.iter().map(|(_, value)| value)),
                Call::Join { delimiter: a, items: b }
                | Call::Split { delimiter: a, text: b }
                | Call::Select { index: a, items: b }
                | Call::If { then: a, otherwise: b, .. }
                | Call::Equals(a, b) => out.extend([a, b]),
                Call::And(items) | Call::Or(items) => out.extend(items),
                Call::FindInMap { map, first, second, default } => {
                    out.extend([map, first, second]);
                    out.extend(default);
                }
            },
        }
    }
}

/// A stretch of the text of `Fn::Sub`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubPart<'t> {
    /// Characters as they are.
    Literal(&'t str),
    /// `${!text}`: stands for the characters `${text}`.
    Escaped(&'t str),
    /// `${name}`, without blanks around the name.
    Variable(&'t str),
}

/// The stretches of the text of `Fn::Sub`. What is no variable (`${` without end, an empty name) stands for
/// itself.
pub fn sub_parts(template: &str) -> impl Iterator<Item = SubPart<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        // Where the next `${...}` with something in it begins and ends.
        let found = rest.match_indices("${").find_map(|(start, _)| {
            let end = start + rest[start..].find('}')?;
            (!rest[start + 2..end].trim().is_empty()).then_some((start, end))
        });
        match found {
            Some((0, end)) => {
                let name = &rest[2..end];
                rest = &rest[end + 1..];
                Some(match name.strip_prefix('!') {
                    Some(text) => SubPart::Escaped(text),
                    None => SubPart::Variable(name.trim()),
                })
            }
            Some((start, _)) => {
                let (literal, after) = rest.split_at(start);
                rest = after;
                Some(SubPart::Literal(literal))
            }
            None => Some(SubPart::Literal(std::mem::take(&mut rest))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_sub_falls_into_parts() {
        use SubPart::{Escaped, Literal, Variable};
        let cases: &[(&str, &[SubPart<'_>])] = &[
            ("", &[]),
            ("plain", &[Literal("plain")]),
            ("${A}", &[Variable("A")]),
            ("${ A.B }:x", &[Variable("A.B"), Literal(":x")]),
            ("a${!b}c${d}", &[Literal("a"), Escaped("b"), Literal("c"), Variable("d")]),
            ("$${A}", &[Literal("$"), Variable("A")]),
            ("${", &[Literal("${")]),
            ("${}x${A}", &[Literal("${}x"), Variable("A")]),
            ("${AWS::Region}", &[Variable("AWS::Region")]),
        ];
        for (template, expected) in cases {
            assert_eq!(sub_parts(template).collect::<Vec<_>>(), *expected, "{template}");
        }
    }
}
