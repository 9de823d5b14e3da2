//! Who can choose the session tags that policies decide on.

mod deciding;

use std::sync::Arc;

use super::stranger::without_unknown_principals;
use super::view::{Ask, Judged, Kind, Sent, View};
use super::{Exposure, Reach};
use crate::analysis::Analysis;
use crate::facts::{Common, Evidence, Fact, LevelOf, OneOf, fact, words};
use crate::knowledge::sender::{
    Claim, Control, Format, Measure, Piece, Presence, Sender, Values, Variable, VariableId,
};
use crate::model::EntityId;
use crate::policy::{Effect, Element, Policy, PolicyPath, PrincipalForm, Wanted, Witness, matches_action};
use crate::source::Span;
use crate::value::{Bounds, Part, Shape, Text, Vocabulary};

pub(super) use deciding::Elsewhere;
use deciding::{Deciding, own};

words! {
    /// Who says which session tags a request has.
    Chooser {
        /// Whoever calls.
        Caller = "caller",
        /// The identity provider, in the token or assertion.
        IdentityProvider = "identity-provider",
    }
}

words! {
    /// What a trust policy lets the chooser write into a tag.
    TagChoice {
        /// Anything.
        Anything = "anything",
        /// Nothing, or what the policy says.
        Limited = "limited",
    }
}

fact! {
    /// One principal that may pass session tags to a role, and tags of which policies make something depend.
    SessionTags = "session-tags" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// The principal.
        principal: Option<Text> = "principal",
        /// Who says which tags a request has.
        chooser: OneOf<Chooser> = "chooser",
        /// The keys of the tags.
        tags: Vec<Text> = "tags",
        /// What the trust policy lets the chooser write into each of them.
        choice: OneOf<TagChoice> = "choice",
        /// True if a policy of the role itself decides on each of them. Undecided where only others do, which the role may never come to.
        matters: Bounds<bool> = "matters",
        /// How far out those are who get the role.
        reach: LevelOf<Reach> = "reach",
        /// What the role allows.
        exposure: LevelOf<Exposure> = "exposure",
    }
    evidence {
        /// Where a policy decides on the first of the tags.
        "policy",
        /// The conditions of the statement.
        "conditions",
    }
}

/// The action that a trust policy must allow for session tags.
const ACTION: &str = "sts:TagSession";

/// Issuers whose tokens their administrators can make carry session tags. (Others that are known have a fixed set of
/// claims, none of which are tags.)
const ISSUERS_WITH_TAGS: &[&str] = &["unknown", "buildkite", "cognito-user-pool", "entra-id"];

/// Two values of a tag that have nothing in common: whoever lets both in lets anything in.
const STRANGERS: [&str; 2] = ["qx7", "another-w3k"];

pub(super) fn each(view: &View<'_>, elsewhere: &Elsewhere, take: &mut dyn FnMut(&dyn Fact)) {
    let chooser = match &view.kind {
        Kind::Aws => Chooser::Caller,
        Kind::Saml => Chooser::IdentityProvider,
        Kind::WebIdentity { id, .. } if ISSUERS_WITH_TAGS.contains(&id.as_str()) => Chooser::IdentityProvider,
        // What services tag their sessions with, nobody else chooses.
        Kind::WebIdentity { .. } | Kind::Service { .. } => return,
    };
    let vocabulary = view.analysis.vocabulary;
    let allows = view.policy.statements.iter().any(|statement| {
        statement.effect == Effect::Allow && statement.covers_action(ACTION, vocabulary).possible
    });
    if !allows {
        return;
    }
    let mut groups: Vec<(SessionTags, Deciding)> = Vec::new();
    for deciding in
        own(view.analysis, view.role.entity.id).into_iter().chain(elsewhere.of(view.analysis, view.role))
    {
        let known = |(fact, _): &(SessionTags, Deciding)| {
            fact.tags.iter().any(|tag| {
                tag.as_literal(vocabulary).is_some_and(|tag| tag.eq_ignore_ascii_case(&deciding.key))
            })
        };
        // What the role's own policies say comes first, and is surer than what others do.
        if groups.iter().any(known) {
            continue;
        }
        let (choice, judged) = choice(view, &deciding.key);
        let tag = vocabulary.literal(&deciding.key);
        let same = groups.iter_mut().find(|(fact, first)| {
            fact.choice == choice && first.matters == deciding.matters && first.worlds == deciding.worlds
        });
        match same {
            Some((fact, _)) => {
                fact.tags.push(tag.clone());
                fact.common.cause.push(tag);
            }
            None => groups.push((fact(view, chooser, tag, choice, judged, &deciding), deciding)),
        }
    }
    for (fact, _) in &groups {
        take(fact);
    }
}

/// Whether a policy of the role itself, or of the permission set in this account, decides by a session tag.
pub(in crate::facts) fn decides_by(analysis: &Analysis<'_>, holder: EntityId, tag: &str) -> bool {
    decides_at(analysis, holder, tag).is_some()
}

/// Where a policy of a holder decides by a session tag.
pub(in crate::facts) fn decides_at(analysis: &Analysis<'_>, holder: EntityId, tag: &str) -> Option<Span> {
    own(analysis, holder).into_iter().find(|one| one.key.eq_ignore_ascii_case(tag)).map(|one| one.span)
}

/// Where a trust policy or one of an organisation decides by a tag of the caller.
pub(in crate::facts) fn decides_elsewhere(analysis: &Analysis<'_>, tag: &str) -> Option<Span> {
    Elsewhere::new(analysis).first(tag)
}

fn fact(
    view: &View<'_>,
    chooser: Chooser,
    tag: Text,
    choice: OneOf<TagChoice>,
    judged: Option<Judged>,
    deciding: &Deciding,
) -> SessionTags {
    let witness = judged.and_then(|judged| judged.witness);
    let mut common: Common = view.common();
    common.place = witness.as_deref().map_or(common.place, |witness| place(view, witness));
    common.worlds = deciding.worlds.clone();
    common.cause.push(tag.clone());
    common.evidence = vec![Evidence { role: "policy", span: deciding.span }];
    common.evidence.extend(super::conditions(view));
    common.witness = witness.as_deref().map(|witness| {
        let mut lines = view.shown(witness);
        let key = format!("aws:requesttag/{}", deciding.key.to_ascii_lowercase());
        // Only keys that are tested are shown.
        if !lines.iter().any(|(shown, _)| *shown == key) {
            lines.push((key, STRANGERS[0].to_owned()));
        }
        lines
    });
    SessionTags {
        common,
        role: view.role_name(),
        principal: view.principal.value.text().cloned(),
        chooser: OneOf::only(chooser),
        tags: vec![tag],
        choice,
        matters: deciding.matters,
        // Who is named is meant to choose, most often.
        reach: LevelOf::only(match view.principal.form {
            PrincipalForm::Role { .. }
            | PrincipalForm::User { .. }
            | PrincipalForm::Session { .. }
            | PrincipalForm::FederatedUser { .. } => Reach::Inner,
            _ => Reach::Middle,
        }),
        exposure: view.exposure(),
    }
}

/// What the trust policy lets the principal write into a tag, with a request that shows it.
fn choice(view: &View<'_>, tag: &str) -> (OneOf<TagChoice>, Option<Judged>) {
    let limited = (OneOf::only(TagChoice::Limited), None);
    let vocabulary = view.analysis.vocabulary;
    if is_tied(view.policy, tag, vocabulary) {
        return limited;
    }
    let Some((sender, variable)) = tagging(&view.sender, view.policy, tag, vocabulary) else {
        return limited;
    };
    let policy = without_unknown_principals(view.policy);
    let tags = |exchange: &usize| sender.exchanges[*exchange].actions.iter().any(|action| action == ACTION);
    let mut found: Option<Judged> = None;
    for exchange in (0..sender.exchanges.len()).filter(tags) {
        let ask = |stranger: &str| {
            view.ask(&Ask {
                wanted: &[Wanted::Stranger(variable, stranger.to_owned())],
                exchange: Some(exchange),
                sender: Some(Sent::Once(&sender)),
                policy: Some(&policy),
                ..Ask::default()
            })
        };
        let first = ask(STRANGERS[0]);
        if first.exhausted || !first.admitted.possible {
            continue;
        }
        let second = ask(STRANGERS[1]);
        let admitted = first.admitted.and(second.admitted);
        if second.exhausted || !admitted.possible {
            continue;
        }
        let judged = Judged { admitted, ..first };
        if judged.admitted.sure {
            return (OneOf::only(TagChoice::Anything), Some(judged));
        }
        found.get_or_insert(judged);
    }
    match found {
        Some(judged) => (OneOf::only(TagChoice::Anything).or(TagChoice::Limited), Some(judged)),
        None => limited,
    }
}

/// Whether the policy ties a tag to something else that is known of the caller, by a policy variable.
fn is_tied(policy: &Policy, tag: &str, vocabulary: &Vocabulary) -> bool {
    let key = format!("aws:RequestTag/{tag}");
    let has_variable = |text: &Text| {
        text.parts()
            .iter()
            .any(|part| matches!(part, Part::Literal(name) if vocabulary.names.text(*name).contains("${")))
    };
    policy.statements.iter().flat_map(|statement| statement.conditions.iter().flatten()).any(|test| {
        test.key_is(&key, vocabulary) && test.values.iter().filter_map(|value| value.text()).any(has_variable)
    })
}

/// A sender that passes a tag in every request that has tags, with the variable of its value. `None` if it never does.
fn tagging(
    sender: &Sender,
    policy: &Policy,
    tag: &str,
    vocabulary: &Vocabulary,
) -> Option<(Sender, VariableId)> {
    let request_tag = format!("aws:requesttag/{}", tag.to_ascii_lowercase());
    let mut sender = sender.clone();
    let variable = VariableId::try_from(sender.variables.len()).ok()?;
    sender.variables.push(Arc::new(Variable {
        name: "requested-tag".to_owned(),
        language: Shape::any(),
        except: Vec::new(),
        measure: Measure::Text,
        control: Control::Requester,
        samples: STRANGERS.map(str::to_owned).to_vec(),
    }));
    let spellings: Vec<Format> = spellings(policy, tag, vocabulary)
        .into_iter()
        .map(|spelling| Format(vec![Piece::Literal(spelling)]))
        .collect();
    for kind in &mut sender.kinds {
        if !kind.claim(&request_tag).is_some_and(|claim| claim.presence.may_be_there()) {
            return None;
        }
        let others = match kind.claim("aws:tagkeys").map(|claim| &claim.values) {
            Some(Values::Many { others, .. }) => others.clone(),
            _ => Vec::new(),
        };
        kind.claims.retain(|claim| claim.key != request_tag && claim.key != "aws:tagkeys");
        let value = Values::One(vec![Format(vec![Piece::Variable(variable)])]);
        let keys = Values::Many { required: vec![spellings.clone()], others };
        let claim =
            |key: &str, values| Arc::new(Claim { key: key.to_owned(), presence: Presence::Always, values });
        kind.claims.splice(0..0, [claim(&request_tag, value), claim("aws:tagkeys", keys)]);
    }
    Some((sender, variable))
}

/// How the policies spell the key of a tag, whose case does not count.
fn spellings(policy: &Policy, tag: &str, vocabulary: &Vocabulary) -> Vec<String> {
    let mut spellings = vec![tag.to_owned()];
    let tests = policy.statements.iter().flat_map(|statement| statement.conditions.iter().flatten());
    for test in tests.filter(|test| test.key_is("aws:TagKeys", vocabulary)) {
        for value in test.values.iter().filter_map(|value| value.text()?.as_literal(vocabulary)) {
            if value.eq_ignore_ascii_case(tag) && !spellings.iter().any(|known| known == value) {
                spellings.push(value.to_owned());
            }
        }
    }
    spellings
}

/// Where the statement that lets tags in says so.
fn place(view: &View<'_>, witness: &Witness) -> Span {
    let vocabulary = view.analysis.vocabulary;
    let actions = &view.sender.exchanges[witness.exchange].actions;
    let index = actions.iter().position(|action| action == ACTION);
    let Some(&statement) = index.and_then(|index| witness.statements.get(index)) else {
        return view.trust.place(view.path);
    };
    let written = view.policy.statements.get(usize::from(statement));
    let position = written.and_then(|written| {
        let only = written.actions.only.as_deref()?;
        let position = only.iter().position(|action| matches_action(action, ACTION, vocabulary).possible)?;
        u16::try_from(position).ok()
    });
    let element = position.map_or(Element::NotActions, Element::Action);
    view.trust.place(PolicyPath::new(statement, element))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Issuers;

    #[test]
    fn issuers_with_tags_are_known() {
        for (host, id) in [
            ("login.example.com", "unknown"),
            ("agent.buildkite.com", "buildkite"),
            ("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abcdefghi", "cognito-user-pool"),
            ("sts.windows.net/11112222-3333-4444-5555-666677778888/", "entra-id"),
        ] {
            let issuers = Issuers::default();
            let found = issuers.find(host).map_or("unknown", |found| found.file.id.as_str());
            assert_eq!(found, id, "{host}");
            assert!(ISSUERS_WITH_TAGS.contains(&found), "{host}");
        }
    }
}
