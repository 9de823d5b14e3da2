//! How long a policy is, as IAM counts: characters without white space.

use crate::policy::{
    Clause, Effect, Item, Operator, Policy, PolicyPlaces, Principal, PrincipalKey, Test, Version,
};
use crate::value::{Part, Text, Vocabulary};

/// The least number of characters that a policy can have, written as JSON without white space.
///
/// A lower bound: symbols count as their shortest strings and unknown values as nothing; a list of one value counts
/// as that value; `Id`, elements that the language does not have, and backslashes are left out, and keys of
/// principals and operators that stand twice count once.
pub(in crate::facts) fn least(policy: &Policy, places: PolicyPlaces<'_>, vocabulary: &Vocabulary) -> usize {
    let version = match policy.version {
        Version::Absent => 0,
        _ => r#""Version":"2012-10-17","#.len(),
    };
    let statements: Vec<usize> = (0u16..)
        .zip(&policy.statements)
        .filter(|(_, statement)| !statement.is_unknown())
        .map(|(index, statement)| {
            let principals =
                [("Principal", &statement.principals.only), ("NotPrincipal", &statement.principals.except)];
            let principals = principals.into_iter().filter_map(|(name, list)| {
                Some(member(name, principals_length(list.as_deref()?, vocabulary)))
            });
            let members = [
                places.sid(index).map(|sid| member("Sid", text(sid, vocabulary))),
                match statement.effect {
                    Effect::Allow => Some(member("Effect", r#""Allow""#.len())),
                    Effect::Deny | Effect::Unknown => Some(member("Effect", r#""Deny""#.len())),
                    Effect::Invalid => None,
                },
                statement.conditions.as_ref().map(|tests| member("Condition", conditions(tests, vocabulary))),
            ];
            let members = members.into_iter().flatten().chain(principals);
            let members = members.chain(clause("Action", &statement.actions, vocabulary));
            "{}".len() + separated(members.chain(clause("Resource", &statement.resources, vocabulary)))
        })
        .collect();
    let several = if statements.len() > 1 { "[]".len() } else { 0 };
    "{}".len() + version + member("Statement", several + separated(statements.into_iter()))
}

/// A member of a JSON object: its name in quotes, a colon, and its value.
fn member(name: &str, value: usize) -> usize {
    name.len() + r#""":"#.len() + value
}

/// Several things with commas between them.
fn separated(lengths: impl Iterator<Item = usize>) -> usize {
    lengths.map(|length| length + ",".len()).sum::<usize>().saturating_sub(",".len())
}

/// One value as it is; several in a list.
fn list(count: usize, lengths: impl Iterator<Item = usize>) -> usize {
    separated(lengths) + if count == 1 { 0 } else { "[]".len() }
}

fn clause<'a>(
    name: &'a str,
    clause: &'a Clause<Item>,
    vocabulary: &'a Vocabulary,
) -> impl Iterator<Item = usize> + 'a {
    let only = clause.only.as_deref().map(|values| member(name, items(values, vocabulary)));
    let except = clause.except.as_deref();
    let except = except.map(|values| "Not".len() + member(name, items(values, vocabulary)));
    only.into_iter().chain(except)
}

fn items(values: &[Item], vocabulary: &Vocabulary) -> usize {
    // What is not known may be no value at all.
    let known: Vec<usize> = values.iter().filter_map(|value| item(value, vocabulary)).collect();
    list(values.len(), known.into_iter())
}

fn item(value: &Item, vocabulary: &Vocabulary) -> Option<usize> {
    Some(text(value.text()?, vocabulary))
}

/// A value of a condition: truths and numbers may stand without quotes.
fn tested(value: &Item, vocabulary: &Vocabulary) -> Option<usize> {
    let literal = value.text()?.as_literal(vocabulary);
    let bare = literal.is_some_and(|literal| {
        matches!(literal, "true" | "false") || literal.bytes().all(|byte| byte.is_ascii_digit())
    });
    item(value, vocabulary).map(|length| if bare { length - r#""""#.len() } else { length })
}

/// A text in quotes.
fn text(text: &Text, vocabulary: &Vocabulary) -> usize {
    let characters = text.parts().iter().map(|part| match *part {
        Part::Literal(name) => {
            vocabulary.names.text(name).chars().filter(|character| !character.is_whitespace()).count()
        }
        Part::Symbol(symbol) => vocabulary.symbols.shape(symbol).least_length(),
    });
    r#""""#.len() + characters.sum::<usize>()
}

fn principals_length(principals: &[Principal], vocabulary: &Vocabulary) -> usize {
    let keys = [
        (PrincipalKey::Aws, "AWS"),
        (PrincipalKey::Federated, "Federated"),
        (PrincipalKey::Service, "Service"),
        (PrincipalKey::CanonicalUser, "CanonicalUser"),
    ];
    let members = keys.iter().filter_map(|(key, name)| {
        let values: Vec<&Principal> = principals.iter().filter(|principal| principal.key == *key).collect();
        let known = values.iter().filter_map(|principal| item(&principal.value, vocabulary));
        (!values.is_empty()).then(|| member(name, list(values.len(), known)))
    });
    // At least `"*"`, or an object.
    "{}".len() + separated(members)
}

fn conditions(tests: &[Test], vocabulary: &Vocabulary) -> usize {
    let mut operators: Vec<Operator> = Vec::new();
    for test in tests {
        if !operators.contains(&test.operator) {
            operators.push(test.operator);
        }
    }
    let members = operators.iter().map(|operator| {
        let of_this = tests.iter().filter(|test| test.operator == *operator);
        let keys = of_this.filter_map(|test| {
            let values: Vec<usize> =
                test.values.iter().filter_map(|value| tested(value, vocabulary)).collect();
            let values = list(test.values.len(), values.into_iter());
            Some(item(&test.key, vocabulary)? + ":".len() + values)
        });
        member(operator.name().as_deref().unwrap_or_default(), "{}".len() + separated(keys))
    });
    "{}".len() + separated(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::parse;
    use crate::policy::testing::Scene;

    fn least_of(json: &str) -> usize {
        let mut scene = Scene::new();
        let document = scene.value(json);
        let (policy, layout) = parse(&document, &scene.vocabulary);
        least(&policy, layout.at(document.span), &scene.vocabulary)
    }

    /// The second opinion: counts characters and reads nothing.
    fn counted(text: &str) -> usize {
        text.chars().filter(|character| !character.is_whitespace()).count()
    }

    const EVERYTHING: &str = r#"{
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Deploy from main",
                "Effect": "Allow",
                "Principal": {
                    "AWS": ["111122223333", "arn:aws:iam::111122223333:role/deploy"],
                    "Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"
                },
                "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
                "Condition": {
                    "StringEquals": { "gitlab.com:aud": "sts", "gitlab.com:sub": ["a b", "c"] },
                    "Bool": { "aws:SecureTransport": true },
                    "NumericLessThan": { "aws:MultiFactorAuthAge": 3600 }
                }
            },
            {
                "Effect": "Deny",
                "NotPrincipal": { "AWS": "111122223333" },
                "NotAction": "sts:*",
                "Resource": ["a", "b"]
            }
        ]
    }"#;

    #[test]
    fn what_has_no_unknowns_is_counted_exactly() {
        assert_eq!(least_of(EVERYTHING), counted(EVERYTHING));
    }

    #[test]
    fn unknowns_count_as_the_shortest_that_they_may_be() {
        let with = |account: &str| EVERYTHING.replace("111122223333", account);
        assert_eq!(least_of(&with("${AWS::AccountId}")), counted(EVERYTHING));
        // A parameter has one character at least, and does so in all four places.
        assert_eq!(least_of(&with("${Account}")), counted(EVERYTHING) - 4 * 11);
        let without_first_sub = EVERYTHING.replace(r#""a b""#, r#""<unknown>""#);
        assert_eq!(least_of(&without_first_sub), counted(EVERYTHING) - r#""ab","#.len());
    }

    #[test]
    fn what_is_not_parsed_never_makes_a_policy_longer() {
        for policy in [
            r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":["sts:AssumeRole"]}}"#,
            r#"{"Id":"x","Statement":[{"Effect":"Allow","Action":"a:\\\"b"}]}"#,
            r#"{"Statement":["<unknown>",{"Effect":"<unknown>"}]}"#,
            r#"{"Statement":[]}"#,
            r#"{"Statement":[{"Effect":"Allow","Condition":{},"Principal":{}}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Condition":{"Bool":{"1":"true","2":[]}}}]}"#,
        ] {
            assert!(least_of(policy) <= counted(policy), "{policy}");
        }
    }
}
