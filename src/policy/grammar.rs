//! Reads a policy document.
//!
//! Total: every input gives a policy. Each thing that the language does not allow is a fault with its place;
//! what it hides is unknown in the policy, and everything else is read as if it were not there.

use rustc_hash::FxHashSet;

use super::places::Draft;
use super::principal::classify;
use super::{
    Clause, Comparator, Effect, Element, Fault, FaultKind, Item, Layout, Operator, Policy, PolicyPath,
    Principal, PrincipalForm, PrincipalKey, Statement, Test, Version,
};
use crate::resources::{Entry, Value};
use crate::source::Span;
use crate::value::{Located, Text, Unknown, Vocabulary};

/// Reads a policy document: a mapping, as templates have it, or as it came out of a JSON text.
#[must_use]
pub fn parse(document: &Located<Value>, vocabulary: &Vocabulary) -> (Policy, Layout) {
    if let Value::Shared(document) = &document.value {
        return parse(document, vocabulary);
    }
    let mut reader = Reader {
        vocabulary,
        statement: 0,
        policy: Policy { version: Version::Absent, statements: Vec::new() },
        places: Draft { version: None, id: None, faults: Vec::new(), parts: Vec::new(), sids: Vec::new() },
    };
    reader.document(document);
    (reader.policy, reader.places.finish(document.span))
}

/// The most statements of a policy, and values of a list, that are read. IAM takes far fewer.
const MOST: usize = 10_000;

struct Reader<'v> {
    vocabulary: &'v Vocabulary,
    /// The statement that is being read.
    statement: u16,
    policy: Policy,
    places: Draft,
}

/// A clause that is being read.
struct Written<T> {
    only: Option<Vec<T>>,
    except: Option<Vec<T>>,
}

impl<T> Written<T> {
    fn finish(self) -> Clause<T> {
        Clause { only: self.only.map(Vec::into_boxed_slice), except: self.except.map(Vec::into_boxed_slice) }
    }
}

impl<T> Default for Written<T> {
    fn default() -> Self {
        Self { only: None, except: None }
    }
}

/// A key of the language, or what else a key is.
enum Key {
    Known(usize),
    Invalid,
    Unknown,
}

const DOCUMENT_ELEMENTS: &[&str] = &["Version", "Id", "Statement"];

const STATEMENT_ELEMENTS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

const PRINCIPAL_KEYS: &[(&str, PrincipalKey)] = &[
    ("AWS", PrincipalKey::Aws),
    ("Federated", PrincipalKey::Federated),
    ("Service", PrincipalKey::Service),
    ("CanonicalUser", PrincipalKey::CanonicalUser),
];

impl Reader<'_> {
    fn document(&mut self, document: &Located<Value>) {
        let entries = match &document.value {
            Value::Map(entries) => entries,
            Value::Unknown(why) => return self.unknown_statement(*why, document.span),
            Value::Text(text) if text.as_literal(self.vocabulary).is_none() => {
                return self.unknown_statement(Unknown::Mismatch, document.span);
            }
            Value::Text(_) | Value::Null | Value::List(_) | Value::Shared(_) => {
                self.fault_of_document(FaultKind::NotAPolicy, document.span, None);
                return self.unknown_statement(Unknown::Mismatch, document.span);
            }
        };
        let mut seen = [false; DOCUMENT_ELEMENTS.len()];
        for entry in entries {
            match self.key(entry, DOCUMENT_ELEMENTS, &mut seen, None) {
                Key::Known(0) => self.version(&entry.value),
                Key::Known(1) => self.places.id = Some(entry.value.span),
                Key::Known(_) => self.statements(&entry.value),
                Key::Invalid => {}
                Key::Unknown => self.unknown_statement(Unknown::Mismatch, entry.value.span),
            }
        }
        if !seen[2] && self.policy.statements.is_empty() {
            self.fault_of_document(FaultKind::MissingStatement, document.span, None);
        }
    }

    fn version(&mut self, value: &Located<Value>) {
        self.places.version = Some(value.span);
        self.policy.version = match &value.value {
            Value::Text(text) => match text.as_literal(self.vocabulary) {
                Some("2012-10-17") => Version::V2012,
                Some("2008-10-17") => Version::V2008,
                None => Version::Unknown,
                Some(_) => self.invalid_version(value.span),
            },
            Value::Unknown(_) => Version::Unknown,
            Value::Null | Value::List(_) | Value::Map(_) | Value::Shared(_) => {
                self.invalid_version(value.span)
            }
        };
    }

    fn invalid_version(&mut self, span: Span) -> Version {
        self.fault_of_document(FaultKind::UnknownVersion, span, Some("2012-10-17"));
        Version::Invalid
    }

    fn statements(&mut self, value: &Located<Value>) {
        match &value.value {
            Value::List(items) => {
                if items.is_empty() {
                    self.fault_of_document(FaultKind::EmptyList, value.span, None);
                }
                for item in items {
                    if self.policy.statements.len() == MOST {
                        self.fault_of_document(FaultKind::TooLarge, item.span, None);
                        return self.unknown_statement(Unknown::Budget, item.span);
                    }
                    self.statement(item);
                }
            }
            _ => self.statement(value),
        }
    }

    /// Stands for any number of statements.
    fn unknown_statement(&mut self, why: Unknown, span: Span) {
        let path = self.next_statement();
        self.places.parts.push((path, span));
        self.places.sids.push(None);
        self.policy.statements.push(Statement::unknown(why));
    }

    /// Moves on to the next statement.
    fn next_statement(&mut self) -> PolicyPath {
        // One more than MOST at each of at most two keys called `Statement`, and those that are unknown.
        self.statement = u16::try_from(self.policy.statements.len()).unwrap_or(u16::MAX);
        self.path(Element::Statement)
    }

    fn statement(&mut self, value: &Located<Value>) {
        let entries = match &value.value {
            Value::Map(entries) => entries,
            Value::Unknown(why) => return self.unknown_statement(*why, value.span),
            Value::Text(text) if text.as_literal(self.vocabulary).is_none() => {
                return self.unknown_statement(Unknown::Mismatch, value.span);
            }
            Value::Text(_) | Value::Null | Value::List(_) | Value::Shared(_) => {
                self.unknown_statement(Unknown::Mismatch, value.span);
                return self.fault(FaultKind::WrongType, Element::Statement, value.span, None);
            }
        };
        let path = self.next_statement();
        self.places.parts.push((path, value.span));
        let mut effect = Effect::Invalid;
        let (mut principals, mut actions, mut resources) =
            (Written::default(), Written::default(), Written::default());
        let mut conditions = None;
        let mut sid = None;
        let mut seen = [false; STATEMENT_ELEMENTS.len()];
        let mut hidden = None;
        for entry in entries {
            let known = self.key(entry, STATEMENT_ELEMENTS, &mut seen, Some(Element::Statement));
            let (Key::Known(index), value) = (&known, &entry.value) else {
                if matches!(known, Key::Unknown) {
                    hidden = Some(entry.value.span);
                }
                continue;
            };
            match STATEMENT_ELEMENTS[*index] {
                "Sid" => {
                    self.places.parts.push((self.path(Element::Sid), value.span));
                    match &value.value {
                        Value::Text(text) => sid = Some(text.clone()),
                        Value::Unknown(_) => {}
                        Value::Null | Value::List(_) | Value::Map(_) | Value::Shared(_) => {
                            self.fault(FaultKind::WrongType, Element::Sid, value.span, None);
                        }
                    }
                }
                "Effect" => {
                    let next = self.effect(value);
                    effect = if effect == Effect::Invalid || effect == next { next } else { Effect::Unknown };
                }
                "Principal" => self.principals(value, &mut principals.only, false),
                "NotPrincipal" => self.principals(value, &mut principals.except, true),
                "Action" => self.actions(value, &mut actions.only, Element::Actions, Element::Action),
                "NotAction" => {
                    self.actions(value, &mut actions.except, Element::NotActions, Element::NotAction);
                }
                "Resource" => {
                    self.texts(value, &mut resources.only, Element::Resources, Element::Resource);
                }
                "NotResource" => {
                    self.texts(value, &mut resources.except, Element::NotResources, Element::NotResource);
                }
                _ => self.conditions(value, conditions.get_or_insert_default()),
            }
        }
        self.check_statement(&seen, value.span, hidden.is_some());
        self.places.sids.push(sid);
        self.policy.statements.push(Statement {
            effect,
            principals: principals.finish(),
            actions: actions.finish(),
            resources: resources.finish(),
            conditions: conditions.map(Vec::into_boxed_slice),
        });
        if let Some(span) = hidden {
            // An element of which not even the name is known may change everything about the statement.
            let last = self.policy.statements.len() - 1;
            self.policy.statements[last] = Statement::unknown(Unknown::Mismatch);
            self.places.parts.push((self.path(Element::Conditions), span));
        }
    }

    fn check_statement(&mut self, seen: &[bool; STATEMENT_ELEMENTS.len()], span: Span, hidden: bool) {
        let has =
            |name: &str| STATEMENT_ELEMENTS.iter().zip(seen).any(|(element, &seen)| *element == name && seen);
        if !has("Effect") && !hidden {
            self.fault(FaultKind::MissingEffect, Element::Statement, span, None);
        }
        if !has("Action") && !has("NotAction") && !hidden {
            self.fault(FaultKind::MissingAction, Element::Statement, span, None);
        }
        for (name, negation, element) in [
            ("Principal", "NotPrincipal", Element::NotPrincipals),
            ("Action", "NotAction", Element::NotActions),
            ("Resource", "NotResource", Element::NotResources),
        ] {
            if has(name) && has(negation) {
                let path = self.path(element);
                let written = self.places.parts.iter().find(|(known, _)| *known == path);
                let span = written.map_or(span, |&(_, span)| span);
                self.fault(FaultKind::BothPolarities, element, span, None);
            }
        }
    }

    fn effect(&mut self, value: &Located<Value>) -> Effect {
        self.places.parts.push((self.path(Element::Effect), value.span));
        let meant = match &value.value {
            Value::Unknown(_) => return Effect::Unknown,
            Value::Text(text) => match text.as_literal(self.vocabulary) {
                Some("Allow") => return Effect::Allow,
                Some("Deny") => return Effect::Deny,
                Some(literal) => close(literal.trim(), ["Allow", "Deny"].into_iter()),
                None => return Effect::Unknown,
            },
            Value::Null | Value::List(_) | Value::Map(_) | Value::Shared(_) => None,
        };
        self.fault(FaultKind::InvalidEffect, Element::Effect, value.span, meant);
        Effect::Invalid
    }

    fn principals(&mut self, value: &Located<Value>, into: &mut Option<Vec<Principal>>, negated: bool) {
        let whole = if negated { Element::NotPrincipals } else { Element::Principals };
        self.places.parts.push((self.path(whole), value.span));
        let principals = into.get_or_insert_default();
        match &value.value {
            Value::Map(entries) => {
                if entries.is_empty() {
                    self.fault(FaultKind::EmptyList, whole, value.span, None);
                }
                let mut seen = Vec::new();
                for entry in entries {
                    let key = self.principal_key(entry, whole, &mut seen);
                    self.principal_values(key, &entry.value, principals, negated);
                }
            }
            // `Principal: "*"`; a list there is no valid policy, but says what is meant.
            _ => self.principal_values(PrincipalKey::Bare, value, principals, negated),
        }
    }

    fn principal_key(&mut self, entry: &Entry, whole: Element, seen: &mut Vec<PrincipalKey>) -> PrincipalKey {
        let span = entry.key.span;
        let Some(written) = entry.key.value.as_literal(self.vocabulary) else { return PrincipalKey::Unknown };
        let Some(&(name, key)) = PRINCIPAL_KEYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(written))
        else {
            let meant = close(written, PRINCIPAL_KEYS.iter().map(|(name, _)| *name));
            self.fault(FaultKind::UnknownPrincipalKey, whole, span, meant);
            return PrincipalKey::Invalid;
        };
        if name != written {
            self.fault(FaultKind::WrongCase, whole, span, Some(name));
        }
        if seen.contains(&key) {
            self.fault(FaultKind::DuplicateKey, whole, span, None);
        }
        seen.push(key);
        key
    }

    fn principal_values(
        &mut self,
        key: PrincipalKey,
        value: &Located<Value>,
        into: &mut Vec<Principal>,
        negated: bool,
    ) {
        let (whole, one): (Element, fn(u16) -> Element) = if negated {
            (Element::NotPrincipals, Element::NotPrincipal)
        } else {
            (Element::Principals, Element::Principal)
        };
        for (item, span) in self.items(value, whole) {
            let index = u16::try_from(into.len()).unwrap_or(u16::MAX);
            self.places.parts.push((self.path(one(index)), span));
            let form = match &item {
                Item::Text(text) => classify(key, text, self.vocabulary),
                Item::Unknown(_) => PrincipalForm::Unknown,
            };
            if key == PrincipalKey::Bare && matches!(form, PrincipalForm::Invalid) {
                self.fault(FaultKind::BarePrincipal, one(index), span, None);
            }
            into.push(Principal { key, value: item, form });
        }
    }

    fn actions(
        &mut self,
        value: &Located<Value>,
        into: &mut Option<Vec<Item>>,
        whole: Element,
        one: fn(u16) -> Element,
    ) {
        let first = into.as_ref().map_or(0, Vec::len);
        self.texts(value, into, whole, one);
        // `texts` has just written down the places of these items, one after the other.
        let read = into.as_ref().map_or(0, Vec::len) - first;
        let places = self.places.parts.len() - read;
        for (index, item) in into.iter().flatten().enumerate().skip(first) {
            let literal = item.text().and_then(|text| text.as_literal(self.vocabulary));
            if literal.is_some_and(|literal| literal != "*" && !literal.contains(':')) {
                let (path, span) = self.places.parts[places + index - first];
                self.push_fault(FaultKind::ActionWithoutService, Some(path), span, None);
            }
        }
    }

    fn texts(
        &mut self,
        value: &Located<Value>,
        into: &mut Option<Vec<Item>>,
        whole: Element,
        one: fn(u16) -> Element,
    ) {
        self.places.parts.push((self.path(whole), value.span));
        let texts = into.get_or_insert_default();
        for (item, span) in self.items(value, whole) {
            let index = u16::try_from(texts.len()).unwrap_or(u16::MAX);
            self.places.parts.push((self.path(one(index)), span));
            texts.push(item);
        }
    }

    fn conditions(&mut self, value: &Located<Value>, into: &mut Vec<Test>) {
        self.places.parts.push((self.path(Element::Conditions), value.span));
        let Some(operators) = self.entries(value, Element::Conditions) else {
            self.unknown_test(value, into);
            return;
        };
        if operators.is_empty() {
            self.fault(FaultKind::EmptyCondition, Element::Conditions, value.span, None);
        }
        let mut seen: Vec<Operator> = Vec::new();
        for entry in operators {
            let operator = self.operator(&entry.key, &mut seen);
            let Some(keys) = self.entries(&entry.value, Element::Conditions) else {
                let test = self.unknown_test(&entry.value, into);
                into[usize::from(test)].operator = operator;
                self.places.parts.push((self.path(Element::Operator(test)), entry.key.span));
                continue;
            };
            if keys.is_empty() {
                self.fault(FaultKind::EmptyCondition, Element::Conditions, entry.key.span, None);
            }
            let mut seen = FxHashSet::default();
            for key in keys {
                if into.len() == MOST {
                    self.fault(FaultKind::TooLarge, Element::Conditions, key.key.span, None);
                    into.push(Test::unknown(Unknown::Budget));
                    return;
                }
                self.test(operator, entry.key.span, key, &mut seen, into);
            }
        }
    }

    fn operator(&mut self, key: &Located<Text>, seen: &mut Vec<Operator>) -> Operator {
        let Some(written) = key.value.as_literal(self.vocabulary) else { return Operator::UNKNOWN };
        let operator = Operator::parse(written);
        let whole = Element::Conditions;
        match operator.name() {
            None => {
                let meant = close_operator(written);
                self.fault(FaultKind::UnknownOperator, whole, key.span, meant.as_deref());
            }
            Some(name) => {
                if name != written {
                    self.fault(FaultKind::WrongCase, whole, key.span, Some(&name));
                }
                if seen.contains(&operator) {
                    self.fault(FaultKind::DuplicateKey, whole, key.span, None);
                }
                seen.push(operator);
            }
        }
        if operator.comparator == Comparator::Null && operator.if_exists {
            self.fault(FaultKind::NullIfExists, whole, key.span, None);
        }
        operator
    }

    /// Reads one key under an operator. `seen` holds the keys under the same operator, folded.
    fn test(
        &mut self,
        operator: Operator,
        at: Span,
        entry: &Entry,
        seen: &mut FxHashSet<Result<String, Text>>,
        into: &mut Vec<Test>,
    ) {
        let test = u16::try_from(into.len()).unwrap_or(u16::MAX);
        let key = &entry.key.value;
        let folded = key.as_literal(self.vocabulary).map(str::to_ascii_lowercase).ok_or_else(|| key.clone());
        if !seen.insert(folded) {
            self.fault(FaultKind::DuplicateKey, Element::Key(test), entry.key.span, None);
        }
        self.places.parts.push((self.path(Element::Operator(test)), at));
        self.places.parts.push((self.path(Element::Key(test)), entry.key.span));
        self.places.parts.push((self.path(Element::Values(test)), entry.value.span));
        let mut values = Vec::new();
        for (item, span) in self.items(&entry.value, Element::Values(test)) {
            let value = u16::try_from(values.len()).unwrap_or(u16::MAX);
            self.places.parts.push((self.path(Element::Test { test, value }), span));
            values.push(item);
        }
        into.push(Test { operator, key: Item::Text(entry.key.value.clone()), values: values.into() });
    }

    fn unknown_test(&mut self, value: &Located<Value>, into: &mut Vec<Test>) -> u16 {
        let test = u16::try_from(into.len()).unwrap_or(u16::MAX);
        let why = if let Value::Unknown(why) = value.value { why } else { Unknown::Mismatch };
        into.push(Test::unknown(why));
        self.places.parts.push((self.path(Element::Key(test)), value.span));
        test
    }

    /// The entries of a mapping. `None` if it is none: unknown, or a fault.
    fn entries<'d>(&mut self, value: &'d Located<Value>, element: Element) -> Option<&'d [Entry]> {
        match &value.value {
            Value::Map(entries) => return Some(entries),
            Value::Unknown(_) => {}
            Value::Text(text) if text.as_literal(self.vocabulary).is_none() => {}
            Value::Text(_) | Value::Null | Value::List(_) | Value::Shared(_) => {
                self.fault(FaultKind::WrongType, element, value.span, None);
            }
        }
        None
    }

    /// The values of a scalar or list, each with its place.
    fn items(&mut self, value: &Located<Value>, element: Element) -> Vec<(Item, Span)> {
        let Value::List(list) = &value.value else { return vec![(self.item(value, element), value.span)] };
        if list.is_empty() {
            self.fault(FaultKind::EmptyList, element, value.span, None);
        }
        let mut items: Vec<_> =
            list.iter().take(MOST).map(|item| (self.item(item, element), item.span)).collect();
        if let Some(next) = list.get(MOST) {
            self.fault(FaultKind::TooLarge, element, next.span, None);
            items.push((Item::Unknown(Unknown::Budget), next.span));
        }
        items
    }

    fn item(&mut self, value: &Located<Value>, element: Element) -> Item {
        match &value.value {
            Value::Text(text) => Item::Text(text.clone()),
            Value::Unknown(why) => Item::Unknown(*why),
            Value::Null | Value::List(_) | Value::Map(_) | Value::Shared(_) => {
                self.fault(FaultKind::WrongType, element, value.span, None);
                Item::Unknown(Unknown::Mismatch)
            }
        }
    }

    /// Which of `names` a key is.
    fn key(
        &mut self,
        entry: &Entry,
        names: &[&'static str],
        seen: &mut [bool],
        within: Option<Element>,
    ) -> Key {
        let span = entry.key.span;
        let Some(written) = entry.key.value.as_literal(self.vocabulary) else { return Key::Unknown };
        let path = within.map(|element| self.path(element));
        let Some(index) = names.iter().position(|name| name.eq_ignore_ascii_case(written)) else {
            let meant = close(written, names.iter().copied());
            self.push_fault(FaultKind::UnknownElement, path, span, meant);
            return Key::Invalid;
        };
        if names[index] != written {
            self.push_fault(FaultKind::WrongCase, path, span, Some(names[index]));
        }
        if std::mem::replace(&mut seen[index], true) {
            self.push_fault(FaultKind::DuplicateKey, path, span, None);
        }
        Key::Known(index)
    }

    const fn path(&self, element: Element) -> PolicyPath {
        PolicyPath::new(self.statement, element)
    }

    fn fault(&mut self, kind: FaultKind, element: Element, span: Span, meant: Option<&str>) {
        let path = self.path(element);
        self.push_fault(kind, Some(path), span, meant);
    }

    fn fault_of_document(&mut self, kind: FaultKind, span: Span, meant: Option<&str>) {
        self.push_fault(kind, None, span, meant);
    }

    fn push_fault(&mut self, kind: FaultKind, path: Option<PolicyPath>, span: Span, meant: Option<&str>) {
        self.places.faults.push(Fault { kind, path, span, did_you_mean: meant.map(str::to_owned) });
    }
}

/// The candidate that is most like what is written, if it is close enough to be meant.
fn close<'c>(written: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let written = written.to_ascii_lowercase();
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(&written, &candidate.to_ascii_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The operator that is most like what is written, with the modifiers that are.
fn close_operator(written: &str) -> Option<String> {
    // A long key is no misspelt operator, and comparing it would cost more than it tells.
    if written.len() > 64 {
        return None;
    }
    let (set, rest) = written.split_once(':').map_or((None, written), |(set, rest)| (Some(set), rest));
    let set = match set {
        None => "",
        Some(set) => close(set, ["ForAllValues", "ForAnyValue"].into_iter())?,
    };
    let lower = rest.to_ascii_lowercase();
    let (base, suffix) =
        lower.strip_suffix("ifexists").map_or((lower.as_str(), ""), |base| (base, "IfExists"));
    let base = close(base, Comparator::NAMED.iter().map(|(name, _)| *name))?;
    Some(format!("{set}{}{base}{suffix}", if set.is_empty() { "" } else { ":" }))
}

#[cfg(test)]
mod tests;
