//! Every rule's examples: a bad one makes exactly the findings that it lists, a good one none (but findings of
//! level info of other rules, if it lists them).

use std::borrow::Cow;

use fedlint::rules::{BUILT_IN, Rule};
use fedlint::scan::examples::{Bench, failures};

#[test]
fn examples_report_what_they_list_and_nothing_else() {
    let rules: Cow<'static, [Rule]> = BUILT_IN.into();
    let bench = Bench { rules: &rules, strict: &|_| true };
    let mut wrong = Vec::new();
    for rule in BUILT_IN {
        for failure in failures(&rule.file(), &bench) {
            for difference in failure.differences {
                wrong
                    .push(format!("{}, {} example `{}`: {difference}", rule.id, failure.kind, failure.title));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
