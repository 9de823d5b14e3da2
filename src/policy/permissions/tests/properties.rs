//! What policies allow, against the listing of all requests of a small world.

use proptest::prelude::*;

use super::*;
use crate::policy::testing::{figure, run};

const ACTIONS: &[&str] =
    &["s3:GetObject", "s3:PutObject", "s3:ListBucket", "iam:PassRole", "dynamodb:GetItem"];
const ARNS: &[&str] = &[
    "arn:aws:s3:::a",
    "arn:aws:s3:::a/b",
    "arn:aws:s3:::a/c",
    "arn:aws:s3:::a/b/c",
    "arn:aws:s3:::a/c/b",
    "arn:aws:s3:::c/b",
    "arn:aws:s3:::c",
    "arn:aws:s3:eu-west-1:111122223333:accesspoint/p",
    "arn:aws:s3:eu-west-1:111122223333:accesspoint/p/object/b",
    "arn:aws:iam::111122223333:role/x",
    "arn:aws:iam::111122223333:role/xy",
    "arn:aws:iam::111122223333:role/y",
    "arn:aws:iam::999999999999:role/z",
    "arn:aws:dynamodb:eu-west-1:111122223333:table/x",
    "arn:aws:dynamodb:eu-west-1:111122223333:table/y",
    "arn:aws:s3:::long/e",
    "arn:aws:s3:::long/b",
    "arn:aws:s3:::long",
    "arn:aws:s3:::d/e",
];

fn patterns_of_actions() -> impl Strategy<Value = Vec<&'static str>> {
    let one = prop::sample::select(vec![
        "*",
        "s3:*",
        "s3:Get*",
        "s3:?etObject",
        "S3:PUTOBJECT",
        "iam:PassRole",
        "*:Get*",
        "dynamodb:GetItem",
        "s3:ListBucket",
    ]);
    prop::collection::vec(one, 1..3)
}

const PATTERNS: &[&str] = &[
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::a/*",
    "arn:aws:s3:::a/b",
    "arn:aws:s3:::*/b",
    "arn:aws:s3:::?/*",
    "arn:aws:iam::111122223333:role/x*",
    "arn:aws:iam::*:role/*",
    "arn:aws:dynamodb:*:*:table/x",
    "arn:aws:s3:::c",
];

fn patterns_of_resources() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(PATTERNS), 1..3)
}

fn statement() -> impl Strategy<Value = Json> {
    (
        any::<bool>(),
        prop::bool::weighted(0.7),
        patterns_of_actions(),
        prop::bool::weighted(0.8),
        patterns_of_resources(),
    )
        .prop_map(|(allow, action, actions, resource, resources)| {
            let (action, resource) = (
                if action { "Action" } else { "NotAction" },
                if resource { "Resource" } else { "NotResource" },
            );
            json!({ "Effect": if allow { "Allow" } else { "Deny" }, action: actions, resource: resources })
        })
}

fn document() -> impl Strategy<Value = Json> {
    prop::collection::vec(statement(), 1..4).prop_map(|statements| policy(json!(statements)))
}

/// What a request is answered, said as plainly as it can be.
fn plainly(documents: &[&Json], action: &str, arn: &str) -> bool {
    let fits = |patterns: &Json, text: &str| {
        let patterns = patterns.as_array().expect("a list");
        patterns.iter().any(|pattern| is_like(pattern.as_str().expect("a text").as_bytes(), text.as_bytes()))
    };
    let applies = |statement: &Json| {
        let lower = |patterns: &Json| {
            json!(
                patterns
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(|text| text.as_str().expect("a text").to_lowercase())
                    .collect::<Vec<_>>()
            )
        };
        let by_action = match (&statement["Action"], &statement["NotAction"]) {
            (Json::Null, patterns) => !fits(&lower(patterns), &action.to_lowercase()),
            (patterns, _) => fits(&lower(patterns), &action.to_lowercase()),
        };
        let by_resource = match (&statement["Resource"], &statement["NotResource"]) {
            (Json::Null, patterns) => !fits(patterns, arn),
            (patterns, _) => fits(patterns, arn),
        };
        by_action && by_resource
    };
    let statements =
        || documents.iter().flat_map(|document| document["Statement"].as_array().expect("a list"));
    statements().any(|statement| statement["Effect"] == "Allow" && applies(statement))
        && !statements().any(|statement| statement["Effect"] == "Deny" && applies(statement))
}

/// Whether a text is what a pattern with `*` and `?` says.
fn is_like(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, _) => text.is_empty(),
        (Some((b'*', rest)), _) => (0..=text.len()).any(|from| is_like(rest, &text[from..])),
        (Some((b'?', rest)), Some((_, text))) => is_like(rest, text),
        (Some((character, rest)), Some((first, text))) => character == first && is_like(rest, text),
        (Some(_), None) => false,
    }
}

/// Whether an ARN has a form of the catalogue.
fn is_of_form(form: &str, arn: &str) -> bool {
    let mut pattern = String::new();
    let mut rest = form;
    while let Some((before, behind)) = rest.split_once("${") {
        pattern.push_str(before);
        pattern.push('*');
        rest = behind.split_once('}').map_or("", |(_, after)| after);
    }
    pattern.push_str(rest);
    is_like(pattern.as_bytes(), arn.as_bytes())
}

/// Some actions of the whole catalogue: every so many, and those that the policies name.
fn sample() -> impl Iterator<Item = ActionId> {
    ActionSet::all()
        .iter()
        .step_by(211)
        .chain(ACTIONS.iter().map(|name| action(name)))
        .collect::<Vec<_>>()
        .into_iter()
}

fn of(sets: &Bounds<ActionSet>, action: ActionId) -> Bounds<bool> {
    Bounds { sure: sets.sure.contains(action), possible: sets.possible.contains(action) }
}

/// Policies, and perhaps a boundary.
fn holders() -> impl Strategy<Value = (Vec<Json>, Option<Json>)> {
    (prop::collection::vec(document(), 1..3), prop::option::of(document()))
}

/// Fails with a text unless something holds.
fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

/// Whether a request is allowed, said as plainly as it can be.
fn is_allowed(grants: &[Json], boundary: Option<&Json>, name: &str, arn: &str) -> bool {
    let grants: Vec<&Json> = grants.iter().collect();
    plainly(&grants, name, arn) && boundary.is_none_or(|boundary| plainly(&[boundary], name, arn))
}

/// Whether an action is allowed on one of those ARNs that it is used on.
fn is_allowed_on_one(grants: &[Json], boundary: Option<&Json>, name: &str) -> bool {
    let types = Actions::default().resource_types(action(name));
    let mut arns = ARNS.iter().filter(|arn| types.iter().any(|of| is_of_form(&of.arn, arn)));
    arns.any(|arn| is_allowed(grants, boundary, name, arn))
}

/// The ARNs of a form, with each variable filled with some names.
fn arns_of(form: &str) -> Vec<String> {
    let Some((before, behind)) = form.split_once("${") else { return vec![form.to_owned()] };
    let (variable, behind) = behind.split_once('}').expect("a variable ends");
    let names: &[&str] = match variable {
        "Partition" => &["aws"],
        "Region" => &["eu-west-1"],
        "Account" => &["111122223333", "999999999999"],
        "BucketName" | "AccessPointName" => &["a", "b", "c", "d", "long", "p"],
        "ObjectName" => &["a", "b", "c", "a/b", "b/c", "c/b", "object/b", "long"],
        _ => &["x", "xy", "y", "z", "x/y", "y/x", "long"],
    };
    let rest = arns_of(behind);
    names.iter().flat_map(|name| rest.iter().map(move |rest| format!("{before}{name}{rest}"))).collect()
}

/// That some resource is allowed can only be compared with the listing if one is listed for whatever the patterns tell apart.
#[test]
fn the_listing_has_a_resource_for_whatever_the_patterns_tell_apart() {
    let told = |arn: &str| -> Vec<bool> {
        PATTERNS.iter().map(|pattern| is_like(pattern.as_bytes(), arn.as_bytes())).collect()
    };
    for name in ACTIONS {
        let types = Actions::default().resource_types(action(name));
        let listed = ARNS.iter().filter(|arn| types.iter().any(|of| is_of_form(&of.arn, arn)));
        let listed: Vec<Vec<bool>> = listed.map(|arn| told(arn)).collect();
        for arn in types.iter().flat_map(|of| arns_of(&of.arn)) {
            assert!(listed.contains(&told(&arn)), "nothing like {arn} is listed for {name}");
        }
    }
}

/// A question about one resource is what the listing says; a question about some or all is never surer than it.
#[test]
fn questions_agree_with_the_listing_of_all_requests() {
    let cases = run(400, &holders(), |(grants, boundary)| {
        let holder = Holder::new(&grants, boundary.as_slice());
        for name in ACTIONS {
            for arn in ARNS {
                let expected = Some(is_allowed(&grants, boundary.as_ref(), name, arn));
                let found = holder.on(name, arn);
                ensure(found == expected, || format!("{name} on {arn}: {found:?}, not {expected:?}"))?;
            }
            let anywhere = is_allowed_on_one(&grants, boundary.as_ref(), name);
            let somewhere = holder.ask(name, Target::Somewhere);
            ensure(somewhere.is_none_or(|found| found == anywhere), || {
                format!("{name} somewhere: {somewhere:?}, and on one that is listed: {anywhere}")
            })?;
            let everywhere = holder.ask(name, Target::Everywhere);
            ensure(everywhere != Some(true) || somewhere != Some(false), || {
                format!("{name} is allowed everywhere, and nowhere")
            })?;
        }
        Ok(())
    });
    figure("permissions against enumeration: policies with a boundary or none", cases, 400);
}

/// What is said of all actions at once is what is said of each, and no surer than the listing of all requests.
#[test]
fn sets_of_actions_agree_with_single_questions() {
    let cases = run(400, &holders(), |(grants, boundary)| {
        let holder = Holder::new(&grants, boundary.as_slice());
        let vocabulary = &holder.scene.vocabulary;
        let everywhere = holder.permissions.everywhere(vocabulary);
        let somewhere = holder.permissions.somewhere(vocabulary);
        for action in sample() {
            for (target, sets) in [(Target::Everywhere, &everywhere), (Target::Somewhere, &somewhere)] {
                let question = PermissionQuestion { action, target, passed_to: None };
                let (found, in_set) = (holder.permissions.allows(&question, vocabulary), of(sets, action));
                ensure(found == in_set, || {
                    let name = Actions::default().name(action);
                    format!("{name} {target:?}: {found:?}, in the set of all {in_set:?}")
                })?;
            }
        }
        for name in ACTIONS {
            let any = is_allowed_on_one(&grants, boundary.as_ref(), name);
            let (everywhere, somewhere) = (of(&everywhere, action(name)), of(&somewhere, action(name)));
            ensure(if any { somewhere.possible } else { !somewhere.sure && !everywhere.sure }, || {
                format!("{name}: {everywhere:?} everywhere, {somewhere:?} somewhere, allowed on one: {any}")
            })?;
        }
        Ok(())
    });
    figure("permissions, sets of all actions against single questions: policies", cases, 400);
}
