//! Documents become expressions.
//!
//! `Fn::ForEach` is unrolled here, because it makes keys: its identifier is replaced while the body is lowered,
//! once for each item.

use rustc_hash::FxHashMap;

use super::expression::{Call, Expression, Form, SubPart, sub_parts};
use crate::document::{Kind, NodeRef};
use crate::source::{Problem, ProblemKind, Span};
use crate::value::{Located, Name, Names};

/// How deep expressions may be nested: as deep as collections are read, unless whoever reads them asks for deeper ones.
pub(crate) const DEPTH: u32 = 128;

/// How many nodes of one template are lowered: far more than CloudFormation's 1 MB allows, unless ForEach
/// multiplies them.
const NODES: u32 = 1_000_000;

/// How many times the loops of one template go round: CloudFormation allows 500 resources.
const ROUNDS: u32 = 20_000;

/// Lowers the nodes of one template.
#[derive(Debug)]
pub struct Lowering<'v> {
    names: &'v Names,
    /// What was wrong, in order.
    pub problems: Vec<Problem>,
    /// False once something could not be expanded: a transform, or `Fn::ForEach` over an unknown list.
    pub complete: bool,
    /// List parameters with a value, for `Fn::ForEach` over `Ref`.
    pub(crate) lists: FxHashMap<Name, Vec<String>>,
    /// Identifiers of the `Fn::ForEach` around, each with its item.
    bindings: Vec<(String, String)>,
    /// True in files of the Serverless Framework, whose own `${self:...}` stands in every string.
    pub(crate) serverless: bool,
    /// True once `Fn::FindInMap` was met: mappings are often large, and read only then.
    pub(crate) uses_mappings: bool,
    nodes: u32,
    rounds: u32,
    exhausted: bool,
}

impl<'v> Lowering<'v> {
    /// A lowering without `Fn::ForEach` parameters.
    #[must_use]
    pub fn new(names: &'v Names) -> Self {
        Self {
            names,
            problems: Vec::new(),
            complete: true,
            lists: FxHashMap::default(),
            bindings: Vec::new(),
            serverless: false,
            uses_mappings: false,
            nodes: 0,
            rounds: 0,
            exhausted: false,
        }
    }

    /// The expression of `node`.
    pub fn lower(&mut self, node: NodeRef<'_>) -> Expression {
        self.lower_at(node, 0)
    }

    /// The expression of a mapping whose keys are looked at first: of those that are not wanted nothing is read.
    pub(crate) fn lower_wanted(&mut self, node: NodeRef<'_>, wanted: &dyn Fn(&str) -> bool) -> Expression {
        let special = |(key, _): (NodeRef<'_>, NodeRef<'_>)| {
            key.scalar().is_none_or(|key| key.starts_with("Fn::") || key == "Ref")
        };
        if node.kind() != Kind::Map || node.tag().is_some() || node.entries().any(special) {
            return self.lower(node);
        }
        let mut entries = Vec::new();
        for (key, value) in node.entries() {
            if key.scalar().is_some_and(wanted) {
                let Some(name) = self.text(key) else { continue };
                entries.push((Located::new(name, key.span()), self.lower_at(value, 1)));
            }
        }
        entries.shrink_to_fit();
        Expression { form: Form::Map(entries), span: node.span() }
    }

    /// True if `name` reads `text`.
    pub(crate) fn name_is(&self, name: Name, text: &str) -> bool {
        self.names.text(name) == text
    }

    /// The entries of a map, `Fn::ForEach` unrolled: calls `each` with the key and the node of the value,
    /// while the identifiers are bound. Used for sections, whose entries are not all lowered.
    pub(crate) fn entries<'d>(
        &mut self,
        map: NodeRef<'d>,
        each: &mut dyn FnMut(&mut Self, Located<Name>, NodeRef<'d>),
    ) {
        self.entries_at(map, 0, each);
    }

    /// A text with the identifiers of `Fn::ForEach` replaced.
    pub(crate) fn text(&self, node: NodeRef<'_>) -> Option<Name> {
        let text = node.scalar()?;
        Some(if self.bindings.is_empty() {
            self.names.intern(text)
        } else {
            self.names.intern(&self.bound(text))
        })
    }

    fn entries_at<'d>(
        &mut self,
        map: NodeRef<'d>,
        depth: u32,
        each: &mut dyn FnMut(&mut Self, Located<Name>, NodeRef<'d>),
    ) {
        for (key, value) in map.entries() {
            match key.scalar() {
                Some(text) if text.starts_with("Fn::ForEach::") => self.for_each(value, depth, each),
                Some(_) => self.entry(key, value, each),
                None => self.malformed(key.span(), "a key is not a text", "Write the key as a text."),
            }
        }
    }

    fn entry<'d>(
        &mut self,
        key: NodeRef<'d>,
        value: NodeRef<'d>,
        each: &mut dyn FnMut(&mut Self, Located<Name>, NodeRef<'d>),
    ) {
        if let Some(name) = self.text(key) {
            each(self, Located::new(name, key.span()), value);
        }
    }

    fn lower_at(&mut self, node: NodeRef<'_>, depth: u32) -> Expression {
        let span = node.span();
        if depth >= DEPTH || !self.charge(span) {
            if depth >= DEPTH {
                self.over_budget(span, "its values are nested more than 128 deep");
            }
            return self.unknown("Fn::Unknown", false, span);
        }
        if let Some(tag) = node.tag() {
            let function = tag.trim_start_matches('!');
            if is_function(function) {
                return self.function(function, node, depth);
            }
        }
        match node.kind() {
            Kind::Scalar | Kind::Alias => self.scalar(node),
            Kind::List => self.list(node, depth),
            Kind::Map => self.map(node, depth),
        }
    }

    /// As deep as a document is this goes, and [`Self::map`] and [`Self::function`]: what they keep on the stack for each level is
    /// little.
    fn list(&mut self, node: NodeRef<'_>, depth: u32) -> Expression {
        let mut items = Vec::new();
        for item in node.items() {
            items.push(self.lower_at(item, depth + 1));
        }
        // Most lists have one item or two, and are kept until all templates are read.
        items.shrink_to_fit();
        Expression { form: Form::List(items), span: node.span() }
    }

    fn scalar(&mut self, node: NodeRef<'_>) -> Expression {
        let span = node.span();
        if node.is_null() {
            return Expression { form: Form::Null, span };
        }
        let Some(name) = self.text(node) else { return self.unknown("Fn::Unknown", false, span) };
        if self.serverless && self.names.text(name).contains("${") {
            return self.serverless_text(name, span);
        }
        Expression { form: Form::Scalar(name), span }
    }

    fn map(&mut self, node: NodeRef<'_>, depth: u32) -> Expression {
        match named_function(node) {
            Some((function, value)) => {
                let mut call = self.function(function, value, depth);
                // The whole mapping is the call; its place is where the value stands.
                call.span = node.span();
                call
            }
            None => self.plain_map(node, depth),
        }
    }

    fn plain_map(&mut self, node: NodeRef<'_>, depth: u32) -> Expression {
        let span = node.span();
        let mut entries: Vec<(Located<Name>, Expression)> = Vec::new();
        let mut transformed = false;
        self.entries_at(node, depth, &mut |lowering, key, value| {
            if lowering.names.text(key.value) == "Fn::Transform" {
                transformed = true;
            } else {
                let value = lowering.lower_at(value, depth + 1);
                entries.push((key, value));
            }
        });
        if transformed {
            // What the transform adds or replaces is not known, so that nothing of the mapping is.
            self.complete = false;
            return self.unknown("Fn::Transform", false, span);
        }
        entries.shrink_to_fit();
        Expression { form: Form::Map(entries), span }
    }

    /// The call of `function` (without `Fn::`) with the argument `node`, whose own tag is spent if it is that
    /// of the function.
    fn function(&mut self, function: &str, node: NodeRef<'_>, depth: u32) -> Expression {
        let span = node.span();
        let tag = node.tag().map(|tag| tag.trim_start_matches('!'));
        if function == "Ref"
            && let Some(item) = node.scalar().and_then(|name| self.bound_item(name))
        {
            // The identifier of a `Fn::ForEach` stands for its item.
            return Expression::scalar(self.names, item, span);
        }
        let arguments = if tag == Some(function) || (tag.is_none() && node.kind() == Kind::Scalar) {
            self.untagged(node, depth)
        } else {
            // The long form around a short one: `Fn::Base64: !Sub ...`.
            self.lower_at(node, depth + 1)
        };
        self.call_or_unknown(function, arguments, span)
    }

    fn call_or_unknown(&mut self, function: &str, arguments: Expression, span: Span) -> Expression {
        match self.call(function, arguments) {
            Ok(call) => Expression::call(call, span),
            Err(Malformed(expected)) => {
                let name = if function == "Ref" || function == "Condition" {
                    function.to_owned()
                } else {
                    format!("Fn::{function}")
                };
                self.malformed(
                    span,
                    format!("`{name}` cannot be read: it takes {expected}"),
                    "Write the function's arguments as CloudFormation documents them.",
                );
                self.unknown(&name, false, span)
            }
        }
    }

    /// The expression of a node without its tag.
    fn untagged(&mut self, node: NodeRef<'_>, depth: u32) -> Expression {
        let span = node.span();
        match node.kind() {
            Kind::Scalar | Kind::Alias => {
                let name = self.text(node).unwrap_or_else(|| self.names.intern(""));
                Expression { form: Form::Scalar(name), span }
            }
            Kind::List => self.list(node, depth),
            Kind::Map => self.map(node, depth),
        }
    }

    fn call(&mut self, function: &str, arguments: Expression) -> Result<Call, Malformed> {
        let names = self.names;
        Ok(match function {
            "Ref" => Call::Ref(constant(names, &arguments).ok_or(Malformed("one name"))?),
            "Condition" => Call::Condition(arguments.as_scalar().ok_or(Malformed("one name"))?),
            "GetAtt" => get_att(names, arguments)?,
            "Sub" => sub(arguments)?,
            "Join" => {
                let [delimiter, items] = items(arguments, "a delimiter and a list")?;
                Call::Join { delimiter, items }
            }
            "Split" => {
                let [delimiter, text] = items(arguments, "a delimiter and a text")?;
                Call::Split { delimiter, text }
            }
            "Select" => {
                let [index, items] = items(arguments, "an index and a list")?;
                Call::Select { index, items }
            }
            "If" => {
                let [condition, then, otherwise] = items(arguments, "a condition and two values")?;
                let condition = match (condition.as_scalar(), condition.as_call()) {
                    (Some(name), _) => name,
                    (_, Some(Call::Condition(name))) => *name,
                    _ => return Err(Malformed("the name of a condition first")),
                };
                Call::If { condition, then, otherwise }
            }
            "Equals" => {
                let [left, right] = items(arguments, "two values")?;
                Call::Equals(left, right)
            }
            "And" => Call::And(list(arguments, "a list of conditions")?),
            "Or" => Call::Or(list(arguments, "a list of conditions")?),
            "Not" => match arguments.form {
                Form::List(_) => {
                    let [condition] = items(arguments, "one condition")?;
                    Call::Not(condition)
                }
                _ => Call::Not(arguments),
            },
            "FindInMap" => {
                self.uses_mappings = true;
                find_in_map(names, arguments)?
            }
            "ImportValue" => Call::ImportValue(arguments),
            "Base64" => Call::Base64(arguments),
            "Length" => Call::Length(arguments),
            "ToJsonString" => Call::ToJsonString(arguments),
            "GetAZs" | "Cidr" => {
                Call::Unknown { function: names.intern(&format!("Fn::{function}")), list: true }
            }
            _ => {
                if function == "Transform" {
                    self.complete = false;
                }
                Call::Unknown { function: names.intern(&format!("Fn::{function}")), list: false }
            }
        })
    }

    fn for_each<'d>(
        &mut self,
        node: NodeRef<'d>,
        depth: u32,
        each: &mut dyn FnMut(&mut Self, Located<Name>, NodeRef<'d>),
    ) {
        let span = node.span();
        let parts: Vec<_> = node.items().collect();
        let &[identifier, collection, body] = parts.as_slice() else {
            self.malformed(
                span,
                "`Fn::ForEach` cannot be read: it takes an identifier, a list and a body",
                "Write the loop as `[Identifier, [items], {key: value}]`.",
            );
            self.complete = false;
            return;
        };
        let (Some(identifier), Kind::Map) = (identifier.scalar(), body.kind()) else {
            self.malformed(
                span,
                "`Fn::ForEach` cannot be read: it takes an identifier, a list and a body",
                "Write the loop as `[Identifier, [items], {key: value}]`.",
            );
            self.complete = false;
            return;
        };
        let Some(items) = self.collection(collection, depth + 2) else {
            self.problems.push(Problem::at(
                ProblemKind::Template,
                collection.span(),
                "the list of `Fn::ForEach` is not known, so that what it makes is not seen",
                "Give the list's parameter a value with `--parameters`.",
            ));
            self.complete = false;
            return;
        };
        if depth >= DEPTH {
            self.over_budget(span, "its values are nested more than 128 deep");
            return;
        }
        for item in items {
            if self.exhausted {
                return;
            }
            self.bindings.push((identifier.to_owned(), item));
            self.entries_at(body, depth + 2, each);
            self.bindings.pop();
            self.rounds += 1;
            if self.rounds > ROUNDS && !self.exhausted {
                self.exhausted = true;
                self.over_budget(span, "it has loops that go round more than 20,000 times");
            }
        }
    }

    fn collection(&mut self, node: NodeRef<'_>, depth: u32) -> Option<Vec<String>> {
        let expression = self.lower_at(node, depth);
        if let Some(items) = expression.as_list() {
            let mut all = Vec::new();
            for item in items {
                match (item.as_scalar(), item.as_call()) {
                    (Some(name), _) => all.push(self.names.text(name).to_owned()),
                    (None, Some(Call::Ref(name))) => all.extend(self.lists.get(name)?.iter().cloned()),
                    _ => return None,
                }
            }
            return Some(all);
        }
        match expression.as_call()? {
            Call::Ref(name) => self.lists.get(name).cloned(),
            _ => None,
        }
    }

    /// `text` with the identifiers of the loops around replaced: `${Id}` by the item, `&{Id}` by its letters
    /// and digits.
    fn bound(&self, text: &str) -> String {
        let mut text = text.to_owned();
        // The innermost loop wins.
        for (identifier, item) in self.bindings.iter().rev() {
            if text.contains("${") {
                text = text.replace(&format!("${{{identifier}}}"), item);
            }
            if text.contains("&{") {
                let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
                text = text.replace(&format!("&{{{identifier}}}"), &plain);
            }
        }
        text
    }

    fn bound_item(&self, name: &str) -> Option<&str> {
        let (_, item) = self.bindings.iter().rev().find(|(identifier, _)| identifier == name)?;
        Some(item)
    }

    /// A string of a Serverless Framework file: `${self:...}` is replaced before CloudFormation sees it, by
    /// something that is not known here; any other `${...}` stands for itself.
    fn serverless_text(&mut self, name: Name, span: Span) -> Expression {
        let text = self.names.text(name);
        let mut template = String::new();
        let mut found = false;
        for part in sub_parts(text) {
            match part {
                SubPart::Literal(text) => template.push_str(text),
                SubPart::Escaped(text) => template.push_str(&format!("${{!!{text}}}")),
                SubPart::Variable(name) if is_serverless_variable(name) => {
                    found = true;
                    template.push_str(&format!("${{{name}}}"));
                }
                SubPart::Variable(name) => template.push_str(&format!("${{!{name}}}")),
            }
        }
        if found {
            Expression::sub(self.names, &template, Vec::new(), span)
        } else {
            Expression { form: Form::Scalar(name), span }
        }
    }

    fn charge(&mut self, span: Span) -> bool {
        if self.nodes >= NODES {
            if !self.exhausted {
                self.exhausted = true;
                self.over_budget(span, "it has more than 1,000,000 values");
            }
            return false;
        }
        self.nodes += 1;
        true
    }

    fn over_budget(&mut self, span: Span, why: &str) {
        self.complete = false;
        self.problems.push(Problem::at(
            ProblemKind::Budget,
            span,
            format!("the template is not read further here: {why}"),
            "Make the template smaller; CloudFormation itself takes at most 1 MB.",
        ));
    }

    fn malformed(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.problems.push(Problem::at(ProblemKind::Template, span, message, help));
    }

    fn unknown(&self, function: &str, list: bool, span: Span) -> Expression {
        Expression::call(Call::Unknown { function: self.names.intern(function), list }, span)
    }
}

/// The function that a mapping is a call of, without `Fn::`, with its arguments.
fn named_function<'d>(node: NodeRef<'d>) -> Option<(&'d str, NodeRef<'d>)> {
    let mut all = node.entries();
    let (Some((key, value)), None) = (all.next(), all.next()) else { return None };
    let text = key.scalar()?;
    let function = text.strip_prefix("Fn::").unwrap_or(text);
    let named = text.starts_with("Fn::") && !text.starts_with("Fn::ForEach");
    // A mapping whose only key is `Condition` is a reference to a condition if the value is a text:
    // the condition block of a policy is a mapping.
    let plain = text == "Ref" || (text == "Condition" && value.kind() == Kind::Scalar);
    (named || plain).then_some((function, value))
}

/// True for the variables of the Serverless Framework: `self:custom.x`, `opt:stage`, `file(./x.yml)`, `sls:stage`.
pub(crate) fn is_serverless_variable(name: &str) -> bool {
    let word: &str = &name[..name.find([':', '(', '.', ',']).unwrap_or(name.len())];
    let rest = &name[word.len()..];
    matches!(
        word,
        "self"
            | "opt"
            | "env"
            | "sls"
            | "file"
            | "ssm"
            | "s3"
            | "cf"
            | "param"
            | "aws"
            | "output"
            | "strToBool"
    ) && (rest.starts_with(':') || rest.starts_with('(') || rest.starts_with('.'))
        && !name.starts_with("AWS::")
}

/// What a function takes.
struct Malformed(&'static str);

fn is_function(name: &str) -> bool {
    matches!(
        name,
        "Ref"
            | "Condition"
            | "GetAtt"
            | "Sub"
            | "Join"
            | "Split"
            | "Select"
            | "If"
            | "Equals"
            | "And"
            | "Or"
            | "Not"
            | "FindInMap"
            | "ImportValue"
            | "Base64"
            | "Length"
            | "ToJsonString"
            | "GetAZs"
            | "Cidr"
            | "Transform"
            | "ForEach"
    )
}

fn list(arguments: Expression, expected: &'static str) -> Result<Vec<Expression>, Malformed> {
    match arguments.form {
        Form::List(items) => Ok(items),
        _ => Err(Malformed(expected)),
    }
}

fn items<const N: usize>(
    arguments: Expression,
    expected: &'static str,
) -> Result<[Expression; N], Malformed> {
    list(arguments, expected)?.try_into().map_err(|_| Malformed(expected))
}

/// A logical id that is written, or put together from what is written: the language extensions take functions
/// where a logical id stands, which is how the body of `Fn::ForEach` names what it makes.
fn constant(names: &Names, expression: &Expression) -> Option<Name> {
    let literal = |expression: &Expression| expression.as_scalar();
    match expression.as_call() {
        None => literal(expression),
        Some(Call::Sub { template, variables }) if variables.is_empty() => {
            let mut text = String::new();
            for part in sub_parts(names.text(template.value)) {
                match part {
                    SubPart::Literal(part) => text.push_str(part),
                    SubPart::Escaped(_) | SubPart::Variable(_) => return None,
                }
            }
            Some(names.intern(&text))
        }
        Some(Call::Join { delimiter, items }) => {
            let words: Option<Vec<&str>> =
                items.as_list()?.iter().map(|item| literal(item).map(|name| names.text(name))).collect();
            Some(names.intern(&words?.join(names.text(literal(delimiter)?))))
        }
        Some(_) => None,
    }
}

fn get_att(names: &Names, arguments: Expression) -> Result<Call, Malformed> {
    const EXPECTED: Malformed = Malformed("a logical id and an attribute");
    let span = arguments.span;
    match arguments.form {
        Form::Scalar(name) => {
            let (resource, attribute) = names.text(name).split_once('.').ok_or(EXPECTED)?;
            let attribute = Expression { form: Form::Scalar(names.intern(attribute)), span };
            Ok(Call::GetAtt { resource: names.intern(resource), attribute })
        }
        Form::List(mut items) if items.len() >= 2 => {
            let attributes = items.split_off(1);
            let resource = constant(names, &items[0]).ok_or(EXPECTED)?;
            if let [attribute] = attributes.as_slice() {
                return match (attribute.as_scalar(), attribute.as_call()) {
                    (Some(_), _) | (_, Some(_)) => {
                        Ok(Call::GetAtt { resource, attribute: attribute.clone() })
                    }
                    _ => Err(EXPECTED),
                };
            }
            let words: Option<Vec<_>> =
                attributes.iter().map(|item| item.as_scalar().map(|name| names.text(name))).collect();
            let attribute = names.intern(&words.ok_or(EXPECTED)?.join("."));
            Ok(Call::GetAtt { resource, attribute: Expression { form: Form::Scalar(attribute), span } })
        }
        // One text in a list: `Fn::GetAtt: [Role.Arn]`.
        Form::List(items) if items.len() == 1 => get_att(names, items.into_iter().next().ok_or(EXPECTED)?),
        _ => Err(EXPECTED),
    }
}

fn sub(arguments: Expression) -> Result<Call, Malformed> {
    const EXPECTED: Malformed = Malformed("a text, or a text and a mapping of variables");
    match arguments.form {
        Form::Scalar(template) => {
            Ok(Call::Sub { template: Located::new(template, arguments.span), variables: Vec::new() })
        }
        Form::List(items) => {
            let mut items = items.into_iter();
            let first = items.next().ok_or(EXPECTED)?;
            let template = Located::new(first.as_scalar().ok_or(EXPECTED)?, first.span);
            let variables = match items.next().map(|item| item.form) {
                None | Some(Form::Null) => Vec::new(),
                Some(Form::Map(entries)) => {
                    entries.into_iter().map(|(key, value)| (key.value, value)).collect()
                }
                Some(_) => return Err(EXPECTED),
            };
            if items.next().is_some() { Err(EXPECTED) } else { Ok(Call::Sub { template, variables }) }
        }
        _ => Err(EXPECTED),
    }
}

fn find_in_map(names: &Names, arguments: Expression) -> Result<Call, Malformed> {
    const EXPECTED: &str = "the name of a mapping and two keys";
    let mut items = list(arguments, EXPECTED)?;
    let default = match items.len() {
        3 => None,
        4 => {
            let options = items.pop().ok_or(Malformed(EXPECTED))?;
            Some(options.get(names, "DefaultValue").ok_or(Malformed(EXPECTED))?.clone())
        }
        _ => return Err(Malformed(EXPECTED)),
    };
    let [map, first, second] = items.try_into().map_err(|_| Malformed(EXPECTED))?;
    Ok(Call::FindInMap { map, first, second, default })
}
