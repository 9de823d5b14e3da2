//! The SAM oracle: roles and policies that this crate makes of `AWS::Serverless::*` resources, beside those
//! of SAM itself, over the test templates of SAM.
//!
//! Both sides are compared as they are written, by a normal form of expressions that shares no code with the
//! crate's resolver. Where they disagree, `sam_oracle_exceptions.txt` must say why.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use fedlint::document::{Format, Limits, Tree, read};
use fedlint::resources::Value;
use fedlint::resources::cloudformation::sam::{Declared, Expansion, expand};
use fedlint::resources::cloudformation::{self, Call, Expression, Form, Lowering};
use fedlint::settings::{Parameter, ParameterValue, Settings};
use fedlint::source::{SizeLimit, Sources, read_path};
use fedlint::value::{Located, Name, Names, Vocabulary};
use support::{Figures, corpus};

/// The types that are compared.
const COMPARED: [&str; 2] = ["AWS::IAM::Role", "AWS::IAM::ManagedPolicy"];

/// Folders of the expected output, with the partition that they assume.
const PARTITIONS: [(&str, &str); 3] = [("", "aws"), ("aws-cn", "aws-cn"), ("aws-us-gov", "aws-us-gov")];

/// A template: its resources, and the whole of it.
struct Template {
    names: Names,
    root: Expression,
}

/// Folders of the expected output, with a region of its partition.
const REGIONS: [(&str, &str); 3] =
    [("", "ap-southeast-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")];

/// Stands for the references that lead nowhere, among the logical ids.
const NOWHERE: &str = "references that lead nowhere";

/// What is compared of one resource: the field, and its normal form.
type Content = BTreeMap<&'static str, String>;

#[test]
fn roles_agree_with_those_of_sam() {
    let Some(folder) = corpus() else { return };
    let exceptions = exceptions();
    let mut used = BTreeSet::new();
    let (mut agree, mut total, mut with_roles, mut agree_elsewhere, mut total_elsewhere) = (0, 0, 0, 0, 0);
    let mut report = String::new();
    for (partition_folder, partition) in PARTITIONS {
        for path in files(&folder.join("speed/sam-output").join(partition_folder), "json") {
            let stem = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            let input = folder.join("speed/sam-input").join(format!("{stem}.yaml"));
            if !input.is_file() {
                continue;
            }
            let output = load(&path);
            if output.root.get(&output.names, "Resources").is_none() {
                continue;
            }
            let elsewhere = usize::from(!partition_folder.is_empty());
            (total, total_elsewhere) = (total + 1 - elsewhere, total_elsewhere + elsewhere);
            let written = load(&input);
            let made = made(&written, partition);
            let expected = expected(&output, &written, partition);
            with_roles += usize::from(!expected.is_empty()) * (1 - elsewhere);
            let differences = differences(&expected, &made);
            if differences.is_empty() {
                (agree, agree_elsewhere) = (agree + 1 - elsewhere, agree_elsewhere + elsewhere);
            } else if exceptions.contains_key(stem.as_str()) {
                used.insert(stem);
            } else {
                writeln!(report, "{partition_folder}/{stem}:\n{differences}").expect("text can be written");
            }
        }
    }
    let explained = report.is_empty();
    let mut figures = Figures::default();
    figures.add(
        "sam oracle: templates whose roles agree",
        format!("{agree} / {total}"),
        format!("541 but {} exceptions", used.len()),
        explained && total >= 541,
    );
    figures.add(
        "sam oracle: the same in other partitions",
        format!("{agree_elsewhere} / {total_elsewhere}"),
        "all but exceptions",
        explained,
    );
    figures.add(
        "sam oracle: templates with roles",
        with_roles,
        "about 474",
        (464..=484).contains(&with_roles),
    );
    figures.add("sam oracle: exceptions, each with a reason", used.len(), "at most 5", used.len() <= 5);
    figures.finish(&report);
    assert!(total > 500 && with_roles > 400, "the corpus is not what it was");
    let unused: Vec<_> =
        exceptions.keys().filter(|name| !name.contains('/') && !used.contains(**name)).collect();
    assert!(unused.is_empty(), "exceptions without a difference: {unused:?}");
}

/// The same comparison after resolving: input and expected output are read as two templates, deployed to the
/// same region, with every parameter at its default. Roles, policies and references must come out alike.
#[test]
fn resolved_roles_agree_with_those_of_sam() {
    let Some(folder) = corpus() else { return };
    let exceptions = exceptions();
    let (mut agree, mut total, mut report) = (0, 0, String::new());
    for (partition_folder, region) in REGIONS {
        let settings = deployed_to(region);
        for path in files(&folder.join("speed/sam-output").join(partition_folder), "json") {
            let stem = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            let input = folder.join("speed/sam-input").join(format!("{stem}.yaml"));
            let translated = load(&path);
            if translated.root.get(&translated.names, "Resources").is_none() || !input.is_file() {
                continue;
            }
            total += 1;
            let parameters = load(&input).parameters();
            let (mut ours, mut theirs) =
                (resolved(&input, &settings, &parameters), resolved(&path, &settings, &parameters));
            // What we find of references that lead nowhere, SAM's output has too; what is only there, SAM made.
            let (ours_nowhere, theirs_nowhere) = (ours.remove(NOWHERE), theirs.remove(NOWHERE));
            let nowhere = |content: Option<Content>| content.and_then(|mut content| content.remove(NOWHERE));
            let (ours_nowhere, theirs_nowhere) = (nowhere(ours_nowhere), nowhere(theirs_nowhere));
            let mut differences = differences(&theirs, &ours);
            for name in ours_nowhere.unwrap_or_default().split_whitespace() {
                if !theirs_nowhere.iter().any(|all| all.split_whitespace().any(|other| other == name)) {
                    writeln!(differences, "  {name}: leads nowhere only in the input")
                        .expect("text can be written");
                }
            }
            if differences.is_empty() {
                agree += 1;
            } else if ![&stem, &format!("resolved/{stem}")]
                .iter()
                .any(|name| exceptions.contains_key(name.as_str()))
            {
                writeln!(report, "{partition_folder}/{stem}:\n{differences}").expect("text can be written");
            }
        }
    }
    let mut figures = Figures::default();
    let (name, goal) = ("sam oracle: templates that agree when resolved", "all but exceptions");
    figures.add(name, format!("{agree} / {total}"), goal, report.is_empty());
    figures.finish(&report);
}

/// Settings that say that everything is deployed to `region`.
fn deployed_to(region: &str) -> Settings {
    let file = std::env::temp_dir().join(format!("fedlint-sam-oracle-{}-{region}.yaml", std::process::id()));
    std::fs::write(&file, format!("deployments:\n  '**': {{region: {region}}}\n"))
        .expect("a file can be written");
    let settings = Settings::load(&Sources::default(), &file);
    std::fs::remove_file(&file).expect("the file can be removed");
    let mut settings = settings.expect("the settings are right");
    settings.root = PathBuf::from("/");
    settings
}

/// Roles and policies as they are resolved, by logical id, and references that lead nowhere.
fn resolved(
    path: &Path,
    settings: &Settings,
    parameters: &BTreeMap<String, String>,
) -> BTreeMap<String, Content> {
    let bytes = read_path(path, SizeLimit::default()).expect("the corpus can be read");
    let sources = Sources::default();
    let (source, text) = sources.add_bytes(Some(path), bytes).expect("the corpus is text");
    let result = read(&text, source, Format::guess(path, &text), &Limits::default());
    let mut settings = settings.clone();
    for (name, value) in parameters {
        let value = ParameterValue::Text(value.clone());
        settings.parameters.insert(name.clone(), Parameter { value, span: None });
    }
    let vocabulary = Vocabulary::default();
    let file = cloudformation::read(path, &result.document, &text, &settings, &vocabulary, &sources)
        .into_iter()
        .collect();
    let resources = cloudformation::resolve(file, &settings, &vocabulary);
    let name = |name: Name| vocabulary.names.text(name);
    let mut all = BTreeMap::new();
    for resource in resources.resources.iter().filter(|resource| COMPARED.contains(&name(resource.kind))) {
        let variants: BTreeSet<String> =
            resource.variants.iter().map(|variant| plain(&vocabulary, &variant.properties.value)).collect();
        let variants = variants.into_iter().collect::<Vec<_>>().join("\n        ");
        all.insert(name(resource.logical_id).to_owned(), Content::from([("resolved", variants)]));
    }
    let dangling = resources.templates.iter().flat_map(|template| &template.dangling);
    let dangling: BTreeSet<&str> = dangling.map(|dangling| name(dangling.name)).collect();
    let dangling = dangling.into_iter().collect::<Vec<_>>().join(" ");
    all.insert(NOWHERE.to_owned(), Content::from([(NOWHERE, dangling)]));
    all
}

/// A resolved value as text: keys in order, lists of one as their item, other lists in order of their items,
/// without what has no meaning (names of inline policies, versions of documents).
fn plain(vocabulary: &Vocabulary, value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => text.display(vocabulary),
        Value::List(items) => {
            let items: BTreeSet<String> = items.iter().map(|item| plain(vocabulary, &item.value)).collect();
            items.into_iter().collect::<Vec<_>>().join(" + ")
        }
        Value::Map(entries) => {
            let entries: BTreeMap<String, String> = entries
                .iter()
                .map(|entry| (entry.key.value.display(vocabulary), plain(vocabulary, &entry.value.value)))
                .filter(|(key, value)| {
                    !["PolicyName", "Version"].contains(&key.as_str()) && !value.is_empty()
                })
                .collect();
            format!("{entries:?}")
        }
        Value::Shared(document) => plain(vocabulary, &document.value),
        Value::Unknown(unknown) => format!("{unknown:?}"),
    }
}

/// Templates that SAM refuses are read without a panic; each role made of them belongs to a resource that asks
/// for one: it is of a type that gets a role, and brings none.
#[test]
fn refused_templates_make_no_false_role() {
    let Some(folder) = corpus() else { return };
    let (mut refused, mut roles, mut wrong) = (0, 0, Vec::new());
    for path in files(&folder.join("speed/sam-output"), "json") {
        let stem = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let input = folder.join("speed/sam-input").join(format!("{stem}.yaml"));
        let output = load(&path);
        if output.root.get(&output.names, "Resources").is_some() || !input.is_file() {
            continue;
        }
        refused += 1;
        let written = load(&input);
        let names = &written.names;
        let expansion = written.expand(None);
        for made in &expansion.declarations {
            let (id, kind) = (names.text(made.logical_id), names.text(made.kind));
            if kind != "AWS::IAM::Role" {
                continue;
            }
            roles += 1;
            let owner = made.made_by.expect("what is made has a cause");
            let owner = written.resources().find(|(id, _)| id.value == owner);
            let (owner, body) = owner.expect("roles are made for resources of the template");
            let properties = body.get(names, "Properties");
            let own_role = properties.is_some_and(|properties| properties.get(names, "Role").is_some());
            let is_execution_role = id == format!("{}Role", names.text(owner.value));
            if !written.kind(body).is_some_and(|kind| kind.starts_with("AWS::Serverless::"))
                || (own_role && is_execution_role)
                || expansion.logical_ids.kind_of(id) != Some("AWS::IAM::Role")
            {
                wrong.push(format!("{stem}: {id}"));
            }
        }
    }
    let mut figures = Figures::default();
    figures.add(
        "sam oracle: refused templates read without a panic",
        refused,
        "at least 200",
        refused >= 200,
    );
    figures.add(
        "sam oracle: false roles in refused templates",
        format!("{} of {roles}", wrong.len()),
        "0",
        wrong.is_empty(),
    );
    figures.finish(&format!("{wrong:?}"));
}

/// Every logical id of SAM's output that the input does not define is known, with its type.
#[test]
fn made_logical_ids_are_known() {
    let Some(folder) = corpus() else { return };
    let (mut known, mut total, mut wrong) = (0, 0, Vec::new());
    for path in files(&folder.join("speed/sam-output"), "json") {
        let stem = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let input = folder.join("speed/sam-input").join(format!("{stem}.yaml"));
        let output = load(&path);
        if output.root.get(&output.names, "Resources").is_none() || !input.is_file() {
            continue;
        }
        let written = load(&input);
        let names = &written.names;
        let made = written.expand(None).logical_ids;
        let defined: BTreeSet<&str> = written.resources().map(|(id, _)| names.text(id.value)).collect();
        for (id, body) in output.resources() {
            let id = output.names.text(id.value);
            if defined.contains(id) {
                continue;
            }
            total += 1;
            match (made.kind_of(id), output.kind(body)) {
                (Some(kind), Some(expected)) if first_version(kind) == first_version(expected) => known += 1,
                (kind, expected) => wrong.push(format!("{stem}: {id} is {expected:?}, known as {kind:?}")),
            }
        }
    }
    let mut figures = Figures::default();
    let name = "sam oracle: logical ids that sam makes, known";
    figures.add(name, format!("{known} / {total}"), "all", known == total);
    figures.finish(&wrong.join("\n"));
}

/// The second versions of types behave alike.
fn first_version(kind: &str) -> String {
    kind.replace("V2", "")
}

/// File stems with the reason why they differ; after `resolved/` those that differ only when resolved.
fn exceptions() -> BTreeMap<&'static str, &'static str> {
    include_str!("sam_oracle_exceptions.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split_once(": ").expect("a name, a colon and a reason"))
        .collect()
}

fn load(path: &Path) -> Template {
    let bytes = read_path(path, SizeLimit::default()).expect("the corpus can be read");
    let sources = Sources::default();
    let (source, text) = sources.add_bytes(Some(path), bytes).expect("the corpus is text");
    let result = read(&text, source, Format::guess(path, &text), &Limits::default());
    let tree = Tree::new(&result.document, &text);
    let names = Names::default();
    let root = tree.roots().next().expect("the file is not empty");
    let root = Lowering::new(&names).lower(root);
    Template { names, root }
}

impl Template {
    fn resources(&self) -> impl Iterator<Item = (Located<Name>, &Expression)> {
        let resources = self.root.get(&self.names, "Resources").and_then(Expression::as_map);
        resources.unwrap_or_default().iter().map(|(key, body)| (*key, body))
    }

    /// Parameters with a default.
    fn parameters(&self) -> BTreeMap<String, String> {
        let parameters = self.root.get(&self.names, "Parameters").and_then(Expression::as_map);
        let default = |(name, parameter): &(Located<Name>, Expression)| {
            let default = parameter.get(&self.names, "Default")?.as_scalar()?;
            Some((self.names.text(name.value).to_owned(), self.names.text(default).to_owned()))
        };
        parameters.unwrap_or_default().iter().filter_map(default).collect()
    }

    fn expand(&self, partition: Option<&str>) -> Expansion {
        let names = &self.names;
        let resources = self.resources().filter_map(|(key, body)| Declared::of(names, key, body));
        expand(names, resources, self.root.get(names, "Globals"), partition)
    }

    fn kind(&self, resource: &Expression) -> Option<&str> {
        resource.get(&self.names, "Type")?.as_scalar().map(|name| self.names.text(name))
    }
}

/// What this crate makes.
fn made(template: &Template, partition: &str) -> BTreeMap<String, Content> {
    let names = &template.names;
    let expansion = template.expand(Some(partition));
    let mut normal = Normal {
        names,
        partition,
        parameters: template.parameters(),
        conditions: BTreeMap::new(),
        mappings: None,
    };
    normal.mappings = template.root.get(names, "Mappings").cloned();
    normal.conditions =
        expansion.conditions.iter().map(|(name, meaning)| (names.text(*name), meaning.clone())).collect();
    expansion
        .declarations
        .iter()
        .filter(|made| COMPARED.contains(&names.text(made.kind)))
        .filter_map(|made| {
            let condition = made.condition.map(|name| names.text(name));
            let condition = match condition.map(|name| (name, normal.decided(name))) {
                None | Some((_, Some(true))) => None,
                Some((_, Some(false))) => return None,
                Some((name, None)) => Some(name),
            };
            Some((names.text(made.logical_id).to_owned(), content(&normal, &made.properties, condition)))
        })
        .collect()
}

/// What SAM makes: what is in the output and not in the input.
fn expected(output: &Template, input: &Template, partition: &str) -> BTreeMap<String, Content> {
    let written: BTreeSet<&str> = input.resources().map(|(id, _)| input.names.text(id.value)).collect();
    let names = &output.names;
    let normal = Normal {
        names,
        partition,
        parameters: output.parameters(),
        conditions: BTreeMap::new(),
        mappings: output.root.get(names, "Mappings").cloned(),
    };
    output
        .resources()
        .filter(|(_, body)| output.kind(body).is_some_and(|kind| COMPARED.contains(&kind)))
        .filter(|(id, _)| !written.contains(names.text(id.value)))
        .map(|(id, body)| {
            let condition = body.get(names, "Condition").and_then(Expression::as_scalar);
            let condition = condition.map(|name| names.text(name));
            let properties = body.get(names, "Properties").expect("a made resource has properties");
            (names.text(id.value).to_owned(), content(&normal, properties, condition))
        })
        .collect()
}

fn differences(expected: &BTreeMap<String, Content>, made: &BTreeMap<String, Content>) -> String {
    let mut text = String::new();
    for id in expected.keys().chain(made.keys()).collect::<BTreeSet<_>>() {
        match (expected.get(id), made.get(id)) {
            (Some(expected), Some(made)) => {
                for field in expected.keys().chain(made.keys()).collect::<BTreeSet<_>>() {
                    let (expected, made) = (expected.get(field), made.get(field));
                    if expected != made {
                        let show = |text: Option<&String>| text.map_or("nothing", String::as_str).to_owned();
                        writeln!(text, "  {id} {field}:\n    sam {}\n    we  {}", show(expected), show(made))
                            .expect("text can be written");
                    }
                }
            }
            (Some(_), None) => writeln!(text, "  {id}: missing").expect("text can be written"),
            (None, _) => writeln!(text, "  {id}: not made by SAM").expect("text can be written"),
        }
    }
    text
}

fn content(normal: &Normal<'_>, properties: &Expression, condition: Option<&str>) -> Content {
    let mut content = Content::new();
    let get = |name: &str| properties.get(normal.names, name);
    for field in ["AssumeRolePolicyDocument", "PolicyDocument"] {
        if let Some(document) = get(field) {
            content.insert(field, normal.document(document));
        }
    }
    for field in ["Path", "PermissionsBoundary"] {
        if let Some(value) = get(field) {
            content.insert(field, normal.value(value));
        }
    }
    for (field, inline) in
        [("ManagedPolicyArns", false), ("Roles", false), ("Policies", true), ("Tags", false)]
    {
        let items = get(field).and_then(Expression::as_list).unwrap_or_default();
        let items: BTreeSet<String> = items
            .iter()
            .map(|item| if inline { normal.policy(item) } else { normal.value(item) })
            .filter(|item| item != "${AWS::NoValue}")
            .collect();
        if !items.is_empty() {
            content.insert(field, items.into_iter().collect::<Vec<_>>().join("\n        "));
        }
    }
    if let Some(condition) = condition {
        content.insert("Condition", condition_name(condition));
    }
    content
}

/// SAM puts a hash behind the names of conditions that it makes, and writes `NOTx` for our `NOT.x`.
fn condition_name(name: &str) -> String {
    let name = name.replace("NOT.", "NOT");
    match name.len().checked_sub(10) {
        Some(start) if name.starts_with("NOT") && is_hash(&name, start) => name[..start].to_owned(),
        _ => name,
    }
}

fn is_hash(name: &str, start: usize) -> bool {
    name.get(start..).is_some_and(|hash| hash.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)))
}

/// Expressions as text, so that what means the same reads the same.
struct Normal<'n> {
    names: &'n Names,
    partition: &'n str,
    /// Defaults: SAM writes the value of some parameters into its output.
    parameters: BTreeMap<String, String>,
    /// Conditions that this crate makes; SAM decides them itself.
    conditions: BTreeMap<&'n str, Expression>,
    mappings: Option<Expression>,
}

impl Normal<'_> {
    /// What a condition of ours is, for the default parameters; `None` for conditions of the template.
    fn decided(&self, name: &str) -> Option<bool> {
        self.truth(self.conditions.get(name)?)
    }

    fn truth(&self, meaning: &Expression) -> Option<bool> {
        match meaning.as_call()? {
            Call::Equals(left, right) => {
                let (left, right) = (self.value(left), self.value(right));
                (left == right || !left.contains("${") && !right.contains("${")).then(|| left == right)
            }
            Call::Not(inner) => self.truth(inner).map(|truth| !truth),
            Call::Condition(name) => self.decided(self.names.text(*name)),
            Call::And(all) => {
                let all: Vec<_> = all.iter().map(|inner| self.truth(inner)).collect();
                if all.contains(&Some(false)) {
                    Some(false)
                } else {
                    all.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
                }
            }
            Call::Or(any) => {
                let any: Vec<_> = any.iter().map(|inner| self.truth(inner)).collect();
                if any.contains(&Some(true)) {
                    Some(true)
                } else {
                    any.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
                }
            }
            _ => None,
        }
    }

    /// An item of `Policies`, without its name.
    fn policy(&self, item: &Expression) -> String {
        if let Some(Call::If { condition, then, otherwise }) = item.as_call() {
            return self.branch(self.names.text(*condition), self.policy(then), self.policy(otherwise));
        }
        match item.get(self.names, "PolicyDocument") {
            Some(document) => self.document(document),
            None => self.value(item),
        }
    }

    /// A policy document: its statements. SAM leaves out the version here and there, where it changes
    /// nothing.
    fn document(&self, document: &Expression) -> String {
        let Some(statements) = document.get(self.names, "Statement") else { return self.value(document) };
        let statements = statements.as_list().unwrap_or(std::slice::from_ref(statements));
        statements.iter().map(|statement| self.statement(statement)).collect::<Vec<_>>().join(" ; ")
    }

    fn statement(&self, statement: &Expression) -> String {
        let Some(entries) = statement.as_map() else { return self.value(statement) };
        let entries: BTreeMap<&str, String> =
            entries.iter().map(|(key, value)| (self.names.text(key.value), self.unwrapped(value))).collect();
        format!("{entries:?}")
    }

    /// A list of one is its item.
    fn unwrapped(&self, value: &Expression) -> String {
        match &value.form {
            Form::List(items) if items.len() == 1 => self.unwrapped(&items[0]),
            Form::List(items) => {
                let mut items: Vec<String> = items.iter().map(|item| self.value(item)).collect();
                items.sort();
                format!("{items:?}")
            }
            Form::Map(entries) => {
                let entries: BTreeMap<&str, String> = entries
                    .iter()
                    .map(|(key, value)| (self.names.text(key.value), self.unwrapped(value)))
                    .collect();
                format!("{entries:?}")
            }
            _ => self.value(value),
        }
    }

    fn value(&self, value: &Expression) -> String {
        match &value.form {
            Form::Null => "null".to_owned(),
            Form::Scalar(name) => self.names.text(*name).to_owned(),
            Form::List(items) => {
                format!("[{}]", items.iter().map(|item| self.value(item)).collect::<Vec<_>>().join(", "))
            }
            Form::Computed(_) => unreachable!("only made of documents inside texts"),
            Form::Map(entries) => {
                let entries: BTreeMap<&str, String> = entries
                    .iter()
                    .map(|(key, value)| (self.names.text(key.value), self.value(value)))
                    .collect();
                format!("{entries:?}")
            }
            Form::Call(call) => self.call(call),
        }
    }

    fn call(&self, call: &Call) -> String {
        match call {
            Call::Ref(name) => self.symbol(self.names.text(*name)),
            Call::GetAtt { resource, attribute } => {
                self.symbol(&format!("{}.{}", self.names.text(*resource), self.value(attribute)))
            }
            Call::Sub { template, variables } => {
                let variables: BTreeMap<&str, String> = variables
                    .iter()
                    .map(|(name, value)| (self.names.text(*name), self.value(value)))
                    .collect();
                self.substituted(self.names.text(template.value), &variables)
            }
            Call::Join { delimiter, items } => match items.as_list() {
                Some(items) => {
                    let items: Vec<String> = items.iter().map(|item| self.value(item)).collect();
                    items.join(&self.value(delimiter))
                }
                None => format!("join({}, {})", self.value(delimiter), self.value(items)),
            },
            Call::If { condition, then, otherwise } => {
                let condition = self.names.text(*condition);
                match self.decided(condition) {
                    Some(true) => self.value(then),
                    Some(false) => self.value(otherwise),
                    None => self.branch(condition, self.value(then), self.value(otherwise)),
                }
            }
            Call::Split { delimiter, text } => {
                format!("split({}, {})", self.value(delimiter), self.value(text))
            }
            Call::Select { index, items } => format!("select({}, {})", self.value(index), self.value(items)),
            Call::ImportValue(name) => format!("import({})", self.value(name)),
            Call::FindInMap { map, first, second, .. } => {
                let keys = [self.value(map), self.value(first), self.value(second)];
                let found = self
                    .mappings
                    .as_ref()
                    .and_then(|mappings| keys.iter().try_fold(mappings, |map, key| map.get(self.names, key)));
                found.map_or_else(|| format!("map({keys:?})"), |found| self.value(found))
            }
            other => format!("{other:?}"),
        }
    }

    /// A branch on a negated condition is the other way round.
    fn branch(&self, condition: &str, then: String, otherwise: String) -> String {
        let condition = condition_name(condition);
        match condition.strip_prefix("NOT") {
            Some(condition) => format!("if({condition}, {otherwise}, {then})"),
            None => format!("if({condition}, {then}, {otherwise})"),
        }
    }

    fn symbol(&self, name: &str) -> String {
        match name {
            "AWS::Partition" => self.partition.to_owned(),
            name if self.parameters.contains_key(name) => self.parameters[name].clone(),
            name => format!("${{{name}}}"),
        }
    }

    fn substituted(&self, template: &str, variables: &BTreeMap<&str, String>) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some(start) = rest.find("${") {
            text.push_str(&rest[..start]);
            let end = start + rest[start..].find('}').expect("a variable ends");
            let name = &rest[start + 2..end];
            text.push_str(&variables.get(name).cloned().unwrap_or_else(|| self.symbol(name)));
            rest = &rest[end + 1..];
        }
        text + rest
    }
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the corpus can be listed");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the corpus can be listed").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    paths.sort();
    paths
}
