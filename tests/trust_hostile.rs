//! Trust policies that are made to take long: they are decided, or given up, and never decided wrongly.

#[path = "../benches/decisions/mod.rs"]
mod decisions;

use fedlint::policy::{Answer, Bound};

#[test]
fn hostile_policies_are_decided_rightly_or_given_up() {
    for case in decisions::hostile() {
        let (sure, possible) = (case.decide(Bound::Sure), case.decide(Bound::Possible));
        // They have nothing that is not known: both answers are the same, where there are two.
        let mut admits = Vec::new();
        for answer in [&sure, &possible] {
            match answer {
                Answer::Admitted(witness) => {
                    assert!(witness.confirmed, "{}: {witness:?}", case.name);
                    admits.push(true);
                }
                Answer::Refused => admits.push(false),
                Answer::Exhausted => {}
            }
        }
        admits.dedup();
        assert!(admits.len() < 2, "{}: {sure:?}, {possible:?}", case.name);
    }
}

#[test]
fn usual_policies_admit_somebody() {
    for case in decisions::usual() {
        assert!(
            matches!(case.decide(Bound::Sure), Answer::Admitted(witness) if witness.confirmed),
            "{}",
            case.name
        );
    }
}
