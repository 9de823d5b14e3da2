//! The decision against the evaluator: on senders so small that each of their requests can be tried.

mod names;
mod patterns;
mod policies;
mod senders;
mod standard;
mod symbols;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use self::policies::{Draft, drafts};
use self::senders::{From, Sent, Small, TODAY};
use super::*;
use crate::knowledge::sender::Variable;
use crate::policy::parse;
use crate::policy::testing::{Scene, figure, run};

/// A policy of a draft.
struct Case<'s> {
    small: &'s Small,
    scene: Scene,
    policy: Policy,
    party: Party,
}

/// What the evaluator says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Said {
    sure: bool,
    possible: bool,
}

impl<'s> Case<'s> {
    fn new(small: &'s Small, draft: &Draft, texts: Option<[&str; 2]>) -> Self {
        let mut scene = Scene::new();
        symbols::declare(&scene);
        let value = scene.convert(&draft.json(texts), String::new());
        let (policy, _) = parse(&value, &scene.vocabulary);
        let party = match small.from {
            From::Federated(provider) => Party::Federated(scene.text(provider)),
            From::Aws => Party::Aws,
        };
        Self { small, scene, policy, party }
    }

    fn question<'q>(&'q self, bound: Bound, wanted: &'q [Wanted], spread: &'q [VariableId]) -> Question<'q> {
        Question {
            policy: &self.policy,
            party: &self.party,
            sender: &self.small.sender,
            bound,
            wanted,
            kind: None,
            exchange: None,
            spread,
            today: super::super::evaluate::compare::instant(TODAY),
            shown: None,
        }
    }

    fn decide(&self, bound: Bound, wanted: &[Wanted], spread: &[VariableId]) -> Answer {
        decide(&self.question(bound, wanted, spread), &self.scene.vocabulary)
    }

    /// What the evaluator says, whatever the sources of the sender do not say.
    fn said(&self, sent: &Sent) -> Said {
        let kind = &self.small.sender.kinds[sent.kind];
        let exchange = &self.small.sender.exchanges[sent.exchange];
        let mut said = Said { sure: !kind.possible && !exchange.possible, possible: false };
        for context in &sent.contexts {
            let mut here = Said { sure: true, possible: true };
            for action in &exchange.actions {
                let request = Request {
                    caller: self.small.caller(context),
                    action: action.clone(),
                    context: context.clone(),
                };
                let verdict = evaluate(&self.policy, &request, &self.scene.vocabulary);
                here.sure &= matches!(verdict, Verdict::Allowed { .. });
                here.possible &= matches!(verdict, Verdict::Allowed { .. } | Verdict::Undecided { .. });
            }
            said.sure &= here.sure;
            said.possible |= here.possible;
        }
        said
    }
}

/// Whether a request has what is wanted of its variables.
fn has(small: &Small, sent: &Sent, wanted: &[Wanted]) -> bool {
    let variable = |wanted: &Wanted| match wanted {
        Wanted::Exactly(variable, _) | Wanted::Stranger(variable, _) | Wanted::NoneOf(variable, _) => {
            Some(usize::from(*variable))
        }
        Wanted::InPlace => None,
    };
    let fits = |text: &String, variable_of: usize| {
        wanted.iter().filter(|wanted| variable(wanted) == Some(variable_of)).all(|wanted| match wanted {
            Wanted::Exactly(_, exactly) | Wanted::Stranger(_, exactly) => exactly == text,
            Wanted::NoneOf(_, texts) => !texts.contains(text),
            Wanted::InPlace => true,
        })
    };
    wanted.iter().filter_map(variable).all(|index| match &sent.variables[index] {
        Some(found) => fits(found, index),
        // Nothing is made of it, but something can be.
        None => {
            let Variable { samples, except, .. } = &*small.sender.variables[index];
            samples.iter().any(|text| !except.contains(text) && fits(text, index))
        }
    })
}

/// Whether a request is one that the witness shows, as far as that goes.
fn shows(witness: &Witness, sent: &Sent) -> bool {
    witness.kind == sent.kind
        && witness.exchange == sent.exchange
        && sent
            .variables
            .iter()
            .zip(&witness.variables)
            .all(|(sent, shown)| sent.as_ref().is_none_or(|sent| sent == shown))
        && sent.contexts.iter().any(|context| {
            witness.context.iter().all(|(key, shown)| match (context.get(key), shown) {
                (Some(ContextValue::Many(found)), ContextValue::Many(shown)) => {
                    let mut shown = shown.clone();
                    shown.sort();
                    shown.dedup();
                    *found == shown
                }
                (found, shown) => found == Some(shown),
            })
        })
}

fn check(small: &Small, draft: &Draft, wanted: &[Wanted]) -> Result<(), String> {
    let case = Case::new(small, draft, None);
    let asked: Vec<&Sent> = small.requests.iter().filter(|sent| has(small, sent, wanted)).collect();
    let said: Vec<Said> = asked.iter().map(|sent| case.said(sent)).collect();
    let sure = case.decide(Bound::Sure, wanted, &[]);
    let possible = case.decide(Bound::Possible, wanted, &[]);
    for (bound, answer) in [(Bound::Sure, &sure), (Bound::Possible, &possible)] {
        let question = case.question(bound, wanted, &[]);
        let admits = admits_in(&mut Workshop::about(&small.sender), &question, &case.scene.vocabulary);
        if admits != Some(matches!(answer, Answer::Admitted(_))) {
            return Err(format!("{}: {admits:?} of {answer:?}, {wanted:?}", small.name));
        }
    }
    if !wanted.is_empty() {
        // What was made for other questions changes nothing.
        let mut workshop = Workshop::about(&small.sender);
        for (wanted, bound) in [&[], wanted]
            .into_iter()
            .flat_map(|wanted| [(wanted, Bound::Possible), (wanted, Bound::Sure), (wanted, Bound::Possible)])
        {
            let question = case.question(bound, wanted, &[]);
            let again = decide_in(&mut workshop, &question, &case.scene.vocabulary);
            if again != decide(&question, &case.scene.vocabulary) {
                return Err(format!("{}: another answer to {wanted:?} after others: {again:?}", small.name));
            }
        }
    }
    let context = |what: &str| {
        format!("{}: {what}\nwanted {wanted:?}\nsure {sure:?}\npossible {possible:?}", small.name)
    };
    let first = |which: fn(&Said) -> bool| said.iter().position(which).map(|index| asked[index]);
    let open = draft.is_open(small);
    match (&sure, first(|said| said.sure)) {
        (Answer::Exhausted, _) => return Err(context("takes too long")),
        (Answer::Refused, Some(sent)) if !open => {
            return Err(context(&format!("surely admitted is {sent:?}")));
        }
        (Answer::Admitted(_), None) => return Err(context("nothing is surely admitted")),
        _ => {}
    }
    match (&possible, first(|said| said.possible)) {
        (Answer::Exhausted, _) => return Err(context("takes too long")),
        (Answer::Refused, Some(sent)) => return Err(context(&format!("possibly admitted is {sent:?}"))),
        (Answer::Admitted(_), None) if !open => return Err(context("nothing is possibly admitted")),
        _ => {}
    }
    if let Answer::Admitted(witness) = &sure {
        // Keys that must be equal change together.
        let tied = draft.has_variables();
        check_spread(&case, witness, wanted, tied, &asked, &said).map_err(|why| context(&why))?;
        if !witness.confirmed {
            return Err(context("the evaluator does not confirm the witness"));
        }
        if !asked.iter().zip(&said).any(|(sent, said)| said.sure && shows(witness, sent)) {
            return Err(context("the witness is no request that is admitted"));
        }
    }
    Ok(())
}

/// Each of the values listed for a variable is admitted, with the same other variables.
fn check_spread(
    case: &Case<'_>,
    witness: &Witness,
    wanted: &[Wanted],
    tied: bool,
    asked: &[&Sent],
    said: &[Said],
) -> Result<(), String> {
    let made = asked.iter().find(|sent| sent.kind == witness.kind).map(|sent| &sent.variables);
    let used: Vec<VariableId> = (0..case.small.sender.variables.len())
        .filter(|&index| made.is_some_and(|variables| variables[index].is_some()))
        .filter_map(|index| VariableId::try_from(index).ok())
        .collect();
    let Answer::Admitted(again) = case.decide(Bound::Sure, wanted, &used) else {
        return Err("another answer with spread".to_owned());
    };
    for (&variable, spread) in used.iter().zip(&again.spread) {
        let Spread::Few(texts) = spread else { continue };
        let mine = &again.variables[usize::from(variable)];
        if !texts.contains(mine) {
            return Err(format!("{mine} of the witness is not among {texts:?} of {variable}"));
        }
        for text in texts {
            let admitted = asked.iter().zip(said).any(|(sent, said)| {
                let same = |&other: &VariableId| {
                    if tied && other != variable {
                        return true;
                    }
                    let expected =
                        if other == variable { text } else { &again.variables[usize::from(other)] };
                    sent.variables[usize::from(other)].as_ref() == Some(expected)
                };
                said.sure
                    && sent.kind == again.kind
                    && sent.exchange == again.exchange
                    && used.iter().all(same)
            });
            if !admitted {
                return Err(format!("{text} for {variable} is listed and not admitted"));
            }
        }
    }
    Ok(())
}

/// What may be asked of a variable.
fn wishes(small: &Small) -> BoxedStrategy<Vec<Wanted>> {
    let each = small.sender.variables.iter().enumerate().map(|(index, variable)| {
        let id = VariableId::try_from(index).expect("few variables");
        let texts: Vec<String> = variable.samples.iter().cloned().chain(["other".to_owned()]).collect();
        let exactly = select(texts.clone()).prop_map(move |text| Wanted::Exactly(id, text));
        let stranger = select(texts.clone()).prop_map(move |text| Wanted::Stranger(id, text));
        let none =
            prop::collection::vec(select(texts), 0..3).prop_map(move |texts| Wanted::NoneOf(id, texts));
        prop_oneof![exactly, stranger, none].boxed()
    });
    prop::collection::vec(Union::new(each), 1..3).boxed()
}

#[test]
fn decides_what_the_evaluator_says_of_all_requests() {
    let mut cases = 0;
    for small in &Small::all() {
        cases += run(800, &drafts(small), |draft| check(small, &draft, &[]));
        cases += run(200, &(drafts(small), wishes(small)), |(draft, wanted)| check(small, &draft, &wanted));
    }
    figure("decision against enumeration: policies", cases, 5_000);
}

/// What is certain is decided once for both ends, with less of what is wished for: with the same answers.
#[test]
fn where_nothing_is_unknown_the_answers_are_those_to_each_question_by_itself() {
    let (mut cases, certain) = (0, std::cell::Cell::new(0));
    for small in &Small::all() {
        let variables = 0..VariableId::try_from(small.sender.variables.len()).expect("few variables");
        let all: Vec<VariableId> = variables.clone().collect();
        let none: Vec<Wanted> = variables.map(|variable| Wanted::NoneOf(variable, Vec::new())).collect();
        cases += run(400, &(drafts(small), wishes(small)), |(draft, wishes)| {
            let case = Case::new(small, &draft, None);
            let vocabulary = &case.scene.vocabulary;
            let mut workshop = Workshop::about(&small.sender);
            let in_place: Vec<Wanted> =
                none.iter().chain(&wishes).cloned().chain([Wanted::InPlace]).collect();
            for wanted in [&[][..], &none, &wishes, &in_place] {
                for (bound, spread) in [
                    (Bound::Sure, &[][..]),
                    (Bound::Possible, &all),
                    (Bound::Sure, &all),
                    (Bound::Possible, &[]),
                ] {
                    let question = case.question(bound, wanted, spread);
                    let is_certain = is_certain_in(&mut workshop, &question, vocabulary);
                    certain.set(certain.get() + u32::from(is_certain));
                    let alone = decide(&question, vocabulary);
                    let among_others = decide_in(&mut workshop, &question, vocabulary);
                    if among_others != alone {
                        return Err(format!(
                            "{}: {among_others:?}, alone {alone:?}: {question:?}",
                            small.name
                        ));
                    }
                    let is_admitted = admits_in(&mut workshop, &question, vocabulary);
                    if is_admitted != Some(matches!(alone, Answer::Admitted(_))) {
                        return Err(format!(
                            "{}: {is_admitted:?}, alone {alone:?}: {question:?}",
                            small.name
                        ));
                    }
                }
            }
            Ok(())
        });
    }
    figure("decisions where nothing is unknown: questions", certain.get(), 10_000);
    assert!(cases > 0);
}
