//! What is asked of those who come in, in short: for a person who looks at a picture.

use crate::analysis::Analysis;
use crate::model::{EntityId, Role};
use crate::policy::{
    Comparator, Effect, Item, Operator, Principal, PrincipalForm, Quantifier, Statement, Test,
};
use crate::source::Span;
use crate::value::{Field, Text, Vocabulary};

/// What a principal of a role's trust policy is.
pub(super) fn form<'a>(
    analysis: &'a Analysis<'_>,
    role: EntityId,
    principal: &Text,
) -> Option<&'a PrincipalForm> {
    let named = statements(analysis, role).flat_map(|statement| statement.principals.only.iter().flatten());
    named.into_iter().find(|named| is(named, principal)).map(|named| &named.form)
}

/// What the trust policy of a role asks of a principal, a text for each test. Where several statements let it in, the
/// tests of the first, and how many others there are.
pub(super) fn of_trust(analysis: &Analysis<'_>, role: EntityId, principal: &Text) -> Vec<String> {
    let names =
        |statement: &&Statement| statement.principals.only.iter().flatten().any(|named| is(named, principal));
    let mut statements = statements(analysis, role)
        .filter(|statement| statement.effect == Effect::Allow)
        .filter(names)
        .map(|statement| statement.conditions.as_deref().unwrap_or_default());
    let Some(first) = statements.next() else { return Vec::new() };
    let mut asked: Vec<String> = first.iter().map(|test| in_short(test, analysis.vocabulary)).collect();
    match statements.count() {
        0 => {}
        1 => asked.push("or as another statement says".to_owned()),
        others => asked.push(format!("or as {others} other statements say")),
    }
    asked
}

/// What a rule of a role mapping asks of the user's claims. The rule is found by where its role is written.
pub(super) fn of_rule(analysis: &Analysis<'_>, place: Span) -> Vec<String> {
    let mappings =
        analysis.model.role_attachments.iter().filter_map(|attachment| attachment.mappings.known());
    let rules = mappings
        .flat_map(|mappings| &mappings.value)
        .filter_map(|mapping| mapping.rules.known())
        .flat_map(|rules| &rules.value)
        .filter_map(Field::known);
    let of_place = rules.map(|rule| &rule.value).find(|rule| rule.role.span() == Some(place));
    let Some(rule) = of_place else { return Vec::new() };
    let shown = |field: &Field<Text>| match field {
        Field::Known(known) => known.value.display(analysis.vocabulary),
        _ => "?".to_owned(),
    };
    let sign = match rule.match_type.as_literal(analysis.vocabulary) {
        Some("Equals") => "=",
        Some("NotEqual") => "is not",
        Some("Contains") => "contains",
        Some("StartsWith") => "starts with",
        _ => "fits",
    };
    vec![format!("{} {sign} {}", shown(&rule.claim), shown(&rule.value))]
}

fn statements<'a>(analysis: &'a Analysis<'_>, role: EntityId) -> impl Iterator<Item = &'a Statement> {
    let trust = analysis.model.get::<Role>(role).and_then(|role| role.trust.known());
    trust.into_iter().flat_map(|trust| &analysis.model.policy(&trust.value).statements)
}

fn is(named: &Principal, principal: &Text) -> bool {
    named.value.text() == Some(principal)
}

/// `sub like repo:acme/*`
fn in_short(test: &Test, vocabulary: &Vocabulary) -> String {
    let shown = |item: &Item| item.text().map_or_else(|| "?".to_owned(), |text| text.display(vocabulary));
    let key = shown(&test.key);
    let values: Vec<String> = test.values.iter().map(shown).collect();
    let key = short(&key);
    if test.operator.comparator == Comparator::Null {
        return match values.first().map(|value| value.eq_ignore_ascii_case("true")) {
            Some(true) => format!("no {key}"),
            Some(false) => format!("any {key}"),
            None => format!("{key} is there or not"),
        };
    }
    let values = match values.as_slice() {
        [] => "nothing".to_owned(),
        values => values.join(" or "),
    };
    format!("{}{key} {} {values}", quantified(test.operator), sign(test.operator))
}

/// Claims of a federated principal without what names the issuer: `sub`, `aws:SourceArn`, `saml:aud`.
fn short(key: &str) -> &str {
    match key.rsplit_once(':') {
        Some((issuer, claim)) if issuer.contains(['.', '/']) && !claim.is_empty() => claim,
        _ => key,
    }
}

const fn quantified(operator: Operator) -> &'static str {
    match operator.quantifier {
        None => "",
        Some(Quantifier::ForAnyValue) => "some ",
        Some(Quantifier::ForAllValues) => "every ",
    }
}

fn sign(operator: Operator) -> String {
    use Comparator as C;
    let sign = match operator.comparator {
        C::StringEquals
        | C::StringEqualsIgnoreCase
        | C::NumericEquals
        | C::DateEquals
        | C::Bool
        | C::BinaryEquals => "=",
        C::StringLike | C::ArnLike | C::ArnEquals => "like",
        C::StringNotEquals | C::StringNotEqualsIgnoreCase | C::NumericNotEquals | C::DateNotEquals => {
            "is not"
        }
        C::StringNotLike | C::ArnNotLike | C::ArnNotEquals => "not like",
        C::NumericLessThan | C::DateLessThan => "<",
        C::NumericLessThanEquals | C::DateLessThanEquals => "<=",
        C::NumericGreaterThan | C::DateGreaterThan => ">",
        C::NumericGreaterThanEquals | C::DateGreaterThanEquals => ">=",
        C::IpAddress => "in",
        C::NotIpAddress => "not in",
        C::Null | C::Invalid | C::Unknown => "fits",
    };
    if operator.if_exists { format!("(if there) {sign}") } else { sign.to_owned() }
}
