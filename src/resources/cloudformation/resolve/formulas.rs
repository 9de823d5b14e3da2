//! What `Ref` and `Fn::GetAtt` give for a resource.

use super::*;
use crate::value::TemplateId;

/// Where the value of an attribute stands.
enum Leads<'t> {
    /// An output of a nested stack of this number.
    Output(usize, &'t str),
    /// In a resource of the CDK.
    CdkJson,
}

impl Resolver<'_> {
    /// What `Ref` of a resource gives.
    pub(crate) fn resource_reference(&mut self, scope: usize, name: Name, span: Span) -> Text {
        let declaration = &self.context.tree.scopes[scope].draft.resources[&name];
        let formula = match kinds::find(self.context.vocabulary.names.text(declaration.kind)) {
            Some(kind) => kind.reference,
            None => "{id}",
        };
        self.formula(scope, name, formula, span)
    }

    /// The ARN of a resource, if its type has one.
    pub(crate) fn arn(&mut self, scope: usize, name: Name, span: Span) -> Option<Text> {
        let declaration = &self.context.tree.scopes[scope].draft.resources[&name];
        let formula = kinds::find(self.context.vocabulary.names.text(declaration.kind))?.arn()?;
        Some(self.formula(scope, name, formula, span))
    }

    /// The external id that AWS gives a resource, if its type has one.
    pub(crate) fn external_id(&mut self, scope: usize, name: Name, span: Span) -> Option<Text> {
        let declaration = &self.context.tree.scopes[scope].draft.resources[&name];
        let kind = kinds::find(self.context.vocabulary.names.text(declaration.kind))?;
        let (_, formula) = kind.attributes.iter().find(|(attribute, _)| *attribute == "ExternalId")?;
        Some(self.formula(scope, name, formula, span))
    }

    /// What `Fn::GetAtt` gives.
    pub(super) fn attribute(&mut self, scope: usize, name: Name, attribute: &str, span: Span) -> Value {
        let leads = self.leads_to(scope, name, attribute);
        if leads.is_some() {
            self.check_exists(scope, name, span);
        }
        match leads {
            Some(Leads::Output(child, output)) => self.output(scope, name, child, output, span),
            Some(Leads::CdkJson) => self.cdk_json(scope, name, span),
            None => self.attribute_here(scope, name, attribute, span),
        }
    }

    /// Where the value of an attribute stands, if it is written somewhere.
    fn leads_to<'t>(&self, scope: usize, name: Name, attribute: &'t str) -> Option<Leads<'t>> {
        let names = &self.context.vocabulary.names;
        let facts = &self.context.tree.scopes[scope];
        let leads = match names.text(facts.draft.resources.get(&name)?.kind) {
            "AWS::CloudFormation::Stack" => {
                Leads::Output(*facts.children.get(&name)?, attribute.strip_prefix("Outputs.")?)
            }
            "Custom::AWSCDKCfnJson" if attribute == "Value" => Leads::CdkJson,
            _ => return None,
        };
        let made = self.made_by_form(scope, &format!("{}.{attribute}", names.text(name)));
        made.is_none().then_some(leads)
    }

    fn attribute_here(&mut self, scope: usize, name: Name, attribute: &str, span: Span) -> Value {
        let vocabulary = self.context.vocabulary;
        let tree = self.context.tree;
        let Some(declaration) = tree.scopes[scope].draft.resources.get(&name) else {
            if tree.scopes[scope].draft.made.contains_key(&name) {
                let attribute = vocabulary.names.intern(attribute);
                return Value::Text(self.made(scope, name, Some(attribute)));
            }
            self.lose(scope, name, span, WhyDangling::NotDefined);
            return Value::Text(self.opaque(scope, span));
        };
        if let Some(made) = self.made_by_form(scope, &format!("{}.{attribute}", vocabulary.names.text(name)))
        {
            return Value::Text(made);
        }
        self.check_exists(scope, name, span);
        let kind = vocabulary.names.text(declaration.kind);
        self.attribute_of_kind(scope, name, kind, attribute, span)
    }

    /// The value that a resource of the CDK holds.
    fn cdk_json(&mut self, scope: usize, name: Name, span: Span) -> Value {
        let names = &self.context.vocabulary.names;
        let declaration = &self.context.tree.scopes[scope].draft.resources[&name];
        if let Some(value) = declaration.properties.get(names, "Value") {
            let what = (scope, name, Some(names.intern("Value")));
            let followed = self.following_value(what, span, |resolver| resolver.value(scope, value));
            if let Some(Some(located)) = followed {
                return located.value;
            }
        }
        Value::Text(self.opaque(scope, span))
    }

    fn attribute_of_kind(
        &mut self,
        scope: usize,
        name: Name,
        kind: &str,
        attribute: &str,
        span: Span,
    ) -> Value {
        let vocabulary = self.context.vocabulary;
        let Some(known) = kinds::find(kind) else {
            // Arrays and objects come as texts too; what reads them treats a lone symbol as unknown.
            let shape = if kind.starts_with("AWS::") && attribute == "Arn" { "arn" } else { "any" };
            return Value::Text(self.attribute_symbol(scope, name, attribute, || kinds::shape(shape)));
        };
        if let Some((_, formula)) = known.attributes.iter().find(|(name, _)| *name == attribute) {
            return Value::Text(self.formula(scope, name, formula, span));
        }
        if known.is_closed() {
            let close =
                super::super::tree::closest(attribute, known.attributes.iter().map(|(name, _)| *name));
            if self.quiet == 0 && matches!(self.world, World::One(_)) {
                let dotted = |attribute: &str| {
                    let text = format!("{}.{attribute}", vocabulary.names.text(name));
                    vocabulary.names.intern(&text)
                };
                self.lost.push(Lost {
                    name: dotted(attribute),
                    span,
                    did_you_mean: close.map(dotted),
                    why: WhyDangling::NoSuchAttribute,
                });
            }
        }
        Value::Text(self.attribute_symbol(scope, name, attribute, Shape::any))
    }

    /// An output of a nested stack.
    fn output(&mut self, scope: usize, stack: Name, child: usize, output: &str, span: Span) -> Value {
        let tree = self.context.tree;
        let names = &self.context.vocabulary.names;
        let found =
            names.lookup(output).and_then(|name| Some((name, tree.scopes[child].draft.outputs.get(&name)?)));
        let Some((name, found)) = found else {
            if tree.scopes[child].draft.complete {
                let dotted = names.intern(&format!("{}.Outputs.{output}", names.text(stack)));
                self.lose(scope, dotted, span, WhyDangling::NoSuchAttribute);
            }
            return Value::Text(self.opaque(scope, span));
        };
        let what = (child, name, Some(names.intern("Outputs")));
        let value = self.remembered(what, child, &found.value, span);
        match value {
            Some(Some(value)) => value,
            _ => Value::Text(self.opaque(scope, span)),
        }
    }

    /// What `Function.Alias` or `Function.Alias.Name` stands for, where SAM makes something in this form.
    pub(super) fn made_by_form(&self, scope: usize, text: &str) -> Option<Text> {
        let draft = self.context.tree.scopes[scope].draft;
        if draft.made.is_empty() {
            return None;
        }
        let names = &self.context.vocabulary.names;
        let made = |text: &str| names.lookup(text).filter(|name| draft.made.contains_key(name));
        if let Some(name) = made(text) {
            return Some(self.made(scope, name, None));
        }
        let (head, attribute) = text.rsplit_once('.')?;
        let name = made(head)?;
        Some(self.made(scope, name, Some(names.intern(attribute))))
    }

    /// A reference to a resource that a macro makes.
    pub(super) fn made(&self, scope: usize, name: Name, attribute: Option<Name>) -> Text {
        let vocabulary = self.context.vocabulary;
        let template = self.context.tree.scopes[scope].id;
        let kind = self.context.tree.scopes[scope].draft.made[&name];
        let symbol = match attribute {
            None => Symbol::Reference { template, resource: name, kind },
            Some(attribute) => Symbol::Attribute { template, resource: name, kind, attribute, unique: false },
        };
        Text::symbol(vocabulary.symbols.intern(symbol, Shape::any))
    }

    /// The symbol of an attribute; `#` before its name says that every resource has a value of its own.
    fn attribute_symbol(
        &self,
        scope: usize,
        name: Name,
        attribute: &str,
        shape: impl FnOnce() -> Shape,
    ) -> Text {
        let vocabulary = self.context.vocabulary;
        let (template, kind) = self.identity_of(scope, name);
        let (attribute, unique) = attribute.strip_prefix('#').map_or((attribute, false), |name| (name, true));
        let symbol = Symbol::Attribute {
            template,
            resource: name,
            kind,
            attribute: vocabulary.names.intern(attribute),
            unique,
        };
        Text::symbol(vocabulary.symbols.intern(symbol, shape))
    }

    fn identity_of(&self, scope: usize, name: Name) -> (TemplateId, Name) {
        let scope = &self.context.tree.scopes[scope];
        (scope.id, scope.draft.resources[&name].kind)
    }

    /// The text of a formula of [`kinds`].
    fn formula(&mut self, scope: usize, name: Name, formula: &str, span: Span) -> Text {
        let mut out = TextBuilder::default();
        let mut rest = formula;
        while let Some(start) = rest.find('{') {
            let (literal, placeholder) = rest.split_at(start);
            let (placeholder, after) = placeholder[1..].split_once('}').unwrap_or((&placeholder[1..], ""));
            out.push_str(literal);
            let text = self.placeholder(scope, name, placeholder, span);
            out.push_text(&text, &self.context.vocabulary.names);
            rest = after;
        }
        out.push_str(rest);
        out.finish(&self.context.vocabulary.names)
    }

    fn placeholder(&mut self, scope: usize, name: Name, placeholder: &str, span: Span) -> Text {
        let vocabulary = self.context.vocabulary;
        let pseudo = match placeholder {
            "partition" => "AWS::Partition",
            "region" => "AWS::Region",
            "account" => "AWS::AccountId",
            "suffix" => "AWS::URLSuffix",
            _ => "",
        };
        if let Some(text) = self.pseudo(scope, pseudo) {
            return text;
        }
        match placeholder {
            "id" => self.identity(scope, name, span),
            "path" => self.property(scope, name, "Path", span).unwrap_or_else(|| vocabulary.literal("/")),
            "url" => match self.property(scope, name, "Url", span) {
                Some(url) => without_scheme(&url, vocabulary)
                    .unwrap_or_else(|| self.derived("without scheme", vec![url], Shape::any)),
                None => self.attribute_symbol(scope, name, "Url", Shape::any),
            },
            "instance" => match self.property(scope, name, "InstanceArn", span) {
                Some(arn) => arn
                    .split("/", vocabulary)
                    .filter(|parts| parts.len() == 2)
                    .and_then(|mut parts| parts.pop())
                    .unwrap_or_else(|| self.derived("instance of", vec![arn], || kinds::shape("instance"))),
                None => self.attribute_symbol(scope, name, "Instance", || kinds::shape("instance")),
            },
            _ => {
                if let Some(property) = placeholder.strip_prefix('=') {
                    return self
                        .property(scope, name, property, span)
                        .unwrap_or_else(|| self.attribute_symbol(scope, name, property, Shape::any));
                }
                let (attribute, shape) = placeholder.split_once(' ').unwrap_or((placeholder, "any"));
                self.attribute_symbol(scope, name, attribute, || kinds::shape(shape))
            }
        }
    }

    /// The name that is written, else the identity that AWS gives.
    fn identity(&mut self, scope: usize, name: Name, span: Span) -> Text {
        let vocabulary = self.context.vocabulary;
        let (template, kind) = self.identity_of(scope, name);
        let known = kinds::find(vocabulary.names.text(kind));
        if let Some(property) = known.and_then(|known| known.named_by)
            && let Some(text) = self.property(scope, name, property, span)
            && text != Text::default()
        {
            return text;
        }
        let text = vocabulary.names.text(kind);
        if text.starts_with("Custom::") || text == "AWS::CloudFormation::CustomResource" {
            // Its code chooses the id: two of one type may give the same.
            return self.attribute_symbol(scope, name, "Ref", Shape::any);
        }
        let symbol = Symbol::Reference { template, resource: name, kind };
        let shape = || kinds::shape(known.map_or("any", |known| known.identity));
        Text::symbol(vocabulary.symbols.intern(symbol, shape))
    }

    /// The text of a property; `None` if it is absent or no text.
    fn property(&mut self, scope: usize, name: Name, property: &str, span: Span) -> Option<Text> {
        let vocabulary = self.context.vocabulary;
        let declaration = &self.context.tree.scopes[scope].draft.resources[&name];
        let key = vocabulary.names.lookup(property)?;
        let value = match &declaration.properties.form {
            Form::Map(_) => {
                let expression = declaration.properties.get(&vocabulary.names, property)?;
                if let Some(name) = expression.as_scalar() {
                    return Some(self.scalar(name));
                }
                self.following_value((scope, name, Some(key)), span, |resolver| {
                    resolver.value(scope, expression).map(|located| located.value)
                })
            }
            Form::Call(_) => self.following_value((scope, name, None), span, |resolver| {
                let Some(Value::Map(entries)) =
                    resolver.value(scope, &declaration.properties).map(|located| located.value)
                else {
                    return None;
                };
                let wanted = Text::of(vocabulary, key);
                entries.into_iter().find(|entry| entry.key.value == wanted).map(|entry| entry.value.value)
            }),
            _ => None,
        };
        match value?? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The text behind `https://`; `None` if what stands in front is not known.
fn without_scheme(url: &Text, vocabulary: &Vocabulary) -> Option<Text> {
    let (first, rest) = url.parts().split_first()?;
    let Part::Literal(name) = *first else { return None };
    let literal = vocabulary.names.text(name);
    let mut out = TextBuilder::default();
    match literal.get(..8) {
        Some(scheme) if scheme.eq_ignore_ascii_case("https://") => out.push_str(&literal[8..]),
        // AWS asks for the scheme, but a host says the same.
        _ => out.push_str(literal),
    }
    for part in rest {
        match *part {
            Part::Literal(name) => out.push_str(vocabulary.names.text(name)),
            Part::Symbol(symbol) => out.push_symbol(symbol, &vocabulary.names),
        }
    }
    Some(out.finish(&vocabulary.names))
}
