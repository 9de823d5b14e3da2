//! Makes fixes, and takes back those that do not do what they are for.
//!
//! All is done in memory: fixes that do not touch each other are made at once, the texts are scanned again, and so on until
//! nothing is left to be fixed. A fix stays if the finding is gone, nothing is found that was not found before, and all
//! can still be read.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Outcome;
use crate::finding::{Edit, Finding, Fix, Severity};
use crate::fixes;
use crate::source::Sources;

/// A text before and after fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// As it was found.
    pub before: Arc<str>,
    /// As it is with the fixes.
    pub after: Arc<str>,
}

/// Texts that were changed, by their paths.
pub type Texts = BTreeMap<PathBuf, Mended>;

/// What became of fixes.
#[derive(Debug)]
pub struct Mending {
    /// What a scan finds with the fixes.
    pub outcome: Outcome,
    /// The texts with the fixes.
    pub texts: Texts,
    /// The findings that are fixed, in order.
    pub fixed: Vec<Mend>,
    /// The fixes that were taken back.
    pub refused: Vec<Mend>,
}

/// A fix that was made, or tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    /// Id of the rule.
    pub rule: String,
    /// What was found.
    pub message: String,
    /// What the fix does.
    pub title: String,
    /// The file that it changes first.
    pub path: PathBuf,
    /// Why it was taken back, if it was.
    pub why: Option<String>,
}

/// How often texts are scanned again at most.
const SCANS: usize = 200;

/// Makes the fixes of the findings that count, those that are allowed. `scan` scans again with changed texts.
pub fn mend(
    first: Outcome,
    allowed: &dyn Fn(&Finding, &Fix, &Sources) -> bool,
    scan: &mut dyn FnMut(&Texts) -> Outcome,
) -> Mending {
    let mending = Mending { outcome: first, texts: Texts::new(), fixed: Vec::new(), refused: Vec::new() };
    let mut workshop = Workshop { mending, allowed, scan, scans: 0, tried: FxHashSet::default() };
    loop {
        let chosen = workshop.chosen();
        if chosen.is_empty() || workshop.scans >= SCANS {
            return workshop.mending;
        }
        workshop.make(&chosen);
    }
}

/// What tells a fix from others as long as the finding is there.
type Identity = (String, String);

struct Workshop<'w> {
    mending: Mending,
    allowed: &'w dyn Fn(&Finding, &Fix, &Sources) -> bool,
    scan: &'w mut dyn FnMut(&Texts) -> Outcome,
    scans: usize,
    /// Fixes that did not do.
    tried: FxHashSet<Identity>,
}

impl Workshop<'_> {
    /// Fixes that do not touch each other, in order.
    fn chosen(&self) -> Vec<Identity> {
        let mut chosen = Vec::new();
        let mut taken: Vec<&Edit> = Vec::new();
        for (identity, fix) in self.candidates() {
            let is_free = fix.edits.iter().all(|edit| !taken.iter().any(|other| edit.touches(other)));
            if is_free {
                taken.extend(&fix.edits);
                chosen.push(identity);
            }
        }
        chosen
    }

    fn candidates(&self) -> impl Iterator<Item = (Identity, &Fix)> {
        self.mending.outcome.findings.iter().filter(|finding| finding.counts()).filter_map(|finding| {
            let fix = finding.fix.as_deref().filter(|fix| {
                !fix.edits.is_empty() && (self.allowed)(finding, fix, &self.mending.outcome.sources)
            })?;
            let identity = (finding.fingerprint.clone(), fix.title.clone());
            (!self.tried.contains(&identity)).then_some((identity, fix))
        })
    }

    /// Makes fixes, all at once if they do, else in halves.
    fn make(&mut self, chosen: &[Identity]) {
        if self.scans >= SCANS {
            return;
        }
        let outcome = &self.mending.outcome;
        let wanted: FxHashSet<&Identity> = chosen.iter().collect();
        let found: Vec<(&Finding, &Fix)> = outcome
            .findings
            .iter()
            .filter_map(|finding| Some((finding, finding.fix.as_deref()?)))
            .filter(|(finding, fix)| wanted.contains(&(finding.fingerprint.clone(), fix.title.clone())))
            .collect();
        // What a fix before it has changed is looked at in the next round.
        if found.is_empty() {
            return;
        }
        let mends: Vec<Mend> = found.iter().map(|(finding, fix)| self.about(finding, fix)).collect();
        let why = match self.texts_with(&found) {
            None => "it cannot be written".to_owned(),
            Some(texts) => {
                self.scans += 1;
                let after = (self.scan)(&texts);
                let findings: Vec<&Finding> = found.iter().map(|(finding, _)| *finding).collect();
                match objection(&self.mending.outcome, &after, &findings) {
                    None => {
                        self.mending.outcome = after;
                        self.mending.texts = texts;
                        self.mending.fixed.extend(mends);
                        return;
                    }
                    Some(why) => why,
                }
            }
        };
        match chosen {
            [] => {}
            [one] => {
                self.tried.insert(one.clone());
                self.mending
                    .refused
                    .extend(mends.into_iter().map(|mend| Mend { why: Some(why.clone()), ..mend }));
            }
            _ => {
                let (left, right) = chosen.split_at(chosen.len() / 2);
                self.make(left);
                self.make(right);
            }
        }
    }

    fn about(&self, finding: &Finding, fix: &Fix) -> Mend {
        let source = fix.edits.first().map_or(finding.span.source, |edit| edit.span.source);
        Mend {
            rule: finding.rule.to_string(),
            message: finding.message.clone(),
            title: fix.title.clone(),
            path: self.mending.outcome.sources.path(source),
            why: None,
        }
    }

    /// The texts with these fixes made too.
    fn texts_with(&self, found: &[(&Finding, &Fix)]) -> Option<Texts> {
        let sources = &self.mending.outcome.sources;
        let mut by_path: BTreeMap<PathBuf, Vec<&Edit>> = BTreeMap::new();
        for edit in found.iter().flat_map(|(_, fix)| &fix.edits) {
            by_path.entry(sources.path(edit.span.source)).or_default().push(edit);
        }
        let mut texts = self.mending.texts.clone();
        for (path, edits) in by_path {
            let text = Arc::clone(
                &sources.file_text(edits.first()?.span.source).ok().filter(|file| !file.changed)?.text,
            );
            let after = fixes::apply(&text, &edits)?.into();
            texts.entry(path).or_insert(Mended { before: text, after: "".into() }).after = after;
        }
        Some(texts)
    }
}

/// Rule, file, and what it is about.
type About<'f> = (&'f str, PathBuf, &'static str, &'f str);

fn about<'f>(outcome: &Outcome, finding: &'f Finding) -> About<'f> {
    let path = outcome.sources.path(finding.span.source);
    (&*finding.rule, path, finding.entity.kind, &finding.entity.name)
}

/// What speaks against the outcome of fixes; `None` if they do what they are for.
fn objection(before: &Outcome, after: &Outcome, fixed: &[&Finding]) -> Option<String> {
    let lost = |outcome: &Outcome| outcome.problems.iter().filter(|problem| problem.kind.loses()).count();
    if lost(after) > lost(before) {
        return Some("the file could not be read with it".to_owned());
    }
    let mut known: FxHashMap<About<'_>, Vec<Severity>> = FxHashMap::default();
    for finding in &before.findings {
        known.entry(about(before, finding)).or_default().push(finding.severity);
    }
    let mut left: FxHashMap<About<'_>, usize> = FxHashMap::default();
    for finding in &after.findings {
        *left.entry(about(after, finding)).or_default() += 1;
    }
    let mut expected: BTreeMap<About<'_>, usize> = BTreeMap::new();
    for finding in fixed {
        *expected.entry(about(before, finding)).or_default() += 1;
    }
    for (about, fixed) in &expected {
        let were = known.get(about).map_or(0, Vec::len);
        if left.get(about).copied().unwrap_or(0) + fixed > were {
            return Some("it would not be enough".to_owned());
        }
    }
    // Each finding that is there now was there before, and was as bad.
    for finding in
        after.findings.iter().filter(|finding| finding.counts() && finding.severity > Severity::Info)
    {
        let severities = known.get_mut(&about(after, finding));
        let same = severities.and_then(|known| {
            // The mildest that is enough: the worse ones are there for those that are worse.
            let (at, _) = known
                .iter()
                .enumerate()
                .filter(|&(_, &severity)| severity >= finding.severity)
                .min_by_key(|&(_, &severity)| severity)?;
            Some(known.swap_remove(at))
        });
        if same.is_none() {
            return Some(format!("with it, `{}` would be found: {}", finding.rule, finding.message));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan_texts;
    use crate::settings::Settings;

    const TEMPLATE: &str = r#"{"Resources": {"Partner": {"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": {"Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole"}]}}}}}"#;

    /// An outcome with one finding of each of these severities, all of one rule and one role.
    fn found(severities: &[Severity]) -> Outcome {
        let mut outcome = scan_texts(&[("a.json", TEMPLATE)], &Settings::default());
        let finding = outcome.findings.remove(0);
        let of = |&severity: &Severity| Finding { severity, ..finding.clone() };
        outcome.findings = severities.iter().map(of).collect();
        outcome
    }

    #[test]
    fn what_was_there_and_was_as_bad_is_nothing_new() {
        let objects = |before: &[Severity], after: &[Severity]| {
            let (before, after) = (found(before), found(after));
            objection(&before, &after, &[]).is_some()
        };
        let (low, high) = (Severity::Low, Severity::High);
        assert!(!objects(&[high, low], &[low, high]), "whatever their order");
        assert!(!objects(&[high, low, high], &[low, high, high]));
        assert!(!objects(&[high], &[low]), "milder than before");
        assert!(objects(&[low], &[high]), "worse than before");
        assert!(objects(&[high, low], &[high, high]));
    }
}
