//! One root cause, one finding: weaker findings are folded into stronger ones on the same subject.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::judge::Verdict;
use super::{Rule, Selection};
use crate::finding::Finding;
use crate::model::EntityId;
use crate::source::Span;
use crate::value::{Comparison, Part, Text, Vocabulary};

/// Marks every finding whose rule yields to that of another one on the same subject, where both hold in some
/// world together. The stronger one says so in a note.
pub(super) fn fold(rules: &[&Rule], selection: &Selection, verdicts: &mut [Verdict]) {
    let mut by_subject: FxHashMap<EntityId, SmallVec<[usize; 2]>> = FxHashMap::default();
    for (index, verdict) in verdicts.iter().enumerate() {
        by_subject.entry(verdict.subject).or_default().push(index);
    }
    let mut folds = FxHashMap::default();
    let mut order = Vec::new();
    for (weaker, verdict) in verdicts.iter().enumerate() {
        let yields_to = &rules[verdict.rule].yields_to;
        if yields_to.is_empty() {
            continue;
        }
        let stronger = by_subject[&verdict.subject].iter().copied().find(|&other| {
            let candidate = &verdicts[other];
            yields_to.iter().any(|id| *id == rules[candidate.rule].id)
                // A finding that is only possible must not hide one that is proved.
                && candidate.finding.certainty >= verdict.finding.certainty
                // One that the settings make milder must not hide what they do not.
                && selection.severity(rules[candidate.rule]).is_none_or(|level| level >= verdict.finding.severity)
                // One that holds in fewer worlds must not hide what it does not say.
                && verdict.worlds.without(&candidate.worlds).is_none()
                && overlap(&verdict.cause, &candidate.cause)
        });
        if let Some(stronger) = stronger {
            folds.insert(weaker, stronger);
            order.push(weaker);
        }
    }
    for weaker in order {
        // A finding that is a note itself cannot carry one: the end of the chain does. Rules yield without cycles.
        let mut stronger = folds[&weaker];
        while let Some(&next) = folds.get(&stronger) {
            stronger = next;
        }
        let note = format!("also: {} ({})", verdicts[weaker].finding.message, verdicts[weaker].finding.rule);
        verdicts[weaker].finding.folded_into = Some(verdicts[stronger].finding.fingerprint.clone());
        verdicts[stronger].finding.notes.push(note);
    }
}

/// True if two verdicts of one rule at one place say the same.
fn is_same(left: &Verdict, right: &Verdict, vocabulary: &Vocabulary) -> bool {
    let (one, other) = (&left.finding, &right.finding);
    let may_equal = |(one, other): (&Text, &Text)| one.compare(other, vocabulary) != Comparison::Different;
    let labels = |finding: &Finding| finding.labels.iter().map(|label| label.span).collect::<Vec<_>>();
    one == other
        || ((one.severity, one.certainty, &one.folded_into)
            == (other.severity, other.certainty, &other.folded_into)
            && (one.entity.kind, &one.entity.name) == (other.entity.kind, &other.entity.name)
            && labels(one) == labels(other)
            && !left.cause.is_empty()
            && left.cause.len() == right.cause.len()
            && left.cause.iter().zip(&right.cause).all(may_equal))
}

/// True if two causes may be one: a fact of a whole subject names none.
fn overlap(left: &[Text], right: &[Text]) -> bool {
    left.is_empty() || right.is_empty() || left.iter().any(|cause| right.contains(cause))
}

/// Says once what is the same in several variants of an entity: their worlds are united. The same also means that
/// one expression stands for two texts which may be equal, such as a name with a region in it where a condition asks
/// for one region: then the text that is less written out is kept.
pub(super) fn merge(verdicts: Vec<Verdict>, vocabulary: &Vocabulary) -> Vec<Verdict> {
    let mut merged: Vec<Verdict> = Vec::with_capacity(verdicts.len());
    let mut at_place: FxHashMap<(Span, usize), SmallVec<[usize; 2]>> = FxHashMap::default();
    // Whom notes of those belong to that are said already: fingerprints, and where that is said.
    let mut said: FxHashMap<String, usize> = FxHashMap::default();
    for verdict in verdicts {
        let seen = at_place.entry((verdict.finding.span, verdict.rule)).or_default();
        let same = seen.iter().copied().find(|&index| is_same(&merged[index], &verdict, vocabulary));
        if let Some(index) = same
            && let Some(worlds) = merged[index].worlds.or(&verdict.worlds)
        {
            let symbols = |verdict: &Verdict| {
                let parts = verdict.cause.iter().flat_map(Text::parts);
                parts.filter(|part| matches!(part, Part::Symbol(_))).count()
            };
            let kept = &mut merged[index];
            let mut dropped = verdict;
            if symbols(&dropped) > symbols(kept) {
                std::mem::swap(&mut dropped, kept);
            }
            kept.worlds = worlds;
            for note in dropped.finding.notes {
                if !kept.finding.notes.contains(&note) {
                    kept.finding.notes.push(note);
                }
            }
            said.insert(dropped.finding.fingerprint, index);
        } else {
            seen.push(merged.len());
            merged.push(verdict);
        }
    }
    for index in 0..merged.len() {
        let stronger = merged[index].finding.folded_into.as_ref().and_then(|stronger| said.get(stronger));
        if let Some(&stronger) = stronger {
            merged[index].finding.folded_into = Some(merged[stronger].finding.fingerprint.clone());
        }
    }
    merged
}

/// Folds what is said in the same words of several entities that one place makes, such as the roles of a function's
/// events: there is one text to change. The first one says of whom it is true as well.
pub(super) fn share(verdicts: &mut [Verdict]) {
    let mut at_place: FxHashMap<(Span, usize), SmallVec<[usize; 2]>> = FxHashMap::default();
    for index in 0..verdicts.len() {
        if verdicts[index].finding.folded_into.is_some() {
            continue;
        }
        let seen = at_place.entry((verdicts[index].finding.span, verdicts[index].rule)).or_default();
        let same = seen.iter().copied().find(|&first| is_shared(&verdicts[first], &verdicts[index]));
        let Some(first) = same else {
            seen.push(index);
            continue;
        };
        let entity = &verdicts[index].finding.entity;
        let note =
            format!("the same is true of {} `{}`, which is made of the same text", entity.kind, entity.name);
        verdicts[index].finding.folded_into = Some(verdicts[first].finding.fingerprint.clone());
        verdicts[first].finding.notes.push(note);
    }
}

/// True if two verdicts of one rule at one place say the same of two entities.
fn is_shared(left: &Verdict, right: &Verdict) -> bool {
    let said = |finding: &Finding| {
        let labels: Vec<_> = finding.labels.iter().map(|label| (label.span, label.text.clone())).collect();
        (finding.severity, finding.certainty, finding.message.clone(), finding.help.clone(), labels)
    };
    left.subject != right.subject
        && left.worlds == right.worlds
        // What is folded into it would be lost.
        && right.finding.notes.is_empty()
        && said(&left.finding) == said(&right.finding)
}
