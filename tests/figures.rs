//! What the project is judged by, measured: each test prints `figure` lines for `scripts/figures`, and fails where
//! a goal is missed.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use fedlint::cli::{Environment, ExitCode, run};
use fedlint::knowledge::actions::Actions;
use fedlint::knowledge::managed_policies::ManagedPolicies;
use fedlint::model::ReferencePlace::{self, *};
use fedlint::model::{Outside, Target};
use fedlint::scan::model_of_texts;
use fedlint::settings::Settings;
use fedlint::value::Vocabulary;
use serde_json::Value;
use support::{Figures, corpus};

/// Every real template, named by itself as a user would name it, and all of them in one call.
#[test]
fn real_templates() {
    let Some(folder) = corpus() else { return };
    let folder = folder.join("real");
    let paths = files(&folder);
    let (mut losing, mut alone) = (Vec::new(), [0; 3]);
    for path in &paths {
        let (code, report) = scan(path);
        if code == ExitCode::Failed {
            losing.push(format!("{}: {}", path.display(), report["problems"]));
        }
        for (all, one) in alone.iter_mut().zip(looked_at(&report)) {
            *all += one;
        }
    }
    let (code, report) = scan(&folder);
    let together = looked_at(&report);
    let findings = shown(&report);
    let mut figures = Figures::default();
    let [ours, other, unparsed] = together;
    figures.add(
        "real templates: ours / other / not parsed",
        format!("{ours} / {other} / {unparsed}"),
        format!("{} in all, none lost", paths.len()),
        ours + other == paths.len() && unparsed == 0 && alone == together,
    );
    figures.add("real templates: files that lose something", losing.len(), "0", losing.is_empty());
    figures.add(
        "real templates: findings",
        findings,
        format!("at most {}, 2 a file", 2 * ours),
        findings > 0 && findings <= 2 * ours,
    );
    figures.add("real templates: exit code", code as u8, "1: findings", code == ExitCode::Findings);
    figures.finish(&losing.join("\n"));
}

/// Hundreds of templates in one call. Some are wrong on purpose.
#[test]
fn many_templates_in_one_call() {
    let Some(folder) = corpus() else { return };
    let folder = folder.join("speed");
    let count = files(&folder).len();
    let (code, report) = scan(&folder);
    let looked = looked_at(&report);
    let problems = report["problems"].as_array().expect("a report lists problems");
    let of = |kind: &str| problems.iter().filter(|problem| problem["kind"] == kind).collect::<Vec<_>>();
    let internal = of("internal");
    let lost: Vec<_> = ["unreadable", "encoding", "too-large", "syntax", "budget", "internal"]
        .into_iter()
        .flat_map(of)
        .collect();
    let expected = if lost.is_empty() { ExitCode::Findings } else { ExitCode::Failed };
    let mut figures = Figures::default();
    let [ours, other, unparsed] = looked;
    figures.add(
        "many templates, one call: ours / other / not parsed",
        format!("{ours} / {other} / {unparsed}"),
        format!("{count} in all"),
        ours + other + unparsed == count && ours > 800,
    );
    figures.add("many templates, one call: internal problems", internal.len(), "0", internal.is_empty());
    figures.add("many templates, one call: files that lose something", lost.len(), "0", lost.is_empty());
    figures.add(
        "many templates, one call: exit code",
        code as u8,
        format!("{}: as documented", expected as u8),
        code == expected,
    );
    figures.finish(&format!("{lost:#?}"));
}

/// What is built in of AWS's actions and managed policies.
#[test]
fn embedded_catalogue() {
    let bytes = Actions::BYTES + ManagedPolicies::BYTES;
    let mut figures = Figures::default();
    figures.add("embedded catalogue, bytes", bytes, "at most 1300000", bytes <= 1_300_000);
    figures.finish("");
}

/// Every link of the CDK application in `testdata/cdk/app.js`, by construct ids: written down from the application,
/// not from what is found. Generated hashes at the ends of logical ids are left out.
const LINKS: &[(&str, ReferencePlace, &str)] = &[
    // SignIn: clients belong to pools, `aud` of every role of the identity pool names it.
    ("UsersWeb", UserPool, "Users"),
    ("Editor", TrustedIdentityPool, "PoolId"),
    ("PoolAuthenticatedRole", TrustedIdentityPool, "PoolId"),
    ("PoolUnauthenticatedRole", TrustedIdentityPool, "PoolId"),
    // Logins: `GetAtt ProviderName`, the client, the SAML provider.
    ("PoolId", LoginUserPool, "Users"),
    ("PoolId", LoginClient, "UsersWeb"),
    ("PoolId", LoginSamlProvider, "Staff"),
    // The attachment: pool, both roles, and two mappings, one with a rule.
    ("PoolDefaultRoleAttachment", IdentityPool, "PoolId"),
    ("PoolDefaultRoleAttachment", AttachedRole, "PoolAuthenticatedRole"),
    ("PoolDefaultRoleAttachment", AttachedRole, "PoolUnauthenticatedRole"),
    ("PoolDefaultRoleAttachment", MappingProvider, "UsersWeb"),
    ("PoolDefaultRoleAttachment", MappingProvider, "Staff"),
    ("PoolDefaultRoleAttachment", MappedRole, "Editor"),
    ("Console", TrustedProvider, "Staff"),
    // Workload: an OIDC provider made by a custom resource, and a native one.
    ("Deploy", TrustedProvider, "GitHub"),
    ("Pod", TrustedProvider, "Cluster"),
    // The user pool of the other stack, imported: by Select and Split over its ARN, and by Join over those.
    ("Mobile", UserPool, "Users"),
    ("MobilePool", LoginUserPool, "Users"),
    ("MobilePool", LoginClient, "Mobile"),
    ("TabletPool", LoginUserPool, "Users"),
    ("TabletPool", LoginClient, "Mobile"),
    ("MobilePoolAuthenticatedRole", TrustedIdentityPool, "MobilePool"),
    ("MobilePoolUnauthenticatedRole", TrustedIdentityPool, "MobilePool"),
    ("MobilePoolDefaultRoleAttachment", IdentityPool, "MobilePool"),
    ("MobilePoolDefaultRoleAttachment", AttachedRole, "MobilePoolAuthenticatedRole"),
    ("MobilePoolDefaultRoleAttachment", AttachedRole, "MobilePoolUnauthenticatedRole"),
    ("MobilePoolDefaultRoleAttachment", MappingProvider, "Mobile"),
    // Access.
    ("SupportInProduction", PermissionSet, "Support"),
];

/// What the application names that it does not make: policies and principals of AWS, and by literals.
const OUTSIDE: &[(&str, ReferencePlace)] = &[
    ("Editor", TrustedProvider),
    ("PoolAuthenticatedRole", TrustedProvider),
    ("PoolUnauthenticatedRole", TrustedProvider),
    ("MobilePoolAuthenticatedRole", TrustedProvider),
    ("MobilePoolUnauthenticatedRole", TrustedProvider),
    ("Console", ManagedPolicy),
    ("CustomAWSCDKOpenIdConnectProviderCustomResourceProviderRole", ManagedPolicy),
    ("AWSCDKCfnUtilsProviderCustomResourceProviderRole", ManagedPolicy),
    ("Support", AwsManagedPolicy),
    ("Support", Instance),
    ("SupportInProduction", Instance),
    ("SupportInProduction", StoreGroup),
    ("SupportInProduction", TargetAccount),
];

#[test]
fn links_of_a_cdk_application() {
    let vocabulary = Vocabulary::default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cdk/cdk.out");
    let read = |path: PathBuf| {
        #[expect(clippy::disallowed_methods, reason = "a test reads what it tests")]
        let text = fs::read_to_string(&path).expect("the output of the CDK is text");
        (path.display().to_string(), text)
    };
    let texts: Vec<(String, String)> = files(&folder).into_iter().map(read).collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let model = model_of_texts(&texts, &Settings::default(), &vocabulary);
    let name = |entity| without_hash(vocabulary.names.text(model.entity(entity).logical_id));

    let (mut found, mut outside, mut other) = (Vec::new(), Vec::new(), Vec::new());
    for reference in &model.references {
        let from = name(reference.from);
        match &reference.target {
            Target::Found(targets) if targets.iter().all(|target| target.sure) => {
                found.extend(targets.iter().map(|target| (from, reference.place, name(target.entity))));
            }
            Target::Outside(Outside::Aws | Outside::NotScanned) => outside.push((from, reference.place)),
            target => other.push(format!("{from} {:?}: {target:?}", reference.place)),
        }
    }
    let linked = LINKS.iter().filter(|link| found.contains(link)).count();
    let left_out = OUTSIDE.iter().filter(|link| outside.contains(link)).count();
    let more = found.len() + outside.len() + other.len() - linked - left_out;
    let mut figures = Figures::default();
    figures.add(
        "cdk application: links found / made",
        format!("{linked} / {}", LINKS.len()),
        "all",
        linked == LINKS.len(),
    );
    figures.add(
        "cdk application: names of what it does not make",
        format!("{left_out} / {}", OUTSIDE.len()),
        "all",
        left_out == OUTSIDE.len(),
    );
    figures.add("cdk application: links that it does not make", more, "0", more == 0);
    figures.finish(&format!("{found:#?} {outside:#?} {other:#?}"));
}

/// A logical id without the eight hexadecimal digits that the CDK puts behind it.
fn without_hash(id: &str) -> &str {
    let Some(cut) = id.len().checked_sub(8) else { return id };
    let is_hash = |end: &str| end.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte));
    if is_hash(&id[cut..]) { &id[..cut] } else { id }
}

/// Runs `fedlint scan --format json` on `path`.
fn scan(path: &Path) -> (ExitCode, Value) {
    let (mut stdin, mut out, mut err) = (std::io::empty(), Vec::new(), Vec::new());
    let environment = Environment::piped(&mut stdin, &mut out, &mut err, jiff::civil::date(2026, 11, 25));
    let path = path.to_str().expect("the paths of the corpus are text");
    let code = run(["fedlint", "scan", "--no-config", "--format", "json", path], environment);
    assert!(err.is_empty(), "{path}: {}", String::from_utf8_lossy(&err));
    (code, serde_json::from_slice(&out).expect("the report is JSON"))
}

/// Files that are ours, others, and those that nobody can parse.
fn looked_at(report: &Value) -> [usize; 3] {
    let checked = &report["summary"]["checked"];
    ["files", "other-files", "unparsed-files"].map(|field| {
        let count = checked[field].as_u64().expect("a report counts files");
        usize::try_from(count).expect("a count of files")
    })
}

/// How many findings a reader is shown: those that are folded into others do not count.
fn shown(report: &Value) -> usize {
    let findings = report["findings"].as_array().expect("a report lists findings");
    findings.iter().filter(|finding| finding.get("folded-into").is_none()).count()
}

/// All files below `folder`, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
