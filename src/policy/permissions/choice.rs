//! What a session chooses: conditions on keys that it fills by what it asks for, and by where and when it does so.
//!
//! One choice must do for all policies that count, so a few values are tried for each key: those that the conditions name,
//! one that they do not, and none. An answer is sure only if one of these choices makes it so.

use std::sync::Arc;

use super::condition::holds;
use super::{Ask, Permissions, carriers};
use crate::knowledge::actions::ActionSet;
use crate::policy::evaluate::compare::instant;
use crate::policy::evaluate::{Context, ContextValue};
use crate::policy::{Comparator, Test};
use crate::value::{Bounds, Vocabulary};

/// The conditions of a statement on what the session chooses.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    tests: Vec<Test>,
    pub(super) keys: Vec<Key>,
    /// True if some choice may meet them.
    pub(super) can_hold: bool,
    /// True if some choice may not.
    pub(super) can_fail: bool,
}

/// A key, and what can be chosen for it as far as one statement looks at it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    name: String,
    values: Vec<Option<ContextValue>>,
    /// The actions whose requests can have the key; `None` if all can.
    pub(super) carriers: Option<Arc<ActionSet>>,
}

/// Keys that every request of a session has.
const ALWAYS: &[&str] = &["aws:currenttime", "aws:epochtime", "aws:requestedregion", "aws:securetransport"];

/// Keys that a session may fill or not, by how and from where it asks.
const CHOSEN: &[&str] = &[
    "aws:referer",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:tagkeys",
    "aws:useragent",
    "aws:vpcsourceip",
    "kms:viaservice",
    "s3:delimiter",
    "s3:max-keys",
    "s3:prefix",
    "s3:signatureversion",
    "s3:tlsversion",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
];

/// Keys that say that a service asks in the session's name, which the session cannot say itself.
const BY_SERVICE: &[&str] =
    &["aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:viaawsservice"];

/// Beginnings of keys that are chosen.
const PREFIXES: &[&str] = &["aws:requesttag/", "s3:requestobjecttag/"];

/// How many choices are tried at most.
const MOST: usize = 512;

/// How far apart times are that are tried, in nanoseconds.
const SECOND: i128 = 1_000_000_000;

/// Whether a session chooses what a test is about. A time is chosen by who waits.
pub(super) fn is_chosen(key: &str, test: &Test, now: Option<i128>, vocabulary: &Vocabulary) -> bool {
    let is_known = ALWAYS.contains(&key)
        || CHOSEN.contains(&key)
        || BY_SERVICE.contains(&key)
        || PREFIXES.iter().any(|prefix| key.starts_with(prefix));
    let is_time = matches!(key, "aws:currenttime" | "aws:epochtime");
    let texts = || test.values.iter().map(|value| value.text()?.with_tokens(vocabulary));
    // What a variable holds is not chosen.
    let is_plain = texts().all(|text| text.is_some_and(|text| !text.contains("${")));
    let is_instant = || texts().all(|text| text.is_some_and(|text| instant(&text).is_some()));
    is_known && is_plain && (!is_time || (now.is_some() && is_instant()))
}

impl Choice {
    pub(super) fn new(tests: Vec<(String, Test)>, now: Option<i128>, vocabulary: &Vocabulary) -> Self {
        let mut keys: Vec<Key> = Vec::new();
        let (mut can_hold, mut can_fail) = (true, false);
        for (name, test) in &tests {
            let by_service = BY_SERVICE.contains(&name.as_str());
            let values = values(name, test, now, vocabulary);
            let truths = values.iter().map(|value| {
                let mut context = Context::new();
                if let Some(value) = value {
                    context.set(name, value.clone());
                }
                holds(test, &context, vocabulary)
            });
            let (may_hold, may_fail) = truths
                .fold((false, false), |(hold, fail), truth| (hold || truth.possible, fail || !truth.sure));
            can_hold &= may_hold || by_service;
            can_fail |= may_fail || by_service;
            match keys.iter_mut().find(|key| key.name == *name) {
                Some(key) => key.add(values),
                None => keys.push(Key { name: name.clone(), values, carriers: carriers_of(name) }),
            }
        }
        Self { tests: tests.into_iter().map(|(_, test)| test).collect(), keys, can_hold, can_fail }
    }

    /// Whether all conditions hold of a request.
    pub(super) fn holds(&self, context: &Context, vocabulary: &Vocabulary) -> Bounds<bool> {
        let truths = self.tests.iter().map(|test| holds(test, context, vocabulary));
        truths.fold(Bounds::decided(true), Bounds::<bool>::and)
    }
}

impl Key {
    fn add(&mut self, values: Vec<Option<ContextValue>>) {
        for value in values {
            if !self.values.contains(&value) {
                self.values.push(value);
            }
        }
    }
}

/// The actions whose requests can have a key, where not all can.
fn carriers_of(key: &str) -> Option<Arc<ActionSet>> {
    let global = key.starts_with("aws:") && !key.starts_with("aws:requesttag/") && key != "aws:tagkeys";
    (!global).then(|| carriers(key))
}

/// What is tried for a key because of one test.
fn values(key: &str, test: &Test, now: Option<i128>, vocabulary: &Vocabulary) -> Vec<Option<ContextValue>> {
    let one = |text: &str| Some(ContextValue::One(text.to_owned()));
    let written: Vec<String> =
        test.values.iter().filter_map(|value| value.text()?.with_tokens(vocabulary)).collect();
    let mut values = match key {
        "aws:viaawsservice" => return vec![one("false")],
        _ if BY_SERVICE.contains(&key) => return vec![None],
        "aws:currenttime" | "aws:epochtime" => {
            let Some(now) = now else { return Vec::new() };
            let times = written.iter().filter_map(|text| instant(text));
            let near = times.flat_map(|time| [time - SECOND, time, time + SECOND]);
            let later = near.filter(|time| *time >= now).chain([now]);
            return later.map(|time| one(&(time / SECOND).to_string())).collect();
        }
        "aws:requestedregion" => ["eu-west-1", "us-east-1", "ap-southeast-2"].map(one).to_vec(),
        "aws:securetransport" => return ["true", "false"].map(one).to_vec(),
        "aws:sourceip" | "aws:vpcsourceip" => vec![one("192.0.2.1")],
        "aws:tagkeys" => {
            let all = |keys: &[String]| Some(ContextValue::Many(keys.to_vec()));
            let keys: Vec<String> = written.iter().map(|text| filled(text, test)).collect();
            let single = keys.iter().map(|key| all(std::slice::from_ref(key)));
            return single.chain([None, all(&keys), all(&["other".to_owned()])]).collect();
        }
        _ => vec![one("other")],
    };
    if !ALWAYS.contains(&key) {
        values.push(None);
    }
    for text in &written {
        let number = text.parse::<i64>().ok();
        match (test.operator.comparator, number) {
            (Comparator::Null, _) => {}
            (Comparator::Bool, _) => values.extend(["true", "false"].map(one)),
            (Comparator::IpAddress | Comparator::NotIpAddress, _) => {
                values.push(one(text.split('/').next().unwrap_or_default()));
            }
            (_, Some(number)) => {
                let near = [number.checked_sub(1), Some(number), number.checked_add(1)];
                values.extend(near.into_iter().flatten().map(|number| one(&number.to_string())));
            }
            // No region has a wildcard in its name.
            _ if key == "aws:requestedregion" && filled(text, test).contains(['*', '?']) => {}
            _ => values.push(one(&filled(text, test))),
        }
    }
    values
}

/// A text that a pattern matches.
fn filled(pattern: &str, test: &Test) -> String {
    match test.operator.comparator {
        Comparator::StringEquals
        | Comparator::StringEqualsIgnoreCase
        | Comparator::StringNotEquals
        | Comparator::StringNotEqualsIgnoreCase => pattern.to_owned(),
        _ => pattern.replace('*', "").replace('?', "x"),
    }
}

impl Permissions {
    /// Whether an answer that some choice might make sure is sure for one choice.
    pub(super) fn chosen(
        &self,
        ask: Ask<'_>,
        answer: impl Fn(&Self, Ask<'_>) -> Bounds<bool>,
    ) -> Bounds<bool> {
        let optimistic = answer(self, ask);
        let keys = if optimistic.sure { self.keys(&ask) } else { Vec::new() };
        if keys.is_empty() {
            return optimistic;
        }
        let choices = keys.iter().map(|key| key.values.len()).try_fold(1_usize, usize::checked_mul);
        let count = choices.map_or(MOST, |count| count.min(MOST));
        let is_sure = |number: usize| {
            let mut rest = number;
            let mut context = Context::new();
            for key in &keys {
                let value = key.values.get(rest % key.values.len()).cloned().flatten();
                rest /= key.values.len();
                if let Some(value) = value.filter(|_| key.is_carried(&ask)) {
                    context.set(&key.name, value);
                }
            }
            is_consistent(&context, &keys) && answer(self, Ask { context: Some(&context), ..ask }).sure
        };
        Bounds { sure: (0..count).any(is_sure), ..optimistic }
    }

    /// The keys that decide over an action, with all that is tried for each.
    fn keys(&self, ask: &Ask<'_>) -> Vec<Key> {
        let mut keys: Vec<Key> = Vec::new();
        for statement in self.statements().filter(|one| one.actions.possible.contains(ask.action)) {
            for key in statement.conditions.choice.iter().flat_map(|choice| &choice.keys) {
                match keys.iter_mut().find(|known| known.name == key.name) {
                    Some(known) => known.add(key.values.clone()),
                    None => keys.push(key.clone()),
                }
            }
        }
        keys.retain(|key| !key.values.is_empty());
        keys
    }
}

impl Key {
    fn is_carried(&self, ask: &Ask<'_>) -> bool {
        self.carriers.as_ref().is_none_or(|carriers| carriers.contains(ask.action))
    }
}

/// Whether one request can have these values: what depends on each other is not chosen separately.
fn is_consistent(context: &Context, keys: &[Key]) -> bool {
    let is_key = |name: &str| keys.iter().any(|key| key.name == name);
    let has = |name: &str| context.get(name).is_some();
    // There is one clock.
    if is_key("aws:currenttime") && is_key("aws:epochtime") {
        return false;
    }
    // Through an endpoint of a VPC there is no public address.
    let endpoint = ["aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpcsourceip"];
    if is_key("aws:sourceip")
        && endpoint.iter().any(|name| is_key(name))
        && has("aws:sourceip") == endpoint.iter().any(|name| has(name))
    {
        return false;
    }
    let Some(ContextValue::Many(names)) = context.get("aws:tagkeys") else {
        return !is_key("aws:tagkeys") || !keys.iter().any(|key| is_tag(&key.name) && has(&key.name));
    };
    keys.iter()
        .filter_map(|key| Some((key, key.name.strip_prefix("aws:requesttag/")?)))
        .all(|(key, tag)| has(&key.name) == names.iter().any(|name| name.eq_ignore_ascii_case(tag)))
}

fn is_tag(key: &str) -> bool {
    key.starts_with("aws:requesttag/")
}
