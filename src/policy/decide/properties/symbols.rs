//! What holds with symbols, for every string that they may be.

use super::policies::{DraftStatement, DraftTest};
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

/// A wish that a variable is a text with symbols.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    variable: VariableId,
    /// Whether it is the wish for a stranger, of whom the policy's symbols are none.
    stranger: bool,
    text: &'static str,
}

impl Wish {
    fn wanted(&self, text: String) -> Wanted {
        if self.stranger {
            Wanted::Stranger(self.variable, text)
        } else {
            Wanted::Exactly(self.variable, text)
        }
    }

    fn with_symbols(&self, scene: &Scene) -> Wanted {
        self.filled(scene, ["${P}", "${Q}"])
    }

    /// With these symbols, or texts, for `<P>` and `<Q>`.
    pub(super) fn filled(&self, scene: &Scene, [first, second]: [&str; 2]) -> Wanted {
        let text = scene.text(&self.text.replace("<P>", first).replace("<Q>", second));
        self.wanted(text.with_tokens(&scene.vocabulary).expect("there are two symbols"))
    }

    fn with_texts(&self, [first, second]: [&str; 2]) -> Wanted {
        self.wanted(self.text.replace("<P>", first).replace("<Q>", second))
    }
}

pub(super) fn wish(small: &Small) -> BoxedStrategy<Wish> {
    let count = small.sender.variables.len();
    (0..count, prop::bool::weighted(0.3), select(&["<P>", "<Q>", "a<Q>", "<P>:<Q>"][..]))
        .prop_map(|(variable, stranger, text)| {
            let variable = VariableId::try_from(variable).expect("few variables");
            Wish { variable, stranger, text }
        })
        .boxed()
}

fn check_wish(small: &Small, draft: &Draft, wish: &Wish) -> Result<(), String> {
    let case = Case::new(small, draft, None);
    let wanted = [wish.with_symbols(&case.scene)];
    let is_admitted = matches!(case.decide(Bound::Sure, &wanted, &[]), Answer::Admitted(_));
    // That nobody is let in who is no stranger to the symbols says nothing of one who is what they turn out to be.
    let is_refused = !wish.stranger && case.decide(Bound::Possible, &wanted, &[]) == Answer::Refused;
    for first in FIRST.iter().filter(|_| is_admitted || is_refused) {
        for second in SECOND {
            let texts = [*first, *second];
            let concrete = Case::new(small, draft, Some(texts));
            let wanted = [wish.with_texts(texts)];
            let asked: Vec<&Sent> = small.requests.iter().filter(|sent| has(small, sent, &wanted)).collect();
            let said: Vec<Said> = asked.iter().map(|sent| concrete.said(sent)).collect();
            if is_admitted && !said.iter().any(|said| said.sure) {
                return Err(format!(
                    "{}: nothing is surely admitted of {wanted:?} for {texts:?}",
                    small.name
                ));
            }
            if is_refused && let Some(index) = said.iter().position(|said| said.possible) {
                return Err(format!("{}: possibly admitted for {texts:?} is {:?}", small.name, asked[index]));
            }
        }
    }
    Ok(())
}

/// What enumeration found: that a text may be empty was forgotten where the empty string counts otherwise than the values.
#[test]
fn a_text_that_may_be_empty_may_be_no_value() {
    for small in &Small::all() {
        for (key, negated) in small.keys.iter().flat_map(|key| [(key, ""), (key, "Not")]) {
            for values in [Vec::new(), vec!["c".to_owned()]] {
                let operator = format!("ForAllValues:String{negated}EqualsIgnoreCase");
                let statement = DraftStatement {
                    effect: "Allow",
                    principal: small.principals[0],
                    not_principal: false,
                    action: small.actions[0],
                    not_action: false,
                    tests: vec![DraftTest { operator, key, values }],
                };
                let draft = Draft { version: "2012-10-17", statements: vec![statement] };
                let wish = Wish { variable: 0, stranger: false, text: "<Q>" };
                assert_eq!(check_wish(small, &draft, &wish), Ok(()), "{draft:?}");
            }
        }
    }
}

#[test]
fn what_is_decided_of_a_text_with_symbols_holds_for_every_string_that_they_may_be() {
    let mut cases = 0;
    for small in &Small::all() {
        let strategy = (drafts(small), picks(), wish(small));
        cases +=
            run(150, &strategy, |(draft, picks, wish)| check_wish(small, &draft.with_symbols(&picks), &wish));
    }
    figure("decision about texts with symbols against every assignment: policies", cases, 900);
}
