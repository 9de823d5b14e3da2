//! Which rules are asked, and how: the settings, understood.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Operand, Rule, Str};
use crate::finding::{Group, Severity};
use crate::settings::{RuleSettings, Written};
use crate::source::{Problem, ProblemKind};

/// Which rules are asked, and how.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Ids and groups; all if empty.
    select: Vec<String>,
    /// Ids and groups.
    ignore: Vec<String>,
    severity: BTreeMap<String, Severity>,
    options: BTreeMap<String, Vec<(Str, Operand)>>,
}

impl Selection {
    /// Understands settings; what means nothing is left out, and said.
    #[must_use]
    pub fn new(settings: &RuleSettings, rules: &[Rule]) -> (Self, Vec<Problem>) {
        let mut selection = Self::default();
        let mut problems = Vec::new();
        let mut wrong = |written: Option<&Written>, message: String, help: String| {
            let span = written.and_then(|written| written.span);
            problems.push(Problem { kind: ProblemKind::Settings, span, path: None, message, help });
        };
        for (list, kept) in
            [(&settings.select, &mut selection.select), (&settings.ignore, &mut selection.ignore)]
        {
            for written in list {
                if is_known(&written.text, rules) {
                    kept.push(written.text.clone());
                } else {
                    wrong(
                        Some(written),
                        format!("there is no rule and no group `{}`", written.text),
                        close(&written.text, rules),
                    );
                }
            }
        }
        for (id, written) in &settings.severity {
            match (rules.iter().any(|rule| rule.id == *id), level(&written.text)) {
                (false, _) => wrong(Some(written), format!("there is no rule `{id}`"), close(id, rules)),
                (true, None) => {
                    let names = Severity::ALL.map(Severity::name).join("`, `");
                    wrong(
                        Some(written),
                        format!("there is no severity `{}`", written.text),
                        format!("Write one of `{names}`."),
                    );
                }
                (true, Some(level)) => {
                    selection.severity.insert(id.clone(), level);
                }
            }
        }
        for (id, options) in &settings.options {
            let first = options.values().flatten().next();
            let Some(rule) = rules.iter().find(|rule| rule.id == *id) else {
                wrong(first, format!("there is no rule `{id}`"), close(id, rules));
                continue;
            };
            let mut values = rule.options.to_vec();
            for (name, written) in options {
                let slot = values.iter_mut().find(|(known, _)| known == name);
                match (slot, written.as_slice()) {
                    (Some((_, value)), [written]) => match like(value, &written.text) {
                        Some(parsed) => *value = parsed,
                        None => wrong(
                            Some(written),
                            format!("`{}` is no value for option `{name}` of rule `{id}`", written.text),
                            format!("The default is `{}`.", shown(value)),
                        ),
                    },
                    (Some(_), _) => wrong(
                        first,
                        format!("option `{name}` of rule `{id}` takes one value"),
                        "Write a single value.".to_owned(),
                    ),
                    (None, _) => wrong(
                        written.first(),
                        format!("rule `{id}` has no option `{name}`"),
                        format!("`fedlint explain {id}` shows its options."),
                    ),
                }
            }
            selection.options.insert(id.clone(), values);
        }
        (selection, problems)
    }

    /// True if the rule is asked.
    #[must_use]
    pub fn has(&self, rule: &Rule) -> bool {
        let named = |list: &[String]| list.iter().any(|name| *name == rule.id || *name == rule.group.name());
        // A rule that is named itself is stronger than its group.
        if self.ignore.iter().any(|name| *name == rule.id) {
            return false;
        }
        if self.select.iter().any(|name| *name == rule.id) {
            return true;
        }
        if rule.off_by_default && !self.severity.contains_key(rule.id.as_ref()) {
            return false;
        }
        (self.select.is_empty() || named(&self.select)) && !named(&self.ignore)
    }

    /// The severity that the settings give a rule.
    #[must_use]
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        self.severity.get(rule.id.as_ref()).copied()
    }

    /// The options of a rule, with the values that hold.
    #[must_use]
    pub fn options<'s>(&'s self, rule: &'s Rule) -> &'s [(Str, Operand)] {
        self.options.get(rule.id.as_ref()).map_or(&rule.options, Vec::as_slice)
    }
}

/// True if there is a rule or group of this name.
pub(super) fn is_known(name: &str, rules: &[Rule]) -> bool {
    rules.iter().any(|rule| rule.id == name) || group(name).is_some()
}

fn group(name: &str) -> Option<Group> {
    Group::ALL.into_iter().find(|group| group.name() == name)
}

fn level(name: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|level| level.name() == name)
}

/// A value of the type of another one.
fn like(value: &Operand, text: &str) -> Option<Operand> {
    match value {
        Operand::Boolean(_) => text.parse().ok().map(Operand::Boolean),
        Operand::Number(_) => text.parse().ok().map(Operand::Number),
        Operand::Text(_) | Operand::Option(_) => Some(Operand::Text(Cow::Owned(text.to_owned()))),
    }
}

fn shown(value: &Operand) -> String {
    match value {
        Operand::Boolean(value) => value.to_string(),
        Operand::Number(number) => number.to_string(),
        Operand::Text(text) | Operand::Option(text) => text.to_string(),
    }
}

/// What somebody who wrote a name that does not exist may want to hear.
pub(super) fn close(name: &str, rules: &[Rule]) -> String {
    let names = rules.iter().map(|rule| rule.id.as_ref()).chain(Group::ALL.map(Group::name));
    super::schema::closest(name, names).map_or_else(
        || "`fedlint rules` lists all rules and groups.".to_owned(),
        |close| format!("Did you mean `{close}`?"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rules, of which one is off by default.
    fn rules() -> Vec<Rule> {
        let rule = |id: &str, rest: &str| {
            let text = format!(
                "id: {id}\ngroup: advice\nseverity: info\nsince: 0.1.0\nfinds: thing\nmessage: it is there\n\
                 why: It matters.\nhelp: Shut it.\nexamples: {{}}\n{rest}"
            );
            Rule::parse(&text).expect("a valid rule")
        };
        vec![rule("asked", ""), rule("off", "off-by-default: true")]
    }

    /// The rules that are asked with these settings of `rules`.
    fn asked(settings: RuleSettings) -> Vec<String> {
        let rules = rules();
        let (selection, problems) = Selection::new(&settings, &rules);
        assert_eq!(problems, []);
        rules.iter().filter(|rule| selection.has(rule)).map(|rule| rule.id.to_string()).collect()
    }

    fn written(texts: &[&str]) -> Vec<Written> {
        texts.iter().map(|text| Written { text: (*text).to_owned(), span: None }).collect()
    }

    #[test]
    fn a_rule_that_is_off_by_default_is_asked_where_it_is_named() {
        let named = |select: &[&str], ignore: &[&str], severity: bool| {
            let mut settings =
                RuleSettings { select: written(select), ignore: written(ignore), ..RuleSettings::default() };
            if severity {
                settings.severity.insert("off".to_owned(), written(&["low"]).remove(0));
            }
            asked(settings)
        };
        assert_eq!(named(&[], &[], false), ["asked"]);
        assert_eq!(named(&["advice"], &[], false), ["asked"], "a group does not name it");
        assert_eq!(named(&["off"], &[], false), ["off"]);
        assert_eq!(named(&["asked", "off"], &[], false), ["asked", "off"]);
        assert_eq!(named(&[], &[], true), ["asked", "off"], "whoever gives it a severity wants it");
        assert_eq!(named(&["asked"], &[], true), ["asked"]);
        assert_eq!(named(&[], &["off"], true), ["asked"]);
        assert_eq!(named(&[], &["advice"], true), Vec::<String>::new());
    }
}
