//! Real templates: every public one of the corpus is resolved, and all links of what the CDK wrote are found.

mod support;

use std::path::{Path, PathBuf};
use std::time::Instant;

use fedlint::document::{self, Format, Limits};
use fedlint::resources::{Resources, Value, cloudformation};
use fedlint::settings::Settings;
use fedlint::source::{SizeLimit, Sources};
use fedlint::value::Vocabulary;
use support::corpus;

/// Adds every file below `folder`, whatever its name, in order.
fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push(path);
        }
    }
    out.sort();
}

/// What the files make in one scan.
fn load(vocabulary: &Vocabulary, sources: &Sources, paths: &[PathBuf]) -> Resources {
    let settings = Settings::default();
    let mut read = Vec::new();
    for path in paths {
        let Ok(Some((source, text))) = sources.load(path, SizeLimit::default()) else { continue };
        let document = document::read(&text, source, Format::guess(path, &text), &Limits::default()).document;
        read.extend(cloudformation::read(path, &document, &text, &settings, vocabulary, sources));
    }
    cloudformation::resolve(read, &settings, vocabulary)
}

#[test]
#[expect(clippy::print_stdout, reason = "read by people, with --nocapture")]
fn every_template_is_resolved() {
    let Some(corpus) = corpus() else { return };
    let mut paths = Vec::new();
    files(&corpus, &mut paths);
    let (vocabulary, sources) = (Vocabulary::default(), Sources::default());
    let start = Instant::now();
    let resources = load(&vocabulary, &sources, &paths);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} files, {} templates, {} resources in {seconds:.2} s",
        paths.len(),
        resources.templates.len(),
        resources.resources.len()
    );
    for problem in &resources.problems {
        let place = problem.span.map(|span| sources.place(span));
        let place =
            place.map_or(String::new(), |place| format!("{}:{}", place.path.display(), place.start.line));
        println!("problem: {place} {}", problem.message);
    }
    for template in &resources.templates {
        for dangling in &template.dangling {
            println!(
                "dangling: {}:{} {} -> {} ({:?}, complete {})",
                sources.place(dangling.span).path.display(),
                sources.place(dangling.span).start.line,
                vocabulary.names.text(dangling.from),
                vocabulary.names.text(dangling.name),
                dangling.why,
                template.complete
            );
        }
    }
    assert!(seconds < 60.0, "{seconds} s");
    // Templates that are known to be right lead nowhere wrong. The Serverless Framework makes its API itself.
    let real = corpus.join("real");
    let mut lost = Vec::new();
    for template in
        resources.templates.iter().filter(|template| sources.path(template.span.source).starts_with(&real))
    {
        lost.extend(template.dangling.iter().map(|dangling| vocabulary.names.text(dangling.name)));
    }
    assert_eq!(lost, ["ApiGatewayRestApi"]);
}

/// What the property at `path` of the resource whose logical id begins with `start` says, for people.
fn text_at(vocabulary: &Vocabulary, resources: &Resources, start: &str, path: &[&str]) -> String {
    let resource = resources
        .resources
        .iter()
        .find(|resource| vocabulary.names.text(resource.logical_id).starts_with(start))
        .expect("the templates make the resource");
    let [variant] = resource.variants.as_slice() else { panic!("the same in all worlds") };
    let mut value = &variant.properties.value;
    for step in path {
        value = match value {
            Value::Map(entries) => {
                let entry = entries.iter().find(|entry| entry.key.value.display(vocabulary) == *step);
                &entry.expect("an entry").value.value
            }
            Value::List(items) => &items[step.parse::<usize>().expect("a number")].value,
            other => panic!("nothing below {other:?}"),
        };
    }
    match value {
        Value::Text(text) => text.display(vocabulary),
        other => panic!("no text: {other:?}"),
    }
}

#[test]
fn what_the_cdk_wrote_is_linked() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cdk/cdk.out");
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let (vocabulary, sources) = (Vocabulary::default(), Sources::default());
    let resources = load(&vocabulary, &sources, &paths);
    assert_eq!(resources.problems, []);
    assert_eq!(resources.deployments.len(), 1, "one application in one account and region");
    assert!(resources.templates.iter().all(|template| template.dangling.is_empty() && template.complete));
    let text = |start: &str, path: &[&str]| text_at(&vocabulary, &resources, start, path);
    let users = "cognito-idp.eu-west-1.amazonaws.com/${Users0A0EEA89}";
    let cases: &[(&str, &[&str], &str)] = &[
        // `GetAtt ProviderName`, and the same put together by Join, Select and Split over an ARN, across stacks.
        ("PoolId", &["CognitoIdentityProviders", "0", "ProviderName"], users),
        ("MobilePool6", &["CognitoIdentityProviders", "0", "ProviderName"], users),
        ("TabletPool", &["CognitoIdentityProviders", "0", "ProviderName"], users),
        (
            "PoolDefaultRoleAttachment",
            &["Roles", "authenticated"],
            "arn:aws:iam::111122223333:role/${PoolAuthenticatedRoleF46F2D22}",
        ),
        (
            "Pod",
            &[
                "AssumeRolePolicyDocument",
                "Statement",
                "0",
                "Condition",
                "StringEquals",
                "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:sub",
            ],
            "system:serviceaccount:shop:cart",
        ),
        (
            "Deploy",
            &["AssumeRolePolicyDocument", "Statement", "0", "Principal", "Federated"],
            "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
        ),
        (
            "Console",
            &["AssumeRolePolicyDocument", "Statement", "0", "Principal", "Federated"],
            "arn:aws:iam::111122223333:saml-provider/${Staff35CBA1CE}",
        ),
    ];
    for (start, path, expected) in cases {
        assert_eq!(text(start, path), *expected, "{start} {path:?}");
    }
}
