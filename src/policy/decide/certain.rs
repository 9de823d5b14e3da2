//! Questions in which nothing is unknown: what is possible there is sure, and need not be decided twice.
//!
//! Where texts have no symbols, tests say what is documented, and sources tell all that is asked of the sender, the two ends
//! of a decision differ in one thing only: what a sender is not known for sure to send is possible, and not sure.

use std::rc::Rc;

use super::standard::Standard;
use super::{FEW, Party, Question, SESSION, Witness, empty, has_symbols, key_of, same_key};
use crate::knowledge::sender::{Format, Measure, Piece, Presence, Sender, Values, VariableId};
use crate::policy::solve::{Wanted, has_token, other_spelling};
use crate::policy::workshop::Workshop;
use crate::policy::written::is_arn;
use crate::policy::{
    Comparator, Effect, Item, Policy, Principal, PrincipalForm, PrincipalKey, Statement, Test,
};
use crate::value::{Comparison, Text, Vocabulary};

/// What is known of a policy that is asked about.
pub(in crate::policy) struct Looked {
    policy: Policy,
    party: Party,
    /// Whether nothing that it says, or asks of the sender, is unknown.
    is_certain: bool,
    /// The same with standard names.
    standard: Option<Standard>,
}

/// The most policies of which that is kept. About a role, questions are asked about several, one after the other.
const KEPT: usize = 4;

/// A question in which nothing is unknown.
pub(super) struct Certain(Rc<Looked>);

impl Certain {
    /// `None` if something that a question says, or asks of the sender, is unknown. Only of the sender that the workshop is
    /// about, of which much is found out once.
    pub(super) fn of(
        workshop: &mut Workshop<'_>,
        question: &Question<'_>,
        vocabulary: &Vocabulary,
    ) -> Option<Self> {
        if !workshop.is_about(question.sender) {
            return None;
        }
        let is_same =
            |known: &&Rc<Looked>| known.policy == *question.policy && known.party == *question.party;
        let looked = match workshop.looked.iter().find(is_same) {
            Some(known) => Rc::clone(known),
            None => {
                let is_certain = is_certain(workshop, question, vocabulary);
                let looked = Rc::new(Looked {
                    policy: question.policy.clone(),
                    party: question.party.clone(),
                    is_certain,
                    standard: if is_certain {
                        Standard::of(&mut workshop.standards, question, vocabulary)
                    } else {
                        None
                    },
                });
                workshop.looked.truncate(KEPT - 1);
                workshop.looked.insert(0, Rc::clone(&looked));
                looked
            }
        };
        let is_plain = |wanted: &Wanted| is_plain(wanted, question.sender);
        (looked.is_certain && question.wanted.iter().all(is_plain)).then_some(Self(looked))
    }

    /// The same with standard names, if it has names.
    pub(super) fn standard(&self) -> Option<&Standard> {
        self.0.standard.as_ref()
    }
}

/// Whether nothing that a policy says, or asks of the sender of the workshop, is unknown.
fn is_certain(workshop: &mut Workshop<'_>, question: &Question<'_>, vocabulary: &Vocabulary) -> bool {
    let sender = question.sender;
    let statements = &question.policy.statements;
    statements.iter().all(|statement| is_known(statement, question, vocabulary))
        && !workshop.answers.sends_symbols(sender)
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
    let compares_arns = matches!(test.operator.comparator, Comparator::ArnEquals | Comparator::ArnLike);
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
    // Whether what is no ARN is like one is not documented.
    let is_arn = |item: &Item| item.text().is_some_and(|text| is_arn(text, vocabulary));
    (compares || (compares_arns && test.values.iter().all(is_arn)))
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
