//! One stage of a scan in a process of its own, so that its instructions can be counted: `stages STAGE [--prepare]`.
//!
//! With `--prepare` only that is done which the stage needs to be there; what the other one takes more is the stage itself.
//! `stages files FOLDER` writes what whole processes are counted on. `scripts/instructions` runs all of it.

#![expect(clippy::print_stdout, reason = "says which stages there are")]

#[path = "../decisions/mod.rs"]
mod decisions;
#[path = "../permissions/mod.rs"]
mod permissions;
#[path = "../roles/mod.rs"]
mod roles;
#[path = "../stack/mod.rs"]
mod stack;

use std::error::Error;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::{env, fs};

use fedlint::analysis::Analysis;
use fedlint::document::{Limits, Read, json, yaml};
use fedlint::knowledge::Issuers;
use fedlint::model;
use fedlint::policy::Bound;
use fedlint::report::{self, Report, Root};
use fedlint::resources::{self, File, Resources, cloudformation};
use fedlint::scan::{model_of_texts, scan_texts};
use fedlint::settings::Settings;
use fedlint::source::{Origin, SourceId, Sources};
use fedlint::value::Vocabulary;

/// As in `fedlint` itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How large the template is, in bytes.
const STACK: usize = 100_000;

/// The roles of an account whose details are read.
const ROLES: usize = 100;

/// Does a stage, or only prepares it.
type Stage = fn(bool);

/// What can be counted, by name.
const STAGES: &[(&str, Stage)] = &[
    ("json", json_reading),
    ("yaml", yaml_reading),
    ("resolving", resolving),
    ("trust", |prepare| decisions(&decisions::usual(), &[Bound::Sure, Bound::Possible], prepare)),
    ("hostile-trust", |prepare| decisions(&decisions::hostile(), &[Bound::Sure], prepare)),
    ("permissions", effective_permissions),
    ("linking", linking),
    ("judging", judging),
    ("reports", reports),
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["files", folder] => files(Path::new(folder))?,
        ["list"] => STAGES.iter().for_each(|(name, _)| println!("{name}")),
        [stage, rest @ ..] => {
            let (_, work) = STAGES.iter().find(|(name, _)| name == stage).ok_or("there is no such stage")?;
            work(rest == ["--prepare"]);
        }
        [] => return Err("usage: stages list | stages STAGE [--prepare] | stages files FOLDER".into()),
    }
    Ok(())
}

/// The details of an account, as text.
fn details() -> String {
    let mut out = Vec::new();
    roles::write(&mut out, ROLES).expect("memory can be written");
    String::from_utf8(out).expect("it was text")
}

fn source() -> SourceId {
    Sources::default().add_kept(Origin::Stdin, "".into())
}

fn json_reading(prepare: bool) {
    let (text, source) = (details(), source());
    if !prepare {
        black_box(json::read(&text, source, &Limits::default()));
    }
}

fn yaml_reading(prepare: bool) {
    let (text, source) = (stack::template(STACK), source());
    if !prepare {
        black_box(yaml::read(&text, source, &Limits::default()));
    }
}

/// A template that is on its way through the stages.
struct Template {
    text: String,
    sources: Sources,
    settings: Settings,
    vocabulary: Vocabulary,
}

impl Template {
    fn new() -> Self {
        let (sources, settings, vocabulary) =
            (Sources::default(), Settings::default(), Vocabulary::default());
        Self { text: stack::template(STACK), sources, settings, vocabulary }
    }

    fn read(&self) -> Read {
        let source =
            self.sources.add_kept(Origin::Memory(PathBuf::from("stack.yaml")), self.text.as_str().into());
        yaml::read(&self.text, source, &Limits::default())
    }

    fn resolve(&self, read: &Read) -> Resources {
        let path = Path::new("stack.yaml");
        let Self { text, sources, settings, vocabulary } = self;
        match resources::read(path, &read.document, text, settings, vocabulary, sources) {
            Some(File::Templates(file)) => cloudformation::resolve(vec![file], settings, vocabulary),
            _ => unreachable!("it is a template"),
        }
    }

    fn link(&self, resources: Resources) -> Analysis<'_> {
        let Self { sources, settings, vocabulary, .. } = self;
        let model = model::build(resources, sources, vocabulary);
        Analysis::new(vocabulary, settings, sources, model, Issuers::default())
    }
}

fn resolving(prepare: bool) {
    let template = Template::new();
    let read = template.read();
    if !prepare {
        black_box(template.resolve(&read));
    }
}

fn linking(prepare: bool) {
    let template = Template::new();
    let resources = template.resolve(&template.read());
    if prepare {
        black_box(resources);
    } else {
        black_box(template.link(resources));
    }
}

/// Facts, rules and fixes: what a scan does beyond linking.
fn judging(prepare: bool) {
    let template = Template::new();
    if prepare {
        black_box(template.link(template.resolve(&template.read())));
    } else {
        black_box(scan_texts(&[("stack.yaml", &template.text)], &template.settings));
    }
}

fn decisions(cases: &[decisions::Case], bounds: &[Bound], prepare: bool) {
    for case in cases.iter().filter(|_| !prepare) {
        for &bound in bounds {
            black_box((case.name, case.decide(bound)));
        }
    }
}

fn effective_permissions(prepare: bool) {
    let bounded = permissions::bounded();
    for text in [permissions::ADMINISTRATOR, &bounded] {
        let (sources, settings, vocabulary) =
            (Sources::default(), Settings::default(), Vocabulary::default());
        let model = model_of_texts(&[("template.yaml", text)], &settings, &vocabulary);
        let role = model.roles.first().expect("the template has a role").entity.id;
        let analysis = Analysis::new(&vocabulary, &settings, &sources, model, Issuers::default());
        if !prepare {
            black_box(analysis.privileges(role));
        }
    }
}

fn reports(prepare: bool) {
    let template = Template::new();
    let mut outcome = scan_texts(&[("stack.yaml", &template.text)], &template.settings);
    report::order(&mut outcome.findings, &outcome.sources);
    if prepare {
        return;
    }
    let (report, root) = (Report::from(&outcome), Root::new(Path::new("/"), Path::new("/")));
    let mut out = Vec::new();
    let terminal = report::human::Options { width: 80, color: true, unicode: true };
    report::human::write(&mut out, &report, &terminal).expect("memory can be written");
    report::json::write(&mut out, &report).expect("memory can be written");
    report::github::write(&mut out, &report, &root).expect("memory can be written");
    report::gitlab::write(&mut out, &report, &root).expect("memory can be written");
    report::junit::write(&mut out, &report, &root).expect("memory can be written");
    black_box(out);
}

/// Writes `stack.yaml`, a dump and a tree of files with nothing in them.
fn files(folder: &Path) -> std::io::Result<()> {
    let answers = folder.join("dump/111122223333/global/iam");
    fs::create_dir_all(&answers)?;
    fs::write(folder.join("stack.yaml"), stack::template(20_000))?;
    fs::write(answers.join("get-account-authorization-details.json"), details())?;
    for directory in 0..20 {
        let directory = folder.join(format!("tree/part-{directory}"));
        fs::create_dir_all(&directory)?;
        for file in 0..20 {
            let text =
                "replicas: 3\nimage: registry.example.com/service:1.4.2\nports: [8080, 9090]\n".repeat(file);
            fs::write(directory.join(format!("values-{file}.yaml")), text)?;
        }
    }
    Ok(())
}
