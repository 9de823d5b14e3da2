//! Questions in which nothing is unknown: what is possible there is sure, and need not be decided twice.
//!
//! Where texts have no symbols, tests say what is documented, and sources tell all that is asked of the sender, the two ends
//! of a decision differ in one thing only: what a sender is not known for sure to send is possible, and not sure.

use super::{FEW, Party, Question, SESSION, Witness, empty, has_symbols, key_of, same_key};
use crate::knowledge::sender::{Format, Measure, Piece, Presence, Sender, Values, VariableId};
use crate::policy::solve::{Wanted, has_token, other_spelling};
use crate::policy::workshop::Workshop;
use crate::policy::{Comparator, Effect, Item, Principal, PrincipalForm, PrincipalKey, Statement, Test};
use crate::value::{Comparison, Text, Vocabulary};

/// Whether nothing that a question says, or asks of the sender, is unknown. Only of the sender that the workshop is about,
/// of which much is found out once.
pub(super) fn is_certain(
    workshop: &mut Workshop<'_>,
    question: &Question<'_>,
    vocabulary: &Vocabulary,
) -> bool {
    let sender = question.sender;
    let statements = &question.policy.statements;
    workshop.is_about(sender)
        && statements.iter().all(|statement| is_known(statement, question, vocabulary))
        && !workshop.answers.sends_symbols(sender)
        && question.wanted.iter().all(|wanted| is_plain(wanted, sender))
        && {
            let tests = statements.iter().flat_map(|statement| statement.conditions.iter().flatten());
            let says_who: &[&str] = match question.party {
                Party::Aws => &["aws:principalaccount", "aws:principalarn", SESSION],
                Party::Service(_) | Party::Federated(_) => &[],
            };
            let mut keys = tests.map(|test| key_of(test, vocabulary));
            keys.all(|key| workshop.has_known_values(sender, &key, has_known_values))
                && says_who.iter().all(|key| workshop.has_known_values(sender, key, has_known_values))
        }
}

/// Whether a request that is possible is sure, where nothing else is unknown.
pub(super) fn is_sent(sender: &Sender, witness: &Witness) -> bool {
    !sender.kinds[witness.kind].possible && !sender.exchanges[witness.exchange].possible
}

/// Whether it is known whom and what a statement covers, and what it asks.
fn is_known(statement: &Statement, question: &Question<'_>, vocabulary: &Vocabulary) -> bool {
    let mut actions = statement.actions.only.iter().chain(&statement.actions.except).flatten();
    let clause = &statement.principals;
    let mut principals = clause.only.iter().chain(&clause.except).flatten();
    let tests = statement.conditions.as_deref().unwrap_or_default();
    let twice = |(index, test): (usize, &Test)| {
        let mut others = tests[..index].iter();
        others.any(|other| other.operator == test.operator && same_key(other, test, vocabulary))
    };
    statement.effect != Effect::Unknown
        && !empty(statement)
        && tests.len() <= FEW
        && tests.iter().all(|test| is_documented(test, vocabulary))
        && !tests.iter().enumerate().any(twice)
        && principals.all(|principal| is_told_apart(principal, question.party, vocabulary))
        && !statement.actions.is_absent()
        && actions.all(|action| action.text().is_some_and(|text| text.as_literal(vocabulary).is_some()))
}

/// Whether a test compares with texts that are all known, in a way that is documented for all that a key may be.
fn is_documented(test: &Test, vocabulary: &Vocabulary) -> bool {
    let compares = matches!(
        test.operator.comparator,
        Comparator::StringEquals
            | Comparator::StringNotEquals
            | Comparator::StringEqualsIgnoreCase
            | Comparator::StringNotEqualsIgnoreCase
            | Comparator::StringLike
            | Comparator::StringNotLike
    );
    let is_known = |item: &Item| {
        let text = item.text().and_then(|text| text.as_literal(vocabulary));
        text.is_some_and(|text| !text.contains("${") && !has_token(text))
    };
    compares
        && test.operator.quantifier.is_none()
        && !test.values.is_empty()
        && is_known(&test.key)
        && test.values.iter().all(is_known)
}

/// Whether it is known if a principal covers the caller.
fn is_told_apart(principal: &Principal, party: &Party, vocabulary: &Vocabulary) -> bool {
    use PrincipalForm as Form;
    let Item::Text(text) = &principal.value else { return false };
    let is_decided = |left: &Text, right: &Text| left.compare(right, vocabulary) != Comparison::Undecided;
    match (party, &principal.form) {
        (_, Form::Unknown) => false,
        (Party::Service(_) | Party::Federated(_), Form::Everyone) => {
            !matches!(principal.key, PrincipalKey::Bare | PrincipalKey::Aws)
        }
        (Party::Service(host), Form::Service { host: other }) => is_decided(host, other),
        (
            Party::Federated(provider),
            Form::SamlProvider { .. } | Form::OidcProvider { .. } | Form::BuiltIn(_),
        ) => is_decided(provider, text),
        // Of other kinds of principals, no caller is one.
        (Party::Service(_) | Party::Federated(_), _) => true,
        (Party::Aws, _) => !has_symbols(text),
    }
}

/// Whether what is wished for has no symbols, of variables that are compared as texts.
fn is_plain(wanted: &Wanted, sender: &Sender) -> bool {
    let (variable, texts) = match wanted {
        Wanted::Exactly(variable, text) | Wanted::Stranger(variable, text) => {
            (*variable, std::slice::from_ref(text))
        }
        Wanted::NoneOf(variable, texts) => (*variable, texts.as_slice()),
        Wanted::InPlace => return true,
    };
    is_text(sender, variable) && !texts.iter().any(|text| has_token(text))
}

/// Whether of every kind of request it is known whether it has a key, and which texts may be its value.
fn has_known_values(sender: &Sender, key: &str) -> bool {
    sender.kinds.iter().all(|kind| match kind.claim(key) {
        Some(claim) => {
            let formats = match &claim.values {
                Values::One(formats) => formats,
                Values::Many { .. } => return false,
            };
            claim.presence != Presence::Undecided && formats.iter().all(|format| is_of_texts(format, sender))
        }
        None => other_spelling(key).is_none_or(|other| kind.claim(&other).is_none()),
    })
}

/// Whether all variables of a format are compared as texts.
fn is_of_texts(format: &Format, sender: &Sender) -> bool {
    format.0.iter().all(|piece| match piece {
        Piece::Literal(_) => true,
        Piece::Variable(variable) | Piece::Fresh(variable) => is_text(sender, *variable),
        Piece::Segments { choices, .. } => choices.iter().all(|choice| is_of_texts(choice, sender)),
    })
}

fn is_text(sender: &Sender, variable: VariableId) -> bool {
    sender.variables.get(usize::from(variable)).is_some_and(|variable| variable.measure == Measure::Text)
}
