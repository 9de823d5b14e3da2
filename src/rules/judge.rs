//! Facts and rules make findings.

use std::fmt::Write as _;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::file::{self, Stretch};
use super::severity::{EXPOSURE, EXPOSURES, REACH, REACHES, exposure};
use super::{Case, Rule, RuleSeverity, Selection, condition};
use crate::analysis::{Analysis, Coverage};
use crate::facts::{Common, Fact, FieldId, FieldType, FieldValue};
use crate::finding::{Certainty, EntityName, Finding, Group, Label, Severity, in_words};
use crate::model::EntityId;
use crate::source::{Span, stable_hash};
use crate::value::{Text, Vocabulary, Worlds, keep_once};

/// What findings need to know of the scan.
pub trait Context {
    /// Names and symbols.
    fn vocabulary(&self) -> &Vocabulary;

    /// How an entity is named.
    fn name(&self, id: EntityId) -> EntityName;

    /// The smallest description of the worlds in which something holds; `None` if it holds in all.
    fn when(&self, worlds: &Worlds) -> Option<String>;

    /// How much of what a template may become the worlds in which something holds were looked for in.
    fn coverage(&self, worlds: &Worlds) -> Coverage;

    /// Whether it is written somewhere, and not what an account answered: then there is something to fix.
    fn is_written(&self, id: EntityId) -> bool;

    /// What was not seen of the entity's account, as a sentence; `None` if nothing is known to be missing.
    fn not_seen(&self, id: EntityId) -> Option<String>;

    /// What tells the entity's file from others, the same on every machine.
    fn file(&self, id: EntityId) -> String;
}

impl Context for Analysis<'_> {
    fn vocabulary(&self) -> &Vocabulary {
        self.vocabulary
    }

    fn name(&self, id: EntityId) -> EntityName {
        self.name(id)
    }

    fn when(&self, worlds: &Worlds) -> Option<String> {
        self.when(worlds)
    }

    fn coverage(&self, worlds: &Worlds) -> Coverage {
        self.coverage(worlds)
    }

    fn is_written(&self, id: EntityId) -> bool {
        !self.model.scope.inventories.contains_key(&self.entity(id).deployment)
    }

    fn not_seen(&self, id: EntityId) -> Option<String> {
        self.not_seen(id)
    }

    fn file(&self, id: EntityId) -> String {
        self.file(id)
    }
}

/// A finding with what tells which others it belongs together with.
#[derive(Debug)]
pub(super) struct Verdict {
    pub rule: usize,
    pub subject: EntityId,
    pub cause: Vec<Text>,
    pub worlds: Worlds,
    /// Apart: there may be very many, which are moved about.
    pub finding: Box<Finding>,
}

/// Collects findings while facts go by.
#[derive(Debug)]
pub struct Judge<'r> {
    rules: Arc<[&'r Rule]>,
    /// The positions of the rules that look at a kind of facts, in order.
    by_kind: Arc<FxHashMap<&'r str, Vec<usize>>>,
    selection: &'r Selection,
    verdicts: Vec<Verdict>,
    /// What several findings say alike.
    texts: FxHashSet<Arc<str>>,
}

impl<'r> Judge<'r> {
    /// A judge who knows the selected of these rules.
    #[must_use]
    pub fn new(rules: &'r [Rule], selection: &'r Selection) -> Self {
        let rules: Arc<[&'r Rule]> = rules.iter().filter(|rule| selection.has(rule)).collect();
        let mut by_kind: FxHashMap<&'r str, Vec<usize>> = FxHashMap::default();
        for (index, rule) in rules.iter().enumerate() {
            by_kind.entry(rule.finds.as_ref()).or_default().push(index);
        }
        Self {
            rules,
            by_kind: Arc::new(by_kind),
            selection,
            verdicts: Vec::new(),
            texts: FxHashSet::default(),
        }
    }

    /// A judge of the same rules who knows of nothing yet.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            rules: Arc::clone(&self.rules),
            by_kind: Arc::clone(&self.by_kind),
            selection: self.selection,
            verdicts: Vec::new(),
            texts: FxHashSet::default(),
        }
    }

    /// Takes over what another one has found, behind what is known already.
    pub fn append(&mut self, mut other: Self) {
        self.verdicts.append(&mut other.verdicts);
    }

    /// Judges one fact.
    pub fn take(&mut self, fact: &dyn Fact, context: &dyn Context) {
        for &index in self.by_kind.get(fact.schema().kind).into_iter().flatten() {
            let found = judge(self.rules[index], fact, context, self.selection, &mut self.texts);
            if let Some(finding) = found.map(Box::new) {
                let Common { subject, cause, worlds, .. } = fact.common().clone();
                self.verdicts.push(Verdict { rule: index, subject, cause, worlds, finding });
            }
        }
    }

    /// The findings, weaker ones folded into stronger ones, and what is the same in several variants of an
    /// entity, or of several that one text makes, said once. In no particular order.
    #[must_use]
    pub fn finish(mut self, context: &dyn Context) -> Vec<Finding> {
        tell_apart(&mut self.verdicts);
        super::precedence::fold(&self.rules, self.selection, &mut self.verdicts);
        let finding = |verdict: Verdict| {
            let mut finding = Finding { when: context.when(&verdict.worlds), ..*verdict.finding };
            // What is wrong under some conditions only may be right under others.
            if finding.when.is_some() || context.coverage(&verdict.worlds) != Coverage::Full {
                finding.fix = None;
            }
            // What may be right as it is is changed only if somebody says so.
            if let Some(fix) = &mut finding.fix {
                fix.safe &= finding.certainty == Certainty::Proved;
            }
            if finding.certainty == Certainty::Possible {
                finding.notes.extend(context.not_seen(verdict.subject));
            }
            finding
        };
        let mut merged = super::precedence::merge(self.verdicts, context.vocabulary());
        super::precedence::share(&mut merged);
        merged.into_iter().map(finding).collect()
    }
}

/// Whether something can be proved over the combinations of conditions that were looked at. What is open as the
/// template is shipped is open whatever else there may be; that something never works takes them all.
fn proves(group: Group, coverage: Coverage) -> bool {
    match coverage {
        Coverage::Full => true,
        Coverage::AsShipped => matches!(group, Group::OverBroad | Group::GuestAccess),
        Coverage::Partial => false,
    }
}

/// The facts about what must not be shown.
const SECRET: &str = "secret";

/// What a rule says about a fact of its kind.
fn judge(
    rule: &Rule,
    fact: &dyn Fact,
    context: &dyn Context,
    selection: &Selection,
    texts: &mut FxHashSet<Arc<str>>,
) -> Option<Finding> {
    let scene = condition::Scene { vocabulary: context.vocabulary(), options: selection.options(rule) };
    let wanted = condition::holds(&rule.when, fact, &scene, true);
    if !wanted.possible {
        return None;
    }
    let fires = wanted.and(condition::holds(&rule.unless, fact, &scene, false).not());
    if !fires.possible {
        return None;
    }
    let common = fact.common();
    let mut certainty = common.certainty;
    if !fires.sure || !proves(rule.group, context.coverage(&common.worlds)) {
        certainty = Certainty::Possible;
    }
    let (severity, decided) = match selection.severity(rule) {
        Some(severity) => (severity, true),
        None => severity(rule, fact, &scene),
    };
    if !decided {
        certainty = Certainty::Possible;
    }
    let entity = context.name(common.subject);
    let writer = Writer { fact, context, entity: &entity };
    let case = case(rule, fact);
    let message =
        case.and_then(|case| case.message.as_deref()).or(rule.message.as_deref()).unwrap_or_default();
    let help = case.and_then(|case| case.help.as_deref()).or(rule.help.as_deref()).unwrap_or_default();
    let evidence = &common.evidence;
    let moved = rule.place.as_ref().and_then(|role| evidence.iter().find(|evidence| evidence.role == role));
    let labels: Vec<Label> = rule
        .labels
        .iter()
        .flat_map(|(role, text)| {
            let text = keep_once(texts, writer.fill(text).as_str());
            evidence
                .iter()
                .filter(move |evidence| evidence.role == role)
                .map(move |evidence| Label { span: evidence.span, text: Arc::clone(&text) })
        })
        .collect();
    Some(Finding {
        rule: keep_once(texts, &*rule.id),
        group: rule.group,
        severity,
        certainty,
        when: None,
        message: writer.fill(message),
        span: moved.map_or(common.place, |evidence| evidence.span),
        conceals: fact.schema().kind == SECRET,
        labels,
        notes: Vec::new(),
        witness: common.witness.clone(),
        help: keep_once(texts, writer.fill(help).as_str()),
        fix: rule
            .fix
            .as_ref()
            .and_then(|name| fact.remedy(name))
            .filter(|_| context.is_written(common.subject))
            .cloned()
            .map(Box::new),
        folded_into: None,
        suppressed: None,
        fingerprint: fingerprint(rule, fact, &entity, context),
        entity,
    })
}

/// The severity, and whether it is decided.
///
/// Where cases are not decided, the worst that is possible counts: whoever fails a build on `high` wants to see
/// what may be high, and sees that it is only possible.
fn severity(rule: &Rule, fact: &dyn Fact, scene: &condition::Scene<'_>) -> (Severity, bool) {
    match &rule.severity {
        RuleSeverity::Level(level) => (*level, true),
        RuleSeverity::Exposure => {
            let levels = || {
                let reaches = possible(fact, REACH, REACHES);
                let exposures = move || possible(fact, EXPOSURE, EXPOSURES);
                reaches.flat_map(move |who| exposures().map(move |what| exposure(who, what)))
            };
            let worst = levels().max().unwrap_or(Severity::Info);
            (worst, levels().all(|level| level == worst))
        }
        RuleSeverity::Cases(cases) => {
            let mut worst: Option<Severity> = None;
            for (when, level) in cases.iter() {
                let holds = condition::holds(when, fact, scene, true);
                if holds.sure {
                    return match worst {
                        // What is possible before it is as bad: nothing depends on it.
                        None => (*level, true),
                        Some(worst) => (worst.max(*level), worst == *level),
                    };
                }
                if holds.possible {
                    worst = worst.max(Some(*level));
                }
            }
            (worst.unwrap_or(Severity::Info), worst.is_none())
        }
    }
}

/// The levels that a field of a fact may have.
fn possible<L: Copy>(fact: &dyn Fact, field: &str, levels: &'static [L]) -> impl Iterator<Item = L> {
    let words = match fact.schema().field(field).map(|field| fact.field(field)) {
        Some(FieldValue::Word(words)) => words.0,
        _ => 0,
    };
    levels.iter().enumerate().filter(move |(index, _)| words & (1 << index) != 0).map(|(_, level)| *level)
}

/// The case of a rule that a fact is of. If several are possible, it has none and the rule's own texts, which are
/// general, are used; a rule without them says the first.
fn case<'r>(rule: &'r Rule, fact: &dyn Fact) -> Option<&'r Case> {
    let field = fact.schema().field(rule.case_field.as_deref()?)?;
    let FieldValue::Word(words) = fact.field(field) else { return None };
    let (FieldType::Word(names) | FieldType::Level(names)) = fact.schema().fields[usize::from(field.0)].holds
    else {
        return None;
    };
    if words.decided().is_none() && rule.message.is_some() {
        return None;
    }
    rule.cases.iter().find(|case| {
        names.iter().position(|name| *name == case.word).is_some_and(|index| words.0 & (1 << index) != 0)
    })
}

struct Writer<'w> {
    fact: &'w dyn Fact,
    context: &'w dyn Context,
    entity: &'w EntityName,
}

impl Writer<'_> {
    /// A text of a rule, with the fields of the fact in place of their names.
    fn fill(&self, text: &str) -> String {
        let mut out = String::new();
        for stretch in file::stretches(text) {
            match stretch {
                Stretch::Plain(plain) => out.push_str(plain),
                Stretch::Field { name, article } => {
                    let value = self.field(name);
                    if article {
                        // By letter, which is right for the words that facts use.
                        let vowel = value.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O', 'S']);
                        out.push_str(if vowel { "an " } else { "a " });
                    }
                    out.push_str(&value);
                }
            }
        }
        out
    }

    fn field(&self, name: &str) -> String {
        if name == "entity" {
            return self.entity.name.clone();
        }
        let schema = self.fact.schema();
        let Some(field) = schema.field(name) else { return String::new() };
        let vocabulary = self.context.vocabulary();
        match self.fact.field(field) {
            FieldValue::Boolean(truth) => {
                truth.known().map_or("unknown".to_owned(), |truth| truth.to_string())
            }
            FieldValue::Word(words) => {
                let (FieldType::Word(names) | FieldType::Level(names)) =
                    schema.fields[usize::from(field.0)].holds
                else {
                    return String::new();
                };
                let possible = names.iter().enumerate().filter(|(index, _)| words.0 & (1 << index) != 0);
                possible.map(|(_, name)| in_words(name)).collect::<Vec<_>>().join(" or ")
            }
            FieldValue::Number(bounds) if bounds.sure == bounds.possible => bounds.sure.to_string(),
            FieldValue::Number(bounds) => format!("{} to {}", bounds.sure, bounds.possible),
            FieldValue::Text(text) => text.map_or_else(|| "?".to_owned(), |text| text.display(vocabulary)),
            FieldValue::Texts(texts) => {
                /// Nobody reads three hundred services: of so many, some are named.
                const MANY: usize = 100;
                const SOME: usize = 8;
                let named = if texts.len() > MANY { SOME } else { texts.len() };
                let mut shown: Vec<String> =
                    texts.iter().take(named).map(|text: &Text| text.display(vocabulary)).collect();
                if named < texts.len() {
                    shown.push(format!("and {} more", texts.len() - named));
                }
                shown.join("`, `")
            }
        }
    }
}

/// The identity of a finding: rule, entity, what caused it, and what the fact names. No positions, so that it survives
/// reformatting, and nothing of the words of the rule, so that they can be put better.
fn fingerprint(rule: &Rule, fact: &dyn Fact, entity: &EntityName, context: &dyn Context) -> String {
    let common = fact.common();
    let mut content = String::new();
    let mut add = |part: &str| {
        // Lengths keep parts apart whatever they contain.
        let _ = write!(content, "{}:{part};", part.len());
    };
    add(&rule.id);
    add(&context.file(common.subject));
    add(entity.kind);
    add(&entity.name);
    for cause in &common.cause {
        add(&cause.display(context.vocabulary()));
    }
    for (field, number) in fact.schema().fields.iter().zip(0..) {
        let texts = match fact.field(FieldId(number)) {
            // What somebody may have meant depends on what else there is.
            _ if field.name == "did-you-mean" => continue,
            FieldValue::Text(text) => text.into_iter().collect(),
            FieldValue::Texts(texts) => texts,
            FieldValue::Boolean(_) | FieldValue::Word(_) | FieldValue::Number(_) => continue,
        };
        let mut named: Vec<String> = texts.iter().map(|text| text.display(context.vocabulary())).collect();
        named.sort_unstable();
        add(field.name);
        named.iter().for_each(|text| add(text));
    }
    format!("{:016x}", stable_hash(content.as_bytes()))
}

/// Gives findings that are equal but for their places, such as one wrong name used twice, fingerprints of their own.
fn tell_apart(verdicts: &mut [Verdict]) {
    let mut places: FxHashMap<u64, SmallVec<[Span; 1]>> = FxHashMap::default();
    for Verdict { finding, .. } in verdicts {
        // It is a number in hexadecimal.
        let number = u64::from_str_radix(&finding.fingerprint, 16).unwrap_or_default();
        let spans = places.entry(number).or_default();
        let number = spans.iter().position(|span| *span == finding.span).unwrap_or_else(|| {
            spans.push(finding.span);
            spans.len() - 1
        });
        if number > 0 {
            let text = format!("{}#{number}", finding.fingerprint);
            finding.fingerprint = format!("{:016x}", stable_hash(text.as_bytes()));
        }
    }
}
