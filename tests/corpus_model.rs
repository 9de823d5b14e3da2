//! Entities and references of real files: nothing panics, places lie in the documents, and what is called wrong
//! or missing is printed to be read.

mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;

use fedlint::document::{Format, Limits, read};
use fedlint::model::{Model, Target, build};
use fedlint::resources::cloudformation;
use fedlint::settings::Settings;
use fedlint::source::{SizeLimit, Sources, read_path};
use fedlint::value::Vocabulary;
use support::{corpus, files};

fn model(paths: &[PathBuf], vocabulary: &Vocabulary) -> Model {
    let (sources, settings) = (Sources::default(), Settings::default());
    let mut read_files = Vec::new();
    for path in paths {
        let bytes = read_path(path, SizeLimit::default()).expect("the corpus can be read");
        let Ok((source, text)) = sources.add_bytes(Some(path), bytes) else { continue };
        let document = read(&text, source, Format::guess(path, &text), &Limits::default()).document;
        read_files.extend(cloudformation::read(path, &document, &text, &settings, vocabulary, &sources));
    }
    build(cloudformation::resolve(read_files, &settings, vocabulary), &sources, vocabulary)
}

/// What a target is, for counting.
fn word(target: &Target) -> &'static str {
    match target {
        Target::Found(found) if found.iter().all(|found| found.sure) => "found",
        Target::Found(_) => "perhaps found",
        Target::WrongForm { .. } => "wrong form",
        Target::Missing(missing) if missing.sure => "missing",
        Target::Missing(_) => "perhaps missing",
        Target::Outside(_) => "outside",
        Target::Unknown => "unknown",
    }
}

#[test]
fn references_of_real_templates() {
    let Some(folder) = corpus() else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.sort();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for path in &paths {
        let vocabulary = Vocabulary::default();
        let model = model(std::slice::from_ref(path), &vocabulary);
        for reference in &model.references {
            let word = word(&reference.target);
            *counts.entry(word).or_default() += 1;
            if word == "wrong form" || word == "perhaps missing" {
                let text = reference.text.display(&vocabulary);
                let from = vocabulary.names.text(model.entity(reference.from).logical_id);
                wrong.push(format!(
                    "{}: {from} {:?} {text} {:?}",
                    path.display(),
                    reference.place,
                    reference.target
                ));
            }
        }
    }
    #[expect(clippy::print_stderr, reason = "to be read by people")]
    for line in &wrong {
        eprintln!("{line}");
    }
    #[expect(clippy::print_stderr, reason = "to be read by people")]
    {
        eprintln!("{counts:?}");
    }
    assert!(counts.get("found").is_some_and(|&found| found > 300), "{counts:?}");
}
