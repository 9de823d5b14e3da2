//! Expressions become values: intrinsic functions are carried out, in one world at a time.
//!
//! What a world decides and a value does not depend on is not looked at: the resolver records which atoms
//! it consulted, so that one resolution serves every world that agrees on those.

mod formulas;
mod functions;

use std::cell::Cell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::expression::{SubPart, sub_parts};
use super::tree::{Exports, Tree};
use super::worlds::{Atoms, Choice};
use super::{Call, Expression, Form, kinds};
use crate::resources::{Entry, Value, WhyDangling};
use crate::source::{Problem, ProblemKind, Span};
use crate::value::{
    Class, Comparison, DeploymentId, Located, Name, Part, Pseudo, Shape, Symbol, Text, TextBuilder, Unknown,
    Vocabulary,
};

/// How deep values are in one another, those that references lead to included.
const DEPTH: u32 = 192;

/// How many references are followed from one value to the next: twice as many as it takes to come through nested stacks, of which
/// [`NESTING`](super::plan) are in one another, and back.
const FOLLOWED: u32 = 64;

/// How many values one tree makes at most, in all its worlds together.
const STEPS: u32 = 20_000_000;

/// How long a resolved text becomes at most: CloudFormation takes templates of at most 1 MB.
const LENGTH: usize = 1 << 20;

/// How long the resolved texts of one tree become at most, in all its worlds together.
const LENGTHS: usize = 128 << 20;

/// How much of a tree's budget is spent.
#[derive(Debug, Default)]
pub(crate) struct Work {
    steps: Cell<u32>,
    length: Cell<usize>,
    /// True once it was said that the budget is spent.
    said: Cell<bool>,
}

/// Which world is resolved in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum World<'a> {
    /// None: every parameter stays a symbol, branches on conditions are unknown.
    Symbolic,
    /// That of the parameters' defaults.
    Defaults,
    /// One world: a choice for each atom.
    One(&'a [Choice]),
}

/// What does not change while a tree is resolved.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) vocabulary: &'a Vocabulary,
    pub(crate) tree: &'a Tree<'a>,
    pub(crate) exports: &'a Exports,
    pub(crate) atoms: &'a Atoms,
    pub(crate) work: &'a Work,
}

/// A reference that leads nowhere.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) did_you_mean: Option<Name>,
    pub(crate) why: WhyDangling,
}

/// Something that a reference leads to: a name of a template of the tree, and what of it.
type Followed = (usize, Name, Option<Name>);

/// Resolves expressions of one tree in one world.
pub(crate) struct Resolver<'a> {
    context: Context<'a>,
    world: World<'a>,
    /// The atoms that mattered so far.
    pub(crate) consulted: FxHashSet<u32>,
    /// References that led nowhere, outside of what was only followed.
    pub(crate) lost: Vec<Lost>,
    /// Budgets that were reached, and references in circles.
    pub(crate) problems: Vec<Problem>,
    /// Conditions that are decided, with the atoms that decided them.
    conditions: FxHashMap<(usize, Name), (bool, Vec<u32>)>,
    /// Arguments and outputs of nested stacks that are resolved, with the atoms that mattered: else a chain of
    /// stacks that uses each twice would take twice as long with each.
    values: FxHashMap<Followed, (Option<Value>, Vec<u32>)>,
    /// What is being followed, to notice circles.
    active: Vec<Followed>,
    /// How many of those are values: what stands in them is reported where it stands.
    quiet: u32,
    depth: u32,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(context: Context<'a>, world: World<'a>) -> Self {
        Self {
            context,
            world,
            consulted: FxHashSet::default(),
            lost: Vec::new(),
            problems: Vec::new(),
            conditions: FxHashMap::default(),
            values: FxHashMap::default(),
            active: Vec::new(),
            quiet: 0,
            depth: 0,
        }
    }

    /// The value of `expression` in the template `scope` of the tree. `None` for `AWS::NoValue`.
    ///
    /// This and what it calls until it is called again goes as deep as a template does: each form and function has a method of its
    /// own, which keeps what is on the stack for each level small.
    pub(crate) fn value(&mut self, scope: usize, expression: &Expression) -> Option<Located<Value>> {
        if !self.enter(expression.span) {
            return Some(Located::new(Value::Unknown(Unknown::Budget), expression.span));
        }
        let value = match &expression.form {
            Form::List(items) => self.list(scope, items, expression.span),
            Form::Map(entries) => self.map(scope, entries, expression.span),
            Form::Computed(entries) => self.computed(scope, entries, expression.span),
            // Where a branch or a parameter leads to, the place is that of what is there.
            Form::Call(call) => self.call(scope, call, expression.span),
            Form::Null | Form::Scalar(_) => self.written(expression),
        };
        self.depth -= 1;
        value
    }

    fn written(&mut self, expression: &Expression) -> Option<Located<Value>> {
        let value = match expression.form {
            Form::Scalar(name) => Value::Text(self.scalar(name)),
            _ => Value::Null,
        };
        Some(Located::new(value, expression.span))
    }

    fn list(&mut self, scope: usize, items: &[Expression], span: Span) -> Option<Located<Value>> {
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            self.push_item(scope, item, &mut all);
        }
        Some(Located::new(Value::List(all), span))
    }

    fn push_item(&mut self, scope: usize, item: &Expression, all: &mut Vec<Located<Value>>) {
        if let Some(value) = self.value(scope, item) {
            all.push(value);
        }
    }

    fn map(
        &mut self,
        scope: usize,
        entries: &[(Located<Name>, Expression)],
        span: Span,
    ) -> Option<Located<Value>> {
        let mut all = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            self.push_entry(scope, *key, value, &mut all);
        }
        Some(Located::new(Value::Map(all), span))
    }

    fn push_entry(&mut self, scope: usize, key: Located<Name>, value: &Expression, all: &mut Vec<Entry>) {
        if let Some(value) = self.value(scope, value) {
            let text = Text::of(self.context.vocabulary, key.value);
            all.push(Entry { key: Located::new(text, key.span), value });
        }
    }

    fn computed(
        &mut self,
        scope: usize,
        entries: &[(Expression, Expression)],
        span: Span,
    ) -> Option<Located<Value>> {
        let mut all = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let text = self.text(scope, key);
            if let Some(value) = self.value(scope, value) {
                all.push(Entry { key: Located::new(text, key.span), value });
            }
        }
        Some(Located::new(Value::Map(all), span))
    }

    /// The text of `expression`. What is no text becomes a symbol of its own.
    pub(crate) fn text(&mut self, scope: usize, expression: &Expression) -> Text {
        match self.value(scope, expression) {
            Some(Located { value: Value::Text(text), .. }) => text,
            _ => self.opaque(scope, expression.span),
        }
    }

    /// The text of `expression`, `None` if it is no text.
    fn known_text(&mut self, scope: usize, expression: &Expression) -> Option<Text> {
        match self.value(scope, expression)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of `expression`, if it has no symbols.
    fn literal(&mut self, scope: usize, expression: &Expression) -> Option<&'a str> {
        self.known_text(scope, expression)?.as_literal(self.context.vocabulary)
    }

    /// True if the condition `name` holds. A condition that is not known counts as false.
    pub(crate) fn condition(&mut self, scope: usize, name: Name, span: Span) -> bool {
        if let Some((holds, consulted)) = self.conditions.get(&(scope, name)) {
            self.consulted.extend(consulted);
            return *holds;
        }
        let Some(expression) = self.context.tree.scopes[scope].draft.conditions.get(&name) else {
            self.lose(scope, name, span, WhyDangling::NotDefined);
            return false;
        };
        let before = std::mem::take(&mut self.consulted);
        let holds = self.following((scope, name, None), span, |resolver| resolver.truth(scope, expression));
        let consulted = std::mem::replace(&mut self.consulted, before);
        let mut consulted: Vec<u32> = consulted.into_iter().collect();
        consulted.sort_unstable();
        self.consulted.extend(&consulted);
        let holds = holds.unwrap_or(false);
        self.conditions.insert((scope, name), (holds, consulted));
        holds
    }

    /// Whether an expression of the section `Conditions` holds.
    fn truth(&mut self, scope: usize, expression: &Expression) -> bool {
        if !self.enter(expression.span) {
            return false;
        }
        let holds = match expression.as_call() {
            Some(Call::And(items)) => items.iter().all(|item| self.truth(scope, item)),
            Some(Call::Or(items)) => items.iter().any(|item| self.truth(scope, item)),
            Some(Call::Not(inner)) => !self.truth(scope, inner),
            Some(Call::Condition(name)) => self.condition(scope, *name, expression.span),
            Some(Call::Equals(left, right)) => self.equal(scope, expression, left, right),
            // `true`, a function that is not resolved.
            _ => {
                expression.as_scalar().is_some_and(|name| self.context.vocabulary.names.text(name) == "true")
            }
        };
        self.depth -= 1;
        holds
    }

    fn equal(&mut self, scope: usize, whole: &Expression, left: &Expression, right: &Expression) -> bool {
        let vocabulary = self.context.vocabulary;
        let (a, b) = (self.value(scope, left), self.value(scope, right));
        let texts = match (a.map(|a| a.value), b.map(|b| b.value)) {
            (Some(Value::Text(a)), Some(Value::Text(b))) => Some((a, b)),
            (Some(a), Some(b)) if a == b && !matches!(a, Value::Unknown(_)) => return true,
            _ => None,
        };
        if let Some((a, b)) = &texts {
            // In a world where the parameter is none of the literals it is compared with.
            if self.is_other(a, b) || self.is_other(b, a) {
                return false;
            }
            match a.compare(b, vocabulary) {
                Comparison::Equal => return true,
                Comparison::Different => return false,
                Comparison::Undecided => {}
            }
        }
        match self.world {
            World::One(choices) => match self.context.atoms.comparison(scope, whole) {
                Some(atom) => {
                    self.consulted.insert(atom);
                    choices[atom as usize] == Choice::Literal(0)
                }
                None => false,
            },
            World::Symbolic | World::Defaults => false,
        }
    }

    /// True if `symbol` is a parameter whose atom says that it is not `literal`.
    fn is_other(&mut self, symbol: &Text, literal: &Text) -> bool {
        let World::One(choices) = self.world else { return false };
        let (Some(symbol), Some(literal)) = (symbol.as_symbol(), literal.as_literal(self.context.vocabulary))
        else {
            return false;
        };
        let atom = match self.context.vocabulary.symbols.symbol(symbol) {
            Symbol::Parameter { template, parameter } if *template == self.context.tree.scopes[0].id => {
                self.context.atoms.parameter(*parameter)
            }
            Symbol::Pseudo(_, pseudo) => self.context.atoms.pseudo(*pseudo),
            _ => None,
        };
        let Some(atom) = atom else { return false };
        self.consulted.insert(atom);
        choices[atom as usize] == Choice::Other
            && self.context.atoms.compares(atom, literal, self.context.vocabulary)
    }

    fn call(&mut self, scope: usize, call: &Call, span: Span) -> Option<Located<Value>> {
        match call {
            Call::Ref(name) => self.reference(scope, *name, span),
            Call::If { condition, then, otherwise } => {
                self.branch(scope, *condition, [then, otherwise], span)
            }
            Call::Select { index, items } => self.select(scope, index, items, span),
            Call::FindInMap { map, first, second, default } => {
                self.find_in_map(scope, [map, first, second], default.as_ref(), span)
            }
            _ => self.made_of_arguments(scope, call, span),
        }
    }

    /// The functions whose value is where they are, and not somewhere that they lead to.
    fn made_of_arguments(&mut self, scope: usize, call: &Call, span: Span) -> Option<Located<Value>> {
        let value = match call {
            Call::GetAtt { resource, attribute } => self.get_att(scope, *resource, attribute, span),
            Call::Sub { template, variables } => self.sub(scope, template.value, variables, span),
            Call::Join { delimiter, items } => self.join(scope, delimiter, items, span),
            Call::Split { delimiter, text } => self.split(scope, delimiter, text, span),
            Call::ImportValue(name) => self.import(scope, name),
            Call::Base64(inner) => self.base64(scope, inner),
            Call::Length(inner) => self.length(scope, inner, span),
            Call::ToJsonString(inner) => self.json_string(scope, inner, span),
            Call::Unknown { list: true, .. } => Value::Unknown(Unknown::List),
            Call::Unknown { function, .. } => Value::Unknown(Unknown::Function(*function)),
            // Only allowed in `Conditions`, and those that lead somewhere.
            _ => Value::Unknown(Unknown::Mismatch),
        };
        Some(Located::new(value, span))
    }

    fn branch(
        &mut self,
        scope: usize,
        condition: Name,
        [then, otherwise]: [&Expression; 2],
        span: Span,
    ) -> Option<Located<Value>> {
        if matches!(self.world, World::Symbolic) {
            let function = Unknown::Function(self.context.vocabulary.names.intern("Fn::If"));
            return Some(Located::new(Value::Unknown(function), span));
        }
        let branch = if self.condition(scope, condition, span) { then } else { otherwise };
        self.value(scope, branch)
    }

    fn get_att(&mut self, scope: usize, resource: Name, attribute: &Expression, span: Span) -> Value {
        match self.literal(scope, attribute) {
            Some(attribute) => self.attribute(scope, resource, attribute, span),
            None => Value::Text(self.opaque(scope, span)),
        }
    }

    fn base64(&mut self, scope: usize, inner: &Expression) -> Value {
        let text = self.text(scope, inner);
        Value::Text(self.derived("base64 of", vec![text], Shape::any))
    }

    fn length(&mut self, scope: usize, inner: &Expression, span: Span) -> Value {
        match self.value(scope, inner) {
            Some(Located { value: Value::List(items), .. }) => {
                Value::Text(self.context.vocabulary.literal(&items.len().to_string()))
            }
            _ => Value::Text(self.opaque(scope, span)),
        }
    }

    fn reference(&mut self, scope: usize, name: Name, span: Span) -> Option<Located<Value>> {
        let vocabulary = self.context.vocabulary;
        let text = vocabulary.names.text(name);
        if text.starts_with("AWS::") {
            return match text {
                "AWS::NoValue" => None,
                "AWS::NotificationARNs" => Some(Located::new(Value::Unknown(Unknown::List), span)),
                _ => match self.pseudo(scope, text) {
                    Some(text) => Some(Located::new(Value::Text(text), span)),
                    None => {
                        self.lose(scope, name, span, WhyDangling::NotDefined);
                        Some(Located::new(Value::Text(self.opaque(scope, span)), span))
                    }
                },
            };
        }
        let draft = &self.context.tree.scopes[scope].draft;
        if draft.parameters.contains_key(&name) {
            let value = self.parameter(scope, name, span)?;
            return Some(Located::new(value, span));
        }
        if draft.resources.contains_key(&name) {
            self.check_exists(scope, name, span);
            let text = self.resource_reference(scope, name, span);
            return Some(Located::new(Value::Text(text), span));
        }
        if draft.made.contains_key(&name) {
            let text = self.made(scope, name, None);
            return Some(Located::new(Value::Text(text), span));
        }
        self.lose(scope, name, span, WhyDangling::NotDefined);
        Some(Located::new(Value::Text(self.opaque(scope, span)), span))
    }

    /// What a pseudo parameter stands for; `None` if there is none of this name.
    fn pseudo(&mut self, scope: usize, name: &str) -> Option<Text> {
        let tree = self.context.tree;
        let vocabulary = self.context.vocabulary;
        let deployment = tree.deployment;
        Some(match name {
            "AWS::AccountId" => deployment.account.clone(),
            "AWS::Region" => self.placed(Pseudo::Region, &deployment.region),
            "AWS::Partition" => self.placed(Pseudo::Partition, &deployment.partition),
            "AWS::URLSuffix" => {
                let region = self.placed(Pseudo::Region, &deployment.region);
                let partition = self.placed(Pseudo::Partition, &deployment.partition);
                let partition = match region.as_literal(vocabulary) {
                    Some(region) => super::deployment::partition_of(region),
                    None => partition.as_literal(vocabulary).unwrap_or("aws"),
                };
                vocabulary.literal(super::deployment::url_suffix(partition))
            }
            "AWS::StackName" => {
                let symbol = Symbol::Stack(tree.scopes[scope].id, Pseudo::StackName);
                Text::symbol(vocabulary.symbols.intern(symbol, Shape::name))
            }
            "AWS::StackId" => {
                let symbol = Symbol::Stack(tree.scopes[scope].id, Pseudo::StackId);
                Text::symbol(vocabulary.symbols.intern(symbol, || kinds::shape("arn")))
            }
            _ => return None,
        })
    }

    /// A pseudo parameter that may be an atom.
    fn placed(&mut self, pseudo: Pseudo, text: &Text) -> Text {
        if let World::One(choices) = self.world
            && let Some(atom) = self.context.atoms.pseudo(pseudo)
            && text.as_symbol().is_some()
        {
            self.consulted.insert(atom);
            if let Choice::Literal(index) = choices[atom as usize] {
                return Text::of(self.context.vocabulary, self.context.atoms.literal(atom, index));
            }
        }
        text.clone()
    }

    fn parameter(&mut self, scope: usize, name: Name, span: Span) -> Option<Value> {
        let tree = self.context.tree;
        let vocabulary = self.context.vocabulary;
        let declared = &tree.scopes[scope].draft.parameters[&name];
        if let Some(parent) = tree.scopes[scope].parent {
            if let Some(argument) = tree.scopes[scope].arguments.get(&name) {
                let value = self.remembered((scope, name, None), parent, argument, span);
                return match value {
                    Some(Some(Value::Text(text))) if declared.list => Some(self.list_of(&text)),
                    Some(Some(value)) => Some(value),
                    // `AWS::NoValue`: as if nothing were passed.
                    Some(None) => Some(self.default(scope, name)),
                    None => Some(Value::Text(self.opaque(scope, span))),
                };
            }
            return Some(self.default(scope, name));
        }
        if let Some(pinned) = tree.pinned.get(&name) {
            return Some(pinned.clone());
        }
        match self.world {
            World::Defaults if declared.default.is_some() => return Some(self.default(scope, name)),
            World::One(choices) => {
                if let Some(atom) = self.context.atoms.parameter(name) {
                    self.consulted.insert(atom);
                    if let Choice::Literal(index) = choices[atom as usize] {
                        let literal = Text::of(vocabulary, self.context.atoms.literal(atom, index));
                        return Some(if declared.list {
                            self.list_of(&literal)
                        } else {
                            Value::Text(literal)
                        });
                    }
                }
            }
            _ => {}
        }
        if declared.list {
            return Some(Value::Unknown(Unknown::List));
        }
        Some(Value::Text(self.parameter_symbol(scope, name)))
    }

    fn parameter_symbol(&self, scope: usize, name: Name) -> Text {
        let scope = &self.context.tree.scopes[scope];
        let symbol = Symbol::Parameter { template: scope.id, parameter: name };
        let shape = || {
            scope.draft.parameters.get(&name).map_or_else(Shape::parameter, |declared| declared.shape.clone())
        };
        Text::symbol(self.context.vocabulary.symbols.intern(symbol, shape))
    }

    /// The default of a parameter that certainly gets no other value.
    fn default(&mut self, scope: usize, name: Name) -> Value {
        let declared = &self.context.tree.scopes[scope].draft.parameters[&name];
        match declared.default {
            Some(default) if declared.list => self.list_of(&Text::of(self.context.vocabulary, default.value)),
            Some(default) => Value::Text(self.scalar(default.value)),
            None if declared.list => Value::Unknown(Unknown::List),
            None => Value::Text(self.parameter_symbol(scope, name)),
        }
    }

    fn list_of(&self, text: &Text) -> Value {
        let vocabulary = self.context.vocabulary;
        if *text == Text::default() {
            return Value::List(Vec::new());
        }
        let span = self.context.tree.scopes[0].draft.span;
        match text.split(",", vocabulary) {
            Some(items) => {
                let item = |item: Text| {
                    let trimmed = item.as_literal(vocabulary).map(|text| vocabulary.literal(text.trim()));
                    Located::new(Value::Text(trimmed.unwrap_or(item)), span)
                };
                Value::List(items.into_iter().map(item).collect())
            }
            None => Value::Unknown(Unknown::List),
        }
    }

    /// Records a reference to a resource that does not exist in this world.
    fn check_exists(&mut self, scope: usize, name: Name, span: Span) {
        let condition = self.context.tree.scopes[scope].draft.resources[&name].condition;
        if let Some(condition) = condition
            && self.quiet == 0
            && matches!(self.world, World::One(_))
            && !self.condition(scope, condition, span)
        {
            self.lose(scope, name, span, WhyDangling::NotInTheseWorlds);
        }
    }

    /// A text that stands for what cannot be resolved at `span`.
    fn opaque(&self, scope: usize, span: Span) -> Text {
        let symbol = Symbol::Opaque { template: self.context.tree.scopes[scope].id, at: span };
        Text::symbol(self.context.vocabulary.symbols.intern(symbol, Shape::any))
    }

    /// A text that is a function of others.
    fn derived(&self, function: &str, arguments: Vec<Text>, shape: impl FnOnce() -> Shape) -> Text {
        let function = self.context.vocabulary.names.intern(function);
        let symbol = Symbol::Derived { function, arguments: arguments.into_boxed_slice() };
        Text::symbol(self.context.vocabulary.symbols.intern(symbol, shape))
    }

    fn lose(&mut self, scope: usize, name: Name, span: Span, why: WhyDangling) {
        // What stands in something that is only followed is reported where it stands.
        if self.quiet == 0 && !matches!(self.world, World::Symbolic | World::Defaults) {
            let did_you_mean = match why {
                WhyDangling::NotInTheseWorlds => None,
                _ => self.context.tree.scopes[scope].close(name, self.context.vocabulary),
            };
            self.lost.push(Lost { name, span, did_you_mean, why });
        }
    }

    /// Follows a reference; `None` if it leads in a circle.
    fn following<T>(&mut self, what: Followed, span: Span, follow: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.active.contains(&what) {
            if !self.problems.iter().any(|problem| problem.span == Some(span)) {
                let name = self.context.vocabulary.names.text(what.1);
                self.problems.push(Problem::at(
                    ProblemKind::Template,
                    span,
                    format!("`{name}` refers to itself, directly or through others"),
                    "Break the circle: CloudFormation refuses a template with one.",
                ));
            }
            return None;
        }
        self.active.push(what);
        let result = follow(self);
        self.active.pop();
        Some(result)
    }

    /// Follows a reference to a value that stands elsewhere, as [`Self::following`].
    fn following_value<T>(
        &mut self,
        what: Followed,
        span: Span,
        follow: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        if self.quiet >= FOLLOWED {
            let help = "Shorten the chain of references.";
            self.over_budget(span, "references are nested too deep", help);
            return None;
        }
        self.quiet += 1;
        let result = self.following(what, span, follow);
        self.quiet -= 1;
        result
    }

    /// The value of `expression` of the template `scope`, which `what` leads to; resolved once. `None` if it leads
    /// in a circle.
    fn remembered(
        &mut self,
        what: Followed,
        scope: usize,
        expression: &Expression,
        span: Span,
    ) -> Option<Option<Value>> {
        if let Some((value, consulted)) = self.values.get(&what) {
            self.consulted.extend(consulted);
            return Some(value.clone());
        }
        let before = std::mem::take(&mut self.consulted);
        let value = self.following_value(what, span, |resolver| {
            resolver.value(scope, expression).map(|located| located.value)
        });
        let consulted = std::mem::replace(&mut self.consulted, before);
        self.consulted.extend(&consulted);
        let value = value?;
        let mut consulted: Vec<u32> = consulted.into_iter().collect();
        consulted.sort_unstable();
        self.values.insert(what, (value.clone(), consulted));
        Some(value)
    }

    /// Goes one level deeper. False past the budget, and then not to be left again.
    fn enter(&mut self, span: Span) -> bool {
        let steps = self.context.work.steps.get();
        if self.depth >= DEPTH {
            self.over_budget(span, "values are nested too deep", "Flatten what refers to what.");
            return false;
        }
        if steps >= STEPS {
            self.over_budget(span, "the template has too many values", "Split the template.");
            return false;
        }
        self.depth += 1;
        self.context.work.steps.set(steps + 1);
        true
    }

    /// Says once for each tree that a budget was reached.
    fn over_budget(&mut self, span: Span, what: &str, help: &str) {
        if !self.context.work.said.replace(true) {
            let message = format!("some values are not resolved: {what}");
            self.problems.push(Problem::at(ProblemKind::Budget, span, message, help));
        }
    }

    /// A scalar, with dynamic references as symbols.
    fn scalar(&mut self, name: Name) -> Text {
        let text = self.context.vocabulary.names.text(name);
        if text.contains("{{resolve:") {
            return self.with_dynamic_references(&Text::of(self.context.vocabulary, name));
        }
        Text::of(self.context.vocabulary, name)
    }

    /// `{{resolve:service:key}}` becomes a symbol.
    fn with_dynamic_references(&self, text: &Text) -> Text {
        const OPEN: &str = "{{resolve:";
        let vocabulary = self.context.vocabulary;
        let deployment: DeploymentId = self.context.tree.deployment.id;
        let mut out = TextBuilder::default();
        // The reference that is open, as far as it is read.
        let mut inside: Option<String> = None;
        for part in text.parts() {
            match *part {
                Part::Symbol(symbol) => match &mut inside {
                    Some(reference) => reference.push_str(&Text::symbol(symbol).display(vocabulary)),
                    None => out.push_symbol(symbol, &vocabulary.names),
                },
                Part::Literal(name) => {
                    let mut rest = vocabulary.names.text(name);
                    while !rest.is_empty() {
                        match inside.take() {
                            None => match rest.find(OPEN) {
                                Some(start) => {
                                    out.push_str(&rest[..start]);
                                    inside = Some(String::new());
                                    // Without its braces.
                                    rest = &rest[start + 2..];
                                }
                                None => {
                                    out.push_str(rest);
                                    rest = "";
                                }
                            },
                            Some(mut reference) => match rest.find("}}") {
                                Some(end) => {
                                    reference.push_str(&rest[..end]);
                                    let name = vocabulary.names.intern(&reference);
                                    let symbol = Symbol::Dynamic(deployment, name);
                                    out.push_symbol(
                                        vocabulary.symbols.intern(symbol, Shape::parameter),
                                        &vocabulary.names,
                                    );
                                    rest = &rest[end + 2..];
                                }
                                None => {
                                    reference.push_str(rest);
                                    inside = Some(reference);
                                    rest = "";
                                }
                            },
                        }
                    }
                }
            }
        }
        if let Some(reference) = inside {
            // Without an end it is text.
            out.push_str("{{");
            out.push_str(&reference);
        }
        out.finish(&vocabulary.names)
    }

    fn sub(&mut self, scope: usize, template: Name, variables: &[(Name, Expression)], span: Span) -> Value {
        let vocabulary = self.context.vocabulary;
        let template = vocabulary.names.text(template);
        let mut out = TextBuilder::default();
        let mut length = 0;
        // Each variable is resolved once, or variables inside variables would double with each level.
        let mut seen: Vec<(&str, Text)> = Vec::new();
        for part in sub_parts(template) {
            let text = match part {
                SubPart::Literal(text) => {
                    out.push_str(text);
                    length += text.len();
                    continue;
                }
                SubPart::Escaped(text) => {
                    out.push_str("${");
                    out.push_str(text);
                    out.push_str("}");
                    length += text.len();
                    continue;
                }
                SubPart::Variable(name) => match seen.iter().find(|(seen, _)| *seen == name) {
                    Some((_, text)) => text.clone(),
                    None => {
                        let text = self.variable(scope, name, variables, span);
                        seen.push((name, text.clone()));
                        text
                    }
                },
            };
            length += text.parts().iter().map(|part| part_length(vocabulary, *part)).sum::<usize>();
            if length > LENGTH {
                break;
            }
            out.push_text(&text, &vocabulary.names);
        }
        if !self.afford(length, span) {
            return Value::Unknown(Unknown::Budget);
        }
        let text = out.finish(&vocabulary.names);
        Value::Text(if template.contains("{{resolve:") { self.with_dynamic_references(&text) } else { text })
    }

    /// What `${name}` stands for.
    fn variable(&mut self, scope: usize, name: &str, variables: &[(Name, Expression)], span: Span) -> Text {
        let vocabulary = self.context.vocabulary;
        let known = vocabulary.names.lookup(name);
        if let Some(known) = known
            && let Some((_, value)) = variables.iter().find(|(variable, _)| *variable == known)
        {
            return match self.value(scope, value).map(|located| located.value) {
                Some(Value::Text(text)) => text,
                Some(Value::Unknown(Unknown::List)) => self.whole_list(scope, value),
                _ => self.opaque(scope, value.span),
            };
        }
        if name.starts_with("AWS::") || !name.contains(['.', ':']) {
            let interned = vocabulary.names.intern(name);
            return match self.reference(scope, interned, span).map(|located| located.value) {
                Some(Value::Text(text)) => text,
                // A list parameter: its items, joined.
                Some(Value::Unknown(Unknown::List)) => self.parameter_symbol(scope, interned),
                Some(Value::List(items)) => self.joined(",", &items),
                _ => Text::default(),
            };
        }
        if self.context.tree.scopes[scope].draft.serverless && super::lower::is_serverless_variable(name) {
            let symbol = Symbol::Dynamic(self.context.tree.deployment.id, vocabulary.names.intern(name));
            return Text::symbol(vocabulary.symbols.intern(symbol, Shape::parameter));
        }
        match name.split_once('.') {
            Some((resource, attribute)) if !name.contains(':') => {
                if let Some(made) = self.made_by_form(scope, name) {
                    return made;
                }
                let resource = vocabulary.names.intern(resource);
                match self.attribute(scope, resource, attribute, span) {
                    Value::Text(text) => text,
                    _ => self.opaque(scope, span),
                }
            }
            _ => {
                // `${aws:username}` in a text of `Fn::Sub`: CloudFormation refuses it, what is meant is `${!...}`.
                self.lose(scope, vocabulary.names.intern(name), span, WhyDangling::NotDefined);
                vocabulary.literal(&format!("${{{name}}}"))
            }
        }
    }

    /// Counts a text of `length` bytes. False if it is too long.
    fn afford(&mut self, length: usize, span: Span) -> bool {
        let all = self.context.work.length.get().saturating_add(length);
        if length <= LENGTH && all <= LENGTHS {
            self.context.work.length.set(all);
            return true;
        }
        let what = if length > LENGTH {
            "a text is longer than 1 MB"
        } else {
            "texts are longer than 128 MB together"
        };
        self.over_budget(span, what, "Shorten the text; CloudFormation takes templates of at most 1 MB.");
        false
    }
}

fn part_length(vocabulary: &Vocabulary, part: Part) -> usize {
    match part {
        Part::Literal(name) => vocabulary.names.text(name).len(),
        Part::Symbol(_) => 16,
    }
}
