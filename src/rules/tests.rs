//! The catalogue: every built-in rule is complete and fits the facts; and what the engine makes of facts.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{BUILT_IN, Rule, check, file};
use crate::facts::SCHEMAS;

/// Ids that were released and are gone. They are never used again.
const RETIRED: &[&str] = &[];

fn files() -> Vec<(String, file::RuleFile)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the project has a folder `rules`")
        .map(|entry| entry.expect("the folder can be read").path())
        .map(|path| {
            #[expect(clippy::disallowed_methods, reason = "a test reads what it tests")]
            let text = fs::read_to_string(&path).expect("a rule file can be read");
            let stem = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            let file = file::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (stem, file)
        })
        .collect();
    files.sort_by(|left, right| left.0.cmp(&right.0));
    files
}

#[test]
fn the_table_is_what_the_loader_reads() {
    let texts = BUILT_IN.iter().map(|rule| &rule.text);
    let loaded: Vec<Rule> = texts.map(|text| Rule::parse(text).expect("a built-in rule is valid")).collect();
    assert_eq!(loaded, BUILT_IN);
    let files: Vec<file::RuleFile> = files().into_iter().map(|(_, file)| file).collect();
    assert_eq!(
        BUILT_IN.iter().map(Rule::file).collect::<Vec<_>>(),
        files,
        "and each has the text of its file"
    );
}

#[test]
fn ids_are_file_names_and_none_is_used_again() {
    for (stem, file) in files() {
        assert_eq!(stem, file.id);
        assert!(!RETIRED.contains(&stem.as_str()), "{stem} was retired");
    }
}

#[test]
fn every_rule_fits_the_facts_that_it_asks_for() {
    let ids: Vec<&str> = BUILT_IN.iter().map(|rule| rule.id.as_ref()).collect();
    let errors: Vec<String> = BUILT_IN
        .iter()
        .flat_map(|rule| check(rule, SCHEMAS, &ids).into_iter().map(|error| format!("{}: {error}", rule.id)))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn every_kind_of_fact_is_used_and_has_a_name_of_its_own() {
    let kinds: BTreeSet<&str> = SCHEMAS.iter().map(|schema| schema.kind).collect();
    assert_eq!(kinds.len(), SCHEMAS.len());
    let used: BTreeSet<&str> = BUILT_IN.iter().map(|rule| rule.finds.as_ref()).collect();
    assert_eq!(used, kinds);
}

#[test]
fn yielding_has_no_cycle() {
    fn visit<'r>(rule: &'r Rule, path: &mut Vec<&'r str>) {
        assert!(!path.contains(&rule.id.as_ref()), "{path:?} yields to {}", rule.id);
        path.push(&rule.id);
        for id in rule.yields_to.iter() {
            visit(Rule::built_in(id).expect("rules yield to rules"), path);
        }
        path.pop();
    }
    BUILT_IN.iter().for_each(|rule| visit(rule, &mut Vec::new()));
}

#[test]
fn every_rule_has_examples_that_fire_and_examples_that_do_not() {
    for (stem, file) in files() {
        assert!(!file.bad.is_empty() && !file.good.is_empty(), "{stem} lacks examples");
        for example in &file.bad {
            assert!(
                example.reports.iter().any(|report| report.rule == stem),
                "{stem}: the bad example `{}` does not list the rule itself",
                example.title
            );
        }
        for example in &file.good {
            assert!(
                example.reports.iter().all(|report| report.rule != stem),
                "{stem}: the good example `{}` lists the rule itself",
                example.title
            );
        }
    }
}

#[test]
fn texts_keep_to_the_conventions() {
    for rule in BUILT_IN {
        for (at, text) in rule.texts() {
            let one_line = !text.trim_end().contains('\n');
            if at.ends_with("help") {
                let first = text.chars().next().expect("a help says something");
                assert!(
                    first.is_uppercase() && text.ends_with('.'),
                    "{} {at}: a full sentence: {text}",
                    rule.id
                );
            } else {
                assert!(
                    one_line && !text.ends_with('.'),
                    "{} {at}: one line without period: {text}",
                    rule.id
                );
                let first = text.chars().next().expect("a message says something");
                assert!(!first.is_uppercase(), "{} {at}: starts in lower case: {text}", rule.id);
            }
        }
        let title = rule.file().title.unwrap_or_else(|| panic!("{}: has no title", rule.id));
        assert!(
            !title.ends_with('.') && title.len() <= 76 && !title.contains('{'),
            "{}: a title is one short line: {title}",
            rule.id
        );
        assert!(!rule.why.contains('{'), "{}: a reason speaks of no single case", rule.id);
        for prose in [Some(&rule.why), rule.known_limits.as_ref()].into_iter().flatten() {
            assert!(prose.ends_with('.'), "{}: prose ends with a period", rule.id);
        }
        assert!(
            rule.references.iter().all(|address| address.starts_with("https://")),
            "{}: references are addresses",
            rule.id
        );
        // What fedlint itself is asked to do is from nowhere else.
        let is_own = rule.finds == "suppression";
        assert!(is_own || !rule.references.is_empty(), "{}: says where it comes from", rule.id);
    }
}

mod loading {
    use super::super::{Rule, check, file};
    use crate::facts::{EvidenceSchema, FieldSchema, FieldType, Schema};

    const SCHEMA: Schema = Schema {
        kind: "thing",
        about: "A thing.",
        fields: &[
            FieldSchema { name: "open", holds: FieldType::Boolean, about: "True if it is open." },
            FieldSchema { name: "kind", holds: FieldType::Word(&["round", "square"]), about: "Its kind." },
            FieldSchema { name: "days", holds: FieldType::Number, about: "Its age." },
        ],
        evidence: &[EvidenceSchema { role: "lid", about: "Its lid." }],
        remedies: &[],
    };

    /// What is wrong with a rule whose lines replace those of a right one.
    fn wrong(change: &[(&str, &str)]) -> Vec<String> {
        let mut text = String::new();
        for (key, line) in [
            ("id", "id: thing-open"),
            ("group", "group: hygiene"),
            ("severity", "severity: low"),
            ("since", "since: 0.1.0"),
            ("finds", "finds: thing"),
            ("when", "when: { open: true }"),
            ("message", "message: the {kind} thing is open"),
            ("why", "why: It should be shut."),
            ("help", "help: Shut it."),
            ("examples", "examples: { bad: [], good: [] }"),
        ] {
            let line = change.iter().find(|(changed, _)| *changed == key).map_or(line, |(_, line)| line);
            text.push_str(line);
            text.push('\n');
        }
        for (_, line) in change.iter().filter(|(key, _)| key.is_empty()) {
            text.push_str(line);
            text.push('\n');
        }
        let rule = Rule::parse(&text);
        match rule {
            Err(error) => vec![error.to_string()],
            Ok(rule) => check(&rule, &[&SCHEMA], &["thing-open"]).iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_right_rule_is_right() {
        assert_eq!(wrong(&[]), [""; 0]);
        let options = "options: { limit: { default: 30, about: How old. } }";
        assert_eq!(wrong(&[("when", "when: { days: { above: $limit } }"), ("", options)]), [""; 0]);
    }

    #[test]
    fn prose_is_wrapped_by_whoever_shows_it() {
        let text = "id: thing-open\ngroup: hygiene\nseverity: low\nsince: 0.1.0\nfinds: thing\nmessage: open\n\
                    help: Shut it.\nexamples: {}\nwhy: |\n  One\n  sentence.\n\n  Another:\n  - first\n  - second\n";
        let file = file::parse(text).expect("a valid rule");
        assert_eq!(file.why, "One sentence.\n\nAnother:\n- first\n- second");
    }

    #[test]
    fn every_mistake_has_a_place_and_a_hint() {
        let cases: &[(&[(&str, &str)], &str)] = &[
            (
                &[("when", "when: { opne: true }")],
                "`when.opne`: there is no field of fact `thing` `opne`; did you mean `open`?",
            ),
            (&[("when", "when: { open: yes please }")], "`when.open`: is `true` or `false`"),
            (
                &[("when", "when: { kind: sqare }")],
                "`when.kind`: there is no word `sqare`; did you mean `square`?",
            ),
            (&[("when", "when: { kind: { above: round } }")], "`when.kind`: takes `is` or `in`"),
            (
                &[("when", "when: { days: { abvoe: 3 } }")],
                "`when.days`: there is no operator `abvoe`; the operators are `is`, `in`, `above`, `below`, `includes`, `within` and `matches`",
            ),
            (&[("when", "when: { days: { above: $limit } }")], "`when.days`: there is no option `limit`"),
            (
                &[("finds", "finds: thign")],
                "`finds`: there is no kind of fact `thign`; did you mean `thing`?",
            ),
            (
                &[("group", "group: hygene")],
                "`group`: there is no group `hygene`; the groups are `broken-trust`, `over-broad`, `guest-access`, `hygiene`, `advice`",
            ),
            (
                &[("severity", "severity: bad")],
                "`severity`: there is no level `bad`; the levels are `info`, `low`, `medium`, `high` and `critical`",
            ),
            (
                &[("message", "message: the {knid} thing is open")],
                "`message`: there is no field of fact `thing` `knid`; did you mean `kind`?",
            ),
            (&[("", "labels: { lit: here }")], "`labels`: there is no evidence `lit`; did you mean `lid`?"),
            (
                &[("", "yields-to: [thing-opem]")],
                "`yields-to`: there is no rule `thing-opem`; did you mean `thing-open`?",
            ),
            (
                &[("severity", "severity: { scale: exposure }")],
                "`severity`: fact `thing` has no field `reach`, which the scale reads",
            ),
            (&[("id", "id: Thing")], "`id`: `Thing` is not in kebab-case"),
            (&[("why", "")], "`why`: is missing"),
            (
                &[("message", "cases: { field: kind, round: { message: it is round } }")],
                "`message`: is missing, and not every case has its own",
            ),
        ];
        for (change, expected) in cases {
            let seen = wrong(change);
            if expected.contains("not every case") {
                // One of two words has a text: the loader cannot know, the check of the words does.
                assert_eq!(seen, ["`cases`: `square` has no case, and the rule no text of its own"]);
            } else {
                assert_eq!(seen.first().map(String::as_str), Some(*expected));
            }
        }
        let unknown = wrong(&[("", "mesage: twice")]);
        assert!(
            unknown[0].starts_with("`mesage`: there is no such key here; known are `id`, "),
            "{unknown:?}"
        );
    }
}

mod judging {
    use super::super::judge::{Context, Judge};
    use super::super::{Rule, Selection, suppress};
    use crate::analysis::Coverage;
    use crate::facts::{
        Common, Evidence, EvidenceSchema, Fact, FieldId, FieldSchema, FieldType, FieldValue, Schema, WordSet,
    };
    use crate::finding::{Certainty, EntityName, Finding, Severity, SuppressedBy, Suppression};
    use crate::model::{EntityId, EntityKind};
    use crate::source::{Sources, Span};
    use crate::value::{
        Bounds, DeploymentId, Pseudo, Shape, Symbol, TemplateId, Text, Vocabulary, WorldSet, Worlds,
    };

    const SCHEMA: Schema = Schema {
        kind: "thing",
        about: "A thing.",
        fields: &[
            FieldSchema { name: "open", holds: FieldType::Boolean, about: "True if it is open." },
            FieldSchema {
                name: "size",
                holds: FieldType::Level(&["small", "large", "huge"]),
                about: "Its size.",
            },
        ],
        evidence: &[EvidenceSchema { role: "lid", about: "Its lid." }],
        remedies: &[],
    };

    struct Thing {
        common: Common,
        open: Bounds<bool>,
        size: u64,
    }

    impl Fact for Thing {
        fn schema(&self) -> &'static Schema {
            &SCHEMA
        }

        fn common(&self) -> &Common {
            &self.common
        }

        fn field(&self, field: FieldId) -> FieldValue {
            if field.0 == 0 { FieldValue::Boolean(self.open) } else { FieldValue::Word(WordSet(self.size)) }
        }
    }

    struct World(Vocabulary);

    impl Context for World {
        fn vocabulary(&self) -> &Vocabulary {
            &self.0
        }

        fn name(&self, id: EntityId) -> EntityName {
            EntityName {
                kind: "role",
                name: format!("Thing{}", id.index),
                arn: None,
                cdk_path: None,
                span: None,
            }
        }

        fn when(&self, worlds: &Worlds) -> Option<String> {
            worlds.sets().next().map(|(_, set)| format!("in {:b}", set.0))
        }

        fn coverage(&self, _: &Worlds) -> Coverage {
            Coverage::Full
        }

        fn is_written(&self, _: EntityId) -> bool {
            true
        }

        fn not_seen(&self, _: EntityId) -> Option<String> {
            None
        }

        fn file(&self, _: EntityId) -> String {
            "template.yaml".to_owned()
        }
    }

    fn thing(index: u32, open: Bounds<bool>, size: u64, worlds: u64) -> Thing {
        let source = Sources::default().add_file("template.yaml".into(), 0);
        let lid = Span::new(source, 7, 9);
        Thing {
            common: Common {
                subject: EntityId { kind: EntityKind::Role, index },
                place: Span::new(source, 1, 2),
                certainty: Certainty::Proved,
                worlds: Worlds::of(TemplateId(0), WorldSet(worlds)),
                evidence: vec![Evidence { role: "lid", span: lid }],
                cause: Vec::new(),
                witness: None,
            },
            open,
            size,
        }
    }

    fn rule(id: &str, rest: &str) -> Rule {
        let text = format!(
            "id: {id}\ngroup: hygiene\nsince: 0.1.0\nfinds: thing\nwhy: It matters.\nhelp: Shut it.\n\
             examples: {{}}\n{rest}"
        );
        Rule::parse(&text).expect("a valid rule")
    }

    fn judged(rules: &[Rule], things: &[Thing]) -> Vec<Finding> {
        let (selection, world) = (Selection::default(), World(Vocabulary::default()));
        let mut judge = Judge::new(rules, &selection);
        things.iter().for_each(|thing| judge.take(thing, &world));
        judge.finish(&world)
    }

    #[test]
    fn a_finding_is_as_certain_as_its_condition() {
        let rules = [rule("thing-open", "severity: low\nmessage: thing is open\nwhen: { open: true }")];
        let certainty =
            |open| judged(&rules, &[thing(0, open, 1, 1)]).first().map(|finding| finding.certainty);
        assert_eq!(certainty(Bounds::decided(true)), Some(Certainty::Proved));
        assert_eq!(certainty(Bounds::UNDECIDED), Some(Certainty::Possible));
        assert_eq!(certainty(Bounds::decided(false)), None);
    }

    #[test]
    fn an_exception_that_may_hold_makes_it_possible() {
        let rules = [rule(
            "thing-open",
            "severity: low\nmessage: thing is open\nunless: [{ size: small }, { size: huge }]",
        )];
        let certainty = |size| {
            judged(&rules, &[thing(0, Bounds::decided(true), size, 1)])
                .first()
                .map(|finding| finding.certainty)
        };
        assert_eq!(certainty(0b010), Some(Certainty::Proved));
        assert_eq!(certainty(0b011), Some(Certainty::Possible));
        assert_eq!(certainty(0b100), None);
    }

    /// Whoever fails a build on `high` wants to see what may be high.
    #[test]
    fn severity_that_is_not_decided_is_the_worst_that_is_possible() {
        let rules = [rule(
            "thing-open",
            "message: thing is open\nseverity: { cases: [{ when: { size: huge }, is: high }, { when: { size: { above: small } }, is: medium }, { is: low }] }",
        )];
        let seen = |size| {
            let findings = judged(&rules, &[thing(0, Bounds::decided(true), size, 1)]);
            (findings[0].severity, findings[0].certainty)
        };
        assert_eq!(seen(0b100), (Severity::High, Certainty::Proved));
        assert_eq!(seen(0b010), (Severity::Medium, Certainty::Proved));
        assert_eq!(seen(0b001), (Severity::Low, Certainty::Proved));
        assert_eq!(seen(0b110), (Severity::High, Certainty::Possible));
        assert_eq!(seen(0b011), (Severity::Medium, Certainty::Possible));
    }

    #[test]
    fn texts_are_filled_and_the_place_is_chosen() {
        let rules = [rule(
            "thing-open",
            "severity: low\nmessage: \"{a size} thing `{entity}`, {size}\"\nplace: lid\nlabels: { lid: \"the lid of {entity}\" }",
        )];
        let finding = judged(&rules, &[thing(3, Bounds::decided(true), 0b001, 1)]).remove(0);
        assert_eq!(finding.message, "a small thing `Thing3`, small");
        assert_eq!((finding.span.start, finding.span.end), (7, 9));
        assert_eq!(&*finding.labels[0].text, "the lid of Thing3");
    }

    #[test]
    fn the_weaker_of_two_findings_on_one_subject_becomes_a_note() {
        let rules = [
            rule(
                "thing-large",
                "severity: medium\nmessage: thing is large\nwhen: { size: { above: small } }",
            ),
            rule(
                "thing-open",
                "severity: low\nmessage: thing is open\nyields-to: [thing-large]\nwhen: { open: true }",
            ),
        ];
        let findings = judged(
            &rules,
            &[thing(0, Bounds::decided(true), 0b010, 0b1), thing(1, Bounds::decided(true), 0b001, 0b1)],
        );
        let seen: Vec<_> = findings
            .iter()
            .map(|finding| {
                (
                    finding.entity.name.as_str(),
                    finding.rule.as_ref(),
                    finding.folded_into.is_some(),
                    finding.notes.len(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("Thing0", "thing-large", false, 1),
                ("Thing0", "thing-open", true, 0),
                ("Thing1", "thing-open", false, 0)
            ]
        );
    }

    #[test]
    fn findings_of_different_causes_are_not_folded_and_chains_end_at_their_end() {
        let rules = [
            rule("thing-huge", "severity: high\nmessage: thing is huge\nwhen: { size: huge }"),
            rule(
                "thing-large",
                "severity: medium\nmessage: thing is large\nyields-to: [thing-huge]\nwhen: { size: { above: small } }",
            ),
            rule(
                "thing-open",
                "severity: low\nmessage: thing is open\nyields-to: [thing-large]\nwhen: { open: true }",
            ),
        ];
        let findings = judged(&rules, &[thing(0, Bounds::decided(true), 0b100, 0b1)]);
        let strongest = &findings[0];
        assert_eq!((strongest.rule.as_ref(), strongest.notes.len()), ("thing-huge", 2));
        assert!(
            findings[1..].iter().all(|finding| finding.folded_into.as_ref() == Some(&strongest.fingerprint))
        );

        let world = World(Vocabulary::default());
        let mut first = thing(0, Bounds::decided(true), 0b001, 0b1);
        first.common.cause = vec![world.0.literal("one statement")];
        let mut second = thing(0, Bounds::decided(false), 0b010, 0b1);
        second.common.cause = vec![world.0.literal("another statement")];
        let selection = Selection::default();
        let mut judge = Judge::new(&rules, &selection);
        [first, second].iter().for_each(|thing| judge.take(thing, &world));
        assert!(judge.finish(&world).iter().all(|finding| finding.folded_into.is_none()));
    }

    /// Four roles that a state machine's events make of one line of a template: there is one line to change.
    #[test]
    fn what_one_text_says_of_several_entities_is_one_finding() {
        let rules = [
            rule("thing-large", "severity: low\nmessage: thing is large\nwhen: { size: { above: small } }"),
            rule("thing-open", "severity: low\nmessage: \"thing `{entity}` is open\"\nwhen: { open: true }"),
        ];
        let mut things: Vec<_> =
            (0..4).map(|number| thing(number, Bounds::decided(true), 0b010, 0b1)).collect();
        // The last stands elsewhere.
        things[3].common.place = Span { start: 0, ..things[3].common.place };
        let seen: Vec<_> = judged(&rules, &things)
            .iter()
            .filter(|finding| finding.folded_into.is_none())
            .map(|finding| (finding.message.clone(), finding.notes.clone()))
            .collect();
        let note = |name: &str| format!("the same is true of role `{name}`, which is made of the same text");
        assert_eq!(
            seen,
            [
                ("thing is large".to_owned(), vec![note("Thing1"), note("Thing2")]),
                ("thing `Thing0` is open".to_owned(), Vec::new()),
                ("thing `Thing1` is open".to_owned(), Vec::new()),
                ("thing `Thing2` is open".to_owned(), Vec::new()),
                ("thing is large".to_owned(), Vec::new()),
                ("thing `Thing3` is open".to_owned(), Vec::new()),
            ]
        );
    }

    /// What is only possible, or holds in fewer worlds, must not hide what is proved in all.
    #[test]
    fn a_finding_is_not_folded_into_one_that_says_less() {
        let rules = [
            rule(
                "thing-large",
                "severity: medium\nmessage: thing is large\nwhen: { size: { above: small } }",
            ),
            rule(
                "thing-open",
                "severity: low\nmessage: thing is open\nyields-to: [thing-large]\nwhen: { open: true }",
            ),
        ];
        let possible = judged(&rules, &[thing(0, Bounds::decided(true), 0b011, 0b1)]);
        assert!(possible.iter().all(|finding| finding.folded_into.is_none()));
    }

    #[test]
    fn variants_that_say_the_same_are_one_finding() {
        let rules = [rule("thing-open", "severity: low\nmessage: thing is open\nwhen: { open: true }")];
        let mut second = thing(0, Bounds::decided(true), 0b001, 0b10);
        let first = thing(0, Bounds::decided(true), 0b010, 0b01);
        second.common.place = first.common.place;
        second.common.evidence = first.common.evidence.clone();
        let findings = judged(&rules, &[first, second]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].when.as_deref(), Some("in 11"));
    }

    /// One expression may stand for two texts that may be equal: what is said of one of them is dropped, and its notes are not.
    #[test]
    fn notes_of_variants_that_are_one_belong_to_the_one_that_stays() {
        let rules = [
            rule("thing-large", "severity: medium\nmessage: thing is large\nwhen: { size: large }"),
            rule("thing-open", "severity: low\nmessage: thing is open\nyields-to: [thing-large]"),
        ];
        let world = World(Vocabulary::default());
        let account = Symbol::Pseudo(DeploymentId(0), Pseudo::AccountId);
        let account = Text::symbol(world.0.symbols.intern(account, Shape::account_id));
        let caused = |cause, worlds| {
            let mut thing = thing(0, Bounds::decided(true), 0b010, worlds);
            thing.common.cause = vec![cause];
            thing
        };
        let things = [caused(world.0.literal("111122223333"), 0b01), caused(account, 0b10)];
        let selection = Selection::default();
        let mut judge = Judge::new(&rules, &selection);
        things.iter().for_each(|thing| judge.take(thing, &world));
        let mut findings = judge.finish(&world);
        let (alone, notes): (Vec<&Finding>, Vec<&Finding>) =
            findings.iter().partition(|finding| finding.folded_into.is_none());
        assert_eq!(alone.len(), 1);
        assert!(!notes.is_empty());
        assert!(notes.iter().all(|note| note.folded_into.as_ref() == Some(&alone[0].fingerprint)));
        // So that they come up where that one is known.
        findings[0].suppressed = Some(Suppression { by: SuppressedBy::Baseline, reason: None });
        suppress::unfold(&mut findings, |_| {});
        assert!(findings.iter().all(|finding| finding.folded_into.is_none()));
    }

    #[test]
    fn a_note_that_is_suppressed_already_keeps_its_reason() {
        let rules = [
            rule("thing-large", "severity: medium\nmessage: thing is large\nwhen: { size: large }"),
            rule("thing-open", "severity: low\nmessage: thing is open\nyields-to: [thing-large]"),
        ];
        let mut findings = judged(&rules, &[thing(0, Bounds::decided(true), 0b010, 1)]);
        let reason = Some("a room for all".to_owned());
        findings[0].suppressed = Some(Suppression { by: SuppressedBy::Baseline, reason: None });
        findings[1].suppressed = Some(Suppression { by: SuppressedBy::File, reason: reason.clone() });
        let stronger = findings[1].folded_into.clone();
        suppress::unfold(&mut findings, |finding| {
            finding.suppressed = Some(Suppression { by: SuppressedBy::Baseline, reason: None });
        });
        assert_eq!(findings[1].suppressed, Some(Suppression { by: SuppressedBy::File, reason }));
        assert_eq!(findings[1].folded_into, stronger);
    }

    #[test]
    fn one_cause_at_two_places_is_two_findings_with_fingerprints_of_their_own() {
        let rules = [rule("thing-open", "severity: low\nmessage: thing is open")];
        let first = thing(0, Bounds::decided(true), 1, 1);
        let mut second = thing(0, Bounds::decided(true), 1, 1);
        second.common.place = Span { start: 0, ..first.common.place };
        let findings = judged(&rules, &[first, second]);
        assert_eq!(findings.len(), 2);
        assert_ne!(findings[0].fingerprint, findings[1].fingerprint);
    }

    #[test]
    fn a_fingerprint_names_rule_entity_and_cause_and_nothing_else() {
        let rules = [rule("thing-open", "severity: low\nmessage: thing is open")];
        let of = |thing| judged(&rules, &[thing]).remove(0).fingerprint;
        let first = of(thing(0, Bounds::decided(true), 1, 1));
        let mut moved = thing(0, Bounds::decided(false), 2, 1);
        moved.common.place.start = 0;
        assert_eq!(first, of(moved));
        assert_ne!(first, of(thing(1, Bounds::decided(true), 1, 1)));
        // Written out, so that a change of the scheme is noticed: baselines depend on it.
        assert_eq!(first, "0ad41a372483def4");
    }
}
