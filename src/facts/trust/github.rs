//! Which of the two forms of GitHub's subjects a trust policy expects.

use super::view::{Ask, Kind, Sent, View};
use crate::facts::{Fact, OneOf, fact, remedy, words};
use crate::finding::{Change, Fix, How, Value};
use crate::knowledge::sender::{Claim, Format, Piece, Sender, Values};
use crate::policy::{Comparator, Effect, Element, PolicyPath, Statement, Test};
use crate::value::{Bounds, Text};

words! {
    /// The form of subjects that are let in.
    SubjectForm {
        /// Both forms, or whatever the repository's template makes.
        Both = "both",
        /// Only names: `repo:OWNER/NAME:...`.
        Classic = "classic-only",
        /// Only names with ids: `repo:OWNER@ID/NAME@ID:...`.
        Immutable = "immutable-only",
        /// A mixture of both, which is neither.
        Half = "half",
    }
}

words! {
    /// By what a trust policy knows repositories and their owners.
    KnownBy {
        /// By names, which others can have once they are free.
        Names = "names",
        /// By ids, which stay.
        Ids = "ids",
    }
}

fact! {
    /// One role that trusts GitHub Actions, and the form of subject that its trust policy expects.
    GithubSubject = "github-subject" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// The form.
        form: OneOf<SubjectForm> = "form",
        /// True if the repository may send this form or the other one: never sure, as nothing here says which.
        either: Bounds<bool> = "either",
        /// By what it knows repositories and their owners, as far as its subjects and other claims say.
        known_by: OneOf<KnownBy> = "known-by",
        /// The subject that is written.
        subject: Option<Text> = "subject",
    }
    evidence {}
    remedies {
        /// The subject stands there in the other form too: without its ids, or with those that the statement tests anyway.
        both_forms: "both-forms",
    }
}

pub(super) fn each(view: &View<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let Kind::WebIdentity { id, .. } = &view.kind else { return };
    if id != "github-actions" {
        return;
    }
    let Some(Written { test, place, subject }) = subject(view) else { return };
    let decide = || {
        let forms = [("classic", false), ("immutable", true)];
        let [classic, immutable] = forms.map(|(form, immutable)| {
            let sender = view.variant(&view.sender, form, &[], |sender| only(sender, immutable));
            !view.refuses(&Ask { sender: Some(Sent::Shared(&sender)), ..Ask::default() })
        });
        (classic, immutable)
    };
    let form = match *view.once("subject", 0, decide) {
        (true, true) => SubjectForm::Both,
        (true, false) => SubjectForm::Classic,
        (false, true) => SubjectForm::Immutable,
        (false, false) if is_half(&subject.display(view.analysis.vocabulary)) => SubjectForm::Half,
        (false, false) => return,
    };
    let mut common = view.common_of_entry();
    common.place = place;
    common.cause.push(subject.clone());
    take(&GithubSubject {
        common,
        role: view.role_name(),
        form: OneOf::only(form),
        either: Bounds::UNDECIDED,
        known_by: OneOf::only(known_by(view, form)),
        both_forms: both_forms(view, form, test, &subject),
        subject: Some(subject),
    });
}

/// By what the statements for the principal know repositories.
fn known_by(view: &View<'_>, form: SubjectForm) -> KnownBy {
    const IDS: &[&str] = &["repository_id", "repository_owner_id", "enterprise_id"];
    let names_ids = |test: &Test| {
        let key = test.literal_key(view.analysis.vocabulary).map(str::to_ascii_lowercase);
        let claim = key.as_deref().and_then(|key| key.rsplit_once(':')).map(|(_, claim)| claim);
        claim.is_some_and(|claim| IDS.contains(&claim)) && !test.operator.comparator.is_negated()
    };
    let is_of_ids = |statement: &Statement| statement.conditions.iter().flatten().any(names_ids);
    let mut allows = view.policy.statements.iter().filter(|statement| {
        statement.effect == Effect::Allow
            && statement.principals.only.iter().flatten().any(|one| one.value == view.principal.value)
    });
    match form {
        SubjectForm::Immutable => KnownBy::Ids,
        _ if allows.all(is_of_ids) => KnownBy::Ids,
        _ => KnownBy::Names,
    }
}

/// A subject that is written.
struct Written {
    /// The test that it is the first value of.
    test: u16,
    place: crate::source::Span,
    subject: Text,
}

/// The other form of the subject, beside the one that is written.
fn both_forms(view: &View<'_>, form: SubjectForm, test: u16, subject: &Text) -> Option<Fix> {
    let vocabulary = view.analysis.vocabulary;
    let (index, statement) = remedy::only_statement(view.policy, view.principal)?;
    let values = &statement.conditions.as_deref()?.get(usize::from(test))?.values;
    // Of several, each may have its counterpart among the others.
    let subject = subject.as_literal(vocabulary).filter(|_| values.len() == 1)?;
    let (owner, rest) = subject.strip_prefix("repo:")?.split_once('/')?;
    let (name, behind) = rest.split_once(':').map_or((rest, None), |(name, behind)| (name, Some(behind)));
    let behind = behind.map_or(String::new(), |behind| format!(":{behind}"));
    let plain = |part: &str| !part.is_empty() && !part.contains(['*', '?', '@', '$']);
    let (other, safe) = match form {
        SubjectForm::Immutable => {
            let (owner, name) = (owner.split_once('@')?.0, name.split_once('@')?.0);
            if !plain(owner) || !plain(name) {
                return None;
            }
            // Whoever has the name today gets in by it.
            (format!("repo:{owner}/{name}{behind}"), false)
        }
        SubjectForm::Classic if plain(owner) && plain(name) => {
            let (owner_id, id) = (
                tested_id(view, statement, "repository_owner_id")?,
                tested_id(view, statement, "repository_id")?,
            );
            // The ids are asked for already: nobody else gets in.
            (format!("repo:{owner}@{owner_id}/{name}@{id}{behind}"), true)
        }
        _ => return None,
    };
    let at = view.trust.places().exact(PolicyPath::new(index, Element::Values(test)))?;
    let change = Change { at, how: How::Add(vec![Value::Text(other.clone())]) };
    Some(Fix::new(format!("take `{other}` too"), safe, vec![change]))
}

/// The one id that a statement asks for.
fn tested_id(view: &View<'_>, statement: &Statement, claim: &str) -> Option<String> {
    let vocabulary = view.analysis.vocabulary;
    let is_of = |test: &&Test| {
        let key = test.literal_key(vocabulary).map(str::to_ascii_lowercase);
        let is_literal =
            matches!(test.operator.comparator, Comparator::StringEquals | Comparator::StringLike);
        let is_plain = test.operator.quantifier.is_none() && !test.operator.if_exists;
        key.is_some_and(|key| key.ends_with(&format!(":{claim}"))) && is_literal && is_plain
    };
    let mut tests = statement.conditions.iter().flatten().filter(is_of);
    let [value] = &*tests.next()?.values else { return None };
    let id = remedy::literal(value, vocabulary)?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned())
}

/// The first subject that an Allow statement for the principal writes, with its place.
fn subject(view: &View<'_>) -> Option<Written> {
    let statement = view.policy.statements.get(usize::from(view.path.statement))?;
    for (index, test) in (0u16..).zip(statement.conditions.iter().flatten()) {
        let is_subject = test
            .literal_key(view.analysis.vocabulary)
            .is_some_and(|key| key.to_ascii_lowercase().ends_with(":sub"));
        if is_subject && let Some(text) = test.values.first().and_then(crate::policy::Item::text) {
            let element = Element::Test { test: index, value: 0 };
            let place = view.trust.place(PolicyPath::new(view.path.statement, element));
            return Some(Written { test: index, place, subject: text.clone() });
        }
    }
    None
}

/// The sender with subjects of one form only. Templates make either.
fn only(sender: &Sender, immutable: bool) -> Sender {
    let ids = [sender.variable("owner-id"), sender.variable("repository-id")];
    let has_ids = |format: &Format| {
        format.0.iter().any(|piece| matches!(piece, Piece::Variable(id) if ids.contains(&Some(*id))))
    };
    let mut sender = sender.clone();
    let is_subject = |claim: &Claim| claim.key.ends_with(":sub");
    for claim in sender.kinds.iter_mut().flat_map(|kind| kind.claims_mut(is_subject)) {
        if let Values::One(formats) = &mut claim.values {
            let is_template = |format: &Format| matches!(format.0.as_slice(), [Piece::Segments { .. }]);
            formats.retain(|format| !is_template(format) && has_ids(format) == immutable);
        }
    }
    sender
}

/// `repo:OWNER/NAME@ID` or `repo:OWNER@ID/NAME`, with whatever behind.
fn is_half(subject: &str) -> bool {
    let Some((owner, rest)) = subject.strip_prefix("repo:").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let name = rest.split(':').next().unwrap_or_default();
    owner.contains('@') != name.contains('@')
}
