//! Subjects that customers put together from claims (GitHub's): the issuer may have claims that nobody here knows yet,
//! so that a subject with an unknown name in the place of a claim's is no proof of a mistake.

use super::view::View;
use crate::knowledge::sender::{Format, Piece, Sender, Values};
use crate::policy::{Comparator, Effect, Item, Policy, Test};
use crate::value::{SymbolId, Text, Unknown};

/// The policy as it is to be read if all names in the place of a claim's are names of claims: without these segments
/// of subjects, which says the same of the rest. `None` if all names are known.
pub(super) fn believed(view: &View<'_>, policy: &Policy) -> Option<Policy> {
    let mut policy = policy.clone();
    let mut changed = false;
    for statement in &mut policy.statements {
        // More is admitted than before by what must fit to allow, and by what must not fit to deny.
        let denies = statement.effect != Effect::Allow;
        for test in statement.conditions.iter_mut().flatten() {
            if test.operator.comparator.is_negated() == denies {
                for index in 0..test.values.len() {
                    if let Some(value) = believed_value(view, test, &test.values[index]) {
                        test.values[index] = value;
                        changed = true;
                    }
                }
            }
        }
    }
    changed.then_some(policy)
}

/// A value of a test as it is to be read if all names in the place of a claim's are names of claims. `None` if they
/// are known, or the test is not about such a subject.
pub(super) fn believed_value(view: &View<'_>, test: &Test, value: &Item) -> Option<Item> {
    use Comparator as Is;
    let vocabulary = view.analysis.vocabulary;
    let is_pattern = matches!(test.operator.comparator, Is::StringLike | Is::StringNotLike);
    let is_text = matches!(
        test.operator.comparator,
        Is::StringEquals | Is::StringNotEquals | Is::StringEqualsIgnoreCase | Is::StringNotEqualsIgnoreCase
    );
    if !is_pattern && !is_text {
        return None;
    }
    let choices = choices(&view.sender, &test.literal_key(vocabulary)?.to_ascii_lowercase())?;
    let text = value.text()?.with_tokens(vocabulary)?;
    let rest = without_unknown(&text, is_pattern, &view.sender, choices)?;
    Some(match rest.chars().any(SymbolId::is_token) {
        true => Item::Unknown(Unknown::Mismatch),
        false => Item::Text(Text::of(vocabulary, vocabulary.names.intern(&rest))),
    })
}

/// What the values of a claim are put together from.
fn choices<'s>(sender: &'s Sender, key: &str) -> Option<&'s [Format]> {
    let claims = sender.kinds.iter().filter_map(|kind| kind.claim(key));
    let formats = claims.filter_map(|claim| match &claim.values {
        Values::One(formats) => Some(formats),
        _ => None,
    });
    formats.flatten().find_map(|format| match format.0.as_slice() {
        [Piece::Segments { choices, separator, .. }] if separator == ":" => Some(choices.as_slice()),
        _ => None,
    })
}

/// `subject` without the segments `NAME:VALUE` of which the name is not known. `None` if there are none.
fn without_unknown(subject: &str, is_pattern: bool, sender: &Sender, choices: &[Format]) -> Option<String> {
    let is_open = |part: &str| part.contains(SymbolId::is_token) || (is_pattern && part.contains(['*', '?']));
    let mut known = Vec::new();
    let mut changed = false;
    let mut parts = subject.split(':').peekable();
    while let Some(name) = parts.next() {
        known.push(name);
        // A wildcard may stand for whole segments, and some segments are one word.
        if is_open(name) || parts.peek().is_none() || choices.iter().any(|choice| is_word(choice, name)) {
            continue;
        }
        let value = parts.next().unwrap_or_default();
        let is_name = |character: char| {
            character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '_' | '-')
        };
        if name.is_empty() || !name.chars().all(is_name) || is_claim(sender, choices, name) {
            known.push(value);
        } else {
            known.pop();
            changed = true;
        }
    }
    let nothing_left = || choices.iter().find_map(word).unwrap_or_default().to_owned();
    changed.then(|| if known.is_empty() { nothing_left() } else { known.join(":") })
}

/// The only text of a segment that has no value.
fn word(choice: &Format) -> Option<&str> {
    match choice.0.as_slice() {
        [Piece::Literal(word)] if !word.contains(':') => Some(word),
        _ => None,
    }
}

fn is_word(choice: &Format, name: &str) -> bool {
    word(choice) == Some(name)
}

fn is_claim(sender: &Sender, choices: &[Format], name: &str) -> bool {
    choices.iter().any(|choice| match choice.0.first() {
        Some(Piece::Literal(start)) => start.split_once(':').is_some_and(|(known, _)| known == name),
        Some(Piece::Variable(id) | Piece::Fresh(id)) => {
            sender.variables[usize::from(*id)].language.admits(name)
        }
        Some(Piece::Segments { .. }) | None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Issuers;

    #[test]
    fn segments_with_unknown_names_are_left_out() {
        let issuer = "token.actions.githubusercontent.com";
        let (sender, _) = Issuers::default().web_identity(issuer).expect("the built-in file is right");
        let choices = choices(&sender, &format!("{issuer}:sub")).expect("subjects are put together");
        for (subject, rest) in [
            ("repo:acme/app:new_claim:value", Some("repo:acme/app")),
            ("new_claim:value:repo:acme/app:ref:refs/heads/main", Some("repo:acme/app:ref:refs/heads/main")),
            ("repo:acme/app:pull_request:one:x:two:y", Some("repo:acme/app:pull_request")),
            ("repo:acme/*:new_claim:*", Some("repo:acme/*")),
            ("*:new_claim:value", Some("*")),
            ("new_claim:value", Some("pull_request")),
            // Known names, whatever their values are.
            ("repo:acme/app:ref:main", None),
            ("repo:acme/app@1:environment:prod", None),
            ("repo:acme/app:runner_environment:self-hosted", None),
            ("repo:acme/app:repo_property_team:web", None),
            // No names of claims.
            ("repo:acme/app:main", None),
            ("repo:acme/app:refs/heads/main:x", None),
            ("repo:acme/app:Environment:prod", None),
            ("repo:acme/app:*", None),
            ("acme/app", None),
        ] {
            assert_eq!(without_unknown(subject, true, &sender, choices).as_deref(), rest, "{subject}");
        }
        // Compared as it is.
        assert_eq!(without_unknown("repo:acme/app:*", false, &sender, choices), None);
    }
}
