//! The cases of a rule's severity, in words.

use super::shown;
use crate::finding::Severity;
use crate::rules::{Alternatives, Operand, Operator, Test};

/// One line for each case, in order.
pub(super) fn cases_of_severity(cases: &[(Alternatives, Severity)]) -> String {
    let line = |(index, (when, level)): (usize, &(Alternatives, Severity))| {
        let condition = condition(when);
        match (condition.is_empty(), index) {
            (true, 0) => format!("- {}", level.name()),
            (true, _) => format!("- {} otherwise", level.name()),
            (false, _) => format!("- {} where {condition}", level.name()),
        }
    };
    let lines: Vec<String> = cases.iter().enumerate().map(line).collect();
    if lines.len() > 1 { format!("The first that fits:\n\n{}", lines.join("\n")) } else { lines.join("\n") }
}

/// Conditions of which one must hold. Empty if there is nothing to hold.
fn condition(alternatives: &Alternatives) -> String {
    let each: Vec<String> =
        alternatives.iter().map(|tests| tests.iter().map(test).collect::<Vec<_>>().join(" and ")).collect();
    if each.iter().any(String::is_empty) { String::new() } else { each.join(", or ") }
}

fn test(test: &Test) -> String {
    let operands: Vec<String> = test.operands.iter().map(operand).collect();
    let field = format!("`{}`", test.field);
    match (test.operator, &*test.operands) {
        (Operator::Is, [Operand::Boolean(true)]) => format!("{field} holds"),
        (Operator::Is, [Operand::Boolean(false)]) => format!("{field} does not hold"),
        (Operator::Is | Operator::In, _) => format!("{field} is {}", listed(&operands, "or")),
        (Operator::Above, _) => format!("{field} is above {}", listed(&operands, "or")),
        (Operator::Below, _) => format!("{field} is below {}", listed(&operands, "or")),
        (Operator::Includes, _) => format!("{field} includes {}", listed(&operands, "and")),
        (Operator::Within, _) => format!("{field} has nothing but {}", listed(&operands, "and")),
        (Operator::Matches, _) => format!("{field} is like {}", listed(&operands, "or")),
    }
}

fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Option(name) => format!("option `{name}`"),
        _ => format!("`{}`", shown(operand)),
    }
}

/// `a`, `a or b`, `a, b or c`.
fn listed(items: &[String], word: &str) -> String {
    match items {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}
