//! One principal and one statement, for trying what a single test does to what the principal sends.

use std::sync::Arc;

use crate::facts::trust::saml;
use crate::facts::trust::view::{Ask, Kind as PrincipalKind, Sent, View};
use crate::knowledge::sender::{
    Claim, Control, Exchange, Format, Kind, Measure, Piece, Presence, Sender, Values, Variable, VariableId,
};
use crate::policy::{
    Answer, Bound, Clause, Comparator, Effect, Item, Operator, Policy, Principal, Quantifier, Statement,
    Test, Version,
};
use crate::value::{Bounds, Part, Shape, Text};

/// A principal and a statement that names it.
pub(super) struct Bench<'v, 'a> {
    pub(super) view: &'v View<'a>,
    statement: u16,
    /// The exchanges of which the statement allows, or denies, an action, as indices in [`Sender::exchanges`].
    exchanges: Vec<usize>,
}

/// Whom the modifier of a test lets in, whose token does not have the claim.
pub(super) struct Opening {
    /// Whether there is somebody.
    pub(super) opens: Bounds<bool>,
    /// Whether something else keeps out whoever does not have the claim.
    pub(super) needed_elsewhere: bool,
    /// A request that is let in.
    pub(super) witness: Option<Vec<(String, String)>>,
}

impl<'v, 'a> Bench<'v, 'a> {
    /// `None` if the statement is about nothing that the principal can ask for.
    pub(super) fn new(view: &'v View<'a>, statement: &Statement, index: u16) -> Option<Self> {
        let vocabulary = view.analysis.vocabulary;
        let is_covered = |exchange: &Exchange| {
            exchange.actions.iter().any(|action| statement.covers_action(action, vocabulary).possible)
        };
        let exchanges = view.sender.exchanges.iter().enumerate();
        let exchanges: Vec<usize> =
            exchanges.filter(|(_, of)| is_covered(of)).map(|(index, _)| index).collect();
        (!exchanges.is_empty()).then_some(Self { view, statement: index, exchanges })
    }

    /// Whether a key is there, for each kind of request.
    pub(super) fn presences(&self, key: &str) -> Vec<Presence> {
        let sender = &self.view.sender;
        let exchanges = self.exchanges.iter().map(|&index| &sender.exchanges[index]);
        let of = |exchange: &Exchange, kind: &Kind| match kind.claim(key) {
            Some(claim) if exchange.may_have(key) => claim.presence,
            _ => Presence::Never,
        };
        exchanges.flat_map(|exchange| sender.kinds.iter().map(move |kind| of(exchange, kind))).collect()
    }

    /// Whether there may be a request that does not satisfy a test.
    pub(super) fn restricts(&self, test: &Test) -> bool {
        self.may_fail(test, None)
    }

    /// Whether a test holds whatever the value of its key is.
    pub(super) fn accepts_any_value(&self, test: &Test, key: &str) -> bool {
        let Ok(any) = VariableId::try_from(self.view.sender.variables.len()) else { return false };
        let sender = self.view.variant(&self.view.sender, "any value", &[key], |sender| {
            let mut sender = sender.clone();
            sender.variables.push(Arc::new(anything()));
            let claim = Arc::new(Claim {
                key: key.to_owned(),
                presence: Presence::Always,
                values: Values::One(vec![Format(vec![Piece::Fresh(any)])]),
            });
            for kind in &mut sender.kinds {
                kind.claims.insert(0, Arc::clone(&claim));
            }
            for exchange in &mut sender.exchanges {
                exchange.without.clear();
            }
            sender.exactly_one.clear();
            sender.together.clear();
            sender
        });
        !self.may_fail(test, Some(Sent::Shared(&sender)))
    }

    /// Whether a value of a test is in no request, wherever the policy may be deployed.
    pub(super) fn is_dead(&self, test: &Test, value: &Item) -> bool {
        let Some(only) = self.only(test, value) else { return false };
        // Wildcards are escaped like policy variables, which the newer language has.
        let statements = vec![self.statement(Effect::Allow, vec![only])];
        let has_symbols = value.text().is_some_and(has_symbols);
        let version = if has_symbols { Version::V2012 } else { self.view.policy.version.clone() };
        let policy = Policy { version, statements };
        let elsewhere = || {
            let anywhere = saml::anywhere(self.view)?;
            Some(Sender { exchanges: self.view.sender.exchanges.clone(), ..Sender::clone(&anywhere) })
        };
        self.refuses(&policy, None)
            && elsewhere().is_none_or(|sender| self.refuses(&policy, Some(Sent::Once(&sender))))
    }

    /// A test of which only one value is left, and which needs its key to be there. A symbol in the value may be any
    /// text, also one that looks like what stands around it. `None` if that cannot be written.
    fn only(&self, test: &Test, value: &Item) -> Option<Test> {
        let text = value.text()?;
        // A missing key shall not count as a value that fits.
        let quantifier = test.operator.quantifier.map(|_| Quantifier::ForAnyValue);
        let mut operator = Operator { quantifier, if_exists: false, ..test.operator };
        let mut written = text.clone();
        if has_symbols(text) {
            let escaped = match test.operator.comparator {
                Comparator::StringEquals => true,
                Comparator::StringLike => false,
                _ => return None,
            };
            operator.comparator = Comparator::StringLike;
            let vocabulary = self.view.analysis.vocabulary;
            let mut pattern = String::new();
            for part in text.parts() {
                match part {
                    Part::Symbol(_) => pattern.push('*'),
                    Part::Literal(name) => {
                        let literal = vocabulary.names.text(*name);
                        // What a symbol makes of a policy variable nobody can say.
                        if literal.contains('$') {
                            return None;
                        }
                        match escaped {
                            true => pattern += &literal.replace('*', "${*}").replace('?', "${?}"),
                            false => pattern += literal,
                        }
                    }
                }
            }
            written = vocabulary.literal(&pattern);
        }
        Some(Test { operator, key: test.key.clone(), values: Box::new([Item::Text(written)]) })
    }

    /// Whether whoever holds a token can always ask for a value that satisfies a test.
    pub(super) fn requester_chooses(&self, test: &Test, key: &str) -> bool {
        if !matches!(self.view.kind, PrincipalKind::WebIdentity { .. }) {
            return false;
        }
        let chosen = |claim: &Claim| {
            claim.presence.may_be_there()
                && match &claim.values {
                    Values::One(formats) => formats.iter().all(|format| self.is_chosen(format)),
                    Values::Many { .. } => false,
                }
        };
        let kinds = &self.view.sender.kinds;
        if kinds.is_empty() || !kinds.iter().all(|kind| kind.claim(key).is_some_and(chosen)) {
            return false;
        }
        let policy = self.policy(vec![self.statement(Effect::Allow, vec![test.clone()])]);
        matches!(self.decide(&policy, None, Bound::Sure), Answer::Admitted(_))
    }

    /// Whether all of a format is for the requester to choose.
    fn is_chosen(&self, format: &Format) -> bool {
        let by_requester = |id: VariableId| {
            let of = self.view.sender.variables.get(usize::from(id));
            of.is_some_and(|of| of.control == Control::Requester)
        };
        let chosen = |piece: &Piece| match piece {
            Piece::Variable(id) | Piece::Fresh(id) => by_requester(*id),
            Piece::Literal(_) | Piece::Segments { .. } => false,
        };
        !format.0.is_empty() && format.0.iter().all(chosen)
    }

    fn may_fail(&self, test: &Test, sender: Option<Sent<'_>>) -> bool {
        let policy = self.policy(vec![
            self.statement(Effect::Allow, Vec::new()),
            self.statement(Effect::Deny, vec![test.clone()]),
        ]);
        !self.refuses(&policy, sender)
    }

    /// The statement of the bench and all that deny, of the policy as it is.
    fn as_written(&self) -> Policy {
        let written = self.view.policy.statements.iter().enumerate();
        let counts = |&(index, of): &(usize, &Statement)| {
            index == usize::from(self.statement) || of.effect != Effect::Allow
        };
        self.policy(written.filter(counts).map(|(_, statement)| statement.clone()).collect())
    }

    fn policy(&self, statements: Vec<Statement>) -> Policy {
        Policy { version: self.view.policy.version.clone(), statements }
    }

    /// A statement about everything that the principal asks for.
    fn statement(&self, effect: Effect, tests: Vec<Test>) -> Statement {
        let principal: Principal = self.view.principal.clone();
        let every = Item::Text(self.view.analysis.vocabulary.literal("*"));
        Statement {
            effect,
            principals: Clause { only: Some(Box::new([principal])), except: None },
            actions: Clause { only: Some(Box::new([every])), except: None },
            resources: Clause::default(),
            conditions: if tests.is_empty() { None } else { Some(tests.into()) },
        }
    }

    /// The questions to ask about a policy and what the principal sends, or what another sender sends, whatever the date is.
    fn questions<'q>(
        &'q self,
        policy: &'q Policy,
        sender: Option<Sent<'q>>,
    ) -> impl Iterator<Item = Ask<'q>> {
        let are_all = self.exchanges.len() == self.view.sender.exchanges.len();
        let some = if are_all { &[][..] } else { &self.exchanges[..] };
        let exchanges = are_all.then_some(None).into_iter().chain(some.iter().copied().map(Some));
        exchanges.map(move |exchange| Ask {
            policy: Some(policy),
            sender,
            exchange,
            at_any_time: true,
            ..Ask::default()
        })
    }

    /// One end of what a policy says.
    fn decide(&self, policy: &Policy, sender: Option<Sent<'_>>, bound: Bound) -> Answer {
        let mut answer = Answer::Refused;
        for ask in self.questions(policy, sender) {
            match self.view.decide(&ask, bound) {
                Answer::Admitted(witness) => return Answer::Admitted(witness),
                Answer::Exhausted => answer = Answer::Exhausted,
                Answer::Refused => {}
            }
        }
        answer
    }

    /// Whether a policy admits nothing.
    fn refuses(&self, policy: &Policy, sender: Option<Sent<'_>>) -> bool {
        self.questions(policy, sender).all(|ask| self.view.refuses(&ask))
    }

    /// What is sent without a key, by those for whom that is so.
    fn without(&self, key: &str, of: impl Fn(Presence) -> bool) -> Sender {
        let mut sender = Sender::clone(&self.view.sender);
        sender.kinds.retain(|kind| of(kind.claim(key).map_or(Presence::Never, |claim| claim.presence)));
        let values = Values::One(Vec::new());
        let claim = Arc::new(Claim { key: key.to_owned(), presence: Presence::Never, values });
        for kind in &mut sender.kinds {
            kind.claims.insert(0, Arc::clone(&claim));
        }
        sender
    }
}

impl Opening {
    /// Whom a test lets in that is satisfied without its key.
    pub(super) fn of<'b, 'v: 'b, 'a: 'v>(
        benches: impl Iterator<Item = &'b Bench<'v, 'a>>,
        key: &str,
    ) -> Self {
        let mut opening = Self { opens: Bounds::decided(false), needed_elsewhere: true, witness: None };
        for bench in benches {
            let policy = bench.as_written();
            let decide = |sender: &Sender, bound| bench.decide(&policy, Some(Sent::Once(sender)), bound);
            if bench.refuses(&policy, Some(Sent::Once(&bench.without(key, |_| true)))) {
                continue;
            }
            opening.needed_elsewhere = false;
            let perhaps = bench.without(key, |presence| presence != Presence::Always);
            let Answer::Admitted(witness) = decide(&perhaps, Bound::Possible) else { continue };
            opening.opens.possible = true;
            let certain = |presence| matches!(presence, Presence::Sometimes | Presence::Never);
            let sure = decide(&bench.without(key, certain), Bound::Sure);
            let witness = match sure {
                Answer::Admitted(witness) if witness.confirmed => {
                    opening.opens.sure = true;
                    witness
                }
                _ => witness,
            };
            opening.witness.get_or_insert_with(|| bench.view.shown(&witness));
        }
        opening
    }
}

fn has_symbols(text: &Text) -> bool {
    text.parts().iter().any(|part| matches!(part, Part::Symbol(_)))
}

/// A variable that may be any text.
fn anything() -> Variable {
    Variable {
        name: "anything".to_owned(),
        language: Shape::any(),
        except: Vec::new(),
        measure: Measure::Text,
        control: Control::Requester,
        samples: vec!["value".to_owned()],
    }
}
