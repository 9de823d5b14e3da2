//! Requests of somebody whom a trust policy does not mean: with values that nobody chose, or without a claim.

use std::borrow::Cow;
use std::sync::Arc;

use super::view::{Ask, Judged, Sent, View};
use crate::knowledge::sender::{
    Claim, Control, Format, Measure, Piece, Presence, Sender, Values, Variable, VariableId,
};
use crate::policy::{Effect, Policy, Principal, PrincipalForm, Statement, Wanted};
use crate::value::{Bounds, Shape, SymbolId};

/// Two values for each variable that says who or where a caller is, which have nothing in common: whoever lets both
/// in lets everybody in.
const STRANGE: &[(&str, [&str; 2])] = &[
    ("account", ["444455556666", "777788889999"]),
    ("organisation", ["o-attacker000", "o-stranger9999"]),
    ("user", ["somebody", "other.user"]),
    ("role", ["somerole", "Another-Role"]),
    ("path", ["path", "another/way"]),
    ("federated-user", ["somebody", "other.user"]),
    ("unique-id", ["AIDACKCEVSQ6C2EXAMPLE", "AROADBQP57FF2AEXAMPLE"]),
    ("endpoint", ["vpce-0a1b2c3d", "vpce-0d4e5f607182"]),
    ("network", ["vpc-0a1b2c3d", "vpc-0d4e5f607182"]),
    ("external-id", ["external-id", "7f9c24e8"]),
    ("source-account", ["444455556666", "777788889999"]),
    ("anchor", ["0a1b2c3d-1111-2222-3333-444455556666", "9f8e7d6c-aaaa-bbbb-cccc-ddddeeeeffff"]),
    ("common-name", ["any-certificate", "Other Certificate"]),
];

/// Two addresses in networks that have nothing in common.
const ADDRESSES: [&str; 2] = ["198.51.100.77", "192.0.2.13"];

impl View<'_> {
    /// Whether two strangers are admitted who differ in all these variables, with a request of one of them.
    ///
    /// What takes too long to say, and what only a principal lets in that may turn out to be anybody, is taken for
    /// refused: it would be said of every policy that is written in such a way.
    pub(super) fn admits_strangers(&self, variables: &[&str], sent: Sent<'_>) -> Judged {
        let policy = without_unknown_principals(self.policy);
        let mut all: Option<Judged> = None;
        let sender = match sent {
            Sent::Shared(sender) => sender,
            Sent::Once(sender) => sender,
        };
        // Addresses are compared as numbers, which needs a value that is fixed from the beginning.
        let address = sender.variable("address").filter(|_| variables.contains(&"address"));
        for index in 0..2 {
            let wanted: Vec<Wanted> = STRANGE
                .iter()
                .filter(|(name, _)| variables.contains(name))
                .filter_map(|(name, values)| {
                    Some(Wanted::Stranger(sender.variable(name)?, values[index].to_owned()))
                })
                .collect();
            let (shared, once);
            let sent = match (address, sent) {
                (None, sent) => sent,
                (Some(address), Sent::Shared(sender)) => {
                    let fixed = |sender: &Sender| with_address(sender, address, ADDRESSES[index]);
                    shared = self.variant(sender, "address", &[ADDRESSES[index]], fixed);
                    Sent::Shared(&shared)
                }
                (Some(address), Sent::Once(sender)) => {
                    once = with_address(sender, address, ADDRESSES[index]);
                    Sent::Once(&once)
                }
            };
            let judged = self.ask(&Ask {
                wanted: &wanted,
                sender: Some(sent),
                policy: Some(&policy),
                ..Ask::default()
            });
            let both = match all.take() {
                None => judged,
                Some(first) => Judged {
                    admitted: first.admitted.and(judged.admitted),
                    witness: first.witness,
                    exhausted: first.exhausted || judged.exhausted,
                },
            };
            if !both.admitted.possible || both.exhausted {
                return Judged { admitted: Bounds::decided(false), witness: None, ..both };
            }
            all = Some(both);
        }
        all.unwrap_or(Judged { admitted: Bounds::UNDECIDED, witness: None, exhausted: true })
    }
}

/// A sender from one address.
fn with_address(sender: &Sender, variable: VariableId, address: &str) -> Sender {
    let mut sender = sender.clone();
    let variable = Arc::make_mut(&mut sender.variables[usize::from(variable)]);
    variable.language = Shape::literal(address);
    variable.samples = vec![address.to_owned()];
    sender
}

/// The policy without allowances for principals of which nothing is known.
pub(super) fn without_unknown_principals(policy: &Policy) -> Cow<'_, Policy> {
    let is_unknown = |principal: &Principal| principal.form == PrincipalForm::Unknown;
    let lets_unknown = |statement: &Statement| {
        statement.effect == Effect::Unknown
            || (statement.effect == Effect::Allow
                && statement.principals.only.iter().flatten().any(is_unknown))
    };
    if !policy.statements.iter().any(lets_unknown) {
        return Cow::Borrowed(policy);
    }
    let mut policy = policy.clone();
    for statement in &mut policy.statements {
        match (statement.effect, &mut statement.principals.only) {
            (Effect::Allow, Some(only)) => {
                *only = only.iter().filter(|principal| !is_unknown(principal)).cloned().collect();
            }
            // It may be a refusal all the same.
            (Effect::Unknown, _) => statement.effect = Effect::Deny,
            _ => {}
        }
    }
    Cow::Owned(policy)
}

/// A sender whose requests never have these keys, which are in lower case and may end in `*`.
pub(super) fn without(sender: &Sender, keys: &[&str]) -> Sender {
    changed(sender, keys, Presence::Never, None)
}

/// A sender whose requests always have a key, with this value.
pub(super) fn with(sender: &Sender, key: &str, value: &str) -> Sender {
    changed(sender, &[key], Presence::Always, Some(value))
}

/// A sender whose requests, if they have these keys, have this value there.
pub(super) fn limited(sender: &Sender, key: &str, value: &str) -> Sender {
    changed(sender, &[key], Presence::Sometimes, Some(value))
}

fn changed(sender: &Sender, keys: &[&str], presence: Presence, value: Option<&str>) -> Sender {
    let mut sender = sender.clone();
    let text = value.unwrap_or_default();
    let literal = match VariableId::try_from(sender.variables.len()) {
        // A variable with one value can also be compared as a number or a truth.
        Ok(id) if !text.chars().any(SymbolId::is_token) => {
            sender.variables.push(Arc::new(Variable {
                name: String::new(),
                language: Shape::literal(text),
                except: Vec::new(),
                measure: Measure::Text,
                control: Control::Issuer,
                samples: vec![text.to_owned()],
            }));
            Values::One(vec![Format(vec![Piece::Variable(id)])])
        }
        _ => Values::One(vec![Format(vec![Piece::Literal(text.to_owned())])]),
    };
    let claims: Vec<Arc<Claim>> = keys
        .iter()
        .map(|key| Arc::new(Claim { key: (*key).to_owned(), presence, values: literal.clone() }))
        .collect();
    for kind in &mut sender.kinds {
        // The first claim that fits a key counts.
        let begins = |claim: &Claim, key: &str| {
            key.strip_suffix('*').is_some_and(|start| claim.key.starts_with(start)) || claim.key == key
        };
        kind.claims.retain(|claim| !keys.iter().any(|key| begins(claim, key)));
        kind.claims.splice(0..0, claims.iter().cloned());
    }
    sender
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Issuers;

    #[test]
    fn a_changed_sender_has_the_claim_of_the_change() {
        let sender = Issuers::default().aws_principal().expect("the built-in file is right");
        let without = without(&sender, &["sts:externalid", "aws:principaltag/*"]);
        let presence = |key: &str| without.kinds[0].claim(key).map(|claim| claim.presence);
        assert_eq!(presence("sts:externalid"), Some(Presence::Never));
        assert_eq!(presence("aws:principaltag/team"), Some(Presence::Never));
        assert_eq!(presence("aws:principalaccount"), Some(Presence::Always));
        let with = with(&sender, "sts:externalid", "secret");
        let claim = with.kinds[0].claim("sts:externalid").expect("there is one");
        assert_eq!(claim.presence, Presence::Always);
    }

    #[test]
    fn strangers_are_values_of_the_variables_that_they_are_for() {
        let issuers = Issuers::default();
        let senders = [
            issuers.aws_principal(),
            issuers.service("scheduler.amazonaws.com", None),
            issuers.service("rolesanywhere.amazonaws.com", Some("111122223333")),
        ];
        for (name, values) in STRANGE {
            let mut known = false;
            for sender in senders.iter().flatten() {
                let Some(variable) = sender.variable(name) else { continue };
                known = true;
                for value in values {
                    let language = &sender.variables[usize::from(variable)].language;
                    assert!(language.admits(value), "{name}: {value}");
                }
            }
            assert!(known, "{name}");
        }
    }
}
