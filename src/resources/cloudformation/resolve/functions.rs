//! The functions over texts and lists.

use super::*;

/// What `Fn::FindInMap` leads to.
enum InMap<'e> {
    /// Something that is written somewhere.
    Expression(&'e Expression),
    /// What stands for all that it may be.
    Value(Value),
}

impl<'a> Resolver<'a> {
    pub(super) fn join(
        &mut self,
        scope: usize,
        delimiter: &Expression,
        items: &Expression,
        span: Span,
    ) -> Value {
        let Some(delimiter) = self.literal(scope, delimiter) else {
            return Value::Text(self.opaque(scope, span));
        };
        match self.value(scope, items) {
            Some(Located { value: Value::List(list), .. }) => {
                self.put_together(scope, delimiter, &list, span)
            }
            // One text where a list is expected.
            Some(Located { value: Value::Text(text), .. }) => Value::Text(text),
            Some(Located { value: Value::Unknown(Unknown::List), .. }) => {
                Value::Text(self.unknown_joined(scope, delimiter, items))
            }
            _ => Value::Text(self.opaque(scope, span)),
        }
    }

    fn unknown_joined(&mut self, scope: usize, delimiter: &str, items: &Expression) -> Text {
        let whole = self.whole_list(scope, items);
        if delimiter == "," {
            return whole;
        }
        self.derived(&format!("items joined by `{delimiter}` of"), vec![whole], Shape::any)
    }

    fn put_together(&mut self, scope: usize, delimiter: &str, list: &[Located<Value>], span: Span) -> Value {
        let vocabulary = self.context.vocabulary;
        let mut out = TextBuilder::default();
        let mut length = 0;
        for (index, item) in list.iter().enumerate() {
            if index > 0 {
                out.push_str(delimiter);
                length += delimiter.len();
            }
            let text = match &item.value {
                Value::Text(text) => text.clone(),
                Value::List(items) => self.joined(delimiter, items),
                _ => self.opaque(scope, item.span),
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
        Value::Text(self.with_dynamic_references_if_any(text))
    }

    fn with_dynamic_references_if_any(&self, text: Text) -> Text {
        let vocabulary = self.context.vocabulary;
        let any = text.parts().iter().any(|part| match part {
            Part::Literal(name) => vocabulary.names.text(*name).contains("{{resolve:"),
            Part::Symbol(_) => false,
        });
        if any { self.with_dynamic_references(&text) } else { text }
    }

    /// The items of a known list as one text.
    pub(super) fn joined(&self, delimiter: &str, items: &[Located<Value>]) -> Text {
        let mut out = TextBuilder::default();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push_str(delimiter);
            }
            if let Value::Text(text) = &item.value {
                out.push_text(text, &self.context.vocabulary.names);
            }
        }
        out.finish(&self.context.vocabulary.names)
    }

    /// A text that stands for all of an unknown list: the same for the same list.
    pub(super) fn whole_list(&mut self, scope: usize, list: &Expression) -> Text {
        match list.as_call() {
            Some(Call::Ref(name)) if self.context.tree.scopes[scope].draft.parameters.contains_key(name) => {
                self.parameter_symbol(scope, *name)
            }
            Some(Call::Split { delimiter, text }) => {
                let delimiter = self.text(scope, delimiter);
                let text = self.text(scope, text);
                self.derived("split of", vec![text, delimiter], Shape::any)
            }
            _ => self.opaque(scope, list.span),
        }
    }

    pub(super) fn split(
        &mut self,
        scope: usize,
        delimiter: &Expression,
        text: &Expression,
        span: Span,
    ) -> Value {
        let Some(delimiter) = self.literal(scope, delimiter) else { return Value::Unknown(Unknown::List) };
        let Some(text) = self.known_text(scope, text) else { return Value::Unknown(Unknown::List) };
        match text.split(delimiter, self.context.vocabulary) {
            Some(items) => {
                Value::List(items.into_iter().map(|item| Located::new(Value::Text(item), span)).collect())
            }
            None => Value::Unknown(Unknown::List),
        }
    }

    pub(super) fn select(
        &mut self,
        scope: usize,
        index: &Expression,
        items: &Expression,
        span: Span,
    ) -> Option<Located<Value>> {
        let index = self.literal(scope, index).and_then(|text| text.trim().parse::<usize>().ok());
        let value = match index {
            Some(index) => self.selected(scope, index, items, span),
            None => Value::Text(self.opaque(scope, span)),
        };
        Some(Located::new(value, span))
    }

    fn selected(&mut self, scope: usize, index: usize, items: &Expression, span: Span) -> Value {
        match self.value(scope, items) {
            Some(Located { value: Value::List(mut list), .. }) => {
                // CloudFormation refuses an index that leads nowhere.
                if index < list.len() {
                    list.swap_remove(index).value
                } else {
                    Value::Unknown(Unknown::Mismatch)
                }
            }
            Some(Located { value: Value::Unknown(Unknown::List), .. }) => {
                Value::Text(self.item_of_unknown(scope, index, items))
            }
            _ => Value::Text(self.opaque(scope, span)),
        }
    }

    /// One item of an unknown list.
    fn item_of_unknown(&mut self, scope: usize, index: usize, items: &Expression) -> Text {
        if let Some(Call::Split { delimiter, text }) = items.as_call()
            && let (Some(delimiter), Some(text)) =
                (self.literal(scope, delimiter), self.known_text(scope, text))
        {
            // What stands before the first symbol that may hold the delimiter is known all the same.
            if let Some(item) = early_item(&text, delimiter, index, self.context.vocabulary) {
                return item;
            }
            let shape = || {
                let mut characters = delimiter.chars();
                match (characters.next(), characters.next()) {
                    (Some(only), None) => {
                        let class = Class::ANY.without(Class::of(only.encode_utf8(&mut [0; 4])));
                        // Characters outside ASCII are one class, which then is not excluded.
                        Shape::class(if only.is_ascii() { class } else { Class::ANY }, 0, None)
                    }
                    _ => Shape::any(),
                }
            };
            return self.derived(
                &format!("item {index} between `{delimiter}` of"),
                vec![text.clone()],
                shape,
            );
        }
        let whole = self.whole_list(scope, items);
        self.derived(&format!("item {index} of"), vec![whole], Shape::parameter)
    }

    pub(super) fn find_in_map(
        &mut self,
        scope: usize,
        [map, first, second]: [&Expression; 3],
        default: Option<&Expression>,
        span: Span,
    ) -> Option<Located<Value>> {
        let texts =
            [self.known_text(scope, map), self.known_text(scope, first), self.known_text(scope, second)];
        match self.in_map(scope, texts, default, span) {
            InMap::Expression(expression) => self.value(scope, expression),
            InMap::Value(value) => Some(Located::new(value, span)),
        }
    }

    /// What `Fn::FindInMap` leads to. Nothing is resolved here.
    fn in_map<'e>(
        &mut self,
        scope: usize,
        texts: [Option<Text>; 3],
        default: Option<&'e Expression>,
        span: Span,
    ) -> InMap<'e>
    where
        'a: 'e,
    {
        let vocabulary = self.context.vocabulary;
        let [Some(map_name), Some(first), Some(second)] = texts else {
            return InMap::Value(Value::Text(self.opaque(scope, span)));
        };
        let scope_facts = &self.context.tree.scopes[scope];
        let mapping = map_name.as_literal(vocabulary).and_then(|name| {
            let name = vocabulary.names.lookup(name)?;
            scope_facts.draft.mappings.get(&name)
        });
        let key = |text: &Text| text.as_literal(vocabulary).map(|text| vocabulary.names.intern(text));
        if let Some(mapping) = mapping {
            if let (Some(first), Some(second)) = (key(&first), key(&second)) {
                return match (mapping.get(&first).and_then(|inner| inner.get(&second)), default) {
                    (Some(value), _) => InMap::Expression(value),
                    (None, Some(default)) => InMap::Expression(default),
                    (None, None) => {
                        let function = vocabulary.names.intern("Fn::FindInMap");
                        InMap::Value(Value::Unknown(Unknown::Function(function)))
                    }
                };
            }
            // One of the values under the keys that it may be.
            let inner: Vec<&Expression> = mapping
                .iter()
                .filter(|(name, _)| first.shape(vocabulary).admits(vocabulary.names.text(**name)))
                .flat_map(|(_, inner)| inner.iter())
                .filter(|(name, _)| second.shape(vocabulary).admits(vocabulary.names.text(**name)))
                .map(|(_, value)| value)
                .collect();
            if let Some((one, others)) = inner.split_first()
                && default.is_none()
            {
                if others.iter().all(|other| other == one) {
                    return InMap::Expression(one);
                }
                if inner.iter().any(|value| value.as_list().is_some()) {
                    return InMap::Value(Value::Unknown(Unknown::List));
                }
                let texts: Option<Vec<&str>> = inner
                    .iter()
                    .map(|value| value.as_scalar().map(|name| vocabulary.names.text(name)))
                    .collect();
                let shape = || texts.map_or_else(Shape::any, |texts| distinct(texts));
                let text = self.derived("value in map of", vec![map_name, first, second], shape);
                return InMap::Value(Value::Text(text));
            }
        }
        InMap::Value(Value::Text(self.derived("value in map of", vec![map_name, first, second], Shape::any)))
    }

    pub(super) fn import(&mut self, scope: usize, name: &Expression) -> Value {
        let name = self.text(scope, name);
        let deployment = self.context.tree.deployment;
        if let Some(value) = self.context.exports.find(&name, deployment) {
            return value.clone();
        }
        let symbol = Symbol::Import(deployment.id, name);
        Value::Text(Text::symbol(self.context.vocabulary.symbols.intern(symbol, Shape::parameter)))
    }

    pub(super) fn json_string(&mut self, scope: usize, inner: &Expression, span: Span) -> Value {
        match self.value(scope, inner) {
            Some(located) => self.as_json(scope, &located.value, span),
            None => Value::Text(self.opaque(scope, span)),
        }
    }

    fn as_json(&mut self, scope: usize, value: &Value, span: Span) -> Value {
        let mut out = TextBuilder::default();
        let mut left = LENGTH;
        if self.write_json(&mut out, value, &mut left).is_none() {
            return Value::Text(self.opaque(scope, span));
        }
        if !self.afford(LENGTH - left, span) {
            return Value::Unknown(Unknown::Budget);
        }
        Value::Text(out.finish(&self.context.vocabulary.names))
    }

    /// Appends a value as JSON; `None` if a part of it is unknown, or it is too long.
    fn write_json(&self, out: &mut TextBuilder, value: &Value, left: &mut usize) -> Option<()> {
        match value {
            Value::Null => out.push_str("null"),
            Value::Text(text) => self.write_json_string(out, text, left)?,
            Value::List(items) => {
                out.push_str("[");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(",");
                    }
                    self.write_json(out, &item.value, left)?;
                }
                out.push_str("]");
            }
            Value::Map(entries) => {
                out.push_str("{");
                for (index, entry) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push_str(",");
                    }
                    self.write_json_string(out, &entry.key.value, left)?;
                    out.push_str(":");
                    self.write_json(out, &entry.value.value, left)?;
                }
                out.push_str("}");
            }
            Value::Shared(document) => self.write_json(out, &document.value, left)?,
            Value::Unknown(_) => return None,
        }
        Some(())
    }

    fn write_json_string(&self, out: &mut TextBuilder, text: &Text, left: &mut usize) -> Option<()> {
        let names = &self.context.vocabulary.names;
        out.push_str("\"");
        for part in text.parts() {
            match *part {
                Part::Symbol(symbol) => out.push_symbol(symbol, names),
                Part::Literal(name) => {
                    let text = names.text(name);
                    *left = left.checked_sub(text.len())?;
                    let quoted = serde_json::to_string(text).ok()?;
                    out.push_str(&quoted[1..quoted.len() - 1]);
                }
            }
        }
        out.push_str("\"");
        *left = left.checked_sub(2)?;
        Some(())
    }
}

/// The item `index` of a text that is split, if it and what stands before it hold no symbol that may hold the
/// delimiter.
fn early_item(text: &Text, delimiter: &str, index: usize, vocabulary: &Vocabulary) -> Option<Text> {
    let parts = text.parts();
    for end in (1..parts.len()).rev() {
        let mut builder = TextBuilder::default();
        for part in &parts[..end] {
            match *part {
                Part::Literal(name) => builder.push_str(vocabulary.names.text(name)),
                Part::Symbol(symbol) => builder.push_symbol(symbol, &vocabulary.names),
            }
        }
        let items = builder.finish(&vocabulary.names).split(delimiter, vocabulary);
        // The last item may go on in what follows.
        if let Some(items) = items
            && index + 1 < items.len()
        {
            return items.into_iter().nth(index);
        }
    }
    None
}

fn distinct(mut texts: Vec<&str>) -> Shape {
    texts.sort_unstable();
    texts.dedup();
    Shape::one_of(texts)
}
