//! Questions that are alike but for their symbols have answers that are.

use super::symbols::{Wish, declare, picks, wish};
use super::*;
use crate::value::{Shape, Symbol, TemplateId};

/// What stands for `<P>` and `<Q>`. `R` and `S` may be what `P` and `Q` may be. Of two resources of one type, each is
/// another one.
const FILLS: &[[&str; 2]] = &[
    ["${P}", "${Q}"],
    ["${R}", "${S}"],
    ["${P}", "${S}"],
    ["${R}", "${Q}"],
    ["${Q}", "${P}"],
    ["${P}", "${P}"],
    ["${S}", "${S}"],
    ["a", "${S}"],
    ["a", "b"],
    ["${Some::Thing One}", "${Some::Thing Two}"],
    ["${Some::Thing Two}", "${Some::Thing Three}"],
    ["${Some::Thing Two}", "${Some::Thing One}"],
    ["${Some::Thing One}", "${Some::Thing One}"],
    ["${Some::Thing One}", "${Other::Thing One}"],
];

/// Declares the other symbols, with one between them and before them that nobody names.
fn declare_others(scene: &Scene) {
    declare(scene);
    let symbols = &scene.vocabulary.symbols;
    let parameter = |name| Symbol::Parameter { template: TemplateId(0), parameter: scene.name(name) };
    let shape = |name| symbols.shape(symbols.intern(parameter(name), Shape::any)).clone();
    for (name, shape) in [
        ("before", Shape::any()),
        ("R", shape("P")),
        ("between", Shape::one_of(["a", "b"])),
        ("S", shape("Q")),
    ] {
        symbols.intern(parameter(name), || shape);
    }
}

/// A draft and wishes, with something in place of `<P>` and `<Q>`.
fn filled(case: &mut Case<'_>, draft: &Draft, wishes: &[Wish], fill: [&str; 2]) -> (Policy, Vec<Wanted>) {
    let value = case.scene.convert(&draft.json(Some(fill)), String::new());
    let (policy, _) = parse(&value, &case.scene.vocabulary);
    let mut wanted: Vec<Wanted> = wishes.iter().map(|wish| wish.filled(&case.scene, fill)).collect();
    if wishes.len() > 1 {
        wanted.push(Wanted::InPlace);
    }
    (policy, wanted)
}

fn check(small: &Small, draft: &Draft, wishes: &[Wish], fills: &[[&'static str; 2]]) -> Result<(), String> {
    let mut case = Case::new(small, draft, None);
    declare_others(&case.scene);
    let spread: Vec<VariableId> = (0..).take(small.sender.variables.len()).collect();
    let asked: Vec<_> = fills.iter().map(|&fill| filled(&mut case, draft, wishes, fill)).collect();
    let vocabulary = &case.scene.vocabulary;
    for bound in [Bound::Sure, Bound::Possible] {
        let mut workshop = Workshop::about(&small.sender);
        for ((policy, wanted), fill) in asked.iter().zip(fills) {
            let question = Question { policy, ..case.question(bound, wanted, &spread) };
            let alone = decide_in(&mut Workshop::about(&small.sender), &question, vocabulary);
            for _ in 0..2 {
                let together = decide_in(&mut workshop, &question, vocabulary);
                if together != alone {
                    return Err(format!("{}: {fill:?}, {bound:?}: {alone:?}\n{together:?}", small.name));
                }
                let admits = admits_in(&mut workshop, &question, vocabulary);
                if admits != Some(matches!(alone, Answer::Admitted(_))) {
                    return Err(format!("{}: {fill:?}, {bound:?}: {alone:?}\n{admits:?}", small.name));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn what_is_decided_after_questions_that_are_alike_is_what_is_decided_alone() {
    let mut cases = 0;
    for small in &Small::all() {
        let wishes = prop::collection::vec(wish(small), 0..3);
        let fills = prop::collection::vec(select(FILLS), 2..6);
        let strategy = (drafts(small), picks(), wishes, fills);
        cases += run(200, &strategy, |(draft, picks, wishes, fills)| {
            check(small, &draft.with_symbols(&picks), &wishes, &fills)
        });
    }
    figure("decisions kept for questions that are alike: policies", cases, 1_200);
}

/// An answer with the tokens of `P` and `Q` in it as those of `R` and `S`.
fn renamed(answer: &Answer, scene: &Scene) -> String {
    let token = |text: &str| {
        let text = scene.text(text).with_tokens(&scene.vocabulary).expect("there are few symbols");
        text.escape_debug().to_string()
    };
    let written = format!("{answer:?}");
    written.replace(&token("${P}"), &token("${R}")).replace(&token("${Q}"), &token("${S}"))
}

/// Whatever is in between, and whatever the numbers of symbols are.
#[test]
fn symbols_with_other_names_have_the_same_answer_with_other_names() {
    let mut cases = 0;
    for small in &Small::all() {
        let strategy = (drafts(small), picks(), prop::collection::vec(wish(small), 0..3));
        cases += run(150, &strategy, |(draft, picks, wishes)| {
            let draft = draft.with_symbols(&picks);
            let mut case = Case::new(small, &draft, None);
            declare_others(&case.scene);
            let spread: Vec<VariableId> = (0..).take(small.sender.variables.len()).collect();
            let first = filled(&mut case, &draft, &wishes, ["${P}", "${Q}"]);
            let second = filled(&mut case, &draft, &wishes, ["${R}", "${S}"]);
            for bound in [Bound::Sure, Bound::Possible] {
                let decided = |(policy, wanted): &(Policy, Vec<Wanted>)| {
                    let question = Question { policy, ..case.question(bound, wanted, &spread) };
                    decide(&question, &case.scene.vocabulary)
                };
                let (first, second) = (decided(&first), decided(&second));
                if renamed(&first, &case.scene) != format!("{second:?}") {
                    return Err(format!("{}: {bound:?}: {first:?}\n{second:?}", small.name));
                }
            }
            Ok(())
        });
    }
    figure("decisions of symbols with other names: policies", cases, 900);
}

/// Roles that ask for one identity pool each: all but the first are answered without a decision.
#[test]
fn what_is_asked_of_another_symbol_is_known() {
    let small = &Small::all()[0];
    let mut scene = Scene::new();
    let mut policy = |id: &str| {
        let value = scene.value(
            &r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Principal": {"Federated": "*"},
                "Condition": {"StringEquals": {"x:sub": "ID:b"}}}]}"#
                .replace("ID", id),
        );
        parse(&value, &scene.vocabulary).0
    };
    let one = ["${Some::Thing One}", "${Some::Thing Two}", "${Some::Thing Three}"].map(&mut policy);
    let other = [policy("${Other::Thing One}"), policy("a"), policy("b")];
    let party = Party::Federated(scene.text(senders::PROVIDER));
    let mut workshop = Workshop::about(&small.sender);
    let mut ask = |policy: &Policy| {
        let question = Question::new(policy, &party, &small.sender, Bound::Possible);
        let answer = decide_in(&mut workshop, &question, &scene.vocabulary);
        assert_eq!(answer, decide(&question, &scene.vocabulary));
        workshop.answers.count()
    };
    assert_eq!(one.each_ref().map(&mut ask), [1, 1, 1]);
    assert_eq!(other.each_ref().map(&mut ask), [2, 3, 4]);
    assert_eq!(one.each_ref().map(&mut ask), [4, 4, 4]);
}
