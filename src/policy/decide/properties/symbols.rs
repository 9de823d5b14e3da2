//! What holds with symbols, for every string that they may be.

use super::*;
use crate::value::{Shape, Symbol, TemplateId};

/// What `${P}` and `${Q}` may be.
const FIRST: &[&str] = &["a", "b", "ab"];
const SECOND: &[&str] = &["", "a", "b", "a:b"];

/// Values with symbols, `<P>` and `<Q>`.
const WRITTEN: &[&str] = &[
    "<P>", "<Q>", "<P>:<Q>", "<P>*", "*<Q>", "<P><P>", "a:<P>", "<P>:*", "<Q>?", "s/a=<P>", "a<Q>", "a:x:<Q>",
];

/// Gives the two parameters their languages.
pub(super) fn declare(scene: &Scene) {
    for (name, texts) in [("P", FIRST), ("Q", SECOND)] {
        let symbol = Symbol::Parameter { template: TemplateId(0), parameter: scene.name(name) };
        scene.vocabulary.symbols.intern(symbol, || Shape::one_of(texts.iter().copied()));
    }
}

/// Which values of a draft have symbols, and which.
pub(super) fn picks() -> BoxedStrategy<Vec<(usize, &'static str)>> {
    prop::collection::vec((0..16_usize, select(WRITTEN)), 1..4).boxed()
}

pub(super) fn check(small: &Small, draft: &Draft) -> Result<(), String> {
    let case = Case::new(small, draft, None);
    let sure = case.decide(Bound::Sure, &[], &[]);
    let possible = case.decide(Bound::Possible, &[], &[]);
    let is_admitted = matches!(sure, Answer::Admitted(_));
    let is_refused = possible == Answer::Refused;
    if !is_admitted && !is_refused {
        return Ok(());
    }
    for first in FIRST {
        for second in SECOND {
            let concrete = Case::new(small, draft, Some([first, second]));
            let said: Vec<Said> = small.requests.iter().map(|sent| concrete.said(sent)).collect();
            let context = |what: &str| {
                format!(
                    "{}: {what} for {first:?}, {second:?}\nsure {sure:?}\npossible {possible:?}",
                    small.name
                )
            };
            if is_admitted && !said.iter().any(|said| said.sure) {
                return Err(context("nothing is surely admitted"));
            }
            if is_refused && let Some(index) = said.iter().position(|said| said.possible) {
                return Err(context(&format!("possibly admitted is {:?}", small.requests[index])));
            }
        }
    }
    Ok(())
}

#[test]
fn what_is_decided_with_symbols_holds_for_every_string_that_they_may_be() {
    let mut cases = 0;
    for small in &Small::all() {
        let strategy = (drafts(small), picks());
        cases += run(150, &strategy, |(draft, picks)| check(small, &draft.with_symbols(&picks)));
    }
    figure("decision with symbols against every assignment: policies", cases, 900);
}
