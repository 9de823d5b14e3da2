//! AWS's own policies in the form of all others.

use super::{Clause, Effect, Item, Operator, Policy, Statement, Test, Version};
use crate::knowledge::managed_policies::{ManagedPolicy, Patterns};
use crate::value::Vocabulary;

impl Policy {
    /// A policy that AWS manages.
    #[must_use]
    pub fn managed(policy: ManagedPolicy, vocabulary: &Vocabulary) -> Self {
        let item = |text: &String| Item::Text(vocabulary.literal(text));
        let clause = |Patterns { negated, patterns, .. }: Patterns| {
            let items: Box<[Item]> = patterns.iter().map(item).collect();
            match negated {
                true => Clause { only: None, except: Some(items) },
                false => Clause { only: Some(items), except: None },
            }
        };
        let statement = |statement: crate::knowledge::managed_policies::ManagedStatement| {
            let tests = statement.conditions().map(|test| Test {
                operator: Operator::parse(&test.operator),
                key: item(&test.key),
                values: test.values.iter().map(item).collect(),
            });
            Statement {
                effect: if statement.allows() { Effect::Allow } else { Effect::Deny },
                principals: Clause { only: None, except: None },
                actions: clause(statement.actions()),
                resources: clause(statement.resources()),
                conditions: statement.is_conditional().then(|| tests.collect()),
            }
        };
        Self { version: Version::V2012, statements: policy.statements().map(statement).collect() }
    }

    /// A policy that allows actions on resources, both given as patterns.
    #[must_use]
    pub fn allowing(statements: &[(&[&str], &[&str])], vocabulary: &Vocabulary) -> Self {
        let clause = |patterns: &[&str]| Clause {
            only: Some(patterns.iter().map(|text| Item::Text(vocabulary.literal(text))).collect()),
            except: None,
        };
        let statement = |(actions, resources): &(&[&str], &[&str])| Statement {
            effect: Effect::Allow,
            principals: Clause { only: None, except: None },
            actions: clause(actions),
            resources: clause(resources),
            conditions: None,
        };
        Self { version: Version::V2012, statements: statements.iter().map(statement).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::managed_policies::ManagedPolicies;
    use crate::policy::parse;
    use crate::policy::testing::Scene;

    #[test]
    fn every_policy_is_what_the_parser_reads_of_its_document() {
        for managed in ManagedPolicies::default().iter() {
            let mut scene = Scene::new();
            // In texts of a scene, `${!name}` is `${name}`.
            let document = managed.document().replace("${", "${!");
            let value = scene.value(&document);
            let (mut parsed, _) = parse(&value, &scene.vocabulary);
            let policy = Policy::managed(managed, &scene.vocabulary);
            // The order of tests means nothing.
            for statement in &mut parsed.statements {
                if let Some(tests) = &mut statement.conditions {
                    tests.sort_by_key(|test| {
                        (test.operator.name(), test.literal_key(&scene.vocabulary).map(str::to_owned))
                    });
                }
            }
            let mut expected = policy.clone();
            for statement in &mut expected.statements {
                if let Some(tests) = &mut statement.conditions {
                    tests.sort_by_key(|test| {
                        (test.operator.name(), test.literal_key(&scene.vocabulary).map(str::to_owned))
                    });
                }
            }
            assert_eq!(parsed.statements, expected.statements, "{}", managed.name());
        }
    }
}
